# Every route has a handler, a test that calls it, and a paragraph in the
# manual.
use v5.36;
use Test::More;

my $top = $ENV{srcdir} // '.';
sub slurp ($file) { open my $in, '<', $file or return ''; local $/; <$in> }

my @rows = slurp("$top/src/api/routes.c") =~
    /ROUTE\((\w+),\s+"([^"]+)",(?:[^,]+,){5}\s*(\w+)\)/g;
my $tests = join '', map { slurp($_) }
    glob("$top/t/http/*.t $top/t/jobs/*.t $top/t/lib/*.pm");
my $code   = join '', map { slurp($_) } glob("$top/src/api/*.c");
my $manual = slurp("$top/man/tshop-api.7");

ok @rows > 250, scalar(@rows) / 3 . ' routes';
my (%paths, @untested, @undocumented, @unhandled);
while (my ($method, $path, $handler) = splice @rows, 0, 3) {
    push @unhandled, "$method $path" unless $code =~ /^$handler\(/m;
    # The admin's client of the tests knows its own prefix.
    my $pattern = join '[^/\'"\s]+', map { quotemeta } split /:\w+/,
        $path =~ s{^/admin}{}r, -1;
    $paths{$path} //= $tests =~ m!$pattern(?=['"?\s}]|\$)!;
    push @untested, "$method $path" unless $paths{$path};
    my $said = $path =~ s/:(\w+)/:$1/gr;
    push @undocumented, "$method $path"
        unless $manual =~ /^\.It Li "?\Q$method $said\E"?/m;
}
is "@unhandled",    '', 'every route has a handler';
is "@untested",     '', 'every path is called by a test';
is "@undocumented", '', 'every route stands in tshop-api(7)';

done_testing;
