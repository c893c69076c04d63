#!/usr/bin/perl
# What gateways push to the worker: taken once and on disk before it is answered, in any order; whatever is not theirs is
# refused, costs little, and changes nothing.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Digest::SHA qw(sha1_hex);
use List::Util  qw(shuffle);
use Munja::Push;
use Munja::Worker;
use Munja::World;
use Test::More;
use Time::HiRes qw(sleep time);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $PLEX = 'c0ffee0123456789';
my $CN   = 'decade0123456789';
my $TAKEN = '{"code":"100","desc":"success"}';

# A world whose worker listens.
sub listening {
    my (%option) = @_;
    my $port  = Munja::free_port();
    my $world = Munja::World->new(
        providers => [qw(plex cn joa)],
        sim       => { balance => 2_000_000_000, %{ $option{sim} // {} } },
        global    => qq(listen = ") . ($option{host} // '127.0.0.1') . qq(:$port"\n),
        set       => { plex => { hook_token => $PLEX, %{ $option{plex} // {} } }, cn => { hook_token => $CN, %{ $option{cn} // {} } } },
        text      => $option{text} // '',
    );
    $world->{port} = $port;
    $world->{push} = Munja::Push->new($port);
    return ($world, $option{idle} ? () : Munja::Worker->start($world->{conf}));
}

sub notify { my ($world, $to, $provider, @args) = @_; return $world->munja('notify', '--to', $to, '-p', $provider, @args, "alarm for $to", 'text') }
sub plex { my ($world, @args) = @_; return $world->{push}->post("/hook/plex/$PLEX", @args) }
sub cn { my ($world, @args) = @_; return $world->{push}->post("/hook/cn/$CN", Munja::Push::list(@args)) }
sub key_of { my ($world, $number) = @_; return ($world->sim->phone($number))[0]{reference} }
sub receipts { my ($world) = @_; return $world->sql('SELECT count(*) FROM receipt') }

subtest 'taken' => sub {
    my ($world, $worker) = listening();
    my ($phone, $chinese) = ('01012345678', '+8613812345678');
    is notify($world, $phone, 'plex')->{exit}, 0, 'a text to Korea';
    is notify($world, $chinese, 'cn')->{exit}, 0, 'and one to China';
    my ($webhook) = $world->sim->webhooks;
    for my $time (qw(first second)) {
        my $answer = plex($world, Munja::Push::json($webhook));
        is "$answer->{status} $answer->{body}", "200 $TAKEN", "API PLEX, the $time time";
        is $answer->{header}{'content-type'}, 'application/json', '... as JSON';
        is receipts($world), 1, '... is there once';
    }
    my $mid = key_of($world, '13812345678');
    for my $time (qw(first second)) {
        my $answer = cn($world, Munja::Push::reply('4C36654382720005', '13812345678', '收到 7K2'), Munja::Push::report($mid, '13812345678'));
        is "$answer->{status} $answer->{body}", '200 OK', "SMS57-SMGW, the $time time";
        is receipts($world), 2, '... is there once';
        is $world->sql('SELECT sender, text, record FROM reply'), '+8613812345678|收到 7K2|2', '... with the reply';
    }
    my $shown = $world->munja('queue', 'show', '1', '--json');
    like $shown->{out}, qr/"delivered"/, 'munja queue show tells of it';
    like $world->munja('queue', 'show', '2')->{out}, qr/收到 7K2/, '... and of the reply';
    my $mixed = cn($world, Munja::Push::report('4C36654382729999', '13900000000'), Munja::Push::report($mid, '13812345678', 'EXPIRED'));
    is $mixed->{status}, 200, 'of several, those that are known count';
    is receipts($world), 3, '... and no other';
    is cn($world)->{status}, 200, 'an empty list is one';
    is $worker->stop, 0, 'the worker ends well';
    unlike $worker->log, qr/$PLEX|$CN|12345678|收到/, 'its log tells no token, no number and no text';
    $world->clean;
};

subtest 'faster than the answer' => sub {
    my ($world, $worker) = listening(plex => { timeout => 60 }, cn => { timeout => 60 });
    for my $gateway ([ plex => '/sms-verify', '01012340001', '01012340001' ], [ cn => '/sms', '+8613812340001', '13812340001' ]) {
        my ($provider, $path, $to, $phone) = @$gateway;
        my $held = $world->sim->hold(match => $path);
        my $pid = fork // die "fork: $!";
        if ($pid == 0) { POSIX::_exit(Munja::run(args => [ 'notify', '-f', $world->{conf}, '-t', 50, '--to', $to, '-p', $provider, 'early', 'text' ])->{exit}) }
        ok Munja::until_true(sub { $world->sim->phone($phone) }), "$provider: the phone has it";
        my $key = key_of($world, $phone);
        is $world->sql("SELECT count(*) FROM attempt WHERE provider = '$provider' AND ended_ms = 0"), 1, '... and munja no answer yet';
        my $answer = $provider eq 'plex' ? plex($world, Munja::Push::plex($key)) : cn($world, Munja::Push::report($key, $phone));
        is $answer->{status}, 200, '... its receipt is taken';
        $world->sim->let($held);
        waitpid $pid, 0;
        is $? >> 8, 0, '... then comes the answer';
        my $id = $world->sql("SELECT record FROM attempt WHERE provider = '$provider' AND reference = '$key'");
        my $shown = $world->munja('queue', 'show', $id, '--json');
        like $shown->{out}, qr/"delivered"/, '... and they belong together';
    }
    is $worker->stop, 0, 'the worker ends well';
};

# Everything that is in the store but its own housekeeping.
sub content { my ($world) = @_; return sha1_hex(map { utf8::encode(my $text = $_); $text } map { $world->sql("SELECT * FROM $_") } qw(record attempt receipt reply)) }

subtest 'refused' => sub {
    my ($world, $worker) = listening();
    is notify($world, '01012345678', 'plex')->{exit}, 0, 'a text';
    is notify($world, '+8613812345678', 'cn')->{exit}, 0, 'and another';
    my $good = Munja::Push::plex(key_of($world, '01012345678'));
    my $mid  = key_of($world, '13812345678');
    my $before = content($world);
    my $start  = time;
    my $deep = '[' x 5000 . ']' x 5000;
    my $chunk = sub { sprintf "%x\r\n%s\r\n0\r\n\r\n", length $_[0], $_[0] };
    my @cases = (
        [ 404, 'another token',       "/hook/plex/${PLEX}0" ],
        [ 404, 'half a token',        '/hook/plex/' . substr $PLEX, 0, 8 ],
        [ 404, 'the other\'s token',  "/hook/plex/$CN" ],
        [ 404, 'no token',            '/hook/plex/' ],
        [ 404, 'no token at all',     '/hook/plex' ],
        [ 404, 'no such provider',    "/hook/other/$PLEX" ],
        [ 404, 'one without a token', '/hook/joa/' ],
        [ 404, 'one that never pushes', "/hook/joa/$PLEX" ],
        [ 404, 'elsewhere',           '/' ],
        [ 405, 'GET',                 "/hook/plex/$PLEX", '', method => 'GET', length => undef ],
        [ 405, 'PUT',                 "/hook/plex/$PLEX", $good, method => 'PUT' ],
        [ 405, 'DELETE, whatever the token', '/hook/plex/x', '', method => 'DELETE', length => undef ],
        [ 413, 'too large',           "/hook/plex/$PLEX", 'x' x 65537 ],
        [ 413, 'far too large',       "/hook/plex/$PLEX", 'x' x 3_000_000 ],
        [ 413, 'too large, it says',  "/hook/plex/$PLEX", '', length => 1_000_000_000_000 ],
        [ 413, 'too large in pieces', "/hook/plex/$PLEX", $chunk->('x' x 200_000), length => undef, headers => ['Transfer-Encoding: chunked'] ],
        [ 404, 'too large, and unknown', '/hook/x/y', 'x' x 3_000_000 ],
        [ 400, 'nothing',             "/hook/plex/$PLEX", '' ],
        [ 400, 'no JSON',             "/hook/plex/$PLEX", 'code=0' ],
        [ 400, 'cut off',             "/hook/plex/$PLEX", substr $good, 0, 40 ],
        [ 400, 'something behind it', "/hook/plex/$PLEX", "$good$good" ],
        [ 400, 'too deep',            "/hook/plex/$PLEX", $deep ],
        [ 400, 'JSON of others',      "/hook/plex/$PLEX", '{"results":{}}' ],
        [ 400, 'an empty result',     "/hook/plex/$PLEX", '{"results":[{}]}' ],
        [ 400, 'bytes',               "/hook/plex/$PLEX", "\xff\xfe\x00\x01" x 1000 ],
        [ 400, 'no list',             "/hook/cn/$CN", '{"flag":1}' ],
        [ 400, 'nothing of theirs',   "/hook/cn/$CN", '[{"flag":7}, 3, null]' ],
        [ 400, 'a reply of nobody',   "/hook/cn/$CN", '[{"flag":0,"content":"ok","mid":"1"}]' ],
        [ 400, 'a length that is none', "/hook/plex/$PLEX", $good, length => 'many' ],
        [ 0,   'no HTTP',             undef, "hello\r\n\r\n" ],
        [ 431, 'a head too large',    "/hook/plex/$PLEX", $good, headers => [ 'X-Long: ' . 'x' x 20_000 ] ],
        [ 404, 'a receipt of nothing', "/hook/plex/$PLEX", Munja::Push::plex('4b68ca16-7aa8-4a17-b74c-2b8e4adb13f8') ],
        [ 404, 'of a record to come', "/hook/plex/$PLEX", Munja::Push::plex(key_of($world, '01012345678') =~ s/-1z/-99z/r) ],
        [ 404, 'of another gateway\'s record', "/hook/plex/$PLEX", Munja::Push::plex(key_of($world, '01012345678') =~ s/-1z/-2z/r) ],
        [ 404, 'of nothing in China', "/hook/cn/$CN", Munja::Push::list(Munja::Push::report('4C36654382720006', '13812345678')) ],
        [ 404, 'without a reference', "/hook/cn/$CN", Munja::Push::list(Munja::Push::report('', '13812345678')) ],
        [ 404, 'of another provider', "/hook/plex/$PLEX", Munja::Push::plex($mid) ],
    );
    for my $case (@cases) {
        my ($status, $what, $path, $body, %option) = @$case;
        my $answer = defined $path ? $world->{push}->post($path, $body // $good, %option) : $world->{push}->send_text($body);
        is $answer->{status}, $status, $what;
        cmp_ok length $answer->{body}, '<', 300, '... in a few words';
        like $answer->{header}{allow} // '', qr/^POST$/, '... and says which is' if $status == 405;
    }
    is content($world), $before, 'nothing of that changed anything';
    is plex($world, $good)->{status}, 200, 'what is right is taken';
    is receipts($world), 1, '... and kept';
    is $worker->stop, 0, 'the worker ends well';
    unlike $worker->log, qr/$PLEX|$CN|12345678/, 'its log tells no token and no number';
    like $worker->log, qr/^hook=refused status=404 from=127\.0\.0\.1 more=0$/m, '... but that somebody was refused';
    cmp_ok scalar(() = $worker->log =~ /^hook=refused/mg), '<=', 2 + (time - $start) / 10, '... not each time';
};

subtest 'slow' => sub {
    my ($world, $worker) = listening();
    is notify($world, '01012345678', 'plex')->{exit}, 0, 'a text';
    my $good  = Munja::Push::plex(key_of($world, '01012345678'));
    my $start = time;
    my @slow = map { $world->{push}->connect } 1 .. 300;
    my ($dripping, $silent, $half) = @slow;
    my $text = Munja::Push::request("/hook/plex/$PLEX", $good);
    syswrite $half, substr $text, 0, length($text) - 1;
    syswrite $dripping, substr $text, 0, 1;
    my $at = 1;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) { POSIX::_exit(plex($world, $good)->{status} == 200 ? 0 : 1) }
    local $SIG{PIPE} = 'IGNORE';
    my $closed = Munja::until_true(sub { sleep 0.5; syswrite($dripping, substr $text, $at++, 1) // return 1; vec(my $can = '', $dripping->fileno, 1) = 1;
        return select($can, undef, undef, 0) > 0 && !sysread $dripping, my $nothing, 1 }, 60);
    ok $closed, 'who sends a byte now and then is let go';
    cmp_ok $at / 2, '<', 14, '... in time: there are two of them in a second';
    is Munja::Push::parse(Munja::Push::read_all($half))->{status}, 408, 'who stops in the middle is told';
    is Munja::Push::read_all($silent), '', 'who says nothing is told nothing';
    waitpid $pid, 0;
    is $?, 0, 'others are served, however many sit there' or diag $worker->tail;
    cmp_ok time - $start, '<', 30, '... in time';
    is receipts($world), 1, 'what came whole is kept, and only that';
    @slow = ($dripping, $silent, $half) = ();
    ok Munja::until_true(sub { plex($world, $good)->{status} == 200 }), 'then all is as before';
    my ($socket) = map { $world->{push}->connect } 1;
    syswrite $socket, $text =~ s/Connection: close\r\n//r;
    sleep 0.3;
    syswrite $socket, $text;
    is scalar(() = Munja::Push::read_all($socket) =~ /200 OK/g), 2, 'a connection may be used again';
    is $worker->stop, 0, 'the worker ends well';
};

subtest 'a worker that was away' => sub {
    my ($world, $worker) = listening();
    is notify($world, '01012345678', 'plex')->{exit}, 0, 'a text';
    my $text   = Munja::Push::request("/hook/plex/$PLEX", Munja::Push::plex(key_of($world, '01012345678')));
    my $socket = $world->{push}->connect;
    syswrite $socket, substr $text, 0, -1;
    is $world->{push}->get('/health')->{status}, 200, 'who came before has been seen';
    $worker->signal('STOP');
    syswrite $socket, substr $text, -1;
    sleep 10.5;
    $worker->signal('CONT');
    is Munja::Push::parse(Munja::Push::read_all($socket))->{status}, 200, 'takes what came in time meanwhile';
    is receipts($world), 1, '... and keeps it';
    is $worker->stop, 0, 'the worker ends well';
};

subtest 'from where' => sub {
    my ($world, $worker) = listening(plex => {}, text => "#\n");
    my $text = do { open my $file, '<', $world->{conf}; local $/; <$file> };
    Munja::write_file($world->{conf}, $text =~ s/(provider "plex" \{\n)/$1    allow = { "203.0.113.0\/24", "2001:db8::\/32" }\n/r, 0600);
    $worker->signal('HUP');
    ok $worker->await(qr/^worker=reloaded$/m), 'networks are allowed' or diag $worker->log;
    is notify($world, '01012345678', 'plex')->{exit}, 0, 'a text';
    my $good = Munja::Push::plex(key_of($world, '01012345678'));
    for my $case (
        [ 403, 'this machine is none of them' ],
        [ 200, 'one of them',                   'X-Forwarded-For: 203.0.113.9' ],
        [ 200, 'of the other kind',             'x-forwarded-for: 2001:db8:1::5' ],
        [ 200, 'whom the proxy names last',     'X-Forwarded-For: 198.51.100.1, 203.0.113.9' ],
        [ 200, 'in the last header',            'X-Forwarded-For: 198.51.100.1', 'X-Forwarded-For: 203.0.113.9' ],
        [ 403, 'not whom he names himself',     'X-Forwarded-For: 203.0.113.9, 198.51.100.1' ],
        [ 403, 'nor in a header of his own',    'X-Forwarded-For: 203.0.113.9', 'X-Forwarded-For: 198.51.100.1' ],
        [ 403, 'another',                       'X-Forwarded-For: 203.0.114.9' ],
        [ 403, 'a word of the proxy that nobody understands', 'X-Forwarded-For: unknown' ],
        [ 403, 'nor that',                      'X-Forwarded-For: 203.0.113.9:1234' ],
        [ 403, 'nor nothing',                   'X-Forwarded-For: ' ],
        [ 403, 'another header',                'X-Real-IP: 203.0.113.9' ],
    ) {
        my ($status, $what, @headers) = @$case;
        is plex($world, $good, headers => \@headers)->{status}, $status, $what;
    }
    is $world->{push}->post('/hook/plex/wrong', $good)->{status}, 404, 'without the token he is not even told that';
    is cn($world, Munja::Push::reply('1', '13812345678', 'ok'))->{status}, 200, 'a provider without networks takes it from anywhere';
    is $worker->stop, 0, 'the worker ends well';
};

subtest 'over the network' => sub {
    my ($address) = (`hostname -I 2>/dev/null` // '') =~ /\b(\d+\.\d+\.\d+\.\d+)\b/;
    plan skip_all => 'this machine has no address but the loopback' if !defined $address || $address =~ /^127\./;
    my ($world, $worker) = listening(host => '0.0.0.0', plex => { allow => $address });
    is notify($world, '01012345678', 'plex')->{exit}, 0, 'a text';
    my $good = Munja::Push::plex(key_of($world, '01012345678'));
    my $near = Munja::Push->new($world->{port});
    my $far  = Munja::Push->new($world->{port}, host => $address);
    is $near->post("/hook/plex/$PLEX", $good)->{status}, 403, 'the loopback is not that address';
    is $near->post("/hook/plex/$PLEX", $good, headers => ["X-Forwarded-For: 198.51.100.1"])->{status}, 403, '... nor what its proxy names';
    is $far->post("/hook/plex/$PLEX", $good, headers => ['X-Forwarded-For: 198.51.100.1'])->{status}, 200, 'only proxies of this machine are believed';
    is $near->get('/health')->{status}, 200, 'its health is told to this machine';
    is $far->get($_)->{status}, 403, "$_ is not told to the network" for qw(/health /metrics);
    is $near->get('/health', 'X-Forwarded-For: 127.0.0.1')->{status}, 403, '... nor through a proxy';
    my @held = grep { defined } map { $far->connect } 1 .. 40;
    sleep 0.5;
    is plex($world, $good, headers => ["X-Forwarded-For: $address"])->{status}, 200, 'one address cannot take it all';
    is $far->post("/hook/plex/$PLEX", $good)->{status}, 0, '... and has no more than its share';
    @held = ();
    is $worker->stop, 0, 'the worker ends well';
};

subtest 'a thousand at once' => sub {
    my ($world, $worker) = listening(text => "route \"all\" {\n    providers = { \"plex\" }\n}\n", idle => 1);
    $world->fill(20000000, 1000);
    $worker = Munja::Worker->start($world->{conf});
    ok Munja::until_true(sub { $world->waiting == 0 }, 60), 'a thousand texts' or diag $worker->tail;
    my @bodies = map { Munja::Push::json($_) } $world->sim->webhooks;
    is scalar(@bodies), 1000, 'have their receipts';
    my @path = "/hook/plex/$PLEX";
    my @pushes = shuffle((map { [ @path, $_ ] } @bodies, @bodies), map { [ @path, substr $_, 0, 30 ] } @bodies[ 0 .. 99 ]);
    my $start   = time;
    my @answers = $world->{push}->all(400, @pushes);
    my $took    = time - $start;
    my @wrong = grep { $answers[$_]{status} != (length $pushes[$_][1] == 30 ? 400 : 200) } 0 .. $#pushes;
    is scalar(@wrong), 0, 'each is answered as it should be';
    is receipts($world), 1000, 'each is there, once';
    is $world->sql("SELECT count(DISTINCT reference) FROM receipt"), 1000, '... and they are different ones';
    my $commits = () = $worker->log =~ /^hook=kept/mg;
    cmp_ok $commits, '<', 1000, 'many share a commit';
    diag sprintf '%d pushes in %.2f s, %.0f/s, %d commits', scalar @pushes, $took, @pushes / $took, $commits;
    my $metrics = $world->{push}->get('/metrics')->{body};
    like $metrics, qr/^munja_receipts_total\{provider="plex",state="delivered"\} 1000$/m, 'they are counted once';
    like $metrics, qr/^munja_pushes_total\{provider="plex",status="200"\} 2000$/m, '... as often as they came';
    is $worker->stop, 0, 'the worker ends well';
};

subtest 'the configuration changes' => sub {
    my ($world, $worker) = listening();
    is notify($world, '01012345678', 'plex')->{exit}, 0, 'a text';
    my $good   = Munja::Push::plex(key_of($world, '01012345678'));
    my $text   = do { open my $file, '<', $world->{conf}; local $/; <$file> };
    my $reload = sub {
        my ($new) = @_;
        my $before = () = $worker->log =~ /^worker=reloaded/mg;
        Munja::write_file($world->{conf}, $new, 0600);
        $worker->signal('HUP');
        return ok Munja::until_true(sub { (() = $worker->log =~ /^worker=reloaded/mg) > $before }), 'it is reloaded';
    };
    $reload->($text =~ s/$PLEX/changed/r);
    is plex($world, $good)->{status}, 404, 'the old token is none any more';
    is $world->{push}->post('/hook/plex/changed', $good)->{status}, 200, 'the new one is';
    my $other = Munja::free_port();
    $reload->($text =~ s/:$world->{port}/:$other/r);
    is plex($world, $good)->{status}, 0, 'nobody listens there any more';
    is(Munja::Push->new($other)->post("/hook/plex/$PLEX", $good)->{status}, 200, '... but here');
    my $taken = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => $world->{port}, Listen => 1, ReuseAddr => 1) or die "listen: $@";
    $reload->($text);
    like $worker->log, qr/^listen=kept fault="listen 127\.0\.0\.1:$world->{port}: somebody else listens there"$/m, 'where somebody else listens it cannot';
    is(Munja::Push->new($other)->post("/hook/plex/$PLEX", $good)->{status}, 200, '... and stays where it was');
    $reload->($text =~ s/^listen.*\n//mr);
    is(Munja::Push->new($other)->post("/hook/plex/$PLEX", $good)->{status}, 0, 'without a place it listens nowhere');
    is $worker->stop, 0, 'the worker ends well';

    my $second = Munja::run(args => [ 'worker', '-f', Munja::write_file($world->{conf}, $text, 0600) ], limit => 20);
    is $second->{exit}, 3, 'it does not start where somebody else listens';
    like $second->{out} . $second->{err}, qr/^MUNJA UNKNOWN - listen 127\.0\.0\.1:$world->{port}: somebody else listens there/m, '... and says so';
    undef $taken;
    my $six = Munja::Push->new($other, host => '::1');
    Munja::write_file($world->{conf}, $text =~ s/127\.0\.0\.1:$world->{port}/[::1]:$other/r, 0600);
    SKIP: {
        skip 'no IPv6 here', 2 if !IO::Socket::IP->new(LocalHost => '::1', Listen => 1);
        my $third = Munja::Worker->start($world->{conf});
        is $six->post("/hook/plex/$PLEX", $good)->{status}, 200, 'IPv6 is as good';
        is $six->get('/health')->{status}, 200, '... and this machine, too';
        $third->stop;
    }
};

subtest 'a store that cannot be written' => sub {
    my ($world, $worker) = listening();
    is notify($world, '01012345678', 'plex')->{exit}, 0, 'a text';
    my $good = Munja::Push::plex(key_of($world, '01012345678'));
    open my $locker, '|-', 'sqlite3', '-cmd', '.timeout 10000', "$world->{dir}/munja.db" or die "sqlite3: $!";
    $locker->autoflush(1);
    print $locker "BEGIN IMMEDIATE;\n.shell touch $world->{dir}/locked\n";
    ok Munja::until_true(sub { -e "$world->{dir}/locked" }), 'it is locked';
    my $health = $world->{push}->get('/health');
    is $health->{status}, 503, 'its health is not good';
    like $health->{body}, qr/"status":"failing","store":"not writable"/, '... and says why';
    is plex($world, $good)->{status}, 503, 'the gateway is to come again';
    print $locker "ROLLBACK;\n";
    close $locker;
    ok Munja::until_true(sub { plex($world, $good)->{status} == 200 }), 'then it is taken';
    is receipts($world), 1, '... once';
    ok Munja::until_true(sub { $world->{push}->get('/health')->{status} == 200 }), 'and all is well';
    is $worker->stop, 0, 'the worker ends well';
};

# The lines of a page, judged as Prometheus would: name{labels} => value.
sub metrics_of {
    my ($text) = @_;
    my (%value, %type, $family);
    for my $line (split /\n/, $text) {
        if    ($line =~ /^# HELP (\w+) \S.*$/)               { $family = $1; fail("$1 is there twice") if exists $type{$1} }
        elsif ($line =~ /^# TYPE (\w+) (counter|gauge)$/)    { $type{$1} = $2; is $1, $family, "$1 has a type and help" }
        elsif ($line =~ /^(\w+)(\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?\d+(?:\.\d+)?)$/) {
            is $1, $family, "$1 stands with its family" if $1 ne $family;
            $value{ $1 . ($2 // '') } = $3;
        }
        else { fail("$line: no line of a page") }
    }
    is_deeply [ grep { $type{$_} eq 'counter' xor /_total$/ } sort keys %type ], [], 'counters are called so';
    return \%value;
}

subtest 'health and metrics' => sub {
    my ($world, $worker) = listening();
    my $health = $world->{push}->get('/health');
    is $health->{status}, 200, 'it is at work';
    is_deeply JSON::PP::decode_json($health->{body}), { status => 'ok', store => 'ok', queue => 'ok', waiting => 0, oldest_seconds => 0 }, '... and says so';
    is notify($world, '01012345678', 'plex')->{exit}, 0, 'a text';
    $world->munja('balance', 'cn');
    $world->sim->fault(match => '/1/', do => 'status', status => 401);
    notify($world, '01012345679', 'joa');
    plex($world, Munja::Push::plex(key_of($world, '01012345678'), 'E'));
    sleep 1.1;
    my $page = $world->{push}->get('/metrics');
    is $page->{header}{'content-type'}, 'text/plain; version=0.0.4; charset=utf-8', 'metrics are of their type';
    my $value = metrics_of($page->{body});
    my %expected = (
        'munja_up'                                                   => 1,
        'munja_queue_records{state="waiting"}'                       => 1,
        'munja_queue_records{state="dead"}'                          => 0,
        'munja_attempts_total{provider="plex",outcome="accepted"}'   => 1,
        'munja_attempts_total{provider="joa",outcome="account"}'     => 1,
        'munja_receipts_total{provider="plex",state="missed"}'       => 1,
        'munja_pushes_total{provider="plex",status="200"}'           => 1,
        'munja_delivery_messages{provider="plex",carrier="SKT",state="missed"}'    => 1,
        'munja_delivery_messages{provider="plex",carrier="SKT",state="delivered"}' => 0,
        'munja_breaker_open{provider="joa"}'                         => 1,
        'munja_breaker_open{provider="plex"}'                        => 0,
    );
    is $value->{$_}, $expected{$_}, $_ for sort keys %expected;
    ok defined $value->{'munja_balance{provider="cn"}'}, 'what is left at one that was asked';
    ok !defined $value->{'munja_balance{provider="joa"}'}, '... and not at others';
    is $world->{push}->post('/health', '')->{status}, 405, 'they are read only';
    is $world->{push}->send_text(Munja::Push::request('/metrics', '', method => 'HEAD', length => undef))->{body}, '', 'HEAD has no body';
    is $worker->stop, 0, 'the worker ends well';
};

subtest 'killed anywhere' => sub {
    my $killer = ($ENV{MUNJA_BUILD} || 'build') . '/t/killer';
    plan skip_all => "$killer is not built" if !-x $killer;
    my ($world) = listening(idle => 1);
    my %env = (ASAN_OPTIONS => join ':', grep { defined && length } $ENV{ASAN_OPTIONS}, 'detect_leaks=0');
    is notify($world, '01012345678', 'plex')->{exit}, 0, 'a text';
    my $key = key_of($world, '01012345678');
    my $run = sub {
        my ($at, $code) = @_;
        my $worker = Munja::Worker->start($world->{conf}, env => \%env, under => [ $killer, $at ]);
        my $answer = plex($world, Munja::Push::plex($key, $code));
        $worker->stop;
        return ($answer, $worker->log);
    };
    my ($uncut, $log) = $run->(0, 'uncut');
    my ($few, $many) = (0, 2 * ($log =~ /^killer: ended with 0 after (\d+)$/m)[0]);
    is $uncut->{status}, 200, 'where it is not killed it answers';
    # One that comes behind a dead one has more to do until it is ready: from there on is where to kill.
    while ($many - $few > 1) {
        my $middle = int(($few + $many) / 2);
        my ($first, $said) = $run->($middle, 'search');
        if   ($said =~ /^worker=ready/m) { $many = $middle }
        else                             { $few  = $middle }
    }
    my (%seen, @cut, @lied, $alive);
    for (my $at = $many; ($alive // 0) < 3; $at++) {
        my ($first, $said) = $run->($at, "cut$at");
        my $is_there = $world->sql("SELECT count(*) FROM receipt WHERE code = 'cut$at'");
        push @cut, "cut$at";
        $seen{"$first->{status} $is_there"}++;
        push @lied, $at if $first->{status} == 200 && !$is_there;
        $alive = ($alive // 0) + ($said =~ /^killer: ended/m);
    }
    is_deeply \@lied, [], 'an answer is given only when it is on disk';
    my $worker = Munja::Worker->start($world->{conf});
    is_deeply [ grep { plex($world, Munja::Push::plex($key, $_))->{status} != 200 } @cut ], [], 'pushed again, each is taken';
    is $world->sql("SELECT count(*) FROM receipt WHERE code LIKE 'cut%'"), scalar(@cut), '... once';
    cmp_ok $seen{'0 1'} // 0, '>', 0, 'some were kept and not answered';
    cmp_ok $seen{'0 0'} // 0, '>', 0, '... some neither';
    cmp_ok $seen{'200 1'} // 0, '>', 0, '... and some both';
    diag join ', ', map { "$_: $seen{$_}" } sort keys %seen;
    is $worker->stop, 0, 'the worker ends well';
};

done_testing;
