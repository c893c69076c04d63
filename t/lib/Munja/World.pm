package Munja::World;
# A simulator, a configuration and munja in between, for journeys through the operations of gateways.
#     my $world = Munja::World->new(providers => ['joa'], sim => { shape => 'printed' });
#     my $run = $world->munja('balance', 'joa');           out and err as characters
#     is $run->{exit}, 0;  is_deeply(($world->fresh)[-1]{seen}, ...);  Munja::World::table($run->{out})
use strict;
use warnings;
use utf8;
use Encode       qw(decode_utf8);
use JSON::PP     ();
use MIME::Base64 qw(decode_base64);
use Munja::Test;
use Test::More;

# As for Munja::config; sim => settings of the simulator, plain => 1: it speaks without TLS, env => of each munja.
sub new {
    my ($class, %option) = @_;
    my $sim = Munja::Sim->start(config => $option{sim} // {}, plain => $option{plain});
    my $dir = Munja::folder();
    my $conf = Munja::config($dir, $sim, %option);
    return bless { sim => $sim, dir => $dir, conf => $conf, env => $option{env} // {}, seen => 0 }, $class;
}

sub sim { return $_[0]{sim} }

# Run munja with this configuration. Whatever it is asked: it ends by itself, and tells no secret and no token.
sub munja {
    my ($self, @args) = @_;
    my %env = @args && ref $args[0] ? %{ shift @args } : ();
    my ($command, @rest) = @args;
    my $run = Munja::run(args => [ $command, '-f', $self->{conf}, @rest ], env => { %{ $self->{env} }, %env }, limit => 40);
    my $name = "munja @args";
    is($run->{signal}, 0, "$name: ends by itself");
    for my $secret ((map { $_->{secret} } values %Munja::Sim::ACCOUNT), $self->tokens) {
        fail("$name: tells a secret") if index("$run->{out}$run->{err}", $secret) >= 0;
    }
    for my $said (qw(out err)) {
        utf8::decode($run->{$said}) or fail("$name: $said is not UTF-8");
        unlike($run->{$said}, qr/[\x00-\x08\x0b-\x1f\x7f]/, "$name: $said holds no control characters") if $run->{$said} =~ /[\x00-\x08\x0b-\x1f\x7f]/;
    }
    return $run;
}

# Every token that was ever given, of new lines only.
sub tokens {
    my ($self) = @_;
    open my $file, '<', "$self->{sim}{dir}/requests.jsonl" or return;
    seek $file, $self->{read} // 0, 0;
    while (my $line = <$file>) {
        last if $line !~ /\n\z/;    # it is being written
        $self->{read} = tell $file;
        push @{ $self->{tokens} }, $1 if $line =~ /"action":"login".*\\"(?:access_)?token\\" ?: ?\\"([^"\\]{8,})/;
    }
    return @{ $self->{tokens} // [] };
}

sub document { my ($run) = @_; return eval { JSON::PP->new->decode($run->{out}) } }
sub rows { my ($run) = @_; return (document($run) // {})->{rows} }

# Fields of a query string or of a form, in their order.
sub fields {
    my ($text) = @_;
    return map { tr/+/ /r =~ s/%([0-9a-fA-F]{2})/chr hex $1/ger } map { utf8::encode($_) if utf8::is_utf8($_); split /=/, $_, 2 } split /&/, $text // '';
}

# The parts of multipart/form-data: name => body, and "name;" => the head of it.
sub parts {
    my ($request) = @_;
    my ($mark) = $request->{headers}{'content-type'} =~ /^multipart\/form-data; ?boundary="?([^";]+)"?$/ or return;
    my $body = body($request);
    my %part;
    for my $part (split /(?:^|\r\n)--\Q$mark\E(?:--)?\r\n/, $body) {
        my ($head, $text) = split /\r\n\r\n/, $part, 2;
        $part{$1} = $text, $part{"$1;"} = $head if ($head // '') =~ /name="([^"]+)"/;
    }
    return \%part;
}

# The body as bytes.
sub body {
    my ($request) = @_;
    return decode_base64($request->{body_base64}) if defined $request->{body_base64};
    my $body = $request->{body} // '';
    utf8::encode($body);
    return $body;
}

# Requests since the last look.
sub fresh {
    my ($self, %want) = @_;
    my @all = $self->{sim}->requests;
    my @new = @all[ $self->{seen} .. $#all ];
    $self->{seen} = @all;
    return grep { my $request = $_; !grep { $request->{$_} ne $want{$_} } keys %want } @new;
}

# Those but the logins, each as "METHOD URI BODY", of a form the fields as characters.
sub asked {
    my ($self) = @_;
    return map {
        my $type = $_->{headers}{'content-type'} // '';
        my $body = $type =~ /urlencoded/ ? join ' ', fields_shown(body($_)) : decode_utf8(body($_));
        my ($path, $query) = split /\?/, $_->{uri}, 2;
        join ' ', $_->{method}, $path, (defined $query ? '? ' . join ' ', fields_shown($query) : ()), length $body ? $body : ();
    } grep { $_->{action} ne 'login' } $self->fresh;
}

sub fields_shown {
    my ($text) = @_;
    my @field = map { decode_utf8($_) } fields($text);
    my @shown;
    push @shown, join '=', splice @field, 0, 2 while @field;
    return @shown;
}

# How many cells of a terminal: Hangul and Hanzi take two.
sub cells {
    my ($text) = @_;
    return join '', map { /\p{East_Asian_Width=Wide}|\p{East_Asian_Width=Fullwidth}/ ? "$_\0" : $_ } split //, $text;
}

# A table as rows by their heads; undef, with a word about it, when its columns do not stand under each other.
sub table {
    my ($text) = @_;
    my ($heads, @lines) = map { cells($_) } split /\n/, $text;
    my (@at, @name);
    while ($heads =~ /(\S+)/g) { push @at, $-[1]; push @name, $1 }
    my @rows;
    for my $line (@lines) {
        my %row;
        for my $i (0 .. $#at) {
            my $end = $i < $#at ? $at[ $i + 1 ] : length $line;
            my $cell = length $line > $at[$i] ? substr $line, $at[$i], $end - $at[$i] : '';
            if ($i < $#at && $cell !~ /  $/ || $cell =~ /^\s+\S/) {
                diag "column $name[$i] is out of line:\n$text";
                return;
            }
            $row{ $name[$i] } = $cell =~ s/\s+$//r =~ tr/\0//dr;
        }
        push @rows, \%row;
    }
    return \@rows;
}

sub sql {
    my ($self, $query) = @_;
    open my $pipe, '-|', 'sqlite3', '-cmd', '.timeout 10000', "$self->{dir}/munja.db", $query or die "sqlite3: $!";
    binmode $pipe, ':utf8';
    my $said = join '', <$pipe>;
    close $pipe or die "sqlite3: $query";
    return $said =~ s/\n\z//r;
}

# How many records wait.
sub waiting { my ($self) = @_; return $self->sql("SELECT count(*) FROM record WHERE state = 'waiting'") }

# So many alerts wait, of hosts h0, h1, … and for phones of their own, from FIRST on: the phones.
sub fill {
    my ($self, $first, $count) = @_;
    my $fill = ($ENV{MUNJA_BUILD} || 'build') . '/t/fill';
    system($fill, "$self->{dir}/munja.db", $first, $count, '010', 8) == 0 or die "$fill: $?";
    return map { sprintf '010%08d', $_ } $first .. $first + $count - 1;
}

sub texts { my ($self, $number) = @_; return map { $_->{text} } $self->{sim}->phone($number) }

# The simulator has nothing to complain of, or nothing else.
sub clean {
    my ($self, $name, @but) = @_;
    my @left = grep { my $one = decode_utf8($_); !grep { $one =~ $_ } @but } $self->{sim}->violations;
    is_deeply([ map { decode_utf8($_) } @left ], [], ($name // 'all of it') . ': no violation');
    return;
}

1;
