/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* This command again, in a process of its own, and what it printed. */
#include "cli/compare/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/running.h"

/* Longer than any window here with all its devices: then it hangs. */
#define PATIENCE_S 20
/* A report of all sources is 12 KB. */
#define OUTPUT_MAX 65536
#define ARGS_MAX 16
/* The status of a process that could not become the command: as a shell has
 * it. */
#define NO_COMMAND 127

static _Noreturn void become(const char *const *argv, int out, pid_t parent)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	running_child();
	/* It neither outlives this one nor lets it wait for ever.  Its
	 * complaints are in its report too. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGALRM, SIG_DFL);
	if (getppid() != parent)
		_exit(NO_COMMAND);
	alarm(PATIENCE_S);
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	if (dup2(out, STDOUT_FILENO) >= 0)
		execv("/proc/self/exe", (char *const *)argv);
	_exit(NO_COMMAND);
}

/* All that comes out of a pipe.  0, -errno, or -EFBIG where that is more than
 * there is room for. */
static int read_all(int fd, char *buf, size_t size)
{
	unsigned times = 0;
	size_t len = 0;
	ssize_t n;

	for (;;) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0 && running_interrupted(&times))
			continue;
		if (n < 0)
			return -errno;
		len += (size_t)n;
		buf[len] = '\0';
		if (!n)
			return 0;
		if (len == size - 1)
			return -EFBIG;
	}
}

/* Why a process printed no report; false: it did. */
static bool failure(int status, int rc, char *why, size_t size)
{
	if (rc == -EFBIG)
		snprintf(why, size, "its process printed too much");
	else if (rc)
		snprintf(why, size, "cannot read what its process prints: %s",
			strerror(-rc));
	else if (WIFSIGNALED(status))
		snprintf(why, size, "its process was ended by signal %d",
			WTERMSIG(status));
	else if (WEXITSTATUS(status) == NO_COMMAND)
		snprintf(why, size,
			"/proc/self/exe cannot be started: no /proc, or too "
			"few file descriptors?");
	else if (WEXITSTATUS(status) == EXIT_FAILED ||
		 WEXITSTATUS(status) > EXIT_UNKNOWN)
		snprintf(why, size, "its process ended with status %d",
			WEXITSTATUS(status));
	else
		return false;
	return true;
}

/* Its standard output; false after a word on what went wrong in why. */
static bool run(const char *const *argv, char *buf, double *ms, char *why,
	size_t why_size)
{
	double start_s = running_s();
	pid_t parent = getpid(), pid;
	unsigned times = 0;
	int fd[2], status = 0, rc, failed;

	if (pipe2(fd, O_CLOEXEC)) {
		snprintf(why, why_size, "no pipe: %s", strerror(errno));
		return false;
	}
	running_hold_signals();
	pid = fork();
	if (!pid)
		become(argv, fd[1], parent);
	running_release_signals();
	close(fd[1]);
	if (pid < 0) {
		snprintf(why, why_size, "no process: %s", strerror(errno));
		close(fd[0]);
		return false;
	}
	rc = read_all(fd[0], buf, OUTPUT_MAX);
	/* First, or one that prints more would wait for ever. */
	close(fd[0]);
	do
		failed = waitpid(pid, &status, 0) < 0 ? -errno : 0;
	while (failed && running_interrupted(&times));
	*ms = (running_s() - start_s) * 1e3;
	return !failure(status, rc ? rc : failed, why, why_size);
}

/* Its report on the sources of only. */
static json_t *report(const struct options *opts, const char *const *more,
	double *ms, char *why, size_t why_size)
{
	static const char *const probes[] = {[PROBE_PASSIVE] = "passive",
		[PROBE_DEVICES] = "devices",
		[PROBE_PORTS] = "ports"};
	const char *argv[ARGS_MAX] = {"tscal", "--json"};
	static char out[OUTPUT_MAX];
	json_error_t error;
	json_t *doc;
	size_t n = 2;

	if (opts->probe != PROBE_DEFAULT) {
		argv[n++] = "--probe";
		argv[n++] = probes[opts->probe];
	}
	if (opts->calib.flags & TSCAL_OPT_PIT)
		argv[n++] = "--pit";
	if (opts->calib.flags & TSCAL_OPT_ASSUME_METAL)
		argv[n++] = "--assume-metal";
	for (; *more; more++)
		argv[n++] = *more;
	argv[n] = NULL;
	if (!run(argv, out, ms, why, why_size))
		return NULL;
	doc = json_loads(out, 0, &error);
	if (!doc)
		snprintf(why, why_size, "its process printed no report: %s",
			error.text);
	return doc;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static double number_of(const json_t *o, const char *key, double otherwise)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : otherwise;
}

bool compare_sample(const struct options *opts, const struct compare_row *row,
	struct compare_sample *out, char *why, size_t why_size)
{
	char window[16], budget[16];
	const char *measuring[] = {"--only", row->source, "--window-ms", window,
		"--budget-ms", budget, "--target-ppm", "1000000", NULL};
	const char *looking[] = {"--only", row->source, "--no-measure", NULL};
	size_t i;
	json_t *doc, *line;

	snprintf(window, sizeof(window), "%u", row->window_ms);
	/* Time to open devices, and to sample unlike ends again. */
	snprintf(budget, sizeof(budget), "%u", 4 * row->window_ms + 100);
	*out = (struct compare_sample){0};
	doc = report(opts, row->window_ms ? measuring : looking,
		&out->process_ms, why, why_size);
	if (!doc)
		return false;
	snprintf(why, why_size, "its report does not list this source");
	json_array_foreach(json_object_get(doc, "sources"), i, line)
	{
		if (strcmp(text_of(line, "name"), row->source))
			continue;
		out->hz = number_of(line, "hz", 0);
		out->lo = number_of(line, "hz_lo", 0);
		out->hi = number_of(line, "hz_hi", HUGE_VAL);
		out->source_ms = number_of(line, "ms", -1);
		snprintf(why, why_size, "%s: %s", text_of(line, "status"),
			text_of(line, "sentence"));
	}
	json_decref(doc);
	return out->hz > 0;
}

static void add_rows(struct compare *c, const json_t *line)
{
	const char *kind = text_of(line, "kind");
	bool measured = !strcmp(kind, tscal_kind_str(TSCAL_KIND_MEASURED));
	size_t n = measured ? COMPARE_WINDOWS : 1;

	for (size_t i = 0; i < n; i++) {
		struct compare_row *row = &c->rows[c->n_rows++];

		*row = (struct compare_row){
			.window_ms = measured ? compare_windows_ms[i] : 0};
		snprintf(row->kind, sizeof(row->kind), "%s", kind);
		snprintf(row->source, sizeof(row->source), "%s",
			text_of(line, "name"));
	}
}

static void add_silent(struct compare *c, const json_t *line)
{
	struct compare_silent *s = &c->silent[c->n_silent++];

	snprintf(s->source, sizeof(s->source), "%s", text_of(line, "name"));
	snprintf(s->status, sizeof(s->status), "%s", text_of(line, "status"));
	snprintf(s->sentence, sizeof(s->sentence), "%s",
		text_of(line, "sentence"));
}

static void take_machine(struct compare *c, const json_t *doc)
{
	const json_t *hv = json_object_get(doc, "hypervisor");
	const json_t *trust = json_object_get(doc, "trust");
	struct utsname u;

	snprintf(c->cpu, sizeof(c->cpu), "%s",
		text_of(json_object_get(doc, "cpu"), "brand"));
	snprintf(c->hypervisor, sizeof(c->hypervisor), "%s",
		json_is_true(json_object_get(hv, "present")) &&
				*text_of(hv, "name")
			? text_of(hv, "name")
			: text_of(hv, "vendor"));
	snprintf(c->clocksource, sizeof(c->clocksource), "%s",
		text_of(trust, "clocksource"));
	c->cpus = (int)number_of(trust, "cpus", 0);
	if (!uname(&u))
		snprintf(c->kernel, sizeof(c->kernel), "%s %s", u.sysname,
			u.release);
}

/* --only in the words of the command line; false: all. */
static bool only_list(uint64_t only, char *out, size_t size)
{
	size_t len = 0;

	for (int s = TSCAL_SOURCE_NONE + 1; s < TSCAL_SOURCE_COUNT; s++)
		if (only >> s & 1)
			len += (size_t)snprintf(out + len, size - len, "%s%s",
				len ? "," : "",
				tscal_source_str((enum tscal_source)s));
	return len > 0;
}

int compare_survey(const struct options *opts, struct compare *c)
{
	char only[512], why[256];
	const char *named[] = {"--only", only, NULL}, *all[] = {NULL};
	bool some = only_list(opts->calib.only, only, sizeof(only));
	double ms;
	size_t i, n;
	json_t *line, *lines,
		*doc = report(opts, some ? named : all, &ms, why, sizeof(why));

	if (!doc && running_stopped())
		return EXIT_FAILED;
	if (!doc)
		return complain("cannot calibrate in a fresh process: %s", why);
	take_machine(c, doc);
	lines = json_object_get(doc, "sources");
	n = json_array_size(lines);
	c->rows = calloc(n * COMPARE_WINDOWS + 1, sizeof(*c->rows));
	c->silent = calloc(n + 1, sizeof(*c->silent));
	if (c->rows && c->silent)
		json_array_foreach(lines, i, line)
		{
			uint64_t bit = UINT64_C(1) << tscal_source_by_name(
					       text_of(line, "name"));

			if (number_of(line, "hz", 0) > 0)
				add_rows(c, line);
			else if (!some || opts->calib.only & bit)
				add_silent(c, line);
		}
	json_decref(doc);
	if (c->rows && c->silent)
		return 0;
	return complain("out of memory");
}
