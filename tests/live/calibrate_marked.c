/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* One passive calibration between two marks, for passive_syscalls.py. */
#include <string.h>
#include <unistd.h>

#include <tscal/tscal.h>

#include "live.h"

static void mark(const char *text)
{
	check(write(STDOUT_FILENO, text, strlen(text)) > 0, "%s", text);
}

int main(void)
{
	struct tscal_info info;
	int rc;

	mark("begin\n");
	rc = tscal_calibrate(NULL, &info);
	mark("end\n");
	check(!rc, "%s", strerror(-rc));
	check(info.hz > 0, "%s", info.rate_sentence);
	return 0;
}
