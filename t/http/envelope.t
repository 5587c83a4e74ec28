# Whatever is asked, the answer is the envelope.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop  = TShop->boot;
my $guest = $shop->guest;
my $ada   = $shop->shopper;

sub is_envelope ($r, $status, $code, $what) {
    is $r->status, $status, "$what: $status";
    is $r->code, $code, "$what: $code";
    ok defined $r->error->{message} && $r->success == 0, "$what: in the envelope";
    like $r->header('Content-Type'), qr{^application/json; charset=utf-8$}i, "$what: as JSON";
    like $r->header('X-Request-Id') // '', qr/^[0-9a-f]{32}$/, "$what: with the request's id";
}

subtest 'paths and methods' => sub {
    is_envelope($guest->get('/nowhere'), 404, 'NOT_FOUND', 'an unknown path');
    is_envelope($guest->get('/products/none'), 404, 'NOT_FOUND', 'a malformed id');
    is_envelope($guest->get('/products/00000000-0000-7000-8000-000000000000'), 404, 'NOT_FOUND', 'an unknown id');
    my $r = $guest->delete('/products');
    is_envelope($r, 405, 'METHOD_NOT_ALLOWED', 'a wrong method');
    is $r->header('Allow'), 'GET, HEAD, OPTIONS', 'Allow says what may be asked';
    is $guest->request('OPTIONS', '/products')->status, 204, 'OPTIONS is answered';
    my $head = $guest->head('/products');
    is $head->status, 200, 'HEAD works where GET does';
    is $head->body, '', 'without a body';
};

subtest 'the API tells of itself' => sub {
    my $r = $guest->get('/openapi.json');
    is $r->status, 200, 'the document is there';
    like $r->json->{openapi}, qr/^3\.1/, 'OpenAPI 3.1';
    ok exists $r->json->{paths}{'/orders/{id}'}, 'with every path';
};

subtest 'bodies' => sub {
    my %bad = ('an empty body' => '', 'half an object' => '{', 'two documents' => '{}{}',
        'single quotes' => "{'a':1}", 'NaN' => '{"a":NaN}', 'a trailing comma' => '{"a":1,}',
        'bytes that are no UTF-8' => "{\"a\":\"\xff\"}", 'a BOM' => "\xef\xbb\xbf{}",
        'a raw newline' => "{\"a\":\"\n\"}", 'depth' => '[' x 40 . ']' x 40);
    for my $what (sort keys %bad) {
        is_envelope($guest->post('/auth/login', $bad{$what}), 400, 'MALFORMED_JSON', $what);
    }
    is_envelope($guest->post('/auth/login', '{}', 'Content-Type' => 'text/plain'), 415,
        'UNSUPPORTED_MEDIA_TYPE', 'another type');
    is_envelope($guest->post('/auth/login', '{}', 'Content-Type' => 'application/json; charset=latin1'), 415,
        'UNSUPPORTED_MEDIA_TYPE', 'another charset');
    is_envelope($guest->post('/auth/login', '{}', 'Content-Encoding' => 'gzip'), 415,
        'UNSUPPORTED_MEDIA_TYPE', 'an encoded body');
    is $guest->post('/auth/login', '{}', 'Content-Type' => 'Application/JSON; charset=UTF-8')->status, 422,
        'the type is read in any case';
    is_envelope($guest->post('/auth/login', '{"email":"' . 'a' x 1_100_000 . '"}'), 413,
        'PAYLOAD_TOO_LARGE', 'more than 1 MiB');
};

subtest 'fields' => sub {
    my $r = $guest->post('/auth/login', '[]');
    is_envelope($r, 422, 'VALIDATION_ERROR', 'an array');
    is_deeply $r->wrong, { '' => 'type' }, 'the whole is of the wrong type';
    $r = $guest->post('/auth/login', { email => 7 });
    is_deeply $r->wrong, { email => 'type', password => 'required' }, 'every wrong field at once';
    is_deeply $guest->post('/auth/login', '{"email":"a@b.example","email":"c@d.example","password":"x"}')->wrong,
        { email => 'format' }, 'a name given twice';
    is_deeply $guest->post('/auth/login', '{"email":"a@b.example","password":"\u0000"}')->wrong,
        { password => 'format' }, 'a NUL';
    is_deeply $guest->post('/auth/login', '{"email":"a@b.example","password":"\ud800"}')->wrong,
        { password => 'format' }, 'half a surrogate pair';
    my $many = '{"x":[' . join(',', (0) x 10_001) . ']}';
    is $guest->post('/auth/login', $many)->status, 422, 'too many values';
};

subtest 'queries' => sub {
    is_deeply $guest->get('/products?limit=0&page=0')->wrong, { limit => 'too_small', page => 'too_small' },
        'out of range';
    is_deeply $guest->get('/products?limit=101')->wrong, { limit => 'too_large' }, 'too many a page';
    is_deeply $guest->get('/products?limit=ten')->wrong, { limit => 'type' }, 'no number';
    is_deeply $guest->get('/products?limit=5&limit=6')->wrong, { limit => 'format' }, 'given twice';
    is_deeply $guest->get('/products?cursor=abc')->wrong, { cursor => 'format' }, 'a forged cursor';
    is_envelope($guest->get('/products?q=%zz'), 400, 'BAD_REQUEST', 'a broken escape');
    is_envelope($guest->get('/products?q=%ff'), 400, 'BAD_REQUEST', 'no UTF-8');
    is_envelope($guest->get('/products?q=a%00b'), 400, 'BAD_REQUEST', 'a NUL');
    is $guest->get('/products?whatever=1')->status, 200, 'unknown parameters are ignored';
};

subtest 'headers' => sub {
    my $r = $guest->get('/products');
    is $r->header('X-Content-Type-Options'), 'nosniff', 'nosniff';
    like $r->header('Strict-Transport-Security'), qr/max-age=\d{8}/, 'HSTS';
    like $r->header('Content-Security-Policy'), qr/default-src 'none'/, 'CSP';
    is $r->header('Referrer-Policy'), 'no-referrer', 'no referrer';
    unlike $r->header('Server') // '', qr{/\d}, 'no version';
    is $ada->get('/users/me')->header('Cache-Control'), 'no-store', 'what is about a person is not stored';
    my $etag = $r->header('ETag');
    is $guest->get('/products', 'If-None-Match' => $etag)->status, 304, 'an ETag known is 304';
    is $guest->get('/products', 'If-None-Match' => '"x"')->status, 200, 'another is not';
    isnt $guest->get('/products', 'X-Request-Id' => 'mine')->header('X-Request-Id'), 'mine',
        "a caller's request id is ignored";
};

done_testing;
