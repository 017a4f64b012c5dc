/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/vdso_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One line of /proc/self/maps, without stdio: no allocation. */
struct maps_reader {
	int fd;
	size_t len, pos;
	char buf[1024];
};

/* The next line, cut to size; false at the end. */
static bool maps_line(struct maps_reader *r, char *line, size_t size)
{
	size_t n = 0;

	for (;;) {
		char c;

		if (r->pos == r->len) {
			ssize_t got = read(r->fd, r->buf, sizeof(r->buf));

			if (got <= 0)
				return false;
			r->len = (size_t)got;
			r->pos = 0;
		}
		c = r->buf[r->pos++];
		if (c == '\n')
			break;
		if (n + 1 < size)
			line[n++] = c;
	}
	line[n] = '\0';
	return true;
}

/* The address range of a named region; -ENOENT when there is none. */
static int find_region(const char *name, uintptr_t *from, uintptr_t *to)
{
	struct maps_reader r = {
		.fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)};
	char line[256];
	int rc = -ENOENT;

	if (r.fd < 0)
		return -errno;
	while (rc && maps_line(&r, line, sizeof(line))) {
		const char *tail = strrchr(line, ' ');
		char *end;

		if (!tail || strcmp(tail + 1, name))
			continue;
		*from = strtoul(line, &end, 16);
		*to = *end == '-' ? strtoul(end + 1, NULL, 16) : 0;
		rc = *from && *to > *from ? 0 : -ENOENT;
	}
	close(r.fd);
	return rc;
}

int vdso_page_copy(enum plat_page which, unsigned index, void *buf)
{
	uintptr_t from, to;
	int fd[2], rc;
	ssize_t n;

	rc = find_region(which == PLAT_PAGE_VVAR ? "[vvar]" : "[vvar_vclock]",
		&from, &to);
	if (rc)
		return rc;
	if (index >= (to - from) / PLAT_PAGE_SIZE)
		return -ENOENT;
	from += (uintptr_t)index * PLAT_PAGE_SIZE;
	if (pipe2(fd, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	/* A pipe holds at least one page (pipe(7)). */
	n = write(fd[1], (const void *)from, PLAT_PAGE_SIZE);
	if (n == PLAT_PAGE_SIZE)
		rc = read(fd[0], buf, PLAT_PAGE_SIZE) == n ? 0 : -EIO;
	else
		rc = n < 0 ? -errno : -EFAULT;
	close(fd[0]);
	close(fd[1]);
	return rc;
}
