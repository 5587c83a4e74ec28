package TShop::Figures;

# What "make bench" prints: each route against what it could be at best. A
# subject and its references take turns in every round, so that whatever else
# the machine does meets all of them; medians count.

use v5.36;
use File::Path ();
use File::Temp ();
use IO::Socket::INET;
use JSON::PP ();
use List::Util qw(sum0);
use TShop::Cluster;
use TShop::Measure qw(descendants median cpu_us wrk pgbench);
use TShop::PoolFigures;
use TShop::Run qw(owned as_account spawn_daemon pid_of end_process read_file write_file wait_for);
use TShop::Stand;
use TShop::Submissions;

my $CLIENTS = 16;
my $CALLERS = 64;      # addresses or users that call by turns
my $RIVALS  = 8;       # processes of ten lines, and clients of pgbench
my $WORKERS = 8;       # of the pool that is weighed
my $MILLION = 1_000_000;
my $ORDERS  = 500;

# source, build: folders; scale; rounds; seconds of each; manual: write the
# table into the manual.
sub new ($class, %o) {
    my $self = bless { lines => [], %o }, $class;
    $self->{state} = File::Temp::tempdir('tshop-bench-XXXXXX', TMPDIR => 1);
    $self->{cluster} = TShop::Cluster->new(data => "$self->{state}/pg", socket => "$self->{state}/run",
        log => "$self->{state}/log", connections => 100);
    $self->{ports} = [ map { $_->sockport } map { IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "no port: $!\n" } 1 .. 3 ];
    return $self;
}

sub run ($self) {
    local $SIG{INT} = local $SIG{TERM} = sub { die "interrupted\n" };
    $| = 1;
    my $done = eval {
        $self->prepare;
        $self->phase('nginx\'s cache, against nginx and a file', {}, \&from_nginx);
        $self->phase('the worker\'s cache, against ten lines of libfcgi', { TSHOP_CACHE_L2 => 'off' }, \&from_worker);
        $self->phase('nothing cached, against pgbench', { TSHOP_CACHE_L2 => 'off', TSHOP_CACHE_L1 => 'off' }, \&from_database);
        $self->pool;
        $self->submissions;
        1;
    };
    my $why = $@;
    $self->take_down;
    die $why unless $done;
    $self->write_manual if $self->{manual};
}

# ---- the shop ----

sub prepare ($self) {
    $self->load;
    $self->people;
}

sub load ($self) {
    my $state = $self->{state};
    chmod 0755, $state;
    owned($state);
    say 'Putting up a large shop';
    my $stand = $self->stand({});
    $stand->prepare;
    $self->pages;
    $self->{cluster}->create;
    $self->{cluster}->start;
    $stand->deploy($self->{cluster});
    my $began = time;
    $stand->fill($self->url('owner'), "$state/log/load.txt", $self->{source}, $self->{scale}, $self->{likes} // 50);
    # The printers know some of these goods and not others; nobody is to learn
    # that while they are being bought.
    $self->sql(q{INSERT INTO clock_jobs (kind, last_run_at) VALUES ('sync_catalogue', now()) ON CONFLICT (kind) DO UPDATE SET last_run_at = now()});
    say sprintf '%s designs, %s likes, %s users (in %d s)', (map { $self->sql("SELECT count(*) FROM $_") } qw(designs design_likes users)), time - $began;
}

sub stand ($self, $settings) {
    my $state = $self->{state};
    my %calm = (TSHOP_RATE_API_GENERAL => '100000000/15m', TSHOP_RATE_API_AUTH => '100000000/15m',
        TSHOP_TRUSTED_PROXIES => '127.0.0.1', TSHOP_LOG_LEVEL => 'warn');
    return TShop::Stand->new(source => $self->{source}, build => $self->{build}, state => $state,
        port => $self->{ports}[0], sandbox_port => $self->{ports}[1], plain_port => $self->{ports}[2],
        pages => "$state/pages", settings => { %calm, %$settings },
        site_more => "location /ten/ { fastcgi_pass unix:$state/run/ten\$uri.sock; include $state/nginx/conf/headers.conf; }",
        database => { map { $_ => $self->url($_) } qw(app jobs owner) });
}

sub url ($self, $role) { $self->{cluster}->url("tshop_$role") }
sub sql ($self, $sql) { $self->{cluster}->psql('postgres', 'tshop', $sql) }
sub base ($self) { "http://127.0.0.1:$self->{ports}[2]" }

sub pages ($self) {
    my $folder = "$self->{state}/pages";
    File::Path::make_path("$folder/assets");
    owned($folder, "$folder/assets");
}

# Tokens of so many users, made as the hash pool makes them.
sub people ($self) {
    my $stand = $self->stand({});
    $stand->prepare;
    $stand->start;
    $stand->wait_ready;
    for my $n (1 .. $CALLERS) {
        my $r = $self->call('POST', '/api/v1/auth/login', { 'Content-Type' => 'application/json' },
            qq({"email":"large.$n\@example.com","password":"large password"}));
        push @{ $self->{people} }, JSON::PP->new->decode($r->{content})->{data};
    }
    $stand->stop;
}

sub call ($self, $method, $path, $headers = {}, $body = undef) {
    require HTTP::Tiny;
    my $r = HTTP::Tiny->new(timeout => 30)->request($method, $self->base . $path,
        { headers => $headers, defined $body ? (content => $body) : () });
    $r->{success} or die "$method $path: $r->{status} $r->{content}\n";
    return $r;
}

sub take_down ($self) {
    $SIG{INT} = $SIG{TERM} = 'IGNORE';
    eval { $self->stand({})->stop };
    end_process($_, 'multiwatch') for @{ $self->{tens} // [] };
    eval { $self->{cluster}->stop };
    File::Path::remove_tree($self->{state});
}

sub open_with ($self, $settings) {
    my $stand = $self->{standing} = $self->stand($settings);
    $stand->prepare;
    $stand->start;
    $stand->wait_ready;
    return $stand;
}

# One setting of the caches; the shop is started anew for it.
sub phase ($self, $title, $settings, $measure) {
    my $stand = $self->open_with($settings);
    say "\n$title";
    push @{ $self->{lines} }, [ \$title ];
    printf "%-28s %9s %8s %8s %9s %7s %7s\n", '', 'requests/s', 'p50 ms', 'p99 ms', 'CPU us', 'ratio', 'CPU x';
    $measure->($self);
    $stand->stop;
}

# ---- who is measured ----

sub nginx_pids ($self) { my $pid = pid_of("$self->{state}/run/nginx.pid"); ($pid, descendants($pid)) }
sub worker_pids ($self) { descendants(pid_of("$self->{state}/run/pool-fast.pid")) }
sub database_pids ($self) { descendants($self->{cluster}->pid) }
sub all_pids ($self) { ($self->nginx_pids, $self->worker_pids, $self->database_pids) }

sub drive ($self, $requests, @pids) {
    return wrk(base => $self->base, requests => $requests, clients => $CLIENTS, seconds => $self->{seconds}, pids => \@pids);
}

# Turns: name => sub giving { rate, … }; their results in medians.
sub turns ($self, %subjects) {
    my %all;
    for my $round (0 .. $self->{rounds}) {
        for my $name (sort keys %subjects) {
            my $r = $subjects{$name}->();
            push @{ $all{$name}{$_} }, $r->{$_} for $round ? keys %$r : ();    # the first is to warm up
        }
    }
    return { map { my $name = $_; $name => { map { $_ => median(@{ $all{$name}{$_} }) } keys %{ $all{$name} } } } keys %all };
}

sub row ($self, $title, $subject, $ratio, $times = undef) {
    printf "%-28s %9d %8.2f %8.2f %9.1f %7s %7s\n", $title, $subject->{rate}, $subject->{p50} / 1000, $subject->{p99} / 1000,
        $subject->{cpu}, defined $ratio ? sprintf('%.2f', $ratio) : '', defined $times ? sprintf('%.1f', $times) : '';
    push @{ $self->{lines} }, [ $title, $ratio, $times ] if defined $ratio;
}

# A sentence below the table.
sub note ($self, $text) {
    say $text;
    push @{ $self->{notes} }, $text;
}

# ---- the routes ----

my %PUBLIC = (
    '/products'               => '/api/v1/products',
    '/products/:id/variants'  => undef,
    '/gallery/designs'        => '/api/v1/gallery/designs',
);

sub path ($self, $route) {
    return $PUBLIC{$route} //= '/api/v1/products/' . $self->sql(q{SELECT id FROM products WHERE name = 'Product 7'}) . '/variants';
}

# The same request of many addresses, each with its own counter.
sub by_addresses ($path) { map { [ 'GET', $path, { 'X-Forwarded-For' => "10.1.0.$_" } ] } 1 .. $CALLERS }
sub by_people ($self, $method, $path, $body = undef) {
    return map { [ $method, $path, { Authorization => "Bearer $_->{accessToken}", defined $body ? ('Content-Type' => 'application/json') : () }, $body ] }
        @{ $self->{people} };
}

# The bytes of an answer as a file that nginx serves.
sub as_file ($self, $path) {
    my $body = $self->call('GET', $path)->{content};
    my $name = 'assets/' . ++$self->{files} . '.json';
    owned(write_file("$self->{state}/pages/$name", $body));
    $self->call('GET', "/$name")->{content} eq $body or die "$name has other bytes\n";
    return [ [ 'GET', "/$name" ] ];
}

sub from_nginx ($self) {
    for my $route (sort keys %PUBLIC) {
        my $path = $self->path($route);
        my $file = $self->as_file($path);
        my $m = $self->turns(
            a_shop => sub { $self->drive([ [ 'GET', $path ] ], $self->all_pids) },
            b_file => sub { $self->drive($file, $self->nginx_pids) });
        $self->row($route, $m->{a_shop}, $m->{a_shop}{rate} / $m->{b_file}{rate}, $m->{a_shop}{cpu} / $m->{b_file}{cpu});
    }
}

# Ten lines of libfcgi behind the same nginx, in many processes.
sub ten ($self, $path) {
    my $r = $self->call('GET', $path);
    my $name = ++$self->{ten_count};
    my $run = "$self->{state}/run";
    mkdir "$run/ten";
    mkdir "$run/ten/ten";
    my $head = join '', map { "$_: $r->{headers}{$_}\r\n" } grep { $r->{headers}{$_} && !ref $r->{headers}{$_} } qw(content-type etag cache-control content-length vary content-language);
    owned("$run/ten", "$run/ten/ten", write_file("$run/ten/$name.txt", "$head\r\n$r->{content}"));
    push @{ $self->{tens} }, spawn_daemon("$self->{state}/log/ten.txt", {}, as_account(), 'spawn-fcgi', '-n', '-s', "$run/ten/ten/$name.sock", '-b', 1024,
        '--', '/usr/bin/multiwatch', '-f', $RIVALS, '--', "$self->{build}/t/bench/ten", "$run/ten/$name.txt");
    wait_for(5, sub { -S "$run/ten/ten/$name.sock" }) or die "ten lines do not start\n";
    $self->call('GET', "/ten/$name")->{content} eq $r->{content} or die "ten lines say something else\n";
    return [ [ 'GET', "/ten/$name" ] ];
}

sub from_worker ($self) {
    for my $route (grep { !/gallery/ } sort keys %PUBLIC) {
        my $path = $self->path($route);
        my $ten  = $self->ten($path);
        my $file = $self->as_file($path);
        my $m = $self->turns(
            a_shop => sub { $self->drive([ by_addresses($path) ], $self->all_pids) },
            b_ten  => sub { $self->drive($ten, $self->nginx_pids) },
            c_file => sub { $self->drive($file, $self->nginx_pids) });
        $self->row($route, $m->{a_shop}, $m->{a_shop}{rate} / $m->{b_ten}{rate}, $m->{a_shop}{cpu} / $m->{c_file}{cpu});
    }
}

# ---- the same SQL, without us ----

# What the database was asked for each of these requests, as scripts of
# pgbench: the statements with their values, as the worker sent them.
sub scripts_of ($self, @requests) {
    my $log = "$self->{state}/log/postgres.json";
    my @scripts;
    $self->sql(q{ALTER ROLE tshop_app SET log_statement = 'all'});
    $self->standing_anew;
    for my $r (@requests) {
        my $from = -s $log;
        $self->call(@$r);
        my @said;
        # The log is written by a process of its own.
        wait_for(5, sub {
            my $last = @said;
            sleep 1 if !@said;
            @said = grep { ($_->{message} // '') =~ /^(?:execute|statement)/ && ($_->{user} // '') eq 'tshop_app' }
                map { JSON::PP->new->decode($_) } grep { /^\{.*\}$/ } split /\n/, substr read_file($log), $from;
            return @said && @said == $last;
        }) or die "no statement of $r->[1] stands in $log\n";
        push @scripts, join '', map { $self->script_line($_) } @said;
    }
    $self->sql(q{ALTER ROLE tshop_app RESET log_statement});
    $self->standing_anew;
    return @scripts;
}

sub script_line ($self, $said) {
    my ($sql) = $said->{message} =~ /^(?:execute [^:]+|statement): (.*)/s;
    my %value = ($said->{detail} // '') =~ /\$(\d+) = ('(?:[^']|'')*'|NULL)/g;
    $sql =~ s/--[^\n]*//g;
    $sql =~ s/\s+/ /g;
    $sql =~ s/\$(\d+)/$value{$1}/g;
    # A colon would be a variable of pgbench, in quotes too.
    $sql =~ s{'((?:[^']|'')*)'}{ my $text = $1; $text =~ /:/ ? q(U&') . $text =~ s/\\/\\\\/gr =~ s/:/\\003A/gr . q(') : "'$text'" }ge;
    # A line of the cart is full at 99: pgbench takes one variant after another.
    my $varies = $sql =~ s/'\Q$self->{variant}\E'/md5('large variant' || :v)::uuid/g ? "\\set v random(700, 718)\n" : '';
    return "$varies$sql;\n";
}

# Workers with connections of their own, so that a role's setting counts.
sub standing_anew ($self) {
    my $stand = $self->{standing};
    $stand->stop;
    $stand->start;
    $stand->wait_ready;
}

sub from_database ($self) {
    # The first is the one that script_line() finds.
    my @variants = split /\n/, $self->sql(q{SELECT v.product_id || ' ' || v.id FROM product_variants v JOIN products p ON p.id = v.product_id
        WHERE p.name = 'Product 7' AND v.available ORDER BY v.position});
    ($self->{variant}) = $variants[0] =~ / (.*)/;
    my $design = $self->sql(q{SELECT id FROM designs WHERE public AND title LIKE 'Fox %' LIMIT 1});
    my @cart = map { my ($product, $variant) = split / /;
        $self->by_people('POST', '/api/v1/cart/items', qq({"productId":"$product","variantId":"$variant","designId":"$design","quantity":1})) } @variants;
    my %requests = (
        (map { $_ => [ by_addresses($self->path($_)) ] } keys %PUBLIC),
        '/users/me'        => [ $self->by_people('GET', '/api/v1/users/me') ],
        'POST /cart/items' => \@cart,
    );
    my $file = $self->as_file($self->path('/products'));
    for my $route (sort keys %requests) {
        my @requests = @{ $requests{$route} };
        my $is_cart = $route =~ /^POST/;
        my @sample = @requests[ 0 .. $RIVALS - 1 ];
        my @scripts = $self->scripts_of(@sample);
        my $anew = sub { $self->sql('TRUNCATE cart_items') if $is_cart };
        my $m = $self->turns(
            a_shop => sub { $anew->(); $self->drive(\@requests, $self->all_pids) },
            b_base => sub { $anew->(); pgbench(bin => $self->{cluster}{bin}, url => $self->url('app'), scripts => \@scripts,
                seconds => $self->{seconds}) },
            c_file => sub { $self->drive($file, $self->nginx_pids) });
        $self->row($route, $m->{a_shop}, $m->{a_shop}{rate} / $m->{b_base}{rate}, $m->{a_shop}{cpu} / $m->{c_file}{cpu});
    }
    $self->depth;
    $self->note(TShop::PoolFigures->ready($self->{standing}, sub { $self->call('GET', '/readyz') }));
}

# A page ten thousand rows deep, against the first.
sub depth ($self) {
    my $path = '/api/v1/gallery/designs?limit=100';
    my $cursor;
    for (1 .. 100) {
        my $page = JSON::PP->new->decode($self->call('GET', $path . ($cursor ? "&cursor=$cursor" : ''))->{content});
        $cursor = $page->{meta}{pagination}{nextCursor} // last;
    }
    my $m = $self->turns(
        a_first => sub { $self->drive([ by_addresses('/api/v1/gallery/designs') ], $self->all_pids) },
        b_deep  => sub { $self->drive([ by_addresses("/api/v1/gallery/designs?cursor=$cursor") ], $self->all_pids) });
    my $times = $m->{a_first}{rate} / $m->{b_deep}{rate};
    $self->row('gallery, 10,000 rows deep', $m->{b_deep}, undef, undef);
    $self->note(sprintf 'The first page of the gallery is served %.2f times as fast as the one ten thousand rows deep.', $times);
}

# ---- the pool ----

# What a pool takes that is larger than this machine's.
sub pool ($self) {
    my $stand = $self->open_with({ TSHOP_CACHE_L2 => 'off', TSHOP_WORKERS_FAST => $WORKERS });
    my @path = map { $self->path($_) } sort keys %PUBLIC;
    my @all = map { my $n = $_; [ 'GET', $path[ $n % @path ], { 'X-Forwarded-For' => "10.2.0.$n" } ] } 1 .. $CALLERS;
    my $said = TShop::PoolFigures->memory($MILLION, sub { $self->worker_pids },
        sub { wrk(base => $self->base, requests => \@all, clients => $CLIENTS, seconds => 10, pids => [])->{requests} });
    $stand->stop;
    $self->note("A pool of $WORKERS workers $said");
}

# ---- jobs ----

# Paid orders in the queue, two runners, and printers that answer at once and
# may be asked as often as one likes.
sub submissions ($self) {
    my $stand = $self->stand({ TSHOP_PROVIDER_PACE => 1_000_000 });
    $stand->prepare;
    $stand->start;
    $stand->wait_ready;
    my $rate = TShop::Submissions->rate($stand, $ORDERS, sub ($sql) { $self->sql($sql) });
    $stand->stop;
    $self->note(sprintf 'Two runners submit %.0f paid orders a second to printers that answer at once.', $rate);
}

# ---- the manual ----

# The table and what was noted stand between two marks of the page.
sub write_manual ($self) {
    my @lines = map { my ($title, $ratio, $times) = @$_;
        ref $title ? ".It Em \"$$title\" Ta Ta" : sprintf '.It Li "%s" Ta %s Ta %s', $title,
            map { defined $_->[1] ? sprintf $_->[0], $_->[1] : '' } [ '%.2f', $ratio ], [ '%.1f', $times ] } @{ $self->{lines} };
    my $table = join "\n", q(.Bl -column "the worker's cache, against ten lines of libfcgi" ratio "CPU x"), '.It Em what Ta Em ratio Ta Em "CPU x"',
        @lines, '.El', map { (".Pp", $_) } @{ $self->{notes} // [] };
    write_between($self->{source}, 'table', $table);
}

sub write_between ($source, $mark, $text) {
    my $file = "$source/man/tshop-performance.7";
    my $page = read_file($file) =~ s/^(\.\\" $mark begins.*\n)(?s:.*?)^(\.\\" $mark ends)/$1$text\n$2/mr;
    write_file($file, $page);
    say "\nThe figures stand in $file";
}

1;
