# Whether a design would print well is told with the design, and minded at the
# cart and at the order.
use v5.36;
use Test::More;
use MIME::Base64 ();
use TShop;

my $shop = TShop->boot;
my $ada  = $shop->shopper;
my %on   = map { $_ => $shop->variant(category => $_, blank => 0) } qw(t-shirt cap);

# Four by four pixels of red.
my $dots = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGP4z8AARwzEcQCukw/x0F8jngAAAABJRU5ErkJggg==';

sub design ($category, @objects) { $shop->design($ada, category => $category, designData => { version => '6.0.0', objects => \@objects }) }
sub rect (%o) { return { type => 'Rect', left => 300, top => 60, width => 600, height => 300, fill => '#c02020', %o } }
sub add ($on, $design, %custom) {
    return $ada->post('/cart/items', { %{ $on{$on} }, designId => $design->{id}, quantity => 1,
        keys %custom ? (customizationData => \%custom) : () });
}
sub codes ($checks) { join ' ', map { $_->{code} } @$checks }
sub refused ($answer) { join ' ', $answer->status, $answer->json->{error}{code}, map { $_->{code} } @{ $answer->json->{error}{details} // [] } }
my %confirmed = (confirmWarnings => JSON::PP::true);

subtest 'nothing to mind' => sub {
    my $design = design('t-shirt', rect());
    is $design->{status}, 'ready';
    is_deeply $design->{printChecks}, [], 'no checks';
    is add('t-shirt', $design)->status, 201;
};

subtest 'a warning' => sub {
    my $design = design('t-shirt', rect(left => 1500));
    is codes($design->{printChecks}), 'OUTSIDE_PRINT_AREA', 'stands with the design';
    is $design->{printChecks}[0]{severity}, 'warning';
    is $design->{printChecks}[0]{path}, 'objects[0]', 'and says where';
    ok $design->{printChecks}[0]{message};
    my $r = add('t-shirt', $design);
    is refused($r), '409 PRINT_NOT_READY OUTSIDE_PRINT_AREA', 'is minded';
    is_deeply $r->json->{error}{details}, $design->{printChecks}, 'the details are the checks';
    is refused(add('t-shirt', $design, confirmWarnings => 'yes')), '409 PRINT_NOT_READY OUTSIDE_PRINT_AREA', 'a text is no yes';
    $r = add('t-shirt', $design, %confirmed);
    is $r->status, 201, 'unless the shopper wants it so';
    my $line = '/cart/items/' . $r->data->{item}{id};
    is refused($ada->put($line, { customizationData => { side => 'back' } })), '409 PRINT_NOT_READY OUTSIDE_PRINT_AREA',
        'and goes on wanting it';
    is $ada->put($line, { quantity => 2 })->status, 200;
    is $ada->put($line, { customizationData => { side => 'back', %confirmed } })->status, 200;
    is $ada->post('/orders/quote', { shippingAddress => $shop->address })->status, 200, 'it can be ordered';
    $ada->delete('/cart/clear');
};

subtest 'what is coarse' => sub {
    my $design = design('t-shirt', { type => 'Image', left => 500, top => 500, width => 4, height => 4,
        scaleX => 100, scaleY => 100, src => $dots });
    is codes($design->{printChecks}), 'LOW_RESOLUTION';
    is refused(add('t-shirt', $design)), '409 PRINT_NOT_READY LOW_RESOLUTION';
    is add('t-shirt', $design, %confirmed)->status, 201;
    $ada->delete('/cart/clear');
};

subtest 'nothing at all' => sub {
    for my $empty (rect(left => -5000), rect(opacity => 0), rect(fill => 'transparent')) {
        my $design = design('t-shirt', $empty);
        like codes($design->{printChecks}), qr/^EMPTY/;
        is $design->{printChecks}[0]{severity}, 'error';
        like refused(add('t-shirt', $design, %confirmed)), qr/^409 PRINT_NOT_READY EMPTY/, 'nobody wants that';
    }
};

subtest 'thread is not ink' => sub {
    my @seven = map { rect(left => 100 + 140 * $_, width => 100, fill => sprintf '#%02x%02x20', 30 * $_, 200 - 20 * $_) } 0 .. 6;
    my $cap = design('cap', @seven);
    is codes($cap->{printChecks}), 'TOO_MANY_COLORS', 'seven threads';
    is refused(add('cap', $cap)), '409 PRINT_NOT_READY TOO_MANY_COLORS';
    is add('cap', $cap, %confirmed)->status, 201;
    is add('t-shirt', $cap)->status, 201, 'are as many inks as one likes';
    is codes(design('cap', @seven[0 .. 5])->{printChecks}), '', 'six are few enough';
    my $shirt = design('t-shirt', rect(fill => { type => 'linear', coords => { x2 => 600 },
        colorStops => [ { offset => 0, color => 'red' }, { offset => 1, color => 'blue' } ] }));
    is_deeply $shirt->{printChecks}, [], 'a gradient on a shirt is fine';
    is add('t-shirt', $shirt)->status, 201;
    is refused(add('cap', $shirt)), '409 PRINT_NOT_READY GRADIENT', 'and on a cap is not';
    $ada->delete('/cart/clear');
};

subtest 'changed in the cart' => sub {
    my $design = design('t-shirt', rect());
    is add('t-shirt', $design)->status, 201;
    is $ada->put("/designs/$design->{id}", { designData => { version => '6.0.0', objects => [ rect(left => -5000) ] } })->status, 200;
    $shop->until_so(30, sub { $ada->get("/designs/$design->{id}")->data->{status} eq 'ready' });
    my %order = (shippingAddress => $shop->address);
    like refused($ada->post('/orders/quote', \%order)), qr/^409 PRINT_NOT_READY EMPTY/, 'is no more to be quoted';
    like refused($ada->post('/orders/create', \%order)), qr/^409 PRINT_NOT_READY EMPTY/, 'or ordered';
    is $ada->get('/cart')->data->{itemCount}, 1, 'and stays where it was';
};

done_testing;
