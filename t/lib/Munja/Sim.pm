package Munja::Sim;
# The gateway simulator as an object: started in a folder of its own, stopped when it goes out of scope.
use strict;
use warnings;
use utf8;
use Digest::SHA  qw(hmac_sha256_hex);
use File::Temp   ();
use JSON::PP     ();
use MIME::Base64 qw(encode_base64);
use POSIX        ();
use Time::HiRes qw(sleep time);

# What gatewaysim --help says: the accounts and how munja.conf calls them.
our %ACCOUNT = (
    smsjoa          => { user => 'client-id',       secret => 'api-key',       from => '0212345678' },
    notificationsms => { user => 'ops@example.com', secret => 'nsms-password', from => '0212345678' },
    apiplex         => { user => 'plex-id',         secret => 'plex-secret',   from => '0212345678' },
    nanuminet       => { user => 'nanumi-key',      secret => 'nanumi-secret', from => '16441447', hash => 'sha256' },
    sms57           => {
        user      => '922011',
        secret    => 'sms57-secret',
        extno     => '10690231221',
        sign      => 'md5',
        signature => '【运维】',
    },
);

sub program { return ($ENV{MUNJA_BUILD} || 'build') . '/t/gatewaysim' }

# plain => 1: without TLS; config => {...}: DIR/config; cert, key: files; port.
sub start {
    my ($class, %option) = @_;
    my $temp = File::Temp->newdir('gatewaysim-XXXXXX', TMPDIR => 1);
    my $self = bless { temp => $temp, dir => "$temp", plain => $option{plain}, config => {}, faults => 0 }, $class;
    $self->config(%{ $option{config} }) if $option{config};
    my @args = ('--dir', $self->{dir}, $option{plain} ? '--plain' : ());
    push @args, "--$_", $option{$_} for grep { defined $option{$_} } qw(port cert key);
    $self->{owner} = $$;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        # A test's output is read to its end: the simulator must not hold it open.
        open STDOUT, '>', "$self->{dir}/stdout";
        open STDERR, '>', "$self->{dir}/stderr";
        exec { program() } program(), @args or do { warn program() . ": $!"; require POSIX; POSIX::_exit(127) };
    }
    $self->{pid} = $pid;
    my $until = time + 20;
    until (-e "$self->{dir}/port") {
        if (waitpid($pid, 1) == $pid || time > $until) {
            my $why = $self->slurp('stderr');
            die "gatewaysim did not start: $why";
        }
        sleep 0.005;
    }
    chomp($self->{port} = $self->slurp('port'));
    return $self;
}

sub slurp {
    my ($self, $name) = @_;
    open my $file, '<', "$self->{dir}/$name" or return '';
    local $/;
    return scalar <$file> // '';
}

# What is being written at this moment has no end yet.
sub lines {
    my ($self, $name) = @_;
    return map { JSON::PP->new->utf8->decode($_) } $self->slurp($name) =~ /^(.+)\n/mg;
}

sub dir  { return $_[0]{dir} }
sub port { return $_[0]{port} }
sub ca   { return $_[0]{plain} ? undef : "$_[0]{dir}/ca.crt" }

sub url {
    my ($self) = @_;
    return ($self->{plain} ? 'http' : 'https') . "://127.0.0.1:$self->{port}" . ($self->{config}{prefix} // '');
}

# Texts on one phone, oldest first; numbers of all phones.
sub phone { my ($self, $number) = @_; return $self->lines("phones/$number") }
sub phones { my ($self) = @_; my @numbers = sort map { s{.*/}{}r } glob "$self->{dir}/phones/*"; return @numbers }

# Requests so far; requests(gateway => 'smsjoa', action => 'send') picks.
sub requests {
    my ($self, %want) = @_;
    return grep {
        my $request = $_;
        !grep { ($request->{$_} // '') ne $want{$_} } keys %want
    } $self->lines('requests.jsonl');
}

sub last_request { my ($self) = @_; return JSON::PP->new->utf8->decode(($self->slurp('requests.jsonl') =~ /^(.+)\n/mg)[-1]) }

# Reservations with their state (waiting, sent, cancelled); reservations(state => 'waiting') picks. What API PLEX
# would push.
sub reservations {
    my ($self, %want) = @_;
    return grep { my $one = $_; !grep { $one->{$_} ne $want{$_} } keys %want } $self->lines('reservations');
}
sub webhooks { my ($self) = @_; return $self->lines('webhooks') }

sub violations { my ($self) = @_; return split /\n/, $self->slurp('violations') }

# Written in place: what reads the same twice is whole.
sub stats {
    my ($self) = @_;
    my ($before, $now) = ('', $self->slurp('stats.json'));
    ($before, $now) = ($now, $self->slurp('stats.json')) until $now eq $before;
    return length $now ? JSON::PP->new->utf8->decode($now) : {};
}

sub write_whole {
    my ($self, $name, $text) = @_;
    open my $file, '>', "$self->{dir}/$name.new" or die "$name: $!";
    print $file $text;
    close $file or die "$name: $!";
    rename "$self->{dir}/$name.new", "$self->{dir}/$name" or die "$name: $!";
    return;
}

# Change settings; the others stay.
sub config {
    my ($self, %change) = @_;
    $self->{config} = { %{ $self->{config} }, %change };
    $self->write_whole('config', JSON::PP->new->utf8->canonical->encode($self->{config}));
    return;
}

# Something goes wrong from now on: fault(match => '/1/send', do => 'status', status => 503, times => 1).
sub fault {
    my ($self, @fault) = @_;
    my %fault = ref $fault[0] ? %{ $fault[0] } : @fault;
    my $line = JSON::PP->new->utf8->canonical->encode({ %fault, id => ++$self->{faults} });
    $self->write_whole('faults', $self->slurp('faults') . "$line\n");
    return;
}
sub faults_clear { my ($self) = @_; $self->write_whole('faults', ''); return }

# In the place of all others, so that no request meets none in between.
sub only_fault {
    my ($self, %fault) = @_;
    $self->write_whole('faults', JSON::PP->new->utf8->canonical->encode({ %fault, id => ++$self->{faults} }) . "\n");
    return;
}

# One request is handled at once, and answered when it is let: my $held = hold(match => '/1/send'); …; let($held).
# Whoever asked may lose patience before.
sub hold {
    my ($self, %fault) = @_;
    my $name = 'let-' . ($self->{faults} + 1);
    $self->fault(do => 'delay', ms => 300_000, times => 1, %fault, until => $name);
    return $name;
}
sub let { my ($self, $name) = @_; $self->write_whole($name, ''); return }

# That many seconds pass for reservations, results and lists; what became due is on the phones afterwards.
sub later {
    my ($self, $seconds) = @_;
    my $skew = ($self->{config}{clock_skew_s} // 0) + $seconds;
    $self->config(clock_skew_s => $skew);
    my $until = time + 20;
    sleep 0.02 while time < $until && grep { $_->{due} <= $self->now } $self->reservations(state => 'waiting');
    return;
}

# The clock of reservations, results and lists.
sub now { my ($self) = @_; return CORE::time + ($self->{config}{clock_skew_s} // 0) }

# It says noon of this day in Korea: neither the day nor the month ends while a test looks at it.
sub noon { my ($self) = @_; $self->config(clock_skew_s => 12 * 3600 - (CORE::time + 9 * 3600) % 86400); return }

# Something comes from a phone, or a report: inbound(mobile => …, content => … or stat => …).
sub inbound {
    my ($self, %item) = @_;
    my $line = JSON::PP->new->utf8->canonical->encode({ gateway => 'sms57', %item });
    $self->write_whole('inbound', $self->slurp('inbound') . "$line\n");
    return;
}

# The smallest JPEG that says so big it is, filled up to that many bytes.
sub jpeg {
    my ($width, $height, $bytes) = @_;
    my $head = "\xff\xd8\xff\xe0" . pack('n', 16) . "JFIF\0\1\1\0\0\1\0\1\0\0";
    my $rest = "\xff\xc0" . pack('nCnnC', 11, 8, $height, $width, 1) . "\1\x11\0";
    $rest .= "\xff\xda" . pack('nC', 8, 1) . "\1\0\0\x3f\0\x2a\xff\xd9";
    for (my $more = ($bytes // 0) - length($head . $rest); $more > 3;) {
        my $part = $more > 60000 ? 60000 : $more;
        $head .= "\xff\xfe" . pack('n', $part - 2) . 'x' x ($part - 4);
        $more -= $part;
    }
    return $head . $rest;
}

# curl as a second client: status and body of one request. Further arguments go to curl.
sub curl {
    my ($self, $path, @args) = @_;
    my @command = ('curl', '-sS', '-m', '20', '-o', "$self->{dir}/curl.body", '-w', '%{http_code}');
    push @command, '--cacert', $self->ca if $self->ca;
    utf8::encode($_) for @args;
    open my $pipe, '-|', @command, @args, $self->url . $path or die "curl: $!";
    my $status = <$pipe>;
    close $pipe;
    my $answer = { status => $status + 0, exit => $? >> 8, body => $self->slurp('curl.body') };
    unlink "$self->{dir}/curl.body";
    $answer->{json} = eval { JSON::PP->new->utf8->decode($answer->{body}) } if length $answer->{body} < 1 << 20;
    return $answer;
}

sub post_json {
    my ($self, $path, $object, @headers) = @_;
    my $text = JSON::PP->new->canonical->encode($object);
    return $self->curl($path, '--data-raw', $text, map { ('-H', $_) } @headers);
}
sub post_form {
    my ($self, $path, $form, @headers) = @_;
    return $self->curl($path, (map { ('--data-urlencode', "$_=$form->{$_}") } sort keys %$form), map { ('-H', $_) } @headers);
}

# The headers of one who has logged in there.
sub login {
    my ($self, $gateway) = @_;
    my $account = $ACCOUNT{$gateway};
    if ($gateway eq 'smsjoa') {
        my $basic = encode_base64("$account->{user}:$account->{secret}", '');
        my $answer = $self->curl('/1/token', '-X', 'POST', '-H', "Authorization: Basic $basic");
        return "Authorization: Bearer $answer->{json}{token}";
    }
    if ($gateway eq 'notificationsms') {
        my $json = 'Content-Type: application/json';
        my $answer = $self->post_json('/api/v1/login', { email => $account->{user}, password => $account->{secret} }, $json);
        return ($json, "Authorization: Bearer $answer->{json}{token}");
    }
    if ($gateway eq 'nanuminet') {
        my $date = POSIX::strftime('%Y-%m-%dT%H:%M:%S+09:00', gmtime(time + 9 * 3600));
        my $signature = hmac_sha256_hex("$account->{user}$date", $account->{secret});
        my @headers = ("X-NNM-APIKEY: $account->{user}", "X-NNM-DATE: $date", 'X-NNM-HASH: sha256', "X-NNM-SIGNATURE: $signature");
        return "X-NNM-ACCESSTOKEN: " . $self->curl('/v1/auth', map { ('-H', $_) } @headers)->{json}{access_token};
    }
    return ('Content-Type: application/json;charset=utf-8', "Authorization: $account->{user};$account->{secret}");
}

sub stop {
    my ($self) = @_;
    return unless $self->{pid} && $self->{owner} == $$;
    kill 'TERM', $self->{pid};
    local $?;
    waitpid $self->{pid}, 0;
    delete $self->{pid};
    return;
}
sub DESTROY { my ($self) = @_; $self->stop; return }

1;
