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
 * Keep a frame as a private picture: its row, which is young and so safe from
 * the sweeper, and then its file. No transaction is open: where pictures lie
 * may be far away.
 */
enum outcome paint_keep(
    struct job *, const struct render_frame *, uint8_t sha256[SHA256_BYTES]);

/* The two pictures that a screen shows of a design, kept. */
struct paint_pair {
	uint8_t image[SHA256_BYTES], thumbnail[SHA256_BYTES];
	bool open; /* to everybody */
};

/* Keep both, and open them if the design is public. No transaction. */
enum outcome paint_keep_pair(
    struct job *, const struct render_result *, bool open, struct paint_pair *);
/* Somebody has published the design meanwhile: open them now. Likewise. */
enum outcome paint_open_pair(struct job *, bool open, struct paint_pair *);

/* Shrink to fit a square of that side; never grows. */
void paint_fit(int width, int height, int side, struct render_want *);

/* Their longest sides. */
#define PAINT_SCREEN 1200
#define PAINT_THUMBNAIL 400

/* Draw both of them, in the shape of the canvas. */
enum outcome paint_screen(struct job *, const char *canvas,
    const char *category, struct render_result *);

#endif
