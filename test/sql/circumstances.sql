-- What is worked out of the inputs to compare schools by. Expected values: by hand, and the definition in plain SQL.
-- A database of its own, because a stratum's full year is of the whole database.
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_circumstances;
CREATE DATABASE abie_circumstances;
\c abie_circumstances
SET client_min_messages = warning;
CREATE EXTENSION abie;

--
-- Mobility, and how much of a year is held
--
-- 21 primary schools of 100 pupils with 380, 378, ... 340 sessions each: the 95th percentile is 378
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall)
SELECT '2018/19', 2010001 + i, 100001 + i, 'State-funded primary', 100, 38000 - 200 * i, 100 FROM generate_series(0, 20) i;
SELECT laestab, year_share FROM abie.mobility('2018/19') WHERE laestab IN (2010001, 2010002, 2010003, 2010021) ORDER BY 1;
SELECT count(*) AS "wrong" FROM abie.mobility('2018/19') s JOIN abie.attendance a USING (laestab)
WHERE s.year_share IS DISTINCT FROM least(1, a.sess_possible / 100.0::float8 / 378);
-- a secondary school is judged by secondary schools, one whose type is not known by its like; none without counts
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall, sess_overall_percent) VALUES
	('2018/19', 2014001, 100101, 'State-funded secondary', 1000, 300000, 9000, NULL),
	('2018/19', 2014002, 100102, NULL, 1000, 200000, 9000, NULL), ('2018/19', 2014003, 100103, 'State-funded secondary', 0, 0, 0, NULL),
	('2018/19', 2014004, 100104, 'State-funded secondary', 1000, NULL, NULL, 5.1);
SELECT laestab, year_share, mobility FROM abie.mobility('2018/19') WHERE laestab > 2014000 ORDER BY 1;
SELECT * FROM abie.mobility('2017/18');
-- what a function in a function is called in a CONTEXT differs by version
\set SHOW_CONTEXT never
SELECT * FROM abie.mobility('2018');
\set SHOW_CONTEXT errors
SELECT count(*) FROM abie.mobility(NULL);

-- mobility: the mean of the years held up to three, each at most 40, by LAESTAB
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall)
SELECT y, 3010000 + i, 200000 + i, 'State-funded primary', 100,
	CASE WHEN i = 1 THEN '{"2014/15": 1000, "2015/16": 36000, "2016/17": 32000, "2017/18": 10000}'::jsonb ->> y ELSE '40000' END::int, 10
FROM unnest('{2014/15,2015/16,2016/17,2017/18}'::text[]) y, generate_series(1, 40) i WHERE i <> 40 OR y IN ('2016/17', '2014/15');
SELECT mobility AS "(40 + 20 + 10) / 3" FROM abie.mobility('2017/18') WHERE laestab = 3010001;
SELECT mobility AS "(20 + 10 + 40) / 3" FROM abie.mobility('2016/17') WHERE laestab = 3010001;
SELECT mobility AS "(10 + 40) / 2" FROM abie.mobility('2015/16') WHERE laestab = 3010001;
SELECT mobility AS "0" FROM abie.mobility('2016/17') WHERE laestab = 3010040;
SELECT count(*) AS "none this year" FROM abie.mobility('2017/18') WHERE laestab = 3010040;

--
-- Ages
--
SELECT low, high, abie_internal.key_stages_of_ages(low, high) AS key_stages, round((abie_internal.key_stages_of_ages(low, high))[2]::numeric, 4) AS "Key Stage 2"
FROM (VALUES (4, 11), (3, 7), (7, 11), (11, 16), (11, 18), (14, 19), (9, 13), (2, 4), (4, 18)) v(low, high);
SELECT stratum, key_stages, abie_internal.age_class(stratum, key_stages)
FROM (VALUES ('primary', '{0.5,0,0,0}'::float8[]), ('primary', '{0,1,0,0}'), ('primary', '{0.3,0.5,0,0}'), ('primary', '{0,0,0,0}'), ('secondary', '{0,0.2,0.8,0}'),
	('secondary', '{0,0,0,0.9}'), ('secondary', '{0,0,0.6,0.4}'), ('secondary', NULL), ('primary', '{NULL,NULL,NULL,NULL}')) v(stratum, key_stages);

-- the names that are looked up at once mean what they mean as they are spelt
SELECT count(*) > 10 AS some, count(*) FILTER (WHERE abie_internal.stratum(name[1]) IS DISTINCT FROM abie_internal.stratum_as_spelt(name[1])) AS different
FROM regexp_matches(pg_get_functiondef('abie_internal.stratum(text)'::regprocedure), '''([^'']+)''', 'g') name;
\c :home
DROP DATABASE abie_circumstances;
