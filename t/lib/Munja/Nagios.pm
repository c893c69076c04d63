package Munja::Nagios;
# Nagios Core with the contributed file, beside it a test's own objects.
#     my $nagios = Munja::Nagios->start($program, hosts => { '웹01' => ['디스크'] }, contacts => { kim => '01012345678' });
#     $nagios->crash;   $nagios->run;   $nagios->ran
use strict;
use warnings;
use utf8;
use Cwd ();
use parent 'Munja::Monitor';
use Munja::Test;

# Its own processes, which run commands: when all are there, it has started.
my $WORKERS = 2;

# hosts => { NAME => [SERVICE…] }; contacts => { NAME => NUMBER }, all are told of everything; keys => lines of a contact;
# objects => more of them; config => lines of nagios.cfg; module => its arguments, and munja_neb.so stands in for commands;
# env => {...} of Nagios and what it runs.
sub start {
    my ($class, $program, %option) = @_;
    # The module takes alerts, whatever becomes of them; a command's run tells, and a locked store leaves all to those.
    my $fault  = defined $option{module} ? qr/munja: record=\d+ accepted|return code 1$/m : qr/return code 1$/m;
    my $module = defined $option{module} ? "broker_module=$ENV{MUNJA_BUILD}/lib/munja/munja_neb.so $option{module}\n" : '';
    my $self   = $class->new(program => $program, env => $option{env} // {}, fault => $fault);
    my $dir  = $self->{dir};
    my $user = getpwuid $>;
    my $group = getgrgid $) + 0;
    mkdir "$dir/$_" or die "$dir/$_: $!" for qw(results archive);
    Munja::write_file("$dir/objects.cfg", objects(%option));
    Munja::write_file("$dir/nagios.cfg",  <<"END" . ($option{config} // "enable_environment_macros=1\n") . $module);
cfg_file=@{[ Cwd::getcwd() ]}/contrib/nagios/munja.cfg
cfg_file=$dir/objects.cfg
log_file=$dir/log
log_archive_path=$dir/archive
object_cache_file=$dir/objects.cache
precached_object_file=$dir/objects.precache
status_file=$dir/status
state_retention_file=$dir/retention
temp_file=$dir/temp
temp_path=$dir
lock_file=$dir/lock
check_result_path=$dir/results
check_result_reaper_frequency=1
command_file=$dir/command
query_socket=$dir/query
check_workers=$WORKERS
debug_file=$dir/debug
nagios_user=$user
nagios_group=$group
check_external_commands=1
check_for_updates=0
use_syslog=0
log_initial_states=0
retain_state_information=1
log_rotation_method=n
enable_flap_detection=0
event_broker_options=-1
illegal_object_name_chars=`~!\$%^&*|'"<>?,()=
illegal_macro_output_chars=`~\$&|'"<>
END
    $self->run;
    return $self;
}

sub run {
    my ($self) = @_;
    $self->forget;
    $self->launch($self->{env}, $self->{program}, "$self->{dir}/nagios.cfg");
    return $self->await(qr/Successfully launched command file worker/);
}

# Killed, with all that it left: its process that reads commands lives on for a moment, and would take some of the next one's.
sub crash {
    my ($self) = @_;
    kill 'KILL', $self->{pid};
    Munja::until_true(sub { $self->is_gone && !Munja::alive('nagios4') }, 180) or die 'it lives on';
    return;
}

# Commands that it ran for services since what is known: "COMMAND SERVICE".
sub ran {
    my ($self) = @_;
    return map { /SERVICE NOTIFICATION: (.*)/ ? join ' ', (split /;/, $1)[ 4, 2 ] : () } split /\n/, $self->log;
}

sub objects {
    my (%option) = @_;
    my @contacts = sort keys %{ $option{contacts} };
    my $text = ($option{objects} // '') . <<'END';
define timeperiod {
    timeperiod_name 24x7
    alias always
    sunday 00:00-24:00
    monday 00:00-24:00
    tuesday 00:00-24:00
    wednesday 00:00-24:00
    thursday 00:00-24:00
    friday 00:00-24:00
    saturday 00:00-24:00
}
define command {
    command_name nothing
    command_line /bin/true
}
END
    my $told = <<"END" . '    contacts ' . join(',', @contacts) . "\n";
    max_check_attempts 1
    active_checks_enabled 0
    check_command nothing
    check_period 24x7
    notification_period 24x7
    notification_interval 0
END
    $text .= "define contact {\n    use munja-contact\n    contact_name $_\n    pager $option{contacts}{$_}\n" . ($option{keys} // '') . "}\n" for @contacts;
    for my $host (sort keys %{ $option{hosts} }) {
        $text .= "define host {\n    host_name $host\n    address 127.0.0.1\n${told}}\n";
        $text .= "define service {\n    host_name $host\n    service_description $_\n${told}}\n" for @{ $option{hosts}{$host} };
    }
    return $text;
}

# A semicolon separates the fields of its commands, a backslash and a letter are one character, and what a shell could take for
# its own is left out of arguments.
sub shown {
    my ($self, $output, %option) = @_;
    return $option{short} ? $output =~ tr/`~$&|'"<>//dr : $output;
}

# One that is over before it is read is none: it must last longer than a machine can be busy with something else. It ends by itself.
sub downtime_seconds { return 8 }
sub downtime_over    { return }

# A result that is too long for the pipe, its line ends written \n, as a file that it looks for.
sub spool {
    my ($self, $host, $service, $code, $output) = @_;
    my ($name, $now) = ("$self->{dir}/results/c000001", time);
    Munja::write_file($name, <<"END");
file_time=$now
host_name=$host
service_description=$service
check_type=1
start_time=$now.0
finish_time=$now.0
early_timeout=0
exited_ok=1
return_code=$code
output=$output
END
    Munja::write_file("$name.ok", '');
    return;
}

sub reload {
    my ($self) = @_;
    $self->forget;
    kill 'HUP', $self->{pid};
    return $self->await(qr/Registry request/, times => $WORKERS);
}

1;
