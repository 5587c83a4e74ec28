/*
 * b64.h: base64 and base64url, RFC 4648, strictly: no white space, no
 * foreign characters, unused bits zero. base64url comes without padding.
 */
#ifndef TSHOP_BASE_B64_H
#define TSHOP_BASE_B64_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that 'length' characters can decode to, at most. */
#define B64_ROOM(length) ((length) / 4 * 3 + 3)
/* Characters with NUL that 'size' bytes encode to. */
#define B64_TEXT(size) (((size) + 2) / 3 * 4 + 1)

bool b64_parse(const char *text, size_t length, void *bytes, size_t *size);
bool b64url_parse(const char *text, size_t length, void *bytes, size_t *size);
size_t b64_format(const void *bytes, size_t size, char *text);
size_t b64url_format(const void *bytes, size_t size, char *text);

#endif
