# The stand-in for Stripe checks and answers as Stripe does.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop   = TShop->boot;
my $away   = $shop->sandbox;
my $stripe = $away->with(token => $shop->setting('STRIPE_SECRET_KEY'));
my $page   = $away->with(token => $shop->setting('STRIPE_PUBLISHABLE_KEY'));

sub form (%fields) { join '&', map { "$_=$fields{$_}" } sort keys %fields }
sub send_form ($who, $path, $form, %headers) {
    return $who->post($path, $form, 'Content-Type' => 'application/x-www-form-urlencoded', %headers);
}
sub intent (%more) { send_form($stripe, '/v1/payment_intents', form(amount => 5198, currency => 'usd', %more)) }
sub error ($answer) { $answer->json->{error} }

subtest 'what a call must bring' => sub {
    is send_form($away, '/v1/payment_intents', 'amount=1')->status, 401, 'a key';
    is send_form($page, '/v1/payment_intents', 'amount=1')->status, 403, 'and not the browser\'s';
    is error(intent(colour => 'red'))->{code}, 'parameter_unknown', 'no name of its own';
    is error(intent(amount => ''))->{code}, 'parameter_invalid_empty', 'an amount';
    is error(intent(amount => '12.5'))->{code}, 'parameter_invalid_integer', 'in whole minor units';
    is error(intent(amount => 49))->{code}, 'amount_too_small', 'that is worth the trouble';
    is error(send_form($stripe, '/v1/payment_intents', 'currency=usd'))->{param}, 'amount', 'named if it is missing';
};

subtest 'the same key, the same intent' => sub {
    my @key   = ('Idempotency-Key' => 'sandbox-1');
    my $first = send_form($stripe, '/v1/payment_intents', 'amount=900&currency=usd', @key);
    my $again = send_form($stripe, '/v1/payment_intents', 'amount=900&currency=usd', @key);

    is $again->json->{id}, $first->json->{id}, 'is answered again';
    is $again->header('Idempotent-Replayed'), 'true', 'and says so';
    is error(send_form($stripe, '/v1/payment_intents', 'amount=901&currency=usd', @key))->{type}, 'idempotency_error',
        'another body is refused';
};

subtest 'cards' => sub {
    my $made = intent('metadata[order_id]' => 'none')->json;
    my $at   = "/v1/payment_intents/$made->{id}";

    my $no = send_form($stripe, "$at/confirm", 'payment_method=pm_card_chargeDeclined');
    is $no->status, 402, 'a declined card';
    is error($no)->{payment_intent}{status}, 'requires_payment_method', 'leaves it payable';
    is send_form($page, "$at/confirm", 'payment_method=pm_card_visa&client_secret=wrong')->status, 400,
        'a browser must know the secret';
    my $yes = send_form($page, "$at/confirm", "payment_method=pm_card_visa&client_secret=$made->{client_secret}");
    is $yes->json->{status}, 'succeeded', 'and pays with it';
    is error(send_form($stripe, "$at/confirm", 'payment_method=pm_card_visa'))->{code},
        'payment_intent_unexpected_state', 'but once';
    my $charge = $stripe->get("$at?expand[]=latest_charge")->json->{latest_charge};
    is $charge->{amount}, 5198, 'the charge is there';
    is send_form($stripe, '/v1/refunds', "charge=$charge->{id}&amount=5199")->status, 400, 'no more goes back than came';
    is send_form($stripe, '/v1/refunds', "charge=$charge->{id}")->json->{status}, 'succeeded', 'all of it does';
    is error(send_form($stripe, '/v1/refunds', "charge=$charge->{id}"))->{code}, 'charge_already_refunded', 'once';
};

subtest 'its events come signed' => sub {
    my %seen;
    my $all = sub {
        %seen = map { $_->{type} => $_ } @{ $away->get('/_sandbox/webhooks?provider=stripe')->json };
        return 4 == grep { $seen{$_} && @{ $seen{$_}{attempts} } }
            qw(payment_intent.succeeded payment_intent.payment_failed charge.refunded refund.created);
    };
    ok $shop->until_so(10, $all), 'all of them';
    is $seen{'payment_intent.succeeded'}{attempts}[0]{status}, 200, 'the shop believes them';
    like $seen{'payment_intent.succeeded'}{headers}{'Stripe-Signature'}, qr/^t=\d+,v1=[0-9a-f]{64}$/, 'by a signature';
};

done_testing;
