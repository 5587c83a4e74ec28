# A change of mind: while a paid order waits for its printer, it can go
# elsewhere and be of another size or colour, if no figure moves.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Time::HiRes 'sleep';
use TShop;
use TShop::Paid qw(live_orders order_row);

my $shop = TShop->boot;
my $ada  = $shop->shopper;
my $tee  = $shop->variant(price => '20.00');
my $home = $shop->address(state => 'NY', postalCode => '10001');

# Other variants of it, which the printers make like the first.
sub sibling (%o) {
    my %all = (size => 'XL', color => 'Black', priceAdjustment => 0, available => 'true', %o);
    return $shop->sql("WITH v AS (INSERT INTO product_variants (product_id, size, color, price_adjustment, available, printful_variant_id, printify_variant_id)
            SELECT product_id, '$all{size}', '$all{color}', $all{priceAdjustment}, $all{available}, printful_variant_id, printify_variant_id FROM product_variants WHERE id = '$tee->{variantId}' RETURNING id),
        p AS (INSERT INTO provider_variants (variant_id, provider, product_ref, variant_ref, cost, currency)
            SELECT v.id, provider, product_ref, variant_ref, cost, currency FROM v, provider_variants WHERE variant_id = '$tee->{variantId}')
        SELECT id FROM v");
}
my ($size, $color) = split /\|/, $shop->sql("SELECT size, color FROM product_variants WHERE id = '$tee->{variantId}'");
my $xl    = sibling(size => 'XL', color => $color);
my $blue  = sibling(size => $size, color => 'Blue');
my $dear  = sibling(size => '5XL', color => $color, priceAdjustment => 300);
my $gone  = sibling(size => '4XL', color => $color, available => 'false');
my $other = $shop->variant->{variantId};

sub wrong ($r) { my $w = $r->wrong; join ' ', map { "$_ $w->{$_}" } sort keys %$w }

# An order, paid so that its window is open for so many seconds.
sub order ($hold_s = 600, %o) {
    $ada->post('/cart/items', { %$tee, quantity => 2 });
    my $order = $ada->post('/orders/create', { shippingAddress => $home, %o })->data;
    pay($order, $hold_s) if defined $hold_s;
    return $order;
}
sub pay ($order, $hold_s) {
    $shop->sql("INSERT INTO payments (order_id, provider, idempotency_key, amount, currency, status, captured_amount)
        SELECT id, 'stripe', 'paid-' || id, total_amount, currency, 'succeeded', total_amount FROM orders WHERE id = '$order->{id}';
        SELECT order_paid('$order->{id}', $hold_s)");
}
sub change ($order, %o) { $ada->put("/orders/$order->{id}", { %o }) }
sub line ($order, %o) { { id => $order->{items}[0]{id}, %o } }
sub events ($order) { $shop->sql("SELECT count(*) FROM order_events WHERE order_id = '$order->{id}' AND kind = 'changed'") }

subtest 'where it goes' => sub {
    my $order = order();
    my $before = $ada->get("/orders/$order->{id}")->data;
    ok $before->{changeableUntil} gt $before->{createdAt}, 'it says until when';
    my $r = change($order, shippingAddress => { %$home, name => 'Bob', line1 => '2 Broadway', line2 => '' });
    is $r->status, 200, 'another house' or diag $r->brief;
    is $r->data->{shippingAddress}{line1}, '2 Broadway', 'is where it goes';
    is $r->data->{shippingAddress}{line2}, undef, 'an empty line is none';
    is $r->data->{$_}, $before->{$_}, "$_ stays" for qw(subtotal taxAmount shippingAmount totalAmount status);
    is_deeply $r->data->{items}, $before->{items}, 'and so do the lines';
    is events($order), 1, 'it is in its history';
    is $shop->sql("SELECT actor || ' ' || (detail ->> 'address') FROM order_events WHERE order_id = '$order->{id}' AND kind = 'changed'"), 'shopper true', 'without the address itself';
    is change($order)->status, 200, 'no change';
    is change($order, shippingAddress => $r->data->{shippingAddress})->status, 200, 'and the same again';
    is events($order), 1, 'are none';
    is wrong(change($order, shippingAddress => { %$home, state => 'Nowhere', city => undef })),
        'shippingAddress.city required shippingAddress.state enum', 'it is checked like any address';
    # The rates of New York move, but it stays in New York.
    $shop->sql("UPDATE tax_rates SET rate = rate + 0.01 WHERE country = 'US' AND state = 'NY'");
    is change($order, shippingAddress => { %$home, line1 => '3 Broadway' })->status, 200, 'what was agreed on is not counted anew';
    $shop->sql("UPDATE tax_rates SET rate = rate - 0.01 WHERE country = 'US' AND state = 'NY'");
    $r = change($order, shippingAddress => $shop->address(state => 'CA'));
    is $r->code, 'TOTAL_CHANGED', 'another state has other taxes';
    is $r->status, 409, 'a conflict';
    $ada->post('/cart/items', { %$tee, quantity => 2 });
    is $r->error->{details}{totalAmount}, $ada->post('/orders/quote', { shippingAddress => $shop->address(state => 'CA') })->data->{totalAmount}, 'with the figures it would have';
    $ada->delete('/cart/clear');
    is $ada->get("/orders/$order->{id}")->data->{shippingAddress}{state}, 'NY', 'and nothing happened';
    $shop->sql("INSERT INTO tax_rates (country, state, category, rate, on_shipping) SELECT 'US', 'NJ', category, rate, on_shipping FROM tax_rates WHERE country = 'US' AND state = 'NY' ON CONFLICT DO NOTHING");
    is change($order, shippingAddress => $shop->address(state => 'NJ', postalCode => '07001'))->status, 200, 'another state with the same ones';
    is wrong(change($order, shippingAddress => $shop->address(country => 'KP', state => undef))), 'shippingAddress.country unknown_reference', 'nothing is sent there'
        if $shop->sql("DELETE FROM shipping_rates WHERE country = '*' RETURNING 1");
};

subtest 'what it is' => sub {
    my $order = order();
    my $r = change($order, items => [ line($order, variantId => $xl) ]);
    is $r->status, 200, 'another size' or diag $r->brief;
    is $r->data->{items}[0]{variantId}, $xl, 'by id';
    is $r->data->{items}[0]{variantLabel}, "$color / XL", 'is named';
    $r = change($order, items => [ line($order, size => $size, color => 'Blue') ]);
    is $r->data->{items}[0]{variantId}, $blue, 'or by what differs' or diag $r->brief;
    $r = change($order, items => [ line($order, color => $color) ]);
    is $r->data->{items}[0]{variantId}, $tee->{variantId}, 'the rest stays as it is';
    is events($order), 3, 'each is in its history';
    $r = change($order, items => [ line($order, variantId => $dear) ]);
    is $r->code, 'TOTAL_CHANGED', 'a dearer one';
    is $r->error->{details}{subtotal}, 46, 'would cost more';
    is $r->error->{details}{items}[0]{variantLabel}, "$color / 5XL", 'by this';
    is change($order, items => [ line($order, variantId => $gone) ])->code, 'VARIANT_UNAVAILABLE', 'one that is not sold';
    is wrong(change($order, items => [ line($order, variantId => $other) ])), 'items[0].variantId unknown_reference', 'one of another product';
    is wrong(change($order, items => [ line($order, size => 'Huge') ])), 'items[0].variantId unknown_reference', 'one that there is not';
    is wrong(change($order, items => [ { variantId => $xl } ])), 'items[0].id required', 'of which line?';
    is wrong(change($order, items => [ line($order), { id => order()->{items}[0]{id}, variantId => $xl } ])), 'items[1].id unknown_reference', 'of another order\'s';
    is wrong(change($order, items => 'x')), 'items type', 'no list';
    is $ada->get("/orders/$order->{id}")->data->{items}[0]{variantId}, $tee->{variantId}, 'nothing of this happened';
    # What the catalogue asks now is no matter, as long as the two cost the same.
    $shop->sql("UPDATE products SET base_price = 9900 WHERE id = '$tee->{productId}'");
    is change($order, items => [ line($order, variantId => $xl) ])->status, 200, 'whatever becomes of the price';
    $shop->sql("UPDATE products SET base_price = 2000 WHERE id = '$tee->{productId}'");
    is $ada->get("/orders/$order->{id}")->data->{items}[0]{unitPrice}, 20, 'the line keeps its own';
    $r = change($order, shippingAddress => { %$home, line1 => '9 Wall Street' }, items => [ line($order, variantId => $dear) ]);
    is $ada->get("/orders/$order->{id}")->data->{shippingAddress}{line1}, $home->{line1}, 'all of it or nothing';
};

subtest 'with a coupon' => sub {
    my $order = order(600, couponCode => 'WELCOME10');
    my $r = change($order, items => [ line($order, variantId => $dear) ]);
    is $r->error->{details}{discountAmount}, 4.60, 'it would be counted again';
    is $r->error->{details}{couponCode}, 'WELCOME10', 'though it is used' or diag $r->brief;
    is change($order, items => [ line($order, variantId => $xl) ])->status, 200, 'and does not stand in the way';
};

subtest 'when' => sub {
    my $order = order(undef);
    is $ada->get("/orders/$order->{id}")->data->{changeableUntil}, undef, 'not before it is paid';
    is change($order, shippingAddress => $home)->code, 'INVALID_ORDER_STATE', 'says so';
    pay($order, 600);
    is change($order, shippingAddress => $home)->status, 200, 'then';
    is $shop->shopper->put("/orders/$order->{id}", { shippingAddress => $home })->status, 404, 'by its owner';
    is $ada->put('/orders/x', {})->status, 404, 'no order';
    $shop->sql("UPDATE orders SET hold_until = now() WHERE id = '$order->{id}'");
    my $r = change($order, shippingAddress => $home);
    is $r->status . ' ' . $r->code, '409 INVALID_ORDER_STATE', 'not after the window';
    is $ada->get("/orders/$order->{id}")->data->{changeableUntil}, undef, 'which is shut';
    $shop->sql("UPDATE orders SET hold_until = now() + interval '1 hour' WHERE id = '$order->{id}'");
    $shop->sql("INSERT INTO fulfillments (order_id, provider, external_id) VALUES ('$order->{id}', 'printful', 'x')");
    is change($order, shippingAddress => $home)->code, 'INVALID_ORDER_STATE', 'or once a printer was chosen';
    my $away = order();
    $ada->post("/orders/$away->{id}/cancel");
    is change($away, shippingAddress => $home)->code, 'INVALID_ORDER_STATE', 'or cancelled';
    eval { $shop->sql("UPDATE order_items SET variant_label = 'Gold' WHERE order_id = '$away->{id}'") };
    is $shop->sql("SELECT count(*) FROM order_items WHERE variant_label = 'Gold'"), 0, 'a label alone never changes';
};

# The street that the printer has for an order.
sub sent ($number) {
    my ($live) = live_orders($shop, $number) or return 'none';
    my ($path, $key) = $live->{printer} eq 'printful' ? ("/orders/$live->{id}", 'PRINTFUL_API_KEY')
        : ('/v1/shops/' . $shop->setting('PRINTIFY_SHOP_ID') . "/orders/$live->{id}.json", 'PRINTIFY_API_KEY');
    my $order = $shop->sandbox->get($path, Authorization => 'Bearer ' . $shop->setting($key))->json;
    return ($order->{address_to} // $order->{result}{recipient})->{address1};
}

subtest 'while it goes to the printer' => sub {
    # A change that holds the order's lock over the end of the window: what is
    # printed is what it wrote.
    my $order = order(2);
    my $pid = fork // die;
    if (!$pid) {
        $shop->sql("BEGIN; SELECT order_change('$ada->{user}{id}', '$order->{id}', shipping_address || '{\"line1\": \"7 Late Street\"}', '[]')
            FROM orders WHERE id = '$order->{id}'; SELECT pg_sleep(2.8); COMMIT;");
        require POSIX;
        POSIX::_exit(0);
    }
    waitpid $pid, 0;
    ok $shop->until_so(30, sub { order_row($shop, $order->{id}) =~ /^processing/ }), 'an order is printed' or diag order_row($shop, $order->{id});
    is sent($order->{orderNumber}), '7 Late Street', 'as it was changed in the last moment';
    is scalar(live_orders($shop, $order->{orderNumber})), 1, 'once';

    # Changes up to the end and beyond: the last one that was taken is printed.
    for my $round (1, 2) {
        my $one = order($round);
        my ($taken, $n) = ($home->{line1}, 0);
        while ($n++ < 200) {
            my $r = change($one, shippingAddress => { %$home, line1 => "$n Race Street" });
            $taken = "$n Race Street" if $r->status == 200;
            last if $r->status != 200 && is $r->code, 'INVALID_ORDER_STATE', "round $round: at last it is too late";
            sleep 0.02;
        }
        ok $shop->until_so(30, sub { order_row($shop, $one->{id}) =~ /^processing/ }), 'it is printed' or diag order_row($shop, $one->{id});
        is sent($one->{orderNumber}), $taken, "and goes to $taken";
        is $ada->get("/orders/$one->{id}")->data->{shippingAddress}{line1}, $taken, 'as the order says';
    }
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
