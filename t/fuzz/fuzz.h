/*
 * fuzz.h: programs that are fed with anything at all.
 *
 * One file for each kind of foreign bytes, one folder of seeds beside it.
 * scripts/fuzz builds each with clang's fuzzer and lets it look for bytes
 * that break it; t/unit/fuzz.c replays the seeds in every run of the tests,
 * so what once broke something stays tried.
 */
#ifndef TSHOP_FUZZ_FUZZ_H
#define TSHOP_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"

#define FUZZERS(F)                                                             \
	F(answer)                                                              \
	F(canvas)                                                              \
	F(cursor)                                                              \
	F(drawing)                                                             \
	F(json)                                                                \
	F(money)                                                               \
	F(notice)                                                              \
	F(picture)                                                             \
	F(query)                                                               \
	F(render)                                                              \
	F(token)

#ifdef FUZZ_ALONE
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
#define FUZZ(name) int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
#else
#define FUZZ_DECLARE(name) int fuzz_##name(const uint8_t *, size_t);
FUZZERS(FUZZ_DECLARE)
#define FUZZ(name) int fuzz_##name(const uint8_t *bytes, size_t size)
#endif

/* Which of 'count' ways: the first byte says; '0', '1' … are easy to type. */
static inline size_t
fuzz_way(const uint8_t *bytes, size_t size, size_t count)
{
	return size > 0 ? (size_t)(uint8_t)(bytes[0] - '0') % count : 0;
}

/* Settings with secrets that are known here; once. */
static inline void
fuzz_settings(void)
{
	static const char *const settings[][2] = {
		{ "DATABASE_URL", "postgresql:///nowhere" },
		{ "TSHOP_PUBLIC_URL", "https://shop.example" },
		{ "TSHOP_JWT_KEYS",
		    "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" },
		{ "TSHOP_MEDIA_KEY",
		    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" },
		{ "STRIPE_SECRET_KEY", "sk_test_fuzz" },
		{ "STRIPE_WEBHOOK_SECRET", "whsec_fuzz" },
		{ "PAYPAL_CLIENT_ID", "fuzz" },
		{ "PAYPAL_CLIENT_SECRET", "fuzz" },
		{ "PAYPAL_WEBHOOK_ID", "FUZZ" },
		{ "PRINTFUL_WEBHOOK_SECRET",
		    "00112233445566778899aabbccddeeff"
		    "00112233445566778899aabbccddeeff" },
		{ "PRINTIFY_SHOP_ID", "1" },
		{ "PRINTIFY_WEBHOOK_SECRET", "fuzz" },
		{ "RESEND_WEBHOOK_SECRET",
		    "whsec_ZnV6ei1mdXp6LWZ1enotZnV6eg==" },
	};
	static bool open;

	if (open)
		return;
	open = true;
	for (size_t i = 0; i < COUNT(settings); i++)
		(void)setenv(settings[i][0], settings[i][1], 1);
	log_open("fuzz", "error");
	insist(conf_load(PROGRAM_WORKER));
}

#endif
