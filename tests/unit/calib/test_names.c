/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the enumerations are called. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>

#include <tscal/calibrate.h>

static bool nameless(const char *name)
{
	return !strcmp(name, "?");
}

Test(names, a_zeroed_line_is_not_used_and_not_reported)
{
	struct tscal_line line = {0};

	cr_assert(eq(str, (char *)tscal_status_str(line.status), "?"));
	cr_assert(eq(str, (char *)tscal_kind_str(line.kind), "?"));
}

Test(names, every_value_has_one_and_what_is_beyond_has_none)
{
	for (int i = 1; i <= TSCAL_STATUS_COARSE; i++)
		cr_assert(not(nameless(tscal_status_str(i))), "status %d", i);
	cr_assert(nameless(tscal_status_str(TSCAL_STATUS_COARSE + 1)));
	for (int i = 1; i <= TSCAL_KIND_MEASURED; i++)
		cr_assert(not(nameless(tscal_kind_str(i))), "kind %d", i);
	cr_assert(nameless(tscal_kind_str(TSCAL_KIND_MEASURED + 1)));
	for (int i = 0; i <= TSCAL_RATE_VERIFIED; i++)
		cr_assert(not(nameless(tscal_rate_str(i))), "rate %d", i);
	cr_assert(nameless(tscal_rate_str(TSCAL_RATE_VERIFIED + 1)));
	for (int i = 0; i <= TSCAL_USE_UNKNOWN; i++)
		cr_assert(not(nameless(tscal_use_str(i))), "use %d", i);
	cr_assert(nameless(tscal_use_str(TSCAL_USE_UNKNOWN + 1)));
	cr_assert(nameless(tscal_status_str((enum tscal_status) - 1)));
}
