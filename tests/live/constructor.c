/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Calibrating before main(), as a library that wants a clock early does. */
#include <string.h>

#include <tscal/tscal.h>

#include "live.h"

static struct tscal_info early;
static int early_rc = 1;

__attribute__((constructor)) static void before_main(void)
{
	early_rc = tscal_calibrate(NULL, &early);
}

int main(void)
{
	check(!early_rc, "%s", strerror(-early_rc));
	check(early.hz > 0, "%s", early.rate_sentence);
	return 0;
}
