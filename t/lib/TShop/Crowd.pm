package TShop::Crowd;

# Many clients in one process, each on a kept connection of its own, each
# asking again as soon as it is answered.
#
#   my $crowd = TShop::Crowd->run(port => 8080, clients => 64, seconds => 2,
#       request => sub ($client, $n) { 'GET / HTTP/1.1' … });
#   fresh => 1: a new connection for each request.
#   $crowd->{answers}    [answers of each client]
#   $crowd->{status}     {200 => n, …}; 0: the connection ended without one
#
# start() does the same in a child, and gives back what waits for its figures.

use v5.36;
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(time);

# An HTTP/1.1 request as bytes; header lines as "Name: value".
sub request ($class, $method, $path, $body = undef, @headers) {
    push @headers, 'Content-Type: application/json', 'Content-Length: ' . length $body if defined $body;
    push @headers, 'Content-Length: 0' if !defined $body && $method eq 'POST';
    return join("\r\n", "$method $path HTTP/1.1", 'Host: x', @headers, '', '') . ($body // '');
}

sub _connect ($port) {
    return IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Blocking => 1) || die "connect: $!\n";
}

# The status of the whole answer that 'got' begins with, which is taken off;
# undef while it is not whole.
sub _take ($got) {
    my $head = index $$got, "\r\n\r\n";
    return if $head < 0;
    my ($length) = substr($$got, 0, $head) =~ /^Content-Length:\s*(\d+)/mi;
    my $size = $head + 4 + ($length // 0);
    return if length $$got < $size;
    my ($status) = $$got =~ m{^HTTP/1\.1 (\d+)};
    substr $$got, 0, $size, '';
    return $status // 0;
}

sub run ($class, %o) {
    my ($end, @clients) = time + $o{seconds};
    my %status;
    my $ask = sub ($c) {
        syswrite $c->{socket}, $o{request}->($c->{number}, ++$c->{asked});
        $c->{waits} = 1;
    };
    for my $k (0 .. $o{clients} - 1) {
        push @clients, { number => $k, socket => _connect($o{port}), got => '', answers => 0, asked => 0 };
    }
    local $SIG{PIPE} = 'IGNORE';
    $ask->($_) for @clients;
    # When the time is over, who still waits is waited for.
    while (grep { $_->{waits} } @clients) {
        last if time > $end + 20;
        my %of = map { fileno $_->{socket} => $_ } grep { $_->{waits} } @clients;
        for my $ready (IO::Select->new(map { $_->{socket} } values %of)->can_read(0.5)) {
            my $c = $of{ fileno $ready };
            my $n = sysread $ready, $c->{got}, 65536, length $c->{got};
            my $status = $n ? _take(\$c->{got}) : 0;
            next unless defined $status;
            $status{$status}++;
            $c->{answers}++ if $status;
            $c->{waits} = 0;
            next if time >= $end;
            @$c{qw(socket got)} = (_connect($o{port}), '') if !$n || $o{fresh};
            $ask->($c);
        }
    }
    $status{late}++ for grep { $_->{waits} } @clients;
    return { answers => [ map { $_->{answers} } @clients ], status => \%status };
}

sub start ($class, %o) {
    pipe my $in, my $out or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        my $figures = eval { $class->run(%o) } // { error => "$@", status => {}, answers => [] };
        print $out JSON::PP->new->encode($figures);
        close $out;
        POSIX::_exit(0);
    }
    close $out;
    return sub {
        my $text = do { local $/; <$in> };
        waitpid $pid, 0;
        return JSON::PP->new->decode($text);
    };
}

1;
