# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# What initramfs.sh and level2-initramfs.sh share.

# add ROOT PROGRAM...: into /bin, with the libraries that they need.
add() {
	local root=$1 program
	shift
	for program; do
		cp "$program" "$root/bin"
		add_libraries "$root" "$program"
	done
}

# add_libraries ROOT FILE: all libraries in one directory, which init names;
# the loader, which ldd gives without an arrow, where the program wants it.
add_libraries() {
	local root=$1 line
	{ ldd "$2" 2>/dev/null || true; } |
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
}

# pack ROOT FILE: complete, or not there.
pack() {
	(cd "$1" && find . | cpio --quiet -o -H newc -R 0:0) >"$1.cpio"
	mv "$1.cpio" "$2"
}
