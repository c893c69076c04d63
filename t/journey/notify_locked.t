#!/usr/bin/perl
# munja notify while another process holds the store, as a backup may: it costs the record for a while, never the alert.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use JSON::PP ();
use Munja::World;
use POSIX ();
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $PHONE  = '01012345678';
my $serial = 0;

sub world { return Munja::World->new(providers => ['joa']) }
sub lock_of { my ($world) = @_; return Munja::locked("$world->{dir}/munja.db") }
sub worker { my ($world) = @_; return $world->munja('worker', '--once') }
sub let_time_pass { my ($world) = @_; return $world->sql("UPDATE record SET due_ms = 1, lease_until_ms = 0 WHERE state = 'waiting'") }

# How many messages the gateway was asked to send, whatever became of them.
sub sends { my ($world) = @_; return scalar grep { $_->{path} eq '/1/send' } $world->sim->requests }

# One alert of its own, unless the arguments name an id.
sub command {
    my (@args) = @_;
    my @id = grep({ /^id=/ } @args) ? () : ('-F', 'id=' . ++$serial);
    my @to = grep({ /^--to/ } @args) ? () : ('--to', $PHONE);
    return ('notify', @to, '-F', 'type=PROBLEM', '-F', 'host=웹01', '-F', 'service=디스크', '-F', 'state=CRITICAL', '-F', 'output=디스크 여유 3%', @id, @args);
}
sub notify { my ($world, @args) = @_; return $world->munja(command(@args)) }

# Beside this process, which has something to do meanwhile: what waits for its end and returns it.
sub notify_beside {
    my ($world, @args) = @_;
    my ($name, @rest) = command(@args);
    my $pid = open(my $pipe, '-|') // die "fork: $!";
    if ($pid == 0) {
        print STDOUT JSON::PP->new->ascii->encode(Munja::run(args => [ $name, '-f', $world->{conf}, @rest ]));
        close STDOUT;
        POSIX::_exit(0);
    }
    return sub {
        my $run = JSON::PP->new->decode(join '', <$pipe>);
        close $pipe;
        utf8::decode($run->{out});
        return $run;
    };
}

subtest 'a store that stays locked costs the record, not the alert' => sub {
    my $world = world();
    notify($world);
    my $lock = lock_of($world);
    my $run = notify($world, '-t', 8);
    is $run->{exit}, 1, 'exit 1';
    like $run->{out}, qr/^MUNJA WARNING - accepted without a record by joa .*another process holds it/, 'loudly';
    is scalar($world->texts($PHONE)), 2, 'it arrived';
    Munja::let_go($lock);
};

subtest 'a store that was locked too long keeps what no gateway takes' => sub {
    my $world = world();
    notify($world);
    my $sent = sends($world);
    $world->sim->fault(match => '/1/send', do => 'status', status => 429);
    my $lock = lock_of($world);
    my $ends = notify_beside($world, '-t', 12);
    ok Munja::until_true(sub { sends($world) > $sent }), 'sent while the store is locked';
    Munja::let_go($lock);
    my $run = $ends->();
    is $run->{exit}, 1, 'exit 1';
    like $run->{out}, qr/^MUNJA WARNING - kept for retry .*kept late: .*another process holds it/, 'and how';
    $world->sim->faults_clear;
    let_time_pass($world);
    is worker($world)->{exit}, 0, 'tried again';
    is scalar($world->texts($PHONE)), 2, 'it arrives';
};

subtest 'what was sent before is not sent again because the store is locked' => sub {
    my $world = world();
    is notify($world, '-F', 'id=one')->{exit}, 0, 'accepted';
    $world->sim->fault(do => 'reset');
    notify($world, '-F', 'id=two', '--to', '01099998888');
    $world->sim->faults_clear;
    let_time_pass($world);
    my $lock = lock_of($world);
    my $run = notify($world, '-F', 'id=one', '-t', 6);
    like $run->{out}, qr/^MUNJA WARNING - accepted before by joa /, 'found';
    is scalar($world->texts($PHONE)), 1, 'one text';
    Munja::let_go($lock);
};

subtest 'an acceptance that cannot be noted is not told as if it were' => sub {
    my $world = world();
    notify($world);
    my $sent = sends($world);
    $world->sim->fault(match => '/1/send', do => 'delay', ms => 4000);
    my $ends = notify_beside($world, '-t', 8);
    ok Munja::until_true(sub { sends($world) > $sent }), 'the gateway has it';
    my $lock = lock_of($world);
    my $run = $ends->();
    Munja::let_go($lock);
    is $run->{exit}, 1, 'exit 1';
    like $run->{out}, qr/^MUNJA WARNING - accepted without a record by joa /, 'the answer says so';
};

done_testing;
