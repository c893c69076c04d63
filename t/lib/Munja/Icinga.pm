package Munja::Icinga;
# Icinga 2 with the contributed file, beside it a test's own objects; its options are those of Munja::Nagios.
use strict;
use warnings;
use utf8;
use Cwd ();
use parent 'Munja::Monitor';
use Munja::Test;

# Beside those: objects => text of the configuration.
sub start {
    my ($class, $program, %option) = @_;
    my $self = $class->new(fault => qr/terminated with exit code 1,/);
    my $dir  = $self->{dir};
    my %of   = (ConfigDir => $dir, map { $_ . 'Dir' => "$dir/$_" } qw(Data Log Cache Spool InitRun));
    for my $place (grep { $_ ne $dir } values %of) { mkdir $place or die "$place: $!" }
    Munja::write_file("$dir/icinga2.conf", objects(%option) . <<"END");
include <itl>
include "@{[ Cwd::getcwd() ]}/contrib/icinga2/munja.conf"
const NodeName = "munja"
object NotificationComponent "notification" {}
object ExternalCommandListener "command" {
  command_path = "$dir/command"
}
object FileLogger "log" {
  severity = "notice"
  path = "$dir/log"
}
END
    my %env = (%{ $option{env} // {} }, ICINGA2_USER => scalar getpwuid $>, ICINGA2_GROUP => scalar getgrgid $) + 0);
    $self->launch(\%env, $program, 'daemon', (map { ('-D', "$_=$of{$_}") } sort keys %of), '-c', "$dir/icinga2.conf");
    $self->await(qr/Activated all objects/);
    return $self;
}

sub objects {
    my (%option) = @_;
    my $users = join ', ', map { qq("$_") } sort keys %{ $option{contacts} };
    my $text  = $option{objects} // '';
    $text .= <<'END';
object TimePeriod "24x7" {
  ranges = {
    monday = "00:00-24:00"
    tuesday = "00:00-24:00"
    wednesday = "00:00-24:00"
    thursday = "00:00-24:00"
    friday = "00:00-24:00"
    saturday = "00:00-24:00"
    sunday = "00:00-24:00"
  }
}
END
    $text .= qq(object User "$_" {\n  pager = "$option{contacts}{$_}"\n}\n) for sort keys %{ $option{contacts} };
    for my $host (sort keys %{ $option{hosts} }) {
        $text .= <<"END";
object Host "$host" {
  check_command = "passive"
  enable_active_checks = false
  max_check_attempts = 1
  address = "127.0.0.1"
  vars.notification.munja = {
    users = [ $users ]
  }
}
END
        $text .= <<"END" for @{ $option{hosts}{$host} };
object Service "$_" {
  host_name = "$host"
  check_command = "passive"
  enable_active_checks = false
  max_check_attempts = 1
}
END
    }
    return $text;
}

sub shown { my ($self, $output) = @_; return $output }

# It looks for those that are over once a minute only: this one is ended before.
sub downtime_over { my ($self) = @_; return $self->tell([ 'DEL_SVC_DOWNTIME', 1 ]) }

sub reload {
    my ($self) = @_;
    $self->forget;
    kill 'HUP', $self->{pid};
    return $self->await(qr/Activated all objects/);
}

1;
