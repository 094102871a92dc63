# The pages of doc/reference are what doc/make-reference makes of the catalog, nothing public is missing in them, and
# META.json says of the extension what its control file says.
use strict;
use warnings;
use FindBin;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $node = PostgreSQL::Test::Cluster->new('reference');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION abie');

#
# The pages
#
my $made = PostgreSQL::Test::Utils::tempdir() . '/reference';
mkdir $made;
$node->command_ok([ "$root/doc/make-reference", $made, '-d', $node->connstr('postgres') ], 'pages are made');
my @page = map { s{.*/}{}r } glob "$made/*.md";
cmp_ok(scalar(@page), '>=', 9, 'pages there are');
is(join(' ', map { s{.*/}{}r } glob "$root/doc/reference/*.md"), "@page", 'the same pages are kept');
my $renew = 'doc/make-reference doc/reference -d DATABASE, on a server with this version of abie, renews them';
for my $page (@page)
{
	my $differences = `diff -u '$root/doc/reference/$page' '$made/$page'`;
	is($differences, '', "$page says what the catalog says") or diag($renew);
}

# Every name in the two schemas that a user meets, by the catalog alone.
my $text = join '', map { slurp_file("$made/$_") } @page;
my @public = split /\n/, $node->safe_psql('postgres', <<'SQL');
SELECT DISTINCT CASE i.type WHEN 'operator' THEN 'operator ' || o.oprname ELSE (parse_ident(i.schema))[1] || '.' || i.name END
FROM (SELECT d.*, (pg_identify_object(d.classid, d.objid, 0)).* FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
		WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'abie') d
	CROSS JOIN LATERAL (SELECT d.type, d.schema, coalesce(p.proname, c.relname, t.typname, d.name) AS name
		FROM (SELECT) one LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
			LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
			LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid) i
	LEFT JOIN pg_operator o ON d.classid = 'pg_operator'::regclass AND o.oid = d.objid
WHERE i.type NOT IN ('sequence', 'operator class', 'operator family') AND (i.schema IN ('abie', 'abie_report') OR i.type = 'operator')
	-- from PostgreSQL 17 on the array types that come with a type are members too
	AND NOT EXISTS (SELECT FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND t.typcategory = 'A')
ORDER BY 1
SQL
cmp_ok(scalar(@public), '>', 160, 'names there are');
my @missing = grep { my $name = $_; $text !~ ($name =~ /^operator (.*)/ ? qr/^- `[\w.]+ \Q$1\E [\w.]+`/m : qr/^### \Q$name\E \(/m) } @public;
is("@missing", '', 'every public name has an entry');
unlike($text, qr/^### abie_(?:internal|owner)\./m, 'what is not public has none');

#
# META.json
#
my $meta = eval { decode_json(slurp_file("$root/META.json")) };
ok($meta, 'META.json is JSON') or diag($@);
my ($version) = slurp_file("$root/abie.control") =~ /^default_version = '(.*)'/m;
# PGXN's versions have three numbers
is($meta->{version}, "$version.0", 'its version is that of the control file');
is($meta->{provides}{abie}{version}, "$version.0", 'and so is that of what it provides');
# https://pgxn.org/meta/spec.txt, "Required Fields"
ok($meta->{$_}, "META.json has $_") for qw(name version abstract maintainer license provides meta-spec);
ok($meta->{provides}{abie}{$_}, "what it provides has $_") for qw(file version);
is($meta->{'meta-spec'}{version}, '1.0.0', 'version of the specification');
ok(-e "$root/$_", "there is $_") for @{ $meta->{provides}{abie} }{qw(file docfile)};

$node->stop;
done_testing();
