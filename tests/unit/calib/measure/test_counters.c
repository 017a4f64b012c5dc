/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which counters are opened, and why not the others. */
#include <errno.h>
#include <stdio.h>

#include "unit/opening.h"

#define HPET_TABLE "/sys/firmware/acpi/tables/HPET"

static struct measure_space space[PLAT_COUNTER_COUNT + 1];

TestSuite(counters, .init = init_counters);

static size_t open_all(void)
{
	forget();
	run.facts.evidence = (struct hv_evidence){0};
	memset(&run.measured.counters, 0, sizeof(run.measured.counters));
	(void)sources_wanted(run.opts.only, &run.wanted_counters);
	return counters_open(
		&(struct counters_wanted){
			.plat = run.plat,
			.opts = &run.opts,
			.counters = run.wanted_counters,
			.pit_by_name = run.opts.flags & TSCAL_OPT_PIT ||
				       run.opts.only & ONLY(PIT),
			.facts = &run.facts,
			.deadline_ns = run.deadline_ns,
			.raw_alone = run.measured.quick,
		},
		&run.measured.counters, space);
}

static int survey(enum plat_counter_id id)
{
	for (size_t i = 0; i < N_HARDWARE; i++)
		if (hardware[i].id == id)
			would(hardware[i].source);
	cr_expect(not(zero(sz, strlen(est.line.sentence))));
	return (int)est.line.status;
}

/* It is not opened, and its source and the survey state this reason. */
static void refused(const struct hardware *h, enum tscal_status status,
	const char *sentence)
{
	open_all();
	cr_expect(zero(uint, opened[h->id]), "%s", sentence);
	cr_expect(eq(int, STATUS(h->source), status), "%s", est.line.sentence);
	sentence_has(sentence);
	cr_expect(zero(dbl, est.line.hz));
	forget();
	cr_expect(eq(int, survey(h->id), status), "%s", est.line.sentence);
	sentence_has(sentence);
	cr_expect(zero(uint, total(opened)));
}

Test(counters, all_that_are_there_are_opened_but_the_pit)
{
	cr_assert(eq(sz, open_all(), 4));
	cr_assert(eq(uint, total(opened), 4));
	cr_assert(eq(ptr, space[0].m, &run.measured.counters.raw));
	for (size_t i = 0; i < N_HARDWARE; i++)
		cr_expect(eq(
			uint, opened[hardware[i].id], hardware[i].id != PIT));
	cr_expect(zero(uint, total(closed)));
	/* The platform gets the port and the FADT's width, and verifies:
	 * no WAET promises that one read is enough. */
	cr_expect(eq(uint, given[PM].number, PORT));
	cr_expect(eq(uint, given[PM].width, 32));
	cr_expect(given[PM].verify);
	cr_expect(eq(uint, run.measured.counters.pm_port, PORT));
	cr_expect(zero(uint, given[HPET].number));
	run.facts.ptp = 5;
	open_all();
	cr_expect(eq(uint, given[PHC].number, 5));
}

Test(counters, realtime_needs_ntp_and_a_budget)
{
	run.opts.budget_ms = NTP_BUDGET_MS - 1;
	open_all();
	cr_expect(zero(uint, opened[REALTIME]));
	run.opts.budget_ms = NTP_BUDGET_MS;
	cr_assert(eq(sz, open_all(), 5));
	cr_expect(eq(uint, opened[REALTIME], 1));
	cr_expect(eq(u64, run.measured.counters.timer[REALTIME].least_ns,
		1000000000));
	run.facts.timex.status = STA_UNSYNC;
	open_all();
	cr_expect(zero(uint, opened[REALTIME]));
	run.facts.timex.status = 0;
	run.facts.timex_rc = -EPERM;
	open_all();
	cr_expect(zero(uint, opened[REALTIME]));
}

/* An HPET that the kernel has switched off may stop in deep sleep; opening
 * /dev/hpet would set it counting. */
Test(counters, an_hpet_that_the_kernel_does_without_is_never_opened)
{
	static const char *const lists[] = {
		"tsc acpi_pm", "", "tsc hpet2", "xhpet acpi_pm"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		strcpy(run.facts.available, lists[i]);
		sim.n_files = 1; /* the FADT */
		refused(&hardware[0], TSCAL_STATUS_ABSENT,
			"ACPI names no HPET");
		sim_add_bytes(&sim, HPET_TABLE, "HPET\70\0\0\0", 8);
		refused(&hardware[0], TSCAL_STATUS_SKIPPED,
			"the kernel has switched it off");
		/* There is one, though we may not read it. */
		sim.n_files = 1;
		sim_add_file_error(&sim, HPET_TABLE, -EACCES);
		refused(&hardware[0], TSCAL_STATUS_SKIPPED,
			"the kernel has switched it off");
	}
	cr_assert(eq(sz, open_all(), 3), "the others are");
}

Test(counters, an_hpet_is_left_alone_where_clocksources_are_out_of_sight)
{
	run.facts.clocksource_visible = false;
	run.facts.available[0] = '\0';
	refused(&hardware[0], TSCAL_STATUS_SKIPPED, "not visible");
}

struct trouble {
	int rc;
	enum tscal_status status;
	const char *sentence;
};

static const struct trouble fadts[] = {
	{-ENOENT, TSCAL_STATUS_ABSENT, "has no ACPI FADT"},
	{-EACCES, TSCAL_STATUS_DENIED, "no permission for ACPI's FADT"},
	{-EPERM, TSCAL_STATUS_DENIED, "no permission for ACPI's FADT"},
	{-ENODATA, TSCAL_STATUS_ABSENT, "not in the recording"},
	{-EIO, TSCAL_STATUS_ERROR, "cannot be read (error 5)"},
};

Test(counters, a_pm_timer_of_an_unknown_port_is_not_opened)
{
	for (size_t i = 0; i < sizeof(fadts) / sizeof(*fadts); i++) {
		sim.n_files = 0;
		sim_add_file_error(&sim, FACP, fadts[i].rc);
		refused(&hardware[1], fadts[i].status, fadts[i].sentence);
	}
	sim.n_files = 0;
	sim_add_bytes(&sim, FACP, fadt.bytes, fadt.size - 1);
	refused(&hardware[1], TSCAL_STATUS_ERROR, "cut off");
	fadt = fadt_of(&(struct fadt){1, HW_REDUCED, PORT, 4, 0, 0});
	sim.n_files = 0;
	sim_add_bytes(&sim, FACP, fadt.bytes, fadt.size);
	refused(&hardware[1], TSCAL_STATUS_ABSENT, "hardware-reduced");
}

Test(counters, no_ptp_clock_is_opened_where_none_was_found)
{
	run.facts.ptp = -1;
	refused(&hardware[3], TSCAL_STATUS_ABSENT, "no PTP clock");
}

static const struct trouble errors[] = {
	{-ENOENT, TSCAL_STATUS_ABSENT, "not on this machine"},
	{-EACCES, TSCAL_STATUS_DENIED, "no permission for "},
	{-EPERM, TSCAL_STATUS_DENIED, "no permission for "},
	{-EOPNOTSUPP, TSCAL_STATUS_SKIPPED, "not asked to use "},
	{-EFAULT, TSCAL_STATUS_DENIED, "faults"},
	{-ETIMEDOUT, TSCAL_STATUS_UNSTABLE, "did not answer in time"},
	{-ENODEV, TSCAL_STATUS_STUCK, "does not count"},
	{-EBUSY, TSCAL_STATUS_SKIPPED, "another program uses "},
	{-ERANGE, TSCAL_STATUS_ERROR, "impossible frequency"},
	{-ECHILD, TSCAL_STATUS_ERROR, "was killed"},
	{-ENODATA, TSCAL_STATUS_ABSENT, "not in the recording"},
	{-EIO, TSCAL_STATUS_ERROR, "(EIO: input/output error)"},
	{-ENOMEM, TSCAL_STATUS_ERROR, "(ENOMEM: out of memory)"},
};

Test(counters, what_opening_them_may_fail_by)
{
	run.opts.flags = TSCAL_OPT_PIT;
	for (size_t i = 0; i < N_HARDWARE; i++)
		for (size_t k = 0; k < sizeof(errors) / sizeof(*errors); k++) {
			const struct hardware *h = &hardware[i];
			const struct trouble *t = &errors[k];

			sim.counters[h->id].open_error = t->rc;
			cr_expect(eq(sz, open_all(), 4));
			cr_expect(eq(uint, opened[h->id], 1));
			cr_expect(eq(int, STATUS(h->source), t->status),
				"%s, %d: %s", est.line.name, t->rc,
				est.line.sentence);
			sentence_has(t->sentence);
			cr_expect(zero(dbl, est.line.hz));
			cr_expect(zero(u32, est.line.roots));
			sim.counters[h->id].open_error = 0;
		}
}

/* A platform without a counter gives the reason itself. */
Test(counters, what_a_platform_is_not_asked_to_open)
{
	/* How each is opened. */
	static const char *const vias[] = {"/dev/hpet (--probe devices)",
		"I/O ports (--probe ports)", "I/O ports (--probe ports)",
		"/dev/ptp0 (--probe devices)"};

	ops.counters = 0;
	run.opts.flags = TSCAL_OPT_PIT;
	for (size_t i = 0; i < N_HARDWARE; i++) {
		sim.counters[hardware[i].id].open_error = -EOPNOTSUPP;
		cr_expect(eq(sz, open_all(), 1));
		cr_expect(eq(
			int, STATUS(hardware[i].source), TSCAL_STATUS_SKIPPED));
		sentence_has("not asked to use ");
		sentence_has(vias[i]);
		cr_expect(
			eq(int, survey(hardware[i].id), TSCAL_STATUS_SKIPPED));
		sentence_has("not asked to use ");
		sentence_has(vias[i]);
	}
}

/* The PIT --------------------------------------------------------------- */

struct pit {
	uint64_t only;
	int hpet, pm; /* their open_error */
	bool asked, opened;
};

static const struct pit pits[] = {
	{0, 0, 0, false, false},
	{0, 0, 0, true, true},
	{0, -EACCES, 0, false, false},
	{0, 0, -ENODEV, false, false},
	{0, -EACCES, -EACCES, false, true},
	{0, -EACCES, -EACCES, true, true},
	/* The others are not wanted, so they do not replace it. */
	{ONLY(PIT), 0, 0, false, true},
	/* To name it is to ask for it. */
	{ONLY(PIT) | ONLY(HPET), 0, 0, false, true},
	{ONLY(PIT) | ONLY(HPET), -ENOENT, 0, false, true},
	{ONLY(PIT) | ONLY(ACPI_PM), 0, 0, false, true},
	{ONLY(PIT) | ONLY(HPET), 0, 0, true, true},
	{ONLY(PHC) | ONLY(HPET), -ENOENT, 0, true, false},
};

Test(counters, the_pit_is_touched_if_asked_for_or_if_nothing_else_is_there)
{
	for (size_t i = 0; i < sizeof(pits) / sizeof(*pits); i++) {
		const struct pit *p = &pits[i];

		sim.counters[HPET].open_error = p->hpet;
		sim.counters[PM].open_error = p->pm;
		run.opts.only = p->only;
		run.opts.flags = p->asked ? TSCAL_OPT_PIT : 0;
		open_all();
		cr_expect(eq(uint, opened[PIT], p->opened), "%zu", i);
		if (p->opened || (p->only && !(p->only & ONLY(PIT))))
			continue;
		cr_expect(
			eq(int, STATUS(TSCAL_SOURCE_PIT), TSCAL_STATUS_SKIPPED),
			"%zu", i);
		sentence_has("--pit");
		sentence_has("another timer");
	}
}

Test(counters, a_survey_of_the_pit_states_when_it_would_be_touched)
{
	cr_expect(eq(int, survey(PIT), TSCAL_STATUS_READY));
	sentence_has("if no other timer can be read");
	sentence_has("--pit");
	run.opts.flags = TSCAL_OPT_PIT;
	cr_expect(eq(int, survey(PIT), TSCAL_STATUS_READY));
	sentence_has("would measure for 10 ms");
	cr_expect(zero(uint, total(opened)));
}

/* Masks and promises ----------------------------------------------------- */

Test(counters, only_those_that_are_named_are_opened)
{
	run.opts.flags = TSCAL_OPT_PIT;
	run.opts.budget_ms = NTP_BUDGET_MS;
	for (unsigned mask = 1; mask < 32; mask++) {
		unsigned n = 1 + mask / 16;

		run.opts.only = mask & 16 ? ONLY(NTP) : ONLY(CPUID_15);
		for (size_t i = 0; i < N_HARDWARE; i++)
			if (mask >> i & 1) {
				run.opts.only |= UINT64_C(1)
						 << hardware[i].source;
				n++;
			}
		cr_expect(eq(sz, open_all(), n), "%u", mask);
		cr_expect(eq(uint, opened[REALTIME], mask / 16), "%u", mask);
		for (size_t i = 0; i < N_HARDWARE; i++)
			cr_expect(
				eq(uint, opened[hardware[i].id], mask >> i & 1),
				"%u", mask);
	}
}

Test(counters, a_quick_measurement_opens_the_clock_alone)
{
	run.measured.quick = true;
	run.opts.flags = TSCAL_OPT_NO_MEASURE;
	cr_assert(eq(sz, open_all(), 1));
	cr_assert(eq(uint, opened[RAW], 1));
	cr_assert(eq(uint, total(opened), 1));
	for (size_t i = 0; i < N_HARDWARE; i++) {
		cr_expect(eq(
			int, STATUS(hardware[i].source), TSCAL_STATUS_SKIPPED));
		sentence_has("measuring is switched off");
		cr_expect(
			eq(int, survey(hardware[i].id), TSCAL_STATUS_SKIPPED));
	}
}

/* Room is made for what a platform promised; another that opens all the same
 * has none, and is closed again. */
Test(counters, a_platform_that_opens_more_than_it_promised)
{
	static const uint32_t budgets_ms[] = {50, NTP_BUDGET_MS};
	uint8_t before[64];

	run.opts.flags = TSCAL_OPT_PIT;
	for (uint32_t mask = 0; mask < 1 << PLAT_COUNTER_COUNT; mask++)
		for (size_t i = 0; i < 2; i++) {
			size_t room, n;

			ops.counters = mask | 0x80000000;
			run.opts.budget_ms = budgets_ms[i];
			room = counters_most(&sim.plat, budgets_ms[i]);
			cr_assert(eq(sz, room,
				1 + i +
					(size_t)__builtin_popcount(
						mask >> HPET)));
			memset(&space[room], 0xa5, sizeof(space[room]));
			memcpy(before, &space[room], sizeof(before));
			n = open_all();
			cr_assert(eq(sz, n, room), "0x%x", mask);
			cr_assert(eq(sz, total(opened) - total(closed), n),
				"0x%x", mask);
			cr_assert(zero(int, memcmp(before, &space[room],
						    sizeof(before))),
				"0x%x", mask);
		}
	ops.counters = 0;
	run.opts.budget_ms = 50;
	open_all();
	for (size_t i = 0; i < N_HARDWARE; i++) {
		cr_expect(eq(uint, closed[hardware[i].id], 1), "%zu", i);
		cr_expect(eq(
			int, STATUS(hardware[i].source), TSCAL_STATUS_SKIPPED));
	}
}
