# The real Nagios with munja_neb.so: what it notifies reaches the phones by the module, and by the commands what the module
# cannot take.
use strict;
use warnings;
use utf8;
use Test::More;
use lib 't/lib';
use Munja::Drill;
use Munja::Nagios;
use Munja::Server;

my $program = Munja::server('nagios4');
my $module  = ($ENV{MUNJA_BUILD} || 'build') . '/lib/munja/munja_neb.so';
plan skip_all => 'built with a sanitizer' if qx(nm -D '$module') =~ /__asan_init/;
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my @DISK = ('웹01', '디스크');
my $rack = qq(template "rack" {\n service = "{{_hostrack}} {{_contactteam}} {{state}} {{output}}"\n}\nroute "rack" { host = {"rack*"}  template = "rack" }\n);
my $objects = <<'END';
define host {
    host_name rack1
    address 127.0.0.1
    max_check_attempts 1
    active_checks_enabled 0
    check_command nothing
    check_period 24x7
    notification_period 24x7
    contacts kim
    _RACK R7
}
define service {
    host_name rack1
    service_description 전원
    max_check_attempts 1
    active_checks_enabled 0
    check_command nothing
    check_period 24x7
    notification_period 24x7
    contacts kim
}
define command {
    command_name notify-service-by-sms
    command_line /usr/local/bin/munja notify --source=nagios
}
END

sub monitor {
    my ($drill, %option) = @_;
    my ($conf, $arguments) = ($drill->{world}{conf}, delete $option{arguments} // '');
    return Munja::Nagios->start($program, $drill->objects, module => "config=$conf$arguments", objects => $objects, keys => "    _TEAM 당직\n", %option);
}

# Its process that reads commands is forked off after the module was loaded, and lives on over reloads.
sub reader_holds {
    my ($nagios) = @_;
    my $reader = ($nagios->slurp('log') =~ /command file worker with pid (\d+)/g)[-1];
    return grep { /munja\.db/ } map { readlink // () } glob "/proc/$reader/fd/*";
}

subtest 'without a worker' => sub {
    my $drill  = Munja::Drill->new(text => $rack);
    my $world  = $drill->{world};
    my $nagios = monitor($drill);
    like $nagios->slurp('log'), qr/munja: munja \S+ stands in for munja-notify-host,/, 'the module was loaded';
    subtest 'what is told' => sub { $drill->told($nagios) };
    like $nagios->slurp('log'), qr/munja: record=\d+ accepted to=010\*{4}5678 contact="kim" type=PROBLEM state=CRITICAL host="웹01" service="디스크"/,
        'the log says what was accepted';
    unlike $nagios->slurp('log'), qr/01012345678|010-1234-5678/, 'and no whole number';
    subtest 'what is longer than a process can be given' => sub {
        $drill->idle;
        $nagios->spool('rack1', '전원', 2, join '\n', '꺼짐', map { "줄 $_" } 1 .. 20_000);
        is_deeply [ $drill->texts(1) ], ['R7 당직 CRITICAL 꺼짐'], 'variables of its own reach a template';
        is $world->sql(q{SELECT length(CAST(alert AS BLOB)) > 128 * 1024 FROM record ORDER BY id DESC LIMIT 1}), 1, 'with as much of it as munja keeps of a text';
    };
    my @left = $nagios->log =~ /munja: left to the command munja-notify-service: store \S+: another process holds it too long/g;
    cmp_ok scalar(my @ran = $nagios->ran), '<', 5, 'hardly a command was run';
    is scalar(@ran), scalar(@left), 'but those that a locked store was left to';
    subtest 'a storm'                 => sub { $drill->storm($nagios, 2, 'CRITICAL') };
    subtest 'a reload in the middle'  => sub { $drill->reload($nagios, 1, 'WARNING') };
    is_deeply [ reader_holds($nagios) ], [], 'nobody else has the store open';
    subtest 'a gateway that was down' => sub { $drill->outage($nagios, 0, 'OK') };
    subtest 'what waits is looked for' => sub {
        $world->sim->fault(do => 'reset');
        $nagios->result(@DISK, 1, '거의 참');
        ok Munja::until_true(sub { $world->sql(q{SELECT count(*) FROM attempt WHERE record = (SELECT max(id) FROM record) AND ended_ms > 0}) > 0 && $drill->waiting == 1 }, 180), 'kept while the gateway is gone';
        $drill->idle;
        $world->sim->faults_clear;
        $world->sql(q{UPDATE record SET due_ms = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) WHERE state = 'waiting'});
        my $arrived = Munja::until_true(sub { $nagios->result(@DISK, 1, '거의 참'); sleep 1; $drill->waiting == 0 }, 180);
        ok $arrived, 'and sent by a look of its own';
        is scalar($drill->texts(1)), 1, '... once';
    };
    unlike $nagios->slurp('log'), qr/run=/, 'no run was in vain';
    $drill->end;
};

subtest 'with a worker' => sub {
    my $drill  = Munja::Drill->new(worker => 1);
    my $nagios = monitor($drill);
    subtest 'a storm'                 => sub { $drill->storm($nagios, 2, 'CRITICAL') };
    subtest 'a reload in the middle'  => sub { $drill->reload($nagios, 1, 'WARNING') };
    subtest 'a gateway that was down' => sub { $drill->outage($nagios, 0, 'OK') };
    $drill->end;
};

subtest 'commands by name' => sub {
    my $drill  = Munja::Drill->new;
    my $nagios = monitor($drill, arguments => ' commands=notify-service-by-sms', config => "enable_environment_macros=0\n",
        keys => "    service_notification_commands nothing,notify-service-by-sms\n");
    $nagios->result(@DISK, 2, '꽉 참 (`$HOME` "둘")');
    like +($drill->texts(1))[0], qr/^\[PROBLEM\] CRITICAL 웹01\/디스크 꽉 참 \(`\$HOME` "둘"\) /, 'the one that was named is stood in for, and needs no environment';
    is_deeply [ $nagios->ran ], ['nothing 디스크'], '... the others run';
    $drill->end;
};

subtest 'killed, and a bad munja.conf' => sub {
    my $drill  = Munja::Drill->new;
    my $world  = $drill->{world};
    my $nagios = monitor($drill);
    $world->sim->fault(do => 'reset');
    my $some = sub { (() = $nagios->log =~ /munja: record=\d+ accepted/g) >= 20 };
    for my $tries (1 .. 20) {
        # Who holds the store while this machine is busy leaves all of them to commands.
        $nagios->results(map { my $n = $_; [ sprintf('storm%02d', $n / 30 + 1), sprintf('서비스 %02d', $n % 30 + 1), $tries % 2 + 1, '끝' ] } 0 .. 59);
        last if Munja::until_true($some, 9);
    }
    ok $some->(), 'some are accepted';
    $nagios->crash;
    my @told = $nagios->slurp('log') =~ /munja: record=(\d+) accepted/g;
    is $world->sql('SELECT count(*) FROM record WHERE id IN (' . join(',', @told) . ')'), scalar @told, 'all that the log tells of is stored';

    rename $world->{conf}, "$world->{conf}.good" or die;
    Munja::write_file($world->{conf}, "store = \n", 0600);
    $drill->idle;
    $nagios->run;
    like $nagios->log, qr/munja: notifications are left to their commands: \S*munja.conf/, 'a bad munja.conf is told';
    $nagios->result(@DISK, 2, '또');
    $nagios->await(qr/return code 3$/m);
    is_deeply [ $nagios->ran ], ['munja-notify-service 디스크'], 'and the command runs';
    rename "$world->{conf}.good", $world->{conf} or die;
    $nagios->reload;
    $nagios->await(qr/munja: munja \S+ stands in/);
    $drill->idle;
    $nagios->result(@DISK, 1, '다시');
    $nagios->await(qr/munja: record=\d+ accepted .* state=WARNING host="웹01"/);
    pass 'a good one is taken by a reload';
    $nagios->stop;
    $nagios->run;
    $nagios->result(@DISK, 2, '또 다시');
    $nagios->await(qr/SERVICE ALERT: .*또 다시/);
    $nagios->await(qr/munja: (?:record=\d+ accepted|left to)/);
    is_deeply [ reader_holds($nagios) ], [], 'with states to remember, too, nobody else has the store open';
    $world->sim->faults_clear;
    $drill->catch_up;
    $drill->end;
};

done_testing;
