/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Files that are not ours: those whose CPUID is read all the same, and what to
 * say of the others.
 */
#ifndef TSCAL_FOREIGN_H
#define TSCAL_FOREIGN_H

#include "plat/recording/recording.h"

/* Whether a line of the text is a CPUID register line as EVEREST, AIDA64 and
 * InstLatX64 write them. */
bool aida64_sees(const char *text, size_t len);

/* Read the first CPU of such a dump into rec.  Returns 0, -EBADMSG with a
 * sentence in err, or -ENOMEM. */
int aida64_parse(struct recording *rec, const char *text, size_t len, char *err,
	size_t err_size);

/* One sentence: what this file is instead of a recording, and what to run.
 * len is not 0. */
void foreign_describe(const char *text, size_t len, char *err, size_t err_size);

#endif /* TSCAL_FOREIGN_H */
