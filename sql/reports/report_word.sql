-- The words of a school's report: characteristics, reasons and states in plain English. Every figure in it is one of
-- abie_internal.report_facts, rounded.

CREATE FUNCTION abie_internal.fact(facts jsonb, name text, digits integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
RETURN abie_internal.decimal((facts ->> name)::float8, digits);
COMMENT ON FUNCTION abie_internal.fact(jsonb, text, integer) IS
'A number of facts as reports write it: rounded half up to so many decimal places.';

CREATE FUNCTION abie_internal.characteristic_text(characteristic text, meaning text) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2
-- not STRICT: a characteristic of the user's own has no meaning here
AS 'MODULE_PATHNAME', 'abie_characteristic_text';
COMMENT ON FUNCTION abie_internal.characteristic_text(text, text) IS
'A characteristic in a governor''s words. Not STRICT because meaning may be NULL.';

CREATE FUNCTION abie_internal.characteristic_number(characteristic text, number float8) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_characteristic_number';
COMMENT ON FUNCTION abie_internal.characteristic_number(text, float8) IS
'A number of a characteristic as reports write it; logarithms as what they are of. Error 22003: a count out of range.';

CREATE FUNCTION abie_internal.km_text(km float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN CASE WHEN km < 1 THEN 'under 1 km away' ELSE abie_internal.decimal(km, 0) || ' km away' END;
COMMENT ON FUNCTION abie_internal.km_text(float8) IS 'A distance as reports write it, in whole kilometres.';

CREATE FUNCTION abie_internal.report_status_text(run jsonb) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_report_status_text';
COMMENT ON FUNCTION abie_internal.report_status_text(jsonb) IS
'What a reader has to know of a run''s status; NULL where it is issued.';
