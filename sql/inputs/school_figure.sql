-- What schools and publishers say themselves, for runs to be checked against.

CREATE TABLE abie.school_figure (
	urn abie.urn,
	academic_year abie.academic_year,
	attendance_percent float8 NOT NULL CHECK (attendance_percent BETWEEN 0 AND 100),
	comment text,
	recorded_by text NOT NULL DEFAULT current_user,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (urn, academic_year)
);
COMMENT ON TABLE abie.school_figure IS
'A school''s own figure of its attendance in a year, to be reconciled with the one its expectation starts from.';
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
COMMENT ON COLUMN abie.published_total.school_type IS
'Type as in abie.attendance.school_type: State-funded primary, State-funded secondary, Special.';
COMMENT ON COLUMN abie.published_total.enrolments IS 'Pupil enrolments.';
COMMENT ON COLUMN abie.published_total.sess_possible IS 'Sessions possible.';
COMMENT ON COLUMN abie.published_total.sess_overall IS 'Sessions of absence.';
COMMENT ON COLUMN abie.published_total.source IS 'Publication and file.';
COMMENT ON COLUMN abie.published_total.recorded_at IS 'When it was recorded.';
SELECT pg_catalog.pg_extension_config_dump('abie.published_total', '');
