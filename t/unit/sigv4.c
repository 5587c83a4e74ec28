/*
 * sigv4.c: AWS's published examples, to the letter.
 */
#include "base/arena.h"
#include "media/sigv4.h"
#include "tap.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define MAY_24_2013 1369353600

static const struct sigv4 aws = {
	.key_id = "AKIAIOSFODNN7EXAMPLE",
	.secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	.region = "us-east-1",
	.service = "s3",
	.host = "examplebucket.s3.amazonaws.com",
	.now_s = MAY_24_2013,
};

#define HOST                                                                   \
	{                                                                      \
		"host", "examplebucket.s3.amazonaws.com"                       \
	}
#define DATE                                                                   \
	{                                                                      \
		"x-amz-date", "20130524T000000Z"                               \
	}
#define HASH "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"

/* clang-format off */
static const struct {
	const char *name;
	struct sigv4_request rq;
	const char *names, *signature;
} vectors[] = {
	{ "a part of an object",
	  { "GET", "/test.txt", "",
	    { HOST, { "range", "bytes=0-9" }, { "x-amz-content-sha256", EMPTY },
	      DATE }, 4, EMPTY },
	  "host;range;x-amz-content-sha256;x-amz-date",
	  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41" },
	{ "an object put",
	  { "PUT", "/test%24file.text", "",
	    { { "date", "Fri, 24 May 2013 00:00:00 GMT" }, HOST,
	      { "x-amz-content-sha256", HASH }, DATE,
	      { "x-amz-storage-class", "REDUCED_REDUNDANCY" } }, 5, HASH },
	  "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
	  "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd" },
	{ "a list, with a query",
	  { "GET", "/", "list-type=2&prefix=a%2Fb",
	    { HOST, { "x-amz-content-sha256", EMPTY }, DATE }, 3, EMPTY },
	  "host;x-amz-content-sha256;x-amz-date",
	  "4df35b10368bc2261f628561cac4d5ddb346b3440c25024cbf75e48ac248350c" },
};
/* clang-format on */

static void
test_key(void)
{
	const struct sigv4 iam = {
		.secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		.region = "us-east-1",
		.service = "iam",
		.now_s = 1440938160, /* 2015-08-30 */
	};
	uint8_t key[SHA256_BYTES];
	char hex[SHA256_HEX];

	sigv4_key(&iam, key);
	hex_format(key, sizeof(key), hex);
	is_text(hex,
	    "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9",
	    "the key of a day");
}

int
main(void)
{
	struct arena *arena = arena_create((size_t)1024 * 1024);

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		is_text(sigv4_authorization(arena, &aws, &vectors[i].rq),
		    arena_printf(arena,
			"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"
			"20130524/us-east-1/s3/aws4_request, SignedHeaders=%s, "
			"Signature=%s",
			vectors[i].names, vectors[i].signature),
		    "%s", vectors[i].name);
	is_text(sigv4_query(arena, &aws, "/test.txt", 86400),
	    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
	    "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
	    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
	    "&X-Amz-SignedHeaders=host&X-Amz-Signature="
	    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
	    "an address signed in its query");
	is_text(sigv4_path(arena, "/test$file.text"), "/test%24file.text",
	    "a byte outside the alphabet is escaped");
	is_text(sigv4_path(arena, "/a b/\xc3\xa9+~_-."), "/a%20b/%C3%A9%2B~_-.",
	    "once, in upper case, and no slash");
	test_key();
	arena_destroy(arena);
	return tap_done();
}
