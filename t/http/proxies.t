# Whose word about the client's address is believed, and what counts as one
# client.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot(settings => { TSHOP_RATE_API_GENERAL => '5/15m', TSHOP_TRUSTED_PROXIES => '127.0.7.1,127.0.8.0/24,10.0.0.0/8' });

# What is left to whoever is said to call through that peer.
sub left ($peer, $forwarded) {
    my $r = $shop->guest(from => $peer)->get('/products', 'X-Forwarded-For' => $forwarded);
    return $r->status == 200 ? $r->header('RateLimit-Remaining') : $r->status;
}

is left('127.0.6.1', '203.0.113.1'), 4, 'a stranger';
is left('127.0.6.1', '203.0.113.2'), 3, 'is not believed, whatever they say';
is left('127.0.7.1', '203.0.113.1'), 4, 'a proxy is';
is left('127.0.8.44', '203.0.113.1'), 3, 'a network of them, too, for the same client';
is left('127.0.7.1', '198.51.100.7, 203.0.113.1'), 2, 'what the client wrote itself stands left of it';
is left('127.0.7.1', '203.0.113.1, 10.2.3.4'), 1, 'and through two proxies';
is left('127.0.7.1', '203.0.113.1, nonsense'), 4, 'nonsense is the proxy itself';
is left('127.0.7.1', ''), 3, 'as nothing is';

is left('127.0.7.1', '2001:db8:1:2::1'), 4, 'an IPv6 client';
is left('127.0.7.1', '2001:db8:1:2:ffff::9'), 3, 'is its /64';
is left('127.0.7.1', '2001:db8:1:3::1'), 4, 'the next /64 is another';
is left('127.0.7.1', '::ffff:203.0.113.77'), 4, 'IPv4 in the clothes of IPv6';
is left('127.0.7.1', '203.0.113.77'), 3, 'is IPv4';

done_testing;
