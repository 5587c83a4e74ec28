# Refresh tokens: rotation, the one mercy, reuse, cookies, logging out.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use POSIX ();
use TShop;

my $shop  = TShop->boot(settings => { TSHOP_REFRESH_MERCY => '4s' });
my $guest = $shop->guest;
my $good  = 'correct horse battery';

sub refresh ($token, %headers) { $guest->post('/auth/refresh', { refreshToken => $token }, %headers) }
sub lives ($answer) { $guest->with(token => $answer->data->{accessToken})->get('/users/me')->status == 200 }
sub session ($shopper) { $shop->sql("SELECT id FROM sessions WHERE user_id = '$shopper->{user}{id}' ORDER BY created_at DESC LIMIT 1") }
sub alive ($shopper) {
    $shop->sql("SELECT count(*) FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE s.user_id = "
        . "'$shopper->{user}{id}' AND s.revoked_at IS NULL AND t.used_at IS NULL AND t.voided_at IS NULL");
}

subtest 'rotation' => sub {
    my $ada = $shop->shopper;
    my $r = refresh($ada->{refresh});
    is $r->status, 200, 'a new pair' or diag $r->brief;
    is_deeply [ sort keys %{ $r->data } ], [qw(accessToken expiresIn refreshToken tokenType)], 'and nothing else';
    isnt $r->data->{refreshToken}, $ada->{refresh}, 'another token';
    ok lives($r), 'the new access token lives';
    is $ada->get('/users/me')->status, 200, 'the old one, too: the session is the same';
    is refresh($r->data->{refreshToken})->status, 200, 'and so on';
    is alive($ada), 1, 'one token is alive';
    is refresh('x' x 43)->code, 'INVALID_REFRESH_TOKEN', 'no token of ours';
    is refresh('x' x 513)->status, 422, 'too long';
    is_deeply $guest->post('/auth/refresh', {})->wrong, { refreshToken => 'required' }, 'none at all';
    is $guest->post('/auth/refresh')->status, 401, 'not even a body';
    is $guest->post('/auth/refresh', '{"refreshToken":')->code, 'MALFORMED_JSON', 'half a body';
};

subtest 'a lost answer' => sub {
    my $ada = $shop->shopper;
    my $first = refresh($ada->{refresh});
    my $again = refresh($ada->{refresh});
    is $again->status, 200, 'the same token once more';
    is alive($ada), 1, 'leaves one child';
    is refresh($ada->{refresh})->status, 401, 'a third time is too much';
    ok lives($again), 'but nothing happens';
    is refresh($first->data->{refreshToken})->status, 401, 'the first child is void';
    is alive($ada), 1, 'which ends nothing';
    is refresh($again->data->{refreshToken})->status, 200, 'the second one lives';
};

subtest 'reuse' => sub {
    my $ada = $shop->shopper;
    my $other = $guest->post('/auth/login', { email => $ada->{email}, password => $good });
    my $first = refresh($ada->{refresh});
    my $second = refresh($first->data->{refreshToken});
    my $r = refresh($ada->{refresh});
    is $r->code, 'INVALID_REFRESH_TOKEN', 'a token whose child was used';
    is $r->header('WWW-Authenticate'), 'Bearer', 'is answered as any bad one';
    is refresh($second->data->{refreshToken})->status, 401, 'and ends its family';
    ok !lives($second), 'with its access tokens';
    ok lives($other), 'other families live on';
    is refresh($other->data->{refreshToken})->status, 200, 'and are refreshed';
    ok grep({ ($_->{event} // '') eq 'refresh-token-reused' } $shop->log('pool-fast')), 'the log tells of it';
};

subtest 'too late for mercy' => sub {
    my $ada = $shop->shopper;
    my $first = refresh($ada->{refresh});
    sleep 5;
    is refresh($ada->{refresh})->status, 401, 'after the time of mercy';
    is refresh($first->data->{refreshToken})->status, 401, 'the family has ended';
    ok !lives($first), 'with its access tokens';
};

subtest 'twenty at once' => sub {
    my $ada = $shop->shopper;
    my @pipes;
    for (1 .. 20) {
        pipe my $in, my $out;
        if (!fork) {
            my $r = $guest->with->post('/auth/refresh', { refreshToken => $ada->{refresh} });
            print $out join ' ', $r->status, $r->data ? $r->data->{refreshToken} // '' : '';
            close $out;
            POSIX::_exit(0);
        }
        close $out;
        push @pipes, $in;
    }
    my @got = map { [ split ' ', scalar(readline $_) // '' ] } @pipes;
    wait for @pipes;
    my @pairs = grep { $_->[0] == 200 } @got;
    cmp_ok scalar @pairs, '<=', 2, 'at most two pairs';
    cmp_ok scalar @pairs, '>=', 1, 'at least one';
    is scalar(grep { $_->[0] != 200 && $_->[0] != 401 } @got), 0, 'the others are refused';
    is alive($ada), 1, 'one token is alive';
    is scalar(grep { refresh($_->[1])->status == 200 } @pairs), 1, 'one of them works';
};

subtest 'the end' => sub {
    my $ada = $shop->shopper;
    my $id = session($ada);
    $shop->sql("UPDATE refresh_tokens SET expires_at = now() WHERE session_id = '$id'");
    is refresh($ada->{refresh})->status, 401, 'after 30 days';
    my $bob = $shop->shopper;
    $shop->sql("UPDATE sessions SET absolute_expires_at = now() WHERE id = '@{[ session($bob) ]}'");
    is refresh($bob->{refresh})->status, 401, 'at the end of the session';
    is $bob->get('/users/me')->status, 401, 'its access token, too';
    my $eve = $shop->shopper;
    $shop->sql("UPDATE users SET disabled_at = now() WHERE id = '$eve->{user}{id}'");
    is refresh($eve->{refresh})->status, 401, 'of one who may not';
};

subtest 'logging out' => sub {
    my $ada = $shop->shopper;
    my $r = refresh($ada->{refresh});
    my $out = $guest->post('/auth/logout', { refreshToken => $r->data->{refreshToken} });
    is $out->status, 200, 'done';
    is_deeply $out->data, {}, 'and nothing to say';
    is $ada->get('/users/me')->status, 401, 'the access token is dead at once';
    is $ada->get('/users/me')->code, 'INVALID_TOKEN', 'by its code';
    is refresh($r->data->{refreshToken})->status, 401, 'so is the other';
    is $guest->post('/auth/logout', $_)->status, 200, 'an unknown token is fine' for { refreshToken => 'x' x 43 }, {};
    is $guest->post('/auth/logout')->status, 200, 'so is none';
};

subtest 'cookies' => sub {
    my $ada = $shop->shopper;
    my $r = $guest->post('/auth/login', { email => $ada->{email}, password => $good, cookie => JSON::PP::true() });
    is $r->data->{refreshToken}, undef, 'the body has no refresh token';
    ok !exists $r->data->{refreshToken}, 'not even null';
    my $cookie = $r->header('Set-Cookie');
    like $cookie, qr/^__Host-tshop_refresh=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/, 'the cookie has it';
    my ($token) = $cookie =~ /=([\w-]+);/;
    my %with = (Cookie => "a=b; __Host-tshop_refresh=$token; c=d");
    is refresh($token)->status, 401, 'in the body it is worth nothing';
    for my $bad ([ 'Sec-Fetch-Site' => 'cross-site' ], [ 'Sec-Fetch-Site' => 'same-site' ], [ Origin => 'https://evil.example' ], [ Origin => 'null' ]) {
        my $r = $guest->post('/auth/refresh', undef, %with, @$bad);
        is $r->status, 403, "@$bad is refused";
        is $r->code, 'FORBIDDEN', 'by its code';
        is $guest->post('/auth/logout', undef, %with, @$bad)->status, 403, 'at logging out, too';
    }
    my $new = $guest->post('/auth/refresh', undef, %with, 'Sec-Fetch-Site' => 'same-origin');
    is $new->status, 200, 'nothing of that has spent it' or diag $new->brief;
    ok !exists $new->data->{refreshToken}, 'the new one is in no body';
    my ($next) = $new->header('Set-Cookie') =~ /^__Host-tshop_refresh=([\w-]+);/;
    isnt $next, $token, 'but in the cookie';
    $with{Cookie} = "__Host-tshop_refresh=$next";
    my $third = $guest->post('/auth/refresh', {}, %with, Origin => $shop->setting('TSHOP_PUBLIC_URL'));
    is $third->status, 200, 'our own origin may';
    ($next) = $third->header('Set-Cookie') =~ /^__Host-tshop_refresh=([\w-]+);/;
    $with{Cookie} = "__Host-tshop_refresh=$next";
    my $out = $guest->post('/auth/logout', undef, %with);
    is $out->status, 200, 'without either header it is allowed';
    like $out->header('Set-Cookie'), qr/^__Host-tshop_refresh=;.*Max-Age=0$/, 'and the cookie goes';
    ok !lives($third), 'the session has ended';
    is $guest->post('/auth/register', { email => 'cookie@example.com', password => $good, cookie => JSON::PP::true() })->header('Set-Cookie') =~ /^__Host/, 1, 'registering can do it, too';
};

done_testing;
