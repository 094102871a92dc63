-- The other tables of a school's report, for reporting tools: rows as in sql/report_view.sql.

CREATE VIEW abie_report.school_circumstances WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, s.urn::integer AS urn, k.name AS school_name, c.position, c.characteristic, m.meaning,
	CASE WHEN c.is_number THEN s.numbers[c.element] END AS number, CASE WHEN NOT c.is_number THEN s.categories[c.element] END AS category,
	CASE WHEN c.is_number THEN o.average END AS similar_average, CASE WHEN NOT c.is_number THEN o.same END AS similar_same, c.typical,
	(SELECT sum(p.parts[x.term] * x.share) FROM unnest(f.terms, f.shares) AS x (term, share)) AS contribution
FROM abie_report.run AS r JOIN abie.expectation AS i ON i.run_id = r.run_id JOIN abie.run_school AS s ON s.run_id = i.run_id AND s.urn = i.urn
	JOIN (SELECT DISTINCT ON (e.run_id, e.stratum, e.characteristic) e.run_id, e.stratum, e.characteristic, e.element, e.category IS NULL AS is_number,
		CASE WHEN e.category IS NULL THEN e.location END AS typical, e.position
		FROM abie.run_characteristic AS e ORDER BY e.run_id, e.stratum, e.characteristic, e.position) AS c ON c.run_id = s.run_id AND c.stratum = s.stratum
	LEFT JOIN abie.characteristic AS m ON m.name = c.characteristic
	LEFT JOIN abie.school AS k ON k.urn = s.urn
	CROSS JOIN LATERAL (SELECT round(avg(a.numbers[c.element]::numeric), 6)::float8 AS average, count(*) FILTER (WHERE a.categories[c.element] = s.categories[c.element]) AS same
		FROM abie.similar_list AS n JOIN abie.run_school AS a ON a.run_id = n.run_id AND a.urn = ANY (n.similar_urns) WHERE n.run_id = s.run_id AND n.urn = s.urn) AS o
	-- what each term of the context model adds (abie.contributions), a product of two characteristics half to each
	LEFT JOIN (SELECT t.run_id, t.stratum, array_agg(t.location ORDER BY t.term) AS location, array_agg(t.coefficient ORDER BY t.term) AS coefficients
		FROM abie.run_term AS t GROUP BY t.run_id, t.stratum) AS b ON b.run_id = s.run_id AND b.stratum = s.stratum
	LEFT JOIN (SELECT t.run_id, t.stratum, e.characteristic, array_agg(t.term ORDER BY t.term) AS terms, array_agg(CASE WHEN t.other_element IS NULL THEN 1 ELSE 0.5::float8 END ORDER BY t.term) AS shares
		FROM abie.run_term AS t JOIN abie.run_characteristic AS e ON e.run_id = t.run_id AND e.stratum = t.stratum AND e.position IN (t.element, t.other_element)
		GROUP BY t.run_id, t.stratum, e.characteristic) AS f ON f.run_id = s.run_id AND f.stratum = s.stratum AND f.characteristic = c.characteristic
	LEFT JOIN (SELECT h.run_id, h.stratum, count(*) FILTER (WHERE h.category IS NULL)::integer AS numbers, array_agg(h.substitute ORDER BY h.position) AS substitutes,
		coalesce(array_agg(h.position ORDER BY h.position) FILTER (WHERE h.missing > 0 AND h.position = h.first_position), '{}') AS indicators
		FROM (SELECT e.*, min(e.position) OVER (PARTITION BY e.run_id, e.stratum, e.characteristic) AS first_position FROM abie.run_characteristic AS e) AS h
		GROUP BY h.run_id, h.stratum) AS g ON g.run_id = s.run_id AND g.stratum = s.stratum
	CROSS JOIN LATERAL (SELECT CASE WHEN s.context IS NOT NULL THEN abie.contributions(abie.context_terms(s.vector, g.substitutes, g.numbers, g.indicators), b.location, b.coefficients) END) AS p (parts)
WHERE (SELECT abie.has_national_access('{results,calculation}')) OR s.urn IN (SELECT x.urn FROM abie.accessible_schools('{results}') AS x);
COMMENT ON VIEW abie_report.school_circumstances IS 'What each school is compared by, beside its similar schools: one row a run, school with an expectation and characteristic.';
COMMENT ON COLUMN abie_report.school_circumstances.position IS 'Order of the characteristics; not without gaps.';
COMMENT ON COLUMN abie_report.school_circumstances.meaning IS 'What the characteristic measures.';
COMMENT ON COLUMN abie_report.school_circumstances.number IS 'Its number at the school; NULL for categories, and where not known.';
COMMENT ON COLUMN abie_report.school_circumstances.category IS 'Its category at the school; NULL for numbers, and where not known.';
COMMENT ON COLUMN abie_report.school_circumstances.similar_average IS 'Mean of the similar schools'' numbers.';
COMMENT ON COLUMN abie_report.school_circumstances.similar_same IS 'How many of the similar schools have its category.';
COMMENT ON COLUMN abie_report.school_circumstances.typical IS 'Median number of the schools of the stratum.';
COMMENT ON COLUMN abie_report.school_circumstances.contribution IS 'What it adds to the attendance expected of the school, percentage points; NULL where the method is similar-schools.';

CREATE VIEW abie_report.school_absence_compared WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, s.urn::integer AS urn, k.name AS school_name, f.position, f.reason, f.meaning,
	CASE WHEN f.reason LIKE 'enrolments%' THEN 'enrolments' ELSE 'sessions possible' END AS per_cent_of, f.own_percent, f.similar_percent,
	CASE WHEN f.own_percent IS NULL THEN 'x' END AS own_percent_symbol, CASE WHEN f.similar_percent IS NULL THEN 'x' END AS similar_percent_symbol
FROM abie_report.run AS r JOIN abie.expectation AS i ON i.run_id = r.run_id JOIN abie.run_school AS s ON s.run_id = i.run_id AND s.urn = i.urn LEFT JOIN abie.school AS k ON k.urn = s.urn
	CROSS JOIN LATERAL (SELECT v.position, v.reason, v.meaning,
			coalesce(100 * (sum(v.amount) FILTER (WHERE p.is_own) / (sum(v.base) FILTER (WHERE p.is_own))::float8), avg(v.published) FILTER (WHERE p.is_own)) AS own_percent,
			coalesce(100 * (sum(v.amount) FILTER (WHERE NOT p.is_own) / (sum(v.base) FILTER (WHERE NOT p.is_own))::float8), avg(v.published) FILTER (WHERE NOT p.is_own)) AS similar_percent
		FROM (SELECT true AS is_own, s.laestab AS laestab
			UNION ALL SELECT false, o.laestab FROM abie.similar_list AS n JOIN abie.run_school AS o ON o.run_id = n.run_id AND o.urn = ANY (n.similar_urns) WHERE n.run_id = s.run_id AND n.urn = s.urn) AS p
			JOIN abie.attendance AS a ON a.academic_year = r.baseline_year AND a.laestab = p.laestab AND (p.is_own OR abie.is_shown(a.sources))
			CROSS JOIN LATERAL (SELECT m.position, m.reason, m.meaning, m.amount, nullif(CASE WHEN m.reason LIKE 'enrolments%' THEN a.enrolments ELSE a.sess_possible END, 0) AS base,
				CASE WHEN m.reason = 'enrolments_pa_10_exact' THEN a.enrolments_pa_10_exact_percent END AS published
				FROM (VALUES (1, 'sess_overall', 'All absence', a.sess_overall),
		(2, 'sess_authorised', 'Authorised absence', a.sess_authorised),
		(3, 'sess_unauthorised', 'Unauthorised absence', a.sess_unauthorised),
		(4, 'enrolments_pa_10_exact', 'Pupils persistently absent', a.enrolments_pa_10_exact),
		(5, 'enrolments_pa_50_exact', 'Pupils severely absent', a.enrolments_pa_50_exact),
		(6, 'sess_auth_illness', 'Illness', (a.reasons ->> 'sess_auth_illness')::bigint),
		(7, 'sess_auth_appointments', 'Medical or dental appointments', (a.reasons ->> 'sess_auth_appointments')::bigint),
		(8, 'sess_auth_religious', 'Religious observance', (a.reasons ->> 'sess_auth_religious')::bigint),
		(9, 'sess_auth_study', 'Study leave', (a.reasons ->> 'sess_auth_study')::bigint),
		(10, 'sess_auth_traveller', 'Gypsy, Roma and Traveller families travelling', (a.reasons ->> 'sess_auth_traveller')::bigint),
		(11, 'sess_auth_holiday', 'Authorised holiday', (a.reasons ->> 'sess_auth_holiday')::bigint),
		(12, 'sess_auth_ext_holiday', 'Extended authorised holiday', (a.reasons ->> 'sess_auth_ext_holiday')::bigint),
		(13, 'sess_auth_excluded', 'Excluded, no other provision', (a.reasons ->> 'sess_auth_excluded')::bigint),
		(14, 'sess_auth_interview', 'Interviews', (a.reasons ->> 'sess_auth_interview')::bigint),
		(15, 'sess_auth_reg_performance', 'Regulated performances', (a.reasons ->> 'sess_auth_reg_performance')::bigint),
		(16, 'sess_auth_temp_reduced_timetable', 'Temporary reduced timetable', (a.reasons ->> 'sess_auth_temp_reduced_timetable')::bigint),
		(17, 'sess_auth_other', 'Other authorised absence', (a.reasons ->> 'sess_auth_other')::bigint),
		(18, 'sess_unauth_holiday', 'Holiday not authorised', (a.reasons ->> 'sess_unauth_holiday')::bigint),
		(19, 'sess_unauth_late', 'Arriving after the register closed', (a.reasons ->> 'sess_unauth_late')::bigint),
		(20, 'sess_unauth_other', 'Other unauthorised absence', (a.reasons ->> 'sess_unauth_other')::bigint),
		(21, 'sess_unauth_noyet', 'No reason given yet', (a.reasons ->> 'sess_unauth_noyet')::bigint)) AS m (position, reason, meaning, amount)) AS v
		GROUP BY v.position, v.reason, v.meaning) AS f
WHERE (SELECT abie.has_national_access('{results,calculation}')) OR s.urn IN (SELECT x.urn FROM abie.accessible_schools('{results}') AS x);
COMMENT ON VIEW abie_report.school_absence_compared IS 'Absence of each school in a run in its baseline year by reason, beside that of its similar schools together: one row a run, school with an expectation and reason.';
COMMENT ON COLUMN abie_report.school_absence_compared.position IS 'Order of the reasons, from 1.';
COMMENT ON COLUMN abie_report.school_absence_compared.reason IS 'Column of abie_report.school_absence.';
COMMENT ON COLUMN abie_report.school_absence_compared.meaning IS 'The reason in words.';
COMMENT ON COLUMN abie_report.school_absence_compared.per_cent_of IS 'sessions possible, or enrolments for persistent and severe absentees.';
COMMENT ON COLUMN abie_report.school_absence_compared.own_percent IS 'Of the school, per cent.';
COMMENT ON COLUMN abie_report.school_absence_compared.similar_percent IS 'Of its similar schools together, per cent, those apart whose attendance is not shown (abie.is_shown).';
COMMENT ON COLUMN abie_report.school_absence_compared.own_percent_symbol IS 'x where the school''s is not held, NULL otherwise.';
COMMENT ON COLUMN abie_report.school_absence_compared.similar_percent_symbol IS 'x where the similar schools'' is not held, NULL otherwise.';

CREATE VIEW abie_report.improvement_distribution WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, e.stratum, e.improvement_rounded, count(*) AS schools
FROM abie_report.run AS r JOIN abie.expectation AS e ON e.run_id = r.run_id
WHERE (SELECT abie.has_access('{results,calculation}'))
GROUP BY r.run_id, r.target_year, r.run_status, r.is_current, e.stratum, e.improvement_rounded;
COMMENT ON VIEW abie_report.improvement_distribution IS 'How many schools of England have which improvement expectation: one row a run, stratum and improvement.';
COMMENT ON COLUMN abie_report.improvement_distribution.schools IS 'Schools with it.';

CREATE VIEW abie_report.school_source WITH (security_invoker = true, security_barrier = true) AS
SELECT e.run_id, e.target_year, e.run_status, e.is_current, e.urn, e.school_name, s.position, s.figure, s.source, s.recorded
FROM abie_report.school_expectation AS e CROSS JOIN LATERAL (
	SELECT 1 AS position, 'Attendance in ' || e.baseline_year AS figure, a.source, a.recorded_at::date AS recorded
	FROM abie.attendance AS a WHERE a.academic_year = e.baseline_year AND a.laestab = e.laestab
	UNION ALL SELECT 2, 'Pupils'' characteristics in ' || e.baseline_year, c.source, c.recorded_at::date
	FROM abie.school_context AS c WHERE c.academic_year = e.baseline_year AND c.urn = e.urn
	UNION ALL SELECT 3, 'Register of schools' || coalesce(to_char(k.register_date, '" of "FMDD Mon YYYY'), ''), k.source, k.recorded_at::date FROM abie.school AS k WHERE k.urn = e.urn) AS s;
COMMENT ON VIEW abie_report.school_source IS 'Where the figures of each school in scope of a run come from: one row a run, school and kind of figure.';
COMMENT ON COLUMN abie_report.school_source.position IS 'Order of the kinds of figure, from 1.';
COMMENT ON COLUMN abie_report.school_source.figure IS 'Kind of figure.';
COMMENT ON COLUMN abie_report.school_source.source IS 'Format and file it was imported from, or who recorded it.';
COMMENT ON COLUMN abie_report.school_source.recorded IS 'Day it was recorded.';
