# Every statement of src/db/sql PREPAREs against a fresh schema, and has as
# many parameters as its header says.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../scripts/lib";
use TShop::Bench;

my $top   = $ENV{srcdir} // "$FindBin::Bin/../..";
my $bench = TShop::Bench->get($top);
my $name  = "laws_$$";
$bench->database($name);

for my $file (sort glob "$top/src/db/sql/*.sql") {
    open my $in, '<', $file or die "$file: $!";
    my $all = do { local $/; <$in> };
    my ($area) = $file =~ m{/(\w+)\.sql$};
    my ($script, $count) = ('', 0);
    my @miscounted;

    for my $piece (split /^(?=--: \w+\()/m, $all) {
        next unless $piece =~ /^--: (\w+)\(([^)]*)\)/;
        my ($statement, $args) = ($1, $2);
        my @args = grep { /\S/ } split /,/, $args =~ s/^--://mgr;
        $piece =~ s/^--.*\n//mg;
        my ($most) = sort { $b <=> $a } $piece =~ /\$(\d+)/g, 0;
        push @miscounted, $statement if $most != @args;
        next if $piece =~ /^\s*(BEGIN|COMMIT|ROLLBACK)/;
        $script .= "PREPARE s$count AS $piece\n";
        $count++;
    }
    is "@miscounted", '', "$area: parameters are as many as the header says";
    my $said = eval { $bench->cluster->psql('tshop_owner', $name, $script); '' } // $@;
    is $said, '', "$area: its $count statements prepare";
}

# One that is not inlined is planned anew by every statement that calls it, a
# tenth of a millisecond each; in PL/pgSQL it is planned once a connection.
is $bench->cluster->psql('tshop_owner', $name, q{
    SELECT string_agg(p.proname, ' ' ORDER BY p.proname) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
     WHERE p.pronamespace = 'public'::regnamespace AND l.lanname = 'sql' AND NOT p.proretset
       AND p.prosrc ~* '\mfrom\M' AND p.provolatile <> 'v'
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')}),
    '', 'no function that reads a table and gives one value is written in SQL';
$bench->drop($name);

done_testing;
