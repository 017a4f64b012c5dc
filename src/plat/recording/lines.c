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

#include "plat/text.h"

/* "0x00000001 0x00", "0x40000200-0x4000ff00/0x100 0x00" */
static bool cpuid_key(struct cursor *c, struct rec_key *key, char *scratch)
{
	uint64_t leaf, last = 0, step = 0, subleaf;
	const char *start = c->p;

	(void)scratch;
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

static const struct rec_line rec_line_cpuid = {
	.name = "cpuid",
	.key = cpuid_key,
	.put_key = cpuid_put_key,
	.value = cpuid_value,
	.put = cpuid_put,
};

/* "0x40000000 0x00": no ranges, which are not needed. */
static bool xen_cpuid_key(struct cursor *c, struct rec_key *key, char *scratch)
{
	uint64_t leaf, subleaf;

	(void)scratch;
	if (!cursor_hex(c, UINT32_MAX, &leaf) || !cursor_skip(c, " ") ||
		!cursor_hex(c, UINT32_MAX, &subleaf))
		return false;
	key->id = REC_ID(leaf, subleaf);
	return true;
}

static const struct rec_line rec_line_xen_cpuid = {
	.name = "xen-cpuid",
	.key = xen_cpuid_key,
	.put_key = cpuid_put_key,
	.value = cpuid_value,
	.put = cpuid_put,
};

static bool msr_key(struct cursor *c, struct rec_key *key, char *scratch)
{
	uint64_t cpu, msr;

	(void)scratch;
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

static const struct rec_line rec_line_msr = {
	.name = "msr",
	.key = msr_key,
	.put_key = msr_put_key,
	.value = msr_value,
	.put = msr_put,
};

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

static bool file_key(struct cursor *c, struct rec_key *key, char *scratch)
{
	const char *start = c->p;
	size_t len;

	if (!cursor_quoted(c, scratch, REC_PATH_MAX - 1, &len))
		return false;
	scratch[len] = '\0';
	if (scratch[0] != '/' || strlen(scratch) != len)
		return cursor_want_at(c, start, "an absolute path");
	key->path = scratch;
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

static const struct rec_line rec_line_file = {
	.name = "file",
	.key = file_key,
	.put_key = file_put_key,
	.value = file_value,
	.put = file_put,
};

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

static bool page_key(struct cursor *c, struct rec_key *key, char *scratch)
{
	uint64_t which, index;

	(void)scratch;
	if (!read_name(c, page_names, PLAT_PAGE_COUNT,
		    "vvar, vvar_vclock or vmclock", &which) ||
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

	*size = sizeof(v->page);
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
		v->page[at / 4] = (uint32_t)word;
		least = at + 4;
	}
	return true;
}

static void page_put(FILE *f, const struct rec_answer *a)
{
	const uint32_t *words = a->data;

	for (unsigned i = 0; i < PLAT_PAGE_SIZE / 4; i++)
		if (words[i])
			fprintf(f, " 0x%x=0x%" PRIx32, i * 4, words[i]);
}

static const struct rec_line rec_line_page = {
	.name = "page",
	.key = page_key,
	.put_key = page_put_key,
	.value = page_value,
	.put = page_put,
};

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

static const struct rec_line rec_line_perf_page = {
	.name = "perf-page",
	.value = perf_page_value,
	.put = perf_page_put,
};

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

static const struct rec_line rec_line_kvm_khz = {
	.name = "kvm-khz",
	.value = kvm_khz_value,
	.put = kvm_khz_put,
};

static bool backdoor_key(struct cursor *c, struct rec_key *key, char *scratch)
{
	(void)scratch;
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

static const struct rec_line rec_line_backdoor = {
	.name = "backdoor",
	.key = backdoor_key,
	.put_key = backdoor_put_key,
	.value = backdoor_value,
	.put = backdoor_put,
};

static bool tsc_access_value(struct cursor *c, union rec_value *v, size_t *size)
{
	*size = sizeof(v->access);
	v->access = PLAT_TSC_ENABLED;
	if (cursor_skip(c, "enabled"))
		return true;
	v->access = PLAT_TSC_SIGSEGV;
	return cursor_skip(c, "sigsegv") ||
	       cursor_want(c, "enabled or sigsegv");
}

static void tsc_access_put(FILE *f, const struct rec_answer *a)
{
	fputs(*(const enum plat_tsc_access *)a->data == PLAT_TSC_SIGSEGV
			? " sigsegv"
			: " enabled",
		f);
}

static const struct rec_line rec_line_tsc_access = {
	.name = "tsc-access",
	.value = tsc_access_value,
	.put = tsc_access_put,
};

const struct rec_line *const rec_lines[REC_KINDS] = {
	[REC_CPUID] = &rec_line_cpuid,
	[REC_XEN_CPUID] = &rec_line_xen_cpuid,
	[REC_MSR] = &rec_line_msr,
	[REC_FILE] = &rec_line_file,
	[REC_ADJTIMEX] = &rec_line_adjtimex,
	[REC_PAGE] = &rec_line_page,
	[REC_PERF_PAGE] = &rec_line_perf_page,
	[REC_KVM_KHZ] = &rec_line_kvm_khz,
	[REC_BACKDOOR] = &rec_line_backdoor,
	[REC_TSC_ACCESS] = &rec_line_tsc_access,
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
	return *rc || cursor_want_at(c, word - 1, "an error");
}

void rec_put_error(FILE *f, int rc)
{
	if (errname(rc))
		fprintf(f, " -%s", errname(rc));
	else
		fprintf(f, " -E%d", -rc);
}
