# What a person with ODBC only can have: every view of abie_report, cell by cell as psql has it, and from these views every table of a
# school's report. The tables are put together and rounded here, in Perl, and are those of the HTML; their figures are those of the JSON.
use strict;
use warnings;
use FindBin;
use JSON::PP;
use List::Util qw(min max sum);
use Math::BigFloat;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $drivers = eval { `odbcinst -q -d 2>/dev/null` } // '';
plan skip_all => 'no ODBC: views are not read over it (install the Debian packages unixodbc and odbc-postgresql)' unless $drivers =~ /PostgreSQL Unicode/ && `which isql`;
# in UTF-8, as everything here
my ($minus, $star) = ("\xE2\x88\x92", "\xE2\x98\x85");
my $z = 1.959963984540054;

my $node = PostgreSQL::Test::Cluster->new('odbc');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\ntimezone = 'UTC'\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION abie;
SELECT abie.load_demo(1500);
UPDATE abie.school SET trust = 'Trust ' || urn % 7 WHERE urn % 3 = 0;
UPDATE abie.school SET name = '<script>alert("x")</script> & ''Sons''' WHERE urn = 900016;
UPDATE abie.attendance SET sess_overall = 300, sess_authorised = 300, sess_unauthorised = 0 WHERE urn = 900031 AND academic_year <> '2018/19';
UPDATE abie.attendance SET reasons = jsonb_build_object('sess_auth_illness', sess_authorised / 2, 'sess_auth_other', sess_authorised - sess_authorised / 2, 'sess_unauth_holiday', sess_unauthorised),
	enrolments_pa_10_exact = enrolments / 7, enrolments_pa_10_exact_percent = 100 * (enrolments / 7) / enrolments::float8;
CALL abie.calculate('2025/26');
ANALYZE;
SELECT abie.issue(1);
CREATE ROLE governor LOGIN;
SELECT abie.grant_access('governor', 'national', NULL, 'results');
SQL

my $folder = PostgreSQL::Test::Utils::tempdir();
append_to_file("$folder/odbc.ini", "[owner]\nDriver = PostgreSQL Unicode\nServername = " . $node->host . "\nPort = " . $node->port . "\nDatabase = postgres\nUserName = " . (getpwuid($<))[0] . "\n"
	  . "[governor]\nDriver = PostgreSQL Unicode\nServername = " . $node->host . "\nPort = " . $node->port . "\nDatabase = postgres\nUserName = governor\n");

# Rows of a query over ODBC: the names of the columns, then the values; NULL is empty.
sub odbc
{
	my ($source, $sql) = @_;
	local $ENV{ODBCINI} = "$folder/odbc.ini";
	my ($out, $err) = ('', '');
	my $ok = IPC::Run::run([ 'isql', $source, '-b', '-c', '-x0x1F', '-m100000' ], '<', \"$sql\n", '>', \$out, '2>', \$err);
	return (undef, "$out$err") unless $ok && $out ne '';
	return map { [ split /\x1F/, $_, -1 ] } split /\n/, $out;
}

# The same as hashes by column name.
sub rows
{
	my ($sql) = @_;
	my ($head, @row) = odbc('governor', $sql);
	die "$sql: $row[0]" unless $head;
	return map { my %cell; @cell{@$head} = @$_; \%cell } @row;
}

#
# Every view
#
my @views = split /\n/, $node->safe_psql('postgres', q{SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'abie_report'::regnamespace AND c.relkind = 'v' ORDER BY 1});
cmp_ok(scalar(@views), '>=', 16, 'views there are');
for my $view (@views)
{
	my ($head, @row) = odbc('owner', "SELECT * FROM abie_report.$view");
	# ODBC has 1 and 0, and times without a zone
	my @columns = split /\n/, $node->safe_psql('postgres', "SELECT CASE format_type(a.atttypid, NULL) WHEN 'boolean' THEN a.attname || '::integer' WHEN 'timestamp with time zone' THEN a.attname || '::timestamp' "
		  . "ELSE a.attname END FROM pg_attribute a WHERE a.attrelid = 'abie_report.$view'::regclass AND a.attnum > 0 ORDER BY a.attnum");
	my $by_psql = '';
	IPC::Run::run([ 'psql', '-X', '-A', '-t', '-F', "\x1F", '-d', $node->connstr('postgres'), '-c', 'SELECT ' . join(', ', @columns) . " FROM abie_report.$view" ], '>', \$by_psql);
	is(scalar(@{ $head // [] }), scalar(@columns), "$view: its columns");
	# how long ago something was is another figure each time
	next if $view eq 'health';
	is(join("\n", sort map { join "\x1F", @$_ } @row), join("\n", sort split /\n/, $by_psql), sprintf '%s: %d rows as psql has them', $view, scalar @row);
}
my @denied = odbc('governor', 'SELECT * FROM abie_report.run_checks');
ok(!defined $denied[0] || @denied < 2, 'what is not granted is not had over ODBC');

#
# The tables of a report
#
sub rounded
{
	my ($value, $digits) = @_;
	return '' if !defined $value || $value eq '';
	my $text = Math::BigFloat->new($value)->bfround(-$digits, 'common')->bstr;
	$text =~ s/^-(0\.?0*)$/$1/;
	return $digits ? sprintf("%s.%s", split(/\./, $text =~ /\./ ? $text : "$text.0") ) =~ s/\.(\d*)$/'.' . substr($1 . '0' x $digits, 0, $digits)/er : $text;
}

sub signed
{
	my ($value, $digits) = @_;
	my $text = rounded($value, $digits);
	return $text =~ s/^-/$minus/r if $text =~ /^-/;
	return $text =~ /[1-9]/ ? "+$text" : $text;
}

sub thousands
{
	my ($text) = rounded($_[0], 0);
	1 while $text =~ s/^(\d+)(\d{3})/$1,$2/;
	return $text;
}

sub per_cent { return $_[0] eq '' ? '' : rounded($_[0], 2) . '%'; }
sub interval { return $_[0] eq '' ? '' : ' / ' . rounded($_[0], 1) . ' to ' . rounded($_[1], 1); }
sub low { my ($rate, $error) = @_; return max(0, $rate - $z * $error); }
sub high { my ($rate, $error) = @_; return min(100, $rate + $z * $error); }

# Tables of an HTML report by caption: rows of cells, a smaller second line after ' / '.
sub tables_of
{
	my ($html) = @_;
	my %table;
	while ($html =~ m{<table><caption>(.*?)</caption>(.*?)</table>}gs)
	{
		my ($caption, $body) = ($1, $2);
		my @rows;
		while ($body =~ m{<tr>(.*?)</tr>}gs)
		{
			my @cell = $1 =~ m{<t[hd](?: scope="\w+")?>(.*?)</t[hd]>}gs;
			for (@cell) { s{<small>}{ / }g; s{<[^>]*>}{}g; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;|&apos;/'/g; s/&amp;/&/g; }
			push @rows, join ' | ', @cell;
		}
		$table{$caption} = \@rows;
	}
	return \%table;
}

my %rung = ('baseline' => 'Underlying level now', 'target' => 'Target', 'expected' => 'Expected', 'local authority average' => 'Local authority average', 'national average' => 'National average',
	'upper quartile of the similar schools' => 'Similar schools, top 25%', 'pared mean' => 'Best similar schools, mean', 'own rate in 2018/19' => 'Own rate in 2018/19');

sub ladder
{
	my ($e) = @_;
	my @rung = grep { $_->{attendance} ne '' && !($e->{statement} eq 'maintain' && $_->{rung} eq 'target') } rows("SELECT rung_order, rung, attendance FROM abie_report.school_ladder WHERE run_id = 1 AND urn = $e->{urn}");
	return map { join ' | ', $rung{ $_->{rung} }, per_cent($_->{attendance}), signed(Math::BigFloat->new($_->{attendance}) - $e->{baseline}, 2) } sort { $b->{attendance} <=> $a->{attendance} || $b->{rung_order} <=> $a->{rung_order} } @rung;
}

sub characteristic
{
	my ($name, $number, $category) = @_;
	return $name eq 'selective' ? ($category eq 'selective' ? 'yes' : 'no') : $category if $category ne '';
	return '' if $number eq '';
	return rounded(exp($number) - 1, 1) if $name eq 'ln_mobility';
	return rounded(exp $number, 1) if $name eq 'ln_tenth_school_km';
	return $name eq 'ln_headcount' ? thousands(exp $number) : $name eq 'idaci_rank' ? thousands($number) : rounded($number, $name eq 'idaci_score' ? 3 : 1);
}

# without the first column, whose words are the report's own
sub circumstances
{
	my ($e) = @_;
	return map { join ' | ', characteristic($_->{characteristic}, $_->{number}, $_->{category}) || 'not known', $_->{similar_same} ne '' && $_->{category} ne '' ? "$_->{similar_same} the same" : characteristic($_->{characteristic}, $_->{similar_average}, ''), signed($_->{contribution}, 2) }
	  rows("SELECT position, characteristic, number, category, similar_average, similar_same, contribution FROM abie_report.school_circumstances WHERE run_id = 1 AND urn = $e->{urn} ORDER BY position");
}

# without the first column; the mean is of the model, of which no view tells
sub steps
{
	my ($e) = @_;
	my $mean = $node->safe_psql('postgres', "SELECT mean FROM abie.run_model WHERE run_id = 1 AND stratum = '$e->{stratum}'");
	my ($slope) = map { $_->{local_slope} } rows("SELECT local_slope FROM abie_report.methodology_summary WHERE run_id = 1 AND stratum = '$e->{stratum}'");
	my ($place, %step) = (0);
	for (rows("SELECT position, characteristic, contribution FROM abie_report.school_circumstances WHERE run_id = 1 AND urn = $e->{urn} AND contribution IS NOT NULL ORDER BY position"))
	{
		# disadvantage is one step, where its first characteristic stands
		my $key = $_->{characteristic} =~ /^(?:fsm|idaci)/ ? 'disadvantage' : $_->{characteristic};
		$step{$key} //= { place => ++$place, points => 0 };
		$step{$key}{points} += $_->{contribution};
	}
	my $reached = $mean;
	my @shown = (join(' | ', '', per_cent($mean)));
	for (sort { $a->{place} <=> $b->{place} } values %step)
	{
		$reached += $_->{points};
		push @shown, signed($_->{points}, 2) . ' | ' . per_cent($reached);
	}
	return (@shown, signed($e->{context} - $reached, 2) . ' | ' . per_cent($e->{context}),
		signed($slope * $e->{local_residual}, 2) . ' | ' . per_cent($e->{context} + $slope * $e->{local_residual}),
		signed($e->{expected} - $mean, 2) . ' | ' . per_cent($e->{expected}));
}

# the phase that a school is compared with; a special school with none
sub phase
{
	my ($e) = @_;
	return $e->{stratum} if $e->{stratum};
	return '' if $e->{school_type} =~ /special/i;
	return (rows("SELECT school_type FROM abie_report.school_history WHERE urn = $e->{urn} AND academic_year = '2024/25'"))[0]{school_type} =~ /primary/ ? 'primary' : 'secondary';
}

sub history
{
	my ($e) = @_;
	my $stratum = phase($e);
	my ($model) = rows("SELECT sampling_c1 FROM abie_report.methodology_summary WHERE run_id = 1 AND stratum = '$stratum'");
	my %national = map { $_->{academic_year} => $_->{attendance_percent} } rows("SELECT academic_year, attendance_percent FROM abie_report.national_attendance WHERE stratum = '$stratum'");
	my %year;
	push @{ $year{ $_->{academic_year} } }, $_ for rows("SELECT academic_year, enrolments, sess_possible, sess_overall FROM abie_report.school_history WHERE urn = $e->{urn} AND academic_year <= '2024/25'");
	return map {
		my @part = @{ $year{$_} };
		my $rate = 100 * (1 - sum(map { $_->{sess_overall} } @part) / sum(map { $_->{sess_possible} } @part));
		my $error = $model && sqrt($model->{sampling_c1} / sum(map { $_->{enrolments} } @part));
		my $now = $_ eq $e->{baseline_year};
		my @cell = ($_, per_cent($rate) . ($model ? interval(low($rate, $error), high($rate, $error)) : ''));
		push @cell, per_cent($now && $e->{national_average} ne '' ? $e->{national_average} : $national{$_} // '') if $stratum;
		push @cell, $now ? per_cent($e->{expected}) . interval(low($e->{expected}, $e->{expected_error}), high($e->{expected}, $e->{expected_error})) : ''
		  if $e->{expected} ne '';
		join ' | ', @cell;
	} reverse sort keys %year;
}

sub history_caption
{
	my ($e) = @_;
	return 'The figures over the years' . (phase($e) ? ', with 95% intervals' : '');
}

sub similar_caption
{
	my ($e) = @_;
	my ($better) = rows("SELECT count(*) AS n FROM abie_report.similar_school WHERE run_id = 1 AND urn = $e->{urn} AND is_better");
	return 'All 20 similar schools' . ($better->{n} ? "; $star had higher attendance than this school" : '');
}

sub similar
{
	my ($e) = @_;
	return map { join ' | ', "$_->{similar_name}" . ($_->{is_better} ? " $star" : '') . ' / ' . "$_->{similar_la_name}, " . ($_->{km} < 1 ? 'under 1 km away' : rounded($_->{km}, 0) . ' km away'), thousands($_->{similar_enrolments}),
		$_->{similar_fsm_pct} eq '' ? '' : rounded($_->{similar_fsm_pct}, 1) . '%', per_cent($_->{similar_attendance}) . interval($_->{similar_attendance_low}, $_->{similar_attendance_high}) }
	  rows("SELECT rank, similar_name, similar_la_name, km, similar_enrolments, similar_fsm_pct, similar_attendance, similar_attendance_low, similar_attendance_high, is_better FROM abie_report.similar_school WHERE run_id = 1 AND urn = $e->{urn} ORDER BY rank");
}

sub absence
{
	my ($e) = @_;
	return map { join ' | ', $_->{meaning} . ($_->{per_cent_of} eq 'enrolments' ? ' / % of pupils' : ''), per_cent($_->{own_percent}), per_cent($_->{similar_percent}), signed($_->{own_percent} - $_->{similar_percent}, 2) }
	  grep { $_->{own_percent} ne '' && $_->{similar_percent} ne '' && max($_->{own_percent}, $_->{similar_percent}) >= 0.005 }
	  rows("SELECT position, reason, meaning, per_cent_of, own_percent, similar_percent FROM abie_report.school_absence_compared WHERE run_id = 1 AND urn = $e->{urn} ORDER BY position");
}

sub distribution
{
	my ($e) = @_;
	return map { rounded($_->{improvement_rounded}, 1) . ' | ' . ($_->{schools_symbol} || thousands($_->{schools})) } rows("SELECT improvement_rounded, schools, schools_symbol FROM abie_report.improvement_distribution WHERE run_id = 1 AND stratum = '$e->{stratum}' ORDER BY improvement_rounded");
}

sub sources
{
	my ($e) = @_;
	my @month = qw(- Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
	return map { my ($y, $m, $d) = split /-/, $_->{recorded}; "$_->{figure} / $_->{source} | " . ($d + 0) . " $month[$m] $y" } rows("SELECT position, figure, source, recorded FROM abie_report.school_source WHERE run_id = 1 AND urn = $e->{urn} ORDER BY position");
}

# caption, builder, whether schools left out have it, columns of the HTML not compared
my @table = ([ 'The figures of the ladder', \&ladder ], [ 'Circumstances in 2024/25', \&circumstances, 0, 1 ], [ 'The figures from the mean to what is expected', \&steps, 0, 1 ], [ \&history_caption, \&history, 1 ],
	[ \&similar_caption, \&similar ], [ 'Absence in 2024/25', \&absence ], [ 'Schools by improvement expected', \&distribution ], [ 'Data used', \&sources, 1 ]);
my @school = rows(q{SELECT * FROM abie_report.school_expectation WHERE run_id = 1 AND (urn IN (900016, 900031, 900047) OR urn % 500 = 7
	OR urn IN (SELECT min(urn) FROM abie_report.school_expectation WHERE exclusion_reason LIKE 'fewer%' OR selective))} =~ s/\s+/ /gr);
cmp_ok(scalar(@school), '>=', 7, 'schools looked at');
for my $e (@school)
{
	my $html = $node->safe_psql('postgres', "SELECT abie.school_report($e->{urn})");
	my $tables = tables_of($html);
	for (@table)
	{
		my ($caption, $build, $always, $left) = @$_;
		next if !$e->{statement} && !$always;
		$caption = $caption->($e) if ref $caption;
		my (undef, @shown) = @{ delete $tables->{$caption} // [] };
		s/^(?:[^|]*\| ){$left}// for $left ? @shown : ();
		is(join("\n", @shown), join("\n", $build->($e)), "$e->{urn}, $caption: as from the views");
	}
	is(join(', ', keys %$tables), '', "$e->{urn}: no other tables");

	my $json = decode_json($node->safe_psql('postgres', "SELECT abie.school_report($e->{urn}, 'json')"));
	my @different = grep { my $value = $json->{expectation}{$_} // ''; $value = $value ? 1 : 0 if ref $value; no warnings 'numeric'; $e->{$_} ne $value && !($value =~ /^-?[\d.e-]+$/ && abs($e->{$_} - $value) < 1e-9) } keys %$e;
	is("@different", '', "$e->{urn}: the expectation in JSON is the row of the view");
	is(join(',', map { $_->{similar_urn} } @{ $json->{similar_schools} // [] }), join(',', map { $_->{similar_urn} } rows("SELECT similar_urn FROM abie_report.similar_school WHERE run_id = 1 AND urn = $e->{urn} ORDER BY rank")),
		"$e->{urn}: the similar schools in JSON are those of the view");
	# the sentence
	like($html, qr/<p class="lead">[^<]*\Q@{[ rounded($e->{baseline}, 2) ]}\E%[^<]*\Q@{[ rounded($e->{statement} eq 'maintain' ? $e->{ladder_top} : $e->{target}, 2) ]}\E%/, "$e->{urn}: the sentence has level and target") if $e->{statement};
}

$node->stop;
done_testing();
