# Stripe's own package: we believe what it signs, and it can pay at the sandbox
# as it would at Stripe.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use TShop::Node;
use TShop::Till;

my $node  = TShop::Node->get;
my $till  = TShop::Till->boot;
my $shop  = $till->shop;
my $order = $till->order;
my $it    = $till->intent($order)->data;
my @words = $node->command("$FindBin::RealBin/official-stripe.mjs", $shop->stand->sandbox_url,
    $shop->plain_url . '/api/v1/payments/webhooks/stripe', (map { $shop->setting("STRIPE_$_") } qw(SECRET_KEY WEBHOOK_SECRET)),
    $it->{paymentIntentId}, $order->{id});

open my $said, '-|', @words or die "node: $!\n";
while (<$said>) {
    chomp;
    if (/^(ok|not ok) (.*)/) { ok $1 eq 'ok', $2 }
    else { diag $_ }
}
ok close($said), 'it came to its end';
ok $shop->until_so(20, sub { $till->state($order) eq 'paid' }), 'the order that it paid is paid';
is $shop->sql("SELECT count(*) FROM payments WHERE status = 'succeeded'"), 1, 'by one payment';
is $till->invariants, '', 'nothing is broken';
done_testing;
