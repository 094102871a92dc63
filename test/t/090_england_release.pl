# Release checks on the real schools of England: the run of 2018/19's figures passes them all, its sums are the published ones,
# and the faults of the official reports, planted in it, are caught.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use England;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $data = England::data();
my $totals = 'ees_absence_nat_reg_la_200607_201819';
my $lacking = England::lacks($totals);
plan skip_all => $lacking if $lacking;

my $node = England::cluster('england');
$node->start;

sub query
{
	my ($sql) = @_;
	return $node->safe_psql('england', $sql);
}

# The published totals, read from their file by the server itself.
my $columns = (split /\n/, `zcat $data/$totals.csv.gz`)[0];
$columns =~ s/[\r\n]//g;
query("CREATE TABLE published (" . join(', ', map { "$_ text" } split /,/, $columns) . ")");
query("COPY published FROM PROGRAM 'zcat $data/$totals.csv.gz' (FORMAT csv, HEADER match)");
query(q{INSERT INTO abie.published_total (academic_year, la_code, school_type, enrolments, sess_possible, sess_overall, source)
	SELECT '2018/19', CASE geographic_level WHEN 'National' THEN 0 ELSE old_la_code::int END, school_type, enrolments::bigint, sess_possible::bigint, sess_overall::bigint, 'EES'
	FROM published WHERE time_period = '201819' AND geographic_level IN ('National', 'Local authority') AND school_type <> 'Total' AND sess_possible ~ '^[0-9]+$'});
cmp_ok(query('SELECT count(*) FROM abie.published_total WHERE la_code > 0'), '>', 400, 'published totals of local authorities');
query('ANALYZE');

query(q{CALL abie.calculate('2019/20')});
query('ANALYZE');
my $started = time;
query('CREATE TABLE checked AS SELECT * FROM abie.run_checks(1)');
diag(sprintf('all checks of England: %.1f s', time - $started));
is(query(q{SELECT string_agg(name, ', ' ORDER BY name) FROM checked WHERE passed IS FALSE AND severity = 'blocking'}), '', 'no blocking check fails');
is(query(q{SELECT items || ' ' || passed FROM checked WHERE name = 'national total'}), '3 true', 'the schools add up to the published national totals');
diag('warnings: ' . query(q{SELECT string_agg(format('%s %s of %s', name, faults, items), ', ' ORDER BY name) FROM checked WHERE passed IS FALSE}));
# Dorset and Bournemouth became other authorities in April 2019: LAESTABs of the one year, totals of the other
like(query(q{SELECT array_to_string(examples, ' ') FROM checked WHERE name = 'local authority total'}), qr/^(?:(?:835|837|838|839) .*)?$/s, 'and to those of local authorities, but for those reorganised');

# fault, check that has to catch it
my ($school, $grammar) = split /\|/, query(q{SELECT min(urn) FILTER (WHERE NOT selective), min(urn) FILTER (WHERE selective)
	FROM abie.run_school WHERE stratum = 'secondary' AND urn IN (SELECT urn FROM abie.expectation)});
my @fault = (
	[ 'a school similar to itself', "UPDATE abie.similar_list SET similar_urns[3] = urn WHERE urn = $school", 'self match' ],
	[ 'a school without similar schools', "DELETE FROM abie.similar_list WHERE urn = $school", 'incomplete list' ],
	[ 'a wrong base figure', "UPDATE abie.expectation SET attendance = attendance - 0.1 WHERE urn = $school", 'base figure' ],
	[ 'a grammar school among comprehensives', "UPDATE abie.similar_list SET similar_urns[3] = $grammar WHERE urn = $school", 'selective match' ],
	[ 'an input that changed', "UPDATE abie.school_context SET fsm6_pct = fsm6_pct + 1 WHERE urn = $school AND academic_year = '2018/19'", 'stale input' ],
	[ 'a figure imported since', "UPDATE abie.attendance SET sess_overall = sess_overall + 1, sess_unauthorised = sess_unauthorised + 1 WHERE academic_year = '2018/19' AND urn = $school", 'national total' ]);

# Whether a check fails on a run with a fault planted in it, which is undone; and that it does not without.
sub is_caught
{
	my ($run, $what, $statement, $check) = @_;
	my $function = query("SELECT abie_internal.check_function('$check')");
	my $failing = "SELECT 100.0 * f.faults > c.tolerated * f.items, f.faults FROM abie.release_check c,
		LATERAL (SELECT coalesce(sum(i.items), 0) AS items, coalesce(sum(i.items) FILTER (WHERE i.faulty), 0) AS faults
			FROM abie_internal.$function($run, c.threshold) i WHERE i.name = c.name) f WHERE c.name = '$check'";
	my ($before, $few) = split /\|/, query($failing);
	my ($caught, $faults) = split /\|/, query("BEGIN; SET enable_nestloop = off; $statement; $failing; ROLLBACK");
	is("$before $caught", 'f t', "$what: caught by the check $check ($few faults before, $faults then)");
	return $faults - $few;
}
for (@fault)
{
	is(is_caught(1, @$_), 1, "$_->[0]: one school") if $_->[2] ne 'national total';
	is_caught(1, @$_) if $_->[2] eq 'national total';
}
# those that are warnings when there are many
is_caught(1, 'extremes', 'UPDATE abie.expectation SET expected = attendance - 10.1 WHERE urn % 100 = 1', 'extreme gap');
is_caught(1, 'rates only', 'UPDATE abie.run_school SET sess_possible = NULL WHERE urn % 18 = 1', 'rate only');
is_caught(1, 'suppressed figures', q{UPDATE abie.attendance SET markers = '{"enrolments_pa_10_exact": "SUPP"}' WHERE academic_year = '2018/19' AND urn % 18 = 1}, 'suppressed input');
is_caught(1, 'missing characteristics', 'UPDATE abie.run_school SET numbers[1] = NULL, numbers[2] = NULL, numbers[3] = NULL WHERE urn % 3 > 0', 'missing characteristic');
is_caught(1, 'half of the schools missing', q{DELETE FROM abie.attendance WHERE academic_year = '2018/19' AND urn % 2 = 1}, 'partial input');
is_caught(1, 'schools far away', 'UPDATE abie.run_school SET northing = northing + 1000000 * (urn % 2)', 'far apart');
is_caught(1, 'a school that was neither in nor out', "DELETE FROM abie.expectation WHERE urn = $school", 'unaccounted school');
is_caught(1, 'a figure of the school itself', "INSERT INTO abie.school_figure (urn, academic_year, attendance_percent) SELECT urn, '2018/19', attendance - 0.06 FROM abie.expectation WHERE urn = $school", 'school figure');
my (undef, undef, $refused) = $node->psql('england', "BEGIN; $fault[0][1]; SELECT abie.issue(1)");
like($refused, qr/run 1 fails blocking checks\nDETAIL:  .*self match \(1 of \d+\)/, 'and the run is not issued');
is(query('SELECT (abie.issue(1)).status'), 'issued', 'without a fault it is');
is(query('SELECT count(*) FILTER (WHERE equal) FROM abie.verify(1)'), 3, 'and can be made again from what it kept, to the bit');
my $authorities = q{SELECT count(*) FROM abie_internal.check_local_authority_total(1, 0) WHERE faulty};
is(query("BEGIN; UPDATE abie.published_total SET sess_overall = sess_overall - 1 WHERE la_code = 330 AND school_type = 'State-funded primary'; $authorities; ROLLBACK") - query($authorities), 1,
	'one absence in one local authority: caught by the check local authority total');

# against the run issued before: nothing moves by itself
query(q{CALL abie.calculate('2019/20')});
query('ANALYZE');
is(query(q{SELECT string_agg(name || ' ' || faults, ', ') FROM abie.run_checks(2) WHERE name LIKE 'moved%' AND items > 20000 AND passed}), 'moved expectation 0, moved list 0', 'nothing moves by itself');
is_caught(2, 'expectations that moved', 'UPDATE abie.expectation SET improvement = improvement + 0.31 WHERE run_id = 2 AND urn % 4 = 1', 'moved expectation');
is_caught(2, 'lists with nine in common', 'UPDATE abie.similar_list SET similar_urns = array_fill(urn, ARRAY[11]) || similar_urns[12:] WHERE run_id = 2 AND urn % 4 = 1', 'moved list');

$node->stop;
done_testing();
