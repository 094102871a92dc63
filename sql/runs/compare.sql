-- What a change of method or data does to whom: two runs beside each other.

CREATE FUNCTION abie_owner.compare_runs(role oid, run_id integer, other_run_id integer)
RETURNS TABLE (urn integer, stratum text, reason text, other_reason text, attendance float8, other_attendance float8,
	expected float8, other_expected float8, baseline float8, other_baseline float8, improvement_rounded numeric,
	other_improvement_rounded numeric, target float8, other_target float8, statement text, other_statement text,
	similar_schools_in_both integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH one AS (
	SELECT e.*, NULL::text AS reason FROM abie.expectation e
		JOIN unnest(abie_owner.readable_expectations(role, compare_runs.run_id)) u(urn) ON u.urn = e.urn
	WHERE e.run_id = compare_runs.run_id
), other AS (
	SELECT e.* FROM abie.expectation e
		JOIN unnest(abie_owner.readable_expectations(role, compare_runs.other_run_id)) u(urn) ON u.urn = e.urn
	WHERE e.run_id = compare_runs.other_run_id
)
SELECT coalesce(o.urn, n.urn)::integer, coalesce(o.stratum, n.stratum), x.reason, y.reason,
	o.attendance, n.attendance, o.expected, n.expected, o.baseline, n.baseline, o.improvement_rounded,
	n.improvement_rounded, o.target, n.target, o.statement, n.statement, k.shared
FROM one o FULL JOIN other n ON n.urn = o.urn
	LEFT JOIN abie.exclusion x ON o.urn IS NULL AND x.run_id = compare_runs.run_id AND x.urn = n.urn
	LEFT JOIN abie.exclusion y ON n.urn IS NULL AND y.run_id = compare_runs.other_run_id AND y.urn = o.urn
	LEFT JOIN abie.similar_list l ON l.run_id = compare_runs.run_id AND l.urn = o.urn
	LEFT JOIN abie.similar_list m ON m.run_id = compare_runs.other_run_id AND m.urn = n.urn,
	LATERAL (SELECT count(*)::integer AS shared FROM unnest(l.similar_urns) u(urn)
		WHERE l.urn IS NOT NULL AND m.urn IS NOT NULL AND u.urn = ANY (m.similar_urns)) k
$$;
COMMENT ON FUNCTION abie_owner.compare_runs(oid, integer, integer) IS 'Of a role, as abie.compare_runs.';

CREATE FUNCTION abie.compare_runs(run_id integer, other_run_id integer)
RETURNS TABLE (urn integer, stratum text, reason text, other_reason text, attendance float8, other_attendance float8,
	expected float8, other_expected float8, baseline float8, other_baseline float8, improvement_rounded numeric,
	other_improvement_rounded numeric, target float8, other_target float8, statement text, other_statement text,
	similar_schools_in_both integer)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.compare_runs(integer, integer) IS
'What two runs say of each school that has an expectation in one of them and that the role in force may read: '
'attendance, expected attendance, baseline and target, per cent, improvement (percentage points, as published) and '
'statement of the first (attendance, ...) and of the other (other_attendance, ...). Runs of two methodologies for one '
'year show what the method does to whom; runs before and after an import, what the data does. Where a school has no '
'expectation in a run, its columns are NULL and reason, or other_reason, says why it was left out. '
'similar_schools_in_both: how many of its similar schools it has in both.';
