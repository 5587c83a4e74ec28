/*
 * google.h: Sign in with Google: OpenID Connect.
 */
#ifndef TSHOP_SANDBOX_GOOGLE_H
#define TSHOP_SANDBOX_GOOGLE_H

#include "http/route.h"

handler google_discovery, google_authorize, google_token, google_certs,
    google_userinfo, google_user_set;

#endif
