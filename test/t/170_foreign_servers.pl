# Registers behind foreign tables: questions asked through postgres_fdw have the answers of the table itself, to the bit, and
# are worked out where the registers are, as far as PostgreSQL sends them; states of several servers are added up.
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
for my $extension (qw(postgres_fdw dblink))
{
	plan skip_all => "$extension is not installed: $shares/extension/$extension.control is not there"
	  unless -r "$shares/extension/$extension.control";
}

my %question = Registers::questions();
my @far = map { PostgreSQL::Test::Cluster->new("far_$_") } 0, 1;
my $near = PostgreSQL::Test::Cluster->new('near');
for my $node (@far, $near)
{
	$node->init;
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION abie');
}

# Each school is on one of two servers; the first has all of them in a table of its own too.
$_->safe_psql('postgres', Registers::made('whole', 2000)) for @far;
$far[$_]->safe_psql('postgres', "CREATE TABLE part AS SELECT * FROM whole WHERE urn % 2 = $_") for 0, 1;
$near->safe_psql('postgres', <<'SQL');
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION dblink;
CREATE TABLE register (urn integer, pupil bigint, academic_year text, year_group integer, fsm boolean, register abie.register)
	PARTITION BY LIST (urn);
SQL
for my $n (0, 1)
{
	my $urns = join ', ', grep { $_ % 2 == $n } 100_000 .. 100_039;
	$near->safe_psql('postgres', sprintf <<'SQL', $n, $far[$n]->host, $far[$n]->port, $urns);
CREATE SERVER far_%1$d FOREIGN DATA WRAPPER postgres_fdw
	OPTIONS (host '%2$s', port '%3$d', dbname 'postgres', extensions 'abie', use_remote_estimate 'true');
CREATE USER MAPPING FOR CURRENT_USER SERVER far_%1$d;
CREATE FOREIGN TABLE part_%1$d PARTITION OF register FOR VALUES IN (%4$s) SERVER far_%1$d OPTIONS (table_name 'part');
SQL
}
$near->safe_psql('postgres', <<'SQL');
CREATE FOREIGN TABLE whole (urn integer, pupil bigint, academic_year text, year_group integer, fsm boolean, register abie.register)
	SERVER far_0;
SQL

for my $name (sort keys %question)
{
	my $expected = Registers::answer($far[0], 'postgres', $question{$name}, 'whole');
	is(Registers::answer($near, 'postgres', $question{$name}, $_->[0]), $expected, "$name, $_->[1]")
	  for [ 'whole', 'one foreign table' ], [ 'register', 'parts on two servers' ];
}

# what is sent to the other server
sub plan_of
{
	my ($question) = @_;
	return $near->safe_psql('postgres', "SET enable_partitionwise_aggregate = on; EXPLAIN (VERBOSE, COSTS off) $question");
}
like(plan_of('SELECT urn, abie.absence(register) FROM whole GROUP BY urn'),
	qr/Relations: Aggregate on.*Remote SQL: SELECT urn, abie\.absence\(register\) FROM/s, 'a whole aggregate is made there');
my @sent = plan_of('SELECT urn, abie.absence(register) FROM register GROUP BY urn') =~ /Remote SQL: SELECT urn, abie\.absence\(register\)/g;
is(scalar @sent, 2, 'and partition by partition on both');
like(plan_of('SELECT pupil FROM whole WHERE abie.is_persistently_absent(register)'),
	qr/Remote SQL: SELECT pupil FROM public\.whole WHERE \(abie\.is_persistently_absent\(register/, 'and a condition');

# States of groups that lie on several servers are added up: by school on each of them, the whole here.
my $connections = join ', ', map { sprintf q{('host=%s port=%d dbname=postgres')}, $_->host, $_->port } @far;
for my $state (
	[ 'abie.absence_weeks', 'abie.absence_weeks_agg(register)', 'abie.absence_weeks_agg(s)::text' ],
	[ 'abie.tally', 'abie.tally_agg(abie.tally(register))', 'abie.tally_agg(s)' ])
{
	my ($type, $made, $added) = @$state;
	is($near->safe_psql('postgres', <<"SQL"),
SELECT fsm, $added FROM (VALUES $connections) c (text),
	LATERAL dblink(c.text, 'SELECT fsm, $made FROM part GROUP BY urn, fsm') d (fsm boolean, s $type) GROUP BY fsm ORDER BY fsm;
SQL
		$far[0]->safe_psql('postgres', "SELECT fsm, ($made)::text FROM whole GROUP BY fsm ORDER BY fsm"),
		"$type of two servers is that of one");
}
$_->stop for @far, $near;
done_testing();
