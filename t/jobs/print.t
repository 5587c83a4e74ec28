# Whatever happens on the way, a paid order ends as exactly one live order at
# exactly one printer.
use v5.36;
use Test::More;
use TShop;
use TShop::Paid qw(paid_order live_orders order_row calls);
use Time::HiRes qw(sleep);

my $shop = TShop->boot;
my $sandbox = $shop->sandbox;

sub fault (%fault) { is $sandbox->post('/_sandbox/faults', { count => 1, %fault })->status, 201, 'a fault is set' }
sub calm () { $sandbox->delete('/_sandbox/faults'); $shop->sql('DELETE FROM provider_states') }
sub printed ($id, $seconds = 25) { $shop->until_so($seconds, sub { order_row($shop, $id) =~ /^processing/ }) }
sub one_live ($id, $number, $what) {
    my @live = live_orders($shop, $number);
    is @live, 1, "$what: one live order";
    unlike $live[0]{status} // 'none', qr/^(?:draft|on-hold|pending\b.*)$/, "$what: and confirmed"
        if @live && $live[0]{printer} eq 'printify';
    isnt $live[0]{status} // 'none', 'draft', "$what: not left as a draft";
    return $live[0];
}
sub choice ($id) { $shop->sql("SELECT provider || ': ' || reason FROM fulfillments WHERE order_id = '$id' ORDER BY attempt DESC LIMIT 1") }

# ---- routing ----
my ($id, $number) = paid_order($shop);
my ($premium, $premium_number) = paid_order($shop, tier => 'premium', quantity => 2);
ok printed($id), 'an order is printed';
like choice($id), qr/^printify: cheaper: \d+\.\d\d USD against \d+\.\d\d$/, 'by the cheaper one';
my $order = one_live($id, $number, 'plain');
is $order->{externalId}, $number, 'under its number';
is $shop->sql("SELECT jsonb_array_length(quotes) FROM fulfillments WHERE order_id = '$id'"), 2, 'both quotes are kept';
like $shop->sql("SELECT quotes->0->>'total' FROM fulfillments WHERE order_id = '$id'"), qr/^\d+\.\d\d$/, 'in dollars and cents';
ok printed($premium), 'a premium customer\'s';
is choice($premium), q{printful: a premium customer's}, 'goes to Printful';
is one_live($premium, $premium_number, 'premium')->{printer}, 'printful', 'and is there';
my @calls = calls($shop, 'printful');
my ($looked) = grep { $calls[$_] =~ m{^GET /orders/\@\Q$premium_number\E 404} } 0 .. $#calls;
my ($created) = grep { $calls[$_] =~ m{^POST /orders 200} } 0 .. $#calls;
ok defined $looked && $looked < $created, 'it was looked for before it was created';

# Equal quotes: Printful.
$sandbox->post('/_sandbox/prices', { provider => $_, item => '10.00', shipping => '4.00' }) for qw(printful printify);
($id, $number) = paid_order($shop);
ok printed($id), 'equal quotes';
is choice($id), 'printful: equal quotes: 14.00 USD', 'go to Printful';
$sandbox->post('/_sandbox/prices', { provider => 'printful', item => '10.00', shipping => '9.00' });

# ---- a refusal sends it to the other one (print-faults.t has all failures) ----
fault(provider => 'printful', match => 'POST /orders(\?.*)?$', status => 400);
($id, $number) = paid_order($shop, tier => 'premium');
ok printed($id), 'refused by Printful';
is one_live($id, $number, 'refused')->{printer}, 'printify', 'Printify makes it';
like $shop->sql("SELECT reason FROM fulfillments WHERE order_id = '$id' AND attempt = 1"), qr/^printful refused it/, 'and why is kept';
calm();

# ---- one of them is down ----
fault(provider => 'printful', drop => 'before', count => 100);
($id, $number) = paid_order($shop, tier => 'premium');
ok printed($id), 'Printful does not answer';
is one_live($id, $number, 'down')->{printer}, 'printify', 'Printify makes it';
like choice($id), qr/^printify: only printify can/, 'because only it can';
calm();

# ---- what must not be printed ----
sub dead ($id) { $shop->until_so(20, sub { $shop->sql("SELECT state FROM jobs WHERE order_id = '$id' AND kind = 'submit_order'") eq 'dead' }) }
($id, $number) = paid_order($shop, address => '{"name": "Ada", "line1": "1 Market Street", "city": "Los Angeles",
    "postalCode": "94105", "country": "US"}');
ok dead($id), 'without a state code';
is live_orders($shop, $number), 0, 'nothing is sent';
is $shop->sql("SELECT kind FROM cases WHERE order_id = '$id'"), 'print_impossible', 'a human is told';
($id, $number) = paid_order($shop, held => 1);
$shop->sql("UPDATE order_items SET design_id = NULL WHERE order_id = '$id';
    INSERT INTO media (sha256, bytes, mime, width, height) VALUES ('\\x" . ('ab' x 32) . "', 1, 'image/png', 1, 1) ON CONFLICT DO NOTHING;
    ALTER TABLE order_items DISABLE TRIGGER order_items_guard;
    UPDATE order_items SET design_image_url = '/media/ab/ab/x.png' WHERE order_id = '$id';
    ALTER TABLE order_items ENABLE TRIGGER order_items_guard;
    SELECT order_paid('$id', 0)");
ok dead($id), 'with a design and no print file';
is live_orders($shop, $number), 0, 'never a blank shirt';
is order_row($shop, $id), 'paid - -', 'and it can still be cancelled';

# Repaired, and tried once more.
$shop->sql("INSERT INTO print_files (order_item_id, provider, placement, sha256, width, height, dpi)
    SELECT id, 'printify', 'front', '\\x" . ('ab' x 32) . "', 3951, 4650, 300 FROM order_items WHERE order_id = '$id'");
is $shop->sql("SELECT fulfillment_rearm('$id')"), 't', 'repaired';
ok printed($id), 'it is printed' or diag $shop->sql("SELECT last_error FROM jobs WHERE order_id = '$id' AND kind = 'submit_order'");
my ($live) = live_orders($shop, $number);
like $live->{line_items}[0]{print_areas}{front}, qr{/media/private/ab/ab/(?:ab){32}\.png\?e=\d+&s=[\w-]+$}, 'with its file'
    if $live->{line_items}[0]{print_areas};

# ---- the change-of-mind window ----
($id, $number) = paid_order($shop, hold_s => 3);
sleep 1.5;
is order_row($shop, $id), 'paid - -', 'nothing happens while the buyer may think';
ok printed($id), 'then it is printed';

# ---- taken back ----
($id, $number) = paid_order($shop, tier => 'premium');
printed($id);
$shop->sql("UPDATE orders SET status = 'refunded' WHERE id = '$id';
    SELECT job_ask('cancel_print', '$id', NULL, 'cancel_print:$id')");
ok $shop->until_so(15, sub { order_row($shop, $id) =~ /cancelled/ }), 'a refunded order is cancelled at the printer';
is live_orders($shop, $number), 0, 'and not made';
($id, $number) = paid_order($shop);
printed($id);
$shop->sql("UPDATE orders SET status = 'refunded' WHERE id = '$id';
    SELECT job_ask('cancel_print', '$id', NULL, 'cancel_print:$id')");
ok $shop->until_so(15, sub { $shop->sql("SELECT count(*) FROM cases WHERE order_id = '$id' AND kind = 'print_not_cancelled'") eq '1' }),
    'where that is too late, a human is told';

# ---- given up by the printer, and tried again ----
($id, $number) = paid_order($shop, tier => 'premium');
printed($id);
$sandbox->post("/_sandbox/printful/orders/\@$number/cancel", {});
ok $shop->until_so(15, sub { order_row($shop, $id) eq 'processing cancelled printful' }), 'cancelled by the printer: stays processing';
is $shop->sql("SELECT kind FROM cases WHERE order_id = '$id' AND state = 'open'"), 'print_cancelled', 'a case';
is $shop->admin->post("/orders/$id/retry-fulfillment")->status, 200, 'the admin tries again';
ok $shop->until_so(15, sub { order_row($shop, $id) =~ /^processing (?:accepted|in_production)/ }), 'tried again';
one_live($id, $number, 'again');
($id, $number) = paid_order($shop, tier => 'premium');
printed($id);
$sandbox->post("/_sandbox/printful/orders/\@$number/fail", {});
ok $shop->until_so(15, sub { order_row($shop, $id) eq 'processing failed printful' }), 'failed at the printer';
is $shop->admin->post("/orders/$id/retry-fulfillment")->status, 200, 'the admin tries again';
ok $shop->until_so(15, sub { order_row($shop, $id) =~ /^processing (?:accepted|in_production)/ }), 'tried again, as it is there';
one_live($id, $number, 'failed once');

# ---- no news is no news: ask ----
($id, $number) = paid_order($shop, tier => 'premium');
printed($id);
$shop->settle;
# Its webhooks come while nobody knows whose they are.
$shop->sql("UPDATE fulfillments SET provider_order_id = 'not ' || provider_order_id WHERE order_id = '$id'");
$sandbox->post("/_sandbox/printful/orders/\@$number/ship", { trackingNumber => '94009', carrier => 'USPS' });
sleep 2;
like order_row($shop, $id), qr/^processing/, 'nobody told us of a parcel';
$shop->sql("ALTER TABLE fulfillments DISABLE TRIGGER fulfillments_touch;
    UPDATE fulfillments SET updated_at = now() - interval '1 hour',
        provider_order_id = substr(provider_order_id, 5) WHERE order_id = '$id';
    ALTER TABLE fulfillments ENABLE TRIGGER fulfillments_touch;
    UPDATE jobs SET state = 'queued', attempts = 0, run_at = now() WHERE kind = 'poll_fulfillment'");
ok $shop->until_so(15, sub { order_row($shop, $id) eq 'shipped shipped printful' }), 'we ask, and it is shipped';
is $shop->sql("SELECT tracking_number FROM shipments WHERE order_id = '$id'"), '94009', 'with its parcel';

# The money of these orders was never real.
is join("\n", grep { !/refund|points/ } split /\n/, $shop->sql(TShop::Run::read_file($shop->source . '/schema/invariants.sql'))), '',
    'nothing is amiss';
done_testing;
