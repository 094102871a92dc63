-- What changed since the expectation that a school was last given, as a part of its report.

CREATE FUNCTION abie_internal.since_step_text(step text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2
RETURN CASE step WHEN 'own attendance' THEN 'Own attendance' WHEN 'all schools' THEN 'All schools of the phase'
	WHEN 'circumstances' THEN 'Circumstances' WHEN 'similar schools' THEN 'Similar schools' ELSE 'Method' END;
COMMENT ON FUNCTION abie_internal.since_step_text(text) IS 'A step of abie_internal.since_steps as reports write it.';

CREATE FUNCTION abie_internal.since_lead(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	since jsonb := facts -> 'since';
	earlier jsonb := since -> 'earlier';
	is_left_out boolean := facts ->> 'outcome' = 'left out';
	change float8 := (facts #>> '{expectation,target}')::float8 - (earlier ->> 'target')::float8;
BEGIN
	RETURN CASE
		WHEN since -> 'run_id' = 'null' AND (is_left_out OR since -> 'withdrawn' <> '[]') THEN NULL
		WHEN since -> 'run_id' = 'null' THEN 'This is the first expectation that the school is given under its URN.'
		WHEN earlier = 'null' THEN format('For %s (run %s) no expectation was set: %s.', since ->> 'target_year',
			since ->> 'run_id', since ->> 'exclusion_reason')
		ELSE format('The last expectation, for %s (run %s), was %s. ', since ->> 'target_year', since ->> 'run_id',
				CASE earlier ->> 'statement' WHEN 'maintain' THEN format('to maintain a level of %s%%',
					abie_internal.fact(earlier, 'baseline', 2))
				ELSE format('a target of %s%%', abie_internal.fact(earlier, 'target', 2)) END)
			|| CASE WHEN (since ->> 'same_year')::boolean
				THEN CASE WHEN is_left_out THEN 'It no longer holds. ' ELSE 'This one takes its place. ' END ELSE '' END
			|| CASE WHEN is_left_out THEN 'None has been set since.'
				WHEN abs(change) < 0.005 THEN 'The target is the same.'
				ELSE format('The target is %s points %s.', abie_internal.decimal(abs(change), 2),
					CASE WHEN change < 0 THEN 'lower' ELSE 'higher' END) END END;
END $$;
COMMENT ON FUNCTION abie_internal.since_lead(jsonb) IS
'What a school was told last, and how its target has moved, in a sentence or two; NULL where there is nothing to say.';

CREATE FUNCTION abie_internal.since_withdrawn_text(withdrawn jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- of most schools nothing was
	IF withdrawn = '[]' THEN
		RETURN NULL;
	END IF;
	RETURN (SELECT 'What schools were given before for ' || string_agg(DISTINCT w.year, ' and ') || ' was withdrawn: '
			'nothing is compared with it.'
	FROM jsonb_array_elements_text(withdrawn) w(year));
END $$;
COMMENT ON FUNCTION abie_internal.since_withdrawn_text(jsonb) IS
'That earlier runs were withdrawn; NULL where none was.';

CREATE FUNCTION abie_internal.since_cells(facts jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT ARRAY[ARRAY['Per cent', 'Last time', 'Now', 'Change']] || array_agg(ARRAY[c.name,
		abie_internal.decimal(c.earlier, c.digits), abie_internal.decimal(c.now, c.digits),
		abie_internal.signed(c.now - c.earlier, c.digits)] ORDER BY c.place)
	FROM (SELECT v.*, (facts #>> ARRAY['since', 'earlier', v.figure])::float8 AS earlier,
			(facts #>> ARRAY['expectation', v.figure])::float8 AS now
		FROM (VALUES (1, 'attendance', 'Attendance the year before', 2), (2, 'expected', 'Expected attendance', 2),
			(3, 'baseline', 'Underlying level', 2), (4, 'improvement_rounded', 'Improvement expected, points', 1),
			(5, 'target', 'Target', 2)) v(place, figure, name, digits)) c);
END $$;
COMMENT ON FUNCTION abie_internal.since_cells(jsonb) IS
'The table of what was expected last time beside what is expected now.';

CREATE FUNCTION abie_internal.since_steps_part(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	w record;
BEGIN
	IF facts #> '{since,steps}' = 'null' THEN
		RETURN abie_internal.report_part(format, 'meta', 'Why it moved is not shown: it rests on attendance that is '
			'not published.');
	END IF;
	SELECT array_agg(abie_internal.since_step_text(s.step) ORDER BY s.place) AS names,
		array_agg(s.points ORDER BY s.place) AS points,
		ARRAY[ARRAY['Why the target moved', 'Points', 'Target']] || array_agg(ARRAY[
			abie_internal.since_step_text(s.step), abie_internal.signed(s.points, 2),
			abie_internal.decimal(s.target, 2) || '%'] ORDER BY s.place) AS cells
	INTO w
	FROM ROWS FROM (jsonb_to_recordset(facts #> '{since,steps}') AS (step text, points float8, target float8))
		WITH ORDINALITY s(step, points, target, place);
	RETURN CASE format WHEN 'html' THEN abie_internal.report_part(format, 'picture', abie.chart_waterfall(
			'Why the target moved', 'Target last time', (facts #>> '{since,earlier,target}')::float8, w.names,
			w.points, 'Target now')) ELSE '' END
		|| abie_internal.report_part(format, 'figures', 'The figures of why the target moved', w.cells)
		|| abie_internal.report_part(format, 'meta', 'One after the other, in this order. Circumstances: the school''s '
			'own, and what goes with them. Similar schools: how they do beyond their own circumstances, and how high '
			'the best of them stand. Method: the pace, and how much is taken for chance.');
END $$;
COMMENT ON FUNCTION abie_internal.since_steps_part(jsonb, text) IS 'Why the target moved, as a picture and a table.';

CREATE FUNCTION abie_internal.since_schools_part(similar_schools jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stayed bigint := similar_schools ->> 'stayed';
	items text[];
BEGIN
	SELECT array_agg(k.name || E'\t' || k.schools ORDER BY k.place) INTO items
	FROM (SELECT v.place, v.name, string_agg(abie_internal.shown_name(s.name, s.urn), '; ' ORDER BY s.place) AS schools
		FROM (VALUES (1, 'came', 'New.'), (2, 'left', 'No longer.')) v(place, list, name)
			CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(similar_schools -> v.list) AS (urn integer, name text))
				WITH ORDINALITY s(urn, name, place)
		GROUP BY v.place, v.name) k;
	RETURN abie_internal.report_part(format, 'paragraph', CASE
			WHEN items IS NULL THEN 'The similar schools are the same.'
			WHEN stayed = 0 THEN 'None of the similar schools is one of last time''s.'
			ELSE format('Of the similar schools %s %s the same as last time.',
				stayed, CASE stayed WHEN 1 THEN 'is' ELSE 'are' END) END)
		|| CASE WHEN items IS NULL THEN '' ELSE abie_internal.report_part(format, 'list', '', items) END;
END $$;
COMMENT ON FUNCTION abie_internal.since_schools_part(jsonb, text) IS
'Which similar schools stayed, came and left (abie_internal.since_schools).';

CREATE FUNCTION abie_internal.school_report_since(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	since jsonb := facts -> 'since';
	lead text := abie_internal.since_lead(facts);
	is_compared boolean := facts ->> 'outcome' <> 'left out' AND since -> 'earlier' <> 'null';
BEGIN
	IF lead IS NULL AND since -> 'withdrawn' = '[]' THEN
		RETURN '';
	END IF;
	RETURN abie_internal.report_part(format, 'heading', 'Since your last expectation')
		|| abie_internal.report_part(format, 'paragraph', concat_ws(' ', lead,
			abie_internal.since_withdrawn_text(since -> 'withdrawn')))
		|| CASE WHEN is_compared THEN abie_internal.report_part(format, 'table', 'What changed',
				abie_internal.since_cells(facts))
			|| abie_internal.since_steps_part(facts, format)
			|| abie_internal.since_schools_part(since -> 'similar_schools', format) ELSE '' END;
END $$;
COMMENT ON FUNCTION abie_internal.school_report_since(jsonb, text) IS
'What changed since the expectation that the school was last given: figures, why the target moved, similar schools; a '
'line for the first.';
