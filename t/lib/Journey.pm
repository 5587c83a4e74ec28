package Journey;

# One shopper's way through the shop, from the door to the parcel.
#
# scripts/journey prints it, t/http/journey.t counts what it checks: they
# differ in what they do with a step, a check and a word about it.

use v5.36;
use Time::HiRes qw(sleep time);
use TShop::Client;

my %ADDRESS = (
    name => 'Ada Lovelace', line1 => '1 Market Street', line2 => undef, city => 'San Francisco',
    state => 'CA', postalCode => '94105', country => 'US', phone => '+14155550100',
);
my $PASSWORD = 'a correct horse, and a battery';

# base, ca, sandbox: where; stripe_key: to pay at the sandbox as a browser
# would; step, must, tell: code that is called with words.
sub new ($class, %o) {
    my $self = bless {%o}, $class;
    $self->{email} //= sprintf 'ada.%d.%d@example.com', $$, time * 1000;
    # A caller of its own, lest it spends what the address has left of its limit.
    $self->{from} //= join '.', 127, map { 1 + int rand 250 } 1 .. 3;
    $self->{shop} = TShop::Client->new(base => $o{base}, ca => $o{ca}, from => $self->{from}, prefix => '/api/v1');
    $self->{panel} = TShop::Client->new(base => $o{sandbox}, patience => 30);
    return $self;
}

sub step ($self, $words)           { $self->{step}->($words) }
sub tell ($self, $words)           { $self->{tell}->($words) }
sub must ($self, $is_so, $words, $else = '') { $self->{must}->($is_so ? 1 : 0, $words, $else) }

# An answer with that status, or what came instead.
sub ok_with ($self, $status, $answer, $words) {
    $self->must($answer->status == $status, $words, $answer->brief);
    return $answer->data // {};
}

# Ask until it is so, more seldom as time goes by: a shopper has a hundred
# calls in a quarter of an hour.
sub until_so ($self, $seconds, $is_so) {
    my ($end, $pause) = (time + $seconds, 0.15);
    while (1) {
        my $value = $is_so->();
        return $value if $value;
        return if time >= $end;
        sleep $pause;
        $pause *= 1.5 if $pause < 3;
    }
}

sub walk ($self) {
    $self->$_ for qw(register verify log_in browse design publish fill_cart order pay
        be_paid be_printed be_shipped be_delivered rewards letters);
}

sub register ($self) {
    $self->step('Registering');
    my $made = $self->ok_with(201, $self->{shop}->post('/auth/register',
        { email => $self->{email}, password => $PASSWORD, firstName => 'Ada', lastName => 'Lovelace' }),
        'an account is made');
    $self->must($made->{user}{tier} eq 'free', 'it begins as free');
    $self->must($made->{accessToken} && $made->{refreshToken}, 'and is signed in');
    $self->tell("$self->{email}, tier $made->{user}{tier}");
}

sub mails ($self) {
    my $answer = $self->{panel}->get("/_sandbox/mail?to=$self->{email}");
    my $json = $answer->json;
    return ref $json eq 'ARRAY' ? @$json : ref $json eq 'HASH' ? @{ $json->{data} // [] } : ();
}

sub verify ($self) {
    $self->step('Verifying the e-mail address');
    my $token = $self->until_so(20, sub {
        for my $mail ($self->mails) {
            for my $link (@{ $mail->{links} }) { return $1 if $link =~ /[?&]token=([\w.-]+)/ }
        }
        return;
    });
    $self->must($token, 'a letter with a link arrives');
    my $done = $self->ok_with(200, $self->{shop}->post('/auth/verify-email', { token => $token }),
        'its token is good');
    $self->must($done->{user}{emailVerified}, 'the address is verified');
    $self->must($done->{user}{tier} eq 'registered', 'which makes the account registered');
    $self->must($self->{shop}->post('/auth/verify-email', { token => $token })->status == 401,
        'the token is good but once');
    $self->tell("tier $done->{user}{tier}");
}

sub log_in ($self) {
    $self->step('Logging in');
    my $in = $self->ok_with(200, $self->{shop}->post('/auth/login',
        { email => $self->{email}, password => $PASSWORD }), 'the password opens the door');
    $self->{me} = $self->{shop}->with(token => $in->{accessToken});
    my $me = $self->ok_with(200, $self->{me}->get('/users/me'), 'and the token tells who it is');
    $self->must($me->{email} eq $self->{email}, 'namely us');
    $self->tell("user $me->{id}");
}

sub browse ($self) {
    $self->step('Browsing products and variants');
    my $answer = $self->{shop}->get('/products?limit=100');
    my @products = @{ $self->ok_with(200, $answer, 'the catalogue is open') };
    my %categories = map { $_->{category} => 1 } @products;
    $self->must(@products >= 12, 'it has a dozen products at least', scalar @products);
    $self->must(3 == keys %categories, 'of all three categories');
    my ($shirt) = grep { $_->{category} eq 't-shirt' } @products;
    my @variants = @{ $self->ok_with(200,
        $self->{shop}->get("/products/$shirt->{id}/variants?available=true"), 'a shirt has variants') };
    $self->must(scalar @variants, 'some of them for sale');
    @$self{qw(product variant)} = ($shirt, $variants[0]);
    $self->tell(sprintf '%d products; taking "%s", %s %s at %.2f %s', scalar @products, $shirt->{name},
        @{ $variants[0] }{qw(size color)}, $variants[0]{price}, $variants[0]{currency});
}

sub is_png ($self, $url, $words) {
    $url = $self->{base} . $url if $url =~ m{^/};
    my $answer = TShop::Client->new(ca => $self->{ca}, from => $self->{from})->get($url);
    my $body = $answer->body;
    my $good = $answer->status == 200 && substr($body, 0, 8) eq "\x89PNG\r\n\x1a\n"
        && substr($body, -8, 4) eq 'IEND';
    $self->must($good, $words, "$url: " . $answer->status . ', ' . length($body) . ' bytes');
    return $good ? sprintf('%dx%d', unpack 'NN', substr $body, 16, 8) : '';
}

sub design ($self) {
    $self->step('Having a design generated');
    my $answer = $self->{me}->post('/designs/generate',
        { prompt => 'A fox reading a newspaper under an umbrella', productCategory => 't-shirt', title => 'Fox' });
    my $design = $self->ok_with(202, $answer, 'the prompt is accepted');
    $self->must($design->{status} eq 'queued', 'and queued');
    $self->must($answer->header('Location'), 'with an address to ask at');
    $self->must(defined $answer->meta->{usage}{remaining}, 'and the quota told');
    my $ready = $self->until_so(60, sub {
        my $d = $self->{me}->get("/designs/$design->{id}")->data // return;
        return $d->{status} =~ /^(?:ready|failed|blocked)$/ ? $d : undef;
    });
    $self->must($ready && $ready->{status} eq 'ready', 'it gets ready',
        $ready ? "$ready->{status} " . ($ready->{error} // '') : 'still not');
    my $size = $self->is_png($ready->{imageUrl}, 'its picture is a PNG');
    my $small = $self->is_png($ready->{thumbnailUrl}, 'so is its thumbnail');
    $self->{design} = $ready;
    $self->tell("design $design->{id}, picture $size, thumbnail $small");
}

sub publish ($self) {
    $self->step('Publishing it into the gallery');
    my $design = $self->ok_with(200, $self->{me}->put("/designs/$self->{design}{id}", { public => JSON::PP::true() }),
        'the design becomes public');
    $self->must($design->{public}, 'and says so');
    my $seen = $self->until_so(5, sub {
        grep { $_->{id} eq $self->{design}{id} } @{ $self->{shop}->get('/gallery/designs?sortBy=newest')->data // [] };
    });
    $self->must($seen, 'everybody sees it in the gallery');
    $self->tell('seen by everybody');
}

sub fill_cart ($self) {
    $self->step('Filling the cart');
    my $line = $self->ok_with(201, $self->{me}->post('/cart/items', {
        productId => $self->{product}{id}, variantId => $self->{variant}{id},
        designId => $self->{design}{id}, quantity => 2,
    }), 'two shirts go into the cart');
    my $cart = $self->ok_with(200, $self->{me}->get('/cart'), 'the cart can be looked at');
    $self->must($cart->{itemCount} == 2 && @{ $cart->{items} } == 1, 'it holds one line of two');
    $self->must(abs($cart->{subtotal} - 2 * $line->{item}{unitPrice}) < 0.001, 'for twice the price');
    $self->tell(sprintf '%d pieces for %.2f %s', @$cart{qw(itemCount subtotal currency)});
}

sub order ($self) {
    $self->step('Asking for a quote and ordering');
    my %body = (shippingAddress => \%ADDRESS);
    my $quote = $self->ok_with(200, $self->{me}->post('/orders/quote', \%body), 'the totals are told');
    my $order = $self->ok_with(201, $self->{me}->post('/orders/create',
        { %body, expectedTotal => $quote->{totalAmount} + 0 }), 'the order is made for that total');
    $self->must($order->{status} eq 'pending', 'it waits for money');
    $self->must($order->{totalAmount} == $quote->{totalAmount}, 'the total is the quoted one');
    my $sum = $order->{subtotal} - $order->{discountAmount} + $order->{taxAmount} + $order->{shippingAmount};
    $self->must(abs($sum - $order->{totalAmount}) < 0.001, 'and the sum of its parts');
    $self->must($self->{me}->get('/cart')->data->{itemCount} == 0, 'the cart is empty');
    $self->{order} = $order;
    $self->tell(sprintf '%s: %.2f + tax %.2f + shipping %.2f = %.2f %s',
        @$order{qw(orderNumber subtotal taxAmount shippingAmount totalAmount currency)});
}

sub pay ($self) {
    $self->step('Paying with pm_card_visa');
    my %ask = (orderId => $self->{order}{id}, provider => 'stripe');
    my $intent = $self->ok_with(201, $self->{me}->post('/payments/create-intent', \%ask), 'an intent is made');
    $self->must($intent->{clientSecret} && $intent->{publishableKey}, 'with what a browser needs');
    my $again = $self->{me}->post('/payments/create-intent', \%ask)->data // {};
    $self->must(($again->{paymentIntentId} // '') eq $intent->{paymentIntentId}, 'asked again, it is the same one');
    my $paid = $self->{panel}->post("/v1/payment_intents/$intent->{paymentIntentId}/confirm",
        'payment_method=pm_card_visa', 'Content-Type' => 'application/x-www-form-urlencoded',
        Authorization => "Bearer $self->{stripe_key}");
    $self->must($paid->status == 200 && ($paid->json->{status} // '') eq 'succeeded', 'the card is charged', $paid->brief);
    $self->tell("$intent->{paymentIntentId}: $paid->{json}{status}");
}

# The order once it has come so far, or further.
sub order_at ($self, $state, $seconds = 30) {
    my @way = qw(pending paid processing fulfilled shipped delivered);
    my %rank = map { $way[$_] => $_ } 0 .. $#way;
    my $order;
    my $there = $self->until_so($seconds, sub {
        $order = $self->{me}->get("/orders/$self->{order}{id}")->data // return;
        return ($rank{ $order->{status} } // -1) >= $rank{$state};
    });
    $self->must($there, "the order gets $state", $order ? "it is $order->{status}" : 'it cannot be seen');
    return $self->{order} = $order;
}

sub be_paid ($self) {
    $self->step('Waiting for the webhook');
    my $order = $self->order_at('paid');
    $self->must($order->{payment}{status} eq 'succeeded', 'its payment has succeeded');
    $self->tell("order $order->{orderNumber} is $order->{status}");
}

# All strings in a structure.
sub strings ($value) {
    return map { strings($_) } ref $value eq 'HASH' ? values %$value : ref $value eq 'ARRAY' ? @$value : () if ref $value;
    return $value // ();
}

sub be_printed ($self) {
    $self->step('Looking at the printers');
    my $number = $self->{order}{orderNumber};
    my $all = sub {
        map { my $p = $_; map { +{ provider => $p, %$_ } } @{ $self->{panel}->get("/_sandbox/$p/orders")->json // [] } }
            qw(printful printify);
    };
    $self->until_so(40, sub { grep { ($_->{externalId} // '') eq $number } $all->() });
    my $order = $self->order_at('processing');
    my @prints = grep { ($_->{externalId} // '') eq $number } $all->();
    $self->must(@prints == 1, 'exactly one order stands at exactly one printer', scalar @prints);
    my $print = $self->{print} = $prints[0];
    my @words = strings($print);
    $self->must(scalar(grep { $_ eq $ADDRESS{line1} } @words), 'it knows where to send it');
    $self->must(scalar(grep { $_ eq $ADDRESS{name} || $_ eq 'Ada' } @words), 'and to whom');
    $self->must(scalar(grep { $_ eq '2' } @words), 'and how many');
    $self->must(($order->{fulfillment}{provider} // '') eq $print->{provider}, 'the order knows its printer');
    my ($file) = grep { m{^https?://.*/media/} } @words;
    $self->must($file, 'there is a print file');
    my $size = $self->is_png($file, 'which is a PNG');
    $self->tell("$print->{provider} $print->{id}, print file $size");
}

sub be_shipped ($self) {
    $self->step('Shipping it');
    my ($print, $number) = ($self->{print}, $self->{order}{orderNumber});
    my %parcel = (trackingNumber => 'TRACK' . time =~ s/\D//gr, carrier => 'UPS');
    my $answer = $self->{panel}->post("/_sandbox/$print->{provider}/orders/\@$number/ship", \%parcel);
    $self->must($answer->status =~ /^2/, 'the printer ships it', $answer->brief);
    my $order = $self->order_at('shipped');
    $self->must(($order->{fulfillment}{trackingNumber} // '') eq $parcel{trackingNumber}, 'the tracking number is there');
    $self->tell("$parcel{carrier} $parcel{trackingNumber}");
}

sub be_delivered ($self) {
    $self->step('Delivering it');
    my ($print, $number) = ($self->{print}, $self->{order}{orderNumber});
    my $answer = $self->{panel}->post("/_sandbox/$print->{provider}/orders/\@$number/deliver", {});
    $self->must($answer->status =~ /^2/, 'the parcel arrives', $answer->brief);
    my $order = $self->order_at('delivered');
    $self->tell("order $number is $order->{status}");
}

sub rewards ($self) {
    $self->step('Looking at points, achievements and figures');
    my @history = @{ $self->ok_with(200, $self->{me}->get('/points/history?limit=100'), 'points have a history') };
    my @bought = grep { $_->{action} eq 'purchase_completed' } @history;
    $self->must(@bought == 1, 'the purchase counts once', scalar @bought);
    $self->must($bought[0]{points} == int $self->{order}{subtotal}, 'a point a dollar of goods', $bought[0]{points});
    my $sum = 0;
    $sum += $_->{points} for @history;
    my $balance = $self->ok_with(200, $self->{me}->get('/points/balance'), 'and a balance');
    $self->must($balance->{balance} == $sum, 'which is their sum', "$balance->{balance} is not $sum");
    my $earned = $self->until_so(10, sub {
        my @e = grep { $_->{earnedAt} } @{ $self->{me}->get('/achievements')->data // [] };
        return @e ? \@e : undef;
    });
    $self->must($earned, 'an achievement is earned');
    my $figures = $self->until_so(65, sub {
        my $f = $self->{me}->get('/users/me/analytics')->data // return;
        return $f->{orders}{count} == 1 ? $f : undef;
    });
    $self->must($figures, 'the figures know of one order');
    $self->must($figures->{totalPoints} == $sum, 'and of the points');
    $self->tell("$sum points, level $balance->{level}, " . join ', ', map { $_->{name} } @$earned);
}

sub letters ($self) {
    $self->step('Reading the letters');
    my @subjects;
    $self->until_so(20, sub { @subjects = map { $_->{subject} } $self->mails; @subjects >= 4 });
    $self->must(@subjects >= 4, 'verification, receipt, shipping and delivery were written', join '; ', @subjects);
    $self->tell(join '; ', @subjects);
}

1;
