-- The catalogue: what is sold, in which currencies, taxed and shipped how.
--
-- Money is BIGINT in the currency's minor unit, beside its currency.

-- The decimals of ISO 4217, as an expression that the planner folds into the
-- statement: a look-up per amount would cost more than the rest of a list.
-- The table below repeats it, and its CHECK keeps the two the same.
CREATE FUNCTION currency_exponent(currency text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE
	    WHEN currency IN ('USD', 'EUR', 'GBP', 'CAD', 'AUD') THEN 2
	    WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF',
	        'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
	    WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
	    ELSE 2 END
$$;

CREATE TABLE currencies (
	code            text PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'),
	name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
	exponent        smallint NOT NULL CHECK (exponent = currency_exponent(code)),
	stripe_exponent smallint NOT NULL,
	paypal_exponent smallint,            -- null: PayPal does not take it
	step            bigint NOT NULL DEFAULT 1 CHECK (step > 0),
	min_charge      bigint NOT NULL DEFAULT 0 CHECK (min_charge >= 0),
	sold            boolean NOT NULL DEFAULT false
);

COMMENT ON COLUMN currencies.step IS
    'the finest amount that both payment providers can charge, in minor units';

-- step: HUF and TWD are whole at PayPal, MGA at Stripe; Stripe wants the third
-- decimal to be 0.  min_charge: Stripe's, by currency; 0 where it names none.
INSERT INTO currencies VALUES
--   code   name                      exp stripe paypal step  min    sold
    ('USD', 'US dollar',               2, 2,     2,     1,    50,    true),
    ('EUR', 'Euro',                    2, 2,     2,     1,    50,    true),
    ('GBP', 'Pound sterling',          2, 2,     2,     1,    30,    true),
    ('CAD', 'Canadian dollar',         2, 2,     2,     1,    50,    true),
    ('AUD', 'Australian dollar',       2, 2,     2,     1,    50,    true),
    ('JPY', 'Yen',                     0, 0,     0,     1,    50,    true),
    ('NZD', 'New Zealand dollar',      2, 2,     2,     1,    50,    false),
    ('CHF', 'Swiss franc',             2, 2,     2,     1,    50,    false),
    ('SEK', 'Swedish krona',           2, 2,     2,     1,    300,   false),
    ('NOK', 'Norwegian krone',         2, 2,     2,     1,    300,   false),
    ('DKK', 'Danish krone',            2, 2,     2,     1,    250,   false),
    ('PLN', 'Zloty',                   2, 2,     2,     1,    200,   false),
    ('CZK', 'Czech koruna',            2, 2,     2,     1,    1500,  false),
    ('RON', 'Romanian leu',            2, 2,     NULL,  1,    200,   false),
    ('HUF', 'Forint',                  2, 2,     0,     100,  17500, false),
    ('SGD', 'Singapore dollar',        2, 2,     2,     1,    50,    false),
    ('HKD', 'Hong Kong dollar',        2, 2,     2,     1,    400,   false),
    ('TWD', 'New Taiwan dollar',       2, 2,     0,     100,  0,     false),
    ('MXN', 'Mexican peso',            2, 2,     2,     1,    1000,  false),
    ('BRL', 'Brazilian real',          2, 2,     2,     1,    50,    false),
    ('INR', 'Indian rupee',            2, 2,     NULL,  1,    50,    false),
    ('ILS', 'New shekel',              2, 2,     2,     1,    50,    false),
    ('PHP', 'Philippine peso',         2, 2,     2,     1,    50,    false),
    ('THB', 'Baht',                    2, 2,     2,     1,    1000,  false),
    ('MYR', 'Ringgit',                 2, 2,     2,     1,    200,   false),
    ('ZAR', 'Rand',                    2, 2,     NULL,  1,    50,    false),
    ('AED', 'UAE dirham',              2, 2,     NULL,  1,    200,   false),
    ('KRW', 'Won',                     0, 0,     NULL,  1,    50,    false),
    ('VND', 'Dong',                    0, 0,     NULL,  1,    0,     false),
    ('CLP', 'Chilean peso',            0, 0,     NULL,  1,    0,     false),
    ('PYG', 'Guarani',                 0, 0,     NULL,  1,    0,     false),
    ('ISK', 'Icelandic krona',         0, 2,     NULL,  1,    0,     false),
    ('UGX', 'Ugandan shilling',        0, 2,     NULL,  1,    0,     false),
    ('XAF', 'CFA franc BEAC',          0, 0,     NULL,  1,    0,     false),
    ('XOF', 'CFA franc BCEAO',         0, 0,     NULL,  1,    0,     false),
    ('MGA', 'Ariary',                  2, 0,     NULL,  100,  0,     false),
    ('BHD', 'Bahraini dinar',          3, 3,     NULL,  10,   0,     false),
    ('JOD', 'Jordanian dinar',         3, 3,     NULL,  10,   0,     false),
    ('KWD', 'Kuwaiti dinar',           3, 3,     NULL,  10,   0,     false),
    ('OMR', 'Omani rial',              3, 3,     NULL,  10,   0,     false),
    ('TND', 'Tunisian dinar',          3, 3,     NULL,  10,   0,     false);

ALTER TABLE user_profiles
    ADD FOREIGN KEY (preferred_currency) REFERENCES currencies;
CREATE INDEX user_profiles_currency ON user_profiles (preferred_currency);

-- Units of a currency for one unit of the base; the base itself stands at 1.
CREATE TABLE exchange_rates (
	currency   text PRIMARY KEY REFERENCES currencies,
	rate       numeric(20,10) NOT NULL CHECK (rate > 0),
	updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER exchange_rates_touch BEFORE UPDATE ON exchange_rates
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

INSERT INTO exchange_rates (currency, rate) VALUES ('USD', 1);

-- A new kind of product is a row, and brings the size of an empty canvas.
CREATE TABLE categories (
	slug          text PRIMARY KEY CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,49}$'),
	name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
	position      integer NOT NULL DEFAULT 0,
	canvas_width  integer NOT NULL CHECK (canvas_width > 0),
	canvas_height integer NOT NULL CHECK (canvas_height > 0),
	decorated     text NOT NULL DEFAULT 'front print' CHECK (char_length(decorated) <= 100) -- for models
);

INSERT INTO categories VALUES
--   slug        name        pos  width  height  decorated
    ('t-shirt',  'T-shirts',   1, 1800,  2400,   'front print'),
    ('cap',      'Caps',       2, 1200,  525,    'embroidered front panel'),
    ('tote-bag', 'Tote bags',  3, 1500,  1500,   'print on one side, handles above it');

-- The words of a text in each language that we speak, without their endings:
-- nobody says in which a text is written, or asked for.  A set, for where in a
-- text a word stands says nothing to us.
CREATE FUNCTION search_words(t text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT strip(to_tsvector('pg_catalog.simple', t)) || strip(to_tsvector('pg_catalog.english', t))
	    || strip(to_tsvector('pg_catalog.german', t)) || strip(to_tsvector('pg_catalog.spanish', t))
	    || strip(to_tsvector('pg_catalog.french', t))
$$;

CREATE TABLE products (
	id                  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	name                text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
	description         text CHECK (char_length(description) <= 5000),
	category            text NOT NULL REFERENCES categories,
	base_price          bigint NOT NULL CHECK (base_price BETWEEN 0 AND 9999999999),
	currency            text NOT NULL DEFAULT 'USD' REFERENCES currencies,
	printful_product_id text CHECK (char_length(printful_product_id) <= 50),
	printify_product_id text CHECK (char_length(printify_product_id) <= 50), -- blueprint/print provider
	design_constraints  jsonb NOT NULL DEFAULT '{}'
	                    CHECK (jsonb_typeof(design_constraints) = 'object'
	                       AND pg_column_size(design_constraints) <= 65536),
	constraints_shown   text NOT NULL GENERATED ALWAYS AS (design_constraints::text) STORED, -- in lists
	active              boolean NOT NULL DEFAULT true,
	search_text         text NOT NULL GENERATED ALWAYS AS
	                    (lower(name || ' ' || coalesce(description, ''))) STORED,
	search_words        tsvector NOT NULL GENERATED ALWAYS AS
	                    (search_words(name || ' ' || coalesce(description, ''))) STORED,
	created_at          timestamptz NOT NULL DEFAULT now(),
	updated_at          timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX products_newest ON products (created_at DESC, id DESC) WHERE active;
CREATE INDEX products_category_newest ON products (category, created_at DESC, id DESC) WHERE active;
CREATE INDEX products_price ON products (base_price, id) WHERE active;
CREATE INDEX products_category_price ON products (category, base_price, id) WHERE active;
CREATE INDEX products_name ON products (lower(name), id) WHERE active;
CREATE INDEX products_category_name ON products (category, lower(name), id) WHERE active;
CREATE INDEX products_category ON products (category);
CREATE INDEX products_currency ON products (currency);
CREATE INDEX products_all ON products (created_at DESC, id DESC);
CREATE INDEX products_search ON products USING gin (search_text gin_trgm_ops, search_words);

CREATE TRIGGER products_touch BEFORE UPDATE ON products
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE product_variants (
	id                  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	product_id          uuid NOT NULL REFERENCES products ON DELETE CASCADE,
	size                text CHECK (char_length(size) BETWEEN 1 AND 100),
	color               text CHECK (char_length(color) BETWEEN 1 AND 100),
	color_hex           text CHECK (color_hex ~ '^#[0-9a-fA-F]{6}$'),
	printful_variant_id text CHECK (char_length(printful_variant_id) <= 50),
	printify_variant_id text CHECK (char_length(printify_variant_id) <= 50),
	price_adjustment    bigint NOT NULL DEFAULT 0
	                    CHECK (price_adjustment BETWEEN -9999999999 AND 9999999999),
	available           boolean NOT NULL DEFAULT true,
	gone_at             timestamptz,     -- null, or since when no printer makes it
	position            integer NOT NULL DEFAULT 0, -- the order a shopper expects: S before XL
	created_at          timestamptz NOT NULL DEFAULT now(),
	updated_at          timestamptz NOT NULL DEFAULT now(),
	UNIQUE NULLS NOT DISTINCT (product_id, size, color),
	UNIQUE (id, product_id)              -- what cart lines refer to
);

CREATE INDEX product_variants_order ON product_variants (product_id, position, id);

CREATE TRIGGER product_variants_touch BEFORE UPDATE ON product_variants
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- No variant may end up below nothing, whichever of the two prices moves.
CREATE FUNCTION variant_price_floor() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'products' THEN
		IF EXISTS (SELECT FROM product_variants v WHERE v.product_id = NEW.id
		    AND v.price_adjustment + NEW.base_price < 0) THEN
			RAISE check_violation USING MESSAGE = 'a variant would cost less than nothing',
			    TABLE = 'products', CONSTRAINT = 'products_price_floor';
		END IF;
	ELSIF NEW.price_adjustment < 0 AND NEW.price_adjustment +
	    (SELECT p.base_price FROM products p WHERE p.id = NEW.product_id) < 0 THEN
		RAISE check_violation USING MESSAGE = 'a variant would cost less than nothing',
		    TABLE = 'product_variants', CONSTRAINT = 'product_variants_price_floor';
	END IF;
	RETURN NULL;
END
$$;

CREATE TRIGGER products_price_floor AFTER UPDATE OF base_price ON products
    FOR EACH ROW EXECUTE FUNCTION variant_price_floor();
CREATE TRIGGER product_variants_price_floor
    AFTER INSERT OR UPDATE OF price_adjustment, product_id ON product_variants
    FOR EACH ROW EXECUTE FUNCTION variant_price_floor();

-- A price said outright in a currency wins over one converted.
CREATE TABLE product_prices (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
	variant_id uuid,                     -- null: for every variant, before its adjustment
	currency   text NOT NULL REFERENCES currencies,
	price      bigint NOT NULL CHECK (price BETWEEN 0 AND 9999999999),
	UNIQUE NULLS NOT DISTINCT (product_id, currency, variant_id),
	FOREIGN KEY (variant_id, product_id) REFERENCES product_variants (id, product_id) ON DELETE CASCADE
);

CREATE INDEX product_prices_variant ON product_prices (variant_id, product_id);
CREATE INDEX product_prices_currency ON product_prices (currency);

CREATE TABLE product_translations (
	product_id  uuid NOT NULL REFERENCES products ON DELETE CASCADE,
	language    text NOT NULL CHECK (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$'),
	name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
	description text CHECK (char_length(description) <= 5000),
	search_text text NOT NULL GENERATED ALWAYS AS
	            (lower(name || ' ' || coalesce(description, ''))) STORED,
	search_words tsvector NOT NULL GENERATED ALWAYS AS
	            (search_words(name || ' ' || coalesce(description, ''))) STORED,
	PRIMARY KEY (product_id, language)
);

CREATE UNIQUE INDEX product_translations_language ON product_translations (product_id, lower(language));

-- What a printer calls a variant of ours, and what it takes for it today.
CREATE TABLE provider_variants (
	variant_id       uuid NOT NULL REFERENCES product_variants ON DELETE CASCADE,
	provider         text NOT NULL CHECK (provider IN ('printful', 'printify')),
	product_ref      text NOT NULL CHECK (char_length(product_ref) BETWEEN 1 AND 50), -- '71'; 'blueprint/print provider'
	variant_ref      text NOT NULL CHECK (char_length(variant_ref) BETWEEN 1 AND 50),
	cost             bigint NOT NULL CHECK (cost >= 0),
	currency         text NOT NULL DEFAULT 'USD' REFERENCES currencies,
	available        boolean NOT NULL DEFAULT true,
	synced_at        timestamptz,        -- null: never read from the provider
	PRIMARY KEY (variant_id, provider)
);

-- Not unique: the same blank may be sold under two names.
CREATE INDEX provider_variants_ref ON provider_variants (provider, product_ref, variant_ref);
CREATE INDEX provider_variants_currency ON provider_variants (currency);

-- '' means "any": a row for a state beats one for its country, a category any.
CREATE TABLE tax_rates (
	id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	country     text NOT NULL CHECK (country = '*' OR country ~ '^[A-Z]{2}$'),
	state       text NOT NULL DEFAULT '' CHECK (char_length(state) <= 100),
	category    text NOT NULL DEFAULT '' CHECK (char_length(category) <= 50),
	name        text NOT NULL DEFAULT '' CHECK (char_length(name) <= 100),
	rate        numeric(8,6) NOT NULL CHECK (rate BETWEEN 0 AND 1),
	inclusive   boolean NOT NULL DEFAULT false, -- prices hold the tax already
	on_shipping boolean NOT NULL DEFAULT false,
	UNIQUE (country, state, category)
);

CREATE TABLE shipping_rates (
	id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	country         text NOT NULL CHECK (country = '*' OR country ~ '^[A-Z]{2}$'),
	category        text NOT NULL DEFAULT '' CHECK (char_length(category) <= 50),
	method          text NOT NULL CHECK (method IN ('standard', 'express')),
	first_item      bigint NOT NULL CHECK (first_item >= 0),
	additional_item bigint NOT NULL CHECK (additional_item >= 0),
	currency        text NOT NULL DEFAULT 'USD' REFERENCES currencies,
	days_min        integer CHECK (days_min >= 0),
	days_max        integer CHECK (days_max >= days_min),
	UNIQUE (country, method, category)
);

CREATE INDEX shipping_rates_currency ON shipping_rates (currency);

-- Every worker listens: what it cached of the catalogue is old now.
CREATE FUNCTION catalogue_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('tshop_catalogue', TG_TABLE_NAME);
	RETURN NULL;
END
$$;

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['products', 'product_variants', 'product_prices',
	    'product_translations', 'currencies', 'exchange_rates', 'categories',
	    'tax_rates', 'shipping_rates'] LOOP
		EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I '
		    'FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()',
		    name || '_changed', name);
	END LOOP;
END
$$;
