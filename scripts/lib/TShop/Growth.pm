package TShop::Growth;

# What a hundred times as many designs cost: a shop of 20,000 and one of two
# million stand side by side, and the first page of the gallery is asked of both
# by turns, with nothing cached.

use v5.36;
use TShop::Figures;

my %SIZE = (few => 0.1, many => 10);    # times 200,000 designs
my $LIKES = 5;                          # of each user: enough to sort by

# source, build, rounds, seconds, manual: as for TShop::Figures.
sub run ($class, %o) {
    local $SIG{INT} = local $SIG{TERM} = sub { die "interrupted\n" };
    $| = 1;
    my %shop = map { $_ => TShop::Figures->new(%o, scale => $SIZE{$_}, likes => $LIKES) } sort keys %SIZE;
    my $text;
    my $done = eval {
        for my $shop (@shop{ sort keys %shop }) {
            $shop->load;
            $shop->open_with({ TSHOP_CACHE_L2 => 'off', TSHOP_CACHE_L1 => 'off' });
        }
        $text = measure(%shop);
        1;
    };
    my $why = $@;
    $_->take_down for values %shop;
    die $why unless $done;
    TShop::Figures::write_between($o{source}, 'growth', $text) if $o{manual};
}

sub measure (%shop) {
    my @told;
    for my $sort (qw(newest popular trending)) {
        my @requests = TShop::Figures::by_addresses("/api/v1/gallery/designs?sortBy=$sort");
        my $m = $shop{few}->turns(map { my $shop = $shop{$_}; $_ => sub { $shop->drive(\@requests, $shop->all_pids) } } keys %shop);
        my ($rate, $cpu) = ($m->{few}{rate} / $m->{many}{rate}, $m->{many}{cpu} / $m->{few}{cpu});
        printf "%-10s %9d of few, %9d of many: %.2f times as long, %.2f times the processor\n", $sort,
            $m->{few}{rate}, $m->{many}{rate}, $rate, $cpu;
        push @told, sprintf '%.2f (%s)', $rate, $sort;
    }
    return "The first page of the gallery takes so many times as long with two million\ndesigns as with 20,000:\n" . join(', ', @told) . '.';
}

1;
