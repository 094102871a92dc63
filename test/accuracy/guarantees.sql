-- What holds of every school of a run by construction, counted: schools of which it does not hold. Psql variable: run.
SET client_min_messages = warning;

-- Baseline and improvement as they would be were more expected of the school, its own level the same; improvement
-- without the room up to the top of the ladder, which a higher baseline makes smaller.
CREATE TEMP TABLE raised AS
SELECT e.urn, e.stratum, e.own_level, e.expected, e.baseline, d.more, b.baseline AS raised_baseline,
	abie.improvement_expectation(b.baseline, e.expected + d.more, m.pace, 200, m.gap_share, m.improvement_floor,
		m.improvement_cap) AS improvement
FROM abie.expectation e JOIN abie.run_school s USING (run_id, urn)
	JOIN abie.run_model r ON r.run_id = e.run_id AND r.stratum = e.stratum
	CROSS JOIN abie_internal.run_methodology(:run) m
	CROSS JOIN unnest('{0,0.05,0.2,1,3}'::float8[]) d(more)
	CROSS JOIN LATERAL abie_internal.school_baseline(r,
		jsonb_populate_record(s, jsonb_build_object('expected', e.expected + d.more))) b
WHERE e.run_id = :run;

CREATE TEMP TABLE in_order AS
SELECT r.*, r.improvement - lag(r.improvement) OVER this AS rise,
	r.raised_baseline - lag(r.raised_baseline) OVER this AS baseline_rise
FROM raised r WINDOW this AS (PARTITION BY r.urn ORDER BY r.more);

INSERT INTO measured.figure (figure, stratum, measured, high)
SELECT g.figure, o.stratum,
	count(*) FILTER (WHERE CASE g.position
		WHEN 1 THEN o.more = 0
			AND o.baseline NOT BETWEEN least(o.own_level, o.expected) AND greatest(o.own_level, o.expected)
		WHEN 2 THEN o.rise < -1e-12
		ELSE o.baseline_rise < -1e-12 END), 0
FROM in_order o, (VALUES (1, 'schools whose baseline is not between their own level and E'),
	(2, 'schools of which less would be asked were E higher'),
	(3, 'schools whose baseline would be lower were E higher')) g(position, figure)
GROUP BY g.position, g.figure, o.stratum ORDER BY g.position, o.stratum;
