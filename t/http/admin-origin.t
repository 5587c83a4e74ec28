# A browser that knows the admin's password sends it along with whatever any
# page makes it send: a change must come from a page of ours.
use v5.36;
use Test::More;
use TShop;

my $shop  = TShop->boot;
my $admin = $shop->admin;
my $public = $shop->setting('TSHOP_PUBLIC_URL');

$shop->sql("INSERT INTO jobs (kind, state, attempts) VALUES ('no_such_kind', 'dead', 12)");
my $job = $shop->sql("SELECT id FROM jobs WHERE kind = 'no_such_kind'");
my $name = 'Called from where?';
my %product = (name => $name, category => 't-shirt', basePrice => 12.5, active => JSON::PP::false());

for ([ 'Sec-Fetch-Site' => 'cross-site' ], [ 'Sec-Fetch-Site' => 'same-site' ], [ Origin => 'https://evil.example' ],
    [ Origin => 'null' ], [ 'Sec-Fetch-Site' => 'cross-site', Origin => $public ])
{
    my @with = @$_;
    for my $answer (
        $admin->post("/jobs/$job/retry", undef, @with),
        $admin->post("/jobs/$job/retry", 'a=1', 'Content-Type' => 'text/plain', @with),
        $admin->post('/products', \%product, @with),
        $admin->put('/settings/tax-rates', [], @with))
    {
        is $answer->status, 403, "@with: a change is refused" or diag $answer->brief;
        is $answer->code, 'FORBIDDEN', 'as forbidden';
    }
    is $admin->get('/jobs', @with)->status, 200, 'reading is not';
}
is $shop->sql("SELECT state FROM jobs WHERE id = '$job'"), 'dead', 'nothing was done';
is $shop->sql("SELECT count(*) FROM products WHERE name = '$name'"), 0, 'nothing was made';
is $shop->sql('SELECT count(*) FROM audit_log'), 0, 'and nothing logged';
is $shop->guest->post("/admin/jobs/$job/retry", undef, 'Sec-Fetch-Site' => 'cross-site')->status, 401,
    'without a password it is 401, whoever calls';

is $admin->post('/products', 'name=x', 'Content-Type' => 'application/x-www-form-urlencoded')->status, 415,
    'a form is no JSON';
for ([ 'Sec-Fetch-Site' => 'same-origin' ], [ 'Sec-Fetch-Site' => 'none' ], [ Origin => $public ], []) {
    $shop->sql("UPDATE jobs SET state = 'dead' WHERE id = '$job'");
    is $admin->post("/jobs/$job/retry", undef, @$_)->status, 200, "@$_: our own page, or no browser, may";
}

done_testing;
