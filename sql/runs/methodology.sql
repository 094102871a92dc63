-- Methodologies: the parameters of a calculation, as data. Checked when made, fixed once a run has used them.

CREATE VIEW abie.characteristic AS
SELECT * FROM (VALUES
	('fsm_pct', 'number', 'c.fsm_pct', 'Pupils eligible for free school meals, per cent'),
	('fsm6_pct', 'number', 'c.fsm6_pct', 'Pupils eligible for free school meals in the past six years, per cent'),
	('sen_support_pct', 'number', 'c.sen_support_pct', 'Pupils with SEN support, per cent'),
	('ehc_plan_pct', 'number', 'c.ehc_plan_pct', 'Pupils with an education, health and care plan, per cent'),
	('semh_pct', 'number', 'c.semh_pct', 'Pupils whose primary need is social, emotional and mental health, per cent'),
	('eal_pct', 'number', 'c.eal_pct', 'Pupils with English as an additional language, per cent'),
	('mobility_pct', 'number', 'c.mobility_pct', 'Pupils who joined or left at other than the usual times, per cent'),
	-- not the C library's ln, which may differ in the last bit from one CPU to another
	('ln_headcount', 'number', 'abie_internal.decimal_log(nullif(c.headcount, 0))',
		'Natural logarithm of the headcount'),
	('ln_mobility', 'number', 'abie_internal.decimal_log(1 + c.mobility)',
		'Natural logarithm of 1 + mobility in per cent, from sessions possible an enrolment (abie.mobility)'),
	('key_stage_share', 'number',
		'100 * c.key_stages[CASE c.stratum WHEN ''primary'' THEN 2 WHEN ''secondary'' THEN 4 END]',
		'Pupils in Key Stage 2 (primary schools) or Key Stage 4 (secondary schools), per cent'),
	('ln_tenth_school_km', 'number',
		'CASE WHEN c.tenth_school_km >= 0 THEN abie_internal.decimal_log(greatest(c.tenth_school_km, 0.01)) END',
		'Natural logarithm of the kilometres to the tenth nearest school of the stratum'),
	('idaci_score', 'number', 'c.idaci_score', 'Mean IDACI score of the pupils'' home areas, 0-1'),
	('idaci_rank', 'number', 'c.idaci_rank::float8', 'National IDACI rank, 1 the most deprived'),
	('region', 'category', 'c.region', 'Region of England'),
	('region_inner_outer', 'category',
		'CASE WHEN c.region <> ''London'' THEN c.region WHEN c.laestab / 10000 = ANY (''{201,202,204,205,206,207,208,'
		'209,210,211,212,213,309,316}'') THEN ''Inner London'' WHEN c.region = ''London'' THEN ''Outer London'' END',
		'Region of England, Inner and Outer London apart (by local authority, as in EES)'),
	('urban_rural', 'category',
		'CASE WHEN lower(c.urban_rural COLLATE "C") LIKE ''%rural%'' THEN ''rural'' '
		'WHEN lower(c.urban_rural COLLATE "C") LIKE ''%urban%'' THEN ''urban'' END',
		'Urban or rural, from the published class'),
	('selective', 'category',
		'CASE WHEN c.admissions_policy = ''Selective'' THEN ''selective'' ELSE ''not selective'' END',
		'Selects by ability; not selective where the admissions policy is not known'),
	('religious_character', 'category',
		'CASE WHEN c.religious_character IN (''Roman Catholic'', ''Church of England'') THEN c.religious_character '
		'WHEN c.religious_character IN (''None'', ''Does not apply'', ''No religious character'') THEN ''none'' WHEN '
		'c.religious_character IS NOT NULL THEN ''other'' END',
			'Religious character: Church of England, Roman Catholic, other or none'),
	('religious_class', 'category',
		-- the names that nearly all schools have before patterns
		'CASE WHEN c.religious_character IN (''Roman Catholic'', ''Church of England'') THEN c.religious_character '
		'WHEN c.religious_character IN (''None'', ''Does not apply'', ''No religious character'') THEN ''none'' '
		'WHEN c.religious_character ILIKE ''%jewish%'' THEN ''Jewish'' '
		'WHEN c.religious_character ~* ''muslim|islam|sunni|deobandi'' THEN ''Muslim'' '
		'WHEN c.religious_character IS NOT NULL THEN ''other'' END',
		'Religious character: Church of England, Roman Catholic, Jewish, Muslim, other or none'),
	('age_class', 'category', 'abie_internal.age_class(c.stratum, c.key_stages)',
		'Ages taught: infant, junior or other (primary), no key stage 3, no key stage 4 or other (secondary); other '
		'where '
		'they are not known')
) v(name, kind, expression, meaning);
COMMENT ON VIEW abie.characteristic IS
'The characteristics a methodology may compare schools by, besides other.NAME for a number in '
'abie.school_context.other.';
COMMENT ON COLUMN abie.characteristic.name IS 'Name used in abie.methodology.characteristics.';
COMMENT ON COLUMN abie.characteristic.kind IS
'number (scaled by the methodology) or category (schools differ by 1 where it differs).';
COMMENT ON COLUMN abie.characteristic.expression IS 'How it is made from the columns of abie.school_context.';
COMMENT ON COLUMN abie.characteristic.meaning IS 'What it measures.';

CREATE TABLE abie.methodology (
	name text PRIMARY KEY,
	method text NOT NULL DEFAULT 'contextual',
	edition integer NOT NULL DEFAULT 2,
	characteristics text[] NOT NULL DEFAULT
		'{fsm_pct,fsm6_pct,sen_support_pct,ehc_plan_pct,semh_pct,eal_pct,ln_mobility,key_stage_share,ln_headcount,'
		'idaci_rank,ln_tenth_school_km,region_inner_outer,urban_rural,religious_class,selective,age_class}',
	weights float8[],
	multipliers float8[],
	scaling text NOT NULL DEFAULT 'robust',
	clip float8 NOT NULL DEFAULT 4,
	similar_schools integer NOT NULL DEFAULT 20,
	local_schools integer DEFAULT 100,
	minimum_enrolments integer NOT NULL DEFAULT 30,
	poor_match_percentile float8 NOT NULL DEFAULT 95,
	pace float8 NOT NULL DEFAULT 0.26,
	gap_share float8 NOT NULL DEFAULT 0.2,
	improvement_floor float8 NOT NULL DEFAULT 0.1,
	improvement_cap float8 NOT NULL DEFAULT 1.0,
	benchmark_share float8 NOT NULL DEFAULT 0.3,
	checks jsonb NOT NULL DEFAULT '{}',
	issue_when_passed boolean NOT NULL DEFAULT false,
	description text,
	created_by text NOT NULL DEFAULT current_user,
	created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE abie.methodology IS
'Parameters of a calculation. Made by abie.create_methodology; cannot be changed or deleted once a run has used it.';
COMMENT ON COLUMN abie.methodology.name IS 'Name, as given to abie.calculate.';
COMMENT ON COLUMN abie.methodology.method IS
'How expected attendance is worked out: contextual = ridge regression on the characteristics and a local part from the '
'similar schools, and the baseline shrunk towards it; similar-schools = tricube- and enrolment-weighted mean of the '
'similar schools, and the baseline is last year''s attendance.';
COMMENT ON COLUMN abie.methodology.edition IS
'Edition of the rules of method contextual. 2: schools count by the enrolments of a full year, a year''s own level '
'takes '
'the common change off and stays within one point of last year''s rate, the share of it falls with a learned constant '
'too, one year alone is shrunk by its learned spread. 1: as first published.';
COMMENT ON COLUMN abie.methodology.characteristics IS
'What schools are compared by, in order: names of abie.characteristic or other.NAME. One that no school of a stratum '
'has is left out there.';
COMMENT ON COLUMN abie.methodology.weights IS
'Weight of each characteristic in the squared distance, 0 or more; NULL: method contextual learns them '
'(abie.run_characteristic.coefficient), similar-schools has 1 each.';
COMMENT ON COLUMN abie.methodology.multipliers IS
'What the weight of each characteristic is multiplied by, as a matter of judgement, 0 or more; NULL: 1 each.';
COMMENT ON COLUMN abie.methodology.scaling IS
'How numbers are scaled within a stratum, a method of abie.scaling: robust, sd or range.';
COMMENT ON COLUMN abie.methodology.clip IS 'Scaled numbers are limited to plus and minus this.';
COMMENT ON COLUMN abie.methodology.similar_schools IS 'Number of similar schools of each school.';
COMMENT ON COLUMN abie.methodology.local_schools IS
'Number of the most similar schools whose residuals make the local residual of method contextual; the similar schools '
'are the first of them. Fewer than these, or NULL: these alone.';
COMMENT ON COLUMN abie.methodology.minimum_enrolments IS 'Schools with fewer enrolments are left out.';
COMMENT ON COLUMN abie.methodology.poor_match_percentile IS
'A school is poorly matched when its last similar school is farther than this percentile of its stratum, 0-100.';
COMMENT ON COLUMN abie.methodology.pace IS
'National pace of improvement, percentage points a year: (goal - rate now) / years left. Default 1.3 points in five '
'years.';
COMMENT ON COLUMN abie.methodology.gap_share IS
'Share of the gap to expected attendance to be closed in the year, 0-1.';
COMMENT ON COLUMN abie.methodology.improvement_floor IS
'Least improvement expected while there is headroom, percentage points.';
COMMENT ON COLUMN abie.methodology.improvement_cap IS 'Most improvement expected, percentage points.';
COMMENT ON COLUMN abie.methodology.benchmark_share IS
'Share of the pupils of the school and its similar schools that the pared mean is taken over, above 0 and at most 1.';
COMMENT ON COLUMN abie.methodology.checks IS
'Where its release checks differ from abie.release_check: {"far apart": {"severity": "blocking", "threshold": 200, '
'"tolerated": 5}}, each of the three by choice. They do not enter the input digest.';
COMMENT ON COLUMN abie.methodology.issue_when_passed IS
'Whether abie.nightly issues a run that fails no check. It does not enter the input digest.';
COMMENT ON COLUMN abie.methodology.description IS 'What it is for, in words.';
COMMENT ON COLUMN abie.methodology.created_by IS 'Role that made it.';
COMMENT ON COLUMN abie.methodology.created_at IS 'When it was made.';
SELECT pg_catalog.pg_extension_config_dump('abie.methodology', '');

-- parsed when made and without SET, so that the planner puts it in place of a call; not STRICT for the same reason
CREATE FUNCTION abie_internal.local_schools(m abie.methodology) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
RETURN CASE (m).method WHEN 'contextual' THEN greatest((m).local_schools, (m).similar_schools)
	ELSE (m).similar_schools END;
COMMENT ON FUNCTION abie_internal.local_schools(abie.methodology) IS
'Over how many of the most similar schools a methodology takes the local mean: local_schools, but not fewer than '
'similar_schools; in method similar-schools these.';

-- Raise an error that names the setting, its value and what it may be.
CREATE FUNCTION abie_internal.refuse_setting(setting text, value text, rule text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: a NULL value is refused too
BEGIN
	RAISE EXCEPTION 'invalid methodology: % cannot be %', setting, coalesce(value, 'NULL')
		USING ERRCODE = 'invalid_parameter_value', HINT = rule;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_setting(text, text, text) IS
'Raises error 22023 naming a methodology setting, its value and the rule it breaks.';

CREATE FUNCTION abie_internal.are_weights(weights float8[], count integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL weights are the default ones
SELECT weights IS NULL OR (array_ndims(weights) = 1 AND array_lower(weights, 1) = 1 AND cardinality(weights) = count
	AND (SELECT bool_and(coalesce(w >= 0 AND w < 'infinity', false)) AND sum(w) > 0 FROM unnest(weights) w))
$$;
COMMENT ON FUNCTION abie_internal.are_weights(float8[], integer) IS
'Whether weights may be those of so many characteristics: NULL, or finite numbers of 0 or more, not all 0.';

CREATE FUNCTION abie_internal.check_methodology(m abie.methodology) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unknown text;
BEGIN
	SELECT u.name INTO unknown
	FROM unnest(m.characteristics) u(name)
	WHERE u.name IS NULL
		OR (u.name !~ '^other[.].' AND NOT EXISTS (SELECT FROM abie.characteristic c WHERE c.name = u.name))
	LIMIT 1;
	IF FOUND THEN
		PERFORM abie_internal.refuse_setting('characteristics', unknown,
			'Names are those of the view abie.characteristic, or other.NAME.');
	END IF;
	PERFORM abie_internal.check_checks(m.checks);
	PERFORM
		CASE WHEN NOT coalesce(ok, false) THEN abie_internal.refuse_setting(setting, value, rule) END
	FROM (VALUES
		('name', m.name, m.name ~ '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$',
			'Use up to 63 letters, digits, spaces, dots, underscores and hyphens.'),
		('method', m.method, m.method IN ('contextual', 'similar-schools'),
			'Methods are contextual and similar-schools.'),
		('characteristics', m.characteristics::text, array_ndims(m.characteristics) = 1,
			'Name at least one characteristic.'),
		('characteristics', m.characteristics::text,
			(SELECT count(DISTINCT u.name) = count(*) FROM unnest(m.characteristics) u(name)),
				'Name each characteristic once.'),
		('weights', m.weights::text, abie_internal.are_weights(m.weights, cardinality(m.characteristics)),
			'Give a number of 0 or more for each characteristic, at least one above 0.'),
		('multipliers', m.multipliers::text, abie_internal.are_weights(m.multipliers, cardinality(m.characteristics)),
			'Give a number of 0 or more for each characteristic, at least one above 0.'),
		('scaling', m.scaling, m.scaling IN ('robust', 'sd', 'range'), 'Methods of scaling are robust, sd and range.'),
		('clip', m.clip::text, m.clip > 0 AND m.clip <= 1000, 'It must be above 0 and at most 1000.'),
		('similar_schools', m.similar_schools::text, m.similar_schools BETWEEN 2 AND 200,
			'It must be between 2 and 200.'),
		('edition', m.edition::text, m.edition IN (1, 2), 'Editions are 1 and 2.'),
		('local_schools', m.local_schools::text, m.local_schools IS NULL OR m.local_schools BETWEEN 2 AND 200,
			'It must be between 2 and 200, or NULL.'),
		('minimum_enrolments', m.minimum_enrolments::text, m.minimum_enrolments >= 1, 'It must be at least 1.'),
		('poor_match_percentile', m.poor_match_percentile::text, m.poor_match_percentile BETWEEN 0 AND 100,
			'It must be between 0 and 100.'),
		('pace', m.pace::text, m.pace BETWEEN -10 AND 10, 'It must be between -10 and 10 percentage points a year.'),
		('gap_share', m.gap_share::text, m.gap_share BETWEEN 0 AND 1, 'It must be between 0 and 1.'),
		('improvement_floor', m.improvement_floor::text, m.improvement_floor BETWEEN 0 AND m.improvement_cap,
			'It must be between 0 and improvement_cap.'),
		('improvement_cap', m.improvement_cap::text, m.improvement_cap BETWEEN 0 AND 100,
			'It must be between 0 and 100 percentage points.'),
		('benchmark_share', m.benchmark_share::text, m.benchmark_share > 0
			AND m.benchmark_share <= 1, 'It must be above 0 and at most 1.')
	) c(setting, value, ok, rule);
END $$;
COMMENT ON FUNCTION abie_internal.check_methodology(abie.methodology) IS
'Raises error 22023 naming the setting, its value and the rule, when a methodology''s settings are not valid; returns '
'nothing otherwise.';

CREATE FUNCTION abie_internal.guard_methodology() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP <> 'INSERT' THEN
		PERFORM abie_internal.refuse_old_snapshot('changing a methodology');
	END IF;
	IF TG_OP <> 'INSERT' AND EXISTS (SELECT FROM abie.run r WHERE r.methodology = OLD.name) THEN
		RAISE EXCEPTION 'methodology "%" has been used by a run and cannot be changed or deleted', OLD.name
			USING ERRCODE = 'object_in_use', HINT = 'Make another with abie.create_methodology.';
	END IF;
	IF TG_OP = 'DELETE' THEN
		RETURN OLD;
	END IF;
	PERFORM abie_internal.check_methodology(NEW);
	RETURN NEW;
END $$;
COMMENT ON FUNCTION abie_internal.guard_methodology() IS
'Trigger: checks a methodology''s settings and keeps one that a run has used as it is.';

CREATE TRIGGER guard_methodology BEFORE INSERT OR UPDATE OR DELETE ON abie.methodology
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_methodology();

CREATE FUNCTION abie.create_methodology(name text, settings jsonb DEFAULT '{}') RETURNS abie.methodology
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	made abie.methodology;
	unknown text;
	given text;
BEGIN
	IF jsonb_typeof(settings) <> 'object' THEN
		RAISE EXCEPTION 'settings must be a JSON object, not %', jsonb_typeof(settings)
			USING ERRCODE = 'invalid_parameter_value', HINT = 'For example {"pace": 0.3, "similar_schools": 30}.';
	END IF;
	SELECT k INTO unknown
	FROM jsonb_object_keys(settings) k
	WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = 'abie.methodology'::regclass AND a.attnum > 0
		AND a.attname = k AND a.attname NOT IN ('name', 'created_by', 'created_at'))
	LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'unknown methodology setting "%"', unknown
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Settings are the columns of abie.methodology.';
	END IF;
	-- the names of those made on first use are taken
	IF abie_internal.ensure_methodology(create_methodology.name) THEN
		RAISE EXCEPTION 'methodology "%" exists already', create_methodology.name
			USING ERRCODE = 'duplicate_object', HINT = 'Give the new one another name.';
	END IF;
	-- only the columns given, so that the table's defaults hold for the others
	SELECT string_agg(format('%I', k), ', ' ORDER BY k) INTO given FROM jsonb_object_keys(settings) k;
	EXECUTE format('INSERT INTO abie.methodology (name%s) SELECT $1%s FROM '
		'jsonb_populate_record(NULL::abie.methodology, $2) r RETURNING *',
		coalesce(', ' || given, ''), coalesce(', ' || regexp_replace(given, '(^|, )', E'\\1r.', 'g'), ''))
	INTO made USING create_methodology.name, settings;
	RETURN made;
END $$;
COMMENT ON FUNCTION abie.create_methodology(text, jsonb) IS
'Makes a methodology with the given settings (columns of abie.methodology); others get their defaults. Errors: unknown '
'setting or a value out of range (22023), name taken (42710).';

-- shipped as defaults in code, not as rows: a restored dump then has no rows to collide with
CREATE FUNCTION abie_internal.ensure_methodology(name text) RETURNS boolean
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- another session may just have made it
	IF ensure_methodology.name = 'default' THEN
		INSERT INTO abie.methodology (name, description)
		VALUES ('default',
			'Ridge regression on circumstances, mobility and ages among them, with a local part from the 100 most '
			'similar schools, of which 20 are named; baseline shrunk towards it.')
		ON CONFLICT DO NOTHING;
	ELSIF ensure_methodology.name = 'first-edition' THEN
		INSERT INTO abie.methodology (name, edition, local_schools, characteristics, description)
		VALUES ('first-edition', 1, NULL,
			'{fsm_pct,fsm6_pct,sen_support_pct,ehc_plan_pct,semh_pct,eal_pct,mobility_pct,ln_headcount,idaci_rank,'
			'region,urban_rural,religious_character,selective}',
			'Ridge regression on circumstances with a local part from the 20 most similar schools; baseline shrunk '
			'towards it.')
		ON CONFLICT DO NOTHING;
	ELSIF ensure_methodology.name = 'similar-schools' THEN
		INSERT INTO abie.methodology (name, method, characteristics, description)
		VALUES ('similar-schools', 'similar-schools',
			'{fsm_pct,fsm6_pct,sen_support_pct,ehc_plan_pct,semh_pct,eal_pct,mobility_pct,ln_headcount,idaci_rank,'
			'region,urban_rural,religious_character}',
			'Mean attendance of the 20 most similar schools; baseline is last year''s attendance.')
		ON CONFLICT DO NOTHING;
	END IF;
	RETURN EXISTS (SELECT FROM abie.methodology m WHERE m.name = ensure_methodology.name);
END $$;
COMMENT ON FUNCTION abie_internal.ensure_methodology(text) IS
'Whether the methodology exists; default, first-edition and similar-schools are made on first use.';
