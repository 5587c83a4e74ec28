# What the house rules forbid: memory by hand outside base/, goto, SQL in C,
# files and functions that grow beyond reading.
use v5.36;
use Test::More;
use File::Find;

my $top = $ENV{srcdir} // '.';
my @files;
find({ no_chdir => 1, wanted => sub { push @files, $_ if /\.[ch]$/ } },
    "$top/src", "$top/include");

my (@memory, @sql, @long, @wide, @unopened, @whiny, @elsewhere);
for my $file (sort @files) {
    my $path = $file =~ s{^\Q$top\E/}{}r;
    open my $in, '<', $file or die "$file: $!";
    my @lines = <$in>;
    my $table = 0;
    my $start = 0;

    push @long, "$path: " . @lines . ' lines' if @lines > 400;
    push @unopened, $path unless $lines[0] =~ m{^/\*};
    for my $i (0 .. $#lines) {
        my $line = $lines[$i];
        $table = 1 if $line =~ /clang-format off/;
        $table = 0 if $line =~ /clang-format on/;
        push @memory, "$path:" . ($i + 1)
            if $line =~ /\b(?:malloc|calloc|realloc|free|goto)\b\s*[(\w]/
            && $line !~ m{^\s*(?:\*|/\*)}
            && $path !~ m{^(?:src/base/|src/db/db\.c|src/(?:render|ctl)/|src/tshop-render)};
        push @sql, "$path:" . ($i + 1)
            if $line =~ /"\s*(?:SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b/;
        (my $flat = $line) =~ s/\t/        /g;
        push @wide, "$path:" . ($i + 1) if !$table && length($flat) > 90;
        push @whiny, "$path:" . ($i + 1) if $line =~ /\b(?:TODO|FIXME|XXX)\b/;
        push @elsewhere, "$path:" . ($i + 1) if grep { !-e "$top/$_" } $line =~ /\b([\w-]+\.md)\b/g;
        $start = $i if $line =~ /^\{/;
        push @long, "$path:" . ($start + 1) . ' a function of ' . ($i - $start)
            if $line =~ /^\}/ && $start && $i - $start > 72;
        $start = 0 if $line =~ /^\}/;
    }
}
is "@memory",   '', 'nobody frees outside base/';
is "@sql",      '', 'no SQL in C';
is "@long",     '', 'files of 400 lines, functions of 70, at most';
is "@wide",     '', 'lines fit';
is "@unopened", '', 'every file opens with what it is for';
is "@whiny",    '', 'nothing is left for later';
is "@elsewhere", '', 'no document is cited that is not here';

done_testing;
