/*
 * design_canvas.c: the canvas of POST and PUT /designs.
 *
 * canvas_read() knows the subset; what only this room can know is asked here:
 * whether an embedded picture is one, and whether a picture of ours may be
 * used by the caller.
 */
#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/conf.h"
#include "base/secret.h"
#include "http/form.h"
#include "media/media.h"
#include "shop/canvas.h"
#include "sql/media.h"

#include "design_canvas.h"

static void
canvas_wrong(
    struct request *rq, const char *path, const char *code, const char *message)
{
	form_wrong(rq, "designData", code,
	    *path ? arena_printf(rq->arena, "%s: %s", path, message) : message);
}

/* Are the bytes of a data URI the picture that they claim to be? */
static bool
embedded_is_good(struct request *rq, const struct canvas_image *image)
{
	const char *base64 = strchr(image->src, ',') + 1;
	size_t length = strlen(base64), size;
	void *bytes = arena_alloc(rq->arena, B64_ROOM(length));
	struct picture picture;

	return b64_parse(base64, length, bytes, &size) &&
	       !FAILED(picture_read(bytes, size, &picture)) &&
	       picture.kind == image->kind;
}

/* Is it a picture of ours that the caller may draw with? */
static enum outcome
stored_is_allowed(
    struct request *rq, const struct canvas_image *image, bool *allowed)
{
	enum media_visibility visibility;
	uint8_t sha[SHA256_BYTES];
	char key[MEDIA_KEY];

	*allowed = false;
	/* "aa/bb/" and then the digest. */
	if (!media_path_parse(image->src, &visibility, key) ||
	    strlen(key) < 6 + 2 * SHA256_BYTES)
		return OK;
	if (!hex_parse(arena_text_n(rq->arena, key + 6, 2 * SHA256_BYTES), sha,
		sizeof(sha)))
		return OK;
	return sql_media_may_use(
	    rq->db, rq->caller.id, (struct bytes){ sha, sizeof(sha) }, allowed);
}

static enum outcome
canvas_images(struct request *rq, const struct canvas *canvas, bool *good)
{
	*good = true;
	for (int i = 0; *good && i < canvas->image_count; i++) {
		const struct canvas_image *image = canvas->images[i];

		if (strncmp(image->src, "data:", 5) != 0)
			TRY(stored_is_allowed(rq, image, good));
		else
			*good = embedded_is_good(rq, image);
		if (!*good)
			canvas_wrong(rq, image->path, "format",
			    "must be a picture that is there, is what it "
			    "claims to be, and is yours to use");
	}
	return OK;
}

enum outcome
design_canvas(
    struct request *rq, json *document, const char *category, const char **text)
{
	const struct canvas_rules rules = {
		.origin = conf_text(CONF_TSHOP_PUBLIC_URL),
	};
	struct canvas_flaw flaw = { 0 };
	struct canvas canvas;
	struct buf b;
	bool good;

	*text = NULL;
	if (FAILED(canvas_read(
		rq->arena, document, category, &rules, &canvas, &flaw))) {
		canvas_wrong(rq, flaw.path, flaw.code, flaw.message);
		return OK;
	}
	TRY(canvas_images(rq, &canvas, &good));
	if (!good)
		return OK;
	buf_open(&b, rq->arena, CANVAS_FORMAT_MOST);
	canvas_format(&canvas, &b);
	*text = b.at;
	return OK;
}
