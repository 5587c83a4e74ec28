# Sessions: listed, ended, and what ends them.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop  = TShop->boot;
my $guest = $shop->guest;
my $good  = 'correct horse battery';

sub login ($who, $password = $good, %headers) {
    my $r = $guest->post('/auth/login', { email => $who->{email}, password => $password }, %headers);
    return $guest->with(token => $r->data->{accessToken}, refresh => $r->data->{refreshToken});
}

subtest 'the list' => sub {
    my $ada = $shop->shopper;
    my $phone = login($ada, $good, 'User-Agent' => 'Phone/1.0');
    my $r = $phone->get('/users/me/sessions');
    is $r->status, 200, 'a list' or diag $r->brief;
    is scalar @{ $r->data }, 2, 'of two';
    my ($new, $old) = @{ $r->data };
    is_deeply [ sort keys %$new ], [ sort qw(id current userAgent ip createdAt lastUsedAt expiresAt) ], 'what is told';
    is $new->{userAgent}, 'Phone/1.0', 'the newest first';
    is_deeply [ $new->{current}, $old->{current} ], [ 1, 0 ], 'which one asks';
    is $new->{ip}, '127.0.0.1', 'and from where';
    is $r->meta->{pagination}{total}, 2, 'their number';
    my $page = $phone->get('/users/me/sessions?limit=1');
    is scalar @{ $page->data }, 1, 'page by page';
    my $next = $phone->get("/users/me/sessions?limit=1&cursor=$page->{json}{meta}{pagination}{nextCursor}");
    is $next->data->[0]{id}, $old->{id}, 'by cursor';
    is $next->meta->{pagination}{nextCursor}, undef, 'to the end';
    is $phone->get('/users/me/sessions?page=7')->status, 200, 'and past it';
    is $guest->get('/users/me/sessions')->status, 401, 'not for strangers';
};

subtest 'ending one' => sub {
    my ($ada, $bob) = ($shop->shopper, $shop->shopper);
    my $phone = login($ada);
    my ($other) = grep { !$_->{current} } @{ $ada->get('/users/me/sessions')->data };
    is $bob->delete("/users/me/sessions/$other->{id}")->status, 404, 'not somebody else\'s';
    is $phone->get('/users/me')->status, 200, 'which does nothing';
    my $r = $ada->delete("/users/me/sessions/$other->{id}");
    is $r->status, 200, 'one\'s own';
    is_deeply $r->data, {}, 'without words';
    is $phone->get('/users/me')->status, 401, 'it is dead at once';
    is $guest->post('/auth/refresh', { refreshToken => $phone->{refresh} })->status, 401, 'and for ever';
    is $ada->delete("/users/me/sessions/$other->{id}")->status, 404, 'once';
    is $ada->delete('/users/me/sessions/nonsense')->status, 404, 'no id at all';
    is $ada->get('/users/me')->status, 200, 'the caller\'s lives';
};

subtest 'ending the others' => sub {
    my $ada = $shop->shopper;
    my @others = map { login($ada) } 1 .. 3;
    my $r = $ada->delete('/users/me/sessions');
    is $r->status, 200, 'done';
    is $r->data->{revoked}, 3, 'three of them';
    is $_->get('/users/me')->status, 401, 'dead' for @others;
    is scalar @{ $ada->get('/users/me/sessions')->data }, 1, 'one is left';
};

subtest 'a new password' => sub {
    my $ada = $shop->shopper;
    my $other = login($ada);
    my $new = 'another horse entirely';
    is $ada->put('/users/me/password', { currentPassword => 'wrong horse', newPassword => $new })->code, 'FORBIDDEN', 'not without the old one';
    is_deeply $ada->put('/users/me/password', {})->wrong, { currentPassword => 'required', newPassword => 'required' }, 'both are needed';
    is_deeply $ada->put('/users/me/password', { currentPassword => $good, newPassword => 'password1' })->wrong, { newPassword => 'format' }, 'not a common one';
    is_deeply $ada->put('/users/me/password', { currentPassword => $good, newPassword => $ada->{email} })->wrong, { newPassword => 'format' }, 'not the address';
    is $other->get('/users/me')->status, 200, 'nothing has happened';
    my $r = $ada->put('/users/me/password', { currentPassword => $good, newPassword => $new });
    is $r->status, 200, 'with it' or diag $r->brief;
    is_deeply $r->data, {}, 'without words';
    is $ada->get('/users/me')->status, 200, 'the caller stays';
    is $guest->post('/auth/refresh', { refreshToken => $ada->{refresh} })->status, 200, 'and is refreshed';
    is $other->get('/users/me')->status, 401, 'others go';
    is $guest->post('/auth/login', { email => $ada->{email}, password => $good })->status, 401, 'the old one is dead';
    is $guest->post('/auth/login', { email => $ada->{email}, password => $new })->status, 200, 'the new one lives';
    ok $shop->mail($ada->{email}, qr/was changed/), 'and the owner hears of it';
};

subtest 'every signed-in route' => sub {
    my $ada = $shop->shopper;
    $guest->post('/auth/logout', { refreshToken => $ada->{refresh} });
    for my $call ([ GET => '/users/me' ], [ PUT => '/users/me', {} ], [ GET => '/users/me/profile' ], [ GET => '/users/me/export' ],
        [ GET => '/users/me/analytics' ], [ GET => '/users/me/sessions' ], [ DELETE => '/users/me/sessions' ], [ GET => '/cart' ],
        [ GET => '/orders' ], [ GET => '/designs' ], [ POST => '/auth/resend-verification' ], [ DELETE => '/users/me', {} ]) {
        my ($method, $path, $body) = @$call;
        is $ada->request($method, $path, $body)->code, 'INVALID_TOKEN', "$method $path";
    }
};

done_testing;
