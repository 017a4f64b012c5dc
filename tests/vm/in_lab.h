/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* For programs that change a machine: it must be a guest of this lab. */
#ifndef TSCAL_TESTS_VM_IN_LAB_H
#define TSCAL_TESTS_VM_IN_LAB_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The word that lab.py puts on the kernel's command line. */
static inline bool in_lab(void)
{
	char line[4096];
	FILE *f = fopen("/proc/cmdline", "r");
	size_t n = f ? fread(line, 1, sizeof(line) - 1, f) : 0;

	if (f)
		fclose(f);
	line[n] = '\0';
	for (char *w = strtok(line, " \n"); w; w = strtok(NULL, " \n"))
		if (!strcmp(w, "tscal_lab"))
			return true;
	return false;
}

#endif
