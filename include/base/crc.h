/*
 * crc.h: the checksum of PNG, zlib and PayPal: CRC-32 of IEEE 802.3.
 */
#ifndef TSHOP_BASE_CRC_H
#define TSHOP_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* As zlib's crc32() from 0: of "123456789" it is 3421780262. */
uint32_t crc32_of(const void *bytes, size_t size);

#endif
