-- One school over the years: which URNs are one school's history, and which are too closely related to be compared.

CREATE FUNCTION abie_internal.connected_components(a bigint[], b bigint[])
	RETURNS TABLE (member bigint, component bigint)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 30000 AS 'MODULE_PATHNAME', 'abie_connected_components';
COMMENT ON FUNCTION abie_internal.connected_components(bigint[], bigint[]) IS
'Connected components of the graph whose i-th edge joins a[i] and b[i]; an edge from a node to itself names a node. '
'One row a node, in ascending order, with the lowest node of its component; the order of the edges does not matter. '
'Error 2202E for arrays of unequal length or more than one dimension, 22004 for nulls.';

-- jit = off from here on: compiling these queries takes longer than running them.
CREATE FUNCTION abie.school_family() RETURNS TABLE (urn integer, family bigint)
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 30000
SET jit = off
BEGIN ATOMIC
	WITH numbered AS (
		SELECT school.urn::bigint AS urn, school.laestab FROM abie.school
		UNION ALL
		-- each pair once, in the order of the index: hashing every year of every school takes longer
		SELECT pairs.urn::bigint, pairs.laestab
		FROM (SELECT DISTINCT ON (attendance.urn, attendance.laestab) attendance.urn, attendance.laestab
			FROM abie.attendance WHERE attendance.urn IS NOT NULL
			ORDER BY attendance.urn, attendance.laestab) pairs
	), edges (a, b) AS (
		-- LAESTABs are nodes beside the URNs that share them, and greater: they have a digit more; a school without one
		-- stands for itself
		SELECT numbered.urn, coalesce(numbered.laestab, numbered.urn) FROM numbered
		UNION ALL
		SELECT link.urn, link.link_urn FROM abie.school_link link
		WHERE pg_catalog.lower(link.link_type) LIKE ANY
			('{predecessor%,successor%,merged%,result of amalgamation%,closure%,expansion%}')
	)
	SELECT parts.member::integer, parts.component
	FROM (SELECT pg_catalog.array_agg(edges.a) AS a, pg_catalog.array_agg(edges.b) AS b FROM edges) graph,
		LATERAL abie_internal.connected_components(graph.a, graph.b) parts
	WHERE parts.member < 1000000;
END;
COMMENT ON FUNCTION abie.school_family() IS
'Every URN held, with its family: the lowest URN of those tied to it, at any number of steps, by a link of GIAS '
'(predecessor, successor, merged, amalgamated, split, closure, expansion) or by the same LAESTAB in abie.school or '
'abie.attendance. Schools of one family share a past and must not be matched as similar schools. Sixth form centre '
'links (one centre serves many schools) and links of type Other are not used.';

CREATE VIEW abie.school_succession WITH (security_invoker = true) AS
SELECT counted.earlier AS urn, counted.later AS successor_urn
FROM (
	SELECT steps.earlier, steps.later,
		pg_catalog.count(*) OVER (PARTITION BY steps.earlier) AS successors,
		pg_catalog.count(*) OVER (PARTITION BY steps.later) AS predecessors
	FROM (
		SELECT link.urn AS earlier, link.link_urn AS later FROM abie.school_link link
			WHERE link.link_type = 'Successor'
		UNION
		SELECT link.link_urn, link.urn FROM abie.school_link link WHERE link.link_type = 'Predecessor'
	) steps
) counted
WHERE counted.successors = 1 AND counted.predecessors = 1;
COMMENT ON VIEW abie.school_succession IS
'Predecessor/Successor links that are one to one: the same school under a new URN. Merged, amalgamated and split links '
'are not followed.';
COMMENT ON COLUMN abie.school_succession.urn IS 'The school under its earlier URN.';
COMMENT ON COLUMN abie.school_succession.successor_urn IS 'The school under its later URN.';

-- Arrays of one length: LAESTABs, the components of the graph they are in, their newest years with the URNs of these.
CREATE FUNCTION abie_internal.lineage_names(laestabs bigint[], components bigint[], latest text[])
	RETURNS TABLE (laestab integer, school_urn integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 5000 ROWS 30000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
-- the years of few LAESTABs by the index, whoever calls: not all years of all schools
SET enable_nestloop = on
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH part AS (
		SELECT p.laestab, p.component, p.latest, count(*) OVER (PARTITION BY p.component) AS laestabs
		FROM ROWS FROM (unnest(laestabs), unnest(components), unnest(latest))
			p(laestab, component, latest)
	), doubled AS (
		-- two rows in the year of a change are the two parts of that year; in more years they are two schools
		SELECT twice.component
		FROM (SELECT shared.component, shared.laestabs
			-- (year, LAESTAB) is unique, so only groups of several LAESTABs can have two rows in a year
			FROM (SELECT part.* FROM part WHERE part.laestabs > 1) shared
				JOIN abie.attendance a ON a.laestab = shared.laestab
			GROUP BY shared.component, shared.laestabs, a.academic_year HAVING count(*) > 1) twice
		GROUP BY twice.component, twice.laestabs HAVING count(*) >= twice.laestabs
	)
	SELECT part.laestab::integer, right(max(part.latest) OVER (PARTITION BY
		CASE WHEN doubled.component IS NULL THEN part.component ELSE part.laestab END), 6)::integer
	FROM part LEFT JOIN doubled ON doubled.component = part.component;
END $$;
COMMENT ON FUNCTION abie_internal.lineage_names(bigint[], bigint[], text[]) IS
'The rows of abie.school_lineage for LAESTABs of which all of a component are given: the i-th is in components[i] and '
'was last seen in latest[i], an academic year followed by a URN.';

CREATE FUNCTION abie_internal.lineage_parts() RETURNS TABLE (laestab bigint, component bigint, latest text)
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 30000
SET jit = off
BEGIN ATOMIC
	WITH used AS MATERIALIZED (
		-- the newest year of each pair, in the order of the index
		SELECT DISTINCT ON (attendance.urn, attendance.laestab) attendance.laestab::bigint AS laestab,
			attendance.urn::bigint AS urn, attendance.academic_year AS latest_year
		FROM abie.attendance ORDER BY attendance.urn DESC, attendance.laestab DESC, attendance.academic_year DESC
	), edges (a, b) AS (
		-- LAESTABs as they are, URNs negative: two kinds of node in one graph
		SELECT used.laestab, -coalesce(used.urn, -used.laestab) FROM used
		UNION ALL
		SELECT -succession.urn::bigint, -succession.successor_urn::bigint FROM abie.school_succession succession
	), latest AS (
		-- the year and URN as one text, because the maximum of one text hashes and a sort by two columns does not
		SELECT used.laestab, pg_catalog.max((used.latest_year || used.urn::text) COLLATE "C") AS year_and_urn FROM used
			GROUP BY used.laestab
	)
	SELECT latest.laestab, parts.component, latest.year_and_urn
	FROM latest JOIN (SELECT found.member, found.component
		FROM (SELECT pg_catalog.array_agg(edges.a) AS a, pg_catalog.array_agg(edges.b) AS b FROM edges) graph,
			LATERAL abie_internal.connected_components(graph.a, graph.b) found) parts ON parts.member = latest.laestab;
END;
COMMENT ON FUNCTION abie_internal.lineage_parts() IS
'Every LAESTAB with attendance, with the component of the graph of abie.school_lineage that it is in, and its newest '
'year followed by its URN then: what abie_internal.lineage_names takes.';

CREATE FUNCTION abie.school_lineage() RETURNS TABLE (laestab integer, school_urn integer)
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 30000
SET jit = off
BEGIN ATOMIC
	SELECT names.laestab, names.school_urn
	FROM (SELECT pg_catalog.array_agg(parts.laestab) AS laestabs, pg_catalog.array_agg(parts.component) AS components,
			pg_catalog.array_agg(parts.latest) AS latest
		FROM abie_internal.lineage_parts() parts) line,
		LATERAL abie_internal.lineage_names(line.laestabs, line.components, line.latest) names;
END;
COMMENT ON FUNCTION abie.school_lineage() IS
'For every LAESTAB with attendance, the school it is a part of the history of, named by the URN of that school''s '
'newest year. Rows are one school''s when they share a LAESTAB, or a URN (an LA reorganised), or their URNs are joined '
'by Predecessor/Successor links that are one to one. A school that changes in mid-year has two rows in that year, one '
'for each part. A group with two rows in more years than it has changes of LAESTAB is several schools and falls back '
'to equal LAESTAB only. Limits: merged, amalgamated and split links are not followed (the pupils before and after are '
'not the same school''s), a school that takes in another keeps its own history with a step in it, and a LAESTAB used '
'again for another school joins the two.';

-- abie.school_succession from one school, by the indexes. Parsed when made and without SET, so that the planner puts
-- these two in place of a call; not STRICT for the same reason.
CREATE FUNCTION abie_internal.sole_link(from_urn bigint, type text, opposite text) RETURNS TABLE (urn bigint)
LANGUAGE sql STABLE PARALLEL SAFE COST 50 ROWS 1
BEGIN ATOMIC
	SELECT pg_catalog.min(found.urn)
	FROM (SELECT l.link_urn::bigint AS urn FROM abie.school_link l WHERE l.urn = from_urn AND l.link_type = type
		UNION
		SELECT l.urn FROM abie.school_link l WHERE l.link_urn = from_urn AND l.link_type = opposite) found
	HAVING pg_catalog.count(*) = 1;
END;
COMMENT ON FUNCTION abie_internal.sole_link(bigint, text, text) IS
'The only school that a school is linked to by a type of link, or that is linked to it by the opposite type; no row '
'for none or several.';

CREATE FUNCTION abie_internal.lineage_neighbours(of_node bigint) RETURNS TABLE (node bigint)
LANGUAGE sql STABLE PARALLEL SAFE COST 200 ROWS 2
BEGIN ATOMIC
	SELECT -a.urn::bigint FROM abie.attendance a WHERE of_node > 0 AND a.laestab = of_node AND a.urn IS NOT NULL
	UNION ALL
	SELECT a.laestab::bigint FROM abie.attendance a WHERE of_node < 0 AND a.urn = -of_node
	UNION ALL
	SELECT -other.urn
	FROM (VALUES ('Successor', 'Predecessor'), ('Predecessor', 'Successor')) link(type, opposite)
		CROSS JOIN LATERAL abie_internal.sole_link(-of_node, link.type, link.opposite) other
		CROSS JOIN LATERAL abie_internal.sole_link(other.urn, link.opposite, link.type) back
	WHERE of_node < 0 AND back.urn = -of_node;
END;
COMMENT ON FUNCTION abie_internal.lineage_neighbours(bigint) IS
'What is joined to a node of the graph of abie.school_lineage: LAESTABs as they are, URNs negative.';

CREATE FUNCTION abie_internal.lineage_of(urns integer[]) RETURNS TABLE (laestab integer, school_urn integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 200
SET search_path = pg_catalog, pg_temp
SET jit = off
-- making a plan of it for these schools takes longer than looking them up
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH RECURSIVE reached (start, node) AS (
		SELECT -u.urn::bigint, -u.urn::bigint FROM unnest(urns) u(urn)
		UNION
		SELECT r.start, n.node FROM reached r CROSS JOIN LATERAL abie_internal.lineage_neighbours(r.node) n
	), part AS (
		SELECT DISTINCT ON (k.node) k.node AS laestab, k.component
		FROM (SELECT r.node, min(r.node) OVER (PARTITION BY r.start) AS component FROM reached r) k
		WHERE k.node > 0 ORDER BY k.node
	)
	SELECT names.laestab, names.school_urn
	FROM (SELECT array_agg(part.laestab) AS laestabs, array_agg(part.component) AS components,
			array_agg((SELECT max((a.academic_year || a.urn::text) COLLATE "C")
				FROM abie.attendance a WHERE a.laestab = part.laestab)) AS latest
		FROM part) line,
		LATERAL abie_internal.lineage_names(line.laestabs, line.components, line.latest) names;
END $$;
COMMENT ON FUNCTION abie_internal.lineage_of(integer[]) IS
'The rows of abie.school_lineage for all LAESTABs tied to schools of the given URNs, found from these alone.';

-- Put into the queries that call it: no SET clause, and not STRICT.
CREATE FUNCTION abie_internal.attendance_years(wanted integer)
	RETURNS TABLE (academic_year abie.academic_year, laestab abie.laestab, urn abie.urn, school_type text,
	academy_type text, year_breakdown text, enrolments integer, sess_possible bigint, sess_overall bigint,
	sess_authorised bigint, sess_unauthorised bigint, enrolments_pa_10_exact integer, enrolments_pa_50_exact integer,
	sess_overall_percent float8, enrolments_pa_10_exact_percent float8, attendance_percent float8)
LANGUAGE sql STABLE PARALLEL SAFE COST 10 ROWS 10
BEGIN ATOMIC
	SELECT a.academic_year, a.laestab, a.urn, a.school_type, a.academy_type, a.year_breakdown, a.enrolments,
		a.sess_possible, a.sess_overall, a.sess_authorised, a.sess_unauthorised, a.enrolments_pa_10_exact,
		a.enrolments_pa_50_exact, a.sess_overall_percent, a.enrolments_pa_10_exact_percent,
		abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent)
	FROM abie.attendance a WHERE a.laestab = wanted;
END;
COMMENT ON FUNCTION abie_internal.attendance_years(integer) IS
'Attendance of a LAESTAB over the years, as abie.school_history has it; no rows for NULL, so not STRICT.';

CREATE VIEW abie.school_history WITH (security_invoker = true) AS
SELECT lineage.school_urn, y.*
FROM abie.school_lineage() lineage CROSS JOIN LATERAL abie_internal.attendance_years(lineage.laestab) y;
COMMENT ON VIEW abie.school_history IS
'Attendance of every school over the years, joined over changes of URN (academy conversions) and LAESTAB; the rule and '
'its limits are those of abie.school_lineage(). One row a school and year, two in the year of a change.';
COMMENT ON COLUMN abie.school_history.school_urn IS
'The school, by the URN of its newest year here; NULL where no year has a URN.';
COMMENT ON COLUMN abie.school_history.academic_year IS 'Academic year.';
COMMENT ON COLUMN abie.school_history.laestab IS 'LAESTAB in that year.';
COMMENT ON COLUMN abie.school_history.urn IS 'URN in that year.';
COMMENT ON COLUMN abie.school_history.school_type IS 'Type as published in that year.';
COMMENT ON COLUMN abie.school_history.academy_type IS 'Academy type as published in that year.';
COMMENT ON COLUMN abie.school_history.year_breakdown IS
'Part of the year covered: five or six half terms; not comparable.';
COMMENT ON COLUMN abie.school_history.enrolments IS 'Pupil enrolments.';
COMMENT ON COLUMN abie.school_history.sess_possible IS 'Sessions possible.';
COMMENT ON COLUMN abie.school_history.sess_overall IS 'Sessions of absence.';
COMMENT ON COLUMN abie.school_history.sess_authorised IS 'Sessions of authorised absence.';
COMMENT ON COLUMN abie.school_history.sess_unauthorised IS 'Sessions of unauthorised absence.';
COMMENT ON COLUMN abie.school_history.enrolments_pa_10_exact IS 'Enrolments persistently absent.';
COMMENT ON COLUMN abie.school_history.enrolments_pa_50_exact IS 'Enrolments severely absent.';
COMMENT ON COLUMN abie.school_history.sess_overall_percent IS 'Overall absence rate as published, per cent.';
COMMENT ON COLUMN abie.school_history.enrolments_pa_10_exact_percent IS 'Persistent absentees as published, per cent.';
COMMENT ON COLUMN abie.school_history.attendance_percent IS
'Attendance rate, per cent: from counts, else 100 less the published absence rate.';
