/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* KVM_GET_TSC_KHZ (Linux, Documentation/virt/kvm/api.rst 4.56): the TSC rate of
 * a new guest, which is the kernel's tsc_khz. */
#include "calib/source/source.h"

static void read(const struct source_view *v, struct estimate *est)
{
	uint32_t khz;
	int rc = v->plat->ops->kvm_tsc_khz(v->plat, &khz);

	est->by_kernel = true;
	if (rc == -ENOENT)
		est_say(est, TSCAL_STATUS_ABSENT,
			"/dev/kvm is not on this machine, or gives no rate: "
			"load the module (modprobe kvm_intel or kvm_amd)");
	else if (rc)
		est_errno(est, rc, "/dev/kvm");
	else
		est_number(est, khz * 1e3, khz * 1e3, khz * 1e3 + 1e3,
			v->kernel->khz_roots,
			"the kernel's tsc_khz, by /dev/kvm");
}

const struct source source_kvm_ioctl = {
	.id = TSCAL_SOURCE_KVM_IOCTL,
	.name = "kvm-ioctl",
	.kind = TSCAL_KIND_KERNEL,
	.only_named = true,
	.probe = "devices",
	.needs = "/dev/kvm, and to be named: creating a virtual machine may "
		 "switch virtualisation on",
	.would = "would create a virtual machine and ask for its TSC kHz",
	.read = read,
};
