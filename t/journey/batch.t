#!/usr/bin/perl
# One alert for many phones: as few requests as the gateway allows, and one bad number is nobody else's trouble.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use JSON::PP ();
use Munja::World;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my @NAMES = qw(joa nsms nanumi plex cn);
my %MOST  = (joa => 100, nsms => 100, nanumi => 100, plex => 10, cn => 200);    # of one text in a request
my $OWN   = "template \"default\" {\n    service = '{{output}} {{to}}'\n    host = '{{output}} {{to}}'\n    text = '{{output}} {{to}}'\n}\n";

sub phones { my ($name, $count) = @_; return map { sprintf $name eq 'cn' ? '138%08d' : '010%08d', $_ } 1 .. $count }
sub as_given { my ($name, @phones) = @_; return join ',', map { $name eq 'cn' ? "+86$_" : $_ } @phones }
sub send_all { my ($world, $name, $text, @phones) = @_; return $world->munja('send', '-p', $name, '--to', as_given($name, @phones), '-t', 30, $text) }
sub requests { my ($world) = @_; return grep { $_->{action} ne 'login' } $world->fresh }

# How many recipients one request carries.
my %CARRIED = (
    joa    => sub { my $part = Munja::World::parts($_[0]); $part->{msg_list} ? scalar keys %{ JSON::PP->new->utf8->decode($part->{msg_list}) } : scalar split /,/, $part->{phone} },
    nsms   => sub { scalar @{ JSON::PP->new->utf8->decode(Munja::World::body($_[0]))->{messages} } },
    nanumi => sub { my %form = Munja::World::fields(Munja::World::body($_[0])); scalar split /,/, $form{phone} },
    plex   => sub { scalar @{ JSON::PP->new->utf8->decode(Munja::World::body($_[0]))->{msg_data} } },
    cn     => sub { my %form = Munja::World::fields(Munja::World::body($_[0])); scalar(defined $form{mobile} ? split(/,/, $form{mobile}) : split(/[\r\n]+/, $form{mobileContentList})) },
);

sub parts_of { my ($count, $most) = @_; return (($most) x int($count / $most), $count % $most || ()) }

for my $name (@NAMES) {
    subtest "$name: the same text" => sub {
        my $world = Munja::World->new(providers => [$name]);
        for my $count (1, 10, 50, 450) {
            my @phones = phones($name, $count);
            my $run = send_all($world, $name, "점검 $count", @phones);
            is $run->{exit}, 0, "$count: exit 0" or diag $run->{out};
            is_deeply [ map { $CARRIED{$name}->($_) } requests($world) ], [ parts_of($count, $MOST{$name}) ], "$count: in parts as large as may be";
            is scalar(grep { ($world->texts($_))[-1] =~ /점검 $count$/ } @phones), $count, "$count: each has it";
        }
        is scalar($world->texts((phones($name, 1))[0])), 4, 'once each';
        $world->clean;
    };

    subtest "$name: different texts" => sub {
        my $world = Munja::World->new(providers => [$name], text => $OWN);
        my @phones = phones($name, 50);
        my $run = $world->munja('notify', '-F', 'type=PROBLEM', '-F', 'host=h', '-F', 'service=s', '-F', 'output=점검', '--to', as_given($name, @phones));
        is $run->{exit}, 0, 'exit 0' or diag $run->{out};
        is_deeply [ map { $CARRIED{$name}->($_) } requests($world) ], [ $name eq 'nanumi' ? (1) x 50 : parts_of(50, $MOST{$name}) ], 'together where the gateway can';
        my $sign = $name eq 'cn' ? '【运维】' : '';
        is_deeply [ map { $world->texts($_) } @phones ], [ map { "${sign}점검 " . as_given($name, $_) } @phones ], 'each has its own, once';
        $world->clean;
    };

    # Where the gateway's word is not about the number itself, it is kept: it may be a passing fault, or another provider's.
    my ($exit, $end) = $name =~ /^(?:nsms|cn)$/ ? (1, 'waiting=2 refused=0') : (2, 'waiting=0 refused=2');
    for my $shape ('clean', 'other') {
        subtest "$name: bad numbers among good ones, $shape" => sub {
            my @phones = phones($name, 20);
            my @bad    = @phones[ 3, 15 ];
            my $world = Munja::World->new(providers => [$name], sim => { shape => $shape, wrong_numbers => \@bad });
            my $run = send_all($world, $name, '점검', @phones);
            is $run->{exit}, $exit, "exit $exit" or diag $run->{out};
            like $run->{out}, qr/accepted=18 $end /, 'two are not accepted, the others are' or diag $run->{out};
            is_deeply [ map { scalar $world->texts($_) } @phones ], [ map { my $phone = $_; (grep { $_ eq $phone } @bad) ? 0 : 1 } @phones ], 'all the others have it, once';
            cmp_ok scalar(requests($world)), '<=', 20, 'found in fewer requests than one for each';
            is send_all($world, $name, '점검', @phones)->{exit}, $exit, 'the same again says the same';
            is scalar(requests($world)), 0, 'and asks nobody';
        };
        subtest "$name: a bad number among different texts, $shape" => sub {
            my @phones = phones($name, 8);
            my $world = Munja::World->new(providers => [$name], text => $OWN, sim => { shape => $shape, wrong_numbers => [ $phones[5] ] });
            my $run = $world->munja('notify', '-F', 'type=PROBLEM', '-F', 'host=h', '-F', 'service=s', '-F', 'output=점검', '--to', as_given($name, @phones));
            is $run->{exit}, $exit, "exit $exit" or diag $run->{out};
            is_deeply [ map { scalar $world->texts($_) } @phones ], [ 1, 1, 1, 1, 1, 0, 1, 1 ], 'all the others have it, once' or diag $run->{out};
        };
    }

    subtest "$name: the same number twice" => sub {
        my $world = Munja::World->new(providers => [$name]);
        my ($phone, $other) = phones($name, 2);
        is send_all($world, $name, '점검', $phone, $other, $phone)->{exit}, 0, 'exit 0';
        is scalar($world->texts($phone)), 1, 'one text';
        $world->clean;
    };
}

subtest 'texts that lines cannot carry go on their own' => sub {
    my $world = Munja::World->new(providers => ['cn'], text => $OWN =~ s/output\}\}/output}} #1/gr);
    my @phones = phones('cn', 3);
    is send_all($world, 'cn', "a\nb", @phones)->{exit}, 0, 'exit 0';
    is_deeply [ map { ($world->texts($_))[0] } @phones ], [ map { "【运维】a\nb #1 +86$_" } @phones ], 'whole' or diag explain [ map { $world->texts($_) } @phones ];
    $world->clean;
};

subtest 'long texts of one\'s own' => sub {
    for my $name ('joa', 'nsms', 'nanumi') {
        my $world = Munja::World->new(providers => [$name], text => $OWN);
        my @phones = phones($name, 5);
        my $long = '긴 글 ' x 30;
        is $world->munja('notify', '-F', 'type=PROBLEM', '-F', 'host=h', '-F', 'service=s', '-F', "output=$long", '--to', as_given($name, @phones))->{exit}, 0, "$name: exit 0";
        is_deeply [ map { map { $_->{kind} } $world->sim->phone($_) } @phones ], [ ('lms') x 5 ], "$name: each has its own";
        is scalar(requests($world)), $name eq 'nsms' ? 1 : 5, "$name: together where the gateway can";
        $world->clean;
    }
};

subtest 'an answer that is lost, for many' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ], text => "route \"all\" {\n unsure = \"hold\"\n}\n");
    $world->sim->fault(match => '/1/send', do => 'close-after', times => 1);
    my @phones = phones('joa', 30);
    my $run = $world->munja('send', '--to', as_given('joa', @phones), '점검');
    is $run->{exit}, 1, 'exit 1';
    is scalar(grep { $world->texts($_) == 1 } @phones), 30, 'one text each';

    $world = Munja::World->new(providers => ['plex']);
    $world->sim->fault(match => '/sms-verify', do => 'close-after', times => 1);
    is send_all($world, 'plex', '점검', @phones)->{exit}, 0, 'with keys: exit 0';
    is scalar(grep { $world->texts($_) == 1 } @phones), 30, 'with keys: one text each';
};

subtest 'two gateways that are silent do not use up the time of all' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi', 'plex' ]);
    $world->sim->fault(match => $_, do => 'delay', ms => 60000, process => JSON::PP::false()) for 'smsjoa', 'nanuminet';
    my @phones = phones('joa', 400);
    my $run = $world->munja('send', '--to', as_given('joa', @phones), '-t', 20, '점검');
    is $run->{exit}, 0, 'exit 0' or diag $run->{out};
    is scalar(grep { $world->texts($_) == 1 } @phones), 400, 'everybody has it';
};

subtest 'money that ends in the middle' => sub {
    for my $name (@NAMES) {
        next if $name eq 'nsms';    # has no balance
        my $world = Munja::World->new(providers => [$name], sim => { balance => { joa => 200, nanumi => 10, plex => 10, cn => 500 }->{$name} });
        my @phones = phones($name, 30);
        my $run = send_all($world, $name, '점검', @phones);
        isnt $run->{exit}, 0, "$name: not everybody has it" or diag $run->{out};
        my $there = grep { $world->texts($_) == 1 } @phones;
        my ($accepted) = $run->{out} =~ /accepted=(\d+)/;
        is $accepted, $there, "$name: as many are told as have it";
        is scalar(grep { $world->texts($_) > 1 } @phones), 0, "$name: nobody twice";
    }
};

done_testing;
