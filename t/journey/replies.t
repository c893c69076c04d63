#!/usr/bin/perl
# A reply by SMS: it acknowledges once, by whom it may, and whatever it is else is answered, seldom. What the monitor is
# told stands in the store then, for whoever carries it.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Fcntl      qw(O_RDWR O_NONBLOCK);
use File::Temp ();
use List::Util qw(shuffle);
use Munja::Push;
use Munja::Told;
use Munja::World;
use Munja::Worker;
use POSIX qw(mkfifo);
use Test::More;
use Time::HiRes qw(sleep time);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my ($KIM, $LEE, $EVE) = ('13900001234', '13900005678', '13700009999');
my $MONITOR = qq(monitor "nagios" {\n    type = "nagios"\n    command_file = "/nonexistent/nagios.cmd"\n}\n);

sub world {
    my (%option) = @_;
    return Munja::World->new(providers => ['cn'], text => $option{monitor} // $MONITOR, global => $option{global});
}

my $serial = 0;
sub notify {
    my ($world, $to, %more) = @_;
    my %field = (
        type => 'PROBLEM', host => 'db1', service => 'disk', state => 'CRITICAL', output => '3 % left', number => 1,
        since => 1, contact => 'kim', time => '2026-11-22 03:10:00', notified => ++$serial, %more
    );
    my $run = $world->munja('notify', map({ ('--to', "+86$_") } ref $to ? @$to : $to), '-s', $field{source} // 'nagios',
        map { ('-F', "$_=$field{$_}") } grep { $_ ne 'source' } sort keys %field);
    is $run->{exit}, 0, "$field{type} $field{host} goes out" or diag $run->{out};
    return;
}

# The codes on a phone, of its texts in their order.
sub codes { my ($world, $phone) = @_; return map { /\(ACK (\w+)\)/ ? $1 : '-' } $world->texts($phone) }

my $mid = 0;
sub phone_says {
    my ($world, $phone, $text, %more) = @_;
    $world->sim->inbound(mobile => $phone, content => $text, mid => sprintf('R%d', ++$mid), time => '2026-11-22 03:15:00', %more);
    return;
}
sub pull { my ($world) = @_; return $world->munja('replies', 'cn') }
sub reply { my ($world, @say) = @_; phone_says($world, @say); return pull($world) }

sub outcomes { my ($world) = @_; return $world->sql('SELECT coalesce(group_concat(outcome), "") FROM (SELECT outcome FROM reply ORDER BY id)') }
sub told     { my ($world) = @_; return [ split /\n/, $world->sql('SELECT kind, source, host, service, author, text FROM writeback ORDER BY id') ] }

# Texts that came to a phone since the last look, once what waits is sent.
sub news {
    my ($world, $phone) = @_;
    $world->munja('worker', '--once');
    my @texts = $world->texts($phone);
    my $old = $world->{read_on}{$phone} // 0;
    $world->{read_on}{$phone} = @texts;
    return [ @texts[ $old .. $#texts ] ];
}

subtest 'a code on the phone, and back' => sub {
    my $world = world();
    notify($world, [ $KIM, $LEE ]);
    my ($code) = codes($world, $KIM);
    like $code, qr/^[2-9ACDEFHJKMNPRTWXY]{3}$/, 'the text carries a code' or diag $world->texts($KIM);
    is_deeply [ codes($world, $LEE) ], [$code], 'the same on every phone';
    notify($world, $KIM, number => 2);
    is_deeply [ codes($world, $KIM) ], [ $code, $code ], 'and in a reminder';
    like $world->munja('queue', 'show', 1)->{out}, qr/^reply +$code$/m, 'queue show tells it';
    is reply($world, $KIM, "ack \L$code\E 지금; 갑니다")->{exit}, 0, 'a reply is pulled';
    is outcomes($world), 'acknowledged', 'and acknowledges';
    is_deeply told($world), ['acknowledge|nagios|db1|disk|kim|지금, 갑니다'], 'who, and what was said, without a trap';
    like $world->munja('queue', 'show', 3)->{out}, qr/지금; 갑니다 +acknowledged /, 'queue show tells what it did';
    is scalar @{ news($world, $KIM) }, 2, 'no further text';
    $world->clean;
};

subtest 'every way to say it' => sub {
    my $world = world();
    my @ways = ('ACK %s', '확인 %s', '收到 %s', '%s', '확인%s', '%s 확인했습니다', '【张三】收到%s', '"%s"', 'ok');
    for my $way (@ways, map { tr/ !-~/　！-～/r } 'ack %s', '%s') {
        my $host = 'h' . ++$serial;
        notify($world, $KIM, host => $host);
        my $code = (codes($world, $KIM))[-1];
        reply($world, $KIM, $way =~ s/%s|％ｓ/$way =~ m{％} ? $code =~ tr{!-~}{！-～}r : $code/er);
        is_deeply [ (told($world))->[-1] // '' ], ["acknowledge|nagios|$host|disk|kim|ACK by SMS"], $way;
    }
    is scalar @{ told($world) }, @ways + 2, 'each once';
    $world->clean;
};

subtest 'the first wins' => sub {
    my $world = world();
    notify($world, [ $KIM, $LEE ], contact => '');
    my ($code) = codes($world, $KIM);
    news($world, $_) for $KIM, $LEE;
    reply($world, $LEE, $code);
    is_deeply told($world), ['acknowledge|nagios|db1|disk|+86****5678|ACK by SMS'], 'a number where no contact is known';
    reply($world, $KIM, $code);
    is outcomes($world), 'acknowledged,taken', 'the second is told';
    is_deeply news($world, $KIM), ["【运维】$code db1/disk：已由+86****5678确认。"], 'by whom';
    is_deeply news($world, $LEE), [], 'and nobody else';
    reply($world, $LEE, "again $code");
    is outcomes($world), 'acknowledged,taken,taken', 'likewise for who was first';
    my $first = 'R' . ($mid - 2);
    phone_says($world, $_, $code, mid => $first) for $LEE, "86$LEE", "+86$LEE", "0086$LEE";
    pull($world);
    is outcomes($world), 'acknowledged,taken,taken', 'the very same once more is none';
    is scalar @{ told($world) }, 1, 'acknowledged once';
    $world->clean;
};

subtest 'who was not told' => sub {
    my $world = world();
    notify($world, $KIM);
    notify($world, $LEE, host => 'db2');
    my ($code) = codes($world, $KIM);
    my ($other) = codes($world, $LEE);
    news($world, $_) for $KIM, $LEE;
    phone_says($world, $EVE, "ACK $code");
    my $run = $world->munja('replies', '-v', 'cn');
    is outcomes($world), 'refused', 'a stranger is refused';
    like $run->{err}, qr/from=\+86\*\*\*\*9999 .*outcome=refused/, 'and logged, the number masked';
    unlike $run->{err}, qr/$EVE/, 'indeed';
    reply($world, $EVE, 'ok');
    reply($world, $LEE, "ACK $code");
    is outcomes($world), 'refused,refused,refused', 'one who was told something else, too';
    is_deeply told($world), [], 'nothing is acknowledged';
    is_deeply news($world, $EVE), [], 'a stranger is not answered';
    is_deeply news($world, $LEE), ["【运维】$code：没有这个代码。请回复“ACK $other”：$other db2/disk"],
        'and nobody learns that there is such a code';
    $world->clean;
};

subtest 'what cannot be acknowledged is answered' => sub {
    my $world = world();
    notify($world, $KIM);
    my ($code) = codes($world, $KIM);
    news($world, $KIM);
    # An hour goes by.
    my $hour = sub { $world->sql('UPDATE reply SET acted_ms = acted_ms - 3600001'); return };
    my $unknown = $code eq '999A' ? '888A' : '999A';
    my $say = sub {
        my ($text, $outcome, $answer, $name) = @_;
        reply($world, $KIM, $text);
        is $world->sql('SELECT outcome FROM reply ORDER BY id DESC LIMIT 1'), $outcome, $name;
        is_deeply news($world, $KIM), $answer ? ["【运维】$answer"] : [], $answer ? 'answered' : 'not answered';
    };
    $say->("ACK $unknown", 'unknown', "$unknown：没有这个代码。请回复“ACK $code”：$code db1/disk", 'no such code');
    $say->('뭐라고요?', 'unclear', undef, 'not twice within an hour');
    $hour->();
    $say->('뭐라고요?', 'unclear', "无法识别。请回复“ACK $code”：$code db1/disk", 'but after it');
    $hour->();
    $say->('확인 후 연락드리겠습니다', 'unclear', "无法识别。请回复“ACK $code”：$code db1/disk", 'an answering machine');
    $hour->();
    $say->('확인 후 연락드리겠습니다', 'unclear', undef, 'is not talked with for ever');
    notify($world, $KIM, host => 'web1');
    my $second = (codes($world, $KIM))[-1];
    news($world, $KIM);
    $say->('ok', 'several', "有2个未恢复的故障。请回复“ACK $second”：$second web1/disk, $code db1/disk", 'which one?');
    notify($world, $KIM, type => 'RECOVERY', state => 'OK', host => 'web1');
    news($world, $KIM);
    $hour->();
    $say->("ACK $second", 'recovered', "$second web1/disk：已恢复。", 'it is over');
    $world->sql('UPDATE problem SET seen_ms = seen_ms - 7 * 86400000 - 1');
    $hour->();
    $say->("ACK $code", 'expired', "$code db1/disk：代码已过期。", 'too late');
    $hour->();
    $say->('ok', 'none', '没有需要确认的故障。', 'nothing is open');
    notify($world, $KIM, host => 'web2');
    news($world, $KIM);
    $hour->();
    $say->('TD', 'left', undef, 'who wants no texts gets none');
    is_deeply told($world), [], 'nothing was acknowledged';
    $world->clean;
};

subtest 'in the language of the phone, in one SMS' => sub {
    my $world = Munja::World->new(
        providers => [ 'cn', 'joa' ],
        text      => $MONITOR . qq(template "default" {\n    service = "{{host}}/{{service}} {{reply}}"\n}\n)
    );
    $world->munja('notify', '--to', '01012345678', '-s', 'nagios', '-F', 'type=PROBLEM', '-F', 'state=CRITICAL',
        map { ('-F', "host=db$_.long.example.com", '-F', "service=disk usage of $_") } $_) for 1 .. 6;
    my @codes = map { /(\w+)$/ ? $1 : '' } $world->texts('01012345678');
    is scalar(grep { /^[2-9A-Y]{3}$/ } @codes), 6, 'codes by a gateway that brings no replies, where the template wants it';
    $world->sql("INSERT INTO reply (provider, reference, sender, recipient, text, time, seen_ms, record, outcome)"
            . " VALUES ('joa', 'm1', '01012345678', '', '확인', '', " . int(time * 1000) . ", 0, '')");
    $world->munja('worker', '--once');
    my $answer = ($world->texts('01012345678'))[-1];
    is $answer, "열린 장애가 6건입니다. 답장 예: ACK $codes[5] - $codes[5] db6., $codes[4] db5., $codes[3] db4., $codes[2] db3. +2", 'in Korean';
    is [ $world->sim->phone('01012345678') ]->[-1]{kind}, 'sms', 'a short one';
    $world->clean;
};

subtest 'settings' => sub {
    my $world = world(global => "reply_help = false\n");
    notify($world, $KIM);
    news($world, $KIM);
    reply($world, $KIM, '뭐라고요?');
    is outcomes($world), 'unclear', 'kept with what it was';
    is_deeply news($world, $KIM), [], 'no help where none is wanted';
    $world = Munja::World->new(providers => ['cn']);
    notify($world, $KIM);
    is_deeply [ codes($world, $KIM) ], ['-'], 'no code without a monitor';
    reply($world, $KIM, 'ok');
    is outcomes($world), 'ignored', 'and replies are kept only';
    $world = world();
    notify($world, $KIM, source => 'zabbix', id => 41);
    is_deeply [ codes($world, $KIM) ], ['-'], 'nor without the one that it came from';
    my $run = $world->munja('notify', '-n', '--to', "+86$KIM", '-s', 'nagios', '-F', 'type=PROBLEM', '-F', 'host=h', '-F', 'state=DOWN');
    like $run->{out}, qr/\(ACK \?\?\?\)$/m, 'a dry run shows where it will stand';
    is $world->sql('SELECT count(*) FROM problem'), 0, 'and draws none';
};

subtest 'a resident worker acts, once over restarts' => sub {
    my $dir = File::Temp->newdir('munja-fifo-XXXXXX', TMPDIR => 1);
    mkfifo("$dir/cmd", 0600) or die "mkfifo: $!";
    sysopen my $fifo, "$dir/cmd", O_RDWR | O_NONBLOCK or die "$dir/cmd: $!";
    my $world = world(monitor => $MONITOR =~ s{/nonexistent/nagios.cmd}{$dir/cmd}r);
    my $worker = Munja::Worker->start($world->{conf});
    notify($world, [ $KIM, $LEE ]);
    my ($code) = codes($world, $KIM);
    like $code, qr/^\w{3}$/, 'its texts carry codes';
    my $keep = sub {
        my ($phone, $text) = @_;
        $world->sql("INSERT INTO reply (provider, reference, sender, recipient, text, time, seen_ms, record, outcome)"
                . " VALUES ('cn', 'w" . ++$mid . "', '+86$phone', '', '$text', '', " . int(time * 1000) . ", 0, '')");
        return;
    };
    $keep->($KIM, "收到 $code");
    ok Munja::until_true(sub { outcomes($world) eq 'acknowledged' }), 'what another process kept';
    ok Munja::until_true(sub { $world->sql('SELECT state FROM writeback') eq 'done' }), '... of which the monitor is told';
    $keep->($LEE, $code);
    Munja::until_true(sub { outcomes($world) =~ /taken/ && $world->texts($LEE) == 2 });
    is [ $world->texts($LEE) ]->[-1], "【运维】$code db1/disk：已由kim确认。", 'its answer goes out by itself';
    is $worker->stop, 0, 'it ends';
    $worker = Munja::Worker->start($world->{conf});
    sleep 0.5;
    is $worker->stop, 0, 'once more';
    is_deeply told($world), ['acknowledge|nagios|db1|disk|kim|ACK by SMS'], 'to be told once';
    my $line = '';
    1 while sysread $fifo, $line, 4096, length $line;
    like $line, qr/^\[\d+\] ACKNOWLEDGE_SVC_PROBLEM;db1;disk;1;0;0;kim;ACK by SMS\n\z/, 'and told once';
    $world->clean;
};

subtest 'a machine that repeats what it got' => sub {
    my $world = world();
    notify($world, $KIM);
    my ($text) = $world->texts($KIM);
    my ($code) = codes($world, $KIM);
    news($world, $KIM);
    reply($world, $KIM, $_) for "[자동응답] 회의 중입니다: $text", qq(Liked “$text”);
    is outcomes($world), 'unclear,unclear', 'acknowledges nothing';
    is_deeply news($world, $KIM), ["【运维】无法识别。请回复“ACK $code”：$code db1/disk"], 'and is answered once';
    reply($world, $KIM, "$code\n$text");
    is outcomes($world), 'unclear,unclear,acknowledged', 'who repeats it behind his own word acknowledges';
    $world->clean;
};

subtest 'several codes in one reply' => sub {
    my $world = world();
    notify($world, $KIM, host => "h$_") for 1 .. 4;
    my @code = codes($world, $KIM);
    reply($world, $KIM, "ACK $code[0]");
    reply($world, $KIM, "ACK $code[0] $code[1], $code[2] 둘 다 봅니다 $code[1]");
    is outcomes($world), 'acknowledged,acknowledged', 'one of them is taken already';
    is_deeply [ map { (split /\|/)[2] } @{ told($world) } ], [qw(h1 h2 h3)], 'the others are acknowledged, each once';
    reply($world, $KIM, "ACK $code[2] $code[1]");
    is $world->sql('SELECT outcome FROM reply ORDER BY id DESC LIMIT 1'), 'taken', 'all of them are taken';
    reply($world, $KIM, 'ok');
    is_deeply [ map { (split /\|/)[2] } @{ told($world) } ], [qw(h1 h2 h3 h4)], 'one is left';
    $world->clean;
};

# A command file whose monitor reads it, or does not yet.
sub pipe_of {
    my ($dir) = @_;
    mkfifo("$dir/cmd", 0600) or die "mkfifo: $!" if !-p "$dir/cmd";
    sysopen my $fifo, "$dir/cmd", O_RDWR | O_NONBLOCK or die "$dir/cmd: $!";
    return $fifo;
}
sub heard {
    my ($fifo) = @_;
    my $text = '';
    1 while sysread $fifo, $text, 65536, length $text;
    return [ map { s/^\[\d+\] //r } split /\n/, $text ];
}

subtest 'what the monitor was not told in time' => sub {
    my $dir   = File::Temp->newdir('munja-fifo-XXXXXX', TMPDIR => 1);
    my $world = world(monitor => $MONITOR =~ s{/nonexistent/nagios.cmd}{$dir/cmd}r);
    my $tell  = sub { $world->sql('UPDATE writeback SET due_ms = 1'); $world->munja('worker', '--once'); return };
    my $states = sub { return $world->sql('SELECT group_concat(state) FROM (SELECT state FROM writeback ORDER BY id)') };
    notify($world, $KIM, since => 1);
    reply($world, $KIM, 'ok');
    $tell->();
    is $states->(), 'waiting', 'acknowledged, but the monitor is down';
    notify($world, $KIM, since => 1, number => 2);
    is $states->(), 'waiting', 'a reminder changes nothing';
    notify($world, $KIM, since => 2, type => 'RECOVERY', state => 'OK');
    is $states->(), 'failed', 'it is over';
    notify($world, $KIM, since => 3);
    my $fifo = pipe_of($dir);
    $tell->();
    is_deeply heard($fifo), [], 'so the next problem is not taken for acknowledged';
    like $world->munja('queue', 'show', 1)->{out}, qr/^acknowledge .* failed .*the problem was over before it took that/m, 'munja queue show tells';
    reply($world, $KIM, 'ok');
    $tell->();
    is_deeply heard($fifo), ['ACKNOWLEDGE_SVC_PROBLEM;db1;disk;1;0;0;kim;ACK by SMS'], 'until somebody does it';
    $world->clean;
};

subtest 'what the monitor never takes' => sub {
    my $world = world();
    my $state = sub { return $world->sql('SELECT group_concat(state) FROM (SELECT state FROM writeback ORDER BY id)') };
    my $day   = sub { $world->sql('UPDATE writeback SET created_ms = created_ms - 86400000, due_ms = 1'); $world->munja('worker', '--once'); return };
    notify($world, $KIM);
    my ($code) = codes($world, $KIM);
    news($world, $KIM);
    reply($world, $KIM, "ack $code");
    is_deeply news($world, $KIM), [], 'nothing is said while it may still be told';
    $day->();
    is $state->(), 'failed', 'given up after a day';
    is_deeply news($world, $KIM), ["【运维】$code db1/disk：无法通知监控系统，尚未确认。"], 'the phone hears of it';
    reply($world, $KIM, "ack $code");
    is outcomes($world), 'acknowledged,acknowledged', 'and may try again';
    $day->();
    is $state->(), 'failed,failed', 'in vain';
    is_deeply news($world, $KIM), [], 'of which it hears once an hour';
    like $world->munja('queue', 'show', 1)->{out}, qr/^reply +$code$/m, 'the code stays';
    reply($world, $KIM, "ack $code");
    notify($world, $KIM, type => 'ACKNOWLEDGEMENT', author => 'kim', number => 2);
    $world->sql('UPDATE reply SET acted_ms = acted_ms - 3600001');
    news($world, $KIM);
    $day->();
    is $state->(), 'failed,failed,done', 'what is acknowledged in the monitor needs not be told it';
    is_deeply news($world, $KIM), [], 'nor is the phone, whoever did it';
    notify($world, $KIM, type => 'ACKNOWLEDGEMENT', author => 'munja', number => 3);
    news($world, $KIM);
    reply($world, $KIM, $code);
    is outcomes($world), 'acknowledged,acknowledged,acknowledged,taken', 'it stays acknowledged';
    is_deeply news($world, $KIM), ["【运维】$code db1/disk：已由kim确认。"], 'by the first, whatever name the monitor has for munja';
    $world->clean;
};

subtest 'a reminder while the monitor does not take it' => sub {
    my $world = world();
    notify($world, $KIM);
    reply($world, $KIM, 'ok');
    notify($world, $KIM, number => 2);
    news($world, $KIM);
    $world->sql('UPDATE writeback SET created_ms = created_ms - 86400000, due_ms = 1');
    $world->munja('worker', '--once');
    is $world->sql('SELECT state FROM writeback'), 'failed', 'given up after a day';
    is_deeply news($world, $KIM), [], 'the reminder said already that it is open';
    reply($world, $KIM, 'ok');
    is outcomes($world), 'acknowledged,acknowledged', 'and it is one problem, not two';
    $world->clean;
};

subtest 'replies that are not answered' => sub {
    my $world = world(global => "reply_help = false\n");
    notify($world, $KIM, host => 'db;1');
    news($world, $KIM);
    reply($world, $KIM, 'ok');
    is_deeply news($world, $KIM), [], 'no word of an acknowledgement that failed either';
    is $world->sql('SELECT state FROM writeback'), 'failed', 'at once, since the name cannot be said';
    is $world->sql('SELECT taken_ms FROM problem'), 0, 'but it is open again';
    $world->clean;
};

subtest 'a resident worker tells what the monitor did not take' => sub {
    my $world  = world();
    my $worker = Munja::Worker->start($world->{conf});
    notify($world, $KIM, host => 'db;1');
    my ($code) = codes($world, $KIM);
    reply($world, $KIM, 'ok');
    ok Munja::until_true(sub { $world->texts($KIM) == 2 }), 'a second text' or diag $worker->log;
    is [ $world->texts($KIM) ]->[-1], "【运维】$code db;1/disk：无法通知监控系统，尚未确认。", 'that says so';
    is $worker->stop, 0, 'it ends';
    $world->clean;
};

subtest 'many at once, a worker that is killed, and a section that comes and goes' => sub {
    my $dir   = File::Temp->newdir('munja-fifo-XXXXXX', TMPDIR => 1);
    my $fifo  = pipe_of($dir);
    my $world = Munja::Told::world();
    my $other = world();
    my @key   = (type => 'nagios', command_file => "$dir/cmd");
    Munja::Told::configure($world, nagios => @key);
    my $worker = Munja::Worker->start($world->{conf});
    my $hook   = Munja::Told::hook();
    my @hosts  = map { "many$_" } 1 .. 4;
    notify($world, [ $KIM, $LEE ], host => $_) for @hosts;
    notify($other, $KIM);
    my %code = map { $_ => Munja::Told::code($world, $LEE, $_) } @hosts;
    my ($foreign) = grep { my $one = $_; !grep { $_ eq $one } values %code } codes($other, $KIM), '999A';
    my (@pushes, @said);
    for my $host (@hosts) {
        my @both = map { Munja::Told::said($_, "收到$code{$host}") } $KIM, $LEE;
        push @said, @both;
        push @pushes, map { [ $hook, Munja::Push::list($_) ] } (@both) x 10;
    }
    push @said, Munja::Told::said($KIM, $foreign), Munja::Told::said($EVE, $code{many1});
    push @pushes, [ $hook, Munja::Push::list(@said) ], map { [ $hook, substr Munja::Push::list($_), 0, 40 ] } @said;
    my @answers = $world->{push}->all(20, shuffle(@pushes));
    is_deeply [ sort map { $_->{status} } @answers ], [ (200) x 81, (400) x @said ], 'in any order, twice, cut off: each is answered as it should be';
    Munja::Told::outcome($world, $_) for @said;
    is $world->sql('SELECT group_concat(n) FROM (SELECT outcome || " " || count(*) AS n FROM reply GROUP BY outcome ORDER BY 1)'),
        'acknowledged 4,refused 1,taken 4,unknown 1', 'each problem is acknowledged once';
    ok Munja::until_true(sub { $world->sql(q{SELECT count(*) FROM writeback WHERE state = 'done'}) == 4 }, 60), 'the monitor is told';
    is_deeply [ sort map { (split /;/)[1] } @{ heard($fifo) } ], \@hosts, 'of each once';

    for my $wait (0, 0.01, 0.03, 0.1) {
        my $host = "killed$wait";
        notify($world, [ $KIM, $LEE ], host => $host);
        my $said = Munja::Told::pushed($world, $KIM, Munja::Told::code($world, $KIM, $host));
        sleep $wait;
        $worker->stop('KILL');
        Munja::Told::due($world);
        $worker = Munja::Worker->start($world->{conf});
        is Munja::Told::outcome($world, $said), 'acknowledged', "killed $wait s after a push";
        like Munja::Told::state($world, Munja::Told::row($world, $said), 'done'), qr/^done/, '... the next worker tells';
        is_deeply [ grep { $_ ne "ACKNOWLEDGE_SVC_PROBLEM;$host;disk;1;0;0;kim;ACK by SMS" } @{ heard($fifo) } ], [], '... that, and nothing else';
    }

    notify($world, $KIM, host => "section$_") for 1, 2;
    my @codes = map { Munja::Told::code($world, $KIM, "section$_") } 1, 2;
    my $reload = sub {
        my $before = () = $worker->log =~ /^worker=reloaded/mg;
        $worker->signal('HUP');
        return ok Munja::until_true(sub { (() = $worker->log =~ /^worker=reloaded/mg) > $before }, 60), 'reloaded';
    };
    undef $fifo;
    my $said = Munja::Told::pushed($world, $KIM, $codes[0]);
    is Munja::Told::outcome($world, $said), 'acknowledged', 'while the monitor is down';
    my $row = Munja::Told::row($world, $said);
    like Munja::Told::state($world, $row, 'waiting nagios'), qr/^waiting nagios/, '... that waits';
    Munja::write_file($world->{conf}, $world->{plain}, 0600);
    $reload->();
    is Munja::Told::outcome($world, Munja::Told::pushed($world, $KIM, $codes[1])), 'ignored', 'without a section nothing is acknowledged';
    Munja::Told::due($world);
    like Munja::Told::state($world, $row, 'waiting :'), qr/^waiting : no monitor of the configuration/, '... and nobody told';
    $fifo = pipe_of($dir);
    Munja::Told::configure($world, nagios => @key);
    $reload->();
    Munja::Told::due($world);
    like Munja::Told::state($world, $row, 'done'), qr/^done/, 'with it again, he is';
    is_deeply heard($fifo), ['ACKNOWLEDGE_SVC_PROBLEM;section1;disk;1;0;0;kim;ACK by SMS'], 'once';
    $said = Munja::Told::pushed($world, $KIM, "$codes[1] 🙏 " . 'x' x 2000);
    is Munja::Told::outcome($world, $said), 'acknowledged', 'and what was ignored is said again';
    like Munja::Told::state($world, Munja::Told::row($world, $said), 'done'), qr/^done/, '... and told';
    is $worker->stop, 0, 'the worker ends';
    like heard($fifo)->[-1] // '', qr/^ACKNOWLEDGE_SVC_PROBLEM;section2;disk;1;0;0;kim;\xf0\x9f\x99\x8f x{100,}$/, 'a long comment is cut';
    $world->clean;
};

subtest 'what is old is left alone' => sub {
    my $world = world();
    notify($world, $KIM);
    my ($code) = codes($world, $KIM);
    news($world, $KIM);
    $world->sql("INSERT INTO reply (provider, reference, sender, recipient, text, time, seen_ms, record, outcome) VALUES"
            . " ('cn', 'o1', '+86$KIM', '', '$code', '', " . int((time - 86460) * 1000) . ", 0, ''),"
            . " ('cn', 'o2', '+86$KIM', '', '$code', '', " . int(time * 1000) . ", 0, 'before')");
    $world->munja('worker', '--once');
    is outcomes($world), 'late,before', 'by a day, or by a version';
    is_deeply told($world), [], 'nothing happens';
    is_deeply news($world, $KIM), [], 'and nothing is said';
};

done_testing;
