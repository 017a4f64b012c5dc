/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* SEV-SNP's Secure TSC, which the CPU's firmware scales for a guest. */
#ifndef TSCAL_SECURE_TSC_H
#define TSCAL_SECURE_TSC_H

#include "plat/outcome.h"

struct hypervisor;
struct facts;

/* Whether CPUID shows a guest that may have it. */
bool secure_tsc_offered(struct tscal_platform *plat,
	const struct hypervisor *hv, const struct facts *facts);

/* Whether Secure TSC is active, into facts, and its nominal rate into out:
 * READY, or the reason why not. */
void secure_tsc_read(struct tscal_platform *plat, const struct hypervisor *hv,
	struct facts *facts, struct outcome *out);

#endif /* TSCAL_SECURE_TSC_H */
