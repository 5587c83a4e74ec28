#!/usr/bin/perl
# The gallery: its sorts, filters and pages, against a plain recomputation.
use v5.36;
use utf8;
use Encode ();
use Test::More;
use TShop;

binmode $_, ':utf8' for map { Test::More->builder->$_ } qw(output failure_output todo_output);
my $shop  = TShop->boot;
my $guest = $shop->guest;
my $ada   = $shop->shopper(firstName => 'Ada');
my $bob   = $shop->shopper(firstName => 'Bob');

sub ids ($r) { [ map { $_->{id} } @{ $r->data } ] }

# 90 designs with ties on purpose: three of a moment, likes from 0 to 4.
$shop->sql(<<"END");
INSERT INTO designs (id, user_id, title, description, prompt, product_category, status, design_data, public, created_at,
    likes_count, usage_count, trending_score, image_url, thumbnail_url)
SELECT ('d0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, '$ada->{user}{id}', 'Fox ' || n,
    CASE WHEN n % 7 = 0 THEN 'under a 100% tree' END, 'secret ' || n, (ARRAY['t-shirt', 'cap', 'tote-bag'])[n % 3 + 1],
    CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'ready' END, '{}', n % 9 <> 0,
    timestamptz '2026-05-01 00:00:00Z' + (n / 3) * interval '1 hour', n % 5, n % 4, (n % 6) / 2.0, '/media/aa/bb/c.png', NULL
  FROM generate_series(1, 90) n
END
my $shown = "FROM designs WHERE public AND status = 'ready' AND deleted_at IS NULL";
my %order = (
    newest   => 'created_at DESC, id DESC',
    popular  => 'likes_count DESC, created_at DESC, id DESC',
    trending => 'trending_score DESC, usage_count DESC, created_at DESC, id DESC');

subtest 'sorts, pages and cursors' => sub {
    for my $sort (sort keys %order) {
        my @want = split ' ', $shop->sql("SELECT id $shown ORDER BY $order{$sort}");
        is_deeply ids($guest->get("/gallery/designs?sortBy=$sort&limit=100")), \@want, $sort;
        my (@got, $cursor);
        do {
            my $r = $guest->get("/gallery/designs?sortBy=$sort&limit=7" . ($cursor ? "&cursor=$cursor" : ''));
            push @got, @{ ids($r) };
            $cursor = $r->json->{meta}{pagination}{nextCursor};
        } while $cursor;
        is_deeply \@got, \@want, "$sort by cursor";
        is_deeply [ map { @{ ids($guest->get("/gallery/designs?sortBy=$sort&limit=20&page=$_")) } } 1 .. 5 ], \@want,
            "$sort by page";
        for my $category (qw(t-shirt cap tote-bag)) {
            my @some = split ' ', $shop->sql("SELECT id $shown AND product_category = '$category' ORDER BY $order{$sort}");
            is_deeply ids($guest->get("/gallery/designs?sortBy=$sort&category=$category&limit=100")), \@some, "$sort $category";
            is_deeply ids($guest->get("/gallery/designs/categories/$category?sortBy=$sort&limit=100")), \@some;
        }
        my @found = split ' ', $shop->sql("SELECT id $shown AND description LIKE '%100\\%%' ORDER BY $order{$sort}");
        is_deeply ids($guest->get("/gallery/designs?sortBy=$sort&q=100%25%20Tree&limit=100")), \@found, "$sort found";
    }
    is_deeply ids($guest->get('/gallery/designs/trending?limit=100')),
        [ split ' ', $shop->sql("SELECT id $shown ORDER BY $order{trending}") ], 'trending';
    is_deeply ids($guest->get('/gallery/designs?limit=5')),
        [ split ' ', $shop->sql("SELECT id $shown ORDER BY $order{newest} LIMIT 5") ], 'newest is the default';
    my $total = $shop->sql("SELECT count(*) $shown");
    is $guest->get('/gallery/designs')->json->{meta}{pagination}{total}, $total;
    my $past = $guest->get('/gallery/designs?page=50');
    is $past->status, 200;
    is_deeply $past->data, [];
    is $past->json->{meta}{pagination}{total}, $total;
};

subtest 'a big gallery is not counted anew' => sub {
    $shop->sql(q{INSERT INTO counters (name, n) VALUES ('gallery', 123456)
        ON CONFLICT (name) DO UPDATE SET n = 123456});
    my $page = $guest->get('/gallery/designs')->json->{meta}{pagination};
    is $page->{total}, 123456;
    is $page->{totalIsEstimate}, JSON::PP::true;
    $shop->sql('DELETE FROM counters');
};

subtest 'what strangers see' => sub {
    my $design = $guest->get('/gallery/designs?limit=1')->data->[0];
    is_deeply [ sort keys %$design ], [ sort qw(id title description prompt productCategory status error aiModel
        imageUrl thumbnailUrl public usageCount likesCount likedByMe author createdAt updatedAt) ];
    is $design->{prompt}, undef, 'a prompt is its owner\'s';
    like $ada->get('/gallery/designs?limit=1')->data->[0]{prompt}, qr/^secret/;
    is_deeply $design->{author}, { id => $ada->{user}{id}, firstName => undef, avatarUrl => undef },
        'nameless unless chosen otherwise';
    $shop->sql("UPDATE user_profiles SET design_gallery_public = true WHERE user_id = '$ada->{user}{id}'");
    is $guest->get('/gallery/designs?limit=1')->data->[0]{author}{firstName}, 'Ada';
    is $design->{likedByMe}, JSON::PP::false;
    like $design->{imageUrl}, qr{/media/aa/bb/c\.png$};
};

# What people call their designs, and what others look for.
subtest 'search in any language' => sub {
    my %called = (running => 'Running Badgers', umlaut => 'Grüne Füchse im Wald', spanish => 'Corazones rojos', french => 'Les chevaux bleus',
        chinese => '可爱的猫咪', japanese => '富士山と桜', russian => 'Красные лисы', emoji => 'Smile 🦊', symbol => q{50% off_all \\o/ 'quoted'},
        greek => 'ΦΩΣ');
    my %id;
    for my $key (sort keys %called) {
        ($id{$key} = $shop->sql('SELECT gen_random_uuid()')) and $shop->sql("INSERT INTO designs (id, user_id, title, product_category, status, design_data, public)
            VALUES ('$id{$key}', '$ada->{user}{id}', '" . $called{$key} =~ s/'/''/gr . "', 'cap', 'ready', '{}', true)");
    }
    my %key = reverse %id;
    my $found = sub ($q, %more) {
        my $escaped = Encode::encode_utf8($q) =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger;
        my $r = $guest->get("/gallery/designs?limit=100&q=$escaped");
        return 'status ' . $r->status if $r->status != 200;
        my %found = map { ($key{$_} // 'other') => 1 } @{ ids($r) };
        return join ' ', sort keys %found;
    };
    is $found->($_->[0]), $_->[1], "$_->[0]: $_->[1]" for (
        [ 'badger', 'running' ], [ 'running', 'running' ], [ 'ran', '' ], [ 'runs', 'running' ], [ 'badger runs', 'running' ],
        [ 'FÜCHSE', 'umlaut' ], [ 'fuchs', 'umlaut' ], [ 'grün', 'umlaut' ], [ 'corazón', 'spanish' ], [ 'cheval bleu', 'french' ],
        [ 'bleue', 'french' ], [ '猫', 'chinese' ], [ '猫咪', 'chinese' ], [ '富士', 'japanese' ], [ '桜', 'japanese' ], [ 'лисы', 'russian' ],
        [ 'КРАСНЫЕ', 'russian' ], [ '🦊', 'emoji' ], [ '50%', 'symbol' ], [ 'off_', 'symbol' ], [ '\\o/', 'symbol' ], [ q{'quoted'}, 'symbol' ],
        [ 'φωσ', 'greek' ], [ 'corazonez rojos', 'spanish' ], [ 'runing badgrs', 'running' ], [ 'quantum chromodynamics', '' ],
        [ q{' & | ! : * ( ) \\ "}, '' ], [ 'the', '' ], [ '%', 'other symbol' ], [ '&', '' ], [ ' ', 'chinese emoji french greek japanese other running russian spanish symbol umlaut' ]);
    is $guest->get('/gallery/designs?q=' . 'a' x 200)->status, 200, 'two hundred characters';
    is $guest->get('/gallery/designs?q=' . '%E7%8C%AB' x 200)->status, 200, 'of any kind';
    is $guest->get('/gallery/designs?q=' . '%E7%8C%AB' x 201)->status, 422, 'and no more';
    is $guest->get('/gallery/designs?q=%F0%28')->status, 400, 'no bytes that are none';
    $shop->sql("DELETE FROM designs WHERE id = ANY ('{" . join(',', values %id) . "}')");
};

subtest 'what is nearly so, in pages' => sub {
    my @all = @{ ids($guest->get('/gallery/designs?q=unter%20a%20100%25%20treee&sortBy=popular&limit=100')) };
    ok @all > 5, scalar(@all) . ' found';
    my (@got, $cursor);
    do {
        my $r = $guest->get('/gallery/designs?q=unter%20a%20100%25%20treee&sortBy=popular&limit=4' . ($cursor ? "&cursor=$cursor" : ''));
        push @got, @{ ids($r) };
        is $r->meta->{pagination}{total}, @all, 'the total of that';
        $cursor = $r->meta->{pagination}{nextCursor};
    } while $cursor;
    is_deeply \@got, \@all, 'by cursor';
    is_deeply [ map { @{ ids($guest->get("/gallery/designs?q=unter%20a%20100%25%20treee&sortBy=popular&limit=4&page=$_")) } } 1 .. 5 ], \@all, 'by page';
};

subtest 'caches' => sub {
    my $r = $guest->get('/gallery/designs');
    like $r->header('cache-control'), qr/public/;
    ok $r->header('etag');
    is $guest->get('/gallery/designs', 'If-None-Match' => $r->header('etag'))->status, 304;
    is $bob->get('/gallery/designs')->header('cache-control'), 'no-store';
    is $guest->with(token => 'nonsense')->get('/gallery/designs')->status, 401;
};

subtest 'refused' => sub {
    my $cursor = $guest->get('/gallery/designs?limit=2')->meta->{pagination}{nextCursor};
    my $forged = $cursor =~ s/(.)\z/$1 eq 'A' ? 'B' : 'A'/er;
    my $within = $cursor =~ s/\A(.{20})(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/er;
    for my $case ([ 'category=spaceship', category => 'enum' ], [ 'sortBy=oldest', sortBy => 'enum' ], [ 'sortBy=', sortBy => 'enum' ],
        [ 'limit=101', limit => 'too_large' ], [ 'limit=0', limit => 'too_small' ], [ 'limit=x', limit => 'type' ],
        [ 'page=0', page => 'too_small' ], [ 'page=1.5', page => 'type' ], [ 'page=1000001', page => 'too_large' ],
        [ 'q=', q => 'too_short' ], [ 'page=1&page=2', page => 'format' ],
        [ "cursor=$forged", cursor => 'format' ], [ "cursor=$within", cursor => 'format' ],
        [ "cursor=$cursor&sortBy=popular", cursor => 'format' ], [ 'cursor=' . 'A' x 1025, cursor => 'too_long' ]) {
        my ($query, $field, $code) = @$case;
        my $r = $guest->get("/gallery/designs?$query");
        is $r->status, 422, substr $query, 0, 60;
        is $r->wrong->{$field}, $code, "$field $code" or diag $r->body;
    }
    is_deeply [ sort keys %{ $guest->get('/gallery/designs?limit=0&page=0&sortBy=x')->wrong } ], [qw(limit page sortBy)], 'all at once';
    is $guest->get("/gallery/designs/trending?cursor=$cursor")->status, 422, 'a cursor belongs to its list';
    is $guest->get("/gallery/designs?cursor=$cursor&page=7&limit=2")->data->[0]{id},
        $guest->get('/gallery/designs?limit=3')->data->[2]{id}, 'with a cursor the page is ignored';
    is $guest->get('/gallery/designs/categories/spaceship')->status, 404;
    is $guest->get('/gallery/designs?q=' . 'a' x 201)->status, 422;
    is $guest->get('/gallery/designs?cursor=bm9uc2Vuc2U')->status, 422;
};

subtest 'trending follows people' => sub {
    $shop->sql('UPDATE designs SET trending_score = 0, usage_count = 0');
    my ($one, $two, $three) = @{ ids($guest->get('/gallery/designs?limit=3')) };
    my @fans = map { $shop->shopper } 1 .. 3;
    my $throwaway = $shop->shopper(verified => 0);
    $_->post("/designs/$two/like") for @fans;
    $fans[0]->post("/designs/$three/like");
    $throwaway->post("/designs/$one/like");
    $ada->post("/designs/$one/like");
    $shop->sql(q{INSERT INTO jobs (kind) VALUES ('trending')});
    ok $shop->until_so(20, sub { $shop->sql("SELECT trending_score > 0 FROM designs WHERE id = '$three'") eq 't' });
    is_deeply [ @{ ids($guest->get('/gallery/designs/trending?limit=2')) } ], [ $two, $three ];
    is $shop->sql("SELECT trending_score FROM designs WHERE id = '$one'"), 0, 'neither throw-away accounts nor authors count';
};

# The formula of tshop-schema(7), reckoned again.
subtest 'trending decays' => sub {
    my @fans = map { $_->{user}{id} } map { $shop->shopper } 1 .. 6;
    my ($old, $new, $bought, $stale) = @{ ids($guest->get('/gallery/designs?limit=4')) };
    $shop->sql('DELETE FROM design_likes; DELETE FROM design_shares; UPDATE designs SET trending_score = 0');
    my $like = sub ($who, $design, $days) {
        $shop->sql("INSERT INTO design_likes (user_id, design_id, created_at) VALUES ('$who', '$design', now() - interval '$days days')");
    };
    $like->($_, $old, 10) for @fans;
    $like->($_, $new, 0.1) for @fans[ 0, 1 ];
    $like->($_, $stale, 15) for @fans;
    # Sharing often is sharing once, the last time.
    $shop->sql("INSERT INTO design_shares (design_id, platform, shared_by, created_at)
        SELECT '$new', 'x', '$fans[2]', now() - n * interval '1 day' FROM generate_series(1, 9) n");
    $shop->sql("SET session_replication_role = replica;
        INSERT INTO orders (order_number, user_id, email, status, currency, subtotal, discount_amount, tax_amount, shipping_amount,
            total_amount, shipping_address, billing_address)
        SELECT 'TREND' || n, '$fans[3]', 'x\@example.com', 'paid', 'USD', 1, 0, 0, 0, 1, '{}', '{}' FROM generate_series(1, 2) n;
        INSERT INTO design_uses (design_id, order_id, created_at) SELECT '$bought', id, now() - interval '6 days' FROM orders", 'postgres');
    $shop->sql(q{INSERT INTO jobs (kind) VALUES ('trending')});
    ok $shop->until_so(20, sub { $shop->sql("SELECT trending_score > 0 FROM designs WHERE id = '$bought'") eq 't' }), 'the job scores';
    my %score = split /[|\n]/, $shop->sql("SELECT id, CASE WHEN trending_score = 0 THEN 0 ELSE power(2::float8,
        trending_score - extract(epoch FROM now() - timestamptz '2026-01-01 00:00:00Z')::float8 / 259200) END FROM designs");
    my %want = ($old => 6 * 0.5 ** (10 / 3), $new => 2 * 0.5 ** (0.1 / 3) + 2 * 0.5 ** (1 / 3), $bought => 5 * 0.5 ** 2, $stale => 0);
    my %name = ($old => 'an old best-seller', $new => 'a new design', $bought => 'one that was bought twice by one', $stale => 'one of last month');
    for my $design ($old, $new, $bought, $stale) {
        ok abs($score{$design} - $want{$design}) < 0.01, "$name{$design}: $want{$design}" or diag $score{$design};
    }
    is_deeply [ @{ ids($guest->get('/gallery/designs/trending?limit=3')) } ], [ $new, $bought, $old ], 'the new one has passed the old';
};

done_testing;
