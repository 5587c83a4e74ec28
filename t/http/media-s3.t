#!/usr/bin/perl
# Pictures in a bucket: stored there by signed calls, and found there by who
# may see them. The sandbox recomputes every signature.
use v5.36;
use Test::More;
use Digest::SHA qw(sha256_hex);
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot(settings => { TSHOP_MEDIA => 's3' });
my $ada  = $shop->shopper;
my $bucket = $shop->sandbox;

sub path_of ($url) { $url =~ s{^https?://[^/]+}{}r }
sub picture ($url) { $shop->at->get(path_of($url)) }
sub elsewhere ($answer) { $bucket->get(path_of($answer->header('location'))) }
sub canvas ($fill) {
    return { version => '6.0.0', width => 1800, height => 2400, objects => [
        { type => 'Rect', left => 300, top => 400, width => 1200, height => 1600, fill => $fill } ] };
}
sub make ($fill, $seconds = 40) {
    my $r = $ada->post('/designs', { title => 'Far', productCategory => 't-shirt', designData => canvas($fill) });
    is $r->status, 201 or diag $r->brief;
    my $design;
    $shop->until_so($seconds, sub { ($design = $ada->get("/designs/" . $r->data->{id})->data)->{status} =~ /ready|failed/ });
    return $design;
}
sub calls (%is) {
    my $all = $bucket->get('/_sandbox/calls?provider=s3')->json;
    $all = $all->{calls} if ref $all eq 'HASH';
    return grep { my $c = $_; !grep { $c->{$_} ne $is{$_} } keys %is } @$all;
}

my $design;
subtest 'a picture is put into the bucket and found there' => sub {
    $design = make('#c02020');
    is $design->{status}, 'ready' or return;
    my $r = picture($design->{imageUrl});
    is $r->status, 302, 'the browser is sent on';
    like $r->header('cache-control'), qr/^private, max-age=300$/;
    like $r->header('location'), qr{^http://127\.0\.0\.1:\d+/tshop-pictures/private/../../[0-9a-f]{64}\.png\?X-Amz-Algorithm=AWS4-HMAC-SHA256&};
    my $image = elsewhere($r);
    is $image->status, 200, 'and let in';
    is $image->header('content-type'), 'image/png';
    my ($hash) = $design->{imageUrl} =~ /([0-9a-f]{64})/;
    is sha256_hex($image->body), $hash, 'to the very bytes';
    my @files = grep { -f } glob $shop->state_dir . '/media/*/*/*/*';
    is "@files", '', 'nothing lies on the disk';
    ok scalar(calls(method => 'PUT', status => 200)), 'it was put by a signed call';
};

subtest 'who has no ticket is not sent on' => sub {
    is picture($design->{imageUrl} =~ s/\?.*//r)->status, 404, 'without a signature';
    is picture($design->{imageUrl} =~ s/s=(.)/'s=' . ($1 eq '_' ? 'A' : '_')/er)->status, 404, 'with another';
    my $to = path_of(picture($design->{imageUrl})->header('location'));
    is $bucket->get($to =~ s/(Signature=.{63})./$1x/r)->status, 403, 'the bucket refuses another signature';
    is $bucket->get($to =~ s/Expires=\d+/Expires=604800/r)->status, 403, 'or a longer life';
    is $bucket->get($to =~ s/\?.*//r)->status, 403, 'or none';
    is $bucket->get($to =~ s{/private/}{/public/}r)->status, 403, 'or another object';
    is picture('/media/private/aa/bb/passwd')->status, 404, 'what is no picture';
};

subtest 'public, and private again' => sub {
    my $r = $ada->put("/designs/$design->{id}", { public => JSON::PP::true });
    is $r->status, 200 or diag $r->brief;
    my $url = $r->data->{imageUrl};
    like $url, qr{/media/../../[0-9a-f]{64}\.png$};
    my $there = picture($url);
    is $there->status, 302, 'a public one is sent on without a ticket';
    like $there->header('cache-control'), qr/^public/;
    is elsewhere($there)->status, 200;
    $ada->put("/designs/$design->{id}", { public => JSON::PP::false });
    is elsewhere(picture($url))->status, 404, 'hidden, it is gone from there';
    is elsewhere(picture($design->{imageUrl}))->status, 200, 'and its owner still has it';
};

subtest 'a bucket in trouble' => sub {
    $bucket->post('/_sandbox/faults', { provider => 's3', status => 503, body => {}, count => 2 });
    is make('#20c020')->{status}, 'ready', 'twice 503 is asked a third time';
    $bucket->post('/_sandbox/faults', { provider => 's3', drop => 'after', count => 1 });
    is make('#2020c0')->{status}, 'ready', 'a lost answer too: the same bytes twice are once';
};

subtest 'a picture in a canvas' => sub {
    my $painted = $ada->post('/designs/generate', { prompt => 'a kingfisher', style => 'watercolor', productCategory => 't-shirt' },
        Prefer => 'wait=30')->data;
    is $painted->{status}, 'ready', 'is kept there' or return;
    my $image = elsewhere(picture($painted->{designData}{objects}[0]{src}));
    is $image->status, 200, 'and found by an editor';
    is_deeply [ unpack 'x16 N N', $image->body ], [ 1792, 2400 ];
    $bucket->post('/_sandbox/faults', { provider => 's3', match => '^GET', status => 503, body => {}, count => 6 });
    my $r = $ada->post('/designs', { title => 'Again', productCategory => 't-shirt', designData => { objects => [
        { type => 'Image', left => 0, top => 0, width => 1792, height => 2400, src => $painted->{designData}{objects}[0]{src} } ] } });
    is $r->status, 201 or diag $r->body;
    my $again;
    $shop->until_so(40, sub { ($again = $ada->get('/designs/' . $r->data->{id})->data)->{status} =~ /ready|failed/ });
    is $again->{status}, 'ready', 'a bucket that is away is no picture that is missing';
    $bucket->delete('/_sandbox/faults');
};

subtest 'what nothing refers to goes from the bucket' => sub {
    my ($hash) = $design->{imageUrl} =~ /([0-9a-f]{64})/;
    my $link = picture($design->{imageUrl});
    is $ada->delete("/designs/$design->{id}")->status, 200;
    $shop->sql("UPDATE designs SET deleted_at = now() - interval '8 days' WHERE id = '$design->{id}'");
    $shop->sql("DELETE FROM media_refs WHERE ref = '$design->{id}'");
    $shop->sql("UPDATE media SET created_at = now() - interval '8 days'");
    $shop->sql("INSERT INTO jobs (kind, payload) VALUES ('sweep_media', '{}')");
    ok $shop->until_so(20, sub { !$shop->sql("SELECT count(*) FROM media WHERE sha256 = decode('$hash', 'hex')") }), 'its row goes';
    ok $shop->until_so(10, sub { elsewhere($link)->status == 404 }), 'and the object';
};

done_testing;
