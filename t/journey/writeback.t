# Monitors are told of acknowledgements: by a pipe, Icinga's API and Zabbix', up, down or in between, once each.
use strict;
use warnings;
use utf8;
use Fcntl ();
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use lib 't/lib';
use Munja::Api;
use Munja::Told;
use Munja::Worker;
use Munja::World;
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $SECRET = 'hidden-5e1f';

sub section {
    my ($name, %key) = @_;
    return "monitor \"$name\" {\n" . join('', map { "    $_ = " . (ref $key{$_} ? $key{$_}[0] : Munja::quoted($key{$_})) . "\n" } sort keys %key) . "}\n";
}
sub icinga { my ($api, %more) = @_; return (type => 'icinga2', url => $api->url, user => 'munja', secret => $SECRET, plaintext => 'true', %more) }
sub zabbix { my ($api, %more) = @_; return (type => 'zabbix', url => $api->url . '/api_jsonrpc.php', secret => $SECRET, plaintext => 'true', %more) }

sub worker { my ($world) = @_; $world->{worker} = 1; return Munja::Worker->start($world->{conf}) }
sub world { my (@sections) = @_; return Munja::World->new(providers => ['joa'], text => join '', @sections) }

# A monitor that reads its pipe, or a pipe that nobody reads.
sub pipe_of {
    my ($world) = @_;
    my $path = "$world->{dir}/cmd";
    -p $path or POSIX::mkfifo($path, 0600) or die "$path: $!";
    sysopen my $pipe, $path, Fcntl::O_RDONLY() | Fcntl::O_NONBLOCK() or die "$path: $!";
    return $pipe;
}
sub heard {
    my ($pipe) = @_;
    my $text = '';
    1 while sysread $pipe, $text, 65536, length $text;
    utf8::decode($text);
    return $text =~ s/^\[\d+\]/[]/gmr;
}

my $done    = '{"results":[{"code":200.0,"status":"Successfully acknowledged problem for object."}]}';
my $already = '{"results":[{"code":409.0,"status":"It is already acknowledged."}]}';
my $nothing = '{"error":404.0,"status":"No objects found."}';
sub rpc { my ($result) = @_; return qq({"jsonrpc":"2.0","result":$result,"id":1}) }
sub refuses { my ($data) = @_; return qq({"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params.","data":"$data"},"id":1}) }

subtest 'a command file' => sub {
    my $world  = world(section('nagios', type => 'nagios', command_file => 'cmd', source => [ '{"nagios", "checkmk"}' ]));
    my $worker = worker($world);
    my $row    = Munja::Told::acknowledge($world, source => 'nagios', host => '웹01', service => '디스크');
    like Munja::Told::state($world, $row, 'waiting nagios'), qr/^waiting nagios: .*No such file/, 'it waits for a monitor that is down';
    my $pipe = pipe_of($world);
    is Munja::Told::state($world, $row, 'done'), 'done nagios: written to the command file', 'until it is up';
    is heard($pipe), "[] ACKNOWLEDGE_SVC_PROBLEM;웹01;디스크;1;0;0;kim;가는 중\n", 'which is told once';
    $row = Munja::Told::acknowledge($world, source => 'checkmk', host => '웹01', text => "a\nb;c");
    like Munja::Told::state($world, $row, 'done'), qr/^done/, 'Checkmk, whose core is one';
    is heard($pipe), "[] ACKNOWLEDGE_HOST_PROBLEM;웹01;1;0;0;kim;a b;c\n", 'a host';
    $row = Munja::Told::acknowledge($world, source => 'nagios', host => 'a;b');
    like Munja::Told::state($world, $row, 'failed'), qr/^failed nagios: the name holds/, 'what no command can say';
    is heard($pipe), '', 'is not said';
    $row = Munja::Told::acknowledge($world, source => 'icinga', host => '웹01');
    like Munja::Told::state($world, $row, 'waiting : no'), qr/^waiting : no monitor of the configuration/, "and other monitors' alerts are not its business";
    is $worker->stop, 0, 'the worker ends';
    like $worker->log, qr/^record=0 reply=\d+ tell=acknowledge monitor="nagios" tries=\d state=done said="written/m, 'its log tells';
};

subtest 'the API of Icinga 2' => sub {
    my $api    = Munja::Api->start;
    my $world  = world(section('icinga', icinga($api, notify => 'true')));
    my $worker = worker($world);
    my @object = (source => 'icinga', host => '웹01', service => '디스크');
    $api->says([ '' => 200, $done ]);
    my $row = Munja::Told::acknowledge($world, @object);
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga: Successfully/, 'is told';
    my ($asked, @more) = $api->asked;
    is @more, 0, 'once';
    is $asked->{line}, 'POST /v1/actions/acknowledge-problem', 'the action';
    like $asked->{head}, qr/^Accept: application\/json\r$/m, 'in words that it takes';
    like $asked->{body}, qr/^\{"service":"웹01!디스크",.*"author":"kim","comment":"가는 중",.*"notify":true/, 'the object' if utf8::decode($asked->{body});

    for my $case (
        [ 'no more a problem', 409, $already, qr/^done icinga: It is already/ ],
        [ 'nothing of that name', 404, $nothing, qr/^failed icinga: No objects/ ],
        [ 'a wrong password', 401, '<h1>no</h1>', qr/^waiting icinga: the user or the password/ ],
        [ 'a secret repeated', 500, qq({"status":"$SECRET"}), qr/^waiting icinga: the answer repeats a secret/ ],
    ) {
        my ($name, $status, $body, $state) = @$case;
        $api->says([ '' => $status, $body ]);
        $row = Munja::Told::acknowledge($world, @object);
        like Munja::Told::state($world, $row, $state), $state, $name;
        $world->sql("DELETE FROM writeback WHERE id = $row");
    }

    # The first answer is lost: what it did is done.
    $api->forget;
    $api->says([ '' => 0 ]);
    $row = Munja::Told::acknowledge($world, @object);
    like Munja::Told::state($world, $row, 'waiting icinga'), qr/^waiting icinga: /, 'an answer that was lost';
    $api->says([ '' => 409, $already ]);
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga: It is already/, 'comes the next time';
    is scalar(() = $api->asked), 2, 'and no more';
    is $worker->stop, 0, 'the worker ends';
    unlike $worker->log, qr/\Q$SECRET/, 'no secret in its log';
};

subtest 'the API of Zabbix' => sub {
    my $api    = Munja::Api->start;
    my $world  = world(section('zabbix', zabbix($api)));
    my $worker = worker($world);
    my @event  = (source => 'zabbix', host => '웹서버 1', event => '41');
    my $fresh  = rpc('[{"eventid":"41","acknowledged":"0","hosts":[]}]');
    for my $version ('6.0.14', '7.2.1') {
        $api->forget;
        $api->says([ 'apiinfo' => 200, rpc("\"$version\"") ], [ 'event.get' => 200, $fresh ], [ 'event.acknowledge' => 200, rpc('{"eventids":[41]}') ]);
        my $row = Munja::Told::acknowledge($world, @event);
        is Munja::Told::state($world, $row, 'done'), 'done zabbix: acknowledged', "$version is told";
        my @asked = $api->asked;
        is_deeply [ map { $_->{body} =~ /"method":"([\w.]+)"/ } @asked ], [ 'apiinfo.version', 'event.get', 'event.acknowledge' ], 'after a look';
        is_deeply [ map { "$_->{head}$_->{body}" =~ /(Bearer|"auth":)/ } @asked ], [ ($version =~ /^6/ ? '"auth":' : 'Bearer') x 2 ], 'with the token where it belongs';
    }
    $api->forget;
    $api->says([ 'apiinfo' => 200, rpc('"6.0.14"') ], [ 'event.get' => 200, $fresh =~ s/"0"/"1"/r ]);
    my $row = Munja::Told::acknowledge($world, @event);
    is Munja::Told::state($world, $row, 'done'), 'done zabbix: it is acknowledged already', 'acknowledged already';
    is scalar(grep { $_->{body} =~ /event.acknowledge/ } $api->asked), 0, 'nothing is added';
    $api->says([ 'apiinfo' => 200, rpc('"6.0.14"') ], [ 'event.get' => 200, rpc('[]') ]);
    $row = Munja::Told::acknowledge($world, @event);
    like Munja::Told::state($world, $row, 'failed'), qr/^failed zabbix: there is no such event/, 'no such event';
    $api->says([ 'apiinfo' => 200, rpc('"6.0.14"') ], [ '' => 200, refuses('Not authorized.') ]);
    $row = Munja::Told::acknowledge($world, @event);
    is Munja::Told::state($world, $row, 'waiting zabbix'), 'waiting zabbix: Not authorized.', 'a token that is not taken waits for its operator';
    is $worker->stop, 0, 'the worker ends';
};

subtest 'one after the other' => sub {
    my @api = map { Munja::Api->start } 1 .. 3;
    my $world = world(section('a', icinga($api[0])), section('b', icinga($api[1])), section('c', icinga($api[2], host => 'db*')));
    my @object = (source => 'icinga', host => '웹01');
    $world->munja('worker', '--once');
    my $once = sub {
        my ($name, $want) = @_;
        my $row = Munja::Told::acknowledge($world, @object);
        my $run = $world->munja('worker', '--once');
        like Munja::Told::state($world, $row, '', 0), $want, $name;
        $world->sql("DELETE FROM writeback WHERE id = $row");
        return $run;
    };
    $_->says([ '' => 200, $done ]) for @api;
    my $run = $once->('the first that knows it', qr/^done a: /);
    is $run->{exit}, 0, 'worker --once does it, too';
    like $run->{out}, qr/^MUNJA OK - 0 due.*; monitors were told 1, 0 wait/, 'and tells';
    is scalar(() = $api[1]->asked), 0, 'asks no further';
    $api[0]->says([ '' => 404, $nothing ]);
    $once->('the next, if it does not', qr/^done b: /);
    $api[1]->says([ '' => 404, $nothing ]);
    $once->('none', qr/^failed [ab]: No objects/);
    $api[0]->says([ '' => 503, '{}' ]);
    $run = $once->('one that is down may be the one', qr/^waiting a: HTTP status 503/);
    is $run->{exit}, 1, 'a WARNING';
    is scalar(() = $api[2]->asked), 0, 'and one for other hosts is not asked at all';
};

subtest 'whatever happens to the worker' => sub {
    my $api    = Munja::Api->start;
    my $world  = world(section('icinga', icinga($api)));
    my $worker = worker($world);
    my @object = (source => 'icinga', host => '웹01');
    $api->says([ '' => 200, $done, 2 ]);
    my $row = Munja::Told::acknowledge($world, @object);
    sleep 0.1 until $api->asked;
    $worker->signal('HUP');
    ok $worker->await(qr/^worker=reloaded/m), 'a reload while a monitor thinks';
    like Munja::Told::state($world, $row, 'done'), qr/^done/, 'costs nothing';
    is scalar(() = $api->asked), 1, 'and asks nothing twice';

    $api->forget;
    $row = Munja::Told::acknowledge($world, @object);
    sleep 0.1 until $api->asked;
    is $worker->stop, 0, 'an end while a monitor thinks';
    like Munja::Told::state($world, $row, 'done', 0), qr/^done/, 'waits for it';

    $worker = worker($world);
    $api->says([ '' => 200, $done, 60 ]);
    $api->forget;
    $row = Munja::Told::acknowledge($world, @object);
    sleep 0.1 until $api->asked;
    $worker->stop('KILL');
    like Munja::Told::state($world, $row, 'waiting', 0), qr/^waiting/, 'killed meanwhile';
    is $world->sql("SELECT due_ms - strftime('%s') * 1000 > 60000 FROM writeback WHERE id = $row"), 1, 'its lease keeps others off';
    $world->sql("UPDATE writeback SET due_ms = 0 WHERE id = $row");
    $api->says([ '' => 409, $already ]);
    $worker = worker($world);
    like Munja::Told::state($world, $row, 'done'), qr/^done/, 'until the next one tells';

    $api->says([ '' => 503, '{}' ]);
    my $old = Munja::Told::acknowledge($world, @object);
    like Munja::Told::state($world, $old, 'waiting icinga'), qr/^waiting icinga/, 'one that waits';
    $world->sql("UPDATE writeback SET created_ms = created_ms - 90000000 WHERE id = $old");
    like Munja::Told::state($world, $old, 'failed'), qr/^failed icinga: HTTP status 503/, 'is given up after a day';
};

# What reached nobody is told where people look: at once, then gathered, and never of itself.
subtest 'results' => sub {
    my $api   = Munja::Api->start;
    my @where = (result_host => 'gate', result_service => 'munja');
    my $world = Munja::World->new(providers => ['joa'], sim => { wrong_numbers => ['01099990000'] },
        text => section('nagios', type => 'nagios', command_file => 'cmd', @where) . section('icinga', icinga($api, @where)));
    my $pipe   = pipe_of($world);
    my $worker = worker($world);
    my $number = 0;
    my $alert  = sub {
        my %field = (host => $_[0], service => $_[1], state => 'CRITICAL', type => 'PROBLEM', output => 'number ' . ++$number);
        return $world->munja('notify', '-T', '010-9999-0000', map { ('-F', "$_=$field{$_}") } sort keys %field)->{exit};
    };
    my $results = sub { return $world->sql("SELECT count(*) FROM writeback WHERE kind = 'result' AND state = '$_[0]'") };
    $api->says([ '' => 503, '{}' ]);
    is $alert->('웹01', '디스크'), 2, 'an alert that nobody will deliver';
    ok Munja::until_true(sub { $world->sql(q{SELECT count(*) FROM writeback WHERE state = 'waiting' AND said <> ''}) == 1 }, 60), 'is told once';
    my $text = 'MUNJA CRITICAL - not delivered: 웹01/디스크 to 010****0000: refused (joa: -100019,';
    like heard($pipe), qr/\A\[\] PROCESS_SERVICE_CHECK_RESULT;gate;munja;2;\Q$text\E [^\n]*\n\z/, 'is told by a pipe';
    my ($asked) = $api->asked;
    utf8::decode($asked->{body});
    like "$asked->{line} $asked->{body}", qr{^POST /v1/actions/process-check-result \{"service":"gate!munja",.*"exit_status":2,"plugin_output":"\Q$text\E}, 'and an API';
    is $results->('waiting'), 1, 'one that is down is told later';
    is $alert->('gate', 'munja'), 2, 'one about that very service';
    is $alert->('웹02', '디스크'), 2, 'and another';
    $worker->stop;
    $api->says([ '' => 200, $done ]);
    heard($pipe);
    $world->sql('UPDATE writeback SET due_ms = 0');
    my $run = $world->munja('worker', '--once');
    like heard($pipe), qr/\A\[\] PROCESS\S+ CRITICAL - 2 alerts were not delivered, the last of them 웹02\/디스크 [^\n]*\n\z/, 'all that gathered is one line';
    is $results->('done'), 3, 'which is all of it';
    is $alert->('gate', 'munja'), 2, 'one about that very service alone';
    is $results->('waiting'), 1, 'is there';
    $world->munja('worker', '--once');
    is heard($pipe), '', 'is not told';
    is $results->('waiting'), 0, 'now or later';
    my $id   = $world->sql('SELECT record FROM writeback LIMIT 1');
    my $seen = $world->munja('queue', 'show', $id)->{out};
    like $seen, qr/^result .* done .* 웹01\/디스크 to 010\*\*\*\*0000/m, 'munja queue show shows it';
};

# What the store does not take back about monitors and replies waits, and nothing else waits with it.
sub ticks {
    my ($worker) = @_;
    open my $file, '<', '/proc/' . $worker->pid . '/stat' or die "stat: $!";
    my @field = split ' ', (<$file> =~ s/^.*\)//r);
    return $field[11] + $field[12];
}

subtest 'a store that refuses what came of it' => sub {
    my $api   = Munja::Api->start;
    my $world = world(section('icinga', icinga($api)));
    $api->says([ '' => 200, $done ]);
    my $worker = worker($world);
    $world->sql("CREATE TRIGGER told BEFORE UPDATE OF state ON writeback BEGIN SELECT RAISE(ABORT, 'no'); END;"
        . "CREATE TRIGGER heard BEFORE UPDATE ON reply BEGIN SELECT RAISE(ABORT, 'no'); END;"
        . 'INSERT INTO reply (provider, reference, sender, recipient, text, time, seen_ms, record, outcome)'
        . " VALUES ('joa', 'r', '01099998888', '', 'ok', '', strftime('%s') * 1000, 0, '')");
    my $row = Munja::Told::acknowledge($world, source => 'icinga', host => '웹01');
    ok $worker->await(qr/store=told/) && $worker->await(qr/store=replies/), 'it complains';
    my ($before, $spent) = (time, ticks($worker));
    my @wall;
    for my $number (1 .. 8) {
        my $run = $world->munja('send', '--to', '01012345678', "alert $number");
        is $run->{exit}, 0, "alert $number";
        push @wall, $run->{wall};
    }
    cmp_ok((sort { $a <=> $b } @wall)[4], '<', 0.5, 'which come as fast as ever');
    sleep 4 - (time - $before) if time - $before < 4;
    cmp_ok scalar(() = $worker->log =~ /store=(?:told|replies)/g), '<', 8 + time - $before, 'now and then';
    cmp_ok ticks($worker) - $spent, '<', 50, 'and does not turn in vain';
    $world->sql('DROP TRIGGER told; DROP TRIGGER heard');
    like Munja::Told::state($world, $row, 'done'), qr/^done icinga/, 'what was told is written down in the end';
    is scalar(() = $api->asked), 1, 'told once';
    ok Munja::until_true(sub { $world->sql('SELECT outcome FROM reply') ne '' }), 'and the reply is looked at';
};

subtest 'a worker that ends waits for its gateways at rest' => sub {
    my $world  = Munja::World->new(providers => ['joa'], sim => { wrong_numbers => ['01099990000'] }, set => { joa => { timeout => 60 } },
        text => section('nagios', type => 'nagios', command_file => 'cmd', result_host => 'gate', result_service => 'munja'));
    my $worker = worker($world);
    is $world->munja('send', '--to', '01012345678', 'first')->{exit}, 0, 'logged in';
    my @held = map { $world->sim->hold(match => '/1/send') } 1, 2;
    $world->munja('send', '-t', 3, '--to', $_, 'under way') for '01099990000', '01012345678';
    my $spent = ticks($worker);
    $worker->signal('TERM');
    sleep 0.5;
    $world->sim->let($held[0]);
    ok Munja::until_true(sub { $world->sql('SELECT count(*) FROM writeback') == 1 }), 'what reached nobody is to be told';
    sleep 3;
    cmp_ok ticks($worker) - $spent, '<', 50, 'by the next worker';
    $world->sim->let($held[1]);
    is $worker->stop, 0, 'the worker ends';
};

done_testing;
