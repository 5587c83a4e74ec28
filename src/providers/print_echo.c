/*
 * print_echo.c: does a printer make what was ordered, for whom it is?
 *
 * Whatever they tell is compared, as far as they leave it as it was sent:
 * they may change capitals and punctuation, write accents otherwise, and
 * call a country by its name.
 */
#include <ctype.h>

#include "providers/print_room.h"

#define LINES_MOST 64

static bool
is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 128)
			return false;
	return true;
}

static const char *
next_sign(const char *text)
{
	while (*text && !isalnum((unsigned char)*text))
		text++;
	return text;
}

/* Letters and digits alone, and only where nothing was transcribed. */
static bool
is_same(const char *ours, const char *theirs)
{
	if (!ours || !*ours || !theirs || !is_ascii(ours) || !is_ascii(theirs))
		return true;
	for (;;) {
		ours = next_sign(ours);
		theirs = next_sign(theirs);
		if (toupper((unsigned char)*ours) !=
		    toupper((unsigned char)*theirs))
			return false;
		if (!*ours)
			return true;
		ours++;
		theirs++;
	}
}

static bool
is_country_code(const char *text)
{
	return text && strlen(text) == 2;
}

static bool
address_matches(
    const struct print_address *ours, const struct print_address *theirs)
{
	return is_same(ours->name, theirs->name) &&
	       is_same(ours->line1, theirs->line1) &&
	       is_same(ours->line2, theirs->line2) &&
	       is_same(ours->city, theirs->city) &&
	       is_same(ours->state, theirs->state) &&
	       is_same(ours->postal_code, theirs->postal_code) &&
	       (!is_country_code(theirs->country) ||
		   is_same(ours->country, theirs->country));
}

/* The address without its query, which says how long it may be fetched. */
static bool
is_same_file(const char *ours, const char *theirs)
{
	size_t length = strcspn(ours, "?");

	return strcspn(theirs, "?") == length && !strncmp(ours, theirs, length);
}

/* What they call default is the front, embroidered or not. */
static bool
is_same_place(const char *ours, const char *theirs)
{
	return !strcmp(ours, theirs) || !strcmp(theirs, "default");
}

static bool
file_is_there(const struct print_file *file, const struct print_echo *echo)
{
	bool told = false;

	for (size_t i = 0; i < PRINT_FILES_MOST; i++) {
		const char *place = echo->placements[i];

		if (!place)
			continue;
		told = true;
		if (is_same_place(file->placement, place) &&
		    (!echo->urls[i] || is_same_file(file->url, echo->urls[i])))
			return true;
	}
	return !told;
}

static bool
line_matches(const struct print_item *item, const struct print_echo *echo)
{
	if (strcmp(item->variant_ref, echo->variant_ref) != 0 ||
	    item->quantity != echo->quantity || echo->failed)
		return false;
	if (*echo->reference && strcmp(item->reference, echo->reference) != 0)
		return false;
	if (echo->files >= 0 && (size_t)echo->files < item->file_count)
		return false;
	for (size_t i = 0; i < item->file_count; i++)
		if (!file_is_there(&item->files[i], echo))
			return false;
	return true;
}

/* Each of ours is one of theirs, and none of theirs is left. */
static bool
lines_match(const struct print_order *o, const struct print_state *s)
{
	uint64_t taken = 0;

	if (o->item_count != s->item_count || s->item_count > LINES_MOST)
		return false;
	for (size_t i = 0; i < o->item_count; i++) {
		size_t k = 0;

		while (k < s->item_count &&
		       ((taken >> k & 1) ||
			   !line_matches(&o->items[i], &s->items[k])))
			k++;
		if (k == s->item_count)
			return false;
		taken |= UINT64_C(1) << k;
	}
	return true;
}

const char *
print_echo_flaw(const struct print_order *o, const struct print_state *s)
{
	if (!lines_match(o, s))
		return "what the printer would make is not what was ordered";
	if (!address_matches(&o->to, &s->to))
		return "the printer would send it to another address";
	return NULL;
}
