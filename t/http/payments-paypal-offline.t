# PayPal's webhooks proven by their certificate: nobody is asked about each.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 60, PAYPAL_WEBHOOK_OFFLINE => 'on', TSHOP_WORKERS_PATIENT => 1, TSHOP_WORKERS_FAST => 1 });
my $ada  = $shop->shopper;
my $tee  = $shop->variant(price => '20.00');

sub pay () {
    $ada->post('/cart/items', { %$tee, quantity => 1 });
    my $order = $ada->post('/orders/create', { shippingAddress => $shop->address })->data;
    $shop->sandbox->get($ada->post('/payments/create-intent', { orderId => $order->{id}, provider => 'paypal' })->data->{approveUrl});
    return $order;
}
sub is_paid ($order) { $shop->until_so(20, sub { $ada->get("/orders/$order->{id}")->data->{status} eq 'paid' }) }
sub calls ($like) { scalar grep { "$_->{method} $_->{path}" =~ $like } @{ $shop->sandbox->get('/_sandbox/calls?provider=paypal')->json } }
sub sent () { grep { $_->{provider} eq 'paypal' } @{ $shop->sandbox->get('/_sandbox/webhooks')->json } }
# What was delivered, delivered by somebody else, with something changed.
sub forge ($hook, %change) {
    my %h = map { $_ => $hook->{headers}{$_} } grep { /^Paypal-/ } keys %{ $hook->{headers} };
    my $body = delete $change{body} // $hook->{body};
    return $shop->guest->post('/payments/webhooks/paypal', $body, %h, %change);
}

subtest 'an order is paid' => sub {
    ok is_paid(pay()), 'by what the webhooks say';
    ok is_paid(pay()), 'and another';
    is calls(qr{verify-webhook-signature}), 0, 'PayPal is not asked about any';
    cmp_ok calls(qr{^GET /v1/notifications/certs/}), '<=', 2, 'its certificate is fetched once a worker';
    cmp_ok calls(qr{^GET /v1/notifications/certs/}), '>=', 1, 'and was';
};

subtest 'forgeries' => sub {
    my ($hook) = grep { $_->{type} eq 'PAYMENT.CAPTURE.COMPLETED' } sent();
    my $events = $shop->sql('SELECT count(*) FROM webhook_events');
    is forge($hook)->status, 200, 'it is genuine as it was' or diag forge($hook)->brief;
    is forge($hook, body => $hook->{body} =~ s/"WH-/"WX-/r)->code, 'INVALID_SIGNATURE', 'another body';
    is forge($hook, 'Paypal-Transmission-Id' => 'a')->code, 'INVALID_SIGNATURE', 'another id';
    is forge($hook, 'Paypal-Transmission-Sig' => 'AAAA')->code, 'INVALID_SIGNATURE', 'another signature';
    is forge($hook, 'Paypal-Auth-Algo' => 'SHA1withRSA')->code, 'INVALID_SIGNATURE', 'another way';
    my $calls = calls(qr/./);
    is forge($hook, 'Paypal-Cert-Url' => 'https://evil.example/v1/notifications/certs/x')->code, 'INVALID_SIGNATURE', 'a certificate from elsewhere';
    is forge($hook, 'Paypal-Cert-Url' => $shop->setting('PAYPAL_API_BASE') . '/v1/oauth2/token')->code, 'INVALID_SIGNATURE', 'from another folder';
    is calls(qr/./), $calls, 'which nobody fetches';
    my $none = $shop->setting('PAYPAL_API_BASE') . '/v1/notifications/certs/CERT-none';
    is forge($hook, 'Paypal-Cert-Url' => $none)->code, 'INVALID_SIGNATURE', 'one that is not there' for 1 .. 5;
    cmp_ok calls(qr/CERT-none/), '<=', 2, 'asked for once a worker';
    is $shop->sql('SELECT count(*) FROM webhook_events'), $events, 'nothing is kept of all that';
};

subtest 'the certificate cannot be had' => sub {
    my ($hook) = grep { $_->{type} eq 'PAYMENT.CAPTURE.COMPLETED' } sent();
    my $place = $shop->setting('PAYPAL_API_BASE') . '/v1/notifications/certs/CERT-later';
    $shop->sandbox->post('/_sandbox/faults', { provider => 'paypal', match => 'CERT-later', status => 503, count => 9 });
    my $r = forge($hook, 'Paypal-Cert-Url' => $place);
    is $r->status, 502, 'then it is not believed, and comes again' or diag $r->brief;
    $shop->sandbox->delete('/_sandbox/faults');
};

done_testing;
