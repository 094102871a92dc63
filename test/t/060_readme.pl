# The pages for readers, README.md and doc/*.md: every example of SQL runs, in order, and gives what the page says it
# gives; shell examples run; each abie-load command is one that abie-load accepts for a file with the columns of its
# format. Each page has a database of its own, called as the page calls it. And every link leads somewhere.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Markdown;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $folder = PostgreSQL::Test::Utils::tempdir();
my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
# some tools have no other way
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$node->start;
local $ENV{PATH} = "$root/bin:$ENV{PATH}";
local @ENV{qw(PGHOST PGPORT HOME)} = ($node->host, $node->port, $folder);
local $ENV{ODBCINI} = "$folder/odbc.ini";

my $has_cron = -e `pg_config --pkglibdir | tr -d '\\n'` . '/pg_cron.so';
my $has_odbc = (eval { `odbcinst -q -d 2>/dev/null` } // '') =~ /PostgreSQL Unicode/ && `which isql`;

# Shell examples that do not run here, by how they begin.
my %not_run = (
	'test/demo' => 'makes a cluster of the system',
	'apt-get install' => 'installs on the system',
	'export PGPORT' => 'is set for this test already',
	'doc/make-reference' => 'runs in 065_reference.pl',
	"psql -d england -c 'CREATE PUBLICATION" => 'runs in 080_night.pl');

sub begins
{
	my ($text, @beginning) = @_;
	return grep { substr($text, 0, length) eq $_ } @beginning;
}

sub run_sql
{
	my ($page, $text) = @_;
	my ($title) = $text =~ /^(.*)$/m;
	my ($out, $err);
	my $result = IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-P', 'footer=off' ], '<', \$text, '>', \$out, '2>', \$err);
	ok($result && !grep({ !/^NOTICE: / } split /\n/, $err), "$page runs: $title") or diag($err);
	return $out;
}

sub run_shell
{
	my ($page, $text) = @_;
	my ($out, $err);
	my $result = IPC::Run::run([ 'bash', '-e', '-c', "cd '$folder'; $text" ], '>', \$out, '2>', \$err);
	ok($result, "$page runs: " . ($text =~ /^(.*)$/m)[0]) or diag($err);
	return $out;
}

# A data source of a page, on this server.
sub keep_data_source
{
	my ($text) = @_;
	$text =~ s/^Servername = .*/Servername = $ENV{PGHOST}/m;
	$text =~ s/^Port = .*/Port = $ENV{PGPORT}/m;
	append_to_file($ENV{ODBCINI}, $text);
}

# A program or a configuration of a page, into the file that its first line names, for this server.
sub keep_file
{
	my ($text) = @_;
	my ($name) = $text =~ m{^(?:#|//) (\S+)$}m or die "no file is named: $text";
	unlink "$folder/$name";
	append_to_file("$folder/$name", $text =~ s/localhost:5432/localhost:$ENV{PGPORT}/r =~ s/port=5432/port=$ENV{PGPORT}/r);
}

# What examples of doc/tools.md need, and how it is seen that it is there.
my @needs = (
	[ qr/^Rscript/, q{Rscript -e 'library(dbplyr); library(RPostgreSQL)'} ],
	[ qr/^python3 authorities/, q{python3 -c 'import pandas, psycopg2, sqlalchemy'} ],
	[ qr/^python3 calculate/, q{python3 -c 'import psycopg'} ],
	[ qr/^python3 to_calc/, q{python3 -c 'import uno' && soffice --version && ls /usr/lib/libreoffice/program/libsdbc2.so} ],
	[ qr/^java/, 'javac -version && ls /usr/share/java/postgresql.jar' ],
	[ qr/ogr2ogr/, 'ogr2ogr --version' ],
	[ qr/^CREATE EXTENSION postgis/, 'ls `pg_config --sharedir`/extension/postgis.control' ],
	[ qr/^prometheus-sql-exporter/, 'which prometheus-sql-exporter curl' ]);

sub lacks
{
	my ($text) = @_;
	my ($need) = grep { $text =~ $_->[0] } @needs;
	return 0 if !$need || system("($need->[1]) >/dev/null 2>&1") == 0;
	diag("not run, because this fails: $need->[1]");
	return 1;
}

# A file with the required columns of a format and one row.
sub file_of
{
	my ($format) = @_;
	my $cell = q{CASE field WHEN 'time_identifier' THEN 'Academic year' WHEN 'time_frame' THEN 'Week' WHEN 'attendance_reason' THEN 'Illness (i)'
		ELSE CASE kind WHEN 'calendar year' THEN '2025' WHEN 'week' THEN 'Week 37' WHEN 'geographic level' THEN 'National' WHEN 'phase' THEN 'Primary' WHEN 'year' THEN '201819' WHEN 'urn' THEN (100000 + length(field))::text WHEN 'laestab' THEN '2011234'
		WHEN 'establishment' THEN '1234' WHEN 'la_code' THEN '201' WHEN 'la_code_or_0' THEN '201' WHEN 'text' THEN 'Predecessor'
		WHEN 'rank' THEN '7' ELSE '0' END END};
	return $node->safe_psql('schools', "SELECT string_agg('\"' || header_names[1] || '\"', ',') || E'\\n' || string_agg($cell, ',')"
		  . " FROM abie.import_format WHERE format = '$format' AND (required OR kind = 'year')") . "\n";
}

sub run_imports
{
	my ($page, $text) = @_;
	for my $command (split /\n/, $text)
	{
		my ($format, $file) = (split / +/, $command)[ -2, -1 ];
		unlink "$folder/$file";
		append_to_file("$folder/$file", file_of($format));
		like(run_shell($page, $command), qr/^\Q$file\E: format \Q$format\E, 1 rows read/, "$page reports: $command");
	}
}

# What a block gives; undef where it gives nothing to compare.
sub run_block
{
	my ($page, $block) = @_;
	my ($language, $text) = @$block{qw(language text)};
	return undef if lacks($text);
	if ($language =~ /^(?:r|python|java|yaml)$/) { keep_file($text); return undef; }
	elsif ($language eq 'ini') { return keep_data_source($text) && undef if $text =~ /^Driver/m; }
	elsif ($language eq 'sql') { return run_sql($page, $text) if $has_cron || $text !~ /\b(?:pg_cron|cron\.|abie\.(?:un)?schedule)/; }
	elsif ($language eq 'sh' && $text =~ /^abie-load/) { run_imports($page, $text); }
	elsif ($language eq 'sh' && !begins($text, keys %not_run)) { return run_shell($page, $text) if $has_odbc || $text !~ /\bisql\b/; }
	return undef;
}

# Pages begin with what README's first queries make. A small England does for those that show no figure of it.
my %shows_none = map { $_ => 1 } qw(doc/backup.md doc/pupils.md doc/registers.md doc/scale.md doc/shocks.md doc/year.md);

sub make_database
{
	my ($page, $database) = @_;
	my $template = $page eq 'README.md' ? 'template1' : $shows_none{$page} ? 'small' : 'demo';
	$node->safe_psql('postgres', "DROP DATABASE IF EXISTS $database WITH (FORCE)");
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE $template");
}

sub run_page
{
	my ($page) = @_;
	local $ENV{PGDATABASE} = $page =~ /tutorial/ ? 'abie_demo' : 'schools';
	make_database($page, $ENV{PGDATABASE});
	my @block = Markdown::blocks(slurp_file("$root/$page"));
	for my $i (0 .. $#block)
	{
		my $out = run_block($page, $block[$i]);
		$node->safe_psql('postgres', 'CREATE DATABASE demo TEMPLATE schools') if $page eq 'README.md' && $block[$i]{text} =~ /^CALL abie.calculate/;
		next unless defined $out && $i < $#block && $block[ $i + 1 ]{language} eq 'text';
		my $shown = $block[ $i + 1 ]{text};
		s/[ \t]+$//mg, s/\n+\z/\n/ for $out, $shown;
		is($out, $shown, "$page gives what it shows: " . ($block[$i]{text} =~ /^(.*)$/m)[0]);
	}
}

$node->safe_psql('postgres', 'CREATE DATABASE small');
$node->safe_psql('small', q{CREATE EXTENSION abie; SELECT abie.load_demo(1000); CALL abie.calculate('2025/26')});
my @room = map { s{^\Q$root/\E}{}r } glob "$root/doc/*.md";
run_page($_) for 'README.md', grep { !/nights/ } @room;
# pg_cron keeps a connection to its database
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'schools'\n") if $has_cron;
$node->restart;
run_page('doc/nights.md');
my $import = slurp_file("$root/doc/import.md");
like($import, qr/^abie-load .*\b\Q$_\E /m, "doc/import.md shows how $_ is imported")
  for split /\n/, $node->safe_psql('schools', 'SELECT DISTINCT format FROM abie.import_format ORDER BY 1');
$node->stop;

#
# Links and lines
#
my @page = (qw(README.md CONTRIBUTING.md CHANGELOG.md), @room, map { s{^\Q$root/\E}{}r } glob "$root/doc/reference/*.md");
my %text = map { $_ => slurp_file("$root/$_") } @page;
is(join("\n", Markdown::broken_links($root, \%text)), '', 'every link leads to a file and a heading that are there');
is(join("\n", grep { $text{'README.md'} !~ /\]\(\Q$_\E[#)]/ } @room), '', 'README.md leads to every page');
is(join("\n", grep { $text{$_} !~ /\]\((?:\.\.\/)+README\.md[#)]/ } grep { m{^doc/} } @page), '', 'and every page leads back');
is(join("\n", map { Markdown::wide_lines($_, $text{$_}) } @page), '', 'lines of at most 150 columns, but for tables and what examples give');

done_testing();
