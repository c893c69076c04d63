#!/usr/bin/perl
# What waits in the store, and a resident worker: in which order it goes out, how many at a time, what an operator's commands
# do beside it, and what a full disk does to it.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use JSON::PP ();
use Munja::Worker;
use Munja::World;
use Test::More;
use Time::HiRes qw(sleep time);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

sub all_sent { my ($world, $seconds) = @_; return Munja::until_true(sub { $world->waiting == 0 }, $seconds // 60) }
sub notify { my ($world, $phone, @args) = @_; return $world->munja('notify', '--to', $phone, @args, "alarm for $phone", 'text') }
sub open_world { my (%option) = @_; return Munja::World->new(%option, sim => { balance => 2_000_000_000, %{ $option{sim} // {} } }) }
sub once_each { my ($world, @phones) = @_; return is_deeply [ grep { $world->texts($_) != 1 } @phones ], [], 'one text for each phone' }

subtest 'the urgent first' => sub {
    my $world  = open_world(providers => ['plex'], set => { plex => { width => 1 } });
    my @phones = $world->fill(20000000, 300);
    $world->sql("UPDATE record SET priority = 1, alert = replace(alert, 'CRITICAL', 'OK') WHERE id % 10 <> 3");
    my %urgent = map { $_ => 1 } split /\n/, $world->sql('SELECT recipient FROM record WHERE priority = 0');
    my $worker = Munja::Worker->start($world->{conf});
    ok all_sent($world), 'all are sent' or diag $worker->tail;
    is $worker->stop, 0, 'it ends well';
    my @sent = map { map { "0$_->{receiver_number}" =~ s/^0+(?:82)?/0/r } @{ Munja::World::document({ out => $_->{body} })->{msg_data} } } $world->fresh(action => 'send');
    is scalar(@sent), 300, 'each once';
    my @late = grep { $urgent{ $sent[$_] } } 0 .. $#sent;
    is scalar(@late), 30, '30 of them are urgent';
    is $late[-1], 29, '... and go before all others';
    once_each($world, @phones);
};

subtest 'a slow gateway and a quick one' => sub {
    my $world = open_world(
        providers => [ 'joa', 'plex' ],
        set       => { joa => { width => 1, timeout => 300 } },
        text      => "route \"slow\" { host = {\"h2*\"}  providers = {\"joa\"} }\nroute \"rest\" { providers = {\"plex\"} }\n",
    );
    my @slow  = $world->fill(20000000, 1500);
    my @quick = $world->fill(30000000, 400);
    notify($world, Munja::phone(), '-p', 'joa');
    $world->sim->fault(match => '/1/send', do => 'delay', ms => 250_000);
    my $start  = time;
    my $worker = Munja::Worker->start($world->{conf});
    ok Munja::until_true(sub { $world->sql("SELECT count(*) FROM record WHERE state = 'waiting' AND id > 1500") == 0 }, 60), 'the quick one is done before the slow one has answered'
        or diag $world->sql('SELECT state, count(*) FROM record GROUP BY 1, id > 1500');
    diag sprintf '400 behind 1500 of a gateway that does not answer: %.1f s', time - $start;
    is_deeply [ grep { $world->texts($_) != 1 } @quick ], [], 'one text for each phone of its';
    $worker->stop('KILL');
};

subtest 'as many at a time as the width says' => sub {
    for my $width (1, 3) {
        my $world  = open_world(providers => ['plex'], set => { plex => { width => $width } }, sim => { latency_ms => 60 });
        my @phones = $world->fill(20000000, 150);
        my $worker = Munja::Worker->start($world->{conf});
        my @run    = map { notify($world, Munja::phone())->{exit} } 1 .. 3;
        ok all_sent($world), "width $width: all are sent" or diag $worker->tail;
        is "@run", '0 0 0', '... those of munja notify, too';
        is $worker->stop, 0, '... and it ends well';
        is $world->sim->stats->{open_most}, $width, '... over as many connections';
        once_each($world, @phones);
    }
};

sub logins { my ($world) = @_; return scalar $world->sim->requests(action => 'login') }

subtest 'one login for all' => sub {
    my $world  = open_world(providers => ['nsms'], set => { nsms => { width => 20 } });
    my $worker = Munja::Worker->start($world->{conf});
    $world->sim->fault(match => '/api/v1/login', do => 'delay', ms => 700);
    my $send = sub {
        my @phones = map { Munja::phone() } 1 .. 20;
        my $all = Munja::each_of(\20, sub { return notify($world, $_[0], '-t', 30)->{exit} }, @phones);
        is_deeply [ grep { $all->{$_} != 0 } @phones ], [], 'twenty at once are accepted' or diag $worker->tail;
        return once_each($world, @phones);
    };
    $send->();
    is logins($world), 1, 'one login';
    $world->sim->config(token_epoch => 1);
    $send->();
    is logins($world), 2, 'one more when the token is refused';
    is $worker->stop, 0, 'it ends well';
};

subtest 'down, and up again' => sub {
    my $world  = open_world(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    my ($long, $short) = (Munja::phone(), Munja::phone());
    $world->sim->fault(match => '/1/send', do => 'status', status => 429);
    like notify($world, $long)->{out}, qr/kept for retry/, 'it is kept';
    my $in_ms = $world->sql('SELECT due_ms FROM record') - 1000 * time;
    cmp_ok $in_ms, '<', 30_500, 'tried again in half a minute at most';
    $world->sim->faults_clear;
    $world->sim->fault(match => '/1/send', do => 'status', status => 429, headers => { 'Retry-After' => '2' });
    like notify($world, $short)->{out}, qr/kept for retry/, 'another one, for two seconds';
    $world->sim->faults_clear;
    # In half a minute at most, as the other one.
    ok Munja::until_true(sub { $world->texts($short) == 1 }, 60), 'and it comes, by itself' or diag $worker->tail;
    is $worker->stop, 0, 'it ends well';
    is $world->sql('SELECT group_concat(outcome) FROM attempt WHERE record = 2'), 'retry,accepted', 'two attempts';
};

subtest "an operator's commands" => sub {
    my $world  = open_world(providers => ['plex']);
    my $worker = Munja::Worker->start($world->{conf});
    # What is far from due.
    my $keep = sub {
        my $phone = Munja::phone();
        $world->sim->fault(match => '/sms-verify', do => 'status', status => 429);
        notify($world, $phone);
        $world->sim->faults_clear;
        $world->sql("UPDATE record SET due_ms = due_ms + 3600000 WHERE state = 'waiting'");
        return $phone;
    };
    my @phones = $keep->();
    my $start  = time;
    is $world->munja('queue', 'retry', 1)->{exit}, 0, 'queue retry';
    ok Munja::until_true(sub { $world->texts($phones[0]) == 1 }), '... is carried out by the worker' or diag $worker->tail;
    my $begun_after = sub { return $world->sql('SELECT max(begun_ms) FROM attempt') / 1000 - $start };
    diag sprintf 'queue retry: sent after %.2f s', $begun_after->();
    cmp_ok $begun_after->(), '<', 4, '... at once';
    ok all_sent($world), '... and noted';
    push @phones, $keep->();
    $start = time;
    my $flush = $world->munja('queue', 'flush');
    is $flush->{exit}, 0, 'queue flush' or diag $flush->{out};
    like $flush->{out}, qr/^MUNJA OK - all that wait are due now, and the worker sends them$/m, '... leaves it to the worker';
    ok all_sent($world), '... which sends it' or diag $worker->tail;
    cmp_ok $begun_after->(), '<', 4, '... at once';
    push @phones, $world->fill(20000000, 100);
    is $world->munja('worker', '--once')->{exit}, 0, 'a run by itself beside it';
    ok all_sent($world), '... and all are sent' or diag $worker->tail;
    once_each($world, @phones);
    $worker->halt("$world->{dir}/munja.db");
    push @phones, $world->fill(30000000, 5);
    $flush = $world->munja('queue', 'flush');
    like $flush->{out}, qr/^MUNJA OK - 5 due, 5 accepted/, 'queue flush beside one that is stopped sends by itself';
    $worker->signal('CONT');
    is $worker->stop, 0, 'it ends well';
    once_each($world, @phones);
    is $world->sql("SELECT count(*) FROM attempt WHERE outcome NOT IN ('accepted', 'retry')"), 0, 'no attempt is open or unsure';
};

# From now on the worker's files cannot grow beyond that, as on a full disk; its log, which is short, still can.
sub disk {
    my ($worker, $bytes) = @_;
    system('prlimit', '--pid', $worker->pid, "--fsize=$bytes:unlimited") == 0 or die "prlimit: $?";
    return;
}

subtest 'a full disk' => sub {
    my $world  = open_world(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf}, under => [ 'sh', '-c', 'trap "" XFSZ; exec "$@"', 'sh' ]);
    my $first  = Munja::phone();
    is notify($world, $first)->{exit}, 0, 'it works';
    # One is under way when the disk becomes full: its end cannot be written.
    my @phones = map { Munja::phone() } 1 .. 5;
    my $held = $world->sim->hold(match => '/1/send');
    my $slow = fork // die "fork: $!";
    if ($slow == 0) { notify($world, $phones[0], '-t', 6); POSIX::_exit(0) }
    ok Munja::until_true(sub { $world->sim->requests(path => '/1/send') == 2 }), 'a request is under way';
    cmp_ok -s "$world->{dir}/munja.db-wal", '>', 40000, '... with the store beyond its end';
    disk($worker, 20000);
    $world->sim->let($held);
    waitpid $slow, 0;
    for my $phone (@phones[ 1 .. 4 ]) {
        my $run = notify($world, $phone, '-t', 3);
        cmp_ok $run->{exit}, '<', 2, 'the monitor is told that the alert is safe' or diag $run->{out};
        cmp_ok $run->{wall}, '<', 8, '... in time';
    }
    my $requests = $world->sim->requests(path => '/1/send');
    is $requests, 6, 'what the worker cannot note, others send, and nothing is sent again and again' or diag $worker->tail;
    like $worker->log, qr/^store=\w+ fault=".*"$/m, 'the log tells';
    cmp_ok scalar(() = $worker->log =~ /^store=/mg), '<', 100, '... but does not grow without end';
    disk($worker, 'unlimited');
    ok all_sent($world, 40), 'with room again, all are sent' or diag $worker->tail;
    once_each($world, $first, @phones);
    is $worker->stop, 0, 'it ends well';
    is $world->sql("SELECT count(*) FROM record WHERE state = 'accepted'"), 6, 'all are accepted';
};

done_testing;
