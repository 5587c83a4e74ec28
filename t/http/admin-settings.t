# Rates, whole tables at a time.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP ();
use TShop;

my $shop  = TShop->boot;
my $admin = $shop->admin;

# With true and false as they are, not as numbers.
sub whole ($r) { JSON::PP->new->utf8->decode($r->body)->{data} }
sub path ($name) { "/settings/$name" }
sub wrong ($r) { my $w = $r->wrong; join ' ', map { "$_ $w->{$_}" } sort keys %$w }

for my $name (qw(exchange-rates tax-rates shipping-rates)) {
    subtest $name => sub {
        my $was = $admin->get(path($name));
        is $was->status, 200, 'are there' or diag $was->brief;
        ok @{ $was->data } > 3, 'more than a few';
        my $r = $admin->put(path($name), whole($was));
        is $r->status, 200, 'what GET gives is taken' or diag $r->brief;
        is_deeply $admin->get(path($name))->data, $was->data, 'and is what it was';
        is $admin->put(path($name), '{}')->wrong->{''}, 'type', 'an object is no table';
        is $admin->put(path($name), '[1]')->wrong->{'[0]'}, 'type', 'a number is no row';
        is $admin->put(path($name), '[')->code, 'MALFORMED_JSON', 'half a table is none';
        is $admin->put(path($name), '')->status, 400, 'nor is nothing';
        is $admin->put(path($name), '[]', 'Content-Type' => 'text/plain')->status, 415, 'nor plain text';
        my @twice = (@{ whole($was) }, whole($was)->[-1]);
        like wrong($admin->put(path($name), \@twice)), qr/^\[\d+\] format$/, 'no row is there twice';
        is_deeply $admin->get(path($name))->data, $was->data, 'none of that changed anything';
    };
}

subtest 'exchange rates' => sub {
    my @rates = @{ $admin->get(path('exchange-rates'))->data };
    my %of = map { $_->{currency} => $_->{rate} } @rates;
    $of{EUR} = 0.5;
    my $put = sub (%rates) { $admin->put(path('exchange-rates'), [ map { { currency => $_, rate => $rates{$_} } } sort keys %rates ]) };
    is $put->(%of)->status, 200, 'are changed';
    my $ada = $shop->shopper;
    $ada->post('/cart/items', { %{ $shop->variant(price => '20.00') }, quantity => 1 });
    is $ada->post('/orders/quote', { shippingAddress => $shop->address, currency => 'EUR' })->data->{subtotal}, 10, 'and count at once';
    is wrong($put->(%of, ZZZ => 1)), '[6].currency unknown_reference', 'no such currency';
    is wrong($put->(%of, USD => 2)), '[5].rate enum', 'the base stands at 1';
    is wrong($put->(%of, EUR => 0)), '[2].rate too_small', 'none is nothing';
    is wrong($put->(%of, EUR => '1')), '[2].rate type', 'or a text';
    is wrong($put->(EUR => 1)), ' required', 'the base must be there';
    delete $of{JPY};
    $put->(%of);
    is $ada->post('/orders/quote', { shippingAddress => $shop->address, currency => 'JPY' })->wrong->{currency}, 'enum', 'what has no rate is not sold in';
};

subtest 'tax and shipping' => sub {
    my $tax = sub (%row) { wrong($admin->put(path('tax-rates'), [ { country => 'US', rate => 0.1, %row } ])) };
    is $tax->(), '', 'one row is enough';
    is $tax->(rate => 1.5), '[0].rate too_large', 'more than all';
    is $tax->(rate => -0.1), '[0].rate too_small', 'less than nothing';
    is $tax->(country => 'XX'), '[0].country enum', 'nowhere';
    is $tax->(country => '*'), '', 'anywhere';
    is $tax->(inclusive => 'yes'), '[0].inclusive type', 'yes is no truth';
    my $ship = sub (%row) { wrong($admin->put(path('shipping-rates'), [ { country => '*', method => 'standard', firstItem => 5, additionalItem => 1.5, %row } ])) };
    is $ship->(), '', 'one parcel';
    is $ship->(method => 'drone'), '[0].method enum', 'no drones';
    is $ship->(firstItem => 1.005), '[0].firstItem format', 'no tenths of a cent';
    is $ship->(currency => 'JPY', firstItem => 500, additionalItem => 150), '', 'in yen';
    is $ship->(currency => 'ZZZ'), '[0].currency unknown_reference', 'no such currency';
    is $ship->(daysMin => 5, daysMax => 2), '[0].daysMax too_small', 'not before it was sent';
};

is $admin->get(path('weather'))->status, 404, 'an unknown setting is not there';
is $admin->put(path('weather'), [])->status, 404, 'to be put either';
is $shop->guest->get('/admin/settings/tax-rates')->status, 401, 'and nothing is a stranger\'s';
like $shop->sql("SELECT string_agg(DISTINCT target, ' ' ORDER BY target) FROM audit_log WHERE action = 'settings.update'"),
    qr/^exchange-rates shipping-rates tax-rates$/, 'the audit log knows';
done_testing;
