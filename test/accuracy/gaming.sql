-- What figures would gain by being changed on paper, in schools of a run. Psql variable: run.
SET client_min_messages = warning;

CREATE TEMP TABLE paper AS
SELECT s.stratum, s.urn, s.enrolments, e.attendance, s.sess_possible::float8 / s.enrolments AS sessions,
	row_number() OVER (PARTITION BY s.stratum ORDER BY md5(s.urn::text)) AS draw
FROM abie.run_school s JOIN abie.expectation e USING (run_id, urn)
WHERE s.run_id = :run AND s.sess_possible > 0;

\echo
\echo 'Gains on paper, percentage points: five pupils at 50 % taken off roll in schools of 240 or 1,000 and near them'
SELECT stratum, count(*) AS schools, round(avg(attendance)::numeric, 2) AS attendance,
	-- of a year's sessions as many for each pupil
	round(avg((attendance * enrolments - 5 * 50) / (enrolments - 5) - attendance)::numeric, 3) AS gain
FROM paper WHERE enrolments BETWEEN 230 AND 250 AND stratum = 'primary'
	OR enrolments BETWEEN 950 AND 1050 AND stratum = 'secondary'
GROUP BY stratum ORDER BY stratum;

\echo '5 % of absent sessions coded as attended, and as not possible'
SELECT stratum, count(*) AS schools, round(avg(0.05 * (100 - attendance))::numeric, 3) AS attended,
	round(avg(100 * attendance / (attendance + 0.95 * (100 - attendance)) - attendance)::numeric, 3) AS "not possible"
FROM paper GROUP BY stratum ORDER BY stratum;

\echo 'Free school meals, now and in six years, 2 points higher: abie.what_if of 100 schools at random'
SELECT p.stratum, w.name, count(*) AS schools, round(avg(w.changed - w.value)::numeric, 3) AS change
FROM paper p JOIN abie.run_school s ON s.run_id = :run AND s.urn = p.urn
	CROSS JOIN LATERAL abie.what_if(:run, p.urn::integer,
		jsonb_build_object('fsm_pct', s.numbers[1] + 2, 'fsm6_pct', s.numbers[2] + 2)) w
WHERE p.draw <= 100 AND w.name IN ('expected', 'improvement', 'target')
GROUP BY p.stratum, w.name ORDER BY p.stratum, w.name;
