/*
 * render.h: have something drawn, by a child that nobody needs to trust.
 *
 * The child is tshop-render; include/render/render.h describes what goes
 * over the wire. It gets no environment but its language, no files but its
 * two ends, and no more time than the caller's patience. May be called from
 * many threads at once; nothing is shared between calls.
 */
#ifndef TSHOP_MEDIA_RENDER_H
#define TSHOP_MEDIA_RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

struct arena;

#define RENDER_WANTS_MOST 6
#define RENDER_PATIENCE_MS 20000
/* What the child takes: a canvas with its pictures, or one picture. */
#define RENDER_REQUEST_MOST (32 * 1024 * 1024)
/* The child's answer, of all frames together. */
#define RENDER_ANSWER_MOST (48 * 1024 * 1024)

/* One picture wanted: PNG, pixels, and dpi to be written into it or 0. */
struct render_want {
	const char *kind; /* "screen", "thumbnail", "print": lower-case */
	int width, height, dpi;
	bool background; /* with the canvas's own behind it */
};

struct render_request {
	/* The canvas's category; NULL: the bytes are a picture to re-encode. */
	const char *category;
	const void *bytes; /* canvas JSON, its pictures embedded as data URIs */
	size_t size;
	struct render_want wants[RENDER_WANTS_MOST];
	int count; /* 0 for a picture */
	/*
	 * Of a picture. At least, and shrunk to at most, so many pixels a
	 * side; 0 is any. 'key' is the colour of its ground, "#00ff00", which
	 * becomes transparent where the four corners have it; NULL: it stays.
	 */
	int side_least, side_most;
	const char *key;
};

struct render_frame {
	const char *kind; /* as wanted; "picture" for a picture */
	int width, height;
	const void *bytes; /* image/png */
	size_t size;
};

struct render_result {
	struct render_frame frames[RENDER_WANTS_MOST];
	int count;
	const char *checks; /* JSON array [{code, severity, message, path?}] */
	/* After VALIDATION_ERROR: where in the document, and why; else NULL. */
	const char *flaw_path, *flaw_message;
};

/* Let go of the program's lock while the child works; NULL is none. */
struct render_lock {
	void (*leave)(void);
	void (*enter)(void);
};

/*
 * Run 'program' and wait. OK: all frames are there. VALIDATION_ERROR: it
 * cannot be drawn, or not within the limits of memory and processor time;
 * *result has the flaw. TIMEOUT: patience ended and the child was killed.
 * INTERNAL_ERROR: the child could not start or broke; it is logged.
 */
enum outcome render_run(struct arena *, const char *program,
    const struct render_request *, int patience_ms, const struct render_lock *,
    struct render_result *);

/* The frame of that kind, or NULL. */
const struct render_frame *render_frame_find(
    const struct render_result *, const char *kind);

#endif
