-- What the weeks of a stratum's schools lead to: one call of C, which the weekly run (abie.monitor) stores.

CREATE TYPE abie_internal.stratum_learned AS (v0 float8, v1 float8, rho float8, from_history boolean, quantile float8,
	quantile_schools integer, forecast float8, last_forecast float8, level_variance float8, week_variance float8,
	common_change float8, taken_on float8, shortfall float8,
	week_movement float8, common_movement float8, movement_sd float8);
COMMENT ON TYPE abie_internal.stratum_learned IS 'What abie_internal.project_stratum learned: abie.monitor_stratum.';

CREATE TYPE abie_internal.common_week AS (this_year boolean, week_start date, kind text, schools integer,
	course float8, centre float8, spread float8);
COMMENT ON TYPE abie_internal.common_week IS
'What a week of this year or the last was like for the schools of a stratum, by kind: abie.monitor_week.';

CREATE TYPE abie_internal.area_course AS (this_year boolean, scope text, area integer, week_start date,
	schools integer, centre float8, spread float8);
COMMENT ON TYPE abie_internal.area_course IS
'What a week accepted as the shock of an area was like for its schools: abie.monitor_area_week; area is its number.';

CREATE TYPE abie_internal.school_standing AS (urn integer, weeks integer, weeks_set_aside integer,
	has_newest_week boolean, year_to_date float8, relative float8, like_for_like float8, done float8,
	week_variance float8, prior float8, prior_variance float8, level float8, level_variance float8, weeks_left float8,
	course float8, projected float8, sd float8, low float8, high float8, probability float8,
	year_to_date_without float8, projected_without float8, probability_without float8);
COMMENT ON TYPE abie_internal.school_standing IS 'Where a school stands: abie.school_progress.';

CREATE TYPE abie_internal.area_shock AS (scope text, area integer, week_start date, schools integer,
	low_schools integer, z float8, departure float8);
COMMENT ON TYPE abie_internal.area_shock IS
'A week in which the schools of an area were low together: abie.shock; area is its number.';

CREATE TYPE abie_internal.school_shock AS (urn integer, week_start date, z float8, departure float8,
	area_departure float8, false_discovery float8);
COMMENT ON TYPE abie_internal.school_shock IS 'A week in which a school was low by itself: abie.shock.';

CREATE FUNCTION abie_internal.week_row(urn integer, week_start date, sess_possible bigint, sess_overall bigint)
RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_week_row';
COMMENT ON FUNCTION abie_internal.week_row(integer, date, bigint, bigint) IS
'A school''s week as abie_internal.project_stratum reads it: bytes in this machine''s order, not to be kept.';

CREATE FUNCTION abie_internal.project_stratum(urns integer[], enrolments float8[], forecasts float8[],
	last_forecasts float8[], year_variances float8[], attendance float8[], baselines float8[], improvements float8[],
	this_weeks bytea, last_weeks bytea, accepted_urns integer[], accepted_weeks date[], accepted_scopes integer[],
	pace float8, as_of date, over boolean, declared_v0 float8, declared_v1 float8, declared_rho float8,
	forecast_quantile float8, regions integer[], authorities integer[],
	OUT learned abie_internal.stratum_learned, OUT weeks abie_internal.common_week[],
	OUT area_courses abie_internal.area_course[], OUT schools abie_internal.school_standing[],
	OUT area_shocks abie_internal.area_shock[], OUT school_shocks abie_internal.school_shock[], OUT newest_week date)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000000 AS 'MODULE_PATHNAME', 'abie_project_stratum';
COMMENT ON FUNCTION abie_internal.project_stratum(integer[], float8[], float8[], float8[], float8[], float8[], float8[],
	float8[], bytea, bytea, integer[], date[], integer[], float8, date, boolean, float8, float8, float8, float8,
	integer[], integer[]) IS
'Learns of a stratum''s weeks and projects each of its schools. Schools in parallel arrays (urns to improvements; '
'last_forecasts may be NULL). Weeks of this year so far, and of all last year, as values of abie_internal.week_row, '
'one after the other, in any order; those of other schools are passed over, but for newest_week, the newest Monday of '
'this year''s. Weeks accepted as shocks in three arrays, the narrowest scope of each by its place in '
'abie_internal.event_scopes. over: no week of the year is to come. declared: noise where last year''s weeks do not '
'tell. Errors: arrays that do not fit, NULLs, a school or week twice, weeks of more than one year, a scope that is '
'none.';
