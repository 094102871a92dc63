-- Published files as data: what each format is, which header names its columns may have, how a cell is read,
-- which table column it fills, which checks a row must pass, and whose figure wins where two publications give one.
-- The expressions below are joined into statements by import_parse.sql and import_merge.sql; they are constants of the
-- extension, never user input.

CREATE FUNCTION abie_internal.import_whole(published text, lowest integer, highest integer) RETURNS integer
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_import_whole';
COMMENT ON FUNCTION abie_internal.import_whole(text, integer, integer) IS
'The whole number from lowest to highest, written with no more digits than highest has, without a sign; 12.0 is 12. '
'NULL for anything else.';

CREATE FUNCTION abie_internal.import_line() RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1 AS 'MODULE_PATHNAME', 'abie_import_line';
COMMENT ON FUNCTION abie_internal.import_line() IS
'Numbers the rows of a statement in the order in which they are read, from 2: of a file whose header is line 1.';

CREATE FUNCTION abie_internal.import_text(published text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_import_text';
COMMENT ON FUNCTION abie_internal.import_text(text) IS
'A cell without the white space around it; NULL for an empty one.';

CREATE FUNCTION abie_internal.import_date(published text) RETURNS date
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_import_date';
COMMENT ON FUNCTION abie_internal.import_date(text) IS
'The date written dd-mm-yyyy, dd/mm/yyyy or yyyy-mm-dd; NULL for anything else and for a day that does not exist.';

-- what it gives is not checked again where it is stored
CREATE FUNCTION abie_internal.import_year(published text) RETURNS abie.academic_year
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_import_year';
COMMENT ON FUNCTION abie_internal.import_year(text) IS
'The academic year written 2018/19 or 201819 (EES time_period; 201819.0 too), as 2018/19; NULL for anything else.';

CREATE FUNCTION abie_internal.import_region(published text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- Not STRICT so that it can be inlined; NULL gives NULL all the same.
RETURN '{
	"E12000001": "North East", "North East": "North East",
	"E12000002": "North West", "North West": "North West",
	"E12000003": "Yorkshire and the Humber", "Yorkshire and the Humber": "Yorkshire and the Humber",
	"Yorkshire and The Humber": "Yorkshire and the Humber",
	"E12000004": "East Midlands", "East Midlands": "East Midlands",
	"E12000005": "West Midlands", "West Midlands": "West Midlands",
	"E12000006": "East of England", "East of England": "East of England",
	"E12000007": "London", "E13000001": "London", "E13000002": "London",
	"London": "London", "Inner London": "London", "Outer London": "London",
	"E12000008": "South East", "South East": "South East",
	"E12000009": "South West", "South West": "South West"}'::jsonb ->> published;
COMMENT ON FUNCTION abie_internal.import_region(text) IS
'The one of the nine regions of England that a published code (E12, E13) or name means; Inner and Outer London are '
'London; NULL for anything else.';

CREATE FUNCTION abie_internal.import_summary(la_code text, establishment text, urn text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20
-- Not STRICT: a summary row lacks one or two of them. Performance tables write NAT, LA or a group of schools (PRI,
-- SEC, SPE) where a school has its numbers; a row with an establishment number and a URN, or what should be one, is
-- of a school.
RETURN CASE
	WHEN pg_catalog.upper(urn COLLATE "C") = 'NAT' OR pg_catalog.upper(la_code COLLATE "C") = 'NAT'
		THEN 'national summary row'
	WHEN pg_catalog.upper(urn COLLATE "C") = 'LA' THEN 'local authority summary row'
	WHEN urn IS NULL AND la_code ~ '^[1-9][0-9]{2}(?:[.]0+)?$'
		AND (establishment IS NULL OR establishment COLLATE "C" ~* '^[a-z]+$')
		THEN 'local authority summary row'
	WHEN urn IS NULL AND establishment COLLATE "C" ~* '^[a-z]+$' THEN 'summary row' END;
COMMENT ON FUNCTION abie_internal.import_summary(text, text, text) IS
'Which summary a row of the performance tables with these cells (LA, ESTAB, URN) is: national summary row, local '
'authority summary row, summary row; NULL for a school. Not STRICT: a summary row lacks some of them.';

CREATE VIEW abie.import_publication (format, title, main_table, needs, edition, set_aside) AS VALUES
	('ees-absence', 'EES, Pupil absence in schools in England, school level', 'attendance', 'year', 'academic_year',
		$$CASE WHEN lower(r_geographic_level COLLATE "C") <> 'school'
			THEN 'geographic level ' || abie_internal.import_shown(r_geographic_level)
			-- a part of a year is not the year
			WHEN lower(r_time_identifier COLLATE "C") <> 'academic year'
				THEN 'time identifier ' || abie_internal.import_shown(r_time_identifier) END$$),
	('england-abs', 'Performance tables, absence (england_abs)', 'attendance', 'year', 'given_year',
		$$abie_internal.import_summary(r_la_code, r_establishment, r_urn)$$),
	('england-census', 'Performance tables, school census (england_census)', 'school_context', 'year', 'given_year',
		$$abie_internal.import_summary(r_la_code, r_establishment, r_urn)$$),
	('spc', 'EES, Schools, pupils and their characteristics, school level', 'school_context', 'year', 'academic_year',
		$$CASE WHEN lower(r_geographic_level COLLATE "C") <> 'school'
			THEN 'geographic level ' || abie_internal.import_shown(r_geographic_level) END$$),
	('gias', 'Get Information about Schools, establishment fields (edubasealldata)', 'school', 'date',
		'to_char(given_date, ''YYYY-MM-DD'')',
		$$CASE WHEN r_type_group = 'Welsh schools' OR r_region = 'Wales (pseudo)' THEN 'school in Wales' END$$),
	('gias-links', 'Get Information about Schools, links (links_edubasealldata)', 'school_link', NULL, NULL, NULL),
	('school-idaci', 'URN to income deprivation affecting children (IDACI)', 'school_context', 'year', 'given_year',
		NULL),
	('ees-attendance-week', 'EES, Pupil attendance in schools, weekly', 'published_attendance', NULL, NULL,
		$$CASE WHEN geographic_level IS NULL THEN 'geographic level ' || abie_internal.import_shown(r_geographic_level)
			WHEN attendance_date IS NOT NULL THEN 'single day'
			WHEN lower(r_week COLLATE "C") !~ '^week '
				THEN 'time identifier ' || abie_internal.import_shown(r_week) END$$),
	('ees-attendance-year-to-date', 'EES, Pupil attendance in schools, year to date', 'published_attendance', 'date',
		NULL,
		$$CASE WHEN geographic_level IS NULL THEN 'geographic level ' || abie_internal.import_shown(r_geographic_level)
			WHEN lower(r_time_identifier COLLATE "C") <> 'academic year'
				THEN 'time identifier ' || abie_internal.import_shown(r_time_identifier) END$$),
	('ees-attendance-reasons', 'EES, Pupil attendance in schools, reasons for absence and attendance (API)',
		'published_attendance', NULL, NULL,
		$$CASE WHEN geographic_level IS NULL THEN 'geographic level ' || abie_internal.import_shown(r_geographic_level)
			WHEN lower(r_time_frame COLLATE "C") <> 'week'
				THEN 'time frame ' || abie_internal.import_shown(r_time_frame)
			WHEN abie_internal.published_measure(r_attendance_reason,
				(SELECT abie_internal.published_reason_names())) IS NULL
				THEN 'attendance reason ' || abie_internal.import_shown(r_attendance_reason) END$$),
	('dfe-pupil-week', 'DfE, weekly pupil file for local authorities (Monitor your school attendance)',
		'pupil_sessions', 'date', NULL, NULL);
COMMENT ON VIEW abie.import_publication IS
'Published files that abie.import_begin takes, one row a format. Constants of the extension.';
COMMENT ON COLUMN abie.import_publication.format IS 'Name of the format.';
COMMENT ON COLUMN abie.import_publication.title IS 'The publication, as its publisher calls it.';
COMMENT ON COLUMN abie.import_publication.main_table IS
'The table a row of the file is a row of; its key must not occur twice in the file.';
COMMENT ON COLUMN abie.import_publication.needs IS
'What the user must say where the file does not: year (academic year) or date (of the register''s extract, of the '
'publication of a year to date, of a day in the newest week of a pupil file).';
COMMENT ON COLUMN abie.import_publication.edition IS
'What tells an older edition of the publication from a newer one where the table has no year.';
COMMENT ON COLUMN abie.import_publication.set_aside IS
'Expression over the text of a row''s cells: why the row is known and not for storing; NULL to store it. Welsh schools '
'in GIAS are set aside; offshore and overseas establishments are kept.';

CREATE VIEW abie.import_precedence (target_table, formats) AS VALUES
	('school', ARRAY['laestab', 'gias-links', 'school-idaci', 'england-abs', 'england-census', 'ees-absence', 'spc',
		'gias']),
	('school_context', ARRAY['school-idaci', 'spc', 'england-census']),
	('attendance', ARRAY['england-abs', 'ees-absence', 'registers']);
COMMENT ON VIEW abie.import_precedence IS
'Whose figure is kept where two publications give the same one. A figure is replaced only by the same format (a later '
'edition of it in abie.school) or one that stands further right; own entries, whose source is no format, never. So the '
'order of imports does not matter.';
COMMENT ON COLUMN abie.import_precedence.target_table IS 'The table.';
COMMENT ON COLUMN abie.import_precedence.formats IS
'Formats from the weakest to the strongest; laestab: the name that the school has under another URN of its LAESTAB.';

CREATE VIEW abie.import_kind (kind, value, none, expected) AS VALUES
	('text', '%1$s', 'false', 'a text'),
	('urn', 'abie_internal.import_whole(%1$s, 100000, 999999)', 'false', 'a URN (six digits)'),
	('laestab', 'abie_internal.import_whole(%1$s, 1000000, 9999999)', 'false', 'a LAESTAB (seven digits)'),
	('la_code', 'abie_internal.import_whole(%1$s, 100, 999)', 'false',
		'a local authority number (three digits)'),
	('la_code_or_0', 'abie_internal.import_whole(%1$s, 100, 999)', '%1$s ~ ''^0+(?:[.]0+)?$''',
		'a local authority number (three digits, or 0 for none)'),
	('establishment', 'abie_internal.import_whole(%1$s, 0, 9999)', 'false', 'an establishment number (four digits)'),
	('count', 'abie_internal.figure_count_within(%1$s, 0, 2147483647)', 'marker', 'a count or a marker'),
	('sessions', 'abie_internal.figure_count_within(%1$s, 0, 999999999999)', 'marker', 'a count or a marker'),
	('number of sessions', 'abie_internal.figure_count_within(%1$s, 0, 1000)', 'false',
		'a number of sessions from 0 to 1000'),
	('personal', '%1$s', 'false', 'a text'),
	('mean', 'abie_internal.figure_within(%1$s, 0, 999999999999)', 'marker', 'a number or a marker'),
	('reasons', 'abie_internal.figure_count_within(%1$s, 0, 2147483647)', 'marker', 'a count or a marker'),
	('rank', 'abie_internal.figure_count_within(%1$s, 1, 2147483647)::integer', 'marker',
		'a rank (1 or more) or a marker'),
	('percent', 'abie_internal.figure_within(%1$s, 0, 100)', 'marker', 'a percentage from 0 to 100 or a marker'),
	('score', 'abie_internal.figure_within(%1$s, 0, 1)', 'marker', 'a score from 0 to 1 or a marker'),
	('low_age', 'CASE WHEN %1$s !~ ''^0[0-9]'' THEN abie_internal.import_whole(%1$s, 0, 30) END', 'false',
		'an age from 0 to 30'),
	('high_age', 'abie_internal.import_whole(%1$s, 0, 99)', 'false', 'an age from 0 to 99'),
	('easting',
		'CASE WHEN abie_internal.import_whole(%1$s, 1, 9999999) <= 700000 '
		'THEN abie_internal.import_whole(%1$s, 1, 9999999) END',
		'abie_internal.import_whole(%1$s, 0, 9999999) = 0', 'an easting from 0 to 700000'),
	('northing', 'abie_internal.import_whole(%1$s, 1, 1300000)', 'abie_internal.import_whole(%1$s, 0, 9999999) = 0',
		'a northing from 0 to 1300000'),
	('date', 'abie_internal.import_date(%1$s)', 'false', 'a date (dd-mm-yyyy, dd/mm/yyyy or yyyy-mm-dd)'),
	('year', 'abie_internal.import_year(%1$s)', 'false', 'an academic year (2018/19 or 201819)'),
	('calendar year', 'abie_internal.import_whole(%1$s, 2000, 2099)', 'false', 'a calendar year (2025)'),
	('week', 'abie_internal.import_whole(substring(lower(%1$s COLLATE "C"), ''^week ([0-9]+)$''), 1, 53)', 'false',
		'a week (Week 37)'),
	('geographic level',
		'''{"national": "National", "regional": "Regional", "local authority": "Local authority"}''::jsonb '
		'->> lower(%1$s COLLATE "C")', 'false', 'a geographic level'),
	('phase', 'abie_internal.published_phase(%1$s)', 'false', 'a phase (Primary, Secondary, Special, Total)'),
	('region', 'abie_internal.import_region(%1$s)', 'true', 'a region'),
	('lsoa', 'CASE WHEN %1$s ~ ''^[EWS][0-9]{8}$'' THEN %1$s END', 'true', 'an LSOA code');
COMMENT ON VIEW abie.import_kind IS
'How a cell is read, by kind: its value, which text without a value says that there is none, and what an error says '
'was expected. In the expressions %1$s stands for the cell''s text. Whole numbers may end in .0, as programs write a '
'column of numbers with gaps. An easting or northing of 0 and an LSOA of nines are how GIAS writes none.';
COMMENT ON COLUMN abie.import_kind.kind IS 'Name of the kind.';
COMMENT ON COLUMN abie.import_kind.value IS 'Expression: its value; NULL when it cannot be read, or says none.';
COMMENT ON COLUMN abie.import_kind.none IS
'Expression: whether a text without a value says that there is none; marker: where it is a marker, which is kept.';
COMMENT ON COLUMN abie.import_kind.expected IS 'What an error says was expected.';

CREATE VIEW abie.import_format (format, field, header_names, required, filled, kind, meaning) AS VALUES
	('ees-absence', 'academic_year', ARRAY['time_period'], false, true, 'year',
		'Academic year, written 201819; a file without it is of the year given'),
	('ees-absence', 'laestab', ARRAY['laestab', 'school_laestab'], true, true, 'laestab',
		'Local authority number times 10000 plus establishment number'),
	('ees-absence', 'urn', ARRAY['urn', 'school_urn'], true, false, 'urn', 'URN; blank in two rows of 2006/07'),
	('ees-absence', 'school_type', ARRAY['school_type', 'education_phase'], true, false, 'text',
		'State-funded primary, State-funded secondary, Special'),
	('ees-absence', 'enrolments', ARRAY['enrolments'], true, false, 'count', 'Pupil enrolments'),
	('ees-absence', 'sess_possible', ARRAY['sess_possible'], true, false, 'count', 'Sessions possible'),
	('ees-absence', 'sess_overall', ARRAY['sess_overall'], true, false, 'count', 'Sessions of absence'),
	('ees-absence', 'sess_authorised', ARRAY['sess_authorised'], true, false, 'count',
		'Sessions of authorised absence'),
	('ees-absence', 'sess_unauthorised', ARRAY['sess_unauthorised'], true, false, 'count',
		'Sessions of unauthorised absence'),
	('ees-absence', 'enrolments_pa_10_exact', ARRAY['enrolments_pa_10_exact'], true, false, 'count',
		'Enrolments persistently absent'),
	('ees-absence', 'enrolments_pa_50_exact', ARRAY['enrolments_pa_50_exact'], false, false, 'count',
		'Enrolments severely absent'),
	('ees-absence', 'reasons', ARRAY['sess_auth_*', 'sess_unauth_*'], false, false, 'reasons',
		'Sessions by reason; totals, rates and percentages of the same name are left out'),
	('ees-absence', 'year_breakdown', ARRAY['year_breakdown'], false, false, 'text',
		'Five half terms or six half terms'),
	('ees-absence', 'academy_type', ARRAY['academy_type'], false, false, 'text', 'Type of academy'),
	('ees-absence', 'geographic_level', ARRAY['geographic_level'], false, false, 'text',
		'School; other levels are set aside'),
	('ees-absence', 'time_identifier', ARRAY['time_identifier'], false, false, 'text',
		'Academic year; single terms are set aside'),
	('ees-absence', 'la_code', ARRAY['old_la_code'], false, false, 'la_code', 'Local authority number'),
	('ees-absence', 'la_name', ARRAY['la_name'], false, false, 'text', 'Local authority name'),
	('ees-absence', 'region', ARRAY['region_code'], false, false, 'region', 'Region code, E12 or E13'),
	('ees-absence', 'name', ARRAY['school_name'], false, false, 'text', 'Name of the school'),

	('england-abs', 'la_code', ARRAY['LA'], true, true, 'la_code',
		'Local authority number; NAT marks a national summary row'),
	('england-abs', 'establishment', ARRAY['ESTAB'], true, true, 'establishment',
		'Establishment number; a group of schools (PRI) marks a summary row'),
	('england-abs', 'urn', ARRAY['URN'], true, false, 'urn', 'URN'),
	('england-abs', 'sess_overall_percent', ARRAY['PERCTOT'], true, false, 'percent', 'Overall absence, per cent'),
	('england-abs', 'enrolments_pa_10_exact_percent', ARRAY['PPERSABS10'], false, false, 'percent',
		'Persistent absentees (10 per cent or more missed), per cent; that of 15 per cent (PPERSABS15) is another '
		'figure'),

	('england-census', 'urn', ARRAY['URN'], true, true, 'urn', 'URN; NAT and LA mark summary rows'),
	('england-census', 'la_code', ARRAY['LA'], true, false, 'la_code', 'Local authority number'),
	('england-census', 'establishment', ARRAY['ESTAB'], true, false, 'establishment', 'Establishment number'),
	('england-census', 'school_type', ARRAY['SCHOOLTYPE'], true, false, 'text', 'Type of school'),
	('england-census', 'headcount', ARRAY['NOR'], true, false, 'count', 'Pupils on roll'),
	('england-census', 'fsm', ARRAY['NUMFSM'], true, false, 'count', 'Pupils eligible for free school meals'),
	('england-census', 'fsm6_pct', ARRAY['PNUMFSMEVER'], true, false, 'percent',
		'Pupils eligible for free school meals in the past six years, per cent'),
	('england-census', 'sen_support_pct', ARRAY['PSENELK'], true, false, 'percent',
		'Pupils with SEN support, per cent'),
	('england-census', 'ehc_plan_pct', ARRAY['PSENELSE'], true, false, 'percent', 'Pupils with an EHC plan, per cent'),
	('england-census', 'eal_pct', ARRAY['PNUMEAL'], true, false, 'percent',
		'Pupils with English as an additional language, per cent'),

	('spc', 'academic_year', ARRAY['time_period'], false, true, 'year',
		'Academic year, written 202223; a file without it is of the year given'),
	('spc', 'urn', ARRAY['urn', 'school_urn'], true, true, 'urn', 'URN'),
	('spc', 'school_type', ARRAY['phase_type_grouping'], true, false, 'text', 'Type and phase of school'),
	('spc', 'headcount', ARRAY['headcount of pupils'], true, false, 'count', 'Pupils, headcount'),
	('spc', 'key_stage_1', ARRAY['Number of key stage 1 pupils (years 1 and 2)'], false, false, 'count',
		'Pupils in Key Stage 1'),
	('spc', 'key_stage_2', ARRAY['Number of key stage 2 pupils (years 3 to 6)'], false, false, 'count',
		'Pupils in Key Stage 2'),
	('spc', 'key_stage_3', ARRAY['Number of key stage 3 pupils (years 7 to 9)'], false, false, 'count',
		'Pupils in Key Stage 3'),
	('spc', 'key_stage_4', ARRAY['Number of key stage 4 pupils (years 10 and 11)'], false, false, 'count',
		'Pupils in Key Stage 4'),
	('spc', 'fsm_pct', ARRAY['% of pupils known to be eligible for free school meals'], true, false, 'percent',
		'Pupils eligible for free school meals, per cent'),
	('spc', 'eal_pct', ARRAY['% of pupils whose first language is known or believed to be other than English'], true,
		false, 'percent', 'Pupils with English as an additional language, per cent'),
	('spc', 'geographic_level', ARRAY['geographic_level'], false, false, 'text', 'School; other levels are set aside'),
	('spc', 'name', ARRAY['school_name'], false, false, 'text', 'Name of the school'),
	('spc', 'laestab', ARRAY['laestab', 'school_laestab'], false, false, 'laestab',
		'Local authority number times 10000 plus establishment number'),
	('spc', 'la_code', ARRAY['old_la_code'], false, false, 'la_code', 'Local authority number'),
	('spc', 'la_name', ARRAY['la_name'], false, false, 'text', 'Local authority name'),
	('spc', 'region', ARRAY['region_name'], false, false, 'region', 'Region'),
	('spc', 'type', ARRAY['typeofestablishment_name'], false, false, 'text', 'Type of establishment'),
	('spc', 'trust', ARRAY['trust'], false, false, 'text', 'Academy trust'),
	('spc', 'open_date', ARRAY['opendate'], false, false, 'date', 'Date opened'),
	('spc', 'religious_character', ARRAY['denomination'], false, false, 'text', 'Religious character'),
	('spc', 'admissions_policy', ARRAY['admissions_policy'], false, false, 'text', 'Admissions policy'),
	('spc', 'urban_rural', ARRAY['urban_rural'], false, false, 'text', 'Urban/rural class'),
	('spc', 'postcode', ARRAY['school_postcode'], false, false, 'text', 'Postcode'),

	('gias', 'urn', ARRAY['URN'], true, true, 'urn', 'URN'),
	('gias', 'la_code', ARRAY['LA (code)', 'la_code', 'LAId'], true, false, 'la_code_or_0', 'Local authority number'),
	('gias', 'name', ARRAY['EstablishmentName', 'establishment_name'], true, true, 'text', 'Name'),
	('gias', 'establishment', ARRAY['EstablishmentNumber', 'establishment_number'], true, false, 'establishment',
		'Establishment number'),
	('gias', 'type', ARRAY['TypeOfEstablishment (name)', 'establishment_type', 'TypeOfEstablishmentName'], true, false,
		'text', 'Type of establishment'),
	('gias', 'type_group',
		ARRAY['EstablishmentTypeGroup (name)', 'establishment_type_group', 'EstablishmentTypeGroupName'], true, false,
		'text', 'Group of types'),
	('gias', 'phase', ARRAY['PhaseOfEducation (name)', 'education_phase', 'PhaseOfEducationName'], true, false, 'text',
		'Phase of education'),
	('gias', 'la_name', ARRAY['LA (name)', 'la_name', 'LAName'], false, false, 'text', 'Local authority name'),
	('gias', 'status', ARRAY['EstablishmentStatus (name)', 'EstablishmentStatusName'], false, false, 'text',
		'Status at the date of the extract'),
	('gias', 'open_date', ARRAY['OpenDate'], false, false, 'date', 'Date opened'),
	('gias', 'close_date', ARRAY['CloseDate'], false, false, 'date', 'Date closed; blank says that there is none'),
	('gias', 'statutory_low_age', ARRAY['StatutoryLowAge', 'AgeRangeLow'], false, false, 'low_age',
		'Lowest statutory age'),
	('gias', 'statutory_high_age', ARRAY['StatutoryHighAge', 'AgeRangeHigh'], false, false, 'high_age',
		'Highest statutory age'),
	('gias', 'religious_character', ARRAY['ReligiousCharacter (name)', 'ReligiousCharacterName'], false, false, 'text',
		'Religious character'),
	('gias', 'admissions_policy', ARRAY['AdmissionsPolicy (name)', 'AdmissionsPolicyName'], false, false, 'text',
		'Admissions policy'),
	('gias', 'capacity', ARRAY['SchoolCapacity', 'TotalCapacity'], false, false, 'count', 'Capacity'),
	('gias', 'trust', ARRAY['Trusts (name)', 'TrustName'], false, false, 'text', 'Academy trust'),
	('gias', 'trust_code', ARRAY['Trusts (code)', 'TrustId'], false, false, 'text', 'Code of the academy trust'),
	('gias', 'postcode', ARRAY['Postcode'], false, false, 'text', 'Postcode'),
	('gias', 'region', ARRAY['GOR (name)', 'RegionName'], false, false, 'region', 'Region'),
	('gias', 'urban_rural', ARRAY['UrbanRural (name)', 'UrbanRuralName'], false, false, 'text', 'Urban/rural class'),
	('gias', 'easting', ARRAY['Easting'], false, false, 'easting', 'Easting, metres'),
	('gias', 'northing', ARRAY['Northing'], false, false, 'northing', 'Northing, metres'),
	('gias', 'lsoa_code', ARRAY['LSOA (code)', 'lsoa_code'], false, false, 'lsoa', 'LSOA the school stands in'),

	('gias-links', 'urn', ARRAY['URN'], true, true, 'urn', 'The school whose link this is'),
	('gias-links', 'link_urn', ARRAY['LinkURN'], true, true, 'urn', 'The school it is linked to'),
	('gias-links', 'link_type', ARRAY['LinkType'], true, true, 'text', 'What the linked school is to the school'),
	('gias-links', 'link_name', ARRAY['LinkName'], false, false, 'text', 'Name of the linked school'),
	('gias-links', 'established_date', ARRAY['LinkEstablishedDate'], false, false, 'date',
		'Date the link was established'),

	('school-idaci', 'urn', ARRAY['urn'], true, true, 'urn', 'URN'),
	('school-idaci', 'idaci_rank', ARRAY['idaci_rank'], true, false, 'rank',
		'IDACI rank of the area, 1 the most deprived'),
	('school-idaci', 'idaci_score', ARRAY['idaci_score'], false, false, 'score', 'IDACI score, 0-1'),
	('school-idaci', 'lsoa_code', ARRAY['lsoa11_code', 'lsoa_code'], false, false, 'lsoa', 'LSOA the rank is of')
UNION ALL SELECT * FROM abie_internal.import_format_week
UNION ALL VALUES
	('dfe-pupil-week', 'urn', ARRAY['unique_reference_number'], true, true, 'urn', 'URN of the school'),
	('dfe-pupil-week', 'academic_term', ARRAY['academic_term'], true, true, 'text', 'Term'),
	('dfe-pupil-week', 'upn', ARRAY['UPN'], true, true, 'personal', 'UPN; only its hash is kept'),
	('dfe-pupil-week', 'sess_possible', ARRAY['possible_sessions'], true, true, 'number of sessions',
		'Sessions possible so far'),
	('dfe-pupil-week', 'sess_overall', ARRAY['absent_sessions'], true, true, 'number of sessions',
		'Sessions of absence so far'),
	('dfe-pupil-week', 'sess_authorised', ARRAY['authorised_absent_sessions'], true, true, 'number of sessions',
		'Sessions of authorised absence so far'),
	('dfe-pupil-week', 'sess_unauthorised', ARRAY['unauthorised_absent_sessions'], true, true, 'number of sessions',
		'Sessions of unauthorised absence so far');
COMMENT ON VIEW abie.import_format IS
'The columns of each published format: the header names accepted (in any case, any order, * for any ending), what a '
'cell holds, and whether a file or row may lack it. Columns not listed are ignored.';
COMMENT ON COLUMN abie.import_format.format IS 'Name of the format.';
COMMENT ON COLUMN abie.import_format.field IS 'Name by which abie.import_target refers to the column.';
COMMENT ON COLUMN abie.import_format.header_names IS 'Header names accepted, upper and lower case alike.';
COMMENT ON COLUMN abie.import_format.required IS 'Whether a file without this column is refused.';
COMMENT ON COLUMN abie.import_format.filled IS 'Whether a row without this cell is rejected.';
COMMENT ON COLUMN abie.import_format.kind IS 'How the cell is read: see abie.import_kind.';
COMMENT ON COLUMN abie.import_format.meaning IS 'What the column holds.';

CREATE VIEW abie.import_target (format, target_table, target_column, fields, expression) AS
	SELECT plain.format, plain.target_table, columns.name, ARRAY[columns.name], columns.name
	FROM (VALUES
		('ees-absence', 'attendance',
			'academic_year laestab urn school_type academy_type year_breakdown enrolments sess_possible sess_overall '
			'sess_authorised sess_unauthorised enrolments_pa_10_exact enrolments_pa_50_exact reasons'),
		('ees-absence', 'school', 'urn laestab name la_code la_name region'),
		('england-abs', 'attendance', 'urn sess_overall_percent enrolments_pa_10_exact_percent'),
		('england-abs', 'school', 'urn la_code'),
		('england-census', 'school_context', 'urn school_type headcount fsm6_pct sen_support_pct ehc_plan_pct eal_pct'),
		('england-census', 'school', 'urn la_code'),
		('spc', 'school_context',
			'urn academic_year school_type headcount key_stage_1 key_stage_2 key_stage_3 key_stage_4 fsm_pct eal_pct '
			'region urban_rural religious_character '
			'admissions_policy'),
		('spc', 'school',
			'urn laestab name la_code la_name region type trust open_date religious_character admissions_policy '
			'urban_rural postcode'),
		('gias', 'school',
			'urn name la_code la_name region phase type type_group status open_date close_date religious_character '
			'admissions_policy urban_rural statutory_low_age statutory_high_age capacity trust trust_code postcode '
			'lsoa_code easting northing'),
		('gias-links', 'school_link', 'urn link_urn link_type link_name established_date'),
		('school-idaci', 'school_context', 'urn idaci_rank idaci_score'),
		('school-idaci', 'school', 'urn lsoa_code')) plain (format, target_table, target_columns),
		LATERAL pg_catalog.regexp_split_to_table(plain.target_columns, ' ') columns (name)
	UNION ALL VALUES
		('england-abs', 'attendance', 'academic_year', ARRAY[]::text[], 'given_year'),
		('england-abs', 'attendance', 'laestab', ARRAY['la_code', 'establishment'], 'la_code * 10000 + establishment'),
		('england-abs', 'school', 'laestab', ARRAY['la_code', 'establishment'], 'la_code * 10000 + establishment'),
		('england-census', 'school_context', 'academic_year', ARRAY[]::text[], 'given_year'),
		('england-census', 'school_context', 'fsm_pct', ARRAY['fsm', 'headcount'],
			'CASE WHEN headcount > 0 THEN 100.0::float8 * fsm::float8 / headcount::float8 '
			'END'),
		('england-census', 'school', 'laestab', ARRAY['la_code', 'establishment'], 'la_code * 10000 + establishment'),
		('gias', 'school', 'laestab', ARRAY['la_code', 'establishment'], 'la_code * 10000 + establishment'),
		('gias', 'school', 'register_date', ARRAY[]::text[], 'given_date'),
		('school-idaci', 'school_context', 'academic_year', ARRAY[]::text[], 'given_year')
	UNION ALL SELECT * FROM abie_internal.import_target_week
	UNION ALL SELECT 'dfe-pupil-week', 'pupil_sessions', plain.name, ARRAY[plain.name], plain.name
		FROM pg_catalog.unnest(ARRAY['urn', 'academic_term', 'sess_possible', 'sess_overall', 'sess_authorised',
			'sess_unauthorised']) plain (name)
	UNION ALL VALUES
		('dfe-pupil-week', 'pupil_sessions', 'pupil', ARRAY['upn'],
			'abie_internal.pupil_hash(upn, (SELECT salt FROM abie.pupil_salt))');
COMMENT ON VIEW abie.import_target IS
'Which table columns each format fills, and from what. A marker in the first of the fields is kept as the column''s '
'marker where the table keeps markers.';
COMMENT ON COLUMN abie.import_target.format IS 'Name of the format.';
COMMENT ON COLUMN abie.import_target.target_table IS 'Table of schema abie.';
COMMENT ON COLUMN abie.import_target.target_column IS 'Column of that table.';
COMMENT ON COLUMN abie.import_target.fields IS
'Fields of abie.import_format it is made from; a column is left alone by files that hold none of them.';
COMMENT ON COLUMN abie.import_target.expression IS
'Expression over the fields; given_year and given_date are what the user said.';

CREATE VIEW abie.import_check (format, fails, reason, of_table) AS VALUES
	('ees-absence', 'sess_overall > sess_possible',
		'''sess_overall '' || sess_overall || '' is more than sess_possible '' || sess_possible', true),
	('ees-absence', 'sess_authorised + sess_unauthorised <> sess_overall',
		'''sess_authorised '' || sess_authorised || '' and sess_unauthorised '' || sess_unauthorised || '' do not add '
		'up to sess_overall '' || sess_overall', true),
	('ees-absence', 'enrolments_pa_10_exact > enrolments',
		'''enrolments_pa_10_exact '' || enrolments_pa_10_exact || '' is more than enrolments '' || enrolments', true),
	('ees-absence', 'enrolments_pa_50_exact > enrolments_pa_10_exact',
		'''enrolments_pa_50_exact '' || enrolments_pa_50_exact || '' is more than enrolments_pa_10_exact '' || '
		'enrolments_pa_10_exact', true),
	('england-census', 'fsm > headcount', '''NUMFSM '' || fsm || '' is more than NOR '' || headcount', false)
UNION ALL SELECT * FROM abie_internal.import_check_week
UNION ALL VALUES
	('dfe-pupil-week', 'sess_overall > sess_possible',
		'''absent_sessions '' || sess_overall || '' is more than possible_sessions '' || sess_possible', false),
	('dfe-pupil-week', 'sess_authorised + sess_unauthorised <> sess_overall',
		'''authorised_absent_sessions '' || sess_authorised || '' and unauthorised_absent_sessions '' || '
		'sess_unauthorised || '' do not add up to absent_sessions '' || sess_overall', false),
	('dfe-pupil-week',
		'substring(academic_term, ''[0-9]{4}'') <> left(abie_internal.academic_year_of(given_date), 4)',
		'''academic_term '' || abie_internal.import_shown(academic_term) || '' is of another year than '' || '
		'abie_internal.academic_year_of(given_date)', false);
COMMENT ON VIEW abie.import_check IS
'What must hold between the cells of a row; a row that fails is rejected with the reason.';
COMMENT ON COLUMN abie.import_check.format IS 'Name of the format.';
COMMENT ON COLUMN abie.import_check.fails IS 'Condition over the fields that must not be true.';
COMMENT ON COLUMN abie.import_check.reason IS 'Expression: the reason given.';
COMMENT ON COLUMN abie.import_check.of_table IS
'Whether the fields are columns of the main table, so that the row must pass once it is merged with what is held, too.';

CREATE FUNCTION abie_internal.import_key(target_table text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE target_table
	WHEN 'school' THEN ARRAY['urn']
	WHEN 'school_link' THEN ARRAY['urn', 'link_urn', 'link_type']
	WHEN 'school_context' THEN ARRAY['urn', 'academic_year']
	WHEN 'attendance' THEN ARRAY['academic_year', 'laestab']
	WHEN 'pupil_sessions' THEN ARRAY['urn', 'academic_term', 'pupil']
	WHEN 'published_attendance' THEN ARRAY['academic_year', 'time_frame', 'reference_date', 'geographic_level',
		'area_code', 'education_phase'] END;
COMMENT ON FUNCTION abie_internal.import_key(text) IS 'Key columns of an input table.';

-- the views that hold the rows of weeks have the columns of these, and their meaning
DO $$
DECLARE
	described record;
BEGIN
	FOR described IN SELECT c.relname AS name, a.attname, col_description(c.oid, a.attnum) AS meaning
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.oid = ANY ('{abie.import_format,abie.import_target,abie.import_check}'::regclass[]) LOOP
		EXECUTE format('COMMENT ON COLUMN abie_internal.%I.%I IS %L', described.name || '_week', described.attname,
			described.meaning);
	END LOOP;
END $$;
