# A database of each version that was released, updated to this one: its runs, grants and registers are as they were, the
# issued run still verifies, a dump of it is restored, and the extension is, object by object, that of a fresh database.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my ($version) = slurp_file("$top/abie.control") =~ /^default_version = '(.*)'$/m;
my $shares = `pg_config --sharedir`;
chomp $shares;
my @released = sort grep { $_ ne $version } map { m{/abie--([0-9.]+)\.sql$} } glob("$shares/extension/abie--*.sql");
plan skip_all => "no version was released before $version" unless @released;

my $node = PostgreSQL::Test::Cluster->new('update');
$node->init;
$node->start;

# What psql prints of a script in a database.
sub printed
{
	my ($database, $script) = @_;
	my ($out, $err);
	my $result = IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database) ], '<', \$script, '>', \$out, '2>', \$err);
	die "$database: $err" unless $result;
	return $out;
}

# The lines of two texts that are not in both, the first twenty.
sub differing
{
	my ($fresh, $updated) = @_;
	my %of = (fresh => { map { $_ => 1 } split /\n/, $fresh }, updated => { map { $_ => 1 } split /\n/, $updated });
	my @only = (map({ "fresh: $_" } grep { !$of{updated}{$_} } sort keys %{ $of{fresh} }),
		map({ "updated: $_" } grep { !$of{fresh}{$_} } sort keys %{ $of{updated} }));
	return join "\n", @only > 20 ? @only[ 0 .. 19 ] : @only;
}

my %script = map { $_ => slurp_file("$top/test/upgrade/$_.sql") } qw(before facts objects);
# the same roles are granted the same in a database made afresh
my $afresh = join '', $script{before} =~ /^(?:CREATE EXTENSION|SELECT abie\.(?:load_demo|grant_access)).*\n/mg;

for my $old (@released)
{
	my $database = "from_$old";
	$node->safe_psql('postgres', qq{CREATE DATABASE "$database"});
	printed($database, $script{before} =~ s/^CREATE EXTENSION abie;/CREATE EXTENSION abie VERSION '$old';/mr);
	my $before = printed($database, $script{facts});
	my $kept = $node->safe_psql($database, 'SELECT result_digest FROM abie.run WHERE run_id = 1');
	printed($database, 'ALTER EXTENSION abie UPDATE');
	is($node->safe_psql($database, q{SELECT extversion FROM pg_extension WHERE extname = 'abie'}), $version, "$old: updated to $version");
	# of tables that the old version had
	my %held = map { $_ => 1 } $before =~ /^(abie\w*\.\w+)\|/mg;
	is(printed($database, $script{facts}) =~ s/^(abie\w*\.\w+)\|.*\n/$held{$1} ? $& : ''/germ, $before, "$old: rows, digests, reports and answers are as they were");
	is($node->safe_psql($database, 'SELECT count(DISTINCT run_id) FROM abie_owner.run_area'), 2, "$old: runs are added up");
	is($node->safe_psql($database, 'SELECT count(*) FROM (SELECT * FROM abie_owner.run_area EXCEPT SELECT a.* FROM abie.run r, abie_owner.area_sums(r.run_id) a) s'),
		0, "$old: to what their schools are");
	is($node->safe_psql($database, 'SELECT count(*), bool_and(equal) FROM abie.verify(1)'), '3|t', "$old: the issued run verifies");
	$node->safe_psql('postgres', 'CREATE DATABASE fresh');
	printed('fresh', $afresh);
	my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
	$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr($database) ], "$old: dumped");
	$node->safe_psql('postgres', 'CREATE DATABASE restored');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ], "$old: restored");
	is(printed('restored', $script{facts}), printed($database, $script{facts}), "$old: with all of it");
	is(differing(printed('fresh', $script{objects}), printed($database, $script{objects})), '', "$old: object by object what a fresh database has");
	printed($database, 'SET client_min_messages = warning; SET ROLE upgrade_analyst; CALL abie.calculate(abie.next_target_year(), run_id => NULL)');
	is($node->safe_psql($database, 'SELECT result_digest FROM abie.run ORDER BY run_id DESC LIMIT 1'), $kept, "$old: and the next run has the bits of the last");
	$node->safe_psql('postgres', $_) for qq{DROP DATABASE "$database"}, 'DROP DATABASE fresh', 'DROP DATABASE restored', 'DROP ROLE upgrade_head, upgrade_county, upgrade_analyst';
}
$node->stop;
done_testing();
