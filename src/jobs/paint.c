/*
 * paint.c: canvas in, pictures out, by the confined child.
 */
#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/limits.h"
#include "media/media.h"
#include "shop/canvas.h"
#include "sql/media.h"

#include "paint.h"
#include "runner.h"

static const struct render_lock program_lock = { runner_leave, runner_enter };

/* Read what we once wrote. */
static enum outcome
read_stored(struct job *job, const char *text, const char *category,
    struct canvas *canvas, struct render_result *result)
{
	const struct canvas_rules rules = { .embedded = true,
		.origin = conf_text(CONF_TSHOP_PUBLIC_URL) };
	struct canvas_flaw flaw = { "", "", "is not JSON" };
	struct json_flaw json_flaw;
	json *document;
	enum outcome o;

	o = json_read(job->arena, text, strlen(text), &json_limits_provider,
	    &document, &json_flaw);
	if (!FAILED(o))
		o = canvas_read(
		    job->arena, document, category, &rules, canvas, &flaw);
	if (FAILED(o)) {
		result->flaw_path = flaw.path;
		result->flaw_message = flaw.message;
		return VALIDATION_ERROR;
	}
	return OK;
}

/*
 * A picture of ours goes along as a data URI: the child opens no files.
 * 'room' is how many bytes of pictures a canvas may still have.
 */
static enum outcome
embed(struct job *job, struct canvas_image *image, size_t *room)
{
	enum media_visibility visibility;
	char key[MEDIA_KEY];
	const void *bytes;
	size_t size;
	struct buf b;
	char *base64;
	enum outcome o;

	if (strncmp(image->src, "data:", 5) == 0)
		return OK;
	if (!media_path_parse(image->src, &visibility, key))
		return NOT_FOUND;
	o = media_read(job->arena, key, visibility, &bytes, &size);
	if (o == NOT_FOUND)
		o = media_read(job->arena, key,
		    visibility == MEDIA_PUBLIC ? MEDIA_PRIVATE : MEDIA_PUBLIC,
		    &bytes, &size);
	TRY(o);
	if (size > *room)
		return PAYLOAD_TOO_LARGE;
	*room -= size;
	base64 = arena_alloc(job->arena, B64_TEXT(size));
	b64_format(bytes, size, base64);
	buf_open(&b, job->arena, B64_TEXT(size) + 64);
	buf_printf(&b, "data:%s;base64,", media_mime(key));
	buf_text(&b, base64);
	image->src = b.at;
	return OK;
}

enum outcome
paint(struct job *job, const char *text, const char *category,
    const struct render_want *wants, int count, struct render_result *result)
{
	struct render_request request = { .category = category,
		.count = count };
	struct canvas canvas;
	size_t room = LIMIT_EMBEDDED_BYTES;
	struct buf b;
	enum outcome o;

	*result = (struct render_result){ 0 };
	TRY(read_stored(job, text, category, &canvas, result));
	for (int i = 0; i < canvas.image_count; i++) {
		o = embed(job, canvas.images[i], &room);
		if (o != NOT_FOUND && o != PAYLOAD_TOO_LARGE) {
			TRY(o); /* the bucket is away */
			continue;
		}
		result->flaw_path = canvas.images[i]->path;
		result->flaw_message = o == PAYLOAD_TOO_LARGE
					   ? "its pictures are too large"
					   : "its picture is not there";
		return VALIDATION_ERROR;
	}
	buf_open(&b, job->arena, RENDER_REQUEST_MOST);
	canvas_format(&canvas, &b);
	request.bytes = b.at;
	request.size = b.length;
	memcpy(request.wants, wants, sizeof(*wants) * (size_t)count);
	return render_run(job->arena, conf_text(CONF_TSHOP_RENDER), &request,
	    RENDER_PATIENCE_MS, &program_lock, result);
}

void
paint_fit(int width, int height, int side, struct render_want *want)
{
	int longest = width > height ? width : height;

	want->width = width;
	want->height = height;
	if (longest <= side)
		return;
	want->width = (width * side + longest / 2) / longest;
	want->height = (height * side + longest / 2) / longest;
	if (want->width < 1)
		want->width = 1;
	if (want->height < 1)
		want->height = 1;
}

enum outcome
paint_screen(struct job *job, const char *text, const char *category,
    struct render_result *result)
{
	struct render_want wants[] = {
		{ .kind = "screen", .background = true },
		{ .kind = "thumbnail", .background = true },
	};
	struct canvas canvas;

	*result = (struct render_result){ 0 };
	TRY(read_stored(job, text, category, &canvas, result));
	paint_fit(canvas.width, canvas.height, PAINT_SCREEN, &wants[0]);
	paint_fit(canvas.width, canvas.height, PAINT_THUMBNAIL, &wants[1]);
	return paint(job, text, category, wants, 2, result);
}

enum outcome
paint_keep(struct job *job, const struct render_frame *frame,
    uint8_t digest[SHA256_BYTES])
{
	static const char mime[] = "image/png";
	struct media_file file;

	sha256(frame->bytes, frame->size, digest);
	TRY(sql_media_add(job->db, (struct bytes){ digest, SHA256_BYTES },
	    (int64_t)frame->size, mime, frame->width, frame->height));
	return media_put(frame->bytes, frame->size, mime, MEDIA_PRIVATE, &file);
}

/* Open a stored PNG to everybody. The row first: the sweeper closes by it. */
static enum outcome
publish(struct job *job, const uint8_t digest[SHA256_BYTES])
{
	char key[MEDIA_KEY];

	if (!media_key_of(digest, "image/png", key))
		return INTERNAL_ERROR;
	TRY(sql_media_show(
	    job->db, (struct bytes){ digest, SHA256_BYTES }, true));
	return media_publish(key);
}

enum outcome
paint_open_pair(struct job *job, bool open, struct paint_pair *pair)
{
	if (!open || pair->open)
		return OK;
	TRY(publish(job, pair->image));
	TRY(publish(job, pair->thumbnail));
	pair->open = true;
	return OK;
}

enum outcome
paint_keep_pair(struct job *job, const struct render_result *result, bool open,
    struct paint_pair *pair)
{
	pair->open = false;
	TRY(paint_keep(job, render_frame_find(result, "screen"), pair->image));
	TRY(paint_keep(
	    job, render_frame_find(result, "thumbnail"), pair->thumbnail));
	return paint_open_pair(job, open, pair);
}
