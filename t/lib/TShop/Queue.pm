package TShop::Queue;

# A database and job runners of a test's own, without the rest of the shop.

use v5.36;
use File::Temp ();
use POSIX ();
use TShop::Bench;
use TShop::Run qw(as_account owned spawn_daemon is_alive wait_for read_file);
use Time::HiRes qw(sleep);

my $count = 0;
my @open;

sub new ($class, $source, %settings) {
    my $bench = TShop::Bench->get($source);
    my $self = bless { bench => $bench, name => "queue_${$}_" . ++$count, runners => [], settings => \%settings,
        folder => File::Temp::tempdir('tshop-queue-XXXXXX', TMPDIR => 1, CLEANUP => 1) }, $class;

    chmod 0755, $self->{folder};
    owned($self->{folder});
    $bench->database($self->{name});
    push @open, $self;
    return $self;
}

sub sql ($self, $sql, $role = 'tshop_owner') { $self->{bench}->cluster->psql($role, $self->{name}, $sql) }

# Start a runner; its process id.
sub runner ($self, %settings) {
    my $log = "$self->{folder}/" . @{ $self->{runners} } . '.log';
    my $pid = spawn_daemon($log, {
        DATABASE_URL => $self->{bench}->cluster->url('tshop_jobs', $self->{name}),
        TSHOP_PUBLIC_URL => 'https://127.0.0.1:1', TSHOP_MEDIA_KEY => 'k' x 43, TSHOP_JOB_BACKOFF => '1s',
        %{ $self->{settings} }, %settings }, as_account(), $self->{bench}->build . '/tshop-jobs');
    push @{ $self->{runners} }, $pid;
    $self->{logs}{$pid} = $log;
    return $pid;
}

# End one; its exit status, -1 if it had to be killed.
sub end ($self, $pid, $signal = 'TERM') {
    kill $signal, $pid;
    my $status = -1;
    wait_for(40, sub { waitpid($pid, POSIX::WNOHANG()) == $pid ? ($status = $? >> 8, 1)[1] : 0 });
    $self->{runners} = [ grep { $_ != $pid } @{ $self->{runners} } ];
    return $status;
}

sub log ($self, $pid) { read_file($self->{logs}{$pid}) // '' }
sub until_so ($self, $seconds, $is_so) { wait_for($seconds, $is_so) }

sub shut ($self) {
    $self->end($_, 'KILL') for @{ $self->{runners} };
    $self->{bench}->drop($self->{name});
}

END {
    my $status = $?;
    eval { $_->shut } for @open;
    $? = $status;
}

1;
