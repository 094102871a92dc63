-- Summaries of a run's schools by local authority, by trust and of the country. Means are weighted by enrolments.
--
-- They are of all schools, whoever reads them. Schools that the reader may read are known to it; figures are shown
-- where no combination of all that is shown rests on one or two schools that are not. What the areas have in common
-- is no secret: who is in which trust and authority is public, and so one total less another is a figure of the
-- schools that are in one of them only.

CREATE FUNCTION abie.weighted_mean(total float8, weight bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT, so that it becomes part of the query
RETURN total / nullif(weight, 0);
COMMENT ON FUNCTION abie.weighted_mean(float8, bigint) IS 'total / weight; NULL where the weight is 0. Not STRICT, so '
'that it becomes part of the query; NULL for NULL.';

-- Of a share of schools, here those that are to maintain their attendance, neither part may be one or two.
CREATE FUNCTION abie_internal.share_is_shown(part bigint, schools bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN part NOT IN (1, 2) AND schools - part NOT IN (1, 2);
COMMENT ON FUNCTION abie_internal.share_is_shown(bigint, bigint) IS
'Whether it may be shown how many of so many schools are one way: neither those nor the others are 1 or 2.';

-- A country has some thousands of cells: each school is read once, whatever is asked of them.
CREATE TYPE abie_owner.area_cell AS (la integer, trust text COLLATE "C", stratum text COLLATE "C",
	published boolean, schools bigint, maintain bigint, poor_matches bigint, enrolments bigint, attendance bigint,
	expected bigint, baseline bigint, target bigint, improvement bigint, least_improvement numeric,
	greatest_improvement numeric, unknown bigint, maintain_unknown bigint, poor_unknown bigint, beyond bigint,
	maintain_beyond bigint, poor_beyond bigint, unseen bigint);
COMMENT ON TYPE abie_owner.area_cell IS
'Schools in scope of a run that are in one local authority, trust and stratum, those of published attendance apart.';
COMMENT ON COLUMN abie_owner.area_cell.la IS 'Number of the local authority.';
COMMENT ON COLUMN abie_owner.area_cell.trust IS 'Name of the trust; empty for schools of none.';
COMMENT ON COLUMN abie_owner.area_cell.stratum IS 'primary, secondary including all-through, or left out.';
COMMENT ON COLUMN abie_owner.area_cell.published IS 'Whether their attendance is published; schools left out are.';
COMMENT ON COLUMN abie_owner.area_cell.schools IS 'Schools.';
COMMENT ON COLUMN abie_owner.area_cell.maintain IS 'Schools that are to maintain their attendance.';
COMMENT ON COLUMN abie_owner.area_cell.poor_matches IS 'Schools whose similar schools are far from them.';
COMMENT ON COLUMN abie_owner.area_cell.enrolments IS 'Enrolments.';
COMMENT ON COLUMN abie_owner.area_cell.attendance IS
'Sum of attendance x enrolments, as the other figures in thousand-millionths: whole, so that the order of schools '
'changes nothing.';
COMMENT ON COLUMN abie_owner.area_cell.expected IS 'The same of expected attendance.';
COMMENT ON COLUMN abie_owner.area_cell.baseline IS 'The same of the baseline.';
COMMENT ON COLUMN abie_owner.area_cell.target IS 'The same of the target.';
COMMENT ON COLUMN abie_owner.area_cell.improvement IS 'The same of the improvement expected.';
COMMENT ON COLUMN abie_owner.area_cell.least_improvement IS 'Least improvement published.';
COMMENT ON COLUMN abie_owner.area_cell.greatest_improvement IS 'Greatest improvement published.';
COMMENT ON COLUMN abie_owner.area_cell.unknown IS 'Schools that are not among those known to the role.';
COMMENT ON COLUMN abie_owner.area_cell.maintain_unknown IS 'Of these, those that are to maintain their attendance.';
COMMENT ON COLUMN abie_owner.area_cell.poor_unknown IS 'Of these, those whose similar schools are far from them.';
COMMENT ON COLUMN abie_owner.area_cell.beyond IS 'Schools that are not among those reached by the role.';
COMMENT ON COLUMN abie_owner.area_cell.maintain_beyond IS 'Of these, those that are to maintain their attendance.';
COMMENT ON COLUMN abie_owner.area_cell.poor_beyond IS 'Of these, those whose similar schools are far from them.';
COMMENT ON COLUMN abie_owner.area_cell.unseen IS
'Schools beyond that are not partners of a hub that the role reaches either, whose weeks it would see.';

-- This and the next two are put into the query that calls them: no SET clause, and not STRICT.
CREATE FUNCTION abie_owner.area_cells(run_id integer, scope text, known integer[], reached integer[],
	partners integer[]) RETURNS SETOF abie_owner.area_cell
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 8000
BEGIN ATOMIC
	SELECT m.la, m.trust, m.stratum, m.published, count(*), count(*) FILTER (WHERE m.maintain),
		count(*) FILTER (WHERE m.poor_match), sum(m.enrolments),
		sum(abie_internal.weighted(m.attendance, m.enrolments))::bigint,
		sum(abie_internal.weighted(m.expected, m.enrolments))::bigint,
		sum(abie_internal.weighted(m.baseline, m.enrolments))::bigint,
		sum(abie_internal.weighted(m.target, m.enrolments))::bigint,
		sum(abie_internal.weighted(m.improvement, m.enrolments))::bigint,
		min(m.improvement_rounded), max(m.improvement_rounded),
		count(*) FILTER (WHERE m.unknown), count(*) FILTER (WHERE m.unknown AND m.maintain),
		count(*) FILTER (WHERE m.unknown AND m.poor_match), count(*) FILTER (WHERE m.beyond),
		count(*) FILTER (WHERE m.beyond AND m.maintain), count(*) FILTER (WHERE m.beyond AND m.poor_match),
		count(*) FILTER (WHERE m.beyond AND m.urn <> ALL (partners))
	FROM (
		SELECT k.*, CASE WHEN scope IS NULL THEN k.laestab / 10000 END AS la,
			coalesce(s.trust, '') COLLATE "C" AS trust,
			-- nobody could be granted what is published without a URN: it has no figure, and is known to all
			known IS NOT NULL AND k.urn IS NOT NULL AND k.urn <> ALL (known) AS unknown,
			reached IS NOT NULL AND k.urn IS NOT NULL AND k.urn <> ALL (reached) AS beyond
		FROM (
			SELECT e.urn::integer AS urn, e.laestab::integer AS laestab, e.stratum COLLATE "C" AS stratum,
				p.urn IS NULL AS published, e.enrolments, e.statement = 'maintain' AS maintain,
				e.poor_match, e.attendance, e.expected, e.baseline, e.target, e.improvement, e.improvement_rounded
			FROM abie.expectation e LEFT JOIN abie.run_school p ON p.run_id = e.run_id AND p.urn = e.urn
				AND NOT p.attendance_published
			WHERE e.run_id = area_cells.run_id
			UNION ALL
			SELECT x.urn::integer, x.laestab::integer, 'left out' COLLATE "C", true, NULL, NULL, NULL, NULL, NULL, NULL,
				NULL, NULL, NULL
			FROM abie.exclusion x WHERE x.run_id = area_cells.run_id) k
			LEFT JOIN abie.school s ON s.urn = k.urn AND s.trust IS NOT NULL) m
	GROUP BY m.la, m.trust, m.stratum, m.published;
END;
COMMENT ON FUNCTION abie_owner.area_cells(integer, text, integer[], integer[], integer[]) IS
'The schools in scope of a run, added up by stratum, local authority and trust; for scope trust, of a summary from '
'which nothing is hidden, not by local authority. known, reached and partners: URNs of '
'the schools that are known to a role, that it reaches, and that are placed at hubs it reaches. Not STRICT because '
'NULL for known or reached stands for all schools, too.';

CREATE FUNCTION abie_owner.hidden_areas(cells abie_owner.area_cell[])
RETURNS TABLE (stratum text, la text, trust text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200000 ROWS 300
BEGIN ATOMIC
	WITH cell AS (
		-- by local authority and trust, of which the totals are shown; schools of no trust have none
		SELECT k.stratum, k.la::text, k.trust, pg_catalog.sum(k.unknown)::bigint AS unknown,
			coalesce(pg_catalog.sum(k.unknown) FILTER (WHERE k.published), 0)::bigint AS published_unknown,
			pg_catalog.sum(k.beyond)::bigint AS beyond,
			coalesce(pg_catalog.sum(k.beyond) FILTER (WHERE k.published), 0)::bigint AS published_beyond,
			pg_catalog.sum(k.unseen)::bigint AS unseen,
			coalesce(pg_catalog.sum(k.unseen) FILTER (WHERE k.published), 0)::bigint AS published_unseen,
			grouping(k.la, k.trust) IN (1, 3) OR grouping(k.la, k.trust) = 2 AND k.trust <> '' AS published
		FROM pg_catalog.unnest(cells) k
		GROUP BY k.stratum, CUBE (k.la, k.trust)
	), total AS (
		SELECT c.stratum, pg_catalog.array_agg(c.la) AS la, pg_catalog.array_agg(c.trust) AS trust,
			pg_catalog.array_agg(c.unknown) AS unknown, pg_catalog.array_agg(c.beyond) AS beyond,
			pg_catalog.array_agg(c.published_unknown) AS published_unknown,
			pg_catalog.array_agg(c.published_beyond) AS published_beyond,
			pg_catalog.array_agg(c.unseen) AS unseen, pg_catalog.array_agg(c.published_unseen) AS published_unseen,
			pg_catalog.array_agg(c.published) AS published
		FROM cell c GROUP BY c.stratum
	)
	-- figures are of all schools or of the published ones; most roles reach what they know, and most of it is published
	SELECT DISTINCT t.stratum, s.row_group, s.column_group
	FROM total t
		CROSS JOIN LATERAL (SELECT t.unknown UNION SELECT t.published_unknown
			UNION SELECT t.beyond UNION SELECT t.published_beyond
			UNION SELECT t.unseen UNION SELECT t.published_unseen) k (schools)
		CROSS JOIN LATERAL abie.suppress(t.la, t.trust, k.schools, t.published) s
	WHERE s.symbol = 'c';
END;
COMMENT ON FUNCTION abie_owner.hidden_areas(abie_owner.area_cell[]) IS
'Local authorities, trusts (the other NULL) and the country (both NULL) of which no figure is shown, by stratum: safe '
'against what the role knows, against what it reaches, and against that with the attendance of partners of hubs. Not '
'STRICT, so that it becomes part of the query.';

CREATE FUNCTION abie_owner.area_totals(scope text, cells abie_owner.area_cell[])
RETURNS TABLE (code text, stratum text, left_out boolean, schools bigint, maintain bigint,
	poor_matches bigint, enrolments bigint, attendance float8, expected float8, baseline float8, target float8,
	improvement float8, least_improvement numeric, greatest_improvement numeric, unknown bigint,
	maintain_unknown bigint, poor_unknown bigint, beyond bigint, maintain_beyond bigint, poor_beyond bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200000 ROWS 300
BEGIN ATOMIC
	SELECT m.code, m.stratum, m.stratum = 'left out', sum(m.schools), sum(m.maintain), sum(m.poor_matches),
		sum(m.enrolments) FILTER (WHERE m.is_in), (sum(m.attendance) FILTER (WHERE m.is_in))::float8 / 1e9::float8,
		(sum(m.expected) FILTER (WHERE m.is_in))::float8 / 1e9::float8,
		(sum(m.baseline) FILTER (WHERE m.is_in))::float8 / 1e9::float8,
		(sum(m.target) FILTER (WHERE m.is_in))::float8 / 1e9::float8,
		(sum(m.improvement) FILTER (WHERE m.is_in))::float8 / 1e9::float8,
		min(m.least_improvement), max(m.greatest_improvement), sum(m.unknown), sum(m.maintain_unknown),
		sum(m.poor_unknown), sum(m.beyond), sum(m.maintain_beyond), sum(m.poor_beyond)
	FROM (
		-- what others do not know of unpublished attendance is in no figure, for figures of published attendance can be
		-- made again and taken off
		SELECT k.*, k.published OR coalesce(sum(k.unknown) FILTER (WHERE NOT k.published)
			OVER (PARTITION BY k.code, k.stratum), 0) = 0 AS is_in
		FROM (SELECT c.*, CASE scope WHEN 'local authority' THEN c.la::text COLLATE "C"
				WHEN 'trust' THEN c.trust END AS code
			FROM pg_catalog.unnest(cells) c
			WHERE scope <> 'trust' OR c.trust <> '') k
	) m
	GROUP BY m.code, m.stratum;
END;
COMMENT ON FUNCTION abie_owner.area_totals(text, abie_owner.area_cell[]) IS
'Totals of a run''s schools by area (scope and code as in abie_internal.area_summary) and stratum, and of how many of '
'them nothing is known or reached. Not STRICT, so that it becomes part of the query.';

-- For who may see all, no school is looked at.
CREATE FUNCTION abie_owner.kept_areas(run_id integer) RETURNS SETOF abie_owner.run_area
LANGUAGE sql STABLE PARALLEL SAFE COST 1000 ROWS 500
BEGIN ATOMIC
	SELECT a.* FROM abie_owner.run_area a WHERE a.run_id = kept_areas.run_id
	UNION ALL
	SELECT a.* FROM abie_owner.area_sums(kept_areas.run_id) a
	WHERE NOT EXISTS (SELECT FROM abie_owner.run_area k WHERE k.run_id = kept_areas.run_id);
END;
COMMENT ON FUNCTION abie_owner.kept_areas(integer) IS
'The rows of a run in abie_owner.run_area, or what they would be where it has none. Not STRICT, so that it becomes '
'part of the query.';

CREATE TYPE abie_owner.area_figures AS (code text, name text, stratum text, schools bigint, expectations bigint,
	exclusions bigint, maintain bigint, poor_matches bigint, enrolments bigint, attendance float8, expected float8,
	baseline float8, target float8, improvement float8, least_improvement numeric, greatest_improvement numeric,
	schools_symbol text, maintain_symbol text, poor_matches_symbol text, figures_symbol text, range_symbol text);
COMMENT ON TYPE abie_owner.area_figures IS 'A row of abie_internal.area_summary.';
COMMENT ON COLUMN abie_owner.area_figures.code IS 'Number of the local authority or name of the trust.';
COMMENT ON COLUMN abie_owner.area_figures.name IS 'Name of the local authority.';

CREATE FUNCTION abie_owner.whole_summary(run_id integer, scope text) RETURNS SETOF abie_owner.area_figures
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 500
BEGIN ATOMIC
	SELECT t.la_code::text, la.la_name::text, t.stratum, t.schools, CASE WHEN t.left_out THEN 0 ELSE t.schools END,
		CASE WHEN t.left_out THEN t.schools ELSE 0 END, t.maintain, t.poor_matches, t.enrolments,
		abie.weighted_mean(t.attendance, t.enrolments), abie.weighted_mean(t.expected, t.enrolments),
		abie.weighted_mean(t.baseline, t.enrolments), abie.weighted_mean(t.target, t.enrolments),
		abie.weighted_mean(t.improvement, t.enrolments), t.least_improvement, t.greatest_improvement,
		NULL, NULL, NULL, CASE WHEN t.left_out THEN 'z' END, CASE WHEN t.left_out THEN 'z' END
	FROM (
		SELECT CASE scope WHEN 'local authority' THEN k.la_code END AS la_code, k.stratum,
			k.stratum = 'left out' AS left_out, sum(k.schools) AS schools,
			sum(k.maintain) AS maintain, sum(k.poor_matches) AS poor_matches, sum(k.enrolments)::bigint AS enrolments,
			sum(k.attendance)::float8 / 1e9::float8 AS attendance, sum(k.expected)::float8 / 1e9::float8 AS expected,
			sum(k.baseline)::float8 / 1e9::float8 AS baseline, sum(k.target)::float8 / 1e9::float8 AS target,
			sum(k.improvement)::float8 / 1e9::float8 AS improvement,
			min(k.least_improvement) AS least_improvement, max(k.greatest_improvement) AS greatest_improvement
		FROM abie_owner.kept_areas(whole_summary.run_id) k
		GROUP BY 1, 2) t
		LEFT JOIN abie.local_authority la ON la.la_code = t.la_code
	ORDER BY t.la_code, t.stratum COLLATE "C";
END;
COMMENT ON FUNCTION abie_owner.whole_summary(integer, text) IS
'As abie_internal.area_summary, for a role that may see all of a run; scope local authority or national. Not STRICT, '
'so that it becomes part of the query.';

CREATE FUNCTION abie_owner.limited_summary(role oid, run_id integer, scope text) RETURNS SETOF abie_owner.area_figures
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
	-- a hub sees the weeks of its partners, if not what is expected of them
	partners integer[] := ARRAY(SELECT p.urn::integer FROM abie_owner.partners(ARRAY(
		SELECT g.code FROM abie_owner.grants_within_reach(role, '{partners}') g)) p);
	cells abie_owner.area_cell[] := ARRAY(SELECT c FROM abie_owner.area_cells(limited_summary.run_id,
		CASE WHEN known IS NULL THEN scope END, known, reached, partners) c);
BEGIN
RETURN QUERY
WITH hidden AS MATERIALIZED (
	-- of areas of this scope; nothing is hidden from a role that knows all
	SELECT h.stratum, coalesce(h.la, h.trust, '') AS code FROM abie_owner.hidden_areas(cells) h
	WHERE known IS NOT NULL AND (h.la IS NOT NULL) = (scope = 'local authority')
		AND (h.trust IS NOT NULL) = (scope = 'trust')
), area AS (
	SELECT a.*, a.unknown = 0 AS whole, h.stratum IS NULL AS counted,
		h.stratum IS NULL AND a.enrolments IS NOT NULL AS averaged,
		-- parts of the schools of a local authority or trust are not shown: they are other totals than those looked at
		a.left_out OR scope = 'national' AND abie_internal.share_is_shown(a.maintain_unknown, a.unknown)
			AND abie_internal.share_is_shown(a.maintain_beyond, a.beyond) AS maintain_safe,
		a.left_out OR scope = 'national' AND abie_internal.share_is_shown(a.poor_unknown, a.unknown)
			AND abie_internal.share_is_shown(a.poor_beyond, a.beyond) AS poor_safe
	FROM abie_owner.area_totals(scope, cells) a
		LEFT JOIN hidden h ON h.stratum = a.stratum AND h.code = coalesce(a.code, '')
), mean AS (
	SELECT a.*, CASE WHEN a.averaged THEN a.enrolments END AS weight,
		a.whole OR a.counted AND a.maintain_safe AS maintain_shown, a.whole OR a.counted AND a.poor_safe AS poor_shown
	FROM area a
)
SELECT s.code, la.la_name::text, s.stratum, CASE WHEN s.counted THEN s.schools END,
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
FROM mean s LEFT JOIN abie.local_authority la ON scope = 'local authority' AND la.la_code = s.code::integer;
END $$;
COMMENT ON FUNCTION abie_owner.limited_summary(oid, integer, text) IS
'As abie_internal.area_summary, of a run that a role may read: from its schools, for what is shown depends on which of '
'them the role may see, and trusts are those of today.';

CREATE FUNCTION abie_owner.area_summary(role oid, run_id integer, scope text)
RETURNS TABLE (code text, name text, stratum text, schools bigint, expectations bigint, exclusions bigint,
	maintain bigint, poor_matches bigint, enrolments bigint, attendance float8, expected float8, baseline float8,
	target float8, improvement float8, least_improvement numeric, greatest_improvement numeric,
	schools_symbol text, maintain_symbol text, poor_matches_symbol text, figures_symbol text, range_symbol text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 300
SET search_path = pg_catalog, pg_temp
SET jit = off
-- a view asks for each of many runs, and planning would take longer than adding up
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
IF scope NOT IN ('local authority', 'trust', 'national') THEN
	RAISE EXCEPTION 'scope of a summary cannot be "%"', scope
		USING ERRCODE = 'invalid_parameter_value', HINT = 'Scopes are local authority, trust and national.';
ELSIF NOT area_summary.run_id = ANY (abie_owner.readable_runs(role)) THEN
	RETURN;
ELSIF scope <> 'trust' AND abie_owner.has_national_access(role, '{results,support,calculation}') THEN
	RETURN QUERY SELECT w.* FROM abie_owner.whole_summary(area_summary.run_id, scope) w;
ELSE
	RETURN QUERY SELECT l.* FROM abie_owner.limited_summary(role, area_summary.run_id, scope) l;
END IF;
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

SELECT abie_owner.describe_as('abie_owner.area_figures', 'abie_report.national_summary');

-- Worked out of the LAESTAB, and not passed on.
DO $$
DECLARE
	view regclass;
BEGIN
	FOREACH view IN ARRAY '{abie_report.school_expectation,abie_report.similar_school,abie_report.school_ladder,'
		'abie_report.school_absence,abie_report.school_circumstances,abie_report.school_absence_compared,'
		'abie_report.school_source,abie_report.school_progress,abie_report.run_change}'::regclass[]
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
					'abie_owner.readable_monitor_week,abie_report.school_expectation,abie_owner.readable_scope,'
					'abie_owner.readable_expectation,abie_owner.readable_run_school,abie_owner.readable_list,'
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
