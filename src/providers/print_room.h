/*
 * print.h: what both printers' files share.
 */
#ifndef TSHOP_PROVIDERS_PRINT_ROOM_H
#define TSHOP_PROVIDERS_PRINT_ROOM_H

#include "providers/blank.h"
#include "providers/kit.h"
#include "providers/print.h"

#define PRINT_PATIENCE_MS 20000

/* What no printer may be sent; VALIDATION_ERROR with words. */
enum outcome print_may(
    struct arena *, const struct print_order *, struct trouble *);
/* "12/29/…": the n-th part, or NULL. */
const char *print_ref_part(struct arena *, const char *ref, int n);
extern const struct blank_source blank_printful, blank_printify;
struct print_state print_state_empty(void);
struct print_notice print_notice_empty(void);
/* All parcels delivered? */
bool print_all_delivered(const struct print_state *);

/* Of the providers: reading. */
enum outcome printful_state_read(struct arena *, const struct answer *,
    struct print_state *, struct trouble *);
enum outcome printful_found(struct arena *, const char *external_id,
    int64_t since_s, const struct answer *, struct print_state *, bool *more,
    struct trouble *);
enum outcome printful_quoted(struct arena *, const struct print_order *,
    size_t step, const struct answer *, struct print_quote *, struct trouble *);
enum outcome printify_state_read(struct arena *, const struct answer *,
    struct print_state *, struct trouble *);
enum outcome printify_found(struct arena *, const char *external_id,
    int64_t since_s, const struct answer *, struct print_state *, bool *more,
    struct trouble *);
enum outcome printify_quoted(struct arena *, const struct print_order *,
    size_t step, const struct answer *, struct print_quote *, struct trouble *);
/* How many calls a quote takes at Printify: its products, then shipping. */
size_t printify_quote_steps(const struct print_order *);
/* The line whose product step 'step' asks about; NULL: it asks shipping. */
const struct print_item *printify_quote_item(
    const struct print_order *, size_t step);

enum outcome printful_hear(
    struct arena *, const struct notice *, struct print_notice *);
enum outcome printify_hear(
    struct arena *, const struct notice *, struct print_notice *);
/* Their word for a state, as ours. */
enum print_status printful_status(const char *word);
enum print_status printify_status(const char *word);

#endif
