#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# nested.sh PRESET: build another preset, and run its tests.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset "$1"
cmake --build --preset "$1"
# Nothing else runs meanwhile (tests/CMakeLists.txt).
ctest --preset "$1" -j "$(nproc)"
