# What holds for every file of the tree, whatever it is about.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Find;
use Test::More;

chdir abs_path(dirname(__FILE__) . '/../..') or die "cannot find the tree: $!";

my $LINES_MOST = 500;

my @files;
find({ no_chdir => 1, wanted => sub {
    (my $path = $_) =~ s{^\./}{};
    $File::Find::prune = 1, return if $path =~ m{^(?:build|\.git)$};
    push @files, $path if -f $path;
} }, '.');
@files = sort @files;
cmp_ok(scalar @files, '>', 100, 'the files were found');

sub text_of {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar(<$file>) // '';
}

# Captured environments, fuzz corpora and images are as they came.
sub is_foreign { return $_[0] =~ m{^t/(?:[^/]+/)*(?:corpus|capture|captures|data)/} || $_[0] =~ /\.(?:jpe?g|png)$/ }

my %text = map { $_ => text_of($_) } grep { !is_foreign($_) } @files;

# The places of every line that matches, as FILE:LINE.
sub places {
    my ($pattern, $where) = @_;
    my @found;
    for my $path (sort grep { $where->($_) } keys %text) {
        my $number = 0;
        for my $line (split /\n/, $text{$path}) {
            $number++;
            push @found, "$path:$number" if $line =~ $pattern;
        }
    }
    return \@found;
}

my $anywhere = sub { 1 };

is_deeply(places(qr/[ \t]$/, $anywhere), [], 'no blanks at the end of a line');
is_deeply(places(qr/\r/, $anywhere), [], 'lines end with a newline alone');
is_deeply(places(qr/\t/, sub { $_[0] !~ m{(?:^|/)Makefile$} }), [], 'no tabs outside Makefile');
is_deeply([ grep { $text{$_} ne '' && $text{$_} !~ /[^\n]\n\z/ } sort keys %text ],
    [], 'files end with one newline');
is_deeply([ grep { my $copy = $text{$_}; !utf8::decode($copy) } sort keys %text ], [], 'everything is UTF-8');

# Written so that the pattern does not find itself.
is_deeply(places(qr/\b(?:TO[D]O|FIX[M]E|X[X]X|HAC[K])\b/, $anywhere), [], 'nothing is left to be mended later');
is_deeply(places(qr{/(?:wor[k]/|hom[e]/\w|roo[t]/|User[s]/\w)}, $anywhere), [], 'no path of somebody\'s machine');

my %expected = map { $_ => 1 } qw(Makefile plugin contrib conf t README.md LICENSE NEWS.md);
my %ignored  = map { $_ => 1 } map { m{^/?([^/\s]+)/?$} ? $1 : () } split /\n/, $text{'.gitignore'} // '';
opendir my $top, '.' or die "cannot read the tree: $!";
is_deeply([ sort grep { !/^\./ && !$expected{$_} && !$ignored{$_} } readdir $top ],
    [], 'the top level holds what it should');
closedir $top;
is_deeply([ grep { !-e } sort keys %expected ], [], 'and nothing of it is missing');

is_deeply([ map { "$_: " . ($text{$_} =~ tr/\n//) . ' lines' }
        grep { m{^plugin/} && ($text{$_} =~ tr/\n//) > $LINES_MOST } sort keys %text ],
    [], "a file of plugin/ has one job and $LINES_MOST lines at most");

# A function's comment stands in its own paragraph or in the one above, which it continues. What destroys needs
# none: its name says it.
my (@silent, @unguarded, @misnamed);
for my $path (grep { m{^plugin/.*\.h$} } sort keys %text) {
    (my $guard = uc $path) =~ s{^PLUGIN/}{MUNJA_};
    $guard =~ s/\W/_/g;
    push @unguarded, $path if $text{$path} !~ /\A#ifndef \Q$guard\E\n#define \Q$guard\E\n/;
    my $above = '';
    for my $paragraph (split /\n\s*\n/, $text{$path}) {
        for ($paragraph =~ /^[a-z][\w \t*]*?\b(\w+)\([^;{]*\)[^;{]*;/mg) {
            push @silent, "$path: $_" if "$above$paragraph" !~ m{/\*} && !/_(?:clear|free|close)$/;
        }
        $above = $paragraph;
    }
}
is_deeply(\@unguarded, [], 'a header is guarded by its own name');
is_deeply(\@silent,    [], 'every public function is explained');

# The first word of a public function is its file: a .c file defines what its name promises.
my %unit = map { basename($_, '.c') => 1 } grep { m{^t/unit/.*\.c$} } keys %text;
my %room_file = map { m{^plugin/([^/]+)/([^/]+)\.c$} ? ("$1_$2" => 1) : () } keys %text;
for my $name (sort keys %unit) {
    my ($room) = $name =~ /^([a-z0-9]+)_/;
    push @misnamed, "t/unit/$name.c" if !$room || !-d "plugin/$room" || !grep { index($name, $_) == 0 } keys %room_file;
}
is_deeply(\@misnamed, [], 'a unit test is named after the file it tests');

done_testing();
