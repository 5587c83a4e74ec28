/*
 * paypal.h: Orders v2, Payments v2, webhooks v1, as PayPal's REST API
 * reference has them.
 */
#ifndef TSHOP_SANDBOX_PAYPAL_H
#define TSHOP_SANDBOX_PAYPAL_H

#include "http/request.h"
#include "http/route.h"
#include "sandbox/shape.h"

enum outcome paypal_refuse(struct request *, int status, const char *name,
    const char *issue, const char *field, const char *description);
/* The bearer token, and that a body is JSON. */
enum outcome paypal_open(struct request *, json **body);
/* Store and send an event about a resource. */
void paypal_event(struct request *, const char *type, const char *about,
    const char *summary, json *resource);
void paypal_link(
    json *links, const char *href, const char *rel, const char *method);
/* Decimals of the currency; -1: not sold in. */
int paypal_decimals(const char *currency);
/* Does the client want the whole resource? */
bool paypal_whole(struct request *);

/* "http://…/v2/<kind>/<id><more>"; the first unit; gross, fee and net. */
const char *paypal_url(
    struct request *, const char *kind, const char *id, const char *more);
json *paypal_unit(json *order);
/* An amount and what of it is the fee. */
json *paypal_breakdown(
    json *amount, const char *gross, const char *net, int fee_per_mille);

/* paypal_amounts.c: section 3's sums. */
enum outcome paypal_amounts(struct request *, json *unit);

handler paypal_token, paypal_order_create, paypal_order_get,
    paypal_order_capture, paypal_approve, paypal_capture_get, paypal_refund,
    paypal_refund_get, paypal_verify, paypal_certificate, paypal_hook_create,
    paypal_hook_list, paypal_event_list;

#endif
