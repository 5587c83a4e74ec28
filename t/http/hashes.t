# Argon2id is dear: so many are computed at once, so many wait, the rest is
# told to come again, and nobody else notices.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Select;
use IO::Socket::INET;
use Time::HiRes 'time';
use TShop;

my $shop = TShop->boot(settings => { TSHOP_WORKERS_HASH => 1, TSHOP_PASSWORD_PASSES => 8 });
my $ada = $shop->shopper;
my ($port) = $shop->plain_url =~ /:(\d+)$/;
my $storm = 160;    # more than wait, and than are worked at

my $body = qq({"email":"$ada->{email}","password":"wrong horse battery"});
my $request = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
    . length($body) . "\r\n\r\n$body";
my $began = time;
my %answer;
my $all = IO::Select->new(map { my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "connect: $!"; $s->syswrite($request); $s } 1 .. $storm);

my $slowest = 0;
my $reader = $shop->guest;
for (1 .. 5) {
    my $r = $reader->get('/products');
    is $r->status, 200, 'reading goes on';
    $slowest = $r->seconds if $r->seconds > $slowest;
}
cmp_ok $slowest, '<', 1, 'and does not wait behind passwords';

my ($open, %when) = ($storm);
while ($open && time - $began < 60) {
    for my $socket ($all->can_read(1)) {
        my $n = $socket->sysread(my $text, 65536);
        $answer{$socket} .= $text if $n;
        next if $n;
        $when{$socket} = time - $began;
        $all->remove($socket);
        $open--;
    }
}
my %seen;
$seen{ (/^HTTP\/1.1 (\d+)/)[0] // 'none' }++ for values %answer;
is $seen{401} + $seen{503}, $storm, 'everybody is answered' or diag explain \%seen;
cmp_ok $seen{401}, '>=', 60, "those who could wait ($seen{401})";
cmp_ok $seen{503}, '>', 0, "and those who could not ($seen{503})";
my @refused = grep { $answer{$_} =~ /^HTTP\/1.1 503/ } keys %answer;
is scalar(grep { $answer{$_} !~ /^Retry-After: \d+\r$/m || $answer{$_} !~ /SERVICE_UNAVAILABLE/ } @refused), 0, 'who are told when to come again';
my @when = sort { $a <=> $b } map { $when{$_} } @refused;
cmp_ok $when[ @when / 2 ], '<', 5, 'at once';
is $shop->guest->post('/auth/login', { email => $ada->{email}, password => $ada->{password} })->status, 200, 'and then it works again';

done_testing;
