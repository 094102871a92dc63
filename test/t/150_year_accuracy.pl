# How the projection of the weekly run does, and its screen of shocks: on the synthetic England, of which the truth is known, and on real figures,
# attendance of local authorities in 2024/25 and 2025/26, from every stored version of DfE's year to date files (test/accuracy/year.sql).
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $data = $ENV{ABIE_DATA} // "$top/../shared/data";
my $versions = "$data/derived_attendance_ytd_versions.csv.gz";

my $node = PostgreSQL::Test::Cluster->new('year');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nclient_min_messages = warning\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION abie');

# ---------- the synthetic England ----------

my $schools = 6000;
$node->safe_psql('postgres', $_)
  for "SELECT abie.load_demo($schools)", 'SELECT abie.load_demo_weeks()', "CALL abie.calculate('2025/26')", 'VACUUM ANALYZE',
	"CALL abie.monitor('2025/26', '2026-08-05')";
# every third week of the year
$node->safe_psql('postgres', q{CREATE TABLE judged AS
	SELECT b.*, least(1 + floor(3 * b.done), 3) AS third
	FROM abie.backtest_year(1, (SELECT array_agg(d ORDER BY d) FROM unnest(abie_internal.school_days('2025/26')) WITH ORDINALITY f(d, n) WHERE n % 3 = 0
		AND d < '2026-07-17')) b});

# rows of a part of the judged, each with what it is and figures
sub judged
{
	my ($by, $size) = @_;
	my $found = $node->safe_psql('postgres', "SELECT stratum, $by, sum(schools), round((100 * sum(coverage * schools) / sum(schools))::numeric, 1), "
		  . join(', ', map { "round((100 * sum(${_}_met * schools * $_) / sum(schools * $_))::numeric, 1)" } qw(on_course not_on_course))
		  . join('', map { ", round(sqrt(sum(rmse_$_ ^ 2 * schools) / sum(schools))::numeric, 3)" } qw(projected relative like_for_like)) . " FROM judged WHERE $size GROUP BY 1, 2 ORDER BY 1, 2");
	note("stratum|$by|schools|coverage|met of 0.8 or more|met of 0.2 or less|projection off by|year to date|like for like\n$found");
	return map { [ split /\|/ ] } split /\n/, $found;
}

for (judged('third', "size = 'all'"), judged('size', "size <> 'all'"))
{
	my ($stratum, $part, undef, $coverage, $likely_met, $unlikely_met, $projected, @others) = @$_;
	cmp_ok(abs(sprintf('%.0f', $coverage) - 95), '<=', 2, "$stratum, $part: between 93 and 97 in 100 outcomes are within their interval");
	cmp_ok($likely_met, '>=', 80, "$stratum, $part: of schools with a probability of 0.8 or more at least 80 in 100 met");
	cmp_ok($unlikely_met, '<=', 20, "$stratum, $part: of those with 0.2 or less at most 20 in 100");
	cmp_ok($projected, '<', $_, "$stratum, $part: nearer than the year to date and like for like") for @others;
}

# Shocks, against those that are in no table: no more of what was found is chance than is said, one find in ten; and of schools with 200 enrolments
# or more, where chance could be as far above, the larger the drop the more are found.
$node->safe_psql('postgres', $_) for
  qq{CREATE TABLE truth AS SELECT urn, week_start, school_shock, area_shock FROM abie_internal.demo_week_truth($schools) WHERE academic_year = '2025/26'},
  'ANALYZE',
  q{CREATE TABLE shocked AS
	SELECT p.stratum, r.effective_enrolments AS enrolments, t.school_shock, t.area_shock, s.urn IS NOT NULL AS found
	FROM truth t JOIN abie.school_progress p ON p.monitor_id = 1 AND p.urn = t.urn JOIN abie.run_school r ON r.run_id = p.run_id AND r.urn = p.urn
		LEFT JOIN (SELECT code::integer AS urn, week_start FROM abie.shock WHERE monitor_id = 1 AND scope = 'school') s ON s.urn = t.urn AND s.week_start = t.week_start};
for (split /\n/, $node->safe_psql('postgres', 'SELECT stratum, count(*), count(*) FILTER (WHERE school_shock + area_shock = 0) FROM shocked WHERE found GROUP BY 1 ORDER BY 1'))
{
	my ($stratum, $found, $chance) = split /\|/;
	cmp_ok($found, '>', 200, "$stratum: $found weeks are found");
	cmp_ok($chance, '<=', 0.1 * $found, "$stratum: of them $chance, no more than one in ten, are chance");
}
for my $drop ([ 3, 5, 20 ], [ 5, 8, 65 ], [ 8, 12, 80 ])
{
	my ($from, $to, $least) = @$drop;
	cmp_ok($node->safe_psql('postgres', "SELECT round(100 * avg(found::integer), 1) FROM shocked WHERE school_shock >= $from AND school_shock < $to AND enrolments >= 200"),
		'>=', $least, "of drops of $from to $to points at least $least in 100 are found");
}

# ---------- real figures ----------

SKIP:
{
	skip "no real data: $versions is not there (set ABIE_DATA to its folder)", 1 unless -r $versions;
	$node->safe_psql('postgres', 'CREATE TABLE version (published text, time_period text, geographic_level text, region_name text,'
		  . ' new_la_code text, la_name text, education_phase text, num_schools text, enrolments text, possible_sessions text, overall_absence text,'
		  . ' unauthorised_absence text, reason_i_authorised_illness text, pa_perc text)');
	$node->safe_psql('postgres', "\\copy version FROM PROGRAM 'gzip -dc $versions' (FORMAT csv, HEADER)");
	my $found = $node->safe_psql('postgres', slurp_file("$top/test/accuracy/year.sql"));
	note($found);

	my %row;
	for my $line (split /\n/, $found)
	{
		my ($year, $phase, $part, $done, $fortnights, @figure) = split /\|/, $line;
		@{ $row{"$year $phase $part"} }{qw(projected relative like_for_like last_year coverage above error)} = @figure;
	}
	is(scalar keys %row, 16, 'two years, two phases, three thirds and the middle');
	for my $phase (qw(Primary Secondary))
	{
		my $middle = $row{"202526 $phase half-way"};
		cmp_ok($middle->{projected}, '<', $middle->{$_}, "2025/26, $phase, half-way: the projection is nearer than $_") for qw(relative like_for_like last_year);
		cmp_ok($row{"202526 $phase $_"}{projected}, '<', $row{"202526 $phase $_"}{relative}, "2025/26, $phase, $_: nearer than the year to date relative to the others'")
		  for 'second third', 'last third';
		# before 2024/25 no change of a year is known: what the forecast is worth is declared
		my $declared = $row{"202425 $phase half-way"};
		cmp_ok($declared->{above}, '<', 1.96 * $declared->{error}, "2024/25, $phase, half-way: no farther off than the year to date but for chance");
		cmp_ok($declared->{projected}, '<', $declared->{$_}, "2024/25, $phase, half-way: nearer than $_") for qw(like_for_like last_year);
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
}
$node->stop;
done_testing();
