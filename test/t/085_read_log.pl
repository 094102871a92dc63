# The log of reads of school reports: what goes to the server's log, and that no reader switches it off.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('read_log');
$node->init;
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 2');
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE schools');
$node->safe_psql('schools', 'CREATE EXTENSION abie');
$node->safe_psql('schools', 'SELECT abie.load_demo(300)');
$node->safe_psql('schools', "CALL abie.calculate('2025/26', 'similar-schools', NULL)");
$node->safe_psql('schools', 'SELECT abie.issue(1)');
$node->safe_psql('schools', 'CREATE ROLE analyst LOGIN');
$node->safe_psql('schools', "SELECT abie.grant_access('analyst', 'national')");
$node->safe_psql('schools', 'ALTER DATABASE schools SET abie.log_reads = on');

my $line = 'abie: role analyst, logged in as analyst, read abie.explain of run 1 for schools 900013';

# what a session of the analyst leaves: rows of the table, lines of the log, and what it read
sub read_as
{
	my ($sql, $options) = @_;
	my $before = -s $node->logfile;
	my $rows = $node->safe_psql('schools', 'SELECT count(*) FROM abie.report_read');
	local $ENV{PGOPTIONS} = $options // '';
	my ($code, $out, $errors) = $node->psql('schools', $sql, connstr => $node->connstr('schools') . ' user=analyst');
	delete local $ENV{PGOPTIONS};
	$rows = $node->safe_psql('schools', 'SELECT count(*) FROM abie.report_read') - $rows;
	my $lines = () = slurp_file($node->logfile, $before) =~ /LOG:  \Q$line\E$/mg;
	return "$rows rows, $lines lines";
}

my $read = 'SELECT count(*) FROM abie.explain(1, 900013)';
is(read_as("$read;"), '1 rows, 0 lines', 'a read is a row');
is(read_as("BEGIN; $read; $read; COMMIT;"), '2 rows, 0 lines', 'so are two of a transaction');
is(read_as("BEGIN; $read; $read; ROLLBACK;"), '0 rows, 2 lines', 'rolled back: lines');
is(read_as("SELECT (string_agg(made, ' '))::integer FROM abie.explain(1, 900013);"), '0 rows, 1 lines', 'read from an error message: a line');
is(read_as("BEGIN; $read; SAVEPOINT a; $read; SAVEPOINT b; $read; RELEASE b; ROLLBACK TO a; $read; COMMIT;"), '2 rows, 2 lines', 'rolled back to a savepoint: a line for each read since');
is(read_as("BEGIN; SAVEPOINT a; $read; RELEASE a; ROLLBACK;"), '0 rows, 1 lines', 'a released savepoint of a transaction rolled back');
is(read_as('DO $$ BEGIN PERFORM abie.explain(1, 900013); RAISE EXCEPTION \'x\'; EXCEPTION WHEN OTHERS THEN END $$;'), '0 rows, 1 lines', 'an exception caught');
is(read_as("BEGIN; $read; SELECT pg_terminate_backend(pg_backend_pid());"), '0 rows, 1 lines', 'a session that ended itself');
is(read_as("BEGIN READ ONLY; $read; COMMIT;"), '0 rows, 1 lines', 'read-only, as on a standby: a line');
is(read_as("SET abie.log_reads = off; $read;"), '1 rows, 0 lines', 'set before the module was loaded');
is(read_as("$read;", '-c abie.log_reads=off'), '1 rows, 0 lines', 'set by the options of the connection');
is(read_as("BEGIN; $read; PREPARE TRANSACTION 'read'; ROLLBACK PREPARED 'read';"), '0 rows, 1 lines', 'prepared and rolled back by whoever: a line');
is(read_as("BEGIN; SAVEPOINT a; $read; RELEASE a; PREPARE TRANSACTION 'read'; COMMIT PREPARED 'read';"), '1 rows, 1 lines', 'prepared and committed: a line too, written when it could still be undone');
is(read_as("SET client_min_messages = error; BEGIN; $read; ROLLBACK;"), '0 rows, 1 lines', 'silenced');
$node->safe_psql('schools', 'ALTER DATABASE schools RESET abie.log_reads');
is(read_as("$read;"), '0 rows, 0 lines', 'off');
# dumped and restored
$node->safe_psql('postgres', 'CREATE DATABASE restored');
# grants to a dropped role, a number that is anybody's in another cluster: not as such that are in force
$node->safe_psql('schools', "CREATE ROLE left_early; SELECT abie.grant_access('left_early', 'school', '900013'); "
	. "SELECT abie.revoke_access('left_early', 'school', '900013'); SELECT abie.grant_access('left_early', 'national'); "
	. "DROP OWNED BY left_early; DROP ROLE left_early");
my $dump = PostgreSQL::Test::Utils::tempdir . '/schools.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('schools') ], 'dumped');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-o', '/dev/null', $node->connstr('restored') ], 'restored');
my $rows = 'SELECT md5(string_agg(r::text, \';\' ORDER BY read_id)) FROM abie.report_read r';
is($node->safe_psql('restored', $rows), $node->safe_psql('schools', $rows), 'with the log');
my $grants = 'SELECT count(*), count(*) FILTER (WHERE revoked_at IS NULL) FROM abie.access_grant g '
	. 'WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = g.role)';
is($node->safe_psql('schools', $grants), '2|1', 'grants to a dropped role');
is($node->safe_psql('restored', $grants), '1|0', 'restored: the revoked one');
done_testing();
