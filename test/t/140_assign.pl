# The assignment of real schools to hubs: instances whose least cost is known, from three other solvers (network simplex,
# out-of-kilter, linear programming), and the proof by prices.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = $ENV{ABIE_DATA} // "$FindBin::RealBin/../../../shared/data";
my @instance = (
	{ name => '500x90', places => 6, sum => 6_727_091, unplaced => 5 },
	{ name => '4500x90', places => 55, sum => 79_005_730, unplaced => 208 });
my $left_cost = 200_000;

for my $i (@instance)
{
	$i->{file} = "$data/derived_hub_assignment_$i->{name}.csv.gz";
	plan skip_all => "no real data: $i->{file} is not there (set ABIE_DATA to its folder)" unless -r $i->{file};
}

my $node = PostgreSQL::Test::Cluster->new('assign');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION abie');
for my $i (@instance)
{
	my $arguments = "school, site, costs, array_fill($i->{places}, ARRAY[cardinality(site)]), "
	  . "array_fill($left_cost, ARRAY[cardinality(school)])";
	my $found = $node->safe_psql('postgres', <<"SQL");
CREATE TEMP TABLE pair (school bigint, site bigint, cost int);
COPY pair FROM PROGRAM 'gzip -cd $i->{file}' (FORMAT csv, HEADER);
CREATE TEMP TABLE argument AS
SELECT array_agg(r.school ORDER BY r.school) AS school, array_agg(r.costs ORDER BY r.school) AS costs, (SELECT array_agg(DISTINCT site) FROM pair) AS site
FROM (SELECT s.school, array_agg(p.cost ORDER BY h.site) AS costs FROM (SELECT DISTINCT school FROM pair) s CROSS JOIN (SELECT DISTINCT site FROM pair) h
	LEFT JOIN pair p USING (school, site) GROUP BY s.school) r;
CREATE TEMP TABLE placed AS SELECT a.* FROM argument, abie.assign($arguments) a;
CREATE TEMP TABLE price AS SELECT a.* FROM argument, abie.assign_prices($arguments) a;
SELECT sum(cost), count(*) FILTER (WHERE site IS NULL), max(n) FROM placed LEFT JOIN (SELECT site, count(*) AS n FROM placed GROUP BY site) p USING (site);
SELECT count(*) FROM placed a LEFT JOIN price r USING (site) LEFT JOIN pair x ON x.school = a.school LEFT JOIN price o ON o.site = x.site
WHERE x.cost + o.price < a.cost + coalesce(r.price, 0) OR $left_cost < a.cost + coalesce(r.price, 0);
SELECT count(*) FROM price r WHERE r.price < 0 OR r.price > 0 AND (SELECT count(*) FROM placed a WHERE a.site = r.site) < $i->{places};
SQL
	is($found, "$i->{sum}|$i->{unplaced}|$i->{places}\n0\n0", "$i->{name}: the least cost, and prices that prove it");
}
$node->stop;
done_testing();
