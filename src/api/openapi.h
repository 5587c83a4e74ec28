/*
 * openapi.h: data/openapi.json, as the build put it into the program.
 */
#ifndef TSHOP_API_OPENAPI_H
#define TSHOP_API_OPENAPI_H

extern const char openapi_text[];

#endif
