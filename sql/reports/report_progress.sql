-- The school year for reporting tools: weekly runs, what they learned, how schools and authorities stand. Rows as in
-- sql/reports/report_view.sql.

CREATE FUNCTION abie_owner.report_monitors(role oid)
RETURNS TABLE (monitor_id integer, academic_year text, as_of date, run_id integer, is_current boolean,
	is_latest boolean, newest_week date, is_provisional boolean, schools integer, schools_with_week integer,
	result_digest text, extension_version text, run_by text, started_at timestamptz, finished_at timestamptz)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 40
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY SELECT m.monitor_id, m.academic_year::text, m.as_of, m.run_id,
	m.monitor_id = first_value(m.monitor_id) OVER (PARTITION BY m.academic_year
		ORDER BY r.status = 'issued' DESC, m.as_of DESC, m.monitor_id DESC),
	m.monitor_id = first_value(m.monitor_id) OVER (ORDER BY m.academic_year COLLATE "C" DESC,
		r.status = 'issued' DESC, m.as_of DESC, m.monitor_id DESC),
	m.newest_week, m.newest_week > m.as_of - 14, m.schools, m.schools_with_week, m.result_digest,
	m.extension_version, m.run_by, m.started_at, m.finished_at
FROM abie.monitor m JOIN abie.run r ON r.run_id = m.run_id
WHERE m.status = 'finished' AND m.run_id = ANY ((SELECT abie_owner.readable_runs(role))::integer[]);
END $$;
COMMENT ON FUNCTION abie_owner.report_monitors(oid) IS 'Of a role, as abie_internal.report_monitors.';

CREATE FUNCTION abie_internal.report_monitors()
RETURNS TABLE (monitor_id integer, academic_year text, as_of date, run_id integer, is_current boolean,
	is_latest boolean, newest_week date, is_provisional boolean, schools integer, schools_with_week integer,
	result_digest text, extension_version text, run_by text, started_at timestamptz, finished_at timestamptz)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 40 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.report_monitors() IS
'The weekly runs that finished, of runs that the role in force may see (abie_internal.readable_runs), columns as in '
'abie_report.monitor.';

CREATE VIEW abie_report.monitor WITH (security_barrier = true) AS
SELECT m.* FROM abie_internal.report_monitors() m;
COMMENT ON VIEW abie_report.monitor IS
'Weekly runs that finished, for readers granted less than calculation those against issued expectations: one row a '
'weekly run.';
SELECT abie_owner.describe_as('abie_report.monitor', 'abie.monitor');
COMMENT ON COLUMN abie_report.monitor.is_current IS
'Whether it is the weekly run of its academic year to be read: against the expectations issued, of the latest day, '
'and of two of one day the later.';
COMMENT ON COLUMN abie_report.monitor.is_latest IS
'Whether it is the one to be read of all: the current weekly run of the newest academic year.';
COMMENT ON COLUMN abie_report.monitor.is_provisional IS
'Whether the newest week is younger than 14 days, so that marks of it are still being corrected.';

SELECT abie_owner.make_readable('readable_progress', 'abie.school_progress', '{monitor_id,urn,run_id}', '{results}'),
	abie_owner.make_readable('readable_monitor_stratum', 'abie.monitor_stratum', '{monitor_id,stratum,run_id}', '{}'),
	abie_owner.make_readable('readable_monitor_week', 'abie.monitor_week',
		'{monitor_id,stratum,week_start,kind,run_id}', '{}');

CREATE VIEW abie_report.school_progress WITH (security_barrier = true) AS
SELECT m.monitor_id, m.academic_year, m.as_of, m.is_current, m.is_latest, m.newest_week, m.is_provisional, m.run_id,
	p.urn, e.laestab::integer AS laestab, s.name AS school_name, e.laestab / 10000 AS la_code, la.la_name, s.region,
	s.trust_code, s.trust, p.stratum, e.enrolments, e.statement, e.baseline, e.improvement_rounded, e.target,
	p.status, p.too_early, p.probability, p.projected, p.low, p.high, p.weeks, p.has_newest_week, p.year_to_date,
	p.relative, p.like_for_like, p.done, p.weeks_left, p.level, sqrt(p.level_variance) AS level_error,
	p.weeks_set_aside, p.year_to_date_without, p.projected_without, p.probability_without
FROM abie_report.monitor m JOIN abie_owner.readable_progress p ON p.monitor_id = m.monitor_id
	JOIN abie_owner.readable_expectation e ON e.run_id = p.run_id AND e.urn = p.urn
	LEFT JOIN abie.school s ON s.urn = p.urn
	LEFT JOIN abie.local_authority la ON la.la_code = e.laestab / 10000;
COMMENT ON VIEW abie_report.school_progress IS
'How each school stands against its expectation in each weekly run: one row a weekly run and school, so that the '
'history of its status can be read.';
COMMENT ON COLUMN abie_report.school_progress.level_error IS
'Standard deviation of the school''s own level, percentage points: square root of '
'abie.school_progress.level_variance.';

CREATE VIEW abie_report.stratum_progress WITH (security_barrier = true) AS
SELECT m.academic_year, m.as_of, m.is_current, m.is_latest, s.*
FROM abie_report.monitor m JOIN abie_owner.readable_monitor_stratum s ON s.monitor_id = m.monitor_id;
COMMENT ON VIEW abie_report.stratum_progress IS
'What each weekly run learned of the weeks of a stratum: one row a weekly run and stratum.';

CREATE VIEW abie_report.common_week WITH (security_barrier = true) AS
SELECT m.academic_year, m.as_of, m.is_current, m.is_latest, w.*
FROM abie_report.monitor m JOIN abie_owner.readable_monitor_week w ON w.monitor_id = m.monitor_id;
COMMENT ON VIEW abie_report.common_week IS
'What each weekly run found common to the schools of a stratum in a week of this year and the last: one row a weekly '
'run, stratum, week and kind of week.';

-- Of the areas whose accepted events the role sees, no others: the rows tell of one.
CREATE FUNCTION abie_owner.area_weeks(role oid) RETURNS SETOF abie.monitor_area_week
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
SELECT w.*
FROM abie.monitor_area_week w JOIN abie.monitor m ON m.monitor_id = w.monitor_id
WHERE m.status = 'finished' AND m.run_id = ANY ((SELECT abie_owner.readable_runs(role))::integer[])
	AND (w.scope, w.code) IN (SELECT e.scope, e.code FROM abie_owner.school_events(role) e)
$$;
COMMENT ON FUNCTION abie_owner.area_weeks(oid) IS 'Of a role, as abie_internal.area_weeks.';

CREATE FUNCTION abie_internal.area_weeks() RETURNS SETOF abie.monitor_area_week
LANGUAGE C STABLE PARALLEL SAFE COST 100000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.area_weeks() IS
'The rows of abie.monitor_area_week of the areas of which the role in force sees events (abie_report.school_event).';

CREATE VIEW abie_report.area_week WITH (security_barrier = true) AS
SELECT m.academic_year, m.as_of, m.is_current, m.is_latest, w.*
FROM abie_report.monitor m JOIN abie_internal.area_weeks() w ON w.monitor_id = m.monitor_id;
COMMENT ON VIEW abie_report.area_week IS
'What each weekly run found common to the schools of an area in a week accepted as a shock of it, of the areas whose '
'events the reader sees (abie_report.school_event): one row a weekly run, stratum, area and week.';
SELECT abie_owner.describe_as('abie_report.area_week', 'abie.monitor_area_week');

-- Of the schools that the reader may read, so that nothing of another can follow from it.
CREATE VIEW abie_report.local_authority_week WITH (security_barrier = true) AS
SELECT p.monitor_id, p.academic_year, p.as_of, p.is_current, p.is_latest, p.newest_week, p.is_provisional, p.la_code,
	p.la_name, p.stratum, count(*) AS schools, count(*) FILTER (WHERE p.has_newest_week) AS schools_with_week,
	count(*) FILTER (WHERE p.status = 'on course') AS on_course,
	count(*) FILTER (WHERE p.status = 'open') AS open,
	count(*) FILTER (WHERE p.status = 'not on course') AS not_on_course,
	count(*) FILTER (WHERE p.status = 'maintain') AS maintain,
	-- exact sums, so that their order changes nothing
	sum(p.enrolments) AS enrolments,
	(sum(p.year_to_date::numeric * p.enrolments)
		/ sum(p.enrolments) FILTER (WHERE p.year_to_date IS NOT NULL))::float8 AS year_to_date,
	(sum(p.relative::numeric * p.enrolments)
		/ sum(p.enrolments) FILTER (WHERE p.relative IS NOT NULL))::float8 AS relative,
	(sum(p.like_for_like::numeric * p.enrolments)
		/ sum(p.enrolments) FILTER (WHERE p.like_for_like IS NOT NULL))::float8 AS like_for_like,
	(sum(p.projected::numeric * p.enrolments)
		/ sum(p.enrolments) FILTER (WHERE p.projected IS NOT NULL))::float8 AS projected
FROM abie_report.school_progress p
GROUP BY p.monitor_id, p.academic_year, p.as_of, p.is_current, p.is_latest, p.newest_week, p.is_provisional,
	p.la_code, p.la_name, p.stratum;
COMMENT ON VIEW abie_report.local_authority_week IS
'How the schools of each local authority that the reader may read stand in each weekly run: one row a weekly run, '
'local authority and stratum. Means are weighted by enrolments.';
COMMENT ON COLUMN abie_report.local_authority_week.schools IS
'Schools with an expectation that the reader may read.';
COMMENT ON COLUMN abie_report.local_authority_week.schools_with_week IS
'Schools among them that have the newest week.';
COMMENT ON COLUMN abie_report.local_authority_week.on_course IS 'Schools whose status is on course.';
COMMENT ON COLUMN abie_report.local_authority_week.open IS 'Schools whose status is open.';
COMMENT ON COLUMN abie_report.local_authority_week.not_on_course IS 'Schools whose status is not on course.';
COMMENT ON COLUMN abie_report.local_authority_week.maintain IS 'Schools whose status is maintain.';
COMMENT ON COLUMN abie_report.local_authority_week.enrolments IS 'Their enrolments in the baseline year.';
COMMENT ON COLUMN abie_report.local_authority_week.year_to_date IS
'Mean of their attendance so far, per cent; of those with weeks.';
COMMENT ON COLUMN abie_report.local_authority_week.relative IS
'Mean of their attendance so far less the common course, percentage points.';
COMMENT ON COLUMN abie_report.local_authority_week.like_for_like IS
'Mean change from the same weeks of last year, percentage points; of those that have any.';
COMMENT ON COLUMN abie_report.local_authority_week.projected IS
'Mean of their attendance at the end of the year as projected, per cent.';

-- the same by trust
CREATE VIEW abie_report.trust_week WITH (security_barrier = true) AS
SELECT p.monitor_id, p.academic_year, p.as_of, p.is_current, p.is_latest, p.newest_week, p.is_provisional,
	p.trust, p.stratum, count(*) AS schools, count(*) FILTER (WHERE p.has_newest_week) AS schools_with_week,
	count(*) FILTER (WHERE p.status = 'on course') AS on_course,
	count(*) FILTER (WHERE p.status = 'open') AS open,
	count(*) FILTER (WHERE p.status = 'not on course') AS not_on_course,
	count(*) FILTER (WHERE p.status = 'maintain') AS maintain,
	sum(p.enrolments) AS enrolments,
	(sum(p.year_to_date::numeric * p.enrolments)
		/ sum(p.enrolments) FILTER (WHERE p.year_to_date IS NOT NULL))::float8 AS year_to_date,
	(sum(p.relative::numeric * p.enrolments)
		/ sum(p.enrolments) FILTER (WHERE p.relative IS NOT NULL))::float8 AS relative,
	(sum(p.like_for_like::numeric * p.enrolments)
		/ sum(p.enrolments) FILTER (WHERE p.like_for_like IS NOT NULL))::float8 AS like_for_like,
	(sum(p.projected::numeric * p.enrolments)
		/ sum(p.enrolments) FILTER (WHERE p.projected IS NOT NULL))::float8 AS projected
FROM abie_report.school_progress p
GROUP BY p.monitor_id, p.academic_year, p.as_of, p.is_current, p.is_latest, p.newest_week, p.is_provisional,
	p.trust, p.stratum;
COMMENT ON VIEW abie_report.trust_week IS
'How the schools of each trust that the reader may read stand in each weekly run: one row a weekly run, trust and '
'stratum; NULL for those of none. Means are weighted by enrolments.';
SELECT abie_owner.describe_as('abie_report.trust_week', 'abie_report.local_authority_week');
