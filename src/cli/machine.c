/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which platform answers. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#ifdef TSCAL_HAVE_PROBE
#include <tscal/probe.h>
#endif

struct machine {
	struct tscal_platform *platform;
	struct tscal_platform *inner; /* what a recording records */
	const char *how;
};

const char *file_name(const struct options *opts)
{
	if (!is_stdio(opts->file))
		return opts->file;
	return opts->command == CMD_RECORD ? "standard output"
					   : "standard input";
}

static int open_live(const struct options *opts, struct machine *m)
{
	m->how = "passive";
	m->platform = tscal_platform_passive();
	if (opts->probe == PROBE_PASSIVE)
		return 0;
#ifdef TSCAL_HAVE_PROBE
	bool ports = opts->probe == PROBE_PORTS;
	int rc = tscal_platform_probe(
		ports ? TSCAL_PROBE_PORTS : TSCAL_PROBE_DEVICES, &m->platform);

	if (rc)
		return complain("cannot probe devices: %s", strerror(-rc));
	m->how = ports ? "probing devices and ports" : "probing devices";
#else
	if (opts->probe != PROBE_DEFAULT)
		return complain(
			"this tscal was built without libtscal-probe: it "
			"opens no devices");
#endif
	return 0;
}

static int replay_file(
	const struct options *opts, const char *path, struct machine *m)
{
	char why[512] = "";
#ifdef TSCAL_HAVE_PROBE
	int rc = tscal_platform_probe_replay(
		path, &m->platform, why, sizeof(why));
#else
	int rc = tscal_platform_replay(path, &m->platform, why, sizeof(why));
#endif

	m->how = "replay";
	if (!rc)
		return 0;
	return complain(
		"%s: %s", file_name(opts), why[0] ? why : strerror(-rc));
}

static int replay_stdin(const struct options *opts, struct machine *m)
{
	int fd = stdin_file(), rc;
	char path[32];

	if (fd < 0)
		return complain("%s: cannot be read, or copied into memory: %s",
			file_name(opts), strerror(-fd));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (access(path, F_OK) && errno == ENOENT)
		rc = complain("%s: cannot be read without /proc: give the name "
			      "of a file",
			file_name(opts));
	else
		rc = replay_file(opts, path, m);
	close(fd);
	return rc;
}

static int open_replay(const struct options *opts, struct machine *m)
{
	return is_stdio(opts->file) ? replay_stdin(opts, m)
				    : replay_file(opts, opts->file, m);
}

static int open_record(const struct options *opts, struct machine *m)
{
	int rc = is_stdio(opts->file)
			 ? tscal_platform_record_fd(m->inner, STDOUT_FILENO,
				   opts->redact, &m->platform)
			 : tscal_platform_record(m->inner, opts->file,
				   opts->redact, &m->platform);

	if (!rc)
		return 0;
	tscal_platform_free(m->inner);
	return complain("%s: %s", file_name(opts), strerror(-rc));
}

static int open_any(const struct options *opts, struct machine *m)
{
	int rc;

	*m = (struct machine){0};
	/* The file of hv, if there is one, is a recording too. */
	if (opts->file &&
		(opts->command == CMD_REPLAY || opts->command == CMD_HV))
		return open_replay(opts, m);
	rc = open_live(opts, m);
	if (rc || opts->command != CMD_RECORD)
		return rc;
	m->inner = m->platform;
	m->platform = NULL;
	return open_record(opts, m);
}

static int close_all(const struct options *opts, struct machine *m)
{
	int rc = tscal_platform_free(m->platform);

	tscal_platform_free(m->inner);
	if (!rc)
		return 0;
	return complain(
		"%s: %s", opts->file ? file_name(opts) : m->how, strerror(-rc));
}

struct tscal_report *machine_report(
	const struct options *opts, const char **how)
{
	struct tscal_opts calib = opts->calib;
	struct tscal_report *report = NULL;
	struct machine m;
	int rc;

	if (open_any(opts, &m))
		return NULL;
	calib.platform = m.platform;
	rc = tscal_report_new(&calib, &report);
	if (rc)
		complain("cannot calibrate: %s", strerror(-rc));
	if (how)
		*how = m.how;
	/* A recording is complete only now. */
	if (close_all(opts, &m) || rc) {
		tscal_report_free(report);
		return NULL;
	}
	return report;
}
