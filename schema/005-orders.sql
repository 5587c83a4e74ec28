-- Orders: a promise with its price, the money for it, and the parcels.
--
-- An error raised here with SQLSTATE TS000 has the name of an outcome as its
-- message, and the program passes that on.  What can only be a mistake of our
-- own (changing a total) has SQLSTATE 23000.

CREATE TABLE coupons (
	id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	code          text NOT NULL CHECK (code ~ '^[A-Z0-9-]{3,40}$'),
	kind          text NOT NULL CHECK (kind IN ('percent', 'amount', 'free_shipping', 'points')),
	user_id       uuid REFERENCES users ON DELETE CASCADE, -- null: anybody's
	percent       numeric(5,2) CHECK (percent > 0 AND percent <= 100),
	amount        bigint CHECK (amount > 0),
	currency      text REFERENCES currencies,
	min_subtotal  bigint NOT NULL DEFAULT 0 CHECK (min_subtotal >= 0), -- in the base currency
	max_uses      integer CHECK (max_uses > 0), -- null: as often as one likes
	max_per_user  integer CHECK (max_per_user > 0), -- null: as above
	uses          integer NOT NULL DEFAULT 0 CHECK (uses >= 0),
	active        boolean NOT NULL DEFAULT true,
	starts_at     timestamptz NOT NULL DEFAULT now(),
	expires_at    timestamptz,           -- null: never
	created_at    timestamptz NOT NULL DEFAULT now(),
	CHECK ((kind = 'percent') = (percent IS NOT NULL)),
	CHECK ((kind IN ('amount', 'points')) = (amount IS NOT NULL)),
	CHECK ((amount IS NULL) = (currency IS NULL)),
	CHECK (kind <> 'points' OR (user_id IS NOT NULL AND max_uses = 1)),
	CONSTRAINT coupons_uses CHECK (uses <= max_uses)
);

CREATE UNIQUE INDEX coupons_code_key ON coupons (code);
CREATE INDEX coupons_user ON coupons (user_id);
CREATE INDEX coupons_created ON coupons (created_at DESC, id DESC);
CREATE INDEX coupons_currency ON coupons (currency);
CREATE INDEX coupons_search ON coupons USING gin (code gin_trgm_ops);
CREATE INDEX coupons_active ON coupons (active, created_at DESC, id DESC);

-- The moves an order may make.  Nobody may write this table at run time.
CREATE TABLE order_moves (
	from_status text NOT NULL CHECK (char_length(from_status) <= 20),
	to_status   text NOT NULL CHECK (char_length(to_status) <= 20),
	PRIMARY KEY (from_status, to_status)
);

INSERT INTO order_moves VALUES
--   from          to
    ('pending',    'paid'),
    ('pending',    'cancelled'),
    ('paid',       'processing'),
    ('paid',       'cancelled'),
    ('paid',       'refunded'),
    ('processing', 'fulfilled'),
    ('processing', 'refunded'),
    ('fulfilled',  'shipped'),
    ('fulfilled',  'refunded'),
    ('shipped',    'delivered'),
    ('shipped',    'refunded'),
    ('delivered',  'refunded');

-- The day and ten random letters of Crockford's alphabet: it can be read out
-- over the telephone and tells nobody how much is sold.  Bytes 6 and 8 of a
-- version 4 UUID are not wholly random and are left out.
CREATE FUNCTION order_number_new() RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT 'T' || to_char(now() AT TIME ZONE 'UTC', 'YYMMDD') || '-' ||
	    string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ',
	        get_byte(r.bytes, i) % 32 + 1, 1), '' ORDER BY i)
	  FROM (SELECT uuid_send(gen_random_uuid()) AS bytes) r,
	       unnest(ARRAY[0, 1, 2, 3, 4, 5, 7, 9, 10, 11]) AS i);
END
$$;

CREATE TABLE orders (
	id                   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id              uuid REFERENCES users ON DELETE SET NULL, -- null: erased
	order_number         text NOT NULL UNIQUE DEFAULT order_number_new()
	                     CHECK (char_length(order_number) BETWEEN 1 AND 20),
	status               text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'paid',
	                     'processing', 'fulfilled', 'shipped', 'delivered', 'cancelled', 'refunded')),
	currency             text NOT NULL DEFAULT 'USD' REFERENCES currencies,
	subtotal             bigint NOT NULL CHECK (subtotal >= 0),
	discount_amount      bigint NOT NULL DEFAULT 0 CHECK (discount_amount >= 0),
	tax_amount           bigint NOT NULL DEFAULT 0 CHECK (tax_amount >= 0),
	tax_inclusive        boolean NOT NULL DEFAULT false, -- the prices hold the tax already
	shipping_amount      bigint NOT NULL DEFAULT 0 CHECK (shipping_amount >= 0),
	total_amount         bigint NOT NULL CHECK (total_amount >= 0),
	refunded_amount      bigint NOT NULL DEFAULT 0 CHECK (refunded_amount >= 0), -- kept by refunds
	exchange_rate        numeric(20,10) NOT NULL DEFAULT 1 CHECK (exchange_rate > 0), -- of currency to the base, that day
	cost_estimate        bigint CHECK (cost_estimate >= 0), -- of the goods, at the printer that would make them, that day; null: unknown
	vat_number           text CHECK (vat_number ~ '^[A-Z0-9]{4,17}$'), -- the buyer's, as he wrote it; null: none said
	shipping_method      text NOT NULL DEFAULT 'standard' CHECK (shipping_method IN ('standard', 'express')),
	coupon_id            uuid REFERENCES coupons ON DELETE SET NULL,
	tier                 text NOT NULL DEFAULT 'registered'
	                     CHECK (tier IN ('free', 'registered', 'premium')), -- the buyer's then; routing asks
	email                text CHECK (octet_length(email) <= 254), -- for the printer; null: erased
	cart_id              uuid REFERENCES carts ON DELETE SET NULL,
	cart_version         integer,
	payment_intent_id    text CHECK (char_length(payment_intent_id) <= 255),
	shipping_address     jsonb NOT NULL CHECK (jsonb_typeof(shipping_address) = 'object'
	                     AND shipping_address ->> 'country' ~ '^[A-Z]{2}$'),
	billing_address      jsonb CHECK (jsonb_typeof(billing_address) = 'object'),
	fulfillment_provider text CHECK (fulfillment_provider IN ('printful', 'printify')),
	fulfillment_order_id text CHECK (char_length(fulfillment_order_id) <= 100),
	fulfillment_status   text CHECK (char_length(fulfillment_status) <= 30),
	tracking_number      text CHECK (char_length(tracking_number) <= 100), -- of the first parcel
	cancel_reason        text CHECK (char_length(cancel_reason) <= 500),
	created_at           timestamptz NOT NULL DEFAULT now(),
	updated_at           timestamptz NOT NULL DEFAULT now(),
	expires_at           timestamptz NOT NULL DEFAULT now() + interval '24 hours', -- when unpaid
	hold_until           timestamptz,    -- null, or when the change-of-mind window ends
	paid_at              timestamptz,    -- the rest: null until it happens
	processing_at        timestamptz,
	fulfilled_at         timestamptz,
	shipped_at           timestamptz,
	delivered_at         timestamptz,
	cancelled_at         timestamptz,
	refunded_at          timestamptz,
	CONSTRAINT orders_total CHECK (total_amount = subtotal - discount_amount + shipping_amount
	    + CASE WHEN tax_inclusive THEN 0 ELSE tax_amount END),
	CONSTRAINT orders_discount CHECK (discount_amount <= subtotal),
	CONSTRAINT orders_refunded CHECK (refunded_amount <= total_amount),
	UNIQUE (cart_id, cart_version),      -- one cart, once read, makes one order
	CHECK ((cart_id IS NULL) OR (cart_version IS NOT NULL))
);

CREATE INDEX orders_user ON orders (user_id, created_at DESC, id DESC);
CREATE INDEX orders_user_status ON orders (user_id, status, created_at DESC, id DESC);
CREATE INDEX orders_status ON orders (status, created_at DESC, id DESC);
CREATE INDEX orders_created ON orders (created_at DESC, id DESC);
-- What an admin looks for: part of a number or an address, or a parcel.
CREATE INDEX orders_search ON orders USING gin
    (lower(order_number) gin_trgm_ops, lower(email) gin_trgm_ops);
CREATE INDEX orders_tracking ON orders (lower(tracking_number)) WHERE tracking_number IS NOT NULL;
CREATE INDEX orders_unpaid ON orders (expires_at) WHERE status = 'pending';
CREATE INDEX orders_coupon ON orders (coupon_id);
CREATE INDEX orders_currency ON orders (currency);
CREATE UNIQUE INDEX orders_intent_key ON orders (payment_intent_id);
CREATE UNIQUE INDEX orders_fulfillment_key ON orders (fulfillment_provider, fulfillment_order_id)
    WHERE fulfillment_order_id IS NOT NULL;

CREATE TABLE order_items (
	id                  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	order_id            uuid NOT NULL REFERENCES orders ON DELETE RESTRICT,
	position            integer NOT NULL DEFAULT 0,
	product_id          uuid REFERENCES products ON DELETE SET NULL, -- null: gone since
	variant_id          uuid REFERENCES product_variants ON DELETE SET NULL,
	design_id           uuid REFERENCES designs ON DELETE SET NULL,
	product_name        text NOT NULL CHECK (char_length(product_name) <= 255),
	variant_label       text NOT NULL DEFAULT '' CHECK (char_length(variant_label) <= 255),
	category            text NOT NULL DEFAULT '' CHECK (char_length(category) <= 50),
	design_image_url    text CHECK (char_length(design_image_url) <= 2048),
	design_image_sha256 bytea REFERENCES media,
	quantity            integer NOT NULL CHECK (quantity BETWEEN 1 AND 99),
	unit_price          bigint NOT NULL CHECK (unit_price >= 0),
	total_price         bigint NOT NULL,
	discount_amount     bigint NOT NULL DEFAULT 0 CHECK (discount_amount BETWEEN 0 AND total_price),
	tax_amount          bigint NOT NULL DEFAULT 0 CHECK (tax_amount >= 0),
	customization_data  jsonb,
	fulfillment_item_id text CHECK (char_length(fulfillment_item_id) <= 100),
	created_at          timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT order_items_total CHECK (total_price = unit_price * quantity)
);

CREATE INDEX order_items_order ON order_items (order_id, position, id);
CREATE INDEX order_items_product ON order_items (product_id);
CREATE INDEX order_items_variant ON order_items (variant_id);
CREATE INDEX order_items_design ON order_items (design_id);
CREATE INDEX order_items_media ON order_items (design_image_sha256);

-- What happened to an order, in order.  Moves are written by the trigger
-- below; the program adds the rest (a parcel, a note, a refusal).
CREATE TABLE order_events (
	id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	order_id    uuid NOT NULL REFERENCES orders ON DELETE RESTRICT,
	kind        text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 50),
	from_status text CHECK (char_length(from_status) <= 20), -- null: no move, or the first one
	to_status   text CHECK (char_length(to_status) <= 20),   -- null: no move
	actor       text NOT NULL DEFAULT 'system' CHECK (char_length(actor) <= 100),
	detail      jsonb NOT NULL DEFAULT '{}',
	created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX order_events_order ON order_events (order_id, created_at, id);

CREATE TABLE coupon_uses (
	id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	coupon_id   uuid NOT NULL REFERENCES coupons ON DELETE CASCADE,
	order_id    uuid NOT NULL UNIQUE REFERENCES orders ON DELETE CASCADE,
	user_id     uuid REFERENCES users ON DELETE SET NULL,
	amount      bigint NOT NULL DEFAULT 0 CHECK (amount >= 0),
	created_at  timestamptz NOT NULL DEFAULT now(),
	released_at timestamptz              -- null: holds the coupon
);

CREATE INDEX coupon_uses_coupon ON coupon_uses (coupon_id, user_id) WHERE released_at IS NULL;
CREATE INDEX coupon_uses_coupon_all ON coupon_uses (coupon_id);
CREATE INDEX coupon_uses_user ON coupon_uses (user_id);

-- Takes the coupon with the row, or refuses the row; gives it back when the
-- row is released.  The conditional UPDATE is what two racing orders meet in.
CREATE FUNCTION coupon_uses_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	per_user integer;
BEGIN
	IF TG_OP = 'INSERT' THEN
		UPDATE coupons SET uses = uses + 1
		 WHERE id = NEW.coupon_id AND active AND starts_at <= now()
		   AND (expires_at IS NULL OR expires_at > now())
		   AND (max_uses IS NULL OR uses < max_uses)
		   AND (user_id IS NULL OR user_id = NEW.user_id)
		RETURNING max_per_user INTO per_user;
		IF NOT FOUND OR per_user < (SELECT count(*) FROM coupon_uses u
		    WHERE u.coupon_id = NEW.coupon_id AND u.user_id = NEW.user_id
		      AND u.released_at IS NULL) THEN
			RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'VALIDATION_ERROR',
			    DETAIL = 'couponCode unknown_reference';
		END IF;
	ELSIF NEW.released_at IS NOT NULL AND OLD.released_at IS NULL THEN
		UPDATE coupons SET uses = uses - 1 WHERE id = NEW.coupon_id;
	END IF;
	RETURN NULL;
END
$$;

CREATE TRIGGER coupon_uses_count AFTER INSERT OR UPDATE OF released_at ON coupon_uses
    FOR EACH ROW EXECUTE FUNCTION coupon_uses_count();

-- One row per design and order of somebody else that was paid; usage_count is
-- their number.
CREATE TABLE design_uses (
	design_id  uuid NOT NULL REFERENCES designs ON DELETE CASCADE,
	order_id   uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (design_id, order_id)
);

CREATE INDEX design_uses_order ON design_uses (order_id);
CREATE INDEX design_uses_recent ON design_uses (created_at);

CREATE FUNCTION design_uses_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		UPDATE designs SET usage_count = usage_count + 1 WHERE id = NEW.design_id;
	ELSE
		UPDATE designs SET usage_count = usage_count - 1 WHERE id = OLD.design_id;
	END IF;
	RETURN NULL;
END
$$;

CREATE TRIGGER design_uses_count AFTER INSERT OR DELETE ON design_uses
    FOR EACH ROW EXECUTE FUNCTION design_uses_count();

-- An order begins as pending, moves along order_moves, and keeps its price.
CREATE FUNCTION orders_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		IF NEW.status <> 'pending' THEN
			RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'INVALID_ORDER_STATE',
			    DETAIL = format('an order begins as pending, not %s', NEW.status);
		END IF;
		RETURN NEW;
	END IF;

	IF (NEW.order_number, NEW.currency, NEW.subtotal, NEW.discount_amount,
	    NEW.tax_amount, NEW.tax_inclusive, NEW.shipping_amount, NEW.total_amount,
	    NEW.exchange_rate, NEW.created_at) IS DISTINCT FROM
	   (OLD.order_number, OLD.currency, OLD.subtotal, OLD.discount_amount,
	    OLD.tax_amount, OLD.tax_inclusive, OLD.shipping_amount, OLD.total_amount,
	    OLD.exchange_rate, OLD.created_at) THEN
		RAISE integrity_constraint_violation
		    USING MESSAGE = 'the price of an order never changes';
	END IF;

	IF NEW.status <> OLD.status THEN
		IF NOT EXISTS (SELECT FROM order_moves m
		    WHERE m.from_status = OLD.status AND m.to_status = NEW.status) THEN
			RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'INVALID_ORDER_STATE',
			    DETAIL = format('from %s to %s', OLD.status, NEW.status);
		END IF;
		CASE NEW.status
		WHEN 'paid'       THEN NEW.paid_at       := coalesce(NEW.paid_at, now());
		WHEN 'processing' THEN NEW.processing_at := coalesce(NEW.processing_at, now());
		WHEN 'fulfilled'  THEN NEW.fulfilled_at  := coalesce(NEW.fulfilled_at, now());
		WHEN 'shipped'    THEN NEW.shipped_at    := coalesce(NEW.shipped_at, now());
		WHEN 'delivered'  THEN NEW.delivered_at  := coalesce(NEW.delivered_at, now());
		WHEN 'cancelled'  THEN NEW.cancelled_at  := coalesce(NEW.cancelled_at, now());
		WHEN 'refunded'   THEN NEW.refunded_at   := coalesce(NEW.refunded_at, now());
		END CASE;
	END IF;
	NEW.updated_at := now();
	RETURN NEW;
END
$$;

CREATE TRIGGER orders_owner BEFORE INSERT ON orders
    FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION owner_lives();

CREATE TRIGGER orders_guard BEFORE INSERT OR UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION orders_guard();

-- Writes the history of each move, says who asked (the setting tshop.actor of
-- the transaction, else the role), and gives the coupon of a cancelled order
-- back.
CREATE FUNCTION orders_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	INSERT INTO order_events (order_id, kind, from_status, to_status, actor, detail)
	VALUES (NEW.id, 'status', CASE TG_OP WHEN 'UPDATE' THEN OLD.status END, NEW.status,
	    left(coalesce(nullif(current_setting('tshop.actor', true), ''), session_user), 100),
	    CASE WHEN NEW.status = 'cancelled' AND NEW.cancel_reason IS NOT NULL
	        THEN jsonb_build_object('reason', NEW.cancel_reason) ELSE '{}' END);
	IF NEW.status = 'cancelled' THEN
		UPDATE coupon_uses SET released_at = now()
		 WHERE order_id = NEW.id AND released_at IS NULL;
	END IF;
	RETURN NULL;
END
$$;

CREATE TRIGGER orders_made AFTER INSERT ON orders
    FOR EACH ROW EXECUTE FUNCTION orders_moved();
CREATE TRIGGER orders_moved AFTER UPDATE OF status ON orders
    FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION orders_moved();

CREATE FUNCTION order_items_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	-- The label may follow another variant, which order_change() allows for a while.
	IF (NEW.order_id, NEW.product_name, NEW.quantity, NEW.unit_price,
	    NEW.total_price, NEW.discount_amount, NEW.tax_amount) IS DISTINCT FROM
	   (OLD.order_id, OLD.product_name, OLD.quantity, OLD.unit_price,
	    OLD.total_price, OLD.discount_amount, OLD.tax_amount)
	   OR (NEW.variant_label <> OLD.variant_label AND NEW.variant_id IS NOT DISTINCT FROM OLD.variant_id) THEN
		RAISE integrity_constraint_violation
		    USING MESSAGE = 'an ordered line never changes';
	END IF;
	RETURN NEW;
END
$$;

CREATE TRIGGER order_items_guard BEFORE UPDATE ON order_items
    FOR EACH ROW EXECUTE FUNCTION order_items_guard();

-- An attempt to be paid.  The row stands before the provider is asked, and its
-- key is what the provider is asked with.  The client secret is never stored:
-- whoever needs it again asks the provider.
CREATE TABLE payments (
	id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	order_id        uuid NOT NULL REFERENCES orders ON DELETE RESTRICT,
	provider        text NOT NULL CHECK (provider IN ('stripe', 'paypal', 'none')), -- none: nothing to pay
	attempt         integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
	idempotency_key text NOT NULL UNIQUE CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
	provider_ref    text CHECK (char_length(provider_ref) <= 255), -- intent or PayPal order; null: not asked yet
	capture_ref     text CHECK (char_length(capture_ref) <= 255),  -- charge or PayPal capture
	approve_url     text CHECK (char_length(approve_url) <= 2048), -- PayPal's page for the buyer
	amount          bigint NOT NULL CHECK (amount >= 0),
	currency        text NOT NULL REFERENCES currencies,
	status          text NOT NULL DEFAULT 'requires_payment_method' CHECK (status IN
	                ('requires_payment_method', 'requires_confirmation', 'requires_action',
	                 'processing', 'requires_capture', 'succeeded', 'canceled')),
	decline_reason  text CHECK (char_length(decline_reason) <= 255), -- of the last try; null: none
	captured_amount bigint NOT NULL DEFAULT 0 CHECK (captured_amount >= 0),
	refunded_amount bigint NOT NULL DEFAULT 0 CHECK (refunded_amount BETWEEN 0 AND captured_amount),
	disputed_at     timestamptz,
	lost_amount     bigint NOT NULL DEFAULT 0 CHECK (lost_amount BETWEEN 0 AND captured_amount), -- to disputes
	fee_amount      bigint,              -- what the provider keeps, in its currency; null: not told yet
	fee_currency    text CHECK (fee_currency ~ '^[A-Z]{3}$'),
	asked_at        timestamptz,         -- null, or when the reconciler has last asked about it
	created_at      timestamptz NOT NULL DEFAULT now(),
	updated_at      timestamptz NOT NULL DEFAULT now(),
	CHECK ((fee_amount IS NULL) = (fee_currency IS NULL)),
	CHECK (amount > 0 OR provider = 'none'),
	UNIQUE (order_id, attempt),
	UNIQUE (provider, provider_ref)
);

-- Two tabs, one open attempt.
CREATE UNIQUE INDEX payments_open ON payments (order_id)
    WHERE status NOT IN ('succeeded', 'canceled');
CREATE INDEX payments_order ON payments (order_id, created_at DESC);
CREATE INDEX payments_capture ON payments (capture_ref);
CREATE INDEX payments_currency ON payments (currency);
CREATE INDEX payments_lost ON payments (order_id) WHERE lost_amount > 0;
CREATE INDEX payments_updated ON payments (updated_at);

CREATE FUNCTION payments_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF (NEW.order_id, NEW.provider, NEW.amount, NEW.currency) IS DISTINCT FROM
	   (OLD.order_id, OLD.provider, OLD.amount, OLD.currency)
	   OR (OLD.provider_ref IS NOT NULL AND NEW.provider_ref IS DISTINCT FROM OLD.provider_ref) THEN
		RAISE integrity_constraint_violation
		    USING MESSAGE = 'an attempt to pay keeps its order, amount and reference';
	END IF;
	IF NEW.asked_at IS NOT DISTINCT FROM OLD.asked_at THEN
		NEW.updated_at := now();
	END IF;
	RETURN NEW;
END
$$;

CREATE TRIGGER payments_guard BEFORE UPDATE ON payments
    FOR EACH ROW EXECUTE FUNCTION payments_guard();

CREATE TABLE refunds (
	id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	order_id     uuid NOT NULL REFERENCES orders ON DELETE RESTRICT,
	payment_id   uuid NOT NULL REFERENCES payments ON DELETE RESTRICT,
	key          text NOT NULL UNIQUE CHECK (char_length(key) BETWEEN 1 AND 255), -- what the provider is asked with
	provider_ref text UNIQUE CHECK (char_length(provider_ref) <= 255), -- null: not asked yet
	amount       bigint NOT NULL CHECK (amount > 0),
	currency     text NOT NULL REFERENCES currencies,
	status       text NOT NULL DEFAULT 'pending'
	             CHECK (status IN ('pending', 'requires_action', 'succeeded', 'failed', 'canceled')),
	source       text NOT NULL DEFAULT 'shop' CHECK (source IN ('shop', 'provider')),
	reason       text CHECK (char_length(reason) <= 500),
	requested_by text NOT NULL DEFAULT 'system' CHECK (char_length(requested_by) <= 100),
	failure      text CHECK (char_length(failure) <= 255),
	asked_at     timestamptz, -- null, or when the reconciler has last asked about it
	created_at   timestamptz NOT NULL DEFAULT now(),
	updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX refunds_order ON refunds (order_id, created_at);
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_currency ON refunds (currency);
CREATE INDEX refunds_updated ON refunds (updated_at);
CREATE INDEX refunds_open ON refunds (created_at) WHERE status IN ('pending', 'requires_action');

-- captured - refunded - pending is checked with the payment locked, so that
-- two clicks, or a click and a refund made at the provider, cannot both pass.
CREATE FUNCTION refunds_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	p payments%ROWTYPE;
	others bigint;
BEGIN
	SELECT * INTO p FROM payments WHERE id = NEW.payment_id FOR NO KEY UPDATE;
	IF p.order_id <> NEW.order_id OR p.currency <> NEW.currency THEN
		RAISE integrity_constraint_violation
		    USING MESSAGE = 'a refund belongs to the order and currency of its payment';
	END IF;
	SELECT coalesce(sum(r.amount), 0) INTO others FROM refunds r
	 WHERE r.payment_id = NEW.payment_id AND r.id <> NEW.id
	   AND r.status NOT IN ('failed', 'canceled');
	IF NEW.status NOT IN ('failed', 'canceled') AND others + NEW.amount > p.captured_amount THEN
		RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'CONFLICT',
		    DETAIL = 'more would be given back than was taken';
	END IF;
	NEW.updated_at := now();
	RETURN NEW;
END
$$;

CREATE TRIGGER refunds_guard BEFORE INSERT OR UPDATE OF amount, status ON refunds
    FOR EACH ROW EXECUTE FUNCTION refunds_guard();

CREATE FUNCTION refunds_sum() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	UPDATE payments SET refunded_amount = (SELECT coalesce(sum(r.amount), 0)
	    FROM refunds r WHERE r.payment_id = NEW.payment_id AND r.status = 'succeeded')
	 WHERE id = NEW.payment_id;
	-- Money that came twice is given back beside the order's own: what counts
	-- for the order is what of its total is not kept.
	UPDATE orders o SET refunded_amount = greatest(0, o.total_amount - (
	    SELECT sum(p.captured_amount - p.refunded_amount) FROM payments p WHERE p.order_id = o.id))
	 WHERE o.id = NEW.order_id;
	RETURN NULL;
END
$$;

CREATE TRIGGER refunds_sum AFTER INSERT OR UPDATE OF amount, status ON refunds
    FOR EACH ROW EXECUTE FUNCTION refunds_sum();

-- What was verified and stored, as it came.  A repeat meets the unique key.
CREATE TABLE webhook_events (
	id           uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
	provider     text NOT NULL CHECK (provider IN ('stripe', 'paypal', 'printful', 'printify')),
	event_id     text NOT NULL CHECK (char_length(event_id) BETWEEN 1 AND 255),
	type         text NOT NULL CHECK (char_length(type) <= 255),
	body         bytea NOT NULL CHECK (octet_length(body) <= 1048576), -- emptied when its person is erased
	order_id     uuid REFERENCES orders ON DELETE SET NULL, -- null: none of ours
	state        text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'processed', 'ignored', 'failed')),
	attempts     integer NOT NULL DEFAULT 0,
	error        text CHECK (char_length(error) <= 500),
	received_at  timestamptz NOT NULL DEFAULT now(),
	processed_at timestamptz,            -- null: not yet
	PRIMARY KEY (provider, event_id)
);

CREATE INDEX webhook_events_received ON webhook_events (received_at DESC, id DESC);
CREATE INDEX webhook_events_state ON webhook_events (state, received_at DESC, id DESC);
CREATE INDEX webhook_events_provider ON webhook_events (provider, received_at DESC, id DESC);
CREATE INDEX webhook_events_open ON webhook_events (received_at) WHERE state IN ('received', 'failed');
CREATE INDEX webhook_events_order ON webhook_events (order_id);

-- Others go on telling of an order whose person has been erased, with name and
-- street: that they told is kept, and what is not.  The lock makes it wait for
-- an erasure under way, and an erasure for it.
CREATE FUNCTION webhook_events_forget() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	PERFORM FROM orders WHERE id = NEW.order_id FOR SHARE;
	IF EXISTS (SELECT FROM orders WHERE id = NEW.order_id AND user_id IS NULL) THEN
		NEW.body := '';
	END IF;
	RETURN NEW;
END
$$;

CREATE TRIGGER webhook_events_forget BEFORE INSERT OR UPDATE OF order_id ON webhook_events
    FOR EACH ROW WHEN (NEW.order_id IS NOT NULL)
    EXECUTE FUNCTION webhook_events_forget();

-- The very file that is printed for a line.  Made at checkout, never changed.
CREATE TABLE print_files (
	id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	order_item_id uuid NOT NULL REFERENCES order_items ON DELETE RESTRICT,
	provider      text NOT NULL CHECK (provider IN ('printful', 'printify')), -- each has its own area
	placement     text NOT NULL CHECK (char_length(placement) BETWEEN 1 AND 50),
	technique     text NOT NULL DEFAULT 'dtg' CHECK (technique IN ('dtg', 'dtf', 'embroidery', 'sublimation')),
	sha256        bytea NOT NULL REFERENCES media ON DELETE RESTRICT,
	width         integer NOT NULL CHECK (width > 0),
	height        integer NOT NULL CHECK (height > 0),
	dpi           integer NOT NULL CHECK (dpi > 0),
	options       jsonb NOT NULL DEFAULT '{}', -- thread colours
	created_at    timestamptz NOT NULL DEFAULT now(),
	UNIQUE (order_item_id, provider, placement)
);

CREATE INDEX print_files_media ON print_files (sha256);

-- What was ordered, until its print files are there: the design may be changed
-- a moment later.
CREATE TABLE order_canvases (
	order_item_id uuid PRIMARY KEY REFERENCES order_items ON DELETE CASCADE,
	revision      integer NOT NULL,
	canvas        jsonb NOT NULL CHECK (jsonb_typeof(canvas) = 'object')
);

CREATE FUNCTION print_files_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	RAISE integrity_constraint_violation
	    USING MESSAGE = 'what an order prints never changes';
END
$$;

CREATE TRIGGER print_files_guard BEFORE UPDATE ON print_files
    FOR EACH ROW EXECUTE FUNCTION print_files_guard();

-- An attempt to have an order printed.  The row stands before the provider is
-- asked; 'unknown' means: look it up by external_id before anything else.
CREATE TABLE fulfillments (
	id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	order_id          uuid NOT NULL REFERENCES orders ON DELETE RESTRICT,
	attempt           integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
	provider          text NOT NULL CHECK (provider IN ('printful', 'printify')),
	external_id       text NOT NULL CHECK (char_length(external_id) BETWEEN 1 AND 32), -- the order's number
	provider_order_id text CHECK (char_length(provider_order_id) <= 100),
	status            text NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'submitting', 'unknown',
	                  'draft', 'accepted', 'on_hold', 'in_production', 'fulfilled', 'partial',
	                  'shipped', 'delivered', 'returned', 'failed', 'cancelled')),
	reason            text CHECK (char_length(reason) <= 500), -- why it was chosen, or failed
	quotes            jsonb NOT NULL DEFAULT '[]', -- both printers' words when it was routed
	items_cost        bigint CHECK (items_cost >= 0), -- minor units of cost_currency; null: not told
	shipping_cost     bigint CHECK (shipping_cost >= 0),
	tax_cost          bigint CHECK (tax_cost >= 0),
	cost_currency     text REFERENCES currencies,
	created_at        timestamptz NOT NULL DEFAULT now(),
	updated_at        timestamptz NOT NULL DEFAULT now(),
	UNIQUE (order_id, attempt),
	UNIQUE (provider, provider_order_id)
);

-- No order is ever at two printers.
CREATE UNIQUE INDEX fulfillments_live ON fulfillments (order_id)
    WHERE status NOT IN ('failed', 'cancelled');
CREATE INDEX fulfillments_external ON fulfillments (provider, external_id);
CREATE INDEX fulfillments_currency ON fulfillments (cost_currency);
CREATE INDEX fulfillments_open ON fulfillments (updated_at)
    WHERE status NOT IN ('failed', 'cancelled', 'delivered', 'returned');

CREATE TRIGGER fulfillments_touch BEFORE UPDATE ON fulfillments
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- A parcel, and what is in it.
CREATE TABLE shipments (
	id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	order_id        uuid NOT NULL REFERENCES orders ON DELETE RESTRICT,
	fulfillment_id  uuid NOT NULL REFERENCES fulfillments ON DELETE RESTRICT,
	provider        text NOT NULL CHECK (provider IN ('printful', 'printify')),
	provider_ref    text NOT NULL CHECK (char_length(provider_ref) BETWEEN 1 AND 255),
	carrier         text CHECK (char_length(carrier) <= 100),
	service         text CHECK (char_length(service) <= 100),
	tracking_number text CHECK (char_length(tracking_number) <= 100),
	tracking_url    text CHECK (char_length(tracking_url) <= 2048),
	status          text NOT NULL DEFAULT 'shipped'
	                CHECK (status IN ('pending', 'shipped', 'delivered', 'returned', 'cancelled')),
	shipped_at      timestamptz,
	delivered_at    timestamptz,
	created_at      timestamptz NOT NULL DEFAULT now(),
	updated_at      timestamptz NOT NULL DEFAULT now(),
	UNIQUE (provider, provider_ref)
);

CREATE INDEX shipments_order ON shipments (order_id, created_at, id);
CREATE INDEX shipments_fulfillment ON shipments (fulfillment_id);

CREATE TRIGGER shipments_touch BEFORE UPDATE ON shipments
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE shipment_items (
	shipment_id   uuid NOT NULL REFERENCES shipments ON DELETE CASCADE,
	order_item_id uuid NOT NULL REFERENCES order_items ON DELETE RESTRICT,
	quantity      integer NOT NULL CHECK (quantity BETWEEN 1 AND 99),
	PRIMARY KEY (shipment_id, order_item_id)
);

CREATE INDEX shipment_items_item ON shipment_items (order_item_id);

-- A difference that a human should look at; told once while it is open.
CREATE TABLE cases (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	kind       text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 50),
	order_id   uuid REFERENCES orders ON DELETE SET NULL,
	key        text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255), -- what it is about
	severity   text NOT NULL DEFAULT 'warning' CHECK (severity IN ('info', 'warning', 'alarm')),
	state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
	detail     jsonb NOT NULL DEFAULT '{}',
	created_at timestamptz NOT NULL DEFAULT now(),
	closed_at  timestamptz,
	closed_by  text CHECK (char_length(closed_by) <= 100)
);

CREATE UNIQUE INDEX cases_open_key ON cases (kind, key) WHERE state = 'open';
CREATE INDEX cases_state ON cases (state, created_at DESC, id DESC);
CREATE INDEX cases_kind ON cases (kind, created_at DESC, id DESC);
CREATE INDEX cases_created ON cases (created_at DESC, id DESC);
CREATE INDEX cases_order ON cases (order_id);
