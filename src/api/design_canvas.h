/*
 * design_canvas.h: what a client drew, as the shop is willing to keep it.
 */
#ifndef TSHOP_API_DESIGN_CANVAS_H
#define TSHOP_API_DESIGN_CANVAS_H

#include "http/request.h"

/*
 * Check the document for a product of that category and write it anew as
 * JSON text, in the arena. Whatever is wrong is noted on "designData", with
 * the path to the culprit in the message; *text is then NULL. Fails only as
 * the database fails.
 */
enum outcome design_canvas(
    struct request *, json *document, const char *category, const char **text);

#endif
