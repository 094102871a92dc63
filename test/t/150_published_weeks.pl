# Published weeks of four autumns, as downloaded: every row is read, England's weeks are those of the publication, sums
# and reasons add up, weeks add up to the year to date of the same day, and importing again changes nothing. And with
# them the calendar: no authority stands out because its half-term holiday is in another week than the others'.
# Needs the files: ABIE_DATA, or ../shared/data beside the source tree.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = File::Spec->rel2abs(dirname(__FILE__) . '/../..');
my $data = $ENV{ABIE_DATA} // "$top/../shared/data";
plan skip_all => "the published files are not in $data (set ABIE_DATA)" unless -r "$data/attendance_weekly_autumn_202526.csv.gz";

my $node = PostgreSQL::Test::Cluster->new('weeks');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION abie');

sub query { return $node->safe_psql('postgres', $_[0]); }

sub import_file
{
	my ($name, $report, @options) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ "$top/bin/abie-load", '--db', $node->connstr('postgres'), @options, 'auto', "$data/$name.csv.gz" ], '>', \$out, '2>', \$err);
	like($out, $report, "$name is imported") or diag $err;
}

# file, options, rows in the file
my @files = (
	[ 'attendance_weekly_autumn_202526', 5146 ], [ 'attendance_weekly_autumn_202425', 5932 ], [ 'attendance_weekly_autumn_202324', 6568 ],
	[ 'attendance_weekly_autumn_202223', 7369 ], [ 'attendance_ytd_202425', 494, '--date', '2025-07-31' ], [ 'attendance_ytd_202526', 647, '--date', '2026-07-23' ]);
import_file($_->[0], qr/, $_->[1] rows read: $_->[1] stored, 0 updated, 0 unchanged, 0 set aside, 0 rejected$/, @$_[ 2 .. $#$_ ]) for @files;

sub held { return query(q{SELECT md5(string_agg(md5(a::text), '' ORDER BY a)) FROM abie.published_attendance a}); }
my $once = held();
import_file($_->[0], qr/ 0 stored, 0 updated, $_->[1] unchanged, 0 set aside, 0 rejected$/, @$_[ 2 .. $#$_ ]) for @files[ 1, 4 ];
is(held(), $once, 'importing again changes nothing, not even the time of recording');

# The national absence of the publication, per cent, as its releases gave it: week, primary of four autumns, secondary.
my $published = <<'END';
37 4.40 3.85 3.81 3.78 6.39 6.14 5.67 5.61
38 4.94 4.64 4.47 4.51 7.96 7.42 6.88 6.92
39 4.87 5.14 4.41 4.41 8.34 8.73 7.56 7.52
40 5.01 4.72 4.48 4.41 7.67 8.67 7.58 7.56
41 5.23 4.64 4.44 4.28 7.45 8.08 7.28 7.01
42 6.27 5.61 4.94 4.71 8.63 8.74 7.65 7.32
43 - - 5.61 6.09 - - 8.40 8.61
45 5.29 4.86 4.69 4.76 7.76 7.78 7.44 7.32
47 7.44 5.64 5.74 - 10.29 8.44 8.33 -
49 9.53 6.28 5.83 - 12.85 9.79 8.86 -
END
is(query(q{
	SELECT string_agg(line, E'\n' ORDER BY week) FROM (
		SELECT week, week || ' ' || string_agg(coalesce(round(a.sess_overall_percent::numeric, 2)::text, '-'), ' ' ORDER BY phase, start) AS line
		FROM unnest('{37,38,39,40,41,42,43,45,47,49}'::int[]) week, unnest('{Primary,Secondary}'::text[]) phase, generate_series(2022, 2025) start
			LEFT JOIN LATERAL (SELECT p.* FROM abie.published_attendance p WHERE p.time_frame = 'Week' AND p.geographic_level = 'National' AND p.education_phase = phase
				AND p.reference_date = to_date(start || '-' || week, 'IYYY-IW')) a ON true
		GROUP BY week) lines}), $published =~ s/\n\z//r, 'the national weeks of four autumns');
is(query(q{SELECT sess_possible, round(sess_overall_percent::numeric, 8) FROM abie.published_attendance
	WHERE reference_date = '2025-10-20' AND geographic_level = 'National' AND education_phase = 'Primary'}), '28571615|6.08518629', 'week 43 of 2025, primary');

# what holds in every row
is(query(q{SELECT count(*) > 26000, count(sess_possible) > 25000, count(*) FILTER (WHERE sess_attending + sess_overall <> sess_possible),
	count(*) FILTER (WHERE sess_authorised + sess_unauthorised <> sess_overall),
	count(*) FILTER (WHERE (reasons ->> 'sess_unauth_holiday')::int8 + (reasons ->> 'sess_unauth_late')::int8 + (reasons ->> 'sess_unauth_other')::int8
		+ (reasons ->> 'sess_unauth_noyet')::int8 <> sess_unauthorised),
	count(*) FILTER (WHERE (reasons ->> 'reason_present_am')::int8 + (reasons ->> 'reason_present_pm')::int8
		+ (reasons ->> 'reason_l_present_late_before_registers_closed')::int8 + sess_approved_activity <> sess_attending),
	count(*) FILTER (WHERE (SELECT sum(value::int8) FROM jsonb_each_text(reasons) WHERE key ~ '^reason_[bjpvwk]_') <> sess_approved_activity)
	FROM abie.published_attendance}), 't|t|0|0|0|0|0', 'sums and reasons add up in every row');
is(query(q{SELECT count(*) FILTER (WHERE summed < sess_authorised AND academic_year > '2022/23') BETWEEN 1 AND count(*) / 10, count(*) FILTER (WHERE summed > sess_authorised)
	FROM abie.published_attendance, LATERAL (SELECT sum(value::int8) AS summed FROM jsonb_each_text(reasons) WHERE key LIKE 'sess_auth_%') s}), 't|0',
	'reasons of authorised absence are all but code F, which is not published (and others in 2022/23)');
is(query(q{SELECT count(*) FILTER (WHERE education_phase <> 'Total' OR academic_year = '2025/26') > 25000,
	count(*) FILTER (WHERE abs(100.0 * sess_overall / sess_possible - sess_overall_percent) > 1e-6 AND (education_phase <> 'Total' OR academic_year = '2025/26')),
	count(*) FILTER (WHERE abs(100.0 * sess_overall / sess_possible - sess_overall_percent) > 1e-6) > 300
	FROM abie.published_attendance WHERE sess_possible > 0}), 't|0|t', 'percentages pool sessions, but those of Total until 2024/25');
is(query(q{SELECT count(*), count(*) FILTER (WHERE abs(100.0 * (a.reasons ->> key)::int8 / a.sess_possible - value::float8) > 1e-6)
	FROM abie.published_attendance a, jsonb_each_text(a.reason_percents)
	WHERE a.time_frame = 'Year to date' AND a.education_phase <> 'Total' AND a.sess_possible > 0 AND value::float8 BETWEEN 1e-9 AND 1e-4}) =~ s/^(\d+)\|0$/$1 > 50/er ? 1 : 0, 1,
	'small percentages, written with a power of ten, are those of their counts');
is(query(q{SELECT count(*) FILTER (WHERE p.possible = t.sess_possible AND p.overall = t.sess_overall), count(*)
	FROM abie.published_attendance t, LATERAL (SELECT sum(sess_possible) AS possible, sum(sess_overall) AS overall FROM abie.published_attendance p
		WHERE p.time_frame = t.time_frame AND p.reference_date = t.reference_date AND p.geographic_level = 'National' AND p.education_phase <> 'Total') p
	WHERE t.geographic_level = 'National' AND t.education_phase = 'Total'}) =~ /^(\d+)\|\1$/ ? 1 : 0, 1, 'Total is the sum of the phases, in counts');
is(query(q{SELECT count(*) > 150, count(*) FILTER (WHERE markers ->> 'sess_possible' = 'c'), count(*) FILTER (WHERE num_schools > 1), count(*) FILTER (WHERE geographic_level <> 'Local authority')
	FROM abie.published_attendance WHERE sess_possible IS NULL}) =~ /^t\|(?!0\|)\d+\|0\|0$/ ? 1 : 0, 1, 'only authorities with one school are suppressed');

# Weeks add up to the year to date that was published on the same day.
query('CREATE TABLE version (published date, area_code text, education_phase text, sess_possible int8, sess_overall int8)');
my %version = ('2025-11-20' => '2025/26', '2024-12-19' => '2024/25');
open my $versions, '-|', 'gzip', '-dc', "$data/derived_attendance_ytd_versions.csv.gz" or die;
my @rows = ();
while (<$versions>)
{
	chomp;
	my ($published, undef, $level, $region, $code, undef, $phase, undef, undef, $possible, $overall) = split /,/;
	next unless $version{$published} && $possible;
	$code ||= $level eq 'National' ? 'E92000001' : $region =~ s/The/the/r;
	push @rows, sprintf q{('%s', '%s', '%s', %d, %d)}, $published, $code, $phase, $possible, $overall;
}
close $versions;
query('INSERT INTO version VALUES ' . join ',', @rows);
is(query(q{
	SELECT v.published, count(*) > 450, count(*) FILTER (WHERE v.sess_possible = w.sess_possible AND v.sess_overall = w.sess_overall) = count(*)
	FROM version v JOIN (
		SELECT academic_year, CASE geographic_level WHEN 'Regional' THEN region ELSE area_code END AS area_code, education_phase, sum(sess_possible) AS sess_possible, sum(sess_overall) AS sess_overall
		FROM abie.published_attendance WHERE time_frame = 'Week' GROUP BY 1, 2, 3 HAVING bool_and(sess_possible IS NOT NULL)) w
		ON w.academic_year = CASE v.published WHEN '2025-11-20' THEN '2025/26' ELSE '2024/25' END AND w.area_code = v.area_code AND w.education_phase = v.education_phase
	GROUP BY 1 ORDER BY 1}), "2024-12-19|t|t\n2025-11-20|t|t", 'the weeks of every area add up to its year to date of the same day');

# The calendar.  An authority's weeks are those with half of its most sessions.  Robust z-values of absence in week 42 of
# 2024 and 2025, of authorities whose holiday came after it: by the week alone, less their own usual absence; and as the
# change since last year's counterpart, beside the changes of weeks of the same kind.
query(q{
	CREATE TABLE area_week AS
	SELECT academic_year, area_code, area_name, education_phase, reference_date AS week_start, sess_overall_percent AS rate
	FROM (SELECT p.*, max(sess_possible) OVER (PARTITION BY academic_year, area_code, education_phase) AS most FROM abie.published_attendance p
		WHERE time_frame = 'Week' AND geographic_level = 'Local authority' AND education_phase IN ('Primary', 'Secondary')) a
	WHERE 2 * sess_possible >= most;
	CREATE TABLE area_year AS
	SELECT academic_year, area_code, education_phase, array_agg(week_start ORDER BY week_start) AS weeks, avg(rate) FILTER (WHERE extract(week FROM week_start) < 42) AS usual
	FROM area_week GROUP BY 1, 2, 3;
	CREATE TABLE change AS
	SELECT this.academic_year, this.education_phase, now.area_name, c.week_start, k.kind, now.rate - this.usual AS above_usual, now.rate - before.rate AS change
	FROM area_year this
		JOIN area_year last ON last.academic_year = abie.previous_year(this.academic_year) AND last.area_code = this.area_code AND last.education_phase = this.education_phase
		CROSS JOIN abie.counterpart_week(this.weeks, last.weeks) c
		JOIN abie.school_week_kind(this.weeks) k ON k.week_start = c.week_start AND k.half_term = 1
		JOIN area_week now ON now.area_code = this.area_code AND now.education_phase = this.education_phase AND now.week_start = c.week_start
		JOIN area_week before ON before.area_code = this.area_code AND before.education_phase = this.education_phase AND before.week_start = c.counterpart});
sub z_values
{
	my ($figure, $group) = @_;
	return query(qq{
		WITH grouped AS (SELECT *, $figure AS figure, $group AS peers FROM change
		), centred AS (
			SELECT g.*, figure - m.middle AS away FROM grouped g JOIN (SELECT academic_year, education_phase, peers, percentile_cont(0.5) WITHIN GROUP (ORDER BY figure) AS middle
				FROM grouped GROUP BY 1, 2, 3) m USING (academic_year, education_phase, peers)
		)
		SELECT count(*), min(away / spread) FILTER (WHERE area_name = 'Leicestershire') > 7, max(away / spread) FILTER (WHERE area_name LIKE '%eicester%') < 2,
			count(*) FILTER (WHERE away > 4 * spread) FROM centred
			JOIN (SELECT academic_year, education_phase, peers, 1.4826 * percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(away)) AS spread FROM centred GROUP BY 1, 2, 3) s
				USING (academic_year, education_phase, peers)
		WHERE kind = 'last' AND week_start IN ('2024-10-14', '2025-10-13')});
}
is(query(q{SELECT week_start, kind, count(*) FROM change WHERE area_name = 'Leicestershire' AND week_start IN ('2024-10-14', '2025-10-13') GROUP BY 1, 2 ORDER BY 1}),
	"2024-10-14|last|2\n2025-10-13|last|2", 'week 42 is the last before the holiday in Leicestershire');
like(z_values('above_usual', 'week_start::text'), qr/^91\|t\|f\|[3-9]\d$/, 'by the week alone it and others stand out');
is(z_values('change', q{CASE kind WHEN 'last' THEN kind ELSE week_start::text END}), '91|f|t|0', 'by kind of week and counterpart none does');

$node->stop;
done_testing();
