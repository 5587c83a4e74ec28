# What nginx says and does by itself, before any worker.
use v5.36;
use Test::More;
use lib 't/lib';
use TShop;

my $shop = TShop->boot(settings => { TSHOP_CACHE_L2 => 'on' });
my %always = (
    'x-content-type-options' => qr/^nosniff$/,
    'strict-transport-security' => qr/max-age=(?:3153600[0-9]|[4-9]\d{7})/,
    'content-security-policy' => qr/^default-src 'none'; frame-ancestors 'none'$/,
    'referrer-policy' => qr/^no-referrer$/,
    'x-request-id' => qr/^[0-9a-f]{32}$/,
    'server' => qr/^nginx$/,
);

# Status, code, envelope, headers: all that an answer must have.
sub is_refused ($answer, $status, $code, $words) {
    subtest $words => sub {
        is $answer->status, $status, "status $status" or diag $answer->brief;
        is $answer->header('Content-Type'), 'application/json; charset=utf-8', 'it is JSON';
        ok defined $answer->success && !$answer->success, 'success is false';
        is $answer->code, $code, "code $code";
        ok length($answer->error->{message} // ''), 'it has words';
        like $answer->header($_) // '', $always{$_}, $_ for sort keys %always;
    };
}

# What nginx has logged of a call; it writes many lines at once.
sub access_line ($answer) {
    my ($id, $line) = $answer->header('X-Request-Id');
    $shop->until_so(10, sub { ($line) = grep { ($_->{request} // '') eq $id } $shop->log('access'); $line })
        or die "no line of $id is in the access log\n";
    return $line;
}

sub ask (@lines) { join("\r\n", @lines, '', '') }

subtest 'every answer has the headers' => sub {
    my $answer = $shop->secure->get('/products');
    is $answer->status, 200;
    like $answer->header($_) // '', $always{$_}, $_ for sort keys %always;
    is scalar(my @all = $answer->header_values($_)), 1, "$_ once" for sort keys %always;
    my $mine = $shop->guest->get('/products', 'X-Request-Id' => 'mine');
    isnt $mine->header('X-Request-Id'), 'mine', "a caller's request id is ignored";
};

subtest 'what nginx refuses, it refuses in the envelope' => sub {
    my @cases = (
        [ 400, 'BAD_REQUEST', 'a request line of garbage', "\x16\x03\x01 what\r\n\r\n" ],
        [ 400, 'BAD_REQUEST', 'a version there is not', ask('GET / HTTP/9.9', 'Host: x') ],
        [ 400, 'BAD_REQUEST', 'no host', ask('GET /healthz HTTP/1.1') ],
        [ 400, 'BAD_REQUEST', 'two lengths', ask('POST /api/v1/auth/login HTTP/1.1', 'Host: x', 'Content-Length: 2', 'Content-Length: 3') . '{}' ],
        [ 400, 'BAD_REQUEST', 'length and chunks', ask('POST /api/v1/auth/login HTTP/1.1', 'Host: x', 'Content-Length: 2', 'Transfer-Encoding: chunked') . "0\r\n\r\n" ],
        [ 400, 'BAD_REQUEST', 'an odd coding', ask('POST /api/v1/auth/login HTTP/1.1', 'Host: x', 'Transfer-Encoding: gzip, chunked') . "0\r\n\r\n" ],
        [ 400, 'BAD_REQUEST', 'a chunk of no size', ask('POST /api/v1/auth/login HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked') . "zz\r\n\r\n" ],
        [ 400, 'BAD_REQUEST', 'a NUL in the path', ask('GET /api/v1/products/%00 HTTP/1.1', 'Host: x') ],
        [ 400, 'BAD_REQUEST', 'a broken escape', ask('GET /api/v1/%zz HTTP/1.1', 'Host: x') ],
        [ 404, 'NOT_FOUND', 'a path outside the API', ask('GET /nowhere HTTP/1.1', 'Host: x', 'Connection: close') ],
        [ 404, 'NOT_FOUND', 'metrics below the API', ask('GET /api/v1/metrics HTTP/1.1', 'Host: x', 'Connection: close') ],
        [ 405, 'METHOD_NOT_ALLOWED', 'TRACE', ask('TRACE /api/v1/products HTTP/1.1', 'Host: x', 'Connection: close') ],
        [ 413, 'PAYLOAD_TOO_LARGE', 'two megabytes', ask('POST /api/v1/auth/login HTTP/1.1', 'Host: x', 'Content-Length: 2000000') ],
        [ 414, 'BAD_REQUEST', 'a path of nine kilobytes', ask('GET /' . 'a' x 9000 . ' HTTP/1.1', 'Host: x') ],
        [ 431, 'BAD_REQUEST', 'a header of nine kilobytes', ask('GET / HTTP/1.1', 'Host: x', 'A: ' . 'a' x 9000) ],
        [ 431, 'BAD_REQUEST', 'forty kilobytes of headers', ask('GET / HTTP/1.1', 'Host: x', map { "A$_: " . 'a' x 6000 } 1 .. 7) ],
    );
    is_refused($shop->raw_answer($_->[3]), @$_[ 0 .. 2 ]) for @cases;

    my $plain = TShop::Client->new(base => $shop->base_url =~ s/^https/http/r);
    is_refused($plain->get('/healthz'), 400, 'BAD_REQUEST', 'plain HTTP on the TLS port');
    my $chunked = join '', map { sprintf "%x\r\n%s\r\n", 65536, 'a' x 65536 } 1 .. 17;
    is_refused($shop->raw_answer(ask('POST /api/v1/auth/login HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked') . "${chunked}0\r\n\r\n"),
        413, 'PAYLOAD_TOO_LARGE', 'too much in chunks');
    like $shop->raw_answer(ask('TRACE /api/v1/products HTTP/1.1', 'Host: x', 'Connection: close'))->header('Allow') // '',
        qr/GET/, 'a 405 says what is allowed';
};

subtest 'only TLS 1.2 and 1.3' => sub {
    my %want = ('1.0' => 599, '1.1' => 599, '1.2' => 200, '1.3' => 200);
    for my $version (sort keys %want) {
        my $client = $shop->secure(prefix => '', curl => [ "--tlsv$version", '--tls-max', $version ]);
        open my $saved, '>&', \*STDERR;
        open STDERR, '>', '/dev/null';
        is $client->get('/healthz')->status, $want{$version}, "TLS $version";
        open STDERR, '>&', $saved;
    }
    for my $http (qw(1.0 1.1 2)) {
        is $shop->secure(prefix => '', curl => ["--http$http"])->get('/healthz')->status, 200, "HTTP/$http";
    }
};

subtest 'every spelling of an admin path asks for the password' => sub {
    my @spellings = qw(
        /api/v1/admin/users /api/v1/%61dmin/users //api//v1///admin/users /api/v1/ADMIN/users
        /API/V1/admin/users /api/v1/./admin/users /api/v1/x/../admin/users /api/v1/admin;x/users
        /api/v1/admin /api/v1%2fadmin/users /api/v1/admin%20/users /admin /admin/ /Admin/ //admin/
        /api/v1/admin.json /api/v1/admin//users http://elsewhere/api/v1/admin/users);
    for my $path (@spellings) {
        my $answer = $shop->raw_answer(ask("GET $path HTTP/1.1", 'Host: x', 'Connection: close'));
        is_refused($answer, 401, 'UNAUTHENTICATED', $path);
        like $answer->header('WWW-Authenticate') // '', qr/^Basic realm=/, 'and says how';
    }
    is $shop->guest->get('/admin/users', 'Remote-User' => 'admin', 'X-Remote-User' => 'admin')->status, 401,
        'a header is no password';
    is $shop->guest->get('/admin/users', Authorization => 'Basic YWRtaW46YWRtaW4=')->status, 401, 'nor is a wrong one';
    is $shop->admin->get('/users')->status, 200, 'the right one opens';
};

subtest 'the cache answers nobody in particular, and says so' => sub {
    my $guest = $shop->guest;
    my $first = $guest->get('/products?limit=3');
    my $second = $guest->get('/products?limit=3');
    is $second->status, 200;
    my $tag = $second->header('ETag');
    ok $tag, 'an answer has a tag';
    my $third = $guest->get('/products?limit=3', 'If-None-Match' => $tag);
    is $third->status, 304, 'by which it is known again';
    my @caches = map { access_line($_)->{cache} } $first, $second, $third;
    ok scalar(grep { $_ eq 'HIT' } @caches), 'the second came from the cache' or diag "@caches";
    ok !defined $second->header('RateLimit-Remaining') || $caches[1] ne 'HIT', 'without the figures of whoever filled it';

    my $before = $guest->get('/products?limit=3')->json;
    $shop->sql(q{UPDATE products SET name = 'Seen at once' WHERE id = (SELECT id FROM products WHERE active ORDER BY created_at DESC, id DESC LIMIT 1)});
    select undef, undef, undef, 2.0;
    like $guest->get('/products?limit=3')->body, qr/Seen at once/, 'a change is seen within two seconds';
};

subtest 'pools that are away are 503, at once and in the envelope' => sub {
    my $manager = $shop->manager('hash');
    kill 'STOP', $manager;
    kill 'KILL', $_ for map { split ' ', TShop::Run::read_file("/proc/$_/task/$_/children") // '' } $manager;
    select undef, undef, undef, 0.3;
    kill 'KILL', $_ for $shop->workers('hash');
    unlink $shop->stand->run_dir . '/hash.sock';
    my $answer = $shop->guest->post('/auth/login', { email => 'a@example.com', password => 'whatever it is' });
    is_refused($answer, 503, 'SERVICE_UNAVAILABLE', 'the hash pool is away');
    is $answer->header('Retry-After'), 1, 'come again in a second';
    is $shop->guest->get('/products')->status, 200, 'the others go on';
    kill 'CONT', $manager;
    ok $shop->until_so(10, sub {
        $shop->guest->post('/auth/login', { email => 'a@example.com', password => 'whatever it is' })->status == 401;
    }), 'and it comes back by itself';
};

subtest 'the fast pool is away too' => sub {
    my ($manager, @workers) = ($shop->manager('fast'), $shop->workers('fast'));
    kill 'STOP', $manager;
    kill 'KILL', $_ for map { split ' ', TShop::Run::read_file("/proc/$_/task/$_/children") // '' } $manager;
    kill 'KILL', @workers;
    select undef, undef, undef, 0.3;
    unlink $shop->stand->run_dir . '/fast.sock';
    is_refused($shop->guest->get('/products?limit=9'), 503, 'SERVICE_UNAVAILABLE', 'a read is asked again, and told so');
    is_refused($shop->guest->post('/auth/refresh', { refreshToken => 'x' }), 503, 'SERVICE_UNAVAILABLE', 'a write is told so');
    is_refused($shop->admin->get('/users'), 503, 'SERVICE_UNAVAILABLE', 'so is an admin');
    kill 'CONT', $manager;
    ok $shop->until_so(10, sub { $shop->guest->get('/products?limit=9')->status == 200 }), 'and it comes back by itself';
};

subtest 'a dead worker is replaced, and its GETs are asked again' => sub {
    my @before = $shop->workers('fast');
    my $bad = 0;
    for my $round (1 .. 10) {
        kill 'KILL', ($shop->workers('fast'))[0] // ();
        $bad++ if $shop->guest->get('/products/7a000000-0000-4000-8000-000000000001')->status >= 500;
    }
    ok $bad <= 1, 'GETs do not notice' or diag "$bad of 10 failed";
    ok $shop->until_so(5, sub { $shop->workers('fast') == @before }), 'there are as many as before';
};

subtest 'the logs are JSON and tell no secrets' => sub {
    my $line;
    $line = access_line($_) for $shop->guest->get('/products?token=very-secret-token'), $shop->at->get('/verify?token=very-secret-token'),
        $shop->guest->get('/products/7a000000-0000-4000-8000-000000000001');
    for my $name (qw(access pool-fast pool-hash pool-patient jobs sandbox)) {
        my @lines = $shop->log($name);
        ok @lines > 0, "$name has lines";
        is scalar(grep { $_->{broken} || !$_->{time} || !$_->{level} } @lines), 0, 'each an object with time and level'
            or diag map { $_->{broken} // '' } @lines;
    }
    my $all = join '', map { TShop::Run::read_file($_) } glob $shop->stand->log_dir . '/*.log';
    unlike $all, qr/very-secret-token/, 'no query string is in them';
    is $line->{path}, '/api/v1/products/:id', 'ids are not in the access log';
};

done_testing;
