/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The CPUID dumps of EVEREST, AIDA64 and InstLatX64, as published in
 * github.com/InstLatx64/InstLatx64:
 *
 *	------[ CPUID Registers / Logical CPU #0 ]------
 *	CPUID 00000000: 0000000D-756E6547-6C65746E-49656E69 [GenuineIntel]
 *	CPUID 00000004: 1C004121-01C0003F-0000003F-00000000 [SL 00]
 *
 * Registers are EAX, EBX, ECX, EDX.  The heading also reads "Logical CPU #0",
 * "CPU#000 AffMask: 0x..." or "CPUID Registers (CPU #1)"; reports have blanks
 * instead of the colon.  All other lines are ignored.
 *
 * The number of a subleaf is hexadecimal: the dump of a KX-7000
 * (CentaurHauls00607B1_KX7000_05_CPUID.txt) has leaf 0xd "[SL 10] [HWP]", and
 * HWP's state is component 16 (SDM volume 1, 13.1), which ECX = 0x00010000 of
 * subleaf 1 offers there.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "plat/recording/cursor.h"
#include "plat/recording/foreign.h"
#include "plat/text.h"

struct leaf_line {
	uint32_t leaf, subleaf;
	bool numbered; /* the line states the subleaf */
	struct plat_cpuid regs;
};

/* Exactly 8 hexadecimal digits. */
static bool hex8(struct cursor *c, uint32_t *out)
{
	const char *start = c->p;
	uint32_t v = 0;

	for (; c->p < c->end && c->p - start < 8; c->p++) {
		const char *digits = "0123456789abcdef0123456789ABCDEF";
		const char *found = *c->p ? strchr(digits, *c->p) : NULL;

		if (!found)
			break;
		v = v << 4 | ((uint32_t)(found - digits) & 15);
	}
	*out = v;
	return c->p - start == 8 ||
	       cursor_want_at(c, start, "8 hexadecimal digits");
}

static bool skip_blanks(struct cursor *c)
{
	const char *start = c->p;

	while (!cursor_at_end(c) && (*c->p == ' ' || *c->p == '\t'))
		c->p++;
	return c->p != start;
}

/* "CPUID 00000004:", and not "CPUID Manufacturer : AuthenticAMD". */
static bool key(struct cursor *c, uint32_t *leaf)
{
	bool colon;

	skip_blanks(c);
	if (!cursor_skip(c, "CPUID") || !skip_blanks(c) || !hex8(c, leaf))
		return false;
	colon = cursor_skip(c, ":");
	return skip_blanks(c) || colon;
}

static bool registers(struct cursor *c, struct leaf_line *l)
{
	uint32_t *regs[] = {
		&l->regs.eax, &l->regs.ebx, &l->regs.ecx, &l->regs.edx};

	for (int i = 0; i < 4; i++) {
		if (i && !cursor_skip(c, "-"))
			return false;
		if (!hex8(c, regs[i]))
			return false;
	}
	/* What else may follow is a remark in brackets. */
	skip_blanks(c);
	l->subleaf = 0;
	l->numbered = cursor_skip(c, "[SL ");
	if (l->numbered) {
		const char *start = c->p;

		while (!cursor_at_end(c) && *c->p != ']' && c->p - start < 8) {
			const char *digits = "0123456789ABCDEF";
			const char *found = *c->p ? strchr(digits, *c->p) : 0;

			if (!found)
				break;
			l->subleaf = l->subleaf << 4 |
				     (uint32_t)(found - digits);
			c->p++;
		}
		if (c->p == start || !cursor_skip(c, "]"))
			return cursor_want_at(
				c, start, "the number of a subleaf and \"]\"");
		return true;
	}
	return cursor_at_end(c) || cursor_sees(c, "[") ||
	       cursor_want(c, "the end of the line or a remark in brackets");
}

/* The next line, without its end. */
static struct cursor next_line(const char **text, const char *end)
{
	struct cursor c = {.start = *text, .p = *text};
	const char *nl = memchr(*text, '\n', (size_t)(end - *text));

	c.end = nl ? nl : end;
	*text = nl ? nl + 1 : end;
	if (c.end > c.p && c.end[-1] == '\r')
		c.end--;
	return c;
}

/* 16 MB of empty lines: for less than "CPU#" nothing is called. */
static bool too_short(const struct cursor *c)
{
	return c->end - c->p < 4;
}

bool aida64_sees(const char *text, size_t len)
{
	const char *end = text + len;
	struct leaf_line l;

	while (text < end) {
		struct cursor c = next_line(&text, end);
		uint32_t first;

		if (too_short(&c))
			continue;
		/* What follows may be damaged, but begins with a number. */
		if (key(&c, &l.leaf) && hex8(&c, &first))
			return true;
	}
	return false;
}

static bool is_heading(struct cursor c)
{
	skip_blanks(&c);
	return cursor_sees(&c, "------[") || cursor_sees(&c, "CPU#") ||
	       cursor_sees(&c, "CPUID Registers");
}

static int bad_line(
	unsigned line, const struct cursor *c, char *err, size_t err_size)
{
	if (!err_size)
		return -EBADMSG;
	err[0] = '\0';
	text_printf(err, err_size, "line %u: ", line);
	cursor_explain(c, err, err_size);
	return -EBADMSG;
}

/* Before a subleaf was printed, lines of one leaf followed each other and some
 * were left out: only the first is certain, that of subleaf 0. */
static int add(struct recording *rec, const struct leaf_line *l, unsigned line,
	char *err, size_t err_size)
{
	struct rec_key k = {.kind = REC_CPUID,
		.id = REC_ID(l->leaf, l->subleaf),
		.block = REC_BLOCK_CPU_N(0)};
	struct rec_answer a = {
		.data = &l->regs, .size = sizeof(l->regs), .line = line};
	const struct rec_answer *before = rec_find(rec, &k);
	int rc;

	if (before && !l->numbered)
		return 0;
	rc = rec_add(rec, &k, &a);
	if (rc != -EEXIST)
		return rc;
	if (err_size) {
		err[0] = '\0';
		text_printf(err, err_size,
			"line %u: contradicts line %u: another answer to the "
			"same question",
			line, before->line);
	}
	return -EBADMSG;
}

int aida64_parse(struct recording *rec, const char *text, size_t len, char *err,
	size_t err_size)
{
	const char *end = text + len;
	bool any = false;
	int rc = 0;

	for (unsigned line = 1; !rc && text < end; line++) {
		struct cursor c = next_line(&text, end);
		struct leaf_line l;

		if (too_short(&c))
			continue;
		if (is_heading(c)) {
			if (any)
				break;
			continue;
		}
		if (!key(&c, &l.leaf))
			continue;
		/* Without headings: the next CPU. */
		if (any && !l.leaf)
			break;
		if (!registers(&c, &l))
			return bad_line(line, &c, err, err_size);
		rc = add(rec, &l, line, err, err_size);
		any = true;
	}
	return rc;
}
