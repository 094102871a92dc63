# Reports as people see them: headless Chromium opens those of real schools, of the synthetic England and of schools with hostile names, on a
# telephone (360 pixels wide), at a desk and on A4. Nothing runs or is loaded, nothing sticks out or overlaps, and axe-core finds nothing serious.
# So it opens a site of reports, where search is the one thing that runs, and finds what is asked for.
#
# Pictures of all pages are left in ABIE_PICTURES, else test/results/pictures. axe-core is the file ABIE_AXE; test/check gets it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Browser;
use England;
use Cwd qw(abs_path);
use File::Path qw(make_path);
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $data = $ENV{ABIE_DATA} // "$top/../shared/data";
my $pictures = $ENV{ABIE_PICTURES} // "$top/test/results/pictures";
my ($phone, $desk) = (360, 1280);
# A4 less the margins of 15 mm, at 96 pixels an inch
my $paper = int(180 / 25.4 * 96);
my $most_pages = 6;

my $browser = Browser->start;
plan skip_all => 'no browser: reports are not looked at (install the Debian package chromium)' unless $browser;
my $axe = $ENV{ABIE_AXE} && -r $ENV{ABIE_AXE} ? slurp_file($ENV{ABIE_AXE}) : undef;
diag('no axe-core: accessibility is not checked (set ABIE_AXE to axe.min.js of the npm package axe-core; test/check does)') unless $axe;
make_path($pictures);
$pictures = abs_path($pictures);

my $lacking = England::lacks();
diag("$lacking: reports of real schools are not looked at") if $lacking;
my $node;
if ($lacking)
{
	$node = PostgreSQL::Test::Cluster->new('report');
	$node->init;
}
else
{
	$node = England::cluster('report');
}
$node->append_conf('postgresql.conf', "fsync = off\nshared_buffers = 256MB\n");
$node->start;

# The real England is calculated while the synthetic one is looked at.
my ($england_out, $england_error) = ('', '');
my $england;
$england = IPC::Run::start([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('england'), '-c', "CALL abie.calculate('2019/20')" ],
	'<', \'', '>', \$england_out, '2>', \$england_error) unless $lacking;

my $demo_sql = <<'SQL';
-- not how far a calculation is
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(1500);
UPDATE abie.school SET trust = 'Trust ' || urn % 7 WHERE urn % 3 = 0;
UPDATE abie.school SET trust = '<img src=x onerror=alert(1)> & "Sons"' WHERE urn = 900005;
UPDATE abie.school SET name = '<script>alert("x")</script><img src="http://192.0.2.1/" onerror="alert(1)"> & ''Sons''' WHERE urn = 900005;
UPDATE abie.school SET name = U&'\202Eloohcs \0001' || repeat('Verylongword', 40) WHERE urn = 900012;
UPDATE abie.school SET la_name = repeat('Verylongname', 30) || '<b>' WHERE urn = 900012;
UPDATE abie.school SET name = U&'St Zo\00EB\2019s' WHERE urn = 900018;
UPDATE abie.school SET postcode = 'XQ9 9ZZ' WHERE urn = 900019;
-- one that has nothing to improve
UPDATE abie.attendance SET sess_overall = 300, sess_authorised = 300, sess_unauthorised = 0 WHERE urn = 900031 AND academic_year <> '2018/19';
CALL abie.calculate('2025/26');
ANALYZE;
SQL
$node->safe_psql('postgres', 'CREATE DATABASE demo');
my ($demo_out, $demo_error) = ('', '');
IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('demo') ], '<', \$demo_sql, '>', \$demo_out, '2>', \$demo_error);
is($demo_error, '', 'the synthetic England is calculated');

# Whether all of a page's text stands clear of other text and inside its picture.
my $misplaced = q{(() => { const bad = [];
	for (const svg of document.querySelectorAll('svg')) {
		const frame = svg.getBoundingClientRect(), text = [...svg.querySelectorAll('text')].map(t => ({ said: t.textContent, box: t.getBoundingClientRect() }));
		text.forEach((a, i) => {
			if (a.box.left < frame.left - 1 || a.box.right > frame.right + 1 || a.box.top < frame.top - 1 || a.box.bottom > frame.bottom + 1) bad.push('outside: ' + a.said);
			text.slice(i + 1).forEach(b => {
				if (Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > 2 && Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top) > 4) bad.push('overlap: ' + a.said + ' / ' + b.said);
			});
		});
	}
	return bad.join(', ') })()};

sub look_at
{
	my ($name, $html) = @_;
	my $file = "$pictures/$name.html";
	open(my $out, '>:raw', $file) or die "$file: $!";
	print $out $html;
	close($out) or die "$file: $!";
	# tables of areas sort
	look_at_file($name, $file, $html =~ /class="sortable"/ ? 1 : 0);
	return;
}

# The half page for a governor fits the upper half of a sheet, what comes after it begins another, and alone it is one page of half of A4.
sub look_at_half_page
{
	my ($name, $file) = @_;
	$browser->call('Emulation.setEmulatedMedia', { media => 'print' });
	$browser->set_width($paper);
	cmp_ok($browser->evaluate(q{document.querySelector('.half').getBoundingClientRect().bottom}), '<=', (297 / 2 - 14) / 25.4 * 96, "$name: the half page is in the upper half of its sheet");
	is($browser->evaluate(q{getComputedStyle(document.querySelector('.half')).breakAfter}), 'page', "$name: and alone on it");
	$browser->call('Emulation.setEmulatedMedia', { media => '' });
	$browser->evaluate(q{const half = document.querySelector('.half'), style = document.createElement('style'); document.querySelector('main').replaceChildren(half);
		style.textContent = '@page{size:210mm 148.5mm}'; document.head.append(style); 1});
	$browser->print_to("$pictures/$name-half.pdf");
	my @half = slurp_file("$pictures/$name-half.pdf") =~ m{/MediaBox ?\[([^\]]*)\]}g;
	is(scalar(@half), 1, "$name: the half page alone is one page");
	like("@half", qr/^0 0 59[45][.\d]* 42[01][.\d]*$/, "$name: of half of A4");
	$browser->open_file($file, $phone);
	return;
}

sub look_at_file
{
	my ($name, $file, $scripts) = @_;
	my (%width, @asked, @said);
	for my $width ($desk, $phone)
	{
		my ($asked, $said) = $browser->open_file($file, $width);
		push @asked, @$asked;
		push @said, @$said;
		$width{$width} = $browser->evaluate('document.documentElement.scrollWidth');
		$browser->picture("$pictures/$name-$width.png");
	}
	is("@asked", '', "$name: asks for nothing else");
	is("@said", '', "$name: nothing in the console");
	is($width{$_}, $_, "$name: nothing sticks out at $_ pixels") for $phone, $desk;
	is($browser->evaluate($misplaced), '', "$name: text of the pictures stands clear");
	# what a search finds has its place
	is($browser->evaluate(q{document.querySelectorAll('main :is(h1, h2, h3, p, li, ul, ol, figure, table):empty:not(#count, #found)').length}), 0, "$name: nothing empty");
	is($browser->evaluate('document.scripts.length + document.images.length'), $scripts, "$name: scripts and images are $scripts");
	$browser->call('Emulation.setEmulatedMedia', { media => 'print' });
	$browser->set_width($paper);
	is($browser->evaluate('document.documentElement.scrollWidth'), $paper, "$name: nothing sticks out on A4");
	$browser->call('Emulation.setEmulatedMedia', { media => '' });
	$browser->print_to("$pictures/$name.pdf");
	my @page = slurp_file("$pictures/$name.pdf") =~ m{/MediaBox ?\[([^\]]*)\]}g;
	is(scalar(grep { !/^0 0 59[45][.\d]* 84[12][.\d]*$/ } @page), 0, "$name: pages of A4");
	# one more for the move from Year 6
	cmp_ok(scalar(@page), '<=', $most_pages + ($name =~ /transition/), "$name: a few pages") unless $name =~ /area|trust|site/;
	look_at_half_page($name, $file) if $browser->evaluate(q{document.querySelector('.half') !== null});
	return unless $axe;
	$browser->set_width($phone);
	$browser->evaluate("$axe; 1");
	is($browser->evaluate(q{axe.run({ resultTypes: ['violations'] }).then(r => r.violations.filter(v => /serious|critical/.test(v.impact)).map(v => `${v.id} (${v.impact}): ${v.nodes[0].html}`).join('; '))}),
		'', "$name: axe-core finds nothing serious");
	return;
}

# Five kinds of school, each by its first of the run.
my $kinds = q{
	SELECT 'small-primary', (SELECT min(e.urn) FROM abie_report.school_expectation e WHERE e.school_name IS NOT NULL AND e.stratum = 'primary' AND e.statement = 'improve' AND e.enrolments BETWEEN 35 AND 70)
	UNION ALL SELECT 'large-secondary', (SELECT e.urn FROM abie_report.school_expectation e WHERE e.school_name IS NOT NULL AND e.stratum = 'secondary' AND e.statement = 'improve' ORDER BY e.enrolments DESC, e.urn LIMIT 1)
	UNION ALL SELECT 'selective', (SELECT min(e.urn) FROM abie_report.school_expectation e WHERE e.school_name IS NOT NULL AND e.selective AND e.statement = 'improve')
	UNION ALL SELECT 'maintain', (SELECT min(e.urn) FROM abie_report.school_expectation e WHERE e.school_name IS NOT NULL AND e.statement = 'maintain')
	UNION ALL SELECT 'sustain', (SELECT min(e.urn) FROM abie_report.school_expectation e WHERE e.school_name IS NOT NULL AND e.statement = 'sustain')
	UNION ALL SELECT 'left-out', (SELECT min(e.urn) FROM abie_report.school_expectation e WHERE e.school_name IS NOT NULL AND e.exclusion_reason LIKE 'fewer%')};

sub look_at_kinds
{
	my ($database, @kind) = @_;
	my %urn = map { (split /\|/, $_, 2)[ 0, 1 ] } split /\n/, $node->safe_psql($database, $kinds);
	is(join(' ', grep { !$urn{$_} } @kind), '', "$database has schools of each kind");
	look_at("$database-$_", $node->safe_psql($database, "SELECT abie.school_report($urn{$_})")) for grep { $urn{$_} } @kind;
	return;
}

# too few of its schools select for an expectation
look_at_kinds('demo', qw(small-primary maintain sustain left-out));
look_at('demo-hostile-' . $_, $node->safe_psql('demo', "SELECT abie.school_report($_)")) for 900005, 900012;
# with the registers of pupils who came from Year 6
$node->safe_psql('demo', q{CREATE TABLE registers AS SELECT p.* FROM unnest('{2023/24,2024/25,2025/26}'::text[]) y, abie.demo_moves(y, 10) p
	WHERE p.year_group IN (6, 7) AND y < '2025/26' OR p.year_group IN (7, 8) AND y = '2025/26'});
my $moved = $node->safe_psql('demo', q{SELECT abie.school_report(900035, registers => 'registers')});
like($moved, qr/<h2>From Year 6 to Year 7<.*Schools to talk with about handover/s, 'registers add the move to a page');
look_at('demo-transition', $moved);
look_at('demo-hostile-trust', $node->safe_psql('demo', q{SELECT abie.area_report('trust', '<img src=x onerror=alert(1)> & "Sons"')}));
look_at('demo-area', $node->safe_psql('demo', q{SELECT abie.area_report('la', '518')}));

# The site, each kind of page of it, and its search
IPC::Run::run([ "$top/bin/abie-reports", '--db', $node->connstr('demo'), '--jobs', '2', '--site', "$pictures/site" ], '<', \'', '>', \$demo_out, '2>', \$demo_error);
is($?, 0, 'the site is written') or diag($demo_error);
my ($trust_page) = $node->safe_psql('demo', q{SELECT abie_internal.site_place('trust', '<img src=x onerror=alert(1)> & "Sons"')});
my ($region_page) = $node->safe_psql('demo', q{SELECT abie_internal.site_place('region', 'London')});
look_at_file('demo-site-' . (split m{/})[0], "$pictures/site/$_.html", 1) for 'school/900005', 'la/518', $trust_page, $region_page, 'national/england';

# Tables of the site sort: what a column says, in order, after its button was clicked or pressed so often.
sub sorted
{
	my ($caption, $column, @press) = @_;
	return $browser->evaluate(sprintf q{(() => { const table = [...document.querySelectorAll('table.sortable')].find(t => t.caption.textContent.startsWith(%s)), head = [...table.tHead.rows[0].cells].find(h => h.textContent === %s);
		for (const by of %s) by === 'click' ? head.querySelector('button').click() : head.querySelector('button').focus();
		return { sort: [...table.tHead.rows[0].cells].map(h => h.getAttribute('aria-sort')).join(' '), said: document.querySelector('[role=status]').textContent,
			focus: document.activeElement.textContent, cells: [...table.tBodies[0].rows].map(r => r.cells[head.cellIndex].firstChild ? r.cells[head.cellIndex].firstChild.textContent : '') } })()},
		map { JSON::PP->new->allow_nonref->encode($_) } $caption, $column, \@press);
}
sub in_order
{
	my ($what, $cells, $way) = @_;
	my %place = (maintain => -2, sustain => -1);
	my @number = map { $place{$_} // $_ } map { tr/\x{2212}+,%/-/dr } @$cells;
	is(join(' ', @number), join(' ', sort { $way * ($a <=> $b) } @number), $what);
	return;
}
my $large = $node->safe_psql('demo', 'SELECT la_code FROM abie_report.school_expectation WHERE statement IS NOT NULL GROUP BY 1 ORDER BY count(DISTINCT statement) DESC, count(*) DESC, 1 LIMIT 1');
$browser->open_file("$pictures/site/la/$large.html", $desk);
my $table = sorted('Schools by improvement', 'Improve by', 'click');
in_order('a column sorts, statements before numbers', $table->{cells}, 1);
is(join('', sort grep { /[a-z]/ } do { my %seen; grep { !$seen{$_}++ } @{ $table->{cells} } }) ne '', 1, 'there are statements among them');
is($table->{sort}, 'none none none none ascending', 'and says so to who cannot see it');
is($table->{said}, 'Sorted by Improve by, ascending', 'aloud too');
$table = sorted('Schools by improvement', 'Improve by', 'click');
in_order('a second time the other way', $table->{cells}, -1);
is($table->{sort}, 'none none none none descending', 'which is said');
$table = sorted('Schools by improvement', 'Expected', 'focus');
is($table->{focus}, 'Expected', 'heads are reached by keyboard');
$browser->call('Input.dispatchKeyEvent', { type => $_, key => 'Enter', code => 'Enter', windowsVirtualKeyCode => 13, text => "\r" }) for qw(keyDown keyUp);
$table = sorted('Schools by improvement', 'Expected');
in_order('and pressed', $table->{cells}, 1);
is($table->{sort}, 'none none ascending none none', 'one column at a time');
is($table->{focus}, 'Expected', 'focus stays');
$table = sorted('Schools by improvement', 'School', 'click');
# those of the demo end in a number
my %parted = map { $_ => [ lc =~ /^(.*?) (\d+)$/ ] } @{ $table->{cells} };
is(join('|', @{ $table->{cells} }), join('|', sort { $parted{$a}[0] cmp $parted{$b}[0] || $parted{$a}[1] <=> $parted{$b}[1] } @{ $table->{cells} }), 'names sort as names, and numbers in them as numbers');
# what is empty is last both ways, words of bands are in their order, minus signs are understood
$browser->evaluate(q{(() => { const said = ['1,200', '', '\u22120.50', 'above', '+0.25', 'far below', '9%', 'below', 'x'];
	[...[...document.querySelectorAll('table.sortable')].find(t => t.caption.textContent.startsWith('Schools by improvement')).tBodies[0].rows].forEach((row, place) => row.cells[1].textContent = said[place] || '') })()});
my @order = ('far below', 'below', 'above', "\x{2212}0.50", '+0.25', '9%', '1,200', 'x');
is_deeply([ @{ sorted('Schools by improvement', 'Level now', 'click')->{cells} }[ 0 .. 8 ] ], [ @order, '' ], 'words, numbers, text and then what is empty');
is_deeply([ @{ sorted('Schools by improvement', 'Level now', 'click')->{cells} }[ 0 .. 8 ] ], [ reverse(@order), '' ], 'which is last the other way too');
is($browser->evaluate(q{[...document.querySelectorAll('table.sortable th button')].every(b => b.offsetHeight >= 24)}), JSON::PP::true, 'buttons are large enough');
$browser->set_width($phone);
is($browser->evaluate('document.documentElement.scrollWidth'), $phone, 'sorted, nothing sticks out either');
$browser->open_file("$pictures/site/school/900005.html", $desk);
in_order('similar schools sort on the page of a school', sorted('All 20 similar schools', 'Pupils', 'click')->{cells}, 1);
in_order('reasons of absence too', sorted('Absence in', 'Difference', 'click', 'click')->{cells}, -1);
look_at_file('demo-site-index', "$pictures/site/index.html", 2);

# What search finds, in order: addresses; and how long it took, in milliseconds.
sub found
{
	my ($asked) = @_;
	my $answer = $browser->evaluate(sprintf q{(() => { const query = document.getElementById('query'); query.value = %s; const start = performance.now();
		query.dispatchEvent(new Event('input')); const took = performance.now() - start;
		return { took, count: document.getElementById('count').textContent, page: [...document.querySelectorAll('#found a')].map(a => a.getAttribute('href')) } })()}, JSON::PP->new->allow_nonref->encode($asked));
	return $answer;
}
sub finds
{
	my ($asked, $page, $what) = @_;
	my $answer = found($asked);
	is($answer->{page}[0], $page, "search finds $what") or diag($answer->{count});
	return $answer;
}
is(finds('900017', 'school/900017.html', 'a URN')->{count}, '1 found', 'and that alone');
my $named = $node->safe_psql('demo', 'SELECT school_name FROM abie_report.school WHERE urn = 900017');
finds($named, 'school/900017.html', 'a name');
finds(lc($named) =~ s/(\w{4})\w*/$1/gr, 'school/900017.html', 'the beginnings of its words');
finds('  zoes "ST" ', 'school/900018.html', 'a name without its accents and signs');
finds('xq9 9zz', 'school/900019.html', 'a postcode');
finds('xq99zz', 'school/900019.html', 'a postcode without its space');
finds('authority 518', 'la/518.html', 'a local authority');
finds('518 900017', 'school/900017.html', 'a school by number of its authority and URN');
finds('London', "$region_page.html", 'a region');
finds('onerror sons', "$trust_page.html", 'a trust');
is(scalar(@{ found('school')->{page} }), 50, 'no more than fifty are shown');
like(found('school')->{count}, qr/^1\d\d\d found, the first 50 are shown$/, 'and it says of how many');
is(found('nosuchschool')->{count}, 'Nothing found', 'search says that it finds nothing');
is(scalar(@{ found('')->{page} }), 0, 'asked for nothing, it shows nothing');
is($browser->evaluate(q{document.querySelector('#found script, #found img') === null && document.scripts.length}), 2, 'what is found is text');
diag(sprintf 'search among %d schools: %.1f ms', $node->safe_psql('demo', 'SELECT schools_in_scope FROM abie.run'), found('primary school')->{took});

# pages of a week: hostile names, a school left out, a shock to explain, published weeks beside
$node->safe_psql('demo', q{SELECT abie.load_demo_weeks('2026-02-06')});
$node->safe_psql('demo', "CALL abie.monitor('2025/26', as_of => '$_')") for qw(2026-02-05 2026-02-12);
$node->safe_psql('demo', q{INSERT INTO abie.published_attendance (academic_year, time_frame, reference_date, geographic_level, area_code, education_phase, sess_possible, sess_overall, sess_overall_percent)
	SELECT '2025/26', 'Week', '2026-01-26', 'National', 'E92000001', p, 1000000, 60000, 6 FROM unnest('{Primary,Secondary}'::text[]) p});
my %week = map { split /\|/ } split /\n/, $node->safe_psql('demo', q{
	SELECT 'shock', min(code) FROM abie.shock WHERE monitor_id = 2 AND scope = 'school' UNION ALL SELECT 'left-out', min(urn)::text FROM abie_report.school_expectation WHERE exclusion_reason LIKE 'fewer%'});
look_at("demo-week-$_", $node->safe_psql('demo', "SELECT abie.week_report('school', '$week{$_}')")) for sort keys %week;
look_at("demo-week-$_", $node->safe_psql('demo', "SELECT abie.week_report('school', '$_')")) for 900005, 900012;
$node->safe_psql('demo', q{CREATE TABLE pupils AS SELECT p.* FROM unnest('{2024/25,2025/26}'::text[]) y, abie.demo_pupils(y) p});
look_at('demo-week-groups', $node->safe_psql('demo', q{SELECT abie.week_report('school', '900005', registers => 'pupils')}));
look_at('demo-week-area', $node->safe_psql('demo', q{SELECT abie.week_report('la', '518')}));
look_at('demo-week-trust', $node->safe_psql('demo', q{SELECT abie.week_report('trust', '<img src=x onerror=alert(1)> & "Sons"')}));

# a run of which most schools' attendance is known from registers only
$node->safe_psql('demo', q{UPDATE abie.attendance SET sources = jsonb_build_object('sess_possible', 'registers') WHERE urn % 5 <> 1 AND academic_year = '2024/25'});
$node->safe_psql('demo', q{CALL abie.calculate('2025/26')});
my $hidden = $node->safe_psql('demo', q{SELECT urn FROM abie_report.similar_school WHERE run_id = 2 AND similar_attendance IS NOT NULL GROUP BY urn HAVING count(*) BETWEEN 3 AND 8 ORDER BY urn LIMIT 1});
my $report = $node->safe_psql('demo', "SELECT abie.school_report($hidden, 'html', 2)");
like($report, qr/known from their registers only and not published/, 'what is not shown is said');
like($report, qr/it is not shown here how this follows from it/, 'and what follows from it');
look_at('demo-not-published', $report);

SKIP:
{
	skip 'no real data', 1 unless $england;
	ok(IPC::Run::finish($england), 'the real England is calculated') or BAIL_OUT($england_error);
	look_at_kinds('england', qw(small-primary large-secondary selective maintain sustain left-out));
	look_at('england-area', $node->safe_psql('england', q{SELECT abie.area_report('la', '202')}));
}

diag("pictures of the reports are in $pictures");

$browser->stop;
$node->stop;
done_testing();
