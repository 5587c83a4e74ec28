/*
 * log.c: one line, one write, so that lines of several processes on the same
 * file never mix.
 */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/log.h"

#define LINE_BYTES 4096
#define REQUEST_ID_BYTES 64

static const char *const level_names[] = { "debug", "info", "warn", "error" };

static const char *program_name = "tshop";
static enum log_level least_level = LOG_INFO;
static _Thread_local char request_id[REQUEST_ID_BYTES];

struct line {
	char at[LINE_BYTES];
	size_t length;
};

void
log_open(const char *program, const char *level)
{
	program_name = program;
	for (size_t i = 0; i < COUNT(level_names); i++) {
		if (strcmp(level_names[i], level) == 0)
			least_level = (enum log_level)i;
	}
}

void
log_request(const char *id)
{
	size_t length = id ? strnlen(id, sizeof(request_id) - 1) : 0;

	memcpy(request_id, id ? id : "", length);
	request_id[length] = '\0';
}

const char *
log_request_id(void)
{
	return request_id;
}

/* Room is kept for the closing brace, newline and one escape. */
static void
line_put(struct line *l, const char *bytes, size_t size)
{
	if (size > LINE_BYTES - 16 - l->length)
		size = LINE_BYTES - 16 - l->length;
	memcpy(l->at + l->length, bytes, size);
	l->length += size;
}

static void
line_text(struct line *l, const char *text)
{
	size_t left = LIMIT_LOG_VALUE_BYTES;

	line_put(l, "\"", 1);
	for (; *text && left; text++, left--) {
		unsigned char c = (unsigned char)*text;
		char escaped[8];

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
			line_put(l, text, 1);
		} else if (c >= 0x80) {
			/* A cut character must not make the line ill-formed. */
			line_put(l, "?", 1);
		} else {
			snprintf(escaped, sizeof(escaped), "\\u%04x", c);
			line_put(l, escaped, 6);
		}
	}
	line_put(l, "\"", 1);
}

static void
line_member(struct line *l, const char *key, const char *text)
{
	line_put(l, l->length == 1 ? "\"" : ",\"", l->length == 1 ? 1 : 2);
	line_put(l, key, strlen(key));
	line_put(l, "\":", 2);
	if (text)
		line_text(l, text);
}

static void
line_number(struct line *l, const char *key, int64_t number)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%lld", (long long)number);

	line_member(l, key, NULL);
	line_put(l, text, (size_t)length);
}

bool
log_wants(enum log_level level)
{
	return level >= least_level;
}

void
log_fields(
    enum log_level level, const char *event, const struct log_field *fields)
{
	struct line line = { .length = 0 };
	char now[CLOCK_TEXT];

	clock_format(clock_now_ms(), now);
	line_put(&line, "{", 1);
	line_member(&line, "time", now);
	line_member(&line, "level", level_names[level]);
	line_member(&line, "program", program_name);
	line_member(&line, "event", event);
	if (request_id[0])
		line_member(&line, "request", request_id);
	for (; fields->key; fields++) {
		if (fields->text)
			line_member(&line, fields->key, fields->text);
		else
			line_number(&line, fields->key, fields->number);
	}
	line.at[line.length++] = '}';
	line.at[line.length++] = '\n';
	if (write(STDERR_FILENO, line.at, line.length) < 0)
		return; /* nobody is left to tell */
}

void
insist_failed(const char *what, const char *file, int number)
{
	log_event(LOG_ERROR, "insist", LOG_TEXT("what", what),
	    LOG_TEXT("file", file), LOG_INT("line", number));
	abort();
}
