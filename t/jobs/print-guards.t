# What keeps a paid order from being made although everything else is ready.
use v5.36;
use Test::More;
use TShop;
use TShop::Paid qw(paid_order live_orders order_row);
use JSON::PP ();
use Time::HiRes qw(sleep);

# Between two tries there is time to meddle, and no webhook asks for one.
my $shop = TShop->boot(settings => { TSHOP_JOB_BACKOFF => '20s', TSHOP_PUBLIC_URL => 'https://127.0.0.1:9' });
my $sandbox = $shop->sandbox;

sub printed ($id, $seconds = 25) { $shop->until_so($seconds, sub { order_row($shop, $id) =~ /^processing/ }) }
sub job ($id, $what) { $shop->sql("SELECT $what FROM jobs WHERE order_id = '$id' AND kind = 'submit_order'") }
sub at_once ($id) { $shop->sql("UPDATE jobs SET run_at = now() WHERE order_id = '$id' AND kind = 'submit_order' AND state = 'queued'") }

# ---- a dispute ----
# However the job comes to run: the dispute is looked at, not only waited for.
my ($id, $number) = paid_order($shop, held => 1);
$shop->sql("UPDATE payments SET disputed_at = now() WHERE order_id = '$id'; SELECT order_paid('$id', 0)");
at_once($id);
ok $shop->until_so(10, sub { job($id, 'last_error') =~ /disputed/ }), 'its job says why it waits';
is order_row($shop, $id), 'paid - -', 'what is disputed is not printed';
is job($id, 'attempts'), 0, 'and waiting costs no attempt';
is $shop->sql("SELECT fulfillment_rearm('$id')"), 't', 'not even when an admin asks';
ok $shop->until_so(10, sub { job($id, "run_at > now() + interval '1 minute'") eq 't' }), 'it waits on';
is order_row($shop, $id), 'paid - -', 'and is not printed';
$shop->sql("UPDATE payments SET disputed_at = NULL WHERE order_id = '$id'");
at_once($id);
ok printed($id), 'won, it is printed';
is scalar(live_orders($shop, $number)), 1, 'once';

# One that begins when the draft is there.
$sandbox->post('/_sandbox/faults', { provider => 'printful', match => 'GET /orders/\d', status => 503, count => 1 });
($id, $number) = paid_order($shop, tier => 'premium');
ok $shop->until_so(10, sub { order_row($shop, $id) =~ /draft/ }), 'a draft';
$shop->sql("UPDATE payments SET disputed_at = now() WHERE order_id = '$id'");
at_once($id);
ok $shop->until_so(10, sub { job($id, 'last_error') =~ /disputed/ }), 'is left a draft';
is((live_orders($shop, $number))[0]{status}, 'draft', 'at the printer too');
$shop->sql("UPDATE payments SET disputed_at = NULL WHERE order_id = '$id'");
at_once($id);
ok printed($id), 'till the dispute is won';

# ---- what the printer says is not what it was told ----
# Their answer to the first reading is the order itself with one thing changed.
sub twisted ($what, $printer, $tier, $get, $twist) {
    $sandbox->post('/_sandbox/faults', { provider => $printer, match => $get, status => 503, count => 1 });
    my ($one, $its_number) = paid_order($shop, tier => $tier);
    $shop->until_so(10, sub { order_row($shop, $one) =~ /draft/ }) or return fail "$what: no draft";
    my ($order) = live_orders($shop, $its_number);
    my $told = JSON::PP->new->decode(JSON::PP->new->encode($order));
    delete @$told{qw(printer externalId)};
    $twist->($told);
    $sandbox->post('/_sandbox/faults', { provider => $printer, match => $get, status => 200, count => 1,
        body => $printer eq 'printful' ? { code => 200, result => $told, extra => [] } : $told });
    at_once($one);
    ok $shop->until_so(20, sub { job($one, 'state') eq 'dead' }), "$what: stopped" or diag job($one, 'last_error'), order_row($shop, $one);
    is $shop->sql("SELECT kind FROM cases WHERE order_id = '$one' AND state = 'open'"), 'print_differs', "$what: a case";
    like((live_orders($shop, $its_number))[0]{status}, qr/^(?:draft|on-hold)$/, "$what: not confirmed");
    return $one;
}
my ($draft, $listed) = ('GET /orders/\d', 'GET /v1/shops/\w+/orders/\w+\.json');
twisted('another address', 'printful', 'premium', $draft, sub ($o) { $o->{recipient}{zip} = '10001' });
twisted('a piece more', 'printful', 'premium', $draft, sub ($o) { $o->{items}[0]{quantity}++ });
twisted('a line less', 'printify', 'registered', $listed, sub ($o) { $o->{line_items} = [] });
my $one = twisted('another street', 'printify', 'registered', $listed, sub ($o) { $o->{address_to}{address1} = '2 Market Street' });
# Looked into, and tried once more.
is $shop->admin->post("/orders/$one/retry-fulfillment")->status, 200, 'an admin tries again';
ok printed($one), 'and what is right now is made';
is $shop->sql("SELECT closed_by FROM cases WHERE order_id = '$one'"), 'system', 'its case is over';

# ---- no turn at the printer ----
# Its pause begins when it is all but sent.
$shop->sql(q{CREATE FUNCTION pause_then() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE provider_states SET pause_until = now() + interval '4 s' WHERE provider = 'printify'; RETURN NEW; END $$;
    CREATE TRIGGER pause_then AFTER UPDATE ON fulfillments FOR EACH ROW
    WHEN (NEW.status = 'submitting' AND OLD.status = 'planned') EXECUTE FUNCTION pause_then()});
my $looks = sub { scalar grep { "$_->{method} $_->{path}" =~ m{^GET \S+/orders\.json} } @{ $sandbox->get('/_sandbox/calls?provider=printify')->json } };
my $before = $looks->();
($id, $number) = paid_order($shop);
ok $shop->until_so(10, sub { job($id, 'last_error') =~ /waiting for a turn/ }), 'it waits for its turn';
is order_row($shop, $id), 'paid planned printify', 'knowing that nothing was sent';
$shop->sql('DROP TRIGGER pause_then ON fulfillments');
ok printed($id), 'then it is printed';
is $looks->(), $before, 'and was not looked for in a list of all orders';
is scalar(live_orders($shop, $number)), 1, 'once';

done_testing;
