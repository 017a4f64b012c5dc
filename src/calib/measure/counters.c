/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure/counters.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hv/acpi.h"
#include "calib/measure/reads.h"
#include "calib/source/source.h"
#include "plat/text.h"

/* Opened by every platform: the rest stands in its way of being passive. */
#define PASSIVE                                                                \
	(PLAT_COUNTER_BIT(PLAT_COUNTER_RDTSC) |                                \
		PLAT_COUNTER_BIT(PLAT_COUNTER_CLOCK_RAW) |                     \
		PLAT_COUNTER_BIT(PLAT_COUNTER_REALTIME))

size_t counters_of(const struct tscal_platform *plat, uint32_t budget_ms)
{
	uint32_t all = PLAT_COUNTER_BIT(PLAT_COUNTER_COUNT) - 1;
	int hardware = __builtin_popcount(plat->ops->counters & all & ~PASSIVE);

	return (size_t)(1 + (budget_ms >= NTP_BUDGET_MS) + hardware);
}

/* A counter that cannot be had without a device, for people. */
struct hardware {
	const char *what, *via;
	uint32_t root; /* on bare metal */
};
static const struct hardware hardware[PLAT_COUNTER_COUNT] = {
	[PLAT_COUNTER_HPET] = {"HPET", "/dev/hpet", TSCAL_ROOT_HPET},
	[PLAT_COUNTER_ACPI_PM] = {"ACPI PM timer", "I/O ports", TSCAL_ROOT_PM},
	[PLAT_COUNTER_PIT] = {"PIT", "I/O ports", TSCAL_ROOT_PIT},
	[PLAT_COUNTER_PHC] = {"PTP clock", "/dev/ptpN", TSCAL_ROOT_UNKNOWN},
};

/*
 * /dev/hpet is there also where the kernel has switched the timer off, and sets
 * it counting again.  Linux takes it off its list by nohpet, where it stops in
 * deep sleep (hpet_is_pc10_damaged()), or when its watchdog found it wrong.
 */
static bool find_hpet(const struct run *run, struct measured *m)
{
	const struct facts *f = &run->facts;
	uint8_t byte;

	if (!f->clocksource_visible) {
		measure_outcome(m, TSCAL_STATUS_SKIPPED,
			"whether the kernel has switched it off cannot be "
			"seen: its clocksources are out of sight");
		return false;
	}
	if (text_has_word(f->available, "hpet"))
		return true;
	if (run->plat->ops->read_file(run->plat,
		    "/sys/firmware/acpi/tables/HPET", &byte, 1) == -ENOENT)
		measure_outcome(m, TSCAL_STATUS_ABSENT,
			"ACPI names no HPET, and the kernel has none");
	else
		measure_outcome(m, TSCAL_STATUS_SKIPPED,
			"the kernel has switched it off (it is not among its "
			"clocksources): it may stop in deep sleep");
	return false;
}

static bool find_acpi_pm(
	struct run *run, struct measured *m, struct plat_where *where)
{
	struct acpi_fadt *fadt = &run->facts.evidence.fadt;
	int rc = acpi_find_pm_timer(run->plat, fadt, where);

	switch (rc) {
	case 0:
		return true;
	case -EACCES:
	case -EPERM:
		measure_outcome(m, TSCAL_STATUS_DENIED,
			"no permission for ACPI's FADT, which says where it "
			"is");
		break;
	case -ENODATA:
		measure_errno(m, rc);
		break;
	case -ENOENT:
		measure_outcome(m, TSCAL_STATUS_ABSENT, "%s", fadt->why);
		break;
	default:
		measure_outcome(m, TSCAL_STATUS_ERROR, "%s", fadt->why);
	}
	return false;
}

static bool find_phc(
	const struct run *run, struct measured *m, struct plat_where *where)
{
	*where = (struct plat_where){.number = (unsigned)run->facts.ptp};
	if (run->facts.ptp < 0)
		measure_outcome(m, TSCAL_STATUS_ABSENT, "no PTP clock here");
	return run->facts.ptp >= 0;
}

/* Where a counter is, if it may be opened; else m says why not.  Touches
 * nothing. */
static bool find(struct run *run, enum plat_counter_id id, struct measured *m,
	struct plat_where *where)
{
	*where = (struct plat_where){0};
	switch (id) {
	case PLAT_COUNTER_HPET:
		return find_hpet(run, m);
	case PLAT_COUNTER_ACPI_PM:
		return find_acpi_pm(run, m, where);
	case PLAT_COUNTER_PHC:
		return find_phc(run, m, where);
	default:
		return true;
	}
}

/* Counters opened so far. */
struct opening {
	struct run *run;
	struct measure_space *space;
	size_t n, room;
	uint64_t opened_by_ns; /* later, none is opened any more */
};

/* Open it; 0 or -errno, as m then says. */
static int open_one(
	struct opening *o, struct measured *m, const struct plat_where *where)
{
	const struct plat_ops *ops = o->run->plat->ops;
	int rc;

	if (o->n < o->room) {
		rc = measure_open(o->run->plat, m, where, &o->space[o->n]);
		o->n += !rc;
		return rc;
	}
	/* A counter that the platform does not have: it says so itself. */
	m->rc = ops->counter_open(o->run->plat, m->id, where, &m->counter);
	if (!m->rc) {
		ops->counter_close(o->run->plat, m->id);
		m->rc = -EOPNOTSUPP;
	}
	measure_errno(m, m->rc);
	return m->rc;
}

/* Whether it is open: if its source is wanted, it is there, and may be read. */
static bool open_hardware(
	struct opening *o, enum tscal_source source, enum plat_counter_id id)
{
	struct measured *m = &o->run->timer[id];
	struct plat_where where;

	*m = (struct measured){.id = id, .status = TSCAL_STATUS_SKIPPED};
	if (!source_wanted(o->run, source))
		return false;
	/* A platform that does not have it says so, and a recording holds it.
	 */
	if (!(o->run->plat->ops->counters & PLAT_COUNTER_BIT(id)))
		return !open_one(o, m, NULL);
	if (!find(o->run, id, m, &where))
		return false;
	/* Starting a process takes the longer the more memory the program has.
	 */
	if (o->run->plat->ops->now_ns(o->run->plat) >= o->opened_by_ns) {
		measure_outcome(m, TSCAL_STATUS_SKIPPED,
			"opening the others took twice the budget");
		return false;
	}
	if (open_one(o, m, &where))
		return false;
	if (id == PLAT_COUNTER_ACPI_PM)
		o->run->pm_port = where.number;
	return true;
}

static void open_realtime(struct opening *o)
{
	const struct facts *f = &o->run->facts;
	struct measured *m = &o->run->timer[PLAT_COUNTER_REALTIME];

	*m = (struct measured){.id = PLAT_COUNTER_REALTIME,
		.least_ns = NTP_WINDOW_MS * UINT64_C(1000000)};
	/* Else the source says why not. */
	if (source_wanted(o->run, TSCAL_SOURCE_NTP) && !f->timex_rc &&
		!ntp_unfit(&f->timex) &&
		o->run->opts.budget_ms >= NTP_BUDGET_MS)
		open_one(o, m, NULL);
}

/* It has to be set counting, and a sound would be cut off: so not where another
 * timer does. */
static void open_pit(struct opening *o, bool others)
{
	bool never = !(o->run->plat->ops->counters &
		       PLAT_COUNTER_BIT(PLAT_COUNTER_PIT));
	bool asked = o->run->opts.flags & TSCAL_OPT_PIT ||
		     o->run->opts.only & UINT64_C(1) << TSCAL_SOURCE_PIT;

	if (!others || never || asked)
		open_hardware(o, TSCAL_SOURCE_PIT, PLAT_COUNTER_PIT);
	else
		measure_outcome(&o->run->timer[PLAT_COUNTER_PIT],
			TSCAL_STATUS_SKIPPED,
			"left alone unless asked for (--pit): another timer "
			"can be read");
}

size_t counters_open(struct run *run, struct measure_space *space)
{
	struct opening o = {.run = run,
		.space = space,
		.room = counters_of(run->plat, run->opts.budget_ms),
		.opened_by_ns = run->deadline_ns +
				run->opts.budget_ms * UINT64_C(1000000)};
	bool others;

	run->raw = (struct measured){.id = PLAT_COUNTER_CLOCK_RAW};
	open_one(&o, &run->raw, NULL);
	/* A glance is too short for all others. */
	if (run->raw_glance)
		return o.n;
	open_realtime(&o);
	others = open_hardware(&o, TSCAL_SOURCE_HPET, PLAT_COUNTER_HPET);
	others |= open_hardware(&o, TSCAL_SOURCE_ACPI_PM, PLAT_COUNTER_ACPI_PM);
	open_pit(&o, others);
	open_hardware(&o, TSCAL_SOURCE_PHC, PLAT_COUNTER_PHC);
	return o.n;
}

/* What keeps a counter of this kind from being opened; false if nothing does.
 */
static bool not_opened(struct estimate *est, const struct measured *m,
	const struct hardware *h)
{
	switch (m->rc) {
	case -ENOENT:
		est_errno(est, m->rc, h->what);
		return true;
	case -EACCES:
	case -EPERM:
	case -EOPNOTSUPP:
		est_errno(est, m->rc, h->via);
		return true;
	default:
		return false;
	}
}

void counters_survey(
	struct run *run, struct estimate *est, enum plat_counter_id id)
{
	struct measured m = {.id = id, .rc = -EOPNOTSUPP};
	struct plat_where where;

	est_would_measure(run, est);
	if (est->line.status != TSCAL_STATUS_READY)
		return;
	if (!(run->plat->ops->counters & PLAT_COUNTER_BIT(id)))
		not_opened(est, &m, &hardware[id]);
	else if (!find(run, id, &m, &where))
		est_say(est, m.status, "%s", m.sentence);
	else if (id == PLAT_COUNTER_PIT && !(run->opts.flags & TSCAL_OPT_PIT))
		est_say(est, TSCAL_STATUS_READY,
			"would measure if no other timer can be read, or if "
			"asked for (--pit)");
}

bool counters_ask(
	struct run *run, struct estimate *est, enum plat_counter_id id)
{
	const struct measured *m = &run->timer[id];
	bool guest = run->kernel.guest;

	if (run->raw_glance || run->no_window) {
		est_would_measure(run, est);
		return false;
	}
	if (not_opened(est, m, &hardware[id]))
		return false;
	if (m->status != TSCAL_STATUS_READY) {
		est_say(est, m->status, "%s", m->sentence);
		return false;
	}
	est->by_host_clock = guest;
	est_number(est, m->hz, m->lo, m->hi,
		guest ? TSCAL_ROOT_HV : hardware[id].root, "%s%s", m->sentence,
		guest ? "; emulated by the host, by its clock" : "");
	est->line.ms = m->ms;
	return est->line.status == TSCAL_STATUS_READY;
}

/* Reads of these take about 1 us in hardware (a bus or two away), and 5 us to
 * 20 us and more where an exit to a hypervisor's process is behind them. */
#define EMULATED_READ_NS 5000.0

static bool reads_like_emulated(
	struct run *run, enum plat_counter_id id, const char *name)
{
	const struct measured *m = &run->timer[id];

	if (m->status != TSCAL_STATUS_READY || m->read_ns < EMULATED_READ_NS)
		return false;
	snprintf(run->timer_sign, sizeof(run->timer_sign),
		"A read of the %s takes %.0f us, as of an emulated one", name,
		m->read_ns / 1e3);
	return true;
}

void counters_sign(struct run *run)
{
	const struct measured *hpet = &run->timer[PLAT_COUNTER_HPET];

	if (run->hv.present || run->facts.virtual_sign[0])
		return;
	/* QEMU's: HPET_CLK_PERIOD is 10 ns (include/hw/timer/hpet.h), which no
	 * crystal of a chipset makes. */
	if (hpet->status == TSCAL_STATUS_READY &&
		hpet->counter.num == hpet->counter.den * 100000000)
		snprintf(run->timer_sign, sizeof(run->timer_sign),
			"The HPET's period is exactly 10 ns, as QEMU's is");
	else if (!reads_like_emulated(run, PLAT_COUNTER_HPET, "HPET"))
		reads_like_emulated(run, PLAT_COUNTER_ACPI_PM, "ACPI PM timer");
}
