/*
 * routes.c: every path that somebody else's server would answer.
 */
#include "base/insist.h"
#include "sandbox/gemini.h"
#include "sandbox/google.h"
#include "sandbox/mail.h"
#include "sandbox/panel.h"
#include "sandbox/paypal.h"
#include "sandbox/play.h"
#include "sandbox/printful.h"
#include "sandbox/printify.h"
#include "sandbox/s3.h"
#include "sandbox/stripe.h"

#define THREADS 16
#define BODY_MOST (20 * 1024 * 1024)

/* Nobody is a user here, and every row may wait. */
#define ROW(method, path, handler)                                             \
	ROUTE(method, path, ALL, NOTHING, MANY, PATIENT, RAW, handler)

/* clang-format off */
static const struct route routes[] = {
	/* Stripe */
	ROW(POST,   "/v1/payment_intents",             stripe_intent_create),
	ROW(GET,    "/v1/payment_intents",             stripe_intent_list),
	ROW(GET,    "/v1/payment_intents/:id",         stripe_intent_get),
	ROW(POST,   "/v1/payment_intents/:id",         stripe_intent_update),
	ROW(POST,   "/v1/payment_intents/:id/confirm", stripe_intent_confirm),
	ROW(POST,   "/v1/payment_intents/:id/cancel",  stripe_intent_cancel),
	ROW(POST,   "/v1/payment_intents/:id/capture", stripe_intent_capture),
	ROW(GET,    "/3d_secure/:id",                  stripe_intent_secure),
	ROW(GET,    "/v1/charges",                     stripe_charge_list),
	ROW(GET,    "/v1/charges/:id",                 stripe_charge_get),
	ROW(GET,    "/v1/disputes/:id",                stripe_dispute_get),
	ROW(POST,   "/v1/refunds",                     stripe_refund_create),
	ROW(GET,    "/v1/refunds",                     stripe_refund_list),
	ROW(GET,    "/v1/refunds/:id",                 stripe_refund_get),
	ROW(POST,   "/v1/refunds/:id",                 stripe_refund_update),
	ROW(POST,   "/v1/customers",                   stripe_customer_create),
	ROW(GET,    "/v1/customers",                   stripe_customer_list),
	ROW(GET,    "/v1/customers/:id",               stripe_customer_get),
	ROW(POST,   "/v1/customers/:id",               stripe_customer_update),
	ROW(DELETE, "/v1/customers/:id",               stripe_customer_delete),
	ROW(POST,   "/v1/products",                    stripe_product_create),
	ROW(GET,    "/v1/products",                    stripe_product_list),
	ROW(GET,    "/v1/products/:id",                stripe_product_get),
	ROW(POST,   "/v1/products/:id",                stripe_product_update),
	ROW(POST,   "/v1/prices",                      stripe_price_create),
	ROW(GET,    "/v1/prices",                      stripe_price_list),
	ROW(GET,    "/v1/prices/:id",                  stripe_price_get),
	ROW(POST,   "/v1/prices/:id",                  stripe_price_update),
	ROW(POST,   "/v1/checkout/sessions",           stripe_session_create),
	ROW(GET,    "/v1/checkout/sessions",           stripe_session_list),
	ROW(GET,    "/v1/checkout/sessions/:id",       stripe_session_get),
	ROW(POST,   "/v1/checkout/sessions/:id/expire", stripe_session_expire),
	ROW(GET,    "/c/pay/:id",                      stripe_session_pay),
	ROW(GET,    "/v1/subscriptions",               stripe_subscription_list),
	ROW(GET,    "/v1/subscriptions/:id",           stripe_subscription_get),
	ROW(POST,   "/v1/subscriptions/:id",           stripe_subscription_update),
	ROW(DELETE, "/v1/subscriptions/:id",           stripe_subscription_delete),
	ROW(POST,   "/v1/billing_portal/sessions",     stripe_portal_create),
	ROW(GET,    "/p/session/:id",                  stripe_portal_open),
	ROW(GET,    "/v1/invoices",                    stripe_invoice_list),
	ROW(GET,    "/v1/invoices/:id",                stripe_invoice_get),
	ROW(GET,    "/v1/events",                      stripe_event_list),
	ROW(GET,    "/v1/events/:id",                  stripe_event_get),
	ROW(POST,   "/v1/webhook_endpoints",           stripe_endpoint_create),
	ROW(GET,    "/v1/webhook_endpoints",           stripe_endpoint_list),
	ROW(GET,    "/v1/webhook_endpoints/:id",       stripe_endpoint_get),
	ROW(DELETE, "/v1/webhook_endpoints/:id",       stripe_endpoint_delete),
	/* PayPal */
	ROW(POST,   "/v1/oauth2/token",                paypal_token),
	ROW(POST,   "/v2/checkout/orders",             paypal_order_create),
	ROW(GET,    "/v2/checkout/orders/:id",         paypal_order_get),
	ROW(POST,   "/v2/checkout/orders/:id/capture", paypal_order_capture),
	ROW(GET,    "/checkoutnow",                    paypal_approve),
	ROW(GET,    "/v2/payments/captures/:id",       paypal_capture_get),
	ROW(POST,   "/v2/payments/captures/:id/refund", paypal_refund),
	ROW(GET,    "/v2/payments/refunds/:id",        paypal_refund_get),
	ROW(POST,   "/v1/notifications/verify-webhook-signature", paypal_verify),
	ROW(GET,    "/v1/notifications/certs/:id",     paypal_certificate),
	ROW(POST,   "/v1/notifications/webhooks",      paypal_hook_create),
	ROW(GET,    "/v1/notifications/webhooks",      paypal_hook_list),
	ROW(GET,    "/v1/notifications/webhooks-events", paypal_event_list),
	/* Gemini: the parameter ends in ":generateContent" */
	ROW(GET,    "/v1beta/models",                  gemini_models),
	ROW(GET,    "/v1beta/models/:model",           gemini_model),
	ROW(POST,   "/v1beta/models/:model",           gemini_generate),
	/* S3 */
	ROW(PUT,    "/" S3_BUCKET "/private/:a/:b/:name", s3_put),
	ROW(GET,    "/" S3_BUCKET "/private/:a/:b/:name", s3_get),
	ROW(DELETE, "/" S3_BUCKET "/private/:a/:b/:name", s3_delete),
	ROW(PUT,    "/" S3_BUCKET "/public/:a/:b/:name",  s3_put),
	ROW(GET,    "/" S3_BUCKET "/public/:a/:b/:name",  s3_get),
	ROW(DELETE, "/" S3_BUCKET "/public/:a/:b/:name",  s3_delete),
	/* Printful */
	ROW(GET,    "/products",                       printful_products),
	ROW(GET,    "/products/:id",                   printful_product),
	ROW(GET,    "/products/variant/:id",           printful_variant),
	ROW(GET,    "/mockup-generator/printfiles/:id", printful_printfiles),
	ROW(GET,    "/stores",                         printful_stores),
	ROW(GET,    "/countries",                      printful_countries),
	ROW(POST,   "/files/thread-colors",            printful_threads),
	ROW(POST,   "/shipping/rates",                 printful_rates),
	ROW(POST,   "/orders/estimate-costs",          printful_estimate),
	ROW(POST,   "/orders",                         printful_create),
	ROW(GET,    "/orders",                         printful_list),
	ROW(GET,    "/orders/:id",                     printful_get),
	ROW(PUT,    "/orders/:id",                     printful_update),
	ROW(DELETE, "/orders/:id",                     printful_delete),
	ROW(POST,   "/orders/:id/confirm",             printful_confirm),
	ROW(POST,   "/v2/webhooks",                    printful_hooks_set),
	ROW(GET,    "/v2/webhooks",                    printful_hooks_get),
	ROW(DELETE, "/v2/webhooks",                    printful_hooks_drop),
	ROW(POST,   "/webhooks",                       printful_old_hooks_set),
	ROW(GET,    "/webhooks",                       printful_old_hooks_get),
	ROW(DELETE, "/webhooks",                       printful_old_hooks_drop),
	/* Printify */
	ROW(GET,    "/v1/shops.json",                  printify_shops),
	ROW(GET,    "/v1/catalog/blueprints.json",     printify_blueprints),
	ROW(GET,    "/v1/catalog/blueprints/:b",       printify_blueprint),
	ROW(GET,    "/v1/catalog/blueprints/:b/print_providers.json", printify_makers),
	ROW(GET,    "/v1/catalog/blueprints/:b/print_providers/:p/variants.json", printify_variants),
	ROW(GET,    "/v1/catalog/blueprints/:b/print_providers/:p/shipping.json", printify_shipping),
	ROW(GET,    "/v1/catalog/print_providers.json", printify_all_makers),
	ROW(GET,    "/v1/uploads.json",                printify_uploads),
	ROW(POST,   "/v1/uploads/images.json",         printify_upload),
	ROW(GET,    "/v1/uploads/:id",                 printify_upload_get),
	ROW(POST,   "/v1/uploads/:id/archive.json",    printify_archive),
	ROW(GET,    "/v1/shops/:shop/products.json",   printify_product_list),
	ROW(POST,   "/v1/shops/:shop/products.json",   printify_product_create),
	ROW(GET,    "/v1/shops/:shop/products/:id",    printify_product_get),
	ROW(GET,    "/v1/shops/:shop/orders.json",     printify_order_list),
	ROW(POST,   "/v1/shops/:shop/orders.json",     printify_order_create),
	ROW(POST,   "/v1/shops/:shop/orders/shipping.json", printify_order_shipping),
	ROW(GET,    "/v1/shops/:shop/orders/:id",      printify_order_get),
	ROW(POST,   "/v1/shops/:shop/orders/:id/send_to_production.json", printify_order_produce),
	ROW(POST,   "/v1/shops/:shop/orders/:id/cancel.json", printify_order_cancel),
	ROW(GET,    "/v1/shops/:shop/webhooks.json",   printify_hook_list),
	ROW(POST,   "/v1/shops/:shop/webhooks.json",   printify_hook_create),
	ROW(PUT,    "/v1/shops/:shop/webhooks/:id",    printify_hook_update),
	ROW(DELETE, "/v1/shops/:shop/webhooks/:id",    printify_hook_delete),
	/* mail */
	ROW(POST,   "/emails",                         resend_send),
	ROW(GET,    "/emails/:id",                     resend_get),
	ROW(POST,   "/v3/mail/send",                   sendgrid_send),
	/* Google */
	ROW(GET,    "/.well-known/openid-configuration", google_discovery),
	ROW(GET,    "/o/oauth2/v2/auth",               google_authorize),
	ROW(POST,   "/token",                          google_token),
	ROW(GET,    "/oauth2/v3/certs",                google_certs),
	ROW(GET,    "/v1/userinfo",                    google_userinfo),
	/* the panel */
	ROW(GET,    "/_sandbox/health",                panel_health),
	ROW(GET,    "/_sandbox/mail",                  panel_mail),
	ROW(GET,    "/_sandbox/calls",                 panel_calls),
	ROW(POST,   "/_sandbox/faults",                panel_fault_add),
	ROW(GET,    "/_sandbox/faults",                panel_faults),
	ROW(DELETE, "/_sandbox/faults",                panel_faults_clear),
	ROW(GET,    "/_sandbox/printful/orders",       panel_printful_orders),
	ROW(GET,    "/_sandbox/printify/orders",       panel_printify_orders),
	ROW(POST,   "/_sandbox/printful/orders/:id/:move", panel_printful_move),
	ROW(POST,   "/_sandbox/printify/orders/:id/:move", panel_printify_move),
	ROW(POST,   "/_sandbox/stripe/subscriptions/:id/:move", panel_subscription_move),
	ROW(POST,   "/_sandbox/prices",                panel_prices),
	ROW(POST,   "/_sandbox/stock",                 panel_stock),
	ROW(GET,    "/_sandbox/webhooks",              panel_webhooks),
	ROW(POST,   "/_sandbox/webhooks/:id/replay",   panel_replay),
	ROW(POST,   "/_sandbox/google/users",          google_user_set),
	ROW(POST,   "/_sandbox/reset",                 panel_reset),
};
/* clang-format on */

const struct service sandbox_service = {
	.prefix = "",
	.routes = routes,
	.route_count = COUNT(routes),
	.run = sandbox_run,
	.threads = THREADS,
	.body_most = BODY_MOST,
	.fallback = sandbox_unknown,
};
