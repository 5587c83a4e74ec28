#!/usr/bin/perl
# The catalogue: lists, sorts, filters, currencies, languages, caching.
use v5.36;
use Test::More;
use TShop;

my $shop = TShop->boot;
my $guest = $shop->guest;

sub ids ($r) { [ map { $_->{id} } @{ $r->data } ] }

subtest 'a list' => sub {
    my $r = $guest->get('/products');
    is $r->status, 200;
    is scalar @{ $r->data }, 13;
    is_deeply [ sort keys %{ $r->data->[0] } ],
        [ sort qw(id name description category basePrice currency designConstraints active createdAt updatedAt) ];
    is $r->json->{meta}{pagination}{total}, 13;
    is_deeply ids($r), [ split ' ', $shop->sql('SELECT id FROM products ORDER BY created_at DESC, id DESC') ],
        'newest first';
    like $r->body, qr/"basePrice":24\.50[,}]/, 'prices have the decimals of their currency';
};

subtest 'sorts' => sub {
    my %order = (
        newest => 'created_at DESC, id DESC', price_asc => 'base_price, id',
        price_desc => '-base_price, id', name => 'lower(name), id');
    for my $sort (sort keys %order) {
        my @want = split ' ', $shop->sql("SELECT id FROM products WHERE active ORDER BY $order{$sort}");
        is_deeply ids($guest->get("/products?sortBy=$sort")), \@want, $sort;
        my (@got, $cursor);
        for (1 .. 10) {
            my $r = $guest->get("/products?sortBy=$sort&limit=3" . ($cursor ? "&cursor=$cursor" : ''));
            push @got, @{ ids($r) };
            $cursor = $r->json->{meta}{pagination}{nextCursor} // last;
        }
        is_deeply \@got, \@want, "$sort by cursor";
        my @paged = map { @{ ids($guest->get("/products?sortBy=$sort&limit=5&page=$_")) } } 1 .. 4;
        is_deeply \@paged, \@want, "$sort by page";
    }
    is $guest->get('/products?sortBy=colour')->status, 422;
    is $guest->get('/products?cursor=abcd')->status, 422;
    my $cursor = $guest->get('/products?limit=2')->json->{meta}{pagination}{nextCursor};
    is $guest->get("/products?sortBy=name&cursor=$cursor")->status, 422, 'a cursor belongs to its sort';
};

subtest 'refused' => sub {
    for my $case ([ 'category=moon', category => 'enum' ], [ 'sortBy=colour', sortBy => 'enum' ], [ 'currency=ZZZ', currency => 'unknown_reference' ],
        [ 'limit=101', limit => 'too_large' ], [ 'page=0', page => 'too_small' ], [ 'q=' . 'a' x 201, q => 'too_long' ],
        [ 'lang=n!', lang => 'format' ], [ 'cursor=zzzz', cursor => 'format' ], [ 'category=moon&currency=ZZZ', currency => 'unknown_reference' ]) {
        my ($query, $field, $code) = @$case;
        my $r = $guest->get("/products?$query");
        is $r->status, 422, $query;
        is $r->wrong->{$field}, $code, "$field $code" or diag $r->body;
    }
    is_deeply [ sort keys %{ $guest->get('/products?limit=0&page=0&sortBy=x')->wrong } ], [qw(limit page sortBy)], 'all at once';
};

subtest 'filters' => sub {
    is scalar @{ $guest->get('/products?category=cap')->data }, 4;
    my $r = $guest->get('/products?category=spaceship');
    is $r->status, 422;
    is $r->json->{error}{details}[0]{field}, 'category';
    is scalar @{ $guest->get('/products?q=TOTE&limit=100')->data }, 4;
    is scalar @{ $guest->get('/products?q=%25')->data }, 0, 'a percent sign is just that';
    is $guest->get('/products?q=')->status, 422;
    is $guest->get('/products?page=99')->status, 200;
    is scalar @{ $guest->get('/products?page=99')->data }, 0;
    is $guest->get('/products?page=99')->json->{meta}{pagination}{total}, 13;
};

my ($tee) = grep { $_->{name} eq 'Unisex Staple Tee' } @{ $guest->get('/products')->data };
my ($tote) = grep { $_->{name} eq 'Everyday Tote' } @{ $guest->get('/products')->data };

subtest 'currencies' => sub {
    my $r = $guest->get('/products?currency=EUR');
    my %by = map { $_->{name} => $_ } @{ $r->data };
    is $by{'Everyday Tote'}{currency}, 'EUR';
    like $r->body, qr/"name":"Everyday Tote".*?"basePrice":14\.50/, 'said outright';
    like $r->body, qr/"name":"Unisex Staple Tee".*?"basePrice":22\.54/, '24.50 * 0.92, rounded once';
    like $guest->get('/products?currency=JPY')->body, qr/"basePrice":3663[,}]/, '24.50 * 149.5 half up, no decimals';
    for my $bad (qw(ZZZ usd CHF EU)) {
        for my $path ('/products?', "/products/$tee->{id}?", "/products/$tee->{id}/variants?", '/products?category=cap&q=zzz&') {
            my $refused = $guest->get("${path}currency=$bad");
            is $refused->status, 422, "$bad at $path";
            is $refused->json->{error}{details}[0]{field}, 'currency';
        }
    }
    my @eur = map { $_->{basePrice} } @{ $guest->get('/products?currency=EUR&sortBy=price_asc')->data };
    is_deeply \@eur, [ sort { $a <=> $b } @eur ], 'sorted by what is shown';
};

subtest 'languages' => sub {
    $shop->sql("DELETE FROM product_translations");
    $shop->sql("INSERT INTO product_translations VALUES ('$tee->{id}', 'de', 'Leibchen', 'Aus Baumwolle.'),
        ('$tee->{id}', 'pt-BR', 'Camiseta', NULL)");
    my $r = $guest->get("/products/$tee->{id}?lang=de");
    is $r->data->{name}, 'Leibchen';
    is $r->header('content-language'), 'de';
    like $r->header('vary'), qr/Accept-Language/;
    my $accept = $shop->guest(headers => { 'Accept-Language' => 'fr;q=0.3, pt-BR, de;q=0.9' });
    is $accept->get("/products/$tee->{id}")->data->{name}, 'Camiseta';
    is $accept->get("/products/$tee->{id}")->data->{description}, $tee->{description}, 'what is not translated stays';
    is $shop->guest(headers => { 'Accept-Language' => 'en-GB, de' })->get("/products/$tee->{id}")->data->{name},
        $tee->{name}, 'English comes first for who wants it first';
    is $guest->get("/products/$tote->{id}?lang=de")->header('content-language'), 'en';
    is scalar @{ $guest->get('/products?q=leibchen&lang=de')->data }, 1;
    is scalar @{ $guest->get('/products?q=leibchen')->data }, 0;
    is $guest->get('/products?lang=no!')->status, 422;
    is scalar @{ $guest->get('/products?q=leibchens%20baumwollen&lang=de')->data }, 1, 'with other endings';
    is scalar @{ $guest->get('/products?q=leibchn&lang=de')->data }, 1, 'nearly so';
    is scalar @{ $guest->get("/products?q=leibchn&lang=de&sortBy=$_")->data }, 1, $_ for qw(newest price_asc price_desc name);
    is $guest->get('/products?q=leibchn&lang=de&page=2')->meta->{pagination}{total}, 1, 'and so counted';
    is $guest->get('/products?q=leibchn&lang=de&category=cap')->meta->{pagination}{total}, 0, 'in its category only';
    my @totes = @{ ids($guest->get('/products?q=tote&limit=100')) };
    is_deeply ids($guest->get('/products?q=totes&limit=100')), \@totes, 'one of them, or many';
};

subtest 'one product' => sub {
    my $r = $guest->get("/products/$tee->{id}");
    is $r->status, 200;
    is scalar @{ $r->data->{variants} }, 15;
    is $guest->get('/products/7a000000-0000-4000-8000-999999999999')->status, 404;
    is $guest->get('/products/nonsense')->status, 404;
    is $guest->get('/products/' . uc $tee->{id})->status, 200, 'ids in upper case';
};

subtest 'variants' => sub {
    my $path = "/products/$tee->{id}/variants";
    my $r = $guest->get($path);
    is scalar @{ $r->data }, 15;
    is_deeply [ sort keys %{ $r->data->[0] } ],
        [ sort qw(id productId size color colorHex priceAdjustment price currency available) ];
    is scalar @{ $guest->get("$path?size=M")->data }, 3;
    is scalar @{ $guest->get("$path?size=M&color=Black")->data }, 1;
    is scalar @{ $guest->get("$path?available=false")->data }, 0;
    is scalar @{ $guest->get("$path?available=true")->data }, 15;
    is $guest->get("$path?available=maybe")->status, 422;
    like $guest->get("$path?size=2XL&color=Black")->body, qr/"price":26\.50/;
    is $guest->get('/products/7a000000-0000-4000-8000-999999999999/variants')->status, 404;
    my (@got, $cursor);
    do {
        my $page = $guest->get("$path?limit=4" . ($cursor ? "&cursor=$cursor" : ''));
        push @got, @{ ids($page) };
        $cursor = $page->json->{meta}{pagination}{nextCursor};
    } while $cursor;
    is_deeply \@got, ids($r), 'by cursor';
};

subtest 'caching' => sub {
    for my $path ('/products', "/products/$tee->{id}", "/products/$tee->{id}/variants") {
        my $r = $guest->get($path);
        my $etag = $r->header('etag');
        ok $etag, "$path has an ETag";
        like $r->header('cache-control'), qr/public/;
        my $again = $shop->guest(headers => { 'If-None-Match' => $etag })->get($path);
        is $again->status, 304;
        is $again->body, '';
        my $head = $guest->request(HEAD => $path);
        is $head->status, 200;
        is $head->body, '';
        is $head->header('content-length'), length $r->body;
    }
};

subtest 'no longer for sale' => sub {
    $shop->sql("UPDATE products SET active = false WHERE id = '$tote->{id}'");
    is $guest->get("/products/$tote->{id}")->status, 404;
    is $guest->get("/products/$tote->{id}/variants")->status, 404;
    is scalar @{ $guest->get('/products')->data }, 12;
};

done_testing;
