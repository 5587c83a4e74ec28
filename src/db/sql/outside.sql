--: outside_admit(provider text, room int, per_minute int)
--: one row  wait_ms int?, open bool
-- May a call go out to it now? wait_ms is null if so: it has cost a token.
SELECT ceil(wait_s * 1000)::integer, open
  FROM provider_admit($1, $2, $3::double precision / 60);

--: outside_report(provider text, failed bool, pause_s int)
--: one row  opened bool
-- How that call went, and how long the provider wants to be left alone.
SELECT opened FROM provider_report($1, $2, $3);
