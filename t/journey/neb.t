# munja_neb.so in a core that plays Nagios and Naemon: what it accepts is on disk when it says so, what it cannot
# accept is left to the command, and it leaves nothing behind.
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));
use lib 't/lib';
use File::Temp ();
use IPC::Open2 qw(open2);
use Test::More;
use Munja::Core;
use Munja::Test;
use Munja::Worker;
use Time::HiRes qw(sleep time);

my $BUILD  = $ENV{MUNJA_BUILD} || 'build';
my $MODULE = "$BUILD/lib/munja/munja_neb.so";
my $STORM  = $ENV{NEB_STORM} // 10_000;
my $SANITIZED = qx(nm -D '$MODULE') =~ /__asan/;
plan skip_all => 'no t/host' if !-x "$BUILD/t/host/nagios" || !-e $MODULE;

sub sql {
    my ($dir, $query) = @_;
    open my $pipe, '-|:encoding(UTF-8)', 'sqlite3', '-cmd', '.timeout 10000', "$dir/munja.db", $query or die "sqlite3: $!";
    my $said = join '', <$pipe>;
    return $said =~ s/\n\z//r;
}

# What it takes where nobody else has a turn on this machine.
sub quickest { my (@took) = @_; return (sort { $a <=> $b } @took)[0] }

sub field { my ($dir, $id, $name) = @_; return sql($dir, "SELECT alert FROM record WHERE id = $id") =~ /(?:^|\x1e)$name\x1f([^\x1e]*)/s ? $1 : undef }

for my $kind (qw(nagios naemon)) {
    subtest $kind => sub {
        my $dir  = Munja::Core::folder();
        my $core = Munja::Core->new($kind, $dir);
        like($core->{loaded}, qr/^init 0$/m, 'loaded');
        like($core->{loaded}, qr/^opened 0$/m, 'nothing is open that another process would inherit');
        $core->macros(_HOSTRACK => 'R7', LONGSERVICEOUTPUT => '첫 줄\n둘째 \\\\ 줄');
        is($core->notify, 206, 'a command is stood in for');
        is(sql($dir, 'SELECT state, recipient, lease_owner FROM record'), 'waiting|01012345678|', 'it is on disk, nobody has it');
        is(field($dir, 1, $_->[0]), $_->[1], $_->[0]) for [ source => 'nagios' ], [ type => 'PROBLEM' ], [ host => 'web1' ],
            [ service => '디스크' ], [ state => 'CRITICAL' ], [ output => '꽉 찼음' ], [ long_output => "첫 줄\n둘째 \\ 줄" ],
            [ contact => 'kim' ], [ id => 7 ], [ _hostrack => 'R7' ];
        is($core->say('jobs'), "ran '/bin/true' worker --once -f '$dir/munja.conf' >/dev/null || :\n", 'the core runs what delivers it');
        is($core->notify, 206, 'the same again');
        is(sql($dir, 'SELECT count(*) FROM record'), 1, 'is the same record');

        $core->macros(REASON => 1, AUTHOR => '김철수', COMMENT => '봅니다');
        $core->notify;
        is_deeply([ map { field($dir, 2, $_) } qw(type author comment) ], [qw(ACKNOWLEDGEMENT 김철수 봅니다)], 'an acknowledgement');
        $core->macros(REASON => undef, STATE => 0, SERVICESTATE => 'OK');
        $core->notify;
        is(field($dir, 3, 'type'), 'RECOVERY', 'a recovery');
        $core->macros(HOSTSTATE => 'UP', HOSTOUTPUT => '정상', COMMAND => 'munja-notify-host');
        is($core->notify('host'), 206, 'a host');
        is_deeply([ map { field($dir, 4, $_) } qw(service state output) ], [ undef, 'UP', '정상' ], 'is no service');
        $core->macros(COMMAND => 'notify-by-email');
        is($core->notify, 0, 'other commands are left alone');
        like($core->say('unload'), qr/^deinit 0$/m, 'unloaded');
        is($core->end, 0, 'and the core lives');
    };
}

subtest 'hostile events' => sub {
    my $dir  = Munja::Core::folder();
    my $core = Munja::Core->new('nagios', $dir);
    my $left = sub {
        my ($why, %macro) = @_;
        my %before = (CONTACTPAGER => '010-1234-5678', CONTACTNAME => 'kim', HOSTNAME => 'web1', SERVICEDESC => '디스크', COMMAND => 'munja-notify-service');
        $core->macros(%macro);
        is($core->notify, 0, "$why: left to the command");
        $core->macros(map { $_ => $before{$_} } keys %macro);
    };
    $left->('no pager', CONTACTPAGER => undef);
    $left->('a pager that is no number', CONTACTPAGER => 'kim@example.com');
    $left->('one of two is no number', CONTACTPAGER => '01012345678,x');
    $left->('no contact (Naemon, global handlers)', CONTACTNAME => undef, CONTACTPAGER => undef);
    $left->('no host', HOSTNAME => undef);
    $left->('no service', SERVICEDESC => undef);
    $left->('no command', COMMAND => undef);
    is(sql($dir, 'SELECT count(*) FROM record'), 0, 'nothing was stored');
    $core->macros(SERVICEOUTPUT => '%ff%fe%1b[2J ' . '긴' x 350_000, LONGSERVICEOUTPUT => 'x\n' x 350_000);
    is($core->notify, 206, 'a megabyte that is not UTF-8 is taken');
    cmp_ok(sql($dir, 'SELECT length(alert) FROM record'), '<', 300_000, 'and bounded');
    is(sql($dir, q(SELECT instr(alert, char(27)) FROM record)), 0, 'and clean');
    is($core->say('unload') =~ /deinit 0/ && $core->end, 0, 'the core lives');
};

subtest 'faults' => sub {
    for my $case ([ 'config=/nonexistent', qr/nonexistent/ ], [ 'colour=red', qr/only config=/ ], [ 'config=munja.conf', qr/absolute/ ],
        [ 'commands=', qr/empty/ ], [ 'config=/' . 'x' x 2000, qr/too long/ ]) {
        my $core = Munja::Core->new('nagios', '/nonexistent', $case->[0]);
        like($core->{loaded}, $case->[1], substr("$case->[0]: is told", 0, 60));
        like($core->{loaded}, qr/^init 0$/m, 'and never stops the core');
        is($core->notify, 0, 'the command runs');
        $core->say('unload');
        is($core->end, 0, 'the core lives');
    }
    my $dir  = Munja::Core::folder();
    my $core = Munja::Core->new('nagios', $dir);
    is($core->notify, 206, 'with a store');
    my $lock = open2(my $out, my $in, 'sqlite3', "$dir/munja.db");
    print {$in} "BEGIN IMMEDIATE;\nSELECT 1;\n";
    $in->flush;
    readline $out;
    $core->macros(SERVICENOTIFICATIONID => 8);
    my @took = map { my $start = time; is($core->notify, 0, 'a locked one is left to the command'); time - $start } 1 .. 3;
    cmp_ok(quickest(@took), '<', 0.1, 'soon');
    my ($taken, $half) = $core->say('storm 200') =~ /^taken (\d+) p50 ([\d.]+)/m;
    is($taken, 0, 'a storm meets the lock');
    cmp_ok($half, '<', 5, 'and waits for it a few times only');
    close $in;
    waitpid $lock, 0;
    is($core->notify, 206, 'and used when it is free');
    rename "$dir/$_", "$dir/old-$_" for qw(munja.db munja.db-wal munja.db-shm);
    is($core->notify, 206, 'it was moved away');
    is(sql($dir, 'SELECT count(*) FROM record'), 1, 'what is in its place counts');
    rename "$dir/$_", "$dir/older-$_" for qw(munja.db munja.db-wal munja.db-shm);
    mkdir "$dir/munja.db";
    is($core->notify, 0, 'a folder is in its place: left to the command');
    $core->say('unload');
    is($core->end, 0, 'the core lives');
};

subtest 'two lines for it' => sub {
    my $dir  = Munja::Core::folder();
    my $core = Munja::Core->new('nagios', $dir);
    like($core->say($core->{load} =~ s/$/ commands=other/r), qr/^log 1 munja: a second broker_module= .*commands=other\ninit 0$/m, 'the second one is told of');
    is($core->notify, 206, 'the first one counts');
    is($core->say('storm 5') =~ /^taken 5 /m, 1, 'all the time');
    $core->say('unload');
    is($core->end, 0, 'the core lives');
};

# What the module's run would have delivered is the command's.
subtest 'nobody to deliver' => sub {
    my $dir  = Munja::Core::folder();
    my $core = Munja::Core->new('nagios', $dir, "config=$dir/munja.conf munja=/nonexistent/munja");
    like($core->say('notify service'), qr{^log 1 munja: run=failed fault="/nonexistent/munja: .*^answer 0$}ms, 'no program: told, and left to the command');
    is($core->say('jobs'), '', 'nothing is run');
    is(sql($dir, 'SELECT state, lease_owner FROM record'), 'waiting|', 'which finds it in the store');
    $core->say('unload');
    $core->say($core->{load} =~ s{/nonexistent/munja}{/bin/true}r);
    $core->macros(SERVICENOTIFICATIONID => 8);
    is($core->notify, 206, 'a program that does nothing');
    $core->say('jobs');
    like($core->say('status'), qr{^log 1 munja: run=vain .*'/bin/true' worker --once}m, 'is told of');
    like($core->say('jobs'), qr/^ran /m, 'and run again');
    $core->say('unload');
    $core->say($core->{load} =~ s{/nonexistent/munja}{/bin/true}r);
    unlike($core->say('status'), qr/vain/, 'none was run yet');
    unlike($core->say('status'), qr/vain/, 'nor has ended');
    $core->say('jobs');
    $core->say('unload');
    is($core->end, 0, 'the core lives');
};

subtest 'a hundred reloads' => sub {
    my $dir  = Munja::Core::folder();
    my $core = Munja::Core->new('nagios', $dir);
    my ($load) = $core->{load};
    my %at;
    for my $i (1 .. 100) {
        $core->macros(SERVICENOTIFICATIONID => 100 + $i);
        is($core->notify, 206, "the one of reload $i is taken") if $core->notify != 206;
        $core->say('unload');
        $at{$i} = $core->say('look') if $i == 20 || $i == 100;
        $core->say($load);
    }
    is(sql($dir, 'SELECT count(*) FROM record'), 100, 'none was lost');
    my ($files, $memory, $vfs) = map { [ $at{20} =~ $_, $at{100} =~ $_ ] } qr/files (\d+)/, qr/memory (\d+)/, qr/vfs (\w+)/;
    is($files->[1], $files->[0], 'no file stays open');
    # What the sanitizers set aside is not lost: they tell at the end.
    cmp_ok($memory->[1] - $memory->[0], '<', $SANITIZED ? 100_000 : 1024, 'nor much memory');
    is($vfs->[1], 'none', 'SQLite, which stays, knows nothing of what went');
    is($core->end, 0, 'the core lives');
};

subtest 'the core is killed' => sub {
    my $dir  = Munja::Core::folder();
    my $core = Munja::Core->new('nagios', $dir);
    print { $core->{in} } "storm 5000\n";
    my $told = 0;
    while (defined(my $line = readline $core->{out})) {
        $told = $1 if $line =~ /record=(\d+) accepted/;
        kill 'KILL', $core->{pid} if $told == 700;
    }
    $core->end;
    cmp_ok($told, '>=', 700, "killed after $told");
    cmp_ok(sql($dir, 'SELECT count(*) FROM record'), '>=', $told, 'all that it said is accepted is stored');
};

# What the disk needs for the same, measured beside: what a storm is judged by.
sub sync_ms {
    my ($dir) = @_;
    open my $file, '>:raw', "$dir/sync" or die;
    my @took;
    for (1 .. 100) {
        my $start = time;
        syswrite $file, 'x' x 20_000;
        $file->sync;
        push @took, 1000 * (time - $start);
    }
    @took = sort { $a <=> $b } @took;
    return @took[ 50, 99 ];
}

sub middle { my (@all) = sort { $a <=> $b } @_; return $all[ @all / 2 ] }

# In parts, and beside each what the disk does: others who are busy with it for a part of the time do not count.
subtest "a storm of $STORM" => sub {
    my $dir  = Munja::Core::folder();
    my $core = Munja::Core->new('nagios', $dir);
    my ($parts, $taken, %took) = (10, 0);
    for my $part (1 .. $parts) {
        $core->macros(HOSTNAME => "web$part");
        my ($took, @took) = $core->say('storm ' . $STORM / $parts) =~ /^taken (\d+) p50 ([\d.]+) p99 ([\d.]+) max ([\d.]+)$/m;
        my @sync = sync_ms($dir);
        $taken += $took;
        note sprintf 'callback p50 %.2f p99 %.2f max %.2f ms; a bare sync p50 %.2f p99 %.2f ms', @took, @sync;
        push @{ $took{ $_->[0] } }, $_->[1] for [ half => $took[0] ], [ most => $took[1] ], [ sync_half => $sync[0] ], [ sync_most => $sync[1] ];
    }
    my %is = map { $_ => middle(@{ $took{$_} }) } keys %took;
    is($taken, $STORM, 'all are taken');
    is(sql($dir, 'SELECT count(*) FROM record'), $STORM, 'and stored');
    cmp_ok($is{half}, '<', 5 + 3 * $is{sync_half}, 'half of them in a moment');
    cmp_ok($is{most}, '<', 5 + 10 * $is{sync_most}, 'nearly all of them without holding up the core');
    is((() = $core->say('jobs') =~ /^ran/mg), 2, 'one run was under way, and another came after it');
    $core->say('unload');
    is($core->end, 0, 'the core lives');
};

# Nobody who is asleep all the time holds a lock: a commit that waits for a busy disk leaves alerts to their commands.
sub rests {
    my ($worker) = @_;
    my ($before, $same) = ('', 0);
    return Munja::until_true(sub {
        open my $file, '<', '/proc/' . $worker->pid . '/status' or return 0;
        my $now = join '', grep { /^State:\s+S|ctxt_switches/ } <$file>;
        $same = $now =~ /^State/ && $now eq $before ? $same + 1 : 0;
        $before = $now;
        sleep 0.05;
        return $same >= 6;
    }, 180);
}

# Not asked each time, and not believed when it says nothing.
subtest 'a worker' => sub {
    my $dir    = Munja::Core::folder();
    my $core   = Munja::Core->new('nagios', $dir);
    my $worker = Munja::Worker->start("$dir/munja.conf");
    ok(rests($worker), 'one that is at rest');
    is($core->notify, 206, 'taken');
    is($core->say('jobs'), '', 'the worker is rung, nothing is run');
    ok($worker->await(qr/^record=1 .*outcome=/m, 180), 'which tries it');
    Munja::until_true(sub { sql($dir, 'SELECT count(*) FROM attempt WHERE ended_ms > 0') > 0 }, 180);
    ok(rests($worker), '... and rests');
    $worker->signal('STOP');
    my ($i, @took) = (0);
    my $without = Munja::until_true(sub {
        $core->macros(SERVICENOTIFICATIONID => 20 + ++$i);
        my $start = time;
        my $answer = $core->notify;
        push @took, time - $start;
        is($answer, 206, 'taken while it is stopped') if $answer != 206 || $i == 1;
        sleep 0.2;
        return $core->say('jobs') =~ /^ran /;
    }, 60);
    ok($without, 'a worker that does not answer is done without');
    cmp_ok($took[0], '<', 1.4, 'and nobody waits for it');
    $worker->signal('CONT');
    $worker->stop;
    is($core->notify, 206, 'without one');
    like($core->say('jobs'), qr/^ran /, 'it is done without as well');
    $core->say('unload');
    is($core->end, 0, 'the core lives');
};

SKIP: {
    my ($valgrind) = grep { -x } map { "$_/valgrind" } split /:/, $ENV{PATH};
    skip 'no valgrind, or the sanitizers at work', 1 if !$valgrind || $SANITIZED;
    subtest 'valgrind' => sub {
        my $dir  = Munja::Core::folder();
        my $log  = "$dir/valgrind";
        my $core = Munja::Core->new('nagios', $dir, undef, $valgrind, '-q', '--leak-check=full', '--keep-debuginfo=yes', "--log-file=$log");
        for my $i (1 .. 3) {
            $core->macros(SERVICENOTIFICATIONID => $i);
            $core->notify;
            $core->say('status');
            $core->say('unload');
            $core->say($core->{load});
        }
        $core->say('jobs');
        $core->say('unload');
        is($core->end, 0, 'the core lives');
        open my $file, '<', $log or die;
        is(join('', <$file>), '', 'nothing lost, nothing used after its end');
    };
}

done_testing();
