-- One figure as statistics publish it: a number, or a marker that says why there is none.
-- All are STRICT: no text, no figure.

CREATE FUNCTION abie.figure(published text) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_figure';
COMMENT ON FUNCTION abie.figure(text) IS
'The number of a published figure: "46.9", "46.9%", " 46.9 " and "4.69e+01" are 46.9. NULL, never 0, for an empty text '
'and the markers SUPP, NE, NA, N/A, NP, NEW, LOWCOV, DNS, NULL, NaN, z, x, c, k, low, u, w, ~, :, .., -, * in any '
'case, plain or in brackets as [c]. Error 22P02 for anything else.';

CREATE FUNCTION abie.figure_marker(published text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_figure_marker';
COMMENT ON FUNCTION abie.figure_marker(text) IS
'The marker that a publication puts in place of a figure, as written: SUPP, z, ... NULL for a number and for an empty '
'text. Error 22P02 for anything else.';

CREATE FUNCTION abie_internal.figure_text(published text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_figure_text';
COMMENT ON FUNCTION abie_internal.figure_text(text) IS
'A published cell that is no figure, without the white space around it; NULL for an empty text and for the markers of '
'abie.figure.';

-- Cells of a file that are read once: NULL for what they do not read, whatever else it is.
CREATE FUNCTION abie_internal.figure_found_marker(published text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_figure_found_marker';
COMMENT ON FUNCTION abie_internal.figure_found_marker(text) IS
'The marker of abie.figure_marker; NULL, and no error, for what is neither number nor marker.';

CREATE FUNCTION abie_internal.figure_within(published text, lowest float8, highest float8)
	RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_figure_within';
COMMENT ON FUNCTION abie_internal.figure_within(text, float8, float8) IS
'The number of abie.figure where it is from lowest to highest; NULL for anything else.';

CREATE FUNCTION abie_internal.figure_count_within(published text, lowest bigint, highest bigint) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_figure_count_within';
COMMENT ON FUNCTION abie_internal.figure_count_within(text, bigint, bigint) IS
'The whole number, of up to 18 digits, of a published count (12 and 12.0 are 12) where it is from lowest to highest; '
'NULL for anything else, so for 12.5 and 12%.';
