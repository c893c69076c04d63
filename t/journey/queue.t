#!/usr/bin/perl
# munja queue: what an operator finds in the store after alerts, receipts and replies.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use JSON::PP ();
use Munja::Test;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $PHONE  = '01012345678';
my $MASKED = qr/010\*{4}5678/;
my $TIME   = qr/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;
my $ISO    = qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d\z/;

sub world {
    my (%option) = @_;
    my $sim = Munja::Sim->start;
    my $dir = Munja::folder();
    return { sim => $sim, dir => $dir, conf => Munja::config($dir, $sim, providers => ['joa'], %option) };
}

my $serial = 0;
sub notify {
    my ($world, @args) = @_;
    my $run = Munja::run(args => [ 'notify', '-f', $world->{conf}, '--to', $PHONE, '-F', 'id=' . ++$serial, '-F', 'type=PROBLEM',
        '-F', 'host=웹01', '-F', 'service=디스크', '-F', 'state=CRITICAL', '-F', 'output=디스크 여유 3%', @args ]);
    return $run->{exit};
}

sub queue {
    my ($world, @args) = @_;
    my $run = Munja::run(args => [ 'queue', '-f', $world->{conf}, @args ], env => { TZ => 'Asia/Seoul' });
    utf8::decode($run->{out});
    is $run->{err}, '', "queue @args: nothing else is said";
    return $run;
}
sub document {
    my ($run) = @_;
    my $out = $run->{out};
    utf8::encode($out);
    return eval { JSON::PP->new->utf8->decode($out) } // {};
}

sub sql {
    my ($world, $query) = @_;
    open my $pipe, '-|', 'sqlite3', '-cmd', '.timeout 10000', "$world->{dir}/munja.db", $query or die "sqlite3: $!";
    my $said = join '', <$pipe>;
    close $pipe or die "sqlite3: $query";
    return $said =~ s/\n\z//r;
}

# What a pull of receipts or replies leaves behind.
sub receipt {
    my ($world, $reference, $state, $code) = @_;
    sql($world, 'INSERT INTO receipt (provider, reference, recipient, state, code, meaning, time, seen_ms) VALUES'
        . " ('joa', '$reference', '$PHONE', '$state', '$code', 'words for $code', '2026-11-22 12:00:00', 1795345200000)");
    return;
}

subtest 'nothing there yet' => sub {
    my $world = world();
    my $run = queue($world, 'list');
    is $run->{exit}, 0, 'exit 0';
    is $run->{out}, "MUNJA OK - no such records\n", 'a sentence';
    is_deeply document(queue($world, 'list', '--json')), { records => [], total => 0 }, 'an empty document';
    $run = queue($world, 'show', '1');
    is $run->{exit}, 3, 'no such record: exit 3';
    like $run->{out}, qr/^MUNJA UNKNOWN - there is no record 1: [^\n]+\n\z/, 'a sentence';
};

subtest 'an accepted alert' => sub {
    my $world = world();
    is notify($world, '-F', "long_output=하나\n둘"), 0, 'sent';
    is queue($world, 'list')->{out}, "MUNJA OK - no such records\n", 'needs no attention';
    my $run = queue($world, 'list', '--all');
    is $run->{exit}, 0, 'exit 0';
    like $run->{out}, qr/^id +state [^\n]+\n1 +accepted +$TIME +- +1 +$MASKED +joa +accepted .* CRITICAL 웹01\/디스크\n\z/, 'listed';
    my $one = document(queue($world, 'list', '--state', 'accepted', '--json'))->{records}[0];
    like delete $one->{created}, $ISO, 'the time with its zone';
    is_deeply $one, { id => 1, state => 'accepted', due => undef, tries => 1, recipient => '010****5678', provider => 'joa',
        outcome => 'accepted', code => undef, receipt => undef, what => 'CRITICAL 웹01/디스크' }, 'the same for programs';

    $run = queue($world, 'show', '1');
    is $run->{exit}, 0, 'show: exit 0';
    like $run->{out}, qr/^recipient +$PHONE$/m, 'the number whole';
    like $run->{out}, qr/^output +디스크 여유 3%$/m, 'the alert as it came';
    like $run->{out}, qr/^long_output +하나\n +둘$/m, 'line by line';
    my $reference = sql($world, 'SELECT reference FROM attempt');
    like $run->{out}, qr/^1 +joa +$TIME +$TIME +accepted .* \Q$reference\E$/m, 'the attempt';
    unlike $run->{out}, qr/^provider +reference/m, 'no receipts yet';
};

subtest 'receipts and replies' => sub {
    my $world = world();
    notify($world);
    my $reference = sql($world, 'SELECT reference FROM attempt');
    receipt($world, $reference, 'waiting', 'W1');
    receipt($world, $reference, 'delivered', '0');
    receipt($world, $reference, 'failed', 'q');
    receipt($world, 'of another', 'failed', '9');
    sql($world, 'INSERT INTO reply (provider, reference, sender, recipient, text, time, seen_ms, record) VALUES'
        . " ('joa', 'u1', '$PHONE', '0212345678', 'On my way', '2026-11-22 12:01:00', 1795345200000, 1)");
    my $run = queue($world, 'show', '1');
    like $run->{out}, qr/^receipt +delivered$/m, 'a later contradiction takes no delivery back';
    like $run->{out}, qr/^joa .* waiting +W1 +words for W1\njoa .* delivered +0 .*\njoa .* failed +q /m, 'all are shown, in their order';
    unlike $run->{out}, qr/of another/, 'but no others';
    like $run->{out}, qr/^joa +u1 +2026-11-22 20:00:00 +2026-11-22 12:01:00 +$PHONE +0212345678 +On my way +before +-$/m, 'the reply, with the local time';
    my $document = document(queue($world, 'show', '1', '--json'));
    is $document->{recipient}, $PHONE, 'for programs: the number';
    is $document->{alert}{host}, '웹01', 'the alert';
    is_deeply [ map { "$_->{state} $_->{code}" } @{ $document->{receipts} } ], [ 'waiting W1', 'delivered 0', 'failed q' ], 'the receipts';
    is $document->{receipts}[0]{seen}, '2026-11-22T20:00:00+09:00', 'when they came';
    is $document->{replies}[0]{text}, 'On my way', 'the reply';
    is $document->{attempts}[0]{attempt}, 1, 'and the attempt';
    like queue($world, 'list', '--all')->{out}, qr/ delivered +CRITICAL/, 'the list has the last word too';
};

subtest 'what needs attention' => sub {
    my $world = world();
    notify($world);
    $world->{sim}->fault(do => 'reset');
    notify($world, '-F', 'type=RECOVERY', '-F', 'state=OK') for 1 .. 3;
    sql($world, "UPDATE record SET state = 'dead' WHERE id = 2");
    my $document = document(queue($world, 'list', '--json'));
    is_deeply [ map { "$_->{id} $_->{state}" } @{ $document->{records} } ], [ '2 dead', '3 waiting', '4 waiting' ], 'what was not accepted, the newest last';
    like $document->{records}[1]{due}, $ISO, 'what waits has a time to come';
    is $document->{records}[0]{due}, undef, 'what is over has none';
    is $document->{records}[1]{what}, 'RECOVERY OK 웹01/디스크', 'the type, where it is no problem';
    my $run = queue($world, 'list', '--all', '--limit', '2');
    like $run->{out}, qr/\n3 .*\n4 .*\n\(the newest 2 of 4: see --limit\)\n\z/, 'bounded, and says so';
    is document(queue($world, 'list', '--state', 'dead', '--json'))->{total}, 1, 'one state alone';
};

subtest 'retry' => sub {
    my $world = world();
    $world->{sim}->fault(do => 'reset');
    notify($world) for 1 .. 3;
    sql($world, "UPDATE record SET state = 'dead' WHERE id = 2");
    sql($world, "UPDATE record SET state = 'held' WHERE id = 3");
    my $run = queue($world, 'retry', 1, 2, 3);
    is $run->{exit}, 0, 'exit 0';
    is $run->{out}, "MUNJA OK - 3 records due now\n", 'a sentence';
    is scalar($world->{sim}->phone($PHONE)), 0, 'nothing is sent yet';
    is_deeply [ map { $_->{state} } @{ document(queue($world, 'list', '--json'))->{records} } ], [ ('waiting') x 3 ], 'all of them wait';
    is Munja::run(args => [ 'worker', '--once', '-f', $world->{conf} ])->{exit}, 1, 'a failure keeps them';
    $world->{sim}->faults_clear;
    queue($world, 'retry', 1 .. 3);
    is Munja::run(args => [ 'worker', '--once', '-f', $world->{conf} ])->{exit}, 0, 'due: sent';
    is scalar($world->{sim}->phone($PHONE)), 3, 'each once';

    $run = queue($world, 'retry', 1);
    is $run->{exit}, 3, 'a gateway has it: exit 3';
    is $run->{out}, "MUNJA UNKNOWN - record 1: a gateway has it already; 0 of 1 due now\n", 'and why';
    $world->{sim}->fault(do => 'reset');
    notify($world);
    $run = queue($world, 'retry', 9, 4, '--json');
    is $run->{exit}, 3, 'one is not there: exit 3';
    my $document = document($run);
    is_deeply [ @$document{qw(state exit)} ], [ 'UNKNOWN', 3 ], 'for programs';
    is_deeply $document->{records}, [ { id => 9, state => undef, meaning => 'there is no such record' }, { id => 4, state => 'waiting', meaning => undef } ],
        'the other is done';
};

subtest 'retry: an operator insists' => sub {
    my $world = world();
    $world->{sim}->config(wrong_numbers => [$PHONE]);
    is notify($world), 2, 'refused';
    $world->{sim}->config(wrong_numbers => []);
    is queue($world, 'retry', 1)->{exit}, 0, 'taken up again';
    is queue($world, 'flush')->{exit}, 0, 'sent';
    is scalar($world->{sim}->phone($PHONE)), 1, 'there it is';

    # Too old to go on trying, but once more it goes.
    $world->{sim}->fault(do => 'reset');
    notify($world);
    sql($world, "UPDATE record SET state = 'dead', created_ms = created_ms - 90000000 WHERE id = 2");
    queue($world, 'retry', 2);
    is queue($world, 'flush')->{exit}, 2, 'failed: given up again';
    is sql($world, 'SELECT state FROM record WHERE id = 2'), 'dead', 'dead as before';
    $world->{sim}->faults_clear;
    queue($world, 'retry', 2);
    is queue($world, 'flush')->{exit}, 0, 'sent';
    is scalar($world->{sim}->phone($PHONE)), 2, 'once';
};

subtest 'a living process keeps its record' => sub {
    my $world = world();
    $world->{sim}->fault(do => 'delay', ms => 4000, match => '/1/send');
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        notify($world);
        require POSIX;
        POSIX::_exit(0);
    }
    ok Munja::until_true(sub { scalar $world->{sim}->requests(action => 'send') }), 'the gateway has it';
    kill 'STOP', $world->{sim}{pid};    # and takes its time, until these have had theirs
    for my $what (qw(retry drop)) {
        my $run = queue($world, $what, 1);
        is $run->{exit}, 3, "$what: exit 3";
        like $run->{out}, qr/^MUNJA UNKNOWN - record 1: another process is sending it right now; /, 'and why';
    }
    is queue($world, 'flush')->{exit}, 0, 'flush: leaves it alone';
    kill 'CONT', $world->{sim}{pid};
    waitpid $pid, 0;
    is scalar($world->{sim}->phone($PHONE)), 1, 'sent once';
    is sql($world, 'SELECT state FROM record'), 'accepted', 'and accepted';
};

subtest 'drop' => sub {
    my $world = world();
    my $first = $serial;
    $world->{sim}->fault(do => 'reset');
    notify($world) for 1 .. 2;
    my $run = queue($world, 'drop', 1);
    is $run->{exit}, 0, 'exit 0';
    is $run->{out}, "MUNJA OK - 1 record dropped\n", 'a sentence';
    $world->{sim}->faults_clear;
    is queue($world, 'flush')->{exit}, 0, 'the other is sent';
    is scalar($world->{sim}->phone($PHONE)), 1, 'that one alone';
    like queue($world, 'list')->{out}, qr/\n1 +dead .* dropped /, 'it stays listed';
    like queue($world, 'show', 1)->{out}, qr/^\d+ +- .* dropped +- +dropped by hand /m, 'with the note';
    $serial = $first;
    is notify($world), 2, 'handed over again: given up';
    is scalar($world->{sim}->phone($PHONE)), 1, 'and not sent';
    is queue($world, 'drop', 1)->{exit}, 3, 'twice: exit 3';
    is queue($world, 'drop', 2)->{exit}, 3, 'accepted: exit 3';
    is queue($world, 'retry', 1)->{exit}, 0, 'but it can be taken up again';
    is queue($world, 'flush')->{exit}, 0, 'sent';
    is scalar($world->{sim}->phone($PHONE)), 2, 'there it is';
};

subtest 'flush' => sub {
    my $world = world();
    is queue($world, 'flush')->{out}, "MUNJA OK - 0 due, 0 accepted, 0 kept for retry, 0 refused | accepted=0 waiting=0 refused=0\n", 'nothing there';
    $world->{sim}->fault(do => 'reset');
    notify($world) for 1 .. 3;
    my $run = queue($world, 'flush');
    is $run->{exit}, 1, 'kept: exit 1';
    like $run->{out}, qr/^MUNJA WARNING - 3 due, 0 accepted, 3 kept for retry, 0 refused /, 'as munja worker says it';
    $world->{sim}->faults_clear;
    $run = queue($world, 'flush', '--json');
    is $run->{exit}, 0, 'sent: exit 0';
    like document($run)->{answer}, qr/^MUNJA OK - 3 due, 3 accepted, /, 'for programs';
    is scalar($world->{sim}->phone($PHONE)), 3, 'each once';
};

subtest 'hostile texts' => sub {
    my $world = world();
    notify($world);
    sql($world, "UPDATE record SET alert = 'no alert'");
    my $reference = sql($world, 'SELECT reference FROM attempt');
    sql($world, "INSERT INTO receipt (provider, reference, recipient, state, code, meaning, time, seen_ms) VALUES"
        . " ('joa', '$reference', '', 'failed', '1', 'red ' || char(27) || '[31m' || char(10) || 'alarm', '', 1)");
    my $run = queue($world, 'show', '1');
    is $run->{exit}, 0, 'an alert that cannot be read is no hindrance';
    like $run->{out}, qr/the stored alert cannot be read/, 'and told';
    like $run->{out}, qr/red  ?\[31m alarm$/m, 'no control character reaches the terminal';
    like queue($world, 'list', '--all')->{out}, qr/the stored alert cannot be read/, 'in the list too';
};

subtest 'the configuration' => sub {
    my $world = world();
    notify($world);
    my $conf = Munja::write_file("$world->{dir}/bare.conf", "store = \"$world->{dir}/munja.db\"\n", 0600);
    is Munja::run(args => [ 'queue', 'show', '1', '-f', $conf ])->{exit}, 0, 'needs no provider';
    my $run = Munja::run(args => [ 'queue', 'list', '-f', "$world->{dir}/absent.conf" ]);
    is $run->{exit}, 3, 'but a file';
};

subtest 'bad command lines' => sub {
    my $world = world();
    for my $case (
        [ [], 'is missing' ], [ ['forget', '1'], '"forget" (list, show, retry, drop, flush)' ], [ ['show'], 'ID is missing' ],
        [ ['retry'], 'ID is missing' ], [ ['drop'], 'ID is missing' ], [ [ 'drop', '1', 'x' ], '"x"' ], [ [ 'flush', '1' ], 'too many' ], [ [ 'retry', '--all' ], 'ID is missing' ],
        [ [ 'retry', '1', '--all' ], 'for list' ], [ [ 'show', '1x' ], '"1x"' ],
        [ [ 'show', '--', '-1' ], '"-1"' ], [ [ 'show', '99999999999999999999' ], 'no record' ], [ [ 'show', '1', '2' ], 'too many' ],
        [ [ 'list', '1' ], 'too many' ], [ [ 'list', '--state', 'asleep' ], '"asleep"' ], [ [ 'list', '--limit', '0' ], '--limit' ],
        [ [ 'list', '--limit', '10001' ], '--limit' ], [ [ 'list', '--all', '--state', 'dead' ], '--state' ], [ [ 'show', '1', '--all' ], 'for list' ],
    ) {
        my ($args, $words) = @$case;
        my $run = Munja::run(args => [ 'queue', '-f', $world->{conf}, @$args ]);
        is $run->{exit}, 3, "queue @$args: exit 3";
        like $run->{out}, qr/^MUNJA UNKNOWN - [^\n]*\Q$words\E[^\n]*\n\z/, 'and says what is wrong';
    }
    my $run = Munja::run(args => [ 'queue', 'show', '--json' ]);
    is document($run)->{exit}, 3, 'for programs too';
    ok !-e "$world->{dir}/munja.db", 'no store was made';
};

done_testing();
