package Munja::Bench;
# What the measurements share: run and weigh programs, compare with goals.
use strict;
use warnings;
use utf8;
use Exporter qw(import);
use Munja::Test;

our @EXPORT = qw(goal libraries median output slurp spend);

my $build = $ENV{MUNJA_BUILD} || 'build';

sub slurp {
    my ($name) = @_;
    open my $file, '<', $name or die "$name: $!";
    local $/;
    return scalar <$file>;
}

# Standard output, and standard error behind it.
sub output {
    my (@command) = @_;
    open my $pipe, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', @command or die "$command[0]: $!";
    local $/;
    return scalar <$pipe> // '';
}

# CPU and wall time in milliseconds of a command that must exit so.
sub spend {
    my ($name, $expected, @command) = @_;
    my ($exit, $cpu, $wall) = split ' ', output("$build/t/spend", @command);
    return ($cpu / 1000, $wall / 1000) if $exit == $expected;
    die "$name: exit $exit instead of $expected: " . output(@command);
}

# Shared objects that a command maps, at start or by dlopen: the dynamic linker tells of each, but not of itself.
sub libraries {
    my (@command) = @_;
    my $dir = Munja::folder();
    local $ENV{LD_DEBUG}        = 'files';
    local $ENV{LD_DEBUG_OUTPUT} = "$dir/ld";
    output('sh', '-c', 'exec "$@" > /dev/null', 'sh', @command);
    my ($count) = sort { $b <=> $a } map { scalar(() = slurp($_) =~ /generating link map/g) } glob "$dir/ld.*";
    return $count;
}

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return ($sorted[ $#sorted / 2 ] + $sorted[ @sorted / 2 ]) / 2;
}

# One line: goal('duplicate', 0.2, 'most', 0.25, 'g').
sub goal {
    my ($what, $is, $bound, $goal, $unit) = @_;
    printf "%-34s %8.2f %-7s  goal at %-5s %.2f: %s\n", $what, $is, $unit, $bound, $goal,
        ($bound eq 'most' ? $is <= $goal : $is >= $goal) ? 'met' : 'MISSED';
    return;
}

1;
