# The arrows between the rooms of plugin/ point down, and each outside library stays in its one room.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

chdir abs_path(dirname(__FILE__) . '/../..') or die "cannot find the tree: $!";

# A room knows itself and the rooms of a lower rank. The doors stand in plugin/ itself, their words in command/.
my %rank = (
    base     => 0,
    alert    => 1,
    text     => 1,
    http     => 1,
    image    => 1,
    listen   => 1,
    settings => 1,
    store    => 2,
    provider => 2,
    monitor  => 2,
    flow     => 3,
    after    => 4,
    worker   => 5,
    command  => 6,
    neb      => 6,
    ''       => 7,
);

# Headers from outside the C library, and the files that may know them.
my @libraries = (
    [ qr{^sqlite3\.h$},                  qr{^store/},                                  'sqlite3' ],
    [ qr{^libpq},                        qr{^store/},                                  'libpq' ],
    [ qr{^confuse\.h$},                  qr{^settings/},                               'libconfuse' ],
    [ qr{^json-c/},                      qr{^(?:http/json\.[ch]$|provider/|monitor/|command/)}, 'json-c' ],
    [ qr{^(?:curl|openssl)/},            qr{^http/},                                   'libcurl, libcrypto' ],
    [ qr{^uni[a-z]+\.h$(?<!unistd\.h)},  qr{^(?:text/|alert/nfc\.c$|command/table\.c$)},      'libunistring' ],
    [ qr{^gd},                           qr{^image/convert\.c$},                       'libgd' ],
    [ qr{^iconv\.h$},                    qr{^text/},                                   'iconv' ],
    [ qr{^dlfcn\.h$},                    qr{^(?:flow/halves|neb/core)\.c$},            'dlopen' ],
    [ qr{^microhttpd\.h$},               qr{^listen/server\.c$},                       'libmicrohttpd' ],
    [ qr{^systemd/},                     qr{^command/worker\.c$},                      'libsystemd' ],
    [ qr{^ucontext\.h$},                 qr{^flow/fiber\.c$},                          'the switch of stacks' ],
    [ qr{^sys/epoll\.h$},                qr{^(?:http/fleet|worker/reception)\.c$},       'epoll' ],
    [ qr{^sys/(?:socket|un)\.h$},        qr{^(?:flow/handover\.[ch]|worker/reception\.c|listen/\w+\.c)$}, 'the hand-over and the listener' ],
);

sub includes_of {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!";
    my @found;
    while (my $line = <$file>) {
        push @found, [ $1 eq '"' ? 'own' : 'outside', $2, $. ] if $line =~ /^\s*#\s*include\s*([<"])([^>"]+)[>"]/;
    }
    return @found;
}

sub room_of { return $_[0] =~ m{^([^/]+)/} ? $1 : '' }

sub check_own {
    my ($name, $header, $line) = @_;
    my ($from, $to) = (room_of($name), room_of($header));
    return "$name:$line: \"$header\" does not name its room"      if $to eq '';
    return "$name:$line: \"$header\" is no room of plugin/"       if !exists $rank{$to};
    return "$name:$line: no such file, \"$header\""               if !-e "plugin/$header";
    return "$name:$line: $from/ may not know $to/ (\"$header\")"  if $from ne $to && $rank{$to} >= $rank{$from};
    return ();
}

sub check_outside {
    my ($name, $header, $line) = @_;
    for my $library (@libraries) {
        my ($pattern, $home, $what) = @$library;
        return "$name:$line: <$header>: $what belongs elsewhere" if $header =~ $pattern && $name !~ $home;
    }
    return ();
}

my @files = sort glob 'plugin/*.[ch] plugin/*/*.[ch]';
cmp_ok(scalar @files, '>', 50, 'the sources were found');

my (@upward, @strangers, @late);
for my $path (@files) {
    (my $name = $path) =~ s{^plugin/}{};
    my @includes = includes_of($path);
    for (@includes) {
        my ($where, $header, $line) = @$_;
        push @upward,    check_own($name, $header, $line)     if $where eq 'own';
        push @strangers, check_outside($name, $header, $line) if $where eq 'outside';
    }
    (my $own = $name) =~ s/\.c$/.h/;
    push @late, "$name: \"$own\" is not its first include"
        if $name =~ /\.c$/ && -e "plugin/$own" && (!@includes || $includes[0][1] ne $own);
}
my @unranked = grep { !exists $rank{$_} } map { m{^plugin/([^/]+)/} ? $1 : () } @files;

is_deeply(\@unranked,  [], 'every room has a rank');
is_deeply(\@upward,    [], 'includes point to the own room or to lower ones');
is_deeply(\@strangers, [], 'outside libraries are known in their rooms only');
is_deeply(\@late,      [], 'a file includes its own header first');

# The simulator judges munja by the manuals alone: it shares nothing with it.
my @shared;
for my $path (sort glob 't/sim/*.[ch]') {
    for (includes_of($path)) {
        my ($where, $header, $line) = @$_;
        push @shared, "$path:$line: \"$header\"" if $where eq 'own' && -e "plugin/$header";
    }
}
is_deeply(\@shared, [], 'the simulator knows nothing of plugin/');

# What a process pays for at its start is what its object says it needs.
sub needed_by {
    my ($object) = @_;
    open my $out, '-|', 'readelf', '-d', $object or die "readelf: $!";
    return map { /\(NEEDED\).*\[([^\]]+)\]/ ? $1 : () } <$out>;
}

SKIP: {
    my $build = $ENV{MUNJA_BUILD} // '';
    skip 'MUNJA_BUILD names no finished build', 10 if !-e "$build/lib/munja/munja_http.so";
    my @munja   = needed_by("$build/bin/munja");
    my @deliver = needed_by("$build/lib/munja/munja_deliver.so");
    my @http    = needed_by("$build/lib/munja/munja_http.so");
    my @worker  = needed_by("$build/lib/munja/munja_worker.so");
    is_deeply([ grep { /curl|ssl|crypto|json|unistring/ } @munja ],
        [], 'munja itself needs no libcurl, TLS, JSON or libunistring');
    is_deeply([ grep { /curl|ssl|crypto|sqlite/ } @deliver ],
        [], 'munja_deliver.so needs no libcurl, TLS or SQLite');
    ok(!(grep { /libsystemd/ } @munja, @deliver, @http), 'what sends one alert needs no libsystemd');
    is_deeply([ grep { /curl|ssl|crypto|sqlite|json|gd/ } @worker ], [], 'munja_worker.so brings nothing but the service');
    is_deeply([ grep { /microhttpd/ } @munja, @deliver, @http ], [], 'and is the only one that listens');
    my @neb     = needed_by("$build/lib/munja/munja_neb.so");
    ok((grep { /sqlite/ } @neb) && !(grep { /curl|ssl|crypto|json|pthread/ } @neb), 'munja_neb.so stores, and cannot send');
    open my $symbols, '-|', 'nm', '-D', '--defined-only', "$build/lib/munja/munja_neb.so" or die "nm: $!";
    is_deeply([ sort map { / (\S+)$/ } <$symbols> ], [qw(__neb_api_version nebmodule_deinit nebmodule_init)],
        'munja_neb.so shows a monitor what it looks for, and nothing else');
    my @image   = needed_by("$build/lib/munja/munja_image.so");
    ok(!(grep { /libgd/ } @munja, @deliver, @http), 'what sends texts needs no libgd');
    ok((grep { /^libgd\.so/ } @image), 'munja_image.so is the one that needs libgd');
    ok((grep { /^libcurl\.so/ } @http), 'munja_http.so is the one that needs libcurl');
}

done_testing();
