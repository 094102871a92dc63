-- The catalog: what every object of the extension has to have. Each query lists offenders only.
\set VERBOSITY terse

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA catalog_test;
SET search_path = catalog_test, pg_catalog;

CREATE VIEW member AS
SELECT d.classid, d.objid, pg_describe_object(d.classid, d.objid, 0) AS object
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
WHERE d.deptype = 'e' AND e.extname = 'abie'
	-- from PostgreSQL 17 on the types that come with a relation or a type are members too
	AND NOT EXISTS (SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
		WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND (t.typcategory = 'A' OR c.relkind <> 'c'));
CREATE VIEW routine AS
SELECT m.object, p.*, l.lanname FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid JOIN pg_language l ON l.oid = p.prolang;
CREATE VIEW relation AS
SELECT m.object, c.* FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid;

-- this test sees what it is about
SELECT count(*) FILTER (WHERE classid = 'pg_proc'::regclass) > 50 AS routines, count(*) FILTER (WHERE classid = 'pg_class'::regclass) > 20 AS relations,
	count(*) FILTER (WHERE classid = 'pg_type'::regclass) >= 4 AS types
FROM member;

-- all in the four schemas, but for operators on its types that every search_path has to find
SELECT m.object FROM member m
WHERE m.classid <> 'pg_namespace'::regclass AND (pg_identify_object(m.classid, m.objid, 0)).schema NOT IN ('abie', 'abie_report', 'abie_internal', 'abie_owner')
	AND NOT EXISTS (SELECT FROM pg_operator o WHERE m.classid = 'pg_operator'::regclass AND o.oid = m.objid
		AND ('abie.register'::regtype IN (o.oprleft, o.oprright) OR 'abie.tally'::regtype IN (o.oprleft, o.oprright)))
ORDER BY 1;

-- a comment on each; sequences are a column's, and a relation's row type has the relation's
SELECT m.object FROM member m
WHERE coalesce(obj_description(m.objid, m.classid::regclass::name), '') = ''
	AND NOT EXISTS (SELECT FROM pg_class c WHERE m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind = 'S')
ORDER BY 1;
-- and on each column of tables, views and composite types
SELECT format('%s.%s', c.oid::regclass, a.attname) AS "column"
FROM member m
	JOIN pg_class c ON c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND (m.classid = 'pg_class'::regclass AND c.oid = m.objid
		OR m.classid = 'pg_type'::regclass AND c.reltype = m.objid)
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE coalesce(col_description(c.oid, a.attnum), '') = ''
ORDER BY 1;
-- a comment that a view has from elsewhere is that of a column the view reads; some read tables by a gate
SELECT v.relname AS view, a.attname AS "column", col_description(v.oid, a.attnum) AS comment
FROM relation v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0 JOIN pg_rewrite w ON w.ev_class = v.oid
WHERE v.relkind = 'v' AND v.relnamespace = 'abie_report'::regnamespace AND v.relname NOT IN ('run', 'school_event', 'shock', 'monitor', 'area_week', 'hub_place', 'hub_placement', 'hub_partner_difference', 'hub_partner_week')
	AND EXISTS (SELECT FROM relation o, pg_attribute b WHERE o.relkind = 'r' AND b.attrelid = o.oid AND b.attnum > 0
		AND col_description(o.oid, b.attnum) = col_description(v.oid, a.attnum))
	AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
		AND d.refobjid <> v.oid AND col_description(d.refobjid, d.refobjsubid) = col_description(v.oid, a.attnum))
ORDER BY 1, 2;
-- no two routines of the same comment: one of them would be another's
SELECT obj_description(r.oid, 'pg_proc') AS comment, count(*) FROM routine r GROUP BY 1 HAVING count(*) > 1 ORDER BY 1;

-- Not parallel safe: only these, because they write, lock or set.
CREATE TABLE not_parallel_safe (name text PRIMARY KEY, reason text NOT NULL);
INSERT INTO not_parallel_safe VALUES
	('import_begin', 'makes a temporary table'),
	('import_line', 'numbers rows in their order'),
	('import_refuse_repeated', 'writes a temporary table'),
	('import_merge', 'writes the input tables'),
	('import_merge_links', 'writes abie.school_link'),
	('import_align', 'writes the input tables'),
	('import_keep_rejects', 'writes abie.import_reject'),
	('import_name_authorities', 'writes abie.local_authority'),
	('name_local_authorities', 'trigger'),
	('import_name_schools', 'writes abie.school'),
	('import_counts', 'reads a temporary table'),
	('import_log', 'writes abie.import'),
	('import_finish', 'writes the input tables'),
	('load_attendance', 'writes the input tables'),
	('load_attendance_schools', 'makes a temporary table'),
	('registers_count', 'makes a temporary table'),
	('load_attendance_year', 'writes abie.attendance'),
	('load_attendance_outcomes', 'reads temporary tables'),
	('load_attendance_week', 'writes abie.attendance_week'),
	('guard_methodology', 'trigger'),
	('create_methodology', 'writes abie.methodology'),
	('ensure_methodology', 'writes abie.methodology'),
	('delete_run_rows', 'trigger'),
	('truncate_run_rows', 'trigger'),
	('lock_year', 'takes a lock of the session'),
	('unlock_year', 'lets go of a lock of the session'),
	('take_year', 'takes a lock of the session'),
	('start_run', 'writes abie.run'),
	('show_stage', 'writes abie.run'),
	('run_stage', 'writes the results of a run'),
	('stop_run', 'writes abie.run'),
	('clear_run', 'deletes rows'),
	('delete_rows', 'deletes rows'),
	('refuse_change', 'trigger'),
	('guard_run_rows', 'trigger'),
	('refuse_run_rows', 'trigger'),
	('guard_run_update', 'trigger'),
	('guard_run_delete', 'trigger'),
	('guard_run_truncate', 'trigger'),
	('record_run_event', 'trigger'),
	('guard_rows_of', 'makes triggers'),
	('lock_run', 'locks rows of abie.run'),
	('check_run', 'writes abie.run_check'),
	('issue', 'writes abie.run'),
	('withdraw', 'writes abie.run'),
	('recompute_run', 'writes the results of a run, and undoes it'),
	('verify', 'writes the results of a run, and undoes it'),
	('purge', 'deletes runs'),
	('correction_request', 'writes abie.correction'),
	('answer_correction', 'writes abie.correction'),
	('record_event', 'writes abie.school_event'),
	('decide_event', 'writes abie.event_decision'),
	('guard_decision', 'trigger'),
	('refer', 'writes abie.referral'),
	('held_referral', 'locks a row of abie.referral'),
	('check_referral', 'writes abie.referral'),
	('issue_referral', 'writes abie.referral'),
	('withdraw_referral', 'writes abie.referral'),
	('answer_referral', 'writes abie.referral_answer'),
	('decide_answer', 'writes abie.referral_answer'),
	('guard_referral', 'trigger'),
	('guard_beginning', 'trigger'),
	('guard_referral_rows', 'trigger'),
	('guard_referral_truncate', 'trigger'),
	('guard_allocation_truncate', 'trigger'),
	('guard_referral_answer', 'trigger'),
	('record_referral_event', 'trigger'),
	('guard_hub_placement', 'trigger'),
	('end_placement', 'writes abie.hub_placement'),
	('guard_hub_allocation', 'trigger'),
	('record_allocation_event', 'trigger'),
	('guard_allocation_rows', 'trigger'),
	('allocate_hubs', 'writes abie.hub_allocation'),
	('held_allocation', 'locks a row of abie.hub_allocation'),
	('check_allocation', 'writes abie.hub_allocation'),
	('place_allocated', 'writes abie.hub_placement'),
	('confirm_allocation', 'writes abie.hub_allocation'),
	('withdraw_allocation', 'writes abie.hub_allocation'),
	('learn_outlook', 'reads registers, which may be a temporary table'),
	('pupil_outlook', 'reads registers, which may be a temporary table'),
	('transition_cohort', 'reads registers, which may be a temporary table'),
	('transition_units', 'reads registers, which may be a temporary table'),
	('transition_parts', 'reads registers, which may be a temporary table'),
	('transition_rows', 'reads registers, which may be a temporary table'),
	('transition_shown', 'reads registers, which may be a temporary table'),
	('transition_facts', 'reads registers, which may be a temporary table'),
	('group_change', 'reads registers, which may be a temporary table'),
	('group_changes', 'reads registers, which may be a temporary table'),
	('group_sessions', 'reads registers, which may be a temporary table'),
	('week_groups', 'reads registers, which may be a temporary table'),
	('school_report_moves', 'reads registers, which may be a temporary table'),
	('check_transition', 'reads registers, which may be a temporary table'),
	('transition', 'reads registers, which may be a temporary table'),
	('transition_moments', 'reads registers, which may be a temporary table'),
	('transition_panel', 'reads registers, which may be a temporary table'),
	('transition_weeks', 'reads registers, which may be a temporary table'),
	('outlook_reliability', 'reads registers, which may be a temporary table'),
	('nightly', 'procedure that commits'),
	('monitor', 'procedure that commits'),
	('monitor_progress', 'writes the tables of weekly runs'),
	('start_monitor', 'writes abie.monitor'),
	('show_monitor_stage', 'writes abie.monitor'),
	('run_monitor_stage', 'writes the tables of weekly runs'),
	('finish_monitor', 'writes abie.monitor'),
	('stop_monitor', 'writes the tables of weekly runs'),
	('take_monitored_year', 'takes the lock of a year'),
	('guard_monitor', 'trigger'),
	('guard_monitor_rows', 'trigger'),
	('guard_monitor_truncate', 'trigger'),
	('delete_monitor_rows', 'trigger'),
	('drop_unissued', 'deletes runs'),
	('end_night', 'writes abie.night'),
	('schedule', 'makes a job of pg_cron'),
	('unschedule', 'deletes a job of pg_cron'),
	('schedule_week', 'makes a job of pg_cron'),
	('unschedule_week', 'deletes a job of pg_cron'),
	('drop_job', 'deletes a job of pg_cron'),
	('protect_table', 'makes policies'),
	('create_reader', 'makes a role'),
	('grant_access', 'writes abie.access_grant'),
	('revoke_access', 'writes abie.access_grant'),
	('write_log', 'writes the server''s log'),
	('record_read', 'writes abie.report_read'),
	('admit', 'may write abie.report_read'),
	('explain', 'may write abie.report_read'),
	('progress_week', 'may write abie.report_read'),
	('explain_progress', 'may write abie.report_read'),
	('admit_progress', 'may write abie.report_read'),
	('similarity', 'may write abie.report_read'),
	('nearby_similar_schools', 'may write abie.report_read'),
	('what_if', 'may write abie.report_read'),
	('area_report', 'may write abie.report_read'),
	('week_report', 'may write abie.report_read'),
	('week_facts', 'may write abie.report_read'),
	('admitted_school_facts', 'may write abie.report_read'),
	('admitted_area_facts', 'may write abie.report_read'),
	('hub_report', 'may write abie.report_read'),
	('take_back', 'takes rights back'),
	('make_readable', 'makes views'),
	('describe_as', 'makes comments'),
	('keep_shocks', 'writes abie.shock'),
	('guard_run_insert', 'trigger'),
	('keep_trust_grants', 'trigger'),
	('report_facts', 'may write abie.report_read'),
	('school_report', 'may write abie.report_read'),
	('report_files', 'may write abie.report_read'),
	('site_files', 'may write abie.report_read'),
	('end_pool', 'drops a temporary table'),
	('begin_pool', 'makes a temporary table'),
	('analyze_pool', 'analyzes a temporary table'),
	('scaled_numbers', 'reads a temporary table'),
	('category_values', 'reads a temporary table'),
	('fit_context', 'reads a temporary table'),
	('similar_school_figures', 'reads a temporary table'),
	('baseline_data', 'reads a temporary table'),
	('calculate_pool', 'writes abie.exclusion, abie.run_scope, abie.run_national'),
	('calculate_scaling', 'writes abie.run_characteristic'),
	('calculate_context', 'writes abie.run_model'),
	('calculate_baseline', 'writes abie.run_model'),
	('calculate_similar_schools', 'writes abie.similar_list'),
	('calculate_expected_attendance', 'writes abie.run_model'),
	('calculate_expectation', 'writes abie.expectation, abie.run_improvement'),
	('calculate_digest', 'writes abie.run, abie.run_school'),
	('keep_areas', 'writes abie_owner.run_area'),
	('forget_areas', 'writes abie_owner.run_area'),
	('raise_failure', 'always raises an error'),
	('calculate', 'procedure that commits'),
	('load_demo', 'writes the input tables'),
	('demo_load_context', 'writes abie.school_context'),
	('demo_load_attendance', 'writes abie.attendance'),
	('make_pupil_salt', 'writes abie.pupil_salt'),
	('check_pupil_sessions', 'writes pg_temp.abie_import_row'),
	('merge_pupil_sessions', 'writes abie.pupil_sessions'),
	('import_pupil_sessions', 'writes abie.pupil_sessions, abie.attendance_week'),
	('load_demo_weeks', 'writes abie.attendance_week');
SELECT r.object, r.proparallel FROM routine r
WHERE r.proparallel <> 's' AND r.proname NOT IN (SELECT n.name FROM not_parallel_safe n)
ORDER BY 1;
-- and none of the list is a safe one or gone
SELECT n.name FROM not_parallel_safe n
WHERE NOT EXISTS (SELECT FROM routine r WHERE r.proname = n.name AND r.proparallel <> 's')
ORDER BY 1;
-- what is safe for parallel workers does not write, and what is volatile is not safe
SELECT r.object, r.provolatile FROM routine r WHERE r.provolatile = 'v' AND r.proparallel <> 'u' ORDER BY 1;
SELECT r.object, r.provolatile FROM routine r
WHERE r.provolatile <> 'v' AND r.prosrc || coalesce(pg_get_function_sqlbody(r.oid), '') ~* '\m(insert\s+into|delete\s+from|update\s+abie|pg_advisory|set_config|nextval)\M'
	AND r.proname !~ '^(import|load_attendance)_.*_query$'	-- these only write the text of a statement
ORDER BY 1;

-- In SQL and PL/pgSQL: a search_path of its own, or a body parsed when it was made. abie.calculate, abie.nightly and abie.monitor commit, so they can have no SET clause.
SELECT r.object, r.proconfig FROM routine r
WHERE r.lanname IN ('sql', 'plpgsql') AND r.prosqlbody IS NULL
	AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (r.proconfig), false)
	AND r.proname NOT IN ('calculate', 'nightly', 'monitor')
ORDER BY 1;
-- hence they name the schema of every function they call, and of nothing else
SELECT DISTINCT call[1] AS unqualified FROM routine r, regexp_matches(r.prosrc, '(?<![.\w])([a-z_]+)\s*\(', 'g') call
WHERE r.proname IN ('calculate', 'nightly', 'monitor') AND call[1] NOT IN ('coalesce')
ORDER BY 1;

-- What a session sets changes nothing. Numbers are written with every digit; sql/setting.sql sees to it.
SELECT r.object, r.proconfig FROM routine r
WHERE r.proconfig && '{"search_path=pg_catalog, pg_temp"}' AND NOT r.proconfig && '{extra_float_digits=1}'
ORDER BY 1;
-- In no body does a literal depend on standard_conforming_strings: E'...' where there is a backslash, and no U&'...'.
SELECT r.object FROM routine r
WHERE r.lanname <> 'c'
	AND regexp_replace(r.prosrc, $$E'(?:[^'\\]|\\.|'')*'(?:\s*\n\s*'(?:[^'\\]|\\.|'')*')*$$, '', 'g') ~ $$\\|U&'$$
ORDER BY 1;

-- C: costs were thought about; nothing is volatile, since C here only computes, but for the lock of a calculation, the log of reads, the
-- owner's rights and the gates. abie.improvement_expectation, abie_internal.pared_mean_step and abie_internal.first_known_step do as much as a built-in function, cost 1; gates that
-- views ask once a query have it too.
SELECT r.object, r.procost FROM routine r
WHERE r.lanname = 'c' AND r.procost = 1 AND r.prosrc !~ '^abie_gate' AND r.proname NOT IN ('improvement_expectation', 'pared_mean_step', 'first_known_step')
	-- one comparison, or one sum over a fixed number of counts
	AND r.proargtypes[0] NOT IN ('abie.register'::regtype, 'abie.tally'::regtype)
ORDER BY 1;
SELECT r.object, r.provolatile FROM routine r
WHERE r.lanname = 'c' AND r.provolatile <> 'i' AND r.prosrc !~ '^abie_gate' AND r.proname NOT IN ('lock_year', 'unlock_year', 'refuse_transaction', 'logs_reads', 'write_log', 'is_owner', 'import_line') ORDER BY 1;
-- gates: behind each is a function of its name in schema abie_owner that takes the role first, and is declared alike
SELECT count(*) > 15 AS gates FROM routine r WHERE r.prosrc ~ '^abie_gate';
SELECT r.object FROM routine r LEFT JOIN pg_proc i ON i.pronamespace = 'abie_owner'::regnamespace AND i.proname = r.proname
	AND CASE WHEN r.prorettype = 'trigger'::regtype THEN i.pronargs = 0
		ELSE oidvectortypes(i.proargtypes) = concat_ws(', ', 'oid', nullif(oidvectortypes(r.proargtypes), '')) AND i.proargnames[1] = 'role' END
WHERE r.prosrc ~ '^abie_gate' AND (i.oid IS NULL OR r.pronamespace NOT IN ('abie'::regnamespace, 'abie_internal'::regnamespace)
	OR (i.prorettype, i.proretset, i.provolatile, i.proisstrict, i.proparallel, i.prorows)
		<> (r.prorettype, r.proretset, r.provolatile, r.proisstrict OR r.pronargs = 0 AND i.proisstrict, r.proparallel, r.prorows)
	OR i.proargnames[2:] IS DISTINCT FROM r.proargnames AND r.proargnames IS NOT NULL AND r.prorettype <> 'trigger'::regtype)
ORDER BY 1;
-- behind a gate by key is the set of all keys too
SELECT r.object FROM routine r LEFT JOIN pg_proc i ON i.pronamespace = 'abie_owner'::regnamespace AND i.proname = r.proname AND oidvectortypes(i.proargtypes) = 'oid'
WHERE r.prosrc = 'abie_gate_by_key' AND (i.oid IS NULL OR (i.prorettype, i.proretset) <> (r.prorettype, r.proretset) OR oidvectortypes(r.proargtypes) <> 'integer') ORDER BY 1;
-- set-returning ones say how many rows
SELECT r.object, r.prorows FROM routine r WHERE r.proretset AND r.lanname = 'c' AND r.prorows = 1000 ORDER BY 1;
-- Nothing runs with its owner's rights but behind a gate, which knows the role in force; nothing claims to be leakproof.
SELECT r.object FROM routine r WHERE r.prosecdef OR r.proleakproof ORDER BY 1;
-- and nobody asks who logged in, but the log of reads, which notes it, and disclosure control, which withholds more for it
SELECT r.object FROM routine r
WHERE r.prosrc || coalesce(pg_get_function_sqlbody(r.oid), '') ~* '\m(session_user|system_user)\M|current_setting\(''role''' AND r.proname NOT IN ('record_read', 'grants_within_reach')
ORDER BY 1;
SELECT a.adrelid::regclass, pg_get_expr(a.adbin, a.adrelid) FROM pg_attrdef a JOIN relation c ON c.oid = a.adrelid
WHERE pg_get_expr(a.adbin, a.adrelid) ~* 'session_user' AND c.relname <> 'report_read' ORDER BY 1;
-- the schema behind the gates is for nobody else
SELECT nspacl FROM pg_namespace WHERE nspname = 'abie_owner';

-- No rights on tables or columns for anybody but their owner; views over tables that hold data take the reader's rights.
SELECT c.object, c.relacl FROM relation c
WHERE EXISTS (SELECT FROM aclexplode(c.relacl) x WHERE x.grantee <> c.relowner)
ORDER BY 1;
SELECT format('%s.%s', c.object, a.attname), a.attacl FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attacl IS NOT NULL ORDER BY 1;
SELECT DISTINCT v.object FROM relation v
	JOIN pg_rewrite w ON w.ev_class = v.oid
	JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
	JOIN relation t ON t.oid = d.refobjid AND t.relkind = 'r'
WHERE v.relkind = 'v' AND v.relnamespace = 'abie'::regnamespace AND NOT coalesce('security_invoker=true' = ANY (v.reloptions), false)
ORDER BY 1;
-- those of abie_report have their owner's, and read tables through masks or gates, but what is published for areas;
-- nothing that the reader asks comes first
SELECT v.object FROM (SELECT w.*, pg_get_viewdef(w.oid) AS definition FROM relation w WHERE w.relkind = 'v' AND w.relnamespace = 'abie_report'::regnamespace OFFSET 0) v
WHERE v.relname <> 'published_attendance'
	AND (NOT coalesce('security_barrier=true' = ANY (v.reloptions), false)
		OR NOT coalesce('security_invoker=true' = ANY (v.reloptions), false) AND v.definition !~ 'abie_owner\.|abie_internal\.has_(national_)?access|abie_report\.'
			AND NOT EXISTS (SELECT FROM routine g WHERE g.prosrc ~ '^abie_gate' AND g.proretset AND strpos(v.definition, g.pronamespace::regnamespace || '.' || g.proname || '(') > 0))
ORDER BY 1;
-- what is of schools is found by their area, trust and stratum
SELECT v.object, k.name AS lacks
FROM relation v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attname = 'urn', unnest('{school_name,la_code,la_name,region,trust_code,trust,stratum}'::text[]) k(name)
WHERE v.relkind = 'v' AND v.relnamespace = 'abie_report'::regnamespace AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = v.oid AND b.attname = k.name) ORDER BY 1, 2;
SELECT v.object FROM relation v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attname = 'is_current'
WHERE v.relkind = 'v' AND v.relnamespace = 'abie_report'::regnamespace AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = v.oid AND b.attname = 'is_latest') ORDER BY 1;
-- masks: columns of the table that are no key are behind access.granted
SELECT count(*) > 10 AS masks FROM relation v WHERE v.relkind = 'v' AND v.relnamespace = 'abie_owner'::regnamespace;
-- but for what the register of schools says of all, two masks as one, runs with what gates say of them, and what is looked at behind a mask alone
SELECT v.object FROM relation v WHERE v.relkind = 'v' AND v.relnamespace = 'abie_owner'::regnamespace AND v.object NOT IN ('view abie_owner.school_key', 'view abie_owner.authority_region', 'view abie_owner.readable_scope', 'view abie_owner.judged_run', 'view abie_owner.year_outcome')
	AND regexp_replace(pg_get_viewdef(v.oid), 'CASE\s+WHEN access.granted THEN \(?t."?\w+"?(?:\)::\w+)?\s+ELSE NULL::[^\n]+\s+END AS "?\w+"?', '', 'g') !~
		'^ SELECT\s+((?:t\.)?(run_id|urn|laestab|stratum|position|"position"|academic_year|week_start|correction_id|monitor_id|kind|answer_id|la_code|region|trust|trust_code),?\s+|,\s+)+FROM' ORDER BY 1;
-- row-level security on every table, with a policy for those who calculate; not for its owner, who dumps and restores
SELECT c.object FROM relation c
WHERE c.relkind = 'r' AND (NOT c.relrowsecurity OR c.relforcerowsecurity
	OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'calculation' AND p.polcmd = '*'))
ORDER BY 1;
-- policies are these two, for everybody alike, permissive, and ask abie.access_grant
SELECT c.object, p.polname FROM pg_policy p JOIN relation c ON c.oid = p.polrelid
WHERE p.polname NOT IN ('calculation', 'reading') OR NOT p.polpermissive OR p.polroles <> '{0}' OR pg_get_expr(p.polqual, p.polrelid) !~ 'abie_internal\.(has_access|has_national_access)'
ORDER BY 1;
-- a new role can use the schema, and reads nothing in it
SET client_min_messages = warning;
DROP ROLE IF EXISTS abie_catalog_nobody;
RESET client_min_messages;
CREATE ROLE abie_catalog_nobody;
SELECT has_schema_privilege('abie_catalog_nobody', 'abie', 'USAGE') AS usage, has_schema_privilege('abie_catalog_nobody', 'abie', 'CREATE') AS "create";
SELECT c.object FROM relation c
WHERE c.relkind IN ('r', 'v') AND has_table_privilege('abie_catalog_nobody', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
ORDER BY 1;
-- what runs behind gates nobody calls, whatever schemas it may use
GRANT pg_read_all_data TO abie_catalog_nobody;
SELECT p.oid::regprocedure FROM pg_proc p
WHERE p.pronamespace = 'abie_owner'::regnamespace AND has_function_privilege('abie_catalog_nobody', p.oid, 'EXECUTE');
DROP ROLE abie_catalog_nobody;

-- Tables hold what users put there: pg_dump has to save them all, whole, and the sequences behind them.
SELECT c.object FROM relation c JOIN pg_extension e ON e.extname = 'abie'
WHERE c.relkind IN ('r', 'S') AND NOT c.oid = ANY (e.extconfig)
ORDER BY 1;
SELECT u.id::regclass, u.condition FROM pg_extension e, unnest(e.extconfig, e.extcondition) u(id, condition)
WHERE e.extname = 'abie' AND u.condition <> '';
-- each has a primary key
SELECT c.object FROM relation c
WHERE c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')
ORDER BY 1;

-- Aggregates can be computed in parts, here and on other nodes: a combine function, and a state that has a text form. But which row is first only one process knows.
SELECT r.object, a.aggcombinefn, a.aggtranstype::regtype FROM routine r JOIN pg_aggregate a ON a.aggfnoid = r.oid
WHERE r.proname NOT IN ('first_known', 'overlay_agg')
	AND (a.aggcombinefn = 0 OR a.aggtranstype = 'internal'::regtype OR (SELECT t.typtype FROM pg_type t WHERE t.oid = a.aggtranstype) = 'p')
ORDER BY 1;
SELECT count(*) > 0 AS aggregates FROM routine r WHERE r.prokind = 'a';

SET client_min_messages = warning;
DROP SCHEMA catalog_test CASCADE;
