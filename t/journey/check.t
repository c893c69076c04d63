#!/usr/bin/perl
# munja check: what a monitoring system learns of munja itself.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::World;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $PHONE = '01012345678';
my @STATE = qw(OK WARNING CRITICAL UNKNOWN);

my $serial = 0;
sub notify {
    my ($world, @args) = @_;
    return $world->munja('notify', '--to', $PHONE, '-F', 'id=' . ++$serial, '-F', 'type=PROBLEM', '-F', 'host=web1',
        '-F', 'service=disk', '-F', 'state=CRITICAL', '-F', 'output=3 % left', @args)->{exit};
}

# A plugin's line: its state, its sentence, and its performance data by label.
sub check {
    my ($world, $exit, @args) = @_;
    my $run = $world->munja('check', @args);
    is $run->{exit}, $exit, "check @args: $STATE[$exit]" or diag $run->{out};
    is $run->{err}, '', 'nothing else is said';
    my ($sentence, $data) = $run->{out} =~ /^MUNJA $STATE[$exit] - ([^|\n]+?)(?: \| ([^|\n]+))?\n\z/;
    ok defined $sentence, 'one line' or diag $run->{out};
    my %data;
    for (split / /, $data // '') {
        /^([^=']+)=(-?[\d.]+(?:s|%)?(?:;[^; ]*;[^; ]*)?)$/ ? $data{$1} = $2 : fail("performance data: $_");
    }
    return ($sentence // '', \%data);
}

# That many seconds ago.
sub age { my ($world, $table, $column, $seconds) = @_; return $world->sql("UPDATE $table SET $column = $column - 1000 * $seconds") }

# All attempts, so many days ago.
sub begun { my ($world, $days) = @_; return $world->sql("UPDATE attempt SET begun_ms = CAST((julianday('now') - 2440587.5 - $days) * 86400000 AS INTEGER)") }

subtest 'queue' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my ($said, $data) = check($world, 0, 'queue');
    like $said, qr/^0 waiting; 0 held; 0 dead; 0 refused in 24 h; there is no store yet$/, 'nothing was ever accepted';
    ok !-e "$world->{dir}/munja.db", 'and looking makes no store';
    is_deeply $data, { waiting => '0', oldest => '0s;300;900', held => '0;0;', dead => '0;0;', refused => '0' }, 'numbers all the same';

    notify($world);
    ($said) = check($world, 0, 'queue');
    is $said, '0 waiting; 0 held; 0 dead; 0 refused in 24 h', 'what was accepted does not wait';
    my $before = join ' ', (stat "$world->{dir}/munja.db")[7, 9], (stat "$world->{dir}/munja.db-wal")[7, 9];
    check($world, 0, 'queue') for 1 .. 3;
    is join(' ', (stat "$world->{dir}/munja.db")[7, 9], (stat "$world->{dir}/munja.db-wal")[7, 9]), $before, 'looking writes nothing';

    $world->sim->fault(do => 'reset');
    notify($world) for 1 .. 2;
    $world->sim->faults_clear;
    ($said, $data) = check($world, 0, 'queue');
    is $data->{waiting}, 2, 'two wait';
    age($world, 'record', 'created_ms', 400);
    ($said, $data) = check($world, 1, 'queue');
    like $said, qr/^2 waiting, the oldest for 4[0-5]\d s; /, 'too long';
    like $data->{oldest}, qr/^4[0-5]\ds;300;900$/, 'in the data too';
    age($world, 'record', 'created_ms', 600);
    check($world, 2, 'queue');
    check($world, 0, 'queue', '-w', '3600', '-c', '7200');
    check($world, 1, 'queue', '--warning=@900:1100', '--critical', '7200');
    $world->munja('queue', 'flush');
    ($said, $data) = check($world, 0, 'queue');
    is $data->{waiting}, 0, 'all gone';
};

subtest 'queue: what an operator has to decide' => sub {
    my $world = Munja::World->new(providers => ['joa'], text => "route \"all\" { unsure = \"hold\"  providers = {\"joa\"} }\n");
    $world->sim->fault(match => '/1/send', do => 'close-after', times => 1);
    notify($world);
    my ($said, $data) = check($world, 1, 'queue');
    like $said, qr/^1 held; 0 waiting/, 'held: what is wrong stands first';
    is $data->{held}, '1;0;', 'counted';
    $world->munja('queue', 'drop', 1);
    check($world, 0, 'queue');

    $world->sim->config(wrong_numbers => [$PHONE]);
    is notify($world), 2, 'a number that is refused';
    ($said, $data) = check($world, 0, 'queue');
    is $data->{refused}, 1, 'is counted, but was told by then';
    $world->sql("UPDATE record SET state = 'dead' WHERE id = 2");
    ($said, $data) = check($world, 1, 'queue', '-w', '~:', '-c', '~:');
    like $said, qr/^1 dead; /, 'dead: whatever the thresholds';
    is $data->{dead}, '1;0;', 'counted';
};

subtest 'queue: a store that cannot be read' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    Munja::write_file("$world->{dir}/munja.db", 'nothing of that kind ' x 100);
    my ($said) = check($world, 3, 'queue');
    like $said, qr/munja\.db/, 'named';
    check($world, 3, 'delivery');
    my $conf = Munja::write_file("$world->{dir}/bare.conf", "store = \"$world->{dir}/absent.db\"\n", 0600);
    is Munja::run(args => [ 'check', 'queue', '-f', $conf ])->{exit}, 0, 'providers are not needed';
};

subtest 'delivery' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ]);
    my ($said, $data) = check($world, 0, 'delivery');
    is $said, 'nothing sent in 1 h', 'nothing sent is no fault';
    is_deeply $data, { (map { $_ => '0%;10;50' } qw(failed undelivered)), map { $_ => '0' } map { ("joa_$_", "nanumi_$_") } qw(accepted failed unsure paused delivered undelivered) }, 'zeros of every provider';

    notify($world) for 1 .. 9;
    ($said, $data) = check($world, 0, 'delivery');
    is $said, '0 of 9 attempts in 1 h failed, 0.0 %', 'all well';
    is $data->{joa_accepted}, 9, 'by joa';

    $world->sim->fault(match => '/1/send', do => 'status', status => 429);
    notify($world);
    $world->sim->faults_clear;
    ($said, $data) = check($world, 0, 'delivery');
    is_deeply [ @$data{qw(failed joa_accepted joa_failed joa_unsure nanumi_accepted)} ], [ '9.1%;10;50', 9, 1, 0, 1 ], 'one failed, another took over';
    is $said, '1 of 11 attempts in 1 h failed, 9.1 %; joa: 1 of 10 failed', 'the sentence says which';
    check($world, 1, 'delivery', '-w', '9', '-c', '50');
    check($world, 2, 'delivery', '-w', '5', '-c', '9');
    ($said) = check($world, 1, 'delivery', '-w', '9.5', '-c', '50');
    like $said, qr/^joa: 1 of 10 failed; /, 'one provider alone can be too bad';

    $world->sim->fault(match => '/1/send', do => 'close-after');
    notify($world);
    ($said, $data) = check($world, 1, 'delivery');
    is $data->{joa_unsure}, 1, 'a lost answer is no success';
    $world->sim->fault(do => 'reset');
    notify($world) for 1 .. 3;
    age($world, 'breaker', 'until_ms', -300);    # they pause for longer than a slow machine takes here
    notify($world) for 1 .. 9;
    check($world, 2, 'delivery');
    check($world, 2, 'delivery', '--window', '10m');
    age($world, 'attempt', 'begun_ms', 1800);
    ($said, $data) = check($world, 1, 'delivery', '--window', '10m');
    like $said, qr/^joa: paused until \d\d:\d\d after 3 failures: lost, [^;]+; nanumi: paused [^;]+; nothing sent/, 'who pauses is told';
    is "$data->{joa_paused} $data->{nanumi_paused}", '1 1', 'and counted';
    age($world, 'breaker', 'until_ms', 600);
    ($said) = check($world, 0, 'delivery', '--window=10m');
    is $said, 'nothing sent in 10 min', 'what is older does not count';
    check($world, 2, 'delivery', '--window', '1d');
};

subtest 'delivery: one provider is down, another stands in' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ]);
    $world->sim->fault(match => '/1/', do => 'status', status => 429);
    notify($world);
    $world->sql("INSERT INTO attempt SELECT record + number * 1000 + n, 1, 'nanumi', begun_ms, ended_ms, 'accepted', '', '', 'x' || n, 0 FROM attempt,"
        . " (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20) SELECT n FROM c) WHERE provider = 'nanumi'");
    my ($said, $data) = check($world, 1, 'delivery');
    like $said, qr/^joa: 1 of 1 failed; 1 of 22 attempts/, 'few of all, but all of one';
};

subtest 'delivery: what did not arrive' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], sim => { results => { '01000000091' => '104', '01000000092' => '402' } });
    $world->munja('notify', '--to', $_, '-p', 'joa', 'subject', 'text') for map { sprintf '010%08d', $_ } 91 .. 99;
    $world->sql('UPDATE attempt SET look_ms = 1 WHERE look_ms > 0');
    $world->munja('worker', '--once');
    is $world->sql('SELECT count(*) FROM receipt'), 9, 'all are known';
    my ($said, $data) = check($world, 1, 'delivery');
    is $said, '2 of 9 messages undelivered, 22.2 %; joa SKT: 2 of 9 undelivered; 0 of 9 attempts in 1 h failed, 0.0 %', 'the rate and the carrier';
    is_deeply [ @$data{qw(undelivered joa_delivered joa_undelivered joa_SKT_delivered joa_SKT_undelivered nanumi_delivered)} ], [ '22.2%;10;50', 7, 2, 7, 2, 0 ], 'as numbers';
    check($world, 0, 'delivery', '-w', '30');
    check($world, 2, 'delivery', '-c', '20');
    is $world->munja('gauge', 'delivery', 'undelivered')->{out}, "2\n", 'as an item';
    is $world->munja('gauge', 'delivery', 'delivered', 'joa', '1h')->{out}, "7\n", 'of a provider';
    is $world->munja('gauge', 'delivery', 'delivered', 'nanumi')->{out}, "0\n", 'of another';
    $world->sql("INSERT INTO receipt (provider, reference, recipient, state, code, meaning, time, seen_ms) VALUES ('joa', 'unknown', '', 'failed', '1', '', '', strftime('%s') * 1000)");
    is $world->munja('gauge', 'delivery', 'undelivered')->{out}, "2\n", 'what munja never sent does not count';
    age($world, 'receipt', 'seen_ms', 7200);
    is $world->munja('gauge', 'delivery', 'undelivered')->{out}, "0\n", 'nor what is long known';
};

subtest 'balance' => sub {
    my $world = Munja::World->new();
    my ($said, $data) = check($world, 0, 'balance');
    like $said, qr/^joa: 100000 KRW left; nanumi: 10000 messages left; cn: 1000000 CNY\/1000 left$/, 'all that can tell';
    is_deeply $data, { joa_left => '100000;100:;10:', nanumi_left => '10000;100:;10:', cn_left => '1000000;100:;10:' }, 'with thresholds';
    ($said, $data) = check($world, 1, 'balance', 'joa', '-w', '100001:', '-c', '1:');
    is_deeply [ keys %$data ], ['joa_left'], 'one alone';
    check($world, 2, 'balance', '-w', '20000:', '-c', '10001:');
    ($said) = check($world, 3, 'balance', 'plex');
    is $said, 'plex (apiplex) does not tell its balance', 'asked for by name: said';
    ($said) = check($world, 3, 'balance', 'nobody');
    like $said, qr/nobody/, 'no such provider';

    $world->sim->config(balance => 50, postpaid => JSON::PP::true());
    ($said, $data) = check($world, 1, 'balance');
    like $said, qr/^joa: 50 KRW left; nanumi: 50 messages left; cn: -?\d+ CNY\/1000 left, postpaid$/, 'running out';
    like $data->{cn_left}, qr/^-?\d+$/, 'an account that is paid for afterwards cannot run out';
    $world->sim->config(balance => 5);
    check($world, 2, 'balance');

    $world->sim->fault(match => 'smsjoa', do => 'status', status => 503);
    ($said) = check($world, 3, 'balance', '-w', '1:', '-c', '1:');
    like $said, qr/^joa: http-503, .*; nanumi: 5 messages left/, 'not learned, others were';
    ($said) = check($world, 2, 'balance');
    like $said, qr/nanumi: 5 messages left/, 'CRITICAL is certain';
    $world->clean('balance');
};

subtest 'balance: days' => sub {
    my $world = Munja::World->new(providers => [ 'nanumi', 'joa' ]);
    notify($world) for 1 .. 4;
    my ($said, $data) = check($world, 0, 'balance');
    like $said, qr/^nanumi: 9996 messages left, 2499 days at the present rate; joa: 100000 KRW left$/, 'four in a day; money tells no days';
    is $data->{nanumi_days}, 2499, 'in the data';
    begun($world, 2);
    ($said) = check($world, 0, 'balance', 'nanumi');
    like $said, qr/, 4998 days/, 'four in two days';
    begun($world, 8);
    ($said) = check($world, 0, 'balance', 'nanumi');
    is $said, 'nanumi: 9996 messages left', 'none in the last week: not known';
};

subtest 'login' => sub {
    my $world = Munja::World->new();
    my ($said, $data) = check($world, 0, 'login');
    is $said, 'joa: logged in; nanumi: logged in; plex: cannot be checked without sending; nsms: logged in; cn: the account is taken', 'everywhere';
    is_deeply [ sort keys %$data ], [qw(cn_time joa_time nanumi_time nsms_time)], 'how long it took';
    is $world->sim->requests(action => 'login'), 3, 'a real login each';
    $world->munja('balance');
    my $logins = $world->sim->requests(action => 'login');
    check($world, 0, 'login', 'joa', 'nanumi');
    is $world->sim->requests(action => 'login'), $logins + 2, 'a token in the store proves nothing';
    check($world, 3, 'login', 'plex');

    $world = Munja::World->new(set => { joa => { secret => 'wrong', secret_file => undef }, cn => { secret => 'wrong', secret_file => undef } });
    ($said) = check($world, 2, 'login');
    like $said, qr/^joa: [^;]+; cn: [^;]+; nanumi: logged in;/, 'refused: first, with the reasons';
    check($world, 2, 'login', $_) for qw(joa cn);
    check($world, 0, 'login', 'nanumi');

    $world = Munja::World->new(providers => [ 'nsms', 'plex' ], set => { nsms => { token => 'fixed' } });
    check($world, 2, 'login');
    $world->sim->config(token => 'fixed');
    ($said) = check($world, 0, 'login', 'nsms');
    is $said, 'nsms: the account is taken', 'a fixed token is tried with a question';
    $world = Munja::World->new(providers => ['plex']);
    check($world, 3, 'login');
};

subtest 'a provider that the configuration disables' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], set => { nanumi => { hash => 'crc32' } });
    for my $what (qw(balance login)) {
        my ($said) = check($world, 1, $what);
        like $said, qr/^nanumi: disabled by a fault of the configuration; joa: /, 'is told';
    }
};

subtest 'time' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ]);
    $world->sim->fault(match => '/1/', do => 'delay', ms => 60000);
    for my $what (qw(balance login)) {
        my $run = $world->munja('check', $what, '-t', '2');
        is $run->{exit}, 3, "check $what: no answer in time is UNKNOWN";
        like $run->{out}, qr/^MUNJA UNKNOWN - joa: [^;]+; nanumi: /, 'and costs the others nothing';
        cmp_ok $run->{wall}, '<', 2 + 8, 'it ends in time';    # a loaded machine starts programs late
    }
    # Somebody holds the store, and holds it for good.
    notify($world);
    my $lock = Munja::locked("$world->{dir}/munja.db");
    check($world, 0, 'queue', '-t', '2');
    check($world, 0, 'delivery', '-t', '2', '-w', '100', '-c', '100');
    Munja::let_go($lock);
};

subtest 'hostile answers' => sub {
    for my $body ('{"money":"1e999"}', '{"money":"100 | x=1"}', '{"money":"' . '9' x 400 . '"}', '{"money":null}', '', '[]') {
        my $world = Munja::World->new(providers => ['joa']);
        $world->sim->fault(match => '/1/balance', do => 'body', body => $body);
        my $run = $world->munja('check', 'balance');
        is $run->{exit}, 3, substr("balance $body", 0, 40) . ': not learned';
        is $run->{out} =~ tr/|//, 0, 'no performance data';
        cmp_ok length $run->{out}, '<', 500, 'a short line';
    }
    my $world = Munja::World->new(providers => []);
    my %key = (%{ $Munja::Sim::ACCOUNT{smsjoa} }, api => 'smsjoa', url => $world->sim->url, ca_file => $world->sim->ca);
    my $text = join '', map { "$_ = " . Munja::quoted($key{$_}) . "\n" } sort keys %key;
    my $conf = Munja::write_file("$world->{dir}/odd.conf", "store = \"$world->{dir}/munja.db\"\nprovider \"a|b='c' \" {\n$text}\n", 0600);
    my $run = Munja::run(args => [ 'check', 'balance', '-f', $conf ]);
    like $run->{out}, qr/^MUNJA OK - [^|]+ \| a_b__c___left=100000;100:;10:\n\z/, 'a name cannot break the line';
};

subtest 'programs' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $run = $world->munja('check', 'queue', '--json');
    my $document = Munja::World::document($run);
    is $run->{exit}, 0, 'the same exit code';
    is_deeply [ @$document{qw(state exit check)} ], [ 'OK', 0, 'queue' ], 'state, exit, check';
    like $document->{answer}, qr/^MUNJA OK - .* \| waiting=0 /, 'the line';
    is_deeply $document->{measures}[1], { label => 'oldest', value => 0, unit => 's', warning => '300', critical => '900' }, 'the numbers';
    $run = $world->munja('check', 'queue', '-w', 'x', '--json');
    is Munja::World::document($run)->{exit}, 3, 'a fault too';
};

subtest 'bad command lines' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    for my $case (
        [ [], 'is missing' ], [ ['disk'], '"disk"' ], [ [ 'queue', '-w', 'x' ], 'option --warning' ], [ [ 'queue', '-c', '9:1' ], 'option --critical' ],
        [ [ 'queue', '-w', '' ], 'option --warning' ], [ [ 'queue', 'joa' ], '"joa"' ], [ [ 'delivery', 'joa' ], '"joa"' ],
        [ [ 'delivery', '--window', '0' ], 'option --window' ], [ [ 'delivery', '--window', 'day' ], 'option --window' ],
        [ [ 'queue', '--window', '1h' ], 'option --window' ], [ [ 'login', '-w', '1' ], 'option --warning' ], [ [ 'login', '-c', '1' ], 'option --critical' ],
        [ [ 'queue', '-t', '0' ], 'option --timeout' ], [ [ 'queue', '--frob' ], '--frob' ],
    ) {
        my ($args, $words) = @$case;
        my ($said) = check($world, 3, @$args);
        like $said, qr/\Q$words\E/, 'says what is wrong';
    }
    ok !$world->sim->requests, 'nobody was asked';
    is $world->munja('check', '-h')->{exit}, 3, '-h exits 3';
};

done_testing();
