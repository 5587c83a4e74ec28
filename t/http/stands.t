# A test's shops go with it, however many they are and however it ends.
use v5.36;
use Test::More;
use TShop;
use TShop::Bench;

my $bench = TShop::Bench->get(TShop->source);
local $ENV{BENCH} = $bench->folder;

# A test of its own; the folders of its shops, when they stand.
sub begun ($script) {
    my $pid = open my $said, '-|', $^X, (map { "-I$_" } @INC), '-e', 'use v5.36; use Test::More; use TShop; $| = 1; ' . $script or die;
    my @states;
    while (defined(my $line = <$said>)) {
        push @states, $line =~ /^stands (\S+)/ ? $1 : ();
        last if $line =~ /^ready/;
    }
    return ($pid, $said, @states);
}
# Whose command lines name one of these folders.
sub who (@states) {
    my $like = join '|', map { quotemeta } @states;
    return grep { (TShop::Run::read_file($_) // '') =~ /$like/ } glob '/proc/[0-9]*/cmdline';
}

my $two = 'my @two = map { TShop->boot } 1 .. 2; say "stands " . $_->state_dir for @two; say "ready"; ';
my %ends = (
    'done'      => "$two; ok 1; done_testing",
    'dies'      => "$two; die",
    'forgets a child' => "$two; if (!fork) { exit } wait; ok 1; done_testing",
    'is told to end'  => "$two; sleep 100",
    'is killed' => "$two; sleep 100",
);
for my $how (sort keys %ends) {
    my ($pid, $said, @states) = begun($ends{$how});
    is @states, 2, "$how: two shops stand";
    kill $how eq 'is killed' ? 'KILL' : 'TERM', $pid if $how =~ /^is/;
    1 while <$said>;
    close $said;
    if ($how eq 'is killed') {
        ok scalar(who(@states)), "$how: they stand on";
        is_deeply [ map { $bench->end_stand($_) } @states ], [ '-e', '-e' ], "$how: until the run ends them";
    }
    is_deeply [ who(@states) ], [], "$how: nothing stands";
    is_deeply [ grep { -e } @states ], [], "$how: and no folder is left";
}
done_testing;
