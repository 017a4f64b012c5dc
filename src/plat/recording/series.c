/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The lines of a recording that come in series: adjtimex, counters, samples. */
#include <inttypes.h>

#include "plat/recording/lines.h"
#include "plat/text.h"

/* "0": the first answer, "1": the second. */
static bool number_key(struct cursor *c, struct rec_key *key)
{
	return cursor_dec(c, UINT32_MAX, &key->id);
}

static void number_put_key(FILE *f, const struct rec_key *key)
{
	fprintf(f, " %" PRIu64, key->id);
}

static bool signed_field(struct cursor *c, const char *name, int64_t min,
	int64_t max, int64_t *out)
{
	const char *start = c->p;
	uint64_t v;

	if (!cursor_skip(c, name) || !cursor_signed(c, &v))
		return false;
	*out = (int64_t)v;
	return (*out >= min && *out <= max) ||
	       cursor_want_at(c, start, "a smaller number");
}

static bool adjtimex_value(struct cursor *c, union rec_value *v, size_t *size)
{
	struct plat_timex *t = &v->timex;
	int64_t state, tai;
	uint64_t status;

	*size = sizeof(*t);
	if (!signed_field(c, "state=", 0, INT32_MAX, &state) ||
		!cursor_skip(c, " status=") ||
		!cursor_hex(c, INT32_MAX, &status) ||
		!signed_field(c, " freq=", INT64_MIN, INT64_MAX, &t->freq) ||
		!signed_field(c, " offset_ns=", INT64_MIN, INT64_MAX,
			&t->offset_ns) ||
		!signed_field(c, " tick=", INT64_MIN, INT64_MAX, &t->tick) ||
		!signed_field(c, " maxerror_us=", INT64_MIN, INT64_MAX,
			&t->maxerror_us) ||
		!signed_field(c, " tai=", INT32_MIN, INT32_MAX, &tai))
		return false;
	t->state = (int32_t)state;
	t->status = (int32_t)status;
	t->tai = (int32_t)tai;
	return true;
}

static void adjtimex_put(FILE *f, const struct rec_answer *a)
{
	const struct plat_timex *t = a->data;

	fprintf(f,
		" state=%" PRId32 " status=0x%" PRIx32 " freq=%" PRId64
		" offset_ns=%" PRId64 " tick=%" PRId64 " maxerror_us=%" PRId64
		" tai=%" PRId32,
		t->state, (uint32_t)t->status, t->freq, t->offset_ns, t->tick,
		t->maxerror_us, t->tai);
}

const struct rec_line rec_line_adjtimex = {
	.name = "adjtimex",
	.key = number_key,
	.put_key = number_put_key,
	.value = adjtimex_value,
	.put = adjtimex_put,
};

static bool counter_key(struct cursor *c, struct rec_key *key)
{
	const char *word;
	size_t len;

	if (!cursor_word(c, &word, &len))
		return false;
	for (int id = 0; id < PLAT_COUNTER_COUNT; id++) {
		const char *name = plat_counter_name((enum plat_counter_id)id);

		if (text_is(word, len, name)) {
			key->id = (uint64_t)id;
			return true;
		}
	}
	return cursor_want_at(c, word, "the name of a counter");
}

static void counter_put_key(FILE *f, const struct rec_key *key)
{
	fprintf(f, " %s", plat_counter_name((enum plat_counter_id)key->id));
}

static bool counter_value(struct cursor *c, union rec_value *v, size_t *size)
{
	const char *start = c->p;
	uint64_t width, spin, verify = 0;

	*size = sizeof(v->counter);
	if (!cursor_skip(c, "num=") ||
		!cursor_dec(c, UINT64_MAX, &v->counter.num) ||
		!cursor_skip(c, " den=") ||
		!cursor_dec(c, UINT64_MAX, &v->counter.den) ||
		!cursor_skip(c, " width=") || !cursor_dec(c, 64, &width) ||
		!cursor_skip(c, " spin=") || !cursor_dec(c, 1, &spin))
		return false;
	if (!cursor_at_end(c) &&
		(!cursor_skip(c, " verify=") || !cursor_dec(c, 1, &verify)))
		return false;
	if (!v->counter.num || !v->counter.den || !width)
		return cursor_want_at(c, start, "num, den and width above 0");
	v->counter.width = (unsigned)width;
	v->counter.spin = spin;
	v->counter.verify = verify;
	return true;
}

static void counter_put(FILE *f, const struct rec_answer *a)
{
	const struct plat_counter *n = a->data;

	fprintf(f, " num=%" PRIu64 " den=%" PRIu64 " width=%u spin=%d", n->num,
		n->den, n->width, n->spin);
	if (n->verify)
		fputs(" verify=1", f);
}

const struct rec_line rec_line_counter = {
	.name = "counter",
	.key = counter_key,
	.put_key = counter_put_key,
	.value = counter_value,
	.put = counter_put,
};

static bool samples_key(struct cursor *c, struct rec_key *key)
{
	struct rec_key burst;

	if (!counter_key(c, key) || !cursor_skip(c, " ") ||
		!number_key(c, &burst))
		return false;
	key->id = REC_ID(key->id, burst.id);
	return true;
}

static void samples_put_key(FILE *f, const struct rec_key *key)
{
	fprintf(f, " %s %" PRIu32,
		plat_counter_name((enum plat_counter_id)(key->id >> 32)),
		(uint32_t)key->id);
}

/*
 * "BEFORE/REF/ACROSS ...": tsc_before and ref as steps from those of the sample
 * before (the first from zero), and tsc_after - tsc_before.
 */
static bool samples_value(struct cursor *c, union rec_value *v, size_t *size)
{
	struct plat_sample last = {0, 0, 0};
	size_t n = 0;

	while (!cursor_at_end(c)) {
		uint64_t before, ref, across;

		if (n == REC_SAMPLES_MAX)
			return cursor_want(c, "the end: at most 1000 samples");
		if ((n && !cursor_skip(c, " ")) || !cursor_signed(c, &before) ||
			!cursor_skip(c, "/") || !cursor_signed(c, &ref) ||
			!cursor_skip(c, "/") || !cursor_signed(c, &across))
			return false;
		last.tsc_before += before;
		last.ref += ref;
		last.tsc_after = last.tsc_before + across;
		v->samples[n++] = last;
	}
	*size = n * sizeof(*v->samples);
	return true;
}

static void samples_put(FILE *f, const struct rec_answer *a)
{
	const struct plat_sample *s = a->data;
	struct plat_sample last = {0, 0, 0};

	/* A TSC value may use all 64 bits, and steps may be negative. */
	for (size_t i = 0; i < a->size / sizeof(*s); last = s[i++])
		fprintf(f, " %" PRId64 "/%" PRId64 "/%" PRId64,
			(int64_t)(s[i].tsc_before - last.tsc_before),
			(int64_t)(s[i].ref - last.ref),
			(int64_t)(s[i].tsc_after - s[i].tsc_before));
}

const struct rec_line rec_line_samples = {
	.name = "samples",
	.key = samples_key,
	.put_key = samples_put_key,
	.value = samples_value,
	.put = samples_put,
};
