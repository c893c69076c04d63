# A problem of a real Icinga 2, acknowledged in it by the worker: by its API and its command pipe, up, and after it was down.
use strict;
use warnings;
use utf8;
use JSON::PP ();
use Test::More;
use Time::HiRes qw(sleep time);
use lib 't/lib';
use Munja::Icinga;
use Munja::Server;
use Munja::Told;
use Munja::Worker;
use Munja::World;

my $program = Munja::server('icinga2');
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $world  = Munja::World->new(providers => ['joa'], sim => { wrong_numbers => ['01099990000'] });
my @rights = qw(actions/acknowledge-problem actions/process-check-result);
my $env    = { MUNJA_CONFIG => $world->{conf} };
my $icinga = Munja::Icinga->start($program, hosts => { '웹01' => [ '디스크', '로그', '메모리' ], localhost => ['munja delivery'] }, contacts => { kim => '010-1234-5678' },
    env => $env, api => { munja => \@rights, half => [ $rights[1] ], root => ['*'] });

sub section {
    my ($name, %key) = @_;
    %key = (type => 'icinga2', url => "https://127.0.0.1:$icinga->{port}", user => 'munja', secret => 'ajnum', ca_file => $icinga->{ca}, verify_name => 'munja', %key);
    return "monitor \"$name\" {\n" . join('', map { "    $_ = \"$key{$_}\"\n" } grep { defined $key{$_} } sort keys %key) . "}\n";
}
my %by_pipe = map { $_ => undef } qw(url user secret ca_file verify_name);
my $plain   = do { open my $file, '<:encoding(UTF-8)', $world->{conf} or die; local $/; <$file> };
sub configure { Munja::write_file($world->{conf}, join('', $plain, @_), 0600); return }

configure(section('icinga', result_host => 'localhost', result_service => 'munja delivery'));
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
sub until_it { my ($test) = @_; my $until = time + 180; sleep 0.1 until $test->() || time > $until; return $test->() }
sub acknowledged { my ($name) = @_; return until_it(sub { service("웹01!$name")->{acknowledgement} }) }

subtest 'config check --online' => sub {
    my $checks = sub { return $world->munja(qw(config check --online)) };
    my $run = $checks->();
    is $run->{exit}, 0, 'all is well' or diag $run->{out};
    like $run->{out}, qr/^MUNJA OK - icinga: Icinga 2 r2\.\S+ takes the user$/m, 'and it says so';
    for my $case (
        [ 'a wrong password',      { secret => 'wrong' },                                qr/the user or the password is wrong/ ],
        [ 'half of the rights',    { user => 'half', secret => 'flah' },                 qr/lacks the permission actions\/acknowledge-problem/ ],
        [ 'another name',          { verify_name => 'other' },                           qr/other/ ],
        [ "the address's name",    { verify_name => undef },                             qr/127\.0\.0\.1/ ],
        [ 'no CA',                 { ca_file => undef },                                 qr/certificate/ ],
        [ 'nobody there',          { url => 'https://127.0.0.1:1' },                     qr/127\.0\.0\.1|munja port/ ],
        [ 'a pipe of nobody',      { %by_pipe, command_file => "$icinga->{dir}/none" },  qr/No such file/ ],
    ) {
        my ($name, $keys, $says) = @$case;
        configure(section('icinga', %$keys));
        $run = $checks->();
        is $run->{exit}, 1, "$name: a WARNING" or diag $run->{out};
        like $run->{out}, qr/^MUNJA WARNING - icinga: .*$says/m, "$name: why";
    }
    configure(section('icinga', result_host => 'localhost', result_service => 'munja delivery'));
};

subtest 'by its API' => sub {
    $icinga->result('웹01', '디스크', 2, '디스크 여유 3%');
    ok until_it(sub { scalar $world->texts('01012345678') }), 'a problem is told';
    my @object = (source => 'icinga', host => '웹01', service => '디스크', author => '010-1234-5678', text => '확인; "가는" 중');
    my $row = Munja::Told::acknowledge($world, @object);
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga: Successfully acknowledged problem/, 'acknowledged';
    is acknowledged('디스크'), 1, 'Icinga knows';
    is_deeply [ comments('웹01!디스크') ], ['010-1234-5678: 확인; "가는" 중'], 'who, and what he said';
    $row = Munja::Told::acknowledge($world, @object);
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga: .*already acknowledged/, 'a second time';
    is scalar(comments('웹01!디스크')), 1, 'adds nothing';
    $icinga->result('웹01', '메모리', 0, '정상');
    until_it(sub { (service('웹01!메모리')->{last_check} // -1) > 0 });
    $row = Munja::Told::acknowledge($world, @object, service => '메모리');
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga: Service 웹01!메모리 is OK\./, 'what is no problem';
    $row = Munja::Told::acknowledge($world, @object, service => '없음');
    like Munja::Told::state($world, $row, 'failed'), qr/^failed icinga: No objects found/, 'what is not there';
};

subtest 'down when it is acknowledged' => sub {
    $icinga->result('웹01', '로그', 1, '오류');
    ok until_it(sub { $world->texts('01012345678') == 2 }), 'another problem is told';
    $icinga->stop;
    my $row = Munja::Told::acknowledge($world, source => 'icinga', host => '웹01', service => '로그');
    like Munja::Told::state($world, $row, 'waiting icinga'), qr/^waiting icinga: /, 'it waits';
    $icinga->again;
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga: Successfully/, 'until Icinga is up';
    is acknowledged('로그'), 1, 'Icinga knows';
    is scalar(comments('웹01!로그')), 1, 'once';
};

subtest 'what reached nobody' => sub {
    is $world->munja('send', '--to', '010-9999-0000', '가나다')->{exit}, 2, 'a number that is none';
    my $says = sub { (service('localhost!munja delivery')->{last_check_result} // {})->{output} // '' };
    ok until_it(sub { (service('localhost!munja delivery')->{state} // 0) == 2 }), 'a service is CRITICAL';
    like $says->(), qr/^MUNJA CRITICAL - not delivered: a text to 010\*{4}0000: refused \(joa: -100019, /, 'and says why';
};

subtest 'by its command pipe' => sub {
    configure(section('icinga', %by_pipe, command_file => "$icinga->{dir}/command"));
    $worker->signal('HUP');
    ok $worker->await(qr/^worker=reloaded/m), 'reloaded';
    $icinga->result('웹01', '메모리', 2, '가득');
    ok until_it(sub { $world->texts('01012345678') == 3 }), 'a problem is told';
    my $row = Munja::Told::acknowledge($world, source => 'icinga', host => '웹01', service => '메모리', text => '확인; 끝');
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga: written/, 'acknowledged';
    is acknowledged('메모리'), 1, 'Icinga knows';
    is_deeply [ comments('웹01!메모리') ], ['kim: 확인; 끝'], 'who, and what he said';
};

is $worker->stop, 0, 'the worker ends';

done_testing;
