-- What reports are put together from: the same words, as HTML or as Markdown.

CREATE FUNCTION abie_internal.counted(number bigint, one text, many text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_counted';
COMMENT ON FUNCTION abie_internal.counted(bigint, text, text) IS
'So many of what is counted, in the singular or the plural.';

CREATE FUNCTION abie_internal.shown_name(name text, urn integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
-- not STRICT, so that it becomes part of the query
RETURN coalesce(nullif(btrim(abie_internal.plain_text(name)), ''), 'School ' || urn::text);
COMMENT ON FUNCTION abie_internal.shown_name(text, integer) IS
'The name of a school as reports write it, or its URN where it has none.';

CREATE FUNCTION abie_internal.html_link(address text, given text) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2
-- not STRICT: what has no page is not a link
AS 'MODULE_PATHNAME', 'abie_html_link';
COMMENT ON FUNCTION abie_internal.html_link(text, text) IS
'The text as HTML, escaped; a link where there is an address. Not STRICT because the address may be NULL.';

/*
 * Kinds: title, meta, notice, lead, heading, subheading, paragraph, list, steps, table, sortable (a table, on a page
 * with abie_internal.sort_script), figures (a table that a picture shows), picture (SVG as it is). A tab in an item of
 * a list or of steps ends its keyword; a line feed in a cell starts a second, smaller line.
 */
CREATE FUNCTION abie_internal.html_part(kind text, given text, items text[] DEFAULT NULL, links text[] DEFAULT '{}')
RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10
-- not STRICT: most kinds have no items; nothing to write is nothing
AS 'MODULE_PATHNAME', 'abie_html_part';
COMMENT ON FUNCTION abie_internal.html_part(text, text, text[], text[]) IS
'A part of a report as HTML; all text in it is escaped, but for pictures. links: the addresses that the items of a '
'list, or the rows of a table, lead to. Not STRICT because most kinds have no items; NULL for NULL. Error 22023: '
'another kind.';

CREATE FUNCTION abie_internal.report_part(format text, kind text, given text, items text[] DEFAULT NULL,
	links text[] DEFAULT '{}') RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10
-- not STRICT: a part without text is left out
AS 'MODULE_PATHNAME', 'abie_report_part';
COMMENT ON FUNCTION abie_internal.report_part(text, text, text, text[], text[]) IS
'A part of a report in a format, html or markdown; empty where there is nothing to write, so not STRICT. links, error: '
'as of abie_internal.html_part.';

CREATE FUNCTION abie_internal.html_page(title text, policy text, style text, content text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_html_page';
COMMENT ON FUNCTION abie_internal.html_page(text, text, text, text) IS
'A whole HTML page, one file that loads nothing from elsewhere. policy: what its Content-Security-Policy allows beyond '
'that; style: rules beyond those of reports; content: HTML of its body.';

CREATE FUNCTION abie_internal.report_page(format text, title text, body text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_report_page';
COMMENT ON FUNCTION abie_internal.report_page(text, text, text) IS
'A whole report in a format from its parts. HTML is one file that loads nothing from elsewhere and runs '
'nothing.';

CREATE FUNCTION abie_internal.check_report_format(format text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is no format
BEGIN
	IF format IS NULL OR format NOT IN ('html', 'markdown', 'json') THEN
		RAISE EXCEPTION 'report format cannot be %', coalesce('"' || format || '"', 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Formats are html, markdown and json.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.check_report_format(text) IS
'Error 22023 unless the format is html, markdown or json. Not STRICT because NULL is none of them.';

CREATE FUNCTION abie_owner.report_run(role oid, run_id integer) RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL asks for the run to be read
DECLARE
	found_run integer;
BEGIN
	SELECT r.run_id INTO found_run FROM abie_owner.report_runs(role) r
	WHERE r.run_id = report_run.run_id OR report_run.run_id IS NULL
	ORDER BY r.run_status = 'issued' DESC, r.target_year COLLATE "C" DESC, r.is_current DESC, r.run_id DESC LIMIT 1;
	IF found_run IS NULL THEN
		RAISE EXCEPTION '%', CASE WHEN run_id IS NULL THEN 'there is no finished run'
			ELSE format('run %s does not exist or has not finished', run_id) END
			USING ERRCODE = 'no_data_found',
				HINT = 'Finished runs are in abie_report.run; CALL abie.calculate makes one.';
	END IF;
	RETURN found_run;
END $$;
COMMENT ON FUNCTION abie_owner.report_run(oid, integer) IS 'Of a role, as abie.report_run.';

CREATE FUNCTION abie.report_run(run_id integer DEFAULT NULL) RETURNS integer
LANGUAGE C STABLE PARALLEL SAFE
-- not STRICT: NULL asks for the run to be read
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.report_run(integer) IS
'The run that reports are of: the given one, or for NULL the one issued last (newest target year), or where none is '
'issued the newest calculated of the newest target year. Not STRICT because NULL asks for it. Error P0002 where there '
'is none.';
