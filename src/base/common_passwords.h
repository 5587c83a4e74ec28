/*
 * common_passwords.h: data/common-passwords.txt as a table, made by
 * common_passwords.awk when building. Sorted by bytes, lower case.
 */
#ifndef TSHOP_COMMON_PASSWORDS_H
#define TSHOP_COMMON_PASSWORDS_H

#include <stddef.h>
#include <stdint.h>

#define COMMON_PASSWORD_BYTES 32

extern const char common_password_text[];   /* each ended by NUL */
extern const uint32_t common_password_at[]; /* where each begins */
extern const size_t common_password_count;

#endif
