-- The middle parts of a school's report: the school beside others. Its circumstances, the years before, similar
-- schools, absence by reason, and what is expected of all. In C, because they are most of what a report says.

CREATE FUNCTION abie_internal.school_report_circumstances(facts jsonb, format text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'abie_school_report_circumstances';
COMMENT ON FUNCTION abie_internal.school_report_circumstances(jsonb, text) IS
'What the school is compared by, beside its similar schools, and how expected attendance follows from the national '
'mean, as a picture and a table, where that is shown; empty for a school left out. Error 22003: a number of a '
'characteristic that is out of range.';

CREATE FUNCTION abie_internal.school_report_history(facts jsonb, format text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'abie_school_report_history';
COMMENT ON FUNCTION abie_internal.school_report_history(jsonb, text) IS
'What the next year brings if nothing changes, and attendance over the years as a picture and a table. Errors as of '
'abie.chart_history.';

CREATE FUNCTION abie_internal.school_report_similar(facts jsonb, format text, linked integer[], list text)
	RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'abie_school_report_similar';
COMMENT ON FUNCTION abie_internal.school_report_similar(jsonb, text, integer[], text) IS
'The similar schools, where the school stands among them, where they are, and whom to learn from, each with the reason '
'to ring it: the four most similar and the four nearest of those with clearly higher attendance, or where these are '
'fewer than four, of all with higher attendance. Empty for a school left out. linked and list: as of '
'abie_internal.school_report_body.';

CREATE FUNCTION abie_internal.school_report_absence(facts jsonb, format text, list text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'abie_school_report_absence';
COMMENT ON FUNCTION abie_internal.school_report_absence(jsonb, text, text) IS
'Absence by reason beside the similar schools; empty where no reasons are held. list: as of '
'abie_internal.school_report_body.';

CREATE FUNCTION abie_internal.school_report_distribution(facts jsonb, format text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'abie_school_report_distribution';
COMMENT ON FUNCTION abie_internal.school_report_distribution(jsonb, text) IS
'How many schools have which expectation; empty for a school left out.';
