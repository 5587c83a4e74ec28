# Logins count on the address they come from and, apart, on the e-mail that is
# tried; the figures are those of the API.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot(settings => { TSHOP_RATE_API_AUTH => '5/15m' });
my $ada  = $shop->guest(from => '127.0.1.1')->post('/auth/register', { email => 'ada@example.com', password => 'correct horse battery' });
is $ada->status, 201, 'somebody is there' or diag $ada->brief;

sub login ($from, $email, $password = 'wrong horse battery') {
    return $shop->guest(from => "127.0.2.$from")->post('/auth/login', { email => $email, password => $password });
}

for my $email ('ada@example.com', 'nobody@example.com') {
    my $base = $email =~ /^ada/ ? 0 : 100;
    is login($base + $_, $_ % 2 ? uc $email : $email)->status, 401, "$email, try $_, each from elsewhere" for 1 .. 5;
    my $r = login($base + 6, $email, 'correct horse battery');
    is $r->status, 429, 'the sixth waits, whatever the password';
    is $r->code, 'RATE_LIMIT_EXCEEDED', 'by its code';
    is_deeply [ @{ $r->error->{details} }{qw(scope limit windowSeconds)} ], [ 'api_auth', 5, 900 ], 'and says why';
    like $r->error->{details}{resetAt}, qr/^\d{4}-.*Z$/, 'and until when';
    cmp_ok $r->header('Retry-After'), '>', 0, 'Retry-After';
    is $r->header('RateLimit-Remaining'), 0, 'nothing is left';
}
is login(50, 'somebody.else@example.com')->status, 401, 'another e-mail is not concerned';
is $shop->sql("SELECT count(*) FROM rate_limits WHERE key LIKE '%example.com%'"), 0, 'no counter can be read as an address';

my $guest = $shop->guest(from => '127.0.3.1');
is $guest->post('/auth/login', {})->status, 422, 'a wrong call counts, too' for 1 .. 5;
is $guest->post($_, {})->status, 429, "$_ waits with it"
    for '/auth/login', '/auth/register', '/auth/forgot-password', '/auth/reset-password', '/auth/google';
is $guest->post($_, {})->status, 422, "$_ does not" for '/auth/refresh', '/auth/verify-email';
is $guest->post('/auth/logout', {})->status, 200, 'nor does logging out';

done_testing;
