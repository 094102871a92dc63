-- Every school in scope of a target year, what is known of it, and why it is left out.

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.exclusion_reason(urn integer, rows_of_urn integer, stratum text, attendance_held boolean,
	close_date date, status_date date, enrolments integer, target_start date, minimum_enrolments integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
-- not STRICT: what is not known is a reason
RETURN CASE
	WHEN urn IS NULL THEN 'no URN'
	WHEN rows_of_urn > 1 THEN 'URN not unique'
	WHEN stratum IS NULL THEN 'phase not known'
	WHEN stratum = 'not understood' THEN 'school type not understood'
	WHEN stratum = 'special' THEN 'special school'
	WHEN stratum = 'other' THEN 'not mainstream'
	WHEN NOT attendance_held THEN 'no attendance figure'
	-- one that a later register does not list is not thereby closed
	WHEN close_date < target_start OR status_date < target_start THEN 'closed before the target year'
	WHEN enrolments IS NULL OR enrolments < minimum_enrolments THEN 'fewer than the minimum enrolments'
	END;
COMMENT ON FUNCTION abie_internal.exclusion_reason(integer, integer, text, boolean, date, date, integer, date,
	integer) IS
'Why the pool leaves a school out, from the figures of abie.run_scope; NULL for one that enters. Not STRICT: what is '
'not known is a reason.';

CREATE FUNCTION abie_internal.exclusion_detail(reason text, rows_of_urn integer, close_date date, status_date date,
	successors text, enrolments integer, minimum_enrolments integer) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 10
-- not STRICT: most figures are not behind the reason
RETURN CASE reason
	WHEN 'URN not unique' THEN rows_of_urn || ' rows of attendance with this URN'
	WHEN 'closed before the target year'
		THEN coalesce('closed ' || to_char(close_date, 'YYYY-MM-DD'),
				'closed in the register of ' || to_char(status_date, 'YYYY-MM-DD'))
			|| coalesce('; successor ' || successors, '')
	WHEN 'fewer than the minimum enrolments'
		THEN coalesce(enrolments::text, 'unknown') || ' enrolments, minimum ' || minimum_enrolments
	END;
COMMENT ON FUNCTION abie_internal.exclusion_detail(text, integer, date, date, text, integer, integer) IS
'The figure or date behind a reason of abie_internal.exclusion_reason; NULL where there is none. Not STRICT: most of '
'its arguments are not behind the reason.';

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.scope_figures(baseline_year text, with_mobility boolean)
RETURNS TABLE (
	laestab integer, urn integer, rows_of_urn integer, stratum text, enrolments integer, sess_possible bigint,
	sess_overall bigint, attendance float8, attendance_error float8, attendance_published boolean, close_date date,
	status_date date, easting integer, northing integer, year_share float8, mobility float8, headcount integer,
	key_stages float8[], fsm_pct float8, fsm6_pct float8, sen_support_pct float8, ehc_plan_pct float8, semh_pct float8,
	eal_pct float8, mobility_pct float8, idaci_score float8, idaci_rank integer, region text, urban_rural text,
	religious_character text, admissions_policy text, other jsonb)
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000 ROWS 21000
BEGIN ATOMIC
	WITH scope AS (
		SELECT a.laestab, a.urn, (count(*) OVER (PARTITION BY a.urn))::integer AS rows_of_urn, a.school_type,
			a.enrolments, a.sess_possible, a.sess_overall,
			abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent) AS attendance,
			-- not of counts that came from elsewhere since
			CASE WHEN a.attendance_error IS NOT NULL
					AND a.sources ->> 'sess_possible' = a.sources ->> 'attendance_error'
				THEN a.attendance_error END AS attendance_error,
			abie_internal.is_published(a.sess_overall, a.sess_possible, a.sources) AS attendance_published
		FROM abie.attendance a
		WHERE a.academic_year = scope_figures.baseline_year
	)
	SELECT s.laestab, s.urn, s.rows_of_urn,
		-- the first that is understood
		coalesce(abie_internal.stratum(s.school_type), abie_internal.stratum(k.school_type),
			abie_internal.stratum(g.phase), abie_internal.stratum(g.type),
			CASE WHEN coalesce(s.school_type, k.school_type, nullif(g.phase, 'Not applicable'), g.type) IS NOT NULL
				THEN 'not understood' END) AS stratum,
		coalesce(s.enrolments, k.headcount) AS enrolments, s.sess_possible, s.sess_overall, s.attendance,
		s.attendance_error, s.attendance_published, g.close_date,
		-- closed on a day not known; a later extract may say nothing of the status, so the date is that of the extract
		-- the status came from
		CASE WHEN g.status = 'Closed' AND g.close_date IS NULL
			THEN coalesce(substring(g.sources ->> 'status' FROM '[0-9]{4}-[0-9]{2}-[0-9]{2}')::date,
				g.register_date) END AS status_date,
		k.easting, k.northing, m.year_share, m.mobility, coalesce(k.headcount, s.enrolments) AS headcount,
		coalesce(k.key_stages, abie_internal.key_stages_of_ages(g.statutory_low_age, g.statutory_high_age))
			AS key_stages,
		k.fsm_pct, k.fsm6_pct, k.sen_support_pct, k.ehc_plan_pct, k.semh_pct, k.eal_pct, k.mobility_pct,
		k.idaci_score, k.idaci_rank,
		coalesce(k.region, g.region) AS region, coalesce(k.urban_rural, g.urban_rural) AS urban_rural,
		coalesce(k.religious_character, g.religious_character) AS religious_character,
		coalesce(k.admissions_policy, g.admissions_policy) AS admissions_policy, k.other
	FROM scope s
		LEFT JOIN abie_internal.known_context(scope_figures.baseline_year) k ON k.laestab = s.laestab
		LEFT JOIN abie.school g ON g.urn = s.urn
		LEFT JOIN (SELECT x.* FROM abie.mobility(scope_figures.baseline_year) x WHERE scope_figures.with_mobility) m
			ON m.laestab = s.laestab;
END;
COMMENT ON FUNCTION abie_internal.scope_figures(text, boolean) IS
'Every school with attendance in a baseline year with all that is known of it, columns as in abie.school_scope; '
'status_date as in abie.run_scope; year_share and mobility NULL without with_mobility. Not STRICT, so that the planner '
'can put it in place of a call.';

CREATE FUNCTION abie_internal.read_scope(target_year text, minimum_enrolments integer, wanted text[])
RETURNS TABLE (
	laestab integer, urn integer, stratum text, enrolments integer, sess_possible bigint, sess_overall bigint,
	attendance float8, attendance_error float8, attendance_published boolean, easting integer, northing integer,
	tenth_school_km float8, year_share float8, mobility float8, headcount integer, key_stages float8[], fsm_pct float8,
	fsm6_pct float8, sen_support_pct float8, ehc_plan_pct float8, semh_pct float8, eal_pct float8,
	mobility_pct float8, idaci_score float8, idaci_rank integer, region text, urban_rural text,
	religious_character text, admissions_policy text, other jsonb, rows_of_urn integer, close_date date,
	status_date date, successors text, reason text, detail text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 21000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH year AS MATERIALIZED (
	SELECT abie.year_start(target_year) AS target_start
), judged AS MATERIALIZED (
	SELECT w.*,
		abie_internal.exclusion_reason(w.urn, w.rows_of_urn, w.stratum, w.attendance IS NOT NULL, w.close_date,
			w.status_date, w.enrolments, y.target_start, minimum_enrolments) AS reason
	-- OFFSET 0: each figure is worked out once, however often the reason asks for it
	FROM year y, (SELECT f.*
		FROM abie_internal.scope_figures(abie.previous_year(target_year),
			read_scope.wanted && '{mobility,year_share}') f OFFSET 0) w
), followed AS (
	SELECT j.*,
		CASE j.reason WHEN 'closed before the target year' THEN (
			SELECT string_agg(l.link_urn::text, ', ' ORDER BY l.link_urn)
			FROM abie.school_link l
			WHERE l.urn = j.urn AND l.link_type LIKE 'Successor%') END AS successors
	FROM judged j
), tenth AS (
	SELECT n.id AS laestab, n.distances[10] / 1000 AS kilometres
	FROM (SELECT array_agg(j.laestab::bigint ORDER BY j.laestab) AS laestabs,
			array_agg(ARRAY[j.easting, j.northing]::float8[] ORDER BY j.laestab) AS places
		FROM judged j
		WHERE j.reason IS NULL AND num_nulls(j.easting, j.northing) = 0
			AND 'tenth_school_km' = ANY (read_scope.wanted)
		GROUP BY j.stratum) p,
		LATERAL abie.nearest_lists(p.laestabs, p.places, 10) n
)
SELECT j.laestab, j.urn, j.stratum, j.enrolments, j.sess_possible, j.sess_overall, j.attendance, j.attendance_error,
	j.attendance_published, j.easting, j.northing, t.kilometres, j.year_share, j.mobility, j.headcount, j.key_stages,
	j.fsm_pct, j.fsm6_pct, j.sen_support_pct, j.ehc_plan_pct, j.semh_pct, j.eal_pct, j.mobility_pct,
	j.idaci_score, j.idaci_rank, j.region, j.urban_rural, j.religious_character, j.admissions_policy, j.other,
	j.rows_of_urn, j.close_date, j.status_date, j.successors, j.reason,
	abie_internal.exclusion_detail(j.reason, j.rows_of_urn, j.close_date, j.status_date, j.successors, j.enrolments,
		minimum_enrolments)
FROM followed j
	LEFT JOIN tenth t ON t.laestab = j.laestab
$$;
COMMENT ON FUNCTION abie_internal.read_scope(text, integer, text[]) IS
'What abie.school_scope gives, but of year_share, mobility and tenth_school_km, which take longest, only those that '
'are wanted; the others may be NULL.';

-- without SET, so that the planner puts it in place of a call; no rows for NULL all the same
CREATE FUNCTION abie.school_scope(target_year text, minimum_enrolments integer)
RETURNS TABLE (
	laestab integer, urn integer, stratum text, enrolments integer, sess_possible bigint, sess_overall bigint,
	attendance float8, attendance_error float8, attendance_published boolean, easting integer, northing integer,
	tenth_school_km float8, year_share float8, mobility float8, headcount integer, key_stages float8[], fsm_pct float8,
	fsm6_pct float8, sen_support_pct float8, ehc_plan_pct float8, semh_pct float8, eal_pct float8,
	mobility_pct float8, idaci_score float8, idaci_rank integer, region text, urban_rural text,
	religious_character text, admissions_policy text, other jsonb, rows_of_urn integer, close_date date,
	status_date date, successors text, reason text, detail text)
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000 ROWS 21000
BEGIN ATOMIC
	SELECT s.*
	FROM abie_internal.read_scope(school_scope.target_year, school_scope.minimum_enrolments,
		'{mobility,year_share,tenth_school_km}'::text[]) s;
END;
COMMENT ON FUNCTION abie.school_scope(text, integer) IS
'Every school in scope of a target year: those with attendance in the year before, with all that is known of them, and '
'why a school is left out (reason, detail; NULL: it enters, characteristics permitting). Characteristics are those of '
'abie_internal.known_context; place and character, where it has none, are from abie.school. enrolments is the '
'headcount where only rates are published. attendance_published: abie_internal.is_published. Rates in per cent, '
'easting and northing in metres, of a predecessor or successor where it has none of its own; tenth_school_km: as the '
'crow flies to the tenth nearest school of its stratum that enters; year_share and mobility as '
'abie.mobility; key_stages: shares of its pupils in Key Stages 1 to 4, else of the years of its statutory ages. Error '
'23514 when the text is not an academic year.';
