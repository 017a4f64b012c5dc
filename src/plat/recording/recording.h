/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Recordings: the answers of a machine, in memory and as text
 * (docs/recording.md), and the platforms that record and replay them.
 *
 * A recording is a set of questions with their answers.  An answer is 0 and
 * bytes, or -errno.  The bytes are those the look-up of plat.h fills in:
 *
 *	kind		id			bytes
 *	REC_CPUID	leaf << 32 | subleaf	struct plat_cpuid
 *	REC_XEN_CPUID	leaf << 32 | subleaf	struct plat_cpuid
 *	REC_MSR		cpu << 32 | msr		uint64_t
 *	REC_FILE	(path)			the contents
 *	REC_ADJTIMEX	0, 1, 2, ... in order	struct plat_timex
 *	REC_PAGE	which << 32 | index	struct rec_word[], not 0
 *	REC_PERF_PAGE				struct plat_perf_page
 *	REC_KVM_KHZ				uint32_t
 *	REC_BACKDOOR	enum plat_backdoor	uint64_t
 *	REC_TSC_ACCESS				enum plat_tsc_access
 *	REC_CPUS				uint32_t[]
 *	REC_PAIR	a << 32 | b		struct plat_pair
 *	REC_COUNTER	counter			struct plat_counter
 *	REC_SAMPLES	counter << 32 | burst	struct plat_sample[]
 */
#ifndef TSCAL_RECORDING_H
#define TSCAL_RECORDING_H

#include <stdio.h>

#include "plat/plat.h"

#define REC_VERSION 1

/* `cpuid -r` prints 9 KB for each CPU: this is 1800 of them. */
#define REC_TEXT_MAX (16u << 20)
/* Longer than any line of a recording: those of files and of samples. */
#define REC_LINE_MAX (64u << 10)
/* The size of the largest read, that of /proc/cpuinfo; each byte takes up to 4
 * characters of a line. */
#define REC_FILE_MAX (8u << 10)
/* Paths, NUL included. */
#define REC_PATH_MAX 256
/* Samples in a burst: each takes at most 63 characters of a line. */
#define REC_SAMPLES_MAX 1000u
/* CPUs that a process may use: each takes at most 11 characters of a line. */
#define REC_CPUS_MAX 1024u
/* cpuid lines for a range of leaves: each is compared with all others. */
#define REC_RANGES_MAX 1024u

enum rec_kind {
	REC_CPUID,
	REC_XEN_CPUID,
	REC_MSR,
	REC_FILE,
	REC_ADJTIMEX,
	REC_PAGE,
	REC_PERF_PAGE,
	REC_KVM_KHZ,
	REC_BACKDOOR,
	REC_TSC_ACCESS,
	REC_CPUS,
	REC_PAIR,
	REC_COUNTER,
	REC_SAMPLES,
	REC_KINDS
};

/* A word of a page that is not zero, at an offset that is a multiple of 4; in
 * order.  A page of zeros takes no memory: a line of 13 bytes must not take
 * 4 KB. */
struct rec_word {
	uint32_t at, word;
};
#define REC_PAGE_WORDS (PLAT_PAGE_SIZE / 4)

/* The words of a page; returns how many. */
size_t rec_page_words(const void *page, struct rec_word *out);
/* The page that the size bytes of words stand for. */
void rec_page_fill(const struct rec_word *words, size_t size, void *page);

/* Where a CPUID answer comes from: tscal's own lines, or a block of `cpuid -r`
 * output, "CPU:" or "CPU n:". */
#define REC_BLOCK_OWN UINT64_C(0)
#define REC_BLOCK_CPU UINT64_C(1)
#define REC_BLOCK_CPU_N(n) (UINT64_C(2) + (n))

struct rec_key {
	enum rec_kind kind;
	uint64_t id;
	const char *path; /* REC_FILE only, else NULL */
	/* REC_CPUID only: */
	uint64_t block;
	/* The same answer for each leaf from that of id to last by step;
	 * step 0: for that of id alone. */
	uint32_t last, step;
};

#define REC_ID(high, low) ((uint64_t)(high) << 32 | (low))

struct rec_answer {
	int rc;	       /* 0 or -errno */
	unsigned line; /* its line in the file; 0: not from a file */
	size_t size;   /* of data, in bytes; 0 with an error */
	const void *data;
};

struct rec_entry {
	struct rec_key key;
	struct rec_answer answer;
	struct rec_entry *next; /* in the order of adding */
	uint32_t hash;
};

struct recording;

/* An empty recording; NULL when out of memory. */
struct recording *rec_new(void);
void rec_free(struct recording *rec);

/*
 * Add an answer; everything is copied.  Adding an equal answer again is no
 * error.  Returns 0, -EEXIST when there is another answer to the
 * same question (it stays), -ENOSPC for too many ranges, -ENOMEM.
 */
int rec_add(struct recording *rec, const struct rec_key *key,
	const struct rec_answer *answer);

/* The answer to exactly this question, block included; for a range of leaves
 * that of a range which overlaps it; NULL if none. */
const struct rec_answer *rec_find(
	const struct recording *rec, const struct rec_key *key);

/*
 * The answer of this machine to CPUID: tscal's own line for the leaf, else that
 * of the first CPU in the file, else a line for a range of leaves; NULL if
 * none.
 */
const struct rec_answer *rec_find_cpuid(
	const struct recording *rec, uint32_t leaf, uint32_t subleaf);

/* What a recording has cost so far: a file of a given size, whoever wrote it,
 * must not cost more than in proportion to its size. */
struct rec_cost {
	uint64_t compared; /* entries looked at, to find others or to add */
	uint64_t bytes;	   /* of entries and of the table */
};
struct rec_cost rec_cost(const struct recording *rec);

/* All entries, in the order of adding: follow ->next. */
const struct rec_entry *rec_first(const struct recording *rec);

/*
 * Read a recording from text.  On failure err holds one sentence, with the line
 * number if there is one.  Returns 0, -EBADMSG or -ENOMEM.
 */
int rec_parse(const char *text, size_t len, struct recording **out, char *err,
	size_t err_size);

/* Read a recording from a regular file: as rec_parse(), or -errno. */
int rec_load(
	const char *path, struct recording **out, char *err, size_t err_size);

/*
 * Write a recording; each line of note, which may be NULL, becomes a comment.
 * The caller checks whether all was written: ferror(), fclose().
 */
void rec_write(const struct recording *rec, const char *note, FILE *out);

/*
 * The recording with one line for each run of equal CPUID answers: the scan for
 * signatures asks 256 leaves, and most machines answer zero to nearly all.
 */
struct recording *rec_compact(const struct recording *rec, int *rc);

/* What a recording that is published must not hold: answers that identify a
 * machine and nothing else. */
bool redact_cpuid(uint32_t leaf);
bool redact_msr(uint32_t msr);
bool redact_file(const char *path);

/*
 * The contents of a file, with words that may identify the machine removed in
 * place; returns the new length.
 */
size_t redact_contents(const char *path, char *text, size_t len);

/* A platform that answers from a recording, which it owns from then on.
 * Returns 0 or -ENOMEM. */
int replay_new(struct recording *rec, struct tscal_platform **out);

/* Operations of both platforms: a recording covers a calibration, and a clock
 * continues, so both are -EOPNOTSUPP. */
int recording_clock_burst(struct tscal_platform *p, int clock_id,
	struct plat_sample *buf, const struct plat_until *until);
int recording_clock_ns(
	struct tscal_platform *p, int clock_id, bool system_call, int64_t *ns);

#endif /* TSCAL_RECORDING_H */
