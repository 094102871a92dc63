-- Inputs: schools, links between them, their circumstances and their attendance, by academic year.
-- Every row names where it came from (source), which publication each figure came from (sources) and when
-- (recorded_at).

-- bytes are compared, not words of a language: the first column of the largest keys
CREATE DOMAIN abie.academic_year AS text COLLATE "C"
	CONSTRAINT academic_year_format CHECK (
		VALUE ~ '^[0-9]{4}/[0-9]{2}$'
		AND (substr(VALUE, 1, 4)::int + 1) % 100 = substr(VALUE, 6, 2)::int);
COMMENT ON DOMAIN abie.academic_year IS
'Academic year, 1 September to 31 August, written 2018/19. The second part is the year after the first.';

CREATE DOMAIN abie.urn AS integer
	CONSTRAINT urn_range CHECK (VALUE BETWEEN 100000 AND 999999);
COMMENT ON DOMAIN abie.urn IS 'Unique reference number of a school in GIAS: six digits.';

CREATE DOMAIN abie.laestab AS integer
	CONSTRAINT laestab_range CHECK (VALUE BETWEEN 1000000 AND 9999999);
COMMENT ON DOMAIN abie.laestab IS
'Local authority number times 10000 plus establishment number: seven digits. An academy normally keeps its '
'predecessor''s.';

CREATE FUNCTION abie.year_start(academic_year text) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN make_date(substr(academic_year::abie.academic_year, 1, 4)::int, 9, 1);
COMMENT ON FUNCTION abie.year_start(text) IS
'First day (1 September) of an academic year such as 2018/19. Error 23514 when the text is not an academic year.';

CREATE FUNCTION abie_internal.year_first_day(academic_year text) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2
RETURN (abie.year_start(academic_year) - interval '1 month')::date;
COMMENT ON FUNCTION abie_internal.year_first_day(text) IS
'The first day whose marks are of an academic year, 1 August, as abie.academic_year_of has it. Error 23514 when the '
'text is not an academic year.';

CREATE FUNCTION abie.academic_year_of(day date) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
RETURN extract(year FROM day - interval '7 months')::text || '/'
	|| right((extract(year FROM day - interval '7 months') + 1)::text, 2);
COMMENT ON FUNCTION abie.academic_year_of(date) IS
'The academic year of a day, such as 2018/19: from 1 August to 31 July, as abie.load_attendance has it.';

CREATE FUNCTION abie.previous_year(academic_year text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN (substr(academic_year::abie.academic_year, 1, 4)::int - 1)::text || '/' || substr(academic_year, 3, 2);
COMMENT ON FUNCTION abie.previous_year(text) IS
'The academic year before: 2018/19 gives 2017/18. Error 23514 when the text is not an academic year.';

CREATE TABLE abie.school (
	urn abie.urn PRIMARY KEY,
	laestab abie.laestab,
	name text,
	la_code integer CHECK (la_code BETWEEN 100 AND 999),
	la_name text,
	region text,
	phase text,
	type text,
	type_group text,
	status text,
	open_date date,
	close_date date,
	religious_character text,
	admissions_policy text,
	urban_rural text,
	statutory_low_age integer CHECK (statutory_low_age BETWEEN 0 AND 30),
	statutory_high_age integer CHECK (statutory_high_age BETWEEN 0 AND 99),
	capacity integer CHECK (capacity >= 0),
	trust text,
	trust_code text,
	postcode text,
	lsoa_code text,
	easting integer CHECK (easting BETWEEN 0 AND 700000),
	northing integer CHECK (northing BETWEEN 0 AND 1300000),
	register_date date,
	sources jsonb NOT NULL DEFAULT '{}',
	source text NOT NULL DEFAULT 'own entry',
	recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON abie.school (laestab);
COMMENT ON TABLE abie.school IS
'Schools: one row a URN, from the register of schools (GIAS) and, where GIAS is silent, from other publications that '
'name the school.';
COMMENT ON COLUMN abie.school.urn IS
'Unique reference number in GIAS; a school that becomes an academy gets a new one.';
COMMENT ON COLUMN abie.school.laestab IS 'Local authority number times 10000 plus establishment number.';
COMMENT ON COLUMN abie.school.name IS 'Name (GIAS EstablishmentName).';
COMMENT ON COLUMN abie.school.la_code IS 'Local authority number, three digits (EES old_la_code).';
COMMENT ON COLUMN abie.school.la_name IS 'Local authority name.';
COMMENT ON COLUMN abie.school.region IS
'Region (GIAS GOR), one of the nine regions of England; Inner and Outer London are London.';
COMMENT ON COLUMN abie.school.phase IS
'Phase of education (GIAS PhaseOfEducation): Primary, Secondary, All-through, Not applicable, ...';
COMMENT ON COLUMN abie.school.type IS
'Type of establishment (GIAS TypeOfEstablishment): Community school, Academy converter, ...';
COMMENT ON COLUMN abie.school.type_group IS
'Group of types (GIAS EstablishmentTypeGroup): Academies, Local authority maintained schools, ...';
COMMENT ON COLUMN abie.school.status IS
'Status at register_date (GIAS EstablishmentStatus): Open, Closed, Open, but proposed to close, Proposed to open.';
COMMENT ON COLUMN abie.school.open_date IS 'Date opened, where GIAS records it.';
COMMENT ON COLUMN abie.school.close_date IS 'Date closed, where GIAS records it.';
COMMENT ON COLUMN abie.school.religious_character IS 'Religious character (GIAS ReligiousCharacter).';
COMMENT ON COLUMN abie.school.admissions_policy IS
'Admissions policy (GIAS AdmissionsPolicy): Selective, Non-selective, Not applicable.';
COMMENT ON COLUMN abie.school.urban_rural IS 'Urban/rural class as published (GIAS UrbanRural).';
COMMENT ON COLUMN abie.school.statutory_low_age IS 'Lowest age of the statutory age range, years.';
COMMENT ON COLUMN abie.school.statutory_high_age IS 'Highest age of the statutory age range, years.';
COMMENT ON COLUMN abie.school.capacity IS 'Capacity in pupils (GIAS SchoolCapacity).';
COMMENT ON COLUMN abie.school.trust IS 'Academy trust name (GIAS Trusts).';
COMMENT ON COLUMN abie.school.trust_code IS
'Code of the academy trust (GIAS Trusts (code)), which stays when the trust is renamed.';
COMMENT ON COLUMN abie.school.postcode IS 'Postcode.';
COMMENT ON COLUMN abie.school.lsoa_code IS 'Lower layer super output area the school stands in, code as GIAS gives it.';
COMMENT ON COLUMN abie.school.easting IS 'Easting, metres, British National Grid.';
COMMENT ON COLUMN abie.school.northing IS 'Northing, metres, British National Grid.';
COMMENT ON COLUMN abie.school.register_date IS
'Date of the newest GIAS extract that holds this school; NULL when only other publications name it.';
COMMENT ON COLUMN abie.school.sources IS 'For each column, the publication its value came from: {"name": "gias", ...}.';
COMMENT ON COLUMN abie.school.source IS 'The import (publication: file) or entry that last changed the row.';
COMMENT ON COLUMN abie.school.recorded_at IS 'When the row was last changed.';

CREATE TABLE abie.school_link (
	urn abie.urn,
	link_urn abie.urn,
	link_type text,
	link_name text,
	established_date date,
	source text NOT NULL DEFAULT 'own entry',
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (urn, link_urn, link_type)
);
CREATE INDEX ON abie.school_link (link_urn);
COMMENT ON TABLE abie.school_link IS
'Links between schools in GIAS: predecessor, successor, merger, split, sixth form centre.';
COMMENT ON COLUMN abie.school_link.urn IS 'The school whose link this is.';
COMMENT ON COLUMN abie.school_link.link_urn IS 'The school it is linked to.';
COMMENT ON COLUMN abie.school_link.link_type IS
'What link_urn is to urn (GIAS LinkType): Predecessor, Successor, Successor - merged, ...';
COMMENT ON COLUMN abie.school_link.link_name IS 'Name of the linked school.';
COMMENT ON COLUMN abie.school_link.established_date IS 'Date the link was established, where recorded.';
COMMENT ON COLUMN abie.school_link.source IS 'The import (publication: file) or entry that last changed the row.';
COMMENT ON COLUMN abie.school_link.recorded_at IS 'When the row was last changed.';

CREATE TABLE abie.school_context (
	urn abie.urn,
	academic_year abie.academic_year,
	school_type text,
	headcount integer CHECK (headcount >= 0),
	key_stage_1 integer CHECK (key_stage_1 >= 0),
	key_stage_2 integer CHECK (key_stage_2 >= 0),
	key_stage_3 integer CHECK (key_stage_3 >= 0),
	key_stage_4 integer CHECK (key_stage_4 >= 0),
	fsm_pct float8 CHECK (fsm_pct BETWEEN 0 AND 100),
	fsm6_pct float8 CHECK (fsm6_pct BETWEEN 0 AND 100),
	sen_support_pct float8 CHECK (sen_support_pct BETWEEN 0 AND 100),
	ehc_plan_pct float8 CHECK (ehc_plan_pct BETWEEN 0 AND 100),
	semh_pct float8 CHECK (semh_pct BETWEEN 0 AND 100),
	eal_pct float8 CHECK (eal_pct BETWEEN 0 AND 100),
	mobility_pct float8 CHECK (mobility_pct BETWEEN 0 AND 100),
	idaci_score float8 CHECK (idaci_score BETWEEN 0 AND 1),
	idaci_rank integer CHECK (idaci_rank > 0),
	region text,
	urban_rural text,
	religious_character text,
	admissions_policy text,
	other jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(other) = 'object')
		CONSTRAINT other_holds_numbers CHECK (NOT jsonb_path_exists(other,
			'$.* ? (@.type() != "number" && @.type() != "null")')),
	markers jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(markers) = 'object'),
	sources jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(sources) = 'object'),
	source text NOT NULL DEFAULT 'own entry',
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (urn, academic_year)
);
COMMENT ON TABLE abie.school_context IS
'Circumstances of a school in an academic year: the characteristics that attendance is expected from. NULL is missing, '
'never 0.';
COMMENT ON COLUMN abie.school_context.urn IS 'The school.';
COMMENT ON COLUMN abie.school_context.academic_year IS
'The academic year the characteristics describe; the January census of 2019 is 2018/19.';
COMMENT ON COLUMN abie.school_context.school_type IS
'Type and phase as published (census SCHOOLTYPE): State-funded primary, State-funded secondary, ...';
COMMENT ON COLUMN abie.school_context.headcount IS 'Pupils on roll, headcount (census NOR).';
COMMENT ON COLUMN abie.school_context.key_stage_1 IS 'Pupils in Key Stage 1 (Years 1 and 2), of headcount.';
COMMENT ON COLUMN abie.school_context.key_stage_2 IS 'Pupils in Key Stage 2 (Years 3 to 6), of headcount.';
COMMENT ON COLUMN abie.school_context.key_stage_3 IS 'Pupils in Key Stage 3 (Years 7 to 9), of headcount.';
COMMENT ON COLUMN abie.school_context.key_stage_4 IS 'Pupils in Key Stage 4 (Years 10 and 11), of headcount.';
COMMENT ON COLUMN abie.school_context.fsm_pct IS
'Pupils known to be eligible for free school meals, per cent of headcount.';
COMMENT ON COLUMN abie.school_context.fsm6_pct IS
'Pupils eligible for free school meals at any time in the past six years, per cent (census PNUMFSMEVER).';
COMMENT ON COLUMN abie.school_context.sen_support_pct IS 'Pupils with SEN support, per cent (census PSENELK).';
COMMENT ON COLUMN abie.school_context.ehc_plan_pct IS
'Pupils with an education, health and care plan, per cent (census PSENELSE).';
COMMENT ON COLUMN abie.school_context.semh_pct IS
'Pupils whose primary need is social, emotional and mental health, per cent.';
COMMENT ON COLUMN abie.school_context.eal_pct IS
'Pupils whose first language is known or believed to be other than English, per cent (census PNUMEAL).';
COMMENT ON COLUMN abie.school_context.mobility_pct IS
'Pupils who joined or left at other than the usual times, per cent.';
COMMENT ON COLUMN abie.school_context.idaci_score IS
'Mean income deprivation affecting children score of the pupils'' home areas, 0-1.';
COMMENT ON COLUMN abie.school_context.idaci_rank IS
'Income deprivation affecting children: national rank of the area, 1 the most deprived.';
COMMENT ON COLUMN abie.school_context.region IS 'Region of England.';
COMMENT ON COLUMN abie.school_context.urban_rural IS 'Urban/rural class as published.';
COMMENT ON COLUMN abie.school_context.religious_character IS 'Religious character as published.';
COMMENT ON COLUMN abie.school_context.admissions_policy IS
'Admissions policy as published: Selective, Non-selective, Not applicable.';
COMMENT ON COLUMN abie.school_context.other IS
'Any further characteristic as name: number; a methodology names it other.NAME.';
COMMENT ON COLUMN abie.school_context.markers IS 'Published marker of figures that are missing: {"fsm_pct": "NA"}.';
COMMENT ON COLUMN abie.school_context.sources IS
'For each column, the publication its value came from: {"fsm_pct": "census"}.';
COMMENT ON COLUMN abie.school_context.source IS 'The import (publication: file) or entry that last changed the row.';
COMMENT ON COLUMN abie.school_context.recorded_at IS 'When the row was last changed.';

CREATE TABLE abie.attendance (
	academic_year abie.academic_year,
	laestab abie.laestab,
	urn abie.urn,
	school_type text,
	academy_type text,
	year_breakdown text,
	enrolments integer CHECK (enrolments >= 0),
	sess_possible bigint CHECK (sess_possible >= 0),
	sess_overall bigint CHECK (sess_overall >= 0),
	sess_authorised bigint CHECK (sess_authorised >= 0),
	sess_unauthorised bigint CHECK (sess_unauthorised >= 0),
	enrolments_pa_10_exact integer CHECK (enrolments_pa_10_exact >= 0),
	enrolments_pa_50_exact integer CHECK (enrolments_pa_50_exact >= 0),
	reasons jsonb CHECK (jsonb_typeof(reasons) = 'object'),
	sess_overall_percent float8 CHECK (sess_overall_percent BETWEEN 0 AND 100),
	enrolments_pa_10_exact_percent float8 CHECK (enrolments_pa_10_exact_percent BETWEEN 0 AND 100),
	attendance_error float8 CHECK (attendance_error BETWEEN 0 AND 100),
	markers jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(markers) = 'object'),
	sources jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(sources) = 'object'),
	source text NOT NULL DEFAULT 'own entry',
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (academic_year, laestab),
	CONSTRAINT absence_within_possible CHECK (sess_overall <= sess_possible),
	CONSTRAINT absence_is_authorised_and_unauthorised CHECK (sess_authorised + sess_unauthorised = sess_overall),
	CONSTRAINT persistent_within_enrolments CHECK (enrolments_pa_10_exact <= enrolments),
	CONSTRAINT severe_within_persistent CHECK (enrolments_pa_50_exact <= enrolments_pa_10_exact)
);
-- beside lookups by URN: all that families and lineages are made of, without reading the table
CREATE INDEX ON abie.attendance (urn, laestab, academic_year);
-- one school's years
CREATE INDEX ON abie.attendance (laestab, academic_year);
-- rates without counts, which an import of counts looks for: often there are none
CREATE INDEX ON abie.attendance (urn) WHERE sess_possible IS NULL;
-- how many authorities there are, which no column tells the planner: it would sort all years of all schools
CREATE STATISTICS abie.attendance_authority ON (laestab / 10000) FROM abie.attendance;
COMMENT ON STATISTICS abie.attendance_authority IS
'How many local authorities the schools of abie.attendance are in, for the planner.';
COMMENT ON TABLE abie.attendance IS
'Attendance of a school in an academic year: counts of sessions where published, else published rates only. One row a '
'year and LAESTAB, because URN is blank or double in some published years.';
COMMENT ON COLUMN abie.attendance.academic_year IS 'Academic year.';
COMMENT ON COLUMN abie.attendance.laestab IS
'Local authority number times 10000 plus establishment number; with the year it names the row.';
COMMENT ON COLUMN abie.attendance.urn IS 'URN as published; NULL where the publication leaves it blank.';
COMMENT ON COLUMN abie.attendance.school_type IS
'Type as published: State-funded primary, State-funded secondary, Special.';
COMMENT ON COLUMN abie.attendance.academy_type IS 'Academy type as published, NULL for other schools.';
COMMENT ON COLUMN abie.attendance.year_breakdown IS
'Part of the year covered: five half terms (to 2011/12) or six half terms; the two are not comparable.';
COMMENT ON COLUMN abie.attendance.enrolments IS 'Pupil enrolments (EES).';
COMMENT ON COLUMN abie.attendance.sess_possible IS 'Sessions possible (half days).';
COMMENT ON COLUMN abie.attendance.sess_overall IS 'Sessions of absence, authorised and unauthorised.';
COMMENT ON COLUMN abie.attendance.sess_authorised IS 'Sessions of authorised absence.';
COMMENT ON COLUMN abie.attendance.sess_unauthorised IS 'Sessions of unauthorised absence.';
COMMENT ON COLUMN abie.attendance.enrolments_pa_10_exact IS
'Enrolments persistently absent: 10 per cent or more of own possible sessions missed.';
COMMENT ON COLUMN abie.attendance.enrolments_pa_50_exact IS
'Enrolments severely absent: 50 per cent or more of own possible sessions missed.';
COMMENT ON COLUMN abie.attendance.reasons IS
'Sessions by published reason: {"sess_auth_illness": 1234, ...}; a reason not published is absent.';
COMMENT ON COLUMN abie.attendance.sess_overall_percent IS
'Overall absence rate as published, per cent; the only rate where a publication gives no counts.';
COMMENT ON COLUMN abie.attendance.enrolments_pa_10_exact_percent IS
'Persistent absentees as published, per cent of enrolments.';
COMMENT ON COLUMN abie.attendance.attendance_error IS
'Standard error, percentage points, of the attendance rate as that of a sample of pupils: abie.rate_error of their '
'registers. NULL where figures are not from registers, or of one pupil.';
COMMENT ON COLUMN abie.attendance.markers IS
'Published marker of figures that are missing: {"enrolments_pa_10_exact_percent": "SUPP"}.';
COMMENT ON COLUMN abie.attendance.sources IS
'For each column, the publication its value came from: {"sess_possible": "ees-absence"}.';
COMMENT ON COLUMN abie.attendance.source IS 'The import (publication: file) or entry that last changed the row.';
COMMENT ON COLUMN abie.attendance.recorded_at IS 'When the row was last changed.';

CREATE TABLE abie.local_authority (
	la_code integer CHECK (la_code BETWEEN 100 AND 999) PRIMARY KEY,
	la_name text NOT NULL,
	source text NOT NULL DEFAULT 'own entry',
	recorded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE abie.local_authority IS
'The name of each local authority, one a number: the newest that a publication gives, or an entry of your own. '
'Publications change the names (Durham, County Durham), and name schools of one authority differently.';
COMMENT ON COLUMN abie.local_authority.la_code IS 'Local authority number, three digits (EES old_la_code).';
COMMENT ON COLUMN abie.local_authority.la_name IS 'Name of the authority.';
COMMENT ON COLUMN abie.local_authority.source IS
'The publication and edition that gave the name; school: abie.school, where no publication gives one; anything else is '
'an own entry, which no import changes.';
COMMENT ON COLUMN abie.local_authority.recorded_at IS 'When the row was last changed.';

CREATE FUNCTION abie_internal.name_local_authorities() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO abie.local_authority AS held (la_code, la_name, source)
	SELECT DISTINCT ON (n.la_code) n.la_code, n.la_name, 'school'
	FROM (SELECT s.la_code, s.la_name, s.register_date, count(*) AS times FROM changed s WHERE s.la_code IS NOT NULL
		AND s.la_name IS NOT NULL GROUP BY 1, 2, 3) n
	ORDER BY n.la_code, n.register_date DESC NULLS LAST, n.times DESC, n.la_name COLLATE "C"
	ON CONFLICT ON CONSTRAINT local_authority_pkey DO UPDATE SET la_name = EXCLUDED.la_name, recorded_at = DEFAULT
	WHERE held.source = 'school' AND held.la_name <> EXCLUDED.la_name;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.name_local_authorities() IS
'Trigger of abie.school: names in abie.local_authority those that no publication names, by the rows just written.';

CREATE TRIGGER name_local_authorities_inserted AFTER INSERT ON abie.school REFERENCING NEW TABLE AS changed
	FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.name_local_authorities();
CREATE TRIGGER name_local_authorities_updated AFTER UPDATE ON abie.school REFERENCING NEW TABLE AS changed
	FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.name_local_authorities();

CREATE FUNCTION abie.attendance_percent(sess_overall bigint, sess_possible bigint,
	sess_overall_percent float8)
RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN CASE WHEN sess_possible > 0 AND sess_overall IS NOT NULL
	THEN 100.0::float8 * (sess_possible - sess_overall)::float8 / sess_possible::float8
	ELSE 100.0::float8 - sess_overall_percent END;
COMMENT ON FUNCTION abie.attendance_percent(bigint, bigint, float8) IS
'Attendance rate, per cent: 100 x (possible - absent) / possible from counts, else 100 less the published absence '
'rate; NULL where neither is held. Not STRICT because either source may be missing.';

-- More than autumn and spring term can have; five of the six half terms, as published to 2011/12, have some 300.
CREATE FUNCTION abie_internal.least_year_sessions() RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN 270;
COMMENT ON FUNCTION abie_internal.least_year_sessions() IS
'Sessions possible an enrolment from which on a school''s attendance is taken to be that of a year: 135 of its 190 '
'days.';

SELECT pg_catalog.pg_extension_config_dump('abie.school', '');
SELECT pg_catalog.pg_extension_config_dump('abie.school_link', '');
SELECT pg_catalog.pg_extension_config_dump('abie.school_context', '');
SELECT pg_catalog.pg_extension_config_dump('abie.attendance', '');
SELECT pg_catalog.pg_extension_config_dump('abie.local_authority', '');
