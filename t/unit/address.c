/*
 * Where a parcel can go.
 */
#include "shop/address.h"

#include "tap.h"

/* clang-format off */
static const struct {
	const char *country, *state, *postal_code;
	const char *wrong; /* "field code", those that are wrong */
} rows[] = {
	{ "US", "CA",         "94105",   "" },
	{ "US", "DC",         "20001",   "" },
	{ "US", NULL,         "94105",   "state required" },
	{ "US", "California", "94105",   "state enum" },
	{ "US", "ca",         "94105",   "state enum" },
	{ "US", "ON",         "94105",   "state enum" },
	{ "US", "A",          "94105",   "state enum" },
	{ "US", "AL AK",      "94105",   "state enum" },
	{ "US", NULL,         NULL,      "state required postalCode required" },
	{ "CA", "ON",         "K1A 0B1", "" },
	{ "CA", NULL,         "K1A 0B1", "state required" },
	{ "AU", "NSW",        "2000",    "" },
	{ "AU", "SW",         "2000",    "state enum" },
	{ "DE", NULL,         "10115",   "" },
	{ "DE", "Berlin",     "10115",   "" },
	{ "DE", NULL,         NULL,      "postalCode required" },
	{ "HK", NULL,         NULL,      "" },
	{ "IE", NULL,         NULL,      "" },
	{ "IE", NULL,         "D02 AF30", "" },
	{ "UK", NULL,         "SW1A 1AA", "country enum" },
	{ "XX", NULL,         NULL,      "country enum" },
	{ "us", "CA",         "94105",   "country enum" },
	{ "",   NULL,         NULL,      "country enum" },
	{ " ",  NULL,         NULL,      "country enum" },
	{ "D",  NULL,         NULL,      "country enum" },
	{ NULL, NULL,         NULL,      "" }, /* the form complains */
};
/* clang-format on */

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct address a = { .country = rows[i].country,
			.state = rows[i].state,
			.postal_code = rows[i].postal_code };
		struct address_wrong wrong[ADDRESS_WRONGS_MOST];
		int n = address_check(&a, wrong);
		char got[128] = "";
		size_t length = 0;

		for (int k = 0; k < n; k++)
			length += (size_t)snprintf(got + length,
			    sizeof(got) - length, "%s%s %s", k ? " " : "",
			    wrong[k].field, wrong[k].code);
		is_text(got, rows[i].wrong, "%s %s %s",
		    rows[i].country ? rows[i].country : "-",
		    rows[i].state ? rows[i].state : "-",
		    rows[i].postal_code ? rows[i].postal_code : "-");
	}
	ok(address_country_is_known("AT"), "Austria is known");
	ok(!address_country_is_known("EU"), "Europe is no country");
	ok(address_has_postal_codes("JP"), "Japan has postal codes");
	ok(!address_has_postal_codes("AE"), "the Emirates have none");
	return tap_done();
}
