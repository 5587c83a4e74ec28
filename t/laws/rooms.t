# Who may open whose door: every #include, by name.
use v5.36;
use Test::More;
use File::Find;

my $top = $ENV{srcdir} // '.';

my %may = (    # room => the rooms whose headers it may include
    base      => '',
    shop      => 'base',
    db        => 'base',
    http      => 'base',
    media     => 'base net',       # a bucket is asked over the network
    net       => 'base',
    guard     => 'base db http',
    providers => 'base shop net',
    render    => 'base shop',
    api       => 'base shop db http media providers net',
    jobs      => 'base shop db media providers net',
    sandbox   => 'base http net',
);
my %fence = (    # a library's header => the only room that may include it
    'libpq-fe.h'       => 'db',
    'curl/curl.h'      => 'net',
    'fcgiapp.h'        => 'http',
    'librsvg/rsvg.h'   => 'render',
    'cairo.h'          => 'render',
    'sodium.h'         => 'base',
);

my @files;
find({ no_chdir => 1, wanted => sub { push @files, $_ if /\.[ch]$/ } },
    "$top/src", "$top/include");

my (@wrong, $seen);
for my $file (sort @files) {
    my $path = $file =~ s{^\Q$top\E/}{}r;
    my ($room) = $path =~ m{^(?:src|include)/(\w+)/};
    my $free = !$room || $room eq 'ctl';    # the mains wire the rooms
    open my $in, '<', $file or die "$file: $!";
    while (<$in>) {
        next unless /^\s*#\s*include\s+[<"]([^>"]+)[>"]/;
        my $header = $1;
        $seen++;
        my $only = $fence{$header};
        push @wrong, "$path includes <$header>, which is for $only alone"
            if $only && ($room // '') ne $only;
        my ($other) = $header =~ m{^(\w+)/};
        $other = 'db' if defined $other && $other eq 'sql';
        next if $free || !defined $other || $other eq $room;
        next unless exists $may{$other} || $other eq 'ctl';
        push @wrong, "$path ($room) opens $header"
            unless grep { $_ eq $other } split ' ', $may{$room} // '';
        push @wrong, "$path opens $header, which is no public door"
            unless -e "$top/include/$header" || $header =~ m{^sql/};
    }
}
ok $seen > 200, "$seen includes were read";
is "@wrong", '', 'every room opens only the doors that it may'
    or diag join "\n", @wrong;

done_testing;
