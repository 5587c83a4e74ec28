# Random carts in random worlds of taxes, parcels, coupons and currencies,
# against a plain recomputation in whole numbers: every figure is the same.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp ();
use JSON::PP ();
use Math::BigInt;
use TShop::Till;
use TShop::Bench;

my $WORLDS = $ENV{QUOTE_WORLDS} // 100;
my $CARTS  = 100; # in each
my $HANDS  = 2;   # at once, with a database each
my $seed = $ENV{QUOTE_SEED} // time;
srand $seed;
note "QUOTE_SEED=$seed";

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

# ---- ask, and compare: all carts of a world at once ----
sub cart_id ($n) { sprintf '9c000000-0000-4000-8000-%012d', $n }
sub user_id ($n) { sprintf '9d000000-0000-4000-8000-%012d', $n }
my $begin = "BEGIN;\n$setup" . join '', map { sprintf "INSERT INTO users (id, email) VALUES ('%s', 'quote%d\@example.com');
    INSERT INTO carts (id, user_id) VALUES ('%s', '%s');\n", user_id($_), $_, cart_id($_), user_id($_) } 1 .. $CARTS;
sub worlds ($count) {
    my ($script, @wanted) = $begin;
    for (1 .. $count) {
        my $w = world();
        my (@lines, @asks);
        $script .= sql_of($w);
        for my $n (1 .. $CARTS) {
            my %taken;
            my $cart = { place => pick(@places), currency => pick(sort keys %exponent), coupon => pick(undef, 0 .. 2),
                lines => [ map { { good => $_, quantity => pick(1, 1, 2, 3, 99) } } grep { !$taken{ $_->{variant} }++ } map { pick(@goods) } 1 .. pick(1 .. 7) ] };
            my $at = 0;
            push @lines, map { sprintf "('%s', '%s', '%s', %d, now() + %d * interval '1 s')", cart_id($n), @{ $_->{good} }{qw(product variant)}, $_->{quantity}, ++$at } @{ $cart->{lines} };
            push @asks, sprintf "(%d, '%s', '%s', %s, %s, '%s')", $n, user_id($n), $cart->{place}[0], $cart->{place}[1] ? "'$cart->{place}[1]'" : 'NULL',
                defined $cart->{coupon} ? "'C-$cart->{coupon}-X'" : 'NULL', $cart->{currency};
            push @wanted, [ figures($w, $cart), JSON::PP->new->canonical->encode({ cart => { %$cart, lines => scalar @{ $cart->{lines} } } }) ];
        }
        $script .= 'DELETE FROM cart_items; INSERT INTO cart_items (cart_id, product_id, variant_id, quantity, created_at) VALUES ' . join(', ', @lines) . ";\n"
            . "SELECT concat_ws(' ', f ->> 'subtotal', f ->> 'discount', f ->> 'tax', f ->> 'shipping', f ->> 'total', (SELECT string_agg(l ->> 'discount', ' ' ORDER BY (l ->> 'position')::int) FROM jsonb_array_elements(f -> 'lines') l), f ->> 'refused')
            FROM (VALUES " . join(', ', @asks) . ") a (n, who, country, state, coupon, currency), LATERAL cart_figures(a.who::uuid, a.country, a.state, 'standard', a.coupon, a.currency) f ORDER BY a.n;\n";
    }
    return ("$script ROLLBACK;\n", @wanted);
}

# What psql prints for a script, as lines.
sub told_by ($url, $script) {
    my $file = File::Temp->new;
    print $file $script;
    close $file;
    return split /\n/, qx(psql -XAtq -v ON_ERROR_STOP=1 -f $file '$url');
}

my $bench = TShop::Bench->get(TShop->source);
my @said = TShop::Till->at_once(map { my $hand = $_; sub {
    my $name = "quotes_${$}_$hand";
    srand $seed + $hand;
    my ($script, @wanted) = worlds($WORLDS / $HANDS);
    $bench->database($name);
    my @got = told_by($bench->cluster->url('tshop_owner', $name), $script);
    $bench->drop($name);
    my @different = grep { ($got[$_] // '') ne $wanted[$_][0] } 0 .. $#wanted;
    return join "\n", scalar @got, scalar @different, map { 'got    ' . ($got[$_] // '') . "\nwanted $wanted[$_][0]\n$wanted[$_][1]" } @different[0 .. (@different > 3 ? 2 : $#different)];
} } 1 .. $HANDS);
my ($priced, $different) = (0, 0);
for (@said) {
    my ($some, $wrong, $which) = split /\n/, $_, 3;
    $priced += $some;
    $different += $wrong;
    diag $which if $which;
}
is $priced, $WORLDS * $CARTS, "each cart is priced: $priced";
is $different, 0, 'and to the cent as by hand';
done_testing;
