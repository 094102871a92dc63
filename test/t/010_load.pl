# abie-load end to end: how files come (gzip, byte-order mark, Windows-1252, CRLF, names with spaces) and which are refused.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $load = File::Spec->rel2abs(dirname(__FILE__) . '/../../bin/abie-load');
my $node = PostgreSQL::Test::Cluster->new('load');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION abie');

my $dir = PostgreSQL::Test::Utils::tempdir;

sub write_file
{
	my ($name, $bytes) = @_;
	my $path = "$dir/$name";
	open my $out, '>:raw', $path or die "$path: $!";
	print $out $bytes;
	close $out;
	return $path;
}

# Runs abie-load; gives exit status, standard output, standard error.
sub load
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ $load, '--db', $node->connstr('postgres'), @_ ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub loads
{
	my ($name, $expected, @arguments) = @_;
	my ($status, $out, $err) = load(@arguments);
	is($status, 0, "$name: exit status") or diag $err;
	like($out, $expected, "$name: report");
	is($err, '', "$name: no noise");
}

sub refuses
{
	my ($name, $expected, @arguments) = @_;
	my $before = state();
	my ($status, $out, $err) = load(@arguments);
	is($status, 1, "$name: exit status");
	is($out, '', "$name: no report");
	like($err, $expected, "$name: reason");
	like($err, qr/not imported, nothing was stored/, "$name: says that nothing was stored");
	unlike($err, qr/psql:|CONTEXT|ERROR/, "$name: psql's own words are hidden");
	is(state(), $before, "$name: nothing was stored");
}

sub state
{
	return $node->safe_psql('postgres', q{
		SELECT md5(coalesce(string_agg(row, ''), '')) FROM (
			SELECT s::text AS row FROM abie.school AS s UNION ALL SELECT a::text FROM abie.attendance AS a
			UNION ALL SELECT l::text FROM abie.school_link AS l UNION ALL SELECT c::text FROM abie.school_context AS c
			UNION ALL SELECT r::text FROM abie.import_reject AS r ORDER BY 1) AS rows});
}

my $abs = "LA,ESTAB,URN,PERCTOT,PPERSABS10\n201,2001,100001,4.5,9.1\n201,2002,100002,5.5,SUPP\nNAT,PRI,,4.0,8.2\n";
my $read = qr/4\.5/;

# how a file comes
loads('plain', qr/^plain\.csv: format england-abs, 3 rows read: 2 stored, 0 updated, 0 unchanged, 1 set aside \(1 national summary row\), 0 rejected; schools: 2 added, 0 updated$/,
	'--year', '2018/19', 'england-abs', write_file('plain.csv', $abs));
my $once = state();
loads('same file again', qr/0 stored, 0 updated, 2 unchanged/, '--year', '2018/19', 'auto', "$dir/plain.csv");
is(state(), $once, 'same file again: nothing changed');

system('gzip', '-k', "$dir/plain.csv") == 0 or die;
loads('gzip', qr/^plain\.csv\.gz: .* 2 unchanged/, '--year', '2018/19', 'auto', "$dir/plain.csv.gz");
is($node->safe_psql('postgres', 'SELECT count(DISTINCT digest) FROM abie.import'), '1', 'gzip: the digest is of the content');
loads('byte-order mark and CRLF', qr/2 unchanged/, '--year', '2018/19', 'auto', write_file('bom.csv', "\xef\xbb\xbf" . ($abs =~ s/\n/\r\n/gr)));
loads('name with spaces and quotes', qr/^it's "a" file\.csv: .* 2 unchanged/, '--year', '2018/19', 'auto', write_file(q{it's "a" file.csv}, $abs));
loads('several files', qr/2 unchanged.*\n.*2 unchanged/, '--year', '2018/19', 'auto', "$dir/plain.csv", "$dir/bom.csv");
is(state(), $once, 'however it came, it is the same');

my $gias = '"URN","LA (code)","EstablishmentNumber","EstablishmentName","TypeOfEstablishment (name)","EstablishmentTypeGroup (name)","PhaseOfEducation (name)"' . "\r\n";
loads('Windows-1252 with a quoted line break', qr/1 stored/, '--date', '2025-05-24', 'auto',
	write_file('gias.csv', $gias . qq{"100003","201","2003","Ren\xe9e \x96 \r\nthe ""Good""","Community school","Group","Primary"\r\n}));
is($node->safe_psql('postgres', q{SELECT name = U&'Ren\00E9e \2013 ' || E'\r\n' || 'the "Good"' FROM abie.school WHERE urn = 100003}), 't', 'Windows-1252: letters and line break');

my ($status, $out, $err) = load('--year', '2018/19', 'england-abs', write_file('some bad.csv', $abs . "201,2003,1,4.5,9.1\n"));
is($status, 0, 'rejected row: the rest is imported');
like($out, qr/1 rejected; see: SELECT line, reason, "row" FROM abie\.import_reject WHERE file = 'some bad\.csv'$/, 'rejected row: where to look');
is($node->safe_psql('postgres', q{SELECT line, reason FROM abie.import_reject WHERE file = 'some bad.csv'}), '5|URN "1" is not a URN (six digits)', 'rejected row: kept');

# what is refused
my @year = ('--year', '2018/19');
refuses('wrong format', qr/Missing: .*SCHOOLTYPE.*Its columns fit format "england-abs"/s, @year, 'england-census', "$dir/plain.csv");
refuses('unknown columns', qr/fit no known format/, @year, 'auto', write_file('other.csv', "a,b\n1,2\n"));
refuses('no year', qr/needs the academic year/, 'auto', "$dir/plain.csv");
refuses('no date', qr/needs the date/, 'auto', "$dir/gias.csv");
refuses('last row cut off', qr/line 5 has fewer columns than the header/, @year, 'auto', write_file('cut.csv', $abs . '201,2003,1000'));
refuses('too many columns', qr/line 5 has more columns than the header/, @year, 'auto', write_file('wide.csv', $abs . "201,2003,100005,1,2,3\n"));
refuses('cut off inside quotes', qr/is not closed: the file is cut off/, @year, 'auto', write_file('quote.csv', $abs . '201,2003,100005,1,"2'));
refuses('empty', qr/is empty/, @year, 'auto', write_file('empty.csv', ''));
refuses('only a header', qr/holds no rows/, @year, 'auto', write_file('header.csv', "LA,ESTAB,URN,PERCTOT,PPERSABS10\n"));
refuses('not CSV', qr/not a CSV file/, @year, 'auto', write_file('page.html', "<html>\n<body>\n"));
refuses('zip', qr/zip or Excel/, @year, 'auto', write_file('data.zip', "PK\x03\x04rest"));
refuses('no such file', qr/cannot be read/, @year, 'auto', "$dir/none.csv");
my $packed = slurp_file("$dir/plain.csv.gz");
refuses('gzip cut off', qr/gzip file is damaged/, @year, 'auto', write_file('cut.csv.gz', substr($packed, 0, length($packed) - 9)));

refuses('a line that ends the data', qr/line 3 is \\\. and nothing else/, @year, 'auto', write_file('dot.csv', $abs =~ s/(4\.5,9\.1\n)/$1\\.\n/r));
refuses('a line that ends the data, CRLF', qr/line 5 is \\\. and nothing else/, @year, 'auto', write_file('dot.csv', ($abs . "\\.\n") =~ s/\n/\r\n/gr));
refuses('a line that ends the data, at the end', qr/line 5 is \\\. and nothing else/, @year, 'auto', write_file('dot.csv', $abs . '\\.'));
refuses('a blank line among the others', qr/line 3 has fewer columns/, @year, 'auto', write_file('gap.csv', $abs =~ s/(4\.5,9\.1\n)/$1\n/r));
refuses('blank lines only', qr/is empty/, @year, 'auto', write_file('blank.csv', "\n\r\n \n"));
refuses('a header and blank lines', qr/holds no rows/, @year, 'auto', write_file('header.csv', "LA,ESTAB,URN,PERCTOT,PPERSABS10\n\n\n"));

# how a file ends
my $whole = qr/the last line has no line end: check that the file is whole/;
loads('last line without end', qr/2 unchanged.*; $whole$/, @year, 'auto', write_file('open.csv', $abs =~ s/\n\z//r));
unlike((load(@year, 'auto', "$dir/plain.csv"))[1], $whole, 'last line with its end: nothing is said');
foreach my $end ("\n", "\r\n", "\n\n \r\n\n", '   ')
{
	my ($status, $out, $err) = load(@year, 'auto', write_file('blank end.csv', $abs . $end));
	is($status, 0, 'blank lines at the end: imported') or diag $err;
	like($out, qr/3 rows read: .* 2 unchanged.* 0 rejected$/, 'blank lines at the end: no row, and nothing is said');
}
($status, $out, $err) = load(@year, 'auto', write_file('some open.csv', $abs . '201,2003,1,4.5,9.1'));
like($out, qr/1 rejected; $whole; see: SELECT/, 'last line without end, rejected: both are said');

# every byte is accounted for: what readers of CSV would each make something else of is refused with the line
my $header = "LA,ESTAB,URN,PERCTOT,PPERSABS10,NOTE\n";
refuses('a lone quote', qr/line 2 has a quote/, @year, 'auto', write_file('lone.csv', $header . qq{201,2011,100011,5,9,6" rule\n201,2012,100012,5,9,\n201,2013,100013,5,9,5" rule\n}));
refuses('a lone quote, not met by another', qr/line 3 has a quote/, @year, 'auto', write_file('lone.csv', $header . qq{201,2011,100011,5,9,\n201,2012,100012,5,9,6" rule\n201,2013,100013,5,9,\n}));
refuses('text after a closing quote', qr/line 2 has a quote/, @year, 'auto', write_file('after.csv', $header . qq{201,2011,100011,5,9,"a" b\n}));
refuses('a NUL', qr/line 3 holds a NUL byte/, @year, 'auto', write_file('nul.csv', $abs =~ s/5\.5/5\0.5/r));
refuses('two encodings', qr/line 3 is in another encoding than line 2/, @year, 'auto', write_file('two.csv', $header . "201,2011,100011,5,9,\xc3\xa9\n201,2012,100012,5,9,\xe9\n"));
refuses('two encodings in a line', qr/line 2 is in two encodings/, @year, 'auto', write_file('two.csv', $header . "201,2011,100011,5,9,\xc3\xa9\xe9\n"));
refuses('no encoding', qr/line 2 holds the byte 0x81/, @year, 'auto', write_file('no.csv', $header . "201,2011,100011,5,9,\x81\n"));
refuses('UTF-16', qr/UTF-16/, @year, 'auto', write_file('utf16.csv', "\xff\xfe" . join('', map { "$_\0" } split //, $abs)));
refuses('UTF-16 without mark', qr/NUL/, @year, 'auto', write_file('utf16.csv', join('', map { "$_\0" } split //, $abs)));
system('gzip', '-k', '-f', write_file('packed16.csv', "\xff\xfe" . join('', map { "$_\0" } split //, $abs))) == 0 or die;
refuses('UTF-16, gzipped', qr/UTF-16/, @year, 'auto', "$dir/packed16.csv.gz");
refuses('line ends of the old Mac', qr/line ends of the old Mac/, @year, 'auto', write_file('mac.csv', $abs =~ s/\n/\r/gr));
refuses('line ends of the old Mac, a long file', qr/line ends of the old Mac/, @year, 'auto',
	write_file('mac.csv', "LA,ESTAB,URN,PERCTOT,PPERSABS10\r" . join('', map { "201,$_,10$_,3.5,4.1\r" } 1000 .. 9999)));
refuses('one line of JSON', qr/line 1 is \d+ bytes long.*not a CSV file/, @year, 'auto', write_file('api.json', '{"results":[' . '{"id":1,"v":1},' x 9000 . "{}]}\n"));
refuses('semicolons', qr/line 1 does not hold column names separated by commas/, @year, 'auto', write_file('semicolon.csv', $abs =~ s/,/;/gr));
unlike((load(@year, 'auto', write_file('esc.csv', "LA,ESTAB,URN,PERC\eTOT,PPERS\aABS10\n1,2,3,4,5\n")))[2], qr/[\x00-\x08\x0b-\x1f\x7f]/, 'no control characters in messages');
unlike((load(@year, 'auto', "$dir/mac.csv"))[2], qr/\r/, 'no carriage returns in messages');
foreach my $date ('yesterday', '24/05/2025', '05-24-2025', '2025-5-24', '2025-02-30', 'epoch', '20250524')
{
	refuses("a date as $date", qr/"\Q$date\E" is not a date/, '--date', $date, 'auto', "$dir/gias.csv");
}

# what is no guess is read, and said where it could be one
loads('line ends mixed', qr/3 rows read: .* 2 unchanged.* 0 rejected$/, @year, 'auto', write_file('mixed.csv', $abs =~ s/4\.5,9\.1\n/4.5,9.1\r\n/r));
loads('an index and floats, as pandas writes them', qr/2 rows read: .* 2 unchanged/, @year, 'auto',
	write_file('pandas.csv', ",LA,ESTAB,URN,PERCTOT,PPERSABS10\n0,201.0,2001.0,100001.0,4.5,9.1\n1,201.0,2002,100002.0,5.5,SUPP\n"));
loads('Windows-1252 is said', qr/; read as Windows-1252$/, @year, 'auto', write_file('w1252.csv', $header . "201,2001,100001,4.5,9.1,\xe9\n"));
loads('rows of authorities', qr/3 rows read: .* 1 unchanged, 2 set aside \(2 local authority summary row\)/, @year, 'auto',
	write_file('la.csv', "LA,ESTAB,URN,PERCTOT,PPERSABS10\n201,2001,100001,4.5,9.1\n201,PRI,,5.2,13.0\n201,,,5.2,13.0\n"));
loads('another persistent absence', qr/1 stored/, @year, 'auto', write_file('pa15.csv', "LA,ESTAB,URN,PERCTOT,PPERSABS15\n201,2021,100021,3.5,7\n"));
is($node->safe_psql('postgres', 'SELECT sess_overall_percent, enrolments_pa_10_exact_percent IS NULL FROM abie.attendance WHERE urn = 100021'),
	'3.5|t', 'another persistent absence: not taken for that of 10 per cent');
my $spc = "urn,phase_type_grouping,headcount of pupils,% of pupils known to be eligible for free school meals,"
  . "% of pupils whose first language is known or believed to be other than English\n100021,State-funded primary,200,25.0,15.0\n";
refuses('no year in the file', qr/needs the academic year/, 'auto', write_file('spc.csv', $spc));
loads('no year in the file, given', qr/format spc, 1 rows read: 1 stored/, '--year', '2022/23', 'auto', "$dir/spc.csv");
is($node->safe_psql('postgres', 'SELECT academic_year FROM abie.school_context WHERE urn = 100021'), '2022/23', 'no year in the file, given: it is of that year');
loads('types not understood', qr/; school types not understood: 1 Primery$/, '--year', '2021/22', 'auto', write_file('types.csv', $spc =~ s/State-funded primary/Primery/r));

# a file of which nothing is stored
($status, $out, $err) = load(@year, 'auto', write_file('nothing.csv', "LA,ESTAB,URN,PERCTOT,PPERSABS10\n201,2001,1,4.5,9.1\n"));
is($status, 1, 'every row rejected: exit status');
like($out, qr/1 rows read: 0 stored, 0 updated, 0 unchanged, 0 set aside, 1 rejected/, 'every row rejected: report');
like($err, qr/^abie-load: nothing\.csv: no row of it could be stored$/, 'every row rejected: said');

# one bad file among good ones
($status, $out, $err) = load(@year, 'auto', "$dir/empty.csv", "$dir/plain.csv");
is($status, 1, 'one refused of two: exit status');
like($out, qr/2 unchanged/, 'one refused of two: the other is imported');

# a database of another language: letters of headers are compared as ASCII, so a Turkish I is an I
SKIP:
{
	skip 'no ICU', 2 unless $node->psql('postgres',
		q{CREATE DATABASE turkish LOCALE_PROVIDER icu ICU_LOCALE 'tr' ENCODING UTF8 LOCALE 'C' TEMPLATE template0}) == 0;
	$node->safe_psql('turkish', 'CREATE EXTENSION abie');
	my $ees = 'TIME_PERIOD,LAESTAB,URN,SCHOOL_TYPE,ENROLMENTS,SESS_POSSIBLE,SESS_OVERALL,SESS_AUTHORISED,SESS_UNAUTHORISED,ENROLMENTS_PA_10_EXACT,SESS_AUTH_ILLNESS';
	my ($out, $err) = ('', '');
	IPC::Run::run([ $load, '--db', $node->connstr('turkish'), 'auto', write_file('upper.csv', "$ees\n201819,2012001,100001,Special,10,100,5,3,2,1,3\n") ],
		'>', \$out, '2>', \$err);
	like($out, qr/format ees-absence, 1 rows read: 1 stored/, 'Turkish database: columns are found') or diag $err;
	is($node->safe_psql('turkish', 'SELECT reasons FROM abie.attendance'), '{"sess_auth_illness": 3}', 'Turkish database: reasons have their names');
}

# the command line
is((load('--year'))[0], 2, 'option without value');
is((load('auto'))[0], 2, 'no file');
is((load('--frob', 'auto', 'x'))[0], 2, 'unknown option');
like((load('--help'))[1], qr/^Usage: abie-load/, 'help');

$node->stop;
done_testing();
