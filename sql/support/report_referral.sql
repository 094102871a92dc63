-- Outcomes and lists for reporting tools, and how a school came on a list. Rows as in sql/reports/report_view.sql.

-- a barrier, through which conditions on the run pass: what all schools have in common is worked out once a run
CREATE VIEW abie_owner.judged_run WITH (security_barrier = true) AS
SELECT r.*, c.strata, b.run_id AS run_before, b.target_year::text AS year_before, d.strata AS strata_before
FROM abie_report.run r
	JOIN LATERAL abie_internal.stratum_outcomes(r.run_id) c(strata) ON c.strata IS NOT NULL
	LEFT JOIN abie.run b ON b.target_year = abie.previous_year(r.target_year) AND b.status = 'issued'
	LEFT JOIN LATERAL abie_internal.stratum_outcomes(b.run_id) d(strata) ON true;
COMMENT ON VIEW abie_owner.judged_run IS
'Runs of abie_report.run with outcomes, and by what these are judged (abie_internal.stratum_outcomes), as well as the '
'run whose outcomes are those of the year before (abie_internal.run_before), and by what those are.';
COMMENT ON COLUMN abie_owner.judged_run.strata IS 'What its outcomes are judged by.';
COMMENT ON COLUMN abie_owner.judged_run.run_before IS 'The issued run of the year before; NULL where there is none.';
COMMENT ON COLUMN abie_owner.judged_run.year_before IS 'Its target year.';
COMMENT ON COLUMN abie_owner.judged_run.strata_before IS 'What its outcomes are judged by; NULL where it has none.';
SELECT abie_owner.describe_as('abie_owner.judged_run', 'abie_report.run');

CREATE VIEW abie_report.school_outcome WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.baseline_year, r.methodology, r.run_status, r.is_current, r.is_latest,
	e.urn::integer AS urn, s.name AS school_name, e.laestab / 10000 AS la_code, la.la_name, s.region, s.trust_code,
	s.trust, o.stratum, o.enrolments, o.statement, o.baseline, o.improvement, o.outcome_attendance, o.change,
	o.relative_change, o.common_change, o.shock_effect, o.best_change, o.z, o.outcome, o.true_change,
	o.true_change_error, o.shortfall_probability,
	b.outcome AS outcome_before, o.outcome LIKE 'missed%' AND b.outcome LIKE 'missed%' AS missed_consistently
FROM abie_owner.judged_run r
	JOIN abie_owner.readable_run_school e ON e.run_id = r.run_id
	-- e.stratum, which is masked: nothing else is looked at of a school that is not the reader's
	CROSS JOIN LATERAL (SELECT j.*
		FROM unnest(r.strata) c
			JOIN abie_owner.year_outcome i ON i.run_id = r.run_id AND i.academic_year = r.target_year AND i.urn = e.urn
				AND i.stratum = c.stratum
			LEFT JOIN abie.school_progress p ON p.monitor_id = c.monitor_id AND p.urn = i.urn
			CROSS JOIN LATERAL abie_internal.judged_outcome(i, e.effective_enrolments,
				abie_internal.shock_effect(p.projected, p.projected_without), c) j
		WHERE c.stratum = e.stratum OFFSET 0) o
	LEFT JOIN LATERAL (SELECT j.outcome
		FROM unnest(r.strata_before) c
			JOIN abie_owner.year_outcome i ON i.run_id = r.run_before AND i.academic_year = r.year_before
				AND i.urn = e.urn AND i.stratum = c.stratum
			JOIN abie.run_school s ON s.run_id = i.run_id AND s.urn = i.urn
			LEFT JOIN abie.school_progress p ON p.monitor_id = c.monitor_id AND p.urn = i.urn
			CROSS JOIN LATERAL abie_internal.judged_outcome(i, s.effective_enrolments,
				abie_internal.shock_effect(p.projected, p.projected_without), c) j
		WHERE e.stratum IS NOT NULL OFFSET 0) b ON true
	LEFT JOIN abie.school s ON s.urn = e.urn
	LEFT JOIN abie.local_authority la ON la.la_code = e.laestab / 10000;
COMMENT ON VIEW abie_report.school_outcome IS
'What came of each expectation once its year was over: one row a run and school. Ask for one run (run_id, or '
'is_current and target_year): the outcomes of each are worked out when they are read.';
COMMENT ON COLUMN abie_report.school_outcome.missed_consistently IS
'Whether the expectation was missed this year and the year before; NULL where it was missed this year and the year '
'before is not known.';

-- Of each list the schools that a role may see. A place tells of others, so only who may see them all has it.
CREATE FUNCTION abie_owner.report_referrals(role oid) RETURNS SETOF abie.referral_school
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 800
SET search_path = pg_catalog, pg_temp
AS $$
WITH access AS (
	SELECT abie_owner.has_national_access(role, '{results,calculation}') AS whole,
		abie_owner.has_national_access(role, '{support}') AS support,
		abie_owner.readable_runs(role) AS runs
), own AS (
	SELECT a.urn FROM access k, abie_owner.accessible_schools(role, '{results}') a WHERE NOT k.whole
), supported AS (
	SELECT a.urn FROM access k, abie_owner.accessible_schools(role, '{support}') a WHERE NOT k.support
)
SELECT s.referral_id, s.urn, CASE WHEN a.whole OR a.support AND l.status = 'issued' THEN s.place END,
	s.not_referred, CASE WHEN a.whole THEN s.place_beside END, s.stratum, s.enrolments, s.expected, s.baseline,
	s.improvement, s.outcome_attendance, s.change, s.relative_change, s.shock_effect, s.best_change, s.z, s.outcome,
	s.outcome_before, s.prior_change, s.prior_variance, s.noise, s.true_change, s.true_change_error,
	s.shortfall_probability
FROM access a JOIN abie.referral l ON l.run_id = ANY (a.runs)
	JOIN abie.referral_school s ON s.referral_id = l.referral_id
WHERE a.whole OR s.urn IN (SELECT o.urn FROM own o)
	OR l.status = 'issued' AND s.place IS NOT NULL AND (a.support OR s.urn IN (SELECT u.urn FROM supported u))
$$;
COMMENT ON FUNCTION abie_owner.report_referrals(oid) IS 'Of a role, as abie_internal.report_referrals.';

CREATE FUNCTION abie_internal.report_referrals() RETURNS SETOF abie.referral_school
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 800 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.report_referrals() IS
'The schools of lists that the role in force may see: with a grant for results all that were considered, with one for '
'support those referred by an issued list. place is NULL but for roles that may see all schools.';

CREATE VIEW abie_report.referral WITH (security_barrier = true) AS
SELECT s.referral_id, l.run_id, r.target_year, l.status AS referral_status, l.referred_at,
	s.urn, k.school_name, k.la_code, k.la_name, k.region, k.trust_code, k.trust, s.not_referred IS NULL AS referred,
	s.place, s.not_referred, s.place_beside, s.stratum, s.enrolments, s.expected,
	s.baseline, s.improvement,
	s.outcome_attendance, s.change, s.relative_change, s.shock_effect, s.best_change, s.z, s.outcome,
	s.outcome_before, s.prior_change, s.prior_variance, s.noise, s.true_change, s.true_change_error,
	s.shortfall_probability
FROM abie_internal.report_referrals() s
	JOIN abie.referral l ON l.referral_id = s.referral_id
	JOIN abie_report.run r ON r.run_id = l.run_id
	LEFT JOIN abie_owner.school_key k ON k.urn = s.urn;
COMMENT ON VIEW abie_report.referral IS
'Schools considered for support: one row a list and school. For readers granted results all that were considered, for '
'those granted support the schools that an issued list refers.';
COMMENT ON COLUMN abie_report.referral.referral_status IS 'Status of the list: abie.referral.status.';
COMMENT ON COLUMN abie_report.referral.referred IS 'Whether the list refers it.';
COMMENT ON COLUMN abie_report.referral.place IS
'Its place on the list, for readers granted all schools; NULL otherwise, and where it is not referred.';
COMMENT ON COLUMN abie_report.referral.place_beside IS
'Its place in the list that the other methodology gives, for readers granted all schools; NULL otherwise.';
SELECT abie_owner.make_readable('readable_referral_answer', 'abie.referral_answer', '{answer_id}', '{results}');

CREATE VIEW abie_report.referral_answer WITH (security_barrier = true) AS
SELECT w.answer_id, w.referral_id, w.urn, k.school_name, k.la_code, k.la_name, k.region, k.trust_code, k.trust,
	k.stratum, w.answer, w.answered_at, w.upheld, w.decision, w.decided_at
FROM abie_owner.readable_referral_answer w LEFT JOIN abie_owner.school_key k ON k.urn = w.urn;
COMMENT ON VIEW abie_report.referral_answer IS
'What schools said to the lists they are on, and what was decided: one row an answer.';
SELECT abie_owner.describe_as('abie_report.school_outcome', 'abie.school_outcome'),
	abie_owner.describe_as('abie_report.school_outcome', 'abie_report.school_expectation'),
	abie_owner.describe_as('abie_report.referral', 'abie.referral'),
	abie_owner.describe_as('abie_report.referral', 'abie.referral_school'),
	abie_owner.describe_as('abie_report.referral_answer', 'abie.referral_answer');
SELECT abie_owner.describe_as(v, 'abie_report.run'), abie_owner.describe_as(v, 'abie_report.school')
FROM unnest('{abie_report.school_outcome,abie_report.referral,abie_report.referral_answer}'::regclass[]) v;

CREATE FUNCTION abie.explain_referral(referral_id integer, urn integer)
RETURNS TABLE (step integer, name text, value float8, made text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
SELECT l.step, l.name, l.value, l.made
FROM abie_report.referral s CROSS JOIN LATERAL (VALUES
	(1, 'baseline', s.baseline, 'of the expectation'),
	(2, 'improvement', s.improvement, CASE WHEN s.improvement < 0
		THEN 'was to maintain: no more than this below its baseline' ELSE 'it was asked for' END),
	(3, 'attendance of the year', s.outcome_attendance, NULL),
	(4, 'change', s.change, 'attendance of the year - baseline'),
	(5, 'relative change', s.relative_change, 'change - what all schools had in common + the national pace'),
	(6, 'effect of accepted shocks', s.shock_effect, 'at most 0.5'),
	(7, 'change that counts', s.best_change, 'the greater of change and relative change, + effect of accepted shocks'),
	(8, 'change to be expected', s.prior_change,
		'its forecast - baseline, and what the stratum''s schools had more, a median'),
	(9, 'variance of true changes', s.prior_variance, 'about the change to be expected'),
	(10, 'variance by chance', s.noise, CASE WHEN s.noise IS NOT NULL
		THEN 'of its registers, or by its enrolments: ' || s.enrolments END),
	(11, 'z', s.z, '(change that counts - improvement) / sqrt(variance of a year), at most -1.645 where missed'),
	(12, 'outcome', NULL, s.outcome || CASE WHEN s.outcome_before IS NULL THEN '; of the year before nothing is known'
		ELSE '; the year before: ' || s.outcome_before END),
	(13, 'true change', s.true_change, 'change to be expected + variance of true changes / (variance of true changes + '
		'variance by chance) x (change that counts - change to be expected)'),
	(14, 'its standard deviation', s.true_change_error, 'sqrt(variance of true changes x variance by chance / '
		'(variance of true changes + variance by chance))'),
	(15, 'probability of a shortfall above 0.5', s.shortfall_probability,
		'of a normal number with that mean and standard deviation to be below improvement - 0.5'),
	(16, 'expected in its circumstances', s.expected, 'above its baseline, or it is not referred'),
	(17, 'referred', NULL, coalesce('no: ' || s.not_referred, 'yes' || coalesce(', in place ' || s.place, '')))
	) l(step, name, value, made)
WHERE s.referral_id = explain_referral.referral_id AND s.urn = explain_referral.urn
ORDER BY l.step
$$;
COMMENT ON FUNCTION abie.explain_referral(integer, integer) IS
'How a school came on a list or not, line by line, enough to make its probability again by hand; as abie.explain. No '
'rows for a school that was not considered, or that the role in force may not see in abie_report.referral.';
