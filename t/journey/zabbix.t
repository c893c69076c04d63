# A real Zabbix runs munja through the contributed media type: each kind of event, a script that fails, a gateway that is
# down, a storm, and a restart in it.
use strict;
use warnings;
use utf8;
use Test::More;
use Time::Local qw(timegm);
use Time::HiRes qw(sleep time);
use List::Util qw(sum0);
use lib 't/lib';
use Munja::Server;
use Munja::Worker;
use Munja::World;
use Munja::Zabbix;

my $programs = Munja::Zabbix::programs();
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $KIM   = '01012345678';
my $STORM = 300;
my $SOME  = 30;
my $PATIENCE = 180;    # seconds, which pass only where something is wrong

# All that Zabbix knows, each value in its place.
my $words = <<'END';
template "default" {
    host = "[{{type}}] {{state}} {{severity}} {{host}} ({{alias}}, {{address}}){{#author}} {{author}}: {{comment}}{{/author}} | {{output}} | {{long_output}} | <{{url}}>"
    service = "[{{type}}] {{state}} {{host}} ({{alias}})/{{service}} | {{output}}"
}
END
my $start  = time;
my $world  = Munja::World->new(providers => ['joa'], sim => { balance => 2_000_000_000 }, text => $words);
my $sim    = $world->sim;
my $zabbix = Munja::Zabbix->start($programs, env => { MUNJA_CONFIG => $world->{conf} });

# Munja has sent when this script fails for the first time, for the trigger "again" and not for the service that suffers from
# it, which can come first.
$zabbix->script(<<'END');
#!/bin/sh
/usr/local/bin/munja "$@"
code=$?
case "$*" in *"output: again"*) [ -e "$0.failed" ] || { : >"$0.failed"; echo 'fails once'; exit 75; } ;; esac
exit $code
END

# Texts that match, as soon as there are so many.
sub texts {
    my ($pattern, $count) = @_;
    my @texts;
    Munja::until_true(sub { (@texts = grep { /$pattern/ } $world->texts($KIM)) >= $count }, $PATIENCE);
    return @texts;
}

# All that Zabbix made of this kind, as soon as it is through with it.
sub alerts {
    my ($pattern, $count) = @_;
    my @alerts;
    Munja::until_true(sub {
        sleep 0.2;    # the frontend has others to serve
        @alerts = grep { $_->{message} =~ /$pattern/ } $zabbix->alerts;
        return @alerts >= $count && !grep { $_->{status} != 1 } @alerts;
    }, $PATIENCE);
    return @alerts;
}

sub told { my ($pattern, $text, $name) = @_; return is_deeply [ texts($pattern, 1) ], [$text], $name }

# Of one condition, a value that must be equal.
sub filter { my ($all, $kind, $value) = @_; return { evaltype => $all, conditions => [ { conditiontype => $kind, operator => 0, value => $value } ] } }

# What an operator does once.
is $zabbix->import_file('contrib/zabbix/munja.yaml', 'mediaTypes'), JSON::PP::true, 'the media type is imported as it is';
my ($media) = @{ $zabbix->call('mediatype.get', { filter => { name => 'munja SMS' }, output => ['mediatypeid'] }) };
$zabbix->call('mediatype.update', { %$media, attempt_interval => '2s' });    # not half a minute
my $group     = $zabbix->create(hostgroup => { name => '웹' });
my $usergroup = $zabbix->create(usergroup => { name => '당직', rights => [ { id => $group, permission => 2 } ] });
my $kim       = $zabbix->create(user => {
    username => 'kim', passwd => 'correct horse 7', roleid => 3, usrgrps => [ { usrgrpid => $usergroup } ],
    medias   => [ { mediatypeid => $media->{mediatypeid}, sendto => '010-1234-5678', active => 0, severity => 63, period => '1-7,00:00-24:00' } ],
});
my %send = (operationtype => 0, opmessage => { default_msg => 1, mediatypeid => $media->{mediatypeid} }, opmessage_usr => [ { userid => $kim } ]);
my @all  = (esc_period => '1h', operations => [ \%send ], filter => { evaltype => 0, conditions => [] });
$zabbix->create(action => { name => 'triggers', eventsource => 0, @all, recovery_operations => [ \%send ], update_operations => [ \%send ] });

$zabbix->create(service => { name => '인터넷 뱅킹', algorithm => 1, sortorder => 0, problem_tags => [ { tag => 'bank', operator => 0, value => '1' } ] });
my ($web, $storm) = $zabbix->create(host =>
    { host => 'web1', name => '웹서버 1', groups => [ { groupid => $group } ],
        interfaces => [ { type => 1, main => 1, useip => 1, ip => '192.0.2.1', dns => '', port => 10050 } ] },
    { host => 'storm', groups => [ { groupid => $group } ] });
my @watched = map { sprintf 'storm.%03d', $_ } 1 .. $STORM;
$zabbix->create(item =>
    (map { { hostid => $web, name => $_, key_ => $_, type => 2, value_type => 3 } } qw(disk again broken)),
    { hostid => $web, name => 'log', key_ => 'log', type => 2, value_type => 4 },
    map { { hostid => $storm, name => $_, key_ => $_, type => 2, value_type => 3 } } @watched);
my $disk_name = q(디스크 사용률 높음 (있음) * "둘" 'c' $HOME `id` \d);
my ($disk, $log) = $zabbix->create(trigger =>
    { description => $disk_name, expression => 'last(/web1/disk)>90', priority => 4,
        opdata => '사용 {ITEM.LASTVALUE} %', url => 'http://zabbix.example/{HOST.HOST}' },
    { description => '로그에 오류', expression => 'find(/web1/log,,"like","오류")=1', priority => 2, opdata => '{ITEM.VALUE}', manual_close => 1 },
    { description => 'again',      expression => 'last(/web1/again)>0', priority => 5, tags => [ { tag => 'bank', value => '1' } ] },
    map { { description => "number $_", expression => "last(/storm/$_)>0", priority => 3 } } @watched);

# Who tells of what else: an item that cannot be evaluated, an agent that comes by itself, a service, a network.
$zabbix->create(action =>
    { name => 'internal',         eventsource => 3, @all, filter => filter(0, 23, 0), recovery_operations => [ \%send ] },
    { name => 'autoregistration', eventsource => 2, operations => [ \%send ] },
    { name => 'service',          eventsource => 4, @all, recovery_operations => [ \%send ], update_operations => [ \%send ] },
    { name => 'discovery',        eventsource => 1, operations => [ \%send ], filter => filter(1, 10, 2) });
$zabbix->create(drule => { name => '사내망', iprange => '127.0.0.1', delay => '1s', dchecks => [ { type => 8, ports => $zabbix->{port}, uniq => 0 } ] });
$zabbix->settle('web1');

my @lines = map { "${_}번째 줄: 데이터베이스 오류" } 1 .. 20;
my $text  = join "\n", @lines;
my $where = '웹서버 1 (web1, 192.0.2.1)';
my $name  = $disk_name;
my $who   = 'Zabbix Administrator (Admin)';
is $zabbix->values([ 'web1', 'disk', 97 ], [ 'web1', 'log', $text ], [ 'web1', 'again', 1 ], [ 'web1', 'broken', 'x' ]), 4, 'values come';
$zabbix->trapper({ request => 'active checks', host => 'new1', host_metadata => 'linux' });

subtest 'what is told' => sub {
    told(qr/PROBLEM.*디스크/, "[PROBLEM] HIGH High $where | $name | 사용 97 % | <http://zabbix.example/web1>", 'a problem');
    told(qr/PROBLEM.*로그에/, "[PROBLEM] WARNING Warning $where | 로그에 오류 | $text | <>", 'many lines');
    my %event = map { $_->{objectid} => $_->{eventid} } @{ $zabbix->call('problem.get', { objectids => [ $disk, $log ] }) };
    $zabbix->call('event.acknowledge', { eventids => $event{$disk}, action => 6, message => "확인 중입니다\n곧 갑니다" });
    $zabbix->call('event.acknowledge', { eventids => $event{$log}, action => 8, severity => 5 });
    told(qr/ACK/, "[ACKNOWLEDGEMENT] HIGH High $where $who: 확인 중입니다\n곧 갑니다 | $name | 사용 97 % | <http://zabbix.example/web1>", 'an acknowledgement');
    told(qr/CUSTOM.*로그에/, "[CUSTOM] DISASTER Disaster $where $who: changed severity from Warning to Disaster | 로그에 오류 | $text | <>", 'another severity');
    texts(qr/PROBLEM.*broken/, 1);    # or it would be over before it was told
    $zabbix->values([ 'web1', 'disk', 10 ], [ 'web1', 'log', '정상' ], ['web1', 'broken', 1]);
    told(qr/RECOVERY.*디스크/, "[RECOVERY] OK High $where | $name | 사용 10 % | <http://zabbix.example/web1>", 'a recovery');
    told(qr/RECOVERY.*로그에/, "[RECOVERY] OK Disaster $where | 로그에 오류 | 정상 | <>", 'another recovery');
};

subtest 'what else is told' => sub {
    told(qr/PROBLEM.*broken/,  '[PROBLEM] NOT SUPPORTED 웹서버 1 (web1)/broken | Zabbix cannot evaluate it', 'an item that has no value');
    told(qr/RECOVERY.*broken/, '[RECOVERY] NORMAL 웹서버 1 (web1)/broken | Zabbix evaluates it again',       'and has one again');
    told(qr/new1/, '[CUSTOM]   new1 (, 127.0.0.1) | agent registered itself |  | <>', 'an agent that comes by itself');
    my ($service) = texts(qr/PROBLEM.*뱅킹/, 1);
    like $service, qr/\A\[PROBLEM\] DISASTER Disaster 인터넷 뱅킹 \(, \) \| Status of service "인터넷 뱅킹" changed to Disaster \| Host: "web1" .*again/,
        'a service and what it suffers from';
};

# What the frontend's button "Test" has the server do.
sub test_button {
    my ($to) = @_;
    return $zabbix->trapper({ request => 'alert.send', sid => $zabbix->{session},
        data => { mediatypeid => $media->{mediatypeid}, sendto => $to, subject => '시험 제목', message => '시험 내용', parameters => [] } });
}

subtest 'the button "Test"' => sub {
    is test_button('010-1234-5678')->{response}, 'success', 'a text by hand';
    like join('', texts(qr/시험/, 1)), qr/시험 제목.*시험 내용/s, '... comes';
    my $bad = test_button('전화번호');
    is $bad->{response}, 'failed', 'what is no number is refused';
    like $bad->{info}, qr/\AMUNJA UNKNOWN - [^\n]+\n?\z/, '... in one line that the operator sees' or diag explain $bad;
};

# Before the server is restarted: that may end a script, which fails then.
subtest 'a script that failed after it sent' => sub {
    my ($again) = alerts(qr/output: again/, 1);
    is $again->{retries}, 1, 'Zabbix runs it again';
    is $again->{error}, '', '... and all is well';
    is scalar(texts(qr/\| again \|/, 1)), 1, 'the phone gets one text';
};

sub problems {
    my (@which) = @_;
    return is $zabbix->values(map { [ 'storm', $watched[$_], 1 ] } @which), scalar(@which), 'values come';
}

sub seconds { my ($date) = @_; my ($y, $m, @rest) = $date =~ /\d+/g; return timegm(reverse($y, $m - 1, @rest)) }

# What Zabbix made of each: messages of one minute after the event are one text, however many there are. That is all of them
# unless this machine took a minute to restart the server.
sub minutes {
    my %minutes;
    for my $alert ($zabbix->alerts) {
        my ($made, $event, $name) = map { $alert->{message} =~ $_ ? $1 : '' } qr/^notified: (.*)$/m, qr/^time: (.*)$/m, qr/^output: number (storm\.\d+)/m;
        $minutes{$name}{ int((seconds($made) - seconds($event)) / 60) } = 1 if $name ne '' && $alert->{message} =~ /^type: PROBLEM\b/m;
    }
    return map { $_ => scalar keys %{ $minutes{$_} } } keys %minutes;
}

sub each_once {
    my (@which) = @_;
    my (%times, %minutes);
    Munja::until_true(sub { sleep 0.2; %minutes = minutes(); return keys %minutes == @which }, $PATIENCE);
    diag 'slow: some are told again' if grep { $_ > 1 } values %minutes;
    $times{$_}++ for map { /\[PROBLEM\].*number (storm\.\d+)/ ? $1 : $_ } texts(qr/number storm/, sum0(values %minutes));
    is_deeply [ sort keys %times ], [ map { $watched[$_] } @which ], 'each arrives';
    return is_deeply \%times, \%minutes, '... and once';
}

my @some = (0 .. $SOME - 1);
subtest 'a gateway that was down' => sub {
    $sim->fault(do => 'reset');
    problems(@some);
    is scalar(alerts(qr/type: PROBLEM.*number storm/s, scalar @some)), scalar(@some), 'Zabbix knows them in good hands';
    is_deeply [ grep { /storm/ } $world->texts($KIM) ], [], 'nothing arrives';
    is $world->sql("SELECT count(*) FROM record WHERE state = 'waiting'"), scalar(@some), 'all of it waits';
    $sim->faults_clear;
    $world->sql('UPDATE record SET due_ms = 1');
    $world->munja('worker', '--once');
    each_once(@some);
};

my @storm = ($SOME .. $#watched);
subtest 'a storm, and a restart in it' => sub {
    my $worker = Munja::Worker->start($world->{conf});
    my $before = $zabbix->sql('SELECT max(eventid) FROM events');
    my $of     = "SELECT eventid FROM events WHERE eventid > $before AND source = 0";    # and of no network
    problems(@storm);
    Munja::until_true(sub { $zabbix->sql("SELECT count(*) FROM alerts WHERE eventid IN ($of)") >= @storm / 10 }, $PATIENCE);
    # A server that ends before it noted what it did does it again: what chance does to some of them is done to all.
    my $made;
    $zabbix->restart(sub {
        $made = $zabbix->sql("SELECT count(*) FROM alerts WHERE eventid IN ($of)");
        $zabbix->sql("UPDATE escalations SET esc_step = 0, status = 0, nextcheck = 0 WHERE eventid IN ($of)");
    });
    cmp_ok scalar(alerts(qr/type: PROBLEM.*number storm/s, $SOME + $made + @storm)), '>', scalar(@watched), 'Zabbix makes messages twice';
    each_once(0 .. $#watched);
    is $worker->stop, 0, 'the worker ends when it is told to';
};

# Zabbix begins to look for it within a minute.
subtest 'what a network was searched for' => sub {
    told(qr/사내망 \|/, '[CUSTOM] UP  127.0.0.1 (localhost, 127.0.0.1) | 사내망 |  | <>', 'a device that is found');
    told(qr/사내망$/, '[CUSTOM] UP 127.0.0.1 (localhost)/TCP | 사내망', '... and its port');
};

# A text is on the phone before its script ends.
Munja::until_true(sub { $zabbix->sql('SELECT count(*) FROM alerts WHERE status IN (0, 3)') == 0 }, $PATIENCE);
is $zabbix->sql(q{SELECT coalesce(string_agg(subject || ': ' || error, ' '), '') FROM alerts WHERE status <> 1}), '', 'Zabbix has nothing to complain of';
is $world->sql("SELECT count(*) FROM record WHERE state != 'accepted'"), 0, 'nothing waits any more';
$world->clean('the simulator');

diag sprintf 'all of it took %.1f s', time - $start;

done_testing;
