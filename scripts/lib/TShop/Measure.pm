package TShop::Measure;

# Driving a shop and counting what that costs: wrk and pgbench, processor time
# from /proc, memory from smaps.

use v5.36;
use Exporter 'import';
use File::Temp ();
use JSON::PP ();
use TShop::Run qw(as_account read_file);

our @EXPORT_OK = qw(descendants median cpu_us pss_kib wrk pgbench);

my $TICK_US = 10_000;    # of /proc/PID/stat: a hundredth of a second

sub descendants ($pid) {
    my @direct = split ' ', read_file("/proc/$pid/task/$pid/children") // '';
    return map { ($_, descendants($_)) } @direct;
}

sub median (@numbers) {
    my @sorted = sort { $a <=> $b } @numbers;
    return @sorted % 2 ? $sorted[ $#sorted / 2 ] : ($sorted[ @sorted / 2 ] + $sorted[ @sorted / 2 - 1 ]) / 2;
}

# What these processes have used until now, of user and system time.
sub cpu_us (@pids) {
    my $ticks = 0;
    for my $pid (@pids) {
        my ($rest) = (read_file("/proc/$pid/stat") // next) =~ /\) (.*)/s or next;
        my @field = split ' ', $rest;
        $ticks += $field[11] + $field[12];
    }
    return $ticks * $TICK_US;
}

# Memory, what is shared being shared out.
sub pss_kib (@pids) {
    my $kib = 0;
    for my $pid (@pids) {
        my ($pss) = (read_file("/proc/$pid/smaps_rollup") // '') =~ /^Pss:\s+(\d+)/m or die "the memory of $pid may not be read\n";
        $kib += $pss;
    }
    return $kib;
}

# Requests as [method, path, headers, body], one after the other and again.
sub _script (@requests) {
    my $quote = sub ($text) { JSON::PP->new->allow_nonref->encode($text) };
    my $lua = "local all = {}\n";
    for my $r (@requests) {
        my ($method, $path, $headers, $body) = @$r;
        my $lines = join ', ', map { '[' . $quote->($_) . '] = ' . $quote->($headers->{$_}) } sort keys %{ $headers // {} };
        $lua .= sprintf "all[#all + 1] = { %s, %s, { %s }, %s }\n", $quote->($method), $quote->($path), $lines,
            defined $body ? $quote->($body) : 'nil';
    }
    return $lua . <<'LUA';
local ready, at = {}, 0
function init(args)
	for i, r in ipairs(all) do ready[i] = wrk.format(r[1], r[2], r[3], r[4]) end
end
function request()
	at = at % #ready + 1
	return ready[at]
end
function done(summary, latency, requests)
	local e = summary.errors
	io.stderr:write(string.format('{"requests":%d,"us":%d,"p50":%d,"p99":%d,"errors":%d}\n',
	    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
	    e.connect + e.read + e.write + e.status + e.timeout))
end
LUA
}

# Requests a second, percentiles in microseconds, processor time of 'pids' for
# each; dies when one was not answered with success.
# base, requests, clients, seconds, pids.
sub wrk (%o) {
    my $script = File::Temp->new(SUFFIX => '.lua');
    my $said = File::Temp->new;
    print $script _script(@{ $o{requests} });
    close $script;
    my $before = cpu_us(@{ $o{pids} });
    system(sprintf 'wrk -t1 -c%d -d%ds -s %s %s >/dev/null 2>%s', $o{clients}, $o{seconds}, $script, $o{base}, $said) == 0
        or die 'wrk: ' . read_file("$said");
    my $used = cpu_us(@{ $o{pids} }) - $before;
    my ($line) = (read_file("$said") // '') =~ /^(\{.*\})$/m or die "wrk says nothing\n";
    my $r = JSON::PP->new->decode($line);
    die "$r->{errors} of $r->{requests} requests to $o{requests}[0][1] failed\n" if $r->{errors} || !$r->{requests};
    return { rate => $r->{requests} / $r->{us} * 1e6, p50 => $r->{p50}, p99 => $r->{p99},
        cpu => $used / $r->{requests}, requests => $r->{requests} };
}

# Transactions a second of scripts, each by a client of its own, prepared.
# bin, url, scripts (texts), seconds.
sub pgbench (%o) {
    my @runs = map {
        my $file = File::Temp->new(SUFFIX => '.sql');
        print $file $_;
        close $file;
        chmod 0644, "$file";
        open(my $said, '-|', as_account(), "$o{bin}/pgbench", '-n', '-M', 'prepared', '-c', 1, '-T', $o{seconds}, '-f', "$file", $o{url})
            or die "pgbench: $!\n";
        [ $said, $file ];
    } @{ $o{scripts} };
    my $rate = 0;
    for my $run (@runs) {
        my $text = do { local $/; my $said = $run->[0]; <$said> };
        close $run->[0] or die "pgbench failed\n";
        my ($tps) = $text =~ /^tps = ([\d.]+)/m or die "pgbench: $text";
        $rate += $tps;
    }
    return { rate => $rate };
}

1;
