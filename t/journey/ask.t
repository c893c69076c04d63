#!/usr/bin/perl
# Questions to gateways from the command line: what each gateway sees, as its manual wants it, and what people and programs
# get. Reservations and images have journeys of their own.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Digest::MD5 qw(md5_hex);
use JSON::PP    ();
use Munja::World;
use POSIX qw(strftime);
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my ($KIM, $LEE, $WANG) = ('01012345678', '01099998888', '+8613900001234');
my $TIME  = qr/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/;
my $MD5   = md5_hex('sms57-secret');
my @CHINA = ("account=922011", "password=$MD5");

# Which gateway has which operation, as their manuals say.
my %HAS = (
    joa    => [qw(balance result reservation-cancel)],
    nanumi => [qw(balance result list reservation-list reservation-cancel reservation-cancel-all senders)],
    plex   => [],
    nsms   => [qw(result reservation-show reservation-cancel unsubscribed-list unsubscribed-add unsubscribed-remove signup)],
    cn     => [qw(balance reports replies)],
);
my %COMMAND = (
    'balance'                => sub { ('balance', $_[0]) },
    'result'                 => sub { ('result', $_[0], $_[0] eq 'nanumi' ? '202611/S/1' : '1') },
    'list'                   => sub { ('list', $_[0]) },
    'reservation-list'       => sub { ('reservation', $_[0], 'list') },
    'reservation-show'       => sub { ('reservation', $_[0], 'show', '1') },
    'reservation-cancel'     => sub { ('reservation', $_[0], 'cancel', $_[0] eq 'nanumi' ? 'S/1' : '1') },
    'reservation-cancel-all' => sub { ('reservation', $_[0], 'cancel-all') },
    'unsubscribed-list'      => sub { ('unsubscribed', $_[0], 'list') },
    'unsubscribed-add'       => sub { ('unsubscribed', $_[0], 'add', $LEE) },
    'unsubscribed-remove'    => sub { ('unsubscribed', $_[0], 'remove', $LEE) },
    'senders'                => sub { ('senders', $_[0]) },
    'reports'                => sub { ('reports', $_[0]) },
    'replies'                => sub { ('replies', $_[0]) },
    'signup'                 => sub { ('signup', $_[0], '--name', 'kim') },
);

sub send_to {
    my ($world, $provider, $to, $text, @args) = @_;
    my $run = $world->munja('send', '-p', $provider, '--to', $to, @args, $text);
    is $run->{exit}, 0, "$provider takes a text" or diag $run->{out};
    $world->fresh;
    return $world->sql("SELECT reference FROM attempt WHERE provider = '$provider' ORDER BY record LIMIT 1");
}

# Ask: what the gateway saw, the exit code, and the rows as people see them.
sub ask_ok {
    my ($world, $args, $seen, $rows, $name) = @_;
    $name = "@$args" . ($name ? ", $name" : '');
    my $run = $world->munja(@$args);
    is $run->{exit}, 0, "$name: exit 0" or diag $run->{out};
    is $run->{err}, '', "$name: nothing else is said";
    is_deeply [ $world->asked ], $seen, "$name: as the manual has it";
    return $run if !$rows;
    my $said = Munja::World::table($run->{out} =~ s/^\([^\n]*\)\n\z//mr);
    is_deeply $said, $rows, "$name: the rows" or diag $run->{out};
    $run = $world->munja(@$args, '--json');
    is $run->{exit}, 0, "$name, --json: exit 0";
    my $document = Munja::World::document($run);
    $document = $document->[0] if ref $document eq 'ARRAY';
    delete $_->{provider} for $args->[0] eq 'balance' ? @$rows : ();
    is_deeply [ map { my $row = $_; +{ map { $_ => $row->{$_} // '-' } keys %$row } } @{ $document->{rows} } ], $rows, "$name, --json: the same rows";
    is $document->{outcome}, 'accepted', "$name, --json: the outcome";
    $world->fresh;
    return $run;
}

# By the gateways' clock.
sub korean { my ($world, $form) = @_; return strftime($form, gmtime($world->sim->now + 9 * 3600)) }

# A time that can be any: taken out where it looks like one.
sub timeless { my ($rows, @columns) = @_; for my $row (@$rows) { $row->{$_} = $row->{$_} =~ $TIME ? 'TIME' : $row->{$_} for @columns } return $rows }
sub rows_of {
    my ($world, $args, @times) = @_;
    my $run = $world->munja(@$args);
    is $run->{exit}, 0, "@$args: exit 0" or diag $run->{out};
    return timeless(Munja::World::table($run->{out} =~ s/^\([^\n]*\)\n\z//mr) // [], @times);
}

for my $shape ('clean', 'printed', 'other') {
    subtest "SMSJOA, $shape" => sub {
        my $world = Munja::World->new(providers => ['joa'], sim => { shape => $shape, balance => 77777, results => { $LEE => '401' } });
        $world->munja('balance', 'joa');
        my ($login, $request) = $world->fresh;
        is "$login->{method} $login->{uri}", 'POST /1/token', 'the login comes first';
        my ($token) = $login->{reply} =~ /"token" ?: ?"([^"]+)"/;
        is $request->{headers}{authorization}, "Bearer $token", 'its token goes along';
        ask_ok($world, [ 'balance', 'joa' ], ['GET /1/balance'], [ { provider => 'joa', left => '77777', unit => 'KRW', charge => '-' } ]);

        my $serial = send_to($world, 'joa', "$KIM,$LEE", '디스크');
        my $rows = rows_of($world, [ 'result', 'joa', $serial ], 'sent', 'done');
        is_deeply [ $world->asked ], ["GET /1/send/$serial/100/1"], 'result: all rows that fit a page';
        my %row = (reference => $serial, kind => 'sms', sent => 'TIME', done => $shape eq 'clean' || $shape eq 'other' ? 'TIME' : '-');
        my $carrier = sub { $shape eq 'printed' ? 'ETC' : $_[0] };
        is_deeply $rows, [
            { %row, recipient => $KIM, state => 'delivered', code => '100', meaning => 'delivered', carrier => $carrier->('SKT') },
            { %row, recipient => $LEE, state => 'failed', code => '401', meaning => $rows->[1]{meaning}, carrier => $carrier->('KT') } ], 'result: the rows';
        like $rows->[1]{meaning}, qr/spam/i, 'result: in words';
        my $run = $world->munja('result', 'joa', $serial, '--size', 1, '--page', 2);
        is_deeply [ $world->asked ], ["GET /1/send/$serial/1/2"], 'result: a page';
        like $run->{out}, qr/^\(1 of 2: see --page and --size\)$/m, 'result: and how many there are';
        is $world->munja('result', 'joa', $serial, '--size', 1, '--page', 3)->{exit}, 0, 'result: behind the last page is nothing';
        $world->fresh;
        $world->sim->config(results => { $KIM => '' });
        is rows_of($world, [ 'result', 'joa', $serial ], 'sent', 'done')->[0]{state}, 'waiting', 'result: none yet';
        $world->clean("SMSJOA, $shape");
    };

    subtest "NotificationSMS, $shape" => sub {
        my $world = Munja::World->new(providers => ['nsms'], set => { nsms => { signup_path => '/api/v1/signup', user => 'new@example.com' } },
            sim => { shape => $shape });
        $world->sim->noon;
        my $run = $world->munja('result', 'nsms', 'x');
        is $run->{exit}, 2, 'no account yet';
        $world->fresh;
        ask_ok($world, [ 'signup', 'nsms', '--name', '김운영' ], ['POST /api/v1/signup {"name":"김운영","email":"new@example.com","password":"nsms-password"}'], undef);
        is $world->munja('signup', 'nsms', '--name', '김운영')->{exit}, 2, 'an account is made once';
        $world->fresh;
        my $id = send_to($world, 'nsms', "$KIM,$LEE", '디스크');
        my $rows = rows_of($world, [ 'result', 'nsms', $id ]);
        my ($request) = $world->fresh(action => 'result');
        is "$request->{method} $request->{uri}", "GET /api/v1/sms?requestId=$id", 'a request looked up: as the manual has it';
        like $request->{headers}{authorization}, qr/^Bearer \S+$/, 'with the token';
        is $request->{headers}{'content-type'}, 'application/json', 'and the type that every call has';
        is_deeply [ map { $_->{recipient} } @$rows ], [ $KIM, $LEE ], 'each of its messages';
        ask_ok($world, [ 'unsubscribed', 'nsms', 'add', '010-9999-8888' ], [qq(POST /api/v1/unsubscribes_sms {"clientTelNo":"$LEE"})], undef);
        send_ok_unsubscribe($world, "0107777000$_") for 1 .. 3;
        my $since = korean($world, '%Y-%m-%d');
        $rows = rows_of($world, [ 'unsubscribed', 'nsms', 'list' ]);
        is_deeply [ $world->asked ], ['GET /api/v1/unsubscribes_sms_get ? pageSize=100 pageIndex=0'], 'the list: its first page';
        is_deeply [ map { $_->{number} } @$rows ], [ $LEE, map { "0107777000$_" } 1 .. 3 ], 'all of them';
        like $rows->[0]{since}, $shape eq 'other' ? qr/^-$/ : qr/^\Q$since\E \d\d:\d\d$/, 'since when, where it is said';
        is_deeply [ map { $_->{number} } @{ rows_of($world, [ 'unsubscribed', 'nsms', 'list', '--size', 3, '--page', 2 ]) } ], ['01077770003'], 'by pages';
        is_deeply [ $world->asked ], ['GET /api/v1/unsubscribes_sms_get ? pageSize=3 pageIndex=1'], 'which count from 0 there';
        my $now = $world->sim->now;
        is_deeply [ map { $_->{number} } @{ rows_of($world, [ 'unsubscribed', 'nsms', 'list', '--phone', $LEE, '--start', $now - 1000, '--end', $now + 1000 ]) } ], [$LEE], 'one, of a span of time';
        is_deeply [ $world->asked ], [ "GET /api/v1/unsubscribes_sms_get ? clientTelNo=$LEE pageSize=100 pageIndex=0 startTime=" . ($now - 1000) . ' endTime=' . ($now + 1000) ], 'as the manual has it';
        ask_ok($world, [ 'unsubscribed', 'nsms', 'remove', $LEE ], ["DELETE /api/v1/unsubscribes_sms_del ? clientTelNo=$LEE"], undef);
        is $world->munja('unsubscribed', 'nsms', 'remove', $LEE)->{exit}, 2, 'removed once';
        is scalar @{ rows_of($world, [ 'unsubscribed', 'nsms', 'list' ]) }, 3, 'three are left';
        $world->clean("NotificationSMS, $shape", qr/wrong email or password/);
    };

    subtest "Nanuminet, $shape" => sub {
        my $world = Munja::World->new(providers => ['nanumi'], sim => { shape => $shape, balance => 5000, results => { $LEE => '07' } });
        $world->sim->noon;
        $world->munja('balance', 'nanumi');
        my ($login, $request) = $world->fresh;
        is "$login->{method} $login->{uri}", 'GET /v1/auth', 'the login comes first';
        my ($token) = $login->{reply} =~ /"access_token" ?: ?"([^"]+)"/;
        is $request->{headers}{'x-nnm-accesstoken'}, $token, 'its token goes along';
        ask_ok($world, [ 'balance', 'nanumi' ], ['GET /v1/count'], [ { provider => 'nanumi', left => '5000', unit => 'messages', charge => '-' } ]);
        ask_ok($world, [ 'senders', 'nanumi' ], ['GET /v1/callback'], [ { number => '0212345678' }, { number => '16441447' } ]);

        send_to($world, 'nanumi', "$KIM,$LEE", '발송 100% 완료');
        send_to($world, 'nanumi', $KIM, '가' x 50, '--subject', '제목입니다');
        my $month = korean($world, '%Y%m');
        my $rows = rows_of($world, [ 'list', 'nanumi' ], 'sent');
        is_deeply [ $world->asked ], ['GET /v1/list ? sms_result=A'], 'the list: all, not only those that arrived';
        my %sms = (kind => 'sms', sender => '16441447', subject => '', text => '발송 100% 완료', sent => 'TIME', files => '0');
        my %by = map { ("$_->{recipient} $_->{kind}" => $_) } @$rows;
        my ($failed, $lms) = @by{ "$LEE sms", "$KIM lms" };
        is_deeply $failed, { %sms, recipient => $LEE, state => 'failed', code => '07', meaning => $failed->{meaning}, reference => $failed->{reference} }, 'what failed';
        is_deeply $by{"$KIM sms"}, { %sms, recipient => $KIM, state => 'delivered', code => '06', meaning => 'delivered', reference => $by{"$KIM sms"}{reference} }, 'what arrived';
        is_deeply [ @$lms{qw(state code subject text)} ], [ 'delivered', '1000', '제목입니다', '가' x 50 ], 'a long one has its title and its own codes';
        is scalar @$rows, 3, 'and no more';
        like $lms->{reference}, qr{^$month/M/\d+$}, 'named by month, type and index';

        $rows = rows_of($world, [ 'result', 'nanumi', $failed->{reference} ], 'sent');
        is_deeply [ $world->asked ], ["GET /v1/get/$failed->{reference}"], 'one of them: as the manual has it';
        is_deeply [ map { "$_->{recipient} $_->{kind} $_->{state} $_->{code}" } @$rows ], ["$LEE sms failed 07"], 'and its result';

        my ($cetc) = map { { Munja::World::fields(Munja::World::body($_)) }->{CETC1} } $world->sim->requests(action => 'send');
        my $day = korean($world, '%d');
        for my $case (
            [ [ '--month', $month ], "YM=$month sms_result=A", 3 ],
            [ [ '--month', '202001' ], 'YM=202001 sms_result=A', 0 ],
            [ [ '--from-day', $day, '--to-day', $day ], "start_day=$day end_day=$day sms_result=A", 3 ],
            [ [ '--from-day', '1' ], 'start_day=01 sms_result=A', 3 ],
            [ [ '--kind', 'sms' ], 'sms_result=A send_type=S', 2 ],
            [ [ '--kind', 'lms' ], 'sms_result=A send_type=M', 1 ],
            [ [ '--kind', 'mms' ], 'sms_result=A send_type=M', 1 ],
            [ [ '--result', 'S' ], 'sms_result=S', 2 ],
            [ [ '--result', 'F' ], 'sms_result=F', 1 ],
            [ [ '--result', 'I' ], 'sms_result=I', 0 ],
            [ [ '--result', 'E' ], 'sms_result=E', 0 ],
            [ [ '--phone', '9999' ], 'sms_result=A search_field=PHONE search_keyword=9999', 1 ],
            [ [ '--callback', '1644' ], 'sms_result=A search_field=CALLBACK search_keyword=1644', 3 ],
            [ [ '--text', '100% 완' ], 'sms_result=A search_field=MSG search_keyword=100% 완', 2 ],
            [ [ '--text', 'a&b=c' ], 'sms_result=A search_field=MSG search_keyword=a&b=c', 0 ],
            [ [ '--size', '2' ], 'sms_result=A pageSize=2', 2 ],
            [ [ '--size', '2', '--page', '2' ], 'sms_result=A page=2 pageSize=2', 1 ],
            [ [ '--field', "CETC1=$cetc" ], "sms_result=A CETC1=$cetc", 2 ],
            [ [ '--field', "1=$cetc", '--field', 'CETC6=여섯' ], "sms_result=A CETC1=$cetc CETC6=여섯", 0 ],
        ) {
            my ($args, $query, $found) = @$case;
            my $run = $world->munja('list', 'nanumi', @$args, '--json');
            is $run->{exit}, 0, "list @$args: exit 0";
            is_deeply [ map { s/.* \? //r } $world->asked ], [$query], "list @$args: as the manual has it";
            is scalar @{ Munja::World::rows($run) // [] }, $found, "list @$args: $found";
        }
        my $run = $world->munja('list', 'nanumi', '--size', 1);
        like $run->{out}, qr/^\(1 of 3: see --page and --size\)$/m, 'how many there are';
        like $world->munja('list', 'nanumi', '--month', '202001')->{out}, qr/^MUNJA OK - nanumi: list[^\n]* nothing [^\n]*\n\z/, 'nothing there is a sentence';
        $world->clean("Nanuminet, $shape");
    };

    subtest "SMS57, $shape" => sub {
        my $world = Munja::World->new(providers => ['cn'], sim => { shape => $shape, results => { '13800000002' => 'MA:0023', '13800000003' => 'MO:0999' } });
        ask_ok($world, [ 'balance', 'cn' ], [ "POST /sms action=balance @CHINA rt=json" ], [ { provider => 'cn', left => '1000000', unit => 'CNY/1000', charge => 'prepaid' } ]);
        $world->sim->config(postpaid => JSON::PP::true(), balance => 10);
        send_to($world, 'cn', $WANG, '磁盘满');
        ask_ok($world, [ 'balance', 'cn' ], [ "POST /sms action=balance @CHINA rt=json" ], [ { provider => 'cn', left => '-40', unit => 'CNY/1000', charge => 'postpaid' } ], 'below zero');
        send_to($world, 'cn', '+8613800000002,+8613800000003', '磁盘满了');

        my $rows = rows_of($world, [ 'reports', 'cn' ], 'time');
        is_deeply [ $world->asked ], [ "POST /sms action=report @CHINA size=1000 rt=json" ], 'reports: as the manual has it';
        is_deeply [ map { "$_->{recipient} $_->{state} $_->{code} $_->{time}" } @$rows ],
            [ "$WANG delivered DELIVRD TIME", '+8613800000002 failed MA:0023 TIME', '+8613800000003 gateway MO:0999 TIME' ], 'reports: the rows';
        like $rows->[1]{meaning}, qr/blacklist|black list|block/i, 'reports: in words';
        like $world->munja('reports', 'cn', '--size', 10)->{out}, qr/^MUNJA OK - cn: reports[^\n]* nothing [^\n]*\n\z/, 'reports: told once';
        is_deeply [ $world->asked ], [ "POST /sms action=report @CHINA size=10 rt=json" ], 'reports: no more than asked for';

        $world->sim->inbound(mobile => '13900001234', content => '收到, 马上处理', time => '2026-01-31 09:00:00');
        $world->sim->inbound(mobile => '13900009999', content => '谁?', time => '2026-01-31 09:00:01', mid => 'M9');
        $rows = rows_of($world, [ 'replies', 'cn', '--size', 500 ]);
        is_deeply [ $world->asked ], [ "POST /sms action=mo @CHINA size=500 rt=json" ], 'replies: as the manual has it';
        is_deeply [ map { "$_->{sender} $_->{text} $_->{time}" } @$rows ],
            [ "$WANG 收到, 马上处理 2026-01-31 09:00:00", '+8613900009999 谁? 2026-01-31 09:00:01' ], 'replies: the rows';

        is $world->sql('SELECT count(*) FROM receipt') . ' ' . $world->sql('SELECT count(*) FROM reply'), '3 2', 'all of it is kept';
        my $run = $world->munja('queue', 'show', 1);
        like $run->{out}, qr/^receipt +delivered$/m, 'a report stands beside its record';
        like $run->{out}, qr/ DELIVRD /, 'with its code';
        like $run->{out}, qr/收到, 马上处理/, 'and so does a reply, by its number';
        unlike $run->{out}, qr/谁/, 'but no stranger\'s';
        like $world->munja('queue', 'show', 2)->{out}, qr/ failed +MA:0023 /, 'a failure too';
        $world->clean("SMS57, $shape");
    };
}

sub send_ok_unsubscribe { my ($world, $number) = @_; is $world->munja('unsubscribed', 'nsms', 'add', $number)->{exit}, 0, 'added'; $world->fresh; return }

subtest 'each operation, or a sentence about who has it' => sub {
    my $world = Munja::World->new;
    my @names = map { $_->[0] } @Munja::PROVIDERS;
    my %can = map { /^(\w+) .*? (send .*?)  / ? ($1 => $2) : () } split /\n/, $world->munja('providers')->{out};
    for my $name (@names) {
        my %has = map { $_ => 1 } @{ $HAS{$name} };
        is_deeply [ grep { !/^(?:send|login|webhook)$/ } split ' ', $can{$name} ], $HAS{$name}, "munja providers: what $name can do";
        for my $operation (grep { !$has{$_} } sort keys %COMMAND) {
            my @others = grep { my $other = $_; grep { $_ eq $operation } @{ $HAS{$other} } } @names;
            for my $json ([], ['--json']) {
                my $run = $world->munja($COMMAND{$operation}->($name), @$json);
                is $run->{exit}, 3, "$name, $operation: exit 3";
                my $others = join ', ', @others;
                like $run->{out}, qr/\Q$name\E.*has no \Q$operation\E.*\Q$others\E/, 'a sentence names the others';
                is scalar(() = $run->{out} =~ /\n/g), 1, 'of one line';
                ok ref Munja::World::document($run), 'or a document' if @$json;
            }
        }
    }
    is scalar($world->fresh), 0, 'nobody was asked';
    $world = Munja::World->new(providers => [ 'plex', 'joa' ]);
    my $run = $world->munja('senders', 'joa');
    is $run->{exit}, 3, 'exit 3';
    like $run->{out}, qr/no provider of this configuration/, 'nobody has it here';
    $world = Munja::World->new(providers => ['plex']);
    is $world->munja('balance')->{exit}, 3, 'a balance of nobody: exit 3';
};

subtest 'the balance of several' => sub {
    my $world = Munja::World->new;
    my $run = $world->munja('balance');
    is_deeply [ map { "$_->{provider} $_->{left} $_->{unit} $_->{charge}" } @{ Munja::World::table($run->{out}) } ],
        [ 'joa 100000 KRW -', 'nanumi 10000 messages -', 'cn 1000000 CNY/1000 prepaid' ], 'one table';
    $run = $world->munja('balance', '--json');
    is_deeply [ map { $_->{provider} } @{ Munja::World::document($run) } ], [qw(joa nanumi cn)], 'of all that can tell it, when none is named';
    $run = $world->munja('balance', 'cn', 'joa', '--json');
    is_deeply [ map { $_->{provider} } @{ Munja::World::document($run) } ], [qw(cn joa)], 'or of those that are named';
    $world->sim->fault(match => '/v1/count', do => 'status', status => 503);
    $run = $world->munja('balance');
    is $run->{exit}, 3, 'one that does not answer: exit 3';
    like $run->{out}, qr/^joa .*^cn /ms, 'the others are shown';
    like $run->{out}, qr/nanumi: /, 'and that one has a word';
    is $world->munja('balance', 'joa', 'nobody')->{exit}, 3, 'a name that is none: exit 3';
};

# Every documented error: [ code, HTTP status ].
my %ERRORS = (
    joa => [
        (map { [ "-1000$_", 401 ] } qw(01 08 09 10 12 13 21 22 37)),
        (map { [ "-1000$_", 400 ] } qw(02 03 05 06 07 11 15 16 17 18 19 20 23 24 25 27 32 34 35 36 39)),
        (map { [ "-1000$_", 403 ] } qw(14 26 28 29 30 31 33 38 40)), [ '-100004', 500 ],
    ],
    nsms => [ [ 100, 400 ], [ 200, 401 ], [ 210, 401 ], [ 300, 404 ], [ 400, 429 ], [ 410, 429 ], [ 420, 429 ], [ 430, 413 ], [ 500, 503 ], [ 510, 504 ], [ 900, 500 ] ],
    cn   => [ map { [ $_, 200 ] } 1, 2, 3, 4, 5, 6, 7, 21, 100, 102 ],
);
my %PATH = (
    joa    => { balance => '/1/balance', result => '/1/send/', 'reservation-cancel' => '/1/reservation' },
    nsms   => {
        result => '/api/v1/sms', signup => '/api/v1/signup', 'reservation-show' => '/api/v1/reserve_sms', 'reservation-cancel' => '/api/v1/reserve_sms_del',
        'unsubscribed-list' => '/api/v1/unsubscribes_sms_get', 'unsubscribed-add' => '/api/v1/unsubscribes_sms', 'unsubscribed-remove' => '/api/v1/unsubscribes_sms_del'
    },
    cn     => { balance => '/sms', reports => '/sms', replies => '/sms' },
    nanumi => {
        balance => '/v1/count', result => '/v1/get', list => '/v1/list', 'reservation-list' => '/v1/staylist', 'reservation-cancel' => '/v1/cancel/',
        'reservation-cancel-all' => '/v1/cancelall', senders => '/v1/callback'
    },
);
my %BODY = (
    joa  => [ '{"code":%s,"message":"오류"}', '{"code":"%s","message":"오류"}', '{"message":"오류","code":%s}', '%s 오류' ],
    nsms => [ '{"error":{"errorCode":"%s","message":"Some Exception"}}', '{"error":{"errorCode":%s,"message":"Some Exception"}}' ],
    cn   => [ '{"status":%s,"balance":0}', '{"status":"%s"}' ],
);

for my $name (sort keys %ERRORS) {
    subtest "documented errors of $name" => sub {
        my $world = Munja::World->new(providers => [$name], set => { nsms => { signup_path => '/api/v1/signup' } });
        $world->munja($COMMAND{ $HAS{$name}[0] }->($name));    # logs in
        for my $operation (@{ $HAS{$name} }) {
            my $bodies = $BODY{$name};
            my $turn = 0;
            for my $error (@{ $ERRORS{$name} }) {
                my ($code, $status) = @$error;
                my $body = sprintf $bodies->[ $turn++ % @$bodies ], $code;
                $world->sim->faults_clear;
                $world->sim->fault(match => $PATH{$name}{$operation}, do => 'status', status => $status, body => $body);
                my $run = $world->munja($COMMAND{$operation}->($name), '--json');
                my $document = Munja::World::document($run) // {};
                $document = $document->[0] if ref $document eq 'ARRAY';
                my $past = $code eq '-100036' && $operation eq 'result';    # a page behind the last
                like $run->{exit}, $past ? qr/^0$/ : qr/^[23]$/, "$operation, $code: exit code" or diag $run->{out};
                next if $past;
                is $document->{code}, $code, "$operation, $code: the code" or diag "$body\n$run->{out}";
                like $document->{meaning}, qr/[a-z]{3}/, "$operation, $code: in words";
                is $run->{exit}, { refused => 2, account => 2, retry => 3, unsure => 3 }->{ $document->{outcome} }, "$operation, $code: $document->{outcome}";
            }
        }
        $world->sim->faults_clear;
        $world->munja($COMMAND{ $HAS{$name}[0] }->($name));
        $world->clean($name, qr/email' is taken|unknown/);
    };
}

subtest 'what Nanuminet does not do' => sub {
    my $world = Munja::World->new(providers => ['nanumi']);
    $world->munja('balance', 'nanumi');
    for my $operation (@{ $HAS{nanumi} }) {
        for my $case ([ 200, '{"result":false,"msg":"내역이 없습니다"}' ], [ 400, '{"result":false,"msg":"잘못된 요청"}' ], [ 200, '{"result":"true","msg":"?"}' ], [ 200, '[]' ], [ 200, '' ]) {
            my ($status, $body) = @$case;
            $world->sim->faults_clear;
            $world->sim->fault(match => $PATH{nanumi}{$operation}, do => 'status', status => $status, body => $body);
            my $run = $world->munja($COMMAND{$operation}->('nanumi'));
            like $run->{exit}, qr/^[23]$/, "$operation, '$body': exit code" or diag $run->{out};
            like $run->{out}, qr/^MUNJA (?:CRITICAL|UNKNOWN) - nanumi: [^\n]+\n\z/, "$operation, '$body': a line";
        }
    }
    $world->clean('Nanuminet', qr/x/);
};

subtest 'what the configuration adds to each text' => sub {
    my %cetc = map { ("cetc$_" => "여벌 $_") } 2 .. 6;
    my $world = Munja::World->new(set => { plex => { origin_cid => '0123456789', echo_to_webhook => '되돌림' }, nanumi => \%cetc, nsms => { schedule => 'WEEKLY' } });
    $world->munja('send', '-p', $_, '--to', $KIM, "점검 $_") for qw(plex nanumi nsms);
    my ($plex, $nanumi, $nsms) = $world->fresh(action => 'send');
    my ($item) = @{ JSON::PP->new->utf8->decode(Munja::World::body($plex))->{msg_data} };
    is_deeply [ @$item{qw(origin_cid echo_to_webhook)} ], [ '0123456789', '되돌림' ], 'API PLEX: origin_cid and echo_to_webhook';
    like $item->{msg_key}, qr/^[a-z0-9-]{1,40}$/, 'API PLEX: a msg_key';
    my ($pushed) = $world->sim->webhooks;
    is_deeply [ @{ $pushed->{results}[0] }{qw(msg_key echo_to_webhook)} ], [ $item->{msg_key}, '되돌림' ], 'API PLEX: both come back';
    my %form = map { split /=/, $_, 2 } Munja::World::fields_shown(Munja::World::body($nanumi));
    is_deeply [ map { $form{"CETC$_"} } 2 .. 6 ], [ map { "여벌 $_" } 2 .. 6 ], 'Nanuminet: the extra fields';
    is scalar @{ Munja::World::rows($world->munja('list', 'nanumi', '--field', 'CETC2=여벌 2', '--json')) }, 1, 'Nanuminet: found by one';
    is scalar @{ Munja::World::rows($world->munja('list', 'nanumi', '--field', "CETC1=$form{CETC1}", '--json')) }, 1, 'Nanuminet: and by munja\'s own';
    is(JSON::PP->new->utf8->decode(Munja::World::body($nsms))->{scheduleCode}, 'WEEKLY', 'NotificationSMS: scheduleCode');
    $world->clean;
};

subtest 'a token that ends during a question' => sub {
    for my $case ([ joa => 'balance' ], [ nsms => 'unsubscribed-list' ], [ nanumi => 'list' ], [ nanumi => 'senders' ]) {
        my ($name, $operation) = @$case;
        my $world = Munja::World->new(providers => [$name]);
        my @command = $COMMAND{$operation}->($name);
        is $world->munja(@command)->{exit}, 0, "$name, $operation";
        $world->sim->config(token_epoch => 1);
        $world->fresh;
        is $world->munja(@command)->{exit}, 0, "$name, $operation: after the gateway forgot its tokens";
        is_deeply [ map { $_->{action} eq 'login' ? 'login' : 'question' } $world->fresh ], [qw(question login question)], 'renewed once';
        is $world->munja(@command)->{exit}, 0, 'and the new one is kept';
        is scalar($world->fresh), 1, 'one request';
    }
    my $world = Munja::World->new(providers => ['joa']);
    $world->sim->fault(match => '/1/balance', do => 'status', status => 401, body => '{"code":-100010,"message":"Token 이 유효하지 않습니다"}');
    is $world->munja('balance', 'joa')->{exit}, 2, 'a gateway that takes no token: exit 2';
    cmp_ok scalar($world->fresh), '<=', 4, 'and it is not asked for ever';
};

subtest 'what is pulled is kept first' => sub {
    my $world = Munja::World->new(providers => ['cn']);
    send_to($world, 'cn', $WANG, '磁盘满');
    $world->sim->inbound(mobile => '13900001234', content => '好', mid => 'R1', time => '2026-01-31 09:00:00');
    rename "$world->{dir}/munja.db", "$world->{dir}/kept.db" or die;
    unlink glob "$world->{dir}/munja.db-*";
    mkdir "$world->{dir}/munja.db" or die;
    for my $question ('reports', 'replies') {
        my $run = $world->munja($question, 'cn');
        is $run->{exit}, 3, "$question: no store, exit 3";
        like $run->{out}, qr/^MUNJA UNKNOWN - not pulled: /, "$question: says so";
        is scalar($world->fresh), 0, "$question: the gateway is not asked, so it forgets nothing";
    }
    rmdir "$world->{dir}/munja.db" or die;
    rename "$world->{dir}/kept.db", "$world->{dir}/munja.db" or die;
    is $world->munja($_, 'cn')->{exit}, 0, "$_ with a store" for 'reports', 'replies';
    is $world->sql('SELECT count(*) FROM receipt') . $world->sql('SELECT count(*) FROM reply'), '11', 'kept';
    my $mid = $world->sql('SELECT reference FROM receipt');
    $world->sim->inbound(mobile => '13900001234', content => '好', mid => 'R1', time => '2026-01-31 09:00:00');
    $world->sim->inbound(mobile => '13900001234', stat => 'DELIVRD', mid => $mid);
    is $world->munja($_, 'cn')->{exit}, 0, "$_ that came before" for 'reports', 'replies';
    is $world->sql('SELECT count(*) FROM receipt') . $world->sql('SELECT count(*) FROM reply'), '11', 'nothing is added';

    $world->sim->inbound(mobile => '13900001234', content => "답\x{1b}[31m", mid => 'R2');
    my $run = $world->munja('replies', 'cn');
    unlike $run->{out}, qr/\e/, 'a terminal is not told to do anything';

    # An answer that breaks off: what arrived whole is kept, what is lost is said.
    $world->sim->inbound(mobile => '13900001234', content => "답 $_", mid => "T$_") for 1 .. 20;
    $world->sim->fault(match => '/sms', do => 'truncate', times => 1);
    $run = $world->munja('replies', 'cn', '--json');
    my $rows = Munja::World::rows($run) // [];
    cmp_ok scalar @$rows, '>', 3, 'half an answer has rows';
    is $world->sql("SELECT count(*) FROM reply WHERE reference LIKE 'T%'"), scalar @$rows, 'which are kept';
};

subtest 'a gateway that does not answer' => sub {
    for my $fault ([ 'reset' ], [ 'close-after' ], [ 'garbage' ], [ 'huge' ], [ 'redirect' ], [ 'delay', ms => 60000 ]) {
        my ($do, @more) = @$fault;
        my $world = Munja::World->new(providers => ['nanumi']);
        $world->munja('balance', 'nanumi');
        $world->sim->fault(match => '/v1/list', do => $do, @more);
        my $run = $world->munja('list', 'nanumi', '-t', 3);
        is $run->{exit}, $do eq 'redirect' ? 2 : 3, "$do: exit code" or diag $run->{out};
        cmp_ok $run->{wall}, '<', 3 + 8, "$do: in time";    # a loaded machine starts programs late
        like $run->{out}, qr/^MUNJA (?:UNKNOWN|CRITICAL) - nanumi: [^\n]+\n\z/, "$do: one line";
    }
};

subtest 'hostile rows' => sub {
    my $world = Munja::World->new(providers => ['nanumi']);
    $world->sim->fault(match => '/v1/list', do => 'body', body => '{"result":true,"msg":"","data":{"totalCnt":99999999999999999999,"list":[{"INDEXNUM":{"a":1},"MSG":"red \u001b[31m\nline\u0000x","PHONE":' . $KIM =~ s/^0//r . ',"TYPE":"../..","STAT":[],"SUBJECT":null}]}}');
    my $run = $world->munja('list', 'nanumi');
    is $run->{exit}, 0, 'exit 0' or diag $run->{out};
    my $rows = Munja::World::table($run->{out} =~ s/^\([^\n]*\)\n\z//mr);
    ok $rows && @$rows >= 1, 'a table all the same' or diag $run->{out};
    ok ref Munja::World::document($world->munja('list', 'nanumi', '--json')), 'and a document';

    $world->sim->faults_clear;
    $world->sim->fault(match => '/v1/list', do => 'body', body => '{"result":true,"msg":"","data":{"totalCnt":"1","list":"?"}}');
    $run = $world->munja('list', 'nanumi');
    is $run->{exit}, 3, 'what is not understood is no empty list';
    like $run->{out}, qr/^MUNJA UNKNOWN - nanumi: [^\n]*no data that can be read/, 'and it is told';
};

subtest 'what cannot be asked is not' => sub {
    my $world = Munja::World->new(set => { nsms => { signup_path => '/api/v1/signup' } });
    my @cases = (
        [ ['result', 'joa'], qr/REF is missing/ ], [ ['result'], qr/usage/ ], [ ['result', 'joa', '1', '2'], qr/too many/ ],
        [ ['result', 'joa', "1\n2"], qr/REF/ ], [ ['result', 'joa', ''], qr/REF/ ], [ ['result', 'joa', '..'], qr/REF/ ], [ ['result', 'joa', '1', '--size', '101'], qr/--size/ ],
        [ ['result', 'joa', '1', '--size', '0'], qr/--size/ ], [ ['result', 'joa', '1', '--page', '-1'], qr/--page/ ], [ ['result', 'joa', '1', '--page', 'x'], qr/--page/ ],
        [ ['result', 'nobody', '1'], qr/no such provider "nobody"/ ],
        (map { [ [ 'result', 'nanumi', $_ ], qr/REF/ ] } '1', '202613/S/1', '202601/X/1', '202601/S/1a', '202601/S/', '202601/S/1/2', '2026/S/1'),
        (map { [ [ 'reservation', 'nanumi', 'cancel', $_ ], qr/REF/ ] } '1', 'S/', 'X/1', 'S/1a', 'S/1/../../cancelall', '202601/S/1x'),
        [ ['reservation', 'nanumi', 'cancel'], qr/REF is missing/ ], [ ['reservation', 'nanumi', 'cancle', '1'], qr/usage/ ], [ ['reservation', 'nanumi'], qr/usage/ ], [ ['reservation', 'nanumi', 'cancel-all', 'x'], qr/too many/ ],
        [ ['list', 'nanumi', '--month', '202613'], qr/--month/ ], [ ['list', 'nanumi', '--month', '2026-01'], qr/--month/ ], [ ['list', 'nanumi', '--from-day', '32'], qr/--from-day/ ], [ ['list', 'nanumi', '--to-day', '0'], qr/--to-day/ ],
        [ ['list', 'nanumi', '--kind', 'fax'], qr/--kind/ ], [ ['list', 'nanumi', '--result', 'X'], qr/--result/ ], [ ['list', 'nanumi', '--result', 'SF'], qr/--result/ ], [ ['list', 'nanumi', '--phone', 'kim'], qr/--phone/ ],
        [ ['list', 'nanumi', '--text', ''], qr/--text/ ], [ ['list', 'nanumi', '--phone', '1', '--text', 'x'], qr/--text|--phone/ ], [ ['list', 'nanumi', '--size', '101'], qr/--size/ ], [ ['list', 'nanumi', '--field', 'CETC7=x'], qr/--field/ ],
        [ ['list', 'nanumi', '--field', 'CETC1'], qr/--field/ ], [ ['list', 'nanumi', '--field', 'CETC1=' . 'x' x 161], qr/--field/ ], [ ['list', 'nanumi', '--colour', 'x'], qr/--colour/ ], [ ['list', 'nanumi', 'x'], qr/too many/ ],
        [ ['unsubscribed', 'nsms', 'add'], qr/NUMBER is missing/ ], [ ['unsubscribed', 'nsms', 'add', 'kim'], qr/number/ ], [ ['unsubscribed', 'nsms', 'list', '--start', 'yesterday'], qr/--start/ ],
        [ ['reports', 'cn', '--size', '9'], qr/--size/ ], [ ['reports', 'cn', '--size', '10000'], qr/--size: must be from 10 to 3000/ ], [ ['replies', 'cn', '--size', '1001'], qr/--size/ ],
        [ ['signup', 'nsms'], qr/--name/ ], [ ['signup', 'nsms', '--name', ''], qr/--name/ ], [ ['balance', '-t', '0'], qr/--timeout/ ],
    );
    for my $case (@cases) {
        my ($args, $why) = @$case;
        my $run = $world->munja(@$args);
        is $run->{exit}, 3, "@$args: exit 3" or diag $run->{out};
        like $run->{out}, qr/^MUNJA UNKNOWN - [^\n]*$why[^\n]*\n\z/, "@$args: and why";
        unlike $run->{out}, qr/$KIM|$LEE/, 'no whole number';
    }
    is_deeply [ $world->asked ], [], 'nobody was asked';
    $world->munja('result', 'joa', '../../balance?x=1#y');
    is_deeply [ map { $_->{uri} } $world->fresh(action => 'result') ], ['/1/send/..%2F..%2Fbalance%3Fx%3D1%23y/100/1'], 'an id stays one step of its path';
    my $bare = Munja::World->new(providers => ['nsms']);
    my $run = $bare->munja('signup', 'nsms', '--name', 'kim');
    isnt $run->{exit}, 0, 'signup without its path';
    like $run->{out}, qr/signup_path/, 'names the key';
};

subtest 'verbose tells what happens, no secrets' => sub {
    my $world = Munja::World->new;
    for my $command ([ 'balance' ], [ 'senders', 'nanumi' ], [ 'unsubscribed', 'nsms', 'add', $LEE ]) {
        my $run = $world->munja(@$command, '-v');
        is $run->{exit}, 0, "@$command -v";
        unlike $run->{err}, qr/$LEE/, 'the log holds no whole number';
    }
};

subtest 'a question without a store costs a login' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    mkdir "$world->{dir}/munja.db" or die;
    is $world->munja('balance', 'joa')->{exit}, 0, 'exit 0';
};

done_testing;
