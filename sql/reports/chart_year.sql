-- The chart of a school's year: its weeks, the year so far, and where it is heading.

CREATE FUNCTION abie_internal.chart_months(x abie_internal.chart_scale, origin date, bottom float8) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT string_agg(format('<path d="M%s %sv4" stroke="#999"/>'
			'<text x="%s" y="%s" font-size="11">%s</text>',
			abie_internal.chart_place(x, m.first_day - origin), bottom,
			abie_internal.chart_place(x, m.first_day - origin + 2), bottom + 14,
			(ARRAY['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'])
				[extract(month FROM m.first_day)::integer]), '' ORDER BY m.first_day)
	FROM (SELECT s::date AS first_day
		FROM generate_series(date_trunc('month', origin::timestamp), origin + (x).high::integer, interval '1 month') s
		) m
	-- but one whose name has no room before the end
	WHERE m.first_day >= origin AND (x).unit * ((x).high - (m.first_day - origin)) >= 24), '');
END $$;
COMMENT ON FUNCTION abie_internal.chart_months(abie_internal.chart_scale, date, float8) IS
'Names of the months across, each at its first day, on a scale of days from origin.';

CREATE FUNCTION abie_internal.chart_days(x abie_internal.chart_scale, y abie_internal.chart_scale, days integer[],
	heights float8[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- l0 0: one day alone is a dot
	RETURN (SELECT 'M' || string_agg(abie_internal.chart_place(x, l.day) || ' '
			|| abie_internal.chart_place(y, l.height) || 'l0 0', 'L' ORDER BY l.day)
		FROM unnest(days, heights) l(day, height) WHERE l.height IS NOT NULL);
END $$;
COMMENT ON FUNCTION abie_internal.chart_days(abie_internal.chart_scale, abie_internal.chart_scale, integer[],
	float8[]) IS
'The path of a line over days; NULL where there is no value.';

CREATE FUNCTION abie_internal.chart_week_marks(x abie_internal.chart_scale, y abie_internal.chart_scale,
	week_starts date[], days integer[], attendance float8[], marks text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- not STRICT: marks may be NULL
	RETURN (SELECT string_agg(format('<g><title>Week of %s: %s%s</title>%s</g>', to_char(w.week_start, 'FMDD Mon YYYY'),
			abie_internal.decimal(w.attendance, 2), coalesce(', ' || abie_internal.xml_text(w.mark), ''),
			CASE
				-- beyond the scale: a pointer at its edge
				WHEN w.attendance < y.low OR w.attendance > y.high
					THEN format('<path d="M%s %sl4 %sh-8z" fill="#0072b2"/>', p.x, p.y,
						CASE WHEN w.attendance < y.low THEN -7 ELSE 7 END)
				WHEN w.mark = 'set aside' THEN format('<path d="M%s %sm-3.5 -3.5l7 7m0 -7l-7 7" stroke="#0072b2" '
					'stroke-width="1.5"/>', p.x, p.y)
				WHEN w.mark = 'provisional' THEN format('<circle cx="%s" cy="%s" r="3" fill="#fff" stroke="#0072b2" '
					'stroke-width="1.5"/>', p.x, p.y)
				ELSE format('<circle cx="%s" cy="%s" r="2.5" fill="#0072b2"/>', p.x, p.y) END), '' ORDER BY w.day)
	FROM unnest(week_starts, days, attendance, marks) w(week_start, day, attendance, mark)
		CROSS JOIN LATERAL (SELECT abie_internal.chart_place(x, w.day),
			abie_internal.chart_place(y, greatest(least(w.attendance, y.high), y.low))) p(x, y)
	WHERE w.attendance IS NOT NULL);
END $$;
COMMENT ON FUNCTION abie_internal.chart_week_marks(abie_internal.chart_scale, abie_internal.chart_scale, date[],
	integer[], float8[], text[]) IS
'The weeks of abie.chart_year: a dot each, a ring where it is provisional, a cross where it is set aside, a pointer at '
'the edge of the scale where it lies beyond it. Not STRICT because marks may be NULL.';

CREATE FUNCTION abie_internal.chart_year_key(keys boolean[], top integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format(
			'<g transform="translate(%s %s)">%s<text x="24" y="4" font-size="11">%s</text></g>',
			12 + 190 * ((k.n - 1) % 2), top + 16 * ((k.n - 1) / 2), k.mark, k.label), '' ORDER BY k.n)
	FROM (SELECT e.*, row_number() OVER (ORDER BY e.place) AS n FROM (VALUES
		(1, true, '<circle cx="9" r="2.5" fill="#0072b2"/>', 'A week of this school'),
		(2, keys[1], '<circle cx="9" r="3" fill="#fff" stroke="#0072b2" stroke-width="1.5"/>',
			'A week still provisional'),
		(3, keys[2], '<path d="M5.5 -3.5l7 7m0 -7l-7 7" stroke="#0072b2" stroke-width="1.5"/>', 'A week set aside'),
		(4, true, '<path d="M0 0h18" stroke="#0072b2" stroke-width="2.5"/>', 'Year to date'),
		(5, keys[3], '<path d="M0 0h18" stroke="#009e73" stroke-width="1.5"/>', 'Last year to date'),
		(6, keys[4], '<path d="M0 0h18" stroke="#555" stroke-width="2" stroke-dasharray="4 5"/>',
			'Schools of the phase'),
		(7, keys[5], '<path d="M0 0h18" stroke="#d55e00" stroke-width="1.5" stroke-dasharray="6 3"/>', 'Target'),
		(8, keys[6], '<path d="M0 0l18 -6v12z" fill="#cc79a7" fill-opacity=".35"/>', 'Projected, 95 % interval'))
			e(place, is_shown, mark, label)
		WHERE e.is_shown) k);
END $$;
COMMENT ON FUNCTION abie_internal.chart_year_key(boolean[], integer) IS
'What the signs of abie.chart_year mean, from a height on; whether there are provisional weeks, weeks set aside, last '
'year, a common course, a target and a projection.';

CREATE FUNCTION abie_internal.chart_year_text(week_starts date[], attendance float8[], year_to_date float8[],
	marks text[], target float8, projected float8, low float8, high float8) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- not STRICT: all but the weeks may be NULL
	RETURN (SELECT 'Attendance by week, per cent: ' || string_agg(concat_ws(', ',
			to_char(w.week_start, 'FMDD Mon') || ' ' || abie_internal.decimal(w.attendance, 2), w.mark), '; '
			ORDER BY w.week_start)
		FROM unnest(week_starts, attendance, marks) w(week_start, attendance, mark) WHERE w.attendance IS NOT NULL)
		|| coalesce('. Year to date ' || abie_internal.decimal(year_to_date[cardinality(year_to_date)], 2), '')
		|| coalesce('. Projected for the year ' || abie_internal.decimal(projected, 2) || ', '
			|| abie_internal.decimal(low, 2) || ' to ' || abie_internal.decimal(high, 2), '')
		|| coalesce('. Target ' || abie_internal.decimal(target, 2), '') || '.';
END $$;
COMMENT ON FUNCTION abie_internal.chart_year_text(date[], float8[], float8[], text[], float8, float8, float8, float8) IS
'What abie.chart_year shows, for those who cannot see it. Not STRICT because all but the weeks may be NULL.';

-- A week far off is drawn at the edge, so that the lines are not pressed together.
CREATE FUNCTION abie_internal.chart_year_scale(lines float8[], attendance float8[]) RETURNS abie_internal.chart_scale
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	reach CONSTANT float8 := 4;
	lowest float8 := (SELECT min(l) FROM unnest(lines) l);
	highest float8 := (SELECT max(l) FROM unnest(lines) l);
	s abie_internal.chart_scale;
BEGIN
	-- of all values, for those that no scale can hold
	s := (SELECT abie_internal.chart_scale(min(v), max(v), 5, 210, 40) FROM unnest(lines || attendance) v);
	RETURN abie_internal.chart_scale(least(lowest, greatest((SELECT min(a) FROM unnest(attendance) a), lowest - reach)),
		greatest(highest, least((SELECT max(a) FROM unnest(attendance) a), highest + reach)), 5, 210, 40);
END $$;
COMMENT ON FUNCTION abie_internal.chart_year_scale(float8[], float8[]) IS
'The scale of abie.chart_year: all values of its lines, and weeks up to four percentage points beyond them.';

CREATE FUNCTION abie_internal.chart_year_fan(x abie_internal.chart_scale, y abie_internal.chart_scale, day integer,
	year_to_date float8, projected float8, low float8, high float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20
-- not STRICT: nothing is drawn where a value is NULL
RETURN coalesce('<path d="M' || abie_internal.chart_place(x, day) || ' ' || abie_internal.chart_place(y, year_to_date)
	|| 'L' || abie_internal.chart_place(x, (x).high) || ' ' || abie_internal.chart_place(y, high)
	|| 'V' || abie_internal.chart_place(y, low) || 'z" fill="#cc79a7" fill-opacity=".35"/>'
	|| '<path d="M' || abie_internal.chart_place(x, day) || ' ' || abie_internal.chart_place(y, year_to_date)
	|| 'L' || abie_internal.chart_place(x, (x).high) || ' ' || abie_internal.chart_place(y, projected)
	|| '" stroke="#0072b2" stroke-width="2" stroke-dasharray="2 4"/>', '');
COMMENT ON FUNCTION abie_internal.chart_year_fan(abie_internal.chart_scale, abie_internal.chart_scale, integer, float8,
	float8, float8, float8) IS
'From the year to date on a day to the year as projected and its interval at the end of the scale. Not STRICT: empty '
'where a value is NULL.';

CREATE FUNCTION abie.chart_year(title text, week_starts date[], attendance float8[], year_to_date float8[],
	common_to_date float8[] DEFAULT NULL, marks text[] DEFAULT NULL, last_week_starts date[] DEFAULT NULL,
	last_year_to_date float8[] DEFAULT NULL, target float8 DEFAULT NULL, year_end date DEFAULT NULL,
	projected float8 DEFAULT NULL, low float8 DEFAULT NULL, high float8 DEFAULT NULL) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: all but title and the weeks may be NULL
DECLARE
	n integer := cardinality(week_starts);
	lines float8[] := array_remove(year_to_date || common_to_date || last_year_to_date || target || projected || low
		|| high, NULL);
	keys boolean[] := ARRAY['provisional' = ANY (marks) IS TRUE, 'set aside' = ANY (marks) IS TRUE,
		cardinality(array_remove(last_year_to_date, NULL)) > 0 IS TRUE,
		cardinality(array_remove(common_to_date, NULL)) > 0 IS TRUE, target IS NOT NULL,
		num_nulls(year_end, projected, low, high) = 0];
	-- last year's weeks are drawn 52 weeks later
	last_year date[] := ARRAY(SELECT w.day + 364 FROM unnest(last_week_starts) WITH ORDINALITY w(day, place)
		ORDER BY w.place);
	origin date := (SELECT min(w.day) FROM unnest(week_starts || last_year) w(day));
	days integer[] := ARRAY(SELECT w.day - origin FROM unnest(week_starts) WITH ORDINALITY w(day, place)
		ORDER BY w.place);
	last_days integer[] := ARRAY(SELECT w.day - origin FROM unnest(last_year) WITH ORDINALITY w(day, place)
		ORDER BY w.place);
	x abie_internal.chart_scale;
	y abie_internal.chart_scale;
BEGIN
	IF num_nulls(title, week_starts, attendance, year_to_date) > 0 THEN
		RETURN NULL;
	END IF;
	PERFORM abie_internal.check_chart('chart_year', n, ARRAY[cardinality(attendance), cardinality(year_to_date),
		coalesce(cardinality(common_to_date), n), coalesce(cardinality(marks), n)]);
	IF cardinality(array_remove(attendance, NULL)) = 0 OR cardinality(lines) = 0 THEN
		RETURN NULL;
	END IF;
	x := (SELECT ROW(0, greatest(7, max(d)), 7, 42, 344 / greatest(7, max(d))::float8)::abie_internal.chart_scale
		FROM unnest(days || last_days || (year_end - origin)) d);
	y := abie_internal.chart_year_scale(lines, array_remove(attendance, NULL));
	RETURN abie_internal.svg(title,
		abie_internal.chart_year_text(week_starts, attendance, year_to_date, marks, target, projected, low, high),
		246 + 16 * ((3 + cardinality(array_positions(keys, true))) / 2),
		abie_internal.chart_upward(y, 42, 386) || abie_internal.chart_months(x, origin, 210)
		|| '<text x="38" y="34" font-size="11" text-anchor="middle">%</text>'
		|| abie_internal.chart_year_fan(x, y, days[n], year_to_date[n], projected, low, high)
		|| coalesce('<path d="M42 ' || abie_internal.chart_place(y, target)
			|| 'H386" stroke="#d55e00" stroke-width="1.5" stroke-dasharray="6 3"/>', '')
		|| coalesce('<path d="' || abie_internal.chart_days(x, y, last_days, last_year_to_date)
			|| '" fill="none" stroke="#009e73" stroke-width="1.5" stroke-linecap="round"/>', '')
		|| coalesce('<path d="' || abie_internal.chart_days(x, y, days, common_to_date)
			|| '" fill="none" stroke="#555" stroke-width="2" stroke-linecap="round" stroke-dasharray="4 5"/>', '')
		|| coalesce('<path d="' || abie_internal.chart_days(x, y, days, year_to_date)
			|| '" fill="none" stroke="#0072b2" stroke-width="2.5" stroke-linecap="round"/>', '')
		|| abie_internal.chart_week_marks(x, y, week_starts, days, attendance, marks)
		|| abie_internal.chart_year_key(keys, 242));
END $$;
COMMENT ON FUNCTION abie.chart_year(text, date[], float8[], float8[], float8[], text[], date[], float8[], float8, date,
	float8, float8, float8) IS
'SVG of a school''s year up to now, in per cent: a mark a week (its Monday, in order; attendance; marks: provisional, '
'set aside or NULL), the year to date as a line, beside it what was common to all schools in the same weeks '
'(common_to_date) and last year to date (a line 52 weeks later), the target across, and from the last week on the year '
'as projected, with its interval at year_end. Weeks more than four points beyond the lines are drawn at the edge. NULL '
'elements are not drawn; NULL where there is nothing to draw. Not STRICT because all but title and the weeks may be '
'NULL. Errors: 2202E arrays of different length or empty, 22003 values not finite.';
