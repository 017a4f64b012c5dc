/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The kinds of lines of a recording, a row each. */
#ifndef TSCAL_RECORDING_LINES_H
#define TSCAL_RECORDING_LINES_H

#include "plat/recording/cursor.h"
#include "plat/recording/recording.h"

/* Room for the value of any line. */
union rec_value {
	/* Those below that may have padding, which must compare equal: zero
	 * before one is read.  Not all: 8 KB for each line of 13 bytes. */
	union {
		struct plat_timex timex;
		struct plat_perf_page perf;
		struct plat_counter counter;
		struct plat_pair pair;
		uint64_t u64;
	} padded;
	struct plat_cpuid cpuid;
	uint64_t u64;
	uint32_t u32;
	char file[REC_FILE_MAX];
	struct plat_timex timex;
	struct rec_word page[REC_PAGE_WORDS];
	struct plat_perf_page perf;
	enum plat_tsc_access access;
	struct plat_counter counter;
	uint32_t cpus[REC_CPUS_MAX];
	struct plat_pair pair;
	struct plat_sample samples[REC_SAMPLES_MAX];
};

struct rec_line {
	const char *name;
	/* The question; NULL: the name alone is the question. */
	bool (*key)(struct cursor *c, struct rec_key *key);
	void (*put_key)(FILE *f, const struct rec_key *key);
	/* The answer, up to the end of the line. */
	bool (*value)(struct cursor *c, union rec_value *v, size_t *size);
	/* Writes a blank before each word. */
	void (*put)(FILE *f, const struct rec_answer *answer);
};

/* Indexed by kind. */
extern const struct rec_line *const rec_lines[REC_KINDS];

extern const struct rec_line rec_line_adjtimex, rec_line_counter,
	rec_line_samples, rec_line_cpus, rec_line_pair;

/* An answer that is an error: "-ENOENT". */
bool rec_read_error(struct cursor *c, int *rc);
void rec_put_error(FILE *f, int rc);

#endif /* TSCAL_RECORDING_LINES_H */
