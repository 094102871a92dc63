#!/usr/bin/perl
# Expectations worked out again from the lines of abie.explain, and from nothing else: explained.pl RUN SCHOOLS [psql's
# connection options]. Writes as CSV how many schools, how many are told another statement, and the largest difference
# of a number.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Explained qw(differences);
use List::Util qw(max);

my ($run, $wanted, @psql) = @ARGV;
open(my $lines, '-|', 'psql', '-X', '-A', '-t', @psql, '-c', Explained::lines_query($run, $wanted)) or die "psql: $!";
my %lines;
while (my $line = <$lines>)
{
	chomp $line;
	my ($urn, @figure) = split /\|/, $line, -1;
	push @{ $lines{$urn} }, \@figure;
}
close($lines) or die "psql failed\n";
my ($largest, $other) = differences(\%lines);
printf "%d,%d,%.3g\n", scalar(keys %lines), scalar(@$other), max(values %$largest);
