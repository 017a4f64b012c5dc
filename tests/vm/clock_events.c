/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Running clocks while the kernel's are set, steered, given leap seconds and
 * another clocksource.  Only for a guest of this lab: elsewhere it refuses.
 *
 * Each step prints a line that ends in "kept" or "broken"; what is broken is
 * printed before.  Updates may come late on a busy host: a lapse is allowed
 * everywhere, and nothing is asserted of how long something takes.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <time.h>

#include "clock_watch.h"
#include "in_lab.h"

#define S INT64_C(1000000000)
#define DAY 86400
#define CLOCKSOURCE                                                            \
	"/sys/devices/system/clocksource/clocksource0/current_clocksource"

/* After what was done. */
static void see(const struct want *w)
{
	watch(w);
	report_step();
}

static void set_to(int64_t ns)
{
	struct timespec ts = {ns / S, ns % S};

	if (clock_settime(CLOCK_REALTIME, &ts))
		die("clock_settime");
}

static void adjust(struct timex t)
{
	if (adjtimex(&t) < 0)
		die("adjtimex");
}

static void set_by(const char *name, int64_t ns)
{
	struct want w = {.must = {SET, SET, SET}};

	step = name;
	quiet();
	if (ns < 0) {
		w.must[SLEW] = SLEWING;
		w.may[SLEW] = BOUND;
		w.back[REAL] = w.back[SLEW] = w.back[TAI] = true;
	}
	set_to(system_ns(CLOCK_REALTIME) + ns);
	see(&w);
	/* It works that off for half an hour. */
	if (ns < 0)
		must_begin(SLEW);
}

/* Within 500 ppm it is followed, and no break; beyond it is one.  At 500 ppm
 * exactly it is either. */
static void steer(const char *name, long ppm, long tick, uint32_t must)
{
	uint32_t may = labs(ppm) == 500 || !ppm ? RATE | BOUND : BOUND;
	struct want w = {
		.must = {must, must, must, must},
		.may = {may, may, may, may},
	};

	/* One interval does not distinguish a slower clock from one set back.
	 */
	if ((must | may) & RATE)
		w.may[SLEW] |= SLEWING;
	step = name;
	quiet();
	adjust((struct timex){.modes = ADJ_FREQUENCY | ADJ_TICK,
		.freq = ppm * 65536,
		.tick = tick});
	see(&w);
}

/* A leap second at the end of a UTC day, and set to 15 s before.  Announced at
 * once, for the second that the kernel takes to see it. */
static void leap(const char *set, const char *name, int status)
{
	struct want w = {.must = {SET, SET, SET}};
	int64_t day = system_ns(CLOCK_REALTIME) / S / DAY + 2, tai;

	step = set;
	quiet();
	adjust((struct timex){.modes = ADJ_STATUS, .status = 0});
	set_to((day * DAY - 15) * S);
	adjust((struct timex){.modes = ADJ_STATUS, .status = status | STA_PLL});
	tai = system_ns(CLOCK_TAI) - system_ns(CLOCK_REALTIME);
	see(&w);
	step = name;
	w = (struct want){.must = {SET, SET}};
	if (status == STA_INS) {
		w.must[SLEW] = SLEWING;
		w.may[SLEW] = BOUND;
		w.back[REAL] = w.back[SLEW] = true;
	}
	watch(&w);
	tai = system_ns(CLOCK_TAI) - system_ns(CLOCK_REALTIME) - tai;
	if ((status == STA_INS ? tai : -tai) < S / 2)
		fail(TAI, "there was no leap second: it went on further by",
			tai, 0);
	adjust((struct timex){.modes = ADJ_STATUS, .status = 0});
	report_step();
	if (status == STA_INS)
		must_begin(SLEW);
}

static void switch_to(const char *name, const char *clocksource)
{
	const struct want w = {
		.must = {SOURCE, SOURCE, SOURCE, SOURCE, SOURCE},
		.may = {BOUND, BOUND, BOUND, BOUND, BOUND},
	};
	char now[32] = "";
	FILE *f;

	step = name;
	quiet();
	f = fopen(CLOCKSOURCE, "w");
	if (!f || fputs(clocksource, f) < 0 || fclose(f))
		die("cannot switch the clocksource");
	f = fopen(CLOCKSOURCE, "r");
	if (!f || !fgets(now, sizeof(now), f))
		die("cannot read the clocksource");
	fclose(f);
	now[strcspn(now, "\n")] = '\0';
	if (strcmp(now, clocksource)) {
		errno = 0;
		die(now);
	}
	see(&w);
}

int main(void)
{
	if (!in_lab()) {
		fputs("clock_events: this is no guest of the lab\n", stderr);
		return 1;
	}
	if (begin(TAI) != -EAGAIN)
		fail(TAI, "is set up without an offset", 0, 0);
	adjust((struct timex){.modes = ADJ_TAI, .constant = 37});
	for (int i = 0; i < CLOCKS; i++)
		must_begin(i);
	step = "nothing is done";
	quiet();
	report_step();
	set_by("set by 1 s", S);
	set_by("set by -1 s", -S);
	steer("10 ppm", 10, 10000, 0);
	steer("-10 ppm", -10, 10000, 0);
	steer("500 ppm", 500, 10000, 0);
	steer("500 ppm no more", 0, 10000, 0);
	steer("-500 ppm", -500, 10000, 0);
	steer("-500 ppm no more", 0, 10000, 0);
	steer("ticks of 10100 us", 0, 10100, RATE);
	steer("ticks of 10000 us after 10100", 0, 10000, RATE);
	steer("ticks of 9900 us", 0, 9900, RATE);
	steer("ticks of 10000 us after 9900", 0, 10000, RATE);
	leap("set to before a second more", "a second more", STA_INS);
	leap("set to before a second less", "a second less", STA_DEL);
	switch_to("from tsc to hpet", "hpet");
	switch_to("from hpet to acpi_pm", "acpi_pm");
	switch_to("from acpi_pm to tsc", "tsc");
	step = "nothing is done at the end";
	quiet();
	report_step();
	printf("clock_events finished\n");
	return failures ? 1 : 0;
}
