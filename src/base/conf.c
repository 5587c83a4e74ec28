/*
 * conf.c: the rows of settings.def, filled from the environment.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/network.h"

extern char **environ;

#define SETTING_BYTES (32 * 1024)
#define KEY_BYTES_LEAST 32

enum kind {
	TEXT,
	URL,
	ORIGIN,
	LIST,
	NETWORKS,
	KEYS,
	SECRET,
	WINDOW,
	MONEY,
	NUMBER,
	DURATION,
	ENDING,
	SWITCH
};

enum {
	W = PROGRAM_WORKER,
	J = PROGRAM_JOBS,
	S = PROGRAM_SANDBOX,
	C = PROGRAM_CTL
};

static const struct {
	const char *name;
	enum kind kind;
	const char *fallback;
	int must;
	const char *manual;
} settings[] = {
#define SETTING(name, kind, fallback, must, manual)                            \
	{ #name, kind, fallback, must, manual },
#include "base/settings.def"
#undef SETTING
};

static const char *values[CONF_COUNT];
static struct windows windows[CONF_COUNT];
static struct arena *memory;

/* The first line of the file of that name in a folder; or NULL. */
static const char *
conf_file(const char *folder, const char *name)
{
	char *text;
	ssize_t size;
	int fd;

	if (!folder || !*folder)
		return NULL;
	fd = open(
	    arena_printf(memory, "%s/%s", folder, name), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	text = arena_alloc(memory, SETTING_BYTES);
	size = read(fd, text, SETTING_BYTES - 1);
	close(fd);
	if (size < 0)
		return NULL;
	text[strcspn(text, "\r\n")] = '\0';
	return text;
}

static bool
is_decimal(const char *s, bool fraction)
{
	size_t whole = strspn(s, "0123456789");

	if (whole == 0 || whole > 9)
		return false;
	s += whole;
	if (fraction && *s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	return *s == '\0';
}

/* scheme://host[:port], nothing behind it. */
static bool
is_origin(const char *s)
{
	const char *host = strstr(s, "://");

	if (strncmp(s, "https://", 8) != 0 && strncmp(s, "http://", 7) != 0)
		return false;
	return host[3] != '\0' && strpbrk(host + 3, "/?#@ ") == NULL;
}

/* kid:base64url,… each of 32 bytes at least. */
static bool
is_key_ring(const char *s)
{
	for (int keys = 0; keys < LIMIT_KEY_RING; keys++) {
		size_t length = strcspn(s, ","), kid = strcspn(s, ":");
		unsigned char bytes[B64_ROOM(512)];
		size_t size;

		if (kid == 0 || kid + 1 >= length || length - kid > 500 ||
		    !b64url_parse(
			s + kid + 1, length - kid - 1, bytes, &size) ||
		    size < KEY_BYTES_LEAST)
			return false;
		if (s[length] == '\0')
			return true;
		s += length + 1;
	}
	return false;
}

/* NULL if the value is good, else what it should have been. */
static const char *
conf_fault(size_t i, const char *value)
{
	switch (settings[i].kind) {
	case ORIGIN:
		return is_origin(value) ? NULL : "an origin: https://host";
	case NETWORKS:
		return networks_are_valid(value)
			   ? NULL
			   : "addresses or networks like 10.0.0.0/8, by comma";
	case KEYS:
		return is_key_ring(value)
			   ? NULL
			   : "kid:base64url of at least 32 bytes, by comma";
	case WINDOW:
		return windows_parse(value, &windows[i]) ? NULL
							 : "like 100/15m";
	case MONEY:
		return is_decimal(value, true) ? NULL : "an amount like 50.00";
	case NUMBER:
		return is_decimal(value, false) ? NULL : "a whole number";
	case DURATION:
		return duration_parse(value) >= 0 ? NULL : "a time like 5s";
	case ENDING:
		return strcmp(value, "none") == 0 ||
			       (strlen(value) == 2 && is_decimal(value, false))
			   ? NULL
			   : "two digits like 99, or none";
	case SWITCH:
		return strcmp(value, "on") == 0 || strcmp(value, "off") == 0
			   ? NULL
			   : "on or off";
	default:
		return NULL;
	}
}

static bool
conf_wrong(size_t i, const char *why)
{
	log_event(LOG_ERROR, "setting-wrong",
	    LOG_TEXT("setting", settings[i].name), LOG_TEXT("wanted", why));
	return false;
}

static bool
conf_read(size_t i, enum program program)
{
	const char *name = settings[i].name;
	const char *value = conf_file(getenv("CREDENTIALS_DIRECTORY"), name);
	const char *why;

	if (!value)
		value = conf_file(getenv("TSHOP_SECRETS"), name);
	if (!value)
		value = getenv(name);
	if (!value || !*value)
		value = settings[i].fallback;
	values[i] = arena_text(memory, value);
	if (*value == '\0')
		return settings[i].must & (int)program
			   ? conf_wrong(i, "a value: it has no default")
			   : true;
	why = conf_fault(i, value);
	return why ? conf_wrong(i, why) : true;
}

static void
conf_warn_unknown(void)
{
	for (char **e = environ; *e; e++) {
		size_t length = strcspn(*e, "=");
		bool known = strncmp(*e, "TSHOP_", 6) != 0;

		for (size_t i = 0; i < CONF_COUNT && !known; i++)
			known = strlen(settings[i].name) == length &&
				strncmp(settings[i].name, *e, length) == 0;
		if (!known)
			log_event(LOG_WARN, "setting-unknown",
			    LOG_TEXT(
				"setting", arena_text_n(memory, *e, length)));
	}
}

/* A bucket needs all of its settings. */
static bool
media_check(void)
{
	static const enum setting needed[] = { CONF_S3_ENDPOINT, CONF_S3_BUCKET,
		CONF_S3_REGION, CONF_S3_ACCESS_KEY, CONF_S3_SECRET_KEY };
	const char *where = conf_text(CONF_TSHOP_MEDIA);
	bool good = true;

	if (strcmp(where, "disk") == 0)
		return true;
	if (strcmp(where, "s3") != 0)
		return conf_wrong(CONF_TSHOP_MEDIA, "disk or s3");
	for (size_t i = 0; i < COUNT(needed); i++)
		if (!conf_is_set(needed[i]))
			good = conf_wrong(needed[i], "a value, for s3");
	return good;
}

bool
conf_load(enum program program)
{
	bool good = true;

	if (!memory)
		memory = arena_create(CONF_COUNT * SETTING_BYTES * 2);
	for (size_t i = 0; i < CONF_COUNT; i++)
		good = conf_read(i, program) && good;
	if (conf_is_set(CONF_TSHOP_MEDIA_KEY) &&
	    strlen(conf_text(CONF_TSHOP_MEDIA_KEY)) < KEY_BYTES_LEAST)
		good = conf_wrong(CONF_TSHOP_MEDIA_KEY, "32 bytes at least");
	good = media_check() && good;
	conf_warn_unknown();
	return good;
}

const char *
conf_text(enum setting s)
{
	return values[s] ? values[s] : settings[s].fallback;
}

bool
conf_is_set(enum setting s)
{
	return *conf_text(s) != '\0';
}

int
conf_int(enum setting s)
{
	return (int)strtol(conf_text(s), NULL, 10);
}

bool
conf_is_on(enum setting s)
{
	return strcmp(conf_text(s), "on") == 0;
}

int
conf_seconds(enum setting s)
{
	return duration_parse(conf_text(s));
}

const struct windows *
conf_windows(enum setting s)
{
	insist(settings[s].kind == WINDOW);
	return &windows[s];
}

bool
conf_list_has(enum setting s, const char *item)
{
	size_t length = strlen(item);

	for (const char *at = conf_text(s); *at;) {
		size_t one = strcspn(at, ",");

		if (one == length && memcmp(at, item, length) == 0)
			return true;
		at += one + (at[one] == ',');
	}
	return false;
}

const char *
conf_name(enum setting s)
{
	return settings[s].name;
}

const char *
conf_default(enum setting s)
{
	return settings[s].fallback;
}

const char *
conf_manual(enum setting s)
{
	return settings[s].manual;
}

bool
conf_is_secret(enum setting s)
{
	return settings[s].kind == SECRET || settings[s].kind == KEYS;
}
