-- The move to a school on its page, for who has the registers: they are read with the caller's rights, and nothing of
-- them is stored.

CREATE FUNCTION abie_internal.move_facts(moved abie_internal.transition_row[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
WITH figure AS (
	SELECT m.feeder, m.pupil_group, m.half_term, coalesce(m.listed, false) AS listed,
		jsonb_build_object('pupils', m.pupils, 'change', m.change, 'usual_change', m.usual_change, 'dip', m.dip,
			'likely_dip', m.likely_dip, 'lower_dip', m.lower_dip, 'upper_dip', m.upper_dip, 'beyond_earlier',
			m.beyond_earlier) AS facts
	FROM unnest(moved) m WHERE m.reason = 'all'
)
SELECT jsonb_build_object(
	'groups', coalesce(jsonb_agg(jsonb_build_object('pupil_group', f.pupil_group) || f.facts
			ORDER BY f.pupil_group <> 'all', f.pupil_group COLLATE "C")
		FILTER (WHERE f.feeder IS NULL AND f.half_term IS NULL), '[]'),
	'half_terms', coalesce(jsonb_agg(jsonb_build_object('half_term', f.half_term) || f.facts ORDER BY f.half_term)
		FILTER (WHERE f.feeder IS NULL AND f.pupil_group = 'all' AND f.half_term IS NOT NULL), '[]'),
	'feeders', coalesce(jsonb_agg(jsonb_build_object('urn', f.feeder) || f.facts ORDER BY f.feeder)
		FILTER (WHERE f.half_term IS NULL AND f.listed), '[]'))
FROM figure f
$$;
COMMENT ON FUNCTION abie_internal.move_facts(abie_internal.transition_row[]) IS
'What a page says of a school''s pupils who moved: by group, by half term, and of the feeders that are listed; columns '
'as of abie.transition.';

CREATE FUNCTION abie_internal.transition_facts(registers regclass, from_year text, to_year text, urn integer)
	RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000
-- Not STRICT: the check says what is NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	moved abie_internal.transition_row[];
BEGIN
	PERFORM abie_internal.check_transition(registers, from_year, to_year, 6, 7, 1, 'all');
	moved := abie_internal.transition_shown(registers, from_year, to_year, 6, 1, '{all,unauthorised,illness}',
		ARRAY[urn]);
	IF NOT EXISTS (SELECT FROM unnest(moved) m WHERE m.feeder IS NULL AND m.half_term IS NULL) THEN
		RETURN NULL;
	END IF;
	RETURN jsonb_build_object('from_year', from_year, 'to_year', to_year) || abie_internal.move_facts(moved)
		|| jsonb_build_object(
		'moments', (SELECT coalesce(jsonb_agg(to_jsonb(m) - 'urn' || jsonb_build_object('strategies', t.strategies)
				ORDER BY m.moment COLLATE "C"), '[]')
			FROM abie_internal.moments_of(moved, abie_internal.transition_shown(registers, from_year, to_year, 7, 0,
					'{all}', ARRAY[urn])) m JOIN abie.toolkit_moments() t USING (moment)),
		'weeks', (SELECT coalesce(jsonb_agg(to_jsonb(w) ORDER BY w.pupil_group = 'all' DESC, w.pupil_group, w.week),
				'[]') FROM abie.transition_weeks(registers, to_year, urn) w));
END $$;
COMMENT ON FUNCTION abie_internal.transition_facts(regclass, text, text, integer) IS
'What a school''s page says of the pupils who came from Year 6 to Year 7, as one JSON document: from_year, to_year, '
'groups, half_terms and feeders (abie.transition), moments (abie.transition_moments, with strategies), weeks '
'(abie.transition_weeks). NULL where fewer than ten came.';

CREATE FUNCTION abie_internal.move_cells(given jsonb, head text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[head] || array_agg((ARRAY[coalesce(f.pupil_group, 'Half term ' || f.half_term)
		|| E'\n' || f.pupils || ' pupils', abie_internal.signed(f.change, 1), abie_internal.signed(f.usual_change, 1),
		abie_internal.signed(f.likely_dip, 1)
		|| E'\n' || abie_internal.signed(f.lower_dip, 1) || ' to ' || abie_internal.signed(f.upper_dip, 1),
		coalesce(abie_internal.signed(f.beyond_earlier, 1), chr(8211))])[1:cardinality(head)] ORDER BY f.place)
FROM ROWS FROM (jsonb_to_recordset(given) AS (pupil_group text, half_term integer, pupils bigint, change float8,
	usual_change float8, likely_dip float8, lower_dip float8, upper_dip float8, beyond_earlier float8))
	WITH ORDINALITY f(pupil_group, half_term, pupils, change, usual_change, likely_dip, lower_dip, upper_dip,
	beyond_earlier, place)
$$;
COMMENT ON FUNCTION abie_internal.move_cells(jsonb, text[]) IS
'A table of groups or half terms of abie_internal.transition_facts, with as many columns as its head has.';

CREATE FUNCTION abie_internal.move_lead(facts jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
SELECT format('Absence of the %s pupils who came from Year 6 to Year 7 in %s changed by %s points; %s is usual for '
	'such pupils. Beyond the usual is %s, most likely %s (90 per cent: %s to %s).', f.pupils, facts ->> 'to_year',
	abie_internal.signed(f.change, 1), abie_internal.signed(f.usual_change, 1), abie_internal.signed(f.dip, 1),
	abie_internal.signed(f.likely_dip, 1), abie_internal.signed(f.lower_dip, 1), abie_internal.signed(f.upper_dip, 1))
FROM jsonb_to_record(facts #> '{groups,0}') f(pupils bigint, change float8, usual_change float8, dip float8,
	likely_dip float8, lower_dip float8, upper_dip float8)
$$;
COMMENT ON FUNCTION abie_internal.move_lead(jsonb) IS 'The first sentence of abie_internal.school_report_transition.';

CREATE FUNCTION abie_internal.move_picture(weeks jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie.chart_transition('Year 7 since its first week', array_agg(w.pupil_group ORDER BY w.place),
	array_agg(w.week ORDER BY w.place), array_agg(w.percent ORDER BY w.place),
	array_agg(w.usual_percent ORDER BY w.place), array_agg(w.last_before_holiday ORDER BY w.place))
FROM ROWS FROM (jsonb_to_recordset(weeks) AS (pupil_group text, week integer, percent float8, usual_percent float8,
	last_before_holiday boolean))
	WITH ORDINALITY w(pupil_group, week, percent, usual_percent, last_before_holiday, place)
HAVING count(*) > 0
$$;
COMMENT ON FUNCTION abie_internal.move_picture(jsonb) IS
'The course of Year 7 from weeks of abie_internal.transition_facts; NULL for none.';

CREATE FUNCTION abie_internal.move_list(format text, title text, items text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 500
-- not STRICT: without items there is nothing to write
RETURN CASE WHEN items IS NULL THEN '' ELSE abie_internal.report_part(format, 'subheading', title)
	|| abie_internal.report_part(format, 'list', '', items) END;
COMMENT ON FUNCTION abie_internal.move_list(text, text, text[]) IS 'A list under a heading; empty for none.';

CREATE FUNCTION abie_internal.school_report_transition(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000
-- not STRICT: most pages have none
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head text[] := '{Group,Change,Usual,Beyond,Earlier}';
BEGIN
	IF facts IS NULL THEN
		RETURN '';
	END IF;
	RETURN abie_internal.report_part(format, 'heading', 'From Year 6 to Year 7')
		|| abie_internal.report_part(format, 'paragraph', abie_internal.move_lead(facts))
		|| abie_internal.report_part(format, 'table', 'Change of absence by group, percentage points',
			abie_internal.move_cells(facts -> 'groups', head))
		|| abie_internal.report_part(format, 'table', 'Change of absence by half term, percentage points',
			abie_internal.move_cells(facts -> 'half_terms', ARRAY['Half term'] || head[2:4]))
		|| abie_internal.report_part(format, 'picture', abie_internal.move_picture(facts -> 'weeks'))
		|| abie_internal.move_list(format, 'Schools to talk with about handover',
			(SELECT array_agg(format(E'School %s\t%s pupils, %s beyond the usual (%s to %s)', f.urn, f.pupils,
				abie_internal.signed(f.likely_dip, 1), abie_internal.signed(f.lower_dip, 1),
				abie_internal.signed(f.upper_dip, 1)) ORDER BY f.urn)
			FROM jsonb_to_recordset(facts -> 'feeders') f(urn integer, pupils bigint, likely_dip float8,
				lower_dip float8, upper_dip float8)))
		|| abie_internal.move_list(format, 'What the pattern may point to',
			(SELECT array_agg(m.moment || E'\t' || m.evidence || ': ' || m.strategies ORDER BY m.moment COLLATE "C")
			FROM jsonb_to_recordset(facts -> 'moments') m(moment text, evidence text, strategies text)))
		|| abie_internal.report_part(format, 'paragraph', 'Beyond: what is more than usual for pupils of the same '
			'make-up, drawn towards none by as much as it may be chance, with its interval of 90 per cent. Earlier: '
			'what is beyond the change of earlier pupils, as it was seen. Fewer than ten pupils are not shown. A '
			'pattern is a rule of thumb to begin a talk with, no diagnosis.');
END $$;
COMMENT ON FUNCTION abie_internal.school_report_transition(jsonb, text) IS
'The move to a school as a section of its page, from abie_internal.transition_facts, as html or markdown; empty for '
'NULL.';

CREATE FUNCTION abie.transition_panel(registers regclass, from_year text, to_year text, urn integer) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000
-- Not STRICT: abie.transition says what is NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN E'<section>\n' || nullif(abie_internal.school_report_transition(
		abie_internal.transition_facts(registers, from_year, to_year, urn), 'html'), '') || E'</section>\n';
END $$;
COMMENT ON FUNCTION abie.transition_panel(regclass, text, text, integer) IS
'The move of pupils from Year 6 to Year 7 at a school as a section of HTML, as abie.school_report has it with '
'registers: the change of absence by group and half term (abie.transition), the course since the first week, feeders '
'listed, and moments of the toolkit with their evidence. NULL where fewer than ten pupils came. The usual is that of '
'all pupils of the registers, which are read whole for it. Arguments and errors as of abie.transition.';
