# clang-format has the last word.
use v5.36;
use Test::More;

my $top = $ENV{srcdir} // '.';
my $tool = (grep { -x } map { "$_/clang-format" } split /:/, $ENV{PATH})[0]
    or plan skip_all => 'clang-format is not installed';

my @files = map { glob "$top/$_" }
    qw(src/*.c src/*/*.[ch] include/*/*.h t/unit/*.[ch]);
my $said = `$tool --dry-run --Werror @files 2>&1`;
my %wrong = map { $_ => 1 } $said =~ m{^\Q$top\E/(\S+?):\d+}mg;
is join(' ', sort keys %wrong), '', scalar(@files) . ' files are formatted';

done_testing;
