# The simulator on its own: it takes what the manuals allow, refuses the rest, and fails on order.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Test::More;
use Digest::MD5 qw(md5_hex);
use Digest::SHA qw(hmac_sha256_hex);
use Encode      qw(encode_utf8 decode_utf8);
use JSON::PP    ();
use MIME::Base64 qw(encode_base64);
use Munja::Test;
use POSIX qw(strftime);
use Time::HiRes qw(time);

binmode $_, ':utf8' for map { Test::More->builder->$_ } qw(output failure_output todo_output);
plan skip_all => 'no curl' if !grep { -x "$_/curl" } split /:/, $ENV{PATH};

my $sim = Munja::Sim->start;
my ($kim, $lee) = ('01012345678', '01098765432');

sub joa_token {
    my $basic = encode_base64('client-id:api-key', '');
    return $sim->curl('/1/token', '-X', 'POST', '-H', "Authorization: Basic $basic")->{json}{token};
}
sub joa_send {
    my ($token, %field) = @_;
    my $again = delete $field{again} // 0;    # so often, at once
    return $sim->curl('/1/send', ($sim->url . '/1/send', '-o', '/dev/null') x $again,
        '-H', "Authorization: Bearer $token", map { ('--form-string', "$_=$field{$_}") } sort keys %field);
}
sub json_post { return $sim->post_json(@_) }
sub form_post { return $sim->post_form(@_) }
# What a request is refused for, by the word in the violations.
sub last_violation { return decode_utf8(($sim->violations)[-1] // '') }

subtest 'SMSJOA' => sub {
    my $token = joa_token();
    my %sms = (msg_type => 'sms', phone => "$kim,$lee", callback => '0212345678', msg => "디스크 가득\nweb1");
    my $answer = joa_send($token, %sms);
    is $answer->{status}, 200, 'a text to two phones';
    is $answer->{json}{total_count}, 2;
    is $answer->{json}{cost}, 20;
    my ($text) = $sim->phone($kim);
    is $text->{text}, $sms{msg}, 'the phone shows it';
    is_deeply [ @$text{qw(kind used limit cost gateway)} ], [ 'sms', 16, 90, 10, 'smsjoa' ], 'bytes and cost';
    is $sim->curl('/1/balance', '-H', "Authorization: Bearer $token")->{json}{money}, '99980', 'it costs';
    is_deeply [ $sim->violations ], [], 'nothing to complain about';

    my %lms = (%sms, msg_type => 'lms', phone => $kim, msg => '가' x 1000, subject => '제목');
    is joa_send($token, %lms)->{status}, 200, 'LMS of 2000 bytes';
    my %list = (msg_type => 'sms', callback => '0212345678', msg_list => qq({"$kim":"하나","$lee":"둘"}));
    is joa_send($token, %list)->{status}, 200, 'msg_list';
    is(($sim->phone($lee))[-1]{text}, '둘', 'own texts');

    for (
        [ { msg => '가' x 45 . 'a' }, 400, -100034, '91 bytes' ],
        [ { msg => '뷁' }, 400, -100016, 'not in EUC-KR' ],
        [ { msg => "a\tb" }, 400, -100016, 'a control character' ],
        [ { msg => '' }, 400, -100016, 'no text' ],
        [ { phone => '+821012345678' }, 400, -100019, 'a number with +82' ],
        [ { phone => "$kim,$kim" }, 400, -100019, 'a receiver twice' ],
        [ { callback => '02-1234-5678' }, 400, -100039, 'a callback with hyphens' ],
        [ { callback => '0298765432' }, 400, -100039, 'a callback that is not registered' ],
        [ { msg_type => 'SMS' }, 400, -100015, 'a type in capitals' ],
        [ { msg_list => '{}' }, 400, -100020, 'msg_list beside msg' ],
        [ { odd => 1 }, 400, -100003, 'an unknown field' ],
        [ { trandate => '20240230120000' }, 400, -100024, 'a day that is none' ],
        [ { trandate => '20240101120000' }, 400, -100017, 'a day gone by' ],
        )
    {
        my ($change, $status, $code, $why) = @$_;
        my $refused = joa_send($token, %sms, %$change);
        is_deeply [ $refused->{status}, $refused->{json}{code} ], [ $status, $code ], $why;
    }
    is joa_send('1234', %sms)->{json}{code}, -100010, 'a token of nobody';
    is $sim->curl('/1/send', '-H', "Authorization: Bearer $token", '-d', 'msg=x')->{json}{code}, -100003, 'urlencoded';
    is $sim->curl('/1/nothing')->{status}, 404, 'no such call';
    is scalar($sim->phone($kim)), 3, 'refused texts reach no phone';
};

subtest 'NotificationSMS' => sub {
    my $login = json_post('/api/v1/login', { email => 'ops@example.com', password => 'nsms-password' }, 'Content-Type: application/json');
    my @auth = ('Content-Type: application/json', "Authorization: Bearer $login->{json}{token}");
    my %body = (type => 'SMS', from => '0212345678', subject => '알림', content => '모두에게', messages => [ { to => $kim }, { to => $lee, content => '이만' } ]);
    my $before = $sim->violations;
    my $answer = json_post('/api/v1/sms', \%body, @auth);
    is $answer->{status}, 200, 'two messages';
    ok $answer->{json}{requestId}, 'with a request id';
    is(($sim->phone($kim))[-1]{text}, '모두에게', 'the common text');
    is(($sim->phone($lee))[-1]{text}, '이만', 'an own text');
    is scalar($sim->violations), $before, 'nothing to complain about';
    for (
        [ { content => '😀' }, 400, 'U+1F600 is not in EUC-KR' ],
        [ { subject => '' }, 400, 'subject is missing' ],
        [ { messages => "$kim" }, 400, 'messages is no list' ],
        [ { messages => [ { to => '010-1234-5678' } ] }, 400, 'to is no mobile number' ],
        [ { type => 'sms' }, 400, "type 'sms'" ],
        [ { odd => 1 }, 400, 'unknown key' ],
        [ { content => 'x' x 91, messages => [ { to => $kim } ] }, 200, 'was cut to 90' ],
        )
    {
        my ($change, $status, $why) = @$_;
        is json_post('/api/v1/sms', { %body, %$change }, @auth)->{status}, $status, $why;
        like last_violation(), qr/\Q$why/, '... is the complaint';
    }
    is length(($sim->phone($kim))[-1]{text}), 90, 'what is too long is cut';
    is json_post('/api/v1/sms', \%body, $auth[0], 'Authorization: Bearer x')->{json}{error}{errorCode}, '200', 'no token';
};

subtest 'API PLEX' => sub {
    my @auth = ('Content-Type: application/json;charset=utf-8', 'Authorization: plex-id;plex-secret');
    my %item = (msg_key => 'a-1', sender_number => '0212345678', receiver_number => $kim, msg => '문자');
    my $send = sub { return json_post('/sms-verify/v2/send', { msg_data => [@_] }, @auth) };
    my $before = $sim->violations;
    my $answer = $send->(\%item, { %item, msg_key => 'a-2', sender_number => '0311112222' });
    is_deeply [ map { "$_->{msg_key} $_->{code}" } @{ $answer->{json}{results} } ], [ 'a-1 C100', 'a-2 G140' ], 'a verdict for each';
    my $there = $sim->phone($kim);
    is $send->(\%item)->{json}{results}[0]{code}, 'C100', 'an accepted key once more';
    is $sim->phone($kim), $there, '... is not delivered again';
    is scalar($sim->violations), $before, 'nothing to complain about';
    for (
        [ [ map { { %item, msg_key => "b-$_" } } 1 .. 11 ], 200, 'G160', '11 items' ],
        [ [ { %item, msg_key => 'c', msg => '가' x 46 } ], 400, 'C400_2', '92 bytes' ],
        [ [ { %item, msg_key => 'c', odd => 1 } ], 400, 'C400_2', 'unknown key' ],
        [ [ { receiver_number => $kim, msg => 'x' } ], 400, 'C400_3', 'a required key' ],
        [ [ { %item, msg => 5 } ], 400, 'C400_1', 'a number as text' ],
        )
    {
        my ($items, $status, $code, $why) = @$_;
        my $refused = $send->(@$items);
        is_deeply [ $refused->{status}, $refused->{json}{code} ], [ $status, $code ], $why;
    }
    $send->({ %item, msg => 'other text' });
    like last_violation(), qr/msg_key of another message/, 'a key for two texts';
    my @type = ('-H', 'Content-Type: application/json;charset=utf-8');
    is $sim->curl('/sms-verify/v2/send', '-d', '{}', @type)->{json}{code}, 'C401_1', 'no credentials';
    is $sim->curl('/sms-verify/v2/send', '-d', '{}', @type, '-H', 'Authorization: a')->{json}{code}, 'C401_2', 'no semicolon';
    is $sim->curl('/sms-verify/v2/send', '-d', '{}', @type, '-H', 'Authorization: a;b')->{json}{code}, 'C401_3', 'wrong ones';
    is $sim->curl('/sms-verify/v2/send', '-d', '{"msg_data":[],"msg_data":[]}', @type, '-H', $auth[1])->{status}, 400, 'a key twice';
};

subtest 'Nanuminet' => sub {
    my $date = sub { strftime('%Y-%m-%dT%H:%M:%S+09:00', gmtime(CORE::time + 9 * 3600 - ($_[0] // 0))) };
    my $auth = sub {
        my ($when, $secret) = @_;
        my $signature = hmac_sha256_hex("nanumi-key$when", $secret // 'nanumi-secret');
        return $sim->curl('/v1/auth', map { ('-H', $_) } 'X-NNM-APIKEY: nanumi-key', "X-NNM-DATE: $when", 'X-NNM-HASH: sha256', "X-NNM-SIGNATURE: $signature")->{json};
    };
    my $login = $auth->($date->());
    ok $login->{result}, 'signed login';
    like $login->{expire_date}, qr/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'until when';
    ok !$auth->($date->(301))->{result}, 'a date five minutes old';
    ok !$auth->($date->(), 'guess')->{result}, 'a wrong secret';
    my @token = ("X-NNM-ACCESSTOKEN: $login->{access_token}");
    my %form = (phone => "$kim,$lee", callback => '16441447', msg => '디스크+50% & 더', CETC1 => 'r-1');
    my $before = $sim->violations;
    my $answer = form_post('/v1/send', \%form, @token);
    is_deeply [ @{ $answer->{json}{data} }{qw(before_qty after_qty total_count sms_count lms_count)} ], [ 10000, 9998, 2, 2, 0 ], 'two texts';
    is(($sim->phone($lee))[-1]{text}, $form{msg}, 'the phone shows it');
    form_post('/v1/send', { %form, phone => $kim, msg => '가' x 46 }, @token);
    is(($sim->phone($kim))[-1]{kind}, 'lms', 'long ones become LMS');
    is $sim->curl('/v1/count', '-H', @token)->{json}{count}, 9995, 'messages left';
    is scalar($sim->violations), $before, 'nothing to complain about';
    for (
        [ { callback => '0311112222' }, 'not registered' ],
        [ { phone => '' }, 'no mobile number' ],
        [ { msg => '뷁' }, 'U+BDC1 is not in EUC-KR' ],
        [ { msg => '가' x 1001 }, 'msg has 2002 bytes' ],
        [ { CETC1 => 'x' x 161 }, 'CETC1' ],
        [ { odd => 1 }, 'unknown field' ],
        )
    {
        my ($change, $why) = @$_;
        my $refused = form_post('/v1/send', { %form, %$change }, @token);
        ok !$refused->{json}{result}, $why;
        like +($sim->requests)[-1]{reason}, qr/\Q$why/, '... is the reason';
    }
    ok !$sim->curl('/v1/send', '-d', 'phone=1 2', '-H', @token)->{json}{result}, 'a bare blank in the form';
    like last_violation(), qr/unencoded/, '... is the reason';
};

subtest 'SMS57' => sub {
    my ($wang, $zhang) = ('13800000001', '13900000002');
    my %who = (account => '922011', rt => 'json');
    my $send = sub {
        my (%change) = @_;
        my %form = (%who, action => 'send', mobile => "$wang,$zhang", content => '【运维】磁盘已满', extno => '10690231221', %change);
        $form{password} //= md5_hex(encode_utf8("sms57-secret$form{extno}$form{content}$form{mobile}"));
        return form_post('/sms', \%form)->{json};
    };
    my $before = $sim->violations;
    my $answer = $send->();
    is $answer->{status}, 0, 'signed';
    is_deeply [ map { "$_->{mobile} $_->{result}" } @{ $answer->{list} } ], [ "$wang 0", "$zhang 0" ], 'two texts';
    is_deeply [ @{ ($sim->phone($wang))[-1] }{qw(text used parts cost)} ], [ '【运维】磁盘已满', 8, 1, 50 ], 'units and cost';
    is $send->(password => 'sms57-secret')->{status}, 0, 'the plain password';
    is $send->(content => '【运维】' . '满' x 67, mobile => $wang)->{status}, 0, 'a longer one';
    is_deeply [ @{ ($sim->phone($wang))[-1] }{qw(used parts cost)} ], [ 71, 2, 100 ], '... is two parts';
    my %p2p = (%who, action => 'p2p', extno => '10690231221', mobileContentList => "$wang#【运维】一\n$zhang#【运维】二");
    $p2p{password} = md5_hex(encode_utf8("sms57-secret10690231221" . $p2p{mobileContentList} =~ s/\n//r));
    is form_post('/sms', \%p2p)->{json}{status}, 0, 'p2p';
    is(($sim->phone($zhang))[-1]{text}, '【运维】二', 'own texts');
    my %balance = (%who, action => 'balance', password => md5_hex('sms57-secret'));
    is form_post('/sms', \%balance)->{json}{balance}, 1000000 - 8 * 50, 'balance';
    is scalar($sim->violations), $before, 'nothing to complain about';
    is $send->(content => '磁盘已满')->{list}[0]{result}, 17, 'without signature';
    is $send->(extno => '1')->{list}[0]{result}, 10, 'wrong extno';
    is $send->(password => 'x')->{status}, 3, 'wrong password';
    is $send->(mobile => "+86$wang")->{status}, 1, 'a number with +86';
    is $send->(mobile => join ',', map { 13800000000 + $_ } 1 .. 201)->{status}, 102, '201 numbers';
    is $send->(odd => 1)->{status}, 1, 'an unknown field';
};

subtest 'settings' => sub {
    my %sms = (msg_type => 'sms', phone => $kim, callback => '0212345678', msg => 'x');
    my $token = joa_token();
    my $before = $sim->violations;
    $sim->config(token_epoch => 1);
    is joa_send($token, %sms)->{json}{code}, -100010, 'tokens can run out';
    $token = joa_token();
    $sim->config(token => 'fixed');
    is joa_send('fixed', %sms)->{status}, 200, 'a fixed token';
    $sim->config(balance => 15);
    is joa_send($token, %sms)->{status}, 200, 'enough for one';
    is joa_send($token, %sms)->{status}, 403, '... not for two';
    $sim->config(balance => 1000, wrong_numbers => [$lee]);
    is joa_send($token, %sms, phone => "$kim,$lee")->{json}{code}, -100019, 'a wrong number';
    $sim->config(rate_per_s => 1);
    my $asked = $sim->requests;
    joa_send($token, %sms, again => 20);
    ok +(grep { $_->{status} == 429 } ($sim->requests)[ $asked .. $asked + 20 ]), 'a rate';
    $sim->config(rate_per_s => 0, shape => 'printed');
    my $printed = joa_send($token, %sms);
    like $printed->{body}, qr/,\s*\}/, 'the trailing comma as printed';
    ok !$printed->{json}, '... is no JSON';
    $sim->config(shape => 'other', prefix => '/gw');
    is joa_send($token, %sms)->{status}, 200, 'a path prefix';
    $sim->config(shape => 'clean', prefix => '', latency_ms => 300);
    my $start = time;
    joa_send($token, %sms);
    cmp_ok time - $start, '>', 0.3, 'latency';
    $sim->config(latency_ms => 0);
    is scalar($sim->violations), $before, 'none of it is a violation';
    $sim->config(odd => 1);
    joa_token();
    like last_violation(), qr/config/, 'an unknown setting is';
    $sim->config(odd => undef);
};

subtest 'faults' => sub {
    my %sms = (msg_type => 'sms', phone => $kim, callback => '0212345678', msg => 'x');
    my $token = joa_token();
    my $try = sub {
        my (%fault) = @_;
        my $there = $sim->phone($kim);
        $sim->fault(match => '/1/send', times => 1, %fault);
        my $start  = time;
        my $answer = joa_send($token, %sms);
        return { %$answer, wall => time - $start, delivered => $sim->phone($kim) - $there };
    };
    is_deeply [ @{ $try->(do => 'status', status => 503, body => 'down') }{qw(status body delivered)} ], [ 503, 'down', 0 ], 'status';
    is joa_send($token, %sms)->{status}, 200, 'only once';
    is_deeply [ @{ $try->(do => 'body', body => '{}') }{qw(status body delivered)} ], [ 200, '{}', 0 ], 'body';
    is_deeply [ @{ $try->(do => 'body', body => '{}', process => JSON::PP::true) }{qw(status delivered)} ], [ 200, 1 ], 'body, processed';
    ok !defined $try->(do => 'garbage')->{json}, 'garbage';
    is_deeply [ @{ $try->(do => 'redirect') }{qw(status delivered)} ], [ 302, 0 ], 'redirect';
    is_deeply [ @{ $try->(do => 'close-headers') }{qw(exit status delivered)} ], [ 52, 0, 0 ], 'close-headers';
    is_deeply [ @{ $try->(do => 'close-before') }{qw(exit status delivered)} ], [ 52, 0, 0 ], 'close-before';
    is_deeply [ @{ $try->(do => 'close-after') }{qw(exit status delivered)} ], [ 52, 0, 1 ], 'close-after';
    is_deeply [ @{ $try->(do => 'reset') }{qw(exit delivered)} ], [ 56, 0 ], 'reset';
    my $half = $try->(do => 'truncate');
    is_deeply [ @$half{qw(exit delivered)} ], [ 18, 1 ], 'truncate';
    my $late = $try->(do => 'delay', ms => 400);
    is_deeply [ @$late{qw(status delivered)} ], [ 200, 1 ], 'delay';
    cmp_ok $late->{wall}, '>', 0.4, '... takes its time';
    cmp_ok $try->(do => 'drip', ms => 10)->{wall}, '>', 0.4, 'drip';
    is length($try->(do => 'huge', bytes => 30_000_000)->{body}), 30_000_000, 'huge';
    is $try->(do => 'status', status => 429, headers => { 'Retry-After' => '7' })->{status}, 429, 'headers';
    $sim->fault(match => 'smsjoa', do => 'status', skip => 1, times => 1);
    is_deeply [ map { joa_send($token, %sms)->{status} } 1 .. 3 ], [ 200, 503, 200 ], 'skip';
    $sim->fault(do => 'status');
    is $sim->curl('/v1/count')->{status}, 503, 'everything';
    $sim->faults_clear;
    isnt $sim->curl('/v1/count')->{status}, 503, 'cleared';
};

subtest 'plain, stop, end of the parent' => sub {
    my $other = Munja::Sim->start(plain => 1);
    is $other->curl('/1/token', '-X', 'POST')->{json}{code}, -100004, 'SMSJOA wants HTTPS';
    is $other->curl('/api/v1/sms', '-X', 'POST')->{json}{error}{errorCode}, '100', 'NotificationSMS too';
    is $other->curl('/sms?action=balance&account=922011&password=sms57-secret&rt=json')->{json}{status}, 0, 'SMS57 does not';
    my $pid = $other->{pid};
    $other->stop;
    ok !kill(0, $pid), 'stopped';

    pipe my $read, my $write or die;
    my $child = fork // die;
    if ($child == 0) {
        my $orphan = Munja::Sim->start;
        syswrite $write, "$orphan->{pid} $orphan->{dir}\n";
        POSIX::_exit(0);
    }
    waitpid $child, 0;
    my ($orphan, $dir) = split ' ', scalar <$read>;
    ok Munja::until_true(sub { !kill 0, $orphan }), 'nobody is left behind';
    system 'rm', '-rf', $dir;
};

# The simulator sees in its own time that curl is gone.
Munja::until_true(sub { $sim->stats->{open} == 0 });
my $stats = $sim->stats;
cmp_ok $stats->{connections}, '>', 50, 'connections are counted';
cmp_ok $stats->{logins}{smsjoa}, '>=', 3, 'logins too';
is $stats->{open}, 0, 'all closed';
done_testing;
