package TShop::Client;

# Whoever calls the shop: with or without a token, over plain HTTP by a kept
# connection, or over TLS by curl.

use v5.36;
use File::Temp ();
use HTTP::Tiny ();
use JSON::PP ();
use Time::HiRes ();
use TShop::Answer;

my $writer = JSON::PP->new->utf8->canonical->allow_nonref;

# base: "https://127.0.0.1:8443"; prefix: "/api/v1"; ca: a file; token; from:
# the address to call from, 127.x.y.z; headers: sent with every call.
sub new ($class, %o) { bless { prefix => '', headers => {}, patience => 70, %o }, $class }

# The same caller with something changed: $client->with(token => undef).
sub with ($self, %o) {
    my %copy = %$self;
    delete $copy{http};
    return (ref $self)->new(%copy, %o);
}

sub get ($self, $path, %headers)    { $self->request('GET', $path, undef, %headers) }
sub head ($self, $path, %headers)   { $self->request('HEAD', $path, undef, %headers) }
sub delete ($self, $path, $body = undef, %headers) { $self->request('DELETE', $path, $body, %headers) }
sub post ($self, $path, $body = undef, %headers)   { $self->request('POST', $path, $body, %headers) }
sub put ($self, $path, $body = undef, %headers)    { $self->request('PUT', $path, $body, %headers) }

# A body that is a reference is sent as JSON, a string as it is.
sub request ($self, $method, $path, $body = undef, %headers) {
    my $url = $path =~ /^https?:/ ? $path : $self->{base} . $self->{prefix} . $path;
    my %all = (%{ $self->{headers} }, %headers);

    $all{Authorization} //= "Bearer $self->{token}" if $self->{token};
    if (defined $body) {
        $body = $writer->encode($body) if ref $body;
        $all{'Content-Type'} //= 'application/json';
    }
    delete @all{ grep { !defined $all{$_} } keys %all };
    my $began = Time::HiRes::time();
    my $answer = $url =~ /^https:/
        ? $self->_by_curl($method, $url, $body, \%all)
        : $self->_by_tiny($method, $url, $body, \%all);
    $answer->{seconds} = Time::HiRes::time() - $began;
    return $answer;
}

sub _by_tiny ($self, $method, $url, $body, $headers) {
    # Header and body leave in two writes: on a kept connection the second
    # would wait 40 ms for the first to be acknowledged.
    my $kept = defined $body ? 0 : 1;
    my $http = $self->{http}[$kept] //= HTTP::Tiny->new(max_redirect => 0, timeout => $self->{patience},
        agent => 'tshop-test', keep_alive => $kept,
        $self->{from} ? (local_address => $self->{from}) : ());
    my $host = delete $headers->{Host};
    my %options = (headers => $headers, defined $body ? (content => $body) : ());
    $options{headers}{'Content-Length'} //= 0 if !defined $body && $method =~ /^(?:POST|PUT)$/;
    my $r = $http->request($method, $url, \%options);
    return TShop::Answer->new(status => $r->{status}, headers => $r->{headers},
        body => $r->{content} // '');
}

sub _by_curl ($self, $method, $url, $body, $headers) {
    my ($head, $out, $in) = map { File::Temp->new } 1 .. 3;
    my @words = ('curl', '-sS', '--path-as-is', '--max-time', $self->{patience}, '-D', "$head", '-o', "$out",
        $method eq 'HEAD' ? '--head' : ('-X', $method));

    push @words, '--cacert', $self->{ca} if $self->{ca};
    push @words, '--interface', $self->{from} if $self->{from};
    push @words, @{ $self->{curl} // [] };
    push @words, map { ('-H', $headers->{$_} eq '' ? "$_;" : "$_: $headers->{$_}") } sort keys %$headers;
    if (defined $body) {
        binmode $in;
        print $in $body;
        close $in;
        push @words, '--data-binary', "\@$in";
    }
    push @words, $url;
    system { $words[0] } @words;
    my $failed = $? >> 8;
    my ($status, %got) = (599);
    for (split /\r?\n/, _slurp("$head")) {
        if (m{^HTTP/\S+ (\d+)}) { ($status, %got) = ($1) }
        elsif (/^([^:]+):\s*(.*?)\s*$/) {
            my $name = lc $1;
            $got{$name} = exists $got{$name}
                ? [ ref $got{$name} ? @{ $got{$name} } : $got{$name}, $2 ] : $2;
        }
    }
    return TShop::Answer->new(status => $failed && $status == 599 ? 599 : $status,
        curl => $failed, headers => \%got, body => _slurp("$out"));
}

sub _slurp ($path) {
    open my $in, '<:raw', $path or return '';
    local $/;
    return scalar(<$in>) // '';
}

1;
