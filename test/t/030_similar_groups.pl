# The published groups of similar schools: the department's own distances, reproduced.
#
# similar_primary_groups.csv.gz holds the 50 nearest schools of each of 93 schools with their distances;
# similar_primary_values.csv.gz the nine measures behind them (all columns but ReadMatAverage), for these 93
# schools only.  So 1,445 pairs have a published distance and measures on both sides.
#
# How the department scaled the measures is not published.  Its squared distance is a weighted sum of nine
# squared differences, which leaves nine unknown numbers: nine pairs give them, by Gaussian elimination, and
# with them abie.distance has to predict the other 1,436 distances.
use strict;
use warnings;
use FindBin;
use IO::Uncompress::Gunzip qw($GunzipError);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @measures = qw(PPPerc Polar4QuintilePupils PStability PercentSchSupport PercentEAL IdaciPupils
  PercentageStatementOrEhp NumberOfPupils Ks1PriorRwmAverage);
my $published_pairs = 1445;
my $tolerance = 1e-12;

my $data = $ENV{ABIE_DATA} // "$FindBin::RealBin/../../../shared/data";
my %file = map { $_ => "$data/similar_primary_$_.csv.gz" } qw(values groups);
for my $name (sort keys %file)
{
	plan skip_all => "no real data: $file{$name} is not there (set ABIE_DATA to its folder)"
	  unless -r $file{$name};
}

# Rows of a gzipped CSV file without quotes, each a hash by column name.
sub read_csv
{
	my ($path) = @_;
	my $in = IO::Uncompress::Gunzip->new($path) or die "could not read $path: $GunzipError";
	my @lines = map { s/[\r\n]+$//r } $in->getlines();
	my @column = split /,/, shift @lines;
	$column[0] =~ s/^\x{EF}\x{BB}\x{BF}//;
	return map { my %row; @row{@column} = split /,/, $_, -1; \%row } @lines;
}

# Squared differences of the measures of two schools.
sub squared_differences
{
	my ($one, $other) = @_;
	return map { ($one->{$_} - $other->{$_})**2 } @measures;
}

# Weights from as many equations (coefficients and, last, the right-hand side) as there are unknowns, chosen
# among all by complete pivoting; and the numbers of the equations chosen.
sub solve
{
	my ($unknowns, @equation) = @_;
	my @row = map { [@$_] } @equation;
	my @scale = map { my $j = $_; (sort { $b <=> $a } map { $_->[$j] } @row)[0] } 0 .. $unknowns - 1;
	my (@pivot, %used, %solved);

	for my $row (@row)
	{
		$row->[$_] /= $scale[$_] for 0 .. $unknowns - 1;
	}
	for (1 .. $unknowns)
	{
		my ($best, $best_row, $best_column) = (-1);
		for my $i (grep { !$used{$_} } 0 .. $#row)
		{
			for my $j (grep { !exists $solved{$_} } 0 .. $unknowns - 1)
			{
				($best, $best_row, $best_column) = (abs $row[$i][$j], $i, $j) if abs $row[$i][$j] > $best;
			}
		}
		push @pivot, [ $best_row, $best_column ];
		$used{$best_row} = 1;
		$solved{$best_column} = undef;
		for my $i (grep { !$used{$_} } 0 .. $#row)
		{
			my $factor = $row[$i][$best_column] / $row[$best_row][$best_column];
			$row[$i][$_] -= $factor * $row[$best_row][$_] for 0 .. $unknowns;
		}
	}
	for my $pivot (reverse @pivot)
	{
		my ($i, $j) = @$pivot;
		my $rest = $row[$i][$unknowns];
		$rest -= $row[$i][$_] * $solved{$_} for grep { $_ != $j && defined $solved{$_} } 0 .. $unknowns - 1;
		$solved{$j} = $rest / $row[$i][$j];
	}
	return ([ map { $solved{$_} / $scale[$_] } 0 .. $unknowns - 1 ], [ map { $_->[0] } @pivot ]);
}

my %school = map { $_->{URN} => $_ } read_csv($file{values});
my @pair = grep { $school{ $_->{URN} } && $school{ $_->{NeighbourURN} } } read_csv($file{groups});
is(scalar keys %school, 93, 'schools with published measures');
is(scalar @pair, $published_pairs, 'pairs with a published distance and measures on both sides');

my ($weights, $chosen) = solve(scalar @measures,
	map { [ squared_differences($school{ $_->{URN} }, $school{ $_->{NeighbourURN} }), $_->{Dist}**2 ] } @pair);
$pair[$_]{chosen} = 1 for @$chosen;
my $weight_array = '{' . join(',', map { sprintf '%.17g', $_ } @$weights) . '}';
note "weight of $measures[$_]: $weights->[$_]" for 0 .. $#measures;
is(scalar(grep { $_ > 0 } @$weights), 9, 'nine positive weights found from nine pairs');

my $node = PostgreSQL::Test::Cluster->new('similar_groups');
$node->init;
$node->start;

my $load = "CREATE EXTENSION abie;\n";
$load .= "CREATE TABLE school (urn bigint PRIMARY KEY, vector float8[]);\nCOPY school FROM STDIN;\n";
$load .= join "\t", $_, '{' . join(',', @{ $school{$_} }{@measures}) . "}\n" for sort keys %school;
$load .= "\\.\nCREATE TABLE published (urn bigint, neighbour bigint, distance float8, rank int, chosen boolean);\n";
$load .= "COPY published FROM STDIN;\n";
$load .= join("\t", @$_{qw(URN NeighbourURN Dist Rank)}, $_->{chosen} ? 't' : 'f') . "\n" for @pair;
$node->safe_psql('postgres', "$load\\.\n");

# Published distances that abie.distance does not give, among those the weights were not taken from.
sub mispredicted
{
	my ($weight_array) = @_;
	return $node->safe_psql(
		'postgres', qq{
		SELECT count(*) || ' of ' || (SELECT count(*) FROM published WHERE NOT chosen)
		FROM published p JOIN school a USING (urn) JOIN school b ON b.urn = p.neighbour
		WHERE NOT p.chosen AND abs(abie.distance(a.vector, b.vector, '$weight_array') - p.distance) <= $tolerance
		});
}

is(mispredicted($weight_array), '1436 of 1436', "published distances predicted to $tolerance");

# The test can fail: the first weight changed by a millionth.
my $changed = '{' . join(',', map { sprintf '%.17g', $_ } $weights->[0] * (1 + 1e-6), @$weights[ 1 .. $#$weights ]) . '}';
cmp_ok((split / /, mispredicted($changed))[0], '<', 100, 'a weight changed by a millionth predicts hardly any');

# The published 50 come from all primary schools, so whichever of the 93 are nearer than a published one are
# published too: those of the 93 that are published for a school are the first in its list, in their order.
$node->safe_psql(
	'postgres', qq{
	CREATE TABLE found AS
	SELECT n.* FROM (SELECT array_agg(urn) AS ids, array_agg(vector) AS vectors FROM school) s,
		abie.nearest(ids, vectors, 92, '$weight_array') n
	});
is($node->safe_psql('postgres', 'SELECT count(*) FROM found'), 93 * 92, 'every school has all the others in its list');
is( $node->safe_psql(
		'postgres', q{
	SELECT count(*) FROM (SELECT *, row_number() OVER (PARTITION BY urn ORDER BY rank) AS place FROM published) p
	JOIN found f ON f.id = p.urn AND f.neighbour = p.neighbour AND f.rank = p.place
	}),
	$published_pairs, 'published neighbours come first, in the published order');

$node->stop;
done_testing();
