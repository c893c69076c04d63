package Munja::Icinga;
# Icinga 2 with the contributed file, beside it a test's own objects; its options are those of Munja::Nagios.
use strict;
use warnings;
use utf8;
use Cwd ();
use parent 'Munja::Monitor';
use Munja::Test;

# Beside those: objects => text of the configuration; api => { USER => [PERMISSION…] }: its REST API, with certificates of the
# node's name; a user's password is the name backwards.
sub start {
    my ($class, $program, %option) = @_;
    my $self = $class->new(fault => qr/terminated with exit code 1,/);
    my $dir  = $self->{dir};
    my %of   = (ConfigDir => $dir, map { $_ . 'Dir' => "$dir/$_" } qw(Data Log Cache Spool InitRun));
    for my $place (grep { $_ ne $dir } values %of) { mkdir $place or die "$place: $!" }
    Munja::write_file("$dir/icinga2.conf", objects(%option) . ($option{api} ? $self->api_objects($option{api}) : '') . <<"END");
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
    $self->{command} = [ \%env, $program, 'daemon', (map { ('-D', "$_=$of{$_}") } sort keys %of), '-c', "$dir/icinga2.conf" ];
    $self->again;
    return $self;
}

# After a stop, with all that it remembers.
sub again {
    my ($self) = @_;
    $self->forget;
    $self->launch(@{ $self->{command} });
    return $self->await(qr/Activated all objects/);
}

# Its certificates say who it is, not where: as icinga2 api setup makes them.
sub api_objects {
    my ($self, $users) = @_;
    my $certs = "$self->{dir}/Data/certs";
    mkdir $certs or die "$certs: $!";
    my @ec   = qw(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes);
    my $make = sub { system(qw(sh -c), '"$@" 2>/dev/null', 'sh', 'openssl', @_) == 0 or die "openssl @_" };
    Munja::write_file("$certs/san", "subjectAltName=DNS:munja\n");
    $make->(qw(req -x509 -days 2 -subj), '/CN=Icinga CA', @ec, '-keyout', "$certs/ca.key", '-out', "$certs/ca.crt");
    $make->(qw(req -new -subj /CN=munja), @ec, '-keyout', "$certs/munja.key", '-out', "$certs/munja.csr");
    $make->(qw(x509 -req -days 2 -CAcreateserial -CA), "$certs/ca.crt", '-CAkey', "$certs/ca.key", '-in', "$certs/munja.csr", '-out', "$certs/munja.crt", '-extfile', "$certs/san");
    my $port = $self->{port} = Munja::free_port();
    $self->{ca} = "$certs/ca.crt";
    my $text = qq(object ApiListener "api" {\n  bind_host = "127.0.0.1"\n  bind_port = $port\n}\n);
    $text .= sprintf qq(object ApiUser "%s" {\n  password = "%s"\n  permissions = [ %s ]\n}\n), $_, scalar reverse($_), join ', ', map { qq("$_") } @{ $users->{$_} } for sort keys %$users;
    return $text . qq(object Endpoint "munja" {}\nobject Zone "munja" { endpoints = [ "munja" ] }\n);
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
sub downtime_seconds { return 600 }
sub downtime_over { my ($self) = @_; return $self->tell([ 'DEL_SVC_DOWNTIME', 1 ]) }

sub reload {
    my ($self) = @_;
    $self->forget;
    kill 'HUP', $self->{pid};
    return $self->await(qr/Activated all objects/);
}

1;
