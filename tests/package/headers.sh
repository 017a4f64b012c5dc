#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# headers.sh INCLUDE: each header stands alone, in C11 and in C++17, without a
# warning; and two files that use conv.h link without a library, whatever their
# compiler means by "inline".
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

for as in "g++ -std=c++17" "clang++ -std=c++17"; do
	# shellcheck disable=SC2086 # a command line
	printf '#include <tscal/tscal.hpp>\nint used;\n' | $as -xc++ -I. -Wall \
		-Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only -
done

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/a.c" <<'EOF'
#include <tscal/conv.h>
#ifndef F
#define F main
#endif
int F(void)
{
	struct tscal_conv conv;

	return tscal_conv_init(&conv, 2e9, tscal_rdtsc(), 0) ||
		!tscal_ns_to_ticks(&conv, 1);
}
EOF

# two_files COMPILER...: both link into one program, which runs.
two_files() {
	"$@" -I. -Wall -Wextra -Werror -c "$tmp/a.c" -o "$tmp/a.o"
	"$@" -I. -Wall -Wextra -Werror -DF=f -c "$tmp/a.c" -o "$tmp/b.o"
	"$@" -o "$tmp/a" "$tmp/a.o" "$tmp/b.o"
	"$tmp/a"
}

for optimise in -O0 -O2; do
	two_files gcc -std=gnu89 $optimise
	two_files gcc -std=gnu11 -fgnu89-inline $optimise
	two_files gcc -std=c11 $optimise
	two_files clang -std=gnu89 $optimise
	two_files clang -std=c11 $optimise
done
