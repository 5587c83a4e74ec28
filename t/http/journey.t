# The whole of it, once: from the door to the parcel, over TLS.
use v5.36;
use Test::More;
use lib 't/lib';
use TShop;
use Journey;

my $shop = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 0, TSHOP_CACHE_L2 => 'on' });

eval {
    Journey->new(
        base => $shop->base_url, ca => $shop->ca, sandbox => $shop->stand->sandbox_url,
        stripe_key => $shop->setting('STRIPE_SECRET_KEY'),
        step => sub ($words) { note $words },
        tell => sub ($words) { note "    $words" },
        # What follows would only fail for the same reason.
        must => sub ($is_so, $words, $else) { ok $is_so, $words or die "$words: $else\n" },
    )->walk;
    1;
} or fail "the journey broke off: $@";

done_testing;
