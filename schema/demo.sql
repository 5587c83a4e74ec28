-- The demo shop: goods, rates, taxes and parcels that look like real ones.
-- Load it as often as you like: what is there already is left alone.
-- Run by tshop_owner.

INSERT INTO exchange_rates (currency, rate) VALUES
    ('EUR', 0.92), ('GBP', 0.79), ('CAD', 1.37), ('AUD', 1.52), ('JPY', 149.5)
ON CONFLICT DO NOTHING;

-- Prices are without tax everywhere; a shop of its own may say otherwise.
INSERT INTO tax_rates (country, state, name, rate, on_shipping) VALUES
    ('US', '',   'Sales tax', 0,       false),
    ('US', 'CA', 'Sales tax', 0.0725,  false),
    ('US', 'NY', 'Sales tax', 0.08875, true),
    ('US', 'TX', 'Sales tax', 0.0625,  true),
    ('US', 'WA', 'Sales tax', 0.065,   true),
    ('US', 'FL', 'Sales tax', 0.06,    false),
    ('CA', '',   'GST',       0.05,    true),
    ('CA', 'ON', 'HST',       0.13,    true),
    ('CA', 'QC', 'GST + QST', 0.14975, true),
    ('CA', 'BC', 'GST + PST', 0.12,    true),
    ('CA', 'NS', 'HST',       0.14,    true),
    ('AU', '',   'GST',       0.10,    true),
    ('GB', '',   'VAT',       0.20,    true),
    ('JP', '',   'JCT',       0.10,    true),
    ('AT', '',   'VAT',       0.20,    true),
    ('BE', '',   'VAT',       0.21,    true),
    ('BG', '',   'VAT',       0.20,    true),
    ('HR', '',   'VAT',       0.25,    true),
    ('CY', '',   'VAT',       0.19,    true),
    ('CZ', '',   'VAT',       0.21,    true),
    ('DK', '',   'VAT',       0.25,    true),
    ('EE', '',   'VAT',       0.24,    true),
    ('FI', '',   'VAT',       0.255,   true),
    ('FR', '',   'VAT',       0.20,    true),
    ('DE', '',   'VAT',       0.19,    true),
    ('GR', '',   'VAT',       0.24,    true),
    ('HU', '',   'VAT',       0.27,    true),
    ('IE', '',   'VAT',       0.23,    true),
    ('IT', '',   'VAT',       0.22,    true),
    ('LV', '',   'VAT',       0.21,    true),
    ('LT', '',   'VAT',       0.21,    true),
    ('LU', '',   'VAT',       0.17,    true),
    ('MT', '',   'VAT',       0.18,    true),
    ('NL', '',   'VAT',       0.21,    true),
    ('PL', '',   'VAT',       0.23,    true),
    ('PT', '',   'VAT',       0.23,    true),
    ('RO', '',   'VAT',       0.21,    true),
    ('SK', '',   'VAT',       0.23,    true),
    ('SI', '',   'VAT',       0.22,    true),
    ('ES', '',   'VAT',       0.21,    true),
    ('SE', '',   'VAT',       0.25,    true),
    ('*',  '',   'No tax',    0,       false)
ON CONFLICT DO NOTHING;

-- In US cents: the first piece of a parcel, and each further one.
INSERT INTO shipping_rates (country, method, first_item, additional_item, days_min, days_max)
SELECT country, r.method, r.first_item, r.additional_item, r.days_min, r.days_max
  FROM (VALUES
--   countries                                    method      first further days
    (ARRAY['US'],                                 'standard',   475,  220,  3,  6),
    (ARRAY['US'],                                 'express',   1495,  450,  1,  3),
    (ARRAY['CA'],                                 'standard',   839,  310,  5, 10),
    (ARRAY['CA'],                                 'express',   2195,  690,  2,  4),
    (ARRAY['AU'],                                 'standard',   729,  250,  5, 12),
    (ARRAY['AU'],                                 'express',   2495,  790,  2,  5),
    (ARRAY['GB'],                                 'standard',   459,  145,  3,  6),
    (ARRAY['GB'],                                 'express',   1695,  520,  1,  3),
    (ARRAY['AT','BE','BG','HR','CY','CZ','DK','EE','FI','FR','DE','GR','HU','IE',
           'IT','LV','LT','LU','MT','NL','PL','PT','RO','SK','SI','ES','SE'],
                                                  'standard',   479,  145,  4,  8),
    (ARRAY['AT','BE','BG','HR','CY','CZ','DK','EE','FI','FR','DE','GR','HU','IE',
           'IT','LV','LT','LU','MT','NL','PL','PT','RO','SK','SI','ES','SE'],
                                                  'express',   1895,  590,  2,  4),
    (ARRAY['JP'],                                 'standard',   499,  150,  5, 10),
    (ARRAY['JP'],                                 'express',   2295,  690,  2,  5),
    (ARRAY['*'],                                  'standard',  1199,  600, 10, 20),
    (ARRAY['*'],                                  'express',   3495, 1200,  4,  8)
  ) AS r (countries, method, first_item, additional_item, days_min, days_max),
  unnest(r.countries) AS country
ON CONFLICT DO NOTHING;

-- The last digits of an id are the place in this list, and so is its age.
INSERT INTO products (id, name, description, category, base_price, printful_product_id,
    printify_product_id, design_constraints, created_at)
SELECT ('7a000000-0000-4000-8000-' || lpad(p.n::text, 12, '0'))::uuid, p.name, p.description,
    p.category, p.price, p.printful, p.printify,
    json_build_object('blankAllowed', p.blank, 'placement', a.placement,
        'technique', a.technique, 'printAreas', json_build_object(
            'printful', json_build_object('placement', a.placement, 'technique', a.technique,
                'width', a.width, 'height', a.height, 'dpi', a.dpi),
            'printify', json_build_object('placement', 'front', 'technique', a.technique,
                'width', a.fy_width, 'height', a.fy_height, 'dpi', 300)))::jsonb,
    timestamptz '2026-01-01 12:00:00Z' + p.n * interval '1 day'
  FROM (VALUES
--   n   name                        description                                                     category    cents printful printify  blank
    (1,  'Unisex Staple Tee',        'Bella + Canvas 3001: combed cotton, side seams, a true fit.',  't-shirt',  2450, '71',   '12/29',  true),
    (2,  'Heavyweight Tee',          'Thick ring-spun cotton that keeps its shape for years.',       't-shirt',  2650, '438',  '6/29',   false),
    (3,  'Organic Tee',              'Organic cotton, cut in one piece, printed with water.',        't-shirt',  2950, '488',  '145/29', false),
    (4,  'Women''s Relaxed Tee',     'A loose cut with a soft drape.',                               't-shirt',  2550, '360',  '9/29',   false),
    (5,  'Kids'' Tee',               'Small, soft and washable at sixty degrees.',                   't-shirt',  1995, '306',  '81/29',  false),
    (6,  'Classic Dad Hat',          'Six panels, low crown, a curved brim; embroidered.',           'cap',      2495, '206',  '1108/41', false),
    (7,  'Trucker Cap',              'Mesh at the back for hot days; embroidered.',                  'cap',      2395, '252',  '1447/41', false),
    (8,  'Snapback',                 'A flat brim and a high crown; embroidered.',                   'cap',      2695, '99',   '1090/41', false),
    (9,  'Five-Panel Cap',           'A camper''s cap that folds into a pocket; embroidered.',       'cap',      2795, '92',   '1092/41', false),
    (10, 'Organic Tote',             'Econscious EC8000: organic cotton twill with long handles.',   'tote-bag', 2195, '367',  '553/34', false),
    (11, 'Market Tote',              'Wide and deep, for vegetables and books.',                     'tote-bag', 2395, '641',  '609/34', false),
    (12, 'Everyday Tote',            'Light cotton; folds to the size of an apple.',                 'tote-bag', 1495, '614',  '467/34', false),
    (13, 'Large Canvas Tote',        'Heavy canvas with a flat bottom and an inner pocket.',         'tote-bag', 2995, '679',  '836/34', false)
  ) AS p (n, name, description, category, price, printful, printify, blank)
  JOIN (VALUES
--   category    placement           technique     at Printful       at Printify
    ('t-shirt',  'front',            'dtg',        1800, 2400, 150,  3951, 4650),
    ('cap',      'embroidery_front', 'embroidery', 1200, 525,  300,  1200, 525),
    ('tote-bag', 'front',            'dtg',        1500, 1500, 150,  3000, 3000)
  ) AS a (category, placement, technique, width, height, dpi, fy_width, fy_height)
    ON a.category = p.category
ON CONFLICT DO NOTHING;

-- Colours of each product, with where the printers' ids of its sizes begin;
-- the cost at Printful and Printify in US cents.  The ids of product 71 are
-- Printful's own; the rest are stand-ins until the first import.
CREATE TEMPORARY TABLE demo_variants AS
SELECT ('7a000000-0000-4000-8000-' || lpad(c.n::text, 12, '0'))::uuid AS product_id,
    c.n, c.color, c.hex, s.size, s.extra, c.printful + s.k AS printful, c.printify + s.k AS printify,
    c.printful_cost + s.extra AS printful_cost, c.printify_cost + s.extra AS printify_cost,
    row_number() OVER (PARTITION BY c.n ORDER BY c.k, s.k)::integer AS position
  FROM (VALUES
--   n   k  colour             hex        printful printify costs
    (1,  1, 'White',           '#FFFFFF', 4011,  18051, 1192, 1058),
    (1,  2, 'Black',           '#14191E', 4016,  18099, 1192, 1058),
    (1,  3, 'Navy',            '#212642', 4111,  18151, 1192, 1058),
    (2,  1, 'White',           '#FFFFFF', 11546, 12101, 1095, 1121),
    (2,  2, 'Black',           '#0B0B0B', 11556, 12111, 1095, 1121),
    (2,  3, 'Sport Grey',      '#9B969C', 11566, 12121, 1095, 1121),
    (3,  1, 'White',           '#FDFDFD', 12635, 63301, 1575, 1620),
    (3,  2, 'Black',           '#1C1C1C', 12645, 63311, 1575, 1620),
    (3,  3, 'French Navy',     '#1E2438', 12655, 63321, 1575, 1620),
    (4,  1, 'White',           '#FFFFFF', 10248, 21801, 1225, 1190),
    (4,  2, 'Heather Mauve',   '#B0716F', 10258, 21811, 1225, 1190),
    (5,  1, 'White',           '#FFFFFF', 9396,  44501, 995,  940),
    (5,  2, 'Red',             '#C51F35', 9406,  44511, 995,  940),
    (6,  1, 'White',           '#FFFFFF', 7853,  82201, 1494, 1580),
    (6,  2, 'Black',           '#181717', 7854,  82211, 1494, 1580),
    (6,  3, 'Khaki',           '#B49771', 7859,  82221, 1494, 1580),
    (7,  1, 'White',           '#FFFFFF', 8746,  83301, 1450, 1395),
    (7,  2, 'Black',           '#161616', 8747,  83311, 1450, 1395),
    (7,  3, 'Navy and White',  '#262C3B', 8751,  83321, 1450, 1395),
    (8,  1, 'Black',           '#101010', 4792,  84401, 1650, 1720),
    (8,  2, 'Dark Navy',       '#292A35', 4793,  84411, 1650, 1720),
    (9,  1, 'Black',           '#191919', 4799,  85501, 1795, 1810),
    (9,  2, 'Olive',           '#5B5642', 4802,  85511, 1795, 1810),
    (10, 1, 'Black',           '#15120F', 10457, 71101, 1587, 1490),
    (10, 2, 'Oyster',          '#E3D8C5', 10458, 71111, 1587, 1490),
    (11, 1, 'Natural',         '#EAE0CC', 16287, 72201, 1695, 1650),
    (11, 2, 'Black',           '#141414', 16288, 72211, 1695, 1650),
    (12, 1, 'Natural',         '#EFE6D5', 15650, 73301, 895,  845),
    (12, 2, 'Red',             '#B8202F', 15651, 73311, 895,  845),
    (13, 1, 'Natural',         '#E8DEC8', 16801, 74401, 2050, 1980),
    (13, 2, 'Navy',            '#1F2A44', 16802, 74411, 2050, 1980)
  ) AS c (n, k, color, hex, printful, printify, printful_cost, printify_cost)
  JOIN (VALUES
--   sizes of         k  size        extra cost, passed on
    ('adult',         0, 'S',        0),
    ('adult',         1, 'M',        0),
    ('adult',         2, 'L',        0),
    ('adult',         3, 'XL',       0),
    ('adult',         4, '2XL',      200),
    ('kids',          0, '3-4Y',     0),
    ('kids',          1, '5-6Y',     0),
    ('kids',          2, '7-8Y',     0),
    ('one',           0, 'One size', 0)
  ) AS s (sizes, k, size, extra)
    ON s.sizes = CASE WHEN c.n <= 4 THEN 'adult' WHEN c.n = 5 THEN 'kids' ELSE 'one' END;

INSERT INTO product_variants (id, product_id, size, color, color_hex, printful_variant_id,
    printify_variant_id, price_adjustment, position)
SELECT ('7b000000-0000-4000-8000-' || lpad((n * 1000 + position)::text, 12, '0'))::uuid,
    product_id, size, color, hex, printful, printify, extra, position
  FROM demo_variants
ON CONFLICT DO NOTHING;

INSERT INTO provider_variants (variant_id, provider, product_ref, variant_ref, cost)
SELECT v.id, x.provider, x.product_ref, x.variant_ref, x.cost
  FROM demo_variants d
  JOIN products p ON p.id = d.product_id
  JOIN product_variants v ON v.product_id = d.product_id AND v.size = d.size AND v.color = d.color
 CROSS JOIN LATERAL (VALUES
    ('printful', p.printful_product_id, d.printful::text, d.printful_cost),
    ('printify', p.printify_product_id, d.printify::text, d.printify_cost)
  ) AS x (provider, product_ref, variant_ref, cost)
 WHERE x.product_ref IS NOT NULL
ON CONFLICT DO NOTHING;

DROP TABLE demo_variants;

-- A round price in euros wins over the converted one.
INSERT INTO product_prices (id, product_id, variant_id, currency, price)
SELECT '7c000000-0000-4000-8000-000000000012', p.id, NULL, 'EUR', 1450
  FROM products p WHERE p.id = '7a000000-0000-4000-8000-000000000012'
ON CONFLICT DO NOTHING;

INSERT INTO product_translations (product_id, language, name, description)
SELECT p.id, t.language, t.name, t.description
  FROM (VALUES
    ('7a000000-0000-4000-8000-000000000001'::uuid, 'de', 'Unisex-T-Shirt', 'Gekämmte Baumwolle, Seitennähte, normaler Schnitt.'),
    ('7a000000-0000-4000-8000-000000000006', 'de', 'Klassische Kappe', 'Sechs Felder, gebogener Schirm, bestickt.'),
    ('7a000000-0000-4000-8000-000000000010', 'de', 'Bio-Stofftasche', 'Bio-Baumwolle mit langen Henkeln.')
  ) AS t (id, language, name, description)
  JOIN products p ON p.id = t.id
ON CONFLICT DO NOTHING;

INSERT INTO coupons (id, code, kind, percent) VALUES
    ('7d000000-0000-4000-8000-000000000001', 'WELCOME10', 'percent', 10)
ON CONFLICT DO NOTHING;
INSERT INTO coupons (id, code, kind) VALUES
    ('7d000000-0000-4000-8000-000000000002', 'FREESHIP', 'free_shipping')
ON CONFLICT DO NOTHING;

-- What premium costs; Stripe is told of it when somebody first buys it.
INSERT INTO plans (id, code, name, amount, currency, period) VALUES
    ('7e000000-0000-4000-8000-000000000001', 'premium_monthly', 'TShop Premium', 999, 'USD', 'month')
ON CONFLICT DO NOTHING;
INSERT INTO plan_translations (plan_id, language, name)
SELECT id, 'de', 'TShop Premium, monatlich' FROM plans
 WHERE id = '7e000000-0000-4000-8000-000000000001'
ON CONFLICT DO NOTHING;
