# Our pictures are those that Fabric draws in a browser. Needs chromium, node
# and npm; what npm brings lies in the build folder.
use v5.36;
use Test::More;
use Cwd 'abs_path';
use File::Copy 'copy';
use File::Path 'make_path';
use Fcntl ':flock';

my $top   = abs_path($ENV{srcdir} // '.');
my $build = abs_path($ENV{builddir} // "$top/build");
my $here  = "$top/t/fabric";

sub find_program (@names) {
    for my $name (@names) {
        for my $folder (split /:/, $ENV{PATH}) { return "$folder/$name" if -x "$folder/$name" }
    }
    return;
}
my ($chromium, $node, $npm) = map { find_program(@$_) } ['chromium', 'chromium-browser'], ['node', 'nodejs'], ['npm'];
plan skip_all => 'chromium, node and npm are needed' unless $chromium && $node && $npm;
plan skip_all => 'the programs are not built' unless -x "$build/tshop-render" && -x "$build/t/fabric/reformat";

# Once for a build folder, and anew when the list changes.
my $modules = "$build/fabric";
make_path($modules);
open my $lock, '>', "$modules/lock" or die "$modules/lock: $!\n";
flock $lock, LOCK_EX;
my $wanted = slurp("$here/package-lock.json");
unless (-e "$modules/done" && slurp("$modules/done") eq $wanted) {
    copy("$here/$_", "$modules/$_") or die "$_: $!\n" for qw(package.json package-lock.json);
    my $log = "$modules/npm.log";
    my $status = system "cd '$modules' && '$npm' ci --omit=optional --ignore-scripts --no-audit --no-fund --no-update-notifier > npm.log 2>&1 < /dev/null";
    if ($status) {
        die "npm failed, see $log\n" if $ENV{CI};
        plan skip_all => "npm could not bring Fabric, see $log";
    }
    open my $done, '>', "$modules/done" or die "$modules/done: $!\n";
    print $done $wanted;
    close $done;
}
close $lock;

sub slurp ($file) {
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return <$in>;
}

exec $node, "$here/compare.mjs", $modules, $build, $chromium, $top, "$build/fabric/pictures" or die "$node: $!\n";
