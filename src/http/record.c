/*
 * record.c: FastCGI's records by hand, FastCGI specification 1.0, section 3.3.
 *
 * libfcgi copies an answer through 8 KB and writes each time that is full; an
 * answer that lies there whole goes out in one writev(), and wakes nginx once.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/uio.h>

#include "record.h"

#define VERSION 1
#define TYPE_END_REQUEST 3
#define TYPE_STDOUT 6
#define HEADER 8
#define CONTENT_MOST 65528 /* a multiple of eight needs no padding after it */

static void
put_header(uint8_t at[HEADER], uint8_t type, int request, size_t size)
{
	at[0] = VERSION;
	at[1] = type;
	at[2] = (uint8_t)(request >> 8);
	at[3] = (uint8_t)request;
	at[4] = (uint8_t)(size >> 8);
	at[5] = (uint8_t)size;
	at[6] = at[7] = 0;
}

/* All of it; false when the peer is gone. */
static bool
write_all(int fd, struct iovec *v, int count)
{
	while (count > 0) {
		ssize_t n = writev(fd, v, count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		while (count > 0 && (size_t)n >= v->iov_len) {
			n -= (ssize_t)v->iov_len;
			v++;
			count--;
		}
		if (count > 0) {
			v->iov_base = (char *)v->iov_base + n;
			v->iov_len -= (size_t)n;
		}
	}
	return true;
}

/* The next bytes of a text, at most so many. */
static struct iovec
next_piece(const struct buf *b, size_t *sent, size_t most)
{
	size_t left = b->length - *sent;
	struct iovec v = { b->at + *sent, left < most ? left : most };

	*sent += v.iov_len;
	return v;
}

static bool
write_answer(FCGX_Request *fcgi, const struct buf *head, const struct buf *body)
{
	uint8_t header[HEADER], tail[HEADER + HEADER + HEADER] = { 0 };
	size_t head_sent = 0, body_sent = 0, size;
	struct iovec v[4];
	bool is_last;

	/* The end of the stream, then of the request: status 0, complete. */
	put_header(tail, TYPE_STDOUT, fcgi->requestId, 0);
	put_header(tail + HEADER, TYPE_END_REQUEST, fcgi->requestId, HEADER);
	do {
		v[0] = (struct iovec){ header, HEADER };
		v[1] = next_piece(head, &head_sent, CONTENT_MOST);
		v[2] =
		    next_piece(body, &body_sent, CONTENT_MOST - v[1].iov_len);
		v[3] = (struct iovec){ tail, sizeof(tail) };
		size = v[1].iov_len + v[2].iov_len;
		is_last =
		    head_sent == head->length && body_sent == body->length;
		put_header(header, TYPE_STDOUT, fcgi->requestId, size);
		if (!write_all(fcgi->ipcFd, v, is_last ? 4 : 3))
			return false;
	} while (!is_last);
	return true;
}

static void
stream_end(FCGX_Stream *stream, int error)
{
	stream->wasFCloseCalled = stream->isClosed = 1;
	stream->FCGI_errno = error;
}

void
record_answer(
    FCGX_Request *fcgi, const struct buf *head, const struct buf *body)
{
	bool is_whole = write_answer(fcgi, head, body);

	stream_end(fcgi->out, is_whole ? 0 : EPIPE);
	stream_end(fcgi->err, 0);
}
