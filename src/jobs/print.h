/*
 * print.h: what the files of fulfilment share.
 *
 * Nothing read before a call to a printer is certain after it: each step
 * commits what it knows and the next one reads it again.
 */
#ifndef TSHOP_JOBS_PRINT_H
#define TSHOP_JOBS_PRINT_H

#include "jobs/job.h"
#include "providers/print.h"
#include "sql/print.h"

#define PATIENT_TRIES 4 /* until a human is told of what may still heal */

/* An order on its way to a printer. */
struct printing {
	struct job *job;
	struct sql_print_order row;
	const struct print_provider *by; /* of the last fulfilment, or NULL */
	bool retry;                      /* an admin asked for it */
	bool go_on; /* set by a step: the next one may follow at once */
};

/* ---- print_order.c ---- */

/* The order as one printer would get it, or why it cannot. */
struct print_job {
	struct print_order order;
	const char *why; /* NULL: nothing is in the way */
	bool waits;      /* it is only that the print files are not there yet */
};
enum outcome print_order_make(
    struct printing *, const char *provider, struct print_job *);

/* ---- print_route.c ---- */

/* Choose a printer and write the decision down. */
enum outcome print_plan(struct printing *);

/* ---- print_steps.c: each does one thing and commits it ---- */

/* The buyer's bank has taken the money back, perhaps: wait till it is over. */
enum outcome print_disputed(struct job *);
enum outcome print_submit(struct printing *);
enum outcome print_check(struct printing *);

/* ---- print_ask.c: one call each, its answer read ---- */

/* outside_send(), and a human is told when our token is refused. */
enum outcome print_send(struct job *, const struct call *, struct answer *);

/*
 * Find the order by our number, wherever in their list since it was planned
 * (UNIX seconds). NOT_FOUND is proof that it is not there.
 */
enum outcome print_look(struct job *, const struct print_provider *,
    const char *external_id, int64_t planned_s, struct print_state *,
    struct trouble *);
enum outcome print_get(struct job *, const struct print_provider *,
    const char *id, struct print_state *, struct trouble *);
enum outcome print_confirm(struct job *, const struct print_provider *,
    const char *id, struct print_state *, struct trouble *);
enum outcome print_cancel(struct job *, const struct print_provider *,
    const char *id, struct print_state *, struct trouble *);
/* What became of a create(). */
enum created {
	CREATED_DRAFT,   /* it is there: the state says which */
	CREATED_NEVER,   /* nothing was sent, or it must not be */
	CREATED_REFUSED, /* they said no; proven when a look finds nothing */
	CREATED_UNKNOWN, /* nobody knows */
};
enum created print_create(struct job *, const struct print_provider *,
    const struct print_order *, struct print_state *, struct trouble *,
    enum outcome *);
/* End the job for now, or for good, with the printer's words. */
enum outcome print_failed(struct job *, enum outcome, const char *doing,
    const struct print_provider *, const struct trouble *);
enum outcome print_case(struct job *, const char *kind, struct id order,
    const char *key, const char *severity, const char *words);

/* ---- print_watch.c ---- */

/* What an event told besides the order itself; may be NULL. */
enum outcome print_apply(struct job *, struct id fulfillment,
    const struct print_state *, const struct print_shipment *told,
    struct sql_fulfillment_apply *);
/* Ask the printer about one, and apply what it says. */
enum outcome print_settle(
    struct job *, struct id fulfillment, const struct print_shipment *told);

#endif
