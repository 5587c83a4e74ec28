package TShop::Node;

# What some tests borrow from npm: the packages that t/node/package.json names,
# brought once for a build folder, and programs that use them.
#
#   my $node = TShop::Node->get;            # or skips the test, saying why
#   exec $node->command("$here/compare.mjs"), …
#
# On a machine of CI nothing is skipped: there npm must work.

use v5.36;
use Cwd 'abs_path';
use Fcntl ':flock';
use File::Copy 'copy';
use File::Path 'make_path';
use Test::More ();

sub find_program (@names) {
    for my $name (@names) {
        for my $folder (split /:/, $ENV{PATH}) { return "$folder/$name" if -x "$folder/$name" }
    }
    return;
}

# browser: also needed.
sub get ($class, %o) {
    my $top   = abs_path($ENV{srcdir} // '.');
    my $build = abs_path($ENV{builddir} // "$top/build");
    my $self  = bless {
        top     => $top,
        build   => $build,
        modules => "$build/node",
        node    => find_program('node', 'nodejs'),
        npm     => find_program('npm'),
        browser => find_program('chromium', 'chromium-browser'),
    }, $class;
    my @missing = grep { !$self->{$_} } 'node', 'npm', $o{browser} ? 'browser' : ();
    Test::More::plan(skip_all => "not there: @missing") if @missing;
    $self->install;
    return $self;
}

sub modules ($self) { $self->{modules} }
sub browser ($self) { $self->{browser} }
sub build ($self)   { $self->{build} }
sub top ($self)     { $self->{top} }

# The program and its arguments, with the folder that has node_modules first.
sub command ($self, $script, @arguments) { ($self->{node}, $script, $self->{modules}, @arguments) }

# Once for a build folder, and anew when the list changes.
sub install ($self) {
    my ($from, $to) = ("$self->{top}/t/node", $self->{modules});
    make_path($to);
    open my $lock, '>', "$to/lock" or die "$to/lock: $!\n";
    flock $lock, LOCK_EX;
    my $wanted = slurp("$from/package-lock.json");
    return if -e "$to/done" && slurp("$to/done") eq $wanted;
    copy("$from/$_", "$to/$_") or die "$_: $!\n" for qw(package.json package-lock.json);
    my $status = system "cd '$to' && '$self->{npm}' ci --omit=optional --ignore-scripts --no-audit --no-fund --no-update-notifier > npm.log 2>&1 < /dev/null";
    if ($status) {
        die "npm failed, see $to/npm.log\n" if $ENV{CI};
        Test::More::plan(skip_all => "npm could not bring the packages, see $to/npm.log");
    }
    open my $done, '>', "$to/done" or die "$to/done: $!\n";
    print $done $wanted;
    close $done or die "$to/done: $!\n";
}

sub slurp ($file) {
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return <$in>;
}

1;
