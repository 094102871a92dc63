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

CREATE FUNCTION abie_owner.area_summary(role oid, run_id integer, scope text)
RETURNS TABLE (code text, name text, stratum text, schools bigint, expectations bigint, exclusions bigint,
maintain bigint, poor_matches bigint,
	enrolments bigint, attendance float8, expected float8, baseline float8, target float8, improvement float8,
		least_improvement numeric, greatest_improvement numeric,
	schools_symbol text, maintain_symbol text, poor_matches_symbol text, figures_symbol text, range_symbol text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 300
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
	readable boolean := area_summary.run_id = ANY (abie_owner.readable_runs(role));
	knows_all boolean := abie_owner.has_national_access(role, '{results,support,calculation}');
	known integer[] := ARRAY(SELECT a.urn FROM abie_owner.accessible_schools(role, '{results,support}') a
		WHERE NOT knows_all);
	-- what can be taken off what is shown
	reach abie.access_grant[] := ARRAY(SELECT g
		FROM abie_owner.grants_within_reach(role, '{results,support,calculation}') g);
	reaches_all boolean := EXISTS (SELECT FROM unnest(reach) g WHERE g.scope = 'national');
	reached integer[] := ARRAY(SELECT s.urn FROM abie_owner.schools_of_grants(reach) s WHERE NOT reaches_all);
BEGIN
IF scope NOT IN ('local authority', 'trust', 'national') THEN
	RAISE EXCEPTION 'scope of a summary cannot be "%"', scope
		USING ERRCODE = 'invalid_parameter_value', HINT = 'Scopes are local authority, trust and national.';
ELSIF NOT readable THEN
	RETURN;
END IF;
RETURN QUERY
WITH school AS MATERIALIZED (
	SELECT (k.laestab / 10000)::text AS la, la.la_name, coalesce(s.trust, '') AS trust, k.stratum,
		(NOT (knows_all OR k.urn = ANY (known)))::integer AS unknown,
		(NOT (reaches_all OR k.urn = ANY (reached)))::integer AS beyond,
		coalesce(k.attendance_published, true) AS attendance_published, k.enrolments, k.statement, k.poor_match,
		k.attendance * k.enrolments AS attendance, k.expected * k.enrolments AS expected,
			k.baseline * k.enrolments AS baseline, k.target * k.enrolments AS target,
			k.improvement * k.enrolments AS improvement, k.improvement_rounded
	FROM (SELECT e.urn::integer AS urn, e.laestab::integer AS laestab, e.stratum, e.enrolments, e.statement,
		e.poor_match, e.attendance, e.expected, e.baseline, e.target, e.improvement, e.improvement_rounded,
		p.attendance_published
			FROM abie.expectation e LEFT JOIN abie.run_school p ON p.run_id = e.run_id AND p.urn = e.urn
				WHERE e.run_id = area_summary.run_id
		UNION ALL SELECT x.urn::integer, x.laestab::integer, 'left out', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
			NULL, NULL FROM abie.exclusion x WHERE x.run_id = area_summary.run_id) k
		LEFT JOIN abie.school s ON s.urn = k.urn LEFT JOIN abie.local_authority la ON la.la_code = k.laestab / 10000
), cell AS (
	-- by local authority and trust, of which the totals are shown; schools of no trust have none
	SELECT k.stratum, k.la, k.trust, sum(k.unknown) AS unknown,
		coalesce(sum(k.unknown) FILTER (WHERE k.attendance_published), 0) AS published_unknown,
		sum(k.beyond) AS beyond, coalesce(sum(k.beyond) FILTER (WHERE k.attendance_published), 0) AS published_beyond,
			grouping(k.la, k.trust) IN (1, 3) OR grouping(k.la, k.trust) = 2 AND k.trust <> '' AS published
	FROM school k WHERE NOT knows_all GROUP BY k.stratum, CUBE (k.la, k.trust)
), suppressed AS MATERIALIZED (
	-- figures are of all schools or of the published ones; safe against what the role knows, and against what the
	-- session's user can find out as any of its roles
	SELECT DISTINCT t.stratum, s.row_group AS la, s.column_group AS trust
	FROM (SELECT c.stratum, array_agg(c.la) AS la, array_agg(c.trust) AS trust, array_agg(c.unknown) AS unknown,
			array_agg(c.published_unknown) AS published_unknown, array_agg(c.beyond) AS beyond,
			array_agg(c.published_beyond) AS published_beyond, array_agg(c.published) AS published FROM cell c
				GROUP BY c.stratum) t
		CROSS JOIN LATERAL (VALUES (t.unknown), (t.published_unknown), (t.beyond), (t.published_beyond)) k (schools)
		CROSS JOIN LATERAL abie.suppress(t.la, t.trust, k.schools, t.published) s
	WHERE s.symbol = 'c'
), member AS (
	-- what others do not know of unpublished attendance is in no figure, for figures of published attendance can be
	-- made again and taken off
	SELECT k.*, k.attendance_published OR coalesce(sum(k.unknown) FILTER (WHERE NOT k.attendance_published)
		OVER (PARTITION BY k.code, k.stratum), 0) = 0 AS is_in
	FROM (SELECT k.*, CASE scope WHEN 'local authority' THEN k.la WHEN 'trust' THEN k.trust END AS code FROM school k) k
), area AS (
	SELECT k.code, min(k.la_name) AS name, k.stratum, k.stratum = 'left out' AS left_out, count(*) AS schools,
		count(*) FILTER (WHERE k.statement = 'maintain') AS maintain,
			count(*) FILTER (WHERE k.poor_match) AS poor_matches,
			sum(k.enrolments) FILTER (WHERE k.is_in) AS enrolments,
		-- exact sums, so that their order changes nothing
		(sum(k.attendance::numeric) FILTER (WHERE k.is_in))::float8 AS attendance,
			(sum(k.expected::numeric) FILTER (WHERE k.is_in))::float8 AS expected,
			(sum(k.baseline::numeric) FILTER (WHERE k.is_in))::float8 AS baseline,
		(sum(k.target::numeric) FILTER (WHERE k.is_in))::float8 AS target,
			(sum(k.improvement::numeric) FILTER (WHERE k.is_in))::float8 AS improvement,
		min(k.improvement_rounded) AS least, max(k.improvement_rounded) AS greatest,
		sum(k.unknown) AS unknown, sum(k.unknown) FILTER (WHERE k.statement = 'maintain') AS maintain_unknown,
			sum(k.unknown) FILTER (WHERE k.poor_match) AS poor_unknown,
		sum(k.beyond) AS beyond, sum(k.beyond) FILTER (WHERE k.statement = 'maintain') AS maintain_beyond,
			sum(k.beyond) FILTER (WHERE k.poor_match) AS poor_beyond
	FROM member k WHERE scope <> 'trust' OR k.trust <> ''
	GROUP BY k.code, k.stratum
), shown AS (
	-- parts of the schools of a local authority or trust are not shown: they are other totals than those that were
	-- looked at
	SELECT a.*, a.unknown = 0 AS whole, h.stratum IS NULL AS counted, h.stratum IS NULL
		AND a.enrolments IS NOT NULL AS averaged,
		a.unknown = 0 OR h.stratum IS NULL
			AND (a.left_out OR scope = 'national' AND abie_internal.share_is_shown(coalesce(a.maintain_unknown, 0),
				a.unknown)
			AND abie_internal.share_is_shown(coalesce(a.maintain_beyond, 0), a.beyond)) AS maintain_shown,
		a.unknown = 0 OR h.stratum IS NULL
			AND (a.left_out OR scope = 'national' AND abie_internal.share_is_shown(coalesce(a.poor_unknown, 0),
				a.unknown)
			AND abie_internal.share_is_shown(coalesce(a.poor_beyond, 0), a.beyond)) AS poor_shown
	FROM area a LEFT JOIN suppressed h ON h.stratum = a.stratum
		AND h.la IS NOT DISTINCT FROM CASE scope WHEN 'local authority'
			THEN a.code END AND h.trust IS NOT DISTINCT FROM CASE scope WHEN 'trust' THEN a.code END
)
SELECT s.code, s.name, s.stratum, CASE WHEN s.counted THEN s.schools END, CASE WHEN s.counted THEN CASE WHEN s.left_out
	THEN 0 ELSE s.schools END END,
	CASE WHEN s.counted THEN CASE WHEN s.left_out THEN s.schools ELSE 0 END END, CASE WHEN s.maintain_shown
		THEN s.maintain END, CASE WHEN s.poor_shown THEN s.poor_matches END,
	CASE WHEN s.averaged THEN s.enrolments END, CASE WHEN s.averaged
		THEN abie.weighted_mean(s.attendance, s.enrolments) END, CASE WHEN s.averaged
		THEN abie.weighted_mean(s.expected, s.enrolments) END,
	CASE WHEN s.averaged THEN abie.weighted_mean(s.baseline, s.enrolments) END, CASE WHEN s.averaged
		THEN abie.weighted_mean(s.target, s.enrolments) END,
	CASE WHEN s.averaged THEN abie.weighted_mean(s.improvement, s.enrolments) END, CASE WHEN s.whole
		THEN s.least END, CASE WHEN s.whole THEN s.greatest END,
	CASE WHEN NOT s.counted THEN 'c' END, CASE WHEN NOT s.maintain_shown THEN 'c' END, CASE WHEN NOT s.poor_shown
		THEN 'c' END,
	CASE WHEN s.left_out THEN 'z' WHEN NOT s.averaged THEN 'c' END, CASE WHEN s.left_out THEN 'z' WHEN NOT s.whole
		THEN 'c' END
FROM shown s;
END $$;
COMMENT ON FUNCTION abie_owner.area_summary(oid, integer, text) IS 'Of a role, as abie_internal.area_summary.';

CREATE FUNCTION abie_internal.area_summary(run_id integer, scope text)
RETURNS TABLE (code text, name text, stratum text, schools bigint, expectations bigint, exclusions bigint,
maintain bigint, poor_matches bigint,
	enrolments bigint, attendance float8, expected float8, baseline float8, target float8, improvement float8,
		least_improvement numeric, greatest_improvement numeric,
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
SELECT r.run_id, r.target_year, r.run_status, r.is_current, s.code::integer AS la_code, s.name AS la_name, s.stratum,
	s.schools, s.expectations, s.exclusions, s.maintain, s.poor_matches, s.enrolments,
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
SELECT r.run_id, r.target_year, r.run_status, r.is_current, s.code AS trust, s.stratum, s.schools, s.expectations,
	s.exclusions, s.maintain, s.poor_matches, s.enrolments,
	s.attendance, s.expected, s.baseline, s.target, s.improvement, s.least_improvement, s.greatest_improvement,
		s.schools_symbol, s.maintain_symbol, s.poor_matches_symbol, s.figures_symbol, s.range_symbol
FROM abie_report.run r CROSS JOIN LATERAL abie_internal.area_summary(r.run_id, 'trust') s;
COMMENT ON VIEW abie_report.trust_summary IS
'Expectations of the schools of a trust in a run: one row a run, trust and stratum; schools left out have a row of '
'their own, stratum left out. For readers who may not read all of them under disclosure control.';
COMMENT ON COLUMN abie_report.trust_summary.trust IS 'Name of the trust (GIAS Trusts).';

CREATE VIEW abie_report.national_summary WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, s.stratum, s.schools, s.expectations, s.exclusions,
	s.maintain, s.poor_matches, s.enrolments,
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
				JOIN unnest('{abie_report.run,abie_report.school_expectation,abie_owner.readable_expectation,'
					'abie_owner.readable_run_school,abie_owner.readable_list,'
					'abie_owner.readable_characteristic,'
					'abie_owner.readable_model,abie.run_check,abie.methodology,abie.school_history,'
					'abie_owner.readable_attendance,abie_owner.readable_attendance_week,'
					'abie_owner.readable_school,'
					'abie_owner.readable_school_context,abie_owner.readable_school_figure,'
					'abie_owner.readable_correction,abie.school,abie.local_authority,abie.expectation,'
					'abie.run_characteristic,'
					'abie.attendance}'::text[]) WITH ORDINALITY origin (name, place)
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
