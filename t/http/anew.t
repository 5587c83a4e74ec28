# What is to be planned for its values is planned for them, though the role's
# plans are made without.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot;
my $role = 'ALTER ROLE tshop_app IN DATABASE ' . $shop->{database};
$shop->sql($_, 'postgres') for "$role SET session_preload_libraries = 'auto_explain'", "$role SET auto_explain.log_min_duration = 0",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tshop_app' AND datname = current_database()";

my $log  = $shop->{bench}->folder . '/postgres.json';
my $from = -s $log;

# The plan of the statement that has this text, for this request.
sub plan ($path, $like) {
    is $shop->guest->get($path)->status, 200, $path;
    my $plan;
    $shop->until_so(10, sub {
        my @said = map { JSON::PP->new->decode($_) } grep { /^\{.*\}$/ } split /\n/, substr TShop::Run::read_file($log), $from;
        ($plan) = map { $_->{message} } grep { ($_->{dbname} // '') eq $shop->{database} && $_->{message} =~ /plan:/ && $_->{message} =~ $like } @said;
    });
    return ($plan // '') =~ s/.*?\n(?=\S+.*\(cost)//sr;
}

my $search = plan('/gallery/designs?q=zebrafish', qr/search_fits/);
like $search, qr/zebrafish/, 'a search is planned for what is sought';
my $list = plan('/gallery/designs/categories/cap', qr/product_category = .*cost/s);
like $list, qr/\$1/, 'a list is planned once for all';

done_testing;
