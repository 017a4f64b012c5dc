/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file attach.h
 * A clock that several processes read (tscal/clock.h): one of them, its owner,
 * updates it, with its page in memory that they share; the others attach the
 * page.
 *
 *     void *page;                                  // the owner
 *     int fd = tscal_clock_page_new("clock", &page);
 *     struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
 *     opts.page = page;
 *     opts.page_size = sizeof(struct tscal_clock_page);
 *     tscal_clock_init(&clk, CLOCK_MONOTONIC, &opts, NULL);
 *     tscal_clock_thread_start(&clk, NULL);
 *
 *     tscal_clock_attach_fd(&clk, CLOCK_MONOTONIC, fd);    // a process with fd
 *     int64_t ns = tscal_now(&clk);
 */
#ifndef TSCAL_ATTACH_H
#define TSCAL_ATTACH_H

#include <tscal/clock.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make memory for tscal_clock_opts.page that other processes can attach: of a
 * memfd (memfd_create(2)) that no process can make smaller, and that since
 * Linux 5.1 no other process can write.
 * @param name  of the memfd, as /proc/PID/maps shows it.
 * @param page  receives the address.
 * @return a descriptor for tscal_clock_attach_fd(), to be inherited or sent
 *         (unix(7), SCM_RIGHTS), and closed by the caller; execve(2) closes it
 *         unless the caller changes that; or -errno.
 */
TSCAL_API int tscal_clock_page_new(const char *name, void **page);

/** Unmap it, when no clock of this process uses it any more
 * (tscal_clock_fini()). Processes that attached it keep their mapping.  NULL:
 * nothing.
 */
TSCAL_API void tscal_clock_page_free(void *page);

/** Implementation behind tscal_clock_attach(), with the size of the caller's
 * struct. */
TSCAL_API int tscal_clock_attach_sized(struct tscal_clock *clk, size_t clk_size,
	int clock_id, const void *page, size_t page_size);

/**
 * Read a clock that another process updates, by its page.
 * @param clk        overwritten; on error it reads clock_id by clock_gettime(),
 *                   and tscal_clock_why() has the reason.
 * @param clock_id   the clock that is wanted, as for tscal_clock_init().
 * @param page       of a clock that was set up with tscal_clock_opts.page,
 *                   mapped here, if only for reading.  It must stay mapped as
 *                   long as clk is used: if it is in a file, no process may
 * make that smaller (tscal_clock_attach_fd() checks this).
 * @param page_size  of the memory there, in bytes.
 * @return enum tscal_clock_on: TSCAL_CLOCK_ON_SYSTEM if this process may not
 *         execute RDTSC, TSCAL_CLOCK=system is in the environment, or the owner
 *         runs on clock_gettime().
 * @retval -EINVAL   the page is too small or not aligned to 64 bytes; there is
 *                   no such clock
 * @retval -EAGAIN   no clock was set up in the page so far
 * @retval -ENOMSG   it is no page
 * @retval -EPROTO   it is of another version of tscal
 * @retval -ENXIO    it is of another clock
 * @retval -ENOTSUP  a dynamic clock, which only the process that opened it has
 * @retval -ESTALE   it is of another boot
 * @retval -EXDEV    it is of another time namespace
 * @retval -ENODATA  the boot id cannot be read, here or by the owner
 * @retval -EBADMSG  its time is not that of the clock
 * @retval -EBUSY    clk, which is as it was, has a thread
 *
 * or -errno of clock_gettime().  Some twenty microseconds: nothing is
 * calibrated. Not for signal handlers.
 *
 * Readings cost what they cost the owner.  Where it has not updated in time
 * they are clock_gettime()'s.  An attached clock cannot write that to the page.
 * So the owner's next segments may begin below such a reading: then the
 * generation changes for the clock that had it.  If the owner dies, another
 * clock may be set up in the same memory (not in that of
 * tscal_clock_page_new(), unless it was mapped before a fork): readings go on.
 *
 * Nothing in a page is trusted for more than the time: whatever is written to
 * it, readings neither wait nor loop nor fault.  But a process that may write
 * it decides what readings return.
 */
TSCAL_INLINE int tscal_clock_attach(struct tscal_clock *clk, int clock_id,
	const void *page, size_t page_size)
{
	return tscal_clock_attach_sized(
		clk, sizeof(*clk), clock_id, page, page_size);
}

/** Implementation behind tscal_clock_attach_fd(), with the size of the caller's
 * struct. */
TSCAL_API int tscal_clock_attach_fd_sized(
	struct tscal_clock *clk, size_t clk_size, int clock_id, int fd);

/** The same, of a memfd: maps it for reading.  fd may be closed afterwards.
 * @return as tscal_clock_attach(); -EINVAL for a file that is too small; -EPERM
 *         for one that can be made smaller, or is of huge pages, which can run
 *         out; -errno of mmap(2) and fstat(2). */
TSCAL_INLINE int tscal_clock_attach_fd(
	struct tscal_clock *clk, int clock_id, int fd)
{
	return tscal_clock_attach_fd_sized(clk, sizeof(*clk), clock_id, fd);
}

/** Leave the page of another process, and unmap it if tscal_clock_attach_fd()
 * mapped it; no thread may read the clock meanwhile.  It reads clock_gettime()
 * from then on.  tscal_clock_fini() does the same.
 * @return 0; -ENODATA for a clock that was not attached. */
TSCAL_API int tscal_clock_detach(struct tscal_clock *clk);

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_ATTACH_H */
