# Coupons: made and ended by the admin, spent by shoppers, never once too often.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP ();
use TShop;
use TShop::Till;

my $shop  = TShop->boot;
my $admin = $shop->admin;
my $tee   = $shop->variant(price => '20.00');
my $to    = { shippingAddress => $shop->address(state => 'NY', postalCode => '10001') };

sub wrong ($r) { my $w = $r->wrong; join ' ', map { "$_ $w->{$_}" } sort keys %$w }
sub coupon (%o) { my $r = $admin->post('/coupons', { kind => 'percent', %o }); $r->status == 201 or die $r->brief; $r->data }
sub filled (%o) { my $who = $o{who} // $shop->shopper; $who->post('/cart/items', { %$tee, quantity => $o{quantity} // 2 }); $who }
sub quote ($who, $code, %o) { $who->post('/orders/quote', { %$to, couponCode => $code, %o }) }
sub create ($who, $code, %o) { $who->post('/orders/create', { %$to, couponCode => $code, %o }) }

subtest 'made' => sub {
    is $shop->guest->post('/admin/coupons', {})->status, 401, 'by the admin';
    my $r = $admin->post('/coupons', { code => 'spring-10', kind => 'percent', percent => 12.5 });
    is $r->status, 201, 'one' or diag $r->brief;
    is $r->data->{code}, 'SPRING-10', 'in upper case';
    like $r->body, qr/"percent"\s*:\s*12\.5\b/, 'in hundredths of a percent';
    is_deeply [ @{ $r->data }{qw(maxUses maxPerUser uses expiresAt amount currency userId)} ],
        [ undef, undef, 0, undef, undef, undef, undef ], 'the rest is as usual';
    ok $r->data->{active}, 'and it serves';
    is_deeply $admin->get('/coupons/' . $r->data->{id})->data, $r->data, 'it can be looked at';
    is $r->header('Location'), '/api/v1/admin/coupons/' . $r->data->{id}, 'there';
    is $admin->post('/coupons', { code => 'SPRING-10', kind => 'free_shipping' })->code, 'CONFLICT', 'a code is taken once';
    is $shop->sql("SELECT action || ' ' || (after ->> 'code') FROM audit_log WHERE target = '" . $r->data->{id} . "'"), 'coupon.create SPRING-10', 'and who made it is known';
    is wrong($admin->post('/coupons', {})), 'code required kind required', 'nothing';
    is wrong($admin->post('/coupons', { code => 'A B', kind => 'points', maxUses => 0 })), 'code format kind enum maxUses too_small', 'nonsense';
    is wrong($admin->post('/coupons', { code => 'ABC', kind => 'percent' })), 'percent required', 'how many percent?';
    is wrong($admin->post('/coupons', { code => 'ABC', kind => 'percent', percent => 100.01, amount => 5 })), 'amount enum percent too_large', 'too many, and an amount besides';
    is wrong($admin->post('/coupons', { code => 'ABC', kind => 'percent', percent => 0.001 })), 'percent format', 'too fine';
    is wrong($admin->post('/coupons', { code => 'ABC', kind => 'amount', amount => 0 })), 'amount too_small', 'nothing off';
    is wrong($admin->post('/coupons', { code => 'ABC', kind => 'amount', amount => 0.5, currency => 'JPY' })), 'amount format', 'no half yen';
    is wrong($admin->post('/coupons', { code => 'ABC', kind => 'amount', amount => 5, currency => 'CHF' })), 'currency enum', 'nothing that is not sold in';
    is wrong($admin->post('/coupons', { code => 'ABC', kind => 'free_shipping', percent => 5 })), 'percent enum', 'shipping has no percent';
    is wrong($admin->post('/coupons', { code => 'ABC', kind => 'free_shipping', expiresAt => 'tomorrow', minSubtotal => -1 })), 'expiresAt format minSubtotal too_small', 'no time, no sum';
    is wrong($admin->post('/coupons', { code => 'ABC', kind => 'free_shipping', startsAt => '2026-02-30', expiresAt => '2026-03-01T00:00:00+15:00' })), 'expiresAt format startsAt format', 'no such days';
    is_deeply [ map { $_->{code} } @{ $admin->get('/coupons?q=spring')->data } ], ['SPRING-10'], 'it is found';
    is $admin->get('/coupons?limit=2')->meta->{pagination}{total}, $shop->sql('SELECT count(*) FROM coupons'), 'among all';
};

subtest 'what they take off' => sub {
    my $eve = filled();
    is quote($eve, coupon(code => 'P33', percent => 33.33)->{code})->data->{discountAmount}, 13.33, 'a percentage, half up';
    is quote($eve, coupon(code => 'TEN', kind => 'amount', amount => 10)->{code})->data->{discountAmount}, 10, 'an amount';
    is quote($eve, 'TEN', currency => 'EUR')->data->{discountAmount}, 9.20, 'in another currency';
    is quote($eve, coupon(code => 'YEN', kind => 'amount', amount => 1495, currency => 'JPY')->{code})->data->{discountAmount}, 10, 'of another currency';
    my $free = quote($eve, coupon(code => 'SHIP', kind => 'free_shipping')->{code})->data;
    is $free->{shippingAmount}, 0, 'the parcel';
    is $free->{discountAmount}, 0, 'and nothing else';
    coupon(code => 'FROM41', percent => 50, minSubtotal => 40.01);
    is wrong(quote($eve, 'FROM41')), 'couponCode unknown_reference', 'a cent too little';
    coupon(code => 'FROM40', percent => 50, minSubtotal => 40);
    is quote($eve, 'FROM40')->data->{discountAmount}, 20, 'just enough';
    coupon(code => 'SOON', percent => 50, startsAt => '2999-01-01');
    is wrong(quote($eve, 'SOON')), 'couponCode unknown_reference', 'not yet';
    coupon(code => 'WAS', percent => 50, startsAt => '2020-01-01T00:00:00Z', expiresAt => '2020-02-01T00:00:00Z');
    is wrong(quote($eve, 'WAS')), 'couponCode unknown_reference', 'no more';
};

subtest 'ended' => sub {
    my $c = coupon(code => 'LATER', percent => 50);
    my $eve = filled();
    my $r = $admin->put("/coupons/$c->{id}", { active => JSON::PP::false() });
    is $r->status, 200, 'at once' or diag $r->brief;
    is wrong(quote($eve, 'LATER')), 'couponCode unknown_reference', 'for everybody';
    is $admin->get('/coupons?active=false')->data->[0]{code}, 'LATER', 'it is told apart';
    $admin->put("/coupons/$c->{id}", { active => JSON::PP::true(), maxUses => 1, minSubtotal => 10, expiresAt => '2999-01-01T00:00:00Z', percent => 99 });
    is create($eve, 'LATER')->data->{discountAmount}, 20, 'begun again; what it gives never changes';
    is $admin->get("/coupons/$c->{id}")->data->{uses}, 1, 'its uses are counted';
    $admin->put("/coupons/$c->{id}", { maxUses => 5 });
    create(filled(), 'LATER');
    is wrong($admin->put("/coupons/$c->{id}", { maxUses => 1 })), 'maxUses too_small', 'not below what was used';
    is $admin->put("/coupons/$c->{id}", { maxUses => undef, expiresAt => undef })->data->{maxUses}, undef, 'null takes a bound away';
    is wrong($admin->put("/coupons/$c->{id}", { maxPerUser => 'x' })), 'maxPerUser type', 'nonsense';
    is $admin->put('/coupons/7a000000-0000-4000-8000-999999999999', {})->status, 404, 'none';
    is $shop->sql("SELECT string_agg((before ->> 'active') || (after ->> 'active'), ' ' ORDER BY created_at, id) FROM audit_log WHERE target = '$c->{id}' AND action = 'coupon.update' AND before ->> 'active' <> after ->> 'active'"),
        'truefalse falsetrue', 'from what to what';
};

subtest 'the last one' => sub {
    my $c = coupon(code => 'LAST', percent => 50, maxUses => 3);
    my @many = map { filled() } 1 .. 20;
    my @said = TShop::Till->at_once(map { my $who = $_->with; sub { my $r = create($who, 'LAST'); $r->status . ' ' . wrong($r) } } @many);
    is scalar(grep { $_ eq '201 ' } @said), 3, 'twenty want three: three get one' or diag "@said";
    is scalar(grep { $_ eq '422 couponCode unknown_reference' } @said), 17, 'the rest is told';
    is $admin->get("/coupons/$c->{id}")->data->{uses}, 3, 'three are used';
    is $shop->sql("SELECT count(*) FROM coupon_uses WHERE coupon_id = '$c->{id}' AND released_at IS NULL"), 3, 'by three orders';
    my ($lost) = grep { $said[$_] !~ /^201/ } 0 .. 19;
    is $many[$lost]->get('/cart')->data->{itemCount}, 2, 'a cart that lost is as it was';
    my ($won) = grep { $said[$_] =~ /^201/ } 0 .. 19;
    my $id = $many[$won]->get('/orders')->data->[0]{id};
    TShop::Till->at_once(map { my $who = $many[$won]->with; sub { $who->post("/orders/$id/cancel")->status } } 1 .. 5);
    is $admin->get("/coupons/$c->{id}")->data->{uses}, 2, 'an order that is cancelled five times gives back one';
    is create($many[$lost], 'LAST')->status, 201, 'which another gets';
};

subtest 'once each' => sub {
    coupon(code => 'EACH', percent => 50, maxPerUser => 1);
    my ($eve, $bob) = (filled(), filled());
    is create($eve, 'EACH')->status, 201, 'one';
    filled(who => $eve);
    is wrong(quote($eve, 'EACH')), 'couponCode unknown_reference', 'not two';
    is create($bob, 'EACH')->status, 201, 'another user';
    # Two orders of one user at the same moment: the row is what they meet in.
    my $ada = $shop->shopper;
    my $sql = "INSERT INTO orders (user_id, subtotal, total_amount, shipping_address) VALUES ('$ada->{user}{id}', 0, 0, '{\"country\":\"US\"}') RETURNING id";
    my @orders = map { $shop->sql($sql) } 1 .. 6;
    my @said = TShop::Till->at_once(map { my $o = $_; sub {
        eval { $shop->sql("INSERT INTO coupon_uses (coupon_id, order_id, user_id) SELECT id, '$o', '$ada->{user}{id}' FROM coupons WHERE code = 'EACH'"); 'taken' } // 'refused' } } @orders);
    is scalar(grep { $_ eq 'taken' } @said), 1, 'six at once: one' or diag "@said";
};

subtest 'the price moves' => sub {
    my $eve = filled();
    my $quote = quote($eve, 'TEN')->data;
    $shop->sql("UPDATE products SET base_price = 2100 WHERE id = '$tee->{productId}'");
    my $r = create($eve, 'TEN', expectedTotal => $quote->{totalAmount});
    is $r->code, 'TOTAL_CHANGED', 'between quote and order';
    is $r->error->{details}{subtotal}, 42, 'and is told';
    is create($eve, 'TEN', expectedTotal => $r->error->{details}{totalAmount})->status, 201, 'and taken when it is known';
    $shop->sql("UPDATE products SET base_price = 2000 WHERE id = '$tee->{productId}'");
    filled(who => $eve);
    $quote = quote($eve, 'TEN')->data;
    $admin->put('/coupons/' . $admin->get('/coupons?q=TEN')->data->[0]{id}, { active => JSON::PP::false() });
    is wrong(create($eve, 'TEN', expectedTotal => $quote->{totalAmount})), 'couponCode unknown_reference', 'a coupon that ended in between';
};

subtest 'by hand' => sub {
    my $eve = filled();
    like $shop->ctl(qw(coupon add --uses 2 --min 39.99 hand-10 percent 12.5)), qr/serves/, 'a coupon';
    is quote($eve, 'HAND-10')->data->{discountAmount}, 5, 'serves';
    like $shop->ctl(qw(coupon list)), qr/^HAND-10 +12\.5 % +serves +0 of 2$/m, 'and is listed';
    is $shop->sql("SELECT admin || ' ' || action FROM audit_log WHERE after ->> 'code' = 'HAND-10'"), 'tshopctl coupon.create', 'it is known who made it';
    like $shop->ctl(qw(coupon add EUR5 amount 5 EUR --until 2099-01-01)), qr/serves/, 'euros, until some day';
    like $shop->ctl(qw(coupon add PARCEL free_shipping)), qr/serves/, 'a parcel';
    is quote($eve, 'PARCEL')->data->{shippingAmount}, 0, 'which is free';
    like $shop->ctl(qw(coupon list)), qr/^EUR5 +5\.00 EUR .* until 2099-01-01T/m, 'both are listed';
    my %wrong = (
        'hand-10 free_shipping' => 'a code that is taken', 'A_B free_shipping' => 'no code', 'ABC' => 'no gift', 'ABC points' => 'no kind',
        'ABC percent 0' => 'nothing', 'ABC percent 100.01' => 'too much', 'ABC percent 1.005' => 'too fine', 'ABC amount 5' => 'no currency',
        'ABC amount 5 CHF' => 'not sold in', 'ABC amount 0.5 JPY' => 'half a yen', '--uses 0 ABC free_shipping' => 'no use', '--each x ABC free_shipping' => 'no number',
        '--from 2026-02-30 ABC free_shipping' => 'no day', '--min -1 ABC free_shipping' => 'no subtotal', 'ABC free_shipping 5' => 'a word too many');
    like $shop->ctl(qw(coupon add), split ' '), qr/^died/, "$wrong{$_}: $_" for sort keys %wrong;
    is $shop->sql("SELECT count(*) FROM coupons WHERE code = 'ABC'"), 0, 'none of them is made';
    like $shop->ctl(qw(coupon retire hand-10)), qr/no more/, 'retired';
    is wrong(quote($eve, 'HAND-10')), 'couponCode unknown_reference', 'it serves no more';
    like $shop->ctl(qw(coupon list)), qr/^HAND-10 .*retired/m, 'but is still listed';
    like $shop->ctl(qw(coupon retire HAND-10)), qr/^died/, 'once';
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
