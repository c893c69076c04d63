# A problem of a real Zabbix, acknowledged in it by the worker with the least rights: up, and after its frontend was down.
use strict;
use warnings;
use utf8;
use Test::More;
use Time::HiRes qw(sleep time);
use lib 't/lib';
use Munja::Server;
use Munja::Told;
use Munja::Worker;
use Munja::World;
use Munja::Zabbix;

my $programs = Munja::Zabbix::programs();
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $KIM    = '01012345678';
my $world  = Munja::World->new(providers => ['joa']);
my $plain  = do { open my $file, '<:encoding(UTF-8)', $world->{conf} or die; local $/; <$file> };
my $zabbix = Munja::Zabbix->start($programs, env => { MUNJA_CONFIG => $world->{conf} });
sub until_it { my ($test) = @_; my $until = time + 180; sleep 0.2 until $test->() || time > $until; return $test->() }

# Whom Zabbix tells, and of what.
$zabbix->import_file('contrib/zabbix/munja.yaml', 'mediaTypes');
my ($media) = @{ $zabbix->call('mediatype.get', { filter => { name => 'munja SMS' }, output => ['mediatypeid'] }) };
my $group   = $zabbix->create(hostgroup => { name => '웹' });
my $other   = $zabbix->create(hostgroup => { name => '비밀' });
my $oncall  = $zabbix->create(usergroup => { name => '당직', rights => [ { id => $group, permission => 2 } ] });
my $kim     = $zabbix->create(user => { username => 'kim', passwd => 'correct horse 7', roleid => 3, usrgrps => [ { usrgrpid => $oncall } ],
    medias => [ { mediatypeid => $media->{mediatypeid}, sendto => '010-1234-5678', active => 0, severity => 63, period => '1-7,00:00-24:00' } ] });
$zabbix->create(action => { name => 'triggers', eventsource => 0, esc_period => '1h', filter => { evaltype => 0, conditions => [] },
    operations => [ { operationtype => 0, opmessage => { default_msg => 1, mediatypeid => $media->{mediatypeid} }, opmessage_usr => [ { userid => $kim } ] } ] });
my ($web, $hidden) = $zabbix->create(host => { host => 'web1', name => '웹서버 1', groups => [ { groupid => $group } ] }, { host => 'hidden', groups => [ { groupid => $other } ] });
$zabbix->create(item => map { { hostid => $_->[0], name => $_->[1], key_ => $_->[1], type => 2, value_type => 3 } } [ $web, 'disk' ], [ $web, 'log' ], [ $hidden, 'disk' ]);
my %trigger;
@trigger{qw(disk log hidden)} = $zabbix->create(trigger => map { { description => "문제 $_->[1]", expression => "last(/$_->[0]/$_->[1])>0", priority => 4 } } [qw(web1 disk)], [qw(web1 log)], [qw(hidden disk)]);
$zabbix->settle('web1');

# Who may do what; a token of his.
sub token {
    my ($name, $methods, %action) = @_;
    my %rule = ('ui.default_access' => 0, ui => [ { name => 'monitoring.problems', status => 1 } ], 'api.access' => 1, 'api.mode' => 1, api => $methods,
        'actions.default_access' => 0, actions => [ map { { name => $_, status => $action{$_} // 1 } } qw(acknowledge_problems add_problem_comments) ]);
    my $role = $zabbix->create(role => { name => "role $name", type => 1, rules => \%rule });
    my $may  = $zabbix->create(usergroup => { name => "group $name", gui_access => 3, rights => [ { id => $group, permission => 2 } ] });
    my $user = $zabbix->create(user => { username => $name, passwd => 'correct horse 8', roleid => $role, usrgrps => [ { usrgrpid => $may } ] });
    my $id   = $zabbix->create(token => { name => $name, userid => $user });
    return $zabbix->call('token.generate', [$id])->[0]{token};
}
my @methods = qw(event.acknowledge event.get);
my $token   = token('munja', \@methods);

sub configure {
    my ($secret, $url) = @_;
    $url //= $zabbix->{frontend}{url};
    Munja::write_file($world->{conf}, "${plain}monitor \"zabbix\" { type = \"zabbix\"  url = \"$url\"  secret = \"$secret\"  plaintext = true }\n", 0600);
    return;
}
configure($token);
my $worker = Munja::Worker->start($world->{conf});
$world->{worker} = 1;

subtest 'config check --online' => sub {
    my $run = $world->munja(qw(config check --online));
    is $run->{exit}, 0, 'all is well' or diag $run->{out};
    like $run->{out}, qr/^MUNJA OK - zabbix: Zabbix \d+\.\d+ takes the token$/m, 'and it says so';
    for my $case (
        [ 'a token that is none',   [ '0' x 64 ],                                              qr/Not authorized|re-login/ ],
        [ 'a token of no form',     ['nonsense'],                                              qr/re-login|Not authorized|Invalid/ ],
        [ 'no right to look',       [ token('blind', ['event.acknowledge']) ],                 qr/No permissions to call "event\.get"/ ],
        [ 'no right to ask',        [ token('mute', ['event.get']) ],                          qr/No permissions to call "event\.acknowledge"/ ],
        [ 'no right to comment',    [ token('dumb', \@methods, add_problem_comments => 0) ],   qr/no permissions to add problem comments/ ],
        [ 'no right to acknowledge', [ token('idle', \@methods, acknowledge_problems => 0) ],  qr/no permissions to acknowledge problems/ ],
        [ 'another path',           [ $token, "$zabbix->{frontend}{url}/nowhere" ],            qr/not one of Zabbix|HTTP status 404/ ],
    ) {
        my ($name, $keys, $says) = @$case;
        configure(@$keys);
        $run = $world->munja(qw(config check --online));
        is $run->{exit}, 1, "$name: a WARNING" or diag $run->{out};
        like $run->{out}, qr/^MUNJA WARNING - zabbix: .*$says/m, "$name: why";
    }
    configure($token);
};

# The event of a problem, as munja's record has it.
sub told {
    my ($count) = @_;
    ok until_it(sub { $world->texts($KIM) >= $count }), 'a problem is told';
    return;
}
sub event_of {
    my ($name) = @_;
    my ($problem) = @{ $zabbix->call('problem.get', { objectids => $trigger{$name} }) };
    return $problem->{eventid};
}
sub acknowledges {
    my ($event) = @_;
    my ($one) = @{ $zabbix->call('event.get', { eventids => $event, output => ['acknowledged'], select_acknowledges => [ 'username', 'message', 'action' ] }) };
    return $one->{acknowledged}, map { "$_->{username}: $_->{message}" } @{ $one->{acknowledges} };
}

subtest 'a problem' => sub {
    is $zabbix->values([ 'web1', 'disk', 1 ], [ 'hidden', 'disk', 1 ]), 2, 'values come';
    told(2);
    my $event = event_of('disk');
    my @object = (source => 'zabbix', host => '웹서버 1', event => $event, author => '010-1234-5678', text => "확인\n가는 중");
    my $row = Munja::Told::acknowledge($world, @object);
    is Munja::Told::state($world, $row, 'done'), 'done zabbix: acknowledged', 'acknowledged';
    is_deeply [ acknowledges($event) ], [ 1, "munja: 010-1234-5678: 확인\n가는 중" ], 'Zabbix knows who, and what he said';
    $row = Munja::Told::acknowledge($world, @object);
    is Munja::Told::state($world, $row, 'done'), 'done zabbix: it is acknowledged already', 'a second time';
    is scalar(() = acknowledges($event)), 2, 'adds nothing';
    $row = Munja::Told::acknowledge($world, @object, event => event_of('hidden'));
    like Munja::Told::state($world, $row, 'failed'), qr/^failed zabbix: there is no such event, or it may not be seen/, 'what it may not see';
    is_deeply [ acknowledges(event_of('hidden')) ], [0], 'stays as it was';
    $row = Munja::Told::acknowledge($world, @object, event => '');
    like Munja::Told::state($world, $row, 'failed'), qr/^failed zabbix: the alert has no event id/, 'an alert without an event';
};

subtest 'down when it is acknowledged' => sub {
    $zabbix->values([ 'web1', 'log', 1 ]);
    told(3);
    my $event = event_of('log');
    $zabbix->{frontend}->stop;
    my $row = Munja::Told::acknowledge($world, source => 'zabbix', host => '웹서버 1', event => $event, text => '가' x 3000);
    like Munja::Told::state($world, $row, 'waiting zabbix'), qr/^waiting zabbix: /, 'it waits';
    Munja::Zabbix::serve($zabbix->{frontend});
    is Munja::Told::state($world, $row, 'done'), 'done zabbix: acknowledged', 'until the frontend is up';
    my ($is, @said) = acknowledges($event);
    is $is,          1, 'Zabbix knows';
    is scalar(@said), 1, 'once';
    is length $said[0], length('munja: ') + 2048, 'as much of the text as it takes';
};

is $worker->stop, 0, 'the worker ends';

done_testing;
