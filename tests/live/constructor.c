/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Calibrating before main(), as a library that wants a clock early does; and
 * the clock itself. */
#include <string.h>
#include <time.h>

#include <tscal/tscal.h>

#include "live.h"

static struct tscal_info early;
static int early_rc = 1;
static struct tscal_clock clk;
static int on = -1;
static int64_t early_ns;

__attribute__((constructor)) static void before_main(void)
{
	early_rc = tscal_calibrate(NULL, &early);
	on = tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, NULL);
	early_ns = tscal_now(&clk);
}

int main(void)
{
	check(!early_rc, "%s", strerror(-early_rc));
	check(early.hz > 0, "%s", early.rate_sentence);
	check(on >= 0, "%d", on);
	check(tscal_now(&clk) >= early_ns && early_ns > 0, "%ld", early_ns);
	return 0;
}
