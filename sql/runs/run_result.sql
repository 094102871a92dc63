-- What a run results in: similar schools, expectations, and who has none and why.

-- One row a school, because a row for each of 400,000 pairs takes longer to write than to find. Plain integers:
-- checking the domain on each does too.
CREATE TABLE abie.similar_list (
	run_id integer,
	urn integer,
	similar_urns integer[] NOT NULL,
	distances float8[] NOT NULL,
	bandwidth float8 NOT NULL,
	PRIMARY KEY (run_id, urn),
	CHECK (cardinality(similar_urns) = cardinality(distances))
);
COMMENT ON TABLE abie.similar_list IS
'The similar schools of each school in a run, as lists; abie.similar_school has them as rows.';
COMMENT ON COLUMN abie.similar_list.run_id IS 'The run.';
COMMENT ON COLUMN abie.similar_list.urn IS 'The school.';
COMMENT ON COLUMN abie.similar_list.similar_urns IS
'The similar schools of the school, the most similar first; of equally similar ones the lower URN.';
COMMENT ON COLUMN abie.similar_list.distances IS 'The distance of each of similar_urns.';
COMMENT ON COLUMN abie.similar_list.bandwidth IS
'Distance of the first school beyond the similar ones, where the kernel''s weight reaches 0; of the last similar one '
'where there is none beyond.';

CREATE VIEW abie.similar_school WITH (security_invoker = true) AS
SELECT l.run_id, l.urn, n.rank::integer AS rank, n.similar_urn, l.distances[n.rank] AS distance
FROM abie.similar_list l
	CROSS JOIN LATERAL pg_catalog.unnest(l.similar_urns) WITH ORDINALITY n (similar_urn, rank);
COMMENT ON VIEW abie.similar_school IS
'The similar schools of each school in a run: one row a run, school and similar school.';
COMMENT ON COLUMN abie.similar_school.run_id IS 'The run.';
COMMENT ON COLUMN abie.similar_school.urn IS 'The school.';
COMMENT ON COLUMN abie.similar_school.rank IS '1 for the most similar.';
COMMENT ON COLUMN abie.similar_school.similar_urn IS
'The similar school; never the school itself nor a predecessor or successor of it.';
COMMENT ON COLUMN abie.similar_school.distance IS 'Distance by abie.distance of their two vectors (abie.run_vector).';

CREATE TABLE abie.expectation (
	run_id integer,
	urn abie.urn,
	laestab abie.laestab NOT NULL,
	stratum text NOT NULL,
	enrolments integer NOT NULL,
	attendance float8 NOT NULL,
	expected float8 NOT NULL,
	expected_error float8,
	own_level float8 NOT NULL,
	own_share float8 NOT NULL,
	baseline float8 NOT NULL,
	baseline_error float8,
	gap float8 NOT NULL,
	improvement float8 NOT NULL,
	improvement_rounded numeric(4, 1) NOT NULL,
	target float8 NOT NULL,
	statement text NOT NULL CHECK (statement IN ('improve', 'sustain', 'maintain')),
	ladder_top float8 NOT NULL,
	la_average float8,
	national_average float8 NOT NULL,
	similar_upper_quartile float8 NOT NULL,
	pared_mean float8 NOT NULL,
	pre_pandemic float8,
	forecast float8,
	forecast_low float8,
	forecast_high float8,
	poor_match boolean NOT NULL,
	outside_model boolean NOT NULL,
	references_published boolean NOT NULL,
	PRIMARY KEY (run_id, urn)
);
COMMENT ON TABLE abie.expectation IS
'What is expected of each school in a run. Rates are attendance in per cent, differences percentage points; unrounded '
'but for improvement_rounded.';
COMMENT ON COLUMN abie.expectation.run_id IS 'The run.';
COMMENT ON COLUMN abie.expectation.urn IS 'The school.';
COMMENT ON COLUMN abie.expectation.laestab IS 'LAESTAB of the school in the baseline year.';
COMMENT ON COLUMN abie.expectation.stratum IS 'primary, or secondary including all-through.';
COMMENT ON COLUMN abie.expectation.enrolments IS 'Enrolments of the baseline year.';
COMMENT ON COLUMN abie.expectation.attendance IS 'Attendance of the baseline year.';
COMMENT ON COLUMN abie.expectation.expected IS 'Attendance that the school''s circumstances lead one to expect.';
COMMENT ON COLUMN abie.expectation.expected_error IS 'Standard error of expected; NULL in method similar-schools.';
COMMENT ON COLUMN abie.expectation.own_level IS
'The school''s own level: last_weight x attendance + (1 - last_weight) x that of the year before, where both are held '
'and the weight is learned; else attendance.';
COMMENT ON COLUMN abie.expectation.own_share IS
'Share B of own_level in baseline, 0-1; the rest is expected. 1 in method similar-schools.';
COMMENT ON COLUMN abie.expectation.baseline IS
'Underlying level the school starts from: expected + own_share x (own_level - expected).';
COMMENT ON COLUMN abie.expectation.baseline_error IS 'Standard error of baseline; NULL in method similar-schools.';
COMMENT ON COLUMN abie.expectation.gap IS 'max(0, expected - baseline).';
COMMENT ON COLUMN abie.expectation.improvement IS
'Minimum improvement expected in the target year: abie.improvement_expectation.';
COMMENT ON COLUMN abie.expectation.improvement_rounded IS
'improvement rounded half up to 0.1, for publication; decisions use improvement.';
COMMENT ON COLUMN abie.expectation.target IS 'baseline + improvement.';
COMMENT ON COLUMN abie.expectation.statement IS
'improve; sustain where attendance of the baseline year has reached the target already; maintain where the improvement '
'rounds to 0.0, so that nothing is asked for: abie.statement.';
COMMENT ON COLUMN abie.expectation.ladder_top IS
'What no improvement goes beyond: the greater of pared_mean and pre_pandemic. Other rungs may be higher.';
COMMENT ON COLUMN abie.expectation.la_average IS
'Rung: attendance of the local authority''s schools of the stratum: abie.run_school.la_average; NULL where none is '
'published.';
COMMENT ON COLUMN abie.expectation.national_average IS
'Rung: attendance of all schools of the stratum: abie.run_school.national_average.';
COMMENT ON COLUMN abie.expectation.similar_upper_quartile IS
'Rung: upper quartile of the similar schools'' attendance.';
COMMENT ON COLUMN abie.expectation.pared_mean IS
'Rung: pared mean (abie.pared_mean) of the school and its similar schools.';
COMMENT ON COLUMN abie.expectation.pre_pandemic IS
'Rung: the school''s own attendance in 2018/19, under this or an earlier URN; NULL where not held.';
COMMENT ON COLUMN abie.expectation.forecast IS
'Attendance in the target year if nothing changes, per cent; NULL in method similar-schools.';
COMMENT ON COLUMN abie.expectation.forecast_low IS
'Lower end of the 95 per cent prediction interval of attendance in the target year, any change common to all schools '
'apart; NULL where its width is not known.';
COMMENT ON COLUMN abie.expectation.forecast_high IS
'Upper end of the 95 per cent prediction interval of attendance in the target year, any change common to all schools '
'apart; NULL where its width is not known.';
COMMENT ON COLUMN abie.expectation.outside_model IS
'The rates of the last two years both lie outside the interval of the forecast that is made of them: the school is '
'unlike those the model was learned from, and what is expected of it deserves a look.';
COMMENT ON COLUMN abie.expectation.poor_match IS
'The last similar school is farther than the methodology''s percentile of such distances in the stratum.';
COMMENT ON COLUMN abie.expectation.references_published IS 'As abie.run_school.references_published.';

CREATE TABLE abie.exclusion (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	laestab abie.laestab,
	urn abie.urn,
	reason text NOT NULL,
	detail text,
	PRIMARY KEY (run_id, laestab)
);
COMMENT ON TABLE abie.exclusion IS 'Schools in scope of a run that have no expectation, and why.';
COMMENT ON COLUMN abie.exclusion.run_id IS 'The run.';
COMMENT ON COLUMN abie.exclusion.laestab IS 'Local authority number times 10000 plus establishment number.';
COMMENT ON COLUMN abie.exclusion.urn IS 'URN; NULL where the attendance is published without one.';
COMMENT ON COLUMN abie.exclusion.reason IS
'no URN, URN not unique, special school, not mainstream, phase not known, school type not understood, no attendance '
'figure, closed before the target year, fewer than the minimum enrolments, no characteristics, too few comparable '
'schools.';
COMMENT ON COLUMN abie.exclusion.detail IS 'The figure or date behind the reason.';

-- Columns by how they are aligned, which spares their padding.
CREATE TABLE abie.run_scope (
	run_id integer,
	laestab abie.laestab,
	urn abie.urn,
	enrolments integer,
	rows_of_urn integer NOT NULL,
	close_date date,
	status_date date,
	attendance_held boolean NOT NULL,
	stratum text,
	successors text,
	PRIMARY KEY (run_id, laestab)
);
COMMENT ON TABLE abie.run_scope IS
'Every school in scope of a run with what decided whether it entered the pool, so that abie.verify can decide again.';
COMMENT ON COLUMN abie.run_scope.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_scope.laestab IS
'Local authority number times 10000 plus establishment number, in the baseline year.';
COMMENT ON COLUMN abie.run_scope.urn IS 'URN; NULL where the attendance is published without one.';
COMMENT ON COLUMN abie.run_scope.stratum IS
'primary, secondary, special or other; not understood where none of the types given is known to abie_internal.stratum; '
'NULL where the phase is not known.';
COMMENT ON COLUMN abie.run_scope.enrolments IS 'Pupil enrolments, or the headcount where only rates are published.';
COMMENT ON COLUMN abie.run_scope.attendance_held IS 'Whether there was an attendance figure of the baseline year.';
COMMENT ON COLUMN abie.run_scope.rows_of_urn IS 'Rows of attendance with this URN in the baseline year.';
COMMENT ON COLUMN abie.run_scope.close_date IS 'When it closed.';
COMMENT ON COLUMN abie.run_scope.status_date IS
'Date of the register that has it as closed, where the day it closed is not known; NULL otherwise.';
COMMENT ON COLUMN abie.run_scope.successors IS 'URNs of the successors of a school that closed before the target year.';

SELECT pg_catalog.pg_extension_config_dump('abie.similar_list', '');
SELECT pg_catalog.pg_extension_config_dump('abie.expectation', '');
SELECT pg_catalog.pg_extension_config_dump('abie.exclusion', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_scope', '');
