/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure/counters.h"

#include <errno.h>

#include "calib/facts/ntp.h"
#include "hv/clocksource.h"
#include "plat/text.h"

/* Counters that a passive platform opens. */
#define PASSIVE                                                                \
	(PLAT_COUNTER_BIT(PLAT_COUNTER_RDTSC) |                                \
		PLAT_COUNTER_BIT(PLAT_COUNTER_CLOCK_RAW) |                     \
		PLAT_COUNTER_BIT(PLAT_COUNTER_REALTIME))

size_t counters_most(const struct tscal_platform *plat, uint32_t budget_ms)
{
	uint32_t all = PLAT_COUNTER_BIT(PLAT_COUNTER_COUNT) - 1;
	int hardware = __builtin_popcount(plat->ops->counters & all & ~PASSIVE);

	return (size_t)(1 + (budget_ms >= NTP_BUDGET_MS) + hardware);
}

/*
 * /dev/hpet exists even if the kernel has switched the timer off; opening it
 * starts the timer again.  Linux removes it from its list on nohpet, if it
 * stops in deep sleep (hpet_is_pc10_damaged()), or if the watchdog found it
 * wrong.
 */
static bool find_hpet(const struct counters_wanted *w, struct outcome *out)
{
	const struct facts *f = w->facts;
	uint8_t byte;

	if (f->clocksource_rc == -ENODATA) {
		outcome_errno(
			out, f->clocksource_rc, "the list of clocksources");
		return false;
	}
	if (!f->clocksource_visible) {
		outcome_set(out, TSCAL_STATUS_SKIPPED,
			"its clocksources are not visible, so the kernel may "
			"have switched it off");
		return false;
	}
	if (text_has_word(f->available, CLOCKSOURCE_HPET))
		return true;
	if (w->plat->ops->read_file(w->plat, "/sys/firmware/acpi/tables/HPET",
		    &byte, 1) == -ENOENT)
		outcome_set(out, TSCAL_STATUS_ABSENT,
			"ACPI names no HPET, and the kernel has none");
	else
		outcome_set(out, TSCAL_STATUS_SKIPPED,
			"the kernel has switched it off (it is not among its "
			"clocksources): it may stop in deep sleep");
	return false;
}

static bool find_acpi_pm(const struct counters_wanted *w, struct outcome *out,
	struct plat_where *where)
{
	struct acpi_fadt *fadt = &w->facts->evidence.fadt;
	int rc = acpi_find_pm_timer(w->plat, fadt, where);

	switch (rc) {
	case 0:
		return true;
	case -EACCES:
	case -EPERM:
	case -ENODATA:
		outcome_errno(out, rc, "ACPI's FADT");
		break;
	case -ENOENT:
		outcome_set(out, TSCAL_STATUS_ABSENT, "%s", fadt->why);
		break;
	default:
		outcome_set(out, TSCAL_STATUS_ERROR, "%s", fadt->why);
	}
	return false;
}

static bool find_phc(const struct counters_wanted *w, struct outcome *out,
	struct plat_where *where)
{
	*where = (struct plat_where){.number = (unsigned)w->facts->ptp};
	if (w->facts->ptp < 0 && w->facts->ptp_rc)
		outcome_errno(out, w->facts->ptp_rc, "the list of PTP clocks");
	else if (w->facts->ptp < 0)
		outcome_set(out, TSCAL_STATUS_ABSENT, "no PTP clock here");
	return w->facts->ptp >= 0;
}

bool counters_find(const struct counters_wanted *w, enum plat_counter_id id,
	struct outcome *out, struct plat_where *where)
{
	*where = (struct plat_where){0};
	switch (id) {
	case PLAT_COUNTER_HPET:
		return find_hpet(w, out);
	case PLAT_COUNTER_ACPI_PM:
		return find_acpi_pm(w, out, where);
	case PLAT_COUNTER_PHC:
		return find_phc(w, out, where);
	default:
		return true;
	}
}

/* Counters opened so far. */
struct opening {
	const struct counters_wanted *w;
	struct counters *c;
	struct measure_space *space;
	size_t n, room;
	uint64_t opened_by_ns; /* none is opened later */
};

static bool wanted(const struct opening *o, enum plat_counter_id id)
{
	return o->w->counters & PLAT_COUNTER_BIT(id);
}

/* Open it; 0 or -errno, also in m. */
static int open_one(
	struct opening *o, struct measured *m, const struct plat_where *where)
{
	struct tscal_platform *plat = o->w->plat;

	if (o->n < o->room) {
		int rc = measure_open(plat, m, where, &o->space[o->n]);

		o->n += !rc;
		return rc;
	}
	/* A counter that the platform does not have: counter_open() gives the
	 * reason. */
	m->rc = plat->ops->counter_open(plat, m->id, where, &m->counter);
	if (!m->rc) {
		plat->ops->counter_close(plat, m->id);
		m->rc = -EOPNOTSUPP;
	}
	outcome_counter_errno(&m->out, m->rc, m->what);
	return m->rc;
}

static struct measured *skipped(struct opening *o, enum plat_counter_id id)
{
	struct measured *m = &o->c->timer[id];

	*m = (struct measured){.id = id,
		.what = plat_counter_what(id),
		.out.status = TSCAL_STATUS_SKIPPED};
	return m;
}

/* Open it if its source is wanted, it exists and may be read; true if it is
 * open. */
static bool open_hardware(struct opening *o, enum plat_counter_id id)
{
	struct tscal_platform *plat = o->w->plat;
	struct measured *m = skipped(o, id);
	struct plat_where where;

	if (!wanted(o, id))
		return false;
	/* A platform without it gives the reason; a recording may have it. */
	if (!(plat->ops->counters & PLAT_COUNTER_BIT(id)))
		return !open_one(o, m, NULL);
	if (!counters_find(o->w, id, &m->out, &where))
		return false;
	/* Starting a process takes longer the more memory the program has. */
	if (plat->ops->now_ns(plat) >= o->opened_by_ns) {
		outcome_set(&m->out, TSCAL_STATUS_SKIPPED,
			"it was not opened: opening the other devices took "
			"twice the budget");
		return false;
	}
	if (open_one(o, m, &where))
		return false;
	if (id == PLAT_COUNTER_ACPI_PM)
		o->c->pm_port = where.number;
	return true;
}

static void open_realtime(struct opening *o)
{
	const struct facts *f = o->w->facts;
	struct measured *m = skipped(o, PLAT_COUNTER_REALTIME);

	m->least_ns = NTP_WINDOW_MS * UINT64_C(1000000);
	/* Else the source gives the reason. */
	if (wanted(o, PLAT_COUNTER_REALTIME) && !f->timex_rc &&
		!ntp_unfit(&f->timex) && o->w->opts->budget_ms >= NTP_BUDGET_MS)
		open_one(o, m, NULL);
}

/* Opening it starts it and would stop a sound: not done if another timer is
 * open. */
static void open_pit(struct opening *o, bool others)
{
	bool lacking = !(
		o->w->plat->ops->counters & PLAT_COUNTER_BIT(PLAT_COUNTER_PIT));

	if (!others || lacking || o->w->pit_by_name)
		open_hardware(o, PLAT_COUNTER_PIT);
	else
		outcome_set(&skipped(o, PLAT_COUNTER_PIT)->out,
			TSCAL_STATUS_SKIPPED,
			"not used without --pit: another timer can be read");
}

size_t counters_open(const struct counters_wanted *w, struct counters *c,
	struct measure_space *space)
{
	struct opening o = {.w = w,
		.c = c,
		.space = space,
		.room = counters_most(w->plat, w->opts->budget_ms),
		.opened_by_ns = w->deadline_ns +
				w->opts->budget_ms * UINT64_C(1000000)};
	bool others;

	c->raw = (struct measured){.id = PLAT_COUNTER_CLOCK_RAW,
		.what = plat_counter_what(PLAT_COUNTER_CLOCK_RAW)};
	open_one(&o, &c->raw, NULL);
	if (w->raw_alone)
		return o.n;
	open_realtime(&o);
	others = open_hardware(&o, PLAT_COUNTER_HPET);
	others |= open_hardware(&o, PLAT_COUNTER_ACPI_PM);
	open_pit(&o, others);
	open_hardware(&o, PLAT_COUNTER_PHC);
	return o.n;
}
