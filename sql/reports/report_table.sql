-- The other tables of a school's report, for reporting tools: rows as in sql/reports/report_view.sql.

-- Figures of similar schools together, in C: each characteristic and reason of each school of a run is asked for.
CREATE FUNCTION abie_internal.column_means(numbers float8[]) RETURNS float8[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'abie_column_means';
COMMENT ON FUNCTION abie_internal.column_means(float8[]) IS
'Means of the columns of an array of two dimensions, a row a school, of what is not NULL; each number read as a '
'decimal of 15 significant digits, added up exactly, rounded to 6 decimal places half away from zero. NULL where none '
'is known. Errors: 2202E another number of dimensions, 22003 a mean that is infinite.';

CREATE FUNCTION abie_internal.column_matches(own text[], categories text[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'abie_column_matches';
COMMENT ON FUNCTION abie_internal.column_matches(text[], text[]) IS
'In how many rows of an array of two dimensions, a row a school, each column is as own has it; NULL matches nothing. '
'Error 2202E: another number of dimensions.';

CREATE FUNCTION abie_internal.reason_totals(reasons jsonb[]) RETURNS float8[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'abie_reason_totals';
COMMENT ON FUNCTION abie_internal.reason_totals(jsonb[]) IS
'Sessions by each reason of absence in abie.attendance.reasons of several schools together, in the order of '
'abie_internal.absence_meanings from the sixth on; NULL for a reason that none of them has. Error 22003: more than '
'bigint holds.';

CREATE VIEW abie_report.school_circumstances WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, s.urn::integer AS urn,
	k.name AS school_name, s.laestab / 10000 AS la_code, la.la_name, k.region, k.trust_code, k.trust, s.stratum,
	c.position, c.characteristic, m.meaning,
	CASE WHEN c.category IS NULL THEN s.numbers[c.element] END AS number,
	CASE WHEN c.category IS NOT NULL THEN s.categories[c.element] END AS category,
	CASE WHEN c.category IS NULL THEN c.averages[c.element] END AS similar_average,
	CASE WHEN c.category IS NOT NULL THEN coalesce(c.same[c.element], 0) END AS similar_same,
	CASE WHEN c.category IS NULL THEN c.location END AS typical,
	c.contributions[c.position] AS contribution
FROM abie_report.run r
	JOIN abie_owner.readable_expectation i ON i.run_id = r.run_id
	JOIN abie_owner.readable_run_school s ON s.run_id = i.run_id AND s.urn = i.urn
	LEFT JOIN abie.school k ON k.urn = s.urn
	LEFT JOIN abie.local_authority la ON la.la_code = s.laestab / 10000
	LEFT JOIN abie.run_model b ON b.run_id = s.run_id AND b.stratum = s.stratum
	-- the first element of each characteristic, once a stratum
	JOIN (
		SELECT f.run_id, f.stratum, array_agg(f.position) AS positions, array_agg(f.characteristic) AS characteristics,
			array_agg(f.category) AS categories, array_agg(f.element) AS elements, array_agg(f.location) AS locations
		FROM (
			SELECT DISTINCT ON (x.run_id, x.stratum, x.characteristic) x.*
			FROM abie.run_characteristic x
			ORDER BY x.run_id, x.stratum, x.characteristic, x.position
		) f
		GROUP BY f.run_id, f.stratum
	) e ON e.run_id = s.run_id AND e.stratum = s.stratum
	-- all characteristics in one look at the school and its similar schools
	CROSS JOIN LATERAL (
		WITH similar_school AS MATERIALIZED (
			SELECT count(*) AS schools,
				abie_internal.column_means(array_agg(a.numbers) FILTER (WHERE a.numbers <> '{}')) AS averages,
				abie_internal.column_matches(s.categories, array_agg(a.categories) FILTER (WHERE a.categories <> '{}'))
					AS same,
				CASE WHEN s.references_published AND s.context IS NOT NULL
					THEN abie_internal.context_contributions(s.numbers, s.categories, b) END AS contributions
			FROM abie.similar_list n
				JOIN abie.run_school a ON a.run_id = n.run_id AND a.urn = ANY (n.similar_urns)
			WHERE n.run_id = s.run_id AND n.urn = s.urn
		)
		SELECT q.averages, q.same, q.contributions, u.position, u.characteristic, u.category, u.element, u.location
		FROM similar_school q
			CROSS JOIN unnest(e.positions, e.characteristics, e.categories, e.elements, e.locations)
				u (position, characteristic, category, element, location)
		WHERE q.schools > 0
	) c
	LEFT JOIN abie.characteristic m ON m.name = c.characteristic;
COMMENT ON VIEW abie_report.school_circumstances IS
'What each school is compared by, beside its similar schools: one row a run, school with an expectation and '
'characteristic.';
COMMENT ON COLUMN abie_report.school_circumstances.position IS 'Order of the characteristics; not without gaps.';
COMMENT ON COLUMN abie_report.school_circumstances.meaning IS 'What the characteristic measures.';
COMMENT ON COLUMN abie_report.school_circumstances.number IS
'The characteristic''s number at the school; NULL for categories, and where not known.';
COMMENT ON COLUMN abie_report.school_circumstances.category IS
'The characteristic''s category at the school; NULL for numbers, and where not known.';
COMMENT ON COLUMN abie_report.school_circumstances.similar_average IS 'Mean of the similar schools'' numbers.';
COMMENT ON COLUMN abie_report.school_circumstances.similar_same IS
'How many of the similar schools have the school''s category.';
COMMENT ON COLUMN abie_report.school_circumstances.typical IS 'Median number of the schools of the stratum.';
COMMENT ON COLUMN abie_report.school_circumstances.contribution IS
'What it adds to the attendance expected of the school, percentage points; NULL where the method is similar-schools, '
'or it rests on attendance that is not published.';

-- parsed when made, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.absence_meanings() RETURNS TABLE ("position" integer, reason text, meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 21
BEGIN ATOMIC
	VALUES
		(1, 'sess_overall', 'All absence'),
		(2, 'sess_authorised', 'Authorised absence'),
		(3, 'sess_unauthorised', 'Unauthorised absence'),
		(4, 'enrolments_pa_10_exact', 'Pupils persistently absent'),
		(5, 'enrolments_pa_50_exact', 'Pupils severely absent'),
		(6, 'sess_auth_illness', 'Illness'),
		(7, 'sess_auth_appointments', 'Medical or dental appointments'),
		(8, 'sess_auth_religious', 'Religious observance'),
		(9, 'sess_auth_study', 'Study leave'),
		(10, 'sess_auth_traveller', 'Gypsy, Roma and Traveller families travelling'),
		(11, 'sess_auth_holiday', 'Authorised holiday'),
		(12, 'sess_auth_ext_holiday', 'Extended authorised holiday'),
		(13, 'sess_auth_excluded', 'Excluded, no other provision'),
		(14, 'sess_auth_interview', 'Interviews'),
		(15, 'sess_auth_reg_performance', 'Regulated performances'),
		(16, 'sess_auth_temp_reduced_timetable', 'Temporary reduced timetable'),
		(17, 'sess_auth_other', 'Other authorised absence'),
		(18, 'sess_unauth_holiday', 'Holiday not authorised'),
		(19, 'sess_unauth_late', 'Arriving after the register closed'),
		(20, 'sess_unauth_other', 'Other unauthorised absence'),
		(21, 'sess_unauth_noyet', 'No reason given yet');
END;
COMMENT ON FUNCTION abie_internal.absence_meanings() IS
'Measures of absence in the order of lists, with their meanings in words.';

CREATE VIEW abie_report.school_absence_compared WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, s.urn::integer AS urn,
	k.name AS school_name, s.laestab / 10000 AS la_code, la.la_name, k.region, k.trust_code, k.trust, s.stratum,
	m.position, m.reason, m.meaning,
	CASE WHEN m.of_enrolments THEN 'enrolments' ELSE 'sessions possible' END AS per_cent_of,
	f.own_percent, f.similar_percent,
	CASE WHEN f.own_percent IS NULL THEN 'x' END AS own_percent_symbol,
	CASE WHEN f.similar_percent IS NULL THEN 'x' END AS similar_percent_symbol
FROM abie_report.run r
	JOIN abie_owner.readable_expectation i ON i.run_id = r.run_id
	JOIN abie_owner.readable_run_school s ON s.run_id = i.run_id AND s.urn = i.urn
	LEFT JOIN abie.school k ON k.urn = s.urn
	LEFT JOIN abie.local_authority la ON la.la_code = s.laestab / 10000
	-- all reasons in one look at the similar schools
	CROSS JOIN LATERAL (
		SELECT
			min(t.amounts) FILTER (WHERE t.is_own) AS own,
			min(t.possible) FILTER (WHERE t.is_own) AS own_possible,
			min(t.enrolments) FILTER (WHERE t.is_own) AS own_enrolments,
			min(t.published) FILTER (WHERE t.is_own) AS own_published,
			min(t.amounts) FILTER (WHERE NOT t.is_own) AS similar,
			min(t.possible) FILTER (WHERE NOT t.is_own) AS similar_possible,
			min(t.enrolments) FILTER (WHERE NOT t.is_own) AS similar_enrolments,
			min(t.published) FILTER (WHERE NOT t.is_own) AS similar_published
		FROM (
			SELECT p.is_own, sum(a.sess_possible)::float8 AS possible, sum(a.enrolments)::float8 AS enrolments,
				avg(a.enrolments_pa_10_exact_percent::numeric)::float8 AS published,
				ARRAY[sum(a.sess_overall), sum(a.sess_authorised), sum(a.sess_unauthorised),
					sum(a.enrolments_pa_10_exact), sum(a.enrolments_pa_50_exact)]::float8[]
					|| abie_internal.reason_totals(array_agg(a.reasons)) AS amounts
			FROM (
				SELECT true AS is_own, s.laestab AS laestab
				UNION ALL
				SELECT false, CASE WHEN o.attendance_published THEN o.laestab END
				FROM abie.similar_list n
					JOIN abie.run_school o ON o.run_id = n.run_id AND o.urn = ANY (n.similar_urns)
				WHERE n.run_id = s.run_id AND n.urn = s.urn
			) p
				JOIN abie.attendance a ON a.academic_year = r.baseline_year AND a.laestab = p.laestab
					-- as it was when the run was made, and as it is
					AND (p.is_own OR abie_internal.is_published(a.sess_overall, a.sess_possible, a.sources))
			GROUP BY p.is_own
		) t
	) q
	CROSS JOIN (
		SELECT v.*, v.reason LIKE 'enrolments%' AS of_enrolments FROM abie_internal.absence_meanings() v
	) m
	CROSS JOIN LATERAL (
		SELECT
			coalesce(
				100 * (q.own[m.position]
					/ nullif(CASE WHEN m.of_enrolments THEN q.own_enrolments ELSE q.own_possible END, 0)),
				CASE m.reason WHEN 'enrolments_pa_10_exact' THEN q.own_published END),
			coalesce(
				100 * (q.similar[m.position]
					/ nullif(CASE WHEN m.of_enrolments THEN q.similar_enrolments ELSE q.similar_possible END, 0)),
				CASE m.reason WHEN 'enrolments_pa_10_exact' THEN q.similar_published END)
	) f (own_percent, similar_percent);
COMMENT ON VIEW abie_report.school_absence_compared IS
'Absence of each school in a run in its baseline year by reason, beside that of its similar schools together: one row '
'a run, school with an expectation and reason.';
COMMENT ON COLUMN abie_report.school_absence_compared.position IS 'Order of the reasons, from 1.';
COMMENT ON COLUMN abie_report.school_absence_compared.reason IS 'Column of abie_report.school_absence.';
COMMENT ON COLUMN abie_report.school_absence_compared.meaning IS 'The reason in words.';
COMMENT ON COLUMN abie_report.school_absence_compared.per_cent_of IS
'sessions possible, or enrolments for persistent and severe absentees.';
COMMENT ON COLUMN abie_report.school_absence_compared.own_percent IS 'Absence of the school for the reason, per cent.';
COMMENT ON COLUMN abie_report.school_absence_compared.similar_percent IS
'Absence of the similar schools together, per cent, those apart whose attendance is not published '
'(abie_internal.is_published).';
COMMENT ON COLUMN abie_report.school_absence_compared.own_percent_symbol IS
'x where own_percent is not held, NULL otherwise.';
COMMENT ON COLUMN abie_report.school_absence_compared.similar_percent_symbol IS
'x where similar_percent is not held, NULL otherwise.';

CREATE FUNCTION abie_internal.shown_distribution(improvements numeric[], counts bigint[])
RETURNS TABLE (improvement_rounded numeric, schools bigint, symbol text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 12
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH cell AS (
		-- how many are to maintain their attendance is in the national summary, so that it protects no other
		SELECT u.improvement, u.schools, u.improvement = 0 AND u.schools NOT IN (1, 2) AS apart
		FROM unnest(improvements, counts) u (improvement, schools)
	), small AS MATERIALIZED (
		SELECT s.row_group
		FROM (
			SELECT array_agg(c.improvement::text) || NULL::text AS improvements,
				array_agg(c.schools) || sum(c.schools)::bigint AS counts
			FROM cell c
			WHERE NOT c.apart
			HAVING count(*) > 0
		) t
			CROSS JOIN LATERAL abie.suppress(t.improvements, array_fill('all'::text, ARRAY[cardinality(t.counts)]),
				t.counts) s
		WHERE s.symbol = 'c'
	)
	SELECT c.improvement,
		CASE WHEN s.row_group IS NULL THEN c.schools END,
		CASE WHEN s.row_group IS NOT NULL THEN 'c' END
	FROM cell c
		LEFT JOIN small s ON s.row_group = c.improvement::text
	ORDER BY c.improvement;
END $$;
COMMENT ON FUNCTION abie_internal.shown_distribution(numeric[], bigint[]) IS
'How many schools (counts) have which improvement, as it is shown: numbers of 1 and 2, and so many others that these '
'do not follow from the total, are NULL with symbol c (abie.suppress). Errors as abie.suppress.';

CREATE VIEW abie_report.improvement_distribution WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, t.stratum, d.improvement_rounded, d.schools,
	d.symbol AS schools_symbol
FROM abie_report.run r
	JOIN (
		SELECT c.run_id, c.stratum, array_agg(c.improvement_rounded ORDER BY c.improvement_rounded) AS improvements,
			array_agg(c.schools ORDER BY c.improvement_rounded) AS counts
		FROM abie.run_improvement c
		GROUP BY c.run_id, c.stratum
	) t ON t.run_id = r.run_id
	CROSS JOIN LATERAL abie_internal.shown_distribution(t.improvements, t.counts) d
WHERE (SELECT abie_internal.has_access('{results,calculation}'));
COMMENT ON VIEW abie_report.improvement_distribution IS
'How many schools of England have which improvement expectation: one row a run, stratum and improvement. Under '
'disclosure control for every reader, because reports tell it to all: abie_internal.shown_distribution.';
COMMENT ON COLUMN abie_report.improvement_distribution.stratum IS 'Stratum of the schools counted.';
COMMENT ON COLUMN abie_report.improvement_distribution.improvement_rounded IS
'Improvement expected, percentage points, as published.';
COMMENT ON COLUMN abie_report.improvement_distribution.schools IS 'Schools with it; NULL where suppressed.';
COMMENT ON COLUMN abie_report.improvement_distribution.schools_symbol IS
'c where it is suppressed, because it is 1 or 2 or would give such a number away; NULL otherwise.';

CREATE VIEW abie_report.school_source WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, e.urn, k.name AS school_name,
	e.laestab / 10000 AS la_code, la.la_name, k.region, k.trust_code, k.trust, e.stratum, s.position, s.figure,
	s.source, s.recorded
FROM abie_report.run r
	JOIN abie_owner.readable_scope e ON e.run_id = r.run_id
	LEFT JOIN abie.school k ON k.urn = e.urn
	LEFT JOIN abie.local_authority la ON la.la_code = e.laestab / 10000
	CROSS JOIN LATERAL (
		SELECT 1 AS position, 'Attendance in ' || r.baseline_year AS figure, a.source, a.recorded_at::date AS recorded
		FROM abie_owner.readable_attendance a
		WHERE a.academic_year = r.baseline_year AND a.laestab = e.laestab
		UNION ALL
		SELECT 2, 'Pupils'' characteristics in ' || r.baseline_year, c.source, c.recorded_at::date
		FROM abie_owner.readable_school_context c
		WHERE c.academic_year = r.baseline_year AND c.urn = e.urn
		UNION ALL
		SELECT 3, 'Register of schools' || coalesce(to_char(o.register_date, '" of "FMDD Mon YYYY'), ''),
			o.source, o.recorded_at::date
		FROM abie.school o
		WHERE o.urn = e.urn
	) s;
COMMENT ON VIEW abie_report.school_source IS
'Where the figures of each school in scope of a run come from: one row a run, school and kind of figure.';
COMMENT ON COLUMN abie_report.school_source.position IS 'Order of the kinds of figure, from 1.';
COMMENT ON COLUMN abie_report.school_source.figure IS 'Kind of figure.';
COMMENT ON COLUMN abie_report.school_source.source IS 'Format and file it was imported from, or who recorded it.';
COMMENT ON COLUMN abie_report.school_source.recorded IS 'Day it was recorded.';
