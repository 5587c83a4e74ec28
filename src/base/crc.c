/*
 * crc.c: CRC-32, bit by bit: what we check is small. PNG, annex D.
 */
#include "base/crc.h"

uint32_t
crc32_of(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return ~crc;
}
