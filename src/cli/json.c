/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/json.h"

#include <math.h>

#include "cli/cli.h"

/* Of numbers that are not whole: enough for 1 mHz of 20 GHz, and few enough
 * that 2596150000.123 comes out as that and not with the next binary digits
 * behind it. */
#define DIGITS 15

static bool failed;

json_t *json_document(const char *schema)
{
	json_t *root = json_object();

	failed = false;
	json_set(root, "schema", json_string(schema));
	json_set(root, "version", json_string(TSCAL_VERSION));
	return root;
}

void json_set(json_t *object, const char *key, json_t *value)
{
	failed |= json_object_set_new(object, key, value) != 0;
}

void json_append(json_t *array, json_t *value)
{
	failed |= json_array_append_new(array, value) != 0;
}

json_t *json_text(const char *s)
{
	char shown[PRINTABLE_SIZE(1024)];

	return *s ? json_string(printable(shown, sizeof(shown), s, 1024))
		  : json_null();
}

json_t *json_integer_if(bool known, uint64_t n)
{
	return known ? json_integer((json_int_t)n) : json_null();
}

json_t *json_rounded(double x)
{
	return isfinite(x) ? json_real(rint(x * 1e3) / 1e3) : json_null();
}

int json_print(json_t *root, size_t layout)
{
	int rc = 0;

	/* What cannot be written shows when stdout is closed. */
	if (failed || (json_dumpf(root, stdout,
			       layout | JSON_REAL_PRECISION(DIGITS)) &&
			      !ferror(stdout)))
		rc = complain("out of memory");
	else
		putchar('\n');
	json_decref(root);
	return rc;
}
