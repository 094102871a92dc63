/*
 * code.c
 *	  The table of attendance codes, and look-ups in it.
 */
#include "core/code.h"

#include <string.h>

/* short, for the table below */
#define DAY(y, m, d) DAY_OF_DATE(y, m, d)

#define FIRST_2006 DAY(2006, 9, 1)
#define LAST_D_ATTENDING DAY(2011, 8, 31)
#define LAST_2006 DAY(2024, 8, 18)
/* X began to be used for covid; its sub-codes, which came later, are accepted for all of that time */
#define FIRST_COVID DAY(2020, 9, 1)

const char *const reason_names[REASON_COUNT] = {
	[REASON_AUTH_ILLNESS] = "sess_auth_illness",
	[REASON_AUTH_APPOINTMENTS] = "sess_auth_appointments",
	[REASON_AUTH_RELIGIOUS] = "sess_auth_religious",
	[REASON_AUTH_STUDY] = "sess_auth_study",
	[REASON_AUTH_TRAVELLER] = "sess_auth_traveller",
	[REASON_AUTH_HOLIDAY] = "sess_auth_holiday",
	[REASON_AUTH_EXT_HOLIDAY] = "sess_auth_ext_holiday",
	[REASON_AUTH_EXCLUDED] = "sess_auth_excluded",
	[REASON_AUTH_INTERVIEW] = "sess_auth_interview",
	[REASON_AUTH_REG_PERFORMANCE] = "sess_auth_reg_performance",
	[REASON_AUTH_TEMP_REDUCED_TIMETABLE] = "sess_auth_temp_reduced_timetable",
	[REASON_AUTH_OTHER] = "sess_auth_other",
	[REASON_UNAUTH_HOLIDAY] = "sess_unauth_holiday",
	[REASON_UNAUTH_LATE] = "sess_unauth_late",
	[REASON_UNAUTH_OTHER] = "sess_unauth_other",
	[REASON_UNAUTH_NOYET] = "sess_unauth_noyet",
	[REASON_X_COVID] = "sess_x_covid",
	[REASON_Y_EXCEPTIONAL] = "sess_y_exceptional",
	[REASON_Q_LA_ARRANGEMENTS] = "sess_q_la_arrangements"
};

const AttendanceCode attendance_codes[] = {
	{2006, MARK_AM, "/", CATEGORY_PRESENT, true, REASON_NONE, "reason_present_am", FIRST_2006, LAST_2006,
		"In school at morning registration"},
	{2006, MARK_PM, "\\", CATEGORY_PRESENT, true, REASON_NONE, "reason_present_pm", FIRST_2006, LAST_2006,
		"In school at afternoon registration"},
	{2006, MARK_L, "L", CATEGORY_PRESENT, true, REASON_NONE, "reason_l_present_late_before_registers_closed",
		FIRST_2006, LAST_2006, "Arrived late but before the register closed"},
	{2006, 8, "B", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_b_aea_education_off_site",
		FIRST_2006, LAST_2006, "Supervised off-site education approved by the school"},
	{2006, 9, "J", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_j_aea_interview", FIRST_2006, LAST_2006,
		"Interview with an employer or another education provider"},
	{2006, 6, "P", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_p_aea_approved_sporting_activity",
		FIRST_2006, LAST_2006, "Supervised sport approved by the school"},
	{2006, 5, "V", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_v_aea_educational_visit_trip",
		FIRST_2006, LAST_2006, "Educational visit or trip"},
	{2006, 7, "W", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_w_aea_work_experience", FIRST_2006, LAST_2006,
		"Work experience placement"},
	{2006, MARK_D_ATTENDING, "D", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, NULL, FIRST_2006, LAST_D_ATTENDING,
		"Dual registered - at the other school (counted as attending before Sept 2011)"},
	{2006, MARK_D, "D", CATEGORY_NOT_POSSIBLE, false, REASON_NONE, "reason_d_aea_dual_registration",
		LAST_D_ATTENDING + 1, LAST_2006, "Dual registered - due at the other school"},
	{2006, 11, "C", CATEGORY_AUTHORISED, true, REASON_AUTH_OTHER, NULL, FIRST_2006, LAST_2006,
		"Other authorised absence (exceptional; also used for part-time timetables and performances)"},
	{2006, 14, "E", CATEGORY_AUTHORISED, true, REASON_AUTH_EXCLUDED, NULL, FIRST_2006, LAST_2006,
		"Suspended or excluded with no alternative provision"},
	{2006, 24, "F", CATEGORY_AUTHORISED, true, REASON_AUTH_EXT_HOLIDAY, NULL, FIRST_2006, DAY(2013, 8, 31),
		"Extended family holiday agreed by the school (withdrawn 2013)"},
	{2006, 23, "H", CATEGORY_AUTHORISED, true, REASON_AUTH_HOLIDAY, NULL, FIRST_2006, LAST_2006,
		"Family holiday agreed by the school"},
	{2006, 15, "I", CATEGORY_AUTHORISED, true, REASON_AUTH_ILLNESS, NULL, FIRST_2006, LAST_2006,
		"Illness (not appointments)"},
	{2006, 19, "M", CATEGORY_AUTHORISED, true, REASON_AUTH_APPOINTMENTS, NULL, FIRST_2006, LAST_2006,
		"Medical or dental appointment"},
	{2006, 20, "R", CATEGORY_AUTHORISED, true, REASON_AUTH_RELIGIOUS, NULL, FIRST_2006, LAST_2006,
		"Day of religious observance"},
	{2006, 21, "S", CATEGORY_AUTHORISED, true, REASON_AUTH_STUDY, NULL, FIRST_2006, LAST_2006,
		"Study leave for public examinations"},
	{2006, 22, "T", CATEGORY_AUTHORISED, true, REASON_AUTH_TRAVELLER, NULL, FIRST_2006, LAST_2006,
		"Gypsy Roma or Traveller family travelling for work"},
	{2006, MARK_G, "G", CATEGORY_UNAUTHORISED, true, REASON_UNAUTH_HOLIDAY, NULL, FIRST_2006, LAST_2006,
		"Family holiday not agreed or longer than agreed"},
	{2006, MARK_N, "N", CATEGORY_UNAUTHORISED, true, REASON_UNAUTH_NOYET, NULL, FIRST_2006, LAST_2006,
		"Reason not yet given"},
	{2006, MARK_O, "O", CATEGORY_UNAUTHORISED, true, REASON_UNAUTH_OTHER, NULL, FIRST_2006, LAST_2006,
		"Other unauthorised absence"},
	{2006, MARK_U, "U", CATEGORY_UNAUTHORISED, true, REASON_UNAUTH_LATE, NULL, FIRST_2006, LAST_2006,
		"Arrived after the register closed"},
	{2006, 31, "X", CATEGORY_NOT_POSSIBLE, false, REASON_NONE, NULL, FIRST_2006, LAST_2006,
		"Under compulsory school age and not due in"},
	{2006, 33, "Y", CATEGORY_NOT_POSSIBLE, false, REASON_Y_EXCEPTIONAL, NULL, FIRST_2006, LAST_2006,
		"Unable to attend - exceptional circumstances"},
	{2006, 49, "Z", CATEGORY_ADMINISTRATIVE, false, REASON_NONE, "reason_z_not_attending_not_on_roll",
		FIRST_2006, LAST_2006, "Name set up but pupil not yet on the admission register"},
	{2006, MARK_CLOSED, "#", CATEGORY_ADMINISTRATIVE, false, REASON_NONE, "reason_not_attending_planned_closed",
		FIRST_2006, LAST_2006, "Planned whole or part closure"},
	{2006, MARK_LIMIT, "X", CATEGORY_ADMINISTRATIVE, true, REASON_X_COVID, NULL, FIRST_COVID, DAY(2022, 3, 31),
		"Covid use of X for pupils of compulsory age "
		"(possible but neither present nor absent in 2020/21 and 2021/22 statistics)"},
	{2006, 16, "I01", CATEGORY_AUTHORISED, true, REASON_AUTH_ILLNESS, NULL, DAY(2021, 3, 8), DAY_OPEN,
		"Illness other than confirmed covid (sub-code of I)"},
	{2006, 17, "I02", CATEGORY_AUTHORISED, true, REASON_AUTH_ILLNESS, NULL, DAY(2021, 3, 8), DAY(2022, 8, 31),
		"Illness - confirmed covid (later also suspected) (sub-code of I)"},
	{2006, 32, "X01", CATEGORY_NOT_POSSIBLE, false, REASON_NONE, NULL, DAY(2021, 3, 8), DAY_OPEN,
		"Under compulsory school age and not due in (sub-code of X)"},
	{2006, 41, "X02", CATEGORY_ADMINISTRATIVE, true, REASON_X_COVID, NULL, DAY(2021, 3, 8), DAY(2022, 3, 31),
		"Isolating with symptoms (sub-code of X)"},
	{2006, 42, "X03", CATEGORY_ADMINISTRATIVE, true, REASON_X_COVID, NULL, DAY(2021, 3, 8), DAY(2022, 3, 31),
		"Isolating after contact inside school (sub-code of X)"},
	{2006, 43, "X04", CATEGORY_ADMINISTRATIVE, true, REASON_X_COVID, NULL, DAY(2021, 3, 8), DAY(2022, 3, 31),
		"Isolating after contact outside school (sub-code of X)"},
	{2006, 44, "X05", CATEGORY_ADMINISTRATIVE, true, REASON_X_COVID, NULL, DAY(2021, 3, 8), DAY(2022, 3, 31),
		"Quarantine after travel (sub-code of X)"},
	{2006, 45, "X06", CATEGORY_ADMINISTRATIVE, true, REASON_X_COVID, NULL, DAY(2021, 3, 8), DAY(2022, 3, 31),
		"Shielding as advised (sub-code of X)"},
	{2006, 46, "X07", CATEGORY_ADMINISTRATIVE, true, REASON_X_COVID, NULL, DAY(2021, 3, 8), DAY(2022, 3, 31),
		"Government advice or local restriction not to attend (sub-code of X)"},
	{2006, 47, "X08", CATEGORY_ADMINISTRATIVE, true, REASON_X_COVID, NULL, DAY(2021, 9, 1), DAY(2022, 3, 31),
		"Kept home under outbreak management (sub-code of X)"},
	{2006, 48, "X09", CATEGORY_ADMINISTRATIVE, true, REASON_X_COVID, NULL, DAY(2021, 9, 1), DAY(2022, 3, 31),
		"Close contact required to isolate by Test and Trace (sub-code of X)"},
	{2024, MARK_AM, "/", CATEGORY_PRESENT, true, REASON_NONE, "reason_present_am", LAST_2006 + 1, DAY_OPEN,
		"In school when the morning register is taken"},
	{2024, MARK_PM, "\\", CATEGORY_PRESENT, true, REASON_NONE, "reason_present_pm", LAST_2006 + 1, DAY_OPEN,
		"In school when the afternoon register is taken"},
	{2024, MARK_L, "L", CATEGORY_PRESENT, true, REASON_NONE, "reason_l_present_late_before_registers_closed",
		LAST_2006 + 1, DAY_OPEN, "Arrived after the register opened but before it closed"},
	{2024, 4, "K", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_k_aea_education_arranged_by_la",
		LAST_2006 + 1, DAY_OPEN, "Attending provision arranged by the local authority elsewhere"},
	{2024, 5, "V", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_v_aea_educational_visit_trip",
		LAST_2006 + 1, DAY_OPEN, "On a school-arranged and staff-supervised visit or trip"},
	{2024, 6, "P", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_p_aea_approved_sporting_activity",
		LAST_2006 + 1, DAY_OPEN, "Approved sporting activity elsewhere"},
	{2024, 7, "W", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_w_aea_work_experience",
		LAST_2006 + 1, DAY_OPEN, "Work experience"},
	{2024, 8, "B", CATEGORY_APPROVED_ACTIVITY, true, REASON_NONE, "reason_b_aea_education_off_site",
		LAST_2006 + 1, DAY_OPEN, "Any other approved educational activity elsewhere"},
	{2024, MARK_D, "D", CATEGORY_NOT_POSSIBLE, false, REASON_NONE, "reason_d_dual_registration",
		LAST_2006 + 1, DAY_OPEN, "Dual registered - due at the other school"},
	{2024, 11, "C", CATEGORY_AUTHORISED, true, REASON_AUTH_OTHER, NULL, LAST_2006 + 1, DAY_OPEN,
		"Leave granted for other exceptional circumstances"},
	{2024, 12, "C1", CATEGORY_AUTHORISED, true, REASON_AUTH_REG_PERFORMANCE, NULL, LAST_2006 + 1, DAY_OPEN,
		"Leave for a regulated performance or regulated work abroad"},
	{2024, 13, "C2", CATEGORY_AUTHORISED, true, REASON_AUTH_TEMP_REDUCED_TIMETABLE, NULL, LAST_2006 + 1, DAY_OPEN,
		"Leave for a temporary part-time timetable (compulsory school age)"},
	{2024, 14, "E", CATEGORY_AUTHORISED, true, REASON_AUTH_EXCLUDED, NULL, LAST_2006 + 1, DAY_OPEN,
		"Suspended or excluded with no alternative provision"},
	{2024, 15, "I", CATEGORY_AUTHORISED, true, REASON_AUTH_ILLNESS, NULL, LAST_2006 + 1, DAY_OPEN,
		"Illness (not appointments)"},
	{2024, 18, "J1", CATEGORY_AUTHORISED, true, REASON_AUTH_INTERVIEW, NULL, LAST_2006 + 1, DAY_OPEN,
		"Leave for an interview for work or another education place"},
	{2024, 19, "M", CATEGORY_AUTHORISED, true, REASON_AUTH_APPOINTMENTS, NULL, LAST_2006 + 1, DAY_OPEN,
		"Leave for a medical or dental appointment"},
	{2024, 20, "R", CATEGORY_AUTHORISED, true, REASON_AUTH_RELIGIOUS, NULL, LAST_2006 + 1, DAY_OPEN,
		"Religious observance"},
	{2024, 21, "S", CATEGORY_AUTHORISED, true, REASON_AUTH_STUDY, NULL, LAST_2006 + 1, DAY_OPEN,
		"Study leave for a public examination"},
	{2024, 22, "T", CATEGORY_AUTHORISED, true, REASON_AUTH_TRAVELLER, NULL, LAST_2006 + 1, DAY_OPEN,
		"Parent travelling for work (mobile child)"},
	{2024, MARK_G, "G", CATEGORY_UNAUTHORISED, true, REASON_UNAUTH_HOLIDAY, NULL, LAST_2006 + 1, DAY_OPEN,
		"Holiday without leave"},
	{2024, MARK_N, "N", CATEGORY_UNAUTHORISED, true, REASON_UNAUTH_NOYET, NULL, LAST_2006 + 1, DAY_OPEN,
		"Reason not yet established (must become another code within 5 school days)"},
	{2024, MARK_O, "O", CATEGORY_UNAUTHORISED, true, REASON_UNAUTH_OTHER, NULL, LAST_2006 + 1, DAY_OPEN,
		"Absent in other or unknown circumstances"},
	{2024, MARK_U, "U", CATEGORY_UNAUTHORISED, true, REASON_UNAUTH_LATE, NULL, LAST_2006 + 1, DAY_OPEN,
		"Arrived after the register closed"},
	{2024, 30, "Q", CATEGORY_NOT_POSSIBLE, false, REASON_Q_LA_ARRANGEMENTS, NULL, LAST_2006 + 1, DAY_OPEN,
		"Unable to attend - no access arrangements made"},
	{2024, 31, "X", CATEGORY_NOT_POSSIBLE, false, REASON_NONE, NULL, LAST_2006 + 1, DAY_OPEN,
		"Not of compulsory school age and not due in"},
	{2024, 34, "Y1", CATEGORY_NOT_POSSIBLE, false, REASON_Y_EXCEPTIONAL, "reason_y1_transport_not_provided",
		LAST_2006 + 1, DAY_OPEN, "Unable to attend - usual transport not provided"},
	{2024, 35, "Y2", CATEGORY_NOT_POSSIBLE, false, REASON_Y_EXCEPTIONAL, "reason_y2_travel_disruption",
		LAST_2006 + 1, DAY_OPEN, "Unable to attend - widespread travel disruption"},
	{2024, 36, "Y3", CATEGORY_NOT_POSSIBLE, false, REASON_Y_EXCEPTIONAL, "reason_y3_premises_out_of_use",
		LAST_2006 + 1, DAY_OPEN, "Unable to attend - part of the premises out of use"},
	{2024, 37, "Y4", CATEGORY_NOT_POSSIBLE, false, REASON_Y_EXCEPTIONAL, "reason_y4_closed_session_cancelled",
		LAST_2006 + 1, DAY_OPEN, "Unable to attend - session cancelled or site unexpectedly closed"},
	{2024, 38, "Y5", CATEGORY_NOT_POSSIBLE, false, REASON_Y_EXCEPTIONAL, "reason_y5_detention_sentence",
		LAST_2006 + 1, DAY_OPEN, "Unable to attend - in criminal justice detention"},
	{2024, 39, "Y6", CATEGORY_NOT_POSSIBLE, false, REASON_Y_EXCEPTIONAL, "reason_y6_prohibited_infection_disease",
		LAST_2006 + 1, DAY_OPEN, "Unable to attend - public health guidance or law"},
	{2024, 40, "Y7", CATEGORY_NOT_POSSIBLE, false, REASON_Y_EXCEPTIONAL, "reason_y7_unavoidable_cause",
		LAST_2006 + 1, DAY_OPEN, "Unable to attend - another unavoidable cause"},
	{2024, 49, "Z", CATEGORY_ADMINISTRATIVE, false, REASON_NONE, "reason_z_not_attending_not_on_roll",
		LAST_2006 + 1, DAY_OPEN, "Prospective pupil not yet on the admission register"},
	{2024, MARK_CLOSED, "#", CATEGORY_ADMINISTRATIVE, false, REASON_NONE, "reason_not_attending_planned_closed",
		LAST_2006 + 1, DAY_OPEN, "Planned whole-school closure"},
};

const int	attendance_code_count = sizeof(attendance_codes) / sizeof(attendance_codes[0]);

MarkClass	mark_class[MARK_LIMIT];

int8_t		mark_of_character[256];
Day			mark_plain_from[256];

void
code_start(void)
{
	memset(mark_class, 0, sizeof(mark_class));
	memset(mark_of_character, -1, sizeof(mark_of_character));
	mark_class[MARK_NONE] = (MarkClass) {"-", CATEGORY_UNRECORDED, false, REASON_NONE, INT32_MIN};
	mark_of_character['-'] = MARK_NONE;
	for (int i = 0; i < attendance_code_count; i++)
	{
		const AttendanceCode *row = &attendance_codes[i];

		if (row->mark == MARK_LIMIT || mark_class[row->mark].code != NULL)
			continue;			/* a later row of the mark has the same class */
		mark_class[row->mark] =
			(MarkClass) {row->code, row->category, row->possible, row->reason, code_applies_from(row)};
		if (row->code[1] == '\0' && row->mark != MARK_D_ATTENDING)
			mark_of_character[(unsigned char) row->code[0]] = (int8_t) row->mark;
	}
	for (int character = 0; character < 256; character++)
	{
		int			mark = mark_of_character[character];

		mark_plain_from[character] = mark < 0 ? DAY_OPEN : mark_class[mark].first_day;
		if (mark == MARK_D)
			mark_plain_from[character] = LAST_D_ATTENDING + 1;
	}
}

bool
mark_known(unsigned number)
{
	return number < MARK_COUNT;
}

int
mark_of_code(const char *code, size_t length)
{
	if (length == 1)
		return mark_of_character[(unsigned char) code[0]];
	for (int mark = 0; mark < MARK_COUNT; mark++)
		if (strlen(mark_class[mark].code) == length && memcmp(mark_class[mark].code, code, length) == 0)
			return mark;
	return -1;
}

int
mark_at(const char *text, size_t length, size_t *code_length)
{
	/* only what is followed by a digit may be longer than one character */
	size_t		most = 1;

	while (most < CODE_MAX_LENGTH && most < length && text[most] >= '0' && text[most] <= '9')
		most++;
	for (*code_length = most; *code_length > 0; --*code_length)
	{
		int			mark = length == 0 ? -1 : mark_of_code(text, *code_length);

		if (mark >= 0)
			return mark;
	}
	return -1;
}

Mark
mark_on_day(Mark mark, Day day)
{
	if (mark == MARK_D || mark == MARK_D_ATTENDING)
		return day <= LAST_D_ATTENDING ? MARK_D_ATTENDING : MARK_D;
	return mark;
}

bool
mark_valid_on(Mark mark, Day day)
{
	return day >= mark_class[mark].first_day && mark_on_day(mark, day) == mark;
}

const char *
code_reason_group(const AttendanceCode *row)
{
	if (row->daily_reason != NULL || row->reason == REASON_NONE)
		return row->daily_reason;
	return reason_names[row->reason];
}

Day
code_applies_from(const AttendanceCode *row)
{
	return row->category == CATEGORY_ADMINISTRATIVE && row->possible ? FIRST_COVID : row->valid_from;
}

Day
code_applies_to(const AttendanceCode *row)
{
	for (int i = 0; i < attendance_code_count; i++)
		if (attendance_codes[i].mark != MARK_LIMIT && attendance_codes[i].valid_from > row->valid_from
			&& strcmp(attendance_codes[i].code, row->code) == 0)
			return row->valid_to;	/* a later row follows */
	return DAY_OPEN;
}

static const char *const category_names[CATEGORY_COUNT] = {
	"unrecorded", "present", "approved_activity", "authorised", "unauthorised", "not_possible", "administrative"
};

const char *
category_name(Category category)
{
	return category_names[category];
}

int
category_of_name(const char *name, size_t length)
{
	for (int category = 0; category < CATEGORY_COUNT; category++)
		if (strlen(category_names[category]) == length && memcmp(category_names[category], name, length) == 0)
			return category;
	return -1;
}

Day
day_of_date(int year, int month, int day)
{
	return DAY_OF_DATE(year, month, day);
}

/* The inverse of day_of_date, by counting eras of 400 years (146,097 days). */
void
date_of_day(Day number, int *year, int *month, int *day)
{
	int			since = number + 730425;	/* days from 1 March of year 0 */
	int			era = since / 146097;
	int			of_era = since % 146097;
	int			year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int			of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int			march_month = (5 * of_year + 2) / 153;

	*day = of_year - (153 * march_month + 2) / 5 + 1;
	*month = march_month < 10 ? march_month + 3 : march_month - 9;
	*year = 400 * era + year_of_era + (*month <= 2);
}
