-- A school's weeks as a control chart on the page of a week.

CREATE FUNCTION abie_internal.week_control(weeks jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (WITH series AS MATERIALIZED (
		SELECT array_agg(w.week_start ORDER BY w.week_start) AS week_starts,
			array_agg(w.attendance - w.common ORDER BY w.week_start) AS departures
		FROM jsonb_to_recordset(weeks) w(week_start date, attendance float8, common float8) WHERE w.common IS NOT NULL
	)
	SELECT jsonb_build_object('centre', min(x.centre), 'lower_limit', min(x.lower_limit),
		'upper_limit', min(x.upper_limit), 'weeks', jsonb_agg(jsonb_build_object(
			'week_start', s.week_starts[x."position"], 'departure', x.value, 'outside', x.outside)
			ORDER BY x."position"))
	FROM series s CROSS JOIN LATERAL abie.xmr(s.departures) x HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION abie_internal.week_control(jsonb) IS
'The control chart (abie.xmr) of a school''s weeks by what each is off the weeks of schools of the phase; NULL for '
'fewer than two that can be compared.';

CREATE FUNCTION abie_internal.week_control_text(control jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 300
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT format('Against schools of the phase the weeks of this school are %s points off on average; they '
			'stay within %s and %s unless something was unlike the other weeks. Beyond that: %s.',
			abie_internal.signed((control ->> 'centre')::float8, 1),
			abie_internal.signed((control ->> 'lower_limit')::float8, 1),
			abie_internal.signed((control ->> 'upper_limit')::float8, 1),
			coalesce(string_agg(format('%s (%s)', abie_internal.day_text(w.week_start),
				abie_internal.signed(w.departure, 1)), ', ' ORDER BY w.week_start), 'none'))
		FROM jsonb_to_recordset(control -> 'weeks') w(week_start date, departure float8, outside boolean)
		WHERE w.outside);
END $$;
COMMENT ON FUNCTION abie_internal.week_control_text(jsonb) IS
'What a school''s control chart says: mean, limits, and the weeks beyond them.';

CREATE FUNCTION abie_internal.week_controlled(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	control jsonb := nullif(facts -> 'control', 'null');
BEGIN
	RETURN CASE WHEN control IS NULL THEN '' ELSE abie_internal.report_part(format, 'heading', 'Week by week')
		|| abie_internal.report_part(format, 'picture', CASE format WHEN 'html' THEN (SELECT abie.chart_xmr(
			'Which weeks were unlike the others', array_agg(w.week_start ORDER BY w.week_start),
			array_agg(w.departure ORDER BY w.week_start))
			FROM jsonb_to_recordset(control -> 'weeks') w(week_start date, departure float8)) END)
		|| abie_internal.report_part(format, 'paragraph', abie_internal.week_control_text(control)) END;
END $$;
COMMENT ON FUNCTION abie_internal.week_controlled(jsonb, text) IS
'A school''s weeks as a control chart, with what it says; empty for fewer than two weeks.';
