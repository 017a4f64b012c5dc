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
shift 2

busybox=$(command -v busybox)
root=$(mktemp -d "$file.XXXXXX")
trap 'rm -rf "$root" "$root.cpio"' EXIT
chmod 755 "$root"
mkdir -p "$root"/{bin,dev,etc,lab/{modules,steps},lib/lab,proc,sys,tmp}
chmod 1777 "$root/tmp"
cp "$here/init.sh" "$root/init"
cp "$here/calm.sh" "$root/bin/calm"
chmod 755 "$root/init" "$root/bin/calm"
cp "$kernel"/*.ko "$root/lab/modules"
printf '%s\n' root:x:0:0::/:/bin/sh nobody:x:65534:65534::/:/bin/sh \
	>"$root/etc/passwd"
printf '%s\n' root:x:0: nogroup:x:65534: >"$root/etc/group"

for program in "$busybox" "$@"; do
	cp "$program" "$root/bin"
	# All libraries in one directory, which init names; the loader, which
	# ldd gives without an arrow, where the program wants it.
	{ ldd "$program" 2>/dev/null || true; } |
		sed 's/^[[:space:]]*//; s/ (0x[0-9a-f]*)$//' |
		while IFS= read -r line; do
			case $line in
			*" => /"*) cp -L "${line#* => }" "$root/lib/lab" ;;
			/*)
				mkdir -p "$root$(dirname "$line")"
				cp -L "$line" "$root$line"
				;;
			esac
		done
done

(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$root.cpio"
mv "$root.cpio" "$file"
