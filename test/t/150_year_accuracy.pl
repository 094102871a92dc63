# How the projection of the weekly run does on real figures: attendance of local authorities in 2024/25 and 2025/26, from every stored
# version of DfE's year to date files (test/accuracy/year.sql).
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $data = $ENV{ABIE_DATA} // "$top/../shared/data";
my $versions = "$data/derived_attendance_ytd_versions.csv.gz";
plan skip_all => "no real data: $versions is not there (set ABIE_DATA to its folder)" unless -r $versions;

my $node = PostgreSQL::Test::Cluster->new('year');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION abie; CREATE TABLE version (published text, time_period text, geographic_level text, region_name text,'
	  . ' new_la_code text, la_name text, education_phase text, num_schools text, enrolments text, possible_sessions text, overall_absence text,'
	  . ' unauthorised_absence text, reason_i_authorised_illness text, pa_perc text)');
$node->safe_psql('postgres', "\\copy version FROM PROGRAM 'gzip -dc $versions' (FORMAT csv, HEADER)");
my $found = $node->safe_psql('postgres', slurp_file("$top/test/accuracy/year.sql"));
note($found);

my %row;
for my $line (split /\n/, $found)
{
	my ($year, $phase, $part, $done, $fortnights, @figure) = split /\|/, $line;
	@{ $row{"$year $phase $part"} }{qw(projected relative like_for_like last_year coverage)} = @figure;
}
is(scalar keys %row, 16, 'two years, two phases, three thirds and the middle');
for my $phase (qw(Primary Secondary))
{
	my $middle = $row{"202526 $phase half-way"};
	cmp_ok($middle->{projected}, '<', $middle->{$_}, "2025/26, $phase, half-way: the projection is nearer than $_") for qw(relative like_for_like last_year);
	for my $year (qw(202425 202526))
	{
		my $first = $row{"$year $phase first third"};
		cmp_ok($first->{projected}, '<', $first->{relative}, "$year, $phase, first third: nearer than the year to date relative to the others'");
		for my $part ('second third', 'last third')
		{
			my $later = $row{"$year $phase $part"};
			cmp_ok($later->{projected}, '<', $later->{$_}, "$year, $phase, $part: nearer than $_") for qw(like_for_like last_year);
		}
		cmp_ok($row{"$year $phase second third"}{coverage}, '>=', 0.93, "$year, $phase, second third: the interval holds");
	}
}
$node->stop;
done_testing();
