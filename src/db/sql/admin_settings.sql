--: rates_get(name text)
--: one row  said json
--: reads
-- A table of rates, whole. No row: there is no such setting.
SELECT said FROM rates_json($1) AS said WHERE said IS NOT NULL;

--: rates_put(name text, given json, admin text)
--: one row  said json
--: breach   tax_rates_country_state_category_key CONFLICT
--: breach   shipping_rates_country_method_category_key CONFLICT
-- Replaces it, and gives what it is now.
SELECT rates_put($1, $2::jsonb, $3);

--: currency_list()
--: rows  code text, exponent int, is_base bool
--: reads
-- The currencies that there are.
SELECT code, exponent, code = shop_currency() FROM currencies ORDER BY code;
