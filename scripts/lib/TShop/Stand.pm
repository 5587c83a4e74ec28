package TShop::Stand;

# A whole shop standing below one folder: settings, certificate, nginx, pools,
# job runner, sandbox. The demo is one of these with a database of its own; a
# test is one that shares a cluster.
#
#   STATE/run   pid files and sockets      STATE/log    *.log, JSON lines
#   STATE/tls   certificate and its CA     STATE/media  pictures
#   STATE/nginx configuration, cache       STATE/sandbox its memory
#   STATE/settings.env  secrets, made once

use v5.36;
use TShop::Run qw(owned as_account account run_quietly capture spawn_daemon pid_of
    is_alive end_process write_file read_file wait_for);

my @FOLDERS = qw(run log tls nginx nginx/conf nginx/tmp media media/public media/private sandbox);
my @POOLS   = qw(fast hash patient);

# source, build: folders; state: where it stands; port: HTTPS; sandbox_port;
# plain_port: for tests, plain HTTP; tls: a folder with a certificate, if
# another than ours; settings: what differs from the defaults; pages: a folder,
# if another than ours; site_more: lines for nginx's server;
# database: { app, jobs, owner } URLs.
sub new ($class, %o) {
    my $self = bless { settings => {}, %o }, $class;
    $self->{sandbox_port} //= $self->{port} + 1;
    return $self;
}

sub run_dir ($self) { "$self->{state}/run" }
sub log_dir ($self) { "$self->{state}/log" }
sub tls ($self) { $self->{tls} // "$self->{state}/tls" }
sub base_url ($self) { "https://127.0.0.1:$self->{port}" }
sub sandbox_url ($self) { "http://127.0.0.1:$self->{sandbox_port}" }
sub program ($self, $name) { "$self->{build}/$name" }

sub prepare ($self) {
    for my $folder ('.', @FOLDERS) {
        mkdir "$self->{state}/$folder", 0750;
        -d "$self->{state}/$folder" or die "$self->{state}/$folder: $!\n";
        owned("$self->{state}/$folder");
    }
    as_account($self->{state}, $self->program('tshop'), "$self->{source}/schema/roles.sql");
    $self->certificate($self->tls);
    $self->_settings;
}

# ---- secrets and settings ----

sub _random ($bytes) {
    open my $in, '<:raw', '/dev/urandom' or die "/dev/urandom: $!\n";
    my $raw;
    read $in, $raw, $bytes;
    return unpack 'H*', $raw;
}

sub _make_secrets ($self) {
    my ($key) = split /\n/, capture({}, $self->program('tshopctl'), 'secret', 'new');
    my %s = (
        TSHOP_JWT_KEYS          => $key,
        TSHOP_MEDIA_KEY         => _random(32),
        ADMIN_USER              => 'admin',
        ADMIN_PASSWORD          => _random(12),
        STRIPE_SECRET_KEY       => 'sk_test_' . _random(16),
        STRIPE_PUBLISHABLE_KEY  => 'pk_test_' . _random(16),
        STRIPE_WEBHOOK_SECRET   => 'whsec_' . _random(24),
        PAYPAL_CLIENT_ID        => 'demo-' . _random(16),
        PAYPAL_CLIENT_SECRET    => _random(24),
        PAYPAL_WEBHOOK_ID       => uc _random(9),
        GEMINI_API_KEY          => 'AIza' . _random(18),
        PRINTFUL_API_KEY        => _random(20),
        PRINTFUL_WEBHOOK_SECRET => _random(32),
        PRINTIFY_API_KEY        => _random(32),
        PRINTIFY_SHOP_ID        => '5432' . (1000 + hex(_random(1))),
        PRINTIFY_WEBHOOK_SECRET => _random(16),
        RESEND_API_KEY          => 're_' . _random(16),
        SENDGRID_API_KEY        => 'SG.' . _random(24),
        S3_ACCESS_KEY           => 'AKIA' . uc _random(8),
        S3_SECRET_KEY           => _random(20),
        GOOGLE_CLIENT_ID        => _random(16) . '.apps.googleusercontent.com',
        GOOGLE_CLIENT_SECRET    => 'GOCSPX-' . _random(14),
    );
    return join '', map { "$_=$s{$_}\n" } sort keys %s;
}

# KEY=value lines, as in tshop.conf; quotes as a shell has them.
sub parse_settings ($class, $text) {
    my %s;
    for (split /\n/, $text) {
        next if /^\s*(?:#|$)/;
        my ($name, $value) = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*?)\s*$/
            or die "'$_' is no setting\n";
        $value =~ s/^"(.*)"$/$1/ or $value =~ s/^'(.*)'$/$1/;
        $s{$name} = $value;
    }
    return \%s;
}

sub _settings ($self) {
    my $file = "$self->{state}/settings.env";
    owned(write_file($file, $self->_make_secrets, 0600)) unless -s $file;
    my $secrets = $self->parse_settings(read_file($file));
    my %base = map { ("${_}_API_BASE" => $self->sandbox_url) }
        qw(STRIPE PAYPAL GEMINI PRINTFUL PRINTIFY RESEND SENDGRID);

    $self->{$_} = delete $secrets->{ uc $_ } for qw(admin_user admin_password);
    $self->{in_force} = {
        TSHOP_PUBLIC_URL   => $self->base_url,
        TSHOP_MEDIA_DIR    => "$self->{state}/media",
        TSHOP_RENDER       => $self->program('tshop-render'),
        TSHOP_MAIL_DIR     => "$self->{source}/mail",
        TSHOP_METRICS_FILE => "$self->{state}/run/metrics",
        TSHOP_SANDBOX_DIR  => "$self->{state}/sandbox",
        TSHOP_HOLD_MINUTES => 0,
        PAYPAL_WEBHOOK_CA  => "$self->{state}/sandbox/paypal.pem",
        GOOGLE_ISSUER      => $self->sandbox_url,
        S3_ENDPOINT        => $self->sandbox_url,
        S3_BUCKET          => 'tshop-pictures',
        S3_REGION          => 'eu-central-1',
        %base, %$secrets, %{ $self->{settings} },
    };
}

# The settings as a program of that role sees them. Only the sandbox, which
# calls the shop as the world does, must know who signed our certificate.
sub environment ($self, $role) {
    my %ca = $role eq 'sandbox' ? (TSHOP_SANDBOX_CA => $self->tls . "/ca.crt") : ();
    return { %{ $self->{in_force} }, %ca,
        DATABASE_URL => $self->{database}{$role} // $self->{database}{app} };
}

# ---- the certificate ----

# A CA of our own, and a certificate by it for this machine's loopback.
sub certificate ($class, $tls) {
    return if -s "$tls/server.crt";
    my @new = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes');
    my $openssl = sub (@words) { run_quietly("$tls/openssl.txt", {}, 'openssl', @words) };

    $openssl->('req', '-x509', @new, '-days', 3650, '-subj', '/CN=TShop demo CA',
        '-addext', 'keyUsage=critical,keyCertSign,cRLSign',
        '-keyout', "$tls/ca.key", '-out', "$tls/ca.crt");
    $openssl->('req', @new, '-subj', '/CN=localhost', '-keyout', "$tls/server.key",
        '-out', "$tls/server.csr");
    write_file("$tls/server.ext", "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost\n"
        . "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n");
    $openssl->('x509', '-req', '-in', "$tls/server.csr", '-CA', "$tls/ca.crt",
        '-CAkey', "$tls/ca.key", '-CAcreateserial', '-days', 3650,
        '-extfile', "$tls/server.ext", '-out', "$tls/server.crt");
    unlink "$tls/server.csr", "$tls/server.ext", "$tls/openssl.txt";
    chmod 0600, "$tls/ca.key", "$tls/server.key";
    chmod 0644, "$tls/ca.crt", "$tls/server.crt";
    owned(glob "$tls/*");
}

# ---- nginx ----

# So many a second from one address before nginx itself says no: far above what
# the API allows, whatever it allows.
sub _coarse_rate ($self) {
    my $window = $self->{in_force}{TSHOP_RATE_API_GENERAL} // '100/15m';
    my ($limit, $count, $unit) = $window =~ m{^(\d+)/(\d+)([smhd])} or return 20000;
    my %seconds = (s => 1, m => 60, h => 3600, d => 86400);
    my $rate = int(100 * $limit / ($count * $seconds{$unit} || 1));
    return $rate < 20000 ? 20000 : $rate > 1_000_000 ? 1_000_000 : $rate;
}

sub _nginx_files ($self) {
    my ($state, $conf) = ($self->{state}, "$self->{state}/nginx/conf");
    my $l2 = $self->{in_force}{TSHOP_CACHE_L2} // 'on';
    my $rate = $self->_coarse_rate;
    my $password = $self->{admin_password};
    chomp(my $hash = capture({ PASSWORD => $password }, 'sh', '-c',
        'printf %s "$PASSWORD" | openssl passwd -6 -stdin'));

    owned(write_file("$state/nginx/htpasswd", "$self->{admin_user}:$hash\n", 0600));
    owned(write_file("$conf/pools.conf",
        capture({}, $self->program('tshopctl'), 'nginx', 'locations')));
    my %fill = (
        USER => '', RUN => $self->run_dir, LOG => $self->log_dir, TMP => "$state/nginx/tmp",
        SANDBOX => "include $conf/sandbox.conf;", SANDBOX_LISTEN => "127.0.0.1:$self->{sandbox_port}",
        LISTEN => "127.0.0.1:$self->{port}",
        LISTEN_MORE => join(' ', $self->{plain_port} ? "listen 127.0.0.1:$self->{plain_port};" : (), $self->{site_more} // ()),
        CERTIFICATE => $self->tls . "/server.crt", CERTIFICATE_KEY => $self->tls . "/server.key",
        HTPASSWD => "$state/nginx/htpasswd", PAGES => $self->{pages} // "$self->{source}/pages",
        MEDIA => "$state/media", CACHE => $l2 eq 'on' ? 'tshop_cache' : 'off',
        RATE => $rate, BURST => 2 * $rate,
    );
    run_quietly($self->log_dir . '/nginx-site.txt', {}, "$self->{source}/scripts/nginx-site",
        "$self->{source}/nginx", $conf, map { "$_=$fill{$_}" } sort keys %fill);
    owned(glob "$conf/*");
}

sub _nginx ($self, @words) {
    run_quietly($self->log_dir . '/nginx-start.txt', {}, as_account(), '/usr/sbin/nginx',
        '-e', $self->log_dir . '/nginx-error.log', '-p', "$self->{state}/nginx/",
        '-c', "$self->{state}/nginx/conf/nginx.conf", @words);
}

# ---- the database ----

# Roles, schema and the demo's catalogue, in a cluster that runs.
sub deploy ($self, $cluster) {
    my @ctl = (as_account(), $self->program('tshopctl'));
    my $owner = { DATABASE_URL => $cluster->url('tshop_owner') };
    my $log = $self->log_dir . '/setup.txt';
    my @schema = ('--schema', "$self->{source}/schema");

    run_quietly($log, {}, @ctl, 'setup', @schema, $cluster->url('postgres', 'postgres'));
    run_quietly($log, $owner, @ctl, 'migrate', @schema);
    run_quietly($log, $owner, @ctl, 'catalog', 'load', "$self->{source}/schema/demo.sql");
}

# The large shop of scripts/bench: 'scale' times 20,000 users and what they
# drew, of which each likes so many.
sub fill ($class, $url, $log, $source, $scale, $likes = 50) {
    my %size = (products => 60, users => 20_000 * $scale, designs => 200_000 * $scale, likes => $likes);
    run_quietly($log, {}, as_account(), 'psql', '-Xq', '-d', $url,
        (map { ('-v', "$_=" . int $size{$_}) } sort keys %size), '-f', "$source/scripts/lib/large.sql");
}

# ---- the daemons ----

sub _cores () { my $n = () = (read_file('/proc/cpuinfo') // '') =~ /^processor/mg; return $n || 1 }

sub workers ($self, $pool) {
    my %least = (fast => 2 * _cores(), hash => _cores(), patient => 16);
    return $self->{in_force}{ 'TSHOP_WORKERS_' . uc $pool } || $least{$pool};
}

# Fast workers do not interrupt the server that is answering them.
my %POLICY = ('pool-fast' => [ qw(chrt --batch 0) ]);

sub _keep ($self, $role, $name, @words) {
    spawn_daemon($self->log_dir . "/$name.log", $self->environment($role), as_account(),
        @{ $POLICY{$name} // [] }, $self->program('tshopctl'), @words);
}

sub _start_pool ($self, $pool) {
    my $run = $self->run_dir;
    $self->_keep('app', "pool-$pool", 'pool', 'run', $pool, '--socket', "$run/$pool.sock",
        '--workers', $self->workers($pool), '--pid', "$run/pool-$pool.pid", '--', $self->program('tshop'));
}

# Before the first request: sandbox and nginx, so that whoever starts next
# finds somebody to talk to.
sub start ($self) {
    my $run = $self->run_dir;
    $self->_nginx_files;
    $self->_keep('sandbox', 'sandbox', 'keep', '--socket', "$run/sandbox.sock",
        '--pid', "$run/sandbox.pid", '--', $self->program('tshop-sandbox'));
    wait_for(10, sub { -S "$run/sandbox.sock" });
    $self->_nginx;
    $self->_start_pool($_) for @POOLS;
    $self->_keep('jobs', 'jobs', 'keep', '--pid', "$run/jobs.pid", '--', $self->program('tshop-jobs'));
}

sub get ($self, $url) {
    my $status = eval {
        capture({}, 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', 5,
            '--cacert', $self->tls . "/ca.crt", $url);
    };
    return $status // 0;
}

# Wait until it serves. Dies telling whose log to read.
sub wait_ready ($self, $seconds = 30) {
    my $status;
    wait_for($seconds, sub { ($status = $self->get($self->base_url . '/readyz')) eq '200' })
        or die "the shop is not ready: /readyz answers $status\n" . $self->last_errors . 'The logs are in '
        . $self->log_dir . "\n";
    wait_for(10, sub { $self->get($self->sandbox_url . '/_sandbox/mail') eq '200' })
        or die "the sandbox does not answer\nThe log is " . $self->log_dir . "/sandbox.log\n";
    wait_for(10, sub { is_alive(pid_of($self->run_dir . '/jobs.pid')) })
        or die "the job runner does not stay\nThe log is " . $self->log_dir . "/jobs.log\n";
}

# The last thing that each of the programs complained about.
sub last_errors ($self) {
    my $text = '';
    for my $log (glob $self->log_dir . '/{pool-*,jobs,sandbox}.log') {
        my ($last) = grep { /"level":"error"/ } reverse split /\n/, read_file($log) // '';
        $text .= "$log: $last\n" if $last;
    }
    return $text;
}

sub is_running ($self) {
    my $run = $self->run_dir;
    return grep { is_alive(pid_of($_), $self->{state}) }
        "$run/nginx.pid", (map { "$run/pool-$_.pid" } @POOLS), "$run/jobs.pid.keeper", "$run/sandbox.pid.keeper";
}

# All of it, whoever started it. The managers end their own; they are told
# together and awaited one after the other.
sub stop ($self) {
    my ($run, $state) = ($self->run_dir, $self->{state});
    my @managers = ((map { "$run/pool-$_.pid" } @POOLS), "$run/jobs.pid.keeper", "$run/sandbox.pid.keeper");
    my @pids = grep { is_alive($_, $state) } map { pid_of($_) // () } @managers;

    end_process(pid_of("$run/nginx.pid"), $state, 'QUIT', 3);
    kill 'TERM', @pids;
    end_process($_, $state) for @pids;
    unlink "$run/nginx.pid", glob "$run/*.pid $run/*.keeper $run/*.sock";
}

1;
