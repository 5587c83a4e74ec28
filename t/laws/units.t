# Every systemd unit is as little exposed as it can be.
use v5.36;
use Test::More;
use File::Temp 'tempdir';

my $analyze = grep { -x "$_/systemd-analyze" } split /:/, $ENV{PATH};
plan skip_all => 'there is no systemd-analyze here' unless $analyze;

chdir($ENV{srcdir} // '.') or die;
my $folder = tempdir(CLEANUP => 1);
for my $file (glob 'systemd/*.service.in') {
    my ($name) = $file =~ m{([^/]+)\.in$};
    open my $in, '<', $file or die "$file: $!";
    my $text = do { local $/; <$in> };
    $text =~ s/@\w+@/\/usr\/bin/g;
    open my $out, '>', "$folder/$name" or die;
    print $out $text;
    close $out;
    my $said = `systemd-analyze security --offline=true --threshold=15 $folder/$name 2>&1`;
    is $?, 0, "$name is exposed by 1.5 at most" or diag $said;
}
done_testing;
