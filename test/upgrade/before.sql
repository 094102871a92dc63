-- What a database has before the server's version changes: an issued run, grants, an event, registers kept with everything that
-- PostgreSQL stores of their values: generated columns, indexes of each kind, expressions, constraints, partitions, states.
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(1500);
CALL abie.calculate(abie.next_target_year(), run_id => NULL);
SELECT abie.issue(1);
CALL abie.calculate(abie.next_target_year(), run_id => NULL);
CREATE ROLE upgrade_head;
CREATE ROLE upgrade_county;
CREATE ROLE upgrade_analyst;
SELECT abie.grant_access('upgrade_head', 'school', '900017');
SELECT abie.grant_access('upgrade_county', 'local authority', '600', valid_until => '2199-12-31');
SELECT abie.grant_access('upgrade_analyst', 'national', purpose => 'calculation');

CREATE TABLE pupil_register (
	academic_year text, urn integer, pupil bigint, register abie.register CHECK (abie.session_count(register) > 0),
	possible bigint GENERATED ALWAYS AS (abie.sess_possible(register)) STORED,
	codes abie.tally GENERATED ALWAYS AS (abie.tally(register)) STORED,
	summary abie.attendance_summary GENERATED ALWAYS AS (abie.summary(register)) STORED,
	PRIMARY KEY (academic_year, urn, pupil)
) PARTITION BY LIST (academic_year);
CREATE TABLE pupil_register_2024_25 PARTITION OF pupil_register FOR VALUES IN ('2024/25');
CREATE TABLE pupil_register_2025_26 PARTITION OF pupil_register FOR VALUES IN ('2025/26');
INSERT INTO pupil_register
SELECT academic_year, p.pupil % 10, p.pupil, p.register FROM unnest('{2024/25,2025/26}'::text[]) academic_year, abie.demo_pupils(academic_year) p;
CREATE INDEX by_absence ON pupil_register (abie.sess_overall(register));
CREATE INDEX by_persistent ON pupil_register (urn) WHERE abie.is_persistently_absent(register);
CREATE INDEX by_range ON pupil_register USING gist (abie.date_range(register));
CREATE INDEX by_register ON pupil_register (register);
CREATE INDEX by_hash ON pupil_register USING hash (register);
CREATE STATISTICS of_absence ON abie.sess_overall(register), urn FROM pupil_register;
CREATE TABLE school_weeks AS SELECT academic_year, urn, abie.absence_weeks_agg(register) AS weeks FROM pupil_register GROUP BY 1, 2;
CREATE MATERIALIZED VIEW school_measures AS SELECT urn, abie.absence(register) AS measures FROM pupil_register GROUP BY urn;
ANALYZE;
