#!/usr/bin/perl
# munja notify with each allocation of its own failing in its turn: what it answers is true, and an alert that it
# accepted comes to the phone.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::Test;
use Cwd qw(abs_path);
use Test::More;

my $PHONE   = '01012345678';
my $build   = abs_path($ENV{MUNJA_BUILD} || 'build');
my $preload = "$build/t/memory.so";
my $munja   = "$build/t/shared/bin/munja";

# A sanitizer's runtime must come first.
open my $symbols, '-|', 'nm', '-D', $munja or die "nm: $!";
plan skip_all => 'built with a sanitizer' if grep { /__asan_init/ } <$symbols>;
close $symbols;

sub sql {
    my ($dir, $query) = @_;
    open my $pipe, '-|', 'sqlite3', '-cmd', '.timeout 10000', "$dir/munja.db", $query or die "sqlite3: $!";
    my $said = join '', <$pipe>;
    close $pipe or die "sqlite3: $query";
    return $said =~ s/\n\z//r;
}

# Each turn is an alert of its own, with its number in the text. Returns what was answered, by turn.
sub take_turns {
    my ($dir, $conf, @args) = @_;
    my @answers;
    for my $turn (1 .. 5000) {
        my $told = "$dir/told";
        unlink $told;
        my $run = Munja::run(
            program => $munja,
            args => [ 'notify', '-f', $conf, '--to', $PHONE, '-F', "id=$turn", '-F', 'type=PROBLEM', '-F', 'host=db1',
                '-F', 'state=DOWN', '-F', "output=turn $turn.", @args ],
            env => { LD_PRELOAD => $preload, MEMORY_TURN => $turn, MEMORY_TOLD => $told },
            limit => 20
        );
        return @answers if !-e $told;
        push @answers, { %$run, turn => $turn };
    }
    die 'it never ends';
}

for my $way ([ 'one gateway', ['plex'] ], [ 'a login and a gateway behind it', [ 'joa', 'plex' ] ]) {
    my ($name, $providers) = @$way;
    subtest $name => sub {
        my $sim = Munja::Sim->start;
        my $dir = Munja::folder();
        my $conf = Munja::config($dir, $sim, providers => $providers);
        my @answers = take_turns($dir, $conf);
        my (%on_phone, %later, @wrong, %seen);
        cmp_ok scalar @answers, '>', 100, 'many allocations failed';
        $on_phone{$_}++ for map { $_->{text} =~ /turn (\d+)\./ } $sim->phone($PHONE);
        my %waits = map { /turn (\d+)\./ ? ($1 => 1) : () } split /\n/,
            sql($dir, "SELECT replace(alert, char(10), ' ') FROM record WHERE state = 'waiting'");
        for my $answer (@answers) {
            my ($turn, $exit) = @$answer{qw(turn exit)};
            my $true = !$answer->{signal} && $answer->{out} =~ /^MUNJA \w+ - \S/ && (
                  $exit == 0 ? $on_phone{$turn}
                : $exit == 1 ? $on_phone{$turn} || $waits{$turn}
                : $exit == 3 ? !$on_phone{$turn} && !$waits{$turn} : 0);
            push @wrong, "$turn: exit $exit, signal $answer->{signal}: $answer->{out} $answer->{err}"
                . ($on_phone{$turn} ? ' (on the phone)' : '') . ($waits{$turn} ? ' (waits)' : '') if !$true;
            $seen{$exit}++;
        }
        is_deeply \@wrong, [], 'what munja says is so';
        note join ', ', map { "exit $_: $seen{$_}" } sort keys %seen;
        sql($dir, "UPDATE record SET due_ms = 1, lease_until_ms = 0 WHERE state = 'waiting'");
        is Munja::run(args => [ 'worker', '--once', '-f', $conf ])->{exit}, 0, 'what waits goes out';
        $later{$_}++ for map { $_->{text} =~ /turn (\d+)\./ } $sim->phone($PHONE);
        is_deeply [ grep { $_->{exit} != 3 && !$later{ $_->{turn} } } @answers ], [], 'whatever was accepted arrives';
        # The one whose answer found no memory.
        cmp_ok scalar(grep { $_ > 1 } values %later), '<=', 1, 'nothing goes out twice without need';
        is_deeply [ $sim->violations ], [], 'as the manuals say';
    };
}

done_testing();
