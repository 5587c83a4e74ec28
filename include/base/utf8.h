/*
 * utf8.h: is it UTF-8, and how many characters. RFC 3629: no overlong forms,
 * no surrogates, nothing above U+10FFFF.
 */
#ifndef TSHOP_BASE_UTF8_H
#define TSHOP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read one code point at 's' of 'left' > 0 bytes: how many bytes it took,
 * or 0 if they are ill-formed.
 */
size_t utf8_read(const char *s, size_t left, uint32_t *code_point);
bool utf8_is_valid(const char *s, size_t length);
/* Code points of a well-formed text. */
size_t utf8_length(const char *s);
/* Has it a C0, DEL, C1, or (unless 'prose') a tab, newline, U+2028 or 2029? */
bool utf8_has_control(const char *s, bool prose);

#endif
