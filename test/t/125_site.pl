# bin/abie-reports --site: which files there are, that every link leads somewhere and back, that CSV is the view it is of, that hostile names stay text,
# and that a role has of it what it may read, the same bytes as the owner's.
use strict;
use warnings;
use Digest::SHA qw(sha256_base64 sha256_hex);
use Encode qw(decode encode);
use File::Basename qw(basename dirname);
use File::Find;
use File::Spec;
use FindBin;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $node = PostgreSQL::Test::Cluster->new('site');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\n");
$node->start;
my $hostile_trust = q{../<b>"|'\ </script>};
my $hostile_name = q{</script><script>alert("x")</script><!-- & 'Sons'};
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION abie;
SELECT abie.load_demo(1500);
UPDATE abie.school SET trust = CASE urn / 30 % 2 WHEN 0 THEN 'Trust' ELSE \$t\$$hostile_trust\$t\$ END WHERE urn % 30 = 0;
UPDATE abie.school SET postcode = 'AB' || urn % 7 || ' ' || urn % 9 || 'XY';
UPDATE abie.school SET name = \$t\$$hostile_name\$t\$ WHERE urn = 900016;
UPDATE abie.school SET name = E'../../etc/passwd\\\\N\\ttab, "quoted"\\nline' WHERE urn = 900017;
UPDATE abie.school SET name = U&'St Zo\\00EB\\2019s' WHERE urn = 900018;
-- what spreadsheets take for a formula, and what only looks like one
UPDATE abie.school SET name = (ARRAY['=HYPERLINK("http://x/"&A1,"School")', '+1+cmd|'' /C calc''!A0', '-2+3', '\@SUM(1,2)', E'\\t=1+1', E'\\r=1', '-12.5', 'A=1', '''=1'])[urn / 30 - 30000]
WHERE urn % 30 = 19 AND urn < 900300;
CALL abie.calculate('2025/26');
SELECT abie.issue(1, 'for the test');
ANALYZE;
SQL
my $connection = $node->connstr('postgres');
my $folder = PostgreSQL::Test::Utils::tempdir();

sub rows
{
	my ($sql) = @_;
	return split /\n/, $node->safe_psql('postgres', $sql);
}

# Exit status, output and errors of abie-reports.
sub reports
{
	my (@argument) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ "$top/bin/abie-reports", @argument ], '<', \'', '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

# The files of a new site, by their paths in it.
sub site
{
	my ($name, @argument) = @_;
	my ($status, $out, $err) = reports('--db', $connection, @argument, '--site', "$folder/$name");
	is($status, 0, "$name: a site is written") or diag($err);
	is($out, "run 1: open $folder/$name/index.html\n", "$name: where to open it is said");
	my %file;
	find({ no_chdir => 1, wanted => sub { $file{ File::Spec->abs2rel($_, "$folder/$name") } = slurp_file($_) if -f } }, "$folder/$name");
	return \%file;
}

# The paths in the site that a page leads to.
sub links
{
	my ($file, $page) = @_;
	my @part = dirname($page) eq '.' ? () : dirname($page);
	my %link;
	for my $address ($file->{$page} =~ /href="([^"]*)"/g)
	{
		next if $address eq 'data:,';
		my @place = @part;
		$_ eq '..' ? pop @place : push @place, $_ for split m{/}, $address;
		$link{ join('/', @place) } = 1;
	}
	return \%link;
}

sub hashed
{
	my ($scope, $name) = @_;
	return "$scope/" . substr(sha256_hex($name), 0, 16);
}

my $scope = 'SELECT * FROM abie_report.school_expectation WHERE run_id = 1';
my %area;
for (rows("SELECT e.urn, e.la_code, s.region, s.trust FROM ($scope) e JOIN abie.school s ON s.urn = e.urn"))
{
	my ($urn, $la, $region, $trust) = split /\|/, $_, 4;
	$area{$urn} = { la => "la/$la", region => hashed('region', $region), $trust eq '' ? () : (trust => hashed('trust', $trust)), national => 'national/england' };
}
my %view = (la => [qw(local_authority_summary)], region => [qw(local_authority_summary region_summary)], trust => [qw(trust_summary)],
	national => [qw(local_authority_summary national_summary region_summary trust_summary)]);

# Every file that a site of schools and areas has, and no other.
sub has_files
{
	my ($name, $file, $urns, $areas) = @_;
	my @wanted = ('index.html', (map { ("school/$_.html", "school/$_.csv") } @$urns));
	for my $place (@$areas)
	{
		push @wanted, "$place.html", map { "$place-$_.csv" } 'school_expectation', @{ $view{ dirname($place) } };
	}
	my %wanted = map { $_ => 1 } @wanted;
	is(join(' ', grep { !exists $file->{$_} } @wanted), '', "$name: the files of its schools and areas");
	is(join(' ', grep { !$wanted{$_} } keys %$file), '', "$name: and no others");
	return;
}

sub leads_somewhere
{
	my ($name, $file) = @_;
	my @page = grep { /\.html$/ } sort keys %$file;
	my @lost = map { my $page = $_; map { "$page -> $_" } grep { !exists $file->{$_} } keys %{ links($file, $page) } } @page;
	is("@lost[0 .. ($#lost > 5 ? 5 : $#lost)]", '', "$name: every link leads to a file of it");
	is(join(' ', grep { $file->{$_} !~ /<p class="confidential">Confidential/ } @page), '', "$name: confidential on every page");
	is(join(' ', grep { $_ ne 'index.html' && $file->{$_} !~ m{<nav aria-label="Breadcrumb"><ol><li><a href="../index.html">} } @page), '', "$name: breadcrumbs on every page");
	my %reached;
	%reached = (%reached, %{ links($file, $_) }) for @page;
	is(join(' ', grep { !/^index\.html$|^school\// && !$reached{$_} } keys %$file), '', "$name: every file but schools', which search finds, is linked");
	return;
}

#
# All
#
my $all = site('all', '--jobs', '2');
my @urns = sort keys %area;
my @areas = do { my %seen; grep { !$seen{$_}++ } map { values %$_ } values %area };
cmp_ok(scalar(@urns), '>', 1400, 'a country of schools');
has_files('all', $all, \@urns, \@areas);
leads_somewhere('all', $all);
my (@one_way, %of);
for my $urn (@urns)
{
	my $link = links($all, "school/$urn.html");
	for (sort values %{ $area{$urn} })
	{
		push @one_way, "$urn -> $_" unless $link->{"$_.html"};
		push @{ $of{$_} }, $urn;
	}
}
is("@one_way", '', 'each school leads to its authority, region, trust and the country');
@one_way = ();
for my $place (grep { m{^(?:la|trust)/} } @areas)
{
	my $link = links($all, "$place.html");
	push @one_way, "$place -> $_" for grep { !$link->{"school/$_.html"} } @{ $of{$place} };
}
is("@one_way", '', 'each authority and trust leads to its schools');
my %region_of = map { $_->{la} => $_->{region} } values %area;
is(join(' ', grep { !links($all, "$region_of{$_}.html")->{"$_.html"} || !links($all, "$_.html")->{"$region_of{$_}.html"} } keys %region_of), '', 'authorities and regions lead to each other');
is(join(' ', grep { !links($all, 'national/england.html')->{"$_.html"} || !links($all, "$_.html")->{'national/england.html'} } values %region_of), '', 'regions and the country too');
my %similar;
push @{ $similar{ (split /\|/)[0] } }, (split /\|/)[1] for rows('SELECT urn, similar_urn FROM abie_report.similar_school WHERE run_id = 1');
is(join(' ', grep { my $urn = $_; join(' ', sort grep { /^school/ && !/$urn/ } keys %{ links($all, "school/$urn.html") }) ne join(' ', sort map { "school/$_.html" } @{ $similar{$urn} // [] }) } @urns), '',
	'each school leads to its similar schools, and to no other');
my ($sorting) = $all->{'national/england.html'} =~ m{<script>(.*?)</script>}s;
my @listless = grep { /^school.*html$/ && $all->{$_} !~ /<table class="sortable">/ } keys %$all;
is(join(' ', grep { $all->{$_} =~ /<script|<img|script-src/ } @listless), '', 'nothing runs on pages of schools without lists');
cmp_ok(scalar(@listless), '>', 5, 'of which there are some');
like($all->{'school/900018.html'}, qr{<table class="sortable"><caption>[^<]*similar school.*<table class="sortable"><caption>Absence in}s, 'similar schools and reasons of absence can be sorted');
is(join(' ', grep { my $page = $_; m{^(?:school|la|trust|region|national)/.*html$} && !(grep { $_ eq $page } @listless) && ($all->{$_} !~ /script-src 'sha256-\Q@{[ sha256_base64($sorting) ]}\E='"/
	|| join('', $all->{$_} =~ m{<script>(.*?)</script>}sg) ne $sorting || $all->{$_} =~ /<img|\bon[a-z]+=/) } keys %$all), '', 'on the others one script that sorts tables, which their policy lets run, and no other');
like($all->{'national/england.html'}, qr{<table class="sortable">.*<h2>Local authorities on a funnel</h2>.*<h2>On a map</h2>.*<h2>By circumstances</h2>.*<h2>What moved</h2>.*<h2>How good the data is</h2>}s, 'the country has its authorities on a funnel and a map, circumstances, what moved and data quality');
my $again = site('again', '--jobs', '3', '--run', '1');
is(join(' ', grep { $all->{$_} ne $again->{$_} } sort keys %$all), '', 'the same bytes in other parts');

#
# CSV is what it is of
#
sub same_rows
{
	my ($path, $view, $condition) = @_;
	is($node->safe_psql('postgres', <<"SQL"), '0|0|t', "$path: the rows of $view");
SET client_min_messages = warning;
CREATE TEMP TABLE held AS SELECT * FROM $view;
CREATE TEMP TABLE read (LIKE held);
COPY read FROM '$folder/all/$path' WITH (FORMAT csv, HEADER match);
DO \$\$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT attname FROM pg_attribute WHERE attrelid = 'read'::regclass AND attnum > 0 AND atttypid = 'text'::regtype
	LOOP
		EXECUTE format(\$q\$UPDATE read SET %1\$I = regexp_replace(%1\$I, E'^''(?=''*[-=+@\\t\\r\\n])', '')\$q\$, name);
	END LOOP;
END \$\$;
SELECT (SELECT count(*) FROM (SELECT h::text FROM held h WHERE $condition EXCEPT ALL SELECT r::text FROM read r) m),
	(SELECT count(*) FROM (SELECT r::text FROM read r EXCEPT ALL SELECT h::text FROM held h WHERE $condition) m), count(*) > 0 FROM read;
SQL
	return;
}
my ($hostile_la) = rows("SELECT la_code FROM ($scope) e WHERE urn = 900017");
same_rows("la/$hostile_la-school_expectation.csv", 'abie_report.school_expectation', "h.run_id = 1 AND h.la_code = $hostile_la");
same_rows("la/$hostile_la-local_authority_summary.csv", 'abie_report.local_authority_summary', "h.run_id = 1 AND h.la_code = $hostile_la");
same_rows(hashed('trust', $hostile_trust) . '-school_expectation.csv', 'abie_report.school_expectation', "h.run_id = 1 AND h.trust = \$t\$$hostile_trust\$t\$");
same_rows(hashed('trust', $hostile_trust) . '-trust_summary.csv', 'abie_report.trust_summary', "h.run_id = 1 AND h.trust = \$t\$$hostile_trust\$t\$");
same_rows(hashed('region', 'London') . '-local_authority_summary.csv', 'abie_report.local_authority_summary', q{h.la_code IN (SELECT la_code FROM abie.school WHERE region = 'London')});
same_rows('national/england-school_expectation.csv', 'abie_report.school_expectation', 'h.run_id = 1');
same_rows("national/england-$_.csv", "abie_report.$_", 'h.run_id = 1') for qw(local_authority_summary national_summary trust_summary);
# no cell is a formula, as Python reads them; names that would be are there, each as text
my ($cells, $faults) = ('', '');
IPC::Run::run([ 'python3', '-', "$folder/all" ], '<', \<<'PYTHON', '>', \$cells, '2>', \$faults);
import csv, pathlib, re, sys
csv.field_size_limit(1 << 30)
cells = formulas = numbers = 0
names = set()
for path in sorted(pathlib.Path(sys.argv[1]).glob('**/*.csv')):
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.reader(file, strict=True):
            for cell in row:
                cells += 1
                number = re.fullmatch(r'[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]\d+)?', cell) is not None
                numbers += number and cell[0] == '-'
                formulas += cell[:1] in tuple('=+-@\t\r\n') and not number
                if re.match("'+[=+@\t\r-]", cell):
                    names.add(cell)
print(cells > 10000, numbers > 1000, formulas, len(names))
for name in sorted(names):
    print(repr(name))
PYTHON
is("$cells$faults", <<'CELLS', 'no cell of CSV is a formula, numbers stand as they are');
True True 0 7
"'\t=1+1"
"'\r=1"
"''=1"
"'+1+cmd|' /C calc'!A0"
"'-2+3"
'\'=HYPERLINK("http://x/"&A1,"School")'
"'@SUM(1,2)"
CELLS
# a region's figures are those of its authorities together, the country's those of the regions
is($node->safe_psql('postgres', <<"SQL"), 't|0|0', 'regions are the sum of their authorities, and the country of its regions');
CREATE TEMP TABLE region AS SELECT * FROM abie_internal.region_summary(1) LIMIT 0;
COPY region FROM '$folder/all/national/england-region_summary.csv' WITH (FORMAT csv, HEADER match);
CREATE TEMP TABLE of_authorities AS
SELECT k.region, l.stratum, sum(l.schools) AS schools, sum(l.exclusions) AS exclusions, sum(l.maintain) AS maintain, sum(l.enrolments) AS enrolments,
	sum(l.attendance * l.enrolments) / sum(l.enrolments) AS attendance, sum(l.expected * l.enrolments) / sum(l.enrolments) AS expected,
	sum(l.target * l.enrolments) / sum(l.enrolments) AS target, min(l.least_improvement) AS least, max(l.greatest_improvement) AS greatest
FROM abie_report.local_authority_summary l JOIN (SELECT DISTINCT la_code, region FROM abie.school) k ON k.la_code = l.la_code WHERE l.run_id = 1 GROUP BY k.region, l.stratum;
CREATE TEMP TABLE of_regions AS
SELECT stratum, sum(schools) AS schools, sum(enrolments) AS enrolments, sum(target * enrolments) / sum(enrolments) AS target FROM region GROUP BY stratum;
SELECT count(*) > 12, count(*) FILTER (WHERE r.region IS NULL OR a.region IS NULL OR (r.schools, r.exclusions, r.maintain) <> (a.schools, a.exclusions, a.maintain)
	OR r.stratum <> 'left out' AND (abs(r.attendance - a.attendance) < 1e-9 AND abs(r.expected - a.expected) < 1e-9 AND abs(r.target - a.target) < 1e-9
		AND r.enrolments = a.enrolments AND r.least_improvement = a.least AND r.greatest_improvement = a.greatest) IS NOT TRUE),
	(SELECT count(*) FROM of_regions r FULL JOIN (SELECT * FROM abie_report.national_summary WHERE run_id = 1) n ON n.stratum = r.stratum
		WHERE n.schools IS DISTINCT FROM r.schools OR n.stratum <> 'left out' AND (n.enrolments = r.enrolments AND abs(n.target - r.target) < 1e-9) IS NOT TRUE)
FROM region r FULL JOIN of_authorities a ON a.region = r.region AND a.stratum = r.stratum;
SQL
# a school's figures are those of its report in JSON, each once
for my $urn (900016, 900017, rows("SELECT min(urn) FROM ($scope) e WHERE exclusion_reason IS NOT NULL"))
{
	is($node->safe_psql('postgres', <<"SQL"), '0|t|t', "$urn: its CSV has every figure of its report once");
CREATE TEMP TABLE read ("table" text, "row" integer, "column" text, value text);
COPY read FROM '$folder/all/school/$urn.csv' WITH (FORMAT csv, HEADER match);
CREATE TEMP TABLE report AS SELECT abie.school_report($urn, 'json', 1)::jsonb AS facts;
SELECT count(*) FILTER (WHERE value IS DISTINCT FROM CASE jsonb_typeof(facts -> "table") WHEN 'array' THEN facts #>> ARRAY["table", ("row" - 1)::text, "column"]
		WHEN 'object' THEN facts #>> ARRAY["table", "column"] ELSE facts ->> "table" END),
	count(*) = count(DISTINCT ("table", "row", "column")),
	count(*) = (SELECT sum(CASE jsonb_typeof(t.value) WHEN 'null' THEN 0 WHEN 'object' THEN (SELECT count(*) FROM jsonb_object_keys(t.value))
		WHEN 'array' THEN (SELECT count(*) FROM jsonb_array_elements(t.value) r, jsonb_object_keys(r)) ELSE 1 END) FROM report, jsonb_each(facts) t)
FROM read, report;
SQL
}

#
# The index
#
my $index = $all->{'index.html'};
my ($json) = $index =~ m{<script type="application/json" id="data">(.*?)</script>}s;
my ($script) = $index =~ m{<script>(.*?)</script>}s;
is(scalar(my @script = $index =~ /<script/g), 2, 'the index holds its data and one script');
unlike($json, qr/[<>&]/, 'nothing in its data can end them');
like($index, qr/script-src 'sha256-\Q@{[ sha256_base64($script) ]}\E='"/, 'its policy lets that script run and no other');
my $data = decode_json($json);
my %name = map { $_->[0] => $_->[1] } @{ $data->{schools} };
is(join(' ', sort keys %name), "@urns", 'search knows every school');
is($name{900016}, $hostile_name, 'a hostile name is text there');
is($name{900017}, '../../etc/passwd\N tab, "quoted" line', 'and one of several lines');
is($name{900018}, "St Zo\x{eb}\x{2019}s", 'and one with accents');
is(join(' ', sort map { $_->[3] } grep { $_->[0] eq 'Trust' } @{ $data->{areas} }), join(' ', sort map { hashed('trust', $_) . '.html' } 'Trust', $hostile_trust), 'and trusts by what they are called');
my ($of_trust) = grep { $_->[0] == 900030 } @{ $data->{schools} };
is($data->{areas}[ $of_trust->[3] ][2] . '|' . $of_trust->[4], $node->safe_psql('postgres', 'SELECT trust, postcode FROM abie.school WHERE urn = 900030'), 'a school has its trust and postcode');
unlike(($all->{'school/900016.html'} . $all->{ hashed('trust', $hostile_trust) . '.html' }) =~ s{<script>\Q$sorting\E</script>}{}gr, qr/<script|<b>"/, 'hostile names are escaped on pages');

#
# A part of it
#
my ($la) = rows("SELECT la_code FROM ($scope) e WHERE trust IS NULL AND urn % 30 <> 0 GROUP BY 1 ORDER BY 1 LIMIT 1");
my @of_la = sort grep { $area{$_}{la} eq "la/$la" } @urns;
my $part = site('authority', '--la', $la);
has_files('authority', $part, \@of_la, ["la/$la"]);
leads_somewhere('authority', $part);
my @of_trust = sort grep { ($area{$_}{trust} // '') eq hashed('trust', $hostile_trust) } @urns;
$part = site('trust', '--trust', $hostile_trust, '--urn', $of_la[0]);
has_files('trust', $part, [ sort @of_trust, $of_la[0] ], [ hashed('trust', $hostile_trust) ]);
leads_somewhere('trust', $part);
is(join(' ', grep { !links($part, 'index.html')->{"school/$_.html"} } @of_trust, $of_la[0]), '', 'schools of no authority\'s page are listed');
$part = site('two', '--urn', $of_la[0], '--urn', $of_la[1], '--jobs', 2);
has_files('two', $part, [ @of_la[ 0, 1 ] ], []);

# a link that waits where a page is written is replaced, and what it leads to stays
mkdir "$folder/linked" and mkdir "$folder/linked/school" or die;
append_to_file("$folder/another's", 'as it was');
symlink("$folder/another's", "$folder/linked/school/.$of_la[0].html.part") or die;
has_files('linked', site('linked', '--urn', $of_la[0]), [ $of_la[0] ], []);
is(slurp_file("$folder/another's"), 'as it was', 'nothing is written through a link');

#
# What cannot be done
#
for (
	[ 'no value', qr/--site needs a value/, 1, '--site' ],
	[ 'two folders', qr/^Usage:/, 2, '--site', "$folder/x", "$folder/y" ],
	[ 'a format', qr/--format is not for --site, which is HTML/, 1, '--format', 'json', '--site', "$folder/x" ],
	[ 'a part of reports', qr/--la, --trust and --urn are for --site/, 1, '--la', $la, "$folder/x" ],
	[ 'an authority that is no number', qr/--la has to be a number, not 1\) OR \(1/, 1, '--la', '1) OR (1', '--site', "$folder/x" ],
	[ 'a URN that is no number', qr/--urn has to be a number, not all/, 1, '--urn', 'all', '--site', "$folder/x" ],
	[ 'no such authority', qr/no school of local authority "999" is in it\nDETAIL:  Run 1, schools that \w+ may read/, 1, '--db', $connection, '--la', $la, '--la', '999', '--site', "$folder/x" ],
	[ 'no such trust', qr/no school of trust "'; DROP\\" is in it/, 1, '--db', $connection, '--trust', q{'; DROP\\}, '--site', "$folder/x" ],
	[ 'no such school', qr/no school of URN "100000" is in it/, 1, '--db', $connection, '--urn', '100000', '--site', "$folder/x" ])
{
	my ($what, $said, $code, @argument) = @$_;
	my ($status, $out, $err) = reports(@argument);
	ok($status == $code && $err =~ $said, $what) or diag("$status $err");
}
ok(!-e "$folder/x", 'and no folder for it');

#
# Roles
#
$node->safe_psql('postgres', <<"SQL");
CREATE ROLE head LOGIN; CREATE ROLE authority LOGIN; CREATE ROLE lists LOGIN; CREATE ROLE helper LOGIN; CREATE ROLE nobody LOGIN; CREATE ROLE region LOGIN;
SELECT abie.grant_access('head', 'school', '$of_la[0]'), abie.grant_access('authority', 'local authority', '$la'), abie.grant_access('lists', 'national', NULL, 'similar schools'),
	abie.grant_access('helper', 'national', NULL, 'support'), abie.grant_access('region', 'region', 'London');
SQL
my $role = $connection;
$connection = "$role user=authority";
my $granted = site('granted');
my $owner = site('owned', '--la', $la);
$connection = $role;
has_files('granted', $granted, \@of_la, ["la/$la"]);
$part = site('authority', '--la', $la);
is(join(' ', grep { ($granted->{$_} // '') ne $part->{$_} } sort keys %$part), '', 'an authority\'s site is the owner\'s of it, byte for byte');
$connection = "$role user=head";
$part = site('head');
has_files('head', $part, [ $of_la[0] ], []);
leads_somewhere('head', $part);
my ($known) = $part->{'index.html'} =~ m{id="data">(.*?)</script>}s;
is(join(' ', map { $_->[0] } @{ decode_json($known)->{schools} }), $of_la[0], 'search of a school knows itself only');
$connection = "$role user=region";
my @of_region = sort grep { $area{$_}{region} eq hashed('region', 'London') } @urns;
has_files('region', site('region'), \@of_region, [ hashed('region', 'London'), do { my %seen; grep { !$seen{$_}++ } map { $area{$_}{la} } @of_region } ]);
$connection = $role;
for ([ 'nobody', qr/there is no finished run/ ], map { [ $_, qr/no school of run 1 may be read by $_\nHINT:  Grants are made by abie.grant_access, for results/ ] } qw(lists helper))
{
	my ($status, $out, $err) = reports('--db', "$connection user=$_->[0]", '--site', "$folder/$_->[0]");
	ok($status == 1 && $err =~ $_->[1] && !-e "$folder/$_->[0]", "$_->[0]: no site, and why") or diag($err);
}
($part) = $node->psql('postgres', "SELECT abie.site_schools(1, '{$la}', NULL, '{900016}')", connstr => "$connection user=head", on_error_die => 0);
isnt($part, 0, 'nor does it learn of another school\'s');
my (undef, $asked) = $node->psql('postgres', "SELECT string_agg(path, ' ' ORDER BY path) FROM abie.site_files(1, '{$of_la[0],$of_la[1],900016}')", connstr => "$connection user=head");
is($asked, "index.html school/$of_la[0].csv school/$of_la[0].html", 'asked for others\' schools, a role has its own');
(undef, $asked) = $node->psql('postgres', "SELECT count(*) FROM abie_internal.whole_areas(1, '{@{[ join ',', @urns ]}}')", connstr => "$connection user=head");
is($asked, 0, 'and learns of no area that it is whole');
# what is read is logged, of every school
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET abie.log_reads = on');
$connection = "$role user=authority";
site('logged');
$connection = $role;
is(join(' ', rows(q{SELECT DISTINCT urn FROM abie.report_read WHERE role = 'authority' ORDER BY 1})), "@of_la", 'the log of reads has every school of a site');

# area reports of region and country: who may not read all gets none
for ([ 'authority', 'region', 'London' ], [ 'region', 'national', 'England' ])
{
	my ($who, $kind, $code) = @$_;
	my ($status, $out, $err) = $node->psql('postgres', "SELECT abie.area_report('$kind', '$code')", connstr => "$connection user=$who");
	my $called = $kind eq 'national' ? 'country' : $kind;
	like($err, qr/not every school of $called "$code" is granted to $who/, "$who: no report of $kind $code");
}
my (undef, $theirs) = $node->psql('postgres', q{SELECT abie.area_report('region', 'London')}, connstr => "$connection user=region");
is($theirs, $node->safe_psql('postgres', q{SELECT abie.area_report('region', 'London')}), 'a region\'s report of itself is the owner\'s');
like($node->safe_psql('postgres', q{SELECT abie.area_report('national', 'England', 'markdown')}), qr/^# England\n.*^## Regions\n.*^\| London, primary, \d+ schools \|.*^\| special school \| \d+ \|/ms, 'the country\'s has its regions, and how many schools are left out');
$node->psql('postgres', q{SELECT abie.area_report('national', 'Wales')}, stderr => \my $wales);
like($wales, qr/no school of country "Wales" is in the scope of run 1/, 'another country is not held');

#
# A school whose attendance is published without a URN
#
$node->safe_psql('postgres', <<"SQL");
UPDATE abie.attendance SET urn = NULL WHERE academic_year = '2024/25' AND urn = 900017;
CALL abie.calculate('2025/26');
SQL
is($node->safe_psql('postgres', q{SELECT string_agg(reason, ' ') FROM abie.exclusion WHERE run_id = 2 AND urn IS NULL}), 'no URN', 'a school has no URN');
my %second = map { (split /\|/)[0] => 1 } rows(q{SELECT path FROM abie.site_files(2, abie.site_schools(2)) WHERE path ~ 'html$'});
is(join(' ', grep { !$second{"$_.html"} } @areas), '', 'the areas that it is in have their pages all the same');
is(join(' ', grep { $second{"school/$_.html"} ? $_ == 900017 : $_ != 900017 } @urns), '', 'and it has none');
is($node->safe_psql('postgres', qq{SELECT count(*) FROM abie_internal.whole_areas(2, '{900030}')}), 0, 'no area is whole that lacks another school');
is($node->safe_psql('postgres', qq{SELECT content ~ 'no URN' FROM abie.site_files(2, abie.site_schools(2, '{$hostile_la}')) WHERE path = 'la/$hostile_la.html'}), 't',
	'its authority\'s page says so');

# nobody could be granted it, so that it is no reason to refuse: a role granted its authority has the owner's report and site
$node->safe_psql('postgres', "SELECT abie.issue(2, 'for the test')");
$node->safe_psql('postgres', "CREATE ROLE without_urn LOGIN; SELECT abie.grant_access('without_urn', 'local authority', '$hostile_la')");
for my $format (qw(html markdown json))
{
	my $asked = "SELECT abie.area_report('la', '$hostile_la', '$format', 2)";
	(my $status, $theirs, my $refused) = $node->psql('postgres', $asked, connstr => "$role user=without_urn");
	is("$theirs$refused", $node->safe_psql('postgres', $asked), "$format: the report of an authority with a school without a URN is the owner's");
	like($theirs, qr/published without a URN.*no URN|"without_urn": 1\b/, "$format: and says that there is one");
}
my $files = "SELECT md5(string_agg(path || content, '' ORDER BY path)) FROM abie.site_files(2, abie.site_schools(2%s))";
(undef, $theirs) = $node->psql('postgres', sprintf($files, ''), connstr => "$role user=without_urn");
is($theirs, $node->safe_psql('postgres', sprintf($files, ", '{$hostile_la}'")), 'and so is its site');
is(join(' ', rows(q{SELECT content ~ 'published without a URN' FROM abie.site_files(2, abie.site_schools(2)) WHERE path ~ '^(?:trust|region)/.*html$' GROUP BY 1})), 'f', 'a trust or region has none: it is in no register');
is($node->safe_psql('postgres', q{SELECT (r ->> 'without_urn')::integer + jsonb_array_length(r -> 'schools') - (SELECT schools_in_scope FROM abie.run WHERE run_id = 2)
	FROM (SELECT abie.area_report('national', 'England', 'json', 2)::jsonb) f(r)}), 0, 'schools of the country are those in scope of the run');

$node->stop;
done_testing();
