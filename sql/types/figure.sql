-- One figure as statistics publish it: a number, or a marker that says why there is none.
-- All are STRICT: no text, no figure.

CREATE FUNCTION abie.figure(published text) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_figure';
COMMENT ON FUNCTION abie.figure(text) IS
'The number of a published figure: "46.9", "46.9%" and " 46.9 " are 46.9. NULL, never 0, for an empty text and the '
'markers SUPP, NE, NA, N/A, NP, NEW, LOWCOV, DNS, NULL, NaN, z, x, c, k, low, u, w, ~, :, .., -, * in any case, plain '
'or in brackets as [c]. Error 22P02 for anything else.';

CREATE FUNCTION abie.figure_marker(published text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_figure_marker';
COMMENT ON FUNCTION abie.figure_marker(text) IS
'The marker that a publication puts in place of a figure, as written: SUPP, z, ... NULL for a number and for an empty '
'text. Error 22P02 for anything else.';

CREATE FUNCTION abie_internal.figure_is_valid(published text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_figure_is_valid';
COMMENT ON FUNCTION abie_internal.figure_is_valid(text) IS
'Whether abie.figure reads the text: a plain decimal number, a marker, or empty.';

CREATE FUNCTION abie_internal.figure_text(published text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_figure_text';
COMMENT ON FUNCTION abie_internal.figure_text(text) IS
'A published cell that is no figure, without the white space around it; NULL for an empty text and for the markers of '
'abie.figure.';

CREATE FUNCTION abie_internal.figure_count(published text) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_figure_count';
COMMENT ON FUNCTION abie_internal.figure_count(text) IS
'The whole number of a published count; 12 and 12.0 are 12. NULL, never 0, for an empty text and the markers of '
'abie.figure. Error 22P02 for anything else, so for 12.5 and 12%.';

CREATE FUNCTION abie_internal.figure_count_is_valid(published text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_figure_count_is_valid';
COMMENT ON FUNCTION abie_internal.figure_count_is_valid(text) IS
'Whether abie_internal.figure_count reads the text: a whole number of up to 18 digits, a marker, or empty.';
