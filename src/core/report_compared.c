/*
 * report_compared.c
 *	  Tables of a school's report: what it is compared by, its years, its absence by reason, and what stands behind.
 */
#include "core/report_compared.h"

#include <math.h>

#include "core/report_word.h"

static void
put_head(PartWriter *part, const TextSlice *head, int width)
{
	for (int i = 0; i < width; i++)
		part_item(part, head[i], NO_TEXT);
}

static void
text_cell(PartWriter *part, TextSlice text)
{
	part_item(part, text, NO_TEXT);
}

/* What has been put together. */
static void
said_cell(PartWriter *part)
{
	part_item(part, said(part), NO_TEXT);
}

static void
percent_cell(PartWriter *part, double percent)
{
	TextBuffer *out = said_begin(part);

	if (!isnan(percent))
		text_printf(out, "%.2f%s", percent, "%");
	said_cell(part);
}

static void
signed_cell(PartWriter *part, double points)
{
	TextBuffer *out = said_begin(part);

	if (!isnan(points))
		text_signed(out, points, 2);
	said_cell(part);
}

static void
rate_cell(PartWriter *part, double percent, double low, double high)
{
	put_percent(said_begin(part), percent, low, high);
	said_cell(part);
}

/* ---------- circumstances ---------- */

/* The number; false where it is not known, or no report can write it, which *fits then tells. */
static bool
put_known_number(TextBuffer *out, TextSlice characteristic, double number, bool *fits)
{
	if (isnan(number))
		return false;
	*fits &= put_characteristic_number(out, characteristic, number);
	return true;
}

static void
put_category(TextBuffer *out, const Circumstance *c)
{
	if (text_is(c->characteristic, "selective"))
		text_word(out, text_is(c->category, "selective") ? "yes" : "no");
	else
		text_slice(out, c->category.byte == NULL ? TEXT_OF("not known") : c->category);
}

static bool
circumstance_row(PartWriter *part, const Circumstance *c, bool is_contextual)
{
	bool		fits = true;

	put_characteristic(said_begin(part), c->characteristic, c->meaning);
	said_cell(part);
	if (!put_known_number(said_begin(part), c->characteristic, c->number, &fits))
		put_category(part->said, c);
	said_cell(part);
	if (!put_known_number(said_begin(part), c->characteristic, c->similar_average, &fits) && c->category.byte != NULL &&
		c->has_same)
	{
		text_integer(part->said, c->same);
		text_word(part->said, " the same");
	}
	said_cell(part);
	if (is_contextual)
		signed_cell(part, c->contribution);
	else
	{
		put_known_number(said_begin(part), c->characteristic, c->typical, &fits);
		said_cell(part);
	}
	return fits;
}

bool
circumstances_table(PartWriter *part, const Circumstance *circumstance, int count, bool is_contextual,
					TextSlice title)
{
	bool		fits = true;

	part_begin(part, PART_TABLE, title, 4);
	put_head(part, (TextSlice[]) {
		TEXT_OF("Circumstance"), TEXT_OF("This school"), TEXT_OF("Similar schools"),
		is_contextual ? TEXT_OF("Effect, points") : TEXT_OF("Typical school")
	}, 4);
	for (int i = 0; i < count; i++)
		fits &= circumstance_row(part, &circumstance[i], is_contextual);
	part_end(part);
	return fits;
}

void
expected_table(PartWriter *part, const LevelStep *step, int count)
{
	part_begin(part, PART_FIGURES, TEXT_OF("The figures from the mean to what is expected"), 3);
	put_head(part, (TextSlice[]) {
		TEXT_OF("From the mean to what is expected"), TEXT_OF("Points"), TEXT_OF("Attendance")
	}, 3);
	for (int i = 0; i < count; i++)
	{
		text_cell(part, step[i].name);
		signed_cell(part, step[i].points);
		percent_cell(part, step[i].level);
	}
	part_end(part);
}

/* ---------- years ---------- */

/* A school left out has nothing expected, and a special school nothing national. */
static int
history_width(const HistoryYear *year, int count)
{
	int			width = 2;

	for (int i = 0; i < count; i++)
	{
		if (!isnan(year[i].national) && width < 3)
			width = 3;
		if (!isnan(year[i].expected))
			width = 4;
	}
	return width;
}

void
history_table(PartWriter *part, const HistoryYear *year, int count)
{
	int			width = history_width(year, count);
	bool		is_noise_known = false;

	for (int i = 0; i < count; i++)
		is_noise_known |= !isnan(year[i].low);
	part_begin(part, PART_FIGURES, is_noise_known ? TEXT_OF("The figures over the years, with 95% intervals") :
			   TEXT_OF("The figures over the years"), width);
	put_head(part, (TextSlice[]) {
		TEXT_OF("Year"), TEXT_OF("This school"), TEXT_OF("National"), TEXT_OF("Expected")
	}, width);
	for (int i = count - 1; i >= 0; i--)
	{
		const HistoryYear *y = &year[i];

		text_cell(part, y->year);
		rate_cell(part, y->attendance, y->low, y->high);
		if (width > 2)
			percent_cell(part, y->national);
		if (width > 3)
			rate_cell(part, y->expected, y->expected_low, y->expected_high);
	}
	part_end(part);
}

/* ---------- absence ---------- */

/* Whether it is absence for a reason, and not of a total, that is above the similar schools' as reports write it. */
static bool
stands_out(const AbsenceReason *r)
{
	return r->own - r->similar >= 0.005 &&
		(text_begins(r->reason, "sess_auth_") || text_begins(r->reason, "sess_unauth_"));
}

static const AbsenceReason *
furthest_above(const AbsenceReason *reason, int count)
{
	const AbsenceReason *furthest = NULL;

	for (int i = 0; i < count; i++)
		if (stands_out(&reason[i]) &&
			(furthest == NULL || reason[i].own - reason[i].similar > furthest->own - furthest->similar))
			furthest = &reason[i];
	return furthest;
}

static void
absence_lead(PartWriter *part, const AbsenceReason *reason, int count, TextSlice year)
{
	const AbsenceReason *furthest = furthest_above(reason, count);
	TextBuffer *out = said_begin(part);

	text_word(out, "Sessions missed in ");
	text_slice(out, year);
	text_word(out, ", per cent of those possible, beside the similar schools taken together. The largest differences "
			  "show where to look first.");
	if (furthest != NULL)
	{
		text_word(out, " Furthest above the similar schools: ");
		text_slice(out, furthest->meaning);
		text_word(out, ", ");
		text_signed(out, furthest->own - furthest->similar, 2);
		text_word(out, " points.");
	}
	part_text(part, PART_PARAGRAPH, said(part));
}

static void
absence_row(PartWriter *part, const AbsenceReason *r)
{
	TextBuffer *out = said_begin(part);

	text_slice(out, r->meaning);
	if (text_begins(r->reason, "enrolments"))
		text_word(out, "\n% of pupils");
	said_cell(part);
	percent_cell(part, r->own);
	percent_cell(part, r->similar);
	signed_cell(part, r->own - r->similar);
}

void
absence_part(PartWriter *part, PartKind list, const AbsenceReason *reason, int count, TextSlice year)
{
	TextBuffer *out;

	part_text(part, PART_HEADING, TEXT_OF("Absence by reason"));
	absence_lead(part, reason, count, year);
	out = said_begin(part);
	text_word(out, "Absence in ");
	text_slice(out, year);
	part_begin(part, list, said(part), 4);
	put_head(part, (TextSlice[]) {
		TEXT_OF("Absence"), TEXT_OF("This school"), TEXT_OF("Similar schools"), TEXT_OF("Difference")
	}, 4);
	for (int i = 0; i < count; i++)
		if (reason[i].own >= 0.005 || reason[i].similar >= 0.005)
			absence_row(part, &reason[i]);
	part_end(part);
}

/* ---------- what is expected of others, the ladder, data ---------- */

void
distribution_table(PartWriter *part, const DistributionBar *bar, int count)
{
	bool		is_hidden = false;

	part_begin(part, PART_FIGURES, TEXT_OF("Schools by improvement expected"), 2);
	put_head(part, (TextSlice[]) {TEXT_OF("Improvement, percentage points"), TEXT_OF("Schools")}, 2);
	for (int i = 0; i < count; i++)
	{
		text_decimal(said_begin(part), bar[i].height, 1);
		said_cell(part);
		if (bar[i].has_count)
			text_thousands(said_begin(part), bar[i].count);
		else
			text_word(said_begin(part), "c");
		said_cell(part);
		is_hidden |= !bar[i].has_count;
	}
	part_end(part);
	if (is_hidden)
		part_text(part, PART_META, TEXT_OF("c: 1 or 2 schools, or a number that would give these away."));
}

void
ladder_table(PartWriter *part, const TextSlice *name, const double *height, const int *place, int rungs, double level)
{
	part_begin(part, PART_FIGURES, TEXT_OF("The figures of the ladder"), 3);
	put_head(part, (TextSlice[]) {TEXT_OF("Rung"), TEXT_OF("Attendance"), TEXT_OF("Above the level now")}, 3);
	for (int i = 0; i < rungs; i++)
	{
		text_cell(part, name[place[i]]);
		percent_cell(part, height[place[i]]);
		signed_cell(part, height[place[i]] - level);
	}
	part_end(part);
}

/* As it is where it is no date. */
static void
put_day(TextBuffer *out, TextSlice date)
{
	static const char *const month[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
	};
	int			digit[10];

	for (int i = 0; i < 10; i++)
		digit[i] = (size_t) i < date.length ? date.byte[i] - '0' : -1;
	if (date.length != 10 || date.byte[4] != '-' || digit[5] * 10 + digit[6] < 1 || digit[5] * 10 + digit[6] > 12)
	{
		text_slice(out, date);
		return;
	}
	text_printf(out, "%d %s ", digit[8] * 10 + digit[9], month[digit[5] * 10 + digit[6] - 1]);
	text_put(out, date.byte, 4);
}

void
data_table(PartWriter *part, const DataSource *source, int count)
{
	part_begin(part, PART_TABLE, TEXT_OF("Data used"), 2);
	put_head(part, (TextSlice[]) {TEXT_OF("Figures"), TEXT_OF("Recorded")}, 2);
	for (int i = 0; i < count; i++)
	{
		TextBuffer *out = said_begin(part);

		text_slice(out, source[i].figure);
		text_word(out, source[i].source.byte != NULL ? "\n" : "");
		text_slice(out, source[i].source);
		said_cell(part);
		put_day(said_begin(part), source[i].recorded);
		said_cell(part);
	}
	part_end(part);
}
