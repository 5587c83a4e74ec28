# What a printer may say of an order besides that all is well: what becomes of
# the order, who is told, and that it goes on when the trouble is over.
use v5.36;
use Test::More;
use Digest::SHA 'hmac_sha256_hex';
use JSON::PP ();
use TShop;
use TShop::Paid qw(paid_order live_orders order_row);

# The printers' own webhooks stay away.
my $shop = TShop->boot(settings => { TSHOP_PUBLIC_URL => 'https://127.0.0.1:9' });
my ($sandbox, $admin) = ($shop->sandbox, $shop->admin);
my $json = JSON::PP->new->canonical;
my %tier = (printful => 'premium', printify => 'registered');
my %read = (printful => '^GET /orders/\d+$', printify => '^GET /v1/shops/\w+/orders/\w+\.json$');
my $n = 0;

sub fault (%how) { $sandbox->post('/_sandbox/faults', { count => 1, %how })->json }
sub is_met ($fault) { $shop->until_so(15, sub { !grep { $_->{id} eq $fault->{id} } @{ $sandbox->get('/_sandbox/faults')->json } }) }
sub job ($it, $what) { $shop->sql("SELECT $what FROM jobs WHERE order_id = '$it->{id}' AND kind = 'submit_order'") }
sub is_at ($it, $pattern, $seconds = 15) { $shop->until_so($seconds, sub { order_row($shop, $it->{id}) =~ $pattern }) }
sub cases ($it) { $shop->sql("SELECT coalesce(string_agg(kind || ' ' || state, ', ' ORDER BY kind), '') FROM cases WHERE order_id = '$it->{id}'") }
sub letters ($it, $kind) { $shop->sql("SELECT count(*) FROM jobs WHERE kind = 'send_mail' AND order_id = '$it->{id}' AND dedupe_key LIKE 'mail:order-$kind:%'") }
sub parcels ($it) { $shop->sql("SELECT coalesce(string_agg(tracking_number || ' ' || status, ', ' ORDER BY tracking_number), '') FROM shipments WHERE order_id = '$it->{id}'") }
sub heard () { $shop->until_so(15, sub { $shop->sql("SELECT count(*) FROM jobs WHERE kind = 'settle_print_webhook' AND state IN ('queued', 'running')") eq '0' }) }
sub choice ($it) { $shop->sql("SELECT reason FROM fulfillments WHERE order_id = '$it->{id}' ORDER BY attempt DESC LIMIT 1") }

sub placed ($printer, %o) {
    my ($id, $number) = paid_order($shop, tier => $tier{$printer}, %o);
    return { id => $id, number => $number, printer => $printer };
}
sub printed ($printer) {
    my $it = placed($printer);
    is_at($it, qr/^processing \w+ $printer/, 25) or BAIL_OUT("not printed: " . order_row($shop, $it->{id}) . job($it, 'last_error'));
    $shop->until_so(5, sub { job($it, 'state') eq 'done' });
    ($it->{live}) = live_orders($shop, $it->{number});
    return $it;
}
# The next readings of the order, with some of it changed.
sub reads ($it, %changed) {
    my $told = $json->decode($json->encode($it->{live}));
    delete @$told{qw(printer externalId)};
    @$told{ keys %changed } = values %changed;
    return fault(provider => $it->{printer}, match => $read{ $it->{printer} }, status => 200,
        body => $it->{printer} eq 'printful' ? { code => 200, result => $told, extra => [] } : $told);
}
# A signed message about it.
sub tells ($it, $type, %data) {
    my $body = $it->{printer} eq 'printful'
        ? $json->encode({ type => $type, occurred_at => sprintf('2026-11-26T18:%02d:%02dZ', ++$n / 60, $n % 60), retries => 0,
            data => { %data, order => { id => $it->{live}{id}, external_id => $it->{number}, status => 'pending' } } })
        : $json->encode({ id => sprintf('653b6be8-2ff7-4ab5-a7a6-%012d', ++$n), type => $type, created_at => '2026-11-26 18:00:00+00:00',
            resource => { id => $it->{live}{id}, type => 'order', data => {%data} } });
    my $secret = $shop->setting(uc($it->{printer}) . '_WEBHOOK_SECRET');
    my %signed = $it->{printer} eq 'printful'
        ? ('X-Pf-Webhook-Signature' => hmac_sha256_hex($body, $secret =~ /^(?:[0-9a-f]{2})+$/i ? pack 'H*', $secret : $secret))
        : ('X-Pfy-Signature' => 'sha256=' . hmac_sha256_hex($body, $secret));
    my $answer = $shop->guest->post("/fulfillment/webhooks/$it->{printer}", $body, %signed);
    is $answer->status, 200, "$it->{printer} tells: $type" or diag $answer->brief;
}
sub parcel ($id, %o) {
    return { id => $id, carrier => 'USPS', service => 'x', tracking_number => "94$id", tracking_url => "https://t.example/94$id", shipped_at => 1795720900, reshipment => JSON::PP::false(), items => [], %o };
}

# ---- held ----
my $it = printed('printful');
reads($it, status => 'onhold');
tells($it, 'order_put_hold', reason => 'a logo');
ok is_at($it, qr/^processing on_hold/), 'held: the order stays as it is';
is cases($it), 'print_on_hold open', 'a human is told';
is letters($it, 'problem'), 0, 'its buyer is not: it may be over in a minute';
my $confirms = sub { scalar grep { "$_->{method} $_->{path}" eq "POST /orders/$it->{live}{id}/confirm" } @{ $sandbox->get('/_sandbox/calls?provider=printful')->json } };
my $before = $confirms->();
reads($it, status => 'draft');
tells($it, 'order_remove_hold', reason => '');
ok $shop->until_so(15, sub { $confirms->() > $before }), 'released as a draft: confirmed once more';
ok is_at($it, qr/^processing accepted/), 'and it goes on';
is cases($it), 'print_on_hold closed', 'the case is over';

$it = printed('printify');
reads($it, status => 'payment-not-received');
tells($it, 'order:updated', shop_id => 1, status => 'payment-not-received');
ok is_at($it, qr/^processing on_hold/), 'Printify could not charge us: held';
is cases($it), 'print_on_hold open', 'a human is told';
tells($it, 'order:updated', shop_id => 1, status => 'in-production');
ok is_at($it, qr/^processing in_production/), 'paid, it goes on';
is cases($it), 'print_on_hold closed', 'the case is over';

# ---- given up, for good ----
$it = printed('printful');
reads($it, status => 'archived');
tells($it, 'order_updated');
ok is_at($it, qr/^processing cancelled/), 'archived is as good as cancelled';
is cases($it), 'print_cancelled open', 'a human is told';
is letters($it, 'problem'), 1, 'and its buyer';
$it = printed('printful');
my $odd = reads($it, status => 'levitating');
tells($it, 'order_updated');
ok is_met($odd), 'a word that nobody knows';
heard();
is order_row($shop, $it->{id}), 'processing accepted printful', 'changes nothing';

# ---- our account ----
for my $printer (qw(printful printify)) {
    fault(provider => $printer, match => $printer eq 'printful' ? '/confirm$' : 'send_to_production', status => 402, count => 2);
    $it = placed($printer);
    ok $shop->until_so(15, sub { cases($it) eq 'print_stuck open' }), "$printer wants to be paid first: a human is told" or diag cases($it), job($it, 'last_error');
    like order_row($shop, $it->{id}), qr/^paid draft $printer/, 'the draft waits';
    ok is_at($it, qr/^processing \w+ $printer/), 'paid, it goes on';
    is cases($it), 'print_stuck closed', 'the case is over';
    is scalar(live_orders($shop, $it->{number})), 1, 'made once';
}

sub of_account ($printer) { $shop->sql("SELECT coalesce(string_agg(state, ' ' ORDER BY created_at), '') FROM cases WHERE kind = 'print_account' AND key = '$printer'") }
fault(provider => 'printful', match => '.', status => 401, count => 100);
$it = placed('printful');
ok is_at($it, qr/^processing \w+ printify/), 'a token that has expired: made by the other';
is of_account('printful'), 'open', 'and a human is told';
$sandbox->delete('/_sandbox/faults');
$it = placed('printful');
ok is_at($it, qr/^processing \w+ printful/), 'a new one';
is of_account('printful'), 'closed', 'and all is well';

# ---- too often ----
for my $printer (qw(printful printify)) {
    fault(provider => $printer, match => $printer eq 'printful' ? 'estimate' : 'shipping', status => 429);
    $it = placed($printer);
    ok is_at($it, qr/^processing/), "$printer was asked too often: made by the other";
    cmp_ok $shop->sql("SELECT extract(epoch FROM pause_until - now()) FROM provider_states WHERE provider = '$printer'"), '>', 40,
        'and it is left alone for the minute that it wants';
    $shop->sql('DELETE FROM provider_states');
}

# ---- costs that take their time ----
fault(provider => 'printful', match => $read{printful}, status => 503);
$it = placed('printful');
ok is_at($it, qr/^paid draft/), 'a draft';
($it->{live}) = live_orders($shop, $it->{number});
my $calculating = reads($it, costs => { currency => 'USD', subtotal => undef, shipping => undef, total => undef });
ok $shop->until_so(15, sub { (job($it, 'last_error') // '') =~ /calculating/ }), 'whose costs are being calculated';
like order_row($shop, $it->{id}), qr/^paid draft/, 'is not confirmed';
$shop->sql("UPDATE jobs SET run_at = now() WHERE order_id = '$it->{id}' AND kind = 'submit_order' AND state = 'queued'; SELECT pg_notify('tshop_jobs', '')");
ok is_at($it, qr/^processing/), 'until they are known';

# ---- who can make it ----
my $stock = sub ($provider, $is) { $shop->sql("UPDATE provider_variants SET available = $is WHERE provider IN ($provider)") };
$stock->("'printify'", 'false');
$it = placed('printify');
ok is_at($it, qr/^processing \w+ printful/), 'out of stock at one: made by the other';
like choice($it), qr/^only printful can/, 'which is why';
like $shop->sql("SELECT quotes::text FROM fulfillments WHERE order_id = '$it->{id}'"), qr/printify is out of stock of it/, 'and why not the first';
$stock->("'printful', 'printify'", 'false');
$it = placed('printify');
ok $shop->until_so(15, sub { job($it, 'state') eq 'dead' }), 'out of stock at both: nobody makes it';
is order_row($shop, $it->{id}), 'paid - -', 'it stays paid, and can be cancelled';
is cases($it), 'print_impossible open', 'a human is told';
$stock->("'printful', 'printify'", 'true');
is $admin->post("/orders/$it->{id}/retry-fulfillment")->status, 200, 'back in stock, an admin tries again';
ok is_at($it, qr/^processing/), 'and it is made';
is cases($it), 'print_impossible closed', 'the case is over';
fault(provider => 'printful', match => 'estimate-costs', status => 400, body => { code => 400, result => 'no', error => { reason => 'SH-2', message => 'Shipping is not available there' } });
$it = placed('printful');
ok is_at($it, qr/^processing \w+ printify/), 'a country that one does not serve: made by the other';
like $shop->sql("SELECT quotes::text FROM fulfillments WHERE order_id = '$it->{id}'"), qr/SH-2/, 'and why is kept';

# ---- nobody wants to ----
my %create = (printful => '^POST /orders$', printify => '^POST /v1/shops/\w+/orders\.json$');
fault(provider => $_, match => $create{$_}, status => 400, count => 10) for sort keys %create;
$it = placed('printful');
ok $shop->until_so(15, sub { cases($it) eq 'print_refused open' }), 'refused by both, one of them twice: a human is told' or diag cases($it);
is scalar(live_orders($shop, $it->{number})), 0, 'nobody makes it';
is $shop->sql("SELECT string_agg(provider || ' ' || status, ', ' ORDER BY attempt) FROM fulfillments WHERE order_id = '$it->{id}'"),
    'printful failed, printify failed, printful failed', 'each was asked';
$sandbox->delete('/_sandbox/faults');
$shop->until_so(5, sub { job($it, 'state') ne 'running' });
is $admin->post("/orders/$it->{id}/retry-fulfillment")->status, 200, 'an admin tries again';
ok is_at($it, qr/^processing/), 'and it is made';
is cases($it), 'print_refused closed', 'the case is over';
is scalar(live_orders($shop, $it->{number})), 1, 'once';

# ---- dearer than what was paid ----
$sandbox->post('/_sandbox/prices', { provider => $_, item => '40.00', shipping => '4.00' }) for qw(printful printify);
$it = placed('printify');
ok is_at($it, qr/^processing/), 'dearer than what was paid: made all the same';
is cases($it), 'print_costs_more open', 'and a human is told';
like $shop->sql("SELECT detail ->> 'reason' FROM cases WHERE order_id = '$it->{id}'"), qr/asks 44\.\d\d USD/, 'how much it costs';
$sandbox->post('/_sandbox/prices', { provider => $_, item => '11.00', shipping => '4.00' }) for qw(printful printify);

# ---- parcels ----
$it = printed('printful');
tells($it, 'shipment_put_hold', shipment => parcel(71), reason => 'a label');
heard();
is parcels($it), '', 'a parcel that waits is none yet';
reads($it, status => 'partial', shipments => [ parcel(71) ]);
tells($it, 'shipment_sent', shipment => parcel(71));
ok is_at($it, qr/^shipped partial/), 'the first of several';
reads($it, status => 'fulfilled', shipments => [ parcel(72), parcel(73) ]);
tells($it, 'shipment_sent', shipment => parcel(72));
ok is_at($it, qr/^shipped shipped/), 'the others';
is parcels($it), '9471 shipped, 9472 shipped, 9473 shipped', 'each is known, also the one that is told no more';
is letters($it, 'shipped'), 1, 'one letter';
my $seen = $admin->get("/orders/$it->{id}")->data->{fulfillment};
is $seen->{trackingNumber}, '9471', 'the first is shown first';
is_deeply [ sort map { "$_->{trackingNumber} $_->{trackingUrl} $_->{status}" } @{ $seen->{parcels} } ],
    [ map { "94$_ https://t.example/94$_ shipped" } 71 .. 73 ], 'and all of them';
my @all = (parcel(71), parcel(72), parcel(73));
reads($it, status => 'fulfilled', shipments => [@all]) for 1 .. 4;
tells($it, 'shipment_canceled', shipment => parcel(73), reason => 'nothing in it');
ok $shop->until_so(10, sub { parcels($it) =~ /9473 cancelled/ }), 'one that never left';
tells($it, 'shipment_canceled', shipment => parcel(99), reason => 'nothing in it');
tells($it, 'shipment_delivered', shipment => parcel(72, delivered_at => 1795820900));
ok $shop->until_so(10, sub { parcels($it) =~ /9472 delivered/ }), 'one is there';
heard();
is order_row($shop, $it->{id}), 'shipped shipped printful', 'the order is not, yet';
tells($it, 'shipment_delivered', shipment => parcel(71, delivered_at => 1795820900));
ok is_at($it, qr/^delivered delivered/), 'the last of those that left: delivered';
is parcels($it), '9471 delivered, 9472 delivered, 9473 cancelled', 'with what became of each';
$sandbox->delete('/_sandbox/faults');

$it = printed('printful');
reads($it, status => 'fulfilled', shipments => [ parcel(81) ]) for 1 .. 3;
tells($it, 'shipment_sent', shipment => parcel(81));
ok is_at($it, qr/^shipped shipped/), 'shipped';
tells($it, 'shipment_returned', shipment => parcel(81), reason => 'nobody there') for 1 .. 2;
ok is_at($it, qr/^shipped returned/), 'it came back: the order stays shipped';
is parcels($it), '9481 returned', 'as its parcel tells';
is cases($it), 'print_returned open', 'a human is told';
is letters($it, 'problem'), 1, 'and its buyer, once';

is join("\n", grep { !/points/ } split /\n/, $shop->sql(TShop::Run::read_file($shop->source . '/schema/invariants.sql'))), '', 'nothing is amiss';
done_testing;
