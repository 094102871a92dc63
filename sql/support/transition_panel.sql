-- The move to a school as a section of its page, for who has the registers: nothing of it is stored.

CREATE FUNCTION abie.transition_panel(registers regclass, from_year text, to_year text, urn integer) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000
-- Not STRICT: abie.transition says what is NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	lead text;
	groups text[];
	terms text[];
	feeders text[];
	moments text[];
	picture text;
BEGIN
	WITH figure AS MATERIALIZED (
		SELECT t.*, abie_internal.signed(t.change, 1) AS changed, abie_internal.signed(t.usual_change, 1) AS usual,
			abie_internal.signed(t.dip, 1) AS seen, abie_internal.signed(t.likely_dip, 1) AS likely,
			abie_internal.signed(t.lower_dip, 1) || ' to ' || abie_internal.signed(t.upper_dip, 1) AS reach
		FROM abie.transition(registers, from_year, to_year) t WHERE t.urn = transition_panel.urn AND t.shown
	)
	SELECT (SELECT format('Absence of the %s pupils who came from Year 6 to Year 7 changed by %s points; %s is usual '
				'for such pupils. Beyond the usual is %s, most likely %s (90 per cent: %s).', f.pupils, f.changed,
				f.usual, f.seen, f.likely, f.reach)
			FROM figure f WHERE f.feeder IS NULL AND f.pupil_group = 'all' AND f.half_term IS NULL),
		(SELECT array_agg(ARRAY[f.pupil_group, f.pupils::text, f.changed, f.usual, f.likely, f.reach,
				coalesce(abie_internal.signed(f.beyond_earlier, 1), chr(8211))]
				ORDER BY f.pupil_group <> 'all', f.pupil_group COLLATE "C")
			FROM figure f WHERE f.feeder IS NULL AND f.half_term IS NULL),
		(SELECT array_agg(ARRAY['Half term ' || f.half_term, f.pupils::text, f.changed, f.usual, f.likely, f.reach]
				ORDER BY f.half_term)
			FROM figure f WHERE f.feeder IS NULL AND f.pupil_group = 'all' AND f.half_term IS NOT NULL),
		(SELECT array_agg(format(E'School %s\t%s pupils, %s beyond the usual (%s)', f.feeder, f.pupils, f.likely,
				f.reach) ORDER BY f.feeder)
			FROM figure f WHERE f.half_term IS NULL AND f.listed)
	INTO lead, groups, terms, feeders;
	IF lead IS NULL THEN
		RETURN NULL;
	END IF;
	SELECT array_agg(t.moment || E'\t' || t.evidence || ': ' || m.strategies ORDER BY t.moment) INTO moments
	FROM abie.transition_moments(registers, from_year, to_year) t JOIN abie.toolkit_moments() m USING (moment)
	WHERE t.urn = transition_panel.urn;
	SELECT abie.chart_transition('Year 7 since its first week', array_agg(w.pupil_group), array_agg(w.week),
		array_agg(w.percent), array_agg(w.usual_percent), array_agg(w.last_before_holiday)) INTO picture
	FROM abie.transition_weeks(registers, to_year, urn) w;
	RETURN E'<section>\n' || concat(
		abie_internal.html_part('heading', 'From Year 6 to Year 7'),
		abie_internal.html_part('lead', lead),
		abie_internal.html_part('table', 'Change of absence by group, percentage points',
			ARRAY[ARRAY['Group', 'Pupils', 'Change', 'Usual', 'Beyond', '90 per cent', 'Earlier pupils']] || groups),
		abie_internal.html_part('table', 'Change of absence by half term, percentage points',
			ARRAY[ARRAY['Half term', 'Pupils', 'Change', 'Usual', 'Beyond', '90 per cent']] || terms),
		abie_internal.html_part('picture', picture),
		CASE WHEN feeders IS NOT NULL THEN abie_internal.html_part('subheading', 'Schools to talk with about handover')
			|| abie_internal.html_part('list', '', feeders) END,
		CASE WHEN moments IS NOT NULL THEN abie_internal.html_part('subheading', 'What the pattern may point to')
			|| abie_internal.html_part('list', '', moments) END,
		abie_internal.html_part('paragraph', 'Beyond: what is more than usual for pupils of the same make-up, drawn '
			'towards none by as much as it may be chance. Earlier pupils: what is beyond theirs, as it was seen. Fewer '
			'than ten pupils are not shown. A pattern is a rule of thumb to begin a talk with, no diagnosis.'))
		|| E'</section>\n';
END $$;
COMMENT ON FUNCTION abie.transition_panel(regclass, text, text, integer) IS
'The move of pupils from Year 6 to Year 7 at a school as a section of HTML, to be put into its page where the caller '
'has the registers: the change of absence by group and half term (abie.transition), the course since the first week, '
'feeders listed, and moments of the toolkit with their evidence. NULL where fewer than ten pupils came. The usual is '
'that of all pupils of the registers, which are read whole for it. Arguments and errors as of abie.transition.';
