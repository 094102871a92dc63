# Registers, tallies and states of abie.absence as a server meets them: the published table of codes; input of every
# kind of rubbish, as text and binary; dump and restore; aggregates that are cancelled while workers run.
use strict;
use warnings;
use File::Spec;
use FindBin;
use IPC::Run;
use List::Util qw(min);
use POSIX qw(strftime);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my %valid = ('abie.register' => 1500, 'abie.tally' => 600, 'abie.absence_state' => 400);
my $mutations = 3;    # of each valid value: as text, as binary, and of the file around the binary
my $cancel_goal = 0.1;
my $cancel_limit = 1;
my $day = 86400;
my $first_monday = 1157328000;    # 2006-09-04
my $start_weeks = 1400;    # in which registers start

my $node = PostgreSQL::Test::Cluster->new('register');
$node->init;
$node->append_conf('postgresql.conf', 'max_worker_processes = 16');
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE registers');
srand(7);

sub query
{
	my ($sql) = @_;
	return $node->safe_psql('registers', $sql);
}

query('CREATE EXTENSION abie');

#
# The table of codes
#
SKIP:
{
	my $data = $ENV{ABIE_DATA} // "$FindBin::RealBin/../../../shared/data";
	my $file = File::Spec->rel2abs("$data/../reference/attendance_codes.csv");
	skip "no published table of codes: $file is not there (set ABIE_DATA to the data folder beside it)", 2 unless -r $file;
	my @columns = qw(regime code label category possible present reason_group valid_from valid_to);
	query(
		qq{CREATE TABLE published (regime int, code text, label text, statistical_category text, counts_possible int, counts_present int,
			reason_group text, valid_from date, valid_to date, source_url text);
		COPY published FROM '$file' (FORMAT csv, HEADER match)});
	my $published = query('SELECT regime, code, label, statistical_category, counts_possible, counts_present, reason_group, valid_from, valid_to
		FROM published ORDER BY regime, code, valid_from, statistical_category');
	my $held = query('SELECT regime, code, label, category, counts_possible::int, counts_present::int, reason_group, valid_from, valid_to
		FROM abie.attendance_code ORDER BY regime, code, valid_from, category');
	cmp_ok(scalar(split /\n/, $published), '>', 70, "the published table has rows of @columns");
	is($held, $published, 'abie.attendance_code is the published table, row by row');
}

#
# Random values
#
sub one_of
{
	my (@choice) = @_;
	return $choice[ int rand @choice ];
}

# Codes, with the first day of each, and what each may stand for in a tally.
my %first_day = map { split /\|/ } split /\n/, query('SELECT code, min(lower(applies)) FROM abie.attendance_code WHERE applies IS NOT NULL GROUP BY code');
$first_day{'-'} = '0001-01-01';
my @codes = sort keys %first_day;

# A register as it may be written, and as it is printed.
sub random_register
{
	my $monday = $first_monday + 7 * $day * int rand $start_weeks;
	my $weeks = rand() < 0.01 ? 523 : rand() < 0.2 ? int rand 80 : int rand 8;
	my $absence = rand();
	my (@printed, @written);
	for my $session (0 .. 10 * $weeks - 1)
	{
		my $date = strftime('%Y-%m-%d', gmtime($monday + $day * (7 * int($session / 10) + int($session % 10 / 2))));
		my $sign = $session % 2 == 0 ? '/' : '\\';
		my $code = rand() < $absence ? one_of(@codes) : $sign;
		$code = $sign if $code =~ m{[/\\]} || $first_day{$code} gt $date;
		push @printed, ' ' if $session > 0 && $session % 10 == 0;
		push @printed, $code;
		push @written, one_of('', '', '', ' ', "\n") if $absence < 0.5;
		push @written, $code eq $sign ? one_of('/', '\\') : $code;
	}
	# what is not written at the end of the last week is not recorded
	for (my $session = 10 * $weeks; $session > 10 * ($weeks - 1) + 1 && @written && $written[-1] eq '-'; $session--)
	{
		pop @written;
	}
	my $start = strftime('%Y-%m-%d:', gmtime($monday));
	# without a backslash, a short word that is not the last may be a week of which COPY took some: written without white space
	my $given = join('', @written);
	$given =~ s/\s//g if $given !~ /\\/ && $given =~ /\s/;
	return [ $start . $given, $start . join('', @printed) ];
}

# The same of a tally; the order of codes is not that of the server.
sub random_tally
{
	my %count = map { $_ => one_of(1, 1 + int rand 400, 1 + int rand 1e9, 1e15) } grep { rand() < 0.2 } @codes, 'D2006';
	my @words = map { "$_:" . sprintf('%.0f', $count{$_}) } sort keys %count;
	return [ join(one_of(' ', '  ', "\t"), @words), join(' ', @words) ];
}

# States, by adding up sets of registers: nothing else makes one.
sub random_states
{
	my ($number, @register) = @_;
	query(
		q{CREATE AGGREGATE state_of(abie.register) (SFUNC = abie_internal.absence_step, STYPE = abie.absence_state, INITCOND = '0 0 0 0 0 0 ');
		CREATE TABLE enrolment (marks abie.register)});
	query("INSERT INTO enrolment VALUES (\$\$$_\$\$)") for join('$$), ($$', @register);
	return map { [ $_, $_ ] } split /\n/, query(
		qq{SELECT (SELECT state_of(marks) FROM (SELECT marks FROM enrolment OFFSET i % 97 LIMIT i % 13) AS s) FROM generate_series(1, $number) AS i});
}

# Some bytes changed, added, left out or given twice.
sub mutate
{
	my ($bytes, $random_byte) = @_;
	for (1 .. 1 + int rand 3)
	{
		my $at = int rand(length($bytes) + 1);
		my $length = int rand 12;
		my $kind = int rand 6;
		if ($kind <= 1) { substr($bytes, $at, 1) = $random_byte->() if $at < length $bytes }
		elsif ($kind == 2) { substr($bytes, $at, 0) = join '', map { $random_byte->() } 0 .. rand 4 }
		elsif ($kind == 3) { substr($bytes, $at, $length) = '' }
		elsif ($kind == 4) { $bytes = substr($bytes, 0, $at) }
		else { substr($bytes, $at, 0) = substr($bytes, $at, $length) }
	}
	return $bytes;
}

sub random_character
{
	return rand() < 0.05 ? chr int rand 256 : one_of(@codes, '/', '\\', 'i', ' ', "\n", ':', '-', "\xC3\xA9", 0 .. 9);
}

sub random_byte
{
	return chr(rand() < 0.7 ? int rand 64 : int rand 256);
}

# A file of COPY (FORMAT binary) with one row of one column.
sub copy_file
{
	my ($payload) = @_;
	return "PGCOPY\n\xFF\r\n\0" . pack('NNnN', 0, 0, 1, length $payload) . $payload . pack('n', 0xFFFF);
}

#
# Input
#
query(
	q{
	CREATE TABLE "abie.register" (v abie.register);
	CREATE TABLE "abie.tally" (v abie.tally);
	CREATE TABLE "abie.absence_state" (v abie.absence_state);
	CREATE TABLE input (id int PRIMARY KEY, type text, given bytea, file text);
	CREATE FUNCTION sender(type text) RETURNS text LANGUAGE sql RETURN replace(type, 'abie.', 'abie_internal.') || '_send';
	-- whether values of a relation's column v print to what reads back the same, in text and binary
	CREATE FUNCTION canonical(type text) RETURNS text LANGUAGE sql RETURN
		format('coalesce(bool_and(v::text = v::text::%1$s::text AND %2$s(v) = %2$s(v::text::%1$s)), true)', type, sender(type));
	-- what becomes of text: "accepted" and what it prints, or the SQLSTATE and message of the error
	CREATE FUNCTION try_text(type text, given bytea) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		printed text;
		canonical boolean;
	BEGIN
		EXECUTE format('SELECT max(v::text), %s FROM (SELECT convert_from($1, ''UTF8'')::%s AS v OFFSET 0) AS s', canonical(type), type)
			INTO printed, canonical USING given;
		RETURN CASE WHEN canonical THEN 'accepted ' ELSE 'not canonical ' END || printed;
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || translate(SQLERRM, E'\n\r|', '   ');
	END $$;
	-- the same of a file of COPY; the value must be sent as it was given, if the file was
	CREATE FUNCTION try_file(type text, file text, given bytea) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		printed text;
		canonical boolean;
		as_given boolean;
	BEGIN
		EXECUTE format('DELETE FROM %I', type);
		EXECUTE format('COPY %I FROM %L (FORMAT binary)', type, file);
		EXECUTE format('SELECT coalesce(max(v::text), ''nothing''), %s, coalesce(bool_and(%s(v) = $1), true) FROM %I', canonical(type), sender(type), type)
			INTO printed, canonical, as_given USING given;
		RETURN CASE WHEN canonical AND as_given THEN 'accepted ' WHEN canonical THEN 'not as given ' ELSE 'not canonical ' END || printed;
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || translate(SQLERRM, E'\n\r|', '   ');
	END $$;
	});

my $directory = $node->basedir . '/input';
mkdir $directory or die "could not make $directory: $!";

# The outcomes of input, in order; each is of [ type, bytes, contents of a file or undef ], tried as text if there is no file.
sub outcomes
{
	my (@input) = @_;
	my $list = '';
	for my $i (0 .. $#input)
	{
		my ($type, $given, $contents) = @{ $input[$i] };
		$list .= join("\t", $i, $type, defined $given ? '\\\\x' . unpack('H*', $given) : '\\N', defined $contents ? "$directory/$i" : '\\N') . "\n";
		append_to_file("$directory/$i", $contents) if defined $contents;
	}
	append_to_file("$directory/list", $list);
	query("TRUNCATE input; COPY input FROM '$directory/list'");
	my @outcome = split /\n/, query('SELECT CASE WHEN file IS NULL THEN try_text(type, given) ELSE try_file(type, file, given) END FROM input ORDER BY id');
	unlink glob "$directory/*";
	return @outcome;
}

# Every outcome is a value or an error of class 22 (data), 54 (limit) or 08 (message of the protocol).
sub is_sensible
{
	my ($what, @outcome) = @_;
	my @wrong = grep { !/^(accepted |(22|54|08)[0-9A-Z]{3} )/ } @outcome;
	my %count;
	$count{ substr($_, 0, 5) }++ for @outcome;
	is(scalar(@wrong), 0, "$what: " . join(', ', map { s/accep/accepted/r . " $count{$_}" } sort keys %count)) or diag(join "\n", @wrong[ 0 .. min($#wrong, 9) ]);
	cmp_ok(scalar(keys %count), '>', 2, "$what: not all the same");
	return;
}

my %given;
$given{'abie.register'} = [ map { random_register() } 1 .. $valid{'abie.register'} ];
$given{'abie.tally'} = [ map { random_tally() } 1 .. $valid{'abie.tally'} ];
$given{'abie.absence_state'} = [ random_states($valid{'abie.absence_state'}, map { $_->[1] } @{ $given{'abie.register'} }) ];
for my $type (sort keys %given)
{
	my @value = @{ $given{$type} };
	my $send = ($type =~ s/abie\./abie_internal./r) . '_send';
	my @outcome = outcomes(map { [ $type, $_->[0] ] } @value);
	my @binary = map { pack 'H*', $_ } split /\n/, query(
		"SELECT encode(${send}(convert_from(given, 'UTF8')::$type), 'hex') FROM input ORDER BY id");
	my $sorted = sub { my ($text) = @_; return $type eq 'abie.tally' ? join(' ', sort split / /, $text) : $text };
	my @printed = map { s/^accepted //r } @outcome;
	is_deeply([ map { $sorted->($_) } @printed ], [ map { $sorted->($_->[1]) } @value ], "$type: " . @value . ' valid values are accepted and print as expected');

	is_sensible("$type, changed text", outcomes(map { my $text = $_->[0]; map { [ $type, mutate($text, \&random_character) ] } 1 .. $mutations } @value));

	is_deeply([ outcomes(map { [ $type, $_, copy_file($_) ] } @binary) ], [ map { "accepted $_" } @printed ], "$type: the same by binary COPY");
	is_sensible("$type, changed binary", outcomes(map { my $binary = $_; map { my $changed = mutate($binary, \&random_byte); [ $type, $changed, copy_file($changed) ] } 1 .. $mutations } @binary));
	is_sensible("$type, changed file", outcomes(map { my $binary = $_; map { [ $type, undef, mutate(copy_file($binary), \&random_byte) ] } 1 .. $mutations } @binary));
}

#
# Dump and restore
#
query(
	q{CREATE TABLE pupil (pupil bigint PRIMARY KEY, urn int NOT NULL, marks abie.register, sums abie.tally) PARTITION BY HASH (pupil);
	CREATE TABLE pupil_0 PARTITION OF pupil FOR VALUES WITH (MODULUS 3, REMAINDER 0);
	CREATE TABLE pupil_1 PARTITION OF pupil FOR VALUES WITH (MODULUS 3, REMAINDER 1);
	CREATE TABLE pupil_2 PARTITION OF pupil FOR VALUES WITH (MODULUS 3, REMAINDER 2);
	CREATE INDEX ON pupil (marks);
	CREATE INDEX ON pupil USING hash (marks);
	CREATE TABLE by_register (marks abie.register) PARTITION BY HASH (marks);
	CREATE TABLE by_register_0 PARTITION OF by_register FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE by_register_1 PARTITION OF by_register FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	-- btree entries are at most a third of a page
	INSERT INTO pupil SELECT n, n % 40, CASE WHEN n % 50 > 0 AND abie.session_count(marks) < 2000 THEN marks END, CASE WHEN n % 30 > 0 THEN abie.tally(marks) END
		FROM (SELECT row_number() OVER () AS n, marks FROM enrolment) AS s;
	INSERT INTO by_register SELECT marks FROM pupil});
my $rows = q{SELECT tableoid::regclass, pupil, urn, marks, sums FROM pupil ORDER BY pupil};
my $by_register = q{SELECT tableoid::regclass, marks FROM by_register ORDER BY marks};
my $found = q{SET enable_seqscan = off; SELECT count(*), count(DISTINCT p.marks) FROM pupil AS p WHERE p.marks OPERATOR(abie.=) ANY (ARRAY(SELECT marks FROM pupil))};
my $in_order = q{SELECT marks FROM pupil ORDER BY marks};
my $dumped = query($rows);
for my $format ('custom', 'plain')
{
	my $file = $node->basedir . '/registers.dump';
	my $restored = "restored_$format";
	$node->safe_psql('postgres', "CREATE DATABASE $restored");
	$node->command_ok([ 'pg_dump', '-d', $node->connstr('registers'), '-F', $format, '-f', $file ], "dumped: $format");
	$node->command_ok(
		$format eq 'custom'
		? [ 'pg_restore', '--exit-on-error', '-d', $node->connstr($restored), $file ]
		: [ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($restored), '-f', $file ],
		"restored: $format");
	is($node->safe_psql($restored, $rows), $dumped, "restored: $format: every row, in its partition");
	is($node->safe_psql($restored, $by_register), query($by_register), "restored: $format: partitions by register");
	is($node->safe_psql($restored, "SET enable_seqscan = off; SET enable_sort = off; $in_order"), query("SET enable_indexscan = off; SET enable_indexonlyscan = off; $in_order"),
		"restored: $format: the order of the index is that of sorting");
	is($node->safe_psql($restored, $found), query('SELECT count(marks), count(DISTINCT marks) FROM pupil'), "restored: $format: each found by the index");
}
my $binary_file = $node->basedir . '/pupil.binary';
query("COPY (SELECT * FROM pupil) TO '$binary_file' (FORMAT binary); CREATE TABLE copied (LIKE pupil); COPY copied FROM '$binary_file' (FORMAT binary)");
is(query('SELECT * FROM copied ORDER BY pupil'), query('SELECT * FROM pupil ORDER BY pupil'), 'binary COPY out and in: every row');

#
# Parallel aggregates that do not end well
#
query(
	q{CREATE TABLE school_pupil (urn int, pupil int, marks abie.register, sums abie.tally);
	INSERT INTO school_pupil SELECT i % 50, i, r, abie.tally(r)
		FROM (SELECT i, abie.register('2025-09-01', repeat('/\/\/\/\/\ ', i % 38) || repeat('I', i % 20)) AS r FROM generate_series(1, 20000) AS i) AS s;
	CREATE TABLE session_row (pupil int, session_date date, session text, code text);
	INSERT INTO session_row SELECT pupil, m.session_date, m.session, m.code FROM school_pupil, abie.marks(marks) AS m WHERE pupil <= 1000;
	ANALYZE school_pupil, session_row;
	-- seconds from the moment statement_timeout was due until the statement had ended and could be caught
	CREATE FUNCTION seconds_late(query text) RETURNS float8 LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE query;
		RETURN NULL;
	EXCEPTION WHEN query_canceled THEN
		RETURN extract(epoch FROM clock_timestamp() - statement_timestamp() - current_setting('statement_timeout')::interval);
	END $$;
	ALTER DATABASE registers SET max_parallel_workers_per_gather = 2;
	ALTER DATABASE registers SET parallel_setup_cost = 0;
	ALTER DATABASE registers SET parallel_tuple_cost = 0;
	ALTER DATABASE registers SET min_parallel_table_scan_size = 0;
	ALTER DATABASE registers SET jit = off});

# Of each: what is read, and the query; the rows are read as many times as it takes to be long.
my %aggregate = (
	'absence of registers' => [ 'school_pupil', 'SELECT urn, to_json(abie.absence(marks)) FROM %s GROUP BY urn' ],
	'absence in a window' => [ 'school_pupil', q{SELECT urn, to_json(abie.absence(marks, '2025-10-01', '2026-01-31')) FROM %s GROUP BY urn} ],
	'absence of tallies' => [ 'school_pupil', 'SELECT urn, to_json(abie.absence(sums)) FROM %s GROUP BY urn' ],
	'sum of tallies' => [ 'school_pupil', 'SELECT urn, abie.tally_agg(sums) FROM %s GROUP BY urn' ],
	'tally of codes' => [ 'session_row', 'SELECT pupil, abie.tally_agg(code) FROM %s GROUP BY pupil' ],
	'tally of codes and dates' => [ 'session_row', 'SELECT pupil, abie.tally_agg(code, session_date) FROM %s GROUP BY pupil' ],
	'registers of rows' => [ 'session_row', 'SELECT pupil, abie.register_agg(session_date, session, code) FROM %s GROUP BY pupil' ],
	'registers of registers' => [ 'school_pupil', 'SELECT pupil, abie.register_agg(marks) FROM %s GROUP BY pupil' ]);

# Workers, locks and temporary files that others left, once they had a moment to end.
sub left
{
	my $left;
	for (1 .. 20)
	{
		$left = query(
			q{SELECT concat_ws(', ', (SELECT string_agg(backend_type || ' ' || query, ', ') FROM pg_stat_activity WHERE backend_type = 'parallel worker' OR (state <> 'idle' AND pid <> pg_backend_pid())),
				(SELECT string_agg(relation::regclass::text, ', ') FROM pg_locks WHERE pid <> pg_backend_pid() AND relation IS NOT NULL),
				(SELECT string_agg(name, ', ') FROM pg_ls_tmpdir()))});
		last if $left eq '';
		sleep(0.05);
	}
	return $left;
}

# Starts a query, does something to its process when its workers run, and says how long that took to end it.
sub stop_by
{
	my ($function, $sql) = @_;
	my ($out, $err) = ('', '');
	my $running = IPC::Run::start([ 'psql', '-X', '-q', '-o', '/dev/null', '-d', $node->connstr('registers'), '-c', $sql ], '>', \$out, '2>', \$err);
	my $leader = '';
	my $patience = time() + 30;
	$leader = query(q{SELECT max(leader_pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker'}) while $leader eq '' && time() < $patience;
	my $start = time();
	query("SELECT $function($leader)") if $leader ne '';
	$running->finish;
	return (time() - $start, $err);
}

my $longest = 0;
for my $name (sort keys %aggregate)
{
	my ($relation, $sql) = @{ $aggregate{$name} };
	my $once = sprintf $sql, $relation;
	my $endless = sprintf $sql, "$relation CROSS JOIN generate_series(1, 100000)";
	like(query("EXPLAIN (COSTS off) $endless"), qr/Workers Planned: 2.*Partial/s, "$name: in parallel");
	my $result = query("SET max_parallel_workers_per_gather = 0; SELECT md5(string_agg(a::text, ' ' ORDER BY a::text)) FROM ($once) AS a");

	my $late = query("SET statement_timeout = '300ms'; SELECT seconds_late(\$\$$endless\$\$)");
	cmp_ok($late eq '' ? 'Inf' : $late, '<', $cancel_limit, "$name: statement_timeout ends it, $late s late");
	is(left(), '', "$name: nothing is left of it");
	my ($cancelled, $cancel_error) = stop_by('pg_cancel_backend', $endless);
	like($cancel_error, qr/canceling statement due to user request/, "$name: cancelled");
	cmp_ok($cancelled, '<', $cancel_limit, "$name: cancelled in $cancelled s, with the cancelling session's own time");
	my ($killed, $kill_error) = stop_by('pg_terminate_backend', $endless);
	like($kill_error, qr/terminating connection due to administrator command/, "$name: killed");
	cmp_ok($killed, '<', $cancel_limit, "$name: killed in $killed s");
	is(left(), '', "$name: nothing is left");
	for my $seconds ($late, $cancelled, $killed)
	{
		$longest = $seconds if $seconds ne '' && $seconds > $longest;
	}
	is(query("SELECT md5(string_agg(a::text, ' ' ORDER BY a::text)) FROM ($once) AS a"), $result, "$name: in parallel afterwards, the result is that of one process");
}
diag(sprintf 'longest time to the end of a cancelled aggregate: %.0f ms (goal %.0f ms)', 1000 * $longest, 1000 * $cancel_goal);

$node->stop;
my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC|TRAP|terminated by signal|was terminated|server process .* exited/, 'no process of the server crashed');
done_testing();
