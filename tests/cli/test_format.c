/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Numbers as people and programs read them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <math.h>

#include "cli/cli.h"
#include "cli/format.h"

/* What report/json.c reports on stderr; no JSON here fails. */
int complain(const char *fmt, ...)
{
	cr_fatal("complains: %s", fmt);
	return EXIT_FAILED;
}

struct row {
	double in;
	const char *out;
};

static void expect(const char *got, const struct row *row)
{
	cr_assert(eq(str, (char *)got, (char *)row->out), "%.17g", row->in);
}

Test(format, a_bound_is_never_rounded_down)
{
	static const struct row rows[] = {
		{0, "0"},
		{1e-9, "0.0001"},
		{1e-4, "0.0001"},
		{1.51e-4, "0.00016"},
		{0.0770001, "0.078"},
		{0.391, "0.4"},
		{0.99999, "1"},
		{1, "1"},
		{12, "12"},
		{12.01, "13"},
		{99.5, "100"},
		{120.1, "130"},
		{1e6, "1000000"},
		{1e9, "any"},
		{INFINITY, "any"},
		{NAN, "any"},
	};
	char s[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		format_bound(s, sizeof(s), rows[i].in);
		expect(s, &rows[i]);
	}
}

Test(format, a_distance_keeps_about_four_digits_and_no_minus_zero)
{
	static const struct row rows[] = {
		{0, "0.000"},
		{4e-4, "0.000"},
		{-4e-4, "0.000"},
		{-6e-4, "-0.001"},
		{0.443, "+0.443"},
		{-17.181, "-17.18"},
		{-200.04, "-200.0"},
		{9000, "+9000.0"},
		{1.8e6, "+180 %"},
		{-2e5, "-20 %"},
	};
	char s[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		format_distance(s, sizeof(s), 1e9 + rows[i].in * 1e3, 1e9);
		expect(s, &rows[i]);
	}
}

Test(format, mhz_only_where_the_bounds_are_that_close)
{
	char s[32];

	format_hz(s, sizeof(s), 2596151000.3018, 2596150999.9, 2596151000.7);
	cr_assert(eq(str, s, "2596151000.302"));
	format_hz(s, sizeof(s), 2596151000.3018, 2596150999, 2596151001);
	cr_assert(eq(str, s, "2596151000"));
	format_hz(s, sizeof(s), 2596151000.3018, 0, INFINITY);
	cr_assert(eq(str, s, "2596151000"));
}

Test(format, the_farther_bound_counts)
{
	cr_assert(ieee_ulp_eq(dbl, bound_ppm(1e6, 1e6 - 2, 1e6 + 1), 2, 4));
	cr_assert(ieee_ulp_eq(dbl, bound_ppm(1e6, 1e6 - 2, 1e6 + 3), 3, 4));
	cr_assert(eq(int, isinf(bound_ppm(1e6, 1, INFINITY)), 1));
}

Test(json, what_is_unbounded_is_null_and_bounds_are_rounded_outwards)
{
	struct tscal_info info = {
		.hz = 2596150000.1234,
		.hz_lo = 2596149999.1239,
		.hz_hi = 2596150001.1231,
		.source = TSCAL_SOURCE_KVMCLOCK,
		.target_met = -1,
	};

	cr_redirect_stdout();
	cr_assert(eq(int, json_rate(&info), 0));
	info.hz_hi = INFINITY;
	info.hz_lo = 0;
	cr_assert(eq(int, json_rate(&info), 0));
	fflush(stdout);
	cr_assert_stdout_eq_str("{\n"
				"  \"schema\": \"tscal.hz/1\",\n"
				"  \"version\": \"" TSCAL_VERSION "\",\n"
				"  \"hz\": 2596150000.123,\n"
				"  \"khz\": 2596150,\n"
				"  \"hz_lo\": 2596149999.123,\n"
				"  \"hz_hi\": 2596150001.124,\n"
				"  \"hz_raw\": null,\n"
				"  \"hz_raw_lo\": null,\n"
				"  \"hz_raw_hi\": null,\n"
				"  \"hz_si\": null,\n"
				"  \"target_met\": null,\n"
				"  \"source\": \"kvmclock\",\n"
				"  \"verdict\": \"none\",\n"
				"  \"use\": \"no\"\n"
				"}\n"
				"{\n"
				"  \"schema\": \"tscal.hz/1\",\n"
				"  \"version\": \"" TSCAL_VERSION "\",\n"
				"  \"hz\": 2596150000.123,\n"
				"  \"khz\": 2596150,\n"
				"  \"hz_lo\": null,\n"
				"  \"hz_hi\": null,\n"
				"  \"hz_raw\": null,\n"
				"  \"hz_raw_lo\": null,\n"
				"  \"hz_raw_hi\": null,\n"
				"  \"hz_si\": null,\n"
				"  \"target_met\": null,\n"
				"  \"source\": \"kvmclock\",\n"
				"  \"verdict\": \"none\",\n"
				"  \"use\": \"no\"\n"
				"}\n");
}
