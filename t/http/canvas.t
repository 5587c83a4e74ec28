#!/usr/bin/perl
# What a canvas may be, from the outside; t/unit/canvas knows the rest.
use v5.36;
use Test::More;
use Compress::Zlib ();
use File::Path ();
use MIME::Base64 ();
use TShop;

my $shop = TShop->boot;
my $ada  = $shop->shopper;
my $bob  = $shop->shopper;

sub make ($canvas, $who = $ada, $category = 't-shirt') {
    return $who->post('/designs', { title => 'X', productCategory => $category, designData => $canvas });
}
sub drawn ($id, $who = $ada) {
    my $design;
    $shop->until_so(30, sub { ($design = $who->get("/designs/$id")->data)->{status} =~ /ready|failed/ });
    return $design;
}
my %rect = (left => 10, top => 10, width => 100, height => 100, fill => '#336699');

subtest 'sizes of categories' => sub {
    my %size = ('t-shirt' => [ 1800, 2400 ], cap => [ 1200, 525 ], 'tote-bag' => [ 1500, 1500 ]);
    for my $category (sort keys %size) {
        my $r = make({ objects => [ { type => 'rect', %rect } ] }, $ada, $category);
        is $r->status, 201, $category;
        is_deeply [ @{ $r->data->{designData} }{qw(width height)} ], $size{$category};
    }
};

subtest 'names of types' => sub {
    for my $type (qw(rect Rect circle Circle ellipse triangle Textbox textbox i-text IText text line Line polygon path Group group)) {
        my %more = $type =~ /text/i ? (text => 'Hi', fontSize => 40)
            : $type =~ /circle/i ? (radius => 40)
            : $type =~ /ellipse/i ? (rx => 10, ry => 20)
            : $type =~ /line/i ? (x1 => 0, y1 => 0, x2 => 50, y2 => 50, stroke => '#000000')
            : $type =~ /polygon/i ? (points => [ { x => 0, y => 0 }, { x => 50, y => 0 }, { x => 25, y => 50 } ])
            : $type =~ /path/i ? (path => [ [ 'M', 0, 0 ], [ 'L', 50, 50 ], ['Z'] ])
            : $type =~ /group/i ? (objects => [ { type => 'Rect', %rect } ]) : ();
        my $r = make({ version => '5.3.0', objects => [ { %rect, type => $type, %more } ] });
        is $r->status, 201, $type or diag $r->body;
    }
};

subtest 'limits' => sub {
    is make({ objects => [ map { { type => 'Rect', %rect } } 1 .. 1000 ] })->status, 201, 'a thousand objects';
    my $deep = { type => 'Rect', %rect };
    $deep = { type => 'Group', left => 0, top => 0, width => 100, height => 100, objects => [$deep] } for 1 .. 8;
    is make({ objects => [$deep] })->status, 201, 'groups eight deep';
    $deep = { type => 'Group', left => 0, top => 0, width => 100, height => 100, objects => [$deep] };
    my $r = make({ objects => [$deep] });
    is $r->status, 422, 'and no deeper';
    is $r->json->{error}{details}[0]{field}, 'designData';
    my $body = '{"title":"X","productCategory":"cap","designData":{"objects":[{"type":"Rect","left":1e999,"top":0,"width":1,"height":1}]}}';
    is $ada->post('/designs', $body)->status, 422, 'numbers are finite';
    is $ada->post('/designs', $body =~ s/1e999/NaN/r)->status, 400;
    is make({ objects => [ { type => 'Rect', %rect, fill => 'url(javascript:alert(1))' } ] })->status, 422;
    is make({ objects => 'none' })->status, 422;
    my $big = make({ objects => [ map { { type => 'Textbox', %rect, text => 'x' x 5000, fontSize => 10 } } 1 .. 120 ] });
    is $big->status, 422, 'at most 512 KiB';
};

subtest 'pictures' => sub {
    # Sixteen pixels of red.
    my $png = MIME::Base64::decode_base64('iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGP4z8AARwzEcQCukw/x0F8jngAAAABJRU5ErkJggg==');
    my $src = 'data:image/png;base64,' . MIME::Base64::encode_base64($png, '');
    my $r = make({ objects => [ { type => 'Image', left => 0, top => 0, width => 4, height => 4, scaleX => 100, scaleY => 100, src => $src } ] });
    is $r->status, 201 or diag $r->body;
    is drawn($r->data->{id})->{status}, 'ready', 'embedded';
    my $own = drawn($r->data->{id});
    my $path = $own->{imageUrl} =~ s/\?.*//r =~ s{^https?://[^/]+}{}r;
    $r = make({ objects => [ { type => 'Image', left => 0, top => 0, width => 900, height => 1200, src => $path } ] });
    is $r->status, 201, 'one of our own' or diag $r->body;
    is drawn($r->data->{id})->{status}, 'ready';
    is make({ objects => [ { type => 'Image', left => 0, top => 0, width => 900, height => 1200, src => $path } ] }, $bob)->status,
        422, 'somebody else\'s';
    my $bomb = $png;
    substr($bomb, 16, 8) = pack 'N N', 30000, 30000;
    is make({ objects => [ { type => 'Image', left => 0, top => 0, width => 4, height => 4,
        src => 'data:image/png;base64,' . MIME::Base64::encode_base64($bomb, '') } ] })->status, 422, 'a bomb';
    is make({ objects => [ { type => 'Image', left => 0, top => 0, width => 4, height => 4, src => '/media/../etc/passwd' } ] })->status, 422;
};

subtest 'pictures that are too much together' => sub {
    # As somebody has them who had such designs drawn before.
    require Digest::SHA;
    my ($width, $height, $state) = (1400, 1400, 1);
    my $noise = join '', map { "\0" . join '', map { pack 'V', $state = ($state * 1664525 + 1013904223) & 0xffffffff } 1 .. 3 * $width / 4 } 1 .. $height;
    my $chunk = sub ($name, $data) { pack('N', length $data) . $name . $data . pack 'N', Compress::Zlib::crc32($name . $data) };
    my $png = "\x89PNG\r\n\x1a\n" . $chunk->('IHDR', pack 'NNC5', $width, $height, 8, 2, 0, 0, 0)
        . $chunk->('IDAT', Compress::Zlib::compress($noise, 1)) . $chunk->('IEND', '');
    my $sha = Digest::SHA::sha256_hex($png);
    my $folder = join '/', $shop->state_dir, 'media/private', substr($sha, 0, 2), substr($sha, 2, 2);
    File::Path::make_path($folder);
    TShop::Run::write_file("$folder/$sha.png", $png);
    my $size = length $png;
    $shop->sql("INSERT INTO media (sha256, bytes, mime, width, height) VALUES ('\\x$sha', $size, 'image/png', $width, $height);
        INSERT INTO media_refs (sha256, kind, ref) VALUES ('\\x$sha', 'upload', '$ada->{user}{id}')");
    my %image = (type => 'Image', left => 0, top => 0, width => $width, height => $height,
        src => '/media/private/' . join '/', substr($sha, 0, 2), substr($sha, 2, 2), "$sha.png");
    my $runner = $shop->runner;
    is drawn(make({ objects => [ \%image ] })->data->{id})->{status}, 'ready', 'one large one is fine';
    my $many = make({ objects => [ (\%image) x 10 ] });
    is $many->status, 201 or diag $many->body;
    my $design = drawn($many->data->{id});
    is $design->{status}, 'failed', 'ten are not drawn';
    is $design->{error}, 'RENDER_FAILED';
    is $shop->runner, $runner, 'and cost no runner its life';
};

subtest 'a broken picture costs only itself' => sub {
    my $png = MIME::Base64::decode_base64('iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGP4z8AARwzEcQCukw/x0F8jngAAAABJRU5ErkJggg==');
    substr($png, 40) = "\0" x 20;
    my $r = make({ objects => [ { type => 'Image', left => 0, top => 0, width => 4, height => 4,
        src => 'data:image/png;base64,' . MIME::Base64::encode_base64($png, '') } ] });
    like $r->status, qr/^(?:201|422)$/;
    like drawn($r->data->{id})->{status}, qr/failed|ready/ if $r->status == 201;
    my $next = make({ objects => [ { type => 'Rect', %rect } ] });
    is drawn($next->data->{id})->{status}, 'ready', 'the next one is drawn';
};

done_testing;
