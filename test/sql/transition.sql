-- The same pupils before and after a move. Expected values: sums and standard errors in plain SQL, abie.absence on the same windows, the shrinkage
-- worked out again in SQL, simulation of its model, registers with known dips, cells hidden by hand.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA transition_test;
SET search_path = transition_test, public;
SET datestyle = ISO;
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION near(a float8, b float8, tolerance float8) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN abs(a - b) <= tolerance * greatest(abs(a), abs(b), 1e-300);
CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql RETURN sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random());

--
-- abie.rate_change
--
SELECT setseed(0.3);
CREATE TABLE sessions AS SELECT g, g % 7 AS part, (random() * 20)::int AS a0, 100 + (random() * 90)::int AS b0, (random() * 20)::int AS a1, 100 + (random() * 90)::int AS b1 FROM generate_series(1, 500) g;
WITH rate AS (SELECT sum(a0) / sum(b0)::float8 AS r0, sum(a1) / sum(b1)::float8 AS r1, sum(b0) AS b0, sum(b1) AS b1, count(*) AS n FROM sessions), plain AS (
	SELECT 100 * sqrt(n / (n - 1.0) * sum(((a1 - r1 * s.b1) / r.b1 - (a0 - r0 * s.b0) / r.b0) ^ 2)) AS error FROM sessions s, rate r GROUP BY n)
SELECT c.pupils, c.sess_overall_before, c.sess_possible_before, c.sess_overall, c.sess_possible, near(c.change, 100 * (r1 - r0), 1e-12) AS change, near(c.change_error, p.error, 1e-12) AS error
FROM rate, plain p, (SELECT (abie.rate_change(a0, b0, a1, b1)).* FROM sessions) c;
-- pupils whose absence afterwards has nothing to do with that before: the two standard errors together; whose is the same: none
SELECT near(c.change_error, sqrt(c.e0 ^ 2 + c.e1 ^ 2), 1e-12) AS independent FROM (SELECT (abie.rate_change(a, 100, b, 100)).change_error, abie.rate_error(a, 100) AS e0, abie.rate_error(b, 100) AS e1 FROM generate_series(0, 9) a, generate_series(3, 12) b) c;
SELECT c.change, c.change_error FROM (SELECT (abie.rate_change(a0, b0, a0, b0)).* FROM sessions) c;
-- in parts, in another order, in parallel: the same bits
SELECT count(*) AS ways, count(DISTINCT c) AS results FROM (
	SELECT abie.rate_change(a0, b0, a1, b1) AS c FROM sessions
	UNION ALL SELECT abie.rate_change(a0, b0, a1, b1 ORDER BY hashint8(g)) FROM sessions
	UNION ALL SELECT abie_internal.rate_change_final(abie_internal.rate_change_merge(p.sums))
		FROM (SELECT abie_internal.rate_change_sums(a0, b0, a1, b1) AS sums FROM sessions GROUP BY part) p) w;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT abie.rate_change(a0, b0, a1, b1) = (SELECT abie.rate_change(a0, b0, a1, b1 ORDER BY g) FROM sessions) AS parallel FROM sessions;
SET max_parallel_workers_per_gather = 0;
-- left out: NULL, no possible session; none, one
SELECT (abie.rate_change(a0, b0, a1, b1)).* FROM (VALUES (1, 10, 2, 10), (0, 0, 2, 10), (3, 10, 0, 0), (NULL, 10, 2, 10)) v (a0, b0, a1, b1);
SELECT abie.rate_change(1, 2, 1, 2) FROM generate_series(1, 0);
\set VERBOSITY terse
SELECT abie.rate_change(3, 2, 1, 2);
SELECT abie.rate_change(1, 2, -1, 2);
SELECT abie.rate_change(1, 2, 1, 100000000);
-- any state is survived
SELECT abie_internal.rate_change_final('{1,2}');
SELECT abie_internal.rate_change_final(NULL::bigint[]);
SELECT abie_internal.rate_change_final('{2,1,10,1,5,52,2,1,10,1,5,52,1,1,1,1}');
SELECT abie_internal.rate_change_final('{2,1,10,1,5,52,3,1,10,1,5,52,0,5,5,50}');
SELECT abie_internal.rate_change_combine('{2,1,10,1,5,52,2,1,10,1,5,52,0,5,5,-50}', '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}');
SELECT abie_internal.rate_change_final('{2,1,10,1,5,52,2,1,10,1,5,52,9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807}');
SELECT abie_internal.rate_change_step('{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', 1, 2, 1, 2);

--
-- abie.shrink_nested
--
-- the formulae again, in SQL: the variances by abie.between_variance, the posterior by completing the square for all units of a parent at once
CREATE TABLE effect AS SELECT n, 1 + n % 40 AS parent, 2 * normal() AS effect, 0.2 + random() AS variance FROM generate_series(1, 150) n;
UPDATE effect SET effect = effect.effect + p.effect FROM (SELECT parent, normal() AS effect FROM effect GROUP BY parent) p WHERE p.parent = effect.parent;
WITH mean AS (
	SELECT parent, count(*) AS units, sum(1 / variance) AS w, sum(effect / variance) / sum(1 / variance) AS mean FROM effect GROUP BY parent
), within AS (
	SELECT greatest(abie.between_variance(array_agg((effect - mean) / sqrt(1 - 1 / variance / w)), array_agg(variance), 0), sqrt(2 * count(*)) / sum(1 / variance)) AS units FROM effect JOIN mean USING (parent) WHERE units > 1
), weighted AS (
	SELECT parent, units, sum(1 / (variance + units)) AS w, sum(effect / (variance + units)) AS e FROM effect, within GROUP BY parent, units
), between AS (
	SELECT greatest(abie.between_variance(array_agg(e / w), array_agg(1 / w), 0), sqrt(2 * count(*)) / sum(w)) AS parents FROM weighted
), again AS (
	SELECT n, units, parents, e / (w + 1 / parents) AS parent_effect, sqrt(1 / (w + 1 / parents)) AS parent_error, units / (units + variance) AS kept, effect, variance
	FROM effect JOIN weighted USING (parent), between
)
SELECT count(*) AS units, bool_and(near(s.unit_variance, units, 1e-9) AND near(s.parent_variance, parents, 1e-9)) AS variances,
	bool_and(near(s.parent_effect, a.parent_effect, 1e-9) AND near(s.parent_error, a.parent_error, 1e-9)) AS parents,
	bool_and(near(s.effect, kept * a.effect + (1 - kept) * a.parent_effect, 1e-6) AND near(s.effect_error ^ 2, kept * variance + ((1 - kept) * a.parent_error) ^ 2, 1e-9)) AS effects,
	bool_and(near(s.excess, s.effect - s.parent_effect, 1e-6) AND near(s.excess_error ^ 2, kept * variance + (kept * a.parent_error) ^ 2, 1e-9)) AS excess
FROM again a JOIN (SELECT (abie.shrink_nested(array_agg(parent::bigint ORDER BY n), array_agg(effect ORDER BY n), array_agg(variance ORDER BY n), 1)).* FROM effect) s ON s.unit = a.n;
-- the order of units changes no bit
SELECT count(*) AS different FROM (
	SELECT o.n, s.parent_effect, s.effect, s.excess_error, s.probability FROM (SELECT (abie.shrink_nested(array_agg(parent::bigint ORDER BY n), array_agg(effect ORDER BY n), array_agg(variance ORDER BY n), 1)).* FROM effect) s JOIN effect o ON o.n = s.unit
	EXCEPT
	SELECT o.n, s.parent_effect, s.effect, s.excess_error, s.probability FROM (SELECT (abie.shrink_nested(array_agg(parent::bigint ORDER BY n DESC), array_agg(effect ORDER BY n DESC), array_agg(variance ORDER BY n DESC), 1)).* FROM effect) s JOIN effect o ON o.n = 151 - s.unit) d;
-- drawn from the model, 400 parents of five: nine of ten intervals of 90 per cent hold the true effect, within three standard errors; probabilities are as said
CREATE TABLE drawn AS
SELECT row_number() OVER (ORDER BY p.parent, u) AS n, p.parent, p.true_parent, p.true_parent + 1.2 * normal() AS true_effect, 0.5 + 4 * random() AS variance
FROM (SELECT parent, 0.8 * normal() AS true_parent FROM generate_series(1, 400) parent) p, generate_series(1, 5) u;
WITH seen AS MATERIALIZED (SELECT *, true_effect + sqrt(variance) * normal() AS effect FROM drawn), said AS (
	SELECT d.*, s.* FROM (SELECT (abie.shrink_nested(array_agg(parent::bigint ORDER BY n), array_agg(effect ORDER BY n), array_agg(variance ORDER BY n), 1)).* FROM seen) s
		(unit, parent_of, parent_effect, parent_error, likely, likely_error, excess, excess_error, probability, unit_variance, parent_variance) JOIN drawn d ON d.n = s.unit)
SELECT abs(avg((abs(true_effect - likely) < 1.645 * likely_error)::int) - 0.9) < 0.02 AS units,
	abs(avg((abs(true_effect - true_parent - excess) < 1.645 * excess_error)::int) - 0.9) < 0.02 AS excess,
	abs(avg((abs(true_parent - parent_effect) < 1.645 * parent_error)::int) - 0.9) < 0.045 AS parents,
	abs(sum((true_effect - true_parent > 1)::int) - sum(probability)) < 3 * sqrt(sum(probability * (1 - probability))) AS probabilities,
	min(unit_variance) BETWEEN 1.2 AND 1.7 AS "1.44", min(parent_variance) BETWEEN 0.45 AND 0.85 AS "0.64"
FROM said;
-- nothing beyond chance: of four units the variance is taken as its standard error, sqrt(8) / 4 and 2 / (2 / (1 + it)), and effects are drawn to none by that; one unit alone has no excess
SELECT unit, parent_effect, parent_error, effect, excess, excess_error, round(probability::numeric, 9) AS probability, unit_variance, parent_variance FROM abie.shrink_nested('{1,1,2,2}', '{0.1,-0.1,0.1,-0.1}', '{1,1,1,1}');
SELECT parent_effect, parent_error, effect, excess, excess_error, parent_variance FROM abie.shrink_nested('{7}', '{3}', '{1}');
SELECT count(*) FROM abie.shrink_nested('{}', '{}', '{}');
SELECT abie.shrink_nested('{1}', '{1,2}', '{1,1}');
SELECT abie.shrink_nested('{1,2}', '{1,2}', '{1,0}');
SELECT abie.shrink_nested('{1,NULL}', '{1,2}', '{1,1}');
SELECT abie.shrink_nested('{1,2}', '{1,NULL}', '{1,1}');
SELECT abie.shrink_nested('{1,2}', '{1,NaN}', '{1,1}');
SELECT abie.shrink_nested('{1,2}', '{1e200,-1e200}', '{1e-100,1e-100}');

--
-- abie.transition on registers with known dips
--
-- Twenty schools of five feeders; absence rises by 0.5 points, by 2 with free school meals, and by the dips of school and feeder besides; from the second half term
-- on in schools 901 to 910, in the whole of the year elsewhere. The cohort before had none of this but the usual rise.
CREATE FUNCTION year_of_marks(start date, rate float8, rise float8, rise_from integer) RETURNS abie.register LANGUAGE plpgsql AS $$
DECLARE
	marks text := '';
	away boolean := false;
	today float8;
BEGIN
	-- six half terms of five weeks, or four, with a week between
	FOR day IN 0 .. 174 LOOP
		IF day / 5 IN (5, 11, 17, 23, 29) THEN
			marks := marks || '##';
			CONTINUE;
		END IF;
		today := greatest(0.002, rate + CASE WHEN day >= rise_from THEN rise ELSE 0 END);
		away := CASE WHEN away THEN random() >= 0.5 ELSE false END OR random() < today / (2 * (1 - today));
		marks := marks || CASE WHEN away THEN 'II' ELSE '/\' END;
	END LOOP;
	RETURN abie.register(start, marks);
END $$;
SELECT setseed(0.7);
CREATE TABLE true_dip AS
SELECT urn, feeder, school_dip, school_dip + 0.010 * normal() AS dip FROM (SELECT urn, 0.025 * normal() AS school_dip FROM generate_series(901, 920) urn) s, LATERAL generate_series(10 * urn, 10 * urn + 4) feeder;
-- and a feeder whose pupils were not handed over at all
UPDATE true_dip SET dip = dip + 0.1 WHERE feeder = 9154;
CREATE TABLE pupil AS
SELECT row_number() OVER (ORDER BY c.cohort, d.feeder, n) AS pupil, c.cohort, d.urn, d.feeder, d.dip, n % 4 = 0 AS fsm, CASE WHEN n % 7 = 0 THEN 'SEN support' ELSE 'none' END AS sen,
	0.08 + 0.08 * random() AS rate, CASE WHEN d.urn <= 910 THEN 30 ELSE 0 END AS rise_from
FROM generate_series(0, 1) c (cohort), true_dip d, LATERAL generate_series(1, 13 + d.feeder % 5 * 4) n;
CREATE TABLE registers AS
SELECT feeder AS urn, pupil, 6 AS year_group, fsm, sen, year_of_marks(CASE cohort WHEN 0 THEN '2023-09-04' ELSE '2022-09-05' END::date, rate, 0, 0) AS register FROM pupil
UNION ALL
SELECT urn, pupil, 7, fsm, sen, year_of_marks(CASE cohort WHEN 0 THEN '2024-09-02' ELSE '2023-09-04' END::date, rate + CASE WHEN fsm THEN 0.02 ELSE 0.005 END, CASE cohort WHEN 0 THEN dip ELSE 0 END, rise_from) FROM pupil;
CREATE TABLE seen AS SELECT * FROM abie.transition('registers', '2023/24', '2024/25');
SELECT feeder IS NULL AS school, pupil_group, half_term IS NULL AS year, count(*) AS rows, bool_and(shown) AS shown, bool_and(num_nulls(pupils, change, dip, dip_error, lower_dip) = 0) AS complete,
	count(earlier_dip) AS earlier FROM seen GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3;
-- rates are those of abie.absence on the same windows
WITH moved AS (
	SELECT s.urn, s.feeder, p.pupil FROM pupil p, LATERAL (VALUES (p.urn, NULL::int), (p.urn, p.feeder)) s (urn, feeder) WHERE p.cohort = 0
), by_absence AS (
	SELECT m.urn, m.feeder, h.half_term, abie.absence(b.register, h.from_0, h.to_0) AS before, abie.absence(a.register, h.from_1, h.to_1) AS after
	FROM moved m JOIN registers b ON b.pupil = m.pupil AND b.year_group = 6 JOIN registers a ON a.pupil = m.pupil AND a.year_group = 7,
		(VALUES (NULL, NULL::date, NULL::date, NULL::date, NULL::date), (1, '2023-09-04', '2023-10-08', '2024-09-02', '2024-10-06'), (2, '2023-10-16', '2023-11-19', '2024-10-14', '2024-11-17'),
			(6, '2024-04-01', '2024-05-05', '2025-03-31', '2025-05-04')) h (half_term, from_0, to_0, from_1, to_1)
	GROUP BY m.urn, m.feeder, h.half_term
)
SELECT count(*) AS cells, count(*) FILTER (WHERE (b.before).sess_overall_percent <> s.percent_before OR (b.after).sess_overall_percent <> s.percent OR (b.after).enrolments <> s.pupils) AS other
FROM by_absence b LEFT JOIN seen s ON s.urn = b.urn AND s.feeder IS NOT DISTINCT FROM b.feeder AND s.half_term IS NOT DISTINCT FROM b.half_term AND s.pupil_group = 'all';
-- usual change and standard error again, from pupils
WITH pupil_year AS (
	SELECT p.urn, p.feeder, p.fsm, p.sen, abie.sess_overall(b.register) AS a0, abie.sess_possible(b.register) AS b0, abie.sess_overall(a.register) AS a1, abie.sess_possible(a.register) AS b1
	FROM pupil p JOIN registers b ON b.pupil = p.pupil AND b.year_group = 6 JOIN registers a ON a.pupil = p.pupil AND a.year_group = 7 WHERE cohort = 0
), alike AS (
	SELECT fsm, sen, sum(a0) / sum(b0) AS r0, sum(a1) / sum(b1) AS r1, 
		CASE WHEN count(*) < 30 THEN (SELECT count(*) * (abie.rate_change(a0, b0, a1, b1)).change_error ^ 2 FROM pupil_year) ELSE count(*) * (abie.rate_change(a0, b0, a1, b1)).change_error ^ 2 END AS variance FROM pupil_year GROUP BY fsm, sen
), again AS (
	SELECT urn, 'all' AS pupil_group, 100 * (sum(b1 * r1) / sum(b1) - sum(b0 * r0) / sum(b0)) AS usual, sqrt(sum(variance)) / count(*) AS error FROM pupil_year JOIN alike USING (fsm, sen) GROUP BY urn
	UNION ALL
	SELECT urn, CASE WHEN fsm THEN 'FSM' ELSE 'not FSM' END, 100 * (sum(b1 * r1) / sum(b1) - sum(b0 * r0) / sum(b0)), sqrt(sum(variance)) / count(*) FROM pupil_year JOIN alike USING (fsm, sen) GROUP BY urn, fsm
)
SELECT count(*) AS rows, count(*) FILTER (WHERE abs(s.usual_change - a.usual) > 1e-9 OR abs(s.dip - (s.change - a.usual)) > 1e-9 OR NOT near(s.dip_error, a.error, 1e-9)) AS other
FROM again a JOIN seen s ON s.urn = a.urn AND s.feeder IS NULL AND s.half_term IS NULL AND s.pupil_group = a.pupil_group;
-- dips add up to none over all pupils alike; the likely one is nearer to none than the one seen, for schools
SELECT half_term, abs(sum(pupils * dip) / sum(pupils)) < 1e-9 AS "to none" FROM seen WHERE feeder IS NULL AND pupil_group = 'all' GROUP BY half_term ORDER BY half_term;
-- the known dips: nine of ten intervals hold them, within three standard errors; less what all pupils had, with whom they are compared; of 100 feeders and 20 schools
WITH known AS (
	SELECT urn, feeder, 100 * dip * part - avg(100 * dip * part) OVER () AS dip FROM (SELECT p.*, CASE WHEN urn <= 910 THEN 0.833 ELSE 1 END AS part FROM pupil p WHERE cohort = 0) p
), truth AS (
	SELECT urn, NULL::int AS feeder, avg(dip) AS dip FROM known GROUP BY urn UNION ALL SELECT urn, feeder, avg(dip) FROM known GROUP BY urn, feeder
)
SELECT s.feeder IS NULL AS school, count(*) AS units, avg((t.dip BETWEEN s.lower_dip AND s.upper_dip)::int) > 0.9 - 3 * sqrt(0.09 / count(*)) AS held, corr(t.dip, s.likely_dip) > 0.6 AS found,
	s.feeder IS NULL OR avg((t.dip - s.likely_dip) ^ 2) < avg((t.dip - s.dip) ^ 2) AS "nearer than seen"
FROM truth t JOIN seen s ON s.urn = t.urn AND s.feeder IS NOT DISTINCT FROM t.feeder AND s.half_term IS NULL AND s.pupil_group = 'all' GROUP BY 1 ORDER BY 1;
-- half term 1 of schools that dip later knows nothing of it
SELECT urn <= 910 AS later, corr(s.dip, t.school_dip) > 0.5 AS "half term 1 knows" FROM seen s JOIN (SELECT DISTINCT urn, school_dip FROM true_dip) t USING (urn)
WHERE feeder IS NULL AND pupil_group = 'all' AND half_term = 1 GROUP BY 1 ORDER BY 1;
-- earlier pupils, without dips: what is beyond them is the dip, with an error that is larger
SELECT count(*) AS schools, bool_and(near(beyond_earlier, dip - earlier_dip, 1e-9)) AS difference, bool_and(beyond_earlier_error > dip_error AND beyond_earlier_error < 1.6 * dip_error) AS error,
	avg((abs(earlier_dip) < 3 * dip_error)::int) > 0.8 AS "none before"
FROM seen WHERE feeder IS NULL AND pupil_group = 'all' AND half_term IS NULL;
SELECT count(*) AS rows, count(s.earlier_dip) AS earlier, count(*) FILTER (WHERE (s.dip, s.likely_dip, s.excess_probability) IS DISTINCT FROM (e.dip, e.likely_dip, e.excess_probability)) AS other
FROM abie.transition('registers', '2023/24', '2024/25', earlier => 0) s JOIN seen e ON s.urn = e.urn AND s.feeder IS NOT DISTINCT FROM e.feeder AND s.half_term IS NOT DISTINCT FROM e.half_term AND s.pupil_group = e.pupil_group;
-- feeders are listed where the excess over 1 point is likely, and only there
SELECT count(*) FILTER (WHERE listed) AS listed, count(*) FILTER (WHERE listed AND excess_probability < 0.8 OR NOT listed AND excess_probability >= 0.8 OR listed AND feeder IS NULL) AS wrong,
	bool_or(listed AND half_term IS NULL AND feeder = 9154) AS planted FROM seen;

--
-- What is not shown
--
-- school 1: feeders of 30, 12, 9; school 2: of 30, 6, 5; school 3: of 30, 20; school 4: 8 in all; free school meals of 5 of school 3's pupils
CREATE TABLE small_pupil AS
SELECT row_number() OVER () AS pupil, v.urn, v.feeder, v.urn = 3 AND v.feeder = 31 AND n <= 5 AS fsm
FROM (VALUES (1, 11, 30), (1, 12, 12), (1, 13, 9), (2, 21, 30), (2, 22, 6), (2, 23, 5), (3, 31, 30), (3, 32, 20), (4, 41, 8)) v (urn, feeder, pupils), generate_series(1, pupils) n;
CREATE TABLE small_registers AS
SELECT feeder AS urn, pupil, 6 AS year_group, fsm, year_of_marks('2023-09-04', 0.08, 0, 0) AS register FROM small_pupil
UNION ALL SELECT urn, pupil, 7, fsm, year_of_marks('2024-09-02', 0.08, 0, 0) FROM small_pupil;
CREATE TABLE small AS SELECT * FROM abie.transition('small_registers', '2023/24', '2024/25');
SELECT urn, feeder, pupil_group, bool_and(shown) AS shown, min(pupils) AS pupils FROM small WHERE feeder IS NOT NULL OR pupil_group !~ 'SEN' GROUP BY 1, 2, 3 ORDER BY 1, 2 NULLS FIRST, 3;
-- not shown: no figure at all; and shown or not the same in every half term
SELECT count(*) FILTER (WHERE num_nonnulls(pupils, percent_before, percent, change, usual_change, dip, dip_error, likely_dip, lower_dip, upper_dip, excess_probability, listed,
	earlier_pupils, earlier_dip, beyond_earlier, beyond_earlier_error) > 0) AS figures, count(*) AS rows FROM small WHERE NOT shown;
SELECT count(*) FROM (SELECT FROM small GROUP BY urn, feeder, pupil_group HAVING count(DISTINCT shown) > 1) d;

--
-- Moments
--
SELECT count(*) AS moments, count(DISTINCT moment) AS names, bool_and(num_nulls(pattern, strategies, source) = 0) AS whole FROM abie.toolkit_moments();
CREATE TABLE moment AS SELECT * FROM abie.transition_moments('registers', '2023/24', '2024/25');
-- those of the schools whose dips are so, again from the rows of abie.transition
WITH dip AS (
	SELECT urn, bool_or(lower_dip > 0) FILTER (WHERE pupil_group = 'all' AND half_term IS NULL AND feeder IS NULL) AS year, bool_or(lower_dip > 0) FILTER (WHERE pupil_group = 'all' AND half_term = 1 AND feeder IS NULL) AS start,
		bool_or(lower_dip > 0) FILTER (WHERE pupil_group = 'all' AND half_term > 1 AND feeder IS NULL) AS later, bool_or(lower_dip > 0) FILTER (WHERE pupil_group = 'FSM' AND half_term IS NULL) AS fsm,
		bool_or(lower_dip > 0) FILTER (WHERE pupil_group = 'not FSM' AND half_term IS NULL) AS not_fsm, bool_or(lower_dip > 0) FILTER (WHERE pupil_group = 'SEN support' AND half_term IS NULL) AS sen,
		bool_or(lower_dip > 0) FILTER (WHERE pupil_group = 'no SEN' AND half_term IS NULL) AS no_sen, bool_or(listed) FILTER (WHERE half_term IS NULL) AS feeders,
		-- all absence is illness here
		bool_or(lower_dip > 0) FILTER (WHERE pupil_group = 'all' AND half_term IS NULL AND feeder IS NULL) AS ill FROM seen GROUP BY urn
), again AS (
	SELECT urn, m.moment FROM dip, LATERAL (VALUES ('strong start', start AND year), ('belonging', NOT start AND later), ('costs', fsm AND NOT not_fsm), ('adjustments', sen AND NOT no_sen), ('handover', feeders), ('health', ill)) m (moment, holds) WHERE holds
)
SELECT count(*) AS moments, count(*) FILTER (WHERE m.urn IS NULL OR a.urn IS NULL) AS other, count(DISTINCT moment) > 2 AS several, bool_and(moment IN (SELECT t.moment FROM abie.toolkit_moments() t)) AS known
FROM moment m FULL JOIN again a USING (urn, moment);
SELECT evidence ~ '9154 \([0-9.]+\)' AS evidence FROM moment WHERE moment = 'handover' AND urn = 915;
-- the dips a year later, after a Year 7 as usual
CREATE VIEW eighth AS
SELECT urn, pupil, year_group + 1 AS year_group, fsm, sen, register FROM registers WHERE pupil IN (SELECT p.pupil FROM pupil p WHERE cohort = 0)
UNION ALL
SELECT urn, pupil, year_group, fsm, sen, replace(replace(register::text, '2023-09-04', '2024-09-02'), '2022-09-05', '2023-09-04')::abie.register FROM registers WHERE pupil IN (SELECT p.pupil FROM pupil p WHERE cohort = 1);
SELECT count(*) > 2 AS "Key Stage 3", bool_and(s.lower_dip > 0) AS dips, bool_and(evidence ~ '^Year 8 [0-9.]+ points above') AS evidence FROM abie.transition_moments('eighth', '2023/24', '2024/25') m
	JOIN seen s ON s.urn = m.urn AND s.feeder IS NULL AND s.pupil_group = 'all' AND s.half_term IS NULL WHERE m.moment = 'Key Stage 3';

--
-- Weeks and their picture
--
CREATE TABLE weeks AS SELECT * FROM abie.transition_weeks('registers', '2024/25', 905);
SELECT pupil_group, count(*) AS weeks, min(week) AS first, max(week) AS last, min(week_start) AS first_monday, string_agg(week::text, ',' ORDER BY week) FILTER (WHERE last_before_holiday) AS holidays, min(pupils) AS pupils FROM weeks GROUP BY 1 ORDER BY 1;
-- cumulative: as abie.absence to the Sunday of the week, and of all schools
SELECT count(*) AS weeks, count(*) FILTER (WHERE w.percent <> (SELECT (abie.absence(r.register, NULL, w.week_start + 6)).sess_overall_percent FROM registers r JOIN pupil p USING (pupil) WHERE r.urn = 905 AND r.year_group = 7 AND p.cohort = 0
	AND (w.pupil_group = 'all' OR r.fsm = (w.pupil_group = 'FSM')))) AS other,
	count(*) FILTER (WHERE NOT near(w.usual_percent, (SELECT (abie.absence(r.register, NULL, w.week_start + 6)).sess_overall_percent FROM registers r JOIN pupil p USING (pupil) WHERE r.year_group = 7 AND p.cohort = 0
	AND (w.pupil_group = 'all' OR r.fsm = (w.pupil_group = 'FSM'))), 1e-12)) AS other_usual FROM weeks w;
-- fewer than ten are not shown, nor the others; nor a whole school of eight
SELECT urn, string_agg(DISTINCT pupil_group, ',') FROM generate_series(1, 4) urn, LATERAL abie.transition_weeks('small_registers', '2024/25', urn) GROUP BY urn ORDER BY urn;
-- the picture is well-formed, has a line of each kind for each group, and a triangle for each week before a holiday
SELECT svg::xml IS DOCUMENT AS well_formed, (SELECT count(*) FROM regexp_matches(svg, 'stroke-dasharray', 'g')) AS broken, (SELECT count(*) FROM regexp_matches(svg, 'fill="none"', 'g')) AS lines,
	(SELECT count(*) FROM regexp_matches(svg, 'l-4 7h8z', 'g')) AS holidays, svg ~ 'R&amp;D' AS escaped
FROM (SELECT abie.chart_transition('Year 7 at R&D', array_agg(pupil_group), array_agg(week), array_agg(percent), array_agg(usual_percent), array_agg(last_before_holiday)) AS svg FROM weeks) c;
SELECT abie.chart_transition('one week', '{all}', '{1}', '{NULL}', '{5}', '{f}') ~ 'Infinity|NaN' AS wrong, abie.chart_transition(NULL, '{all}', '{1}', '{4}', '{5}', '{f}');
SELECT abie.chart_transition('none', '{}', '{}', '{}', '{}', '{}');
SELECT abie.chart_transition('lengths', '{all}', '{1}', '{1,2}', '{5}', '{f}');
SELECT abie.chart_transition('infinite', '{all}', '{1}', '{Infinity}', '{5}', '{f}');
-- the section of a school's page says what the rows say; a school of eight has none, nor one that is not there
SELECT xml_is_well_formed_content(p.panel) AS well_formed, p.panel ~ '<svg' AS picture, strpos(p.panel, 'School 9154') > 0 AS feeder, (SELECT count(*) FROM regexp_matches(p.panel, '<tr>', 'g')) AS rows,
	strpos(p.panel, format('Absence of the %s pupils', s.pupils)) > 0 AS pupils, strpos(p.panel, abie_internal.signed(s.lower_dip, 1) || ' to ' || abie_internal.signed(s.upper_dip, 1)) > 0 AS interval
FROM abie.transition_panel('registers', '2023/24', '2024/25', 915) p (panel), seen s WHERE s.urn = 915 AND s.feeder IS NULL AND s.half_term IS NULL AND s.pupil_group = 'all';
SELECT abie.transition_panel('small_registers', '2023/24', '2024/25', 4) AS few, abie.transition_panel('small_registers', '2023/24', '2024/25', 5) AS nobody,
	abie.transition_panel('small_registers', '2023/24', '2024/25', 3) ~ 'FSM' AS "a hidden group";
SELECT abie.transition_weeks('registers', '2024/25', NULL);
SELECT abie.transition_weeks('sessions', '2024/25', 1);

--
-- By hand: twelve pupils alike, of half terms that the two schools have had in part
--
CREATE TABLE few AS
SELECT 1000 AS urn, n AS pupil, 6 AS year_group, abie.register('2023-09-04', repeat('/\/\/\/\/\', 3) || repeat('#', 10) || repeat('/\/\/\/\II', 2)) AS register FROM generate_series(1, 12) n
UNION ALL SELECT 2000, n, 7, abie.register('2024-09-02', repeat('/\/\/\/\II', 4) || repeat('#', 10) || repeat('/\/\IIIIII', 1)) FROM generate_series(1, 12) n;
-- half term 1: three weeks of both, none absent of 30, then 6; half term 2: one week of both, 2 of 10 and 6 of 10
SELECT half_term, pupils, percent_before, percent, change, dip, likely_dip FROM abie.transition('few', '2023/24', '2024/25') WHERE feeder IS NULL AND pupil_group = 'all';
-- reasons: as abie.absence has them, of weeks that are illness and weeks that are not
CREATE TABLE reasons AS SELECT urn, pupil, year_group, CASE year_group WHEN 7 THEN abie.recode(register, 'I', 'U', '2024-09-09', '2024-09-22') ELSE register END AS register FROM few;
SELECT r.reason, t.percent_before, t.percent, t.percent = CASE r.reason WHEN 'all' THEN 100 * m.sess_overall WHEN 'unauthorised' THEN 100 * m.sess_unauthorised ELSE 100 * m.sess_auth_illness END / m.sess_possible::float8 AS "as abie.absence"
FROM unnest('{all,unauthorised,illness}'::text[]) r (reason), LATERAL abie.transition('reasons', '2023/24', '2024/25', reason => r.reason) t,
	LATERAL (SELECT (abie.absence(register, NULL, '2024-09-22')).* FROM reasons WHERE year_group = 7) m WHERE t.feeder IS NULL AND t.pupil_group = 'all' AND t.half_term = 1;
-- only unauthorised absence dips: engagement with families
CREATE VIEW unauthorised AS SELECT urn, pupil, year_group, fsm, sen, CASE WHEN year_group = 7 THEN abie.recode(register, 'I', 'U') ELSE register END AS register FROM registers WHERE pupil IN (SELECT p.pupil FROM pupil p WHERE cohort = 0);
SELECT count(*) FILTER (WHERE moment = 'family engagement') > 2 AS engagement, count(*) FILTER (WHERE moment = 'health') AS health FROM abie.transition_moments('unauthorised', '2023/24', '2024/25');
-- a pupil at two schools counts where the sessions are more; one who was in the year group again, or left, does not
INSERT INTO few VALUES (1001, 1, 6, '2023-09-04:/\/\/\/\/\'), (1000, 13, 6, '2023-09-04:/\/\/\/\/\'), (2000, 14, 7, '2024-09-02:/\/\/\/\/\'), (2000, NULL, 7, '2024-09-02:/\/\/\/\/\'), (2000, 2, 7, NULL);
SELECT half_term, feeder, pupils, percent_before, percent FROM abie.transition('few', '2023/24', '2024/25') WHERE pupil_group = 'all';
SELECT count(*) FROM abie.transition('few', '2023/24', '2024/25', 7, 8);

-- errors, the caller's rights, other settings
SELECT abie.transition(NULL, '2023/24', '2024/25');
SELECT abie.transition('few', NULL, '2024/25');
SELECT abie.transition('few', '2023/24', NULL);
SELECT abie.transition('few', '2023/24', '2023/24');
SELECT abie.transition('few', '2023/24', '2024/26');
SELECT abie.transition('few', '2023/24', '2024/25', earlier => 11);
SELECT abie.transition('few', '2023/24', '2024/25', reason => 'holiday');
SELECT abie.transition('sessions', '2023/24', '2024/25');
SET client_min_messages = warning;
DROP ROLE IF EXISTS abie_transition_teacher;
CREATE ROLE abie_transition_teacher;
GRANT USAGE ON SCHEMA transition_test TO abie_transition_teacher;
SET ROLE abie_transition_teacher;
SELECT count(*) FROM abie.transition('few', '2023/24', '2024/25');
RESET ROLE;
GRANT SELECT ON few TO abie_transition_teacher;
SET ROLE abie_transition_teacher;
SELECT count(*) FROM abie.transition('few', '2023/24', '2024/25');
RESET ROLE;
DROP OWNED BY abie_transition_teacher;
DROP ROLE abie_transition_teacher;
SET datestyle = 'German';
SET extra_float_digits = -5;
SET enable_hashjoin = off;
SET enable_nestloop = off;
SET enable_hashagg = off;
SET search_path = pg_catalog;
SELECT count(*) FROM (SELECT * FROM abie.transition('transition_test.small_registers', '2023/24', '2024/25') EXCEPT TABLE transition_test.small) x;

DROP SCHEMA transition_test CASCADE;
