-- The first parts of a school's report: the half page, the expectation, the ladder, how the number was made, and what
-- it does not say. In C, as the middle parts are.

CREATE FUNCTION abie_internal.school_report_half_page(facts jsonb, format text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'abie_school_report_half_page';
COMMENT ON FUNCTION abie_internal.school_report_half_page(jsonb, text) IS
'Title, status, three sentences and a chart: what a governor reads first, and prints alone. The chart: attendance, '
'what is expected in the circumstances, the target and the forecast; of a school left out, its last year beside its '
'phase, where that is known.';

CREATE FUNCTION abie_internal.school_report_lead(facts jsonb, format text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'abie_school_report_lead';
COMMENT ON FUNCTION abie_internal.school_report_lead(jsonb, text) IS
'The expectation in one sentence, or why there is none, and what more there is to say of it.';

CREATE FUNCTION abie_internal.school_report_ladder(facts jsonb, format text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'abie_school_report_ladder';
COMMENT ON FUNCTION abie_internal.school_report_ladder(jsonb, text) IS
'The ladder as a picture and a table; empty for a school left out.';

CREATE FUNCTION abie_internal.school_report_steps(facts jsonb, format text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'abie_school_report_steps';
COMMENT ON FUNCTION abie_internal.school_report_steps(jsonb, text) IS
'How the expectation was made, step by step; empty for a school left out.';

CREATE FUNCTION abie_internal.school_report_limits(facts jsonb, format text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'abie_school_report_limits';
COMMENT ON FUNCTION abie_internal.school_report_limits(jsonb, text) IS
'What the number does not say, where the figures come from, and how to have one corrected.';
