/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A platform that answers what was recorded, and -ENODATA to everything else.
 * Its time does not advance, so that a replay gives the same report each time
 * and within any budget.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tscal/calibrate.h>

#include "plat/recording/recording.h"
#include "plat/text.h"

struct replay {
	struct tscal_platform plat;
	struct plat_ops ops; /* opens the counters that the machine opened */
	struct recording *rec;
	uint64_t n_adjtimex; /* how often it was called */
	/* Bursts taken: burst k of a counter is the k-th that was recorded,
	 * whatever bursts of other counters are between. */
	uint32_t n_bursts[PLAT_COUNTER_COUNT];
};

static struct replay *replay_of(struct tscal_platform *p)
{
	return (struct replay *)p;
}

/* The bytes of an answer, at most size; returns how many, or -errno. */
static int bytes_of(const struct rec_answer *a, void *out, size_t size)
{
	if (!a)
		return -ENODATA;
	if (a->rc)
		return a->rc;
	if (size > a->size)
		size = a->size;
	memcpy(out, a->data, size);
	return (int)size;
}

/* The same for an answer of fixed size; returns 0 or -errno. */
static int value_of(struct tscal_platform *p, enum rec_kind kind, uint64_t id,
	void *out, size_t size)
{
	struct rec_key key = {.kind = kind, .id = id};
	int rc = bytes_of(rec_find(replay_of(p)->rec, &key), out, size);

	return rc < 0 ? rc : 0;
}

static int replay_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	int rc = bytes_of(rec_find_cpuid(replay_of(p)->rec, leaf, subleaf), out,
		sizeof(*out));

	return rc < 0 ? rc : 0;
}

static int replay_xen_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	return value_of(
		p, REC_XEN_CPUID, REC_ID(leaf, subleaf), out, sizeof(*out));
}

static int replay_rdmsr(
	struct tscal_platform *p, unsigned cpu, uint32_t msr, uint64_t *value)
{
	return value_of(p, REC_MSR, REC_ID(cpu, msr), value, sizeof(*value));
}

static int replay_read_file(
	struct tscal_platform *p, const char *path, void *buf, size_t size)
{
	struct rec_key key = {.kind = REC_FILE, .path = path};

	return bytes_of(rec_find(replay_of(p)->rec, &key), buf, size);
}

static int replay_adjtimex(struct tscal_platform *p, struct plat_timex *out)
{
	struct replay *r = replay_of(p);
	int rc = value_of(p, REC_ADJTIMEX, r->n_adjtimex, out, sizeof(*out));

	/* The last answer repeats. */
	if (rc == -ENODATA && r->n_adjtimex)
		return value_of(
			p, REC_ADJTIMEX, r->n_adjtimex - 1, out, sizeof(*out));
	if (rc != -ENODATA)
		r->n_adjtimex++;
	return rc;
}

static int replay_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	struct rec_key key = {.kind = REC_PAGE, .id = REC_ID(which, index)};
	const struct rec_answer *a = rec_find(replay_of(p)->rec, &key);

	if (!a)
		return -ENODATA;
	if (!a->rc)
		rec_page_fill(a->data, a->size, buf);
	return a->rc;
}

static int replay_perf_page(
	struct tscal_platform *p, struct plat_perf_page *out)
{
	return value_of(p, REC_PERF_PAGE, 0, out, sizeof(*out));
}

static int replay_kvm_tsc_khz(struct tscal_platform *p, uint32_t *khz)
{
	return value_of(p, REC_KVM_KHZ, 0, khz, sizeof(*khz));
}

static int replay_backdoor_hz(
	struct tscal_platform *p, enum plat_backdoor how, uint64_t *hz)
{
	return value_of(p, REC_BACKDOOR, (uint64_t)how, hz, sizeof(*hz));
}

static int replay_tsc_access(
	struct tscal_platform *p, enum plat_tsc_access *out)
{
	return value_of(p, REC_TSC_ACCESS, 0, out, sizeof(*out));
}

static int replay_counter_open(struct tscal_platform *p,
	enum plat_counter_id id, const struct plat_where *where,
	struct plat_counter *out)
{
	(void)where;
	return value_of(p, REC_COUNTER, (uint64_t)id, out, sizeof(*out));
}

static int replay_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, const struct plat_until *until)
{
	struct replay *r = replay_of(p);
	struct rec_key key = {.kind = REC_SAMPLES};
	int n;

	if ((unsigned)id >= PLAT_COUNTER_COUNT)
		return -ENODATA;
	key.id = REC_ID(id, r->n_bursts[id]);
	n = bytes_of(rec_find(r->rec, &key), buf, until->reads * sizeof(*buf));
	if (n == -ENODATA)
		return n;
	r->n_bursts[id]++;
	return n < 0 ? n : n / (int)sizeof(*buf);
}

static void replay_counter_close(
	struct tscal_platform *p, enum plat_counter_id id)
{
	(void)p, (void)id;
}

static int replay_cpus(struct tscal_platform *p, uint32_t *cpu, size_t max)
{
	struct rec_key key = {.kind = REC_CPUS};
	const struct rec_answer *a = rec_find(replay_of(p)->rec, &key);
	size_t n = a ? a->size / sizeof(*cpu) : 0;

	if (!a || a->rc)
		return a ? a->rc : -ENODATA;
	memcpy(cpu, a->data, (n < max ? n : max) * sizeof(*cpu));
	return (int)n;
}

/* Which CPU could not be used is not recorded: the one that is compared with
 * the reference. */
static int replay_pair(struct tscal_platform *p, unsigned a, unsigned b,
	const struct plat_pair_until *until, struct plat_pair *out)
{
	int rc = value_of(p, REC_PAIR, REC_ID(a, b), out, sizeof(*out));

	(void)until;
	if (rc)
		*out = (struct plat_pair){.lost = b};
	return rc;
}

static void replay_wait(struct tscal_platform *p, uint64_t ns, bool spin)
{
	(void)p, (void)ns, (void)spin;
}

static uint64_t replay_now_ns(struct tscal_platform *p)
{
	(void)p;
	return 0;
}

static int replay_free(struct tscal_platform *p)
{
	rec_free(replay_of(p)->rec);
	free(p);
	return 0;
}

int recording_clock_burst(struct tscal_platform *p, int clock_id,
	struct plat_sample *buf, const struct plat_until *until)
{
	(void)p, (void)clock_id, (void)buf, (void)until;
	return -EOPNOTSUPP;
}

int recording_clock_ns(
	struct tscal_platform *p, int clock_id, bool system_call, int64_t *ns)
{
	(void)p, (void)clock_id, (void)system_call, (void)ns;
	return -EOPNOTSUPP;
}

static const struct plat_ops replay_ops = {
	.size = sizeof(struct plat_ops),
	.name = "replay",
	.cpuid = replay_cpuid,
	.xen_cpuid = replay_xen_cpuid,
	.rdmsr = replay_rdmsr,
	.read_file = replay_read_file,
	.adjtimex = replay_adjtimex,
	.page = replay_page,
	.perf_page = replay_perf_page,
	.kvm_tsc_khz = replay_kvm_tsc_khz,
	.backdoor_hz = replay_backdoor_hz,
	.tsc_access = replay_tsc_access,
	.counter_open = replay_counter_open,
	.burst = replay_burst,
	.counter_close = replay_counter_close,
	.clock_burst = recording_clock_burst,
	.clock_ns = recording_clock_ns,
	.cpus = replay_cpus,
	.pair = replay_pair,
	.wait = replay_wait,
	.now_ns = replay_now_ns,
	.free = replay_free,
};

/* All counters but those that the machine did not open by choice. */
static uint32_t counters_of(const struct recording *rec)
{
	uint32_t counters = UINT32_MAX;

	for (unsigned id = 0; id < PLAT_COUNTER_COUNT; id++) {
		struct rec_key key = {.kind = REC_COUNTER, .id = id};
		const struct rec_answer *a = rec_find(rec, &key);

		if (a && a->rc == -EOPNOTSUPP)
			counters &= ~PLAT_COUNTER_BIT(id);
	}
	return counters;
}

int replay_new(struct recording *rec, struct tscal_platform **out)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->ops = replay_ops;
	r->ops.counters = counters_of(rec);
	r->plat.ops = &r->ops;
	r->rec = rec;
	*out = &r->plat;
	return 0;
}

int tscal_platform_replay(const char *path, struct tscal_platform **out,
	char *err, size_t err_size)
{
	struct recording *rec;
	int rc = rec_load(path, &rec, err, err_size);

	if (rc)
		return rc;
	rc = replay_new(rec, out);
	if (rc) {
		rec_free(rec);
		if (err_size)
			text_printf(err, err_size, "out of memory");
	}
	return rc;
}
