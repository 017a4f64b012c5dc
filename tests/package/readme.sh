#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# readme.sh README DIR: the C in the README builds as the README says, and runs.
set -euo pipefail

export PKG_CONFIG_PATH=$2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# shellcheck disable=SC2016 # backticks of Markdown
sed -n '/^```c$/,/^```$/{/^```/!p}' "$1" >"$out/ten.c"
grep -q main "$out/ten.c"
flags=()
eval "flags=($(pkg-config --cflags --libs tscal))"
cc -Wall -Wextra -Werror "$out/ten.c" "${flags[@]}" -o "$out/ten"
LD_LIBRARY_PATH=$2/.. "$out/ten"
