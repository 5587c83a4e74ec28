# Goods from the printers' catalogues: made of them, kept like them.
use v5.36;
use Test::More;
use TShop;

my $shop  = TShop->boot;
my $admin = $shop->admin;

sub ctl (@words) {
    my %env = (%{ $shop->stand->environment('jobs') }, DATABASE_URL => $shop->database_url);
    my $pid = open my $out, '-|';
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        %ENV = (%ENV, %env);
        exec $shop->stand->program('tshopctl'), 'catalog', @words or die;
    }
    my $said = do { local $/; <$out> };
    close $out;
    return ($?, $said);
}
sub stock ($printer, $variant, $is) {
    is $shop->sandbox->post('/_sandbox/stock', { provider => $printer, variant => 0 + $variant, is => $is })->status, 200, "$printer: $variant is $is";
}
sub synced () {
    $shop->sql("UPDATE provider_variants SET synced_at = now() - interval '1 day'");
    return (ctl('sync'))[0] == 0 && $shop->until_so(30, sub {
        $shop->sql("SELECT count(*) FROM jobs WHERE kind = 'sync_catalogue' AND state <> 'done'") eq '0' });
}
sub cases () { $shop->sql("SELECT count(*) FROM cases WHERE kind = 'cost_past_margin' AND state = 'open'") }

# The clock's first look, at all that the demo sells.
ok $shop->until_so(60, sub { $shop->sql("SELECT state FROM jobs WHERE kind = 'sync_catalogue'") eq 'done' }), 'the clock has looked';
is $shop->sql('SELECT count(*) FROM provider_variants WHERE synced_at IS NULL'), 0, 'at all that the demo sells';
is $shop->sql("SELECT count(*) FROM provider_states WHERE provider = 'printify-catalogue' AND tokens < 15"), 1,
    'within the limit that Printify has for its catalogue';
is $shop->sql("SELECT count(*) FROM product_variants WHERE NOT available"), 0, 'and taken nothing away';
is $shop->sql('SELECT count(*) FROM products WHERE updated_at > (SELECT max(created_at) FROM jobs WHERE kind = \'sync_catalogue\')'), 0,
    'or touched what is as it was';

# ---- importing ----
my ($status, $said) = ctl('import', 'printful:71', 'printify:12/29');
is $status, 0, 'what the demo sells already' or diag $said;
is $shop->sql('SELECT count(*) FROM products'), 13, 'is not made twice';
like $said, qr/"added": 0/, 'and has all its variants';

for my $bad (['printful:x'], ['printify:12'], ['gelato:7'], [], ['printful:71', 'printful:206'], ['printful:424242', '--price', '10'],
    ['printful:438', '--price', 'ten'], ['printful:438', '--price', '10', '--category', 'moon']) {
    ($status, $said) = ctl('import', @$bad);
    isnt $status, 0, "not: @$bad" or diag $said;
}
is $shop->sql('SELECT count(*) FROM products'), 13, 'nothing is half made';

$shop->sql("UPDATE products SET printful_product_id = NULL, printify_product_id = NULL, active = false WHERE printful_product_id = '206'");
($status, $said) = ctl('import', '--price', '26.50', 'printful:206', 'printify:1108/41');
is $status, 0, 'a cap of both printers' or diag $said;
my ($id) = $said =~ /^product ([0-9a-f-]{36})/m;
my $cap = $admin->get("/products/$id")->data;
is $cap->{category}, 'cap', 'is a cap';
ok !$cap->{active}, 'not for sale yet';
is $cap->{basePrice}, 26.5, 'at its price';
is_deeply [ @$cap{qw(printfulProductId printifyProductId)} ], [ '206', '1108/41' ], 'made of both';
is_deeply $cap->{designConstraints}{printAreas}{printful}, { placement => 'embroidery_front', technique => 'embroidery', width => 1200, height => 525, dpi => 300 },
    'with the area of one';
is $cap->{designConstraints}{printAreas}{printify}{width}, 1200, 'and of the other';
ok @{ $cap->{variants} } > 1, 'in some colours';
is scalar(grep { !$_->{printfulVariantId} || !$_->{printifyVariantId} } @{ $cap->{variants} }), 0, 'each of which both make';
like $cap->{variants}[0]{colorHex}, qr/^#[0-9A-Fa-f]{6}$/, 'as colours that can be shown';
($status, $said) = ctl('import', 'printful:206', 'printify:1108/41');
like $said, qr/product \Q$id\E$/m, 'asked again, it is the same';
like $said, qr/"added": 0/, 'with nothing new';
is $shop->sql("SELECT count(*) FROM audit_log WHERE action = 'product.import' AND target = '$id'"), 1, 'made once, says the log';

my $printful = ($shop->sql("SELECT variant_ref FROM provider_variants WHERE provider = 'printful' AND product_ref = '438' ORDER BY variant_ref LIMIT 1"));
($status, $said) = ctl('import', '--price', '29', 'printful:438');
is $status, 0, 'a shirt of one printer alone' or diag $said;
my ($shirt) = $said =~ /^product ([0-9a-f-]{36})/m;
my @sizes = map { "$_->{size} $_->{priceAdjustment}" } grep { $_->{color} eq 'White' } @{ $admin->get("/products/$shirt")->data->{variants} };
is_deeply [ sort grep { /^2XL/ } @sizes ], ['2XL 2'], 'whose large sizes cost as much more as they cost us' or diag explain \@sizes;

# Printify tells prices of our own products alone; where there is none, one is made.
my $none = { current_page => 1, last_page => 1, data => [] };
sub made () { grep { "$_->{method} $_->{path}" =~ m{^POST \S+/(?:products|images)\.json$} } @{ $shop->sandbox->get('/_sandbox/calls?provider=printify')->json } }
is made(), 0, 'nothing was made at Printify so far';
$shop->sandbox->post('/_sandbox/faults', { provider => 'printify', match => 'GET /v1/shops/\w+/products.json', status => 200, body => $none, count => 1 });
($status, $said) = ctl('import', '--price', '31', 'printify:6/29');
is $status, 0, 'of which our shop has no product' or diag $said;
my ($heavy) = $said =~ /^product ([0-9a-f-]{36})/m;
is_deeply [ map { $_->{path} =~ m{/(\w+)\.json$} } made() ], [qw(images products)], 'a picture and a product are made';
my $told = (made())[1]{body};
my @orderable = @{ $admin->get("/products/$heavy")->data->{variants} };
is_deeply [ sort { $a <=> $b } map { $_->{id} } @{ $told->{variants} } ], [ sort { $a <=> $b } map { 0 + $_->{printifyVariantId} } @orderable ], 'of all its variants';
is scalar(@{ $told->{print_areas}[0]{variant_ids} }), scalar(@orderable), 'each printed on';
is $shop->sql("SELECT min(cost) || ' ' || max(cost) || ' ' || count(*) FILTER (WHERE cost IS NULL) FROM provider_variants WHERE provider = 'printify' AND product_ref = '6/29'"),
    '1121 1321 0', 'and all have their cost';
($status, $said) = ctl('import', 'printify:6/29');
is $status, 0, 'asked again' or diag $said;
is made(), 2, 'nothing more is made';
$shop->sql("UPDATE products SET active = true WHERE id = '$heavy'");
$shop->sandbox->post('/_sandbox/faults', { provider => 'printify', match => 'GET /v1/shops/\w+/products.json', status => 200, body => $none, count => 1000 });
$shop->sql("UPDATE products SET active = id = '$heavy'");
$shop->sql("UPDATE provider_variants SET synced_at = now() - interval '1 day'; INSERT INTO jobs (kind) VALUES ('sync_catalogue')");
ok $shop->until_so(30, sub { $shop->sql("SELECT last_error FROM jobs WHERE kind = 'sync_catalogue' AND last_error IS NOT NULL") =~ /keep one there/ }), 'by itself it makes none, and says what is missing';
is made(), 2, 'really';
is $shop->sql("SELECT min(cost) FROM provider_variants WHERE provider = 'printify' AND product_ref = '6/29'"), 1121, 'but costs stay as they were';
$shop->sandbox->delete('/_sandbox/faults');
$shop->sql("DELETE FROM jobs WHERE kind = 'sync_catalogue'; DELETE FROM provider_states");

($status, $said) = ctl('export');
my $all = JSON::PP->new->decode($said);
is scalar(@$all), 16, 'all products are told';
my ($one) = grep { $_->{id} eq $id } @$all;
is scalar(@{ $one->{costs} }), 2 * @{ $one->{variants} }, 'with what they cost at each printer';
like $said, qr/"cost": ?\d+\.\d\d\b/, 'in dollars';

# ---- keeping up ----
# Of a few, for the printers may not be asked so often.
$shop->sql("UPDATE products SET active = false WHERE id <> '$id'");
$admin->put("/products/$id", { active => JSON::PP::true() });
my $variant = $cap->{variants}[0];
my ($pf, $py) = @$variant{qw(printfulVariantId printifyVariantId)};
my $ada = $shop->shopper;
my $design = $shop->design($ada, category => 'cap', designData => { version => '6.0.0', width => 1200, height => 525, objects => [
    { type => 'Rect', left => 100, top => 100, width => 900, height => 300, fill => '#CC3333' } ] });
is $ada->post('/cart/items', { productId => $id, variantId => $variant->{id}, designId => $design->{id}, quantity => 1 })->status, 201, 'somebody wants the cap';
my $available = sub { (grep { $_->{id} eq $variant->{id} } @{ $shop->guest->get("/products/$id/variants")->data })[0]{available} };

stock(printful => $pf, 'sold_out');
ok synced(), 'a look at the catalogues';
ok $available->(), 'what one printer has run out of, the other makes';
is $shop->sql("SELECT available FROM provider_variants WHERE variant_id = '$variant->{id}' AND provider = 'printful'"), 'f', 'but not the first';
stock(printify => $py, 'gone');
ok synced(), 'another look';
ok !$available->(), 'what nobody makes cannot be had';
ok !$ada->get('/cart')->data->{items}[0]{variant}{available}, 'and the cart says so';
is $ada->post('/orders/create', { shippingAddress => $shop->address })->code, 'VARIANT_UNAVAILABLE', 'as does the till';
stock(printful => $pf, 'stocked');
ok synced(), 'and once more';
ok $available->(), 'it is back';
$admin->put("/variants/$variant->{id}", { available => JSON::PP::false() });
ok synced(), 'an admin has taken it out';
ok !$available->(), 'so it stays';

is cases(), 0, 'all leave their margin';
$shop->sandbox->post('/_sandbox/prices', { provider => 'printful', item => '26.00', shipping => '5.00' });
ok synced(), 'prices rise';
my $dear = cases();
cmp_ok $dear, '>', 0, 'what leaves too little is a case';
ok synced(), 'looked at again';
is cases(), $dear, 'it is the same one';
my ($case) = grep { $_->{kind} eq 'cost_past_margin' } @{ $admin->get('/cases?state=open')->data };
is $case->{detail}{cost}, 26, 'which tells the cost';

# ---- one that cannot be read ----
$shop->sql("UPDATE products SET active = true");
$shop->sandbox->post('/_sandbox/faults', { provider => 'printful', match => 'GET /products/71$', status => 200, body => '<html>', count => 1000 });
$shop->sql("UPDATE provider_variants SET synced_at = now() - interval '1 day' - CASE product_ref WHEN '71' THEN interval '1 hour' ELSE '0' END;
    DELETE FROM provider_states; DELETE FROM jobs WHERE kind = 'sync_catalogue'; INSERT INTO jobs (kind) VALUES ('sync_catalogue')");
my $unread = sub ($which) { $shop->sql("SELECT string_agg(DISTINCT v.provider || ' ' || v.product_ref, ', ')
    FROM provider_variants v JOIN product_variants w ON w.id = v.variant_id JOIN products p ON p.id = w.product_id
    WHERE $which v.synced_at < now() - interval '1 hour' AND v.available AND v.product_ref IN (p.printful_product_id, p.printify_product_id)") };
ok $shop->until_so(60, sub { $shop->sql('UPDATE provider_states SET tokens = 10'); $unread->('') eq 'printful 71' }), 'one that cannot be read keeps nobody else waiting' or diag $unread->('');
like $shop->sql("SELECT last_error FROM jobs WHERE kind = 'sync_catalogue'"), qr/^71 of printful/, 'and the job says which';
$shop->sandbox->delete('/_sandbox/faults');
$shop->sql("UPDATE provider_variants SET synced_at = now() - interval '1 day' - CASE provider WHEN 'printful' THEN interval '1 hour' ELSE '0' END;
    UPDATE provider_states SET opened_until = now() + interval '1 hour' WHERE provider = 'printful';
    DELETE FROM jobs WHERE kind = 'sync_catalogue'; INSERT INTO jobs (kind) VALUES ('sync_catalogue')");
ok $shop->until_so(60, sub { $shop->sql("UPDATE provider_states SET tokens = 10 WHERE provider <> 'printful'"); $unread->("v.provider = 'printify' AND") eq '' }), 'nor does a printer that is away' or diag $unread->('');
is $shop->sql("SELECT attempts FROM jobs WHERE kind = 'sync_catalogue'"), 0, 'which costs no try';
$shop->sql("DELETE FROM jobs WHERE kind = 'sync_catalogue'; DELETE FROM provider_states; UPDATE products SET active = id = '$id'");

# ---- while a printer is away ----
$shop->sandbox->post('/_sandbox/faults', { provider => 'printify', status => 500, count => 1 });
ok synced(), 'a printer that fails once is asked again';
$shop->sandbox->post('/_sandbox/faults', { provider => 'printify', match => 'variants.json', body => '{"variants":[]}', status => 200, count => 1 });
my $before = $shop->sql("SELECT count(*) FROM provider_variants WHERE provider = 'printify' AND available");
ok synced(), 'one that says nothing';
is $shop->sql("SELECT count(*) FROM provider_variants WHERE provider = 'printify' AND available"), $before, 'has taken nothing away';

# Each order makes a hidden product of its few variants at Printify, and the newest come first.
my $own = $shop->sandbox->with(token => $shop->setting('PRINTIFY_API_KEY'));
my $other = $cap->{variants}[1]{printifyVariantId};
my $at = '/v1/shops/' . $shop->setting('PRINTIFY_SHOP_ID') . '/products.json';
is $own->post($at, { title => "of order $_", blueprint_id => 1108, print_provider_id => 41,
    variants => [ { id => 0 + $other, price => 2000 } ], print_areas => [] })->status, 200, "of order $_" for 1 .. 50;
ok synced(), 'a page of products of one variant';
is $shop->sql("SELECT count(*) FROM provider_variants WHERE provider = 'printify' AND available"), $before, 'has taken nothing of the others away';
my $asked = $shop->sandbox->get('/_sandbox/calls?provider=printify')->json;
like $asked->[-1]{path}, qr/page=2$/, 'for the next page was read';

done_testing;
