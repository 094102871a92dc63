# The examples of README.md: each SQL block runs, in order, and gives what the README says it gives; each abie-load
# command is one that abie-load accepts for a file with the columns of its format.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my @lines = split /^/, slurp_file("$root/README.md");

# Blocks of code: language, text, and the text block that follows it.
sub blocks
{
	my (@block, $open);
	for my $line (@lines)
	{
		if ($line =~ /^```(\w*)/)
		{
			if ($open)
			{
				push @block, $open;
				$open = undef;
			}
			else
			{
				$open = { language => $1, text => '' };
			}
		}
		elsif ($open)
		{
			$open->{text} .= $line;
		}
	}
	return @block;
}

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
$node->start;

my @block = blocks();
for my $i (0 .. $#block)
{
	next unless $block[$i]{language} eq 'sql';
	my $text = $block[$i]{text};
	my ($title) = $text =~ /^(.*)$/m;
	my ($out, $err);
	my $result = IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-P', 'footer=off', '-d', $node->connstr('postgres') ],
		'<', \$text, '>', \$out, '2>', \$err);
	ok($result && $err eq '', "runs: $title") or diag($err);
	next unless $i < $#block && $block[ $i + 1 ]{language} eq 'text';
	s/[ \t]+$//mg for $out, $block[ $i + 1 ]{text};
	s/\n+\z/\n/ for $out, $block[ $i + 1 ]{text};
	is($out, $block[ $i + 1 ]{text}, "gives what it shows: $title");
}

# A file with the required columns of a format and one row.
sub file_of
{
	my ($format) = @_;
	my $cell = q{CASE kind WHEN 'year' THEN '201819' WHEN 'urn' THEN (100000 + length(field))::text WHEN 'laestab' THEN '2011234'
		WHEN 'establishment' THEN '1234' WHEN 'la_code' THEN '201' WHEN 'la_code_or_0' THEN '201' WHEN 'text' THEN 'Predecessor'
		WHEN 'rank' THEN '7' ELSE '0' END};
	return $node->safe_psql('postgres', "SELECT string_agg('\"' || header_names[1] || '\"', ',') || E'\\n' || string_agg($cell, ',')"
		  . " FROM abie.import_format WHERE format = '$format' AND (required OR kind = 'year')") . "\n";
}

my $commands = 0;
for my $command (map { /^(abie-load .*)$/mg } map { $_->{text} } grep { $_->{language} eq 'sh' } @block)
{
	my @word = split / +/, $command;
	my ($format, $file) = @word[ -2, -1 ];
	my $path = PostgreSQL::Test::Utils::tempdir() . "/$file";
	append_to_file($path, file_of($format));
	my @argument = ("$root/bin/abie-load", '--db', $node->connstr('postgres'), @word[ 3 .. $#word - 1 ], $path);
	my ($out, $err);
	ok(IPC::Run::run(\@argument, '>', \$out, '2>', \$err), "accepted: $command") or diag($err);
	like($out, qr/^\Q$file\E: format \Q$format\E, 1 rows read/, "reports: $command");
	$commands++;
}
ok($commands >= 7, 'the README shows how each format is imported');

$node->stop;
done_testing();
