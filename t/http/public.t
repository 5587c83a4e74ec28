#!/usr/bin/perl
# What everybody may read: how it may be kept, and that nothing is kept or told
# of what is no longer for everybody.
use v5.36;
use Test::More;
use Time::HiRes qw(time);
use TShop;
use TShop::Crowd;

my $shop  = TShop->boot(settings => { TSHOP_CACHE_L1 => 'on', TSHOP_CACHE_L2 => 'on' });
my $guest = $shop->guest;
my $ada   = $shop->shopper;
my $ware  = $shop->variant;

subtest 'every public GET' => sub {
    my $design = $shop->design($ada, public => 1);
    for my $path ('/products', "/products/$ware->{productId}", "/products/$ware->{productId}/variants", '/gallery/designs',
        '/gallery/designs/trending', '/gallery/designs/categories/t-shirt', "/designs/$design->{id}", '/achievements',
        '/leaderboard', '/subscriptions/plans', '/designs/fonts', '/openapi.json') {
        my $r = $guest->get($path);
        is $r->status, 200, $path;
        my $tag = $r->header('ETag') // '';
        like $tag, qr/^"[0-9a-f]{32}"$/, 'has a tag';
        like $r->header('Cache-Control') // '', qr/^public, max-age=\d+$/, 'may be kept for a while';
        is $r->header('Content-Length'), length $r->body, 'tells its length';
        my $head = $guest->head($path);
        is $head->status, 200, 'HEAD';
        is $head->body, '', 'has no body';
        is $head->header($_), $r->header($_), $_ for qw(Content-Length Content-Type);
        for my $known ($tag, "W/$tag", qq{"other", $tag}, '*') {
            my $again = $guest->get($path, 'If-None-Match' => $head->header('ETag') eq $tag ? $known : $known =~ s/\Q$tag\E/$head->{headers}{etag}/r);
            is $again->status, 304, "If-None-Match: $known";
            is $again->body, '', 'has no body';
            ok $again->header('ETag'), 'but its tag';
        }
        is $guest->get($path, 'If-None-Match' => '"00000000000000000000000000000000"')->status, 200, 'another tag';
    }
};

# A browser keeps what it was told as a stranger: not for who has signed in.
subtest 'what knows you' => sub {
    my $design = $shop->design($ada, public => 1);
    for my $path ('/gallery/designs', '/gallery/designs/trending', '/gallery/designs/categories/cap', "/designs/$design->{id}",
        '/achievements', '/leaderboard') {
        for my $who ($guest, $ada) {
            like join(',', $who->get($path)->header_values('Vary')), qr/\bAuthorization\b/, "$path tells that it does";
        }
        is $ada->get($path)->header('Cache-Control'), 'no-store', 'and is kept for nobody in particular only';
    }
};

# Whatever takes a design out of the gallery, within two seconds it is in no
# list, no total, no search and no cache.
subtest 'what is no longer public' => sub {
    my $false = JSON::PP::false();
    my %how = (
        'made private'  => sub ($id) { $ada->put("/designs/$id", { public => $false })->status == 200 },
        'deleted'       => sub ($id) { $ada->delete("/designs/$id")->status == 200 },
        'blocked'       => sub ($id) { $shop->sql("UPDATE designs SET status = 'blocked' WHERE id = '$id'"); 1 },
        'hidden by an admin' => sub ($id) {
            $guest->with(token => $shop->shopper->{token})->post("/designs/$id/report", { reason => 'offensive' });
            my ($report) = grep { $_->{design}{id} eq $id } @{ $shop->admin->get('/reports?state=open')->data };
            $shop->admin->post("/reports/$report->{id}/resolve", { uphold => JSON::PP::true() })->status == 200;
        },
    );
    my @lists = ('/gallery/designs?', '/gallery/designs?sortBy=popular&', '/gallery/designs/trending?', '/gallery/designs/categories/t-shirt?',
        '/gallery/designs?category=t-shirt&', '/gallery/designs?q=zebra&', '/gallery/designs?q=zebraa&');
    my $seen = sub ($who, $id) {
        my @in;
        for my $list (@lists) {
            my $r = $who->get("${list}limit=100");
            push @in, $list if grep { $_->{id} eq $id } @{ $r->data };
            push @in, "the total of $list" if $r->meta->{pagination}{total} != @{ $r->data };
        }
        push @in, 'itself' if $who->get("/designs/$id")->status != 404;
        return join ' ', @in;
    };
    for my $what (sort keys %how) {
        my $id = $shop->design($ada, public => 1, title => 'A zebra')->{id};
        ok $shop->until_so(3, sub { !grep { my $list = $_; !grep { $_->{id} eq $id } @{ $guest->get("${list}limit=100")->data } } @lists }),
            'it is everywhere';
        my $bob = $shop->shopper;
        $bob->post("/designs/$id/like");
        ok $how{$what}->($id), $what;
        my $from = time;
        $shop->until_so(2, sub { $seen->($guest, $id) eq '' });
        is $seen->($guest, $id), '', 'for strangers it is nowhere';
        is $seen->($bob, $id), '', 'nor for somebody who liked it';
        is $bob->post("/designs/$id/like")->status, 404, 'who cannot like it again';
        ok time - $from < 4, 'soon';
    }
    is $ada->get('/users/me/analytics')->data->{designs}{count} >= 1, 1, 'its author keeps what is theirs';
};

# Many who ask at once for what is not kept: few of them reach a worker.
subtest 'one fill at a time' => sub {
    my $asked = sub { scalar grep { ($_->{event} // '') eq 'request' && ($_->{route} // '') eq '/products' } $shop->log('pool-fast') };
    my $before = $asked->();
    my $crowd = TShop::Crowd->run(port => $shop->stand->{plain_port}, clients => 40, seconds => 0, request => sub ($k, $n) {
        return TShop::Crowd->request(GET => '/api/v1/products?limit=37&q=cotton');
    });
    is_deeply $crowd->{status}, { 200 => 40 }, 'forty are answered';
    select undef, undef, undef, 0.2;
    my $reached = $asked->() - $before;
    ok $reached >= 1 && $reached <= 10, "$reached reached a worker";
};

done_testing;
