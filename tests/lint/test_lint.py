#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""test_lint.py [CC]: lint.py on small trees.  A clean one passes; one with one
mistake fails by exactly the rules expected, which name the file."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

LINT = pathlib.Path(__file__).with_name("lint.py")
CC = sys.argv.pop(1) if len(sys.argv) > 1 else "cc"
RULES = ["include_circles", "diagram", "arrows", "table", "link_circles",
         "link_arrows", "system_calls", "libraries", "devices", "purity"]
# Rules, in one process: {rule: its output} of those that fail.
DRIVER = """
import contextlib, io, json, sys
rules, failed = sys.argv[2].split(","), {}
import lint
for sys.argv[2] in rules:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        if lint.main():
            failed[sys.argv[2]] = out.getvalue()
print(json.dumps(failed))
"""
DESIGN = """```text
data flow:
include/tscal -> src/plat -> src/hv -> src/calib/facts -> src/calib -> src/clock
src/plat -> src/calib/estimate.h -> src/calib/facts
src/plat -> src/plat/sim
src/plat -> src/probe
include/tscal -> src/cli
```

| question | file |
| --- | --- |
| `no_path`? | `src/plat/plat.h`, `plat.c`, `src/hv/`, `src/*/c*.c`; `docs/design.md` |
"""
CLEAN = {
    "docs/design.md": DESIGN,
    "CONTRIBUTING.md": "| where | `src/plat/` |\n",
    "include/tscal/tscal.h": "int tscal_rate(void);\n",
    "src/plat/plat.h": "int plat_read(void);\n",
    "src/plat/plat.c": '#include "plat/plat.h"\n#include <fcntl.h>\n'
                       'int plat_read(void) { return open("/sys/x", 0); }\n',
    "src/plat/sim/sim.c": '#include "plat/plat.h"\n'
                          'int sim(void) { return plat_read(); }\n',
    "src/probe/probe.c": '#include "plat/plat.h"\n#include <fcntl.h>\n'
                         'int probe(void) { return open("/dev/x", 0); }\n',
    "src/hv/hv.h": "int hv(void);\n",
    "src/hv/hv.c": '#include "hv/hv.h"\n#include "plat/plat.h"\n'
                   'int hv(void) { return plat_read(); }\n',
    "src/calib/estimate.h": "int estimate(void);\n",
    "src/calib/estimate.c": '#include "calib/estimate.h"\n'
                            'int estimate(void) { return 1; }\n',
    "src/calib/facts/facts.h": "int facts(void);\n",
    "src/calib/facts/facts.c":
        '#include "calib/facts/facts.h"\n#include "calib/estimate.h"\n'
        '#include "hv/hv.h"\n'
        'int facts(void) { return hv() + estimate(); }\n',
    "src/calib/run.h": "int run(void);\n",
    "src/calib/run.c":
        '#include "calib/run.h"\n#include "calib/facts/facts.h"\n'
        '#include <tscal/tscal.h>\n'
        'int run(void) { return facts(); }\n'
        'int tscal_rate(void) { return run(); }\n',
    "src/clock/clock.c": '#include "calib/run.h"\n'
                         'int clock_(void) { return run(); }\n',
    "src/cli/main.c": '#include <tscal/tscal.h>\n'
                      'int main(void) { return tscal_rate(); }\n',
}

# The interface table of docs/hypervisors.md, and what it is about.
INTERFACES = {
    "docs/hypervisors.md": """## The table

| `kvm` | KVM |

## Interfaces beside the leaves

| source | what is read | condition | unit | where from | tested |
| --- | --- | --- | --- | --- | --- |
| hv-one | an MSR | a bit | Hz | a manual | unit tests; replays; guests `a`, `b` (by root) |
| hv-two | a page | a bit | Hz | a manual | unit tests |
""",
    "src/calib/sources.c": "X(leaf) X(one) X(two) X(k)",
    "tests/vm/table_level2.py":
        "from expect_level2 import one, is_from\n"
        "BY_ONE = [one]\n"
        'HOSTS = [Nested("a", BY_ONE + []), Nested("b", [is_from("hv-one")]),'
        ' Nested("c", [])]\n',
    "tests/vm/expect_level2.py":
        'def one(guest):\n    guest.line("hv-one")\n'
        "def is_from(source):\n    return source\n",
    "tests/replay/machines/m.owed": "source: none\n\nhv-one: agrees 5 Hz\n",
    "tests/unit/calib/source/test_one.c":
        "TSCAL_SOURCE_HV_ONE TSCAL_SOURCE_HV_TWO",
} | {f"src/calib/source/{symbol}.c":
     f"const struct source source_{symbol} = {{\n"
     f'\t.name = "{name}",\n\t.kind = TSCAL_KIND_{kind},\n}};\n'
     for symbol, name, kind in (
         ("leaf", "hv-leaf", "REPORTED"), ("one", "hv-one", "REPORTED"),
         ("two", "hv-two", "REPORTED"), ("k", "vdso", "KERNEL"))}


class Interfaces(unittest.TestCase):
    def lint(self, changed):
        """What the rule prints, nothing if it holds."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in (INTERFACES | changed).items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return json.loads(subprocess.run(
                [sys.executable, "-B", "-c", DRIVER, root, "interfaces"],
                cwd=LINT.parent, check=True,
                stdout=subprocess.PIPE).stdout).get("interfaces", "")

    def test_clean(self):
        self.assertEqual(self.lint({}), "")

    def test_one_mistake(self):
        page = "docs/hypervisors.md"
        for name, old, new, says in (
                (page, "| hv-two |", "| hv-three |", "hv-three: no such"),
                (page, "| hv-two |", "| hv-three |", "hv-two: no row"),
                (page, "| hv-two |", "| hv-one |", "hv-one: two rows"),
                (page, "| hv-two | a page |", "| hv-two |  |", "not six"),
                (page, "; replays", "", "hv-one: tested has to be: unit tests; "
                 "replays; guests `a`, `b`\n"),
                (page, "`a`, `b`", "`a`", "hv-one: tested has"),
                (page, "unit tests |", "unit tests; replays |",
                 "hv-two: tested has to be: unit tests\n"),
                ("src/calib/sources.c", "X(two) ", "", "hv-two: no such"),
                ("src/calib/source/k.c", "KERNEL", "REPORTED", "vdso: no row"),
                ("tests/vm/expect_level2.py", '"hv-one"', '"vdso"',
                 "guests `b`\n"),
                ("tests/vm/table_level2.py", 'from("hv-one")', 'from("vdso")',
                 "guests `a`\n"),
                ("tests/vm/table_level2.py", 'Nested("c", [])',
                 'Nested("c", BY_ONE)', "guests `a`, `b`, `c`\n"),
                ("tests/replay/machines/m.owed", "agrees 5 Hz", "denied",
                 "hv-one: tested has to be: unit tests; guests"),
                ("tests/unit/calib/source/test_one.c", "TSCAL_SOURCE_HV_TWO",
                 "", "hv-two: nothing tests it")):
            with self.subTest(f"{name}: {old} -> {new}"):
                text = INTERFACES[name]
                self.assertIn(old, text)
                self.assertIn(says, self.lint(
                    {name: text.replace(old, new, 1)}))


class Lint(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name, "tree")
        self.build = pathlib.Path(temporary.name, "objects")

    def compile(self, files):
        for name in (f for f in files if f.endswith(".c")):
            # As CMake names them.
            where = ("tests/CMakeFiles/tscal_sim.dir/__/" + name
                     if name.startswith("src/plat/sim/") else
                     name.replace("src/", "src/CMakeFiles/some.dir/", 1))
            out = self.build / f"{where}.o"
            out.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                [CC, "-O0", "-c", "-Isrc", "-Iinclude", name, "-o", str(out)],
                cwd=self.root, check=True)

    def lint(self, changed, objects=True):
        """{rule: its output}, of those that fail."""
        files = CLEAN | changed
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if objects:
            self.compile(files)
        rules = RULES if objects else RULES[:4] + RULES[7:]
        return json.loads(subprocess.run(
            [sys.executable, "-B", "-c", DRIVER, self.root, ",".join(rules),
             self.build], cwd=LINT.parent, check=True,
            stdout=subprocess.PIPE).stdout)

    def fails(self, changed, expected, objects=True):
        failed = self.lint(changed, objects)
        self.assertEqual(sorted(failed), sorted(expected), failed)
        for rule, text in expected.items():
            self.assertIn(text, failed[rule])

    def test_clean_tree(self):
        self.fails({}, {})

    def test_circle_of_includes(self):
        self.fails({"src/hv/hv.h": '#include "hv/b.h"\n',
                    "src/hv/b.h": '#include "hv/c.h"\n',
                    "src/hv/c.h": '#include "hv.h"\n'},
                   {"include_circles":
                    "circle: src/hv/b.h, src/hv/c.h, src/hv/hv.h\n"},
                   objects=False)

    def test_include_up(self):
        for user, used in (("src/hv/a.h", "calib/run.h"),
                           ("src/calib/facts/a.h", "calib/run.h"),
                           ("src/calib/estimate.c", "calib/facts/facts.h"),
                           ("src/plat/plat.c", "plat/sim/sim.h"),
                           ("src/probe/a.h", "hv/hv.h"),
                           ("src/cli/main.c", "plat/plat.h"),
                           ("include/tscal/tscal.h", "plat/plat.h")):
            with self.subTest(user):
                self.setUp()
                self.fails({user: f'#include "{used}"\n'},
                           {"arrows": f'{user}:1: #include "{used}"'},
                           objects=False)

    def test_circle_of_objects(self):
        self.fails({"src/hv/hv.c": "int b(void);\n"
                                   "int hv(void) { return b(); }\n",
                    "src/hv/b.c": "int hv(void);\n"
                                  "int b(void) { return hv(); }\n"},
                   {"link_circles":
                    "circle: src/hv/b.c, src/hv/hv.c\n"
                    "  src/hv/b.c -> src/hv/hv.c: hv\n"
                    "  src/hv/hv.c -> src/hv/b.c: b\n"})

    def test_call_up_without_an_include(self):
        self.fails({"src/hv/a.c": "int run(void);\n"
                                  "int a(void) { return run(); }\n"},
                   {"link_arrows":
                    "src/hv/a.c uses run of src/calib/run.c"})

    def test_command_uses_what_no_public_header_declares(self):
        self.fails({"src/cli/main.c": "int run(void);\n"
                                      "int main(void) { return run(); }\n"},
                   {"link_arrows":
                    "src/cli/main.c uses run of src/calib/run.c"})

    def test_no_objects(self):
        self.fails({}, {})
        for path in self.build.rglob("hv.c.o"):
            path.unlink()
        for rule in ("link_circles", "link_arrows", "system_calls"):
            r = subprocess.run(
                [sys.executable, "-B", LINT, self.root, rule, self.build],
                text=True, check=False, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
            self.assertEqual(r.returncode, 1)
            self.assertIn("src/hv/hv.c: no object", r.stdout)

    def test_library_outside_of_probe(self):
        self.fails({"src/hv/a.h": "#include <libcpuid/libcpuid.h>\n"},
                   {"libraries": "src/hv/a.h:1", "purity": "src/hv/a.h:1"},
                   objects=False)
        self.setUp()
        self.fails({"src/plat/a.h": "#include <hwloc.h>\n"},
                   {"libraries": "src/plat/a.h:1"}, objects=False)

    def test_device_outside_of_probe(self):
        self.fails({"src/calib/a.c": "int text_read(const char *);\n"
                    'int a(void) { return text_read("/dev/x"); }\n'},
                   {"devices": "src/calib/a.c:2"}, objects=False)

    def test_device_in_a_comment(self):
        self.fails({"src/plat/a.h": '/* As of\n"/dev/x". */\n'}, {},
                   objects=False)

    def test_system_call_outside_of_plat(self):
        self.fails({"src/calib/a.c": "int open(const char *, int, ...);\n"
                                     "int (*a)(const char *, int, ...) = "
                                     "open;\n"},
                   {"system_calls": "src/calib/a.c: open\n"})

    def test_command_file_that_opens_nothing_otherwise(self):
        self.fails({"src/cli/usage.c": "#include <fcntl.h>\nint a(void) "
                                       '{ return open("/proc/x", 0); }\n'},
                   {"system_calls": "src/cli/usage.c: open\n"})

    def test_diagram(self):
        def diagram(old, new, text):
            self.setUp()
            failed = self.lint({"docs/design.md": DESIGN.replace(old, new)},
                               objects=False)
            self.assertIn(text, failed["diagram"])
            self.assertIn(text, failed["arrows"])

        diagram("src/plat -> src/probe\n", "",
                "src/probe is not in the diagram")
        diagram("src/probe", "src/prober", "src/prober does not exist")
        diagram("src/plat -> src/probe", "src/plat to src/probe", "not arrows")
        diagram("data flow", "flow", "no ```text block")
        diagram("src/plat -> src/probe",
                "src/plat -> src/probe -> src/plat",
                "circle of arrows: src/plat, src/probe")

    def test_table(self):
        for page, old, new in (
                ("docs/design.md", "`plat.c`", "`hv.c`"),
                ("docs/design.md", "`src/hv/`", "`src/hw/`"),
                ("CONTRIBUTING.md", "`src/plat/`", "`src/plat.h`")):
            with self.subTest(new):
                self.setUp()
                self.fails({page: CLEAN[page].replace(old, new)},
                           {"table": f"no {new.strip('`')}\n"},
                           objects=False)


if __name__ == "__main__":
    unittest.main()
