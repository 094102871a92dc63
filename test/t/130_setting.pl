# Where abie is put and what a session sets: schemas, encodings of databases, settings that change how literals are read
# and numbers are written; dump and restore; a standby.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('setting');
$node->init(allows_streaming => 1);
$node->start;

# What psql says in a database: standard output, standard error; settings as PGOPTIONS takes them.
sub psql
{
	my ($database, $sql, $options) = @_;
	# not how far a calculation is
	local $ENV{PGOPTIONS} = '-c client_min_messages=warning ' . ($options // '');
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr($database) ], '<', \$sql, '>', \$out, '2>', \$err);
	return ($out, $err);
}

sub query
{
	my ($out, $err) = psql(@_);
	is($err, '', 'no error') or BAIL_OUT('a statement that has to work does not');
	chomp $out;
	return $out;
}

#
# Schemas
#
my $old_style = '-c standard_conforming_strings=off -c escape_string_warning=off -c backslash_quote=off';
$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(plain england schemas restored restored_old_style);
query('plain', 'CREATE EXTENSION abie');
query('england', 'DROP SCHEMA public CASCADE');
query('england', 'CREATE EXTENSION abie', $old_style);
is(query('england', q{SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)' ORDER BY 1}), "abie\nabie_internal\nabie_owner\nabie_report",
	'made without the schema public, and its own schemas are all it makes');

# Every text of the extension's: bodies as they were given and as they were parsed, views, constraints, comments.
my $texts = q{
	SELECT DISTINCT object || ': ' || md5(definition) FROM (
		SELECT pg_describe_object(classid, objid, 0) AS object,
			concat_ws('|', obj_description(objid, classid::regclass::name), p.prosrc, pg_get_function_sqlbody(p.oid), p.proconfig,
				CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END,
				(SELECT string_agg(pg_get_constraintdef(k.oid), '|' ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid),
				(SELECT string_agg(concat_ws('|', a.attname, col_description(c.oid, a.attnum), pg_get_expr(b.adbin, c.oid)), '|' ORDER BY a.attnum)
					FROM pg_attribute a LEFT JOIN pg_attrdef b ON b.adrelid = c.oid AND b.adnum = a.attnum WHERE a.attrelid = c.oid)) AS definition
		FROM pg_depend d LEFT JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
			LEFT JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
		WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e') t ORDER BY 1};
is(query('england', $texts), query('plain', $texts), 'the same extension, however literals are read when it is made');

# Literals are read alike everywhere only where none needs a backslash or an escape of Unicode to be itself.
my ($version) = slurp_file("$FindBin::RealBin/../../abie.control") =~ /^default_version = '(.*)'$/m;
my $script = slurp_file("$FindBin::RealBin/../../sql/abie--$version.sql");
$script =~ s/^.*\n//;
my $literal = qr/'(?:[^'\\]|\\.|'')*'/s;
# scripts and styles of pages, which are dollar-quoted and never read as SQL
$script =~ s/\$(js|css)\$.*?\$\1\$//gs;
$script =~ s/E$literal(?:\s*\n\s*$literal)*//g;
is(join("\n", grep { /\\|U&'|[^\x00-\x7f]/ } split /\n/, $script), '', 'nothing in the script depends on standard_conforming_strings or an encoding');

query('schemas', 'CREATE ROLE intruder; GRANT CREATE ON DATABASE schemas TO intruder; SET ROLE intruder; CREATE SCHEMA abie');
like((psql('schemas', 'CREATE EXTENSION abie'))[1],
	qr/there is a schema abie already, of role intruder.*DETAIL:.*HINT:.*ALTER SCHEMA abie RENAME/s, 'a schema of its name that is somebody else\'s is refused');
query('schemas', 'ALTER SCHEMA abie RENAME TO abie_report');
like((psql('schemas', 'CREATE EXTENSION abie'))[1], qr/there is a schema abie_report already/, 'and that of the reports');
query('schemas', 'ALTER SCHEMA abie_report RENAME TO other');
like((psql('schemas', 'CREATE EXTENSION abie SCHEMA other'))[1], qr/must be installed in schema "pg_catalog"/, 'nor is it put anywhere else');
query('schemas', 'CREATE EXTENSION abie; DROP EXTENSION abie');
is(query('schemas', q{SELECT nspname FROM pg_namespace WHERE nspname ~ '^abie'}), '', 'DROP EXTENSION leaves no schema');
query('schemas', 'CREATE EXTENSION abie');
like((psql('schemas', 'DROP SCHEMA abie CASCADE'))[1], qr/cannot drop schema abie because extension abie requires it/, 'its schema is not dropped by itself');

#
# Encodings
#
for my $encoding (qw(SQL_ASCII LATIN1 EUC_JP))
{
	$node->safe_psql('postgres', "CREATE DATABASE encoded ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	like((psql('encoded', 'CREATE EXTENSION abie'))[1], qr/abie needs a database in encoding UTF8, not $encoding\nHINT:  Make one with CREATE DATABASE/,
		"refused in $encoding, and says why");
	$node->safe_psql('postgres', 'DROP DATABASE encoded');
}

#
# What a session sets changes no report, explanation, digest, picture or check
#
query('england', 'SELECT abie.load_demo(800)', $old_style);
(undef, my $error) = psql('england', "CALL abie.calculate('2025/26')", $old_style);
is($error, '', 'calculated');
query('england', q{SELECT count(*) FROM abie.correction_request(900017, '2024/25', 'a comment', 91.123456789)}, $old_style);
my $school = query('england', 'SELECT urn FROM abie.expectation WHERE run_id = 1 ORDER BY improvement DESC, urn LIMIT 1');
my $area = query('england', "SELECT la_code FROM abie.run_school WHERE run_id = 1 AND urn = $school");

# Each text with the name of what made it; floats are the client's to write, so that columns of numbers are left out.
my $made = qq{
	DO \$do\$
	DECLARE
		source record;
	BEGIN
		CREATE TEMP TABLE text_of (source text, given text);
		FOR source IN
			SELECT c.oid::regclass AS relation, string_agg(quote_literal(c.oid::regclass || '.' || a.attname), ', ' ORDER BY a.attnum) AS names,
				string_agg(format('string_agg(md5(%1\$I::text), '''' ORDER BY md5(%1\$I::text))', a.attname), ', ' ORDER BY a.attnum) AS texts
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
			WHERE c.relkind = 'v' AND c.relnamespace IN ('abie'::regnamespace, 'abie_report'::regnamespace)
				AND a.atttypid IN ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype)
			GROUP BY c.oid
		LOOP
			EXECUTE format('INSERT INTO text_of SELECT u.* FROM (SELECT ARRAY[%s] AS texts FROM %s) t, unnest(ARRAY[%s], t.texts) u', source.texts, source.relation, source.names);
		END LOOP;
		-- checks that have a threshold
		FOR source IN
			SELECT p.oid::regproc AS name FROM pg_proc p WHERE p.prorettype = 'abie.checked_item'::regtype AND p.proretset AND oidvectortypes(p.proargtypes) LIKE 'integer, double precision%'
		LOOP
			EXECUTE format('INSERT INTO text_of SELECT %L, string_agg(i.example, '''' ORDER BY i.example COLLATE "C") FROM %s(1, 0.123456789) i', source.name, source.name);
		END LOOP;
	END \$do\$;
	INSERT INTO text_of SELECT 'school report, ' || format, abie.school_report($school, format, 1) FROM unnest('{html,markdown,json}'::text[]) format;
	INSERT INTO text_of SELECT 'area report, ' || format, abie.area_report('la', '$area', format, 1) FROM unnest('{html,markdown,json}'::text[]) format;
	INSERT INTO text_of SELECT 'explain', string_agg(concat_ws('|', step, name, made), '|' ORDER BY step) FROM abie.explain(1, $school);
	INSERT INTO text_of SELECT 'similarity', string_agg(concat_ws('|', characteristic, own, other), '|' ORDER BY rank, characteristic) FROM abie.similarity(1, $school);
	INSERT INTO text_of SELECT 'what_if ' || name, encode(float8send(value) || float8send(changed), 'hex') FROM abie.what_if(1, $school, '{"fsm6_pct": 38.123}');
	INSERT INTO text_of SELECT 'verify', string_agg(now || equal, '|' ORDER BY digest) FROM abie.verify(1);
	INSERT INTO text_of SELECT 'check ' || name, examples::text FROM abie.run_checks(1);
	INSERT INTO text_of SELECT 'scope', string_agg(concat_ws('|', urn, reason, detail), '|' ORDER BY laestab) FROM abie.school_scope('2025/26', 30);
	INSERT INTO text_of VALUES
		('ladder', abie.chart_ladder('L', '{now,target,national}', '{92.123456789012,93.3,94.1}', ARRAY['start', 'target', NULL])),
		('distribution', abie.chart_distribution('D', 'x', '{1.23456789,2.3456,3.456789}', '{3,4,5}', 2.345678912)),
		('run change', abie.chart_run_change('R', '{a,a,b}', '{1.23456789,2.3456,3.456789}')),
		('similar', abie.chart_similar('S', '{a,b}', '{91.23456789,92.3456}', '{91.0,92.1}', '{92,93.1}', 1));
	SELECT source || ' ' || coalesce(md5(given), '') FROM text_of ORDER BY 1;};
my $usual = query('england', $made);
my %usual = map { $_ => 1 } split /\n/, $usual;
cmp_ok(scalar keys %usual, '>', 100, 'texts of every kind are compared');
my @settings = (
	[ 'numbers of few digits, texts of old', "$old_style -c extra_float_digits=-10 -c bytea_output=escape -c array_nulls=off -c transform_null_equals=on" ],
	[ 'dates of elsewhere', '-c extra_float_digits=0 -c DateStyle=SQL,DMY -c IntervalStyle=iso_8601 -c TimeZone=Pacific/Auckland -c lc_numeric=C -c lc_time=C'
		. ' -c xmloption=document -c xmlbinary=hex -c default_text_search_config=simple' ],
	[ 'other plans', '-c enable_hashagg=off -c enable_hashjoin=off -c jit=on -c jit_above_cost=0 -c join_collapse_limit=1 -c from_collapse_limit=1'
		. ' -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan -c DateStyle=German -c search_path=' ]);
for my $setting (@settings)
{
	my ($name, $options) = @$setting;
	is(join("\n", grep { !$usual{$_} } split /\n/, query('england', $made, $options)), '', "$name: the same texts");
}
is(query('england', q{SELECT (abie.issue(1, 'a reason')).status, (abie.withdraw(1, 'another')).status}, $old_style), 'issued|withdrawn', 'reasons are understood');

#
# The programs, whatever the terminal's locale and encoding
#
my $file = PostgreSQL::Test::Utils::tempdir . "/\x{c3}\x{a9}cole.csv";
append_to_file($file, "URN,LA,ESTAB,PERCTOT\n900017,999,9999,5.5\n");
my @bare = ('env', '-i', "PATH=$ENV{PATH}", "HOME=$ENV{HOME}", 'PGCLIENTENCODING=LATIN1');
command_like([ @bare, "$FindBin::RealBin/../../bin/abie-load", '--db', $node->connstr('england'), '--year', '2018/19', 'england-abs', $file ],
	qr/^\x{c3}\x{a9}cole.csv: format england-abs, 1 rows read/, 'abie-load without a locale');
is(query('england', 'SELECT file FROM abie.import ORDER BY import_id DESC LIMIT 1'), "\x{c3}\x{a9}cole.csv", 'a name in UTF-8 is kept');
my $folder = PostgreSQL::Test::Utils::tempdir;
command_like([ @bare, "$FindBin::RealBin/../../bin/abie-reports", '--db', $node->connstr('england'), '--run', 1, '--format', 'markdown', $folder ],
	qr/^run 1: reports are in/, 'abie-reports without a locale');
is(slurp_file("$folder/$school.md") =~ s/\n+\z//r, query('england', "SELECT abie.school_report($school, 'markdown', 1)") =~ s/\n+\z//r,
	'and its reports are in UTF-8');

#
# Dump and restore
#
my $dump = $node->basedir . '/england.sql';
run_log([ 'pg_dump', '--no-sync', '-f', $dump, $node->connstr('england') ]) or BAIL_OUT('pg_dump failed');
my $kept = q{SELECT run_id, status, result_digest FROM abie.run ORDER BY 1};
for my $restore ([ 'restored', '' ], [ 'restored_old_style', $old_style ])
{
	my ($name, $options) = @$restore;
	my (undef, $err) = psql($name, "DROP SCHEMA public;\n\\i $dump", $options);
	is($err, '', "$name: no error");
	is(query($name, $kept), query('england', $kept), "$name: its runs");
	is(query($name, 'SELECT bool_and(equal) FROM abie.verify(1)', $options), 't', "$name: verified");
	is(query($name, $texts), query('plain', $texts), "$name: the same extension");
}

done_testing();
