/*
 * paint.h: a stored canvas becomes pictures, and pictures are kept.
 *
 * For every job that draws: the screen's picture and the printer's alike.
 */
#ifndef TSHOP_JOBS_PAINT_H
#define TSHOP_JOBS_PAINT_H

#include "base/secret.h"
#include "jobs/job.h"
#include "media/render.h"

/*
 * Draw 'canvas', the JSON text of a design of that category. No transaction
 * is open. VALIDATION_ERROR: it cannot be drawn, and result->flaw_* says why;
 * else as render_run().
 */
enum outcome paint(struct job *, const char *canvas, const char *category,
    const struct render_want *, int count, struct render_result *);

/*
 * Keep a frame as a private picture: its row and its file. Inside a TX, which
 * holds the row against the sweeper until the picture is referred to.
 */
enum outcome paint_keep(
    struct job *, const struct render_frame *, uint8_t sha256[SHA256_BYTES]);

/* Open the stored PNG of that digest to everybody, file and row. */
enum outcome paint_publish(struct job *, const uint8_t sha256[SHA256_BYTES]);

/* Shrink to fit a square of that side; never grows. */
void paint_fit(int width, int height, int side, struct render_want *);

/* The two pictures that a screen shows of a design. */
#define PAINT_SCREEN 1200
#define PAINT_THUMBNAIL 400

/* Both of them: 'wants' has room for two. The size is the canvas's own. */
enum outcome paint_screen(struct job *, const char *canvas,
    const char *category, struct render_result *);

#endif
