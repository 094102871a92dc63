-- The other parts of the page of a week of one school.

CREATE FUNCTION abie_internal.week_note(kind text, is_provisional boolean, is_set_aside boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: notes that do not apply are NULL
RETURN nullif(concat_ws(', ', CASE kind WHEN 'first' THEN 'after a holiday' WHEN 'last' THEN 'before a holiday' END,
	CASE WHEN is_provisional THEN 'provisional' END, CASE WHEN is_set_aside THEN 'set aside' END), '');
COMMENT ON FUNCTION abie_internal.week_note(text, boolean, boolean) IS
'What is to be known of a week, in a few words; NULL where there is nothing. Not STRICT: any may be NULL.';

CREATE FUNCTION abie_internal.week_cells(weeks jsonb, since date) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is since ever
BEGIN
	RETURN (SELECT ARRAY[ARRAY['Week of', 'This school', 'Schools of the phase', 'Last year']] || array_agg(ARRAY[
		abie_internal.day_text(w.week_start)
			|| coalesce(E'\n' || abie_internal.week_note(w.kind, w.is_provisional, w.is_set_aside), ''),
		abie_internal.shown_percent(w.attendance, 1), abie_internal.shown_percent(w.common, 1),
		abie_internal.shown_percent(w.counterpart_attendance, 1)] ORDER BY w.week_start DESC)
	FROM jsonb_to_recordset(weeks) w(week_start date, kind text, is_provisional boolean, is_set_aside boolean,
		attendance float8, common float8, counterpart_attendance float8)
	WHERE w.week_start >= since OR since IS NULL);
END $$;
COMMENT ON FUNCTION abie_internal.week_cells(jsonb, date) IS
'The table of a school''s weeks from a day on, the newest first. Not STRICT: NULL is all of them.';

CREATE FUNCTION abie_internal.published_cells(weeks jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT ARRAY[ARRAY['Week of', 'This school', 'Authority', 'Region', 'England']] || array_agg(ARRAY[
		abie_internal.day_text(w.week_start), abie_internal.shown_percent(w.attendance, 1),
		abie_internal.shown_percent(w.local_authority_attendance, 1),
		abie_internal.shown_percent(w.region_attendance, 1),
		abie_internal.shown_percent(w.national_attendance, 1)] ORDER BY w.week_start DESC)
	FROM (SELECT * FROM jsonb_to_recordset(weeks) k(week_start date, attendance float8,
			local_authority_attendance float8, region_attendance float8, national_attendance float8)
		WHERE num_nonnulls(k.local_authority_attendance, k.region_attendance, k.national_attendance) > 0
		ORDER BY k.week_start DESC LIMIT 4) w
	HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION abie_internal.published_cells(jsonb) IS
'The last four weeks that are published too, beside those published; NULL where there is none.';

CREATE FUNCTION abie_internal.newest_week_text(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 300
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	w jsonb := facts -> 'weeks' -> -1;
	week text := abie_internal.day_text((w ->> 'week_start')::date);
	usual float8 := 1.959963984540054 * (w ->> 'departure_error')::float8;
BEGIN
	RETURN CASE WHEN (w ->> 'week_start')::date < (facts #>> '{monitor,newest_week}')::date
			THEN format('The week of %s, which others have, is not held of this school. ',
				abie_internal.day_text((facts #>> '{monitor,newest_week}')::date)) ELSE '' END
		|| format('In the week of %s attendance was %s%%', week, abie_internal.fact(w, 'attendance', 1))
		|| coalesce(format('; in schools of the phase it was %s%% in such a week',
			abie_internal.fact(w, 'common', 1)), '') || '.'
		|| coalesce(format(' That is %s points from what is usual for this school. Weeks of it are up to %s points '
				'off in 19 cases of 20: %s.', abie_internal.signed((w ->> 'departure')::float8, 1),
			abie_internal.decimal(usual, 1), CASE WHEN abs((w ->> 'departure')::float8) <= usual
				THEN 'no more than chance' ELSE 'more than chance, and worth knowing why' END), '');
END $$;
COMMENT ON FUNCTION abie_internal.newest_week_text(jsonb) IS
'The newest week of a school, and whether it is more than chance; NULL where it has none.';

CREATE FUNCTION abie_internal.week_now(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	weeks jsonb := facts -> 'weeks';
	since date := (weeks #>> ARRAY[greatest(jsonb_array_length(weeks) - 6, 0)::text, 'week_start'])::date;
BEGIN
	IF weeks = '[]' THEN
		RETURN abie_internal.report_part(format, 'paragraph', format('No week of %s is held of this school.',
			facts #>> '{monitor,academic_year}'));
	END IF;
	RETURN abie_internal.report_part(format, 'picture',
			CASE format WHEN 'html' THEN abie_internal.week_picture(facts) END)
		|| CASE format WHEN 'html' THEN abie_internal.report_part(format, 'figures', 'All weeks of the year',
			abie_internal.week_cells(weeks, NULL)) ELSE '' END
		|| abie_internal.report_part(format, 'heading', 'This week')
		|| abie_internal.report_part(format, 'paragraph', abie_internal.newest_week_text(facts))
		|| abie_internal.report_part(format, 'table', 'The last weeks, attendance',
			abie_internal.week_cells(weeks, since));
END $$;
COMMENT ON FUNCTION abie_internal.week_now(jsonb, text) IS
'The year as a picture, the newest week in words and the last six in a table.';

CREATE FUNCTION abie_internal.week_changes(facts jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	now_is jsonb := facts -> 'history' -> -1;
	was jsonb := (SELECT h FROM jsonb_array_elements(facts -> 'history') h
		WHERE h ->> 'monitor_id' = facts #>> '{monitor,previous_id}');
	risen text := (SELECT string_agg(format('%s %s points (usually %s%%)', coalesce(m.meaning, r.reason),
			abie_internal.signed(r.rise, 1), abie_internal.decimal(r.usual, 1)), '; ' ORDER BY r.rise DESC, r.reason)
		FROM (SELECT * FROM jsonb_to_recordset(facts -> 'reasons') k(reason text, usual float8, rise float8)
			WHERE k.rise >= 0.5 ORDER BY k.rise DESC, k.reason LIMIT 3) r
			LEFT JOIN abie_internal.absence_meanings() m ON m.reason = r.reason);
BEGIN
	RETURN array_remove(ARRAY[
		E'Status.\t' || abie_internal.capital(now_is ->> 'status') || CASE WHEN now_is ->> 'status' = was ->> 'status'
			THEN ', as before.' ELSE format('; it was %s.', was ->> 'status') END,
		E'Projection.\t' || format('%s%%; it was %s%% (%s points).', abie_internal.fact(now_is, 'projected', 1),
			abie_internal.fact(was, 'projected', 1), abie_internal.signed((now_is ->> 'projected')::float8
				- (was ->> 'projected')::float8, 2)),
		E'Chance.\t' || format('%s; it was %s.',
			abie_internal.chance_text((now_is ->> 'probability')::float8),
			abie_internal.chance_text((was ->> 'probability')::float8)),
		E'Weeks held.\t' || format('%s; they were %s.', now_is ->> 'weeks', was ->> 'weeks'),
		E'Absence that rose most in the newest week.\t' || risen || '.'], NULL);
END $$;
COMMENT ON FUNCTION abie_internal.week_changes(jsonb) IS
'What changed of a school from the weekly run before, point by point; elements that do not apply are left out.';

CREATE FUNCTION abie_internal.week_since(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := abie_internal.day_text((facts #>> '{monitor,previous_as_of}')::date);
	changes text[] := abie_internal.week_changes(facts);
BEGIN
	IF facts -> 'standing' = 'null' THEN
		RETURN '';
	END IF;
	RETURN abie_internal.report_part(format, 'heading', 'What changed' || coalesce(' since ' || before, ''))
		|| CASE WHEN before IS NULL OR cardinality(changes) = 0 THEN abie_internal.report_part(format, 'paragraph',
				'This is the first weekly run against these expectations.')
			ELSE abie_internal.report_part(format, 'list', '', changes)
				|| CASE format WHEN 'html' THEN abie_internal.report_part(format, 'figures', 'Every weekly run so far',
					(SELECT ARRAY[ARRAY['As of', 'Status', 'Chance', 'Projected', '95% interval']]
						|| array_agg(ARRAY[abie_internal.day_text((h ->> 'as_of')::date), h ->> 'status',
							abie_internal.chance_text((h ->> 'probability')::float8),
							abie_internal.fact(h, 'projected', 1) || '%', abie_internal.range_text(h)]
							ORDER BY h ->> 'as_of' DESC)
					FROM jsonb_array_elements(facts -> 'history') h)) ELSE '' END END;
END $$;
COMMENT ON FUNCTION abie_internal.week_since(jsonb, text) IS
'What changed of a school since the weekly run before; empty without an expectation.';

CREATE FUNCTION abie_internal.place_text(scope text, code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: national has no code
RETURN CASE scope WHEN 'school' THEN 'School ' || code WHEN 'local authority' THEN 'Local authority ' || code
	WHEN 'region' THEN 'Region ' || code ELSE 'All of England' END;
COMMENT ON FUNCTION abie_internal.place_text(text, text) IS
'A scope and code of abie.school_event as reports write them. Not STRICT: national has no code.';

CREATE FUNCTION abie_internal.shock_cells(facts jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT ARRAY[ARRAY['Week far below usual', 'Points', 'Of all', 'What is recorded']] || array_agg(ARRAY[
		abie_internal.day_text(s.week_start) || E'\n' || concat_ws(', ', coalesce(n.name,
			abie_internal.place_text(s.scope, s.code)), CASE WHEN s.scope <> 'school' THEN s.schools || ' schools' END),
		abie_internal.signed(s.departure, 1),
		coalesce(abie_internal.decimal(100 * s.false_discovery, 0) || '% chance', chr(8211)),
		CASE WHEN s.event_id IS NULL THEN 'nothing: to be explained'
			ELSE s.cause || CASE WHEN s.accepted THEN ', accepted' WHEN s.accepted IS FALSE THEN ', not accepted'
				ELSE ', not decided' END END]
		ORDER BY s.week_start DESC, s.place)
	FROM ROWS FROM (jsonb_to_recordset(facts -> 'shocks') AS (scope text, code text, week_start date, schools integer,
			departure float8, false_discovery float8, event_id integer, cause text, accepted boolean))
			WITH ORDINALITY s(scope, code, week_start, schools, departure, false_discovery, event_id, cause, accepted,
				place)
		LEFT JOIN LATERAL (SELECT abie_internal.shown_name(k.school_name, k.urn) AS name
			FROM jsonb_to_recordset(coalesce(facts -> 'schools', jsonb_build_array(facts -> 'school')))
				k(urn integer, school_name text)
			WHERE s.scope = 'school' AND k.urn::text = s.code) n ON true
	HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION abie_internal.shock_cells(jsonb) IS
'The table of weeks far below usual, what each was and what is recorded of it; NULL where there is none.';

CREATE FUNCTION abie_internal.event_items(events jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT array_agg(format(E'%s.\t%s: %s to %s, %s.', abie_internal.capital(e.cause),
		abie_internal.place_text(e.scope, e.code), abie_internal.day_text(e.from_date),
		abie_internal.day_text(e.to_date),
		CASE WHEN e.accepted THEN 'accepted' WHEN e.accepted IS FALSE THEN 'not accepted' ELSE 'not decided yet' END)
		ORDER BY e.from_date DESC, e.event_id DESC)
	FROM jsonb_to_recordset(events) e(event_id integer, scope text, code text, from_date date, to_date date, cause text,
		accepted boolean));
END $$;
COMMENT ON FUNCTION abie_internal.event_items(jsonb) IS 'Events as a list, the newest first; NULL for none.';

CREATE FUNCTION abie_internal.without_cells(s jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY[ARRAY['Figure', 'With all weeks', 'Without weeks set aside'],
		ARRAY['Year to date', abie_internal.shown_percent((s ->> 'year_to_date')::float8, 2),
			abie_internal.shown_percent((s ->> 'year_to_date_without')::float8, 2)],
		ARRAY['Projected', abie_internal.fact(s, 'projected', 2) || '%',
			abie_internal.fact(s, 'projected_without', 2) || '%'],
		ARRAY['Chance', abie_internal.chance_text((s ->> 'probability')::float8),
			abie_internal.chance_text((s ->> 'probability_without')::float8)]];
END $$;
COMMENT ON FUNCTION abie_internal.without_cells(jsonb) IS
'The figures of a standing with all weeks and without those accepted as shocks.';

CREATE FUNCTION abie_internal.week_happened(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cells text[] := abie_internal.shock_cells(facts);
	events text[] := abie_internal.event_items(facts -> 'events');
	s jsonb := facts -> 'standing';
BEGIN
	RETURN abie_internal.report_part(format, 'heading', 'What happened')
		|| CASE WHEN cells IS NULL THEN abie_internal.report_part(format, 'paragraph',
				'No week so far is further below what is usual than chance explains.')
			ELSE abie_internal.report_part(format, 'table', 'Weeks far below usual. They set nothing aside by '
				'themselves', cells) END
		|| CASE WHEN events IS NULL THEN '' ELSE abie_internal.report_part(format, 'subheading', 'What is recorded')
			|| abie_internal.report_part(format, 'list', '', events) END
		|| CASE WHEN s = 'null' OR s IS NULL THEN ''
			ELSE abie_internal.report_part(format, 'table', format('With and without weeks accepted as shocks: %s of '
				'%s are set aside', s ->> 'weeks_set_aside', s ->> 'weeks'), abie_internal.without_cells(s)) END;
END $$;
COMMENT ON FUNCTION abie_internal.week_happened(jsonb, text) IS
'Weeks far below usual, events, and the figures with and without those that were accepted.';
