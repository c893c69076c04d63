# A storm: thousands of alerts wait, gateways misbehave for one request in twenty, and the worker is killed ten times.
# Each alert comes out at its phone once, but for those whose attempts prove that an answer was lost or that the sender
# died. STORM_ALERTS says how many.
use strict;
use warnings;
use utf8;
use Test::More;
use Time::HiRes qw(sleep time);
use lib 't/lib';
use Munja::Test;
use Munja::Worker;

my $alerts = $ENV{STORM_ALERTS} || 2000;
my $kills  = 10;
my $limit  = 300 + $alerts / 20;
my $build  = $ENV{MUNJA_BUILD} || 'build';

# Each fault leaves no doubt whether the gateway took the text; what munja is told of it is another matter.
my @faults = (
    { do => 'status', status => 503 },
    { do => 'status', status => 500, process => JSON::PP::true },
    { do => 'status', status => 429, headers => { 'Retry-After' => '1' } },
    { do => 'close-headers' },
    { do => 'close-before' },
    { do => 'close-after' },
    { do => 'reset' },
    { do => 'truncate' },
    { do => 'garbage', process => JSON::PP::true },
    { do => 'delay', ms => 4000 },
    { do => 'drip', ms => 1 },
);
my $share = 0.05;

my $sim  = Munja::Sim->start(config => { balance => 2_000_000_000 });
my $dir  = Munja::folder();
my $conf = Munja::config(
    $dir, $sim,
    global => "timeout = 5\n",
    set    => { map { $_ => { timeout => 2 } } qw(joa nanumi plex nsms cn) },
    text   => <<'END',
route "chinese" { to = {"+86*"}         providers = {"cn"} }
route "plex"    { host = {"*1", "*2"}   providers = {"plex"} }
route "nanumi"  { host = {"*3", "*4"}   providers = {"nanumi"} }
route "joa"     { host = {"*5", "*6"}   providers = {"joa", "plex"} }
route "rest"    {                       providers = {"nsms", "joa"} }
END
);
# Gateways that know a text again, or can be asked for it: no doubles there.
my %SURE = map { $_ => 1 } qw(plex nanumi);

sub sql {
    my ($query) = @_;
    open my $pipe, '-|', 'sqlite3', '-cmd', '.timeout 10000', "$dir/munja.db", $query or die "sqlite3: $!";
    chomp(my @line = <$pipe>);
    close $pipe or die "sqlite3: $query";
    return @line;
}

sub waiting { return (sql("SELECT count(*) FROM record WHERE state = 'waiting'"))[0] }

# A fifth of them goes to China. Half of them wait at first; others come for the last worker, and the last ones when its
# memory was looked at: however fast it is, it has done something before and after that.
my ($china, $half, $last) = (int($alerts / 5), int($alerts / 2), int($alerts * 19 / 20));
my $there = $half;
sub fill { my ($first, $end, $prefix) = @_; return system "$build/t/fill", "$dir/munja.db", $first, $end - $first, $prefix, 8 }
is fill(0,      $china, '+86138'), 0, 'alerts wait';
is fill($china, $half,  '010'),    0, '... for two countries';
is waiting(), $half, '... half of them all';
$sim->fault(%$_, share => $share / @faults) for @faults;

my $start  = time;
my $worker = Munja::Worker->start($conf);
my ($killed, $flushed, $memory, $most, $at_half) = (0, 0, 0, 0, 0);
my ($left, $moved) = ($alerts, time);
while ($left > 0) {
    last if time - $start > $limit;
    sleep 0.05;
    ($memory, my $peak) = $worker->memory;
    $most = $peak if $peak > $most;
    my $now = waiting() + $alerts - $there;
    ($left, $moved) = ($now, time) if $now != $left;
    # All deaths in the first half: the last worker's memory can be watched in peace.
    if ($killed < $kills && $left <= $alerts * (1 - ($killed + 1) / (2 * $kills + 2))) {
        $worker->stop('KILL');
        $worker = Munja::Worker->start($conf);
        $killed++;
    }
    if ($there == $half && $killed == $kills) {
        is fill($half, $last, '010'), 0, 'others wait, too';
        $there = $last;
    }
    if ($there == $last && $left < $alerts * 0.4) {
        ($at_half) = $worker->memory;
        is fill($last, $alerts, '010'), 0, 'and the last ones';
        $there = $alerts;
    }
    # Nobody waits for a second try longer than needed.
    if ($killed == $kills && time - $moved > 2) {
        Munja::run(args => [ 'queue', '-f', $conf, 'flush' ], limit => 120);
        ($moved, $flushed) = (time, $flushed + 1);
    }
}
my $wall = time - $start;
is $worker->stop, 0, 'the worker ends when it is told to';

is $left, 0, 'nothing waits any more' or diag $worker->tail;
is $killed, $kills, "the worker was killed $kills times";
is_deeply [ sql("SELECT state, count(*) FROM record GROUP BY state") ], ["accepted|$alerts"], 'all are accepted';

# What came to phones, by the number of the alert; and what the store says of each attempt.
my (%arrived, %doubtful, %asked);
my $odd = 0;
for my $number ($sim->phones) {
    $_->{text} =~ /number (\d+)/ ? $arrived{$1}++ : $odd++ for $sim->phone($number);
}
for (sql("SELECT a.provider, CASE a.ended_ms WHEN 0 THEN 'died' ELSE a.outcome END, r.alert FROM attempt a JOIN record r ON r.id = a.record")) {
    my ($provider, $outcome, $alert) = split /\|/, $_, 3;
    my ($number) = $alert =~ /number (\d+)/ or die "which alert is that: $_";
    $asked{$number}{$provider} = 1;
    $doubtful{$number}++ if $outcome eq 'unsure' || $outcome eq 'died';
}
my @lost   = grep { !$arrived{$_} } 0 .. $alerts - 1;
my @double = grep { $arrived{$_} > 1 } keys %arrived;
my @proven = grep { $arrived{$_} - 1 <= ($doubtful{$_} // 0) } @double;
my @sure   = grep { !grep { !$SURE{$_} } keys %{ $asked{$_} } } @double;
is $odd, 0, 'every text is that of an alert';
is_deeply \@lost, [], 'none is lost';
is scalar(@double), scalar(@proven), 'none came twice without an attempt that ended in doubt';
for my $number (grep { $arrived{$_} - 1 > ($doubtful{$_} // 0) } @double) {
    diag "alert $number came $arrived{$number} times; its attempts:";
    diag $_ for sql("SELECT a.* FROM attempt a JOIN record r ON r.id = a.record WHERE r.alert || char(30) LIKE '%number $number' || char(30) || '%'");
}
is_deeply \@sure, [], 'none came twice at a gateway that knows it again or can be asked';
cmp_ok scalar(keys %doubtful), '>', 0, 'there was doubt';

my %met;
$met{ $_->{fault} }++ for grep { defined $_->{fault} } $sim->requests;
my $grown = $memory - $at_half;
cmp_ok scalar(keys %met), '>', 3, 'faults were met';
SKIP: {
    my $program = Munja::program();
    skip 'a sanitizer keeps what was freed', 2 if qx(nm -D '$program') =~ /__asan/;
    cmp_ok $most, '<', 128 * 1024, 'the worker stays small';
    cmp_ok $grown, '<', 4096, '... and does not grow';
}
is_deeply [ $sim->violations ], [], 'the simulator has nothing to complain of';
diag sprintf '%d alerts in %.1f s, %d a second; %d flushes; memory at most %.1f MiB, in the second half %+.1f MiB',
    $alerts, $wall, $alerts / $wall, $flushed, $most / 1024, $grown / 1024;
diag sprintf 'in doubt %d, twice at the phone %d; faults: %s', scalar(keys %doubtful), scalar(@double),
    join ', ', map { "$_ $met{$_}" } sort keys %met;
done_testing;
