/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/vdso_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
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

/*
 * A region as one word, so that threads can share it without a lock: its
 * address, with the number of pages in the bits that a page address leaves
 * free.  0: not looked up yet; REGION_NONE: there is none.
 */
#define REGION_NONE ((uintptr_t)1)
#define REGION_PAGES_MAX (PLAT_PAGE_SIZE - 1)

/* "FROM-TO r--p ... NAME" as such a word. */
static uintptr_t parse_region(const char *line)
{
	char *end;
	uintptr_t from = strtoul(line, &end, 16), to, pages;

	to = *end == '-' ? strtoul(end + 1, NULL, 16) : 0;
	if (!from || from % PLAT_PAGE_SIZE || to <= from)
		return REGION_NONE;
	pages = (to - from) / PLAT_PAGE_SIZE;
	return from | (pages < REGION_PAGES_MAX ? pages : REGION_PAGES_MAX);
}

static const char *const names[] = {
	[PLAT_PAGE_VVAR] = "[vvar]",
	[PLAT_PAGE_VVAR_VCLOCK] = "[vvar_vclock]",
};
#define N_REGIONS (sizeof(names) / sizeof(*names))

/*
 * Find all regions in one pass.  Reading /proc/self/maps takes several times as
 * long as copying a page, and these regions stay where they are for the life of
 * a program: so once in a process is enough.  (Only checkpoint and restore
 * moves them, and puts them back.  A wrong address would be harmless: write(2)
 * refuses it, or a measurement refuses what stands there.)
 */
static int find_regions(_Atomic uintptr_t *regions)
{
	struct maps_reader r = {
		.fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)};
	uintptr_t found[N_REGIONS];
	char line[256];

	if (r.fd < 0)
		return -errno;
	for (size_t i = 0; i < N_REGIONS; i++)
		found[i] = REGION_NONE;
	while (maps_line(&r, line, sizeof(line))) {
		const char *tail = strrchr(line, ' ');

		for (size_t i = 0; tail && i < N_REGIONS; i++)
			if (!strcmp(tail + 1, names[i]))
				found[i] = parse_region(line);
	}
	close(r.fd);
	for (size_t i = 0; i < N_REGIONS; i++)
		atomic_store_explicit(
			&regions[i], found[i], memory_order_relaxed);
	return 0;
}

/* The address of a page of a region; 0, -ENOENT or -errno. */
static int find_page(enum plat_page which, unsigned index, uintptr_t *page)
{
	static _Atomic uintptr_t regions[N_REGIONS];
	uintptr_t region;
	int rc;

	region = atomic_load_explicit(&regions[which], memory_order_relaxed);
	if (!region) {
		rc = find_regions(regions);
		if (rc)
			return rc;
		region = atomic_load_explicit(
			&regions[which], memory_order_relaxed);
	}
	if (region == REGION_NONE || index >= region % PLAT_PAGE_SIZE)
		return -ENOENT;
	*page = region - region % PLAT_PAGE_SIZE +
		(uintptr_t)index * PLAT_PAGE_SIZE;
	return 0;
}

int vdso_page_copy(enum plat_page which, unsigned index, void *buf)
{
	uintptr_t page;
	int fd[2], rc = find_page(which, index, &page);
	ssize_t n;

	if (rc)
		return rc;
	if (pipe2(fd, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	/* A pipe holds at least one page (pipe(7)). */
	n = write(fd[1], (const void *)page, PLAT_PAGE_SIZE);
	if (n == PLAT_PAGE_SIZE)
		rc = read(fd[0], buf, PLAT_PAGE_SIZE) == n ? 0 : -EIO;
	else
		rc = n < 0 ? -errno : -EFAULT;
	close(fd[0]);
	close(fd[1]);
	return rc;
}
