package Munja::NebHost;
# Nagios with munja_neb.so: in a folder of its own, as an unprivileged user, stopped when it goes out of scope.
#     my $host = Munja::NebHost->start(world => $world, services => 300);
#     $host->command('PROCESS_SERVICE_CHECK_RESULT;web1;service 1;2;text');
#     $host->reload;  $host->stop;  $host->log
use strict;
use warnings;
use utf8;
use Munja::Test;
use POSIX ();
use Time::HiRes qw(sleep time);

our $PROGRAM = '/usr/sbin/nagios4';

sub config {
    my ($self) = @_;
    my $dir = $self->{dir};
    return <<"END";
log_file=$dir/log
cfg_file=$dir/objects.cfg
object_cache_file=$dir/objects.cache
precached_object_file=$dir/objects.precache
status_file=$dir/status
state_retention_file=$dir/retention
lock_file=$dir/lock
temp_file=$dir/temp
temp_path=$dir
check_result_path=$dir/results
command_file=$dir/command
query_socket=$dir/query
check_external_commands=1
check_workers=2
interval_length=1
execute_host_checks=0
execute_service_checks=1
check_for_updates=0
use_syslog=0
enable_environment_macros=1
enable_flap_detection=0
status_update_interval=5
illegal_macro_output_chars=`~\$&|'"<>
event_broker_options=-1
broker_module=$dir/lib/munja/munja_neb.so config=$self->{conf} munja=$dir/bin/munja
END
}

sub define {
    my ($kind, @lines) = @_;
    return join "\n ", "define $kind {", @lines, "}\n";
}

# The commands leave a mark: where the module stands in for them, they are not to run.
sub objects {
    my ($self) = @_;
    my $mark  = sub { qq(command_line /bin/sh -c "echo '\$$_[0]\$' >>$self->{dir}/ran && exec $self->{dir}/bin/munja notify -f $self->{conf} -s nagios") };
    my %pager = %{ $self->{pager} };
    my $text  = define('timeperiod', 'timeperiod_name always', 'alias always',
        map { "$_ 00:00-24:00" } qw(monday tuesday wednesday thursday friday saturday sunday));
    $text .= define('command', 'command_name munja-notify-host',    $mark->('HOSTNAME'));
    $text .= define('command', 'command_name munja-notify-service', $mark->('SERVICEDESC'));
    $text .= define('command', 'command_name check', 'command_line /bin/true');
    for my $contact (sort keys %pager) {
        $text .= define('contact', "contact_name $contact", $pager{$contact} ne '' ? "pager $pager{$contact}" : (),
            map { ("${_}_notifications_enabled 1", "${_}_notification_period always", "${_}_notification_commands munja-notify-$_",
                    "${_}_notification_options " . ($_ eq 'host' ? 'd,u,r,f,s' : 'w,u,c,r,f,s')) } qw(host service));
    }
    my @common = ('host_name web1', 'max_check_attempts 1', 'check_period always', 'notification_period always',
        'notification_interval 0', 'check_command check', 'contacts ' . join(',', sort keys %pager));
    $text .= define('host', @common, 'alias 웹 서버', 'address 192.0.2.1', '_RACK R7', 'active_checks_enabled 0');
    $text .= define('service', @common, 'service_description clock', 'check_interval 2', 'retry_interval 2');
    $text .= define('service', @common, "service_description service $_", 'active_checks_enabled 0') for 1 .. $self->{services};
    return $text;
}

# world: a Munja::World, whose folder becomes the host's; services: how many; pager: of each contact.
sub start {
    my ($class, %option) = @_;
    my $world = $option{world};
    my $self  = bless {
        world => $world, dir => "$world->{dir}", conf => $world->{conf}, services => $option{services} // 3,
        pager => $option{pager} // { kim => '010-1234-5678' }, owner => $$,
    }, $class;
    my $build = $ENV{MUNJA_BUILD} || 'build';
    mkdir "$self->{dir}/results";
    system('cp', '-R', "$build/bin", "$build/lib", $self->{dir}) == 0 or die "cannot copy $build";
    Munja::write_file("$self->{dir}/nagios.cfg", $self->config, 0644);
    Munja::write_file("$self->{dir}/objects.cfg", $self->objects, 0644);
    chmod 0711, $world->sim->dir;    # its certificate is for all
    system('chown', '-R', 'nobody:nogroup', $self->{dir}) if $> == 0;
    $self->run;
    return $self;
}

sub run {
    my ($self) = @_;
    my ($uid, $gid) = (getpwnam 'nobody')[ 2, 3 ];
    my $before = () = $self->log =~ /launched command file worker/g;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        if ($> == 0) { $) = "$gid $gid"; POSIX::setgid($gid); POSIX::setuid($uid) }
        %ENV = (PATH => $ENV{PATH}, map { exists $ENV{$_} ? ($_ => $ENV{$_}) : () } qw(ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS LD_PRELOAD));
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', "$self->{dir}/stderr";
        exec { $PROGRAM } $PROGRAM, "$self->{dir}/nagios.cfg" or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    $self->await(sub { -p "$self->{dir}/command" && (() = $self->log =~ /launched command file worker/g) > $before }, 20) or die 'nagios does not start: ' . $self->log;
    return;
}

# Whether that comes true within a while.
sub await {
    my ($self, $true, $seconds) = @_;
    return Munja::until_true($true, $seconds // 40);
}

sub log {
    my ($self) = @_;
    open my $file, '<:encoding(UTF-8)', "$self->{dir}/log" or return '';
    local $/;
    return scalar(<$file>) // '';
}

# Service names for which the command ran, not the module.
sub ran {
    my ($self) = @_;
    open my $file, '<', "$self->{dir}/ran" or return;
    return map { chomp; $_ } <$file>;
}

sub command {
    my ($self, @commands) = @_;
    open my $pipe, '>:encoding(UTF-8)', "$self->{dir}/command" or die "command: $!";
    $pipe->autoflush;
    printf $pipe "[%d] %s\n", time, $_ for @commands;
    close $pipe;
    return;
}

sub reload {
    my ($self) = @_;
    my $loads = () = $self->log =~ /munja: munja \S+ stands in/g;
    kill 'HUP', $self->{pid};
    return $self->await(sub { (() = $self->log =~ /munja: munja \S+ stands in/g) > $loads });
}

# How it ended: 0, or a signal, or undef when it had to be killed.
sub stop {
    my ($self, $signal) = @_;
    my $pid = delete $self->{pid} // return;
    kill $signal // 'TERM', $pid;
    my $until = time + 30;
    while (waitpid($pid, POSIX::WNOHANG()) == 0) {
        if (time > $until) { kill 'KILL', $pid; waitpid $pid, 0; return }
        sleep 0.05;
    }
    return $?;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    $self->stop if $self->{owner} == $$;
    return;
}

1;
