package Munja::Monitor;
# What Nagios and Icinga 2 have in common: a process with a log, told by a pipe what it should believe.
#     $monitor->result('웹01', '디스크', 2, "디스크 여유 3%\n둘째 줄");      no service: of the host
#     $monitor->acknowledge('웹01', '디스크', '김철수', '확인 중');           and custom, downtime
#     $monitor->await(qr/…/);   $monitor->reload;   $monitor->stop;
use strict;
use warnings;
use utf8;
use Fcntl      ();
use File::Temp ();
use POSIX      ();
use Time::HiRes qw(sleep time);
use Munja::Test;

# Its log is DIR/log, its pipe DIR/command. fault: its line of a command that answers 1.
sub new {
    my ($class, %pattern) = @_;
    my $temp = File::Temp->newdir('munja-server-XXXXXX', TMPDIR => 1);
    return bless { %pattern, temp => $temp, dir => "$temp", owner => $$, read => 0 }, $class;
}

# env => {...}: all that it has beside PATH.
sub launch {
    my ($self, $env, @command) = @_;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDIN,  '<',  '/dev/null'        or die;
        open STDOUT, '>>', "$self->{dir}/out" or die;
        open STDERR, '>&', \*STDOUT           or die;
        %ENV = (PATH => $ENV{PATH}, (map { exists $ENV{$_} ? ($_ => $ENV{$_}) : () } qw(ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS)), %$env);
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    return;
}

sub slurp {
    my ($self, $name, $offset) = @_;
    open my $file, '<', "$self->{dir}/$name" or return '';
    seek $file, $offset // 0, Fcntl::SEEK_SET();
    local $/;
    my $text = <$file> // '';
    $text =~ s/\A[\x80-\xbf]+//;    # of a character that was cut
    utf8::decode($text);
    return $text;
}

# The log since it was last said that everything before is known.
sub log { my ($self) = @_; return $self->slurp('log', $self->{read}) }
sub forget { my ($self) = @_; $self->{read} = -s "$self->{dir}/log" // 0; return }
sub told { my ($self) = @_; return $self->slurp('out') . $self->log }

# Until the log says so that many times; a server that ended says nothing any more. It ends soon, or something is wrong.
sub await {
    my ($self, $pattern, %option) = @_;
    my $until = time + 180;
    until ((() = $self->log =~ /$pattern/g) >= ($option{times} // 1)) {
        die "no $pattern: " . $self->told if time > $until || $self->is_gone;
        sleep 0.05;
    }
    return;
}

sub is_gone {
    my ($self) = @_;
    $self->{pid} = undef if defined $self->{pid} && waitpid($self->{pid}, POSIX::WNOHANG()) != 0;
    return !defined $self->{pid};
}

# Lines for the pipe. One write holds whole lines, and no more than a pipe takes in one piece.
sub tell {
    my ($self, @commands) = @_;
    my $until = time + 60;
    my $pipe;
    until (sysopen $pipe, "$self->{dir}/command", Fcntl::O_WRONLY() | Fcntl::O_NONBLOCK()) {
        die "$self->{dir}/command: $!: " . $self->told if time > $until || $self->is_gone;
        sleep 0.05;
    }
    $pipe->blocking(1);
    for my $command (@commands) {
        my $line = sprintf "[%d] %s\n", time, join ';', @$command;
        utf8::encode($line);
        die 'too long for the pipe' if length $line > POSIX::PIPE_BUF();
        syswrite($pipe, $line) == length $line or die "the pipe: $!";
    }
    close $pipe;
    return;
}

# The command, its object in front of what else it takes.
sub about {
    my ($name, $host, $service, @more) = @_;
    return defined $service ? [ sprintf($name, 'SVC'), $host, $service, @more ] : [ sprintf($name, 'HOST'), $host, @more ];
}

sub result_of {
    my ($host, $service, $code, $output) = @_;
    return [ defined $service ? ('PROCESS_SERVICE_CHECK_RESULT', $host, $service) : ('PROCESS_HOST_CHECK_RESULT', $host), $code, $output =~ s/\n/\\n/gr ];
}

sub result { my ($self, @about) = @_; return $self->tell(result_of(@about)) }
sub results { my ($self, @all) = @_; return $self->tell(map { result_of(@$_) } @all) }
sub acknowledge { my ($self, $host, $service, @says) = @_; return $self->tell(about('ACKNOWLEDGE_%s_PROBLEM', $host, $service, 1, 1, 0, @says)) }
sub custom { my ($self, $host, $service, @says) = @_; return $self->tell(about('SEND_CUSTOM_%s_NOTIFICATION', $host, $service, 2, @says)) }

# For so many seconds from now on.
sub downtime {
    my ($self, $host, $service, $seconds, @says) = @_;
    my $now = int time;
    return $self->tell(about('SCHEDULE_%s_DOWNTIME', $host, $service, $now, $now + $seconds, 1, 0, $seconds, @says));
}

sub stop {
    my ($self) = @_;
    return if !defined $self->{pid} || $self->{owner} != $$;
    local ($?, $@);
    kill $self->{ends} // 'TERM', $self->{pid};
    my $until = time + 120;
    until ($self->is_gone) {
        kill 'KILL', $self->{pid} if time > $until;
        sleep 0.02;
    }
    return;
}
sub DESTROY { my ($self) = @_; $self->stop; return }

1;
