-- What a new run says of each school beside the run before: a view and a picture of it.

CREATE VIEW abie_report.run_change WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.run_status, r.is_current, r.is_latest, r.methodology, r.earlier_run_id,
	r.earlier_methodology, c.urn, abie_internal.shown_name(k.school_name, c.urn) AS school_name,
	coalesce(e.laestab, b.laestab) / 10000 AS la_code, la.la_name, k.region, k.trust_code, k.trust, c.stratum,
	c.other_reason AS exclusion_reason, c.reason AS earlier_exclusion_reason,
	c.other_attendance AS attendance, c.attendance AS earlier_attendance,
	c.other_expected AS expected, c.expected AS earlier_expected, c.other_expected - c.expected AS expected_change,
	c.other_baseline AS baseline, c.baseline AS earlier_baseline, c.other_baseline - c.baseline AS baseline_change,
	c.other_improvement_rounded AS improvement_rounded, c.improvement_rounded AS earlier_improvement_rounded,
	c.other_target AS target, c.target AS earlier_target, c.other_target - c.target AS target_change,
	c.other_statement AS statement, c.statement AS earlier_statement, c.similar_schools_in_both
FROM (
	SELECT p.*
	FROM (
		SELECT t.*,
			lag(t.run_id) OVER earlier AS earlier_run_id,
			lag(t.methodology) OVER earlier AS earlier_methodology
		FROM abie_report.run t
		WINDOW earlier AS (PARTITION BY t.target_year ORDER BY t.run_id)
	) p
	WHERE p.earlier_run_id IS NOT NULL
	-- conditions meet pairs of runs only, not runs
	OFFSET 0
) r
	CROSS JOIN LATERAL abie.compare_runs(r.earlier_run_id, r.run_id) c
	LEFT JOIN abie_owner.school_key k ON k.urn = c.urn
	LEFT JOIN abie.expectation e ON e.run_id = r.run_id AND e.urn = c.urn
	LEFT JOIN abie.expectation b ON b.run_id = r.earlier_run_id AND b.urn = c.urn
	LEFT JOIN abie.local_authority la ON la.la_code = coalesce(e.laestab, b.laestab) / 10000
WHERE (SELECT abie_internal.has_access('{results,support,calculation}'));
COMMENT ON VIEW abie_report.run_change IS
'What a change of method or data did to whom: one row a run and school that has an expectation in it or in the run '
'before it, with the figures of both (abie.compare_runs). The run before is that of the same target year with the next '
'lower run_id among those the reader may see; a first run has no rows.';
COMMENT ON COLUMN abie_report.run_change.urn IS 'URN of the school.';
COMMENT ON COLUMN abie_report.run_change.stratum IS 'Its stratum in the run before, or in the run where it is new.';
COMMENT ON COLUMN abie_report.run_change.earlier_run_id IS 'The run before, that it is compared with.';
COMMENT ON COLUMN abie_report.run_change.earlier_methodology IS 'Its methodology.';
COMMENT ON COLUMN abie_report.run_change.school_name IS 'Name of the school, or its URN where none is held.';
COMMENT ON COLUMN abie_report.run_change.exclusion_reason IS
'Why the run has no expectation of the school; NULL where it has one.';
COMMENT ON COLUMN abie_report.run_change.earlier_exclusion_reason IS 'The same of the run before.';
COMMENT ON COLUMN abie_report.run_change.expected_change IS 'expected - earlier_expected, percentage points.';
COMMENT ON COLUMN abie_report.run_change.baseline_change IS 'baseline - earlier_baseline, percentage points.';
COMMENT ON COLUMN abie_report.run_change.target_change IS 'target - earlier_target, percentage points.';
COMMENT ON COLUMN abie_report.run_change.similar_schools_in_both IS
'How many of its similar schools the school has in both runs.';
DO $$
DECLARE
	figure text;
BEGIN
	FOREACH figure IN ARRAY '{attendance,expected,baseline,improvement_rounded,target,statement}'::text[] LOOP
		EXECUTE format('COMMENT ON COLUMN abie_report.run_change.%I IS %L', figure,
			format('In the run, as abie_report.school_expectation.%s.', figure));
		EXECUTE format('COMMENT ON COLUMN abie_report.run_change.%I IS %L', 'earlier_' || figure,
			format('In the run before, as abie_report.school_expectation.%s.', figure));
	END LOOP;
END $$;

CREATE FUNCTION abie_internal.chart_change_row(x abie_internal.chart_scale, y float8, name text, schools bigint,
	places float8[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
RETURN format('<g><title>%s: %s, from %s to %s, half of them from %s to %s, middle %s</title>'
		'<text x="8" y="%s" dy="4" font-size="11">%s</text>'
		'<path d="M%s %sH%s" stroke="#0072b2"/><path d="M%s %sH%s" stroke="#7fb2d6" stroke-width="10"/>'
		'<circle cx="%s" cy="%s" r="4" fill="#0072b2"/>'
		'<text x="392" y="%s" dy="4" font-size="11" text-anchor="end">%s</text></g>',
	abie_internal.xml_text(name), schools || CASE schools WHEN 1 THEN ' school' ELSE ' schools' END,
	abie_internal.signed(places[1], 2), abie_internal.signed(places[5], 2),
	abie_internal.signed(places[2], 2), abie_internal.signed(places[4], 2), abie_internal.signed(places[3], 2),
	y, abie_internal.xml_text(abie_internal.short_text(name, 24)),
	abie_internal.chart_place(x, places[1]), y, abie_internal.chart_place(x, places[5]),
	abie_internal.chart_place(x, places[2]), y, abie_internal.chart_place(x, places[4]),
	abie_internal.chart_place(x, places[3]), y, y, abie_internal.signed(places[3], 2));
COMMENT ON FUNCTION abie_internal.chart_change_row(abie_internal.chart_scale, float8, text, bigint, float8[]) IS
'A row of abie.chart_run_change at height y: places are the 5th percentile, the quartiles with the median between '
'them, and the 95th percentile of the changes of a group of schools.';

CREATE FUNCTION abie.chart_run_change(title text, names text[], changes float8[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	groups record;
	x abie_internal.chart_scale;
	bottom float8;
	drawn text;
	said text;
BEGIN
	PERFORM abie_internal.check_chart('chart_run_change', cardinality(names), ARRAY[cardinality(changes)]);
	-- for its error: a percentile may pass by what is not finite
	PERFORM abie_internal.chart_scale(min(c), max(c), 4, 0, 1) FROM unnest(changes) c;
	SELECT array_agg(g.name ORDER BY g.place) AS names, array_agg(g.schools ORDER BY g.place) AS schools,
		array_agg(g.places ORDER BY g.place) AS places, count(*) AS number, min(g.places[1]) AS least,
		max(g.places[5]) AS greatest
	INTO groups
	FROM (SELECT u.name, min(u.place) AS place, count(*) AS schools,
			percentile_cont('{0.05,0.25,0.5,0.75,0.95}'::float8[]) WITHIN GROUP (ORDER BY u.change) AS places
		FROM unnest(names, changes) WITH ORDINALITY u(name, change, place)
		WHERE num_nulls(u.name, u.change) = 0
		GROUP BY u.name) g;
	IF groups.number = 0 THEN
		RETURN NULL;
	ELSIF groups.number > 40 THEN
		RAISE EXCEPTION 'chart_run_change shows at most 40 groups, not %', groups.number
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Names are those of groups of schools, such as strata.';
	END IF;
	x := abie_internal.chart_scale(least(0, groups.least), greatest(0, groups.greatest), 4, 150, 340);
	bottom := 34 + 18 * groups.number;
	SELECT string_agg(abie_internal.chart_change_row(x, 25 + 18 * i, groups.names[i], groups.schools[i],
				ARRAY(SELECT groups.places[i][p] FROM generate_series(1, 5) p)), '' ORDER BY i),
		string_agg(format('%s (%s) %s', groups.names[i], groups.schools[i],
			abie_internal.signed(groups.places[i][3], 2)), '; ' ORDER BY i)
	INTO drawn, said
	FROM generate_series(1, groups.number) i;
	RETURN abie_internal.svg(title,
		'Change in percentage points of the school in the middle, by group (schools): ' || said || '.',
		bottom::integer + 60,
		abie_internal.chart_across(x, 34, bottom, 'Change, percentage points')
		|| format('<path d="M%s 34V%s" stroke="#222"/>', abie_internal.chart_place(x, 0), bottom) || drawn
		|| format('<text x="8" y="%s" font-size="11">dot: the school in the middle; bar: half of the schools; '
			'line: 90 in 100</text>', bottom + 50));
END $$;
COMMENT ON FUNCTION abie.chart_run_change(text, text[], float8[]) IS
'SVG of how a figure changed from one run to another, by groups of schools: names[i] is the group of a school and '
'changes[i] its change, percentage points, such as stratum and target_change of abie_report.run_change. A row a group '
'in the order they come in, with the line from its 5th to its 95th percentile, the bar from quartile to quartile and '
'the dot of the median (percentile_cont). Elements of which one is NULL are left out; NULL where none is left. Errors: '
'2202E arrays of different length or empty, 22023 more than 40 groups, 22003 values not finite.';
