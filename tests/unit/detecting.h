/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A machine with this CPUID and these files, and what is detected there. */
#ifndef TSCAL_TESTS_DETECTING_H
#define TSCAL_TESTS_DETECTING_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hv/evidence.h"
#include "hv/scan.h"
#include "hv/vendor.h"
#include "plat/sim/sim.h"

#define DMI "/sys/class/dmi/id/"
#define AVAILABLE                                                              \
	"/sys/devices/system/clocksource/clocksource0/available_clocksource"

static struct sim sim;
static struct tscal_hv hv;

/* A machine whose CPUID shows this signature at the first base; NULL: none. */
static inline void machine(const char *signature, uint32_t ecx)
{
	uint32_t r[3] = {0};

	sim_init(&sim);
	memset(&hv, 0, sizeof(hv));
	sim_add_cpuid(&sim, 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(
		&sim, 1, 0, 0, 0, ecx | (signature ? UINT32_C(1) << 31 : 0), 0);
	if (!signature)
		return;
	memcpy(r, signature, 12);
	sim_add_cpuid(&sim, 0x40000000, 0, 0x40000001, r[0], r[1], r[2]);
}

static inline void detect(void)
{
	cr_assert(eq(int, tscal_hv_detect(&sim.plat, &hv), 0));
}

static inline const struct tscal_hv_evidence *at(const char *where)
{
	for (size_t i = 0; i < hv.n_evidence; i++)
		if (!strcmp(hv.evidence[i].where, where))
			return &hv.evidence[i];
	return NULL;
}

static inline void expect(const char *where, const char *says, const char *name,
	enum tscal_hv_means means, const char *vendor)
{
	const struct tscal_hv_evidence *e = at(where);

	cr_assert(e != NULL, "nothing at %s", where);
	cr_expect(eq(str, (char *)e->says, (char *)says), "%s", where);
	cr_expect(eq(str, (char *)e->name, (char *)name), "%s", where);
	cr_expect(eq(int, e->means, means), "%s", where);
	cr_expect(eq(str, (char *)e->vendor, (char *)vendor), "%s", where);
}

static inline void expect_sentence(const char *sentence, const char *part)
{
	cr_expect(strstr(sentence, part) != NULL, "\"%s\" is not in \"%s\"",
		part, sentence);
}

#endif /* TSCAL_TESTS_DETECTING_H */
