/*
 * command.c: words on a command line, and words for whoever typed them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "ctl/command.h"
#include "db/db.h"
#include "db/session.h"

#define FILE_BYTES_MOST (16 * 1024 * 1024)
#define PATIENCE_MS 10000

/* Forget 'count' words from the i-th on. */
static void
command_drop(struct command_line *line, int i, int count)
{
	for (; i + count <= line->argc; i++)
		line->argv[i] = line->argv[i + count];
	line->argc -= count;
}

/* Where "--name" stands before a lone "--"; -1 if nowhere. */
static int
command_find(const struct command_line *line, const char *name)
{
	for (int i = 0; i < line->argc; i++) {
		if (strcmp(line->argv[i], "--") == 0)
			return -1;
		if (strcmp(line->argv[i], name) == 0)
			return i;
	}
	return -1;
}

const char *
command_option(
    struct command_line *line, const char *name, const char *fallback)
{
	int i = command_find(line, name);
	const char *value;

	if (i < 0 || i + 1 >= line->argc)
		return fallback;
	value = line->argv[i + 1];
	command_drop(line, i, 2);
	return value;
}

int
command_number(struct command_line *line, const char *name, int fallback)
{
	const char *text = command_option(line, name, NULL);
	char *end;
	long number;

	if (!text)
		return fallback;
	number = strtol(text, &end, 10);
	return *end == '\0' && number > 0 && number < 100000 ? (int)number : 0;
}

bool
command_flag(struct command_line *line, const char *name)
{
	int i = command_find(line, name);

	if (i < 0)
		return false;
	command_drop(line, i, 1);
	return true;
}

char **
command_rest(struct command_line *line)
{
	for (int i = 0; i + 1 < line->argc; i++) {
		if (strcmp(line->argv[i], "--") == 0)
			return line->argv + i + 1;
	}
	return NULL;
}

enum outcome
complain(enum outcome outcome, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("tshopctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return outcome;
}

/* Read until it is full or the file ends. */
static size_t
read_whole(int fd, char *bytes, size_t room)
{
	size_t size = 0;
	ssize_t got;

	while (size < room && (got = read(fd, bytes + size, room - size)) > 0)
		size += (size_t)got;
	return size;
}

static void
close_database(void *db)
{
	db_destroy(db);
}

struct db *
command_database(struct command_line *line, const char *url, int patience_ms)
{
	struct db *db = db_create(url, "tshopctl", patience_ms);

	db_set_arena(db, line->arena);
	arena_defer(line->arena, close_database, db);
	return db;
}

enum outcome
command_shop(struct command_line *line, struct db **db)
{
	if (!conf_load(PROGRAM_CTL))
		return complain(CONFLICT, "A setting is wrong; see above.");
	*db = command_database(line, conf_text(CONF_DATABASE_URL), PATIENCE_MS);
	db_session_settings(*db);
	return OK;
}

enum outcome
command_file(struct command_line *line, const char *path, const char **text,
    size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *bytes;

	if (fd < 0)
		return complain(
		    NOT_FOUND, "%s cannot be read: %s.", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > FILE_BYTES_MOST) {
		close(fd);
		return complain(NOT_FOUND, "%s is no file to read.", path);
	}
	bytes = arena_alloc(line->arena, (size_t)st.st_size + 1);
	*size = read_whole(fd, bytes, (size_t)st.st_size);
	*text = bytes;
	close(fd);
	return OK;
}
