# Accounts: registering, signing in, letters with a token, passwords.
use v5.36;
use utf8;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64 'decode_base64url';
use TShop;

my $shop  = TShop->boot;
my $guest = $shop->guest;
my $good  = 'correct horse battery';
my $uuid  = qr/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
my $n     = 0;

sub address { sprintf 'auth.%d@example.com', ++$n }
sub login ($email, $password = $good, %more) { $guest->post('/auth/login', { email => $email, password => $password, %more }) }
sub with ($answer) { $guest->with(token => $answer->data->{accessToken}) }

subtest 'register' => sub {
    my $email = address;
    my $r = $guest->post('/auth/register', { email => $email, password => $good, firstName => 'Ada', phone => '+14155550100',
        tier => 'premium', totalPoints => 1000, emailVerified => JSON::PP::true() });
    is $r->status, 201, 'a new account' or diag $r->brief;
    is_deeply [ sort keys %{ $r->data } ], [qw(accessToken expiresIn refreshToken tokenType user)], 'user and tokens';
    is $r->data->{tokenType}, 'Bearer', 'of the bearer kind';
    is $r->data->{expiresIn}, 900, 'for 15 minutes';
    like $r->data->{refreshToken}, qr/^[\w-]{43}$/, 'the refresh token is opaque';
    my $user = $r->data->{user};
    like $user->{id}, $uuid, 'it has an id';
    is $user->{email}, $email, 'and the address';
    is $user->{tier}, 'free', 'it is free';
    is $user->{emailVerified}, 0, 'and not verified, whatever the body says';
    is $user->{totalPoints}, 0, 'nor rich';
    is $user->{lastName}, undef, 'what was not given is null';
    is $r->header('Cache-Control'), 'no-store', 'nobody keeps the answer';
    is_deeply with($r)->get('/users/me')->data, $user, 'the token works';
    is $guest->post('/auth/register', { email => uc $email, password => $good })->code, 'EMAIL_TAKEN', 'a taken address, of any case';
    is $guest->post('/auth/register', { email => $email, password => $good })->status, 409, 'is 409';
    ok $shop->mail($email, qr/already/), 'its owner hears of it';
};

subtest 'claims' => sub {
    my $r = $guest->post('/auth/register', { email => address, password => $good });
    my ($head, $body) = map { JSON::PP->new->decode(decode_base64url($_)) } (split /\./, $r->data->{accessToken})[0, 1];
    is $head->{alg}, 'HS256', 'one algorithm';
    is $head->{typ}, 'at+jwt', 'its type';
    ok $head->{kid}, 'which key';
    is $body->{sub}, $r->data->{user}{id}, 'sub';
    is $body->{userId}, $body->{sub}, 'userId';
    like $body->{sid}, $uuid, 'sid';
    is $body->{email}, $r->data->{user}{email}, 'email';
    is $body->{tier}, 'free', 'tier';
    is ref $body->{permissions}, 'ARRAY', 'permissions';
    ok $body->{$_}, $_ for qw(iss aud jti);
    is $body->{exp} - $body->{iat}, 900, 'for 15 minutes';
};

subtest 'fields' => sub {
    my $wrong = sub (%o) { $guest->post('/auth/register', { email => address, password => $good, %o })->wrong };
    is_deeply $guest->post('/auth/register', {})->wrong, { email => 'required', password => 'required' }, 'both are needed';
    is_deeply $wrong->(email => $_), { email => 'format' }, "e-mail: $_"
        for 'nobody', 'a@b', 'a b@example.com', 'a@example..com', 'a@-x.com', "a\@example.com,b\@example.com", 'x' x 65 . '@example.com';
    is_deeply $wrong->(email => "a\@example.com\r\nBcc: b\@example.com"), { email => 'format' }, 'e-mail: with a header in it';
    is_deeply $wrong->(email => 7), { email => 'type' }, 'e-mail: a number';
    is_deeply $wrong->(password => 'x7#kQ2v'), { password => 'too_short' }, 'password: seven characters';
    is_deeply $wrong->(password => 'x7#kQ2v!' x 17), { password => 'too_long' }, 'password: too many';
    is_deeply $wrong->(password => 'Password123'), { password => 'format' }, 'password: a common one';
    my $email = address;
    is_deeply $guest->post('/auth/register', { email => $email, password => uc $email })->wrong, { password => 'format' }, 'password: the address';
    is_deeply $wrong->(phone => '555'), { phone => 'format' }, 'phone';
    is_deeply $wrong->(firstName => 'x' x 101, lastName => "a\nb"), { firstName => 'too_long', lastName => 'format' }, 'names, all at once';
    is $guest->post('/auth/register', { email => address, password => "\x{1f40e}" x 8 })->status, 201, 'eight horses are a password';
    my $spaces = address;
    is $guest->post('/auth/register', { email => $spaces, password => '  two spaces  ' })->status, 201, 'blanks are part of it';
    is login($spaces, 'two spaces')->status, 401, 'and are not trimmed';
    is login($spaces, '  two spaces  ')->status, 200, 'nor added';
};

subtest 'sign in' => sub {
    my $ada = $shop->shopper;
    my $r = login($ada->{email});
    is $r->status, 200, 'with the password' or diag $r->brief;
    is $r->data->{user}{id}, $ada->{user}{id}, 'it is she';
    is login(uc $ada->{email})->status, 200, 'in capitals, too';
    my ($wrong, $nobody) = (login($ada->{email}, 'wrong horse battery'), login('nobody.at.all@example.com'));
    is $wrong->status, 401, 'not with another';
    is $wrong->code, 'INVALID_CREDENTIALS', 'by its code';
    is $nobody->body, $wrong->body, 'nobody is answered alike';
    delete $_->headers->@{qw(x-request-id date ratelimit-remaining ratelimit-reset)} for $wrong, $nobody;
    is_deeply $nobody->headers, $wrong->headers, 'with the same headers';
    is $wrong->header('WWW-Authenticate'), 'Bearer', 'and what would help';
    $shop->sql("UPDATE users SET disabled_at = now() WHERE id = '$ada->{user}{id}'");
    is login($ada->{email})->body, $wrong->body, 'so is one who may not';
    is $ada->get('/users/me')->status, 401, 'whose tokens are dead, too';
};

subtest 'unknown takes as long as known' => sub {
    my $ada = $shop->shopper;
    my $median = sub (@t) { (sort { $a <=> $b } @t)[ @t / 2 ] };
    my $best = 9;
    for (1 .. 3) {
        my (@known, @unknown);
        for (1 .. 50) {
            push @known, login($ada->{email}, 'wrong horse battery')->seconds;
            push @unknown, login("nobody.$_\@example.com", 'wrong horse battery')->seconds;
        }
        my $apart = abs($median->(@known) / $median->(@unknown) - 1);
        $best = $apart if $apart < $best;
        last if $best < 0.1;
    }
    cmp_ok $best, '<', 0.1, sprintf 'the medians are %.1f %% apart', $best * 100;
};

subtest 'verify' => sub {
    my $email = address;
    my $r = $guest->post('/auth/register', { email => $email, password => $good });
    my $ada = with($r);
    my $mail = $shop->mail($email, qr/Confirm/);
    ok $mail, 'a letter comes' or return;
    my $token = $shop->mail_token($mail);
    like $mail->{links}[0], qr/^\Q@{[ $shop->setting('TSHOP_PUBLIC_URL') ]}\E/, 'its link leads to the shop';
    unlike $mail->{text} . $mail->{html}, qr/\{\{/, 'all its words are filled in';
    is $guest->post('/auth/verify-email', { token => 'x' x 43 })->code, 'INVALID_TOKEN', 'a wrong token';
    is $guest->post('/auth/reset-password', { token => $token, password => $good })->code, 'INVALID_TOKEN', 'is for one purpose';
    my $v = $guest->post('/auth/verify-email', { token => $token });
    is $v->status, 200, 'the right one' or diag $v->brief;
    is $v->data->{user}{emailVerified}, 1, 'is verified';
    is $v->data->{user}{tier}, 'registered', 'and registered';
    is $v->data->{user}{totalPoints}, 10, 'and has 10 points';
    is_deeply [ keys %{ $v->data } ], ['user'], 'but signed in nowhere';
    is $guest->post('/auth/verify-email', { token => $token })->code, 'INVALID_TOKEN', 'it works once';
    is $ada->post('/auth/resend-verification')->status, 202, 'asked again';
    $shop->settle;
    is scalar(grep { $_->{subject} =~ /Confirm/ } $shop->mails($email)), 1, 'no second letter comes';
    is $ada->get('/users/me')->data->{tier}, 'registered', 'the old token sees the new tier';
};

subtest 'resend' => sub {
    my $ada = $shop->shopper(verified => 0);
    is $guest->post('/auth/resend-verification')->status, 401, 'who asks must be signed in';
    my $r = $ada->post('/auth/resend-verification');
    is $r->status, 202, 'then it is done';
    is_deeply $r->data, {}, 'without words';
    ok $shop->until_so(15, sub { 2 == grep { $_->{subject} =~ /Confirm/ } $shop->mails($ada->{email}) }), 'there are two letters';
    my ($first, $second) = map { $shop->mail_token($_) } $shop->mails($ada->{email});
    is $guest->post('/auth/verify-email', { token => $first })->status, 200, 'either works';
    is $guest->post('/auth/verify-email', { token => $second })->status, 401, 'and ends the other';
};

subtest 'forgotten' => sub {
    my $ada = $shop->shopper;
    my $other = with(login($ada->{email}));
    my ($known, $unknown) = map { $guest->post('/auth/forgot-password', { email => $_ }) } uc $ada->{email}, 'nobody@example.com';
    is $known->status, 202, 'a way back is promised';
    is $unknown->body, $known->body, 'to everybody';
    my $mail = $shop->mail($ada->{email}, qr/new password/i);
    ok $mail, 'a letter comes' or return;
    is scalar($shop->mails('nobody@example.com')), 0, 'to whom it concerns';
    my $token = $shop->mail_token($mail);
    is $shop->sql("SELECT count(*) FROM jobs WHERE payload::text LIKE '%$token%'"), 0, 'no job holds the token';
    is $guest->post('/auth/reset-password', { token => $token, password => 'short' })->status, 422, 'a bad password spends nothing';
    is $guest->post('/auth/reset-password', { token => $token, password => $ada->{email} })->status, 422, 'nor does the address';
    my $r = $guest->post('/auth/reset-password', { token => $token, password => 'another horse entirely' });
    is $r->status, 200, 'the new password' or diag $r->brief;
    is_deeply $r->data, {}, 'and nothing else';
    is $_->get('/users/me')->status, 401, 'every session has ended' for $ada, $other;
    is $guest->post('/auth/refresh', { refreshToken => $ada->{refresh} })->code, 'INVALID_REFRESH_TOKEN', 'with its refresh token';
    is login($ada->{email})->status, 401, 'the old password is dead';
    is login($ada->{email}, 'another horse entirely')->status, 200, 'the new one lives';
    is $guest->post('/auth/reset-password', { token => $token, password => $good })->code, 'INVALID_TOKEN', 'the letter worked once';
    ok $shop->mail($ada->{email}, qr/was changed/), 'and the owner hears of it';
};

subtest 'a token ends' => sub {
    my $ada = $shop->shopper;
    $guest->post('/auth/forgot-password', { email => $ada->{email} });
    my $token = $shop->mail_token($shop->mail($ada->{email}, qr/new password/i));
    $shop->sql("UPDATE one_time_tokens SET expires_at = now() WHERE purpose = 'reset_password' AND used_at IS NULL");
    is $guest->post('/auth/reset-password', { token => $token, password => 'another horse entirely' })->code, 'INVALID_TOKEN', 'after an hour';
    my @rows = split /\n/, $shop->sql("SELECT octet_length(token_hash) FROM one_time_tokens");
    is_deeply [ grep { $_ != 32 } @rows ], [], 'only hashes are stored';
};

subtest 'two at once' => sub {
    my $ada = $shop->shopper;
    $guest->post('/auth/forgot-password', { email => $ada->{email} });
    my $token = $shop->mail_token($shop->mail($ada->{email}, qr/new password/i));
    my @got;
    for my $i (1 .. 2) {
        pipe my $in, my $out;
        if (!fork) {
            my $r = $guest->with->post('/auth/reset-password', { token => $token, password => "another horse entirely $i" });
            print $out $r->status;
            close $out;
            require POSIX;
            POSIX::_exit(0);
        }
        close $out;
        push @got, $in;
    }
    is_deeply [ sort map { scalar readline $_ } @got ], [ 200, 401 ], 'one of two wins';
    wait for 1 .. 2;
};

subtest 'in their language' => sub {
    my $ada = $shop->shopper(verified => 0);
    my %subject = (de => qr/Bestätige/, es => qr/Confirma/, fr => qr/Confirmez/, 'de-AT' => qr/Bestätige/, ja => qr/Confirm your/);
    for my $language (sort keys %subject) {
        $ada->put('/users/me/profile', { preferredLanguage => $language });
        $ada->post('/auth/resend-verification');
        ok $shop->mail($ada->{email}, $subject{$language}), $language;
    }
};

subtest 'a new place' => sub {
    my $ada = $shop->shopper;
    login($ada->{email});
    $shop->settle;
    is scalar(grep { $_->{subject} =~ /new sign-in/i } $shop->mails($ada->{email})), 0, 'the same program is no news';
    my $there = $guest->with(from => '127.9.9.9', headers => { 'User-Agent' => 'Stranger/1.0 <b>' });
    $there->post('/auth/login', { email => $ada->{email}, password => $good });
    my $mail = $shop->mail($ada->{email}, qr/new sign-in/i);
    ok $mail, 'another one from elsewhere is';
    like $mail->{text}, qr{Stranger/1\.0}, 'which, it says';
    unlike $mail->{html}, qr/<b>/, 'harmlessly';
};

subtest 'a hash of yesterday' => sub {
    my $ada = $shop->shopper;
    my $old = '$argon2id$v=19$m=9216,t=4,p=1$';
    my $hash = $shop->sql("SELECT password_hash FROM users WHERE id = '$ada->{user}{id}'");
    like $hash, qr/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/, 'today\'s parameters';
  SKIP: {
        skip 'there is no argon2', 2 unless `sh -c 'command -v argon2'`;
        my $weak = `printf '%s' '$good' | argon2 somesaltsalt -id -t 4 -k 9216 -p 1 -e`;
        chomp $weak;
        $shop->sql("UPDATE users SET password_hash = '$weak' WHERE id = '$ada->{user}{id}'");
        is login($ada->{email})->status, 200, 'the old one fits';
        like $shop->sql("SELECT password_hash FROM users WHERE id = '$ada->{user}{id}'"), qr/m=19456,t=2,p=1/, 'and is made anew';
    }
};

subtest 'nothing leaks' => sub {
    my $logs = join "\n", map { JSON::PP->new->canonical->encode($_) }
        map { $shop->log($_) } qw(pool-fast pool-hash pool-patient jobs access);
    unlike $logs, qr/\Q$good\E/, 'no log has a password';
    unlike $logs, qr/argon2id/, 'or a hash';
    unlike $logs, qr/auth\.\d+\@example/, 'or an address';
    unlike $logs, qr/token=/, 'or a link of a letter';
};

done_testing;
