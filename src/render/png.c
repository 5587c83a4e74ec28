/*
 * png.c: sends PNGs. cairo's writer leaves the resolution out, and printers
 * believe it when it is there, so a pHYs chunk is put in behind the header:
 * PNG, third edition, 11.3.4.3.
 */
#include <stdint.h>

#include "base/crc.h"
#include "base/insist.h"
#include "furniture.h"

#define HEADER_BYTES 33 /* signature and IHDR */
#define CHUNK_BYTES 21  /* length, name, 9 bytes, CRC */

static void
put_big(uint8_t *at, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(n >> (24 - 8 * i));
}

static void
resolution(int dpi, uint8_t chunk[CHUNK_BYTES])
{
	uint32_t per_metre = (uint32_t)(dpi / 0.0254 + 0.5);

	put_big(chunk, 9);
	memcpy(chunk + 4, "pHYs", 4);
	put_big(chunk + 8, per_metre);
	put_big(chunk + 12, per_metre);
	chunk[16] = 1; /* the unit is the metre */
	put_big(chunk + 17, crc32_of(chunk + 4, 13));
}

void
png_send(struct job *job, const char *kind, int width, int height, int dpi,
    const void *png, size_t size)
{
	uint8_t chunk[CHUNK_BYTES];

	insist(size > HEADER_BYTES);
	wire_frame(
	    job, kind, width, height, size + (dpi > 0 ? CHUNK_BYTES : 0));
	wire_bytes(job, png, HEADER_BYTES);
	if (dpi > 0) {
		resolution(dpi, chunk);
		wire_bytes(job, chunk, sizeof(chunk));
	}
	wire_bytes(job, (const char *)png + HEADER_BYTES, size - HEADER_BYTES);
}
