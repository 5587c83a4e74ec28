# What we send to Stripe, PayPal and the printers is what their OpenAPI
# documents tell of, and so is what the sandbox answers in their place. The
# documents stand beside the tree, where somebody has put them.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop::Till;
use TShop::Contract;
use TShop::Paid qw(paid_order order_row);

my $source = $ENV{srcdir} // '.';
plan skip_all => 'there is no ../shared/openapi' unless -d TShop::Contract->folder($source);

my $till = TShop::Till->boot(settings => { TSHOP_HOLD_MINUTES => 0 });
my ($shop, $ada, $admin) = ($till->shop, $till->ada, $till->shop->admin);

sub paid ($order) { $shop->until_so(20, sub { $till->state($order) =~ /^(?:paid|processing)$/ }) }
sub run_now ($kind) {
    my $id = $shop->sql("INSERT INTO jobs (kind) VALUES ('$kind') RETURNING id") =~ s/\s//gr;
    return $shop->until_so(20, sub { $shop->sql("SELECT state FROM jobs WHERE id = '$id'") eq 'done' });
}

# ---- a walk past all who are called ----

for my $provider (qw(stripe paypal)) {
    my $order = $till->order;
    my $it = $till->intent($order, $provider)->data;
    $till->intent($order, $provider);
    $till->charge($it, 'pm_card_chargeDeclined') if $provider eq 'stripe';
    $till->charge($it, 'pm_card_pendingRefund');
    $ada->post('/payments/confirm', { orderId => $order->{id} });
    ok paid($order), "$provider: an order is paid";
    $admin->post("/orders/$order->{id}/refund", { amount => 5, reason => 'Torn' });
    ok $shop->until_so(20, sub { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}' AND provider_ref IS NOT NULL") }), 'a part of it is given back';
    # A refund that is asked for once more is looked at first.
    $till->settle;
    $shop->sql("UPDATE jobs SET state = 'queued' WHERE order_id = '$order->{id}' AND kind = 'refund_payment'");
    $admin->post("/orders/$order->{id}/refund", { reason => 'Torn again' });
    my $left = $till->order;
    $till->intent($left, $provider);
    $ada->post("/orders/$left->{id}/cancel", {});
}
ok run_now('reconcile_payments'), 'the books are compared';
my $reader = $shop->shopper;
$shop->sandbox->get($reader->post('/subscriptions/checkout', {})->data->{url});
ok $shop->until_so(20, sub { $reader->get('/users/me')->data->{tier} eq 'premium' }), 'somebody subscribes';
$reader->post('/subscriptions/portal', {});
$reader->post('/subscriptions/cancel', {});
is $reader->delete('/users/me', { password => $reader->{password} })->status, 200, 'and leaves';
for my $tier (qw(registered premium)) {
    my ($id) = paid_order($shop, tier => $tier, quantity => 2);
    ok $shop->until_so(30, sub { order_row($shop, $id) =~ /^processing/ }), "$tier: printed" or diag order_row($shop, $id);
    $admin->post("/orders/$id/refund", { reason => 'Called back' });
}
ok $till->settle, 'all is asked';
$shop->settle(20);

# ---- held against the documents ----

my %of = (
    stripe   => [ TShop::Contract->new($source, 'stripe') ],
    paypal   => [ map { TShop::Contract->new($source, $_) } qw(paypal-orders-v2 paypal-payments-v2 paypal-webhooks-v1) ],
    printful => [ TShop::Contract->new($source, 'printful') ],
    printify => [ TShop::Contract->new($source, 'printify-subset', prefix => '/v1') ],
);
for my $provider (sort keys %of) {
    my (%seen, @wrong);
    my $calls = TShop::Schema->read($shop->sandbox->get("/_sandbox/calls?provider=$provider")->body);
    for my $call (@$calls) {
        # What this test has done itself, in the buyer's place.
        next if ($call->{headers}{'user-agent'} // '') =~ /^tshop-test|^HTTP-Tiny/;
        my ($document) = grep { $_->operation(@$call{qw(method path)}) } @{ $of{$provider} };
        # The subset leaves out how products are listed.
        next if !$document && $provider eq 'printify' && "$call->{method} $call->{path}" =~ m{^GET /v1/shops/\w+/products\.json\?[\w=&]+$};
        if (!$document) {
            push @wrong, "$call->{method} $call->{path} is told of nowhere";
            next;
        }
        my $name = $document->operation(@$call{qw(method path)})->{name};
        push @wrong, map { "$name: $_" } $document->wrong($call) unless $seen{$name}++ > 20;
    }
    my %wrong = map { $_ => 1 } @wrong;
    is_deeply [ sort keys %wrong ], [], "$provider: " . keys(%seen) . ' kinds of calls';
    note map { "$_ ($seen{$_})\n" } sort keys %seen;
}

# ---- and what the sandbox says in their place ----

my %ids = (
    intent => $shop->sql("SELECT provider_ref FROM payments WHERE provider = 'stripe' AND status = 'succeeded' LIMIT 1"),
    order => $shop->sql("SELECT provider_ref FROM payments WHERE provider = 'paypal' AND status = 'succeeded' LIMIT 1"),
    capture => $shop->sql("SELECT capture_ref FROM payments WHERE provider = 'paypal' AND status = 'succeeded' LIMIT 1"),
    refund => $shop->sql("SELECT r.provider_ref FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE provider = 'paypal' LIMIT 1"),
);
my $stripe = $shop->sandbox->with(token => $shop->setting('STRIPE_SECRET_KEY'));
my $paypal = $till->paypal;
for (
    [ stripe => $stripe, '/v1/payment_intents' ], [ stripe => $stripe, "/v1/payment_intents/$ids{intent}" ], [ stripe => $stripe, '/v1/refunds' ],
    [ stripe => $stripe, '/v1/customers' ], [ stripe => $stripe, '/v1/subscriptions?status=all' ], [ stripe => $stripe, '/v1/prices' ],
    [ stripe => $stripe, '/v1/products' ], [ stripe => $stripe, '/v1/checkout/sessions' ],
    [ paypal => $paypal, "/v2/checkout/orders/$ids{order}" ], [ paypal => $paypal, "/v2/payments/captures/$ids{capture}" ], [ paypal => $paypal, "/v2/payments/refunds/$ids{refund}" ],
) {
    my ($provider, $client, $path) = @$_;
    my $answer = $client->get($path);
    my ($document) = grep { $_->operation('GET', $path) } @{ $of{$provider} };
    # Members that the document leaves out may come.
    my %wrong = map { s/\[\d+\]/[]/gr => 1 } grep { !/is told of nowhere$/ } $document->answer_wrong(GET => $path, TShop::Schema->read($answer->body));
    is join("\n", $answer->status, sort keys %wrong), 200, "$provider: " . $path =~ s/[?].*//r =~ s{(?<=/)[\w-]*\d[\w-]{7,}}{…}gr;
}

done_testing;
