/*
 * session.c: settings as session settings of PostgreSQL.
 */
#include <string.h>

#include "base/conf.h"
#include "base/insist.h"
#include "base/secret.h"
#include "db/db.h"
#include "db/session.h"

void
db_session_settings(struct db *db)
{
	static const struct {
		const char *name;
		enum setting setting;
	} rows[] = {
		{ "tshop.public_url", CONF_TSHOP_PUBLIC_URL },
		{ "tshop.currency", CONF_TSHOP_CURRENCY },
		{ "tshop.currencies", CONF_TSHOP_CURRENCIES },
		{ "tshop.charm", CONF_TSHOP_CHARM },
		{ "tshop.time_zone", CONF_TSHOP_TIME_ZONE },
		{ "tshop.job_attempts", CONF_TSHOP_JOB_ATTEMPTS },
		{ "tshop.subscription_grace", CONF_TSHOP_SUBSCRIPTION_GRACE },
		{ "tshop.refuse_loss", CONF_TSHOP_REFUSE_LOSS },
	};
	const char *key = conf_text(CONF_TSHOP_MEDIA_KEY);
	uint8_t derived[SHA256_BYTES];
	char hex[SHA256_HEX];

	db_set_session(
	    db, "TimeZone", "UTC"); /* buf_json_time() counts on it */
	db_set_session(db, "DateStyle", "ISO");
	for (size_t i = 0; i < COUNT(rows); i++)
		db_set_session(db, rows[i].name, conf_text(rows[i].setting));
	secret_derive(key, strlen(key), "media url", derived);
	hex_format(derived, sizeof(derived), hex);
	db_set_session(db, "tshop.media_secret", hex);
}
