#!/usr/bin/perl
# The admin's catalogue, and the trace it leaves.
use v5.36;
use Test::More;
use TShop;

my $shop  = TShop->boot;
my $admin = $shop->admin;
my $guest = $shop->guest;

my $new = {
    name => 'Long Sleeve', description => "Warm.\nSoft.", category => 't-shirt', basePrice => 31.5,
    designConstraints => { blankAllowed => JSON::PP::true(), printAreas => {
        printful => { placement => 'front', technique => 'dtg', width => 1800, height => 2400, dpi => 150 } } },
    printfulProductId => '356' };
my ($id, $variant);

subtest 'made' => sub {
    is $guest->get('/admin/products')->status, 401;
    my $r = $admin->post('/products', $new);
    is $r->status, 201 or diag $r->body;
    my $product = $r->data;
    $id = $product->{id};
    is $product->{currency}, 'USD';
    like $r->body, qr/"basePrice" ?: ?31\.50/;
    is $product->{active}, JSON::PP::true;
    is $product->{printfulProductId}, '356';
    is_deeply $product->{variants}, [];
    is_deeply $product->{designConstraints}{printAreas}, $new->{designConstraints}{printAreas};
    ok $product->{designConstraints}{blankAllowed};
    is $guest->get("/products/$id")->data->{name}, 'Long Sleeve', 'and shoppers see it';
    is_deeply $admin->get("/products/$id")->data, $product, 'the admin sees it alone too';
    is $admin->get('/products/7a000000-0000-4000-8000-999999999999')->status, 404;
};

subtest 'variants' => sub {
    my $r = $admin->post("/products/$id/variants", { size => 'M', color => 'Black', colorHex => '#101010',
        priceAdjustment => -1.5, printfulVariantId => '10096' });
    is $r->status, 201 or diag $r->body;
    $variant = $r->data->{id};
    like $r->body, qr/"price" ?: ?30\.00/;
    is $r->data->{printfulVariantId}, '10096';
    is $admin->post("/products/$id/variants", { size => 'M', color => 'Black' })->status, 409, 'one of each kind';
    is $admin->post("/products/$id/variants", { size => 'L', color => 'Black', colorHex => 'black' })->status, 422;
    my $low = $admin->post("/products/$id/variants", { size => 'L', priceAdjustment => -32 });
    is $low->status, 422, 'none costs less than nothing';
    is $low->json->{error}{details}[0]{field}, 'priceAdjustment';
    is $admin->post('/products/7a000000-0000-4000-8000-999999999999/variants', { size => 'L' })->status, 404;
    $r = $admin->put("/variants/$variant", { available => JSON::PP::false(), priceAdjustment => 2 });
    is $r->status, 200 or diag $r->body;
    is $r->data->{size}, 'M', 'what is not given stays';
    is $r->data->{available}, JSON::PP::false;
    like $guest->get("/products/$id/variants")->body, qr/"price":33\.50/;
    is $admin->put("/variants/$id", { size => 'L' })->status, 404;
};

subtest 'changed' => sub {
    my $r = $admin->put("/products/$id", { basePrice => 20 });
    is $r->status, 200;
    is $r->data->{name}, 'Long Sleeve';
    is $r->data->{description}, "Warm.\nSoft.";
    like $guest->get("/products/$id")->body, qr/"basePrice":20\.00/, 'seen at once';
    is $admin->put("/products/$id", { description => undef })->data->{description}, undef;
    my $low = $admin->put("/variants/$variant", { priceAdjustment => -19 });
    is $low->status, 200;
    is $admin->put("/products/$id", { basePrice => 18 })->status, 422, 'a variant would cost less than nothing';
    is $admin->put("/products/$id", { active => JSON::PP::false() })->status, 200;
    is $guest->get("/products/$id")->status, 404;
    ok grep { $_->{id} eq $id } @{ $admin->get('/products')->data };
    is scalar @{ $admin->get('/products?active=false')->data }, 1;
    is $admin->put('/products/7a000000-0000-4000-8000-999999999999', { name => 'X' })->status, 404;
};

subtest 'refused' => sub {
    my %bad = (
        name => [ undef, '', 'x' x 256, 7 ], category => [ undef, 'spaceship', '' ],
        basePrice => [ undef, -1, '12', 1.234, 1e12, JSON::PP::true() ], designConstraints => [ 'none', [] ],
        active => [ 'yes' ], printfulProductId => [ 'x' x 51 ]);
    for my $field (sort keys %bad) {
        for my $value (@{ $bad{$field} }) {
            my $r = $admin->post('/products', { %$new, $field => $value });
            is $r->status, 422, "$field " . ($value // 'null');
            is $r->json->{error}{details}[0]{field}, $field;
        }
    }
    my $r = $admin->post('/products', {});
    is_deeply [ sort map { $_->{field} } @{ $r->json->{error}{details} } ], [qw(basePrice category name)], 'all at once';
    $r = $admin->post('/products', { %$new, designConstraints => { printAreas => { printful => { width => 0, height => 2400, dpi => 72 } } } });
    is_deeply [ map { $_->{field} } @{ $r->json->{error}{details} } ],
        [ map { "designConstraints.printAreas.printful.$_" } qw(width dpi) ];
    is $admin->put("/products/$id", { name => undef })->status, 422;
};

subtest 'audit' => sub {
    my @rows = map { [ split /\|/ ] } split /\n/, $shop->sql("SELECT action, admin, before IS NULL,
        after ->> 'basePrice' FROM audit_log WHERE target = '$id' ORDER BY created_at");
    is_deeply [ map { $_->[0] } @rows ], [ 'product.create', ('product.update') x 3 ];
    is $rows[0][2], 't';
    is $rows[1][3], '20.00';
    is $rows[1][1], $shop->stand->{admin_user}, 'who did it';
    is $shop->sql("SELECT before ->> 'basePrice' FROM audit_log WHERE target = '$id'
        AND action = 'product.update' ORDER BY created_at LIMIT 1"), '31.50';
    is $shop->sql("SELECT count(*) FROM audit_log WHERE target = '$variant'"), 3;
};

done_testing;
