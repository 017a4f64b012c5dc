# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# Bash completion for tscal(1).

# The words of $1 that begin with $2.
_tscal_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_tscal()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local commands="hz khz hv sources record replay anchor
		convert clock compare sync bench help"
	local options="--json --all --budget-ms --window-ms --target-ppm --only --require
		--probe --pit --no-measure --assume-metal --no-sync --trust-over-kernel --redact --no-redact --clock --duration
		--interval-ms --slew --runs --all-pairs --html --column --format --relative
		--to --hz --line --help --version"
	local sources="hv-leaf kvmclock cpuid-15 cpuid-16 brand vdso perf-page
		kvm-ioctl tsc-freq-khz bogomips clock-raw adjtimex hpet acpi-pm pit ntp
		phc msr-platform hv-msr hv-backdoor vmclock hyperv-page snp-tsc"
	local before=

	COMPREPLY=()
	case $prev in
	--require)
		_tscal_words "verified consistent" "$cur"
		return ;;
	--probe)
		_tscal_words "passive devices ports" "$cur"
		return ;;
	--only)
		[[ $cur == *,* ]] && before=${cur%,*},
		_tscal_words "$sources" "${cur##*,}"
		COMPREPLY=("${COMPREPLY[@]/#/$before}")
		return ;;
	help)
		_tscal_words "$commands" "$cur"
		return ;;
	--clock)
		_tscal_words "realtime monotonic raw boottime tai" "$cur"
		return ;;
	--format)
		_tscal_words "text u64" "$cur"
		return ;;
	--to)
		_tscal_words "ns us ms s" "$cur"
		return ;;
	--budget-ms | --window-ms | --target-ppm | --duration | --interval-ms | \
		--runs | --column | --hz)
		return ;;
	hv | record | replay | convert | --line | --html)
		if [[ $cur != -* ]]; then
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		fi ;;
	esac
	if [[ $cur == -* ]]; then
		_tscal_words "$options" "$cur"
	else
		_tscal_words "$commands" "$cur"
	fi
}
complete -F _tscal tscal
