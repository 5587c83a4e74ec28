# A runner that is killed anywhere, again and again: another one goes on, and
# nothing is done twice.
use v5.36;
use Test::More;
use TShop;
use TShop::Paid qw(paid_order live_orders order_row calls);
use Time::HiRes qw(sleep);

my $shop = TShop->boot;
my $sandbox = $shop->sandbox;

# Each call takes its time, so that a kill falls into the middle of some.
$sandbox->post('/_sandbox/faults', { provider => $_, delayMs => 700, count => 400 }) for qw(printful printify);
my @orders = map { [ paid_order($shop, tier => $_ % 2 ? 'premium' : 'registered') ] } 1 .. 6;
for my $time (0.5, 1.4, 2.3, 3.1) {
    sleep $time;
    my $pid = $shop->runner;
    ok $pid && kill('KILL', $pid), "killed after $time s";
    ok $shop->until_so(8, sub { my $new = $shop->runner; $new && $new != $pid && kill 0, $new }), 'another one is there';
}
$sandbox->delete('/_sandbox/faults');
for my $i (0 .. $#orders) {
    my ($id, $number) = @{ $orders[$i] };
    ok $shop->until_so(60, sub { order_row($shop, $id) =~ /^processing/ }), "order $i is printed"
        or diag order_row($shop, $id), ' ', $shop->sql("SELECT state, attempts, last_error FROM jobs
            WHERE order_id = '$id' AND kind = 'submit_order'");
    is live_orders($shop, $number), 1, "order $i: once";
    is $shop->sql("SELECT count(*) FROM jobs WHERE dedupe_key LIKE 'mail:order-in-production:$id%'"), 1,
        "order $i: one letter";
}
is $shop->sql("SELECT count(*) FROM jobs WHERE state = 'running' AND lease_until < now() - interval '5 s'"), 0, 'no lease is forgotten';

# ---- and a gentle end: what is under way is finished ----
$sandbox->post('/_sandbox/faults', { provider => 'printify', match => 'send_to_production', delayMs => 2000, count => 1 });
my ($id, $number) = paid_order($shop);
$shop->until_so(10, sub { order_row($shop, $id) =~ /draft/ });
my $pid = $shop->runner;
kill 'TERM', $pid;
ok $shop->until_so(10, sub { !kill 0, $pid }), 'SIGTERM ends a runner';
is $shop->sql("SELECT attempts FROM jobs WHERE order_id = '$id' AND kind = 'submit_order'"), 1, 'no attempt was lost';
ok $shop->until_so(20, sub { order_row($shop, $id) =~ /^processing/ }), 'the order is printed';
is live_orders($shop, $number), 1, 'once';

done_testing;
