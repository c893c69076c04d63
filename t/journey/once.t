# A run by itself delivers before it asks what became of what was sent: however slow a gateway is to say that, an alert goes
# out, be it there before or come meanwhile.
use strict;
use warnings;
use utf8;
use Test::More;
use Time::HiRes qw(sleep);
use lib 't/lib';
use Munja::World;

my $PATIENCE = 180;    # seconds, which pass only where something is wrong
my $MANY     = 10;

my $world = Munja::World->new(providers => ['joa'], global => "timeout = 300\n", sim => { balance => 2_000_000_000 });
my $sim   = $world->sim;
sub actions { return map { $_->{action} } $sim->requests(@_) }

# So many were sent, each by itself, and are to be asked for now; one more is due.
for my $i (0 .. $MANY - 1) {
    $world->fill($i, 1);
    $world->munja('worker', '--once');
}
is scalar(actions(action => 'send')), $MANY, 'texts are sent';
$world->sql('UPDATE attempt SET look_ms = 1');
$world->fill($MANY, 1);
my $before = () = actions();

# Each answer takes its time, until one more alert has come and gone.
$sim->fault(match => '/1/send/', do => 'delay', ms => 4000);
my $pid = fork // die "fork: $!";
if ($pid == 0) {
    my $run = Munja::run(args => [ 'worker', '-f', $world->{conf}, '--once' ], limit => $PATIENCE);
    POSIX::_exit($run->{exit});
}
ok Munja::until_true(sub { actions(action => 'send') > $MANY }, $PATIENCE), 'what was due goes out';
ok Munja::until_true(sub { actions(action => 'result') > 0 }, $PATIENCE), 'which it is then';
$world->fill($MANY + 1, 1);
ok Munja::until_true(sub { actions(action => 'send') > $MANY + 1 }, $PATIENCE), 'what came meanwhile goes out';
$sim->faults_clear;
is waitpid($pid, 0), $pid, 'the run ends';
is $?, 0, 'well';
my @all = actions();
my @did = grep { $_ eq 'send' || $_ eq 'result' } @all[ $before .. $#all ];
is $did[0], 'send', 'the first was sent before anything was asked';
my ($last) = grep { $did[$_] eq 'send' } reverse 0 .. $#did;
cmp_ok $last, '<', $#did, 'the other one before all was asked' or diag "@did";
my %asked = map { m{^/1/send/([^/]+)} ? ($1 => 1) : () } map { $_->{uri} } $sim->requests(action => 'result');
is_deeply [ grep { !$asked{$_} } split /\n/, $world->sql("SELECT reference FROM attempt WHERE record <= $MANY") ], [], 'and all was asked in the end';
is $world->waiting, 0, 'nothing waits any more';
$world->clean;

done_testing;
