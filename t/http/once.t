# Idempotency-Key: the same call twice is one call.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot;
my $ada  = $shop->shopper;
my $bob  = $shop->shopper;
my $item = { %{ $shop->variant(price => '20.00') }, quantity => 1 };
my $order = { shippingAddress => $shop->address };

sub orders ($who) { scalar @{ $who->get('/orders')->data } }

subtest 'the first answer again' => sub {
    $ada->post('/cart/items', $item);
    my $first = $ada->post('/orders/create', $order, 'Idempotency-Key' => 'one');
    is $first->status, 201, 'an order is made' or diag $first->brief;
    my $again = $ada->post('/orders/create', $order, 'Idempotency-Key' => 'one');
    is $again->status, 201, 'asked again, the answer is the same';
    is $again->body, $first->body, 'to the byte';
    is $again->header('Idempotent-Replayed'), 'true', 'and says that it is a replay';
    is $again->header('Location'), $first->header('Location'), 'with its headers';
    is $first->header('Idempotent-Replayed'), undef, 'the first was none';
    is orders($ada), 1, 'there is one order';
};

subtest 'another body, another route, another user' => sub {
    my $other = { %$order, shippingMethod => 'express' };
    my $r = $ada->post('/orders/create', $other, 'Idempotency-Key' => 'one');
    is $r->status, 422, 'another body is refused';
    is $r->code, 'IDEMPOTENCY_KEY_REUSED', 'by its code';
    is $ada->post('/points/redeem', $order, 'Idempotency-Key' => 'one')->code, 'IDEMPOTENCY_KEY_REUSED', 'another route';
    $bob->post('/cart/items', $item);
    is $bob->post('/orders/create', $order, 'Idempotency-Key' => 'one')->status, 201, 'keys belong to a user';
};

subtest 'what is remembered' => sub {
    is $ada->post('/orders/create', $order, 'Idempotency-Key' => 'two')->code, 'CART_EMPTY', 'a refusal by the state';
    $ada->post('/cart/items', $item);
    is $ada->post('/orders/create', $order, 'Idempotency-Key' => 'two')->code, 'CART_EMPTY', 'is remembered';
    is $ada->post('/orders/create', {}, 'Idempotency-Key' => 'three')->status, 422, 'wrong fields';
    is $ada->post('/orders/create', $order, 'Idempotency-Key' => 'three')->status, 201, 'are not';
};

subtest 'keys' => sub {
    is $ada->post('/orders/create', $order, 'Idempotency-Key' => 'x' x 255)->code, 'CART_EMPTY', '255 characters';
    is $ada->post('/orders/create', $order, 'Idempotency-Key' => 'x' x 256)->code, 'BAD_REQUEST', '256 are too many';
    is $ada->post('/orders/create', $order, 'Idempotency-Key' => 'a b')->code, 'BAD_REQUEST', 'a space';
};

subtest 'twenty at once' => sub {
    my $eve = $shop->shopper;
    $eve->post('/cart/items', $item);
    my @pids;
    my @pipes = map {
        pipe my $in, my $out;
        push @pids, my $pid = fork // die;
        if (!$pid) {
            my $me = $eve->with;
            my $r = $me->post('/orders/create', $order, 'Idempotency-Key' => 'race');
            print $out $r->status, ' ', $r->code || $r->data->{id}, "\n";
            close $out;
            require POSIX;
            POSIX::_exit(0);
        }
        close $out;
        $in;
    } 1 .. 20;
    my (%ids, $wrong);
    for my $in (@pipes) {
        my ($status, $what) = split ' ', <$in>;
        if ($status == 201) { $ids{$what}++ }
        elsif ($what ne 'IDEMPOTENCY_IN_PROGRESS') { $wrong .= "$status $what " }
    }
    waitpid $_, 0 for @pids;
    is keys %ids, 1, 'one order is answered';
    is $wrong, undef, 'or that it is under way';
    is orders($eve), 1, 'one order is made';
};

done_testing;
