/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A converter of a clock, and its line of text. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tscal/tscal.h>

#define BOOT_ID "0c6b8b3e-2f4f-4d51-9d6e-0f6c3f0d9a11"

static uint64_t state = 20261126;

static uint64_t random_bits(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

static struct tscal_conv_meta random_meta(void)
{
	static const int clocks[] = {TSCAL_CLOCK_ID_NONE, CLOCK_MONOTONIC,
		CLOCK_MONOTONIC_RAW, CLOCK_REALTIME, CLOCK_BOOTTIME, CLOCK_TAI};
	struct tscal_conv_meta m = {0};
	double hz = 250.001e6 *
		    exp2((double)(random_bits() >> 11) / (1L << 53) * 6.32);

	cr_assert(zero(
		int, tscal_conv_init(&m.conv, hz,
			     random_bits() >> random_bits() % 64,
			     (int64_t)random_bits() >> random_bits() % 64)));
	m.clock_id = clocks[random_bits() % 6];
	m.generation = (uint32_t)random_bits();
	m.anchor_err_ns = random_bits() % 3 ? (int64_t)(random_bits() >> 1)
					    : -1;
	m.rate_err_ppb = random_bits() % 3 ? (int64_t)(random_bits() % 1000)
					   : -1;
	if (random_bits() % 3)
		strcpy(m.boot_id, BOOT_ID);
	return m;
}

static void expect_same(
	const struct tscal_conv_meta *a, const struct tscal_conv_meta *b)
{
	cr_assert(eq(i64, a->conv.mult, b->conv.mult));
	cr_assert(zero(int, memcmp(&a->conv.tsc_hz, &b->conv.tsc_hz, 8)));
	cr_assert(eq(u64, a->conv.tsc_epoch, b->conv.tsc_epoch));
	cr_assert(eq(i64, a->conv.ns_epoch, b->conv.ns_epoch));
	cr_assert(eq(i32, a->clock_id, b->clock_id));
	cr_assert(eq(u32, a->generation, b->generation));
	cr_assert(eq(i64, a->anchor_err_ns, b->anchor_err_ns));
	cr_assert(eq(i64, a->rate_err_ppb, b->rate_err_ppb));
	cr_assert(eq(str, (char *)a->boot_id, (char *)b->boot_id));
}

Test(conv_meta, a_hundred_thousand_converters_come_back_exactly)
{
	/* A locale with a comma, where there is one. */
	setlocale(LC_ALL, "de_DE.UTF-8");
	for (int i = 0; i < 100000; i++) {
		struct tscal_conv_meta m = random_meta(), back;
		char line[TSCAL_CONV_LINE], err[200];
		int n = tscal_conv_meta_format(&m, line, sizeof(line));

		cr_assert(lt(int, 0, n));
		cr_assert(eq(sz, strlen(line), (size_t)n));
		cr_assert(zero(int, tscal_conv_meta_parse(
					    &back, line, err, sizeof(err))),
			"%s: %s", line, err);
		cr_assert(zero(int, err[0]));
		expect_same(&m, &back);
		/* With the newline of a file. */
		strcat(line, "\n");
		cr_assert(
			zero(int, tscal_conv_meta_parse(&back, line, NULL, 0)));
	}
}

static char line[TSCAL_CONV_LINE + 8], err[200];
static struct tscal_conv_meta untouched = {.generation = 77}, meta;

/* A line is refused with a sentence that says so. */
static void expect_refused(const char *text, const char *says)
{
	meta = untouched;
	cr_assert(eq(int, tscal_conv_meta_parse(&meta, text, err, sizeof(err)),
			  -EBADMSG),
		"%s", text);
	cr_assert(zero(int, memcmp(&meta, &untouched, sizeof(meta))));
	cr_assert(ne(ptr, strstr(err, says), NULL), "%s: %s", text, err);
}

static void some_line(void)
{
	struct tscal_conv_meta m = {.clock_id = CLOCK_MONOTONIC,
		.generation = 3,
		.anchor_err_ns = 14,
		.rate_err_ppb = 2,
		.boot_id = BOOT_ID};

	tscal_conv_init(
		&m.conv, 2445421966.123046875, 81985529216486895, 1234567890);
	cr_assert(lt(int, 0, tscal_conv_meta_format(&m, line, sizeof(line))));
}

Test(conv_meta, a_line_cut_short_anywhere_is_refused)
{
	some_line();
	for (size_t n = strlen(line); n--;) {
		line[n] = '\0';
		expect_refused(line, n < 11   ? "begin"
				     : n < 13 ? "version"
					      : "cut short");
	}
}

Test(conv_meta, a_line_with_any_byte_changed_is_refused)
{
	some_line();
	for (size_t n = strlen(line), i = 0; i < n; i++) {
		char was = line[i];

		for (int c = 1; c < 256; c++) {
			if ((char)c == was)
				continue;
			line[i] = (char)c;
			expect_refused(line, "");
			cr_assert(ne(chr, err[0], '\0'));
		}
		line[i] = was;
	}
	cr_assert(zero(int, tscal_conv_meta_parse(&meta, line, NULL, 0)));
}

/* The same with the checksum that belongs to what it says. */
static void expect_refused_signed(const char *text, const char *says)
{
	uint32_t h = 2166136261u;

	for (const char *p = text; *p; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	snprintf(line, sizeof(line), "%s sum=%08x", text, h);
	expect_refused(line, says);
}

Test(conv_meta, fields_that_are_wrong_are_named)
{
#define HZ "tscal-conv/1 hz=2000000000.5"
#define REST " clock=none generation=0 err_ns=-1 err_ppb=-1 boot=-"
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"tscal-conv/1 hz=2000000000" REST, "hz= has no decimals"},
		{"tscal-conv/1 hz=2000000000." REST, "hz= has 0 decimals"},
		{"tscal-conv/1 hz=2000000000.50 tsc=1" REST, "hz= has a zero"},
		{"tscal-conv/1 hz=2000000000.3 tsc=1" REST, "hz= is no mult"},
		{"tscal-conv/1 hz=250000000.0 tsc=1 ns=2" REST, "hz= is out"},
		{"tscal-conv/1 hz=20000000000.5 tsc=1 ns=2" REST, "hz="},
		{"tscal-conv/1 hz=-1.0 tsc=1 ns=2" REST, "hz= is not a"},
		{"tscal-conv/1 hz=nan tsc=1 ns=2" REST, "hz= is not a"},
		{"tscal-conv/1 hz=1e9 tsc=1 ns=2" REST, "hz= has no decimals"},
		{HZ " tsc=18446744073709551616 ns=2" REST, "tsc= is out"},
		{HZ " tsc=+1 ns=2" REST, "tsc= is not a"},
		{HZ " tsc=01 ns=2" REST, "tsc= is not a"},
		{HZ " tsc= 1 ns=2" REST, "tsc= is not a"},
		{HZ "  tsc=1 ns=2" REST, "tsc= is missing"},
		{HZ " ns=1 tsc=2" REST, "tsc= is missing"},
		{HZ " tsc=1 ns=9223372036854775808" REST, "ns= is out"},
		{HZ " tsc=1 ns=-9223372036854775809" REST, "ns= is out"},
		{HZ " tsc=1 ns=-0" REST, "ns= is not a"},
		{HZ " tsc=1 ns=1 clock=sundial generation=0", "clock= is none"},
		{HZ " tsc=1 ns=1 clock=none generation=4294967296",
			"generation= is out"},
		{HZ " tsc=1 ns=1 clock=none generation=0 err_ns=-2",
			"err_ns= is out"},
		{HZ " tsc=1 ns=1 clock=none generation=0 err_ns=1 err_ppb=1 "
		    "boot=0c6b8b3e",
			"boot= is neither"},
		{HZ " tsc=1 ns=1 clock=none generation=0 err_ns=1 err_ppb=1 "
		    "boot=- more=1",
			"there is more"},
		{"tscal-conv/2 hz=1", "tscal-conv/2"},
		{"tscal-conv/1\thz=1", "version"},
		{"", "begin"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_refused_signed(bad[i].text, bad[i].says);
	some_line();
	strcat(line, "\n\n");
	expect_refused(line, "cut short");
}

Test(conv_meta, what_cannot_be_written_is_refused)
{
	struct tscal_conv_meta m = random_meta();
	int n;

	m.clock_id = CLOCK_MONOTONIC;
	n = tscal_conv_meta_format(&m, line, sizeof(line));
	for (int size = 0; size <= n; size++)
		cr_assert(
			eq(int, tscal_conv_meta_format(&m, line, (size_t)size),
				-ENOSPC));
	cr_assert(eq(int, tscal_conv_meta_format(&m, line, (size_t)n + 1), n));
	/* A dynamic clock means nothing to another process. */
	m.clock_id = -42;
	cr_assert(eq(
		int, tscal_conv_meta_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	m.conv.tsc_hz = NAN;
	cr_assert(eq(
		int, tscal_conv_meta_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	m.conv.mult++;
	cr_assert(eq(
		int, tscal_conv_meta_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	strcpy(m.boot_id, "no such thing");
	cr_assert(eq(
		int, tscal_conv_meta_format(&m, line, sizeof(line)), -EINVAL));
}

/* The clock, read around the converter's answer, holds it. */
Test(conv_meta, an_anchor_is_where_the_clock_is)
{
	static const int clocks[] = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
		CLOCK_REALTIME, CLOCK_BOOTTIME, CLOCK_TAI};
	struct tscal_info info;

	cr_assert(zero(int, tscal_calibrate(NULL, &info)));
	for (size_t i = 0; i < 5; i++) {
		struct timespec ts;
		int64_t ns, before, after;

		cr_assert(zero(
			int, tscal_conv_anchor(&meta, clocks[i], info.hz_raw)));
		clock_gettime(clocks[i], &ts);
		before = ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
		ns = tscal_tsc_to_ns(&meta.conv, tscal_rdtsc_ordered());
		clock_gettime(clocks[i], &ts);
		after = ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
		/* 600 ppm for what NTP may steer, over however long this took.
		 */
		int64_t slack = meta.anchor_err_ns +
				(after - meta.conv.ns_epoch) / 1600 + 1;
		cr_assert(le(i64, before - slack, ns));
		cr_assert(le(i64, ns, after + slack));
		cr_assert(eq(i32, meta.clock_id, clocks[i]));
		cr_assert(eq(i64, meta.rate_err_ppb, -1));
		cr_assert(eq(sz, strlen(meta.boot_id), 36));
	}
}

Test(conv_meta, an_anchor_that_cannot_be_leaves_the_struct_alone)
{
	static const double bad[] = {0, -1, 250e6, 1e300, NAN};

	meta = untouched;
	for (size_t i = 0; i < 5; i++)
		cr_assert(eq(int,
			tscal_conv_anchor(&meta, CLOCK_MONOTONIC, bad[i]),
			-ERANGE));
	cr_assert(eq(int, tscal_conv_anchor(&meta, 99, 2e9), -EINVAL));
	cr_assert(zero(int, memcmp(&meta, &untouched, sizeof(meta))));
}

/* The example of the documentation. */
Test(conv_meta, the_line_in_the_documentation_is_one)
{
	FILE *f = fopen(TSCAL_DOCS "/converting.md", "r");
	int found = 0;

	cr_assert(ne(ptr, f, NULL));
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "tscal-conv/", 11) != 0)
			continue;
		cr_assert(zero(int, tscal_conv_meta_parse(
					    &meta, line, err, sizeof(err))),
			"%s", err);
		found++;
	}
	fclose(f);
	cr_assert(lt(int, 0, found));
}
