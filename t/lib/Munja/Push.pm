package Munja::Push;
# A gateway that pushes, as clumsily as one likes.
#     my $push = Munja::Push->new($port);                  on 127.0.0.1, or host => '::1'
#     $push->post('/hook/plex/token', $body)->{status}     status 0: closed without an answer
#     my @answers = $push->all($width, [$path, $body], …)  so many at once, in this order
#     Munja::Push::plex($webhook) and ::report, ::reply for SMS57-SMGW are bodies
use strict;
use warnings;
use utf8;
use IO::Socket::IP ();
use JSON::PP       ();
use Socket         qw(SOCK_STREAM);
use Time::HiRes    qw(sleep time);

sub new {
    my ($class, $port, %option) = @_;
    return bless { port => $port, host => $option{host} // '127.0.0.1' }, $class;
}

sub json { return JSON::PP->new->utf8->canonical->encode($_[0]) }
sub plex { my ($key, $code) = @_; return json({ results => [ { code => $code // '0', desc => '성공', dest => 'SKT', done_date => '2026-10-22 13:52:44.390', msg_key => $key, message_type => 'SMS' } ] }) }
sub report { my ($mid, $mobile, $stat) = @_; return { flag => 1, mid => $mid, spid => '922011', accessCode => '10690', mobile => $mobile, stat => $stat // 'DELIVRD', time => '2026-04-12 01:38:21' } }
sub reply { my ($mid, $mobile, $content) = @_; return { flag => 0, mid => $mid, spid => '922011', accessCode => '10690', mobile => $mobile, content => $content, time => '2026-04-12 01:38:21' } }
sub list { return json([@_]) }

sub connect {
    my ($self) = @_;
    return IO::Socket::IP->new(PeerHost => $self->{host}, PeerPort => $self->{port}, Type => SOCK_STREAM, Timeout => 20);
}

# A request as text. Options: method, headers => [...], length => what it says its body has (undef: nothing).
sub request {
    my ($path, $body, %option) = @_;
    my $length = exists $option{length} ? $option{length} : length $body;
    my $method = $option{method} // 'POST';
    return join("\r\n", "$method $path HTTP/1.1", 'Host: munja', 'Connection: close', (defined $length ? "Content-Length: $length" : ()),
        @{ $option{headers} // [] }, '', '') . $body;
}

# What came, as { status, body, type }.
sub parse {
    my ($text) = @_;
    my ($head, $body) = split /\r\n\r\n/, $text // '', 2;
    my ($status) = ($head // '') =~ m{\AHTTP/1\.1 (\d+) };
    my %header = map { /^([\w-]+): *(.*)$/ ? (lc $1 => $2) : () } split /\r\n/, $head // '';
    return { status => $status // 0, body => $body // '', header => \%header };
}

sub read_all {
    my ($socket, $seconds) = @_;
    my ($text, $until) = ('', time + ($seconds // 30));
    while (time < $until) {
        vec(my $wait = '', $socket->fileno, 1) = 1;
        next if select($wait, undef, undef, 0.2) < 1;
        last if !sysread $socket, $text, 65536, length $text;
    }
    return $text;
}

sub send_text {
    my ($self, $text) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $socket = $self->connect or return parse('');
    $socket->blocking(1);
    for (my $at = 0; $at < length $text;) {
        # Over a network, in pieces; and as many clients have it: who cannot say all hears nothing.
        $at += syswrite($socket, $text, 30_000, $at) // return parse('');
        sleep 0.001 if $at < length $text;
    }
    return parse(read_all($socket));
}

sub post { my ($self, $path, $body, %option) = @_; return $self->send_text(request($path, $body, %option)) }
sub get { my ($self, $path, @headers) = @_; return $self->send_text(request($path, '', method => 'GET', length => undef, headers => \@headers)) }

# So many requests under way at any time; each is small enough to be written at once.
sub all {
    my ($self, $width, @requests) = @_;
    my (@answer, %open);
    local $SIG{PIPE} = 'IGNORE';
    my $next = 0;
    while ($next < @requests || %open) {
        while (keys %open < $width && $next < @requests) {
            my $socket = $self->connect or die "connect: $@";
            syswrite $socket, request(@{ $requests[$next] });
            $open{ $socket->fileno } = { socket => $socket, index => $next++, text => '' };
        }
        my $wait = '';
        vec($wait, $_, 1) = 1 for keys %open;
        die 'no answer for 60 s' if select($wait, undef, undef, 60) < 1;
        for my $fd (grep { vec $wait, $_, 1 } keys %open) {
            my $one = $open{$fd};
            next if sysread $one->{socket}, $one->{text}, 65536, length $one->{text};
            $answer[ $one->{index} ] = parse($one->{text});
            delete $open{$fd};
        }
    }
    return @answer;
}

1;
