# The gateway simulator under load: waits that stand in nobody's way, faults for a share of the requests.
use strict;
use warnings;
use utf8;
use Test::More;
use Time::HiRes qw(time);
use lib 't/lib';
use Munja::Test;

my $sim = Munja::Sim->start;

# The status of each of so many requests: one after the other over one connection, or all at once.
sub statuses {
    my ($count, @how) = @_;
    my $dir = Munja::folder();
    Munja::write_file("$dir/urls", join '', map { 'url = "' . $sim->url . "/v1/count\"\noutput = \"/dev/null\"\n" } 1 .. $count);
    open my $pipe, '-|', 'curl', '-sS', '--no-progress-meter', '--cacert', $sim->ca, '-w', '%{http_code}\n', '-K', "$dir/urls", @how or die "curl: $!";
    my @status = <$pipe>;
    close $pipe or die 'curl failed';
    chomp @status;
    return @status;
}

subtest 'waits' => sub {
    $sim->config(latency_ms => 2000);
    my $before = $sim->stats->{connections} // 0;
    my $start  = time;
    is scalar(statuses(64, '-Z', '--parallel-max', '64', '--parallel-immediate')), 64, 'all are answered';
    my $wall = time - $start;
    cmp_ok $wall, '>=', 2, 'each waits';
    cmp_ok $wall, '<',  64 * 2 / 4, '... and all of them at the same time';
    is $sim->stats->{connections} - $before, 64, 'over connections of their own';
    $sim->config(latency_ms => 0);
    $sim->fault(match => '/v1/count', do => 'drip', ms => 100);
    $start = time;
    statuses(16, '-Z', '--parallel-max', '16', '--parallel-immediate');
    $wall = time - $start;
    my $bytes = ($sim->requests)[-1]{reply_bytes};
    cmp_ok $wall, '>=', $bytes * 0.1, 'bytes of an answer wait';
    cmp_ok $wall, '<',  $bytes * 0.1 * 16 / 2, '... at the same time as others';
    $sim->faults_clear;
};

subtest 'a share of the requests' => sub {
    my $met = sub {
        my (%fault) = @_;
        $sim->faults_clear;
        $sim->fault(match => '/v1/count', do => 'status', status => 418, %fault);
        my @status = statuses(400);
        return join ' ', grep { $status[$_] == 418 } 0 .. $#status;
    };
    my $first = $met->(share => 0.05, seed => 7);
    my $count = () = $first =~ /\d+/g;
    cmp_ok $count, '>', 5,  "about a twentieth: $count of 400";
    cmp_ok $count, '<', 40, '... and no more';
    is $met->(share => 0.05, seed => 7), $first, 'the same seed meets the same';
    isnt $met->(share => 0.05, seed => 8), $first, 'another meets others';
    is scalar(() = $met->(share => 0) =~ /\d+/g), 0,   'none';
    is scalar(() = $met->(share => 1) =~ /\d+/g), 400, 'all';
    is scalar(() = $met->(share => 1, times => 3) =~ /\d+/g), 3, 'at most so often';
    $sim->faults_clear;
    is scalar($sim->requests), 64 + 16 + 6 * 400, 'every one is written down';
};

is $sim->stats->{requests}{'GET /v1/count'}, 64 + 16 + 6 * 400, 'and counted';
done_testing;
