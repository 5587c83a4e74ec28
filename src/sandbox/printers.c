/*
 * printers.c: the blanks that both printers make, countries, prices.
 */
#include <ctype.h>

#include "base/arena.h"
#include "base/insist.h"
#include "sandbox/play.h"
#include "sandbox/printers.h"
#include "sandbox/store.h"

#define ITEM_UNKNOWN 1200 /* a variant that the demo has not */
#define EXPRESS_MORE 1000
#define PRINTFUL_FIRST 475
#define PRINTFUL_NEXT 220
#define PRINTIFY_FIRST 475
#define PRINTIFY_NEXT 240

/* clang-format off */
#define TEE "T-SHIRT", "t-shirt", "front", "DTG", 1800, 2400, 150, 3951, 4650
#define CAP "HAT", "cap", "embroidery_front", "EMBROIDERY", 1200, 525, 300, 1200, 525
#define BAG "TOTE-BAG", "tote-bag", "front", "DTG", 1500, 1500, 150, 3000, 3000

const struct blank blanks[] = {
	{ 71,  12,   29, "Unisex Staple T-Shirt | Bella + Canvas 3001", TEE },
	{ 438, 6,    29, "Heavyweight Tee", TEE },
	{ 488, 145,  29, "Organic Tee", TEE },
	{ 360, 9,    29, "Women's Relaxed Tee", TEE },
	{ 306, 81,   29, "Kids' Tee", TEE },
	{ 206, 1108, 41, "Classic Dad Hat | Yupoong 6245CM", CAP },
	{ 252, 1447, 41, "Trucker Cap | Yupoong 6606", CAP },
	{ 99,  1090, 41, "Snapback", CAP },
	{ 92,  1092, 41, "Five-Panel Cap", CAP },
	{ 367, 553,  34, "Organic Tote | Econscious EC8000", BAG },
	{ 641, 609,  34, "Market Tote", BAG },
	{ 614, 467,  34, "Everyday Tote", BAG },
	{ 679, 836,  34, "Large Canvas Tote", BAG },
};
const size_t blank_count = COUNT(blanks);

/* Colours of a blank: where the ids of its sizes begin, and US cents. */
static const struct {
	int product;
	const char *colour, *hex;
	int first[2];
	int64_t cost[2];
} colours[] = {
	{ 71,  "White",           "#FFFFFF", { 4011, 18051 },  { 1192, 1058 } },
	{ 71,  "Black",           "#14191E", { 4016, 18099 },  { 1192, 1058 } },
	{ 71,  "Navy",            "#212642", { 4111, 18151 },  { 1192, 1058 } },
	{ 438, "White",           "#FFFFFF", { 11546, 12101 }, { 1095, 1121 } },
	{ 438, "Black",           "#0B0B0B", { 11556, 12111 }, { 1095, 1121 } },
	{ 438, "Sport Grey",      "#9B969C", { 11566, 12121 }, { 1095, 1121 } },
	{ 488, "White",           "#FDFDFD", { 12635, 63301 }, { 1575, 1620 } },
	{ 488, "Black",           "#1C1C1C", { 12645, 63311 }, { 1575, 1620 } },
	{ 488, "French Navy",     "#1E2438", { 12655, 63321 }, { 1575, 1620 } },
	{ 360, "White",           "#FFFFFF", { 10248, 21801 }, { 1225, 1190 } },
	{ 360, "Heather Mauve",   "#B0716F", { 10258, 21811 }, { 1225, 1190 } },
	{ 306, "White",           "#FFFFFF", { 9396, 44501 },  { 995, 940 } },
	{ 306, "Red",             "#C51F35", { 9406, 44511 },  { 995, 940 } },
	{ 206, "White",           "#FFFFFF", { 7853, 82201 },  { 1494, 1580 } },
	{ 206, "Black",           "#181717", { 7854, 82211 },  { 1494, 1580 } },
	{ 206, "Khaki",           "#B49771", { 7859, 82221 },  { 1494, 1580 } },
	{ 252, "White",           "#FFFFFF", { 8746, 83301 },  { 1450, 1395 } },
	{ 252, "Black",           "#161616", { 8747, 83311 },  { 1450, 1395 } },
	{ 252, "Navy and White",  "#262C3B", { 8751, 83321 },  { 1450, 1395 } },
	{ 99,  "Black",           "#101010", { 4792, 84401 },  { 1650, 1720 } },
	{ 99,  "Dark Navy",       "#292A35", { 4793, 84411 },  { 1650, 1720 } },
	{ 92,  "Black",           "#191919", { 4799, 85501 },  { 1795, 1810 } },
	{ 92,  "Olive",           "#5B5642", { 4802, 85511 },  { 1795, 1810 } },
	{ 367, "Black",           "#15120F", { 10457, 71101 }, { 1587, 1490 } },
	{ 367, "Oyster",          "#E3D8C5", { 10458, 71111 }, { 1587, 1490 } },
	{ 641, "Natural",         "#EAE0CC", { 16287, 72201 }, { 1695, 1650 } },
	{ 641, "Black",           "#141414", { 16288, 72211 }, { 1695, 1650 } },
	{ 614, "Natural",         "#EFE6D5", { 15650, 73301 }, { 895, 845 } },
	{ 614, "Red",             "#B8202F", { 15651, 73311 }, { 895, 845 } },
	{ 679, "Natural",         "#E8DEC8", { 16801, 74401 }, { 2050, 1980 } },
	{ 679, "Navy",            "#1F2A44", { 16802, 74411 }, { 2050, 1980 } },
};

static const struct {
	const char *size;
	int more;
} adult[] = { { "S", 0 }, { "M", 0 }, { "L", 0 }, { "XL", 0 }, { "2XL", 200 }, { NULL, 0 } },
  kids[] = { { "3-4Y", 0 }, { "5-6Y", 0 }, { "7-8Y", 0 }, { NULL, 0 } };

static const struct {
	const char *country, *states;
} states[] = {
	{ "US", " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI AA AE AP " },
	{ "CA", " AB BC MB NB NL NT NS NU ON PE QC SK YT " },
	{ "AU", " ACT NSW NT QLD SA TAS VIC WA " },
};
/* clang-format on */

static const char countries[] =
    " AD AE AF AG AI AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BM BN BO "
    "BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CV CY CZ DE DJ DK DM "
    "DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM "
    "GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IS IT JE JM JO "
    "JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC "
    "MD ME MG MH MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI "
    "NL NO NP NR NZ OM PA PE PF PG PH PK PL PR PS PT PW PY QA RE RO RS RW SA "
    "SB SC SD SE SG SI SK SL SM SN SO SR ST SV SZ TC TD TG TH TJ TL TM TN TO "
    "TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WS XK YE YT ZA ZM ZW ";
static const char zip_countries[] =
    " US CA AU GB JP DE FR IT ES NL AT BE CH DK FI NO SE PL PT CZ ";

const struct blank *
blank_of_product(int product)
{
	for (size_t i = 0; i < COUNT(blanks); i++)
		if (blanks[i].product == product)
			return &blanks[i];
	return NULL;
}

const struct blank *
blank_of_blueprint(int blueprint, int maker)
{
	for (size_t i = 0; i < COUNT(blanks); i++)
		if (blanks[i].blueprint == blueprint &&
		    (!maker || blanks[i].maker == maker))
			return &blanks[i];
	return NULL;
}

static size_t
size_count(const struct blank *b)
{
	if (strcmp(b->category, "t-shirt") != 0)
		return 1;
	return b->product == 306 ? 3 : 5;
}

bool
blank_variant_at(
    enum printer p, const struct blank *b, size_t n, struct blank_variant *v)
{
	size_t sizes = size_count(b);

	for (size_t i = 0; i < COUNT(colours); i++) {
		if (colours[i].product != b->product)
			continue;
		if (n >= sizes) {
			n -= sizes;
			continue;
		}
		v->blank = b;
		v->id = colours[i].first[p] + (int)n;
		v->colour = colours[i].colour;
		v->hex = colours[i].hex;
		v->size = sizes == 1   ? "One size"
			  : sizes == 3 ? kids[n].size
				       : adult[n].size;
		v->cost = colours[i].cost[p] + (sizes == 5 ? adult[n].more : 0);
		return true;
	}
	return false;
}

bool
blank_variant_find(enum printer p, int id, struct blank_variant *v)
{
	for (size_t b = 0; b < COUNT(blanks); b++)
		for (size_t n = 0; blank_variant_at(p, &blanks[b], n, v); n++)
			if (v->id == id)
				return true;
	return false;
}

static json *
prices_of(enum printer p)
{
	return store_get("prices", p == PRINTFUL ? "printful" : "printify");
}

int64_t
price_item(enum printer p, int variant)
{
	struct blank_variant v;

	if (prices_of(p))
		return json_int(prices_of(p), "item", 0);
	return blank_variant_find(p, variant, &v) ? v.cost : ITEM_UNKNOWN;
}

int64_t
price_shipping(enum printer p, int64_t pieces, bool express)
{
	int64_t more = express ? EXPRESS_MORE : 0;

	if (prices_of(p))
		return json_int(prices_of(p), "shipping", 0) + more;
	if (p == PRINTFUL)
		return PRINTFUL_FIRST + PRINTFUL_NEXT * (pieces - 1) + more;
	return PRINTIFY_FIRST + PRINTIFY_NEXT * (pieces - 1) + more;
}

bool
price_set(enum printer p, const char *item, const char *shipping)
{
	json *prices = shape("{}");
	int64_t a = money_of(item, 2), b = money_of(shipping, 2);

	if (a < 0 || b < 0)
		return false;
	set_int(prices, "item", a);
	set_int(prices, "shipping", b);
	store_put("prices", p == PRINTFUL ? "printful" : "printify", prices);
	return true;
}

static const char *const stocks[] = { "stocked", "sold_out", "gone" };

static const char *
stock_id(enum printer p, int variant)
{
	return arena_printf(shapes_arena(), "%s/%d",
	    p == PRINTFUL ? "printful" : "printify", variant);
}

enum stock
stock_of(enum printer p, int variant)
{
	const char *name =
	    json_text(store_get("stock", stock_id(p, variant)), "is");

	for (size_t i = 0; name && i < COUNT(stocks); i++)
		if (!strcmp(stocks[i], name))
			return (enum stock)i;
	return STOCKED;
}

bool
stock_set(enum printer p, int variant, const char *name)
{
	json *is = shape("{}");

	for (size_t i = 0; name && i < COUNT(stocks); i++)
		if (!strcmp(stocks[i], name)) {
			set_text(is, "is", name);
			store_put("stock", stock_id(p, variant), is);
			return true;
		}
	return false;
}

static bool
is_in(const char *list, const char *word)
{
	return word && *word && !strchr(word, ' ') &&
	       strstr(list, arena_printf(shapes_arena(), " %s ", word));
}

bool
state_wanted(const char *country)
{
	for (size_t i = 0; i < COUNT(states); i++)
		if (!strcmp(states[i].country, country))
			return true;
	return false;
}

bool
state_is_known(const char *country, const char *state)
{
	for (size_t i = 0; i < COUNT(states); i++)
		if (!strcmp(states[i].country, country))
			return is_in(states[i].states, state);
	return true;
}

bool
zip_wanted(const char *country)
{
	return is_in(zip_countries, country);
}

bool
country_is_known(const char *country)
{
	return is_in(countries, country);
}

int64_t
number_of(json *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_string))
		return -1;
	text = json_object_get_string(value);
	if (!*text || strlen(text) > 12 ||
	    text[strspn(text, "0123456789")] != '\0' ||
	    !strtoll(text, NULL, 10))
		return -1;
	return strtoll(text, NULL, 10);
}

bool
is_file_url(const char *url)
{
	if (!url || strpbrk(url, " \t\r\n<>\""))
		return false;
	return (!strncmp(url, "https://", 8) &&
		   isalnum((unsigned char)url[8])) ||
	       !strncmp(url, "http://127.", 11);
}
