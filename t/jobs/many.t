# Many paid orders at once, two runners: each is printed once, within the
# printers' rate limits, and letters do not wait behind them.
use v5.36;
use Test::More;
use TShop;
use TShop::Paid qw(paid_order);
use TShop::Run qw(spawn_daemon end_process as_account);
use Time::HiRes qw(sleep time);

my $many = $ENV{TSHOP_MANY} // 40;
my $shop = TShop->boot;
my $stand = $shop->stand;
my $second = spawn_daemon($stand->log_dir . '/second.log', $stand->environment('jobs'), as_account(), $stand->program('tshop-jobs'));

my @orders = map { (paid_order($shop, held => 1))[0] } 1 .. $many;
my $began = time;
$shop->sql('SELECT order_paid(id, 0) FROM orders');
my $letter = $shop->sql(q{INSERT INTO jobs (kind) VALUES ('count_gallery') RETURNING id});
ok $shop->until_so(4, sub { $shop->sql("SELECT state FROM jobs WHERE id = '$letter'") eq 'done' }), 'other jobs are done meanwhile';
ok $shop->until_so(60 + 2 * $many, sub { $shop->sql(q{SELECT count(*) FROM orders WHERE status <> 'processing'}) eq '0' }),
    'all orders are printed' or diag $shop->sql('SELECT status, count(*) FROM orders GROUP BY 1');
diag sprintf '%d orders in %.1f s', $many, time - $began;

my @printed = map { my $printer = $_; @{ $shop->sandbox->get("/_sandbox/$printer/orders")->json } } qw(printful printify);
is @printed, $many, 'each once';
is scalar(keys %{ { map { $_->{externalId} => 1 } @printed } }), $many, 'under numbers of their own';
is $shop->sql(q{SELECT count(*) FROM jobs WHERE kind = 'submit_order' AND state <> 'done'}), 0, 'no job is left';
is $shop->sql(q{SELECT count(*) FROM jobs WHERE kind = 'submit_order' AND attempts > 1}), 0, 'waiting for a turn costs no attempt';
cmp_ok $shop->sql(q{SELECT count(DISTINCT leased_by) FROM jobs WHERE state = 'running'}), '<=', 2, 'two runners at most';

# Whoever waits for a turn has sent nothing, and so has nothing to look for in
# a list of all orders, which costs more turns than all the rest.
my @looks = grep { "$_->{method} $_->{path}" =~ m{^GET \S+/orders\.json} } @{ $shop->sandbox->get('/_sandbox/calls?provider=printify')->json };
is @looks, 0, 'no page was read to find what was never sent';

# In any minute no more than they allow.
my %most = (printful => 120, printify => 600);
for my $printer (sort keys %most) {
    my @at = sort map { $_->{at} } @{ $shop->sandbox->get("/_sandbox/calls?provider=$printer")->json };
    my @seconds = map { my ($h, $m, $s) = /T(\d\d):(\d\d):([\d.]+)/; $h * 3600 + $m * 60 + $s } @at;
    my ($peak, $from) = (0, 0);
    for my $i (0 .. $#seconds) {
        $from++ while $seconds[$i] - $seconds[$from] > 60;
        $peak = $i - $from + 1 if $i - $from + 1 > $peak;
    }
    cmp_ok $peak, '<=', $most{$printer}, "$printer: $peak calls a minute";
}
end_process($second, 'tshop-jobs');
done_testing;
