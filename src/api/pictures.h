/*
 * pictures.h: whether the files of a design are open to all.
 */
#ifndef TSHOP_API_PICTURES_H
#define TSHOP_API_PICTURES_H

#include "http/request.h"

/*
 * Make it so, just while a public design shows them: rows and files. Inside
 * the TX that has changed and locked the design.
 */
enum outcome pictures_show(struct request *, struct id design);

#endif
