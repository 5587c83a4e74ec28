/*
 * kinds.c: every kind of job, in one table.
 */
#include "base/insist.h"
#include "jobs/job.h"

#include "workers.h"

/* clang-format off */
const struct job_kind job_kinds[] = {
	/* kind                  worker                     most s  secret */
	{ "send_mail",            work_send_mail,             60, true },
	{ "purge_user",           work_purge_user,           120, false },

	{ "draw_design",          work_draw_design,          180, false },
	{ "render_design",        work_render_design,        120, false },
	{ "trending",             work_trending,             120, false },
	{ "sweep_media",          work_sweep_media,          300, false },

	{ "cancel_intent",        work_cancel_intent,        120, false },
	{ "refund_payment",       work_refund_payment,       120, false },
	{ "settle_webhook",       work_settle_webhook,       120, false },
	{ "expire_orders",        work_expire_orders,        300, false },
	{ "reconcile_payments",   work_reconcile_payments,   300, false },
	{ "render_order",         work_render_order,         300, false },

	{ "submit_order",         work_submit_order,         300, false },
	{ "cancel_print",         work_cancel_print,         120, false },
	{ "settle_print_webhook", work_settle_print_webhook, 120, false },
	{ "poll_fulfillment",     work_poll_fulfillment,     600, false },
	{ "sync_catalogue",       work_sync_catalogue,       900, false },

	{ "sweep",                work_sweep,                300, false },
	{ "count_gallery",        work_count_gallery,         60, false },
	{ "refresh_tiers",        work_refresh_tiers,         60, false },
};
/* clang-format on */
const int job_kind_count = COUNT(job_kinds);
