/*
 * paypal.c: PayPal's token, its errors and its money.
 *
 * Errors are told apart by their issue; the texts may change.
 */
#include "base/arena.h"
#include "base/b64.h"
#include "base/insist.h"
#include "providers/amount.h"
#include "providers/paypal.h"

#define TOKEN_MOST 4096
#define ID_AND_SECRET_MOST 1024

static bool
is_on(void)
{
	return *conf_text(CONF_PAYPAL_CLIENT_ID) &&
	       *conf_text(CONF_PAYPAL_CLIENT_SECRET);
}

void
paypal_call(struct call *c, struct arena *a, const char *method,
    const char *token, const char *key)
{
	insist(kit_is_token(token, TOKEN_MOST));
	kit_call(c, "paypal", method, PAYPAL_PATIENCE_MS);
	call_header(c, a, "Authorization: Bearer %s", token);
	call_header(c, a, "Prefer: return=representation");
	if (key) {
		insist(kit_is_token(key, 108));
		call_header(c, a, "PayPal-Request-Id: %s", key);
	}
}

/* ---- the token ---- */

static enum outcome
token(struct arena *a, struct call *c)
{
	const char *both =
	    arena_printf(a, "%s:%s", conf_text(CONF_PAYPAL_CLIENT_ID),
		conf_text(CONF_PAYPAL_CLIENT_SECRET));
	char text[B64_TEXT(ID_AND_SECRET_MOST)];
	struct buf b;

	insist(strlen(both) <= ID_AND_SECRET_MOST);
	b64_format(both, strlen(both), text);
	kit_call(c, "paypal", "POST", PAYPAL_PATIENCE_MS);
	call_header(c, a, "Authorization: Basic %s", text);
	kit_url(
	    c, a, conf_text(CONF_PAYPAL_API_BASE), "/v1/oauth2/token", NULL);
	kit_open(&b, a);
	kit_form(&b, "grant_type", "client_credentials");
	kit_body(c, a, &b, TYPE_FORM);
	return OK;
}

static enum outcome
token_read(struct arena *a, const struct answer *answer,
    struct payment_token *out, struct trouble *t)
{
	json *root;
	const char *text;
	enum outcome o;

	TRY(kit_reached(answer, t));
	o = kit_status(a, answer, t);
	/* our secret is at fault: all is well again when somebody mends it */
	if (answer->status == 401)
		t->cure = CURE_WAIT;
	TRY(o);
	root = kit_json(a, answer->body, answer->size);
	text = json_text(root, "access_token");
	if (!kit_is_token(text, TOKEN_MOST))
		return kit_nonsense(a, t, "not a token");
	out->text = text;
	out->lasts_s = (int)json_int(root, "expires_in", 0);
	return OK;
}

/* ---- errors ---- */

/* clang-format off */
static const struct {
	const char *issue;
	enum outcome outcome;
	enum cure cure;
	const char *words; /* for the buyer */
} issues[] = {
	/* issue                               outcome         cure */
	{ "INSTRUMENT_DECLINED",               PAYMENT_FAILED, CURE_BUYER,  "PayPal could not use this way to pay. Choose another one." },
	{ "PAYER_ACTION_REQUIRED",             PAYMENT_FAILED, CURE_BUYER,  "PayPal wants this payment to be confirmed." },
	{ "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING", PAYMENT_FAILED, CURE_BUYER, "PayPal could not use this way to pay. Choose another one." },
	{ "TRANSACTION_REFUSED",               PAYMENT_FAILED, CURE_BUYER,  "PayPal refused the payment." },
	{ "PAYER_CANNOT_PAY",                  PAYMENT_FAILED, CURE_BUYER,  "PayPal refused the payment." },
	{ "PAYER_ACCOUNT_RESTRICTED",          PAYMENT_FAILED, CURE_BUYER,  "PayPal refused the payment." },
	{ "COMPLIANCE_VIOLATION",              PAYMENT_FAILED, CURE_BUYER,  "PayPal refused the payment." },
	{ "TRANSACTION_LIMIT_EXCEEDED",        PAYMENT_FAILED, CURE_BUYER,  "The sum is beyond a limit at PayPal." },
	{ "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", PAYMENT_FAILED, CURE_BUYER, "There were too many attempts." },
	{ "ORDER_NOT_APPROVED",                CONFLICT,       CURE_LOOK,   NULL },
	{ "ORDER_ALREADY_CAPTURED",            CONFLICT,       CURE_LOOK,   NULL },
	{ "ORDER_COMPLETION_IN_PROGRESS",      CONFLICT,       CURE_LOOK,   NULL },
	{ "PREVIOUS_REQUEST_IN_PROGRESS",      PROVIDER_ERROR, CURE_WAIT,   NULL },
	{ "DUPLICATE_INVOICE_ID",              CONFLICT,       CURE_LOOK,   NULL },
	{ "CAPTURE_FULLY_REFUNDED",            CONFLICT,       CURE_LOOK,   NULL },
	{ "REFUND_AMOUNT_EXCEEDED",            CONFLICT,       CURE_LOOK,   NULL },
	{ "PENDING_CAPTURE",                   PROVIDER_ERROR, CURE_WAIT,   NULL },
	{ "REFUND_FAILED_INSUFFICIENT_FUNDS",  PROVIDER_ERROR, CURE_WAIT,   NULL },
	{ "INVALID_RESOURCE_ID",               NOT_FOUND,      CURE_PERSON, NULL },
};
/* clang-format on */

static enum outcome
error_read(
    struct arena *a, const struct answer *answer, json *root, struct trouble *t)
{
	json *detail = json_element(json_get(root, "details"), 0);
	const char *issue = kit_text(detail, "issue");
	const char *words = kit_text(detail, "description");
	enum outcome o;

	for (size_t i = 0; i < COUNT(issues); i++)
		if (!strcmp(issues[i].issue, issue))
			return kit_trouble(a, t, issues[i].outcome,
			    issues[i].cure, issue,
			    issues[i].words ? issues[i].words : words);
	if (!*issue)
		issue = kit_text(root, "name");
	o = kit_status(a, answer, t);
	if (*issue)
		kit_trouble(a, t, o, t->cure, issue,
		    *words ? words : kit_text(root, "message"));
	if (answer->status == 401)
		t->cure = CURE_TOKEN;
	return o;
}

enum outcome
paypal_answer(struct arena *a, const struct answer *answer, json **root,
    struct trouble *t)
{
	json *value;

	TRY(kit_reached(answer, t));
	value = kit_json(a, answer->body, answer->size);
	if (answer->status < 200 || answer->status > 299)
		return error_read(a, answer, value, t);
	if (!json_get(value, "id") && !json_get(value, "links") &&
	    !json_get(value, "verification_status"))
		return kit_nonsense(a, t, "not one of PayPal's objects");
	*root = value;
	return OK;
}

/* ---- money ---- */

static int64_t
step(const char *currency)
{
	return amount_step(AMOUNT_PAYPAL, currency);
}

enum outcome
paypal_may(int64_t minor, const char *currency)
{
	int64_t theirs;

	if (!amount_to(AMOUNT_PAYPAL, currency, minor, &theirs))
		return VALIDATION_ERROR;
	return theirs == 0 ? AMOUNT_TOO_SMALL : OK;
}

void
paypal_money_put(
    struct buf *b, const char *key, int64_t minor, const char *currency)
{
	char text[AMOUNT_TEXT];
	int64_t theirs = 0;

	insist(amount_to(AMOUNT_PAYPAL, currency, minor, &theirs));
	amount_format(theirs, amount_decimals(AMOUNT_PAYPAL, currency), text);
	buf_json_key(b, key);
	buf_char(b, '{');
	kit_member(b, "currency_code", currency);
	kit_member(b, "value", text);
	buf_char(b, '}');
}

bool
paypal_money(
    struct arena *a, json *money, int64_t *minor, const char **currency)
{
	const char *code = kit_upper(a, json_text(money, "currency_code"));
	int decimals = amount_decimals(AMOUNT_PAYPAL, code);
	int64_t theirs;

	if (decimals < 0 ||
	    !amount_parse(json_text(money, "value"), decimals, &theirs) ||
	    !amount_from(AMOUNT_PAYPAL, code, theirs, minor))
		return false;
	*currency = code;
	return true;
}

const struct payment_provider payment_paypal = {
	.name = "paypal",
	.needs_token = true,
	.needs_taking = true,
	.needs_check = true,
	.is_on = is_on,
	.may = paypal_may,
	.step = step,
	.start = paypal_start,
	.started = paypal_order_read,
	.look = paypal_look,
	.looked = paypal_order_read,
	.take = paypal_take,
	.taken = paypal_order_read,
	.refund = paypal_refund,
	.refunded = paypal_refunded,
	.look_refund = paypal_look_refund,
	.books = paypal_books,
	.books_read = paypal_books_read,
	.hear = paypal_hear,
	.check = paypal_check,
	.checked = paypal_checked,
	.is_offline = paypal_is_offline,
	.certificate = paypal_certificate,
	.proven = paypal_proven,
	.token = token,
	.token_read = token_read,
};
