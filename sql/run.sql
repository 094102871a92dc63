-- Runs and what they result in.

CREATE TABLE abie.run (
	run_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	target_year abie.academic_year NOT NULL,
	baseline_year abie.academic_year NOT NULL,
	methodology text NOT NULL REFERENCES abie.methodology (name),
	status text NOT NULL DEFAULT 'running'
		CHECK (status IN ('running', 'calculated', 'checked', 'issued', 'superseded', 'withdrawn', 'failed', 'interrupted')),
	reason text,
	stage text,
	percent integer NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
	stages jsonb NOT NULL DEFAULT '[]',
	schools_in_scope integer,
	expectations integer,
	exclusions integer,
	row_counts jsonb NOT NULL DEFAULT '{}',
	input_digest text,
	result_digest text,
	error text,
	extension_version text NOT NULL,
	server_version text NOT NULL DEFAULT current_setting('server_version'),
	run_by text NOT NULL DEFAULT session_user,
	pid integer NOT NULL DEFAULT pg_backend_pid(),
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at timestamptz
);
COMMENT ON TABLE abie.run IS 'Calculations: one row for each call of abie.calculate, written as it goes along. abie.run_status also tells which running ones have died.';
COMMENT ON COLUMN abie.run.run_id IS 'Number of the run.';
COMMENT ON COLUMN abie.run.target_year IS 'Academic year the expectations are for.';
COMMENT ON COLUMN abie.run.baseline_year IS 'Academic year before it, whose attendance they start from.';
COMMENT ON COLUMN abie.run.methodology IS 'Methodology used.';
COMMENT ON COLUMN abie.run.status IS 'running, calculated, checked (abie.check_run), issued (abie.issue), superseded (another run of the year was issued) or withdrawn (abie.withdraw); failed (an error stopped it; nothing of it is kept) or interrupted (cancelled, or its session died). Results of an issued, superseded or withdrawn run cannot be changed.';
COMMENT ON COLUMN abie.run.reason IS 'Why it has its status: of a run issued in spite of failing checks, superseded or withdrawn; NULL otherwise.';
COMMENT ON COLUMN abie.run.stage IS 'Stage it is in, or was in when it ended.';
COMMENT ON COLUMN abie.run.percent IS 'Share of the work done, per cent.';
COMMENT ON COLUMN abie.run.stages IS 'Stages done: [{"stage": "pool", "rows": 21214, "seconds": 0.8}, ...].';
COMMENT ON COLUMN abie.run.schools_in_scope IS 'Schools with attendance in the baseline year; each has a row in abie.expectation or abie.exclusion.';
COMMENT ON COLUMN abie.run.expectations IS 'Schools with an expectation.';
COMMENT ON COLUMN abie.run.exclusions IS 'Schools left out, each with a reason.';
COMMENT ON COLUMN abie.run.row_counts IS 'Rows of the run by table: {"expectation": 19623, ...}. No row can be added to those of an issued run.';
COMMENT ON COLUMN abie.run.input_digest IS 'SHA-256, hexadecimal, of the methodology and of all figures used: abie.input_digest.';
COMMENT ON COLUMN abie.run.result_digest IS 'SHA-256, hexadecimal, of all rows of abie.expectation, abie.similar_school and abie.exclusion; the same inputs give the same digest.';
COMMENT ON COLUMN abie.run.error IS 'Message of the error that ended it.';
COMMENT ON COLUMN abie.run.extension_version IS 'Version of abie that ran it.';
COMMENT ON COLUMN abie.run.server_version IS 'Version of PostgreSQL that ran it.';
COMMENT ON COLUMN abie.run.run_by IS 'Role that started it.';
COMMENT ON COLUMN abie.run.pid IS 'Process of the session that ran it.';
COMMENT ON COLUMN abie.run.started_at IS 'When it started.';
COMMENT ON COLUMN abie.run.finished_at IS 'When it ended; NULL while running.';

CREATE TABLE abie.run_characteristic (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	stratum text,
	position integer,
	characteristic text NOT NULL,
	element integer NOT NULL,
	category text,
	coefficient float8,
	multiplier float8 NOT NULL,
	weight float8 NOT NULL,
	location float8,
	scale float8,
	present bigint NOT NULL,
	missing bigint NOT NULL,
	substitute float8,
	PRIMARY KEY (run_id, stratum, position)
);
COMMENT ON TABLE abie.run_characteristic IS 'What schools of a stratum were compared by in a run: the elements of abie.run_school.vector.';
COMMENT ON COLUMN abie.run_characteristic.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_characteristic.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.run_characteristic.position IS 'Element of the vector, from 1.';
COMMENT ON COLUMN abie.run_characteristic.characteristic IS 'Characteristic; a category has an element for each of its values.';
COMMENT ON COLUMN abie.run_characteristic.element IS 'Its element of abie.run_school.numbers or, for a category, of abie.run_school.categories.';
COMMENT ON COLUMN abie.run_characteristic.category IS 'The value the element stands for (1 where a school has it, else 0); NULL for numbers.';
COMMENT ON COLUMN abie.run_characteristic.coefficient IS 'Method contextual: percentage points of attendance by one standard deviation of the element, in the ridge regression of attendance on the elements alone; NULL otherwise.';
COMMENT ON COLUMN abie.run_characteristic.multiplier IS 'What the methodology multiplies its weight by, as a matter of judgement.';
COMMENT ON COLUMN abie.run_characteristic.weight IS 'Weight in the squared distance, multiplier included. Learned weights are the sizes of the coefficients, scaled to sum 1 over the elements; weights stated, or of 1 each, the V elements of a category share equally.';
COMMENT ON COLUMN abie.run_characteristic.location IS 'What is taken off a number: the median of the stratum if scaling is robust; 0 for categories.';
COMMENT ON COLUMN abie.run_characteristic.scale IS 'What it is then divided by: 1.4826 median absolute deviation if scaling is robust; for an element of a category the standard deviation of its 1s and 0s where weights are learned, else sqrt(2 / V) for V elements, so that a school that differs in it is as far away as by 1 in a number of the same weight.';
COMMENT ON COLUMN abie.run_characteristic.present IS 'Schools of the stratum that have the characteristic; for an element of a category, this value of it.';
COMMENT ON COLUMN abie.run_characteristic.missing IS 'Schools of the stratum that lack the characteristic. Where there are any, the contextual model has a column for its being missing.';
COMMENT ON COLUMN abie.run_characteristic.substitute IS 'What the contextual model takes for the element of a school that lacks it: the stratum''s median, scaled; 0 for categories. NULL in other methods. Distances leave missing elements out.';

CREATE TABLE abie.run_model (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	stratum text,
	schools bigint NOT NULL,
	enrolments bigint NOT NULL,
	penalty float8 NOT NULL,
	mean float8 NOT NULL,
	r2 float8,
	r2_leave_one_out float8,
	residual_variance float8 NOT NULL,
	inverse float8[] NOT NULL,
	local_slope float8,
	change_schools bigint,
	change_c0 float8,
	change_c1 float8,
	sampling_c1 float8,
	between_variance float8,
	learning_schools bigint,
	last_weight float8,
	n0 float8,
	forecast_coefficients float8[],
	forecast_c0 float8,
	forecast_c1 float8,
	forecast_quantile float8,
	PRIMARY KEY (run_id, stratum)
);
COMMENT ON TABLE abie.run_model IS 'What a run of method contextual has learned of each stratum.';
COMMENT ON COLUMN abie.run_model.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_model.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.run_model.schools IS 'Schools the contextual model was fitted to.';
COMMENT ON COLUMN abie.run_model.enrolments IS 'Their enrolments, the sum of its weights.';
COMMENT ON COLUMN abie.run_model.penalty IS 'Penalty chosen by generalised cross-validation: abie.ridge_model.penalty.';
COMMENT ON COLUMN abie.run_model.mean IS 'Mean attendance, weighted by enrolments, per cent: what the contributions of the terms are added to.';
COMMENT ON COLUMN abie.run_model.r2 IS 'Share of the variance of attendance that the model accounts for, 0-1.';
COMMENT ON COLUMN abie.run_model.r2_leave_one_out IS 'The same with each school predicted by the model of the others.';
COMMENT ON COLUMN abie.run_model.residual_variance IS 'Mean over schools of enrolments x (attendance - context)^2: abie.ridge_model.residual_variance.';
COMMENT ON COLUMN abie.run_model.inverse IS 'Of abie.ridge_model, for abie.cross_leverage: what the prediction of any circumstances owes to each school.';
COMMENT ON COLUMN abie.run_model.local_slope IS 'Share g of the local residual that enters expected attendance: weighted least-squares slope of residuals on local residuals, in [0, 1].';
COMMENT ON COLUMN abie.run_model.change_schools IS 'Schools whose attendance is held for the baseline year and the year before.';
COMMENT ON COLUMN abie.run_model.change_c0 IS 'Variance of a school''s change from year to year is change_c0 + change_c1 / enrolments: abie.change_variance. NULL with fewer than 30 change_schools.';
COMMENT ON COLUMN abie.run_model.change_c1 IS 'See change_c0.';
COMMENT ON COLUMN abie.run_model.sampling_c1 IS 'Sampling variance of one year''s rate is sampling_c1 / enrolments: half of change_c1; where that is not known, the slope of the squared residuals attendance - expected on 1 / enrolments; NULL with fewer than 30 schools.';
COMMENT ON COLUMN abie.run_model.between_variance IS 'Variance tau^2 of schools'' underlying levels about their expected attendance: abie.between_variance of the residuals.';
COMMENT ON COLUMN abie.run_model.learning_schools IS 'Schools whose attendance is held for the baseline year and the two years before, which last_weight, n0 and the forecast are learned from.';
COMMENT ON COLUMN abie.run_model.last_weight IS 'Weight w of the last year in a school''s own level, learned: abie.learn_baseline. NULL with fewer than 30 learning_schools.';
COMMENT ON COLUMN abie.run_model.n0 IS 'Enrolments at which a school''s own level counts for half of its baseline, learned with last_weight.';
COMMENT ON COLUMN abie.run_model.forecast_coefficients IS 'Coefficients of the forecast, learned: abie.learn_forecast. NULL with fewer than 30 learning_schools.';
COMMENT ON COLUMN abie.run_model.forecast_c0 IS 'Variance of the forecast''s errors is forecast_c0 + forecast_c1 / enrolments.';
COMMENT ON COLUMN abie.run_model.forecast_c1 IS 'See forecast_c0.';
COMMENT ON COLUMN abie.run_model.forecast_quantile IS '95 per cent quantile of the standardised errors of the forecast.';

CREATE TABLE abie.run_term (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	stratum text,
	term integer,
	name text NOT NULL,
	element integer NOT NULL,
	other_element integer,
	location float8 NOT NULL,
	coefficient float8 NOT NULL,
	penalty float8 NOT NULL,
	PRIMARY KEY (run_id, stratum, term)
);
COMMENT ON TABLE abie.run_term IS 'Terms of the contextual model of a run: a school''s fitted attendance is abie.run_model.mean + sum of coefficient x (its term - location).';
COMMENT ON COLUMN abie.run_term.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_term.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.run_term.term IS 'Element of abie.context_terms, from 1.';
COMMENT ON COLUMN abie.run_term.name IS 'The term in words: fsm_pct, fsm_pct squared, fsm_pct x eal_pct, region is London, fsm_pct missing.';
COMMENT ON COLUMN abie.run_term.element IS 'Position in abie.run_characteristic of what it is made of.';
COMMENT ON COLUMN abie.run_term.other_element IS 'The other factor of a product; NULL for other terms.';
COMMENT ON COLUMN abie.run_term.location IS 'Mean of the term, weighted by enrolments.';
COMMENT ON COLUMN abie.run_term.coefficient IS 'Percentage points of attendance by unit of the term.';
COMMENT ON COLUMN abie.run_term.penalty IS 'Penalty of its squared coefficient: abie.ridge_model.penalties.';

CREATE TABLE abie.run_school (
	run_id integer,
	urn abie.urn,
	laestab abie.laestab NOT NULL,
	stratum text NOT NULL,
	selective boolean NOT NULL,
	la_code integer NOT NULL,
	enrolments integer NOT NULL,
	sess_possible bigint,
	sess_overall bigint,
	attendance float8 NOT NULL,
	easting integer,
	northing integer,
	family bigint,
	la_average float8 NOT NULL,
	national_average float8 NOT NULL,
	previous_attendance float8,
	earlier_attendance float8,
	pre_pandemic float8,
	numbers float8[] NOT NULL,
	categories text[] NOT NULL,
	vector float8[],
	fitted float8,
	leverage float8,
	context float8,
	context_error float8,
	previous_context float8,
	comparable integer,
	bandwidth float8,
	farthest float8,
	local_residual float8,
	local_error float8,
	expected float8,
	previous_expected float8,
	similar_upper_quartile float8,
	pared_mean float8,
	PRIMARY KEY (run_id, urn)
) WITH (fillfactor = 70);
COMMENT ON TABLE abie.run_school IS 'Schools that entered a run, with every figure used of them.';
COMMENT ON COLUMN abie.run_school.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_school.urn IS 'The school.';
COMMENT ON COLUMN abie.run_school.laestab IS 'Local authority number times 10000 plus establishment number in the baseline year.';
COMMENT ON COLUMN abie.run_school.stratum IS 'primary, or secondary including all-through.';
COMMENT ON COLUMN abie.run_school.selective IS 'Selects by ability; selective schools are compared with selective only, others with others. False where the admissions policy is not known.';
COMMENT ON COLUMN abie.run_school.la_code IS 'Local authority number, from the LAESTAB.';
COMMENT ON COLUMN abie.run_school.enrolments IS 'Enrolments of the baseline year; the headcount where only rates are published.';
COMMENT ON COLUMN abie.run_school.sess_possible IS 'Sessions possible in the baseline year; NULL where only rates are published.';
COMMENT ON COLUMN abie.run_school.sess_overall IS 'Sessions of absence in the baseline year; NULL where only rates are published.';
COMMENT ON COLUMN abie.run_school.attendance IS 'Attendance of the baseline year, per cent.';
COMMENT ON COLUMN abie.run_school.easting IS 'Easting, metres.';
COMMENT ON COLUMN abie.run_school.northing IS 'Northing, metres.';
COMMENT ON COLUMN abie.run_school.family IS 'Schools of one family (predecessors, successors) are never compared.';
COMMENT ON COLUMN abie.run_school.la_average IS 'Attendance in the baseline year of the schools of the stratum whose LAESTAB begins with la_code, in the run or not: 100 x (possible - absent) / possible of all their sessions, or the mean of their rates weighted by enrolments where one of them has only a rate.';
COMMENT ON COLUMN abie.run_school.national_average IS 'The same of all schools of the stratum.';
COMMENT ON COLUMN abie.run_school.previous_attendance IS 'The school''s attendance in the year before the baseline year: abie.past_attendance. NULL where not held.';
COMMENT ON COLUMN abie.run_school.earlier_attendance IS 'The same two years before the baseline year.';
COMMENT ON COLUMN abie.run_school.pre_pandemic IS 'The same in 2018/19.';
COMMENT ON COLUMN abie.run_school.numbers IS 'Numbers of the methodology''s characteristics, in its order, unscaled.';
COMMENT ON COLUMN abie.run_school.categories IS 'Categories of the methodology''s characteristics, in its order.';
COMMENT ON COLUMN abie.run_school.vector IS 'What distances are computed of: elements as in abie.run_characteristic.';
COMMENT ON COLUMN abie.run_school.fitted IS 'Attendance predicted from circumstances by the contextual model of all schools, per cent; NULL in other methods, as the columns that follow from it.';
COMMENT ON COLUMN abie.run_school.leverage IS 'Share of the school''s own attendance in fitted, 0-1.';
COMMENT ON COLUMN abie.run_school.context IS 'Attendance predicted from circumstances by the model of all other schools: (fitted - leverage x attendance) / (1 - leverage).';
COMMENT ON COLUMN abie.run_school.context_error IS 'Standard error of context: abie.ridge_model.leave_one_out_error.';
COMMENT ON COLUMN abie.run_school.previous_context IS 'The same for the attendance of the year before, which the model of that year predicts.';
COMMENT ON COLUMN abie.run_school.comparable IS 'Comparable schools found, counting no further than one more than the similar schools wanted.';
COMMENT ON COLUMN abie.run_school.bandwidth IS 'Distance of the first school beyond the similar ones, where the kernel''s weight reaches 0; of the last similar one where there is none beyond.';
COMMENT ON COLUMN abie.run_school.farthest IS 'Distance of the last similar school.';
COMMENT ON COLUMN abie.run_school.local_residual IS 'Mean of attendance - context over the similar schools, weighted by enrolments and nearness: abie.local_mean.';
COMMENT ON COLUMN abie.run_school.local_error IS 'Standard error of local_residual: abie.local_mean_error.';
COMMENT ON COLUMN abie.run_school.expected IS 'Expected attendance, per cent.';
COMMENT ON COLUMN abie.run_school.previous_expected IS 'Expected attendance of the year before, made in the same way from that year''s attendance; what the baseline is learned with. NULL in method similar-schools.';
COMMENT ON COLUMN abie.run_school.similar_upper_quartile IS 'Upper quartile of the similar schools'' attendance, per cent.';
COMMENT ON COLUMN abie.run_school.pared_mean IS 'Pared mean of the attendance of the school and its similar schools, per cent.';

-- Plain integers: checking the domain on the 400,000 rows of a run costs more than finding them.
CREATE TABLE abie.similar_school (
	run_id integer,
	urn integer,
	rank integer,
	similar_urn integer NOT NULL,
	distance float8 NOT NULL,
	km float8,
	PRIMARY KEY (run_id, urn, rank)
);
COMMENT ON TABLE abie.similar_school IS 'The similar schools of each school in a run, nearest first.';
COMMENT ON COLUMN abie.similar_school.run_id IS 'The run.';
COMMENT ON COLUMN abie.similar_school.urn IS 'The school.';
COMMENT ON COLUMN abie.similar_school.rank IS '1 for the most similar.';
COMMENT ON COLUMN abie.similar_school.similar_urn IS 'The similar school; never the school itself nor a predecessor or successor of it.';
COMMENT ON COLUMN abie.similar_school.distance IS 'Distance by abie.distance of the two vectors in abie.run_school.';
COMMENT ON COLUMN abie.similar_school.km IS 'Kilometres apart as the crow flies; NULL where a place is not known.';

CREATE TABLE abie.expectation (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
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
	statement text NOT NULL CHECK (statement IN ('improve', 'maintain')),
	ladder_top float8 NOT NULL,
	la_average float8 NOT NULL,
	national_average float8 NOT NULL,
	similar_upper_quartile float8 NOT NULL,
	pared_mean float8 NOT NULL,
	pre_pandemic float8,
	forecast float8,
	forecast_low float8,
	forecast_high float8,
	poor_match boolean NOT NULL,
	PRIMARY KEY (run_id, urn)
);
COMMENT ON TABLE abie.expectation IS 'What is expected of each school in a run. Rates are attendance in per cent, differences percentage points; unrounded but for improvement_rounded.';
COMMENT ON COLUMN abie.expectation.run_id IS 'The run.';
COMMENT ON COLUMN abie.expectation.urn IS 'The school.';
COMMENT ON COLUMN abie.expectation.laestab IS 'Its LAESTAB in the baseline year.';
COMMENT ON COLUMN abie.expectation.stratum IS 'primary, or secondary including all-through.';
COMMENT ON COLUMN abie.expectation.enrolments IS 'Enrolments of the baseline year.';
COMMENT ON COLUMN abie.expectation.attendance IS 'Attendance of the baseline year.';
COMMENT ON COLUMN abie.expectation.expected IS 'Attendance that the school''s circumstances lead one to expect.';
COMMENT ON COLUMN abie.expectation.expected_error IS 'Standard error of expected; NULL in method similar-schools.';
COMMENT ON COLUMN abie.expectation.own_level IS 'The school''s own level: last_weight x attendance + (1 - last_weight) x that of the year before, where both are held and the weight is learned; else attendance.';
COMMENT ON COLUMN abie.expectation.own_share IS 'Share B of own_level in baseline, 0-1; the rest is expected. 1 in method similar-schools.';
COMMENT ON COLUMN abie.expectation.baseline IS 'Underlying level the school starts from: expected + own_share x (own_level - expected).';
COMMENT ON COLUMN abie.expectation.baseline_error IS 'Standard error of baseline; NULL in method similar-schools.';
COMMENT ON COLUMN abie.expectation.gap IS 'max(0, expected - baseline).';
COMMENT ON COLUMN abie.expectation.improvement IS 'Minimum improvement expected in the target year: abie.improvement_expectation.';
COMMENT ON COLUMN abie.expectation.improvement_rounded IS 'improvement rounded half up to 0.1, for publication; decisions use improvement.';
COMMENT ON COLUMN abie.expectation.target IS 'baseline + improvement.';
COMMENT ON COLUMN abie.expectation.statement IS 'improve, or maintain where the baseline is at or above ladder_top.';
COMMENT ON COLUMN abie.expectation.ladder_top IS 'Highest rung: the greater of pared_mean and pre_pandemic.';
COMMENT ON COLUMN abie.expectation.la_average IS 'Rung: attendance of the local authority''s schools of the stratum: abie.run_school.la_average.';
COMMENT ON COLUMN abie.expectation.national_average IS 'Rung: attendance of all schools of the stratum: abie.run_school.national_average.';
COMMENT ON COLUMN abie.expectation.similar_upper_quartile IS 'Rung: upper quartile of the similar schools'' attendance.';
COMMENT ON COLUMN abie.expectation.pared_mean IS 'Rung: pared mean (abie.pared_mean) of the school and its similar schools.';
COMMENT ON COLUMN abie.expectation.pre_pandemic IS 'Rung: the school''s own attendance in 2018/19, under this or an earlier URN; NULL where not held.';
COMMENT ON COLUMN abie.expectation.forecast IS 'Attendance in the target year if nothing changes, per cent; NULL in method similar-schools.';
COMMENT ON COLUMN abie.expectation.forecast_low IS 'Lower end of the 95 per cent prediction interval of attendance in the target year, any change common to all schools apart; NULL where its width is not known.';
COMMENT ON COLUMN abie.expectation.forecast_high IS 'Its upper end.';
COMMENT ON COLUMN abie.expectation.poor_match IS 'The last similar school is farther than the methodology''s percentile of such distances in the stratum.';

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
COMMENT ON COLUMN abie.exclusion.reason IS 'no URN, URN not unique, special school, not mainstream, phase not known, no attendance figure, closed before the target year, fewer than the minimum enrolments, no characteristics, too few comparable schools.';
COMMENT ON COLUMN abie.exclusion.detail IS 'The figure or date behind the reason.';

SELECT pg_catalog.pg_extension_config_dump('abie.run', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_run_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_characteristic', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_model', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_term', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_school', '');
SELECT pg_catalog.pg_extension_config_dump('abie.similar_school', '');
SELECT pg_catalog.pg_extension_config_dump('abie.expectation', '');
SELECT pg_catalog.pg_extension_config_dump('abie.exclusion', '');

CREATE FUNCTION abie.run_methodology(run_id integer) RETURNS abie.methodology
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$ SELECT m FROM abie.methodology m JOIN abie.run r ON r.methodology = m.name WHERE r.run_id = run_methodology.run_id $$;
COMMENT ON FUNCTION abie.run_methodology(integer) IS 'The methodology a run used; NULL when there is no such run.';

CREATE FUNCTION abie.run_weights(run_id integer) RETURNS TABLE (stratum text, weights float8[], characteristics text[])
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100 ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
SELECT c.stratum, array_agg(c.weight ORDER BY c.position), array_agg(c.characteristic ORDER BY c.position)
FROM abie.run_characteristic c WHERE c.run_id = run_weights.run_id
GROUP BY c.stratum HAVING sum(c.weight) > 0
$$;
COMMENT ON FUNCTION abie.run_weights(integer) IS 'For each stratum of a run, the weight and the characteristic of each element of abie.run_school.vector. No row for a stratum that has nothing to compare by.';

-- Foreign keys on the two largest tables would cost more than the calculation itself, so a trigger deletes their rows.
CREATE FUNCTION abie.delete_run_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM abie.similar_school s USING old_run o WHERE s.run_id = o.run_id;
	DELETE FROM abie.run_school s USING old_run o WHERE s.run_id = o.run_id;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie.delete_run_rows() IS 'Internal trigger: deletes a deleted run''s rows in abie.similar_school and abie.run_school.';

CREATE FUNCTION abie.truncate_run_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	TRUNCATE abie.similar_school, abie.run_school;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie.truncate_run_rows() IS 'Internal trigger: empties abie.similar_school and abie.run_school with abie.run.';

CREATE TRIGGER truncate_run_rows AFTER TRUNCATE ON abie.run
FOR EACH STATEMENT EXECUTE FUNCTION abie.truncate_run_rows();

CREATE TRIGGER delete_run_rows AFTER DELETE ON abie.run
REFERENCING OLD TABLE AS old_run
FOR EACH STATEMENT EXECUTE FUNCTION abie.delete_run_rows();

-- One calculation a target year: an advisory lock, which a dead session lets go of. Its first number spells 'abie'.
CREATE FUNCTION abie.lock_year(target_year text) RETURNS boolean
AS 'MODULE_PATHNAME', 'abie_lock_year'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10;
COMMENT ON FUNCTION abie.lock_year(text) IS 'Internal: takes the session lock of a target year; false when another session holds it, or this one holds any. A transaction that aborts lets go of it.';

CREATE FUNCTION abie.unlock_year(target_year text) RETURNS boolean
AS 'MODULE_PATHNAME', 'abie_unlock_year'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10;
COMMENT ON FUNCTION abie.unlock_year(text) IS 'Internal: lets go of the lock abie.lock_year took; false when this session does not hold it.';

-- whoever may lock a year can keep others from calculating it
REVOKE EXECUTE ON FUNCTION abie.lock_year(text), abie.unlock_year(text) FROM PUBLIC;

CREATE FUNCTION abie.status_now(status text, target_year text, pid integer) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000
RETURN CASE WHEN status = 'running' AND NOT EXISTS (
	SELECT FROM pg_locks l
	WHERE l.locktype = 'advisory' AND l.classid = 1633839461 AND l.objsubid = 2 AND l.granted AND l.pid = status_now.pid
		AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
		AND l.objid = left(target_year, 4)::int::oid)
	THEN 'interrupted' ELSE status END;
COMMENT ON FUNCTION abie.status_now(text, text, integer) IS 'Status of a run as it stands now, from its row in abie.run: interrupted for a running one whose session no longer holds the lock of its target year.';

CREATE VIEW abie.run_status WITH (security_invoker = true) AS
SELECT r.run_id, r.target_year, r.methodology, abie.status_now(r.status, r.target_year, r.pid) AS status,
	r.stage, r.percent,
	extract(epoch FROM coalesce(r.finished_at, now()) - r.started_at)::float8 AS seconds,
	r.started_at, r.finished_at, r.schools_in_scope, r.expectations, r.exclusions, r.error
FROM abie.run r;
COMMENT ON VIEW abie.run_status IS 'Runs as they stand now; a run whose session died is interrupted.';
COMMENT ON COLUMN abie.run_status.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_status.target_year IS 'Academic year the expectations are for.';
COMMENT ON COLUMN abie.run_status.methodology IS 'Methodology used.';
COMMENT ON COLUMN abie.run_status.status IS 'As in abie.run; a running one whose session died is interrupted.';
COMMENT ON COLUMN abie.run_status.stage IS 'Stage it is in, or was in when it ended.';
COMMENT ON COLUMN abie.run_status.percent IS 'Share of the work done, per cent.';
COMMENT ON COLUMN abie.run_status.seconds IS 'Seconds from its start to its end, or to now.';
COMMENT ON COLUMN abie.run_status.started_at IS 'When it started.';
COMMENT ON COLUMN abie.run_status.finished_at IS 'When it ended; NULL while running or where its session died.';
COMMENT ON COLUMN abie.run_status.schools_in_scope IS 'Schools with attendance in the baseline year.';
COMMENT ON COLUMN abie.run_status.expectations IS 'Schools with an expectation.';
COMMENT ON COLUMN abie.run_status.exclusions IS 'Schools left out, each with a reason.';
COMMENT ON COLUMN abie.run_status.error IS 'Message of the error that ended it.';

CREATE FUNCTION abie.run_stages(method text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN CASE method WHEN 'contextual' THEN '{pool,scaling,context,similar schools,expected attendance,baseline,expectation,digest}'::text[]
	ELSE '{pool,scaling,similar schools,expected attendance,expectation,digest}'::text[] END;
COMMENT ON FUNCTION abie.run_stages(text) IS 'The stages of a calculation by a method of abie.methodology, in order.';

-- Keep nothing of a run that did not end well but its row in abie.run.
CREATE FUNCTION abie.stop_run(run_id integer, status text, error text) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DELETE FROM abie.similar_school s WHERE s.run_id = stop_run.run_id;
DELETE FROM abie.run_school s WHERE s.run_id = stop_run.run_id;
DELETE FROM abie.run_characteristic c WHERE c.run_id = stop_run.run_id;
DELETE FROM abie.run_model m WHERE m.run_id = stop_run.run_id;
DELETE FROM abie.run_term t WHERE t.run_id = stop_run.run_id;
DELETE FROM abie.expectation e WHERE e.run_id = stop_run.run_id;
DELETE FROM abie.exclusion x WHERE x.run_id = stop_run.run_id;
UPDATE abie.run r SET status = stop_run.status, error = stop_run.error, finished_at = clock_timestamp() WHERE r.run_id = stop_run.run_id;
$$;
COMMENT ON FUNCTION abie.stop_run(integer, text, text) IS 'Internal: marks a run failed or interrupted and deletes its rows.';

CREATE FUNCTION abie.start_run(target_year text, methodology text) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: a NULL argument gets an error that names it
#variable_conflict use_variable
DECLARE
	baseline text;
	started integer;
BEGIN
	IF target_year IS NULL OR methodology IS NULL THEN
		RAISE EXCEPTION '% cannot be NULL', CASE WHEN target_year IS NULL THEN 'target_year' ELSE 'methodology' END
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	baseline := abie.previous_year(target_year);
	IF NOT abie.lock_year(target_year) THEN
		RAISE EXCEPTION 'expectations for % are being calculated by another session', target_year
			USING ERRCODE = 'lock_not_available',
				DETAIL = coalesce((SELECT format('Run %s, process %s, has reached %s %%.', r.run_id, r.pid, r.percent)
					FROM abie.run r WHERE r.target_year = start_run.target_year AND r.status = 'running' ORDER BY r.run_id DESC LIMIT 1),
					'Its run is only just beginning.'),
				HINT = 'Wait for it to end; abie.run_status shows how far it is.';
	END IF;
	-- an error from here on lets go of the lock; this session has it, so a run of the year still marked running has died
	PERFORM abie.stop_run(r.run_id, 'interrupted', 'the session ended while the run went on')
	FROM abie.run r WHERE r.target_year = start_run.target_year AND r.status = 'running';
	IF NOT abie.ensure_methodology(methodology) THEN
		RAISE EXCEPTION 'methodology "%" does not exist', methodology
			USING ERRCODE = 'undefined_object', HINT = 'Make it with abie.create_methodology, or use default or similar-schools.';
	END IF;
	IF NOT EXISTS (SELECT FROM abie.attendance a WHERE a.academic_year = baseline) THEN
		RAISE EXCEPTION 'there is no attendance for %, the year before %', baseline, target_year
			USING ERRCODE = 'no_data_found', HINT = 'Import that year''s absence first; years held are in abie.attendance.';
	END IF;
	-- a change of the methodology that has not committed yet is waited for, and none can come between
	PERFORM FROM abie.methodology m WHERE m.name = methodology FOR SHARE;
	INSERT INTO abie.run (target_year, baseline_year, methodology, extension_version)
	VALUES (target_year, baseline, methodology, (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'abie'))
	RETURNING abie.run.run_id INTO started;
	RETURN started;
END $$;
COMMENT ON FUNCTION abie.start_run(text, text) IS 'Internal: locks the target year and makes the row of a new run; its run_id. Errors: 23514 not an academic year, 55P03 year being calculated, 42704 unknown methodology, P0002 no attendance for the year before.';

-- Make the stage visible to other sessions before its work starts.
CREATE FUNCTION abie.show_stage(run_id integer, stage text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	planned text[] := abie.run_stages((abie.run_methodology(run_id)).method);
BEGIN
	UPDATE abie.run r SET stage = show_stage.stage,
		percent = 100 * (array_position(planned, show_stage.stage) - 1) / cardinality(planned)
	WHERE r.run_id = show_stage.run_id;
END $$;
COMMENT ON FUNCTION abie.show_stage(integer, text) IS 'Internal: records the stage a run is in.';

-- Run one stage. An error becomes the result, so that the caller can record it, commit and raise it again.
CREATE FUNCTION abie.run_stage(run_id integer, stage text, OUT error_code text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- compiling would take longer than running
SET jit = off
AS $$
DECLARE
	started timestamptz := clock_timestamp();
	handled bigint;
BEGIN
	-- shown at once, and until the function ends
	PERFORM set_config('application_name', format('abie run %s: %s, %s %%', run_id, stage,
		(SELECT r.percent FROM abie.run r WHERE r.run_id = run_stage.run_id)), true);
	-- each stage is a function: 'similar schools' is abie.calculate_similar_schools
	EXECUTE format('SELECT abie.%I($1)', 'calculate_' || replace(stage, ' ', '_')) INTO handled USING run_id;
	UPDATE abie.run r
	SET stages = r.stages || jsonb_build_object('stage', run_stage.stage, 'rows', handled,
		'seconds', round(extract(epoch FROM clock_timestamp() - started), 3))
	WHERE r.run_id = run_stage.run_id;
EXCEPTION WHEN OTHERS OR query_canceled THEN
	GET STACKED DIAGNOSTICS error_code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	PERFORM abie.stop_run(run_id, CASE error_code WHEN '57014' THEN 'interrupted' ELSE 'failed' END, message);
END $$;
COMMENT ON FUNCTION abie.run_stage(integer, text) IS 'Internal: runs one stage and records it. On an error (a cancel too) the run is marked and cleared, and the error is the result; all NULL otherwise.';

CREATE FUNCTION abie.raise_failure(error_code text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- an empty detail or hint would be shown as an empty line
	IF detail <> '' AND hint <> '' THEN
		RAISE EXCEPTION USING ERRCODE = error_code, MESSAGE = message, DETAIL = detail, HINT = hint;
	ELSIF detail <> '' THEN
		RAISE EXCEPTION USING ERRCODE = error_code, MESSAGE = message, DETAIL = detail;
	ELSIF hint <> '' THEN
		RAISE EXCEPTION USING ERRCODE = error_code, MESSAGE = message, HINT = hint;
	END IF;
	RAISE EXCEPTION USING ERRCODE = error_code, MESSAGE = message;
END $$;
COMMENT ON FUNCTION abie.raise_failure(text, text, text, text) IS 'Internal: raises again the error that abie.run_stage returned.';
