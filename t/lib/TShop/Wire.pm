package TShop::Wire;

# The wire between the workers and PostgreSQL, with somebody on it who counts
# statements and kills the worker at the one it was told.
#
#   my $shop = TShop->boot(wired => 1);
#   $shop->wire->arm(unheard => 3, $shop->workers('fast'));
#   …                                 # a request
#   my $worker = $shop->wire->killed; # or undef: it took fewer statements
#
# unheard: the statement is done, and its answer never comes;
# unsent: whatever came before it is done, and the statement never arrives.

use v5.36;
use File::Temp ();
use IO::Select;
use IO::Socket::UNIX;
use POSIX ();
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC SOL_SOCKET);

my $SO_PEERCRED = 17;
my $NAME = '.s.PGSQL.5432';

# to: the folder of the socket of PostgreSQL.
sub new ($class, $to) {
    my $folder = File::Temp::tempdir('tshop-wire-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    chmod 0755, $folder;
    my $door = IO::Socket::UNIX->new(Local => "$folder/$NAME", Listen => 64) or die "$folder/$NAME: $!\n";
    chmod 0777, "$folder/$NAME";
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!\n";
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        close $ours;
        my $self = bless { door => $door, to => "$to/$NAME", panel => $theirs, seen => 0, from => {} }, $class;
        $SIG{$_} = 'DEFAULT' for qw(INT TERM);
        $SIG{PIPE} = 'IGNORE';
        eval { $self->_run; 1 } or print STDERR "# wire: $@";
        POSIX::_exit(0);
    }
    close $theirs;
    $ours->autoflush(1);
    return bless { folder => $folder, panel => $ours, pid => $pid }, $class;
}

sub folder ($self) { $self->{folder} }

sub _ask ($self, @words) {
    print { $self->{panel} } "@words\n";
    my $answer = readline($self->{panel}) // die "the wire is cut\n";
    chomp $answer;
    return $answer;
}

sub arm ($self, $how, $nth, @workers) { $self->_ask('arm', $how, $nth, @workers); return }

# The worker that had to die, if one had; whoever asks disarms.
sub killed ($self) { return $self->_ask('killed') || undef }

sub cut ($self) {
    close $self->{panel};
    waitpid $self->{pid}, 0;
}

# ---- on the wire ----

sub _run ($self) {
    my $select = $self->{select} = IO::Select->new($self->{door}, $self->{panel});
    while (1) {
        for my $ready ($select->can_read) {
            if ($ready == $self->{door}) { $self->_open }
            elsif ($ready == $self->{panel}) { $self->_told or return }
            elsif (my $line = $self->{from}{$ready}) { $self->_read($line, $ready) }
        }
    }
}

sub _told ($self) {
    my ($word, $how, $nth, @workers) = split ' ', readline($self->{panel}) // return 0;
    my $answer = 'armed';
    if ($word eq 'arm') {
        @$self{qw(how nth seen killed)} = ($how, $nth, 0, 0);
        $self->{workers} = { map { $_ => 1 } @workers };
    } else {
        $answer = $self->{killed} // 0;
        delete $self->{workers};
    }
    syswrite $self->{panel}, "$answer\n";
    return 1;
}

sub _open ($self) {
    my $worker = $self->{door}->accept or return;
    my $server = IO::Socket::UNIX->new(Peer => $self->{to}) or return;
    my ($pid) = unpack 'iii', getsockopt $worker, SOL_SOCKET, $SO_PEERCRED;
    my $line = { worker => $worker, server => $server, pid => $pid, asked => '', said => '', asks => 0, ends => 0 };
    $self->{from}{$_} = $line for $worker, $server;
    $self->{select}->add($worker, $server);
}

sub _close ($self, $line) {
    for my $end (@$line{qw(worker server)}) {
        $self->{select}->remove($end);
        delete $self->{from}{$end};
        close $end;
    }
}

sub _kill ($self, $line) {
    kill 'KILL', $line->{pid};
    $self->{killed} = $line->{pid};
    delete $self->{workers};
    $self->_close($line);
    return 0;
}

sub _write ($self, $to, $bytes) {
    while (length $bytes) {
        my $n = syswrite $to, $bytes;
        return 0 unless defined $n;
        substr $bytes, 0, $n, '';
    }
    return 1;
}

sub _read ($self, $line, $from) {
    my $asking = $from == $line->{worker};
    my $at = $asking ? \$line->{asked} : \$line->{said};
    return $self->_close($line) unless sysread $from, $$at, 65536, length $$at;
    while (defined(my $message = _message($line, $at, $asking))) {
        my $how = $asking ? '_asked' : '_said';
        $self->$how($line, $message) or return;
    }
}

# The next whole message; a worker's first one has no letter.
sub _message ($line, $at, $asking) {
    my $letter = $asking && !$line->{greeted} ? 0 : 1;
    return if length $$at < $letter + 4;
    my $size = $letter + unpack 'N', substr $$at, $letter, 4;
    return if length $$at < $size;
    $line->{greeted} = 1 if $asking;
    return substr $$at, 0, $size, '';
}

# E is Execute, S is Sync; what follows the doomed statement stays here.
sub _asked ($self, $line, $message) {
    my $letter = substr $message, 0, 1;
    return 1 if $line->{doomed};
    if ($letter eq 'E' && $self->{workers} && $self->{workers}{ $line->{pid} } && ++$self->{seen} == $self->{nth}) {
        return $self->_kill($line) if $self->{how} eq 'unsent';
        $line->{last} = 1;
    }
    $line->{asks}++ if $letter eq 'S';
    $line->{doomed} = 1 if $letter eq 'S' && $line->{last};
    return $self->_write($line->{server}, $message) || $self->_close($line) && 0;
}

# Z is ReadyForQuery: the answer to a Sync. The first greets, the one after a
# simple query does not count either.
sub _said ($self, $line, $message) {
    $line->{ends}++ if substr($message, 0, 1) eq 'Z' && $line->{asks};
    return $self->_kill($line) if $line->{doomed} && $line->{ends} == $line->{asks};
    return 1 if $line->{last};
    return $self->_write($line->{worker}, $message) || $self->_close($line) && 0;
}

1;
