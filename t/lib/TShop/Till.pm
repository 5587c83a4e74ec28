package TShop::Till;

# What tests of money share: a shopper who orders and pays, the providers'
# books, and what must be true when all is over.
#
# With muted => 1 the sandbox reaches nobody with its webhooks: the test is the
# network, and delivers them when and as often as it likes.

use v5.36;
use JSON::PP ();
use MIME::Base64 'encode_base64';
use POSIX ();
use TShop;

sub boot ($class, %o) {
    my $self = bless { muted => delete $o{muted} }, $class;
    my %settings = (TSHOP_HOLD_MINUTES => 60, $self->{muted} ? (TSHOP_PUBLIC_URL => 'https://127.0.0.1:9') : (), %{ delete $o{settings} // {} });
    $self->{shop} = TShop->boot(settings => \%settings, %o);
    $self->{tee} = $self->shop->variant(price => '20.00');
    $self->{ada} = $self->shop->shopper;
    return $self;
}

sub shop ($self) { $self->{shop} }
sub ada ($self)  { $self->{ada} }
sub sql ($self, $sql) { $self->shop->sql($sql) }

# ---- a shopper's steps ----

sub fill ($self) { $self->ada->post('/cart/items', { %{ $self->{tee} }, quantity => 1 }) }
sub where ($self) { { shippingAddress => $self->shop->address } }

sub order ($self) {
    $self->fill;
    my $r = $self->ada->post('/orders/create', $self->where);
    die $r->brief . "\n" unless $r->status == 201;
    return $r->data;
}

sub intent ($self, $order, $provider = 'stripe', %headers) {
    return $self->ada->post('/payments/create-intent', { orderId => $order->{id}, provider => $provider }, %headers);
}

# The buyer pays at Stripe, or agrees at PayPal.
sub charge ($self, $intent, $card = 'pm_card_visa') {
    return $self->shop->sandbox->get($intent->{approveUrl}) if $intent->{approveUrl};
    return $self->stripe(POST => "/v1/payment_intents/$intent->{paymentIntentId}/confirm", "payment_method=$card&return_url=https://shop.example/");
}

# An order that the provider knows to be paid; whether we do is another matter.
sub charged ($self, $provider = 'stripe') {
    my $order = $self->order;
    $order->{intent} = $self->intent($order, $provider)->data;
    $order->{ref} = $order->{intent}{paymentIntentId} // $order->{intent}{paypalOrderId};
    $self->charge($order->{intent});
    return $order;
}

sub state ($self, $order) { $self->sql("SELECT status FROM orders WHERE id = '$order->{id}'") }

# ---- the providers ----

sub stripe ($self, $method, $path, $form = undef) {
    return $self->shop->sandbox->request($method, $path, $form,
        'Content-Type' => 'application/x-www-form-urlencoded', Authorization => 'Bearer ' . $self->shop->setting('STRIPE_SECRET_KEY'));
}

# All of a list of Stripe's.
sub stripe_list ($self, $path) {
    my (@all, $last);
    while (1) {
        my $page = $self->stripe(GET => "$path?limit=100" . ($last ? "&starting_after=$last" : ''))->json;
        push @all, @{ $page->{data} };
        return @all unless $page->{has_more};
        $last = $all[-1]{id};
    }
}

# Somebody who calls PayPal with our credentials.
sub paypal ($self) {
    return $self->{paypal} //= do {
        my $basic = encode_base64(join(':', map { $self->shop->setting("PAYPAL_CLIENT_$_") } qw(ID SECRET)), '');
        my $token = $self->shop->sandbox->post('/v1/oauth2/token', 'grant_type=client_credentials', Authorization => "Basic $basic",
            'Content-Type' => 'application/x-www-form-urlencoded')->json->{access_token};
        $self->shop->sandbox->with(token => $token, headers => { Prefer => 'return=representation' });
    };
}

sub fault ($self, %o) { $self->shop->sandbox->post('/_sandbox/faults', { count => 1, %o }) }
sub mend ($self) { $self->shop->sandbox->delete('/_sandbox/faults') }
sub calls ($self, $provider) { @{ $self->shop->sandbox->get("/_sandbox/calls?provider=$provider")->json } }

# The messages about an order that were to be sent, oldest first; wanted: the
# type that must be among them.
sub hooks ($self, $order, $wanted) {
    my @about;
    $self->shop->until_so(15, sub {
        # The list is long, and JSON::PP slow.
        my $all = $self->shop->sandbox->get('/_sandbox/webhooks')->body;
        @about = map { JSON::PP::decode_json($_) } grep { index($_, $order->{ref}) >= 0 || index($_, $order->{id}) >= 0 }
            split /(?<=\}),(?=\{"id":\s?"wh_)/, $all =~ s/^\[|\]$//gr;
        return grep { $_->{type} eq $wanted && keys %{ $_->{headers} } } @about;
    }) or die "no $wanted about $order->{id}\n";
    return @about;
}

sub hook ($self, $order, $type) { (grep { $_->{type} eq $type } $self->hooks($order, $type))[0] }

sub deliver ($self, $hook) {
    my ($path) = $hook->{url} =~ m{^https?://[^/]+/api/v1(/.*)};
    return $self->shop->guest->post($path, $hook->{body}, %{ $hook->{headers} });
}

# ---- the end ----

# Each of these was charged once and is paid once, with what follows once;
# what was not heard of is nobody's fault. Tells what is wrong.
sub wrong_with ($self, @orders) {
    my @wrong;
    my (%taken, %given);
    for my $i ($self->stripe_list('/v1/payment_intents')) {
        push @{ $taken{ $i->{metadata}{order_id} // '' } }, $i->{amount_received} if $i->{status} eq 'succeeded';
    }
    for my $call ($self->calls('paypal')) {
        next unless $call->{path} =~ m{^/v2/checkout/orders/([^/]+)/capture$} && $call->{status} == 201;
        $given{$1}{ $call->{headers}{'paypal-request-id'} } = 1;
    }
    my %row = map { my ($id, @rest) = split /\|/, $_, -1; ($id => \@rest) } split /\n/, $self->sql(q{
        SELECT o.id, o.status, o.total_amount,
            (SELECT count(*) FROM payments p WHERE p.order_id = o.id AND p.status = 'succeeded'),
            (SELECT count(*) FROM point_transactions t WHERE t.reference_id = o.id AND t.action = 'purchase_completed'),
            (SELECT count(*) FROM jobs j WHERE j.order_id = o.id AND j.kind = 'submit_order'),
            (SELECT count(*) FROM order_events e WHERE e.order_id = o.id AND e.to_status = 'paid'),
            (SELECT count(*) FROM refunds r WHERE r.order_id = o.id)
        FROM orders o});
    my %letters;
    for my $mail ($self->shop->mails($self->ada->{email})) {
        $letters{$1}++ if $mail->{subject} =~ /^We have your order (\S+)/;
    }
    for my $order (@orders) {
        my ($status, $total, @each) = @{ $row{ $order->{id} } };
        my @took = $order->{intent}{paypalOrderId}
            ? (map { $total } keys %{ $given{ $order->{ref} } }) : @{ $taken{ $order->{id} } // [] };
        push @wrong, "$order->{orderNumber} is $status" if $status ne 'paid';
        push @wrong, "$order->{orderNumber} was charged (@took) for $total" unless "@took" eq $total;
        push @wrong, "$order->{orderNumber} has payments, points, jobs, moves, refunds: @each" unless "@each" eq '1 1 1 1 0';
        push @wrong, "$order->{orderNumber} has letters: " . ($letters{ $order->{orderNumber} } // 0) unless ($letters{ $order->{orderNumber} } // 0) == 1;
    }
    return @wrong;
}

# Jobs that wait for their turn, or another try, have had it; letters, which
# leave two a second, where they are wanted.
sub settle ($self, $seconds = 60, @more) {
    my $kinds = join ', ', map { "'$_'" } qw(refund_payment cancel_intent settle_webhook), @more;
    return $self->shop->until_so($seconds, sub {
        $self->sql("SELECT count(*) FROM jobs WHERE state IN ('running', 'queued') AND kind IN ($kinds)") eq '0';
    });
}

sub invariants ($self) {
    open my $in, '<', $self->shop->source . '/schema/invariants.sql' or die "invariants.sql: $!\n";
    local $/;
    return $self->sql(scalar <$in>);
}

# What n children say to the same call, made at once.
sub at_once ($class, @calls) {
    my @children = map {
        my $call = $_;
        pipe my $in, my $out;
        my $pid = fork // die "fork: $!\n";
        if (!$pid) { print $out $call->(); close $out; POSIX::_exit(0) }
        close $out;
        [ $in, $pid ];
    } @calls;
    my @said = map { my $in = $_->[0]; join '', <$in> } @children;
    waitpid $_->[1], 0 for @children;
    return @said;
}

1;
