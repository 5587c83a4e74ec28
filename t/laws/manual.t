# The manual pages are clean, and the generated chapters hold every row.
use v5.36;
use Test::More;

my $top   = $ENV{srcdir}   // '.';
my $build = $ENV{builddir} // '.';
sub slurp ($file) { open my $in, '<', $file or return ''; local $/; <$in> }

my @pages = (glob("$top/man/*.[578]"), map { "$build/man/$_" }
        qw(tshop.conf.5 tshop-errors.7));
SKIP: {
    skip 'mandoc is not installed', 1
        unless grep { -x "$_/mandoc" } split /:/, $ENV{PATH};
    my $said = `mandoc -T lint -W warning @pages 2>&1`;
    is $said, '', scalar(@pages) . ' pages are clean';
}
for ([ 'tshop.conf.5', 'settings.def', qr/^SETTING\((\w+)/m ],
    [ 'tshop-errors.7', 'outcomes.def', qr/^OUTCOME\((\w+), *[45]/m ])
{
    my ($page, $def, $row) = @$_;
    my $text = slurp("$build/man/$page");
    my @names = grep { $_ ne 'TRY_AGAIN' } slurp("$top/include/base/$def") =~ /$row/g;
    my @missing = grep { $text !~ /\b\Q$_\E\b/ } @names;
    ok @names > 10, scalar(@names) . " rows in $def";
    is "@missing", '', "all stand in $page";
}

done_testing;
