package TShop::Bench;

# What all tests of a run share: a PostgreSQL, a database to copy from, and a
# certificate. The run's t/run makes it and names its folder in BENCH; a test
# that is run by hand makes one, which goes with it.

use v5.36;
use File::Path ();
use File::Temp ();
use TShop::Cluster;
use TShop::Run qw(owned as_account run_quietly read_file write_file);
use TShop::Stand;

my $TEMPLATE = 'tshop_template';
my $ours;

sub get ($class, $source) {
    return $ours //= $ENV{BENCH}
        ? $class->_new($source, $ENV{BENCH}) : $class->make($source);
}

sub _new ($class, $source, $folder) {
    return bless {
        source => $source, folder => $folder, build => _build($source),
        cluster => TShop::Cluster->new(data => "$folder/pg", socket => $folder, log => $folder,
            connections => 300, careless => 1),
    }, $class;
}

sub _build ($source) {
    my @try = grep { defined } $ENV{builddir}, "$source/build", "$source/var/check", "$source/var/build";
    for (@try) { return $_ if -x "$_/tshop" }
    die "there is no tshop in @try: build first, or set builddir\n";
}

sub build ($self)   { $self->{build} }
sub cluster ($self) { $self->{cluster} }
sub folder ($self)  { $self->{folder} }
sub tls ($self)     { "$self->{folder}/tls" }

sub make ($class, $source) {
    my $folder = File::Temp::tempdir('tshop-bench-XXXXXX', TMPDIR => 1);
    my $self = $class->_new($source, $folder);
    $self->{made} = $$;
    chmod 0755, $folder;
    mkdir "$folder/tls";
    owned($folder, "$folder/tls");
    as_account($folder, "$self->{build}/tshop", "$source/schema/roles.sql");
    TShop::Stand->certificate("$folder/tls");
    $self->{cluster}->create;
    $self->{cluster}->start;
    $self->_template;
    return $ours = $self;
}

sub _template ($self) {
    my $ctl = "$self->{build}/tshopctl";
    my $owner = { DATABASE_URL => $self->{cluster}->url('tshop_owner', $TEMPLATE) };
    my $log = "$self->{folder}/setup.txt";
    my @schema = ('--schema', "$self->{source}/schema");

    run_quietly($log, {}, as_account(), $ctl, 'setup', @schema, '--database', $TEMPLATE,
        $self->{cluster}->url('postgres', 'postgres'));
    run_quietly($log, $owner, as_account(), $ctl, 'migrate', @schema);
    run_quietly($log, $owner, as_account(), $ctl, 'catalog', 'load', "$self->{source}/schema/demo.sql");
}

# A fresh copy of the template, with the same doors.
sub database ($self, $name) {
    my $pg = $self->{cluster};
    $pg->psql('postgres', 'postgres', "CREATE DATABASE $name TEMPLATE $TEMPLATE OWNER tshop_owner");
    $pg->psql('postgres', 'postgres', "REVOKE ALL ON DATABASE $name FROM PUBLIC; GRANT CONNECT ON DATABASE $name "
        . 'TO tshop_owner, tshop_app, tshop_jobs, tshop_readonly');
}

sub drop ($self, $name) {
    eval { $self->{cluster}->psql('postgres', 'postgres', "DROP DATABASE IF EXISTS $name WITH (FORCE)") };
}

# ---- who stands, so that nobody outlives his test ----

sub _note ($self, $state) { "$self->{folder}/stands/" . $state =~ s{.*/}{}r }

sub stand_begins ($self, $state) {
    mkdir "$self->{folder}/stands";
    write_file($self->_note($state), "$state $0");
}

sub stand_ends ($self, $state) { unlink $self->_note($state) }

# Ends one that was left standing, by a test that was killed; tells whose it was.
sub end_stand ($self, $state) {
    my (undef, $test) = split / /, read_file($self->_note($state)) // return, 2;
    TShop::Stand->new(source => $self->{source}, build => $self->{build}, state => $state, port => 0)->stop;
    File::Path::remove_tree($state);
    $self->stand_ends($state);
    return $test;
}

sub end_stands ($self) {
    return map { $self->end_stand((split / /, read_file($_))[0]) } glob "$self->{folder}/stands/*";
}

sub remove ($self) {
    $self->end_stands;
    $self->{cluster}->stop;
    File::Path::remove_tree($self->{folder});
    undef $ours if $ours && $ours == $self;
}

END {
    my $status = $?;
    eval { $ours->remove } if $ours && ($ours->{made} // 0) == $$;
    $? = $status;
}

1;
