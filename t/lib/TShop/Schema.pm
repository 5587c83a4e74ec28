package TShop::Schema;

# Does a value fit a JSON Schema of the OpenAPI document? The words that
# document uses, and no others; and stricter than JSON Schema: a member that
# no schema names is wrong, so that nothing is answered which is not told.
# For other people's documents: foreign => 1 knows their words, too.

use v5.36;
use B ();
use JSON::PP ();

# Words that say nothing about the value.
my %SILENT = map { $_ => 1 } qw(description example examples);
my %SILENT_ABROAD = map { $_ => 1 } qw(title default deprecated readOnly writeOnly discriminator nullable);

my $uuid = qr/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
my %FORMAT = (
    uuid            => qr/^$uuid\z/,
    'date-time'     => qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z/,
    date            => qr/^\d{4}-\d\d-\d\d\z/,
    email           => qr/^[^@\s]+@[^@\s]+\z/,
    'uri-reference' => qr{^(?:https?://|/)\S*\z},
    password        => qr/^/,
    decimal         => qr/^/,
);

# The document, as a Perl structure with JSON::PP's own booleans.
sub new ($class, $document, %o) { bless { document => $document, %o }, $class }

# A body as new() and wrong() want it: numbers and booleans told apart.
sub read ($class, $text) { JSON::PP->new->utf8->allow_nonref->decode($text) }

sub resolve ($self, $thing) {
    for (1 .. 5) {
        return $thing unless ref $thing eq 'HASH' && $thing->{'$ref'};
        my $at = $self->{document};
        $at = $at->{ s{~1}{/}gr } // die "$thing->{'$ref'} leads nowhere\n"
            for grep { $_ ne '#' } split m{/}, $thing->{'$ref'};
        $thing = $at;
    }
    die "a circle of references\n";
}

sub _kind ($value) {
    return 'null' unless defined $value;
    return { HASH => 'object', ARRAY => 'array' }->{ ref $value } // 'boolean' if ref $value;
    my $flags = B::svref_2object(\$value)->FLAGS;
    return 'string' if $flags & B::SVf_POK;
    return $value =~ /^-?\d+\z/ ? 'integer' : 'number';
}

sub _same ($one, $other) {
    return !defined $one && !defined $other unless defined $one && defined $other;
    return _kind($one) eq _kind($other) && "$one" eq "$other";
}

# What is wrong with a value, one line each; nothing: it fits.
sub wrong ($self, $schema, $value, $at = '') {
    my ($wrong, $known) = $self->_look($schema, $value, $at);
    return @$wrong;
}

# Also the members that were named, for whoever put schemas together; undef:
# any may come.
sub _look ($self, $schema, $value, $at, $inside = 0) {
    my (@wrong, %known, $open);
    my $kind = _kind($value);
    my $merge = sub ($part) {
        my ($w, $k) = $self->_look($part, $value, $at, 1);
        push @wrong, @$w;
        $k ? @known{ keys %$k } = () : ($open = 1);
    };
    my $one_of = sub (@parts) {
        my @tried;
        for (@parts) {
            my ($w, $k) = $self->_look($_, $value, $at);
            return if !@$w;
            push @tried, [@$w];
        }
        my ($best) = sort { @$a <=> @$b } @tried;
        push @wrong, "$at fits none", map { "  $_" } @$best;
        return;
    };
    my %check = (
        '$ref'   => sub { $merge->($self->resolve({ '$ref' => $schema->{'$ref'} })) },
        allOf    => sub { $merge->($_) for @{ $schema->{allOf} } },
        anyOf    => sub { $one_of->(@{ $schema->{anyOf} }); $open = 1 },
        oneOf    => sub { $one_of->(@{ $schema->{oneOf} }); $open = 1 },
        type     => sub {
            my @types = ref $schema->{type} ? @{ $schema->{type} } : $schema->{type};
            return if grep { $_ eq $kind || $_ eq 'number' && $kind eq 'integer' } @types;
            push @wrong, "$at is $kind, not " . join ' or ', @types;
        },
        const    => sub { push @wrong, "$at is not $schema->{const}" unless _same($value, $schema->{const}) },
        enum     => sub { push @wrong, "$at is '" . ($value // 'null') . "', none of the choices" unless grep { _same($value, $_) } @{ $schema->{enum} } },
        format   => sub {
            my $like = $self->{foreign} ? qr/^/ : $FORMAT{ $schema->{format} } // die "a format '$schema->{format}'?\n";
            push @wrong, "$at is no $schema->{format}: $value" if $kind eq 'string' && $value !~ $like;
        },
        pattern   => sub { push @wrong, "$at is '$value'" if $kind eq 'string' && $value !~ /$schema->{pattern}/ },
        minLength => sub { push @wrong, "$at is too short" if $kind eq 'string' && length $value < $schema->{minLength} },
        maxLength => sub { push @wrong, "$at is too long" if $kind eq 'string' && length $value > $schema->{maxLength} },
        minimum   => sub { push @wrong, "$at is too small" if $kind =~ /^(?:integer|number)/ && $value < $schema->{minimum} },
        maximum   => sub { push @wrong, "$at is too large" if $kind =~ /^(?:integer|number)/ && $value > $schema->{maximum} },
        minItems  => sub { push @wrong, "$at has too few" if $kind eq 'array' && @$value < $schema->{minItems} },
        multipleOf => sub { push @wrong, "$at is no multiple" if $kind eq 'integer' && $value % $schema->{multipleOf} },
        not       => sub { push @wrong, "$at is what it must not be" unless $self->wrong($schema->{not}, $value, $at) },
        maxItems  => sub { push @wrong, "$at has too many" if $kind eq 'array' && @$value > $schema->{maxItems} },
        maxProperties => sub { push @wrong, "$at has too many" if $kind eq 'object' && keys %$value > $schema->{maxProperties} },
        required  => sub { push @wrong, map { "$at.$_ is missing" } grep { !exists $value->{$_} } @{ $schema->{required} } if $kind eq 'object' },
        items     => sub {
            return if $kind ne 'array';
            push @wrong, $self->wrong($schema->{items}, $value->[$_], "$at\[$_]") for 0 .. $#$value;
        },
        properties => sub {
            @known{ keys %{ $schema->{properties} } } = ();
            return if $kind ne 'object';
            for my $key (sort keys %{ $schema->{properties} }) {
                push @wrong, $self->wrong($schema->{properties}{$key}, $value->{$key}, "$at.$key") if exists $value->{$key};
            }
        },
        additionalProperties => sub {
            $open = 1;
            my $each = $schema->{additionalProperties};
            return if ref $each ne 'HASH' || $kind ne 'object';
            push @wrong, $self->wrong($each, $value->{$_}, "$at.$_") for grep { !exists(($schema->{properties} // {})->{$_}) } sort keys %$value;
        },
    );
    return ([], {}) if $kind eq 'null' && $schema->{nullable};
    for my $word (sort keys %$schema) {
        next if $SILENT{$word} || $self->{foreign} && ($SILENT_ABROAD{$word} || $word =~ /^x-/);
        ($check{$word} // die "$at: '$word' is no word that we know\n")->();
    }
    $open = 1 unless %$schema;
    # Elsewhere a schema may be no more than a list of what is required.
    $open = 1 if $self->{foreign} && !grep { exists $schema->{$_} } qw(properties allOf $ref);
    push @wrong, map { "$at.$_ is told of nowhere" } grep { !exists $known{$_} } sort keys %$value
        if $kind eq 'object' && !$inside && !$open;
    return (\@wrong, $open ? undef : \%known);
}

1;
