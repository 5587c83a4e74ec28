#!/usr/bin/perl
# Designs of one's own: drawn by hand, rendered, changed, shown, taken away.
use v5.36;
use Test::More;
use TShop;

my $shop  = TShop->boot;
my $guest = $shop->guest;
my $ada   = $shop->shopper(firstName => 'Ada');
my $bob   = $shop->shopper(firstName => 'Bob');

sub canvas (%o) {
    return { version => '6.0.0', width => 1800, height => 2400, objects => [
        { type => 'Rect', left => 300, top => 400, width => 1200, height => 1600, fill => $o{fill} // '#c02020' },
        { type => 'Textbox', left => 400, top => 600, width => 900, text => $o{text} // 'HELLO',
            fontFamily => 'DejaVu Sans', fontSize => 120, fill => '#ffffff' } ] };
}

sub fetch ($url) { $shop->guest(base => '', prefix => '')->get($url) }
sub picture ($url) {
    my $path = $url =~ s{^https?://[^/]+}{}r;
    return $shop->at->get($path);
}
sub png_size ($bytes) { unpack 'x16 N N', $bytes }
sub ready ($client, $id) {
    my $design;
    $shop->until_so(30, sub { ($design = $client->get("/designs/$id")->data)->{status} =~ /ready|failed|blocked/ });
    return $design;
}

my $id;
subtest 'by hand' => sub {
    my $r = $ada->post('/designs', { title => 'Mine', productCategory => 't-shirt', designData => canvas() });
    is $r->status, 201 or diag $r->body;
    my $design = $r->data;
    $id = $design->{id};
    is $r->header('location'), "/api/v1/designs/$id";
    is $design->{status}, 'queued';
    is $design->{public}, JSON::PP::false;
    is $design->{aiModel}, undef;
    for my $key (qw(id title description prompt productCategory status error aiModel designData imageUrl
            thumbnailUrl public usageCount likesCount likedByMe author createdAt updatedAt)) {
        ok exists $design->{$key}, "it has $key";
    }
    $design = ready($ada, $id);
    is $design->{status}, 'ready';
    is $design->{error}, undef;
    is $design->{designData}{objects}[0]{fill}, '#c02020';
    like $design->{imageUrl}, qr{/media/private/../../[0-9a-f]{64}\.png\?e=\d+&s=[\w-]+$};
    my $image = picture($design->{imageUrl});
    is $image->status, 200;
    is $image->header('content-type'), 'image/png';
    is_deeply [ png_size($image->body) ], [ 900, 1200 ];
    my $thumb = picture($design->{thumbnailUrl});
    is_deeply [ png_size($thumb->body) ], [ 300, 400 ];
    is picture($design->{imageUrl} =~ s/\?.*//r)->status, 404, 'closed without its signature';
    is picture($design->{imageUrl} =~ s/s=(.)/'s=' . ($1 eq '_' ? 'A' : '_')/er)->status, 404, 'closed with another one';
    is picture($design->{imageUrl} =~ s/e=\d/e=9/r)->status, 404, 'its end is signed';
    is picture($design->{imageUrl} =~ s{/private}{}r)->status, 404, 'not among the public ones';
    is $shop->sql("SELECT total_points FROM users WHERE id = '$ada->{user}{id}'"), 10, 'the first design is rewarded';
};

subtest 'refused' => sub {
    my %bad = (
        title => { title => '' }, designData => { designData => 7 },
        productCategory => { productCategory => 'spaceship' }, productId => { productId => $id },
        public => { public => 'yes' });
    for my $field (sort keys %bad) {
        my $r = $ada->post('/designs', { title => 'X', productCategory => 't-shirt', designData => canvas(), %{ $bad{$field} } });
        is $r->status, 422, $field;
        is $r->json->{error}{details}[0]{field}, $field;
    }
    my $r = $ada->post('/designs', {});
    is_deeply [ map { $_->{field} } @{ $r->json->{error}{details} } ], [qw(title productCategory designData)];
    my %wrong = (
        type => { objects => [ { type => 'Script' } ] },
        remote => { objects => [ { type => 'Image', src => 'https://example.com/x.png', width => 1, height => 1 } ] },
        svg => { objects => [ { type => 'Image', src => 'data:image/svg+xml;base64,PHN2Zy8+', width => 1, height => 1 } ] },
        liar => { objects => [ { type => 'Image', src => 'data:image/png;base64,AAAA', width => 1, height => 1 } ] },
        missing => { objects => [ { type => 'Image', src => '/media/aa/bb/aabb' . '0' x 60 . '.png', width => 1, height => 1 } ] },
        many => { objects => [ map { { type => 'Rect', left => 1, top => 1, width => 1, height => 1 } } 1 .. 1001 ] });
    for my $name (sort keys %wrong) {
        my $r = $ada->post('/designs', { title => 'X', productCategory => 't-shirt', designData => $wrong{$name} });
        is $r->status, 422, $name;
        is $r->json->{error}{details}[0]{field}, 'designData';
        like $r->json->{error}{details}[0]{message}, qr/objects/ , 'tells where';
    }
    is $guest->post('/designs', {})->status, 401;
};

subtest 'whose' => sub {
    is $bob->get("/designs/$id")->status, 404;
    is $guest->get("/designs/$id")->status, 404;
    is $bob->put("/designs/$id", { title => 'Stolen' })->status, 404;
    is $bob->delete("/designs/$id")->status, 404;
    is $bob->get("/designs/$id/print-file")->status, 404;
    is $bob->post("/designs/$id/like")->status, 404;
    is $bob->post("/designs/$id/share", { platform => 'x' })->status, 404;
    is scalar @{ $bob->get('/designs')->data }, 0;
};

subtest 'changed' => sub {
    my $r = $ada->put("/designs/$id", { description => "Two\nlines" });
    is $r->status, 200;
    is $r->data->{title}, 'Mine', 'what is not given stays';
    is $r->data->{description}, "Two\nlines";
    is $r->data->{status}, 'ready';
    my $before = $r->data->{imageUrl};
    $r = $ada->put("/designs/$id", { designData => canvas(fill => '#20c020') });
    is $r->status, 200;
    my $design = ready($ada, $id);
    is $design->{status}, 'ready';
    isnt $design->{imageUrl}, $before, 'another picture';
    is $ada->put("/designs/$id", { designData => { objects => [ { type => 'Rect', fill => 3 } ] } })->status, 422;
    is $ada->put("/designs/$id", { usageCount => 7, likesCount => 7, status => 'blocked' })->data->{likesCount}, 0,
        'what one may not set changes nothing';
};

subtest 'public' => sub {
    my $r = $ada->put("/designs/$id", { public => JSON::PP::true });
    is $r->status, 200;
    like $r->data->{imageUrl}, qr{/media/../../[0-9a-f]{64}\.png$};
    my $image = picture($r->data->{imageUrl});
    is $image->status, 200;
    like $image->header('cache-control'), qr/immutable/;
    my $seen = $bob->get("/designs/$id");
    is $seen->status, 200;
    is $seen->data->{prompt}, undef;
    is $seen->header('cache-control'), 'no-store';
    my $open = $guest->get("/designs/$id");
    is $open->status, 200;
    like $open->header('cache-control'), qr/public/;
    ok $open->header('etag');
    is $bob->get("/designs/$id/print-file")->status, 404, 'a print file is its owner\'s';
    my $url = $r->data->{imageUrl};
    $r = $ada->put("/designs/$id", { public => JSON::PP::false });
    is picture($url)->status, 404, 'private again';
    is picture($r->data->{imageUrl})->status, 200;
};

subtest 'lists' => sub {
    my @more = map { $shop->design($ada, undrawn => 1, category => $_, title => $_,
        designData => { objects => [ { type => 'Circle', left => 100, top => 100, radius => 50, fill => '#000000' } ] })->{id} }
        qw(cap tote-bag cap);
    ready($ada, $_) for @more;
    my $r = $ada->get('/designs');
    is_deeply [ map { $_->{id} } @{ $r->data } ], [ reverse($id, @more) ], 'newest first';
    ok !exists $r->data->[0]{designData}, 'without their data';
    is scalar @{ $ada->get('/designs?category=cap')->data }, 2;
    is scalar @{ $ada->get('/designs?status=ready')->data }, 4;
    is scalar @{ $ada->get('/designs?status=failed')->data }, 0;
    is scalar @{ $ada->get('/designs?public=true')->data }, 0;
    is $ada->get('/designs?category=spaceship')->status, 422;
    is $ada->get('/designs?status=odd')->status, 422;
    my $page = $ada->get('/designs?limit=3');
    my $next = $page->json->{meta}{pagination}{nextCursor};
    is_deeply [ map { $_->{id} } @{ $ada->get("/designs?limit=3&cursor=$next")->data } ], [$id];
};

subtest 'print file' => sub {
    my $r = $ada->get("/designs/$id/print-file");
    is $r->status, 200 or diag $r->body;
    is $r->data->{width}, 1800;
    is $r->data->{height}, 2400;
    cmp_ok $r->data->{dpi}, '>=', 150;
    my $file = picture($r->data->{url});
    is $file->status, 200;
    is_deeply [ png_size($file->body) ], [ 1800, 2400 ];
    is $ada->get("/designs/$id/print-file")->data->{url}, $r->data->{url}, 'made once';
    my $cap = $shop->sql(q{SELECT v.id FROM product_variants v JOIN products p ON p.id = v.product_id
        WHERE p.category = 'cap' LIMIT 1});
    is $ada->get("/designs/$id/print-file?variantId=$cap")->data->{width}, 1200;
    is $ada->get("/designs/$id/print-file?variantId=$id")->status, 422;
    my $undrawn = $ada->post('/designs', { title => 'X', productCategory => 't-shirt', designData => canvas() })->data->{id};
    $shop->sql("UPDATE designs SET status = 'failed' WHERE id = '$undrawn'");
    my $early = $ada->get("/designs/$undrawn/print-file");
    is $early->status, 409;
    is $early->json->{error}{code}, 'DESIGN_NOT_READY';
    $ada->delete("/designs/$undrawn");
};

subtest 'shared' => sub {
    my $before = $shop->sql("SELECT total_points FROM users WHERE id = '$ada->{user}{id}'");
    my $r = $ada->post("/designs/$id/share", { platform => 'twitter' });
    is $r->status, 201;
    like $r->data->{shareUrl}, qr{^https?://.*\Q$id\E};
    is $ada->post("/designs/$id/share", { platform => 'twitter' })->status, 201;
    is $ada->post("/designs/$id/share", { platform => 'reddit' })->status, 201;
    is $shop->sql("SELECT total_points FROM users WHERE id = '$ada->{user}{id}'"), $before + 10,
        'five points once a platform';
    is $ada->post("/designs/$id/share", { platform => 'pigeon' })->status, 422;
    is $ada->post("/designs/$id/share", {})->status, 422;
};

subtest 'reported' => sub {
    $ada->put("/designs/$id", { public => JSON::PP::true });
    is $bob->post("/designs/$id/report", { reason => 'trademark', details => 'Looks like a swoosh.' })->status, 202;
    is $bob->post("/designs/$id/report", { reason => 'trademark' })->status, 202, 'twice is once';
    is $shop->sql("SELECT count(*) FROM design_reports WHERE design_id = '$id'"), 1;
    is $shop->sql("SELECT count(*) FROM cases WHERE kind = 'design_report' AND key = '$id'"), 1;
    is $bob->post("/designs/$id/report", { reason => 'ugly' })->status, 422;
    my $admin = $shop->admin;
    is $guest->get('/admin/reports')->status, 401;
    my $r = $admin->get('/reports?state=open');
    is $r->status, 200;
    is $r->data->[0]{design}{id}, $id;
    is $r->data->[0]{reason}, 'trademark';
    my $report = $r->data->[0]{id};
    is $admin->post("/reports/$report/resolve", {})->status, 422;
    is $admin->post('/reports/7a000000-0000-4000-8000-999999999999/resolve', { uphold => JSON::PP::true })->status, 404;
    my $url = $guest->get("/designs/$id")->data->{imageUrl};
    $r = $admin->post("/reports/$report/resolve", { uphold => JSON::PP::true });
    is $r->status, 200 or diag $r->body;
    is $r->data->{state}, 'upheld';
    is $guest->get("/designs/$id")->status, 404, 'it is out of the gallery';
    is picture($url)->status, 404;
    is $ada->put("/designs/$id", { public => JSON::PP::true })->status, 403, 'for good';
    is $ada->get("/designs/$id")->status, 200, 'and still its owner\'s';
    is $shop->sql("SELECT state FROM cases WHERE kind = 'design_report' AND key = '$id'"), 'closed';
    is $shop->sql("SELECT count(*) FROM audit_log WHERE action = 'report.upheld' AND target = '$report'"), 1;
    $r = $admin->post("/reports/$report/resolve", { uphold => JSON::PP::false });
    is $r->data->{state}, 'dismissed', 'unless one was wrong';
    is $ada->put("/designs/$id", { public => JSON::PP::true })->status, 200;
};

subtest 'deleted' => sub {
    my $url = $ada->get("/designs/$id")->data->{imageUrl};
    is picture($url)->status, 200;
    my $r = $ada->delete("/designs/$id");
    is $r->status, 200;
    is_deeply $r->data, {};
    is $ada->delete("/designs/$id")->status, 404;
    is $ada->get("/designs/$id")->status, 404;
    is picture($url)->status, 404, 'its picture is no longer open';
    ok !grep { $_->{id} eq $id } @{ $guest->get('/gallery/designs')->data };
};

subtest 'fonts' => sub {
    my $r = $guest->get('/designs/fonts');
    is $r->status, 200;
    ok scalar(grep { $_->{family} eq 'DejaVu Sans' } @{ $r->data });
};

done_testing;
