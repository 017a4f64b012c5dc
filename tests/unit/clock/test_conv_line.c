/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The line of text of a converter: tscal_conv_format(), tscal_conv_parse(). */
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
	if (random_bits() % 3) {
		m.hz_lo = hz * (1 - exp2(-(double)(random_bits() % 60) - 1.2));
		m.hz_hi = hz * (1 + exp2(-(double)(random_bits() % 60) - 1.2));
		m.hz_lo = fmax(m.hz_lo, 0x1p27);
	}
	if (random_bits() % 3)
		strcpy(m.source,
			tscal_source_str((enum tscal_source)(
				1 + random_bits() % (TSCAL_SOURCE_COUNT - 1))));
	m.err_ns = random_bits() % 3 ? (int64_t)(random_bits() >> 1) : -1;
	m.made_ns = random_bits() % 3 ? (int64_t)(random_bits() >> 1) : 0;
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
	cr_assert(zero(int, memcmp(&a->hz_lo, &b->hz_lo, 8)));
	cr_assert(zero(int, memcmp(&a->hz_hi, &b->hz_hi, 8)));
	cr_assert(eq(str, (char *)a->source, (char *)b->source));
	cr_assert(eq(i64, a->err_ns, b->err_ns));
	cr_assert(eq(i64, a->made_ns, b->made_ns));
	cr_assert(eq(str, (char *)a->boot_id, (char *)b->boot_id));
}

Test(conv_line, a_million_converters_are_read_back_exactly)
{
	/* A locale with a comma, where there is one. */
	setlocale(LC_ALL, "de_DE.UTF-8");
	for (int i = 0; i < 1000000; i++) {
		struct tscal_conv_meta m = random_meta(), back;
		char line[TSCAL_CONV_LINE], err[200];
		int n = tscal_conv_format(&m, line, sizeof(line));

		cr_assert(lt(int, 0, n));
		cr_assert(eq(sz, strlen(line), (size_t)n));
		cr_assert(zero(int, tscal_conv_parse(
					    line, &back, err, sizeof(err))),
			"%s: %s", line, err);
		cr_assert(zero(int, err[0]));
		expect_same(&m, &back);
		/* With the newline of a file. */
		strcat(line, "\n");
		cr_assert(zero(int, tscal_conv_parse(line, &back, NULL, 0)));
	}
}

static char line[TSCAL_CONV_LINE + 8], err[200];
static struct tscal_conv_meta untouched = {.generation = 77}, meta;

/* A line is refused with a sentence. */
static void expect_refused(const char *text, const char *says)
{
	meta = untouched;
	cr_assert(eq(int, tscal_conv_parse(text, &meta, err, sizeof(err)),
			  -EBADMSG),
		"%s", text);
	cr_assert(zero(int, memcmp(&meta, &untouched, sizeof(meta))));
	cr_assert(ne(ptr, strstr(err, says), NULL), "%s: %s", text, err);
}

static void some_line(void)
{
	struct tscal_conv_meta m = {.clock_id = CLOCK_MONOTONIC,
		.generation = 3,
		.hz_lo = 2445421966,
		.hz_hi = 2445421966.25,
		.source = "clock-raw",
		.err_ns = 14,
		.made_ns = 1795780800000000000,
		.boot_id = BOOT_ID};

	tscal_conv_init(
		&m.conv, 2445421966.123046875, 81985529216486895, 1234567890);
	cr_assert(lt(int, 0, tscal_conv_format(&m, line, sizeof(line))));
}

Test(conv_line, a_line_cut_short_anywhere_is_refused)
{
	some_line();
	for (size_t n = strlen(line); n--;) {
		line[n] = '\0';
		expect_refused(line, n < 13 ? "no converter: expected "
					      "\"tscal-conv/1 \", found \""
					    : "cut short");
	}
}

Test(conv_line, a_line_with_any_byte_changed_is_refused)
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
	cr_assert(zero(int, tscal_conv_parse(line, &meta, NULL, 0)));
}

/* What typing and copying does to a line: a character is lost, doubled, or has
 * changed places with the next. */
Test(conv_line, a_line_with_a_character_lost_doubled_or_moved_is_refused)
{
	char good[TSCAL_CONV_LINE];
	size_t n;

	some_line();
	n = strlen(line);
	memcpy(good, line, n + 1);
	for (size_t i = 0; i < n; i++) {
		memcpy(line + i, good + i + 1, n - i);
		expect_refused(line, "");
		memcpy(line, good, i + 1);
		memcpy(line + i + 1, good + i, n - i + 1);
		expect_refused(line, "");
		memcpy(line, good, n + 1);
		if (i + 1 == n || good[i] == good[i + 1])
			continue;
		line[i] = good[i + 1];
		line[i + 1] = good[i];
		expect_refused(line, "");
		memcpy(line, good, n + 1);
	}
	cr_assert(zero(int, tscal_conv_parse(line, &meta, NULL, 0)));
}

/* The same with the checksum of its text. */
static void expect_refused_signed(const char *text, const char *says)
{
	uint32_t h = 2166136261u;

	for (const char *p = text; *p; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	snprintf(line, sizeof(line), "%s sum=%08x", text, h);
	expect_refused(line, says);
}

Test(conv_line, fields_that_are_wrong_are_named)
{
#define HZ "tscal-conv/1 hz=2000000000.5"
#define BY HZ " lo=- hi=- source=-"
#define AT BY " tsc=1 ns=1"
#define REST " clock=none generation=0 err_ns=-1 made=0 boot=-"
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"tscal-conv/1 hz=2000000000" REST,
			"hz= has no decimals, found \"2000000000\""},
		{"tscal-conv/1 hz=2000000000." REST,
			"hz= needs 1 to 25 decimals, found \"2000000000.\""},
		{"tscal-conv/1 hz=2000000000.50 lo=-" REST, "hz= has a zero"},
		{"tscal-conv/1 hz=2000000000.3 lo=-" REST, "hz= is no mult"},
		{"tscal-conv/1 hz=250000000.0 lo=- hi=- source=- tsc=1 "
		 "ns=2" REST,
			"hz= is out"},
		{"tscal-conv/1 hz=20000000000.5 lo=- hi=- source=- tsc=1 "
		 "ns=2" REST,
			"hz= is out"},
		{"tscal-conv/1 hz=99999999999.0 lo=-" REST, "hz= is out"},
		{"tscal-conv/1 hz=-1.0 lo=-" REST, "hz= is not a"},
		{"tscal-conv/1 hz=- lo=-" REST, "hz= is not a"},
		{"tscal-conv/1 hz=nan lo=-" REST,
			"hz= is not a decimal number, found \"nan\""},
		{"tscal-conv/1 hz=1e9 lo=-" REST, "hz= has no decimals"},
		{HZ " hi=- lo=- source=-" REST,
			"expected \" lo=\", found \" hi=- lo=- source=-"},
		{HZ " lo=1 hi=- source=-" REST, "lo= has no decimals"},
		{HZ " lo=-1.0 hi=- source=-" REST, "lo= is not a"},
		{HZ " lo=2000000000.5 hi=- source=- tsc=1 ns=1" REST,
			"no bounds"},
		{HZ " lo=2000000001.5 hi=2000000002.5 source=- tsc=1 ns=1" REST,
			"no bounds"},
		{HZ " lo=100000000.0 hi=2000000002.5 source=- tsc=1 ns=1" REST,
			"no bounds"},
		{HZ " lo=0.0 hi=- source=- tsc=1" REST, "lo= is out"},
		{HZ " lo=- hi=0.0 source=- tsc=1" REST, "hi= is out"},
		{HZ " lo=- hi=- source= tsc=1" REST,
			"source= is not the name of a source, found \""},
		{HZ " lo=- hi=- source=Clock tsc=1" REST,
			"source= is not the name of a source, found \""},
		{HZ " lo=- hi=- source=abcdefghijklmnop tsc=1" REST,
			"source= is not the name of a source, found \""},
		{BY " tsc=18446744073709551616 ns=2" REST, "tsc= is out"},
		{BY " tsc=+1 ns=2" REST, "tsc= is not a"},
		{BY " tsc=01 ns=2" REST, "tsc= is not a"},
		{BY " tsc= 1 ns=2" REST, "tsc= is not a"},
		{BY "  tsc=1 ns=2" REST, "expected \" tsc=\", found \" "},
		{BY " ns=1 tsc=2" REST, "expected \" tsc=\", found \" "},
		{BY " tsc=1 ns=9223372036854775808" REST, "ns= is out"},
		{BY " tsc=1 ns=-9223372036854775809" REST, "ns= is out"},
		{BY " tsc=1 ns=-0" REST, "ns= is not a"},
		{AT " clock=sundial generation=0", "clock= is no clock"},
		{AT " clock=monotonic-and-more generation=0",
			"clock= is no clock"},
		{AT " clock=none generation=4294967296", "generation= is out"},
		{AT " clock=none generation=0 err_ns=-2", "err_ns= is out"},
		{AT " clock=none generation=0 err_ns=1 made=-1",
			"made= is not a"},
		{AT " clock=none generation=0 err_ns=1 made=1 boot=0c6b8b3e",
			"boot= is neither"},
		{AT " clock=none generation=0 err_ns=1 made=1 boot=- more=1",
			"expected \" sum=\" after"},
		{AT " clock=none generation=0 err_ns=1 made=1 boot=- "
		    "sum=01234567",
			"expected \" sum=\" after"},
		{"tscal-conv/2 hz=1", "tscal-conv/2"},
		{"tscal-conv/1\thz=1",
			"expected \"tscal-conv/1 \", found \"tscal-conv/1\\t"},
		{"", "no converter: expected"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_refused_signed(bad[i].text, bad[i].says);
	some_line();
	strcat(line, "\n\n");
	expect_refused(line, "cut short");
}

Test(conv_line, what_cannot_be_written_is_refused)
{
	struct tscal_conv_meta m = random_meta();
	int n;

	m.clock_id = CLOCK_MONOTONIC;
	n = tscal_conv_format(&m, line, sizeof(line));
	for (int size = 0; size <= n; size++)
		cr_assert(eq(int, tscal_conv_format(&m, line, (size_t)size),
			-ENOSPC));
	cr_assert(eq(int, tscal_conv_format(&m, line, (size_t)n + 1), n));
	/* A dynamic clock means nothing to another process. */
	m.clock_id = -42;
	cr_assert(eq(int, tscal_conv_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	m.conv.tsc_hz = NAN;
	cr_assert(eq(int, tscal_conv_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	m.conv.mult++;
	cr_assert(eq(int, tscal_conv_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	m.hz_lo = m.hz_hi = m.conv.tsc_hz + 1;
	cr_assert(eq(int, tscal_conv_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	m.hz_lo = NAN;
	m.hz_hi = m.conv.tsc_hz;
	cr_assert(eq(int, tscal_conv_format(&m, line, sizeof(line)), -EINVAL));
	/* Without an end, at the very end of memory. */
	m = random_meta();
	memset(m.source, 'a', sizeof(m.source));
	cr_assert(eq(int, tscal_conv_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	memset(m.boot_id, 'a', sizeof(m.boot_id));
	cr_assert(eq(int, tscal_conv_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	strcpy(m.source, "a b");
	cr_assert(eq(int, tscal_conv_format(&m, line, sizeof(line)), -EINVAL));
	m = random_meta();
	strcpy(m.boot_id, "no such thing");
	cr_assert(eq(int, tscal_conv_format(&m, line, sizeof(line)), -EINVAL));
}

/* The longest that there is. */
Test(conv_line, every_line_fits_and_none_is_longer_than_400)
{
	struct tscal_conv_meta m = {.clock_id = CLOCK_MONOTONIC,
		.generation = UINT32_MAX,
		.hz_lo = nextafter(0x1p34, 0),
		.hz_hi = nextafter(0x1p35, 0),
		.source = "abcdefghijklmno",
		.err_ns = INT64_MAX,
		.made_ns = INT64_MAX,
		.boot_id = BOOT_ID};
	int n;

	cr_assert(zero(int, tscal_conv_init(&m.conv, nextafter(20e9, 0),
				    UINT64_MAX, INT64_MIN)));
	n = tscal_conv_format(&m, line, TSCAL_CONV_LINE);
	cr_assert(lt(int, 0, n));
	cr_assert(le(int, n, 400));
}

/* The example of the documentation. */
Test(conv_line, the_line_in_the_documentation_is_one)
{
	FILE *f = fopen(TSCAL_DOCS "/converting.md", "r");
	int found = 0;

	cr_assert(ne(ptr, f, NULL));
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "tscal-conv/", 11) != 0)
			continue;
		cr_assert(zero(int, tscal_conv_parse(
					    line, &meta, err, sizeof(err))),
			"%s", err);
		found++;
	}
	fclose(f);
	cr_assert(lt(int, 0, found));
}
