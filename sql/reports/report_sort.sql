-- Tables that readers sort, by a script that asks for nothing. Without it they stand whole, in the order as written.

CREATE FUNCTION abie_internal.sort_script() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN $js$
'use strict';
// words that have an order of their own, the least first; numbers come after them
const order = ['maintain', 'sustain', 'far below', 'below', 'as expected', 'above', 'far above'];
// what stands in a cell, but for its second line
const said = cell => cell.firstChild && cell.firstChild.nodeName !== 'SMALL' ? cell.firstChild.textContent.trim() : '';

// Kind and value: numbers and such words, then text, then nothing.
function key(text) {
	const number = text.replace('\u2212', '-').replace(/[,%+]/g, '');
	if (text === '') return { kind: 2, value: 0 };
	if (order.includes(text)) return { kind: 0, value: order.indexOf(text) - order.length };
	return /^-?\d+(\.\d+)?$/.test(number) ? { kind: 0, value: Number(number) } : { kind: 1, value: text };
}

function compare(one, other) {
	if (one.kind !== other.kind) return one.kind - other.kind;
	return one.kind === 1 ? one.value.localeCompare(other.value, 'en-GB', { numeric: true }) : one.value - other.value;
}

const status = document.createElement('div');
status.className = 'unseen';
status.setAttribute('role', 'status');
document.querySelector('main').append(status);

for (const table of document.querySelectorAll('table.sortable')) {
	const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
	// from the order they came in, so that equal rows keep it; what is empty is last both ways
	const sort = (column, way) => {
		const keyed = rows.map(row => ({ row, key: key(said(row.cells[column])) }));
		keyed.sort((one, other) => (one.key.kind === 2) - (other.key.kind === 2)
			|| (way === 'descending' ? -1 : 1) * compare(one.key, other.key));
		body.replaceChildren(...keyed.map(entry => entry.row));
		heads.forEach((head, place) => head.setAttribute('aria-sort', place === column ? way : 'none'));
		status.textContent = 'Sorted by ' + heads[column].textContent + ', ' + way;
	};
	const hint = document.createElement('span');
	hint.className = 'unseen';
	hint.textContent = ' (columns sort by the buttons in their heads)';
	table.caption.append(hint);
	heads.forEach((head, column) => {
		const button = document.createElement('button');
		button.type = 'button';
		button.append(...head.childNodes);
		head.append(button);
		head.setAttribute('aria-sort', 'none');
		button.addEventListener('click', () =>
			sort(column, head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending'));
	});
}
$js$;
COMMENT ON FUNCTION abie_internal.sort_script() IS
'The script of pages with tables that can be sorted (html_part, kind sortable): buttons in the heads of their columns, '
'aria-sort, and what was done said to screen readers. Numbers sort as numbers, statements and bands in their order, '
'empty cells last.';

CREATE FUNCTION abie_internal.sort_style() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN $css$.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
th button{all:unset;box-sizing:border-box;min-height:24px;cursor:pointer;color:#00527f;text-decoration:underline}
th button:focus-visible{outline:3px solid #222;outline-offset:2px;background:#fd0;color:#222}
th[aria-sort=ascending] button::after{content:" \25B2";content:" \25B2" / ""}
th[aria-sort=descending] button::after{content:" \25BC";content:" \25BC" / ""}
@media print{th button{min-height:0;color:inherit;text-decoration:none}}
$css$;
COMMENT ON FUNCTION abie_internal.sort_style() IS 'Rules of style of pages with tables that can be sorted.';

CREATE FUNCTION abie_internal.script_policy(script text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20
RETURN '; script-src ''sha256-' || encode(sha256(convert_to(script, 'UTF8')), 'base64') || '''';
COMMENT ON FUNCTION abie_internal.script_policy(text) IS
'What a Content-Security-Policy has to say so that this script runs, and no other.';

CREATE FUNCTION abie_internal.script_element(script text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN '<script>' || script || E'</script>\n';
COMMENT ON FUNCTION abie_internal.script_element(text) IS 'A script as HTML.';
