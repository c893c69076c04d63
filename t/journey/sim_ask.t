# The simulator's operations beside login and text: pictures, reservations, lists, results, inbound messages.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Test::More;
use Digest::MD5  qw(md5_hex);
use Encode       qw(decode_utf8 encode_utf8);
use MIME::Base64 qw(encode_base64);
use Munja::Test;
use POSIX qw(strftime);

binmode $_, ':utf8' for map { Test::More->builder->$_ } qw(output failure_output todo_output);
plan skip_all => 'no curl' if !grep { -x "$_/curl" } split /:/, $ENV{PATH};

my $sim = Munja::Sim->start(plain => 1, config => { https_only => JSON::PP::false() });
my $dir = Munja::folder();
my ($kim, $lee) = ('01012345678', '01098765432');

# A Korean date so many seconds from now, by the simulator's clock.
sub korean { my ($form, $seconds) = @_; return strftime($form, gmtime(time + ($sim->{config}{clock_skew_s} // 0) + 9 * 3600 + $seconds)) }
sub ask {
    my ($method, $path, $query, @headers) = @_;
    my @query = map { ('--data-urlencode', "$_=$query->{$_}") } sort keys %$query;
    return $sim->curl($path, '-X', $method, @query ? ('-G', @query) : (), map { ('-H', $_) } @headers);
}
sub get    { return ask('GET',    @_) }
sub remove { return ask('DELETE', @_) }
sub image { my ($name, @size) = @_; return Munja::write_file("$dir/$name", Munja::Sim::jpeg(@size)) }
sub reason { return $sim->last_request->{reason} // '' }
sub verdict { return $sim->last_request->{verdict} }
my $clean = sub { my ($before, $why) = @_; is_deeply [ map { decode_utf8($_) } ($sim->violations)[ $before .. $sim->violations - 1 ] ], [], $why };

subtest 'SMSJOA' => sub {
    my $start = $sim->violations;
    my $auth  = $sim->login('smsjoa');
    my $send = sub {
        my (%field) = @_;
        my $image = delete $field{image};
        %field = (msg_type => 'sms', phone => "$kim,$lee", callback => '0212345678', msg => '문자', %field);
        return $sim->curl('/1/send', '-H', $auth, (map { ('--form-string', "$_=$field{$_}") } sort keys %field), $image ? ('-F', "image=\@$image") : ());
    };
    my $cancel = sub { my ($body, @type) = @_; return $sim->curl('/1/reservation', '-X', 'DELETE', '-H', $auth, '-H', $type[0] // 'Content-Type: application/json', '--data-raw', $body) };
    my $money = sub { return get('/1/balance', {}, $auth)->{json}{money} };

    is $send->(msg_type => 'mms', phone => $kim, image => image('good.jpg', 720, 480, 300_000))->{status}, 200, 'a picture';
    is_deeply [ @{ ($sim->phone($kim))[-1] }{qw(image_width image_height image_bytes)} ], [ 720, 480, 300_000 ], '... arrives';
    my $serial = $send->(trandate => korean('%Y%m%d%H%M%S', 700))->{json}{msg_serial};
    is_deeply [ map { $_->{state} } $sim->reservations(reference => $serial) ], [ 'waiting', 'waiting' ], 'a reservation waits';
    is scalar($sim->phone($lee)), 0, '... and is on no phone';
    my $left = $money->();
    is $cancel->(qq({"msg_serial":"$serial"}))->{json}{msg_serial}, $serial, 'cancelled';
    is $money->(), $left + 20, '... and paid back';
    $sim->later(1000);
    is scalar($sim->phone($lee)), 0, '... for good';
    is_deeply [ map { $_->{state} } $sim->reservations ], [ 'cancelled', 'cancelled' ], '... as the list says';

    $serial = $send->(trandate => korean('%Y%m%d%H%M%S', 590))->{json}{msg_serial};
    is get("/1/send/$serial/10/1", {}, $auth)->{json}{data}[0]{status}, 'N', 'no result before it is sent';
    is_deeply [ @{ $cancel->(qq({"msg_serial":"$serial"})) }{qw(status)}, reason() ], [ 403, 'due in ten minutes or less' ], 'too late to cancel';
    $sim->later(600);
    is scalar($sim->phone($lee)), 1, 'due: on the phone';
    like(($sim->phone($lee))[-1]{at}, qr/^\d{14}$/, '... with its date');
    is $cancel->(qq({"msg_serial":"$serial"}))->{json}{code}, -100029, 'no reservation any more';

    $sim->config(results => { $lee => '101', $kim => '' });
    my $rows = get("/1/send/$serial/10/1", {}, $auth)->{json};
    is $rows->{total_count}, 2, 'history';
    is_deeply [ map { "$_->{phone} $_->{status} " . ($_->{rsltcode} // '-') } @{ $rows->{data} } ], [ "$kim N -", "$lee Y 101" ], '... with results';
    is_deeply [ map { $_->{phone} } @{ get("/1/send/$serial/1/2", {}, $auth)->{json}{data} } ], [$lee], '... by pages';
    $sim->config(shape => 'printed', results => {});
    $rows = get("/1/send/$serial/10/1", {}, $auth)->{json}{data};
    is_deeply [ map { exists $_->{trandate} ? 1 : exists $_->{tran_date} ? 2 : 0 } @$rows ], [ 1, 2 ], 'keys as printed';
    is_deeply [ @{ $rows->[0] }{qw(rsltcode rsltdate telecom)} ], [ '100', undef, 'ETC' ], 'nulls as printed';
    $sim->config(shape => 'other');
    is get("/1/send/$serial/10/1", {}, $auth)->{json}{data}[0]{rsltcode}, 100, 'or otherwise';
    $sim->config(shape => 'clean');
    my ($is_old) = ($send->(phone => $kim))->{json}{msg_serial};
    is get("/1/send/$is_old/10/2", {}, $auth)->{json}{code}, -100036, 'behind the last page';
    is get('/1/send/99/10/1', {}, $auth)->{json}{code}, -100030, 'no such serial';
    $clean->($start, 'all of it as the guide says');

    for (
        [ { trandate => '2024-01-01 00:00' }, -100023, 'form' ],
        [ { trandate => '20250229120000' }, -100024, 'a day that is none' ],
        [ { trandate => '20991231250000' }, -100025, 'an hour that is none' ],
        [ { trandate => korean('%Y%m%d%H%M%S', -5) }, -100017, 'just gone' ],
        [ { trandate => '' }, -100027, 'an empty date' ],
        [ { msg_type => 'mms' }, -100006, 'mms without a picture' ],
        [ { image => image('small.jpg', 1, 1) }, -100006, 'a picture without mms' ],
        [ { msg_type => 'mms', image => image('wide.jpg', 721, 480) }, -100006, '721 pixels wide' ],
        [ { msg_type => 'mms', image => image('high.jpg', 480, 720) }, -100006, 'upright' ],
        [ { msg_type => 'mms', image => image('big.jpg', 720, 480, 300_010) }, -100032, 'over 300 KB' ],
        [ { msg_type => 'mms', image => Munja::write_file("$dir/png.jpg", "\x89PNG\r\n\x1a\n") }, -100005, 'no JPEG' ],
        [ { msg_type => 'mms', image => Munja::write_file("$dir/cut.jpg", substr Munja::Sim::jpeg(9, 9), 0, -2) }, -100005, 'half a JPEG' ],
        [ { msg_type => 'mms', image => Munja::write_file("$dir/sof.jpg", "\xff\xd8\xff\xc0\0\x04\0\0\xff\xd9") }, -100005, 'a short frame header' ],
        [ { msg_type => 'mms', image => Munja::write_file("$dir/seg.jpg", "\xff\xd8\xff\xe0\xff\xff\xff\xd9") }, -100005, 'a segment beyond the end' ],
        )
    {
        my ($change, $code, $why) = @$_;
        is_deeply [ $send->(phone => $kim, %$change)->{json}{code}, verdict() ], [ $code, 'violation' ], $why;
    }
    for (
        [ '{"msg_serial":5}', -100007, 'a number as serial' ],
        [ '{}', -100007, 'no serial' ],
        [ '{"msg_serial":"1","odd":1}', -100007, 'an unknown key' ],
        [ '{"msg_serial":', -100007, 'broken JSON' ],
        )
    {
        my ($body, $code, $why) = @$_;
        is_deeply [ $cancel->($body)->{json}{code}, verdict() ], [ $code, 'violation' ], $why;
    }
    is $cancel->('{"msg_serial":"1"}', 'Content-Type: text/plain')->{json}{code}, -100003, 'another content type';
    is get('/1/send/x/10/1', {}, $auth)->{json}{code}, -100007, 'no serial';
    is get("/1/send/$serial/101/1", {}, $auth)->{json}{code}, -100035, '101 rows';
    is get("/1/send/$serial/10/0", {}, $auth)->{json}{code}, -100036, 'page 0';
    is get("/1/send/$serial/10", {}, $auth)->{status}, 404, 'no page';
    $sim->later(91 * 86400);
    is get("/1/send/$serial/10/1", {}, $auth)->{json}{code}, -100040, 'three months ago';
    is $send->(trandate => '1')->{json}{code}, -100023;
    $sim->config(shape => 'other');
    like $send->(trandate => '1')->{body}, qr/^-100027 /, 'the general code, in another shape';
    $sim->config(shape => 'clean', clock_skew_s => 0);
};

subtest 'NotificationSMS' => sub {
    my $start = $sim->violations;
    my @auth  = $sim->login('notificationsms');
    my $json  = $auth[0];
    my %body = (type => 'SMS', from => '0212345678', subject => '알림', content => '내용', messages => [ { to => $kim }, { to => $lee } ]);
    my $send = sub { my (%change) = @_; return $sim->post_json('/api/v1/sms', { %body, %change }, @auth)->{json} };
    my %picture = (name => 'a.jpg', body => encode_base64(Munja::Sim::jpeg(640, 480), ''));

    $send->(type => 'MMS', files => [ \%picture ]);
    is_deeply [ @{ ($sim->phone($kim))[-1] }{qw(kind image)} ], [ 'mms', JSON::PP::true() ], 'a picture';
    $send->(type => 'MMS');
    is(($sim->phone($kim))[-1]{kind}, 'lms', 'without one it is an LMS');
    my $id = $send->()->{requestId};
    my $request = get('/api/v1/sms', { requestId => $id }, @auth)->{json};
    is_deeply [ map { "$_->{messages_to} $_->{messages_from} $_->{messages_countryCode}" } @{ $request->{messages} } ], [ "$kim 0212345678 82", "$lee 0212345678 82" ], 'a request looked up';
    $sim->config(shape => 'other');
    is get('/api/v1/sms', { requestId => $id }, @auth)->{json}{messages}[1]{to}, $lee, 'keys without their prefix';
    $sim->config(shape => 'clean');

    my $there = $sim->phone($kim);
    my $at = korean('%Y-%m-%d %H:%M', 300);
    $id = $send->(reserveTime => $at, reserveTimeZone => 'Asia/Seoul', scheduleCode => 'x')->{requestId};
    my $state = sub { return get('/api/v1/reserve_sms', { reserveId => $id }, @auth)->{json} };
    is_deeply [ @{ $state->() }{qw(reserveId reserveTime reserveTimeZone reserveStatus)} ], [ $id, $at, 'Asia/Seoul', 'RESERVED' ], 'a reservation';
    is remove('/api/v1/reserve_sms_del', { reserveId => $id }, @auth)->{status}, 200, '... cancelled';
    is $state->()->{reserveStatus}, 'CANCELED', '... says so';
    is remove('/api/v1/reserve_sms_del', { reserveId => $id }, @auth)->{json}{error}{errorCode}, '300', '... only once';
    $id = $send->(reserveTime => $at)->{requestId};
    $sim->later(300);
    is $sim->phone($kim), $there + 1, 'the other arrives';
    is $state->()->{reserveStatus}, 'SENT';
    $id = $send->(reserveTime => korean('%Y-%m-%d %H:%M', 300))->{requestId};
    $sim->config(shape => 'other');
    my $gone = remove('/api/v1/reserve_sms_del', { reserveId => $id }, @auth);
    is_deeply [ @$gone{qw(status body)} ], [ 204, '' ], 'an answer without a body';
    $sim->config(shape => 'clean', clock_skew_s => 0);
    is get('/api/v1/sms', { requestId => 'none' }, @auth)->{status}, 404, 'no such request';

    my $list = sub { my (%query) = @_; return get('/api/v1/unsubscribes_sms_get', \%query, @auth)->{json} };
    for my $number ('01011110001', '01011110002', '01011110003') {
        is $sim->post_json('/api/v1/unsubscribes_sms', { clientTelNo => $number }, @auth)->{json}{clientTelNo}, $number, 'unsubscribed';
    }
    is_deeply [ map { $_->{clientTelNo} } @{ $list->() } ], [ '01011110001', '01011110002', '01011110003' ], 'all of them';
    is_deeply [ map { $_->{clientTelNo} } @{ $list->(pageSize => 2, pageIndex => 1) } ], ['01011110003'], 'the second page';
    is_deeply [ map { $_->{clientTelNo} } @{ $list->(clientTelNo => '01011110002') } ], ['01011110002'], 'one';
    is_deeply $list->(endTime => time - 100), [], 'none so early';
    is_deeply scalar @{ $list->(startTime => (time - 100) * 1000) }, 3, 'all since then, in milliseconds';
    $sim->config(shape => 'other');
    is scalar @{ $list->()->{content} }, 3, 'wrapped';
    $sim->config(shape => 'clean');
    is $send->(messages => [ { to => '01011110001' } ])->{error}{errorCode}, '100', 'no text for them';
    is remove('/api/v1/unsubscribes_sms_del', { clientTelNo => '01011110001' }, @auth)->{status}, 200, 'removed';
    ok $send->(messages => [ { to => '01011110001' } ])->{requestId}, '... texts again';
    is remove('/api/v1/unsubscribes_sms_del', { clientTelNo => '01011110001' }, @auth)->{status}, 404, '... not twice';

    my %new = (name => '운영', email => 'new@example.com', password => 'p1');
    ok $sim->post_json('/api/v1/signup', \%new, $json)->{json}{token}, 'signed up';
    ok $sim->post_json('/api/v1/login', { email => $new{email}, password => 'p1' }, $json)->{json}{token}, '... and in';
    is $sim->post_json('/api/v1/signup', \%new, $json)->{status}, 400, '... only once';
    $clean->($start, 'all of it as the manual says');

    for (
        [ { reserveTime => '2024-01-01T10:00' }, 'reserveTime' ],
        [ { reserveTime => '2024-01-01 10:00' }, 'has passed' ],
        [ { reserveTime => $at, reserveTimeZone => 'KST' }, 'reserveTimeZone' ],
        [ { reserveTimeZone => 'Asia/Seoul' }, 'without reserveTime' ],
        [ { files => [ \%picture ] }, 'files with SMS' ],
        [ { type => 'MMS', files => \%picture }, 'files is no list' ],
        [ { type => 'MMS', files => [ { body => $picture{body} } ] }, 'lacks name' ],
        [ { type => 'MMS', files => [ { %picture, odd => 1 } ] }, 'unknown key' ],
        [ { type => 'MMS', files => [ { %picture, body => "$picture{body}\n" } ] }, 'no JPEG in base64' ],
        [ { type => 'MMS', files => [ { %picture, body => 'AAAA' } ] }, 'no JPEG in base64' ],
        )
    {
        my ($change, $why) = @$_;
        is $send->(%$change)->{error}{errorCode}, '100', $why;
        like reason(), qr/\Q$why/, '... is the reason';
        is verdict(), 'violation';
    }
    for (
        [ get('/api/v1/sms', { requestId => $id }, $auth[1]), 'content type' ],
        [ get('/api/v1/sms', {}, @auth), 'requestId is missing' ],
        [ get('/api/v1/sms', { requestId => $id, odd => 1 }, @auth), 'unknown field' ],
        [ get('/api/v1/unsubscribes_sms_get', { pageSize => 0 }, @auth), 'pageSize' ],
        [ get('/api/v1/unsubscribes_sms_get', { startTime => 'ALL' }, @auth), 'startTime' ],
        [ $sim->post_json('/api/v1/unsubscribes_sms', { clientTelNo => '010-1' }, @auth), 'clientTelNo' ],
        [ $sim->post_json('/api/v1/unsubscribes_sms', {}, @auth), 'clientTelNo' ],
        [ $sim->curl('/api/v1/reserve_sms_del', '-X', 'DELETE', '-d', '{}', map { ('-H', $_) } @auth), 'with a body' ],
        [ $sim->post_json('/api/v1/signup', { email => 'x@y', password => 'p' }, $json), 'missing' ],
        )
    {
        my ($answer, $why) = @$_;
        is $answer->{status}, 400, $why;
    }
    is scalar(grep { $_->{verdict} eq 'violation' } ($sim->requests)[ -9 .. -1 ]), 9, 'each is a violation';
};

subtest 'API PLEX' => sub {
    my $start = $sim->violations;
    my @auth  = $sim->login('apiplex');
    my %item = (msg_key => 'k-1', sender_number => '0212345678', receiver_number => $kim, msg => '문자', origin_cid => '0123456789', echo_to_webhook => 'e' x 256);
    my $send = sub { my (%change) = @_; return $sim->post_json('/sms-verify/v2/send', { msg_data => [ { %item, %change } ] }, @auth)->{json} };
    is $send->()->{results}[0]{code}, 'C100', 'all keys';
    is_deeply [ @{ ($sim->phone($kim))[-1] }{qw(origin_cid echo_to_webhook)} ], [ '0123456789', 'e' x 256 ], 'are kept';
    $send->();
    $sim->config(results => { $kim => '9' });
    $send->(msg_key => 'k-2', echo_to_webhook => 'x');
    $sim->config(results => {});
    is_deeply [ map { my $r = $_->{results}[0]; "$r->{msg_key} $r->{code}" } $sim->webhooks ], [ 'k-1 0', 'k-1 C', 'k-2 9' ], 'what would be pushed';
    is(($sim->webhooks)[-1]{results}[0]{echo_to_webhook}, 'x', '... with the echo');
    $clean->($start, 'all of it as the manual says');
    is $send->(msg_key => 'k-3', echo_to_webhook => 'e' x 257)->{results}[0]{code}, 'G142', 'an echo too long';
    is $send->(msg_key => 'k-3', echo_to_webhook => 5)->{results}[0]{code}, 'G142', 'an echo that is no string';
    is $send->(msg_key => 'k-3', origin_cid => '12345678901')->{code}, 'C400_2', 'a code of 11 digits';
    is $send->(msg_key => 'k-3', origin_cid => 'a')->{code}, 'C400_2', 'a code of letters';
};

subtest 'Nanuminet' => sub {
    $sim->noon;
    my $start = $sim->violations;
    my @token = $sim->login('nanuminet');
    my $send = sub {
        my (%change) = @_;
        my $file = delete $change{file};
        my %form = (phone => $kim, callback => '16441447', msg => '점검 알림', %change);
        return $sim->curl('/v1/send', '-H', @token, (map { ('--data-urlencode', "$_=$form{$_}") } sort keys %form), $file ? ('--data-urlencode', "upFile\@$file") : ());
    };
    my $data = sub { my ($path, %query) = @_; return get($path, \%query, @token)->{json}{data} };
    my $url = 'data:image/jpeg;base64,' . encode_base64(Munja::Sim::jpeg(320, 240), '');

    is $send->(upFile => $url)->{json}{data}{mms_count}, 1, 'a picture as Data URL';
    is $send->(upFile => 'https://www.example.com/logo.jpg')->{json}{data}{mms_count}, 1, 'a picture by URL';
    $send->(phone => "$kim,$lee", msg => '발송 100%', CETC1 => 'r-1', CETC6 => '여섯');
    $send->(CETC1 => 'r-10', callback => '0212345678');
    $send->(msg => '가' x 46, subject => '제목', use_mms => 'Y');
    $sim->config(results => { $lee => '07' });
    is $data->('/v1/list')->{totalCnt}, 5, 'only success by default';
    my %count = (A => 6, S => 5, F => 1, I => 0, E => 0);
    is $data->('/v1/list', sms_result => $_)->{totalCnt}, $count{$_}, "sms_result=$_" for sort keys %count;
    $sim->config(results => { $lee => '28', $kim => '' });
    %count = (A => 6, S => 0, F => 0, I => 5, E => 1);
    is $data->('/v1/list', sms_result => $_)->{totalCnt}, $count{$_}, "sms_result=$_, other results" for sort keys %count;
    $sim->config(results => {});
    my %all = (sms_result => 'A');
    my $month = korean('%Y%m', 0);
    for (
        [ { send_type => 'S' }, 3 ],
        [ { send_type => 'M' }, 3 ],
        [ { search_field => 'PHONE', search_keyword => '9876' }, 1 ],
        [ { search_field => 'CALLBACK', search_keyword => '0212' }, 1 ],
        [ { search_field => 'MSG', search_keyword => '100%' }, 2 ],
        [ { CETC1 => 'r-1' }, 2 ],
        [ { CETC1 => 'r-1', CETC6 => '여섯' }, 2 ],
        [ { CETC2 => 'r-1' }, 0 ],
        [ { YM => $month }, 6 ],
        [ { YM => '202001' }, 0 ],
        [ { start_day => korean('%d', 0), end_day => korean('%d', 0) }, 6 ],
        [ { end_day => '01' }, korean('%d', 0) eq '01' ? 6 : 0 ],
        )
    {
        my ($query, $found) = @$_;
        is $data->('/v1/list', %all, %$query)->{totalCnt}, $found, join ' ', map { "$_=$query->{$_}" } sort keys %$query;
    }
    my $page = $data->('/v1/list', %all, page => 2, pageSize => 4);
    is_deeply [ @$page{qw(YM totalCnt page pageSize)}, scalar @{ $page->{list} } ], [ $month, 6, 2, 4, 2 ], 'the second page';
    my ($row) = @{ $data->('/v1/list', %all, CETC6 => '여섯', search_field => 'PHONE', search_keyword => $kim)->{list} };
    is_deeply [ @$row{qw(MSG CALLBACK PHONE TYPE STAT FCNT)} ], [ '발송 100%', '16441447', $kim, 'SMS', '06', 0 ], 'a row';
    is $data->("/v1/get/$month/S/$row->{INDEXNUM}")->{CETC6}, '여섯', 'one message';
    isnt $data->("/v1/get/$month/M/$row->{INDEXNUM}")->{MSG}, '발송 100%', 'the same index, another type';
    ok !get("/v1/get/202001/S/$row->{INDEXNUM}", {}, @token)->{json}{result}, 'another month';
    is_deeply $data->('/v1/callback'), [ '0212345678', '16441447' ], 'senders';
    $sim->config(shape => 'other');
    is_deeply $data->('/v1/callback'), { 1 => '0212345678', 2 => '16441447' }, '... otherwise';
    is $data->('/v1/list', %all, CETC1 => 'r-1')->[0]{totalCnt}, '3', 'data as a list of one, fields matched in part';
    $sim->config(shape => 'clean');

    my $count = sub { return get('/v1/count', {}, @token)->{json}{count} };
    my $there = $sim->phone($kim);
    my $left  = $count->();
    $send->(senddate => korean('%Y-%m-%d %H:%M:%S', 3600), CETC1 => "n-$_") for 1 .. 3;
    $send->(senddate => korean('%Y-%m-%d %H:%M:%S', 60), msg => '가' x 46);
    is $count->(), $left - 6, 'reservations are paid at once';
    my $stay = $data->('/v1/staylist');
    is_deeply [ $stay->{totalCnt}, $stay->{list}[0]{STAT} ], [ 4, '0' ], 'they wait';
    my ($one) = @{ $data->('/v1/staylist', CETC1 => 'n-2', send_type => 'S')->{list} };
    ok !get("/v1/get/$month/S/$one->{INDEXNUM}", {}, @token)->{json}{result}, 'not sent yet';
    ok get("/v1/cancel/S/$one->{INDEXNUM}", {}, @token)->{json}{result}, 'one is cancelled';
    ok !get("/v1/cancel/S/$one->{INDEXNUM}", {}, @token)->{json}{result}, '... once';
    ok !get("/v1/cancel/S/$row->{INDEXNUM}", {}, @token)->{json}{result}, 'none that was sent';
    $sim->later(100);
    is $sim->phone($kim), $there + 1, 'one was due';
    is $data->('/v1/staylist')->{totalCnt}, 2, 'two are left';
    ok get('/v1/cancelall', {}, @token)->{json}{result}, 'all cancelled';
    is $data->('/v1/staylist')->{totalCnt}, 0, 'none are left';
    is $count->(), $left - 3, 'paid back';
    $sim->later(4000);
    is $sim->phone($kim), $there + 1, 'never to come';
    $sim->config(clock_skew_s => 0);
    $clean->($start, 'all of it as the manual says');

    for (
        [ { senddate => '2030-1-1 9:00:00' }, 'sent at once' ],
        [ { senddate => '2020-01-01 09:00:00' }, 'sent at once' ],
        [ { use_mms => 'N', upFile => $url }, 'lost its image' ],
        )
    {
        my ($change, $why) = @$_;
        $there = $sim->phone($kim);
        ok $send->(%$change)->{json}{result}, $why;
        like reason(), qr/\Q$why/, '... is written down';
        is $sim->phone($kim), $there + 1, '... and so it is';
    }
    my $big = Munja::write_file("$dir/big.txt", 'data:image/jpeg;base64,' . encode_base64(Munja::Sim::jpeg(9, 9, 300_010), ''));
    for (
        [ { upFile => 'data:image/png;base64,iVBORw0KGgo=' }, 'no Data URL of image/jpeg' ],
        [ { upFile => 'data:image/jpeg;base64,AAAA' }, 'upFile is no JPEG' ],
        [ { upFile => 'data:image/jpeg;base64,/9j' }, 'upFile is no JPEG' ],
        [ { upFile => '/tmp/a.jpg' }, 'neither a URL' ],
        [ { upFile => '' }, 'neither a URL' ],
        [ { file => $big }, 'upFile has' ],
        [ { use_mms => 'X' }, "use_mms 'X'" ],
        )
    {
        my ($change, $why) = @$_;
        ok !$send->(%$change)->{json}{result}, $why;
        like reason(), qr/\Q$why/, '... is the reason';
        is verdict(), 'violation';
    }
    for (
        [ '/v1/list', { odd => 1 }, 'unknown field' ],
        [ '/v1/list', { pageSize => 101 }, 'pageSize' ],
        [ '/v1/list', { page => 0 }, 'page' ],
        [ '/v1/list', { YM => '202213' }, 'YM' ],
        [ '/v1/list', { YM => '2022-1' }, 'YM' ],
        [ '/v1/list', { start_day => '1' }, 'start_day' ],
        [ '/v1/list', { end_day => '32' }, 'end_day' ],
        [ '/v1/list', { start_day => '20', end_day => '10' }, 'after end_day' ],
        [ '/v1/list', { sms_result => 'X' }, 'sms_result' ],
        [ '/v1/list', { send_type => '' }, 'send_type' ],
        [ '/v1/list', { search_field => 'SUBJECT', search_keyword => 'x' }, 'search_field' ],
        [ '/v1/list', { search_keyword => 'x' }, 'search_field' ],
        [ '/v1/list', { search_field => 'MSG' }, 'search_keyword' ],
        [ '/v1/staylist', { sms_result => 'A' }, 'unknown field' ],
        [ '/v1/count', { page => 1 }, 'parameters in the URL' ],
        [ "/v1/get/$month/X/1", {}, 'type' ],
        [ "/v1/get/$month/S/1a", {}, 'index' ],
        [ '/v1/get/S/1', {}, 'the path' ],
        [ '/v1/cancel/S', {}, 'the path' ],
        [ '/v1/cancel/SS/1', {}, 'type' ],
        )
    {
        my ($path, $query, $why) = @$_;
        ok !get($path, $query, @token)->{json}{result}, $path . ' ' . join ' ', %$query;
        is verdict(), 'violation', '... is a violation';
        like reason(), qr/\Q$why/, '... by its reason';
    }
};

subtest 'SMS57' => sub {
    my $start = $sim->violations;
    my ($wang, $zhang) = ('13800000001', '13900000002');
    my %who = (account => '922011', rt => 'json');
    my $ask = sub { my (%form) = @_; return $sim->post_form('/sms', { %who, password => md5_hex('sms57-secret'), %form })->{json} };
    my $send = sub { my (@to) = @_; return $ask->(action => 'send', mobile => join(',', @to), content => '【运维】磁盘', extno => '10690231221', password => 'sms57-secret') };

    is $ask->(action => 'balance')->{chargeType}, 'PRECHARGE', 'paid before';
    $sim->config(postpaid => JSON::PP::true(), balance => 60);
    is $send->($wang, $zhang)->{balance}, -40, 'below zero';
    is $ask->(action => 'balance')->{chargeType}, 'POSTCHARGE', '... paid afterwards';
    $sim->config(postpaid => JSON::PP::false(), balance => 1_000_000, results => { $zhang => 'MA:0001' });
    my $list = $ask->(action => 'report', size => 10)->{list};
    is_deeply [ map { "$_->{flag} $_->{mobile} $_->{stat} $_->{spid} $_->{accessCode}" } @$list ], [ "1 $wang DELIVRD 922011 10690231221", "1 $zhang MA:0001 922011 10690231221" ], 'reports';
    is $list->[0]{mid}, ($sim->phone($wang))[-1]{reference}, '... by their mid';
    is_deeply $ask->(action => 'report')->{list}, [], '... handed out once';
    $sim->config(results => { $wang => '' });
    $send->($wang);
    is_deeply $ask->(action => 'report')->{list}, [], 'none yet';
    $sim->config(results => {});
    is scalar @{ $ask->(action => 'report')->{list} }, 1, 'now there is';
    $send->(map { 13800000100 + $_ } 1 .. 25);
    is_deeply [ map { scalar @{ $ask->(action => 'report', size => 10)->{list} } } 1 .. 4 ], [ 10, 10, 5, 0 ], 'no more than asked for';

    $sim->inbound(mobile => $wang, content => '收到 1', time => '2024-01-31 09:00:00');
    $sim->inbound(mobile => $zhang, content => '收到 2', mid => 'X1');
    $sim->inbound(mobile => $zhang, stat => 'MO:0255', mid => 'X2');
    $list = $ask->(action => 'mo', szie => 10, size => 10)->{list};
    is_deeply [ map { "$_->{flag} $_->{mobile} $_->{content}" } @$list ], [ "0 $wang 收到 1", "0 $zhang 收到 2" ], 'inbound messages';
    is_deeply [ $list->[0]{time}, $list->[1]{mid} ], [ '2024-01-31 09:00:00', 'X1' ], '... with what was given';
    is_deeply $ask->(action => 'mo')->{list}, [], '... handed out once';
    is_deeply [ map { "$_->{mid} $_->{stat}" } @{ $ask->(action => 'report')->{list} } ], ['X2 MO:0255'], 'a report out of nowhere';
    $sim->config(shape => 'printed');
    $sim->inbound(mobile => $wang, content => '再来');
    my $answer = $ask->(action => 'mo');
    is_deeply [ $answer->{status}, $answer->{list}[0]{content} ], [ '0', '再来' ], 'as printed';
    $sim->config(shape => 'clean');
    $sim->inbound(mobile => $wang, content => '丢了');
    $sim->fault(match => '/sms', do => 'close-after', times => 1);
    $ask->(action => 'mo');
    is_deeply $ask->(action => 'mo')->{list}, [], 'what was answered is gone, though the answer was lost';
    $clean->($start, 'all of it as the manual says');

    for (
        [ { action => 'report', size => 9 }, "size '9'" ],
        [ { action => 'report', size => 10001 }, "size '10001'" ],
        [ { action => 'mo', size => 1001 }, "size '1001'" ],
        [ { action => 'mo', szie => 5 }, "szie '5'" ],
        [ { action => 'mo', szie => 10, size => 11 }, 'differ' ],
        [ { action => 'report', szie => 10 }, 'unknown field' ],
        [ { action => 'balance', size => 10 }, 'unknown field' ],
        )
    {
        my ($form, $why) = @$_;
        is $ask->(%$form)->{status}, 1, $why;
        like reason(), qr/\Q$why/, '... is the reason';
    }
    is $ask->(action => 'mo', password => 'x')->{status}, 3, 'wrong password';
    $sim->inbound(mobile => $wang);
    $ask->(action => 'mo');
    like(($sim->violations)[-1], qr/inbound/, 'a line without content is the test\'s own fault');
};

is scalar(grep { $_->{state} eq 'waiting' } $sim->reservations), 0, 'nothing is left waiting';
done_testing;
