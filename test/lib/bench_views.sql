-- What test/bench/views measures on, after the published files: runs of two years, and for the second of them, that is
-- not published of schools, weeks, attendance of the whole year, a list for support, hubs with 500 schools placed.
SET client_min_messages = warning;
VACUUM ANALYZE;
CALL abie.calculate('2019/20');
CALL abie.calculate('2023/24');
SELECT abie.issue(run_id, 'for this measurement') FROM unnest('{1,2}'::integer[]) run_id;

-- sessions missed of those possible, about as in 2022/23: draw is different for each school and week
CREATE FUNCTION pg_temp.missed(urn integer, draw integer, percent float8, possible bigint) RETURNS bigint
LANGUAGE sql
RETURN least(possible, greatest(0, round(possible * (percent - 0.2 + abie_internal.demo_noise(urn, draw)) / 100)));
CREATE TEMP TABLE held AS
SELECT urn::integer AS urn, laestab, sess_overall_percent AS percent, headcount::integer AS pupils
FROM abie.attendance a JOIN abie.school_context c USING (academic_year, urn)
WHERE a.academic_year = '2022/23' AND a.sess_overall_percent IS NOT NULL AND c.headcount > 0;
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall,
	sess_authorised, sess_unauthorised, reasons, source)
SELECT w.academic_year, h.urn, w.week_start, h.pupils, 10 * h.pupils, m.missed, m.missed - m.missed / 4, m.missed / 4,
	'{}', 'invented'
FROM held h
	CROSS JOIN (SELECT CASE WHEN d < '2023-08-01' THEN '2022/23' ELSE '2023/24' END AS academic_year,
			d::date AS week_start
		FROM generate_series(date '2022-09-05', '2024-06-24', interval '7 days') d
		WHERE d NOT BETWEEN '2023-07-20' AND '2023-09-01' AND extract(week FROM d) NOT IN (43, 52, 1, 7, 14, 15, 22)) w
	CROSS JOIN LATERAL (SELECT pg_temp.missed(h.urn, w.week_start - date '2022-09-05', h.percent,
		10 * h.pupils)) m (missed);
-- what would be published of the same weeks, by area and phase
INSERT INTO abie.published_attendance (academic_year, time_frame, reference_date, geographic_level, area_code,
	education_phase, area_name, region, la_code, sess_possible, sess_overall, sess_overall_percent, source)
SELECT w.academic_year, 'Week', w.week_start, g.level, g.code, g.phase, g.code, g.region, g.la_code,
	sum(w.sess_possible), sum(w.sess_overall), 100 * sum(w.sess_overall) / sum(w.sess_possible), 'invented'
FROM abie.attendance_week w JOIN abie.school s USING (urn)
	CROSS JOIN LATERAL (SELECT abie_internal.published_phase(s.phase)) p (phase)
	CROSS JOIN LATERAL (VALUES ('National', 'E92000001', p.phase, NULL, NULL),
		('Regional', s.region, p.phase, s.region, NULL),
		('Local authority', s.la_code::text, p.phase, s.region, s.la_code)) g (level, code, phase, region, la_code)
WHERE p.phase IS NOT NULL AND g.code IS NOT NULL
GROUP BY 1, 3, 4, 5, 6, 8, 9;
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall,
	sess_authorised, sess_unauthorised, source)
SELECT '2023/24', a.laestab, a.urn, a.school_type, h.pupils, 380 * h.pupils, m.missed, m.missed - m.missed / 4,
	m.missed / 4, 'invented'
FROM held h JOIN abie.attendance a ON a.academic_year = '2022/23' AND a.laestab = h.laestab
	CROSS JOIN LATERAL (SELECT pg_temp.missed(h.urn, 1, h.percent, 380 * h.pupils)) m (missed);
VACUUM ANALYZE;
CALL abie.monitor('2023/24', '2024-07-01');
CALL abie.refer(2, 500);
SELECT abie.issue_referral(1, 'for this measurement');
-- of each region and stratum the schools furthest above what is expected of them
INSERT INTO abie.hub (academic_year, urn)
SELECT '2024/25', b.urn
FROM (SELECT e.urn, e.stratum,
		rank() OVER (PARTITION BY s.region, e.stratum ORDER BY e.attendance - e.expected DESC, e.urn) AS place
	FROM abie.expectation e JOIN abie.school s USING (urn) WHERE e.run_id = 2 AND s.region IS NOT NULL) b
WHERE b.place <= CASE b.stratum WHEN 'primary' THEN 7 ELSE 3 END;
INSERT INTO abie.hub_place
SELECT '2024/25', h.urn, 'enhanced', e.stratum, 6
FROM abie.hub h JOIN abie.expectation e ON e.run_id = 2 AND e.urn = h.urn;
CALL abie.allocate_hubs(1);
SELECT abie.confirm_allocation(1, override_reason => 'for this measurement');
VACUUM ANALYZE;
