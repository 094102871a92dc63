# Some two thousand mutated files of every format: each is refused and leaves nothing, or all the records that Python's csv module
# reads in it are accounted for. What must be refused is in test/lib/mutate.py. Needs python3.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $top = File::Spec->rel2abs(dirname(__FILE__) . '/../..');
my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';
plan skip_all => 'python3 is not installed' unless system("$python -c 'import csv' 2>/dev/null") == 0;

my $node = PostgreSQL::Test::Cluster->new('mutated');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION abie');

my $dir = PostgreSQL::Test::Utils::tempdir;
my %expected;
foreach my $line (split /\n/, `$python $top/test/lib/mutate.py write $dir 2100`)
{
	my ($name, $verdict, $records) = split /\t/, $line;
	$expected{$name} = { verdict => $verdict, records => $records };
}
my @names = sort keys %expected;
cmp_ok(scalar @names, '>=', 2000, 'there are files enough');
my %verdicts;
$verdicts{ $_->{verdict} }++ foreach values %expected;
note join ', ', map { "$verdicts{$_} $_" } sort keys %verdicts;
ok(!$verdicts{oracle}, 'the oracle reads every harmless variant');

# two at a time
my $started = time;
my @runs;
foreach my $half (0, 1)
{
	my @some = @names[ grep { $_ % 2 == $half } 0 .. $#names ];
	my %run = (out => '', err => '');
	$run{handle} = IPC::Run::start([ "$top/bin/abie-load", '--db', $node->connstr('postgres'), '--year', '2018/19', '--date', '2025-05-24', 'auto', map { "$dir/$_" } @some ],
		'<', \'', '>', \$run{out}, '2>', \$run{err});
	push @runs, \%run;
}
foreach my $run (@runs)
{
	$run->{handle}->finish;
	is($run->{handle}->result(0), 1, 'some were refused: exit status');
}
my ($out, $err) = map { my $which = $_; join '', map { $_->{$which} } @runs } qw(out err);
note sprintf '%.1f s', time - $started;

my (%read, %refused, %nothing, @unknown);
foreach my $line (split /\n/, $out)
{
	if ($line =~ /^(\d+\.csv): format \S+, (\d+) rows read: (\d+) stored, (\d+) updated, (\d+) unchanged, (\d+) set aside.*?, (\d+) rejected/)
	{
		$read{$1} = { records => $2, sum => $3 + $4 + $5 + $6 + $7, held => $3 + $4 + $5 };
	}
	else { push @unknown, $line; }
}
$refused{$1} = $2 while $err =~ /^abie-load: (\d+\.csv): not imported, nothing was stored\n(.*)$/mg;
$nothing{$1} = 1 while $err =~ /^abie-load: (\d+\.csv): no row of it could be stored$/mg;

sub none
{
	my ($name, @bad) = @_;
	is(scalar @bad, 0, $name) or diag join "\n", map { "$_ ($expected{$_}{verdict}, $expected{$_}{records}): " . ($refused{$_} // 'read') } @bad[ 0 .. ($#bad > 9 ? 9 : $#bad) ];
}
is(join("\n", @unknown), '', 'nothing else is reported');
none('every file is either read or refused', grep { exists $read{$_} == exists $refused{$_} } @names);
none('what readers of CSV differ on is refused', grep { $expected{$_}{verdict} eq 'refuse' && $read{$_} } @names);
none('harmless variants are read', grep { $expected{$_}{verdict} eq 'read' && !$read{$_} } @names);
none('a file read has as many rows as Python reads records', grep { $read{$_} && $read{$_}{records} != $expected{$_}{records} } @names);
none('stored + updated + unchanged + set aside + rejected = read', grep { $read{$_} && $read{$_}{records} != $read{$_}{sum} } @names);
none('a file of which no row is held is said to be one', grep { $read{$_} && ($read{$_}{held} == 0) != exists $nothing{$_} } @names);
none('every refusal has its reason', grep { exists $refused{$_} && $refused{$_} !~ /\w/ } @names);
unlike($out . $err, qr/[\x00-\x08\x0b-\x1f\x7f]/, 'no control characters in what is said');
cmp_ok(scalar(grep { $expected{$_}{verdict} eq 'either' } keys %read), '>', 100, 'many mutated files are read all the same');

is($node->safe_psql('postgres', 'SELECT file FROM abie.import ORDER BY 1'), join("\n", sort keys %read), 'the log holds the files read, each once');
is($node->safe_psql('postgres', q{
	SELECT string_agg(DISTINCT source, ', ') FROM (SELECT source FROM abie.school UNION ALL SELECT source FROM abie.attendance
		UNION ALL SELECT source FROM abie.school_context UNION ALL SELECT source FROM abie.school_link) AS s
	WHERE split_part(source, ': ', 2) NOT IN (SELECT file FROM abie.import)}), '', 'nothing of a refused file is held');
my $rejected = $node->safe_psql('postgres', q{SELECT file || E'\t' || line || E'\t' || "row" FROM abie.import_reject});
my $different = '';
IPC::Run::run([ $python, "$top/test/lib/mutate.py", 'compare', $dir ], '<', \"$rejected\n", '>', \$different) or die;
is($different, '', 'rejected rows are kept as Python reads them');
cmp_ok(scalar(split /\n/, $rejected), '>', 50, 'and there are some');

$node->stop;
done_testing();
