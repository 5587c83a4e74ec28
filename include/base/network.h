/*
 * network.h: Internet addresses as text, and the networks that hold them.
 */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <stdbool.h>

/* Is it an IPv4 or IPv6 address, and nothing else? */
bool address_is_valid(const char *text);

/* Is every item of the comma-separated list an address or address/bits? */
bool networks_are_valid(const char *list);

/*
 * Is the address in one of the list's networks? An IPv4 address that is
 * written as IPv6 (::ffff:192.0.2.1) is that IPv4 address. False for whatever
 * is no address.
 */
bool networks_have(const char *list, const char *address);

#endif
