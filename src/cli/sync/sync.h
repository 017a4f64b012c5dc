/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal sync: how its result is printed. */
#ifndef TSCAL_CLI_SYNC_H
#define TSCAL_CLI_SYNC_H

#include <tscal/sync.h>

#include "cli/cli.h"

void text_sync(const struct tscal_sync_result *result);
/* Returns 0, or EXIT_FAILED after a message. */
int json_sync(const struct tscal_sync_result *result);

#endif /* TSCAL_CLI_SYNC_H */
