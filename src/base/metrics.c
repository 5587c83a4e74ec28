/*
 * metrics.c: how many requests, how they ended, how long they took.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/insist.h"
#include "base/metrics.h"

#define STATUS_MOST 600

/* Upper ends of the histogram's buckets, microseconds. */
static const int64_t buckets_us[] = { 1000, 2500, 5000, 10000, 25000, 50000,
	100000, 250000, 500000, 1000000, 2500000, 10000000 };

struct shared {
	atomic_uint_least64_t by_status[STATUS_MOST];
	atomic_uint_least64_t in_bucket[COUNT(buckets_us) + 1];
	atomic_uint_least64_t total_us;
	atomic_uint_least64_t hushed_until_ms;
};

static struct shared *shared;

static void *
map_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
	void *at = MAP_FAILED;

	if (fd < 0)
		return MAP_FAILED;
	if (ftruncate(fd, sizeof(struct shared)) == 0)
		at = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	close(fd);
	return at;
}

void
metrics_open(const char *path)
{
	void *at = *path ? map_file(path) : MAP_FAILED;

	if (at == MAP_FAILED)
		at = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	insist(at != MAP_FAILED);
	shared = at;
}

static void
add(atomic_uint_least64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void
metrics_request(int status, int64_t took_us)
{
	size_t i = 0;

	insist(shared && status > 0 && status < STATUS_MOST);
	while (i < COUNT(buckets_us) && took_us > buckets_us[i])
		i++;
	add(&shared->by_status[status], 1);
	add(&shared->in_bucket[i], 1);
	add(&shared->total_us, (uint64_t)took_us);
}

void
metrics_hush(int64_t until_ms)
{
	uint64_t until = (uint64_t)until_ms;
	uint64_t was = atomic_load(&shared->hushed_until_ms);

	while (was < until && !atomic_compare_exchange_weak(
				  &shared->hushed_until_ms, &was, until))
		;
}

int64_t
metrics_hushed_until_ms(void)
{
	return (int64_t)atomic_load(&shared->hushed_until_ms);
}

static uint64_t
get(atomic_uint_least64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void
format_seconds(struct buf *b, int64_t us)
{
	buf_printf(b, "%lld.%06lld", (long long)(us / 1000000),
	    (long long)(us % 1000000));
}

void
metrics_format(struct buf *b)
{
	uint64_t sum = 0;

	buf_text(b, "# HELP tshop_http_requests_total Requests answered.\n"
		    "# TYPE tshop_http_requests_total counter\n");
	for (int status = 0; status < STATUS_MOST; status++) {
		uint64_t n = get(&shared->by_status[status]);

		if (n || status == 200)
			buf_printf(b,
			    "tshop_http_requests_total{status=\"%d\"} %llu\n",
			    status, (unsigned long long)n);
	}
	buf_text(b, "# HELP tshop_http_request_seconds Time to answer.\n"
		    "# TYPE tshop_http_request_seconds histogram\n");
	for (size_t i = 0; i < COUNT(buckets_us); i++) {
		sum += get(&shared->in_bucket[i]);
		buf_text(b, "tshop_http_request_seconds_bucket{le=\"");
		format_seconds(b, buckets_us[i]);
		buf_printf(b, "\"} %llu\n", (unsigned long long)sum);
	}
	sum += get(&shared->in_bucket[COUNT(buckets_us)]);
	buf_printf(b,
	    "tshop_http_request_seconds_bucket{le=\"+Inf\"} %llu\n"
	    "tshop_http_request_seconds_sum ",
	    (unsigned long long)sum);
	format_seconds(b, (int64_t)get(&shared->total_us));
	buf_printf(b, "\ntshop_http_request_seconds_count %llu\n",
	    (unsigned long long)sum);
}
