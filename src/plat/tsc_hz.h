/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#ifndef TSCAL_TSC_HZ_H
#define TSCAL_TSC_HZ_H

/* Limits of what a TSC may be, in Hz. */
#define TSC_HZ_MIN 10e6
#define TSC_HZ_MAX 20e9

#endif /* TSCAL_TSC_HZ_H */
