-- Which of many places become sites, so that the schools they serve have the least cost.

CREATE FUNCTION abie.choose_sites(schools bigint[], sites bigint[], costs integer[], unserved integer[],
	number integer, weights integer[] DEFAULT NULL, fixed bigint[] DEFAULT NULL, site_group integer[] DEFAULT NULL,
	quota integer[] DEFAULT NULL)
RETURNS TABLE (site bigint, schools bigint, cost bigint)
-- not STRICT: what has a default may be NULL
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000 ROWS 100 AS 'MODULE_PATHNAME', 'abie_choose_sites';
COMMENT ON FUNCTION abie.choose_sites(bigint[], bigint[], integer[], integer[], integer, integer[], bigint[],
	integer[], integer[]) IS
'Which of many places become sites (the p-median problem): number of them are opened, so that the sum of costs is low '
'when every school goes to the open site that costs it least. One row a site opened, in order of their numbers: how '
'many schools go there, and the sum of their costs times weights; a last row with site NULL, where there are any, for '
'schools that no open site serves. costs: a row for each of schools, a column for each of sites, NULL where the pair '
'is not allowed; unserved: what a school costs that no site serves; weights: how much a school counts, 1 each where '
'NULL; fixed: sites that are open already and stay so; site_group and quota: of each site a group from 1 on, and how '
'many sites of each group may be open, fixed ones counted first, so that fewer than number may be. Opened one by one, '
'each where it saves most, then exchanged as long as an exchange saves anything (Whitaker 1983; Resende and Werneck '
'2004); abie.choose_sites_bound says how far from the best that is at most. Equals go to the lower number; the order '
'of the arrays changes nothing. Capacities are not looked at: abie.assign then places the schools. Memory: some 20 '
'bytes a pair. Errors: 2202E arrays that do not fit each other, 22004 NULL where there can be none, 23505 a school or '
'site twice, 22023 a number, weight, fixed site, group or quota out of range, 22003 costs too large to be added, 54000 '
'too many sites.';

CREATE FUNCTION abie.choose_sites_bound(schools bigint[], sites bigint[], costs integer[], unserved integer[],
	number integer, weights integer[] DEFAULT NULL, fixed bigint[] DEFAULT NULL, site_group integer[] DEFAULT NULL,
	quota integer[] DEFAULT NULL) RETURNS bigint
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000000 AS 'MODULE_PATHNAME', 'abie_choose_sites_bound';
COMMENT ON FUNCTION abie.choose_sites_bound(bigint[], bigint[], integer[], integer[], integer, integer[], bigint[],
	integer[], integer[]) IS
'A sum of costs that no choice of sites can be below, by Lagrangian relaxation (Beasley 1993, Lagrangean heuristics '
'for location problems; 1,500 subgradient steps, in integers): the sum of cost of abie.choose_sites, of the same '
'arguments, is from the best there is at most as far as from this. Not STRICT and errors as abie.choose_sites.';
