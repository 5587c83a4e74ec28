# What is secret stays so: no log, no letter, no answer to somebody else, and
# no row that need not, ever holds a password, a token, a key or a hash.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot;

# Everything that is said to anybody: [who called, path, the answer's text].
my @said;
{
    no warnings 'redefine';
    my $request = \&TShop::Client::request;
    *TShop::Client::request = sub ($self, $method, $path, @rest) {
        my $answer = $request->($self, $method, $path, @rest);
        push @said, [ $self->{email} // 'somebody', $path, join ' ', $answer->status, $answer->body, map { ref ? @$_ : $_ } values %{ $answer->{headers} } ];
        return $answer;
    };
}

# ---- a life of two people, with everything in it that is secret ----

my @first  = ('planted Parrot 1', 'planted Parrot 2', 'planted Parrot 3', 'planted wrong Parrot');
my %planted;   # secret => what it is
my $plant = sub ($what, @secrets) { $planted{$_} = $what for @secrets };
$plant->('a password', @first);

my $ada = $shop->shopper(email => 'planted.ada@example.com', password => $first[0], verified => 0);
my $bob = $shop->shopper(email => 'curious.bob@example.com');
my $keep = sub ($answer) {
    my $data = $answer->data // {};
    $plant->('an access token', $data->{accessToken}) if $data->{accessToken};
    $plant->('a refresh token', $data->{refreshToken}) if $data->{refreshToken};
    return $data;
};
$plant->('an access token', $ada->{token});
$plant->('a refresh token', $ada->{refresh});
my $letter = sub ($to, $like) {
    my $mail = $shop->mail($to, $like) or return diag("no letter like $like");
    my $token = $shop->mail_token($mail);
    $plant->('a one-time token', $token);
    return $token;
};

my $guest = $shop->guest;
my $token = $letter->($ada->{email}, qr/Confirm/);
is $guest->post('/auth/verify-email', { token => $token })->status, 200, 'verified';
is $guest->post('/auth/login', { email => $ada->{email}, password => $first[3] })->status, 401, 'a wrong password';
my $data = $keep->($guest->post('/auth/login', { email => $ada->{email}, password => $first[0] }));
$data = $keep->($guest->post('/auth/refresh', { refreshToken => $data->{refreshToken} }));
$guest->post('/auth/refresh', { refreshToken => substr($data->{refreshToken}, 1) . 'x' });
my $cookie = $guest->post('/auth/login', { email => $ada->{email}, password => $first[0], cookie => JSON::PP::true() });
my ($jar) = ($cookie->header('Set-Cookie') // '') =~ /^__Host-tshop_refresh=([^;]+)/;
$plant->('a refresh token', $jar);
$keep->($cookie);
is $guest->post('/auth/logout', {}, Cookie => "__Host-tshop_refresh=$jar")->status, 200, 'a cookie is spent';

$ada->{token} = $data->{accessToken};
is $ada->put('/users/me/password', { currentPassword => $first[0], newPassword => $first[1] })->status, 200, 'a new password';
$guest->post('/auth/forgot-password', { email => $ada->{email} });
$token = $letter->($ada->{email}, qr/new password/i);
is $guest->post('/auth/reset-password', { token => $token, password => $first[2] })->status, 200, 'and another by letter';
$guest->post('/auth/reset-password', { token => $token, password => $first[2] });
$ada->{token} = $keep->($guest->post('/auth/login', { email => $ada->{email}, password => $first[2] }))->{accessToken};

# A sign-in at Google, with a code, a state and a verifier in its addresses.
$shop->sandbox->post('/_sandbox/google/users', { email => 'planted.grace@example.com', emailVerified => JSON::PP::true(), name => 'Grace' });
my $leave = $guest->get('/auth/google?redirect=/account');
my ($oidc) = ($leave->header('Set-Cookie') // '') =~ /^(__Host-tshop_oidc=[\w-]+);/;
my $back = $shop->sandbox->get($leave->header('Location'))->header('Location');
$plant->('a code of Google', $back =~ /[?&]code=([^&]+)/) if $back;
$plant->('a state', $back =~ /[?&]state=([^&]+)/) if $back;
my $came = $guest->get($back =~ s{^\Q@{[ $shop->setting('TSHOP_PUBLIC_URL') ]}\E/api/v1}{}r, Cookie => $oidc);
is $came->status, 302, 'signed in by Google';
$plant->('a refresh token', grep { defined } map { /__Host-tshop_refresh=([^;]+)/ } ref $came->header('Set-Cookie') ? @{ $came->header('Set-Cookie') } : $came->header('Set-Cookie'));

# A cart without a name, which comes along.
my $basket = $guest->post('/cart')->data->{cartToken};
$plant->('a guest\'s cart', $basket);
$guest->post('/cart/items', { %{ $shop->variant(price => '20.00') }, quantity => 1 }, 'X-Cart-Token' => $basket);
$guest->get('/cart', 'X-Cart-Token' => "${basket}x");
is $ada->post('/cart', undef, 'X-Cart-Token' => $basket)->meta->{cart}{merged}, 1, 'a guest\'s cart is taken along';
my $left = $guest->post('/cart')->data->{cartToken};
$plant->('a guest\'s cart', $left);
$bob->get('/cart', 'X-Cart-Token' => $left);

# Money, and a printer.
$ada->post('/cart/items', { %{ $shop->variant(price => '20.00') }, quantity => 1 });
my $order = $ada->post('/orders/create', { shippingAddress => $shop->address })->data;
my $intent = $ada->post('/payments/create-intent', { orderId => $order->{id} }, 'Idempotency-Key' => 'planted')->data;
is $ada->post('/payments/create-intent', { orderId => $order->{id} }, 'Idempotency-Key' => 'planted')->data->{clientSecret}, $intent->{clientSecret}, 'an intent, told again';
my $portal = $ada->post('/subscriptions/checkout', {}, 'Idempotency-Key' => 'planted-too')->data->{url};
$plant->('where one pays', $portal =~ m{([^/]+)$});
$plant->('the secret of an intent', $intent->{clientSecret});
$shop->sandbox->post("/v1/payment_intents/$intent->{paymentIntentId}/confirm", 'payment_method=pm_card_visa&return_url=https://shop.example/',
    'Content-Type' => 'application/x-www-form-urlencoded', Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'));
ok $shop->until_so(20, sub { $ada->get("/orders/$order->{id}")->data->{status} ne 'pending' }), 'paid';
my $design = $shop->design($ada);
$ada->get('/users/me/export');
$shop->settle;

# Whoever asks for what is Ada's.
for my $path ("/orders/$order->{id}", "/designs/$design->{id}", "/designs/$design->{id}/print-file", '/users/me/export', '/users/me/sessions') {
    $bob->get($path);
}
$bob->get('/users/me', Authorization => "Bearer $ada->{token}x");
$bob->get("/products?q=$ada->{token}");
$bob->post('/auth/login', '{"email": "planted.ada@example.com", "password": "planted Parrot 3"', 'Content-Type' => 'application/json');
$shop->admin->get($_) for qw(/users /orders /jobs /webhooks /audit /cases), "/orders/$order->{id}";

# ---- who knows what ----

my %keys = map { $_ => $shop->setting($_) } qw(STRIPE_SECRET_KEY STRIPE_WEBHOOK_SECRET PAYPAL_CLIENT_SECRET GEMINI_API_KEY
    PRINTFUL_API_KEY PRINTFUL_WEBHOOK_SECRET PRINTIFY_API_KEY PRINTIFY_WEBHOOK_SECRET RESEND_API_KEY GOOGLE_CLIENT_SECRET TSHOP_JWT_KEYS);
ok !(grep { !defined || length() < 8 } values %keys), 'every provider has a key';
$keys{TSHOP_JWT_KEYS} =~ s/^[^:]*://;
$planted{ $shop->stand->{admin_password} } = 'the admin\'s password';
my @hashes = split /\n/, $shop->sql("SELECT password_hash FROM users WHERE password_hash IS NOT NULL
    UNION SELECT encode(token_hash, 'hex') FROM refresh_tokens UNION SELECT encode(token_hash, 'hex') FROM one_time_tokens", 'postgres');
cmp_ok scalar(@hashes), '>', 8, 'and there are hashes';
cmp_ok scalar(keys %planted), '>', 15, 'and secrets of people';

sub has ($text, %secrets) {
    return [ map { "$secrets{$_}: $_" } grep { index($text, $_) >= 0 } sort keys %secrets ];
}
my %forever = ((map { $keys{$_} => $_ } keys %keys), (map { $_ => 'a hash' } @hashes), '$argon2' => 'a hash');

for my $file (glob $shop->stand->log_dir . '/*') {
    next if $file =~ /postgres/;
    my $text = TShop::Run::read_file($file) // '';
    is_deeply has($text, %planted, %forever), [], 'nothing in ' . $file =~ s{.*/}{}r;
}

my @mails = @{ $shop->sandbox->get('/_sandbox/mail')->json };
pop @said;
cmp_ok scalar(@mails), '>', 4, 'there were letters';
my %not_links = map { $_ => $planted{$_} } grep { $planted{$_} ne 'a one-time token' } keys %planted;
is_deeply has(join(' ', map { values %$_ } @mails), %not_links, %forever), [], 'nothing in letters but their own links';
my %to = map { my $mail = $_; map { $_ => $mail->{to} } grep { index($mail->{text}, $_) >= 0 } keys %planted } @mails;
is_deeply [ grep { !/planted\.ada/ } values %to ], [], 'which go to whom they are for';

my @ours = grep { $_->[1] !~ m{^/_sandbox|^/v1/|^https?://127} } @said;
cmp_ok scalar(@ours), '>', 30, 'much was said';
is_deeply has(join("\n", map { $_->[2] } @ours), %forever), [], 'no answer holds a key or a hash';
my @others = grep { $_->[0] eq $bob->{email} } @ours;
is_deeply has(join("\n", map { $_->[2] } @others), %planted, 'planted.ada' => 'an address'), [], 'nothing of Ada\'s is told to Bob';
is_deeply has(join("\n", map { $_->[2] } grep { $_->[1] =~ /^\/(?:users|orders|jobs|webhooks|audit|cases)/ && $_->[0] eq 'somebody' } @ours), %planted), [],
    'nor to the admin';

# A letter that waits must have its link somewhere; nothing else is kept.
# Bytes are printed as hex, in which nothing is found: they follow as text.
my @texts = split /\n/, $shop->sql("SELECT quote_ident(tablename) || ' t::text' FROM pg_tables WHERE schemaname = 'public'
    UNION SELECT quote_ident(table_name) || ' encode(' || quote_ident(column_name) || ',''escape'')' FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type = 'bytea'", 'postgres');
cmp_ok scalar(grep { /encode/ } @texts), '>', 3, 'some columns are bytes';
my %stored = (%planted, map { $keys{$_} => $_ } keys %keys);
my @kept;
for (@texts) {
    my ($table, $text) = split ' ';
    my $rows = $shop->sql("SELECT coalesce(string_agg($text, E'\\n'), '') FROM $table t", 'postgres');
    push @kept, map { "$table: $_" } @{ has($rows, %stored) };
}
is_deeply \@kept, [], 'and no table keeps one';

done_testing;
