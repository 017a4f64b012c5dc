/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Standard input as a file. */
#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/cli.h"

/* The largest recording: tscal_platform_replay(). */
#define INPUT_MAX (16u << 20)

/* Standard input into a file, up to a byte more than a recording may have: the
 * reader of files then says that it is too large.  Returns 0 or -errno. */
static int copy_stdin(int to)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	char buf[64 << 10];
	size_t total = 0;

	while (total <= INPUT_MAX) {
		ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		/* Another program may have made it non-blocking. */
		if (n < 0 && errno == EAGAIN) {
			poll(&input, 1, -1);
			continue;
		}
		if (n <= 0)
			return n ? -errno : 0;
		total += (size_t)n;
		for (ssize_t at = 0, w; at < n; at += w) {
			w = write(to, buf + at, (size_t)(n - at));
			if (w < 0 && errno == EINTR)
				w = 0;
			if (w < 0)
				return -errno;
		}
	}
	return 0;
}

int stdin_file(void)
{
	int fd = memfd_create("standard input", MFD_CLOEXEC);
	int rc = fd < 0 ? -errno : copy_stdin(fd);

	if (!rc)
		return fd;
	if (fd >= 0)
		close(fd);
	return rc;
}
