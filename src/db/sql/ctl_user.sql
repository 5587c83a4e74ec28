--: ctl_user_find(wanted text)
--: one row  id id, user json
--: reads
-- By id or by address.
SELECT u.id, (user_json(u)::jsonb || jsonb_build_object('tierOverride', u.tier_override,
           'disabledAt', time_json(u.disabled_at), 'deletedAt', time_json(u.deleted_at),
           'emailUndeliverableAt', time_json(u.email_undeliverable_at),
           'sessions', (SELECT count(*) FROM sessions s WHERE s.user_id = u.id
                           AND s.revoked_at IS NULL AND s.absolute_expires_at > now())))::json
  FROM users u
 WHERE u.id::text = lower($1) OR (lower(u.email) = lower($1) AND u.deleted_at IS NULL);

--: ctl_user_tier(owner id, wanted text?)
--: one row  tier text
-- An admin's word; null gives the decision back to address and subscription.
UPDATE users SET tier_override = $2 WHERE id = $1 AND deleted_at IS NULL
RETURNING tier;

--: ctl_user_audit(action text, target text, before json?, after json?)
INSERT INTO audit_log (admin, action, target, before, after)
VALUES ('tshopctl', $1, $2, $3::jsonb, $4::jsonb);

--: ctl_user_verify(owner id)
-- Somebody whom the operator knows.
UPDATE users SET email_verified_at = coalesce(email_verified_at, now()) WHERE id = $1;
