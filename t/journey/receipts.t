#!/usr/bin/perl
# What became of messages: gateways are asked, and what did not arrive is sent another way, once.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use JSON::PP ();
use Munja::Push;
use Munja::World;
use Munja::Worker;
use Test::More;
use Time::HiRes qw(sleep time);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my ($KIM, $LEE, $WANG) = ('01012345678', '01099998888', '+8613900001234');
my $TEXT = qr/^\[PROBLEM\] CRITICAL db1\/disk 3 % left \d\d-\d\d \d\d:\d\d$/;

my $serial = 0;
sub notify {
    my ($world, $type, %more) = @_;
    my %field = (type => $type, host => 'db1', service => 'disk', state => 'CRITICAL', output => '3 % left', number => 1, since => ++$serial, %more);
    my ($to, $provider, $limit) = delete @field{qw(to provider limit)};
    my $run = $world->munja('notify', '--to', $to // $KIM, '-s', 'nagios', defined $provider ? ('-p', $provider) : (), defined $limit ? ('-t', $limit) : (), map { ('-F', "$_=$field{$_}") } sort keys %field);
    is $run->{exit}, 0, "$type: taken" or diag $run->{out};
    return $run;
}

# So that nobody waits for the next look.
sub hurry { my ($world) = @_; return $world->sql('UPDATE attempt SET look_ms = 1 WHERE look_ms > 0; UPDATE rounds SET next_ms = 1') }
sub once { my ($world) = @_; hurry($world); return $world->munja('worker', '--once') }

# A receipt that another process has kept just now.
sub keep_receipt {
    my ($world, $record, $code) = @_;
    return $world->sql("INSERT INTO receipt (provider, reference, recipient, state, code, meaning, time, seen_ms) SELECT provider, reference, '', 'missed',"
        . " '$code', '', '', begun_ms FROM attempt WHERE record = $record; UPDATE attempt SET look_ms = 1 WHERE record = $record");
}

sub route { my ($list, $more) = @_; return qq(route "all" { undelivered = {$list} ) . ($more // '') . " }\n" }
sub result { my ($world, %code) = @_; return $world->sim->config(results => \%code) }
sub shown {
    my ($world, $id) = @_;
    my $said = Munja::World::document($world->munja('queue', 'show', $id, '--json'));
    return [ map { $_ // '' } @$said{qw(receipt undelivered remedy replaced_by in_place_of)} ];
}
sub chain { my ($world) = @_; return $world->sql("SELECT group_concat(record || ' ' || remedy || ' ' || next, ', ') FROM (SELECT * FROM chase ORDER BY record)") }
sub at { my ($world, $to) = @_; return join ' ', map { $_->{gateway} } $world->sim->phone($to) }

subtest 'retry, the next provider, another number: by the resident worker' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => route('"retry", "next-provider", "recipient:010-9999-8888"'),
        sim => { results => { "smsjoa/$KIM" => '104', "nanuminet/$KIM" => '08' } });
    my $worker = Munja::Worker->start($world->{conf});
    notify($world, 'PROBLEM');
    ok Munja::until_true(sub { $world->texts($LEE) }, 60), 'somebody else has it in the end' or diag $worker->log;
    ok Munja::until_true(sub { $world->sql("SELECT count(*) FROM receipt WHERE state = 'delivered'") }, 30), 'which the gateway confirms';
    is $worker->stop, 0, 'the worker ends well';
    is at($world, $KIM), 'smsjoa smsjoa nanuminet', 'the same provider, then the next one';
    is at($world, $LEE), 'smsjoa',                  'then another phone, by the route';
    like $_, $TEXT, 'the same text' for $world->texts($KIM), $world->texts($LEE);
    is_deeply shown($world, 1), [ 'missed', 'missed: 104, the phone is off', 'retry', 2, '' ], 'what was done first, and why';
    is_deeply shown($world, 2), [ 'missed', 'missed: 104, the phone is off', 'next-provider', 3, 1 ], '... then';
    is_deeply shown($world, 3), [ 'missed', 'missed: 08, the phone is off', 'recipient', 4, 2 ], '... then';
    is_deeply shown($world, 4), [ 'delivered', '', '', '', 3 ], '... and that is all';
    like $world->munja('queue', 'show', 1)->{out}, qr/^undelivered +missed: 104, the phone is off\nremedy +retry\nreplaced_by +2\n/m, 'people read it, too';
    $world->clean;
};

subtest 'failed for good: the same provider is not asked again' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => route('"retry", "next-provider"'), sim => { results => { "smsjoa/$KIM" => '402' } });
    notify($world, 'PROBLEM');
    is once($world)->{exit}, 0, 'munja worker --once acts';
    is at($world, $KIM), 'smsjoa nanuminet', 'the next one is, in the same run';
    once($world) for 1 .. 3;
    is at($world, $KIM), 'smsjoa nanuminet', 'once';
    is chain($world), '1 next-provider 2, 2  0', 'and it arrived';
    $world->clean;
};

subtest 'nothing is left to be done' => sub {
    my $world = Munja::World->new(providers => ['joa'], text => route('"next-provider", "recipient:01012345678"'), sim => { results => { $KIM => '101' } });
    notify($world, 'PROBLEM');
    once($world) for 1 .. 2;
    is at($world, $KIM), 'smsjoa', 'there is no other provider, and no other phone';
    is_deeply shown($world, 1), [ 'failed', 'failed: 101, no such number', 'none', '', '' ], 'which is told';
};

subtest 'what is sent in its place is refused' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], sim => { results => { $KIM => '101' } },
        text => route('"next-provider", "recipient:01099998888"') . qq(monitor "nagios" { type = "nagios" command_file = "cmd" result_host = "gate" result_service = "munja" }\n));
    my $told = sub { return $world->sql("SELECT count(*) || ' ' || coalesce(max(record || ' ' || text), '') FROM writeback") };
    notify($world, 'PROBLEM');
    $world->sim->config(wrong_numbers => [$KIM]);
    once($world) for 1 .. 2;
    is scalar($world->texts($LEE)), 1, 'the list goes on';
    is $told->(), '0 ', 'and nobody is alarmed';
    is shown($world, 2)->[2], 'recipient', 'which is told';
    $world->sim->config(wrong_numbers => []);
    notify($world, 'PROBLEM');
    $world->sim->config(wrong_numbers => [ $KIM, $LEE ]);
    once($world) for 1 .. 3;
    is chain($world), '1 next-provider 2, 2 recipient 3, 3  0, 4 next-provider 5, 5 recipient 6, 6 none 0', 'to its end';
    like $told->(), qr{^1 6 db1/disk to 010\*\*\*\*8888: refused: }, 'which the monitor is told, once';
    $world->clean;
};

subtest 'what nobody got is told to the monitor' => sub {
    for my $list ('', '"next-provider"') {
        my $world = Munja::World->new(providers => ['joa'], sim => { results => { $KIM => '101' } },
            text => ($list && route($list)) . qq(monitor "nagios" { type = "nagios" command_file = "cmd" result_host = "gate" result_service = "munja" }\n));
        notify($world, 'PROBLEM');
        notify($world, 'PROBLEM', to => $LEE);
        once($world) for 1 .. 2;
        is $world->sql("SELECT group_concat(kind || ' ' || record || ' ' || state || ' ' || text) FROM writeback"), 'result 1 waiting db1/disk to 010****5678: failed: 101, no such number',
            'once: ' . ($list || 'without a list');
        $world->clean;
    }
};

subtest 'a problem that has recovered is not chased' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => route('"retry", "next-provider"'), sim => { results => { $KIM => '' } });
    notify($world, 'PROBLEM');
    notify($world, 'PROBLEM', service => 'load');
    notify($world, 'RECOVERY', state => 'OK');
    result($world, $KIM => '104');
    once($world);
    is_deeply shown($world, 1), [ 'missed', 'the problem has recovered', 'none', '', '' ], 'it is over';
    is_deeply shown($world, 2), [ 'missed', 'missed: 104, the phone is off', 'retry', 4, '' ], 'another still stands';
    is_deeply shown($world, 3), [ 'missed', 'missed: 104, the phone is off', 'retry', 5, '' ], 'and a recovery that did not arrive is news';
    $world->clean;
};

subtest 'it recovers while the retry waits' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => route('"recipient:01099998888"'), sim => { results => { $KIM => '' } });
    notify($world, 'PROBLEM');
    keep_receipt($world, 1, '104');
    $world->sim->fault(do => 'status', status => 429);
    $world->munja('worker', '--once');
    is $world->waiting, 1, 'no gateway takes it';
    $world->sim->faults_clear;
    notify($world, 'RECOVERY', state => 'OK');
    $world->sql("UPDATE record SET due_ms = 1; DELETE FROM breaker");
    once($world);
    is_deeply [ $world->texts($LEE) ], [], 'nobody else is woken for it';
    like $world->munja('queue', 'show', 2)->{out}, qr/^state +dead\n(?:.*\n)*\d +- .* dropped +- +the problem has recovered/m, 'which is told';
    like $world->munja('check', 'queue')->{out}, qr/^MUNJA OK - 0 waiting; 0 held; 0 dead/, 'and no fault';
};

subtest 'a missing receipt' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nsms' ], text => route('"next-provider"', 'receipt_wait = "11s"'), sim => { results => { $KIM => '' } });
    my $worker = Munja::Worker->start($world->{conf});
    notify($world, 'PROBLEM');
    ok Munja::until_true(sub { at($world, $KIM) eq 'smsjoa notificationsms' }, 60), 'counts when its time is over';
    my $after_ms = $world->sql('SELECT max(begun_ms) - min(begun_ms) FROM attempt');
    cmp_ok $after_ms, '>', 10500, '... and not before';
    cmp_ok $after_ms, '<', 19000, '... nor when it is asked for next';
    result($world, $KIM => '100');
    hurry($world);
    ok Munja::until_true(sub { $world->sql("SELECT count(*) FROM receipt WHERE state = 'delivered'") }), 'it comes after all';
    sleep 10;
    is at($world, $KIM), 'smsjoa notificationsms', 'a gateway without receipts is believed';
    is_deeply shown($world, 1), [ 'delivered', 'no receipt within 11 s', 'next-provider', 2, '' ], 'all of it is told';
    $worker->stop;
    $world->clean;
};

subtest 'nobody asked for long' => sub {
    for my $case ([ joa => 'nanumi', $KIM, '100' ], [ nanumi => 'joa', $KIM, '06' ], [ cn => 'joa', $WANG, 'DELIVRD' ]) {
        my ($provider, $next, $to, $code) = @$case;
        my $world = Munja::World->new(providers => [ $provider, $next ], text => route('"next-provider", "recipient:01099998888"', 'receipt_wait = "1h"'),
            sim => { clock_skew_s => -7200 });    # that gateway's month may be another one
        notify($world, 'PROBLEM', to => $to, provider => $provider);
        $world->sim->config(clock_skew_s => 0);
        $world->sql('UPDATE attempt SET begun_ms = begun_ms - 7200000, look_ms = look_ms - 7200000; UPDATE record SET wish_provider = \'\'');
        $world->munja('worker', '--once') for 1 .. 2;
        is $world->sql('SELECT count(*) FROM record'), 1, "$provider: nothing is sent in place";
        is shown($world, 1)->[0], 'delivered', '... of what was delivered long ago';
        $world->clean;
    }
};

subtest 'nobody listened for long' => sub {
    my $port  = Munja::free_port();
    my $world = Munja::World->new(providers => [ 'plex', 'joa' ], global => qq(listen = "127.0.0.1:$port"\n), set => { plex => { hook_token => 'x' x 20 } }, text => route('"next-provider"', 'receipt_wait = "8s"'));
    notify($world, 'PROBLEM');
    $world->sql('UPDATE attempt SET begun_ms = begun_ms - 7200000, look_ms = look_ms - 7200000');
    $world->munja('worker', '--once');
    my ($start, $worker) = (time, Munja::Worker->start($world->{conf}));
    ok Munja::until_true(sub { at($world, $KIM) eq 'apiplex smsjoa' }, 60), 'a receipt that cannot be asked for is missed in the end';
    cmp_ok time - $start, '>', 7.5, '... and the gateway has had the time to push it again';
    $worker->stop;
    $world->clean;
};

subtest 'without receipt_wait it never counts' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => route('"next-provider"'), sim => { results => { $KIM => '' } });
    notify($world, 'PROBLEM');
    $world->sql('UPDATE attempt SET begun_ms = begun_ms - 2 * 86400000; UPDATE record SET created_ms = created_ms - 2 * 86400000');
    once($world);
    is at($world, $KIM), 'smsjoa', 'however long it is missing';
    $world->munja('queue', 'show', 1);
    my $global = Munja::World->new(providers => [ 'joa', 'nanumi' ], global => "receipt_wait = \"1h\"\n", text => route('"next-provider"'), sim => { results => { $KIM => '' } });
    notify($global, 'PROBLEM');
    once($global);
    is at($global, $KIM), 'smsjoa', 'nor before its time, which may stand for all routes';
    $global->sql('UPDATE attempt SET begun_ms = begun_ms - 3600000');
    once($global);
    is at($global, $KIM), 'smsjoa nanuminet', 'then it does';
};

subtest 'late receipts' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => route('"next-provider", "recipient:01099998888"', 'receipt_wait = "1h"'),
        sim => { results => { $KIM => '' } });
    notify($world, 'PROBLEM');
    $world->sql('UPDATE attempt SET begun_ms = begun_ms - 3600000');
    once($world);
    is at($world, $KIM), 'smsjoa nanuminet', 'the second is under way';
    result($world, "smsjoa/$KIM" => '100', "nanuminet/$KIM" => '');
    once($world);
    result($world, "smsjoa/$KIM" => '100', "nanuminet/$KIM" => '08');
    once($world);
    is_deeply [ $world->texts($LEE) ], [], 'when the first arrived late, the failure of the second is none';
    is_deeply shown($world, 2), [ 'missed', 'a text was delivered after all', 'none', '', 1 ], 'which is told';

    $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => route('"next-provider", "recipient:01099998888"', 'receipt_wait = "1h"'),
        sim => { results => { $KIM => '' } });
    notify($world, 'PROBLEM');
    $world->sql('UPDATE attempt SET begun_ms = begun_ms - 3600000');
    once($world);
    result($world, "smsjoa/$KIM" => '104', "nanuminet/$KIM" => '');
    once($world);
    is_deeply [ $world->texts($LEE) ], [], 'when the first fails late, the second is waited for';
    result($world, "smsjoa/$KIM" => '104', "nanuminet/$KIM" => '10');
    once($world);
    is scalar($world->texts($LEE)), 1, 'and its failure counts';
};

subtest 'two who did not get it, one who does' => sub {
    my $world = Munja::World->new(providers => ['joa'], text => route('"recipient:01099998888"'), sim => { results => { $KIM => '101', '01077776666' => '101' } });
    notify($world, 'PROBLEM', to => "$KIM,01077776666");
    once($world);
    is scalar($world->texts($LEE)), 1, 'one text';
    is chain($world), '1 recipient 3, 2 recipient 3, 3  0', 'for both';
    notify($world, 'PROBLEM', to => "$KIM,$LEE");
    is scalar($world->texts($LEE)), 2, 'another alert, that he gets anyway';
    once($world);
    is scalar($world->texts($LEE)), 2, '... once';
    $world->clean;
};

subtest 'told once only: SMS57' => sub {
    my $world = Munja::World->new(providers => ['cn'], text => route('"recipient:13900002222"') =~ s/1390/+861390/r, sim => { results => { '13900001234' => 'MA:0001' } });
    notify($world, 'PROBLEM', to => $WANG);
    $world->munja('reports', 'cn');
    is_deeply shown($world, 1), [ 'failed', '', '', '', '' ], 'munja reports keeps it';
    once($world);
    is at($world, '13900002222'), 'sms57', 'and the next run acts';
    is_deeply shown($world, 1), [ 'failed', 'failed: MA:0001, the number is on the black list of all', 'recipient', 2, '' ], 'by what was kept';
    $world->sim->inbound(mobile => '13900001234', content => 'ok', mid => '9');
    once($world);
    like $world->munja('queue', 'show', 1, '--json')->{out}, qr/"text": ?"ok"/, 'replies are pulled along';
    $world->clean;
};

subtest 'SMS57, by the resident worker' => sub {
    my $world  = Munja::World->new(providers => ['cn']);
    my $worker = Munja::Worker->start($world->{conf});
    notify($world, 'PROBLEM', to => $WANG);
    ok Munja::until_true(sub { $world->sql("SELECT count(*) FROM receipt WHERE state = 'delivered'") }, 30), 'its report is pulled';
    $world->sim->inbound(mobile => '13900001234', content => "ok $_", mid => "M$_") for 1 .. 700;
    ok Munja::until_true(sub { $world->sql('SELECT count(*) FROM reply') == 700 }, 40), 'and replies, more than one answer holds';
    my @asked = $world->sim->requests(action => 'replies');
    cmp_ok scalar(@asked), '<', 12, 'without haste';
    $worker->stop;
    is $world->sql("SELECT count(*) FROM rounds WHERE next_ms > strftime('%s') * 1000"), 2, 'when to ask next is written down';
    $world->clean;
};

subtest 'many at once' => sub {
    my $world  = Munja::World->new(providers => ['joa'], sim => { balance => 2_000_000_000 });
    notify($world, 'PROBLEM');
    $world->fill(20000000, 80);
    my $worker = Munja::Worker->start($world->{conf});
    ok Munja::until_true(sub { $world->waiting == 0 }), 'sent';
    ok Munja::until_true(sub { $world->sql('SELECT count(*) FROM receipt') == 81 }, 90), 'one after the other is asked for' or diag $worker->tail;
    cmp_ok $world->sql('SELECT max(seen_ms) - min(seen_ms) FROM receipt'), '>', 5000, 'none of them in haste';
    ok Munja::until_true(sub { $world->sql('SELECT count(*) FROM attempt WHERE look_ms > 0') == 0 }), 'and no more';
    $worker->stop;
    $world->clean;
};

subtest 'pushed: API PLEX' => sub {
    my $token = 'c0ffee0123456789';
    my $port  = Munja::free_port();
    my $world = Munja::World->new(providers => [ 'plex', 'joa' ], global => qq(listen = "127.0.0.1:$port"\n), set => { plex => { hook_token => $token } }, text => route('"next-provider"'));
    my $worker = Munja::Worker->start($world->{conf});
    my $push   = sub { my ($to, $code) = @_; return Munja::Push->new($port)->post("/hook/plex/$token", Munja::Push::plex(($world->sim->phone($to))[0]{reference}, $code))->{status} };
    notify($world, 'PROBLEM');
    is $push->($KIM, 'E'), 200, 'the phone is off';
    ok Munja::until_true(sub { at($world, $KIM) eq 'apiplex smsjoa' }), 'acted upon';
    cmp_ok $world->sql('SELECT created_ms - (SELECT seen_ms FROM receipt) FROM record WHERE id = 2'), '<', 2000, '... at once';
    is $push->($KIM, 'E'), 200, 'told again';
    is $push->($KIM, '2'), 200, 'told otherwise';

    # The answer is lost, the same is sent under the same key, and the gateway tells of the repetition first.
    $world->sim->fault(match => '/sms-verify', do => 'close-after', times => 1);
    notify($world, 'PROBLEM', to => $LEE);
    is $world->sql("SELECT count(*) FROM attempt a JOIN record r ON r.id = a.record WHERE r.recipient = '$LEE' AND a.reference <> ''"), 2, 'sent twice under one key';
    is $push->($LEE, 'q'), 200, 'the second was blocked';
    sleep 3;
    is at($world, $LEE), 'apiplex', 'which says nothing of the first';
    is $push->($LEE, '0'), 200, 'that arrived';
    $worker->stop;
    is at($world, $KIM), 'apiplex smsjoa', 'once';
    is chain($world), '1 next-provider 2, 2  0', 'all of it';
    $world->clean;
};

subtest 'a restart in the middle' => sub {
    my $world  = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => route('"next-provider"'), sim => { results => { "smsjoa/$KIM" => '' } });
    my $worker = Munja::Worker->start($world->{conf});
    notify($world, 'PROBLEM');
    ok Munja::until_true(sub { $world->sim->requests(action => 'result') }, 20), 'asked for';
    $worker->stop('KILL');
    my $asked = $world->sim->requests(action => 'result');
    result($world, "smsjoa/$KIM" => '102');
    $worker = Munja::Worker->start($world->{conf});
    ok Munja::until_true(sub { at($world, $KIM) eq 'smsjoa nanuminet' }, 90), 'another goes on' or diag $worker->log;
    cmp_ok $world->sim->requests(action => 'result') - $asked, '<', 4, 'where it was';
    $worker->stop;
    $world->clean;
};

# munja worker --once, killed behind some of its system calls in turn, with a text that did not arrive each time.
subtest 'killed anywhere' => sub {
    my $killer = ($ENV{MUNJA_BUILD} || 'build') . '/t/killer';
    plan skip_all => "$killer is not built" if !-x $killer;
    my $world = Munja::World->new(providers => [ 'joa', 'plex' ], plain => 1, sim => { https_only => JSON::PP::false }, global => "timeout = 3\n", text => route('"next-provider"'));
    my %env   = (ASAN_OPTIONS => join ':', grep { defined && length } $ENV{ASAN_OPTIONS}, 'detect_leaks=0');
    my ($calls, $kills, %phone) = (1000, 0);
    for (my $at = 3; $at < $calls; $at += 3) {
        my $phone = sprintf '010%08d', $at;
        notify($world, 'PROBLEM', to => $phone, limit => 30);
        my $id = $world->sql('SELECT max(id) FROM record');
        keep_receipt($world, $id, '101');
        $phone{$phone} = $id;
        my $run = Munja::run(program => $killer, env => \%env, args => [ $at, Munja::program(), 'worker', '--once', '-f', $world->{conf} ]);
        $kills += $run->{err} =~ /^killer: killed after/m;
        $calls = $1 if $run->{err} =~ /^killer: ended with \d+ after (\d+)$/m;
    }
    sleep 8.5;
    $world->sql('UPDATE record SET due_ms = created_ms');
    once($world);
    cmp_ok $kills, '>', 30, 'at many places';
    is_deeply [ grep { at($world, $_) ne 'smsjoa apiplex' } sort keys %phone ], [], 'each went on to the next provider, once';
    is $world->sql('SELECT count(*) FROM chase WHERE done_ms > 0'), scalar(keys %phone), 'which is written down once';
    $world->clean;
};

subtest 'a store that cannot be written for a while' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => route('"next-provider"'), sim => { results => { "smsjoa/$KIM" => '101' } });
    $world->munja('queue', 'list');
    $world->sql("CREATE TRIGGER full BEFORE INSERT ON chase BEGIN SELECT RAISE(ABORT, 'full'); END");
    my $worker = Munja::Worker->start($world->{conf});
    notify($world, 'PROBLEM');
    ok $worker->await(qr/^store=chase fault=/m, 30), 'says so';
    sleep 1;
    $world->sql('DROP TRIGGER full');
    ok Munja::until_true(sub { at($world, $KIM) eq 'smsjoa nanuminet' }, 20), 'does it when it can' or diag $worker->log;
    $worker->stop;
    $world->clean;
};

subtest 'a gateway that refuses questions' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    notify($world, 'PROBLEM', to => sprintf '010%08d', $_) for 1 .. 3;
    $world->sim->fault(match => '/1/send/', do => 'status', status => 429, headers => { 'Retry-After' => '30' });
    my $worker = Munja::Worker->start($world->{conf});
    hurry($world);
    ok $worker->await(qr/^provider=joa asked=result outcome=retry code=http-429/m), 'says so';
    sleep 4;
    hurry($world);
    sleep 4;
    my @lines = $worker->log =~ /asked=result/g;
    cmp_ok scalar(@lines), '<', 4, 'it is left alone';
    notify($world, 'PROBLEM');
    is at($world, $KIM), 'smsjoa', 'but for messages';
    $worker->stop;
};

subtest 'a route that says it wrong' => sub {
    my $world = Munja::World->new(providers => ['joa'], text => route(qq("retry",\n"twice", "recipient:12")));
    my $run = $world->munja('config', 'check');
    like $run->{out} . $run->{err}, qr/munja\.conf:\d+: route "all": undelivered: "twice" is not retry, next-provider or recipient:NUMBER/, 'a word that it does not know';
    like $run->{out} . $run->{err}, qr/munja\.conf:\d+: route "all": undelivered: .*number/i, 'a number that is none';
};

done_testing;
