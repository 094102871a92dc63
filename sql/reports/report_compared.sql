-- The middle parts of a school's report: the school beside others. Its circumstances, the years before, similar
-- schools, absence by reason, and what is expected of all.

CREATE FUNCTION abie_internal.school_report_expected(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stratum text := facts #>> '{expectation,stratum}';
	w record;
BEGIN
	IF facts -> 'expected_steps' = 'null' THEN
		RETURN '';
	END IF;
	-- sorted once, not for each array
	SELECT array_agg(k.name) AS names, array_agg(k.points) AS points, array_agg(k.attendance) AS levels,
		ARRAY[ARRAY['From the mean to what is expected', 'Points', 'Attendance']]
			|| array_agg(ARRAY[k.name, coalesce(abie_internal.signed(k.points, 2), ''),
				abie_internal.decimal(k.attendance, 2) || '%']) AS cells
	INTO w
	FROM (SELECT s.*, abie_internal.expected_step_text(s.step, s.characteristics, stratum) AS name
		FROM ROWS FROM (jsonb_to_recordset(facts -> 'expected_steps') AS (step text, characteristics text[],
				points float8, attendance float8))
			WITH ORDINALITY s(step, characteristics, points, attendance, place)
		ORDER BY s.place) k;
	RETURN abie_internal.report_part(format, 'paragraph',
			'From the mean to what is expected, step by step: free school meals and the deprivation of the area, which '
			'tell of the same pupils, are one step, disadvantage. The school''s own attendance, which is one of those '
			'that the mean and the effects were learned from, is left out again: it has no part in what is expected of '
			'the school.')
		|| CASE format WHEN 'html' THEN abie_internal.report_part(format, 'picture',
			abie.chart_waterfall('From the mean to what is expected', w.names[1], w.levels[1],
				w.names[2:cardinality(w.names) - 1], w.points[2:cardinality(w.names) - 1],
				w.names[cardinality(w.names)])) ELSE '' END
		|| abie_internal.report_part(format, 'figures', 'The figures from the mean to what is expected', w.cells);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_expected(jsonb, text) IS
'How expected attendance follows from the national mean, as a picture and a table; empty where it is not shown.';

CREATE FUNCTION abie_internal.school_report_circumstances(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stratum text := facts #>> '{expectation,stratum}';
	is_contextual boolean := facts #>> '{methodology,method}' = 'contextual';
	cells text[];
BEGIN
	IF facts ->> 'outcome' = 'left out' OR facts -> 'circumstances' = 'null' THEN
		RETURN '';
	END IF;
	SELECT ARRAY[ARRAY['Circumstance', 'This school', 'Similar schools',
			CASE WHEN is_contextual THEN 'Effect, points' ELSE 'Typical school' END]]
		|| array_agg(ARRAY[abie_internal.characteristic_text(c.characteristic, c.meaning),
			coalesce(abie_internal.characteristic_number(c.characteristic, c.number),
				CASE WHEN c.characteristic <> 'selective' THEN c.category WHEN c.category = 'selective' THEN 'yes'
					ELSE 'no' END, 'not known'),
			coalesce(abie_internal.characteristic_number(c.characteristic, c.similar_average),
				CASE WHEN c.category IS NOT NULL THEN c.similar_same || ' the same' END, ''),
			coalesce(CASE WHEN is_contextual THEN abie_internal.signed(c.contribution, 2)
				ELSE abie_internal.characteristic_number(c.characteristic, c.typical) END, '')] ORDER BY c.place)
	INTO cells
	FROM ROWS FROM (jsonb_to_recordset(facts -> 'circumstances') AS (characteristic text, meaning text, number float8,
			category text, similar_average float8, similar_same bigint, typical float8, contribution float8))
		WITH ORDINALITY c(characteristic, meaning, number, category, similar_average, similar_same, typical,
			contribution, place);
	RETURN abie_internal.report_part(format, 'heading', 'What the school is compared by')
		|| abie_internal.report_part(format, 'paragraph', CASE WHEN is_contextual
			THEN format('The effect is what each circumstance adds to or takes off the attendance expected of the '
				'school, compared with the average %s school. Effects show what tends to go together, not what causes '
				'what.', stratum)
			ELSE format('The typical school is the median %s school.', stratum) END)
		|| abie_internal.school_report_expected(facts, format)
		|| abie_internal.report_part(format, 'table', 'Circumstances in ' || (facts #>> '{run,baseline_year}'), cells);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_circumstances(jsonb, text) IS
'What the school is compared by, beside its similar schools; empty for a school left out.';

CREATE FUNCTION abie_internal.forecast_text(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
BEGIN
	RETURN CASE WHEN e -> 'forecast_low' <> 'null'
		THEN format('If nothing changes at the school, its attendance in %s will most likely be between %s%% and %s%%. '
			'(That has held for 95 of 100 schools; a change common to all schools comes on top.)%s',
			facts #>> '{run,target_year}', abie_internal.fact(e, 'forecast_low', 1),
			abie_internal.fact(e, 'forecast_high', 1),
			CASE WHEN facts ->> 'outcome' = 'improve' AND (e ->> 'target')::float8
					BETWEEN (e ->> 'forecast_low')::float8 AND (e ->> 'forecast_high')::float8
				THEN ' The target lies within that range, so one year''s rate alone will not prove that the school has '
					'improved.' ELSE '' END) END;
END $$;
COMMENT ON FUNCTION abie_internal.forecast_text(jsonb) IS
'What the next year brings if nothing changes; NULL where there is no forecast.';

CREATE FUNCTION abie_internal.school_report_history(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	target float8 := CASE WHEN facts ->> 'outcome' IN ('improve', 'sustain') THEN e ->> 'target' END;
	h record;
BEGIN
	IF facts -> 'history' = 'null' THEN
		RETURN '';
	END IF;
	-- sorted once, not for each array
	SELECT array_agg(r.academic_year) AS years, array_agg(r.attendance) AS attendance,
		array_agg(r.attendance_low) AS low, array_agg(r.attendance_high) AS high, array_agg(r."national") AS averages,
		array_agg(r.expected) AS expected, array_agg(r.expected_low) AS expected_low,
		array_agg(r.expected_high) AS expected_high,
		array_agg(ARRAY[r.academic_year, abie_internal.percent_text(r.attendance, r.attendance_low, r.attendance_high),
			coalesce(abie_internal.decimal(r."national", 2) || '%', ''),
			coalesce(abie_internal.percent_text(r.expected, r.expected_low, r.expected_high), '')]
			ORDER BY r.place DESC) AS cells, count(r.attendance_low) > 0 AS is_noise_known,
		CASE WHEN count(r.expected) > 0 THEN 4 WHEN count(r."national") > 0 THEN 3 ELSE 2 END AS width
	INTO h
	FROM (SELECT y.*
		FROM ROWS FROM (jsonb_to_recordset(facts -> 'history') AS (academic_year text, attendance float8,
				attendance_low float8, attendance_high float8, "national" float8, expected float8, expected_low float8,
				expected_high float8))
			WITH ORDINALITY y(academic_year, attendance, attendance_low, attendance_high, "national", expected,
				expected_low, expected_high, place)
		ORDER BY y.place) r;
	RETURN abie_internal.report_part(format, 'heading', 'Attendance over the years')
		|| abie_internal.report_part(format, 'paragraph', abie_internal.forecast_text(facts))
		|| CASE format WHEN 'html' THEN abie_internal.report_part(format, 'picture',
			abie.chart_history('This school' || CASE WHEN cardinality(array_remove(h.averages, NULL)) > 0
					THEN ' and all schools of its phase' ELSE '' END, h.years, h.attendance, h.low, h.high,
				h.averages, h.expected,
				CASE WHEN e -> 'forecast_low' <> 'null' OR target IS NOT NULL THEN facts #>> '{run,target_year}' END,
				target, (e ->> 'forecast_low')::float8, (e ->> 'forecast_high')::float8, h.expected_low,
				h.expected_high)) ELSE '' END
		-- a school left out has nothing expected, and a special school nothing national
		|| abie_internal.report_part(format, 'figures', 'The figures over the years'
			|| CASE WHEN h.is_noise_known THEN ', with 95% intervals' ELSE '' END,
			(ARRAY[ARRAY['Year', 'This school', 'National', 'Expected']] || h.cells)[:][1:h.width]);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_history(jsonb, text) IS
'Attendance over the years as a picture and a table.';

-- The clearly better ones where there are four, else all better ones. Only what is chosen is put in words.
CREATE FUNCTION abie_internal.report_learn(similar_schools jsonb, own_attendance float8, own_fsm float8,
	OUT said text[], OUT urns integer[], OUT better bigint, OUT clearly_better bigint)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: the share of free school meals may not be known
BEGIN
	SELECT array_agg(format(E'%s\t%s: %s%%, %s points higher%s.',
			abie_internal.shown_name(k.similar_name, k.similar_urn), concat_ws(', ', k.similar_la_name,
				abie_internal.km_text(k.km), abie_internal.counted(k.similar_enrolments, 'pupil', 'pupils')),
			abie_internal.decimal(k.similar_attendance, 2),
			abie_internal.decimal(k.similar_attendance - own_attendance, 2), concat(
				CASE WHEN k.is_clear AND k.clearly_higher < 4 THEN ', which is more than chance would often bring' END,
				'; ' || nullif(concat_ws(', ',
					CASE WHEN k.chosen = 1 THEN NULL WHEN k.similar_place = 1 THEN 'the most similar of these'
						WHEN k.similar_place <= 4 THEN 'among the most similar' END,
					CASE WHEN k.chosen = 1 OR k.km IS NULL THEN NULL WHEN k.near_place = 1 THEN 'the nearest of these'
						WHEN k.near_place <= 4 THEN 'among the nearest' END,
					CASE WHEN k.similar_fsm_pct > own_fsm THEN format('more free school meals than here, %s%%',
						abie_internal.decimal(k.similar_fsm_pct, 1)) END), '')))),
		array_agg(k.similar_urn), min(k.higher), min(k.clearly_higher)
	INTO said, urns, better, clearly_better
	FROM (SELECT c.*, row_number() OVER (ORDER BY c.rank) AS similar_place,
			row_number() OVER (ORDER BY c.km, c.rank) AS near_place, count(*) OVER () AS chosen
		FROM (SELECT x.*, count(*) OVER () AS higher, count(*) FILTER (WHERE x.is_clear) OVER () AS clearly_higher
			FROM jsonb_to_recordset(similar_schools) x(rank integer, similar_urn integer, similar_name text,
				similar_la_name text, km float8, similar_enrolments bigint, similar_attendance float8,
				similar_fsm_pct float8, is_better boolean, is_clear boolean)
			WHERE x.is_better) c
		WHERE c.is_clear OR c.clearly_higher < 4
		ORDER BY c.rank) k
	WHERE k.similar_place <= 4 OR k.near_place <= 4 AND k.km IS NOT NULL;
END $$;
COMMENT ON FUNCTION abie_internal.report_learn(jsonb, float8, float8) IS
'Of the similar schools of a report those to learn from, each once, with the reason to ring it: the four most similar '
'and the four nearest of those with clearly higher attendance, or where these are fewer than four, of all with higher '
'attendance; how many have, and the URNs of those listed. own_attendance and own_fsm: of the school itself, per cent. '
'NULL where none has. Not STRICT because own_fsm may be NULL.';

CREATE FUNCTION abie_internal.school_links(urns integer[], linked integer[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: there may be no schools
BEGIN
	RETURN CASE WHEN linked = '{}' THEN '{}' ELSE ARRAY(SELECT CASE WHEN u.urn = ANY (linked) THEN u.urn || '.html' END
		FROM unnest(urns) WITH ORDINALITY u(urn, place) ORDER BY u.place) END;
END $$;
COMMENT ON FUNCTION abie_internal.school_links(integer[], integer[]) IS
'The address of each school''s page beside this one, NULL where the school is not linked. Not STRICT because there may '
'be no schools.';

CREATE FUNCTION abie_internal.report_learn_part(format text, said text[], better bigint, clearly_better bigint,
	links text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
-- not STRICT: all are NULL where none is better
RETURN abie_internal.report_part(format, 'heading', 'Schools to learn from')
	|| abie_internal.report_part(format, 'paragraph', CASE
		WHEN better IS NULL THEN 'None of the similar schools had higher attendance: others may learn from this school.'
		WHEN better = 1 THEN 'One similar school had higher attendance:'
		WHEN better <= 4 THEN 'The similar schools that had higher attendance:'
		ELSE format('Of the similar schools with %s attendance, the most similar and the nearest, each with the reason '
			'to ring it:', CASE WHEN clearly_better >= 4 THEN 'clearly higher' ELSE 'higher' END) END)
	|| CASE WHEN better > 0 THEN abie_internal.report_part(format, 'list', '', said, links) ELSE '' END;
COMMENT ON FUNCTION abie_internal.report_learn_part(text, text[], bigint, bigint, text[]) IS
'The schools to learn from, as abie_internal.report_learn gives them, with links to their pages. Not STRICT '
'because all are NULL where none is better.';

CREATE FUNCTION abie_internal.school_report_standing(facts jsonb, better bigint, clearly_better bigint) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: the counts are NULL where none is better
DECLARE
	standing jsonb := facts -> 'standing';
	others integer := jsonb_array_length(facts -> 'similar_schools');
	hidden bigint := (SELECT count(*) FROM jsonb_array_elements(facts -> 'similar_schools') s
		WHERE s -> 'similar_attendance' = 'null');
BEGIN
	RETURN CASE others WHEN 1 THEN 'This is the school'
			ELSE format('These are the %s schools', others) END
		|| ' whose circumstances, taken together, are closest to this school''s. '
		|| CASE WHEN (facts #>> '{expectation,poor_match}')::boolean
			THEN 'They are less alike than the similar schools of most: this school''s circumstances are unusual, so '
				'read the comparison with care. ' ELSE '' END
		|| CASE WHEN hidden > 0
			THEN format('The attendance of %s of them is known from %s only and not published; %s left out of what '
				'follows. ', hidden, CASE hidden WHEN 1 THEN 'its registers' ELSE 'their registers' END,
				CASE hidden WHEN 1 THEN 'it is' ELSE 'they are' END) ELSE '' END
		|| CASE WHEN hidden = others THEN ''
			ELSE format('%s of %s had higher attendance than this school%s', coalesce(better::text, 'None'),
				others - hidden, CASE
					WHEN standing = 'null' OR coalesce(better, 0) = 0 THEN '. '
					WHEN clearly_better = 0 THEN ', but not by more than chance would often bring. '
					WHEN clearly_better = better THEN ', by more than chance would often bring. '
					ELSE format(', %s of them by more than chance would often bring. ', clearly_better) END) END
		|| CASE WHEN standing = 'null' THEN ''
			WHEN standing -> 'best' = standing -> 'worst'
				THEN format('Counting itself, it stands at place %s of %s.', standing ->> 'best',
					standing ->> 'schools')
			ELSE format('Counting itself, it stands somewhere between place %s and place %s of %s; one year''s rate '
				'is partly chance, so an exact place cannot be given.', standing ->> 'best', standing ->> 'worst',
				standing ->> 'schools') END;
END $$;
COMMENT ON FUNCTION abie_internal.school_report_standing(jsonb, bigint, bigint) IS
'Where the school stands among its similar schools, as an interval of places; better and clearly_better of '
'abie_internal.report_learn. Not STRICT because these are NULL where none is better.';

CREATE FUNCTION abie_internal.school_report_similar(facts jsonb, format text, linked integer[], list text)
	RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 6000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	learn record;
	n record;
BEGIN
	IF facts ->> 'outcome' = 'left out' OR facts -> 'similar_schools' = 'null' THEN
		RETURN '';
	END IF;
	learn := abie_internal.report_learn(facts -> 'similar_schools', (e ->> 'attendance')::float8,
		(SELECT (c ->> 'number')::float8 FROM jsonb_array_elements(nullif(facts -> 'circumstances', 'null')) c
			WHERE c ->> 'characteristic' = 'fsm_pct'));
	-- sorted once, not for each array
	SELECT array_agg(r.name) AS names, array_agg(r.attendance) AS attendance, array_agg(r.low) AS low,
		array_agg(r.high) AS high, array_agg(r.urn) AS urns, count(*) AS schools, count(r.attendance) AS shown,
		ARRAY[ARRAY['Similar school, most similar first', 'Pupils', 'Free meals', 'Attendance']] || array_agg(ARRAY[
			r.name || CASE WHEN r.better THEN ' ' || chr(9733) ELSE '' END
				|| coalesce(E'\n' || nullif(concat_ws(', ', r.la, abie_internal.km_text(r.km)), ''), ''),
			coalesce(abie_internal.thousands(r.enrolments), ''), coalesce(abie_internal.decimal(r.fsm, 1) || '%', ''),
			coalesce(abie_internal.percent_text(r.attendance, r.low, r.high), 'not published')]) AS cells
	INTO n
	FROM (SELECT x.rank, x.similar_urn AS urn, abie_internal.shown_name(x.similar_name, x.similar_urn) AS name,
			x.similar_la_name AS la, x.km,
			x.similar_enrolments AS enrolments, x.similar_attendance AS attendance, x.similar_attendance_low AS low,
			x.similar_attendance_high AS high, x.similar_fsm_pct AS fsm, x.is_better AS better
		FROM jsonb_to_recordset(facts -> 'similar_schools') x(rank integer, similar_urn integer, similar_name text,
			similar_la_name text, km float8, similar_enrolments bigint, similar_attendance float8,
			similar_attendance_low float8, similar_attendance_high float8, similar_fsm_pct float8, is_better boolean)
		ORDER BY x.rank) r;
	RETURN abie_internal.report_part(format, 'heading', 'Similar schools')
		|| abie_internal.report_part(format, 'paragraph',
			abie_internal.school_report_standing(facts, learn.better, learn.clearly_better))
		|| CASE format WHEN 'html' THEN abie_internal.report_part(format, 'picture',
			abie.chart_similar('Attendance in ' || (facts #>> '{run,baseline_year}'),
				n.names || abie_internal.shown_name(e ->> 'school_name', (e ->> 'urn')::integer),
				n.attendance || (e ->> 'attendance')::float8, n.low || (e ->> 'attendance_low')::float8,
				n.high || (e ->> 'attendance_high')::float8, n.schools::integer + 1))
			|| abie_internal.school_report_map(facts) ELSE '' END
		-- of schools whose attendance is not shown nothing is said
		|| CASE WHEN n.shown = 0 THEN '' ELSE abie_internal.report_learn_part(format, learn.said, learn.better,
			learn.clearly_better, abie_internal.school_links(learn.urns, linked)) END
		|| abie_internal.report_part(format, list,
			concat(CASE n.schools WHEN 1 THEN 'The similar school' ELSE format('All %s similar schools', n.schools) END,
				CASE WHEN learn.better > 0 THEN format('; %s had higher attendance than this school', chr(9733)) END),
			n.cells,
			abie_internal.school_links(n.urns, linked));
END $$;
COMMENT ON FUNCTION abie_internal.school_report_similar(jsonb, text, integer[], text) IS
'The similar schools, where the school stands among them and whom to learn from; empty for a school left out. list: as '
'of abie_internal.school_report_body.';

CREATE FUNCTION abie_internal.school_report_absence(facts jsonb, format text, list text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	baseline_year text := facts #>> '{run,baseline_year}';
	most record;
	cells text[];
BEGIN
	IF facts -> 'absence' = 'null' THEN
		RETURN '';
	END IF;
	SELECT f.* INTO most FROM abie_internal.furthest_above(facts -> 'absence') f;
	SELECT ARRAY[ARRAY['Absence', 'This school', 'Similar schools', 'Difference']] || array_agg(ARRAY[
			r.meaning || CASE WHEN r.reason LIKE 'enrolments%' THEN E'\n% of pupils' ELSE '' END,
			abie_internal.decimal(r.own_percent, 2) || '%', abie_internal.decimal(r.similar_percent, 2) || '%',
			abie_internal.signed(r.own_percent - r.similar_percent, 2)] ORDER BY r.place)
	INTO cells
	FROM ROWS FROM (jsonb_to_recordset(facts -> 'absence') AS (reason text, meaning text, own_percent float8,
			similar_percent float8))
		WITH ORDINALITY r(reason, meaning, own_percent, similar_percent, place)
	WHERE r.own_percent >= 0.005 OR r.similar_percent >= 0.005;
	RETURN abie_internal.report_part(format, 'heading', 'Absence by reason')
		|| abie_internal.report_part(format, 'paragraph', format('Sessions missed in %s, per cent of those possible, '
			'beside the similar schools taken together. The largest differences show where to look first.%s',
			baseline_year, ' Furthest above the similar schools: ' || most.reason || ', ' || most.points || ' points.'))
		|| abie_internal.report_part(format, list, 'Absence in ' || baseline_year, cells);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_absence(jsonb, text, text) IS
'Absence by reason beside the similar schools; empty where no reasons are held. list: as of '
'abie_internal.school_report_body.';

CREATE FUNCTION abie_internal.school_report_distribution(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	d record;
BEGIN
	IF facts -> 'distribution' = 'null' THEN
		RETURN '';
	END IF;
	-- sorted once, not for each array
	SELECT array_agg(r.improvement_rounded) AS heights, array_agg(r.schools) AS counts, count(r.schools) AS shown,
		ARRAY[ARRAY['Improvement, percentage points', 'Schools']]
			|| array_agg(ARRAY[abie_internal.decimal(r.improvement_rounded, 1),
				coalesce(abie_internal.thousands(r.schools), 'c')]) AS cells
	INTO d
	FROM (SELECT x.* FROM jsonb_to_recordset(facts -> 'distribution') x(improvement_rounded float8, schools bigint)
		ORDER BY x.improvement_rounded) r;
	RETURN abie_internal.report_part(format, 'heading', 'What is expected of other schools')
		|| CASE WHEN format = 'html' AND cardinality(d.heights) <= 40 AND d.shown > 0
			THEN abie_internal.report_part(format, 'picture',
				abie.chart_distribution('Expectations of all ' || (facts #>> '{expectation,stratum}') || ' schools',
					'Percentage points expected; number of schools above each bar', d.heights, d.counts,
					(facts #>> '{expectation,improvement_rounded}')::float8)) ELSE '' END
		|| abie_internal.report_part(format, 'figures', 'Schools by improvement expected', d.cells)
		|| CASE WHEN d.shown < cardinality(d.counts)
			THEN abie_internal.report_part(format, 'meta', 'c: 1 or 2 schools, or a number that would give these away.')
			ELSE '' END;
END $$;
COMMENT ON FUNCTION abie_internal.school_report_distribution(jsonb, text) IS
'How many schools have which expectation; empty for a school left out.';
