#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# files.sh TREE LIBDIR: exactly the files of files.txt are installed.
set -euo pipefail
libdir=$2

cd "$1"
# The names of a CMake package's files follow the kind of build.
diff <(sed "s|^lib/|$libdir/|" "$(dirname "$0")/files.txt" | sort) \
	<(find . ! -type d | sed 's|^\./||
		s|-targets-[a-z]*\.cmake$|-targets-KIND.cmake|' | sort)
