-- Shocks for reporting tools: rows as in sql/reports/report_view.sql.

CREATE VIEW abie_report.shock WITH (security_barrier = true) AS
SELECT m.monitor_id, m.academic_year, m.as_of, m.is_current, m.is_latest, s.stratum, s.scope, s.code, s.week_start,
	s.schools, s.low_schools, s.z, s.departure, s.area_departure, s.false_discovery, s.event_id, s.accepted
FROM abie_report.monitor m JOIN abie_internal.found_shocks() s ON s.monitor_id = m.monitor_id;
COMMENT ON VIEW abie_report.shock IS
'Weeks far below what is usual, of the schools and areas granted, as each weekly run found them: candidates, which set '
'nothing aside. One row a weekly run, stratum, school or area, and week.';
COMMENT ON COLUMN abie_report.shock.event_id IS
'Event recorded of the same school or area in the week (abie_report.school_event), an accepted one first; NULL where '
'there is none.';
COMMENT ON COLUMN abie_report.shock.accepted IS 'Whether it is accepted; NULL while not decided.';
SELECT abie_owner.describe_as('abie_report.shock', 'abie.shock');
