# Letters: providers away, tried again, by SMTP, and what comes back of them.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA 'hmac_sha256_base64';
use File::Temp ();
use IO::Socket::INET;
use MIME::Base64 qw(decode_base64 encode_base64);
use Time::HiRes 'time';
use TShop;

my $secret = 'whsec_' . encode_base64('0123456789abcdef01234567', '');
my $key = File::Temp->new;
system "openssl ecparam -name prime256v1 -genkey -noout -out $key 2>/dev/null";
chomp(my $public = `openssl ec -in $key -pubout -outform DER 2>/dev/null | base64 -w0`);
my $shop  = TShop->boot(settings => { RESEND_WEBHOOK_SECRET => $secret, SENDGRID_WEBHOOK_KEY => $public });
my $guest = $shop->guest;
my $box   = $shop->sandbox;

sub calls ($provider = 'resend') { @{ $box->get("/_sandbox/calls?provider=$provider")->json } }
sub dead_at ($who) { $shop->sql("SELECT email_undeliverable_at IS NOT NULL FROM users WHERE id = '$who->{user}{id}'") }

subtest 'the provider is away' => sub {
    $box->post('/_sandbox/faults', { provider => 'resend', status => 503, body => {}, count => 2 });
    my $ada = $shop->shopper(verified => 0);
    ok $shop->mail($ada->{email}, qr/Confirm/, 30), 'the letter comes when it is back';
    is scalar($shop->mails($ada->{email})), 1, 'once';
};

subtest 'the provider is slow' => sub {
    $box->post('/_sandbox/faults', { provider => 'resend', delayMs => 4000, count => 2 });
    my $began = time;
    my $ada = $shop->shopper(verified => 0);
    is $guest->post('/auth/forgot-password', { email => $ada->{email} })->status, 202, 'a way back is asked for';
    cmp_ok time - $began, '<', 3, 'nobody waits for letters';
    ok $shop->until_so(30, sub { 2 == $shop->mails($ada->{email}) }), 'which come in their time';
    $shop->settle;
};

subtest 'the answer is lost' => sub {
    $box->post('/_sandbox/faults', { provider => 'resend', drop => 'after', count => 1 });
    my $before = calls;
    my $ada = $shop->shopper(verified => 0);
    ok $shop->until_so(30, sub { calls() >= $before + 2 }), 'it is tried again';
    my @tries = (calls)[-2, -1];
    my ($first, $second) = map { $_->{headers}{'Idempotency-Key'} // $_->{headers}{'idempotency-key'} } @tries;
    ok $first, 'with a key';
    is $second, $first, 'the same';
    is_deeply $tries[1]{body}, $tries[0]{body}, 'and the same letter';
    is scalar($shop->mails($ada->{email})), 1, 'it comes once';
    my $token = $shop->mail_token($shop->mail($ada->{email}));
    is $guest->post('/auth/verify-email', { token => $token })->status, 200, 'and its token is good';
};

subtest 'what is never sent' => sub {
    my $ada = $shop->shopper;
    $shop->sql("INSERT INTO jobs (kind, ref, payload) VALUES ('send_mail', '$ada->{user}{id}', '{\"mail\": \"nonsense\"}')");
    ok $shop->until_so(15, sub { $shop->sql("SELECT state FROM jobs WHERE ref = '$ada->{user}{id}' AND payload ->> 'mail' = 'nonsense'") eq 'dead' }), 'a letter without a template dies at once';
    my $eve = $shop->shopper(firstName => 'http://evil.example/');
    $shop->sql("INSERT INTO jobs (kind, ref, payload) VALUES ('send_mail', '$eve->{user}{id}', '{\"mail\": \"plan-ended\"}')");
    my $mail = $shop->mail($eve->{email}, qr/plan/);
    ok $mail, 'a letter comes' or return;
    unlike $mail->{text}, qr/evil/, 'a name that is a link is no name';
};

sub resend ($event, %o) {
    my $body = JSON::PP->new->canonical->encode($event);
    my $id = $o{id} // 'msg_' . int rand 1e9;
    my $time = int($o{time} // time);
    my $mac = hmac_sha256_base64("$id.$time.$body", $o{key} // decode_base64(substr $secret, 6));
    $mac .= '=' while length($mac) % 4;
    return $guest->post('/mail/webhooks/resend', $body, 'svix-id' => $id, 'svix-timestamp' => $time, 'svix-signature' => "v1,AAAA v1,$mac");
}

subtest 'Resend tells' => sub {
    my $ada = $shop->shopper(email => 'Bounces.Ada@example.com');
    my $event = { type => 'email.bounced', created_at => '2026-11-22T20:00:00.000Z',
        data => { email_id => 'e1', to => ['bounces.ada@example.com'], bounce => { type => 'Permanent', message => 'no such user' } } };
    is resend($event, key => 'wrong')->code, 'INVALID_SIGNATURE', 'a forged one is refused';
    is resend($event, time => time - 400)->code, 'INVALID_SIGNATURE', 'so is an old one';
    is $guest->post('/mail/webhooks/resend', $event)->status, 400, 'and one without a signature';
    is dead_at($ada), 'f', 'which does nothing';
    is resend({ %$event, type => 'email.delivered' })->status, 200, 'a good one';
    is resend({ %$event, data => { %{ $event->{data} }, bounce => { type => 'Transient' } } })->status, 200, 'a full letterbox';
    is dead_at($ada), 'f', 'is no dead one';
    my $r = resend($event);
    is $r->status, 200, 'a hard bounce' or diag $r->brief;
    is_deeply $r->data, { received => 1 }, 'is taken';
    is dead_at($ada), 't', 'the address is marked';
    is resend($event)->status, 200, 'again is no matter';
    $shop->settle;
    my $had = $shop->mails($ada->{email});
    $shop->sql("INSERT INTO jobs (kind, ref, payload) VALUES ('send_mail', '$ada->{user}{id}', '{\"mail\": \"plan-ended\"}')");
    $shop->settle;
    is $shop->mails($ada->{email}), $had, 'it gets no news any more';
    $guest->post('/auth/forgot-password', { email => $ada->{email} });
    my $mail = $shop->mail($ada->{email}, qr/new password/i);
    ok $mail, 'but a way back in, if asked' or return;
    $guest->post('/auth/reset-password', { token => $shop->mail_token($mail), password => 'another horse entirely' });
    is dead_at($ada), 'f', 'who could read it lives';
    is resend({ %$event, type => 'email.complained', data => { to => ['bounces.ada@example.com'] } })->status, 200, 'who calls us spam';
    is dead_at($ada), 't', 'is left alone';
};

subtest 'SendGrid tells' => sub {
    my ($ada, $bob) = ($shop->shopper, $shop->shopper);
    my $send = sub ($events, %o) {
        my $body = JSON::PP->new->canonical->encode($events) . "\r\n";
        my $time = int($o{time} // time);
        my $file = File::Temp->new;
        print $file $time . $body;
        close $file;
        chomp(my $mac = `openssl dgst -sha256 -sign $key $file | base64 -w0`);
        return $guest->post('/mail/webhooks/sendgrid', ($o{body} // $body), 'X-Twilio-Email-Event-Webhook-Signature' => $mac,
            'X-Twilio-Email-Event-Webhook-Timestamp' => $time);
    };
    my $events = [ { event => 'bounce', type => 'bounce', email => $ada->{email}, sg_event_id => 'a' },
        { event => 'bounce', type => 'blocked', email => $bob->{email}, sg_event_id => 'b' } ];
    is $send->($events, body => '[]')->code, 'INVALID_SIGNATURE', 'another body is refused';
    my $r = $send->($events);
    is $r->status, 200, 'a list of events' or diag $r->brief;
    is dead_at($ada), 't', 'a hard bounce';
    is dead_at($bob), 'f', 'a soft one';
    is $send->([ { event => 'spamreport', email => $bob->{email}, sg_event_id => 'c' } ])->status, 200, 'spam';
    is dead_at($bob), 't', 'is left alone';
};
$shop->shut;

subtest 'by SendGrid' => sub {
    my $shop = TShop->boot(settings => { TSHOP_MAIL => 'sendgrid' });
    my $ada = $shop->shopper(verified => 0);
    my $mail = $shop->mail($ada->{email}, qr/Confirm/);
    ok $mail, 'a letter comes';
    is $mail->{provider}, 'sendgrid', 'that way';
    $shop->shut;
};

# A mail server that keeps what it is told.
sub server ($file) {
    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die $!;
    my $pid = fork;
    return ($listen->sockport, $pid) if $pid;
    while (my $c = $listen->accept) {
        my $data = 0;
        $c->autoflush(1);
        print $c "220 test\r\n";
        while (defined(my $line = <$c>)) {
            open my $out, '>>', $file or die;
            print $out $line;
            close $out;
            if ($data) { if ($line eq ".\r\n") { $data = 0; print $c "250 taken\r\n" } next }
            if ($line =~ /^EHLO/) { print $c "250 test\r\n" }
            elsif ($line =~ /^RCPT TO:<refused/) { print $c "550 5.1.1 no such user\r\n" }
            elsif ($line =~ /^DATA/) { $data = 1; print $c "354 go on\r\n" }
            elsif ($line =~ /^QUIT/) { print $c "221 bye\r\n"; last }
            else { print $c "250 good\r\n" }
        }
        close $c;
    }
    exit 0;
}

subtest 'by SMTP' => sub {
    my $file = File::Temp->new;
    my ($port, $pid) = server("$file");
    my $shop = TShop->boot(settings => { TSHOP_MAIL => 'smtp', SMTP_URL => "smtp://127.0.0.1:$port", TSHOP_MAIL_FROM => 'TShop <shop@example.com>' });
    my $ada = $shop->shopper(verified => 0);
    my $text = sub { local $/; open my $in, '<:raw', "$file"; <$in> // '' };
    ok $shop->until_so(15, sub { $text->() =~ /^QUIT/m }), 'a letter is handed over';
    my $got = $text->();
    like $got, qr/^EHLO example\.com\r$/m, 'by our name';
    like $got, qr/^MAIL FROM:<shop\@example\.com>/m, 'from us';
    like $got, qr/^RCPT TO:<\Q$ada->{email}\E>/m, 'to her';
    like $got, qr/^Subject: Confirm your e-mail address\r$/m, 'with a subject';
    like $got, qr/^Content-Type: multipart\/alternative; boundary="/m, 'in two forms';
    my ($token) = $got =~ s/=\r\n//gr =~ /token=3D([\w-]{43})/;
    is $shop->guest->post('/auth/verify-email', { token => $token })->status, 200, 'and a token that works';
    $shop->guest->post('/auth/register', { email => 'refused@example.com', password => 'correct horse battery' });
    ok $shop->until_so(15, sub { $shop->sql("SELECT count(*) FROM jobs WHERE state = 'dead' AND last_error = 'smtp: 550'") eq '1' }), 'what is refused for good, is not tried again';
    kill TERM => $pid;
    waitpid $pid, 0;
    $shop->shut;
};

done_testing;
