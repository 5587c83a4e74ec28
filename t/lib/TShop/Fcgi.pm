package TShop::Fcgi;

# A web server's side of FastCGI, to meet a pool without an nginx between.

use v5.36;
use IO::Socket::UNIX;
use Time::HiRes qw(time);

# socket: a pool's; $kept->{socket} is the connection.
sub connect ($class, $path) {
    my $socket = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!\n";
    return bless { socket => $socket, got => '' }, $class;
}

sub record ($type, $content, $id = 1) { pack('CCnnCC', 1, $type, $id, length $content, 0, 0) . $content }
sub _pair ($name, $value) { pack('CN', length $name, 0x80000000 | length $value) . $name . $value }

# The bytes of a request; keep => 0: the worker closes; length: other than
# the body's.
sub bytes ($self, $method, $path, $body = '', %o) {
    my %parameters = (
        REQUEST_METHOD => $method, DOCUMENT_URI => $path, QUERY_STRING => '', REMOTE_ADDR => '127.0.0.1',
        CONTENT_LENGTH => $o{length} // length $body, CONTENT_TYPE => length $body ? 'application/json' : '',
        TSHOP_REQUEST_ID => '0' x 32, SERVER_PROTOCOL => 'HTTP/1.1', %{ $o{parameters} // {} });
    return record(1, pack('nCx5', 1, $o{keep} // 1))
        . record(4, join '', map { _pair($_, $parameters{$_}) } sort keys %parameters) . record(4, '')
        . join('', map { record(5, $_) } unpack '(a32000)*', $body) . ($o{cut} ? '' : record(5, ''));
}

sub send ($self, $bytes) {
    local $SIG{PIPE} = 'IGNORE';
    return syswrite $self->{socket}, $bytes;
}

# Ask, and give back the status; 0: the connection was closed before the end
# of the answer; -1: no answer in time.
sub ask ($self, @words) { $self->send($self->bytes(@words)); $self->answer }

sub answer ($self, $seconds = 10) {
    my ($end, $out) = (time + $seconds, '');
    while (1) {
        while (length $self->{got} >= 8) {
            my (undef, $type, undef, $length, $padding) = unpack 'CCnnC', $self->{got};
            last if length $self->{got} < 8 + $length + $padding;
            my $content = substr substr($self->{got}, 0, 8 + $length + $padding, ''), 8, $length;
            $out .= $content if $type == 6;
            next unless $type == 3;
            $self->{body} = $out =~ s/.*?\r\n\r\n//sr;
            return $out =~ /^Status: (\d+)/ ? $1 : 0;
        }
        my $n = $self->_read($end - time);
        return $n if $n <= 0;
    }
}

sub _read ($self, $seconds) {
    my $mask = '';
    vec($mask, fileno $self->{socket}, 1) = 1;
    return -1 if $seconds <= 0 || select($mask, undef, undef, $seconds) <= 0;
    return sysread($self->{socket}, $self->{got}, 65536, length $self->{got}) || 0;
}

# Of the last answer.
sub body ($self) { $self->{body} }

# Has the other side closed it?
sub is_closed ($self, $seconds = 0.01) { $self->_read($seconds) == 0 }

1;
