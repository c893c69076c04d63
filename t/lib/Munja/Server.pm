package Munja::Server;
# Real monitoring servers for journeys.
#     use Munja::Server;
#     my $nagios = Munja::server('nagios4');    its path; or the test is skipped; where MUNJA_SERVERS=required, it fails;
#                                               MUNJA_SERVERS=none skips all of them
#     Munja::as_installed();                    from here on /usr/local/bin/munja is the one under test, and this is
#                                               an unprivileged user's process
#     my @pids = Munja::alive('munja');         processes of that name, none but this test's
use strict;
use warnings;
use utf8;
use Cwd        ();
use File::Temp ();
use POSIX      ();
use Test::More ();
use Munja::Test;

package Munja;

# What is missing is a skip, with its reason, but a fault where all must be there.
sub lacking {
    my ($reason) = @_;
    die "$reason\n" if ($ENV{MUNJA_SERVERS} // '') eq 'required';
    return Test::More::plan(skip_all => $reason);
}

# The program of a server. More places than PATH may be named.
sub server {
    my ($name, @places) = @_;
    return Test::More::plan(skip_all => 'MUNJA_SERVERS=none') if ($ENV{MUNJA_SERVERS} // '') eq 'none';
    my ($path) = grep { -x } map { "$_/$name" } split(/:/, $ENV{PATH}), qw(/usr/sbin /sbin), @places;
    return $path // lacking("$name is not installed (make deps-servers)");
}

# What is in the tree and what was built is bound to where an unprivileged user can read it, munja's folder to where the
# files in contrib name it. A namespace of processes takes with it whatever a server leaves behind.
my $inside = <<'END';
set -e
place=$1 tree=$2 build=$3
shift 3
mount --bind "$tree" "$place/tree"
mount --bind "$build" "$place/build"
mount --bind "$place/bin" /usr/local/bin
cd "$place/tree"
"$@"
exit
END

# Run this test again: in namespaces of its own, as nobody where root started it.
sub as_installed {
    return if $ENV{MUNJA_INSIDE};
    my $root  = $> == 0;
    my @alone = ('unshare', ($root ? () : qw(--user --map-root-user)), qw(--mount --pid --fork --kill-child --mount-proc));
    lacking('namespaces are not allowed here') if system(qw(sh -c), '"$@" 2>/dev/null', 'sh', @alone, 'true') != 0;
    my ($uid, $gid) = $root ? (getpwnam 'nobody')[ 2, 3 ] : ($>, $) + 0);
    my @become = $root ? ('setpriv', "--reuid=$uid", "--regid=$gid", '--clear-groups') : ('unshare', '--user', "--map-user=$uid", "--map-group=$gid");

    my $place = File::Temp->newdir('munja-place-XXXXXX', TMPDIR => 1);
    mkdir "$place/$_" or die "$place/$_: $!" for qw(tree build bin tmp);
    chmod 0755, "$place" or die "$place: $!";
    chown $uid, $gid, "$place/tmp" or die "$place/tmp: $!";
    symlink "$place/build/bin/munja", "$place/bin/munja" or die "$place/bin/munja: $!";

    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        my $build = Cwd::abs_path($ENV{MUNJA_BUILD} || 'build');
        %ENV = (%ENV, MUNJA_INSIDE => "$place", MUNJA_BUILD => "$place/build", TMPDIR => "$place/tmp", HOME => "$place/tmp");
        exec qw(setpriv --pdeathsig KILL), @alone, 'sh', '-c', $inside, 'sh', "$place", Cwd::getcwd(), $build, @become, $^X, $0, @ARGV
            or do { warn "setpriv: $!"; POSIX::_exit(127) };
    }
    local @SIG{qw(INT TERM HUP)} = (sub { kill 'KILL', $pid }) x 3;
    1 until waitpid($pid, 0) == $pid;
    my $status = $?;
    undef $place;
    POSIX::_exit($status & 127 ? 1 : $status >> 8);
}

# In a namespace of processes of its own.
sub alive {
    my ($name) = @_;
    my @pids;
    for my $path (glob '/proc/[0-9]*/comm') {
        open my $file, '<', $path or next;
        push @pids, $path =~ /(\d+)/ if (<$file> // '') eq "$name\n";
    }
    return @pids;
}

1;
