package TShop::Paid;

# A paid order without its checkout: what fulfilment begins with.

use v5.36;
use Exporter 'import';

our @EXPORT_OK = qw(paid_order live_orders order_row calls);
my $n = 0;

# Lines of the demo's first product, which both printers make, blank; tier,
# quantity, address (JSON text), hold_s, held (no job yet).
sub paid_order ($shop, %o) {
    my $number = sprintf 'T000000-%05d%05d', $$ % 100000, ++$n;
    my $address = $o{address} // '{"name": "Ada Lovelace", "line1": "1 Market Street", "city": "San Francisco",
        "state": "CA", "postalCode": "94105", "country": "US"}';
    my $quantity = $o{quantity} // 1;
    my $total = 2450 * $quantity;
    my $tier = $o{tier} // 'registered';
    my $hold = $o{hold_s} // 0;
    my $id = $shop->sql(qq{
        WITH u AS (INSERT INTO users (email) VALUES ('paid$n.$$\@example.com') RETURNING id),
        o AS (INSERT INTO orders (order_number, user_id, email, subtotal, total_amount, tier, shipping_address)
            SELECT '$number', id, 'paid$n.$$\@example.com', $total, $total, '$tier', '$address' FROM u RETURNING id),
        v AS (SELECT v.*, p.name FROM product_variants v JOIN products p ON p.id = v.product_id
            WHERE p.printful_product_id = '71' ORDER BY v.position LIMIT 1),
        i AS (INSERT INTO order_items (order_id, product_id, variant_id, product_name, variant_label, category,
            quantity, unit_price, total_price)
            SELECT o.id, v.product_id, v.id, v.name, v.size, 't-shirt', $quantity, 2450, $total FROM o, v),
        p AS (INSERT INTO payments (order_id, provider, idempotency_key, amount, currency, status, captured_amount)
            SELECT id, 'stripe', 'paid-$number', $total, 'USD', 'succeeded', $total FROM o)
        SELECT id FROM o});
    $shop->sql("SELECT order_paid('$id', $hold)") unless $o{held};
    return ($id, $number);
}

# What the printers have that is, or will be, made of that order.
sub live_orders ($shop, $number) {
    my @all;
    for my $printer (qw(printful printify)) {
        my $list = $shop->sandbox->get("/_sandbox/$printer/orders")->json;
        push @all, map { { %$_, printer => $printer } } @$list;
    }
    return grep { ($_->{externalId} // '') =~ /^\Q$number\E/ && $_->{status} !~ /^(?:canceled|cancelled|archived|failed)$/ } @all;
}

# status, fulfilment's status, provider, attempts, of the order's last attempt
sub order_row ($shop, $id) {
    return $shop->sql(qq{SELECT o.status || ' ' || coalesce(f.status, '-') || ' ' || coalesce(f.provider, '-')
        FROM orders o LEFT JOIN LATERAL (SELECT * FROM fulfillments x WHERE x.order_id = o.id
            ORDER BY attempt DESC LIMIT 1) f ON true WHERE o.id = '$id'});
}

# Calls that a printer got, "POST /orders 200".
sub calls ($shop, $printer) {
    return map { "$_->{method} $_->{path} $_->{status}" } @{ $shop->sandbox->get("/_sandbox/calls?provider=$printer")->json };
}

1;
