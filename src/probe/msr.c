/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Model-specific registers, by msr(4). */
#include <errno.h>
#include <fcntl.h>
#include <libcpuid.h>
#include <stdio.h>
#include <unistd.h>

#include "probe/devices.h"

int msr_read(
	struct tscal_platform *p, unsigned cpu, uint32_t msr, uint64_t *value)
{
	struct msr_driver_t *driver;
	char path[32];
	int fd, rc;

	(void)p;
	/* libcpuid 0.6.2 runs modprobe where root finds no node, so it is
	 * called only for nodes that can be opened.  It also loses the errno.
	 */
	snprintf(path, sizeof(path), "/dev/cpu/%u/msr", cpu);
	fd = device_open(path, O_RDONLY);
	if (fd < 0)
		return fd;
	close(fd);
	driver = cpu_msr_driver_open_core(cpu);
	if (!driver)
		return -EIO;
	/* The kernel answers EIO where RDMSR faults: this CPU has no such MSR.
	 */
	rc = cpu_rdmsr(driver, msr, value) ? -ENOENT : 0;
	cpu_msr_driver_close(driver);
	return rc;
}
