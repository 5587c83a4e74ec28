package TShop::Run;

# Starting, watching and ending programs, as nobody in particular.
#
# Whoever is root starts nothing as root: the database refuses to, and nothing
# else needs to. The account is the one that PostgreSQL's package has made.

use v5.36;
use Exporter 'import';
use Fcntl qw(O_WRONLY O_APPEND O_CREAT O_TRUNC);
use POSIX ();
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(account owned as_account run_quietly capture spawn_daemon
    pid_of is_alive end_process write_file read_file wait_for);

my $ACCOUNT  = 'postgres';
my $PATH     = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
my @INHERITS = grep { /^(?:ASAN|UBSAN|LSAN)_OPTIONS$/ } keys %ENV;
my $reach;    # must the account be lent the right to pass closed folders?

sub account () { $> == 0 ? $ACCOUNT : scalar getpwuid $> }

# Give what we have made to the account.
sub owned (@paths) {
    return @paths if $> != 0;
    my (undef, undef, $uid, $gid) = getpwnam $ACCOUNT
        or die "there is no user '$ACCOUNT': is PostgreSQL installed?\n";
    chown $uid, $gid, @paths or die "chown @paths: $!\n";
    return @paths;
}

sub _setpriv ($lend) {
    my @caps = $lend ? map { ("--$_-caps" => '+dac_read_search') } qw(inh ambient) : ();
    return ('setpriv', "--reuid=$ACCOUNT", "--regid=$ACCOUNT", '--init-groups', @caps, '--');
}

# The words that make a command run as the account. A folder of root's above
# ours may be closed to it; then it is lent the right to pass and read, and
# nothing else.
sub as_account (@needs) {
    return () if $> != 0;
    $reach //= _must_reach(@needs) if @needs;
    return _setpriv($reach);
}

sub _must_reach (@needs) {
    for my $lend (0, 1) {
        my $ok = !grep { system(_setpriv($lend), '/usr/bin/test', '-r', $_) != 0 } @needs;
        return $lend if $ok;
    }
    die "the user '$ACCOUNT' cannot read @needs: choose folders that are not closed to it\n";
}

# ---- running to the end ----

# Run it; what it says goes to the log. Dies with its last line.
sub run_quietly ($log, $env, @command) {
    my $pid = fork // die "fork: $!\n";
    _become($env, $log, @command) if $pid == 0;
    waitpid $pid, 0;
    return if $? == 0;
    my ($last) = reverse grep { /\S/ } split /\n/, read_file($log) // '';
    die _name(@command) . ' failed: ' . ($last // 'no word about it') . "\nThe log is $log\n";
}

sub _name (@command) {
    shift @command while @command && $command[0] =~ /^(?:setpriv|-)/;
    s{.*/}{} for @command;
    return join ' ', grep { defined } @command[0, 1];
}

# What it prints; dies if it fails.
sub capture ($env, @command) {
    my $pid = open(my $out, '-|') // die "fork: $!\n";
    if ($pid == 0) {
        _environment($env);
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    local $/;
    my $text = <$out> // '';
    close $out or die _name(@command) . " failed\n";
    return $text;
}

sub _environment ($env) {
    my %keep = map { $_ => $ENV{$_} } @INHERITS;
    %ENV = (PATH => $PATH, LANG => 'C.UTF-8', LC_ALL => 'C.UTF-8', TZ => 'UTC', HOME => '/', %keep, %$env);
}

sub _become ($env, $log, @command) {
    POSIX::setsid();
    sysopen my $to, $log, O_WRONLY | O_APPEND | O_CREAT, 0640 or POSIX::_exit(126);
    open STDIN, '<', '/dev/null';
    POSIX::dup2(fileno($to), 1);
    POSIX::dup2(fileno($to), 2);
    POSIX::close($_) for 3 .. 63;
    chdir '/';
    umask 0027;
    _environment($env);
    { no warnings 'exec'; exec { $command[0] } @command; }
    POSIX::_exit(127);
}

# ---- running on ----

# Start it with a session of its own; it outlives us.
sub spawn_daemon ($log, $env, @command) {
    my $pid = fork // die "fork: $!\n";
    return $pid if $pid;
    $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP PIPE CHLD);
    _become($env, $log, @command);
}

sub pid_of ($file) {
    my $text = read_file($file) // '';
    return scalar($text =~ m{^(\d+)} ? $1 : undef);
}

# Is that process there, and one of ours? Its command line must tell.
sub is_alive ($pid, $sign = undef) {
    return 0 unless $pid;
    waitpid $pid, POSIX::WNOHANG();    # in case it is a child of ours
    my $line = read_file("/proc/$pid/cmdline") // return 0;
    return 0 if $line eq '';           # a zombie of somebody else's
    return !defined $sign || index($line, $sign) >= 0;
}

# SIGTERM, or what is given, and SIGKILL to whatever does not heed it.
sub end_process ($pid, $sign, $signal = 'TERM', $patience = 40) {
    return unless is_alive($pid, $sign);
    kill $signal, $pid;
    wait_for($patience, sub { !is_alive($pid, $sign) }) and return;
    kill 'KILL', $pid;
    wait_for(5, sub { !is_alive($pid, $sign) });
}

# Ask until it is true; its value, or false when the time is over.
sub wait_for ($seconds, $is_true) {
    my $end = time + $seconds;
    while (1) {
        my $value = $is_true->();
        return $value if $value;
        return 0 if time >= $end;
        sleep 0.05;
    }
}

# ---- files ----

sub read_file ($path) {
    open my $in, '<', $path or return;
    local $/;
    return scalar(<$in>) // '';
}

# Written beside and renamed: whole, or not there.
sub write_file ($path, $text, $mode = 0644) {
    unlink "$path.new";
    sysopen my $out, "$path.new", O_WRONLY | O_CREAT | O_TRUNC, $mode or die "$path: $!\n";
    print $out $text;
    close $out or die "$path: $!\n";
    rename "$path.new", $path or die "$path: $!\n";
    return $path;
}

1;
