#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# install.sh BUILD TREE: install, then move what was installed.
set -euo pipefail
build=$1 tree=$2

rm -rf "$tree" "$tree.first"
cmake --install "$build" --prefix "$tree.first"
if grep -rIlF -e "$tree.first" -e "$build" "$tree.first"; then
	echo "these files hold the place they were made or installed in" >&2
	exit 1
fi
mv "$tree.first" "$tree"
