package Munja::Zabbix;
# Zabbix' server, its frontend and their database, to be asked and told as an operator's browser and agents do.
#     my $programs = Munja::Zabbix::programs();                     or the test is skipped
#     my $zabbix = Munja::Zabbix->start($programs, env => {...});
#     $zabbix->import_file('contrib/zabbix/munja.yaml', mediaTypes => 1);
#     my $ids = $zabbix->call('host.create', {...});
#     $zabbix->values([ 'web1', 'disk', 97 ]);   $zabbix->await(qr/…/);   $zabbix->restart;
use strict;
use warnings;
use utf8;
use parent 'Munja::Monitor';
use HTTP::Tiny       ();
use IO::Socket::INET ();
use JSON::PP         ();
use Time::HiRes qw(sleep time);
use Munja::Server;
use Munja::Test;

my $SHARE    = '/usr/share/zabbix-server-pgsql';
my $FRONTEND = '/usr/share/zabbix';
my $JSON     = JSON::PP->new->utf8->canonical;

sub programs {
    my ($newest) = sort { ($b =~ /(\d+)/)[0] <=> ($a =~ /(\d+)/)[0] } glob '/usr/lib/postgresql/*/bin';
    my %program = map { $_ => Munja::server($_, $newest // ()) } qw(zabbix_server postgres initdb psql php);
    -e or Munja::lacking("$_ is not there (make deps-servers)") for "$SHARE/schema.sql.gz", "$FRONTEND/api_jsonrpc.php";
    Munja::lacking('php has no pgsql (make deps-servers)') if system(qw(sh -c), '"$1" -m | grep -qx pgsql', 'sh', $program{php}) != 0;
    return \%program;
}

# The first to answer: until then, or until the process is gone.
sub until_it {
    my ($process, $what, $test) = @_;
    my $until = time + 180;
    until ($test->()) {
        die "$what: " . $process->told if time > $until || $process->is_gone;
        sleep 0.05;
    }
    return;
}

# Nothing of it must outlive the test. Of Zabbix' data all but its thousands of templates.
sub start_database {
    my ($program) = @_;
    my $base = Munja::Monitor->new(ends => 'INT');    # it does not wait for whoever is connected
    my $dir  = $base->{dir};
    my @psql = ($program->{psql}, qw(-qX -v ON_ERROR_STOP=1 -U zabbix -h), $dir, '-d');
    system(qw(sh -c), '"$@" >/dev/null', 'sh', $program->{initdb}, qw(-U zabbix -A trust -E UTF8 --locale=C.UTF-8 --no-sync -D), "$dir/data") == 0
        or die 'initdb';
    $base->launch({}, $program->{postgres}, '-D', "$dir/data", map { ('-c', $_) } 'listen_addresses=', "unix_socket_directories=$dir",
        qw(fsync=off synchronous_commit=off full_page_writes=off max_connections=50));
    until_it($base, 'postgres', sub { system(qw(sh -c), '"$@" >/dev/null 2>&1', 'sh', @psql, 'postgres', '-c', 'CREATE DATABASE zabbix') == 0 });
    my $fill = <<'END';
share=$1
shift
{ zcat "$share/schema.sql.gz"; zcat "$share/data.sql.gz" | sed '/^INSERT INTO hosts /,$d'; echo 'COMMIT;'; } | "$@" >/dev/null
END
    system(qw(sh -c), $fill, 'sh', $SHARE, @psql, 'zabbix') == 0 or die "Zabbix' schema: " . $base->told;
    $base->{psql} = [ @psql, 'zabbix' ];
    return $base;
}

# The frontend as it is installed, but for the place of its configuration, which Debian wrote into a class.
sub start_frontend {
    my ($program, $base, $server_port) = @_;
    my $frontend = Munja::Monitor->new;
    my ($dir, $port) = ($frontend->{dir}, Munja::free_port());
    Munja::write_file("$dir/zabbix.conf.php", <<"END");
<?php
\$DB['TYPE'] = 'POSTGRESQL';
\$DB['SERVER'] = '$base->{dir}';
\$DB['DATABASE'] = 'zabbix';
\$DB['USER'] = 'zabbix';
\$ZBX_SERVER = '127.0.0.1';
\$ZBX_SERVER_PORT = '$server_port';
END
    Munja::write_file("$dir/first.php", <<"END");
<?php
spl_autoload_register(function (\$class) {
    if (\$class === 'CConfigFile')
        eval('?>' . preg_replace("/(CONFIG_FILE_PATH = )'[^']*'/", "\\\\1'$dir/zabbix.conf.php'",
            file_get_contents('$FRONTEND/include/classes/core/CConfigFile.php')));
});
END
    my @settings = ("auto_prepend_file=$dir/first.php", "session.save_path=$dir", 'memory_limit=256M', 'max_execution_time=120', 'date.timezone=UTC');
    $frontend->{url}     = "http://127.0.0.1:$port";
    $frontend->{command} = [ {}, $program->{php}, '-S', "127.0.0.1:$port", '-t', $FRONTEND, map { ('-d', $_) } @settings ];
    return serve($frontend);
}

# From the beginning, or after a stop.
sub serve {
    my ($frontend) = @_;
    $frontend->launch(@{ $frontend->{command} });
    until_it($frontend, 'the frontend', sub { IO::Socket::INET->new(PeerAddr => $frontend->{url} =~ s{http://}{}r) });
    return $frontend;
}

# Before all else goes, in whatever order.
my @started;
END { local $?; $_->stop_all for @started }

# env => {...} of the server and what it runs; config => lines of zabbix_server.conf.
sub start {
    my ($class, $program, %option) = @_;
    my $self = $class->new;
    my $dir  = $self->{dir};
    push @started, $self;
    @$self{qw(program env port)} = ($program->{zabbix_server}, $option{env} // {}, Munja::free_port());
    $self->{base}     = start_database($program);
    $self->{frontend} = start_frontend($program, $self->{base}, $self->{port});
    $self->{http}     = HTTP::Tiny->new(timeout => 120);
    mkdir "$dir/alert.d" or die "$dir/alert.d: $!";
    $self->script;
    Munja::write_file("$dir/zabbix_server.conf", <<"END" . ($option{config} // ''));
ListenIP=127.0.0.1
ListenPort=$self->{port}
DBHost=$self->{base}{dir}
DBName=zabbix
DBUser=zabbix
LogFile=$dir/log
PidFile=$dir/pid
SocketDir=$dir
AlertScriptsPath=$dir/alert.d
CacheUpdateFrequency=1
Timeout=30
StartPingers=0
StartHTTPPollers=0
StartODBCPollers=0
StartTrappers=2
StartDBSyncers=2
StartLLDProcessors=1
ServiceManagerSyncFrequency=1
StartHistoryPollers=1
END
    $self->run;
    $self->{session} = $self->call('user.login', { username => 'Admin', password => 'zabbix' });
    return $self;
}

sub run {
    my ($self) = @_;
    $self->forget;
    $self->launch($self->{env}, $self->{program}, '-f', '-c', "$self->{dir}/zabbix_server.conf");
    return $self->await(qr/server #0 started/);
}

# What shall happen while it is down may be given.
sub restart {
    my ($self, $meanwhile) = @_;
    $self->stop;
    $meanwhile->() if $meanwhile;
    return $self->run;
}

# What the media type runs: munja's link, as an operator makes it, or a test's own script.
sub script {
    my ($self, $text) = @_;
    my $name = "$self->{dir}/alert.d/munja";
    if   (defined $text) { Munja::write_file("$name.new", $text, 0755) }
    else                 { symlink '/usr/local/bin/munja', "$name.new" or die "$name: $!" }
    rename "$name.new", $name or die "$name: $!";
    return;
}

# The frontend's API; a fault is told in its words.
sub call {
    my ($self, $method, $params) = @_;
    my %ask = (jsonrpc => '2.0', id => 1, method => $method, params => $params, defined $self->{session} ? (auth => $self->{session}) : ());
    my $reply = $self->{http}->post("$self->{frontend}{url}/api_jsonrpc.php",
        { headers => { 'Content-Type' => 'application/json-rpc' }, content => $JSON->encode(\%ask) });
    my $answer = eval { $JSON->decode($reply->{content}) } // die "$method: $reply->{status} $reply->{content}" . $self->{frontend}->told;
    return $answer->{result} if exists $answer->{result};
    die "$method: " . $JSON->encode($answer->{error});
}

# Ids of what was created, in its order.
sub create {
    my ($self, $what, @objects) = @_;
    my ($ids) = values %{ $self->call("$what.create", \@objects) };
    return wantarray ? @$ids : $ids->[0];
}

# A file of contrib as it is, and of what kinds its objects are.
sub import_file {
    my ($self, $path, @kinds) = @_;
    open my $file, '<:encoding(UTF-8)', $path or die "$path: $!";
    my $text = do { local $/; <$file> };
    my %rule = (createMissing => JSON::PP::true, updateExisting => JSON::PP::true);
    my %once = (createMissing => JSON::PP::true);
    return $self->call('configuration.import', { format => 'yaml', source => $text, rules => { map { $_ => $_ eq 'groups' ? \%once : \%rule } @kinds } });
}

# What agents, senders and the frontend say to the server's port.
sub trapper {
    my ($self, $request) = @_;
    my $text   = $JSON->encode($request);
    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{port}", Timeout => 60) or die "the trapper: $!";
    print {$socket} "ZBXD\1", pack('Q<', length $text), $text;
    $socket->flush;
    local $/;
    my $reply = <$socket> // '';
    return $JSON->decode(substr $reply, 13);
}

# [ HOST, KEY, VALUE ]…: how many the server took. What it does not know yet is not taken.
sub values {
    my ($self, @values) = @_;
    my $answer = $self->trapper({ request => 'sender data', data => [ map { { host => $_->[0], key => $_->[1], value => "$_->[2]" } } @values ] });
    return ($answer->{info} // '') =~ /processed: (\d+)/ ? $1 : 0;
}

# An item of which nobody is told: when the server takes its values, it has read the items made before. It reads one kind
# of object after another, so only the next time it has surely read all.
sub settle {
    my ($self, $host) = @_;
    my ($id) = map { $_->{hostid} } @{ $self->call('host.get', { filter => { host => $host }, output => ['hostid'] }) };
    for (1, 2) {
        my $key = 'settled.' . ++$self->{settled};
        $self->create(item => { hostid => $id, name => $key, key_ => $key, type => 2, value_type => 3 });
        until_it($self, 'the server does not learn', sub { $self->values([ $host, $key, 1 ]) });
    }
    return;
}

# What Zabbix knows of the messages it made.
sub alerts { my ($self, %filter) = @_; return @{ $self->call('alert.get', { output => 'extend', filter => \%filter, sortfield => 'alertid' }) } }

# One value out of Zabbix' database, or a change behind its back.
sub sql {
    my ($self, $query) = @_;
    open my $pipe, '-|', @{ $self->{base}{psql} }, '-Atc', $query or die "psql: $!";
    chomp(my $said = <$pipe> // '');
    close $pipe or die "psql: $query";
    return $said;
}

# In this order: who speaks to the database first.
sub stop_all {
    my ($self) = @_;
    $_->stop for grep { defined } $self, @$self{qw(frontend base)};
    return;
}

1;
