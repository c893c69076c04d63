#!/usr/bin/perl
# The resident worker, killed anywhere between its start and its end, with a munja notify that hands over to it.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Munja::Kill;
use Test::More;

Munja::Kill::play(
    { gateway => 'joa',    victim => 'resident', store => 'own' },
    { gateway => 'nanumi', victim => 'resident', store => 'own', window => '0s' },
);

done_testing;
