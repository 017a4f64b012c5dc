#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# level2 NAME SECONDS BACKDOOR QEMU-OPTION...: in a guest that has KVM, boot one
# of its own with the steps in /lab/guests/NAME.cpio, and print their results.
# BACKDOOR is KVM's parameter enable_vmware_backdoor.  With LAB_CPUID its CPUID
# is another one: see inject_cpuid.c.
name=$1 seconds=$2 backdoor=$3
shift 3
dir=/tmp/level2
rm -rf $dir
mkdir $dir

now=$(cat /sys/module/kvm/parameters/enable_vmware_backdoor 2>/dev/null)
if [ "$now" != "$backdoor" ]; then
	if [ -n "$now" ]; then
		rmmod kvm-amd && rmmod kvm || exit
	else
		insmod /lab/kvm/irqbypass.ko || exit
	fi
	insmod /lab/kvm/kvm.ko "enable_vmware_backdoor=$backdoor" || exit
	insmod /lab/kvm/kvm-amd.ko || exit
fi

cat /lab/level2/base.cpio "/lab/guests/$name.cpio" >$dir/initrd
LD_PRELOAD=${LAB_CPUID:+/lib/lab/inject_cpuid.so} \
	timeout -s KILL "$seconds" qemu-system-x86_64 -accel kvm -m 256 \
	-nodefaults -no-user-config -vga none -display none -monitor none \
	-no-reboot -L /lab/qemu \
	-serial file:$dir/console -chardev file,id=report,path=$dir/report \
	-device virtio-serial-pci -device virtserialport,chardev=report \
	-kernel /lab/level2/vmlinuz -initrd $dir/initrd "$@" >&2
rc=$?
cat $dir/report
[ "$(tail -n 1 $dir/report)" = "@@lab done" ] ||
	sed '/Call Trace/,/<\/TASK>/d' $dir/console | tail -n 25 >&2
exit $rc
