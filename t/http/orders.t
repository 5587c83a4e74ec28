# Orders: quoted, made of a cart, listed, cancelled, put back.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot;
my $ada  = $shop->shopper;
my $bob  = $shop->shopper;
my $tee  = $shop->variant(price => '20.00');
my $to   = { shippingAddress => $shop->address(state => 'NY', postalCode => '10001') };

sub add ($who, %o) { my $r = $who->post('/cart/items', { %$tee, quantity => 1, %o }); $r->status =~ /^20/ or die $r->brief; $r }
sub wrong ($r) { my $w = $r->wrong; join ' ', map { "$_ $w->{$_}" } sort keys %$w }

# Outcomes of the same call, made by n children at once.
sub at_once ($n, $call) {
    my @children = map {
        pipe my $in, my $out;
        my $pid = fork;
        if (!$pid) { print $out $call->(); close $out; require POSIX; POSIX::_exit(0) }
        close $out;
        [ $in, $pid ];
    } 1 .. $n;
    my @all = map { my $in = $_->[0]; join '', <$in> } @children;
    waitpid $_->[1], 0 for @children;
    return sort @all;
}

subtest 'a quote' => sub {
    is $ada->post('/orders/quote', $to)->code, 'CART_EMPTY', 'of nothing is none';
    add($ada, quantity => 2);
    my $r = $ada->post('/orders/quote', $to);
    is $r->status, 200, 'of a cart' or diag $r->brief;
    # New York taxes parcels too: 8.875 % of 40.00 and of 6.95.
    is_deeply [ @{ $r->data }{qw(currency subtotal discountAmount taxAmount shippingAmount totalAmount)} ],
        [ 'USD', 40, 0, 4.17, 6.95, 51.12 ], 'adds up';
    is $ada->post('/orders/quote', { %$to, shippingMethod => 'express' })->data->{shippingAmount}, 19.45, 'express is dearer';
    is $ada->post('/orders/quote', { %$to, currency => 'EUR' })->data->{subtotal}, 36.80, 'in another currency';
    is $ada->get('/cart')->data->{itemCount}, 2, 'the cart is still there';
    is $shop->sql('SELECT count(*) FROM orders'), 0, 'and no order';
};

subtest 'a tax in the price' => sub {
    # Only shirts are taxed there, and the shirt's price holds it already.
    $shop->sql("DELETE FROM tax_rates WHERE country = 'NL'; INSERT INTO tax_rates (country, category, rate, inclusive) VALUES ('NL', 't-shirt', 0.21, true)");
    my $there = { shippingAddress => $shop->address(country => 'NL', state => undef, postalCode => '1012 AB') };
    my $cap = $shop->variant(price => '12.10', category => 'cap');
    my $shirt = $shop->variant(price => '12.10');
    for my $lines ([ $cap, $shirt ], [ $shirt, $cap ]) {
        my $eve = $shop->shopper;
        add($eve, %$_) for @$lines;
        my $q = $eve->post('/orders/quote', $there)->data;
        is $q->{taxAmount}, 2.10, 'is told';
        is $q->{totalAmount}, 24.20 + $q->{shippingAmount}, 'and not asked for once more, whichever comes first';
        ok $q->{taxInclusive}, 'as it says';
    }
};

subtest 'addresses' => sub {
    my $ask = sub (%o) { wrong($ada->post('/orders/quote', { shippingAddress => $shop->address(%o) })) };
    is $ask->(), '', 'a good one';
    is $ask->(state => undef), 'shippingAddress.state required', 'the US have states';
    is $ask->(state => 'California'), 'shippingAddress.state enum', 'with codes';
    is $ask->(postalCode => undef), 'shippingAddress.postalCode required', 'and postal codes';
    is $ask->(country => 'XX'), 'shippingAddress.country enum', 'no such country';
    is $ask->(country => 'us'), 'shippingAddress.country enum', 'in upper case';
    is $ask->(country => 'DE', state => undef, postalCode => '10115'), '', 'Germany needs no state';
    is $ask->(country => 'HK', state => undef, postalCode => undef), '', 'Hong Kong has no postal codes';
    is $ask->(country => 'CA', state => 'NY'), 'shippingAddress.state enum', 'New York is not in Canada';
    is $ask->(name => '', line1 => undef, city => 5, phone => '123'),
        'shippingAddress.city type shippingAddress.line1 required shippingAddress.name too_short shippingAddress.phone format',
        'everything that is wrong at once';
    is wrong($ada->post('/orders/quote', {})), 'shippingAddress required', 'none';
    is wrong($ada->post('/orders/quote', { %$to, billingAddress => { name => 'x' } })),
        'billingAddress.city required billingAddress.country required billingAddress.line1 required', 'the bill\'s too';
    is wrong($ada->post('/orders/quote', { %$to, currency => 'CHF' })), 'currency enum', 'a currency that it does not sell in';
    is wrong($ada->post('/orders/quote', { %$to, shippingMethod => 'drone' })), 'shippingMethod enum', 'no drones';
};

my $order;
subtest 'an order' => sub {
    my $r = $ada->post('/orders/create', { %$to, expectedTotal => 51.12 });
    is $r->status, 201, 'is made' or diag $r->brief;
    $order = $r->data;
    is $r->header('Location'), "/api/v1/orders/$order->{id}", 'it can be found';
    is $order->{status}, 'pending', 'and waits to be paid';
    like $order->{orderNumber}, qr/^[A-Z0-9-]{1,20}$/, 'its number is short';
    like $r->body, qr/"totalAmount"\s*:\s*51\.12\b/, 'it costs what was quoted';
    is $order->{items}[0]{productName}, $shop->sql("SELECT name FROM products WHERE id = '$tee->{productId}'"), 'it remembers names';
    is $order->{shippingAddress}{state}, 'NY', 'and where it goes';
    is $order->{payment}, undef, 'nobody was asked to pay yet';
    is $ada->get('/cart')->data->{itemCount}, 0, 'the cart is empty';
    is $ada->post('/orders/create', $to)->code, 'CART_EMPTY', 'a second one has nothing in it';
    is_deeply $ada->get("/orders/$order->{id}")->data, $order, 'it is the same when looked at';
    is $bob->get("/orders/$order->{id}")->status, 404, 'by its owner';
    $shop->sql("UPDATE products SET base_price = 9900, name = 'Else' WHERE id = '$tee->{productId}'");
    is_deeply $ada->get("/orders/$order->{id}")->data, $order, 'whatever becomes of the catalogue';
    $shop->sql("UPDATE products SET base_price = 2000 WHERE id = '$tee->{productId}'");
};

subtest 'a total that moved' => sub {
    add($bob);
    my $r = $bob->post('/orders/create', { %$to, expectedTotal => 1 });
    is $r->code, 'TOTAL_CHANGED', 'is told';
    is $r->status, 409, 'as a conflict';
    my $quote = $bob->post('/orders/quote', $to)->data;
    is $r->error->{details}{totalAmount}, $quote->{totalAmount}, 'with the new figures';
    is $bob->get('/cart')->data->{itemCount}, 1, 'and nothing happened';
    is wrong($bob->post('/orders/create', { %$to, expectedTotal => '1' })), 'expectedTotal type', 'a text is no total';
    is wrong($bob->post('/orders/create', { %$to, expectedTotal => 1.005 })), 'expectedTotal format', 'nor are tenths of a cent';
    is $bob->post('/orders/create', { %$to, expectedTotal => $quote->{totalAmount} })->status, 201, 'the right one is taken';
};

subtest 'coupons' => sub {
    my $eve = $shop->shopper;
    my $coupon = sub ($code, $kind, %o) {
        my %all = (code => $code, kind => $kind, %o);
        my @keys = sort keys %all;
        $shop->sql(sprintf 'INSERT INTO coupons (%s) VALUES (%s)', join(',', @keys), join ',', map { "'$all{$_}'" } @keys);
    };
    add($eve, quantity => 2);
    my $quote = sub ($code) { $eve->post('/orders/quote', { %$to, couponCode => $code }) };
    is $quote->('WELCOME10')->data->{discountAmount}, 4, 'ten percent';
    is $quote->('welcome10')->data->{discountAmount}, 4, 'in small letters';
    is $quote->('FREESHIP')->data->{shippingAmount}, 0, 'free shipping';
    $coupon->('FIVE', 'amount', amount => 500, currency => 'USD');
    is $quote->('FIVE')->data->{discountAmount}, 5, 'five dollars';
    $coupon->('BIG', 'amount', amount => 500000, currency => 'USD');
    is $quote->('BIG')->data->{discountAmount}, 40, 'never more than the goods';
    is wrong($quote->('NOPE')), 'couponCode unknown_reference', 'none of that name';
    $coupon->('OLD', 'amount', amount => 500, currency => 'USD', starts_at => '2020-01-01', expires_at => '2020-02-01');
    is wrong($quote->('OLD')), 'couponCode unknown_reference', 'one that has expired';
    $coupon->('FROM100', 'percent', percent => 50, min_subtotal => 10000);
    is wrong($quote->('FROM100')), 'couponCode unknown_reference', 'one for larger orders';
    $coupon->('ONCE', 'percent', percent => 50, max_uses => 1);
    my $made = $eve->post('/orders/create', { %$to, couponCode => 'ONCE' })->data;
    is $made->{discountAmount}, 20, 'half of it';
    add($eve);
    is wrong($quote->('ONCE')), 'couponCode unknown_reference', 'was used';
    is $eve->post("/orders/$made->{id}/cancel", {})->status, 200, 'until its order is cancelled';
    is $quote->('ONCE')->data->{discountAmount}, 10, 'then it is free again';
    $shop->sql("INSERT INTO coupons (code, kind, user_id, amount, currency, max_uses) VALUES ('HERS', 'points', '$ada->{user}{id}', 500, 'USD', 1)");
    is wrong($quote->('HERS')), 'couponCode unknown_reference', 'nobody uses another\'s';
};

subtest 'nothing to pay, and next to nothing' => sub {
    my $eve = $shop->shopper;
    $shop->sql("INSERT INTO coupons (code, kind, percent) VALUES ('GIFT', 'percent', 100)");
    $shop->sql("INSERT INTO shipping_rates (country, method, first_item, additional_item) VALUES ('NO', 'standard', 0, 0), ('IS', 'standard', 25, 0)");
    my %at = (state => undef, postalCode => '0150');
    add($eve);
    my $r = $eve->post('/orders/create', { shippingAddress => $shop->address(%at, country => 'NO'), couponCode => 'GIFT' });
    is $r->status, 201, 'a gift is ordered' or diag $r->brief;
    is $r->data->{totalAmount}, 0, 'for nothing';
    is $r->data->{status}, 'paid', 'and paid at once';
    is $r->data->{payment}{provider}, 'none', 'by nobody';
    add($eve);
    $r = $eve->post('/orders/create', { shippingAddress => $shop->address(%at, country => 'IS'), couponCode => 'GIFT' });
    is $r->code, 'AMOUNT_TOO_SMALL', 'a quarter cannot be charged';
    is $eve->get('/cart')->data->{itemCount}, 1, 'and stays in the cart';
};

subtest 'what is no longer sold' => sub {
    my $eve = $shop->shopper;
    my $gone = $shop->variant;
    add($eve, %$gone);
    $shop->sql("UPDATE product_variants SET available = false WHERE id = '$gone->{variantId}'");
    is $eve->post('/orders/quote', $to)->code, 'VARIANT_UNAVAILABLE', 'is not quoted';
    is $eve->post('/orders/create', $to)->code, 'VARIANT_UNAVAILABLE', 'or ordered';
};

subtest 'ten at once' => sub {
    my $eve = $shop->shopper;
    add($eve);
    my @said = at_once(10, sub { my $r = $eve->with->post('/orders/create', $to); $r->status . ' ' . $r->code });
    is scalar(grep { $_ eq '201 ' } @said), 1, 'one of them wins';
    is scalar(grep { /^409 (?:CART_EMPTY|CONFLICT)$/ } @said), 9, 'the others find nothing' or diag "@said";
    is scalar @{ $eve->get('/orders')->data }, 1, 'one order';
};

subtest 'the same once more' => sub {
    my $eve = $shop->shopper;
    my $again = sub (%o) { add($eve, %o); $eve->post('/orders/create', $to) };
    my $first = $again->();
    is $first->meta->{similar}, undef, 'a first order is like no other';
    my $second = $again->();
    is_deeply [ map { "$_->{id} $_->{orderNumber}" } @{ $second->meta->{similar} } ], [ join ' ', @{ $first->data }{qw(id orderNumber)} ], 'a second one is told of the first';
    is $again->(quantity => 5)->meta->{similar}, undef, 'other things are no concern';
    $eve->post('/orders/' . $first->data->{id} . '/cancel', {});
    is_deeply [ map { $_->{id} } @{ $again->()->meta->{similar} } ], [ $second->data->{id} ], 'nor is one that has ended';
    $shop->sql("ALTER TABLE orders DISABLE TRIGGER orders_guard; UPDATE orders SET created_at = created_at - interval '1 hour' WHERE user_id = '$eve->{user}{id}';
        ALTER TABLE orders ENABLE TRIGGER orders_guard");
    is $again->()->meta->{similar}, undef, 'nor one of long ago';
};

subtest 'a list' => sub {
    my $eve = $shop->shopper;
    my @made = map { add($eve); $eve->post('/orders/create', $to)->data->{id} } 1 .. 5;
    my $r = $eve->get('/orders?limit=2');
    is_deeply [ map { $_->{id} } @{ $r->data } ], [ reverse @made[3, 4] ], 'newest first';
    is $r->meta->{pagination}{total}, 5, 'five in all';
    my @seen = map { $_->{id} } @{ $r->data };
    while (my $next = $r->meta->{pagination}{nextCursor}) {
        $r = $eve->get("/orders?limit=2&cursor=$next");
        push @seen, map { $_->{id} } @{ $r->data };
    }
    is_deeply \@seen, [ reverse @made ], 'page by page, each once';
    is_deeply [ map { $_->{id} } @{ $eve->get('/orders?limit=2&page=2')->data } ], [ reverse @made[1, 2] ], 'by number too';
    $eve->post("/orders/$made[0]/cancel", { reason => 'Too slow' });
    is_deeply [ map { $_->{id} } @{ $eve->get('/orders?status=cancelled')->data } ], [ $made[0] ], 'by state';
    is $eve->get('/orders?status=lost')->status, 422, 'there is no such state';
    is_deeply $eve->get('/orders?page=99')->data, [], 'past the end is empty';
};

subtest 'cancelling' => sub {
    my $eve = $shop->shopper;
    add($eve);
    my $id = $eve->post('/orders/create', $to)->data->{id};
    is $bob->post("/orders/$id/cancel", {})->status, 404, 'not by others';
    my $r = $eve->post("/orders/$id/cancel", { reason => 'Changed my mind' });
    is $r->status, 200, 'by its owner' or diag $r->brief;
    is $r->data->{status}, 'cancelled', 'it is cancelled';
    is $eve->post("/orders/$id/cancel")->code, 'INVALID_ORDER_STATE', 'once';
    my $again = $eve->post("/orders/$id/reorder");
    is $again->status, 200, 'its lines go back into the cart';
    is $again->data->{itemCount}, 1, 'all of them';
    is_deeply $again->meta->{left}, [], 'nothing was left';
    $shop->sql("UPDATE product_variants SET available = false WHERE id = '$tee->{variantId}'");
    $again = $eve->post("/orders/$id/reorder");
    is $again->meta->{left}[0]{reason}, 'VARIANT_UNAVAILABLE', 'what is no longer sold is told';
    $shop->sql("UPDATE product_variants SET available = true WHERE id = '$tee->{variantId}'");
    is $bob->post("/orders/$id/reorder")->status, 404, 'not by others';
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
