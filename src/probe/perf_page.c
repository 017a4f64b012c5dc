/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The page that the kernel maps beside a perf event (linux/perf_event.h).  Its
 * time fields are the same for every event, so one that counts nothing is
 * enough.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/devices.h"

/* The writer is never preempted, so a second try nearly always succeeds. */
#define TRIES 1000

static int event_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.disabled = 1,
		/* perf_event_paranoid 2 allows no more. */
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	long fd = syscall(
		SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd >= 0)
		return (int)fd;
	/* A kernel built without perf events.  EOPNOTSUPP would mean that they
	 * were not asked for. */
	return errno == ENOSYS || errno == EOPNOTSUPP ? -ENOENT : -errno;
}

/* lock is odd while the kernel writes and differs afterwards (struct
 * perf_event_mmap_page, Documentation of `lock`). */
static int page_copy(const volatile struct perf_event_mmap_page *page,
	struct plat_perf_page *out)
{
	for (int i = 0; i < TRIES; i++) {
		uint32_t lock = page->lock;

		atomic_thread_fence(memory_order_acquire);
		out->cap_user_time = page->cap_user_time;
		out->time_shift = page->time_shift;
		out->time_mult = page->time_mult;
		atomic_thread_fence(memory_order_acquire);
		if (!(lock & 1) && page->lock == lock)
			return 0;
	}
	return -EAGAIN;
}

int perf_page_read(struct tscal_platform *p, struct plat_perf_page *out)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	int fd = event_open();
	void *page;
	int rc;

	(void)p;
	if (fd < 0)
		return fd;
	page = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	rc = page == MAP_FAILED ? -errno : page_copy(page, out);
	if (page != MAP_FAILED)
		munmap(page, size);
	close(fd);
	return rc;
}
