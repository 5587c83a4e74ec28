# Many paid orders at once, two runners: each is printed once, within the
# printers' rate limits, and letters do not wait behind them.
use v5.36;
use Test::More;
use TShop;
use TShop::Run qw(end_process);
use TShop::Submissions;
use Time::HiRes qw(sleep time);

# As many as the printers allow to be made while somebody waits for it.
my $many = $ENV{TSHOP_MANY} // 40;

sub is_each_once ($shop, $count) {
    my @printed = map { my $printer = $_; @{ $shop->sandbox->get("/_sandbox/$printer/orders")->json } } qw(printful printify);
    is @printed, $count, 'each once';
    is scalar(keys %{ { map { $_->{externalId} => 1 } @printed } }), $count, 'under numbers of their own';
    is scalar(grep { $_->{status} =~ /^(?:draft|on-hold|cancell?ed|failed)$/ } @printed), 0, 'and confirmed';
    $shop->until_so(10, sub { $shop->sql(q{SELECT count(*) FROM jobs WHERE kind = 'submit_order' AND state <> 'done'}) eq '0' });
    is $shop->sql(q{SELECT count(*) FROM jobs WHERE kind = 'submit_order' AND (state <> 'done' OR attempts > 1)}), 0,
        'no job is left, and waiting for a turn costs no attempt';
}

my $shop = TShop->boot;
my $second = TShop::Submissions->runner($shop->stand);

is $shop->sql(TShop::Submissions->orders($many)), $many, "$many orders";
$shop->sql(TShop::Submissions->release);
my $began = time;
my $letter = $shop->sql(q{INSERT INTO jobs (kind) VALUES ('count_gallery') RETURNING id});
ok $shop->until_so(4, sub { $shop->sql("SELECT state FROM jobs WHERE id = '$letter'") eq 'done' }), 'other jobs are done meanwhile';
ok $shop->until_so(60 + 2 * $many, sub { $shop->sql(TShop::Submissions->left) eq '0' }),
    'all orders are printed' or diag $shop->sql('SELECT status, count(*) FROM orders GROUP BY 1');
diag sprintf '%d orders in %.1f s', $many, time - $began;

is_each_once($shop, $many);
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
$shop->shut;

# ---- five hundred, where the printers allow any number of calls ----
$shop = TShop->boot(settings => { TSHOP_PROVIDER_PACE => 1_000_000 });
$second = TShop::Submissions->runner($shop->stand);
is $shop->sql(TShop::Submissions->orders(500)), 500, '500 orders';
$shop->sql(TShop::Submissions->release);
$began = time;
ok $shop->until_so(240, sub { $shop->sql(TShop::Submissions->left) eq '0' }), 'all are printed'
    or diag $shop->sql('SELECT status, count(*) FROM orders GROUP BY 1');
diag sprintf '500 orders in %.1f s', time - $began;
is_each_once($shop, 500);
end_process($second, 'tshop-jobs');
done_testing;
