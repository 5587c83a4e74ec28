/*
 * session.h: what the SQL functions need to know of the settings.
 */
#ifndef TSHOP_DB_SESSION_H
#define TSHOP_DB_SESSION_H

struct db;

/*
 * Give every connection made later the settings that schema/views reads:
 * tshop.public_url, tshop.currency, tshop.currencies, tshop.time_zone and
 * tshop.media_secret (hex, derived from TSHOP_MEDIA_KEY for "media url").
 */
void db_session_settings(struct db *);

#endif
