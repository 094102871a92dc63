-- The chart of a school's attendance over the years.

CREATE FUNCTION abie_internal.chart_history(title text, years text[], first_years integer[], attendance float8[],
	low float8[], high float8[], national_average float8[], expected float8[], expected_low float8[],
	expected_high float8[], target_year text, goal_year integer, target float8, forecast_low float8,
	forecast_high float8) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50
-- not STRICT: all but title, years and attendance may be NULL
AS 'MODULE_PATHNAME', 'abie_chart_history';
COMMENT ON FUNCTION abie_internal.chart_history(text, text[], integer[], float8[], float8[], float8[], float8[],
	float8[], float8[], float8[], text, integer, float8, float8, float8) IS
'abie.chart_history of years whose first calendar years are given; goal_year: that of target_year. Not STRICT because '
'all but title, years and attendance may be NULL. Errors beside those of abie.chart_history: 22004 a year that is '
'NULL, 22023 one that is not 1 to 9999.';

CREATE FUNCTION abie.chart_history(title text, years text[], attendance float8[], low float8[] DEFAULT NULL,
	high float8[] DEFAULT NULL, national_average float8[] DEFAULT NULL, expected float8[] DEFAULT NULL,
	target_year text DEFAULT NULL, target float8 DEFAULT NULL, forecast_low float8 DEFAULT NULL,
	forecast_high float8 DEFAULT NULL, expected_low float8[] DEFAULT NULL, expected_high float8[] DEFAULT NULL)
	RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: all but title, years and attendance may be NULL
BEGIN
	RETURN abie_internal.chart_history(title, years,
		ARRAY(SELECT extract(year FROM abie.year_start(y.academic_year))::integer
			FROM unnest(years) WITH ORDINALITY y(academic_year, place) ORDER BY y.place),
		attendance, low, high, national_average, expected, expected_low, expected_high, target_year,
		extract(year FROM abie.year_start(target_year))::integer, target, forecast_low, forecast_high);
END $$;
COMMENT ON FUNCTION abie.chart_history(text, text[], float8[], float8[], float8[], float8[], float8[], text, float8,
	float8, float8, float8[], float8[]) IS
'SVG of attendance (per cent) over academic years such as 2018/19, in order: a line broken where years are missing, '
'with intervals (low, high), the national rate as a broken line, expected attendance as crosses on a grey bar, its '
'interval (expected_low, expected_high), and in the target year the target as a diamond and the range of the forecast '
'as a bar. NULL elements are not drawn. Not STRICT because all but title, years and attendance may be NULL; NULL where '
'there is nothing to draw. Errors: 2202E arrays of different length or empty, 23514 not an academic year, 22003 values '
'not finite.';
