-- Whether what a run read has changed since, as the rows themselves tell.

/*
 * A row keeps the number of the transaction that wrote it, xmin, and what a
 * change leaves is another row.  So where every row was written before the
 * oldest transaction that had not ended when the run read, and there are as many
 * as then, they are the rows that it read: none was added or changed since, and
 * none deleted, for no other could have come for it.
 */
CREATE FUNCTION abie_internal.input_mark(horizon xid8) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH input (place, rows, least_age) AS (
	SELECT 'abie.attendance'::regclass::oid, count(*), min(age(a.xmin)) FROM abie.attendance a
	UNION ALL
	SELECT 'abie.school'::regclass::oid, count(*), min(age(s.xmin)) FROM abie.school s
	UNION ALL
	SELECT 'abie.school_context'::regclass::oid, count(*), min(age(c.xmin)) FROM abie.school_context c
	UNION ALL
	SELECT 'abie.school_link'::regclass::oid, count(*), min(age(k.xmin)) FROM abie.school_link k
	UNION ALL
	-- a column that is dropped and added again changes all rows without writing one
	SELECT 'pg_attribute'::regclass::oid, count(*), min(age(b.xmin)) FROM pg_attribute b
	WHERE b.attrelid = ANY ('{abie.attendance,abie.school,abie.school_context,abie.school_link}'::regclass[])
)
SELECT jsonb_build_object('horizon', horizon::text, 'rows', jsonb_object_agg(i.place, i.rows),
	-- a dump that is restored elsewhere has other numbers
	'cluster', (SELECT s.system_identifier::text FROM pg_control_system() s))
FROM input i
HAVING min(i.least_age) > age(horizon::xid)
	-- farther back the numbers of rows, which have 32 bits, have come round again
	AND pg_snapshot_xmax(pg_current_snapshot())::text::numeric - horizon::text::numeric BETWEEN 0 AND 2000000000
$$;
COMMENT ON FUNCTION abie_internal.input_mark(xid8) IS
'What tells that the tables a run reads (abie.attendance, school, school_context, school_link) have not changed since '
'a moment, of which horizon is the oldest transaction that had not ended (pg_snapshot_xmin): the same value as then. '
'NULL where a row, or a column of them, is of horizon or later, or horizon two thousand million transactions ago.';

CREATE FUNCTION abie_internal.is_input_unchanged(run_id integer, digest text) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
SELECT EXISTS (SELECT
	FROM abie.run r
	WHERE r.run_id = is_input_unchanged.run_id
		AND r.input_digest = is_input_unchanged.digest
		AND r.extension_version = (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'abie')
		AND r.input_mark = abie_internal.input_mark((r.input_mark ->> 'horizon')::xid8)
		-- the one column read that the digest does not hold, because it follows from others
		AND NOT EXISTS (SELECT
			FROM (SELECT s.stratum, bool_and(s.attendance_published) OR abie_internal.published_suffice(
						count(*) FILTER (WHERE s.attendance_published), count(*)) AS published,
					bool_and(s.references_published) AS all_so, bool_or(s.references_published) AS any_so
				FROM abie.run_school s
				WHERE s.run_id = is_input_unchanged.run_id
				GROUP BY s.stratum) t
			WHERE t.published <> t.all_so OR t.published <> t.any_so))
$$;
COMMENT ON FUNCTION abie_internal.is_input_unchanged(integer, text) IS
'Whether it is certain, without reading again what a run read, that it would be the same: it was calculated by this '
'version of abie, the inputs it kept have the digest it recorded (digest is what they have now), and the tables it '
'read have not changed since (abie_internal.input_mark). False where it is not certain.';
