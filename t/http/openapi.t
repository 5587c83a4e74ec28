# What is answered is what the OpenAPI document tells, and nothing else: a
# shopper and an admin walk the API, and each answer is held against it.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;
use TShop::Schema;

my $shop  = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 60 });
my ($guest, $admin) = ($shop->guest, $shop->admin);
my ($true, $false) = (JSON::PP::true(), JSON::PP::false());

my $told = $guest->get('/openapi.json');
is $told->status, 200, 'the document is there';
like $told->header('ETag'), qr/^"/, 'with an ETag';
my $document = TShop::Schema->read($told->body);
my $schema = TShop::Schema->new($document);

# ---- a call, and is its answer told of? ----

my %seen;   # operation => { status => 1 }

sub operation ($method, $path) {
    $path =~ s/\?.*//s;
    my @fit;
    for my $template (keys %{ $document->{paths} }) {
        my $like = join '[^/]+', map { quotemeta } split /\{\w+\}/, $template, -1;
        push @fit, $template if $path =~ /^$like\z/ && $document->{paths}{$template}{ lc $method };
    }
    my ($best) = sort { ($a =~ tr/{//) <=> ($b =~ tr/{//) } @fit;
    return $best ? $document->{paths}{$best}{ lc $method } : undef;
}

sub untold ($method, $path, $answer) {
    my $op = operation($method, $path) or return 'it is told of nowhere';
    my $status = $answer->status;
    my $response = $op->{responses}{$status} // ($status >= 400 ? $op->{responses}{default} : undef)
        or return "no answer $status is told of";
    $seen{ $op->{operationId} }{$status} = 1;
    my $content = $schema->resolve($response)->{content} or return;
    my ($type) = keys %$content;
    return 'its type is ' . $answer->header('Content-Type') if index $answer->header('Content-Type'), $type;
    return if $type ne 'application/json';
    my $value = eval { TShop::Schema->read($answer->body) } // return 'it is no JSON';
    return $schema->wrong($content->{$type}{schema}, $value, '');
}

# Calls, checks the answer's shape and status, and gives it.
sub call ($who, $method, $path, $status, $body = undef, %headers) {
    my $full = ($who->{prefix} =~ s{^/api/v1}{}r) . $path;
    my $answer = $who->request($method, $path, $body, %headers);
    my @wrong = untold($method, $full, $answer);
    ok $answer->status == $status && !@wrong, "$method $full $status"
        or diag join "\n", $answer->brief, @wrong;
    return $answer;
}

my $near = $shop->at;
call($near, GET => $_, 200) for '/healthz', '/readyz', '/metrics';
call($guest, GET => '/openapi.json', 200);

# ---- accounts ----

my %who = (email => "openapi.$$\@example.com", password => 'a correct horse, and a battery');
my $in = call($guest, POST => '/auth/register', 201, { %who, firstName => 'Ada', lastName => 'Lovelace' })->data;
call($guest, POST => '/auth/register', 409, {%who});
call($guest, POST => '/auth/register', 422, { email => 'x', password => 'short' });
call($guest, POST => '/auth/register', 400, '{');
call($guest, POST => '/auth/register', 415, 'a=1', 'Content-Type' => 'text/plain');
call($guest, POST => '/auth/login', 401, { %who, password => 'wrong and wrong' });
call($guest, POST => '/auth/login', 200, { %who, cookie => $true });
call($guest, POST => '/auth/refresh', 401, { refreshToken => 'x' });
my $ada = $guest->with(token => call($guest, POST => '/auth/refresh', 200, { refreshToken => $in->{refreshToken} })->data->{accessToken});
call($guest, POST => '/auth/logout', 200, { refreshToken => call($guest, POST => '/auth/login', 200, {%who})->data->{refreshToken} });
call($guest, POST => '/auth/verify-email', 401, { token => 'x' });
call($guest, POST => '/auth/verify-email', 200, { token => $shop->mail_token($shop->mail($who{email})) });
call($ada, POST => '/auth/resend-verification', 202);
call($guest, POST => '/auth/forgot-password', 202, { email => $who{email} });
call($guest, POST => '/auth/reset-password', 401, { token => 'x', password => 'another long word' });
call($guest, GET => '/auth/google', 302);
call($guest, GET => '/auth/google?redirect=https://evil.example', 422);
call($guest, GET => '/auth/google/callback?state=x', 400);
call($guest, POST => '/auth/google', 401, { credential => 'x.y.z' });

call($ada, GET => '/users/me', 200);
call($guest, GET => '/users/me', 401);
call($ada->with(token => 'x'), GET => '/users/me', 401);
call($ada, PUT => '/users/me', 200, { phone => '+14155550100' });
call($ada, PUT => '/users/me', 422, { phone => 'x' });
call($ada, PUT => '/users/me/profile', 200, { bio => 'A poet of numbers.', designGalleryPublic => $true });
call($ada, GET => '/users/me/profile', 200);
call($ada, PUT => '/users/me/password', 403, { currentPassword => 'wrong', newPassword => 'another long word' });
call($ada, PUT => '/users/me/password', 200, { currentPassword => $who{password}, newPassword => 'another long word' });
call($ada, PUT => '/users/me/email', 202, { email => "new.$who{email}", password => 'another long word' });
call($guest, POST => '/users/me/email/confirm', 401, { token => 'x' });
call($guest, POST => '/auth/login', 200, { %who, password => 'another long word' });
my ($other) = grep { !$_->{current} } @{ call($ada, GET => '/users/me/sessions', 200)->data };
call($ada, DELETE => "/users/me/sessions/$other->{id}", 200);
call($ada, DELETE => "/users/me/sessions/$other->{id}", 404);
call($ada, DELETE => '/users/me/sessions', 200);

# ---- the catalogue ----

my $tee = $shop->variant(price => '20.00');
call($guest, GET => '/products', 200);
call($guest, GET => '/products?currency=EUR&sortBy=price_asc&limit=2', 200);
call($guest, GET => '/products?sortBy=colour', 422);
my $etag = call($guest, GET => "/products/$tee->{productId}", 200)->header('ETag');
call($guest, GET => "/products/$tee->{productId}", 304, undef, 'If-None-Match' => $etag);
call($guest, GET => '/products/x', 404);
call($guest, GET => "/products/$tee->{productId}/variants?available=true", 200);

# ---- designs ----

call($guest, GET => '/designs/fonts', 200);
my $design = call($ada, POST => '/designs', 201, { title => 'A square', productCategory => 't-shirt', public => $true,
    designData => { version => '6.0.0', width => 1800, height => 2400, objects => [
        { type => 'Rect', left => 300, top => 400, width => 1200, height => 1600, fill => '#c02020' } ] } })->data;
my $id = $design->{id};
call($ada, POST => '/designs', 422, { title => 'A square', productCategory => 't-shirt', designData => { objects => [ { type => 'Video' } ] } });
$shop->until_so(30, sub { $ada->get("/designs/$id")->data->{status} eq 'ready' });
call($ada, GET => '/designs', 200);
call($ada, GET => "/designs/$id", 200);
call($guest, GET => "/designs/$id", 200);
call($ada, PUT => "/designs/$id", 200, { description => 'Red.' });
call($ada, POST => '/designs/generate', 202, { prompt => 'A fox reading a newspaper', productCategory => 't-shirt' });
call($ada, POST => '/designs/generate', 201, { prompt => 'A hare under an umbrella', productCategory => 't-shirt', public => $true }, Prefer => 'wait=30');
call($ada, POST => '/designs/generate', 422, { prompt => 'A', productCategory => 'moon' });
call($ada, POST => "/designs/$id/like", 200);
call($ada, DELETE => "/designs/$id/like", 200);
call($ada, POST => "/designs/$id/share", 201, { platform => 'link' });
call($ada, GET => "/designs/$id/print-file", 200);
my $bob = $shop->shopper(firstName => 'Bob');
call($bob, POST => "/designs/$id/report", 202, { reason => 'other', details => 'It is too red.' });
call($bob, DELETE => "/designs/$id", 404);
call($guest, GET => $_, 200) for '/gallery/designs', '/gallery/designs?q=square&sortBy=popular', '/gallery/designs/trending',
    '/gallery/designs/categories/t-shirt';
call($ada, GET => '/gallery/designs', 200);
call($guest, GET => '/gallery/designs/categories/moon', 404);
my $picture = $ada->get("/designs/$id")->data->{imageUrl};
call($near, GET => $picture =~ s{^https?://[^/]+}{}r, 200);

# ---- cart and orders ----

call($ada, POST => '/orders/quote', 409, { shippingAddress => $shop->address });
my $line = call($ada, POST => '/cart/items', 201, { %$tee, designId => $id, quantity => 1 })->data->{item};
call($ada, POST => '/cart/items', 200, { %$tee, designId => $id, quantity => 1 });
call($ada, POST => '/cart/items', 201, { %$tee, quantity => 1, customizationData => { note => 'For Bob' } });
call($ada, POST => '/cart/items', 422, { %$tee, quantity => 100 });
my %token = ('X-Cart-Token' => call($guest, POST => '/cart', 201, { currency => 'EUR' })->data->{cartToken});
call($guest, POST => '/cart', 422, { currency => 'ZZZ' });
call($guest, POST => '/cart/items', 201, { %$tee, quantity => 98 }, %token);
call($ada, POST => '/cart/items', 201, { %$tee, quantity => 3 });
call($ada, POST => '/cart', 200, undef, %token);
call($ada, DELETE => '/cart/items/' . (grep { !$_->{design} && !$_->{customizationData} } @{ $ada->get('/cart')->data->{items} })[0]{id}, 200);
call($guest, GET => '/cart', 401, undef, %token);
call($ada, PUT => "/cart/items/$line->{id}", 200, { quantity => 3 });
call($ada, GET => '/cart', 200);
my %order = (shippingAddress => $shop->address, billingAddress => $shop->address(name => 'Bob'));
call($ada, POST => '/orders/quote', 200, {%order});
call($ada, POST => '/orders/quote', 422, { shippingAddress => { country => 'XX' } });
call($ada, POST => '/orders/create', 409, { %order, expectedTotal => 1 });
my $order = call($ada, POST => '/orders/create', 201, {%order}, 'Idempotency-Key' => 'once')->data;
call($ada, POST => '/orders/create', 201, {%order}, 'Idempotency-Key' => 'once');
call($ada, POST => '/orders/create', 422, { %order, currency => 'EUR' }, 'Idempotency-Key' => 'once');
call($ada, GET => '/orders?status=pending', 200);
call($ada, GET => "/orders/$order->{id}", 200);
call($bob, GET => "/orders/$order->{id}", 404);
call($ada, POST => '/payments/create-intent', 201, { orderId => $order->{id}, provider => 'paypal' });
my $intent = call($ada, POST => '/payments/create-intent', 201, { orderId => $order->{id} })->data;
call($ada, POST => '/payments/confirm', 200, { orderId => $order->{id} });
$shop->sandbox->post("/v1/payment_intents/$intent->{paymentIntentId}/confirm", 'payment_method=pm_card_visa&return_url=https://shop.example/',
    'Content-Type' => 'application/x-www-form-urlencoded', Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'));
$shop->until_so(20, sub { $ada->get("/orders/$order->{id}")->data->{status} eq 'paid' });
call($ada, POST => '/payments/confirm', 200, { orderId => $order->{id} });
call($ada, POST => '/payments/create-intent', 409, { orderId => $order->{id} });
call($ada, PUT => "/orders/$order->{id}", 422, { shippingAddress => {}, items => [ {} ] });
call($ada, PUT => "/orders/$order->{id}", 409, { shippingAddress => $shop->address(state => 'TX', postalCode => '73301') });
$shop->sql("UPDATE orders SET hold_until = now() + interval '1 hour' WHERE id = '$order->{id}'");
call($ada, PUT => "/orders/$order->{id}", 200, { items => [ { id => $order->{items}[0]{id}, variantId => $order->{items}[0]{variantId} } ] });
call($ada, POST => "/orders/$order->{id}/reorder", 200);
$shop->sql("UPDATE product_variants SET available = false WHERE id = '$tee->{variantId}'");
call($ada, POST => "/orders/$order->{id}/reorder", 200);
$shop->sql("UPDATE product_variants SET available = true WHERE id = '$tee->{variantId}'");
call($ada, DELETE => '/cart/items/' . $ada->get('/cart')->data->{items}[0]{id}, 200);
my $second = call($ada, POST => '/orders/create', 201, {%order})->data;
call($ada, POST => "/orders/$second->{id}/cancel", 200, { reason => 'Too many.' });
call($ada, POST => "/orders/$second->{id}/cancel", 409);
call($ada, DELETE => '/cart/clear', 200);

# ---- the rest of a shopper's ----

call($ada, GET => '/subscriptions/me', 200);
call($ada, GET => '/subscriptions/plans', 200);
call($ada, GET => '/subscriptions/invoices', 200);
call($ada, POST => '/subscriptions/cancel', 404);
call($ada, POST => '/subscriptions/resume', 404);
call($ada, POST => '/subscriptions/checkout', 201);
call($ada, POST => '/subscriptions/portal', 201);
call($ada, GET => '/points/balance', 200);
call($ada, GET => '/points/history', 200);
call($ada, POST => '/points/redeem', 409, { points => 100000 });
call($ada, POST => '/points/redeem', 422, { points => 7 });
$shop->sql("SELECT points_add('$in->{user}{id}', 'adjusted', 'gift', 200, NULL, NULL, 'A gift', now())");
call($ada, POST => '/points/redeem', 201, { points => 100 });
call($_, GET => '/achievements', 200) for $guest, $ada;
call($_, GET => '/leaderboard?period=month', 200) for $guest, $ada;
call($ada, GET => '/users/me/analytics', 200);
call($ada, GET => '/users/me/export', 200);

# ---- webhooks: nobody signs for us here ----

call($guest, POST => "/$_", 400, '{}') for qw(payments/webhooks/stripe payments/webhooks/paypal fulfillment/webhooks/printful
    fulfillment/webhooks/printify mail/webhooks/resend mail/webhooks/sendgrid);

# ---- the admin ----

call($guest, GET => '/admin/orders', 401);
call($admin, GET => '/analytics', 200);
call($admin, GET => '/analytics?from=yesterday', 422);
call($admin, GET => '/users?q=ada', 200);
call($admin, GET => '/orders?status=paid', 200);
call($admin, GET => "/orders/$order->{id}", 200);
call($admin, POST => "/orders/$order->{id}/retry-fulfillment", 200);
call($admin, POST => "/orders/$second->{id}/retry-fulfillment", 409);
call($admin, POST => "/orders/$order->{id}/refund", 200, { amount => 1.5, reason => 'A thread is loose.' });
call($admin, POST => "/orders/$order->{id}/refund", 422, { amount => 1.505, reason => 'x' });
call($admin, POST => "/orders/$order->{id}/refund", 403, { reason => 'x' }, 'Sec-Fetch-Site' => 'cross-site');
my $coupon = call($admin, POST => '/coupons', 201, { code => 'spring', kind => 'percent', percent => 12.5, maxUses => 100, expiresAt => '2999-01-01' })->data;
call($admin, POST => '/coupons', 409, { code => 'SPRING', kind => 'free_shipping' });
call($admin, POST => '/coupons', 422, { code => '', kind => 'points' });
call($admin, GET => '/coupons?q=s&active=true', 200);
call($admin, GET => "/coupons/$coupon->{id}", 200);
call($admin, PUT => "/coupons/$coupon->{id}", 200, { active => $false });
call($admin, GET => '/products?active=true', 200);
my $product = call($admin, POST => '/products', 201, { name => 'A hat', category => 'cap', basePrice => 12.5, description => 'Warm.',
    designConstraints => { blankAllowed => $true, printAreas => { printful => { width => 1200, height => 525, dpi => 300 } } } })->data;
call($admin, GET => "/products/$tee->{productId}", 200);
call($admin, POST => '/products', 422, { name => 'A hat', category => 'moon', basePrice => -1 });
call($admin, PUT => "/products/$product->{id}", 200, { basePrice => 13 });
my $variant = call($admin, POST => "/products/$product->{id}/variants", 201, { size => 'M', color => 'Red', colorHex => '#ff0000', priceAdjustment => 1.25 })->data;
call($admin, POST => "/products/$product->{id}/variants", 409, { size => 'M', color => 'Red' });
call($admin, PUT => "/variants/$variant->{id}", 200, { available => $false });
call($admin, PUT => "/products/$product->{id}/translations/de", 200, { name => 'Ein Hut' });
call($admin, PUT => "/products/$product->{id}/translations/en", 422, { name => 'A hat' });
call($admin, GET => "/products/$product->{id}/translations", 200);
call($admin, DELETE => "/products/$product->{id}/translations/de", 200);
call($admin, PUT => "/products/$product->{id}/prices/EUR", 200, { price => 12.5 });
call($admin, PUT => "/products/$product->{id}/prices/ZZZ", 422, { price => 12.5 });
call($admin, GET => "/products/$product->{id}/prices", 200);
call($admin, DELETE => "/products/$product->{id}/prices/EUR", 200);
for my $name (qw(exchange-rates tax-rates shipping-rates)) {
    my $body = call($admin, GET => "/settings/$name", 200)->body =~ s/^\{"success":true,"data":(.*)\}\z/$1/sr;
    call($admin, PUT => "/settings/$name", 200, $body);
    call($admin, PUT => "/settings/$name", 422, '[{}]');
}
call($admin, GET => '/settings/moon', 404);
$shop->sql("INSERT INTO jobs (kind, state, attempts, last_error) VALUES ('no_such_kind', 'dead', 12, 'it went wrong'), ('no_such_kind', 'done', 1, NULL)");
my ($dead) = grep { $_->{kind} eq 'no_such_kind' } @{ call($admin, GET => '/jobs?state=dead', 200)->data };
my ($done) = grep { $_->{kind} eq 'no_such_kind' } @{ call($admin, GET => '/jobs?state=done', 200)->data };
call($admin, POST => "/jobs/$dead->{id}/retry", 200);
call($admin, POST => "/jobs/$done->{id}/retry", 409);
call($admin, GET => '/webhooks', 200);
$shop->sql("SELECT case_open('print_twice', '$order->{id}', 'x', 'alarm', '{\"provider\": \"printful\"}')");
my $case = call($admin, GET => '/cases?state=open', 200)->data->[0];
call($admin, POST => "/cases/$case->{id}/resolve", 200);
call($admin, GET => "/orders/$order->{id}", 200);
my $report = call($admin, GET => '/reports?state=open', 200)->data->[0];
call($admin, POST => "/reports/$report->{id}/resolve", 200, { uphold => $true });
call($ada, PUT => "/designs/$id", 403, { public => $true });
call($admin, GET => '/audit', 200);
call($admin, GET => '/audit?target=tax-rates', 200);

call($ada, DELETE => "/designs/$id", 200);
call($ada, DELETE => '/users/me', 403, { password => 'wrong' });
call($ada, DELETE => '/users/me', 200, { password => 'another long word' });
call($admin, GET => "/orders/$order->{id}", 200);
call($admin, GET => '/orders', 200);

# ---- was everything looked at? ----

my %elsewhere = map { $_ => 1 } qw(auth_reset auth_google_callback auth_google_credential user_email_confirm subscription_cancel
    subscription_resume
    hook_stripe hook_paypal hook_printful hook_printify hook_resend hook_sendgrid media_private media_public);
my @ops = map { my $item = $_; map { $item->{$_} } grep { $_ ne 'servers' } keys %$item } values %{ $document->{paths} };
is join(' ', sort grep { my $op = $_; !$elsewhere{$op} && !grep { /^[23]/ } keys %{ $seen{$op} // {} } } map { $_->{operationId} } @ops),
    '', 'every operation has succeeded here';

done_testing;
