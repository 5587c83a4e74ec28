# A printer's word and what it means: forward only, every step, told once.
use v5.36;
use Test::More;
use JSON::PP ();
use TShop;
use TShop::Queue;

my $q = TShop::Queue->new(TShop->source);
my $n = 0;

# A paid order with a fulfilment of that status; the ids of both.
sub order (%o) {
    my $status = $o{status} // 'draft';
    my $number = 'T000000-' . sprintf '%010d', ++$n;
    my $id = $q->sql(qq{
        WITH u AS (INSERT INTO users (email) VALUES ('ada$n\@example.com') RETURNING id),
        o AS (INSERT INTO orders (order_number, user_id, subtotal, total_amount, shipping_address)
            SELECT '$number', id, 2450, 2450, '{"country": "US"}' FROM u RETURNING id)
        SELECT id FROM o});
    $q->sql(qq{UPDATE orders SET status = 'paid' WHERE id = '$id'});
    my $f = $q->sql(qq{INSERT INTO fulfillments (order_id, provider, external_id, provider_order_id, status)
        VALUES ('$id', 'printful', '$number', 'p$n', '$status') RETURNING id});
    return ($id, $f);
}

sub apply ($f, $status, @parcels) {
    my $json = JSON::PP->new->encode(\@parcels) =~ s/'/''/gr;
    return $q->sql(qq{SELECT is_now || ' ' || order_status FROM fulfillment_apply('$f', 'p', '$status', 'why',
        1192, 475, 0, 'USD', '$json')});
}
sub history ($id) {
    return $q->sql(qq{SELECT string_agg(to_status, ' ' ORDER BY created_at, id) FROM order_events
        WHERE order_id = '$id' AND kind = 'status'});
}
sub mails ($id) {
    return $q->sql(qq{SELECT string_agg(payload ->> 'mail', ' ' ORDER BY payload ->> 'mail') FROM jobs
        WHERE order_id = '$id' AND kind = 'send_mail'});
}
sub cases ($id) {
    return $q->sql(qq{SELECT coalesce(string_agg(kind || ':' || state, ' ' ORDER BY kind), '') FROM cases WHERE order_id = '$id'});
}
my %parcel = (ref => 's1', carrier => 'USPS', service => '', number => '94001', url => 'https://t.example/94001',
    shipped => 1795720900, delivered => 0, returned => JSON::PP::false());
my %second = (%parcel, ref => 's2', number => '94002');

# ---- the plain way ----
my ($id, $f) = order();
is apply($f, 'accepted'), 'accepted processing', 'accepted: processing';
is apply($f, 'in_production'), 'in_production processing', 'in production';
is apply($f, 'accepted'), 'in_production processing', 'late news change nothing';
is apply($f, 'shipped', {%parcel}), 'shipped shipped', 'shipped, through fulfilled';
is apply($f, 'shipped', {%parcel}), 'shipped shipped', 'told again';
is apply($f, 'shipped', { %parcel, delivered => 1795820900 }), 'delivered delivered', 'delivered, as its parcels say';
is apply($f, 'in_production'), 'delivered delivered', 'for ever';
is apply($f, 'cancelled'), 'delivered delivered', 'even against a cancellation';
is history($id), 'pending paid processing fulfilled shipped delivered', 'every step stands in the history';
is mails($id), 'order-delivered order-in-production order-shipped', 'each letter once';
is $q->sql(qq{SELECT tracking_number || ' ' || fulfillment_status FROM orders WHERE id = '$id'}), '94001 delivered', 'the order shows it';
is $q->sql(qq{SELECT items_cost || ' ' || cost_currency FROM fulfillments WHERE id = '$f'}), '1192 USD', 'and what it cost';

# ---- out of order, in several parcels ----
($id, $f) = order();
is apply($f, 'shipped', { %parcel, ref => 't1', delivered => 1795820900 }), 'delivered delivered', 'delivered comes first';
is history($id), 'pending paid processing fulfilled shipped delivered', 'and still walks every step';
($id, $f) = order();
is apply($f, 'partial', { %parcel, ref => 'u1' }), 'partial shipped', 'the first of two parcels';
is apply($f, 'shipped', { %parcel, ref => 'u1' }, { %second, ref => 'u2' }), 'shipped shipped', 'the second one';
is apply($f, 'shipped', { %parcel, ref => 'u1', delivered => 1795820900 }), 'shipped shipped', 'one of them is there';
is apply($f, 'shipped', { %second, ref => 'another name', delivered => 1795820900 }), 'delivered delivered',
    'and the other, known by its number';
is $q->sql(qq{SELECT string_agg(tracking_number || ' ' || status, ', ' ORDER BY tracking_number) FROM shipments WHERE order_id = '$id'}),
    '94001 delivered, 94002 delivered', 'no parcel was lost or doubled';
is $q->sql(qq{SELECT count(*) FROM order_events WHERE order_id = '$id' AND kind = 'parcel'}), 2, 'both stand in the history';

# ---- trouble ----
($id, $f) = order();
is apply($f, 'on_hold'), 'draft paid', 'a hold before acceptance is nothing yet';
is apply($f, 'accepted'), 'accepted processing', 'accepted';
is apply($f, 'on_hold'), 'on_hold processing', 'held';
is cases($id), 'print_on_hold:open', 'a case';
is apply($f, 'in_production'), 'in_production processing', 'released';
is cases($id), 'print_on_hold:closed', 'the case is over';
is apply($f, 'failed'), 'failed processing', 'failed: the order stays processing';
is cases($id), 'print_failed:open print_on_hold:closed', 'an alarm';
is mails($id), 'order-in-production order-problem', 'and a letter';
is apply($f, 'in_production'), 'in_production processing', 'the printer has repaired it';
is $q->sql(qq{SELECT fulfillment_rearm('$id')}), 'f', 'what is printed is not tried again';

($id, $f) = order();
apply($f, 'accepted');
is apply($f, 'cancelled'), 'cancelled processing', 'cancelled by the printer';
is apply($f, 'accepted'), 'cancelled processing', 'for good';
is $q->sql(qq{SELECT fulfillment_rearm('$id')}), 't', 'an admin may try again';
is $q->sql(qq{SELECT state || ' ' || (payload ->> 'retry') FROM jobs WHERE order_id = '$id' AND kind = 'submit_order'}),
    'queued true', 'by a job';

# Mended by one printer when another one makes it already.
($id, $f) = order();
apply($f, $_) for qw(accepted failed);
$q->sql(qq{INSERT INTO fulfillments (order_id, attempt, provider, external_id, provider_order_id, status)
    VALUES ('$id', 2, 'printify', 'x$n', 'y$n', 'accepted')});
is apply($f, 'in_production'), 'failed processing', 'mended beside another one: not ours any more';
is cases($id), 'print_failed:open print_twice:open', 'an alarm: it would be made twice';

# ---- taken back ----
($id, $f) = order();
apply($f, 'accepted');
$q->sql(qq{UPDATE orders SET status = 'refunded' WHERE id = '$id'});
is apply($f, 'in_production'), 'in_production refunded', 'a refunded order does not come back';
is apply($f, 'cancelled'), 'cancelled refunded', 'and is cancelled without an alarm';
is cases($id), '', 'no case';

done_testing;
