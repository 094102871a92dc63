/*
 * markup.c
 *	  Text in UTF-8 as it can stand in a document.
 */
#include "core/markup.h"

/* No byte becomes more than this many. */
#define GROWTH 6

/* Length of a control character at the place, or 0. */
static size_t
control_length(const unsigned char *at, size_t left)
{
	if (at[0] < 0x20 || at[0] == 0x7f)
		return 1;
	return left >= 2 && at[0] == 0xc2 && at[1] < 0xa0 ? 2 : 0;
}

/* Is there, at the place, a character of three bytes that is left out? */
static bool
is_left_out(const unsigned char *at, size_t left)
{
	if (left < 3)
		return false;
	if (at[0] == 0xe2 && at[1] == 0x80)
		return at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xaa && at[2] <= 0xae);
	if (at[0] == 0xe2 && at[1] == 0x81)
		return at[2] >= 0xa6 && at[2] <= 0xa9;
	return at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe;
}

static const char *
xml_entity(char sign)
{
	switch (sign)
	{
		case '&':
			return "&amp;";
		case '<':
			return "&lt;";
		case '>':
			return "&gt;";
		case '"':
			return "&quot;";
		case '\'':
			return "&#39;";
		default:
			return NULL;
	}
}

static size_t
write_sign(char sign, MarkupLanguage language, char *to)
{
	const char *entity = language == MARKUP_XML ? xml_entity(sign) : NULL;
	size_t		length = 0;

	if (entity != NULL)
	{
		length = strlen(entity);
		memcpy(to, entity, length);
		return length;
	}
	if (language == MARKUP_MARKDOWN && strchr("\\`*_{}[]<>#|~&!", sign) != NULL)
		to[length++] = '\\';
	to[length++] = sign;
	return length;
}

/* Most bytes are written as they are: neither signs nor the beginnings of characters that are not. */
static bool
is_plain(unsigned char byte)
{
	/* letters of both cases at once */
	return (unsigned int) ((byte | 0x20) - 'a') < 26 || (unsigned int) (byte - '0') < 10 ||
		byte == ' ' || byte == '.' || byte == ',';
}

/* To a buffer of GROWTH x length bytes. */
static size_t
write_text(const char *from, size_t length, MarkupLanguage language, char *to)
{
	const unsigned char *at = (const unsigned char *) from;
	size_t		written = 0;
	size_t		i = 0;

	while (i < length)
	{
		size_t		control;

		if (is_plain(at[i]))
			to[written++] = from[i++];
		else if ((control = control_length(at + i, length - i)) > 0)
		{
			to[written++] = ' ';
			i += control;
		}
		else if (is_left_out(at + i, length - i))
			i += 3;
		else
			written += write_sign(from[i++], language, to + written);
	}
	return written;
}

void
markup_put(TextBuffer *out, TextSlice text, MarkupLanguage language)
{
	/* in pieces, so that a long text does not need room for what it could become at worst */
	const size_t most = 65536;

	for (size_t i = 0, length; i < text.length; i += length)
	{
		length = text.length - i;
		if (length > most)
			/* a character is not cut: of four bytes, three may be of the next piece */
			for (length = most; length > most - 4 && (text.byte[i + length] & 0xc0) == 0x80; length--)
				;
		out->length += write_text(text.byte + i, length, language, text_room(out, length * GROWTH));
	}
}

void
xml_short(TextBuffer *out, TextSlice text, size_t letters)
{
	bool		is_cut = text.length > letters && text_letters(text) > letters;

	xml_put(out, is_cut ? text_cut(text, letters) : text);
	if (is_cut)
		text_word(out, "\xe2\x80\xa6");
}
