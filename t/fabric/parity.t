# Our pictures are those that Fabric draws in a browser.
use v5.36;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use TShop::Node;

my $node  = TShop::Node->get(browser => 1);
my $build = $node->build;
plan skip_all => 'the programs are not built' unless -x "$build/tshop-render" && -x "$build/t/fabric/reformat";

exec $node->command("$FindBin::RealBin/compare.mjs", $build, $node->browser, $node->top, "$build/fabric/pictures")
    or die "node: $!\n";
