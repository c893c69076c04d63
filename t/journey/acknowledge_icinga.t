# A problem of a real Icinga 2, from its notification to a phone, and by that phone's reply back into it: by its API and its
# command pipe, once, by whom it may, up and after it was down.
use strict;
use warnings;
use utf8;
use JSON::PP ();
use Test::More;
use lib 't/lib';
use Munja::Icinga;
use Munja::Server;
use Munja::Told;
use Munja::Worker;

my $program = Munja::server('icinga2');
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my ($KIM, $LEE, $EVE) = ('13900001234', '13900005678', '13700009999');
my $world  = Munja::Told::world(sim => { wrong_numbers => ['01099990000'] });
my @rights = qw(actions/acknowledge-problem actions/process-check-result);
my $env    = { MUNJA_CONFIG => $world->{conf} };
my $icinga = Munja::Icinga->start($program, hosts => { '웹01' => [ '디스크', '로그', '메모리' ], localhost => ['munja delivery'] },
    contacts => { '김철수' => '+86 139-0000-1234', lee => '0086 13900005678' }, env => $env, api => { munja => \@rights, half => [ $rights[1] ], root => ['*'] });

my %section = (type => 'icinga2', url => "https://127.0.0.1:$icinga->{port}", user => 'munja', secret => 'ajnum', ca_file => $icinga->{ca}, verify_name => 'munja');
my %results = (result_host => 'localhost', result_service => 'munja delivery');
my %by_pipe = (type => 'icinga2', command_file => "$icinga->{dir}/command");
sub configure { my (%key) = @_; return Munja::Told::configure($world, icinga => %key) }

configure(%section, %results);
my $worker = Munja::Worker->start($world->{conf});
$world->{worker} = 1;

# What Icinga knows of a service, by its own API.
sub asked {
    my ($what, $body) = @_;
    my @curl = (qw(curl -s -u root:toor -H), 'Accept: application/json', '-H', 'X-HTTP-Method-Override: GET', '--cacert', $icinga->{ca},
        '--connect-to', "munja:$icinga->{port}:127.0.0.1:$icinga->{port}", '-d', JSON::PP->new->utf8->encode($body), "https://munja:$icinga->{port}/v1/objects/$what");
    open my $pipe, '-|', @curl or die "curl: $!";
    local $/;
    my $said = <$pipe> // '';
    return @{ (eval { JSON::PP->new->utf8->decode($said) } // {})->{results} // [] };
}
sub service { my ($name) = @_; my ($one) = asked('services', { service => $name }); return ($one // {})->{attrs} // {} }
sub comments {
    my ($name) = @_;
    return map { "$_->{author}: $_->{text}" } grep { "$_->{host_name}!$_->{service_name}" eq $name } map { $_->{attrs} } asked('comments', {});
}
sub until_it { my ($test) = @_; return Munja::until_true($test, 180) }
sub acknowledged { my ($name) = @_; return until_it(sub { service("웹01!$name")->{acknowledgement} }) }
sub told { my ($word) = @_; return scalar grep { /\[$word\]/ } $world->texts($LEE) }

subtest 'config check --online' => sub {
    my $checks = sub { return $world->munja(qw(config check --online)) };
    my $run = $checks->();
    is $run->{exit}, 0, 'all is well' or diag $run->{out};
    like $run->{out}, qr/^MUNJA OK - icinga: Icinga 2 r2\.\S+ takes the user$/m, 'and it says so';
    for my $case (
        [ 'a wrong password',      { %section, secret => 'wrong' },                      qr/the user or the password is wrong/ ],
        [ 'half of the rights',    { %section, user => 'half', secret => 'flah' },       qr/lacks the permission actions\/acknowledge-problem/ ],
        [ 'another name',          { %section, verify_name => 'other' },                 qr/other/ ],
        [ "the address's name",    { %section, verify_name => undef },                   qr/127\.0\.0\.1/ ],
        [ 'no CA',                 { %section, ca_file => undef },                       qr/certificate/ ],
        [ 'nobody there',          { %section, url => 'https://127.0.0.1:1' },           qr/127\.0\.0\.1|munja port/ ],
        [ 'a pipe of nobody',      { %by_pipe, command_file => "$icinga->{dir}/none" },  qr/No such file/ ],
    ) {
        my ($name, $keys, $says) = @$case;
        configure(%$keys);
        $run = $checks->();
        is $run->{exit}, 1, "$name: a WARNING" or diag $run->{out};
        like $run->{out}, qr/^MUNJA WARNING - icinga: .*$says/m, "$name: why";
    }
    configure(%section, %results);
};

subtest 'by its API' => sub {
    $icinga->result('웹01', '디스크', 2, '디스크 여유 3%');
    my $code = Munja::Told::code($world, $KIM, '디스크');
    isnt $code, '', 'a problem is told, with a code' or return;
    is Munja::Told::code($world, $LEE, '디스크'), $code, 'to both';
    Munja::Told::refused($world, $code, $KIM, $EVE);
    my $said = Munja::Told::pushed($world, $KIM, qq(【김】ack $code - 지금 "바로" 가는 중 🚑));
    is Munja::Told::outcome($world, $said), 'acknowledged', 'the right reply acknowledges';
    like Munja::Told::state($world, Munja::Told::row($world, $said), 'done'), qr/^done icinga: Successfully acknowledged problem/, 'which is carried to Icinga';
    is acknowledged('디스크'), 1, 'Icinga knows';
    is_deeply [ comments('웹01!디스크') ], ['김철수: 지금 "바로" 가는 중 🚑'], 'who, and what he said';
    Munja::Told::once($world, $said, $LEE, $code);
    is_deeply [ scalar(comments('웹01!디스크')), told('ACKNOWLEDGEMENT') ], [ 1, 0 ], 'nothing is added, and nobody is told';
};

subtest 'Icinga knows better' => sub {
    $icinga->result('웹01', '메모리', 2, '가득');
    my $code = Munja::Told::code($world, $KIM, '메모리');
    isnt $code, '', 'a problem is told' or return;
    is Munja::Told::code($world, $LEE, '메모리'), $code, 'to both';
    Munja::Told::expired($world, $KIM, $code);
    # By hand, without a word to anybody.
    $icinga->tell([ 'ACKNOWLEDGE_SVC_PROBLEM', '웹01', '메모리', 1, 0, 0, '박', '내가 본다' ]);
    is acknowledged('메모리'), 1, 'it is acknowledged in Icinga';
    my $said = Munja::Told::pushed($world, $LEE, 'ok');
    is Munja::Told::outcome($world, $said), 'acknowledged', 'munja does not know';
    like Munja::Told::state($world, Munja::Told::row($world, $said), 'done'), qr/^done icinga: .*already acknowledged/, 'and hears of it';
    is_deeply [ comments('웹01!메모리') ], ['박: 내가 본다'], 'nothing is added';
    $icinga->result('웹01', '메모리', 0, '정상');
    ok until_it(sub { told('RECOVERY') }), 'it is over';
    my @object = (source => 'icinga', host => '웹01');
    my $row = Munja::Told::acknowledge($world, @object, service => '메모리');
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga: Service 웹01!메모리 is OK\./, 'what is no problem';
    $row = Munja::Told::acknowledge($world, @object, service => '없음');
    like Munja::Told::state($world, $row, 'failed'), qr/^failed icinga: No objects found/, 'what is not there';
};

subtest 'down when the reply comes' => sub {
    my $rows = Munja::Told::rows($world);
    $icinga->result('웹01', '로그', 1, '오류');
    my $code = Munja::Told::code($world, $KIM, '로그');
    isnt $code, '', 'another problem is told' or return;
    is Munja::Told::code($world, $LEE, '로그'), $code, 'to both';
    $icinga->stop;
    my $said = Munja::Told::pushed($world, $LEE, "收到$code");
    $worker->stop('KILL');
    $worker = Munja::Worker->start($world->{conf});
    is Munja::Told::outcome($world, $said), 'acknowledged', 'a reply is pushed to a worker that is killed';
    my $row = Munja::Told::row($world, $said);
    Munja::Told::due($world);
    like Munja::Told::state($world, $row, 'waiting icinga'), qr/^waiting icinga: /, 'it waits';
    is Munja::Told::push_again($world, $said), '200 OK', 'the gateway pushes it again';
    $icinga->again;
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga: Successfully/, 'until Icinga is up';
    is acknowledged('로그'), 1, 'Icinga knows';
    is_deeply [ comments('웹01!로그') ], ['lee: ACK by SMS'], 'who, once';
    is Munja::Told::rows($world), $rows + 1, 'indeed';
};

subtest 'what reached nobody' => sub {
    is $world->munja('send', '--to', '010-9999-0000', '가나다')->{exit}, 2, 'a number that is none';
    my $says = sub { (service('localhost!munja delivery')->{last_check_result} // {})->{output} // '' };
    ok until_it(sub { (service('localhost!munja delivery')->{state} // 0) == 2 }), 'a service is CRITICAL';
    like $says->(), qr/^MUNJA CRITICAL - not delivered: a text to 010\*{4}0000: refused \(joa: -100019, /, 'and says why';
};

# Which wants its notifications, too.
subtest 'by its command pipe' => sub {
    configure(%by_pipe, notify => 'true');
    $worker->signal('HUP');
    ok $worker->await(qr/^worker=reloaded/m, 180), 'reloaded';
    my $rows = Munja::Told::rows($world);
    $icinga->result('웹01', '메모리', 2, '가득');
    my $code = Munja::Told::code($world, $KIM, '메모리', 2);
    isnt $code, '', 'a problem is told' or return;
    is Munja::Told::code($world, $LEE, '메모리', 2), $code, 'to both';
    my $said = Munja::Told::pulled($world, $KIM, "$code 봤음; 끝");
    is Munja::Told::outcome($world, $said), 'acknowledged', 'acknowledged';
    like Munja::Told::state($world, Munja::Told::row($world, $said), 'done'), qr/^done icinga: written/, 'and told';
    is acknowledged('메모리'), 1, 'Icinga knows';
    is_deeply [ comments('웹01!메모리') ], ['김철수: 봤음, 끝'], 'who, and what he said';
    ok until_it(sub { told('ACKNOWLEDGEMENT') }), 'what Icinga then notifies, as it was asked to, is told';
    unlike [ grep { /\[ACKNOWLEDGEMENT\]/ } $world->texts($LEE) ]->[0], qr/\(ACK/, 'without a code';
    is Munja::Told::outcome($world, Munja::Told::pushed($world, $LEE, "ok $code")), 'taken', 'an answer to that does nothing';
    is Munja::Told::rows($world), $rows + 1, 'nothing goes round';
    is told('ACKNOWLEDGEMENT'), 1, 'indeed';
};

is $worker->stop, 0, 'the worker ends';

$world->clean;

done_testing;
