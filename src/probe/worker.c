/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The worker is a child process (child.h).  It reads one byte for each request
 * and answers with one.  When the socket is closed, by worker_close() or
 * because the program has ended, it restores what it changed and ends.
 */
#include "probe/worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe/child.h"

/* CPU time that a worker may use beyond the time of its request: then it is
 * taken to hang.  On a busy machine it waits for a CPU, and uses no time. */
#define GRACE_MS 100
/* But wait no longer than this: it may hang in the kernel, too. */
#define PATIENCE_MS 2000
/* How often its CPU time is checked. */
#define LOOK_MS 20
/* How soon a worker notices that the program has ended. */
#define ORPHAN_MS 100

enum request { OPEN = 'o', BURST = 'b' };

/* In the worker. */

/* Wait for a request; false when the program has ended. */
static bool wait_for_it(int fd, pid_t program)
{
	struct pollfd line = {.fd = fd, .events = POLLIN};

	/* The socket closes with the program, unless another process that it
	 * started holds its end too. */
	while (getppid() == program) {
		int n = poll(&line, 1, ORPHAN_MS);

		if (n > 0)
			return true;
		/* No signal interrupts it: a filter refuses it. */
		if (n < 0)
			return false;
	}
	return false;
}

static void serve(const struct worker_job *job, struct worker_shared *sh,
	int fd, pid_t program)
{
	char byte;

	while (wait_for_it(fd, program) && read(fd, &byte, 1) == 1) {
		sh->rc = byte == OPEN ? job->open(sh) : job->burst(sh);
		if (write(fd, &byte, 1) != 1)
			break;
	}
	if (job->restore)
		job->restore(sh);
}

/* In the program. */

/* The CPU time that a process has used so far. */
static uint64_t cpu_ms(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) ? 0 : child_clock_ms(clock);
}

static bool changed(const struct worker *w)
{
	return __atomic_load_n(&w->shared->changed, __ATOMIC_ACQUIRE);
}

/* Where waiting for a process is refused: until it has restored. */
static void wait_restored(const struct worker *w)
{
	const struct timespec nap = {.tv_nsec = 100000};
	uint64_t end = child_clock_ms(CLOCK_MONOTONIC) + PATIENCE_MS;

	while (changed(w) && child_clock_ms(CLOCK_MONOTONIC) < end)
		nanosleep(&nap, NULL);
}

/* Restore what a worker left changed, in a process of its own: it may fault as
 * the first one did. */
static void restore(struct worker *w)
{
	pid_t pid;
	int status;

	if (!w->job->restore || !changed(w))
		return;
	pid = child_start();
	if (!pid) {
		child_quiet(w->job->name, -1);
		w->job->restore(w->shared);
		child_leave();
	}
	if (pid < 0)
		return;
	status = child_wait(pid, PATIENCE_MS);
	if (status == CHILD_NOT_TOLD)
		wait_restored(w);
	if (status < 0)
		child_kill(pid);
}

/* Make sure that the worker has ended; how it did, as an errno. */
static int end(struct worker *w, unsigned patience_ms)
{
	/* Its end of the socket closes when it ends. */
	struct pollfd line = {.fd = w->fd};
	int status;

	/* Not close() alone: a process that the program is just starting may
	 * hold another descriptor of it. */
	shutdown(w->fd, SHUT_WR);
	status = child_wait(w->pid, patience_ms);
	if (status == CHILD_NOT_TOLD)
		poll(&line, 1, (int)patience_ms);
	close(w->fd);
	if (status < 0)
		status = child_kill(w->pid);
	w->pid = 0;
	restore(w);
	if (status < 0 || !WIFSIGNALED(status))
		return -ECHILD;
	switch (WTERMSIG(status)) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
		return -EFAULT;
	default:
		return -ECHILD;
	}
}

/* Send a request and wait for the answer: sh->rc, or, if the worker has ended,
 * how. */
static int ask(struct worker *w, enum request request, uint64_t ns)
{
	uint64_t most_ms = ns / 1000000 + GRACE_MS;
	uint64_t used_ms = cpu_ms(w->pid),
		 until = child_clock_ms(CLOCK_MONOTONIC) + PATIENCE_MS;
	struct pollfd line = {.fd = w->fd, .events = POLLIN};
	char byte = (char)request;
	int rc = 0;

	if (send(w->fd, &byte, 1, MSG_NOSIGNAL) != 1)
		return end(w, PATIENCE_MS);
	while (rc <= 0) {
		rc = poll(&line, 1, LOOK_MS);
		if (rc < 0 && errno != EINTR) {
			rc = -errno;
			end(w, 0);
			return rc;
		}
		if (rc <= 0 && (child_clock_ms(CLOCK_MONOTONIC) >= until ||
				       cpu_ms(w->pid) - used_ms > most_ms)) {
			end(w, 0);
			return -ETIMEDOUT;
		}
	}
	return recv(w->fd, &byte, 1, 0) == 1 ? w->shared->rc : end(w, GRACE_MS);
}

/* Every kernel has these calls and permits them to all: ENOSYS and EPERM are a
 * filter's answer, and must not be taken for ioperm's. */
static int refused(int rc)
{
	return rc == -ENOSYS || rc == -EPERM ? -ECANCELED : rc;
}

static int start(struct worker *w)
{
	pid_t program = getpid();
	int line[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line))
		return refused(-errno);
	w->pid = child_start();
	if (!w->pid) {
		close(line[0]);
		child_quiet(w->job->name, line[1]);
		serve(w->job, w->shared, line[1], program);
		child_leave();
	}
	close(line[1]);
	w->fd = line[0];
	if (w->pid > 0)
		return 0;
	close(w->fd);
	return refused(w->pid);
}

static int open_uncancelled(struct worker *w, const struct worker_job *job,
	const struct plat_where *where, const void *place,
	struct plat_counter *out)
{
	struct worker_shared *sh = mmap(NULL, sizeof(*sh),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int rc;

	if (sh == MAP_FAILED)
		return -errno;
	*w = (struct worker){.job = job, .shared = sh};
	if (where)
		sh->where = *where;
	sh->place = place;
	rc = start(w);
	if (rc) {
		w->pid = 0;
	} else {
		rc = ask(w, OPEN, 0);
		*out = sh->counter;
	}
	if (rc)
		worker_close(w);
	return rc;
}

int worker_open(struct worker *w, const struct worker_job *job,
	const struct plat_where *where, const void *place,
	struct plat_counter *out)
{
	int before = child_uncancelled();
	int rc = open_uncancelled(w, job, where, place, out);

	pthread_setcancelstate(before, NULL);
	return rc;
}

int worker_burst(struct worker *w, struct plat_sample *buf,
	const struct plat_until *until)
{
	size_t most = until->reads < WORKER_READS ? until->reads : WORKER_READS;
	int n, before;

	if (!w->pid)
		return -ECHILD;
	w->shared->until = *until;
	before = child_uncancelled();
	n = ask(w, BURST, until->ns);
	pthread_setcancelstate(before, NULL);
	if (n <= 0)
		return n;
	most = (size_t)n < most ? (size_t)n : most;
	memcpy(buf, w->shared->sample, most * sizeof(*buf));
	return (int)most;
}

void worker_close(struct worker *w)
{
	int before = child_uncancelled();

	if (w->pid)
		end(w, PATIENCE_MS);
	pthread_setcancelstate(before, NULL);
	if (w->shared)
		munmap(w->shared, sizeof(*w->shared));
	*w = (struct worker){0};
}
