package TShop;

# A shop for a test: its own database, workers, job runner, sandbox and nginx,
# gone at exit.
#
#   my $shop = TShop->boot;
#   my $ada  = $shop->shopper;
#   my $mug  = $shop->variant(price => '12.50');
#   my $r    = $ada->post('/cart/items', { %$mug, quantity => 1 });
#   is $r->status, 201;
#
# t/run starts one PostgreSQL for all tests; a test that is run by hand starts
# one for itself. Environment: srcdir, builddir (default: build, var/check).

use v5.36;
use Cwd 'abs_path';
use FindBin;
use File::Path ();
use File::Temp ();
use IO::Socket::INET;
use JSON::PP ();
use Test::More ();
use Time::HiRes qw(sleep time);

my $source;
BEGIN {
    $source = abs_path($ENV{srcdir} // __FILE__ =~ s{/?t/lib/TShop\.pm$}{}r || '.');
    unshift @INC, "$source/scripts/lib", "$source/t/lib";
}
use TShop::Bench;
use TShop::Client;
use TShop::Run qw(read_file pid_of is_alive wait_for capture as_account);
use TShop::Stand;
use TShop::Wire;

# What differs from the defaults, so that tests meet the limits only when they
# mean to, and see at once what they have written.
my %SETTINGS = (
    TSHOP_RATE_API_GENERAL   => '1000000/1m',
    TSHOP_RATE_API_AUTH      => '1000000/1m',
    TSHOP_RATE_AI_FREE       => '1000/1h',
    TSHOP_RATE_AI_REGISTERED => '1000/1h',
    TSHOP_RATE_AI_PREMIUM    => '1000/1h',
    TSHOP_JOB_BACKOFF        => '1s',
    TSHOP_CACHE_L1           => 'off',
    TSHOP_CACHE_L2           => 'off',
    TSHOP_WORKERS_FAST       => 2,
    TSHOP_WORKERS_HASH       => 2,
    TSHOP_WORKERS_PATIENT    => 2,
);
my $count = 0;
my @open;

# settings: TSHOP_… that differ; wired: workers and job runner reach the
# database by a TShop::Wire.
sub boot ($class, %o) {
    my $bench = TShop::Bench->get($source);
    my $state = File::Temp::tempdir('tshop-XXXXXX', TMPDIR => 1);
    my $self  = bless { bench => $bench, pid => $$, state => $state, database => 'test_' . $$ . '_' . ++$count }, $class;

    push @open, $self;
    $bench->stand_begins($state);
    $bench->database($self->{database});
    my %database = map { $_ => $bench->cluster->url("tshop_$_", $self->{database}) } qw(app jobs owner);
    $self->{wire} = TShop::Wire->new($bench->folder) if $o{wired};
    for my $url ($o{wired} ? @database{qw(app jobs)} : ()) { $url =~ s/host=\K.*/$self->{wire}->folder/e }
    # Another test may be quicker to take a free port: then take others.
    for my $try (1 .. 5) {
        my @ports = _free_ports(3);
        my $stand = $self->{stand} = TShop::Stand->new(
            source => $source, build => $bench->build, state => $state, tls => $bench->tls,
            port => $ports[0], sandbox_port => $ports[1], plain_port => $ports[2],
            settings => { %SETTINGS, %{ $o{settings} // {} } },
            database => \%database);
        $stand->prepare;
        last if eval { $stand->start; 1 };
        die $@ if $try == 5;
        $stand->stop;
    }
    $self->{stand}->wait_ready;
    return $self;
}

sub _free_ports ($n) {
    my @sockets = map { IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "no port: $!\n" } 1 .. $n;
    return map { $_->sockport } @sockets;
}

# ---- where things are ----

sub state_dir ($self) { $self->{state} }
sub stand ($self)     { $self->{stand} }
sub source ($self)    { $source }
sub wire ($self)      { $self->{wire} }
sub base_url ($self)  { $self->{stand}->base_url }
sub plain_url ($self) { "http://127.0.0.1:$self->{stand}{plain_port}" }
sub ca ($self)        { $self->{bench}->tls . '/ca.crt' }
sub database_url ($self, $role = 'owner') { $self->{bench}->cluster->url("tshop_$role", $self->{database}) }

# The value of a setting in force.
sub setting ($self, $name) { $self->{stand}{in_force}{$name} }

# ---- callers ----

# Somebody without a name. Over plain HTTP, to be quick; secure() goes through
# TLS; at() calls paths that stand outside /api/v1.
sub guest ($self, %o) { TShop::Client->new(base => $self->plain_url, prefix => '/api/v1', %o) }
sub secure ($self, %o) { TShop::Client->new(base => $self->base_url, prefix => '/api/v1', ca => $self->ca, %o) }
sub at ($self, %o) { TShop::Client->new(base => $self->plain_url, %o) }
sub sandbox ($self) { TShop::Client->new(base => $self->{stand}->sandbox_url) }

# user: one more of them, let in from now on.
sub admin ($self, %o) {
    require MIME::Base64;
    my ($name, $password) = @{ $self->{stand} }{qw(admin_user admin_password)};
    if ($name ne ($o{user} // $name)) {
        $name = $o{user};
        open my $out, '>>', "$self->{state}/nginx/htpasswd" or die "htpasswd: $!\n";
        print $out "$name:{PLAIN}$password\n";
        close $out or die "htpasswd: $!\n";
    }
    delete $o{user};
    my $secret = MIME::Base64::encode_base64("$name:$password", '');
    return $self->guest(headers => { Authorization => "Basic $secret" }, prefix => '/api/v1/admin', %o);
}

# Somebody registered, verified unless told otherwise, and signed in. The
# client knows its {user}, {email}, {password}, {refresh}.
sub shopper ($self, %o) {
    my $email = $o{email} // sprintf 'shopper.%d.%d@example.com', $$, ++$count;
    my $password = $o{password} // 'correct horse battery';
    my $answer = $self->guest->post('/auth/register', {
        email => $email, password => $password,
        firstName => $o{firstName} // 'Ada', lastName => $o{lastName} // 'Lovelace' });
    die 'no shopper: ' . $answer->brief . "\n" unless $answer->status == 201;
    my $user = $answer->data->{user};
    my $id = _literal($user->{id});
    $self->sql("UPDATE users SET email_verified_at = now() WHERE id = $id") if $o{verified} // 1;
    $self->sql('UPDATE users SET tier_override = ' . _literal($o{tier}) . " WHERE id = $id") if $o{tier};
    return $self->guest(token => $answer->data->{accessToken}, user => $user, email => $email,
        password => $password, refresh => $answer->data->{refreshToken});
}

# ---- things ----

sub _literal ($value) { defined $value ? "'" . $value =~ s/'/''/gr . "'" : 'NULL' }

# A new product like one of the demo's, with one variant, which both printers
# make; without a design unless blank => 0. Ready for POST /cart/items.
sub variant ($self, %o) {
    my $price = $o{price} // '20.00';
    my $currency = $o{currency} // 'USD';
    my $minor = $currency eq 'JPY' ? $price : sprintf '%.0f', $price * 100;
    my $name = _literal($o{name} // 'Product ' . ++$count);
    my $category = _literal($o{category} // 't-shirt');
    my $blank = $o{blank} // 1 ? 'true' : 'false';
    my $money = _literal($currency);
    my ($product, $variant) = split /\|/, $self->sql(<<"END");
WITH model AS (SELECT * FROM products WHERE category = $category ORDER BY created_at, id LIMIT 1),
made AS (INSERT INTO products (name, description, category, base_price, currency,
        printful_product_id, printify_product_id, design_constraints)
    SELECT $name, description, category, $minor, $money, printful_product_id, printify_product_id,
        design_constraints || '{"blankAllowed": $blank}' FROM model RETURNING id),
like_it AS (SELECT v.* FROM product_variants v JOIN model ON v.product_id = model.id
    WHERE v.available ORDER BY v.position, v.id LIMIT 1),
one AS (INSERT INTO product_variants (product_id, size, color, color_hex, printful_variant_id, printify_variant_id)
    SELECT made.id, l.size, l.color, l.color_hex, l.printful_variant_id, l.printify_variant_id
    FROM made, like_it l RETURNING id, product_id),
both_make_it AS (INSERT INTO provider_variants (variant_id, provider, product_ref, variant_ref, cost, currency)
    SELECT one.id, p.provider, p.product_ref, p.variant_ref, p.cost, p.currency
    FROM one, like_it JOIN provider_variants p ON p.variant_id = like_it.id)
SELECT product_id, id FROM one
END
    return { productId => $product, variantId => $variant };
}

# A design made by hand, through the API, and drawn.
sub design ($self, $owner, %o) {
    my $answer = $owner->post('/designs', {
        title => $o{title} // 'Design ' . ++$count, productCategory => $o{category} // 't-shirt',
        public => $o{public} ? JSON::PP::true() : JSON::PP::false(),
        designData => $o{designData} // { version => '6.0.0', width => 1800, height => 2400, objects => [
            { type => 'Rect', left => 300, top => 400, width => 1200, height => 1600, fill => '#c02020' } ] } });
    die 'no design: ' . $answer->brief . "\n" unless $answer->status == 201;
    my $design = $answer->data;
    return $design if $o{undrawn};
    $self->until_so(30, sub {
        $design = $owner->get("/designs/$design->{id}")->data;
        return $design->{status} =~ /^(?:ready|failed|blocked)$/ && ($design->{imageUrl} || $design->{status} ne 'ready');
    });
    return $design;
}

sub address ($self, %o) {
    return { name => 'Ada Lovelace', line1 => '1 Market Street', city => 'San Francisco', state => 'CA',
        postalCode => '94105', country => 'US', phone => '+14155550100', %o };
}

# Run SQL as the owner of the tables; what psql prints, columns split by "|".
sub sql ($self, $sql, $role = 'tshop_owner') {
    return $self->{bench}->cluster->psql($role, $self->{database}, $sql);
}

# Letters to somebody, oldest first: { subject, text, html, links, … }.
# What tshopctl prints; "died: …" where it complained.
sub ctl ($self, @words) {
    return eval { capture($self->stand->environment('owner'), as_account(), $self->stand->program('tshopctl'), @words) } // "died: $@";
}

sub mails ($self, $to) {
    my $json = $self->sandbox->get("/_sandbox/mail?to=$to")->json;
    return ref $json eq 'ARRAY' ? @$json : ref $json eq 'HASH' ? @{ $json->{data} // [] } : ();
}

# The first letter whose subject fits, when it has come; undef if it does not.
sub mail ($self, $to, $like = qr/./, $seconds = 15) {
    return $self->until_so($seconds, sub { (grep { $_->{subject} =~ $like } $self->mails($to))[0] });
}

# The ?token= of a letter's link.
sub mail_token ($self, $mail) {
    for my $link (@{ $mail->{links} // [] }) { return $1 if $link =~ /[?&]token=([\w.-]+)/ }
    return;
}

# Ask until it is true; its value, or undef when the time is over.
sub until_so ($self, $seconds, $is_so) { wait_for($seconds, $is_so) || undef }

# No job is waiting that could run now, and none is running.
sub settle ($self, $seconds = 20) {
    return $self->until_so($seconds, sub {
        $self->sql(q{SELECT count(*) FROM jobs WHERE state = 'running' OR (state = 'queued' AND run_at <= now())}) eq '0';
    });
}

# ---- bytes, processes, logs ----

# Send bytes as they are over plain HTTP, and give back what comes until the
# connection is closed or the time is over.
sub raw ($self, $bytes, $seconds = 3) {
    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{stand}{plain_port}") or die "connect: $!\n";
    local $SIG{PIPE} = 'IGNORE';
    $socket->autoflush(1);
    print $socket $bytes;
    my $got = '';
    eval {
        local $SIG{ALRM} = sub { die "late\n" };
        Time::HiRes::alarm($seconds);
        1 while sysread $socket, $got, 65536, length $got;
        Time::HiRes::alarm(0);
    };
    Time::HiRes::alarm(0);
    return $got;
}

# The same, as an answer of its first status line, headers and body.
sub raw_answer ($self, $bytes, $seconds = 3) {
    my ($head, $body) = split /\r\n\r\n/, $self->raw($bytes, $seconds), 2;
    my ($line, @lines) = split /\r\n/, $head // '';
    my %headers = map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () } @lines;
    return TShop::Answer->new(status => ($line // '') =~ m{^HTTP/\S+ (\d+)} ? $1 : 0,
        headers => \%headers, body => $body // '');
}

sub manager ($self, $pool) { pid_of($self->{stand}->run_dir . "/pool-$pool.pid") }
sub runner ($self) { pid_of($self->{stand}->run_dir . '/jobs.pid') }

# The ids of a pool's workers: the children of multiwatch, the manager's child.
sub workers ($self, $pool) { map { _children($_) } _children($self->manager($pool)) }

sub _children ($pid) { split ' ', read_file("/proc/$pid/task/$pid/children") // '' }

# The lines of a log, as structures: log('pool-fast'), log('access').
sub log ($self, $name) {
    my $reader = JSON::PP->new;
    return map { eval { $reader->decode($_) } // { broken => $_ } } split /\n/,
        read_file($self->{stand}->log_dir . "/$name.log") // '';
}

# ---- the end ----

sub shut ($self) {
    $self->{stand}->stop if $self->{stand};
    $self->{wire}->cut if $self->{wire};
    $self->{bench}->drop($self->{database});
    File::Path::remove_tree($self->{state});
    $self->{bench}->stand_ends($self->{state});
    @open = grep { $_ != $self } @open;
}

sub _tell_logs ($self) {
    for my $file (glob $self->{stand}->log_dir . '/*.log') {
        my @lines = grep { /"level":"(?:warn|error)"|Sanitizer|runtime error|^[^{]/ && !/"said"/ } split /\n/, read_file($file) // '';
        splice @lines, 0, -25 if @lines > 25;
        Test::More::diag("---- $file\n" . join "\n", @lines) if @lines;
    }
}

$SIG{INT} = $SIG{TERM} = sub { exit 130 };

END {
    my $status = $?;
    local ($@, $!);
    my $bad = $status || !Test::More->builder->is_passing;
    # shut() shortens the list; what a child inherited is its parent's.
    for my $shop (my @all = grep { $_->{pid} == $$ } @open) {
        eval { $shop->_tell_logs if $bad && $shop->{stand} };
        eval { $shop->shut; 1 } or print STDERR "# not shut: $@";
    }
    $? = $status;
}

1;
