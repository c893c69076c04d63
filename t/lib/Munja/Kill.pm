package Munja::Kill;
# Killed anywhere, nothing is lost: munja is killed behind each of its system calls in turn, another goes on, and whatever
# was on disk by then stands on the phone in the end. Doubled at most once where the gateway cannot tell a repetition,
# never where it can or where the route says hold.
#     Munja::Kill::play({ gateway => 'joa', victim => 'notify', store => 'own' }, …);
# gateway: a provider of Munja::config. hold => 1: its route says so. tls => 1: over TLS. victim: what is killed,
#     notify     the monitor's command
#     once       munja worker --once
#     resident   munja worker, to which a munja notify hands over
# store: "one" for all kills, with a token in it, and the monitor repeats its command at once; "own" for a new one for
# each, which the victim makes, and the monitor repeats a command that was killed in the end. before => 1: the monitor's
# command comes first, while the gateway is busy. window => '0s': duplicate_window, which finds no record of before.
use strict;
use warnings;
use utf8;
use JSON::PP ();
use Munja::Worker;
use Munja::World;
use Test::More;
use Time::HiRes qw(sleep);

my $KILLER = ($ENV{MUNJA_BUILD} || 'build') . '/t/killer';

# One run's time. A dead one's lease holds five seconds longer; its right to log in, those five. Who is not killed may
# have a machine that is busy with something else.
my $TIMEOUT_S = 3;
my $LAPSE_S   = $TIMEOUT_S + 5.5;
my $PATIENT_S = 20;

# Calls differ a little from run to run: so many more cuts are tried than were counted.
my $MORE = 3;

# By a key, or by being asked.
my %CAN_TELL = (plex => 1, nanumi => 1);
my %SENDS_AT = (joa => '/1/send', cn => '/sms', plex => '/sms-verify', nanumi => '/v1/send');

sub phone { my ($case, $n) = @_; return sprintf $case->{gateway} eq 'cn' ? '138%08d' : '010%08d', $n }
sub texts { my ($case, $n) = @_; return scalar $case->{world}->sim->phone(phone($case, $n)) }
sub notify {
    my ($case, $n) = @_;
    my $to = phone($case, $n);
    $to = "+86$to" if $case->{gateway} eq 'cn';
    return ('notify', '-t', $case->{patient} ? $PATIENT_S : $TIMEOUT_S, '--to', $to, map { ('-F', $_) } "id=$n", 'type=PROBLEM', 'host=web1', "output=alarm $n");
}
sub once { return ('worker', '--once') }

# A store is a folder of its own; its configuration is the world's.
sub store {
    my ($case, $n) = @_;
    my $dir = "$case->{world}{dir}/" . ($case->{store} eq 'one' ? 'one' : $n);
    return $dir if -d $dir;
    mkdir $dir or die "$dir: $!";
    open my $in, '<', $case->{world}{conf} or die "$case->{world}{conf}: $!";
    my $text = join '', <$in>;
    $text =~ s{^store = .*}{store = "$dir/munja.db"}m;
    $text =~ s{secret_file = "}{secret_file = "../}g;
    Munja::write_file("$dir/munja.conf", $text, 0600);
    $text =~ s{^timeout = .*}{timeout = $PATIENT_S}m;
    Munja::write_file("$dir/patient.conf", $text, 0600);
    return $dir;
}
sub conf { my ($case, $n) = @_; return store($case, $n) . ($case->{patient} ? '/patient.conf' : '/munja.conf') }

# What is traced cannot be looked at for leaks.
my %ENVIRONMENT = (ASAN_OPTIONS => join ':', grep { defined && length } $ENV{ASAN_OPTIONS}, 'detect_leaks=0');

sub munja {
    my ($case, $n, $command) = @_;
    my ($name, @args) = $command->($case, $n);
    return Munja::run(args => [ $name, '-f', conf($case, $n), @args ]);
}

# What a dead one sent, the gateway has by then: a look for it that comes before it finds nothing, and in truth. Its end of
# the connection is closed, and the gateway has not closed its own yet (state 08) as long as there is something to read.
sub arrive {
    my ($case) = @_;
    my $theirs = sprintf ':%04X', $case->{world}->sim->port;
    my $waits  = sub {
        open my $file, '<', '/proc/net/tcp' or die "/proc/net/tcp: $!";
        return scalar grep { / \w+\Q$theirs\E \w+:\w+ 08 / } <$file>;
    };
    return Munja::until_true(sub { !$waits->() });
}

# What the killer says last.
sub end_of {
    my ($said) = @_;
    return { call => $1 } if $said =~ /^killer: killed after \d+ \((\w+)\)$/m;
    return { call => '', exit => $1, calls => $2 } if $said =~ /^killer: ended with (\d+) after (\d+)$/m;
    die "killer: $said";
}

# Victims: kill one behind its call AT (0: let it live), with the alert N to care for.
sub kill_command {
    my ($case, $n, $at, $command) = @_;
    my ($name, @args) = $command->($case, $n);
    return end_of(Munja::run(program => $KILLER, env => \%ENVIRONMENT, args => [ $at, Munja::program(), $name, '-f', conf($case, $n), @args ])->{err});
}
my %VICTIM = (
    notify   => sub { return kill_command(@_, \&notify) },
    once     => sub { return kill_command(@_, \&once) },
    resident => sub {
        my ($case, $n, $at) = @_;
        my $worker = Munja::Worker->start(conf($case, $n), env => \%ENVIRONMENT, under => [ $KILLER, $at ]);
        my $told = munja($case, $n, \&notify);
        $worker->stop;
        return { %{ end_of($worker->log) }, exit => $told->{exit} };
    },
);

# Ask many stores at once, those that are there.
sub sql {
    my ($query, @stores) = @_;
    my @there = grep { -e "$_/munja.db" } @stores;
    open my $pipe, '-|', 'sqlite3', '-cmd', '.timeout 10000', ':memory:', map { (".open $_/munja.db", $query) } @there or die "sqlite3: $!";
    my @rows = <$pipe>;
    close $pipe or die "sqlite3: $query";
    return @rows;
}

sub open_case {
    my ($case) = @_;
    $case->{title} = "$case->{gateway}: $case->{victim}, $case->{store} store" . join '', map { $case->{$_} ? ", $_" : '' } qw(hold before window);
    $case->{world} = Munja::World->new(
        providers => [ $case->{gateway} ],
        plain     => !$case->{tls},
        sim       => { https_only => JSON::PP::false },
        global    => "timeout = $TIMEOUT_S
duplicate_window = " . ($case->{window} // '1d') . "
",    # a slow machine repeats late
        $case->{hold} ? (text => "route \"careful\" {\n    unsure = \"hold\"\n}\n") : (),
    );
    return;
}

# What comes before the victim: it is due at once.
sub begin {
    my ($case, @numbers) = @_;
    return if !$case->{before};
    $case->{world}->sim->fault(match => $SENDS_AT{ $case->{gateway} }, do => 'status', status => 429);
    Munja::each_of(sub { munja($case, $_[0], \&notify)->{exit} }, @numbers);
    $case->{world}->sim->faults_clear;
    sql('UPDATE record SET due_ms = created_ms', map { store($case, $_) } @numbers);
    return;
}

# Kill it everywhere. How many places there are is counted where nobody is killed.
sub cut {
    my ($case) = @_;
    my $whole = 9000;
    my $victim = $VICTIM{ $case->{victim} };
    local $case->{patient} = 1;
    munja($case, $whole, \&notify), $whole++ if $case->{store} eq 'one';
    begin($case, $whole);
    my $uncut = $victim->($case, $whole, 0);
    is "$uncut->{exit} " . texts($case, $whole), '0 1', "$case->{title}: delivers where it is not killed";
    my @numbers = 1 .. $uncut->{calls} + $MORE;
    begin($case, @numbers);
    # Who is handed over to a dead worker waits until its right to log in lapses: many may wait at once.
    $case->{cut} = Munja::each_of(\($case->{victim} eq 'resident' ? 6 : 2), sub {
        my $killed = do { local $case->{patient} = 0; $victim->($case, $_[0], $_[0]) };
        arrive($case) if $case->{store} eq 'one';
        $killed->{exit} = munja($case, $_[0], \&notify)->{exit} if $case->{store} eq 'one';
        return $killed;
    }, @numbers);
    return;
}

sub repeats_later { my ($case) = @_; return $case->{victim} eq 'notify' && $case->{store} eq 'own' }

# The delivering half, for which the time has come; what the dead hold is still theirs. And the monitor, if it has not
# repeated its command yet.
sub go_on {
    my ($case) = @_;
    local $case->{patient} = 1;
    my $cut     = $case->{cut};
    my @numbers = keys %$cut;
    my @firsts  = $case->{store} eq 'one' ? $numbers[0] : @numbers;    # one for each store
    sql('UPDATE record SET due_ms = created_ms', map { store($case, $_) } @firsts);
    Munja::each_of(sub { munja($case, $_[0], \&once)->{exit} }, @firsts);
    my %state;
    for my $row (sql('SELECT recipient, state FROM record', map { store($case, $_) } @firsts)) { $state{$1} .= $2 if $row =~ /^(?:\+86)?(\d+)\|(\w+)$/ }
    $cut->{$_} = { %{ $cut->{$_} }, state => $state{ phone($case, $_) } // '', texts => texts($case, $_) } for @numbers;
    return if !repeats_later($case);
    my $told = Munja::each_of(sub { munja($case, $_[0], \&notify)->{exit} }, @numbers);
    $cut->{$_} = { %{ $cut->{$_} }, exit => $told->{$_}, again => texts($case, $_) } for @numbers;
    return;
}

sub judge {
    my ($case) = @_;
    my $cut    = $case->{cut};
    my $most   = $case->{hold} || $CAN_TELL{ $case->{gateway} } ? 1 : 2;
    my $kills  = grep { $_->{call} } values %$cut;
    # Where the kill came, for those that are not as they should be.
    my $none = sub {
        my ($name, $bad) = @_;
        return is_deeply [ map { "$_ ($cut->{$_}{call})" } sort { $a <=> $b } grep { $bad->($cut->{$_}) } keys %$cut ], [], $name;
    };
    cmp_ok $kills, '>', 50, 'killed at many places';
    $none->('whatever was on disk came to its end', sub { $_[0]{state} !~ ($case->{hold} ? qr/^(?:accepted|held)?$/ : qr/^(?:accepted)?$/) });
    $none->('accepted is on the phone', sub { $_[0]{state} eq 'accepted' && $_[0]{texts} == 0 });
    $none->("never more than $most", sub { ($_[0]{again} // $_[0]{texts}) > $most });
    if (repeats_later($case)) {
        $none->('a monitor that repeats it later loses none', sub { $_[0]{again} == 0 });
        $none->('and is told that all is well', sub { $_[0]{exit} > 0 });
    }
    else {
        $none->('none is lost', sub { $_[0]{state} eq '' });
        $none->('the monitor is told that all is safe', sub { ($_[0]{exit} // 0) > 1 });
    }
    diag sprintf '%-55s %3d kills, %2d doubled, %2d held', $case->{title}, $kills,
        scalar(grep { ($_->{again} // $_->{texts}) > 1 } values %$cut), scalar(grep { $_->{state} eq 'held' } values %$cut);
    return;
}

sub play {
    my (@cases) = @_;
    plan skip_all => "$KILLER is not built" if !-x $KILLER;
    open_case($_), cut($_) for @cases;
    sleep $LAPSE_S;
    go_on($_) for @cases;
    for my $case (@cases) {
        subtest $case->{title} => sub { judge($case) };
    }
    return;
}

1;
