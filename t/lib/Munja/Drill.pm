package Munja::Drill;
# What must hold behind every monitor: a server of Munja::Monitor's kind, munja as it is installed, the simulator's phones.
#     my $drill = Munja::Drill->new;
#     my $monitor = Munja::Nagios->start($program, $drill->objects);
#     $drill->told($monitor);  $drill->storm($monitor);  $drill->reload($monitor);  $drill->outage($monitor);
use strict;
use warnings;
use utf8;
use Test::More;
use Time::HiRes qw(sleep time);
use Munja::Server;
use Munja::Worker;
use Munja::World;

my $KIM   = '01012345678';
my $STORM = 300;
my $PATIENCE = 180;    # seconds, which pass only where something is wrong
my @STORM = map { my $host = $_; map { [ sprintf('storm%02d', $host), sprintf('서비스 %02d', $_) ] } 1 .. 30 } 1 .. $STORM / 30;

sub storm_services { return @STORM }

# Texts as munja words them, but for what may be long.
my $words = <<'END';
template "whole" { service = "[{{type}}] {{host}}/{{service}} {{state}} {{output}} {{long_output}}" }
route "log" { service = {"로그"}  template = "whole" }
END

# worker => 1: one is resident; text => more of munja.conf.
sub new {
    my ($class, %option) = @_;
    my $world = Munja::World->new(providers => ['joa'], sim => { balance => 2_000_000_000 }, text => ($option{text} // '') . $words);
    my $worker = $option{worker} && Munja::Worker->start($world->{conf});
    return bless { world => $world, worker => $worker, seen => 0 }, $class;
}

# Who and what is watched, and what munja is told of itself.
sub objects {
    my ($self) = @_;
    my %hosts = ('웹01' => [ '디스크', '로그' ]);
    push @{ $hosts{ $_->[0] } }, $_->[1] for @STORM;
    return (hosts => \%hosts, contacts => { kim => '010-1234-5678' }, env => { MUNJA_CONFIG => $self->{world}{conf} });
}

# How many lines of a file of the simulator's are such.
sub lines {
    my ($self, $name, $pattern) = @_;
    return scalar grep { /$pattern/ } split /\n/, $self->{world}{sim}->slurp($name);
}

# What came since the last look, as soon as it is that many texts.
sub texts {
    my ($self, $count) = @_;
    Munja::until_true(sub { $self->lines("phones/$KIM", '.') >= $self->{seen} + $count }, $PATIENCE);
    my @all = $self->{world}->texts($KIM);
    my @new = @all[ $self->{seen} .. $#all ];
    $self->{seen} = @all;
    return @new;
}

# From here on is counted.
sub begin {
    my ($self, $monitor) = @_;
    $monitor->forget;
    $self->{known} = $self->records;
    return;
}

sub records {
    my ($self, $where) = @_;
    return -s "$self->{world}{dir}/munja.db" ? $self->{world}->sql('SELECT count(*) FROM record' . ($where // '')) : 0;
}
sub waiting { my ($self) = @_; return $self->records(q{ WHERE state = 'waiting'}) }

# What a store that was locked for too long made munja send without a record; it says so, and servers log that.
sub unrecorded { my ($monitor) = @_; return scalar(() = $monitor->log =~ /^.*MUNJA .*sent without a record: .*$/mg) }

# So many are written down since, and nobody is busy any more. A server tells of a notification before it runs anything.
sub settle {
    my ($self, $monitor, $count) = @_;
    Munja::until_true(sub { $self->records + unrecorded($monitor) >= $self->{known} + $count }, $PATIENCE);
    return $self->idle;
}

# Nobody but the worker is busy any more: in this namespace is this test alone.
sub idle {
    my ($self) = @_;
    my $worker = $self->{worker} && $self->{worker}->pid // 0;
    Munja::until_true(sub { !grep { $_ != $worker } Munja::alive('munja') }, $PATIENCE);
    return;
}

# What no gateway took is due, as if the time had passed: the worker has it, or who looks after it every minute.
sub catch_up {
    my ($self) = @_;
    my $world = $self->{world};
    Munja::until_true(sub {
        return 1 if $self->waiting == 0;
        $world->sql("UPDATE record SET due_ms = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) WHERE state = 'waiting'");
        $self->{worker} ? sleep 0.5 : $world->munja('worker', '--once');
        return 0;
    }, $PATIENCE);
    return;
}

# Each way to be told of something. What a monitor cannot hand over is left out.
sub told {
    my ($self, $monitor, %option) = @_;
    my @disk = ('웹01', '디스크');
    my $when = qr/ \d\d-\d\d \d\d:\d\d\z/;
    my $is = sub {
        my ($what, $text) = @_;
        my @texts = $self->texts(1);
        is scalar(@texts), 1, "$what: one text";
        like $texts[0], qr/\A\Q$text\E$when/, $what;
    };
    $monitor->result(@disk, 2, '디스크 여유 3% (있음) * "둘" \\d');
    my $output = $monitor->shown('디스크 여유 3% (있음) * "둘" \\d', %option);
    $is->('a problem', "[PROBLEM] CRITICAL 웹01/디스크 $output");
    $monitor->acknowledge(@disk, '김철수', '확인 중입니다');
    $is->('an acknowledgement', "[ACKNOWLEDGEMENT] CRITICAL 웹01/디스크 (김철수: 확인 중입니다) $output");
    my $says = sub { $option{short} ? '' : "($_[0]) " };
    $monitor->custom(@disk, '이영희', '점검 예정');
    $is->('by hand', '[CUSTOM] CRITICAL 웹01/디스크 ' . $says->('이영희: 점검 예정') . $output);
    $monitor->downtime(@disk, $monitor->downtime_seconds, '김철수', '디스크 교체');
    $is->('a downtime', '[DOWNTIMESTART] CRITICAL 웹01/디스크 ' . $says->('김철수: 디스크 교체') . $output);
    $monitor->downtime_over;
    $is->('its end', '[DOWNTIMEEND] CRITICAL 웹01/디스크 ' . $says->('김철수: 디스크 교체') . $output);
    $monitor->result(@disk, 0, '디스크 여유 40%');
    $is->('a recovery', '[RECOVERY] OK 웹01/디스크 디스크 여유 40%');
    $monitor->result('웹01', undef, 1, '응답 없음');
    $is->('a host that is down', '[PROBLEM] DOWN 웹01 응답 없음');
    $monitor->acknowledge('웹01', undef, '김철수', '가는 중');
    $is->('acknowledged too', '[ACKNOWLEDGEMENT] DOWN 웹01 (김철수: 가는 중) 응답 없음');
    $monitor->result('웹01', undef, 0, '응답 있음');
    $is->('and up again', '[RECOVERY] UP 웹01 응답 있음');
    return if $option{short};

    my @lines = map { "${_}번째 줄: 데이터베이스 연결이 끊어졌습니다" } 1 .. 20;
    $monitor->result('웹01', '로그', 1, join "\n", @lines);
    is_deeply [ $self->texts(1) ], [ '[PROBLEM] 웹01/로그 WARNING ' . $lines[0] . ' ' . join("\n", @lines[ 1 .. 19 ]) ], 'many lines arrive whole';
    return;
}

# All of a storm's services change their state; each is told of it, once. A slow machine may leave some of it for later.
sub storm {
    my ($self, $monitor, $code, $state) = @_;
    $self->begin($monitor);
    my $start = time;
    $monitor->results(map { [ @$_, $code, "상태 $code" ] } @STORM);
    $self->settle($monitor, scalar @STORM);
    my $wall = time - $start;
    $self->catch_up;
    cmp_ok $self->served, '>', 0, 'the worker delivers' if $self->{worker};
    $self->each_once($monitor, $state, @STORM);
    diag sprintf '%d notifications in %.1f s, %d without a record', scalar(@STORM), $wall, unrecorded($monitor);
    return;
}

# How many attempts the worker made: where it is slow to answer, munja sends by itself.
sub served { my ($self) = @_; return scalar(() = $self->{worker}->log =~ /^.*\brecord=\d+ .*\boutcome=/mg) }

# Each has its text. One that came again is one whose answer was lost: the store knows of that.
sub each_once {
    my ($self, $monitor, $state, @services) = @_;
    my %times = map { ("$_->[0]/$_->[1]" => 0) } @services;
    my @odd;
    for my $text ($self->texts(0)) {
        my ($service) = $text =~ m{ \Q$state\E (storm\d\d/서비스 \d\d) };
        if   (defined $service && defined $times{$service}) { $times{$service}++ }
        else                                                { push @odd, $text }
    }
    my @lost   = sort grep { $times{$_} == 0 } keys %times;
    my @double = sort grep { $times{$_} > 1 && $times{$_} > 1 + $self->doubtful($_) } keys %times;
    is_deeply \@lost,   [], 'none is lost';
    is_deeply \@double, [], 'none comes twice without an attempt that ended in doubt';
    is_deeply \@odd,    [], 'nothing else comes';
    return if !@lost && !@double;
    diag "$_: " . $self->attempts($_, 'r.id, r.state, a.*') for @lost, @double;
    my %answer;
    $answer{ s/ (?:\||time=).*//r }++ for $monitor->log =~ /(MUNJA [^\n]*)/g;
    diag "$answer{$_} times $_" for sort keys %answer;
    return;
}

# What the store says of attempts for such a service.
sub attempts {
    my ($self, $service, $columns) = @_;
    my ($host, $name) = split m{/}, $service;
    return $self->{world}->sql("SELECT $columns FROM record r LEFT JOIN attempt a ON a.record = r.id"
            . " WHERE instr(r.alert, '$host') AND instr(r.alert, '$name')");
}

sub doubtful {
    my ($self, $service) = @_;
    return $self->attempts($service, q{coalesce(sum(a.outcome = 'unsure' OR a.ended_ms = 0), 0)});
}

# What runs while the server reads its configuration again goes on.
sub reload {
    my ($self, $monitor, $code, $state) = @_;
    my @before = @STORM[ 0 .. 19 ];
    my @after  = @STORM[ 20 .. 39 ];
    my $send   = qr/"action":"send"/;
    my $asked  = $self->lines('requests.jsonl', $send);
    $self->begin($monitor);
    $self->{world}{sim}->fault(match => '/1/send', do => 'delay', ms => 2000);
    $monitor->results(map { [ @$_, $code, "상태 $code" ] } @before);
    Munja::until_true(sub { $self->records + unrecorded($monitor) >= $self->{known} + @before && $self->lines('requests.jsonl', $send) > $asked }, $PATIENCE);
    $monitor->reload;
    $self->{world}{sim}->faults_clear;
    $monitor->results(map { [ @$_, $code, "상태 $code" ] } @after);
    $self->settle($monitor, @before + @after);
    $self->catch_up;
    $self->each_once($monitor, $state, @before, @after);
    return;
}

# Nothing gets through, then all of it, when somebody looks after it or by the worker, once it tries that gateway again.
sub outage {
    my ($self, $monitor, $code, $state) = @_;
    my @some = @STORM[ 40 .. 69 ];
    $self->begin($monitor);
    $self->{world}{sim}->fault(do => 'reset');
    $monitor->results(map { [ @$_, $code, "상태 $code" ] } @some);
    $self->settle($monitor, scalar @some);
    is_deeply [ $self->texts(0) ], [], 'nothing arrives';
    is $self->waiting, scalar(@some), 'all of it waits';
    $monitor->await($monitor->{fault});
    pass 'and the server knows';
    $self->{world}{sim}->faults_clear;
    $self->catch_up;
    $self->each_once($monitor, $state, @some);
    return;
}

sub end {
    my ($self) = @_;
    is $self->{worker}->stop, 0, 'the worker ends when it is told to' if $self->{worker};
    $self->idle;    # a text is on its phone before it is written down that it was taken
    is $self->waiting, 0, 'nothing waits any more';
    $self->{world}->clean('the simulator');
    return;
}

1;
