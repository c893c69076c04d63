package Munja::Proxy;
# A web server with its file of contrib/ before a worker, with a certificate and ports of the test's.
#     my $proxy = Munja::Proxy->new('nginx', $port_of_the_worker);   undef: that web server is not there
#     $proxy->check                    what it says of the file, '' when it is sound
#     $proxy->start; $proxy->curl('/hook/plex/token', '-d', $body)->{status}
use strict;
use warnings;
use utf8;
use File::Temp ();
use POSIX      ();
use Time::HiRes qw(sleep time);
use Munja::Push;
use Munja::Test;

my %PROGRAM = (nginx => 'nginx', apache => 'apache2');
my @MODULES = qw(mpm_event authz_core ssl headers proxy proxy_http reqtimeout);
my $MODULES = '/usr/lib/apache2/modules';

sub new {
    my ($class, $kind, $worker) = @_;
    my ($program) = grep { -x } map { "$_/$PROGRAM{$kind}" } split(/:/, $ENV{PATH}), '/usr/sbin';
    return if !defined $program || ($kind eq 'apache' && grep { !-e "$MODULES/mod_$_.so" } @MODULES);
    my $temp = File::Temp->newdir('munja-proxy-XXXXXX', TMPDIR => 1);
    chmod 0755, "$temp";
    my $self = bless { temp => $temp, dir => "$temp", kind => $kind, program => $program, port => Munja::free_port(), owner => $$ }, $class;
    open my $file, '<:encoding(UTF-8)', "contrib/$kind/munja.conf" or die "contrib/$kind: $!";
    my $text = join '', <$file>;
    $text =~ s/:8057\b/:$worker/g;
    $text =~ s/^( +listen )\[::\]:443.*\n//mg;
    $text =~ s/^( +listen )443\b/${1}127.0.0.1:$self->{port}/mg;
    $text =~ s/\*:443\b/127.0.0.1:$self->{port}/g;
    $text =~ s{/etc/ssl/\w+/munja}{$self->{dir}/munja}g;
    Munja::write_file("$self->{dir}/munja.conf", $text);
    $self->make_certificate;
    Munja::write_file("$self->{dir}/main.conf", $kind eq 'nginx' ? $self->nginx_conf : $self->apache_conf);
    return $self;
}

sub make_certificate {
    my ($self) = @_;
    my @command = ('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', 2,
        '-subj', '/CN=munja.example.org', '-addext', 'subjectAltName=DNS:munja.example.org',
        '-keyout', "$self->{dir}/munja.key", '-out', "$self->{dir}/munja.pem");
    my $run = Munja::run(program => 'openssl', args => [ @command[ 1 .. $#command ] ]);
    die "openssl: $run->{err}" if $run->{exit} != 0;
    return;
}

sub nginx_conf {
    my ($self) = @_;
    my $temps = join '', map { "    ${_}_temp_path $self->{dir}/$_;\n" } qw(client_body proxy fastcgi uwsgi scgi);
    return ($> == 0 ? "user root;\n" : '') . "pid $self->{dir}/pid;\nevents { }\nhttp {\n$temps    access_log off;\n    include $self->{dir}/munja.conf;\n}\n";
}

sub apache_conf {
    my ($self) = @_;
    return join '', "ServerRoot $self->{dir}\nServerName munja.example.org\nPidFile $self->{dir}/pid\nErrorLog $self->{dir}/error\n",
        "DefaultRuntimeDir $self->{dir}\nListen 127.0.0.1:$self->{port}\n",
        (map { "LoadModule ${_}_module $MODULES/mod_$_.so\n" } @MODULES),
        ($> == 0 ? "User nobody\nGroup nogroup\n" : ''), "Include $self->{dir}/munja.conf\n";
}

sub command {
    my ($self) = @_;
    return ($self->{program}, $self->{kind} eq 'nginx'
        ? ('-e', "$self->{dir}/error", '-c', "$self->{dir}/main.conf")
        : ('-f', "$self->{dir}/main.conf"));
}

sub check {
    my ($self) = @_;
    my ($program, @args) = $self->command;
    my $run = Munja::run(program => $program, args => [ @args, '-t' ]);
    return $run->{exit} == 0 ? '' : "$run->{out}$run->{err}";
}

sub start {
    my ($self) = @_;
    my ($program, @args) = $self->command;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', "$self->{dir}/out";
        open STDERR, '>', "$self->{dir}/err";
        exec { $program } $program, @args, $self->{kind} eq 'nginx' ? ('-g', 'daemon off;') : '-DFOREGROUND' or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    return Munja::until_true(sub { Munja::Push->new($self->{port})->connect });
}

# One request over TLS: its status and body.
sub curl {
    my ($self, $path, @args) = @_;
    my $run = Munja::run(program => 'curl', args => [ '-sS', '-m', 20, '-w', '\n%{http_code}', '--cacert', "$self->{dir}/munja.pem",
            '--resolve', "munja.example.org:$self->{port}:127.0.0.1", @args, "https://munja.example.org:$self->{port}$path" ]);
    my ($body, $status) = $run->{out} =~ /\A(.*)\n(\d+)\z/s;
    return { status => $status // 0, body => $body // '', err => $run->{err} };
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    return if !$self->{pid} || $self->{owner} != $$;
    kill 'TERM', $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

1;
