/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The CPUs of a platform that answers for each pair as it is told. */
#include "calib/measure/cpus.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#define MAX 5
/* Ticks are ns. */
#define RUN_NS 3000000
#define USUAL_MS 2

struct answer {
	int rc;
	uint32_t lost;
	struct plat_pair found;
};

/* CPUs 3, 4, 5 and so on; of the pair with CPU 3 + i answer[i - 1]. */
struct machine {
	struct tscal_platform plat;
	int n;
	struct answer answer[MAX];
	int asked;
	uint64_t now_ns, most_ns;
};

static int cpus(struct tscal_platform *p, uint32_t *cpu, size_t max)
{
	const struct machine *m = (const struct machine *)p;

	for (int i = 0; i < m->n && (size_t)i < max; i++)
		cpu[i] = 3 + (uint32_t)i;
	return m->n;
}

static int pair(struct tscal_platform *p, unsigned a, unsigned b,
	const struct plat_pair_until *until, struct plat_pair *out)
{
	struct machine *m = (struct machine *)p;
	const struct answer *answer = &m->answer[b - 4];

	cr_assert(eq(int, (int)a, 3));
	cr_assert(lt(u32, b - 4, MAX));
	m->asked++;
	m->most_ns = until->ns > m->most_ns ? until->ns : m->most_ns;
	m->now_ns += m->now_ns ? until->ns : 0;
	*out = answer->found;
	out->lost = answer->lost;
	return answer->rc;
}

static uint64_t now_ns(struct tscal_platform *p)
{
	return ((const struct machine *)p)->now_ns;
}

static const struct plat_ops ops = {
	.size = sizeof(ops), .cpus = cpus, .pair = pair, .now_ns = now_ns};

static struct plat_pair bounds(int64_t lo, int64_t hi)
{
	return (struct plat_pair){.rounds = 99,
		.lo = lo,
		.hi = hi,
		.apart = lo > 0	  ? (uint64_t)lo
			 : hi < 0 ? (uint64_t)-hi
				  : 0,
		.ticks = RUN_NS,
		.ns = RUN_NS,
		.aux = 1};
}

static struct machine make(int n)
{
	struct machine m = {.plat = {.ops = &ops}, .n = n, .now_ns = 1};

	for (int i = 0; i < MAX; i++)
		m.answer[i].found = bounds(-50, 50 + i);
	return m;
}

static struct cpus compare(struct machine *m, unsigned ms)
{
	struct cpus c;

	cpus_compare(&m->plat, m->now_ns + ms * UINT64_C(1000000), &c);
	return c;
}

/* The pairs, each of the first CPU with the next one, and what follows. */
static const struct row {
	const char *name;
	int64_t at[MAX - 1][2]; /* lo and hi */
	enum pair_verdict verdict;
	uint32_t b;
	double worst_ns;
	size_t skewed;
} rows[] = {
	{"the widest of several", {{-50, 50}, {-90, 40}, {-50, 60}, {-10, 20}},
		PAIR_SYNCHRONISED, 5, 90, 0},
	{"skewed less than another is wide",
		{{-900, 900}, {100, 200}, {-50, 50}, {-700, 50}}, PAIR_SKEWED,
		5, 200, 1},
	{"skewed before another that is wide",
		{{100, 200}, {-900, 900}, {-50, 50}, {-50, 50}}, PAIR_SKEWED, 4,
		200, 1},
	{"the last is skewed more",
		{{100, 200}, {-50, 50}, {-50, 50}, {-300, -210}}, PAIR_SKEWED,
		7, 300, 2},
	{"the last is skewed less",
		{{-300, -210}, {-50, 50}, {-50, 50}, {100, 200}}, PAIR_SKEWED,
		4, 300, 2},
	{"unknown at first", {{-9000, 9000}, {-50, 50}, {-60, 50}, {-50, 50}},
		PAIR_UNKNOWN, 6, 60, 0},
	{"unknown at last", {{-50, 50}, {-50, 50}, {-60, 50}, {-9000, 9000}},
		PAIR_UNKNOWN, 6, 60, 0},
	{"skewed and then unknown",
		{{-50, 50}, {100, 200}, {-50, 50}, {-9000, 9000}}, PAIR_SKEWED,
		5, 200, 1},
	{"unknown and then skewed",
		{{-9000, 9000}, {-50, 50}, {-50, 50}, {100, 200}}, PAIR_SKEWED,
		7, 200, 1},
};

Test(compare_cpus, verdict_and_the_worst_pair)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		struct machine m = make(MAX);
		struct cpus c;

		for (int k = 0; k < MAX - 1; k++)
			m.answer[k].found = bounds(r->at[k][0], r->at[k][1]);
		c = compare(&m, 1000);
		cr_expect(zero(int, c.rc), "%s", r->name);
		cr_expect(eq(int, (int)c.verdict, (int)r->verdict), "%s",
			r->name);
		cr_expect(eq(sz, c.n_visited, MAX), "%s", r->name);
		cr_expect(eq(sz, c.n_skewed, r->skewed), "%s", r->name);
		cr_expect(eq(u32, c.a, 3), "%s", r->name);
		cr_expect(eq(u32, c.b, r->b), "%s", r->name);
		cr_expect(epsilon_eq(dbl, c.worst_ns, r->worst_ns, 1e-6), "%s",
			r->name);
		cr_expect(eq(int, cpus_passed(&c),
				  r->verdict == PAIR_SYNCHRONISED),
			"%s", r->name);
	}
}

/* TSC_AUX is of use only if it is right on each CPU. */
Test(compare_cpus, tsc_aux_of_each)
{
	for (int i = 0; i < MAX - 1; i++)
		for (int aux = -1; aux <= 1; aux++) {
			struct machine m = make(MAX);

			m.answer[i].found.aux = (int8_t)aux;
			cr_expect(eq(int, compare(&m, 1000).aux, aux));
		}
}

/* A warp proves a skew, and bounds nothing where there was no round. */
Test(compare_cpus, a_skew_without_bounds)
{
	struct machine m = make(2);
	struct cpus c;

	m.answer[0].found = (struct plat_pair){
		.warp = 70, .ticks = RUN_NS, .ns = RUN_NS, .aux = 1};
	c = compare(&m, 1000);
	cr_expect(eq(int, (int)c.verdict, PAIR_SKEWED));
	cr_expect(lt(dbl, c.worst_ns, 0));
	cr_expect(eq(u32, c.b, 4));
	/* Another that is skewed, and has bounds, says more. */
	m.n = 3;
	m.answer[1].found = bounds(100, 200);
	c = compare(&m, 1000);
	cr_expect(eq(u32, c.b, 5));
	cr_expect(eq(sz, c.n_skewed, 2));
}

/* One that another CPU's thread could not be kept on is left out, and then the
 * comparison is not complete. */
Test(compare_cpus, a_cpu_that_is_lost)
{
	for (int i = 0; i < MAX - 1; i++) {
		struct machine m = make(MAX);
		struct cpus c;

		m.answer[i].rc = -ENXIO;
		m.answer[i].lost = 4 + (uint32_t)i;
		c = compare(&m, 1000);
		cr_expect(zero(int, c.rc));
		cr_expect(eq(int, (int)c.verdict, PAIR_SYNCHRONISED));
		cr_expect(eq(sz, c.n_visited, MAX - 1));
		cr_expect(not(c.visited[i + 1]));
		cr_expect(not(cpus_passed(&c)));
	}
}

/* Without it there is nothing to compare the others with. */
Test(compare_cpus, the_first_is_lost)
{
	struct machine m = make(MAX);
	struct cpus c;

	m.answer[1].rc = -ENXIO;
	m.answer[1].lost = 3;
	c = compare(&m, 1000);
	cr_expect(eq(int, c.rc, -ENXIO));
	cr_expect(eq(int, m.asked, 2));
	cr_expect(eq(sz, c.n_visited, 2));
	cr_expect(not(cpus_passed(&c)));
}

Test(compare_cpus, no_thread_for_the_last)
{
	struct machine m = make(MAX);
	struct cpus c;

	m.answer[MAX - 2].rc = -EAGAIN;
	c = compare(&m, 1000);
	cr_expect(eq(int, c.rc, -EAGAIN));
	cr_expect(not(cpus_passed(&c)));
}

/* Each has its part of the time; none of them more than 25 ms. */
Test(compare_cpus, that_use_up_their_time)
{
	for (unsigned ms = 1; ms < 200; ms++) {
		struct machine m = make(MAX);
		uint64_t end_ns = m.now_ns + ms * UINT64_C(1000000);
		struct cpus c = compare(&m, ms);

		cr_expect(le(u64, m.now_ns, end_ns), "%u ms", ms);
		cr_expect(le(u64, m.most_ns, 25000000), "%u ms", ms);
		cr_expect(eq(int, c.rc, m.asked == MAX - 1 ? 0 : -ETIME),
			"%u ms", ms);
		cr_expect(eq(int, cpus_passed(&c), m.asked == MAX - 1));
		if (ms >= (MAX - 1) * USUAL_MS)
			cr_expect(eq(int, m.asked, MAX - 1), "%u ms", ms);
		if (ms < MAX - 1)
			cr_expect(zero(int, m.asked), "%u ms", ms);
	}
}

/* What the platform may say instead. */
Test(compare_cpus, how_many_there_are)
{
	static const struct {
		int n, rc;
	} how_many[] = {{-EOPNOTSUPP, -EOPNOTSUPP}, {-ENODATA, -ENODATA},
		{0, 0}, {1, 0}, {CPUS_MAX + 1, -E2BIG}, {INT32_MAX, -E2BIG}};

	for (size_t i = 0; i < sizeof(how_many) / sizeof(*how_many); i++) {
		struct machine m = make(how_many[i].n);
		struct cpus c = compare(&m, 1000);

		cr_expect(eq(int, c.rc, how_many[i].rc));
		cr_expect(zero(int, m.asked));
		cr_expect(eq(int, (int)c.verdict, PAIR_UNKNOWN));
		cr_expect(not(cpus_passed(&c)));
	}
}
