/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Questions and answers in memory. */
#include "plat/recording/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The largest file has some 200000 lines: chains stay short. */
#define BUCKETS (1u << 14)

struct recording {
	struct rec_entry *first, **last;
	uint64_t cpu; /* the first block of `cpuid -r` output; 0: none */
	size_t n_ranges;
	struct rec_entry *range[REC_RANGES_MAX];
	struct rec_entry *bucket[BUCKETS];
};

struct recording *rec_new(void)
{
	struct recording *rec = calloc(1, sizeof(*rec));

	if (rec)
		rec->last = &rec->first;
	return rec;
}

void rec_free(struct recording *rec)
{
	struct rec_entry *e, *next;

	if (!rec)
		return;
	for (e = rec->first; e; e = next) {
		next = e->next;
		free(e);
	}
	free(rec);
}

static size_t hash(const struct rec_key *key)
{
	/* FNV-1a, a word at a time, then the path by bytes. */
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	const uint64_t words[] = {(uint64_t)key->kind, key->id, key->block};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		h = (h ^ words[i]) * UINT64_C(0x100000001b3);
		h ^= h >> 29;
	}
	for (const char *c = key->path; c && *c; c++)
		h = (h ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
	return (size_t)((h ^ h >> 32) % BUCKETS);
}

static bool same_question(const struct rec_key *a, const struct rec_key *b)
{
	return a->kind == b->kind && a->id == b->id && a->block == b->block &&
	       !a->path == !b->path && (!a->path || !strcmp(a->path, b->path));
}

static bool same_answer(const struct rec_answer *a, const struct rec_answer *b)
{
	return a->rc == b->rc && a->size == b->size &&
	       (!a->size || !memcmp(a->data, b->data, a->size));
}

/* A range that shares leaves with this one, or may. */
static struct rec_entry *find_range(
	const struct recording *rec, const struct rec_key *key)
{
	for (size_t i = 0; i < rec->n_ranges; i++) {
		const struct rec_key *k = &rec->range[i]->key;

		if ((uint32_t)k->id == (uint32_t)key->id &&
			k->id >> 32 <= key->last && key->id >> 32 <= k->last)
			return rec->range[i];
	}
	return NULL;
}

static struct rec_entry *find(
	const struct recording *rec, const struct rec_key *key)
{
	struct rec_entry *e;

	if (key->step)
		return find_range(rec, key);
	e = rec->bucket[hash(key)];
	while (e && !same_question(&e->key, key))
		e = e->bucket;
	return e;
}

/* One block of memory: entry, then data (aligned), then path. */
static struct rec_entry *entry_new(
	const struct rec_key *key, const struct rec_answer *answer)
{
	size_t path = key->path ? strlen(key->path) + 1 : 0;
	struct rec_entry *e = malloc(sizeof(*e) + answer->size + path);
	char *tail = (char *)(e + 1);

	if (!e)
		return NULL;
	*e = (struct rec_entry){.key = *key, .answer = *answer};
	if (answer->size)
		memcpy(tail, answer->data, answer->size);
	e->answer.data = tail;
	if (path)
		e->key.path = memcpy(tail + answer->size, key->path, path);
	return e;
}

int rec_add(struct recording *rec, const struct rec_key *key,
	const struct rec_answer *answer)
{
	struct rec_entry *e = find(rec, key);

	if (e && e->key.last == key->last && e->key.step == key->step &&
		e->key.id == key->id && same_answer(&e->answer, answer))
		return 0;
	if (e)
		return -EEXIST;
	if (key->step && rec->n_ranges == REC_RANGES_MAX)
		return -ENOSPC;
	e = entry_new(key, answer);
	if (!e)
		return -ENOMEM;
	*rec->last = e;
	rec->last = &e->next;
	if (key->step) {
		rec->range[rec->n_ranges++] = e;
	} else {
		size_t h = hash(key);

		e->bucket = rec->bucket[h];
		rec->bucket[h] = e;
	}
	if (key->kind == REC_CPUID && !rec->cpu)
		rec->cpu = key->block;
	return 0;
}

const struct rec_answer *rec_find(
	const struct recording *rec, const struct rec_key *key)
{
	const struct rec_entry *e = find(rec, key);

	return e ? &e->answer : NULL;
}

const struct rec_answer *rec_find_cpuid(
	const struct recording *rec, uint32_t leaf, uint32_t subleaf)
{
	struct rec_key key = {
		.kind = REC_CPUID,
		.id = REC_ID(leaf, subleaf),
		.block = REC_BLOCK_OWN,
	};
	const struct rec_answer *a = rec_find(rec, &key);

	if (!a && rec->cpu) {
		key.block = rec->cpu;
		a = rec_find(rec, &key);
	}
	for (size_t i = 0; !a && i < rec->n_ranges; i++) {
		const struct rec_entry *e = rec->range[i];
		uint32_t from = (uint32_t)(e->key.id >> 32);

		if ((uint32_t)e->key.id == subleaf && leaf >= from &&
			leaf <= e->key.last && !((leaf - from) % e->key.step))
			a = &e->answer;
	}
	return a;
}

const struct rec_entry *rec_first(const struct recording *rec)
{
	return rec->first;
}

/* Fewer equal leaves in a row than this are clearer as lines of their own. */
#define RECORD_RUN 4

static bool same_leaf_answer(
	const struct rec_entry *a, const struct rec_entry *b)
{
	return b && b->key.kind == REC_CPUID &&
	       (uint32_t)a->key.id == (uint32_t)b->key.id &&
	       same_answer(&a->answer, &b->answer);
}

/* How many entries from e on are leaves at one distance with one answer. */
static size_t run_of(const struct rec_entry *e, struct rec_key *range)
{
	uint64_t leaf = e->key.id >> 32, step = 0;
	size_t n = 1;

	for (; same_leaf_answer(e, e->next); e = e->next, n++) {
		uint64_t next = e->next->key.id >> 32;

		if (next <= leaf || (step && next - leaf != step))
			break;
		step = next - leaf;
		leaf = next;
	}
	range->last = (uint32_t)leaf;
	range->step = (uint32_t)step;
	return n;
}

struct recording *rec_compact(const struct recording *rec, int *rc)
{
	struct recording *out = rec_new();
	const struct rec_entry *e = rec->first;

	if (!out)
		*rc = -ENOMEM;
	while (e && !*rc) {
		struct rec_key range = e->key;
		size_t n = e->key.kind == REC_CPUID ? run_of(e, &range) : 1;

		/* A range that overlaps another is kept as lines. */
		if (n < RECORD_RUN || rec_add(out, &range, &e->answer)) {
			*rc = rec_add(out, &e->key, &e->answer);
			n = 1;
		}
		while (n--)
			e = e->next;
	}
	return out;
}
