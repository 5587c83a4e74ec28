package TShop::Contract;

# Somebody else's OpenAPI document, from ../shared/openapi beside the tree, and
# whether a call that the sandbox has recorded is one that it tells of.
#
#   my $stripe = TShop::Contract->new($shop->source, 'stripe');
#   my @wrong  = $stripe->wrong($call);     # as of GET /_sandbox/calls

use v5.36;
use JSON::PP ();
use TShop::Schema;

sub folder ($class, $source) { "$source/../shared/openapi" }

# prefix: what its server's address has before the paths.
sub new ($class, $source, $name, %o) {
    my $file = $class->folder($source) . "/$name.json";
    open my $in, '<:raw', $file or die "$file: $!\n";
    local $/;
    my $document = TShop::Schema->read(scalar <$in>);
    my $self = bless { prefix => '', document => $document, schema => TShop::Schema->new($document, foreign => 1), %o }, $class;
    $self->{routes} = [ map { my $t = $_; [ $t, join '[^/]+', map { quotemeta } split /\{\w+\}/, $t, -1 ] } sort keys %{ $document->{paths} } ];
    return $self;
}

sub schema ($self) { $self->{schema} }

# The operation of a call: the template with the fewest holes that fits.
sub operation ($self, $method, $path) {
    $path =~ s/\?.*//s;
    $path =~ s/^\Q$self->{prefix}\E// or return;
    my ($best) = sort { ($a =~ tr/{//) <=> ($b =~ tr/{//) } map { $_->[0] }
        grep { $path =~ /^$_->[1]\z/ && $self->{document}{paths}{ $_->[0] }{ lc $method } } @{ $self->{routes} };
    return unless $best;
    my $item = $self->{document}{paths}{$best};
    my %op = %{ $item->{ lc $method } };
    $op{parameters} = [ map { $self->{schema}->resolve($_) } @{ $item->{parameters} // [] }, @{ $op{parameters} // [] } ];
    $op{name} = uc($method) . " $best";
    $op{values} = $self->_holes($best, $path);
    return \%op;
}

sub _holes ($self, $template, $path) {
    my @names = $template =~ /\{(\w+)\}/g;
    my $like = join '([^/]+)', map { quotemeta } split /\{\w+\}/, $template, -1;
    my %values;
    @values{@names} = map { _decoded($_) } $path =~ /^$like\z/;
    return \%values;
}

# What is wrong with a recorded call, one line each.
sub wrong ($self, $call) {
    my $op = $self->operation(@$call{qw(method path)}) or return 'it is told of nowhere';
    my (undef, $query) = split /\?/, $call->{path}, 2;
    my %headers = map { lc $_ => $call->{headers}{$_} } keys %{ $call->{headers} };
    return ($self->_parameters_wrong($op, _nested($query // ''), \%headers), $self->_body_wrong($op, $call->{body}, \%headers));
}

# What is wrong with an answer of 200 to that; its value as Schema->read gives it.
sub answer_wrong ($self, $method, $path, $value) {
    my $op = $self->operation($method, $path) or return 'it is told of nowhere';
    my $told = $self->{schema}->resolve($op->{responses}{200} // $op->{responses}{201});
    my ($schema) = map { $_->{schema} } values %{ $told->{content} // {} };
    return $self->{schema}->wrong($schema // {}, $value, $op->{name});
}

sub _parameters_wrong ($self, $op, $query, $headers) {
    my (@wrong, %known);
    for my $p (@{ $op->{parameters} }) {
        my %in = (query => $query, header => { map { $_ => $headers->{ lc $_ } } grep { exists $headers->{ lc $_ } } $p->{name} }, path => $op->{values});
        my $from = $in{ $p->{in} } // next;
        $known{ $p->{name} } = 1 if $p->{in} eq 'query';
        if (!exists $from->{ $p->{name} }) {
            push @wrong, "$p->{in} $p->{name} is missing" if $p->{required};
            next;
        }
        my $schema = $p->{schema} // {};
        push @wrong, $self->{schema}->wrong($schema, $self->typed($schema, $from->{ $p->{name} }), "$p->{in} $p->{name}");
    }
    push @wrong, map { "query $_ is told of nowhere" } grep { !$known{$_} } sort keys %$query;
    return @wrong;
}

sub _body_wrong ($self, $op, $body, $headers) {
    my $told = $op->{requestBody} ? $self->{schema}->resolve($op->{requestBody}) : undef;
    my ($type) = split /\s*;/, $headers->{'content-type'} // '';
    return defined $body && $body ne '' && !(ref $body eq 'HASH' && !%$body) ? 'it has a body' : () if !$told;
    return $told->{required} ? 'its body is missing' : () if !defined $body;
    my $content = $told->{content}{$type} or return "its type is $type";
    $body = $self->typed($content->{schema}, _nested($body)) if $type =~ /urlencoded/;
    return $self->{schema}->wrong($content->{schema}, $body, 'body');
}

# ---- forms ----

sub _decoded ($text) { $text =~ tr/+/ /; $text =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger }

# a[b][0]=c as { a => { b => { 0 => 'c' } } }
sub _nested ($form) {
    my %all;
    for my $pair (split /&/, $form) {
        my ($name, $value) = map { _decoded($_) } split(/=/, $pair, 2), '';
        my ($first, @rest) = $name =~ /^([^\[]+)|\[([^\]]*)\]/g ? ($name =~ /^([^\[]+)/, $name =~ /\[([^\]]*)\]/g) : ($name);
        my $at = \$all{$first};
        for my $key (@rest) {
            $$at //= {};
            $at = \$$at->{ $key eq '' ? keys %$$at : $key };
        }
        $$at = $value;
    }
    return \%all;
}

# Texts as the numbers, booleans and arrays that the schema wants.
sub typed ($self, $schema, $value) {
    $schema = $self->{schema}->resolve($schema);
    for my $part (map { @{ $schema->{$_} // [] } } qw(anyOf oneOf)) {
        my $try = $self->typed($part, $value);
        return $try unless $self->{schema}->wrong($part, $try);
    }
    my $type = $schema->{type} // '';
    if (ref $value eq 'HASH') {
        return [ map { $self->typed($schema->{items} // {}, $value->{$_}) } sort { $a <=> $b } keys %$value ] if $type eq 'array';
        return { map { ($_ => $self->typed(($schema->{properties} // {})->{$_}
            // (ref $schema->{additionalProperties} ? $schema->{additionalProperties} : {}), $value->{$_})) } keys %$value };
    }
    return $value + 0 if $type =~ /^(?:integer|number)$/ && $value =~ /^-?\d+(?:\.\d+)?\z/;
    return $value eq 'true' ? JSON::PP::true() : JSON::PP::false() if $type eq 'boolean' && $value =~ /^(?:true|false)\z/;
    return $value;
}

1;
