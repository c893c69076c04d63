#!/usr/bin/perl
# munja notify, and munja worker --once, killed anywhere.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::Kill;
use Test::More;

Munja::Kill::play(
    { gateway => 'joa',    victim => 'notify', store => 'own' },
    { gateway => 'joa',    victim => 'notify', store => 'one', tls => 1 },
    { gateway => 'joa',    victim => 'notify', store => 'one', hold => 1 },
    { gateway => 'cn',     victim => 'notify', store => 'one' },
    { gateway => 'plex',   victim => 'notify', store => 'one' },
    { gateway => 'nanumi', victim => 'notify', store => 'one' },
    { gateway => 'nanumi', victim => 'once',   store => 'own', before => 1 },
);

done_testing;
