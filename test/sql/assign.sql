-- Assignment of schools to sites. Expected values: by hand, by trying all, and the proof by prices.
CREATE SCHEMA assign_test;
SET search_path = assign_test, public;

-- two schools want the place at site 10; the one that would lose more by going elsewhere has it
SELECT * FROM abie.assign('{1,2}', '{10,20}', '{{3,9},{1,2}}', '{1,1}', '{100,100}');
SELECT * FROM abie.assign_prices('{1,2}', '{10,20}', '{{3,9},{1,2}}', '{1,1}', '{100,100}');
-- pairs that are not allowed; a site without places; leaving a school unplaced may cost less than any place, or anything
SELECT * FROM abie.assign('{1,2,3}', '{10,20}', '{{NULL,9},{1,NULL},{NULL,NULL}}', '{5,5}', '{100,100,100}');
SELECT * FROM abie.assign('{1,2}', '{10,20}', '{{1,9},{2,9}}', '{0,1}', '{50,60}');
SELECT * FROM abie.assign_prices('{1,2}', '{10,20}', '{{1,9},{2,9}}', '{0,1}', '{50,60}');
SELECT * FROM abie.assign('{1,2}', '{10}', '{{5},{-7}}', '{2}', '{4,-8}');
-- equals: the lower school has the place, and the lower site is taken, whatever the order of the arrays
SELECT * FROM abie.assign('{8,5,7}', '{20,10}', '{{4,4},{4,4},{4,4}}', '{1,1}', '{9,9,9}');
SELECT * FROM abie.assign('{5,7}', '{10}', '{{9},{9}}', '{1}', '{9,9}');
-- nothing to do
SELECT count(*) FROM abie.assign('{}', '{10}', '{}', '{3}', '{}');
SELECT * FROM abie.assign('{1}', '{}', '{}', '{}', '{7}');
SELECT count(*) FROM abie.assign('{1}', '{10}', '{{2147483647}}', NULL, '{7}');
SELECT * FROM abie.assign('{1,2}', '{10}', '{{2147483647},{-2147483648}}', '{1}', '{-2147483648,2147483647}');

--
-- Random problems: ties, forbidden pairs, sites without places, negative costs
--
SELECT setseed(0.4);
CREATE TABLE problem AS
SELECT p, schools, sites, ARRAY(SELECT i FROM generate_series(1, schools) i) AS school, ARRAY(SELECT 100 + j FROM generate_series(1, sites) j) AS site,
	ARRAY(SELECT floor(random() * 4)::int FROM generate_series(1, sites) WHERE p > 0) AS capacity,
	ARRAY(SELECT floor(random() * span * 2)::int FROM generate_series(1, schools) WHERE p > 0) AS unplaced, span
FROM (SELECT p, 1 + p % 13 AS schools, 1 + p % 5 AS sites, (ARRAY[2, 5, 40, 1000])[1 + p % 4] AS span FROM generate_series(1, 1000) p) s;
CREATE TABLE pair AS
SELECT p, i, j, CASE WHEN random() > 0.2 THEN floor(random() * span)::int - span / 5 END AS cost FROM problem, generate_series(1, schools) i, generate_series(1, sites) j;
CREATE TABLE cost AS SELECT p, array_agg(r ORDER BY i) AS costs FROM (SELECT p, i, array_agg(cost ORDER BY j) AS r FROM pair GROUP BY p, i) r GROUP BY p;
CREATE TABLE placed AS SELECT p.p, a.* FROM problem p JOIN cost c USING (p), abie.assign(p.school, p.site, c.costs, p.capacity, p.unplaced) a;
CREATE TABLE price AS SELECT p.p, a.* FROM problem p JOIN cost c USING (p), abie.assign_prices(p.school, p.site, c.costs, p.capacity, p.unplaced) a;
-- what must hold of any assignment
SELECT count(*) AS schools, count(a.site) > 2000 AS some_placed,
	count(*) FILTER (WHERE a.cost IS DISTINCT FROM coalesce(x.cost, CASE WHEN a.site IS NULL THEN p.unplaced[a.school] END)) AS "cost wrong or not allowed"
FROM placed a JOIN problem p USING (p) LEFT JOIN pair x ON x.p = a.p AND x.i = a.school AND x.j = a.site - 100;
SELECT count(*) FILTER (WHERE n > p.capacity[a.site - 100]) AS "too many" FROM (SELECT p, site, count(*) AS n FROM placed WHERE site IS NOT NULL GROUP BY 1, 2) a JOIN problem p USING (p);
-- the proof: prices are not negative, 0 where a place is free, and no school would be better off at these prices elsewhere
SELECT count(*) AS prices, count(*) FILTER (WHERE r.price > 0) > 300 AS some, count(*) FILTER (WHERE r.price < 0) AS negative,
	count(*) FILTER (WHERE r.price <> 0 AND (SELECT count(*) FROM placed a WHERE a.p = r.p AND a.site = r.site) < p.capacity[r.site - 100]) AS "free at a price"
FROM price r JOIN problem p USING (p);
SELECT count(*) FILTER (WHERE x.cost + o.price < a.cost + coalesce(r.price, 0)) AS "better elsewhere", count(*) FILTER (WHERE p.unplaced[a.school] < a.cost + coalesce(r.price, 0)) AS "better unplaced"
FROM placed a JOIN problem p USING (p) LEFT JOIN price r ON r.p = a.p AND r.site = a.site LEFT JOIN pair x ON x.p = a.p AND x.i = a.school AND x.cost IS NOT NULL
	LEFT JOIN price o ON o.p = a.p AND o.site = 100 + x.j;
-- trying all, where there are at most four schools and three sites
CREATE FUNCTION least_sum(costs int[], capacity int[], unplaced int[], school int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	least bigint;
	other bigint;
	fewer int[];
BEGIN
	IF school > cardinality(unplaced) THEN RETURN 0; END IF;
	least := unplaced[school] + least_sum(costs, capacity, unplaced, school + 1);
	FOR j IN 1 .. cardinality(capacity) LOOP
		CONTINUE WHEN capacity[j] = 0 OR costs[school][j] IS NULL;
		fewer := capacity;
		fewer[j] := fewer[j] - 1;
		other := costs[school][j] + least_sum(costs, fewer, unplaced, school + 1);
		least := least(least, other);
	END LOOP;
	RETURN least;
END $$;
SELECT count(*) AS tried, count(*) FILTER (WHERE s.sum <> least_sum(c.costs, p.capacity, p.unplaced, 1)) AS wrong
FROM problem p JOIN cost c USING (p) JOIN (SELECT p, sum(cost) FROM placed GROUP BY p) s USING (p) WHERE p.schools <= 4 AND p.sites <= 3;
-- the order of schools and sites changes nothing
SELECT count(*) AS differ FROM (
	SELECT p.p, a.* FROM (SELECT p, array_agg(p.school[p.schools + 1 - i] ORDER BY i) AS school, array_agg(p.unplaced[p.schools + 1 - i] ORDER BY i) AS unplaced FROM problem p, generate_series(1, p.schools) i GROUP BY p) s
		JOIN (SELECT p, array_agg(p.site[p.sites + 1 - j] ORDER BY j) AS site, array_agg(p.capacity[p.sites + 1 - j] ORDER BY j) AS capacity FROM problem p, generate_series(1, p.sites) j GROUP BY p) t USING (p)
		JOIN (SELECT p, array_agg(r ORDER BY i DESC) AS costs FROM (SELECT p, i, array_agg(cost ORDER BY j DESC) AS r FROM pair GROUP BY p, i) r GROUP BY p) c USING (p) JOIN problem p USING (p),
		abie.assign(s.school, t.site, c.costs, t.capacity, s.unplaced) a
	EXCEPT SELECT * FROM placed) d;

--
-- Errors
--
SELECT abie.assign('{1,1}', '{10}', '{{1},{2}}', '{1}', '{1,1}');
SELECT abie.assign('{1,NULL}', '{10}', '{{1},{2}}', '{1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10,10}', '{{1,1},{2,2}}', '{1,1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10}', '{1,2}', '{1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10}', '{{1,2}}', '{1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10}', '{}', '{1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10}', '{{1},{2}}', '{1,1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10}', '{{1},{2}}', '{-1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10}', '{{1},{2}}', '{1}', '{1}');
SELECT abie.assign('{1,2}', '{10}', '{{1},{2}}', '{1}', '{1,NULL}');
SELECT abie.assign('{1,2}', '{10}', '{{1},{2}}', '{NULL}', '{1,1}');
\set VERBOSITY sqlstate
SELECT abie.assign('{1,1}', '{10}', '{{1},{2}}', '{1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10}', '{1,2}', '{1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10}', '{{1},{2}}', '{-1}', '{1,1}');
SELECT abie.assign('{1,2}', '{10}', '{{1},{2}}', '{1}', '{1,NULL}');
\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA assign_test CASCADE;
