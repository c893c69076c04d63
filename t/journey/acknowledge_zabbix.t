# A problem of a real Zabbix, from its message to a phone, and by that phone's reply back into it, with the least rights: once, by
# whom it may, up and after its frontend was down.
use strict;
use warnings;
use utf8;
use Test::More;
use lib 't/lib';
use Munja::Server;
use Munja::Told;
use Munja::Worker;
use Munja::Zabbix;

my $programs = Munja::Zabbix::programs();
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my ($KIM, $LEE, $EVE) = ('13900001234', '13900005678', '13700009999');
my $world  = Munja::Told::world();
my $zabbix = Munja::Zabbix->start($programs, env => { MUNJA_CONFIG => $world->{conf} });
sub until_it { my ($test) = @_; return Munja::until_true($test, 180) }

# Whom Zabbix tells, and of what.
$zabbix->import_file('contrib/zabbix/munja.yaml', 'mediaTypes');
my ($media) = @{ $zabbix->call('mediatype.get', { filter => { name => 'munja SMS' }, output => ['mediatypeid'] }) };
my $group   = $zabbix->create(hostgroup => { name => '웹' });
my $other   = $zabbix->create(hostgroup => { name => '비밀' });
my $oncall  = $zabbix->create(usergroup => { name => '당직', rights => [ { id => $group, permission => 2 } ] });
my @people  = $zabbix->create(user => map { {
    username => $_->[0], passwd => 'correct horse 7', roleid => 3, usrgrps => [ { usrgrpid => $oncall } ],
    medias   => [ { mediatypeid => $media->{mediatypeid}, sendto => $_->[1], active => 0, severity => 63, period => '1-7,00:00-24:00' } ]
} } [ kim => '+86 139-0000-1234' ], [ lee => '0086 13900005678' ]);
my @send = ({ operationtype => 0, opmessage => { default_msg => 1, mediatypeid => $media->{mediatypeid} }, opmessage_usr => [ map { { userid => $_ } } @people ] });
$zabbix->create(action => { name => 'triggers', eventsource => 0, esc_period => '1h', filter => { evaltype => 0, conditions => [] },
    operations => \@send, recovery_operations => \@send, update_operations => \@send });
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
    return Munja::Told::configure($world, zabbix => type => 'zabbix', url => $url // $zabbix->{frontend}{url}, secret => $secret, plaintext => 'true');
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

sub told { my ($word) = @_; return scalar grep { /\[$word\]/ } $world->texts($LEE) }

subtest 'a problem' => sub {
    is $zabbix->values([ 'web1', 'disk', 1 ]), 1, 'a value comes';
    my $code = Munja::Told::code($world, $KIM, '문제 disk');
    isnt $code, '', 'a problem is told, with a code' or return;
    is Munja::Told::code($world, $LEE, '문제 disk'), $code, 'to both';
    my $event = event_of('disk');
    Munja::Told::refused($world, $code, $KIM, $EVE);
    my $said = Munja::Told::pushed($world, $KIM, "ACK $code 봤음\n가는 중 🚑");
    is Munja::Told::outcome($world, $said), 'acknowledged', 'the right reply acknowledges';
    is Munja::Told::state($world, Munja::Told::row($world, $said), 'done'), 'done zabbix: acknowledged', 'which is carried to Zabbix';
    is_deeply [ acknowledges($event) ], [ 1, 'munja: +86****1234: 봤음 가는 중 🚑' ], 'which knows who, and what he said';
    ok until_it(sub { told('ACKNOWLEDGEMENT') }), 'what Zabbix then notifies is told';
    unlike [ grep { /\[ACKNOWLEDGEMENT\]/ } $world->texts($LEE) ]->[0], qr/\(ACK/, 'without a code';
    Munja::Told::once($world, $said, $LEE, $code);
    is scalar(() = acknowledges($event)), 2, 'nothing is added';
    is told('ACKNOWLEDGEMENT'), 1, 'nothing goes round';
};

subtest 'what it may not see' => sub {
    is $zabbix->values([ 'hidden', 'disk', 1 ]), 1, 'a value comes';
    isnt Munja::Told::code($world, $KIM, '문제 disk', 2), '', 'a problem is told' or return;
    my $said = Munja::Told::pushed($world, $KIM, 'ok');
    is Munja::Told::outcome($world, $said), 'acknowledged', 'and acknowledged';
    like Munja::Told::state($world, Munja::Told::row($world, $said), 'failed'), qr/^failed zabbix: there is no such event, or it may not be seen/, 'of which Zabbix wants no word';
    is_deeply [ acknowledges(event_of('hidden')) ], [0], 'it stays as it was';
    my $row = Munja::Told::acknowledge($world, source => 'zabbix', host => '웹서버 1');
    like Munja::Told::state($world, $row, 'failed'), qr/^failed zabbix: the alert has no event id/, 'an alert without an event';
};

subtest 'down when the reply comes' => sub {
    $zabbix->values([ 'web1', 'log', 1 ]);
    my $code = Munja::Told::code($world, $KIM, '문제 log');
    isnt $code, '', 'a problem is told' or return;
    is Munja::Told::code($world, $LEE, '문제 log'), $code, 'to both';
    my $event = event_of('log');
    Munja::Told::expired($world, $KIM, $code);
    $zabbix->{frontend}->stop;
    my $said = Munja::Told::pulled($world, $LEE, "收到$code " . '가' x 2000);
    is Munja::Told::outcome($world, $said), 'acknowledged', 'a long reply';
    my $row = Munja::Told::row($world, $said);
    like Munja::Told::state($world, $row, 'waiting zabbix'), qr/^waiting zabbix: /, 'waits';
    is Munja::Told::push_again($world, $said), '200 OK', 'the gateway pushes what was pulled';
    Munja::Zabbix::serve($zabbix->{frontend});
    is Munja::Told::state($world, $row, 'done'), 'done zabbix: acknowledged', 'until the frontend is up';
    my ($is, @said) = acknowledges($event);
    is $is, 1, 'Zabbix knows';
    is scalar(@said), 1, 'once';
    like $said[0], qr/^munja: \+86\*{4}5678: 가{50,}$/, 'what was said' or diag length $said[0];
    is $zabbix->values([ 'web1', 'log', 0 ]), 1, 'a value comes';
    ok until_it(sub { told('RECOVERY') }), 'it is over';
    is Munja::Told::outcome($world, Munja::Told::pushed($world, $KIM, $code)), 'recovered', 'then it is too late';
    is_deeply [ acknowledges($event) ], [ 1, @said ], 'nothing is added';
};

is $worker->stop, 0, 'the worker ends';

$world->clean;

done_testing;
