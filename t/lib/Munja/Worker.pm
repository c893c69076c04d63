package Munja::Worker;
# The resident worker as an object: started and ready, stopped when it goes out of scope.
#     my $worker = Munja::Worker->start($conf);
#     $worker->signal('HUP');   $worker->stop;   $worker->log;
use strict;
use warnings;
use utf8;
use File::Temp ();
use POSIX      ();
use Time::HiRes qw(sleep time);
use Munja::Test;

# env => {...}: more of it; quick => 1: do not wait until it is ready; under => [...]: a command that runs it.
sub start {
    my ($class, $conf, %option) = @_;
    my $temp = File::Temp->newdir('munja-worker-XXXXXX', TMPDIR => 1);
    my $self = bless { temp => $temp, dir => "$temp", owner => $$ }, $class;
    my $program = Munja::program();
    my $pid     = fork // die "fork: $!";
    if ($pid == 0) {
        open STDIN,  '<', '/dev/null'         or die;
        open STDOUT, '>', "$self->{dir}/out"  or die;
        open STDERR, '>>', "$self->{dir}/log" or die;
        %ENV = (
            PATH => $ENV{PATH},
            (map { exists $ENV{$_} ? ($_ => $ENV{$_}) : () } qw(ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS LD_LIBRARY_PATH)),
            %{ $option{env} // {} }
        );
        my @command = (@{ $option{under} // [] }, $program, 'worker', '-f', $conf);
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    $self->await(qr/^worker=ready/m) if !$option{quick};
    return $self;
}

sub slurp {
    my ($self, $name) = @_;
    open my $file, '<', "$self->{dir}/$name" or return '';
    local $/;
    return scalar <$file> // '';
}

sub pid { return $_[0]{pid} }
sub log { return $_[0]->slurp('log') }
sub out { return $_[0]->slurp('out') }
sub tail { my @line = split /^/, $_[0]->log; return join '', @line > 20 ? @line[ -20 .. -1 ] : @line }

# Until the log says so, or the worker is gone: whether it does.
sub await {
    my ($self, $pattern, $seconds) = @_;
    my $until = time + ($seconds // 20);
    until ($self->log =~ $pattern) {
        return 0 if time > $until || $self->is_gone;
        sleep 0.01;
    }
    return 1;
}

sub is_gone {
    my ($self) = @_;
    return 1 if !defined $self->{pid};
    return 0 if waitpid($self->{pid}, POSIX::WNOHANG()) != $self->{pid};
    $self->{status} = $?;
    $self->{pid}    = undef;
    return 1;
}

# Memory in KiB, now and the most so far; a worker that ended by itself is a fault.
sub memory {
    my ($self) = @_;
    die "the worker ended by itself, status $self->{status}: " . $self->tail if $self->is_gone;
    my $text = '';
    if (open my $file, '<', "/proc/$self->{pid}/status") { $text = join '', <$file> }
    return map { $text =~ /^$_:\s+(\d+)/m ? $1 : 0 } qw(VmRSS VmHWM);
}

sub signal { my ($self, $name) = @_; kill $name, $self->{pid} if defined $self->{pid}; return }

# Stopped where it rests: not in the middle of a commit, with that store locked.
sub halt {
    my ($self, $store) = @_;
    my $halted = Munja::until_true(sub {
        $self->signal('STOP');
        Munja::until_true(sub { open my $file, '<', "/proc/$self->{pid}/stat" or die "stat: $!"; <$file> =~ /\) T / });
        return 1 if Munja::run(program => 'sqlite3', args => [ '-bail', $store, 'BEGIN IMMEDIATE; ROLLBACK' ])->{exit} == 0;
        $self->signal('CONT');
        return 0;
    });
    die 'the worker locks its store all the time' if !$halted;
    return;
}

# Ask it to end, and wait: its exit code, or undef when a signal or our patience ended it.
sub stop {
    my ($self, $signal) = @_;
    $self->signal($signal // 'TERM');
    my $until = time + 30;
    while (!$self->is_gone) {
        $self->signal('KILL') if time > $until;
        sleep 0.01;
    }
    return $self->{status} & 127 ? undef : $self->{status} >> 8;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    return if !defined $self->{pid} || $self->{owner} != $$;
    kill 'KILL', $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

1;
