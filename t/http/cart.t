# The cart: what may be put into it, and what it comes to.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;
use TShop::Till;

my $shop = TShop->boot;
my $ada  = $shop->shopper;
my $bob  = $shop->shopper;
my $tee  = $shop->variant(price => '24.50');
my $none = '00000000-0000-4000-8000-000000000000';

# A design that is ready, without having it drawn.
sub design ($who, %o) {
    my $public = $o{public} ? 'true' : 'false';
    my $status = $o{status} // 'ready';
    return $shop->sql("INSERT INTO designs (user_id, title, product_category, status, design_data, public)
        VALUES ('$who->{user}{id}', 'A design', 't-shirt', '$status', '{}', $public) RETURNING id") =~ s/\s//gr;
}

sub add ($who, %o) { $who->post('/cart/items', { %$tee, quantity => 1, %o }) }

sub wrong ($r) { join ' ', map { "$_->{field} $_->{code}" } @{ $r->error->{details} // [] } }

subtest 'an empty cart' => sub {
    my $r = $ada->get('/cart');
    is $r->status, 200, 'is a cart' or diag $r->brief;
    is_deeply $r->data, { items => [], itemCount => 0, subtotal => 0, currency => 'USD' }, 'with nothing in it';
    like $r->body, qr/"subtotal"\s*:\s*0\.00/, 'in whole cents';
    is $shop->guest->get('/cart')->status, 401, 'and nobody has one without a name';
};

subtest 'adding' => sub {
    my $r = add($ada, quantity => 2);
    is $r->status, 201, 'a line is made' or diag $r->brief;
    is $r->data->{item}{quantity}, 2, 'of two';
    like $r->body, qr/"unitPrice"\s*:\s*24\.50/, 'at the price of the catalogue';
    is $r->data->{cart}{itemCount}, 2, 'the cart counts pieces';
    is $r->data->{cart}{subtotal}, 49, 'and adds them up';
    $r = add($ada, quantity => 1, price => 1, unitPrice => 1);
    is $r->status, 200, 'the same again is the same line';
    is $r->data->{item}{quantity}, 3, 'which grows';
    is add($ada, customizationData => {})->status, 200, 'no customization and an empty one are the same';
    is add($ada, customizationData => { text => 'Ada', side => 'back' })->status, 201, 'another one is another line';
    is add($ada, customizationData => { side => 'back', text => 'Ada' })->status, 200, 'in whatever order';
    is scalar @{ $ada->get('/cart')->data->{items} }, 2, 'two lines';
};

subtest 'what is refused' => sub {
    my $eve = $shop->shopper;
    is wrong(add($eve, quantity => 0)), 'quantity too_small', 'nothing';
    is wrong(add($eve, quantity => 100)), 'quantity too_large', 'a hundred';
    is wrong(add($eve, quantity => '1')), 'quantity type', 'a text';
    is wrong($eve->post('/cart/items', {})), 'productId required variantId required quantity required', 'nothing at all';
    is add($eve, quantity => 98)->status, 201, 'ninety-eight';
    my $r = add($eve, quantity => 2);
    is $r->status, 422, 'two more are too many';
    is wrong($r), 'quantity too_large', 'and it says so';
    is $eve->get('/cart')->data->{itemCount}, 98, 'nothing was added';
    is wrong(add($eve, productId => $none)), 'productId unknown_reference', 'no such product';
    is wrong(add($eve, variantId => $shop->variant->{variantId})), 'variantId unknown_reference', 'a variant of another product';
    is wrong(add($eve, designId => 'x')), 'designId format', 'no id';
    my $dyed = $shop->variant(blank => 0);
    is wrong(add($eve, %$dyed)), 'designId required', 'a garment that is not sold blank';
    my $gone = $shop->variant;
    $shop->sql("UPDATE product_variants SET available = false WHERE id = '$gone->{variantId}'");
    is add($eve, %$gone)->code, 'VARIANT_UNAVAILABLE', 'what is not available';
    $gone = $shop->variant;
    $shop->sql("UPDATE products SET active = false WHERE id = '$gone->{productId}'");
    is add($eve, %$gone)->code, 'VARIANT_UNAVAILABLE', 'what is not sold any more';
    is wrong(add($eve, customizationData => { map { ("k$_" => 'word ' x 400) } 1 .. 33 })),
        'customizationData too_long', 'a customization that is a book';
};

subtest 'numbers in a customization' => sub {
    my $eve = $shop->shopper;
    my $put = sub ($custom) { $eve->post('/cart/items', qq({"productId":"$tee->{productId}","variantId":"$tee->{variantId}","quantity":1,"customizationData":$custom})) };
    is $put->('{"size":1,"at":[1.50,{"x":-0}]}')->status, 201, 'are numbers';
    is $put->('{"at":[15e-1,{"x":0.000}],"size":1.0}')->status, 200, 'however they are spelt';
    is $put->('{"at":[1.5,{"x":"0"}],"size":1}')->status, 201, 'which a text is not';
    is $put->('{"at":[{"x":0},1.5],"size":1}')->status, 201, 'and the order in a list counts';
    for my $grand ('1e131071', '1e-16000', '1e999999999', '-1e999999999', '0e999999999', '99999999999999999999', '-99999999999999999999',
        '[' . join(',', ('1e131071') x 3000) . ']') {
        my $r = $put->(qq({"n":$grand}));
        is wrong($r), 'customizationData too_large', substr($grand, 0, 20) . ' is more than it says';
        cmp_ok $r->{seconds}, '<', 1, 'and costs nothing';
    }
    is wrong($put->('{"n":[' . join(',', ('1e300') x 300) . ']}')), 'customizationData too_long', 'what it takes is counted as it is shown';
    is $put->('{"n":9223372036854775807}')->data->{item}{customizationData}{n}, 9223372036854775807, 'the largest stays what it is';
    my ($line) = map { $_->{id} } @{ $eve->get('/cart')->data->{items} };
    is wrong($eve->put("/cart/items/$line", '{"customizationData":{"n":1e400}}')), 'customizationData too_large', 'a change is looked at too';
    is scalar @{ $eve->get('/cart')->data->{items} }, 4, 'the cart can be looked at';
};

subtest 'designs' => sub {
    is add($ada, designId => design($ada))->status, 201, 'one of her own';
    my $public = design($bob, public => 1);
    my $r = add($ada, designId => $public);
    is $r->status, 201, 'a public one of somebody else';
    is $r->data->{item}{design}{title}, 'A design', 'is named in the line';
    my $private = add($ada, designId => design($bob));
    my $absent = add($ada, designId => $none);
    is $private->status, 404, 'a private one of somebody else is not there';
    is $private->error->{message}, $absent->error->{message}, 'like one that is not there';
    is add($ada, designId => design($ada, status => 'queued'))->code, 'DESIGN_NOT_READY', 'one that is not ready';
    $shop->sql("UPDATE designs SET deleted_at = now() WHERE id = '$public'");
    ok !(grep { ($_->{design}{id} // '') eq $public } @{ $ada->get('/cart')->data->{items} }), 'one thrown away leaves the cart';
};

subtest 'changing' => sub {
    my $eve = $shop->shopper;
    my $one = add($eve)->data->{item}{id};
    my $two = add($eve, customizationData => { a => 1 })->data->{item}{id};
    my $r = $eve->put("/cart/items/$one", { quantity => 5 });
    is $r->status, 200, 'a quantity' or diag $r->brief;
    is $r->data->{item}{quantity}, 5, 'is what was asked for';
    is $r->data->{cart}{itemCount}, 6, 'the cart follows';
    is wrong($eve->put("/cart/items/$one", { quantity => 0 })), 'quantity too_small', 'not nothing';
    $r = $eve->put("/cart/items/$two", { customizationData => undef });
    is $r->data->{item}{quantity}, 6, 'a line that becomes the same as another joins it';
    is $eve->put("/cart/items/$one", { quantity => 1 })->status, 404, 'the other is gone';
    is $ada->put("/cart/items/$two", { quantity => 1 })->status, 404, 'nobody changes the line of another';
    is $ada->delete("/cart/items/$two")->status, 404, 'or takes it out';
    is $eve->delete("/cart/items/$two")->status, 200, 'its owner does';
    is $eve->delete("/cart/items/$two")->status, 404, 'once';
    is $eve->delete('/cart/items/x')->status, 404, 'no id is no line';
    add($eve);
    is $eve->delete('/cart/clear')->status, 200, 'all of it';
    is $eve->get('/cart')->data->{itemCount}, 0, 'is gone';
};

subtest 'currencies' => sub {
    my $eve = $shop->shopper;
    add($eve, quantity => 3);
    $shop->sql("UPDATE user_profiles SET preferred_currency = 'JPY' WHERE user_id = '$eve->{user}{id}'");
    my $cart = $eve->get('/cart');
    is $cart->data->{currency}, 'JPY', 'the profile decides';
    is $cart->data->{subtotal}, 3 * 3663, 'a piece is converted and rounded once';
    unlike $cart->body, qr/"subtotal"\s*:\s*\d+\./, 'yen have no decimals';
    $shop->sql("UPDATE user_profiles SET preferred_currency = 'CHF' WHERE user_id = '$eve->{user}{id}'");
    is $eve->get('/cart')->data->{currency}, 'USD', 'unless the shop does not sell in it';

    # Of prices that are said, for the product, for the variant, and of others.
    my ($shared, $own) = map { $shop->variant(price => '10.00') } 1 .. 2;
    $shop->sql("INSERT INTO product_prices (product_id, variant_id, currency, price)
        VALUES ('$shared->{productId}', NULL, 'EUR', 1100), ('$own->{productId}', NULL, 'EUR', 1200), ('$own->{productId}', '$own->{variantId}', 'EUR', 1300);
        UPDATE user_profiles SET preferred_currency = 'EUR' WHERE user_id = '$eve->{user}{id}'");
    for (1 .. 2) {
        is add($eve, %$shared)->data->{item}{unitPrice}, 11, 'a price said for the product';
        my $told = add($eve, %$own, quantity => 2)->data;
        is $told->{item}{unitPrice}, 13, 'one said for the variant';
        $cart = $eve->get('/cart')->data;
        is_deeply $told->{item}, (grep { $_->{id} eq $told->{item}{id} } @{ $cart->{items} })[0], 'a line is told as the cart has it';
        is_deeply $told->{cart}, { map { $_ => $cart->{$_} } qw(itemCount subtotal currency) }, 'and so is what the cart comes to';
    }
};

subtest 'twenty at once' => sub {
    my $eve = $shop->shopper;
    my @children = map { my $pid = fork; if (!$pid) { add($eve->with); require POSIX; POSIX::_exit(0) } $pid } 1 .. 20;
    waitpid $_, 0 for @children;
    my $cart = $eve->get('/cart')->data;
    is scalar @{ $cart->{items} }, 1, 'make one line';
    is $cart->{itemCount}, 20, 'of twenty';
};

subtest 'all at once' => sub {
    my $eve = $shop->shopper;
    my $to = { shippingAddress => $shop->address };
    my @calls = (
        sub ($who, $n) { add($who, customizationData => { n => $n % 3 }) },
        sub ($who, $n) { add($who, customizationData => { n => $n % 3 }) },
        sub ($who, $n) { my $l = $who->get('/cart')->data->{items}[0] // return; $who->delete("/cart/items/$l->{id}") },
        sub ($who, $n) { my $l = $who->get('/cart')->data->{items}[-1] // return; $who->put("/cart/items/$l->{id}", { customizationData => { n => $n % 3 } }) },
        sub ($who, $n) { $who->delete('/cart/clear') },
        sub ($who, $n) { $who->post('/orders/create', $to) });
    my @said = TShop::Till->at_once(map { my ($call, $who) = ($_, $eve->with); sub { join ' ', map { my $r = $call->($who, $_); $r ? $r->status : 0 } 1 .. 25 } } @calls);
    is scalar(grep { $_ >= 500 } map { split ' ' } @said), 0, 'adding, removing, changing, clearing and ordering' or diag join "\n", @said;
    ok $shop->sql("SELECT count(*) FROM orders WHERE user_id = '$eve->{user}{id}'"), 'some of it was ordered';

    # Whoever takes a line out waits for who has the cart, holding nothing.
    for my $path ('/cart/items', '/cart/clear') {
        my $line = add($eve)->data->{item}{id};
        my $cart = $shop->sql("SELECT id FROM carts WHERE user_id = '$eve->{user}{id}'");
        my ($order, $call) = TShop::Till->at_once(
            sub { eval { $shop->sql("BEGIN; SELECT FROM carts WHERE id = '$cart' FOR UPDATE; SELECT pg_sleep(0.7); SET LOCAL lock_timeout = 200; DELETE FROM cart_items WHERE cart_id = '$cart'; COMMIT"); 1 } ? 'done' : 'stuck' },
            sub { select undef, undef, undef, 0.3; $eve->with->delete($path eq '/cart/items' ? "$path/$line" : $path)->status });
        is $order, 'done', "$path waits for an order";
        is $call, $path eq '/cart/items' ? 404 : 200, 'and finds nothing any more';
    }
};

done_testing;
