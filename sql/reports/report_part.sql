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
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- not format(), which looks at every sign
	RETURN concat($html$<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:$html$,
		policy, $html$">
<link rel="icon" href="data:,">
<title>$html$, abie_internal.xml_text(title), $html$</title>
<style>
:root{color-scheme:light}
body{margin:0 auto;max-width:44rem;padding:1rem;
font:1rem/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
color:#222;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0 .25rem}
h2{font-size:1.25rem;line-height:1.3;margin:2rem 0 .5rem;padding-top:.6rem;border-top:2px solid #0072b2}
h3{font-size:1rem;margin:1rem 0 .25rem}
p,ul,ol{margin:.5rem 0}ul,ol{padding-left:1.4rem}li{margin:.35rem 0}
.meta{color:#505050;font-size:.9rem}
.notice{border-left:.4rem solid #b35900;background:#fff4e5;padding:.5rem .75rem}
.lead{border-left:.4rem solid #0072b2;background:#eaf3f9;padding:.75rem;font-size:1.2rem;font-weight:600;
line-height:1.35}
figure{margin:.75rem 0;break-inside:avoid}
svg{display:block;width:100%;max-width:36rem;height:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;margin:.75rem 0}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{padding:.3rem .25rem;border-bottom:1px solid #ccc;text-align:right;vertical-align:top;
font-variant-numeric:tabular-nums;overflow-wrap:normal}
th{font-weight:600;line-height:1.3}tbody th{font-weight:400;line-height:inherit}
th:first-child{text-align:left;padding-left:0;min-width:8rem;overflow-wrap:anywhere}
td:last-child,th:last-child{padding-right:0}
small{display:block;color:#505050;font-size:.85em}
.half ul{list-style:none;padding:0}
summary{cursor:pointer;padding:.4rem 0;color:#00527f}
@media (max-width:30rem){body{padding:.75rem}table{font-size:.85rem}
thead th{font-size:.75rem}th:first-child{min-width:6rem}}
@media print{@page{size:A4;margin:14mm 15mm}html{font-size:9.5pt}body{max-width:none;padding:0;line-height:1.35}
h1{margin-top:0}h2{margin-top:1.1rem}svg{max-width:112mm}th,td{padding:.12rem .4rem}
html:has(.half){font-size:9pt}.half{break-after:page}
.half h1{font-size:1.4rem}.half li{margin:.2rem 0}.half svg{max-width:124mm}
.half~figure{float:left;width:76mm;margin:0 4mm 1mm 0}.half~h2{clear:both;margin-top:.6rem;padding-top:.3rem}
.half~ul{display:flow-root}
.half~table{width:auto;min-width:84mm;font-size:.8rem}.half~table small{display:inline;margin-left:.4em}
.half~table :is(th,td){padding:.05rem .4rem}.half~table td:last-child{white-space:nowrap}
h2,h3,caption{break-after:avoid}tr,li,.lead,.notice{break-inside:avoid}details{display:none}}
$html$, style, $html$</style>
</head>
<body>
$html$, content, $html$</body>
</html>
$html$);
END $$;
COMMENT ON FUNCTION abie_internal.html_page(text, text, text, text) IS
'A whole HTML page, one file that loads nothing from elsewhere. policy: what its Content-Security-Policy allows beyond '
'that; style: rules beyond those of reports; content: HTML of its body.';

CREATE FUNCTION abie_internal.report_page(format text, title text, body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE format
		WHEN 'html' THEN abie_internal.html_page(title, '', '', E'<main>\n' || body || E'</main>\n') ELSE body END;
END $$;
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
