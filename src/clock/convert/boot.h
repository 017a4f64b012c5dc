/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which boot of which machine TSC values belong to. */
#ifndef TSCAL_BOOT_H
#define TSCAL_BOOT_H

#include <stdbool.h>

#include "plat/plat.h"

/* As /proc/sys/kernel/random/boot_id has it: 36 characters. */
#define BOOT_ID_SIZE 37

/* "" if it cannot be read. */
void boot_id_read(struct tscal_platform *plat, char id[BOOT_ID_SIZE]);

/* Whether it has the form of one: 8-4-4-4-12 hexadecimal digits, in lower case
 * (Linux, lib/vsprintf.c, %pU). */
bool boot_id_valid(const char id[BOOT_ID_SIZE]);

#endif /* TSCAL_BOOT_H */
