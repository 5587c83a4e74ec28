/*
 * secret.c: another key to sign access tokens with, in two steps, because
 * workers are reloaded one after the other. First the new key only verifies;
 * once every worker knows it, it signs, and the one before verifies what it
 * has signed. Nobody is signed out at any moment.
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

/* The key that signs, and behind it a new one. */
static const char *
ring_stage(struct command_line *line, const char *ring)
{
	return arena_printf(line->arena, "%.*s,%s", (int)strcspn(ring, ","),
	    ring, key_new(line));
}

/* The second key before the first; NULL if there is none. */
static const char *
ring_turn(struct command_line *line, const char *ring)
{
	size_t first = strcspn(ring, ",");
	const char *second = ring + first + (ring[first] == ',');

	if (*second == '\0')
		return NULL;
	return arena_printf(line->arena, "%.*s,%.*s", (int)strcspn(second, ","),
	    second, (int)first, ring);
}

static enum outcome
ring_rotate(
    struct command_line *line, bool signs, const char *ring, const char **next)
{
	const char *made =
	    signs ? ring_turn(line, ring) : ring_stage(line, ring);

	if (!made)
		return complain(CONFLICT,
		    "There is no second key: first rotate without --sign.");
	*next = made;
	return OK;
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
rotate_file(struct command_line *line, bool signs, const char *path)
{
	const char *text, *value, *end, *ring;
	struct buf b;
	size_t size;

	TRY(command_file(line, path, &text, &size));
	value = value_find(path, text);
	if (!value)
		return complain(
		    NOT_FOUND, "There is no %s in %s.", SETTING, path);
	value += *value == '"' || *value == '\'';
	end = value + strcspn(value, "\"'\r\n");
	TRY(ring_rotate(line, signs,
	    arena_text_n(line->arena, value, (size_t)(end - value)), &ring));
	buf_open(&b, line->arena, FILE_MOST);
	buf_put(&b, text, (size_t)(value - text));
	buf_text(&b, ring);
	buf_text(&b, end);
	TRY(file_replace(line, path, &b));
	puts(signs ? "Reload the pools: the new key signs, the one before "
		     "verifies."
		   : "Reload the pools, then let the new key sign: secret "
		     "rotate --sign.");
	return OK;
}

enum outcome
ctl_secret_rotate(struct command_line *line)
{
	bool signs = line->argc > 0 && strcmp(line->argv[0], "--sign") == 0;
	int files = line->argc - signs;
	const char *ring;

	if (files > 1)
		return complain(BAD_REQUEST, "Give one file, or none.");
	if (files == 1)
		return rotate_file(line, signs, line->argv[signs]);
	if (!conf_load(PROGRAM_CTL) || !conf_is_set(CONF_TSHOP_JWT_KEYS))
		return complain(CONFLICT, "%s is not set.", SETTING);
	TRY(ring_rotate(line, signs, conf_text(CONF_TSHOP_JWT_KEYS), &ring));
	printf("%s\n", ring);
	return OK;
}
