/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The lines of a recording about CPUs: which there are, and how far the TSCs of
 * two are apart. */
#include <inttypes.h>

#include "plat/recording/lines.h"

/* "0 1 2" */
static bool cpus_value(struct cursor *c, union rec_value *v, size_t *size)
{
	uint64_t cpu, least = 0;
	size_t n = 0;

	while (!cursor_at_end(c)) {
		const char *start = c->p;

		if ((n && !cursor_skip(c, " ")) ||
			!cursor_dec(c, INT32_MAX, &cpu))
			return false;
		if (n == REC_CPUS_MAX || cpu < least)
			return cursor_want_at(
				c, start, "a higher number, of at most 1024");
		v->cpus[n++] = (uint32_t)cpu;
		least = cpu + 1;
	}
	*size = n * sizeof(*v->cpus);
	return true;
}

static void cpus_put(FILE *f, const struct rec_answer *a)
{
	const uint32_t *cpu = a->data;

	for (size_t i = 0; i < a->size / sizeof(*cpu); i++)
		fprintf(f, " %" PRIu32, cpu[i]);
}

static bool pair_key(struct cursor *c, struct rec_key *key)
{
	uint64_t a, b;

	if (!cursor_dec(c, INT32_MAX, &a) || !cursor_skip(c, " ") ||
		!cursor_dec(c, INT32_MAX, &b))
		return false;
	key->id = REC_ID(a, b);
	return true;
}

static void pair_put_key(FILE *f, const struct rec_key *key)
{
	fprintf(f, " %" PRIu32 " %" PRIu32, (uint32_t)(key->id >> 32),
		(uint32_t)key->id);
}

/* Half of what 64 bits hold: differences of two do not overflow. */
static bool ticks(struct cursor *c, int64_t *value)
{
	bool negative = cursor_skip(c, "-");
	uint64_t n;

	if (!cursor_dec(c, INT64_MAX / 2, &n))
		return false;
	*value = negative ? -(int64_t)n : (int64_t)n;
	return true;
}

static bool number(
	struct cursor *c, const char *name, uint64_t max, uint64_t *value)
{
	return cursor_skip(c, name) && cursor_dec(c, max, value);
}

/* What readings cannot show, a recording must not say: without a round there
 * are no bounds, and bounds that exclude 0 are apart from it. */
static bool possible(const struct plat_pair *p)
{
	int64_t far = p->hi > -p->lo ? p->hi : -p->lo;
	int64_t near = p->lo > -p->hi ? p->lo : -p->hi;

	if (!p->rounds)
		return !p->lo && !p->hi && !p->apart && !p->moved;
	return (near <= 0 || p->apart >= (uint64_t)near) &&
	       (!p->apart || (far > 0 && p->apart <= (uint64_t)far)) &&
	       (!p->moved || p->apart);
}

static bool pair_value(struct cursor *c, union rec_value *v, size_t *size)
{
	struct plat_pair *p = &v->pair;
	uint64_t rounds, moved, aux = 0;
	const char *start = c->p;

	*size = sizeof(*p);
	if (!number(c, "rounds=", UINT32_MAX, &rounds) ||
		!cursor_skip(c, " lo=") || !ticks(c, &p->lo) ||
		!cursor_skip(c, " hi=") || !ticks(c, &p->hi) ||
		!number(c, " apart=", INT64_MAX, &p->apart) ||
		!number(c, " moved=", UINT32_MAX, &moved) ||
		!number(c, " warp=", INT64_MAX, &p->warp) ||
		!number(c, " ticks=", UINT64_MAX, &p->ticks) ||
		!number(c, " ns=", INT64_MAX, &p->ns) ||
		!cursor_skip(c, " aux="))
		return false;
	p->rounds = (uint32_t)rounds;
	p->moved = (uint32_t)moved;
	p->aux = -1;
	if (!cursor_skip(c, "-1")) {
		if (!cursor_dec(c, 1, &aux))
			return false;
		p->aux = (int8_t)aux;
	}
	if (p->lo > p->hi)
		return cursor_want_at(c, start, "lo not above hi");
	return possible(p) ||
	       cursor_want_at(c, start, "bounds that readings can show");
}

static void pair_put(FILE *f, const struct rec_answer *a)
{
	const struct plat_pair *p = a->data;

	fprintf(f,
		" rounds=%" PRIu32 " lo=%" PRId64 " hi=%" PRId64
		" apart=%" PRIu64 " moved=%" PRIu32 " warp=%" PRIu64
		" ticks=%" PRIu64 " ns=%" PRIu64 " aux=%d",
		p->rounds, p->lo, p->hi, p->apart, p->moved, p->warp, p->ticks,
		p->ns, p->aux);
}

const struct rec_line rec_line_cpus = {
	"cpus", NULL, NULL, cpus_value, cpus_put};
const struct rec_line rec_line_pair = {
	"pair", pair_key, pair_put_key, pair_value, pair_put};
