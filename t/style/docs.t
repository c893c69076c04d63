# Pages and code say the same: options, keys, fields, exit codes, commands and files.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp ();
use JSON::PP   ();
use Test::More;

chdir abs_path(dirname(__FILE__) . '/../..') or die "cannot find the tree: $!";

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!";
    local $/;
    return scalar <$file>;
}

my $munja    = ($ENV{MUNJA_BUILD} // 'build') . '/bin/munja';
my $page     = slurp('contrib/man/munja.1');
my $conf     = slurp('contrib/man/munja.conf.5');
my $readme   = slurp('README.md');
my $makefile = slurp('Makefile');

# The text of a section (.Sh) or subsection (.Ss) of a page, up to the next of its kind.
sub section {
    my ($text, $mark, $title) = @_;
    my $end = $mark eq 'Sh' ? qr/^\.Sh /m : qr/^\.S[hs] /m;
    return $text =~ /^\.$mark \Q$title\E\n(.*?)(?=$end|\z)/ms ? $1 : '';
}

# Items of lists, by their name: what follows up to the next item or the end of the list.
sub items {
    my ($text, $macro) = @_;
    my %item;
    while ($text =~ /^\.It $macro (\w+)[^\n]*\n(.*?)(?=^\.It |^\.El$)/msg) { $item{$1} .= $2 }
    return \%item;
}

sub only_in { my ($these, $those) = @_; return [ sort grep { !exists $those->{$_} } keys %$these ] }

sub same_names {
    my ($code, $text, $what) = @_;
    is_deeply(only_in($code, $text), [], "$what: nothing is missing in the page");
    is_deeply(only_in($text, $code), [], "$what: nothing in the page is made up");
    return;
}

# What munja says with such a configuration; secrets stand in the files that it names.
sub munja_says {
    my ($text, @command) = @_;
    my $dir = File::Temp->newdir('munja-docs-XXXXXX', TMPDIR => 1);
    my %file = ('munja.conf' => $text, map { $_ => "secret\n" } $text =~ /^\s*secret_file\s*=\s*"([\w.]+)"/mg);
    for my $name (keys %file) {
        open my $file, '>', "$dir/$name" or die "$dir/$name: $!";
        print $file $file{$name};
        close $file or die "$dir/$name: $!";
        chmod 0600, "$dir/$name";
    }
    my $said = qx('$munja' @command -f '$dir/munja.conf');
    return ($? >> 8, $said);
}

# Tables of settings, as they stand in the sources: name, flags, help, fallback, words.
sub strings { return join '', $_[0] =~ /"((?:[^"\\]|\\.)*)"/g }

sub tables_of {
    my ($path) = @_;
    my %table;
    my $text = slurp($path);
    while ($text =~ /struct setting (\w+)\[\] = \{(.*?)\n\};/sg) {
        my ($name, $rows) = ($1, $2);
        while ($rows =~ /\{\s*"(\w+)",\s*(SETTING_[A-Z_| ]+),(.*?)\},?\s*(?=\{|\z|\/\*)/sg) {
            my ($key, $flags, $rest) = ($1, $2, $3);
            my @column;
            push @column, $1 while $rest =~ /\G\s*((?:"(?:[^"\\]|\\.)*"|[A-Z_]+|\s)+)(?:,|\s*\z)/g;
            $table{$name}{$key} = { flags => $flags, fallback => $column[1] // '', words => $column[2] // '' };
        }
    }
    return \%table;
}

# What the code takes when the key is absent, and the words that it allows, are told.
sub check_values {
    my ($keys, $item, $where) = @_;
    my @silent;
    for my $key (sort grep { exists $item->{$_} } keys %$keys) {
        (my $text = $item->{$key}) =~ s/^\.\w+ |"//mg;
        my $fallback = strings($keys->{$key}{fallback});
        $fallback = '' if length $fallback > 40;
        push @silent, "$key: whether it is required"
            if ($keys->{$key}{flags} =~ /SETTING_REQUIRED/ xor $item->{$key} =~ /^Required\.$/m);
        push @silent, "$key: default $fallback" if $fallback ne '' && $text !~ /\b?Default:\s+\Q$fallback\E(?![\w])/;
        push @silent, "$key: $_" for grep { $text !~ /(?<![\w-])\Q$_\E(?![\w])/ } split /\|/, strings($keys->{$key}{words});
    }
    is_deeply(\@silent, [], "$where: defaults and words are told");
    return;
}

sub check_keys {
    my ($keys, $text, $where) = @_;
    my $item = items($text, 'Ic');
    same_names($keys, $item, $where);
    check_values($keys, $item, $where);
    return;
}

my %key_of;    # by kind of section

subtest 'keys of munja.conf' => sub {
    my $global   = tables_of('plugin/settings/settings.c');
    my $plan     = tables_of('plugin/flow/plan.c');
    my $wording  = tables_of('plugin/flow/wording.c');
    my $provider = tables_of('plugin/provider/provider.c');
    my $routes   = section($conf, 'Sh', 'ROUTES');
    my ($common) = section($conf, 'Sh', 'PROVIDERS') =~ /\A(.*?)^\.Ss /ms;

    cmp_ok(scalar keys %{ $global->{global_keys} }, '>', 3, 'the tables were found');
    cmp_ok(scalar keys %{ $provider->{provider_keys} }, '>', 10, 'those of providers too');
    check_keys($global->{global_keys},     section($conf, 'Sh', 'GLOBAL KEYS'), 'outside of sections');
    my %monitor = map { %$_ } map { values %{ tables_of($_) } } glob 'plugin/monitor/*.c';
    check_keys(\%monitor, section($conf, 'Sh', 'MONITORS'), 'monitor');
    check_keys($plan->{route_keys},        $routes,                             'route');
    check_keys($provider->{provider_keys}, $common // '',                       'provider');
    my ($templates) = section($conf, 'Sh', 'TEMPLATES') =~ /\A(.*?)^\.Ss /ms;
    check_keys($wording->{template_keys}, $templates // '', 'template');
    my $macros = slurp('plugin/flow/wording.c');
    my %macro = map { $_->[0] => strings($_->[1]) } map { [ /^#define (\w+)(.*)/s ] } $macros =~ /^(#define \w+ (?:.*\\\n)*.*)/mg;
    for my $key (qw(service subject)) {
        my $words = join '', map { $macro{$_} // strings($_) } $macros =~ /\{\s*"$key",\s*SETTING_TEXT,\s*"[^"]*",\s*((?:"[^"]*"|\s|[A-Z_]+)+),/
            ? $1 =~ /("[^"]*"|[A-Z_]+)/g : ();
        my ($shown) = items($templates, 'Ic')->{$key} =~ /^\.Bd [^\n]*\n(.*?)^\.Ed/ms;
        is(($shown // '') =~ s/\n//gr, $words, "munja's own words for $key are told");
    }
    %key_of = (
        ''       => $global->{global_keys},
        monitor  => \%monitor,
        route    => $plan->{route_keys},
        template => $wording->{template_keys},
        provider => { %{ $provider->{provider_keys} } },
    );
};

my @apis = slurp('plugin/provider/api.h') =~ /\bapi_(\w+)(?=[,;])/g;

subtest 'gateways' => sub {
    cmp_ok(scalar @apis, '>=', 5, 'the drivers were found');
    for my $api (@apis) {
        my $path = "plugin/provider/$api.c";
        my $text = section($conf, 'Ss', $api);
        isnt($text, '', "$api has its paragraph") or next;
        like($conf, qr/^\.Cm \Q$api\E\b/m, "$api stands with the key api");
        if (!-e $path) { fail("$api has a driver"); next }
        my $keys = tables_of($path)->{keys} // {};
        check_keys($keys, $text, $api);
        %{ $key_of{provider} } = (%{ $key_of{provider} }, %$keys);
        like($readme, qr/\|[^|\n]*\b\Q$api\E\b/, "$api stands in README's table");
        # The needs that the driver declares.
        my $source = slurp($path);
        my ($said) = $text =~ /^Needs\n(.*?)(?=^(?!\.Ic|\(|and))/ms;
        my %needs = (url => scalar $source !~ /^ +\.url = "/m,
            map { $_ => scalar $source =~ /\.needs_$_ = true/ } qw(user secret from));
        is_deeply([ sort +($said // '') =~ /^\.Ic (\w+)/mg ], [ sort grep { $needs{$_} } keys %needs ],
            "$api: what it needs");
    }
};

# What each driver says of itself, in munja's own words: kinds and operations.
sub said_of_apis {
    my $text = join '', map {
        sprintf qq(provider "%s" {\n api = "%s"\n url = "https://a.example"\n user = "u"\n secret = "s"\n %s\n}\n), $_, $_,
            $_ eq 'sms57' ? 'extno = "1"' : 'from = "0212345678"'
    } @apis;
    my ($code, $said) = munja_says($text, 'providers', '--json');
    my %of = map { $_->{api} => $_ } @{ $code == 0 ? JSON::PP::decode_json($said) : [] };
    for my $api (keys %of) {
        my $source = slurp("plugin/provider/$api.c");
        for my $fact (qw(caps same_max own_kinds own_without)) {
            $of{$api}{$fact} = $source =~ /^ +\.$fact = ([^,]*),/m ? $1 : '';
        }
    }
    return \%of;
}

# A row of README's table of gateways, as the driver would write its cell.
sub cell_of {
    my ($row, $of) = @_;
    my %can = map { $_ => 1 } @{ $of->{operations} };
    return uc join ', ', @{ $of->{kinds} } if $row eq 'Kinds';
    return $of->{same_max} if $row eq 'Recipients in one request';
    return join(', ', $of->{own_kinds} =~ /KIND_(\w+)/g) . ($of->{own_without} ne '' ? ' of one line' : '') if $row eq 'Own texts in one request';
    return $of->{caps} =~ /RESERVE/ ? 'yes' : '' if $row eq '`--at`';
    return join ', ', $of->{caps} =~ /IMAGE(?!_)/ ? 'file' : (), $of->{caps} =~ /IMAGE_URL/ ? 'address' : () if $row eq '`--image`';
    my @words = $row =~ /`([a-z]+)`/g;
    return 'yes' if @words == grep { $can{$_} } @words;
    return join ', ', map { /^$words[0]-(.*)/ ? $1 : () } @{ $of->{operations} };
}

subtest 'operations' => sub {
    plan skip_all => "no $munja" if !-x $munja;
    my $of = said_of_apis();
    is_deeply([ sort keys %$of ], [ sort @apis ], 'every driver tells what it can do');
    my ($table) = $readme =~ /^## Gateways\n(.*?)^## /ms;
    my %row = map { /^\| ?(.*?) ?\|(.*)\|$/ ? ($1 => [ map { s/^ +| +$//gr } split /\|/, $2, -1 ]) : () } split /\n/, $table;
    my @column = map { s/`//gr } @{ delete $row{'`api`'} };
    is_deeply([ sort @column ], [ sort @apis ], "README's table has every gateway");
    delete @row{ '', '---', 'Country' };
    for my $row (sort keys %row) {
        is_deeply($row{$row}, [ map { cell_of($row, $of->{$_}) . '' } @column ], "README, $row");
    }
    my %told = map { $_ => 1 } map { /`([a-z]+)`/g } keys %row;
    my %word = map { s/-.*//r => 1 } slurp('plugin/provider/api.c') =~ /^\s*\{ "([a-z-]+)", offsetof/mg;
    delete $word{login};
    is_deeply(\%told, \%word, "README's table has every operation");
    for my $api (@apis) {
        my $text = section($conf, 'Ss', $api);
        my ($asked) = $text =~ /^Can be asked for\n\.Cm ([^\n]*) \.$/m;
        is_deeply([ split / , /, $asked // '' ], [ grep { !/^(?:send|login|webhook)$/ } @{ $of->{$api}{operations} } ],
            "munja.conf(5), $api: what it can be asked for");
        my ($takes) = $text =~ /^(Takes .*)/m;
        my %caps = (reservations => 'API_RESERVE\b', 'images(?! and)' => 'API_IMAGE\b', addresses => 'API_IMAGE_URL');
        is_deeply([ grep { ($takes // '') =~ /\b$_/ } sort keys %caps ], [ grep { $of->{$api}{caps} =~ $caps{$_} } sort keys %caps ],
            "munja.conf(5), $api: what it takes");
        like($text, qr/\bup to $of->{$api}{same_max} recipients\b/, "munja.conf(5), $api: how many recipients");
    }
};

# The names of columns, wherever a table of them stands.
subtest 'columns and JSON' => sub {
    my %column;
    for my $path ('plugin/provider/listing.c', 'plugin/command/queue_look.c') {
        my $source = slurp($path);
        while ($source =~ /const char \*const (\w*columns|listing_\w+)\[\] = \{(.*?)\};/sg) {
            my ($name, $cells) = ($1, $2);
            next if $name eq 'listing_webhook';
            $column{$_} = 1 for $cells =~ /"(\w+)"/g;
        }
    }
    delete @column{qw(record alert)};    # heads of what is written downwards
    cmp_ok(scalar keys %column, '>', 20, 'the columns were found');
    my ($list) = section($page, 'Ss', 'Columns');
    my %item = map { $_ => 1 } map { split / , / } $list =~ /^\.It Va (.*)$/mg;
    $item{provider} = 1 if $list =~ /^\.It Va provider$/m;
    same_names(\%column, \%item, 'columns');

    my $json = section($page, 'Sh', 'JSON');
    my %named = map { $_ => 1 } map { /(\w+)/g } $json =~ /^\.Va (.*)$/mg;
    my ($answer) = slurp('plugin/command/show.c') =~ /(^static struct json_object \*told_document\(.*)/ms;
    my @keys = ($answer // '') =~ /\(\w+, "(\w+)"/g;
    for my $path (glob 'plugin/command/*.c') {
        push @keys, slurp($path) =~ /(?:json_add|sheet_rows)\(\s*document, "(\w+)"/g;
    }
    cmp_ok(scalar @keys, '>', 20, 'the keys were found');
    is_deeply([ grep { !$named{$_} } @keys ], [], 'every key of a document is told');
};

subtest 'images' => sub {
    my $text = section($page, 'Sh', 'IMAGES');
    my ($bytes, $width, $height) = slurp('plugin/flow/picture.c') =~ /\.bytes_max = (\d+), \.width_max = (\d+), \.height_max = (\d+)/;
    my $kb = ($bytes // 0) / 1000;
    like($text, qr/\b$kb KB and $width by $height pixels\b/, 'what gateways take');
    my $header = slurp('plugin/image/image.h');
    my ($mib)    = $header =~ /IMAGE_FILE_BYTES_MAX \((\d+) \* 1024 \* 1024\)/;
    my ($pixels) = $header =~ /IMAGE_PIXELS_MAX +(\d+)000000\b/;
    like($text, qr/\b$mib MiB and $pixels million pixels\b/, 'what munja takes');
    my ($formats) = $header =~ /enum image_format \{(.*?)\}/;
    is_deeply([ grep { $text !~ /\b$_\b/i } $formats =~ /IMAGE_(\w+)/g ], [], 'every format is told');
};

subtest 'fields' => sub {
    my ($list) = slurp('plugin/alert/alert.c') =~ /alert_names\[\] = \{(.*?)\};/s;
    my ($further) = slurp('plugin/flow/wording.c') =~ /further_names\[\] = \{(.*?)\};/s;
    my %name = map { $_ => 1 } "$list $further" =~ /"(\w+)"/g;
    cmp_ok(scalar keys %name, '>', 15, 'the names were found');
    same_names(\%name, items(section($conf, 'Sh', 'FIELDS'), 'Va'), 'fields');
    my ($types) = slurp('plugin/alert/check.c') =~ /\} types\[\] = \{(.*?)\n\};/s;
    my %type = map { $_ => 1 } $types =~ /"(\w+)"\s*\},/g;
    my $said = items(section($conf, 'Sh', 'FIELDS'), 'Va')->{type};
    is_deeply([ grep { $said !~ /\b$_\b/ } sort keys %type ], [], 'every type is told');
    my ($body) = slurp('plugin/text/template.c') =~ /^bool template_is_elastic\([^)]*\)\n\{\n(.*?)\n\}/ms;
    my %elastic = map { $_ => 1 } ($body // '') =~ /"(\w+)"/g;
    my $item    = items(section($conf, 'Sh', 'FIELDS'), 'Va');
    my %marked  = map { $_ => 1 } grep { $item->{$_} =~ /^Elastic\.$/m } keys %$item;
    is_deeply(\%marked, \%elastic, 'and which of them may shrink');
};

subtest 'exit codes' => sub {
    my ($rows) = slurp('plugin/flow/exitcode.c') =~ /situations\[SITUATIONS\] = \{(.*?)\n\};/s;
    my @name = qw(OK WARNING CRITICAL UNKNOWN);
    my (@code, @text);
    push @code, "$2: $1 $name[$1]" while $rows =~ /=\s*\{\s*(\d),\s*"([^"]+)"/g;
    my $status = section($page, 'Sh', 'EXIT STATUS');
    push @text, "$1: $2 $3" while $status =~ /^\.It (\w[^\n]*?) Ta (\d) Ta (\w+) Ta /mg;
    cmp_ok(scalar @code, '>', 8, 'the table was found');
    is_deeply([ sort @text ], [ sort @code ], 'munja(1) shows the table of flow/exitcode.c');
    for my $code (0 .. 3) {
        like($readme, qr/^\|\s*$code\s*\|\s*$name[$code]\s*\|/m, "README tells $code, $name[$code]");
    }
    for my $source (slurp('plugin/flow/exitcode.c') =~ /source == SOURCE_(\w+)/g) {
        like($status, qr/^\.Cm \L$source\E$/m, "\L$source\E, which is answered otherwise, is told");
    }
};

subtest 'sources' => sub {
    my ($rows) = slurp('plugin/alert/source.c') =~ /\} sources\[\] = \{(.*?)\n\};/s;
    my %source = map { $_ => 1 } $rows =~ /\{\s*"(\w+)"/g;
    my %item   = map { $_ => 1 } section($page, 'Sh', 'SOURCES') =~ /^\.It (\w+)$/mg;
    same_names(\%source, \%item, 'sources');
};

subtest 'commands and options' => sub {
    plan skip_all => "no $munja" if !-x $munja;
    my $help = qx('$munja' -h);
    is($? >> 8, 3, 'munja -h exits 3');
    my @commands = $help =~ /^  (?!munja )([a-z]+) +\S/mg;
    cmp_ok(scalar @commands, '>=', 6, 'the commands were found');

    my $synopsis = section($page, 'Sh', 'SYNOPSIS');
    my %documented = map { $_ => 1 } section($page, 'Sh', 'COMMANDS') =~ /^\.Ss munja (\w+)/mg;
    same_names({ map { $_ => 1 } @commands }, \%documented, 'commands');
    is_deeply([ grep { $readme !~ /^\|[^|]*`munja $_\b/m } @commands ], [], "README's table has every command");

    # An option is its name with its letter: the filters of lists have the names of others, but no letters.
    my (%taken, %item);
    for (section($page, 'Sh', 'OPTIONS') =~ /^\.It (Fl [^\n]+)$/mg) {
        my ($letter) = /Fl (\w) ,/;
        my ($name)   = /Fl -(\w[\w-]*)/;
        $item{ ($letter // '') . " $name" } = 1;
    }
    for my $command (@commands) {
        my $text = qx('$munja' $command -h);
        is($? >> 8, 3, "munja $command -h exits 3");
        my $own = join '', $synopsis =~ /^\.Cm $command\b([^\n]*\n.*?)(?=^\.Nm$|\z)/msg;
        if ($own eq '') { fail("$command stands in the synopsis"); next }
        while ($text =~ /^  (?:-(\w), |    )--(\w[\w-]*)/mg) {
            my ($letter, $name) = ($1 // '', $2);
            $taken{"$letter $name"} = 1;
            ok($item{"$letter $name"}, "$command: --$name stands in OPTIONS, with its letter");
            next if $name =~ /^(?:help|version)$/;
            like($own, $letter ne '' ? qr/\bFl (?:\w*$letter\w*)\b/ : qr/\bFl -\Q$name\E\b/,
                "$command: --$name stands in its synopsis");
        }
        for ($own =~ /\bFl -(\w[\w-]*)/g) { like($text, qr/--\Q$_\E\b/, "$command: --$_ of its synopsis is taken") }
        for ($own =~ /\bFl (\w+)/g) {
            for my $letter (split //) { like($text, qr/^  -$letter, /m, "$command: -$letter of its synopsis is taken") }
        }
        my ($usage) = $text =~ /^usage: munja \w+ (.*)/m;
        my @words = grep { $_ ne 'options' } ($usage // '') =~ /(?<![\w-])([A-Za-z][\w-]*)/g;
        is_deeply([ grep { $own !~ /(?<![\w-])\Q$_\E(?![\w-])/ } @words ], [], "$command: so do the operands of its usage");
    }
    is_deeply(only_in(\%item, \%taken), [], 'no option of the page is made up');

    my %word = map { $_ => 1 } @commands;
    my $texts = join "\n", $readme, $page, $conf, slurp('NEWS.md'), slurp('plugin/HACKING.md');
    my @unknown = grep { !$word{$_} } $texts =~ /(?:^|`|\$ |sudo |Ic |\.Dl )munja ([a-z]+)\b(?=[^\n]*)/mg;
    is_deeply(\@unknown, [], 'no text names a command that is not there');
};

subtest 'worker' => sub {
    my $door   = slurp('plugin/command/worker.c');
    my $text   = section($page, 'Ss', 'munja worker');
    my @signal = $door =~ /sigaddset\(&set, (SIG\w+)\)/g;
    my %told   = map { $_ => 1 } map { split / , / } $text =~ /^\.It Dv (.*)$/mg;
    same_names({ map { $_ => 1 } @signal }, \%told, 'signals');
    my ($end_ms) = $door =~ /END_MOST_MS (\d+)/;
    my ($yes_ms) = slurp('plugin/flow/handover.c') =~ /BEGIN_MOST_MS (\d+)/;
    my ($end_s, $yes_s) = map { $_ / 1000 } $end_ms // 0, $yes_ms // 0;
    my ($service) = $readme =~ /^## As a service\n(.*?)^## /ms;
    like($text, qr/\b$end_s seconds\b/, 'how long it takes to end');
    like($service, qr/\b$end_s s\b/, 'in README too');
    like(section($page, 'Ss', 'munja notify'), qr/\b$yes_s seconds\b/, 'how long munja notify waits for its word');
    like($service, qr/\b$yes_s s\b/, 'in README too');
    my %event = map { $_ => 1 } $door =~ /(?:worker=|say_ready\(worker, ")(\w+)/g;
    cmp_ok(scalar keys %event, '>', 3, 'what it logs was found');
    is_deeply([ grep { $text !~ /^\.Li (?:\w+ , )*\Q$_\E\b/m } sort keys %event ], [], 'and is told');
    my ($most) = slurp('plugin/provider/provider.c') =~ /WIDTH_MAX\s+(\d+)/;
    like(items(section($conf, 'Sh', 'PROVIDERS'), 'Ic')->{width}, qr/\b1 to $most\b/, 'how wide a provider may be');
    my ($suffix) = slurp('plugin/flow/handover.c') =~ /SOCKET_SUFFIX "(\S+)"/;
    like(section($page, 'Sh', 'FILES'), qr/munja\.db\Q$suffix\E$/m, 'and its socket');
};

# Keys of a configuration, those of its commented examples too; brackets tell the section.
sub strange_keys {
    my ($text) = @_;
    my ($kind, @strange) = ('');
    for my $line (split /\n/, $text) {
        $line =~ s/^\s*#+ ?//;
        while ($line =~ /\G\s*(?:(provider|route|template|monitor)\s+"[^"]*"\s*\{|([a-z_0-9]+)\s*=\s*(?:"(?:[^"\\]|\\.)*"?|\{[^}]*\}|[\w.]+)|(\}))/gc) {
            if    (defined $1) { $kind = $1 }
            elsif (defined $3) { $kind = '' }
            elsif (!exists $key_of{$kind}{$2}) { push @strange, ($kind eq '' ? '' : "$kind: ") . $2 }
        }
    }
    return @strange;
}

subtest 'examples' => sub {
    my %example = ('conf/munja.conf' => slurp('conf/munja.conf'));
    my $number = 0;
    $example{ 'munja.conf(5), example ' . ++$number } = $_
        for section($conf, 'Sh', 'EXAMPLES') =~ /^\.Bd [^\n]*\n(.*?)^\.Ed/msg;
    $example{ 'README.md, example ' . ++$number } = $_
        for grep { /^provider "/m } $readme =~ /^```\w*\n(.*?)^```/msg;
    for my $name (sort keys %example) {
        is_deeply([ strange_keys($example{$name}) ], [], "$name: every key exists");
    }
    SKIP: {
        skip "no $munja", scalar keys %example if !-x $munja;
        for my $name (sort keys %example) {
            my $text = $example{$name} =~ s/\\e/\\/gr;
            $text .= $example{'README.md, example ' . $number} if $text !~ /^provider "/m;
            my ($code, $said) = munja_says($text, 'config', 'check');
            is($code, 0, "$name: munja config check finds nothing") or diag $said;
        }
    }
    my @strange = strange_keys(qq(provider "x" {\n    apy = "y"\n}\nrout = 1\n));
    is_deeply(\@strange, [ 'provider: apy', 'rout' ], 'a key that does not would be found');
};

subtest 'files and make' => sub {
    for my $command (qw(demo check install)) {
        like($readme,   qr/\bmake $command\b/, "README tells make $command");
        like($makefile, qr/^$command:/m,       "make $command exists");
    }
    my $texts = join "\n", $readme, $page, $conf, slurp('NEWS.md'), slurp('plugin/HACKING.md');
    my %target = map { $_ => 1 } map { split ' ' } $makefile =~ /^([a-z][a-z -]*):(?!=)/mg;
    is_deeply([ grep { !$target{$_} } $texts =~ /`(?:sudo )?make ([a-z]+)/g ], [], 'every target told exists');
    my %path = map { s/[.,]$//r => 1 } $texts =~ m{(?<![\w/.])((?:contrib|plugin|conf|t)/[\w./-]*+)(?![<*])}g;
    is_deeply([ grep { !-e } sort keys %path ], [], 'every file told exists');
    my ($version) = $makefile =~ /^VERSION := (\S+)/m;
    like(slurp('NEWS.md'), qr/^## \Q$version\E\b/m, "NEWS.md tells of $version");
};

subtest 'rooms' => sub {
    my ($ranks) = slurp('t/style/layers.t') =~ /^my %rank = \((.*?)^\);/ms;
    my %rank = map { /^\s*(\w+)\s*=> (\d),$/ ? ($1 => $2) : () } split /\n/, $ranks;
    my $hacking = slurp('plugin/HACKING.md');
    my %told = map { /^\| (\d) \| `(\w+)\/` \|/ ? ($2 => $1) : () } split /\n/, $hacking;
    is_deeply(\%told, \%rank, 'HACKING.md shows the ranks of t/style/layers.t');
    my $rooms = join '|', keys %rank;
    my @files = $hacking =~ m{(?<![\w/.])((?:$rooms)/\w+(?:\.[ch])?)\b}g;
    is_deeply([ grep { my $file = $_; !grep { -e "plugin/$file$_" } '', '.c' } @files ], [], 'names files that are there');
    my %object = map { $_ => 1 } $makefile =~ /\b(munja_\w+\.so)/g;
    is_deeply([ sort { $a cmp $b } $hacking =~ /^\| `(munja_\w+\.so)` \|/mg ], [ sort keys %object ], 'and every object that is built');
};

subtest 'the broker module' => sub {
    my ($rows) = slurp('plugin/neb/args.c') =~ /\} names\[\] = \{(.*?)\};/s;
    my %name = map { $_ => 1 } $rows =~ /\{ "(\w+)"/g;
    my $neb  = slurp('contrib/man/munja-neb.8');
    same_names(\%name, items(section($neb, 'Sh', 'ARGUMENTS'), 'Ic'), 'arguments');
    my ($patience) = slurp('plugin/munja_neb.c') =~ /#define PATIENCE_MS (\d+)/;
    like($neb, qr/was locked for $patience\nmilliseconds/, 'how long a lock is waited for');
    my ($commands) = slurp('plugin/neb/args.c') =~ /#define COMMANDS\s+\\\n((?:.*\\\n)*.*)/;
    my %defined = map { $_ => 1 } slurp('contrib/nagios/munja.cfg') =~ /command_name +(\S+)/g;
    is_deeply([ sort split /,/, strings($commands) ], [ sort keys %defined ], 'it stands in for the commands of contrib/nagios');
};

subtest 'mandoc' => sub {
    plan skip_all => 'no mandoc' if !grep { -x "$_/mandoc" } split /:/, $ENV{PATH};
    for my $file (glob 'contrib/man/*') {
        my $complaints = qx(mandoc -Tlint -W warning '$file' 2>&1);
        is($complaints, '', "$file is clean");
    }
};

done_testing();
