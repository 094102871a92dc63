# Calculations that do not end well: errors, cancels (kills: 095_crash.pl); what others see meanwhile; dump and restore.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

# not how far a calculation is
$ENV{PGOPTIONS} = '-c client_min_messages=warning';

my $target_year = '2025/26';
my @stages = ('pool', 'scaling', 'context', 'similar schools', 'expected attendance', 'baseline', 'expectation', 'digest');
my $cancel_goal = 0.1;
my $cancel_limit = 2;
my $cancels = 24;

my $node = PostgreSQL::Test::Cluster->new('interrupt');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE england');

sub query
{
	my ($sql) = @_;
	return $node->safe_psql('england', $sql);
}

# What psql says of several statements, one after the other in one session, errors and all.
sub session
{
	my (@statement) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'psql', '-X', '-A', '-t', '-q', '-d', $node->connstr('england'), map { ('-c', $_) } @statement ], '>', \$out, '2>', \$err);
	return ($out, $err);
}

my @kept = qw(run run_characteristic run_model run_school similar_list expectation exclusion run_scope run_national run_improvement);
my $calculate = "CALL abie.calculate('$target_year', run_id => NULL)";

query('CREATE EXTENSION abie');
query('SELECT abie.load_demo(1500)');
query(
	q{
	-- every byte of a run
	CREATE FUNCTION content(run_id int) RETURNS text LANGUAGE sql RETURN concat_ws(' ',}
	  . join(",\n", map { "(SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM abie.$_ t WHERE t.run_id = content.run_id)" } @kept) . q{);
	-- rows that belong to a run, but for its own
	CREATE FUNCTION rows_of(run_id int) RETURNS bigint LANGUAGE sql RETURN }
	  . join(' + ', map { "(SELECT count(*) FROM abie.$_ t WHERE t.run_id = rows_of.run_id)" } grep { $_ ne 'run' } @kept) . q{;
	CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken on purpose' USING ERRCODE = '22012', DETAIL = 'details', HINT = 'hints'; END $$;
	-- cancels the calculation as soon as it is in the stage: process, milliseconds until its statement had ended
	CREATE FUNCTION cancel_in(stage text, delay float8) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		victim int;
		cancelled timestamptz;
		seen boolean := false;
		running boolean;
		patience timestamptz := clock_timestamp() + interval '60 s';
	BEGIN
		LOOP
			PERFORM pg_stat_clear_snapshot();
			SELECT a.pid INTO victim FROM pg_stat_activity a WHERE a.application_name LIKE 'abie run %: ' || stage || ', %' AND a.state = 'active';
			EXIT WHEN FOUND;
			running := EXISTS (SELECT FROM pg_stat_activity a WHERE a.state = 'active' AND a.query LIKE 'CALL%');
			IF seen AND NOT running OR clock_timestamp() > patience THEN
				-- it was over before it was seen
				RETURN NULL;
			END IF;
			seen := seen OR running;
			-- the calculation needs the processor too
			PERFORM pg_sleep(0.001);
		END LOOP;
		patience := clock_timestamp() + interval '5 s';
		PERFORM pg_sleep(delay);
		cancelled := clock_timestamp();
		PERFORM pg_cancel_backend(victim);
		LOOP
			PERFORM pg_stat_clear_snapshot();
			EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = victim AND a.state = 'active' AND a.query LIKE 'CALL%');
			IF clock_timestamp() > patience THEN
				RAISE EXCEPTION 'the calculation is not cancelled in the stage %', stage;
			END IF;
			PERFORM pg_sleep(0.001);
		END LOOP;
		RETURN extract(epoch FROM clock_timestamp() - cancelled);
	END $$;
	});

query($calculate);
my $first = query('SELECT max(run_id) FROM abie.run');
my $content = query("SELECT content($first)");
my $digest = query("SELECT result_digest FROM abie.run WHERE run_id = $first");
cmp_ok(query("SELECT expectations FROM abie.run WHERE run_id = $first"), '>', 1200, 'a run to be kept');

# The last run: its number is higher than that of any before.
sub last_run
{
	return split /\|/, query('SELECT run_id, status, stage, coalesce(error, $$$$), finished_at IS NOT NULL, rows_of(run_id) FROM abie.run ORDER BY run_id DESC LIMIT 1');
}

sub is_first_kept
{
	my ($what) = @_;
	return is(query("SELECT content($first)"), $content, "$what: the earlier run is as it was, byte for byte");
}

#
# Errors
#
my %break = (
	'pool' => 'INSERT ON abie.run_scope',
	'scaling' => 'INSERT ON abie.run_characteristic',
	'context' => 'INSERT ON abie.run_model',
	'similar schools' => 'INSERT ON abie.similar_list',
	'expected attendance' => 'UPDATE OF local_slope ON abie.run_model',
	'baseline' => 'UPDATE OF n0 ON abie.run_model',
	'expectation' => 'INSERT ON abie.expectation',
	'digest' => 'UPDATE OF result_digest ON abie.run');
for my $stage (@stages)
{
	my ($table) = $break{$stage} =~ /ON (.*)/;
	query("CREATE TRIGGER broken BEFORE $break{$stage} FOR EACH ROW EXECUTE FUNCTION broken()");
	my ($out, $err) = session("SET application_name = 'patient'", $calculate,
		"SELECT count(*) FROM pg_locks WHERE locktype = 'userlock'", 'SHOW application_name');
	query("DROP TRIGGER broken ON $table");
	like($err, qr/^ERROR:  broken on purpose\nDETAIL:  details\nHINT:  hints\n/, "error in $stage: reported, with its detail and hint");
	is($out, "0\npatient\n", "error in $stage: the year is free and the session has its name again");
	my ($run, @state) = last_run();
	is_deeply(\@state, [ 'failed', $stage, 'broken on purpose', 't', 0 ], "error in $stage: run $run is marked, nothing else of it is left");
	cmp_ok($run, '>', $first, "error in $stage: a run of its own");
}
is_first_kept('errors');

# An error while a stage commits: the procedure cannot catch it, so nobody clears up before the next calculation
{
	query(q{CREATE CONSTRAINT TRIGGER late AFTER UPDATE OF stage ON abie.run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		WHEN (NEW.stage = 'expectation') EXECUTE FUNCTION broken()});
	my ($out, $err) = session("SET application_name = 'patient'", $calculate,
		"SELECT count(*) FROM pg_locks WHERE locktype = 'userlock'", 'SHOW application_name',
		'SELECT status FROM abie.run_status ORDER BY run_id DESC LIMIT 1');
	query('DROP TRIGGER late ON abie.run');
	like($err, qr/^ERROR:  broken on purpose\n/, 'error in a commit: reported');
	is($out, "0\npatient\ninterrupted\n", 'error in a commit: the year is free, the session has its name again, the run is interrupted');
	my ($run) = last_run();
	query($calculate);
	is(query("SELECT status || ' ' || rows_of(run_id) FROM abie.run WHERE run_id = $run"), 'interrupted 0', 'error in a commit: marked and cleared by the next calculation');
	is((last_run())[1], 'calculated', 'error in a commit: which goes well');
}

# A CHECK that the rows break
query("ALTER TABLE abie.expectation ADD CONSTRAINT never CHECK (improvement < 0) NOT VALID");
my (undef, $check_error) = session($calculate);
query("ALTER TABLE abie.expectation DROP CONSTRAINT never");
like($check_error, qr/^ERROR:  new row for relation "expectation" violates check constraint "never"/, 'a constraint that is broken is reported');
is((last_run())[1], 'failed', 'and the run is marked');

#
# Progress, seen by another session
#
{
	my ($out, $err) = ('', '');
	my $running = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('england'), '-c', "SET application_name = 'shy'", '-c', $calculate ], '>', \$out, '2>', \$err);
	my (%shown, %named, %status);
	my $patience = time() + 60;
	while (time() < $patience)
	{
		my ($status, $stage, $percent, $name) = split /\|/, query(
			q{SELECT r.status, r.stage, r.percent, (SELECT a.application_name FROM pg_stat_activity a WHERE a.pid = r.pid) FROM abie.run_status s JOIN abie.run r USING (run_id) ORDER BY run_id DESC LIMIT 1});
		next if !defined $stage || $stage eq '';
		$status{$status} = 1;
		$shown{$stage} = $percent if $status eq 'running';
		$named{$1} = $2 if ($name // '') =~ /^abie run \d+: (.*), (\d+) %$/;
		last if $status eq 'calculated' && %shown;
	}
	$running->finish;
	is($err, '', 'a calculation that is watched');
	ok($status{running} && $status{calculated}, 'seen running and calculated');
	cmp_ok(scalar(keys %shown), '>=', 2, 'stages seen in abie.run: ' . join(', ', map { "$_ $shown{$_} %" } sort { $shown{$a} <=> $shown{$b} } keys %shown));
	cmp_ok(scalar(keys %named), '>=', 2, 'stages seen in application_name: ' . join(', ', map { "$_ $named{$_} %" } sort { $named{$a} <=> $named{$b} } keys %named));
}

#
# Cancels, in each stage: at its start and later on
#
# How a run ended whose calculation was cancelled: a cancel that comes when the last stage is committed leaves it calculated, and whole.
sub outcome
{
	my ($run) = @_;
	return query("SELECT CASE WHEN s.status = 'calculated' AND r.stage = 'digest' AND r.row_counts = abie_internal.run_row_counts(r.run_id) THEN 'calculated before' ELSE s.status END
		FROM abie.run_status s JOIN abie.run r USING (run_id) WHERE run_id = $run");
}
my $longest = 0;
for my $stage (@stages)
{
	my ($cancelled, $tries) = (0, 0);
	for my $delay (0, 0.005, 0.02, 0.1)
	{
		my ($out, $err) = ('', '');
		my $running = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-d', $node->connstr('england'), '-c', "SET application_name = 'patient'", '-c', $calculate,
				'-c', "SELECT count(*) FROM pg_locks WHERE locktype = 'userlock'", '-c', 'SHOW application_name' ], '>', \$out, '2>', \$err);
		my $seconds = query("SELECT cancel_in('$stage', $delay)");
		$running->finish;
		$tries++;
		# the stage, or all of the run, may have been over before the cancel came
		next if $err eq '';
		my ($run, undef, $reached) = last_run();
		like($err, qr/^ERROR:  canceling statement due to user request/, "cancel in $stage: reported");
		is($out, "0\npatient\n", "cancel in $stage: the year is free and the session has its name again");
		like(outcome($run), qr/^(?:interrupted|calculated before)$/, "cancel in $stage: run $run is interrupted in $reached");
		cmp_ok($seconds, '<', $cancel_limit, "cancel in $stage: $seconds s");
		$longest = $seconds if $seconds > $longest;
		$cancelled++ if $reached eq $stage;
	}
	cmp_ok($cancelled, '>', 0, "cancelled in $stage: $cancelled of $tries times");
}
diag(sprintf 'longest time from a cancel to the end of the statement: %.0f ms (goal %.0f ms)', 1000 * $longest, 1000 * $cancel_goal);
is_first_kept('cancels');
query($calculate);
is(query("SELECT sum(rows_of(run_id)) FROM abie.run WHERE status <> 'calculated'"), 0, 'cancels: cleared by the next calculation');

# Cancels at any moment, also between two stages, where the procedure cannot catch them
my $between = 0;
my @left;
for my $try (1 .. $cancels)
{
	my ($out, $err) = ('', '');
	my $running = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-d', $node->connstr('england'), '-c', $calculate,
			'-c', "SELECT count(*) FROM pg_locks WHERE locktype = 'userlock'" ], '>', \$out, '2>', \$err);
	# as soon as the stage's row is there
	my $wanted = $stages[ $try % @stages ];
	query(qq{DO \$\$ BEGIN
		FOR i IN 1 .. 100000 LOOP
			PERFORM pg_stat_clear_snapshot();
			IF EXISTS (SELECT FROM abie.run WHERE status = 'running' AND stage = '$wanted') THEN
				PERFORM pg_cancel_backend(pid) FROM abie.run WHERE status = 'running' AND stage = '$wanted';
				EXIT;
			END IF;
			EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'CALL%') AND i > 20000;
		END LOOP;
	END \$\$});
	$running->finish;
	next if $err eq '';
	my ($run, $status) = last_run();
	$between++ if $status eq 'running';
	$out =~ s/^\d+\n(?=\d)//;
	push @left, "cancel at the start of $wanted: locks held: $out" if $out ne "0\n";
	my $shown = outcome($run);
	push @left, "cancel at the start of $wanted: shown as $shown" if $shown !~ /^(?:interrupted|calculated before)$/;
}
is_deeply(\@left, [], "cancels at the very start of a stage: none left the year locked");
diag("cancels between two stages: $between of $cancels");

query("DELETE FROM abie.run WHERE run_id <> $first");
is(query("SELECT count(*) FROM abie.run_school WHERE run_id <> $first"), 0, 'nothing of the deleted runs is left');

#
# Dump and restore
#
query("SELECT abie.create_methodology('of our own', '{\"similar_schools\": 10, \"pace\": 0.1}')");
query("CALL abie.calculate('$target_year', 'of our own', NULL)");
query("INSERT INTO abie.import (format, file, digest, records, rows_read, stored, updated, unchanged, set_aside, rejected) VALUES ('gias', 'f.csv', repeat('a', 64), 1, 1, 0, 0, 0, 0, 1)");
query("INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons)
	SELECT '$target_year', min(urn), '2025-09-01', 100, 1000, 50, 40, 10, '{}' FROM abie.school");
query("INSERT INTO abie.import_reject SELECT digest, 2, import_id, file, 'why', '{}' FROM abie.import");
query("INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons) VALUES ('2024/25', 900013, '2024-09-02', 1, 10, 0, 0, 0, '{}')");
query("INSERT INTO abie.published_total (academic_year, la_code, school_type, enrolments, sess_possible, sess_overall) VALUES ('2024/25', 0, 'Special', 1, 10, 0)");
query("INSERT INTO abie.published_attendance (academic_year, time_frame, reference_date, geographic_level, area_code, education_phase)
	VALUES ('$target_year', 'Week', '2025-09-08', 'National', 'E92000001', 'Primary')");
query('SELECT abie_internal.make_pupil_salt()');
query("INSERT INTO abie.pupil_sessions (academic_year, week_start, urn, academic_term, pupil, sess_possible, sess_overall, sess_authorised, sess_unauthorised, source)
	SELECT '$target_year', '2025-09-08', 900013, 'Autumn term', abie_internal.pupil_hash('A1', salt), 10, 0, 0, 0, 'by hand' FROM abie.pupil_salt");
query("SELECT abie.correction_request(900013, '2024/25', 'wrong', 90)");
query("INSERT INTO abie.school_figure (urn, academic_year, attendance_percent) VALUES (900013, '2024/25', 90)");
query("SELECT abie.grant_access(current_user, 'school', '900013')");
query("SELECT abie.record_event('school', '900013', '2025-09-02', '2025-09-03', 'outbreak', 'as it was notified')");
# by a function nobody decides on an event of their own
query("INSERT INTO abie.event_decision (event_id, accepted, reason, decided_by) SELECT event_id, true, 'it is on file', 'another' FROM abie.school_event");
query('SELECT abie.check_run(max(run_id)) FROM abie.run');
query("CALL abie.monitor('$target_year', '2025-09-10')");
# one that was stopped, with a week of it, and one of an area
query("WITH stopped AS (INSERT INTO abie.monitor (academic_year, as_of, run_id, extension_version) VALUES ('$target_year', '2025-09-17', $first, '1.0') RETURNING *),
	area AS (INSERT INTO abie.monitor_area_week (monitor_id, stratum, scope, code, week_start, run_id, this_year, schools, centre, spread)
		SELECT monitor_id, 'primary', 'local authority', '501', '2025-09-01', run_id, true, 10, -4, 1 FROM stopped)
	INSERT INTO abie.shock (monitor_id, stratum, scope, code, week_start, run_id, schools, low_schools, z, departure)
	SELECT monitor_id, 'primary', 'school', '900013', '2025-09-01', run_id, 1, 1, -5, -10 FROM stopped");
# a list of one school, with something in each column that has to be filled
query("INSERT INTO abie.referral (run_id, capacity, judged, considered, referred, digest) VALUES ($first, 1, 1, 1, 1, 'by hand')");
query("INSERT INTO abie.referral_school SELECT s.* FROM abie.referral r, jsonb_populate_record(NULL::abie.referral_school,
	(SELECT jsonb_object_agg(a.attname, CASE a.atttypid WHEN 'text'::regtype THEN 'missed' ELSE '1' END)
		FROM pg_attribute a WHERE a.attrelid = 'abie.referral_school'::regclass AND a.attnotnull AND a.attnum > 0)
	|| jsonb_build_object('referral_id', r.referral_id, 'place', 1)) s");
query("INSERT INTO abie.referral_answer (referral_id, urn, answer, answered_by) SELECT referral_id, urn, 'we had a flood', 'head' FROM abie.referral_school");
query("INSERT INTO abie.referral_event (referral_id, run_id, event, digest, role) SELECT referral_id, run_id, status, digest, 'owner' FROM abie.referral");
# a hub, and what was allocated to it of that list
query("INSERT INTO abie.hub (academic_year, urn) VALUES ('2025/26', 900017)");
query("INSERT INTO abie.hub_place (academic_year, urn, kind, phase, places) VALUES ('2025/26', 900017, 'enhanced', 'primary', 5)");
query("INSERT INTO abie.hub_exclusion (hub_urn, urn, reason) VALUES (900017, 900018, 'one leadership')");
query("INSERT INTO abie.hub_placement (hub_urn, urn, kind, phase, from_date, reason) VALUES (900017, 900013, 'enhanced', 'primary', '2025-09-01', 'as agreed')");
query("INSERT INTO abie.hub_allocation (referral_id, academic_year, kind, km_unit, distance_weight, region_weight, maximum_km, unplaced_cost, need_weight,
	sites, schools, staying, placed, cost, digest) SELECT referral_id, '2025/26', 'enhanced', 10, 1, 1, 100, 10, 1, 1, 1, 0, 1, 1, 'by hand' FROM abie.referral");
query("INSERT INTO abie.hub_allocation_site (allocation_id, hub_urn, phase, places, taken, price) SELECT allocation_id, 900017, 'primary', 5, 1, 0 FROM abie.hub_allocation");
query("INSERT INTO abie.hub_allocation_school (allocation_id, urn, need, unplaced_cost, hub_urn, phase, stays) SELECT allocation_id, 900013, 0.5, 1, 900017, 'primary', false
	FROM abie.hub_allocation");
query("INSERT INTO abie.hub_allocation_event (allocation_id, referral_id, event, digest, role) SELECT allocation_id, referral_id, status, digest, 'owner' FROM abie.hub_allocation");
query("INSERT INTO abie.night VALUES ('$target_year', 'default', '2025-09-02 02:00+00', 'nothing to do')");
query("SET abie.log_reads = on; SELECT count(*) FROM abie.explain($first, 900013)");
my $tables = query(q{SELECT string_agg(c.oid::regclass::text, ' ' ORDER BY c.oid::regclass::text) FROM pg_class c WHERE c.relnamespace = 'abie'::regnamespace AND c.relkind = 'r'});
my $whole = 'SELECT ' . join(" || E'\\n' || ", map { "'$_ ' || (SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM $_ t)" } split / /, $tables);
my $dumped = query($whole);
unlike($dumped, qr/ 0 /, 'every table holds something');
my $file = $node->basedir . '/england.dump';
for my $format ('custom', 'plain')
{
	$node->safe_psql('postgres', "CREATE DATABASE restored_$format");
	$node->command_ok([ 'pg_dump', '-d', $node->connstr('england'), '-F', $format, '-f', $file ], "dumped: $format");
	$node->command_ok(
		$format eq 'custom'
		? [ 'pg_restore', '--exit-on-error', '-d', $node->connstr("restored_$format"), $file ]
		: [ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("restored_$format"), '-f', $file ],
		"restored: $format");
	is($node->safe_psql("restored_$format", $whole), $dumped, "restored: $format: every row of every table");
	is($node->safe_psql("restored_$format", 'SELECT count(*) FROM abie.run WHERE result_digest IS DISTINCT FROM abie_internal.result_digest(run_id) OR input_digest IS DISTINCT FROM abie_internal.input_digest(run_id)'),
		0, "restored: $format: the digests hold");
	$node->safe_psql("restored_$format", $calculate);
	is($node->safe_psql("restored_$format", 'SELECT result_digest FROM abie.run ORDER BY run_id DESC LIMIT 1'), $digest, "restored: $format: calculates again, with the same result");
	my (undef, undef, $refused) = $node->psql("restored_$format", "DELETE FROM abie.methodology WHERE name = 'of our own'");
	like($refused, qr/has been used by a run/, "restored: $format: methodologies that runs used are still guarded");
}

$node->stop;
done_testing();
