# The OpenAPI document tells of every route of src/api/routes.c, and of no
# other; and what the table knows of a route, the document says.
use v5.36;
use Test::More;
use JSON::PP;

my $top = $ENV{srcdir} // '.';
sub slurp ($file) { open my $in, '<', "$top/$file" or die "$file: $!\n"; local $/; <$in> }

my $document = JSON::PP->new->utf8->decode(slurp('data/openapi.json'));
my %row;
my $table = slurp('src/api/routes.c');
while ($table =~
    /ROUTE\((\w+),\s+"([^"]+)",\s+(\w+),\s+(\w+),\s+(\w+),\s+\w+,\s+(\w+),\s+(\w+)\)/g)
{
    $row{ lc($1) . ' ' . $2 =~ s/:(\w+)/{$1}/gr } =
        { method => $1, path => $2, who => $3, counts => $4, runs => $5, body => $6, handler => $7 };
}
my %told;
for my $path (keys %{ $document->{paths} }) {
    my $item = $document->{paths}{$path};
    $told{"$_ $path"} = $item->{$_} for grep { $_ ne 'servers' } keys %$item;
}
is $document->{openapi}, '3.1.0', 'OpenAPI 3.1';
ok keys %row > 90, scalar(keys %row) . ' routes';
is_deeply [ sort keys %told ], [ sort keys %row ], 'each is told of, and no other';

# What a reference leads to.
sub at ($thing) {
    while ($thing->{'$ref'}) {
        my $to = $document;
        $to = $to->{$_} // die "$thing->{'$ref'} leads nowhere\n" for grep { $_ ne '#' } split m{/}, $thing->{'$ref'};
        $thing = $to;
    }
    return $thing;
}

my %SECURITY = (ALL => '', KNOWN => '-|bearer', CART => 'bearer|cartToken', USER => 'bearer', ADMIN => 'admin');
my %tags = map { $_->{name} => 0 } @{ $document->{tags} };
my @wrong;
for my $call (sort keys %row) {
    my ($row, $op) = ($row{$call}, $told{$call} // next);
    my $no = sub ($words) { push @wrong, "$call: $words" };
    my @parameters = map { at($_) } @{ $op->{parameters} // [] };
    my %answers = %{ $op->{responses} };
    my $body = $op->{requestBody};

    $no->('its id is not the handler') if $op->{operationId} ne $row->{handler};
    # Who reads the cookie asks nobody for a token.
    my @security = grep { !exists $_->{refreshCookie} } @{ $op->{security} };
    @security = () if @security < @{ $op->{security} };
    $no->('security') if join('|', map { join '', keys %$_ or '-' } @security) ne $SECURITY{ $row->{who} };
    $no->('path parameters') if join(' ', map { $_->{name} } grep { $_->{in} eq 'path' && $_->{required} } @parameters)
        ne join ' ', $row->{path} =~ /:(\w+)/g;
    $no->('Idempotency-Key') if ($row->{runs} ne 'MANY') != grep { $_->{name} eq 'Idempotency-Key' } @parameters;
    $no->('a body is read') if $row->{body} =~ /JSON|RAW/ && !$body;
    $no->('no body is read') if $row->{body} eq 'NONE' && $body;
    $no->('the body is required') if $row->{body} eq 'JSON' && $body && !$body->{required};
    $no->('it has no words') unless $op->{summary} && @{ $op->{tags} } == 1;
    $no->("an unknown tag '$_'") for grep { !exists $tags{$_} } @{ $op->{tags} };
    $tags{$_}++ for @{ $op->{tags} };

    my %must = (default => 1);
    @must{qw(400 413)} = () if $row->{body} ne 'NONE';
    @must{qw(415 422)} = () if $row->{body} eq 'JSON';
    @must{qw(400 409 422)} = () if $row->{runs} ne 'MANY';
    $must{401} = 1 if $row->{who} ne 'ALL';
    $must{403} = 1 if $row->{who} eq 'ADMIN' && $row->{method} ne 'GET';
    $must{404} = 1 if $row->{path} =~ /:/;
    $must{429} = 1 if $row->{counts} ne 'NOTHING';
    $no->("answer $_") for grep { !$answers{$_} } sort keys %must;
    $no->('it never succeeds') unless grep { /^[23]/ } keys %answers;
    at($_) for values %answers;
}
is "@wrong", '', 'and all that the table knows is said' or diag join "\n", @wrong;
is join(' ', grep { !$tags{$_} } sort keys %tags), '', 'every group has something in it';

# References lead somewhere, and nothing lies about unused.
my (%used, @lost);
sub walk ($thing) {
    if (ref $thing eq 'ARRAY') { walk($_) for @$thing }
    elsif (ref $thing eq 'HASH') {
        if (my $ref = $thing->{'$ref'}) {
            $used{$ref} = 1;
            push @lost, $ref unless eval { at({ '$ref' => $ref }) };
        }
        walk($_) for values %$thing;
    }
}
walk($document);
is "@lost", '', 'no reference leads nowhere';
my $all = $document->{components};
is join(' ', grep { !$used{$_} } map { my $kind = $_; map { "#/components/$kind/$_" } sort keys %{ $all->{$kind} } }
        grep { $_ ne 'securitySchemes' } sort keys %$all), '', 'every component is used';

my @codes = grep { $_ ne 'TRY_AGAIN' } slurp('include/base/outcomes.def') =~ /^OUTCOME\((\w+), *[45]/mg;
is_deeply [ sort @{ $all->{schemas}{ErrorCode}{enum} } ], [ sort @codes ], 'every code that there is';

done_testing;
