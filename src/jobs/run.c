/*
 * run.c: the runner. Threads work on jobs, one more keeps them fed.
 *
 * The threads share one connection under one lock, which they let go of while
 * they wait for somebody outside; that is where their time goes. A thread
 * claims a job itself; when it found one it wakes the next, so that a queue
 * that has grown fills all of them and an empty one costs two questions a
 * second. The feeder has a connection of its own to hear of new jobs, renews
 * the leases of what is being worked on, and looks at the clock.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "db/db.h"
#include "db/session.h"
#include "net/net.h"
#include "sql/queue.h"

#include "runner.h"

#define PARALLEL_MOST 256
#define FULL_BYTES 4096 /* all kinds, with room to spare */
#define TICK_MS 500
#define RENEW_MS 4000
#define RECLAIM_MS 2000
#define CLOCK_MS 1000
#define STOP_S 30
#define DB_PATIENCE_MS 35000 /* more than the role's statement_timeout */

/* What a thread is at; 'until_ms' is when its lease is renewed no more. */
struct hand {
	pthread_t thread;
	struct arena *arena;
	struct id job;               /* "" when idle */
	const struct job_kind *kind; /* NULL when idle, or for a strange one */
	int64_t until_ms;
};

static struct {
	struct db *db;
	char name[100];
	pthread_mutex_t lock;
	pthread_cond_t wake, ended;
	struct hand hands[PARALLEL_MOST];
	int parallel, busy;
	bool stopping;
} runner = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.wake = PTHREAD_COND_INITIALIZER,
	.ended = PTHREAD_COND_INITIALIZER,
};

static volatile sig_atomic_t told_to_stop;
static _Thread_local struct arena *my_arena;

const char *
runner_name(void)
{
	return runner.name;
}

bool
runner_is_stopping(void)
{
	return runner.stopping;
}

int
runner_hands(void)
{
	return runner.parallel;
}

void
runner_leave(void)
{
	/* Nobody else's statements may land in this one's transaction. */
	insist(!db_in_tx(runner.db));
	pthread_mutex_unlock(&runner.lock);
}

/* While we were out, others had the connection look at their arenas. */
void
runner_enter(void)
{
	pthread_mutex_lock(&runner.lock);
	db_set_arena(runner.db, my_arena);
}

/* The kinds that have their share of hands already: "{submit_order}". */
static const char *
full_kinds(void)
{
	struct buf b;

	buf_open(&b, my_arena, FULL_BYTES);
	buf_char(&b, '{');
	for (int k = 0; k < job_kind_count; k++) {
		int most = runner.parallel * job_kinds[k].share / 100, n = 0;

		for (int i = 0; i < runner.parallel; i++)
			n += runner.hands[i].kind == &job_kinds[k];
		if (n > 0 && n >= most)
			buf_printf(&b, "%s%s", b.length > 1 ? "," : "",
			    job_kinds[k].kind);
	}
	buf_char(&b, '}');
	return b.at;
}

static void
hand_work(struct hand *hand, struct job *job)
{
	const struct job_kind *kind = job_kind_find(job->kind);

	hand->job = job->id;
	hand->kind = kind;
	hand->until_ms =
	    clock_mono_ms() + (kind ? kind->lease_s : LEASE_S) * 1000;
	runner.busy++;
	pthread_cond_signal(&runner.wake);
	job_run(job, kind);
	hand->job = (struct id){ "" };
	hand->kind = NULL;
	runner.busy--;
	if (runner.stopping)
		pthread_cond_signal(&runner.ended);
}

static void *
hand_main(void *arg)
{
	struct hand *hand = arg;
	struct job job;

	my_arena = hand->arena;
	runner_enter();
	while (!runner.stopping) {
		if (job_claim(runner.db, my_arena, full_kinds(), &job)) {
			hand_work(hand, &job);
		} else {
			pthread_cond_wait(&runner.wake, &runner.lock);
			db_set_arena(runner.db, my_arena);
		}
		log_request(NULL);
		arena_reset(my_arena);
	}
	pthread_mutex_unlock(&runner.lock);
	return NULL;
}

/* Tell the database that what is under way still is. */
static void
leases_renew(struct db *db)
{
	int64_t now_ms = clock_mono_ms();
	struct buf ids;
	int touched;

	buf_open(&ids, db_arena(db), PARALLEL_MOST * (ID_TEXT + 1) + 8);
	buf_char(&ids, '{');
	for (int i = 0; i < runner.parallel; i++) {
		const struct hand *hand = &runner.hands[i];

		if (id_is_set(hand->job) && now_ms < hand->until_ms)
			buf_printf(&ids, "%s%s", ids.length > 1 ? "," : "",
			    hand->job.text);
	}
	buf_char(&ids, '}');
	if (ids.length > 2 &&
	    FAILED(sql_job_extend(db, runner.name, ids.at, LEASE_S, &touched)))
		log_event(LOG_WARN, "leases-not-renewed",
		    LOG_INT("jobs", runner.busy));
}

static void
leases_reclaim(struct db *db)
{
	int touched = 0;

	if (!FAILED(sql_job_reclaim(db, &touched)) && touched > 0)
		log_event(LOG_WARN, "jobs-reclaimed", LOG_INT("jobs", touched));
}

/* What the feeder does, each after so long. */
struct chore {
	void (*work)(struct db *);
	int every_ms;
	bool while_stopping;
	int64_t next_ms;
};

/* clang-format off */
static struct chore chores[] = {
	{ leases_renew,   RENEW_MS,   true,  0 },
	{ leases_reclaim, RECLAIM_MS, false, 0 },
	{ clock_tick,     CLOCK_MS,   false, 0 },
};
/* clang-format on */

/* With the lock. */
static void
chores_do(void)
{
	int64_t now_ms = clock_mono_ms();

	for (size_t i = 0; i < COUNT(chores); i++) {
		struct chore *c = &chores[i];

		if (now_ms < c->next_ms ||
		    (runner.stopping && !c->while_stopping))
			continue;
		c->next_ms = now_ms + c->every_ms;
		c->work(runner.db);
	}
	arena_reset(my_arena);
}

static void
stop_asked(int signal_number)
{
	(void)signal_number;
	told_to_stop = 1;
}

static void
signals_set(void)
{
	struct sigaction stop = { .sa_handler = stop_asked };

	sigemptyset(&stop.sa_mask);
	insist(sigaction(SIGTERM, &stop, NULL) == 0);
	insist(sigaction(SIGINT, &stop, NULL) == 0);
	signal(SIGPIPE, SIG_IGN);
}

/* The hands never see a signal: it is the feeder that stops. */
static void
hands_start(int parallel)
{
	sigset_t all, before;

	insist(parallel > 0 && parallel <= PARALLEL_MOST);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (int i = 0; i < parallel; i++) {
		struct hand *hand = &runner.hands[i];

		hand->arena = arena_create(LIMIT_JOB_ARENA_BYTES);
		insist(!pthread_create(&hand->thread, NULL, hand_main, hand));
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void
feed(struct db *ear)
{
	char payload[16];

	while (!told_to_stop) {
		db_wait(ear, TICK_MS, payload, sizeof(payload));
		runner_enter();
		chores_do();
		pthread_cond_signal(&runner.wake);
		pthread_mutex_unlock(&runner.lock);
	}
}

/* True when every hand has ended; the rest is given back to the queue. */
static bool
hands_stop(void)
{
	int64_t until_ms = clock_mono_ms() + STOP_S * 1000;
	int touched = 0;

	runner_enter();
	runner.stopping = true;
	pthread_cond_broadcast(&runner.wake);
	while (runner.busy > 0 && clock_mono_ms() < until_ms) {
		struct timespec soon;

		clock_gettime(CLOCK_REALTIME, &soon);
		soon.tv_sec += 1;
		pthread_cond_timedwait(&runner.ended, &runner.lock, &soon);
		db_set_arena(runner.db, my_arena);
		chores_do();
	}
	if (runner.busy > 0)
		sql_job_give_back(runner.db, runner.name, &touched);
	pthread_mutex_unlock(&runner.lock);
	log_event(LOG_INFO, "stopped", LOG_INT("given_back", touched));
	return touched == 0;
}

static void
name_make(void)
{
	char host[64] = "";
	uint8_t dice[4];
	char hex[2 * sizeof(dice) + 1];

	gethostname(host, sizeof(host) - 1);
	random_bytes(dice, sizeof(dice));
	hex_format(dice, sizeof(dice), hex);
	snprintf(runner.name, sizeof(runner.name), "%s:%d:%s", host,
	    (int)getpid(), hex);
}

int
jobs_run(const char *database_url, int parallel)
{
	static const struct net_lock lock = { runner_leave, runner_enter };
	struct db *ear =
	    db_create(database_url, "tshop-jobs-ear", DB_PATIENCE_MS);

	name_make();
	signals_set();
	runner.parallel = parallel;
	runner.db = db_create(database_url, "tshop-jobs", DB_PATIENCE_MS);
	db_session_settings(runner.db);
	my_arena = arena_create(LIMIT_ARENA_BYTES);
	db_set_arena(ear, my_arena);
	/* Away is no reason not to start: connecting listens again. */
	if (FAILED(db_listen(ear, "tshop_jobs")))
		log_event(LOG_WARN, "database-away-at-start",
		    LOG_TEXT("program", "tshop-jobs"));
	net_set_lock(&lock);
	hands_start(parallel);
	log_event(LOG_INFO, "started", LOG_TEXT("runner", runner.name),
	    LOG_INT("parallel", parallel));
	feed(ear);
	if (!hands_stop())
		_exit(0); /* some are still waiting for an answer */
	for (int i = 0; i < parallel; i++)
		pthread_join(runner.hands[i].thread, NULL);
	net_set_lock(NULL);
	db_destroy(ear);
	db_destroy(runner.db);
	return 0;
}
