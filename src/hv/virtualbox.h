/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* VirtualBox's interface without a signature. */
#ifndef TSCAL_HV_VIRTUALBOX_H
#define TSCAL_HV_VIRTUALBOX_H

#include "hv/evidence.h"

/* Whether these twelve NUL bytes are VirtualBox's. */
bool hv_virtualbox_minimal(struct tscal_platform *plat, struct hv_evidence *ev,
	const struct tscal_hv_match *match);

#endif /* TSCAL_HV_VIRTUALBOX_H */
