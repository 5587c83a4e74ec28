/*
 * tshop-sandbox: the stand-in for every third party. A FastCGI worker of the
 * same http/ room as the shop; nothing of the shop's providers is in it.
 */
#include <signal.h>

#include "base/conf.h"
#include "base/log.h"
#include "net/net.h"
#include "sandbox/hooks.h"
#include "sandbox/panel.h"
#include "sandbox/play.h"
#include "sandbox/store.h"

int
main(void)
{
	static const struct net_lock lock = { sandbox_leave, sandbox_enter };
	int status;

	log_open("tshop-sandbox", "info");
	if (!conf_load(PROGRAM_SANDBOX))
		return 1;
	log_open("tshop-sandbox", conf_text(CONF_TSHOP_LOG_LEVEL));
	signal(SIGPIPE, SIG_IGN);
	if (!store_open(conf_text(CONF_TSHOP_SANDBOX_DIR)))
		return 1;
	net_open();
	net_set_lock(&lock);

	sandbox_enter();
	sandbox_furnish();
	shapes_release();
	sandbox_leave();
	hooks_start();
	status = serve(&sandbox_service);

	/* nobody writes while the journal is closed, nor ever after */
	sandbox_enter();
	store_close();
	return status;
}
