-- Whether what is held before 2022/23 tells how much attendance varies from 2022/23 to 2023/24: the intervals of the
-- run with 2021/22 held (measured.next_year, pandemic, two years), made again with the noise of rules that use earlier
-- years alone. Psql variables: judged (that run), next (the run for 2024/25, whose checks judge it).
SET search_path = measured, public;

CREATE VIEW subset_year AS
SELECT * FROM next_year WHERE kind = 'pandemic, two years' AND methodology = 'default';

-- Changes from the year before: of all schools, and from 2021/22 on of those that three years are known of.
CREATE VIEW change AS
SELECT abie_internal.stratum(l.school_type) AS stratum, l.academic_year AS year, l.laestab AS school,
	l.enrolments::float8 AS enrolments,
	abie.attendance_percent(l.sess_overall, l.sess_possible, NULL)
		- abie.attendance_percent(b.sess_overall, b.sess_possible, NULL) AS change
FROM held l JOIN held b ON b.laestab = l.laestab AND b.academic_year = abie.previous_year(l.academic_year)
WHERE l.enrolments >= 30 AND l.sess_possible > 0 AND b.sess_possible > 0
UNION ALL
SELECT stratum, '2023/24', urn, enrolments, outcome - attendance FROM subset_year;

-- their variance, c0 + c1 / enrolments
CREATE TABLE pair AS
SELECT stratum, year,
	(abie.change_variance(array_agg(change ORDER BY school), array_agg(enrolments ORDER BY school))).*
FROM change WHERE stratum IN ('primary', 'secondary') GROUP BY stratum, year
UNION ALL
SELECT stratum, '2022/23', change_c0, change_c1 FROM abie.run_model WHERE run_id = :judged;

-- of schools as large as those that 2023/24 is known of, so that pairs can be compared
CREATE TABLE pair_variance AS
SELECT p.stratum, p.year, v.variance,
	CASE WHEN p.year <> '2022/23' THEN v.variance / lag(v.variance) OVER (PARTITION BY p.stratum ORDER BY p.year) END
		AS ratio
FROM pair p
	CROSS JOIN LATERAL (SELECT avg(p.c0 + p.c1 / n.enrolments) AS variance FROM subset_year n
		WHERE n.stratum = p.stratum) v;

\echo
\echo 'Variance of a change from the year before, and its ratio to that of the pair of years before'
SELECT year, max(round(variance::numeric, 3)) FILTER (WHERE stratum = 'primary') AS "primary",
	max(round(ratio::numeric, 2)) FILTER (WHERE stratum = 'primary') AS ratio,
	max(round(variance::numeric, 3)) FILTER (WHERE stratum = 'secondary') AS "secondary",
	max(round(ratio::numeric, 2)) FILTER (WHERE stratum = 'secondary') AS ratio
FROM pair_variance GROUP BY year ORDER BY year;

-- What a rule would have said in the summer of 2023. What is declared is no such rule: it was measured on these years.
CREATE TABLE rule AS
SELECT n.stratum, r.rule, r.position, r.c0, r.c1
FROM (SELECT * FROM pair WHERE year = '2022/23') n JOIN (SELECT * FROM pair WHERE year = '2018/19') b USING (stratum)
	JOIN (SELECT stratum, avg(ratio) AS mean, min(ratio) AS least FROM pair_variance WHERE year <= '2018/19'
		GROUP BY stratum) t USING (stratum)
	CROSS JOIN LATERAL abie_internal.declared_change(n.stratum, '2022/23') d
	CROSS JOIN LATERAL (VALUES (1, 'newest pair of years: the rule of a run', n.c0, n.c1),
		(2, 'newest pair x mean ratio of one pair to the next', n.c0 * t.mean, n.c1 * t.mean),
		(3, 'newest pair x least ratio there had been', n.c0 * t.least, n.c1 * t.least),
		(4, 'mean of newest pair and 2018/19', (n.c0 + b.c0) / 2, (n.c1 + b.c1) / 2),
		(5, 'geometric mean of the two', sqrt(n.c0 * b.c0), sqrt(n.c1 * b.c1)),
		(6, '2018/19, before the pandemic', b.c0, b.c1),
		(7, 'declared, measured on these years', d.c0, d.c1)) r(position, rule, c0, c1);

CREATE TABLE rule_error AS
SELECT n.stratum, n.enrolments, n.outcome - n.forecast - m.surprise AS error,
	ntile(3) OVER (PARTITION BY n.stratum ORDER BY n.enrolments, n.urn) AS third
FROM subset_year n JOIN (SELECT stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - forecast) AS surprise
	FROM subset_year GROUP BY stratum) m USING (stratum);

\echo 'Coverage of 95 per cent intervals for 2023/24 by rules for the noise: small, medium, large, all schools'
SELECT r.stratum, r.rule, (array_agg(c.coverage ORDER BY c.third NULLS LAST))[1:3] AS "by size",
	max(c.coverage) FILTER (WHERE c.third IS NULL) AS "all"
FROM rule r CROSS JOIN LATERAL (SELECT e.third,
		round(100 * avg((abs(e.error) <= 1.959963984540054 * sqrt(r.c0 + r.c1 / e.enrolments))::int), 1) AS coverage
	FROM rule_error e WHERE e.stratum = r.stratum GROUP BY ROLLUP (e.third)) c
GROUP BY r.stratum, r.rule, r.position ORDER BY r.stratum, r.position;

\echo 'Multiples of the variance of the newest pair with which 93 to 97 per cent of schools would be inside'
SELECT r.stratum, round((percentile_cont(0.93) WITHIN GROUP (ORDER BY z.square))::numeric, 2) AS "93 %",
	round((percentile_cont(0.95) WITHIN GROUP (ORDER BY z.square))::numeric, 2) AS "95 %",
	round((percentile_cont(0.97) WITHIN GROUP (ORDER BY z.square))::numeric, 2) AS "97 %"
FROM rule r JOIN rule_error e USING (stratum)
	CROSS JOIN LATERAL (SELECT e.error ^ 2 / (r.c0 + r.c1 / e.enrolments) / 1.959963984540054 ^ 2 AS square) z
WHERE r.position = 1 GROUP BY r.stratum ORDER BY r.stratum;

\echo 'Check interval coverage of the run for 2024/25, which judges that for 2023/24'
SELECT faults, items, passed, examples FROM abie.run_checks(:next) WHERE name = 'interval coverage';
INSERT INTO figure (figure, stratum, measured, low)
SELECT 'coverage outside 93-97: thirds that the check of the next run names', 'both', faults, 1
FROM abie.run_checks(:next) WHERE name = 'interval coverage';
