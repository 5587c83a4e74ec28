# Every statement of src/db/sql PREPAREs against a fresh schema, and has as
# many parameters as its header says.
use v5.36;
use Test::More;
use lib ($ENV{srcdir} // '.') . '/t/lib';
use TShop;

my $top  = $ENV{srcdir} // '.';
my $shop = eval { TShop->database } or plan skip_all => "no database: $@";

for my $file (sort glob "$top/src/db/sql/*.sql") {
    open my $in, '<', $file or die "$file: $!";
    my $all = do { local $/; <$in> };
    my ($area) = $file =~ m{/(\w+)\.sql$};
    my ($script, $count) = ('', 0);

    for my $piece (split /^(?=--: \w+\()/m, $all) {
        next unless $piece =~ /^--: (\w+)\(([^)]*)\)/;
        my ($name, $args) = ($1, $2);
        my @args = grep { /\S/ } split /,/, $args =~ s/^--://mgr;
        $piece =~ s/^--.*\n//mg;
        my %used = map { $_ => 1 } $piece =~ /\$(\d+)/g;
        my ($most) = sort { $b <=> $a } keys %used, 0;
        is $most, scalar @args, "$area: $name uses its parameters";
        next if $piece =~ /^\s*(BEGIN|COMMIT|ROLLBACK)/;
        $script .= "PREPARE s$count AS $piece\n";
        $count++;
    }
    my $said = $shop->psql($script);
    is $said, '', "$area: its $count statements prepare";
}

done_testing;
