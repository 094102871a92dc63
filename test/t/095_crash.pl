# A calculation that dies: its session or the server killed, no disk, no memory, no time. Whatever it was, the runs before are
# as they were, the run is shown for what it is, and the next calculation has the result of one that nothing happened to.
# ABIE_SEED makes the moments of the kills those of an earlier test; ABIE_SMALL_DISK is a folder on a file system of a few megabytes.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

# not how far a calculation is
$ENV{PGOPTIONS} = '-c client_min_messages=warning';

my $target_year = '2025/26';
my $kills = 10;
my $seed = $ENV{ABIE_SEED} // int(time());
srand($seed);
diag("ABIE_SEED=$seed");

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
# restart_after_crash: the test modules switch it off
$node->append_conf('postgresql.conf', "restart_after_crash = on\nfsync = off\nautovacuum = off\nshared_buffers = 32MB\n");
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
	IPC::Run::run([ 'psql', '-X', '-A', '-t', '-q', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('england'), map { ('-c', $_) } @statement ], '>', \$out, '2>', \$err);
	return ($out, $err);
}

# After a session is killed the server takes all others down and starts again.
sub wait_for_recovery
{
	my $patience = time() + 60;
	while (time() < $patience)
	{
		return if (session('SELECT 1'))[0] eq "1\n";
		sleep(0.05);
	}
	die 'the server did not come back';
}

my @kept = qw(run run_characteristic run_model run_school run_scope similar_list expectation exclusion run_check run_national run_improvement);
my $calculate = "CALL abie.calculate('$target_year', run_id => NULL)";
query('CREATE EXTENSION abie');
query('SELECT abie.load_demo(1000)');
# every byte of the runs that are no longer going on; rows of a run, but for its own
query('CREATE FUNCTION content() RETURNS text LANGUAGE sql RETURN concat_ws($$ $$, '
	  . join(",\n", map { "(SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM abie.$_ t WHERE t.run_id <= 2)" } @kept) . ')');
query('CREATE FUNCTION rows_of(run_id int) RETURNS bigint LANGUAGE sql RETURN '
	  . join(' + ', map { "(SELECT count(*) FROM abie.$_ t WHERE t.run_id = rows_of.run_id)" } grep { $_ ne 'run' } @kept));
# one issued, one not
query($calculate);
query('SELECT abie.issue(1, $$for the test$$)');
my $started = time();
query($calculate);
my $usual = time() - $started;
my $content = query('SELECT content()');
my $digest = query('SELECT result_digest FROM abie.run WHERE run_id = 2');

# After a calculation that did not end well: how it is shown, that nothing else is touched, and that the next goes well.
sub is_survived
{
	my ($what, $status, $error) = @_;
	my ($run, $shown) = split /\|/, query('SELECT run_id, status FROM abie.run_status ORDER BY run_id DESC LIMIT 1');
	is($shown, $status, "$what: run $run is $status");
	is(query('SELECT run_id, status FROM abie_report.health'), "$run|$status", "$what: for monitoring too");
	like(query("SELECT error FROM abie.run WHERE run_id = $run"), $error, "$what: with the error") if $error;
	is(query('SELECT content()'), $content, "$what: the runs before are as they were, byte for byte");
	my $started = time();
	query($calculate);
	# how long one takes just now
	$usual = time() - $started;
	is(query('SELECT status, result_digest FROM abie.run ORDER BY run_id DESC LIMIT 1'), "calculated|$digest", "$what: the next calculation has the same result");
	is(query("SELECT status IN ('interrupted', 'failed'), rows_of(run_id) FROM abie.run WHERE run_id = $run"), 't|0', "$what: of the run itself nothing is left but its row") if $status ne 'calculated';
	query('DELETE FROM abie.run WHERE run_id > 2');
}

#
# Kills at random moments
#
for my $victim ('session', 'server')
{
	my $hit = 0;
	# a run that ended before the kill came does not count
	for my $kill (1 .. 3 * $kills)
	{
		last if $hit == $kills;
		my ($out, $err) = ('', '');
		my $running = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('england'), '-c', $calculate ], '>', \$out, '2>', \$err);
		my $pid;
		my $patience = time() + 20;
		$pid = query('SELECT pid FROM abie.run WHERE run_id > 2') while !$pid && time() < $patience;
		my $moment = rand(0.7);
		sleep($usual * $moment);
		if ($victim eq 'session')
		{
			my $logged = -s $node->logfile;
			kill 'KILL', $pid;
			# not before the server has seen it, for until then it still answers; nothing is seen of a run that had ended
			$node->wait_for_log(qr/all server processes terminated; reinitializing/, $logged) unless $running->finish;
			wait_for_recovery();
		}
		elsif ($kill % 2)
		{
			$node->stop('immediate');
			$running->finish;
			$node->start;
		}
		else
		{
			my @processes = split /\n/, query('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
			$node->kill9;
			$running->finish;
			# its processes notice by themselves, and the next server refuses to start before they have ended
			$patience = time() + 20;
			sleep(0.05) while (grep { kill 0, $_ } @processes) && time() < $patience;
			$node->start;
		}
		my ($status, $stage) = split /\|/, query('SELECT status, stage FROM abie.run ORDER BY run_id DESC LIMIT 1');
		$hit++ if $status eq 'running';
		is_survived(sprintf('%s killed at %.2f in %s', $victim, $moment, $stage // 'the beginning'), $status eq 'running' ? 'interrupted' : $status);
	}
	is($hit, $kills, "$victim killed $hit times before the run had ended");
}

#
# No time, no temporary files
#
my (undef, $err) = session("SET statement_timeout = '" . int(500 * $usual) . "ms'", $calculate);
like($err, qr/ERROR:  57014: canceling statement due to statement timeout/, 'statement_timeout: reported');
is_survived('statement_timeout', 'interrupted');

# PostgreSQL 18 puts the name of the setting in quotes
(undef, $err) = session("SET work_mem = '64kB'", 'SET temp_file_limit = 0', $calculate);
like($err, qr/ERROR:  53400: temporary file size exceeds "?temp_file_limit/, 'temp_file_limit: reported');
# clearing up would take temporary files too, so that nobody has: shown as interrupted, and cleared by the next calculation
is_survived('temp_file_limit', 'interrupted');

#
# No memory
#
SKIP:
{
	skip 'no /proc to read the memory of a process from', 6 unless -r "/proc/$$/status";
	my $memory = sub {
		my ($pid, $what) = @_;
		my ($kilobytes) = slurp_file("/proc/$pid/status") =~ /^$what:\s+(\d+) kB/m;
		return $kilobytes;
	};
	my $session = $node->background_psql('england', on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	my $before = $memory->($pid, 'VmSize');
	$session->query_safe($calculate);
	my $most = $memory->($pid, 'VmPeak');
	$session->quit;
	query('DELETE FROM abie.run WHERE run_id > 2');
	$node->stop;
	# the server and its sessions may have half of what a calculation takes
	my $limit = int(($before + $most) / 2);
	my $log = $node->logfile;
	my $data = $node->data_dir;
	system_or_bail('sh', '-c', "ulimit -v $limit && pg_ctl -w -D '$data' -l '$log' start >/dev/null");
	(undef, $err) = session($calculate);
	like($err, qr/ERROR:  53200: out of memory/, "out of memory, at $limit of $most kB: reported");
	is(query('SELECT status FROM abie.run_status ORDER BY run_id DESC LIMIT 1'), 'failed', 'out of memory: the run is failed, and the session lived to say so');
	system_or_bail('pg_ctl', '-w', '-D', $data, 'stop');
	$node->start;
	is_survived('out of memory', 'failed', qr/out of memory/);
}

#
# No disk
#
SKIP:
{
	my $disk = $ENV{ABIE_SMALL_DISK};
	skip 'no small file system: ABIE_SMALL_DISK names no folder (test/check mounts one where it may)', 6 unless $disk && -d $disk && -w $disk;
	my $place = "$disk/tablespace";
	mkdir $place or die "$place: $!";
	query("CREATE TABLESPACE small LOCATION '$place'");
	# the runs deleted till now left it larger than the disk
	query('VACUUM FULL abie.similar_list');
	query("ALTER $_ SET TABLESPACE small") for ('TABLE abie.similar_list', 'INDEX abie.similar_list_pkey');
	# all that is left but 200 kB
	my ($free) = (split ' ', (split /\n/, `df --output=avail -k '$disk'`)[1])[0];
	append_to_file("$disk/filler", "\0" x (1024 * ($free - 200)));
	(undef, $err) = session($calculate);
	like($err, qr/ERROR:  53100: could not extend file .*: No space left on device/, 'disk full: reported');
	unlink "$disk/filler";
	query('VACUUM abie.similar_list');
	is_survived('disk full', 'failed', qr/No space left on device/);
	query("ALTER $_ SET TABLESPACE pg_default") for ('TABLE abie.similar_list', 'INDEX abie.similar_list_pkey');
	query('DROP TABLESPACE small');
	rmdir $place;
}

$node->stop;
done_testing();
