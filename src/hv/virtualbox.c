/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * VirtualBox's "minimal" interface (VMM/VMMR3/GIMMinimal.cpp): EAX is
 * 0x40000010, and no signature at all.  Twelve NUL bytes are what a guest of
 * anybody reads where nothing was set, so firmware has to say VirtualBox too.
 */
#include "hv/virtualbox.h"

#include "hv/ask_evidence.h"

bool hv_virtualbox_minimal(struct tscal_platform *plat, struct hv_evidence *ev,
	const struct tscal_hv_match *match)
{
	return match->base == 0x40000000 && match->eax == 0x40000010 &&
	       hv_firmware_names(plat, ev, "virtualbox");
}
