# Access tokens: what is one, and what only looks like it.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA 'hmac_sha256';
use MIME::Base64 qw(encode_base64url decode_base64url encode_base64);
use TShop;

my ($old, $new) = map { encode_base64url($_ x 32) } 'o', 'n';
my $shop = TShop->boot(settings => { TSHOP_JWT_KEYS => "new:$new,old:$old" });
my $ada  = $shop->shopper;
my ($head, $body, $mac) = split /\./, $ada->{token};
my %head = %{ JSON::PP->new->decode(decode_base64url($head)) };
my %body = %{ JSON::PP->new->decode(decode_base64url($body)) };

sub part ($value) { encode_base64url(ref $value ? JSON::PP->new->canonical->encode($value) : $value) }
sub sign ($input, $key = $new) { "$input." . encode_base64url(hmac_sha256($input, decode_base64url($key))) }
sub token (%o) { sign(join('.', part($o{head} // { %head, %{ $o{more} // {} } }), part($o{body} // { %body, %{ $o{claims} // {} } })), $o{key} // $new) }
sub without ($claim) { my %less = %body; delete $less{$claim}; return token(body => \%less) }
sub call ($token) { $shop->guest->get('/users/me', Authorization => "Bearer $token") }

is call($ada->{token})->status, 200, 'the true one';
is call(token())->status, 200, 'made again, outside, with the key of the settings';
is $head{kid}, 'new', 'the first key signs';
is call(token(more => { kid => 'old' }, key => $old))->status, 200, 'the second one verifies';

my $now = time;
my %bad = (
    'alg none'                => join('.', part({ %head, alg => 'none' }), $body, ''),
    'alg none, signed'        => token(more => { alg => 'none' }),
    'alg HS512'               => token(more => { alg => 'HS512' }),
    'alg RS256'               => token(more => { alg => 'RS256' }),
    'no kid'                  => token(head => { alg => 'HS256', typ => 'at+jwt' }),
    'a foreign kid'           => token(more => { kid => 'other' }),
    'kid a path'              => token(more => { kid => '../../etc/passwd' }),
    'kid SQL'                 => token(more => { kid => "' OR 1=1 --" }),
    'the other key\'s kid'    => token(more => { kid => 'old' }),
    'an empty key'            => token(key => ''),
    'typ JWT'                 => token(more => { typ => 'JWT' }),
    'crit'                    => token(more => { crit => ['exp'] }),
    'b64'                     => token(more => { b64 => JSON::PP::false() }),
    'zip'                     => token(more => { zip => 'DEF' }),
    'another user'            => token(claims => { sub => '00000000-0000-4000-8000-000000000000', userId => '00000000-0000-4000-8000-000000000000' }),
    'another audience'        => token(claims => { aud => 'other-api' }),
    'another issuer'          => token(claims => { iss => 'https://evil.example' }),
    'sub is not userId'       => token(claims => { userId => '00000000-0000-4000-8000-000000000000' }),
    'no session'              => without('sid'),
    'a foreign session'       => token(claims => { sid => '00000000-0000-4000-8000-000000000000' }),
    'sub a number'            => token(claims => { sub => 7 }),
    'no exp'                  => without('exp'),
    'no iat'                  => without('iat'),
    'no iss'                  => without('iss'),
    'no aud'                  => without('aud'),
    'exp a text'              => token(claims => { exp => 'tomorrow' }),
    'of the future'           => token(claims => { iat => $now + 60, exp => $now + 900 }),
    'not yet valid'           => token(claims => { nbf => $now + 60 }),
    'nbf a text'              => token(claims => { nbf => 'now' }),
    'a claim twice'           => token(body => JSON::PP->new->encode(\%body) =~ s/\}$/,"exp":9999999999}/r),
    'claims a list'           => token(body => '[]'),
    'text after the claims'   => token(body => JSON::PP->new->encode(\%body) . ' x'),
    'another body'            => join('.', $head, part({ %body, tier => 'premium' }), $mac),
    'no signature'            => "$head.$body.",
    'half a signature'        => "$head.$body." . substr($mac, 0, 20),
    'padded'                  => "$ada->{token}=",
    'two segments'            => "$head.$body",
    'four segments'           => "$ada->{token}.x",
    'the other alphabet'      => do { my $t = token(claims => { jti => '???>>>~~~' }); my ($h, $b, $m) = split /\./, $t; join '.', $h, $b =~ tr{-_}{+/}r, $m =~ tr{-_}{+/}r },
    'unused bits'             => do { my $t = $ada->{token}; my $last = chop $t; my @a = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_'); my ($i) = grep { $a[$_] eq $last } 0 .. 63; $t . $a[ $i ^ 1 ] },
    'nothing'                 => '',
    'dots'                    => '..',
);
for my $how (sort keys %bad) {
    my $r = call($bad{$how});
    next if $how eq 'the other alphabet' && $bad{$how} !~ m{[+/]};
    is $r->status, 401, $how or diag $r->brief;
    is $r->header('WWW-Authenticate'), 'Bearer', "$how: what would help";
}
is call(token(claims => { iat => $now - 1000, exp => $now - 100 }))->code, 'TOKEN_EXPIRED', 'one of yesterday';
is call($bad{'alg none'})->code, 'INVALID_TOKEN', 'the others by their code';
is $shop->guest->get('/users/me')->code, 'UNAUTHENTICATED', 'none at all';
ok call('x' x 8200)->status =~ /^4/, 'eight kilobytes';
is $shop->guest->get('/users/me', Authorization => 'Basic ' . encode_base64('a:b', ''))->status, 401, 'another scheme';
is $shop->guest->get("/users/me?access_token=$ada->{token}")->status, 401, 'in the query it is worth nothing';
is $shop->guest->get('/users/me', Cookie => "access_token=$ada->{token}")->status, 401, 'nor in a cookie';
is $shop->guest->get('/users/me', Authorization => "bearer $ada->{token}")->status, 200, 'the scheme has any case';

$shop->sql("UPDATE users SET tier_override = 'premium' WHERE id = '$ada->{user}{id}'");
is call(token(claims => { tier => 'free' }))->data->{tier}, 'premium', 'rights are read anew, whatever the token says';

subtest 'rotation' => sub {
    my $folder = File::Temp::tempdir(CLEANUP => 1);
    chmod 0755, $folder;
    my $file = "$folder/TSHOP_JWT_KEYS";
    my $ring = sub { my $text = TShop::Run::read_file($file); chomp $text; $text };
    my $write = sub ($name, $text) { open my $out, '>', $name or die; print $out $text; close $out; chmod 0644, $name };
    my $ctl = sub (@words) { my $said = qx($shop->{bench}{build}/tshopctl secret rotate @words 2>&1); ($?, $said) };

    $write->("$folder/env", "A=b\nTSHOP_JWT_KEYS=new:$new,old:$old\nC=d\n");
    like +($ctl->("$folder/env"))[1], qr/--sign/, 'a new key waits';
    like TShop::Run::read_file("$folder/env"), qr/\AA=b\nTSHOP_JWT_KEYS=new:\Q$new\E,k[0-9a-f]{8}:[\w-]{43}\nC=d\n\z/, 'behind the one that signs';
    $ctl->('--sign', "$folder/env");
    like TShop::Run::read_file("$folder/env"), qr/^TSHOP_JWT_KEYS=k[0-9a-f]{8}:[\w-]{43},new:\Q$new\E$/m, 'and then before it';

    $write->($file, "one:$new\n");
    isnt +($ctl->('--sign', $file))[0], 0, 'one key cannot be turned';
    my $other = TShop->boot(settings => { TSHOP_SECRETS => $folder, TSHOP_WORKERS_FAST => 3 });
    my $bob = $other->shopper;
    my $kid = sub ($token) { JSON::PP->new->decode(decode_base64url($token =~ s/\..*//r))->{kid} };
    is $kid->($bob->{token}), 'one', 'the file wins over the environment';

    # All the while somebody works and somebody else signs in.
    my $watch = sub ($step) {
        my %was = map { $_ => 1 } map { $other->workers($_) } qw(fast hash);
        kill HUP => $other->manager($_) for qw(fast hash patient);
        my @refused;
        my $over = time + 15;
        do {
            my $fresh = $other->guest->post('/auth/login', { email => $bob->{email}, password => $bob->{password} });
            my $r = $other->guest(token => $fresh->data->{accessToken})->get('/users/me');
            push @refused, $r->brief if $r->status != 200;
            push @refused, $bob->get('/users/me')->status if $bob->get('/users/me')->status != 200;
        } until time > $over || !grep { $was{$_} } map { $other->workers($_) } qw(fast hash);
        is_deeply \@refused, [], "$step: nobody is refused";
        ok !(grep { $was{$_} } map { $other->workers($_) } qw(fast hash)), "$step: every worker is a new one";
    };
    $ctl->($file);
    $watch->('the new key verifies');
    $ctl->('--sign', $file);
    $watch->('the new key signs');
    my $late = $other->guest->post('/auth/login', { email => $bob->{email}, password => $bob->{password} })->data->{accessToken};
    isnt $kid->($late), 'one', 'with the new key';
    is $bob->get('/users/me')->status, 200, 'and the token of before still is one';
    is $other->guest->post('/auth/refresh', { refreshToken => $bob->{refresh} })->status, 200, 'nobody has been signed out';
};

done_testing;
