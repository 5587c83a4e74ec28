#!/usr/bin/perl
# Likes: one each, exact under a crowd.
use v5.36;
use Test::More;
use POSIX ();
use TShop;

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

my @crowd = map { $shop->shopper } 1 .. 20;
my @children;
for my $fan (@crowd) {
    my $pid = fork // die;
    if (!$pid) {
        $fan->with->post($path) for 1 .. 3;
        POSIX::_exit(0);
    }
    push @children, $pid;
}
waitpid $_, 0 for @children;
is $shop->guest->get("/designs/$design->{id}")->data->{likesCount}, 20, 'a crowd at once is counted right';
is $shop->sql("SELECT count(*) FROM design_likes WHERE design_id = '$design->{id}'"), 20;

$ada->put("/designs/$design->{id}", { public => JSON::PP::false });
is $bob->post($path)->status, 404, 'what is private cannot be liked';

done_testing;
