/*
 * handlers.h: the functions behind routes.c, by file.
 */
#ifndef TSHOP_API_HANDLERS_H
#define TSHOP_API_HANDLERS_H

#include "http/route.h"

/* operations */
handler healthz __attribute__((weak));
handler readyz __attribute__((weak));
handler metrics __attribute__((weak));
handler openapi __attribute__((weak));
handler media_private __attribute__((weak));
handler media_public __attribute__((weak));

/* authentication */
handler auth_register __attribute__((weak));
handler auth_login __attribute__((weak));
handler auth_refresh __attribute__((weak));
handler auth_logout __attribute__((weak));
handler auth_forgot __attribute__((weak));
handler auth_reset __attribute__((weak));
handler auth_verify __attribute__((weak));
handler auth_resend __attribute__((weak));
handler auth_google_start __attribute__((weak));
handler auth_google_callback __attribute__((weak));
handler auth_google_credential __attribute__((weak));

/* users */
handler user_get __attribute__((weak));
handler user_update __attribute__((weak));
handler user_delete __attribute__((weak));
handler profile_get __attribute__((weak));
handler profile_update __attribute__((weak));
handler user_password __attribute__((weak));
handler user_email_change __attribute__((weak));
handler user_email_confirm __attribute__((weak));
handler session_list __attribute__((weak));
handler session_revoke_others __attribute__((weak));
handler session_revoke __attribute__((weak));
handler user_export __attribute__((weak));
handler user_analytics __attribute__((weak));
handler hook_resend __attribute__((weak));
handler hook_sendgrid __attribute__((weak));

/* products */
handler product_list __attribute__((weak));
handler product_get __attribute__((weak));
handler variant_list __attribute__((weak));

/* designs */
handler design_generate __attribute__((weak));
handler font_list __attribute__((weak));
handler design_create __attribute__((weak));
handler design_list __attribute__((weak));
handler design_get __attribute__((weak));
handler design_update __attribute__((weak));
handler design_delete __attribute__((weak));
handler design_like __attribute__((weak));
handler design_unlike __attribute__((weak));
handler design_share __attribute__((weak));
handler design_report __attribute__((weak));
handler design_print_file __attribute__((weak));

/* gallery */
handler gallery_list __attribute__((weak));
handler gallery_trending __attribute__((weak));
handler gallery_category __attribute__((weak));

/* cart */
handler cart_get __attribute__((weak));
handler cart_create __attribute__((weak));
handler cart_item_add __attribute__((weak));
handler cart_item_update __attribute__((weak));
handler cart_item_remove __attribute__((weak));
handler cart_clear __attribute__((weak));

/* orders */
handler order_quote __attribute__((weak));
handler order_create __attribute__((weak));
handler order_list __attribute__((weak));
handler order_get __attribute__((weak));
handler order_change __attribute__((weak));
handler order_cancel __attribute__((weak));
handler order_reorder __attribute__((weak));

/* payments */
handler payment_create_intent __attribute__((weak));
handler payment_confirm __attribute__((weak));
handler hook_stripe __attribute__((weak));
handler hook_paypal __attribute__((weak));
handler hook_printful __attribute__((weak));
handler hook_printify __attribute__((weak));

/* subscriptions */
handler subscription_get __attribute__((weak));
handler subscription_checkout __attribute__((weak));
handler subscription_cancel __attribute__((weak));
handler subscription_portal __attribute__((weak));
handler subscription_plans __attribute__((weak));
handler subscription_resume __attribute__((weak));
handler subscription_invoices __attribute__((weak));

/* points */
handler points_balance __attribute__((weak));
handler points_history __attribute__((weak));
handler points_redeem __attribute__((weak));
handler achievement_list __attribute__((weak));
handler leaderboard_list __attribute__((weak));

/* admin */
handler admin_user_list __attribute__((weak));
handler admin_coupon_list __attribute__((weak));
handler admin_coupon_create __attribute__((weak));
handler admin_coupon_get __attribute__((weak));
handler admin_coupon_update __attribute__((weak));
handler admin_order_list __attribute__((weak));
handler admin_order_get __attribute__((weak));
handler admin_order_refund __attribute__((weak));
handler admin_order_retry __attribute__((weak));
handler admin_analytics __attribute__((weak));
handler admin_product_list __attribute__((weak));
handler admin_product_get __attribute__((weak));
handler admin_product_create __attribute__((weak));
handler admin_product_update __attribute__((weak));
handler admin_variant_create __attribute__((weak));
handler admin_variant_update __attribute__((weak));
handler admin_translation_list __attribute__((weak));
handler admin_translation_put __attribute__((weak));
handler admin_translation_delete __attribute__((weak));
handler admin_price_list __attribute__((weak));
handler admin_price_put __attribute__((weak));
handler admin_price_delete __attribute__((weak));
handler admin_settings_get __attribute__((weak));
handler admin_settings_put __attribute__((weak));
handler admin_job_list __attribute__((weak));
handler admin_job_retry __attribute__((weak));
handler admin_webhook_list __attribute__((weak));
handler admin_case_list __attribute__((weak));
handler admin_case_resolve __attribute__((weak));
handler admin_report_list __attribute__((weak));
handler admin_report_resolve __attribute__((weak));
handler admin_audit_list __attribute__((weak));

#endif
