/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include "hv/clocksource.h"

Test(clocksource, each_row_is_found_by_its_name)
{
	const struct clocksource *c;
	size_t i = 0;

	for (; (c = clocksource_row(i)); i++) {
		cr_expect(eq(ptr, (void *)clocksource_of(c->name), (void *)c),
			"%s", c->name);
		cr_expect(ne(int, (int)c->of, CLOCKSOURCE_OF_UNKNOWN), "%s",
			c->name);
		cr_expect(eq(int, c->root != 0, c->of == CLOCKSOURCE_OF_TIMER),
			"%s", c->name);
		cr_expect(lt(u64, 0, c->step_ns), "%s", c->name);
	}
	cr_assert(eq(sz, i, 12));
}

Test(clocksource, an_unknown_name_has_a_row_without_a_name)
{
	static const char *const names[] = {"", "TSC", "tsc ", "ts", "pit0"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct clocksource *c = clocksource_of(names[i]);

		cr_expect(eq(ptr, (void *)c->name, NULL), "%s", names[i]);
		cr_expect(eq(int, (int)c->of, CLOCKSOURCE_OF_UNKNOWN));
		cr_expect(lt(u64, 0, c->step_ns));
	}
}
