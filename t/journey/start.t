# What a start of the executable loads, and what becomes of an alert when it cannot.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::World;
use Test::More;
use Unicode::Normalize qw(NFD);

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);

my $KIM = '01012345678';

subtest 'the delivering half is loaded for a text that needs composing' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my @notify = ('notify', '--to', $KIM, '-F', 'id=1', '-F', 'number=1', '-F', 'host=db1');
    is $world->munja(@notify)->{exit}, 0, 'sent';
    for my $case (
        [ 'ASCII', 'DISK CRITICAL', 0 ],
        [ 'everyday Korean', '디스크 “사용률” 95% → 위험 🔴', 0 ],
        [ 'Jamo', NFD('디스크'), 1 ],
        [ 'an emoji made of several', "\x{26a0}\x{fe0f}", 1 ],
        )
    {
        my ($name, $output, $loads) = @$case;
        my $run = $world->munja({ LD_DEBUG => 'files' }, @notify, '-F', "output=$output");
        is $run->{exit}, 0, "$name: found again";
        is !!($run->{err} =~ /calling init: \S*libunistring/), !!$loads, "$name: libunistring " . ($loads ? 'is' : 'is not');
        is !!($run->{err} =~ /calling init: \S*munja_deliver/), !!$loads, "$name: so " . ($loads ? 'is' : 'is not') . ' the half that needs it';
    }
    $world->clean;
};

subtest 'composed by the half' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $run = $world->munja('send', '--to', $KIM, NFD('디스크 가득'));
    is $run->{exit}, 0, 'sent' or diag $run->{out};
    is(($world->sim->phone($KIM))[-1]{text}, '디스크 가득', 'in syllables');
    $world->clean;
};

subtest 'without the half' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    mkdir "$world->{dir}/bin" or die;
    system('cp', Munja::program(), "$world->{dir}/bin/") == 0 or die;
    my @args = ('send', '-v', '-f', $world->{conf}, '--to', $KIM, NFD('디스크 가득'));
    my $run = Munja::run(program => "$world->{dir}/bin/munja", args => \@args);
    is $run->{exit}, 1, 'kept' or diag $run->{out};
    like $run->{err}, qr/text=kept fault="cannot load munja_deliver\.so/, 'and told';
    like $world->sql('SELECT alert FROM record'), qr/\x{1103}\x{1175}/, 'in the words it came in';
};

done_testing();
