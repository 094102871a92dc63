-- Effects of units within parents, such as the feeders of schools, each drawn towards what the others say.

CREATE FUNCTION abie.shrink_nested(parents bigint[], effects float8[], variances float8[], by float8 DEFAULT 0,
	OUT unit integer, OUT parent bigint, OUT parent_effect float8, OUT parent_error float8, OUT effect float8,
	OUT effect_error float8, OUT excess float8, OUT excess_error float8, OUT probability float8,
	OUT unit_variance float8, OUT parent_variance float8)
RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_shrink_nested';
COMMENT ON FUNCTION abie.shrink_nested(bigint[], float8[], float8[], float8) IS
'What effects of units within parents say of the true ones, by two levels: effect ~ N(unit, variance), unit ~ '
'N(parent, unit_variance), parent ~ N(0, parent_variance). One element a unit; a row for each, by its number. '
'parent_effect, effect and excess (of the unit over its parent) are means of the normal posterior, ..._error its '
'standard deviations (Lindley and Smith 1972, J R Stat Soc B 34:1-41); probability (0 to 1): that the excess is more '
'than by. The two variances are by abie.between_variance, without winsorising, which would make them too small for '
'intervals to hold: of units by departures from the weighted mean of their parent, over sqrt(1 - the unit''s part in '
'it); of parents by the means of their units with weights 1 / (variance + unit_variance). Each is at least sqrt(2 K) '
'/ sum of 1 / variance of K units, the standard error it has where nothing differs: of few units it is often 0 by '
'chance. Any unit, the variances in its square. The order changes no bit. Errors: arrays of different length, NULL '
'elements, NaN or infinity, variances not above 0.';
