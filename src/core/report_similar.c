/*
 * report_similar.c
 *	  The similar schools in a school's report: where the school stands among them, and whom to learn from.
 */
#include "core/report_similar.h"

#include "core/report_word.h"

#define STAR "\xe2\x98\x85"
#define ENOUGH 4				/* schools to learn from by similarity, and as many by nearness */

void
similar_count(SimilarReport *report)
{
	report->shown = report->better = report->clearly_better = 0;
	for (int i = 0; i < report->count; i++)
	{
		const SimilarSchool *school = &report->school[i];

		report->shown += !isnan(school->attendance);
		report->better += school->is_better;
		report->clearly_better += school->is_better && school->is_clear;
	}
}

/* The clearly better ones where there are enough, else all better ones. */
static bool
is_chosen(const SimilarReport *report, const SimilarSchool *school)
{
	return school->is_better && (school->is_clear || report->clearly_better < ENOUGH);
}

void
similar_nearest(SimilarReport *report, bool only_better, int most)
{
	for (int i = 0; i < report->count; i++)
		report->school[i].near = 0;
	for (int near = 1; near <= most; near++)
	{
		SimilarSchool *nearest = NULL;

		for (int i = 0; i < report->count; i++)
		{
			SimilarSchool *school = &report->school[i];

			if (school->near == 0 && !isnan(school->km) && (!only_better || is_chosen(report, school)) &&
				(nearest == NULL || school->km < nearest->km))
				nearest = school;
		}
		if (nearest == NULL)
			break;
		nearest->near = near;
	}
}

/* ---------- where the school stands ---------- */

static void
put_better(TextBuffer *out, const SimilarReport *report)
{
	if (report->better == 0)
		text_word(out, "None");
	else
		text_integer(out, report->better);
	text_printf(out, " of %d had higher attendance than this school", report->shown);
	if (report->best.byte == NULL || report->better == 0)
		text_word(out, ". ");
	else if (report->clearly_better == 0)
		text_word(out, ", but not by more than chance would often bring. ");
	else if (report->clearly_better == report->better)
		text_word(out, ", by more than chance would often bring. ");
	else
		text_printf(out, ", %d of them by more than chance would often bring. ", report->clearly_better);
}

static void
put_places(TextBuffer *out, const SimilarReport *report)
{
	bool		is_one = report->best.length == report->worst.length && report->best.length > 0 &&
		memcmp(report->best.byte, report->worst.byte, report->best.length) == 0;

	text_word(out, is_one ? "Counting itself, it stands at place " :
			  "Counting itself, it stands somewhere between place ");
	text_slice(out, report->best);
	if (!is_one)
	{
		text_word(out, " and place ");
		text_slice(out, report->worst);
	}
	text_word(out, " of ");
	text_slice(out, report->ranked);
	text_word(out, is_one ? "." : "; one year's rate is partly chance, so an exact place cannot be given.");
}

void
similar_standing(PartWriter *part, const SimilarReport *report)
{
	TextBuffer *out = said_begin(part);
	int			hidden = report->count - report->shown;

	if (report->count == 1)
		text_word(out, "This is the school");
	else
		text_printf(out, "These are the %d schools", report->count);
	text_word(out, " whose circumstances, taken together, are closest to this school's. ");
	if (report->is_poor_match)
		text_word(out, "They are less alike than the similar schools of most: this school's circumstances are "
				  "unusual, so read the comparison with care. ");
	if (hidden > 0)
		text_printf(out, "The attendance of %d of them is known from %s only and not published; %s left out of what "
					"follows. ", hidden, hidden == 1 ? "its registers" : "their registers",
					hidden == 1 ? "it is" : "they are");
	if (report->shown > 0)
		put_better(out, report);
	if (report->best.byte != NULL)
		put_places(out, report);
	part_text(part, PART_HEADING, TEXT_OF("Similar schools"));
	part_text(part, PART_PARAGRAPH, said(part));
}

/* ---------- whom to learn from ---------- */

static void
put_piece(TextBuffer *out, const char **between, const char *piece)
{
	text_word(out, *between);
	text_word(out, piece);
	*between = ", ";
}

static void
put_reasons(TextBuffer *out, const SimilarReport *report, const SimilarSchool *school, int place, int chosen)
{
	const char *between = "; ";

	if (chosen > 1 && place <= ENOUGH)
		put_piece(out, &between, place == 1 ? "the most similar of these" : "among the most similar");
	if (chosen > 1 && school->near > 0)
		put_piece(out, &between, school->near == 1 ? "the nearest of these" : "among the nearest");
	if (school->fsm > report->own_fsm)
	{
		put_piece(out, &between, "more free school meals than here, ");
		text_printf(out, "%.1f%s", school->fsm, "%");
	}
}

static void
put_learn(PartWriter *part, const SimilarReport *report, const SimilarSchool *school, int place, int chosen)
{
	TextBuffer *out = said_begin(part);
	const char *between = "";

	text_slice(out, school->name);
	text_word(out, "\t");
	if (school->la_name.byte != NULL)
	{
		put_piece(out, &between, "");
		text_slice(out, school->la_name);
	}
	if (!isnan(school->km))
	{
		put_piece(out, &between, "");
		put_km(out, school->km);
	}
	if (school->has_enrolments)
	{
		put_piece(out, &between, "");
		text_thousands(out, school->enrolments);
		text_word(out, school->enrolments == 1 ? " pupil" : " pupils");
	}
	text_printf(out, ": %.2f%s, %.2f points higher", school->attendance, "%",
				school->attendance - report->own_attendance);
	if (school->is_clear && report->clearly_better < ENOUGH)
		text_word(out, ", which is more than chance would often bring");
	put_reasons(out, report, school, place, chosen);
	text_word(out, ".");
	part_item(part, said(part), school->address);
}

static TextSlice
learn_lead(const SimilarReport *report)
{
	if (report->better == 0)
		return TEXT_OF("None of the similar schools had higher attendance: others may learn from this school.");
	if (report->better == 1)
		return TEXT_OF("One similar school had higher attendance:");
	if (report->better <= ENOUGH)
		return TEXT_OF("The similar schools that had higher attendance:");
	if (report->clearly_better >= ENOUGH)
		return TEXT_OF("Of the similar schools with clearly higher attendance, the most similar and the nearest, each "
					   "with the reason to ring it:");
	return TEXT_OF("Of the similar schools with higher attendance, the most similar and the nearest, each with the "
				   "reason to ring it:");
}

static void
learn_part(PartWriter *part, SimilarReport *report)
{
	int			chosen = report->clearly_better < ENOUGH ? report->better : report->clearly_better;
	int			place = 0;

	part_text(part, PART_HEADING, TEXT_OF("Schools to learn from"));
	part_text(part, PART_PARAGRAPH, learn_lead(report));
	similar_nearest(report, true, ENOUGH);
	part_begin(part, PART_LIST, TEXT_OF(""), 1);
	for (int i = 0; i < report->count; i++)
	{
		const SimilarSchool *school = &report->school[i];

		if (is_chosen(report, school) && (++place <= ENOUGH || school->near > 0))
			put_learn(part, report, school, place, chosen);
	}
	part_end(part);
}

/* ---------- all of them ---------- */

static void
put_name_cell(PartWriter *part, const SimilarSchool *school)
{
	TextBuffer *out = said_begin(part);
	bool		has_la = school->la_name.length > 0;

	text_slice(out, school->name);
	if (school->is_better)
		text_word(out, " " STAR);
	if (has_la || !isnan(school->km))
		text_word(out, "\n");
	text_slice(out, school->la_name);
	if (!isnan(school->km))
	{
		/* a name may be empty */
		text_word(out, school->la_name.byte != NULL ? ", " : "");
		put_km(out, school->km);
	}
	part_item(part, said(part), school->address);
}

static void
put_row(PartWriter *part, const SimilarSchool *school)
{
	put_name_cell(part, school);
	if (school->has_enrolments)
		text_thousands(said_begin(part), school->enrolments);
	else
		said_begin(part);
	part_item(part, said(part), NO_TEXT);
	if (isnan(school->fsm))
		said_begin(part);
	else
		text_printf(said_begin(part), "%.1f%s", school->fsm, "%");
	part_item(part, said(part), NO_TEXT);
	if (isnan(school->attendance))
		text_word(said_begin(part), "not published");
	else
		put_percent(said_begin(part), school->attendance, school->low, school->high);
	part_item(part, said(part), NO_TEXT);
}

void
similar_lists(PartWriter *part, SimilarReport *report)
{
	TextBuffer *out;

	/* of schools whose attendance is not shown nothing is said */
	if (report->shown > 0)
		learn_part(part, report);
	out = said_begin(part);
	if (report->count == 1)
		text_word(out, "The similar school");
	else
		text_printf(out, "All %d similar schools", report->count);
	if (report->better > 0)
		text_word(out, "; " STAR " had higher attendance than this school");
	part_begin(part, report->list, said(part), 4);
	part_item(part, TEXT_OF("Similar school, most similar first"), NO_TEXT);
	part_item(part, TEXT_OF("Pupils"), NO_TEXT);
	part_item(part, TEXT_OF("Free meals"), NO_TEXT);
	part_item(part, TEXT_OF("Attendance"), NO_TEXT);
	for (int i = 0; i < report->count; i++)
		put_row(part, &report->school[i]);
	part_end(part);
}
