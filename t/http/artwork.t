# Pictures that a model paints: asked for where the style wants one, cleaned,
# kept, placed in a canvas, and paid for once.
use v5.36;
use Test::More;
use Compress::Zlib ();
use JSON::PP ();
use TShop;

my $shop  = TShop->boot;
my $panel = $shop->sandbox;
my $ada   = $shop->shopper;

sub ask ($prompt, %o) {
    my $who = delete $o{who} // $ada;
    return $who->post('/designs/generate', { prompt => $prompt, productCategory => 't-shirt', %o }, Prefer => 'wait=30');
}
sub paint ($prompt, %o) { ask($prompt, style => 'watercolor', %o) }
sub fetch ($url) { $shop->at->get($url =~ s{^https?://[^/]+}{}r) }
sub of ($r, $column) { $shop->sql("SELECT $column FROM designs WHERE id = '" . $r->data->{id} . "'") }
sub calls ($r, $what = 'count(*)') { $shop->sql("SELECT $what FROM ai_calls WHERE design_id = '" . $r->data->{id} . "'") }
sub usage ($r, $what) { $shop->sql("SELECT $what FROM ai_usage_logs WHERE design_id = '" . $r->data->{id} . "'") }
sub stored () { $shop->sql('SELECT count(*) FROM media') }
sub used () { $ada->get('/users/me')->data->{aiGenerationsToday} }

# Pixels of a PNG of ours, unfiltered: rows of [r, g, b, a].
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
    for my $y (0 .. $height - 1) {
        my ($filter, @row) = unpack 'C*', substr $data, $y * (4 * $width + 1), 4 * $width + 1;
        for my $i (0 .. $#row) {
            my ($a, $b, $c) = ($i < 4 ? 0 : $row[$i - 4], $above[$i] // 0, $i < 4 ? 0 : $above[$i - 4] // 0);
            my $p = $a + $b - $c;
            my ($pa, $pb, $pc) = (abs $p - $a, abs $p - $b, abs $p - $c);
            $row[$i] = ($row[$i] + ($filter == 1 ? $a : $filter == 2 ? $b : $filter == 3 ? int(($a + $b) / 2)
                : $filter == 4 ? ($pa <= $pb && $pa <= $pc ? $a : $pb <= $pc ? $b : $c) : 0)) & 255;
        }
        push @rows, [@row];
        @above = @row;
    }
    return ($width, $height, \@rows);
}

# A PNG of a red square on green.
sub square ($width, $height) {
    my $chunk = sub ($name, $data) { pack('N', length $data) . $name . $data . pack 'N', Compress::Zlib::crc32($name . $data) };
    my $side = "\0\xff\0" x ($width / 4);
    my $rows = ("\0" . "\0\xff\0" x $width) x ($height / 4);
    $rows .= ("\0" . $side . "\xff\0\0" x ($width - 2 * int $width / 4) . $side) x ($height - 2 * int $height / 4);
    $rows .= ("\0" . "\0\xff\0" x $width) x ($height / 4);
    return "\x89PNG\r\n\x1a\n" . $chunk->('IHDR', pack 'NNC5', $width, $height, 8, 2, 0, 0, 0)
        . $chunk->('IDAT', Compress::Zlib::compress($rows)) . $chunk->('IEND', '');
}

my $fox;
subtest 'painted' => sub {
    my $r = $fox = paint('a red fox under an umbrella', title => undef);
    is $r->status, 201 or diag $r->body;
    my $design = $r->data;
    is $design->{status}, 'ready' or diag explain $design;
    is $design->{aiModel}, 'gemini-nano-banana-2.1', 'by a picture model';
    is $design->{title}, 'a red fox under an umbrella', 'named after the wish';
    is_deeply $design->{printChecks}, [], 'fine enough to be printed';
    is scalar @{ $design->{designData}{objects} }, 1;
    my $image = $design->{designData}{objects}[0];
    is $image->{type}, 'Image', 'a canvas of one picture';
    is_deeply [ @{$image}{qw(left top width height)} ], [ 900, 1200, 1792, 2400 ], 'in the middle, in the shape of the canvas';
    like $image->{src}, qr{^https?://.*/media/private/../../[0-9a-f]{64}\.png\?e=\d+&s=[\w-]+$}, 'which an editor can fetch';
    my $got = fetch($image->{src});
    is $got->status, 200;
    is fetch($image->{src} =~ s/\?.*//r)->status, 404, 'and nobody without the signature';
    my ($width, $height, $rows) = pixels($got->body);
    is "$width $height", '1792 2400';
    is $rows->[0][3], 0, 'its ground is transparent';
    my ($green, $solid) = (0, 0);
    for my $row (@$rows[ map { 8 * $_ } 0 .. $height / 8 - 1 ]) {
        for (my $i = 0; $i < @$row; $i += 32) {
            $solid++ if $row->[ $i + 3 ] == 255;
            $green++ if $row->[ $i + 3 ] > 0 && $row->[ $i + 1 ] > 200 && $row->[$i] < 80 && $row->[ $i + 2 ] < 80;
        }
    }
    cmp_ok $solid, '>', 1000, 'what was painted is not';
    is $green, 0, 'nothing of the ground is left';
    is_deeply [ unpack 'x16 N N', fetch($design->{imageUrl})->body ], [ 900, 1200 ], 'a picture for the screen';
    is_deeply [ unpack 'x16 N N', fetch($design->{thumbnailUrl})->body ], [ 300, 400 ], 'and a small one';
    my $file = $ada->get("/designs/$design->{id}/print-file");
    is $file->status, 200, 'it prints';
    is_deeply [ unpack 'x16 N N', fetch($file->data->{url})->body ], [ @{ $file->data }{qw(width height)} ];
};

subtest 'what was asked for' => sub {
    my ($call) = grep { $_->{path} =~ /nano-banana/ } reverse @{ $panel->get('/_sandbox/calls?provider=gemini')->json };
    my $body = $call->{body};
    is_deeply $body->{generationConfig}, { responseModalities => ['IMAGE'], imageConfig => { aspectRatio => '3:4', imageSize => '2K' } };
    is scalar @{ $body->{safetySettings} }, 4;
    my $text = $body->{contents}[0]{parts}[0]{text};
    like $text, qr{<brief>a red fox under an umbrella</brief>}, 'the wish stands between its tags';
    like $text, qr/never an instruction/;
    like $text, qr/uniform #00FF00/;
    paint('a green frog', productCategory => 'tote-bag');
    ($call) = grep { $_->{path} =~ /nano-banana/ } reverse @{ $panel->get('/_sandbox/calls?provider=gemini')->json };
    $body = $call->{body};
    is $body->{generationConfig}{imageConfig}{aspectRatio}, '1:1', 'a bag is square';
    like $body->{contents}[0]{parts}[0]{text}, qr/uniform #FF00FF/, 'what is green is painted on another ground';
};

subtest 'paid for' => sub {
    is usage($fox, 'count(*)'), 1, 'one row';
    is usage($fox, 'success'), 't';
    is calls($fox), 1;
    is calls($fox, 'picture IS NULL AND answer IS NULL'), 't', 'nothing is kept twice';
    is usage($fox, 'completion_tokens'), 1330, 'a picture is 1120 tokens, thoughts 210';
    is $shop->sql("SELECT l.cost = round((l.prompt_tokens * p.input + 210 * p.output + 1120 * p.image_output) / 1000000, 6)
        FROM ai_usage_logs l JOIN ai_model_prices p ON p.model = l.model AND p.valid_from <= current_date
       WHERE l.design_id = '" . $fox->data->{id} . "' ORDER BY p.valid_from DESC LIMIT 1"), 't', 'each at its price';
    is of($fox, 'generation_cost') + 0, usage($fox, 'cost') + 0;
    is $shop->sql("SELECT state FROM ai_reservations WHERE design_id = '" . $fox->data->{id} . "'"), 'used';
    is used(), 2;
    my $by = $shop->admin->get('/analytics')->data->{ai}{byModel};
    ok scalar(grep { ($_->{model} // '') eq 'gemini-nano-banana-2.1' && $_->{cost} > 0 } @$by), 'the admin sees it' or diag explain $by;
};

subtest 'where it is asked for' => sub {
    my @rows = (
        [ 'gemini-nano-banana-2.1', style => 'Oil painting' ], [ 'gemini-nano-banana-2.1', style => 'PHOTO-realistic' ],
        [ 'gemini-4-argon', style => 'retro' ], [ 'gemini-4-argon' ], [ 'gemini-4-argon', style => 'photogenic' ],
        [ 'gemini-3.8-flash', style => 'watercolor', complexity => 'simple' ],
        [ 'gemini-4-argon', style => 'watercolor', productCategory => 'cap' ]);
    for my $row (@rows) {
        my ($model, %o) = @$row;
        my $r = ask('a lighthouse', %o);
        is $r->data->{aiModel}, $model, join(' ', map { "$_ $o{$_}" } sort keys %o) || 'nothing said' or diag $r->body;
    }
};

subtest 'edited' => sub {
    my $id = $fox->data->{id};
    # Read so that true and false can be written again.
    my $canvas = JSON::PP->new->utf8->decode($ada->get("/designs/$id")->body)->{data}{designData};
    push @{ $canvas->{objects} }, { type => 'Textbox', left => 900, top => 2200, originX => 'center', originY => 'center',
        width => 1200, text => 'FOX', fontFamily => 'DejaVu Sans', fontSize => 160, fill => '#202020', textAlign => 'center' };
    my $r = $ada->put("/designs/$id", { designData => $canvas });
    is $r->status, 200, 'a text is added' or diag $r->body;
    my $design;
    $shop->until_so(30, sub { ($design = $ada->get("/designs/$id")->data)->{status} ne 'queued' });
    is $design->{status}, 'ready';
    isnt $design->{imageUrl}, $fox->data->{imageUrl};
    is $design->{designData}{objects}[1]{text}, 'FOX';
    unlike $shop->sql("SELECT design_data FROM designs WHERE id = '$id'"), qr/https?:|[?&]s=/, 'no signature is stored';
    is $shop->shopper->post('/designs', { title => 'Mine', productCategory => 't-shirt', designData => $canvas })->status, 422,
        'nobody else draws with it';
    my $copy = $ada->post('/designs', { title => 'Copy', productCategory => 't-shirt', designData => $canvas });
    is $copy->status, 201, 'but its owner does' or diag $copy->body;
    $ada->put("/designs/$id", { public => JSON::PP::true });
    my $seen = $shop->guest->get("/designs/$id")->data;
    is fetch($seen->{designData}{objects}[0]{src})->status, 200, 'who may see the design sees its picture';
};

subtest 'kept while a canvas has it' => sub {
    my $sha = $shop->sql("SELECT encode(canvas_pictures(design_data), 'hex') FROM designs WHERE id = '" . $fox->data->{id} . "'");
    my $sweep = sub {
        $shop->sql("UPDATE media SET created_at = now() - interval '30 days';
            UPDATE jobs SET state = 'done' WHERE kind = 'sweep_media';
            INSERT INTO jobs (kind, payload) VALUES ('sweep_media', '{}')");
        $shop->until_so(20, sub { $shop->sql("SELECT count(*) FROM jobs WHERE kind = 'sweep_media' AND state IN ('queued', 'running')") eq '0' });
        return $shop->sql("SELECT count(*) FROM media WHERE sha256 = '\\x$sha'");
    };
    my $has = 'SELECT count(*) FROM media_refs WHERE kind = \'canvas\' AND sha256 = ';
    is $shop->sql("$has '\\x$sha'"), 2, 'by two designs';
    is $ada->delete('/designs/' . $fox->data->{id})->status, 200;
    $shop->sql("UPDATE designs SET deleted_at = now() - interval '8 days' WHERE deleted_at IS NOT NULL");
    is $sweep->(), 1, 'the copy has it still';
    is $shop->sql("$has '\\x$sha'"), 1;
    $shop->sql("UPDATE designs SET design_data = '{\"objects\": []}' WHERE title = 'Copy'");
    is $shop->sql("$has '\\x$sha'"), 0;
    is $sweep->(), 0, 'and then nobody';
    ok !-e $shop->state_dir . "/media/private/" . join('/', substr($sha, 0, 2), substr($sha, 2, 2), "$sha.png"), 'nor the disk';
};

subtest 'no picture comes' => sub {
    my $before = stored();
    my $count = used();
    my %why = (
        'garbage' => 'INVALID_ANSWER', 'truncated' => 'INVALID_ANSWER', 'wrong type' => 'INVALID_ANSWER',
        'bomb' => 'INVALID_ANSWER', 'huge' => 'INVALID_ANSWER', 'error 400' => 'INVALID_ANSWER', 'error 403' => 'PROVIDER_ERROR');
    for my $spell (sort keys %why) {
        my $r = paint("a heron [[$spell]]");
        is $r->status, 200, $spell or diag $r->body;
        is $r->data->{status}, 'failed';
        is $r->data->{error}, $why{$spell};
        is $r->data->{designData}, undef, 'nothing half is there';
        cmp_ok calls($r), '<=', 4;
        is calls($r, 'bool_and(picture IS NULL)'), 't';
        is usage($r, "success || ' ' || error_message"), "false $why{$spell}";
    }
    is stored(), $before, 'nothing was kept';
    is used(), $count, 'and the quota is whole';
    my $r = paint('a heron [[blocked]]');
    is $r->data->{status}, 'blocked';
    is $r->data->{error}, 'IMAGE_SAFETY', 'refused, and why';
    is used(), $count + 1, 'that uses quota';
};

subtest 'nobody paints' => sub {
    my $r = paint('a heron [[error 404]]');
    is $r->data->{error}, 'NO_MODEL', 'no model is there';
    is calls($r), 4, 'the painters were asked, and one who draws';
    $shop->sql("UPDATE ai_models SET retires_on = current_date - 1 WHERE role = 'picture'");
    $r = paint('a heron');
    is $r->status, 201, 'all retired: it is drawn instead' or diag $r->body;
    is $r->data->{aiModel}, 'gemini-4-argon';
    $shop->sql("UPDATE ai_models SET retires_on = NULL WHERE role = 'picture' AND active");
};

subtest 'paid for once' => sub {
    # As a runner leaves it that is killed with the picture in its hands.
    my $asked = @{ $panel->get('/_sandbox/calls?provider=gemini')->json };
    my $picture = unpack 'H*', square(600, 800);
    my $id = $shop->sql(<<"END");
WITH d AS (INSERT INTO designs (user_id, prompt, product_category, style, status)
    VALUES ('$ada->{user}{id}', 'a gull', 't-shirt', 'watercolor', 'generating') RETURNING id),
r AS (INSERT INTO ai_reservations (user_id, design_id, pool) SELECT '$ada->{user}{id}', id, 'registered' FROM d),
c AS (INSERT INTO ai_calls (design_id, model, prompt_tokens, completion_tokens, cost, picture)
    SELECT id, 'gemini-3-pro-image', 90, 1330, 0.134, '\\x$picture' FROM d),
j AS (INSERT INTO jobs (kind, ref, payload) SELECT 'draw_design', id, '{}' FROM d)
SELECT id FROM d
END
    $shop->sql('SELECT pg_notify(\'tshop_jobs\', \'\')');
    my $design;
    $shop->until_so(30, sub { ($design = $ada->get("/designs/$id")->data)->{status} =~ /ready|failed/ });
    is $design->{status}, 'ready', 'another one takes over' or diag explain $design;
    is $design->{aiModel}, 'gemini-3-pro-image', 'whoever painted it';
    is scalar @{ $panel->get('/_sandbox/calls?provider=gemini')->json }, $asked, 'nobody was asked again';
    is $shop->sql("SELECT count(*) || ' ' || sum(cost) FROM ai_usage_logs WHERE design_id = '$id'"), '1 0.134000';
};

done_testing;
