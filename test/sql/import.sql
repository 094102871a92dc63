-- The import on the server: header, staging, checks, merging, log. The files are made here, in the published layouts.
\set SHOW_CONTEXT never

-- A client's work on one file: begin, copy, finish. Data lines are separated by |.
CREATE FUNCTION pg_temp.import(format text, file text, header text, lines text, year text = NULL, date date = NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	logged abie.import;
	columns integer := cardinality(abie_internal.import_header(header));
BEGIN
	PERFORM abie.import_begin(format, file, header, encode(sha256(convert_to(header || lines, 'UTF8')), 'hex'),
		CASE WHEN lines = '' THEN 0 ELSE cardinality(string_to_array(lines, '|')) END, year, to_char(date, 'YYYY-MM-DD'));
	IF lines <> '' THEN
		EXECUTE (SELECT 'INSERT INTO pg_temp.abie_import_stage VALUES ' || string_agg('(' || (
				SELECT string_agg(quote_nullable(nullif(split_part(line, ',', n), '')), ', ' ORDER BY n) FROM generate_series(1, columns) AS n) || ')', ', ' ORDER BY place)
			FROM regexp_split_to_table(lines, '\|') WITH ORDINALITY AS split (line, place));
	END IF;
	logged := abie.import_finish();
	RETURN format('%s: %s read, %s stored, %s updated, %s unchanged, %s set aside %s, %s rejected; schools %s, %s', logged.format,
		logged.rows_read, logged.stored, logged.updated, logged.unchanged, logged.set_aside, logged.set_aside_reasons, logged.rejected,
		logged.schools_stored, logged.schools_updated);
END
$$;
\set ees '''time_period,geographic_level,urn,laestab,old_la_code,region_code,school_type,enrolments,sess_possible,sess_overall,sess_authorised,sess_unauthorised,enrolments_pa_10_exact,sess_auth_illness,sess_auth_ext_holiday,sess_auth_totalreasons'''

-- header lines
SELECT abie_internal.import_header('a,"b ""c"", d",e' || E'\r'), abie_internal.import_header(U&'\FEFF"URN",LA'), abie_internal.import_header('one'), abie_internal.import_header('a,"b'), abie_internal.import_header('a;b');
SELECT f.name, abie_internal.import_detect(abie_internal.import_header(f.header))
FROM (VALUES ('ees', :ees), ('abs', 'ppersabs10,PERCTOT,urn,estab,la'), ('links', 'URN,LinkURN,LinkType'), ('idaci', 'urn,idaci_rank'), ('other', 'a,b')) AS f (name, header);

-- a format is found for every publication, and every kind, table and column named exists
SELECT count(*) FROM abie.import_format AS f WHERE NOT EXISTS (SELECT FROM abie.import_kind AS k WHERE k.kind = f.kind)
	OR NOT EXISTS (SELECT FROM abie.import_publication AS p WHERE p.format = f.format);
SELECT t.* FROM abie.import_target AS t WHERE NOT EXISTS (
	SELECT FROM pg_attribute AS a WHERE a.attrelid = ('abie.' || t.target_table)::regclass AND a.attname = t.target_column);

-- cells: dates and years
SELECT text, abie_internal.import_date(text) FROM unnest(ARRAY['01-09-2012', '31/08/2019', '2020-02-29', '29-02-2019', '2019-13-01', '00-01-2019', '1-9-2012', '2012', '']) AS text;
SELECT text, abie_internal.import_year(text) FROM unnest(ARRAY['201819', '2018/19', '199900', '2018', '201820', '2018-19']) AS text;
SELECT text, abie_internal.import_year(text) FROM unnest(ARRAY['201819.0', '201819.00', '201819.', '2018/19.0', '2018119', '1999/00', '201810', '']) AS text;
SELECT text, abie_internal.import_date(text) FROM unnest(ARRAY['31-04-2019', '29-02-2000', '29-02-1900', '01-01-0000', '01-01/2019', '2019/01/01']) AS text;
-- whole numbers: no more digits than the highest has, .0 or not
SELECT text, abie_internal.import_whole(text, 100000, 999999) AS urn, abie_internal.import_whole(text, 0, 9999) AS establishment
FROM unnest(ARRAY['100000', '999999.0', '099999', '0100000', '1000000', '100000.', '100000.1', '.0', '0', '0.0', '0004', '00004', '+4', '-4', '4%', '4 ', '', 'x', '10', '100.00']) AS text;
SELECT abie_internal.import_region('E13000002'), abie_internal.import_region('E12000003'), abie_internal.import_region('Yorkshire and The Humber'), abie_internal.import_region('Wales (pseudo)') IS NULL AS elsewhere;

-- lines of a file, the header being the first: each place of a statement counts for itself
SELECT abie_internal.import_line() AS line, abie_internal.import_line() AS again, n FROM generate_series(1, 3) n;
-- sources are those of an object made by itself, whatever row came before: more sets of columns than are kept, twice
SELECT count(*) AS rows, count(DISTINCT made.sources) AS sets, bool_and(made.sources = jsonb_object(
	ARRAY(SELECT c.name FROM unnest(made.columns, made.said) c (name, said) WHERE c.said),
	ARRAY(SELECT made.source FROM unnest(made.said) s WHERE s))) AS right
FROM (SELECT given.columns, given.source, said.said, abie_internal.import_sources(given.columns, given.source, said.said) AS sources
	FROM generate_series(1, 2) time, (VALUES ('{urn,laestab,name}'::text[], 'gias 2025-05-24'), ('{urn,laestab,type}', 'gias 2025-05-24'),
			('{urn,laestab,name}', 'spc 2022/23')) given (columns, source),
		LATERAL (SELECT ARRAY[a, b, c] FROM (VALUES (false), (true)) a (a), (VALUES (false), (true)) b (b), (VALUES (false), (true)) c (c)) said (said)
	ORDER BY time.time, said.said) made;
SELECT abie_internal.import_sources('{b,a,b}', 'x', '{t,t,f}') AS named, abie_internal.import_sources('{}', 'x', '{}') AS none;
SELECT abie_internal.import_sources('{a,b}', 'x', '{t}');
SELECT abie_internal.import_sources('{a,NULL}', 'x', '{t,t}');
SELECT abie_internal.import_sources('{a,b}', 'x', '{t,NULL}');
SELECT abie_internal.import_sources('{{a,b},{c,d}}', 'x', '{t,t}');

-- attendance: counts, reasons without total, a marker, a blank URN, a summary row, and every way to be rejected
SELECT pg_temp.import('auto', 'ees.csv', :ees,
	'201819,School,100001,2012001,201,E13000001,State-funded primary,100,1000,50,30,20,10,25,:,30|'
	|| '201819,School, ,2012002,201,E13000001,State-funded primary,x,900,0,0,0,,0,:,0|'
	|| '201819,National,,,,,Total,1,1,1,1,0,1,1,:,1|'
	|| '201819,School,1001,2012003,201,E13000001,Special,10,100,5,3,2,1,,,|'
	|| '201819,School,100004,201,201,E13000001,Special,10,100,5,3,2,1,,,|'
	|| '201819,School,100005,2012005,201,E13000001,Special,ten,100,5,3,2,1,1.5,,|'
	|| '201819,School,100006,2012006,201,E13000001,Special,10,100,101,99,2,1,,,|'
	|| '201819,School,100007,2012007,201,E13000001,Special,10,100,5,3,3,1,,,|'
	|| '201819,School,100008,2012008,201,E13000001,Special,10,100,5,3,2,11,,,|'
	|| '201819,School,100009,2012009,201,E13000001,Special,-1,100,5,3,2,1,,,|'
	|| '2018,School,100010,2012010,201,E13000001,Special,10,100,5,3,2,1,,,|'
	|| '201819,School,100011,2012001,201,E13000001,Special,10,100,5,3,2,1,,,|'
	|| '201819,School,100012,,201,E13000001,Special,10,99999999999,5,3,2,1,,,');
SELECT academic_year, laestab, urn, enrolments, sess_possible, sess_overall, enrolments_pa_10_exact, reasons, markers, source FROM abie.attendance ORDER BY laestab;
SELECT urn, laestab, la_code, region, sources FROM abie.school ORDER BY urn;
SELECT line, reason FROM abie.import_reject ORDER BY line;
SELECT "row" FROM abie.import_reject WHERE line = 5;

-- the same file again: nothing changes, no second copy of the rejects, not even the time of recording
CREATE TEMP TABLE before AS SELECT 'attendance' AS name, md5(string_agg(a::text, '' ORDER BY laestab)) AS content FROM abie.attendance AS a
	UNION ALL SELECT 'school', md5(string_agg(s::text, '' ORDER BY urn)) FROM abie.school AS s
	UNION ALL SELECT 'import_reject', md5(string_agg(r::text, '' ORDER BY line)) FROM abie.import_reject AS r;
SELECT pg_temp.import('ees-absence', 'again.csv', :ees,
	'201819,School,100001,2012001,201,E13000001,State-funded primary,100,1000,50,30,20,10,25,:,30|'
	|| '201819,School, ,2012002,201,E13000001,State-funded primary,x,900,0,0,0,,0,:,0|'
	|| '201819,National,,,,,Total,1,1,1,1,0,1,1,:,1|'
	|| '201819,School,1001,2012003,201,E13000001,Special,10,100,5,3,2,1,,,|'
	|| '201819,School,100004,201,201,E13000001,Special,10,100,5,3,2,1,,,|'
	|| '201819,School,100005,2012005,201,E13000001,Special,ten,100,5,3,2,1,1.5,,|'
	|| '201819,School,100006,2012006,201,E13000001,Special,10,100,101,99,2,1,,,|'
	|| '201819,School,100007,2012007,201,E13000001,Special,10,100,5,3,3,1,,,|'
	|| '201819,School,100008,2012008,201,E13000001,Special,10,100,5,3,2,11,,,|'
	|| '201819,School,100009,2012009,201,E13000001,Special,-1,100,5,3,2,1,,,|'
	|| '2018,School,100010,2012010,201,E13000001,Special,10,100,5,3,2,1,,,|'
	|| '201819,School,100011,2012001,201,E13000001,Special,10,100,5,3,2,1,,,|'
	|| '201819,School,100012,,201,E13000001,Special,10,99999999999,5,3,2,1,,,');
SELECT b.name, b.content = now.content AS same FROM before AS b JOIN (
	SELECT 'attendance' AS name, md5(string_agg(a::text, '' ORDER BY laestab)) AS content FROM abie.attendance AS a
	UNION ALL SELECT 'school', md5(string_agg(s::text, '' ORDER BY urn)) FROM abie.school AS s
	UNION ALL SELECT 'import_reject', md5(string_agg(r::text, '' ORDER BY line)) FROM abie.import_reject AS r) AS now USING (name) ORDER BY b.name;

-- an own entry is never overwritten, a gap beside it is filled
TRUNCATE abie.school, abie.school_context, abie.attendance, abie.school_link, abie.import, abie.import_reject;
INSERT INTO abie.school_context (urn, academic_year, fsm_pct) VALUES (100001, '2018/19', 33);
SELECT pg_temp.import('england-census', 'census.csv', 'URN,LA,ESTAB,SCHOOLTYPE,NOR,NUMFSM,PNUMFSMEVER,PSENELK,PSENELSE,PNUMEAL',
	'100001,201,2001,State-funded primary,200,50,30%,10,2.5,NA|NAT,,PRI,State-funded primary,1,1,1,1,1,1|100002,201,2002,Special,10,11,1,1,1,1', '201819');
-- fsm would be 100 x 50 / 200 = 25
SELECT urn, academic_year, headcount, fsm_pct, fsm6_pct, sen_support_pct, ehc_plan_pct, eal_pct, markers, sources FROM abie.school_context;
SELECT reason FROM abie.import_reject;

-- GIAS: an older extract fills gaps and overrides nothing; a blank CloseDate of a newer one stands; Welsh schools are set aside
TRUNCATE abie.school, abie.school_context;
\set gias '''URN,LA (code),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),EstablishmentTypeGroup (name),EstablishmentStatus (name),CloseDate,PhaseOfEducation (name),SchoolCapacity,GOR (name),Easting'''
SELECT pg_temp.import('gias', 'new.csv', :gias, '100001,201,2001,New name,Community school,LA maintained,Open,,Primary,,London,0|401000,660,2000,Ysgol,Welsh establishment,Welsh schools,Open,,Primary,,Wales (pseudo),1', NULL, '2025-05-24');
SELECT pg_temp.import('gias', 'old.csv', :gias, '100001,201,2001,Old name,Community school,LA maintained,Open,31-08-2024,Primary,210,Inner London,530000|100003,000,,Abroad,Other,Other,Open,,Not applicable,,Not Applicable,|100004,201,2004,Date,Other,Other,Open,31-02-2024,Primary,,,', NULL, '2024-01-01');
SELECT urn, name, laestab, la_code, region, status, close_date, capacity, easting, register_date FROM abie.school ORDER BY urn;
SELECT sources ->> 'name' AS name, sources ->> 'easting' AS easting FROM abie.school WHERE urn = 100001;
SELECT reason FROM abie.import_reject WHERE file = 'old.csv';

-- links
SELECT pg_temp.import('gias-links', 'links.csv', 'URN,LinkURN,LinkName,LinkType,LinkEstablishedDate', '100001,100002,B,Successor,01-09-2012|100001,100002,B,Successor,01-09-2013|100002,,A,Predecessor,2012-09-01');
SELECT urn, link_urn, link_type, link_name, established_date FROM abie.school_link;
SELECT line, reason FROM abie.import_reject WHERE file = 'links.csv' ORDER BY line;

-- The order of different files does not matter: all 120 orders of five files on two schools give one state.
-- school 100001 counts in EES under LAESTAB 2012001, in the performance tables under 2019001.
CREATE TABLE pg_temp.files (file text, header text, lines text, year text, date date);
INSERT INTO pg_temp.files VALUES
	('ees', :ees, '201819,School,100001,2012001,201,E13000001,State-funded primary,100,1000,50,30,20,10,25,:,30|201718,School,100001,2012009,201,E12000001,Special,90,1000,50,30,20,10,25,:,30', NULL, NULL),
	('abs', 'LA,ESTAB,URN,PERCTOT,PPERSABS10', '201,9001,100001,5.0,SUPP|202,2002,100002,6.1,9.9', '2018/19', NULL),
	('census', 'URN,LA,ESTAB,SCHOOLTYPE,NOR,NUMFSM,PNUMFSMEVER,PSENELK,PSENELSE,PNUMEAL', '100001,201,9001,State-funded primary,200,50,30%,10,2.5,NA|100002,202,2002,Independent school,20,NA,NA,NA,NA,NA', '2018/19', NULL),
	('spc', 'time_period,urn,laestab,la_name,region_name,phase_type_grouping,headcount of pupils,% of pupils known to be eligible for free school meals,% of pupils whose first language is known or believed to be other than English,school_name,denomination',
		'201819,100001,2019001,Here,London,State-funded primary,201,24.9,12.5,Spc name,None|201819,100002,2022002,There,South East,Independent school,20,z,z,Spc two,None', NULL, NULL),
	('gias', :gias, '100001,201,2001,Gias name,Community school,LA maintained,Open,,Primary,,London,530000', NULL, '2025-05-24');
CREATE TABLE pg_temp.states (files text, state text);
-- the states that all orders of the files not yet imported lead to; orders that begin alike share what they begin with
CREATE FUNCTION pg_temp.states_after(done text[]) RETURNS SETOF pg_temp.states LANGUAGE plpgsql AS $$
DECLARE
	f pg_temp.files;
	found pg_temp.states[] := '{}';
BEGIN
	IF NOT EXISTS (SELECT FROM pg_temp.files WHERE file <> ALL (done)) THEN
		RETURN QUERY SELECT array_to_string(done, ' '), md5(
			(SELECT string_agg((to_jsonb(t) - 'source' - 'recorded_at')::text, '' ORDER BY t.urn) FROM abie.school AS t)
			|| (SELECT string_agg((to_jsonb(t) - 'source' - 'recorded_at')::text, '' ORDER BY t.urn, t.academic_year) FROM abie.school_context AS t)
			|| (SELECT string_agg((to_jsonb(t) - 'source' - 'recorded_at')::text, '' ORDER BY t.laestab, t.academic_year) FROM abie.attendance AS t));
	END IF;
	FOR f IN SELECT * FROM pg_temp.files WHERE file <> ALL (done) ORDER BY file DESC LOOP
		BEGIN
			PERFORM pg_temp.import('auto', f.file, f.header, f.lines, f.year, f.date);
			found := found || ARRAY(SELECT s FROM pg_temp.states_after(done || f.file) s);
			RAISE EXCEPTION USING ERRCODE = 'ZZ000';
		EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
			-- the next one begins where this one did
		END;
	END LOOP;
	RETURN QUERY SELECT * FROM unnest(found);
END
$$;
TRUNCATE abie.school, abie.school_context, abie.attendance;
INSERT INTO pg_temp.states SELECT * FROM pg_temp.states_after('{}');
SELECT pg_temp.import('auto', f.file, f.header, f.lines, f.year, f.date) IS NOT NULL AS imported FROM pg_temp.files AS f;
SELECT count(*) AS orders, count(DISTINCT state) AS states FROM pg_temp.states;
SELECT academic_year, laestab, urn, sess_possible, sess_overall_percent, markers FROM abie.attendance ORDER BY academic_year, laestab;
SELECT urn, academic_year, headcount, fsm_pct, fsm6_pct, eal_pct, religious_character, markers FROM abie.school_context ORDER BY urn;
SELECT urn, laestab, name, la_name, region, type, religious_character FROM abie.school ORDER BY urn;

-- Another school's rate is never put into a school's row. 100060 holds its place with markers alone; 100061 is turned away.
TRUNCATE abie.school, abie.school_context, abie.attendance, abie.school_link, abie.import, abie.import_reject;
\set abs '''LA,ESTAB,URN,PERCTOT,PPERSABS10'''
\set counts '''time_period,laestab,urn,school_type,enrolments,sess_possible,sess_overall,sess_authorised,sess_unauthorised,enrolments_pa_10_exact,sess_auth_illness'''
SELECT pg_temp.import('auto', 'ees.csv', :counts, '201617,2016002,100060,Special,c,c,c,c,c,c,c');
SELECT pg_temp.import('auto', 'abs.csv', :abs, '201,6002,100061,9.9,1|201,6003,100062,8.8,1', '2016/17');
SELECT laestab, urn, sess_overall_percent, markers ->> 'reasons' AS reasons FROM abie.attendance ORDER BY laestab;
SELECT file, line, reason FROM abie.import_reject;
-- an own entry is somebody's too; EES is turned away from it as rates are
INSERT INTO abie.attendance (academic_year, laestab, urn) VALUES ('2016/17', 2016004, 100063);
SELECT pg_temp.import('auto', 'ees2.csv', :counts, '201617,2016004,100064,Special,10,100,5,3,2,1,1|201617,2016003,100065,Special,10,100,5,3,2,1,1');
SELECT line, reason FROM abie.import_reject WHERE file = 'ees2.csv' ORDER BY line;
-- a publication may correct the URN it gave, and only its own
SELECT pg_temp.import('auto', 'ees3.csv', :counts, '201617,2016002,100066,Special,10,100,5,3,2,1,1');
SELECT laestab, urn, sess_possible, sess_overall_percent FROM abie.attendance ORDER BY laestab;

-- Schools that stand in each other's place: two that changed places, a ring of three, one that follows into a place that is left,
-- a URN that is double in EES, one that is double in the rates, and a place held without a URN. Both orders give one state.
CREATE FUNCTION pg_temp.attendance_state() RETURNS text
RETURN (SELECT string_agg(concat_ws(' ', laestab, coalesce(urn::integer, 0), coalesce(sess_possible, -1), coalesce(sess_overall_percent, -1)), E'\n' ORDER BY laestab) FROM abie.attendance);
CREATE FUNCTION pg_temp.import_places(ordering text[]) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	format text;
	results text := '';
BEGIN
	TRUNCATE abie.school, abie.attendance, abie.import_reject;
	FOREACH format IN ARRAY ordering LOOP
		results := results || E'\n' || CASE format WHEN 'ees' THEN
			pg_temp.import('ees-absence', 'ees', 'time_period,laestab,urn,school_type,enrolments,sess_possible,sess_overall,sess_authorised,sess_unauthorised,enrolments_pa_10_exact',
				'201617,2010001,100001,S,9,101,1,1,0,1|201617,2010002,100002,S,9,102,1,1,0,1'
				|| '|201617,2010003,100003,S,9,103,1,1,0,1|201617,2010004,100004,S,9,104,1,1,0,1|201617,2010005,100005,S,9,105,1,1,0,1'
				|| '|201617,2010006,100006,S,9,106,1,1,0,1|201617,2010007,100007,S,9,107,1,1,0,1'
				|| '|201617,2010008,100008,S,9,108,1,1,0,1|201617,2010009,100008,S,9,109,1,1,0,1'
				|| '|201617,2010010,100010,S,9,110,1,1,0,1|201617,2010013,100013,S,9,113,1,1,0,1')
		ELSE
			pg_temp.import('england-abs', 'abs', 'LA,ESTAB,URN,PERCTOT,PPERSABS10',
				'201,2,100001,1,1|201,1,100002,2,1|201,4,100003,3,1|201,5,100004,4,1|201,3,100005,5,1|201,7,100006,6,1|201,77,100007,7,1'
				|| '|201,8,100008,8,1|201,88,100008,8.8,1|201,11,100010,10,1|201,12,100010,10.1,1|201,13,,13,1|201,14,100013,13.1,1', '2016/17')
		END;
	END LOOP;
	RETURN results || E'\n' || pg_temp.attendance_state();
END
$$;
SELECT pg_temp.import_places('{ees,abs,abs,ees}');
SELECT line, reason FROM abie.import_reject ORDER BY line;
CREATE TEMP TABLE places AS SELECT pg_temp.attendance_state() AS state;
SELECT pg_temp.import_places('{abs,ees,ees,abs}');
SELECT pg_temp.attendance_state() = state AS same FROM places;
-- one URN twice, at places of others in either publication: the rest of the file is stored
TRUNCATE abie.school, abie.attendance, abie.import_reject;
SELECT pg_temp.import('auto', 'abs', :abs, '201,1,109664,1,1|201,2,109664,2,1', '2016/17');
SELECT pg_temp.import('auto', 'ees', :counts, '201617,2010003,109664,S,9,103,1,1,0,1,1|201617,2010004,100004,S,9,104,1,1,0,1,1');
SELECT pg_temp.import('auto', 'abs', :abs, '201,1,109664,1,1|201,2,109664,2,1', '2016/17');
SELECT pg_temp.attendance_state();
-- figures of one's own stay at the place they were entered for
TRUNCATE abie.school, abie.attendance;
INSERT INTO abie.attendance (academic_year, laestab, enrolments) VALUES ('2016/17', 2010001, 77);
SELECT pg_temp.import('auto', 'abs', :abs, '201,1,100002,1,1', '2016/17');
SELECT pg_temp.import('auto', 'ees', :counts, '201617,2010002,100002,S,9,103,1,1,0,1,1');
SELECT laestab, urn, enrolments, sess_possible, sess_overall_percent FROM abie.attendance ORDER BY laestab;

-- A revised edition: a marker withdraws the publication's own figure, an empty cell does not; nothing of two editions is mixed.
TRUNCATE abie.school, abie.attendance, abie.import_reject;
SELECT pg_temp.import('auto', 'edition 1', :counts, '201617,2010001,100001,S,90,1000,50,30,20,9,11|201617,2010002,100002,S,90,1000,50,30,20,9,11|201617,2010003,100003,S,90,1000,50,30,20,9,11'
	|| '|201617,2010004,100004,S,90,1000,50,30,20,9,11');
INSERT INTO abie.attendance (academic_year, laestab, sess_overall) VALUES ('2016/17', 2010005, 7);
INSERT INTO abie.attendance (academic_year, laestab, sess_overall) VALUES ('2016/17', 2010006, 7);
\set edition2 '''201617,2010001,100001,S,90,4000,c,c,c,c,c|201617,2010002,100002,S,90,1000,60,c,c,9,12|201617,2010003,100003,S,90,1000,60,,,9,12|201617,2010004,100004,S,8,,,,,,|201617,2010005,100005,S,90,1000,50,30,20,9,11|201617,2010006,100006,S,90,1000,c,c,c,9,11'''
SELECT pg_temp.import('auto', 'edition 2', :counts, :edition2);
SELECT laestab, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, enrolments_pa_10_exact, reasons, markers FROM abie.attendance ORDER BY laestab;
SELECT sources ->> 'sess_overall' AS overall, sources ->> 'sess_possible' AS possible FROM abie.attendance ORDER BY laestab;
SELECT line, reason FROM abie.import_reject ORDER BY line;
SELECT pg_temp.import('auto', 'edition 2', :counts, :edition2);
-- and the figure that is published after all takes the marker's place
SELECT pg_temp.import('auto', 'edition 3', :counts, '201617,2010001,100001,S,90,4000,50,30,20,9,11');
SELECT sess_possible, sess_overall, reasons, markers FROM abie.attendance WHERE laestab = 2010001;
-- a column this file lacks is checked as it is held
TRUNCATE abie.school, abie.attendance, abie.import_reject;
SELECT pg_temp.import('auto', 'with severe', 'time_period,laestab,urn,school_type,enrolments,sess_possible,sess_overall,sess_authorised,sess_unauthorised,enrolments_pa_10_exact,enrolments_pa_50_exact', '201617,2010001,100001,S,90,1000,50,30,20,9,8');
SELECT pg_temp.import('auto', 'without', :counts, '201617,2010001,100001,S,90,1000,50,30,20,5,11|201617,2010002,100002,S,90,1000,50,30,20,5,11');
SELECT laestab, enrolments_pa_10_exact, enrolments_pa_50_exact FROM abie.attendance ORDER BY laestab;
SELECT reason FROM abie.import_reject;
-- a marker of another publication withdraws nothing
TRUNCATE abie.school, abie.school_context;
SELECT pg_temp.import('auto', 'spc', 'time_period,urn,phase_type_grouping,headcount of pupils,% of pupils known to be eligible for free school meals,% of pupils whose first language is known or believed to be other than English', '201819,100001,P,200,10,20');
SELECT pg_temp.import('auto', 'census', 'URN,LA,ESTAB,SCHOOLTYPE,NOR,NUMFSM,PNUMFSMEVER,PSENELK,PSENELSE,PNUMEAL', '100001,201,1,P,SUPP,SUPP,30,1,1,SUPP', '2018/19');
SELECT pg_temp.import('auto', 'census', 'URN,LA,ESTAB,SCHOOLTYPE,NOR,NUMFSM,PNUMFSMEVER,PSENELK,PSENELSE,PNUMEAL', '100001,201,1,P,SUPP,SUPP,SUPP,1,1,SUPP', '2018/19');
SELECT headcount, fsm_pct, eal_pct, fsm6_pct, markers FROM abie.school_context;

-- no more than the required columns: nothing is said of schools but their URNs
TRUNCATE abie.school, abie.school_context, abie.attendance, abie.school_link, abie.import, abie.import_reject;
SELECT pg_temp.import('school-idaci', 'idaci.csv', 'urn,idaci_rank', '100001,5', '2018/19');
SELECT urn, academic_year, idaci_rank FROM abie.school_context;
SELECT count(*) AS schools FROM abie.school;

-- one name a local authority, the newest, whatever the order; a school that only a link names has that name until another does
TRUNCATE abie.school, abie.school_link, abie.local_authority;
\set named '''URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),EstablishmentTypeGroup (name),PhaseOfEducation (name)'''
SELECT pg_temp.import('gias-links', 'links', 'URN,LinkURN,LinkName,LinkType,LinkEstablishedDate', '100001,100002,Old name,Successor,01-09-2012|100003,100002,Newer name,Successor,01-09-2013');
SELECT pg_temp.import('gias', 'new', :named, '100001,840,County Durham,1,A,T,G,Primary', NULL, '2025-05-24');
SELECT pg_temp.import('auto', 'spc', 'time_period,urn,laestab,old_la_code,la_name,phase_type_grouping,headcount of pupils,% of pupils known to be eligible for free school meals,% of pupils whose first language is known or believed to be other than English',
	'202223,100002,8400002,840,Durham,State-funded primary,9,1,1|202223,100004,9280004,928,Northamptonshire,state funded  PRIMARY,9,1,1');
SELECT pg_temp.import('gias', 'old', :named, '100004,940,North Northamptonshire,4,D,T,G,Primary|100005,840,Durham City,5,E,T,G,Primary', NULL, '2024-05-24');
SELECT la_code, la_name, source FROM abie.local_authority ORDER BY la_code;
SELECT urn, name, la_code, la_name, sources ->> 'name' AS named_by FROM abie.school ORDER BY urn;
-- a school that nothing names has the name of the newest other URN of its LAESTAB, until it is named itself; an entry of one's own stays
INSERT INTO abie.school (urn, laestab, name) VALUES (100011, 8410011, NULL), (100012, 8410011, 'Its academy'), (100013, 8410011, NULL), (100014, 8410014, NULL), (100015, 8410011, 'Ours');
SELECT pg_temp.import('gias', 'newer', :named, '100012,841,X,11,Its academy,T,G,Primary', NULL, '2025-06-24');
SELECT urn, name, sources ->> 'name' AS named_by FROM abie.school WHERE urn BETWEEN 100011 AND 100015 ORDER BY urn;
UPDATE abie.school SET name = 'Academy of its own' WHERE urn = 100015;
SELECT pg_temp.import('gias-links', 'links', 'URN,LinkURN,LinkName,LinkType,LinkEstablishedDate', '100012,100011,As it was,Predecessor,01-09-2012');
SELECT urn, name, sources ->> 'name' AS named_by FROM abie.school WHERE urn BETWEEN 100011 AND 100015 ORDER BY urn;
SELECT pg_temp.import('gias', 'newest', :named, '100013,841,X,11,Its own name,T,G,Primary', NULL, '2025-07-24');
SELECT urn, name, sources ->> 'name' AS named_by FROM abie.school WHERE urn BETWEEN 100011 AND 100015 ORDER BY urn;
-- also the name that a link gives the other one in the same import: importing it again changes nothing
INSERT INTO abie.school (urn, laestab) VALUES (100016, 8410016), (100017, 8410016);
SELECT pg_temp.import('gias-links', 'links', 'URN,LinkURN,LinkName,LinkType,LinkEstablishedDate', '100019,100016,Only linked,Predecessor,01-09-2012');
SELECT urn, name, sources ->> 'name' AS named_by FROM abie.school WHERE urn BETWEEN 100016 AND 100017 ORDER BY urn;
DELETE FROM abie.school WHERE urn BETWEEN 100011 AND 100017;
UPDATE abie.local_authority SET la_name = 'Ours', source = 'own entry' WHERE la_code = 840;
SELECT pg_temp.import('gias', 'newer', :named, '100001,840,Durham,1,A,T,G,Primary|100002,840,Durham,2,B,T,G,Primary', NULL, '2026-05-24');
SELECT la_name FROM abie.local_authority WHERE la_code = 840;
SELECT name FROM abie.school WHERE urn = 100002;
INSERT INTO abie.school (urn, la_code, la_name) VALUES (100010, 999, 'One'), (100011, 999, 'One'), (100012, 999, 'Two');
SELECT la_name, source FROM abie.local_authority WHERE la_code = 999;
TRUNCATE abie.school, abie.school_context, abie.school_link, abie.local_authority;

-- rows that did not arrive: nothing is imported
BEGIN;
SELECT abie.import_begin('auto', 'lost', 'LA,ESTAB,URN,PERCTOT,PPERSABS10', repeat('0', 64), 2, '2018/19');
INSERT INTO pg_temp.abie_import_stage VALUES ('201', '2001', '100001', '5', '5');
SELECT abie.import_finish();
ROLLBACK;

-- refusals
SELECT pg_temp.import('england-census', 'wrong.csv', 'LA,ESTAB,URN,PERCTOT,PPERSABS10', '201,2001,100001,5,5', '2018/19');
SELECT pg_temp.import('auto', 'unknown.csv', 'a,b', '1,2');
SELECT pg_temp.import('edubase', 'x.csv', 'a,b', '1,2');
SELECT pg_temp.import('auto', 'text.txt', 'just a line of text', '');
SELECT pg_temp.import('auto', 'nothing.csv', E' \r', '');
SELECT pg_temp.import('gias-links', 'links.csv', 'URN,LinkURN,LinkType', '');
SELECT pg_temp.import('gias-links', 'links.csv', 'URN,LinkURN,LinkType,urn', '1,2,3,4');
SELECT pg_temp.import('auto', 'abs.csv', 'LA,ESTAB,URN,PERCTOT,PPERSABS10', '201,2001,100001,5,5');
SELECT pg_temp.import('auto', 'abs.csv', 'LA,ESTAB,URN,PERCTOT,PPERSABS10', '201,2001,100001,5,5', '2018');
SELECT pg_temp.import('gias', 'gias.csv', :gias, '1,2,3,4,5,6,7,8,9,10,11,12');
-- an easting that is no number is not the 0 of a school without one; the last letter of a name stays
SELECT pg_temp.import('gias', 'easting.csv', :gias, '100001,201,2001,One,Other,Other,Open,,Primary,,London,E53|100002,201,2002,Yetev Lev,Other,Other,Open,,Primary,,London,0.0', NULL, '2030-05-24');
SELECT r.reason, s.name, s.easting FROM abie.import_reject r, abie.school s WHERE r.file = 'easting.csv' AND s.urn = 100002;
SELECT abie.import_finish();
TRUNCATE abie.school, abie.school_context, abie.attendance, abie.school_link, abie.import, abie.import_reject;

-- who is whose family, and one school's history
-- 100001 became 100002 under a new LAESTAB in 2018/19 (both parts of the year are there); 100003 and 100004 ran side by side
-- and are linked as merged; 100005 took 100006's LAESTAB; 100007 shares a sixth form centre only.
INSERT INTO abie.school_link (urn, link_urn, link_type) VALUES (100001, 100002, 'Successor'), (100002, 100001, 'Predecessor'),
	(100003, 100004, 'Successor - merged'), (100007, 100001, 'Sixth Form Centre Link');
INSERT INTO abie.attendance (academic_year, laestab, urn, sess_possible, sess_overall) VALUES
	('2016/17', 2012001, 100001, 100, 4), ('2017/18', 2012001, 100001, 100, 5), ('2018/19', 2012001, 100001, 50, 2), ('2018/19', 2012002, 100002, 50, 3),
	('2016/17', 2012003, 100003, 100, 6), ('2016/17', 2012004, 100004, 100, 7),
	('2016/17', 2012005, 100006, 100, 8), ('2017/18', 2012005, 100005, 100, 9), ('2017/18', 2012006, NULL, 100, 1);
INSERT INTO abie.school (urn, laestab) VALUES (100007, NULL), (100008, 2012004);
SELECT * FROM abie.school_family() ORDER BY urn;
SELECT school_urn, academic_year, laestab, urn, attendance_percent FROM abie.school_history ORDER BY school_urn, academic_year, laestab;
SELECT academic_year, urn FROM abie.school_history(100001);
SELECT count(*) FROM abie.school_history(999999);
SELECT * FROM abie_internal.connected_components('{5,9,3,7}', '{3,7,3,8}');
SELECT * FROM abie_internal.connected_components('{}', '{}');
SELECT * FROM abie_internal.connected_components('{1,2}', '{1}');
SELECT * FROM abie_internal.connected_components('{1,NULL}', '{1,2}');
SELECT * FROM abie_internal.connected_components('{{1,2}}', '{{1,2}}');
TRUNCATE abie.school, abie.attendance, abie.school_link;
