-- False discovery rates: the published example, plain SQL, properties, and what the rate is for where truth is known.
CREATE SCHEMA false_discovery_test;
SET search_path = false_discovery_test, public;
CREATE FUNCTION near(a float8, b float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN a IS NOT DISTINCT FROM b OR abs(a - b) <= tolerance;

-- Benjamini and Hochberg 1995, section 4.1: four of fifteen at 0.05; and what R's p.adjust gives for them
SELECT count(*) FILTER (WHERE adjusted <= 0.05) AS "four", bool_and(near(adjusted, published, 5e-8)) AS "as R"
FROM unnest(abie.false_discovery(
		'{0.0001,0.0004,0.0019,0.0095,0.0201,0.0278,0.0298,0.0344,0.0459,0.3240,0.4262,0.5719,0.6528,0.7590,1}'),
	'{0.0015,0.003,0.0095,0.035625,0.0603,0.06385714,0.06385714,0.0645,0.0765,0.486,0.58118182,0.714875,0.75323077,0.81321429,1}'::float8[]
	) t(adjusted, published);

CREATE FUNCTION adjusted(p float8[]) RETURNS float8[] LANGUAGE sql IMMUTABLE AS $$
SELECT array_agg((SELECT min(least(b.value * n / (SELECT count(*) FROM unnest(p) c(value) WHERE c.value <= b.value), 1))
	FROM unnest(p) b(value) WHERE b.value >= a.value) ORDER BY a.place)
FROM unnest(p) WITH ORDINALITY a(value, place), (SELECT count(v) FROM unnest(p) v) t(n) $$;
CREATE FUNCTION mirrored(z float8[]) RETURNS float8[] LANGUAGE sql IMMUTABLE AS $$
SELECT array_agg(CASE WHEN a.value IS NOT NULL THEN least(1, (SELECT min((1.0 + (SELECT count(*) FROM unnest(z) c(value) WHERE c.value >= -b.value))
	/ (SELECT count(*) FROM unnest(z) c(value) WHERE c.value <= b.value))
	FROM unnest(z) b(value) WHERE b.value >= a.value AND b.value < 0)) END ORDER BY a.place)
FROM unnest(z) WITH ORDINALITY a(value, place) $$;

-- random sets of 1 to 60, with ties, zeros and NULLs
SELECT setseed(0.7);
CREATE TABLE random_set AS
SELECT n, array_agg(CASE WHEN random() > 0.1 THEN round(random()::numeric, 1 + n % 3)::float8 END) AS p,
	array_agg(CASE WHEN random() > 0.1 THEN round((4 * random() - 2 - CASE WHEN random() < 0.2 THEN 2 ELSE 0 END)::numeric, 1 + n % 3)::float8 END) AS z
FROM generate_series(1, 300) n, generate_series(1, 1 + n / 5) GROUP BY n;
SELECT count(*) AS elements, count(*) FILTER (WHERE near(f, g)) AS "as plain SQL", count(*) FILTER (WHERE near(h, k)) AS "as plain SQL"
FROM random_set, unnest(abie.false_discovery(p), adjusted(p), abie.false_discovery(z, 'mirror'), mirrored(z)) t(f, g, h, k);

-- the order changes nothing
SELECT count(*) AS elements, count(*) FILTER (WHERE f = h) AS "in another order", count(*) FILTER (WHERE g = k) AS "in another order"
FROM (SELECT n, unnest(p), unnest(abie.false_discovery(p)), unnest(z), unnest(abie.false_discovery(z, 'mirror')) FROM random_set) a(n, p, f, z, g)
JOIN (SELECT n, array_agg(DISTINCT (p, f)) AS pf, array_agg(DISTINCT (z, h)) AS zh FROM (
	SELECT n, unnest(r), unnest(abie.false_discovery(r)), unnest(s), unnest(abie.false_discovery(s, 'mirror'))
	FROM (SELECT n, array(SELECT v FROM unnest(p) v ORDER BY random()) AS r, array(SELECT v FROM unnest(z) v ORDER BY random()) AS s FROM random_set) x
	) b(n, p, f, z, h) GROUP BY n) b USING (n),
	LATERAL (SELECT max(u.f), max(v.h) FROM unnest(b.pf) u(p float8, f float8), unnest(b.zh) v(z float8, h float8)
		WHERE u.p = a.p AND v.z = a.z) c(h, k)
WHERE a.p IS NOT NULL AND a.z IS NOT NULL;

-- among heavy-tailed chance, finds at 10 per cent are wrong in no more than that, over 200 sets of 2,000 with 40 shocks
CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql VOLATILE RETURN sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random());
CREATE TABLE simulated AS
SELECT s, array_agg(i <= 40 ORDER BY i) AS shocked, array_agg(z - CASE WHEN i <= 40 THEN 6 ELSE 0 END ORDER BY i) AS z
FROM generate_series(1, 200) s, generate_series(1, 2000) i,
	LATERAL (SELECT normal() * CASE WHEN random() < 0.1 THEN 2 ELSE 1 END + 0 * (s + i)) r(z) GROUP BY s;
SELECT round(avg(wrong), 2) <= 0.1 AS "at most 10 per cent wrong", round(avg(found), 1) >= 0.8 AS "most found"
FROM (SELECT s, coalesce(avg(1 - truth::integer) FILTER (WHERE f <= 0.1), 0) AS wrong, count(*) FILTER (WHERE f <= 0.1 AND truth) / 40.0 AS found
	FROM simulated, unnest(shocked, abie.false_discovery(z, 'mirror')) t(truth, f) GROUP BY s) u;

-- nothing, and what is refused
SELECT abie.false_discovery('{}'), abie.false_discovery('{NULL}'), abie.false_discovery(NULL) IS NULL AS null,
	abie.false_discovery('{0,-0}', 'mirror') AS zeros, abie.false_discovery('{-1}', 'mirror') AS one, abie.false_discovery('{0}') AS nought;
SELECT abie.false_discovery('{0.1}', 'storey');
SELECT abie.false_discovery('{0.1,1.5}');
SELECT abie.false_discovery('{-0.1}');
SELECT abie.false_discovery('{NaN}', 'mirror');
SELECT abie.false_discovery('{{0.1,0.2}}');
SET client_min_messages = warning;
DROP SCHEMA false_discovery_test CASCADE;
