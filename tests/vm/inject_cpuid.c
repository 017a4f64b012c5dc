/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A library to preload into QEMU with KVM: its guest gets the CPUID in
 * LAB_CPUID, by executing real CPUID instructions.  One change a line, or
 * between semicolons; all numbers are hexadecimal:
 *
 *	drop FIRST LAST			no leaf of this range
 *	LEAF[.SUBLEAF] EAX EBX ECX EDX	this leaf, in place of what was there
 *
 * A register is a number, or "-": as it was; "+BITS": as it was with these set;
 * "~BITS": with these cleared.  A leaf that was not there was all zero.
 */
#include <dlfcn.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 256 /* KVM_MAX_CPUID_ENTRIES */

static struct {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entry[ENTRIES];
} new;

static void bad(const char *line)
{
	fprintf(stderr, "LAB_CPUID: bad line: %s\n", line);
	exit(1);
}

static void drop(unsigned first, unsigned last)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < new.head.nent; i++)
		if (new.entry[i].function < first ||
			new.entry[i].function > last)
			new.entry[kept++] = new.entry[i];
	new.head.nent = kept;
}

/* The entry of a leaf, which is made if need be. */
static struct kvm_cpuid_entry2 *entry(unsigned leaf, unsigned sub, bool indexed)
{
	struct kvm_cpuid_entry2 *e = new.entry;

	for (; e < new.entry + new.head.nent; e++)
		if (e->function == leaf && (!indexed || e->index == sub))
			return e;
	if (new.head.nent == ENTRIES)
		bad("too many leaves");
	new.head.nent++;
	*e = (struct kvm_cpuid_entry2){.function = leaf,
		.index = sub,
		.flags = indexed ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0};
	return e;
}

static void set(unsigned *reg, const char *word, const char *line)
{
	bool edit = *word == '+' || *word == '~';
	char *end;
	unsigned bits = (unsigned)strtoul(word + edit, &end, 16);

	if (!strcmp(word, "-"))
		return;
	if (*end || end == word + edit)
		bad(line);
	*reg = *word == '+' ? *reg | bits : *word == '~' ? *reg & ~bits : bits;
}

static void apply(const char *line)
{
	char word[4][16];
	unsigned leaf, last, sub = 0;
	struct kvm_cpuid_entry2 *e;
	bool indexed;
	int n = 0;

	if (sscanf(line, " drop %x %x", &leaf, &last) == 2) {
		drop(leaf, last);
		return;
	}
	if (sscanf(line, " %x%n", &leaf, &n) != 1)
		bad(line);
	line += n;
	indexed = sscanf(line, ".%x%n", &sub, &n) == 1;
	line += indexed ? n : 0;
	e = entry(leaf, sub, indexed);
	if (sscanf(line, "%15s%15s%15s%15s", word[0], word[1], word[2],
		    word[3]) != 4)
		bad(line);
	set(&e->eax, word[0], line);
	set(&e->ebx, word[1], line);
	set(&e->ecx, word[2], line);
	set(&e->edx, word[3], line);
}

static struct kvm_cpuid2 *rewritten(const struct kvm_cpuid2 *old)
{
	char *lines = strdup(getenv("LAB_CPUID")), *rest = lines, *line;

	new.head = *old;
	memcpy(new.entry, old->entries, old->nent * sizeof(*old->entries));
	while ((line = strsep(&rest, ";\n")))
		if (line[strspn(line, " \t")])
			apply(line);
	free(lines);
	return &new.head;
}

__attribute__((visibility("default"))) int ioctl(
	int fd, unsigned long request, ...)
{
	int (*next)(int, unsigned long, ...);
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	*(void **)&next = dlsym(RTLD_NEXT, "ioctl");
	if (request == KVM_SET_CPUID2 && getenv("LAB_CPUID"))
		arg = rewritten(arg);
	return next(fd, request, arg);
}
