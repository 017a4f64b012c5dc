/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * tscal_sync() on this machine: what it says, what it leaves as it was, and how
 * long it takes.
 *
 * usage: live_sync loaded|one-cpu|not-the-first|signals|threads|no-thread|
 *                  no-affinity|affinity-hidden|affinity-missing|
 *                  cancelled|no-tsc|never-free
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include <tscal/sync.h>

#include "live.h"
#include "seccomp.h"

#define LOOPS 4
/* For a run that takes 80 ms for each pair at most, on a busy machine. */
#define MOST_S 5.0

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* What must be the same afterwards. */
struct before {
	cpu_set_t cpus;
	sigset_t mask;
	int threads, descriptors;
};

static int entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	if (!dir)
		skip("no %s", path);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static struct before look(void)
{
	struct before b;

	memset(&b, 0, sizeof(b));
	check(!sched_getaffinity(0, sizeof(b.cpus), &b.cpus), "binding");
	check(!pthread_sigmask(SIG_SETMASK, NULL, &b.mask), "mask");
	b.threads = entries("/proc/self/task");
	b.descriptors = entries("/proc/self/fd");
	return b;
}

static void same(const struct before *b)
{
	struct before now = look();

	check(CPU_EQUAL(&b->cpus, &now.cpus), "the binding is another one");
	for (int s = 1; s < NSIG; s++)
		check(sigismember(&b->mask, s) == sigismember(&now.mask, s),
			"signal %d", s);
	/* The kernel lists a thread for a moment after it was joined. */
	for (int i = 0; i < 100 && now.threads != b->threads; i++) {
		usleep(10000);
		now = look();
	}
	check(now.threads == b->threads, "%d threads, %d before", now.threads,
		b->threads);
	check(now.descriptors == b->descriptors, "descriptors");
}

/* A run, in time.  Skewed is a failure: this machine's own kernel would have
 * rejected its TSC. */
static enum tscal_sync_verdict run(char *sentence)
{
	struct tscal_sync_result *r = NULL;
	double begun = now_s(), took;
	const struct tscal_sync_info *info;
	enum tscal_sync_verdict v;
	int rc = tscal_sync(NULL, &r);

	took = now_s() - begun;
	check(!rc && r, "%s", strerror(-rc));
	info = tscal_sync_result_info(r);
	v = info->verdict;
	check(*info->sentence, "no sentence");
	check(took < MOST_S * (info->cpus + 1), "%.3f s", took);
	if (v == TSCAL_SYNC_SKEWED && *truth_why_no_tsc())
		skip("%s (%s)", info->sentence, truth_why_no_tsc());
	check(v != TSCAL_SYNC_SKEWED, "%s", info->sentence);
	if (sentence)
		strcpy(sentence, info->sentence);
	tscal_sync_free(r);
	return v;
}

static void says(const char *part)
{
	char sentence[TSCAL_SENTENCE];
	struct before b = look();
	enum tscal_sync_verdict v = run(sentence);

	same(&b);
	puts(sentence);
	check(v == TSCAL_SYNC_UNKNOWN, "%s", sentence);
	check(strstr(sentence, part), "%s", sentence);
}

static void runs(int n)
{
	int count[3] = {0};
	struct before b = look();

	for (int i = 0; i < n; i++) {
		count[run(NULL)]++;
		same(&b);
	}
	printf("%d runs: %d unknown, %d synchronised, %d skewed\n", n, count[0],
		count[1], count[2]);
	/* A machine with other work has moments for it all the same. */
	check(count[TSCAL_SYNC_SYNCHRONISED] || CPU_COUNT(&b.cpus) < 2,
		"no run has found anything");
}

static void need_two_cpus(void)
{
	struct before b = look();

	if (CPU_COUNT(&b.cpus) < 2)
		skip("one CPU");
}

static void loaded(void)
{
	pid_t loop[LOOPS];

	for (int i = 0; i < LOOPS; i++) {
		loop[i] = fork();
		check(loop[i] >= 0, "fork");
		if (!loop[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (volatile unsigned n = 0;; n++)
				;
		}
	}
	runs(100);
	for (int i = 0; i < LOOPS; i++) {
		kill(loop[i], SIGKILL);
		waitpid(loop[i], NULL, 0);
	}
}

static int last_cpu(const cpu_set_t *set)
{
	int last = -1;

	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, set))
			last = i;
	return last;
}

static void bind_last(void)
{
	cpu_set_t set;
	int cpu;

	need_two_cpus();
	check(!sched_getaffinity(0, sizeof(set), &set), "binding");
	cpu = last_cpu(&set);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	check(!sched_setaffinity(0, sizeof(set), &set), "binding");
}

static void not_the_first(void)
{
	struct tscal_sync_result *r;
	cpu_set_t set;
	int first = 0;

	need_two_cpus();
	check(!sched_getaffinity(0, sizeof(set), &set), "binding");
	while (!CPU_ISSET(first, &set))
		first++;
	CPU_CLR(first, &set);
	check(!sched_setaffinity(0, sizeof(set), &set), "binding");
	check(!tscal_sync(NULL, &r), "tscal_sync");
	puts(tscal_sync_result_info(r)->sentence);
	for (size_t i = 0; tscal_sync_result_pair(r, i); i++)
		check(tscal_sync_result_pair(r, i)->a != first, "CPU %d",
			first);
	check(tscal_sync_result_info(r)->verdict != TSCAL_SYNC_SKEWED,
		"skewed");
	tscal_sync_free(r);
}

static volatile sig_atomic_t signals;

static void on_signal(int s)
{
	(void)s;
	signals++;
}

static void storm(void)
{
	const struct itimerval each = {{0, 200}, {0, 200}}, none = {0};

	signal(SIGALRM, on_signal);
	check(!setitimer(ITIMER_REAL, &each, NULL), "timer");
	runs(20);
	check(!setitimer(ITIMER_REAL, &none, NULL), "timer");
	check(signals, "no signal came");
}

static void *many(void *arg)
{
	for (int i = 0; i < 20; i++)
		run(NULL);
	return arg;
}

static void two_threads(void)
{
	struct before b = look();
	pthread_t other;

	check(!pthread_create(&other, NULL, many, NULL), "thread");
	many(NULL);
	pthread_join(other, NULL);
	same(&b);
}

static struct tscal_sync_result *of_cancelled;

static void *is_cancelled(void *arg)
{
	pthread_cancel(pthread_self());
	check(!tscal_sync(NULL, &of_cancelled), "tscal_sync");
	pthread_testcancel();
	return arg;
}

/* A thread that is cancelled leaves nothing behind. */
static void cancelled(void)
{
	struct before b = look();
	pthread_t thread;
	void *end;

	check(!pthread_create(&thread, NULL, is_cancelled, NULL), "thread");
	check(!pthread_join(thread, &end), "join");
	same(&b);
	check(of_cancelled, "cancelled meanwhile");
	check(end == PTHREAD_CANCELED, "not cancelled afterwards");
	tscal_sync_free(of_cancelled);
}

/* glibc asks for clone() where there is no clone3(). */
static void no_thread(void)
{
	need_two_cpus();
	if (refuse_call(SYS_clone3, ENOSYS) || refuse_call(SYS_clone, EAGAIN))
		skip("no filter of system calls");
	says("no thread could be started (Resource temporarily unavailable)");
}

static void no_affinity(void)
{
	need_two_cpus();
	if (refuse_call(SYS_sched_setaffinity, EPERM))
		skip("no filter of system calls");
	says("no thread could be kept on CPU");
}

/* With the error of another filter. */
static void affinity_missing(void)
{
	need_two_cpus();
	if (refuse_call(SYS_sched_setaffinity, ENOSYS))
		skip("no filter of system calls");
	says("no thread could be kept on CPU");
}

static void affinity_hidden(void)
{
	struct tscal_sync_result *r;

	need_two_cpus();
	if (refuse_call(SYS_sched_getaffinity, EPERM))
		skip("no filter of system calls");
	/* Nor can this test ask for its binding. */
	check(!tscal_sync(NULL, &r), "tscal_sync");
	puts(tscal_sync_result_info(r)->sentence);
	check(tscal_sync_result_info(r)->verdict == TSCAL_SYNC_UNKNOWN,
		"verdict");
	check(strstr(tscal_sync_result_info(r)->sentence,
		      "does not tell which CPUs this process may use "
		      "(Operation not permitted)"),
		"sentence");
	tscal_sync_free(r);
}

/* Nothing of libc that reads the clock in this process. */
static void no_tsc(void)
{
	struct before b = look();
	struct tscal_sync_result *r;

	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0))
		skip("PR_SET_TSC: %s", strerror(errno));
	check(!tscal_sync(NULL, &r), "tscal_sync");
	same(&b);
	puts(tscal_sync_result_info(r)->sentence);
	check(tscal_sync_result_info(r)->verdict == TSCAL_SYNC_UNKNOWN,
		"verdict");
	check(strstr(tscal_sync_result_info(r)->sentence,
		      "RDTSC is disabled for this process"),
		"sentence");
	tscal_sync_free(r);
}

static void *hog(void *arg)
{
	const struct sched_param p = {.sched_priority = 10};
	double end = now_s() + 3;

	bind_last();
	if (sched_setscheduler(0, SCHED_FIFO, &p))
		return NULL;
	*(_Atomic int *)arg = 1;
	while (now_s() < end)
		;
	return NULL;
}

/* A thread of a higher priority keeps a CPU. */
static void never_free(void)
{
	_Atomic int runs_now = 0;
	pthread_t thread;
	double begun;

	need_two_cpus();
	check(!pthread_create(&thread, NULL, hog, (void *)&runs_now), "thread");
	usleep(200000);
	if (!runs_now)
		skip("no real-time priority");
	begun = now_s();
	printf("verdict %d", run(NULL));
	printf(" after %.3f s\n", now_s() - begun);
	check(now_s() - begun < 2, "%.3f s", now_s() - begun);
	pthread_join(thread, NULL);
}

static const struct {
	const char *name;
	void (*run)(void);
} modes[] = {{"loaded", loaded}, {"not-the-first", not_the_first},
	{"signals", storm}, {"threads", two_threads}, {"no-thread", no_thread},
	{"no-affinity", no_affinity}, {"cancelled", cancelled},
	{"affinity-missing", affinity_missing},
	{"affinity-hidden", affinity_hidden}, {"no-tsc", no_tsc},
	{"never-free", never_free}};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	check(argc == 2, "usage: live_sync MODE");
	if (!strcmp(argv[1], "one-cpu")) {
		bind_last();
		says("Only one of ");
		return 0;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(argv[1], modes[i].name)) {
			modes[i].run();
			return 0;
		}
	check(0, "no such mode: %s", argv[1]);
}
