/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/json_print.h"

#include "cli/cli.h"

int json_print(json_t *root, size_t layout)
{
	int rc = 0;

	/* What cannot be written shows when stdout is closed. */
	if (!root || (json_dumpf(root, stdout,
			      layout | JSON_REAL_PRECISION(JSON_DIGITS)) &&
			     !ferror(stdout))) {
		complain("out of memory");
		rc = EXIT_FAILED;
	} else {
		putchar('\n');
	}
	json_decref(root);
	return rc;
}
