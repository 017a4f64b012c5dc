/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * CPUID as answered by Xen (xen/include/public/arch-x86/xen.h,
 * XEN_EMULATE_PREFIX: ud2a and the letters "xen").  A paravirtual domain runs
 * CPUID on the CPU itself where that cannot be made to fault; behind the prefix
 * Xen emulates it.  Everywhere else the prefix is an illegal instruction, so a
 * worker executes it.
 */
#include "probe/devices.h"

static int ask(struct worker_shared *sh)
{
	uint32_t eax = sh->where.number, ecx = sh->where.width, ebx, edx;

	__asm__ volatile("ud2a; .ascii \"xen\"; cpuid"
			 : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	sh->counter = (struct plat_counter){.num = (uint64_t)ebx << 32 | eax,
		.den = (uint64_t)edx << 32 | ecx};
	return 0;
}

static const struct worker_job job = {
	.name = "tscal-xen-cpuid",
	.open = ask,
};

int xen_cpuid(struct tscal_platform *p, uint32_t leaf, uint32_t subleaf,
	struct plat_cpuid *out)
{
	/* Leaf and subleaf are passed as a counter's place, and the registers
	 * are returned as its rate. */
	const struct plat_where where = {.number = leaf, .width = subleaf};
	struct plat_counter c = {0};
	struct worker w = {0};
	int rc = worker_open(&w, &job, &where, NULL, &c);

	(void)p;
	if (rc)
		return rc;
	worker_close(&w);
	*out = (struct plat_cpuid){.eax = (uint32_t)c.num,
		.ebx = (uint32_t)(c.num >> 32),
		.ecx = (uint32_t)c.den,
		.edx = (uint32_t)(c.den >> 32)};
	return 0;
}
