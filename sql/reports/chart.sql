-- Charts as SVG, from values alone: the same values give the same text.

CREATE FUNCTION abie.chart_ladder(title text, names text[], heights float8[], roles text[] DEFAULT NULL) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50
-- not STRICT: roles may be NULL
AS 'MODULE_PATHNAME', 'abie_chart_ladder';
COMMENT ON FUNCTION abie.chart_ladder(text, text[], float8[], text[]) IS
'SVG of a ladder: one row a rung, the highest first, at its attendance (per cent). roles: start (an open circle) and '
'target (a diamond), of several the highest, are joined by a broken line; others NULL. Rungs of NULL height are left '
'out; NULL where none is left. Not STRICT because roles may be NULL. Errors: 2202E arrays of different length or '
'empty, 22003 values not finite.';

CREATE FUNCTION abie.chart_similar(title text, names text[], attendance float8[], low float8[] DEFAULT NULL,
	high float8[] DEFAULT NULL, own integer DEFAULT NULL) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50
-- not STRICT: intervals and own may be NULL
AS 'MODULE_PATHNAME', 'abie_chart_similar';
COMMENT ON FUNCTION abie.chart_similar(text, text[], float8[], float8[], float8[], integer) IS
'SVG dot plot of schools by attendance (per cent), the highest first, with intervals (low, high) where given; own is '
'the place in the arrays of the school that is marked. Names too long for the picture are cut, and whole in its '
'description and in the titles of the rows. NULL elements are left out. Not STRICT because intervals and own may be '
'NULL. Errors: 2202E arrays of different length or empty, 22003 values not finite.';

-- A limit w x sqrt(b + c1 / n) begins where it enters the picture: it is at the edge e for n = c1 / ((e / w)^2 - b).
CREATE FUNCTION abie_internal.chart_funnel_limit(x abie_internal.chart_scale, y abie_internal.chart_scale, side integer,
	width float8, between_variance float8, sampling_c1 float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
SELECT string_agg(CASE s.step WHEN f.step THEN 'M' ELSE 'L' END || abie_internal.chart_place(x, n.pupils) || ' '
	|| abie_internal.chart_place(y, side * least(e.edge, width * sqrt(between_variance + sampling_c1 / n.pupils))), ''
	ORDER BY s.step)
FROM (SELECT CASE side WHEN 1 THEN (y).high ELSE -(y).low END AS edge) e
	CROSS JOIN LATERAL (SELECT coalesce(sampling_c1 / nullif((e.edge / width) ^ 2 - between_variance, 0), 0)
		AS entry) c
	CROSS JOIN LATERAL (SELECT greatest(1, least(40, floor(40 * c.entry / (x).high)))::integer AS step) f
	CROSS JOIN LATERAL generate_series(f.step, 40) s(step)
	CROSS JOIN LATERAL (SELECT greatest(c.entry, (x).high * s.step / 40) AS pupils) n
$$;
COMMENT ON FUNCTION abie_internal.chart_funnel_limit(abie_internal.chart_scale, abie_internal.chart_scale, integer,
	float8, float8, float8) IS
'The path of a limit of abie.chart_funnel: side 1 above, -1 below; width in standard deviations.';

CREATE FUNCTION abie_internal.chart_funnel_limits(x abie_internal.chart_scale, y abie_internal.chart_scale,
	between_variance float8, sampling_c1 float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
-- 1.96 and 3.09 standard deviations: 95 and 99.8 per cent of schools that only chance and ordinary differences move
SELECT string_agg(format('<path d="%s" fill="none" stroke="#555"%s/>',
	abie_internal.chart_funnel_limit(x, y, s.side, k.width, between_variance, sampling_c1), k.dashes), ''
	ORDER BY k.width, s.side)
FROM (VALUES (1.959963984540054::float8, ' stroke-dasharray="5 4"'), (3.090232306167813, '')) k(width, dashes)
	CROSS JOIN (VALUES (-1), (1)) s(side)
$$;
COMMENT ON FUNCTION abie_internal.chart_funnel_limits(abie_internal.chart_scale, abie_internal.chart_scale, float8,
	float8) IS
'The four limits of abie.chart_funnel.';

CREATE FUNCTION abie_internal.funnel_band(difference float8, enrolments float8, between_variance float8,
	sampling_c1 float8) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 3
-- not STRICT, so that it becomes part of the query
RETURN sign(difference)::integer * (
	(abs(difference) > 1.959963984540054 * sqrt(between_variance + sampling_c1 / enrolments))::integer
	+ (abs(difference) > 3.090232306167813 * sqrt(between_variance + sampling_c1 / enrolments))::integer);
COMMENT ON FUNCTION abie_internal.funnel_band(float8, float8, float8, float8) IS
'Where a school lies on abie.chart_funnel: -2 below both limits, -1 below the inner one, 0 between them, 1 above the '
'inner one, 2 above both; NULL for NULL.';

CREATE TYPE abie_internal.funnel_point AS (place bigint, name text, enrolments float8, difference float8,
	band integer, x float8, y float8);
COMMENT ON TYPE abie_internal.funnel_point IS 'A school of abie.chart_funnel.';
COMMENT ON COLUMN abie_internal.funnel_point.place IS 'Its place in the arrays.';
COMMENT ON COLUMN abie_internal.funnel_point.name IS 'Its name.';
COMMENT ON COLUMN abie_internal.funnel_point.enrolments IS 'Pupils enrolled.';
COMMENT ON COLUMN abie_internal.funnel_point.difference IS 'Attendance less expected, percentage points.';
COMMENT ON COLUMN abie_internal.funnel_point.band IS 'Where it lies: abie_internal.funnel_band.';
COMMENT ON COLUMN abie_internal.funnel_point.x IS 'Place in the picture, across.';
COMMENT ON COLUMN abie_internal.funnel_point.y IS 'Place in the picture, down.';

CREATE FUNCTION abie_internal.chart_funnel_points(x abie_internal.chart_scale, y abie_internal.chart_scale,
	names text[], enrolments float8[], differences float8[], between_variance float8, sampling_c1 float8)
RETURNS SETOF abie_internal.funnel_point
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000 ROWS 200
SET search_path = pg_catalog, pg_temp
AS $$
SELECT u.place, u.name, u.enrolments, u.difference,
	abie_internal.funnel_band(u.difference, u.enrolments, between_variance, sampling_c1),
	abie_internal.chart_place(x, u.enrolments)::float8, abie_internal.chart_place(y, u.difference)::float8
FROM unnest(names, enrolments, differences) WITH ORDINALITY u(name, enrolments, difference, place)
WHERE num_nulls(u.enrolments, u.difference) = 0
$$;
COMMENT ON FUNCTION abie_internal.chart_funnel_points(abie_internal.chart_scale, abie_internal.chart_scale, text[],
	float8[], float8[], float8, float8) IS
'The schools of abie.chart_funnel, and where each is drawn.';

CREATE FUNCTION abie_internal.chart_funnel_schools(points abie_internal.funnel_point[], OUT drawn text,
	OUT outside text, OUT inside bigint)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
-- many schools are one path of dots, without a title each
SELECT coalesce(CASE WHEN cardinality(points) > 300 THEN '<path d="'
			|| string_agg(format('M%s %sh0', s.x, s.y), '' ORDER BY s.place) FILTER (WHERE abs(s.band) < 2)
			|| '" stroke="#0072b2" stroke-opacity="0.7" stroke-width="4" stroke-linecap="round"/>' END, '')
	|| coalesce(string_agg(format('<g><title>%s: %s points, %s pupils</title>%s</g>', abie_internal.xml_text(s.name),
			abie_internal.decimal(s.difference, 2), s.enrolments, format(CASE WHEN abs(s.band) = 2
				THEN '<path d="M%s %sm0 -6l6 6l-6 6l-6 -6z" fill="#d55e00"/>'
				ELSE '<circle cx="%s" cy="%s" r="3.5" fill="#0072b2" fill-opacity="0.7"/>' END,
				round(s.x::numeric, 1), round(s.y::numeric, 1))), ''
			ORDER BY abs(s.band) = 2, s.place) FILTER (WHERE cardinality(points) <= 300 OR abs(s.band) = 2), ''),
	string_agg(s.name || ' ' || abie_internal.decimal(s.difference, 2), '; ' ORDER BY s.difference, s.place)
		FILTER (WHERE abs(s.band) = 2),
	count(*) FILTER (WHERE abs(s.band) < 2)
FROM unnest(points) s
$$;
COMMENT ON FUNCTION abie_internal.chart_funnel_schools(abie_internal.funnel_point[]) IS
'The schools of abie.chart_funnel as drawn, the names of those outside its limits, and how many are inside.';

CREATE FUNCTION abie_internal.chart_funnel_names(names text[], x float8[], y float8[], most integer) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'abie_chart_funnel_names';
COMMENT ON FUNCTION abie_internal.chart_funnel_names(text[], float8[], float8[], integer) IS
'Names beside marks of abie.chart_funnel at these places: of so many of the first as there is room for, none of which '
'lies on another or on a mark.';

CREATE FUNCTION abie.chart_funnel(title text, names text[], enrolments float8[], differences float8[],
	between_variance float8, sampling_c1 float8, units text DEFAULT 'schools') RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	x abie_internal.chart_scale;
	y abie_internal.chart_scale;
	points abie_internal.funnel_point[];
	school record;
	outside record;
BEGIN
	PERFORM abie_internal.check_chart('chart_funnel', cardinality(names),
		ARRAY[cardinality(enrolments), cardinality(differences)]);
	IF NOT (between_variance >= 0 AND sampling_c1 >= 0) OR EXISTS (SELECT FROM unnest(enrolments) e WHERE NOT e > 0)
	THEN
		RAISE EXCEPTION 'chart_funnel needs variances of 0 or more and enrolments above 0'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'They are between_variance and sampling_c1 of abie.run_model.';
	END IF;
	x := (SELECT abie_internal.chart_scale(0, max(e), 5, 44, 386) FROM unnest(enrolments) e);
	-- high enough for the outer limits of the largest school; those of small ones may run out of the picture
	y := (SELECT abie_internal.chart_scale(least(-widest, min(d)), greatest(widest, max(d)), 6, 216, 40)
		FROM unnest(differences) d,
			greatest(1, 3.090232306167813 * sqrt(between_variance + sampling_c1 / x.high)) widest GROUP BY widest);
	points := ARRAY(SELECT p FROM abie_internal.chart_funnel_points(x, y, names, enrolments, differences,
		between_variance, sampling_c1) p);
	school := abie_internal.chart_funnel_schools(points);
	-- the farthest from what is expected first
	SELECT coalesce(array_agg(p.name), '{}') AS names, coalesce(array_agg(p.x), '{}') AS x,
		coalesce(array_agg(p.y), '{}') AS y
	INTO outside
	FROM (SELECT f.* FROM unnest(points) f WHERE abs(f.band) = 2 ORDER BY abs(f.difference) DESC, f.place) p;
	RETURN abie_internal.svg(title, format('%s %s lie within the 99.8 per cent limits. Outside: %s.',
			school.inside, units, coalesce(school.outside, 'none')), 292,
		abie_internal.chart_upward(y, 44, 386) || abie_internal.chart_across(x, 40, 216, 'Pupils enrolled')
		|| format('<path d="M44 %sH386" stroke="#222"/>', abie_internal.chart_place(y, 0))
		|| abie_internal.chart_funnel_limits(x, y, between_variance, sampling_c1) || school.drawn
		|| abie_internal.chart_funnel_names(outside.names, outside.x, outside.y, 12)
		|| '<text x="8" y="32" font-size="11">Attendance less expected, percentage points</text>'
		'<g transform="translate(12 262)"><path d="M0 0h18" stroke="#555" stroke-dasharray="5 4"/>'
		'<text x="24" y="4" font-size="11">95 % lie between</text>'
		'<g transform="translate(190 0)"><path d="M0 0h18" stroke="#555"/>'
		'<text x="24" y="4" font-size="11">99.8 %</text></g>'
		'<g transform="translate(270 0)"><path d="M9 -6l6 6l-6 6l-6 -6z" fill="#d55e00"/>'
		'<text x="24" y="4" font-size="11">outside</text></g></g>');
END $$;
COMMENT ON FUNCTION abie.chart_funnel(text, text[], float8[], float8[], float8, float8, text) IS
'SVG funnel of schools: attendance less expected attendance (percentage points) by enrolments, with the limits +-1.96 '
'and +-3.09 x square root of (between_variance + sampling_c1 / enrolments), the additive model of Spiegelhalter 2005 '
'(Stat Med 24:1185-1202). Schools beyond the outer limits are marked, named in the description and, the twelve '
'farthest away as far as there is room, in the picture. units: what they are, where not schools. NULL elements are '
'left out. Errors: 2202E arrays of different length or empty, 22023 negative variances or enrolments not above 0, '
'22003 values not finite.';

CREATE FUNCTION abie.chart_distribution(title text, unit text, heights float8[], counts bigint[],
	marked float8 DEFAULT NULL) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50
-- not STRICT: marked may be NULL
AS 'MODULE_PATHNAME', 'abie_chart_distribution';
COMMENT ON FUNCTION abie.chart_distribution(text, text, float8[], bigint[], float8) IS
'SVG of how many schools have each value: a bar a value (at most 40, in order), its count above it; the bar of the '
'value marked is this school''s. unit is written below. Not STRICT because marked may be NULL. Errors: 2202E arrays of '
'different length or empty, 22023 no counts or too many values.';
