# Runs in the life of a database: a job of pg_cron; dump and restore of issued runs, grants, events and corrections; a
# standby that reads them; DROP EXTENSION.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $library = `pg_config --pkglibdir | tr -d '\\n'`;
my $has_cron = -e "$library/pg_cron.so";

my $node = PostgreSQL::Test::Cluster->new('night');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'schools'\n"
	  . "cron.use_background_workers = on\nmax_worker_processes = 16\n") if $has_cron;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE schools');

sub query
{
	my ($sql, $database) = @_;
	return $node->safe_psql($database // 'schools', $sql);
}

query('CREATE EXTENSION abie');
query('SELECT abie.load_demo(420)');

#
# A job of pg_cron
#
SKIP:
{
	skip 'pg_cron is not installed (Debian: postgresql-15-cron)', 17 unless $has_cron;
	my (undef, undef, $refused) = $node->psql('schools', 'SELECT abie.schedule()');
	like($refused, qr/^psql:.*ERROR:  pg_cron is not installed in database "schools"\nHINT:  Debian: postgresql-15-cron;/s, 'without CREATE EXTENSION pg_cron: refused, with what to do');
	query('CREATE EXTENSION pg_cron');
	(undef, undef, $refused) = $node->psql('schools', q{SELECT abie.schedule('every night')});
	like($refused, qr/invalid schedule/, 'a schedule that is none: refused by pg_cron');
	(undef, undef, $refused) = $node->psql('schools', q{SELECT abie.schedule(target_year => '2025')});
	like($refused, qr/academic_year/, 'a year that is none: refused');
	(undef, undef, $refused) = $node->psql('schools', q{SELECT abie.schedule(methodology => 'unheard of')});
	like($refused, qr/methodology "unheard of" does not exist/, 'a methodology that is none: refused');
	query('SELECT abie.schedule()');
	is(query('SELECT jobname, schedule, command, username FROM cron.job'),
		"abie next year default|0 2 * * *|CALL abie.nightly(NULL, 'default', 7)|" . query('SELECT current_user'), 'one bare call, at two every night');
	query(q{SELECT abie.schedule('* * * * *')});
	is(query('SELECT count(*), min(schedule) FROM cron.job'), '1|* * * * *', 'scheduled again: in place of the job there was');

	# a role that could not do what the job does: refused when it makes the job, not at night
	query('CREATE ROLE abie_night_worker; GRANT USAGE ON SCHEMA cron TO abie_night_worker');
	my $as_worker = q{SET ROLE abie_night_worker; SELECT abie.schedule('0 0 1 1 *', '2025/26') IS NOT NULL};
	query(q{SELECT abie.grant_access('abie_night_worker', 'national', purpose => 'calculation')});
	(undef, undef, $refused) = $node->psql('schools', $as_worker);
	like($refused, qr/role abie_night_worker cannot log in, and pg_cron runs a job as the role that makes it\nHINT:  ALTER ROLE abie_night_worker LOGIN/, 'a role that cannot log in: refused');
	query(q{ALTER ROLE abie_night_worker LOGIN; SELECT abie.revoke_access('abie_night_worker', 'national', purpose => 'calculation')});
	(undef, undef, $refused) = $node->psql('schools', $as_worker);
	like($refused, qr/role abie_night_worker may not calculate.*HINT:  SELECT abie.grant_access/s, 'a role that may not calculate: refused');
	query(q{SELECT abie.grant_access('abie_night_worker', 'national', purpose => 'calculation')});
	is(query($as_worker), 't', 'a role that can: scheduled');
	# one that cannot any more fails beside the other, in the same minute
	query('ALTER ROLE abie_night_worker NOLOGIN');
	query(q{SELECT cron.alter_job(jobid, '* * * * *') FROM cron.job WHERE username = 'abie_night_worker'});

	query(q{CREATE ROLE abie_night_watch; SELECT abie.grant_access('abie_night_watch', 'national', purpose => 'monitoring')});
	my $patience = time + 150;
	my ($ended, $failed) = ('', 0);
	until ($ended && $failed || time > $patience)
	{
		sleep 1;
		$ended = query(q{SELECT status FROM cron.job_run_details WHERE username = current_user AND status IN ('succeeded', 'failed') ORDER BY runid LIMIT 1});
		$failed = query('SET ROLE abie_night_watch; SELECT failed_jobs FROM abie_report.health');
	}
	is($ended, 'succeeded', 'the job ran to its end')
	  or diag(query('SELECT status, return_message FROM cron.job_run_details'));
	is(query('SELECT count(*), min(target_year), min(status) FROM abie.run'), '1|2025/26|checked', 'and left a checked run for a person to issue');
	is(query('SELECT count(*) > 0 FROM abie.expectation'), 't', 'with expectations');
	is($failed, '1', 'a job that fails at night: abie_report.health says so to those who watch');
	query(q{SELECT cron.unschedule(jobid) FROM cron.job WHERE username = 'abie_night_worker'});
	is(query('SELECT failed_jobs FROM abie_report.health'), '0', 'no other job failed');
	is(query('SELECT abie.unschedule(), abie.unschedule()'), 't|f', 'unscheduled');
	is(query('SELECT count(*) FROM cron.job'), '0', 'no job is left');
	query(q{SELECT abie.revoke_access('abie_night_worker', 'national', purpose => 'calculation')});
	is(query('SELECT failed_jobs FROM abie_report.health'), '0', 'no job, no failure');
}

#
# Dump and restore
#
query('CALL abie.calculate($$2025/26$$, $$similar-schools$$)');
query('SELECT abie.issue(max(run_id)) FROM abie.run');
query('CALL abie.calculate($$2025/26$$)');
query('SELECT abie.issue(max(run_id), $$a reason$$) FROM abie.run');
query('CALL abie.calculate($$2025/26$$)');
query('SELECT abie.issue(max(run_id)) FROM abie.run');
query('SELECT abie.withdraw(max(run_id), $$wrong base figures$$) FROM abie.run');
query('CALL abie.calculate($$2025/26$$)');
my $issued = query('SELECT (abie.issue(max(run_id))).run_id FROM abie.run');
query('CREATE ROLE abie_dump_school LOGIN');
query(q{SELECT abie.grant_access('abie_dump_school', 'school', '900013')});
query(q{INSERT INTO abie.published_total (academic_year, la_code, school_type, enrolments, sess_possible, sess_overall) VALUES ('2024/25', 0, 'Special', 10, 20, 3)});
query(q{SELECT abie.correction_request(900013, '2024/25', 'wrong', 90)});

# every row of every table of abie, in its text
my $whole = q{SELECT string_agg(c.relname || ' ' || (xpath('/row/d/text()', query_to_xml(format(
		'SELECT count(*) || '' '' || md5(coalesce(string_agg(t::text, E''\n'' ORDER BY t::text COLLATE "C"), '''')) AS d FROM %s t', c.oid::regclass), false, true, '')))[1], E'\n' ORDER BY c.relname)
	FROM pg_class c WHERE c.relnamespace IN ('abie'::regnamespace, 'abie_owner'::regnamespace) AND c.relkind = 'r'};
my $dumped = query($whole);
my $as_school = q{SET ROLE abie_dump_school; SELECT count(*), min(urn), min(run_id) FROM abie_report.school_expectation};
is(query($as_school), "1|900013|$issued", 'a school sees its own expectation');
# several processes: as doc/backup.md says, for the data of an extension's tables is not loaded in the order of their foreign keys
for my $format ('plain', 'custom', 'directory')
{
	my $file = $node->basedir . "/schools.$format";
	my @skip = $has_cron ? ('--exclude-schema=cron', '--extension=abie') : ();
	$node->command_ok([ 'pg_dump', '-d', $node->connstr('schools'), '-F', $format, '-f', $file, @skip ], "$format: dumped");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$format");
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica' if $format eq 'directory';
	$node->command_ok(
		$format eq 'plain' ? [ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("restored_$format"), '-f', $file ]
		: [ 'pg_restore', '--exit-on-error', '-j', $format eq 'directory' ? 4 : 1, '-d', $node->connstr("restored_$format"), $file ], "$format: restored");
	delete local $ENV{PGOPTIONS};
	is(query($whole, "restored_$format"), $dumped, "$format: every row of every table is there, bit for bit");
	is(query("SELECT count(*) FILTER (WHERE equal) FROM abie.verify($issued)", "restored_$format"), 3, "$format: the issued run can still be made");
	is(query(q{SELECT abie.is_up_to_date('2025/26', 'default')}, "restored_$format"), 't', "$format: and a night has nothing to do");
	is(query($as_school, "restored_$format"), "1|900013|$issued", "$format: a school sees its own expectation and no other");
	my (undef, undef, $refused) = $node->psql("restored_$format", "UPDATE abie.expectation SET target = 1 WHERE run_id = $issued AND urn = 900013");
	like($refused, qr/run $issued is issued: its results cannot be changed/, "$format: the issued run is fixed");
	(undef, undef, $refused) = $node->psql("restored_$format",
		"INSERT INTO abie.similar_list SELECT run_id, 100000, similar_urns, distances, bandwidth FROM abie.similar_list WHERE run_id = $issued LIMIT 1");
	like($refused, qr/run $issued is issued: its results cannot be changed/, "$format: and takes no further rows");
}

#
# A standby
#
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('schools', $as_school), "1|900013|$issued", 'standby: a school sees its own expectation');
like($standby->safe_psql('schools', "SELECT abie.school_report(900013, 'markdown', $issued)"), qr/900013/, 'standby: a report is read');
is($standby->safe_psql('schools', "SELECT abie.school_report(900013, 'markdown', $issued)"), query("SELECT abie.school_report(900013, 'markdown', $issued)"), 'standby: the same as on the first');
is($standby->safe_psql('schools', "SELECT r.result_digest = abie_internal.result_digest(r.run_id) AND r.input_digest = abie_internal.input_digest(r.run_id) FROM abie.run r WHERE r.run_id = $issued"),
	't', 'standby: the digests hold');
cmp_ok($standby->safe_psql('schools', "SELECT count(*) FROM abie.explain($issued, 900013)"), '>', 20, 'standby: explained');
is($standby->safe_psql('schools', "SELECT count(*) FROM abie.run_checks($issued) WHERE passed IS FALSE AND severity = 'blocking' AND name <> 'school figure' AND name <> 'national total'"), 0, 'standby: checked');
is($standby->safe_psql('schools', 'SELECT status FROM abie_report.health'), 'issued', 'standby: health');
my (undef, $verified, $warning) = $standby->psql('schools', "SELECT digest, now IS NOT NULL, equal FROM abie.verify($issued)");
is($verified, "inputs kept|t|t\nresults kept|t|t\nresults recomputed|f|", 'standby: what is kept is verified');
like($warning, qr/WARNING:  the results of run $issued are not recomputed in a read-only transaction\nHINT:  Verify it on the primary/, 'standby: and what is not is said');
$standby->stop;

#
# Logical replication, by the statements of doc/backup.md
#
{
	my $page = slurp_file("$FindBin::RealBin/../../doc/backup.md");
	my ($publication) = $page =~ /(CREATE PUBLICATION [^']*)'/;
	$node->safe_psql('postgres', 'CREATE DATABASE copy');
	query($publication);
	query('CREATE EXTENSION abie', 'copy');
	# a subscription to its own server cannot make the slot itself
	query(q{SELECT pg_create_logical_replication_slot('abie_results', 'pgoutput')});
	query("CREATE SUBSCRIPTION abie_results CONNECTION '" . ($node->connstr('schools') =~ s/'/''/gr) . "' PUBLICATION abie_results WITH (create_slot = false, slot_name = 'abie_results')", 'copy');
	$node->poll_query_until('copy', q{SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate NOT IN ('r', 's')}) or die 'tables are not copied';
	$node->wait_for_catchup('abie_results');
	my @copied = $publication =~ /(abie\w*\.\w+)/g;
	my $content = 'SELECT ' . join(" || ' ' || ", map { "(SELECT count(*) || md5(coalesce(string_agg(t::text, E'\n' ORDER BY t::text COLLATE \"C\"), '')) FROM $_ t)" } @copied);
	is(query($content, 'copy'), query($content), 'logical replication: every row of every table is there');
	is(query("SELECT count(*) FILTER (WHERE equal) FROM abie.verify($issued)", 'copy'), 3, 'logical replication: the issued run can be made there too');
	# what happens from now on: a run is made, issued and withdrawn, and another deleted
	query('CALL abie.calculate($$2025/26$$, $$similar-schools$$)');
	query('SELECT abie.issue(max(run_id), $$a reason$$) FROM abie.run');
	query("SELECT abie.withdraw($issued, 'wrong after all')");
	query('CALL abie.calculate($$2025/26$$)');
	query('DELETE FROM abie.run WHERE run_id = (SELECT max(run_id) FROM abie.run)');
	$node->wait_for_catchup('abie_results');
	is(query($content, 'copy'), query($content), 'logical replication: and what became of runs since');
	query(q{SELECT abie.grant_access('abie_dump_school', 'school', '900013')}, 'copy');
	is(query($as_school, 'copy'), query($as_school), 'logical replication: a school sees its own expectation and no other');
	(undef, undef, my $refused) = $node->psql('copy', "UPDATE abie.expectation SET target = 1 WHERE run_id = $issued");
	like($refused, qr/run $issued is withdrawn: its results cannot be changed/, 'logical replication: nobody else changes them there');
	query('DROP SUBSCRIPTION abie_results', 'copy');
}

#
# DROP EXTENSION is refused by what depends on it, and takes the rest along
#
query('CREATE VIEW of_our_own AS SELECT urn, target FROM abie.expectation', 'restored_plain');
my (undef, undef, $refused) = $node->psql('restored_plain', 'DROP EXTENSION abie');
like($refused, qr/cannot drop extension abie because other objects depend on it\nDETAIL:  view of_our_own depends on table abie.expectation/, 'DROP EXTENSION: refused while a view depends on it');
query('CREATE TABLE of_our_own_too (pupil integer, marks abie.register)', 'restored_plain');
(undef, undef, $refused) = $node->psql('restored_plain', 'DROP VIEW of_our_own; DROP EXTENSION abie');
like($refused, qr/DETAIL:  column marks of table of_our_own_too depends on type abie.register/, 'DROP EXTENSION: refused while a column has its type');
query('CREATE VIEW of_our_own AS SELECT urn, target FROM abie.expectation', 'restored_plain');
(undef, undef, my $said) = $node->psql('restored_plain', 'BEGIN; DROP EXTENSION abie CASCADE; ROLLBACK');
like($said, qr/NOTICE:  drop cascades to 2 other objects\nDETAIL:  .*(?:view of_our_own\b.*column marks of table of_our_own_too|column marks of table of_our_own_too.*view of_our_own\b)/s, 'DROP EXTENSION CASCADE: says what goes');
query('DROP TABLE of_our_own_too; DROP VIEW of_our_own; DROP EXTENSION abie', 'restored_plain');
is(query(q{SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'abie%'}, 'restored_plain'), 0, 'DROP EXTENSION: all of it is gone');

$node->stop;
done_testing();
