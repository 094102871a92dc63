-- Where test/bench/accuracy keeps what it measures, and what is held of attendance, which it takes away and puts back.
CREATE SCHEMA measured;

CREATE TABLE measured.held AS TABLE abie.attendance;

CREATE TABLE measured.attendance (
	academic_year text, laestab int, urn int, enrolments int, attendance float8,
	PRIMARY KEY (academic_year, laestab)
);
INSERT INTO measured.attendance
SELECT a.academic_year, a.laestab, a.urn, a.enrolments,
	abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent)
FROM abie.attendance a
WHERE abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent) IS NOT NULL;
CREATE INDEX ON measured.attendance (urn, academic_year);

CREATE TABLE measured.next_year (
	kind text, methodology text, year text, urn int, stratum text, attendance float8, expected float8, baseline float8,
	forecast float8, low float8, high float8, enrolments int, outcome float8, one_urn boolean, columns float8[],
	PRIMARY KEY (kind, methodology, year, urn)
);
CREATE TABLE measured.next_year_tree (year text, urn int, prediction float8, PRIMARY KEY (year, urn));

CREATE TABLE measured.r2 (
	methodology text, draw text, stratum text, expected float8, context float8, mean_of_20 float8, trees float8,
	schools bigint
);

-- error: standard error of what was measured, where schools are few
CREATE TABLE measured.figure (
	position serial, figure text, stratum text, first_edition float8, peer float8, measured float8, error float8,
	low float8, high float8
);

CREATE TABLE measured.recomputed (position serial, figure text, compared bigint, largest float8);
CREATE TABLE measured.explained (schools integer, different integer, largest float8);
