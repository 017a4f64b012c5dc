/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file tscal.h
 * All of libtscal: reading and converting the TSC, calibration, hypervisors.
 * (probe.h belongs to libtscal-probe and is included on its own.)
 */
#ifndef TSCAL_TSCAL_H
#define TSCAL_TSCAL_H

#include <tscal/attach.h>
#include <tscal/calibrate.h>
#include <tscal/clock.h>
#include <tscal/conv.h>
#include <tscal/hv.h>
#include <tscal/version.h>

#endif /* TSCAL_TSCAL_H */
