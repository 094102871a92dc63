# A school's expectation worked out again from the lines of abie.explain, and from nothing else: the second edition of
# the contextual method.
package Explained;
use strict;
use warnings;
use Exporter 'import';
use List::Util qw(max min sum0);
our @EXPORT_OK = qw(recompute differences);

my $number = qr/-?[0-9.]+(?:e[-+]?[0-9]+)?/;

# [ name, value, made ] of each line to what has to come out, by name; dies where a line is not as it is understood.
sub recompute
{
	my ($lines) = @_;
	my %line = map { $_->[0] => { value => $_->[1], made => $_->[2] } } @$lines;
	my %out;
	own_figures(\%line, \%out);
	contextual_model($lines, \%line, \%out);
	local_residual($lines, \%line, \%out);
	baseline(\%line, \%out);
	ladder_top($lines, \%line, \%out);
	improvement(\%line, \%out);
	forecast(\%line, \%out);
	return \%out;
}

# The query of the lines of a run's schools, so many at random but the same every time: urn, name, value, made.
sub lines_query
{
	my ($run, $wanted) = @_;
	return "SELECT e.urn, l.name, coalesce(l.value::text, ''), l.made
		FROM (SELECT urn FROM abie.expectation WHERE run_id = $run ORDER BY md5(urn::text) LIMIT $wanted) e,
			LATERAL abie.explain($run, e.urn) l ORDER BY e.urn, l.step";
}

# What comes out of the lines beside what they say, of schools: the largest difference of each figure, and the schools that
# are told another statement.
sub differences
{
	my ($lines_of) = @_;
	my (%largest, @other);
	for my $urn (sort keys %$lines_of)
	{
		my %said = map { $_->[0] => $_ } @{ $lines_of->{$urn} };
		my $found = recompute($lines_of->{$urn});
		push @other, $urn unless $said{'improvement published'}[2] =~ /: $found->{statement}$/;
		for my $name (grep { !/^(statement|enrolments)$/ } keys %$found)
		{
			my ($one, $other) = ref $found->{$name} ? @{ $found->{$name} } : ($found->{$name}, $said{$name}[1]);
			my $figure = $name =~ s/^(term).*/$1/r;
			$largest{$figure} = max($largest{$figure} // 0, abs($one - $other));
		}
	}
	return (\%largest, \@other);
}

# The numbers in a line, where it has the form that the pattern says.
sub numbers
{
	my ($line, $name, $pattern) = @_;
	my $made = $line->{$name}{made} // die "no line $name\n";
	my @found = $made =~ $pattern or die "$name: $made\n";
	return @found;
}

sub own_figures
{
	my ($line, $out) = @_;
	# of some years only rates are published
	my ($possible, $absent) = numbers($line, 'attendance', qr{^100 x \((\d+) sessions possible - (\d+) absent\) / \1 in |^100 less the absence rate published for });
	$out->{attendance} = defined $possible ? 100 * ($possible - $absent) / $possible : $line->{attendance}{value};
	$out->{enrolments} = $line->{enrolments}{value};
	if ($line->{'enrolments counted'})
	{
		my ($share) = numbers($line, 'enrolments counted', qr{^enrolments x ($number), .*: the enrolments of all that follows$});
		$out->{enrolments} *= $share;
		$out->{'enrolments counted'} = $out->{enrolments};
	}
	return;
}

# What a term of the model is for the school, from its scaled characteristics.
sub term_value
{
	my ($scaled, $missing, $name) = @_;
	return $missing->{$1} // 0 if $name =~ /^(\S+) missing$/;
	return $scaled->{$1}**2 if $name =~ /^(\S+) squared$/;
	return $scaled->{$1} * $scaled->{$2} if $name =~ /^(\S+) x (\S+)$/;
	# a category that the school is not of has no line
	return $scaled->{$name} // ($name =~ / is / ? 0 : die "no characteristic $name\n");
}

sub contextual_model
{
	my ($lines, $line, $out) = @_;
	my (%scaled, %missing);
	for (@$lines)
	{
		my ($name, $value, $made) = @$_;
		last if $name eq 'mean';
		if ($made =~ /^scaled to ($number): less ($number), divided by ($number), limited to \+-($number);/)
		{
			$scaled{$name} = max(-$4, min($4, ($value - $2) / $3));
			$out->{"$name scaled"} = [ $scaled{$name}, $1 ];
		}
		$scaled{$name} = 1 / $1 if $made =~ /^1 if so, divided by ($number)/;
		$missing{$name} = 1 if $made =~ /^missing/;
		$scaled{$name} = $1 if $made =~ /^missing; scaled, the contextual model takes ($number)$/;
	}
	my $fitted = $line->{mean}{value};
	for (grep { $_->[0] =~ /^term / } @$lines)
	{
		my ($name, $value, $made) = @$_;
		my ($coefficient, $own, $mean) = numbers($line, $name, qr/^($number) x \(($number) - ($number)\): coefficient, the school's, the mean$/);
		my $term = term_value(\%scaled, \%missing, $name =~ s/^term //r);
		$out->{"$name value"} = [ $term, $own ];
		$fitted += $out->{$name} = $coefficient * ($term - $mean);
	}
	my $leverage = $line->{leverage}{value};
	$out->{fitted} = $fitted;
	$out->{context} = ($fitted - $leverage * $out->{attendance}) / (1 - $leverage);
	return;
}

sub local_residual
{
	my ($lines, $line, $out) = @_;
	my ($wanted) = numbers($line, 'local residual', qr/^mean of the (\d+) most similar schools' attendance - context, each weighted by enrolments x \(1 - \(distance \/ bandwidth\)\^3\)\^3$/);
	my $bandwidth = $line->{bandwidth}{value};
	my ($sum, $total, $schools) = (0, 0, 0);
	for (grep { $_->[0] =~ /^(similar school|counted too, school) \d+: / } @$lines)
	{
		my ($name, $value, $made) = @$_;
		my ($context, $distance, $enrolments) = $made =~ /^attendance, context ($number); distance ($number), ($number) enrolments/ or die "$name: $made\n";
		my $weight = $distance < $bandwidth ? $enrolments * (1 - ($distance / $bandwidth)**3)**3 : 0;
		$sum += $weight * ($value - $context);
		$total += $weight;
		$schools++;
	}
	die "$schools schools for the local residual, not $wanted\n" if $schools != $wanted;
	$out->{'local residual'} = $sum / $total;
	$out->{expected} = $out->{context} + $line->{'local slope'}{value} * $out->{'local residual'};
	return;
}

# The baseline and what it is made of; without a year before, by what one year alone says.
sub baseline
{
	my ($line, $out) = @_;
	my $n = $out->{enrolments};
	my ($attendance, $expected) = @$out{qw(attendance expected)};
	my $level = $attendance;
	if ($line->{'own level'}{made} ne 'attendance')
	{
		my ($weight, $common, $reach) = numbers($line, 'own level', qr/^attendance \+ \(1 - ($number)\) x \(attendance the year before \+ ($number) - attendance\), within ($number) of attendance;/);
		$level += (1 - $weight) * ($line->{'attendance the year before'}{value} + $common - $attendance);
		$level = max($attendance - $reach, min($attendance + $reach, $level));
	}
	my $made = $line->{'own share'}{made};
	my $share =
		$made =~ m{^1 / \(1 \+ ($number) \+ ($number) / enrolments\), which} ? 1 / (1 + $1 + $2 / $n)
	  : $made =~ m{^1 / \(1\.2 \+ 15 / enrolments\)} ? 1 / (1.2 + 15 / $n)
	  : $made =~ m{^1 - \(($number) \+ ($number) / enrolments\) / 2 / \(($number) \+ ($number) / enrolments\), not under 0} ? max(0, 1 - ($1 + $2 / $n) / 2 / ($3 + $4 / $n))
	  : die "own share: $made\n";
	my ($within) = numbers($line, 'baseline', qr/^expected \+ own share x \(own level - expected\), within ($number) of attendance$/);
	$out->{'own level'} = $level;
	$out->{'own share'} = $share;
	$out->{baseline} = max($attendance - $within, min($attendance + $within, $expected + $share * ($level - $expected)));
	return;
}

sub ladder_top
{
	my ($lines, $line, $out) = @_;
	my ($share) = numbers($line, 'pared mean', qr/^best of the school and its similar schools by \(present \+ 1\) \/ \(enrolments \+ 2\), down to ($number) % of their enrolments$/);
	my @school = ([ $out->{attendance}, $out->{enrolments} ]);
	for (grep { $_->[0] =~ /^similar school / } @$lines)
	{
		push @school, [ $_->[1], $_->[2] =~ /, ($number) enrolments/ ];
	}
	my $wanted = $share / 100 * sum0(map { $_->[1] } @school);
	my ($present, $taken) = (0, 0);
	for (sort { ($b->[0] / 100 * $b->[1] + 1) / ($b->[1] + 2) <=> ($a->[0] / 100 * $a->[1] + 1) / ($a->[1] + 2) } @school)
	{
		last if $taken >= $wanted;
		$present += $_->[0] / 100 * $_->[1];
		$taken += $_->[1];
	}
	$out->{'pared mean'} = 100 * $present / $taken;
	my $past = $line->{'pre-pandemic'}{value};
	$out->{'ladder top'} = max($out->{'pared mean'}, $past eq '' ? () : $past);
	$out->{headroom} = max(0, $out->{'ladder top'} - $out->{baseline});
	return;
}

sub improvement
{
	my ($line, $out) = @_;
	my ($pace, $gap_share, $floor, $cap) = numbers($line, 'improvement', qr/^($number) \+ ($number) x gap, not under ($number), not over ($number), not over the headroom$/);
	$out->{gap} = max(0, $out->{expected} - $out->{baseline});
	$out->{improvement} = min($out->{headroom}, $cap, max($floor, $pace + $gap_share * $out->{gap}));
	$out->{'improvement published'} = int(10 * sprintf('%.13f', $out->{improvement}) + 0.5) / 10;
	$out->{target} = $out->{baseline} + $out->{improvement};
	$out->{'step from last year'} = $out->{target} - $out->{attendance};
	$out->{statement} = $out->{'improvement published'} == 0 ? 'maintain' : $out->{attendance} >= $out->{target} ? 'sustain' : 'improve';
	return;
}

sub forecast
{
	my ($line, $out) = @_;
	my $made = $line->{forecast}{made};
	my ($n, $expected) = @$out{qw(enrolments expected)};
	if ($made =~ /^baseline: /)
	{
		$out->{forecast} = $out->{baseline};
	}
	else
	{
		my @c = numbers($line, 'forecast', qr{^($number) \+ ($number) x expected \+ \(($number) \+ ($number) / square root of enrolments\) x \(attendance - expected\) \+ \(($number) \+ ($number) / square root of enrolments\) x \(attendance the year before - expected\): });
		$out->{forecast} = $c[0] + $c[1] * $expected + ($c[2] + $c[3] / sqrt $n) * ($out->{attendance} - $expected)
		  + ($c[4] + $c[5] / sqrt $n) * ($line->{'attendance the year before'}{value} - $expected);
	}
	for ([ 'forecast low', -1 ], [ 'forecast high', 1 ])
	{
		my ($name, $side) = @$_;
		next unless $line->{$name};
		my ($width, $fixed, $of_size) = numbers($line, $name, qr{^forecast [-+] ($number) x square root of \(($number) \+ ($number) / enrolments\), within 0-100});
		$out->{$name} = max(0, min(100, $out->{forecast} + $side * $width * sqrt($fixed + $of_size / $n)));
	}
	return;
}

1;
