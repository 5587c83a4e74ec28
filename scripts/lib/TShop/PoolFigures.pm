package TShop::PoolFigures;

# What a pool of workers takes, and how soon it answers, as sentences.

use v5.36;
use TShop::Measure qw(median pss_kib);
use TShop::Run qw(end_process pid_of);
use Time::HiRes ();

my $STARTS = 9;

# Memory after so many requests, and after half of them. pids: gives the
# workers'; serve: sends some requests and tells how many.
sub memory ($class, $requests, $pids, $serve) {
    my ($served, $half) = (0);
    while ($served < $requests) {
        $served += $serve->();
        $half //= pss_kib($pids->()) if $served >= $requests / 2;
    }
    return sprintf 'takes %.1f MiB (PSS) after %d requests, and took %.1f after half of them.',
        pss_kib($pids->()) / 1024, $served, $half / 1024;
}

# From its start to its first answer. answer: dies until there is one.
sub ready ($class, $stand, $answer) {
    my @ms;
    for (1 .. $STARTS) {
        end_process(pid_of($stand->run_dir . '/pool-fast.pid'), $stand->{state});
        my $began = Time::HiRes::time();
        $stand->_start_pool('fast');
        until (eval { $answer->() }) {
            die "the pool does not start\n" if Time::HiRes::time() > $began + 10;
            Time::HiRes::sleep(0.001);
        }
        push @ms, 1000 * (Time::HiRes::time() - $began);
    }
    return sprintf 'The pool answers %.0f ms after its start.', median(@ms);
}

1;
