/*
 * kinds.c: every kind of job, in one table.
 *
 * What waits for a provider's turn may not fill a runner: letters and money
 * come by in between. What two printers may hold at once has twice the share
 * of one's lane (outside.c), so that one of them never holds all of it.
 */
#include "base/insist.h"
#include "jobs/job.h"

#include "workers.h"

/* clang-format off */
const struct job_kind job_kinds[] = {
	/* kind                  worker                     most s  %  secret */
	{ "send_mail",            work_send_mail,             60,  20, true },
	{ "purge_user",           work_purge_user,           120,  25, false },

	{ "draw_design",          work_draw_design,          180,  50, false },
	{ "render_design",        work_render_design,        120,  75, false },
	{ "trending",             work_trending,             120, 100, false },
	{ "sweep_media",          work_sweep_media,          300, 100, false },

	{ "cancel_intent",        work_cancel_intent,        120, 100, false },
	{ "refund_payment",       work_refund_payment,       120, 100, false },
	{ "settle_webhook",       work_settle_webhook,       120, 100, false },
	{ "stop_subscription",    work_stop_subscription,    120, 100, false },
	{ "expire_orders",        work_expire_orders,        300, 100, false },
	{ "reconcile_payments",   work_reconcile_payments,   300, 100, false },
	{ "render_order",         work_render_order,         300,  75, false },

	{ "submit_order",         work_submit_order,         300,  40, false },
	{ "cancel_print",         work_cancel_print,         120, 100, false },
	{ "settle_print_webhook", work_settle_print_webhook, 120,  35, false },
	{ "poll_fulfillment",     work_poll_fulfillment,     600, 100, false },
	{ "sync_catalogue",       work_sync_catalogue,       900,  10, false },

	{ "sweep",                work_sweep,                300, 100, false },
	{ "count_gallery",        work_count_gallery,         60, 100, false },
	{ "refresh_tiers",        work_refresh_tiers,         60, 100, false },
};
/* clang-format on */
const int job_kind_count = COUNT(job_kinds);
