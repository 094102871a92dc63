# The real England on clusters of tests: its published files of 2018/19, of the years before and of 2022/23 are imported
# once, by the test that comes first, and every test has a copy of its own.
package England;
use strict;
use warnings;
use Fcntl qw(:flock);
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $top = "$FindBin::RealBin/../..";
my @imports = (
	[ 'ees_absence_school_201819', 'ees-absence' ],
	[ 'ees_absence_school_200607_201819_core', 'ees-absence' ],
	[ 'census_school_201901', 'england-census', '--year', '2018/19' ],
	[ 'spc_school_202301', 'spc' ],
	[ 'gias_open_20250524', 'gias', '--date', '2025-05-24' ],
	[ 'gias_links_20220831', 'gias-links' ],
	[ 'derived_school_lsoa11_idaci', 'school-idaci', '--year', '2018/19' ],
	[ 'absence_school_202223', 'england-abs', '--year', '2022/23' ],
	[ 'census_school_202301', 'england-census', '--year', '2022/23' ]);

# The folder of the published files.
sub data
{
	return $ENV{ABIE_DATA} // "$top/../shared/data";
}

# Of these files and those that are imported, the first that is not there, with what to do; undef where all are.
sub lacks
{
	my (@name) = @_;
	my ($missing) = grep { !-r data() . "/$_.csv.gz" } (map { $_->[0] } @imports), @name;
	return $missing && 'no real data: ' . data() . "/$missing.csv.gz is not there (set ABIE_DATA to its folder)";
}

# A cluster with the extension and England in the database england; not started.
sub cluster
{
	my ($name) = @_;
	open(my $lock, '>', backup_dir() . '/england.lock') or die "england.lock: $!";
	flock($lock, LOCK_EX) or die "england.lock: $!";
	import_files() unless -d backup_dir() . '/england';
	close($lock);
	my $node = PostgreSQL::Test::Cluster->new($name);
	# this package stands for the cluster it was copied from
	$node->init_from_backup('England', 'england');
	return $node;
}

sub backup_dir
{
	return $PostgreSQL::Test::Utils::tmp_check;
}

sub name
{
	return 'england';
}

sub import_files
{
	my $node = PostgreSQL::Test::Cluster->new('england_import');
	$node->init;
	$node->append_conf('postgresql.conf', "shared_buffers = 256MB\nmax_wal_size = 128MB\n");
	$node->start;
	$node->safe_psql('postgres', 'CREATE DATABASE england');
	$node->safe_psql('england', 'CREATE EXTENSION abie');
	import_file($node, @$_) for @imports;
	$node->safe_psql('england', 'VACUUM ANALYZE');
	$node->stop;
	$node->backup_fs_cold('england');
	rename($node->backup_dir . '/england', backup_dir() . '/england') or die "england: $!";
	$node->clean_node;
	return;
}

sub import_file
{
	my ($node, $name, $format, @option) = @_;
	my $started = time;
	my ($out, $err) = ('', '');
	IPC::Run::run([ "$top/bin/abie-load", '--db', $node->connstr('england'), @option, $format, data() . "/$name.csv.gz" ], '>', \$out, '2>', \$err)
	  or die "$name: $out$err";
	diag(sprintf '%s: imported in %.1f s', $name, time - $started);
	return;
}

1;
