--: order_prints_missing(order id)
--: rows  item id, design id, revision int, product id, category text, data json?,
--:     provider text, placement text, technique text, width int, height int, dpi int, drawn bool
--: reads
-- What an order prints and has no file for yet: each line with a design, for
-- each printer that might make it, at the printer's own area, as it was ordered.
-- 'drawn': such a picture is there already. A category's canvas stands in for an area that the
-- product does not name.
SELECT i.id, d.id, x.revision, p.id, d.product_category, x.canvas, a.provider,
    a.placement, a.technique, a.width, a.height, a.dpi,
    EXISTS (SELECT FROM design_renders r WHERE r.design_id = d.id AND r.revision = x.revision
        AND r.product_id = p.id AND r.provider = a.provider AND r.placement = a.placement
        AND r.custom_key = '')
  FROM order_items i
  JOIN designs d ON d.id = i.design_id
  LEFT JOIN order_canvases s ON s.order_item_id = i.id
 CROSS JOIN LATERAL (SELECT coalesce(s.revision, d.revision) AS revision,
    coalesce(s.canvas, d.design_data) AS canvas) x
  JOIN products p ON p.id = i.product_id
  JOIN categories c ON c.slug = d.product_category
 CROSS JOIN LATERAL (
    SELECT x.provider, coalesce(x.area ->> 'placement', 'front') AS placement,
        coalesce(x.area ->> 'technique', p.design_constraints ->> 'technique', 'dtg') AS technique,
        coalesce((x.area ->> 'width')::integer, c.canvas_width) AS width,
        coalesce((x.area ->> 'height')::integer, c.canvas_height) AS height,
        coalesce((x.area ->> 'dpi')::integer, 150) AS dpi
      FROM (SELECT n.provider, p.design_constraints -> 'printAreas' -> n.provider AS area
              FROM unnest(ARRAY['printful', 'printify']) AS n (provider)) x) a
 WHERE i.order_id = $1
   AND NOT EXISTS (SELECT FROM print_files f WHERE f.order_item_id = i.id
        AND f.provider = a.provider AND f.placement = a.placement)
 ORDER BY i.position, i.id, a.provider;

--: order_print_add(item id, design id, revision int, product id, provider text, placement text,
--:     technique text)
--: touched
-- The picture becomes the very file that is printed for a line.
WITH made AS (
    INSERT INTO print_files (order_item_id, provider, placement, technique, sha256, width, height, dpi)
    SELECT $1, $5, $6, $7, r.sha256, r.width, r.height, r.dpi FROM design_renders r
     WHERE r.design_id = $2 AND r.revision = $3 AND r.product_id = $4 AND r.provider = $5
       AND r.placement = $6 AND r.custom_key = ''
        ON CONFLICT DO NOTHING RETURNING id, sha256)
INSERT INTO media_refs (sha256, kind, ref) SELECT sha256, 'print_file', id FROM made
    ON CONFLICT DO NOTHING;

--: order_prints_done(order id)
--: touched
-- All files are there: the canvases have done their duty.
DELETE FROM order_canvases c USING order_items i
 WHERE i.id = c.order_item_id AND i.order_id = $1;
