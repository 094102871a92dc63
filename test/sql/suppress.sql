-- Disclosure control: what is suppressed cannot be had by subtraction.
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE SCHEMA suppress_test;
SET search_path = suppress_test, public;

-- by hand: with its total, one small cell needs another of its column; it may be any, so the smallest
SELECT * FROM abie.suppress('{Ambridge,Borchester,Felpersham,NULL}', '{primary,primary,primary,primary}', '{1,7,4,12}');
-- without a total it does not
SELECT * FROM abie.suppress('{Ambridge,Borchester,Felpersham}', '{primary,primary,primary}', '{1,7,4}');
-- in a table with all totals a second of its row too, and what closes the ring of four
SELECT * FROM abie.suppress('{a,a,b,b,c,c,a,b,c,NULL,NULL,NULL}', '{x,y,x,y,x,y,NULL,NULL,NULL,x,y,NULL}', '{2,5,9,8,6,9,7,17,15,17,22,39}');
-- two cells of 1 and their sum are no protection for each other, nor is 0, which is shown
SELECT * FROM abie.suppress('{a,b,c,d,NULL}', '{x,x,x,x,x}', '{1,1,0,8,10}');
-- equal losses: the first by row, then column, whatever the order of the arguments
SELECT * FROM abie.suppress('{d,NULL,b,a,c}', '{x,x,x,x,x}', '{5,17,5,2,5}');
-- cells nobody is shown: what lies in both of two totals, so that one less the other is two schools
SELECT * FROM abie.suppress('{county,county,NULL,county,other,other}', '{trust,none,trust,NULL,trust,NULL}', '{6,2,9,8,3,3}', '{f,f,t,t,f,t}');
-- nothing
SELECT count(*) FROM abie.suppress('{}', '{}', '{}');
SELECT count(*) FROM abie.suppress(NULL, '{}', '{}');
-- errors
SELECT * FROM abie.suppress('{a}', '{x}', '{-1}');
SELECT * FROM abie.suppress('{a}', '{x}', '{NULL}');
SELECT * FROM abie.suppress('{a,a}', '{x,x}', '{1,2}');
SELECT * FROM abie.suppress('{a,NULL}', '{x,x}', '{1,2}');
SELECT * FROM abie.suppress('{a,b}', '{x}', '{1,2}');
SELECT * FROM abie.suppress('{a,b}', '{x,x}', '{1}');
SELECT * FROM abie.suppress('{a,b}', '{x,x}', '{1,2}', '{t}');
SELECT * FROM abie.suppress('{a,b,NULL}', '{x,x,x}', '{9223372036854775807,2,4}');

/*
 * The differencing test.  Random tables, with all totals, some or none, and inner cells that are shown or not.  Who knows the groups of every
 * unit and all that is shown has the linear combinations of the shown cells, as sets of the inner cells that are not empty: bits of a number.
 * Rows with their total and columns with theirs are two laminar families, so these 0/1 matrices are totally unimodular (Edmonds 1970), and rank
 * over two elements is rank over numbers.
 */
CREATE FUNCTION rank(sets bigint[]) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	basis bigint[] := '{}';
	x bigint;
	b bigint;
BEGIN
	FOREACH x IN ARRAY sets LOOP
		FOREACH b IN ARRAY basis LOOP
			x := least(x, x # b);
		END LOOP;
		IF x > 0 THEN
			basis := basis || x;
		END IF;
	END LOOP;
	RETURN cardinality(basis);
END $$;

SELECT setseed(0.20);
-- totals: 0 none, 1 of columns, 2 of rows, 3 all, 4 of rows and of all; hidden: the share of inner cells not shown
CREATE TABLE trial AS SELECT t AS trial, 2 + t % 4 AS rows, 1 + t / 4 % 5 AS columns, t % 5 AS totals, (ARRAY[0, 0, 0.3, 1])[1 + t / 7 % 4] AS hidden FROM generate_series(1, 3000) t;
CREATE TABLE inner_cell AS
SELECT t.trial, r, c, CASE WHEN random() < 0.2 THEN 0 ELSE floor(random() ^ 2 * 12)::bigint END AS count, random() >= t.hidden AS published
FROM trial t, generate_series(1, t.rows) r, generate_series(1, t.columns) c;
CREATE TABLE cell AS
SELECT trial, r, c, sum(count)::bigint AS count, CASE WHEN grouping(r, c) = 0 THEN bool_and(published) ELSE true END AS published,
	bit_or(CASE WHEN count > 0 THEN 1::bigint << ((r - 1) * 5 + c - 1) ELSE 0 END) AS units
FROM inner_cell JOIN trial USING (trial)
GROUP BY GROUPING SETS ((trial, totals, r, c), (trial, totals, r), (trial, totals, c), (trial, totals))
HAVING grouping(r, c) = 0 OR grouping(r, c) = 1 AND totals IN (2, 3, 4) OR grouping(r, c) = 2 AND totals IN (1, 3) OR grouping(r, c) = 3 AND totals IN (3, 4);
CREATE TABLE answer AS
SELECT t.trial, s.row_group::integer AS r, s.column_group::integer AS c, s.count, s.symbol
FROM (SELECT trial, array_agg(r::text) AS r, array_agg(c::text) AS c, array_agg(count) AS counts, array_agg(published) AS published FROM cell GROUP BY trial) t, abie.suppress(t.r, t.c, t.counts, t.published) s;

-- a row for each published cell, with its count or c
SELECT (SELECT count(*) FROM cell WHERE published) = count(*) AS all_cells, count(*) FILTER (WHERE a.symbol IS NULL AND a.count IS DISTINCT FROM k.count) AS other_counts,
	count(*) FILTER (WHERE a.symbol = 'c' AND a.count IS NOT NULL) AS told, count(*) FILTER (WHERE k.count IN (1, 2) AND a.symbol IS NULL) AS small_shown,
	count(*) FILTER (WHERE k.count = 0 AND a.symbol IS NOT NULL) AS zero_suppressed, count(*) FILTER (WHERE a.symbol = 'c' AND k.count > 2) > 1000 AS complementary
FROM answer a JOIN cell k ON k.trial = a.trial AND k.r IS NOT DISTINCT FROM a.r AND k.c IS NOT DISTINCT FROM a.c;
CREATE TABLE seen AS
SELECT t.trial, coalesce(array_agg(k.units) FILTER (WHERE a.symbol IS NULL AND a.trial IS NOT NULL), '{}') AS shown,
	coalesce(array_agg(k.units) FILTER (WHERE a.symbol = 'c'), '{}') AS suppressed
FROM trial t JOIN cell k USING (trial) LEFT JOIN answer a ON a.trial = k.trial AND a.r IS NOT DISTINCT FROM k.r AND a.c IS NOT DISTINCT FROM k.c GROUP BY t.trial;
-- no suppressed cell is a combination of the shown ones
SELECT count(*) > 4000 AS many, count(*) FILTER (WHERE rank(s.shown || v.units) = rank(s.shown)) AS recovered FROM seen s, unnest(s.suppressed) v(units);
-- and no combination rests on inner cells of 1 or 2 units together: without them, no rank would be lost
CREATE TABLE small AS
SELECT i.trial, 1::bigint << ((i.r - 1) * 5 + i.c - 1) | coalesce(1::bigint << ((o.r - 1) * 5 + o.c - 1), 0) AS units
FROM inner_cell i LEFT JOIN LATERAL (SELECT r, c FROM inner_cell o WHERE i.count = 1 AND o.trial = i.trial AND o.count = 1 AND (o.r, o.c) > (i.r, i.c) UNION ALL SELECT NULL, NULL) o ON true WHERE i.count IN (1, 2);
SELECT count(*) > 4000 AS many, count(*) FILTER (WHERE rank(s.shown) > rank(ARRAY(SELECT u & ~m.units FROM unnest(s.shown) u))) AS recovered FROM small m JOIN seen s USING (trial);
-- the test finds what would be recovered: primary suppression alone
SELECT count(*) > 1000 AS recovered_without
FROM (SELECT trial, coalesce(array_agg(units) FILTER (WHERE published AND count NOT IN (1, 2)), '{}') AS shown, array_agg(units) FILTER (WHERE published AND count IN (1, 2)) AS suppressed FROM cell GROUP BY trial) s, unnest(s.suppressed) v(units)
WHERE rank(s.shown || v.units) = rank(s.shown);
-- complementary suppression is sparing: in tables of one column and its total only where the small ones are one, or together under 3, and then enough for 3
SELECT count(*) > 20 AS many, count(*) FILTER (WHERE (w.taken > 0) <> (w.small = 1 OR w.units IN (1, 2)) OR w.taken > 1) AS others
FROM (SELECT a.trial, count(*) FILTER (WHERE k.count IN (1, 2)) AS small, sum(k.count) FILTER (WHERE k.count IN (1, 2)) AS units, count(*) FILTER (WHERE k.count > 2 AND a.symbol = 'c') AS taken
	FROM answer a JOIN cell k ON k.trial = a.trial AND k.r IS NOT DISTINCT FROM a.r AND k.c IS NOT DISTINCT FROM a.c JOIN trial t ON t.trial = a.trial
	WHERE t.columns = 1 AND t.totals = 1 AND t.hidden = 0 GROUP BY a.trial HAVING min(k.count) FILTER (WHERE a.r IS NULL) > 2) w;
-- the order of the arguments changes nothing
SELECT count(*) AS others FROM (
	(SELECT t.trial, s.* FROM (SELECT trial, array_agg(r::text ORDER BY count, c, r) AS r, array_agg(c::text ORDER BY count, c, r) AS c, array_agg(count ORDER BY count, c, r) AS counts, array_agg(published ORDER BY count, c, r) AS published FROM cell GROUP BY trial) t,
		abie.suppress(t.r, t.c, t.counts, t.published) s)
	EXCEPT SELECT trial, r::text, c::text, count, symbol FROM answer) x;
-- a long table, as of authorities and trusts: 20,000 schools in 141 areas and some 1,000 groups
CREATE TABLE long_table AS
SELECT r, c, count(*) AS n FROM (SELECT floor(sqrt(i))::text AS r, CASE WHEN i % 3 = 0 THEN 'none' ELSE floor(1500 * (i * 7919 % 20011 / 20011.0) ^ 4 + sqrt(i))::text END AS c FROM generate_series(1::bigint, 20000) i) x GROUP BY CUBE (r, c);
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE s.symbol = 'c' AND l.n < 3) > 100 AS small, count(*) FILTER (WHERE s.symbol IS NULL) > 500 AS shown
FROM (SELECT array_agg(r) AS r, array_agg(c) AS c, array_agg(n) AS n, array_agg(r IS NULL OR c IS NULL) AS published FROM long_table) t, abie.suppress(t.r, t.c, t.n, t.published) s
	JOIN long_table l ON l.r IS NOT DISTINCT FROM s.row_group AND l.c IS NOT DISTINCT FROM s.column_group;

SET client_min_messages = warning;
DROP SCHEMA suppress_test CASCADE;
