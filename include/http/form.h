/*
 * form.h: the body, or the query, into a struct, by a table of fields.
 *
 * FIELD learns the kind from the member's own C type, so a row cannot lie.
 * Every wrong field is named at once, as API section 1 says. Unknown names
 * are ignored. Absent optional members stay zero; form_given() tells whether
 * a name was there at all, null included.
 *
 *	struct cart_item_form { struct id variant; int quantity; };
 *	static const struct field cart_item_fields[] = {
 *		FIELD(cart_item_form, variant, "variantId", REQUIRED, 0, 0),
 *		FIELD(cart_item_form, quantity, "quantity", REQUIRED, 1, 99),
 *		FIELD_END
 *	};
 *	TRY(form_read(rq, cart_item_fields, &form));
 */
#ifndef TSHOP_HTTP_FORM_H
#define TSHOP_HTTP_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/request.h"

/* A number's own text, for money: "24.50". */
struct decimal {
	const char *text;
};

enum field_kind {
	FIELD_TEXT,    /* const char *; least..most code points */
	FIELD_INT,     /* int; least..most */
	FIELD_BIG,     /* int64_t; least..most */
	FIELD_BOOL,    /* bool */
	FIELD_ID,      /* struct id */
	FIELD_DECIMAL, /* struct decimal: a JSON number, unparsed */
	FIELD_JSON,    /* json *: an object (or ARRAY), for form_nested() */
};

enum field_flag {
	OPTIONAL = 0,
	REQUIRED = 1 << 0, /* absent or null is wrong */
	PROSE = 1 << 1,    /* text may hold tab and newline */
	EMAIL = 1 << 2,
	PHONE = 1 << 3,    /* E.164 */
	LINK = 1 << 4,     /* https URL with a host, no user part */
	LANGUAGE = 1 << 5, /* BCP 47 */
	COLOR = 1 << 6,    /* #rrggbb */
	ARRAY = 1 << 7,    /* FIELD_JSON wants an array */
	SECRET = 1 << 8,   /* any characters at all but NUL: passwords */
	DATE = 1 << 9,     /* a date or an RFC 3339 time */
};

struct field {
	const char *key; /* NULL ends the table */
	enum field_kind kind;
	size_t offset;
	unsigned flags;
	int64_t least, most;
	const char *choices; /* "a|b|c", or NULL: anything */
};

#define FIELD_KIND(type, member)                                               \
	_Generic(((type *)0)->member, const char *: FIELD_TEXT, \
	    int: FIELD_INT, int64_t: FIELD_BIG, bool: FIELD_BOOL, \
	    struct id: FIELD_ID, struct decimal: FIELD_DECIMAL,   \
	    json *: FIELD_JSON)
#define FIELD(form, member, key, flags, least, most)                           \
	{                                                                      \
		key, FIELD_KIND(struct form, member),                          \
		    offsetof(struct form, member), flags, least, most, NULL    \
	}
#define CHOICE(form, member, key, flags, choices)                              \
	{                                                                      \
		key, FIELD_KIND(struct form, member),                          \
		    offsetof(struct form, member), flags, 0, 64, choices       \
	}
/* clang-format off */
#define FIELD_END { NULL, FIELD_TEXT, 0, 0, 0, 0, NULL }
/* clang-format on */

/* Read the JSON body and check it. MALFORMED_JSON, VALIDATION_ERROR. */
enum outcome form_read(struct request *, const struct field *, void *form);
/* Read it, collecting what is wrong; end with form_check(). */
enum outcome form_open(struct request *, const struct field *, void *form);
/* A nested object, already read as json *; its fields are "name.key". */
void form_nested(struct request *, const char *name, json *object,
    const struct field *, void *form);
/* The query string. VALIDATION_ERROR; BAD_REQUEST for broken escapes. */
enum outcome form_query(struct request *, const struct field *, void *form);
/* The same, collecting; end with form_check(). */
enum outcome form_query_open(struct request *, const struct field *, void *);

/* Was the member in the body (null counts) or the query? */
bool form_given(struct request *, const char *key);
/* Name a field as wrong; 'code' is one of API section 1's. */
void form_wrong(
    struct request *, const char *field, const char *code, const char *message);
/* VALIDATION_ERROR if any field was named wrong. */
enum outcome form_check(struct request *);
/* Name one field and end: return form_refuse(rq, "designId", "required", …) */
enum outcome form_refuse(
    struct request *, const char *field, const char *code, const char *message);

/* The page a list was asked for: ?page= &limit= &cursor=, checked. */
struct page {
	int number, limit, offset;
	const char *cursor; /* decoded text of the key; NULL: by number */
};
/* Fields of struct page to be read beside others: part of form_query. */
enum outcome form_page(struct request *, struct page *);

#endif
