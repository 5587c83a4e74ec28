/*
 * Which addresses a network holds.
 */
#include "base/network.h"

#include "tap.h"

/* clang-format off */
static const struct {
	const char *list, *address;
	bool has;
} rows[] = {
	{ "192.0.2.1",               "192.0.2.1",          true },
	{ "192.0.2.1",               "192.0.2.2",          false },
	{ "192.0.2.1",               "192.0.2.10",         false },
	{ "192.0.2.1",               "::ffff:192.0.2.1",   true },
	{ "10.0.0.0/8",              "10.255.0.1",         true },
	{ "10.0.0.0/8",              "11.0.0.1",           false },
	{ "10.1.2.3/8",              "10.9.9.9",           true },
	{ "192.168.4.0/22",          "192.168.7.255",      true },
	{ "192.168.4.0/22",          "192.168.8.0",        false },
	{ "0.0.0.0/0",               "203.0.113.9",        true },
	{ "0.0.0.0/0",               "2001:db8::1",        false },
	{ "2001:db8::/33",           "2001:db8:7fff::1",   true },
	{ "2001:db8::/33",           "2001:db8:8000::1",   false },
	{ "2001:db8::1",             "2001:DB8:0::1",      true },
	{ "192.0.2.1,2001:db8::/32", "2001:db8::77",       true },
	{ "192.0.2.1,2001:db8::/32", "198.51.100.1",       false },
	{ "10.0.0.0/8",              "10.0.0.1.evil.test", false },
	{ "10.0.0.0/8",              "",                   false },
	{ "",                        "10.0.0.1",           false },
};
static const char *const broken[] = {
	"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1", "10.0.0",
	"2001:db8::/129", "proxy.example", "10.0.0.1,", "10.0.0.1, 10.0.0.2",
	"10.0.0.1;10.0.0.2", "10.0.0.0/0008",
};
/* clang-format on */

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ok(networks_have(rows[i].list, rows[i].address) == rows[i].has,
		    "'%s' %s '%s'", rows[i].list,
		    rows[i].has ? "has" : "has not", rows[i].address);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) - 1; i++)
		ok(networks_are_valid(rows[i].list), "'%s' is a list",
		    rows[i].list);
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		ok(!networks_are_valid(broken[i]), "'%s' is none", broken[i]);
	return tap_done();
}
