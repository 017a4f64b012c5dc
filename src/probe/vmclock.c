/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The page that a VMClock device shares with the host (Linux, ptp_vmclock.c):
 * by read(2), which the driver allows to any process that can open it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "probe/devices.h"

int vmclock_page(void *buf)
{
	int fd = device_open("/dev/vmclock0", O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	memset(buf, 0, PLAT_PAGE_SIZE);
	n = pread(fd, buf, PLAT_PAGE_SIZE, 0);
	n = n < 0 ? -errno : 0;
	close(fd);
	return (int)n;
}
