#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# headers.sh INCLUDE: each header stands alone, in C11 and in C++17, without a
# warning.
set -euo pipefail

cd "$1"
for h in tscal/*.h; do
	for as in "gcc -std=c11 -xc" "clang -std=c11 -xc" \
		"g++ -std=c++17 -xc++" "clang++ -std=c++17 -xc++"; do
		# shellcheck disable=SC2086 # a command line
		printf '#include <%s>\nint used;\n' "$h" | $as -I. -Wall -Wextra -Wpedantic \
			-Wconversion -Wshadow -Werror -fsyntax-only - || {
			echo "$h as $as" >&2
			exit 1
		}
	done
done
