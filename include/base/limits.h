/*
 * limits.h: every ceiling that the outside can touch, on one page.
 *
 * The door enforces them; inside they are insisted upon. Units are in the
 * names; a count has none.
 */
#ifndef TSHOP_BASE_LIMITS_H
#define TSHOP_BASE_LIMITS_H

/* clang-format off */
/* requests */
#define LIMIT_BODY_BYTES          (1024 * 1024)  /* nginx says the same */
#define LIMIT_ARENA_BYTES         (64 * 1024 * 1024)
#define LIMIT_ANSWER_BYTES        (16 * 1024 * 1024)
#define LIMIT_PATH_BYTES          2048
#define LIMIT_QUERY_BYTES         8192
#define LIMIT_PAGE_ROWS           100
#define LIMIT_PAGE_ROWS_DEFAULT   20
#define LIMIT_TOTAL_COUNTED       10000          /* beyond: an estimate */

/* carts */
#define LIMIT_CART_LINES          100

/* answers kept in the worker */
#define LIMIT_CACHE_BYTES         (1024 * 1024)  /* twice: young and old */
#define LIMIT_CACHE_ANSWER_BYTES  (128 * 1024)
#define LIMIT_CACHE_KEY_BYTES     1024
#define LIMIT_CACHE_AGE_MS        1000
#define LIMIT_LEASED_FROM         1000           /* smaller ones count one by one */

/* JSON */
#define LIMIT_JSON_DEPTH          32
#define LIMIT_JSON_VALUES         10000
#define LIMIT_JSON_CANVAS_VALUES  100000

/* tokens */
#define LIMIT_TOKEN_BYTES         8192
#define LIMIT_KEY_RING            8
#define LIMIT_IDEMPOTENCY_KEY     255

/* the outside */
#define LIMIT_PROVIDER_BYTES      (1024 * 1024)
#define LIMIT_PICTURE_BYTES       (20 * 1024 * 1024)
#define LIMIT_PICTURE_PIXELS      40000000
#define LIMIT_CATALOGUE           (512 * 1024)   /* a blank as JSON */
#define LIMIT_SIGNATURES          16             /* v1= in one header */
#define LIMIT_CERTIFICATE_BYTES   (64 * 1024)    /* with what stands above it */

/* jobs: one picture passes through several hands of its job */
#define LIMIT_JOB_ARENA_BYTES     (320UL * 1024 * 1024)
#define LIMIT_EMBEDDED_BYTES      (12 * 1024 * 1024) /* pictures of a canvas */

/* the log */
#define LIMIT_LOG_VALUE_BYTES     256
/* clang-format on */

#endif
