# config check, providers and explain: what an administrator sees of munja.conf and of the gateways' codes.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Test::More;
use Encode qw(decode_utf8);
use JSON::PP ();
use Munja::Test;

binmode $_, ':utf8' for map { Test::More->builder->$_ } qw(output failure_output todo_output);

my $dir = Munja::folder();
my @secrets = ('top-secret-1', 'top-secret-2', 'top-secret-3');

sub munja { return Munja::run(args => [@_]) }

sub check {
    my ($text, $mode, @more) = @_;
    unlink "$dir/munja.conf";    # its mode is set when it is made
    return munja('config', 'check', '-f', Munja::write_file("$dir/munja.conf", $text, $mode // 0640), @more);
}

# --- the file that is installed, and the design's own -----------------------------------------------------

my $run = munja('config', 'check', '-f', 'conf/munja.conf');
is($run->{exit}, 0, 'conf/munja.conf passes');
is($run->{out}, "MUNJA OK - conf/munja.conf: 0 faults; 1 provider, 0 routes, 0 templates\n", 'and says so');

Munja::write_file("$dir/joa.key", "$secrets[0]\n", 0600);
my $sound = <<"END";
store   = "munja.db"
timeout = 20
provider "joa" {
    api         = "smsjoa"
    user        = "client-id"
    secret_file = "joa.key"
    from        = "0212345678"
}
provider "nanumi" { api = "nanuminet"  user = "api key"  secret = "$secrets[1]"  hash = "sha256"  from = "16441447" }
provider "cn"     { api = "sms57"  url = "https://gate.example"  user = "922011"  secret = "$secrets[2]"
                    extno = "10690231221"  sign = "md5"  signature = "【运维】" }
route "china" { to = {"+86*"}        providers = {"cn"} }
route "night" { state = {"WARNING"}  providers = {"joa"}  kind = "sms"  hours = {"22:00-07:00"} }
template "default" { service = "{{host}} {{service}} {{_hostrack}}" }
listen = "127.0.0.1:8057"
monitor "nagios" { type = "nagios"  command_file = "/var/lib/nagios4/rw/nagios.cmd" }
END
$run = check($sound);
is($run->{exit}, 0, 'a whole configuration passes') or diag $run->{out};
like($run->{out}, qr{^MUNJA OK - \S+: 0 faults; 3 providers, 2 routes, 1 template$}, 'and is counted');

$run = check("\x{feff}" . $sound =~ s/\n/\r\n/gr);
is($run->{exit}, 0, 'a byte order mark and CR LF do no harm') or diag $run->{out};

# --- all faults at once -----------------------------------------------------------------------------------

my $faulty = <<"END";
timeout = "soon"
colour = 1
provider "none" { api = "smsjo" }
provider "joa" {
    api = "smsjoa"
    usr = "client-id"
    secret_file = "missing.key"
    timeout = 0
}
provider "nanumi" { api = "nanuminet"  user = "u"  secret = "$secrets[1]"  from = "16441447" }
route "r" { providers = {"nobody", "nanumi"}  kind = "fax" }
route "s" { providers = {"nobody", "nanumi"}  template = "t" }
template "t" { service = "{{hots}}" }
provider "nanumi" { api = "nanuminet" }
END
$run = check($faulty, 0644);
is($run->{exit}, 1, 'what is left can be used');
is_deeply(
    [ map { /:(\d+): / ? $1 : () } split /\n/, $run->{out} ],
    [ 1, 2, 3, 4, 4, 6, 7, 8, 10, 11, 11, 12, 13, 14 ],
    'every fault has its line, in order'
) or diag $run->{out};
my $conf = "$dir/munja.conf";
for my $line (
    "$conf:1: timeout must be a time in seconds, or like 15m, 12h, 30d",
    "$conf:2: unknown key \"colour\" (there are: store timeout duplicate_window keep listen receipt_wait reply_help)",
    "$conf:3: provider \"none\": no such api \"smsjo\" (smsjoa, notificationsms, apiplex, nanuminet, sms57)",
    "$conf:4: provider \"joa\": key user is missing: smsjoa needs it",
    "$conf:6: provider \"joa\": unknown key \"usr\" (did you mean \"user\": login name, client id or account?)",
    "$conf:7: provider \"joa\": secret_file: $dir/missing.key: No such file or directory",
    "$conf:8: provider \"joa\": timeout must be from 1 to 3600 seconds",
    "$conf:10: provider \"nanumi\": secret stands in a file that others may read: chmod o= $conf",
    "$conf:11: route \"r\": kind must be one of: auto|sms|lms|mms",
    "$conf:12: route \"s\": no provider is named \"nobody\"",
    "$conf:13: template \"t\": service: unknown field hots (fields of your own begin with _)",
    "$conf:14: provider \"nanumi\": there is one of that name already, in line 10: this one is left out",
  )
{
    like($run->{out}, qr/^\Q$line\E$/m, $line =~ s/^\S+ //r);
}
like($run->{out}, qr/^MUNJA WARNING - \S+: 14 faults; 1 provider, 1 route, 1 template\n\z/m, 'the last line sums up');

$run = check($faulty, 0644, '--json');
my $json = eval { JSON::PP->new->utf8->decode($run->{out}) };
is($@, '', 'one JSON document') or diag $run->{out};
is($json->{state}, 'WARNING', 'with the state');
is(scalar @{ $json->{faults} }, 14, 'and all faults');
is($json->{faults}[0]{line}, 1, 'and their lines');

# --- nothing that can be used -----------------------------------------------------------------------------

$run = check("provider \"p\" {\n  api = \"smsjoa\"\n  user \"$secrets[0]\"\n}\nroute \"r\" { kind = \"fax\" }\n");
is($run->{exit}, 3, 'broken syntax: nothing can be used');
like($run->{out}, qr/^\Q$conf\E:3: a key with "=" and a value.* is expected$/m, 'the line of the fault');
like($run->{out}, qr/^\Q$conf\E:5: route "r": kind must be/m, 'and the faults behind it');
like($run->{out}, qr/^MUNJA UNKNOWN - \Q$conf\E:3: /m, 'the last line names the first');

$run = check("provider \"p\" { api = \"smsjoa\" }\n");
is($run->{exit}, 3, 'no provider left');
like($run->{out}, qr/no provider is left$/m, 'is said');

$run = check("provider \"p\" { secret = \"$secrets[0]\n");
is($run->{exit}, 3, 'an open quote');
$run = munja('config', 'check', '-f', "$dir/nothing.conf");
is($run->{exit}, 3, 'no file');
is($run->{out}, "MUNJA UNKNOWN - $dir/nothing.conf: No such file or directory\n", 'is said on one line');
$run = Munja::run(args => [ 'config', 'check' ], env => { MUNJA_CONFIG => "$dir/elsewhere.conf" });
like($run->{out}, qr{elsewhere\.conf: No such file}, '$MUNJA_CONFIG is looked at');
$run = munja('config');
is($run->{exit}, 3, 'config alone is no command');

# --- secrets ----------------------------------------------------------------------------------------------

for my $text ($sound, $faulty, "secret $secrets[0]\n", "provider \"p\" { secret = '$secrets[0]' '$secrets[1]' }",
    "provider \"p\" {\n secret = \"$secrets[0]\n user = \"$secrets[1]\"\n}\n",
    "provider \"p\" { api = \"smsjoa\" url = \"https://u:$secrets[0]\@gate.example/\" proxy = \"http://u:$secrets[1]\@p\" }")
{
    my $out = join '', map { $_->{out} . $_->{err} } check($text, 0644), check($text, 0644, '--json'),
        munja('providers', '-f', $conf), munja('providers', '-f', $conf, '--json');
    unlike($out, qr/top-secret/, 'no secret is shown');
}

# --- providers --------------------------------------------------------------------------------------------

$run = check($sound);
$run = munja('providers', '-f', $conf);
is($run->{exit}, 0, 'providers');
like($run->{out}, qr/^joa +smsjoa +https:\S+ +euc-kr +021\*+5678 +sms lms.* +send login.* +enabled$/m, 'a table');
unlike($run->{out}, qr/0212345678|10690231221/, 'without whole numbers');
$run = munja('providers', '-f', $conf, '--json');
$json = eval { JSON::PP->new->utf8->decode($run->{out}) } // [];
is_deeply([ map { $_->{name} } @$json ], [ 'joa', 'nanumi', 'cn' ], 'in file order as JSON');
ok((grep { $_ eq 'send' } @{ $json->[0]{operations} }), 'with what each can do');

check($faulty, 0640);
$run = munja('providers', '-f', $conf);
is($run->{exit}, 1, 'some are disabled');
like($run->{out}, qr/^none +smsjo .* disabled, line 3: no such api "smsjo"/m, 'and why');

# --- explain ----------------------------------------------------------------------------------------------

$run = munja('explain', 'smsjoa', '-100033');
is($run->{exit}, 0, 'explain') or diag $run->{out};
like(decode_utf8($run->{out}), qr/^smsjoa -100033: .*\n  as printed  .*\p{Hangul}/, 'in words, and as printed');
like($run->{out}, qr/account: munja tries the next provider/, 'and what munja does');
for my $api (qw(smsjoa notificationsms apiplex nanuminet sms57)) {
    $run = munja('explain', $api);
    is($run->{exit}, 0, "all codes of $api");
    cmp_ok(scalar(split /\n/, $run->{out}), '>', 10, 'more than a few');
}
$run = munja('explain', 'apiplex', 'd', '--json');
$json = eval { JSON::PP->new->utf8->decode($run->{out}) };
ok($json && (grep { $_->{code} eq 'd' } @{ $json->{codes} }) && !(grep { $_->{code} eq 'D' } @{ $json->{codes} }),
    'codes are told apart by case');
$run = munja('explain', 'sms57', 'MO:0299');
like($run->{out}, qr/^sms57 MO:NNNN: NNNN is the next gateway's own code/, 'explain: a row that stands for many codes');
$run = munja('explain', 'nanuminet', '9');
like($run->{out}, qr/^nanuminet 09: /, 'explain: a code that lost its zero');
for ([ '06', 'delivered: munja is done' ], [ '07', 'failed: munja takes it as failed' ]) {
    my ($code, $action) = @$_;
    like(munja('explain', 'nanuminet', $code)->{out}, qr/^  outcome     $action/m, "explain: what becomes of $code");
}
$run = munja('explain', 'smsjoa', '-7');
is($run->{exit}, 3, 'an unknown code');
like($run->{out}, qr/^MUNJA UNKNOWN - no table of .* has a code "-7": munja explain smsjoa lists them all$/, 'is said');
$run = munja('explain', 'nobody', '1');
like($run->{out}, qr/^MUNJA UNKNOWN - no such api "nobody" \(smsjoa, /, 'an unknown api');
is(munja('explain')->{exit}, 3, 'explain alone');

for my $command (qw(config providers explain)) {
    $run = munja($command, '-h');
    is($run->{exit}, 3, "$command -h");
    like($run->{out}, qr/^usage: munja $command.*^  -h, --help/ms, 'is help');
}

subtest 'online: it logs in everywhere' => sub {
    my $sim  = Munja::Sim->start;
    my $dir  = Munja::folder();
    my $conf = Munja::config($dir, $sim, providers => [ 'joa', 'nsms', 'nanumi', 'cn' ]);
    my $run  = Munja::run(args => [ 'config', 'check', '--online', '-f', $conf ]);
    is $run->{exit}, 0, 'all is well' or diag $run->{out};
    like $run->{out}, qr/0 faults; 4 providers.*\nMUNJA OK - [^\n]+\n\z/s, 'both are told';
    cmp_ok scalar($sim->requests), '>=', 4, 'each gateway was asked';
    $sim->fault(match => '/1/token', do => 'status', status => 401, body => '{"code":-100001}');
    $run = Munja::run(args => [ 'config', 'check', '--online', '-f', $conf ]);
    is $run->{exit}, 2, 'a login that is refused';
    like $run->{out}, qr/^MUNJA CRITICAL - joa: -100001/m, 'is named';
    $run = Munja::run(args => [ 'config', 'check', '--online', '--json', '-f', $conf ]);
    my $document = eval { JSON::PP->new->utf8->decode($run->{out}) };
    is $document->{login}{state}, 'CRITICAL', '--json: one document' or diag $run->{out};
    is scalar($sim->requests(action => 'send')), 0, 'nothing is sent';
};

done_testing;
