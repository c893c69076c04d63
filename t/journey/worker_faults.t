#!/usr/bin/perl
# The resident worker where something goes wrong around it: callers that die half-way, a store that is exchanged, clocks
# that are set, no descriptors left.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use File::Temp ();
use IO::Socket ();
use JSON::PP   ();
use Munja::Worker;
use Munja::World;
use POSIX  ();
use Socket qw(AF_UNIX SOCK_SEQPACKET pack_sockaddr_un);
use Test::More;
use Time::HiRes qw(sleep time);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

sub notify { my ($world, $to, @args) = @_; return $world->munja('notify', '--to', $to, @args, 'subject', 'text') }

# The same in a child, which is waited for by the caller.
sub notify_beside {
    my ($world, $to) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid != 0;
    Munja::run(args => [ 'notify', '-f', $world->{conf}, '--to', $to, 'subject', 'text' ], env => $world->{env});
    POSIX::_exit(0);
}

# Seconds of processor time so far.
sub worked {
    my ($worker) = @_;
    open my $file, '<', '/proc/' . $worker->pid . '/stat' or die "stat: $!";
    my @field = split / /, (<$file> =~ s/.*\) //sr);
    return ($field[11] + $field[12]) / POSIX::sysconf(&POSIX::_SC_CLK_TCK);
}

# A clock that can be set: a library before the others. undef without a compiler.
my $shop = File::Temp->newdir('munja-clock-XXXXXX', TMPDIR => 1);
my $clock = do {
    Munja::write_file("$shop/clock.c", <<'C');
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *t)
{
    char text[32] = "";
    int got = (int)syscall(SYS_clock_gettime, clock, t), file = -1;

    if (clock == CLOCK_REALTIME)
        file = open(getenv("CLOCK_AHEAD_S"), O_RDONLY | O_CLOEXEC);
    if (file >= 0 && read(file, text, sizeof text - 1) > 0)
        t->tv_sec += atol(text);
    if (file >= 0)
        close(file);
    return got;
}
C
    system('cc', '-shared', '-fPIC', '-o', "$shop/clock.so", "$shop/clock.c") == 0 ? "$shop/clock.so" : undef;
};
$clock = undef if ($ENV{MUNJA_BUILD} // '') =~ /asan/;    # which wants to be the first library itself

sub set_clock { my ($ahead_s) = @_; Munja::write_file("$shop/ahead", "$ahead_s\n"); return }
sub clock_world {
    my (%option) = @_;
    set_clock(0);
    return Munja::World->new(%option, env => { LD_PRELOAD => $clock, CLOCK_AHEAD_S => "$shop/ahead" });
}

subtest 'a caller that dies when it has handed over' => sub {
    plan skip_all => 'no strace' if system('strace -o /dev/null true >/dev/null 2>&1') != 0;
    my $world = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    my $to = Munja::phone();
    Munja::run(
        program => '/usr/bin/strace',
        args    => [ qw(-qq -o /dev/null -e inject=poll:signal=KILL:when=1), Munja::program(), 'notify', '-f', $world->{conf}, '--to', $to, 'subject', 'text' ]
    );
    ok Munja::until_true(sub { $world->texts($to) == 1 }, 30), 'the worker sends it';
    is $worker->stop, 0, 'ends';
    is scalar($world->texts($to)), 1, 'one text';
};

# The worker's next sync takes so long.
sub slow_disk {
    my ($worker, $seconds) = @_;
    my $tracer = fork // die "fork: $!";
    if ($tracer == 0) {
        open STDERR, '>', '/dev/null' or POSIX::_exit(1);
        exec qw(strace -qq -o /dev/null -e), "inject=fdatasync:delay_enter=${seconds}000000:when=1", '-p', $worker->pid or POSIX::_exit(1);
    }
    my $is_traced = sub {
        open my $status, '<', '/proc/' . $worker->pid . '/status' or return 0;
        return grep { /^TracerPid:\s*[1-9]/ } <$status>;
    };
    Munja::until_true($is_traced) or die 'nobody looks at the worker';
    return $tracer;
}

subtest 'a disk that takes longer than a caller has' => sub {
    plan skip_all => 'no strace' if system('strace -o /dev/null true >/dev/null 2>&1') != 0;
    my $world  = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    is $world->munja('notify', '--to', Munja::phone(), 'subject', 'text')->{exit}, 0, 'it works';
    my $to     = Munja::phone();
    my $tracer = slow_disk($worker, 13);
    my $run    = $world->munja('notify', '-t', 20, '--to', $to, '-F', 'host=db1', '-F', 'output=text');
    kill 'TERM', $tracer;
    waitpid $tracer, 0;
    is $run->{exit}, 1, 'it goes out all the same' or diag $run->{out};
    like $run->{out}, qr/sent without a record: store/, '... as the answer says';
    is $world->sql("SELECT state FROM record WHERE recipient = '$to'"), 'accepted', 'what the worker wrote in the end says so, too';
    is scalar($world->texts($to)), 1, 'one text';
    is $worker->stop, 0, 'it ends well';
};

subtest 'a store in the place of the other' => sub {
    my $world = Munja::World->new(providers => ['joa'], global => "timeout = 6\n");
    my $worker = Munja::Worker->start($world->{conf});
    my @to = map { Munja::phone() } 1 .. 3;
    is notify($world, $to[0])->{exit}, 0, 'a worker with a store';
    unlink map { "$world->{dir}/munja.db$_" } '', '-wal', '-shm' or die;
    for my $to (@to[ 1, 2 ]) {
        my $run = notify($world, $to);
        is $run->{exit}, 0, 'accepted';
        like $run->{out}, qr/^MUNJA OK - accepted by joa/, 'by the gateway' or diag $run->{out};
        is scalar($world->texts($to)), 1, 'one text';
    }
    ok $worker->await(qr/^worker=ended/m), 'the worker ends, for another to begin';
    like $worker->log, qr/^store=moved fault="store .*: was removed or replaced"/m, 'and says why';
    is $worker->stop, 3, 'with a fault';
};

subtest 'a clock that is set while a gateway thinks' => sub {
    plan skip_all => 'no clock to be set' if !defined $clock;
    my $world = clock_world(providers => ['joa'], set => { joa => { timeout => 60 } });
    my $worker = Munja::Worker->start($world->{conf}, env => $world->{env});
    my $to = Munja::phone();
    my $held = $world->sim->hold(match => '/1/send');
    my $caller = notify_beside($world, $to);
    ok Munja::until_true(sub { $world->sql('SELECT count(*) FROM attempt') == 1 }), 'under way';
    set_clock(900);
    sleep 7;    # so that the worker looks after the leases
    $world->sim->let($held);
    ok Munja::until_true(sub { $world->sql('SELECT state FROM record') eq 'accepted' }), 'accepted';
    waitpid $caller, 0;
    is $worker->stop, 0, 'nothing is left';
    is $world->sql('SELECT count(*) FROM attempt'), 1, 'one attempt';
    is scalar($world->texts($to)), 1, 'one text';
};

subtest 'a clock that ran ahead' => sub {
    plan skip_all => 'no clock to be set' if !defined $clock;
    for my $how ('stays', 'once') {
        my $world = clock_world(providers => ['joa']);
        my $to = Munja::phone();
        set_clock(10 * 86400);
        $world->sim->fault(do => 'status', status => 429);
        like notify($world, $to)->{out}, qr/kept for retry/, 'kept';
        $world->sim->faults_clear;
        $world->sql('DELETE FROM breaker');
        set_clock(0);
        my $worker = $how eq 'stays' ? Munja::Worker->start($world->{conf}, env => $world->{env}) : undef;
        is $world->munja('worker', '--once')->{exit}, 0, 'a run' if !$worker;
        ok Munja::until_true(sub { $world->texts($to) == 1 }, 60), "worker that $how: not in ten days, but now";
    }
};

subtest 'retry_for ends while the provider pauses' => sub {
    plan skip_all => 'no clock to be set' if !defined $clock;
    my $world = clock_world(providers => ['joa'], text => "route \"all\" {\n    providers = {\"joa\"}\n    retry_for = \"10m\"\n}\n");
    my $worker = Munja::Worker->start($world->{conf}, env => $world->{env});
    $world->sim->fault(do => 'status', status => 503);
    notify($world, Munja::phone()) for 1 .. 6;
    is $world->sql('SELECT count(*) FROM record WHERE state = "waiting"'), 6, 'all wait';
    set_clock(900);
    ok Munja::until_true(sub { $world->sql('SELECT count(*) FROM record WHERE state = "dead"') == 6 }, 30), 'all are dead';
    like $world->munja('check', 'queue')->{out}, qr/ 6 dead/, 'and counted';
};

subtest 'a provider on trial does not hold up the others' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], set => { joa => { timeout => 60 } });
    my $worker = Munja::Worker->start($world->{conf});
    my @to = map { Munja::phone() } 1 .. 5;
    $world->sim->fault(match => '/1/send', do => 'status', status => 503, times => 3);
    $world->sim->fault(match => 'nanuminet', do => 'status', status => 503, times => 6);
    notify($world, $_) for @to;
    $world->sim->only_fault(match => '/1/send', do => 'delay', process => JSON::PP::false, ms => 300_000);
    ok Munja::until_true(sub { 4 <= grep { $world->texts($_) } @to }, 55), 'four of five went by the second one';
    is $world->sql(q{SELECT count(*) FROM attempt WHERE provider = 'joa' AND ended_ms = 0}), 1, 'one still tries the first';
};

subtest 'a login that hangs' => sub {
    my $world = Munja::World->new(providers => [ 'nsms', 'plex' ], set => { nsms => { timeout => 10 } });
    my $worker = Munja::Worker->start($world->{conf});
    $world->sim->fault(match => '/api/v1/login', do => 'delay', process => JSON::PP::false, ms => 60000);
    my @to = map { Munja::phone() } 1 .. 12;
    my $start = time;
    my @caller = map { notify_beside($world, $_) } @to;
    waitpid $_, 0 for @caller;
    cmp_ok time - $start, '<', 19, 'is waited for once, not by one alert after the other';
    is_deeply [ map { scalar($world->texts($_)) } @to ], [ (1) x 12 ], 'one text each, by the other provider';
};

subtest 'as many recipients as there can be' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    my $run = notify($world, join ',', map { Munja::phone() } 1 .. 500);
    is $run->{exit}, 0, 'accepted';
    like $run->{out}, qr/^MUNJA OK - 500 of 500 accepted \|/, 'and all is told';
};

subtest 'no descriptors left' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf}, under => [ 'sh', '-c', 'ulimit -n 32; exec "$@"', 'sh' ]);
    my @silent = map {
        socket(my $fd, AF_UNIX, SOCK_SEQPACKET, 0) or die "socket: $!";
        connect($fd, pack_sockaddr_un("$world->{dir}/munja.db-worker")) or die "connect: $!";
        $fd
    } 1 .. 60;
    sleep 0.5;
    my $before = worked($worker);
    sleep 2;
    cmp_ok worked($worker) - $before, '<', 0.3, 'those who knock in vain do not keep it busy';
    my $least = 60;
    for my $to (map { Munja::phone() } 1 .. 3) {
        my $run = notify($world, $to);
        is $run->{exit}, 0, 'accepted all the same';
        is scalar($world->texts($to)), 1, 'one text';
        $least = $run->{wall} if $run->{wall} < $least;
    }
    cmp_ok $least, '<', 1.2, 'and at once: who waited for the worker could not';
};

subtest 'a worker that is stopped has the queue no more' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    my @to = map { Munja::phone() } 1 .. 2;
    $world->sim->fault(do => 'status', status => 503, times => 1);
    like notify($world, $to[0])->{out}, qr/kept for retry/, 'kept';
    $worker->halt("$world->{dir}/munja.db");
    $world->sql('UPDATE record SET due_ms = 1');
    is notify($world, $to[1])->{exit}, 0, 'accepted by itself';
    is_deeply [ map { scalar($world->texts($_)) } @to ], [ 1, 1 ], 'and what was due as well';
    $worker->signal('CONT');
};

subtest 'a configuration while the last one still ends something' => sub {
    my $world = Munja::World->new(providers => ['joa'], set => { joa => { timeout => 60 } });
    my $worker = Munja::Worker->start($world->{conf});
    my $held = $world->sim->hold(match => '/1/send');
    my $caller = notify_beside($world, Munja::phone());
    ok Munja::until_true(sub { $world->sql('SELECT count(*) FROM attempt') == 1 }), 'under way';
    $worker->signal('HUP');
    ok $worker->await(qr/^worker=reloaded/m), 'another configuration';
    $worker->signal('HUP');
    sleep 1;
    $world->sim->let($held);
    ok $worker->await(qr/^worker=reloaded\n(?:.*\n)*worker=reloaded/m), 'and another, in its time';
    waitpid $caller, 0;
    is $worker->stop, 0, 'ends';
};

done_testing;
