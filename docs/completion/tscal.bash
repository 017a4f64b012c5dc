# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# Bash completion for tscal(1).

_tscal()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local commands="hz khz hv sources record replay"
	local options="--json --budget-ms --only --require --probe --no-measure
		--assume-metal --redact --no-redact --help --version"
	local sources="hv-leaf kvmclock cpuid-15 cpuid-16 brand vdso perf-page
		kvm-ioctl tsc-freq-khz bogomips clock-raw adjtimex"
	local word before=

	COMPREPLY=()
	case $prev in
	--require)
		COMPREPLY=($(compgen -W "verified consistent" -- "$cur"))
		return ;;
	--probe)
		COMPREPLY=($(compgen -W "passive devices" -- "$cur"))
		return ;;
	--only)
		[[ $cur == *,* ]] && before=${cur%,*},
		for word in $(compgen -W "$sources" -- "${cur##*,}"); do
			COMPREPLY+=("$before$word")
		done
		return ;;
	--budget-ms)
		return ;;
	record | replay)
		COMPREPLY=($(compgen -f -- "$cur"))
		return ;;
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$options" -- "$cur"))
	else
		COMPREPLY=($(compgen -W "$commands" -- "$cur"))
	fi
}
complete -F _tscal tscal
