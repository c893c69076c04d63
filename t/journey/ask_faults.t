#!/usr/bin/perl
# Questions that go wrong on munja's own side: options that the question does not take, a gateway that is too slow, rows that
# cannot be kept.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::World;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

subtest 'an option of another form is refused' => sub {
    my $world = Munja::World->new(providers => [ 'nanumi', 'nsms', 'joa', 'cn' ]);
    for my $case (
        [ 'reservation cancel-all', 'phone', [ 'reservation', 'nanumi', 'cancel-all', '--phone', '01012345678' ] ],
        [ 'reservation cancel-all', 'field', [ 'reservation', 'nanumi', 'cancel-all', '--field', 'CETC1=x' ] ],
        [ 'reservation cancel', 'text', [ 'reservation', 'nanumi', 'cancel', 'S/1', '--text', 'x' ] ],
        [ 'reservation show', 'page', [ 'reservation', 'nsms', 'show', '1', '--page', '2' ] ],
        [ 'unsubscribed add', 'phone', [ 'unsubscribed', 'nsms', 'add', '01012345678', '--phone', '01012345678' ] ],
        [ 'unsubscribed remove', 'start', [ 'unsubscribed', 'nsms', 'remove', '01012345678', '--start', '1' ] ],
    ) {
        my ($form, $option, $args) = @$case;
        for my $json (0, 1) {
            my $run = $world->munja(@$args, $json ? '--json' : ());
            my $said = $json ? Munja::World::document($run)->{answer} : $run->{out};
            is $run->{exit}, 3, "@$args: exit 3" or diag $run->{out};
            like $said, qr/^MUNJA UNKNOWN - option --$option: munja $form does not take it$/, 'names the option and the form';
        }
    }
    is scalar($world->fresh), 0, 'the gateways see nothing of it';

    for my $args ([ 'result', 'nanumi', '202611/S/1' ], [ 'result', 'nsms', '1' ]) {
        for my $option ('page', 'size') {
            my $run = $world->munja(@$args, "--$option", 1);
            is $run->{exit}, 3, "@$args --$option: exit 3";
            like $run->{out}, qr/^MUNJA UNKNOWN - $args->[1]: [^\n]*--$option: this gateway has no pages here$/, 'says why';
        }
    }
    is scalar($world->asked), 0, 'nothing is asked';
    is $world->munja('result', 'joa', '1', '--page', 1)->{exit}, 2, 'where there are pages they are asked for';
    is_deeply [ map { s{.*/}{}r } $world->asked ], ['1'], 'that one';
};

subtest "a provider's timeout is for each request" => sub {
    my $world = Munja::World->new(providers => ['joa'], set => { joa => { timeout => '3' } });
    is $world->munja('balance', 'joa')->{exit}, 0, 'in time';
    $world->sim->fault(match => '/1/balance', do => 'delay', ms => 60000);
    my $run = $world->munja('balance', 'joa', '-t', 30);
    is $run->{exit}, 3, 'too late: exit 3';
    like $run->{out}, qr/^MUNJA UNKNOWN - joa: [^\n]+\n\z/, 'one line';
    cmp_ok $run->{wall}, '<', 15, 'after its seconds, not after all the time there is';
};

subtest 'what could not be kept is shown' => sub {
    for my $json (0, 1) {
        my $world = Munja::World->new(providers => ['cn']);
        is $world->munja('replies', 'cn')->{exit}, 0, 'a store';
        $world->sql(q{CREATE TRIGGER full BEFORE INSERT ON reply BEGIN SELECT raise(ABORT, 'no room'); END});
        $world->sim->inbound(mobile => '13900001234', content => '好', mid => 'R1', time => '2026-01-31 09:00:00');
        my $run = $world->munja('replies', 'cn', $json ? '--json' : ());
        is $run->{exit}, 3, 'exit 3';
        my $why = qr/pulled, but could not be kept, and the gateway will not tell it again: .*no room/;
        if ($json) {
            my $document = Munja::World::document($run);
            is ref $document, 'HASH', 'one document' or diag $run->{out};
            is_deeply [ map { $_->{text} } @{ $document->{rows} } ], ['好'], 'with the rows';
            like $document->{error}, $why, 'and the fault';
        }
        else {
            like $run->{out}, qr/^\S.*\n.*好.*\nMUNJA UNKNOWN - $why\n\z/, 'the table, then why';
        }
        $world->sql('DROP TRIGGER full');
        $world->sim->inbound(mobile => '13900001234', content => '坏', mid => 'R2', time => '2026-01-31 09:01:00');
        my $document = Munja::World::document($world->munja('replies', 'cn', '--json'));
        ok !exists $document->{error}, 'no fault, no error';
    }
};

subtest 'a command line without a command' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $run = $world->munja('nosuch', '--json');
    is $run->{exit}, 3, 'exit 3';
    like Munja::World::document($run)->{answer}, qr/^MUNJA UNKNOWN - no such command "nosuch"/, 'in JSON where JSON is asked for';
    like $world->munja('%s%n')->{out}, qr/no such command "%s%n"/, 'a word is a word';
};

subtest 'what could not be kept is not pulled' => sub {
    my $world = Munja::World->new(providers => ['cn']);
    $world->munja('send', '--to', '+8613900001234', '磁盘');
    $world->fresh;
    my $lock = Munja::locked("$world->{dir}/munja.db");
    my $run = $world->munja('reports', 'cn', '-t', 1);
    is $run->{exit}, 3, 'locked store: exit 3';
    like $run->{out}, qr/^MUNJA UNKNOWN - not pulled: /, 'the answer says so';
    is scalar($world->asked), 0, 'the gateway was not asked';
    Munja::let_go($lock);
    my $full = Munja::run(program => '/bin/sh', args => [ '-c', 'trap "" XFSZ; ulimit -f 1; exec "$0" "$@"', Munja::program(), 'reports', 'cn', '-f', $world->{conf} ]);
    is $full->{exit}, 3, 'a full disk: exit 3' or diag $full->{out};
    is scalar($world->asked), 0, 'the gateway was not asked';
    $run = $world->munja('reports', 'cn');
    is $run->{exit}, 0, 'and afterwards it is';
    like $run->{out}, qr/DELIVRD/, 'nothing was lost';
};

done_testing;
