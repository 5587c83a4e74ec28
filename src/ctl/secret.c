/*
 * secret.c: another key to sign access tokens with.
 *
 * The new key signs; the one before verifies as long as the tokens live that
 * it has signed, so nobody is signed out. Workers take it over when their
 * pools are reloaded.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/secret.h"
#include "ctl/command.h"

#define SETTING "TSHOP_JWT_KEYS"
#define FILE_MOST (1024 * 1024)

/* A name of its own and 256 bits. */
static const char *
key_new(struct command_line *line)
{
	char secret[TOKEN_TEXT], name[9];
	uint8_t dice[4];

	token_create(secret);
	random_bytes(dice, sizeof(dice));
	hex_format(dice, sizeof(dice), name);
	return arena_printf(line->arena, "k%s:%s", name, secret);
}

/* The new key before the one that has signed so far. */
static const char *
ring_rotate(struct command_line *line, const char *ring)
{
	return arena_printf(line->arena, "%s,%.*s", key_new(line),
	    (int)strcspn(ring, ","), ring);
}

/* Where the value stands in the file: after SETTING= at a line's begin, or,
 * in a credential of that name, the first line. NULL: nowhere. */
static const char *
value_find(const char *path, const char *text)
{
	const char *slash = strrchr(path, '/');
	size_t length = strlen(SETTING);

	for (const char *at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, SETTING, length) == 0 && at[length] == '=')
			return at + length + 1;
	}
	return strcmp(slash ? slash + 1 : path, SETTING) == 0 ? text : NULL;
}

static bool
all_written(int fd, const struct buf *b)
{
	size_t done = 0;

	while (done < b->length) {
		ssize_t n = write(fd, b->at + done, b->length - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return fsync(fd) == 0;
}

/* The old file or the new one, never half of it; with its owner and mode. */
static enum outcome
file_replace(struct command_line *line, const char *path, const struct buf *b)
{
	const char *new = arena_printf(line->arena, "%s.new", path);
	struct stat was;
	bool good;
	int fd;

	if (stat(path, &was) != 0)
		return complain(NOT_FOUND, "%s cannot be read.", path);
	unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return complain(CONFLICT, "%s cannot be written.", new);
	good = all_written(fd, b) && fchown(fd, was.st_uid, was.st_gid) == 0 &&
	       fchmod(fd, was.st_mode & 07777) == 0;
	close(fd);
	if (good && rename(new, path) == 0)
		return OK;
	unlink(new);
	return complain(CONFLICT, "%s cannot be replaced.", path);
}

static enum outcome
rotate_file(struct command_line *line, const char *path)
{
	const char *text, *value, *end;
	struct buf b;
	size_t size;

	TRY(command_file(line, path, &text, &size));
	value = value_find(path, text);
	if (!value)
		return complain(
		    NOT_FOUND, "There is no %s in %s.", SETTING, path);
	value += *value == '"' || *value == '\'';
	end = value + strcspn(value, "\"'\r\n");
	buf_open(&b, line->arena, FILE_MOST);
	buf_put(&b, text, (size_t)(value - text));
	buf_text(&b, ring_rotate(line, arena_text_n(line->arena, value,
					   (size_t)(end - value))));
	buf_text(&b, end);
	TRY(file_replace(line, path, &b));
	printf("Reload the pools: the key before goes on verifying.\n");
	return OK;
}

enum outcome
ctl_secret_rotate(struct command_line *line)
{
	if (line->argc > 1)
		return complain(BAD_REQUEST, "Give one file, or none.");
	if (line->argc == 1)
		return rotate_file(line, line->argv[0]);
	if (!conf_load(PROGRAM_CTL) || !conf_is_set(CONF_TSHOP_JWT_KEYS))
		return complain(CONFLICT, "%s is not set.", SETTING);
	printf("%s\n", ring_rotate(line, conf_text(CONF_TSHOP_JWT_KEYS)));
	return OK;
}
