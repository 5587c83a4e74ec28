/*
 * render.h: the program that draws strangers' canvases, and how to talk to it.
 *
 * tshop-render reads one request on its standard input, writes frames on its
 * standard output, and ends. Before it reads the first byte it has given
 * away the network, other programs, writing files, and all memory and time
 * beyond what a canvas may cost: a hostile canvas costs only itself.
 *
 * Request   one line of JSON, at most RENDER_LINE_MOST bytes, and behind it
 *           exactly "bytes" bytes:
 *
 *             {"category":"t-shirt","bytes":51234,"frames":[
 *              {"kind":"screen","width":900,"height":1200,"background":true},
 *              {"kind":"print","width":1800,"height":2400,"dpi":150}]}
 *
 *           The bytes are a canvas in the subset of shop/canvas.h, its
 *           pictures embedded as data URIs. Without "frames" they are a
 *           picture (PNG, JPEG or WEBP) to be decoded and written anew, of
 *           "least" pixels a side and shrunk to "most", 0 being any. With
 *           "key":"#00ff00", channels 00 or ff, that ground is taken out
 *           if the four corners have it.
 * Answer    frames, each a line "KIND WIDTH HEIGHT BYTES\n" and that many
 *           bytes. First one PNG for each frame asked for, by its kind and in
 *           its order ("picture" for a picture), then last of all
 *
 *             checks 0 0 N   [{"code","severity","message"}], a JSON array
 *
 *           or, when the request cannot be drawn,
 *
 *             flaw 0 0 N     {"path","message"}: the caller's fault
 *
 *           An answer without one of these two was cut short.
 * Checks    EMPTY (error) · LOW_RESOLUTION · OUTSIDE_PRINT_AREA · THIN_LINE ·
 *           SMALL_TEXT · TOO_MANY_COLORS · GRADIENT · PICTURE · TRANSLUCENT
 *           (warnings; those from THIN_LINE on matter for embroidery
 *           alone and say so: "technique":"embroidery")
 */
#ifndef TSHOP_RENDER_RENDER_H
#define TSHOP_RENDER_RENDER_H

#include <stddef.h>

#define RENDER_LINE_MOST 4096
#define RENDER_INPUT_MOST (32 * 1024 * 1024)
#define RENDER_FRAMES_MOST 6
#define RENDER_SIDE_MOST 8000       /* pixels */
#define RENDER_PIXELS_MOST 20000000 /* of one frame */

/* Serve one request; the process's exit status. The cage comes first. */
int render_serve(int in, int out);

/* Print the families and packages that are missing here; how many. */
int render_missing_fonts(void);

#endif
