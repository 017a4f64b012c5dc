#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# kernel.sh DIR: Debian's cloud kernel for the guests, as DIR/vmlinuz, its
# modules that the guests load, in DIR/kvm those for having guests, in DIR/virtio
# those for being one of them.  It is unpacked, not installed.  Files that exist
# are kept.  Exit 77: it cannot be had, and why.
set -euo pipefail
# shellcheck source=script/lib.sh
. "$(dirname "$0")/../../script/lib.sh"
dir=$1
modules=(msr cpuid kvm/{irqbypass,kvm,kvm-amd}
	virtio/virtio{,_ring,_pci_legacy_dev,_pci_modern_dev,_pci,_console})

skip() {
	echo "skipped: $*"
	exit 77
}

# Complete, or not there: a directory is renamed when all is in it.
whole() {
	local m
	[ -e "$dir/vmlinuz" ] || return
	for m in "${modules[@]}"; do
		[ -e "$dir/$m.ko" ] || return
	done
}
! whole || exit 0

for tool in apt-cache apt-get dpkg-deb; do
	command -v $tool >/dev/null ||
		skip "no $tool: the guests' kernel is a Debian package"
done

# The package of the newest kernel in the package list.
newest() {
	LC_ALL=C apt-cache depends linux-image-cloud-amd64 2>/dev/null |
		sed -n 's/^ *Depends: *\(linux-image-[^ <>]*\)$/\1/p' | head -n 1
}

# download DIR: the package, into that directory.  Root downloads
# as itself: the user _apt may not reach the directory.
download() {
	local package
	package=$(newest)
	[ -n "$package" ] || return
	(cd "$1" && quiet apt-get -q -o APT::Sandbox::User=root \
		download "$package")
}

# A package list that is absent or old is fetched anew, where that is permitted.
update() {
	local as_root=()
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || return
		as_root=(sudo -n)
	fi
	"${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 \
		update >/dev/null 2>&1 </dev/null
}

mkdir -p "$(dirname "$dir")"
temp=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$temp"' EXIT
chmod 755 "$temp"
mkdir "$temp/download" "$temp/tree" "$temp"/kernel{,/kvm,/virtio}

download "$temp/download" 2>/dev/null || { update && download "$temp/download"; } ||
	skip "apt-get cannot download linux-image-cloud-amd64's kernel" \
		"(apt-get update helps, as root, and a network)"
dpkg-deb -x "$temp"/download/*.deb "$temp/tree"
cp "$temp"/tree/boot/vmlinuz-* "$temp/kernel/vmlinuz"
for m in "${modules[@]}"; do
	find "$temp/tree" -name "${m##*/}.ko" -exec cp {} "$temp/kernel/$m.ko" \;
done

rm -rf "$dir"
mv "$temp/kernel" "$dir"
whole || { echo "the package lacks vmlinuz or a module of: ${modules[*]}"; exit 1; }
