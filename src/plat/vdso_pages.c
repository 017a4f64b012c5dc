/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/vdso_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Lines of /proc/self/maps, without stdio: no allocation. */
struct maps_reader {
	int fd;
	size_t pos, len;
	char buf[4096];
};

/* The next line, valid until the one after it; NULL at the end.  A line longer
 * than the buffer, which no region here has, comes in parts. */
static const char *maps_line(struct maps_reader *r, size_t *len)
{
	for (;;) {
		char *line = r->buf + r->pos;
		size_t left = r->len - r->pos;
		char *end = memchr(line, '\n', left);
		ssize_t got;

		if (end || left == sizeof(r->buf) - 1) {
			*len = end ? (size_t)(end - line) : left;
			line[*len] = '\0';
			r->pos += *len + (end != NULL);
			return line;
		}
		memmove(r->buf, line, left);
		r->pos = 0;
		r->len = left;
		got = read(r->fd, r->buf + left, sizeof(r->buf) - 1 - left);
		if (got <= 0)
			return NULL;
		r->len += (size_t)got;
	}
}

/*
 * A region as one word, so that threads can share it without a lock: its
 * address, with the number of pages in the bits that a page address leaves
 * free.  0: not looked up yet; REGION_NONE: there is none.
 */
#define REGION_NONE ((uintptr_t)1)
#define REGION_PAGES_MAX (PLAT_PAGE_SIZE - 1)

static uintptr_t region_of(uintptr_t from, uintptr_t to)
{
	uintptr_t pages;

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

/* "FROM-TO r--p ... NAME": keep it if it is one of ours. */
static void take_line(const char *line, size_t len, uintptr_t *found)
{
	for (size_t i = 0; i < N_REGIONS; i++) {
		size_t n = strlen(names[i]);
		uintptr_t from, to;
		char *end;

		if (len <= n || line[len - n - 1] != ' ' ||
			memcmp(line + len - n, names[i], n))
			continue;
		from = strtoul(line, &end, 16);
		to = *end == '-' ? strtoul(end + 1, NULL, 16) : 0;
		found[i] = region_of(from, to);
	}
}

static void find_in_text(int fd, uintptr_t *found)
{
	struct maps_reader r;
	const char *line;
	size_t len;

	r.fd = fd;
	r.pos = r.len = 0;
	while ((line = maps_line(&r, &len)) != NULL)
		take_line(line, len, found);
}

/* ioctl PROCMAP_QUERY (Linux 6.11, uapi/linux/fs.h), which Debian 12's headers
 * do not have: what is mapped at query_addr. */
struct map_query {
	uint64_t size, query_flags, query_addr;
	uint64_t vma_start, vma_end, vma_flags, vma_page_size, vma_offset;
	uint64_t inode;
	uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
	uint64_t vma_name_addr, build_id_addr;
};
#define MAP_QUERY _IOWR('f', 17, struct map_query)

/* Linux maps the regions one below the other, and the vDSO on top of them
 * (arch/x86/entry/vdso/vma.c). */
static void find_below_vdso(int fd, uintptr_t *found)
{
	uintptr_t top = getauxval(AT_SYSINFO_EHDR);
	size_t i = 0;

	while (top && i < N_REGIONS) {
		char name[16] = "";
		struct map_query q = {
			.size = sizeof(q),
			.query_addr = top - 1,
			.vma_name_size = sizeof(name),
			.vma_name_addr = (uintptr_t)name,
		};

		if (ioctl(fd, MAP_QUERY, &q))
			return;
		for (i = 0; i < N_REGIONS; i++)
			if (!strncmp(name, names[i], sizeof(name)))
				break;
		if (i == N_REGIONS)
			return;
		found[i] = region_of(q.vma_start, q.vma_end);
		top = q.vma_start;
	}
}

/*
 * Find all regions, once in a process: they do not move while it lives.  (Only
 * checkpoint and restore moves them, and back.  A wrong address would be
 * harmless: write(2) refuses it, or a measurement rejects the contents.)  The
 * text of /proc/self/maps takes a microsecond for each mapping, and programs
 * have thousands: the ioctl, where the kernel has it, needs no text.
 */
static int find_regions(_Atomic uintptr_t *regions)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	uintptr_t found[N_REGIONS];

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < N_REGIONS; i++)
		found[i] = REGION_NONE;
	find_below_vdso(fd, found);
	if (found[PLAT_PAGE_VVAR] == REGION_NONE)
		find_in_text(fd, found);
	close(fd);
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

	/* valgrind removes the vDSO and leaves its data mapped, and would
	 * report every read of that. */
	if (!getauxval(AT_SYSINFO_EHDR))
		return -ENOENT;
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
