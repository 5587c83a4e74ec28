/*
 * log.h: one JSON object a line, on standard error.
 *
 * Each line has time (UTC, RFC 3339), level, program, event and the request
 * id in force. Values from outside are escaped and cut at
 * LIMIT_LOG_VALUE_BYTES. Never logged: passwords, tokens, cookies, keys,
 * signatures, bodies, e-mail addresses. A failure is logged once, by whoever
 * stops passing it on.
 *
 *	log_event(LOG_WARN, "breaker-open", LOG_TEXT("provider", name),
 *	    LOG_INT("failures", n));
 */
#ifndef TSHOP_BASE_LOG_H
#define TSHOP_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR
};

struct log_field {
	const char *key;  /* NULL ends the list */
	const char *text; /* NULL: 'number' counts */
	int64_t number;
};

#define LOG_TEXT(key, text)                                                    \
	{                                                                      \
		(key), (text) ? (text) : "", 0                                 \
	}
#define LOG_INT(key, number)                                                   \
	{                                                                      \
		(key), NULL, (number)                                          \
	}

/* Call once at start; 'level' is debug, info, warn or error. */
void log_open(const char *program, const char *level);
/* What the lines of this thread carry as "request"; NULL or "" is none. */
void log_request(const char *request_id);
const char *log_request_id(void);
bool log_wants(enum log_level);
void log_fields(enum log_level, const char *event, const struct log_field *);

/* The values of what is not wanted are not even looked at. */
#define log_event(level, event, ...)                                           \
	(log_wants(level) ? log_fields((level), (event),                       \
				(const struct log_field[]){                    \
				    __VA_ARGS__, { NULL, NULL, 0 } })          \
			  : (void)0)

#endif
