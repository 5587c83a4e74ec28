# Deletion: the person goes, the books stay.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA qw(hmac_sha256_hex sha256_hex);
use JSON::PP ();
use POSIX ();
use TShop;

my $shop  = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 60 });
my $guest = $shop->guest;
my $good  = 'correct horse battery';

# Every text of every table of the database, each line with its table. Bytes
# are printed as hex, which no word is found in: those follow as text.
sub all_rows () {
    my @tables = split /\n/, $shop->sql("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'", 'postgres');
    my @bytes = split /\n/, $shop->sql("SELECT quote_ident(table_name) || '|' || quote_ident(column_name) FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'bytea'", 'postgres');
    my @ask = ((map { [ $_, 't::text' ] } @tables), map { my ($table, $column) = split /\|/; [ $table, "encode($column, 'escape')" ] } @bytes);
    return join "\n", map { my ($table, $text) = @$_;
        map { "$table: $_" } split /\n/, $shop->sql("SELECT coalesce(string_agg(replace(lower($text), E'\\n', ' '), E'\\n'), '') FROM $table t", 'postgres') } @ask;
}
sub kept ($word) { [ grep { index(lc, lc $word) >= 0 } split /\n/, all_rows ] }

# What Stripe tells.
my $told = 0;
sub stripe_tells ($type, $object) {
    my $body = JSON::PP->new->canonical->encode({ id => 'evt_' . ++$told . "x$$", object => 'event', created => time, type => $type,
        livemode => JSON::PP::false(), data => { object => $object } });
    my $time = time;
    my ($secret) = split /,/, $shop->setting('STRIPE_WEBHOOK_SECRET');
    return $guest->post('/payments/webhooks/stripe', $body, 'Content-Type' => 'application/json',
        'Stripe-Signature' => "t=$time,v1=" . hmac_sha256_hex("$time.$body", $secret));
}
sub printer_tells ($type, $order, %o) {
    my $body = JSON::PP->new->canonical->encode({ type => $type, occurred_at => sprintf('2026-11-26T18:03:%02dZ', ++$told), retries => 0, store_id => 1,
        data => { order => { external_id => $order->{orderNumber}, status => 'pending', %o } } });
    my $secret = $shop->setting('PRINTFUL_WEBHOOK_SECRET');
    my $key = $secret =~ /^(?:[0-9a-f]{2})+$/i ? pack 'H*', $secret : $secret;
    return $guest->post('/fulfillment/webhooks/printful', $body, 'X-Pf-Webhook-Signature' => hmac_sha256_hex($body, $key));
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
    is_deeply kept(sha256_hex(lc $ada->{email})), [], 'no counter knows the address';
    is $ada->get('/users/me')->status, 401, 'the token is dead';
    is $guest->post('/auth/refresh', { refreshToken => $ada->{refresh} })->status, 401, 'so is the other';
    is $guest->post('/auth/login', { email => $ada->{email}, password => $good })->status, 401, 'nobody signs in';
    $shop->settle;
    is_deeply kept($_), [], "no table holds $_" for qw(zenobia quux zeppelin 5550177);
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
    my $customer = $shop->sql("SELECT stripe_customer_id FROM users WHERE id = '$ada->{user}{id}'");
    $ada->delete('/users/me', { password => $good });
    ok $shop->until_so(20, sub { $shop->sql("SELECT status FROM subscriptions WHERE user_id = '$ada->{user}{id}'") eq 'canceled' }),
        'it ends at the provider, by job';
    $shop->settle;
    is_deeply kept($ada->{email}), [], 'and no notice of the provider keeps the address';
    is stripe_tells('invoice.paid', { id => 'in_late', object => 'invoice', customer => $customer, customer_email => $ada->{email}, status => 'paid' })->status, 200, 'one more comes late';
    is stripe_tells('customer.updated', { id => $customer, object => 'customer', email => $ada->{email} })->status, 200, 'and another';
    is_deeply kept($ada->{email}), [], 'nor do they';
};

subtest 'a checkout that was left open' => sub {
    my $ada = $shop->shopper;
    my $r = $ada->post('/subscriptions/checkout', {});
    $ada->delete('/users/me', { password => $good });
    $shop->settle;
    $shop->sandbox->get($r->data->{url});
    my @all;
    ok $shop->until_so(20, sub {
        @all = map { $_->{status} } grep { ($_->{metadata}{user_id} // '') eq $ada->{user}{id} } @{ $shop->sandbox->get('/v1/subscriptions?status=all&limit=100',
            Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'))->json->{data} };
        "@all" eq 'canceled' }), 'nobody goes on paying for an account that is gone' or diag "@all";
    is $shop->sql("SELECT tier FROM users WHERE id = '$ada->{user}{id}'"), 'free', 'and it has no tier';
};

subtest 'what is said in the same moment' => sub {
    my $ada = $shop->shopper;
    my $id = $ada->{user}{id};
    my $tee = $shop->variant;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        $shop->sql("BEGIN; SELECT user_erase('$id'); SELECT pg_sleep(0.7); COMMIT");
        POSIX::_exit(0);
    }
    $shop->until_so(5, sub { $shop->sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(0.7)%' AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'", 'postgres') ne '0' });
    my @late = (['PUT', '/users/me/profile', { bio => 'wittgensteins tractatus', avatarUrl => 'https://example.com/wittgenstein' }],
        ['PUT', '/users/me', { firstName => 'Wittgenstein' }], ['POST', '/designs', { title => 'Wittgenstein', productCategory => 't-shirt',
            designData => { version => '6.0.0', width => 1800, height => 2400, objects => [] } }],
        ['POST', '/cart/items', { %$tee, quantity => 1, customizationData => { note => 'Wittgenstein' } }], ['PUT', '/users/me/email', { email => 'wittgenstein@example.com', password => $good }]);
    my @children = map {
        my $call = $_;
        my $child = fork // die "fork: $!";
        POSIX::_exit($ada->request(@$call)->status >= 500 ? 1 : 0) if $child == 0;
        $child } @late;
    my $broken = 0;
    for (@children) { waitpid $_, 0; $broken++ if $? }
    waitpid $pid, 0;
    is $broken, 0, 'nothing breaks';
    $shop->settle;
    is_deeply kept('wittgenstein'), [], 'comes too late';
};

# An order that is paid, and printed, with everything that others say of it.
sub ordered ($ada, %where) {
    $ada->post('/cart/items', { %{ $shop->variant(price => '20.00') }, quantity => 1 });
    my $order = $ada->post('/orders/create', { shippingAddress => $shop->address(%where) }, 'Idempotency-Key' => 'once-' . ++$told)->data;
    my $intent = $ada->post('/payments/create-intent', { orderId => $order->{id} })->data->{paymentIntentId};
    $shop->sandbox->post("/v1/payment_intents/$intent/confirm", 'payment_method=pm_card_visa&return_url=https://shop.example/',
        'Content-Type' => 'application/x-www-form-urlencoded', Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'));
    $shop->until_so(20, sub { $ada->get("/orders/$order->{id}")->data->{status} eq 'paid' }) or die 'not paid';
    return { %$order, intent => $intent };
}

subtest 'what others have said of a person' => sub {
    my %where = (name => 'Xanthippe Vryburg', line1 => '9 Kwaggafontein Way', phone => '+14155550188');
    my @words = ('xanthippe', 'vryburg', 'kwaggafontein', '5550188');
    my $ada = $shop->shopper(email => 'xanthippe@vryburg.example', firstName => 'Xanthippe', lastName => 'Vryburg');
    my $order = ordered($ada, %where);
    my $charge = { id => "ch_late$$", object => 'charge', amount => 2000, amount_refunded => 0, currency => 'usd', payment_intent => $order->{intent},
        billing_details => { email => $ada->{email}, name => $where{name}, phone => $where{phone}, address => { line1 => $where{line1} } } };
    is stripe_tells('charge.succeeded', $charge)->status, 200, 'a notice of the card';
    $shop->sql("SELECT set_config('tshop.actor', 'printer', false); UPDATE orders SET status = 'processing' WHERE id = '$order->{id}';
        INSERT INTO fulfillments (order_id, provider, external_id, provider_order_id, status, reason, quotes)
        VALUES ('$order->{id}', 'printful', '$order->{orderNumber}', '4711$$', 'accepted', 'no such street: 9 Kwaggafontein Way', '[{\"why\": \"Xanthippe?\"}]');
        INSERT INTO jobs (kind, order_id, last_error, attempts, run_at) VALUES ('poll_fulfillment', '$order->{id}', 'no such street: 9 Kwaggafontein Way', 1, now() + interval '1 hour');
        INSERT INTO jobs (kind, order_id, last_error, state) VALUES ('submit_order', '$order->{id}', 'Xanthippe Vryburg, 9 Kwaggafontein Way', 'dead');
        INSERT INTO cases (kind, order_id, key, detail) VALUES ('print_on_hold', '$order->{id}', 'k$$', '{\"reason\": \"Xanthippe Vryburg\"}')");
    my ($job) = split /\n/, $shop->sql("SELECT id FROM jobs WHERE order_id = '$order->{id}' AND kind = 'submit_order' AND state = 'dead'");
    is $shop->admin->post("/jobs/$job/retry", {})->status, 200, 'an admin tries again';
    my $case = $shop->sql("SELECT id FROM cases WHERE key = 'k$$'");
    is $shop->admin->post("/cases/$case/resolve", {})->status, 200, 'and closes a case';
    my $design = $shop->design($shop->shopper, public => 1);
    is $ada->post("/designs/$design->{id}/report", { reason => 'copyright', details => 'Mine! Xanthippe Vryburg, 9 Kwaggafontein Way' })->status, 202, 'who has complained';
    my $report = $shop->sql("SELECT id FROM design_reports WHERE user_id = '$ada->{user}{id}'");
    is $shop->admin->post("/reports/$report/resolve", { uphold => JSON::PP::false() })->status, 200, 'and was heard';
    my $refund = sub { $shop->admin->post("/orders/\U$order->{id}\E/refund", { amount => 1, reason => 'Torn' }, 'Idempotency-Key' => "torn$$") };
    is $refund->()->data->{user}{email}, $ada->{email}, 'an admin gives a part back, and is shown whom';
    $shop->settle;
    cmp_ok scalar @{ kept($_) }, '>', 0, "much tells of $_" for @words;
    is $ada->delete('/users/me', { password => $good })->status, 200, 'then the person goes';
    $shop->settle;
    is_deeply kept($_), [], "no table holds $_" for @words;

    is printer_tells('order_updated', $order, id => 0 + "4711$$", recipient => { name => $where{name}, address1 => $where{line1}, phone => $where{phone}, email => $ada->{email} })->status, 200, 'the printer has more to tell';
    is stripe_tells('charge.updated', $charge)->status, 200, 'so has Stripe';
    $shop->settle;
    is $shop->sql("SELECT count(*) FROM webhook_events WHERE order_id = '$order->{id}' AND body = '' AND type IN ('order_updated', 'charge.updated')"), 2, 'which is heard';
    is_deeply kept($_), [], "and leaves no $_" for @words;
    is $refund->()->code, 'CONFLICT', 'the admin asks again';
    is $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}'"), 1, 'but nothing is given back twice';
    is $shop->sql("SELECT count(*) FROM idempotency_keys WHERE owner = '$ada->{user}{id}'"), 0, 'the keys of the person are gone';
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
    is +($ctl->('create', $_))[0], 1, "not for $_" =~ s/\n/ /r for 'nowhere', 'a@b', "a\@example.com\nBcc: b\@example.com", 'a password of some length';
    is +($ctl->('create', '--first-name', "a\nb", 'other@example.com'))[0], 1, 'nor with half a name';
    is $shop->sql("SELECT count(*) FROM users WHERE email IN ('nowhere', 'a\@b', 'other\@example.com')"), 0, 'nobody is made';
    $ctl->('revoke', $ada->{email});
    is $ada->get('/users/me')->status, 401, 'signed out';
    is +($ctl->('delete', $ada->{email}))[0], 1, 'deleting wants --yes';
    ($status, $said) = $ctl->('delete', '--yes', $ada->{email});
    is $status, 0, 'gone' or diag $said;
    is $shop->sql("SELECT count(*) FROM audit_log WHERE admin = 'tshopctl'"), 5, 'all of it stands in the log';
};

done_testing;
