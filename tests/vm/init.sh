#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# /init of a guest: run the steps in /lab/steps in the order of their names.
# The console is the kernel's; what the steps print goes, between markers, to
# the second serial port or a virtual one, where nothing else writes.
export PATH=/bin LD_LIBRARY_PATH=/lib/lab
/bin/busybox --install -s /bin

mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
unset TERM
for m in /lab/modules/*.ko; do
	insmod "$m"
done
if grep -q 0x1af4 /sys/bus/pci/devices/*/vendor; then
	# A byte to a serial port costs a guest's guest half a millisecond.
	for m in virtio_ring virtio virtio_pci_legacy_dev \
		virtio_pci_modern_dev virtio_pci virtio_console; do
		insmod /lab/virtio/$m.ko
	done
	# The node is there a moment before it can be opened.
	i=0
	until [ -c /dev/vport0p1 ] && (: >/dev/vport0p1); do
		i=$((i + 1))
		[ $i -lt 100 ] || break
		usleep 100000
	done
	exec 3>/dev/vport0p1
else
	# Until a terminal is set raw it changes line ends.
	exec 3>/dev/ttyS1
	stty raw -echo -F /dev/ttyS1
fi

# settle CLOCKSOURCE: wait until the kernel runs on it and refines no more;
# "any": on one that it keeps.
settle() {
	local cs=/sys/devices/system/clocksource/clocksource0 i=0
	while [ $i -lt 200 ]; do
		case "$(cat $cs/current_clocksource), $(cat $cs/available_clocksource)" in
		*tsc-early*) ;;
		"$1, "*) return 0 ;;
		jiffies* | refined-jiffies*) ;;
		*) [ "$1" = any ] && return 0 ;;
		esac
		i=$((i + 1))
		usleep 100000
	done
	cat $cs/current_clocksource $cs/available_clocksource
	dmesg | grep -i -e tsc -e clocksource
	return 1
}

# step NAME COMMAND...
step() {
	local name=$1 rc=0
	shift
	printf '@@lab begin %s\n' "$name" >&3
	"$@" >&3 2>/tmp/stderr </dev/null || rc=$?
	printf '@@lab stderr %s\n' "$name" >&3
	cat /tmp/stderr >&3
	printf '@@lab end %s %d\n' "$name" $rc >&3
}

step settle settle "$(cat /lab/clocksource)"
step dmesg dmesg
for s in /lab/steps/*; do
	name=${s##*/}
	step "${name#*-}" sh "$s"
done
printf '@@lab done\n' >&3
# Writing to a port takes time.
exec 3>&-
usleep 200000
reboot -f
