--: report_list(state text?, cursor text?, fetch int, skip int)
--: rows  said json, key_ text, total_ big
--: reads
--: anew
-- What people mind about designs, newest first.
SELECT report_json(r), concat_ws('|', r.created_at, r.id),
    (SELECT count(*) FROM (SELECT FROM design_reports n
      WHERE $1::text IS NULL OR n.state = $1 LIMIT 10001) n)
  FROM design_reports r
 WHERE ($1::text IS NULL OR r.state = $1)
   AND (r.created_at, r.id) <
       (coalesce(nullif(split_part($2, '|', 1), '')::timestamptz, 'infinity'),
        coalesce(nullif(split_part($2, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
 ORDER BY r.created_at DESC, r.id DESC LIMIT $3 OFFSET $4;

--: report_lock(report id)
--: one row  design id, state text
-- The design first, as everybody who changes one does.
SELECT r.design_id, r.state FROM design_reports r JOIN designs d ON d.id = r.design_id
 WHERE r.id = $1 FOR NO KEY UPDATE OF d;

--: report_close(report id, admin text, state text)
--: one row  shown json
-- One decision answers everybody who minded the same design.
WITH was AS (
    SELECT r.id, report_json(r)::jsonb AS shown FROM design_reports r WHERE r.id = $1),
closed AS (
    UPDATE design_reports r SET state = $3, closed_at = now()
     WHERE r.design_id = (SELECT design_id FROM design_reports WHERE id = $1)
       AND (r.state = 'open' OR r.id = $1)
    RETURNING r.id, report_json(r) AS shown),
logged AS (
    INSERT INTO audit_log (admin, action, target, before, after)
    SELECT $2, 'report.' || $3, c.id, was.shown, c.shown FROM closed c JOIN was USING (id)),
case_closed AS (
    UPDATE cases SET state = 'closed', closed_at = now(), closed_by = left($2, 100)
     WHERE kind = 'design_report' AND state = 'open'
       AND key = (SELECT design_id::text FROM design_reports WHERE id = $1))
SELECT shown FROM closed WHERE id = $1;

--: design_hide(design id, hidden bool)
-- Out of the gallery for good, or free to be shown again.
UPDATE designs SET public = public AND NOT $2, hidden_at = CASE WHEN $2 THEN now() END
 WHERE id = $1;
