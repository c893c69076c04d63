#!/usr/bin/perl
# munja notify beside a resident worker: what a monitor is told is the same as without one, and where the worker does not
# answer, is killed or goes by another configuration, the alert goes out all the same, and once.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::Worker;
use Munja::World;
use Test::More;
use Time::HiRes qw(sleep time);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

# What differs from run to run: ids, references, times.
sub plain {
    my ($text) = @_;
    $text =~ s/time=[\d.]+s/time=/g;
    $text =~ s/"took_ms":\d+/"took_ms":/;
    $text =~ s/"(record|reference)":"?\w*"?/"$1":/g;
    $text =~ s/(?:record|reference) \S+/record/g;
    $text =~ s{/tmp/munja-\w+/}{/tmp/}g;
    return $text;
}

subtest 'the same answer with and without a worker' => sub {
    my $dir   = Munja::folder();
    my $image = Munja::write_file("$dir/graph.jpg", Munja::Sim::jpeg(320, 240, 5000));
    my %fault = map { $_ => [ match => $_, do => 'status', status => 503 ] } qw(/1/send /sms-verify /v1/send /api/v1/sms /sms);
    my $note  = "route \"broken\" {\n    host = {\"web1\"}\n    providers = {\"nobody\"}\n}\n";
    my $later = POSIX::strftime('%Y-%m-%d %H:%M:%S', gmtime(time + 9 * 3600 + 7200));
    my @alert = map { ('-F', $_) } 'type=PROBLEM', 'host=web1', 'service=disk', 'state=CRITICAL', 'output=디스크 97%', 'id=7', 'time=2026-11-22 03:10:00';
    my @cases = (
        { name => 'accepted' },
        { name => 'accepted, as JSON', args => ['--json'] },
        { name => 'refused', sim => { wrong_numbers => ['01099990000'] }, to => '01099990000', exit => 2 },
        { name => 'refused, as JSON', sim => { wrong_numbers => ['01099990000'] }, to => '01099990000', args => ['--json'], exit => 2 },
        { name => 'kept for retry', only => 'joa', fault => ['/1/send'], exit => 1 },
        { name => 'kept for retry, for Zabbix', only => 'joa', fault => ['/1/send'], zabbix => 1 },
        { name => 'another provider', fault => ['/1/send'] },
        { name => 'several recipients', to => '01011110000,01022220000,01033330000' },
        { name => 'several recipients, one refused', sim => { wrong_numbers => ['01022220000'] }, to => '01011110000,01022220000', exit => 2 },
        { name => 'a recipient that is no number', to => '01011110000,nobody', exit => 2 },
        { name => 'nobody for a number', to => '+4915112345678', exit => 1 },
        { name => 'a faulty route', text => $note, exit => 1 },
        { name => 'a provider by name', args => [ '-p', 'plex' ] },
        { name => 'a provider by a wrong name', args => [ '-p', 'plexx' ], exit => 3 },
        { name => 'a kind', args => [ '-k', 'lms' ] },
        { name => 'a wrong kind', args => [ '-k', 'fax' ], exit => 3 },
        { name => 'a time', args => [ '--at', $later ] },
        { name => 'a time that is past', args => [ '--at', '2020-01-01 09:00' ], exit => 3 },
        { name => 'an image', args => [ '-i', $image ] },
        { name => 'an image where none goes', only => 'plex', args => [ '-i', $image ], exit => 1 },
        { name => 'an image that is none', args => [ '-i', "$dir/no.jpg" ], exit => 1 },
    );
    for my $case (@cases) {
        my (%run, %texts);
        for my $with (0, 1) {
            my $world  = Munja::World->new(($case->{only} ? (providers => [ $case->{only} ]) : ()), text => $case->{text} // '', sim => $case->{sim} // {});
            my $worker = $with ? Munja::Worker->start($world->{conf}) : undef;
            $world->sim->fault(@{ $fault{$_} }) for @{ $case->{fault} // [] };
            my $to = $case->{to} // '01012345678';
            $run{$with} = $world->munja('notify', '--to', $to, @{ $case->{args} // [] }, $case->{zabbix} ? ('DISK', '디스크 97%') : @alert);
            $texts{$with} = join '|', map { my $n = $_; map { "$n $_" } $world->texts($n) } $world->sim->phones;
            next if !$with;
            is $worker->stop, 0, "$case->{name}: the worker ends well" or diag $worker->log;
            next if $run{1}{exit} == 3;
            my $state = $world->sql('SELECT count(*) FROM record');
            cmp_ok $state, '>', 0, "$case->{name}: it was the worker's" if $worker->log !~ /^record=/m;
        }
        is $run{1}{exit}, $run{0}{exit}, "$case->{name}: the same exit code";
        is $run{1}{exit}, $case->{exit} // 0, "$case->{name}: ... and the right one" or diag $run{1}{out};
        is plain($run{1}{out}), plain($run{0}{out}), "$case->{name}: the same answer";
        is $texts{1}, $texts{0}, "$case->{name}: the same on the phone";
    }
};

sub one {
    my ($world, $phone, @args) = @_;
    return $world->munja('notify', '--to', $phone, @args, "alarm for $phone", 'text');
}

# How many attempts there were, over all.
sub attempts { my ($world) = @_; return $world->sql('SELECT count(*) FROM attempt') }

subtest 'a worker that is stopped' => sub {
    my $world  = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    my ($before, $phone) = (Munja::phone(), Munja::phone());
    is one($world, $before)->{exit}, 0, 'it works';
    $worker->halt("$world->{dir}/munja.db");
    my $run = one($world, $phone, '-t', 10);
    is $run->{exit}, 0, 'munja notify delivers by itself' or diag $run->{out};
    cmp_ok $run->{wall}, '<', 10, '... in time';
    is scalar($world->texts($phone)), 1, '... once';
    $worker->signal('CONT');
    my $after = Munja::phone();
    is one($world, $after)->{exit}, 0, 'it goes on where it was stopped';
    is $worker->stop, 0, '... and ends well';
    is scalar($world->texts($_)), 1, "$_: one text" for $before, $phone, $after;
    is attempts($world), 3, 'one attempt each';
};

subtest 'many for a worker that is stopped' => sub {
    my $world  = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    my @phones = map { Munja::phone() } 1 .. 20;
    one($world, Munja::phone());
    $worker->halt("$world->{dir}/munja.db");
    my $all = Munja::each_of(\20, sub { my $run = one($world, $_[0], '-t', 20); return [ $run->{exit}, $run->{wall}, "$run->{out}$run->{err}" ] }, @phones);
    is_deeply [ map { $all->{$_} } grep { $all->{$_}[0] != 0 || $all->{$_}[1] >= 20 } @phones ], [], 'each delivers by itself in time';
    $worker->signal('CONT');
    is one($world, Munja::phone())->{exit}, 0, 'it goes on';
    is $worker->stop, 0, '... and ends well';
    is_deeply [ grep { $world->texts($_) != 1 } @phones ], [], 'one text each';
};

subtest 'a worker that is killed while the gateway thinks' => sub {
    my $world  = Munja::World->new(providers => ['plex']);
    my $worker = Munja::Worker->start($world->{conf});
    my $phone  = Munja::phone();
    $world->sim->fault(match => '/sms-verify', do => 'delay', ms => 3000, times => 1);
    my $killer = fork // die "fork: $!";
    if ($killer == 0) {
        Munja::until_true(sub { $world->sim->requests(action => 'send') });
        kill 'KILL', $worker->pid;
        POSIX::_exit(0);
    }
    my $run = one($world, $phone, '-t', 20);
    waitpid $killer, 0;
    like $run->{out}, qr/^MUNJA (?:OK|WARNING) - /, 'munja notify answers' or diag $run->{out};
    cmp_ok $run->{exit}, '<', 2, '... that all is safe';
    cmp_ok $run->{wall}, '<', 20, '... in time';
    is scalar($world->texts($phone)), 1, 'one text: the same key again';
    is $world->sql("SELECT state FROM record"), 'accepted', 'it stands in the store';
};

subtest 'a worker with another configuration' => sub {
    my $world  = Munja::World->new(providers => ['joa']);
    my $worker = Munja::Worker->start($world->{conf});
    my $other  = Munja::config($world->{dir}, $world->sim, providers => ['plex'], name => 'other.conf');
    my $phone  = Munja::phone();
    my $run    = Munja::run(args => [ 'notify', '-f', $other, '--to', $phone, 'other', 'text' ]);
    is $run->{exit}, 0, 'exit 0';
    like $run->{out}, qr/accepted by plex/, 'munja notify goes by its own';
    is scalar($world->texts($phone)), 1, 'one text';
    symlink $world->{conf}, "$world->{dir}/link.conf" or die "link: $!";
    $run = Munja::run(args => [ 'notify', '-f', "$world->{dir}/link.conf", '--to', Munja::phone(), 'linked', 'text' ]);
    is $run->{exit}, 0, 'by another name of the same';
    is $worker->stop, 0, 'the worker ends well';
    is scalar(() = $worker->log =~ /^record=/mg), 1, '... and had only the last one' or diag $worker->log;
};

subtest 'a store with a long path' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $deep  = $world->{dir} . '/' . join '/', map { "folder-$_-" . 'x' x 40 } 1 .. 4;
    my $path  = '';
    for my $part (split m{/}, $deep) { $path .= "$part/"; mkdir $path }
    my $conf   = Munja::config($deep, $world->sim, providers => ['joa']);
    my $worker = Munja::Worker->start($conf);
    my $phone  = Munja::phone();
    my $run    = Munja::run(args => [ 'notify', '-f', $conf, '--to', $phone, 'deep', 'text' ]);
    is $run->{exit}, 0, 'exit 0' or diag "$run->{out}$run->{err}";
    like $worker->log, qr/^record=/m, 'the worker had it' or diag $worker->log;
    is $worker->stop, 0, '... and ends well';
    is_deeply [ glob "$deep/*-worker" ], [], 'no socket is left';
};

subtest 'two hundred at once' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'plex' ], sim => { balance => 2_000_000_000 });
    my $slowest = 0;
    for my $with (1, 0) {
        my $worker  = $with ? Munja::Worker->start($world->{conf}) : undef;
        my @phones  = map { Munja::phone() } 1 .. 200;
        my $timeout = 30;
        my $all     = Munja::each_of(\200, sub { my $run = one($world, $_[0], '-t', $timeout); return [ $run->{exit}, $run->{wall}, $run->{out} ] }, @phones);
        my $name    = $with ? 'with a worker' : 'without one';
        my ($slow)  = sort { $b <=> $a } map { $_->[1] } values %$all;
        is_deeply [ map { $all->{$_}[2] } grep { $all->{$_}[0] != 0 } @phones ], [], "$name: all accepted";
        cmp_ok $slow, '<', $timeout, "$name: none took longer than its time";
        is_deeply [ grep { $world->texts($_) != 1 } @phones ], [], "$name: one text each";
        diag sprintf 'the slowest of 200 at once, %s: %.2f s', $name, $slow;
        is $worker->stop, 0, "$name: it ends well" if $worker;
    }
    $world->clean('200 at once');
};

done_testing;
