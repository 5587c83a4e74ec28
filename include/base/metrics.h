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
/* In the Prometheus text format, version 0.0.4. */
void metrics_format(struct buf *);

#endif
