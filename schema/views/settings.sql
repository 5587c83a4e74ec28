-- Rates as the admin reads and writes them: whole tables at a time.
--
-- Replayed whole whenever it changes; nothing here holds data.  What is put
-- has been checked, row by row, by the program.
SET LOCAL check_function_bodies = off;

CREATE OR REPLACE FUNCTION rates_json(name text) RETURNS json
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT CASE name
	    WHEN 'exchange-rates' THEN (SELECT coalesce(json_agg(exchange_rate_json(r)
	        ORDER BY r.currency), '[]') FROM exchange_rates r)
	    WHEN 'tax-rates' THEN (SELECT coalesce(json_agg(tax_rate_json(t)
	        ORDER BY t.country, t.state, t.category), '[]') FROM tax_rates t)
	    WHEN 'shipping-rates' THEN (SELECT coalesce(json_agg(shipping_rate_json(s)
	        ORDER BY s.country, s.method, s.category), '[]') FROM shipping_rates s) END);
END
$$;

-- Replaces a table of rates by what is given, and tells the audit log.
CREATE OR REPLACE FUNCTION rates_put(name text, given jsonb, p_admin text) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	was jsonb := rates_json(name)::jsonb;
BEGIN
	IF name = 'exchange-rates' THEN
		DELETE FROM exchange_rates r WHERE NOT EXISTS (SELECT
		    FROM jsonb_to_recordset(given) AS g (currency text) WHERE g.currency = r.currency);
		INSERT INTO exchange_rates (currency, rate)
		SELECT g.currency, g.rate FROM jsonb_to_recordset(given) AS g (currency text, rate numeric)
		ON CONFLICT (currency) DO UPDATE SET rate = excluded.rate
		 WHERE exchange_rates.rate <> excluded.rate;
	ELSIF name = 'tax-rates' THEN
		DELETE FROM tax_rates;
		INSERT INTO tax_rates (country, state, category, name, rate, inclusive, on_shipping)
		SELECT g.country, coalesce(g.state, ''), coalesce(g.category, ''), coalesce(g.name, ''),
		    g.rate, coalesce(g.inclusive, false), coalesce(g."onShipping", false)
		  FROM jsonb_to_recordset(given) AS g (country text, state text, category text, name text,
		    rate numeric, inclusive boolean, "onShipping" boolean);
	ELSE
		DELETE FROM shipping_rates;
		INSERT INTO shipping_rates (country, category, method, first_item, additional_item, currency,
		    days_min, days_max)
		SELECT g.country, coalesce(g.category, ''), g.method,
		    g."firstItem" * power(10::numeric, currency_exponent(c.code)),
		    g."additionalItem" * power(10::numeric, currency_exponent(c.code)),
		    c.code, g."daysMin", g."daysMax"
		  FROM jsonb_to_recordset(given) AS g (country text, category text, method text,
		    "firstItem" numeric, "additionalItem" numeric, currency text, "daysMin" integer, "daysMax" integer)
		 CROSS JOIN LATERAL (SELECT coalesce(g.currency, shop_currency())) AS c (code);
	END IF;
	INSERT INTO audit_log (admin, action, target, before, after)
	VALUES (left(p_admin, 100), 'settings.update', name, was, rates_json(name)::jsonb);
	RETURN rates_json(name);
END
$$;
