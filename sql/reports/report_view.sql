-- What reporting tools read: one row an entity and year, plain typed columns, nothing that ODBC could not carry.
-- Tables are read with the owner's rights, through the masks of sql/release/readable.sql or by a gate, so that no
-- condition meets a value that its reader may not see; of other schools a view reads what is published (names,
-- places, published attendance) from the tables.

-- 1.959963984540054: two-sided 95 per cent of the normal distribution
CREATE FUNCTION abie.interval_low(value float8, error float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN CASE WHEN value < 1.959963984540054::float8 * error THEN 0 ELSE value - 1.959963984540054::float8 * error END;
COMMENT ON FUNCTION abie.interval_low(float8, float8) IS
'Lower end of the 95 per cent interval of a rate with the given standard error: rate - 1.96 x error, not under 0; NULL '
'for NULL.';

CREATE FUNCTION abie.interval_high(value float8, error float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT, as above
RETURN CASE WHEN value + 1.959963984540054::float8 * error > 100 THEN 100
	ELSE value + 1.959963984540054::float8 * error END;
COMMENT ON FUNCTION abie.interval_high(float8, float8) IS
'Upper end of the 95 per cent interval of a rate with the given standard error: rate + 1.96 x error, not over 100; '
'NULL for NULL.';

CREATE FUNCTION abie_internal.exclusion_symbol(reason text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN CASE
	WHEN reason IN ('special school', 'not mainstream', 'closed before the target year') THEN 'z'
	WHEN reason IN ('fewer than the minimum enrolments', 'too few comparable schools') THEN 'u'
	ELSE 'x' END;
COMMENT ON FUNCTION abie_internal.exclusion_symbol(text) IS
'Symbol in place of the expectation of a school left out for a reason of abie.exclusion: z not applicable, u it would '
'be of low reliability, x a figure it needs is not available.';

-- What the register says of every school, which is no secret: by it each view finds the rows of an area or trust.
CREATE VIEW abie_owner.school_key AS
SELECT s.urn::integer AS urn, s.name AS school_name,
	-- + 0 * urn is NULL without a school, as the planner can see: it begins with the schools of an authority
	coalesce(s.la_code, s.laestab / 10000) + 0 * s.urn AS la_code, la.la_name,
	s.region, s.trust_code, s.trust, coalesce(abie_internal.stratum(s.phase), abie_internal.stratum(s.type)) AS stratum
FROM abie.school s
	LEFT JOIN abie.local_authority la ON la.la_code = coalesce(s.la_code, s.laestab / 10000);
COMMENT ON VIEW abie_owner.school_key IS 'Name, area, trust and stratum of each school by its URN, as registered.';
COMMENT ON COLUMN abie_owner.school_key.school_name IS 'Name of the school (GIAS EstablishmentName).';
COMMENT ON COLUMN abie_owner.school_key.la_code IS
'Number of the local authority as registered, else the first three digits of the LAESTAB.';
COMMENT ON COLUMN abie_owner.school_key.stratum IS
'primary, secondary (with all-through), special or other, by phase, else by type; NULL where neither is understood.';
SELECT abie_owner.describe_as('abie_owner.school_key', 'abie.local_authority'),
	abie_owner.describe_as('abie_owner.school_key', 'abie.school');

CREATE FUNCTION abie_owner.report_runs(role oid)
RETURNS TABLE (run_id integer, target_year text, baseline_year text, methodology text, run_status text,
	is_current boolean, is_latest boolean, schools_in_scope integer, expectations integer, exclusions integer,
	input_digest text, result_digest text, extension_version text, server_version text, run_by text,
	started_at timestamptz, finished_at timestamptz)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT r.run_id, r.target_year::text, r.baseline_year::text, r.methodology, r.status,
		r.run_id = first_value(r.run_id)
			OVER (PARTITION BY r.target_year ORDER BY r.status = 'issued' DESC, r.run_id DESC),
		r.run_id = first_value(r.run_id)
			OVER (ORDER BY r.target_year COLLATE "C" DESC, r.status = 'issued' DESC, r.run_id DESC),
		r.schools_in_scope, r.expectations, r.exclusions, r.input_digest, r.result_digest,
		r.extension_version, r.server_version, r.run_by, r.started_at, r.finished_at
	FROM abie.run r
	-- asked once, not for each run
	WHERE r.run_id = ANY ((SELECT abie_owner.readable_runs(role))::integer[]);
END $$;
COMMENT ON FUNCTION abie_owner.report_runs(oid) IS 'Of a role, as abie_internal.report_runs.';

CREATE FUNCTION abie_internal.report_runs()
RETURNS TABLE (run_id integer, target_year text, baseline_year text, methodology text, run_status text,
	is_current boolean, is_latest boolean, schools_in_scope integer, expectations integer, exclusions integer,
	input_digest text, result_digest text, extension_version text, server_version text, run_by text,
	started_at timestamptz, finished_at timestamptz)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.report_runs() IS
'The runs that the role in force may see (abie_internal.readable_runs), columns as in abie_report.run.';

CREATE VIEW abie_report.run WITH (security_barrier = true) AS
SELECT r.*
FROM abie_internal.report_runs() r;
COMMENT ON VIEW abie_report.run IS
'Runs that were finished, or for readers granted less than calculation those issued: one row a run.';
COMMENT ON COLUMN abie_report.run.run_status IS 'Status of the run: abie.run.status.';
COMMENT ON COLUMN abie_report.run.is_current IS
'Whether it is the run of its target year to be read: the newest one issued, or the newest of all where none is.';
COMMENT ON COLUMN abie_report.run.is_latest IS
'Whether it is the one to be read of all: the current run of the newest target year.';
-- the rest as in abie.run
SELECT abie_owner.describe_as('abie_report.run', 'abie.run');

-- All schools in scope of a run, those with an expectation and those left out.
CREATE VIEW abie_owner.readable_scope AS
SELECT k.run_id, k.urn::integer AS urn, k.laestab::integer AS laestab, NULL::text AS reason, NULL::text AS detail,
	k.stratum, k.enrolments, k.attendance, k.expected, k.expected_error, k.own_level, k.own_share, k.baseline,
	k.baseline_error, k.gap, k.improvement, k.improvement_rounded, k.target, k.statement, k.ladder_top,
	k.la_average, k.national_average, k.similar_upper_quartile, k.pared_mean, k.pre_pandemic, k.forecast,
	k.forecast_low, k.forecast_high, k.poor_match, k.references_published
FROM abie_owner.readable_expectation k
UNION ALL
SELECT x.run_id, x.urn::integer, x.laestab::integer, x.reason, x.detail,
	NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM abie_owner.readable_exclusion x;
COMMENT ON VIEW abie_owner.readable_scope IS
'Schools in scope of runs that the role in force may see: rows of abie_owner.readable_expectation, and with the reason '
'those of abie_owner.readable_exclusion.';
SELECT abie_owner.describe_as('abie_owner.readable_scope', 'abie.expectation'),
	abie_owner.describe_as('abie_owner.readable_scope', 'abie.exclusion');

CREATE VIEW abie_report.school_expectation WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.baseline_year, r.methodology, r.run_status, r.is_current, r.is_latest,
	e.urn, e.laestab, s.name AS school_name, e.laestab / 10000 AS la_code, la.la_name, s.region, s.trust_code, s.trust,
	s.type AS school_type, e.stratum, p.selective,
	e.enrolments, p.sess_possible, p.sess_overall, e.attendance, noise.error AS attendance_error,
	abie.interval_low(e.attendance, noise.error) AS attendance_low,
	abie.interval_high(e.attendance, noise.error) AS attendance_high,
	p.previous_attendance,
	CASE WHEN e.references_published THEN p.context END AS context,
	CASE WHEN e.references_published THEN p.local_residual END AS local_residual,
	e.expected, e.expected_error, e.own_level, e.own_share, e.baseline, e.baseline_error, e.gap,
	e.improvement, e.improvement_rounded, e.target, e.statement,
	CASE WHEN e.references_published THEN greatest(0, e.ladder_top - e.baseline) END AS headroom,
	e.improvement / 100 * p.sess_possible / 2 AS improvement_days,
	e.improvement / 100 * p.sess_possible / 2 / e.enrolments AS improvement_days_per_pupil,
	CASE WHEN e.references_published THEN e.ladder_top END AS ladder_top,
	CASE WHEN e.references_published THEN e.la_average END AS la_average,
	CASE WHEN e.references_published THEN e.national_average END AS national_average,
	CASE WHEN e.references_published THEN e.similar_upper_quartile END AS similar_upper_quartile,
	CASE WHEN e.references_published THEN e.pared_mean END AS pared_mean,
	e.pre_pandemic, e.forecast, e.forecast_low, e.forecast_high, e.poor_match,
	abie_internal.exclusion_symbol(e.reason) AS expectation_symbol, e.reason AS exclusion_reason,
	e.detail AS exclusion_detail
FROM abie_owner.readable_scope e
	JOIN abie_report.run r ON r.run_id = e.run_id
	LEFT JOIN abie.school s ON s.urn = e.urn
	LEFT JOIN abie_owner.readable_run_school p ON p.run_id = e.run_id AND p.urn = e.urn AND e.reason IS NULL
	LEFT JOIN abie_owner.readable_model m ON m.run_id = e.run_id AND m.stratum = e.stratum
	LEFT JOIN abie.local_authority la ON la.la_code = e.laestab / 10000
	CROSS JOIN LATERAL (SELECT sqrt(m.sampling_c1 / e.enrolments)) noise (error);
COMMENT ON VIEW abie_report.school_expectation IS
'What is expected of each school in scope of a run: one row a run and school, those without an expectation included, '
'with the reason. Where it rests on attendance that is not published (abie.expectation.references_published) context, '
'local_residual, headroom and the rungs of other schools are NULL.';
COMMENT ON COLUMN abie_report.school_expectation.attendance_error IS
'Standard error of attendance as a measure of the school''s level: square root of abie.run_model.sampling_c1 / '
'enrolments; NULL where not known, and so the interval.';
COMMENT ON COLUMN abie_report.school_expectation.attendance_low IS
'Lower end of the 95 per cent interval of attendance.';
COMMENT ON COLUMN abie_report.school_expectation.attendance_high IS
'Upper end of the 95 per cent interval of attendance.';
COMMENT ON COLUMN abie_report.school_expectation.headroom IS
'Percentage points that may be asked at most: ladder_top - baseline, not under 0.';
COMMENT ON COLUMN abie_report.school_expectation.improvement_days IS
'The improvement in days of school attended by all pupils over a year like the baseline year: improvement / 100 x '
'sessions possible / 2; NULL where only rates are published.';
COMMENT ON COLUMN abie_report.school_expectation.improvement_days_per_pupil IS
'improvement_days by enrolment: days of school a pupil; NULL where only rates are published.';
COMMENT ON COLUMN abie_report.school_expectation.expectation_symbol IS
'Why there is no expectation: z not applicable, u it would be of low reliability, x not available; NULL where there is '
'one.';
COMMENT ON COLUMN abie_report.school_expectation.exclusion_reason IS
'Reason of abie.exclusion; NULL where there is an expectation.';
COMMENT ON COLUMN abie_report.school_expectation.exclusion_detail IS 'The figure or date behind the reason.';
COMMENT ON COLUMN abie_report.school_expectation.school_type IS
'Type of establishment as registered (GIAS TypeOfEstablishment).';

CREATE VIEW abie_report.similar_school WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, l.urn, k.name AS school_name,
	own.laestab / 10000 AS la_code, own_la.la_name, k.region, k.trust_code, k.trust, own.stratum,
	n.rank::integer AS rank, n.similar_urn, s.name AS similar_name,
	other.la_code AS similar_la_code, la.la_name AS similar_la_name,
	other.easting AS similar_easting, other.northing AS similar_northing,
	CASE WHEN own.references_published THEN l.distances[n.rank] END AS distance,
	abie.kilometres(own.easting, own.northing, other.easting, other.northing) AS km,
	CASE WHEN other.attendance_published THEN other.enrolments END AS similar_enrolments,
	shown.attendance AS similar_attendance,
	CASE WHEN shown.attendance IS NULL THEN 'c' END AS similar_attendance_symbol,
	abie.interval_low(shown.attendance, noise.error) AS similar_attendance_low,
	abie.interval_high(shown.attendance, noise.error) AS similar_attendance_high,
	c.fsm_pct::float8 AS similar_fsm_pct, c.sen_support_pct::float8 AS similar_sen_support_pct,
	c.ehc_plan_pct::float8 AS similar_ehc_plan_pct, c.eal_pct::float8 AS similar_eal_pct,
	shown.attendance - shown.own AS difference,
	sqrt(noise.error ^ 2 + m.sampling_c1 / own.enrolments) AS difference_error,
	shown.attendance > shown.own AS is_better,
	abs(shown.attendance - shown.own) > 1.959963984540054
		* sqrt(noise.error ^ 2 + m.sampling_c1 / own.enrolments) AS is_clear
-- not by abie.similar_school, which reads with its reader's rights
FROM abie_report.run r
	JOIN abie_owner.readable_list l ON l.run_id = r.run_id
	-- before the similar schools are told apart, and among the first eight, whose order the planner chooses
	-- (join_collapse_limit): conditions on the trust and the authority find the lists
	LEFT JOIN abie.school k ON k.urn = l.urn
	JOIN abie_owner.listed_school own ON own.run_id = l.run_id AND own.urn = l.urn
	LEFT JOIN abie.local_authority own_la ON own_la.la_code = own.laestab / 10000
	CROSS JOIN LATERAL unnest(l.similar_urns) WITH ORDINALITY n (similar_urn, rank)
	JOIN abie.run_school other ON other.run_id = l.run_id AND other.urn = n.similar_urn
	LEFT JOIN abie_owner.readable_model m ON m.run_id = own.run_id AND m.stratum = own.stratum
	LEFT JOIN abie.school s ON s.urn = n.similar_urn
	LEFT JOIN abie.local_authority la ON la.la_code = other.la_code
	LEFT JOIN abie.school_context c ON c.urn = n.similar_urn AND c.academic_year = r.baseline_year
	CROSS JOIN LATERAL (SELECT sqrt(m.sampling_c1 / other.enrolments)) noise (error)
	CROSS JOIN LATERAL (
		SELECT CASE WHEN other.attendance_published THEN other.attendance END,
			-- not to a reader of its list alone
			CASE WHEN own.attendance_published
					OR (SELECT abie_internal.has_national_access('{results,calculation}'))
					OR l.urn IN (SELECT x.urn FROM abie.accessible_schools('{results}') x)
				THEN own.attendance END
	) shown (attendance, own);
COMMENT ON VIEW abie_report.similar_school IS
'The similar schools of each school in a run, and how they do: one row a run, school and similar school. Names and '
'published figures, never another school''s expectation.';
COMMENT ON COLUMN abie_report.similar_school.km IS
'Kilometres apart as the crow flies; NULL where a place is not known.';
COMMENT ON COLUMN abie_report.similar_school.similar_name IS 'Name of the similar school.';
COMMENT ON COLUMN abie_report.similar_school.similar_la_code IS 'Local authority number of the similar school.';
COMMENT ON COLUMN abie_report.similar_school.similar_la_name IS 'Local authority of the similar school.';
COMMENT ON COLUMN abie_report.similar_school.similar_easting IS
'Easting of the similar school when the run was made, metres of the British National Grid; NULL where not known.';
COMMENT ON COLUMN abie_report.similar_school.similar_northing IS
'Northing of the similar school when the run was made, metres of the British National Grid; NULL where not known.';
COMMENT ON COLUMN abie_report.similar_school.distance IS
'Distance by abie.distance of their two vectors (abie.run_vector); NULL where the list rests on attendance that is not '
'published.';
COMMENT ON COLUMN abie_report.similar_school.similar_enrolments IS
'Enrolments of the similar school in the baseline year; NULL where its attendance is not shown.';
COMMENT ON COLUMN abie_report.similar_school.similar_attendance IS
'Attendance of the similar school in the baseline year, per cent; NULL where it was not published when the run was '
'made (abie.run_school.attendance_published).';
COMMENT ON COLUMN abie_report.similar_school.similar_attendance_symbol IS
'c where similar_attendance is not shown, NULL otherwise.';
COMMENT ON COLUMN abie_report.similar_school.similar_attendance_low IS
'Lower end of the 95 per cent interval of similar_attendance; NULL where its width is not known.';
COMMENT ON COLUMN abie_report.similar_school.similar_attendance_high IS
'Upper end of the 95 per cent interval of similar_attendance; NULL where its width is not known.';
COMMENT ON COLUMN abie_report.similar_school.similar_fsm_pct IS
'Pupils of the similar school eligible for free school meals, per cent.';
COMMENT ON COLUMN abie_report.similar_school.similar_sen_support_pct IS
'Pupils of the similar school with SEN support, per cent.';
COMMENT ON COLUMN abie_report.similar_school.similar_ehc_plan_pct IS
'Pupils of the similar school with an education, health and care plan, per cent.';
COMMENT ON COLUMN abie_report.similar_school.similar_eal_pct IS
'Pupils of the similar school with English as an additional language, per cent.';
COMMENT ON COLUMN abie_report.similar_school.difference IS
'similar_attendance less the school''s, percentage points; NULL where either is not shown to the reader.';
COMMENT ON COLUMN abie_report.similar_school.difference_error IS
'Standard error of the difference; NULL where not known.';
COMMENT ON COLUMN abie_report.similar_school.is_better IS
'Whether the similar school''s attendance is above the school''s.';
COMMENT ON COLUMN abie_report.similar_school.is_clear IS
'Whether the difference is more than chance would often make: beyond 1.96 standard errors.';
COMMENT ON COLUMN abie_report.similar_school.rank IS '1 for the most similar.';
COMMENT ON COLUMN abie_report.similar_school.similar_urn IS
'The similar school; never the school itself nor a predecessor or successor of it.';

CREATE VIEW abie_report.school_ladder WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, e.urn, s.name AS school_name,
	e.laestab / 10000 AS la_code, la.la_name, s.region, s.trust_code, s.trust, e.stratum,
	rung.place AS rung_order, rung.name AS rung, shown.value AS attendance,
	CASE WHEN shown.value IS NULL THEN CASE WHEN rung.value IS NULL THEN 'x' ELSE 'c' END END AS attendance_symbol
FROM abie_report.run r
	JOIN abie_owner.readable_expectation e ON e.run_id = r.run_id
	LEFT JOIN abie.school s ON s.urn = e.urn
	LEFT JOIN abie.local_authority la ON la.la_code = e.laestab / 10000
	CROSS JOIN LATERAL (VALUES
		(1, 'baseline', e.baseline),
		(2, 'target', e.target),
		(3, 'expected', e.expected),
		(4, 'local authority average', e.la_average),
		(5, 'national average', e.national_average),
		(6, 'upper quartile of the similar schools', e.similar_upper_quartile),
		(7, 'pared mean', e.pared_mean),
		(8, 'own rate in 2018/19', e.pre_pandemic)) rung (place, name, value)
	CROSS JOIN LATERAL (
		SELECT CASE WHEN e.references_published OR rung.place NOT BETWEEN 4 AND 7 THEN rung.value END
	) shown (value);
COMMENT ON VIEW abie_report.school_ladder IS 'The rungs of each school''s ladder: one row a run, school and rung.';
COMMENT ON COLUMN abie_report.school_ladder.rung_order IS
'Order the rungs are named in, from 1; their heights are in attendance.';
COMMENT ON COLUMN abie_report.school_ladder.rung IS 'What the rung is: columns of abie.expectation in words.';
COMMENT ON COLUMN abie_report.school_ladder.attendance IS 'Attendance it stands at, per cent.';
COMMENT ON COLUMN abie_report.school_ladder.attendance_symbol IS
'x where the school has no such figure, c where it rests on attendance that is not published, NULL otherwise.';

CREATE FUNCTION abie_internal.absence_reasons(reasons jsonb)
RETURNS TABLE (sess_auth_illness bigint, sess_auth_appointments bigint, sess_auth_religious bigint,
	sess_auth_study bigint, sess_auth_traveller bigint, sess_auth_holiday bigint, sess_auth_ext_holiday bigint,
	sess_auth_excluded bigint, sess_auth_interview bigint, sess_auth_reg_performance bigint,
	sess_auth_temp_reduced_timetable bigint, sess_auth_other bigint, sess_unauth_holiday bigint,
	sess_unauth_late bigint, sess_unauth_other bigint, sess_unauth_noyet bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10 ROWS 1
-- parsed when made, not STRICT and without SET, so that the planner puts it in place of a call
BEGIN ATOMIC
	SELECT (reasons ->> 'sess_auth_illness')::bigint,
		(reasons ->> 'sess_auth_appointments')::bigint,
		(reasons ->> 'sess_auth_religious')::bigint,
		(reasons ->> 'sess_auth_study')::bigint,
		(reasons ->> 'sess_auth_traveller')::bigint,
		(reasons ->> 'sess_auth_holiday')::bigint,
		(reasons ->> 'sess_auth_ext_holiday')::bigint,
		(reasons ->> 'sess_auth_excluded')::bigint,
		(reasons ->> 'sess_auth_interview')::bigint,
		(reasons ->> 'sess_auth_reg_performance')::bigint,
		(reasons ->> 'sess_auth_temp_reduced_timetable')::bigint,
		(reasons ->> 'sess_auth_other')::bigint,
		(reasons ->> 'sess_unauth_holiday')::bigint,
		(reasons ->> 'sess_unauth_late')::bigint,
		(reasons ->> 'sess_unauth_other')::bigint,
		(reasons ->> 'sess_unauth_noyet')::bigint;
END;
COMMENT ON FUNCTION abie_internal.absence_reasons(jsonb) IS
'The sessions by reason that abie.attendance.reasons holds, as columns: the absence reasons of '
'abie.attendance_code.reason_group; NULL for those not published.';

CREATE VIEW abie_report.school_absence WITH (security_barrier = true) AS
SELECT a.academic_year::text AS academic_year, a.urn::integer AS urn, a.laestab::integer AS laestab,
	s.name AS school_name, a.laestab / 10000 AS la_code, la.la_name, s.region, s.trust_code, s.trust, a.school_type,
	abie_internal.stratum(a.school_type) AS stratum, a.year_breakdown,
	a.enrolments, a.sess_possible, a.sess_overall, a.sess_authorised, a.sess_unauthorised,
	abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent) AS attendance_percent,
	coalesce(100 * a.sess_overall / nullif(a.sess_possible, 0)::float8, a.sess_overall_percent) AS sess_overall_percent,
	coalesce(a.markers ->> 'sess_overall_percent',
		CASE WHEN a.sess_overall_percent IS NULL AND (a.sess_overall IS NULL OR a.sess_possible IS NULL)
			THEN 'x' END) AS sess_overall_percent_symbol,
	100 * a.sess_authorised / nullif(a.sess_possible, 0)::float8 AS sess_authorised_percent,
	100 * a.sess_unauthorised / nullif(a.sess_possible, 0)::float8 AS sess_unauthorised_percent,
	a.enrolments_pa_10_exact,
	coalesce(100 * a.enrolments_pa_10_exact / nullif(a.enrolments, 0)::float8, a.enrolments_pa_10_exact_percent)
		AS enrolments_pa_10_exact_percent,
	CASE
		WHEN a.enrolments_pa_10_exact IS NOT NULL AND a.enrolments > 0 OR a.enrolments_pa_10_exact_percent IS NOT NULL
			THEN NULL
		WHEN a.markers ->> 'enrolments_pa_10_exact_percent' = 'SUPP' THEN 'c'
		ELSE coalesce(a.markers ->> 'enrolments_pa_10_exact_percent', 'x')
	END AS enrolments_pa_10_exact_percent_symbol,
	a.enrolments_pa_50_exact,
	100 * a.enrolments_pa_50_exact / nullif(a.enrolments, 0)::float8 AS enrolments_pa_50_exact_percent,
	reason.*,
	CASE WHEN a.reasons IS NULL THEN 'x' END AS reasons_symbol,
	a.source
FROM abie_owner.readable_attendance a
	LEFT JOIN abie.school s ON s.urn = a.urn
	LEFT JOIN abie.local_authority la ON la.la_code = a.laestab / 10000
	CROSS JOIN LATERAL abie_internal.absence_reasons(a.reasons) reason;
COMMENT ON VIEW abie_report.school_absence IS
'Absence of each school by year, as held: one row an academic year and LAESTAB, with the columns of the EES absence '
'files.';
COMMENT ON COLUMN abie_report.school_absence.attendance_percent IS 'Attendance, per cent: abie.attendance_percent.';
COMMENT ON COLUMN abie_report.school_absence.sess_overall_percent IS
'Sessions of absence, per cent of those possible: from counts, else as published.';
COMMENT ON COLUMN abie_report.school_absence.sess_overall_percent_symbol IS
'Marker published in its place, or x; NULL where there is a figure.';
COMMENT ON COLUMN abie_report.school_absence.sess_authorised_percent IS
'Sessions of authorised absence, per cent of those possible.';
COMMENT ON COLUMN abie_report.school_absence.sess_unauthorised_percent IS
'Sessions of unauthorised absence, per cent of those possible.';
COMMENT ON COLUMN abie_report.school_absence.enrolments_pa_10_exact_percent IS
'Persistent absentees, per cent of enrolments: from counts, else as published.';
COMMENT ON COLUMN abie_report.school_absence.enrolments_pa_10_exact_percent_symbol IS
'c where it was suppressed, another marker as published, or x; NULL where there is a figure.';
COMMENT ON COLUMN abie_report.school_absence.enrolments_pa_50_exact_percent IS
'Severe absentees, per cent of enrolments.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_illness IS 'Sessions of authorised absence: illness.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_appointments IS
'Sessions of authorised absence: medical or dental appointments.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_religious IS
'Sessions of authorised absence: religious observance.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_study IS 'Sessions of authorised absence: study leave.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_traveller IS
'Sessions of authorised absence: Gypsy, Roma and Traveller families travelling for work.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_holiday IS 'Sessions of authorised absence: holiday.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_ext_holiday IS
'Sessions of authorised absence: extended holiday.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_excluded IS
'Sessions of authorised absence: exclusion without other provision.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_interview IS 'Sessions of authorised absence: interviews.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_reg_performance IS
'Sessions of authorised absence: regulated performances.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_temp_reduced_timetable IS
'Sessions of authorised absence: a temporary reduced timetable.';
COMMENT ON COLUMN abie_report.school_absence.sess_auth_other IS 'Sessions of authorised absence: other reasons.';
COMMENT ON COLUMN abie_report.school_absence.sess_unauth_holiday IS 'Sessions of unauthorised absence: holiday.';
COMMENT ON COLUMN abie_report.school_absence.sess_unauth_late IS
'Sessions of unauthorised absence: arriving after the register closed.';
COMMENT ON COLUMN abie_report.school_absence.sess_unauth_other IS 'Sessions of unauthorised absence: other reasons.';
COMMENT ON COLUMN abie_report.school_absence.sess_unauth_noyet IS
'Sessions of unauthorised absence: reasons not yet given.';
COMMENT ON COLUMN abie_report.school_absence.reasons_symbol IS
'x where no reasons are held of the year, NULL otherwise. A reason that is NULL although others are held was not '
'published.';
COMMENT ON COLUMN abie_report.school_absence.urn IS 'The school, by its URN in that year.';
COMMENT ON COLUMN abie_report.school_absence.stratum IS
'primary, secondary (with all-through) or special, by school_type; NULL for one that is not understood.';

CREATE VIEW abie_report.methodology_summary WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, r.methodology, m.method, m.edition,
	array_to_string(m.characteristics, ', ') AS characteristics, m.scaling, m.clip, m.similar_schools,
	abie_internal.local_schools(m) AS local_schools, m.minimum_enrolments, m.poor_match_percentile, m.pace,
	m.gap_share, m.improvement_floor, m.improvement_cap, m.benchmark_share, m.description,
	s.stratum, s.schools, s.enrolments,
	CASE WHEN s.references_published THEN s.mean END AS mean,
	CASE WHEN s.references_published THEN s.r2 END AS r2,
	CASE WHEN s.references_published THEN s.r2_leave_one_out END AS r2_leave_one_out,
	CASE WHEN s.references_published THEN s.local_slope END AS local_slope,
	s.change_c0, s.change_c1, s.sampling_c1, s.sampling_source, s.sampling_run, s.between_variance,
	s.last_weight, s.n0, s.constant,
	CASE WHEN s.references_published THEN s.common_change END AS common_change,
	CASE WHEN s.references_published THEN s.forecast_c0 END AS forecast_c0,
	CASE WHEN s.references_published THEN s.forecast_c1 END AS forecast_c1,
	CASE WHEN s.references_published THEN s.forecast_quantile END AS forecast_quantile
FROM abie_report.run r
	JOIN abie.methodology m ON m.name = r.methodology
	LEFT JOIN abie_owner.readable_model s ON s.run_id = r.run_id;
COMMENT ON VIEW abie_report.methodology_summary IS
'The methodology of each run and what it learned: one row a run and stratum, or a run where the method learns nothing. '
'Of what rests on attendance that is not published, noise and baseline alone.';
COMMENT ON COLUMN abie_report.methodology_summary.local_schools IS
'Number of the most similar schools that the local mean is taken over.';
COMMENT ON COLUMN abie_report.methodology_summary.characteristics IS
'What schools are compared by, in order, separated by commas.';

CREATE VIEW abie_report.characteristic_weights WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, c.stratum, c.position, c.characteristic,
	k.meaning, c.category, whole.coefficient, c.multiplier, whole.weight,
	whole.weight / nullif((sum(whole.weight::numeric) OVER (PARTITION BY r.run_id, c.stratum))::float8, 0)
		AS weight_share,
	c.location, c.scale, c.present, c.missing
FROM abie_report.run r
	JOIN abie_owner.readable_characteristic c ON c.run_id = r.run_id
	LEFT JOIN abie.characteristic k ON k.name = c.characteristic
	LEFT JOIN abie_owner.readable_model m ON m.run_id = c.run_id AND m.stratum = c.stratum
	-- learned weights are the sizes of coefficients
	CROSS JOIN LATERAL (
		SELECT CASE WHEN m.references_published IS NOT FALSE THEN c.coefficient END,
			CASE WHEN m.references_published IS NOT FALSE THEN c.weight END
	) whole (coefficient, weight);
COMMENT ON VIEW abie_report.characteristic_weights IS
'What makes schools similar in a run, and how much each characteristic counts: one row a run, stratum and element.';
COMMENT ON COLUMN abie_report.characteristic_weights.meaning IS 'What the characteristic measures.';
COMMENT ON COLUMN abie_report.characteristic_weights.weight_share IS 'Share of the weight of all elements, 0-1.';

CREATE VIEW abie_report.run_checks WITH (security_invoker = true, security_barrier = true) AS
SELECT c.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, c.name, c.severity, c.threshold, c.tolerated,
	c.items, c.faults, c.passed, array_to_string(c.examples, '; ') AS examples, c.checked_at
FROM abie_report.run r
	JOIN abie.run_check c ON c.run_id = r.run_id;
COMMENT ON VIEW abie_report.run_checks IS
'Release checks of each run: one row a run and check. For roles granted calculation.';
