-- What a dip may call for: moments of the attendance toolkit, and where the pattern of a school points to one of them.

CREATE FUNCTION abie.toolkit_moments()
RETURNS TABLE (moment text, pattern text, strategies text, source text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10 ROWS 8
SET search_path = pg_catalog, pg_temp
AS $$
VALUES ('strong start', 'Year 7 above what is usual from half term 1 on',
		'summer before Year 7, strong start, links with feeders; family cooking classes (CHS South)',
		'attendance toolkit, moments named by DfE, November 2025'),
	('belonging', 'half term 1 as usual, dip from half term 2 on',
		'belonging: tutor contact, a review in half term 2',
		'FFT Education Datalab 2023: Year 7 starts low and rises after the first half term'),
	('Key Stage 3', 'Year 7 as usual, dip in Year 8',
		'belonging and enrichment in Key Stage 3, entry to Year 8 (King''s Leadership Academy Warrington)',
		'attendance toolkit, moments named by DfE, November 2025; FFT Education Datalab, March 2024'),
	('costs', 'dip only of pupils with free school meals',
		'uniform with fewer branded items, breakfast club, transport',
		'attendance toolkit, press, November 2025; FFT Education Datalab, June 2024'),
	('adjustments', 'dip only of pupils with SEN support', 'adjustments, handover of plans', 'rule of thumb'),
	('handover', 'a few feeders carry the dip', 'handover from these feeders', 'rule of thumb'),
	('family engagement', 'unauthorised absence up, illness flat', 'engagement with families',
		'RISE page on attendance, September 2025: pupils and families'),
	('health', 'illness up', 'health', 'rule of thumb')
$$;
COMMENT ON FUNCTION abie.toolkit_moments() IS
'Moments of the attendance toolkit that a dip may point to: the pattern in registers, strategies that are named for '
'it, and where that is from. Patterns are rules of thumb, to begin a talk with a school, no diagnosis.';

CREATE FUNCTION abie_internal.moments_of(moved abie_internal.transition_row[],
	next_moved abie_internal.transition_row[])
RETURNS TABLE (urn integer, moment text, evidence text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
WITH entry AS MATERIALIZED (
	SELECT m.* FROM unnest(moved) m WHERE m.reason = 'all'
), reason AS MATERIALIZED (
	SELECT m.reason, m.urn, m.likely_dip, m.lower_dip FROM unnest(moved) m WHERE m.reason <> 'all'
), next_year AS MATERIALIZED (
	SELECT n.* FROM unnest(next_moved) n WHERE n.feeder IS NULL
), school AS (
	SELECT e.urn, y.likely_dip, y.lower_dip, y.upper_dip, h.lower_dip > 0 AS from_start, h.likely_dip AS start_dip,
		e.later_terms, f.lower_dip > 0 AND n.lower_dip <= 0 AS only_fsm, f.likely_dip AS fsm_dip,
		n.likely_dip AS not_fsm_dip, s.lower_dip > 0 AND w.lower_dip <= 0 AS only_sen, s.likely_dip AS sen_dip,
		w.likely_dip AS no_sen_dip, e.feeders, u.lower_dip > 0 AND i.lower_dip <= 0 AS only_unauthorised,
		u.likely_dip AS unauthorised_dip, i.lower_dip > 0 AS more_ill, i.likely_dip AS illness_dip
	FROM (
		SELECT t.urn, string_agg(t.half_term::text, ', ' ORDER BY t.half_term) FILTER (WHERE t.feeder IS NULL
				AND t.pupil_group = 'all' AND t.half_term > 1 AND t.lower_dip > 0) AS later_terms,
			string_agg(t.feeder || ' (' || abie_internal.decimal(t.likely_dip, 1) || ')', ', ' ORDER BY t.feeder)
				FILTER (WHERE t.half_term IS NULL AND t.listed) AS feeders
		FROM entry t GROUP BY t.urn
	) e
		LEFT JOIN entry y ON y.urn = e.urn AND y.feeder IS NULL AND y.pupil_group = 'all' AND y.half_term IS NULL
		LEFT JOIN entry h ON h.urn = e.urn AND h.feeder IS NULL AND h.pupil_group = 'all' AND h.half_term = 1
		LEFT JOIN entry f ON f.urn = e.urn AND f.pupil_group = 'FSM' AND f.half_term IS NULL
		LEFT JOIN entry n ON n.urn = e.urn AND n.pupil_group = 'not FSM' AND n.half_term IS NULL
		LEFT JOIN entry s ON s.urn = e.urn AND s.pupil_group = 'SEN support' AND s.half_term IS NULL
		LEFT JOIN reason u ON u.urn = e.urn AND u.reason = 'unauthorised'
		LEFT JOIN reason i ON i.urn = e.urn AND i.reason = 'illness'
		LEFT JOIN entry w ON w.urn = e.urn AND w.pupil_group = 'no SEN' AND w.half_term IS NULL
)
SELECT s.urn, m.moment, m.evidence
FROM school s CROSS JOIN LATERAL (VALUES
	(1, 'strong start', s.from_start AND s.lower_dip > 0, format('Year 7 %s points above what is usual for such pupils '
		'(90 %% interval %s to %s), in half term 1 already %s', abie_internal.decimal(s.likely_dip, 1),
		abie_internal.decimal(s.lower_dip, 1), abie_internal.decimal(s.upper_dip, 1),
		abie_internal.decimal(s.start_dip, 1))),
	(2, 'belonging', NOT s.from_start AND s.later_terms IS NOT NULL, format('half term 1 as usual (%s points), '
		'above it in half term %s', abie_internal.decimal(s.start_dip, 1), s.later_terms)),
	(4, 'costs', s.only_fsm, format('with free school meals %s points above what is usual, without %s',
		abie_internal.decimal(s.fsm_dip, 1), abie_internal.decimal(s.not_fsm_dip, 1))),
	(5, 'adjustments', s.only_sen, format('with SEN support %s points above what is usual, without %s',
		abie_internal.decimal(s.sen_dip, 1), abie_internal.decimal(s.no_sen_dip, 1))),
	(6, 'handover', s.feeders IS NOT NULL, format('more than 1 point above the school with 80 %% probability: %s',
		s.feeders)),
	(7, 'family engagement', s.only_unauthorised, format('unauthorised absence %s points above what is usual, '
		'illness %s', abie_internal.decimal(s.unauthorised_dip, 1), abie_internal.decimal(s.illness_dip, 1))),
	(8, 'health', s.more_ill, format('illness %s points above what is usual, unauthorised absence %s',
		abie_internal.decimal(s.illness_dip, 1), abie_internal.decimal(s.unauthorised_dip, 1))))
	m (place, moment, holds, evidence)
WHERE m.holds
UNION ALL
SELECT n.urn, 'Key Stage 3', format('Year 8 %s points above what is usual for such pupils (90 %% interval %s to %s), '
	'Year 7 %s',
	abie_internal.decimal(n.likely_dip, 1), abie_internal.decimal(n.lower_dip, 1),
	abie_internal.decimal(n.upper_dip, 1), abie_internal.decimal(s.likely_dip, 1))
FROM next_year n JOIN school s ON s.urn = n.urn
WHERE n.pupil_group = 'all' AND n.half_term IS NULL AND n.lower_dip > 0 AND s.lower_dip <= 0
ORDER BY 1, 2
$$;
COMMENT ON FUNCTION abie_internal.moments_of(abie_internal.transition_row[], abie_internal.transition_row[]) IS
'abie.transition_moments of what abie_internal.transition_shown gives of the moves to Year 7 and to Year 8.';

CREATE FUNCTION abie_internal.transition_shown(registers regclass, from_year text, to_year text, from_group integer,
	earlier integer, reasons text[], urns integer[]) RETURNS abie_internal.transition_row[]
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000
-- Not STRICT: urns NULL is all schools. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
AS $$
SELECT coalesce(array_agg(r), '{}')
FROM abie_internal.transition_rows(registers, from_year, to_year, from_group, from_group + 1, earlier, reasons) r
WHERE r.shown AND (urns IS NULL OR r.urn = ANY (urns))
$$;
COMMENT ON FUNCTION abie_internal.transition_shown(regclass, text, text, integer, integer, text[], integer[]) IS
'The rows that abie_internal.transition_rows shows of the move to the next year group, of schools or of all.';

CREATE FUNCTION abie.transition_moments(registers regclass, from_year text, to_year text)
RETURNS TABLE (urn integer, moment text, evidence text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 100
-- Not STRICT: the check says what is NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM abie_internal.check_transition(registers, from_year, to_year, 6, 7, 0, 'all');
	RETURN QUERY SELECT m.* FROM abie_internal.moments_of(
		abie_internal.transition_shown(registers, from_year, to_year, 6, 0, '{all,unauthorised,illness}', NULL),
		abie_internal.transition_shown(registers, from_year, to_year, 7, 0, '{all}', NULL)) m;
END $$;
COMMENT ON FUNCTION abie.transition_moments(regclass, text, text) IS
'Where the pattern of a school''s dips (abie.transition from Year 6 to Year 7, and from Year 7 to Year 8) points to a '
'moment of abie.toolkit_moments, with its evidence: a row a school and moment. A dip is one whose interval of 90 per '
'cent is above none, as usual one whose interval is not; half terms and groups are judged each by itself. A rule of '
'thumb to begin a talk with, no diagnosis: of twenty schools without any dip one has such an interval. Arguments and '
'errors as of abie.transition.';
