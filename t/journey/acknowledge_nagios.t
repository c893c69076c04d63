# A problem of a real Nagios, acknowledged in it by the worker: up, and after it was down; and an alert that reached nobody.
use strict;
use warnings;
use utf8;
use Test::More;
use Time::HiRes qw(sleep time);
use lib 't/lib';
use Munja::Nagios;
use Munja::Server;
use Munja::Told;
use Munja::Worker;
use Munja::World;

my $program = Munja::server('nagios4');
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $world  = Munja::World->new(providers => ['joa'], sim => { wrong_numbers => ['01099990000'] });
my %option = (hosts => { '웹01' => [ '디스크', '로그' ], 'localhost' => ['munja delivery'] }, contacts => { kim => '010-1234-5678' }, env => { MUNJA_CONFIG => $world->{conf} },
    config => "enable_environment_macros=1\nstatus_update_interval=1\n");
my $nagios = Munja::Nagios->start($program, %option);
open my $conf, '>>', $world->{conf} or die "$world->{conf}: $!";
print {$conf} <<"END";
monitor "nagios" {
    type = "nagios"
    command_file = "$nagios->{dir}/command"
    result_host = "localhost"
    result_service = "munja delivery"
}
END
close $conf or die "$world->{conf}: $!";
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
sub until_it { my ($test) = @_; my $until = time + 180; sleep 0.1 until $test->() || time > $until; return $test->() }

my $run = $world->munja(qw(config check --online));
like $run->{out}, qr/^MUNJA OK - nagios: the monitor reads its command file$/m, 'config check --online';

subtest 'a problem' => sub {
    $nagios->result('웹01', '디스크', 2, '디스크 여유 3%');
    ok until_it(sub { scalar $world->texts('01012345678') }), 'is told';
    my $record = $world->sql("SELECT id FROM record WHERE state = 'accepted'");
    my $row = Munja::Told::acknowledge($world, source => 'nagios', host => '웹01', service => '디스크', author => '010-1234-5678', text => '확인; 가는 중', record => $record);
    like Munja::Told::state($world, $row, 'done'), qr/^done nagios/, 'acknowledged';
    ok until_it(sub { (status('servicestatus', '웹01', '디스크')->{problem_has_been_acknowledged} // 0) == 1 }), 'Nagios knows';
    my $comment = status('servicecomment', '웹01', '디스크');
    is "$comment->{author}: $comment->{comment_data}", '010-1234-5678: 확인; 가는 중', 'who, and what he said';
    is scalar(() = $nagios->log =~ /EXTERNAL COMMAND: ACKNOWLEDGE/g), 1, 'once';
    like $world->munja('queue', 'show', $record)->{out}, qr/^acknowledge .* done .*written to the command file/m, 'munja queue show tells';
};

subtest 'down when it is acknowledged' => sub {
    $nagios->result('웹01', '로그', 1, '오류');
    ok until_it(sub { $world->texts('01012345678') == 2 }), 'another problem is told';
    $nagios->stop;
    my $row = Munja::Told::acknowledge($world, source => 'nagios', host => '웹01', service => '로그');
    like Munja::Told::state($world, $row, 'waiting nagios'), qr/^waiting nagios: .*nobody reads it|No such file/, 'it waits';
    $run = $world->munja(qw(config check --online));
    is $run->{exit}, 1, 'config check --online: a WARNING';
    like $run->{out}, qr/^MUNJA WARNING - nagios: .*(?:nobody reads it|No such file)/m, 'and why';
    $nagios->forget;
    $nagios->launch($option{env}, $program, "$nagios->{dir}/nagios.cfg");
    $nagios->await(qr/Successfully launched command file worker/);
    like Munja::Told::state($world, $row, 'done'), qr/^done nagios/, 'until Nagios is up';
    ok until_it(sub { (status('servicestatus', '웹01', '로그')->{problem_has_been_acknowledged} // 0) == 1 }), 'Nagios knows';
    is scalar(() = $nagios->log =~ /EXTERNAL COMMAND: ACKNOWLEDGE/g), 1, 'once';
};

subtest 'what reached nobody' => sub {
    is $world->munja('send', '--to', '010-9999-0000', '가나다')->{exit}, 2, 'a number that is none';
    my $service = sub { status('servicestatus', 'localhost', 'munja delivery') };
    ok until_it(sub { ($service->()->{current_state} // 0) == 2 }), 'a service is CRITICAL';
    like $service->()->{plugin_output}, qr/^MUNJA CRITICAL - not delivered: a text to 010\*{4}0000: refused \(joa: -100019, /, 'and says why';
};

is $worker->stop, 0, 'the worker ends';

done_testing;
