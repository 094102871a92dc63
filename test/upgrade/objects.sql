-- Every object of the extension: definition, privileges, comment. The same in an upgraded database and in a fresh one.
\pset format unaligned
\pset tuples_only on
-- What PostgreSQL writes of a query that it holds reads as the same query, but is not always written so again (casts of constants,
-- names of columns): an upgrade has read each once more, so all are.
DO $$
DECLARE
	definition text;
BEGIN
	FOR definition IN
		SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
		WHERE n.nspname ~ '^abie' AND p.prosqlbody IS NOT NULL
		UNION ALL
		SELECT format('CREATE OR REPLACE VIEW %s %s AS %s', c.oid::regclass, 'WITH (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid))
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname ~ '^abie' AND c.relkind = 'v'
	LOOP
		EXECUTE definition;
	END LOOP;
END
$$;
WITH member AS (
	SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
	WHERE d.deptype = 'e' AND e.extname = 'abie'
		-- from PostgreSQL 17 on the types that come with a relation or a type are members too
		AND NOT EXISTS (SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
			WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND (t.typcategory = 'A' OR c.relkind <> 'c'))
)
SELECT pg_describe_object(m.classid, m.objid, 0) AS object, obj_description(m.objid, m.classid::regclass::name),
	p.proacl, CASE WHEN p.prokind <> 'a' THEN md5(pg_get_functiondef(p.oid)) END, p.procost, p.prorows,
	c.relacl, c.relrowsecurity, c.relforcerowsecurity, CASE WHEN c.relkind = 'v' THEN md5(pg_get_viewdef(c.oid)) END, c.reloptions, n.nspacl,
	(SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attacl, pg_get_expr(b.adbin, b.adrelid),
			col_description(c.oid, a.attnum)), E'\n' ORDER BY a.attnum)
		FROM pg_attribute a LEFT JOIN pg_attrdef b ON b.adrelid = a.attrelid AND b.adnum = a.attnum
		WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
	(SELECT string_agg(pg_get_constraintdef(k.oid), E'\n' ORDER BY k.conname COLLATE "C") FROM pg_constraint k WHERE k.conrelid = c.oid),
	(SELECT string_agg(pg_get_indexdef(i.indexrelid), E'\n' ORDER BY i.indexrelid::regclass::text COLLATE "C") FROM pg_index i WHERE i.indrelid = c.oid),
	(SELECT string_agg(pg_get_triggerdef(g.oid), E'\n' ORDER BY g.tgname COLLATE "C") FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal),
	(SELECT string_agg(concat_ws(' ', y.polname, y.polcmd, y.polroles::text, pg_get_expr(y.polqual, y.polrelid), pg_get_expr(y.polwithcheck, y.polrelid)),
		E'\n' ORDER BY y.polname COLLATE "C") FROM pg_policy y WHERE y.polrelid = c.oid)
FROM member m LEFT JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
	LEFT JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
	LEFT JOIN pg_namespace n ON m.classid = 'pg_namespace'::regclass AND n.oid = m.objid
ORDER BY pg_describe_object(m.classid, m.objid, 0) COLLATE "C";
