# Random carts in random worlds of taxes, parcels, coupons and currencies,
# against a plain recomputation in whole numbers: every figure is the same.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp ();
use JSON::PP ();
use Math::BigInt;
use TShop;

my $WORLDS = $ENV{QUOTE_WORLDS} // 40;
my $CARTS  = 100; # in each
my $seed = $ENV{QUOTE_SEED} // time;
srand $seed;
note "QUOTE_SEED=$seed";

my $shop = TShop->boot;
my $user = $shop->shopper->{user}{id};
my %exponent = (USD => 2, EUR => 2, GBP => 2, CAD => 2, AUD => 2, JPY => 0);
my @places = (['US', 'CA'], ['US', 'NY'], ['US', 'TX'], ['DE', ''], ['JP', ''], ['BR', '']);
my @categories = qw(t-shirt cap tote-bag);

sub pick (@of) { $of[ rand @of ] }
sub big ($n) { Math::BigInt->new($n) }
# Half up; nothing here is below zero.
sub ratio ($above, $below) { my ($q, $r) = (big($above) * 2 + big($below))->bdiv(big($below) * 2); "$q" }

# ---- goods: one product for each price ----
my @goods;
for my $n (1 .. 12) {
    my %g = (product => sprintf('9a000000-0000-4000-8000-%012d', $n), variant => sprintf('9b000000-0000-4000-8000-%012d', $n),
        category => pick(@categories), price => pick(1, 99, 333, 1995, 2450, 12_345, 99_999), more => pick(0, 0, 1, 200));
    push @goods, \%g;
}
my $setup = join '', map { "INSERT INTO products (id, name, category, base_price, design_constraints)
    VALUES ('$_->{product}', 'P', '$_->{category}', $_->{price}, '{\"blankAllowed\": true}');
    INSERT INTO product_variants (id, product_id, price_adjustment) VALUES ('$_->{variant}', '$_->{product}', $_->{more});\n" } @goods;

# ---- a world: its rates, per million or in cents ----
sub world {
    my %w = (rate => { USD => '10000000000', map { $_ => int(1 + rand 30_000_000_000) } qw(EUR GBP CAD AUD) });
    $w{rate}{JPY} = int(1_000_000_000_000 + rand 1_000_000_000_000);
    my $inclusive = pick(0, 0, 1);
    for my $place (['*', ''], map { [$_->[0], ''], $_ } @places) {
        for my $category ('', pick(@categories)) {
            next if $place->[0] ne '*' && rand() < 0.3;
            $w{tax}{"$place->[0]/$place->[1]/$category"} = { rate => pick(0, 50_000, 88_750, 190_000, 72_501, int rand 300_000),
                inclusive => $inclusive, on_shipping => pick(0, 1) };
        }
    }
    for my $country ('*', map { $_->[0] } @places) {
        for my $category ('', pick(@categories)) {
            next if $country ne '*' && rand() < 0.3;
            $w{ship}{"$country/$category"} = { first => int rand 3000, further => int rand 900 };
        }
    }
    $w{coupon} = [ { kind => 'percent', percent => pick(1, 10, 33, 66, 100) }, { kind => 'amount', amount => pick(1, 500, 4999, 1_000_000) },
        { kind => 'free_shipping' }, undef, undef ];
    return \%w;
}

sub sql_of ($w) {
    my $sql = "DELETE FROM tax_rates; DELETE FROM shipping_rates; DELETE FROM exchange_rates; DELETE FROM coupons;\n";
    $sql .= sprintf "INSERT INTO exchange_rates VALUES ('%s', %s / 10000000000.0);\n", $_, $w->{rate}{$_} for sort keys %{ $w->{rate} };
    for (sort keys %{ $w->{tax} }) {
        my ($country, $state, $category) = split m{/}, $_, -1;
        my $t = $w->{tax}{$_};
        $sql .= sprintf "INSERT INTO tax_rates (country, state, category, rate, inclusive, on_shipping) VALUES ('%s', '%s', '%s', %s / 1000000.0, %s, %s);\n",
            $country, $state, $category, $t->{rate}, map { $_ ? 'true' : 'false' } @$t{qw(inclusive on_shipping)};
    }
    for (sort keys %{ $w->{ship} }) {
        my ($country, $category) = split m{/}, $_, -1;
        $sql .= "INSERT INTO shipping_rates (country, category, method, first_item, additional_item)
            VALUES ('$country', '$category', 'standard', $w->{ship}{$_}{first}, $w->{ship}{$_}{further});\n";
    }
    for my $i (grep { $w->{coupon}[$_] } 0 .. $#{ $w->{coupon} }) {
        my $c = $w->{coupon}[$i];
        $sql .= sprintf "INSERT INTO coupons (code, kind, percent, amount, currency) VALUES ('C-%d-X', '%s', %s, %s, %s);\n", $i, $c->{kind},
            $c->{percent} // 'NULL', $c->{amount} // 'NULL', defined $c->{amount} ? "'USD'" : 'NULL';
    }
    return $sql;
}

# ---- the same figures, step by step ----
sub first_of ($of, @keys) { for (@keys) { return $of->{$_} if $of->{$_} } return }
sub tax_for ($w, $c, $s, $k) { first_of($w->{tax}, map { my $p = $_; ("$p/$k", "$p/") } "$c/$s", "$c/", '*/') }
sub ship_for ($w, $c, $k) { first_of($w->{ship}, "$c/$k", "$c/", "*/$k", '*/') }
sub converted ($w, $cents, $to) { $to eq 'USD' ? $cents : ratio(big($cents) * $w->{rate}{$to} * 10**$exponent{$to}, big('10000000000') * 100) }
sub taxed ($amount, $t) { !$t ? 0 : ratio(big($amount) * $t->{rate}, big(1_000_000) + ($t->{inclusive} ? $t->{rate} : 0)) }

sub figures ($w, $cart) {
    my ($country, $state) = @{ $cart->{place} };
    my ($subtotal, $further, $dearest, $discount, $tax) = (0, 0, undef, 0, 0);
    for my $l (@{ $cart->{lines} }) {
        $l->{total} = converted($w, $l->{good}{price} + $l->{good}{more}, $cart->{currency}) * $l->{quantity};
        $subtotal += $l->{total};
        my ($f, $n) = map { converted($w, $_, $cart->{currency}) } @{ ship_for($w, $country, $l->{good}{category}) }{qw(first further)};
        $further += $n * $l->{quantity};
        $dearest = $f - $n if !defined $dearest || $f - $n > $dearest;
    }
    my $shipping = $further + $dearest;
    if (my $c = defined $cart->{coupon} ? $w->{coupon}[ $cart->{coupon} ] : undef) {
        $discount = $c->{kind} eq 'percent' ? ratio(big($subtotal) * $c->{percent}, 100)
            : $c->{kind} eq 'amount' ? converted($w, $c->{amount}, $cart->{currency}) : 0;
        $discount = $subtotal if $discount > $subtotal;
        $shipping = 0 if $c->{kind} eq 'free_shipping';
    }
    my @lines = @{ $cart->{lines} };
    my $left = $discount;
    for my $l (@lines) {
        my ($q, $r) = $subtotal ? (big($discount) * $l->{total})->bdiv($subtotal) : (0, 0);
        @$l{qw(off rest)} = ("$q", $r);
        $left -= "$q";
    }
    for my $i ((sort { $lines[$b]{rest} <=> $lines[$a]{rest} || $a <=> $b } 0 .. $#lines)[0 .. $left - 1]) { $lines[$i]{off}++ }
    my $inclusive = (tax_for($w, $country, $state, $lines[0]{good}{category}) // {})->{inclusive} ? 1 : 0;
    $tax += taxed($_->{total} - $_->{off}, tax_for($w, $country, $state, $_->{good}{category})) for @lines;
    my $place = tax_for($w, $country, $state, '');
    $tax += taxed($shipping, $place) if $place && $place->{on_shipping};
    return join ' ', $subtotal, $discount, $tax, $shipping, $subtotal - $discount + $shipping + ($inclusive ? 0 : $tax), map { $_->{off} } @lines;
}

# ---- ask, and compare ----
my ($script, @wanted) = ("BEGIN;\n$setup INSERT INTO carts (id, user_id) VALUES ('9c000000-0000-4000-8000-000000000001', '$user');\n");
for (1 .. $WORLDS) {
    my $w = world();
    $script .= sql_of($w);
    for (1 .. $CARTS) {
        my %taken;
        my $cart = { place => pick(@places), currency => pick(sort keys %exponent), coupon => pick(undef, 0 .. 2),
            lines => [ map { { good => $_, quantity => pick(1, 1, 2, 3, 99) } } grep { !$taken{ $_->{variant} }++ } map { pick(@goods) } 1 .. pick(1 .. 7) ] };
        my $n = 0;
        $script .= 'DELETE FROM cart_items; INSERT INTO cart_items (cart_id, product_id, variant_id, quantity, created_at) VALUES '
            . join(', ', map { "('9c000000-0000-4000-8000-000000000001', '$_->{good}{product}', '$_->{good}{variant}', $_->{quantity}, now() + " . ++$n . " * interval '1 s')" } @{ $cart->{lines} }) . ";\n"
            . sprintf "SELECT concat_ws(' ', f ->> 'subtotal', f ->> 'discount', f ->> 'tax', f ->> 'shipping', f ->> 'total', (SELECT string_agg(l ->> 'discount', ' ' ORDER BY (l ->> 'position')::int) FROM jsonb_array_elements(f -> 'lines') l), f ->> 'refused') FROM cart_figures('%s', '%s', %s, 'standard', %s, '%s') f;\n",
            $user, $cart->{place}[0], $cart->{place}[1] ? "'$cart->{place}[1]'" : 'NULL', defined $cart->{coupon} ? "'C-$cart->{coupon}-X'" : 'NULL', $cart->{currency};
        push @wanted, [ figures($w, $cart), JSON::PP->new->canonical->encode({ cart => { %$cart, lines => scalar @{ $cart->{lines} } } }) ];
    }
}
my $file = File::Temp->new;
print $file $script, "ROLLBACK;\n";
close $file;
my $url = $shop->database_url;
my @got = split /\n/, qx(psql -XAtq -v ON_ERROR_STOP=1 -f $file '$url');
is scalar @got, scalar @wanted, 'each cart is priced: ' . @wanted;
my @different = grep { ($got[$_] // '') ne $wanted[$_][0] } 0 .. $#wanted;
is scalar @different, 0, 'and to the cent as by hand';
diag "got    $got[$_]\nwanted $wanted[$_][0]\n$wanted[$_][1]" for @different[0 .. (@different > 3 ? 2 : $#different)];
done_testing;
