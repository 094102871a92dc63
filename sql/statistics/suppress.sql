-- Disclosure control of tables of counts.

CREATE FUNCTION abie.suppress(row_groups text[], column_groups text[], counts bigint[],
	published boolean[] DEFAULT NULL,
	OUT row_group text, OUT column_group text, OUT count bigint, OUT symbol text)
RETURNS SETOF record
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_suppress';
COMMENT ON FUNCTION abie.suppress(text[], text[], bigint[], boolean[]) IS
'A table of counts as it may be shown to anybody: its cells by row and column group, count NULL and symbol c '
'(confidential) where suppressed. One element of each array a cell; NULL in place of a group is the total over its '
'groups, as GROUP BY CUBE or GROUPING SETS make it; totals not given, and cells with published false, are taken as '
'shown to nobody, and have no row. Suppressed are counts of 1 and 2 (primary), and as few and small others as it '
'takes, one after another (complementary; of equal ones the first by row and column), so that neither a suppressed '
'cell nor a sum or difference of cells that rests on 1 or 2 follows from what is shown. A 0 is shown. For figures that '
'are sums or means over the same units, the symbols are those of their counts. Not STRICT: published may be NULL, '
'which is true for all; no rows where another array is NULL. Errors: 22023 a count under 0 or NULL, a cell given '
'twice, a total that is not the sum of its cells; 2202E arrays of different lengths.';
