#!/usr/bin/perl
# From a sentence to a picture: quota, waiting, refusals, failures, costs.
use v5.36;
use Test::More;
use POSIX ();
use TShop;

my $shop = TShop->boot(settings => {
    TSHOP_RATE_AI_FREE => '2/1h,4/1d', TSHOP_RATE_AI_REGISTERED => '10/1d', TSHOP_RATE_AI_PREMIUM => '3/30d' });
my $panel = $shop->sandbox;

sub order ($who, $prompt, %o) {
    my $wait = delete $o{wait};
    return $who->post('/designs/generate', { prompt => $prompt, productCategory => 't-shirt', %o },
        $wait ? (Prefer => "wait=$wait") : ());
}
sub drawn ($who, $id, $seconds = 40) {
    my $design;
    $shop->until_so($seconds, sub { ($design = $who->get("/designs/$id")->data)->{status} =~ /ready|failed|blocked/ });
    return $design;
}
sub picture ($url) { $shop->at->get($url =~ s{^https?://[^/]+}{}r) }

subtest 'queued, then ready' => sub {
    my $ada = $shop->shopper;
    my $r = order($ada, 'mountain sunrise with the words RISE EARLY', complexity => 'simple', style => 'retro');
    is $r->status, 202 or diag $r->body;
    my $design = $r->data;
    is $design->{status}, 'queued';
    is $r->header('location'), "/api/v1/designs/$design->{id}";
    ok $r->header('retry-after');
    my $usage = $r->json->{meta}{usage};
    is_deeply [ @{$usage}{qw(limit used remaining)} ], [ 10, 1, 9 ];
    like $usage->{resetAt}, qr/^\d{4}-\d\d-\d\dT.*Z$/;
    $design = drawn($ada, $design->{id});
    is $design->{status}, 'ready' or diag explain $design;
    is $design->{prompt}, 'mountain sunrise with the words RISE EARLY';
    is $design->{aiModel}, 'gemini-3.8-flash', 'short and simple is for the fast model';
    ok @{ $design->{designData}{objects} };
    my $png = picture($design->{imageUrl});
    is $png->status, 200;
    is substr($png->body, 1, 3), 'PNG';
    is_deeply [ unpack 'x16 N N', picture($design->{thumbnailUrl})->body ], [ 300, 400 ];
    is $shop->sql("SELECT state FROM ai_reservations WHERE design_id = '$design->{id}'"), 'used';
    is $shop->sql("SELECT count(*) FROM ai_usage_logs WHERE design_id = '$design->{id}'"), 1;
    is $shop->sql("SELECT l.success AND l.prompt_tokens > 0 AND l.cost = round(
        (l.prompt_tokens * p.input + l.completion_tokens * p.output) / 1000000, 6)
        FROM ai_usage_logs l JOIN ai_model_prices p ON p.model = l.model AND p.valid_from <= current_date
        WHERE design_id = '$design->{id}' ORDER BY p.valid_from DESC LIMIT 1"), 't', 'its cost is tokens times price';
    is $ada->get('/users/me')->data->{aiGenerationsToday}, 1;
    is $shop->sql("SELECT total_points FROM users WHERE id = '$ada->{user}{id}'"), 10, 'a first design is rewarded';
    is $ada->get("/designs/$design->{id}/print-file")->status, 200, 'and it prints';
};

subtest 'waiting' => sub {
    my $ada = $shop->shopper;
    my $r = order($ada, 'a red fox', wait => 20, public => JSON::PP::true(), title => 'My fox');
    is $r->status, 201 or diag $r->body;
    is $r->data->{status}, 'ready';
    is $r->data->{title}, 'My fox';
    is $r->data->{aiModel}, 'gemini-4-argon', 'in detail is for the better model';
    ok $r->json->{meta}{usage};
    is picture($r->data->{imageUrl})->status, 200;
    unlike $r->data->{imageUrl}, qr/private/, 'public from the start';
    is $shop->guest->get("/designs/" . $r->data->{id})->status, 200;
    my $slow = order($ada, 'a tree [[slow 4]]', wait => 1);
    is $slow->status, 202, 'as long as it was willing to';
    is drawn($ada, $slow->data->{id})->{status}, 'ready';
};

subtest 'same key, same design' => sub {
    my $ada = $shop->shopper;
    my %key = ('Idempotency-Key' => 'one-' . $$);
    my $body = { prompt => 'a blue whale', productCategory => 'cap' };
    my $one = $ada->post('/designs/generate', $body, %key, Prefer => 'wait=20');
    my $two = $ada->post('/designs/generate', $body, %key);
    is $one->data->{id}, $two->data->{id};
    is $two->header('idempotent-replayed'), 'true';
    is $ada->get('/users/me')->data->{aiGenerationsToday}, 1;
};

subtest 'refused wishes' => sub {
    my $ada = $shop->shopper;
    my %bad = (
        prompt => { prompt => 'ab' }, complexity => { complexity => 'baroque' },
        productCategory => { productCategory => 'spaceship' }, style => { style => 'x' x 101 });
    for my $field (sort keys %bad) {
        my $r = $ada->post('/designs/generate', { prompt => 'a fox', productCategory => 'cap', %{ $bad{$field} } });
        is $r->status, 422, $field;
        is $r->json->{error}{details}[0]{field}, $field;
    }
    is $ada->post('/designs/generate', { prompt => 'x' x 2001, productCategory => 'cap' })->status, 422;
    is $ada->post('/designs/generate', { prompt => "a\x07fox", productCategory => 'cap' })->status, 422;
    is $shop->guest->post('/designs/generate', { prompt => 'a fox', productCategory => 'cap' })->status, 401;
    is $ada->get('/users/me')->data->{aiGenerationsToday}, 0;
};

subtest 'blocked' => sub {
    my $ada = $shop->shopper;
    my $r = order($ada, 'something nasty [[blocked]]', wait => 20);
    is $r->status, 200;
    is $r->data->{status}, 'blocked';
    ok $r->data->{error};
    is $ada->get('/users/me')->data->{aiGenerationsToday}, 1, 'that uses quota';
    my $own = order($ada, 'Mickey-Mouse on a skateboard', wait => 20);
    is $own->data->{status}, 'blocked';
    is $own->data->{error}, 'POLICY_TRADEMARK';
    my $calls = $panel->get('/_sandbox/calls?provider=gemini')->json;
    my @asked = grep { (JSON::PP->new->allow_nonref->encode($_->{body})) =~ /skateboard/ } @$calls;
    is scalar @asked, 0, 'the model was not even asked';
};

subtest 'failed' => sub {
    my $ada = $shop->shopper;
    my %why = ('[[garbage]]' => qr/INVALID_ANSWER/, '[[truncated]]' => qr/TRUNCATED|INVALID/);
    for my $spell (sort keys %why) {
        my $r = order($ada, "a cat $spell", wait => 30);
        is $r->status, 200, $spell;
        is $r->data->{status}, 'failed';
        like $r->data->{error}, $why{$spell};
        my $id = $r->data->{id};
        cmp_ok $shop->sql("SELECT count(*) FROM ai_calls WHERE design_id = '$id'"), '<=', 4;
        is $shop->sql("SELECT success FROM ai_usage_logs WHERE design_id = '$id'"), 'f';
    }
    is $ada->get('/users/me')->data->{aiGenerationsToday}, 0, 'quota is given back';
};

subtest 'a provider that comes back' => sub {
    my $ada = $shop->shopper;
    $panel->post('/_sandbox/faults', { provider => 'gemini', status => 503, count => 1 });
    my $r = order($ada, 'a lighthouse', wait => 30);
    is $r->status, 201 or diag $r->body;
    is $shop->sql("SELECT count(*) FROM ai_calls WHERE design_id = '" . $r->data->{id} . "'"), 2;
    is $shop->sql("SELECT count(*) FROM ai_usage_logs WHERE design_id = '" . $r->data->{id} . "'"), 1;
    $panel->delete('/_sandbox/faults');
};

subtest 'a provider that does not come back' => sub {
    my $ada = $shop->shopper;
    my $r = order($ada, 'a harbour [[error 503]]', wait => 30);
    is $r->status, 200 or diag $r->body;
    is $r->data->{status}, 'failed';
    is $r->data->{error}, 'PROVIDER_ERROR';
    is $shop->sql("SELECT count(*) FROM ai_calls WHERE design_id = '" . $r->data->{id} . "'"), 4;
    is $ada->get('/users/me')->data->{aiGenerationsToday}, 0;
    $shop->sql('DELETE FROM provider_states'); # the breaker forgets
    $panel->post('/_sandbox/faults', { provider => 'gemini', drop => 'after', count => 1 });
    my $lost = order($ada, 'a bridge', wait => 30);
    is $lost->status, 201, 'an answer that was lost is asked for once more';
};

subtest 'quota' => sub {
    my $eve = $shop->shopper(verified => 0);
    my @children;
    pipe my $in, my $out;
    for (1 .. 10) {
        my $pid = fork // die;
        if (!$pid) {
            syswrite $out, order($eve->with, 'a star')->status . "\n";
            POSIX::_exit(0);
        }
        push @children, $pid;
    }
    waitpid $_, 0 for @children;
    close $out;
    my @status = sort map { s/\n//r } <$in>;
    is_deeply \@status, [ 202, 202, (429) x 8 ], 'of ten at once two are accepted';
    my $r = order($eve, 'a star');
    is $r->status, 429;
    is $r->json->{error}{code}, 'RATE_LIMIT_EXCEEDED';
    my $details = $r->json->{error}{details};
    is_deeply [ @{$details}{qw(scope limit windowSeconds)} ], [ 'ai_generation', 2, 3600 ];
    ok $details->{resetAt};
    cmp_ok $r->header('retry-after'), '>', 3000;
    my $vip = $shop->shopper(tier => 'premium');
    my @usage = map { order($vip, 'a moon')->json->{meta}{usage}{limit} } 1 .. 4;
    is_deeply \@usage, [ 3, 3, 3, 10 ], 'premium flows over into a pool of its own';
    my $most = 0;
    ok $shop->until_so(60, sub {
        my $now = $shop->sql("SELECT count(*) FROM designs WHERE status = 'generating' AND user_id = '$vip->{user}{id}'");
        $most = $now if $now > $most;
        $shop->sql("SELECT count(*) FROM designs WHERE status IN ('queued', 'generating')") eq '0';
    }), 'all are drawn in the end';
    cmp_ok $most, '<=', 2, 'and two at once of one person';
};

subtest 'deleted while drawn' => sub {
    my $ada = $shop->shopper;
    my $id = order($ada, 'a boat [[slow 3]]')->data->{id};
    $shop->until_so(10, sub { $ada->get("/designs/$id")->data->{status} eq 'generating' });
    is $ada->put("/designs/$id", { designData => { objects => [ { type => 'Rect', left => 1, top => 1, width => 5, height => 5 } ] } })->status,
        409, 'it cannot be redrawn yet';
    is $ada->delete("/designs/$id")->status, 200;
    $shop->settle(30);
    is $ada->get("/designs/$id")->status, 404;
    ok $shop->sql("SELECT deleted_at IS NOT NULL FROM designs WHERE id = '$id'") eq 't';
    is $shop->sql("SELECT state FROM ai_reservations WHERE design_id = '$id'"), 'used', 'what was paid for is used';
};

subtest 'a runner that is killed' => sub {
    my $ada = $shop->shopper;
    my $id = order($ada, 'a kite [[slow 2]]')->data->{id};
    $shop->until_so(10, sub { $shop->sql("SELECT status FROM designs WHERE id = '$id'") eq 'generating' });
    kill 'KILL', $shop->runner;
    my $design = drawn($ada, $id, 60);
    is $design->{status}, 'ready', 'another one takes over';
    is $shop->sql("SELECT count(*) FROM ai_usage_logs WHERE design_id = '$id'"), 1;
    is $shop->sql("SELECT count(*) FROM ai_reservations WHERE design_id = '$id' AND state = 'used'"), 1;
};

done_testing;
