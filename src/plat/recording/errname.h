/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Error numbers by name, so that recordings do not depend on the numbers. */
#ifndef TSCAL_ERRNAME_H
#define TSCAL_ERRNAME_H

#include <stddef.h>

/* "ENOENT" for ENOENT or -ENOENT; NULL for an error without a name here. */
const char *errname(int error);

/* The positive error number of a name of len bytes; 0 if unknown. */
int errname_parse(const char *name, size_t len);

#endif /* TSCAL_ERRNAME_H */
