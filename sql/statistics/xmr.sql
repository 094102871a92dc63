-- XmR chart: is a value of a series unlike the others?

CREATE FUNCTION abie.xmr(series float8[], limits_from integer DEFAULT NULL,
	OUT "position" integer, OUT value float8, OUT centre float8, OUT lower_limit float8, OUT upper_limit float8,
	OUT outside boolean, OUT shift boolean, OUT trend boolean, OUT two_of_three boolean)
RETURNS SETOF record
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 40 AS 'MODULE_PATHNAME', 'abie_xmr';
COMMENT ON FUNCTION abie.xmr(float8[], integer) IS
'XmR chart of a series in the order of time, one row a value: centre, the mean; limits, centre -+ 2.66 x the mean '
'moving range, moving ranges of 3.267 times their mean or more left out once; and the rules of the NHS''s Making Data '
'Count: outside (beyond a limit), shift (one of seven or more in a row on one side of the centre), trend (one of seven '
'or more in a row, each above or each below the one before), two_of_three (one of two, of three in a row, beyond two '
'thirds of the way to the same limit). Centre and limits are those of the first limits_from values (NULL: of all), so '
'that later ones are judged by earlier ones. Any unit. No rows for NULL or fewer than two values (not STRICT: '
'limits_from may be NULL). Errors: NULL elements, NaN or infinity, limits_from under 2.';
