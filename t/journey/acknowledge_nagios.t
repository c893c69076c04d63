# A problem of a real Nagios, from its notification to a phone, and by that phone's reply back into it: acknowledged once, by
# whom it may, up and after it was down; and an alert that reached nobody.
use strict;
use warnings;
use utf8;
use Test::More;
use lib 't/lib';
use Munja::Nagios;
use Munja::Server;
use Munja::Told;
use Munja::Worker;

my $program = Munja::server('nagios4');
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my ($KIM, $LEE, $EVE) = ('13900001234', '13900005678', '13700009999');
my $world  = Munja::Told::world(sim => { wrong_numbers => ['01099990000'] });
my %option = (hosts => { '웹01' => [ '디스크', '로그', '메모리' ], 'localhost' => ['munja delivery'] }, contacts => { kim => '+86 139-0000-1234', lee => '0086 13900005678' },
    env => { MUNJA_CONFIG => $world->{conf} }, config => "enable_environment_macros=1\nstatus_update_interval=1\n");
my $nagios = Munja::Nagios->start($program, %option);
my %section = (type => 'nagios', command_file => "$nagios->{dir}/command", result_host => 'localhost', result_service => 'munja delivery');
Munja::Told::configure($world, nagios => %section);
my $worker = Munja::Worker->start($world->{conf});
$world->{worker} = 1;

# What Nagios keeps of an object, by the name of the block in its status file.
sub status {
    my ($block, $host, $service) = @_;
    for my $text ($nagios->slurp('status') =~ /^$block \{\n(.*?)^\s*\}/msg) {
        my %is = map { /^\s*(\w+)=(.*)$/ ? ($1 => $2) : () } split /\n/, $text;
        return \%is if $is{host_name} eq $host && ($is{service_description} // '') eq ($service // '');
    }
    return {};
}
sub until_it { my ($test) = @_; return Munja::until_true($test, 180) }
sub acknowledged { my ($service) = @_; return (status('servicestatus', '웹01', $service)->{problem_has_been_acknowledged} // 0) == 1 }
sub comment { my ($service) = @_; my $is = status('servicecomment', '웹01', $service); return ($is->{author} // '') . ': ' . ($is->{comment_data} // '') }
sub commands { return scalar(() = $nagios->log =~ /EXTERNAL COMMAND: ACKNOWLEDGE/g) }

my $run = $world->munja(qw(config check --online));
like $run->{out}, qr/^MUNJA OK - nagios: the monitor reads its command file$/m, 'config check --online';

subtest 'a problem' => sub {
    $nagios->result('웹01', '디스크', 2, '디스크 여유 3%');
    my $code = Munja::Told::code($world, $KIM, '디스크');
    isnt $code, '', 'is told, with a code' or return;
    is Munja::Told::code($world, $LEE, '디스크'), $code, 'to both';
    Munja::Told::refused($world, $code, $KIM, $EVE);
    my $said = Munja::Told::pushed($world, $KIM, "확인 \L$code\E; 지금 가는 중 🚑 50%; 끝");
    is Munja::Told::outcome($world, $said), 'acknowledged', 'the right reply acknowledges';
    like Munja::Told::state($world, Munja::Told::row($world, $said), 'done'), qr/^done nagios/, 'which is carried to Nagios';
    ok until_it(sub { acknowledged('디스크') }), 'Nagios knows';
    is comment('디스크'), 'kim: 지금 가는 중 🚑 50%, 끝', 'who, and what he said';
    Munja::Told::once($world, $said, $LEE, $code);
    is commands(), 1, 'Nagios was told once';
    my $record = $world->sql("SELECT max(record) FROM reply WHERE outcome = 'acknowledged'");
    like $world->munja('queue', 'show', $record)->{out}, qr/^acknowledge .* done .*written to the command file/m, 'munja queue show tells';
};

subtest 'down when the reply comes' => sub {
    $nagios->result('웹01', '로그', 1, '오류');
    my $code = Munja::Told::code($world, $KIM, '로그');
    isnt $code, '', 'another problem is told' or return;
    is Munja::Told::code($world, $LEE, '로그'), $code, 'to both';
    $nagios->stop;
    my $said = Munja::Told::pulled($world, $KIM, "收到$code");
    is Munja::Told::outcome($world, $said), 'acknowledged', 'a reply is pulled';
    my $row = Munja::Told::row($world, $said);
    like Munja::Told::state($world, $row, 'waiting nagios'), qr/^waiting nagios: .*nobody reads it|No such file/, 'it waits';
    $run = $world->munja(qw(config check --online));
    is $run->{exit}, 1, 'config check --online: a WARNING';
    like $run->{out}, qr/^MUNJA WARNING - nagios: .*(?:nobody reads it|No such file)/m, 'and why';
    $worker->stop('KILL');
    $nagios->forget;
    $nagios->launch($option{env}, $program, "$nagios->{dir}/nagios.cfg");
    $nagios->await(qr/Successfully launched command file worker/);
    Munja::Told::configure($world, nagios => %section, notify => 'true');
    Munja::Told::due($world);
    $worker = Munja::Worker->start($world->{conf});
    is Munja::Told::push_again($world, $said), '200 OK', 'the gateway pushes what was pulled';
    like Munja::Told::state($world, $row, 'done'), qr/^done nagios/, 'until there are Nagios and a worker again';
    ok until_it(sub { acknowledged('로그') }), 'Nagios knows';
    is comment('로그'), 'kim: ACK by SMS', 'who';
    my @texts;
    ok until_it(sub { @texts = grep { /\[ACKNOWLEDGEMENT\]/ } $world->texts($LEE) }), 'what Nagios then notifies, as it was asked to, is told';
    unlike $texts[0], qr/\(ACK/, 'without a code';
    is Munja::Told::outcome($world, Munja::Told::pushed($world, $LEE, 'ok')), 'none', 'an answer to that does nothing';
    is Munja::Told::rows($world), 2, 'nothing goes round';
    is commands(), 1, 'Nagios was told once';
};

subtest 'too late' => sub {
    $nagios->result('웹01', '메모리', 2, '가득');
    my $code = Munja::Told::code($world, $KIM, '메모리');
    isnt $code, '', 'a problem is told' or return;
    Munja::Told::expired($world, $KIM, $code);
    $nagios->result('웹01', '메모리', 0, '정상');
    ok until_it(sub { grep { /\[RECOVERY\] OK 웹01\/메모리/ } $world->texts($KIM) }), 'it is over';
    is Munja::Told::outcome($world, Munja::Told::pushed($world, $KIM, $code)), 'recovered', 'then it is too late anyway';
    $nagios->result('웹01', '메모리', 2, '또 가득');
    isnt Munja::Told::code($world, $KIM, '메모리', 2), $code, 'the next one has a code of its own';
    is Munja::Told::outcome($world, Munja::Told::pushed($world, $KIM, $code)), 'recovered', 'the old one is none of it';
    ok !acknowledged('메모리'), 'Nagios was told nothing';
    is Munja::Told::rows($world), 2, 'indeed';
};

subtest 'what reached nobody' => sub {
    is $world->munja('send', '--to', '010-9999-0000', '가나다')->{exit}, 2, 'a number that is none';
    my $service = sub { status('servicestatus', 'localhost', 'munja delivery') };
    ok until_it(sub { ($service->()->{current_state} // 0) == 2 }), 'a service is CRITICAL';
    like $service->()->{plugin_output}, qr/^MUNJA CRITICAL - not delivered: a text to 010\*{4}0000: refused \(joa: -100019, /, 'and says why';
};

# Which hands over what it notifies without a process; its contacts' commands are the same.
subtest 'by the module' => sub {
    my $module = "$ENV{MUNJA_BUILD}/lib/munja/munja_neb.so";
    plan skip_all => 'built with a sanitizer' if qx(nm -D '$module') =~ /__asan_init/;
    $nagios->stop;
    $nagios = Munja::Nagios->start($program, %option, module => "config=$world->{conf}");
    like $nagios->slurp('log'), qr/munja: munja \S+ stands in for munja-notify-host,/, 'the module was loaded';
    Munja::Told::configure($world, nagios => %section, command_file => "$nagios->{dir}/command");
    $worker->signal('HUP');
    ok $worker->await(qr/^worker=reloaded/m, 180), 'its command file is another';
    $nagios->result('웹01', '디스크', 2, '디스크 여유 2%');
    my $code = Munja::Told::code($world, $KIM, '디스크', 2);
    isnt $code, '', 'a problem is told, with a code' or return;
    is Munja::Told::code($world, $LEE, '디스크', 2), $code, 'to both';
    my $said = Munja::Told::pushed($world, $LEE, "$code 제가 봅니다");
    is Munja::Told::outcome($world, $said), 'acknowledged', 'a reply acknowledges';
    ok until_it(sub { acknowledged('디스크') }), 'Nagios knows';
    is comment('디스크'), 'lee: 제가 봅니다', 'who, and what he said';
    is commands(), 1, 'Nagios was told once';
};

is $worker->stop, 0, 'the worker ends';
$world->clean;

done_testing;
