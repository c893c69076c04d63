# Icinga 2 runs munja, which hands over to a resident worker.
use strict;
use warnings;
use utf8;
use Test::More;
use lib 't/lib';
use Munja::Drill;
use Munja::Icinga;
use Munja::Server;

my $program = Munja::server('icinga2');
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $drill  = Munja::Drill->new(worker => 1);
my $icinga = Munja::Icinga->start($program, $drill->objects);
subtest 'a storm'                 => sub { $drill->storm($icinga, 2, 'CRITICAL') };
subtest 'a reload in the middle'  => sub { $drill->reload($icinga, 1, 'WARNING') };
subtest 'a gateway that was down' => sub { $drill->outage($icinga, 0, 'OK') };
$drill->end;

done_testing;
