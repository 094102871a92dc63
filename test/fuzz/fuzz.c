/*
 * fuzz.c
 *	  What the fuzz targets share.
 */
#include "fuzz.h"

/* Called by libFuzzer before all inputs. */
extern int LLVMFuzzerInitialize(int *argc, char ***argv);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void) argc;
	(void) argv;
	absence_week_start();
	return 0;
}

uint64_t
take(Input *input, int bytes)
{
	uint64_t	number = 0;

	for (; bytes > 0; bytes--)
	{
		number <<= 8;
		if (input->left > 0)
		{
			number |= *input->byte++;
			input->left--;
		}
	}
	return number;
}

void *
copy_exactly(const void *source, size_t length)
{
	void	   *copy = malloc(length > 0 ? length : 1);

	if (length > 0)
		memcpy(copy, source, length);
	return copy;
}

uint64_t
next_number(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}
