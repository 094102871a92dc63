-- A pupil's year ahead. Expected values: scipy's beta-binomial distribution, exhaustive counting, the law of total
-- probability, moments worked out in SQL, the end of the year itself, simulation of the model and of another process.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA pupil_outlook_test;
SET search_path = pupil_outlook_test, public;
SET datestyle = ISO;
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION near(a float8, b float8, tolerance float8) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN abs(a - b) <= tolerance * greatest(abs(a), abs(b), 1e-300);

--
-- Spells
--
SELECT * FROM abie.absence_spells('2025-09-01:/I#UL\X-DO IIC1G/\/\/');
SELECT * FROM abie.absence_spells('2025-09-01:/I#UL\X-DO IIC1G/\/\/', '2025-09-02', '2025-09-05');
SELECT abie.absence_spells(NULL) AS "of NULL", abie.absence_spells('2025-09-01:') AS "no session";
-- whatever the marks: their sessions are those absent, the longest is one of them, squares as of lengths that add up so
SELECT count(*) AS registers,
	count(*) FILTER (WHERE s.sess_overall <> abie.sess_overall(r.register)
		OR s.spells > s.sess_overall OR (s.spells = 0) <> (s.sess_overall = 0)
		OR s.sessions_squared < (abie.longest_absence(r.register)).sessions ^ 2 + s.spells - 1
		OR s.sessions_squared > s.sess_overall * (abie.longest_absence(r.register)).sessions) AS wrong
FROM (SELECT abie.register('2025-09-01', string_agg(substr('/////\\IIOX#-', 1 + abs(hashint8(n * 1000 + i)) % 12, 1), '' ORDER BY i)) AS register
	FROM generate_series(1, 200) n, generate_series(1, 60) i GROUP BY n) r, LATERAL abie.absence_spells(r.register) s;

--
-- Sessions that may still be missed: one more would be persistent, so many are not; for every year up to 500 sessions and all that was missed
--
SELECT count(*) AS years,
	count(*) FILTER (WHERE m <> greatest(0, floor((n - 1) / 10.0) - a)) AS "not the formula",
	count(*) FILTER (WHERE 10 * a < n AND NOT (10 * (a + m) < n AND 10 * (a + m + 1) >= n)) AS "not the most",
	count(*) FILTER (WHERE 10 * a >= n AND m <> 0) AS "passed, and not 0"
FROM (SELECT n, a, abie.sess_may_miss(a, n) AS m FROM generate_series(1, 500) n, generate_series(0, n) a) y;
SELECT abie.sess_may_miss(0, 0) AS "of no session", abie.sess_may_miss(37, 380), abie.sess_may_miss(0, 380), abie.sess_may_miss(0, 381), abie.sess_may_miss(NULL, 380);
\set VERBOSITY terse
SELECT abie.sess_may_miss(-1, 380);
SELECT abie.sess_may_miss(381, 380);
SELECT abie.sess_may_miss(0, 100000);

--
-- Probability
--
-- scipy.stats.betabinom: sf and pmf at the whole numbers of trials on either side of sess_to_come / spell
CREATE TABLE by_scipy (absent int, possible int, to_come int, mean float8, strength float8, spell float8, probability float8);
INSERT INTO by_scipy VALUES
	(0, 0, 380, 0.05, 10, 1, 0.166910105034),
	(3, 40, 340, 0.05, 10, 1, 0.188956598986),
	(0, 10, 370, 0.07, 12.5, 5.2, 0.207945813934),
	(8, 60, 320, 0.11, 7.3, 8.1, 0.540295615336),
	(30, 200, 180, 0.09, 20, 6.6, 0.862103135137),
	(37, 370, 10, 0.1, 9, 4.4, 0.210695298483),
	(36, 370, 10, 0.1, 9, 4.4, 0.205901097578),
	(34, 370, 10, 0.1, 9, 4.4, 0.142433860223),
	-- by sums of fractions
	(0, 0, 380, 0.001, 10000, 1, 4.19157755626e-47),
	(0, 0, 380, 0.099, 10000, 1, 0.498363065832),
	(100, 1000, 4000, 0.11, 30, 1, 0.504728493255),
	(2, 20, 360, 0.5, 0.01, 3, 0.369692879942);
SELECT * FROM (SELECT b.*, abie.persistence_probability(absent, possible, to_come, mean, strength, spell) AS p FROM by_scipy b) x
WHERE NOT near(p, probability, 1e-9);
-- it is exact once nothing is left to chance
SELECT count(*) AS years, count(*) FILTER (WHERE abie.persistence_probability(a, n, 0, 0.05, 10, 5) <> (10 * a >= n)::int) AS wrong
FROM generate_series(1, 400) n, generate_series(0, n) a;
SELECT count(*) AS decided, count(*) FILTER (WHERE p <> (10 * a >= 380)::int) AS wrong
FROM (SELECT a, abie.persistence_probability(a, n, 380 - n, 0.05, 10, 5) AS p FROM generate_series(0, 380, 5) n, generate_series(0, n) a
	WHERE 10 * a >= 380 OR 10 * (a + 380 - n) < 380) x;
-- total probability: what is said before a session is the mean of what is said after it; to hold for sessions one by one
SELECT count(*) AS states, count(*) FILTER (WHERE NOT near(before, p * after_absent + (1 - p) * after_present, 1e-9)) AS wrong
FROM (SELECT (mean * strength + a) / (strength + n) AS p,
		abie.persistence_probability(a, n, 380 - n, mean, strength, 1) AS before,
		abie.persistence_probability(a + 1, n + 1, 379 - n, mean, strength, 1) AS after_absent,
		abie.persistence_probability(a, n + 1, 379 - n, mean, strength, 1) AS after_present
	FROM unnest('{0.001,0.04,0.3,0.999}'::float8[]) mean, unnest('{1e-4,0.5,12,1e4}'::float8[]) strength,
		unnest('{0,1,20,200,370,379}'::int[]) n, unnest('{0,1,15,37,38,200}'::int[]) a WHERE a <= n) s;
-- rises with what was missed and with the mean, is a probability, and of no more use to a pupil when sessions are fewer
SELECT count(*) AS states,
	count(*) FILTER (WHERE p < 0 OR p > 1) AS "no probability",
	count(*) FILTER (WHERE p < lag - 1e-12) AS falls,
	count(*) FILTER (WHERE p > abie.persistence_probability(a, n, 380 - n, least(mean * 1.3, 0.999), 14, spell) + 1e-12) AS "falls with the mean"
FROM (SELECT *, lag(p) OVER (PARTITION BY n, mean, spell ORDER BY a) AS lag
	FROM (SELECT *, abie.persistence_probability(a, n, 380 - n, mean, 14, spell) AS p
		FROM generate_series(0, 380, 19) n, unnest('{0.02,0.09,0.4}'::float8[]) mean, unnest('{1,4.6,9.9}'::float8[]) spell, generate_series(0, least(n, 60)) a) x) s;
SELECT abie.persistence_probability(NULL, 10, 370, 0.05, 10, 5);
SELECT abie.persistence_probability(11, 10, 370, 0.05, 10, 5);
SELECT abie.persistence_probability(1, 10, -1, 0.05, 10, 5);
SELECT abie.persistence_probability(1, 10, 370, 5, 10, 5);
SELECT abie.persistence_probability(1, 10, 370, 'NaN', 10, 5);
SELECT abie.persistence_probability(1, 10, 370, 0.05, 0, 5);
SELECT abie.persistence_probability(1, 10, 370, 0.05, 10, 0.5);

-- Pupils drawn from the model: rates of beta(1, 9), the least of nine uniform numbers; sessions one by one. In each bin as many as said, within 3.5 standard errors.
SELECT setseed(0.42);
CREATE TABLE drawn AS
SELECT pupil, (SELECT count(*) FROM generate_series(1, 100) s WHERE random() + 0 * s < rate) AS so_far,
	(SELECT count(*) FROM generate_series(1, 280) s WHERE random() + 0 * s < rate) AS rest
FROM (SELECT pupil, (SELECT min(random() + 0 * s * pupil) FROM generate_series(1, 9) s) AS rate FROM generate_series(1, 4000) pupil) p;
SELECT least(floor(10 * p), 9) + 1 AS bin, count(*) > 20 AS pupils,
	abs(sum((so_far + rest >= 38)::int) - sum(p)) < 3.5 * sqrt(sum(p * (1 - p))) AS "as said"
FROM (SELECT *, abie.persistence_probability(so_far, 100, 280, 0.1, 10, 1) AS p FROM drawn) d GROUP BY 1 ORDER BY 1;

--
-- Learning
--
-- Pupils of a different process: rates log-normal and correlated over the years, twice as high with free school meals, spells of geometric length.
CREATE FUNCTION year_of_marks(start date, rate float8, spell float8) RETURNS abie.register LANGUAGE plpgsql AS $$
DECLARE
	marks text := '';
	away boolean := false;
BEGIN
	FOR day IN 0 .. 194 LOOP
		away := CASE WHEN away THEN random() >= 1 / spell ELSE false END OR random() < rate / (spell * (1 - rate));
		marks := marks || CASE WHEN day / 5 = 7 THEN '##' WHEN away THEN 'II' ELSE '/\' END;
	END LOOP;
	RETURN abie.register(start, marks);
END $$;
CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql RETURN sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random());
SELECT setseed(0.15);
CREATE TABLE pupil AS
SELECT pupil, 100001 + pupil % 5 AS urn, pupil % 4 = 0 AS fsm, CASE pupil % 7 WHEN 0 THEN 'SEN support' ELSE 'none' END AS sen,
	7 + pupil % 2 AS year_group,
	exp(ln(CASE pupil % 4 WHEN 0 THEN 0.07 ELSE 0.035 END) + 0.64 * shared + 0.48 * normal()) AS rate_0,
	exp(ln(CASE pupil % 4 WHEN 0 THEN 0.07 ELSE 0.035 END) + 0.64 * shared + 0.48 * normal()) AS rate_1
FROM (SELECT pupil, normal() AS shared FROM generate_series(1, 1600) pupil) p;
CREATE TABLE registers AS
SELECT urn, pupil, year_group - 1 AS year_group, fsm, sen, year_of_marks('2023-09-04', least(rate_0, 0.7), 2.5) AS register FROM pupil WHERE pupil % 11 > 0
UNION ALL
SELECT urn, pupil, year_group, fsm, sen, year_of_marks('2024-09-02', least(rate_1, 0.7), 2.5) FROM pupil;
SELECT count(*) AS models, bool_and(spell > 4 AND spell < 14 AND slope > 0 AND slope < 1 AND strength_before > strength) AS sensible,
	bool_and(pupils_before < pupils) AS before FROM abie.learn_outlook('registers', '2024/25');
SELECT stratum, year_group, fsm, sen, grouped, pupils, pupils_before FROM abie.learn_outlook('registers', '2024/25');
-- the moments again, in SQL
CREATE VIEW known AS
SELECT r.pupil, abie.sess_overall(r.register) AS a, abie.sess_possible(r.register) AS n, s.sessions_squared, s.spells,
	coalesce(abie.sess_overall(b.register), 0) AS a0, coalesce(abie.sess_possible(b.register), 0) AS n0
FROM registers r LEFT JOIN registers b ON b.pupil = r.pupil AND b.year_group = r.year_group - 1 AND abie.start_date(b.register) = '2023-09-04',
	LATERAL abie.absence_spells(r.register) s
WHERE abie.start_date(r.register) = '2024-09-02';
WITH line AS (
	SELECT sum(sessions_squared) FILTER (WHERE 2 * a < n) / sum(a) FILTER (WHERE 2 * a < n)::float8 AS spell, sum(a) / sum(n)::float8 AS mean,
		regr_slope(a / n::float8, a0 / n0::float8) FILTER (WHERE n0 > 0) AS slope, regr_intercept(a / n::float8, a0 / n0::float8) FILTER (WHERE n0 > 0) AS intercept
	FROM (SELECT a, n, sessions_squared, a0, nullif(n0, 0) AS n0 FROM known) k
), departure AS (
	SELECT l.*, a / n::float8 AS rate, n / l.spell AS k, n0 > 0 AS has_before,
		CASE WHEN n0 > 0 THEN least(greatest(l.intercept + l.slope * a0 / n0, 0.001), 0.999) END AS m
	FROM known, line l
), learned AS (
	SELECT spell, mean, slope, intercept,
		sum(mean * (1 - mean) * (1 - 1 / k)) / (sum((rate - mean) ^ 2) - sum(mean * (1 - mean) / k)) - 1 AS strength,
		sum(m * (1 - m) * (1 - 1 / k)) FILTER (WHERE has_before) / (sum((rate - m) ^ 2) FILTER (WHERE has_before) - sum(m * (1 - m) / k) FILTER (WHERE has_before)) - 1 AS strength_before
	FROM departure GROUP BY 1, 2, 3, 4
)
SELECT near(l.spell, m.spell, 1e-12) AS spell, near(l.mean, m.mean, 1e-12) AS mean, near(l.strength, m.strength, 1e-9) AS strength, near(l.slope, m.slope, 1e-9) AS slope,
	near(l.intercept, m.intercept, 1e-9) AS intercept, near(l.strength_before, m.strength_before, 1e-9) AS strength_before
FROM learned l, abie.learn_outlook('registers', '2024/25') m WHERE m.year_group IS NULL AND m.stratum = 'secondary';
-- the order of pupils changes no bit
SELECT count(*) AS models, count(*) FILTER (WHERE NOT learned *= again) AS different
FROM (SELECT abie.learn_outlook(array_agg(a ORDER BY o), array_agg(n ORDER BY o), array_agg(sessions_squared ORDER BY o), array_agg(a0 ORDER BY o), array_agg(n0 ORDER BY o)) AS learned,
		lag(abie.learn_outlook(array_agg(a ORDER BY o), array_agg(n ORDER BY o), array_agg(sessions_squared ORDER BY o), array_agg(a0 ORDER BY o), array_agg(n0 ORDER BY o))) OVER (ORDER BY seed) AS again
	FROM (SELECT seed, hashint8(pupil * 10 + seed) AS o, a::float8, n::float8, sessions_squared::float8, a0::float8, n0::float8 FROM known, generate_series(1, 3) seed) k
	GROUP BY seed) x WHERE again IS NOT NULL;
-- no spread at all, nobody absent, too few
SELECT m.pupils, m.spell, m.mean, m.strength, m.pupils_before, m.slope
FROM abie.learn_outlook(array_fill(0::float8, '{40}'), array_fill(380::float8, '{40}'), array_fill(0::float8, '{40}'), array_fill(0::float8, '{40}'), array_fill(0::float8, '{40}')) m;
SELECT m.pupils FROM abie.learn_outlook(array_fill(0::float8, '{29}'), array_fill(380::float8, '{29}'), array_fill(0::float8, '{29}'), array_fill(0::float8, '{29}'), array_fill(0::float8, '{29}')) m;
-- the line by hand, of rates of 1 to 30 per cent before: of twice those its slope is 1 at most, of the same in reverse 0 at least, and of one rate 0
SELECT k, round((m).slope::numeric, 9) AS slope, round((m).intercept::numeric, 9) AS intercept
FROM (SELECT k, abie.learn_outlook(array_agg(a), array_agg(100::float8), array_agg(a), array_agg(b), array_agg(100::float8)) FROM generate_series(1, 30) i,
	LATERAL (VALUES ('half', 10 + i / 2.0::float8, i::float8), ('twice', 2 * i, i), ('in reverse', 31 - i, i), ('one rate', i, 20)) v(k, a, b) GROUP BY k) s(k, m) ORDER BY k;
SELECT abie.learn_outlook('{-1}', '{10}', '{1}', '{0}', '{0}');
SELECT abie.learn_outlook('{3}', '{10}', '{3}', '{-1}', '{10}');
SELECT abie.learn_outlook('{3}', '{10}', '{2}', '{0}', '{0}');
SELECT abie.learn_outlook('{1}', '{0}', '{1}', '{0}', '{0}');
SELECT abie.learn_outlook('{3}', '{2}', '{3}', '{0}', '{0}');
SELECT abie.learn_outlook('{2}', '{3}', '{2}', '{1}', '{0}');
SELECT abie.learn_outlook('{3}', '{10}', '{10}', '{0}', '{0}');
SELECT abie.learn_outlook('{3}', '{10}', '{9}', '{0}', '{0,1}');

--
-- The outlook
--
CREATE TABLE model AS SELECT array_agg(m) AS models FROM abie.learn_outlook('registers', '2024/25') m;
-- all sessions in: what became of them, exactly
SELECT count(*) AS pupils, count(*) FILTER (WHERE o.probability <> abie.is_persistently_absent(r.register)::int
	OR o.absence_band <> abie.absence_band(r.register) OR o.sess_to_come <> 0
	OR o.sess_may_miss <> greatest(0, (o.sess_possible - 1) / 10 - o.sess_overall)) AS wrong
FROM model, abie.pupil_outlook('registers', '2024/25', NULL, models) o JOIN registers r ON r.pupil = o.pupil::int AND abie.start_date(r.register) = '2024-09-02';
-- on a day: the figures of the pupil, and the probability of the finest model
SELECT count(*) AS pupils, count(DISTINCT (m.year_group, m.fsm, m.sen)) AS models,
	count(*) FILTER (WHERE o.sess_overall <> abie.sess_overall(r.register, NULL, '2024-11-15') OR o.sess_possible <> abie.sess_possible(r.register, NULL, '2024-11-15')
		OR o.sess_to_come <> 380 - o.sess_possible OR o.percent_before IS DISTINCT FROM 100 * k.a0 / nullif(k.n0, 0)::float8) AS "other figures",
	count(*) FILTER (WHERE o.probability <> CASE WHEN k.n0 > 0
		THEN abie.persistence_probability(o.sess_overall, o.sess_possible, o.sess_to_come, least(greatest(m.intercept + m.slope * (k.a0 / k.n0::float8), 0.001), 0.999), m.strength_before, m.spell)
		ELSE abie.persistence_probability(o.sess_overall, o.sess_possible, o.sess_to_come, m.mean, m.strength, m.spell) END) AS "other probabilities"
FROM model, abie.pupil_outlook('registers', '2024/25', '2024-11-15', models) o
	JOIN registers r ON r.pupil = o.pupil::int AND abie.start_date(r.register) = '2024-09-02' JOIN known k ON k.pupil = r.pupil
	CROSS JOIN LATERAL (SELECT * FROM unnest(models) u WHERE u.stratum = 'secondary' AND u.year_group = r.year_group
		AND (NOT u.grouped OR u.fsm = r.fsm AND u.sen = (r.sen <> 'none')) ORDER BY u.grouped DESC LIMIT 1) m;
-- before 20 sessions nothing is said of those without a register of last year, and something of all others
SELECT sess_possible, percent_before IS NOT NULL AS has_before, count(*) AS pupils, count(probability) AS said, count(absence_band) AS banded, count(sess_may_miss) AS counted
FROM model, abie.pupil_outlook('registers', '2024/25', '2024-09-06', models) GROUP BY 1, 2 ORDER BY 2;
SELECT percent_before IS NOT NULL AS has_before, count(*) AS pupils, count(probability) AS said
FROM model, abie.pupil_outlook('registers', '2024/25', '2024-09-13', models) GROUP BY 1 ORDER BY 1;
-- no models: nothing is said but what is certain
SELECT count(*) > 1000 AS pupils, count(probability) FROM abie.pupil_outlook('registers', '2024/25', '2024-11-15', '{}');
SELECT count(*) > 1000 AS pupils, count(probability) FROM abie.pupil_outlook('registers', '2024/25', '2024-11-15', NULL);
-- who has left is not on the list: no session in the four weeks before
CREATE VIEW some_left AS SELECT urn, pupil, year_group, CASE WHEN pupil = 7 AND abie.start_date(register) = '2024-09-02' THEN abie.slice(register, NULL, '2024-10-11') ELSE register END AS register FROM registers WHERE pupil < 10;
SELECT string_agg(pupil, ',' ORDER BY pupil) FROM abie.pupil_outlook('some_left', '2024/25', '2024-11-15', '{}');
SELECT string_agg(pupil, ',' ORDER BY pupil) FROM abie.pupil_outlook('some_left', '2024/25', '2024-11-07', '{}');

-- reliability of pupils that the model was not made for, learned from half of them and judged on the others: a bin with many is within 7 points, all within 2 and a half on average
CREATE VIEW learned_from AS SELECT * FROM registers WHERE pupil % 20 < 10;
CREATE VIEW judged AS SELECT * FROM registers WHERE pupil % 20 >= 10;
SELECT as_of, count(*) AS bins, sum(pupils) AS pupils, bool_and(abs(expected_percent - persistent_percent) < 7 + 350 * sqrt(0.25 / pupils)) AS "each bin",
	sum(pupils * abs(expected_percent - persistent_percent)) / sum(pupils) < 5 AS "on average"
FROM (SELECT array_agg(m) AS models FROM abie.learn_outlook('learned_from', '2024/25') m) m, unnest('{2024-09-20,2024-11-15,2025-02-14}'::date[]) as_of,
	LATERAL abie.outlook_reliability('judged', '2024/25', as_of, models) GROUP BY 1 ORDER BY 1;

-- errors
SELECT abie.pupil_outlook(NULL, '2024/25', NULL, NULL);
SELECT abie.learn_outlook('registers', NULL);
SELECT abie.learn_outlook('registers', '2024/26');
SELECT abie.pupil_outlook('registers', '2024/25', '2025-09-01', NULL);
SELECT abie.pupil_outlook('registers', '2024/25', NULL, NULL, 0);
SELECT abie.pupil_outlook('registers', '2024/25', NULL, NULL, NULL);
CREATE VIEW "no ""year" AS SELECT urn, pupil, register FROM registers;
CREATE VIEW other_fsm AS SELECT urn, pupil, year_group, 1 AS fsm, register FROM registers;
SELECT abie.pupil_outlook('"no ""year"', '2024/25', NULL, NULL);
SELECT abie.learn_outlook('other_fsm', '2024/25');
SELECT abie.learn_outlook('model', '2024/25');
-- the caller's rights: a role that may not read the registers is told so, and one that may needs nothing else
SET client_min_messages = warning;
DROP ROLE IF EXISTS abie_outlook_teacher;
CREATE ROLE abie_outlook_teacher;
GRANT USAGE ON SCHEMA pupil_outlook_test TO abie_outlook_teacher;
SET ROLE abie_outlook_teacher;
SELECT count(*) FROM abie.pupil_outlook('some_left', '2024/25', NULL, NULL);
RESET ROLE;
GRANT SELECT ON some_left TO abie_outlook_teacher;
SET ROLE abie_outlook_teacher;
SELECT count(*) FROM abie.pupil_outlook('some_left', '2024/25', NULL, NULL);
RESET ROLE;
DROP OWNED BY abie_outlook_teacher;
DROP ROLE abie_outlook_teacher;
-- nothing is stored, and other settings change nothing
CREATE TABLE seen AS SELECT o.* FROM model, abie.pupil_outlook('registers', '2024/25', '2024-11-15', models) o;
SET datestyle = 'German';
SET extra_float_digits = -5;
SET enable_hashjoin = off;
SET enable_nestloop = off;
SET search_path = pg_catalog;
SELECT count(*) FROM (SELECT o.* FROM pupil_outlook_test.model, abie.pupil_outlook('pupil_outlook_test.registers', '2024/25', '15.11.2024', models) o
	EXCEPT TABLE pupil_outlook_test.seen) x;

DROP SCHEMA pupil_outlook_test CASCADE;
