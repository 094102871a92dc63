-- Release checks: what has to hold of a run before it may be issued. Each is a function check_NAME(run_id, threshold).

CREATE VIEW abie.release_check AS
SELECT * FROM (VALUES
	('self match', 'blocking', NULL::float8, 0::float8, 'Similar schools that are the school itself'),
	('family match', 'blocking', NULL, 0, 'Similar schools that are a predecessor or successor of the school'),
	('phase match', 'blocking', NULL, 0, 'Similar schools of the other stratum'),
	('selective match', 'blocking', NULL, 0, 'Similar schools that select by ability where the school does not, or the other way round'),
	('incomplete list', 'blocking', NULL, 0, 'Schools with an expectation that do not have the methodology''s number of similar schools, all different, ranked from 1'),
	('distance', 'blocking', NULL, 0, 'Similar schools whose distance is not that of the two vectors, or that are ranked in another order'),
	('unaccounted school', 'blocking', NULL, 0, 'Schools with attendance in the baseline year that have neither an expectation nor a reason why not, or both'),
	('base figure', 'blocking', NULL, 0, 'Schools whose counts, enrolments or attendance are not those held in abie.attendance'),
	('school figure', 'blocking', 0.05, 0, 'Schools whose attendance is more than the threshold, percentage points, from the figure they supplied themselves (abie.school_figure)'),
	('stale input', 'blocking', NULL, 0, 'Schools in the run, or that would be now, whose figures or characteristics have changed since'),
	('partial input', 'blocking', NULL, 5, 'Schools with attendance in the year before the baseline year that have none in it'),
	('baseline', 'blocking', NULL, 0, 'Schools whose baseline is not between their own level and their expected attendance'),
	('improvement', 'blocking', NULL, 0, 'Schools whose gap, improvement, target or statement does not follow from baseline, expected attendance, ladder top and methodology'),
	('improvement order', 'blocking', NULL, 0, 'Schools of which less is expected than of one with a smaller gap, headroom apart'),
	('impossible figure', 'blocking', NULL, 0, 'Schools with a rate that is not between 0 and 100 per cent'),
	('no expectation', 'blocking', NULL, 10, 'Mainstream schools in scope without an expectation; examples are the reasons'),
	('input digest', 'blocking', NULL, 0, 'The digest of the inputs kept with the run is not the one it recorded'),
	('result digest', 'blocking', NULL, 0, 'The digest of the results is not the one the run recorded'),
	('national total', 'blocking', 0, 0, 'Published national totals (abie.published_total) that the sum of the schools held misses by more than the threshold, per cent'),
	('local authority total', 'warning', 0, 0, 'Published totals of local authorities that the sum of the schools held misses by more than the threshold, per cent'),
	('rate only', 'warning', NULL, 5, 'Schools of which only rates are held, not counts'),
	('suppressed input', 'warning', NULL, 5, 'Schools with a figure that was published as suppressed or missing'),
	('missing characteristic', 'warning', NULL, 5, 'Characteristics of schools that are missing'),
	('far apart', 'warning', 150, 25, 'Similar schools farther away than the threshold, kilometres'),
	('other type', 'warning', NULL, 10, 'Schools none of whose similar schools is of their own group of types (academy, maintained, ...)'),
	('extreme gap', 'warning', 10, 0.5, 'Schools whose attendance is more than the threshold, percentage points, from expected attendance'),
	('moved expectation', 'warning', 0.3, 20, 'Schools whose improvement expectation is more than the threshold, percentage points, from that of the run issued last'),
	('moved list', 'warning', 50, 20, 'Schools of whose similar schools less than the threshold, per cent, were so in the run issued last')
) v(name, severity, threshold, tolerated, meaning);
COMMENT ON VIEW abie.release_check IS 'The checks of abie.check_run, in order. A methodology may set severity, threshold and tolerated otherwise (abie.methodology.checks).';
COMMENT ON COLUMN abie.release_check.name IS 'Name of the check.';
COMMENT ON COLUMN abie.release_check.severity IS 'blocking: a run that fails it is not issued, unless for a reason; warning: for a person to look at; off: not made.';
COMMENT ON COLUMN abie.release_check.threshold IS 'Limit of one item, in the unit that meaning states; NULL where the check needs none.';
COMMENT ON COLUMN abie.release_check.tolerated IS 'Share of the items that may be faulty, per cent.';
COMMENT ON COLUMN abie.release_check.meaning IS 'What is counted as a fault.';

CREATE TABLE abie.run_check (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	name text,
	severity text NOT NULL CHECK (severity IN ('blocking', 'warning')),
	threshold float8,
	tolerated float8 NOT NULL,
	items bigint NOT NULL,
	faults bigint NOT NULL,
	passed boolean,
	examples text[],
	checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (run_id, name)
);
COMMENT ON TABLE abie.run_check IS 'Release checks made of a run by abie.check_run.';
COMMENT ON COLUMN abie.run_check.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_check.name IS 'The check: abie.release_check.name.';
COMMENT ON COLUMN abie.run_check.severity IS 'blocking or warning.';
COMMENT ON COLUMN abie.run_check.threshold IS 'Limit of one item, as the methodology has it.';
COMMENT ON COLUMN abie.run_check.tolerated IS 'Share of the items that may be faulty, per cent.';
COMMENT ON COLUMN abie.run_check.items IS 'How many were looked at.';
COMMENT ON COLUMN abie.run_check.faults IS 'How many of them are faulty.';
COMMENT ON COLUMN abie.run_check.passed IS 'No more are faulty than tolerated; NULL where there was nothing to look at.';
COMMENT ON COLUMN abie.run_check.examples IS 'The first five faulty ones.';
COMMENT ON COLUMN abie.run_check.checked_at IS 'When.';
SELECT abie.guard_rows_of('abie.run_check');
SELECT pg_catalog.pg_extension_config_dump('abie.run_check', '');

CREATE TABLE abie.school_figure (
	urn abie.urn,
	academic_year abie.academic_year,
	attendance_percent float8 NOT NULL CHECK (attendance_percent BETWEEN 0 AND 100),
	comment text,
	recorded_by text NOT NULL DEFAULT session_user,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (urn, academic_year)
);
COMMENT ON TABLE abie.school_figure IS 'A school''s own figure of its attendance in a year, to be reconciled with the one its expectation starts from.';
COMMENT ON COLUMN abie.school_figure.urn IS 'The school.';
COMMENT ON COLUMN abie.school_figure.academic_year IS 'Academic year.';
COMMENT ON COLUMN abie.school_figure.attendance_percent IS 'Attendance by the school''s own records, per cent.';
COMMENT ON COLUMN abie.school_figure.comment IS 'What the school says of it.';
COMMENT ON COLUMN abie.school_figure.recorded_by IS 'Role that recorded it.';
COMMENT ON COLUMN abie.school_figure.recorded_at IS 'When it was recorded.';
SELECT pg_catalog.pg_extension_config_dump('abie.school_figure', '');

CREATE TABLE abie.published_total (
	academic_year abie.academic_year,
	la_code integer CHECK (la_code = 0 OR la_code BETWEEN 100 AND 999),
	school_type text,
	enrolments bigint NOT NULL CHECK (enrolments >= 0),
	sess_possible bigint NOT NULL CHECK (sess_possible >= 0),
	sess_overall bigint NOT NULL CHECK (sess_overall BETWEEN 0 AND sess_possible),
	source text NOT NULL DEFAULT 'own entry',
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (academic_year, la_code, school_type)
);
COMMENT ON TABLE abie.published_total IS 'Published totals of absence that the schools held should add up to.';
COMMENT ON COLUMN abie.published_total.academic_year IS 'Academic year.';
COMMENT ON COLUMN abie.published_total.la_code IS 'Local authority number; 0 for England.';
COMMENT ON COLUMN abie.published_total.school_type IS 'Type as in abie.attendance.school_type: State-funded primary, State-funded secondary, Special.';
COMMENT ON COLUMN abie.published_total.enrolments IS 'Pupil enrolments.';
COMMENT ON COLUMN abie.published_total.sess_possible IS 'Sessions possible.';
COMMENT ON COLUMN abie.published_total.sess_overall IS 'Sessions of absence.';
COMMENT ON COLUMN abie.published_total.source IS 'Publication and file.';
COMMENT ON COLUMN abie.published_total.recorded_at IS 'When it was recorded.';
SELECT pg_catalog.pg_extension_config_dump('abie.published_total', '');

CREATE TYPE abie.check_finding AS (items bigint, faults bigint, examples text[]);
COMMENT ON TYPE abie.check_finding IS 'What a release check found; columns as in abie.run_check.';
COMMENT ON COLUMN abie.check_finding.items IS 'How many were looked at.';
COMMENT ON COLUMN abie.check_finding.faults IS 'How many of them are faulty.';
COMMENT ON COLUMN abie.check_finding.examples IS 'The first five faulty ones.';

CREATE FUNCTION abie.check_checks(checks jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is refused too
DECLARE
	wrong record;
BEGIN
	IF jsonb_typeof(checks) IS DISTINCT FROM 'object' THEN
		PERFORM abie.refuse_setting('checks', checks::text, 'Give an object, such as {"far apart": {"tolerated": 70}}.');
	END IF;
	SELECT c.key, c.value INTO wrong FROM jsonb_each(checks) c WHERE NOT EXISTS (SELECT FROM abie.release_check k WHERE k.name = c.key) LIMIT 1;
	IF FOUND THEN
		PERFORM abie.refuse_setting('checks', wrong.key, 'Names are those of the view abie.release_check.');
	END IF;
	SELECT c.key, c.value INTO wrong
	FROM jsonb_each(checks) c
	WHERE jsonb_typeof(c.value) <> 'object' OR c.value - '{severity,threshold,tolerated}'::text[] <> '{}'
		OR NOT coalesce(c.value ->> 'severity', 'off') = ANY ('{blocking,warning,off}')
		OR jsonb_path_exists(c.value, '$.threshold ? (@.type() != "number")')
		OR jsonb_path_exists(c.value, '$.tolerated ? (@.type() != "number" || @ < 0 || @ > 100)')
	LIMIT 1;
	IF FOUND THEN
		PERFORM abie.refuse_setting('check "' || wrong.key || '"', wrong.value::text, 'It may have severity (blocking, warning, off), threshold (a number) and tolerated (0 to 100 per cent).');
	END IF;
END $$;
COMMENT ON FUNCTION abie.check_checks(jsonb) IS 'Internal: raises error 22023 where abie.methodology.checks names an unknown check or sets it wrongly.';

--
-- Similar schools
--

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie.run_match(run_id integer)
RETURNS TABLE (urn integer, rank integer, similar_urn integer, distance float8, km float8, school abie.run_school, other abie.run_school)
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 400000
BEGIN ATOMIC
	SELECT n.urn, n.rank, n.similar_urn, n.distance, n.km, s.*::abie.run_school, o.*::abie.run_school
	FROM abie.similar_school n LEFT JOIN abie.run_school s ON s.run_id = n.run_id AND s.urn = n.urn
		LEFT JOIN abie.run_school o ON o.run_id = n.run_id AND o.urn = n.similar_urn
	WHERE n.run_id = run_match.run_id;
END;
COMMENT ON FUNCTION abie.run_match(integer) IS 'Internal: each school of a run with each of its similar schools; not STRICT so that the planner can put it in place of a call.';

CREATE FUNCTION abie.check_self_match(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT, here and below: a check that needs no threshold is given NULL
SELECT ROW(count(*), count(*) FILTER (WHERE n.similar_urn = n.urn), (array_agg(n.urn::text ORDER BY n.urn) FILTER (WHERE n.similar_urn = n.urn))[1:5])::abie.check_finding
FROM abie.similar_school n WHERE n.run_id = check_self_match.run_id
$$;
COMMENT ON FUNCTION abie.check_self_match(integer, float8) IS 'Internal: release check self match.';

CREATE FUNCTION abie.check_family_match(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s with %s', i.urn, i.similar_urn) ORDER BY i.urn, i.rank) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT m.urn, m.rank, m.similar_urn, coalesce((m.school).family = (m.other).family, false) AS faulty FROM abie.run_match(check_family_match.run_id) m
) i
$$;
COMMENT ON FUNCTION abie.check_family_match(integer, float8) IS 'Internal: release check family match. By abie.run_school.family.';

CREATE FUNCTION abie.check_phase_match(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s with %s', i.urn, i.similar_urn) ORDER BY i.urn, i.rank) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT m.urn, m.rank, m.similar_urn, (m.school).stratum IS DISTINCT FROM (m.other).stratum AS faulty FROM abie.run_match(check_phase_match.run_id) m
) i
$$;
COMMENT ON FUNCTION abie.check_phase_match(integer, float8) IS 'Internal: release check phase match. A similar school that is not in the run counts as a fault.';

CREATE FUNCTION abie.check_selective_match(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s with %s', i.urn, i.similar_urn) ORDER BY i.urn, i.rank) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT m.urn, m.rank, m.similar_urn, (m.school).selective IS DISTINCT FROM (m.other).selective AS faulty FROM abie.run_match(check_selective_match.run_id) m
) i
$$;
COMMENT ON FUNCTION abie.check_selective_match(integer, float8) IS 'Internal: release check selective match. A similar school that is not in the run counts as a fault.';

CREATE FUNCTION abie.check_distance(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s with %s', i.urn, i.similar_urn) ORDER BY i.urn, i.rank) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT m.urn, m.rank, m.similar_urn,
		-- vectors of two strata have other elements
		(m.school).stratum IS DISTINCT FROM (m.other).stratum
			OR m.distance IS DISTINCT FROM abie.distance((m.school).vector, (m.other).vector, w.weights)
			OR m.distance < lag(m.distance) OVER (PARTITION BY m.urn ORDER BY m.rank) AS faulty
	FROM abie.run_match(check_distance.run_id) m LEFT JOIN abie.run_weights(check_distance.run_id) w ON w.stratum = (m.school).stratum
) i
$$;
COMMENT ON FUNCTION abie.check_distance(integer, float8) IS 'Internal: release check distance. To the bit; one way round is enough, for abie.distance is the same either way.';

CREATE FUNCTION abie.check_incomplete_list(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s', i.urn, i.held) ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, (n.held, n.schools, n.first, n.last) IS DISTINCT FROM (m.similar_schools::bigint, m.similar_schools::bigint, 1, m.similar_schools) AS faulty, coalesce(n.held, 0) AS held
	FROM abie.run_methodology(check_incomplete_list.run_id) m CROSS JOIN abie.expectation e
		LEFT JOIN (SELECT s.urn, count(*) AS held, count(DISTINCT s.similar_urn) AS schools, min(s.rank) AS first, max(s.rank) AS last
			FROM abie.similar_school s WHERE s.run_id = check_incomplete_list.run_id GROUP BY s.urn) n ON n.urn = e.urn
	WHERE e.run_id = check_incomplete_list.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_incomplete_list(integer, float8) IS 'Internal: release check incomplete list. Examples: school: similar schools held.';

CREATE FUNCTION abie.check_far_apart(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s with %s: %s km', i.urn, i.similar_urn, round(i.km)) ORDER BY i.km DESC, i.urn, i.rank) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT m.urn, m.rank, m.similar_urn, m.km > check_far_apart.threshold AS faulty, m.km FROM abie.run_match(check_far_apart.run_id) m
	WHERE m.km IS NOT NULL
) i
$$;
COMMENT ON FUNCTION abie.check_far_apart(integer, float8) IS 'Internal: release check far apart. Examples: the farthest.';

CREATE FUNCTION abie.check_other_type(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s', i.urn, i.type_group) ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT m.urn, NOT bool_or(a.type_group = b.type_group) AS faulty, min(a.type_group) AS type_group
	FROM abie.run_match(check_other_type.run_id) m JOIN abie.school a ON a.urn = m.urn JOIN abie.school b ON b.urn = m.similar_urn
	WHERE a.type_group IS NOT NULL AND b.type_group IS NOT NULL GROUP BY m.urn
) i
$$;
COMMENT ON FUNCTION abie.check_other_type(integer, float8) IS 'Internal: release check other type. By abie.school.type_group as it is now.';

--
-- Schools and figures
--

CREATE FUNCTION abie.check_unaccounted_school(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.laestab::text ORDER BY i.laestab) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT coalesce(a.laestab, e.laestab, x.laestab) AS laestab, (e.laestab IS NULL) = (x.laestab IS NULL) OR a.laestab IS NULL AS faulty
	FROM (SELECT a.laestab FROM abie.run r JOIN abie.attendance a ON a.academic_year = r.baseline_year WHERE r.run_id = check_unaccounted_school.run_id) a
		FULL JOIN (SELECT e.laestab FROM abie.expectation e WHERE e.run_id = check_unaccounted_school.run_id) e ON e.laestab = a.laestab
		FULL JOIN (SELECT x.laestab FROM abie.exclusion x WHERE x.run_id = check_unaccounted_school.run_id) x ON x.laestab = coalesce(a.laestab, e.laestab)
) i
$$;
COMMENT ON FUNCTION abie.check_unaccounted_school(integer, float8) IS 'Internal: release check unaccounted school. Examples are LAESTABs.';

CREATE FUNCTION abie.check_base_figure(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s, held %s', i.urn, round(i.attendance::numeric, 3), coalesce(round(i.held::numeric, 3)::text, 'none')) ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, e.attendance, a.laestab IS NULL OR s.urn IS NULL
			OR (a.urn, a.sess_possible, a.sess_overall) IS DISTINCT FROM (e.urn, s.sess_possible, s.sess_overall)
			OR e.attendance IS DISTINCT FROM abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent) OR s.attendance IS DISTINCT FROM e.attendance
			OR a.enrolments <> e.enrolments OR s.enrolments IS DISTINCT FROM e.enrolments AS faulty,
		abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent) AS held
	FROM abie.run r JOIN abie.expectation e ON e.run_id = r.run_id
		LEFT JOIN abie.run_school s ON s.run_id = e.run_id AND s.urn = e.urn
		LEFT JOIN abie.attendance a ON a.academic_year = r.baseline_year AND a.laestab = e.laestab
	WHERE r.run_id = check_base_figure.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_base_figure(integer, float8) IS 'Internal: release check base figure. Examples: attendance in the run and as held now.';

CREATE FUNCTION abie.check_school_figure(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s, by the school %s', i.urn, round(i.attendance::numeric, 3), round(i.attendance_percent::numeric, 3)) ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, e.attendance, f.attendance_percent, abs(e.attendance - f.attendance_percent) > check_school_figure.threshold AS faulty
	FROM abie.run r JOIN abie.expectation e ON e.run_id = r.run_id JOIN abie.school_figure f ON f.urn = e.urn AND f.academic_year = r.baseline_year
	WHERE r.run_id = check_school_figure.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_school_figure(integer, float8) IS 'Internal: release check school figure. Examples: attendance in the run and by the school.';

CREATE FUNCTION abie.check_baseline(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.urn::text ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, coalesce(NOT e.baseline BETWEEN least(e.own_level, e.expected) - 1e-9 AND greatest(e.own_level, e.expected) + 1e-9
			OR abs(e.baseline - (e.expected + e.own_share * (e.own_level - e.expected))) > 1e-6, true) AS faulty FROM abie.expectation e WHERE e.run_id = check_baseline.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_baseline(integer, float8) IS 'Internal: release check baseline. To 1e-9 percentage points.';

CREATE FUNCTION abie.check_improvement(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s, should be %s', i.urn, round(i.improvement::numeric, 3), round(i.follows::numeric, 3)) ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, e.improvement, p.improvement AS follows,
		abs(e.improvement - p.improvement) > 1e-9 OR abs(e.gap - greatest(0, e.expected - e.baseline)) > 1e-9 OR abs(e.target - e.baseline - e.improvement) > 1e-9
			OR e.ladder_top IS DISTINCT FROM greatest(e.pared_mean, e.pre_pandemic)
			OR e.improvement_rounded <> abie.round_half_up(e.improvement, 1) OR (e.statement = 'maintain') <> (e.baseline >= e.ladder_top) AS faulty
	FROM abie.run_methodology(check_improvement.run_id) m CROSS JOIN abie.expectation e,
		-- the rule again in its own words, not by the function that made it
		LATERAL (SELECT least(greatest(m.improvement_floor, least(m.improvement_cap, m.pace + m.gap_share * greatest(0, e.expected - e.baseline))),
			greatest(0, e.ladder_top - e.baseline)) AS improvement) p
	WHERE e.run_id = check_improvement.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_improvement(integer, float8) IS 'Internal: release check improvement. To 1e-9 percentage points. Examples: improvement in the run and as it follows.';

CREATE FUNCTION abie.check_improvement_order(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.urn::text ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, e.improvement < max(e.improvement) OVER (ORDER BY e.gap, e.urn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - 1e-9 AS faulty
	FROM abie.expectation e WHERE e.run_id = check_improvement_order.run_id AND e.improvement < e.ladder_top - e.baseline
) i
$$;
COMMENT ON FUNCTION abie.check_improvement_order(integer, float8) IS 'Internal: release check improvement order. Expected attendance that rises by itself makes the gap greater, a baseline that rises makes it smaller, so one order covers both.';

CREATE FUNCTION abie.check_impossible_figure(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.urn::text ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, NOT bool_and(v.rate BETWEEN 0 AND 100) AS faulty
	FROM abie.expectation e, unnest(ARRAY[e.attendance, e.expected, e.own_level, e.baseline, e.target, e.ladder_top, e.la_average, e.national_average, e.similar_upper_quartile,
		e.pared_mean, e.pre_pandemic, e.forecast, e.forecast_low, e.forecast_high]) v(rate)
	WHERE e.run_id = check_impossible_figure.run_id GROUP BY e.urn
) i
$$;
COMMENT ON FUNCTION abie.check_impossible_figure(integer, float8) IS 'Internal: release check impossible figure. NaN and infinities are none either.';

CREATE FUNCTION abie.check_extreme_gap(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s', i.urn, round(i.difference::numeric, 1)) ORDER BY abs(i.difference) DESC, i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, e.attendance - e.expected AS difference, abs(e.attendance - e.expected) > check_extreme_gap.threshold AS faulty
	FROM abie.expectation e WHERE e.run_id = check_extreme_gap.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_extreme_gap(integer, float8) IS 'Internal: release check extreme gap. Examples: the greatest, attendance less expected.';

CREATE FUNCTION abie.check_no_expectation(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(sum(i.schools)::bigint, coalesce(sum(i.schools) FILTER (WHERE i.reason IS NOT NULL), 0)::bigint,
	(array_agg(format('%s: %s', i.reason, i.schools) ORDER BY i.schools DESC, i.reason) FILTER (WHERE i.reason IS NOT NULL))[1:5])::abie.check_finding
FROM (
	SELECT x.reason, count(*) AS schools FROM abie.exclusion x
	WHERE x.run_id = check_no_expectation.run_id AND x.reason NOT IN ('special school', 'not mainstream') GROUP BY x.reason
	UNION ALL
	SELECT NULL, count(*) FROM abie.expectation e WHERE e.run_id = check_no_expectation.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_no_expectation(integer, float8) IS 'Internal: release check no expectation. Examples: reason: schools.';

--
-- Inputs
--

CREATE FUNCTION abie.check_input_digest(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(1, CASE WHEN i.now = i.recorded THEN 0 ELSE 1 END, CASE WHEN i.now <> i.recorded THEN ARRAY[i.now] END)::abie.check_finding
FROM (SELECT r.input_digest AS recorded, abie.input_digest(r.run_id) AS now FROM abie.run r WHERE r.run_id = check_input_digest.run_id) i
$$;
COMMENT ON FUNCTION abie.check_input_digest(integer, float8) IS 'Internal: release check input digest. Example: the digest as it is now.';

CREATE FUNCTION abie.check_result_digest(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(1, CASE WHEN i.now = i.recorded THEN 0 ELSE 1 END, CASE WHEN i.now <> i.recorded THEN ARRAY[i.now] END)::abie.check_finding
FROM (SELECT r.result_digest AS recorded, abie.result_digest(r.run_id) AS now FROM abie.run r WHERE r.run_id = check_result_digest.run_id) i
$$;
COMMENT ON FUNCTION abie.check_result_digest(integer, float8) IS 'Internal: release check result digest. Example: the digest as it is now.';

CREATE FUNCTION abie.check_stale_input(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m abie.methodology := abie.run_methodology(run_id);
	target_year text := (SELECT r.target_year FROM abie.run r WHERE r.run_id = check_stale_input.run_id);
	finding abie.check_finding;
BEGIN
	-- the pool as abie.calculate_pool would make it now
	EXECUTE format($sql$
		SELECT count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.urn::text ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5]
		FROM (
			SELECT coalesce(s.urn, c.urn) AS urn, s.urn IS NULL OR c.urn IS NULL
				OR (s.laestab, s.stratum, s.selective, s.enrolments, s.sess_possible, s.sess_overall, s.attendance, s.easting, s.northing, s.family)
					IS DISTINCT FROM (c.laestab, c.stratum, coalesce(c.admissions_policy = 'Selective', false), c.enrolments, c.sess_possible, c.sess_overall,
						c.attendance, c.easting, c.northing, f.family)
				OR (s.previous_attendance, s.earlier_attendance, s.pre_pandemic) IS DISTINCT FROM (p.previous_attendance, p.earlier_attendance, p.pre_pandemic)
				OR s.numbers IS DISTINCT FROM %s OR s.categories IS DISTINCT FROM %s AS faulty
			FROM (SELECT * FROM abie.school_scope($2, $3) x WHERE x.reason IS NULL) c
				LEFT JOIN abie.school_family() f ON f.urn = c.urn
				LEFT JOIN abie.past_attendance(abie.previous_year($2)) p ON p.laestab = c.laestab
				FULL JOIN (SELECT * FROM abie.run_school x WHERE x.run_id = $1) s ON s.urn = c.urn
		) i
		$sql$, abie.characteristic_array(m.characteristics, 'number'), abie.characteristic_array(m.characteristics, 'category'))
	INTO finding USING run_id, target_year, m.minimum_enrolments;
	RETURN finding;
END $$;
COMMENT ON FUNCTION abie.check_stale_input(integer, float8) IS 'Internal: release check stale input: the pool is made again and compared with the one kept.';

CREATE FUNCTION abie.check_partial_input(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.laestab::text ORDER BY i.laestab) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT b.laestab, a.laestab IS NULL AS faulty
	FROM abie.run r JOIN abie.attendance b ON b.academic_year = abie.previous_year(r.baseline_year)
		LEFT JOIN abie.attendance a ON a.academic_year = r.baseline_year AND a.laestab = b.laestab
	WHERE r.run_id = check_partial_input.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_partial_input(integer, float8) IS 'Internal: release check partial input. Examples are LAESTABs.';

CREATE FUNCTION abie.check_rate_only(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.urn::text ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT s.urn, s.sess_possible IS NULL OR s.sess_overall IS NULL AS faulty FROM abie.run_school s WHERE s.run_id = check_rate_only.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_rate_only(integer, float8) IS 'Internal: release check rate only. ';

CREATE FUNCTION abie.check_suppressed_input(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s', i.laestab, i.markers) ORDER BY i.laestab) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT a.laestab, a.markers <> '{}' AS faulty, a.markers FROM abie.run r JOIN abie.run_school s ON s.run_id = r.run_id
		JOIN abie.attendance a ON a.academic_year = r.baseline_year AND a.laestab = s.laestab
	WHERE r.run_id = check_suppressed_input.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_suppressed_input(integer, float8) IS 'Internal: release check suppressed input. Examples: LAESTAB: markers.';

CREATE FUNCTION abie.check_missing_characteristic(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s', i.urn, i.characteristic) ORDER BY i.urn, i.characteristic) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT s.urn, c.characteristic, s.vector[c.position] IS NULL AS faulty
	FROM abie.run_school s JOIN (SELECT c.stratum, c.characteristic, min(c.position) AS position FROM abie.run_characteristic c
		WHERE c.run_id = check_missing_characteristic.run_id GROUP BY c.stratum, c.characteristic) c ON c.stratum = s.stratum
	WHERE s.run_id = check_missing_characteristic.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_missing_characteristic(integer, float8) IS 'Internal: release check missing characteristic. Items are schools x characteristics.';

CREATE FUNCTION abie.check_national_total(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s sessions possible, schools %s', i.school_type, i.sess_possible, i.held) ORDER BY i.la_code, i.school_type) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT t.la_code, t.school_type, t.sess_possible, t.held,
		coalesce(greatest(abs(t.possible - t.sess_possible) / nullif(t.sess_possible, 0), abs(t.absent - t.sess_overall) / nullif(t.sess_overall, 0),
			abs(t.pupils - t.enrolments)::numeric / nullif(t.enrolments, 0)) * 100 > check_national_total.threshold, true) AS faulty
	FROM (SELECT t.*, sum(a.sess_possible) AS possible, sum(a.sess_overall) AS absent, sum(a.enrolments) AS pupils, sum(a.sess_possible) AS held
		FROM abie.run r JOIN abie.published_total t ON t.academic_year = r.baseline_year AND t.la_code = 0
			LEFT JOIN abie.attendance a ON a.academic_year = t.academic_year AND a.school_type = t.school_type
		WHERE r.run_id = check_national_total.run_id GROUP BY t.academic_year, t.la_code, t.school_type) t
) i
$$;
COMMENT ON FUNCTION abie.check_national_total(integer, float8) IS 'Internal: release check national total. Examples: published and added up.';

CREATE FUNCTION abie.check_local_authority_total(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s sessions possible, schools %s', i.la_code || ' ' || i.school_type, i.sess_possible, i.held) ORDER BY i.la_code, i.school_type) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT t.la_code, t.school_type, t.sess_possible, t.held,
		coalesce(greatest(abs(t.possible - t.sess_possible) / nullif(t.sess_possible, 0), abs(t.absent - t.sess_overall) / nullif(t.sess_overall, 0),
			abs(t.pupils - t.enrolments)::numeric / nullif(t.enrolments, 0)) * 100 > check_local_authority_total.threshold, true) AS faulty
	FROM (SELECT t.*, sum(a.sess_possible) AS possible, sum(a.sess_overall) AS absent, sum(a.enrolments) AS pupils, sum(a.sess_possible) AS held
		FROM abie.run r JOIN abie.published_total t ON t.academic_year = r.baseline_year AND t.la_code > 0
			LEFT JOIN abie.attendance a ON a.academic_year = t.academic_year AND a.school_type = t.school_type AND a.laestab / 10000 = t.la_code
		WHERE r.run_id = check_local_authority_total.run_id GROUP BY t.academic_year, t.la_code, t.school_type) t
) i
$$;
COMMENT ON FUNCTION abie.check_local_authority_total(integer, float8) IS 'Internal: release check local authority total. Examples: published and added up.';

--
-- Against the run issued last
--

CREATE FUNCTION abie.run_issued_before(run_id integer) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
SELECT o.run_id FROM abie.run r JOIN abie.run o ON o.run_id <> r.run_id AND o.target_year <= r.target_year AND o.status IN ('issued', 'superseded')
WHERE r.run_id = run_issued_before.run_id
ORDER BY o.target_year DESC, o.status, o.run_id DESC LIMIT 1
$$;
COMMENT ON FUNCTION abie.run_issued_before(integer) IS 'The run that a run is compared with: the one issued for its target year, else superseded in it, else of the nearest year before; NULL where there is none.';

CREATE FUNCTION abie.check_moved_expectation(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s', i.urn, round(i.moved::numeric, 2)) ORDER BY abs(i.moved) DESC, i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, e.improvement - o.improvement AS moved, abs(e.improvement - o.improvement) > check_moved_expectation.threshold AS faulty
	FROM abie.expectation e JOIN abie.expectation o ON o.run_id = abie.run_issued_before(check_moved_expectation.run_id) AND o.urn = e.urn
	WHERE e.run_id = check_moved_expectation.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_moved_expectation(integer, float8) IS 'Internal: release check moved expectation. Examples: the greatest moves.';

CREATE FUNCTION abie.check_moved_list(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s in common', i.urn, i.common) ORDER BY i.common, i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT n.urn, 100.0 * count(o.urn) / count(*) < check_moved_list.threshold AS faulty, count(o.urn) AS common
	FROM abie.similar_school n LEFT JOIN abie.similar_school o ON o.run_id = abie.run_issued_before(check_moved_list.run_id) AND o.urn = n.urn AND o.similar_urn = n.similar_urn
	WHERE n.run_id = check_moved_list.run_id AND n.urn IN (SELECT b.urn FROM abie.similar_school b WHERE b.run_id = abie.run_issued_before(check_moved_list.run_id))
	GROUP BY n.urn
) i
$$;
COMMENT ON FUNCTION abie.check_moved_list(integer, float8) IS 'Internal: release check moved list. Examples: similar schools in common.';

--
-- All of them
--

CREATE FUNCTION abie.run_checks(run_id integer)
RETURNS TABLE (name text, severity text, threshold float8, tolerated float8, items bigint, faults bigint, passed boolean, examples text[])
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000000 ROWS 28
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
SET work_mem = '64MB'
AS $$
DECLARE
	settings jsonb := (abie.run_methodology(run_id)).checks;
	finding abie.check_finding;
BEGIN
	FOR name, severity, threshold, tolerated IN
		SELECT c.name, coalesce(settings -> c.name ->> 'severity', c.severity), coalesce((settings -> c.name ->> 'threshold')::float8, c.threshold),
			coalesce((settings -> c.name ->> 'tolerated')::float8, c.tolerated)
		FROM abie.release_check c WHERE settings -> c.name ->> 'severity' IS DISTINCT FROM 'off'
	LOOP
		-- each check is a function: 'self match' is abie.check_self_match
		EXECUTE format('SELECT f.* FROM abie.%I($1, $2) f', 'check_' || replace(name, ' ', '_')) INTO finding USING run_id, threshold;
		items := finding.items;
		faults := finding.faults;
		examples := finding.examples;
		passed := CASE WHEN items > 0 THEN 100.0 * faults <= tolerated * items END;
		RETURN NEXT;
	END LOOP;
END $$;
COMMENT ON FUNCTION abie.run_checks(integer) IS 'Makes the release checks of a run, whatever its status, and stores nothing; columns as in abie.run_check. No rows for a run that does not exist.';

CREATE FUNCTION abie.check_run(run_id integer) RETURNS SETOF abie.run_check
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE ROWS 28
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	held text := abie.lock_run(run_id);
BEGIN
	IF held NOT IN ('calculated', 'checked') THEN
		RAISE EXCEPTION 'run % is %', run_id, held
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Check a calculated run; abie.run_checks looks at any.';
	END IF;
	DELETE FROM abie.run_check c WHERE c.run_id = check_run.run_id;
	INSERT INTO abie.run_check (run_id, name, severity, threshold, tolerated, items, faults, passed, examples)
	SELECT check_run.run_id, c.* FROM abie.run_checks(check_run.run_id) c;
	UPDATE abie.run r SET status = 'checked', row_counts = r.row_counts || jsonb_build_object('run_check',
		(SELECT count(*) FROM abie.run_check c WHERE c.run_id = r.run_id))
	WHERE r.run_id = check_run.run_id;
	RETURN QUERY SELECT c.* FROM abie.run_check c JOIN abie.release_check k ON k.name = c.name
		WHERE c.run_id = check_run.run_id ORDER BY c.passed IS FALSE DESC, c.severity, c.name;
END $$;
COMMENT ON FUNCTION abie.check_run(integer) IS 'Makes the release checks of a calculated run, keeps them in abie.run_check in place of earlier ones and marks the run checked; the checks, failed ones first. Errors: P0002 no such run, 55000 a run that is not calculated or checked.';

CREATE FUNCTION abie.refuse_failing_run(run_id integer) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	failing text := (SELECT string_agg(format('%s (%s of %s)', c.name, c.faults, c.items), ', ' ORDER BY c.name COLLATE "C")
		FROM abie.run_check c WHERE c.run_id = refuse_failing_run.run_id AND c.severity = 'blocking' AND c.passed IS FALSE);
BEGIN
	IF failing IS NOT NULL THEN
		RAISE EXCEPTION 'run % fails blocking checks', run_id
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = failing || '.',
				HINT = 'Examples are in abie.run_check. To issue it all the same, give the reason: abie.issue(run_id, reason).';
	END IF;
END $$;
COMMENT ON FUNCTION abie.refuse_failing_run(integer) IS 'Internal: raises error 55000 naming the blocking checks a run fails, if any.';
