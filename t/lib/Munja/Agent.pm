package Munja::Agent;
# zabbix_agentd and zabbix_agent2, asked as their server does.
#     my $agent = Munja::Agent->start($program, config => "LoadModule=…\n", env => {...});
#     $agent->ask('munja.queue[depth]');      a value, or "! " and why there is none
use strict;
use warnings;
use utf8;
use parent 'Munja::Monitor';
use IO::Socket::INET ();
use Munja::Server;
use Munja::Test;

# config => lines of its configuration; env => {...} of it and what it runs.
sub start {
    my ($class, $program, %option) = @_;
    my $self = $class->new;
    my ($dir, $port) = ($self->{dir}, $self->{port} = Munja::free_port());
    $self->{conf} = Munja::write_file("$dir/agent.conf", <<"END" . ($option{config} // ''));
LogType=console
PidFile=$dir/pid
Server=127.0.0.1
ListenIP=127.0.0.1
ListenPort=$port
Timeout=30
END
    $self->launch($option{env} // {}, $program, '-f', '-c', $self->{conf});
    Munja::until_true(sub { $self->ask('agent.ping') eq '1' || $self->is_gone }, 180);
    die "$program: " . $self->told if $self->is_gone;
    return $self;
}

sub ask {
    my ($self, $key) = @_;
    utf8::encode($key);
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}, Timeout => 60) or return "? $!";
    print $socket "ZBXD\x01", pack('VV', length $key, 0), $key;
    local $/;
    my $said = <$socket> // '';
    return '? ' . $said if $said !~ s/^ZBXD\x01.{8}//s;
    utf8::decode($said);
    return $said =~ s/^ZBX_NOTSUPPORTED\0/! /r;
}

1;
