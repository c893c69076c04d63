# The files for the monitors: they name options, fields and places that munja has.
use v5.30;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp ();
use lib 't/lib';
use Munja::Proxy;
use Test::More;

chdir abs_path(dirname(__FILE__) . '/../..') or die "cannot find the tree: $!";

sub read_file {
    my ($path) = @_;
    open my $file, '<:encoding(UTF-8)', $path or die "$path: $!";
    local $/;
    return <$file>;
}

my ($table) = read_file('plugin/alert/alert.c') =~ /alert_names\[\] = \{(.*?)NULL/s;
my %known   = map { $_ => 1 } $table =~ /"(\w+)"/g;
my ($lines) = read_file('plugin/alert/zabbix.c') =~ /own_names\[\] = \{(.*?)\{ 0 \}/s;
my @lines   = $lines =~ /\{\s*"(\w+)",/g;
my %line    = map { $lines[$_] => $_ } 0 .. $#lines;
my %option  = map { $_ => 1 } (read_file('plugin/command/notify.c') . read_file('plugin/command/options.h')) =~ /\{[\s\\]*(?:'\w'|0), "([a-z-]+)",/g;

ok $known{host} && defined $line{long_output} && $option{to} && $option{image}, 'the tables of names are found';

subtest nagios => sub {
    my $text = read_file('contrib/nagios/munja.cfg');
    is(() = $text =~ /^define\b.*\{$/mg, () = $text =~ /^\}$/mg, 'every definition is closed');
    my %command = map { $_ => 1 } $text =~ /^\s+command_name\s+(\S+)/mg;
    ok $command{$_}, "command $_" for $text =~ /_commands\s+(\S+)/g;
    my @runs = $text =~ /^\s+command_line\s+(.*)/mg;
    is @runs, 4, 'four commands';
    for my $run (@runs) {
        like $run, qr{^/usr/local/bin/munja notify --source=nagios\b}, 'runs munja';
        ok $option{$_}, "option --$_" for $run =~ /--([\w-]+)/g;
        ok $known{$_},  "field $_"    for $run =~ /--field=(\w+)/g;
        (my $quoted = $run) =~ s/='\$(?:HOST|SERVICE)(?:OUTPUT|ACKAUTHOR|ACKCOMMENT)\$'|="\$(?!\w*(?:OUTPUT|AUTHOR|COMMENT))\w+\$"//g;
        unlike $quoted, qr/[\$"']/, 'every macro stands in quotes, what strangers write in single ones, and cleaned by Nagios';
    }
};

subtest icinga2 => sub {
    my $text = read_file('contrib/icinga2/munja.conf');
    is(() = $text =~ /\{/g, () = $text =~ /\}/g, 'braces match');
    like $text, qr{command = \[ "/usr/local/bin/munja", "notify", "--source=icinga" \]}, 'runs munja';
    ok $option{$_}, "option --$_" for $text =~ /"--([\w-]+)[" ]/g;
    for my $field ($text =~ /"--field (\w+)"/g) {
        ok $known{$field}, "field $field";
        like $text, qr/value = "$field=\$munja_$field\$"/, "$field is handed over";
    }
    my %default = map { $_ => 1 } $text =~ /^  vars\.(\w+) =/mg;
    ok $default{$_}, "$_ has a default" for grep { !/_(?:config|provider|kind)$/ } $text =~ /\$(munja_\w+)\$/g;
    for my $types ($text =~ /types = \[(.*?)\]/sg) {
        is(() = $types =~ /\w+/g, 9, 'all nine types');
    }
};

subtest zabbix => sub {
    my $text = read_file('contrib/zabbix/munja.yaml');
    unlike $text, qr/\t/, 'no TAB';
    my ($parameters) = $text =~ /parameters:\n((?:\s+- .*\n)+)/;
    my @parameters = $parameters =~ /- '?(.*?)'?\n/g;
    is "@parameters", 'notify --source=zabbix --to={ALERT.SENDTO} -- {ALERT.SUBJECT} {ALERT.MESSAGE}', 'parameters';
    ok length "@parameters" <= 255, 'which Zabbix can keep';
    my @templates = split /^\s+-\n(?=\s+event_source)/m, $text;
    shift @templates;
    is @templates, 10, 'ten messages';
    for my $template (@templates) {
        my ($name)  = $template =~ /event_source: (\w+\n\s+operation_mode: \w+)/;
        my ($body)  = $template =~ /message: \|\n(.*)/s;
        my @names   = $body =~ /^ {12}(\w+): \S/mg;
        my @texts   = grep { $line{$_} >= $line{comment} } @names;
        $name =~ s/\s+operation_mode: / /;
        is $names[0], 'type', "$name: starts with its type";
        ok exists $line{$_}, "$name: line $_" for @names;
        ok((grep { $_ eq 'notified' } @names), "$name: tells when it was made");
        is "@texts", join(' ', sort { $line{$a} <=> $line{$b} } @texts), "$name: texts are in order";
        is "@names[-@texts .. -1]", "@texts", "$name: and last";
    }
};

subtest 'zabbix items' => sub {
    my %served = map { ("munja.$_->[0]" => $_->[1]) } map { [ /"(\w+)", (\w+)/ ] }
        read_file('plugin/munja_zabbix.c') =~ /\{ KEY ("\w+", \w+)/g;
    my ($words) = read_file('plugin/after/gauge.c') =~ /\} subjects\[\] = \{(.*?)\n\};/s;
    my %words = map { /"(\w+)", (\d)/ ? ("munja.$1" => $2) : () } split /\},/, $words;
    is_deeply [ sort keys %served ], [ sort keys %words ], 'the module serves all there is';

    my %line = map { /^UserParameter=([\w.]+)(\[\*\])?,(.*)$/ ? ($1 => [ $2 // '', $3 ]) : () } split /\n/, read_file('contrib/zabbix/munja.userparameters.conf');
    is_deeply [ sort keys %line ], [ sort keys %served ], 'so do the user parameters';
    for my $key (sort keys %line) {
        my ($star, $run) = @{ $line{$key} };
        is $star ne '', $served{$key} eq 'TAKES_WORDS', "$key: parameters where the module has them";
        is $run, join(' ', '/usr/local/bin/munja gauge --', $key =~ s/^munja\.//r, map { qq("\$$_") } 1 .. $words{$key}), "$key: all of them";
    }

    my $text = read_file('contrib/zabbix/munja_template.yaml');
    unlike $text, qr/\t/, 'no TAB';
    like $text, qr/^zabbix_export:\n  version: '6\.0'\n/, 'for 6.0';
    my %item = map { $_ => 1 } $text =~ /^ +name: [^\n]+\n +key: '?(.*?)'?$/mg;
    cmp_ok scalar keys %item, '>', 10, 'items';
    for my $key (sort keys %item) { ok exists $served{ $key =~ s/\[.*//r }, "$key is served" }
    my @used = ($text =~ m{/munja/(munja[\w.]+\[[^\]]*\])}g, $text =~ /host: munja\n +key: '(.*)'/g);
    cmp_ok scalar @used, '>', 15, 'triggers and graphs';
    is_deeply [ grep { !$item{$_} } @used ], [], 'of items that are there';
    my %macro = map { $_ => 1 } $text =~ /macro: '\{\$([\w.]+)\}'/g;
    is_deeply [ grep { !$macro{$_} } $text =~ /\{\$([\w.]+)/g ], [], 'and macros';
    my %uuid;
    $uuid{$_}++ for $text =~ /uuid: (\S+)/g;
    is_deeply [ grep { $uuid{$_} > 1 || !/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/ } sort keys %uuid ], [], 'every uuid is of version 4, and there once';
};

subtest checkmk => sub {
    my $text = read_file('contrib/checkmk/munja');
    like $text, qr{\A#!/bin/sh\n# munja SMS\n# Bulk: no\n}, 'names itself';
    like $text, qr{^exec /usr/local/bin/munja notify --source=checkmk$}m, 'runs munja';
    ok -x 'contrib/checkmk/munja', 'can be run';
    is system('sh', '-n', 'contrib/checkmk/munja'), 0, 'is a shell script';
};

# The lines of a unit, as key => [values], and its sandbox: what stands behind ReadWritePaths.
sub unit_of {
    my ($text) = @_;
    my %value;
    push @{ $value{$1} }, $2 while $text =~ /^(\w+)=(.*)$/mg;
    my ($sandbox) = $text =~ /^(ReadWritePaths=.*?)(?=\n\[|\z)/ms;
    return (\%value, ($sandbox // '') =~ s/\s+\z//r);
}

subtest systemd => sub {
    my @units = qw(munja-worker.service munja-once.service munja-once.timer);
    my %text  = map { $_ => read_file("contrib/systemd/$_") } @units;
    my ($worker, $sandbox) = unit_of($text{'munja-worker.service'});
    my ($once,   $same)    = unit_of($text{'munja-once.service'});
    my $make = read_file('Makefile');
    is_deeply $worker->{ExecStart}, ['/usr/local/bin/munja worker -f /etc/munja/munja.conf'],        'stays';
    is_deeply $once->{ExecStart},   ['/usr/local/bin/munja worker --once -f /etc/munja/munja.conf'], 'and once';
    isnt $sandbox, '', 'there is a sandbox';
    is $same, $sandbox, 'the same for both';
    my ($end_ms) = read_file('plugin/command/worker.c') =~ /^#define END_MOST_MS (\d+)/m;
    cmp_ok 1000 * $worker->{TimeoutStopSec}[0], '>', $end_ms, 'the worker has the time to end that it gives itself';
    my ($lock_ms) = read_file('plugin/worker/worker.c') =~ /^#define LOCK_MOST_MS\s+(\d+)/m;
    cmp_ok 500 * $worker->{WatchdogSec}[0], '>', 2 * $lock_ms, 'the watchdog is more patient than the longest wait';
    my ($most) = read_file('plugin/worker/worker.c') =~ /^#define CONNECTIONS_KEPT (\d+)/m;
    my ($guests) = read_file('plugin/worker/reception.c') =~ /^#define GUESTS_MOST (\d+)/m;
    cmp_ok $worker->{LimitNOFILE}[0], '>', 2 * ($most + $guests), 'it may open what it serves';
    is_deeply [ @$worker{qw(User Group)} ], [ ['munja'], ['munja'] ], 'its own user, who can read munja.conf';
    like $make, qr/useradd --system --gid munja .* munja;/, 'which make install makes';
    my ($shell) = $make =~ /(sed -e 's\|\/usr.*?)contrib\/systemd/s;
    for my $place (($shell // '') =~ /'s\|([^|]+?)\$*\|/g) {
        like $text{$_}, qr/\Q$place\E/, "$_: make install finds $place" for @units[ 0, 1 ];
    }
    my ($names) = $make =~ /^UNITS := (.*)$/m;
    is $names, "@units", 'and installs them all';
};

subtest 'systemd-analyze' => sub {
    plan skip_all => 'no systemd-analyze' if !grep { -x "$_/systemd-analyze" } split /:/, $ENV{PATH};
    my $dir = File::Temp->newdir('munja-units-XXXXXX', TMPDIR => 1);
    for my $path (glob 'contrib/systemd/munja-*') {
        my ($unit) = $path =~ m{([^/]+)$};
        open my $file, '>', "$dir/$unit" or die "$dir/$unit: $!";
        print $file read_file($path) =~ s{/usr/local/bin/munja}{/bin/true}r;    # it wants a program that is there
        close $file or die "$dir/$unit: $!";
        my @faults = grep { /\Q$unit\E/ } qx(systemd-analyze verify --man=no '$dir/$unit' 2>&1);
        is "@faults", '', "$unit is sound";
        next if $unit !~ /service$/;
        my ($exposed) = qx(systemd-analyze security --offline=true '$dir/$unit' 2>&1) =~ /exposure level[^:]*: ([\d.]+)/;
        SKIP: {
            skip 'this systemd-analyze judges no files', 1 if !defined $exposed;
            cmp_ok $exposed, '<=', 2, "$unit is shut in";
        }
    }
};

# What they let through and how they tell of whom: t/journey/hook_proxy.t.
subtest 'web servers' => sub {
    my ($body) = read_file('plugin/listen/server.h') =~ /SERVER_BODY_BYTES_MAX (\d+)/;
    my ($path) = read_file('plugin/worker/hook.h') =~ /HOOK_PATH "(\S+)"/;
    my %text   = map { $_ => read_file("contrib/$_/munja.conf") } qw(nginx apache);
    my $kib    = $body / 1024;
    like $text{nginx},  qr/client_max_body_size ${kib}k;/, 'nginx takes as much as munja';
    like $text{apache}, qr/LimitRequestBody $body$/m,      'so does Apache';
    for my $kind (sort keys %text) {
        like $text{$kind}, qr/^ +(?:location |<Location ")\Q$path\E/m, "$kind: passes on pushes";
        like $text{$kind}, qr/X-Forwarded-For/, "$kind: says of whom";
        my @to = $text{$kind} =~ m{(?:proxy_pass|ProxyPass) "?http://([^/;"]+)}g;
        my ($listen) = read_file('conf/munja.conf') =~ /^#listen = "(\S+)"/m;
        is "@to", $listen, "$kind: to where munja.conf listens";
        SKIP: {
            my $proxy = Munja::Proxy->new($kind, 8057) or skip "no $kind", 1;
            is $proxy->check, '', "$kind: it is sound";
        }
    }
};

ok -s "contrib/$_/README.md", "contrib/$_/README.md" for qw(nagios icinga2 zabbix checkmk systemd nginx apache);

done_testing;
