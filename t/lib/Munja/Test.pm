package Munja::Test;
# For journeys: a folder with a configuration, munja run in it, the simulator beside it.
#     use lib 't/lib';
#     use Munja::Test;
#     my $sim = Munja::Sim->start;
#     my $dir = Munja::folder();
#     my $conf = Munja::config($dir, $sim);
#     my $run = Munja::run(args => ['notify', '-f', $conf, '--to', '01012345678', 'subject', 'text']);
#     is($run->{exit}, 0);  is(($sim->phone('01012345678'))[0]{text}, ...);
use strict;
use warnings;
use utf8;
use Munja::Sim;

package Munja;
use Fcntl            ();
use File::Temp       ();
use IO::Handle       ();
use IO::Socket::INET ();
use JSON::PP         ();
use POSIX            ();
use Time::HiRes qw(sleep time);

# The providers of a configuration, in its order: name and api.
our @PROVIDERS = ([ joa => 'smsjoa' ], [ nanumi => 'nanuminet' ], [ plex => 'apiplex' ],
    [ nsms => 'notificationsms' ], [ cn => 'sms57' ]);

sub folder { return File::Temp->newdir('munja-XXXXXX', TMPDIR => 1) }

sub program { return ($ENV{MUNJA_BUILD} || 'build') . '/bin/munja' }

sub write_file {
    my ($path, $text, $mode) = @_;
    utf8::encode($text) if utf8::is_utf8($text);
    sysopen my $file, $path, Fcntl::O_WRONLY() | Fcntl::O_CREAT() | Fcntl::O_TRUNC(), $mode // 0644
        or die "$path: $!";
    print $file $text;
    close $file or die "$path: $!";
    return $path;
}

# Single quotes keep a $ from being expanded.
sub quoted {
    my ($value) = @_;
    return $value if $value =~ /^(?:true|false|\d+)$/;
    return $value =~ /\$/ ? "'$value'" : '"' . $value =~ s/(["\\])/\\$1/gr . '"';
}

# Write DIR/munja.conf and return its path. Options:
#   providers => ['joa', 'cn']        which, in this order (default: all five)
#   set       => { joa => { url => …, timeout => 3 } }   more or other keys of a provider; undef leaves one out
#   inline    => 1                    secrets in the file itself, not in files beside it
#   global    => "timeout = 5\n"      text before, and
#   text      => "route …\n"          after the providers
#   name      => 'other.conf'
sub config {
    my ($dir, $sim, %option) = @_;
    my %api = map { @$_ } @PROVIDERS;
    my $text = "store = \"$dir/munja.db\"\n" . ($option{global} // '');
    for my $name (@{ $option{providers} // [ map { $_->[0] } @PROVIDERS ] }) {
        my %key = (%{ $Munja::Sim::ACCOUNT{ $api{$name} } }, api => $api{$name}, url => $sim->url);
        if   ($sim->ca) { $key{ca_file}   = $sim->ca }
        else            { $key{plaintext} = 'true' }
        if (!$option{inline}) {
            write_file("$dir/$name.key", delete($key{secret}) . "\n", 0600);
            $key{secret_file} = "$name.key";
        }
        %key = (%key, %{ $option{set}{$name} // {} });
        my @lines = map { "    $_ = " . quoted($key{$_}) . "\n" } grep { defined $key{$_} } sort keys %key;
        $text .= "provider \"$name\" {\n" . join('', @lines) . "}\n";
    }
    return write_file("$dir/" . ($option{name} // 'munja.conf'), $text . ($option{text} // ''), 0600);
}

# Run munja (or another program) and wait: { exit, signal, out, err, wall }, texts as bytes. One that a signal ended has
# no exit code that could be taken for success: as in a shell, 128 and the signal.
#   args => [...]   env => { NAME => value }: nothing else is inherited   stdin => text   program => path
#   limit => seconds after which it is killed (60)
sub run {
    my (%option) = @_;
    my $dir = File::Temp->newdir('munja-run-XXXXXX', TMPDIR => 1);
    my @command = ($option{program} // program(), @{ $option{args} // [] });
    my %env = (
        PATH => $ENV{PATH},
        (map { exists $ENV{$_} ? ($_ => $ENV{$_}) : () } qw(ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS LD_LIBRARY_PATH)),
        %{ $option{env} // {} }
    );
    utf8::is_utf8($_) && utf8::encode($_) for @command, values %env;
    my $stdin = defined $option{stdin} ? write_file("$dir/in", $option{stdin}) : '/dev/null';
    my $start = time;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDIN,  '<', $stdin     or die;
        open STDOUT, '>', "$dir/out" or die;
        open STDERR, '>', "$dir/err" or die;
        %ENV = %env;
        no warnings 'exec';
        exec { $command[0] } @command;
        print STDERR "$command[0]: $!\n";
        POSIX::_exit(127);
    }
    my $killed = 0;
    {
        local $SIG{ALRM} = sub { $killed = 1; kill 'KILL', $pid };
        alarm($option{limit} // 60);
        1 until waitpid($pid, 0) == $pid;
        alarm 0;
    }
    my %run = (exit => $? & 127 ? 128 + ($? & 127) : $? >> 8, signal => $? & 127, wall => time - $start, killed => $killed);
    for my $name (qw(out err)) {
        open my $file, '<', "$dir/$name" or die "$name: $!";
        local $/;
        $run{$name} = <$file> // '';
    }
    return \%run;
}

# Do the work for each, in some processes at a time (2 unless the first is a number of them in a reference); what it
# returns, plain data, comes back by its name.
sub each_of {
    my $shards = ref $_[0] eq 'SCALAR' ? ${ shift @_ } : 2;
    my ($work, @names) = @_;
    my (%all, @children);
    for my $shard (0 .. $shards - 1) {
        my $pid = open(my $pipe, '-|') // die "fork: $!";
        if ($pid == 0) {
            my %mine;
            my $done = eval { $mine{$_} = $work->($_) for @names[ grep { $_ % $shards == $shard } 0 .. $#names ]; 1 };
            print STDOUT $done ? JSON::PP->new->utf8->encode(\%mine) : $@;
            close STDOUT;
            POSIX::_exit(!$done);
        }
        push @children, $pipe;
    }
    for my $pipe (@children) {
        my $said = join '', <$pipe>;
        close $pipe or die $said;
        %all = (%all, %{ JSON::PP->new->utf8->decode($said) });
    }
    return \%all;
}

# Until it holds, for a machine that is busy with something else, too: whether it does in so many seconds (20).
sub until_true {
    my ($true, $seconds) = @_;
    my $until = time + ($seconds // 20);
    until ($true->()) {
        return 0 if time > $until;
        sleep 0.02;
    }
    return 1;
}

# Hold a store's lock, as a backup may, until it is let go.
sub locked {
    my ($store) = @_;
    open my $pipe, '|-', 'sqlite3', $store or die "sqlite3: $!";
    $pipe->autoflush(1);
    unlink "$store.locked";
    print $pipe ".bail on\n.timeout 20000\nBEGIN IMMEDIATE;\n.shell touch $store.locked\n";
    until_true(sub { -e "$store.locked" }, 40) or die "$store: cannot be locked";
    return $pipe;
}

# Not by the end of its input alone, which a process forked meanwhile may hold, too.
sub let_go { my ($lock) = @_; print $lock ".quit\n"; return close $lock }

# Free a moment ago, and hardly anybody's by now. Some servers take none above 32767, where the system's own choice begins.
sub free_port {
    for (1 .. 100) {
        my $port = 10000 + int rand 22000;
        return $port if IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', LocalPort => $port);
    }
    die 'no free port';
}

# A phone that no other alert of this test went to.
my $phones = 0;
sub phone { return sprintf '010%08d', ++$phones }

1;
