-- How many of the finds among many tests are no more than chance.

CREATE FUNCTION abie.false_discovery(statistics float8[], method text DEFAULT 'benjamini-hochberg') RETURNS float8[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'abie_false_discovery';
COMMENT ON FUNCTION abie.false_discovery(float8[], text) IS
'Of many tests the false discovery rate of each, 0 to 1: the share of chance among the finds if this one and all that '
'are as striking are called finds. benjamini-hochberg, of p-values: the least p x tests / rank of this and less '
'striking ones (Benjamini and Hochberg 1995), which bounds the rate where p-values are right. mirror, of standardised '
'values of which the low ones are looked for and chance lies evenly about 0, whatever its distribution: the least of '
'(1 + how many are as high) / how many are as low, of this and less low ones, 1 for what is not below 0 (Barber and '
'Candes 2015). NULL elements count as no test and stay NULL; the order of the others changes nothing. Errors 22023: '
'another method, a p-value outside 0 to 1, NaN or infinity.';
