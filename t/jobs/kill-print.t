# A job runner killed at each statement of a submission, at either printer:
# another one goes on, and one live order is made of it, and told once. And at
# each of taking it back: then none is.
#
# KILL_EVERY=1 takes every statement, KILL_EVERY=6 every sixth.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop::Till;
use TShop::Paid qw(paid_order live_orders order_row);
use TShop::Run qw(spawn_daemon end_process as_account pid_of);

my $every = $ENV{KILL_EVERY} // 6;
my $MOST = 120;    # statements, many more than there are

# One hand, so that the work is done in the same order each time.
my $shop = TShop::Till->boot(muted => 1, wired => 1, settings => { TSHOP_JOB_PARALLEL => 1 })->shop;
my $stand = $shop->stand;

# Runners of our own: who sees to it that there is one takes its time.
end_process(pid_of($stand->run_dir . '/jobs.pid.keeper'), $stand->{state});
my $runner = 0;
sub run { $runner ||= spawn_daemon($stand->log_dir . '/runner.log', $stand->environment('jobs'), as_account(), $stand->program('tshop-jobs')) }
sub has_died { $runner && waitpid($runner, 1) && !($runner = 0) }    # WNOHANG
END { end_process($runner, 'tshop-jobs') if $runner }

sub is_done ($id, $kind = 'submit_order') { $shop->sql("SELECT count(*) FROM jobs WHERE order_id = '$id' AND kind = '$kind' AND state = 'done'") }

# Letters wait till the end: their statements are none of a submission's.
$shop->sql(q{CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.run_at := now() + interval '1 hour'; RETURN NEW; END $$;
    CREATE TRIGGER later BEFORE INSERT ON jobs FOR EACH ROW WHEN (NEW.kind = 'send_mail') EXECUTE FUNCTION later()});

my (@placed, %killed, %took);
for my $printer (qw(printful printify)) {
    for my $how (qw(unsent unheard)) {
        # A runner that survives has done all of it.
        for (my ($nth, $died) = (1, 1); $died && $nth < $MOST; $nth += $every) {
            run();
            my ($id, $number) = paid_order($shop, held => 1, tier => $printer eq 'printful' ? 'premium' : 'registered');
            my %it = (id => $id, number => $number, printer => $printer, how => "$printer, statement $nth $how");
            push @placed, \%it;
            $shop->wire->arm($how, $nth, $runner);
            $shop->sql("SELECT order_paid('$id', 0)");
            $shop->until_so(15, sub { has_died() || is_done($id) });
            $died = $shop->wire->killed;
            $killed{"$printer $how"}++ if $died;
            $took{$printer} = $nth;
            $shop->until_so(5, sub { has_died() }) if $died && $runner;
            # The dead runner's lease is over when all have died; buckets are full.
            $shop->sql("DELETE FROM provider_states; UPDATE jobs SET lease_until = now() + interval '1 hour' WHERE state = 'running'");
        }
    }
}

run();
my @left = @placed;
$shop->until_so(30 + @placed, sub {
    $shop->sql("UPDATE jobs SET lease_until = now() - interval '1 s' WHERE lease_until > now() + interval '10 minutes';
        UPDATE jobs SET run_at = now() WHERE state = 'queued' AND kind = 'submit_order'; DELETE FROM provider_states");
    @left = grep { !is_done($_->{id}) } @left;
    return !@left;
});
is_deeply [ map { "$_->{how}: " . order_row($shop, $_->{id}) } @left ], [], 'all ' . @placed . ' are submitted';
my $kills = 0;
for (sort keys %killed) {
    cmp_ok $killed{$_}, '>=', 15 / $every, "$_: $killed{$_} runners died on the way";
    $kills += $killed{$_};
}
note "$kills kills; a submission has less than $took{printful} statements at Printful, $took{printify} at Printify";

my @wrong;
for my $it (@placed) {
    my @live = live_orders($shop, $it->{number});
    push @wrong, "$it->{how}: " . @live . ' live orders' if @live != 1;
    push @wrong, "$it->{how}: it is $live[0]{status} at $live[0]{printer}"
        if @live && ($live[0]{printer} ne $it->{printer} || $live[0]{status} !~ /^(?:pending|inprocess|sending-to-production|in-production)$/);
    my $ours = $shop->sql("SELECT string_agg(f.provider || ' ' || f.provider_order_id, ', ') FROM fulfillments f
        WHERE f.order_id = '$it->{id}' AND f.status NOT IN ('failed', 'cancelled')");
    push @wrong, "$it->{how}: we know of $ours" if @live && $ours ne "$live[0]{printer} $live[0]{id}";
}
is_deeply \@wrong, [], 'each is made once, where it was to be made';

# Letters leave two a second, and a receipt goes before each.
$shop->sql("DROP TRIGGER later ON jobs; DELETE FROM jobs WHERE kind = 'send_mail' AND payload ->> 'mail' <> 'order-in-production';
    UPDATE jobs SET run_at = now() WHERE kind = 'send_mail' AND state = 'queued'");
$shop->until_so(60 + @placed, sub {
    $shop->sql("DELETE FROM provider_states; SELECT count(*) FROM jobs WHERE kind = 'send_mail' AND state IN ('queued', 'running')") =~ /^0$/m });
my %letters;
$letters{ lc $_->{to} }++ for grep { $_->{subject} =~ /being made|production|printed/i } @{ $shop->sandbox->get('/_sandbox/mail')->json };
is_deeply [ map { my $to = $shop->sql("SELECT email FROM orders WHERE id = '$_->{id}'");
    ($letters{$to} // 0) == 1 ? () : "$_->{how}: " . ($letters{$to} // 0) } @placed ], [], 'and told once';

is join("\n", grep { !/points/ } split /\n/, $shop->sql(TShop::Run::read_file($shop->source . '/schema/invariants.sql'))), '', 'nothing is amiss';

# ---- taken back ----
my @held = grep { $_->{printer} eq 'printful' } @placed;    # where that may be
my (@back, %back);
for my $how (qw(unsent unheard)) {
    for (my ($nth, $died) = (1, 1); $died && @held && $nth < $MOST; $nth += 1 + int($every / 2)) {
        run();
        push @back, my $it = { %{ shift @held }, how => "taken back, statement $nth $how" };
        $shop->wire->arm($how, $nth, $runner);
        $shop->sql("UPDATE orders SET status = 'refunded' WHERE id = '$it->{id}';
            SELECT job_ask('cancel_print', '$it->{id}', NULL, 'cancel_print:$it->{id}')");
        $shop->until_so(15, sub { has_died() || is_done($it->{id}, 'cancel_print') });
        $died = $shop->wire->killed;
        $back{$how}++ if $died;
        $shop->until_so(5, sub { has_died() }) if $died && $runner;
        $shop->sql("DELETE FROM provider_states; UPDATE jobs SET lease_until = now() + interval '1 hour' WHERE state = 'running'");
    }
}
cmp_ok $back{$_} // 0, '>=', 3, "taken back, $_: " . ($back{$_} // 0) . ' runners died on the way' for qw(unsent unheard);
run();
@left = @back;
ok $shop->until_so(30 + @back, sub {
    $shop->sql("UPDATE jobs SET lease_until = now() - interval '1 s' WHERE lease_until > now() + interval '10 minutes';
        UPDATE jobs SET run_at = now() WHERE state = 'queued' AND kind = 'cancel_print'; DELETE FROM provider_states");
    @left = grep { !is_done($_->{id}, 'cancel_print') } @left;
    return !@left;
}), 'all ' . @back . ' are taken back';
is_deeply [ map { order_row($shop, $_->{id}) =~ /^refunded cancelled/ && !live_orders($shop, $_->{number}) ? ()
    : "$_->{how}: " . order_row($shop, $_->{id}) } @back ], [], 'and none is made';
is $shop->sql("SELECT count(*) FROM cases WHERE kind LIKE 'print_%cancel%'"), 0, 'which nobody has to look at';
done_testing;
