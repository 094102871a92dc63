# Some thousand random calls of abie's functions, arguments of every type, hostile aggregates and binary input among them: errors
# at worst, never a crash or an internal error; and those that are immutable answer the same in a worker of a parallel plan.
# test/sanitize and test/valgrind make more of them, on servers that see errors of memory. Needs python3.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = File::Spec->rel2abs(dirname(__FILE__) . '/../..');
my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';
plan skip_all => 'python3 is not installed' unless system("$python -c '' 2>/dev/null") == 0;

my $node = PostgreSQL::Test::Cluster->new('random');
$node->init;
$node->start;
$node->safe_psql('postgres',
	'CREATE EXTENSION abie; SELECT abie.load_demo(300); CALL abie.calculate(abie.next_target_year(), run_id => NULL)');

# The lines that a thousand and a half calls end with, and whether there was nothing to report.
sub calls
{
	my ($seed, $settings) = @_;
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = 'postgres';
	local $ENV{PGOPTIONS} = $settings;
	my ($out, $err) = ('', '');
	my $good = IPC::Run::run([ $python, "$top/test/lib/call_at_random.py", 1500, $seed ], '<', \'', '>', \$out, '2>', \$err);
	note "$out$err";
	return ($good, $out =~ /^digest of answers: (\w+)$/m, $out =~ /^1500 calls, (\d+) errors raised, 0 reports$/m);
}

my ($good, $digest, $errors) = calls(20261129, '');
ok($good, 'nothing to report');
cmp_ok($errors, '>', 300, 'calls with values that are refused');
cmp_ok($errors, '<', 1200, 'calls with values that are not');
my $parallel = $node->safe_psql('postgres', "SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
is_deeply([ calls(20261129, "-c $parallel=regress") ], [ $good, $digest, $errors ], 'the same in a worker of a parallel plan');
done_testing();
