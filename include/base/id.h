/*
 * id.h: UUIDs, made here, RFC 9562 version 7, so that new rows are neighbours
 * in their index. Always lower case; "" is none.
 */
#ifndef TSHOP_BASE_ID_H
#define TSHOP_BASE_ID_H

#include <stdbool.h>

#define ID_TEXT 37 /* with its NUL */

struct id {
	char text[ID_TEXT];
};

struct id id_create(void);
/* Of any 16 bytes. */
struct id id_of_bytes(const unsigned char bytes[16]);
/* Exactly 36 characters of hex and hyphens, either case. */
bool id_parse(const char *text, struct id *);
bool id_is_set(struct id);
bool id_equal(struct id, struct id);

#endif
