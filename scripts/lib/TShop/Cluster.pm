package TShop::Cluster;

# A PostgreSQL of one's own: a folder, a unix socket, no network.

use v5.36;
use TShop::Run qw(owned as_account account run_quietly capture pid_of is_alive
    wait_for write_file read_file);

# data: the cluster's folder; socket: where its socket stands (a short path);
# log: the folder for its log; connections; careless: a test's, which may be
# lost with the machine's power.
sub new ($class, %o) {
    my $self = bless {%o}, $class;
    $self->{bin} = _bin();
    return $self;
}

sub _bin () {
    my ($newest) = sort { $b <=> $a } map { m{/(\d+)/bin} ? $1 : () } glob '/usr/lib/postgresql/*/bin/initdb';
    die "there is no PostgreSQL in /usr/lib/postgresql\n" unless $newest;
    die "PostgreSQL $newest is too old: 15 is needed\n" if $newest < 15;
    return "/usr/lib/postgresql/$newest/bin";
}

sub exists ($self) { -f "$self->{data}/PG_VERSION" }
sub pid ($self) { pid_of("$self->{data}/postmaster.pid") }
sub is_running ($self) { is_alive($self->pid, 'postgres') }

sub create ($self) {
    return if $self->exists;
    mkdir $self->{data}, 0700;
    owned($self->{data});
    run_quietly("$self->{log}/initdb.txt", {}, as_account(), "$self->{bin}/initdb",
        '-D', $self->{data}, '-U', 'postgres', '-A', 'peer', '-E', 'UTF8', '--locale=C.UTF-8',
        $self->{careless} ? '--no-sync' : ());
    $self->_configure;
}

sub _configure ($self) {
    my @roles = qw(postgres tshop_owner tshop_app tshop_jobs tshop_readonly);
    my %people = map { $_ => 1 } account(), scalar getpwuid $>;
    my $data = $self->{data};

    owned(write_file("$data/pg_hba.conf", "local all all peer map=tshop\n", 0600));
    owned(write_file("$data/pg_ident.conf",
        join '', map { my $who = $_; map { "tshop \"$who\" $_\n" } @roles } sort keys %people));
    owned(write_file("$data/postgresql.conf", <<"END" . ($self->{careless} ? <<'CARELESS' : '')));
listen_addresses = ''
unix_socket_directories = '$self->{socket}'
unix_socket_permissions = 0770
max_connections = $self->{connections}
shared_buffers = 128MB
wal_writer_delay = 20ms
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
logging_collector = on
log_destination = 'jsonlog'
log_directory = '$self->{log}'
log_filename = 'postgres'
log_file_mode = 0640
log_rotation_age = 0
log_rotation_size = 0
log_min_error_statement = panic
END
fsync = off
full_page_writes = off
CARELESS
}

# The settings may have moved with the folder, so they are written anew.
sub start ($self) {
    return if $self->is_running;
    $self->_configure;
    run_quietly("$self->{log}/postgres.txt", {}, as_account(), "$self->{bin}/pg_ctl",
        '-D', $self->{data}, '-w', '-t', '60', '-s', 'start');
    write_file("$self->{log}/postgres.txt", '') if !$self->{keep_words};
}

sub stop ($self) {
    return unless $self->is_running;
    eval {
        run_quietly("$self->{log}/postgres.txt", {}, as_account(), "$self->{bin}/pg_ctl",
            '-D', $self->{data}, '-w', '-t', '60', '-s', '-m', 'fast', 'stop');
    } or wait_for(5, sub { !$self->is_running });
    my $pid = $self->pid;
    kill 'QUIT', $pid if $pid && $self->is_running;
}

sub url ($self, $role, $database = 'tshop') {
    return "postgresql://$role\@/$database?host=$self->{socket}";
}

# Run SQL through psql and give back what it prints, unadorned.
sub psql ($self, $role, $database, $sql) {
    my $text = capture({}, as_account(), "$self->{bin}/psql", '-XAtq', '-v', 'ON_ERROR_STOP=1',
        '-d', $self->url($role, $database), '-c', $sql);
    chomp $text;
    return $text;
}

1;
