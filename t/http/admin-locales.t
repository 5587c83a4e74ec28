#!/usr/bin/perl
# Other languages and other currencies: what the admin says of a product, what
# is converted, and how that ends.
use v5.36;
use Test::More;
use TShop;

my $shop  = TShop->boot(settings => { TSHOP_CHARM => '99', TSHOP_CACHE_L1 => 'on', TSHOP_CACHE_L2 => 'on' });
my $admin = $shop->admin;
my $guest = $shop->guest;
my $ware  = $shop->variant(price => '24.50', name => 'Shirt');
my $path  = "/products/$ware->{productId}";
my $nobody = '/products/7a000000-0000-4000-8000-999999999999';
$shop->sql(q{INSERT INTO currencies VALUES ('TND', 'x', 3, 3, NULL, 10, 0, true) ON CONFLICT DO NOTHING;
    UPDATE currencies SET sold = true WHERE code IN ('KWD', 'HUF')});

sub name_in ($language) { $guest->get("$path?lang=$language") }
sub price_in ($currency) { $guest->get("$path?currency=$currency")->body =~ /"basePrice":([\d.]+)/ ? $1 : '' }
sub soon ($words, $is_so) { ok $shop->until_so(2, $is_so), $words }

subtest 'languages' => sub {
    is $guest->get("/admin$path/translations")->status, 401;
    is_deeply $admin->get("$path/translations")->data, [];
    my $r = $admin->put("$path/translations/de", { name => 'Hemd', description => "Warm.\nWeich." });
    is $r->status, 200 or diag $r->body;
    is_deeply $r->data, { language => 'de', name => 'Hemd', description => "Warm.\nWeich." };
    soon 'shoppers read it', sub { name_in('de')->data->{name} eq 'Hemd' };
    is name_in('de')->header('Content-Language'), 'de';
    is name_in('de-AT')->data->{name}, 'Hemd', 'also from next door';
    is name_in('it')->data->{name}, 'Shirt', 'everybody else reads English';
    is name_in('it')->header('Content-Language'), 'en';
    is $admin->put("$path/translations/DE", { name => 'Leibchen' })->data->{description}, "Warm.\nWeich.", 'what is not given stays';
    is scalar @{ $admin->get("$path/translations")->data }, 1, 'a tag in other letters is the same';
    is $admin->put("$path/translations/de", { name => 'Leibchen', description => undef })->data->{description}, undef;
    is $admin->put("$path/translations/pt-BR", { name => 'Camiseta' })->status, 200;
    is_deeply [ map { $_->{language} } @{ $admin->get("$path/translations")->data } ], [qw(de pt-BR)];
    soon 'by Accept-Language too', sub {
        $guest->get($path, 'Accept-Language' => 'fr, pt-br;q=0.9, de;q=0.8')->data->{name} eq 'Camiseta' };
    is_deeply $admin->put("$path/translations/de", {})->wrong, { name => 'required' };
    is_deeply $admin->put("$path/translations/de", { name => 'x' x 256 })->wrong, { name => 'too_long' };
    is_deeply $admin->put("$path/translations/en", { name => 'x' })->wrong, { language => 'enum' };
    is $admin->put("$path/translations/d_e", { name => 'x' })->status, 404;
    is $admin->put("$nobody/translations/de", { name => 'x' })->status, 404;
    is $admin->get("$nobody/translations")->status, 404;
    is $admin->delete("$path/translations/pt-br")->status, 200;
    is $admin->delete("$path/translations/pt-br")->status, 404, 'once';
    $admin->delete("$path/translations/de");
    soon 'and English again', sub { name_in('de')->data->{name} eq 'Shirt' };
    my @trace = map { $_->{action} } @{ $admin->get("/audit?target=$ware->{productId}&limit=100")->data };
    is_deeply [ @trace[0 .. 1] ], [qw(translation.delete translation.delete)] or diag "@trace";
};

subtest 'converted prices end in .99' => sub {
    is price_in('USD'), '24.50', 'the base price is what was said';
    is price_in('EUR'), '22.99', '22.54';
    is price_in('JPY'), '3699', '3663 yen';
    my %rate = map { $_->{currency} => $_ } @{ $admin->get('/settings/exchange-rates')->data };
    my $with = sub ($eur, %more) {
        $admin->put('/settings/exchange-rates', [ map { { currency => $_->{currency}, rate => $more{ $_->{currency} } // ($_->{currency} eq 'EUR' ? $eur : $_->{rate}) } } values %rate ])->status;
    };
    for my $case ([ 0.92, '22.99' ], [ 1, '24.99' ], [ 0.9, '21.99' ], [ 0.9180, '22.99' ], [ 0.9175, '21.99' ], [ 0.01, '0.99' ]) {
        is $with->($case->[0]), 200;
        soon "24.50 at $case->[0] is $case->[1]", sub { price_in('EUR') eq $case->[1] };
    }
    $with->(0.92);
    soon 'back', sub { price_in('EUR') eq '22.99' };
    my $eve = $shop->shopper;
    $shop->sql("UPDATE user_profiles SET preferred_currency = 'EUR' WHERE user_id = '$eve->{user}{id}'");
    like $eve->post('/cart/items', { %$ware, quantity => 2 })->body, qr/"subtotal"\s*:\s*45\.98/, 'the cart costs what was shown';
    like $guest->get("$path/variants?currency=EUR")->body, qr/"price":22\.99/, 'so does a variant';
    my @sorted = map { $_->{basePrice} } @{ $guest->get('/products?currency=EUR&sortBy=price_asc&limit=100')->data };
    is_deeply \@sorted, [ sort { $a <=> $b } @sorted ], 'sorted by what is shown';
    is $shop->sql("SET tshop.charm = '00'; SELECT price_shown(30, 'USD', 'EUR')"), 100, 'never for nothing';
    is $shop->sql("SET tshop.charm = '99'; SELECT price_shown(0, 'USD', 'EUR')"), 0, 'unless it is a gift';
    is $shop->sql("SET tshop.charm = 'none'; SELECT price_shown(2450, 'USD', 'EUR')"), 2254;
    is $shop->sql("INSERT INTO exchange_rates VALUES ('HUF', 367.5); SET tshop.charm = '90'; SELECT price_shown(2450, 'USD', 'HUF')"),
        899_000, 'where no cents are charged, in whole units: 9004 forints';
};

subtest 'prices that are said' => sub {
    is_deeply $admin->get("$path/prices")->data, [];
    my $r = $admin->put("$path/prices/EUR", { price => 21.5 });
    is $r->status, 200 or diag $r->body;
    like $r->body, qr/"price"\s*:\s*21\.50/;
    soon 'wins over one converted', sub { price_in('EUR') eq '21.50' };
    is $admin->put("$path/prices/EUR", { price => 25, variantId => $ware->{variantId} })->status, 200;
    soon 'one for a variant over that', sub { $guest->get("$path/variants?currency=EUR")->body =~ /"price":25\.00/ };
    is price_in('EUR'), '21.50';
    is $admin->put("$path/prices/JPY", { price => 3000 })->status, 200;
    is_deeply [ map { "$_->{currency} $_->{price} " . ($_->{variantId} ? 'one' : 'all') } @{ $admin->get("$path/prices")->data } ],
        [ 'EUR 21.5 all', 'EUR 25 one', 'JPY 3000 all' ];
    is_deeply $admin->put("$path/prices/JPY", { price => 3000.5 })->wrong, { price => 'format' };
    is_deeply $admin->put("$path/prices/EUR", { price => -1 })->wrong, { price => 'too_small' };
    is_deeply $admin->put("$path/prices/EUR", { price => '1' })->wrong, { price => 'type' };
    is_deeply $admin->put("$path/prices/EUR", {})->wrong, { price => 'required' };
    is_deeply $admin->put("$path/prices/ZZZ", { price => 1 })->wrong, { currency => 'unknown_reference' };
    is_deeply $admin->put("$path/prices/USD", { price => 1 })->wrong, { currency => 'enum' };
    is_deeply $admin->put("$path/prices/EUR", { price => 1, variantId => $shop->variant->{variantId} })->wrong,
        { variantId => 'unknown_reference' }, 'a variant of another product';
    is $admin->put("$nobody/prices/EUR", { price => 1 })->status, 404;
    is $admin->delete("$path/prices/EUR?variantId=$ware->{variantId}")->status, 200;
    is $admin->delete("$path/prices/EUR?variantId=$ware->{variantId}")->status, 404, 'once';
    is $admin->delete("$path/prices/EUR?variantId=x")->status, 422;
    is $admin->delete("$path/prices/EUR")->status, 200;
    soon 'converted again', sub { price_in('EUR') eq '22.99' };
};

subtest 'a setting that is none' => sub {
    local $ENV{TSHOP_CHARM} = '9.9';
    my $said = qx(@{[ $shop->{bench}->build ]}/tshopctl doctor 2>&1);
    like $said, qr/TSHOP_CHARM/, 'is told';
};

done_testing;
