#!/usr/bin/perl
# A RECOVERY whose PROBLEM never went out: one text on the phone tells both.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::World;
use Munja::Worker;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $PHONE = '01012345678';
my %ALERT = (
    PROBLEM  => { state => 'CRITICAL', output => '3 % left',  time => '2026-11-22 03:10:00' },
    RECOVERY => { state => 'OK',       output => '40 % left', time => '2026-11-22 03:20:00' },
);

my $serial = 0;
sub notify {
    my ($world, $type, %more) = @_;
    my %field = (type => $type, host => 'db1', service => 'disk', number => 1, since => ++$serial, %{ $ALERT{$type} }, %more);
    my $to = delete $field{to} // $PHONE;
    return $world->munja('notify', '--to', $to, '-s', 'nagios', map { ('-F', "$_=$field{$_}") } sort keys %field);
}

# Gateways refuse for now, and surely took nothing.
sub down { my ($world) = @_; return $world->sim->fault(do => 'status', status => 429) }
sub up   { my ($world) = @_; return $world->sim->faults_clear }
sub let_time_pass { my ($world) = @_; return $world->sql("UPDATE record SET due_ms = 1 WHERE state = 'waiting'") }
sub states { my ($world) = @_; return $world->sql('SELECT group_concat(state) FROM (SELECT state FROM record ORDER BY id)') }

my $BOTH = '[RECOVERY] OK db1/disk 40 % left 11-22 03:20 (CRITICAL 03:10 not delivered)';

subtest 'both were kept' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    down($world);
    is notify($world, 'PROBLEM', since => 'one')->{exit}, 1, 'the problem is kept';
    is notify($world, 'RECOVERY')->{exit}, 1, 'the recovery is kept';
    up($world);
    let_time_pass($world);
    my $run = $world->munja('worker', '--once');
    is $run->{exit}, 0, 'sent when the gateway works again' or diag $run->{out};
    is_deeply [ $world->texts($PHONE) ], [$BOTH], 'one text';
    is states($world), 'merged,accepted', 'for two records';
    is $world->munja('queue', 'list')->{out}, "MUNJA OK - no such records\n", 'nothing is left to be looked at';
    like $world->munja('queue', 'show', 1)->{out}, qr/^state +merged\n(?:.*\n)*merged_into +2\n/m, 'it says who told it';
    like $world->munja('queue', 'list', '--state', 'merged')->{out}, qr/^1 +merged /m, 'and can be listed';
    like $world->munja('check', 'queue')->{out}, qr/^MUNJA OK - 0 waiting; 0 held; 0 dead; 0 refused/, 'all is well';
    $run = notify($world, 'PROBLEM', since => 'one');
    is $run->{exit}, 0, 'handed over again: exit 0';
    like $run->{out}, qr/^MUNJA OK - told with its recovery for 010/, 'and why';
    for my $deed ('retry', 'drop') {
        $run = $world->munja('queue', $deed, 1);
        is $run->{exit}, 3, "queue $deed: nothing to be done";
        like $run->{out}, qr/its recovery told it/, 'and why';
    }
    is scalar($world->texts($PHONE)), 1, 'still one text';
    is_deeply [ $world->sim->violations ], [], 'no violation';
};

subtest 'the recovery finds the gateway up' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'plex' ]);
    down($world);
    notify($world, 'PROBLEM', state => 'WARNING', time => '2026-11-21 23:50:00');
    notify($world, 'PROBLEM', to => "$PHONE,01099998888");
    notify($world, 'PROBLEM', service => 'load');
    up($world);
    is notify($world, 'RECOVERY')->{exit}, 0, 'sent';
    is(($world->texts($PHONE))[0], $BOTH =~ s/CRITICAL 03:10/WARNING 11-21 23:50, CRITICAL 03:10/r, 'it tells all that was missed');
    is states($world), 'merged,merged,waiting,waiting,accepted', 'of that service, on that phone';
};

subtest 'it is not taken either' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    down($world);
    notify($world, 'PROBLEM');
    notify($world, 'RECOVERY');
    $world->sql("UPDATE record SET created_ms = created_ms - 86400000 WHERE id = 2");
    let_time_pass($world);
    $world->munja('worker', '--once');
    is states($world), 'waiting,dead', 'it was given up';
    up($world);
    let_time_pass($world);
    $world->munja('worker', '--once');
    is states($world), 'accepted,dead', 'then the problem goes by itself';
};

subtest 'where the answer was lost, two texts stay two' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    $world->sim->fault(match => '/1/send', do => 'close-after', times => 1);
    notify($world, 'PROBLEM');
    is notify($world, 'RECOVERY')->{exit}, 0, 'sent';
    my @texts = $world->texts($PHONE);
    is scalar(@texts), 2, 'two texts';
    unlike "@texts", qr/not delivered/, 'nothing is said that may not be true';
    is states($world), 'waiting,accepted', 'the problem is on its own';
};

subtest 'by hand, a host without a service says too little' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    down($world);
    $world->munja('notify', '--to', $PHONE, '-F', 'type=PROBLEM', '-F', 'host=db1', '-F', 'output=disk full');
    up($world);
    $world->munja('notify', '--to', $PHONE, '-F', 'type=RECOVERY', '-F', 'host=db1', '-F', 'output=load fine');
    is states($world), 'waiting,accepted', 'it may be another matter';
};

subtest 'a template may say it in its own words' => sub {
    my $world = Munja::World->new(providers => ['joa'], text => qq(template "default" { service = "{{#missed}}missed {{missed}}: {{/missed}}{{state}} {{host}}" }\n));
    down($world);
    notify($world, 'PROBLEM');
    up($world);
    notify($world, 'RECOVERY');
    is_deeply [ $world->texts($PHONE) ], ['missed CRITICAL 03:10: OK db1'], 'once';
};

subtest 'the resident worker does likewise' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    down($world);
    is notify($world, 'PROBLEM')->{exit}, 1, 'kept';
    up($world);
    is notify($world, 'RECOVERY')->{exit}, 0, 'sent';
    is_deeply [ $world->texts($PHONE) ], [$BOTH], 'one text';
    is states($world), 'merged,accepted', 'for two records';
    $worker->stop;
};

done_testing;
