/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * VirtualBox's "minimal" interface (VMM/VMMR3/GIMMinimal.cpp): EAX is
 * 0x40000010, and no signature at all.  Twelve NUL bytes are what a guest of
 * anybody reads where nothing was set, so firmware has to say VirtualBox too.
 */
#include "hv/legacy.h"
#include "hv/vendor.h"

bool hv_virtualbox_minimal(
	struct tscal_platform *plat, const struct tscal_hv_match *match)
{
	return match->base == 0x40000000 && match->eax == 0x40000010 &&
	       hv_firmware_is_virtualbox(plat);
}
