# How the shop is doing.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop  = TShop->boot;
my $admin = $shop->admin;
my $ada   = $shop->shopper;
my $tee   = $shop->variant(price => '20.00', name => 'Best Seller');

sub paid (%o) {
    $ada->post('/cart/items', { %$tee, quantity => $o{quantity} // 1 });
    my $order = $ada->post('/orders/create', { shippingAddress => $shop->address(state => 'OR', postalCode => '97201'), currency => $o{currency} // 'USD' })->data;
    $shop->sql("INSERT INTO payments (order_id, provider, idempotency_key, amount, currency, status, captured_amount)
        SELECT id, 'stripe', 'k' || id, total_amount, currency, 'succeeded', total_amount FROM orders WHERE id = '$order->{id}';
        SELECT order_paid('$order->{id}', 3600)");
    return $order;
}
my @made = (paid(quantity => 2), paid(currency => 'EUR'), paid());
$ada->post('/cart/items', { %$tee, quantity => 1 });
$ada->post('/orders/create', { shippingAddress => $shop->address });
$shop->sql("INSERT INTO refunds (order_id, payment_id, key, amount, currency, status)
    SELECT order_id, id, 'r' || id, 500, currency, 'succeeded' FROM payments WHERE order_id = '$made[0]{id}'");
$shop->sql("UPDATE payments SET fee_amount = 89, fee_currency = 'USD' WHERE order_id IN ('$made[0]{id}', '$made[1]{id}');
    UPDATE payments SET capture_ref = 'ch_1' WHERE order_id = '$made[0]{id}'; UPDATE payments SET capture_ref = 'ch_2' WHERE order_id = '$made[2]{id}'");
# Two disputes, told twice each: one is lost, of one some has gone back before.
for my $status (qw(needs_response lost lost)) {
    $shop->sql("SELECT dispute_heard('stripe', 'dispute', 'dp_' || ref, '', ref, minor::bigint, 'USD', '$status', 'fraudulent', false)
        FROM (VALUES ('ch_1', $made[0]{totalAmount} * 100), ('ch_2', 300)) AS d (ref, minor)");
}
$shop->sql("SELECT dispute_heard('stripe', 'dispute', 'dp_won', '', 'ch_2', 700, 'USD', s.status, 'fraudulent', s.status = 'won')
    FROM (VALUES ('needs_response'), ('won')) AS s (status)");
$shop->sql("INSERT INTO ai_usage_logs (user_id, model, prompt_tokens, completion_tokens, cost, generation_time_ms, success)
    VALUES (NULL, 'a', 100, 50, 0.0125, 1000, true), (NULL, 'b', 10, 5, 0.25, 3000, false)");

my $r = $admin->get('/analytics');
is $r->status, 200, 'there are figures' or diag $r->brief;
my $f = $r->data;
is_deeply $f->{orders}, { count => 4, byStatus => { paid => 3, pending => 1 } }, 'orders by their state';
my ($usd) = grep { $_->{currency} eq 'USD' } @{ $f->{revenue} };
is $usd->{gross}, $made[0]{totalAmount} + $made[2]{totalAmount}, 'what was ever paid';
is $usd->{refunded}, 5, 'what was given back';
is $usd->{lost}, $made[0]{totalAmount} - 5 + 3, 'what disputes took of the rest, once';
is $usd->{net}, $made[2]{totalAmount} - 3, 'and what is left';
is $usd->{fees}, 1.78, 'what Stripe kept, in its currency';
is scalar @{ $f->{revenue} }, 2, 'each currency by itself';
is $f->{users}{new}, 1, 'one new user';
is $f->{users}{byTier}{registered}, 1, 'by tier';
is $f->{ai}{tokens}, 165, 'tokens';
is $f->{ai}{cost}, 0.2625, 'what they cost';
is $f->{ai}{avgMs}, 2000, 'and how long it took';
is scalar @{ $f->{ai}{byModel} }, 2, 'by model';
is $f->{topProducts}[0]{name}, 'Best Seller', 'what sells';
is $f->{topProducts}[0]{quantity}, 4, 'and how many';
is scalar @{ $f->{series} }, 1, 'a day';
is $f->{series}[0]{orders}, 4, 'of four orders';
my $rate = $shop->sql("SELECT exchange_rate FROM orders WHERE id = '$made[1]{id}'");
is sprintf('%.2f', $f->{series}[0]{revenue}), sprintf('%.2f', $usd->{net} + $made[1]{totalAmount} / $rate), 'and as much as is left of them';
is_deeply [ sort keys %$f ], [qw(ai designs orders revenue series topDesigns topProducts users)], 'and no more';

my $none = $admin->get('/analytics?from=2000-01-01&to=2001-01-01')->data;
is $none->{orders}{count}, 0, 'another year had none';
is_deeply $none->{series}, [], 'and no days';
is $none->{users}{byTier}{registered}, 1, 'tiers are of all time';
my $day = $shop->sql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')");
is $admin->get("/analytics?to=$day")->data->{orders}{count}, 0, 'a window ends before its end';
is $admin->get("/analytics?from=$day")->data->{orders}{count}, 4, 'and begins with its beginning';
is $admin->get('/analytics?from=2026-11-01T00:00:00%2B02:00')->status, 200, 'a moment';
is $admin->get('/analytics?from=x')->wrong->{from}, 'format', 'no word';
is $admin->get('/analytics?from=2026-11-01T00:00:00%2B23:00')->wrong->{from}, 'format', 'no zone';
is $shop->guest->get('/admin/analytics')->status, 401, 'not for strangers';
done_testing;
