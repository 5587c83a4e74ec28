# Signing in with Google: there and back, with a token in hand, and whose
# account it is then.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA 'sha256';
use MIME::Base64 qw(encode_base64url decode_base64url);
use TShop;

my $shop  = TShop->boot(settings => { TSHOP_REDIRECT_ORIGINS => 'https://app.example.com' });
my $guest = $shop->guest;
my $good  = 'correct horse battery';
my $n     = 0;

sub address { sprintf 'google.%d@example.com', ++$n }
sub query ($url) { my ($q) = $url =~ /\?([^#]*)/; map { map { s/%(..)/chr hex $1/ger } split /=/, $_, 2 } split /&/, $q }
sub encode ($text) { $text =~ s/([^\w.~-])/sprintf '%%%02X', ord $1/ger }
sub is_now ($email, $verified = 1, $name = 'Grace Hopper') {
    $shop->sandbox->post('/_sandbox/google/users', { email => $email,
        emailVerified => $verified ? JSON::PP::true() : JSON::PP::false(), name => $name });
}

# Leave for Google; what came of it, and the browser's cookie.
sub leave ($redirect = '/account') {
    my $r = $guest->get('/auth/google?redirect=' . encode($redirect));
    my ($cookie) = ($r->header('Set-Cookie') // '') =~ /^(__Host-tshop_oidc=[\w-]+);/;
    return ($r, $cookie);
}

# Google sends the browser back: the path and query of the callback.
sub google ($start) {
    my $r = $shop->sandbox->get($start->header('Location'));
    return $r->header('Location') =~ s{^\Q@{[ $shop->setting('TSHOP_PUBLIC_URL') ]}\E/api/v1}{}r;
}

sub round_trip ($redirect = '/account') {
    my ($start, $cookie) = leave($redirect);
    return $guest->get(google($start), Cookie => $cookie);
}

# An ID token, as a page gets it.
sub credential (%o) {
    my $verifier = 'v' x 43;
    my $back = $shop->setting('TSHOP_PUBLIC_URL') . '/api/v1/auth/google/callback';
    my $id = $o{client} // $shop->setting('GOOGLE_CLIENT_ID');
    my $r = $shop->sandbox->get('/o/oauth2/v2/auth?' . join '&', map { encode($_) =~ s/%3D/=/r } "client_id=$id", "redirect_uri=$back",
        'response_type=code', 'scope=openid email profile', 'state=s', 'nonce=n' . ++$n, 'code_challenge_method=S256',
        'code_challenge=' . encode_base64url(sha256($verifier)));
    my %back = query($r->header('Location') // '?');
    my $t = $shop->sandbox->post('/token', join('&', map { encode($_) =~ s/%3D/=/r } 'grant_type=authorization_code', "code=$back{code}",
        "redirect_uri=$back", "client_id=$id", 'client_secret=' . $shop->setting('GOOGLE_CLIENT_SECRET'), "code_verifier=$verifier"),
        'Content-Type' => 'application/x-www-form-urlencoded');
    return $t->json->{id_token};
}

sub sign_in ($credential, %more) { $guest->post('/auth/google', { credential => $credential, %more }) }

subtest 'there' => sub {
    my ($r, $cookie) = leave;
    is $r->status, 302, 'away' or diag $r->brief;
    my $url = $r->header('Location');
    like $url, qr{^\Q@{[ $shop->setting('GOOGLE_ISSUER') ]}\E/}, 'to Google';
    my %q = query($url);
    is $q{response_type}, 'code', 'for a code';
    is $q{code_challenge_method}, 'S256', 'with PKCE';
    like $q{$_}, qr/^[\w-]{43}$/, $_ for qw(state nonce code_challenge);
    is $q{redirect_uri}, $shop->setting('TSHOP_PUBLIC_URL') . '/api/v1/auth/google/callback', 'and back to us';
    like $r->header('Set-Cookie'), qr/^__Host-tshop_oidc=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/, 'the browser is marked';
    for my $bad ('//evil.example', '/\\evil.example', 'https://evil.example/', 'https://app.example.com.evil.example/', 'javascript:alert(1)',
        'https://app.example.com@evil.example/', 'http://app.example.com/', "/a\nb", 'account', 'https:///evil.example') {
        my ($r) = leave($bad);
        is $r->status, 422, "not to $bad" =~ s/\n/\\n/r;
    }
    is +(leave($_))[0]->status, 302, "to $_" for '/', '/a?b=c', 'https://app.example.com', 'https://app.example.com/x?y';
};

subtest 'and back' => sub {
    my $email = address;
    is_now($email);
    my ($start, $cookie) = leave('/account?tab=1');
    my $back = google($start);
    is $guest->get($back)->status, 400, 'not another browser';
    ($start, $cookie) = leave('/account?tab=1');
    $back = google($start);
    my $r = $guest->get($back, Cookie => $cookie);
    is $r->status, 302, 'signed in' or diag $r->brief;
    is $r->header('Location'), $shop->setting('TSHOP_PUBLIC_URL') . '/account?tab=1', 'and where one wanted to go';
    my ($refresh) = map { /^(__Host-tshop_refresh=[\w-]{43});/ ? $1 : () } $r->header_values('Set-Cookie');
    ok $refresh, 'with the refresh cookie';
    my $me = $guest->post('/auth/refresh', undef, Cookie => $refresh);
    is $me->status, 200, 'which works';
    my $user = $guest->with(token => $me->data->{accessToken})->get('/users/me')->data;
    is $user->{email}, $email, 'it is that person';
    is $user->{firstName}, 'Grace', 'with a name';
    is $user->{emailVerified}, 1, 'verified';
    is $user->{totalPoints}, 10, 'which is worth points';
    is $guest->get($back, Cookie => $cookie)->status, 400, 'a way back is gone once';
    is $guest->get('/auth/google/callback')->status, 400, 'no state';
    is $guest->get('/auth/google/callback?state=x&state=y')->status, 422, 'two of them';
    round_trip;
    is $shop->sql("SELECT count(*) FROM users WHERE email = '$email'"), 1, 'the second time it is the same account';
};

subtest 'no' => sub {
    my ($start, $cookie) = leave;
    my %q = query($start->header('Location'));
    my $r = $guest->get("/auth/google/callback?state=$q{state}&error=access_denied", Cookie => $cookie);
    is $r->status, 302, 'who says no';
    like $r->header('Location'), qr{/account\?error=google$}, 'is led back';
    ($start, $cookie) = leave('/account?tab=1#there');
    %q = query($start->header('Location'));
    like $guest->get("/auth/google/callback?state=$q{state}&error=access_denied", Cookie => $cookie)->header('Location'), qr{/account\?tab=1&error=google#there$}, 'to the very place';
    ($start, $cookie) = leave;
    %q = query($start->header('Location'));
    is $guest->get("/auth/google/callback?state=$q{state}&code=nonsense", Cookie => $cookie)->status, 401, 'a wrong code';
    ($start, $cookie) = leave;
    %q = query($start->header('Location'));
    is $guest->get("/auth/google/callback?state=$q{state}&code=x&iss=https://evil.example", Cookie => $cookie)->status, 400, 'another issuer';
    is_now(address, 0);
    is round_trip->status, 403, 'an address that is not verified';
};

subtest 'a token in hand' => sub {
    my $email = address;
    is_now($email);
    my $token = credential;
    my $r = sign_in($token);
    is $r->status, 200, 'signs in' or diag $r->brief;
    is_deeply [ sort keys %{ $r->data } ], [qw(accessToken expiresIn refreshToken tokenType user)], 'user and tokens';
    is $r->data->{user}{email}, $email, 'it is that person';
    is sign_in($token)->code, 'INVALID_TOKEN', 'once';
    my $c = sign_in(credential, cookie => JSON::PP::true());
    ok !exists $c->data->{refreshToken}, 'or with a cookie';
    like $c->header('Set-Cookie'), qr/^__Host-tshop_refresh=/, 'that has it';
    my $cart = $guest->post('/cart')->data->{cartToken};
    is $guest->post('/auth/google', { credential => credential }, 'X-Cart-Token' => $cart)->meta->{cart}{merged}, 0, 'a guest\'s cart comes along';
    is $guest->get('/cart', 'X-Cart-Token' => $cart)->code, 'INVALID_TOKEN', 'and is gone';
    is_now(address, 0);
    is sign_in(credential)->code, 'FORBIDDEN', 'an address that is not verified';
    is_deeply $guest->post('/auth/google', {})->wrong, { credential => 'required' }, 'none';
    is sign_in('x' x 8193)->status, 422, 'too long';
};

subtest 'forged' => sub {
    is_now(address);
    my $token = credential;
    my ($head, $body, $mac) = split /\./, $token;
    my $claims = JSON::PP->new->decode(decode_base64url($body));
    my $header = JSON::PP->new->decode(decode_base64url($head));
    my $part = sub ($part) { encode_base64url(JSON::PP->new->canonical->encode($part)) };
    my %bad = (
        'another body'  => join('.', $head, $part->({ %$claims, email => 'boss@example.com' }), $mac),
        'no signature'  => "$head.$body.",
        'alg none'      => join('.', $part->({ alg => 'none', kid => $header->{kid} }), $body, ''),
        'HS256'         => join('.', $part->({ alg => 'HS256', kid => $header->{kid} }), $body, $mac),
        'a foreign key' => join('.', $part->({ %$header, kid => 'f' x 40 }), $body, $mac),
        'no key'        => join('.', $part->({ alg => 'RS256' }), $body, $mac),
        'padding'       => "$token=",
        'a new line'    => "$token\n",
        'two segments'  => "$head.$body",
        'nothing'       => '..',
    );
    for my $how (sort keys %bad) {
        my $r = sign_in($bad{$how});
        ok $r->status == 401 || $r->status == 422, $how or diag $r->brief;
    }
    my $looked = sub { scalar grep { $_->{path} =~ /certs/ } @{ $shop->sandbox->get('/_sandbox/calls?provider=google')->json } };
    is $looked->(), 1, 'foreign keys do not make us look again within a minute';
    $shop->sql("UPDATE outside_documents SET tried_at = now() - interval '61 seconds'");
    sign_in($bad{'a foreign key'}) for 1 .. 5;
    is $looked->(), 2, 'and after that once';
    is sign_in($token)->status, 200, 'the true one works still';
    my $other = sign_in($guest->post('/auth/register', { email => address, password => $good })->data->{accessToken});
    is $other->code, 'INVALID_TOKEN', 'one of our own is none of theirs';
    is $guest->with(token => credential)->get('/users/me')->code, 'INVALID_TOKEN', 'nor theirs one of ours';
};

subtest 'whose account' => sub {
    my $ada = $shop->shopper;
    is_now($ada->{email});
    my $r = sign_in(credential);
    is $r->data->{user}{id}, $ada->{user}{id}, 'a verified address leads to its account';
    is $ada->get('/users/me')->status, 200, 'which goes on as before';
    ok $shop->mail($ada->{email}, qr/new sign-in/i), 'its owner hears of it';
    is_now(uc $ada->{email});
    is sign_in(credential)->data->{user}{id}, $ada->{user}{id}, 'of any case';
};

subtest 'a trap' => sub {
    my $trap = $shop->shopper(verified => 0);
    is_now($trap->{email}, 1, 'Victim Smith');
    my $r = sign_in(credential);
    is $r->status, 200, 'the victim signs in' or diag $r->brief;
    isnt $r->data->{user}{id}, $trap->{user}{id}, 'to an account of their own';
    is $r->data->{user}{firstName}, 'Victim', 'with their own name';
    is $trap->get('/users/me')->status, 401, 'who laid the trap is out';
    is $guest->post('/auth/refresh', { refreshToken => $trap->{refresh} })->status, 401, 'for good';
    is $guest->post('/auth/login', { email => $trap->{email}, password => $trap->{password} })->status, 401, 'and the password is none';
    my $mail = $shop->mail($trap->{email}, qr/Confirm/);
    is $guest->post('/auth/verify-email', { token => $shop->mail_token($mail) })->status, 401, 'nor is an old letter' if $mail;
};

subtest 'a password for it' => sub {
    my $email = address;
    is_now($email);
    my $r = sign_in(credential);
    my $grace = $guest->with(token => $r->data->{accessToken});
    is $guest->post('/auth/login', { email => $email, password => $good })->status, 401, 'there is none';
    is $grace->put('/users/me/password', { currentPassword => 'x', newPassword => $good })->status, 403, 'none to change';
    $guest->post('/auth/forgot-password', { email => $email });
    my $token = $shop->mail_token($shop->mail($email, qr/new password/i));
    is $guest->post('/auth/reset-password', { token => $token, password => $good })->status, 200, 'a letter sets one';
    is $guest->post('/auth/login', { email => $email, password => $good })->status, 200, 'and it works';
};

subtest 'without a password, deletion wants a sign-in of just now' => sub {
    my $email = address;
    is_now($email);
    my $grace = $guest->with(token => sign_in(credential)->data->{accessToken});
    $shop->sql("UPDATE sessions SET created_at = now() - interval '1 hour' WHERE user_id = (SELECT id FROM users WHERE email = '$email')");
    is $grace->delete('/users/me')->status, 403, 'an hour ago is not';
    $grace = $guest->with(token => sign_in(credential)->data->{accessToken});
    is $grace->delete('/users/me')->status, 200, 'now is';
    is $shop->sql("SELECT count(*) FROM identities WHERE email = '$email'"), 0, 'Google\'s name for them is gone, too';
};

subtest 'Google away' => sub {
    my ($start, $cookie) = leave;
    my $back = google($start);
    $shop->sandbox->post('/_sandbox/faults', { provider => 'google', match => '/token', status => 503, body => {}, count => 5 });
    my $r = $guest->get($back, Cookie => $cookie);
    is $r->status, 502, 'is said';
    is $r->error->{details}{provider}, 'google', 'by name';
    $shop->sandbox->delete('/_sandbox/faults');
};

done_testing;
