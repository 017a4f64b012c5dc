/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A PTP hardware clock as a POSIX clock (clock_gettime(2), dynamic clocks). */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "plat/clock.h"
#include "probe/devices.h"

/* Linux, include/linux/posix-timers.h: the descriptor, inverted, and the bits
 * that mark it. */
static clockid_t clock_of(int fd)
{
	return (clockid_t)(~(unsigned)fd << 3 | 3u);
}

int phc_open(const struct plat_where *where, struct plat_counter *out)
{
	char path[32];
	int fd, rc;

	if (!where)
		return -ENOENT;
	snprintf(path, sizeof(path), "/dev/ptp%u", where->number);
	fd = device_open(path, O_RDONLY);
	if (fd < 0)
		return fd;
	rc = clock_open(clock_of(fd), out);
	if (!rc)
		return fd;
	close(fd);
	/* A clock that cannot be read, not one that was not asked for. */
	return rc == -EOPNOTSUPP ? -ENOENT : rc;
}

int phc_burst(int fd, struct plat_sample *buf, const struct plat_until *until)
{
	return clock_burst(clock_of(fd), buf, until);
}
