#!/usr/bin/perl
# A provider that fails is left alone by all processes, and gets its traffic back when it works again.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::World;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $PHONE  = '01012345678';
my $serial = 0;

sub notify {
    my ($world, @args) = @_;
    return $world->munja('notify', '--to', $PHONE, '-F', 'id=' . ++$serial, '-F', 'type=PROBLEM', '-F', 'host=web1',
        '-F', 'service=disk', '-F', 'state=CRITICAL', '-F', 'output=3 % left', @args);
}

# Whom requests went to since the last look.
sub asked { my ($world) = @_; return join ' ', map { $_->{gateway} } grep { $_->{action} ne 'login' } $world->fresh }

# The pause is over; or it is not, however slow the machine.
sub let_pause_pass { my ($world) = @_; return $world->sql('UPDATE breaker SET until_ms = 1') }
sub let_pause_last { my ($world) = @_; return $world->sql('UPDATE breaker SET until_ms = until_ms + 1800000') }
sub pause_s { my ($world) = @_; return $world->sql('SELECT pause_s FROM breaker') }

subtest 'the primary is down, and comes back' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'plex' ], set => { joa => { timeout => 60 } });
    $world->sim->fault(match => '/1/send', do => 'status', status => 503);
    for (1 .. 3) {
        is notify($world)->{exit}, 0, 'sent by the backup';
        is asked($world), 'smsjoa apiplex', 'after the primary was asked';
    }
    let_pause_last($world);
    for (1 .. 3) {
        my $run = notify($world);
        is $run->{exit}, 0, 'sent by the backup';
        like $run->{out}, qr/^MUNJA OK - accepted by plex .*, after joa: paused until \d\d:\d\d after 3 failures: http-503/, 'the answer says why';
        is asked($world), 'apiplex', 'the primary is left alone';
    }
    is pause_s($world), 15, '15 seconds long';
    let_pause_pass($world);
    my $run = notify($world, '-v');
    like $run->{err}, qr/^.*provider=joa breaker=open reason="paused until \d\d:\d\d after 4 failures: http-503/m, 'it is tried in vain';
    is asked($world), 'smsjoa apiplex', 'with one message, which the backup takes';
    is pause_s($world), 30, 'the next pause is longer';

    let_pause_last($world);
    $world->sim->faults_clear;
    notify($world);
    is asked($world), 'apiplex', 'up again, but it is not known yet';
    let_pause_pass($world);
    my $held = $world->sim->hold(match => '/1/send');
    my $pid = fork // die;
    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        exec Munja::program(), 'notify', '-f', $world->{conf}, '-t', 60, '--to', $PHONE, 'the one that tries';
    }
    ok Munja::until_true(sub { $world->sql('SELECT trial_ms FROM breaker') > 0 }), 'one message tries';
    like notify($world)->{out}, qr/^MUNJA OK - accepted by plex /, '... another meanwhile goes by the backup';
    $world->sim->let($held);
    waitpid $pid, 0;
    is $?, 0, 'the one that tried is accepted';
    is join(' ', sort split / /, asked($world)), 'apiplex smsjoa', 'two requests';
    is $world->sql('SELECT count(*) FROM breaker'), 0, 'nothing is wrong any more';
    like notify($world)->{out}, qr/^MUNJA OK - accepted by joa [^,]*, [^,]*\|/, 'the traffic comes back';
    is asked($world), 'smsjoa', 'the backup is not asked';
    is_deeply [ $world->sim->violations ], [], 'no violation';
};

subtest 'who kept it for retry learns of it, too' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'plex' ]);
    $world->sim->fault(do => 'reset');
    is notify($world)->{exit}, 1, 'kept' for 1 .. 3;
    $world->sim->faults_clear;
    let_pause_last($world);
    $world->sql('UPDATE breaker SET until_ms = 0, pause_s = 0, failures = 0 WHERE name LIKE \'plex%\'');
    $world->fresh;
    my $run = $world->munja('queue', 'flush');
    is $run->{exit}, 0, 'flushed' or diag $run->{out};
    is asked($world) =~ s/ .*//r, 'apiplex', 'by the one that does not pause';
    is scalar($world->texts($PHONE)), 3, 'all of them';
};

subtest 'the only provider is asked whatever it did' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    $world->sim->fault(match => '/1/send', do => 'status', status => 403, body => '{"code":-100033,"message":"잔액부족"}', times => 4);
    is notify($world)->{exit}, 1, 'kept' for 1 .. 4;
    is asked($world), 'smsjoa smsjoa smsjoa smsjoa', 'asked each time';
    is notify($world)->{exit}, 0, 'the balance was filled: sent at once';
    is $world->sql('SELECT count(*) FROM breaker'), 0, 'which ends the pause';
};

subtest 'an account to be mended stays a WARNING' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'plex' ]);
    $world->sim->fault(match => '/1/send', do => 'status', status => 403, body => '{"code":-100033,"message":"잔액부족"}');
    is notify($world)->{exit}, 1, 'when it is refused';
    my $run = notify($world);
    is $run->{exit}, 1, 'and when it is not even asked';
    like $run->{out}, qr/^MUNJA WARNING - accepted by plex .*, after joa: paused until \d\d:\d\d after 1 failure: -100033, /, 'with the reason';
    is asked($world), 'smsjoa apiplex apiplex', 'asked once';
};

subtest 'a provider that asks for patience gets it' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'plex' ]);
    $world->sim->fault(match => '/1/send', do => 'status', status => 429, headers => { 'Retry-After' => '30' }, times => 1);
    notify($world);
    like notify($world)->{out}, qr/^MUNJA OK - accepted by plex .*, after joa: paused until \d\d:\d\d as it asked: http-429/, 'after the first time';
    let_pause_pass($world);
    notify($world);
    is asked($world), 'smsjoa apiplex apiplex smsjoa', 'and its traffic back when it is over';
};

done_testing;
