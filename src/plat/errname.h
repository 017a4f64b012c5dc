/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Errors by name: recordings do not depend on their numbers, and sentences not
 * on the language that strerror(3) speaks. */
#ifndef TSCAL_ERRNAME_H
#define TSCAL_ERRNAME_H

#include <stddef.h>

/* "ENOENT" for ENOENT or -ENOENT; NULL for an error without a name here. */
const char *errname(int error);
/* "too many open files" for EMFILE or -EMFILE; NULL likewise. */
const char *errname_meaning(int error);
/* The positive error number of a name of len bytes; 0 if unknown. */
int errname_parse(const char *name, size_t len);

#endif /* TSCAL_ERRNAME_H */
