package Munja::Items;
# What munja tells of itself, whoever asks: a store with something of everything in it, and what each item is then.
#     my $world = Munja::Items::world();
#     Munja::Items::tells_all(sub { my ($key) = @_; return 'the value, or "! " and why there is none' });
#     my @keys = Munja::Items::keys_of_all();
use strict;
use warnings;
use utf8;
use Munja::World;
use Test::More;

my $PHONE = '01012345678';

my $serial = 0;
sub notify {
    my ($world) = @_;
    return $world->munja('notify', '--to', $PHONE, '-F', 'id=' . ++$serial, '-F', 'type=PROBLEM', '-F', 'host=web1',
        '-F', 'service=disk', '-F', 'state=CRITICAL', '-F', 'output=3 % left')->{exit};
}

# munja.queue[depth,…] as the words of a command line.
sub words { my ($key) = @_; my ($name, $rest) = $key =~ /^munja\.(\w+)(?:\[(.*)\])?$/; return ($name, defined $rest ? split(/,/, $rest, -1) : ()) }

# A store with something of everything in it.
sub world {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ]);
    notify($world) for 1 .. 4;
    $world->munja('balance', 'joa');
    $world->sim->fault(match => '/1/send', do => 'close-after', times => 1);
    notify($world);    # unsure: the other takes over
    $world->sim->fault(do => 'status', status => 429);
    # The third in a row closes joa. None is tried again meanwhile.
    for (1 .. 3) {
        notify($world);
        $world->sql(q{UPDATE record SET due_ms = due_ms + 1800000 WHERE state = 'waiting'});
    }
    $world->sim->faults_clear;
    $world->sql(q{UPDATE breaker SET until_ms = until_ms + 1800000});    # however long a test takes
    $world->sql(q{UPDATE record SET state = 'dead' WHERE id = 6});
    $world->sql(q{UPDATE record SET created_ms = created_ms - 400000 WHERE id = 7});
    return $world;
}

my @VALUES = (
    [ 'munja.queue[depth]',                     qr/^2$/ ],
    [ 'munja.queue[oldest]',                    qr/^[4-9]\d\d$/ ],    # however long a test takes
    [ 'munja.queue[dead]',                      qr/^1$/ ],
    [ 'munja.delivery[accepted]',               qr/^5$/ ],
    [ 'munja.delivery[accepted,joa]',           qr/^4$/ ],
    [ 'munja.delivery[accepted,nanumi,1d]',     qr/^1$/ ],
    [ 'munja.delivery[failed,joa,15m]',         qr/^3$/ ],
    [ 'munja.delivery[unsure,joa,3600]',        qr/^1$/ ],
    [ 'munja.delivery[unsure,,]',               qr/^1$/ ],
    [ 'munja.balance[joa]',                     qr/^99960(?:\.0*)?$/ ],
    [ 'munja.breaker[joa]',                     qr/^1$/ ],
    [ 'munja.providers',                        qr/^\Q[{"{#PROVIDER}":"joa"},{"{#PROVIDER}":"nanumi"}]\E$/ ],
);

my @FAULTS = (
    [ 'munja.queue',                            qr/^depth, oldest or dead is missing$/ ],
    [ 'munja.queue[]',                          qr/^depth, oldest or dead is missing$/ ],
    [ 'munja.queue[deep]',                      qr/^"deep" is not depth, oldest or dead$/ ],
    [ 'munja.queue[--help]',                    qr/^"--help" is not depth, oldest or dead$/ ],
    [ 'munja.breaker[--config=/etc/passwd]',    qr/^no such provider "--config/ ],
    [ 'munja.queue[depth,joa]',                 qr/^queue takes no "joa"$/ ],
    [ 'munja.queue[없는낱말없는낱말]',            qr/^".+" is not depth, oldest or dead$/ ],
    [ 'munja.delivery[accepted,nobody]',        qr/^no such provider "nobody" in \S+munja\.conf$/ ],
    [ 'munja.delivery[accepted,joa,soon]',      qr/^"soon" is no time, as in 90, 15m or 1h$/ ],
    [ 'munja.delivery[accepted,joa,0]',         qr/^"0" is no time/ ],
    [ 'munja.delivery[accepted,joa,1h,x]',      qr/^delivery takes no "x"$/ ],
    [ 'munja.balance',                          qr/^PROVIDER is missing$/ ],
    [ 'munja.balance[nanumi]',                  qr/^nanumi was not asked for its balance in 24 hours$/ ],
    [ 'munja.breaker[nobody]',                  qr/^no such provider "nobody"/ ],
);

sub keys_of_all { return map { $_->[0] } @VALUES, @FAULTS }

# All of the table, or some keys of it, from one of those who can be asked.
sub tells_all {
    my ($ask, @keys) = @_;
    my %asked = map { $_ => 1 } @keys ? @keys : keys_of_all();
    for (grep { $asked{ $_->[0] } } @VALUES) { my ($key, $want) = @$_; like $ask->($key), $want, $key }
    for (grep { $asked{ $_->[0] } } @FAULTS) {
        my ($key, $want) = @$_;
        my ($sign, $why) = $ask->($key) =~ /^(!) (.*)/s;
        is $sign, '!', "$key: an error";
        like $why // '', $want, "$key: which one";
    }
    return;
}

1;
