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
	struct db *db = arg;
	const char *severity =
	    PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity && strcmp(severity, "FATAL") == 0)
		db->is_dying = true;
}

static int
jitter_ms(int ms)
{
	uint16_t dice;

	random_bytes(&dice, sizeof(dice));
	return ms / 2 + dice % (ms / 2 + 1);
}

static enum outcome
db_refused(struct db *db)
{
	log_event(LOG_ERROR, "database-away",
	    LOG_TEXT("says", db->conn ? PQerrorMessage(db->conn) : ""));
	db_disconnect(db);
	db->pause_ms = db->pause_ms ? db->pause_ms * 2 : PAUSE_LEAST_MS;
	if (db->pause_ms > PAUSE_MOST_MS)
		db->pause_ms = PAUSE_MOST_MS;
	db->retry_at_ms = clock_mono_ms() + jitter_ms(db->pause_ms);
	return SERVICE_UNAVAILABLE;
}

void
db_set_session(struct db *db, const char *name, const char *value)
{
	size_t n = strlen(db->options);

	n += (size_t)snprintf(
	    db->options + n, OPTIONS_BYTES - n, " -c %s=", name);
	for (; *value; value++) {
		insist(n + 3 < OPTIONS_BYTES);
		if (*value == ' ' || *value == '\\')
			db->options[n++] = '\\';
		db->options[n++] = *value;
	}
	db->options[n] = '\0';
}

static bool
db_listen_again(struct db *db)
{
	for (int i = 0; i < CHANNELS_MOST && db->channels[i].name; i++) {
		const char *name = db->channels[i].name;
		char *channel =
		    PQescapeIdentifier(db->conn, name, strlen(name));
		char text[128];
		PGresult *r;
		bool good;

		insist(channel);
		snprintf(text, sizeof(text), "LISTEN %s", channel);
		PQfreemem(channel);
		r = PQexec(db->conn, text);
		good = PQresultStatus(r) == PGRES_COMMAND_OK;
		PQclear(r);
		if (!good)
			return false;
	}
	return true;
}

enum outcome
db_connect(struct db *db)
{
	const char *names[] = { "dbname", "application_name", "connect_timeout",
		"client_encoding", "options", NULL };
	const char *values[] = { db->url, db->application, "2", "UTF8",
		db->options, NULL };

	if (db->conn)
		return OK;
	if (clock_mono_ms() < db->retry_at_ms)
		return SERVICE_UNAVAILABLE;
	db->conn = PQconnectdbParams(names, values, 1);
	if (PQstatus(db->conn) != CONNECTION_OK || !db_listen_again(db) ||
	    PQenterPipelineMode(db->conn) != 1)
		return db_refused(db);
	PQsetNoticeReceiver(db->conn, hear_notice, db);
	db->pause_ms = 0;
	return OK;
}

void
db_disconnect(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	db->is_dying = false;
	memset(db->prepared, 0, sizeof(db->prepared));
	db->has_along = false;
	/* What is said until we listen again, nobody will tell us. */
	for (int i = 0; i < CHANNELS_MOST; i++)
		db->channels[i].news = true;
}

bool
db_is_lost(struct db *db)
{
	return !db->conn || PQstatus(db->conn) == CONNECTION_BAD;
}

/* Is there something to read before 'until_ms'? */
static bool
db_poll(struct db *db, int64_t until_ms)
{
	struct pollfd p = { PQsocket(db->conn), POLLIN, 0 };
	int64_t left;
	int n;

	do {
		left = until_ms - clock_mono_ms();
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

PGresult *
db_next(struct db *db)
{
	int64_t until_ms = clock_mono_ms() + db->patience_ms;

	if (PQflush(db->conn) < 0)
		return NULL;
	while (PQisBusy(db->conn)) {
		if (!db_poll(db, until_ms)) {
			/* The server hangs: nothing more will come of it. */
			log_event(LOG_ERROR, "database-silent",
			    LOG_INT("ms", db->patience_ms));
			db_disconnect(db);
			return NULL;
		}
		if (!PQconsumeInput(db->conn))
			return NULL;
	}
	return PQgetResult(db->conn);
}

static struct channel *
channel_find(struct db *db, const char *name)
{
	for (int i = 0; i < CHANNELS_MOST && db->channels[i].name; i++) {
		if (strcmp(db->channels[i].name, name) == 0)
			return &db->channels[i];
	}
	return NULL;
}

void
db_subscribe(struct db *db, const char *channel)
{
	int i = 0;

	while (i < CHANNELS_MOST && db->channels[i].name)
		i++;
	insist(i < CHANNELS_MOST);
	db->channels[i] = (struct channel){ channel, true };
}

enum outcome
db_listen(struct db *db, const char *channel)
{
	if (!channel_find(db, channel)) {
		db_subscribe(db, channel);
		db_disconnect(db); /* connecting listens */
	}
	return db_connect(db);
}

static bool
take_notify(struct db *db, char *payload, size_t room)
{
	PGnotify *heard = db->conn ? PQnotifies(db->conn) : NULL;
	struct channel *channel;

	if (!heard)
		return false;
	channel = channel_find(db, heard->relname);
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
		if (db_connect(db) != OK) {
			clock_sleep_ms(wait_ms < 200 ? wait_ms : 200);
			return false;
		}
		if (take_notify(db, payload, room))
			return true;
		if (!db_poll(db, until_ms))
			return false;
		if (!PQconsumeInput(db->conn))
			db_disconnect(db);
	}
}

bool
db_heard(struct db *db, const char *name)
{
	struct channel *channel = channel_find(db, name);
	char payload[1];
	bool news, is_well;

	insist(channel);
	is_well = !db->conn || PQconsumeInput(db->conn);
	while (take_notify(db, payload, sizeof(payload)))
		;
	if (!is_well || db->is_dying) {
		log_event(LOG_WARN, "database-lost", LOG_TEXT("while", "idle"));
		db_disconnect(db);
	}
	news = channel->news;
	channel->news = false;
	return news;
}
