/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Xen's timing leaf. */
#ifndef TSCAL_HV_XEN_H
#define TSCAL_HV_XEN_H

#include "hv/answer.h"

void hv_xen_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);

#endif /* TSCAL_HV_XEN_H */
