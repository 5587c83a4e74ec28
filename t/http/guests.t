# A guest's cart: made without a name, known by its token, taken along at
# sign-in.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA 'sha256_hex';
use JSON::PP ();
use TShop;

my $shop = TShop->boot(settings => { TSHOP_GUEST_CART_LIFE => '2d', TSHOP_CORS_ORIGINS => 'https://shop.example' });
my $tee  = $shop->variant(price => '24.50');
my $mug  = $shop->variant(price => '10.00');
my $to   = { shippingAddress => $shop->address(state => 'NY', postalCode => '10001') };

sub wrong ($r) { join ' ', map { "$_->{field} $_->{code}" } @{ $r->error->{details} // [] } }
sub add ($who, %o) { $who->post('/cart/items', { %$tee, quantity => 1, %o }) }

# Somebody with a cart and no name.
sub guest (%o) {
    my $r = $shop->guest->post('/cart', %o ? { %o } : undef);
    die $r->brief unless $r->status == 201;
    return $shop->guest(headers => { 'X-Cart-Token' => $r->data->{cartToken} }, cart => $r->data->{cartToken});
}

# A ready design, without having it drawn.
sub design ($who, $public) {
    return $shop->sql("INSERT INTO designs (user_id, title, product_category, status, design_data, public)
        VALUES ('$who->{user}{id}', 'A design', 't-shirt', 'ready', '{}', $public) RETURNING id") =~ s/\s//gr;
}

subtest 'a cart without a name' => sub {
    my $r = $shop->guest->post('/cart');
    is $r->status, 201, 'is made' or diag $r->brief;
    my $token = $r->data->{cartToken};
    like $token, qr/^[A-Za-z0-9_-]{43}$/, 'its token is 256 bits';
    is $r->header('X-Cart-Token'), $token, 'told in the header too';
    is $r->header('Cache-Control'), 'no-store', 'and kept by nobody';
    is_deeply $r->data->{cart}, { items => [], itemCount => 0, subtotal => 0, currency => 'USD' }, 'it is empty';
    is $shop->sql("SELECT count(*) FROM carts WHERE encode(guest_hash, 'hex') = '" . sha256_hex($token) . "' AND user_id IS NULL"),
        1, 'its hash is kept';
    is $shop->sql("SELECT count(*) FROM carts c WHERE c::text LIKE '%$token%'"), 0, 'the token is not';
    isnt guest()->{cart}, guest()->{cart}, 'each has another';
};

subtest 'what it is for' => sub {
    my $eve = guest();
    my $r = add($eve, quantity => 2);
    is $r->status, 201, 'things are put into it' or diag $r->brief;
    my $line = $r->data->{item}{id};
    is add($eve)->data->{item}{quantity}, 3, 'and more of them';
    is $eve->get('/cart')->data->{subtotal}, 73.50, 'it is looked at';
    is $eve->put("/cart/items/$line", { quantity => 2 })->data->{cart}{itemCount}, 2, 'and changed';
    $r = $eve->post('/orders/quote', $to);
    is $r->status, 200, 'it is quoted' or diag $r->brief;
    is $r->data->{subtotal}, 49, 'to the cent';
    is $eve->post('/orders/quote', { %$to, couponCode => 'WELCOME10' })->data->{discountAmount}, 4.90, 'with a coupon';
    is $eve->post('/orders/create', $to)->code, 'UNAUTHENTICATED', 'but ordered only by somebody';
    is $eve->get('/users/me')->code, 'UNAUTHENTICATED', 'it opens nothing else';
    is $eve->delete("/cart/items/$line")->data->{itemCount}, 0, 'a line is taken out';
    add($eve);
    is $eve->delete('/cart/clear')->data->{itemCount}, 0, 'and all of it';
    is_deeply [ map { $_->status } $eve->post('/orders/quote', $to) ], [409], 'nothing is not quoted';
};

subtest 'whose it is' => sub {
    my ($eve, $mallory) = (guest(), guest());
    my $line = add($eve)->data->{item}{id};
    is $mallory->get('/cart')->data->{itemCount}, 0, 'nobody sees another\'s';
    is $mallory->put("/cart/items/$line", { quantity => 9 })->status, 404, 'or changes its lines';
    is $mallory->delete("/cart/items/$line")->status, 404, 'or takes them out';
    my $ada = $shop->shopper;
    is $ada->put("/cart/items/$line", { quantity => 9 })->status, 404, 'nor does who has a name';
    my $nobody = $shop->guest;
    for my $call ([ get => '/cart' ], [ post => '/cart/items', {} ], [ put => "/cart/items/$line", {} ],
        [ delete => "/cart/items/$line" ], [ delete => '/cart/clear' ], [ post => '/orders/quote', $to ]) {
        my ($method, $path, @body) = @$call;
        is $nobody->$method($path, @body)->code, 'UNAUTHENTICATED', "$method $path wants one of the two tokens";
        is $nobody->with(headers => { 'X-Cart-Token' => 'A' x 43 })->$method($path, @body)->code, 'INVALID_TOKEN', 'and a good one';
    }
    for my $bad ('x', "$eve->{cart}x", substr($eve->{cart}, 0, 42), lc $eve->{cart}, 'x' x 5000) {
        is $nobody->get('/cart', 'X-Cart-Token' => $bad)->code, 'INVALID_TOKEN', 'near it is not it';
    }
    like $nobody->get('/cart', 'X-Cart-Token' => 'x')->header('WWW-Authenticate'), qr/^Bearer/, 'and it says what is missing';
    # Half of the hash names a cart; only the whole opens it.
    my $hash = sha256_hex($eve->{cart});
    $shop->sql("UPDATE carts SET guest_hash = decode('" . substr($hash, 0, 32) . ('00' x 16) . "', 'hex') WHERE encode(guest_hash, 'hex') = '$hash'");
    is $eve->get('/cart')->code, 'INVALID_TOKEN', 'the whole hash is asked for when reading';
    is add($eve)->code, 'INVALID_TOKEN', 'and when writing';
    is $eve->get("/cart?x-cart-token=$eve->{cart}", 'X-Cart-Token' => undef)->code, 'UNAUTHENTICATED', 'a query carries no token';
    # The hash or the owner's name are no tokens.
    is $nobody->get('/cart', 'X-Cart-Token' => $hash)->code, 'INVALID_TOKEN', 'a stolen hash opens nothing';
};

subtest 'a name goes before the token' => sub {
    my $ada = $shop->shopper;
    my $eve = guest();
    add($eve, quantity => 5);
    my $both = $ada->with(headers => { 'X-Cart-Token' => $eve->{cart} });
    is $both->get('/cart')->data->{itemCount}, 0, 'who is signed in has their own';
    is add($both)->data->{cart}{itemCount}, 1, 'and puts things there';
    is $eve->get('/cart')->data->{itemCount}, 5, 'the guest\'s is as it was';
    is $both->with(token => 'x')->get('/cart')->code, 'INVALID_TOKEN', 'a bad name is not made good by a cart';
};

subtest 'bounds' => sub {
    my $ada = $shop->shopper;
    my $eve = guest();
    is add($eve, designId => design($ada, 'true'))->status, 201, 'a public design';
    is add($eve, designId => design($ada, 'false'))->status, 404, 'no private one';
    is wrong($shop->guest->post('/cart', { currency => 'CHF' })), 'currency enum', 'a currency that is not sold in';
    is wrong($shop->guest->post('/cart', { currency => 5 })), 'currency type', 'no text';
    is guest(currency => 'EUR')->get('/cart')->data->{currency}, 'EUR', 'one that is';
    my $yen = guest(currency => 'JPY');
    add($yen);
    is $yen->post('/orders/quote', $to)->data->{currency}, 'JPY', 'is quoted in';
    for my $who (guest(), $shop->shopper) {
        my $owner = $who->{cart} ? "guest_hash = decode('" . sha256_hex($who->{cart}) . "', 'hex')" : "user_id = '$who->{user}{id}'";
        add($who);
        $shop->sql("INSERT INTO cart_items (cart_id, product_id, variant_id, customization_data, custom_key, quantity)
            SELECT c.id, '$tee->{productId}', '$tee->{variantId}', o, cart_custom_key(o), 1
              FROM carts c, generate_series(1, 99) n, jsonb_build_object('n', n) o WHERE c.$owner");
        my $r = add($who, customizationData => { n => 'one too many' });
        is $r->status, 422, 'a hundred lines are enough';
        is wrong($r), 'items too_large', 'and it says so';
        is add($who)->status, 200, 'more of what is there still goes';
        is $who->get('/cart')->data->{itemCount}, 101, 'nothing else was added';
    }
};

subtest 'registering' => sub {
    my $eve = guest();
    add($eve, quantity => 2);
    add($eve, %$mug);
    my $r = $eve->post('/auth/register', { email => "guest.$$\@example.com", password => 'correct horse battery' });
    is $r->status, 201, 'takes the cart along' or diag $r->brief;
    is_deeply $r->meta->{cart}, { merged => 2, capped => [], left => [] }, 'and says so';
    my $now = $shop->guest(token => $r->data->{accessToken});
    is_deeply [ map { $_->{quantity} } @{ $now->get('/cart')->data->{items} } ], [ 2, 1 ], 'the lines in their order';
    is $eve->get('/cart')->code, 'INVALID_TOKEN', 'the guest\'s is gone';
    $r = $eve->post('/auth/login', { email => "guest.$$\@example.com", password => 'correct horse battery' });
    is $r->status, 200, 'the token once more';
    is $r->meta->{cart}, undef, 'brings nothing';
    is $now->get('/cart')->data->{itemCount}, 3, 'and changes nothing';
};

subtest 'signing in' => sub {
    my $ada = $shop->shopper;
    my $in = sub ($eve, %o) { $eve->post('/auth/login', { email => $ada->{email}, password => $ada->{password}, %o }) };
    add($ada, quantity => 98);
    add($ada, %$mug, quantity => 1);
    my $gone = $shop->variant;
    my $public = design($ada, 'true');
    my $bobs = design($shop->shopper, 'true');
    my $eve = guest();
    add($eve, quantity => 5);
    add($eve, %$mug, quantity => 4);
    add($eve, %$gone, quantity => 7);
    add($eve, designId => $public);
    add($eve, designId => $bobs);
    $shop->sql("UPDATE product_variants SET available = false WHERE id = '$gone->{variantId}'");
    $shop->sql("UPDATE designs SET public = false WHERE id IN ('$public', '$bobs')");
    my ($hidden) = grep { ($_->{design}{id} // '') eq $bobs } @{ $eve->get('/cart')->data->{items} };
    is_deeply [ @{ $hidden->{design} }{qw(title thumbnailUrl)} ], [ undef, undef ], 'a design that was taken back is not shown';
    is $eve->post('/auth/login', { email => $ada->{email}, password => 'wrong' })->status, 401, 'a wrong password';
    is $eve->get('/cart')->data->{itemCount}, 18, 'takes nothing';
    my $r = $in->($eve, cookie => JSON::PP::true());
    is $r->status, 200, 'by password, with a cookie' or diag $r->brief;
    my %told = %{ $r->meta->{cart} // {} };
    is $told{merged}, 3, 'what could be taken along';
    is_deeply [ map { "$_->{quantity} $_->{kept}" } @{ $told{capped} } ], ['5 99'], 'what would have passed 99';
    is_deeply [ map { "$_->{quantity} $_->{reason}" } @{ $told{left} } ], [ '7 VARIANT_UNAVAILABLE', '1 NOT_FOUND' ], 'and what could not';
    ok $told{left}[0]{productName}, 'by name';
    is_deeply [ map { $_->{quantity} } @{ $ada->get('/cart')->data->{items} } ], [ 99, 5, 1 ], 'equal lines are one';
    is $eve->get('/cart')->code, 'INVALID_TOKEN', 'the guest\'s is gone';

    my @many = map { guest() } 1 .. 2;
    add($_, %$mug) for @many;
    my $later = guest();
    add($later, %$mug, customizationData => { at => 'once' });
    my @children = map { my $pid = fork; if (!$pid) { $in->($later->with); require POSIX; POSIX::_exit(0) } $pid } 1 .. 8;
    waitpid $_, 0 for @children;
    my ($line) = grep { $_->{customizationData} } @{ $ada->get('/cart')->data->{items} };
    is $line->{quantity}, 1, 'eight sign in at once: it is taken once';
};

subtest 'signed in already' => sub {
    my $ada = $shop->shopper;
    my $eve = guest();
    add($eve, quantity => 3);
    my $r = $ada->post('/cart', undef, 'X-Cart-Token' => $eve->{cart});
    is $r->status, 200, 'takes a cart along too' or diag $r->brief;
    is $r->data->{cartToken}, undef, 'without a token';
    is $r->data->{cart}{itemCount}, 3, 'into one\'s own';
    is $r->meta->{cart}{merged}, 1, 'and says so';
    is $ada->post('/cart')->data->{cart}{itemCount}, 3, 'that is where it stays';
};

subtest 'the end' => sub {
    my ($old, $young) = (guest(), guest());
    add($_) for $old, $young;
    my $age = sub ($who, $age) {
        $shop->sql("UPDATE carts SET created_at = now() - interval '99 hours', updated_at = now() - interval '$age'
            WHERE guest_hash = decode('" . sha256_hex($who->{cart}) . "', 'hex')") };
    $age->($old, '49 hours');
    $age->($young, '47 hours');
    $age->($_, '49 hours') for my $used = guest();
    add($used);
    $shop->sql("INSERT INTO jobs (kind) VALUES ('sweep')");
    ok $shop->until_so(20, sub { $old->get('/cart')->code eq 'INVALID_TOKEN' }), 'what a guest has left is swept';
    is $young->get('/cart')->data->{itemCount}, 1, 'no sooner than the setting says';
    is $used->get('/cart')->data->{itemCount}, 1, 'and not while it is used';
};

subtest 'from pages of elsewhere' => sub {
    my $r = $shop->guest->request('OPTIONS', '/cart', undef, Origin => 'https://shop.example',
        'Access-Control-Request-Method' => 'POST', 'Access-Control-Request-Headers' => 'x-cart-token');
    like $r->header('Access-Control-Allow-Headers'), qr/\bX-Cart-Token\b/, 'the header may be sent';
    like $r->header('Access-Control-Expose-Headers'), qr/\bX-Cart-Token\b/, 'and read';
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
