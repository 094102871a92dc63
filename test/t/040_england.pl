# abie.calculate on the real schools of England, against the published files themselves.
#
# The files are read a second time here, in Perl, by nothing of abie's: what a school's figures are, which schools
# there are, which select by ability, who succeeded whom, what the national and local averages are.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use England;
use Explained qw(differences);
use IO::Uncompress::Gunzip qw($GunzipError);
use List::Util qw(max min sum0);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $data = England::data();
my $lacking = England::lacks('ees_absence_nat_reg_la_200607_201819');
plan skip_all => $lacking if $lacking;
my $similar_schools = 20;
my $sampled = 200;
my $searched = 20;

# Calls a function with each row of a file, as a hash of the columns wanted, by lower-case name.
sub each_row
{
	my ($name, $wanted, $call) = @_;
	my $in = IO::Uncompress::Gunzip->new("$data/$name.csv.gz") or die "could not read $name: $GunzipError";
	my $header = $in->getline();
	$header =~ s/^\x{EF}\x{BB}\x{BF}|[\r\n]+$//g;
	my $n = 0;
	my %place = map { lc($_) => $n++ } split /,/, $header;
	while (my $line = $in->getline())
	{
		$line =~ s/[\r\n]+$//;
		my @cell = $line =~ /"/ ? map { s/^"|"$//gr } $line =~ /("(?:[^"]|"")*"|[^,]*)(?:,|$)/g : split /,/, $line, -1;
		$call->({ map { $_ => $cell[ $place{$_} // die "$name has no column $_" ] } @$wanted });
	}
	return;
}

#
# The files, as they are
#
my (%school, %published, %rows, %reorganised);
each_row('ees_absence_school_201819', [qw(urn laestab old_la_code school_type enrolments sess_possible sess_overall)],
	sub {
		my ($row) = @_;
		my $la = substr($row->{laestab}, 0, 3);
		$rows{ $row->{school_type} }++;
		$school{ $row->{urn} } = $row;
		$reorganised{$la} = $reorganised{ $row->{old_la_code} } = 1 if $la ne $row->{old_la_code};
	});
# Dorset and Bournemouth became other authorities in April 2019: the file has two schools under a new LAESTAB and the old authority
is(join(' ', sort keys %reorganised), '835 837 838 839', 'authorities that LAESTAB and publication do not agree on');
is($rows{'State-funded primary'} + $rows{'State-funded secondary'}, 20186, 'primary and secondary schools in the file of 2018/19');
my %mainstream = map { $_ => 1 } grep { $school{$_}{school_type} =~ /^State-funded (primary|secondary)$/ } keys %school;
is(scalar(keys %mainstream), 20186, 'each with a URN of its own');

each_row('ees_absence_nat_reg_la_200607_201819', [qw(time_period geographic_level old_la_code school_type sess_possible sess_overall)],
	sub {
		my ($row) = @_;
		return if $row->{time_period} ne '201819' || $row->{school_type} !~ /^State-funded (.*)/;
		my $area = $row->{geographic_level} eq 'National' ? 'England' : $row->{old_la_code};
		$published{"$1 $area"} = 100 * ($row->{sess_possible} - $row->{sess_overall}) / $row->{sess_possible} if $row->{geographic_level} ne 'Regional';
	});

my %admits;
each_row('spc_school_202301', [qw(urn admissions_policy)], sub { my ($row) = @_; $admits{ $row->{urn} } = $row->{admissions_policy} eq 'Selective' ? 1 : 0; });
my %relative;
each_row('gias_links_20220831', [qw(urn linkurn linktype)],
	sub { my ($row) = @_; $relative{ $row->{urn} }{ $row->{linkurn} } = $relative{ $row->{linkurn} }{ $row->{urn} } = 1 if $row->{linktype} =~ /^(Predecessor|Successor)/; });
my %of_laestab;
each_row('ees_absence_school_200607_201819_core', [qw(urn laestab)], sub { my ($row) = @_; $of_laestab{ $row->{laestab} }{ $row->{urn} } = 1; });
for my $urns (values %of_laestab)
{
	for my $one (keys %$urns)
	{
		$relative{$one}{$_} = 1 for grep { $_ ne $one } keys %$urns;
	}
}

my $node = England::cluster('england');
$node->start;

sub query
{
	my ($sql) = @_;
	return $node->safe_psql('england', $sql);
}

sub rows
{
	my ($sql) = @_;
	return map { [ split /\|/, $_, -1 ] } split /\n/, query($sql);
}

# A run; and the memory its session took at most, where the system tells.
sub calculate
{
	my ($year, $methodology) = @_;
	my $started = time();
	my ($run, $peak) = split /\n/, query(qq{
		CALL abie.calculate('$year', '$methodology', NULL);
		SELECT coalesce((regexp_match(pg_read_file('/proc/' || pg_backend_pid() || '/status', 0, 10000, true), 'VmHWM:\\s*(\\d+)'))[1], '0')});
	diag(sprintf 'expectations for %s by %s: %.2f s, at most %.0f MB with shared buffers touched (%s)', $year, $methodology, time() - $started, $peak / 1024,
		query("SELECT string_agg(format('%s %s s', s ->> 'stage', s ->> 'seconds'), ', ' ORDER BY n) FROM abie.run, jsonb_array_elements(stages) WITH ORDINALITY x(s, n) WHERE run_id = $run"));
	return $run;
}

#
# 2019/20 from 2018/19
#
my $run = calculate('2019/20', 'similar-schools');
is(query("SELECT status FROM abie.run WHERE run_id = $run"), 'calculated', 'expectations for 2019/20 are calculated');

my %expectation = map { $_->[0] => { stratum => $_->[1], baseline => $_->[2], expected => $_->[3], la => $_->[4], england => $_->[5], la_code => $_->[6] } }
  rows("SELECT urn, stratum, baseline, expected, la_average, national_average, laestab / 10000 FROM abie.expectation WHERE run_id = $run");
my %exclusion = map { $_->[0] => $_->[1] } rows("SELECT urn, reason FROM abie.exclusion WHERE run_id = $run AND urn IS NOT NULL");
is(scalar(grep { !(exists $expectation{$_} xor exists $exclusion{$_}) } keys %school), 0, 'every school of the file has an expectation or a reason, and not both');
is(scalar(grep { !exists $school{$_} } keys %expectation, keys %exclusion), 0, 'nothing else has');
is(scalar(grep { exists $expectation{$_} || exists $exclusion{$_} } keys %mainstream), 20186, 'all 20,186 primary and secondary schools');
is(scalar(grep { !$mainstream{$_} } keys %expectation), 0, 'only primary and secondary schools have an expectation');
cmp_ok(scalar(keys %expectation), '>', 19500, 'schools with an expectation: ' . keys %expectation);
my %reasons;
$reasons{ $exclusion{$_} }++ for grep { $mainstream{$_} } keys %exclusion;
diag('expectations: ' . keys(%expectation) . '; primary and secondary schools left out: ' . join ', ', map { "$reasons{$_} $_" } sort keys %reasons);
is(scalar(grep { !$mainstream{$_} && $exclusion{$_} ne 'special school' } keys %exclusion), 0, 'special schools are left out as such');
is(scalar(grep { $exclusion{$_} eq 'fewer than the minimum enrolments' && $school{$_}{enrolments} >= 30 } keys %exclusion), 0, 'small schools left out are small');
is(scalar(grep { $school{$_}{enrolments} < 30 } keys %expectation), 0, 'no small school has an expectation');

# Figures
my $wrong = 0;
for my $urn (keys %expectation)
{
	my ($possible, $overall) = @{ $school{$urn} }{qw(sess_possible sess_overall)};
	$wrong++ if $expectation{$urn}{baseline} != 100 * ($possible - $overall) / $possible;
	$wrong++ if $school{$urn}{school_type} ne "State-funded $expectation{$urn}{stratum}";
}
is($wrong, 0, 'every baseline is 100 x (possible - absent) / possible of the file');
my %checked;
for my $e (values %expectation)
{
	$checked{England}{ $e->{stratum} } = max($checked{England}{ $e->{stratum} } // 0, abs($e->{england} - $published{"$e->{stratum} England"}));
	$checked{areas}{"$e->{stratum} $e->{la_code}"} = abs($e->{la} - ($published{"$e->{stratum} $e->{la_code}"} // 'inf')) if !$reorganised{ $e->{la_code} };
}
is(join(' ', sort keys %{ $checked{England} }), 'primary secondary', 'strata');
cmp_ok(max(values %{ $checked{England} }), '<', 1e-11, 'national averages are the published national rows');
cmp_ok(max(values %{ $checked{areas} }), '<', 1e-11, 'local averages are the published rows of ' . keys(%{ $checked{areas} }) . ' authorities and strata');

# Similar schools
my (%similar, %fault);
for my $row (rows("SELECT urn, rank, similar_urn, distance FROM abie.similar_school WHERE run_id = $run"))
{
	my ($urn, $rank, $other, $distance) = @$row;
	$similar{$urn}[ $rank - 1 ] = [ $other, $distance ];
	$fault{self}++ if $urn == $other;
	$fault{family}++ if $relative{$urn}{$other} || grep { $relative{$other}{$_} } keys %{ $relative{$urn} // {} };
	$fault{stratum}++ if $school{$urn}{school_type} ne $school{$other}{school_type};
	$fault{'selective with others'}++ if exists $admits{$urn} && exists $admits{$other} && $admits{$urn} != $admits{$other};
	$fault{'of a school without expectation'}++ if !exists $expectation{$urn};
}
is_deeply(\%fault, {}, 'no school is matched with itself, with family, or selective with others');
is(scalar(grep { @{ $similar{$_} // [] } != $similar_schools || grep { !defined } @{ $similar{$_} } } keys %expectation), 0, "every school has exactly $similar_schools similar schools");
is(scalar(grep { my %seen = map { $_->[0] => 1 } @{ $similar{$_} }; keys %seen != $similar_schools } keys %similar), 0, 'all different');
is(scalar(grep { my $s = $similar{$_}; grep { $s->[$_][1] < $s->[ $_ - 1 ][1] || ($s->[$_][1] == $s->[ $_ - 1 ][1] && $s->[$_][0] < $s->[ $_ - 1 ][0]) } 1 .. $#$s } keys %similar),
	0, 'nearest first, ties by URN');
cmp_ok(scalar(grep { $admits{$_} } keys %expectation), '>', 140, 'selective schools among them');

# The search by hand, for some: all schools of the stratum, missing characteristics left out of the sum
my %vector;
for my $row (rows("SELECT s.urn, s.stratum, s.selective, n.bandwidth, s.enrolments, array_to_string(v.vector, ',', '') FROM abie.run_school s JOIN abie.run_vector($run) v ON v.urn = s.urn LEFT JOIN abie.similar_list n ON n.run_id = s.run_id AND n.urn = s.urn WHERE s.run_id = $run"))
{
	my ($urn, $stratum, $selective, $bandwidth, $enrolments, $vector) = @$row;
	$vector{$urn} = { pool => "$stratum $selective", stratum => $stratum, bandwidth => $bandwidth, vector => [ split /,/, $vector, -1 ] };
	$wrong++ if $enrolments != $school{$urn}{enrolments};
}
is($wrong, 0, 'enrolments are those of the file');
my %weight;
push @{ $weight{ $_->[0] } }, $_->[1] for rows("SELECT stratum, weight FROM abie.run_characteristic WHERE run_id = $run ORDER BY stratum, position");

sub distance
{
	my ($a, $b, $weights) = @_;
	my ($sum, $present, $total) = (0, 0, 0);
	for my $i (0 .. $#$weights)
	{
		$total += $weights->[$i];
		next if $a->[$i] eq '' || $b->[$i] eq '';
		$present += $weights->[$i];
		$sum += $weights->[$i] * ($a->[$i] - $b->[$i])**2;
	}
	return $present >= 0.8 * $total - 1e-9 ? sqrt($sum * $total / $present) : undef;
}

my @urns = sort keys %expectation;
my @sample = map { $urns[ int(($_ + 0.5) * @urns / $sampled) ] } 0 .. $sampled - 1;
my ($different, $pairs) = (0, 0);
for my $urn (@sample[ map { $_ * $sampled / $searched } 0 .. $searched - 1 ])
{
	my $own = $vector{$urn};
	my @found;
	for my $other (keys %vector)
	{
		next if $other eq $urn || $vector{$other}{pool} ne $own->{pool};
		my $distance = distance($own->{vector}, $vector{$other}{vector}, $weight{ $own->{stratum} });
		push @found, [ $other, $distance ] if defined $distance;
		$pairs++;
	}
	@found = grep { !$relative{$urn}{ $_->[0] } } sort { $a->[1] <=> $b->[1] } @found;
	for my $rank (0 .. $similar_schools - 1)
	{
		# equal ones may change places
		$different++ if abs($found[$rank][1] - $similar{$urn}[$rank][1]) > 1e-9;
		$different++ if $found[$rank][0] ne $similar{$urn}[$rank][0] && abs($found[$rank][1] - $found[ $rank + 1 ][1]) > 1e-9 && abs($found[$rank][1] - ($rank ? $found[ $rank - 1 ][1] : -1)) > 1e-9;
	}
	$different++ if abs($found[$similar_schools][1] - $own->{bandwidth}) > 1e-9;
}
is($different, 0, "$searched schools compared with $pairs others: the same nearest");

# Expected attendance from the file's figures
my $largest = 0;
for my $urn (@sample)
{
	my ($sum, $total) = (0, 0);
	for my $peer (@{ $similar{$urn} })
	{
		my ($other, $distance) = @$peer;
		my ($possible, $overall, $enrolments) = @{ $school{$other} }{qw(sess_possible sess_overall enrolments)};
		my $u = $distance / $vector{$urn}{bandwidth};
		my $weight = $u < 1 ? $enrolments * (1 - $u**3)**3 : 0;
		$sum += $weight * 100 * (1 - $overall / $possible);
		$total += $weight;
	}
	$largest = max($largest, abs($sum / $total - $expectation{$urn}{expected}));
}
cmp_ok($largest, '<', 1e-11, "expected attendance of $sampled schools, recomputed from the file");

# Improvement: between 0 and 1, rounded to a tenth; what goes with what
is(query("SELECT count(*) FROM abie.expectation WHERE run_id = $run AND NOT (improvement BETWEEN 0 AND 1 AND improvement_rounded = round(improvement::numeric, 1)
	AND (improvement >= 0.1 OR improvement = greatest(0, ladder_top - baseline)) AND statement = CASE WHEN improvement_rounded = 0 THEN 'maintain' WHEN attendance < target THEN 'improve' ELSE 'sustain' END
	AND pre_pandemic = baseline AND target = baseline + improvement)"), 0, 'improvements, statements and rungs fit together');

# Again
my $again = calculate('2019/20', 'similar-schools');
is(query("SELECT count(*) FROM (SELECT DISTINCT input_digest, result_digest FROM abie.run WHERE run_id IN ($run, $again) AND result_digest IS NOT NULL) d"), 1, 'a rerun has the same digests');
is(query("SELECT count(*) FROM (SELECT to_jsonb(e) - 'run_id' FROM abie.expectation e WHERE run_id = $run EXCEPT SELECT to_jsonb(e) - 'run_id' FROM abie.expectation e WHERE run_id = $again) d"), 0, 'and the same rows');

#
# 2023/24 from 2022/23, of which only rates are published
#
my %rate;
each_row('absence_school_202223', [qw(urn perctot)], sub { my ($row) = @_; $rate{ $row->{urn} } = $row->{perctot} if $row->{urn} =~ /^\d{6}$/; });
is(scalar(keys %rate), 21281, 'schools in the file of 2022/23');
my $later = calculate('2023/24', 'similar-schools');
my %now = map { $_->[0] => $_->[1] } rows("SELECT urn, baseline FROM abie.expectation WHERE run_id = $later");
my %out = map { $_->[0] => $_->[1] } rows("SELECT urn, reason FROM abie.exclusion WHERE run_id = $later AND urn IS NOT NULL");
is(scalar(grep { !(exists $now{$_} xor exists $out{$_}) } keys %rate), 0, 'every school of the file has an expectation or a reason, and not both');
is(scalar(grep { !exists $rate{$_} } keys %now, keys %out), 0, 'nothing else has');
cmp_ok(scalar(keys %now), '>', 19000, 'schools with an expectation: ' . keys %now);
is(scalar(grep { abs($now{$_} - (100 - $rate{$_})) > 1e-9 } keys %now), 0, 'every baseline is 100 less the published rate');
%reasons = ();
$reasons{$_}++ for values %out;
diag('expectations: ' . keys(%now) . '; left out: ' . join ', ', map { "$reasons{$_} $_" } sort keys %reasons);
# without statistics of the newest run the joins below go by nested loops, for many minutes
query('ANALYZE abie.run_school, abie.similar_list');
is( query("SELECT count(*) FROM abie.similar_school n JOIN abie.run_school a ON (a.run_id, a.urn) = (n.run_id, n.urn) JOIN abie.run_school b ON (b.run_id, b.urn) = (n.run_id, n.similar_urn)
	WHERE n.run_id = $later AND (n.urn = n.similar_urn OR a.family = b.family OR a.selective <> b.selective OR a.stratum <> b.stratum)"),
	0, 'no school is matched with itself, with family, or selective with others');
is(query("SELECT count(*) FROM abie.expectation e WHERE e.run_id = $later AND (SELECT count(*) FROM abie.similar_school n WHERE n.run_id = e.run_id AND n.urn = e.urn) <> $similar_schools"),
	0, "every school has exactly $similar_schools similar schools");
# where a school was before the pandemic, the file of 2018/19 says; under its own URN for those that kept it
my %past = map { $_->[0] => $_->[1] } rows("SELECT urn, pre_pandemic FROM abie.expectation WHERE run_id = $later AND pre_pandemic IS NOT NULL");
is( scalar(grep { exists $school{$_} && abs(($past{$_} // 0) - 100 * (1 - $school{$_}{sess_overall} / $school{$_}{sess_possible})) > 1e-9 } grep { exists $school{$_} && $school{$_}{sess_possible} > 0 } keys %now),
	0, 'pre-pandemic attendance of schools that kept their URN');
cmp_ok(scalar(grep { !exists $school{$_} } keys %past), '>', 1000, 'pre-pandemic attendance over a change of URN: ' . (grep { !exists $school{$_} } keys %past) . ' schools');

#
# The default methodology
#
# R2 of expected attendance, enrolments as weights: each school is predicted by the others, so this is out of sample
sub r2
{
	my ($run) = @_;
	return map { $_->[0] => $_->[1] } rows("SELECT stratum, 1 - sum(enrolments * (attendance - expected) ^ 2) / sum(enrolments * (attendance - mean) ^ 2)
		FROM (SELECT *, sum(enrolments * attendance) OVER (PARTITION BY stratum) / sum(enrolments) OVER (PARTITION BY stratum) AS mean FROM abie.expectation WHERE run_id = $run) e GROUP BY stratum");
}
# one year held and nobody to learn from: the noise is no more than England's schools had (by residuals alone it would be 1,122 in secondary schools)
my $alone = calculate('2023/24', 'first-edition');
my $first = calculate('2019/20', 'first-edition');
is(query("SELECT left(result_digest, 12) FROM abie.run WHERE run_id = $first"), '497602547be5', 'the first edition is made again to the bit');
my $lent = calculate('2023/24', 'first-edition');
my $default = calculate('2019/20', 'default');
my $default_lent = calculate('2023/24', 'default');
# mainstream schools that DfE named as attendance hubs, the first and those of September 2023: North Shore Academy, John Whitgift
# Academy, the Ridgeway School and the Croft Primary School in Swindon
is(query("SELECT string_agg(round((attendance - expected)::numeric, 1)::text, ' ' ORDER BY urn), bool_and(attendance > expected)
	FROM abie.expectation WHERE run_id = $default_lent AND urn IN (136146, 137160, 137464, 138424)"), '3.3 0.8 6.0 0.0|t', 'hubs that were really named stand above what is expected of them');
my %expected = r2($default);
my %plain = r2($run);
for my $stratum ([ 'primary', 0.42 ], [ 'secondary', 0.45 ])
{
	my ($name, $goal) = @$stratum;
	cmp_ok($expected{$name}, '>=', $goal, sprintf 'R2 of expected attendance, %s schools: %.4f (similar schools alone %.4f)', $name, $expected{$name}, $plain{$name});
}
my $noise = "SELECT string_agg(concat_ws(' ', m.stratum, m.sampling_source, m.sampling_run, round(m.sampling_c1::numeric)), ', ' ORDER BY m.stratum) FROM abie.run_model m WHERE m.run_id =";
is(query("$noise $alone"), 'primary residuals 17, secondary residuals 101', 'one year held: noise from residuals, within its limit');
is(query("$noise $first"), 'primary changes 17, secondary changes 101', 'two years held: noise from changes, which the limit is of');
is(query("$noise $lent"), "primary earlier run $first 17, secondary earlier run $first 101", 'one year held, after a run with two: noise as that one learned it');
is(query("$noise $default_lent"), 'primary declared 42, secondary declared 253', 'but not in the second edition, from before the pandemic: declared');
is(query("SELECT count(*) FILTER (WHERE equal) FROM abie.verify($lent)"), 3, 'and it can be made again');
is(query("SELECT count(*) FILTER (WHERE equal) FROM abie.verify($default_lent)"), 3, 'and so can the second edition');
is(query("SELECT count(*) FROM abie.expectation e JOIN abie.expectation f ON f.run_id = $first AND f.urn = e.urn WHERE e.run_id = $default"),
	query("SELECT expectations FROM abie.run WHERE run_id = $first"), 'whoever has an expectation in the first edition has one in the second');
is(query("SELECT count(*) FROM abie.calibration($default) WHERE used AND schools >= 30 AND abs(residual) > 0.15 AND abs(z) > 3"), 0,
	'no tenth or category of what schools are compared by is expected too much or too little of');
is(query("SELECT count(*) FROM abie.expectation WHERE run_id IN ($default, $default_lent) AND abs(baseline - attendance) > 1 + 1e-9"), 0, 'no baseline is farther than a point from last year');
for my $checked ($alone, $first, $lent, $default, $default_lent)
{
	is(query("SELECT count(*) FROM abie.expectation WHERE run_id = $checked AND statement = 'improve' AND (improvement_rounded = 0 OR attendance >= target)"), 0,
		"run $checked: nobody is told to improve by 0.0, or to what it had");
	my $told = query("SELECT string_agg(s.said, ', ' ORDER BY s.said) FROM (SELECT stratum || ' ' || statement || ' ' || count(*) AS said FROM abie.expectation WHERE run_id = $checked GROUP BY stratum, statement) s");
	diag("run $checked: $told");
	cmp_ok(query("SELECT 100.0 * count(*) FILTER (WHERE attendance >= target) / count(*) FROM abie.expectation WHERE run_id = $checked AND stratum = 'secondary'"), '<', $checked > $lent ? 20 : 15,
		"run $checked: few secondary schools have a target that they had reached (42 in 100 with the noise of residuals alone)");
}
for my $checked ($default, $lent, $default_lent)
{
	my $year = query("SELECT target_year FROM abie.run WHERE run_id = $checked");
	is(query("SELECT count(*) FROM abie.run WHERE run_id = $checked AND schools_in_scope = expectations + exclusions"), 1, "$year: every school has an expectation or a reason");
	is(query("SELECT count(*) FROM abie.expectation e WHERE run_id = $checked AND NOT baseline BETWEEN least(own_level, expected) AND greatest(own_level, expected)"), 0,
		"$year: every baseline lies between the school's own level and what is expected");
	is(query("SELECT count(*) FROM abie.expectation WHERE run_id = $checked AND NOT (improvement BETWEEN 0.1 AND 1 OR improvement = greatest(0, ladder_top - baseline))"), 0, "$year: improvements are within floor and cap, or the headroom");
	is(query("SELECT count(*) FROM abie.expectation e WHERE e.run_id = $checked AND (SELECT count(*) FROM abie.similar_school n WHERE n.run_id = e.run_id AND n.urn = e.urn AND n.similar_urn <> e.urn) <> $similar_schools"),
		0, "$year: every school has $similar_schools similar schools");
}
my $default_again = calculate('2019/20', 'default');
is(query("SELECT count(*) FROM (SELECT DISTINCT input_digest, result_digest FROM abie.run WHERE run_id IN ($default, $default_again) AND result_digest IS NOT NULL) d"), 1, 'a rerun has the same digests');
diag(query("SELECT string_agg(format('%s: penalty %s, R2 %s of context, g %s, tau2 %s, w %s, n0 %s from %s schools', stratum, round(penalty::numeric, 4), round(r2_leave_one_out::numeric, 3),
	round(local_slope::numeric, 2), round(between_variance::numeric, 3), round(last_weight::numeric, 2), round(n0::numeric), learning_schools), '; ' ORDER BY stratum) FROM abie.run_model WHERE run_id = $default"));

# What a head teacher can do: the number worked out again from the lines of its explanation alone, of schools at random
# but the same every time
for ([ $default, $sampled ], [ $default_lent, 40 ])
{
	my ($explained, $wanted) = @$_;
	my %lines;
	push @{ $lines{ $_->[0] } }, [ @$_[ 1 .. 3 ] ] for rows(Explained::lines_query($explained, $wanted));
	my ($largest, $other) = differences(\%lines);
	is(scalar(keys %lines), $wanted, "run $explained: $wanted schools explained");
	is("@$other", '', 'what each is told follows from its lines');
	is(join(', ', map { "$_ by $largest->{$_}" } grep { $largest->{$_} > 1e-9 } sort keys %$largest), '', 'and so does each number: ' . join(', ', grep { !/ scaled$/ } sort keys %$largest));
}

# One school with other inputs
query(q{CREATE FUNCTION milliseconds(run_id int, urn int, changes jsonb) RETURNS float8 LANGUAGE plpgsql AS $$
	DECLARE started timestamptz := clock_timestamp();
	BEGIN
		PERFORM FROM abie.what_if(run_id, urn, changes);
		RETURN 1000 * extract(epoch FROM clock_timestamp() - started);
	END $$});
my $what_if = query(qq{SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY m)::numeric) FROM (SELECT milliseconds($default, urn, '{"fsm_pct": 30}') AS m
	FROM (SELECT urn FROM abie.expectation WHERE run_id = $default AND stratum = 'primary' ORDER BY urn LIMIT 21) e) m});
diag("what-if of a primary school, median: $what_if ms (goal 20 ms)");

$node->stop;
done_testing();
