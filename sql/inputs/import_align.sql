-- Before attendance is merged: rows of the file and rows held that are about the same school come to one LAESTAB.

CREATE FUNCTION abie_internal.import_align_incoming_query() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- A row that EES (or an own entry) counts names the school's place; a URN that is double on either side names none.
-- All rows move at once, so two that stand in each other's place change places. A row without a URN cannot move and
-- keeps its place.
RETURN $query$
WITH counted AS (
	SELECT a.urn, min(a.laestab) AS laestab
	FROM abie.attendance a
	WHERE a.urn IS NOT NULL AND a.academic_year = (SELECT s.academic_year FROM pg_temp.abie_import_state s)
	GROUP BY a.urn
	HAVING count(*) = 1 AND bool_and(a.sources ->> 'urn' IS DISTINCT FROM 'england-abs'
		AND (a.sess_possible IS NOT NULL OR a.sources ->> 'urn' = 'ees-absence'))
), single AS (
	SELECT r.urn
	FROM pg_temp.abie_import_row r
	WHERE r.set_aside IS NULL AND r.problems IS NULL AND r.urn IS NOT NULL
	GROUP BY r.urn
	HAVING count(*) = 1
)
UPDATE pg_temp.abie_import_row r
SET la_code = counted.laestab / 10000, establishment = counted.laestab % 10000
FROM counted JOIN single USING (urn)
WHERE r.set_aside IS NULL AND r.problems IS NULL AND r.urn = counted.urn
	AND r.la_code * 10000 + r.establishment <> counted.laestab
	AND NOT EXISTS (SELECT FROM pg_temp.abie_import_row other
		WHERE other.urn IS NULL AND other.set_aside IS NULL AND other.problems IS NULL
			AND other.la_code * 10000 + other.establishment = counted.laestab)$query$;
COMMENT ON FUNCTION abie_internal.import_align_incoming_query() IS
'The statement that gives incoming rates of england-abs the LAESTAB under which the same URN is counted in the same '
'year.';

CREATE FUNCTION abie_internal.import_align_held_query() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Only rows that hold nothing but rates of england-abs move. One whose new place is held by a row that stays is
-- blocked, and so is one that waits for the place of a blocked one; the others change places, in rings too.
-- OFFSET 0: what all a row holds is looked at once it is known to be wanted elsewhere, not of all rows.
RETURN $query$
WITH RECURSIVE rates AS MATERIALIZED (
	SELECT a.academic_year, a.laestab, a.urn
	FROM abie.attendance a
	WHERE a.sess_possible IS NULL AND a.sources ->> 'urn' = 'england-abs'
), single AS (
	SELECT r.academic_year, r.urn, min(r.laestab) AS laestab
	FROM pg_temp.abie_import_row r
	WHERE r.set_aside IS NULL AND r.problems IS NULL
		AND (r.academic_year, r.urn) IN (SELECT rates.academic_year, rates.urn FROM rates)
	GROUP BY r.academic_year, r.urn
	HAVING count(*) = 1
), wanted AS MATERIALIZED (
	SELECT (elsewhere.held).academic_year, (elsewhere.held).laestab, elsewhere.place
	FROM (SELECT a AS held, single.laestab AS place
		FROM rates
			JOIN single ON single.academic_year = rates.academic_year
				AND single.urn = rates.urn
				AND single.laestab <> rates.laestab
			JOIN abie.attendance a ON a.academic_year = rates.academic_year AND a.laestab = rates.laestab
		OFFSET 0) elsewhere
	WHERE NOT EXISTS (SELECT FROM jsonb_each_text((elsewhere.held).sources) s WHERE s.value <> 'england-abs')
		AND jsonb_strip_nulls(to_jsonb(elsewhere.held)
				- '{academic_year,laestab,markers,sources,source,recorded_at}'::text[])
			- ARRAY(SELECT jsonb_object_keys((elsewhere.held).sources)) = '{}'
		AND NOT EXISTS (SELECT FROM abie.attendance other
			WHERE other.academic_year = (elsewhere.held).academic_year AND other.urn = (elsewhere.held).urn
				AND other.laestab <> (elsewhere.held).laestab)
), blocked AS (
	SELECT w.academic_year, w.laestab
	FROM wanted w
		JOIN abie.attendance a ON a.academic_year = w.academic_year AND a.laestab = w.place
		LEFT JOIN wanted mover ON mover.academic_year = a.academic_year AND mover.laestab = a.laestab
	WHERE mover.laestab IS NULL
	UNION
	SELECT w.academic_year, w.laestab
	FROM blocked b
		JOIN wanted w ON w.academic_year = b.academic_year AND w.place = b.laestab
), gone AS (
	DELETE FROM abie.attendance held
	USING wanted w
		LEFT JOIN blocked b USING (academic_year, laestab)
	WHERE b.laestab IS NULL AND held.academic_year = w.academic_year AND held.laestab = w.laestab
	RETURNING jsonb_populate_record(held, jsonb_build_object('laestab', w.place)) AS moved
)
SELECT array_agg(gone.moved) FROM gone$query$;
COMMENT ON FUNCTION abie_internal.import_align_held_query() IS
'The statement that takes away held rates of england-abs whose URN an incoming file of EES counts under another '
'LAESTAB, and gives them with that LAESTAB.';

CREATE FUNCTION abie_internal.import_align(format text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	moved abie.attendance[];
BEGIN
	-- Performance tables give some schools the LAESTAB of a later year. EES's row of the same year and URN names the
	-- school; rates go to it, whichever file comes first.
	IF format = 'england-abs' THEN
		EXECUTE abie_internal.import_align_incoming_query();
	ELSE
		-- taken away first, put back after: rows that change places are in each other's way
		EXECUTE abie_internal.import_align_held_query() INTO moved;
		INSERT INTO abie.attendance SELECT * FROM unnest(moved);
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.import_align(text) IS
'Before attendance is merged: gives rates of england-abs the LAESTAB under which EES counts the same URN in the same '
'year. A URN that occurs twice in a year, in the file or among what is held, is left where it is.';
