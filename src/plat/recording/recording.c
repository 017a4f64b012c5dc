/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Questions and answers in memory. */
#include "plat/recording/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plat/recording/keyed_hash.h"

/* A power of two; the table grows with the number of entries. */
#define BUCKETS_MIN 256u

/* Entries are stored one after the other in blocks of this size, a larger one
 * in a block of its own: short lines give a million entries, and malloc() for
 * each costs more than reading the line. */
#define BLOCK_BYTES (64u << 10)

struct block {
	struct block *before;
	char bytes[];
};

/* An entry is in the first free slot from that of its hash on.  The hash is
 * here too: another entry is passed over without a read of its memory. */
struct slot {
	struct rec_entry *e; /* NULL: free */
	uint32_t hash;
};

struct recording {
	struct block *block;
	char *room; /* in the last block: room_bytes not yet used */
	size_t room_bytes;
	struct rec_entry *first, **last;
	uint64_t cpu; /* the first block of `cpuid -r` output; 0: none */
	size_t n_ranges;
	struct rec_entry *range[REC_RANGES_MAX];
	size_t n_entries, n_buckets;
	struct slot *bucket;
	/* Looking up counts, too, and leaves all else as it is: so const
	 * recordings are counted through the pointer. */
	struct rec_cost counted, *cost;
};

struct recording *rec_new(void)
{
	struct recording *rec = calloc(1, sizeof(*rec));

	if (!rec)
		return NULL;
	rec->last = &rec->first;
	rec->cost = &rec->counted;
	rec->n_buckets = BUCKETS_MIN;
	rec->bucket = calloc(BUCKETS_MIN, sizeof(struct slot));
	if (!rec->bucket) {
		free(rec);
		return NULL;
	}
	return rec;
}

void rec_free(struct recording *rec)
{
	struct block *b, *before;

	if (!rec)
		return;
	for (b = rec->block; b; b = before) {
		before = b->before;
		free(b);
	}
	free(rec->bucket);
	free(rec);
}

struct rec_cost rec_cost(const struct recording *rec)
{
	struct rec_cost cost = rec->counted;

	cost.bytes += rec->n_buckets * sizeof(struct slot);
	return cost;
}

static uint32_t hash(const struct rec_key *key)
{
	const uint64_t words[] = {
		REC_ID(key->kind, key->step), key->id, key->block, key->last};

	return (uint32_t)keyed_hash(
		words, sizeof(words) / sizeof(*words), key->path);
}

static bool same_question(const struct rec_key *a, const struct rec_key *b)
{
	return a->kind == b->kind && a->id == b->id && a->block == b->block &&
	       a->last == b->last && a->step == b->step &&
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

		rec->cost->compared++;
		if ((uint32_t)k->id == (uint32_t)key->id &&
			k->id >> 32 <= key->last && key->id >> 32 <= k->last)
			return rec->range[i];
	}
	return NULL;
}

/* The table first, also for a range: a file may hold the same one many times,
 * and comparing it with all others takes long. */
static struct rec_entry *find(
	const struct recording *rec, const struct rec_key *key, uint32_t h)
{
	size_t mask = rec->n_buckets - 1;

	for (size_t i = h & mask; rec->bucket[i].e; i = (i + 1) & mask) {
		const struct slot *s = &rec->bucket[i];

		rec->cost->compared++;
		if (s->hash == h && same_question(&s->e->key, key))
			return s->e;
	}
	return key->step ? find_range(rec, key) : NULL;
}

static void put_into_table(struct recording *rec, struct rec_entry *e)
{
	size_t mask = rec->n_buckets - 1, i = e->hash & mask;

	while (rec->bucket[i].e)
		i = (i + 1) & mask;
	rec->bucket[i] = (struct slot){e, e->hash};
}

/* At least a quarter of the slots is free. */
static bool grow_table(struct recording *rec)
{
	size_t n = rec->n_buckets * 2;
	struct slot *bucket = calloc(n, sizeof(*bucket));

	if (!bucket)
		return false;
	free(rec->bucket);
	rec->bucket = bucket;
	rec->n_buckets = n;
	for (struct rec_entry *e = rec->first; e; e = e->next) {
		rec->cost->compared++;
		put_into_table(rec, e);
	}
	return true;
}

/* Memory that is freed with the recording, for any type of an entry. */
static void *allocate(struct recording *rec, size_t size)
{
	const size_t align = sizeof(uint64_t);
	size_t bytes = BLOCK_BYTES;
	char *p;

	size = (size + align - 1) / align * align;
	if (size > rec->room_bytes) {
		struct block *b;

		if (size > bytes)
			bytes = size;
		b = malloc(sizeof(*b) + bytes);
		if (!b)
			return NULL;
		rec->cost->bytes += sizeof(*b) + bytes;
		b->before = rec->block;
		rec->block = b;
		rec->room = b->bytes;
		rec->room_bytes = bytes;
	}
	p = rec->room;
	rec->room += size;
	rec->room_bytes -= size;
	return p;
}

/* Entry, then data (aligned), then path. */
static struct rec_entry *entry_new(struct recording *rec,
	const struct rec_key *key, const struct rec_answer *answer)
{
	size_t path = key->path ? strlen(key->path) + 1 : 0;
	size_t size = sizeof(struct rec_entry) + answer->size + path;
	struct rec_entry *e = allocate(rec, size);
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
	uint32_t h = hash(key);
	struct rec_entry *e = find(rec, key, h);

	if (e && same_question(&e->key, key) && same_answer(&e->answer, answer))
		return 0;
	if (e)
		return -EEXIST;
	if (key->step && rec->n_ranges == REC_RANGES_MAX)
		return -ENOSPC;
	if (rec->n_entries >= rec->n_buckets / 4 * 3 && !grow_table(rec))
		return -ENOMEM;
	e = entry_new(rec, key, answer);
	if (!e)
		return -ENOMEM;
	e->hash = h;
	rec->n_entries++;
	put_into_table(rec, e);
	*rec->last = e;
	rec->last = &e->next;
	if (key->step)
		rec->range[rec->n_ranges++] = e;
	if (key->kind == REC_CPUID && !rec->cpu)
		rec->cpu = key->block;
	return 0;
}

const struct rec_answer *rec_find(
	const struct recording *rec, const struct rec_key *key)
{
	const struct rec_entry *e = find(rec, key, hash(key));

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

		rec->cost->compared++;
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

		/* A range that overlaps another is kept as lines, all of it:
		 * each leaf is looked at once. */
		if (n >= RECORD_RUN && !rec_add(out, &range, &e->answer)) {
			while (n--)
				e = e->next;
			continue;
		}
		for (; n-- && !*rc; e = e->next)
			*rc = rec_add(out, &e->key, &e->answer);
	}
	return out;
}
