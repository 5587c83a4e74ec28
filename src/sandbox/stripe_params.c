/*
 * stripe_params.c: bracketed parameters into members of objects.
 */
#include "base/arena.h"
#include "sandbox/play.h"
#include "sandbox/stripe.h"

const char *
param_text(const struct stripe *s, const char *name)
{
	return pairs_get(&s->form, name);
}

int64_t
param_int(const struct stripe *s, const char *name, int64_t fallback)
{
	const char *text = param_text(s, name);

	return text && *text ? strtoll(text, NULL, 10) : fallback;
}

bool
param_is(const struct stripe *s, const char *name, const char *value)
{
	const char *text = param_text(s, name);

	return text && !strcmp(text, value);
}

/* "[address][line1]" below 'into': walk there, making objects on the way. */
static void
tree_set(json *into, const char *path, const char *value)
{
	for (;;) {
		size_t length = strcspn(path + 1, "]");
		char *name = arena_text_n(shapes_arena(), path + 1, length);

		path += length + (path[length + 1] ? 2 : 1);
		if (*path != '[') {
			set_text(into, name, *value ? value : NULL);
			return;
		}
		if (!json_get(into, name))
			set_json(into, name, shape("{}"));
		into = json_get(into, name);
	}
}

/* What stands behind 'name' in the key, if it begins with a bracket. */
static const char *
below(const char *key, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(key, name, length) && key[length] == '[' ? key + length
								 : NULL;
}

void
param_tree(const struct stripe *s, const char *name, json *into)
{
	for (size_t i = 0; i < s->form.count; i++) {
		const char *path = below(s->form.at[i].key, name);

		if (path)
			tree_set(into, path, s->form.at[i].value);
	}
}

void
param_object(
    const struct stripe *s, const char *name, json *into, const char *base)
{
	for (size_t i = 0; i < s->form.count; i++) {
		json *object;

		if (!below(s->form.at[i].key, name))
			continue;
		object = json_get(into, name);
		object = object ? object : shape(base);
		param_tree(s, name, object);
		set_json(into, name, object);
		return;
	}
	if (param_is(s, name, ""))
		set_json(into, name, NULL);
}

void
param_copy(const struct stripe *s, json *into, const char *const names[])
{
	for (; *names; names++) {
		const char *text = param_text(s, *names);

		if (text)
			set_text(into, *names, *text ? text : NULL);
	}
}

void
param_metadata(const struct stripe *s, json *into)
{
	json *metadata = json_get(into, "metadata");

	if (!metadata || param_is(s, "metadata", "")) {
		metadata = shape("{}");
		set_json(into, "metadata", metadata);
	}
	for (size_t i = 0; i < s->form.count; i++) {
		const struct pair *p = &s->form.at[i];
		const char *path = below(p->key, "metadata");
		char *name;

		if (!path)
			continue;
		name = arena_text_n(
		    shapes_arena(), path + 1, strcspn(path + 1, "]"));
		if (*p->value)
			set_text(metadata, name, p->value);
		else
			set_drop(metadata, name);
	}
}
