/*
 * payment.h: what the shop asks of whoever takes the money.
 *
 * stripe.c and paypal.c each fill one struct payment_provider. Nothing above
 * this header can tell which of them it got, and neither knows our tables.
 * All of it is pure: a builder fills a struct call, net_send() goes between,
 * the reader of the same name with -ed takes the answer in every case, also
 * when none came.
 *
 *	TRY(p->start(arena, &ask, token, &call));
 *	net_send(arena, &call, &answer);
 *	TRY(p->started(arena, &answer, &payment, &trouble));
 *
 * Shapes    money       our minor units (ISO 4217) and the upper-case code
 *           intent      the provider's id, kit_id_is_good(), <= 255 bytes
 *           key         ours, token characters, <= 108 bytes: same key, same
 *                       charge, however often we ask
 *           token       of token(), where needs_token says so; else NULL
 * Outcomes  PAYMENT_FAILED    the buyer's side; the trouble's words are fit to
 *                             be shown, its code is not
 *           PROVIDER_ERROR    their side: away, or talking nonsense
 *           TIMEOUT           nobody knows whether it happened: look first
 *           NOT_FOUND         they do not know it (any more)
 *           CONFLICT          its state forbids that: look
 *           AMOUNT_TOO_SMALL  below what they charge
 *           VALIDATION_ERROR  not their currency, or an amount between steps
 *           INVALID_SIGNATURE of hear()
 * Sources   stripe.com/docs/api 2023-10-16, PayPal Orders v2, Payments v2.
 */
#ifndef TSHOP_PROVIDERS_PAYMENT_H
#define TSHOP_PROVIDERS_PAYMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "net/net.h"
#include "providers/notice.h"
#include "providers/trouble.h"

struct payment_ask {
	const char *order_id, *order_number;
	int64_t minor;
	const char *currency;
	const char *key;
	int attempt; /* 1 for the first; makes PayPal's invoice id unique */
	const char *return_url, *cancel_url; /* for PayPal's buyer */
};

enum payment_state {
	PAYMENT_OPEN,       /* the buyer has not paid, or has to try again */
	PAYMENT_ACTION,     /* the buyer has to confirm something */
	PAYMENT_APPROVED,   /* the buyer agreed: take() it */
	PAYMENT_PROCESSING, /* on its way: wait for the webhook */
	PAYMENT_PAID,
	PAYMENT_CANCELLED, /* for good */
};

struct payment {
	const char *intent;
	const char *charge;        /* what refunds and disputes name; or "" */
	const char *client_secret; /* for the browser; never stored or logged */
	const char *approve_url;   /* PayPal: where the buyer agrees; or "" */
	const char *status;        /* in Stripe's words for an intent */
	enum payment_state state;
	int64_t minor;      /* asked */
	int64_t minor_paid; /* came in */
	int64_t minor_refunded;
	int64_t minor_fee;         /* what the provider keeps of it */
	const char *fee_currency;  /* NULL: it has not told yet */
	const char *currency;      /* upper case */
	const char *order_id;      /* ours, out of their metadata; or "" */
	const char *declined_code; /* of the last attempt; or "" */
	const char *declined;      /* why, in words for the buyer; or "" */
};

struct refund_ask {
	const char *intent, *charge; /* of the payment */
	int64_t minor;
	const char *currency;
	const char *refund_id, *order_id; /* ours */
	const char *key;
	const char *words; /* for the buyer, where shown; or NULL */
};

enum refund_state {
	REFUND_PENDING,
	REFUND_DONE, /* may still turn into FAILED days later */
	REFUND_FAILED,
	REFUND_CANCELLED,
};

struct refund {
	const char *id;
	enum refund_state state;
	int64_t minor;
	const char *currency;
	const char *failure; /* their code; or "" */
};

/* What a webhook is about. */
enum payment_subject {
	ABOUT_NOTHING, /* unknown, or well-signed nonsense: keep it */
	ABOUT_INTENT,
	ABOUT_CHARGE, /* something was refunded: minor_refunded is the sum */
	ABOUT_REFUND,
	ABOUT_DISPUTE,
	ABOUT_REVIEW, /* somebody there looks at it: status "open", or why not
		       */
	ABOUT_SESSION,
	ABOUT_SUBSCRIPTION,
	ABOUT_INVOICE,
};

/* All texts "" and all numbers 0 where it does not say. */
struct payment_notice {
	const char *event; /* unique at the provider */
	const char *type;
	int64_t created_s;
	bool live;
	enum payment_subject about;
	const char *intent, *charge, *refund, *dispute;
	const char *order_id, *refund_id, *user_id; /* ours, from metadata */
	const char *status;                         /* in their words */
	enum payment_state state;                   /* of an INTENT */
	enum refund_state refund_state;
	int64_t minor; /* amount of the thing itself */
	int64_t minor_paid, minor_refunded, minor_fee;
	const char *currency, *fee_currency; /* of the fee: NULL for none */
	bool refunded_whole;
	const char *declined_code, *declined, *reason;
	/* subscriptions */
	const char *session, *customer, *subscription, *price, *invoice;
	int64_t period_end_s, cancel_at_s, ended_at_s;
	bool ends_at_period, paid;
};

struct payment_token {
	const char *text;
	int lasts_s;
};

/* What a provider keeps book of. */
enum payment_book {
	BOOK_TAKEN,
	BOOK_GIVEN_BACK
};

/*
 * A page of it. The rows are what a webhook would have told: intents that were
 * paid, or refunds; those of others at the same account are among them.
 */
struct payment_books {
	struct payment_notice *rows;
	size_t count;
	const char
	    *next; /* the next page, in their words; NULL: the last one */
};

struct payment_provider {
	const char *name;  /* "stripe", "paypal" */
	bool needs_token;  /* builders want a token */
	bool needs_taking; /* APPROVED is not PAID until take() */
	bool needs_check;  /* hear() alone does not prove it: check() */
	bool (*is_on)(void);

	/* May this sum be charged at all? */
	enum outcome (*may)(int64_t minor, const char *currency);
	/* The smallest step in our minor units; 0: not their currency. */
	int64_t (*step)(const char *currency);

	enum outcome (*start)(struct arena *, const struct payment_ask *,
	    const char *token, struct call *);
	enum outcome (*started)(struct arena *, const struct answer *,
	    struct payment *, struct trouble *);
	enum outcome (*look)(struct arena *, const char *intent,
	    const char *token, struct call *);
	enum outcome (*looked)(struct arena *, const struct answer *,
	    struct payment *, struct trouble *);
	/* The answer of take() and cancel() is read by taken(), cancelled(). */
	enum outcome (*take)(struct arena *, const char *intent,
	    const char *key, const char *token, struct call *);
	enum outcome (*taken)(struct arena *, const struct answer *,
	    struct payment *, struct trouble *);
	/* NULL: nothing to cancel, an order that is not taken expires. */
	enum outcome (*cancel)(struct arena *, const char *intent,
	    const char *key, const char *token, struct call *);
	enum outcome (*cancelled)(struct arena *, const struct answer *,
	    struct payment *, struct trouble *);
	enum outcome (*refund)(struct arena *, const struct refund_ask *,
	    const char *token, struct call *);
	enum outcome (*refunded)(struct arena *, const struct answer *,
	    struct refund *, struct trouble *);
	enum outcome (*look_refund)(struct arena *, const char *refund,
	    const char *token, struct call *);
	/*
	 * All refunds of an intent, and the one among them that was asked for
	 * under our id; NOT_FOUND: it was never made. NULL: repeating a key is
	 * enough, however much later.
	 */
	enum outcome (*refunds)(struct arena *, const char *intent,
	    const char *token, struct call *);
	enum outcome (*refund_found)(struct arena *, const struct answer *,
	    const char *refund_id, struct refund *, struct trouble *);
	/* What was taken or given back since then; page NULL is the first. */
	enum outcome (*books)(struct arena *, enum payment_book,
	    int64_t since_s, const char *page, const char *token,
	    struct call *);
	enum outcome (*books_read)(struct arena *, const struct answer *,
	    struct payment_books *, struct trouble *);

	/*
	 * Verify and read. OK also for kinds unknown to us. The signature is
	 * proven here, or by check() and checked() where needs_check.
	 */
	enum outcome (*hear)(
	    struct arena *, const struct notice *, struct payment_notice *);
	enum outcome (*check)(struct arena *, const struct notice *,
	    const char *token, struct call *);
	enum outcome (*checked)(
	    struct arena *, const struct answer *, struct trouble *);
	/*
	 * The other way to check: by the certificate that signed it, fetched
	 * from where the message says, if that is a place of theirs. NULL:
	 * there is none. proven() takes it as PEM.
	 */
	bool (*is_offline)(void);
	enum outcome (*certificate)(
	    struct arena *, const struct notice *, struct call *);
	enum outcome (*proven)(
	    struct arena *, const struct notice *, const char *pem);

	enum outcome (*token)(struct arena *, struct call *);
	enum outcome (*token_read)(struct arena *, const struct answer *,
	    struct payment_token *, struct trouble *);
};

extern const struct payment_provider payment_stripe, payment_paypal;

/* A notice that says nothing: every text "". */
struct payment_notice payment_notice_empty(void);
/* The one of that name; NULL if there is none. */
const struct payment_provider *payment_find(const char *name);

#endif
