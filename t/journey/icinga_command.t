# Icinga 2 runs munja as its NotificationCommand, by the file in contrib.
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

my $drill  = Munja::Drill->new;
my %option = $drill->objects;
# Icinga leaves to a command what itself was started with, a name of its own notification environment as well.
$option{env}{HOSTNAME} = 'elsewhere';
my $icinga = Munja::Icinga->start($program, %option, objects => <<'END');
object User "lee" {
  pager = "010-9999-8888"
  vars.munja_to = "010-2222-3333,010-2222-4444"
}
object Service "우편" {
  host_name = "웹01"
  check_command = "passive"
  enable_active_checks = false
  max_check_attempts = 1
  vars.notification.munja = {
    users = [ "lee" ]
  }
  vars.munja_kind = "lms"
}
END

subtest "variables of one's own" => sub {
    $drill->begin($icinga);
    $icinga->result('웹01', '우편', 1, '밀린 우편 120통');
    $drill->settle($icinga, 2);
    for my $number ('01022223333', '01022224444') {
        my @texts = $drill->{world}->sim->phone($number);
        is scalar(@texts), 1, "$number: one text";
        like $texts[0]{text}, qr{^\[PROBLEM\] WARNING 웹01/우편 밀린 우편 120통 }, "$number: what it says";
        is $texts[0]{kind}, 'lms', "$number: of the kind that was asked for";
    }
    is_deeply [ $drill->{world}->sim->phones ], [ '01022223333', '01022224444' ], 'and nobody else is told';
};
subtest 'what is told'            => sub { $drill->told($icinga) };
subtest 'a storm'                 => sub { $drill->storm($icinga, 2, 'CRITICAL') };
subtest 'a reload in the middle'  => sub { $drill->reload($icinga, 1, 'WARNING') };
subtest 'a gateway that was down' => sub { $drill->outage($icinga, 0, 'OK') };
$drill->end;

done_testing;
