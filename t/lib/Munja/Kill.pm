#!/usr/bin/perl
# Killed anywhere, nothing is lost: munja is killed behind each of its system calls in turn, another goes on, and whatever
# was on disk by then stands on the phone in the end. Doubled at most once where the gateway cannot tell a repetition,
# never where it can or where the route says hold.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use JSON::PP ();
use Munja::World;
use Test::More;
use Time::HiRes qw(sleep time);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $KILLER = ($ENV{MUNJA_BUILD} || 'build') . '/t/killer';
plan skip_all => "$KILLER is not built" if !-x $KILLER;

# One run's time. A dead one's lease holds five seconds longer; its right to log in, those five.
my $TIMEOUT_S = 3;
my $LAPSE_S   = $TIMEOUT_S + 5.5;

# Calls differ a little from run to run: so many more cuts are tried than were counted.
my $MORE = 3;

# What is killed, at which gateway, and in which store: "one" is the same for all, with a token in it, and the monitor
# repeats its command at once; "own" is a new one for each. The victim has to make it, and the monitor repeats its command
# in the end; or what comes before the victim makes it, and leaves something to do because the gateway is busy then.
my @CASES = (
    { gateway => 'joa',    victim => \&notify, store => 'own' },
    { gateway => 'joa',    victim => \&notify, store => 'one', tls => 1 },
    { gateway => 'joa',    victim => \&notify, store => 'one', hold => 1 },
    { gateway => 'cn',     victim => \&notify, store => 'one' },
    { gateway => 'plex',   victim => \&notify, store => 'one' },
    { gateway => 'nanumi', victim => \&notify, store => 'one' },
    { gateway => 'nanumi', victim => \&worker, store => 'own', before => \&notify },
);
my %CAN_TELL = (plex => 'by its key', nanumi => 'when it is asked');
my %SENDS_AT = (joa => '/1/send', cn => '/sms', plex => '/sms-verify', nanumi => '/v1/send');

sub phone { my ($case, $n) = @_; return sprintf $case->{gateway} eq 'cn' ? '138%08d' : '010%08d', $n }
sub texts { my ($case, $n) = @_; return scalar $case->{world}->sim->phone(phone($case, $n)) }
sub worker { return ('worker', '--once') }
sub notify {
    my ($case, $n) = @_;
    my $to = phone($case, $n);
    $to = "+86$to" if $case->{gateway} eq 'cn';
    return ('notify', '-t', $TIMEOUT_S, '--to', $to, map { ('-F', $_) } "id=$n", 'type=PROBLEM', 'host=web1', "output=alarm $n");
}

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
    return $dir;
}

# What is traced cannot be looked at for leaks.
my %ENVIRONMENT = (ASAN_OPTIONS => join ':', grep { defined && length } $ENV{ASAN_OPTIONS}, 'detect_leaks=0');

sub munja {
    my ($store, $command, @args) = @_;
    return Munja::run(args => [ $command, '-f', "$store/munja.conf", @args ]);
}
sub killed {
    my ($n, $store, $command, @args) = @_;
    my $run = Munja::run(program => $KILLER, env => \%ENVIRONMENT, args => [ $n, Munja::program(), $command, '-f', "$store/munja.conf", @args ]);
    return { call => $1 } if $run->{err} =~ /^killer: killed after \d+ \((\w+)\)$/m;
    return { call => '', exit => $1, calls => $2 } if $run->{err} =~ /^killer: ended with (\d+) after (\d+)$/m;
    die "killer: $run->{err}";
}
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
    $case->{title} = join ' ', $case->{gateway} . ':', 'munja', ($case->{victim}->($case, 0))[0], 'in', $case->{store} eq 'one' ? 'one store' : 'stores of its own',
        $case->{before} ? 'after ' . ($case->{before}->($case, 0))[0] : (), $case->{hold} ? '(hold)' : ();
    $case->{world} = Munja::World->new(
        providers => [ $case->{gateway} ],
        plain     => !$case->{tls},
        sim       => { https_only => JSON::PP::false },
        global    => "timeout = $TIMEOUT_S\n",
        $case->{hold} ? (text => "route \"careful\" {\n    unsure = \"hold\"\n}\n") : (),
    );
    return;
}

sub run_in_store { my ($case, $n, $command) = @_; return munja(store($case, $n), $command->($case, $n)) }

# What comes before the victim: it is due at once.
sub begin {
    my ($case, @numbers) = @_;
    return if !$case->{before};
    $case->{world}->sim->fault(match => $SENDS_AT{ $case->{gateway} }, do => 'status', status => 429);
    Munja::each_of(sub { run_in_store($case, $_[0], $case->{before})->{exit} }, @numbers);
    $case->{world}->sim->faults_clear;
    sql('UPDATE record SET due_ms = created_ms', map { store($case, $_) } @numbers);
    return;
}

# Kill it everywhere. How many places there are is counted where nobody is killed.
sub cut {
    my ($case) = @_;
    my $whole = 9000;
    my $cut = sub { my ($n, $at) = @_; return killed($at // $n, store($case, $n), $case->{victim}->($case, $n)) };
    run_in_store($case, $whole, \&notify), $whole++ if $case->{store} eq 'one';
    begin($case, $whole);
    my $uncut = $cut->($whole, 0);
    is "$uncut->{exit} " . texts($case, $whole), '0 1', "$case->{title}: delivers where it is not killed";
    my @numbers = 1 .. $uncut->{calls} + $MORE;
    begin($case, @numbers);
    $case->{cut} = Munja::each_of(sub {
        my $killed = $cut->(@_);
        $killed->{exit} = run_in_store($case, $_[0], \&notify)->{exit} if $case->{store} eq 'one';
        return $killed;
    }, @numbers);
    return;
}

# The delivering half; and the monitor, if it has not repeated its command yet.
sub go_on {
    my ($case) = @_;
    my $cut     = $case->{cut};
    my @numbers = keys %$cut;
    my @firsts  = $case->{store} eq 'one' ? $numbers[0] : @numbers;    # one for each store
    Munja::each_of(sub { run_in_store($case, $_[0], \&worker)->{exit} }, @firsts);
    my %state;
    for my $row (sql('SELECT recipient, state FROM record', map { store($case, $_) } @firsts)) { $state{$1} .= $2 if $row =~ /^(?:\+86)?(\d+)\|(\w+)$/ }
    $cut->{$_} = { %{ $cut->{$_} }, state => $state{ phone($case, $_) } // '', texts => texts($case, $_) } for @numbers;
    return if $case->{store} eq 'one' || $case->{before};
    my $told = Munja::each_of(sub { run_in_store($case, $_[0], \&notify)->{exit} }, @numbers);
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
    if ($case->{store} eq 'one') {
        $none->('a monitor that repeats it at once loses none', sub { $_[0]{state} eq '' });
        $none->('and is told that all is safe', sub { $_[0]{exit} > 1 });
    }
    elsif (!$case->{before}) {
        $none->('a monitor that repeats it later loses none', sub { $_[0]{again} == 0 });
        $none->('and is told that all is well', sub { $_[0]{exit} > 0 });
    }
    diag sprintf '%-55s %3d kills, %2d doubled, %2d held', $case->{title}, $kills,
        scalar(grep { ($_->{again} // $_->{texts}) > 1 } values %$cut), scalar(grep { $_->{state} eq 'held' } values %$cut);
    return;
}

open_case($_), cut($_) for @CASES;
sleep $LAPSE_S;
go_on($_) for @CASES;
for my $case (@CASES) {
    subtest $case->{title} => sub { judge($case) };
}

done_testing;
