# The stand-in for Gemini draws, and fails on demand.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP qw(decode_json);
use MIME::Base64 qw(decode_base64);
use TShop;

my $shop   = TShop->boot;
my $gemini = $shop->sandbox->with(headers => { 'x-goog-api-key' => $shop->setting('GEMINI_API_KEY') });
my $text   = '/v1beta/models/gemini-3.8-flash:generateContent';
my $image  = '/v1beta/models/gemini-nano-banana-2.1:generateContent';

sub ask ($path, $wish, %config) {
    return $gemini->post($path, { contents => [ { role => 'user', parts => [ { text => "Canvas: 1200 wide, 525 high.\n$wish" } ] } ],
        generationConfig => \%config });
}
sub drawn ($wish, %more) { ask($text, $wish, responseMimeType => 'application/json', %more) }
sub part ($answer) { $answer->json->{candidates}[0]{content}{parts}[0] }

subtest 'a drawing' => sub {
    my $drawing = decode_json(part(drawn('<brief>a fox "HELLO"</brief>'))->{text});
    my @objects = @{ $drawing->{objects} };
    ok @objects >= 3 && @objects <= 6, 'of a few objects';
    is $objects[-1]{text}, 'HELLO', 'with the words';
    is scalar(grep { $_->{x} < 0 || $_->{x} > 1200 || $_->{y} < 0 || $_->{y} > 525 } @objects), 0, 'inside the canvas';
    is part(drawn('a fox'))->{text}, part(drawn('a fox'))->{text}, 'the same for the same prompt';
    isnt part(drawn('a fox'))->{text}, part(drawn('an owl'))->{text}, 'another for another';
};

subtest 'a picture' => sub {
    my $r = ask($image, 'a fox', responseModalities => ['IMAGE'], imageConfig => { aspectRatio => '3:4', imageSize => '2K' });
    my $png = decode_base64(part($r)->{inlineData}{data});
    is substr($png, 0, 8), "\x89PNG\r\n\x1a\n", 'is a PNG';
    is_deeply [ unpack 'NN', substr $png, 16, 8 ], [ 1792, 2400 ], 'of the size asked for';
};

subtest 'trouble with pictures' => sub {
    my $got = sub ($spell) { decode_base64(part(ask($image, "a fox [[$spell]]"))->{inlineData}{data}) };
    like $got->('wrong type'), qr/^GIF89a/, 'a GIF that claims to be a PNG';
    is_deeply [ unpack 'x16 NN', $got->('bomb') ], [ 8000, 8000 ], 'a bomb';
    is length part(ask($image, 'a fox [[huge]]'))->{inlineData}{data}, 12 * 1024 * 1024, 'twelve megabytes';
    is length part(drawn('a fox [[huge]]'))->{text}, 12 * 1024 * 1024, 'of text as well';
    unlike $got->('garbage'), qr/PNG/, 'garbage';
};

subtest 'trouble on demand' => sub {
    ok drawn('x [[blocked]]')->json->{promptFeedback}{blockReason}, 'blocked';
    is drawn('x [[error 503]]')->status, 503, 'an error';
    cmp_ok drawn('x [[slow 1]]')->seconds, '>=', 1, 'slow';
    ok !eval { decode_json(part(drawn('x [[garbage]]'))->{text}) }, 'garbage';
    is drawn('x [[truncated]]')->json->{candidates}[0]{finishReason}, 'MAX_TOKENS', 'truncated';
};

subtest 'what it refuses' => sub {
    is $shop->sandbox->post($text, {})->status, 403, 'nobody';
    is $shop->sandbox->post($text, {}, 'x-goog-api-key' => 'wrong')->status, 400, 'a wrong key';
    is ask('/v1beta/models/gemini-pro:generateContent', 'x')->status, 404, 'a model that is none';
    is drawn('x', colour => 'red')->status, 400, 'an unknown field';
    is ask($text, 'x', responseJsonSchema => { type => 'object' })->status, 400, 'a schema for plain text';
    is ask($text, 'x', responseModalities => ['IMAGE'])->status, 400, 'a picture from a text model';
    is drawn('x', thinkingConfig => { thinkingBudget => 1 })->status, 400, 'a budget';
};

done_testing;
