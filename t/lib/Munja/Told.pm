package Munja::Told;
# What monitors are told, for journeys: rows as an accepted reply leaves them, and what became of them.
#     my $row = Munja::Told::acknowledge($world, source => 'nagios', host => '웹01', service => '디스크');
#     is Munja::Told::state($world, $row, 'done'), 'done icinga: …';
use strict;
use warnings;
use utf8;
use Time::HiRes qw(sleep time);
use Munja::Test;

my $replies = 0;

sub text { my ($text) = @_; return "'" . $text =~ s/'/''/gr . "'" }

# Of an alert: source, host, service, event; author, text; record.
sub acknowledge {
    my ($world, %of) = @_;
    %of = (author => 'kim', text => '가는 중', record => 0, map({ $_ => '' } qw(source host service event)), %of);
    my @texts = map { text($of{$_}) } qw(source host service event author text);
    my $row = $world->sql('INSERT INTO writeback (kind, record, reply, source, host, service, event, author, text, state, tries,'
        . " created_ms, due_ms, monitor, said) VALUES ('acknowledge', $of{record}, " . ++$replies . ', '
        . join(', ', @texts) . ", 'waiting', 0, strftime('%s') * 1000, strftime('%s') * 1000, '', '');"
        . 'SELECT last_insert_rowid()');
    Munja::run(args => [ 'queue', 'flush', '-f', $world->{conf} ]) if $world->{worker};    # which wakes it
    return $row;
}

# "STATE MONITOR: SAID", as soon as it fits.
sub state {
    my ($world, $row, $pattern, $seconds) = @_;
    my $until = time + ($seconds // 180);
    my $state;
    while (1) {
        $state = $world->sql("SELECT state || ' ' || monitor || ': ' || said FROM writeback WHERE id = $row");
        return $state if $state =~ /^$pattern/ || time > $until;
        sleep 0.1;
    }
}

1;
