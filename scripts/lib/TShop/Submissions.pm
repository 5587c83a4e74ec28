package TShop::Submissions;

# Many paid orders at once: what fulfilment begins with, without a checkout.

use v5.36;
use TShop::Run qw(spawn_daemon as_account end_process wait_for);
use Time::HiRes 'time';

# Orders of one blank shirt each, which both printers make, not paid yet; each
# of somebody of their own. For psql.
sub orders ($class, $count) {
    return <<"END";
WITH someone AS (INSERT INTO users (email) SELECT 'many' || n || '\@example.com' FROM generate_series(1, $count) n RETURNING id, email),
placed AS (INSERT INTO orders (order_number, user_id, email, subtotal, total_amount, tier, shipping_address)
    SELECT 'T000000-' || lpad((row_number() OVER ())::text, 10, '0'), id, email, 2450, 2450, 'registered',
        '{"name": "Ada Lovelace", "line1": "1 Market Street", "city": "San Francisco", "state": "CA", "postalCode": "94105", "country": "US"}'
    FROM someone RETURNING id),
shirt AS (SELECT v.*, p.name FROM product_variants v JOIN products p ON p.id = v.product_id
    WHERE p.printful_product_id = '71' AND v.printful_variant_id IS NOT NULL AND v.printify_variant_id IS NOT NULL
    ORDER BY p.created_at, p.id, v.position LIMIT 1),
lines AS (INSERT INTO order_items (order_id, product_id, variant_id, product_name, variant_label, category, quantity, unit_price, total_price)
    SELECT o.id, s.product_id, s.id, s.name, s.size, 't-shirt', 1, 2450, 2450 FROM placed o, shirt s),
paid AS (INSERT INTO payments (order_id, provider, idempotency_key, amount, currency, status, captured_amount)
    SELECT id, 'stripe', 'many-' || id, 2450, 'USD', 'succeeded', 2450 FROM placed)
SELECT count(*) FROM placed
END
}

# All of them are paid now, and to be printed at once.
sub release ($class) { q{SELECT count(order_paid(id, 0)) FROM orders WHERE order_number LIKE 'T000000-%' AND status = 'pending'} }

# How many no printer has yet.
sub left ($class) { q{SELECT count(*) FROM orders WHERE order_number LIKE 'T000000-%' AND status <> 'processing'} }

# One more runner for a stand; its process id.
sub runner ($class, $stand) {
    return spawn_daemon($stand->log_dir . '/second.log', $stand->environment('jobs'), as_account(), $stand->program('tshop-jobs'));
}

# Orders a second that two runners of a stand submit. sql: runs it.
sub rate ($class, $stand, $count, $sql) {
    my $second = $class->runner($stand);
    $sql->($class->orders($count));
    $sql->($class->release);
    my $began = time;
    my $done = wait_for(120, sub { $sql->($class->left) eq '0' });
    my $rate = $count / (time - $began);
    end_process($second, 'tshop-jobs');
    $done or die "some orders are not printed\n";
    return $rate;
}

1;
