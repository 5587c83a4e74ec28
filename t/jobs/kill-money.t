# A job runner killed at each statement of giving back and taking: another one
# goes on, and nothing is given or taken twice.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop::Till;
use TShop::Run qw(spawn_daemon end_process as_account pid_of);

my $till = TShop::Till->boot(muted => 1, wired => 1);
my ($shop, $ada) = ($till->shop, $till->ada);

# Runners of our own: who sees to it that there is one takes its time.
my $stand = $shop->stand;
end_process(pid_of($stand->run_dir . '/jobs.pid.keeper'), $stand->{state});
my $runner = 0;
sub run {
    return $runner if $runner && !waitpid $runner, 1;    # WNOHANG
    return $runner = spawn_daemon($stand->log_dir . '/runner.log', $stand->environment('jobs'), as_account(), $stand->program('tshop-jobs'));
}
sub has_died { $runner && waitpid($runner, 1) && !($runner = 0) }
END { end_process($runner, 'tshop-jobs') if $runner }

# Some work for the runner, and a kill at its first statement, the second, …
# as many as there are. Other statements than those of the work are
# counted as well, so that each place is met, but not in order.
sub sweep ($name, $most, $make, $do, $is_done) {
    my (@made, $killed);
    for my $nth (1 .. $most) {
        run();
        my $it = $make->();
        $shop->settle(5);
        $shop->wire->arm($nth % 2 ? 'unsent' : 'unheard', $nth, $runner);
        $do->($it);
        push @made, $it;
        $shop->until_so(15, sub { has_died() || $is_done->($it) });
        $killed++ if $shop->wire->killed;
        # As when the dead runner's lease is over.
        $shop->sql("UPDATE jobs SET lease_until = now() - interval '1 s' WHERE state = 'running'") unless $runner;
    }
    run();
    my @left = @made;
    $shop->until_so(40, sub {
        $shop->sql("UPDATE jobs SET run_at = now() WHERE state = 'queued' AND kind <> 'send_mail'");
        @left = grep { !$is_done->($_) } @left;
        return !@left;
    });
    is @left, 0, "$name: done, all " . @made or diag $shop->sql("SELECT kind, state, attempts, last_error FROM jobs WHERE state <> 'done' AND kind <> 'send_mail'");
    cmp_ok $killed, '>', $most / 2, "$killed runners died on the way";
    return @made;
}

sub paid ($provider) {
    my $order = $till->charged($provider);
    $ada->post('/payments/confirm', { orderId => $order->{id} });
    return $order;
}
sub cancel ($it) { $ada->post("/orders/$it->{id}/cancel", {}) }
sub given_back ($it) { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$it->{id}' AND status = 'succeeded'") }
sub minor ($order) { int 100 * $order->{totalAmount} + 0.5 }

my @back = sweep('giving back', 12, sub { paid('stripe') }, \&cancel, \&given_back);
my %given;
$given{ $_->{payment_intent} } .= " $_->{amount}" for $till->stripe_list('/v1/refunds');
is_deeply [ map { $given{ $_->{ref} } } @back ], [ map { ' ' . minor($_) } @back ], 'each once at Stripe';

my @taken = sweep('taking', 12, sub { my $it = $till->charged('paypal'); $it->{hook} = $till->hook($it, 'CHECKOUT.ORDER.APPROVED'); $it },
    sub ($it) { $till->deliver($it->{hook}) }, sub ($it) { $till->state($it) eq 'paid' });
is_deeply [ map { scalar @{ $till->paypal->get("/v2/checkout/orders/$_->{ref}")->json->{purchase_units}[0]{payments}{captures} } } @taken ], [ map { 1 } @taken ], 'each once at PayPal';
is $shop->sql("SELECT count(*) FROM point_transactions WHERE action = 'purchase_completed'"), @back + @taken, 'and points once for each';

is $till->invariants, '', 'nothing is broken';
done_testing;
