# The sandbox's own paths: faults, calls, mails, prices, printers' orders, and
# what stays over a restart.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;
use TShop::Run qw(read_file);

my $shop   = TShop->boot;
my $away   = $shop->sandbox;
my $resend = $away->with(token => $shop->setting('RESEND_API_KEY'));
my $prints = $away->with(token => $shop->setting('PRINTFUL_API_KEY'));
my %mail   = (from => 'TShop <shop@shop.example>', to => 'ada@shop.example', subject => 'Hello',
    text => 'Open https://shop.example/a?token=1&b=2.', html => '<a href="https://shop.example/c">c</a>');

sub fault (%o) { $away->post('/_sandbox/faults', { provider => 'resend', count => 1, %o })->status }

subtest 'a mail is kept' => sub {
    is $resend->post('/emails', \%mail)->status, 200;
    my ($kept) = @{ $away->get('/_sandbox/mail?to=ADA@shop.example')->json };
    is $kept->{subject}, 'Hello';
    is_deeply $kept->{links}, [ 'https://shop.example/a?token=1&b=2', 'https://shop.example/c' ], 'with its links';
    is_deeply $away->get('/_sandbox/mail?to=eve@shop.example')->json, [], 'for whom it was';
};

subtest 'faults' => sub {
    is fault(status => 503, match => '^POST /emails$', body => { name => 'application_error' }), 201;
    is $resend->get('/emails/1')->status, 404, 'what does not match goes on';
    my $r = $resend->post('/emails', \%mail);
    is $r->status, 503, 'what matches fails';
    is $r->json->{name}, 'application_error', 'with the body given';
    is $resend->post('/emails', \%mail)->status, 200, 'as often as asked';

    fault(status => 418, match => '^GET /(?:emails|mails)/\d[\d-]$');
    is $resend->get('/emails/1-')->status, 418, 'an expression as most languages write it';

    my $count = sub { scalar @{ $away->get('/_sandbox/mail')->json } };
    my $before = $count->();
    fault(drop => 'before');
    is $resend->post('/emails', \%mail)->status, 599, 'cut before';
    is $count->(), $before, 'and not done';
    fault(drop => 'after');
    is $resend->post('/emails', \%mail)->status, 599, 'cut after';
    is $count->(), $before + 1, 'and done';

    fault(delayMs => 700);
    my $slow = $resend->post('/emails', \%mail);
    is $slow->status, 200, 'a delay is only that';
    cmp_ok $slow->seconds, '>=', 0.7;
    fault(status => 500, count => 9);
    $away->delete('/_sandbox/faults');
    is $resend->post('/emails', \%mail)->status, 200, 'all can be taken back';
    is fault(match => '(', status => 500), 400, 'nonsense is refused';
    is fault(provider => 'nobody', status => 500), 400;
};

subtest 'calls' => sub {
    my @calls = @{ $away->get('/_sandbox/calls?provider=resend')->json };
    is $calls[0]{method} . ' ' . $calls[0]{path}, 'POST /emails';
    is $calls[0]{headers}{authorization}, 'Bearer ***', 'keys are not told';
    is $calls[0]{body}{subject}, 'Hello', 'the rest is';
    is_deeply [ map { $_->{status} } grep { $_->{status} && $_->{status} == 503 } @calls ], [503], 'with how it ended';
};

my %order = (external_id => 'SANDBOX-1',
    recipient => { name => 'Ada', address1 => '1 Main St', city => 'Chatsworth', state_code => 'CA',
        country_code => 'US', zip => '91311' },
    items => [ { variant_id => 4012, quantity => 2, files => [ { url => 'https://shop.example/a.png' } ] } ]);

subtest 'printers' => sub {
    is $away->post('/_sandbox/prices', { provider => 'printful', item => '5.00', shipping => '1.50' })->status, 200;
    is $prints->post('/orders/estimate-costs', \%order)->json->{result}{costs}{total}, '11.50', 'ask what they are told';
    is $prints->post('/orders?confirm=1', \%order)->json->{result}{status}, 'pending';
    is $prints->post('/orders', \%order)->json->{error}{reason}, 'OR-13', 'an id is used once';
    my $r = $away->post('/_sandbox/printful/orders/@SANDBOX-1/ship', { trackingNumber => 'T-1', carrier => 'DHL' });
    is $r->json->{shipments}[0]{tracking_number}, 'T-1', 'it ships when it is told to';
    is $prints->delete('/orders/@SANDBOX-1')->status, 400, 'and cannot be cancelled then';
    is $away->post('/_sandbox/printful/orders/@SANDBOX-1/deliver')->status, 200;
    my ($kept) = grep { $_->{externalId} eq 'SANDBOX-1' } @{ $away->get('/_sandbox/printful/orders')->json };
    is $kept->{status}, 'fulfilled', 'the panel shows it';
};

subtest 'a restart' => sub {
    my $mails = @{ $away->get('/_sandbox/mail')->json };
    my $keeper = read_file($shop->stand->run_dir . '/sandbox.pid') =~ s/\s//gr;
    kill KILL => split ' ', read_file("/proc/$keeper/task/$keeper/children");
    ok $shop->until_so(8, sub { $away->get('/_sandbox/mail')->status == 200 }), 'it is back';
    is @{ $away->get('/_sandbox/mail')->json }, $mails, 'and has forgotten nothing';
    is $prints->get('/orders/@SANDBOX-1')->json->{result}{status}, 'fulfilled';
};

subtest 'a reset' => sub {
    is $away->post('/_sandbox/reset')->status, 200;
    is_deeply $away->get('/_sandbox/mail')->json, [], 'forgets everything';
};

done_testing;
