# The reference and the dashboard, as a browser shows them.
use v5.36;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use TShop;
use TShop::Node;
use TShop::Paid qw(paid_order);

my $node = TShop::Node->get(browser => 1);
my $shop = TShop->boot;

# Something for each list. A name that would be a script, if anybody read it
# as HTML.
my ($order) = paid_order($shop);
$shop->admin->post('/products', { name => '<img src=x onerror=document.title="pwned">', category => 'cap', basePrice => 10 });
$shop->sql(q{INSERT INTO jobs (kind, state, attempts, last_error)
    VALUES ('trending', 'dead', 12, 'it was <b>late</b>')});
$shop->sql(q{INSERT INTO cases (kind, key, severity, detail) VALUES ('amount-differs', 'x', 'alarm', '{"seen": 1}')});
my $ada    = $shop->shopper;
my $design = $shop->design($ada, public => 1);
$shop->shopper->post("/designs/$design->{id}/report", { reason => 'other', details => 'I mind it.' });

my $status = system $node->command("$FindBin::RealBin/pages.mjs", $node->browser,
    $shop->base_url, $shop->stand->{admin_user}, $shop->stand->{admin_password}, $order);
exit($status ? 1 : 0);
