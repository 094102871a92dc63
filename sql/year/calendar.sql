-- The school year's calendar, out of the weeks that a school had: half terms, kinds of week, last year's counterparts.

CREATE FUNCTION abie.school_week_kind(week_starts date[], holiday_starts date DEFAULT NULL,
	OUT week_start date, OUT half_term integer, OUT from_start integer, OUT to_end integer, OUT kind text)
RETURNS SETOF record
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 39 AS 'MODULE_PATHNAME', 'abie_school_week_kind';
COMMENT ON FUNCTION abie.school_week_kind(date[], date) IS
'The weeks of one school (or of an area that has its holidays together) in one academic year, given the Mondays of '
'those with possible sessions: one row a week. A missing Monday between two of them is a holiday and ends a half term. '
'half_term: 1, 2, ..., six in a usual year; from_start: 1 for its first week; to_end: 0 for its last, the week before '
'a holiday; kind: last (before a holiday), first (after one), ordinary. The half term of the last week ends before '
'holiday_starts, the first day of the next holiday, weeks until then taken to be held; where that is NULL, not known '
'yet, to_end is NULL in that half term and no week of it is of kind last. A year that is over ends with its last week: '
'give the Saturday of it. No rows for NULL or no weeks (not STRICT: holiday_starts may be NULL). Errors: 22004 NULL '
'elements; 22023 dates that are no Mondays, not in order, twice, more than a year apart, a holiday that is not after '
'them.';

CREATE FUNCTION abie.counterpart_week(this_year date[], last_year date[], holiday_starts date DEFAULT NULL,
	OUT week_start date, OUT counterpart date)
RETURNS SETOF record
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 39 AS 'MODULE_PATHNAME', 'abie_counterpart_week';
COMMENT ON FUNCTION abie.counterpart_week(date[], date[], date) IS
'The week of last year with which each of a school''s weeks of this year is compared, NULL where there is none: both '
'as the Mondays with possible sessions, last year''s whole. Of the half term that began nearest to 52 weeks before, '
'the same to_end (abie.school_week_kind) for the last two weeks, else the same from_start; where a half term is longer '
'this year the week left over has none. Counterparts follow each other as the weeks do, each once, and none is more '
'than three weeks off: holidays move by less, but a school closed or without registers in mid-term has its year cut '
'elsewhere. holiday_starts as for abie.school_week_kind; where it is NULL, weeks of the half term in progress are not '
'compared with last year''s last two. No rows for NULL or no weeks of this year (not STRICT: the others may be NULL). '
'Errors as abie.school_week_kind.';
