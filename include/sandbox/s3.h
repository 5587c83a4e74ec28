/*
 * s3.h: S3-compatible storage, path style, one bucket. It recomputes every
 * signature from what has arrived, by its own reading of AWS's rules.
 */
#ifndef TSHOP_SANDBOX_S3_H
#define TSHOP_SANDBOX_S3_H

#include "http/route.h"

#define S3_BUCKET "tshop-pictures"

handler s3_put, s3_get, s3_delete;

#endif
