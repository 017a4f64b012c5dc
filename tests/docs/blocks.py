# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The fenced blocks of a Markdown document, as one script for bash that runs them.

By the language of the block:
  sh       commands
  console  commands after "$ " or "# ", "> " continues one; the rest is output
  text     shown only
  any other is the content of a file, which the paragraph before it names, as
  in "`ten.c`:".
A block without a language is an error, so that none is left out by mistake.

A command has to exit with 0, or with what its comment says: "# exit 3",
"# exit 0 or 2", "# exit 0, or 3 to 5 by what the machine is".  In a pipeline
the last command that failed counts.
"""
import re
import shlex
import subprocess
from typing import NamedTuple

EXIT = re.compile(r"(?:^|\s)#\s*exit (\d+)(?:,? or (\d+)(?: to (\d+))?)?")
REPOSITORY = "<this repository>"


# The exit code after the last command: "exec" can end the shell with 0.
DONE = 99


class Invalid(Exception):
    """The document breaks a rule above."""


class Step(NamedTuple):
    """A command, or a file to write if it has a name."""
    line: int
    text: str
    codes: frozenset = frozenset({0})
    name: str = ""


def blocks(text):
    """Of each fenced block: line number of its content, language, lines, and
    the paragraph before it."""
    lines = text.split("\n")
    paragraph = []
    at = 0
    while at < len(lines):
        fence = re.match(r"( *)(```+) *(\S*)", lines[at])
        if not fence:
            if lines[at].strip() and at and not lines[at - 1].strip():
                paragraph = []
            paragraph.append(lines[at])
            at += 1
            continue
        indent, marks, language = fence.groups()
        start = at + 1
        at = start
        while at < len(lines) and lines[at].strip() != marks:
            at += 1
        if at == len(lines):
            raise Invalid(f"line {start}: this block does not end")
        body = [line.removeprefix(indent) for line in lines[start:at]]
        yield start + 1, language, body, " ".join(paragraph)
        paragraph = []
        at += 1


def complete(command):
    """Whether bash needs no further line; a here-document without its end is
    only a warning."""
    if command.endswith("\\"):
        return False
    r = subprocess.run(["bash", "-n"], input=command + "\n", text=True,
                       capture_output=True, check=False, timeout=20)
    return r.returncode == 0 and not r.stderr


def codes(command):
    """The exit codes that its comment allows."""
    m = EXIT.search(command)
    if not m:
        return frozenset({0})
    first, low, high = (int(x) if x else None for x in m.groups())
    allowed = {first}
    if low is not None:
        allowed |= set(range(low, (low if high is None else high) + 1))
    return frozenset(allowed)


def commands(first, language, body, repository):
    """The commands of a block."""
    command, start = "", 0
    for number, line in enumerate(body, first):
        if language == "console":
            if command:
                line = line.removeprefix("> ")
            elif re.match(r"[$#] ", line):
                line = line[2:]
            else:
                continue
        if not command:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            start = number
        command += ("\n" if command else "") + \
            line.replace(REPOSITORY, repository)
        if complete(command):
            yield Step(start, command, codes(command))
            command = ""
    if command:
        raise Invalid(f"line {start}: bash cannot read this command: {command}")


def shown(text):
    """Of each command of a console block: the line numbers where its output
    begins and ends, the command, and its output."""
    for first, language, body, _ in blocks(text):
        if language != "console":
            continue
        at = 0
        while at < len(body):
            command, at = body[at][2:], at + 1
            while not complete(command) and at < len(body):
                command += "\n" + body[at].removeprefix("> ")
                at += 1
            start = at
            while at < len(body) and not re.match(r"[$#] ", body[at]):
                at += 1
            yield first + start, first + at, command, body[start:at]


def steps(text, repository=REPOSITORY):
    """What to do, in the order of the document."""
    found = []
    for first, language, body, before in blocks(text):
        if language in ("sh", "console"):
            some = list(commands(first, language, body, repository))
            if not some:
                raise Invalid(f"line {first}: no command in this block")
            found += some
        elif not language:
            raise Invalid(f"line {first}: a block needs a language: sh, "
                          "console, text, or that of a file")
        elif language != "text":
            names = re.findall(r"`([\w.-]+\.\w+)`", before)
            if not names:
                raise Invalid(f"line {first}: the paragraph before this block "
                              "names no file")
            found.append(Step(first, "\n".join(body) + "\n", name=names[-1]))
    if not any(not s.name for s in found):
        raise Invalid("no command in this document")
    return found


# What is defined here has long names, as the commands share the shell with it.
DRIVER = r"""
set -o pipefail
blocks_log=$(mktemp)
blocks_check() { # CODE PLACE COMMAND ALLOWED...
	local code=$1 place=$2 command=$3 allowed
	shift 3
	for allowed; do
		[ "$code" -ne "$allowed" ] || return 0
	done
	printf '%s: exit code %s, not %s, of:\n  %s\nend of its output:\n' \
		"$place" "$code" "$*" "$command" >&2
	tail -n 30 "$blocks_log" >&2
	trap - EXIT
	exit 1
}
trap 'echo "$blocks_place: the shell ended" >&2; exit 1' EXIT
"""


def script(document, text, repository=REPOSITORY):
    """The script that does it.  It stops at the first command that fails,
    and exits with DONE if none does."""
    out = [DRIVER]
    for step in steps(text, repository):
        place = shlex.quote(f"{document}:{step.line}")
        command = shlex.quote(step.text)
        out.append(f"blocks_place={place}")
        if step.name:
            out.append(f"printf %s {command} > {shlex.quote(step.name)}")
            continue
        allowed = " ".join(str(c) for c in sorted(step.codes))
        out += [f"printf '%s: %s\\n' {place} {command}",
                f"eval {command} </dev/null >\"$blocks_log\" 2>&1",
                f"blocks_check $? {place} {command} {allowed}"]
    return "\n".join(out + ["trap - EXIT", f"exit {DONE}", ""])
