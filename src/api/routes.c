/*
 * routes.c: every path that TShop answers, in one table. HACKING.md tells how
 * to add one.
 */
#include "api/routes.h"
#include "base/insist.h"

#include "handlers.h"

/* clang-format off */
const struct route api_routes[] = {
	/*    method   path                                        who     counts    runs       pool      body       by */
	/* operations */
	ROUTE(GET,    "/healthz",                                ALL,   NOTHING, MANY,     FAST,    NONE,     healthz),
	ROUTE(GET,    "/readyz",                                 ALL,   NOTHING, MANY,     FAST,    NONE,     readyz),
	ROUTE(GET,    "/metrics",                                ALL,   NOTHING, MANY,     FAST,    NONE,     metrics),
	ROUTE(GET,    "/openapi.json",                           ALL,   GENERAL, MANY,     FAST,    NONE,     openapi),
	ROUTE(GET,    "/media/private/:a/:b/:name",              ALL,   NOTHING, MANY,     FAST,    NONE,     media_private),
	ROUTE(GET,    "/media/:a/:b/:name",                      ALL,   NOTHING, MANY,     FAST,    NONE,     media_public),

	/* authentication */
	ROUTE(POST,   "/auth/register",                          ALL,   AUTH,    MANY,     HASH,    JSON,     auth_register),
	ROUTE(POST,   "/auth/login",                             ALL,   AUTH,    MANY,     HASH,    JSON,     auth_login),
	ROUTE(POST,   "/auth/refresh",                           ALL,   GENERAL, MANY,     FAST,    OPTIONAL, auth_refresh),
	ROUTE(POST,   "/auth/logout",                            ALL,   GENERAL, MANY,     FAST,    OPTIONAL, auth_logout),
	ROUTE(POST,   "/auth/forgot-password",                   ALL,   AUTH,    MANY,     FAST,    JSON,     auth_forgot),
	ROUTE(POST,   "/auth/reset-password",                    ALL,   AUTH,    MANY,     HASH,    JSON,     auth_reset),
	ROUTE(POST,   "/auth/verify-email",                      ALL,   GENERAL, MANY,     FAST,    JSON,     auth_verify),
	ROUTE(POST,   "/auth/resend-verification",               USER,  GENERAL, MANY,     FAST,    NONE,     auth_resend),
	ROUTE(GET,    "/auth/google",                            ALL,   GENERAL, MANY,     PATIENT, NONE,     auth_google_start),
	ROUTE(POST,   "/auth/google",                            ALL,   AUTH,    MANY,     PATIENT, JSON,     auth_google_credential),
	ROUTE(GET,    "/auth/google/callback",                   ALL,   GENERAL, MANY,     PATIENT, NONE,     auth_google_callback),

	/* users */
	ROUTE(GET,    "/users/me",                               USER,  GENERAL, MANY,     FAST,    NONE,     user_get),
	ROUTE(PUT,    "/users/me",                               USER,  GENERAL, MANY,     FAST,    JSON,     user_update),
	ROUTE(DELETE, "/users/me",                               USER,  GENERAL, MANY,     HASH,    OPTIONAL, user_delete),
	ROUTE(GET,    "/users/me/profile",                       USER,  GENERAL, MANY,     FAST,    NONE,     profile_get),
	ROUTE(PUT,    "/users/me/profile",                       USER,  GENERAL, MANY,     FAST,    JSON,     profile_update),
	ROUTE(PUT,    "/users/me/password",                      USER,  GENERAL, MANY,     HASH,    JSON,     user_password),
	ROUTE(PUT,    "/users/me/email",                         USER,  GENERAL, MANY,     HASH,    JSON,     user_email_change),
	ROUTE(POST,   "/users/me/email/confirm",                 ALL,   GENERAL, MANY,     FAST,    JSON,     user_email_confirm),
	ROUTE(GET,    "/users/me/sessions",                      USER,  GENERAL, MANY,     FAST,    NONE,     session_list),
	ROUTE(DELETE, "/users/me/sessions",                      USER,  GENERAL, MANY,     FAST,    NONE,     session_revoke_others),
	ROUTE(DELETE, "/users/me/sessions/:id",                  USER,  GENERAL, MANY,     FAST,    NONE,     session_revoke),
	ROUTE(GET,    "/users/me/export",                        USER,  GENERAL, MANY,     PATIENT, NONE,     user_export),
	ROUTE(GET,    "/users/me/analytics",                     USER,  GENERAL, MANY,     FAST,    NONE,     user_analytics),

	ROUTE(POST,   "/mail/webhooks/resend",                   ALL,   NOTHING, MANY,     FAST,    RAW,      hook_resend),
	ROUTE(POST,   "/mail/webhooks/sendgrid",                 ALL,   NOTHING, MANY,     FAST,    RAW,      hook_sendgrid),

	/* products */
	ROUTE(GET,    "/products",                               ALL,   GENERAL, MANY,     FAST,    NONE,     product_list),
	ROUTE(GET,    "/products/:id",                           ALL,   GENERAL, MANY,     FAST,    NONE,     product_get),
	ROUTE(GET,    "/products/:id/variants",                  ALL,   GENERAL, MANY,     FAST,    NONE,     variant_list),

	/* designs */
	ROUTE(POST,   "/designs/generate",                       USER,  GENERAL, ONCE,     PATIENT, JSON,     design_generate),
	ROUTE(GET,    "/designs/fonts",                          ALL,   GENERAL, MANY,     FAST,    NONE,     font_list),
	ROUTE(POST,   "/designs",                                USER,  GENERAL, MANY,     FAST,    JSON,     design_create),
	ROUTE(GET,    "/designs",                                USER,  GENERAL, MANY,     FAST,    NONE,     design_list),
	ROUTE(GET,    "/designs/:id",                            KNOWN, GENERAL, MANY,     FAST,    NONE,     design_get),
	ROUTE(PUT,    "/designs/:id",                            USER,  GENERAL, MANY,     FAST,    JSON,     design_update),
	ROUTE(DELETE, "/designs/:id",                            USER,  GENERAL, MANY,     FAST,    NONE,     design_delete),
	ROUTE(POST,   "/designs/:id/like",                       USER,  GENERAL, MANY,     FAST,    NONE,     design_like),
	ROUTE(DELETE, "/designs/:id/like",                       USER,  GENERAL, MANY,     FAST,    NONE,     design_unlike),
	ROUTE(POST,   "/designs/:id/share",                      USER,  GENERAL, MANY,     FAST,    JSON,     design_share),
	ROUTE(POST,   "/designs/:id/report",                     USER,  GENERAL, MANY,     FAST,    JSON,     design_report),
	ROUTE(GET,    "/designs/:id/print-file",                 USER,  GENERAL, MANY,     PATIENT, NONE,     design_print_file),

	/* gallery */
	ROUTE(GET,    "/gallery/designs",                        KNOWN, GENERAL, MANY,     FAST,    NONE,     gallery_list),
	ROUTE(GET,    "/gallery/designs/trending",               KNOWN, GENERAL, MANY,     FAST,    NONE,     gallery_trending),
	ROUTE(GET,    "/gallery/designs/categories/:category",   KNOWN, GENERAL, MANY,     FAST,    NONE,     gallery_category),

	/* cart */
	ROUTE(GET,    "/cart",                                   CART,  GENERAL, MANY,     FAST,    NONE,     cart_get),
	ROUTE(POST,   "/cart",                                   KNOWN, GENERAL, MANY,     FAST,    OPTIONAL, cart_create),
	ROUTE(POST,   "/cart/items",                             CART,  GENERAL, MANY,     FAST,    JSON,     cart_item_add),
	ROUTE(PUT,    "/cart/items/:id",                         CART,  GENERAL, MANY,     FAST,    JSON,     cart_item_update),
	ROUTE(DELETE, "/cart/items/:id",                         CART,  GENERAL, MANY,     FAST,    NONE,     cart_item_remove),
	ROUTE(DELETE, "/cart/clear",                             CART,  GENERAL, MANY,     FAST,    NONE,     cart_clear),

	/* orders */
	ROUTE(POST,   "/orders/quote",                           CART,  GENERAL, MANY,     FAST,    JSON,     order_quote),
	ROUTE(POST,   "/orders/create",                          USER,  GENERAL, ONCE,     FAST,    JSON,     order_create),
	ROUTE(GET,    "/orders",                                 USER,  GENERAL, MANY,     FAST,    NONE,     order_list),
	ROUTE(GET,    "/orders/:id",                             USER,  GENERAL, MANY,     FAST,    NONE,     order_get),
	ROUTE(PUT,    "/orders/:id",                             USER,  GENERAL, MANY,     FAST,    JSON,     order_change),
	ROUTE(POST,   "/orders/:id/cancel",                      USER,  GENERAL, MANY,     FAST,    OPTIONAL, order_cancel),
	ROUTE(POST,   "/orders/:id/reorder",                     USER,  GENERAL, MANY,     FAST,    NONE,     order_reorder),

	/* payments */
	ROUTE(POST,   "/payments/create-intent",                 USER,  GENERAL, ONCE_OUT, PATIENT, JSON,     payment_create_intent),
	ROUTE(POST,   "/payments/confirm",                       USER,  GENERAL, ONCE_OUT, PATIENT, JSON,     payment_confirm),
	ROUTE(POST,   "/payments/webhooks/stripe",               ALL,   NOTHING, MANY,     FAST,    RAW,      hook_stripe),
	ROUTE(POST,   "/payments/webhooks/paypal",               ALL,   NOTHING, MANY,     PATIENT, RAW,      hook_paypal),
	ROUTE(POST,   "/fulfillment/webhooks/printful",          ALL,   NOTHING, MANY,     FAST,    RAW,      hook_printful),
	ROUTE(POST,   "/fulfillment/webhooks/printify",          ALL,   NOTHING, MANY,     FAST,    RAW,      hook_printify),

	/* subscriptions */
	ROUTE(GET,    "/subscriptions/me",                       USER,  GENERAL, MANY,     FAST,    NONE,     subscription_get),
	ROUTE(GET,    "/subscriptions/plans",                    ALL,   GENERAL, MANY,     FAST,    NONE,     subscription_plans),
	ROUTE(GET,    "/subscriptions/invoices",                 USER,  GENERAL, MANY,     FAST,    NONE,     subscription_invoices),
	ROUTE(POST,   "/subscriptions/checkout",                 USER,  GENERAL, ONCE_OUT, PATIENT, OPTIONAL, subscription_checkout),
	ROUTE(POST,   "/subscriptions/cancel",                   USER,  GENERAL, ONCE_OUT, PATIENT, OPTIONAL, subscription_cancel),
	ROUTE(POST,   "/subscriptions/resume",                   USER,  GENERAL, ONCE_OUT, PATIENT, OPTIONAL, subscription_resume),
	ROUTE(POST,   "/subscriptions/portal",                   USER,  GENERAL, ONCE_OUT, PATIENT, OPTIONAL, subscription_portal),

	/* points */
	ROUTE(GET,    "/points/balance",                         USER,  GENERAL, MANY,     FAST,    NONE,     points_balance),
	ROUTE(GET,    "/points/history",                         USER,  GENERAL, MANY,     FAST,    NONE,     points_history),
	ROUTE(POST,   "/points/redeem",                          USER,  GENERAL, ONCE,     FAST,    JSON,     points_redeem),
	ROUTE(GET,    "/achievements",                           KNOWN, GENERAL, MANY,     FAST,    NONE,     achievement_list),
	ROUTE(GET,    "/leaderboard",                            KNOWN, GENERAL, MANY,     FAST,    NONE,     leaderboard_list),

	/* admin */
	ROUTE(GET,    "/admin/users",                            ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_user_list),
	ROUTE(GET,    "/admin/coupons",                          ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_coupon_list),
	ROUTE(POST,   "/admin/coupons",                          ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_coupon_create),
	ROUTE(GET,    "/admin/coupons/:id",                      ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_coupon_get),
	ROUTE(PUT,    "/admin/coupons/:id",                      ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_coupon_update),
	ROUTE(GET,    "/admin/orders",                           ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_order_list),
	ROUTE(GET,    "/admin/orders/:id",                       ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_order_get),
	ROUTE(POST,   "/admin/orders/:id/refund",                ADMIN, NOTHING, ONCE,     FAST,    JSON,     admin_order_refund),
	ROUTE(POST,   "/admin/orders/:id/retry-fulfillment",     ADMIN, NOTHING, MANY,     FAST,    OPTIONAL, admin_order_retry),
	ROUTE(GET,    "/admin/analytics",                        ADMIN, NOTHING, MANY,     PATIENT, NONE,     admin_analytics),
	ROUTE(GET,    "/admin/products",                         ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_product_list),
	ROUTE(POST,   "/admin/products",                         ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_product_create),
	ROUTE(GET,    "/admin/products/:id",                     ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_product_get),
	ROUTE(PUT,    "/admin/products/:id",                     ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_product_update),
	ROUTE(POST,   "/admin/products/:id/variants",            ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_variant_create),
	ROUTE(PUT,    "/admin/variants/:id",                     ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_variant_update),
	ROUTE(GET,    "/admin/products/:id/translations",      ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_translation_list),
	ROUTE(PUT,    "/admin/products/:id/translations/:language", ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_translation_put),
	ROUTE(DELETE, "/admin/products/:id/translations/:language", ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_translation_delete),
	ROUTE(GET,    "/admin/products/:id/prices",            ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_price_list),
	ROUTE(PUT,    "/admin/products/:id/prices/:currency",  ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_price_put),
	ROUTE(DELETE, "/admin/products/:id/prices/:currency",  ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_price_delete),
	ROUTE(GET,    "/admin/settings/:name",                   ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_settings_get),
	ROUTE(PUT,    "/admin/settings/:name",                   ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_settings_put),
	ROUTE(GET,    "/admin/jobs",                             ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_job_list),
	ROUTE(POST,   "/admin/jobs/:id/retry",                   ADMIN, NOTHING, MANY,     FAST,    OPTIONAL, admin_job_retry),
	ROUTE(GET,    "/admin/webhooks",                         ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_webhook_list),
	ROUTE(GET,    "/admin/cases",                            ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_case_list),
	ROUTE(POST,   "/admin/cases/:id/resolve",                ADMIN, NOTHING, MANY,     FAST,    OPTIONAL, admin_case_resolve),
	ROUTE(GET,    "/admin/reports",                          ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_report_list),
	ROUTE(POST,   "/admin/reports/:id/resolve",              ADMIN, NOTHING, MANY,     FAST,    JSON,     admin_report_resolve),
	ROUTE(GET,    "/admin/audit",                            ADMIN, NOTHING, MANY,     FAST,    NONE,     admin_audit_list),
};
/* clang-format on */

const size_t api_route_count = COUNT(api_routes);
