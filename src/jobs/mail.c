/*
 * mail.c: send_mail: one letter to one user.
 *
 * The payload says which ("mail") and holds what its template names; see
 * src/db/sql/mail.sql. Tokens are made here, derived from the job's id: a
 * second try sends the same letter under the same key, and only the hash of
 * the token is ever stored.
 */
#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"
#include "base/secret.h"
#include "db/db.h"
#include "net/mail.h"
#include "sql/mail.h"

#include "letter.h"
#include "workers.h"

#define TOKENS_AN_HOUR 10 /* of one purpose, to one user */
#define NAME_MOST 40
#define LETTER_BYTES (256 * 1024)
#define SMTP_PATIENCE_MS 30000
#define UNKNOWN_PAUSE_S 600

/* Letters that carry a token: what it is good for, and where it leads. */
/* clang-format off */
static const struct {
	const char *kind, *purpose, *path;
	int life_s;
} tokens[] = {
	{ "verify-email",     "verify_email",     "verify-email",   24 * 3600 },
	{ "reset-password",   "reset_password",   "reset-password",      3600 },
	{ "email-change-old", "email_change_old", "confirm-email",       3600 },
	{ "email-change-new", "email_change_new", "confirm-email",       3600 },
};
/* clang-format on */

struct send {
	struct job *job;
	const char *kind;
	struct sql_mail_to to;
	const char *address; /* the user's, or the payload's "mailTo" */
	const char *link;    /* NULL: no token */
};

static void
token_derive(struct id job, char text[TOKEN_TEXT])
{
	const char *secret = conf_text(CONF_TSHOP_MEDIA_KEY);
	uint8_t key[SHA256_BYTES], mac[SHA256_BYTES];

	secret_derive(secret, strlen(secret), "mail token", key);
	hmac_sha256(key, sizeof(key), job.text, strlen(job.text), mac);
	b64url_format(mac, sizeof(mac), text);
	secret_wipe(key, sizeof(key));
}

static enum outcome
token_make(struct send *s, size_t i, bool *good)
{
	struct job *job = s->job;
	char token[TOKEN_TEXT];
	uint8_t hash[SHA256_BYTES];

	token_derive(job->id, token);
	sha256(token, strlen(token), hash);
	TRY(sql_mail_token(job->db, (struct bytes){ hash, sizeof(hash) },
	    tokens[i].purpose, job->ref, s->address,
	    json_format(job->arena, job->payload), tokens[i].life_s,
	    TOKENS_AN_HOUR, good));
	s->link = arena_printf(job->arena, "%s/%s?token=%s",
	    conf_text(CONF_TSHOP_PUBLIC_URL), tokens[i].path, token);
	return OK;
}

/* Is there still a reason to write? NO_CONTENT: none. */
static enum outcome
reason_check(struct send *s)
{
	bool good = true, secures = false;

	if (strcmp(s->kind, "verify-email") == 0 && s->to.verified)
		return NO_CONTENT;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		if (strcmp(tokens[i].kind, s->kind) != 0)
			continue;
		secures = true;
		TRY(token_make(s, i, &good));
	}
	/* Who asks for a way in may try again; nobody else is bothered. */
	if (s->to.dead && !secures && s->address == s->to.email)
		good = false;
	if (good)
		return OK;
	log_event(LOG_INFO, "mail-dropped", LOG_TEXT("kind", s->kind),
	    LOG_TEXT("user", s->job->ref.text));
	return NO_CONTENT;
}

/* A name that could be read as an address or a link is no name. */
static const char *
name_shown(const char *name)
{
	return name && strlen(name) <= NAME_MOST && !strpbrk(name, ":/@.<>&")
		   ? name
		   : NULL;
}

static enum outcome
letter_make(struct send *s, struct mail *m)
{
	struct job *job = s->job;
	const char *items = NULL;
	enum outcome o;

	if (id_is_set(job->order))
		TRY(sql_mail_items(job->db, job->order, &items));
	o = letter_write(job->arena,
	    &(struct letter){ .folder = conf_text(CONF_TSHOP_MAIL_DIR),
		.language = s->to.language,
		.kind = s->kind,
		.words =
		    (const struct letter_word[]){
			{ "name", name_shown(s->to.name) },
			{ "email", s->to.email }, { "link", s->link },
			{ "items", items },
			{ "shop", conf_text(CONF_TSHOP_PUBLIC_URL) },
			{ NULL, NULL } },
		.more = job->payload },
	    m);
	if (o == NOT_FOUND)
		return job_fail(job, NOT_FOUND,
		    "there is no template for %s in TSHOP_MAIL_DIR", s->kind);
	return o;
}

/* What to do about a letter that did not leave. */
static enum outcome
cure(struct job *job, const struct mail_provider *p, enum outcome o,
    const struct trouble *t)
{
	if (t->wait_s > job->retry_after_s)
		job->retry_after_s = t->wait_s;
	if (t->cure == CURE_PERSON)
		return job_fail(
		    job, CONFLICT, "%s: %s %s", p->name, t->code, t->words);
	if (t->cure == CURE_LOOK && !p->repeats_safely) {
		job->retry_after_s = UNKNOWN_PAUSE_S;
		if (job->attempts > 1)
			return job_fail(job, CONFLICT,
			    "%s: nobody knows whether it was sent", p->name);
	}
	return job_fail(job, o == TIMEOUT ? TIMEOUT : PROVIDER_ERROR,
	    "%s: %s %s", p->name, t->code, t->words);
}

static enum outcome
send_by_provider(
    struct job *job, const struct mail_provider *p, const struct mail *m)
{
	struct trouble t = { .code = "", .words = "" };
	struct mail_sent sent;
	struct answer answer;
	struct call call;
	enum outcome o;

	if (!p->is_on())
		return job_fail(
		    job, SERVICE_UNAVAILABLE, "%s has no key", p->name);
	o = p->send(job->arena, m, &call);
	if (FAILED(o))
		return job_fail(job, o, "an address or a subject that is none");
	o = outside_send(job, &call, &answer);
	if (o == SERVICE_UNAVAILABLE)
		return o;
	o = p->sent(job->arena, &answer, &sent, &t);
	return FAILED(o) ? cure(job, p, o, &t) : OK;
}

/* The bare address of "Name <address>". */
static const char *
bare_address(struct arena *a, const char *from)
{
	const char *open = strrchr(from, '<');

	return open ? arena_text_n(a, open + 1, strcspn(open + 1, ">")) : from;
}

static enum outcome
send_by_smtp(struct job *job, const struct mail *m)
{
	const char *from = bare_address(job->arena, m->from);
	const char *at = strrchr(from, '@');
	struct answer answer;
	enum outcome o;
	struct buf b;

	if (!conf_is_set(CONF_SMTP_URL))
		return job_fail(job, SERVICE_UNAVAILABLE, "smtp has no server");
	if (!at || !mail_address_is_good(m->to) || !mail_address_is_good(from))
		return job_fail(job, VALIDATION_ERROR, "an address is none");
	buf_open(&b, job->arena, LETTER_BYTES);
	letter_mime(&b, m, arena_printf(job->arena, "%s@%s", m->key, at + 1),
	    clock_now_s());
	o = net_mail(job->arena,
	    &(struct net_letter){ .server = conf_text(CONF_SMTP_URL),
		.hello = at + 1,
		.from = from,
		.to = m->to,
		.bytes = b.at,
		.size = b.length,
		.patience_ms = SMTP_PATIENCE_MS },
	    &answer);
	if (FAILED(o))
		return job_fail(job, answer.status >= 500 ? CONFLICT : o,
		    "smtp: %d", answer.status);
	return OK;
}

enum outcome
work_send_mail(struct job *job)
{
	const struct mail_provider *p = mail_find(conf_text(CONF_TSHOP_MAIL));
	struct send s = { .job = job, .kind = json_text(job->payload, "mail") };
	struct mail m = { .from = conf_text(CONF_TSHOP_MAIL_FROM),
		.headers = { { "Auto-Submitted", "auto-generated" } } };
	const char *other = json_text(job->payload, "mailTo");
	enum outcome o;

	if (!s.kind || !id_is_set(job->ref))
		return OK; /* asked for by nobody: see reset_ask */
	o = sql_mail_to(job->db, job->ref, &s.to);
	if (o == NOT_FOUND)
		return OK; /* erased since */
	TRY(o);
	s.address = other ? other : s.to.email;
	o = reason_check(&s);
	if (o == NO_CONTENT)
		return OK;
	TRY(o);
	TRY(letter_make(&s, &m));
	m.to = s.address;
	m.key = job->id.text;
	return p ? send_by_provider(job, p, &m) : send_by_smtp(job, &m);
}
