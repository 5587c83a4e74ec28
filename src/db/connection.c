/*
 * connection.c: being connected, losing it, and waiting for an answer.
 *
 * The connection is in pipeline mode for good, so that a question can be
 * asked along with the next statement. After a failure no attempt is made
 * before a pause has passed, 50 ms at first and half a second at most: many
 * workers come back soon, but not in one thundering herd.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/insist.h"
#include "base/log.h"
#include "base/secret.h"

#include "furniture.h"

#define PAUSE_LEAST_MS 50
#define PAUSE_MOST_MS 500

/* Nobody reads notices; but a server's last words mean that it hangs up. */
static void
hear_notice(void *arg, const PGresult *notice)
{
	struct line *line = arg;
	const char *severity =
	    PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity && strcmp(severity, "FATAL") == 0)
		line->is_dying = true;
}

static int
jitter_ms(int ms)
{
	uint16_t dice;

	random_bytes(&dice, sizeof(dice));
	return ms / 2 + dice % (ms / 2 + 1);
}

static enum outcome
line_refused(struct line *line)
{
	log_event(LOG_ERROR, "database-away",
	    LOG_TEXT("says", line->conn ? PQerrorMessage(line->conn) : ""));
	line_cut(line);
	line->pause_ms = line->pause_ms ? line->pause_ms * 2 : PAUSE_LEAST_MS;
	if (line->pause_ms > PAUSE_MOST_MS)
		line->pause_ms = PAUSE_MOST_MS;
	line->retry_at_ms = clock_mono_ms() + jitter_ms(line->pause_ms);
	return SERVICE_UNAVAILABLE;
}

void
db_set_session(struct db *db, const char *name, const char *value)
{
	size_t n = strlen(db->line->options);

	n += (size_t)snprintf(
	    db->line->options + n, OPTIONS_BYTES - n, " -c %s=", name);
	for (; *value; value++) {
		insist(n + 3 < OPTIONS_BYTES);
		if (*value == ' ' || *value == '\\')
			db->line->options[n++] = '\\';
		db->line->options[n++] = *value;
	}
	db->line->options[n] = '\0';
}

static bool
line_listen_again(struct line *line)
{
	for (int i = 0; i < CHANNELS_MOST && line->channels[i].name; i++) {
		const char *name = line->channels[i].name;
		char *channel =
		    PQescapeIdentifier(line->conn, name, strlen(name));
		char text[128];
		PGresult *r;
		bool good;

		insist(channel);
		snprintf(text, sizeof(text), "LISTEN %s", channel);
		PQfreemem(channel);
		r = PQexec(line->conn, text);
		good = PQresultStatus(r) == PGRES_COMMAND_OK;
		PQclear(r);
		if (!good)
			return false;
	}
	return true;
}

enum outcome
line_connect(struct line *line)
{
	const char *names[] = { "dbname", "application_name", "connect_timeout",
		"client_encoding", "options", NULL };
	const char *values[] = { line->url, line->application, "2", "UTF8",
		line->options, NULL };

	if (line->conn)
		return OK;
	if (clock_mono_ms() < line->retry_at_ms)
		return SERVICE_UNAVAILABLE;
	line->conn = PQconnectdbParams(names, values, 1);
	if (PQstatus(line->conn) != CONNECTION_OK || !line_listen_again(line) ||
	    PQenterPipelineMode(line->conn) != 1)
		return line_refused(line);
	PQsetNoticeReceiver(line->conn, hear_notice, line);
	line->pause_ms = 0;
	return OK;
}

void
line_cut(struct line *line)
{
	PQfinish(line->conn);
	line->conn = NULL;
	line->is_dying = false;
	line->connections++;
	memset(line->prepared, 0, sizeof(line->prepared));
	/* What is said until we listen again, nobody will tell us. */
	for (int i = 0; i < CHANNELS_MOST; i++)
		line->channels[i].news = true;
}

bool
line_is_lost(const struct line *line)
{
	return !line->conn || PQstatus(line->conn) == CONNECTION_BAD;
}

/* Is there something to read before 'until_ms'? */
static bool
line_poll(struct line *line, int64_t until_ms)
{
	struct pollfd p = { PQsocket(line->conn), POLLIN, 0 };
	int64_t left;
	int n;

	do {
		left = until_ms - clock_mono_ms();
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

PGresult *
line_next(struct line *line)
{
	int64_t until_ms = clock_mono_ms() + line->patience_ms;

	if (PQflush(line->conn) < 0)
		return NULL;
	while (PQisBusy(line->conn)) {
		if (!line_poll(line, until_ms)) {
			/* The server hangs: nothing more will come of it. */
			log_event(LOG_ERROR, "database-silent",
			    LOG_INT("ms", line->patience_ms));
			line_cut(line);
			return NULL;
		}
		if (!PQconsumeInput(line->conn))
			return NULL;
	}
	return PQgetResult(line->conn);
}

static struct channel *
channel_find(struct line *line, const char *name)
{
	for (int i = 0; i < CHANNELS_MOST && line->channels[i].name; i++) {
		if (strcmp(line->channels[i].name, name) == 0)
			return &line->channels[i];
	}
	return NULL;
}

void
db_subscribe(struct db *db, const char *channel)
{
	int i = 0;

	while (i < CHANNELS_MOST && db->line->channels[i].name)
		i++;
	insist(i < CHANNELS_MOST);
	db->line->channels[i] = (struct channel){ channel, true };
}

enum outcome
db_listen(struct db *db, const char *channel)
{
	if (!channel_find(db->line, channel)) {
		db_subscribe(db, channel);
		line_cut(db->line); /* connecting listens */
	}
	return line_connect(db->line);
}

static bool
take_notify(struct line *line, char *payload, size_t room)
{
	PGnotify *heard = line->conn ? PQnotifies(line->conn) : NULL;
	struct channel *channel;

	if (!heard)
		return false;
	channel = channel_find(line, heard->relname);
	if (channel)
		channel->news = true;
	snprintf(payload, room, "%s", heard->extra);
	PQfreemem(heard);
	return true;
}

bool
db_wait(struct db *db, int wait_ms, char *payload, size_t room)
{
	int64_t until_ms = clock_mono_ms() + wait_ms;

	for (;;) {
		if (line_connect(db->line) != OK) {
			clock_sleep_ms(wait_ms < 200 ? wait_ms : 200);
			return false;
		}
		if (take_notify(db->line, payload, room))
			return true;
		if (!line_poll(db->line, until_ms))
			return false;
		if (!PQconsumeInput(db->line->conn))
			line_cut(db->line);
	}
}

bool
db_heard(struct db *db, const char *name)
{
	struct channel *channel = channel_find(db->line, name);
	char payload[1];
	bool news, is_well;

	insist(channel);
	is_well = !db->line->conn || PQconsumeInput(db->line->conn);
	while (take_notify(db->line, payload, sizeof(payload)))
		;
	if (!is_well || db->line->is_dying) {
		log_event(LOG_WARN, "database-lost", LOG_TEXT("while", "idle"));
		line_cut(db->line);
	}
	news = channel->news;
	channel->news = false;
	return news;
}
