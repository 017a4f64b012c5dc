/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The clock data pages that the kernel maps into every process. */
#ifndef TSCAL_VDSO_PAGES_H
#define TSCAL_VDSO_PAGES_H

#include "plat/plat.h"

/*
 * Copy a page without touching it: a load from a page of the region without
 * memory raises SIGBUS, while write(2) from it returns EFAULT. Returns 0,
 * -ENOENT (no such region or page), -EFAULT, or -errno.
 */
int vdso_page_copy(enum plat_page which, unsigned index, void *buf);

#endif /* TSCAL_VDSO_PAGES_H */
