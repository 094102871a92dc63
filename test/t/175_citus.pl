# Registers on the nodes of Citus: questions over two and over four workers have the answers of one server, to the bit;
# abie.load_attendance and the weekly run work on what is distributed; a worker that is lost in the middle of a query costs
# an error and nothing else. Runs where Citus is installed; nothing here depends on which version.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Registers;
use Test::More;

my $shares = `pg_config --sharedir`;
chomp $shares;
plan skip_all => "Citus is not installed: $shares/extension/citus.control is not there" unless -r "$shares/extension/citus.control";

my $pupils = 4000;
my %question = Registers::questions();

sub node
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf', sprintf <<'CONF', $node->host);
shared_preload_libraries = 'citus'
wal_level = logical
max_connections = 100
max_prepared_transactions = 200
max_worker_processes = 30
citus.local_hostname = '%s'
citus.enable_statistics_collection = off
log_statement = none
CONF
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus');
	return $node;
}

sub add
{
	my ($coordinator, $worker) = @_;
	$coordinator->safe_psql('postgres', sprintf "SELECT citus_add_node('%s', %d)", $worker->host, $worker->port);
	return;
}

my $coordinator = node('coordinator');
my @worker = map { node("worker_$_") } 1 .. 4;
$coordinator->safe_psql('postgres', sprintf "SELECT citus_set_coordinator_host('%s', %d)", $coordinator->host, $coordinator->port);
add($coordinator, $_) for @worker[ 0, 1 ];
$coordinator->safe_psql('postgres', 'CREATE EXTENSION abie');
is($_->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'abie'}),
	$coordinator->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'abie'}),
	$_->name . ' has the extension')
  for @worker[ 0, 1 ];

$coordinator->safe_psql('postgres', Registers::made('whole', $pupils));
for my $by (qw(urn pupil))
{
	$coordinator->safe_psql('postgres', <<"SQL");
CREATE TABLE by_$by (LIKE whole);
SET citus.shard_count = 8;
SELECT create_distributed_table('by_$by', '$by');
INSERT INTO by_$by SELECT * FROM whole;
SQL
}

# A question's answer, or the error it ends with.
sub ask
{
	my ($table, $question) = @_;
	return eval { Registers::answer($coordinator, 'postgres', $question, $table) } // $@;
}

my %whole = map { $_ => ask('whole', $question{$_}) } keys %question;
cmp_ok(length($whole{$_}), '>', 2, "$_ has an answer") for sort keys %question;

# Each question of each distributed table has the answer of the whole.
sub compare
{
	my ($nodes) = @_;
	for my $by (qw(urn pupil))
	{
		is(ask("by_$by", $question{$_}), $whole{$_}, "$_, by $by on $nodes workers") for sort keys %question;
	}
	return;
}
compare(2);

# where the work is done
sub plan_of
{
	my ($question, $table) = @_;
	return $coordinator->safe_psql('postgres', 'EXPLAIN (VERBOSE, COSTS off) ' . $question =~ s/%s/$table/r);
}
like(plan_of('SELECT urn, abie.absence(register) FROM %s GROUP BY urn', 'by_urn'),
	qr/Custom Scan \(Citus Adaptive\).*Task.*Query: SELECT urn, abie\.absence\(register\)/s,
	'grouped by what registers are distributed by, the nodes make the measures');
like(plan_of('SELECT fsm, abie.absence(register) FROM %s GROUP BY fsm', 'by_urn'),
	qr/coord_combine_agg\(.*worker_partial_agg\(/s,
	'grouped by something else, they make states, and the coordinator puts them together');

# What abie makes of registers by itself.
my %made = (
	load_attendance => q{BEGIN; SELECT * FROM abie.load_attendance('%s', '2024/25');
		SELECT urn, enrolments, sess_possible, sess_overall, reasons, attendance_error FROM abie.attendance ORDER BY urn;
		SELECT urn, week_start, enrolments, sess_possible, sess_overall, reasons FROM abie.attendance_week ORDER BY urn, week_start;
		ROLLBACK},
	transition => q{SELECT * FROM abie.transition('%s', '2024/25', '2025/26') ORDER BY urn, feeder, pupil_group, half_term},
	transition_weeks => q{SELECT * FROM abie.transition_weeks('%s', '2025/26', 100036) ORDER BY pupil_group, week});
$coordinator->safe_psql('postgres', <<'SQL');
INSERT INTO abie.school (urn, laestab, name) SELECT u, 9090000 + u - 100000, 'School ' || u FROM generate_series(100000, 100039) u;
SQL
for my $name (sort keys %made)
{
	my $whole = ask('whole', $made{$name});
	cmp_ok(length($whole), '>', 100, "$name has an answer");
	is(ask("by_$_", $made{$name}), $whole, "$name, by $_") for qw(urn pupil);
}

# A worker is lost in the middle of a query.
my $lost = $coordinator->background_psql('postgres', on_error_stop => 0);
$lost->query_until(qr/asked/, q{\\echo asked
SELECT urn, abie.absence(register) FROM (SELECT urn, register, pg_sleep(0.05) FROM by_urn OFFSET 0) s GROUP BY urn;
});
for my $try (1 .. 600)
{
	last if $worker[1]->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'}) > 0;
	select(undef, undef, undef, 0.1);
}
$worker[1]->stop('immediate');
$lost->query_until(qr/after/, "SELECT 'after';\n");
like($lost->{stderr}, qr/ERROR:.*(terminat|connection|closed)/s, 'a query that loses a worker ends with an error');
unlike($lost->{stdout}, qr/100000/, 'and with no answer');
$lost->quit;
$worker[1]->start;
is(ask('by_urn', $question{'absence by school'}), $whole{'absence by school'}, 'and has its answer when the worker is back');

# On a worker the tables of abie are empty: who asks there is told.
my ($status, $out, $err) = $worker[0]->psql('postgres',
	'SELECT count(*) FROM abie_report.health; SELECT count(*) FROM abie_report.health; SELECT abie.school_report(100000)');
is($out, "1\n1", 'a worker answers');
is($err =~ s/^psql:.*?: |\nCONTEXT:.*//mgsr, <<'TEXT' =~ s/\n\z//r, 'and says where the tables are, once a session');
WARNING:  this is a worker node of Citus: the tables of abie are on its coordinator, and empty here
HINT:  Ask on the coordinator.
ERROR:  there is no finished run
HINT:  Finished runs are in abie_report.run; CALL abie.calculate makes one.
TEXT
($status, $out, $err) = $coordinator->psql('postgres', 'SELECT count(*) FROM abie_report.health');
is("$out$err", '1', 'the coordinator has them');

# Two more workers, the same answers.
add($coordinator, $_) for @worker[ 2, 3 ];
$coordinator->safe_psql('postgres', "SELECT rebalance_table_shards(shard_transfer_mode => 'block_writes')");
is($coordinator->safe_psql('postgres', 'SELECT count(DISTINCT nodename || nodeport) FROM citus_shards'), 4, 'shards are on four workers');
compare(4);

# kept by columns
my $columnar = $coordinator->safe_psql('postgres', <<'SQL');
CREATE EXTENSION citus_columnar;
CREATE TABLE by_column (LIKE whole) USING columnar;
INSERT INTO by_column SELECT * FROM whole;
SELECT pg_total_relation_size('by_column') < pg_total_relation_size('whole') / 2;
SQL
is($columnar, 't', 'registers kept by columns take less than half');
is(ask('by_column', $question{$_}), $whole{$_}, "$_, by columns") for 'absence by school', 'weeks of all';
done_testing();
