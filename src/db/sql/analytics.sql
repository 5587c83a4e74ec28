--: analytics(since text?, till text?)
--: one row  said json
--: reads
-- The shop in a window; without one, the last 30 days.
SELECT analytics_json(coalesce(moment($1), coalesce(moment($2), now()) - interval '30 days'),
                      coalesce(moment($2), now() + interval '1 second'));
