# What an order costs us and leaves, what the provider keeps of it, and whose
# VAT number stands on it.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 60 });
my $ada  = $shop->shopper;

sub cost ($thing, %cost) {
    while (my ($provider, $minor) = each %cost) {
        $shop->sql(defined $minor
            ? "UPDATE provider_variants SET cost = $minor WHERE variant_id = '$thing->{variantId}' AND provider = '$provider'"
            : "DELETE FROM provider_variants WHERE variant_id = '$thing->{variantId}' AND provider = '$provider'");
    }
    return $thing;
}
sub order ($who, $lines, %o) {
    $who->post('/cart/items', { %{ $_->[0] }, quantity => $_->[1] }) for @$lines;
    my $r = $who->post('/orders/create', { shippingAddress => $shop->address(%{ delete $o{to} // {} }), %o });
    return $r->status == 201 ? $r->data : $r;
}
sub of_admin ($order) { $shop->admin->get("/orders/$order->{id}")->data }
sub stripe_pay ($who, $order) {
    my $it = $who->post('/payments/create-intent', { orderId => $order->{id} })->data;
    $shop->sandbox->post("/v1/payment_intents/$it->{paymentIntentId}/confirm", 'payment_method=pm_card_visa',
        'Content-Type' => 'application/x-www-form-urlencoded', Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'));
    $shop->until_so(20, sub { $who->get("/orders/$order->{id}")->data->{status} eq 'paid' }) or die "not paid\n";
}

my $tee = cost($shop->variant(price => '20.00'), printful => 1100, printify => 900);
my $cap = cost($shop->variant(price => '15.00', category => 'cap'), printful => 500, printify => 800);

subtest 'the cost is that of whoever would make it' => sub {
    my $one = of_admin(order($ada, [ [ $tee, 2 ] ]));
    cmp_ok $one->{cost}{estimate}, '==', 18.00, 'the cheaper one';
    cmp_ok $one->{cost}{margin}, '==', 22.00, 'and what that leaves of 40.00';
    is $one->{cost}{baseCurrency}, 'USD', 'in the shop\'s currency too';
    cmp_ok $one->{cost}{baseMargin}, '==', 22.00, 'which is the same here';
    cmp_ok of_admin(order($ada, [ [ $tee, 1 ], [ $cap, 1 ] ]))->{cost}{estimate}, '==', 16.00, 'one printer makes all of it';
    my $star = $shop->shopper(tier => 'premium');
    cmp_ok of_admin(order($star, [ [ $tee, 1 ] ]))->{cost}{estimate}, '==', 11.00, 'premium goes to Printful';
    my $listed = $shop->admin->get('/orders?limit=1')->data->[0];
    cmp_ok $listed->{cost}{estimate}, '==', 11.00, 'the list tells it too';
    is $ada->get("/orders/$one->{id}")->data->{cost}, undef, 'the shopper is not told';
    unlike $ada->get("/orders/$one->{id}")->body, qr/18\.00|margin/, 'not anywhere';
    cost($tee, printify => 1000);
    cmp_ok of_admin($one)->{cost}{estimate}, '==', 18.00, 'it stays as it was that day';
    cost($tee, printify => 900);
};

subtest 'other currencies, coupons, taxes' => sub {
    my $rate = $shop->sql("SELECT rate FROM exchange_rates WHERE currency = 'EUR'");
    my $order = of_admin(order($ada, [ [ $tee, 1 ] ], currency => 'EUR'));
    cmp_ok $order->{cost}{estimate}, '==', sprintf('%.2f', 9 * $rate), 'at the rate of the day';
    cmp_ok $order->{cost}{baseEstimate}, '==', 9.00, 'and back';
    my $less = of_admin(order($ada, [ [ $tee, 1 ] ], couponCode => 'WELCOME10'));
    cmp_ok $less->{cost}{margin}, '==', 9.00, 'a coupon takes from the margin';
    $shop->sql("INSERT INTO tax_rates (country, rate, inclusive) VALUES ('DE', 0.19, true) ON CONFLICT (country, state, category) DO UPDATE SET rate = 0.19, inclusive = true");
    my $german = of_admin(order($ada, [ [ $tee, 1 ] ], currency => 'USD',
        to => { country => 'DE', state => undef, postalCode => '10115', city => 'Berlin' }));
    cmp_ok $german->{cost}{margin}, '==', 7.81, 'tax that the price holds is not ours';
};

subtest 'nobody knows' => sub {
    my $odd = cost($shop->variant(price => '9.00'), printful => undef, printify => undef);
    is of_admin(order($ada, [ [ $odd, 1 ] ]))->{cost}, undef, 'then nothing is said';
};

subtest 'a loss' => sub {
    my $dear = cost($shop->variant(price => '10.00'), printful => 1200, printify => 1300);
    my $order = order($ada, [ [ $dear, 2 ] ]);
    cmp_ok of_admin($order)->{cost}{margin}, '==', -4.00, 'it is seen';
    is scalar(grep { $_->{kind} eq 'loss' } @{ of_admin($order)->{cases} }), 0, 'which matters when it is paid';
    stripe_pay($ada, $order);
    my ($case) = grep { $_->{kind} eq 'loss' } @{ of_admin($order)->{cases} };
    cmp_ok $case->{detail}{margin}, '==', -4.00, 'then it is a case';
    is $case->{severity}, 'warning', 'of the milder kind';
};

subtest 'what the provider keeps' => sub {
    my $order = order($ada, [ [ $tee, 1 ] ]);
    stripe_pay($ada, $order);
    my ($paid) = grep { $_->{status} eq 'succeeded' } @{ of_admin($order)->{payments} };
    is $paid->{fee}, undef, 'an event of Stripe does not tell';
    $shop->sql("INSERT INTO jobs (kind) VALUES ('reconcile_payments')");
    ok $shop->until_so(20, sub { defined of_admin($order)->{payments}[-1]{fee} }), 'the reconciler asks';
    $paid = of_admin($order)->{payments}[-1];
    cmp_ok $paid->{fee}, '==', sprintf('%.2f', (int((100 * $order->{totalAmount} * 29 + 500.5) / 1000) + 30) / 100), 'what was booked';
    is $paid->{feeCurrency}, 'USD', 'in whose currency';

    my $two = order($ada, [ [ $tee, 1 ] ]);
    $shop->sandbox->get($ada->post('/payments/create-intent', { orderId => $two->{id}, provider => 'paypal' })->data->{approveUrl});
    ok $shop->until_so(20, sub { $ada->get("/orders/$two->{id}")->data->{status} eq 'paid' }), 'by PayPal';
    my $fee = of_admin($two)->{payments}[-1];
    ok defined $fee->{fee} && $fee->{fee} > 0, 'which tells at once';
    is $fee->{feeCurrency}, 'USD', 'in whose currency';
};

subtest 'a VAT number' => sub {
    my $order = order($ada, [ [ $tee, 1 ] ], vatNumber => 'de 123.456.789');
    is $order->{vatNumber}, 'DE123456789', 'is noted, as it should be written' or diag $order->brief;
    is of_admin($order)->{vatNumber}, 'DE123456789', 'the admin sees it';
    stripe_pay($ada, $order);
    my $mail = $shop->mail($ada->{email}, qr/\Q$order->{orderNumber}\E/);
    like $mail->{text}, qr/VAT number: DE123456789/, 'the receipt has it';
    is order($ada, [ [ $tee, 1 ] ])->{vatNumber}, undef, 'most have none';
    my $quote = sub (%o) {
        $ada->post('/cart/items', { %$tee, quantity => 1 });
        $ada->post('/orders/quote', { shippingAddress => $shop->address, %o });
    };
    is $quote->(vatNumber => 'DE12')->error->{details}[0]{code}, 'format', 'one that cannot be';
    is $quote->(vatNumber => 'DE12')->error->{details}[0]{field}, 'vatNumber', 'and where';
    is $quote->(vatNumber => 17)->error->{details}[0]{code}, 'type', 'a number is none';
    my $with = $quote->(vatNumber => 'FRXX999999999')->data;
    my $without = $ada->post('/orders/quote', { shippingAddress => $shop->address })->data;
    is_deeply $with, $without, 'it changes no figure';
    is $ada->delete('/users/me', { password => $ada->{password} })->status, 200, 'she goes';
    is $shop->sql("SELECT count(*) FROM orders WHERE vat_number IS NOT NULL"), 0, 'and her number with her';
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
