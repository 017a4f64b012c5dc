# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The interface table of docs/hypervisors.md against sources and tests.  All is
looked up, so a new test needs one more word in its row, which is printed."""
import ast
import re

from tree import ROOT, read

HEADING = "## Interfaces beside the leaves"
# Its rows are vendors, in the table before.
ELSEWHERE = {"hv-leaf"}


def listed_sources():
    """{name: kind} of the sources that sources.c lists."""
    listed = re.findall(r"\bX\((\w+)\)", read(ROOT / "src/calib/sources.c"))
    found = {}
    for path in sorted((ROOT / "src/calib/source").glob("*.c")):
        for symbol, body in re.findall(
                r"^const struct source source_(\w+) = \{(.*?)^\};", read(path),
                re.M | re.S):
            name = re.search(r'\.name = "([^"]+)"', body)
            kind = re.search(r"\.kind = (\w+)", body)
            if name and kind and symbol in listed:
                found[name[1]] = kind[1]
    return found


def rows():
    """The cells of each row."""
    page = read(ROOT / "docs/hypervisors.md").partition(HEADING)[2]
    table = re.search(r"(^\|.*\n)+", page, re.M)
    lines = table[0].splitlines()[2:] if table else []
    return [[c.strip() for c in line.strip("| ").split(" | ")]
            for line in lines]


def guests():
    """{guest of table_level2.py: the strings that its expectations use}, also
    those within the functions of expect_level2.py."""
    table = ast.parse(read(ROOT / "tests/vm/table_level2.py"))
    expect = ast.parse(read(ROOT / "tests/vm/expect_level2.py"))
    defined = {f.name: f for f in expect.body
               if isinstance(f, ast.FunctionDef)}
    for node in table.body:
        if isinstance(node, ast.FunctionDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign) and \
                isinstance(node.targets[0], ast.Name):
            defined[node.targets[0].id] = node.value

    def strings(node, seen):
        for n in ast.walk(node):
            if isinstance(n, ast.Constant) and isinstance(n.value, str):
                yield n.value
            elif isinstance(n, ast.Name) and n.id in defined and \
                    n.id not in seen:
                seen.add(n.id)
                yield from strings(defined[n.id], seen)

    return {call.args[0].value: set(strings(call.args[1], set()))
            for call in ast.walk(table) if isinstance(call, ast.Call) and
            getattr(call.func, "id", "") == "Nested"}


def tested(name, lab):
    """How a source is tested, as its row must have it."""
    constant = "TSCAL_SOURCE_" + name.upper().replace("-", "_")
    parts = []
    if any(re.search(rf"\b{constant}\b", read(p)) for p in
           (ROOT / "tests/unit/calib/source").glob("*.c")):
        parts.append("unit tests")
    if any(re.search(rf"^{name}: \w+ \d+ Hz", read(p), re.M) for p in
           (ROOT / "tests/replay/machines").glob("*.owed")):
        parts.append("replays")
    found = [f"`{g}`" for g, strings in lab.items() if name in strings]
    if found:
        parts.append("guests " + ", ".join(found))
    return "; ".join(parts)


def interfaces():
    """A row of docs/hypervisors.md for each source that the hypervisor reports,
    whose "tested" begins with what the tests have."""
    sources, lab, bad, seen = listed_sources(), guests(), [], set()
    for cells in rows():
        name, text = cells[0], cells[-1]
        if name in seen:
            bad.append(f"{name}: two rows")
        seen.add(name)
        if len(cells) != 6 or not all(cells):
            bad.append(f"{name}: not six cells with text")
        if name not in sources:
            bad.append(f"{name}: no such source in src/calib/sources.c")
            continue
        now = tested(name, lab)
        if not now:
            bad.append(f"{name}: nothing tests it")
        # A remark may follow in parentheses.
        elif re.sub(r" \(.*\)$", "", text) != now:
            bad.append(f"{name}: tested has to be: {now}")
    bad += [f"{name}: no row" for name, kind in sources.items()
            if kind == "TSCAL_KIND_REPORTED" and
            name not in seen | ELSEWHERE]
    return bad
