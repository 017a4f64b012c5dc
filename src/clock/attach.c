/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Pages that processes share: making one, and reading one that another process
 * writes, of which nothing is believed. */
#include <tscal/attach.h>

#include <errno.h>
#include <string.h>

#include "clock/page_identity.h"
#include "clock/state.h"
#include "plat/shared_memory.h"

#define SIZE sizeof(struct tscal_clock_page)

/* More than a clock that works off a step (TSCAL_CLOCK_SLEW) is off. */
#define FAR_NS 61e9

int tscal_clock_page_new(const char *name, void **page)
{
	if (!name || !page)
		return -EINVAL;
	return shared_memory_new(name, SIZE, page);
}

/* What it says now is near to what the clock says here.  Where no segment is
 * valid, it says nothing. */
static int check_time(struct tscal_platform *plat,
	const struct tscal_clock_page *page, int clock_id)
{
	uint64_t tsc = tscal_rdtsc_ordered();
	struct tscal_segment seg;
	int64_t here_ns;
	double off_ns;
	int rc = plat->ops->clock_ns(plat, clock_id, false, &here_ns);

	if (rc || !page_valid(page, tsc, &seg))
		return rc;
	off_ns = (double)segment_ns(&seg, tsc) - (double)here_ns;
	return off_ns > FAR_NS || off_ns < -FAR_NS ? -EBADMSG : 0;
}

/* enum tscal_clock_on, or -errno. */
static int attach(struct tscal_clock *clk, const struct tscal_clock_page *page)
{
	struct tscal_platform *plat = tscal_platform_passive();
	struct clock_state *st = clock_state(clk);
	int clock_id, rc = page_identity_check(plat, page, &clock_id);

	if (rc)
		return rc;
	clk->clock_id = clock_id;
	st->system_call = clock_tsc_disabled(plat);
	if (clock_unwanted(clk, 0))
		return TSCAL_CLOCK_ON_SYSTEM;
	if (st->system_call) {
		clock_leave(clk, CLOCK_MODE_SYSTEM,
			"this process may not execute RDTSC");
		return TSCAL_CLOCK_ON_SYSTEM;
	}
	rc = check_time(plat, page, clock_id);
	if (rc) {
		clk->clock_id = CLOCK_MONOTONIC;
		return rc;
	}
	/* It is not written: clock_writes(). */
	st->page = (struct tscal_clock_page *)(uintptr_t)page;
	clock_set_mode(clk, CLOCK_MODE_ATTACHED);
	__atomic_store_n(&clk->page, page, __ATOMIC_SEQ_CST);
	return TSCAL_CLOCK_ON_TSC;
}

static const char *reason(int rc)
{
	switch (rc) {
	case -EINVAL:
		return "the page is too small, or not aligned to 64 bytes";
	case -ENOMSG:
		return "what was to be attached is no page of a clock";
	case -EPROTO:
		return "the page is of another version of tscal";
	case -ESTALE:
		return "the page is of another boot";
	case -EXDEV:
		return "the page is of another time namespace";
	case -ENODATA:
		return "the boot id cannot be read, here or by the page's "
		       "owner";
	case -ENOTSUP:
		return "the page is of a dynamic clock, which only its opener "
		       "has";
	case -EBADMSG:
		return "the page says another time than the clock";
	case -EPERM:
		return "the page's file can be made smaller while it is read";
	default:
		return "the page could not be mapped, or its clock not read";
	}
}

static int refused(struct tscal_clock *clk, int rc)
{
	clock_leave(clk, CLOCK_MODE_SYSTEM, reason(rc));
	return rc;
}

int tscal_clock_attach(struct tscal_clock *clk, const void *page, size_t size)
{
	int rc;

	if (!clk)
		return -EINVAL;
	if (clock_thread_runs(clk))
		return -EBUSY;
	clock_clear(clk, CLOCK_MONOTONIC, CLOCK_MODE_SYSTEM);
	rc = page_place_check(page, size);
	if (!rc)
		rc = attach(clk, page);
	return rc < 0 ? refused(clk, rc) : rc;
}

int tscal_clock_attach_fd(struct tscal_clock *clk, int fd)
{
	const void *page;
	int rc;

	if (!clk)
		return -EINVAL;
	if (clock_thread_runs(clk))
		return -EBUSY;
	clock_clear(clk, CLOCK_MONOTONIC, CLOCK_MODE_SYSTEM);
	rc = shared_memory_map(fd, SIZE, &page);
	if (rc)
		return refused(clk, rc);
	rc = attach(clk, page);
	if (rc == TSCAL_CLOCK_ON_TSC)
		clock_state(clk)->mapped = page;
	else
		shared_memory_unmap(page, SIZE);
	return rc < 0 ? refused(clk, rc) : rc;
}

int tscal_clock_detach(struct tscal_clock *clk)
{
	struct clock_state *st;
	uint32_t generation;

	if (!clk)
		return -EINVAL;
	if (clock_mode(clk) != CLOCK_MODE_ATTACHED)
		return -ENODATA;
	st = clock_state(clk);
	generation = tscal_clock_generation(clk) + 1;
	clock_leave(clk, CLOCK_MODE_SYSTEM, "tscal_clock_detach() was called");
	st->page = NULL;
	st->system.steps = generation;
	if (st->mapped)
		shared_memory_unmap(st->mapped, SIZE);
	st->mapped = NULL;
	return 0;
}
