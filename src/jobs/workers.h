/*
 * workers.h: the functions behind kinds.c, by the file that has them.
 *
 * A kind whose worker is not linked in stays in the queue.
 */
#ifndef TSHOP_JOBS_WORKERS_H
#define TSHOP_JOBS_WORKERS_H

#include "jobs/job.h"

/* accounts */
job_worker work_send_mail __attribute__((weak));
job_worker work_purge_user __attribute__((weak));

/* designs */
job_worker work_draw_design __attribute__((weak));
job_worker work_render_design __attribute__((weak));
job_worker work_trending __attribute__((weak));
job_worker work_sweep_media __attribute__((weak));

/* money */
job_worker work_cancel_intent __attribute__((weak));
job_worker work_refund_payment __attribute__((weak));
job_worker work_settle_webhook __attribute__((weak));
job_worker work_stop_subscription __attribute__((weak));
job_worker work_expire_orders __attribute__((weak));
job_worker work_reconcile_payments __attribute__((weak));
job_worker work_render_order __attribute__((weak));

/* fulfilment */
job_worker work_submit_order __attribute__((weak));
job_worker work_cancel_print __attribute__((weak));
job_worker work_settle_print_webhook __attribute__((weak));
job_worker work_poll_fulfillment __attribute__((weak));
job_worker work_sync_catalogue __attribute__((weak));

/* the clock */
job_worker work_sweep;
job_worker work_count_gallery;
job_worker work_refresh_tiers;

#endif
