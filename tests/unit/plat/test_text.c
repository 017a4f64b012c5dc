/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <string.h>

#include "plat/text.h"

struct number {
	const char *text;
	double value;
	size_t used;
};

#define TEN_DIGITS "9999999999"
#define FIFTY_DIGITS TEN_DIGITS TEN_DIGITS TEN_DIGITS TEN_DIGITS TEN_DIGITS
#define HUNDRED_DIGITS FIFTY_DIGITS FIFTY_DIGITS

static const struct number numbers[] = {{"2.40GHz", 2.4, 4}, {" 2", 2, 2},
	{"4890.84\n", 4890.84, 7}, {"1.", 1, 2}, {"1.2.3", 1.2, 3},
	{".5", 0, 0}, {"-1", 0, 0}, {"", 0, 0}, {"inf", 0, 0}, {"x1", 0, 0},
	/* More digits than a double has are no other number. */
	{"2.3999999999999999999999999999999999999999", 2.4, 42},
	{"0.00000000000000000000000000000000000000001", 0, 43},
	/* Beyond every rate, and beyond a double. */
	{HUNDRED_DIGITS "1", 0, 0},
	{HUNDRED_DIGITS HUNDRED_DIGITS HUNDRED_DIGITS HUNDRED_DIGITS, 0, 0},
	{HUNDRED_DIGITS HUNDRED_DIGITS HUNDRED_DIGITS HUNDRED_DIGITS ".5", 0,
		0}};

Test(text, numbers_are_read_alike_in_every_locale)
{
	static const char *const comma[] = {
		"C", "de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"};

	for (size_t l = 0; l < 4; l++) {
		if (!setlocale(LC_ALL, comma[l]))
			continue;
		for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers);
			i++) {
			const struct number *n = &numbers[i];
			const char *end;

			cr_expect(ieee_ulp_eq(dbl, text_number(n->text, &end),
					  n->value, 1),
				"\"%s\"", n->text);
			cr_expect(eq(sz, (size_t)(end - n->text), n->used),
				"\"%s\"", n->text);
		}
	}
}

struct appended {
	const char *before, *added, *after;
};

/* To a buffer of 12 bytes: 11 characters and the NUL. */
static const struct appended appended[] = {
	{"", "", ""}, {"", "one two", "one two"}, {"one", " two", "one two"},
	{"one", " two six", "one two six"},   /* exactly */
	{"one", " two eight", "one two ..."}, /* two characters too many */
	{"one two", " six", "one two six"},
	{"one two", " eight", "one two ..."},
	{"one two six", " ", "one two ..."}, /* full */
	{"one two six", "", "one two six"},
	{"one two ...", " six", "one two ..."}, /* it was cut already */
	{"", "clocksources", "clockso ..."},	/* one long word */
};

Test(text, printf_appends_and_cuts_no_word)
{
	for (size_t i = 0; i < sizeof(appended) / sizeof(*appended); i++) {
		const struct appended *a = &appended[i];
		char buf[12 + 4] = "";

		memset(buf + 12, 'x', 4);
		strcpy(buf, a->before);
		text_printf(buf, 12, "%s", a->added);
		cr_expect(eq(str, buf, (char *)a->after), "\"%s\" + \"%s\"",
			a->before, a->added);
		cr_expect(zero(int, memcmp(buf + 12, "xxxx", 4)));
	}
}

Test(text, printf_into_little_room)
{
	static const char *const want[] = {
		"x", "", "o", "on", "one", " ...", "o ...", "one two"};
	static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 6, 8};

	for (size_t i = 0; i < 8; i++) {
		char buf[16] = "x";

		if (sizes[i])
			buf[0] = '\0';
		memset(buf + sizes[i] + !sizes[i] * 2, 'y', 4);
		text_printf(buf, sizes[i], "one two");
		cr_expect(eq(str, buf, (char *)want[i]), "%zu", sizes[i]);
		cr_expect(eq(int, buf[sizes[i] + !sizes[i] * 2], 'y'), "%zu",
			sizes[i]);
	}
}

/* 6 bytes of room, and the third character begins at the fifth. */
Test(text, one_long_word_is_cut_between_characters)
{
	char buf[10] = "";

	text_printf(buf, sizeof(buf), "%s", "\u00e4\u00e4\u20ac\u20ac");
	cr_assert(eq(str, buf, "\u00e4\u00e4 ..."));
}

Test(text, value_is_of_the_first_line_of_that_very_name)
{
	static const char text[] = "model\t\t: 1\nmodel name\t: A B\n"
				   "model name\t: C\nnone\nlast:";

	cr_assert(eq(int, strncmp(text_value(text, "model"), " 1\n", 3), 0));
	cr_assert(eq(
		int, strncmp(text_value(text, "model name"), " A B\n", 5), 0));
	cr_assert(eq(str, (char *)text_value(text, "last"), (char *)""));
	cr_assert(zero(ptr, (void *)text_value(text, "name")));
	cr_assert(zero(ptr, (void *)text_value(text, "none")));
	cr_assert(zero(ptr, (void *)text_value(text, "mode")));
}

Test(text, quotes_show_blanks_and_what_cannot_be_printed)
{
	static const char bytes[] = "a \t\n\"\\\x80\x00z";
	char buf[64] = "found ";

	text_quote(buf, sizeof(buf), bytes, sizeof(bytes) - 1);
	cr_assert(
		eq(str, buf, (char *)"found \"a \\t\\n\\\"\\\\\\x80\\x00z\""));
}
