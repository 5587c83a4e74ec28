/*
 * metrics.h: counters that all workers share, in a mapped file.
 *
 * Each worker adds with atomic instructions; whoever is asked reads the sum
 * of all. Without TSHOP_METRICS_FILE a worker counts for itself alone.
 */
#ifndef TSHOP_BASE_METRICS_H
#define TSHOP_BASE_METRICS_H

#include <stdint.h>

struct buf;

/* Map the file, or memory of our own if there is none. */
void metrics_open(const char *path);
void metrics_request(int status, int64_t took_us);
/*
 * A moment that all workers of the machine agree on (monotonic ms): before it
 * nobody keeps or repeats an answer, for somebody is changing what it says.
 * It only ever moves on.
 */
void metrics_hush(int64_t until_ms);
int64_t metrics_hushed_until_ms(void);
/* In the Prometheus text format, version 0.0.4. */
void metrics_format(struct buf *);

#endif
