/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Recordings that are written to cost as much as they can: work and memory
 * grow with the size of the text and no faster.  Counted, not timed.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tscal/calibrate.h>

#include "plat/recording/recording.h"

#define HEAD "tscal-recording 1\n"
#define ZERO "eax=0x00000000 ebx=0x00000000 ecx=0x00000000 edx=0x00000000\n"
#define MB (1u << 20)
/* Bytes for one of text: the shortest line, of 13 bytes, is an entry and its
 * place in the table. */
#define BYTES_MOST 10
/* Ranges of leaves are compared with each other, at most 1024 of them, and
 * look-ups of leaves with all ranges, for some 600 leaves. */
#define COMPARED_ANYHOW UINT64_C(1500000)

/* Line i of each kind; most are the shortest that are different from all
 * others. */
static void leaf(FILE *f, unsigned i)
{
	if (i % 256 == 0)
		fprintf(f, "CPU %u:\n", i / 256);
	fprintf(f, "0x%x 0x%x: -E1\n", i / 16 % 16, i % 16);
}

static void cpuid(FILE *f, unsigned i)
{
	fprintf(f, "cpuid 0x%x 0x0: -E1\n", i);
}

/* A thousand ranges, and then the last of them again and again. */
static void range(FILE *f, unsigned i)
{
	i = i < REC_RANGES_MAX ? i : REC_RANGES_MAX - 1;
	fprintf(f, "cpuid 0x%x-0x%x/0x1 0x0: -E1\n", i * 2, i * 2 + 1);
}

static void xen_cpuid(FILE *f, unsigned i)
{
	fprintf(f, "xen-cpuid 0x0 0x%x: -E1\n", i);
}

static void msr(FILE *f, unsigned i)
{
	fprintf(f, "msr 0 0x%x: 0x0\n", i);
}

static void file(FILE *f, unsigned i)
{
	fprintf(f, "file \"/%x\": \"\"\n", i);
}

/* Paths that are equal but for their end. */
static void long_path(FILE *f, unsigned i)
{
	fprintf(f, "file \"/%0200x\": -E1\n", i);
}

static void full_file(FILE *f, unsigned i)
{
	fprintf(f, "file \"/%x\": \"%08000u\"\n", i, 0);
}

static void adjtimex(FILE *f, unsigned i)
{
	fprintf(f, "adjtimex %u: -E1\n", i);
}

static void page(FILE *f, unsigned i)
{
	fprintf(f, "page vvar %u:\n", i);
}

static void last_word(FILE *f, unsigned i)
{
	fprintf(f, "page vvar %u: 0xffc=0x1\n", i);
}

static void full_page(FILE *f, unsigned i)
{
	fprintf(f, "page vvar %u:", i);
	for (unsigned at = 0; at < PLAT_PAGE_SIZE; at += 4)
		fprintf(f, " 0x%x=0x1", at);
	fputs("\n", f);
}

static void no_samples(FILE *f, unsigned i)
{
	fprintf(f, "samples hpet %u:\n", i);
}

static void full_burst(FILE *f, unsigned i)
{
	fprintf(f, "samples hpet %u: 0/0/0", i);
	for (unsigned n = 1; n < REC_SAMPLES_MAX; n++)
		fputs(" 0/0/0", f);
	fputs("\n", f);
}

static void same_line(FILE *f, unsigned i)
{
	(void)i;
	fputs("kvm-khz: 1\n", f);
}

static void comment(FILE *f, unsigned i)
{
	(void)i;
	fputs("#\n", f);
}

/* Dumps of AIDA64 (aida64.c), read by another reader. */
#define AIDA64_ZERO "00000000-00000000-00000000-00000000"
#define AIDA64_HEAD                                                            \
	"------[ Logical CPU #0 ]------\nCPUID 00000000 " AIDA64_ZERO "\n"

static void aida64_leaf(FILE *f, unsigned i)
{
	fprintf(f, "CPUID %08X " AIDA64_ZERO "\n", i + 1);
}

static void aida64_subleaf(FILE *f, unsigned i)
{
	fprintf(f, "CPUID 00000001 " AIDA64_ZERO "[SL %X]\n", i);
}

static void aida64_same(FILE *f, unsigned i)
{
	(void)i;
	fputs("CPUID 00000001 " AIDA64_ZERO "\n", f);
}

static void aida64_other(FILE *f, unsigned i)
{
	(void)i;
	fputs("\n", f);
}

static const struct {
	const char *name;
	void (*line)(FILE *f, unsigned i);
	const char *head; /* of a dump of AIDA64; NULL: of a recording */
} kinds[] = {
	{"leaf", leaf, NULL},
	{"cpuid", cpuid, NULL},
	{"range", range, NULL},
	{"xen-cpuid", xen_cpuid, NULL},
	{"msr", msr, NULL},
	{"file", file, NULL},
	{"long path", long_path, NULL},
	{"full file", full_file, NULL},
	{"adjtimex", adjtimex, NULL},
	{"page", page, NULL},
	{"last word of a page", last_word, NULL},
	{"full page", full_page, NULL},
	{"no samples", no_samples, NULL},
	{"full burst", full_burst, NULL},
	{"the same line", same_line, NULL},
	{"comment", comment, NULL},
	{"AIDA64: leaf", aida64_leaf, AIDA64_HEAD},
	{"AIDA64: subleaf", aida64_subleaf, AIDA64_HEAD},
	{"AIDA64: the same leaf", aida64_same, AIDA64_HEAD},
	{"AIDA64: other lines", aida64_other, AIDA64_HEAD},
};

static char *text_of(size_t kind, size_t size, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	cr_assert(ne(ptr, f, NULL));
	fputs(kinds[kind].head ? kinds[kind].head : HEAD, f);
	for (unsigned i = 0; (size_t)ftell(f) < size; i++)
		kinds[kind].line(f, i);
	if (!kinds[kind].head)
		fputs("end\n", f);
	cr_assert(zero(int, fclose(f)));
	return text;
}

/* What reading costs, and calibrating the machine. */
static struct rec_cost cost_of(const char *text, size_t len)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_report *report;
	struct tscal_platform *p;
	struct recording *rec;
	struct rec_cost cost;
	char err[300];
	int rc = rec_parse(text, len, &rec, err, sizeof(err));

	cr_assert(zero(int, rc), "%s", err);
	cr_assert(zero(int, replay_new(rec, &p)));
	opts.platform = p;
	cr_assert(zero(int, tscal_report_new(&opts, &report)));
	tscal_report_free(report);
	cost = rec_cost(rec);
	tscal_platform_free(p);
	return cost;
}

static struct rec_cost cost_of_kind(size_t kind, size_t size)
{
	size_t len;
	char *text = text_of(kind, size, &len);
	struct rec_cost cost = cost_of(text, len);

	free(text);
	return cost;
}

Test(hostile, work_and_memory_grow_with_the_text_and_no_faster)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct rec_cost one = cost_of_kind(i, MB),
				two = cost_of_kind(i, 2 * MB);

		cr_expect(le(u64, two.bytes, UINT64_C(2) * MB * BYTES_MOST),
			"%s: %llu bytes", kinds[i].name,
			(unsigned long long)two.bytes);
		/* The fixed part: ranges are compared with each other. */
		cr_expect(le(u64, two.compared,
				  one.compared * 5 / 2 + COMPARED_ANYHOW),
			"%s: %llu, then %llu", kinds[i].name,
			(unsigned long long)one.compared,
			(unsigned long long)two.compared);
		cr_expect(le(u64, two.compared,
				  UINT64_C(2) * MB + COMPARED_ANYHOW),
			"%s: %llu", kinds[i].name,
			(unsigned long long)two.compared);
	}
}

/*
 * 2000 lines that all had one hash before it had a key: each was compared with
 * all before, two million times.
 */
Test(hostile, lines_made_to_collide_do_not)
{
	static char text[64 << 10];
	FILE *f = fopen(TSCAL_CORPUS "/colliding-msr.rec", "r");
	size_t len;

	cr_assert(ne(ptr, f, NULL));
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	cr_assert(lt(sz, len, sizeof(text)));
	cr_expect(lt(u64, cost_of(text, len).compared, UINT64_C(20000)));
}

/* What a line does not give is not stored, and comes back as zeros. */
Test(hostile, a_page_takes_no_more_than_the_words_given)
{
	static const char text[] = HEAD "page vvar 0: 0x0=0x0 0xffc=0x7\nend\n";
	unsigned char buf[PLAT_PAGE_SIZE];
	struct tscal_platform *p;
	struct recording *rec;
	char err[300];

	cr_assert(zero(int,
		rec_parse(text, sizeof(text) - 1, &rec, err, sizeof(err))));
	cr_expect(eq(sz, rec_first(rec)->answer.size, sizeof(struct rec_word)));
	cr_assert(zero(int, replay_new(rec, &p)));
	memset(buf, 0xff, sizeof(buf));
	cr_assert(zero(int, p->ops->page(p, PLAT_PAGE_VVAR, 0, buf)));
	cr_expect(eq(int, buf[0xffc], 7));
	for (size_t i = 0; i < sizeof(buf); i++)
		if (i != 0xffc)
			cr_assert(zero(int, buf[i]), "byte %zu", i);
	tscal_platform_free(p);
}

/* A run of leaves that cannot become a range is looked at once. */
Test(hostile, compacting_looks_at_each_leaf_once)
{
	static const struct plat_cpuid zero;
	struct rec_answer a = {.data = &zero, .size = sizeof(zero)};
	struct recording *rec = rec_new(), *out;
	struct rec_key key = {.kind = REC_CPUID, .last = 100000, .step = 1};
	int rc = 0;

	cr_assert(zero(int, rec_add(rec, &key, &a)));
	key.last = key.step = 0;
	for (uint64_t i = 0; i < 20000; i++) {
		key.id = i << 32;
		cr_assert(zero(int, rec_add(rec, &key, &a)));
	}
	out = rec_compact(rec, &rc);
	cr_assert(zero(int, rc));
	cr_expect(lt(u64, rec_cost(out).compared, UINT64_C(200000)));
	rec_free(out);
	rec_free(rec);
}
