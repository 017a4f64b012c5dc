/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Any bytes, read as a recording.  Either they are refused with a sentence that
 * names the line, or they are a machine: then writing and reading it again
 * changes nothing, and calibrating it gives a consistent report.  Sanitizers
 * check the rest.
 */
#include "fuzz/fuzz.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <tscal/calibrate.h>

#include "plat/recording/recording.h"

static bool is_sentence(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	if (!len || len == size)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isprint((unsigned char)text[i]))
			return false;
	return true;
}

static void check_refusal(
	const struct recording *rec, const char *err, size_t size)
{
	MUST(!rec);
	MUST(is_sentence(err, size));
	/* Of a file of another kind it says which. */
	if (!strncmp(err, "this is ", 8) || !strncmp(err, "not a rec", 9))
		return;
	MUST(!strncmp(err, "line ", 5) && isdigit((unsigned char)err[5]));
}

static char *written(const struct recording *rec, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	MUST(f);
	rec_write(rec, NULL, f);
	MUST(!fclose(f));
	return text;
}

static void check_round_trip(const struct recording *rec)
{
	struct recording *again;
	size_t len, len_again;
	char *text = written(rec, &len), *text_again, err[300];

	if (rec_parse(text, len, &again, err, sizeof(err))) {
		fprintf(stderr, "%s\n", err);
		abort();
	}
	text_again = written(again, &len_again);
	MUST(len == len_again && !memcmp(text, text_again, len));
	free(text);
	free(text_again);
	rec_free(again);
}

static void check_line(const struct tscal_line *l)
{
	MUST(is_sentence(l->sentence, sizeof(l->sentence)));
	MUST(isfinite(l->hz) && l->hz >= 0);
	if (l->hz > 0) {
		MUST(l->hz_lo <= l->hz && l->hz <= l->hz_hi);
		MUST(l->roots);
	}
	if (l->status == TSCAL_STATUS_USED || l->status == TSCAL_STATUS_AGREES)
		MUST(l->hz > 0);
}

static void check_info(const struct tscal_info *info)
{
	MUST(is_sentence(info->rate_sentence, sizeof(info->rate_sentence)));
	MUST(is_sentence(info->use_sentence, sizeof(info->use_sentence)));
	MUST(isfinite(info->hz) && isfinite(info->hz_raw) &&
		isfinite(info->hz_si) && isfinite(info->rdtsc_ns));
	MUST((info->hz > 0) == (info->rate != TSCAL_RATE_NONE));
	MUST((info->hz > 0) == (info->source != TSCAL_SOURCE_NONE));
	if (info->hz > 0)
		MUST(info->hz_lo <= info->hz && info->hz <= info->hz_hi);
	MUST(info->hz_raw_lo <= info->hz_raw &&
		info->hz_raw <= info->hz_raw_hi);
	MUST((info->hz_raw > 0) == (info->hz_raw_lo > 0));
	MUST(info->hz_raw > 0 || !(info->hz_raw_hi > 0));
	MUST(info->use != TSCAL_USE_UNKNOWN || !(info->hz_raw > 0));
	if (info->rate == TSCAL_RATE_VERIFIED)
		MUST(info->agreement_ppm >= 0);
}

/* Two numbers of known, disjoint roots agree: that alone verifies a rate.  The
 * chosen one need not be of them, nor its roots be known. */
static bool has_independent_pair(const struct tscal_report *report)
{
	uint32_t roots[64];
	size_t n = 0;

	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *l = tscal_report_line(report, i);

		if ((l->status != TSCAL_STATUS_USED &&
			    l->status != TSCAL_STATUS_AGREES) ||
			l->roots & TSCAL_ROOT_UNKNOWN)
			continue;
		for (size_t j = 0; j < n; j++)
			if (!(roots[j] & l->roots))
				return true;
		MUST(n < sizeof(roots) / sizeof(*roots));
		roots[n++] = l->roots;
	}
	return false;
}

static void check_report(struct tscal_platform *p, bool survey)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_report *report;

	opts.platform = p;
	opts.flags = survey ? TSCAL_OPT_SURVEY : 0;
	MUST(!tscal_report_new(&opts, &report));
	if (!survey)
		check_info(tscal_report_info(report));
	if (tscal_report_info(report)->rate == TSCAL_RATE_VERIFIED)
		MUST(has_independent_pair(report));
	for (size_t i = 0; i < tscal_report_count(report); i++)
		check_line(tscal_report_line(report, i));
	tscal_report_free(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tscal_platform *p;
	struct recording *rec;
	char err[300];
	int rc;

	memset(err, '#', sizeof(err));
	rc = rec_parse((const char *)data, size, &rec, err, sizeof(err));
	if (rc) {
		check_refusal(rec, err, sizeof(err));
		return 0;
	}
	check_round_trip(rec);
	MUST(!replay_new(rec, &p));
	/* A survey takes no burst, so the second run has all of them. */
	check_report(p, true);
	check_report(p, false);
	MUST(!tscal_platform_free(p));
	return 0;
}
