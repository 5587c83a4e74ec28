/*
 * refusal.h: what a function of the database refused, in words.
 */
#ifndef TSHOP_API_REFUSAL_H
#define TSHOP_API_REFUSAL_H

#include "http/request.h"

/*
 * OK if 'name' is NULL; else the outcome of that name, with the field that is
 * wrong where there is one, or the details, JSON text, where there are some.
 */
enum outcome refusal(struct request *, const char *name, const char *field,
    const char *code, const char *details);

#endif
