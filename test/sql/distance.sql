-- Weighted Euclidean distance of two vectors, and its parts.
-- Expected values: hand arithmetic beside each line, contrib cube, plain SQL, properties.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA distance_test;
SET search_path = distance_test, public;
SET client_min_messages = warning;	-- may be there already
CREATE EXTENSION IF NOT EXISTS cube SCHEMA public;
RESET client_min_messages;

-- Plain SQL by the definition: sums in ascending order of the element, as the function promises.
CREATE FUNCTION plain_distance(a float8[], b float8[], w float8[] DEFAULT NULL) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	total float8 := 0;
	held float8 := 0;
	squares float8 := 0;
BEGIN
	FOR j IN 1 .. coalesce(array_length(a, 1), 0) LOOP
		total := total + coalesce(w[j], 1);
		CONTINUE WHEN a[j] IS NULL OR b[j] IS NULL OR w[j] = 0;
		held := held + coalesce(w[j], 1);
		squares := squares + coalesce(w[j], 1) * ((a[j] - b[j]) * (a[j] - b[j]));
	END LOOP;
	RETURN CASE WHEN held > 0 AND held >= 0.8 * total * (1 - 1e-12) THEN sqrt(total / held * squares) END;
END $$;

--
-- Hand arithmetic
--
SELECT abie.distance('{1,2}', '{4,6}') AS "3 4 5";
SELECT abie.distance('{1,2,3}', '{1,2,3}') AS zero;
SELECT abie.distance('{7}', '{4.5}') AS "one element: |a-b|";
-- 4 x 3^2 + 0.25 x 4^2 = 36 + 4 = 40
SELECT abie.distance('{1,2}', '{4,6}', '{4,0.25}') = sqrt(40::float8) AS "root of 40";
SELECT abie.distance_parts('{1,2}', '{4,6}', '{4,0.25}') AS "36 4";
-- weights of 1 are the default
SELECT abie.distance('{1,2,3}', '{4,6,9}', '{1,1,1}') = abie.distance('{1,2,3}', '{4,6,9}') AS same;
-- all weights doubled: the squared distance doubled
SELECT abie.distance('{1,2}', '{4,6}', '{2,2}') = sqrt(50::float8) AS "root of 50";
SELECT abie.distance('{0}', '{-0}') AS zero, abie.distance('{-0}', '{0}')::text AS "no sign";

-- a constant vector and constant weights are looked at once, in the first call of a query
SELECT count(*) AS rows, count(*) FILTER (WHERE abie.distance('{1,2,3,4,5}', v, '{1,2,3,4,5}') IS DISTINCT FROM plain_distance('{1,2,3,4,5}', v, '{1,2,3,4,5}')) AS different,
	count(*) FILTER (WHERE abie.distance('{1,2,3,4,NULL}', v) IS DISTINCT FROM plain_distance('{1,2,3,4,NULL}', v)) AS different_lacking
FROM (VALUES ('{5,4,3,2,1}'::float8[]), ('{5,4,NULL,2,1}'), (NULL), ('{NULL,NULL,NULL,NULL,NULL}'), ('{0,0,0,0,0}'), ('{1,2,3,4,5}')) r(v);
SELECT abie.distance('{1,2}', v, '{1,1}') FROM (VALUES ('{1,2}'::float8[]), ('{1,2,3}')) r(v);
SELECT abie.distance('{1,2}', v, '{1,1}') FROM (VALUES ('{1,2}'::float8[]), ('{1,NaN}')) r(v);
-- not so variables, which change from call to call
DO $$
DECLARE
	a float8[];
	d float8;
BEGIN
	FOR i IN 1..3 LOOP
		a := ARRAY[i, 0];
		d := abie.distance(a, '{0,0}', ARRAY[i, 1]);
		RAISE WARNING '% %', a, round(d * d);
	END LOOP;
END $$;

--
-- Missing elements: 80 per cent of the weight must be present on both sides
--
-- 4 of 5 present, exactly 80 per cent: 5/4 x (1+1+1+1) = 5
SELECT abie.distance('{0,0,0,0,0}', '{1,1,1,1,NULL}') = sqrt(5::float8) AS "root of 5";
SELECT abie.distance_parts('{0,0,0,0,0}', '{1,1,1,1,NULL}') AS "1.25 each, 0 for the missing one";
-- 5 of 6 present, above: 6/5 x 5 = 6
SELECT abie.distance('{0,0,0,0,0,NULL}', '{1,1,1,1,1,9}') = sqrt(6::float8) AS "root of 6";
-- 3 of 4 present, below: not comparable
SELECT abie.distance('{0,0,0,NULL}', '{1,1,1,1}') IS NULL AS below,
	abie.distance_parts('{0,0,0,NULL}', '{1,1,1,1}') IS NULL AS parts;
-- missing on different sides adds up: 8 of 10 present, then 7 of 10
SELECT abie.distance('{1,1,1,1,1,1,1,1,1,NULL}', '{NULL,0,0,0,0,0,0,0,0,0}') = sqrt(10::float8) AS "10/8 x 8 = 10",
	abie.distance('{1,1,1,1,1,1,1,1,NULL,NULL}', '{NULL,0,0,0,0,0,0,0,0,0}') IS NULL AS below;
-- missing on both sides counts once
SELECT abie.distance('{1,1,1,1,NULL}', '{0,0,0,0,NULL}') = sqrt(5::float8) AS "5/4 x 4 = 5";
-- the weight decides, not the number: one of two present with 80 per cent of the weight, then with 79
SELECT abie.distance('{3,NULL}', '{1,1}', '{80,20}') AS "root of 100/80 x 80 x 4 = 400",
	abie.distance('{3,NULL}', '{1,1}', '{79,21}') IS NULL AS below,
	abie.distance('{NULL,3}', '{1,1}', '{80,20}') IS NULL AS "the heavy one missing";
-- 0.8 in tenths, where binary sums are off by a bit: still exactly 80 per cent
SELECT abie.distance('{1,1,1,1,1,1,1,1,NULL,NULL}', '{0,0,0,0,0,0,0,0,0,0}', array_fill(0.1::float8, '{10}')) IS NOT NULL AS "0.1 x 8 of 0.1 x 10",
	abie.distance('{1,NULL}', '{0,0}', '{0.8,0.2}') IS NOT NULL AS "0.8 of 0.8 + 0.2",
	abie.distance('{1,1,1,1,1,NULL}', '{0,0,0,0,0,0}', '{0.3,0.1,0.1,0.1,0.2,0.2}') IS NOT NULL AS "0.3 + 0.1 + 0.1 + 0.1 + 0.2 of 1",
	abie.distance('{1,1,NULL}', '{0,0,0}', '{0.1,0.7,0.2}') IS NOT NULL AS "0.1 + 0.7 = 0.7999999999999999 of 1",
	abie.distance('{1,NULL}', '{0,0}', '{0.799999999,0.200000001}') IS NULL AS "just below";
-- an element of weight 0 may be missing, or anything else
SELECT abie.distance('{1,2,NULL}', '{4,6,8}', '{1,1,0}') AS "5",
	abie.distance('{1,2,1e300}', '{4,6,-1e300}', '{1,1,0}') AS "5",
	abie.distance_parts('{1,2,7}', '{4,6,8}', '{1,1,0}') AS "9 16 0";
-- only elements of weight 0 present
SELECT abie.distance('{NULL,2}', '{4,6}', '{1,0}') IS NULL AS "nothing present";
SELECT abie.distance('{NULL,NULL}', '{1,2}') IS NULL AS "all missing";
SELECT abie.distance('{}', '{}') IS NULL AS empty, abie.distance_parts('{}', '{}') IS NULL AS parts, abie.distance('{}', '{}', '{}') IS NULL AS weights;
-- NULL for the vectors gives NULL, for the weights 1 each
SELECT abie.distance(NULL, '{1}') IS NULL AS a, abie.distance('{1}', NULL) IS NULL AS b, abie.distance('{1}', '{3}', NULL) AS "2",
	abie.distance_parts(NULL, '{1}') IS NULL AS a, abie.distance_parts('{1}', NULL) IS NULL AS b;

--
-- Arrays as they come: lower bounds do not matter
--
SELECT abie.distance('[0:1]={1,2}', '[5:6]={4,6}', '[-3:-2]={1,1}') AS "5",
	abie.distance_parts('[0:1]={1,2}', '[5:6]={4,6}') AS "9 16 from 1";
-- other numbers are cast
SELECT abie.distance(ARRAY[1,2], ARRAY[4.0,6.0]) AS "5";

--
-- Errors
--
\set VERBOSITY default
SELECT abie.distance('{1,2}', '{1,2,3}');
SELECT abie.distance('{1}', '{}');
SELECT abie.distance('{{1,2}}', '{1,2}');
SELECT abie.distance('{1,2}', '{{1},{2}}');
SELECT abie.distance('{1,NaN}', '{1,2}');
SELECT abie.distance('{1,2}', '{-infinity,2}');
SELECT abie.distance('{1,2,infinity}', '{1,2,3}', '{1,1,0}');	-- of weight 0, and still not a number
SELECT abie.distance('{1,2}', '{1,2}', '{1}');
SELECT abie.distance('{1,2}', '{1,2}', '{}');
SELECT abie.distance('{1,2}', '{1,2}', '{{1,2}}');
SELECT abie.distance('{1,2}', '{1,2}', '{1,NULL}');
SELECT abie.distance('{1,2}', '{1,2}', '{1,-0.5}');
SELECT abie.distance('{1,2}', '{1,2}', '{0,0}');
SELECT abie.distance('{1,2}', '{1,2}', '{NaN,1}');
SELECT abie.distance('{1,2}', '{1,2}', '{1,infinity}');
SELECT abie.distance('{1,2}', '{1,2}', '{1e308,1e308}');
SELECT abie.distance('{1e200}', '{-1e200}');
SELECT abie.distance('{1.7e308}', '{-1.7e308}');
SELECT abie.distance('{1,1}', '{3,1}', '{1e308,1}');
SELECT abie.distance(array_fill(1::float8, '{1001}'), array_fill(1::float8, '{1001}'));
SELECT abie.distance_parts('{1e200}', '{-1e200}');
SELECT abie.distance_parts('{1,2}', '{1}');
\set VERBOSITY sqlstate
SELECT abie.distance('{1}', '{}');
SELECT abie.distance('{{1}}', '{1}');
SELECT abie.distance('{NaN}', '{1}');
SELECT abie.distance('{1}', '{1}', '{NULL}');
SELECT abie.distance('{1}', '{1}', '{-1}');
SELECT abie.distance('{1e200}', '{-1e200}');
SELECT abie.distance(array_fill(1::float8, '{1001}'), array_fill(1::float8, '{1001}'));
\set VERBOSITY default
-- the limit itself: 1000 elements of difference 2, sqrt(4000)
SELECT abie.distance(array_fill(1::float8, '{1000}'), array_fill(3::float8, '{1000}')) = sqrt(4000::float8) AS "1000 elements";

--
-- Random vectors
--
SELECT setseed(0.1);
CREATE TABLE pair AS
SELECT i,
	-- (1, p) depends on the row, so that each row gets numbers of its own
	(SELECT array_agg(CASE WHEN random() < 0.05 THEN NULL ELSE random() * 10 - 5 END) FROM generate_series(1, p)) AS a,
	(SELECT array_agg(CASE WHEN random() < 0.05 THEN NULL ELSE random() * 10 - 5 END) FROM generate_series(1, p)) AS b,
	(SELECT array_agg(CASE j WHEN 1 THEN 1 ELSE greatest(0, random() * 4 - 1) END) FROM generate_series(1, p) j) AS w
FROM generate_series(1, 3000) i, LATERAL (SELECT 1 + i % 14 AS p) s;
-- of both kinds, comparable and not, there are plenty
SELECT count(*) FILTER (WHERE abie.distance(a, b, w) IS NULL) > 300 AS "not comparable",
	count(*) FILTER (WHERE abie.distance(a, b, w) IS NOT NULL) > 2000 AS comparable FROM pair;
-- bit for bit the plain SQL
SELECT count(*) AS differences FROM pair WHERE abie.distance(a, b, w) IS DISTINCT FROM plain_distance(a, b, w);
SELECT count(*) AS differences FROM pair WHERE abie.distance(a, b) IS DISTINCT FROM plain_distance(a, b);
-- symmetric; zero to itself, and NULL where over 20 per cent of the weight is missing
SELECT count(*) AS differences FROM pair WHERE abie.distance(a, b, w) IS DISTINCT FROM abie.distance(b, a, w);
SELECT count(*) FILTER (WHERE abie.distance(a, a, w) <> 0) AS "not zero",
	count(*) FILTER (WHERE (abie.distance(a, a, w) IS NULL) <> (
		SELECT coalesce(sum(e.w) FILTER (WHERE e.a IS NOT NULL), 0) < 0.8 * sum(e.w) FROM unnest(a, w) e(a, w))) AS "not by share"
FROM pair;
-- the parts: one for each element, none negative, their sum the square
SELECT count(*) FILTER (WHERE cardinality(parts) <> cardinality(a)) AS length,
	count(*) FILTER (WHERE 0 > ANY (parts)) AS negative,
	count(*) FILTER (WHERE abs((SELECT sum(x) FROM unnest(parts) x) - d ^ 2) > 1e-13 * d ^ 2) AS sum,
	count(*) FILTER (WHERE (parts IS NULL) <> (d IS NULL)) AS "null"
FROM (SELECT a, abie.distance(a, b, w) AS d, abie.distance_parts(a, b, w) AS parts FROM pair) s;
-- elements of weight 0 may as well not be there
SELECT count(*) AS differences FROM pair
WHERE abie.distance(a, b, w) IS DISTINCT FROM (
	SELECT abie.distance(array_agg(e.a ORDER BY n), array_agg(e.b ORDER BY n), array_agg(e.w ORDER BY n))
	FROM unnest(a, b, w) WITH ORDINALITY e(a, b, w, n) WHERE e.w > 0);
-- contrib cube's Euclidean distance: equal on whole numbers (exact sums), close on others
SELECT count(*) AS differences
FROM (SELECT array_agg(floor(random() * 20) ORDER BY j) AS a, array_agg(floor(random() * 20) ORDER BY j) AS b
	FROM generate_series(1, 2000) i, generate_series(1, 9) j GROUP BY i) s
WHERE abie.distance(a, b) <> cube(a) <-> cube(b);
SELECT count(*) > 1000 AS compared, count(*) FILTER (WHERE abs(abie.distance(a, b) - (cube(a) <-> cube(b))) > 1e-14 * (cube(a) <-> cube(b))) AS differences
FROM pair WHERE array_position(a, NULL) IS NULL AND array_position(b, NULL) IS NULL;

--
-- Kilometres of the national grid
--
-- 3, 4, 5; the whole grid across, beyond what a product of two integers holds; PostgreSQL's own points; a place not known
SELECT abie.kilometres(530000, 180000, 533000, 184000) AS five, abie.kilometres(0, 0, 700000, 1300000) = sqrt(700.0 ^ 2 + 1300 ^ 2)::float8 AS across,
	abie.kilometres(530000, 180000, 530000, 180000) AS none, abie.kilometres(530000, 180000, 533000, NULL) AS unknown;
SELECT count(*) AS differences FROM generate_series(1, 100) i, LATERAL (SELECT (i * 6151) % 650000 AS e, (i * 9973) % 1200000 AS n, (i * 7919) % 650000 AS f, (i * 104729) % 1200000 AS m) p
WHERE abs(abie.kilometres(e, n, f, m) - (point(e, n) <-> point(f, m)) / 1000) > 1e-9 OR abie.kilometres(e, n, f, m) <> abie.kilometres(f, m, e, n);

--
-- Longitude and latitude, against the points in England and on its coast that Ordnance Survey publishes to test OSTN15 by (OSTN15_OSGM15_TestInput_ETRStoOSGB.txt
-- and its output, Crown copyright, Open Government Licence): latitude, longitude, easting, northing
--
CREATE TABLE control_point (name text, latitude float8, longitude float8, easting float8, northing float8);
INSERT INTO control_point VALUES
	('TP01', 49.92226393730, -6.29977752014, 91492.146, 11318.804),
	('TP02', 49.96006137820, -5.20304609998, 170370.718, 11572.405),
	('TP03', 50.43885825610, -4.10864563561, 250359.811, 62016.569),
	('TP04', 50.57563665000, -1.29782277240, 449816.371, 75335.861),
	('TP05', 50.93127937910, -1.45051433700, 438710.920, 114792.250),
	('TP06', 51.40078220140, -3.55128349240, 292184.870, 168003.465),
	('TP07', 51.37447025550, 1.44454730409, 639821.835, 169565.858),
	('TP08', 51.42754743020, -2.54407618349, 362269.991, 169978.690),
	('TP09', 51.48936564950, -0.11992557180, 530624.974, 178388.464),
	('TP10', 51.85890896400, -4.30852476960, 241124.584, 220332.641),
	('TP11', 51.89436637350, 0.89724327012, 599445.590, 225722.826),
	('TP12', 52.25529381630, -2.15458614387, 389544.190, 261912.153),
	('TP13', 52.25160951230, -0.91248956970, 474335.969, 262047.755),
	('TP14', 52.75136687170, 0.40153547065, 562180.547, 319784.995),
	('TP15', 52.96219109410, -1.19747655922, 454002.834, 340834.943),
	('TP16', 53.34480280190, -2.64049320810, 357455.843, 383290.436),
	('TP17', 53.41628516040, -4.28918069756, 247958.971, 393492.909),
	('TP19', 53.77911025760, -3.04045490691, 331534.564, 431920.794),
	('TP20', 53.80021519630, -1.66379168242, 422242.186, 433818.701),
	('TP22', 54.11685144290, -0.07773133187, 525745.670, 470703.214),
	('TP24', 54.89542340420, -2.93827741149, 339921.145, 556034.761),
	('TP25', 54.97912273660, -1.61657685184, 424639.355, 565012.703);
CREATE VIEW missed AS SELECT c.name, sqrt((111200 * (p.latitude - c.latitude)) ^ 2 + (111300 * cosd(c.latitude) * (p.longitude - c.longitude)) ^ 2) AS metres
FROM control_point c CROSS JOIN LATERAL abie.longitude_latitude(c.easting, c.northing) p;
SELECT count(*) AS points, count(*) FILTER (WHERE metres < 5) AS "within 5 m", count(*) FILTER (WHERE metres < 3) AS "within 3 m", string_agg(name, ' ' ORDER BY name) FILTER (WHERE metres >= 3) AS "the far south-west" FROM missed;
-- a metre to the north or east is one on the ground, less what the projection is larger or smaller by
SELECT count(*) FILTER (WHERE abs(111200 * (n.latitude - p.latitude) - 100) > 1) AS north, count(*) FILTER (WHERE abs(111300 * cosd(p.latitude) * (e.longitude - p.longitude) - 100) > 1.5) AS east
FROM control_point c CROSS JOIN LATERAL abie.longitude_latitude(c.easting, c.northing) p CROSS JOIN LATERAL abie.longitude_latitude(c.easting, c.northing + 100) n CROSS JOIN LATERAL abie.longitude_latitude(c.easting + 100, c.northing) e;
SELECT abie.longitude_latitude(NULL, 1), abie.longitude_latitude(1, NULL);
SELECT abie.longitude_latitude(700001, 1);
SELECT abie.longitude_latitude(1, -1);
SELECT abie.longitude_latitude('NaN', 1);
