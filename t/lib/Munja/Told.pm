package Munja::Told;
# Phones that answer, and what monitors are told, for journeys.
#     my $world = Munja::Told::world(...);                         its gateway takes texts to China and brings replies back
#     Munja::Told::configure($world, NAME => KEY => VALUE, …);     with this monitor, and none else
#     my $code = Munja::Told::code($world, $KIM, '디스크');        of the first text about it on that phone
#     my $said = Munja::Told::pushed($world, $KIM, "ACK $code");   by the gateway to the worker; or pulled: munja fetches it
#     is Munja::Told::outcome($world, $said), 'acknowledged';
#     my $row = Munja::Told::row($world, $said);                   what is to be told because of it
#     is Munja::Told::state($world, $row, 'done'), 'done icinga: …';
# What no reply can bring about is put into the store: Munja::Told::acknowledge($world, source => 'nagios', host => '웹01').
use strict;
use warnings;
use utf8;
use Test::More;
use Time::HiRes qw(sleep time);
use Munja::Push;
use Munja::Test;
use Munja::World;

my $TOKEN   = 'decade0123456789';
my $replies = 0;

# A busy machine is slow; what is wrong may be told late.
my $PATIENCE = 180;

sub world {
    my (%option) = @_;
    my $port  = Munja::free_port();
    my $world = Munja::World->new(providers => [qw(cn joa)], global => qq(listen = "127.0.0.1:$port"\n), set => { cn => { hook_token => $TOKEN } }, %option);
    $world->{push}  = Munja::Push->new($port);
    $world->{plain} = do { open my $file, '<:encoding(UTF-8)', $world->{conf} or die "$world->{conf}: $!"; local $/; <$file> };
    return $world;
}

sub configure {
    my ($world, $name, %key) = @_;
    my @lines = map { "    $_ = " . Munja::quoted($key{$_}) . "\n" } grep { defined $key{$_} } sort keys %key;
    Munja::write_file("$world->{conf}.new", "$world->{plain}monitor \"$name\" {\n@lines}\n", 0600);
    rename "$world->{conf}.new", $world->{conf} or die "$world->{conf}: $!";    # whole for whoever reads it just now
    return;
}

# Of the first text about it, or of another one, among those that carry one; "" when it does not come.
sub code {
    my ($world, $phone, $about, $count) = @_;
    my @codes;
    Munja::until_true(sub { @codes = map { /\Q$about\E.*\(ACK (\w+)\)/s } $world->texts($phone); @codes >= ($count // 1) }, $PATIENCE);
    return $codes[ ($count // 1) - 1 ] // '';
}

# What a phone says, as the gateway words it; the same may come again.
sub said { my ($phone, $text) = @_; return Munja::Push::reply(sprintf('4C3665438272%04d', ++$replies), $phone, $text) }
sub hook { return "/hook/cn/$TOKEN" }
sub push_again {
    my ($world, @said) = @_;
    my $answer = $world->{push}->post(hook(), Munja::Push::list(@said));
    return "$answer->{status} $answer->{body}";
}
sub pull_again {
    my ($world, $said) = @_;
    $world->sim->inbound(map { $_ => $said->{$_} } qw(mobile content mid time));
    return $world->munja('replies', 'cn')->{exit};
}
sub pushed { my ($world, @says) = @_; my $said = said(@says); is push_again($world, $said), '200 OK', "pushed: " . substr $says[1], 0, 40; return $said }
sub pulled { my ($world, @says) = @_; my $said = said(@says); is pull_again($world, $said), 0, "pulled: " . substr $says[1], 0, 40; return $said }

# What munja made of it, once it did.
sub outcome {
    my ($world, $said) = @_;
    my $outcome;
    Munja::until_true(sub { ($outcome = $world->sql("SELECT outcome FROM reply WHERE reference = '$said->{mid}'")) ne '' }, $PATIENCE);
    return $outcome;
}
sub row  { my ($world, $said) = @_; return $world->sql("SELECT w.id FROM writeback w JOIN reply r ON r.id = w.reply WHERE r.reference = '$said->{mid}'") }
sub rows { my ($world) = @_; return $world->sql("SELECT count(*) FROM writeback WHERE kind = 'acknowledge'") }

# What waits is due, as if the time had passed.
sub due { my ($world) = @_; return $world->sql("UPDATE writeback SET due_ms = 1 WHERE state = 'waiting'") }

# One who was told of the problem, and one who was not, say what must not acknowledge it.
sub refused {
    my ($world, $code, $told, $stranger) = @_;
    my $before = rows($world);
    my $wrong  = $code eq '7K2' ? '7K3' : '7K2';
    for my $case ([ $stranger, $code, 'refused' ], [ $stranger, 'ok', 'refused' ], [ $told, "ACK $wrong", 'unknown' ], [ $told, '무슨 일이죠?', 'unclear' ]) {
        my ($phone, $text, $outcome) = @$case;
        is outcome($world, pushed($world, $phone, $text)), $outcome, "which is $outcome";
    }
    return is rows($world), $before, 'nothing is acknowledged';
}

# What acknowledged comes again, and somebody else says the same.
sub once {
    my ($world, $said, $other, $code) = @_;
    my $before = rows($world);
    is push_again($world, $said), '200 OK', 'the same is pushed again';
    is pull_again($world, $said), 0, '... and pulled';
    is outcome($world, pulled($world, $other, $code)), 'taken', 'somebody else is too late';
    return is rows($world), $before, 'nothing more is told';
}

# As if it were a week later, for one reply.
sub expired {
    my ($world, $phone, $code) = @_;
    my $before = rows($world);
    my $age    = sub { return $world->sql("UPDATE problem SET seen_ms = seen_ms $_[0] (7 * 86400000 + 1) WHERE code = '$code'") };
    $age->('-');
    is outcome($world, pushed($world, $phone, $code)), 'expired', 'a code that is too old';
    $age->('+');
    return is rows($world), $before, 'acknowledges nothing';
}

sub text { my ($text) = @_; return "'" . $text =~ s/'/''/gr . "'" }

# Of an alert: source, host, service, event; author, text; record.
sub acknowledge {
    my ($world, %of) = @_;
    %of = (author => 'kim', text => '가는 중', record => 0, map({ $_ => '' } qw(source host service event)), %of);
    my @texts = map { text($of{$_}) } qw(source host service event author text);
    my $row = $world->sql('INSERT INTO writeback (kind, record, reply, source, host, service, event, author, text, state, tries,'
        . " created_ms, due_ms, monitor, said) VALUES ('acknowledge', $of{record}, " . (1_000_000 + ++$replies) . ', '
        . join(', ', @texts) . ", 'waiting', 0, strftime('%s') * 1000, strftime('%s') * 1000, '', '');"
        . 'SELECT last_insert_rowid()');
    Munja::run(args => [ 'queue', 'flush', '-f', $world->{conf} ]) if $world->{worker};    # which wakes it
    return $row;
}

# "STATE MONITOR: SAID", as soon as it fits.
sub state {
    my ($world, $row, $pattern, $seconds) = @_;
    my $until = time + ($seconds // $PATIENCE);
    my $state;
    while (1) {
        $state = $world->sql("SELECT state || ' ' || monitor || ': ' || said FROM writeback WHERE id = $row");
        return $state if $state =~ /^$pattern/ || time > $until;
        sleep 0.1;
    }
}

1;
