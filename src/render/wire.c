/*
 * wire.c: the protocol of render.h, the program's side.
 */
#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "furniture.h"

/* All of it, or as much as there is; -1 if reading fails. */
static ssize_t
read_all(int in, char *to, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(in, to + got, size - got);

		if (n == 0)
			break;
		if (n > 0)
			got += (size_t)n;
		else if (errno != EINTR)
			return -1;
	}
	return (ssize_t)got;
}

void
wire_bytes(struct job *job, const void *bytes, size_t size)
{
	const char *from = bytes;

	while (size > 0) {
		ssize_t n = write(job->out, from, size);

		if (n > 0) {
			from += n;
			size -= (size_t)n;
		} else if (errno != EINTR) {
			_exit(1); /* nobody is listening any more */
		}
	}
}

void
wire_frame(
    struct job *job, const char *kind, int width, int height, size_t bytes)
{
	char line[128];
	int length = snprintf(
	    line, sizeof(line), "%s %d %d %zu\n", kind, width, height, bytes);

	wire_bytes(job, line, (size_t)length);
}

static enum outcome
refuse_request(struct job *job, const char *message)
{
	job->flaw = (struct canvas_flaw){ "", "format", message };
	return VALIDATION_ERROR;
}

/* A kind is a word of ours, but it comes back over the wire: keep it one. */
static bool
read_kind(json *frame, char kind[KIND_MOST])
{
	const char *text = json_text(frame, "kind");
	size_t length = text ? strlen(text) : 0;

	if (length == 0 || length >= KIND_MOST ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyz") != length ||
	    strcmp(text, "checks") == 0 || strcmp(text, "flaw") == 0)
		return false;
	memcpy(kind, text, length + 1);
	return true;
}

static bool
read_want(json *frame, struct want *w)
{
	int64_t width = json_int(frame, "width", 0);
	int64_t height = json_int(frame, "height", 0);
	int64_t dpi = json_int(frame, "dpi", 0);

	if (!read_kind(frame, w->kind) || width < 1 || height < 1 || dpi < 0 ||
	    width > RENDER_SIDE_MOST || height > RENDER_SIDE_MOST ||
	    dpi > 2400 || width * height > RENDER_PIXELS_MOST)
		return false;
	w->width = (int)width;
	w->height = (int)height;
	w->dpi = (int)dpi;
	w->background = json_flag(frame, "background", false);
	return true;
}

/* What a picture is to become; absent: as it is. */
static bool
read_picture_wants(struct job *job, json *request)
{
	int64_t least = json_int(request, "least", 0);
	int64_t most = json_int(request, "most", 0);
	const char *key = json_text(request, "key");

	if (least < 0 || most < 0 || least > PICTURE_SIDE_MOST ||
	    most > PICTURE_SIDE_MOST ||
	    (key != NULL && !canvas_colour_parse(key, &job->key)))
		return false;
	job->side_least = (int)least;
	job->side_most = (int)most;
	return true;
}

static enum outcome
read_request(struct job *job, json *request)
{
	json *frames = json_get(request, "frames");
	int64_t bytes = json_int(request, "bytes", -1);
	size_t count = json_count(frames);

	if (bytes < 1 || bytes > RENDER_INPUT_MOST)
		return refuse_request(job, "is too large");
	if (count > RENDER_FRAMES_MOST)
		return refuse_request(job, "has too many frames");
	for (size_t i = 0; i < count; i++)
		if (!read_want(json_element(frames, i), &job->wants[i]))
			return refuse_request(job, "has a wrong frame");
	if (!read_picture_wants(job, request))
		return refuse_request(job, "has a wrong size or key");
	job->bytes = (size_t)bytes;
	job->count = (int)count;
	if (count > 0) {
		job->category = json_text(request, "category");
		if (job->category == NULL)
			return refuse_request(job, "has no category");
	}
	return OK;
}

enum outcome
wire_read_line(struct job *job, int in)
{
	char line[RENDER_LINE_MOST];
	struct json_flaw broken;
	size_t length = 0;
	json *request;

	/* Byte by byte: what follows the line is not ours to read yet. */
	while (read_all(in, line + length, 1) == 1 && line[length] != '\n')
		if (++length == sizeof(line))
			return refuse_request(job, "has too long a line");
	if (FAILED(json_read(job->arena, line, length, &json_limits_request,
		&request, &broken)))
		return refuse_request(job, "is not JSON");
	return read_request(job, request);
}

enum outcome
wire_read_bytes(struct job *job, int in, char **bytes)
{
	*bytes = arena_alloc(job->input, job->bytes + 1);
	if (read_all(in, *bytes, job->bytes) != (ssize_t)job->bytes)
		return refuse_request(job, "ends too early");
	return OK;
}
