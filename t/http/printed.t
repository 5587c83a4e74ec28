# What the shopper saw last is what the printer gets, to the pixel, and what it
# goes on getting whatever becomes of the design.
use v5.36;
use Test::More;
use Compress::Zlib ();
use Digest::SHA 'sha256_hex';
use IPC::Open2;
use JSON::PP ();
use TShop;

my $shop  = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 0 });
my $panel = $shop->sandbox;
my $json  = JSON::PP->new->utf8->canonical;

sub fetch ($url) { $shop->at->get($url =~ s{^https?://[^/]+}{}r) }
# As the API wrote it: what is true there stays true.
sub canvas_of ($who, $id) { $json->decode($who->get("/designs/$id")->body)->{data}{designData} }
sub ready ($who, $id) {
    my $design;
    $shop->until_so(40, sub { ($design = $who->get("/designs/$id")->data)->{status} =~ /ready|failed|blocked/ });
    return $design;
}

# The drawing program itself, asked for that canvas at that size.
sub rendered ($canvas, %frame) {
    my $bytes = $json->encode($canvas);
    my $line = $json->encode({ category => 't-shirt', bytes => length $bytes, frames => [ { kind => 'print', %frame } ] });
    my $pid = open2(my $out, my $in, $shop->stand->{build} . '/tshop-render');
    binmode $_ for $out, $in;
    print $in "$line\n$bytes";
    close $in;
    local $/;
    my $said = <$out>;
    waitpid $pid, 0;
    return $said =~ /\Aprint \d+ \d+ (\d+)\n/ ? substr($said, length $&, $1) : die "not drawn: $said\n";
}

# The pixel of a PNG of 8 bits RGBA, as cairo writes it.
sub pixels ($png) {
    my ($width, $height, $depth, $type) = unpack 'x16 N N C C', $png;
    die "not 8 bits RGBA: $depth $type\n" unless $depth == 8 && $type == 6;
    my ($data, $at) = ('', 8);
    while ($at < length $png) {
        my ($size, $name) = unpack 'N a4', substr $png, $at, 8;
        $data .= substr $png, $at + 8, $size if $name eq 'IDAT';
        $at += 12 + $size;
    }
    $data = Compress::Zlib::uncompress($data);
    my (@rows, @above);
    my $stride = 4 * $width + 1;
    return sub ($x, $y) {
        for my $n (scalar(@rows) .. $y) {
            my ($filter, @row) = unpack 'C*', substr $data, $n * $stride, $stride;
            for my $i (0 .. $#row) {
                my ($a, $b, $c) = ($i < 4 ? 0 : $row[$i - 4], $above[$i] // 0, $i < 4 ? 0 : $above[$i - 4] // 0);
                my ($pa, $pb, $pc) = (abs $b - $c, abs $a - $c, abs $a + $b - 2 * $c);
                $row[$i] = ($row[$i] + ($filter == 1 ? $a : $filter == 2 ? $b : $filter == 3 ? int(($a + $b) / 2)
                    : $filter == 4 ? ($pa <= $pb && $pa <= $pc ? $a : $pb <= $pc ? $b : $c) : 0)) & 255;
            }
            push @rows, $n == $y ? pack('C*', @row) : '';
            @above = @row;
        }
        return unpack 'H*', substr $rows[$y], 4 * $x, 4;
    };
}

sub bought ($who, $design) {
    my $garment = $shop->variant(blank => 0);
    my $r = $who->post('/cart/items', { %$garment, designId => $design, quantity => 1 });
    is $r->status, 201, 'it goes into the cart' or diag $r->body;
    my $order = $who->post('/orders/create', { shippingAddress => $shop->address })->data;
    my $intent = $who->post('/payments/create-intent', { orderId => $order->{id}, provider => 'stripe' })->data;
    is $panel->post("/v1/payment_intents/$intent->{paymentIntentId}/confirm", 'payment_method=pm_card_visa',
        'Content-Type' => 'application/x-www-form-urlencoded',
        Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'))->status, 200, 'paid';
    return ($order, $garment);
}

sub strings ($value) {
    return map { strings($_) } ref $value eq 'HASH' ? values %$value : ref $value eq 'ARRAY' ? @$value : () if ref $value;
    return $value // ();
}

# The address of the file that a printer was given.
sub file_at ($printer, $order) {
    my $found;
    $shop->until_so(40, sub {
        ($found) = grep { ($_->{externalId} // '') eq $order->{orderNumber} } @{ $panel->get("/_sandbox/$printer/orders")->json // [] };
    });
    my ($url) = grep { m{^https?://.*/media/} } strings($found);
    return $url;
}

my @printers = (
    [ printful => 'premium',    1800, 2400, 150 ],
    [ printify => 'registered', 3951, 4650, 300 ]);
my %kept;
for my $row (@printers) {
    my ($printer, $tier, $width, $height, $dpi) = @$row;
    subtest $printer => sub {
        my $ada = $shop->shopper(tier => $tier);
        my $made = $ada->post('/designs/generate', { prompt => 'a tent under the stars', productCategory => 't-shirt' },
            Prefer => 'wait=30')->data;
        is $made->{status}, 'ready', 'a design is generated';
        my $canvas = canvas_of($ada, $made->{id});
        splice @{ $canvas->{objects} }, 0, 1;
        push @{ $canvas->{objects} }, { type => 'Rect', left => 900, top => 300, originX => 'center', originY => 'center',
            width => 400, height => 200, strokeWidth => 0, fill => '#12ab9c' };
        is $ada->put("/designs/$made->{id}", { designData => $canvas })->status, 200, 'edited';
        is ready($ada, $made->{id})->{status}, 'ready', 'and drawn anew';
        my $edited = canvas_of($ada, $made->{id});
        my ($order, $garment) = bought($ada, $made->{id});
        my $url = file_at($printer, $order);
        ok $url, 'a file is at the printer' or return;
        my $file = fetch($url);
        is $file->status, 200, 'which it can fetch';
        my $png = $file->body;
        is_deeply [ unpack 'x16 N N', $png ], [ $width, $height ], 'of the size of its print area';
        my ($x, $y) = $png =~ /pHYs(....)(....)\x01/s ? map { unpack 'N', $_ } $1, $2 : (0, 0);
        is sprintf('%.0f', $x * 0.0254), $dpi, 'and of its resolution';
        ok $png eq rendered($edited, width => $width, height => $height, dpi => $dpi), 'it is the edited design, to the pixel';
        my $scale = $width / 1800 < $height / 2400 ? $width / 1800 : $height / 2400;
        my $at = pixels($png);
        is $at->(0, 0), '00000000', 'transparent where nothing is';
        is $at->(int($width / 2), int($height / 2 - 900 * $scale)), '12ab9cff', 'with what the shopper added, where it was put';
        is $url =~ m{/([0-9a-f]{64})\.png} ? $1 : '', sha256_hex($png), 'named by its content';
        if ($printer eq 'printful') {
            my $own = $ada->get("/designs/$made->{id}/print-file?variantId=$garment->{variantId}")->data;
            is_deeply [ @{$own}{qw(width height dpi)} ], [ $width, $height, $dpi ];
            ok fetch($own->{url})->body eq $png, 'the shopper can look at the very file';
        }
        $kept{$printer} = [ $ada, $made->{id}, $order, $url, $png ];
    };
}

subtest 'whatever becomes of the design' => sub {
    for my $printer (sort keys %kept) {
        my ($ada, $design, $order, $url, $png) = @{ $kept{$printer} };
        my $before = $shop->sql("SELECT string_agg(encode(f.sha256, 'hex'), ' ' ORDER BY f.provider) FROM print_files f
            JOIN order_items i ON i.id = f.order_item_id WHERE i.order_id = '$order->{id}'");
        is scalar(split ' ', $before), 2, "$printer: each printer has its file";
        is $ada->put("/designs/$design", { designData => { objects => [
            { type => 'Circle', left => 500, top => 500, radius => 300, fill => '#000000' } ] } })->status, 200, 'edited once more';
        ready($ada, $design);
        ok fetch($url)->body eq $png, 'the file stays as it was ordered';
        my $shown = $ada->get("/orders/$order->{id}")->data->{items}[0]{designImageUrl};
        is $ada->delete("/designs/$design")->status, 200, 'deleted';
        $shop->sql("UPDATE designs SET deleted_at = now() - interval '30 days' WHERE deleted_at IS NOT NULL;
            UPDATE media SET created_at = now() - interval '30 days';
            UPDATE jobs SET state = 'done' WHERE kind = 'sweep_media';
            INSERT INTO jobs (kind, payload) VALUES ('sweep_media', '{}'); SELECT pg_notify('tshop_jobs', '')");
        ok $shop->until_so(20, sub { $shop->sql("SELECT count(*) FROM jobs WHERE kind = 'sweep_media' AND state IN ('queued', 'running')") eq '0' }),
            'and swept';
        ok fetch($url)->body eq $png, 'the file is there still';
        is fetch($shown)->status, 200, 'so is the picture of the order';
        is $shop->sql("SELECT string_agg(encode(f.sha256, 'hex'), ' ' ORDER BY f.provider) FROM print_files f
            JOIN order_items i ON i.id = f.order_item_id WHERE i.order_id = '$order->{id}'"), $before, 'nothing has moved';
    }
    is $shop->sql(q{SELECT count(*) FROM print_files f JOIN order_items i ON i.id = f.order_item_id
        JOIN order_canvases c ON c.order_item_id = i.id}), 0, 'the canvas of what is drawn is kept nowhere';
    $shop->sql(q{DO $$ BEGIN UPDATE print_files SET width = 1; RAISE 'it was changed';
        EXCEPTION WHEN integrity_constraint_violation THEN NULL; END $$});
    pass 'nobody changes what is printed';
    cmp_ok $shop->sql('SELECT count(*) FROM media m WHERE NOT EXISTS (SELECT FROM media_refs r WHERE r.sha256 = m.sha256)'), '==', 0,
        'and what nobody needs is gone';
};

subtest 'edited before it could be drawn' => sub {
    my $ada = $shop->shopper(tier => 'premium');
    my $red = { version => '6.0.0', objects => [ { type => 'Rect', left => 300, top => 300, width => 900, height => 900, fill => '#c02020' } ] };
    my $design = $shop->design($ada, designData => $red);
    $shop->settle;
    my $runner = $shop->runner;
    kill 'STOP', $runner;
    my ($order) = bought($ada, $design->{id});
    is $ada->put("/designs/$design->{id}", { designData => { version => '6.0.0', objects => [
        { type => 'Rect', left => 300, top => 300, width => 900, height => 900, fill => '#2020c0' } ] } })->status, 200, 'edited meanwhile';
    kill 'CONT', $runner;
    my $url = file_at('printful', $order);
    ok $url, 'it is printed' or return;
    is pixels(fetch($url)->body)->(700, 700), 'c02020ff', 'as it was ordered';
};

subtest 'a painted one' => sub {
    my $ada = $shop->shopper(tier => 'premium');
    my $made = $ada->post('/designs/generate', { prompt => 'a tent under the stars', productCategory => 't-shirt', style => 'watercolor' },
        Prefer => 'wait=30')->data;
    is $made->{designData}{objects}[0]{type}, 'Image';
    my ($order) = bought($ada, $made->{id});
    is $ada->delete("/designs/$made->{id}")->status, 200, 'deleted at once';
    my $url = file_at('printful', $order);
    ok $url, 'it is printed nevertheless' or return;
    my $at = pixels(fetch($url)->body);
    is $at->(2, 2), '00000000', 'without its ground';
    my $solid = grep { $at->(900, $_) =~ /ff$/ } map { 100 * $_ } 1 .. 23;
    cmp_ok $solid, '>', 3, 'and with what was painted';
};

done_testing;
