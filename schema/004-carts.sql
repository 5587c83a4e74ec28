-- Carts: what somebody means to buy.  No price stands here: it is the
-- catalogue's until there is an order.

-- Statements know a cart by its owner: the user, or of a guest the first half
-- of the token's hash.  Whether a guest has the whole token is the admission's
-- to ask, by guest_hash.
CREATE TABLE carts (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id    uuid UNIQUE REFERENCES users ON DELETE CASCADE, -- null: a guest's
	guest_hash bytea UNIQUE CHECK (octet_length(guest_hash) = 32), -- SHA-256 of the token; null: a user's
	owner_id   uuid NOT NULL UNIQUE GENERATED ALWAYS AS
	           (coalesce(user_id, encode(substring(guest_hash, 1, 16), 'hex')::uuid)) STORED,
	currency   text REFERENCES currencies, -- null: the owner's preferred one
	version    integer NOT NULL DEFAULT 0, -- an order claims one, and raises it
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(), -- when its owner last changed it, to the hour
	CHECK (num_nonnulls(user_id, guest_hash) = 1)
) WITH (fillfactor = 80);

-- No index holds what the changes of a cart write, and there is room beside it.
CREATE INDEX carts_currency ON carts (currency);
CREATE INDEX carts_guests ON carts (created_at) WHERE guest_hash IS NOT NULL;

CREATE TRIGGER carts_owner BEFORE INSERT ON carts
    FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION owner_lives();

-- A document in the one spelling of all that mean the same: sorted keys, and
-- numbers without the zeros that jsonb remembers (1.0 is 1).
CREATE FUNCTION json_canonical(j jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	RETURN CASE jsonb_typeof(j)
	    WHEN 'number' THEN trim_scale(j::numeric)::text
	    WHEN 'array' THEN (SELECT '[' || coalesce(string_agg(public.json_canonical(e.value), ',' ORDER BY e.n), '') || ']'
	        FROM jsonb_array_elements(j) WITH ORDINALITY AS e (value, n))
	    WHEN 'object' THEN (SELECT '{' || coalesce(string_agg(to_json(e.key) || ':' || public.json_canonical(e.value), ','
	        ORDER BY e.key COLLATE "C"), '') || '}' FROM jsonb_each(j) AS e)
	    ELSE j::text END;
END
$$;

-- What tells a line from another of the same variant and design.  Nothing and
-- {} are the same customization.
CREATE FUNCTION cart_custom_key(customization jsonb) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	RETURN CASE WHEN customization <> '{}'::jsonb
	    THEN pg_catalog.sha256(pg_catalog.convert_to(public.json_canonical(customization), 'UTF8')) END;
END
$$;

-- Checks of what each line writes are domains': those of a table are parsed anew
-- by each statement.
CREATE DOMAIN cart_quantity AS integer CHECK (VALUE BETWEEN 1 AND 99);
CREATE DOMAIN cart_customization AS jsonb
    CONSTRAINT cart_customization_check CHECK (jsonb_typeof(VALUE) = 'object' AND octet_length(VALUE::text) <= 65536);

CREATE TABLE cart_items (
	id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	cart_id            uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
	product_id         uuid NOT NULL,
	variant_id         uuid NOT NULL,
	design_id          uuid REFERENCES designs ON DELETE CASCADE, -- null: a blank garment
	quantity           cart_quantity NOT NULL DEFAULT 1,
	customization_data cart_customization,
	custom_key         bytea,            -- cart_custom_key() of that; a generated one costs each statement its plan
	created_at         timestamptz NOT NULL DEFAULT clock_timestamp(), -- lines put in together keep their order
	updated_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
	UNIQUE NULLS NOT DISTINCT (cart_id, variant_id, design_id, custom_key),
	-- The variant is one of the product's, or there is no line.
	FOREIGN KEY (variant_id, product_id) REFERENCES product_variants (id, product_id) ON DELETE CASCADE
) WITH (fillfactor = 80);

CREATE INDEX cart_items_variant ON cart_items (variant_id, product_id);
CREATE INDEX cart_items_design ON cart_items (design_id);

-- What is told of a line that was put in, or why it was not, in the units that
-- the API shows.  Named, for the columns of a function's own are made anew by
-- each call.
CREATE TYPE cart_told AS (
	refused          text,           -- an outcome; null: it was put in
	field            text,
	code             text,
	details          jsonb,
	product_name     text,
	product_category text,
	size             text,
	color            text,
	color_hex        text,
	adjustment       numeric,
	available        boolean,
	design_title     text,
	thumbnail_url    text,
	added            boolean,
	id               uuid,
	quantity         integer,
	custom           jsonb,
	created_at       timestamptz,
	updated_at       timestamptz,
	currency         text,           -- of these
	price            numeric,
	total            numeric,
	item_count       bigint,
	subtotal         numeric
);

-- A design that its owner throws away is in nobody's cart any more.
CREATE FUNCTION designs_leave_carts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	DELETE FROM cart_items WHERE design_id = NEW.id;
	RETURN NULL;
END
$$;

CREATE TRIGGER designs_leave_carts AFTER UPDATE OF deleted_at ON designs
    FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION designs_leave_carts();
