#!/usr/bin/perl
# A time for the gateway to send: what each gateway is told, whatever the machine's zone, and that nothing goes out at another
# time, twice or not at all.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::World;
use POSIX qw(strftime);
use Test::More;
use Time::Local qw(timegm);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my ($KIM, $LEE) = ('01012345678', '01099998888');

# A Korean time so many seconds from now.
sub korean { my ($seconds, $form) = @_; return strftime($form // '%Y-%m-%d %H:%M:%S', gmtime(time + 9 * 3600 + $seconds)) }
sub send_at {
    my ($world, $provider, $at, @args) = @_;
    my $text = join ' ', '점검', $provider // (), $at;
    return $world->munja('send', $provider ? ('-p', $provider) : (), '--at', $at, grep({ $_ eq '--to' } @args) ? () : ('--to', $KIM), @args, grep({ $_ eq 'lms' } @args) ? $text x 4 : $text);
}
sub waiting { my ($world) = @_; return $world->sim->reservations(state => 'waiting') }

# The field of each gateway's request.
my %FIELD = (
    joa    => sub { Munja::World::parts($_[0])->{trandate} },
    nsms   => sub { my $body = Munja::World::document({ out => $_[0]{body} }); "$body->{reserveTime} $body->{reserveTimeZone}" },
    nanumi => sub { my %form = Munja::World::fields(Munja::World::body($_[0])); $form{senddate} },
);

for my $zone ('America/New_York', 'Asia/Seoul', 'UTC') {
    subtest "a machine in $zone" => sub {
        my $world = Munja::World->new(env => { TZ => $zone });
        my %said = (joa => '20300102030405', nsms => '2030-01-02 03:04 Asia/Seoul', nanumi => '2030-01-02 03:04:05');
        for my $provider (sort keys %said) {
            my $at = '2030-01-02 03:04' . ($provider eq 'nsms' ? '' : ':05');
            my $run = send_at($world, $provider, $at);
            is $run->{exit}, 0, "$provider: exit 0" or diag $run->{out};
            my ($request) = $world->fresh(action => 'send');
            is $FIELD{$provider}->($request), $said{$provider}, "$provider: the time as its manual writes it, in Korea";
        }
        my @waiting = waiting($world);
        is_deeply [ map { $_->{due} } @waiting ], [ map { timegm(@$_, 2, 0, 2030) - 9 * 3600 } [ 5, 4, 3 ], [ 5, 4, 3 ], [ 0, 4, 3 ] ], 'each means the same moment' or diag explain \@waiting;
        is scalar(map { $world->texts($_) } $KIM), 0, 'nothing is on the phone yet';
        is send_at($world, 'joa', korean(90))->{exit}, 0, 'in a minute and a half of Korea is to come';
        is send_at($world, 'joa', korean(-90))->{exit}, 3, 'a minute and a half ago is past';
        $world->clean($zone);
    };
}

subtest 'times that are none' => sub {
    my $world = Munja::World->new;
    my @bad = (
        '2020-01-01 09:00', '2030-02-30 09:00', '2029-02-29 09:00', '2030-13-01 09:00', '2030-00-10 09:00', '2030-01-00 09:00', '2030-01-32 09:00', '2030-01-02 24:00', '2030-01-02 23:60',
        '2030-01-02 23:59:60', '2030-1-2 9:00:00', '2030-01-02T09:00:00', '2030-01-02 09:00:00+09:00', '2030-01-02 09:00:00 ', ' 2030-01-02 09:00', '2030-01-02', '09:00', '20300102090000', 'tomorrow', '',
        "2030-01-02 09:00\n", '2030-01-02 09:00:00;', '2030/01/02 09:00', "２030-01-02 09:00", '99999-01-02 09:00', '+2030-01-02 09:0', '2030-01-02 -1:00', korean(-1),
    );
    for my $at (@bad) {
        for my $args ([], ['-n'], ['--json']) {
            my $run = send_at($world, 'nanumi', $at, @$args);
            is $run->{exit}, 3, "'$at' @$args: exit 3" or diag $run->{out};
            like $run->{out}, qr/^(?:MUNJA UNKNOWN - |\{).*--at/, "'$at' @$args: and says which option";
        }
    }
    is scalar($world->fresh), 0, 'nobody was asked';
    ok !-e "$world->{dir}/munja.db", 'and nothing is stored';
    is send_at($world, 'nanumi', '2028-02-29 09:00')->{exit}, 0, 'a leap day is a day';
    $world->clean;
};

subtest 'who reserves' => sub {
    my $world = Munja::World->new(providers => [ 'plex', 'nanumi' ]);
    my $run = send_at($world, undef, '2030-01-02 03:04:05');
    is $run->{exit}, 0, 'a provider without reservations is passed over' or diag $run->{out};
    is_deeply [ map { $_->{gateway} } waiting($world) ], ['nanuminet'], 'the next takes it';
    $run = send_at($world, undef, '2030-01-02 03:04:06', '-n');
    like $run->{out}, qr/nanumi/, 'a dry run shows it';
    $world->fresh;
    for my $case ([ 'plex', [ '-p', 'plex' ] ], [ 'nobody', [], providers => ['plex'] ], [ 'in China', [ '--to', '+8613900001234' ], providers => ['cn'] ]) {
        my ($name, $args, @option) = @$case;
        my $here = @option ? Munja::World->new(@option) : $world;
        my $before = $here->sim->requests;
        my $run = send_at($here, undef, '2030-01-02 03:04:07', @$args);
        is $run->{exit}, 3, "$name: exit 3" or diag $run->{out};
        is scalar($here->sim->requests), $before, "$name: nobody was asked";
        like $run->{out}, qr/reserv|--at/, "$name: and why";
    }
};

subtest 'failover before a gateway has it, never after' => sub {
    my @at = ('2030-01-02 03:04:05');
    my $hold = sub { Munja::World->new(providers => [ 'joa', 'nanumi' ], @_) };

    my $world = $hold->();
    $world->sim->fault(match => '/1/send', do => 'status', status => 403, body => '{"code":-100033,"message":"잔액부족"}');
    my $run = send_at($world, undef, @at);
    is $run->{exit}, 1, 'no money at the first: exit 1' or diag $run->{out};
    is_deeply [ map { $_->{gateway} } waiting($world) ], ['nanuminet'], 'the second has it';

    $world = $hold->();
    $world->sim->fault(match => '/1/send', do => 'status', status => 429);
    is send_at($world, undef, @at)->{exit}, 0, 'the first too busy: exit 0';
    is_deeply [ map { $_->{gateway} } waiting($world) ], ['nanuminet'], 'the second has it';

    $world = $hold->();
    $world->sim->fault(match => '/1/token', do => 'reset');
    send_at($world, undef, @at);
    is_deeply [ map { $_->{gateway} } waiting($world) ], ['nanuminet'], 'no login at the first: the second has it';

    for my $do ('close-after', 'truncate', 'delay') {
        $world = $hold->();
        $world->sim->fault(match => '/1/send', do => $do, times => 1, ms => 60000);
        my @all = ('-t', 10);
        $run = send_at($world, undef, @at, @all);
        if ($do eq 'truncate') {    # a 200 that cannot be read was taken
            like $run->{exit}, qr/^[01]$/, "$do: exit code" or diag $run->{out};
        } else {
            is $run->{exit}, 1, "$do: exit 1" or diag $run->{out};
            like $run->{out}, qr/^MUNJA WARNING - held, /, "$do: held";
        }
        is scalar($world->sim->reservations), 1, "$do: one reservation";
        $world->sql("UPDATE record SET due_ms = 1, lease_until_ms = 0 WHERE state = 'waiting'");
        $world->munja('worker', '--once');
        is send_at($world, undef, @at)->{exit}, $do eq 'truncate' ? 0 : 1, "$do: the same again says what became of it";
        is scalar($world->sim->reservations), 1, "$do: one for ever";
        is scalar($world->sim->requests(gateway => 'nanuminet', action => 'send')), 0, "$do: nobody else is asked";
    }

    $world = $hold->();
    $world->sim->fault(do => 'status', status => 503, process => JSON::PP::false());
    $run = send_at($world, undef, @at);
    is $run->{exit}, 1, 'all of them down: exit 1' or diag $run->{out};
    is scalar($world->sim->reservations), 0, 'nobody has it';
};

subtest 'kept until a gateway is there, with its time' => sub {
    my $world = Munja::World->new(providers => ['nanumi']);
    my $at = korean(3600);
    $world->sim->fault(match => '/v1/auth', do => 'reset');
    is send_at($world, 'nanumi', $at)->{exit}, 1, 'kept';
    $world->sim->faults_clear;
    $world->sql("UPDATE record SET due_ms = 1, lease_until_ms = 0");
    is $world->munja('worker', '--once')->{exit}, 0, 'the worker';
    is_deeply [ map { "$_->{state} $_->{gateway}" } $world->sim->reservations ], ['waiting nanuminet'], 'reserves it';
    is $FIELD{nanumi}->(($world->fresh(action => 'send'))[-1]), $at, 'for the same time';

    # The time went by while nobody was there: better late than never.
    $world = Munja::World->new(providers => ['nanumi']);
    $world->sim->fault(match => '/v1/auth', do => 'reset');
    is send_at($world, 'nanumi', korean(3600))->{exit}, 1, 'kept again';
    $world->sim->faults_clear;
    my $gone = korean(-1);
    $world->sql("UPDATE record SET wish_at = '$gone', due_ms = 1, lease_until_ms = 0");
    $world->munja('worker', '--once');
    is scalar(grep { $_->{body} =~ /senddate/ } $world->sim->requests(action => 'send')), 0, 'no gateway is asked for a time that is past';
    is scalar($world->texts($KIM)), 1, 'the text goes at once';
    $world->clean;
};

subtest 'what waits at the gateway' => sub {
    my $world = Munja::World->new;
    send_at($world, 'nanumi', '2030-01-02 03:04:05');
    send_at($world, 'nanumi', '2030-01-02 03:04:06', '--to', $LEE);
    send_at($world, 'nanumi', '2030-01-02 03:04:07', '-k', 'lms', '--subject', '제목');
    $world->fresh;
    my $run = $world->munja('reservation', 'nanumi', 'list');
    is $run->{exit}, 0, 'list: exit 0';
    my @rows = sort { $a->{time} cmp $b->{time} } @{ Munja::World::table($run->{out}) // [] };
    is_deeply [ $world->asked ], ['GET /v1/staylist'], 'list: as the manual has it';
    is_deeply [ map { "$_->{kind} $_->{recipient} $_->{sender} $_->{text} $_->{time} $_->{state}" } @rows ],
        [ map { my ($to, $second, $kind, $times) = @$_; "$kind $to 16441447 " . "점검 nanumi 2030-01-02 03:04:0$second" x $times . " 2030-01-02 03:04:0$second waiting" } [ $KIM, 5, 'sms', 1 ], [ $LEE, 6, 'sms', 1 ], [ $KIM, 7, 'lms', 4 ] ], 'list: the rows' or diag $run->{out};
    my %form = Munja::World::fields(Munja::World::body(($world->sim->requests(action => 'send'))[0]));
    my $cetc = $form{CETC1};
    for my $case (
        [ [ '--kind', 'lms' ], 'send_type=M', 1 ], [ [ '--phone', '9999' ], 'search_field=PHONE search_keyword=9999', 1 ], [ [ '--callback', '1644' ], 'search_field=CALLBACK search_keyword=1644', 3 ],
        [ [ '--text', ':06' ], 'search_field=MSG search_keyword=:06', 1 ], [ [ '--size', 2, '--page', 2 ], 'page=2 pageSize=2', 1 ], [ [ '--field', "CETC1=$cetc" ], "CETC1=$cetc", 1 ],
    ) {
        my ($args, $query, $found) = @$case;
        $run = $world->munja('reservation', 'nanumi', 'list', @$args, '--json');
        is_deeply [ $world->asked ], ["GET /v1/staylist ? $query"], "list @$args: as the manual has it";
        is scalar @{ Munja::World::rows($run) }, $found, "list @$args: $found";
    }
    is $rows[0]{reference} =~ m{^S/\d+$} && $rows[2]{reference} =~ m{^M/\d+$}, 1, 'named by type and index';
    $run = $world->munja('reservation', 'nanumi', 'cancel', $rows[1]{reference});
    is $run->{exit}, 0, 'cancel: exit 0' or diag $run->{out};
    is_deeply [ $world->asked ], ["GET /v1/cancel/$rows[1]{reference}"], 'cancel: as the manual has it';
    is_deeply [ map { $_->{to} } $world->sim->reservations(state => 'cancelled') ], [$LEE], 'cancel: the one that was meant';
    is $world->munja('reservation', 'nanumi', 'cancel', $rows[1]{reference})->{exit}, 2, 'cancel again: exit 2';
    $world->fresh;
    is $world->munja('reservation', 'nanumi', 'cancel-all')->{exit}, 0, 'cancel-all: exit 0';
    is_deeply [ $world->asked ], ['GET /v1/cancelall'], 'cancel-all: as the manual has it';
    is scalar(waiting($world)), 0, 'cancel-all: none is left';

    send_at($world, 'nsms', '2030-01-02 03:04');
    my ($id) = map { $_->{reference} } waiting($world);
    $world->fresh;
    $run = $world->munja('reservation', 'nsms', 'show', $id);
    is $run->{exit}, 0, 'show: exit 0';
    is_deeply [ $world->asked ], ["GET /api/v1/reserve_sms ? reserveId=$id"], 'show: as the manual has it';
    my ($row) = @{ Munja::World::table($run->{out}) };
    is "$row->{reference} $row->{time} $row->{zone} $row->{state}", "$id 2030-01-02 03:04 Asia/Seoul RESERVED", 'show: the row';
    is $world->munja('reservation', 'nsms', 'cancel', $id)->{exit}, 0, 'cancel: exit 0';
    is_deeply [ $world->asked ], ["DELETE /api/v1/reserve_sms_del ? reserveId=$id"], 'cancel: as the manual has it';
    like $world->munja('reservation', 'nsms', 'show', $id)->{out}, qr/CANCELED/, 'show: says so';

    send_at($world, 'joa', '2030-01-02 03:04:05');
    my ($serial) = map { $_->{reference} } waiting($world);
    $world->fresh;
    is $world->munja('reservation', 'joa', 'cancel', $serial)->{exit}, 0, 'cancel: exit 0';
    is_deeply [ $world->asked ], [qq(DELETE /1/reservation {"msg_serial":"$serial"})], 'cancel: as the manual has it';
    $run = $world->munja('reservation', 'joa', 'cancel', $serial);
    is $run->{exit}, 2, 'cancel again: exit 2';
    like $run->{out}, qr/-100029, /, 'with the code';
    is scalar(waiting($world)), 0, 'none is left';
    $world->clean;
};

for my $shape ('printed', 'other') {
    subtest "answers in another shape: $shape" => sub {
        my $world = Munja::World->new(sim => { shape => $shape });
        is send_at($world, $_, '2030-01-02 03:04')->{exit}, 0, "$_ reserves" for sort keys %FIELD;
        my %ref = map { ($_->{gateway} => $_->{reference}) } waiting($world);
        is $world->munja('reservation', 'joa', 'cancel', $ref{smsjoa})->{exit}, 0, 'joa cancels';
        is $world->munja('reservation', 'nsms', 'show', $ref{notificationsms})->{exit}, 0, 'nsms shows';
        is $world->munja('reservation', 'nsms', 'cancel', $ref{notificationsms})->{exit}, 0, 'nsms cancels';
        my $rows = Munja::World::rows($world->munja('reservation', 'nanumi', 'list', '--json'));
        is scalar @{ $rows // [] }, 1, 'nanumi lists';
        is $world->munja('reservation', 'nanumi', 'cancel', $rows->[0]{reference})->{exit}, 0, 'nanumi cancels';
        is scalar(waiting($world)), 0, 'none is left';
        $world->clean($shape);
    };
}

subtest 'ten minutes before' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    send_at($world, 'joa', korean(500));
    my ($serial) = map { $_->{reference} } waiting($world);
    $world->fresh;
    my $run = $world->munja('reservation', 'joa', 'cancel', $serial);
    is $run->{exit}, 3, 'exit 3';
    like $run->{out}, qr/10 minutes/, 'and why';
    is scalar($world->fresh), 0, 'the gateway is not asked';
    send_at($world, 'joa', korean(660));
    my ($later) = grep { $_ ne $serial } map { $_->{reference} } waiting($world);
    is $world->munja('reservation', 'joa', 'cancel', $later)->{exit}, 0, 'eleven minutes before it is cancelled';
    # One that munja did not make.
    $world->sim->fault(match => '/1/reservation', do => 'status', status => 403, body => '{"code":-100026,"message":"예약메세지는 전송 10 분전에는 취소가 불가능합니다"}');
    $run = $world->munja('reservation', 'joa', 'cancel', '20260101000099');
    is $run->{exit}, 2, 'the gateway\'s own word: exit 2';
    like $run->{out}, qr/-100026, [a-z]/, 'with the code in words';
};

subtest 'a cancelling whose answer is lost' => sub {
    for my $case ([ 'joa', '/1/reservation' ], [ 'nsms', '/api/v1/reserve_sms_del' ], [ 'nanumi', '/v1/cancel/' ]) {
        my ($provider, $path) = @$case;
        my $world = Munja::World->new(providers => [$provider]);
        send_at($world, $provider, '2030-01-02 03:04');
        my ($ref) = map { $_->{reference} } waiting($world);
        $ref = Munja::World::rows($world->munja('reservation', 'nanumi', 'list', '--json'))->[0]{reference} if $provider eq 'nanumi';
        $world->sim->fault(match => $path, do => 'close-after', times => 1);
        my $before = grep { index($_->{path}, $path) == 0 } $world->sim->requests;
        is $world->munja('reservation', $provider, 'cancel', $ref)->{exit}, 3, "$provider: nobody knows, exit 3";
        is scalar(grep { index($_->{path}, $path) == 0 } $world->sim->requests), $before + 1, "$provider: asked once";
    }
};

subtest 'due' => sub {
    my $world = Munja::World->new;
    send_at($world, $_, korean(3600, '%Y-%m-%d %H:%M')) for qw(joa nsms nanumi);
    is scalar($world->texts($KIM)), 0, 'not yet';
    $world->sim->later(3700);
    is_deeply [ sort map { $_->{gateway} } $world->sim->phone($KIM) ], [ 'nanuminet', 'notificationsms', 'smsjoa' ], 'each arrives, once';
    $world->clean;
};

subtest 'the same for another time is another message' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my @send = ('send', '-p', 'joa', '--to', $KIM);
    $world->munja(@send, '--at', $_, '점검') for '2030-01-02 03:04', '2030-01-02 03:04:00', '2030-01-03 03:04';
    is scalar(waiting($world)), 2, 'the same time again is not';
    is $world->munja(@send, '점검')->{exit}, 0, 'and now is another one too';
    is scalar($world->texts($KIM)), 1, 'at once';
};

done_testing;
