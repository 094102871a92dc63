-- Summaries of a run's schools by local authority, by trust and of the country. Means are weighted by enrolments.
--
-- They are of all schools, whoever reads them. Schools that the reader may read are known to it; figures are shown
-- where no combination of all that is shown rests on one or two schools that are not. What the areas have in common
-- is no secret: who is in which trust and authority is public, and so one total less another is a figure of the
-- schools that are in one of them only.

CREATE FUNCTION abie.weighted_mean(total float8, weight bigint) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN total / nullif(weight, 0);
COMMENT ON FUNCTION abie.weighted_mean(float8, bigint) IS 'total / weight; NULL where the weight is 0.';

-- Of a share of schools, here those that are to maintain their attendance, neither part may be one or two.
CREATE FUNCTION abie_internal.share_is_shown(part bigint, schools bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN part NOT IN (1, 2) AND schools - part NOT IN (1, 2);
COMMENT ON FUNCTION abie_internal.share_is_shown(bigint, bigint) IS
'Whether it may be shown how many of so many schools are one way: neither those nor the others are 1 or 2.';

-- This and the next two are put into the query of area_summary: no SET clause, and not STRICT.
CREATE FUNCTION abie_owner.summary_schools(run_id integer, known integer[], reached integer[])
RETURNS TABLE (la text, la_name text, trust text, stratum text, unknown integer, beyond integer,
	attendance_published boolean, enrolments integer, statement text, poor_match boolean, improvement_rounded numeric,
	attendance float8, expected float8, baseline float8, target float8, improvement float8)
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 20000
BEGIN ATOMIC
	SELECT (k.laestab / 10000)::text, la.la_name, coalesce(s.trust, ''), k.stratum,
		(known IS NOT NULL AND k.urn <> ALL (known))::integer,
		(reached IS NOT NULL AND k.urn <> ALL (reached))::integer,
		coalesce(k.attendance_published, true), k.enrolments, k.statement, k.poor_match, k.improvement_rounded,
		k.attendance * k.enrolments, k.expected * k.enrolments, k.baseline * k.enrolments, k.target * k.enrolments,
		k.improvement * k.enrolments
	FROM (SELECT e.urn::integer AS urn, e.laestab::integer AS laestab, e.stratum, e.enrolments, e.statement,
			e.poor_match, e.attendance, e.expected, e.baseline, e.target, e.improvement, e.improvement_rounded,
			p.attendance_published
		FROM abie.expectation e LEFT JOIN abie.run_school p ON p.run_id = e.run_id AND p.urn = e.urn
		WHERE e.run_id = summary_schools.run_id
		UNION ALL
		SELECT x.urn::integer, x.laestab::integer, 'left out', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
			NULL
		FROM abie.exclusion x WHERE x.run_id = summary_schools.run_id) k
		LEFT JOIN abie.school s ON s.urn = k.urn
		LEFT JOIN abie.local_authority la ON la.la_code = k.laestab / 10000;
END;
COMMENT ON FUNCTION abie_owner.summary_schools(integer, integer[], integer[]) IS
'The schools in scope of a run with their areas and figures, these times enrolments. unknown: 1 where the school is '
'not among the known ones, beyond: not among those reached; 0 else. Not STRICT because NULL stands for all schools.';

CREATE FUNCTION abie_owner.hidden_areas(run_id integer, known integer[], reached integer[])
RETURNS TABLE (stratum text, la text, trust text)
LANGUAGE sql STABLE PARALLEL SAFE COST 200000 ROWS 300
BEGIN ATOMIC
	WITH cell AS (
		-- by local authority and trust, of which the totals are shown; schools of no trust have none
		SELECT k.stratum, k.la, k.trust, pg_catalog.sum(k.unknown) AS unknown,
			coalesce(pg_catalog.sum(k.unknown) FILTER (WHERE k.attendance_published), 0) AS published_unknown,
			pg_catalog.sum(k.beyond) AS beyond,
			coalesce(pg_catalog.sum(k.beyond) FILTER (WHERE k.attendance_published), 0) AS published_beyond,
			grouping(k.la, k.trust) IN (1, 3) OR grouping(k.la, k.trust) = 2 AND k.trust <> '' AS published
		FROM abie_owner.summary_schools(hidden_areas.run_id, known, reached) k
		WHERE known IS NOT NULL GROUP BY k.stratum, CUBE (k.la, k.trust)
	), total AS (
		SELECT c.stratum, pg_catalog.array_agg(c.la) AS la, pg_catalog.array_agg(c.trust) AS trust,
			pg_catalog.array_agg(c.unknown) AS unknown, pg_catalog.array_agg(c.beyond) AS beyond,
			pg_catalog.array_agg(c.published_unknown) AS published_unknown,
			pg_catalog.array_agg(c.published_beyond) AS published_beyond,
			pg_catalog.array_agg(c.published) AS published
		FROM cell c GROUP BY c.stratum
	)
	-- figures are of all schools or of the published ones
	SELECT DISTINCT t.stratum, s.row_group, s.column_group
	FROM total t
		CROSS JOIN LATERAL (VALUES (t.unknown), (t.published_unknown), (t.beyond), (t.published_beyond)) k (schools)
		CROSS JOIN LATERAL abie.suppress(t.la, t.trust, k.schools, t.published) s
	WHERE s.symbol = 'c';
END;
COMMENT ON FUNCTION abie_owner.hidden_areas(integer, integer[], integer[]) IS
'Local authorities, trusts (the other NULL) and the country (both NULL) of which no figure is shown, by stratum: safe '
'against what the role knows, and against what it reaches. Not STRICT because NULL stands for all schools, and '
'nothing is hidden from a role that knows all.';

CREATE FUNCTION abie_owner.area_totals(run_id integer, scope text, known integer[], reached integer[])
RETURNS TABLE (code text, name text, stratum text, left_out boolean, schools bigint, maintain bigint,
	poor_matches bigint, enrolments bigint, attendance float8, expected float8, baseline float8, target float8,
	improvement float8, least_improvement numeric, greatest_improvement numeric, unknown bigint,
	maintain_unknown bigint, poor_unknown bigint, beyond bigint, maintain_beyond bigint, poor_beyond bigint)
LANGUAGE sql STABLE PARALLEL SAFE COST 200000 ROWS 300
BEGIN ATOMIC
	SELECT m.code, min(m.la_name), m.stratum, m.stratum = 'left out', count(*),
		count(*) FILTER (WHERE m.statement = 'maintain'), count(*) FILTER (WHERE m.poor_match),
		sum(m.enrolments) FILTER (WHERE m.is_in),
		-- exact sums, so that their order changes nothing
		(sum(m.attendance::numeric) FILTER (WHERE m.is_in))::float8,
		(sum(m.expected::numeric) FILTER (WHERE m.is_in))::float8,
		(sum(m.baseline::numeric) FILTER (WHERE m.is_in))::float8,
		(sum(m.target::numeric) FILTER (WHERE m.is_in))::float8,
		(sum(m.improvement::numeric) FILTER (WHERE m.is_in))::float8,
		min(m.improvement_rounded), max(m.improvement_rounded),
		sum(m.unknown), coalesce(sum(m.unknown) FILTER (WHERE m.statement = 'maintain'), 0),
		coalesce(sum(m.unknown) FILTER (WHERE m.poor_match), 0),
		sum(m.beyond), coalesce(sum(m.beyond) FILTER (WHERE m.statement = 'maintain'), 0),
		coalesce(sum(m.beyond) FILTER (WHERE m.poor_match), 0)
	FROM (
		-- what others do not know of unpublished attendance is in no figure, for figures of published attendance can be
		-- made again and taken off
		SELECT k.*, k.attendance_published OR coalesce(sum(k.unknown) FILTER (WHERE NOT k.attendance_published)
			OVER (PARTITION BY k.code, k.stratum), 0) = 0 AS is_in
		FROM (SELECT s.*, CASE scope WHEN 'local authority' THEN s.la WHEN 'trust' THEN s.trust END AS code
			FROM abie_owner.summary_schools(area_totals.run_id, known, reached) s) k
	) m
	WHERE scope <> 'trust' OR m.trust <> ''
	GROUP BY m.code, m.stratum;
END;
COMMENT ON FUNCTION abie_owner.area_totals(integer, text, integer[], integer[]) IS
'Totals of a run''s schools by area (scope and code as in abie_internal.area_summary) and stratum, and of how many of '
'them nothing is known or reached. Not STRICT because NULL stands for all schools.';

CREATE FUNCTION abie_owner.area_summary(role oid, run_id integer, scope text)
RETURNS TABLE (code text, name text, stratum text, schools bigint, expectations bigint, exclusions bigint,
	maintain bigint, poor_matches bigint, enrolments bigint, attendance float8, expected float8, baseline float8,
	target float8, improvement float8, least_improvement numeric, greatest_improvement numeric,
	schools_symbol text, maintain_symbol text, poor_matches_symbol text, figures_symbol text, range_symbol text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 300
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
	known integer[] := CASE WHEN NOT abie_owner.has_national_access(role, '{results,support,calculation}')
		THEN ARRAY(SELECT a.urn FROM abie_owner.accessible_schools(role, '{results,support}') a) END;
	-- what can be taken off what is shown
	reach abie.access_grant[] := ARRAY(SELECT g
		FROM abie_owner.grants_within_reach(role, '{results,support,calculation}') g);
	reached integer[] := CASE WHEN NOT EXISTS (SELECT FROM unnest(reach) g WHERE g.scope = 'national')
		THEN ARRAY(SELECT s.urn FROM abie_owner.schools_of_grants(reach) s) END;
BEGIN
IF scope NOT IN ('local authority', 'trust', 'national') THEN
	RAISE EXCEPTION 'scope of a summary cannot be "%"', scope
		USING ERRCODE = 'invalid_parameter_value', HINT = 'Scopes are local authority, trust and national.';
ELSIF NOT area_summary.run_id = ANY (abie_owner.readable_runs(role)) THEN
	RETURN;
END IF;
RETURN QUERY
WITH hidden AS MATERIALIZED (
	SELECT h.* FROM abie_owner.hidden_areas(area_summary.run_id, known, reached) h
), area AS (
	SELECT a.*, a.unknown = 0 AS whole, h.stratum IS NULL AS counted,
		h.stratum IS NULL AND a.enrolments IS NOT NULL AS averaged,
		-- parts of the schools of a local authority or trust are not shown: they are other totals than those looked at
		a.left_out OR scope = 'national' AND abie_internal.share_is_shown(a.maintain_unknown, a.unknown)
			AND abie_internal.share_is_shown(a.maintain_beyond, a.beyond) AS maintain_safe,
		a.left_out OR scope = 'national' AND abie_internal.share_is_shown(a.poor_unknown, a.unknown)
			AND abie_internal.share_is_shown(a.poor_beyond, a.beyond) AS poor_safe
	FROM abie_owner.area_totals(area_summary.run_id, scope, known, reached) a
		LEFT JOIN hidden h ON h.stratum = a.stratum
			AND h.la IS NOT DISTINCT FROM CASE scope WHEN 'local authority' THEN a.code END
			AND h.trust IS NOT DISTINCT FROM CASE scope WHEN 'trust' THEN a.code END
), mean AS (
	SELECT a.*, CASE WHEN a.averaged THEN a.enrolments END AS weight,
		a.whole OR a.counted AND a.maintain_safe AS maintain_shown, a.whole OR a.counted AND a.poor_safe AS poor_shown
	FROM area a
)
SELECT s.code, s.name, s.stratum, CASE WHEN s.counted THEN s.schools END,
	CASE WHEN s.counted THEN CASE WHEN s.left_out THEN 0 ELSE s.schools END END,
	CASE WHEN s.counted THEN CASE WHEN s.left_out THEN s.schools ELSE 0 END END,
	CASE WHEN s.maintain_shown THEN s.maintain END, CASE WHEN s.poor_shown THEN s.poor_matches END,
	s.weight, abie.weighted_mean(s.attendance, s.weight), abie.weighted_mean(s.expected, s.weight),
	abie.weighted_mean(s.baseline, s.weight), abie.weighted_mean(s.target, s.weight),
	abie.weighted_mean(s.improvement, s.weight),
	CASE WHEN s.whole THEN s.least_improvement END, CASE WHEN s.whole THEN s.greatest_improvement END,
	CASE WHEN NOT s.counted THEN 'c' END, CASE WHEN NOT s.maintain_shown THEN 'c' END,
	CASE WHEN NOT s.poor_shown THEN 'c' END, CASE WHEN s.left_out THEN 'z' WHEN NOT s.averaged THEN 'c' END,
	CASE WHEN s.left_out THEN 'z' WHEN NOT s.whole THEN 'c' END
FROM mean s;
END $$;
COMMENT ON FUNCTION abie_owner.area_summary(oid, integer, text) IS 'Of a role, as abie_internal.area_summary.';

CREATE FUNCTION abie_internal.area_summary(run_id integer, scope text)
RETURNS TABLE (code text, name text, stratum text, schools bigint, expectations bigint, exclusions bigint,
	maintain bigint, poor_matches bigint, enrolments bigint, attendance float8, expected float8, baseline float8,
	target float8, improvement float8, least_improvement numeric, greatest_improvement numeric,
	schools_symbol text, maintain_symbol text, poor_matches_symbol text, figures_symbol text, range_symbol text)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 300 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.area_summary(integer, text) IS
'Summaries of all schools in scope of a run, by area (scope: local authority, trust or national) and stratum, as the '
'role in force may see them: columns as in abie_report.local_authority_summary, code the number of the local authority '
'or the name of the trust. A role that may read the results of every school of an area sees all of it. Others with a '
'grant see figures of issued runs under disclosure control (abie.suppress): NULL with symbol c where a figure, alone '
'or less what else they may see, rests on 1 or 2 schools; enrolments and means are of the schools whose attendance is '
'published, where they may not see all others; of least and greatest improvement, and of how many schools maintain or '
'match poorly, only the latter two, of the country. No rows for roles without a grant, or of a run that they may not '
'see. Error: 22023 unknown scope.';

CREATE VIEW abie_report.local_authority_summary WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, s.code::integer AS la_code, s.name AS la_name,
	s.stratum, s.schools, s.expectations, s.exclusions, s.maintain, s.poor_matches, s.enrolments,
	s.attendance, s.expected, s.baseline, s.target, s.improvement, s.least_improvement, s.greatest_improvement,
	s.schools_symbol, s.maintain_symbol, s.poor_matches_symbol, s.figures_symbol, s.range_symbol
FROM abie_report.run r CROSS JOIN LATERAL abie_internal.area_summary(r.run_id, 'local authority') s;
COMMENT ON VIEW abie_report.local_authority_summary IS
'Expectations of the schools of a local authority in a run: one row a run, local authority and stratum; schools left '
'out have a row of their own, stratum left out. For readers who may not read all of them under disclosure control.';
COMMENT ON COLUMN abie_report.local_authority_summary.la_code IS
'Number of the local authority, the first three digits of the LAESTAB.';
COMMENT ON COLUMN abie_report.local_authority_summary.la_name IS 'Name of the local authority.';

CREATE VIEW abie_report.trust_summary WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, s.code AS trust, s.stratum, s.schools,
	s.expectations, s.exclusions, s.maintain, s.poor_matches, s.enrolments,
	s.attendance, s.expected, s.baseline, s.target, s.improvement, s.least_improvement, s.greatest_improvement,
	s.schools_symbol, s.maintain_symbol, s.poor_matches_symbol, s.figures_symbol, s.range_symbol
FROM abie_report.run r CROSS JOIN LATERAL abie_internal.area_summary(r.run_id, 'trust') s;
COMMENT ON VIEW abie_report.trust_summary IS
'Expectations of the schools of a trust in a run: one row a run, trust and stratum; schools left out have a row of '
'their own, stratum left out. For readers who may not read all of them under disclosure control.';
COMMENT ON COLUMN abie_report.trust_summary.trust IS 'Name of the trust (GIAS Trusts).';

CREATE VIEW abie_report.national_summary WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, s.stratum, s.schools, s.expectations,
	s.exclusions, s.maintain, s.poor_matches, s.enrolments,
	s.attendance, s.expected, s.baseline, s.target, s.improvement, s.least_improvement, s.greatest_improvement,
	s.schools_symbol, s.maintain_symbol, s.poor_matches_symbol, s.figures_symbol, s.range_symbol
FROM abie_report.run r CROSS JOIN LATERAL abie_internal.area_summary(r.run_id, 'national') s;
COMMENT ON VIEW abie_report.national_summary IS
'Expectations of the schools of England in a run: one row a run and stratum; schools left out have a row of their own, '
'stratum left out. For readers who may not read all of them under disclosure control.';

-- The same columns mean the same in each.
DO $$
DECLARE
	summary text;
	described record;
BEGIN
	FOREACH summary IN ARRAY '{local_authority_summary,trust_summary,national_summary}'::text[] LOOP
		FOR described IN
			SELECT * FROM (VALUES
				('stratum', 'primary, secondary including all-through, or left out.'),
				('schools', 'Schools in scope of the run, left out or not.'),
				('expectations', 'Schools that have an expectation.'),
				('exclusions', 'Schools left out.'),
				('maintain', 'Schools that are to maintain their attendance: no improvement is asked of them.'),
				('poor_matches', 'Schools whose similar schools are far from them.'),
				('enrolments',
					'Enrolments of the schools with an expectation, of those of published attendance where the reader '
					'may not read all others.'),
				('attendance', 'Mean attendance in the baseline year, per cent, weighted by enrolments.'),
				('expected', 'Mean expected attendance, per cent, weighted by enrolments.'),
				('baseline', 'Mean baseline, per cent, weighted by enrolments.'),
				('target', 'Mean target, per cent, weighted by enrolments.'),
				('improvement', 'Mean improvement expected, percentage points, weighted by enrolments.'),
				('least_improvement', 'Least improvement published.'),
				('greatest_improvement', 'Greatest improvement published.'),
				('schools_symbol', 'c where schools, expectations and exclusions are suppressed, NULL otherwise.'),
				('maintain_symbol', 'c where maintain is suppressed, NULL otherwise.'),
				('poor_matches_symbol', 'c where poor_matches is suppressed, NULL otherwise.'),
				('figures_symbol',
					'c where enrolments and their means are suppressed, z of schools left out, NULL otherwise.'),
				('range_symbol',
					'c where least_improvement and greatest_improvement are suppressed, z of schools left out, NULL '
					'otherwise.')) d (name, description)
		LOOP
			EXECUTE pg_catalog.format('COMMENT ON COLUMN abie_report.%I.%I IS %L', summary, described.name,
				described.description);
		END LOOP;
	END LOOP;
END $$;

-- Worked out of the LAESTAB, and not passed on.
DO $$
DECLARE
	view regclass;
BEGIN
	FOREACH view IN ARRAY '{abie_report.school_expectation,abie_report.similar_school,abie_report.school_ladder,'
		'abie_report.school_absence,abie_report.school_circumstances,abie_report.school_absence_compared,'
		'abie_report.school_progress,abie_report.run_change}'::regclass[]
	LOOP
		EXECUTE format('COMMENT ON COLUMN %s.la_code IS %L', view,
			'Number of the local authority, the first three digits of the LAESTAB.');
	END LOOP;
END $$;

-- Of all views, of which these are the last: a column passed on as it is has the comment of the column that the view
-- reads for it; of several of its name, that of the first of this list. school_name is the name of abie.school, else
-- what another view calls so.
DO $$
DECLARE
	view regclass;
	passed record;
BEGIN
	FOR view IN
		SELECT v.oid FROM pg_class v WHERE v.relnamespace = 'abie_report'::regnamespace AND v.relkind = 'v'
			ORDER BY v.oid
	LOOP
		FOR passed IN
			SELECT DISTINCT ON (a.attnum) a.attname AS name, col_description(b.attrelid, b.attnum) AS description
			FROM pg_attribute a JOIN pg_rewrite w ON w.ev_class = a.attrelid
				JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
					AND d.refclassid = 'pg_class'::regclass
				JOIN pg_attribute b ON b.attrelid = d.refobjid AND b.attnum = d.refobjsubid
				JOIN unnest('{abie_owner.school_key,abie_report.run,abie_report.monitor,abie_report.school_progress,'
					'abie_owner.readable_progress,abie_owner.readable_monitor_stratum,'
					'abie_owner.readable_monitor_week,abie_report.school_expectation,abie_owner.readable_expectation,'
					'abie_owner.readable_run_school,abie_owner.readable_list,'
					'abie_owner.readable_characteristic,'
					'abie_owner.readable_model,abie.run_check,abie.methodology,abie.school_history,'
					'abie_owner.readable_attendance,abie_owner.readable_attendance_week,'
					'abie_owner.readable_school,'
					'abie_owner.readable_school_context,abie_owner.readable_school_figure,'
					'abie_owner.readable_correction,abie.school,abie.local_authority,'
					'abie.expectation,abie.run_characteristic,abie.attendance,abie.published_attendance}'::text[])
					WITH ORDINALITY origin (name, place)
					ON b.attrelid = origin.name::regclass
			WHERE a.attrelid = view AND a.attnum > 0 AND b.attrelid <> view AND col_description(view, a.attnum) IS NULL
				AND (b.attname = a.attname OR a.attname = 'school_name' AND b.attname = 'name'
					AND origin.name = 'abie.school')
				AND col_description(b.attrelid, b.attnum) IS NOT NULL
			ORDER BY a.attnum, origin.place
		LOOP
			EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', view, passed.name, passed.description);
		END LOOP;
	END LOOP;
END $$;
