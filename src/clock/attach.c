/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Reading the page of another process, of which nothing is believed. */
#include <errno.h>
#include <string.h>

#include "clock/boot.h"
#include "clock/state.h"
#include "plat/self.h"

/* More than a clock that works off a step (TSCAL_CLOCK_SLEW) is off. */
#define FAR_NS 61e9

static int same_boot(const struct tscal_clock_page *page)
{
	char here[BOOT_ID_SIZE], there[BOOT_ID_SIZE];

	boot_id_read(tscal_platform_passive(), here);
	memcpy(there, page->boot_id, sizeof(there));
	if (!here[0] || !boot_id_valid(there))
		return -ENODATA;
	return memcmp(here, there, sizeof(here)) ? -ESTALE : 0;
}

/* What it says now is near to what the clock says here. */
static int sensible(const struct tscal_clock_page *page, int clock_id)
{
	struct tscal_platform *plat = tscal_platform_passive();
	uint64_t tsc = tscal_rdtsc_ordered();
	struct tscal_segment seg;
	int64_t here, off;
	int rc = plat->ops->clock_ns(plat, clock_id, false, &here);

	if (rc)
		return rc;
	if (!page_valid(page, tsc, &seg))
		return 0;
	off = (int64_t)((uint64_t)segment_ns(&seg, tsc) - (uint64_t)here);
	return (double)off > FAR_NS || (double)off < -FAR_NS ? -EBADMSG : 0;
}

static int check(
	const struct tscal_clock_page *page, size_t size, int *clock_id)
{
	int rc;

	if (!page || size < sizeof(*page) ||
		(uintptr_t)page % _Alignof(struct tscal_clock_page))
		return -EINVAL;
	if (__atomic_load_n(&page->magic, __ATOMIC_ACQUIRE) != PAGE_MAGIC ||
		page->version != PAGE_VERSION || page->size != sizeof(*page))
		return -EPROTO;
	/* Once: whoever writes it may change it. */
	*clock_id = __atomic_load_n(&page->clock_id, __ATOMIC_ACQUIRE);
	if (!tscal_clock_id_str(*clock_id) || *clock_id == TSCAL_CLOCK_ID_NONE)
		return -ENOTSUP;
	rc = same_boot(page);
	if (rc)
		return rc;
	if (page->time_namespace != self_time_namespace())
		return -EXDEV;
	/* As passively as all: where RDTSC is disabled nothing can be read. */
	if (clock_tsc_disabled(tscal_platform_passive()))
		return -EPERM;
	return sensible(page, *clock_id);
}

int tscal_clock_attach(struct tscal_clock *clk, const void *page, size_t size)
{
	int clock_id = CLOCK_MONOTONIC, rc;

	if (clock_thread_runs(clk))
		return -EBUSY;
	rc = check(page, size, &clock_id);
	clock_clear(clk, CLOCK_MONOTONIC, CLOCK_MODE_SYSTEM);
	if (rc) {
		clock_leave(
			clk, CLOCK_MODE_SYSTEM, "no page could be attached");
		return rc;
	}
	clk->clock_id = clock_id;
	clock_set_mode(clk, CLOCK_MODE_ATTACHED);
	clock_state(clk)->attached = page;
	__atomic_store_n(&clk->page, page, __ATOMIC_SEQ_CST);
	return 0;
}
