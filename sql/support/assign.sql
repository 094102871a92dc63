-- Exact assignment of many schools to few sites with a limited number of places.

CREATE FUNCTION abie.assign(schools bigint[], sites bigint[], costs integer[], capacity integer[], unplaced integer[])
RETURNS TABLE (school bigint, site bigint, cost integer)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_assign';
COMMENT ON FUNCTION abie.assign(bigint[], bigint[], integer[], integer[], integer[]) IS
'Where each of many schools goes, so that the sum of costs is the least there is: one row a school in order of their '
'numbers, site NULL where it is left unplaced. costs: a row for each of schools, a column for each of sites, in any '
'unit, NULL where the pair is not allowed; capacity: places of each site, 0 or more; unplaced: what leaving each '
'school without a place costs. Exact, in integers, by successive shortest paths (Ahuja, Magnanti and Orlin 1993, '
'Network Flows, chapter 9); abie.assign_prices proves it. Of two schools that could have a place at the same sum the '
'lower number keeps it, of two sites that cost a school the same it has the lower; the order of the arrays changes '
'nothing. Errors: 2202E arrays that do not fit each other, 22004 NULL but in costs, 23505 a school or site twice, '
'22023 negative capacity.';

CREATE FUNCTION abie.assign_prices(schools bigint[], sites bigint[], costs integer[], capacity integer[],
	unplaced integer[])
RETURNS TABLE (site bigint, price bigint)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000 ROWS 100 AS 'MODULE_PATHNAME', 'abie_assign_prices';
COMMENT ON FUNCTION abie.assign_prices(bigint[], bigint[], integer[], integer[], integer[]) IS
'The price of a place at each site in the assignment that abie.assign makes of the same arguments: what one more place '
'there would save; 0 where one is free, never negative. With them anybody can see that the sum is the least: cost + '
'price (unplaced: its cost alone) is least for every school where it was put. Errors as abie.assign.';
