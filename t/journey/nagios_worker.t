# Nagios Core runs munja, which hands over to a resident worker.
use strict;
use warnings;
use utf8;
use Test::More;
use lib 't/lib';
use Munja::Drill;
use Munja::Nagios;
use Munja::Server;

my $program = Munja::server('nagios4');
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $drill  = Munja::Drill->new(worker => 1);
my $nagios = Munja::Nagios->start($program, $drill->objects);
subtest 'a storm'                 => sub { $drill->storm($nagios, 2, 'CRITICAL') };
subtest 'a reload in the middle'  => sub { $drill->reload($nagios, 1, 'WARNING') };
subtest 'a gateway that was down' => sub { $drill->outage($nagios, 0, 'OK') };
$drill->end;

done_testing;
