-- Choice of sites. Expected values: by hand, and by trying all choices.
CREATE SCHEMA choose_sites_test;
SET search_path = choose_sites_test, public;

-- places on a line at 0, 10, 20, 100: schools at 1, 9, 11, 99
CREATE FUNCTION on_line(school int[], site int[]) RETURNS int[] LANGUAGE sql IMMUTABLE
RETURN (SELECT array_agg(r ORDER BY i)
	FROM (SELECT i, (SELECT array_agg(abs(s - t) ORDER BY j) FROM unnest(site) WITH ORDINALITY u(t, j)) AS r
		FROM unnest(school) WITH ORDINALITY v(s, i)) x);
SELECT * FROM abie.choose_sites('{1,2,3,4}', '{10,11,12,13}', on_line('{1,9,11,99}', '{0,10,20,100}'), '{500,500,500,500}', 1);
SELECT * FROM abie.choose_sites('{1,2,3,4}', '{10,11,12,13}', on_line('{1,9,11,99}', '{0,10,20,100}'), '{500,500,500,500}', 2);
SELECT abie.choose_sites_bound('{1,2,3,4}', '{10,11,12,13}', on_line('{1,9,11,99}', '{0,10,20,100}'), '{500,500,500,500}', 2);
-- a school that counts ten times draws the site to it
SELECT * FROM abie.choose_sites('{1,2,3,4}', '{10,11,12,13}', on_line('{1,9,11,99}', '{0,10,20,100}'), '{500,500,500,500}', 1, '{1,1,1,10}');
-- being unserved costs less than 89 km; nobody is served where no site may be
SELECT * FROM abie.choose_sites('{1,2,3,4}', '{10,11,12,13}', on_line('{1,9,11,99}', '{0,10,20,100}'), '{50,50,50,50}', 1);
SELECT * FROM abie.choose_sites('{1,2}', '{10}', '{{NULL},{NULL}}', '{7,8}', 1);
-- a site that is open already, though no other would be chosen before
SELECT * FROM abie.choose_sites('{1,2,3,4}', '{10,11,12,13}', on_line('{1,9,11,99}', '{0,10,20,100}'), '{500,500,500,500}', 2, fixed => '{12}');
-- at most one of the first three, none of the last
SELECT * FROM abie.choose_sites('{1,2,3,4}', '{10,11,12,13}', on_line('{1,9,11,99}', '{0,10,20,100}'), '{500,500,500,500}', 3,
	site_group => '{1,1,1,2}', quota => '{1,0}');
-- equals go to the lower number
SELECT * FROM abie.choose_sites('{1}', '{12,11,10}', '{{4,4,4}}', '{9}', 1);
-- after an exchange, too: school 4 at the new site 1, not at 3
SELECT * FROM abie.choose_sites('{1,2,3,4}', '{1,2,3,4}', '{{0,9,NULL,NULL},{NULL,10,0,NULL},{NULL,10,NULL,0},{5,NULL,5,5}}', '{100,100,100,100}', 3);
-- nothing to choose from
SELECT * FROM abie.choose_sites('{1}', '{}', '{}', '{9}', 0);
SELECT count(*) FROM abie.choose_sites('{}', '{}', '{}', '{}', 0);
SELECT * FROM abie.choose_sites('{}', '{5,6}', '{}', '{}', 1);
SELECT abie.choose_sites_bound('{1}', '{}', '{}', '{9}', 0);

--
-- Random problems against all choices: weights of 0, forbidden pairs, negative costs, fixed sites, groups
--
SELECT setseed(0.2);
CREATE TABLE problem AS
SELECT p, schools, sites, number, ARRAY(SELECT i FROM generate_series(1, schools) i)::bigint[] AS school,
	ARRAY(SELECT 100 + j FROM generate_series(1, sites) j)::bigint[] AS site,
	ARRAY(SELECT floor(random() * 4)::int FROM generate_series(1, schools) WHERE p > 0) AS weight,
	ARRAY(SELECT floor(random() * 90)::int FROM generate_series(1, schools) WHERE p > 0) AS unserved,
	CASE WHEN p % 3 = 0 THEN ARRAY[101] ELSE '{}' END::bigint[] AS fixed,
	ARRAY(SELECT 1 + floor(random() * 2)::int FROM generate_series(1, sites) WHERE p > 0) AS site_group,
	CASE WHEN p % 4 = 0 THEN ARRAY[2, 1] ELSE ARRAY[9, 9] END AS quota
FROM (SELECT p, 4 + p % 9 AS schools, 3 + p % 6 AS sites, 1 + p % 3 AS number FROM generate_series(1, 600) p) s;
CREATE TABLE pair AS
SELECT p, i, j, CASE WHEN random() > 0.15 THEN floor(random() * 60)::int - 5 END AS cost FROM problem, generate_series(1, schools) i, generate_series(1, sites) j;
CREATE TABLE cost AS SELECT p, array_agg(r ORDER BY i) AS costs FROM (SELECT p, i, array_agg(cost ORDER BY j) AS r FROM pair GROUP BY p, i) r GROUP BY p;
CREATE TABLE chosen AS
SELECT p.p, c.* FROM problem p JOIN cost USING (p),
	abie.choose_sites(p.school, p.site, costs, p.unserved, p.number, p.weight, p.fixed, p.site_group, p.quota) c;
CREATE TABLE bound AS
SELECT p.p, abie.choose_sites_bound(p.school, p.site, costs, p.unserved, p.number, p.weight, p.fixed, p.site_group, p.quota) AS bound
FROM problem p JOIN cost USING (p);
-- every set of sites that there is room for, as bits, and its sum
CREATE FUNCTION sum_of(p integer, bits integer) RETURNS bigint LANGUAGE sql STABLE
RETURN (SELECT sum(q.weight[s.i] * least(q.unserved[s.i], (SELECT min(x.cost) FROM pair x WHERE x.p = q.p AND x.i = s.i AND bits >> x.j - 1 & 1 = 1)))
	FROM problem q, generate_series(1, q.schools) s(i) WHERE q.p = sum_of.p);
CREATE INDEX ON pair (p, i);
CREATE INDEX ON problem (p);
ANALYZE pair, problem;
CREATE TABLE best AS
SELECT p.p, min(sum_of(p.p, bits)) AS sum
FROM problem p, generate_series(0, (1 << p.sites) - 1) bits
WHERE bit_count(bits::bit(8)) <= p.number AND (p.fixed = '{}' OR bits & 1 = 1)
	AND (SELECT bool_and(n <= p.quota[g] OR n = 1 AND p.fixed <> '{}' AND p.site_group[1] = g) FROM (SELECT p.site_group[j] AS g, count(*) AS n FROM generate_series(1, p.sites) j
		WHERE bits >> j - 1 & 1 = 1 GROUP BY 1) o) IS NOT FALSE
GROUP BY p.p;
SELECT count(*) AS problems, count(*) FILTER (WHERE c.sum = b.sum) > 590 AS "nearly all best", count(*) FILTER (WHERE c.sum < b.sum) AS impossible,
	count(*) FILTER (WHERE d.bound > b.sum) AS "bound above the best", count(*) FILTER (WHERE d.bound = b.sum) > 400 AS "most bounds are the best"
FROM best b JOIN (SELECT p, sum(cost) FROM chosen GROUP BY p) c USING (p) JOIN bound d USING (p);
-- what the rows say is so: numbers, quotas, fixed sites, and who is served where
SELECT count(*) FILTER (WHERE n > p.number) AS "too many", count(*) FILTER (WHERE NOT p.fixed <@ open) AS "fixed one closed", count(*) FILTER (WHERE s.schools <> p.schools) AS "lost"
FROM (SELECT p, count(site) AS n, array_agg(site) AS open, sum(schools) AS schools FROM chosen GROUP BY p) s JOIN problem p USING (p);
SELECT count(*) FILTER (WHERE n > p.quota[g]) AS "above its quota"
FROM (SELECT c.p, q.site_group[c.site - 100] AS g, count(*) AS n FROM chosen c JOIN problem q USING (p) WHERE c.site IS NOT NULL GROUP BY 1, 2) s JOIN problem p USING (p);
SELECT count(*) AS differ FROM (
	SELECT p.p, sum_of(p.p, (SELECT sum(1 << (c.site - 101)::int)::int FROM chosen c WHERE c.p = p.p AND c.site IS NOT NULL)) AS sum FROM problem p
	EXCEPT SELECT p, sum(cost) FROM chosen GROUP BY p) d;
-- the order of schools and sites changes nothing
SELECT count(*) AS differ FROM (
	SELECT p.p, c.* FROM problem p
		JOIN (SELECT p, array_agg(r ORDER BY i DESC) AS costs FROM (SELECT p, i, array_agg(cost ORDER BY j DESC) AS r FROM pair GROUP BY p, i) r GROUP BY p) x USING (p),
		LATERAL (SELECT array_agg(p.school[i] ORDER BY i DESC) AS school, array_agg(p.unserved[i] ORDER BY i DESC) AS unserved, array_agg(p.weight[i] ORDER BY i DESC) AS weight
			FROM generate_series(1, p.schools) i) s,
		LATERAL (SELECT array_agg(p.site[j] ORDER BY j DESC) AS site, array_agg(p.site_group[j] ORDER BY j DESC) AS site_group FROM generate_series(1, p.sites) j) t,
		abie.choose_sites(s.school, t.site, x.costs, s.unserved, p.number, s.weight, p.fixed, t.site_group, p.quota) c
	EXCEPT SELECT * FROM chosen) d;
-- a larger one: the bound is within half a per cent, more sites never cost more
CREATE TABLE plane AS
SELECT array_agg(i ORDER BY i)::bigint[] AS school, (SELECT array_agg(j::bigint) FROM generate_series(1, 60) j) AS site, array_agg(r ORDER BY i) AS costs, array_fill(9000, ARRAY[300]) AS unserved
FROM (SELECT i, (SELECT array_agg((10 * sqrt((i * 37 % 101 - j * 53 % 97) ^ 2 + (i * 71 % 103 - j * 29 % 89) ^ 2))::int ORDER BY j) FROM generate_series(1, 60) j) AS r
	FROM generate_series(1, 300) i) x;
CREATE TABLE course AS
SELECT n, (SELECT sum(cost) FROM abie.choose_sites(school, site, costs, unserved, n)) AS sum, abie.choose_sites_bound(school, site, costs, unserved, n) AS bound
FROM plane, generate_series(0, 60, 6) n;
SELECT n, bound <= sum AS below, sum <= bound * 1.005 AS near, sum <= lag(sum) OVER (ORDER BY n) AS falls FROM course ORDER BY n;

--
-- Errors
--
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', 2);
SELECT abie.choose_sites('{1,2}', '{10,11}', '{{1,1},{2,2}}', '{1,1}', 1, fixed => '{10,11}');
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', -1);
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', NULL);
SELECT abie.choose_sites(NULL, '{10}', '{{1},{2}}', '{1,1}', 1);
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1}', 1);
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', 1, '{1,-1}');
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', 1, fixed => '{11}');
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', 1, fixed => '{10,10}');
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', 1, site_group => '{1}');
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', 1, site_group => '{3}', quota => '{1,1}');
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', 1, site_group => '{1}', quota => '{-1}');
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,2147483647}', 1, '{1,2147483647}');
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{-2147483648}}', '{1,1}', 1, '{1,2147483647}');
SELECT abie.choose_sites(ARRAY[1], array_agg(j::bigint), ARRAY[array_agg(1)], ARRAY[1], 9000) FROM generate_series(1, 9000) j;
-- the more sites, the less: what they bring is added up
SELECT abie.choose_sites_bound(array_agg(i), array_agg(i), array_agg((SELECT array_agg(0) FROM generate_series(1, 58))), array_fill(1048576, ARRAY[58]), 57, array_fill(20000000, ARRAY[58])) FROM generate_series(1, 58) i(i);
\set VERBOSITY sqlstate
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', 2);
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', NULL);
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,1}', 1, fixed => '{11}');
SELECT abie.choose_sites('{1,2}', '{10}', '{{1},{2}}', '{1,2147483647}', 1, '{1,2147483647}');
SELECT abie.choose_sites(ARRAY[1], array_agg(j::bigint), ARRAY[array_agg(1)], ARRAY[1], 9000) FROM generate_series(1, 9000) j;
\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA choose_sites_test CASCADE;
