/*
 * print.h: what the shop asks of whoever prints.
 *
 * printful.c and printify.c each fill one struct print_provider. All of it is
 * pure, as payment.h says: a builder fills a call, net_send() goes between,
 * the reader takes the answer in every case.
 *
 * Neither printer has idempotency keys: after a lost answer find() comes
 * before create(), always.
 *
 * Shapes    external_id  ours, <= 32 of [A-Za-z0-9_-], unique for ever there
 *           product_ref  "71" at Printful; "blueprint/maker" at Printify, or
 *                        "blueprint/maker/product" where one of our shop's
 *                        products is known to carry the prices
 *           variant_ref  the printer's own variant, digits
 *           cost         minor units of the state's or quote's currency
 * Outcomes  VALIDATION_ERROR  it must not be sent: 'words' say why; a case
 *           NOT_FOUND         they do not know it
 *           CONFLICT          its state forbids that, or it is there already
 *           PROVIDER_ERROR    their side
 *           TIMEOUT           nobody knows whether it happened: find() first
 */
#ifndef TSHOP_PROVIDERS_PRINT_H
#define TSHOP_PROVIDERS_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/net.h"
#include "providers/notice.h"
#include "providers/trouble.h"

#define PRINT_FILES_MOST 4
#define PRINT_COLOURS_MOST 6

struct print_address {
	const char *name, *line1, *line2, *city, *state, *postal_code;
	const char *country; /* ISO 3166-1 alpha-2 */
	const char *phone, *email;
};

struct print_file {
	const char *placement; /* "front", "embroidery_front" */
	const char *technique; /* "dtg", "embroidery", … */
	const char *url;       /* https, its path has the content's hash */
	/* "#RRGGBB" of the threads; none: the printer picks the nearest */
	const char *thread_colours[PRINT_COLOURS_MOST + 1];
};

struct print_item {
	const char *reference; /* ours, unique in the order */
	const char *product_ref, *variant_ref;
	int quantity;
	const char *name;
	int64_t retail_minor; /* a piece, in the order's retail_currency */
	int64_t cost;         /* a piece, US cents, as we know it; -1: no */
	bool blank;           /* nothing is printed, and that is meant so */
	struct print_file files[PRINT_FILES_MOST];
	size_t file_count;
};

struct print_order {
	const char *external_id;
	bool express;
	struct print_address to;
	const struct print_item *items;
	size_t item_count;
	/* For customs and the packing slip; NULL: say nothing. */
	const char *retail_currency;
	int64_t retail_subtotal, retail_discount, retail_shipping, retail_tax;
};

enum print_status {
	PRINT_UNKNOWN,
	PRINT_DRAFT,         /* not submitted: confirm() it */
	PRINT_ACCEPTED,      /* submitted; may still be cancelled */
	PRINT_ON_HOLD,       /* a problem at their side; somebody must look */
	PRINT_IN_PRODUCTION, /* no way back */
	PRINT_PARTIAL,       /* some parcels are out */
	PRINT_SHIPPED,
	PRINT_DELIVERED, /* all parcels */
	PRINT_RETURNED,
	PRINT_FAILED,
	PRINT_CANCELLED, /* or archived: it will not be made */
};

/* The word that our tables use: "draft", "in_production", … */
const char *print_status_name(enum print_status);

struct print_shipment {
	const char *ref; /* unique at the printer */
	const char *carrier, *service, *number, *url; /* "" if not told */
	int64_t shipped_s, delivered_s;               /* 0 if not yet */
	bool returned, withdrawn; /* it came back; it never left */
};

/* Its members, as schema/views reads them, into an object that is open. */
void print_shipment_members(struct buf *, const struct print_shipment *);

struct print_echo {
	const char *reference; /* "" where they do not keep it */
	const char *variant_ref;
	int quantity;
	int files; /* -1 where they do not tell */
	/* Of the first of them; NULL where they do not tell */
	const char *placements[PRINT_FILES_MOST], *urls[PRINT_FILES_MOST];
	bool failed;
};

struct print_state {
	enum print_status status;
	const char *status_words; /* theirs */
	bool may_cancel;
	const char *id, *external_id; /* external_id "" where not told */
	const char *reason;           /* why it is on hold or failed; or "" */
	bool is_partial; /* create() at Printify tells the id alone: get() */
	bool has_cost;   /* else they are still calculating */
	int64_t items_cost, shipping_cost, tax_cost, total_cost;
	const char *currency;
	struct print_address to; /* a member is NULL where they do not tell */
	const struct print_echo *items;
	size_t item_count;
	const struct print_shipment *shipments;
	size_t shipment_count;
};

/*
 * How what they say they will make, and for whom, differs from what was
 * ordered; NULL: in nothing that they tell.
 */
const char *print_echo_flaw(
    const struct print_order *, const struct print_state *);

/* Pieces times quantity, and shipping; US cents. Filled step by step. */
struct print_quote {
	int64_t items, shipping, total;
};

enum print_news {
	PRINT_NEWS_OTHER,
	PRINT_NEWS_ORDER,     /* something about the order moved: get() it */
	PRINT_NEWS_SHIPPED,   /* shipment says what */
	PRINT_NEWS_DELIVERED, /* shipment says what */
	PRINT_NEWS_RETURNED,  /* shipment says what */
	PRINT_NEWS_WITHDRAWN, /* shipment says what will not come after all */
	PRINT_NEWS_FAILED,
	PRINT_NEWS_CANCELLED,
	PRINT_NEWS_HELD,
	PRINT_NEWS_RELEASED, /* a draft again, perhaps: confirm() */
};

struct print_notice {
	const char *event; /* unique; made of what does not change in retries */
	const char *type;
	enum print_news news;
	bool certain; /* false: a hint only, look the order up */
	const char *id, *external_id; /* either may be "" */
	enum print_status status;     /* as told; PRINT_UNKNOWN if not */
	const char *reason;
	struct print_shipment shipment; /* ref "" if there is none */
	int64_t happened_s;
};

struct print_provider {
	const char *name; /* "printful", "printify" */
	bool (*is_on)(void);

	/* May this be sent at all? VALIDATION_ERROR with words. */
	enum outcome (*may)(
	    struct arena *, const struct print_order *, struct trouble *);

	/*
	 * A quote may take several calls: for step 0 … quote_steps()-1 build,
	 * send, read; the last reader completes the quote, which starts {0}.
	 */
	size_t (*quote_steps)(const struct print_order *);
	enum outcome (*quote)(struct arena *, const struct print_order *,
	    size_t step, struct call *, struct trouble *);
	enum outcome (*quoted)(struct arena *, const struct print_order *,
	    size_t step, const struct answer *, struct print_quote *,
	    struct trouble *);

	/*
	 * By our external id, from page 1 on. NOT_FOUND with *more: ask the
	 * next page; without: it is not there, for what is older than since_s
	 * (UNIX seconds; 0: nothing is) cannot be ours.
	 */
	enum outcome (*find)(
	    struct arena *, const char *external_id, int page, struct call *);
	enum outcome (*found)(struct arena *, const char *external_id,
	    int64_t since_s, const struct answer *, struct print_state *,
	    bool *more, struct trouble *);

	/* A draft: nothing is charged or made before confirm(). */
	enum outcome (*create)(struct arena *, const struct print_order *,
	    struct call *, struct trouble *);
	enum outcome (*confirm)(struct arena *, const char *id, struct call *);
	enum outcome (*get)(struct arena *, const char *id, struct call *);
	enum outcome (*cancel)(struct arena *, const char *id, struct call *);
	/* The answer of each of these four. */
	enum outcome (*read)(struct arena *, const struct answer *,
	    struct print_state *, struct trouble *);

	enum outcome (*hear)(
	    struct arena *, const struct notice *, struct print_notice *);
};

extern const struct print_provider print_printful, print_printify;

/* All of them; of two that ask the same the first one is chosen. */
#define PRINT_PROVIDERS 2
extern const struct print_provider *const print_providers[PRINT_PROVIDERS];

/* The one of that name; NULL if there is none. */
const struct print_provider *print_find(const char *name);

#endif
