# All England from published files: every row is accounted for, school counts add up to the published national rows,
# and importing again changes nothing. Needs the files: ABIE_DATA, or ../shared/data beside the source tree.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $top = File::Spec->rel2abs(dirname(__FILE__) . '/../..');
my $data = $ENV{ABIE_DATA} // "$top/../shared/data";
my $national = "$data/ees_absence_nat_reg_la_200607_201819.csv.gz";
plan skip_all => "the published files are not in $data (set ABIE_DATA)" unless -r $national;

my $node = PostgreSQL::Test::Cluster->new('england');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION abie');

# file, options, rows in the file (counted with a CSV reader), set aside
my @files = (
	[ 'ees_absence_school_200607_201819_core', [], 276863, 0 ],
	[ 'ees_absence_school_201819', [], 21214, 0 ],
	[ 'absence_school_201819', [ '--year', '2018/19' ], 21217, 3 ],
	[ 'absence_school_202223', [ '--year', '2022/23' ], 21284, 3 ],
	[ 'census_school_201901', [ '--year', '2018/19' ], 23942, 3 ],
	[ 'census_school_202301', [ '--year', '2022/23' ], 24436, 3 ],
	[ 'spc_school_202301', [], 24442, 0 ],
	[ 'gias_open_20250524', [ '--date', '2025-05-24' ], 27153, 1575 ],
	[ 'gias_2026_subset', [ '--date', '2026-08-06' ], 2946, 0 ],
	[ 'gias_links_20220831', [], 30682, 0 ],
	[ 'derived_school_lsoa11_idaci', [ '--year', '2018/19' ], 26099, 0 ]);

sub import_file
{
	my ($name, $options) = @_;
	my ($out, $err) = ('', '');
	my $started = time;
	IPC::Run::run([ "$top/bin/abie-load", '--db', $node->connstr('postgres'), @$options, 'auto', "$data/$name.csv.gz" ], '>', \$out, '2>', \$err);
	is($? >> 8, 0, "$name is imported") or diag $err;
	note sprintf('%.1f s: %s', time - $started, $out);
	return time - $started;
}

sub state
{
	return $node->safe_psql('postgres', q{
		SELECT md5(string_agg(row, '' ORDER BY row)) FROM (
			SELECT md5(s::text) AS row FROM abie.school AS s UNION ALL SELECT md5(a::text) FROM abie.attendance AS a
			UNION ALL SELECT md5(l::text) FROM abie.school_link AS l UNION ALL SELECT md5(c::text) FROM abie.school_context AS c) AS rows});
}

foreach my $file (@files)
{
	my ($name, $options, $rows, $set_aside) = @$file;
	my $seconds = import_file($name, $options);
	diag(sprintf("$name: imported in %.1f s", $seconds));
	is($node->safe_psql('postgres', q{SELECT rows_read, set_aside, rejected FROM abie.import ORDER BY import_id DESC LIMIT 1}),
		"$rows|$set_aside|0", "$name: every row is read, none is rejected");
}

# The oracle: the publication's own national rows, read by PostgreSQL's COPY and summed by nobody.
my $header = `gzip -dc $national | head -n 1`;
chomp $header;
$node->safe_psql('postgres', 'CREATE TABLE published (' . join(', ', map { "$_ text" } split /,/, $header) . ')');
system("gzip -dc $national | psql -X -q -d '" . $node->connstr('postgres') . "' -c \"\\copy published from pstdin csv header\"") == 0
  or die 'national rows could not be read';
my @measures = qw(enrolments sess_possible sess_overall sess_authorised sess_unauthorised enrolments_pa_10_exact);
foreach my $measure (@measures)
{
	is( $node->safe_psql('postgres', qq{
		WITH summed AS (
			SELECT academic_year, coalesce(school_type, 'Total') AS school_type, sum($measure) AS value
			FROM abie.attendance WHERE sess_possible IS NOT NULL GROUP BY GROUPING SETS ((academic_year), (academic_year, school_type)))
		SELECT count(*), count(*) FILTER (WHERE summed.value = published.$measure\::bigint)
		FROM published LEFT JOIN summed ON replace(summed.academic_year, '/', '') = published.time_period AND summed.school_type = published.school_type
		WHERE published.geographic_level = 'National'}),
		'52|52', "$measure: schools add up to the published row, 13 years by Total, primary, secondary and special");
}
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM (SELECT replace(academic_year, '/', '') AS year, count(*) AS schools FROM abie.attendance WHERE sess_possible IS NOT NULL GROUP BY 1) AS held
	JOIN published ON published.time_period = held.year AND published.geographic_level = 'National' AND published.school_type = 'Total'
		AND published.num_schools::bigint = held.schools}), '13', 'the number of schools is the published one in all 13 years');
is($node->safe_psql('postgres', q{
	SELECT sum((reasons ->> 'sess_auth_illness')::bigint) = (SELECT sess_auth_illness::bigint FROM published
		WHERE geographic_level = 'National' AND time_period = '201819' AND school_type = 'Total')
	FROM abie.attendance WHERE academic_year = '2018/19'}), 't', 'illness of 2018/19 adds up');

# The performance tables round EES's own figure to one decimal, half up.
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM abie.attendance WHERE academic_year = '2018/19' AND sess_possible IS NOT NULL
		AND sess_overall_percent <> round(100.0 * sess_overall / sess_possible, 1)::double precision}), '0', 'counts and published rates of 2018/19 agree');
is($node->safe_psql('postgres', q{SELECT count(*) FROM (SELECT urn FROM abie.attendance WHERE academic_year = '2018/19' GROUP BY urn HAVING count(*) > 1) AS twice}),
	'0', 'one row a URN in 2018/19, whatever LAESTAB a publication gives');
is($node->safe_psql('postgres', q{SELECT count(*) FROM abie.attendance WHERE markers ->> 'enrolments_pa_10_exact_percent' = 'SUPP'}), '864', 'suppressed figures keep their marker');

# history and families
is($node->safe_psql('postgres', 'SELECT count(*) = (SELECT count(*) FROM abie.attendance) FROM abie.school_history'), 't', 'every attendance row is in one history');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM abie.school_link AS l JOIN abie.school_family() AS a ON a.urn = l.urn JOIN abie.school_family() AS b ON b.urn = l.link_urn
	WHERE l.link_type ~ '^(Predecessor|Successor)' AND a.family <> b.family}), '0', 'linked schools are one family');
my $started = time;
$node->safe_psql('postgres', 'SELECT count(*) FROM abie.school_family()');
diag(sprintf('families of all England: %.1f s', time - $started));

my $before = state();
import_file($_->[0], $_->[1]) foreach @files;
is(state(), $before, 'importing everything again changes nothing');
is($node->safe_psql('postgres', 'SELECT sum(stored + updated + schools_stored + schools_updated) FROM (SELECT * FROM abie.import ORDER BY import_id DESC LIMIT '
	  . scalar(@files) . ') AS again'), '0', 'and says so');

$node->stop;
done_testing();
