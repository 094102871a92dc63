# bin/abie-reports: all reports of a run in files, whole ones only, whatever happens; what cannot be done is said. The JSON follows doc/*.schema.json.
# What a role gets is what the owner gets of the same schools, but for what is not shown to it.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $top = "$FindBin::RealBin/../..";
my $node = PostgreSQL::Test::Cluster->new('files');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION abie;
SELECT abie.load_demo(1500);
UPDATE abie.school SET trust = CASE urn / 30 % 2 WHEN 0 THEN 'Trust' ELSE '../<b>"|''' END WHERE urn % 30 = 0;
UPDATE abie.school SET name = '<script>alert("x")</script> & ''Sons''' WHERE urn = 900016;
UPDATE abie.school SET name = E'../../etc/passwd\\N\ttab\nline' WHERE urn = 900017;
UPDATE abie.school SET name = repeat('long ', 500) WHERE urn = 900018;
UPDATE abie.school SET name = U&'\202E\2066turned' WHERE urn = 900019;
CALL abie.calculate('2025/26');
ANALYZE;
SQL
my $connection = $node->connstr('postgres');
my $schools = $node->safe_psql('postgres', 'SELECT schools_in_scope FROM abie.run');
my $folder = PostgreSQL::Test::Utils::tempdir();

# Exit status, output and errors of abie-reports.
sub reports
{
	my (@argument) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ "$top/bin/abie-reports", @argument ], '<', \'', '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub files
{
	my ($of) = @_;
	opendir(my $open, $of) or die "$of: $!";
	return grep { !/^\.\.?$/ } readdir $open;
}

#
# Files
#
my ($status, $out, $err) = reports('--db', $connection, '--jobs', '2', "$folder/new/html");
is($status, 0, 'all reports are written') or diag($err);
is($out, "run 1: reports are in $folder/new/html\n", 'where they are is said');
my @file = files("$folder/new/html");
is(scalar(@file), $schools, 'a file for each school');
is(scalar(grep { !/^9\d{5}\.html$/ } @file), 0, 'named by URN, nothing else there');
is(scalar(grep { slurp_file("$folder/new/html/$_") !~ m{\A<!DOCTYPE html>.*</html>\n\z}s } @file), 0, 'each whole');
ok(slurp_file("$folder/new/html/$_.html") =~ s/\n+\z//r eq $node->safe_psql('postgres', "SELECT abie.school_report($_)") =~ s/\n+\z//r, "$_: the same as abie.school_report") for 900016 .. 900019;
($status, $out, $err) = reports('--db', $connection, '--format', 'markdown', '--run', '1', "$folder/markdown");
like($err, qr/^  1000 reports$/m, 'progress is told');
is(join(' ', sort +(files("$folder/markdown"))[ 0 .. 0 ]) =~ /\.md$/ ? scalar(files("$folder/markdown")) : 0, $schools, 'Markdown is .md');
my $hostile = slurp_file("$folder/markdown/900016.md");
unlike($hostile, qr/(?<!\\)<script/, 'hostile names are escaped in Markdown');
my $tab = slurp_file("$folder/markdown/900017.md");
like($tab, qr/\A# \S[^\n]*tab line\n/, 'a name stays in one line');
unlike(slurp_file("$folder/new/html/900019.html"), qr/\xE2\x80\xAE|\xE2\x81\xA6/, 'nothing turns text around');

#
# What cannot be done
#
($status, $out, $err) = reports('--db', 'nowhere', $folder);
ok($status == 1 && $err =~ /nowhere|connection/, 'no such database');
($status, $out, $err) = reports('--db', $connection, '--run', '99', "$folder/99");
like($err, qr/run 99 does not exist/, 'no such run');
ok(!-e "$folder/99", 'and no folder for it');
for (
	[ 'no folder', qr/^Usage:/, 2 ],
	[ 'an unknown option', qr/^Usage:/, 2, '--all', $folder ],
	[ 'an option without its value', qr/--run needs a value/, 1, '--run' ],
	[ 'a run that is no number', qr/--run has to be a number, not 1; DROP/, 1, '--run', '1; DROP', $folder ],
	[ 'an unknown format', qr/--format has to be html, markdown or json, not pdf/, 1, '--format', 'pdf', $folder ],
	[ 'no jobs', qr/--jobs has to be 1 to 99, not 0/, 1, '--jobs', '0', $folder ])
{
	my ($what, $said, $code, @argument) = @$_;
	($status, $out, $err) = reports(@argument);
	ok($status == $code && $err =~ $said, $what) or diag("$status $err");
}
append_to_file("$folder/file", 'x');
($status, $out, $err) = reports('--db', $connection, "$folder/file");
ok($status == 1 && $err =~ /file/, 'a folder that is a file');
SKIP:
{
	skip 'root may write anywhere', 1 if $> == 0;
	mkdir "$folder/closed", 0500;
	($status, $out, $err) = reports('--db', $connection, "$folder/closed");
	ok($status == 1 && $err =~ /closed cannot be written to/, 'a folder that cannot be written to');
}
my ($help) = (reports('--help'))[1];
like($help, qr/--$_\b/, "--$_ is in the help") for qw(db run format jobs site la trust urn);

#
# Interrupted, or the server gone: whole files or none
#
sub interrupted
{
	my ($what, $interrupt) = @_;
	my $to = "$folder/$what";
	mkdir $to;
	my ($o, $e) = ('', '');
	my $run = IPC::Run::start([ "$top/bin/abie-reports", '--db', $connection, '--jobs', '2', $to ], '<', \'', '>', \$o, '2>', \$e);
	my $give_up = time + 60;
	sleep 0.05 while !files($to) && time < $give_up;
	$interrupt->($run);
	IPC::Run::finish($run);
	isnt($?, 0, "$what: fails");
	like($e, qr/^abie-reports: .*not all reports/m, "$what: says that not all are written");
	sleep 0.2;
	my @left = files($to);
	cmp_ok(scalar(@left), '<', $schools, "$what: not all are there");
	is(scalar(grep { !/^9\d{5}\.html$/ || slurp_file("$to/$_") !~ m{</html>\n\z} } @left), 0, "$what: no half files");
	is($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE '%report_files%' AND pid <> pg_backend_pid()}), 1, "$what: no session goes on");
	return;
}
interrupted('interrupted', sub { $_[0]->signal('TERM') });
interrupted('terminated', sub { $node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%report_files%' AND pid <> pg_backend_pid()}) });

#
# JSON
#
($status, $out, $err) = reports('--db', $connection, '--format', 'json', '--jobs', '2', "$folder/json");
is($status, 0, 'JSON is written');
mkdir "$folder/area";
my @area = split /\n/, $node->safe_psql('postgres', q{SELECT DISTINCT la_code FROM abie_report.local_authority_summary WHERE la_code % 10 = 1});
append_to_file("$folder/area/$_.json", $node->safe_psql('postgres', "SELECT abie.area_report('la', '$_', 'json')")) for @area;
append_to_file("$folder/area/region.json", $node->safe_psql('postgres', q{SELECT abie.area_report('region', 'London', 'json')}));
append_to_file("$folder/area/national.json", $node->safe_psql('postgres', q{SELECT abie.area_report('national', 'England', 'json')}));
append_to_file("$folder/area/trust$_.json", $node->safe_psql('postgres', 'SELECT abie.area_report(' . ("'trust', 'Trust'", q{'trust', '../<b>"|'''})[$_] . ", 'json')")) for 0, 1;
mkdir "$folder/week";
$node->safe_psql('postgres', q{SELECT abie.load_demo_weeks('2026-02-06')});
$node->safe_psql('postgres', "CALL abie.monitor('2025/26', as_of => '$_')") for qw(2026-02-05 2026-02-12);
append_to_file("$folder/week/la$_.json", $node->safe_psql('postgres', "SELECT abie.week_report('la', '$_', 'json')")) for @area[ 0 .. 2 ];
mkdir "$folder/monitored";
for my $urn (split /\n/, $node->safe_psql('postgres', q{SELECT urn FROM abie_report.school_expectation WHERE urn % 150 IN (3, 17, 61)}))
{
	append_to_file("$folder/week/school$urn.json", $node->safe_psql('postgres', "SELECT abie.week_report('school', '$urn', 'json')"));
	append_to_file("$folder/monitored/$urn.json", $node->safe_psql('postgres', "SELECT abie.school_report($urn, 'json')"));
}
# with registers, the pupils who came from Year 6
$node->safe_psql('postgres', q{CREATE TABLE registers AS SELECT p.* FROM unnest('{2024/25,2025/26}'::text[]) y, abie.demo_moves(y, 10) p WHERE p.year_group = CASE y WHEN '2024/25' THEN 6 ELSE 7 END});
append_to_file("$folder/monitored/moved.json", $node->safe_psql('postgres', q{SELECT abie.school_report(900035, 'json', registers => 'registers')}));
like(slurp_file("$folder/monitored/moved.json"), qr/"transition": \{/, 'with registers reports have the move');
# and groups of them on the page of a week
$node->safe_psql('postgres', q{CREATE TABLE pupils AS SELECT p.* FROM unnest('{2024/25,2025/26}'::text[]) y, abie.demo_pupils(y) p});
append_to_file("$folder/week/groups.json", $node->safe_psql('postgres', q{SELECT abie.week_report('school', '900005', 'json', registers => 'pupils')}));
like(slurp_file("$folder/week/groups.json"), qr/"pupil_group": "FSM"/, 'with registers pages of a week have groups');
isnt(scalar(grep { slurp_file("$folder/monitored/$_") =~ /"week": \{/ } files("$folder/monitored")), 0, 'after a weekly run reports have the week');
SKIP:
{
	my $found = `python3 -c 'import jsonschema' 2>&1` // '';
	if ($? != 0)
	{
		diag('no jsonschema: JSON is not validated (install the Debian package python3-jsonschema)');
		skip 'no jsonschema', 4;
	}
	for ([ 'school_report', 'json', 10 ], [ 'school_report', 'monitored', 1 ], [ 'area_report', 'area', 1 ], [ 'week_report', 'week', 1 ])
	{
		my ($schema, $of, $every) = @$_;
		my $faults = '';
		IPC::Run::run([ 'python3', '-', "$top/doc/$schema.schema.json", "$folder/$of", $every ], '<', \<<'PYTHON', '>&', \$faults);
import json, os, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
names = sorted(os.listdir(sys.argv[2]))[::int(sys.argv[3])]
for name in names:
    for fault in validator.iter_errors(json.load(open(os.path.join(sys.argv[2], name)))):
        print(name, '/'.join(map(str, fault.absolute_path)), fault.message[:200])
print(len(names), 'validated')
# the schema refuses what is not a report
document = json.load(open(os.path.join(sys.argv[2], names[0])))
key = 'expectation' if 'expectation' in document else 'schools'
what = 'run' if 'run' in document else 'monitor'
refused = [dict(document, version=2), dict(document, more=1), {k: v for k, v in document.items() if k != what}, dict(document, **{key: 'x'})]
print(sum(not validator.is_valid(d) for d in refused), 'of 4 refused')
PYTHON
		like($faults, qr/\A\d+ validated\n4 of 4 refused\n\z/, "JSON of $schema validates");
	}
}

#
# Roles
#
my ($own, $la) = split /\|/, $node->safe_psql('postgres', q{SELECT urn, la_code FROM abie_report.school_expectation WHERE statement = 'improve' ORDER BY urn LIMIT 1});
$node->safe_psql('postgres', "CREATE ROLE head LOGIN; CREATE ROLE authority LOGIN; CREATE ROLE nobody LOGIN; SELECT abie.issue(1); SELECT abie.grant_access('head', 'school', '$own'); SELECT abie.grant_access('authority', 'local authority', '$la')");

sub as
{
	my ($role, $sql) = @_;
	my ($result, $o, $e) = $node->psql('postgres', $sql, connstr => "$connection user=$role");
	return $result == 0 ? $o : "ERROR $e";
}
for my $format (qw(html markdown json))
{
	my $report = "SELECT abie.school_report($own, '$format')";
	is(as('head', $report), $node->safe_psql('postgres', $report), "$format: a school's own report is the owner's, byte for byte");
	is(as('authority', $report), $node->safe_psql('postgres', $report), "$format: and so is that for its local authority");
}
is(as('authority', "SELECT abie.area_report('la', '$la')"), $node->safe_psql('postgres', "SELECT abie.area_report('la', '$la')"), 'an authority\'s report of itself is the owner\'s');
is(as('authority', "SELECT abie.area_report('la', '$la', 'json')"), $node->safe_psql('postgres', "SELECT abie.area_report('la', '$la', 'json')"), 'as JSON too');
like(as('head', "SELECT abie.area_report('la', '$la')"), qr/not every school of local authority "$la" is granted to head/, 'a school does not get its authority\'s');
like(as('nobody', "SELECT abie.school_report($own)"), qr/^ERROR .*there is no finished run/, 'nobody gets nothing');
is(as('head', "SELECT string_agg(file_name, ' ') FROM abie.report_files(1)"), "$own.html", 'files of a school are its own');
(undef, $out, $err) = reports('--db', "$connection user=authority", "$folder/authority");
is(scalar(files("$folder/authority")), $node->safe_psql('postgres', "SELECT count(*) FROM abie_report.school_expectation WHERE la_code = $la"), 'files of an authority are its schools\'');
(undef, $out, $err) = reports('--db', "$connection user=nobody", "$folder/nobody");
like($err, qr/there is no finished run/, 'nobody writes no files');
# what is known of most schools from registers only is in nobody's report, the owner's neither
$node->safe_psql('postgres', "UPDATE abie.attendance SET sources = jsonb_build_object('sess_possible', 'registers') WHERE academic_year = '2024/25' AND urn % 5 <> 1");
$node->safe_psql('postgres', "CALL abie.calculate('2025/26')");
$node->safe_psql('postgres', "SELECT abie.issue(max(run_id), 'for the test') FROM abie.run");
my $mine = as('head', "SELECT abie.school_report($own)");
is($mine, $node->safe_psql('postgres', "SELECT abie.school_report($own)"), 'the report is the same whoever makes it');
like($mine, qr/The attendance of \d+ of them is known from their registers only and not published/, 'what is not published is left out, and it says so');
is(as('head', "SELECT string_agg(DISTINCT s ->> 'similar_attendance_symbol', ',') FROM jsonb_array_elements(abie.school_report($own, 'json')::jsonb -> 'similar_schools') s WHERE s -> 'similar_attendance' = 'null'"), 'c', 'with a symbol in JSON');

$node->stop;
done_testing();
