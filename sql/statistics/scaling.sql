-- Location and scale of characteristics, to make them comparable.

CREATE TYPE abie.scaling_parameters AS (
	location float8[],
	scale float8[],
	present bigint[]
);
COMMENT ON TYPE abie.scaling_parameters IS
'Location and scale of each characteristic of a set of vectors, and how many of the vectors have it.';
COMMENT ON COLUMN abie.scaling_parameters.location IS
'Median, mean or minimum of each characteristic; NULL where no vector has it.';
COMMENT ON COLUMN abie.scaling_parameters.scale IS
'1.4826 MAD, standard deviation or range of each characteristic; 0 where all values are equal, NULL where no vector '
'has it.';
COMMENT ON COLUMN abie.scaling_parameters.present IS 'Number of vectors in which the characteristic is not missing.';

CREATE FUNCTION abie.scaling(vectors float8[], method text DEFAULT 'robust') RETURNS abie.scaling_parameters
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'abie_scaling';
COMMENT ON FUNCTION abie.scaling(float8[], text) IS
'Location and scale of each column of vectors (n x p, as array_agg of vectors makes), NULL elements left out: robust = '
'median and 1.4826 median absolute deviation (Rousseeuw and Croux 1993), standard deviation where the latter is 0; sd '
'= mean and sample standard deviation; range = minimum and maximum less minimum. The order of rows changes nothing. '
'Errors: unknown method, NaN or infinity, not a two-dimensional array.';

CREATE FUNCTION abie.scale(vector float8[], location float8[], scale float8[], clip float8 DEFAULT NULL)
RETURNS float8[]
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_scale';
COMMENT ON FUNCTION abie.scale(float8[], float8[], float8[], float8) IS
'Each element as (element - location) / scale, limited to +-clip (NULL: no limit; hence not STRICT); 0 where the scale '
'is 0, NULL where the element or its scale is missing. Errors: arrays of different length, NaN or infinity, negative '
'scale, clip not above 0.';

-- How a stratum's vectors are made, in the order of abie.run_characteristic.
CREATE TYPE abie.vector_parameters AS (
	number_element integer[],
	location float8[],
	scale float8[],
	clip float8,
	category_element integer[],
	category text[],
	category_scale float8[]
);
COMMENT ON TYPE abie.vector_parameters IS
'How abie_internal.scaled_vector makes a vector of a school''s characteristics.';
COMMENT ON COLUMN abie.vector_parameters.number_element IS 'Elements of abie.run_school.numbers.';
COMMENT ON COLUMN abie.vector_parameters.location IS 'What is taken off each number.';
COMMENT ON COLUMN abie.vector_parameters.scale IS
'What each number, less its location, is divided by.';
COMMENT ON COLUMN abie.vector_parameters.clip IS 'What a scaled number is limited to, plus and minus.';
COMMENT ON COLUMN abie.vector_parameters.category_element IS
'Elements of abie.run_school.categories, one for each value.';
COMMENT ON COLUMN abie.vector_parameters.category IS 'The value: 1 where the category has it, else 0.';
COMMENT ON COLUMN abie.vector_parameters.category_scale IS 'What the 1 or 0 of each category is divided by.';

CREATE FUNCTION abie_internal.scaled_vector(numbers float8[], categories text[], parameters abie.vector_parameters)
RETURNS float8[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'abie_scaled_vector';
COMMENT ON FUNCTION abie_internal.scaled_vector(float8[], text[], abie.vector_parameters) IS
'The vector that distances and the contextual model are computed of, from a school''s numbers and categories as in '
'abie.run_school (NULL elements are missing ones); elements as in abie.run_characteristic: numbers as abie.scale makes '
'them, categories 1 / category_scale where they have the value, else 0. Errors: NaN or infinity, columns of the '
'parameters that do not fit each other or hold NULL.';

-- Where one school is measured against thousands, most are seen to be farther by their first elements.
CREATE FUNCTION abie_internal.scaled_distance(numbers float8[], categories text[], parameters abie.vector_parameters,
	vector float8[], weights float8[], farthest float8)
RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_scaled_distance';
COMMENT ON FUNCTION abie_internal.scaled_distance(float8[], text[], abie.vector_parameters, float8[], float8[],
	float8) IS
'Distance of abie.distance between a vector and the one of abie_internal.scaled_vector, to the bit, which is not made '
'for it: NULL where they are not comparable or it is above farthest. Errors as of both.';
