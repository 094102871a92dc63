-- Names that several publications give: one for each local authority, and for a school that only links name.

CREATE FUNCTION abie_internal.import_name_rank(source text) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
-- 'school' is what abie.school says on its own: the weakest. NULL for an entry of one's own, which nothing replaces.
RETURN (SELECT ARRAY[pg_catalog.to_char(pg_catalog.array_position(ARRAY['school'] || p.formats,
	pg_catalog.split_part(source, ' ', 1)), 'FM00'),
		pg_catalog.split_part(source, ' ', 2)] COLLATE "C"
	FROM abie.import_precedence p
	WHERE p.target_table = 'school' AND pg_catalog.split_part(source, ' ', 1) = ANY (ARRAY['school'] || p.formats));
COMMENT ON FUNCTION abie_internal.import_name_rank(text) IS
'Place of a source of abie.local_authority, format then edition; the greater is the newer. NULL for an own '
'entry.';

CREATE FUNCTION abie_internal.import_name_authorities(format text, header text[]) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM abie_internal.import_mapping(format, header) m WHERE m.field = 'la_name') THEN
		RETURN;
	END IF;
	-- of one edition's names the most frequent
	EXECUTE (SELECT format($query$
		INSERT INTO abie.local_authority AS held (la_code, la_name, source)
		SELECT DISTINCT ON (n.la_code) n.la_code, n.la_name, %L || ' ' || n.edition
		FROM (SELECT r.la_code, r.la_name, %s AS edition, count(*) AS times FROM pg_temp.abie_import_row r
			WHERE r.set_aside IS NULL AND r.problems IS NULL AND r.la_code IS NOT NULL AND r.la_name IS NOT NULL
			GROUP BY 1, 2, 3) n
		ORDER BY n.la_code, n.edition COLLATE "C" DESC, n.times DESC, n.la_name COLLATE "C"
		ON CONFLICT ON CONSTRAINT local_authority_pkey DO UPDATE
		SET la_name = EXCLUDED.la_name, source = EXCLUDED.source, recorded_at = DEFAULT
		WHERE (abie_internal.import_name_rank(EXCLUDED.source) || EXCLUDED.la_name) COLLATE "C"
			> (abie_internal.import_name_rank(held.source) || held.la_name) COLLATE "C"$query$,
		p.format, p.edition) FROM abie.import_publication p WHERE p.format = import_name_authorities.format);
END $$;
COMMENT ON FUNCTION abie_internal.import_name_authorities(text, text[]) IS
'Keeps the names of local authorities that the file under way gives, where it outranks (abie.import_precedence) or is '
'newer than what gave the name held. A part of import_finish.';

CREATE FUNCTION abie_internal.import_name_schools() RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
WITH nameless AS MATERIALIZED (
	SELECT s.urn, s.laestab FROM abie.school s
	WHERE s.name IS NULL OR split_part(s.sources ->> 'name', ' ', 1) IN ('gias-links', 'laestab')
), linked AS MATERIALIZED (
	SELECT DISTINCT ON (x.link_urn) x.link_urn AS urn, x.link_name AS name, 'gias-links' AS source
	FROM nameless n JOIN abie.school_link x ON x.link_urn = n.urn
	WHERE x.link_name IS NOT NULL
	ORDER BY x.link_urn, x.established_date DESC NULLS LAST, x.link_name COLLATE "C"
), called AS (
	SELECT * FROM linked
	UNION ALL
	-- a school that became an academy keeps its LAESTAB; the other one may get its own name here, too
	(SELECT DISTINCT ON (n.urn) n.urn, coalesce(l.name, o.name), 'laestab ' || o.urn
	FROM nameless n
		JOIN abie.school o ON o.laestab = n.laestab AND o.urn <> n.urn
		LEFT JOIN linked l ON l.urn = o.urn
	WHERE NOT EXISTS (SELECT FROM linked k WHERE k.urn = n.urn)
		AND (l.urn IS NOT NULL
			OR o.name IS NOT NULL AND split_part(o.sources ->> 'name', ' ', 1) IS DISTINCT FROM 'laestab')
	ORDER BY n.urn, o.urn DESC)
), named AS (
	UPDATE abie.school s
	SET name = c.name, sources = s.sources || jsonb_build_object('name', c.source), recorded_at = now()
	FROM called c
	WHERE s.urn = c.urn AND (s.name, s.sources ->> 'name') IS DISTINCT FROM (c.name, c.source)
	RETURNING 1
)
SELECT count(*) FROM named
$$;
COMMENT ON FUNCTION abie_internal.import_name_schools() IS
'Gives schools that no publication names the name under which abie.school_link knows them, the newest link''s, or else '
'that of the newest other URN of their LAESTAB; the number of schools named. A part of import_finish.';
