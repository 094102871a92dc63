-- The nearest schools of every school.

CREATE FUNCTION abie.nearest(ids bigint[], vectors float8[], k integer, weights float8[] DEFAULT NULL,
	candidate boolean[] DEFAULT NULL, family bigint[] DEFAULT NULL,
	OUT id bigint, OUT rank integer, OUT neighbour bigint, OUT distance float8)
RETURNS SETOF record
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 400000 AS 'MODULE_PATHNAME', 'abie_nearest';
COMMENT ON FUNCTION abie.nearest(bigint[], float8[], integer, float8[], boolean[], bigint[]) IS
'The k nearest rows of every row of vectors (n x p, one row an id), exactly, by abie.distance with the same weights. '
'Rows of the result: id, rank (1 the nearest), neighbour, distance; in no particular order. Never the row itself, '
'never a row of the same family (NULL: no family), only rows whose candidate is true (NULL array: all), only '
'comparable rows; ties go to the lower id. Fewer than k rows where there are fewer such rows; none for NULL or empty '
'ids and vectors (not STRICT: the last three arguments may be NULL). The order of the input rows changes nothing. '
'Errors: k under 1, arrays that do not fit each other, NULL or double ids, NaN or infinity, columns so wide that a '
'squared distance could be out of range, weights as in abie.distance. Memory: about 30 p + 100 bytes a row, and for '
'each combination of missing elements up to 128 p more; no matrix of rows by rows.';

CREATE FUNCTION abie.nearest_lists(ids bigint[], vectors float8[], k integer, weights float8[] DEFAULT NULL,
	candidate boolean[] DEFAULT NULL, family bigint[] DEFAULT NULL,
	OUT id bigint, OUT neighbours bigint[], OUT distances float8[])
RETURNS SETOF record
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 20000 AS 'MODULE_PATHNAME', 'abie_nearest_lists';
COMMENT ON FUNCTION abie.nearest_lists(bigint[], float8[], integer, float8[], boolean[], bigint[]) IS
'What abie.nearest finds, as one row an id, also where nothing is near: id, its neighbours, nearest first, and their '
'distances; empty arrays for none. Arguments, order and errors as abie.nearest.';

CREATE FUNCTION abie_internal.nearest_means(ids bigint[], vectors float8[], k integer, weights float8[],
	candidate boolean[], family bigint[], "values" float8[], value_weights float8[], listed integer,
	OUT id bigint, OUT neighbours bigint[], OUT distances float8[], OUT comparable integer, OUT bandwidth float8,
	OUT means float8[], OUT errors float8[])
RETURNS SETOF record
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 20000 AS 'MODULE_PATHNAME', 'abie_nearest_means';
COMMENT ON FUNCTION abie_internal.nearest_means(bigint[], float8[], integer, float8[], boolean[], bigint[], float8[],
	float8[], integer) IS
'One row an id: the nearest of its neighbours, as many as listed, with their distances as in abie.nearest_lists; how '
'many of the k + 1 nearest there are (comparable), the distance of the last of these (bandwidth), and of each column '
'of '
'values (n x m) the local mean over the k nearest and its error, as abie.local_mean and abie.local_mean_error make '
'them '
'with the weights of value_weights (n x m); an element NULL where no weight is. The lists need not be stored for that. '
'Not STRICT: weights, candidate and family may be NULL. Errors as abie.nearest, and arrays that do not fit.';
