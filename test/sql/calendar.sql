-- The calendar of a school year: half terms, kinds of week, last year's counterparts.
-- Expected values: a calendar written out by hand, the rule in SQL over random years.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA calendar_test;
SET search_path = calendar_test, public;

-- the Mondays of half terms, each given by its first and last
CREATE FUNCTION mondays(VARIADIC spans daterange[]) RETURNS date[] LANGUAGE sql
RETURN (SELECT array_agg(d::date ORDER BY d) FROM unnest(spans) span, generate_series(lower(span), upper(span) - 1, interval '1 week') d);

-- terms of a school in 2024/25 and 2025/26: 39 weeks in six half terms each, half-term holidays a week, Christmas and Easter two
CREATE TABLE year AS SELECT * FROM (VALUES
	('2024/25', mondays('[2024-09-02,2024-10-21]', '[2024-11-04,2024-12-16]', '[2025-01-06,2025-02-10]', '[2025-02-24,2025-03-31]', '[2025-04-21,2025-05-19]', '[2025-06-02,2025-07-21]')),
	('2025/26', mondays('[2025-09-01,2025-10-20]', '[2025-11-03,2025-12-15]', '[2026-01-05,2026-02-09]', '[2026-02-23,2026-03-23]', '[2026-04-13,2026-05-18]', '[2026-06-01,2026-07-20]'))) v (academic_year, weeks);
SELECT academic_year, half_term, count(*) AS weeks, min(week_start) AS first, max(week_start) AS last, array_agg(from_start ORDER BY week_start) AS from_start, array_agg(to_end ORDER BY week_start) AS to_end,
	string_agg(left(kind, 1), '' ORDER BY week_start) AS kinds
FROM year, abie.school_week_kind(weeks, weeks[cardinality(weeks)] + 5) GROUP BY 1, 2 ORDER BY 1, 2;
-- a year in progress: how its last half term ends is not known, unless it is said; by any day from its last Monday's week on to the next Monday
SELECT * FROM abie.school_week_kind('{2025-09-08,2025-09-15,2025-09-29,2025-10-06}');
SELECT holiday, array_agg(to_end ORDER BY week_start) AS to_end, string_agg(left(kind, 1), '' ORDER BY week_start) AS kinds
FROM unnest('{2025-10-07,2025-10-11,2025-10-13,2025-10-14,2025-10-20,2025-10-25,2025-10-28}'::date[]) holiday, abie.school_week_kind('{2025-09-08,2025-09-15,2025-09-29,2025-10-06}', holiday) GROUP BY holiday ORDER BY holiday;
-- a half term of one week is a last week; ISO week 53 of 2026 is a week like any other
SELECT * FROM abie.school_week_kind('{2025-09-08,2025-09-22}', '2025-10-01');
SELECT * FROM abie.school_week_kind('{2026-12-14,2026-12-21,2026-12-28,2027-01-04}');
SELECT (SELECT count(*) FROM abie.school_week_kind(NULL)) AS "0", (SELECT count(*) FROM abie.school_week_kind('{}')) AS "0", (SELECT count(*) FROM abie.school_week_kind('{}', '2025-10-01')) AS "0",
	(SELECT count(*) FROM abie.counterpart_week(NULL, '{2025-09-08}')) AS "0", (SELECT count(*) FROM abie.counterpart_week('{}', NULL)) AS "0";

--
-- Counterparts
--
-- of 2025/26: autumn is as long; the spring's second half is a week shorter, the summer's first a week longer
SELECT k.half_term, array_agg(to_char(c.week_start, 'DD Mon') ORDER BY c.week_start) AS this_year, array_agg(to_char(c.counterpart, 'DD Mon') ORDER BY c.week_start) AS last_year
FROM year this JOIN year last ON last.academic_year = '2024/25', abie.counterpart_week(this.weeks, last.weeks, '2026-07-25') c JOIN abie.school_week_kind(this.weeks, '2026-07-25') k USING (week_start)
WHERE this.academic_year = '2025/26' GROUP BY 1 ORDER BY 1;
-- in progress: not compared with last year's last two weeks before it is known that they are
SELECT c.week_start, c.counterpart, known.counterpart AS "holiday known"
FROM year this JOIN year last ON last.academic_year = '2024/25', abie.counterpart_week(this.weeks[1:8], last.weeks) c
	JOIN abie.counterpart_week(this.weeks[1:8], last.weeks, '2025-10-25') known USING (week_start)
WHERE this.academic_year = '2025/26' AND c.week_start > '2025-09-25' ORDER BY 1;
-- a school closed for two weeks in November: the weeks after it have none, the half terms after that have theirs
SELECT count(c.counterpart) AS found, count(*) FILTER (WHERE c.counterpart IS DISTINCT FROM whole.counterpart) AS differ,
	array_agg(c.week_start ORDER BY c.week_start) FILTER (WHERE c.counterpart IS DISTINCT FROM whole.counterpart) AS "not the whole year's"
FROM year this JOIN year last ON last.academic_year = '2024/25',
	abie.counterpart_week(array(SELECT w FROM unnest(this.weeks) w WHERE w NOT IN ('2025-11-17', '2025-11-24') ORDER BY w), last.weeks, '2026-07-25') c
	JOIN abie.counterpart_week(this.weeks, last.weeks, '2026-07-25') whole USING (week_start)
WHERE this.academic_year = '2025/26';
-- opened, or sending registers, since January only: half term 1 is compared with last year's third
SELECT count(*) AS weeks, bool_and(c.counterpart IS NOT DISTINCT FROM whole.counterpart) AS same
FROM year this JOIN year last ON last.academic_year = '2024/25', abie.counterpart_week(this.weeks[16:], last.weeks, '2026-07-25') c JOIN abie.counterpart_week(this.weeks, last.weeks, '2026-07-25') whole USING (week_start)
WHERE this.academic_year = '2025/26';
-- no weeks of last year, or none near
SELECT * FROM abie.counterpart_week('{2025-09-08}', NULL);
SELECT * FROM abie.counterpart_week('{2025-09-08,2025-09-15}', '{2025-01-06,2025-01-13}', '2025-09-20');

-- the ends of time
SELECT * FROM abie.counterpart_week('{4713-01-05 BC}', array[date '5874897-12-31' - (extract(isodow FROM date '5874897-12-31')::int - 1)]);

-- random years: weeks of two years with half terms of 2 to 8 weeks whose holidays move; the rule in SQL
SELECT setseed(0.14);
CREATE FUNCTION random_year(first date) RETURNS date[] LANGUAGE sql VOLATILE AS $$
	SELECT array_agg(first + 7 * n ORDER BY n) FROM generate_series(0, 45) n WHERE n % 8 <> 7 AND random() > 0.04
$$;
CREATE TABLE random_pair AS SELECT n AS school, random_year('2024-09-02') AS last_year, random_year(date '2025-09-01' + 7 * (n % 3)) AS this_year FROM generate_series(1, 60) n;
CREATE FUNCTION kinds(weeks date[], OUT week_start date, OUT half_term bigint, OUT from_start bigint, OUT to_end bigint) RETURNS SETOF record LANGUAGE sql AS $$
	SELECT w, dense_rank() OVER (ORDER BY island), row_number() OVER (PARTITION BY island ORDER BY w), row_number() OVER (PARTITION BY island ORDER BY w DESC) - 1
	FROM (SELECT w, w - 7 * row_number() OVER (ORDER BY w)::int AS island FROM unnest(weeks) w) k
$$;
SELECT count(*) > 2000 AS many, count(*) FILTER (WHERE c <> e) AS differences
FROM random_pair, LATERAL (SELECT array_agg((week_start, half_term, from_start, to_end)::text ORDER BY week_start) AS c FROM abie.school_week_kind(this_year, this_year[cardinality(this_year)] + 7)) c,
	LATERAL (SELECT array_agg((week_start, half_term, from_start, to_end)::text ORDER BY week_start) AS e FROM kinds(this_year)) e, unnest(this_year);
-- each week's counterpart, by the rule; in the order of the weeks, none twice
CREATE TABLE pairing AS SELECT school, c.week_start, c.counterpart FROM random_pair, abie.counterpart_week(this_year, last_year, this_year[cardinality(this_year)] + 7) c;
CREATE TABLE rule AS
WITH last AS (
	SELECT school, k.*, min(k.week_start) OVER (PARTITION BY school, k.half_term) AS start FROM random_pair, kinds(last_year) k
), this AS (
	SELECT school, k.*, min(k.week_start) OVER (PARTITION BY school, k.half_term) AS start FROM random_pair, kinds(this_year) k
)
SELECT t.school, t.week_start, l.week_start AS counterpart
FROM this t CROSS JOIN LATERAL (SELECT s.half_term FROM last s WHERE s.school = t.school ORDER BY abs(t.start - 364 - s.start), s.start LIMIT 1) s
	LEFT JOIN last l ON l.school = t.school AND l.half_term = s.half_term AND abs(t.week_start - 364 - l.week_start) <= 21
		AND CASE WHEN t.to_end < 2 THEN l.to_end = t.to_end ELSE l.from_start = t.from_start AND l.to_end >= 2 END;
SELECT count(*) > 2000 AS many, count(r.counterpart) BETWEEN 200 AND count(*) - 200 AS both, count(p.counterpart) BETWEEN 200 AND count(r.counterpart) - 5 AS "not all follow",
	count(*) FILTER (WHERE p.counterpart IS NOT NULL AND p.counterpart IS DISTINCT FROM r.counterpart OR p.counterpart IS NULL AND r.counterpart > (
		SELECT coalesce(max(before.counterpart), '-infinity') FROM pairing before WHERE before.school = r.school AND before.week_start < r.week_start)) AS differences
FROM rule r JOIN pairing p USING (school, week_start);
SELECT count(*) AS "out of order" FROM (SELECT counterpart <= lag(counterpart) OVER (PARTITION BY school ORDER BY week_start) AS wrong FROM pairing WHERE counterpart IS NOT NULL) p WHERE wrong;

--
-- Errors
--
SELECT * FROM abie.school_week_kind('{2025-09-01,NULL}');
SELECT * FROM abie.school_week_kind('{2025-09-01,infinity}');
SELECT * FROM abie.school_week_kind('{{2025-09-01,2025-09-08}}');
SELECT * FROM abie.school_week_kind('{2025-09-03}');
SELECT * FROM abie.school_week_kind('{2025-09-08,2025-09-01}');
SELECT * FROM abie.school_week_kind('{2025-09-08,2025-09-08}');
SELECT * FROM abie.school_week_kind('{2024-09-02,2025-09-08}');
SELECT * FROM abie.school_week_kind('{4713-01-01 BC,5874897-12-28}');
SELECT * FROM abie.school_week_kind('{2025-09-01}', '2025-09-01');
SELECT * FROM abie.school_week_kind('{2025-09-01}', '2026-09-10');
SELECT * FROM abie.school_week_kind('{2025-09-01}', 'infinity');
SELECT * FROM abie.counterpart_week('{2025-09-01}', '{2024-09-03}');
SELECT * FROM abie.counterpart_week('{2025-09-02}', NULL);
SELECT * FROM abie.counterpart_week('{2025-09-01}', NULL, '2025-08-30');
\set VERBOSITY sqlstate
SELECT * FROM abie.school_week_kind('{2025-09-01,NULL}');
SELECT * FROM abie.school_week_kind('{{2025-09-01,2025-09-08}}');
SELECT * FROM abie.school_week_kind('{2025-09-03}');
SET client_min_messages = warning;
DROP SCHEMA calendar_test CASCADE;
