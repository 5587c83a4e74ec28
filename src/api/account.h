/*
 * account.h: what sign-in, passwords and e-mail changes have in common.
 */
#ifndef TSHOP_API_ACCOUNT_H
#define TSHOP_API_ACCOUNT_H

#include "base/secret.h"
#include "db/db.h"
#include "http/request.h"

#define FRESH_S 900 /* a sign-in proves who one is for so long */

struct sign_in {
	struct id user;
	const char *password_hash; /* the one that was verified; NULL: none */
	bool cookie;
	bool familiar; /* no notice: the account has just been made */
};

/*
 * Open a session inside the caller's transaction and answer {user, …Tokens};
 * what a guest has put into a cart comes along.
 * INVALID_CREDENTIALS if the password has changed meanwhile.
 */
enum outcome account_open(struct request *, const struct sign_in *);
/* The same with the refresh token as a cookie and no body. */
enum outcome account_open_quietly(struct request *, const struct sign_in *);

/* The header that names a guest's cart. */
#define CART_TOKEN "X-Cart-Token"
/*
 * The guest's cart that the request names goes over into the user's, and
 * meta.cart tells how; one that is not there (any more) is nobody's loss. In
 * the caller's transaction.
 */
enum outcome account_take_cart(struct request *, struct id user);

/* The members of Tokens; 'cookie' puts the refresh token into the cookie. */
void account_reply_tokens(struct request *, const char *access_token,
    const char *refresh_token, bool cookie);
void account_forget_cookie(struct request *);
/* The cookie's token, or NULL. FORBIDDEN if another site makes the call. */
enum outcome account_cookie(struct request *, const char **token);

/* SHA-256 of a token, as it stands in the database; the arena's. */
struct bytes account_token_hash(struct request *, const char *token);

/* Name the field as wrong if the password is common or the address itself. */
void account_check_password(struct request *, const char *field,
    const char *password, const char *email);

/*
 * Is it really them? The password if they have one, else a sign-in of just
 * now. FORBIDDEN. 'hash' and 'email' are what the database has.
 */
struct sql_password_find;
enum outcome account_prove(
    struct request *, const char *password, struct sql_password_find *known);

/* The mailbox is theirs: verified, with its points. INVALID_TOKEN if the
 * address has changed. In the caller's transaction. */
enum outcome account_verify_email(
    struct request *, struct id user, const char *email);

/*
 * The person goes. What is under way is let go of first, and what must be
 * asked of others is written down before its names go. In the caller's
 * transaction.
 */
enum outcome account_erase(struct db *, struct id user);

#endif
