-- Any user may make an aggregate of any function, as its step, combine or final function, without a first state or
-- with any. For each C function of the extension, found in the catalog, one such aggregate a role is made and tried
-- with NULL and odd values: an error of the function's own at worst, never a crash or an internal error.
\set VERBOSITY terse
CREATE ROLE regress_hostile;
SET ROLE regress_hostile;
SET client_min_messages = warning;
-- the planner takes these queries for larger than they are
SET jit = off;

-- States that the server keeps as pointers cannot be copied or checked: no aggregate has one, and what takes
-- a pointer is the server's to call.
SELECT p.oid::regprocedure AS pointers
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
	AND d.deptype = 'e' AND e.extname = 'abie'
	JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
	LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
WHERE (p.prorettype = 'internal'::regtype OR 'internal'::regtype = ANY (p.proargtypes::regtype[])
	OR 'internal'::regtype IN (a.aggtranstype, a.aggmtranstype))
	AND NOT EXISTS (SELECT FROM pg_type t WHERE t.typreceive = p.oid);

-- what each argument is tried with, beside NULL; the first is a plain value
CREATE TEMP TABLE odd_value (type regtype, literal text, place serial);
INSERT INTO odd_value VALUES
	('abie.register', '2025-09-01:/\/\/\/\/\'), ('abie.register', '2025-09-01:'),
	('abie.register', '1990-01-01:' || repeat('I', 5210)),
	('abie.tally', '/:180 \:178 I:2'), ('abie.tally', ''), ('abie.tally', '/:1000000000000000 I:1000000000000000'),
	('abie.absence_state', '1 0 0 0 0 0 /:190 \:190'), ('abie.absence_state', '0 0 0 0 0 0'),
	('abie.absence_state', '1000000000000000 0 0 0 0 0 /:1000000000000000'),
	('abie.absence_weeks', '1 0 0 0 0 0 /:2; 0 0 4; 2025-09-01:1 2' || repeat(' 0', 24)),
	('abie.absence_weeks', '1 0 0 0 0 0 /:2; 0 0 4; 2035-09-03:1 2' || repeat(' 0', 24)),
	('abie.absence_weeks', '0 0 0 0 0 0; 0 0 0;'),
	('text', 'AM'), ('text', ''), ('text', 'I'), ('text', '2018/19'), ('text', repeat('é', 5000)), ('cstring', ''),
	('cstring', '12'),
	('"char"', 'I'), ('"char"', ''), ('date', '2025-09-03'), ('date', '-infinity'), ('date', 'infinity'),
	('date', '0044-03-15 BC'), ('date[]', '{2025-09-01,2025-09-08}'), ('date[]', '{}'), ('date[]', '{NULL,infinity}'),
	('bytea', ''), ('bytea', '\x00'), ('bytea', '\x' || repeat('ff', 4096)),
	('boolean', 'true'), ('boolean', 'false'), ('jsonb', '{}'), ('jsonb', '{"+": "X01", "": null}'), ('jsonb', '[[]]'),
	('jsonb[]', '{}'), ('jsonb[]', '{NULL}'), ('jsonb[]', '[0:2]={"{\"+\": 1e300}","[{}]",NULL}'),
	('jsonb[]', '{{"{\"\": \"X01\"}"},{"5"}}'),
	('integer', '3'), ('integer', '0'), ('integer', '-2147483648'), ('integer', '2147483647'),
	('bigint', '190'), ('bigint', '0'), ('bigint', '-9223372036854775808'), ('bigint', '9223372036854775807'),
	('float8', '0.5'), ('float8', '0'), ('float8', '-1e308'), ('float8', '1e308'), ('float8', 'NaN'),
	('float8', 'Infinity'),
	('float8[]', '{0.5,1,2}'), ('float8[]', '{}'), ('float8[]', '{NULL}'), ('float8[]', '{0.5}'),
	('float8[]', '{0.5,1}'),
	('float8[]', '{0.5,NULL,2}'), ('float8[]', '{NaN,-1,1e308}'), ('float8[]', '[0:2]={0.5,1,2}'),
	('float8[]', '{{0.5,1},{2,3}}'),
	('float8[]', '[2147483646:2147483646]={0.5}'), ('float8[]', '{{{{{{0.5}}}}}}'),
	('bigint[]', '{1,10,190,100,1900,36100}'), ('bigint[]', '{}'), ('bigint[]', '{0,0,0,0,0,0}'),
	('bigint[]', '{1,NULL,190,100,1900,36100}'),
	('bigint[]', '{-1,-1,-1,-1,-1,-1}'), ('bigint[]', array_fill(9223372036854775807, '{6}')::text),
	('bigint[]', '{{1,10},{190,100}}'),
	('bigint[]', '[-3:2]={1,10,190,100,1900,36100}'), ('integer[]', '{1,2}'), ('integer[]', '{}'),
	('integer[]', '{NULL,-2147483648}'),
	('integer[]', '{{2147483647}}'), ('text[]', '{a,b,c}'), ('text[]', '{}'), ('text[]', '{NULL,a}'),
	('text[]', '{{a},{b}}'),
	('boolean[]', '{t,f,t}'), ('boolean[]', '{}'), ('boolean[]', '{NULL}'), ('boolean[]', '[5:6]={t,f}');

-- A row type is tried with columns of plain values and of NULLs.
CREATE FUNCTION pg_temp.literals(type regtype) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	columns text;
	plain text;
	missing text;
	element regtype;
BEGIN
	SELECT e.oid::regtype INTO element FROM pg_type e WHERE e.typarray = type AND e.typtype = 'c';
	IF element IS NOT NULL THEN
		RETURN ARRAY[pg_temp.literals(element)::text, ARRAY[(pg_temp.literals(element))[1], NULL]::text, '{}', '{NULL}'];
	ELSIF (SELECT t.typrelid FROM pg_type t WHERE t.oid = type) = 0 THEN
		RETURN ARRAY(SELECT v.literal FROM odd_value v WHERE v.type = literals.type ORDER BY v.place);
	END IF;
	SELECT string_agg(quote_nullable((pg_temp.literals(a.atttypid::regtype))[1]), ', ' ORDER BY a.attnum), repeat(',',
		count(*)::integer - 1)
	INTO columns, missing
	FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE t.oid = type;
	EXECUTE format('SELECT ROW(%s)::%s::text', columns, type) INTO plain;
	RETURN ARRAY[plain, '(' || missing || ')'];
END;
$$;

-- Lists of arguments from the one of this place on: plain values and NULLs, with each odd value in each place
-- if so asked.
CREATE FUNCTION pg_temp.argument_lists(types regtype[], first integer, odd boolean) RETURNS text[] LANGUAGE sql AS $$
WITH argument AS (
	SELECT place, types[place] AS type, pg_temp.literals(types[place]) AS literals FROM generate_series(first,
		cardinality(types)) place
)
SELECT array_agg(DISTINCT list) FROM (
	SELECT string_agg(format('%L::%s',
		CASE WHEN a.place = odd.place THEN odd.literal WHEN plain THEN a.literals[1] END, a.type),
		', ' ORDER BY a.place)
	FROM argument a, (SELECT o.place, unnest(o.literals || NULL::text) FROM argument o
		WHERE argument_lists.odd UNION ALL SELECT 0, NULL) odd(place, literal),
		(VALUES (true), (false)) base(plain)
	GROUP BY odd.place, odd.literal, plain) lists(list)
$$;

-- Makes something, tries it, and unmakes it; errors are of data (21 cardinality, 22 values), limits (54) or
-- unsupported uses (0A).
CREATE FUNCTION pg_temp.try(make text, uses text[], OUT made boolean, OUT faults text[]) LANGUAGE plpgsql AS $$
DECLARE
	use text;
BEGIN
	made := false;
	EXECUTE make;
	made := true;
	FOREACH use IN ARRAY uses LOOP
		BEGIN
			EXECUTE use;
		EXCEPTION WHEN OTHERS THEN
			IF substr(SQLSTATE, 1, 2) NOT IN ('0A', '21', '22', '54')
				AND SQLERRM NOT LIKE 'could not identify an ordering operator%'
				AND SQLERRM NOT LIKE 'id % occurs more than once' THEN
				faults := faults || format('%s %s: %s', SQLSTATE, SQLERRM, use);
			END IF;
		END;
	END LOOP;
	RAISE 'unmake';
EXCEPTION WHEN OTHERS THEN
	NULL;
END;
$$;

CREATE TEMP TABLE attempt (role text, function regprocedure, made boolean, uses integer, faults text[]);
CREATE FUNCTION pg_temp.attempt(role text, function regprocedure, make text,
	uses text[]) RETURNS boolean LANGUAGE sql AS $$
INSERT INTO attempt SELECT role, function, t.made, cardinality(uses), t.faults FROM pg_temp.try(make,
	uses) t RETURNING made
$$;

CREATE TEMP VIEW function AS
SELECT p.oid::regprocedure AS function, format('%s.%I', p.pronamespace::regnamespace, p.proname) AS name, p.proretset,
	CASE p.prorettype WHEN 'anyelement'::regtype THEN 'integer'::regtype ELSE p.prorettype::regtype END AS result,
	ARRAY(SELECT CASE a.type WHEN 'anyelement'::regtype THEN 'integer'::regtype WHEN '"any"'::regtype THEN 'double precision[]'
			WHEN 'record'::regtype THEN 'abie_internal.listed_school'
			WHEN 'record[]'::regtype THEN 'abie_internal.listed_school[]'
			ELSE a.type::regtype END
		FROM unnest(p.proargtypes) WITH ORDINALITY a(type, place) ORDER BY a.place) AS types
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
	AND d.deptype = 'e' AND e.extname = 'abie'
	JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid JOIN pg_language l ON l.oid = p.prolang
		-- gates only ask: test/sql/access.sql tries each; the other refuses whoever calls it in a transaction
		AND l.lanname = 'c' AND p.prosrc NOT IN ('abie_gate', 'abie_gate_by_key', 'abie_refuse_transaction')
WHERE p.prokind = 'f' AND NOT 'internal'::regtype = ANY (p.proargtypes::regtype[])
	AND has_schema_privilege(p.pronamespace, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE');

-- every type an argument has is tried with more than NULL
SELECT DISTINCT t.type AS "no values of" FROM function f, unnest(f.types) t(type)
	WHERE cardinality(pg_temp.literals(t.type)) = 0;

-- ---------- called directly ----------
SELECT count(pg_temp.attempt('call', f.function, 'SELECT',
	(SELECT array_agg(format('SELECT format(''%%s'', %s(%s))', f.name, list))
		FROM unnest(pg_temp.argument_lists(f.types, 1, true)) list))) > 50 AS called
FROM function f WHERE cardinality(f.types) > 0;

-- the definition of a first state, none too, and the types of what is aggregated
CREATE FUNCTION pg_temp.first_states(type regtype) RETURNS SETOF text LANGUAGE sql AS $$
SELECT '' UNION ALL SELECT format(', INITCOND = %L, MINITCOND = %1$L', literal)
	FROM unnest(pg_temp.literals(type)) literal
$$;
CREATE FUNCTION pg_temp.list(types regtype[], first integer) RETURNS text LANGUAGE sql AS $$
SELECT coalesce(string_agg(types[place]::text, ', ' ORDER BY place), '*') FROM generate_series(first,
	cardinality(types)) place
$$;

-- ---------- as step, of rows, of a window that moves, of ordered rows ----------
WITH step AS (
	SELECT f.*, pg_temp.list(f.types, 2) AS rest, s.first_state,
		coalesce(pg_temp.argument_lists(f.types, 2, s.first_state = ''), '{*}') AS lists
	FROM function f, pg_temp.first_states(f.types[1]) s(first_state)
	WHERE f.types[1] = f.result AND NOT f.proretset
), use AS (
	SELECT pg_temp.attempt('step', s.function,
			format('CREATE AGGREGATE pg_temp.hostile(%s) (SFUNC = %s, STYPE = %s%s)', s.rest, s.name, s.result,
				regexp_replace(s.first_state, ', MINITCOND.*', '')),
			(SELECT array_agg(format('SELECT format(''%%s'', pg_temp.hostile(%s)%s) FROM generate_series(1, 3) i', list,
				clause))
			FROM unnest(s.lists) list, (VALUES (''), (' OVER (ORDER BY i ROWS 1 PRECEDING)')) c(clause))) AS rows,
		pg_temp.attempt('moving step', s.function,
			format('CREATE FUNCTION pg_temp.keep(%s) RETURNS %s LANGUAGE sql AS ''SELECT $1'';
				CREATE AGGREGATE pg_temp.hostile(%s) (SFUNC = pg_temp.keep, STYPE = %2$s, MSFUNC = %4$s, MINVFUNC = %4$s,
					MSTYPE = %2$s%5$s)',
				pg_temp.list(s.types, 1), s.result, s.rest, s.name, s.first_state),
			(SELECT array_agg(format('SELECT format(''%%s'', pg_temp.hostile(%s) OVER (ORDER BY i ROWS 1 PRECEDING))
				FROM generate_series(1, 3) i', list))
			FROM unnest(s.lists) list)) AS moving,
		pg_temp.attempt('ordered step', s.function,
			format('CREATE AGGREGATE pg_temp.hostile(ORDER BY %s) (SFUNC = %s, STYPE = %s%s)', s.rest, s.name, s.result,
				regexp_replace(s.first_state, ', MINITCOND.*', '')),
			(SELECT array_agg(format('SELECT format(''%%s'', pg_temp.hostile() WITHIN GROUP (ORDER BY %s))
				FROM generate_series(1, 3)', list))
			FROM unnest(s.lists) list)) AS ordered
	FROM step s
)
SELECT count(rows) > 50 AS steps FROM use;

-- ---------- to combine, states of partitions ----------
SET enable_partitionwise_aggregate = on;
CREATE TEMP TABLE part (number integer) PARTITION BY LIST (number);
CREATE TEMP TABLE part_1 PARTITION OF part FOR VALUES IN (1);
CREATE TEMP TABLE part_2 PARTITION OF part FOR VALUES IN (2);
INSERT INTO part SELECT 1 + i % 2 FROM generate_series(1, 200) i;
ANALYZE part;
EXPLAIN (COSTS OFF) SELECT sum(number) FROM part;
SELECT count(pg_temp.attempt('combine', f.function,
	format('CREATE FUNCTION pg_temp.other(%s, %1$s) RETURNS %1$s LANGUAGE sql AS ''SELECT $2'';
		CREATE AGGREGATE pg_temp.hostile(%1$s) (SFUNC = pg_temp.other, STYPE = %1$s, COMBINEFUNC = %s)', f.result, f.name),
	(SELECT array_agg(format('SELECT format(''%%s'', pg_temp.hostile(CASE number WHEN 1 THEN %L::%s ELSE %L::%2$s END))
		FROM part', one, f.result, other))
	FROM unnest(pg_temp.literals(f.result) || NULL::text) one,
		unnest(pg_temp.literals(f.result) || NULL::text) other))) > 5 AS combines
FROM function f WHERE f.types = ARRAY[f.result, f.result] AND NOT f.proretset;

-- ---------- as final function, alone, with the aggregate's arguments as NULL, with direct arguments ----------
WITH final AS (
	SELECT f.*, pg_temp.list(f.types, 2) AS rest, pg_temp.list(f.types, 1) AS every, regexp_replace(s.first_state,
		', MINITCOND.*', '') AS first_state
	FROM function f, pg_temp.first_states(f.types[1]) s(first_state)
	WHERE cardinality(f.types) > 0 AND NOT f.proretset
), use AS (
	SELECT CASE WHEN f.rest = '*' THEN pg_temp.attempt('final', f.function,
			format('CREATE FUNCTION pg_temp.keep(%s) RETURNS %1$s LANGUAGE sql AS ''SELECT $1'';
				CREATE AGGREGATE pg_temp.hostile(*) (SFUNC = pg_temp.keep, STYPE = %1$s,
					FINALFUNC = %s%s)', f.every, f.name, f.first_state),
			ARRAY['SELECT format(''%s'', pg_temp.hostile(*)) FROM generate_series(1, 3)'])
		ELSE pg_temp.attempt('final with extra arguments', f.function,
			format('CREATE FUNCTION pg_temp.keep(%s) RETURNS %s LANGUAGE sql AS ''SELECT $1'';
				CREATE AGGREGATE pg_temp.hostile(%s) (SFUNC = pg_temp.keep, STYPE = %2$s, FINALFUNC = %4$s, FINALFUNC_EXTRA%5$s)',
				f.every, f.types[1], f.rest, f.name, f.first_state),
			(SELECT array_agg(format('SELECT format(''%%s'', pg_temp.hostile(%s)) FROM generate_series(1, 3)', list))
			FROM unnest(pg_temp.argument_lists(f.types, 2, false)) list)) END AS extra,
		CASE WHEN f.rest <> '*' THEN pg_temp.attempt('final with direct arguments', f.function,
			format('CREATE FUNCTION pg_temp.keep(%1$s, integer) RETURNS %1$s LANGUAGE sql AS ''SELECT $1'';
				CREATE AGGREGATE pg_temp.hostile(%2$s ORDER BY integer) (SFUNC = pg_temp.keep, STYPE = %1$s,
					FINALFUNC = %3$s%4$s)',
				f.types[1], f.rest, f.name, f.first_state),
			(SELECT array_agg(format('SELECT format(''%%s'', pg_temp.hostile(%s) WITHIN GROUP (ORDER BY i))
				FROM generate_series(1, 3) i', list))
			FROM unnest(pg_temp.argument_lists(f.types, 2, false)) list)) END AS direct
	FROM final f
)
SELECT count(extra) > 100 AS finals FROM use;

-- ---------- what came of it ----------
-- faults
SELECT a.role, a.function, f.fault FROM attempt a, unnest(a.faults) f(fault) ORDER BY 1, 2::text, 3;
-- every role was played, thousands of times
SELECT role, count(*) FILTER (WHERE made) > 0 AS made, sum(uses) FILTER (WHERE made) > 20 AS tried
	FROM attempt GROUP BY 1 ORDER BY 1;
-- every function of an aggregate of the extension was tried in its own role
SELECT own.role, own.function::regprocedure
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
	AND d.deptype = 'e' AND e.extname = 'abie'
	JOIN pg_aggregate a ON d.classid = 'pg_proc'::regclass AND a.aggfnoid = d.objid,
	LATERAL (VALUES ('step', a.aggtransfn), ('combine', a.aggcombinefn), ('final', a.aggfinalfn)) own(role, function)
WHERE own.function <> 0 AND NOT EXISTS (SELECT FROM attempt t WHERE t.role LIKE own.role || '%'
	AND t.function = own.function AND t.made);

-- what a user is told
CREATE AGGREGATE pg_temp.hostile(abie.register, date, date) (SFUNC = abie_internal.absence_step, STYPE = abie.absence_state);
SELECT pg_temp.hostile('2025-09-01:/\/\/\/\/\', NULL, NULL);
SELECT abie_internal.absence_step('0 0 0 0 0 0', '2025-09-01:/\/\/\/\/\', NULL, NULL);

RESET ROLE;
SET client_min_messages = warning;
DROP OWNED BY regress_hostile CASCADE;
DROP ROLE regress_hostile;
