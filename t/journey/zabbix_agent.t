#!/usr/bin/perl
# What munja tells of itself, one value at a time: the same from the command, from the module in a daemon that keeps
# Zabbix' rules to the letter, from zabbix_agentd as a single test, and from one that runs.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Cwd qw(abs_path);
use IO::Socket::INET;
use IPC::Open2;
use Munja::World;
use POSIX ();
use Test::More;
use Time::HiRes ();

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $BUILD  = abs_path($ENV{MUNJA_BUILD} // 'build');
my $MODULE = "$BUILD/lib/munja/munja_zabbix.so";
my $PHONE  = '01012345678';
my $MOST_MS = 5;
my ($AGENT) = grep { -x } map { "$_/zabbix_agentd" } split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin';
open my $symbols, '-|', 'nm', '-D', $MODULE or die "nm: $!";
my $SANITIZED = grep { /__asan_init/ } <$symbols>;
close $symbols;

my $serial = 0;
sub notify {
    my ($world) = @_;
    return $world->munja('notify', '--to', $PHONE, '-F', 'id=' . ++$serial, '-F', 'type=PROBLEM', '-F', 'host=web1',
        '-F', 'service=disk', '-F', 'state=CRITICAL', '-F', 'output=3 % left')->{exit};
}

# munja.queue[depth,…] as the words of a command line.
sub words { my ($key) = @_; my ($name, $rest) = $key =~ /^munja\.(\w+)(?:\[(.*)\])?$/; return ($name, defined $rest ? split(/,/, $rest, -1) : ()) }

# The daemon of t/host: a value, "! and why", and the milliseconds it took.
package Host {
    sub start {
        my ($class, $world, @before) = @_;
        local $ENV{MUNJA_CONFIG} = $world->{conf};
        my $self = bless { asked => 0 }, $class;
        $self->{pid} = IPC::Open2::open2($self->{out}, $self->{in}, "$BUILD/t/host/zabbix", $MODULE, @before);
        $self->{before} = [ map { $self->read } @before ];
        return $self;
    }
    sub read {
        my ($self) = @_;
        my $out = $self->{out};
        my ($type, $value, $us) = (<$out> // '') =~ /^(ui64|dbl|text|msg) (.*?) (\d+)\n$/ or return '? broken';
        ($self->{type}, $self->{ms}) = ($type, $us / 1000);
        utf8::decode($value) or return '? not UTF-8';
        return $type eq 'msg' ? "! $value" : $value;
    }
    sub ask { my ($self, $key) = @_; utf8::encode($key); print { $self->{in} } "$key\n"; return $self->read }
    sub stop { my ($self) = @_; close $self->{in}; waitpid $self->{pid}, 0; return $? }
}

# The real one: running on the loopback, as nobody where root started it.
package Agent {
    sub settings {
        my ($world) = @_;
        my ($dir, $user) = ($world->{dir}, POSIX::geteuid() == 0 ? 'nobody' : undef);
        my ($port, $probe);    # it takes none beyond 32767
        do { $port = 10240 + int rand 20000 } until $probe = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:$port");
        close $probe;
        my $text = "LogType=console\nPidFile=$dir/agentd.pid\nServer=127.0.0.1\nListenIP=127.0.0.1\nListenPort=$port\n"
            . "StartAgents=2\nTimeout=3\nLoadModule=$MODULE\n" . ($user ? "User=$user\n" : '');
        return (Munja::write_file("$dir/agentd.conf", $text), $port, $user);
    }
    sub start {
        my ($class, $world) = @_;
        my ($conf, $port, $user) = settings($world);
        my $dir = $world->{dir};
        my $self = bless { port => $port, log => "$dir/agentd.log" }, $class;
        chown((getpwnam $user)[ 2, 3 ], "$dir", $world->{conf}, glob "$dir/*") if defined $user;
        $self->{pid} = fork // die "fork: $!";
        if ($self->{pid} == 0) {
            open STDIN,  '<', '/dev/null'  or die;
            open STDOUT, '>', $self->{log} or die;
            open STDERR, '>&', \*STDOUT    or die;
            $ENV{MUNJA_CONFIG} = $world->{conf};
            exec $AGENT, '-f', '-c', $conf or POSIX::_exit(127);
        }
        my $until = time + 20;
        until ($self->ask('agent.ping') eq '1') {
            last if time > $until || waitpid($self->{pid}, POSIX::WNOHANG()) != 0;
            Time::HiRes::sleep(0.05);
        }
        return $self;
    }
    sub ask {
        my ($self, $key) = @_;
        my $from = Time::HiRes::time;
        utf8::encode($key);
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}, Timeout => 5) or return "? $!";
        print $socket "ZBXD\x01", pack('VV', length $key, 0), $key;
        local $/;
        my $said = <$socket> // '';
        $self->{ms} = 1000 * (Time::HiRes::time - $from);
        return '? ' . $said if $said !~ s/^ZBXD\x01.{8}//s;
        utf8::decode($said);
        return $said =~ s/^ZBX_NOTSUPPORTED\0/! /r;
    }
    sub log { my ($self) = @_; open my $file, '<', $self->{log} or return ''; local $/; return scalar <$file> }
    sub stop { my ($self) = @_; kill 'TERM', $self->{pid}; waitpid $self->{pid}, 0; return $? >> 8 }
}

package main;

# A store with something of everything in it.
sub filled_world {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ]);
    notify($world) for 1 .. 4;
    $world->munja('balance', 'joa');
    $world->sim->fault(match => '/1/send', do => 'close-after', times => 1);
    notify($world);    # unsure: the other takes over
    $world->sim->fault(do => 'status', status => 429);
    notify($world) for 1 .. 3;    # the third in a row closes joa
    $world->sim->faults_clear;
    $world->sql(q{UPDATE record SET state = 'dead' WHERE id = 6});
    $world->sql(q{UPDATE record SET created_ms = created_ms - 400000 WHERE id = 7});
    return $world;
}

my @VALUES = (
    [ 'munja.queue[depth]',                     qr/^2$/ ],
    [ 'munja.queue[oldest]',                    qr/^4[0-5]\d$/ ],
    [ 'munja.queue[dead]',                      qr/^1$/ ],
    [ 'munja.delivery[accepted]',               qr/^5$/ ],
    [ 'munja.delivery[accepted,joa]',           qr/^4$/ ],
    [ 'munja.delivery[accepted,nanumi,1d]',     qr/^1$/ ],
    [ 'munja.delivery[failed,joa,15m]',         qr/^3$/ ],
    [ 'munja.delivery[unsure,joa,3600]',        qr/^1$/ ],
    [ 'munja.delivery[unsure,,]',               qr/^1$/ ],
    [ 'munja.balance[joa]',                     qr/^99960(?:\.0*)?$/ ],
    [ 'munja.breaker[joa]',                     qr/^1$/ ],
    [ 'munja.providers',                        qr/^\Q[{"{#PROVIDER}":"joa"},{"{#PROVIDER}":"nanumi"}]\E$/ ],
);

my @FAULTS = (
    [ 'munja.queue',                            qr/^depth, oldest or dead is missing$/ ],
    [ 'munja.queue[]',                          qr/^depth, oldest or dead is missing$/ ],
    [ 'munja.queue[deep]',                      qr/^"deep" is not depth, oldest or dead$/ ],
    [ 'munja.queue[depth,joa]',                 qr/^queue takes no "joa"$/ ],
    [ 'munja.queue[없는낱말없는낱말]',            qr/^".+" is not depth, oldest or dead$/ ],
    [ 'munja.delivery[accepted,nobody]',        qr/^no such provider "nobody" in \S+munja\.conf$/ ],
    [ 'munja.delivery[accepted,joa,soon]',      qr/^"soon" is no time, as in 90, 15m or 1h$/ ],
    [ 'munja.delivery[accepted,joa,0]',         qr/^"0" is no time/ ],
    [ 'munja.delivery[accepted,joa,1h,x]',      qr/^delivery takes no "x"$/ ],
    [ 'munja.balance',                          qr/^PROVIDER is missing$/ ],
    [ 'munja.balance[nanumi]',                  qr/^nanumi was not asked for its balance in 24 hours$/ ],
    [ 'munja.breaker[nobody]',                  qr/^no such provider "nobody"/ ],
);

# All of the table from one of those who can be asked.
sub tells_all {
    my ($ask) = @_;
    for (@VALUES) { my ($key, $want) = @$_; like $ask->($key), $want, $key }
    for (@FAULTS) {
        my ($key, $want) = @$_;
        my ($sign, $why) = $ask->($key) =~ /^(!) (.*)/s;
        is $sign, '!', "$key: an error";
        like $why // '', $want, "$key: which one";
    }
    return;
}

my $world = filled_world();

subtest 'command' => sub {
    tells_all(sub {
        my $run = $world->munja('gauge', words($_[0]));
        return $run->{out} =~ s/\n\z//r if $run->{exit} == 0;
        return "! $1" if $run->{exit} == 3 && $run->{out} =~ /^MUNJA UNKNOWN - (.*)\n\z/;
        return "? $run->{out}";
    });
};

subtest 'module' => sub {
    my $host = Host->start($world);
    my (%type, @late);
    tells_all(sub {
        my ($key) = @_;
        my $said = $host->ask($key);
        $type{$key} = $host->{type};
        return $said;
    });
    is $type{'munja.queue[depth]'}, 'ui64', 'counts are whole';
    is $type{'munja.balance[joa]'}, 'dbl',  'a balance need not be';
    for my $key (map { $_->[0] } @VALUES, @FAULTS) {
        my @ms = sort { $a <=> $b } map { $host->ask($key); $host->{ms} } 1 .. 5;
        note sprintf '%-36s %.3f ms', $key, $ms[2];
        push @late, $key if $ms[2] > $MOST_MS * ($SANITIZED ? 10 : 1);
    }
    is_deeply \@late, [], "each within $MOST_MS ms";
    is $host->stop, 0, 'ends well';
};

subtest 'module: what changes under it' => sub {
    my $there = Munja::World->new(providers => ['joa']);
    my $store = "$there->{dir}/munja.db";
    my $host  = Host->start($there, 'munja.queue[depth]', 'munja.providers');
    like $host->{before}[0], qr/^! store \S+munja\.db: there is none yet$/, 'no store: said';
    ok !-e $store, 'and none is made';
    notify($there);
    is $host->ask('munja.delivery[accepted]'), 1, 'a store that came later';
    notify($there);
    is $host->ask('munja.delivery[accepted]'), 2, 'grows';
    rename "$store$_", "$store.old$_" for '', '-wal', '-shm';
    like $host->ask('munja.delivery[accepted]'), qr/^! .*there is none yet$/, 'is gone';
    notify($there);
    is $host->ask('munja.delivery[accepted]'), 1, 'another in its place';
    rename "$store$_", "$store.new$_" for '', '-wal', '-shm';
    rename "$store.old$_", "$store$_" for '', '-wal', '-shm';
    is $host->ask('munja.delivery[accepted]'), 2, 'and another between two looks';
    rename "$store.new$_", "$store$_" for '', '-wal', '-shm';
    rename $there->{conf}, "$there->{conf}.old";
    like $host->ask('munja.delivery[accepted]'), qr/^! .*munja\.conf: No such file/, 'no configuration';
    Munja::write_file($there->{conf}, "store = \"$store\"\nprovider \"joa\" {\n");
    like $host->ask('munja.delivery[accepted]'), qr/^! .*munja\.conf:\d+: /, 'a broken one';
    rename "$there->{conf}.old", $there->{conf};
    is $host->ask('munja.delivery[accepted]'), 1, 'mended';
    is $host->stop, 0, 'ends well';

    # What was open before cannot be closed behind the fork: SQLite forbids it.
    local $ENV{ASAN_OPTIONS} = join ':', grep { defined } $ENV{ASAN_OPTIONS}, 'detect_leaks=0';
    $host = Host->start($there, 'munja.delivery[accepted]');
    is $host->{before}[0], 1, 'asked before the fork';
    notify($there);
    is $host->ask('munja.delivery[accepted]'), 2, 'and behind it';
    my ($child) = qx(cat /proc/$host->{pid}/task/$host->{pid}/children) =~ /(\d+)/;
    is scalar(grep { (readlink // '') eq Cwd::realpath($store) } glob "/proc/$child/fd/*"), 2, 'by a connection of its own';
    is $host->stop, 0, 'ends well';
    is $there->sql('PRAGMA integrity_check'), 'ok', 'nothing was harmed';
};

subtest 'a balance grows old' => sub {
    my $there = Munja::World->new(providers => ['joa']);
    $there->munja('check', 'balance');
    like $there->munja('gauge', 'balance', 'joa')->{out}, qr/^100000\n\z/, 'asked by a check';
    $there->sql('UPDATE balance SET seen_ms = seen_ms - 86390000');
    is $there->munja('gauge', 'balance', 'joa')->{exit}, 0, 'a day long';
    $there->sql('UPDATE balance SET seen_ms = seen_ms - 20000');
    is $there->munja('gauge', 'balance', 'joa')->{exit}, 3, 'no longer';
    $there->sim->config(balance => 7);
    $there->munja('balance');
    is $there->munja('gauge', 'balance', 'joa')->{out}, "7\n", 'asked again';
};

my $unwilling = ($ENV{MUNJA_SERVERS} // '') eq 'none' ? 'MUNJA_SERVERS=none' : !$AGENT ? 'no zabbix_agentd (Debian: zabbix-agent)' : $SANITIZED ? 'built with a sanitizer' : undef;

subtest 'zabbix_agentd -t' => sub {
    plan skip_all => $unwilling if defined $unwilling;
    my ($conf) = Agent::settings($world);
    tells_all(sub {
        my $run = Munja::run(program => $AGENT, args => [ '-c', $conf, '-t', $_[0] ], env => { MUNJA_CONFIG => $world->{conf} });
        utf8::decode($run->{out});
        return "! $1" if $run->{out} =~ /\[m\|ZBX_NOTSUPPORTED\] \[(.*)\]$/m;
        return $run->{out} =~ /\[[udt]\|(.*)\]$/m ? $1 : "? $run->{out}$run->{err}";
    });
};

subtest 'zabbix_agentd' => sub {
    plan skip_all => $unwilling if defined $unwilling;
    my $agent = Agent->start($world);
    is $agent->ask('agent.ping'), '1', 'runs' or diag $agent->log;
    my @late;
    tells_all(sub {
        my ($key) = @_;
        my $said = $agent->ask($key);
        note sprintf '%-36s %.1f ms over the network', $key, $agent->{ms};
        push @late, $key if $agent->{ms} > 500;
        return $said;
    });
    is_deeply \@late, [], 'no key keeps anybody waiting';
    $world->munja('queue', 'drop', 6);
    is $agent->ask('munja.queue[dead]'), '0', 'what an operator does is seen at once';
    like $agent->log, qr/loaded modules: \S*munja_zabbix\.so/, 'loaded';
    $agent->stop;

    rename $world->{conf}, "$world->{conf}.away";
    $agent = Agent->start($world);
    is $agent->ask('agent.ping'), '1', 'runs without a configuration too';
    like $agent->ask('munja.queue[depth]'), qr/^! .*munja\.conf: No such file/, 'and says so';
    rename "$world->{conf}.away", $world->{conf};
    is $agent->ask('munja.queue[depth]'), '2', 'until there is one';
    $agent->stop;
};

done_testing();
