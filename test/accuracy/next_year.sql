-- What the newest calculations for a year say of its attendance, each school beside what came. Psql variables: kind
-- (what was held when they were made), year (which). measured.attendance is what came.
INSERT INTO measured.next_year (kind, methodology, year, urn, stratum, attendance, expected, baseline, forecast,
	low, high, enrolments, outcome, one_urn, columns)
SELECT :'kind', r.methodology, r.target_year, e.urn, e.stratum, e.attendance, e.expected, e.baseline, e.forecast,
	e.forecast_low, e.forecast_high, e.enrolments, o.attendance,
	-- the schools of the design's figures: one URN in all three years, at least 30 enrolments in the last
	o.urn = e.urn AND o.enrolments >= 30 AND EXISTS (SELECT FROM measured.attendance p
		WHERE p.urn = e.urn AND p.academic_year = abie.previous_year(r.baseline_year)),
	-- all that is known and may tell of the next year, for trees
	ARRAY[s.attendance, s.previous_attendance, s.earlier_attendance, s.expected, s.enrolments, s.effective_enrolments]
		|| s.numbers
FROM abie.run r JOIN abie.expectation e ON e.run_id = r.run_id
	JOIN abie.run_school s ON s.run_id = e.run_id AND s.urn = e.urn
	JOIN measured.attendance o ON o.academic_year = r.target_year AND o.laestab = e.laestab
WHERE r.run_id IN (SELECT max(n.run_id) FROM abie.run n WHERE n.target_year = :'year' GROUP BY n.methodology);
