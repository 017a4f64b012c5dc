/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file attach.h
 * A clock that several processes read (tscal/clock.h): one of them updates it,
 * with its page in memory that they share; the others attach the page.
 *
 *     void *page;                                  // the owner
 *     int fd = tscal_clock_page_new("clock", &page);
 *     struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
 *     opts.page = page;
 *     opts.page_size = sizeof(struct tscal_clock_page);
 *     tscal_clock_init(&clk, CLOCK_MONOTONIC, &opts, NULL);
 *     tscal_clock_thread_start(&clk, NULL);
 *
 *     tscal_clock_attach_fd(&clk, fd);             // a process that has fd
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
 * memfd (memfd_create(2)) that nobody can make smaller, and that since Linux
 * 5.1 nobody else can write.
 * @param name  of the memfd, as /proc/PID/maps shows it.
 * @param page  receives the address.  Give it back by munmap(2), of
 *              sizeof(struct tscal_clock_page) bytes.
 * @return a descriptor for tscal_clock_attach_fd(), to be inherited or sent
 *         (unix(7), SCM_RIGHTS); closed by execve(2) unless the caller changes
 *         that; or -errno.
 */
TSCAL_API int tscal_clock_page_new(const char *name, void **page);

/**
 * Read a clock that another process updates, by its page.
 * @param clk   overwritten; on error it reads CLOCK_MONOTONIC by
 *              clock_gettime(), and tscal_clock_why() has the reason.
 * @param page  of a clock that was set up with tscal_clock_opts.page, mapped
 *              here, if only for reading.  It must stay mapped as long as clk
 *              is used: where the page is in a file, nobody may make that
 *              smaller (tscal_clock_attach_fd() sees to it).
 * @param size  of the memory there, in bytes.
 * @return enum tscal_clock_on; -EINVAL for a page too small or not aligned to
 *         64 bytes, or of a clock that does not exist here; -ENOMSG for what is
 * no page; -EPROTO for one of another version of tscal; -ESTALE of another
 * boot; -EXDEV of another time namespace; -ENODATA where this process cannot
 * tell which boot it is in; -ENOTSUP for a dynamic clock, which only its opener
 * has; -EBADMSG if it says another time than the clock; -EBUSY, and clk is what
 *         it was, while it has a thread; -errno of clock_gettime().
 *
 * Some ten microseconds: nothing is calibrated.  Not for signal handlers.
 *
 * Readings cost what they cost the clock's owner.  Where he has not updated in
 * time they are clock_gettime()'s, and the generation changes for those who had
 * such a reading when he goes on: who only reads cannot stop him from going on
 * below it.  If the owner dies, another clock may be set up in the same memory
 * (not in that of tscal_clock_page_new(), unless it was mapped before a fork):
 * readings go on.
 *
 * Nothing in a page is trusted for more than the time: whatever is written to
 * it, readings neither wait nor loop nor fault.  But who may write it decides
 * what they say.
 */
TSCAL_API int tscal_clock_attach(
	struct tscal_clock *clk, const void *page, size_t size);

/** The same, of a memfd: maps it for reading.  fd may be closed afterwards.
 * @return as tscal_clock_attach(); -EINVAL for a file that is too small, -EPERM
 *         for one that can be made smaller, -errno of mmap(2) and fstat(2). */
TSCAL_API int tscal_clock_attach_fd(struct tscal_clock *clk, int fd);

/** Leave the page of another process, and unmap it if tscal_clock_attach_fd()
 * mapped it; nobody may read the clock meanwhile.  It reads clock_gettime()
 * from then on.  tscal_clock_fini() does the same.
 * @return 0; -ENODATA for a clock that is not attached. */
TSCAL_API int tscal_clock_detach(struct tscal_clock *clk);

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_ATTACH_H */
