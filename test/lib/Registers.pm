# Registers and the questions that are asked of them wherever they lie: on one server, on the nodes of Citus, behind
# foreign tables.
package Registers;
use strict;
use warnings;

# A table of pupils' registers of two years; the same rows each time. Years 1 to 6 are in 30 schools, those above in ten;
# what is held of 2025/26 ends in October.
sub made
{
	my ($name, $pupils) = @_;
	return <<"SQL";
CREATE TABLE $name (urn integer, pupil bigint, academic_year text, year_group integer, fsm boolean, register abie.register);
INSERT INTO $name
SELECT 100000 + CASE WHEN p % 11 + y.later < 6 THEN p % 30 ELSE 30 + p % 10 END, p, y.academic_year, 1 + p % 11 + y.later, p % 5 = 0,
	abie.register(y.starts, (
		SELECT string_agg(CASE WHEN hashint8(p * 1009 + y.days * 7 + s) % 100 < 90 - p % 30 THEN CASE s % 2 WHEN 0 THEN '/' ELSE '\\' END
			ELSE (string_to_array('I I M C C2 O O G U L B V X Y4 N # -', ' '))[1 + abs(hashint8(p * 31 + y.days + s) % 17)] END, '' ORDER BY s)
		FROM generate_series(0, 2 * y.days - 1) s))
FROM generate_series(1::bigint, $pupils) p,
	(VALUES ('2024/25', date '2024-09-02', 190, 0), ('2025/26', date '2025-09-01', 40, 1)) y (academic_year, starts, days, later);
SQL
}

# Questions with the name of each; %s stands for the table.
sub questions
{
	return (
		'absence by school' =>
			'SELECT urn, (a).* FROM (SELECT urn, abie.absence(register) AS a FROM %s GROUP BY urn) s ORDER BY urn',
		'absence by free school meals' =>
			'SELECT fsm, (a).* FROM (SELECT fsm, abie.absence(register) AS a FROM %s GROUP BY fsm) s ORDER BY fsm',
		'absence of all' => 'SELECT abie.absence(register) FROM %s',
		'absence between dates' => q{SELECT year_group, abie.absence(register, '2024-11-04', '2024-12-20') FROM %s
			WHERE academic_year = '2024/25' GROUP BY year_group ORDER BY 1},
		'filtered' => 'SELECT urn, abie.absence(register) FILTER (WHERE fsm) FROM %s GROUP BY urn ORDER BY urn',
		'having' => 'SELECT year_group, count(*) FROM %s GROUP BY year_group
			HAVING (abie.absence(register)).sess_overall_percent > 7.42 ORDER BY 1',
		'absence of tallies' =>
			'SELECT year_group, abie.absence(abie.tally(register)) FROM %s GROUP BY year_group ORDER BY 1',
		'tallies added up' => 'SELECT year_group, abie.tally_agg(abie.tally(register)) FROM %s GROUP BY year_group ORDER BY 1',
		'different tallies' => 'SELECT count(DISTINCT abie.tally(register)), count(DISTINCT register) FROM %s',
		'weeks by school' => 'SELECT urn, abie.absence_weeks_agg(register) FROM %s GROUP BY urn ORDER BY urn',
		'weeks of all' => 'SELECT w.* FROM abie.weeks((SELECT abie.absence_weeks_agg(register) FROM %s)) w ORDER BY week_start',
		'two levels' => 'SELECT abie.measures(abie.absence_weeks_agg(w)), abie.rate_error(abie.absence_weeks_agg(w))
			FROM (SELECT urn, abie.absence_weeks_agg(register) AS w FROM %s GROUP BY urn) s',
		'sampling error' => 'SELECT fsm, abie.rate_error(abie.sess_overall(register), abie.sess_possible(register))
			FROM %s GROUP BY fsm ORDER BY fsm',
		'persistently absent' =>
			'SELECT urn, count(*) FROM %s WHERE abie.is_persistently_absent(register) GROUP BY urn ORDER BY urn',
		'pupils with most absence' => 'SELECT pupil, academic_year, (abie.summary(register)).* FROM %s
			ORDER BY abie.sess_overall(register) DESC, pupil, academic_year LIMIT 20',
		'registers put together' => 'SELECT pupil, abie.register_agg(register) FROM %s GROUP BY pupil ORDER BY pupil LIMIT 50',
		'registers laid over one another' =>
			'SELECT urn, abie.overlay_agg(register ORDER BY pupil, academic_year) FROM %s GROUP BY urn ORDER BY urn',
		'quantile and pared mean' => 'SELECT year_group,
			abie.weighted_quantile(abie.sess_overall(register)::float8, abie.sess_possible(register)::float8, 0.95),
			abie.pared_mean(abie.sess_overall(register)::float8, abie.sess_possible(register)::float8, 0.1)
			FROM %s WHERE abie.sess_possible(register) > 0 GROUP BY year_group ORDER BY 1',
		'change of pupils' => 'SELECT year_group, abie.rate_change(b.o, b.p, a.o, a.p) FROM
			(SELECT pupil, year_group, abie.sess_overall(register) AS o, abie.sess_possible(register) AS p
				FROM %1$s WHERE academic_year = $$2025/26$$) a
			JOIN (SELECT pupil, abie.sess_overall(register) AS o, abie.sess_possible(register) AS p
				FROM %1$s WHERE academic_year = $$2024/25$$) b USING (pupil) GROUP BY year_group ORDER BY 1',
		'marks' => 'SELECT m.code, count(*) FROM %s, abie.marks(register) m GROUP BY m.code ORDER BY m.code COLLATE "C"',
		'windows' => 'SELECT pupil, sum(abie.sess_overall(register)) OVER (PARTITION BY pupil ORDER BY academic_year) FROM %s
			ORDER BY pupil, academic_year LIMIT 100',
		'kept and asked again' => 'WITH w AS MATERIALIZED (SELECT urn, abie.absence_weeks_agg(register) AS w FROM %s GROUP BY urn)
			SELECT abie.absence_weeks_agg(w::text::abie.absence_weeks)::text FROM w');
}

# What a question gives, asked of a table; of doubles every bit.
sub answer
{
	my ($node, $database, $question, $table) = @_;
	my $query = $question =~ s/%(1\$)?s/$table/gr;
	return $node->safe_psql($database, "SET extra_float_digits = 3; SET client_min_messages = warning; $query");
}

1;
