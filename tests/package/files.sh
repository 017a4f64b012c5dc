#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# files.sh TREE LIBDIR LEFT-OUT: exactly the files of files.txt are installed,
# but for those whose names match LEFT-OUT, and the pages that only lead to another
# page, which manual.sh checks.
set -euo pipefail
libdir=$2 left_out=$3
list=$(realpath "$(dirname "$0")")/files.txt

cd "$1"
# The names of a CMake package's files follow the kind of build.
diff <(grep -Ev "$left_out" "$list" | sed "s|^lib/|$libdir/|" | sort) \
	<(find . ! -type d ! \( -path '*/man3/*' -exec grep -q '^\.so ' {} \; \) -print | sed 's|^\./||
		s|-targets-[a-z]*\.cmake$|-targets-KIND.cmake|' | sort)
