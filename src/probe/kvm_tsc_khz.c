/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * KVM_GET_TSC_KHZ (Linux, Documentation/virt/kvm/api.rst, 4.56): the rate a new
 * virtual machine's TSC gets here, which is the kernel's tsc_khz.  Since Linux
 * 5.18 it is an ioctl of the machine, before that only of its CPUs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "probe/devices.h"

#ifndef KVM_CAP_VM_TSC_CONTROL
#define KVM_CAP_VM_TSC_CONTROL 214
#endif
#define TRIES 10

/* An ioctl; its descriptor or number, or -errno.  Making a machine allocates
 * and gives up when a signal is pending. */
static int ask(int fd, unsigned long request, unsigned long arg)
{
	int rc = -1;

	for (int i = 0; i < TRIES; i++) {
		rc = ioctl(fd, request, arg);
		if (rc >= 0 || errno != EINTR)
			break;
	}
	return rc >= 0 ? rc : -errno;
}

static int ask_cpu(int vm)
{
	int cpu = ask(vm, KVM_CREATE_VCPU, 0), khz;

	if (cpu < 0)
		return cpu;
	khz = ask(cpu, KVM_GET_TSC_KHZ, 0);
	close(cpu);
	return khz;
}

static int ask_kvm(int kvm)
{
	bool by_vm = ask(kvm, KVM_CHECK_EXTENSION, KVM_CAP_VM_TSC_CONTROL) > 0;
	int vm, khz, version = ask(kvm, KVM_GET_API_VERSION, 0);

	if (version < 0 && version != -ENOTTY)
		return version;
	if (version != KVM_API_VERSION)
		return -ENOENT;
	if (!by_vm && ask(kvm, KVM_CHECK_EXTENSION, KVM_CAP_GET_TSC_KHZ) <= 0)
		return -ENOENT;
	vm = ask(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		return vm;
	khz = by_vm ? ask(vm, KVM_GET_TSC_KHZ, 0) : ask_cpu(vm);
	close(vm);
	return khz;
}

int kvm_tsc_khz_read(struct tscal_platform *p, uint32_t *khz)
{
	int kvm = device_open("/dev/kvm", O_RDWR);
	int rc;

	(void)p;
	if (kvm < 0)
		return kvm;
	rc = ask_kvm(kvm);
	close(kvm);
	if (rc < 0)
		return rc;
	*khz = (uint32_t)rc;
	return 0;
}
