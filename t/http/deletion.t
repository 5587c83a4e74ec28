# Deletion: the person goes, the books stay.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop  = TShop->boot;
my $guest = $shop->guest;
my $good  = 'correct horse battery';

# Every text of every table of the database.
sub all_rows () {
    my @tables = split /\n/, $shop->sql("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'", 'postgres');
    return join "\n", map { $shop->sql("SELECT coalesce(string_agg(lower(t::text), E'\\n'), '') FROM $_ t", 'postgres') } @tables;
}

subtest 'who may' => sub {
    my $ada = $shop->shopper;
    is $ada->delete('/users/me', { password => 'wrong horse' })->code, 'FORBIDDEN', 'not with a wrong password';
    is $ada->delete('/users/me')->code, 'FORBIDDEN', 'not without one';
    is $ada->get('/users/me')->status, 200, 'nothing has happened';
    is $guest->delete('/users/me')->status, 401, 'not for strangers';
};

subtest 'a person' => sub {
    my $ada = $shop->shopper(email => 'Zenobia.Quux@Example.com', firstName => 'Zenobia', lastName => 'Quuxworth');
    $ada->put('/users/me', { phone => '+14155550177' });
    $ada->put('/users/me/profile', { bio => 'zenobias biography' });
    $ada->post('/cart/items', { %{ $shop->variant(price => '20.00') }, quantity => 1 });
    my $order = $ada->post('/orders/create', { shippingAddress => $shop->address(name => 'Zenobia Quuxworth', line1 => '77 Zeppelin Street', phone => '+14155550177') });
    is $order->status, 201, 'has ordered' or diag $order->brief;
    $guest->post('/auth/login', { email => $ada->{email}, password => 'wrong horse battery' });
    $guest->post('/auth/forgot-password', { email => $ada->{email} });
    $shop->settle;
    my $r = $ada->delete('/users/me', { password => $good });
    is $r->status, 200, 'goes' or diag $r->brief;
    is_deeply $r->data, {}, 'without words';
    is $ada->get('/users/me')->status, 401, 'the token is dead';
    is $guest->post('/auth/refresh', { refreshToken => $ada->{refresh} })->status, 401, 'so is the other';
    is $guest->post('/auth/login', { email => $ada->{email}, password => $good })->status, 401, 'nobody signs in';
    $shop->settle;
    my $rows = all_rows;
    for my $word (qw(zenobia quux zeppelin 5550177)) {
        my @found = grep { /$word/i } split /\n/, $rows;
        is_deeply \@found, [], "no table holds $word";
    }
    my ($country, $total) = split /\|/, $shop->sql("SELECT shipping_address ->> 'country', total_amount FROM orders WHERE id = '@{[ $order->data->{id} ]}'");
    is $country, 'US', 'the order keeps its country';
    is $shop->sql("SELECT status FROM orders WHERE id = '@{[ $order->data->{id} ]}'"), 'cancelled', 'what nobody can receive is cancelled';
    is $total, sprintf('%.0f', $order->data->{totalAmount} * 100), 'and its amount';
    is $guest->post('/auth/register', { email => $ada->{email}, password => $good })->status, 201, 'the address is free again';
};

subtest 'a subscriber' => sub {
    my $ada = $shop->shopper;
    my $r = $ada->post('/subscriptions/checkout', {});
    is $r->status, 201, 'goes to the checkout' or diag $r->brief;
    $shop->sandbox->get($r->data->{url});
    ok $shop->until_so(20, sub { $ada->get('/users/me')->data->{tier} eq 'premium' }), 'has a plan';
    $ada->delete('/users/me', { password => $good });
    ok $shop->until_so(20, sub { $shop->sql("SELECT status FROM subscriptions WHERE user_id = '$ada->{user}{id}'") eq 'canceled' }),
        'it ends at the provider, by job';
    $shop->settle;
    is_deeply [ grep { /\Q$ada->{email}\E/i } split /\n/, all_rows ], [], 'and no notice of the provider keeps the address';
};

subtest 'by hand' => sub {
    my $ada = $shop->shopper;
    my $ctl = sub (@words) {
        local $ENV{DATABASE_URL} = $shop->database_url;
        my $said = join ' ', map { "'$_'" } @words;
        my $program = "$shop->{bench}{build}/tshopctl";
        my $got = `echo 'a password of some length' | $program user $said 2>&1`;
        return ($? >> 8, $got);
    };
    my ($status, $said) = $ctl->('show', $ada->{email});
    is $status, 0, 'shown' or diag $said;
    like $said, qr/"id"\s*:\s*"$ada->{user}{id}"/, 'by address';
    is +($ctl->('show', 'nobody@example.com'))[0], 1, 'nobody is not';
    ($status, $said) = $ctl->('tier', $ada->{user}{id}, 'premium');
    is $ada->get('/users/me')->data->{tier}, 'premium', 'a tier' or diag $said;
    $ctl->('tier', $ada->{user}{id}, 'auto');
    is $ada->get('/users/me')->data->{tier}, 'registered', 'and back';
    ($status, $said) = $ctl->('create', '--verified', 'by.hand@example.com');
    is $status, 0, 'made' or diag $said;
    is $guest->post('/auth/login', { email => 'by.hand@example.com', password => 'a password of some length' })->status, 200, 'who signs in';
    $ctl->('revoke', $ada->{email});
    is $ada->get('/users/me')->status, 401, 'signed out';
    is +($ctl->('delete', $ada->{email}))[0], 1, 'deleting wants --yes';
    ($status, $said) = $ctl->('delete', '--yes', $ada->{email});
    is $status, 0, 'gone' or diag $said;
    is $shop->sql("SELECT count(*) FROM audit_log WHERE admin = 'tshopctl'"), 5, 'all of it stands in the log';
};

done_testing;
