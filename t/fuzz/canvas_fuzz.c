/*
 * canvas_fuzz.c: designData from strangers. They are read as a
 * client's document and as a model's list; whatever is accepted must format,
 * be read again, and draw. Seeds are in t/fuzz/canvas/.
 *
 *	clang -fsanitize=fuzzer,address,undefined …    or, with -DFUZZ_MAIN,
 *	./canvas_fuzz FILE…    to run the seeds
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "shop/canvas.h"
#include "shop/drawing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static double
advance(
    void *context, const struct canvas_text *t, const char *text, size_t length)
{
	(void)context;
	(void)text;
	return t->size * 0.6 * (double)length;
}

static enum outcome
picture(void *context, const struct canvas_image *image, const char **href)
{
	(void)context;
	(void)image;
	*href = "data:,";
	return OK;
}

static void
use(struct arena *arena, struct canvas *canvas)
{
	static const struct canvas_metrics metrics = { advance, NULL };
	static const struct canvas_pictures pictures = { picture, NULL, 0 };
	struct canvas_rules rules = { .embedded = true };
	struct canvas_flaw flaw;
	struct json_flaw broken;
	struct canvas again;
	struct buf text, svg;
	json *document;

	buf_open(&text, arena, CANVAS_FORMAT_MOST);
	canvas_format(canvas, &text);
	insist(json_read(arena, text.at, text.length, &json_limits_provider,
		   &document, &broken) == OK);
	insist(canvas_read(arena, document, "t-shirt", &rules, &again, &flaw) ==
	       OK);
	canvas_measure(arena, canvas, &metrics);
	buf_open(&svg, arena, CANVAS_SVG_MOST);
	insist(canvas_svg(canvas, 100, 100, true, &pictures, &svg) == OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct canvas_rules rules;
	struct arena *arena = arena_create((size_t)256 * 1024 * 1024);
	struct drawing drawing;
	struct canvas_flaw flaw;
	struct json_flaw broken;
	struct canvas canvas;
	json *document;

	if (json_read(arena, (const char *)bytes, size, &json_limits_request,
		&document, &broken) == OK) {
		if (canvas_read(arena, document, "t-shirt", &rules, &canvas,
			&flaw) == OK)
			use(arena, &canvas);
		if (drawing_read(
			arena, document, "cap", &rules, &drawing, &flaw) == OK)
			use(arena, &drawing.canvas);
	}
	arena_destroy(arena);
	return 0;
}

#ifdef FUZZ_MAIN
int
main(int argc, char **argv)
{
	static uint8_t bytes[1024 * 1024];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");

		insist(f != NULL);
		(void)LLVMFuzzerTestOneInput(
		    bytes, fread(bytes, 1, sizeof(bytes), f));
		(void)fclose(f);
		printf("%s\n", argv[i]);
	}
	return 0;
}
#endif
