/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#ifndef TSCAL_CLI_PIN_H
#define TSCAL_CLI_PIN_H

/* Let this thread run on one CPU only.  0 or errno. */
int pin_to(int cpu);

#endif /* TSCAL_CLI_PIN_H */
