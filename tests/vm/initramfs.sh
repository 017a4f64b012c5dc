#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# initramfs.sh FILE KERNEL-DIR PROGRAM...: what all guests have in common, as a
# cpio archive: busybox, the programs in /bin with the libraries that they need,
# the modules, and init.  Each guest's steps are appended to it by lab.py.
set -euo pipefail
umask 022
file=$1 kernel=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/vm/archive.sh
. "$here/archive.sh"
shift 2

busybox=$(command -v busybox)
root=$(mktemp -d "$file.XXXXXX")
trap 'rm -rf "$root" "$root.cpio"' EXIT
chmod 755 "$root"
mkdir -p "$root"/{bin,dev,etc,lab/{modules,steps,virtio},lib/lab,proc,sys,tmp}
chmod 1777 "$root/tmp"
cp "$here/init.sh" "$root/init"
cp "$here/retry_disturbed.sh" "$root/bin/retry_disturbed"
chmod 755 "$root/init" "$root/bin/retry_disturbed"
cp "$kernel"/*.ko "$root/lab/modules"
cp "$kernel"/virtio/*.ko "$root/lab/virtio"
printf '%s\n' root:x:0:0::/:/bin/sh nobody:x:65534:65534::/:/bin/sh \
	>"$root/etc/passwd"
printf '%s\n' root:x:0: nogroup:x:65534: >"$root/etc/group"

add "$root" "$busybox" "$@"
pack "$root" "$file"
