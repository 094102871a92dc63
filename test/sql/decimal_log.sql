-- Logarithms to the same bits as those of numeric.

-- whole numbers, and numbers of all sizes at random, each with 15 digits and with fewer
CREATE TEMP TABLE number AS
SELECT i::float8 AS x FROM generate_series(1, 20000) i
UNION ALL
SELECT 1 + i / 4096.0 FROM generate_series(0, 40 * 4096, 7) i
UNION ALL
SELECT round(i / 1000.0, 3)::float8 FROM generate_series(1, 20000) i
UNION ALL
SELECT exp(11 * sin(i * 0.618033988749895))::float8 FROM generate_series(1, 60000) i;
SELECT count(*), count(*) FILTER (WHERE abie_internal.decimal_log(x) IS DISTINCT FROM ln(x::numeric)::float8) AS different FROM number;
-- about the limits between which it is worked out in another way than numeric does, and those of doubles
SELECT count(*), count(*) FILTER (WHERE abie_internal.decimal_log(x) IS DISTINCT FROM ln(x::numeric)::float8) AS different
FROM (SELECT l * (1 + i * 1e-15) AS x FROM generate_series(-200, 200) i, unnest('{0.000075,0.86,1.162,13300,1,0.01,0.1,10,100,1000}'::float8[]) l) n;
SELECT x, abie_internal.decimal_log(x) = ln(x::numeric)::float8 AS equal
FROM unnest('{1e-300,2.2250738585072014e-308,1.7976931348623157e308,1e15,123456789012345678,0.0001,0.00012345678901234567}'::float8[]) x;
SELECT abie_internal.decimal_log(2), abie_internal.decimal_log(0.5), abie_internal.decimal_log(NULL);
SELECT abie_internal.decimal_log(0);
SELECT abie_internal.decimal_log(-1);
SELECT abie_internal.decimal_log('NaN'), abie_internal.decimal_log('Infinity');
