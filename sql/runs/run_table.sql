-- Runs, and what they read and learn: the schools of the pool, their characteristics and the model fitted to them.

CREATE TABLE abie.run (
	run_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	target_year abie.academic_year NOT NULL,
	baseline_year abie.academic_year NOT NULL,
	methodology text NOT NULL REFERENCES abie.methodology (name),
	status text NOT NULL DEFAULT 'running'
		CHECK (status IN ('running', 'calculated', 'checked', 'issued', 'superseded', 'withdrawn', 'failed',
			'interrupted')),
	reason text,
	stage text,
	percent integer NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
	stages jsonb NOT NULL DEFAULT '[]',
	schools_in_scope integer,
	expectations integer,
	exclusions integer,
	row_counts jsonb NOT NULL DEFAULT '{}',
	input_mark jsonb,
	input_digest text,
	result_digest text,
	error text,
	extension_version text NOT NULL,
	server_version text NOT NULL DEFAULT current_setting('server_version'),
	run_by text NOT NULL DEFAULT current_user,
	pid integer NOT NULL DEFAULT pg_backend_pid(),
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at timestamptz
);
COMMENT ON TABLE abie.run IS
'Calculations: one row for each call of abie.calculate, written as it goes along. abie.run_status also tells which '
'running ones have died.';
COMMENT ON COLUMN abie.run.run_id IS 'Number of the run.';
COMMENT ON COLUMN abie.run.target_year IS 'Academic year the expectations are for.';
COMMENT ON COLUMN abie.run.baseline_year IS 'Academic year before it, whose attendance they start from.';
COMMENT ON COLUMN abie.run.methodology IS 'Methodology used.';
COMMENT ON COLUMN abie.run.status IS
'running, calculated, checked (abie.check_run), issued (abie.issue), superseded (another run of the year was issued) '
'or withdrawn (abie.withdraw); failed (an error stopped it; nothing of it is kept) or interrupted (cancelled, or its '
'session died; the next calculation deletes its rows). Results of an issued, superseded or withdrawn run cannot be '
'changed.';
COMMENT ON COLUMN abie.run.reason IS
'Why it has its status: of a run issued in spite of failing checks, superseded or withdrawn; NULL otherwise.';
COMMENT ON COLUMN abie.run.stage IS 'Stage it is in, or was in when it ended.';
COMMENT ON COLUMN abie.run.percent IS 'Share of the work done, per cent.';
COMMENT ON COLUMN abie.run.stages IS 'Stages done: [{"stage": "pool", "rows": 21214, "seconds": 0.8}, ...].';
COMMENT ON COLUMN abie.run.schools_in_scope IS
'Schools with attendance in the baseline year; each has a row in abie.expectation or abie.exclusion.';
COMMENT ON COLUMN abie.run.expectations IS 'Schools with an expectation.';
COMMENT ON COLUMN abie.run.exclusions IS 'Schools left out, each with a reason.';
COMMENT ON COLUMN abie.run.row_counts IS
'Rows of the run by table: {"expectation": 19623, ...}. No row can be added to those of an issued run.';
COMMENT ON COLUMN abie.run.input_mark IS
'What tells that the tables it read have not changed since: abie_internal.input_mark of the moment it read them; NULL '
'where what a transaction wrote that was not the oldest then was among it.';
COMMENT ON COLUMN abie.run.input_digest IS
'SHA-256, hexadecimal, of the methodology and of all figures used: abie_internal.input_digest.';
COMMENT ON COLUMN abie.run.result_digest IS
'SHA-256, hexadecimal, of all rows of abie.expectation, abie.similar_list and abie.exclusion and of the sampling noise '
'with its source: abie_internal.result_digest; the same inputs give the same digest.';
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
COMMENT ON TABLE abie.run_characteristic IS
'What schools of a stratum were compared by in a run: the elements of the vectors of abie.run_vector.';
COMMENT ON COLUMN abie.run_characteristic.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_characteristic.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.run_characteristic.position IS 'Element of the vector, from 1.';
COMMENT ON COLUMN abie.run_characteristic.characteristic IS
'Characteristic; a category has an element for each of its values.';
COMMENT ON COLUMN abie.run_characteristic.element IS
'The characteristic''s element of abie.run_school.numbers or, for a category, of abie.run_school.categories.';
COMMENT ON COLUMN abie.run_characteristic.category IS
'The value the element stands for (1 where a school has it, else 0); NULL for numbers.';
COMMENT ON COLUMN abie.run_characteristic.coefficient IS
'Method contextual: percentage points of attendance by one standard deviation of the element, in the ridge regression '
'of attendance on the elements alone; NULL otherwise.';
COMMENT ON COLUMN abie.run_characteristic.multiplier IS
'What the methodology multiplies its weight by, as a matter of judgement.';
COMMENT ON COLUMN abie.run_characteristic.weight IS
'Weight in the squared distance, multiplier included. Learned weights are the sizes of the coefficients, scaled to sum '
'1 over the elements; weights stated, or of 1 each, the V elements of a category share equally.';
COMMENT ON COLUMN abie.run_characteristic.location IS
'What is taken off a number: the median of the stratum if scaling is robust; 0 for categories.';
COMMENT ON COLUMN abie.run_characteristic.scale IS
'What it is then divided by: 1.4826 median absolute deviation if scaling is robust; for an element of a category the '
'standard deviation of its 1s and 0s where weights are learned, else sqrt(2 / V) for V elements, so that a school that '
'differs in it is as far away as by 1 in a number of the same weight.';
COMMENT ON COLUMN abie.run_characteristic.present IS
'Schools of the stratum that have the characteristic; for an element of a category, this value of it.';
COMMENT ON COLUMN abie.run_characteristic.missing IS
'Schools of the stratum that lack the characteristic. Where there are any, the contextual model has a column for its '
'being missing.';
COMMENT ON COLUMN abie.run_characteristic.substitute IS
'What the contextual model takes for the element of a school that lacks it: the stratum''s median, scaled; 0 for '
'categories. NULL in other methods. Distances leave missing elements out.';

CREATE TABLE abie.run_model (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	stratum text,
	schools bigint NOT NULL,
	edition integer NOT NULL,
	enrolments float8 NOT NULL,
	penalty float8 NOT NULL,
	mean float8 NOT NULL,
	r2 float8,
	r2_leave_one_out float8,
	residual_variance float8 NOT NULL,
	numbers integer NOT NULL,
	first_elements integer[] NOT NULL,
	substitutes float8[] NOT NULL,
	indicators integer[] NOT NULL,
	scaling abie.vector_parameters NOT NULL,
	terms text[] NOT NULL,
	elements integer[] NOT NULL,
	other_elements integer[] NOT NULL,
	location float8[] NOT NULL,
	coefficients float8[] NOT NULL,
	penalties float8[] NOT NULL,
	inverse float8[] NOT NULL,
	references_published boolean NOT NULL,
	local_slope float8,
	change_schools bigint,
	change_c0 float8,
	change_c1 float8,
	sampling_c1 float8,
	sampling_source text
		CHECK (sampling_source IN ('changes', 'registers', 'earlier run', 'residuals', 'declared')),
	sampling_run integer,
	between_variance float8,
	spread_c0 float8,
	spread_c1 float8,
	learning_schools bigint,
	last_weight float8,
	n0 float8,
	constant float8,
	common_change float8,
	reach float8,
	forecast_coefficients float8[],
	forecast_c0 float8,
	forecast_c1 float8,
	forecast_quantile float8,
	PRIMARY KEY (run_id, stratum)
	-- all but inverse, the one of p x p, stay in the row, for they are read once a school
) WITH (toast_tuple_target = 8160);
COMMENT ON TABLE abie.run_model IS
'What a run of method contextual has learned of each stratum; abie.run_term has the terms of the contextual model as '
'rows.';
COMMENT ON COLUMN abie.run_model.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_model.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.run_model.schools IS
'Schools the contextual model was fitted to: those of abie.run_school.is_reference.';
COMMENT ON COLUMN abie.run_model.edition IS 'Edition of the rules: abie.methodology.edition.';
COMMENT ON COLUMN abie.run_model.enrolments IS
'Their enrolments (abie.run_school.effective_enrolments), the sum of its weights.';
COMMENT ON COLUMN abie.run_model.penalty IS 'Penalty chosen by generalised cross-validation: abie.ridge_model.penalty.';
COMMENT ON COLUMN abie.run_model.mean IS
'Mean attendance, weighted by enrolments, per cent: what the contributions of the terms are added to.';
COMMENT ON COLUMN abie.run_model.r2 IS 'Share of the variance of attendance that the model accounts for, 0-1.';
COMMENT ON COLUMN abie.run_model.r2_leave_one_out IS
'Share of the variance of attendance accounted for, 0-1, each school predicted by the model of the others.';
COMMENT ON COLUMN abie.run_model.residual_variance IS
'Mean over schools of enrolments x (attendance - context)^2: abie.ridge_model.residual_variance.';
COMMENT ON COLUMN abie.run_model.numbers IS
'How many elements of a school''s vector (abie.run_vector), the first ones, are numbers.';
COMMENT ON COLUMN abie.run_model.first_elements IS
'For each element of the vector the first one of the same characteristic.';
COMMENT ON COLUMN abie.run_model.substitutes IS
'What the model takes for each element where a school lacks it: abie.run_characteristic.substitute.';
COMMENT ON COLUMN abie.run_model.indicators IS
'Elements with a term that is 1 where a school lacks them, else 0: the first ones of the characteristics that any '
'school lacks.';
COMMENT ON COLUMN abie.run_model.scaling IS 'How vectors are made of numbers and categories: abie.run_scaling.';
COMMENT ON COLUMN abie.run_model.terms IS
'The terms of the model in words, in the order of abie_internal.context_terms; element by element the figures below.';
COMMENT ON COLUMN abie.run_model.elements IS 'Element of the vector that each term is made of.';
COMMENT ON COLUMN abie.run_model.other_elements IS 'The other factor of a product; NULL for other terms.';
COMMENT ON COLUMN abie.run_model.location IS 'Mean of each term, weighted by enrolments.';
COMMENT ON COLUMN abie.run_model.coefficients IS 'Percentage points of attendance by unit of each term.';
COMMENT ON COLUMN abie.run_model.penalties IS
'Penalty of the square of each coefficient: abie.ridge_model.penalties.';
COMMENT ON COLUMN abie.run_model.inverse IS
'Of abie.ridge_model, for abie.cross_leverage: what the prediction of any circumstances owes to each school.';
COMMENT ON COLUMN abie.run_model.references_published IS 'As abie.run_school.references_published, of the stratum.';
COMMENT ON COLUMN abie.run_model.local_slope IS
'Share g of the local residual that enters expected attendance: weighted least-squares slope of residuals on local '
'residuals, in [0, 1].';
COMMENT ON COLUMN abie.run_model.change_schools IS
'Schools whose attendance is held for the baseline year and the year before.';
COMMENT ON COLUMN abie.run_model.change_c0 IS
'Variance of a school''s change from year to year is change_c0 + change_c1 / enrolments: abie.change_variance. NULL '
'with fewer than 30 change_schools; in the second edition then that of the earlier run, or declared (sampling_source).';
COMMENT ON COLUMN abie.run_model.change_c1 IS 'See change_c0.';
COMMENT ON COLUMN abie.run_model.sampling_c1 IS
'Sampling variance of one year''s rate is sampling_c1 / enrolments; NULL where it is not known.';
COMMENT ON COLUMN abie.run_model.sampling_source IS
'Where sampling_c1 is from, the first that there is: changes, half of change_c1; registers, the median of '
'attendance_error^2 x enrolments of the schools whose registers gave one, with 30 such schools; earlier run, what the '
'newest run before this one that learned it in one of these two ways had (no withdrawn one, and in the second edition '
'one with a baseline year before the pandemic as this one''s, or since, 2020/21, as this one''s); residuals, the slope '
'of the squared residuals attendance - expected on 1 / enrolments, with 30 schools and where it is above 0, but not '
'above abie_internal.greatest_sampling_c1: small schools truly differ more, and that is in this slope too. In the '
'second edition declared, what England''s schools had (abie_internal.declared_change), stands in the place of '
'residuals. NULL where there is none of these.';
COMMENT ON COLUMN abie.run_model.sampling_run IS
'The earlier run that sampling_c1 was taken from; the figure is kept here, whatever becomes of that run.';
COMMENT ON COLUMN abie.run_model.between_variance IS
'Variance tau^2 of schools'' underlying levels about their expected attendance: abie.between_variance of the '
'residuals.';
COMMENT ON COLUMN abie.run_model.spread_c0 IS
'Second edition: variance of attendance - expected is spread_c0 + spread_c1 / enrolments: abie.change_variance of it.';
COMMENT ON COLUMN abie.run_model.spread_c1 IS
'Second edition: the part of the variance of attendance - expected that goes with 1 / enrolments.';
COMMENT ON COLUMN abie.run_model.learning_schools IS
'Schools whose attendance is held for the baseline year and the two years before, which last_weight, n0 and the '
'forecast are learned from.';
COMMENT ON COLUMN abie.run_model.last_weight IS
'Weight w of the last year in a school''s own level, learned: abie.learn_baseline, rounded to 4 decimals. NULL with '
'fewer than 30 learning_schools.';
COMMENT ON COLUMN abie.run_model.n0 IS
'Enrolments at which a school''s own level counts for half of its baseline, learned with last_weight, rounded to 2 '
'decimals.';
COMMENT ON COLUMN abie.run_model.constant IS
'Second edition: what the own share falls with at any size, learned with n0, rounded to 4 decimals; 0 in the first.';
COMMENT ON COLUMN abie.run_model.common_change IS
'Second edition: mean change of attendance from the year before to the baseline year, weighted by enrolments, rounded '
'to 4 decimals; 0 in the first.';
COMMENT ON COLUMN abie.run_model.reach IS
'The farthest, percentage points, that a baseline may be from the baseline year''s attendance: 1 in the second '
'edition, any in the first.';
COMMENT ON COLUMN abie.run_model.forecast_coefficients IS
'Coefficients of the forecast, learned: abie.learn_forecast. NULL with fewer than 30 learning_schools.';
COMMENT ON COLUMN abie.run_model.forecast_c0 IS
'Variance of the forecast''s errors is forecast_c0 + forecast_c1 / enrolments.';
COMMENT ON COLUMN abie.run_model.forecast_c1 IS 'See forecast_c0.';
COMMENT ON COLUMN abie.run_model.forecast_quantile IS
'95 per cent quantile of the standardised errors of the forecast.';

CREATE VIEW abie.run_term WITH (security_invoker = true) AS
SELECT m.run_id, m.stratum, t.term::integer AS term, t.name, t.element, t.other_element, t.location, t.coefficient,
	t.penalty
FROM abie.run_model m
	CROSS JOIN LATERAL unnest(m.terms, m.elements, m.other_elements, m.location, m.coefficients, m.penalties)
		WITH ORDINALITY t (name, element, other_element, location, coefficient, penalty, term);
COMMENT ON VIEW abie.run_term IS
'Terms of the contextual model of a run: a school''s fitted attendance is abie.run_model.mean + sum of coefficient x '
'(its term - location).';
COMMENT ON COLUMN abie.run_term.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_term.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.run_term.term IS 'Element of abie_internal.context_terms, from 1.';
COMMENT ON COLUMN abie.run_term.name IS
'The term in words: fsm_pct, fsm_pct squared, fsm_pct x eal_pct, region is London, fsm_pct missing.';
COMMENT ON COLUMN abie.run_term.element IS 'Position in abie.run_characteristic of what the term is made of.';
COMMENT ON COLUMN abie.run_term.other_element IS
'Position in abie.run_characteristic of the other factor of a product; NULL for other terms.';
COMMENT ON COLUMN abie.run_term.location IS 'Mean of the term, weighted by enrolments.';
COMMENT ON COLUMN abie.run_term.coefficient IS 'Percentage points of attendance by unit of the term.';
COMMENT ON COLUMN abie.run_term.penalty IS 'Penalty of its squared coefficient: abie.ridge_model.penalties.';

CREATE VIEW abie.run_scaling WITH (security_invoker = true) AS
SELECT c.run_id, c.stratum, ROW(
	array_agg(c.element ORDER BY c.position) FILTER (WHERE c.category IS NULL),
	array_agg(c.location ORDER BY c.position) FILTER (WHERE c.category IS NULL),
	array_agg(c.scale ORDER BY c.position) FILTER (WHERE c.category IS NULL),
	(SELECT m.clip FROM abie.run r JOIN abie.methodology m ON m.name = r.methodology WHERE r.run_id = c.run_id),
	array_agg(c.element ORDER BY c.position) FILTER (WHERE c.category IS NOT NULL),
	array_agg(c.category ORDER BY c.position) FILTER (WHERE c.category IS NOT NULL),
	array_agg(c.scale ORDER BY c.position) FILTER (WHERE c.category IS NOT NULL))::abie.vector_parameters AS parameters
FROM abie.run_characteristic c
GROUP BY c.run_id, c.stratum;
COMMENT ON VIEW abie.run_scaling IS
'How a run made the vectors of abie.run_vector of a stratum: abie.run_characteristic in a row.';
COMMENT ON COLUMN abie.run_scaling.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_scaling.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.run_scaling.parameters IS 'Parameters of abie_internal.scaled_vector.';

-- Columns by how they are aligned, which spares their padding.
CREATE TABLE abie.run_school (
	run_id integer,
	urn abie.urn,
	laestab abie.laestab NOT NULL,
	la_code integer NOT NULL,
	easting integer,
	northing integer,
	enrolments integer NOT NULL,
	selective boolean NOT NULL,
	attendance_published boolean NOT NULL,
	is_reference boolean NOT NULL,
	references_published boolean NOT NULL,
	family bigint,
	effective_enrolments float8 NOT NULL,
	sess_possible bigint,
	sess_overall bigint,
	attendance float8 NOT NULL,
	attendance_error float8,
	la_average float8,
	national_average float8,
	previous_attendance float8,
	earlier_attendance float8,
	pre_pandemic float8,
	fitted float8,
	leverage float8,
	context float8,
	context_error float8,
	previous_context float8,
	local_residual float8,
	local_error float8,
	expected float8,
	previous_expected float8,
	similar_upper_quartile float8,
	pared_mean float8,
	stratum text NOT NULL,
	numbers float8[] NOT NULL,
	categories text[] NOT NULL,
	PRIMARY KEY (run_id, urn)
);
COMMENT ON TABLE abie.run_school IS 'Schools that entered a run, with every figure used of them.';
COMMENT ON COLUMN abie.run_school.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_school.urn IS 'The school.';
COMMENT ON COLUMN abie.run_school.laestab IS
'Local authority number times 10000 plus establishment number in the baseline year.';
COMMENT ON COLUMN abie.run_school.stratum IS 'primary, or secondary including all-through.';
COMMENT ON COLUMN abie.run_school.selective IS
'Selects by ability; selective schools are compared with selective only, others with others. False where the '
'admissions policy is not known.';
COMMENT ON COLUMN abie.run_school.la_code IS 'Local authority number, from the LAESTAB.';
COMMENT ON COLUMN abie.run_school.enrolments IS
'Enrolments of the baseline year; the headcount where only rates are published.';
COMMENT ON COLUMN abie.run_school.effective_enrolments IS
'Enrolments that the school counts by: in the second edition enrolments x the share of a full year that its figures '
'hold (abie.mobility.year_share), else its enrolments.';
COMMENT ON COLUMN abie.run_school.sess_possible IS
'Sessions possible in the baseline year; NULL where only rates are published.';
COMMENT ON COLUMN abie.run_school.sess_overall IS
'Sessions of absence in the baseline year; NULL where only rates are published.';
COMMENT ON COLUMN abie.run_school.attendance IS 'Attendance of the baseline year, per cent.';
COMMENT ON COLUMN abie.run_school.attendance_error IS
'Standard error of attendance as that of a sample of pupils, percentage points: abie.attendance.attendance_error where '
'its sessions are from registers; else NULL, and abie.run_model.sampling_c1 / enrolments stands for its square.';
COMMENT ON COLUMN abie.run_school.attendance_published IS
'Whether the attendance that the run learned from, of the baseline year and the two years before, was published when '
'the run was made: abie_internal.is_published.';
COMMENT ON COLUMN abie.run_school.is_reference IS
'Whether other schools were measured against it: it could be a similar school, and models, averages and what was '
'learned of the stratum are of such schools. Those of published attendance, where these suffice '
'(abie_internal.published_suffice), else all.';
COMMENT ON COLUMN abie.run_school.references_published IS
'Whether the attendance of all references of its stratum is published. Where it is not, what they are to this school '
'is not shown, so that nothing of one of them follows from it: no context, local residual, weights, averages or rungs.';
COMMENT ON COLUMN abie.run_school.easting IS 'Easting, metres.';
COMMENT ON COLUMN abie.run_school.northing IS 'Northing, metres.';
COMMENT ON COLUMN abie.run_school.family IS 'Schools of one family (predecessors, successors) are never compared.';
COMMENT ON COLUMN abie.run_school.la_average IS
'Attendance in the baseline year of the schools of the stratum whose LAESTAB begins with la_code, in the run or not, '
'by the rule of is_reference of those only whose attendance is published: 100 x (possible - absent) / possible of all '
'their sessions, or the mean of their rates weighted by enrolments where one of them has only a rate. NULL where there '
'is none.';
COMMENT ON COLUMN abie.run_school.national_average IS
'Attendance in the baseline year of the schools of the whole stratum, by the rule of la_average.';
COMMENT ON COLUMN abie.run_school.previous_attendance IS
'The school''s attendance in the year before the baseline year: abie_internal.past_attendance. NULL where not held.';
COMMENT ON COLUMN abie.run_school.earlier_attendance IS
'The school''s attendance two years before the baseline year: abie_internal.past_attendance. NULL where not held.';
COMMENT ON COLUMN abie.run_school.pre_pandemic IS
'The school''s attendance in 2018/19: abie_internal.past_attendance. NULL where not held.';
COMMENT ON COLUMN abie.run_school.numbers IS 'Numbers of the methodology''s characteristics, in its order, unscaled.';
COMMENT ON COLUMN abie.run_school.categories IS 'Categories of the methodology''s characteristics, in its order.';
COMMENT ON COLUMN abie.run_school.fitted IS
'Attendance predicted from circumstances by the contextual model of all schools, per cent; NULL in other methods, as '
'the columns that follow from it.';
COMMENT ON COLUMN abie.run_school.leverage IS
'Share of the school''s own attendance in fitted, 0-1; 0 where it is no reference.';
COMMENT ON COLUMN abie.run_school.context IS
'Attendance predicted from circumstances by the model of all other schools: (fitted - leverage x attendance) / (1 - '
'leverage).';
COMMENT ON COLUMN abie.run_school.context_error IS 'Standard error of context: abie.ridge_model.leave_one_out_error.';
COMMENT ON COLUMN abie.run_school.previous_context IS
'context for the attendance of the year before, which the model of that year predicts.';
COMMENT ON COLUMN abie.run_school.local_residual IS
'Mean of attendance - context over the similar schools, weighted by enrolments and nearness: abie.local_mean.';
COMMENT ON COLUMN abie.run_school.local_error IS 'Standard error of local_residual: abie.local_mean_error.';
COMMENT ON COLUMN abie.run_school.expected IS 'Expected attendance, per cent.';
COMMENT ON COLUMN abie.run_school.previous_expected IS
'Expected attendance of the year before, made in the same way from that year''s attendance; what the baseline is '
'learned with. NULL in method similar-schools.';
COMMENT ON COLUMN abie.run_school.similar_upper_quartile IS
'Upper quartile of the similar schools'' attendance, per cent.';
COMMENT ON COLUMN abie.run_school.pared_mean IS
'Pared mean of the attendance of the school and its similar schools, per cent.';

SELECT pg_catalog.pg_extension_config_dump('abie.run', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_run_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_characteristic', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_model', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_school', '');
