/*
 * report_word.c
 *	  The words of a school's report: names, distances, rates and characteristics in plain English.
 */
#include "core/report_word.h"

#include <math.h>

/* A characteristic, what tables call it, and, where that is another, what steps do. */
typedef struct CharacteristicWord
{
	const char *name;
	const char *text;
	const char *step;
} CharacteristicWord;

static const CharacteristicWord words[] = {
	{"fsm_pct", "Free school meals, % of pupils", "Disadvantage"},
	{"fsm6_pct", "Free school meals in the past six years, % of pupils", "Disadvantage"},
	{"sen_support_pct", "SEN support, % of pupils", NULL},
	{"ehc_plan_pct", "Education, health and care plan, % of pupils", "EHC plans"},
	{"semh_pct", "Social, emotional and mental health need, % of pupils", "Mental health needs"},
	{"eal_pct", "English as an additional language, % of pupils", "Additional language"},
	{"mobility_pct", "Joined or left in the year, % of pupils", NULL},
	{"ln_mobility", "Joined or left in the year, % of sessions", NULL},
	{"key_stage_share", "In the last key stage of the phase, % of pupils", "Last key stage"},
	{"ln_headcount", "Pupils on roll", NULL},
	{"ln_tenth_school_km", "Kilometres to the tenth nearest school of its phase", "Nearness of other schools"},
	{"idaci_score", "Children in low-income families in the area, 0 to 1", "Disadvantage"},
	{"idaci_rank", "Deprivation of the area, rank (1 is most deprived)", "Disadvantage"},
	{"region", "Region", NULL},
	{"region_inner_outer", "Region", NULL},
	{"age_class", "Ages taught", NULL},
	{"urban_rural", "Urban or rural", NULL},
	{"religious_character", "Religious character", NULL},
	{"religious_class", "Religious character", NULL},
	{"selective", "Selects by ability", NULL},
};

bool
text_is(TextSlice text, const char *word)
{
	return text.byte != NULL && text.length == strlen(word) && memcmp(text.byte, word, text.length) == 0;
}

static const CharacteristicWord *
find_word(TextSlice characteristic)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_is(characteristic, words[i].name))
			return &words[i];
	return NULL;
}

void
put_shown_name(TextBuffer *out, TextSlice name, TextSlice urn)
{
	size_t		start = out->length;
	size_t		first = start;

	markup_put(out, name, MARKUP_NONE);
	while (first < out->length && out->byte[first] == ' ')
		first++;
	while (out->length > first && out->byte[out->length - 1] == ' ')
		out->length--;
	if (first == out->length)
	{
		out->length = start;
		text_word(out, "School ");
		text_slice(out, urn);
		return;
	}
	if (first > start)
		memmove(out->byte + start, out->byte + first, out->length - first);
	out->length -= first - start;
}

void
put_km(TextBuffer *out, double km)
{
	if (km < 1)
		text_word(out, "under 1 km away");
	else
		text_printf(out, "%.0f km away", km);
}

void
put_percent(TextBuffer *out, double percent, double low, double high)
{
	if (isnan(percent))
		return;
	text_printf(out, "%.2f%s", percent, "%");
	if (!isnan(low) && !isnan(high))
		text_printf(out, "\n%.1f to %.1f", low, high);
}

/* A characteristic of the user's own, without what its name begins with. */
static void
put_own(TextBuffer *out, TextSlice name)
{
	const char *mark = "other.";
	size_t		length = strlen(mark);

	while (name.length > 0)
	{
		size_t		taken = text_begins(name, mark) ? length : 1;

		if (taken == 1)
			text_put(out, name.byte, 1);
		name = (TextSlice) {name.byte + taken, name.length - taken};
	}
}

void
put_characteristic(TextBuffer *out, TextSlice characteristic, TextSlice meaning)
{
	const CharacteristicWord *word = find_word(characteristic);

	if (word != NULL)
		text_word(out, word->text);
	else if (meaning.byte != NULL)
		text_slice(out, meaning);
	else
		put_own(out, characteristic);
}

bool
put_characteristic_number(TextBuffer *out, TextSlice characteristic, double number)
{
	bool		is_count = text_is(characteristic, "ln_headcount") || text_is(characteristic, "idaci_rank");
	double		value = text_begins(characteristic, "ln_") && find_word(characteristic) != NULL ? exp(number) : number;

	if (is_count)
	{
		value = rounded_decimal(value, 0);
		if (!(fabs(value) < 1e15))
			return false;
		text_thousands(out, (int64_t) value);
	}
	else
		text_decimal(out, text_is(characteristic, "ln_mobility") ? value - 1 : value,
					 text_is(characteristic, "idaci_score") ? 3 : 1);
	return true;
}

/* What stands before the unit. */
static void
put_without_unit(TextBuffer *out, TextSlice characteristic)
{
	size_t		start = out->length;

	put_characteristic(out, characteristic, characteristic);
	for (size_t i = start; i + 1 < out->length; i++)
		if (out->byte[i] == ',' && out->byte[i + 1] == ' ')
			out->length = i;
}

void
put_expected_step(TextBuffer *out, TextSlice step, TextSlice characteristic, TextSlice stratum)
{
	const CharacteristicWord *word = find_word(characteristic);

	if (text_is(step, "national mean"))
	{
		text_word(out, "Mean of ");
		text_slice(out, stratum);
		text_word(out, " schools");
	}
	else if (text_is(step, "own attendance left out"))
		text_word(out, "Own attendance left out");
	else if (text_is(step, "similar schools"))
		text_word(out, "Similar schools");
	else if (text_is(step, "expected"))
		text_word(out, "Expected attendance");
	else if (text_begins(characteristic, "fsm") || text_begins(characteristic, "idaci"))
		text_word(out, "Disadvantage");
	else if (word != NULL && word->step != NULL)
		text_word(out, word->step);
	else
		put_without_unit(out, characteristic);
}
