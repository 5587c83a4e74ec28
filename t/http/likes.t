#!/usr/bin/perl
# Likes: one each, exact under a crowd.
use v5.36;
use Test::More;
use TShop;
use TShop::Crowd;

my $shop   = TShop->boot;
my $ada    = $shop->shopper;
my $design = $shop->design($ada, public => 1);
my $path   = "/designs/$design->{id}/like";
my $bob    = $shop->shopper;

sub liked ($r) { join ' ', $r->data->{likesCount}, $r->data->{likedByMe} ? 'true' : 'false' }

is liked($bob->post($path)), '1 true';
is liked($bob->post($path)), '1 true', 'twice is once';
ok $bob->get("/designs/$design->{id}")->data->{likedByMe};
ok !$shop->guest->get("/designs/$design->{id}")->data->{likedByMe};
is $bob->get('/gallery/designs')->data->[0]{likedByMe}, JSON::PP::true;
is liked($bob->delete($path)), '0 false';
is liked($bob->delete($path)), '0 false';
is $shop->guest->post($path)->status, 401;
is $bob->post('/designs/7a000000-0000-4000-8000-999999999999/like')->status, 404;

# Fifty people at once on one design, each again and again; whoever looks in
# between sees as many as there are.
my @crowd = map { $shop->shopper } 1 .. 50;
my $crowd = TShop::Crowd->start(port => $shop->stand->{plain_port}, clients => 50, seconds => 1.5, request => sub ($k, $n) {
    my $method = $n % 3 == 2 ? 'DELETE' : 'POST';
    return TShop::Crowd->request($method, "/api/v1/designs/$design->{id}/like", undef, "Authorization: Bearer $crowd[$k]{token}");
});
my ($looked, $odd) = (0, 0);
for (1 .. 10) {
    my ($count, $rows) = split /\|/, $shop->sql("SELECT likes_count, (SELECT count(*) FROM design_likes WHERE design_id = d.id)
        FROM designs d WHERE id = '$design->{id}'");
    $looked++;
    $odd++ if $count != $rows;
}
my $figures = $crowd->();
is_deeply [ keys %{ $figures->{status} } ], [200], 'each is answered';
is $odd, 0, "the count was that of the rows, $looked times";
is $shop->sql("SELECT likes_count - (SELECT count(*) FROM design_likes WHERE design_id = d.id) FROM designs d WHERE id = '$design->{id}'"), 0,
    'and is so in the end';
my $last = TShop::Crowd->run(port => $shop->stand->{plain_port}, clients => 50, seconds => 0, request => sub ($k, $n) {
    return TShop::Crowd->request(POST => "/api/v1/designs/$design->{id}/like", undef, "Authorization: Bearer $crowd[$k]{token}");
});
is_deeply $last->{status}, { 200 => 50 }, 'fifty like it at once';
is $shop->guest->get("/designs/$design->{id}")->data->{likesCount}, 50, 'fifty likes';
is $shop->sql("SELECT count(*) FROM design_likes WHERE design_id = '$design->{id}'"), 50;

$ada->put("/designs/$design->{id}", { public => JSON::PP::false });
is $bob->post($path)->status, 404, 'what is private cannot be liked';

done_testing;
