-- The table of attendance codes, against the rules written out by hand: register codes from 19 August 2024 (regulation 10 and the
-- guidance Working together to improve school attendance), codes of 2006 to 2024 (guide to absence statistics), covid sub-codes.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA code_test;
SET search_path = code_test, pg_catalog;
SET datestyle = ISO;

--
-- The view: its shape and its numbers
--
SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute
WHERE attrelid = 'abie.attendance_code'::regclass AND attnum > 0 ORDER BY attnum;
SELECT regime, count(*) AS rows, count(DISTINCT code) AS codes, count(DISTINCT code) FILTER (WHERE length(code) = 3) AS sub_codes,
	min(valid_from) AS first, max(valid_from) AS latest, count(*) FILTER (WHERE valid_to IS NULL) AS open
FROM abie.attendance_code GROUP BY regime ORDER BY regime;
-- of the 34 codes of 2024 these 12 are new, and these were withdrawn
SELECT string_agg(code, ' ' ORDER BY code COLLATE "C") AS new, count(*)
FROM (SELECT code FROM abie.attendance_code WHERE regime = 2024 EXCEPT SELECT code FROM abie.attendance_code WHERE regime = 2006) AS n;
SELECT string_agg(code, ' ' ORDER BY code COLLATE "C") AS withdrawn
FROM (SELECT code FROM abie.attendance_code WHERE regime = 2006 AND length(code) = 1 EXCEPT SELECT code FROM abie.attendance_code WHERE regime = 2024) AS w;
SELECT count(*) AS "without a label", count(*) - count(DISTINCT (regime, code, valid_from, category)) AS "given twice"
FROM abie.attendance_code WHERE coalesce(label, '') = '';

--
-- Each row, by hand. One code has two spans in a regime: D; X has its use for covid beside its own.
--
CREATE TABLE rule (regime integer, codes text[], category text, possible boolean, attending boolean, first date, last date);
INSERT INTO rule VALUES
	(2024, '{/,"\\",L}', 'present', true, true, '2024-08-19', NULL),
	(2024, '{K,V,P,W,B}', 'approved_activity', true, true, '2024-08-19', NULL),
	(2024, '{C,C1,C2,E,I,J1,M,R,S,T}', 'authorised', true, false, '2024-08-19', NULL),
	(2024, '{G,N,O,U}', 'unauthorised', true, false, '2024-08-19', NULL),
	(2024, '{D,Q,X,Y1,Y2,Y3,Y4,Y5,Y6,Y7}', 'not_possible', false, false, '2024-08-19', NULL),
	(2024, '{Z,#}', 'administrative', false, false, '2024-08-19', NULL),
	(2006, '{/,"\\",L}', 'present', true, true, '2006-09-01', '2024-08-18'),
	(2006, '{B,J,P,V,W}', 'approved_activity', true, true, '2006-09-01', '2024-08-18'),
	(2006, '{D}', 'approved_activity', true, true, '2006-09-01', '2011-08-31'),
	(2006, '{D}', 'not_possible', false, false, '2011-09-01', '2024-08-18'),
	(2006, '{C,E,H,I,M,R,S,T}', 'authorised', true, false, '2006-09-01', '2024-08-18'),
	(2006, '{F}', 'authorised', true, false, '2006-09-01', '2013-08-31'),
	(2006, '{G,N,O,U}', 'unauthorised', true, false, '2006-09-01', '2024-08-18'),
	(2006, '{X,Y}', 'not_possible', false, false, '2006-09-01', '2024-08-18'),
	(2006, '{Z,#}', 'administrative', false, false, '2006-09-01', '2024-08-18'),
	(2006, '{X}', 'administrative', true, false, '2020-09-01', '2022-03-31'),
	(2006, '{I01}', 'authorised', true, false, '2021-03-08', NULL),
	(2006, '{I02}', 'authorised', true, false, '2021-03-08', '2022-08-31'),
	(2006, '{X01}', 'not_possible', false, false, '2021-03-08', NULL),
	(2006, '{X02,X03,X04,X05,X06,X07}', 'administrative', true, false, '2021-03-08', '2022-03-31'),
	(2006, '{X08,X09}', 'administrative', true, false, '2021-09-01', '2022-03-31');
CREATE VIEW code_rule AS SELECT regime, code, category, possible, attending, first, last FROM rule, unnest(codes) AS code;
SELECT count(*) FROM code_rule;
(TABLE code_rule EXCEPT SELECT regime, code, category, counts_possible, counts_present, valid_from, valid_to FROM abie.attendance_code)
UNION ALL
(SELECT regime, code, category, counts_possible, counts_present, valid_from, valid_to FROM abie.attendance_code EXCEPT TABLE code_rule);

-- the reasons have one list, in C; what SQL declares of them is it, in its order
SELECT c.oid::regclass AS relation, array_agg(a.attname::text ORDER BY a.attnum) = (abie_internal.absence_reasons())[1:count(*)] AS same, count(*) AS reasons
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.oid IN ('abie.absence_measures'::regclass, 'abie_report.school_absence'::regclass) AND a.attname ~ '^sess_(auth|unauth|x|y|q)_' GROUP BY c.oid ORDER BY c.relname;
-- the columns of the EES absence files, by hand; the others have the daily data's, which begin with reason_ and the code
CREATE TABLE published (codes text[], reason_group text);
INSERT INTO published VALUES
	('{I,I01,I02}', 'sess_auth_illness'), ('{M}', 'sess_auth_appointments'), ('{R}', 'sess_auth_religious'), ('{S}', 'sess_auth_study'),
	('{T}', 'sess_auth_traveller'), ('{H}', 'sess_auth_holiday'), ('{F}', 'sess_auth_ext_holiday'), ('{E}', 'sess_auth_excluded'),
	('{J1}', 'sess_auth_interview'), ('{C1}', 'sess_auth_reg_performance'), ('{C2}', 'sess_auth_temp_reduced_timetable'),
	('{C}', 'sess_auth_other'), ('{G}', 'sess_unauth_holiday'), ('{U}', 'sess_unauth_late'), ('{O}', 'sess_unauth_other'),
	('{N}', 'sess_unauth_noyet'), ('{Y}', 'sess_y_exceptional'), ('{Q}', 'sess_q_la_arrangements'),
	('{X02,X03,X04,X05,X06,X07,X08,X09}', 'sess_x_covid');
-- left: X as used for covid, which shares its code with the X that is in no column
SELECT v.regime, v.code, v.reason_group AS held, p.reason_group AS published
FROM abie.attendance_code v LEFT JOIN published p ON v.code = ANY (p.codes)
WHERE p.reason_group IS DISTINCT FROM v.reason_group AND (p.reason_group IS NOT NULL OR v.reason_group LIKE 'sess%')
ORDER BY regime, code COLLATE "C", valid_from;
SELECT regime, code, category, reason_group FROM abie.attendance_code
WHERE reason_group IS NULL OR reason_group LIKE 'reason%' ORDER BY regime, valid_from, code COLLATE "C";

--
-- The class of a mark is that of its code on its date. Withdrawn codes keep theirs, without an end.
--
-- no two rows of a code apply to one date, and no date is left out between the first and the last
SELECT a.code, a.applies, b.applies FROM abie.attendance_code a JOIN abie.attendance_code b USING (code)
WHERE (a.valid_from, a.category) < (b.valid_from, b.category) AND a.applies && b.applies;
SELECT string_agg(code, ' ' ORDER BY code COLLATE "C") AS codes, applies
FROM (SELECT code, range_agg(applies) AS applies FROM abie.attendance_code GROUP BY code) AS a GROUP BY applies ORDER BY applies;
-- the only row without: what X was also used for, which no mark stands for
SELECT regime, code, category, counts_possible, valid_from, valid_to FROM abie.attendance_code WHERE applies IS NULL;
SELECT count(*) AS "not from valid_from on", string_agg(code, ' ' ORDER BY code) AS codes, min(lower(applies)) AS earliest, max(lower(applies)) AS latest
FROM abie.attendance_code WHERE lower(applies) <> valid_from;

-- What each code is, from which day to which, by hand; nothing before the first.
CREATE TABLE class (codes text[], category text, first date, last date DEFAULT 'infinity');
INSERT INTO class VALUES
	('{/,"\\",L}', 'present', '2006-09-01', DEFAULT),
	('{B,P,V,W}', 'approved_activity', '2006-09-01', DEFAULT),
	('{J}', 'approved_activity', '2006-09-01', DEFAULT),
	('{K}', 'approved_activity', '2024-08-19', DEFAULT),
	('{D}', 'approved_activity', '2006-09-01', '2011-08-31'),
	('{D}', 'not_possible', '2011-09-01', DEFAULT),
	('{C,E,F,H,I,M,R,S,T}', 'authorised', '2006-09-01', DEFAULT),
	('{I01,I02}', 'authorised', '2021-03-08', DEFAULT),
	('{C1,C2,J1}', 'authorised', '2024-08-19', DEFAULT),
	('{G,N,O,U}', 'unauthorised', '2006-09-01', DEFAULT),
	('{X,Y}', 'not_possible', '2006-09-01', DEFAULT),
	('{X01}', 'not_possible', '2021-03-08', DEFAULT),
	('{Q,Y1,Y2,Y3,Y4,Y5,Y6,Y7}', 'not_possible', '2024-08-19', DEFAULT),
	('{X02,X03,X04,X05,X06,X07,X08,X09}', 'administrative', '2020-09-01', DEFAULT),
	('{Z,#}', 'administrative', '2006-09-01', DEFAULT);
-- school days on both sides of every change
CREATE TABLE day AS SELECT d::date AS day FROM unnest('{1950-01-02,2006-08-31,2006-09-01,2011-08-31,2011-09-01,2013-08-30,2013-09-02,2020-08-31,2020-09-01,
	2021-03-05,2021-03-08,2021-08-31,2021-09-01,2022-03-31,2022-04-01,2022-08-31,2022-09-01,2024-08-16,2024-08-19,2025-09-01,2099-01-01}'::text[]) AS d;
CREATE TABLE expected AS
SELECT code, day, (SELECT c.category FROM class c WHERE code = ANY (c.codes) AND day BETWEEN c.first AND c.last) AS category
FROM (SELECT DISTINCT unnest(codes) AS code FROM class) AS codes, day;
-- 49 codes x 21 days; not in use: 26 codes on 2 days, 8 on 8, 3 on 10, 12 on 18
SELECT count(*), count(*) FILTER (WHERE category IS NULL) AS "not in use", count(DISTINCT code) AS codes FROM expected;

-- the class that a register, a tally of rows and the view give a code on a day; NULL where it is not in use
CREATE FUNCTION class_in_register(code text, day date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	monday date = day - (extract(isodow FROM day)::integer - 1);
BEGIN
	RETURN (SELECT m.category FROM abie.marks(abie.register(monday, repeat('-', 2 * (day - monday)) || code)) AS m
		WHERE session_date = day AND session = 'AM' AND (m.code = class_in_register.code OR (m.code = '/' AND class_in_register.code = '\')));
EXCEPTION
	WHEN invalid_parameter_value THEN
		IF SQLERRM = format('attendance code "%s" was not in use on %s', code, day) THEN
			RETURN NULL;
		END IF;
		RAISE;
END
$$;
CREATE FUNCTION class_in_tally(code text, day date) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT c.category FROM abie.counts((SELECT abie.tally_agg(code, day))) AS c WHERE c.code = class_in_tally.code AND c.sessions = 1);
EXCEPTION
	WHEN invalid_parameter_value THEN
		IF SQLERRM = format('attendance code "%s" was not in use on %s', code, day) THEN
			RETURN NULL;
		END IF;
		RAISE;
END
$$;
SELECT * FROM (SELECT *, class_in_register(code, day) AS held FROM expected) AS e WHERE held IS DISTINCT FROM category ORDER BY code, day;
SELECT * FROM (SELECT *, class_in_tally(code, day) AS held FROM expected) AS e WHERE held IS DISTINCT FROM category ORDER BY code, day;
SELECT * FROM (SELECT *, (SELECT v.category FROM abie.attendance_code v WHERE v.code = e.code AND e.day <@ v.applies) AS held FROM expected e) AS e
WHERE held IS DISTINCT FROM category ORDER BY code, day;

-- the same event under both regimes: an interview was an activity and is absence
SELECT class_in_register('J', '2024-07-01') AS "J 2024-07", class_in_register('J', '2024-09-02') AS "J 2024-09", class_in_register('J1', '2024-09-02') AS "J1 2024-09";
-- no mark recorded is not a code
SELECT count(*) FROM abie.attendance_code WHERE code = '-';
SELECT class_in_register('-', '1950-01-02'), class_in_register('-', '2025-09-01');
