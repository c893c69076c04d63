#!/usr/bin/perl
# The files that put a web server in front: what is pushed comes through, from whom the web server has seen, and nothing else.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::Proxy;
use Munja::Worker;
use Munja::World;
use Test::More;

for my $kind (qw(nginx apache)) {
    subtest $kind => sub {
        my $port  = Munja::free_port();
        my $proxy = Munja::Proxy->new($kind, $port) or plan skip_all => "no $kind";
        my $world = Munja::World->new(
            providers => [qw(plex cn)],
            global    => qq(listen = "127.0.0.1:$port"\n),
            set       => { plex => { hook_token => 'near', allow => '127.0.0.1' }, cn => { hook_token => 'far', allow => '203.0.113.0/24' } }
        );
        my $worker = Munja::Worker->start($world->{conf});
        is $world->munja('notify', '--to', '01012345678', '-p', 'plex', 'subject', 'text')->{exit}, 0, 'a text';
        my $good = Munja::Push::plex(($world->sim->phone('01012345678'))[0]{reference});
        my $list = Munja::Push::list(Munja::Push::reply('1', '13812345678', 'ok'));
        my $json = 'Content-Type: application/json';
        ok $proxy->start, 'it starts';
        my $answer = $proxy->curl('/hook/plex/near', '-H', $json, '--data-raw', $good);
        is "$answer->{status} $answer->{body}", '200 {"code":"100","desc":"success"}', 'what is pushed comes through' or diag $answer->{err};
        is $world->sql('SELECT count(*) FROM receipt'), 1, '... and is kept';
        is $proxy->curl('/hook/cn/far', '--data-raw', $list)->{status}, 403, 'from where it comes is what the web server has seen';
        is $proxy->curl('/hook/cn/far', '-H', 'X-Forwarded-For: 203.0.113.9', '--data-raw', $list)->{status}, 403, '... not what somebody says';
        is $proxy->curl('/hook/plex/far', '--data-raw', $good)->{status}, 404, 'another token is none';
        is $proxy->curl('/hook/plex/near', '--data-raw', 'x' x 70_000)->{status}, 413, 'what is too large is refused';
        is $proxy->curl('/hook/plex/near')->{status}, 403, 'so is what is no push';
        like $proxy->curl($_)->{status}, qr/^40[34]$/, "$_ is nobody's business" for qw(/health /metrics / /hook/../health /hook/%2e%2e/metrics);
        unlike $proxy->curl('/hook//../../metrics', '--path-as-is')->{body}, qr/munja_/, '... by no way';
        is $worker->stop, 0, 'the worker ends well';
    };
}

done_testing;
