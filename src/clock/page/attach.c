/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Pages that processes share: making one, and reading one that another process
 * writes, of which nothing is trusted. */
#include <tscal/attach.h>

#include <errno.h>
#include <string.h>

#include "clock/page/page_identity.h"
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

void tscal_clock_page_free(void *page)
{
	if (page)
		shared_memory_unmap(page, SIZE);
}

/* Its time now is near to that of the clock here; also if no segment is valid.
 */
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
	int rc = page_identity_check(plat, page, clk->clock_id);

	if (rc)
		return rc;
	if (clock_unwanted(clk, 0))
		return TSCAL_CLOCK_ON_SYSTEM;
	if (st->system_call) {
		clock_leave(clk, CLOCK_MODE_SYSTEM,
			"this process may not execute RDTSC");
		return TSCAL_CLOCK_ON_SYSTEM;
	}
	rc = check_time(plat, page, clk->clock_id);
	if (rc)
		return rc;
	/* It is not written: clock_writes(). */
	st->page = (struct tscal_clock_page *)(uintptr_t)page;
	clock_set_mode(clk, CLOCK_MODE_ATTACHED);
	__atomic_store_n(&clk->page, page, __ATOMIC_SEQ_CST);
	return page_latch(page) & PAGE_OFF ? TSCAL_CLOCK_ON_SYSTEM
					   : TSCAL_CLOCK_ON_TSC;
}

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number

static const char *reason(int rc)
{
	switch (rc) {
	case -EINVAL:
		return "the page is too small or not aligned to 64 bytes, or "
		       "there is no such clock";
	case -EAGAIN:
		return "the page holds no clock yet: try again after its "
		       "owner has set one up";
	case -ENOMSG:
		return "what is to be attached is not the page of a clock";
	case -EPROTO:
		return "the page is of another version of tscal: expected the "
		       "layout of version " TEXT_OF(PAGE_VERSION);
	case -ENXIO:
		return "the page is of another clock than the one asked for";
	case -ENOTSUP:
		return "a dynamic clock cannot be attached: only the "
		       "process that opened it can read it";
	case -ESTALE:
		return "the page is of another boot: its owner must set its "
		       "clock up again";
	case -EXDEV:
		return "the page is of another time namespace";
	case -ENODATA:
		return "the boot id cannot be read, here or by the owner: is "
		       "/proc mounted?";
	case -EBADMSG:
		return "the page's time does not agree with the clock";
	case -EPERM:
		return "the page's file can be made smaller, or uses huge "
		       "pages: a reader would be killed by SIGBUS";
	default:
		return "the page could not be mapped, or its clock could "
		       "not be read";
	}
}

/* Nothing is attached so far.  0, or -errno. */
static int begin(struct tscal_clock *clk, size_t clk_size, int clock_id)
{
	/* Another version's clock: not a byte of it is known. */
	if (!clk || clk_size != sizeof(*clk))
		return -EINVAL;
	if (clock_thread_runs(clk))
		return -EBUSY;
	clock_clear(clk, clock_id, CLOCK_MODE_SYSTEM);
	clock_state(clk)->system_call = clock_tsc_disabled(
		tscal_platform_passive());
	return 0;
}

/* What is returned, if it is an error with its reason. */
static int end(struct tscal_clock *clk, int rc)
{
	if (rc < 0)
		clock_leave(clk, CLOCK_MODE_SYSTEM, reason(rc));
	clock_state(clk)->attached = rc >= 0;
	return rc;
}

/* Of clocks that other processes have too. */
static int check_clock(int clock_id)
{
	if (!clock_can_be_followed(clock_id))
		return -EINVAL;
	return clock_id < 0 ? -ENOTSUP : 0;
}

int tscal_clock_attach_sized(struct tscal_clock *clk, size_t clk_size,
	int clock_id, const void *page, size_t page_size)
{
	int rc = begin(clk, clk_size, clock_id);

	if (rc)
		return rc;
	rc = check_clock(clock_id);
	if (!rc)
		rc = page_place_check(page, page_size);
	return end(clk, rc ? rc : attach(clk, page));
}

int tscal_clock_attach_fd_sized(
	struct tscal_clock *clk, size_t clk_size, int clock_id, int fd)
{
	const void *page;
	int rc = begin(clk, clk_size, clock_id);

	if (rc)
		return rc;
	rc = check_clock(clock_id);
	if (!rc)
		rc = shared_memory_map(fd, SIZE, &page);
	if (rc)
		return end(clk, rc);
	rc = attach(clk, page);
	if (clock_mode(clk) == CLOCK_MODE_ATTACHED)
		clock_state(clk)->mapped = page;
	else
		shared_memory_unmap(page, SIZE);
	return end(clk, rc);
}

int tscal_clock_detach(struct tscal_clock *clk)
{
	struct clock_state *st;

	if (!clk)
		return -EINVAL;
	st = clock_state(clk);
	if (st->magic != CLOCK_MAGIC || !st->attached)
		return -ENODATA;
	clock_leave(clk, CLOCK_MODE_SYSTEM, "tscal_clock_detach() was called");
	clock_forget_page(clk);
	if (st->mapped)
		shared_memory_unmap(st->mapped, SIZE);
	st->mapped = NULL;
	st->attached = false;
	return 0;
}
