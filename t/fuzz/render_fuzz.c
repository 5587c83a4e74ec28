/*
 * render_fuzz.c: a canvas or a picture from strangers, drawn by tshop-render
 * without its cage: what breaks here would break in there.
 */
#include <unistd.h>

#include <sys/mman.h>

#include "base/buf.h"
#include "fuzz.h"
#include "render/render.h"

bool cage_close(void);

/* A cage would keep the fuzzer from its work. */
bool
cage_close(void)
{
	return true;
}

#ifdef FUZZ_ALONE
/* What fontconfig keeps for later is no leak of ours. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

/* The first byte says what the rest is. */
static const char *const wants[] = {
	"\"category\":\"t-shirt\",\"frames\":["
	"{\"kind\":\"screen\",\"width\":90,\"height\":120,\"background\":true},"
	"{\"kind\":\"print\",\"width\":180,\"height\":240,\"dpi\":15}]",
	"\"least\":1,\"most\":64,\"key\":\"#00ff00\"",
	"\"category\":\"cap\",\"frames\":["
	"{\"kind\":\"print\",\"width\":120,\"height\":52,\"dpi\":30}]",
};

FUZZ(render)
{
	char line[512];
	int in, out, length;

	if (size < 2)
		return 0;
	in = memfd_create("in", MFD_CLOEXEC);
	out = memfd_create("out", MFD_CLOEXEC);
	insist(in >= 0 && out >= 0);
	length = snprintf(line, sizeof(line), "{\"bytes\":%zu,%s}\n", size - 1,
	    wants[fuzz_way(bytes, size, COUNT(wants))]);
	insist(write(in, line, (size_t)length) == length);
	insist(write(in, bytes + 1, size - 1) == (ssize_t)(size - 1));
	insist(lseek(in, 0, SEEK_SET) == 0);
	insist(render_serve(in, out) == 0);
	insist(lseek(out, 0, SEEK_CUR) > 0); /* it has said something */
	(void)close(in);
	(void)close(out);
	return 0;
}
