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

subtest 'cancelling' => sub {
    my $r = $ada->post('/subscriptions/cancel', {});
    is $r->status, 200, 'at the end of the period' or diag $r->brief;
    ok $r->data->{cancelAtPeriodEnd}, 'it will end';
    is $r->data->{status}, 'active', 'and is active until then';
    is tier($ada), 'premium', 'with all that it brings';
    my $ref = $shop->sql("SELECT stripe_subscription_id FROM subscriptions WHERE user_id = '$ada->{user}{id}'");
    $shop->sandbox->delete("/v1/subscriptions/$ref", undef, Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'));
    ok $shop->until_so(20, sub { tier($ada) eq 'registered' }), 'when it has ended, so has premium';
    is $ada->get('/subscriptions/me')->data->{status}, 'canceled', 'and it is told';
    is $ada->post('/subscriptions/checkout', {})->status, 201, 'she may come back';
};

subtest 'Stripe is down' => sub {
    $shop->sandbox->post('/_sandbox/faults', { provider => 'stripe', status => 503, body => '{}', count => 5 });
    my $r = $shop->shopper->post('/subscriptions/checkout', {});
    is $r->status, 502, 'it is said' or diag $r->brief;
    is $r->error->{details}{provider}, 'stripe', 'and whose fault it is';
    $shop->sandbox->delete('/_sandbox/faults');
};

done_testing;
