/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What readings of two CPUs show, by hand and of simulated CPUs whose offset is
 * known. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>

#include "plat/pair.h"

#define GHZ 1e9

#ifdef TSCAL_TEST_FEWER
#define MACHINES 10000
#else
#define MACHINES 100000
#endif

/* The bounds of stretches, one after the other; the last is {0, 0, 0}. */
struct stretch {
	int64_t lo, hi;
	uint32_t rounds;
};

static struct plat_pair measured(const struct stretch *s, int64_t step)
{
	struct pair_sum sum = {.step = step};
	struct plat_pair p = {.aux = -1};

	for (; s->rounds; s++) {
		struct pair_bounds found = {s->lo, s->hi};

		pair_add(&sum, &p, &found, s->rounds);
	}
	pair_close(&sum, &p);
	return p;
}

struct row {
	const char *name;
	struct stretch stretch[5];
	int64_t step;
	int64_t lo, hi;
	uint64_t apart;
	uint32_t moved;
	enum pair_verdict verdict;
};

static const struct row rows[] = {
	{"nothing", {{0}}, 0, 0, 0, 0, 0, PAIR_UNKNOWN},
	{"synchronised", {{-50, 40, 99}}, 0, -50, 40, 0, 0, PAIR_SYNCHRONISED},
	{"widened by the step", {{-50, 40, 99}}, 9, -59, 49, 0, 0,
		PAIR_SYNCHRONISED},
	{"what all stretches allow", {{-50, 40, 9}, {-30, 60, 9}}, 0, -30, 40,
		0, 0, PAIR_SYNCHRONISED},
	{"a step is no proof", {{20, 90, 99}}, 20, 0, 110, 0, 0,
		PAIR_SYNCHRONISED},
	{"one tick more is", {{21, 90, 99}}, 20, 1, 110, 1, 0, PAIR_SKEWED},
	{"nor is it of the other", {{-90, -20, 99}}, 20, -110, 0, 0, 0,
		PAIR_SYNCHRONISED},
	{"one tick more is, too", {{-90, -21, 99}}, 20, -110, -1, 1, 0,
		PAIR_SKEWED},
	{"changed between stretches", {{-50, 40, 9}, {100, 190, 9}}, 0, -50,
		190, 100, 1, PAIR_SKEWED},
	{"and back", {{-50, 40, 9}, {100, 190, 9}, {-40, 30, 9}}, 0, -50, 190,
		100, 2, PAIR_SKEWED},
	{"changed within one", {{100, -50, 99}}, 0, -50, 100, 100, 1,
		PAIR_SKEWED},
	{"few rounds", {{-50, 40, PAIR_ROUNDS - 1}}, 0, -50, 40, 0, 0,
		PAIR_UNKNOWN},
	{"as many as needed", {{-50, 40, PAIR_ROUNDS}}, 0, -50, 40, 0, 0,
		PAIR_SYNCHRONISED},
	{"proven by few rounds", {{50, 90, 2}}, 0, 50, 90, 50, 0, PAIR_SKEWED},
	{"wide", {{-5000, 5001, 99}}, 0, -5000, 5001, 0, 0, PAIR_UNKNOWN},
	{"as wide as is useful", {{-5000, 5000, 99}}, 0, -5000, 5000, 0, 0,
		PAIR_SYNCHRONISED},
	{"wide and proven", {{100, 900000, 99}}, 0, 100, 900000, 100, 0,
		PAIR_SKEWED},
	{"far above", {{INT64_MAX - 9, INT64_MAX, 99}}, 0, PAIR_FAR, PAIR_FAR,
		PAIR_FAR, 0, PAIR_SKEWED},
	{"far below", {{INT64_MIN, INT64_MIN + 9, 99}}, 0, -PAIR_FAR, -PAIR_FAR,
		PAIR_FAR, 0, PAIR_SKEWED},
	{"any offset", {{INT64_MIN, INT64_MAX, 99}}, 0, -PAIR_FAR, PAIR_FAR, 0,
		0, PAIR_UNKNOWN},
	{"2^63 apart", {{INT64_MAX, -INT64_MAX, 99}}, 0, -PAIR_FAR, PAIR_FAR,
		PAIR_FAR, 1, PAIR_SKEWED},
};

Test(pair, what_stretches_show)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		struct plat_pair p = measured(r->stretch, r->step);

		cr_expect(eq(i64, p.lo, r->lo), "%s", r->name);
		cr_expect(eq(i64, p.hi, r->hi), "%s", r->name);
		cr_expect(eq(u64, p.apart, r->apart), "%s", r->name);
		cr_expect(eq(u32, p.moved, r->moved), "%s", r->name);
		cr_expect(eq(int, (int)pair_verdict(&p, GHZ), (int)r->verdict),
			"%s", r->name);
	}
}

/* Bounds of a recording may be anything. */
Test(pair, a_verdict_of_any_numbers)
{
	struct plat_pair p = {.rounds = 99, .lo = INT64_MIN, .hi = INT64_MAX};

	cr_expect(eq(int, (int)pair_verdict(&p, GHZ), PAIR_UNKNOWN));
	p.lo = p.hi = 0;
	cr_expect(eq(int, (int)pair_verdict(&p, GHZ), PAIR_SYNCHRONISED));
	cr_expect(eq(int, (int)pair_verdict(&p, 0), PAIR_UNKNOWN));
	p.warp = 1;
	cr_expect(eq(int, (int)pair_verdict(&p, GHZ), PAIR_SKEWED));
	/* A TSC that stands still: no new messages. */
	p.rounds = 0;
	cr_expect(eq(int, (int)pair_verdict(&p, GHZ), PAIR_SKEWED));
}

static const struct {
	struct plat_pair p;
	double hz;
	const char *owed;
} phrases[] = {
	{{.rounds = 9, .lo = 100, .hi = 160, .apart = 100}, GHZ,
		"CPU 1 is ahead of CPU 0 by 100 to 160 ns"},
	{{.rounds = 9, .lo = -160, .hi = -100, .apart = 100}, GHZ,
		"CPU 0 is ahead of CPU 1 by 100 to 160 ns"},
	{{.rounds = 9, .lo = 100, .hi = 9999, .apart = 100}, GHZ,
		"CPU 1 is ahead of CPU 0 by 100 to 9999 ns"},
	{{.rounds = 9, .lo = 9900, .hi = 10000, .apart = 9900}, GHZ,
		"CPU 1 is ahead of CPU 0 by 9.9 to 10.0 us"},
	{{.rounds = 9, .lo = 817800, .hi = 818200, .apart = 1}, 2 * GHZ,
		"CPU 1 is ahead of CPU 0 by 408.9 to 409.1 us"},
	{{.rounds = 9, .lo = -10000100, .hi = -10000000, .apart = 1}, GHZ,
		"CPU 0 is ahead of CPU 1 by 10.0 ms"},
	/* The bounds of a hull: neither is proven. */
	{{.rounds = 9, .lo = -20, .hi = 150, .apart = 100, .moved = 1}, GHZ,
		"the offset of CPU 1 from CPU 0 changed between -20 and 150 "
		"ns"},
	{{.rounds = 9, .lo = -20, .hi = 30, .warp = 70}, GHZ,
		"a stamp of CPU 0 or 1 was 70 ns below an earlier one of the "
		"other"},
	{{.warp = 70}, GHZ,
		"a stamp of CPU 0 or 1 was 70 ns below an earlier one of the "
		"other"},
	{{.rounds = 9, .lo = 100, .hi = 160, .apart = 100, .warp = 7}, 0,
		"the TSCs of CPUs 0 and 1 differ by 100 ticks or more"},
};

Test(pair, phrases)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++) {
		char text[128];

		pair_phrase(
			text, sizeof(text), &phrases[i].p, 0, 1, phrases[i].hz);
		cr_expect(eq(str, text, (char *)phrases[i].owed));
	}
}

static uint64_t random_below(uint64_t *state, uint64_t n)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % n;
}

/* Two CPUs in true time, whose TSCs advance in steps; each in a phase of its
 * own. */
struct machine {
	uint64_t rng, now, step, phase[2], start;
	int64_t offset; /* of CPU 1 */
	uint64_t delay; /* of a message: up to so much */
};

static uint64_t read_tsc(const struct machine *m, int cpu)
{
	uint64_t t = m->now + (cpu ? (uint64_t)m->offset : 0) + m->phase[cpu];

	return m->start + t - t % m->step - m->phase[cpu];
}

/* The least that a reader's stamp is above the message that it had read. */
static int64_t least_of(struct machine *m, int reader, int messages)
{
	int64_t least = INT64_MAX;

	for (int i = 0; i < messages; i++) {
		uint64_t seen = read_tsc(m, !reader);
		int64_t above;

		m->now += random_below(&m->rng, m->delay + 1);
		above = (int64_t)(read_tsc(m, reader) - seen);
		least = above < least ? above : least;
		m->now += random_below(&m->rng, 1000);
	}
	return least;
}

static struct machine random_machine(uint64_t seed)
{
	struct machine m = {.rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1,
		.now = UINT64_C(1) << 40};

	for (int i = 0; i < 4; i++)
		random_below(&m.rng, 1);
	m.step = random_below(&m.rng, 2) ? 1 : 1 + random_below(&m.rng, 60);
	m.phase[0] = random_below(&m.rng, m.step);
	m.phase[1] = random_below(&m.rng, m.step);
	m.delay = 1 + random_below(&m.rng, 500);
	/* Some pass 2^64 meanwhile. */
	m.start = random_below(&m.rng, 4) ? random_below(&m.rng, UINT64_MAX)
					  : -m.now - 3000;
	return m;
}

static void add_stretch(
	struct machine *m, struct pair_sum *sum, struct plat_pair *p)
{
	int n = 1 + (int)random_below(&m->rng, 8);
	struct pair_bounds found = {-least_of(m, 0, n), least_of(m, 1, n)};

	sum->step = (int64_t)m->step;
	pair_add(sum, p, &found, 2 * (uint32_t)n);
}

Test(pair, a_constant_offset_is_in_the_interval)
{
	for (uint64_t seed = 1; seed <= MACHINES; seed++) {
		struct machine m = random_machine(seed);
		struct pair_sum sum = {0};
		struct plat_pair p = {0};

		if (seed % 4)
			m.offset = (int64_t)random_below(&m.rng, 4001) - 2000;
		for (int i = 0; i < 4; i++)
			add_stretch(&m, &sum, &p);
		pair_close(&sum, &p);
		cr_assert(p.lo <= m.offset && m.offset <= p.hi,
			"seed %ju: %jd..%jd does not hold %jd", (uintmax_t)seed,
			(intmax_t)p.lo, (intmax_t)p.hi, (intmax_t)m.offset);
		cr_assert(eq(u32, p.moved, 0), "seed %ju", (uintmax_t)seed);
		if (!m.offset)
			cr_assert(pair_verdict(&p, GHZ) != PAIR_SKEWED,
				"seed %ju", (uintmax_t)seed);
		/* What no message can hide is found. */
		if (m.offset > (int64_t)(m.delay + 2 * m.step))
			cr_assert(pair_verdict(&p, GHZ) == PAIR_SKEWED,
				"seed %ju", (uintmax_t)seed);
	}
}

/* By more than a message takes: else a change does not show. */
Test(pair, the_hull_holds_each_offset_of_one_that_changes)
{
	for (uint64_t seed = 1; seed <= MACHINES / 10; seed++) {
		struct machine m = random_machine(seed);
		struct pair_sum sum = {0};
		struct plat_pair p = {0};
		int64_t far = (int64_t)(2 * m.delay + 4 * m.step) + 1, last;

		m.offset = (int64_t)random_below(&m.rng, 4001) - 2000;
		last = m.offset;
		add_stretch(&m, &sum, &p);
		m.offset += random_below(&m.rng, 2) ? far : -far;
		add_stretch(&m, &sum, &p);
		pair_close(&sum, &p);
		cr_assert(p.lo <= last && last <= p.hi && p.lo <= m.offset &&
				  m.offset <= p.hi,
			"seed %ju: %jd..%jd does not hold %jd or %jd",
			(uintmax_t)seed, (intmax_t)p.lo, (intmax_t)p.hi,
			(intmax_t)last, (intmax_t)m.offset);
		cr_assert(eq(u32, p.moved, 1), "seed %ju", (uintmax_t)seed);
	}
}
