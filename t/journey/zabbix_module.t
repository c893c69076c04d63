#!/usr/bin/perl
# What munja tells of itself, one value at a time: the same from the command and from the module in a daemon that keeps
# Zabbix' rules to the letter. zabbix_items.t has the real ones.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Cwd qw(abs_path);
use IPC::Open2;
use Munja::Items;
use Munja::World;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $BUILD  = abs_path($ENV{MUNJA_BUILD} // 'build');
my $MODULE = "$BUILD/lib/munja/munja_zabbix.so";
my $MOST_MS = 5;
open my $symbols, '-|', 'nm', '-D', $MODULE or die "nm: $!";
my $SANITIZED = grep { /__asan_init/ } <$symbols>;
close $symbols;

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

package main;

my $world = Munja::Items::world();

subtest 'command' => sub {
    Munja::Items::tells_all(sub {
        my $run = $world->munja('gauge', '--', Munja::Items::words($_[0]));
        return $run->{out} =~ s/\n\z//r if $run->{exit} == 0;
        return "! $1" if $run->{exit} == 3 && $run->{out} =~ /^MUNJA UNKNOWN - (.*)\n\z/;
        return "? $run->{out}";
    });
};

subtest 'module' => sub {
    my $host = Host->start($world);
    my (%type, @late);
    Munja::Items::tells_all(sub {
        my ($key) = @_;
        my $said = $host->ask($key);
        $type{$key} = $host->{type};
        return $said;
    });
    is $type{'munja.queue[depth]'}, 'ui64', 'counts are whole';
    is $type{'munja.balance[joa]'}, 'dbl',  'a balance need not be';
    for my $key (Munja::Items::keys_of_all()) {
        # The quickest: others have a turn on this machine too.
        my ($ms) = sort { $a <=> $b } map { $host->ask($key); $host->{ms} } 1 .. 9;
        note sprintf '%-36s %.3f ms', $key, $ms;
        push @late, $key if $ms > $MOST_MS * ($SANITIZED ? 10 : 1);
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
    Munja::Items::notify($there);
    is $host->ask('munja.delivery[accepted]'), 1, 'a store that came later';
    Munja::Items::notify($there);
    is $host->ask('munja.delivery[accepted]'), 2, 'grows';
    rename "$store$_", "$store.old$_" for '', '-wal', '-shm';
    like $host->ask('munja.delivery[accepted]'), qr/^! .*there is none yet$/, 'is gone';
    Munja::Items::notify($there);
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
    Munja::Items::notify($there);
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
    $there->sql('UPDATE balance SET seen_ms = seen_ms - 86300000');
    is $there->munja('gauge', 'balance', 'joa')->{exit}, 0, 'a day long';
    $there->sql('UPDATE balance SET seen_ms = seen_ms - 110000');
    is $there->munja('gauge', 'balance', 'joa')->{exit}, 3, 'no longer';
    $there->sim->config(balance => 7);
    $there->munja('balance');
    is $there->munja('gauge', 'balance', 'joa')->{out}, "7\n", 'asked again';
};

done_testing();
