/*
 * record.h: a whole answer on its connection, in one system call.
 */
#ifndef TSHOP_HTTP_RECORD_H
#define TSHOP_HTTP_RECORD_H

#include <fcgiapp.h>

#include "base/buf.h"

/*
 * Send head and body and end the request: after this FCGX_Finish_r() writes
 * nothing, and closes the connection unless it is kept and whole.
 */
void record_answer(
    FCGX_Request *, const struct buf *head, const struct buf *body);

#endif
