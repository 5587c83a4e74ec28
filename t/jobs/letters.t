# What the shopper is told of an order: each letter once, in their language,
# whatever comes twice or in another order.
use v5.36;
use utf8;
use Test::More;
use JSON::PP ();
use List::Util 'shuffle';
use TShop::Till;

binmode $_, ':utf8' for Test::More->builder->output, Test::More->builder->failure_output;
my $seed = $ENV{SHUFFLE_SEED} // time;
srand $seed;
note "SHUFFLE_SEED=$seed";

# Subject and a piece of the text; # is the order's number, % what was paid.
my %said = (
    en => {
        paid            => [ 'We have your order #',            'The payment has arrived' ],
        'in-production' => [ 'Your order # is being made',      'is at the printer\'s now' ],
        shipped         => [ 'Your order # is on its way',      'has left the printer\'s' ],
        delivered       => [ 'Your order # has arrived',        'has been delivered' ],
        problem         => [ 'A problem with your order #',     'something went wrong' ],
        cancelled       => [ 'Your order # was cancelled',      'goes back the way it came' ],
        refunded        => [ 'A refund for your order #',       'we have given back %' ],
    },
    de => {
        paid            => [ 'Deine Bestellung # ist da',            'Die Zahlung ist eingegangen' ],
        'in-production' => [ 'Deine Bestellung # wird hergestellt',  'ist jetzt in der Druckerei' ],
        shipped         => [ 'Deine Bestellung # ist unterwegs',     'hat die Druckerei verlassen' ],
        delivered       => [ 'Deine Bestellung # ist angekommen',    'wurde zugestellt' ],
        problem         => [ 'Ein Problem mit deiner Bestellung #',  'ist etwas schiefgegangen' ],
        cancelled       => [ 'Deine Bestellung # wurde storniert',   'auf demselben Weg zurück' ],
        refunded        => [ 'Eine Erstattung zu deiner Bestellung #', 'wir haben dir %' ],
    },
    es => {
        paid            => [ 'Tenemos tu pedido #',               'El pago ha llegado' ],
        'in-production' => [ 'Tu pedido # se está fabricando',    'está ya en la imprenta' ],
        shipped         => [ 'Tu pedido # está en camino',        'ha salido de la imprenta' ],
        delivered       => [ 'Tu pedido # ha llegado',            'se ha entregado' ],
        problem         => [ 'Un problema con tu pedido #',       'algo ha fallado' ],
        cancelled       => [ 'Tu pedido # se ha cancelado',       'vuelve por el mismo camino' ],
        refunded        => [ 'Un reembolso de tu pedido #',       'te hemos devuelto %' ],
    },
    fr => {
        paid            => [ 'Nous avons votre commande #',               'Le paiement est arrivé' ],
        'in-production' => [ 'Votre commande # est en fabrication',       'est chez l\'imprimeur' ],
        shipped         => [ 'Votre commande # est en route',             'a quitté l\'imprimeur' ],
        delivered       => [ 'Votre commande # est arrivée',              'a été livrée' ],
        problem         => [ 'Un problème avec votre commande #',         'quelque chose s\'est mal passé' ],
        cancelled       => [ 'Votre commande # a été annulée',            'revient par le même chemin' ],
        refunded        => [ 'Un remboursement pour votre commande #',    'nous vous avons remboursé %' ],
    },
);
my %hello = (en => 'Hello Ada,', de => 'Hallo Ada,', es => 'Hola, Ada:', fr => 'Bonjour Ada,');

# What becomes of an order, and the letters that tell of it.
my %ways = (
    arrives => [qw(paid in-production shipped delivered)],
    fails   => [qw(paid in-production problem refunded)],
    unmade  => [qw(paid cancelled refunded)],
);

# Nobody hears of anything but by this test.
my $till = TShop::Till->boot(muted => 1);
my $shop = $till->shop;
my $sandbox = $shop->sandbox;
my @languages = map { m{/([^/]+)/$} } glob $shop->source . '/mail/*/';
is_deeply [ sort @languages ], [ sort keys %said ], 'every language that there is';

my @orders;
for my $language (sort keys %said) {
    for my $printer (qw(printful printify)) {
        $till->{ada} = $shop->shopper($printer eq 'printful' ? (tier => 'premium') : ());
        $till->ada->put('/users/me/profile', { preferredLanguage => $language });
        push @orders, map { { %{ $till->charged }, who => $till->ada, language => $language, printer => $printer, way => $_ } } sort keys %ways;
    }
}
sub of_way ($way) { grep { $_->{way} eq $way } @orders }
sub what ($order) { "$order->{language}, $order->{printer}, $order->{way}" }
sub in_words ($order) { $shop->sql(qq{SELECT o.status || ' ' || coalesce(o.fulfillment_status, '-') FROM orders o WHERE id = '$order->{id}'}) }

# Whoever waits for a turn or another time has it now.
sub all_are ($pattern, @of) {
    my @left = @of;
    $shop->until_so(30, sub {
        $shop->sql("DELETE FROM provider_states; UPDATE jobs SET run_at = now() WHERE state = 'queued' AND run_at > now()
            AND kind <> 'submit_order'; SELECT pg_notify('tshop_jobs', '')");
        @left = grep { in_words($_) !~ $pattern } @left;
        return !@left;
    });
    is_deeply [ map { what($_) . ': ' . in_words($_) } @left ], [], scalar(@of) . " are $pattern"
        or BAIL_OUT("no more");
}

# All that anybody has to say, twice, in any order; nobody takes offence.
sub broadcast () {
    my @about;
    my $all = $sandbox->get('/_sandbox/webhooks')->json;
    for my $hook (shuffle((grep { keys %{ $_->{headers} } } @$all) x 2)) {
        push @about, "$hook->{provider} $hook->{type}" if $till->deliver($hook)->status != 200;
    }
    is_deeply \@about, [], scalar(@$all) . ' messages, each twice, are taken';
}
sub has_said ($count, $provider, $type) {
    ok $shop->until_so(30, sub {
        $count <= grep { $_->{provider} eq $provider && $_->{type} eq $type && keys %{ $_->{headers} } } @{ $sandbox->get('/_sandbox/webhooks')->json };
    }), "$provider has something to say: $type";
}
sub move ($order, $to) {
    my $number = "T1Z$order->{orderNumber}";
    my $answer = $sandbox->post("/_sandbox/$order->{printer}/orders/\@$order->{orderNumber}/$to", { trackingNumber => $number, carrier => 'UPS' });
    is $answer->status, 200, what($order) . ": $to" or diag $answer->brief;
}

# ---- paid ----
has_said(scalar(@orders), stripe => 'payment_intent.succeeded');
broadcast();
all_are(qr/^paid/, @orders);
is $_->{who}->post("/orders/$_->{id}/cancel", { reason => 'changed my mind' })->status, 200, what($_) . ': taken back' for of_way('unmade');

# ---- made, and shipped or given up ----
$shop->sql("UPDATE orders SET hold_until = now() WHERE status = 'paid';
    UPDATE jobs SET run_at = now() WHERE kind = 'submit_order'; SELECT pg_notify('tshop_jobs', '')");
all_are(qr/^processing (?:accepted|in_production)/, of_way('arrives'), of_way('fails'));
for my $order (of_way('arrives')) { move($order, $_) for qw(ship deliver) }
move($_, 'fail') for of_way('fails');
has_said(4, printful => $_) for qw(shipment_delivered order_failed);
has_said(4, printify => 'order:shipment:delivered');
broadcast();
all_are(qr/^delivered delivered/, of_way('arrives'));
all_are(qr/^processing failed/, of_way('fails'));

# ---- given back ----
is $shop->admin->post("/orders/$_->{id}/refund", { reason => 'it failed' })->status, 200, what($_) . ': given back' for of_way('fails');
all_are(qr/^refunded/, of_way('fails'));
all_are(qr/^cancelled/, of_way('unmade'));
has_said(scalar(of_way('fails'), of_way('unmade')), stripe => 'charge.refunded');
broadcast() for 1 .. 2;

# ---- the letters ----
ok $shop->until_so(120, sub {
    $shop->sql("DELETE FROM provider_states; UPDATE jobs SET run_at = now() WHERE state = 'queued' AND kind IN ('send_mail', 'settle_webhook', 'settle_print_webhook', 'refund_payment') AND run_at > now();
        SELECT count(*) FROM jobs WHERE state IN ('queued', 'running') AND kind NOT IN (SELECT kind FROM clock_jobs)") =~ /^0$/m;
}), 'all is done' or diag $shop->sql("SELECT kind, state, last_error FROM jobs WHERE state IN ('queued', 'running')");
for my $order (@orders) {
    my ($language, $number) = @$order{qw(language orderNumber)};
    my %got;
    push @{ $got{ $_->{subject} } }, $_ for grep { $_->{subject} =~ /\Q$number\E/ } $shop->mails($order->{who}{email});
    my @wanted = @{ $ways{ $order->{way} } };
    my %subject = map { $_ => $said{$language}{$_}[0] =~ s/#/$number/r } @wanted;
    is_deeply { map { $_ => scalar @{ $got{$_} } } keys %got }, { map { $_ => 1 } values %subject }, what($order) . ': each once';
    for my $kind (@wanted) {
        my $letter = ($got{ $subject{$kind} } // [])->[0] // next;
        my $flaw = grep { index($letter->{text}, $_) < 0 } $hello{$language}, $said{$language}{$kind}[1] =~ s/%/$order->{totalAmount}/r;
        $flaw ||= $letter->{html} !~ /<html lang="$language"/;
        is $flaw, '', what($order) . ": $kind, in that language" or diag $letter->{text};
    }
    next if $order->{way} ne 'arrives';
    my $letter = ($got{ $subject{shipped} } // [])->[0] // next;
    my $link = "https://tools.usps.com/go/TrackConfirmAction?tLabels=T1Z$number";
    is_deeply [ grep { $_ eq $link } @{ $letter->{links} } ], [$link], what($order) . ': where to follow it';
    like $letter->{text}, qr/^.*: T1Z\Q$number\E$/m, what($order) . ': its number';
}

done_testing;
