-- One published figure: number, marker or error.
\set VERBOSITY default
SELECT published, abie.figure(published), abie.figure_marker(published), abie_internal.figure_found_marker(published),
	abie_internal.figure_count_within(published, -1000, 1000) AS count
FROM unnest(ARRAY['46.9', '46.9%', '4.69e+01', '4.69E1%', '-5e-1', '1e2', '12.50e1', '12.5e0', '0e9', '  46.9 ', E'\t46.9\r\n', '0', '-0', '+1', '-1.25', '.5', '007', '12.0', '100%', '', '  ',
	'SUPP', 'supp', 'NE', 'NA', 'N/A', 'z', 'Z', 'x', 'c', 'k', 'low', 'Low', 'u', '~', ':', '..', ' SUPP ', '-', '*', 'NP', 'NEW', 'LOWCOV', 'DNS', 'NULL', 'NaN', 'nan', 'w', '[c]', '[Low]', ' [z] ']) AS published;

-- NULL in, NULL out
SELECT abie.figure(NULL) IS NULL AS figure, abie.figure_marker(NULL) IS NULL AS marker, abie_internal.figure_found_marker(NULL) IS NULL AS found,
	abie_internal.figure_within(NULL, 0, 1) IS NULL AS within, abie_internal.figure_count_within(NULL, 0, 1) IS NULL AS count;

-- everything else is malformed, what strtod would take included
SELECT published, abie_internal.figure_found_marker(published) IS NULL AS no_marker,
	abie_internal.figure_within(published, '-infinity', 'infinity') IS NULL AS no_figure,
	abie_internal.figure_count_within(published, -9223372036854775808, 9223372036854775807) IS NULL AS no_count
FROM unnest(ARRAY['5.', '.', '...', '+', '--1', '--', '[', '[]', '[5]', '[c', 'c]', '[[c]]', '[ c ]', '+-1', '1-', '1 2', '1,234', '1e', '1e+', 'e3', '1e100', '1e3.5', '1 e3', '1e--3', '0x1F', 'inf', '-Infinity',
	'%', '%5', '5%%', '5 %', '1.2.3', '12abc', 'abc', 'SUPPRESSED', 'zz', '::', '£5', '1/2', '٣', '#N/A', 'TRUE',
	repeat('1', 41)]) AS published;

-- the value is the one PostgreSQL's own float8 input gives, bit for bit, long digits too
SELECT count(*) AS compared, count(*) FILTER (WHERE abie.figure(digits) IS DISTINCT FROM digits::double precision) AS different
FROM (SELECT n::text || '.' || lpad(((n * 7919) % 1000000)::text, 6, '0') AS digits FROM generate_series(0, 20000) AS n
	UNION ALL SELECT '0.' || repeat('0', n) || '123456789012345678' FROM generate_series(0, 20) AS n
	UNION ALL SELECT '-' || repeat('9', n) || '.5' FROM generate_series(1, 38) AS n
	UNION ALL SELECT n || '.' || n * 7919 || 'e' || n - 40 FROM generate_series(0, 80) AS n
	UNION ALL VALUES ('3.6355e-05'), ('1.55757077523724e-05'), ('1E+05'), ('9007199254740993'), ('0.1'), ('0.30000000000000004'), ('123456789012345.6'), ('2.2250738585072011')) AS texts;

-- cells that are no figure
SELECT published, abie_internal.figure_text(published) FROM unnest(ARRAY[' a text ', 'z', '[x]', '', ' ', '12', E'\tNot applicable\r\n']) AS published;

-- counts
SELECT published, abie_internal.figure_count_within(published, -3, 999999999999999999)
FROM unnest(ARRAY['12', '12.0', '1e+05', '1.20e1', '1.25e3', '1.25e1', '10e-1', '999999999999999999e0', '1e17', '1e18', '-3', '+4', '0', ' 7 ', '999999999999999999', 'NA', '', '-4',
	'12.5', '12%', '12.01', '1000000000000000000', '0.5', 'twelve']) AS published;
SELECT published, abie_internal.figure_within(published, 0, 100)
FROM unnest(ARRAY['0', '-0', '100%', '100.0', '100.0000001', '-0.1', 'NA', '']) AS published;

-- the errors
SELECT abie.figure('twelve');
SELECT abie.figure_marker('1,234');
\set VERBOSITY sqlstate
SELECT abie.figure('1e300');
