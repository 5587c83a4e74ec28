# The stand-in for PayPal: approved by a GET, captured once, refunded in parts.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64 qw(encode_base64);
use TShop;

my $shop  = TShop->boot;
my $away  = $shop->sandbox;
my $basic = encode_base64(join(':', map { $shop->setting("PAYPAL_CLIENT_$_") } qw(ID SECRET)), '');
my $token = $away->post('/v1/oauth2/token', 'grant_type=client_credentials', Authorization => "Basic $basic",
    'Content-Type' => 'application/x-www-form-urlencoded')->json->{access_token};
my $paypal = $away->with(token => $token, headers => { Prefer => 'return=representation' });

sub money ($value) { { currency_code => 'USD', value => $value } }
sub order ($value, $key) {
    return $paypal->post('/v2/checkout/orders', { intent => 'CAPTURE', purchase_units => [ { custom_id => 'none',
        amount => { %{ money($value) }, breakdown => { item_total => money('50.00'), shipping => money('7.02') } } } ],
        payment_source => { paypal => { experience_context => { return_url => 'https://shop.example/back' } } } },
        'PayPal-Request-Id' => $key);
}
sub issue ($answer) { $answer->json->{details}[0]{issue} }

is $away->post('/v2/checkout/orders', {})->status, 401, 'a token is needed';
is issue(order('57.03', 'sandbox-0')), 'AMOUNT_MISMATCH', 'sums must be right';

my $made = order('57.02', 'sandbox-1')->json;
is $made->{status}, 'PAYER_ACTION_REQUIRED';
is order('57.02', 'sandbox-1')->json->{id}, $made->{id}, 'the same request, the same order';
my $capture = "/v2/checkout/orders/$made->{id}/capture";
is issue($paypal->post($capture, {})), 'ORDER_NOT_APPROVED', 'the buyer comes first';
my ($approve) = map { $_->{href} } grep { $_->{rel} eq 'payer-action' } @{ $made->{links} };
like $away->get($approve)->header('Location'), qr{^https://shop\.example/back\?token=$made->{id}&PayerID=}, 'and goes back';

my $paid = $paypal->post($capture, {}, 'PayPal-Request-Id' => 'sandbox-2');
is $paid->status, 201;
my $part = $paid->json->{purchase_units}[0]{payments}{captures}[0];
is $part->{status}, 'COMPLETED';
is issue($paypal->post($capture, {})), 'ORDER_ALREADY_CAPTURED', 'it is captured once';
my $refund = "/v2/payments/captures/$part->{id}/refund";
is $paypal->post($refund, { amount => money('25.99') })->status, 201, 'a part goes back';
is issue($paypal->post($refund, { amount => money('31.04') })), 'REFUND_AMOUNT_EXCEEDED', 'not more than is left';
is $paypal->post($refund, {})->json->{amount}{value}, '31.03', 'then the rest';
is issue($paypal->post($refund, {})), 'CAPTURE_FULLY_REFUNDED', 'then nothing';

my $hook;
ok $shop->until_so(10, sub {
    ($hook) = grep { $_->{type} eq 'PAYMENT.CAPTURE.COMPLETED' && @{ $_->{attempts} } }
        @{ $away->get('/_sandbox/webhooks?provider=paypal')->json };
}), 'the shop hears of it';
my %h = %{ $hook->{headers} };
my $check = sub ($event) {
    return $paypal->post('/v1/notifications/verify-webhook-signature', '{'
        . join(',', map { qq("$_->[0]":"$_->[1]") } [ auth_algo => $h{'Paypal-Auth-Algo'} ], [ cert_url => $h{'Paypal-Cert-Url'} ],
            [ transmission_id => $h{'Paypal-Transmission-Id'} ], [ transmission_sig => $h{'Paypal-Transmission-Sig'} ],
            [ transmission_time => $h{'Paypal-Transmission-Time'} ], [ webhook_id => $shop->setting('PAYPAL_WEBHOOK_ID') ])
        . qq(,"webhook_event":$event}))->json->{verification_status};
};
is $check->($hook->{body}), 'SUCCESS', 'what it sent it knows';
is $check->($hook->{body} =~ s/WH-/WX-/r), 'FAILURE', 'and nothing else';

my %of = (page_size => 1, event_type => 'PAYMENT.CAPTURE.REFUNDED');
my $events = '/v1/notifications/webhooks-events?' . join '&', map { "$_=$of{$_}" } sort keys %of;
my $first = $paypal->get($events)->json;
is $first->{events}[0]{resource}{amount}{value}, '31.03', 'what it has told, the newest first';
my ($next) = map { $_->{href} =~ s{^https?://[^/]+}{}r } grep { $_->{rel} eq 'next' } @{ $first->{links} };
my $second = $paypal->get($next)->json;
is $second->{events}[0]{resource}{amount}{value}, '25.99', 'page by page';
is_deeply $second->{links}, [], 'to the end';
is $paypal->get("$events&start_time=2099-01-01T00:00:00Z")->json->{count}, 0, 'between two times';

done_testing;
