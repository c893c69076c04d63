# Whole journeys, each a file t/case/<api>/<what>.case: an alert goes in, a text stands on a phone.
#     prove t/case/run.t                                    all of them
#     prove t/case/run.t :: t/case/smsjoa/limit.case        one
#
# A case starts with the simulator and an empty store; the folder's gateway is the only provider. Its sections
# are carried out in their order, and all but [settings] may come again. Empty lines and lines with # count
# for nothing; \n is a line break, \t a tab, \xHH a byte, \\ a backslash, {TEXT*3} the TEXT three times.
#
# [settings]   providers = joa nanumi     which, in this order: joa nanumi plex nsms cn
#              joa.timeout = 2            a key of a provider; nothing behind the = leaves it out
#              anything else              text of munja.conf as it is: keys first, sections behind them
# [gateway]    balance = 0                a setting of the simulator, in JSON (gatewaysim --help)
#              fault = {"do":"status"}    something goes wrong from now on
#              clear                      and no longer
# [alert]      host = web1                a field
#              NAGIOS_HOSTNAME = web1     a variable of the environment
#              -k lms                     options
#              operand = TEXT             an operand: of Zabbix, SUBJECT and then MESSAGE
#              text = TEXT                munja send, with this text
#              number is 01012345678, or 13800000001 for sms57, unless there is a --to or a pager
# [again]      the same alert handed over once more
# [worker]     munja worker --once
# [expect]     what must have happened since the last [expect]:
#              exit = 0                   the exit code (0)
#              line ~ REGEX               what the answer matches
#              phone NUMBER = TEXT        a text, whole; in their order, and no other text on any phone
#              title NUMBER = TEXT        and its title
#              kind NUMBER = lms 91/2000  and its kind, length and limit; "sms 70/70 x1" with the parts
#              by NUMBER = smsjoa         and the gateway that brought it
#              GATEWAY ACTION = 2         requests (login, send) that came to a gateway, whatever it did with them
#              complaint ~ REGEX          what the simulator may complain of; anything else fails the case
#              nothing = sent             no request at all
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Encode     qw(decode_utf8 encode_utf8);
use JSON::PP   ();
use Munja::Test;
use Test::More;

binmode $_, ':utf8' for map { Test::More->builder->$_ } qw(output failure_output todo_output);

my %provider_of = map { $_->[1] => $_->[0] } @Munja::PROVIDERS;
my %number_of   = (sms57 => '+8613800000001');

# Of each part of a joined text.
my $UNITS_JOINED = 67;

# What a request is for, even when a fault answers it.
my %action_of = (
    '/1/token' => 'login', '/1/send' => 'send', '/api/v1/login' => 'login', '/api/v1/sms' => 'send',
    '/v1/auth' => 'login', '/v1/send' => 'send', '/sms-verify/v2/send' => 'send', '/sms' => 'send',
);

# Lines of the sections: [ section, line number, text, … ].
sub read_case {
    my ($path) = @_;
    open my $file, '<:encoding(UTF-8)', $path or die "$path: $!";
    my @sections;
    while (my $line = <$file>) {
        chomp $line;
        next if $line =~ /^\s*(?:#|$)/;
        if    ($line =~ /^\[(\w+)\]$/) { push @sections, { name => $1, lines => [] } }
        elsif (!@sections)             { die "$path:$.: a section is expected\n" }
        else                           { push @{ $sections[-1]{lines} }, $line }
    }
    return @sections;
}

sub json_of { return JSON::PP->new->utf8->allow_nonref->decode(encode_utf8($_[0])) }

# As characters, unless it names bytes.
sub value_of {
    my ($text) = @_;
    1 while $text =~ s/\{([^{}]*)\*(\d+)\}/$1 x $2/e;
    my $bytes = encode_utf8($text);
    $bytes =~ s/\\(?:x([0-9a-f]{2})|(.))/defined $1 ? chr hex $1 : $2 eq 'n' ? "\n" : $2 eq 't' ? "\t" : $2/egi;
    return $text =~ /\\x/ ? $bytes : decode_utf8($bytes);
}

my %do;    # by section

$do{settings} = sub {
    my ($case, @lines) = @_;
    for (@lines) {
        if    (/^providers = (.*)/)         { $case->{providers} = [ split ' ', $1 ] }
        elsif (/^(\w+)\.(\w+) = ?(.*)/)     { $case->{set}{$1}{$2} = length $3 ? $3 : undef }
        elsif (!/^\s/ && /^\w+\s*=/ && !defined $case->{text}) { $case->{global} .= "$_\n" }
        else                                { $case->{text} .= "$_\n" }
    }
};

$do{gateway} = sub {
    my ($case, @lines) = @_;
    for (@lines) {
        if    (/^fault = (.*)/)     { $case->{sim}->fault(json_of($1)) }
        elsif (/^(\w+) = (.*)/)     { $case->{sim}->config($1 => json_of($2)) }
        elsif ($_ eq 'clear')       { $case->{sim}->faults_clear }
        else                        { die "[gateway] $_\n" }
    }
};

sub run_munja {
    my ($case, $args, $env) = @_;
    $case->{run} = Munja::run(args => $args, env => { %{ $env // {} }, MUNJA_CONFIG => $case->{conf} });
    return;
}

$do{alert} = sub {
    my ($case, @lines) = @_;
    my (@options, @operands, %env, $command);
    for (@lines) {
        if    (/^-/)                 { push @options, map { value_of($_) } split ' ', $_, 2 }
        elsif (/^text = ?(.*)/)      { $command = 'send'; push @operands, value_of($1) }
        elsif (/^operand = ?(.*)/)   { push @operands, value_of($1) }
        elsif (/^([A-Z]\w*) = ?(.*)/) { $env{$1} = value_of($2) }
        elsif (/^(\w+) = ?(.*)/)     { push @options, '-F', "$1=" . value_of($2) }
        else                         { die "[alert] $_\n" }
    }
    push @options, '--to', $number_of{ $case->{api} } // '01012345678'
        if !grep { /^(?:-T|--to|to=)/ } @options and !grep { /PAGER/ } keys %env;
    $case->{last} = [ [ $command // 'notify', @options, @operands ? ('--', @operands) : () ], \%env ];
    run_munja($case, @{ $case->{last} });
};

$do{again}  = sub { my ($case) = @_; run_munja($case, @{ $case->{last} }) };
$do{worker} = sub { my ($case) = @_; run_munja($case, [ 'worker', '--once' ]) };

# What came since the last look.
sub fresh {
    my ($case, $what, @all) = @_;
    my $seen = $case->{seen}{$what} // 0;
    $case->{seen}{$what} = @all;
    return @all[ $seen .. $#all ];
}

# Whatever a case is about: the answer is what monitors can digest and tells no secret.
sub check_answer {
    my ($case) = @_;
    my ($run, $out) = ($case->{run}, $case->{run}{out});
    is($run->{signal}, 0, 'munja ends by itself');
    like($out, qr/\AMUNJA (?:OK|WARNING|CRITICAL|UNKNOWN) - [^\n]*\n\z/, 'the answer is one line');
    cmp_ok(length $out, '<=', 500, 'of less than 500 bytes');
    my $copy = $out;
    ok(utf8::decode($copy), 'in UTF-8');
    is($run->{err}, '', 'and nothing beside it');
    for my $account (values %Munja::Sim::ACCOUNT) {
        unlike($out, qr/\Q$account->{secret}\E/, 'no secret is told');
    }
    unlike($out, qr/01012345678|13800000001/, 'no whole phone number either');
    return;
}

$do{expect} = sub {
    my ($case, @lines) = @_;
    my $sim = $case->{sim};
    my (%phone, @complaints, %want);
    check_answer($case);
    my $out = decode_utf8($case->{run}{out});
    my %arrived = map { $_ => [ fresh($case, "phone $_", $sim->phone($_)) ] } $sim->phones;
    my @requests = fresh($case, 'requests', $sim->requests);
    for (@lines) {
        if    (/^exit = (\d)$/)                      { $want{exit} = $1 }
        elsif (/^line ~ (.*)/)                       { like($out, qr/$1/, 'the answer says what happened') }
        elsif (/^(phone|title|kind|by) (\d+) = ?(.*)/) { push @{ $phone{$2}{$1} }, value_of($3) }
        elsif (/^complaint ~ (.*)/)                  { push @complaints, $1 }
        elsif ($_ eq 'nothing = sent')               { is(scalar @requests, 0, 'nothing was sent') }
        elsif (/^(\w+) (login|send) = (\d+)$/) {
            my ($gateway, $action, $count) = ($1, $2, $3);
            is((scalar grep { $_->{gateway} eq $gateway && ($action_of{ $_->{path} } // '') eq $action } @requests),
                $count, "$gateway: $action, $count times");
        }
        else { die "[expect] $_\n" }
    }
    is($case->{run}{exit}, $want{exit} // 0, 'exit code') or diag $out;
    for my $number (sort keys %{ { %phone, %arrived } }) {
        my @texts = @{ $arrived{$number} // [] };
        is_deeply([ map { $_->{text} } @texts ], $phone{$number}{phone} // [], "what stands on the phone $number");
        my %seen = (
            title => sub { $_[0]{subject} },
            by    => sub { $_[0]{gateway} },
            kind  => sub { "$_[0]{kind} $_[0]{used}/$_[0]{limit}" . ($_[1] =~ /( x\d+)$/ ? " x$_[0]{parts}" : '') },
        );
        for my $what (sort keys %seen) {
            my $wanted = $phone{$number}{$what} or next;
            is_deeply([ map { $seen{$what}->($texts[$_] // {}, $wanted->[$_]) } 0 .. $#$wanted ],
                $wanted, "$what of what stands on the phone $number");
        }
        is((scalar grep { $_->{used} > ($_->{parts} > 1 ? $UNITS_JOINED * $_->{parts} : $_->{limit}) } @texts),
            0, 'within the limit');
    }
    my @violations = map { decode_utf8($_) } fresh($case, 'violations', $sim->violations);
    for my $complaint (@complaints) {
        ok((grep { /$complaint/ } @violations), "the simulator complains of $complaint");
        @violations = grep { !/$complaint/ } @violations;
    }
    is_deeply(\@violations, [], 'the simulator has nothing to complain of');
};

sub play {
    my ($path) = @_;
    my ($api) = $path =~ m{([^/]+)/[^/]+$};
    my @sections = read_case($path);
    my $dir = Munja::folder();
    my %case = (api => $api, providers => [ $provider_of{$api} // () ], sim => Munja::Sim->start);
    die "$path: nothing is expected\n" if !grep { $_->{name} eq 'expect' } @sections;
    for my $section (@sections) {
        my $act = $do{ $section->{name} } or die "$path: there is no section [$section->{name}]\n";
        $case{conf} //= Munja::config($dir, $case{sim}, %case{qw(providers set global text)})
            if $section->{name} =~ /^(?:alert|worker)$/;
        $act->(\%case, @{ $section->{lines} });
    }
    return;
}

my @cases = @ARGV ? @ARGV : sort glob 't/case/*/*.case';
for my $path (@cases) {
    subtest $path => sub {
        eval { play($path); 1 } or fail($@);
    };
}
done_testing();
