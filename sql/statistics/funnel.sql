-- Where observed proportions are to be expected around a target.

CREATE FUNCTION abie.funnel_limits(target float8, denominator float8, coverage float8 DEFAULT 0.998,
	between_variance float8 DEFAULT 0,
	OUT lower_limit float8, OUT upper_limit float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'abie_funnel_limits';
COMMENT ON FUNCTION abie.funnel_limits(float8, float8, float8, float8) IS
'Control limits of a proportion (0 to 1) observed among denominator units around a target (0 to 1): the exact interval '
'of Clopper and Pearson (1934) about target x denominator, from the beta distribution, which holds the share coverage '
'and leaves as much on either side. With over-dispersion the limits are those of as many units as have the variance '
'target x (1 - target) / denominator + between_variance, proportions squared, of abie.between_variance (the additive '
'model of Spiegelhalter 2005, Stat Med 24:1185-1202); for the multiplicative model give denominator / '
'abie.overdispersion. Units have to be independent: pupils rather than sessions. Exact to about 12 digits; the digits '
'after may differ from one CPU to another. Errors: NaN or infinity, target outside 0 to 1, denominator not above 0, '
'coverage not between 0 and 1, negative between_variance.';
