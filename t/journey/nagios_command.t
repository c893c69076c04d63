# Nagios Core runs munja as its notification command, by the file in contrib.
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

subtest 'by environment' => sub {
    my $drill  = Munja::Drill->new;
    my $nagios = Munja::Nagios->start($program, $drill->objects);
    subtest 'what is told'            => sub { $drill->told($nagios) };
    subtest 'a storm'                 => sub { $drill->storm($nagios, 2, 'CRITICAL') };
    subtest 'a reload in the middle'  => sub { $drill->reload($nagios, 1, 'WARNING') };
    subtest 'a gateway that was down' => sub { $drill->outage($nagios, 0, 'OK') };
    $drill->end;
};

subtest 'by arguments' => sub {
    my $drill = Munja::Drill->new;
    my $keys  = join '', map { "    ${_}_notification_commands munja-notify-$_-by-arguments\n" } qw(host service);
    my $nagios = Munja::Nagios->start($program, $drill->objects, keys => $keys, config => "enable_environment_macros=0\n");
    $drill->told($nagios, short => 1);
    my @disk = ('웹01', '디스크');
    $nagios->result(@disk, 2, 'C:\\');
    like +($drill->texts(1))[0], qr{웹01/디스크 C:\\ \d}, 'a backslash at the end is one';
    $nagios->acknowledge(@disk, '김\\', q(; `id` "둘" '));
    like +($drill->texts(1))[0], qr{웹01/디스크 \(김\\: ; id 둘 \) C:\\ }, '... and quotes nothing behind it';
    $drill->end;
};

done_testing;
