# The real Nagios with munja_neb.so: what it notifies reaches the phones, by the module and not by the commands.
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));
use lib 't/lib';
use Encode qw(encode_utf8);
use Test::More;
use Munja::NebHost;
use Munja::Server;
use Munja::Worker;
use Munja::World;
use Time::HiRes qw(sleep time);

Munja::server('nagios4');
plan skip_all => 'no munja_neb.so' if !-e ($ENV{MUNJA_BUILD} || 'build') . '/lib/munja/munja_neb.so';

my $PHONE = '01012345678';
my $STORM = $ENV{NAGIOS_STORM} // 300;
my $template = qq(template "default" {\n service = "[{{type}}] {{host}}/{{service}} {{state}} {{_hostrack}} {{output}}|{{comment}}"\n)
    . qq( host = "[{{type}}] {{host}} {{state}} {{output}}|{{comment}}"\n}\n);
my $world = Munja::World->new(providers => ['joa'], text => $template);
my $host = Munja::NebHost->start(world => $world, services => $STORM);

sub texts { return $world->texts($PHONE) }

# What arrives next, in any order; the run at hand may be the second one of a hasty pair.
my %seen;
sub arrives {
    my ($name, @want) = @_;
    my @new;
    $host->await(sub { @new = grep { !$seen{$_} } texts(); @new >= @want });
    @seen{@new} = (1) x @new;
    is_deeply([ sort @new ], [ sort @want ], $name) or die substr $host->log, -2000;
    return;
}

like($host->log, qr/munja: munja \S+ stands in for munja-notify-host/, 'the module was loaded');
$host->command('PROCESS_SERVICE_CHECK_RESULT;web1;service 1;2;디스크 “꽉” 찼음 $HOME `id` (있음)\n/var 99%\n' . '긴 줄 ' x 500 . '|used=99%');
arrives('a problem', '[PROBLEM] web1/service 1 CRITICAL R7 디스크 “꽉” 찼음 $HOME `id` (있음)|');
like($world->sql("SELECT alert FROM record"), qr{/var 99%\n(?:긴 줄 ?){500}}, 'with all that the plugin said');
$host->command('ACKNOWLEDGE_SVC_PROBLEM;web1;service 1;1;1;0;김철수;보고 있습니다; 곧');
arrives('an acknowledgement', '[ACKNOWLEDGEMENT] web1/service 1 CRITICAL R7 디스크 “꽉” 찼음 $HOME `id` (있음)|보고 있습니다; 곧');
$host->command('SEND_CUSTOM_SVC_NOTIFICATION;web1;service 1;2;김철수;직접 보냄');
arrives('a custom one', '[CUSTOM] web1/service 1 CRITICAL R7 디스크 “꽉” 찼음 $HOME `id` (있음)|직접 보냄');
$host->command('PROCESS_SERVICE_CHECK_RESULT;web1;service 1;0;정상');
arrives('a recovery', '[RECOVERY] web1/service 1 OK R7 정상|');
my $now = int time;
$host->command("SCHEDULE_SVC_DOWNTIME;web1;service 1;$now;" . ($now + 3600) . ';1;0;3600;박영희;점검');
arrives('a downtime begins', '[DOWNTIMESTART] web1/service 1 OK R7 정상|점검');
$host->command('PROCESS_HOST_CHECK_RESULT;web1;1;응답 없음');
arrives('a host is down', '[PROBLEM] web1 DOWN 응답 없음|');
$host->command('PROCESS_HOST_CHECK_RESULT;web1;0;돌아옴');
arrives('and up again', '[RECOVERY] web1 UP 돌아옴|');
is_deeply([ $host->ran ], [], 'no command was run');
like($host->log, qr/munja: record=\d+ accepted to=010\*{4}5678 contact="kim" type=PROBLEM state=CRITICAL host="web1" service="service 1"/,
    'the log says what was accepted');
unlike($host->log, qr/01012345678|010-1234-5678/, 'and no whole number');

# While everything comes down, somebody reloads.
sub storm {
    my ($name, $state) = @_;
    my $before = texts();
    for my $half (0, 1) {
        $host->command(map { "PROCESS_SERVICE_CHECK_RESULT;web1;service $_;$state;폭풍 $_" } grep { $_ % 2 == $half } 2 .. $STORM);
        $host->reload if $half == 0;
    }
    $host->await(sub { $world->sql("SELECT count(*) FROM record WHERE state = 'accepted'") >= $before + $STORM - 1 }, 120);
    my @new = texts();
    splice @new, 0, $before;
    my %count;
    $count{$_}++ for map { m{/service (\d+) } ? $1 : '?' } @new;
    is_deeply([ grep { ($count{$_} // 0) != 1 } 2 .. $STORM ], [], "$name: each of " . ($STORM - 1) . ' arrives once');
    @seen{@new} = (1) x @new;
    return;
}
storm('a storm and a reload', 2);

# The gateway is gone, and back after a while.
$world->sim->fault(match => '/1/send', do => 'status', status => 503);
$host->command('PROCESS_SERVICE_CHECK_RESULT;web1;service 3;0;게이트웨이 없음');
ok($host->await(sub { $world->sql("SELECT count(*) FROM record WHERE state = 'waiting'") == 1 }), 'kept while the gateway is gone');
$world->sim->faults_clear;
$world->sql('UPDATE record SET due_ms = 0 WHERE state = \'waiting\'');
arrives('and sent when it is back, by a look of its own', '[RECOVERY] web1/service 3 OK R7 게이트웨이 없음|');

# With a worker, it is the worker's.
my $worker = Munja::Worker->start($world->{conf});
storm('a storm with a worker', 1);
is($worker->stop, 0, 'the worker ends');

cmp_ok(scalar(my @left = $host->ran), '<', $STORM / 10, 'hardly a command was run: those that a locked store was left to');
is($world->sql("SELECT count(*) FROM record WHERE state <> 'accepted'"), 0, 'nothing waits');

# A core that is killed has lost nothing that it was told to be accepted.
$world->sim->fault(match => '/1/send', do => 'status', status => 503);
$host->command(map { "PROCESS_SERVICE_CHECK_RESULT;web1;service $_;2;끝 $_" } 2 .. 40);
$host->await(sub { $host->log =~ /끝 20/ });
$host->stop('KILL');
my @told = $host->log =~ /munja: record=(\d+) accepted/g;
is($world->sql('SELECT count(*) FROM record WHERE id IN (' . join(',', @told) . ')'), scalar @told, 'all that the log tells of is stored');
$world->clean('nagios');

# A bad munja.conf does not stop it: the commands run.
Munja::write_file($world->{conf}, "store = \n", 0600);
chown +(getpwnam 'nobody')[ 2, 3 ], $world->{conf} if $> == 0;
$host->run;
like($host->log, qr/munja: notifications are left to their commands: \S*munja.conf/, 'a bad munja.conf is told');
$host->command('PROCESS_SERVICE_CHECK_RESULT;web1;service 1;2;또', 'PROCESS_SERVICE_CHECK_RESULT;web1;service 41;2;또');
ok($host->await(sub { grep { /service 41/ } $host->ran }), 'and the command runs');
is($host->stop, 0, 'it ends by itself');

done_testing();
