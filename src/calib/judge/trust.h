/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What is known of the TSC besides its rate, and what each fact means. */
#ifndef TSCAL_TRUST_H
#define TSCAL_TRUST_H

#include "calib/facts/hypervisor.h"
#include "calib/facts/kernel_rate.h"

#define TRUST_FACTS 7

/* Input of the facts, after the verdicts. */
struct trust_view {
	const struct facts *facts;
	const struct hypervisor *hv;
	const struct kernel_rate *kernel;
	const struct tscal_info *info;
	/* TSC_AUX holds the CPU's number: 1, 0; -1: not compared. */
	int8_t aux;
};

void trust_facts(
	const struct trust_view *v, struct tscal_fact facts[TRUST_FACTS]);

#endif /* TSCAL_TRUST_H */
