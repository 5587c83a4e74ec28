# Every public header compiles alone.
use v5.36;
use Test::More;
use File::Find;
use File::Temp;

my $top   = $ENV{srcdir}   // '.';
my $build = $ENV{builddir} // '.';
my $cc    = $ENV{CC}       // 'cc';
my $flags = `pkg-config --cflags json-c libpq`;
chomp $flags;

my @headers;
find({ no_chdir => 1, wanted => sub { push @headers, $_ if /\.h$/ } },
    "$top/include");

my $dir = File::Temp->newdir;
my $all = '';
for my $header (sort @headers) {
    next if $header =~ /banned/;
    my $name = $header =~ s{^\Q$top\E/include/}{}r;
    (my $file = "$dir/$name.c") =~ s{/(?=[^/]+\.c$)}{-};
    open my $out, '>', $file or die "$file: $!";
    print $out "#include \"$name\"\nint alone;\n";
    close $out;
    $all .= " $file";
}
my $said = `$cc -std=c17 -fsyntax-only -Wall -Wextra -Werror -I$top/include -I$build/src/db $flags -include $top/include/base/banned.h $all 2>&1`;
is $said, '', scalar(@headers) . ' headers compile alone';

done_testing;
