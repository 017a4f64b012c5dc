/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tsc.h, for truth.py. */
#include "truth/tsc.h"

void truth_mark_of(int clock_id, struct truth_mark *mark);
const char *truth_why_not(void);

void truth_mark_of(int clock_id, struct truth_mark *mark)
{
	*mark = truth_mark(clock_id);
}

const char *truth_why_not(void)
{
	return truth_why_no_tsc();
}
