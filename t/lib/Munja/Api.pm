package Munja::Api;
# A monitor's API that says what a test wants it to say.
#     my $api = Munja::Api->start;
#     $api->says([ 'POST /v1/actions' => 503, 'busy' ], [ '' => 200, '{…}' ]);    the first that a request fits; 0: hangs up
#     my @asked = $api->asked;      each { line, head, body }
use strict;
use warnings;
use utf8;
use File::Temp       ();
use IO::Socket::INET ();
use JSON::PP         ();
use POSIX            ();
use Time::HiRes qw(sleep time);
use Munja::Test;

my $JSON = JSON::PP->new->utf8->canonical;

sub start {
    my ($class) = @_;
    my $temp   = File::Temp->newdir('munja-api-XXXXXX', TMPDIR => 1);
    my $socket = IO::Socket::INET->new(Listen => 20, LocalAddr => '127.0.0.1') or die "listen: $!";
    my $self   = bless { temp => $temp, dir => "$temp", port => $socket->sockport, owner => $$ }, $class;
    $self->says;
    $self->{pid} = fork // die "fork: $!";
    if ($self->{pid} == 0) {
        $self->serve($socket);
        POSIX::_exit(0);
    }
    return $self;
}

sub url { my ($self) = @_; return "http://127.0.0.1:$self->{port}" }

# Each [ PATTERN, STATUS, BODY, SECONDS that pass before ]: a request is "METHOD PATH BODY".
sub says {
    my ($self, @answers) = @_;
    Munja::write_file("$self->{dir}/answers.new", $JSON->encode(\@answers) . "\n");
    rename "$self->{dir}/answers.new", "$self->{dir}/answers" or die "answers: $!";
    return;
}

sub lines {
    my ($self, $name) = @_;
    open my $file, '<', "$self->{dir}/$name" or return ();
    return map { $JSON->decode($_) } grep { /\n\z/ } <$file>;    # the last one may be half there
}

sub asked { my ($self) = @_; return $self->lines('requests') }
sub forget { my ($self) = @_; unlink "$self->{dir}/requests"; return }

sub serve {
    my ($self, $socket) = @_;
    $SIG{CHLD} = 'IGNORE';
    while (1) {
        my $client = $socket->accept or next;
        my $pid = fork // die "fork: $!";
        next if $pid != 0;
        $self->answer($client);
        POSIX::_exit(0);
    }
}

sub answer {
    my ($self, $client) = @_;
    my ($head, $body) = ('', '');
    while (my $line = <$client>) { last if $line =~ /^\r?$/; $head .= $line }
    read $client, $body, $1 if $head =~ /^content-length: *(\d+)/mi;
    my ($line) = $head =~ /^(\S+ \S+)/;
    open my $log, '>>', "$self->{dir}/requests" or die "requests: $!";
    syswrite $log, $JSON->encode({ line => $line, head => $head, body => $body }) . "\n";
    my ($answers) = $self->lines('answers');
    my ($fit) = grep { "$line $body" =~ /$_->[0]/ } @$answers;
    # Nobody waits for an answer of one that is gone.
    my ($server, $until) = (getppid, time + ($fit && $fit->[3] || 0));
    sleep 0.05 while time < $until && getppid == $server;
    return if !$fit || !$fit->[1];
    my $text = $fit->[2] // '';
    utf8::encode($text);
    print {$client} "HTTP/1.1 $fit->[1] Said\r\nContent-Type: application/json\r\nContent-Length: " . length($text) . "\r\nConnection: close\r\n\r\n$text";
    close $client;
    return;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    return if $self->{owner} != $$;
    kill 'KILL', $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

1;
