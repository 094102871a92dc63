-- Facts of reports as no run of the demonstration has them: what each says, written here by hand. And the functions beside
-- them that read such facts or the figures of similar schools.
\set VERBOSITY terse
\set SHOW_CONTEXT never

--
-- Sections of a school's report
--
CREATE TEMP TABLE base AS SELECT $${
	"outcome": "improve",
	"run": {"run_id": 7, "baseline_year": "2024/25", "target_year": "2025/26", "finished_at": "2026-09-01T10:00:00", "methodology": "own",
		"extension_version": "1.0", "run_status": "issued", "input_digest": "aa", "result_digest": "bb"},
	"methodology": {"method": "contextual", "pace": 0.3, "gap_share": 0.2, "improvement_floor": 0.1, "improvement_cap": 1, "local_slope": 0.25,
		"local_schools": 100, "benchmark_share": 0.3, "minimum_enrolments": 30, "sampling_source": "change"},
	"expectation": {"urn": 100001, "school_name": "Hill School", "la_name": "Camden", "stratum": "primary", "statement": "improve",
		"enrolments": 200, "attendance": 94.2, "attendance_low": 93.1, "attendance_high": 95.3, "baseline": 94.5, "expected": 95, "gap": 0.5,
		"expected_error": 0.4, "improvement": 0.4, "improvement_rounded": 0.4, "target": 94.9, "headroom": 1.5, "ladder_top": 96,
		"pared_mean": 96, "pre_pandemic": 95.5, "improvement_days": 152, "improvement_days_per_pupil": 0.76, "own_share": 0.7,
		"own_level": 94.6, "context": 95.1, "local_residual": -0.31, "forecast": 94.4, "forecast_low": 93.3, "forecast_high": 95.6},
	"standing": {"best": 2, "worst": 2, "schools": 3},
	"place": {"easting": 400000, "northing": 300000},
	"half_page": {"stands": "It stands.", "next": "It comes.", "ask": "Ask."},
	"history": [{"academic_year": "2024/25", "attendance": 94.2, "national": 94}],
	"absence": [{"reason": "sess_auth_illness", "meaning": "Illness", "own_percent": 2.5, "similar_percent": 2}],
	"circumstances": [{"characteristic": "fsm_pct", "number": 20, "similar_average": 21, "contribution": -0.1}],
	"expected_steps": null,
	"distribution": [{"improvement_rounded": 0.4, "schools": 12}, {"improvement_rounded": 0.5, "schools": null}],
	"data": [{"figure": "Attendance", "source": "a file", "recorded": "2026-09-04"}],
	"similar_schools": [
		{"similar_urn": 200001, "similar_name": "Near School", "similar_la_name": "Camden", "rank": 1, "km": 0.4, "similar_enrolments": 1,
			"similar_attendance": 95.2, "similar_attendance_low": 94.2, "similar_attendance_high": 96.2, "similar_fsm_pct": 30,
			"is_better": true, "is_clear": true, "similar_easting": 400300, "similar_northing": 300200},
		{"similar_urn": 200002, "similar_name": "Far School", "rank": 2, "similar_attendance": 93.2, "is_better": false, "is_clear": false}]
}$$::jsonb AS facts;
-- facts with members set, by their paths; a section of them
CREATE FUNCTION pg_temp.with_members(facts jsonb, members jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	path text;
	member jsonb;
BEGIN
	FOR path, member IN SELECT key, value FROM jsonb_each(members) LOOP
		facts := jsonb_set(facts, string_to_array(path, '.'), member, true);
	END LOOP;
	RETURN facts;
END $$;
CREATE FUNCTION pg_temp.section(name text, facts jsonb, format text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE name WHEN 'lead' THEN abie_internal.school_report_lead(facts, format)
		WHEN 'half page' THEN abie_internal.school_report_half_page(facts, format)
		WHEN 'ladder' THEN abie_internal.school_report_ladder(facts, format)
		WHEN 'steps' THEN abie_internal.school_report_steps(facts, format)
		WHEN 'limits' THEN abie_internal.school_report_limits(facts, format)
		WHEN 'circumstances' THEN abie_internal.school_report_circumstances(facts, format)
		WHEN 'history' THEN abie_internal.school_report_history(facts, format)
		WHEN 'absence' THEN abie_internal.school_report_absence(facts, format, 'table')
		WHEN 'distribution' THEN abie_internal.school_report_distribution(facts, format)
		WHEN 'similar' THEN abie_internal.school_report_similar(facts, format, '{200002}', 'table')
		WHEN 'sortable' THEN abie_internal.school_report_similar(facts, format, '{}', 'sortable') END $$;
-- what has to be said, or with ! before it has not
CREATE TEMP TABLE said (section text, format text, members jsonb, words text);
INSERT INTO said VALUES
	-- the level against the top of the ladder, at it, and against the rate; none known
	('lead', 'markdown', '{}', 'by at least 0.4 percentage points in 2025/26: from an underlying level of 94.50% to 94.90%'),
	('lead', 'markdown', '{}', '2024/25, 94.20%, that is a step of 0.70 points.'),
	('lead', 'markdown', '{"expectation.target": 94.204}', 'a step of under 0.01 points.'),
	('lead', 'markdown', '{"expectation.statement": "sustain"}', 'reached in 2024/25 with 94.20%.'),
	('lead', 'markdown', '{"expectation.statement": "sustain", "expectation.target": 94}', 'with 94.20%, 0.20 points above it.'),
	('lead', 'markdown', '{"expectation.statement": "maintain", "outcome": "maintain"}', '94.50% is asked to rise by less than 0.05 points towards the mean of the best similar schools (96.00%), and'),
	('lead', 'markdown', '{"expectation.statement": "maintain", "outcome": "maintain"}', 'The rate of 2024/25 was 94.20%, 0.30 points below that level.'),
	('lead', 'markdown', '{"expectation.statement": "maintain", "expectation.headroom": 0, "expectation.pre_pandemic": 97}', 'is not below the school''s own rate in 2018/19'),
	('lead', 'markdown', '{"expectation.statement": "maintain", "expectation.headroom": 0.03}', 'is less than 0.05 points below the mean'),
	('lead', 'markdown', '{"expectation.statement": "maintain", "expectation.attendance": 94.8}', '94.80%, 0.30 points above that level.'),
	('lead', 'markdown', '{"expectation.statement": "maintain", "expectation.attendance": 94.5}', 'was 94.50%.'),
	('lead', 'markdown', '{"expectation.statement": "maintain", "expectation.headroom": null, "expectation.ladder_top": null}', 'is about that of the best similar schools, or of the school itself in 2018/19, and'),
	('lead', 'markdown', '{"expectation.statement": "maintain", "expectation.headroom": null, "expectation.ladder_top": null}', '!96.00%'),
	-- days
	('lead', 'markdown', '{}', 'about 152 more days in school over the year for all pupils together: 0.8 days a pupil.'),
	('lead', 'markdown', '{"expectation.improvement_days": 1.4}', 'about 1 more day in school'),
	('lead', 'markdown', '{"expectation.improvement_days": 1e30}', 'about \#\#\#,\#\#\#,\#\#\#,\#\#\#,\#\#\# more days'),
	('lead', 'markdown', '{"expectation.improvement_days": -1e30}', 'about -\#\#\#,\#\#\#,\#\#\#,\#\#\#,\#\#\# more days'),
	('lead', 'markdown', '{"expectation.improvement_days": null}', '!more day'),
	('lead', 'markdown', '{"expectation.gap": 0}', 'The level is at or above what would be expected'),
	-- numbers that facts have as texts are numbers, and what is none is refused below
	('lead', 'markdown', '{"expectation.improvement_days": "12"}', 'about 12 more days'),
	('lead', 'markdown', '{"run.target_year": true}', 'in true: from'),
	('lead', 'markdown', '{"run.target_year": false}', 'in false: from'),
	('lead', 'markdown', '{"run.target_year": {"a": [1]}}', E'in \\{"a": \\[1\\]\\}: from'),
	-- left out, for a reason that has words and for one that has none
	('lead', 'markdown', '{"outcome": "left out", "expectation.exclusion_reason": "fewer than the minimum enrolments"}', 'fewer than 30 pupils'),
	('lead', 'markdown', '{"outcome": "left out", "expectation.exclusion_reason": "by hand", "expectation.exclusion_detail": "a note"}', E'for 2025/26: by hand.'),
	('lead', 'markdown', '{"outcome": "left out", "expectation.exclusion_reason": "by hand", "expectation.exclusion_detail": "a note"}', 'See the reason above. What the records say: a note.'),
	-- a name, blanks around it or nothing else in it, and long ones; the phase with a capital, and one pupil
	('half page', 'markdown', '{}', '# Hill School'),
	('half page', 'markdown', '{}', '2025/26 · URN 100001 · Camden · Primary · 200 pupils'),
	('half page', 'markdown', '{"expectation.school_name": "\t Hill  "}', E'# Hill\n'),
	('half page', 'markdown', '{"expectation.school_name": "   "}', '# School 100001'),
	('half page', 'markdown', '{"expectation.enrolments": 1}', ' · 1 pupil'),
	('half page', 'markdown', '{"expectation.enrolments": 1}', '!1 pupils'),
	('half page', 'markdown', '{"expectation.stratum": "", "expectation.la_name": null, "expectation.enrolments": null}', E'URN 100001 · \n'),
	('half page', 'markdown', jsonb_build_object('expectation.la_name', repeat('é', 61), 'expectation.stratum', NULL), '· ' || repeat('é', 59) || '…' || ' · 200'),
	('half page', 'markdown', jsonb_build_object('expectation.la_name', repeat('é', 60)), '· ' || repeat('é', 60) || ' ·'),
	('half page', 'markdown', jsonb_build_object('expectation.school_name', repeat('x', 98) || '  yy'), '# ' || repeat('x', 98) || '…'),
	('half page', 'markdown', '{"half_page.ask": null}', '!What to do and ask'),
	('half page', 'markdown', '{"run.run_status": "withdrawn"}', 'Withdrawn: do not use'),
	('half page', 'markdown', '{"run.run_status": "superseded"}', 'A newer calculation'),
	('half page', 'markdown', '{"run.run_status": null}', 'Draft: these figures'),
	('half page', 'html', '{"outcome": "left out"}', 'All schools of the phase'),
	('half page', 'html', '{"outcome": "left out", "history": null}', '!<svg'),
	('half page', 'html', '{"outcome": "left out", "history": []}', '!<svg'),
	('half page', 'html', '{"outcome": "left out", "history": [1, 2]}', '!<svg'),
	-- what the school is compared by
	('circumstances', 'markdown', '{}', '| Free school meals, % of pupils | 20.0 | 21.0 | −0.10 |'),
	('circumstances', 'markdown', '{"methodology.method": "similar", "circumstances.0.typical": 22.25}', '| 20.0 | 21.0 | 22.3 |'),
	('circumstances', 'markdown', '{"circumstances.0": {"characteristic": "selective", "category": "selective"}}', '| Selects by ability | yes |  |  |'),
	('circumstances', 'markdown', '{"circumstances.0": {"characteristic": "selective", "category": "other", "similar_same": 12}}', '| Selects by ability | no | 12 the same |  |'),
	('circumstances', 'markdown', '{"circumstances.0": {"characteristic": "region", "similar_same": 12}}', '| Region | not known |  |  |'),
	('circumstances', 'markdown', '{"circumstances.0": {"characteristic": "other.own other.thing", "number": 1}}', '| own thing | 1.0 |'),
	('circumstances', 'markdown', '{"circumstances.0": {"characteristic": "ln_headcount", "number": 7}}', '| Pupils on roll | 1,097 |'),
	('circumstances', 'markdown', '{"circumstances.0": {"characteristic": "ln_mobility", "number": 1}}', '| 1.7 |'),
	('circumstances', 'markdown', '{"circumstances.0": {"characteristic": "ln_own", "number": 2}}', '| ln\_own | 2.0 |'),
	('circumstances', 'markdown', '{"circumstances.0": {"characteristic": "idaci_score", "number": 0.1236}}', '| 0.124 |'),
	('circumstances', 'markdown', '{"circumstances.0": {"characteristic": "idaci_rank", "number": 32844}}', '| 32,844 |'),
	('circumstances', 'markdown', '{"expected_steps": [{"step": "circumstances", "points": 0.5, "characteristics": {"a": 1}}]}', '|  | +0.50'),
	('circumstances', 'markdown', '{"circumstances": []}', 'What the school is compared by'),
	('circumstances', 'markdown', '{"circumstances": [5]}', '|  | not known |  |  |'),
	('circumstances', 'markdown', '{"circumstances": {"a": 1}}', '!compared by'),
	-- steps by their first characteristic, without its unit
	('circumstances', 'markdown', '{"expected_steps": [{"step": "national mean", "attendance": 94}, {"step": "circumstances", "points": 0.5, "characteristics": ["eal_pct"]}, {"step": "own attendance left out", "points": 0}, {"step": "similar schools", "points": -0.5}, {"step": "expected", "attendance": 94}]}', 'Mean of primary schools |  | 94.00%'),
	('circumstances', 'html', '{"expected_steps": [{"step": "national mean", "attendance": 94}, {"step": "circumstances", "points": 0.5, "characteristics": ["eal_pct"]}, {"step": "expected", "attendance": 94.5}]}', 'Additional language'),
	('circumstances', 'markdown', '{"expected_steps": [{"step": "circumstances", "points": 0.5, "characteristics": ["idaci_rank"]}]}', 'Disadvantage | +0.50'),
	('circumstances', 'markdown', '{"expected_steps": [{"step": "circumstances", "points": 0.5, "characteristics": ["fsm_own"]}]}', 'Disadvantage | +0.50'),
	('circumstances', 'markdown', '{"expected_steps": [{"step": "circumstances", "points": 0.5, "characteristics": ["mobility_pct"]}]}', 'Joined or left in the year | +0.50'),
	('circumstances', 'markdown', '{"expected_steps": [{"step": "circumstances", "points": 0.5, "characteristics": ["own,thing, % of, it"]}]}', 'own,thing | +0.50'),
	('circumstances', 'markdown', '{"expected_steps": [{"step": "circumstances", "points": 0.5, "characteristics": []}]}', '|  | +0.50'),
	-- years: without an interval, a national figure or what was expected there is no column for it
	('history', 'markdown', '{}', '| Year | This school | National |'),
	('history', 'markdown', '{"history.0.national": null}', '| Year | This school |' || E'\n'),
	('history', 'markdown', '{"history.0.national": null, "history.0.expected": 95, "history.0.expected_low": 94, "history.0.expected_high": null}', '| Year | This school | National | Expected |'),
	('history', 'markdown', '{"history.0.expected": 95, "history.0.expected_low": 94, "history.0.expected_high": 96.25}', '| 95.00%, 94.0 to 96.3 |'),
	('history', 'markdown', '{"history.0.expected": 95, "history.0.expected_low": 94}', '| 95.00% |'),
	('history', 'markdown', '{}', 'between 93.3% and 95.6%. (That'),
	('history', 'markdown', '{}', 'The target lies within that range'),
	('history', 'markdown', '{"expectation.target": 95.7}', '!The target lies within that range'),
	('history', 'markdown', '{"expectation.target": 93}', '!The target lies within that range'),
	('history', 'markdown', '{"outcome": "sustain"}', '!The target lies within that range'),
	('history', 'markdown', '{"expectation.forecast_low": null}', '!If nothing changes'),
	('history', 'markdown', '{"history": []}', '!Attendance over the years'),
	('history', 'markdown', '{"history": null}', '!Attendance over the years'),
	('history', 'html', '{}', 'This school and all schools of its phase'),
	('history', 'html', '{"history.0.national": null, "expectation.forecast_low": null, "expectation.forecast_high": null, "outcome": "maintain"}', '!2025/26'),
	('history', 'html', '{"expectation.forecast_low": null}', '2025/26'),
	('history', 'html', '{"expectation.forecast_high": null}', '2025/26'),
	('history', 'html', '{"history.0.attendance": null}', 'This school and all schools of its phase'),
	-- reasons of absence: those below 0.005 per cent at both are left out
	('absence', 'markdown', '{}', '| Illness | 2.50% | 2.00% | +0.50 |'),
	('absence', 'markdown', '{}', 'Furthest above the similar schools: Illness, +0.50 points.'),
	('absence', 'markdown', '{"absence.1": {"reason": "sess_unauth_late", "meaning": "Late", "own_percent": 0.6, "similar_percent": 0}}', 'schools: Late, +0.60 points.'),
	('absence', 'markdown', '{"absence.1": {"reason": "sess_unauth_late", "meaning": "Late", "own_percent": 0.004, "similar_percent": 0.005}}', '| Late | 0.00% | 0.01% |'),
	('absence', 'markdown', '{"absence.1": {"reason": "sess_unauth_late", "meaning": "Late", "own_percent": 0.004, "similar_percent": 0.004}}', '!Late'),
	('absence', 'markdown', '{"absence.0.reason": "sess_overall"}', '!Furthest'),
	('absence', 'markdown', '{"absence.0.own_percent": 2.004}', '!Furthest'),
	('absence', 'markdown', '{"absence.0.reason": "enrolments_pa_10_exact"}', '| Illness, % of pupils |'),
	('absence', 'markdown', '{"absence": null}', '!Absence'),
	-- improvements of all schools; c is not shown
	('distribution', 'markdown', '{}', '| 0.4 | 12 |' || E'\n| 0.5 | c |'),
	('distribution', 'markdown', '{}', 'c: 1 or 2 schools'),
	('distribution', 'markdown', '{"distribution.1.schools": 1234}', '| 0.5 | 1,234 |'),
	('distribution', 'markdown', '{"distribution.1.schools": 1234}', '!c: 1 or 2 schools'),
	('distribution', 'html', '{}', '0.4: 12 schools, this school among them; 0.5: suppressed.'),
	('distribution', 'html', '{"distribution.1.improvement_rounded": null, "distribution.1.schools": 3}', '; : 3 schools.'),
	('distribution', 'html', '{"distribution.0.schools": null}', '!<svg'),
	('distribution', 'html', jsonb_build_object('distribution', (SELECT jsonb_agg(jsonb_build_object('improvement_rounded', i / 10.0, 'schools', 5)) FROM generate_series(1, 40) i)), '<svg'),
	('distribution', 'html', jsonb_build_object('distribution', (SELECT jsonb_agg(jsonb_build_object('improvement_rounded', i / 10.0, 'schools', 5)) FROM generate_series(1, 41) i)), '!<svg'),
	('distribution', 'markdown', '{"distribution": null}', '!expected of other schools'),
	-- the mark below the first and the last of many bars stays within the picture
	('distribution', 'html', jsonb_build_object('distribution', (SELECT jsonb_agg(jsonb_build_object('improvement_rounded', i / 10.0, 'schools', 5)) FROM generate_series(4, 40) i)), '<text x="34" y="190"'),
	('distribution', 'html', jsonb_build_object('distribution', (SELECT jsonb_agg(jsonb_build_object('improvement_rounded', (41 - i) / 10.0, 'schools', 5)) FROM generate_series(1, 37) i)), '<text x="366" y="190"'),
	-- where the number comes from
	('steps', 'markdown', '{}', 'from the published absence rate.'),
	('steps', 'markdown', '{"expectation.sess_possible": 10000, "expectation.sess_overall": 580}', 'of 10,000 sessions (half days) possible, 580 were missed.'),
	('steps', 'markdown', '{}', 'attend 0.31 points less than their own circumstances would suggest. Experience shows that 25% of'),
	('steps', 'markdown', '{"expectation.local_residual": 0.31}', 'attend 0.31 points more than'),
	('steps', 'markdown', '{}', 'own level over two years, 94.60%, counts for 70% and'),
	('steps', 'markdown', '{"expectation.own_level": 94.2}', 'The school''s own rate counts for 70%'),
	('steps', 'markdown', '{"expectation.own_level": null}', 'The school''s own rate counts for 70%'),
	('steps', 'markdown', '{"methodology.sampling_source": "earlier run", "methodology.sampling_run": 3}', 'taken from an earlier calculation, run 3.'),
	('steps', 'markdown', '{"methodology.sampling_source": "residuals"}', 'judged by how far'),
	('steps', 'markdown', '{"methodology.sampling_source": "declared"}', 'taken to be as in England''s schools.'),
	('steps', 'markdown', '{"methodology.method": "similar", "expectation.similar_schools": 20}', 'The 20 most similar schools attend 95.00% on average'),
	('steps', 'markdown', '{"expectation.ladder_top": null}', 'never above the room left up to the mean of the best similar schools, or to the school''s own rate in 2018/19: 0.40'),
	('steps', 'markdown', '{"expectation.gap": 0}', '0.00 percentage points, because the school is at or above it.'),
	('steps', 'markdown', '{"outcome": "maintain"}', '!second way to succeed'),
	('steps', 'markdown', '{"outcome": "left out"}', '!How the number was made'),
	('limits', 'markdown', '{}', 'With 200 pupils, one year''s rate of 94.20% fits an underlying level anywhere from 93.1% to 95.3%'),
	('limits', 'markdown', '{"expectation.attendance_low": null}', 'One year''s rate is partly chance; smaller'),
	('limits', 'markdown', '{}', 'Run 7 of 2026-09-01 for 2025/26 with methodology own, abie 1.0. Digest of the inputs aa. Digest of the results bb.'),
	('limits', 'markdown', '{"run.input_digest": null, "run.finished_at": null}', 'Run 7 of  for 2025/26 with methodology own, abie 1.0. Digest of the inputs not held.'),
	-- days, and what is none as it is
	('limits', 'markdown', '{}', '| Attendance, a file | 4 Sep 2026 |'),
	('limits', 'markdown', '{"data.0.source": null}', '| Attendance | 4 Sep 2026 |'),
	('limits', 'markdown', '{"data.0.recorded": "2026-13-04"}', '| 2026-13-04 |'),
	('limits', 'markdown', '{"data.0.recorded": "2026-00-04"}', '| 2026-00-04 |'),
	('limits', 'markdown', '{"data.0.recorded": "2026/09/04"}', '| 2026/09/04 |'),
	('limits', 'markdown', '{"data.0.recorded": "2026-09"}', '| 2026-09 |'),
	('limits', 'markdown', '{"data": null}', '!Data used'),
	('ladder', 'markdown', '{}', '| Target | 94.90% | +0.40 |'),
	('ladder', 'markdown', '{"outcome": "maintain"}', '!| Target |'),
	('ladder', 'html', '{}', '<svg'),
	('ladder', 'markdown', '{"outcome": "left out"}', '!The ladder'),
	-- similar schools: one and several, shown and not, with a place and without
	('similar', 'markdown', '{}', 'These are the 2 schools whose'),
	('similar', 'markdown', '{}', '1 of 2 had higher attendance than this school, by more than chance would often bring. Counting itself, it stands at place 2 of 3.'),
	('similar', 'markdown', '{"standing.worst": 3}', 'somewhere between place 2 and place 3 of 3; one year''s rate'),
	('similar', 'markdown', '{"standing.best": "", "standing.worst": ""}', 'somewhere between place  and place  of 3'),
	('similar', 'markdown', '{"standing": null}', '1 of 2 had higher attendance than this school. '),
	('similar', 'markdown', '{"similar_schools.0.is_clear": false}', ', but not by more than chance would often bring.'),
	('similar', 'markdown', '{"similar_schools.1.is_better": true}', '2 of 2 had higher attendance than this school, 1 of them by more'),
	('similar', 'markdown', '{"expectation.poor_match": true}', 'They are less alike'),
	('similar', 'markdown', '{"similar_schools.0.similar_attendance": null}', 'The attendance of 1 of them is known from its registers only and not published; it is left out of what'),
	('similar', 'markdown', '{"similar_schools.0.similar_attendance": null, "similar_schools.1.similar_attendance": null}', 'The attendance of 2 of them is known from their registers only and not published; they are left out of what'),
	('similar', 'markdown', '{"similar_schools.0.similar_attendance": null, "similar_schools.1.similar_attendance": null}', '!Schools to learn from'),
	('similar', 'markdown', '{}', 'Camden, under 1 km away, 1 pupil: 95.20%, 1.00 points higher, which is more than chance would often bring; more free school meals than here, 30.0%.'),
	('similar', 'markdown', '{"circumstances": []}', '!more free school meals'),
	('similar', 'markdown', '{"circumstances.0.characteristic": "eal_pct"}', '!more free school meals'),
	('similar', 'markdown', '{"similar_schools.1.is_better": true, "similar_schools.1.similar_enrolments": 1200, "similar_schools.1.similar_attendance": 94.4}', '** 1,200 pupils: 94.40%, 0.20 points higher; among the most similar.'),
	('similar', 'markdown', '{"similar_schools.0.is_better": false}', 'None of 2 had higher attendance than this school. '),
	('similar', 'markdown', '{}', '| Near School ★, Camden, under 1 km away | 1 | 30.0% | 95.20%, 94.2 to 96.2 |'),
	('similar', 'markdown', '{}', '| Far School |  |  | 93.20% |'),
	('similar', 'markdown', '{"similar_schools.1.km": 12.4}', '| Far School, 12 km away |'),
	('similar', 'markdown', '{"similar_schools.1.similar_la_name": "Brent"}', '| Far School, Brent |'),
	('similar', 'html', '{}', 'Not on the map, because the place is not known: 1 similar school.'),
	('similar', 'html', '{}', '<a href="200002.html">Far School</a>'),
	('similar', 'html', '{}', '!200001.html'),
	('sortable', 'html', '{}', '!200002.html'),
	('similar', 'html', '{"similar_schools.2": {"similar_urn": 200003}}', 'not known: 2 similar schools.'),
	('similar', 'html', '{"similar_schools.0.km": null}', '!Where the similar schools are'),
	('similar', 'html', '{"similar_schools.0.similar_easting": null}', 'Where the similar schools are'),
	('similar', 'html', jsonb_build_object('similar_schools', (SELECT jsonb_agg(jsonb_build_object('similar_urn', 300000 + i, 'km', CASE WHEN i = 6 THEN 90 ELSE i END, 'similar_easting', 400000 + 1000 * i, 'similar_northing', 300000)) FROM generate_series(1, 6) i)), 'A map of the nearest'),
	('similar', 'html', jsonb_build_object('similar_schools', (SELECT jsonb_agg(jsonb_build_object('similar_urn', 300000 + i, 'km', i, 'similar_easting', 400000 + 1000 * i, 'similar_northing', 300000)) FROM generate_series(1, 6) i)), '!A map of the nearest'),
	('similar', 'html', jsonb_build_object('similar_schools', (SELECT jsonb_agg(jsonb_build_object('similar_urn', 300000 + i, 'km', CASE WHEN i = 5 THEN 90 ELSE i END, 'similar_easting', 400000 + 1000 * i, 'similar_northing', 300000)) FROM generate_series(1, 5) i)), '!A map of the nearest'),
	('similar', 'html', '{"similar_schools.1": {"rank": 2}}', '<th scope="row">School </th>'),
	('similar', 'markdown', '{"similar_schools": []}', '!imilar school'),
	('similar', 'markdown', '{"outcome": "left out"}', '!imilar school');
SELECT count(*) AS sayings, count(*) FILTER (WHERE s.text IS NULL) AS "null" FROM said CROSS JOIN base b CROSS JOIN LATERAL pg_temp.section(section, pg_temp.with_members(b.facts, members), format) s(text);
SELECT section, members, words, s.text AS instead FROM said CROSS JOIN base b CROSS JOIN LATERAL pg_temp.section(section, pg_temp.with_members(b.facts, members), format) s(text)
WHERE (strpos(s.text, ltrim(words, '!')) = 0) <> (words LIKE '!%');
-- the interval of what is expected is 1.96 errors wide on either side, from 0 to 100
SELECT error, strpos(pg_temp.section('half page', pg_temp.with_members(facts, jsonb_build_object('expectation.expected_error', error)), 'html'), abie.chart_similar('Where the school stands, and what comes next',
	'{This school in 2024/25,Expected of such schools,"Target for 2025/26","If nothing changes, 2025/26"}', '{94.2,95,94.9,94.4}', ARRAY[93.1, low, NULL, 93.3], ARRAY[95.3, high, NULL, 95.6], 1)) > 0 AS drawn
FROM base, (VALUES (0.4, 95 - 1.959963984540054 * 0.4, 95 + 1.959963984540054 * 0.4), (60, 0, 100), (NULL, NULL, NULL)) e(error, low, high);
-- one similar school alone
SELECT r ~ 'This is the school whose' AS one, r ~ E'\nThe similar school; ★' AS alone FROM base, pg_temp.section('similar', facts #- '{similar_schools,1}', 'markdown') r;
-- what is refused: texts that are no numbers, years that are none, places and counts beyond what there is
SELECT pg_temp.section('lead', pg_temp.with_members(facts, '{"expectation.improvement_days": "many"}'), 'html') FROM base;
SELECT pg_temp.section('lead', pg_temp.with_members(facts, '{"expectation.improvement_days": []}'), 'html') FROM base;
SELECT pg_temp.section('history', pg_temp.with_members(facts, '{"history.0.academic_year": "2024"}'), 'html') FROM base;
SELECT pg_temp.section('history', pg_temp.with_members(facts, '{"history.0.academic_year": "2024-25"}'), 'html') FROM base;
SELECT pg_temp.section('history', pg_temp.with_members(facts, '{"history.0.academic_year": "2024/26"}'), 'html') FROM base;
SELECT pg_temp.section('history', pg_temp.with_members(facts, '{"history.0.academic_year": "x024/25"}'), 'html') FROM base;
SELECT pg_temp.section('history', pg_temp.with_members(facts, '{"history.0.academic_year": "20 4/25"}'), 'html') FROM base;
SELECT pg_temp.section('history', pg_temp.with_members(facts, '{"history.0.academic_year": null}'), 'html') FROM base;
SELECT pg_temp.section('similar', pg_temp.with_members(facts, '{"place.easting": 2147483648}'), 'html') FROM base;
SELECT pg_temp.section('similar', pg_temp.with_members(facts, '{"place.northing": -2147483649}'), 'html') FROM base;
SELECT pg_temp.section('similar', pg_temp.with_members(facts, '{"place.easting": -2147483648, "similar_schools.0.similar_easting": 2147483647}'), 'html') FROM base;
SELECT pg_temp.section('similar', pg_temp.with_members(facts, '{"place.northing": -2147483648, "similar_schools.0.similar_northing": 2147483647}'), 'html') FROM base;
SELECT pg_temp.section('similar', pg_temp.with_members(facts, '{"similar_schools.0.similar_urn": "x"}'), 'html') FROM base;
SELECT pg_temp.section('circumstances', pg_temp.with_members(facts, '{"circumstances.0": {"characteristic": "idaci_rank", "number": 1e15}}'), 'html') FROM base;
SELECT pg_temp.section('circumstances', pg_temp.with_members(facts, '{"expected_steps": [{"step": "national mean"}, {"step": "expected"}]}'), 'html') FROM base;
SELECT abie_internal.characteristic_number('ln_headcount', 35);

--
-- Facts as CSV: each line by PostgreSQL's own reading of JSON
--
CREATE TEMP TABLE figures AS SELECT facts FROM base
	UNION ALL SELECT '{"none": null, "empty": [], "object": {}, "list": [{}, {"a": true, "b": false, "c": null, "d": "", "e": [1, {"f": "g"}], "h": "x,\"y\""}], "one": -1.50, "text": "=1+1", "yes": true}';
SELECT count(*) AS facts, count(*) FILTER (WHERE abie_internal.csv_facts(facts) IS DISTINCT FROM (SELECT E'table,row,column,value\n' || string_agg(format(E'%s,%s,%s,%s\n', t.key, r.place, c.key, abie_internal.csv_field(c.value)), '' ORDER BY t.place, r.place, c.place)
	FROM jsonb_each(facts) WITH ORDINALITY t(key, value, place)
		CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(t.value) WHEN 'array' THEN t.value WHEN 'null' THEN '[]' WHEN 'object' THEN jsonb_build_array(t.value) ELSE jsonb_build_array(jsonb_build_object(t.key, t.value)) END) WITH ORDINALITY r(value, place)
		CROSS JOIN LATERAL jsonb_each_text(r.value) WITH ORDINALITY c(key, value, place))) AS different FROM figures;
SELECT abie_internal.csv_facts('{}');
SELECT abie_internal.csv_facts('[]');
SELECT abie_internal.csv_facts('{"a": [1]}');
SELECT abie_internal.csv_facts('{"a": [null]}');
SELECT abie_internal.csv_facts('{"a": [[1]]}');

--
-- Places in a site, and those of similar schools that have one
--
SELECT abie_internal.site_place('school', '100001') AS school, abie_internal.site_place('la', '201') AS la, abie_internal.site_place('national', 'England') AS national,
	abie_internal.site_place('trust', U&'\00C9cole & "Söhne"') = 'trust/' || left(encode(sha256(convert_to(U&'\00C9cole & "Söhne"', 'UTF8')), 'hex'), 16) AS trust, abie_internal.site_place('region', '') = 'region/' || left(encode(sha256(''), 'hex'), 16) AS region;
SELECT abie_internal.site_linked('{"similar_schools": [{"similar_urn": 2}, {"similar_urn": 3}, {"similar_urn": 4294967298}, {"similar_urn": "2"}, {}, 2, {"similar_urn": 5}]}', '{"school/2": ["school", "2"], "school/5": ["school", "5"], "school/3": 3, "la/2": ["la", "2"]}') AS linked,
	abie_internal.site_linked('{}', '{"school/2": []}') AS "no list", abie_internal.site_linked('{"similar_schools": [{"similar_urn": 2}]}', '{}') AS "no pages";

--
-- Figures of similar schools together
--
SELECT abie_internal.column_matches('{a,NULL,c}', '{{a,x,c},{b,x,c},{NULL,x,d},{a,NULL,c}}') AS matches, abie_internal.column_matches('{a}', '{{a,a},{a,a}}') AS "own is shorter", abie_internal.column_means('{{1,NULL,4},{2,NULL,NULL}}') AS means;
SELECT abie_internal.column_means('{1,2}');
SELECT abie_internal.column_matches('{a}', '{}');
-- to the last digit as numeric has them: signs, what is rounded half away from zero, small, large and mixed
SELECT count(*) AS means, count(*) FILTER (WHERE abie_internal.column_means(array_agg)::text IS DISTINCT FROM '{' || (SELECT round(avg(x::numeric), 6)::float8 FROM unnest(array_agg) x) || '}') AS different
FROM (SELECT array_agg(ARRAY[n * s]) FROM generate_series(1, 500) g, LATERAL (SELECT (g * 7919 * i % 100003) * 10::float8 ^ (g % 9 - 7) FROM generate_series(1, 1 + g % 7) i) v(n), (VALUES (1), (-1)) w(s) GROUP BY g, s
	UNION ALL SELECT ARRAY[ARRAY[n]] FROM unnest('{0,-1e-9,0.0000005,-0.0000005,1.0000015,99999.9,100000.5,-200000.25,5e6,1e12,-1e15}'::float8[]) n) v;
-- reasons in the order of abie_internal.absence_meanings: what nobody holds is not known, and what is no number not held
SELECT abie_internal.reason_totals(ARRAY['{"sess_auth_illness": 5, "sess_unauth_noyet": 0}', NULL, '{"sess_auth_illness": 7, "sess_auth_other": "3", "sess_auth_study": null}', '[]', '5']::jsonb[]) =
	(SELECT array_agg(CASE m.reason WHEN 'sess_auth_illness' THEN 12 WHEN 'sess_unauth_noyet' THEN 0 END::float8 ORDER BY m."position") FROM abie_internal.absence_meanings() m WHERE m.reason ~ '^sess_(un)?auth_') AS totals;
SELECT abie_internal.reason_totals(ARRAY['{"sess_auth_illness": 9223372036854775807}', '{"sess_auth_illness": 1}']::jsonb[]);
SELECT abie_internal.reason_totals('{}') = array_fill(NULL::float8, '{16}') AS "of none";
