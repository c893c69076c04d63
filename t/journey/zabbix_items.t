# What munja tells of itself, read by Zabbix' own programs: by munja_zabbix.so in zabbix_agentd and in the server, by the
# contributed user parameters in zabbix_agent2, and with the contributed template on the server.
use strict;
use warnings;
use utf8;
use Cwd qw(getcwd);
use Test::More;
use Time::HiRes qw(sleep);
use lib 't/lib';
use Munja::Agent;
use Munja::Items;
use Munja::Server;
use Munja::Zabbix;

my %program = (%{ Munja::Zabbix::programs() }, map { $_ => Munja::server($_) } qw(zabbix_agentd zabbix_agent2));
my $module  = ($ENV{MUNJA_BUILD} || 'build') . '/lib/munja/munja_zabbix.so';
plan skip_all => 'built with a sanitizer' if qx(nm -D '$module') =~ /__asan_init/;
Munja::as_installed();
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

my $world = Munja::Items::world();
my $env   = { MUNJA_CONFIG => $world->{conf} };
my $loads = "LoadModule=$ENV{MUNJA_BUILD}/lib/munja/munja_zabbix.so\n";
my $old   = Munja::Agent->start($program{zabbix_agentd}, env => $env, config => "StartAgents=2\n$loads");
my $new   = Munja::Agent->start($program{zabbix_agent2}, env => $env,
    config => 'Include=' . getcwd() . "/contrib/zabbix/munja.userparameters.conf\nControlSocket=$ENV{TMPDIR}/control\nPluginSocket=$ENV{TMPDIR}/plugin\n");

subtest 'zabbix_agentd -t' => sub {
    Munja::Items::tells_all(sub {
        my $run = Munja::run(program => $program{zabbix_agentd}, args => [ '-c', $old->{conf}, '-t', $_[0] ], env => $env);
        utf8::decode($run->{out});
        return "! $1" if $run->{out} =~ /\[m\|ZBX_NOTSUPPORTED\] \[(.*)\]$/m;
        return $run->{out} =~ /\[[udt]\|(.*)\]$/m ? $1 : "? $run->{out}$run->{err}";
    });
};

subtest 'zabbix_agentd' => sub {
    like $old->told, qr/loaded modules: \S*munja_zabbix\.so/, 'loaded';
    Munja::Items::tells_all(sub { $old->ask($_[0]) });
};

# What a run of munja prints is the value, and no parameters but those of the line are handed over.
subtest 'zabbix_agent2' => sub {
    Munja::Items::tells_all(sub { $new->ask($_[0]) =~ s/^MUNJA UNKNOWN - /! /r =~ s/\n\z//r }, grep { !/depth,|1h,/ } Munja::Items::keys_of_all());
};

my $zabbix = Munja::Zabbix->start(\%program, env => $env, config => $loads);
my $group  = $zabbix->create(hostgroup => { name => '웹' });

# The last value of each item, by its key, as soon as all have one or a reason not to.
sub items {
    my ($host, %unsupported) = @_;
    my @items;
    my $all = Munja::until_true(sub {
        sleep 0.2;    # the frontend has others to serve
        @items = @{ $zabbix->call('item.get', { hostids => $host, output => [qw(key_ lastvalue lastclock state error)] }) };
        return @items && !grep { $_->{state} == 0 && $_->{lastclock} == 0 } @items;
    }, 180);
    diag explain \@items if !$all;
    return map { $_->{key_} => $_->{state} == 0 ? $_->{lastvalue} : "! $_->{error}" } @items;
}

subtest 'zabbix_server' => sub {
    like $zabbix->slurp('log'), qr/loaded modules: \S*munja_zabbix\.so/, 'loaded';
    my $host = $zabbix->create(host => { host => 'server', groups => [ { groupid => $group } ],
        interfaces => [ { type => 1, main => 1, useip => 1, ip => '127.0.0.1', dns => '', port => 10050 } ] });
    my ($interface) = @{ $zabbix->call('hostinterface.get', { hostids => $host, output => ['interfaceid'] }) };
    my @keys = Munja::Items::keys_of_all();
    $zabbix->create(item => map { { hostid => $host, name => $_, key_ => $_, type => 3, interfaceid => $interface->{interfaceid},
        value_type => /balance/ ? 0 : /providers/ ? 4 : 3, delay => '1s' } } @keys);
    my %value = items($host);
    Munja::Items::tells_all(sub { $value{ $_[0] } }, @keys);
};

my @TROUBLE = ('munja: 1 alerts never went out', 'munja: alerts wait for more than 5m', 'munja: joa fails, others stand in for it',
    'munja: more than 50 % of the attempts at nanumi fail', 'munja: nanumi fails, others stand in for it');
subtest 'the template' => sub {
    is $zabbix->import_file('contrib/zabbix/munja_template.yaml', qw(groups templates items triggers discoveryRules graphs valueMaps)), JSON::PP::true,
        'is imported as it is';
    my ($template) = @{ $zabbix->call('template.get', { filter => { host => 'munja' }, output => ['templateid'] }) };
    $world->munja('balance', 'nanumi');
    my %host = map { $_->[0] => $zabbix->create(host => { host => $_->[0], groups => [ { groupid => $group } ], templates => [$template],
        interfaces => [ { type => 1, main => 1, useip => 1, ip => '127.0.0.1', dns => '', port => $_->[1]{port} } ] }) }
        [ agentd => $old ], [ agent2 => $new ];
    for my $name (sort keys %host) {
        my %told = (hostids => $host{$name}, output => 'extend');
        # What the frontend's button "Execute now" does: the template has its own time.
        my $now = sub { $zabbix->call('task.create', [ map { { type => 6, request => { itemid => $_->{itemid} } } } @_ ]) };
        $zabbix->settle($name);
        $now->(@{ $zabbix->call('discoveryrule.get', \%told) });
        ok Munja::until_true(sub { @{ $zabbix->call('item.get', { hostids => $host{$name}, search => { key_ => 'munja.breaker' } }) } == 2 }, 180), "$name: providers are discovered";
        # Graphs are made last, after the triggers that the first values are for.
        ok Munja::until_true(sub { @{ $zabbix->call('graph.get', \%told) } == 3 }, 180), "$name: graphs, of the queue and each provider";
        my @items = @{ $zabbix->call('item.get', { %told, filter => { type => 0 } }) };
        $zabbix->settle($name);
        $now->(@items);
        my %value = items($host{$name});
        my %want  = ('munja.queue[depth]' => 2, 'munja.queue[dead]' => 1, 'munja.delivery[accepted,,1h]' => 5, 'munja.delivery[unsure,joa,1h]' => 1,
            'munja.balance[joa]' => 99960, 'munja.breaker[joa]' => 1, 'munja.delivery[failed,nanumi,1h]' => 3);
        is_deeply { map { $_ => $value{$_} } keys %want }, \%want, "$name: what they say";
        is_deeply [ grep { $value{$_} =~ /^!/ } sort keys %value ], [], "$name: all items have a value";
        my @problems;
        Munja::until_true(sub { @problems = sort map { $_->{name} } @{ $zabbix->call('problem.get', \%told) }; @problems >= @TROUBLE }, 180);
        is_deeply \@problems, \@TROUBLE, "$name: triggers see it";
    }
};

subtest 'without munja.conf' => sub {
    rename $world->{conf}, "$world->{conf}.away" or die;
    like $old->ask('munja.queue[depth]'), qr/^! .*munja\.conf: No such file/, 'agents go on and say so';
    like $new->ask('munja.queue[depth]'), qr/munja\.conf: No such file/,      '... both';
    my $another = Munja::Agent->start($program{zabbix_agentd}, env => $env, config => $loads);
    is $another->ask('agent.ping'), '1', 'an agent starts';
    rename "$world->{conf}.away", $world->{conf} or die;
    is $another->ask('munja.queue[depth]'), '2', '... and has values when there is one';
    $world->munja('queue', 'drop', 6);
    is $another->ask('munja.queue[dead]'), '0', 'what an operator does is seen at once';
};

done_testing;
