package Munja::Core;
# munja_neb.so in a core that plays Nagios or Naemon (t/host/core.c), which obeys lines.
#     my $core = Munja::Core->new('nagios', Munja::Core::folder());
#     $core->macros(SERVICESTATE => 'OK', STATE => 0);   $core->notify;   $core->say('jobs');   $core->end;
use strict;
use warnings;
use utf8;
use IPC::Open2 qw(open2);
use Munja::Test;

my $BUILD  = $ENV{MUNJA_BUILD} || 'build';
my $MODULE = "$BUILD/lib/munja/munja_neb.so";

# A folder with a munja.conf, which may be given, and a store beside it.
sub folder {
    my ($text) = @_;
    my $dir = Munja::folder();
    Munja::write_file("$dir/munja.conf", $text // qq(store = "$dir/munja.db"\nprovider "joa" {\n api = "smsjoa"\n url = "https://127.0.0.1:1"\n user = "u"\n secret = "s"\n from = "0212345678"\n}\n)
        . qq(template "default" {\n service = "{{host}} {{_hostrack}}"\n}\n), 0600);
    return $dir;
}

# A core that has loaded the module, and knows of one service that is critical.
sub new {
    my ($class, $kind, $dir, $args, @under) = @_;
    my $self = bless { dir => $dir, load => "load $MODULE " . ($args // "config=$dir/munja.conf munja=/bin/true") }, $class;
    delete local @ENV{ grep { /^MUNJA_CONFIG|proxy$/i } keys %ENV };
    $self->{pid} = open2($self->{out}, $self->{in}, @under, "$BUILD/t/host/$kind");
    binmode $_, ':encoding(UTF-8)' for @$self{qw(in out)};
    $self->{in}->autoflush(1);
    $self->{loaded} = $self->say($self->{load});
    $self->macros(HOSTNAME => 'web1', SERVICEDESC => '디스크', SERVICESTATE => 'CRITICAL', STATE => 2, SERVICEOUTPUT => '꽉 찼음',
        CONTACTNAME => 'kim', CONTACTPAGER => '010-1234-5678', SERVICENOTIFICATIONID => 7, COMMAND => 'munja-notify-service');
    return $self;
}

# What it answers, without the mark of the end; undef when it is gone.
sub say {
    my ($self, $line) = @_;
    local $SIG{PIPE} = 'IGNORE';
    print { $self->{in} } "$line\n";
    my $said = '';
    while (defined(my $answer = readline $self->{out})) {
        return $said if $answer eq ".\n";
        $said .= $answer;
    }
    return;
}
sub macros { my ($self, %macro) = @_; $self->say("macro $_" . (defined $macro{$_} ? " $macro{$_}" : '')) for sort keys %macro; return }
sub notify { my ($self, $kind) = @_; return $self->say('notify ' . ($kind // 'service')) =~ /^answer (\d+)$/m ? $1 : undef }
sub end { my ($self) = @_; close $self->{in}; waitpid $self->{pid}, 0; return $? }

1;
