/*
 * tshop-jobs: does what the shop asked of the outside world.
 *
 * Any number of them may run, on any number of machines. tshop-jobs(8).
 */
#include "base/conf.h"
#include "base/log.h"
#include "jobs/job.h"
#include "media/media.h"
#include "net/net.h"

int
main(void)
{
	int status;

	log_open("tshop-jobs", "info");
	if (!conf_load(PROGRAM_JOBS))
		return 2;
	log_open("tshop-jobs", conf_text(CONF_TSHOP_LOG_LEVEL));
	net_open();
	media_open(conf_text(CONF_TSHOP_MEDIA_DIR),
	    conf_text(CONF_TSHOP_PUBLIC_URL), conf_text(CONF_TSHOP_MEDIA_KEY));
	status = jobs_run(
	    conf_text(CONF_DATABASE_URL), conf_int(CONF_TSHOP_JOB_PARALLEL));
	net_close();
	return status;
}
