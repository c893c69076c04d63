#!/usr/bin/perl
# Every gateway, and every way to fail: what the monitor is told, what stands in the store, and what is on the phone once the
# gateway is well again and munja worker has run. Never nothing; twice only where nobody can know better.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use JSON::PP ();
use Munja::World;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my @NAMES = qw(joa nsms nanumi plex cn);

# A loaded machine starts programs late.
my $GRACE_S = 5;
# Of one munja notify, and of one request of it.
my $TIMEOUT_S = 14;
my $REQUEST_S = 3;

# Where a text goes, and where its sender logs in before.
my %PATH = (
    send  => { joa => '/1/send',  nsms => '/api/v1/sms',   nanumi => '/v1/send', plex => '/sms-verify/v2/send', cn => '/sms' },
    login => { joa => '/1/token', nsms => '/api/v1/login', nanumi => '/v1/auth' },
);

# R   not taken: kept, and sent later. With a number: not before so many seconds
# A   the account or the request is at fault: kept, and sent later
# U   unsure: kept, sent later, and it comes once, because it had not arrived
# U2  unsure: kept, sent later, and it comes twice, because it had arrived and this gateway cannot tell
# UU  unsure, asked once more under the same key or after a look, and unsure still: kept, sent later, comes once
# U+  unsure, looked for and found: accepted
# F   accepted, by an answer that cannot be read, where the manual knows no other 200: the monitor is told
# F-  the same, although it had not arrived
my $TABLE = <<'END';
    what goes wrong        where  code      joa   nsms  nanumi plex  cn
    nobody listens         send   -         R     R     R      R     R
    no such host           send   -         R     R     R      R     R
    unknown authority      send   -         R     R     R      R     R
    another's certificate  send   -         R     R     R      R     R
    closed before          send   lost      U     U     UU     UU    U
    closed after           send   lost      U2    U2    U+     UU    U2
    closed in between      send   lost      U     U     UU     UU    U
    reset                  send   lost      U     U     UU     UU    U
    silent before          send   lost      U     U     UU     UU    U
    silent after           send   lost      U2    U2    U+     UU    U2
    slow                   send   partial   F     U2    U+     UU    U2
    half an answer         send   partial   F     U2    U+     UU    U2
    endless before         send   partial   F-    U     UU     UU    U
    endless after          send   partial   F     U2    U+     UU    U2
    garbage before         send   http-200  F-    U     UU     UU    U
    garbage after          send   http-200  F     U2    U+     UU    U2
    nothing                send   http-200  F-    U     UU     UU    U
    somebody's page        send   http-200  F-    U     UU     UU    U
    302                    send   http-302  A     A     A      A     A
    400                    send   http-400  A     A     A      A     A
    401                    send   http-401  A     A     A      A     A
    403                    send   http-403  A     A     A      A     A
    404                    send   http-404  A     A     A      A     A
    407                    send   http-407  A     A     A      A     A
    408                    send   http-408  R     R     R      R     R
    413                    send   http-413  A     A     A      A     A
    429                    send   http-429  R     R     R      R     R
    429 for two minutes    send   http-429  R120  R120  R120   R120  R120
    500                    send   http-500  U     U     UU     UU    U
    500 after              send   http-500  U2    U2    U+     UU    U2
    502                    send   http-502  U     U     UU     UU    U
    503                    send   http-503  U     U     UU     UU    U
    504 after              send   http-504  U2    U2    U+     UU    U2
    closed before          login  lost      R     R     R      -     -
    closed after           login  lost      R     R     R      -     -
    reset                  login  lost      R     R     R      -     -
    silent after           login  lost      R     R     R      -     -
    slow                   login  -         R     R     R      -     -
    half an answer         login  -         R     R     R      -     -
    endless before         login  -         R     R     R      -     -
    garbage before         login  -         R     R     R      -     -
    nothing                login  -         R     R     R      -     -
    somebody's page        login  -         R     R     R      -     -
    302                    login  http-302  A     A     A      -     -
    400                    login  http-400  A     A     A      -     -
    401                    login  http-401  A     A     A      -     -
    403                    login  http-403  A     A     A      -     -
    404                    login  http-404  A     A     A      -     -
    429                    login  http-429  R     R     R      -     -
    429 for two minutes    login  http-429  R120  R120  R120   -     -
    500                    login  http-500  R     R     R      -     -
    503                    login  http-503  R     R     R      -     -
END

my $KEPT = qr/^MUNJA WARNING - kept for retry by /;
my %MEANS = (
    R    => { line => $KEPT, attempts => ['retry'],   texts => 1 },
    A    => { line => $KEPT, attempts => ['account'], texts => 1 },
    U    => { line => $KEPT, attempts => ['unsure'],  texts => 1 },
    U2   => { line => $KEPT, attempts => ['unsure'],  texts => 2 },
    UU   => { line => $KEPT, attempts => [ 'unsure', 'unsure' ], texts => 1 },
    'U+' => { line => qr/^MUNJA OK - accepted by /, attempts => [ 'unsure', 'accepted' ], texts => 1 },
    F    => { line => qr/^MUNJA WARNING - accepted by .*could not be read/, attempts => ['accepted'], texts => 1, code => 'unread' },
    'F-' => { line => qr/^MUNJA WARNING - accepted by .*could not be read/, attempts => ['accepted'], texts => 0, code => 'unread' },
);

# The second CA is as good as the first, but not the one that the provider names.
my $other = Munja::Sim->start;

# How the simulator is told, or else how munja is sent astray.
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);
my %FAULT = (
    'closed before'     => { do => 'close-before' },
    'closed after'      => { do => 'close-after' },
    'closed in between' => { do => 'close-headers' },
    'reset'             => { do => 'reset' },
    'silent before'     => { do => 'delay', ms => 60000, process => $no },
    'silent after'      => { do => 'delay', ms => 60000 },
    'slow'              => { do => 'drip', ms => 250 },
    'half an answer'    => { do => 'truncate' },
    'endless before'    => { do => 'huge' },
    'endless after'     => { do => 'huge', process => $yes },
    'garbage before'    => { do => 'garbage' },
    'garbage after'     => { do => 'garbage', process => $yes },
    'nothing'           => { do => 'body' },
    "somebody's page"   => { do => 'body', body => '<html>Please log in</html>' },
    '429 for two minutes' => { do => 'status', status => 429, headers => { 'Retry-After' => '120' } },
    (map { ("$_ after" => { do => 'status', status => $_, process => $yes }) } 500, 504),
    (map { ($_ => { do => 'status', status => $_ }) } 302, 400, 401, 403, 404, 407, 408, 413, 429, 500, 502, 503),
);
my %ASTRAY = (
    'nobody listens'        => sub { (url => 'https://127.0.0.1:1') },
    'no such host'          => sub { (url => 'https://sms.invalid') },
    'unknown authority'     => sub { (ca_file => $other->ca) },
    "another's certificate" => sub { my $at = 'other.example:' . $_[0]->port; (url => "https://$at", resolve => "$at:127.0.0.1") },
);

my @ROWS;
for my $line (grep { !/what goes wrong/ } split /\n/, $TABLE) {
    my ($what, $where, $code, @cells) = split /\s{2,}/, $line =~ s/^\s+//r;
    my %cell = map { $NAMES[$_] => $cells[$_] } grep { $cells[$_] ne '-' } 0 .. $#NAMES;
    push @ROWS, { what => $what, where => $where, code => $code, cell => \%cell };
}

# One gateway, one fault, in a store and with a phone of its own.
sub suffer {
    my ($world, $name, $row, $number) = @_;
    my $sim    = $world->sim;
    my $dir    = "$world->{dir}/$number";
    my $phone  = sprintf $name eq 'cn' ? '138%08d' : '010%08d', $number;
    my $astray = $ASTRAY{ $row->{what} };
    my $config = sub { my ($file, %set) = @_; return Munja::config($dir, $sim, providers => [$name], name => $file, set => { $name => { timeout => $REQUEST_S, %set } }) };
    mkdir $dir or die "$dir: $!";
    my $good = $config->('munja.conf');
    my $bad  = $astray ? $config->('astray.conf', $astray->($sim)) : $good;
    $sim->fault(match => $PATH{ $row->{where} }{$name}, %{ $FAULT{ $row->{what} } // die $row->{what} }) if !$astray;
    my $run = Munja::run(args => [
        'notify', '-f', $bad, '-t', $TIMEOUT_S, '--to', $name eq 'cn' ? "+86$phone" : $phone, map { ('-F', $_) } 'type=PROBLEM', 'host=web1', 'output=alarm',
    ]);
    $sim->faults_clear;
    my $shown = JSON::PP->new->utf8->decode(Munja::run(args => [ 'queue', 'show', '1', '--json', '-f', $good ])->{out});
    my $waits_ms = Munja::World::sql({ dir => $dir }, 'SELECT due_ms - created_ms FROM record; UPDATE record SET due_ms = created_ms');
    my $worker = Munja::run(args => [ 'worker', '--once', '-f', $good ]);
    return {
        exit => $run->{exit}, said => "$run->{out}$run->{err}", wall_s => $run->{wall},
        attempts => [ map { $_->{outcome} } @{ $shown->{attempts} } ], code => $shown->{attempts}[0]{code},
        waits_s  => $waits_ms / 1000, worker => $worker->{exit}, texts => scalar $sim->phone($phone),
    };
}

sub suffer_all {
    my ($name) = @_;
    my $world = Munja::World->new(providers => [$name]);
    my %was = map { $_ => suffer($world, $name, $ROWS[$_], $_) } grep { $ROWS[$_]{cell}{$name} } 0 .. $#ROWS;
    return { %was, violations => [ $world->sim->violations ] };
}

my $all = Munja::each_of(\scalar @NAMES, \&suffer_all, @NAMES);

# How long after the alert it is tried again: 15 to 30 seconds after the attempt, twice that after two, or what the gateway
# asked for.
sub pause {
    my ($kind, $wait_s) = @_;
    return ($wait_s, $wait_s + $TIMEOUT_S) if $wait_s;
    return (15, 30 * @{ $MEANS{$kind}{attempts} } + $TIMEOUT_S);
}

sub judge {
    my ($row, $cell, $was) = @_;
    my ($kind, $wait_s) = $cell =~ /^(\D+2?)(120)?$/ or die "$row->{what}: $cell";
    my $want = $MEANS{$kind};
    my $code = $want->{code} // $row->{code};
    my @told = ("@{ $want->{attempts} }", $code eq '-' ? $was->{code} // '' : $code, "$want->{texts} texts");
    is join(', ', "@{ $was->{attempts} }", $was->{code} // '', "$was->{texts} texts"), join(', ', @told), "$row->{where}, $row->{what}: $cell";
    my ($least_s, $most_s) = pause($kind, $wait_s);
    my $kept = $want->{line} == $KEPT;
    my @wrong = grep { defined } (
        $was->{said} =~ /^$want->{line}.*\n\z/ ? undef : "it says $was->{said}",
        $was->{exit} == ($was->{said} =~ /^MUNJA OK/ ? 0 : 1) ? undef : "exit $was->{exit}",
        $was->{wall_s} < $TIMEOUT_S + $GRACE_S ? undef : "it took $was->{wall_s} s",
        !$kept || $was->{waits_s} >= $least_s && $was->{waits_s} <= $most_s ? undef : "it waits $was->{waits_s} s",
        $was->{worker} == 0 ? undef : "munja worker answers $was->{worker}",
    );
    is_deeply \@wrong, [], "$row->{where}, $row->{what}: the monitor is told in time, and so on" if @wrong;
    return;
}

for my $name (@NAMES) {
    subtest $name => sub {
        judge($ROWS[$_], $ROWS[$_]{cell}{$name}, $all->{$name}{$_}) for grep { $ROWS[$_]{cell}{$name} } 0 .. $#ROWS;
        is_deeply $all->{$name}{violations}, [], 'the gateway has nothing to complain of';
    };
}

done_testing;
