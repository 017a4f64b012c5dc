/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/self.h"

#include <unistd.h>

uint32_t self_pid(void)
{
	return (uint32_t)getpid();
}
