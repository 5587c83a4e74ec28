/*
 * mail.h: Resend's POST /emails and SendGrid's POST /v3/mail/send. What they
 * take is kept for the panel's /_sandbox/mail.
 */
#ifndef TSHOP_SANDBOX_MAIL_H
#define TSHOP_SANDBOX_MAIL_H

#include "http/route.h"

handler resend_send, resend_get, sendgrid_send;

#endif
