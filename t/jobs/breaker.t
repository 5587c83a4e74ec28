# Bucket and breaker: the two functions that every caller of a provider shares.
use v5.36;
use Test::More;
use TShop;
use TShop::Queue;

my $q = TShop::Queue->new(TShop->source);

sub admit ($name, $room = 3, $rate = 0.001) {
    return $q->sql("SELECT coalesce(ceil(wait_s)::text, 'go') || CASE WHEN open THEN ' open' ELSE '' END
        FROM provider_admit('$name', $room, $rate)");
}
sub report ($name, $failed, $pause = 0) {
    return $q->sql("SELECT opened FROM provider_report('$name', $failed, $pause)");
}
sub later ($name, $seconds) {
    $q->sql("UPDATE provider_states SET opened_until = opened_until - interval '$seconds s',
        pause_until = pause_until - interval '$seconds s', refilled_at = refilled_at - interval '$seconds s'
        WHERE provider = '$name'");
}

# ---- the bucket ----
is admit('slow'), 'go', "token $_" for 1 .. 3;
like admit('slow'), qr/^\d+$/, 'an empty bucket says how long';
later('slow', 1000);
is admit('slow'), 'go', 'it fills again';
is admit('quick', 1, 1000), 'go', 'a quick one' for 1 .. 3;

# ---- what Retry-After said ----
admit('told', 100);
is report('told', 'false', 20), 'f', 'a 429 opens nothing';
is admit('told', 100), 20, 'but is waited for';
later('told', 21);
is admit('told', 100), 'go', 'until it is over';

# ---- five in a row ----
my $opened = '';
for (1 .. 5) { admit('down', 100); $opened .= report('down', 'true') }
is $opened, 'fffft', 'the fifth failure in a row opens the breaker';
like admit('down', 100), qr/^(?:30|29) open$/, 'for half a minute';
later('down', 31);
is admit('down', 100), 'go open', 'then one may try';
like admit('down', 100), qr/^\d+ open$/, 'one';
is report('down', 'true'), 't', 'it fails: open again';
later('down', 31);
is admit('down', 100), 'go open', 'another try';
later('down', 31);
is admit('down', 100), 'go open', 'and one more, if nobody hears of it';
is report('down', 'false'), 'f', 'it is back';
is admit('down', 100), 'go', 'and closed';

# ---- half of twenty ----
$opened = '';
for my $i (1 .. 20) { admit('flaky', 100); $opened .= report('flaky', $i % 2 ? 'true' : 'false') }
$opened .= report('flaky', 'true');
is $opened, 'f' x 20 . 't', 'every second one, twenty of them, open it too';
$opened = '';
for my $i (1 .. 30) { admit('better', 100); $opened .= report('better', $i % 3 ? 'false' : 'true') }
is $opened, 'f' x 30, 'every third does not';

done_testing;
