/*
 * picture.h: a small PNG writer, and pictures that a text decides.
 *
 * An indexed picture whose rows are mostly runs, deflated with the fixed
 * Huffman code and matches of distance 1: real bytes, small, and quick.
 */
#ifndef TSHOP_SANDBOX_PICTURE_H
#define TSHOP_SANDBOX_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct arena;

/* Bytes that the text decides: the same text, the same bytes. */
struct dice {
	uint8_t bytes[32];
	unsigned next;
};

void dice_shake(struct dice *, const char *text);
/* 0 … sides-1. */
unsigned dice_roll(struct dice *, unsigned sides);

/* A PNG of width × height on a background #rrggbb, into 'png'. */
void picture_draw(struct arena *, const char *text, uint32_t background,
    int width, int height, struct buf *png);

#endif
