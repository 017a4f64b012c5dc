/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * VMware's backdoor (open-vm-tools, lib/include/backdoor_def.h; Linux,
 * arch/x86/kernel/cpu/vmware.c): a port that VMware watches also where the
 * program has no permission for it, or a hypercall.  Elsewhere both fault, so
 * a worker calls them.
 */
#include "probe/devices.h"

#define MAGIC 0x564d5868U
#define PORT 0x5658U
#define GETVERSION 10U
#define GETHZ 45U
#define NONE UINT32_MAX

struct answer {
	uint32_t eax, ebx;
};

#define CALL(instruction)                                                      \
	__asm__ volatile(instruction                                           \
			 : "=a"(a.eax), "=b"(a.ebx), "+c"(command), "+d"(edx)  \
			 : "0"(MAGIC), "1"(NONE)                               \
			 : "rsi", "rdi", "memory")

static struct answer call(enum plat_backdoor how, uint32_t command)
{
	uint32_t edx = how == PLAT_BACKDOOR_PORT ? PORT : 0;
	struct answer a;

	switch (how) {
	case PLAT_BACKDOOR_VMCALL:
		CALL("vmcall");
		break;
	case PLAT_BACKDOOR_VMMCALL:
		CALL("vmmcall");
		break;
	default:
		CALL("inl %%dx, %%eax");
	}
	return a;
}

static int ask(struct worker_shared *sh)
{
	enum plat_backdoor how = (enum plat_backdoor)sh->where.number;
	struct answer a;

	/* Without permission only VMware itself lets it through. */
	if (how == PLAT_BACKDOOR_PORT)
		ports_permit(PORT, 4);
	a = call(how, GETVERSION);
	if (a.eax == NONE || a.ebx != MAGIC)
		return -ENOENT;
	a = call(how, GETHZ);
	if (a.ebx == NONE)
		return -ENODATA;
	/* Hz = EBX:EAX. */
	sh->counter = (struct plat_counter){
		.num = (uint64_t)a.ebx << 32 | a.eax, .den = 1};
	return 0;
}

static const struct worker_job job = {
	.name = "tscal-backdoor",
	.open = ask,
};

int backdoor_hz(struct tscal_platform *p, enum plat_backdoor how, uint64_t *hz)
{
	const struct plat_where where = {.number = (unsigned)how};
	struct plat_counter c = {0};
	struct worker w = {0};
	int rc = worker_open(&w, &job, &where, NULL, &c);

	(void)p;
	if (rc)
		/* A backdoor that has no such command. */
		return rc == -ENODATA ? -ENOENT : rc;
	worker_close(&w);
	*hz = c.num;
	return 0;
}
