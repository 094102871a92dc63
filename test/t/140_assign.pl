# The assignment of schools to hubs against other solvers: random problems against scipy's, and instances of real schools
# whose least cost is known from three more (network simplex, out-of-kilter, linear programming), with the proof by prices.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = $ENV{ABIE_DATA} // "$FindBin::RealBin/../../../shared/data";
my $left_cost = 200_000;
my $node = PostgreSQL::Test::Cluster->new('assign');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION abie');

# The least sum of each problem by scipy.
sub least_cost
{
	my ($problems) = @_;
	my ($out, $err);
	IPC::Run::run([ '/usr/bin/python3', "$FindBin::RealBin/../lib/least_cost.py" ], '<', \$problems, '>', \$out, '2>', \$err)
	  or die "scipy: $err";
	return $out =~ s/\n\z//r;
}

SKIP:
{
	skip 'scipy is not installed', 1 if system('/usr/bin/python3 -c "import scipy" 2>/dev/null') != 0;
	$node->safe_psql('postgres', <<'SQL');
SELECT setseed(0.6);
CREATE TABLE problem AS
SELECT p, ARRAY(SELECT i FROM generate_series(1, schools) i)::bigint[] AS school, ARRAY(SELECT j FROM generate_series(1, sites) j)::bigint[] AS site,
	(SELECT array_agg(ARRAY(SELECT CASE WHEN random() > 0.2 THEN floor(random() * span)::int - span / 5 END
		FROM generate_series(1, sites) WHERE i > 0) ORDER BY i) FROM generate_series(1, schools) i) AS costs,
	ARRAY(SELECT floor(random() * 4)::int FROM generate_series(1, sites) WHERE p > 0) AS capacity,
	ARRAY(SELECT floor(random() * span * 2)::int FROM generate_series(1, schools) WHERE p > 0) AS unplaced
FROM (SELECT p, 1 + p % 17 AS schools, 1 + p % 7 AS sites, (ARRAY[2, 5, 40, 100000])[1 + p % 4] AS span FROM generate_series(1, 1000) p) s;
SQL
	my $problems = $node->safe_psql('postgres', 'SELECT json_build_object($$costs$$, costs, $$capacity$$, capacity, $$unplaced$$, unplaced) FROM problem ORDER BY p');
	my $sums = $node->safe_psql('postgres', <<'SQL');
SELECT (SELECT sum(cost) FROM abie.assign(school, site, costs, capacity, unplaced)) FROM problem ORDER BY p
SQL
	is($sums, least_cost($problems), 'the least cost of 1,000 random problems is that of scipy');
}

my @instance = (
	{ name => '500x90', places => 6, sum => 6_727_091, unplaced => 5 },
	{ name => '4500x90', places => 55, sum => 79_005_730, unplaced => 208 });
for my $i (@instance)
{
	SKIP:
	{
		my $file = "$data/derived_hub_assignment_$i->{name}.csv.gz";
		skip "no real data: $file is not there (set ABIE_DATA to its folder)", 1 unless -r $file;
		my $arguments = "school, site, costs, array_fill($i->{places}, ARRAY[cardinality(site)]), "
		  . "array_fill($left_cost, ARRAY[cardinality(school)])";
		my $found = $node->safe_psql('postgres', <<"SQL");
CREATE TEMP TABLE pair (school bigint, site bigint, cost int);
COPY pair FROM PROGRAM 'gzip -cd $file' (FORMAT csv, HEADER);
CREATE TEMP TABLE argument AS
SELECT array_agg(r.school ORDER BY r.school) AS school, array_agg(r.costs ORDER BY r.school) AS costs,
	(SELECT array_agg(DISTINCT site) FROM pair) AS site
FROM (SELECT s.school, array_agg(p.cost ORDER BY h.site) AS costs
	FROM (SELECT DISTINCT school FROM pair) s CROSS JOIN (SELECT DISTINCT site FROM pair) h
	LEFT JOIN pair p USING (school, site) GROUP BY s.school) r;
CREATE TEMP TABLE placed AS SELECT a.* FROM argument, abie.assign($arguments) a;
CREATE TEMP TABLE price AS SELECT a.* FROM argument, abie.assign_prices($arguments) a;
SELECT sum(cost), count(*) FILTER (WHERE site IS NULL), max(n)
FROM placed LEFT JOIN (SELECT site, count(*) AS n FROM placed GROUP BY site) p USING (site);
SELECT count(*) FROM placed a LEFT JOIN price r USING (site) LEFT JOIN pair x ON x.school = a.school LEFT JOIN price o ON o.site = x.site
WHERE x.cost + o.price < a.cost + coalesce(r.price, 0) OR $left_cost < a.cost + coalesce(r.price, 0);
SELECT count(*) FROM price r
WHERE r.price < 0 OR r.price > 0 AND (SELECT count(*) FROM placed a WHERE a.site = r.site) < $i->{places};
SQL
		is($found, "$i->{sum}|$i->{unplaced}|$i->{places}\n0\n0", "$i->{name}: the least cost, and prices that prove it");
	}
}
# Cancelled at any time they stop at once: problems that take seconds, seconds from the cancel to the error
$node->safe_psql('postgres', <<'SQL');
SELECT setseed(0.4);
CREATE TABLE long AS
SELECT array_agg(i) AS school, (SELECT array_agg(j) FROM generate_series(1, 1000) j) AS site, array_agg(costs) AS costs, array_fill(6, ARRAY[1000]) AS capacity, array_fill(200000, ARRAY[6000]) AS unplaced
FROM (SELECT i, ARRAY(SELECT (100000 * random())::int FROM generate_series(1, 1000) WHERE i > 0) AS costs FROM generate_series(1, 6000) i) c;
CREATE FUNCTION cancelled_after(call text, delay integer) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE call;
	RETURN NULL;
EXCEPTION WHEN query_canceled THEN
	RETURN round(extract(epoch FROM clock_timestamp() - statement_timestamp())::numeric - delay / 1000.0, 3);
END $$;
SQL
for my $call ('abie.assign(school, site, costs, capacity, unplaced)', 'abie.assign_prices(school, site, costs, capacity, unplaced)',
	'abie.choose_sites(school, site, costs, unplaced, 400)', 'abie.choose_sites_bound(school, site, costs, unplaced, 400)')
{
	for my $delay (50, 300)
	{
		my $took = $node->safe_psql('postgres', "SET statement_timeout = $delay; SELECT cancelled_after('SELECT count(*) FROM long, $call', $delay)");
		my ($name) = $call =~ /abie\.(\w+)/;
		cmp_ok($took, '<', 2, "$name is cancelled after $delay ms: $took s") if $took ne '';
		diag("$name: $took s from the cancel to its end, wanted 0.1") if $took ne '' && $took > 0.1;
		# on a fast machine it may have ended before the second
		is($took ne '', 1, "$name took longer than $delay ms") if $delay == 50;
	}
}
$node->stop;
done_testing();
