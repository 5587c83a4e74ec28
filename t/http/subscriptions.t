# The premium tier, through Stripe.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot;
my $ada  = $shop->shopper;

sub tier ($who) { $who->get('/users/me')->data->{tier} }
sub calls ($like) { scalar grep { "$_->{method} $_->{path}" =~ $like } @{ $shop->sandbox->get('/_sandbox/calls?provider=stripe')->json } }

subtest 'without one' => sub {
    my $r = $ada->get('/subscriptions/me');
    is $r->status, 200, 'there is none' or diag $r->brief;
    is $r->data, undef, 'and that is null';
    like $r->body, qr/"data"\s*:\s*null/, 'really null';
    is $ada->post('/subscriptions/cancel')->status, 404, 'nothing to cancel';
    is $shop->guest->get('/subscriptions/me')->status, 401, 'nobody without a name';
    is tier($ada), 'registered', 'she is registered';
};

subtest 'buying it' => sub {
    my $r = $ada->post('/subscriptions/checkout', {});
    is $r->status, 201, 'a page to go to' or diag $r->brief;
    like $r->data->{sessionId}, qr/^cs_/, 'with its id';
    is tier($ada), 'registered', 'which grants nothing';
    $shop->sandbox->get($r->data->{url});
    ok $shop->until_so(20, sub { tier($ada) eq 'premium' }), 'but paying there does';
    my $me = $ada->get('/subscriptions/me')->data;
    is $me->{status}, 'active', 'it is active';
    is $me->{tier}, 'premium', 'and premium';
    ok !$me->{cancelAtPeriodEnd}, 'it goes on';
    like $me->{currentPeriodEnd}, qr/^\d{4}-/, 'until then';
    is_deeply [ sort keys %$me ], [qw(cancelAtPeriodEnd currentPeriodEnd status tier)], 'and no more';
    is $ada->post('/subscriptions/checkout', {})->code, 'CONFLICT', 'one is enough';
    my $bob = $shop->shopper;
    is $bob->post('/subscriptions/checkout')->status, 201, 'somebody else, without a body';
    is calls(qr{^POST /v1/prices}), 1, 'the price was made once';
};

subtest 'the portal' => sub {
    my $r = $ada->post('/subscriptions/portal');
    is $r->status, 201, 'a page to go to' or diag $r->brief;
    like $r->data->{url}, qr/^http/, 'at Stripe';
};

sub ref_of ($who) { $shop->sql("SELECT stripe_subscription_id FROM subscriptions WHERE user_id = '$who->{user}{id}' ORDER BY status IN ('active', 'past_due', 'unpaid') DESC, created_at DESC LIMIT 1") }
sub stripe ($method, $path, $form = undef) {
    return $shop->sandbox->request($method, $path, $form,
        Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'),
        'Content-Type' => $form ? 'application/x-www-form-urlencoded' : undef)->json;
}
sub move ($who, $move) { $shop->sandbox->post('/_sandbox/stripe/subscriptions/' . ref_of($who) . "/$move", {}) }
sub premium ($shop) {
    my $who = $shop->shopper;
    $shop->sandbox->get($who->post('/subscriptions/checkout', {})->data->{url});
    $shop->until_so(20, sub { tier($who) eq 'premium' }) or die "no premium\n";
    return $who;
}
sub ctl (@words) { $shop->ctl(@words) }

subtest 'what is sold' => sub {
    my $r = $shop->guest->get('/subscriptions/plans');
    is $r->status, 200, 'anybody may ask' or diag $r->brief;
    is_deeply $r->data, [ { code => 'premium_monthly', name => 'TShop Premium', amount => '9.99', currency => 'USD',
        interval => 'month', tier => 'premium' } ], 'the plan of the demo, without ids of Stripe';
    ok $r->header('ETag'), 'it may be cached';
    like $r->header('Cache-Control'), qr/public/, 'by anybody';
    is $shop->guest(headers => { 'If-None-Match' => $r->header('ETag') })->get('/subscriptions/plans')->status, 304, 'unchanged';
    my $de = $shop->guest->get('/subscriptions/plans?lang=de');
    is $de->data->[0]{name}, 'TShop Premium, monatlich', 'in German';
    is $de->header('Content-Language'), 'de', 'and it says so';
};

subtest 'a plan by hand' => sub {
    my $out = ctl(qw(plan add premium_yearly 99.00 USD year), 'TShop Premium, a year', 'de=TShop Premium, jährlich');
    like $out, qr/^premium_yearly prod_\w+ price_\w+$/, 'product and price are made';
    my ($product, $price) = $out =~ /(prod_\w+) (price_\w+)/;
    my $at = stripe(GET => "/v1/prices/$price");
    is_deeply [ @$at{qw(unit_amount currency product lookup_key)}, $at->{recurring}{interval} ],
        [ 9900, 'usd', $product, 'premium_yearly', 'year' ], 'as they should be';
    is ctl(qw(plan add premium_yearly 99.00 USD year), 'TShop Premium, a year'), $out, 'typed again it makes nothing';
    is calls(qr{^POST /v1/products}), 2, 'a product each';
    like ctl(qw(plan add premium_yearly 89.00 USD year Cheaper)), qr/died/, 'its price does not change';
    like ctl(qw(plan add tiny 0.10 USD month Tiny)), qr/died/, 'less than Stripe takes';
    like ctl(qw(plan add odd 1.005 USD month Odd)), qr/died/, 'half a cent';
    is scalar @{ $shop->guest->get('/subscriptions/plans')->data }, 2, 'two are sold';

    my $carl = $shop->shopper;
    my $r = $carl->post('/subscriptions/checkout', { plan => 'premium_yearly' });
    is $r->status, 201, 'it can be bought' or diag $r->brief;
    $shop->sandbox->get($r->data->{url});
    ok $shop->until_so(20, sub { tier($carl) eq 'premium' }), 'and grants';
    is $shop->sql("SELECT plan FROM subscriptions WHERE user_id = '$carl->{user}{id}'"), $price, 'at that price';
    is $shop->shopper->post('/subscriptions/checkout', { plan => 'gold' })->error->{details}[0]{code}, 'unknown_reference',
        'one that is not sold';
    like ctl(qw(plan retire premium_yearly)), qr/sold no more/, 'retired';
    ok !stripe(GET => "/v1/prices/$price")->{active}, 'at Stripe too';
    is $shop->shopper->post('/subscriptions/checkout', { plan => 'premium_yearly' })->status, 422, 'nobody can buy it';
    like ctl('plan', 'list'), qr/premium_yearly .*retired +1 /, 'who has it keeps it';
    like ctl(qw(plan add premium_yearly 89.00 USD year Cheaper)), qr/^premium_yearly prod_\w+ (?!$price)price_\w+$/,
        'and it comes back under its code at another price';
    like ctl(qw(plan retire premium_yearly)), qr/sold no more/, 'and goes';
    like ctl(qw(plan retire premium_yearly)), qr/died/, 'once';
};

subtest 'cancelling, and thinking better of it' => sub {
    my $r = $ada->post('/subscriptions/cancel', {});
    is $r->status, 200, 'at the end of the period' or diag $r->brief;
    ok $r->data->{cancelAtPeriodEnd}, 'it will end';
    is $r->data->{status}, 'active', 'and is active until then';
    is tier($ada), 'premium', 'with all that it brings';
    $r = $ada->post('/subscriptions/resume', {});
    is $r->status, 200, 'no, go on' or diag $r->brief;
    ok !$r->data->{cancelAtPeriodEnd}, 'it will not end';
    ok !stripe(GET => '/v1/subscriptions/' . ref_of($ada))->{cancel_at_period_end}, 'at Stripe neither';
    is $ada->post('/subscriptions/resume', {})->status, 200, 'twice is as once';
    is $shop->shopper->post('/subscriptions/resume', {})->status, 404, 'nothing to resume';
    my $ref = ref_of($ada);
    stripe(DELETE => "/v1/subscriptions/$ref");
    ok $shop->until_so(20, sub { tier($ada) eq 'registered' }), 'when it has ended, so has premium';
    is $ada->get('/subscriptions/me')->data->{status}, 'canceled', 'and it is told';
    ok $shop->mail($ada->{email}, qr/plan has ended/), 'also by letter';
    is $ada->post('/subscriptions/resume', {})->status, 404, 'what has ended does not come back';
    is $ada->post('/subscriptions/checkout', {})->status, 201, 'she may come back';
};

subtest 'bills' => sub {
    my $dora = premium($shop);
    ok $shop->until_so(20, sub { @{ $dora->get('/subscriptions/invoices')->data } }), 'the first has come';
    my $r = $dora->get('/subscriptions/invoices');
    my $first = $r->data->[0];
    is_deeply [ @$first{qw(status total amountPaid currency)} ], [ 'paid', '9.99', '9.99', 'USD' ], 'and is paid';
    like $first->{url}, qr/^https:/, 'with a page of its own';
    is $r->json->{meta}{pagination}{total}, 1, 'a list like any other';
    move($dora, 'renew');
    ok $shop->until_so(20, sub { @{ $dora->get('/subscriptions/invoices')->data } == 2 }), 'and a second one';
    is scalar(grep { $_->{id} eq $first->{id} } @{ $ada->get('/subscriptions/invoices')->data }), 0, 'and nobody else sees them';
    is $shop->guest->get('/subscriptions/invoices')->status, 401, 'nobody without a name';
    is scalar @{ $dora->get('/users/me/export')->json->{invoices} // $dora->get('/users/me/export')->data->{invoices} }, 2, 'the export has them';
};

subtest 'a renewal that is not paid' => sub {
    my $eve = premium($shop);
    is move($eve, 'fail')->status, 200, 'the card fails';
    ok $shop->until_so(20, sub { $eve->get('/subscriptions/me')->data->{status} eq 'past_due' }), 'it is told';
    is tier($eve), 'premium', 'days of grace';
    my $mail = $shop->mail($eve->{email}, qr/payment did not go through/);
    ok $mail, 'she is told';
    like $mail->{text}, qr{https://invoice\.stripe\.com/}, 'where to pay';
    like $mail->{text}, qr/try again on 20\d\d-/, 'and when it is tried again';
    my $id = $eve->{user}{id};
    $shop->sql("UPDATE subscriptions SET past_due_at = now() - interval '4 days' WHERE user_id = '$id'");
    is tier($eve), 'registered', 'grace ends, although the new period has a month to go';
    is move($eve, 'pay')->status, 200, 'then she pays';
    ok $shop->until_so(20, sub { tier($eve) eq 'premium' }), 'and is back';
    is $shop->sql("SELECT past_due_at IS NULL FROM subscriptions WHERE user_id = '$id'"), 't', 'and owes nothing';
    move($eve, 'fail');
    ok $shop->until_so(20, sub { $eve->get('/subscriptions/me')->data->{status} eq 'past_due' }), 'once more';
    is tier($eve), 'premium', 'grace anew';
    move($eve, 'unpaid');
    ok $shop->until_so(20, sub { tier($eve) eq 'registered' }), 'Stripe gives up: so do we';
    is $eve->post('/subscriptions/checkout', {})->code, 'CONFLICT', 'what is owed has to be paid first';
};

subtest 'two checkouts, both paid' => sub {
    my $fay = $shop->shopper;
    my @url = map { $fay->post('/subscriptions/checkout', {})->data->{url} } 1, 2;
    $shop->sandbox->get($_) for @url;
    ok $shop->until_so(20, sub { tier($fay) eq 'premium' }), 'she has one';
    my $id = $fay->{user}{id};
    my $done = $shop->until_so(30, sub { $shop->sql("SELECT count(*) FROM cases WHERE kind = 'second-subscription' AND detail ->> 'userId' = '$id' AND detail ->> 'stopped' = 'true'") });
    ok $done, 'the other has been stopped, and a case tells';
    my $all = stripe(GET => '/v1/subscriptions?status=all&customer=' . $shop->sql("SELECT stripe_customer_id FROM users WHERE id = '$id'"));
    is_deeply [ sort map { $_->{status} } @{ $all->{data} } ], [qw(active canceled)], 'one lives';
    my ($second) = grep { $_->{status} eq 'canceled' } @{ $all->{data} };
    my ($first) = grep { $_->{status} eq 'active' } @{ $all->{data} };
    is $first->{id}, ref_of($fay), 'the one that we know';
    my $charge = sub ($sub) { stripe(GET => '/v1/charges/' . stripe(GET => "/v1/invoices/$sub->{latest_invoice}")->{charge}) };
    is $charge->($second)->{amount_refunded}, 999, 'what was paid for the other went back';
    is $charge->($first)->{amount_refunded}, 0, 'and nothing else';
    ok $shop->settle, 'all is said';
    is $shop->sql("SELECT count(*) FROM subscriptions WHERE user_id = '$id' AND status = 'active'"), 1, 'she still has one';
    is tier($fay), 'premium', 'and is premium';
};

subtest 'coming back before the end has been told' => sub {
    my $gus = premium($shop);
    my $old = ref_of($gus);
    my $url = do {
        $shop->sql("UPDATE subscriptions SET status = 'canceled' WHERE stripe_subscription_id = '$old'");
        my $r = $gus->post('/subscriptions/checkout', {});
        $shop->sql("UPDATE subscriptions SET status = 'active' WHERE stripe_subscription_id = '$old'");
        $r->data->{url};
    };
    # the end is told, but it is as if it had been lost
    stripe(DELETE => "/v1/subscriptions/$old");
    $shop->settle;
    $shop->sql("UPDATE subscriptions SET status = 'active', event_at = now() - interval '1 minute' WHERE stripe_subscription_id = '$old'");
    $shop->sandbox->get($url);
    ok $shop->until_so(30, sub { my $now = ref_of($gus); $now ne $old && $shop->sql("SELECT status FROM subscriptions WHERE stripe_subscription_id = '$now'") eq 'active' }),
        'the new one is his, not taken for a second';
    is stripe(GET => '/v1/subscriptions/' . ref_of($gus))->{status}, 'active', 'and lives at Stripe';
    is tier($gus), 'premium', 'premium';
};

subtest 'an account goes' => sub {
    my $hal = premium($shop);
    my $ref = ref_of($hal);
    my $late = do {
        $shop->sql("UPDATE subscriptions SET status = 'canceled' WHERE stripe_subscription_id = '$ref'");
        my $r = $hal->post('/subscriptions/checkout', {});
        $shop->sql("UPDATE subscriptions SET status = 'active' WHERE stripe_subscription_id = '$ref'");
        $r->data->{url};
    };
    is $hal->delete('/users/me', { password => $hal->{password} })->status, 200, 'gone';
    ok $shop->until_so(20, sub { stripe(GET => "/v1/subscriptions/$ref")->{status} eq 'canceled' }), 'its subscription ends at Stripe';
    is $shop->sql("SELECT count(*) FROM subscription_invoices WHERE user_id = '$hal->{user}{id}' AND (hosted_url IS NOT NULL OR number IS NOT NULL)"), 0, 'bills keep sums alone';
    $shop->sandbox->get($late);
    ok $shop->until_so(20, sub { $shop->sql("SELECT count(*) FROM cases WHERE kind = 'second-subscription' AND detail ->> 'why' = 'late' AND detail ->> 'stopped' = 'true'") }),
        'one that is paid after that is stopped and given back';
    is $shop->sql("SELECT tier FROM users WHERE id = '$hal->{user}{id}'"), 'free', 'and grants nothing';
};

subtest 'Stripe has forgotten' => sub {
    my $ivy = premium($shop);
    my $id = $ivy->{user}{id};
    stripe(DELETE => '/v1/customers/' . $shop->sql("SELECT stripe_customer_id FROM users WHERE id = '$id'"));
    $shop->settle;
    $shop->sql("UPDATE subscriptions SET status = 'canceled' WHERE user_id = '$id'");
    $shop->sql("UPDATE plans SET stripe_price_id = 'price_gone' WHERE active");
    my $r = $ivy->post('/subscriptions/checkout', {});
    is $r->status, 201, 'customer and price are made anew' or diag $r->brief;
    $shop->sandbox->get($r->data->{url});
    ok $shop->until_so(20, sub { tier($ivy) eq 'premium' }), 'and it grants';
};

subtest 'a customer whose answer was lost' => sub {
    my $kim = $shop->shopper;
    $shop->sandbox->post('/_sandbox/faults', { provider => 'stripe', match => '^POST /v1/customers$', drop => 'after', count => 1 });
    isnt $kim->post('/subscriptions/checkout', {})->status, 201, 'cannot subscribe';
    $shop->sql("UPDATE users SET email = 'kim.now\@example.com' WHERE id = '$kim->{user}{id}'");
    my $r = $kim->post('/subscriptions/checkout', {});
    is $r->status, 201, 'but with another address, which Stripe would not take under the same key' or diag $r->brief;
};

subtest 'a word that was lost' => sub {
    my $jim = premium($shop);
    my $ref = ref_of($jim);
    $shop->sql("UPDATE subscriptions SET status = 'past_due', event_at = now() - interval '2 days' WHERE stripe_subscription_id = '$ref'");
    $shop->sql("INSERT INTO jobs (kind) VALUES ('reconcile_payments')");
    ok $shop->until_so(20, sub { $shop->sql("SELECT status FROM subscriptions WHERE stripe_subscription_id = '$ref'") eq 'active' }),
        'the reconciler asks';
};

subtest 'Stripe is down' => sub {
    $shop->sandbox->post('/_sandbox/faults', { provider => 'stripe', status => 503, body => '{}', count => 5 });
    my $r = $shop->shopper->post('/subscriptions/checkout', {});
    is $r->status, 502, 'it is said' or diag $r->brief;
    is $r->error->{details}{provider}, 'stripe', 'and whose fault it is';
    $shop->sandbox->delete('/_sandbox/faults');
};

done_testing;
