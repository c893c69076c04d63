#!/usr/bin/perl
# munja notify from the command line to the phone: what a monitor sees, and what the person in bed sees.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::Test;
use Test::More;
use JSON::PP ();
use POSIX    ();

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $PHONE = '01012345678';
my @ALERT = ('-F', 'type=PROBLEM', '-F', 'host=웹01', '-F', 'service=디스크', '-F', 'state=CRITICAL', '-F', 'time=2026-11-22 03:04:05');
my $TEXT  = '[PROBLEM] CRITICAL 웹01/디스크 디스크 여유 3% 11-22 03:04';
my $serial = 0;

# A world of its own: simulator, folder, configuration with these providers.
sub world {
    my (%option) = @_;
    my $sim = Munja::Sim->start(config => $option{sim} // {});
    my $dir = Munja::folder();
    my $conf = Munja::config($dir, $sim, providers => $option{providers} // ['joa'], %option);
    return { sim => $sim, dir => $dir, conf => $conf };
}

# One alert of its own, unless the arguments name an id.
sub notify {
    my ($world, @args) = @_;
    my %env = @args && ref $args[0] ? %{ shift @args } : ();
    my @id = grep({ /^id=/ } @args) ? () : ('-F', 'id=' . ++$serial);
    my @to = grep({ /^(?:--to|-T)/ } @args) ? () : ('--to', $PHONE);
    my $run = Munja::run(args => [ 'notify', '-f', $world->{conf}, @to, @ALERT, '-F', 'output=디스크 여유 3%', @id, @args ], env => \%env);
    utf8::decode($run->{out});
    return $run;
}
sub worker { my ($world) = @_; return Munja::run(args => [ 'worker', '--once', '-f', $world->{conf} ]) }
sub texts { my ($world, $number) = @_; return map { $_->{text} } $world->{sim}->phone($number // $PHONE) }

sub sql {
    my ($world, $query) = @_;
    open my $pipe, '-|', 'sqlite3', '-cmd', '.timeout 10000', "$world->{dir}/munja.db", $query or die "sqlite3: $!";
    my $said = join '', <$pipe>;
    close $pipe or die "sqlite3: $query";
    return $said =~ s/\n\z//r;
}

# Leave the records due now, as if the time had passed.
sub let_time_pass {
    my ($world) = @_;
    sql($world, "UPDATE record SET due_ms = 1, lease_until_ms = 0 WHERE state = 'waiting'");
    return;
}

subtest 'accepted, and the same again' => sub {
    my $world = world();
    my $run = notify($world, '-F', 'id=one');
    is $run->{exit}, 0, 'exit 0';
    like $run->{out}, qr/^MUNJA OK - accepted by joa for 010\*{4}5678 \(sms, \d+ of 90 bytes\) \| accepted=1 [^\n]*\n\z/, 'one line';
    is_deeply [ texts($world) ], [$TEXT], 'the text on the phone';
    $run = notify($world, '-F', 'id=one');
    is $run->{exit}, 0, 'again: exit 0';
    like $run->{out}, qr/^MUNJA OK - accepted before by joa for /, 'again: found';
    is scalar(texts($world)), 1, 'again: nothing sent';
    notify($world, '-F', 'id=one', '-F', 'number=2');
    is scalar(texts($world)), 2, 'the next notification of the same event is another alert';
    is_deeply [ $world->{sim}->violations ], [], 'no violation';
};

subtest 'twenty processes with the same alert, one text; twenty alerts, one login' => sub {
    my $world = world(sim => { latency_ms => 20 });
    my $many = sub {
        my ($make) = @_;
        my @pids = map { my $i = $_; fork // die or do { my $run = notify($world, $make->($i)); POSIX::_exit($run->{exit}) } } 1 .. 20;
        return map { waitpid $_, 0; $? >> 8 } @pids;
    };
    my @codes = $many->(sub { ('-F', 'id=same') });
    is scalar(texts($world)), 1, 'the same alert is one text';
    is scalar(grep { $_ > 1 } @codes), 0, 'nobody fails';
    @codes = $many->(sub { ('-F', "id=other $_[0]") });
    is scalar(grep { $_ != 0 } @codes), 0, 'others are all accepted';
    is scalar(texts($world)), 21, 'and all arrive';
    is scalar($world->{sim}->requests(gateway => 'smsjoa', action => 'login')), 1, 'one login serves them all';
};

subtest 'failover inside one run' => sub {
    my $world = world(providers => [ 'joa', 'plex' ]);
    $world->{sim}->fault(match => '/1/send', do => 'status', status => 403, body => '{"code":-100033,"message":"잔액부족"}');
    my $run = notify($world);
    is $run->{exit}, 1, 'an account to be mended: exit 1';
    like $run->{out}, qr/^MUNJA WARNING - accepted by plex .*, after joa: -100033, /, 'by the second provider, and why';
    is_deeply [ texts($world) ], [$TEXT], 'one text';
    $world = world(providers => [ 'joa', 'plex' ]);
    $world->{sim}->fault(match => '/1/send', do => 'status', status => 429);
    $run = notify($world);
    is $run->{exit}, 0, 'a passing fault: exit 0';
    like $run->{out}, qr/^MUNJA OK - accepted by plex .*, after joa: http-429, /, 'and why';
};

subtest 'a silent gateway leaves time for the next' => sub {
    my $world = world(providers => [ 'joa', 'plex' ]);
    $world->{sim}->fault(match => '/1/token', do => 'delay', ms => 60000);
    my $run = notify($world, '-t', '8');
    is $run->{exit}, 0, 'exit 0';
    like $run->{out}, qr/accepted by plex /, 'by the second provider';
    cmp_ok $run->{wall}, '<', 8 + 5, 'in time';    # a loaded machine starts programs late
};

subtest 'everything is down: kept, and delivered by the next' => sub {
    for my $next ('notify', 'worker', 'the same again') {
        my $world = world(providers => [ 'joa', 'plex' ]);
        $world->{sim}->fault(do => 'reset');
        my $run = notify($world, '-F', 'id=kept');
        is $run->{exit}, 1, 'exit 1';
        like $run->{out}, qr/^MUNJA WARNING - kept for retry /, 'the answer says so';
        $world->{sim}->faults_clear;
        let_time_pass($world);
        $run = $next eq 'worker' ? worker($world) : $next eq 'notify' ? notify($world, '--to', '01099998888') : notify($world, '-F', 'id=kept');
        is $run->{exit}, 0, "$next: exit 0" or diag $run->{out};
        is_deeply [ texts($world) ], [$TEXT], "$next delivers it once";
    }
};

subtest 'a late text says how late it is' => sub {
    my $world = world();
    $world->{sim}->fault(do => 'reset');
    notify($world);
    $world->{sim}->faults_clear;
    sql($world, 'UPDATE record SET created_ms = created_ms - 12 * 60000');
    let_time_pass($world);
    worker($world);
    is_deeply [ texts($world) ], ["$TEXT (12 min late)"], 'so that nobody runs for what is over';
};

subtest 'zabbix and checkmk run a failed command again: kept is 0 there' => sub {
    my $world = world();
    $world->{sim}->fault(do => 'reset');
    for my $source ('zabbix', 'checkmk') {
        my $run = notify($world, '-s', $source);
        is $run->{exit}, 0, "$source: exit 0";
        like $run->{out}, qr/^MUNJA WARNING - kept for retry .*the record is safe/, "$source: but the line says WARNING";
    }
    is notify($world, '-s', $_)->{exit}, 1, "$_: exit 1" for 'nagios', 'icinga', 'args';
};

subtest 'refused for good' => sub {
    my $world = world(sim => { wrong_numbers => [$PHONE] });
    my $run = notify($world, '-F', 'id=wrong');
    is $run->{exit}, 2, 'exit 2';
    like $run->{out}, qr/^MUNJA CRITICAL - refused by joa for 010\*{4}5678: -1000\d\d/, 'with the code';
    is notify($world, '-F', 'id=wrong')->{exit}, 2, 'and the same again says the same';
    is scalar($world->{sim}->requests(action => 'send')), 1, 'without asking again';
    let_time_pass($world);
    worker($world);
    is scalar($world->{sim}->requests(action => 'send')), 1, 'nobody tries again';
};

subtest 'several recipients' => sub {
    my $world = world(sim => { wrong_numbers => ['01000000002'] });
    my $run = notify($world, '--to', '010-1111-2222, 01033334444;+82 10 5555 6666', '--to', '01033334444');
    is $run->{exit}, 0, 'exit 0';
    is scalar(texts($world, $_)), 1, "$_ has it once" for '01011112222', '01033334444', '01055556666';
    is scalar($world->{sim}->requests(action => 'send')), 1, 'in one request';
    $run = notify($world, '--to', '01000000001,01000000002,01000000003');
    is $run->{exit}, 2, 'a number that the gateway refuses: exit 2';
    is scalar(texts($world, $_)), 1, "$_ has it all the same" for '01000000001', '01000000003';
    my $before = $world->{sim}->requests(action => 'send');
    $run = notify($world, '--to', join ',', '01000000002', map { "010777700$_" } 10 .. 24);
    is scalar(grep { texts($world, "010777700$_") == 1 } 10 .. 24), 15, 'fifteen beside a bad one are served';
    cmp_ok $world->{sim}->requests(action => 'send') - $before, '<=', 9, 'and the bad one is found by halves';
    $run = notify($world, '--to', '01000000004,abc');
    is $run->{exit}, 2, 'a word among the numbers: exit 2';
    is scalar(texts($world, '01000000004')), 1, 'and the others are served';
    like $run->{out}, qr/1 not a phone number/, 'and the answer says it';
};

subtest 'own texts in one request' => sub {
    my $world = world(text => "template \"default\" {\n service = '{{host}} {{state}} {{to}}'\n}\n");
    my $run = notify($world, '--to', '01011110001,01011110002,01011110003');
    is $run->{exit}, 0, 'exit 0' or diag $run->{out};
    is_deeply [ texts($world, $_) ], ["웹01 CRITICAL $_"], "$_ has its own" for '01011110001' .. '01011110003';
    is scalar($world->{sim}->requests(action => 'send')), 1, 'in one request';
};

subtest 'an answer that was lost' => sub {
    my $world = world(providers => [ 'joa', 'plex' ]);
    $world->{sim}->fault(match => '/1/send', do => 'close-after', times => 1);
    my $run = notify($world);
    is $run->{exit}, 0, 'resend: exit 0';
    is scalar(texts($world)), 2, 'resend: a doubled alarm beats a lost one';

    $world = world(providers => [ 'joa', 'plex' ], text => "route \"all\" {\n unsure = \"hold\"\n}\n");
    $world->{sim}->fault(match => '/1/send', do => 'close-after', times => 1);
    $run = notify($world, '-F', 'id=held');
    is $run->{exit}, 1, 'hold: exit 1';
    like $run->{out}, qr/^MUNJA WARNING - held, the answer was lost by joa/, 'hold: the answer says so';
    let_time_pass($world);
    worker($world);
    is scalar(texts($world)), 1, 'hold: not sent again';

    $world = world(providers => ['plex']);
    $world->{sim}->fault(match => 'apiplex', do => 'close-after', times => 1);
    $run = notify($world);
    is $run->{exit}, 0, 'with a key: exit 0';
    is scalar(texts($world)), 1, 'with a key: the same key again, one text';
    is scalar($world->{sim}->requests(gateway => 'apiplex')), 2, 'with a key: two requests';
};

subtest 'a gateway that can be asked is asked before anything is sent again' => sub {
    my $world = world(providers => [ 'nanumi', 'plex' ]);
    $world->{sim}->fault(match => '/v1/send', do => 'close-after', times => 1);
    my $run = notify($world);
    is $run->{exit}, 0, 'the answer is lost: exit 0';
    like $run->{out}, qr/^MUNJA OK - accepted by nanumi /, 'by the same gateway';
    is scalar(texts($world)), 1, 'one text';
    is scalar($world->{sim}->requests(gateway => 'nanuminet', action => 'send')), 1, 'sent once';

    $world->{sim}->fault(match => '/v1/send', do => 'close-before', times => 1);
    $run = notify($world);
    is $run->{exit}, 0, 'the message is lost: exit 0';
    is scalar(texts($world)), 2, 'it is sent again';

    $world->{sim}->fault(match => '/v1/send', do => 'delay', ms => 60000, times => 1);
    killed_while_sending($world, 'nanumi');
    is scalar(texts($world)), 3, 'killed while the gateway had it';
    is worker($world)->{exit}, 0, 'the worker';
    is scalar(texts($world)), 3, 'finds it there';
    is_deeply [ $world->{sim}->violations ], [], 'no violation';
};

subtest 'what a dead process held is free at once' => sub {
    my $world = world(providers => ['joa']);
    my %slow = (match => '/1/send', do => 'delay', ms => 60000, times => 1);
    $world->{sim}->fault(%slow);
    killed_while_sending($world, 'joa', '-F', 'id=died');
    $world->{sim}->faults_clear;
    my $run = notify($world, '-F', 'id=died', '-F', 'output=x');
    is $run->{exit}, 0, 'handed over again: exit 0' or diag $run->{out};
    is scalar(texts($world)), 2, 'it is sent once more: what the gateway said is not known';
    $world->{sim}->fault(%slow);
    killed_while_sending($world, 'joa', '-F', 'id=died too');
    $world->{sim}->faults_clear;
    is notify($world, '-F', 'id=another')->{exit}, 0, 'another alert: exit 0';
    is scalar(texts($world)), 5, 'is followed by what was held';
};

subtest 'a reservation is made once, whoever died' => sub {
    my $world = world(providers => [ 'joa', 'nsms' ]);
    $world->{sim}->fault(match => '/1/send', do => 'delay', ms => 60000, times => 1);
    killed_while_sending($world, 'joa', '--at', '2030-01-01 09:00');
    worker($world);
    is scalar($world->{sim}->reservations), 1, 'one at the gateway';
    is sql($world, 'SELECT state FROM record'), 'held', 'and held here';
};

# The months in which a gateway may have sent something now: clocks may be an hour off.
sub months {
    my %month = map { (POSIX::strftime('%Y%m', gmtime(time + 9 * 3600 + $_)) => 1) } -3600, 0, 3600;
    return scalar keys %month;
}

subtest 'many recipients of a lost request are looked for at once' => sub {
    my $world = world(providers => ['nanumi']);
    my $before = months();
    $world->{sim}->fault(match => '/v1/send', do => 'close-before', times => 1);
    my $run = notify($world, '--to', join ',', map { sprintf '0107777%04d', $_ } 1 .. 30);
    is $run->{exit}, 0, 'all are accepted' or diag $run->{out};
    is scalar(grep { texts($world, sprintf '0107777%04d', $_) == 1 } 1 .. 30), 30, 'each has it once';
    my @requests = grep { $_->{action} ne 'login' } $world->{sim}->requests(gateway => 'nanuminet');
    my ($first, $stay, @more) = map { $_->{path} } @requests;
    is_deeply [ $first, $stay, pop @more ], [ '/v1/send', '/v1/staylist', '/v1/send' ], 'sent, looked for, sent';
    is_deeply \@more, [ ('/v1/list') x (@more == $before ? $before : months()) ], 'in one list of each month';
};

subtest 'an outage that outlives many attempts' => sub {
    my $world = world(providers => [ 'joa', 'plex' ]);
    $world->{sim}->fault(do => 'status', status => 503);
    is notify($world, '-F', 'id=outage')->{exit}, 1, 'kept';
    for (1 .. 4) {
        let_time_pass($world);
        is worker($world)->{exit}, 1, 'kept again';
    }
    $world->{sim}->faults_clear;
    let_time_pass($world);
    is worker($world)->{exit}, 0, 'and delivered when it is over';
    is_deeply [ texts($world) ], [$TEXT], 'once';
};

# How many messages the gateways were asked to send, whatever became of them.
sub sends { my ($world) = @_; return scalar grep { $_->{path} =~ m{/send\z} } $world->{sim}->requests }

subtest 'held means held, whoever is asked first' => sub {
    my $world = world(providers => [ 'plex', 'joa' ], text => "route \"all\" {\n unsure = \"hold\"\n}\n");
    $world->{sim}->fault(match => '/1/send', do => 'delay', ms => 60000, process => JSON::PP::false, times => 1);
    killed_while_sending($world, 'joa');
    worker($world);
    is scalar(texts($world)), 0, 'an attempt that a dead process left open at another provider is not repeated';
    is sql($world, 'SELECT state FROM record'), 'held', 'it is held';
};

# A record as a process leaves it that was killed while the gateway had its message.
sub killed_while_sending {
    my ($world, $provider, @more) = @_;
    my $before = sends($world);
    my $pid = fork // die;
    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        exec Munja::program(), 'notify', '-f', $world->{conf}, '-p', $provider, '--to', $PHONE, @ALERT, '-F', 'output=x', @more;
    }
    # An attempt is written down before anything is asked.
    my $asked = Munja::until_true(sub { sends($world) > $before && sql($world, 'SELECT count(*) FROM attempt WHERE ended_ms = 0') });
    kill 'KILL', $pid;
    waitpid $pid, 0;
    die 'the gateway was never asked' if !$asked;
    sql($world, "UPDATE record SET wish_provider = ''");
    return;
}

subtest 'a token that ends before its time' => sub {
    for my $provider ('joa', 'nsms', 'nanumi') {
        my $world = world(providers => [$provider]);
        is notify($world)->{exit}, 0, "$provider: first";
        $world->{sim}->config(token_epoch => 1);
        is notify($world)->{exit}, 0, "$provider: second, after the gateway forgot its tokens";
        is scalar(texts($world)), 2, "$provider: both arrived";
    }
};

subtest 'the store cannot be written' => sub {
    my $world = world();
    mkdir "$world->{dir}/munja.db" or die;
    my $run = notify($world);
    is $run->{exit}, 1, 'exit 1';
    like $run->{out}, qr/^MUNJA WARNING - accepted without a record by joa .*sent without a record: /, 'loudly';
    is_deeply [ texts($world) ], [$TEXT], 'the alert goes out';
    $world->{sim}->fault(do => 'reset');
    $run = notify($world);
    is $run->{exit}, 3, 'and with the gateway down: exit 3';
    like $run->{out}, qr/^MUNJA UNKNOWN - neither sent nor kept/, 'the answer says so';
};

subtest 'one bad provider among good ones' => sub {
    my $world = world(providers => [ 'joa', 'plex' ], set => { joa => { colour => 'red' } });
    my $run = notify($world);
    is $run->{exit}, 1, 'exit 1';
    like $run->{out}, qr/^MUNJA WARNING - accepted by plex .*munja\.conf:\d+: provider "joa": /, 'by the other, with file and line';
};

subtest 'bad input changes nothing' => sub {
    my $world = world();
    my @cases = (
        [ 'no recipient',      [ '--to', '' ],             qr/no recipient/ ],
        [ 'no number',         [ '--to', 'kim' ],          qr/phone number|not a number|digit/i ],
        [ 'unknown source',    [ '-s', 'nagos' ],          qr/--source.*"nagos"/ ],
        [ 'unknown option',    ['--colour'],               qr/--colour/ ],
        [ 'option without',    ['--kind'],                 qr/--?k(?:ind)?/ ],
        [ 'unknown kind',      [ '-k', 'fax' ],            qr/--kind.*"fax"/ ],
        [ 'unknown provider',  [ '-p', 'nobody' ],         qr/--provider.*"nobody"/ ],
        [ 'no time',           [ '-t', '0' ],              qr/--timeout/ ],
        [ 'a field without =', [ '-F', 'output' ],         qr/--field/ ],
        [ 'a bad field name',  [ '-F', 'out put=x' ],      qr/--field/ ],
        [ 'too many operands', [ 'a', 'b', 'c' ],          qr/operand/ ],
        [ 'an unknown type',   [ '-F', 'type=NONSENSE' ],  qr/type/ ],
    );
    for my $case (@cases) {
        my ($name, $args, $says) = @$case;
        my $run = notify($world, @$args);
        is $run->{exit}, 3, "$name: exit 3";
        like $run->{out}, qr/^MUNJA UNKNOWN - [^\n]+\n\z/, "$name: one line";
        like $run->{out}, $says, "$name: it names the thing";
    }
    my $run = Munja::run(args => [ 'notify', '-f', "$world->{dir}/missing.conf", '--to', $PHONE, 'x' ]);
    is $run->{exit}, 3, 'no configuration: exit 3';
    is -e "$world->{dir}/munja.db" ? sql($world, 'SELECT count(*) FROM record') : 0, 0, 'nothing was stored';
    is scalar($world->{sim}->requests), 0, 'and nothing sent';
};

subtest 'secrets and numbers stay inside' => sub {
    my $world = world(inline => 1, providers => [ 'joa', 'plex', 'nsms', 'nanumi', 'cn' ]);
    my @secrets = map { $_->{secret} } values %Munja::Sim::ACCOUNT;
    for my $provider ('joa', 'plex', 'nsms', 'nanumi', 'cn') {
        my $to = $provider eq 'cn' ? '+8613900001234' : $PHONE;
        my %api = map { @$_ } @Munja::PROVIDERS;
        my $echo = $Munja::Sim::ACCOUNT{ $api{$provider} }{secret};
        $echo = "123456789 123456789 1234567$echo $echo";
        for my $fault (undef, { do => 'status', status => 401, body => '{"error":{"errorCode":"200"}}' }, { do => 'garbage' },
            { do => 'body', body => qq({"result":false,"msg":"$echo","code":"$echo","description":"$echo","error":{"errorCode":"$echo","message":"$echo"}}) }) {
            $world->{sim}->faults_clear;
            $world->{sim}->fault($fault) if $fault;
            my $run = notify($world, '-v', '-p', $provider, '--to', $to, '-t', 3);
            my $said = $run->{out} . $run->{err};
            is scalar(grep { index($said, $_) >= 0 } @secrets, $to, '13900001234', '1012345678'), 0, "$provider: nothing shown" or diag $said;
        }
    }
};

subtest 'what a run does not need is not loaded' => sub {
    my $world = world();
    notify($world, '-F', 'id=light');
    my @cases = (
        [ 'a duplicate', [ 'notify', '-f', $world->{conf}, '--to', $PHONE, @ALERT, '-F', 'output=디스크 여유 3%', '-F', 'id=light' ], 0 ],
        [ 'a dry run', [ 'notify', '-n', '-f', $world->{conf}, '--to', $PHONE, @ALERT ], 0 ],
        [ 'explain', [ 'explain', 'smsjoa', '-100033' ], 0 ],
        [ 'the version', ['-V'], 3 ],
    );
    for my $case (@cases) {
        my ($name, $args, $exit) = @$case;
        my $run = Munja::run(args => $args, env => { LD_DEBUG => 'files' });
        is $run->{exit}, $exit, "$name: exit $exit" or diag $run->{out};
        my %loaded = map { m{([^/]+\.so[.\d]*)$} ? ($1 => 1) : () } $run->{err} =~ /calling init: (\S+)/g;
        is scalar(grep { /curl|ssl|crypto|gnutls/ } keys %loaded), 0, "$name: neither libcurl nor TLS";
        cmp_ok scalar(grep { !/san\.so|gcc_s|stdc\+\+/ } keys %loaded), '<=', 6, "$name: at most six libraries" if $name eq 'a duplicate';
    }
};

subtest 'a process as strangers start it' => sub {
    my $world = world();
    my $command = Munja::program() . " notify -f $world->{conf} --to $PHONE -F host=h -F type=PROBLEM -F output=x -F";
    is system("$command id=closed <&- >&- 2>&-") >> 8, 0, 'with its standard descriptors closed';
    is scalar(texts($world)), 1, 'it sends';
    open my $pipe, '-|', "$command id=pipe | true" or die;
    close $pipe;
    is scalar(texts($world)), 2, 'and when nobody reads its answer';
    is sql($world, 'PRAGMA integrity_check'), 'ok', 'the store is whole';
};

subtest 'a dry run shows and touches nothing' => sub {
    my $world = world(providers => [ 'joa', 'plex' ]);
    my $run = notify($world, '-n');
    is $run->{exit}, 0, 'exit 0';
    like $run->{out}, qr/joa.*sms.* of 90 bytes.*\Q$TEXT\E.*plex/s, 'order, kind, bytes and text';
    ok !-e "$world->{dir}/munja.db", 'no store';
    is scalar($world->{sim}->requests), 0, 'no network';
    $run = notify($world, '-n', '--json');
    utf8::encode($run->{out});
    my $document = eval { JSON::PP->new->utf8->decode($run->{out}) };
    is $document->[0]{providers}[0]{text}[0], $TEXT, '--json: the same as a document';
};

subtest 'the answer as a document' => sub {
    my $world = world();
    my $run = notify($world, '--json');
    utf8::encode($run->{out});
    my $document = eval { JSON::PP->new->utf8->decode($run->{out}) };
    is $document->{state}, 'OK', 'state';
    is $document->{recipients}[0]{provider}, 'joa', 'provider';
    is $document->{recipients}[0]{recipient}, '010****5678', 'masked';

    $world = world(providers => [ 'nanumi', 'joa' ]);
    for my $blanks (0 .. 2) {
        $world->{sim}->faults_clear;
        $world->{sim}->fault(match => '/v1/send', do => 'body', body => '{"result":false,"msg":"' . ' ' x $blanks . '가' x 200 . '"}');
        my $bytes = Munja::run(args => [ 'notify', '-f', $world->{conf}, '--to', $PHONE, @ALERT, '-F', "id=cut $blanks", '--json' ])->{out};
        ok utf8::decode($bytes) && eval { JSON::PP->new->decode($bytes) }, 'a long word of a gateway is cut at a character';
    }
};

done_testing;
