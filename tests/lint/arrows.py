# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Which file uses which: rules about includes, symbols and the diagram of
docs/design.md, which is the one table of what is allowed."""
import re
import subprocess
import sys

from tree import BUILD, ROOT, lines, name_of, read, under

# Built by other targets than the libraries and the command.
SIM = "tests/CMakeFiles/tscal_sim.dir"
# libc that opens, maps, starts or times something.
SYSTEM = (r"(f?re)?open(at|64|at64)?|fd?open(64)?|p?readv?(64)?|pread64|"
          r"popen|system|syscall|ioctl|mmap(64)?|socket|connect|v?fork|"
          r"exec\w+|posix_spawnp?|stat(64)?|f?statfs|opendir|memfd_create|"
          r"shm_open|unlink(at)?|remove|rename|tmpfile|pipe2?|clock_gettime|"
          r"clock_nanosleep|nanosleep|gettimeofday|time|(ntp_)?adjtimex?|"
          r"ntp_gettimex?|klogctl|sched_setaffinity|prctl|ioperm|iopl")
# Of the command: a file's name, standard input, a clock, a terminal or a program to start.
CLI_SYSTEM = {"bench/bench", "bench/calls", "clock/clock", "compare/compare",
              "compare/sample", "convert/convert", "kernel_log", "main",
              "reference", "running", "stdin_file", "term"}


def circles(uses):
    """Sets of more than one node that reach each other (or of one node that
    uses itself), sorted."""
    reach = {a: closure(uses, a) for a in uses}
    found = {tuple(sorted(b for b in reach[a] if a in reach.get(b, ())))
             for a in uses if a in reach[a]}
    return sorted(found)


def closure(uses, start):
    seen, todo = set(), list(uses.get(start, ()))
    while todo:
        a = todo.pop()
        if a not in seen:
            seen.add(a)
            todo += uses.get(a, ())
    return seen


def includes():
    """{file: {file it includes: line}}, of src and include."""
    files = {name_of(p): p for p in under("src", "include")}
    uses = {name: {} for name in files}
    for name, path in files.items():
        for m in lines(path, r"^\s*#\s*include\s*[\"<]"):
            where, what = re.search(r'([<"])(.*?)[>"]', m).groups()
            here = name.rsplit("/", 1)[0]
            for to in (f"{here}/{what}", f"src/{what}", f"include/{what}"):
                if to in files and not (where == "<" and to.startswith("src")):
                    uses[name][to] = m
                    break
            else:
                if where == '"':
                    uses[name]["src/" + what] = m
    return uses


def include_circles():
    """No file includes itself, by way of others either."""
    return ["circle: " + ", ".join(c) for c in circles(includes())]


class Diagram:
    """`A -> B`, B uses A, in the block of docs/design.md that begins with
    "data flow:".  A node is a folder, a folder with all below it (src/cli/*),
    or a file that is not where the others of its folder are: then NAME.h is
    also NAME.c."""

    def __init__(self):
        page = ROOT / "docs/design.md"
        text = read(page) if page.exists() else ""
        block = re.search(r"^```text\ndata flow:\n(.*?)^```", text, re.M | re.S)
        self.bad, self.uses = [], {}
        if not block:
            self.bad = ["docs/design.md: no ```text block that begins with "
                        '"data flow:"']
            return
        for line in filter(None, map(str.strip, block[1].splitlines())):
            nodes = line.split(" -> ")
            for node in [n for n in nodes if n not in self.uses]:
                self.uses[node] = set()
                if not re.fullmatch(r"[\w/.]+(/\*)?", node):
                    self.bad.append(f"docs/design.md: not arrows: {line}")
                elif not (ROOT / node.removesuffix("/*")).exists():
                    self.bad.append(f"docs/design.md: {node} does not exist")
            for a, b in zip(nodes, nodes[1:]):
                self.uses[b].add(a)
        self.bad += ["docs/design.md: circle of arrows: " + ", ".join(c)
                     for c in circles(self.uses)]
        files = [name_of(p) for p in under("src")]
        self.bad += [f"docs/design.md: {d} is not in the diagram" for d in
                     sorted({self.node(f) for f in files} - set(self.uses))]

    def node(self, file):
        header = re.sub(r"\.c$", ".h", file)
        folder = file.rsplit("/", 1)[0]
        above = [f"{d}/*" for d in (folder, folder.rsplit("/", 1)[0])]
        return next((n for n in (file, header, *above) if n in self.uses),
                    folder)

    def allows(self, user, used):
        a, b = self.node(user), self.node(used)
        return a == b or b in closure(self.uses, a)


def diagram():
    """docs/design.md's diagram has each folder of src with C files, and no
    other."""
    return Diagram().bad


def arrows():
    """Includes between folders follow the arrows of docs/design.md's diagram;
    public headers may be included by all."""
    table = Diagram()
    if table.bad:
        return table.bad
    return [f"{m} ({table.node(user)} does not use {table.node(used)})"
            for user, to in includes().items() for used, m in to.items()
            if not (used.startswith("include/") or table.allows(user, used))]


def nm(path, *options):
    return subprocess.run(["nm", *options, str(path)], text=True, check=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


def objects():
    """{source: (symbols it defines, symbols it uses)}, of all of src."""
    if not BUILD:
        sys.exit("which build directory?  lint.py ROOT RULE BUILD")
    found = {}
    for where in ("src", SIM):
        for path in (BUILD / where).rglob("*.c.o"):
            # A target's name for its source: its folder, .. spelt __.
            name = str(path.relative_to(BUILD))[:-2].replace("/__/", "/../")
            name = re.sub(r"CMakeFiles/\w+\.dir/", "", name)
            source = (ROOT / name).resolve()
            if source.exists() and source.is_relative_to(ROOT):
                found[name_of(source)] = path
    missing = [name_of(p) for p in under("src")
               if p.suffix == ".c" and name_of(p) not in found]
    if missing:
        sys.exit("\n".join(f"{m}: no object in {BUILD}" for m in missing))
    result = {}
    for source, path in sorted(found.items()):
        defined, used = set(), set()
        for line in nm(path, "-g"):
            kind, symbol = line.split()[-2:]
            (used if kind in "Uwv" else defined).add(symbol)
        result[source] = defined, used
    return result


def symbol_uses():
    """{source: {source whose symbol it uses: symbols}}"""
    of = objects()
    home = {s: source for source, (defined, _) in of.items() for s in defined}
    uses = {source: {} for source in of}
    for source, (_, used) in of.items():
        for s in sorted(used & home.keys()):
            uses[source].setdefault(home[s], []).append(s)
    return uses


def link_circles():
    """No object file uses a symbol of one that uses its symbols, by way of
    others either."""
    uses = symbol_uses()
    return ["\n".join(["circle: " + ", ".join(c)] +
                      [f"  {a} -> {b}: {uses[a][b][0]}"
                       for a in c for b in uses[a] if b in c])
            for c in circles(uses)]


def link_arrows():
    """Symbols of other folders are used along the arrows of docs/design.md's
    diagram; by the command, if a public header declares them."""
    table = Diagram()
    if table.bad:
        return table.bad
    public = "\n".join(read(p) for p in under("include"))
    bad = []
    for user, to in symbol_uses().items():
        for used, symbols in to.items():
            if table.allows(user, used):
                continue
            if user.startswith("src/cli/"):
                symbols = [s for s in symbols
                           if not re.search(rf"\b{s}\b", public)]
            bad += [f"{user} uses {s} of {used}" for s in symbols]
    return bad


def system_calls():
    """Only plat, probe and some files of the command open, map, start or time
    anything."""
    may = ("src/plat/", "src/probe/")
    # __open_2, __read_chk: of a build with _FORTIFY_SOURCE.
    return [f"{source}: {s}" for source, (_, used) in objects().items()
            for s in sorted(used)
            if re.fullmatch(rf"(__)?({SYSTEM})(_2|_chk)?", s) and not source.startswith(may)
            and source not in {f"src/cli/{f}.c" for f in CLI_SYSTEM}]


def table():
    """Each path in a table of files exists."""
    bad = []
    for page in ("docs/design.md", "CONTRIBUTING.md"):
        rows = lines(ROOT / page, r"^\|") if (ROOT / page).exists() else []
        for m in rows:
            # Names without a folder are in that of the path before them.
            where = ""
            for path in re.findall(r"`([^` ]+)`", m.rsplit(" | ", 1)[-1]):
                if not re.search(r"^[^/].*/|\.[a-z]+$", path):
                    continue
                at = [path] if "/" in path else []
                at += [f"{w}{path}" for w in (where, "") if w + path not in at]
                # X means a source's name, COMMAND a command's.
                at = [re.sub(r"\b(X|COMMAND|NAME)\b", "*", a) for a in at]
                hit = next((a for a in at if any(ROOT.glob(a))), None)
                if not hit:
                    bad.append(f"{m}: no {path}")
                    continue
                where = hit if hit.endswith("/") else (
                    hit.rsplit("/", 1)[0] + "/" if "/" in hit else where)
    return bad


RULES = [include_circles, diagram, arrows, table]
# These need what was built.
OBJECT_RULES = [link_circles, link_arrows, system_calls]
