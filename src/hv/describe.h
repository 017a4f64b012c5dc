/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the evidence and the scan mean together. */
#ifndef TSCAL_HV_DESCRIBE_H
#define TSCAL_HV_DESCRIBE_H

#include "hv/evidence.h"

/* After a scan: evidence, contradiction, layers and what it offers. */
void hv_describe(struct tscal_platform *plat, struct hv_evidence *ev,
	struct tscal_hv *hv);

#endif /* TSCAL_HV_DESCRIBE_H */
