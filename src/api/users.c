/*
 * users.c: what a user may see and change of their own.
 */
#include "base/arena.h"
#include "base/conf.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/users.h"

#include "handlers.h"

/* GET /users/me */
enum outcome
user_get(struct request *rq)
{
	const char *user;

	TRY(sql_user_show(rq->db, rq->caller.id, &user));
	reply_json(rq, user);
	return OK;
}

struct user_form {
	const char *first_name, *last_name, *phone;
};

/* clang-format off */
static const struct field user_fields[] = {
	/*    into this member       from this key  must be   least  most */
	FIELD(user_form, first_name, "firstName",   OPTIONAL, 1,     100),
	FIELD(user_form, last_name,  "lastName",    OPTIONAL, 1,     100),
	FIELD(user_form, phone,      "phone",       PHONE,    1,     16),
	FIELD_END
};
/* clang-format on */

/* PUT /users/me: what is given is written, null empties. */
enum outcome
user_update(struct request *rq)
{
	struct user_form form = { 0 };
	bool first, last, phone;
	const char *user;

	TRY(form_read(rq, user_fields, &form));
	first = form_given(rq, "firstName");
	last = form_given(rq, "lastName");
	phone = form_given(rq, "phone");
	if (!first && !last && !phone)
		return user_get(rq);
	TRY(sql_user_update(rq->db, rq->caller.id, first, form.first_name, last,
	    form.last_name, phone, form.phone, &user));
	reply_json(rq, user);
	return OK;
}

/* GET /users/me/profile */
enum outcome
profile_get(struct request *rq)
{
	const char *profile;

	TRY(sql_profile_show(rq->db, rq->caller.id, &profile));
	reply_json(rq, profile);
	return OK;
}

struct profile_form {
	const char *avatar_url, *bio, *language, *currency;
	bool newsletter, gallery;
};

/* clang-format off */
static const struct field profile_fields[] = {
	/*    into this member          from this key           must be   least  most */
	FIELD(profile_form, avatar_url, "avatarUrl",            LINK,     1,     2048),
	FIELD(profile_form, bio,        "bio",                  PROSE,    0,     2000),
	FIELD(profile_form, language,   "preferredLanguage",    LANGUAGE, 2,     35),
	FIELD(profile_form, currency,   "preferredCurrency",    OPTIONAL, 3,     3),
	FIELD(profile_form, newsletter, "newsletterSubscribed", OPTIONAL, 0,     0),
	FIELD(profile_form, gallery,    "designGalleryPublic",  OPTIONAL, 0,     0),
	FIELD_END
};
/* clang-format on */

/* Members that are never null: null is no value for them. */
static const char *const never_null[] = { "preferredLanguage",
	"preferredCurrency", "newsletterSubscribed", "designGalleryPublic" };

static enum outcome
profile_read(struct request *rq, struct profile_form *form)
{
	TRY(form_open(rq, profile_fields, form));
	for (size_t i = 0; i < sizeof(never_null) / sizeof(never_null[0]);
	     i++) {
		if (form_given(rq, never_null[i]) &&
		    !json_get(rq->tree, never_null[i]))
			form_wrong(rq, never_null[i], "required",
			    "It cannot be null.");
	}
	if (form->currency &&
	    !conf_list_has(CONF_TSHOP_CURRENCIES, form->currency))
		form_wrong(rq, "preferredCurrency", "enum",
		    "The shop does not sell in it.");
	return form_check(rq);
}

/* PUT /users/me/profile */
enum outcome
profile_update(struct request *rq)
{
	struct profile_form form = { 0 };
	const char *profile;

	TRY(profile_read(rq, &form));
	if (json_object_object_length(rq->tree) == 0)
		return profile_get(rq);
	TRY(sql_profile_update(rq->db, rq->caller.id,
	    form_given(rq, "avatarUrl"), form.avatar_url, form_given(rq, "bio"),
	    form.bio, form.language, form.currency,
	    form_given(rq, "newsletterSubscribed") ? &form.newsletter : NULL,
	    form_given(rq, "designGalleryPublic") ? &form.gallery : NULL,
	    &profile));
	reply_json(rq, profile);
	return OK;
}

/* GET /users/me/analytics */
enum outcome
user_analytics(struct request *rq)
{
	struct sql_user_analytics a;

	TRY(sql_user_analytics(rq->db, rq->caller.id, &a));
	reply_member(rq, "designs", a.designs);
	reply_member(rq, "orders", a.orders);
	reply_member_int(rq, "totalPoints", a.points);
	reply_member(rq, "achievements", a.achievements);
	return OK;
}
