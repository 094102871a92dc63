-- The contextual model: a value expected of each row from its columns, by ridge regression.

CREATE TYPE abie.ridge_model AS (
	penalty float8,
	intercept float8,
	r2 float8,
	r2_leave_one_out float8,
	residual_variance float8,
	mean float8,
	location float8[],
	coefficients float8[],
	penalties float8[],
	inverse float8[],
	fitted float8[],
	leverage float8[],
	leave_one_out float8[],
	leave_one_out_error float8[]
);
COMMENT ON TYPE abie.ridge_model IS
'A ridge regression made by abie.ridge. A value predicted for columns x is intercept + sum of coefficients x = mean + '
'sum of abie.contributions(x, location, coefficients).';
COMMENT ON COLUMN abie.ridge_model.penalty IS
'Lambda chosen by generalised cross-validation, for columns of standard deviation 1 and weights of sum 1; NULL where '
'penalties were given.';
COMMENT ON COLUMN abie.ridge_model.intercept IS 'Prediction where every column is 0.';
COMMENT ON COLUMN abie.ridge_model.r2 IS
'1 - sum of weight (y - fitted)^2 / sum of weight (y - mean)^2; NULL where y does not vary.';
COMMENT ON COLUMN abie.ridge_model.r2_leave_one_out IS
'r2 with leave_one_out in place of fitted: how well rows are predicted that the model has not seen.';
COMMENT ON COLUMN abie.ridge_model.residual_variance IS
'Mean over rows of weight x (y - leave_one_out)^2: a row of weight w varies about its prediction by residual_variance '
'/ w. NULL where there is no leave_one_out.';
COMMENT ON COLUMN abie.ridge_model.mean IS 'Weighted mean of y.';
COMMENT ON COLUMN abie.ridge_model.location IS 'Weighted mean of each column.';
COMMENT ON COLUMN abie.ridge_model.coefficients IS
'Coefficient of each column, in units of y by unit of the column; 0 for a column that does not vary.';
COMMENT ON COLUMN abie.ridge_model.penalties IS
'Penalty of each squared coefficient: penalty x sum of weights x weighted variance of the column, or as given.';
COMMENT ON COLUMN abie.ridge_model.inverse IS
'p x p: inverse of X''WX + penalties, columns taken about location; 0 for columns that do not vary. See '
'abie.cross_leverage.';
COMMENT ON COLUMN abie.ridge_model.fitted IS 'Prediction of each row, which the row had a part in.';
COMMENT ON COLUMN abie.ridge_model.leverage IS
'Diagonal of the hat matrix: the share of a row''s own y in its fitted value, 0 to 1.';
COMMENT ON COLUMN abie.ridge_model.leave_one_out IS
'Prediction of each row by the model of all other rows with the same penalties: (fitted - leverage y) / (1 - '
'leverage). NULL where leverage is 1.';
COMMENT ON COLUMN abie.ridge_model.leave_one_out_error IS
'Standard error of leave_one_out, that residuals of variance residual_variance / weight give it: what the penalties '
'leave out, the bias towards the mean, is not in it. NULL where leave_one_out is, and where penalties were given.';

CREATE FUNCTION abie.ridge(y float8[], x float8[], weight float8[] DEFAULT NULL, penalties float8[] DEFAULT NULL)
RETURNS abie.ridge_model
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 AS 'MODULE_PATHNAME', 'abie_ridge';
COMMENT ON FUNCTION abie.ridge(float8[], float8[], float8[], float8[]) IS
'Weighted ridge regression (Hoerl and Kennard 1970) of y (n) on the columns of x (n x p, p at most 1000) with an '
'intercept that bears no penalty: least sum of weight (y - prediction)^2 + sum of penalties coefficient^2. weight: n, '
'0 or more, NULL: 1 each. Without penalties (p, 0 or more) each column, in units of its weighted standard deviation, '
'has the lambda of 10^-8, 10^-7.75, ... 10^2 with the smallest weighted squared residuals / (1 - effective parameters '
'/ rows of positive weight)^2 (generalised cross-validation, Golub, Heath and Wahba 1979), the greater of equal ones: '
'the units of columns and weights change nothing. Columns that do not vary get 0; among columns that depend on each '
'other, of all minima the one of least sum of squares in those units. Leave-one-out by the hat matrix (Allen 1974). '
'The order of rows and rows of weight 0 change nothing, bit for bit. NULL for NULL or empty y and x (not STRICT: the '
'other arguments may be NULL). Errors: arrays that do not fit each other, NULL, NaN or infinity in them, negative '
'weights or penalties, weights all 0, result out of range. Memory: about 32 n + 40 p^2 bytes beside the arguments and '
'the result; time n p^2.';

CREATE FUNCTION abie.cross_leverage(a float8[], b float8[], location float8[], inverse float8[], total_weight float8)
RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'abie_cross_leverage';
COMMENT ON FUNCTION abie.cross_leverage(float8[], float8[], float8[], float8[], float8) IS
'1 / total_weight + (a - location)'' inverse (b - location), of a model made by abie.ridge from rows of the given sum '
'of weights. A row''s leverage is its weight times this of its columns with themselves. Without row i of weight w the '
'prediction at columns a changes by - w cross_leverage(a, x_i) / (1 - leverage_i) x (y_i - fitted_i). Errors: arrays '
'that do not fit each other, NULL, NaN or infinity in them, total_weight not above 0, result out of range.';

CREATE FUNCTION abie.cross_variance(a float8[], b float8[], location float8[], inverse float8[], penalties float8[],
	total_weight float8) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'abie_cross_variance';
COMMENT ON FUNCTION abie.cross_variance(float8[], float8[], float8[], float8[], float8[], float8) IS
'Covariance, by unit of residual_variance, of the predictions at columns a and b of a model made by abie.ridge: '
'abie.cross_leverage less (a - location)'' inverse P inverse (b - location), with the penalties on the diagonal of P. '
'With q = this of a row with itself, h its leverage and w its weight, the squared error of its leave-one-out '
'prediction is residual_variance (q - h^2 / w) / (1 - h)^2. Errors as abie.cross_leverage, and negative penalties.';

CREATE FUNCTION abie.contributions(x float8[], location float8[], coefficients float8[]) RETURNS float8[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_contributions';
COMMENT ON FUNCTION abie.contributions(float8[], float8[], float8[]) IS
'What each column adds to a prediction of a model made by abie.ridge: coefficient x (x - location). Their sum and the '
'model''s mean make the prediction. Errors: arrays of different length, NULL, NaN or infinity, result out of range.';

CREATE FUNCTION abie_internal.group_contributions(contributions float8[], elements integer[], other_elements integer[],
	groups integer[])
RETURNS float8[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_group_contributions';
COMMENT ON FUNCTION abie_internal.group_contributions(float8[], integer[], integer[], integer[]) IS
'What the contributions of terms (abie.contributions) add up to by group of elements, in the order of terms. elements, '
'other_elements: what each term is made of, by number from 1; a term of two counts half for the group of each, '
'other_elements is NULL for one of one. groups: the group of each element. Element g of the result: the sum of group '
'g; 0 for a group without terms. Errors: arrays of different length, NULL elsewhere, NaN or infinity, numbers that are '
'no element.';

CREATE FUNCTION abie_internal.context_terms(vector float8[], substitutes float8[], numbers integer,
	indicators integer[])
RETURNS float8[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_context_terms';
COMMENT ON FUNCTION abie_internal.context_terms(float8[], float8[], integer, integer[]) IS
'Terms of the contextual model of a vector whose first elements are numbers, the rest columns of categories: its '
'elements, each that is NULL replaced by its substitute; for each element named in indicators (from 1) 1 where it is '
'NULL, else 0; the squares of the numbers; the products of each two numbers (1x2, 1x3, ..., 2x3, ...). Errors: '
'substitutes of another length or NULL, NaN or infinity, numbers or an indicator not within the vector, more than 1000 '
'terms, result out of range.';
