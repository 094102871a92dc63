-- Figures of all schools together, as they were when a run was calculated: what a report of one school sets beside its
-- own. Kept, because a report would go through all schools and years for them.

CREATE TABLE abie.run_national (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	academic_year abie.academic_year,
	stratum text,
	attendance float8,
	PRIMARY KEY (run_id, academic_year, stratum)
);
COMMENT ON TABLE abie.run_national IS
'National attendance in each year up to the baseline year of a run, as held when it was calculated: what reports set a '
'school''s own years beside.';
COMMENT ON COLUMN abie.run_national.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_national.academic_year IS 'Academic year, such as 2024/25.';
COMMENT ON COLUMN abie.run_national.stratum IS 'primary or secondary, as in abie_report.national_attendance.';
COMMENT ON COLUMN abie.run_national.attendance IS
'Attendance, per cent: abie_report.national_attendance.attendance_percent.';

CREATE TABLE abie.run_improvement (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	stratum text,
	improvement_rounded numeric,
	schools bigint NOT NULL,
	PRIMARY KEY (run_id, stratum, improvement_rounded)
);
COMMENT ON TABLE abie.run_improvement IS
'How many schools of a run have which improvement; for readers, and with small numbers suppressed, '
'abie_report.improvement_distribution.';
COMMENT ON COLUMN abie.run_improvement.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_improvement.stratum IS 'Stratum of the schools.';
COMMENT ON COLUMN abie.run_improvement.improvement_rounded IS 'Improvement, percentage points, as published.';
COMMENT ON COLUMN abie.run_improvement.schools IS 'Schools that have it.';

SELECT pg_catalog.pg_extension_config_dump('abie.run_national', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_improvement', '');
