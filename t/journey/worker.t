#!/usr/bin/perl
# The resident worker as a service: one for each store, ended and reloaded by signals, idle when nothing is due, and what it
# tells systemd and its log.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use IO::Select ();
use JSON::PP   ();
use Munja::Worker;
use Munja::World;
use Socket qw(AF_UNIX SOCK_DGRAM pack_sockaddr_un);
use Test::More;
use Time::HiRes qw(sleep time);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

sub notify { my ($world, $phone, @args) = @_; return $world->munja('notify', '--to', $phone, @args, "alarm for $phone", 'text') }

# In another process; wait returns its exit code.
sub beside {
    my ($work) = @_;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        my $exit = eval { $work->() } // 99;
        POSIX::_exit($exit);
    }
    return sub { waitpid $pid, 0; return $? >> 8 };
}

subtest 'one for each store' => sub {
    my $world  = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    my $second = Munja::run(args => [ 'worker', '-f', $world->{conf} ], limit => 20);
    is $second->{exit}, 3, 'a second one is refused' or diag $second->{err};
    like $second->{out} . $second->{err}, qr/^MUNJA UNKNOWN - .*munja\.db: has a worker already/m, '... by a clear line';
    is notify($world, my $phone = Munja::phone())->{exit}, 0, 'the first one goes on';
    like $worker->log, qr/^record=/m, '... and it is the one that delivers';
    is $worker->stop('INT'), 0, 'SIGINT ends it';
    my $third = Munja::Worker->start($world->{conf});
    is notify($world, Munja::phone())->{exit}, 0, 'then another may come';
    $third->stop('KILL');
    ok -S "$world->{dir}/munja.db-worker", 'one that is killed leaves its socket';
    my $fourth = Munja::Worker->start($world->{conf});
    is notify($world, Munja::phone())->{exit}, 0, '... which keeps no other from coming';
    is $fourth->stop, 0, '... and ending';
    ok !-e "$world->{dir}/munja.db-worker", '... without leaving one';
    is scalar($world->texts($phone)), 1, 'one text';
};

subtest 'an end while the gateway is slow' => sub {
    my $world  = Munja::World->new(providers => ['plex'], set => { plex => { width => 2 } }, sim => { balance => 2_000_000_000 });
    notify($world, Munja::phone());
    my @phones = $world->fill(20000000, 60);
    my $sends  = $world->sim->requests(action => 'send');
    $world->sim->config(latency_ms => 1500);
    my $worker = Munja::Worker->start($world->{conf});
    ok Munja::until_true(sub { $world->sql("SELECT count(*) FROM attempt WHERE outcome = ''") > 0 }), 'requests are under way';
    sleep 0.3;
    my $start = time;
    is $worker->stop, 0, 'it ends well' or diag $worker->log;
    cmp_ok time - $start, '<', 20, '... in time';
    my ($accepted, $waiting, $held) = map { $world->sql($_) } "SELECT count(*) FROM record WHERE state = 'accepted'",
        "SELECT count(*) FROM record WHERE state = 'waiting' AND lease_owner = ''", "SELECT count(*) FROM record WHERE lease_owner <> ''";
    cmp_ok $accepted, '>', 1,  'what was under way came to its end';
    cmp_ok $waiting,  '>', 10, '... and no more was begun';
    is $accepted + $waiting, 61, 'the rest is given back';
    is $held, 0, '... all of it';
    is $world->sql("SELECT count(*) FROM attempt WHERE outcome IN ('', 'begun', 'unsure')"), 0, 'no attempt is left open';
    is $world->sql("SELECT count(*) FROM record WHERE state = 'waiting' AND due_ms > 1000 * strftime('%s')"), 0, '... and due at once';
    $world->sim->config(latency_ms => 0);
    my $next = Munja::Worker->start($world->{conf});
    ok Munja::until_true(sub { $world->waiting == 0 }), 'the next one delivers the rest' or diag $next->tail;
    is $next->stop, 0, '... and ends';
    is_deeply [ grep { $world->texts($_) != 1 } @phones ], [], 'one text for each phone';
    $world->clean('ended and started anew');
};

subtest 'another configuration' => sub {
    my $world  = Munja::World->new(providers => ['joa'], set => { joa => { timeout => 60 } });
    my $worker = Munja::Worker->start($world->{conf});
    my ($old, $new) = (Munja::phone(), Munja::phone());
    is notify($world, Munja::phone())->{exit}, 0, 'it works';
    my $held = $world->sim->hold(match => '/1/send');
    my $slow = beside(sub { notify($world, $old, '-t', 35)->{exit} });
    ok Munja::until_true(sub { $world->sim->requests(path => '/1/send') == 2 }), 'a request is under way';
    Munja::config($world->{dir}, $world->sim, providers => ['plex']);
    $worker->signal('HUP');
    ok $worker->await(qr/^worker=reloaded$/m), 'it is reloaded' or diag $worker->log;
    my $run = notify($world, $new);
    is $run->{exit}, 0, 'the next alert goes';
    like $run->{out}, qr/accepted by plex/, '... by the new configuration';
    $world->sim->let($held);
    is $slow->(), 0, 'the old one ends as it began';
    like $worker->log, qr/provider=plex.*provider=joa/s, '... after the new one';
    is scalar($world->texts($old)), 1, '... with one text';
    is $world->sql("SELECT provider FROM attempt ORDER BY record DESC LIMIT 1 OFFSET 1"), 'joa', '... by the provider before';

    my $good = do { open my $file, '<', $world->{conf}; local $/; <$file> };
    for my $bad ("$good\nprovider \"x\" {", "store = \"$world->{dir}/other.db\"\n" . $good =~ s/^store.*\n//mr, "timeout = 5\n") {
        my $kept = () = $worker->log =~ /^worker=kept/mg;
        Munja::write_file($world->{conf}, $bad, 0600);
        $worker->signal('HUP');
        ok Munja::until_true(sub { (() = $worker->log =~ /^worker=kept fault=".+"$/mg) > $kept }), 'a broken one is refused, and logged' or diag $worker->log;
        Munja::write_file($world->{conf}, $good, 0600);
        is notify($world, Munja::phone())->{exit}, 0, '... and it goes on with the one before';
    }
    is scalar(() = $worker->log =~ /^worker=reloaded/mg), 1, 'reloaded once' or diag $worker->log;
    is $worker->stop, 0, 'it ends well';
};

sub proc {
    my ($worker) = @_;
    open my $stat, '<', "/proc/$worker->{pid}/stat" or die "stat: $!";
    my @field = split ' ', <$stat> =~ s/^.*\) //r;
    open my $status, '<', "/proc/$worker->{pid}/status" or die "status: $!";
    my ($switches) = join('', <$status>) =~ /^voluntary_ctxt_switches:\s+(\d+)/m;
    return ($field[11] + $field[12], $switches);
}

subtest 'nothing to do' => sub {
    my $world  = Munja::World->new;
    my $worker = Munja::Worker->start($world->{conf}, under => [ 'sh', '-c', 'ulimit -Sn 64; exec "$@"', 'sh' ]);
    open my $limits, '<', "/proc/$worker->{pid}/limits" or die "limits: $!";
    like join('', <$limits>), qr/^Max open files\s+(\d+)\s+\1\s/m, 'it may open as many files as it is let';
    is notify($world, Munja::phone(), '-p', $_)->{exit}, 0, "$_: a connection stays" for qw(joa nanumi plex nsms);
    ok Munja::until_true(sub { $world->sql('SELECT count(*) FROM attempt WHERE look_ms > 0') == 0 }), 'what became of them is known, where it can be';
    $world->sim->fault(match => '/1/send', do => 'status', status => 400);
    is $world->munja('notify', '--to', Munja::phone(), '-p', 'joa', 'kept', 'text')->{exit} & ~1, 0, 'one waits to be tried again';
    $world->sql('UPDATE record SET due_ms = due_ms + 3600000 WHERE state = \'waiting\'');
    sleep 1;
    my ($ticks, $turns) = proc($worker);
    my $start = time;
    sleep 7;
    my ($ticks_now, $turns_now) = proc($worker);
    cmp_ok $ticks_now - $ticks, '<=', 1, 'seven seconds cost no CPU';
    # The queue, leases, replies and monitors; mostly in one turn, but not where a machine was slow once.
    cmp_ok $turns_now - $turns, '<=', 4 * (1 + (time - $start) / 5), '... and it woke up every five seconds at most, for each of four things';
    is $worker->stop, 0, 'it ends well';
};

subtest 'systemd' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    socket my $socket, AF_UNIX, SOCK_DGRAM, 0 or die "socket: $!";
    bind $socket, pack_sockaddr_un("$world->{dir}/notify") or die "bind: $!";
    my (@said, $watchdogs);
    my $hear = sub {
        my ($want, $seconds) = @_;
        my $until = time + ($seconds // 20);
        while (time < $until) {
            next if !IO::Select->new($socket)->can_read(0.1);
            recv $socket, my $text, 4096, 0;
            push @said, $text;
            return $text if $text =~ $want;
        }
        return "nothing like $want, but: @said";
    };
    my $worker = Munja::Worker->start($world->{conf}, env => { NOTIFY_SOCKET => "$world->{dir}/notify", WATCHDOG_USEC => 1_000_000 });
    like $hear->(qr/^READY=1/m), qr/^STATUS=ready$/m, 'it says when it is ready';
    like $hear->(qr/^WATCHDOG=1/), qr/^WATCHDOG=1$/m, 'it says that it lives';
    my @at = (time, map { $hear->(qr/^WATCHDOG=1/); time } 1 .. 5);
    my @pauses = sort { $a <=> $b } map { $at[$_] - $at[ $_ - 1 ] } 1 .. 5;
    cmp_ok $pauses[2], '<', 1, '... more often than systemd wants to hear it';
    $worker->signal('HUP');
    like $hear->(qr/^RELOADING=1/), qr/^RELOADING=1$/m, 'it says that it reads its configuration';
    like $hear->(qr/^READY=1/m),    qr/^STATUS=reloaded$/m, '... and has';
    Munja::write_file("$world->{dir}/munja.conf", '?', 0600);
    $worker->signal('HUP');
    like $hear->(qr/^RELOADING=1/), qr/^RELOADING=1$/m, 'a broken one, too';
    like $hear->(qr/^READY=1/m), qr/^STATUS=the configuration before is kept: ./m, '... and what is wrong with it';
    $worker->signal('TERM');
    like $hear->(qr/^STOPPING=1/), qr/^STOPPING=1$/m, 'it says that it ends';
    is $worker->stop, 0, '... and does';
};

subtest 'the log' => sub {
    my $world  = Munja::World->new;
    my $worker = Munja::Worker->start($world->{conf});
    my @phones = map { Munja::phone() } 1 .. 4;
    my %fault  = (joa => { do => 'status', status => 400 }, plex => { do => 'garbage' }, nanumi => { do => 'close-after', times => 1 });
    for my $provider (sort keys %fault) {
        $world->sim->faults_clear;
        $world->sim->fault(%{ $fault{$provider} });
        notify($world, $phones[0], '-p', $provider, '-t', 5);
    }
    $world->sim->faults_clear;
    is notify($world, join ',', @phones)->{exit}, 0, 'several at once';
    is $world->munja('notify', '--to', '+8613812345678', 'cn', 'text')->{exit}, 0, 'one for China';
    is $worker->stop, 0, 'it ends well';
    my $log = $worker->log;
    cmp_ok scalar(() = $log =~ /^record=/mg), '>=', 8, 'a line for each outcome';
    unlike $log, qr/$_/, "no whole number: $_" for map { s/^0//r } @phones;
    unlike $log, qr/13812345678/, '... of China either';
    unlike $log, qr/\Q$_\E/, 'no secret' for (map { $_->{secret} } values %Munja::Sim::ACCOUNT), $world->tokens;
    is_deeply [ grep { !/^(?:record|worker|store|provider)=|^==\d+==WARNING: ASan/ } split /\n/, $log ], [], 'every line is key=value';
};

done_testing;
