/*
 * pages.h: what a person with a browser sees who asks with ?ui=1.
 */
#ifndef TSHOP_SANDBOX_PAGES_H
#define TSHOP_SANDBOX_PAGES_H

#include <stdbool.h>

#include "http/request.h"

bool page_wanted(struct request *);
/* A question with a link for yes and one for no (NULL: none). */
enum outcome page_buttons(struct request *, const char *title,
    const char *question, const char *yes, const char *yes_url,
    const char *no_url);

#endif
