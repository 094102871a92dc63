-- Ten-fold cross-validation of expected attendance by the methodology of a run, on its schools, fold by fold with the
-- extension's own functions: what is learned for a fold has not seen its schools. One order of rows throughout. Psql
-- variables: run, draw (of the folds).
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS accuracy CASCADE;
CREATE SCHEMA accuracy;
SET search_path = accuracy, public;

-- Folds of equal size within each stratum, the same on every machine; another division for each draw.
CREATE TABLE school AS
SELECT s.stratum, s.urn::int AS urn, s.selective, s.family, s.attendance AS y, s.effective_enrolments AS n,
	s.enrolments::float8 AS pupils, s.vector,
	abie_internal.context_terms(s.vector, h.substitutes, h.numbers, h.indicators) AS terms,
	abie_internal.context_terms(s.vector, h.substitutes, 0, h.indicators) AS elements,
	(row_number() OVER (PARTITION BY s.stratum ORDER BY md5(s.urn || :'draw')) - 1) % 10 AS fold
FROM abie.run_school s JOIN abie.run_model h USING (run_id, stratum)
WHERE s.run_id = :run AND s.expected IS NOT NULL;

CREATE TABLE setting AS
SELECT abie_internal.local_schools(m) AS local FROM abie_internal.run_methodology(:run) m;

CREATE TABLE multiplier AS
SELECT stratum, array_agg(multiplier ORDER BY position) AS multipliers
FROM abie.run_characteristic WHERE run_id = :run GROUP BY stratum;
ANALYZE;

-- Weights for similarity: sizes of the standardised coefficients of the linear model, times the multipliers.
CREATE FUNCTION similarity_weights(linear abie.ridge_model, total float8, multipliers float8[]) RETURNS float8[]
LANGUAGE sql IMMUTABLE
RETURN (SELECT array_agg(abs(c) * m ORDER BY o)
	FROM unnest((abie_internal.standardised_coefficients(linear, total))[:cardinality(multipliers)], multipliers)
		WITH ORDINALITY u(c, m, o));

CREATE FUNCTION predict(wanted_stratum text, wanted_fold int)
RETURNS TABLE (urn int, context float8, expected float8, mean_of_20 float8)
LANGUAGE sql STABLE
SET enable_nestloop = off SET jit = off SET work_mem = '128MB'
AS $$
WITH pool AS MATERIALIZED (
	SELECT s.*, s.fold <> wanted_fold AS train FROM school s WHERE s.stratum = wanted_stratum ORDER BY s.urn
), fit AS MATERIALIZED (
	SELECT abie.ridge(array_agg(p.y), array_agg(p.terms), array_agg(p.n)) AS model,
		abie.ridge(array_agg(p.y), array_agg(p.elements), array_agg(p.n)) AS linear,
		array_agg(p.urn) AS urns, sum(p.n) AS total
	FROM pool p WHERE p.train
), predicted AS MATERIALIZED (
	SELECT p.urn, p.train, p.y, p.n,
		coalesce(l.leave_one_out, (f.model).mean + (SELECT sum(c)
			FROM unnest(abie.contributions(p.terms, (f.model).location, (f.model).coefficients)) c)) AS context
	FROM pool p CROSS JOIN fit f
		LEFT JOIN (SELECT u.* FROM fit f, unnest(f.urns, (f.model).leave_one_out) u(urn, leave_one_out)) l
			ON l.urn = p.urn
), neighbour AS MATERIALIZED (
	SELECT n.id::int AS urn, n.rank, n.neighbour::int AS similar_urn, n.distance
	FROM (SELECT array_agg(p.urn::bigint) AS ids, array_agg(p.vector) AS vectors, array_agg(p.train) AS train,
			array_agg(p.family) AS family
		FROM pool p GROUP BY p.selective) g, fit f, multiplier m, setting t,
		LATERAL abie.nearest(g.ids, g.vectors, t.local + 1, similarity_weights(f.linear, f.total, m.multipliers),
			g.train, g.family) n
	WHERE m.stratum = wanted_stratum
), ranked AS (
	SELECT n.urn, n.rank, n.distance, s.y - s.context AS residual, s.y, s.n,
		max(n.distance) OVER (PARTITION BY n.urn) AS bandwidth
	FROM neighbour n JOIN predicted s ON s.urn = n.similar_urn
	ORDER BY n.urn, n.rank
), local AS MATERIALIZED (
	SELECT x.urn, avg(x.y) FILTER (WHERE x.rank <= 20) AS mean_of_20,
		abie.local_mean(array_agg(x.residual), array_agg(x.distance), array_agg(x.n), max(x.bandwidth)) AS residual
	FROM ranked x WHERE x.rank <= (SELECT local FROM setting) GROUP BY x.urn
), slope AS (
	SELECT abie.local_slope(array_agg(l.residual ORDER BY l.urn), array_agg(p.y - p.context ORDER BY l.urn),
		array_agg(p.n ORDER BY l.urn)) AS g
	FROM local l JOIN predicted p ON p.urn = l.urn WHERE p.train
)
SELECT p.urn, p.context, p.context + s.g * l.residual, l.mean_of_20
FROM predicted p JOIN local l ON l.urn = p.urn, slope s WHERE NOT p.train
$$;

CREATE TABLE prediction AS
SELECT s.stratum, p.*
FROM (SELECT DISTINCT stratum, fold FROM school ORDER BY 1, 2) s, predict(s.stratum, s.fold::int) p;
CREATE TABLE tree (urn int PRIMARY KEY, prediction float8);
