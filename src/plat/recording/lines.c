/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The lines of a recording: how each kind is read and, next to that, written
 * (docs/recording.md).  All our lines have one form,
 *
 *	NAME [QUESTION]: ANSWER
 *
 * where ANSWER is a value of that kind or "-" and the name of an error.
 */
#include "plat/recording/lines.h"

#include <inttypes.h>
#include <string.h>

#include "plat/errname.h"
#include "plat/text.h"

/* "0x00000001 0x00", "0x40000200-0x4000ff00/0x100 0x00" */
static bool cpuid_key(struct cursor *c, struct rec_key *key)
{
	uint64_t leaf, last = 0, step = 0, subleaf;
	const char *start = c->p;

	if (!cursor_hex(c, UINT32_MAX, &leaf))
		return false;
	if (!cursor_at_end(c) && *c->p == '-') {
		c->p++;
		if (!cursor_hex(c, UINT32_MAX, &last) || !cursor_skip(c, "/") ||
			!cursor_hex(c, UINT32_MAX, &step))
			return false;
		if (!step || last < leaf || (last - leaf) % step)
			return cursor_want_at(c, start,
				"a range FIRST-LAST/STEP that ends with LAST");
	}
	if (!cursor_skip(c, " ") || !cursor_hex(c, UINT32_MAX, &subleaf))
		return false;
	key->id = REC_ID(leaf, subleaf);
	key->last = (uint32_t)last;
	key->step = (uint32_t)step;
	return true;
}

static void cpuid_put_key(FILE *f, const struct rec_key *key)
{
	fprintf(f, " 0x%08" PRIx32, (uint32_t)(key->id >> 32));
	if (key->step)
		fprintf(f, "-0x%08" PRIx32 "/0x%" PRIx32, key->last, key->step);
	fprintf(f, " 0x%02" PRIx32, (uint32_t)key->id);
}

static bool cpuid_value(struct cursor *c, union rec_value *v, size_t *size)
{
	struct plat_cpuid *r = &v->cpuid;

	*size = sizeof(*r);
	return cursor_skip(c, "eax=") && cursor_hex8(c, &r->eax) &&
	       cursor_skip(c, " ebx=") && cursor_hex8(c, &r->ebx) &&
	       cursor_skip(c, " ecx=") && cursor_hex8(c, &r->ecx) &&
	       cursor_skip(c, " edx=") && cursor_hex8(c, &r->edx);
}

static void cpuid_put(FILE *f, const struct rec_answer *a)
{
	const struct plat_cpuid *r = a->data;

	fprintf(f,
		" eax=0x%08" PRIx32 " ebx=0x%08" PRIx32 " ecx=0x%08" PRIx32
		" edx=0x%08" PRIx32,
		r->eax, r->ebx, r->ecx, r->edx);
}

static bool msr_key(struct cursor *c, struct rec_key *key)
{
	uint64_t cpu, msr;

	if (!cursor_dec(c, UINT32_MAX, &cpu) || !cursor_skip(c, " ") ||
		!cursor_hex(c, UINT32_MAX, &msr))
		return false;
	key->id = REC_ID(cpu, msr);
	return true;
}

static void msr_put_key(FILE *f, const struct rec_key *key)
{
	fprintf(f, " %" PRIu32 " 0x%08" PRIx32, (uint32_t)(key->id >> 32),
		(uint32_t)key->id);
}

static bool msr_value(struct cursor *c, union rec_value *v, size_t *size)
{
	*size = sizeof(v->u64);
	return cursor_hex(c, UINT64_MAX, &v->u64);
}

static void msr_put(FILE *f, const struct rec_answer *a)
{
	fprintf(f, " 0x%" PRIx64, *(const uint64_t *)a->data);
}

static void put_quoted(FILE *f, const char *bytes, size_t n)
{
	fputs(" \"", f);
	for (size_t i = 0; i < n; i++) {
		char b = bytes[i];

		if (b == '\n')
			fputs("\\n", f);
		else if (b == '\t')
			fputs("\\t", f);
		else if (b == '"' || b == '\\')
			fprintf(f, "\\%c", b);
		else if (b >= ' ' && b <= '~')
			fputc(b, f);
		else
			fprintf(f, "\\x%02x", (unsigned char)b);
	}
	fputc('"', f);
}

static bool file_key(struct cursor *c, struct rec_key *key)
{
	const char *start = c->p;
	size_t len;

	if (!cursor_quoted(c, c->path, REC_PATH_MAX - 1, &len))
		return false;
	c->path[len] = '\0';
	if (c->path[0] != '/' || strlen(c->path) != len)
		return cursor_want_at(c, start, "an absolute path");
	key->path = c->path;
	return true;
}

static void file_put_key(FILE *f, const struct rec_key *key)
{
	put_quoted(f, key->path, strlen(key->path));
}

static bool file_value(struct cursor *c, union rec_value *v, size_t *size)
{
	return cursor_quoted(c, v->file, sizeof(v->file), size);
}

static void file_put(FILE *f, const struct rec_answer *a)
{
	put_quoted(f, a->data, a->size);
}

/* A word that is one of n names, by its number; want: what was expected. */
static bool read_name(struct cursor *c, const char *const *names, size_t n,
	const char *want, uint64_t *number)
{
	const char *word;
	size_t len, i = 0;

	if (!cursor_word(c, &word, &len))
		return false;
	while (i < n && !text_is(word, len, names[i]))
		i++;
	*number = i;
	return i < n || cursor_want_at(c, word, want);
}

static const char *const page_names[PLAT_PAGE_COUNT] = {
	[PLAT_PAGE_VVAR] = "vvar",
	[PLAT_PAGE_VVAR_VCLOCK] = "vvar_vclock",
	[PLAT_PAGE_VMCLOCK] = "vmclock",
};

static bool page_key(struct cursor *c, struct rec_key *key)
{
	uint64_t which, index;

	if (!read_name(c, page_names, PLAT_PAGE_COUNT,
		    "\"vvar\", \"vvar_vclock\" or \"vmclock\"", &which) ||
		!cursor_skip(c, " ") || !cursor_dec(c, UINT32_MAX, &index))
		return false;
	key->id = REC_ID(which, index);
	return true;
}

static void page_put_key(FILE *f, const struct rec_key *key)
{
	fprintf(f, " %s %" PRIu32, page_names[key->id >> 32],
		(uint32_t)key->id);
}

/* "0x20=0x5f0b9a44 0x24=0x18": the words that are not zero, by offset. */
static bool page_value(struct cursor *c, union rec_value *v, size_t *size)
{
	uint64_t at, word, least = 0;
	size_t n = 0;

	while (!cursor_at_end(c)) {
		const char *start = c->p;

		if ((least && !cursor_skip(c, " ")) ||
			!cursor_hex(c, PLAT_PAGE_SIZE - 4, &at) ||
			!cursor_skip(c, "=") ||
			!cursor_hex(c, UINT32_MAX, &word))
			return false;
		if (at % 4 || at < least)
			return cursor_want_at(
				c, start, "a higher offset, a multiple of 4");
		if (word)
			v->page[n++] = (struct rec_word){
				(uint32_t)at, (uint32_t)word};
		least = at + 4;
	}
	*size = n * sizeof(*v->page);
	return true;
}

static void page_put(FILE *f, const struct rec_answer *a)
{
	const struct rec_word *w = a->data;

	for (size_t i = 0; i < a->size / sizeof(*w); i++)
		fprintf(f, " 0x%" PRIx32 "=0x%" PRIx32, w[i].at, w[i].word);
}

size_t rec_page_words(const void *page, struct rec_word *out)
{
	size_t n = 0;

	for (uint32_t at = 0; at < PLAT_PAGE_SIZE; at += 4) {
		uint32_t word;

		memcpy(&word, (const char *)page + at, sizeof(word));
		if (word)
			out[n++] = (struct rec_word){at, word};
	}
	return n;
}

void rec_page_fill(const struct rec_word *words, size_t size, void *page)
{
	memset(page, 0, PLAT_PAGE_SIZE);
	for (size_t i = 0; i < size / sizeof(*words); i++)
		memcpy((char *)page + words[i].at, &words[i].word, 4);
}

static bool perf_page_value(struct cursor *c, union rec_value *v, size_t *size)
{
	uint64_t user, shift, mult;

	*size = sizeof(v->perf);
	if (!cursor_skip(c, "cap_user_time=") || !cursor_dec(c, 1, &user) ||
		!cursor_skip(c, " time_shift=") ||
		!cursor_dec(c, UINT16_MAX, &shift) ||
		!cursor_skip(c, " time_mult=") ||
		!cursor_dec(c, UINT32_MAX, &mult))
		return false;
	v->perf.cap_user_time = user;
	v->perf.time_shift = (uint16_t)shift;
	v->perf.time_mult = (uint32_t)mult;
	return true;
}

static void perf_page_put(FILE *f, const struct rec_answer *a)
{
	const struct plat_perf_page *p = a->data;

	fprintf(f, " cap_user_time=%d time_shift=%u time_mult=%" PRIu32,
		p->cap_user_time, p->time_shift, p->time_mult);
}

static bool kvm_khz_value(struct cursor *c, union rec_value *v, size_t *size)
{
	uint64_t khz;

	*size = sizeof(v->u32);
	if (!cursor_dec(c, UINT32_MAX, &khz))
		return false;
	v->u32 = (uint32_t)khz;
	return true;
}

static void kvm_khz_put(FILE *f, const struct rec_answer *a)
{
	fprintf(f, " %" PRIu32, *(const uint32_t *)a->data);
}

static bool backdoor_key(struct cursor *c, struct rec_key *key)
{
	return read_name(c, plat_backdoor_names, PLAT_BACKDOOR_COUNT,
		"port, vmcall or vmmcall", &key->id);
}

static void backdoor_put_key(FILE *f, const struct rec_key *key)
{
	fprintf(f, " %s", plat_backdoor_names[key->id]);
}

static bool backdoor_value(struct cursor *c, union rec_value *v, size_t *size)
{
	*size = sizeof(v->u64);
	return cursor_dec(c, UINT64_MAX, &v->u64);
}

static void backdoor_put(FILE *f, const struct rec_answer *a)
{
	fprintf(f, " %" PRIu64, *(const uint64_t *)a->data);
}

static bool tsc_access_value(struct cursor *c, union rec_value *v, size_t *size)
{
	*size = sizeof(v->access);
	v->access = PLAT_TSC_ENABLED;
	if (cursor_skip(c, "enabled"))
		return true;
	v->access = PLAT_TSC_SIGSEGV;
	return cursor_skip(c, "sigsegv") ||
	       cursor_want(c, "\"enabled\" or \"sigsegv\"");
}

static void tsc_access_put(FILE *f, const struct rec_answer *a)
{
	fputs(*(const enum plat_tsc_access *)a->data == PLAT_TSC_SIGSEGV
			? " sigsegv"
			: " enabled",
		f);
}

#define ROW(...)                                                               \
	&(const struct rec_line)                                               \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

const struct rec_line *const rec_lines[REC_KINDS] = {
	[REC_CPUID] = ROW(
		"cpuid", cpuid_key, cpuid_put_key, cpuid_value, cpuid_put),
	[REC_XEN_CPUID] = ROW(
		"xen-cpuid", cpuid_key, cpuid_put_key, cpuid_value, cpuid_put),
	[REC_MSR] = ROW("msr", msr_key, msr_put_key, msr_value, msr_put),
	[REC_FILE] = ROW("file", file_key, file_put_key, file_value, file_put),
	[REC_ADJTIMEX] = &rec_line_adjtimex,
	[REC_PAGE] = ROW("page", page_key, page_put_key, page_value, page_put),
	[REC_PERF_PAGE] = ROW(
		"perf-page", NULL, NULL, perf_page_value, perf_page_put),
	[REC_KVM_KHZ] = ROW("kvm-khz", NULL, NULL, kvm_khz_value, kvm_khz_put),
	[REC_BACKDOOR] = ROW("backdoor", backdoor_key, backdoor_put_key,
		backdoor_value, backdoor_put),
	[REC_TSC_ACCESS] = ROW(
		"tsc-access", NULL, NULL, tsc_access_value, tsc_access_put),
	[REC_CPUS] = &rec_line_cpus,
	[REC_PAIR] = &rec_line_pair,
	[REC_COUNTER] = &rec_line_counter,
	[REC_SAMPLES] = &rec_line_samples,
};

/* "-ENOENT"; "-E71" for an error without a name. */
bool rec_read_error(struct cursor *c, int *rc)
{
	const char *word;
	uint64_t number;
	size_t len;

	if (!cursor_skip(c, "-E"))
		return false;
	/* Linux: errors are below 4096 (MAX_ERRNO). */
	if (cursor_dec(c, 4095, &number) && number) {
		*rc = -(int)number;
		return true;
	}
	c->p--;
	if (!cursor_word(c, &word, &len))
		return false;
	*rc = -errname_parse(word, len);
	return *rc || cursor_want_at(c, word - 1, "the name of an error");
}

void rec_put_error(FILE *f, int rc)
{
	if (errname(rc))
		fprintf(f, " -%s", errname(rc));
	else
		fprintf(f, " -E%d", -rc);
}
