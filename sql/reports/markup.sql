-- Text as it can stand in a document, and numbers as reports write them.

CREATE FUNCTION abie_internal.plain_text(given text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_plain_text';
COMMENT ON FUNCTION abie_internal.plain_text(text) IS
'The text in one line that cannot disturb what stands beside it: control characters become spaces; marks of writing '
'direction (U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069) and noncharacters are left out. Error 54000 where the '
'result would exceed 1 GB.';

CREATE FUNCTION abie_internal.xml_text(given text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_xml_text';
COMMENT ON FUNCTION abie_internal.xml_text(text) IS
'abie_internal.plain_text with & < > and both quotes escaped for XML and HTML, in text and in attributes. Error 54000 '
'where the result would exceed 1 GB.';

CREATE FUNCTION abie_internal.markdown_text(given text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_markdown_text';
COMMENT ON FUNCTION abie_internal.markdown_text(text) IS
'abie_internal.plain_text with a backslash before every sign that means something in Markdown. Error 54000 where the '
'result would exceed 1 GB.';

CREATE FUNCTION abie_internal.short_text(given text, letters integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN CASE WHEN length(given) > letters THEN rtrim(left(given, letters - 1)) || chr(8230) ELSE given END;
COMMENT ON FUNCTION abie_internal.short_text(text, integer) IS
'The text, cut with an ellipsis where it is longer than so many letters; NULL for NULL.';

CREATE FUNCTION abie_internal.decimal(value float8, digits integer) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_decimal';
COMMENT ON FUNCTION abie_internal.decimal(float8, integer) IS
'A number as reports write it: abie.round_half_up to so many decimal places, 0 to 15; error 22023 for others.';

CREATE FUNCTION abie_internal.signed(value float8, digits integer) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_signed';
COMMENT ON FUNCTION abie_internal.signed(float8, integer) IS
'A difference as reports write it: abie_internal.decimal with its sign.';

CREATE FUNCTION abie_internal.thousands(value bigint) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_thousands';
COMMENT ON FUNCTION abie_internal.thousands(bigint) IS 'A count as reports write it, with commas.';
