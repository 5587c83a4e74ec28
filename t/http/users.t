# Users: what they may see and change of their own.
use v5.36;
use utf8;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop  = TShop->boot;
my $guest = $shop->guest;
my $good  = 'correct horse battery';
my $true  = JSON::PP::true();

subtest 'me' => sub {
    my $ada = $shop->shopper;
    my $me = $ada->get('/users/me')->data;
    is_deeply [ sort keys %$me ], [ sort qw(id email firstName lastName phone tier emailVerified aiGenerationsToday
        aiGenerationsMonth totalPoints level createdAt updatedAt) ], 'what a user is';
    like $me->{createdAt}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'times as the API says';
    my $r = $ada->put('/users/me', { firstName => 'Ådä <b>', phone => '+14155550123', tier => 'premium', totalPoints => 9, email => 'x@example.com' });
    is $r->status, 200, 'changed' or diag $r->brief;
    is $r->data->{firstName}, 'Ådä <b>', 'as it was typed';
    is $r->data->{lastName}, 'Lovelace', 'what was not given stays';
    is_deeply [ @{ $r->data }{qw(tier totalPoints email)} ], [ @$me{qw(tier totalPoints email)} ], 'what is not theirs to set, too';
    is $ada->put('/users/me', { phone => undef })->data->{phone}, undef, 'null empties';
    is_deeply $ada->put('/users/me', { firstName => 'x' x 101, lastName => "a\x{7}", phone => '0123' })->wrong,
        { firstName => 'too_long', lastName => 'format', phone => 'format' }, 'every wrong field at once';
    is $ada->put('/users/me', {})->data->{firstName}, 'Ådä <b>', 'nothing changes nothing';
    is $ada->put('/users/me', '[]')->status, 422, 'a list is none';
    is $guest->put('/users/me', {})->status, 401, 'not for strangers';
};

subtest 'profile' => sub {
    my $ada = $shop->shopper;
    my $p = $ada->get('/users/me/profile')->data;
    is_deeply [ sort keys %$p ], [ sort qw(avatarUrl bio preferredLanguage preferredCurrency newsletterSubscribed designGalleryPublic updatedAt) ], 'what a profile is';
    is $p->{newsletterSubscribed}, 0, 'nobody has agreed yet';
    my $r = $ada->put('/users/me/profile', { bio => "two\nlines", preferredLanguage => 'de-AT', preferredCurrency => 'EUR', avatarUrl => 'https://example.com/a.png', newsletterSubscribed => $true });
    is $r->status, 200, 'changed' or diag $r->brief;
    is $r->data->{bio}, "two\nlines", 'prose';
    is $r->data->{preferredCurrency}, 'EUR', 'a currency';
    is $ada->put('/users/me/profile', { designGalleryPublic => $true })->data->{newsletterSubscribed}, 1, 'what was not given stays';
    is $ada->put('/users/me/profile', { avatarUrl => undef })->data->{avatarUrl}, undef, 'null empties';
    is_deeply $ada->put('/users/me/profile', { preferredCurrency => 'ZZZ', preferredLanguage => 'english please', avatarUrl => 'http://example.com/', newsletterSubscribed => 1, bio => 'x' x 2001 })->wrong,
        { preferredCurrency => 'enum', preferredLanguage => 'format', avatarUrl => 'format', newsletterSubscribed => 'type', bio => 'too_long' }, 'every wrong field at once';
    is_deeply $ada->put('/users/me/profile', { preferredLanguage => undef })->wrong, { preferredLanguage => 'required' }, 'some cannot be empty';
    is_deeply $ada->put('/users/me/profile', { avatarUrl => $_ })->wrong, { avatarUrl => 'format' }, "not $_" for 'javascript:alert(1)', 'https://user@example.com/', 'https://';
    my $new = sub ($key, $value) { my $r = $ada->put('/users/me/profile', { $key => $value }); $r->status == 422 ? $r->wrong->{$key} : $r->status };
    is $new->(preferredLanguage => $_), 200, "language $_" for qw(de de-AT zh-Hant-TW zh-cmn-Hans-CN es-419 sl-rozaj-biske-1994 de-CH-1901
        de-DE-u-co-phonebk en-a-bbb-x-a-ccc de-DE-1996-x-a-b-c);
    is $new->(preferredLanguage => $_), 'format', "no language $_" for qw(en_US en- en--US -en en-a en-a-b en-US-a 12 x-own de-AT-CH de-Latn-Latn
        en-US-Latn en-x abcdefghi en-abcdefghi), "en\n", ' en', 'a-DE', 'en-u-';
    is $new->(avatarUrl => $_), 200, "an address $_" for 'https://example.com', 'https://a.example:8443/x?y#z', 'https://cdn-1.example.com/' . 'x' x 2000;
    is $new->(avatarUrl => $_), 'format', "no address $_" for 'https://', 'https:///x', 'https://:443/', 'https://example.com:x/', 'https://example.com:70000/',
        'https://a..b/', 'https://-a.example/', 'https://a-', 'https://a b/', 'https://[::1]/', 'https://a@b/', 'https://a:b@c/', 'https://a,b/', 'https://a%2eb/',
        'https://a\\@b/', "https://a.example/\n", 'ftp://a.example/', '//a.example/', 'HTTP://a.example/';
    is $new->(avatarUrl => 'https://example.com/' . 'x' x 2040), 'too_long', 'one too long';
};

subtest 'analytics' => sub {
    my $ada = $shop->shopper;
    my $a = $ada->get('/users/me/analytics')->data;
    is_deeply $a->{designs}, { count => 0, usageCount => 0, likesCount => 0 }, 'no designs';
    is $a->{orders}{count}, 0, 'no orders';
    is $a->{orders}{currency}, 'USD', 'in the shop\'s currency';
    is $a->{totalPoints}, 0, 'no points';
    is_deeply $a->{achievements}, [], 'nothing earned';
};

subtest 'another address' => sub {
    my $ada = $shop->shopper;
    my $other = $guest->post('/auth/login', { email => $ada->{email}, password => $good });
    my $new = 'moved.' . $ada->{email};
    is $ada->put('/users/me/email', { email => $new })->code, 'FORBIDDEN', 'not without the password';
    is $ada->put('/users/me/email', { email => $new, password => 'wrong horse' })->code, 'FORBIDDEN', 'nor with another';
    is_deeply $ada->put('/users/me/email', { email => 'nonsense', password => $good })->wrong, { email => 'format' }, 'nor to nowhere';
    is $ada->put('/users/me/email', { email => $shop->shopper->{email}, password => $good })->code, 'EMAIL_TAKEN', 'nor to somebody';
    my $r = $ada->put('/users/me/email', { email => $new, password => $good });
    is $r->status, 202, 'asked' or diag $r->brief;
    my ($to_new, $to_old) = ($shop->mail($new, qr/Confirm your new/), $shop->mail($ada->{email}, qr/about to change/));
    ok $to_new && $to_old, 'both are asked' or return;
    my $first = $guest->post('/users/me/email/confirm', { token => $shop->mail_token($to_new) });
    is $first->status, 200, 'the new one agrees' or diag $first->brief;
    is $first->data->{changed}, 0, 'which is not enough';
    is $ada->get('/users/me')->data->{email}, $ada->{email}, 'nothing has changed';
    is $guest->post('/users/me/email/confirm', { token => $shop->mail_token($to_new) })->code, 'INVALID_TOKEN', 'a token works once';
    is $guest->post('/users/me/email/confirm', { token => $shop->mail_token($to_old) })->data->{changed}, 1, 'the old one agrees, too';
    my $me = $ada->get('/users/me')->data;
    is $me->{email}, $new, 'then it is done';
    is $me->{emailVerified}, 1, 'and verified';
    is $guest->with(token => $other->data->{accessToken})->get('/users/me')->status, 401, 'other sessions have ended';
    is $guest->post('/auth/login', { email => $ada->{email}, password => $good })->status, 401, 'the old address is nobody\'s';
    is $guest->post('/auth/login', { email => $new, password => $good })->status, 200, 'the new one is hers';
    ok $shop->mail($_, qr/was changed/), "$_ hears of it" for $ada->{email}, $new;
};

subtest 'a typing error is mended' => sub {
    my $ada = $shop->shopper(verified => 0);
    my $new = 'right.' . $ada->{email};
    $ada->put('/users/me/email', { email => $new, password => $good });
    my $mail = $shop->mail($new, qr/Confirm your new/);
    ok $mail, 'the new address is asked' or return;
    is $guest->post('/users/me/email/confirm', { token => $shop->mail_token($mail) })->data->{changed}, 1, 'and decides alone';
    is $ada->get('/users/me')->data->{tier}, 'registered', 'it is verified';
    is $ada->get('/users/me')->data->{totalPoints}, 10, 'which is worth points';
};

subtest 'a pending change ends with the password' => sub {
    my $ada = $shop->shopper;
    my $new = 'thief.' . $ada->{email};
    $ada->put('/users/me/email', { email => $new, password => $good });
    my $mail = $shop->mail($new, qr/Confirm your new/);
    $shop->settle;
    $ada->put('/users/me/password', { currentPassword => $good, newPassword => 'another horse entirely' });
    is $guest->post('/users/me/email/confirm', { token => $shop->mail_token($mail) })->code, 'INVALID_TOKEN', 'its tokens are dead';
};

subtest 'export' => sub {
    my $ada = $shop->shopper;
    my $bob = $shop->shopper(firstName => 'Bob');
    $ada->put('/users/me', { phone => '+14155550199' });
    $ada->post('/cart/items', { %{ $shop->variant }, quantity => 2 });
    $shop->sql("INSERT INTO designs (user_id, title, product_category, status, design_data) SELECT '$ada->{user}{id}', 'Number ' || n, 't-shirt', 'ready', '{\"objects\":[]}' FROM generate_series(1, 45) n");
    my $r = $ada->get('/users/me/export');
    is $r->status, 200, 'a document' or diag $r->brief;
    ok $r->json, 'of JSON' or diag substr $r->body, -300;
    my $d = $r->data;
    is $d->{account}{email}, $ada->{email}, 'the account';
    is $d->{account}{phone}, '+14155550199', 'with the telephone';
    is $d->{profile}{preferredLanguage}, 'en', 'the profile';
    is scalar @{ $d->{sessions} }, 1, 'the sessions';
    is scalar @{ $d->{designs} }, 45, 'all designs, over three pages';
    is scalar(keys %{ { map { $_->{title} => 1 } @{ $d->{designs} } } }), 45, 'each once';
    ok $d->{designs}[0]{designData}, 'with what was drawn';
    is $d->{cart}[0]{quantity}, 2, 'the cart';
    is ref $d->{$_}, 'ARRAY', $_ for qw(identities letters subscriptions likes shares reports aiUsage orders points coupons achievements);
    unlike $r->body, qr/argon2|\Q$bob->{email}\E/, 'no hash, and nobody else';
    is $ada->head('/users/me/export')->status, 200, 'HEAD works';
    is $guest->get('/users/me/export')->status, 401, 'not for strangers';
};

# Every table is told of, or there is a reason why not: who adds one decides.
my %told = (users => 'account', user_profiles => 'profile', identities => 'identities', sessions => 'sessions',
    one_time_tokens => 'letters', subscriptions => 'subscriptions', subscription_invoices => 'invoices', designs => 'designs',
    design_likes => 'likes', design_shares => 'shares', design_reports => 'reports', ai_usage_logs => 'aiUsage',
    ai_reservations => 'aiQuota', cart_items => 'cart', orders => 'orders', point_transactions => 'points', coupons => 'coupons',
    user_achievements => 'achievements', jobs => 'mail', idempotency_keys => 'idempotencyKeys', audit_log => 'adminChanges');
my %inside = map { $_ => 'a part of the orders' } qw(order_items order_events payments refunds shipments webhook_events coupon_uses);
my %untold = (
    refresh_tokens => 'hashes of secrets', rate_limits => 'numbers that are gone in minutes', carts => 'the lines are what there is',
    point_balances => 'in the account', point_periods => 'sums of points', design_uses => 'counts', ai_calls => 'sums are in aiUsage',
    (map { $_ => 'pictures made of what is told' } qw(media media_refs design_renders print_files order_canvases)),
    (map { $_ => 'between the shop and its printers' } qw(fulfillments shipment_items cases)),
    (map { $_ => 'the shop\'s own, of nobody' } qw(settings currencies exchange_rates categories products product_variants product_prices
        product_translations provider_variants tax_rates shipping_rates ai_models ai_model_prices artwork_styles policy_words order_moves
        achievements provider_states clock_jobs counters outside_documents plans plan_translations schema_migrations schema_views)));

subtest 'the export forgets no table' => sub {
    my @tables = split /\n/, $shop->sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", 'postgres');
    is_deeply [ grep { !$told{$_} && !$inside{$_} && !$untold{$_} } @tables ], [], 'each is told of, or known not to be';
    is_deeply [ grep { my $t = $_; !grep { $_ eq $t } @tables } keys %told, keys %inside ], [], 'all of them are there';

    my $ada = $shop->shopper;
    my $me = $ada->{user}{id};
    my $n = 0;
    my @said;
    my $word = sub { push @said, sprintf 'said-%03d', ++$n; return $said[-1] };
    my $design = $shop->design($ada, undrawn => 1);
    my $lost = $shop->design($ada, undrawn => 1);
    $ada->post('/cart/items', { %{ $shop->variant }, quantity => 1, customizationData => { note => $word->() } });
    my $order = $ada->post('/orders/create', { shippingAddress => $shop->address(name => $word->(), line1 => $word->(), city => $word->()) },
        'Idempotency-Key' => $word->())->data;
    $ada->post('/cart/items', { %{ $shop->variant }, quantity => 1, customizationData => { note => $word->() } });
    $ada->post("/designs/$design->{id}/like");
    $ada->put('/users/me', { firstName => $word->(), lastName => $word->() });
    $ada->put('/users/me/profile', { bio => $word->(), avatarUrl => 'https://example.com/' . $word->() });
    $ada->put('/users/me/email', { email => $word->() . '@example.com', password => $good });
    $shop->settle;
    my $set = sub ($table, $where, @columns) { $shop->sql("UPDATE $table SET " . join(', ', map { "$_ = '" . $word->() . "'" } @columns) . " WHERE $where") };
    $set->('designs', "id = '$design->{id}'", qw(title description prompt style));
    $set->('designs', "id = '$lost->{id}'", qw(title prompt));
    $ada->delete("/designs/$lost->{id}");
    $set->('sessions', "user_id = '$me'", 'user_agent');
    $set->('orders', "id = '$order->{id}'", qw(cancel_reason email));
    $shop->sql("INSERT INTO identities (provider, subject, user_id, email) VALUES ('google', '@{[ $word->() ]}', '$me', '@{[ $word->() ]}');
        INSERT INTO payments (order_id, provider, idempotency_key, provider_ref, amount, currency, decline_reason, status)
            VALUES ('$order->{id}', 'stripe', 'k$$', '@{[ $word->() ]}', 100, 'USD', '@{[ $word->() ]}', 'canceled');
        INSERT INTO webhook_events (provider, event_id, type, body, order_id) VALUES ('stripe', 'e$$', '@{[ $word->() ]}', '', '$order->{id}');
        INSERT INTO design_reports (design_id, user_id, reason, details) VALUES ('$design->{id}', '$me', 'other', '@{[ $word->() ]}');
        INSERT INTO ai_usage_logs (user_id, model, success, error_message) VALUES ('$me', '@{[ $word->() ]}', false, '@{[ $word->() ]}');
        INSERT INTO subscriptions (user_id, status, stripe_subscription_id) VALUES ('$me', 'canceled', '@{[ $word->() ]}');
        INSERT INTO audit_log (admin, action, target, after) VALUES ('x', '@{[ $word->() ]}', '$me', '{\"a\": \"@{[ $word->() ]}\"}');
        SELECT points_add('$me', 'adjusted', 'gift', 7, NULL, NULL, '@{[ $word->() ]}')");
    my $r = $ada->get('/users/me/export');
    is_deeply [ grep { !exists $r->data->{$_} } sort values %told ], [], 'every part is there';
    is_deeply [ grep { index($r->body, $_) < 0 } @said ], [], 'and all that was ever said';
    is scalar(grep { $_->{deletedAt} } @{ $r->data->{designs} }), 1, 'what was thrown away is told of while it is kept';
};

done_testing;
