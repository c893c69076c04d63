#!/usr/bin/perl
# A picture that goes with an alert: what reaches the phone of it, and that it never costs the text.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Compress::Zlib qw(compress crc32);
use Digest::MD5    qw(md5_hex);
use JSON::PP       ();
use MIME::Base64   qw(decode_base64);
use Munja::World;
use POSIX qw(mkfifo);
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my ($KIM, $LEE) = ('01012345678', '01099998888');
my $serial = 0;

sub chunk { my ($name, $data) = @_; return pack('N', length $data) . $name . $data . pack('N', crc32($name . $data)) }

# Rows of three bytes a pixel, each behind its filter byte 0.
sub png {
    my ($width, $height, $rows) = @_;
    return "\x89PNG\r\n\x1a\n" . chunk('IHDR', pack('NNCCCCC', $width, $height, 8, 2, 0, 0, 0)) . chunk('IDAT', compress($rows)) . chunk('IEND', '');
}
sub plain_png { my ($width, $height) = @_; my $row = "\0" . "\x20\x80\xe0" x $width; return png($width, $height, $row x $height) }
sub noise_png {
    my ($width, $height) = @_;
    my $noise = join '', map { pack 'N', rand 1 << 32 } 0 .. $width;
    return png($width, $height, join '', map { "\0" . substr $noise x 4, $_ % 997, 3 * $width } 1 .. $height);
}

# Gray all over, as a decoder wants it: each block is two bits, no difference and the end.
sub gray_jpeg {
    my ($width, $height, $bytes) = @_;
    my $part = sub { my ($mark, $data) = @_; return "\xff" . chr($mark) . pack('n', 2 + length $data) . $data };
    my $blocks = int(($width + 7) / 8) * int(($height + 7) / 8);
    my $scan = "\0" x ($blocks / 4) . ($blocks % 4 ? chr(0xff >> 2 * ($blocks % 4)) : '');
    my $jpeg = "\xff\xd8" . $part->(0xdb, "\0" . "\1" x 64) . $part->(0xc0, pack 'CnnCCCC', 8, $height, $width, 1, 1, 0x11, 0)
        . $part->(0xc4, "\0" . "\1" . "\0" x 15 . "\0") . $part->(0xc4, "\x10" . "\1" . "\0" x 15 . "\0");
    $jpeg .= $part->(0xfe, 'x' x 60000) while length $jpeg < ($bytes // 0);
    return $jpeg . $part->(0xda, "\1\1\0\0\x3f\0") . $scan . "\xff\xd9";
}

sub file { my ($world, $name, $bytes) = @_; return Munja::write_file("$world->{dir}/$name", $bytes) }

# An alert with a picture; another one each time.
sub send_image {
    my ($world, $provider, $image, @args) = @_;
    my %env = @args && ref $args[0] ? %{ shift @args } : ();
    return $world->munja(\%env, 'send', defined $provider ? ('-p', $provider) : (), defined $image ? ('-i', $image) : (), grep({ $_ eq '--to' } @args) ? () : ('--to', $KIM), @args, '그래프 ' . ++$serial);
}
sub last_on { my ($world, $number) = @_; return ($world->sim->phone($number // $KIM))[-1] // {} }
sub size_of { my ($text) = @_; return "$text->{kind} " . join 'x', map { $_ // '?' } @$text{qw(image_width image_height)} }

# The picture's bytes in the request of each gateway.
my %PICTURE = (
    joa    => sub { Munja::World::parts($_[0])->{image} },
    nsms   => sub { decode_base64(JSON::PP->new->utf8->decode(Munja::World::body($_[0]))->{files}[0]{body}) },
    nanumi => sub { my %form = Munja::World::fields(Munja::World::body($_[0])); $form{upFile} =~ /^data:image\/jpeg;base64,(.*)/ ? decode_base64($1) : '' },
);

subtest 'a JPEG that fits goes byte for byte' => sub {
    my $world = Munja::World->new;
    for my $jpeg (Munja::Sim::jpeg(720, 480, 30_000), Munja::Sim::jpeg(1, 1), gray_jpeg(320, 240)) {
        my $path = file($world, 'graph.jpg', $jpeg);
        for my $provider (sort keys %PICTURE) {
            my $run = send_image($world, $provider, $path);
            is $run->{exit}, 0, "$provider: exit 0" or diag $run->{out};
            like $run->{out}, qr/\(mms, /, "$provider: an MMS";
            my ($request) = $world->fresh(action => 'send');
            is md5_hex($PICTURE{$provider}->($request)), md5_hex($jpeg), "$provider: the bytes of the file";
            is last_on($world)->{text}, "그래프 $serial", "$provider: with its text";
        }
    }
    my $big = Munja::Sim::jpeg(720, 480, 300_000);
    my $path = file($world, 'big.jpg', $big);
    for my $provider (sort keys %PICTURE) {
        send_image($world, $provider, $path);
        is size_of(last_on($world)) . ' ' . last_on($world)->{image_bytes}, 'mms 720x480 ' . length $big, "$provider: as large as may be";
    }
    send_image($world, 'joa', file($world, 's.jpg', Munja::Sim::jpeg(9, 9)));
    my %part = %{ Munja::World::parts(($world->fresh(action => 'send'))[-1]) };
    is $part{msg_type}, 'mms', 'joa: the type';
    like $part{'image;'}, qr/filename="[^"]+\.jpe?g".*^Content-Type: image\/jpeg/msi, 'joa: a file with a name and a type';
    send_image($world, 'nsms', "$world->{dir}/s.jpg");
    my $body = JSON::PP->new->utf8->decode(Munja::World::body(($world->fresh(action => 'send'))[-1]));
    is $body->{type}, 'MMS', 'nsms: the type';
    like $body->{files}[0]{name}, qr/\.jpe?g$/, 'nsms: a file with a name';
    $world->clean;
};

subtest 'what does not fit is made to fit' => sub {
    my $world = Munja::World->new;
    my @cases = (
        [ 'a PNG',                    plain_png(400, 300),            'mms 400x300' ],
        [ 'a wide PNG',               plain_png(1440, 400),           'mms 720x200' ],
        [ 'a high PNG',               plain_png(400, 960),            'mms 200x480' ],
        [ 'a PNG of noise',           noise_png(1200, 800),           'mms 720x480' ],
        [ 'a PNG of one pixel',       plain_png(1, 1),                'mms 1x1' ],
        [ 'a JPEG too wide',          gray_jpeg(1440, 960),           'mms 720x480' ],
        [ 'a JPEG one pixel too wide', gray_jpeg(721, 480),           qr/^mms 720x4(?:79|80)$/ ],
        [ 'a JPEG of too many bytes', gray_jpeg(720, 480, 1_000_000), 'mms 720x480' ],
    );
    for my $case (@cases) {
        my ($name, $bytes, $size) = @$case;
        my $path = file($world, 'graph', $bytes);
        for my $provider (sort keys %PICTURE) {
            my $run = send_image($world, $provider, $path);
            is $run->{exit}, 0, "$provider, $name: exit 0" or diag $run->{out};
            like size_of(last_on($world)), ref $size ? $size : qr/^\Q$size\E$/, "$provider, $name: its size";
            cmp_ok last_on($world)->{image_bytes}, '<=', 300_000, "$provider, $name: its bytes";
        }
    }
    $world->clean;
};

subtest 'a picture that cannot be used costs itself only' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $bomb = "\x89PNG\r\n\x1a\n" . chunk('IHDR', pack('NNCCCCC', 60000, 60000, 8, 2, 0, 0, 0)) . chunk('IDAT', compress("\0" x 1_000_000)) . chunk('IEND', '');
    my $liar = "\x89PNG\r\n\x1a\n" . chunk('IHDR', pack('NNCCCCC', 700, 400, 8, 2, 0, 0, 0)) . chunk('IDAT', compress('x')) . chunk('IEND', '');
    my %bad = (
        'a text'             => 'This is no picture.', 'nothing' => '', 'a NUL' => "\0",
        'half a JPEG'        => substr(gray_jpeg(320, 240), 0, 80), 'a JPEG without an end' => substr(Munja::Sim::jpeg(320, 240), 0, -2), 'a JPEG without tables' => Munja::Sim::jpeg(1000, 1000),
        'a PNG cut short'    => substr(plain_png(300, 300), 0, 60), 'a PNG\'s head' => "\x89PNG\r\n\x1a\n", 'a PNG that lies' => $liar, 'a PNG of 3.6 billion pixels' => $bomb,
        'a PNG of no size'   => "\x89PNG\r\n\x1a\n" . chunk('IHDR', pack('NNCCCCC', 0, 0, 8, 2, 0, 0, 0)), 'a PNG of noise behind its head' => substr(plain_png(50, 50), 0, 33) . join('', map { chr rand 256 } 1 .. 5000),
        'eleven MiB'         => gray_jpeg(320, 240, 11 * 1024 * 1024),
    );
    for my $name (sort keys %bad) {
        my $run = send_image($world, undef, file($world, 'graph', $bad{$name}));
        is last_on($world)->{text}, "그래프 $serial", "$name: the text arrives";
        is last_on($world)->{kind}, 'sms', "$name: as the SMS that it is without";
        is $run->{exit}, 1, "$name: exit 1" or diag $run->{out};
        like $run->{out}, qr/^MUNJA WARNING - [^\n]*image: \w[^\n]+\n\z/, "$name: and why";
    }
    mkfifo("$world->{dir}/pipe", 0600) or die;
    for my $path ("$world->{dir}/absent.jpg", "$world->{dir}", "$world->{dir}/pipe", '/dev/zero', '/dev/null', "$world->{dir}/no/such") {
        my $run = send_image($world, undef, $path);
        is $run->{exit}, 1, "$path: exit 1" or diag $run->{out};
        is last_on($world)->{text}, "그래프 $serial", "$path: the text arrives";
        cmp_ok $run->{wall}, '<', 10, "$path: nothing is waited for";    # half of the time there is
    }
    $world->clean;
};

subtest 'a provider that takes none' => sub {
    my $world = Munja::World->new(providers => [ 'plex', 'cn', 'joa' ]);
    my $path = file($world, 'graph.jpg', Munja::Sim::jpeg(320, 240));
    for my $case ([ 'plex', $KIM, $KIM ], [ 'cn', '+8613900001234', '13900001234' ]) {
        my ($provider, $to, $phone) = @$case;
        my $run = send_image($world, $provider, $path, '--to', $to);
        is $run->{exit}, 1, "$provider: exit 1" or diag $run->{out};
        like $run->{out}, qr/image/, "$provider: says so";
        like last_on($world, $phone)->{text}, qr/그래프 $serial$/, "$provider: the text arrives";
    }
    my $run = send_image($world, undef, 'https://graphs.example.com/1.jpg');
    is last_on($world)->{text}, "그래프 $serial", 'an address where nobody fetches: the text arrives';
    is $run->{exit}, 1, 'exit 1' or diag $run->{out};
};

subtest 'several recipients' => sub {
    my $world = Munja::World->new;
    my $path = file($world, 'graph.png', plain_png(300, 200));
    for my $provider (sort keys %PICTURE) {
        $world->fresh;
        my @to = map { sprintf '010%08d', $_ } 1 .. 50;
        is send_image($world, $provider, $path, '--to', join ',', @to)->{exit}, 0, "$provider: exit 0";
        is scalar($world->fresh(action => 'send')), 1, "$provider: one request for fifty";
        is scalar(grep { size_of(last_on($world, $_)) eq 'mms 300x200' } @to), 50, "$provider: each has it";
    }
    $world->clean;
};

subtest 'kept with its record' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $jpeg = Munja::Sim::jpeg(320, 240, 20_000);
    my $path = file($world, 'graph.jpg', $jpeg);
    $world->sim->fault(do => 'reset');
    is send_image($world, undef, $path, '--to', "$KIM,$LEE")->{exit}, 1, 'nobody takes it: kept';
    $world->sim->faults_clear;
    unlink $path or die;
    $world->sql("UPDATE record SET due_ms = 1, lease_until_ms = 0");
    $world->fresh;
    is $world->munja('worker', '--once')->{exit}, 0, 'the worker';
    my @requests = $world->fresh(action => 'send');
    is scalar @requests, 1, 'one request for both';
    is md5_hex($PICTURE{joa}->($requests[0])), md5_hex($jpeg), 'with the picture that is gone';
    is size_of(last_on($world, $_)), 'mms 320x240', "$_ has it" for $KIM, $LEE;

    $path = file($world, 'graph.png', plain_png(1440, 960));
    $world->sim->fault(do => 'reset');
    send_image($world, undef, $path);
    $world->sim->faults_clear;
    unlink $path or die;
    $world->sql("UPDATE record SET due_ms = 1, lease_until_ms = 0");
    my $run = $world->munja({ LD_DEBUG => 'files' }, 'worker', '--once');
    is size_of(last_on($world)), 'mms 720x480', 'one that was converted too';
    unlike $run->{err}, qr/calling init: \S*(?:libgd|munja_image)/, 'it was, before: the worker needs no picture library';
    $world->clean;
};

subtest 'failover with a picture' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'nanumi' ]);
    my $path = file($world, 'graph.jpg', Munja::Sim::jpeg(320, 240));
    $world->sim->fault(match => '/1/send', do => 'status', status => 429);
    is send_image($world, undef, $path)->{exit}, 0, 'the next takes it';
    is size_of(last_on($world)) . ' ' . last_on($world)->{gateway}, 'mms 320x240 nanuminet', 'with its picture';
    $world->sim->faults_clear;
    for my $code (-100005, -100006, -100032) {
        my $world = Munja::World->new(providers => ['joa']);
        $world->sim->fault(match => '/1/send', do => 'status', status => 400, body => qq({"code":$code,"message":"MMS"}));
        my $run = send_image($world, undef, file($world, 'graph.jpg', Munja::Sim::jpeg(320, 240)));
        like $run->{exit}, qr/^[12]$/, "a gateway that refuses the picture ($code) is not a success" or diag $run->{out};
        like $run->{out}, qr/$code/, 'and told';
    }
};

subtest 'by address' => sub {
    my $world = Munja::World->new;
    my $address = 'https://graphs.example.com/d/1.jpg?from=now-1h&to=now#x';
    is send_image($world, 'nanumi', $address)->{exit}, 0, 'exit 0';
    my %form = Munja::World::fields(Munja::World::body(($world->fresh(action => 'send'))[-1]));
    is $form{upFile}, $address, 'the gateway is told it, whole';
    is last_on($world)->{kind}, 'mms', 'an MMS';
    $world->clean;
};

subtest 'the library is loaded when it is needed' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my %path = (
        'no picture'       => [ undef, 0 ],
        'a JPEG that fits' => [ file($world, 'a.jpg', Munja::Sim::jpeg(320, 240)), 0 ],
        'a text'           => [ file($world, 'b.jpg', 'text'), 0 ],
        'a PNG'            => [ file($world, 'c.png', plain_png(100, 100)), 1 ],
    );
    for my $name (sort keys %path) {
        my ($path, $loaded) = @{ $path{$name} };
        my $run = send_image($world, undef, $path, { LD_DEBUG => 'files' });
        is !!($run->{err} =~ /calling init: \S*libgd/), !!$loaded, "$name: libgd " . ($loaded ? 'is' : 'is not');
    }
};

subtest 'without the library' => sub {
    my $world = Munja::World->new(providers => ['joa']);
    my $build = Munja::program() =~ s{/bin/munja$}{}r;
    mkdir "$world->{dir}/$_" or die for 'bin', 'lib', 'lib/munja';
    system('cp', "$build/bin/munja", "$world->{dir}/bin/") == 0 or die;
    system('cp', "$build/lib/munja/$_", "$world->{dir}/lib/munja/") == 0 or die for 'munja_deliver.so', 'munja_http.so';
    for my $case ([ 'a.jpg', Munja::Sim::jpeg(320, 240), 0, 'mms' ], [ 'a.png', plain_png(100, 100), 1, 'sms' ]) {
        my ($name, $bytes, $exit, $kind) = @$case;
        my $run = Munja::run(program => "$world->{dir}/bin/munja", args => [ 'send', '-f', $world->{conf}, '--to', $KIM, '-i', file($world, $name, $bytes), "그래프 $name" ]);
        is $run->{exit}, $exit, "$name: exit $exit" or diag $run->{out};
        is last_on($world)->{text} . ' ' . last_on($world)->{kind}, "그래프 $name $kind", "$name: the text arrives";
    }
};

subtest 'a dry run' => sub {
    my $world = Munja::World->new(providers => [ 'joa', 'plex' ]);
    my $run = send_image($world, undef, file($world, 'a.png', plain_png(100, 100)), '-n');
    is $run->{exit}, 0, 'exit 0';
    like $run->{out}, qr/joa.*mms.*plex.*sms/s, 'shows what each would send';
    ok !-e "$world->{dir}/munja.db", 'touches no store';
    is scalar($world->fresh), 0, 'and no network';
};

for my $shape ('printed', 'other') {
    subtest "answers in another shape: $shape" => sub {
        my $world = Munja::World->new(sim => { shape => $shape });
        my $path = file($world, 'a.jpg', Munja::Sim::jpeg(320, 240));
        for my $provider (sort keys %PICTURE) {
            like send_image($world, $provider, $path)->{exit}, qr/^[01]$/, "$provider: accepted";
            is size_of(last_on($world)), 'mms 320x240', "$provider: arrives";
        }
        is scalar($world->sim->phone($KIM)), 3, 'once each';
        $world->clean($shape);
    };
}

done_testing;
