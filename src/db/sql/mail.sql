--: mail_add(to id?, kind text, payload json?, dedupe text?)
-- Asks for a letter to a user in the transaction of the fact that causes it;
-- 'kind' is a file of mail/<language>/. The payload holds what its template's
-- placeholders name; an "orderId" in it ties the job to that order, a
-- "mailTo" sends it to another address than the user's. Nobody: no letter.
INSERT INTO jobs (kind, order_id, ref, payload, dedupe_key)
SELECT 'send_mail', nullif($3::jsonb ->> 'orderId', '')::uuid, $1,
       coalesce($3::jsonb, '{}') || jsonb_build_object('mail', $2::text), $4
 WHERE $1::uuid IS NOT NULL
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;
