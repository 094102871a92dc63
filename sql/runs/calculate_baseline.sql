-- The stage of method contextual that learns noise, baselines and forecasts, and what follows from them for a school.

CREATE FUNCTION abie_internal.since_pandemic(baseline_year text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN baseline_year >= '2020/21';
COMMENT ON FUNCTION abie_internal.since_pandemic(text) IS
'Whether a year is one since the pandemic, from which on attendance varies more from year to year than before.';

CREATE FUNCTION abie_internal.earlier_noise(run_id integer)
RETURNS TABLE (stratum text, sampling_c1 float8, change_c0 float8, change_c1 float8, sampling_run integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
-- a recomputation (abie.verify, under the number -run_id) takes what the run itself kept, and nothing where that took
-- nothing
SELECT m.stratum, m.sampling_c1, m.change_c0, m.change_c1, m.sampling_run
FROM abie.run_model m
WHERE m.run_id = -earlier_noise.run_id AND m.sampling_source = 'earlier run'
UNION ALL
(SELECT DISTINCT ON (m.stratum) m.stratum, m.sampling_c1, m.change_c0, m.change_c1, m.run_id
FROM abie.run_model m
	JOIN abie.run r ON r.run_id = m.run_id
	JOIN abie.run own ON own.run_id = earlier_noise.run_id
WHERE r.run_id BETWEEN 1 AND earlier_noise.run_id - 1
	AND r.status IN ('calculated', 'checked', 'issued', 'superseded')
	AND m.sampling_source IN ('changes', 'registers')
	AND m.sampling_c1 > 0
	-- the first edition takes it from whatever time
	AND ((abie_internal.run_methodology(own.run_id)).edition = 1
		OR abie_internal.since_pandemic(r.baseline_year) = abie_internal.since_pandemic(own.baseline_year))
ORDER BY m.stratum, m.run_id DESC)
$$;
COMMENT ON FUNCTION abie_internal.earlier_noise(integer) IS
'Abie.run_model.sampling_c1 of each stratum as the newest run before this one that learned it had it, for a '
'run that cannot learn it itself, with its change_c0 and change_c1. In the second edition both have a baseline year '
'before the pandemic, or since.';

CREATE FUNCTION abie_internal.declared_change(stratum text, baseline_year text, OUT c0 float8, OUT c1 float8)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
SET search_path = pg_catalog, pg_temp
AS $$
-- since the pandemic changes vary 2.5 times as much as before
SELECT v.c0 * t.times, v.c1 * t.times
FROM (VALUES ('primary', 0.113, 33.7), ('secondary', 0.177, 202)) v(stratum, c0, c1),
	(SELECT CASE WHEN abie_internal.since_pandemic(baseline_year) THEN 2.5 ELSE 1 END AS times) t
WHERE v.stratum = declared_change.stratum
$$;
COMMENT ON FUNCTION abie_internal.declared_change(text, text) IS
'Variance c0 + c1 / enrolments of a school''s change from year to year, squared percentage points, for a run that can '
'learn it from nothing: what the changes of England''s schools from 2017/18 to 2018/19 gave, from 2020/21 on 2.5 times '
'that.';

CREATE FUNCTION abie_internal.baseline_data()
RETURNS TABLE (stratum text, attendance float8[], previous float8[], earlier float8[], change float8[],
	residual float8[], previous_expected float8[], enrolments float8[], change_schools bigint, learning_schools bigint,
	common_change float8, register_c1 float8)
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 100000 ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
SELECT s.stratum, array_agg(s.attendance), array_agg(s.previous_attendance), array_agg(s.earlier_attendance),
	array_agg(s.attendance - s.previous_attendance), array_agg(s.attendance - s.expected),
	array_agg(s.previous_expected), array_agg(s.effective_enrolments),
	count(s.previous_attendance),
	count(*) FILTER (WHERE s.previous_attendance IS NOT NULL AND s.earlier_attendance IS NOT NULL
		AND s.previous_expected IS NOT NULL),
	-- exact sums, so that their order changes nothing
	(sum(s.effective_enrolments::numeric * (s.attendance - s.previous_attendance)::numeric)
		/ sum(s.effective_enrolments::numeric) FILTER (WHERE s.previous_attendance IS NOT NULL))::float8,
	CASE WHEN count(s.attendance_error) >= 30
		THEN percentile_cont(0.5)
			WITHIN GROUP (ORDER BY s.attendance_error * s.attendance_error * s.effective_enrolments) END
FROM pg_temp.abie_run_pool s
WHERE s.expected IS NOT NULL AND s.is_reference
GROUP BY s.stratum
$$;
COMMENT ON FUNCTION abie_internal.baseline_data() IS
'What baselines of each stratum of the pool are learned from: an element a school that is a reference; common_change '
'as in abie.run_model; register_c1: the median of attendance_error^2 x enrolments, with 30 such schools.';

CREATE FUNCTION abie_internal.calculate_baseline(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
	is_second boolean := (abie_internal.run_methodology(run_id)).edition = 2;
	farthest float8 := CASE WHEN is_second THEN 1::float8 ELSE 'Infinity' END;
	baseline_year text := (SELECT r.baseline_year FROM abie.run r WHERE r.run_id = calculate_baseline.run_id);
	done bigint;
BEGIN
	WITH source AS MATERIALIZED (
		SELECT p.*, v.c0, v.c1, e.sampling_c1 AS earlier_c1, e.sampling_run AS earlier_run,
			CASE
				WHEN v.c1 IS NOT NULL THEN 'changes'
				WHEN p.register_c1 IS NOT NULL THEN 'registers'
				WHEN e.sampling_c1 IS NOT NULL THEN 'earlier run'
				WHEN is_second THEN 'declared'
				WHEN r.c1 > 0 THEN 'residuals'
			END AS sampling_source,
			least(r.c1, abie_internal.greatest_sampling_c1(p.stratum)) AS residual_c1,
			CASE WHEN is_second THEN coalesce(v.c0, e.change_c0, d.c0) ELSE v.c0 END AS change_c0,
			CASE WHEN is_second THEN coalesce(v.c1, e.change_c1, d.c1) ELSE v.c1 END AS change_c1,
			r.c0 AS spread_c0, r.c1 AS spread_c1, d.c1 AS declared_c1
		FROM abie_internal.baseline_data() p
			CROSS JOIN LATERAL abie.change_variance(p.change, p.enrolments) v
			CROSS JOIN LATERAL abie_internal.declared_change(p.stratum, baseline_year) d
			LEFT JOIN abie_internal.earlier_noise(calculate_baseline.run_id) e ON e.stratum = p.stratum
			LEFT JOIN LATERAL abie.change_variance(p.residual, p.enrolments) r
				ON is_second OR num_nonnulls(v.c1, p.register_c1, e.sampling_c1) = 0
	), noise AS MATERIALIZED (
		SELECT s.*,
			CASE s.sampling_source
				WHEN 'changes' THEN s.c1 / 2
				WHEN 'registers' THEN s.register_c1
				WHEN 'earlier run' THEN s.earlier_c1
				WHEN 'residuals' THEN s.residual_c1
				WHEN 'declared' THEN s.declared_c1 / 2
			END AS sampling_c1
		FROM source s
	)
	UPDATE abie.run_model m
	SET change_schools = n.change_schools,
		change_c0 = n.change_c0,
		change_c1 = n.change_c1,
		sampling_c1 = n.sampling_c1,
		sampling_source = n.sampling_source,
		sampling_run = CASE n.sampling_source WHEN 'earlier run' THEN n.earlier_run END,
		learning_schools = n.learning_schools,
		between_variance = CASE WHEN n.sampling_c1 > 0
			THEN abie.between_variance(n.residual, ARRAY(
				SELECT n.sampling_c1 / e
				FROM unnest(n.enrolments) WITH ORDINALITY u(e, i)
				ORDER BY i)) END,
		spread_c0 = CASE WHEN is_second THEN n.spread_c0 END,
		spread_c1 = CASE WHEN is_second THEN n.spread_c1 END,
		-- more digits would predict no better, and these can be used by hand
		last_weight = abie.round_half_up(b.last_weight, 4)::float8,
		n0 = abie.round_half_up(b.n0, 2)::float8,
		constant = abie.round_half_up(b.constant, 4)::float8,
		common_change = CASE WHEN is_second THEN abie.round_half_up(n.common_change, 4)::float8 ELSE 0 END,
		reach = farthest,
		forecast_coefficients = f.coefficients,
		forecast_c0 = f.c0,
		forecast_c1 = f.c1,
		forecast_quantile = f.quantile
	FROM noise n,
		abie.learn_baseline(n.earlier, n.previous, n.previous_expected, n.enrolments, n.attendance, is_second,
			farthest) b,
		abie.learn_forecast(n.earlier, n.previous, n.previous_expected, n.enrolments, n.attendance) f
	WHERE m.run_id = calculate_baseline.run_id AND m.stratum = n.stratum;
	GET DIAGNOSTICS done = ROW_COUNT;
	RETURN done;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_baseline(integer) IS
'Stage of a run of method contextual. Learns, of each stratum, noise, baseline and forecast into abie.run_model; the '
'number of strata.';

-- parsed when made and without SET, so that the planner puts them in place of a call; not STRICT for the same reason
CREATE FUNCTION abie_internal.one_year_baseline(model abie.run_model, school abie.run_school, one_year float8)
RETURNS TABLE (own_share float8, baseline float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5 ROWS 1
BEGIN ATOMIC
	SELECT b.own_share,
		CASE WHEN (model).edition = 2
				-- no farther than that from what was seen once
				THEN greatest((school).attendance - 0.75, least((school).attendance + 0.75,
					(school).expected + b.own_share * ((school).attendance - (school).expected)))
			WHEN b.own_share = 1 THEN (school).attendance
			ELSE abie.shrink((school).attendance, (school).expected, one_year, (model).between_variance) END
	FROM (
		SELECT CASE
			WHEN (model).edition = 2 THEN
				CASE WHEN (model).sampling_source = 'declared' OR (model).spread_c0 IS NULL
					THEN 1 / (1.2 + 15 / (school).effective_enrolments)
					ELSE greatest(0, 1 - ((model).change_c0 + (model).change_c1 / (school).effective_enrolments) / 2
						/ ((model).spread_c0 + (model).spread_c1 / (school).effective_enrolments)) END
			WHEN (model).between_variance IS NULL OR one_year = 0 THEN 1
			ELSE (model).between_variance / ((model).between_variance + one_year) END AS own_share
	) b;
END;
COMMENT ON FUNCTION abie_internal.one_year_baseline(abie.run_model, abie.run_school, float8) IS
'Share of its own attendance in the baseline of a school of which one year is held, and the baseline. Second edition: '
'1 - (c0 + c1 / enrolments) / 2 over (v0 + v1 / enrolments), of the variances of changes (change_c0, change_c1) and of '
'attendance - expected (spread_c0, spread_c1), at least 0; where changes are declared 1 / (1.2 + 15 / enrolments); and '
'no more than 0.75 points from attendance. First: between_variance / (between_variance + sampling variance of one '
'year), 1 where these are not known.';

CREATE FUNCTION abie_internal.school_baseline(model abie.run_model, school abie.run_school)
RETURNS TABLE (own_level float8, own_share float8, expected_error float8, baseline float8, baseline_error float8,
	forecast float8, forecast_low float8, forecast_high float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10 ROWS 1
BEGIN ATOMIC
	SELECT o.own_level, o.own_share, o.expected_error, o.baseline,
		sqrt(o.own_share * o.sampling_variance
			+ (1 - o.own_share) * (1 - o.own_share) * o.expected_error * o.expected_error),
		f.forecast,
		CASE WHEN f.margin >= 0 THEN greatest(0, f.forecast - f.margin) END,
		CASE WHEN f.margin >= 0 THEN least(100, f.forecast + f.margin) END
	FROM (
			SELECT (model).last_weight IS NOT NULL AND (school).previous_attendance IS NOT NULL AS learned,
				coalesce((school).attendance_error * (school).attendance_error,
					(model).sampling_c1 / (school).effective_enrolments) AS one_year
		) k,
		LATERAL abie_internal.one_year_baseline(model, school, k.one_year) y,
		LATERAL (
			SELECT
				CASE
					WHEN k.learned AND (model).edition = 2
						THEN abie.own_level((school).previous_attendance, (school).attendance, (model).last_weight,
							(model).common_change, (model).reach)
					WHEN k.learned
						THEN (model).last_weight * (school).attendance
							+ (1 - (model).last_weight) * (school).previous_attendance
					ELSE (school).attendance
				END AS own_level,
				CASE WHEN k.learned
					THEN (school).effective_enrolments
						/ ((school).effective_enrolments * (1 + (model).constant) + (model).n0)
					ELSE y.own_share END AS own_share,
				CASE WHEN k.learned
					THEN ((model).last_weight * (model).last_weight
						+ (1 - (model).last_weight) * (1 - (model).last_weight)) * k.one_year
					ELSE k.one_year END AS sampling_variance,
				sqrt((school).context_error * (school).context_error
					+ (model).local_slope * (school).local_error * ((model).local_slope * (school).local_error))
					AS expected_error,
				CASE WHEN k.learned
					THEN abie.shrunk_baseline((school).previous_attendance, (school).attendance, (school).expected,
						(school).effective_enrolments, (model).last_weight, (model).n0, (model).constant,
						(model).common_change, (model).reach)
					ELSE y.baseline END AS baseline
		) o,
		LATERAL (
			SELECT
				CASE
					WHEN (model).run_id IS NULL THEN NULL
					WHEN k.learned
						THEN abie.forecast((school).previous_attendance, (school).attendance, (school).expected,
							(school).effective_enrolments, (model).forecast_coefficients)
					ELSE o.baseline
				END AS forecast,
				CASE WHEN k.learned
					THEN (model).forecast_quantile
						* sqrt((model).forecast_c0 + (model).forecast_c1 / (school).effective_enrolments)
					ELSE 1.959963984540054
						* sqrt((model).change_c0 + (model).change_c1 / (school).effective_enrolments) END AS margin
		) f;
END;
COMMENT ON FUNCTION abie_internal.school_baseline(abie.run_model, abie.run_school) IS
'Baseline, standard errors and forecast of a school, columns as in abie.expectation, from what was learned of its '
'stratum (model; NULL in method similar-schools: the baseline is attendance). With a learned last_weight and both '
'years held, own_level is of both years (abie.own_level; first edition: without the common change), own_share = '
'1 / (1 + constant + n0 / enrolments), the baseline abie.shrunk_baseline, and the forecast abie.forecast with its '
'interval. Else own_level is attendance, own_share and baseline are abie_internal.one_year_baseline, and the forecast '
'is the baseline +- 1.96 standard deviations of a change from year to year. Enrolments are effective_enrolments. The '
'sampling variance of one year is attendance_error^2 where registers gave it, else sampling_c1 / enrolments. '
'expected_error^2 = context_error^2 + (local_slope x local_error)^2; baseline_error^2 = own_share x sampling variance '
'of own_level + ((1 - own_share) x expected_error)^2. The interval is kept within 0-100.';
