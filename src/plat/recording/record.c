/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A platform that passes every question on to another one and keeps the
 * answers.  It writes them to a file, or to a descriptor, when it is freed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tscal/calibrate.h>

#include "plat/recording/recording.h"

/*
 * Samples in a recorded burst.  The interval comes from the few fastest reads
 * of a burst and the medians settle well before: 128 are enough to judge by,
 * and keep a recording a text of some kilobytes that people can read and put
 * into a repository.  The recorded run gets no more either, so that the replay
 * gives the same report.
 */
#define RECORD_SAMPLES 128
/* Bursts of a counter, answers of adjtimex: far more than a run needs. */
#define RECORD_REPEATS 32

struct record {
	struct tscal_platform plat;
	struct plat_ops ops; /* opens the counters that inner opens */
	struct tscal_platform *inner;
	struct recording *rec;
	int dir;    /* where the file is to be ... */
	char *name; /* ... and its name there; NULL: no file but ... */
	int fd;	    /* ... this descriptor of the caller's */
	bool redact;
	int lost; /* -errno of the first answer that could not be kept */
	uint32_t n_adjtimex, n_bursts[PLAT_COUNTER_COUNT];
};

static struct record *record_of(struct tscal_platform *p)
{
	return (struct record *)p;
}

static void keep_key(struct record *r, const struct rec_key *key, int rc,
	const void *data, size_t size)
{
	struct rec_answer a = {
		.rc = rc < 0 ? rc : 0,
		.size = rc < 0 ? 0 : size,
		.data = data,
	};
	int failed;

	/* A path too long for a line: no source has one. */
	if (key->path && strlen(key->path) >= REC_PATH_MAX)
		return;
	failed = rec_add(r->rec, key, &a);
	/* Another answer to a question asked before, such as the APIC id of
	 * another CPU: the first is kept. */
	if (failed && failed != -EEXIST && !r->lost)
		r->lost = failed;
}

/* The same of any other question; returns rc. */
static int keep(struct record *r, enum rec_kind kind, uint64_t id, int rc,
	const void *data, size_t size)
{
	struct rec_key key = {.kind = kind, .id = id};

	keep_key(r, &key, rc, data, size);
	return rc;
}

static int record_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->cpuid(r->inner, leaf, subleaf, out);

	if (!r->redact || !redact_cpuid(leaf))
		keep(r, REC_CPUID, REC_ID(leaf, subleaf), rc, out,
			sizeof(*out));
	return rc;
}

static int record_xen_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->xen_cpuid(r->inner, leaf, subleaf, out);

	return keep(
		r, REC_XEN_CPUID, REC_ID(leaf, subleaf), rc, out, sizeof(*out));
}

static int record_rdmsr(
	struct tscal_platform *p, unsigned cpu, uint32_t msr, uint64_t *value)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->rdmsr(r->inner, cpu, msr, value);

	if (!r->redact || !redact_msr(msr))
		keep(r, REC_MSR, REC_ID(cpu, msr), rc, value, sizeof(*value));
	return rc;
}

static int record_read_file(
	struct tscal_platform *p, const char *path, void *buf, size_t size)
{
	struct record *r = record_of(p);
	struct rec_key key = {.kind = REC_FILE, .path = path};
	char text[REC_FILE_MAX];
	size_t len;
	/* As much as can be kept, whatever size is: the next read of this file
	 * may have a larger buffer. */
	int rc = r->inner->ops->read_file(r->inner, path, text, sizeof(text));

	if (rc < 0) {
		keep_key(r, &key, rc, NULL, 0);
		return rc;
	}
	len = (size_t)rc;
	if (size > len)
		size = len;
	memcpy(buf, text, size);
	if (r->redact && redact_file(path))
		return (int)size;
	if (r->redact)
		len = redact_contents(path, text, len);
	keep_key(r, &key, 0, text, len);
	return (int)size;
}

static int record_adjtimex(struct tscal_platform *p, struct plat_timex *out)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->adjtimex(r->inner, out);

	if (r->n_adjtimex < RECORD_REPEATS)
		keep(r, REC_ADJTIMEX, r->n_adjtimex++, rc, out, sizeof(*out));
	return rc;
}

static int record_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->page(r->inner, which, index, buf);
	struct rec_word words[REC_PAGE_WORDS];
	size_t n = rc < 0 ? 0 : rec_page_words(buf, words);

	return keep(r, REC_PAGE, REC_ID(which, index), rc, words,
		n * sizeof(*words));
}

static int record_perf_page(
	struct tscal_platform *p, struct plat_perf_page *out)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->perf_page(r->inner, out);

	return keep(r, REC_PERF_PAGE, 0, rc, out, sizeof(*out));
}

static int record_kvm_tsc_khz(struct tscal_platform *p, uint32_t *khz)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->kvm_tsc_khz(r->inner, khz);

	return keep(r, REC_KVM_KHZ, 0, rc, khz, sizeof(*khz));
}

static int record_backdoor_hz(
	struct tscal_platform *p, enum plat_backdoor how, uint64_t *hz)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->backdoor_hz(r->inner, how, hz);

	return keep(r, REC_BACKDOOR, (uint64_t)how, rc, hz, sizeof(*hz));
}

static int record_tsc_access(
	struct tscal_platform *p, enum plat_tsc_access *out)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->tsc_access(r->inner, out);

	return keep(r, REC_TSC_ACCESS, 0, rc, out, sizeof(*out));
}

static int record_counter_open(struct tscal_platform *p,
	enum plat_counter_id id, const struct plat_where *where,
	struct plat_counter *out)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->counter_open(r->inner, id, where, out);

	if (plat_counter_name(id))
		keep(r, REC_COUNTER, (uint64_t)id, rc, out, sizeof(*out));
	return rc;
}

static int record_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, const struct plat_until *until)
{
	struct record *r = record_of(p);
	struct plat_until less = *until;
	int n;

	if (less.reads > RECORD_SAMPLES)
		less.reads = RECORD_SAMPLES;
	n = r->inner->ops->burst(r->inner, id, buf, &less);
	if (plat_counter_name(id) && r->n_bursts[id] < RECORD_REPEATS)
		keep(r, REC_SAMPLES, REC_ID(id, r->n_bursts[id]++), n, buf,
			n < 0 ? 0 : (size_t)n * sizeof(*buf));
	return n;
}

static void record_counter_close(
	struct tscal_platform *p, enum plat_counter_id id)
{
	struct tscal_platform *inner = record_of(p)->inner;

	inner->ops->counter_close(inner, id);
}

static int record_cpus(struct tscal_platform *p, uint32_t *cpu, size_t max)
{
	struct record *r = record_of(p);
	int n = r->inner->ops->cpus(r->inner, cpu, max);

	/* Of a list that does not fit nothing is known. */
	if (n > (int)max || n > (int)REC_CPUS_MAX)
		n = -E2BIG;
	keep(r, REC_CPUS, 0, n < 0 ? n : 0, cpu,
		n < 0 ? 0 : (size_t)n * sizeof(*cpu));
	return n;
}

static int record_pair(struct tscal_platform *p, unsigned a, unsigned b,
	const struct plat_pair_until *until, struct plat_pair *out)
{
	struct record *r = record_of(p);
	int rc = r->inner->ops->pair(r->inner, a, b, until, out);

	return keep(r, REC_PAIR, REC_ID(a, b), rc, out, sizeof(*out));
}

static void record_wait(struct tscal_platform *p, uint64_t ns, bool spin)
{
	struct record *r = record_of(p);

	r->inner->ops->wait(r->inner, ns, spin);
}

static uint64_t record_now_ns(struct tscal_platform *p)
{
	return record_of(p)->inner->ops->now_ns(record_of(p)->inner);
}

static int record_pin(struct tscal_platform *p)
{
	struct record *r = record_of(p);

	return r->inner->ops->pin ? r->inner->ops->pin(r->inner) : -EOPNOTSUPP;
}

static void record_unpin(struct tscal_platform *p)
{
	struct record *r = record_of(p);

	if (r->inner->ops->unpin)
		r->inner->ops->unpin(r->inner);
}

/* The file, which must not be there yet; a descriptor or -errno. */
static int create(const struct record *r)
{
	/* Serial numbers: only root can read their source. */
	int fd = openat(r->dir, r->name,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY,
		r->redact ? 0666 : 0600);

	return fd < 0 ? -errno : fd;
}

static int write_to(const struct record *r, const struct recording *rec, int fd)
{
	FILE *out = fdopen(fd, "w");
	int rc = 0;

	if (!out) {
		rc = -errno;
		close(fd);
		return rc;
	}
	rec_write(rec,
		r->redact ? "Redacted: no serial numbers and ids; "
			    "of the kernel's command line only what "
			    "is about clocks."
			  : NULL,
		out);
	errno = 0;
	if (fflush(out) || ferror(out))
		rc = errno ? -errno : -EIO;
	/* Some file systems report only now that there was no space. */
	if (fclose(out) && !rc)
		rc = -errno;
	return rc;
}

/* All of the recording, or no file; a descriptor may have got a part. */
static int write_out(const struct record *r)
{
	int fd, rc = r->lost;
	struct recording *rec = rec_compact(r->rec, &rc);

	if (rec && !rc) {
		/* The caller's stays open. */
		fd = r->name ? create(r) : fcntl(r->fd, F_DUPFD_CLOEXEC, 3);
		if (fd < 0 && !r->name)
			fd = -errno;
		rc = fd < 0 ? fd : write_to(r, rec, fd);
		if (fd >= 0 && rc && r->name)
			unlinkat(r->dir, r->name, 0);
	}
	rec_free(rec);
	return rc;
}

static void discard(struct record *r)
{
	if (r->dir >= 0)
		close(r->dir);
	free(r->name);
	rec_free(r->rec);
	free(r);
}

static int record_free(struct tscal_platform *p)
{
	struct record *r = record_of(p);
	int rc = write_out(r);

	discard(r);
	return rc;
}

static const struct plat_ops record_ops = {
	.size = sizeof(struct plat_ops),
	.name = "record",
	.cpuid = record_cpuid,
	.xen_cpuid = record_xen_cpuid,
	.rdmsr = record_rdmsr,
	.read_file = record_read_file,
	.adjtimex = record_adjtimex,
	.page = record_page,
	.perf_page = record_perf_page,
	.kvm_tsc_khz = record_kvm_tsc_khz,
	.backdoor_hz = record_backdoor_hz,
	.tsc_access = record_tsc_access,
	.counter_open = record_counter_open,
	.burst = record_burst,
	.counter_close = record_counter_close,
	.clock_burst = recording_clock_burst,
	.clock_ns = recording_clock_ns,
	.cpus = record_cpus,
	.pair = record_pair,
	.wait = record_wait,
	.now_ns = record_now_ns,
	.pin = record_pin,
	.unpin = record_unpin,
	.free = record_free,
};

/*
 * Check that the file can be created, and remove it until there is something to
 * write: a run may be interrupted.
 */
static int reserve(struct record *r, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, (size_t)(slash - path) + 1)
			  : strdup(".");
	int fd, rc = 0;

	r->name = strdup(slash ? slash + 1 : path);
	if (!dir || !r->name)
		rc = -ENOMEM;
	if (!rc) {
		r->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		rc = r->dir < 0 ? -errno : 0;
	}
	free(dir);
	if (rc)
		return rc;
	fd = create(r);
	if (fd < 0)
		return fd;
	close(fd);
	return unlinkat(r->dir, r->name, 0) ? -errno : 0;
}

/* Into the file path, or where that is NULL into fd. */
static int record_new(struct tscal_platform *inner, const char *path, int fd,
	bool redact, struct tscal_platform **out)
{
	struct record *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return -ENOMEM;
	r->ops = record_ops;
	r->ops.counters = inner->ops->counters;
	r->plat.ops = &r->ops;
	r->inner = inner;
	r->redact = redact;
	r->dir = -1;
	r->fd = fd;
	r->rec = rec_new();
	rc = !r->rec ? -ENOMEM : path ? reserve(r, path) : 0;
	if (rc) {
		discard(r);
		return rc;
	}
	*out = &r->plat;
	return 0;
}

int tscal_platform_record(struct tscal_platform *inner, const char *path,
	bool redact, struct tscal_platform **out)
{
	return record_new(inner, path, -1, redact, out);
}

int tscal_platform_record_fd(struct tscal_platform *inner, int fd, bool redact,
	struct tscal_platform **out)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	/* Better now than after the run. */
	if ((flags & O_ACCMODE) == O_RDONLY || flags & O_PATH)
		return -EBADF;
	return record_new(inner, NULL, fd, redact, out);
}
