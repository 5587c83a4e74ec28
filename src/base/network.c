/*
 * network.c: addresses as 128 bits; IPv4 is the mapped part of IPv6, so that
 * one comparison serves both.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/network.h"

#define ADDRESS_BYTES 16
#define ADDRESS_BITS 128
#define MAPPED_BITS 96 /* before an IPv4 address in its IPv6 form */
#define NETWORK_LONGEST (INET6_ADDRSTRLEN + 4)

struct network {
	unsigned char address[ADDRESS_BYTES];
	int bits; /* from the left, of 128 */
};

static bool
address_parse(const char *text, unsigned char address[ADDRESS_BYTES])
{
	static const unsigned char mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0xff, 0xff };

	memcpy(address, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, address + sizeof(mapped)) == 1 ||
	       inet_pton(AF_INET6, text, address) == 1;
}

/* 0 to 'most', or -1. */
static int
bits_parse(const char *text, int most)
{
	int bits = 0;

	if (*text == '\0' || strlen(text) > 3)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		bits = bits * 10 + (*text - '0');
	}
	return bits <= most ? bits : -1;
}

/* The item of a list that 'text' begins with. */
static bool
network_parse(const char *text, size_t length, struct network *n)
{
	char item[NETWORK_LONGEST], *slash;
	bool short_form;

	if (length >= sizeof(item))
		return false;
	memcpy(item, text, length);
	item[length] = '\0';
	slash = strchr(item, '/');
	if (slash)
		*slash = '\0';
	if (!address_parse(item, n->address))
		return false;
	short_form = strchr(item, ':') == NULL;
	n->bits = ADDRESS_BITS;
	if (!slash)
		return true;
	n->bits = bits_parse(
	    slash + 1, ADDRESS_BITS - (short_form ? MAPPED_BITS : 0));
	if (n->bits < 0)
		return false;
	n->bits += short_form ? MAPPED_BITS : 0;
	return true;
}

static bool
network_has(const struct network *n, const unsigned char *address)
{
	size_t whole = (size_t)n->bits / 8;
	int rest = n->bits % 8;

	return memcmp(n->address, address, whole) == 0 &&
	       (rest == 0 ||
		   (n->address[whole] ^ address[whole]) >> (8 - rest) == 0);
}

bool
address_is_valid(const char *text)
{
	unsigned char address[ADDRESS_BYTES];

	return address_parse(text, address);
}

bool
networks_are_valid(const char *list)
{
	struct network n;

	for (;;) {
		size_t length = strcspn(list, ",");

		if (!network_parse(list, length, &n))
			return false;
		if (list[length] == '\0')
			return true;
		list += length + 1;
	}
}

bool
networks_have(const char *list, const char *address)
{
	unsigned char sought[ADDRESS_BYTES];
	struct network n;

	if (!address_parse(address, sought))
		return false;
	while (*list) {
		size_t length = strcspn(list, ",");

		if (network_parse(list, length, &n) && network_has(&n, sought))
			return true;
		list += length + (list[length] == ',');
	}
	return false;
}
