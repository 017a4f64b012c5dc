#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# nested.sh PRESET: build another preset, and run its tests.  Where: see
# script/lib.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

build=${TSCAL_BUILD_DIR:-$PWD/build}/$1
cmake --preset "$1" -B "$build"
cmake --build "$build"
# Nothing else runs meanwhile (tests/CMakeLists.txt).
ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(nproc)"
