# The contributed notification script as it is, run as Checkmk runs it: nothing but an environment, and again where it
# answered 1.
use strict;
use warnings;
use utf8;
use Encode qw(decode_utf8);
use Test::More;
use lib 't/lib';
use Munja::Server;
use Munja::World;

Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $KIM    = '01012345678';
my $SCRIPT = 'contrib/checkmk/munja';
my $words  = qq(template "default" {\n service = "[{{type}}] {{host}}/{{service}} {{state}} {{output}}|{{author}}|{{comment}}|{{_host_rack}}|{{long_output}}"\n)
    . qq( host = "[{{type}}] {{host}} {{state}} {{output}}|{{author}}|{{comment}}"\n}\n);
my $world  = Munja::World->new(providers => ['joa'], text => $words);

# What every notification has, then what this one says; its answer and what came.
my $time = 1_763_748_907_000_000;
sub notified {
    my (%told) = @_;
    my %env = (MICROTIME => $time++, HOSTNAME => '웹01', HOSTALIAS => '웹 서버', HOSTADDRESS => '192.0.2.1', CONTACTNAME => 'kim',
        CONTACTPAGER => '010-1234-5678', HOST_RACK => 'R7', NOTIFICATIONAUTHOR => '', NOTIFICATIONCOMMENT => '', %told);
    my $before = () = $world->texts($KIM);
    my $run = Munja::run(program => $SCRIPT, env => { MUNJA_CONFIG => $world->{conf}, map { ("NOTIFY_$_" => $env{$_}) } keys %env });
    my @texts = $world->texts($KIM);
    return ($run->{exit}, decode_utf8($run->{out}), @texts[ $before .. $#texts ]);
}

my %disk  = (SERVICEDESC => '디스크', SERVICESTATE => 'CRITICAL', SERVICEOUTPUT => '꽉 찼음 (있음) $HOME `id` "둘"', SERVICEPROBLEMID => 7);
my %host  = (HOSTSTATE => 'DOWN', HOSTOUTPUT => '응답 없음', HOSTPROBLEMID => 9);
my %says  = (NOTIFICATIONAUTHOR => '김철수', NOTIFICATIONCOMMENT => '확인 중');
my $lines = join '\\n', map { "${_}번째 줄: 데이터베이스 연결이 끊어졌습니다" } 1 .. 20;
my $said  = $disk{SERVICEOUTPUT};
for my $case (
    [ 'a problem',          { %disk, NOTIFICATIONTYPE => 'PROBLEM' },                "[PROBLEM] 웹01/디스크 CRITICAL $said|||R7|" ],
    [ 'an acknowledgement', { %disk, %says, NOTIFICATIONTYPE => 'ACKNOWLEDGEMENT' }, "[ACKNOWLEDGEMENT] 웹01/디스크 CRITICAL $said|김철수|확인 중|R7|" ],
    [ 'by hand',            { %disk, %says, NOTIFICATIONTYPE => 'CUSTOM' },          "[CUSTOM] 웹01/디스크 CRITICAL $said|김철수|확인 중|R7|" ],
    [ 'a downtime',         { %disk, %says, NOTIFICATIONTYPE => 'DOWNTIMESTART' },   "[DOWNTIMESTART] 웹01/디스크 CRITICAL $said|김철수|확인 중|R7|" ],
    [ 'its end',            { %disk, NOTIFICATIONTYPE => 'DOWNTIMEEND' },            "[DOWNTIMEEND] 웹01/디스크 CRITICAL $said|||R7|" ],
    [ 'a recovery', { %disk, SERVICESTATE => 'OK', SERVICEOUTPUT => '정상', NOTIFICATIONTYPE => 'RECOVERY' }, '[RECOVERY] 웹01/디스크 OK 정상|||R7|' ],
    [ 'a host that is down', { %host, NOTIFICATIONTYPE => 'PROBLEM' }, '[PROBLEM] 웹01 DOWN 응답 없음||' ],
    [ 'and up again', { %host, HOSTSTATE => 'UP', HOSTOUTPUT => '정상', NOTIFICATIONTYPE => 'RECOVERY' }, '[RECOVERY] 웹01 UP 정상||' ],
    [ 'many lines', { %disk, SERVICEPROBLEMID => 8, SERVICEOUTPUT => '오류', LONGSERVICEOUTPUT => $lines, NOTIFICATIONTYPE => 'PROBLEM' },
        '[PROBLEM] 웹01/디스크 CRITICAL 오류|||R7|' . $lines =~ s/\\n/\n/gr ],
) {
    my ($what, $told, $text) = @$case;
    my ($exit, $answer, @texts) = notified(%$told);
    is $exit, 0, "$what: taken" or diag $answer;
    is_deeply \@texts, [$text], $what;
}

$world->sim->fault(do => 'status', status => 503);
my %again = (%disk, SERVICEPROBLEMID => 10, NOTIFICATIONTYPE => 'PROBLEM', MICROTIME => $time);
my ($exit, $answer, @none) = notified(%again);
is $exit, 0, 'kept while the gateway is gone, which Checkmk must not repeat';
like $answer, qr/^MUNJA WARNING - kept for retry/, '... and is told';
$world->sim->faults_clear;
($exit) = notified(%again);
is $exit, 0, 'the same once more';
$world->sql('UPDATE record SET due_ms = 1');
$world->munja('worker', '--once');
is scalar(grep { /\[PROBLEM\].*디스크 CRITICAL 꽉/ } $world->texts($KIM)), 2, 'is one text';
$world->clean('the simulator');

done_testing;
