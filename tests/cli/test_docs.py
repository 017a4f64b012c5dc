# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The option table, --help, the manual page and the completion agree."""
import json
import re
import shutil
import subprocess
import unittest

import cli

MAN = cli.SOURCE / "docs" / "man" / "tscal.1"
COMPLETION = cli.SOURCE / "docs" / "completion" / "tscal.bash"
TABLE = cli.SOURCE / "src" / "cli" / "tables.c"


def section(text, start):
    """The indented lines below the one that starts so."""
    lines = text[text.index(start):].splitlines()[1:]
    return lines[:lines.index("")]


def source_names():
    out = cli.run("--json", "sources").stdout
    return [s["name"] for s in json.loads(out)["sources"]]


def own_pages():
    """The pages of single commands, by command."""
    return {path.name[len("tscal-"):-len(".1")]: path.read_text()
            for path in sorted(MAN.parent.glob("tscal-*.1"))}


def option_places():
    """Of each option the commands, if they have pages of their own and no other
    command takes it; else the empty set, for tscal.1."""
    rows = re.findall(
        r'^\t\{"([\w-]+)",[^;]*?\b(ON[(_][^"]*?),\s*"',
        TABLE.read_text(), re.M)
    places = {}
    for name, where in rows:
        alone = re.fullmatch(r"ON\(\w+\)(?:\s*\|\s*ON\(\w+\))*", where)
        commands = {c.lower() for c in re.findall(r"ON\((\w+)\)", where)}
        if not alone or not commands <= own_pages().keys():
            commands = set()
        places[name] = commands
    return places


def prototype(result, name, arguments):
    text = re.sub(r" ?([*,]) ?", r"\1", " ".join(arguments.split()))
    return name, " ".join(result.split()).replace(" *", "*"), text


def declared():
    """The prototypes of the public headers, sorted."""
    found = []
    for path in sorted((cli.SOURCE / "include" / "tscal").glob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        found += [prototype(*m) for m in re.findall(
            r"\bTSCAL_(?:API|INLINE)\s([\w\s*]+?)(tscal_\w*[a-z\d])"
            r"\(([^)]*)\)", text)]
    return sorted(found)


def documented():
    """The prototypes under SYNOPSIS in section 3, sorted."""
    found = []
    for path in sorted(MAN.parent.glob("*.3")):
        text = path.read_text().replace("\\\n", "")
        text = text[text.index(".Sh SYNOPSIS"):text.index(".Sh DESCRIPTION")]
        found += [prototype(result, name, arguments.strip('"').replace(
            '" "', ",")) for result, name, arguments in re.findall(
                r"^\.Ft (.+)\n\.Fn (\w+) (.+)$", text, re.M)]
    return sorted(found)


ITEM = r"^\.It (?:Fl (\w) , )?Fl -([\w-]+)"


class Agree(cli.Case):
    def setUp(self):
        self.help = cli.run("--help").stdout
        body = "\n".join(section(self.help, "options,"))
        self.options = re.findall(r"^ +(?:-\w, )?--([\w-]+)", body, re.M)
        self.letters = re.findall(r"^ +-(\w),", body, re.M)
        self.commands = [l.split()[0] for l in section(self.help, "commands:")]
        self.commands.remove("(none)")
        self.man = MAN.read_text()
        self.completion = COMPLETION.read_text()

    def word_list(self, name):
        m = re.search(r'\b%s="([^"]*)"' % name, self.completion)
        return m.group(1).split()

    def test_options_of_the_table(self):
        table = re.findall(r'^\t\{"([\w-]+)", ', TABLE.read_text(), re.M)
        self.assertEqual(table, self.options)

    def test_every_option_is_accepted(self):
        for option in self.options:
            err = cli.run("--" + option, "/", "--help").stderr
            self.assertNotIn("unknown option", err, option)

    def test_options_of_the_manual(self):
        places = option_places()
        self.assertEqual(list(places), self.options)
        items = re.findall(ITEM, self.man, re.M)
        self.assertEqual([name for _, name in items],
                         [o for o in self.options if not places[o]])
        self.assertEqual([x for x, _ in items if x], self.letters)

    def test_options_of_commands_with_a_page(self):
        places = option_places()
        for command, page in own_pages().items():
            self.assertIn(command, self.commands)
            self.assertEqual([name for _, name in re.findall(ITEM, page, re.M)],
                             [o for o in self.options if command in places[o]])
            self.assertIn(f".Xr tscal-{command} 1", self.man)
            self.assertIn(".Xr tscal 1", page)

    def test_commands_of_the_manual(self):
        start = self.man.index("The commands are:")
        end = self.man.index("The options are:")
        items = re.findall(r"^\.It Cm (\w+)", self.man[start:end], re.M)
        self.assertEqual(items, self.commands)

    def test_arguments_of_the_manual(self):
        # "--budget-ms N" in both, "--json" in both.
        manual = self.man + "".join(own_pages().values())
        for line in section(self.help, "options,"):
            m = re.match(r" +(?:-\w, )?--([\w-]+)(?: (\S+))?", line)
            item = re.search(r"^\.It .*Fl -%s\b(?!-)(.*)$" % m.group(1), manual,
                             re.M)
            self.assertEqual(bool(m.group(2)), bool(item.group(1)), line)
            for word in re.findall(r"[a-z]+", m.group(2) or ""):
                self.assertIn(word, item.group(1))

    def test_exit_codes_of_the_manual(self):
        status = self.man[self.man.index(".Sh EXIT STATUS"):]
        codes = re.findall(r"^\.It (\d)$", status, re.M)
        self.assertEqual(
            codes, re.findall(r"^  (\d) ", self.help, re.M))
        self.assertEqual(codes, list("012345"))

    def test_completion(self):
        self.assertEqual(
            self.word_list("options"), ["--" + o for o in self.options])
        self.assertEqual(self.word_list("commands"), self.commands)
        self.assertEqual(sorted(self.word_list("sources")),
                         sorted(source_names()))

    def test_completion_completes(self):
        def complete(*words):
            script = 'source "$0"; COMP_WORDS=(tscal "$@"); ' \
                'COMP_CWORD=$#; _tscal; echo "${COMPREPLY[*]}"'
            out = subprocess.run(
                ["bash", "-euc", script, COMPLETION, *words], check=True,
                stdout=subprocess.PIPE, text=True, timeout=20).stdout
            return out.split()

        self.assertEqual(complete("so"), ["sources"])
        self.assertEqual(complete("hz", "--js"), ["--json"])
        self.assertEqual(complete("--only", "vdso,clo"), ["vdso,clock-raw"])
        self.assertEqual(complete("hv", "--js"), ["--json"])
        self.assertEqual(complete("--only", ""), self.word_list("sources"))
        self.assertEqual(complete("--only", "xyzzy"), [])
        self.assertEqual(complete("--require", ""), ["verified", "consistent"])
        self.assertEqual(complete("--budget-ms", ""), [])
        self.assertEqual(complete("--window-ms", ""), [])
        self.assertEqual(complete("--runs", ""), [])
        self.assertEqual(complete("com"), ["compare"])

    def test_names_in_schema_and_manual(self):
        _, schema = cli.load_schema("tscal.report/1")
        self.assertEqual(sorted(schema["$defs"]["source"]["enum"]),
                         sorted(source_names()))
        for names in ("status", "rate_verdict", "use_verdict"):
            for name in schema["$defs"][names]["enum"]:
                self.assertIn(f"\n.It Cm {name}\n", self.man)

    def test_names_in_the_overview(self):
        text = (MAN.parent / "tscal.7").read_text()
        items = re.findall(r"^\.It Cm (\S+)$", text, re.M)
        sources = source_names()
        self.assertEqual(items[:len(sources)], sources)
        _, schema = cli.load_schema("tscal.report/1")
        for names in ("rate_verdict", "use_verdict"):
            for name in schema["$defs"][names]["enum"]:
                self.assertIn(name, items)
        # Roots, kinds and what to watch, as the library names them.
        names = (cli.SOURCE / "src" / "calib" / "names.c").read_text()
        for name in re.findall(r'^\t\t\[\d+\] = "([^"]+)"', names, re.M):
            self.assertIn(re.sub(":[1-7]$", ":0", name), items)
        for name in re.findall(r'\[TSCAL_KIND_\w+\] = "([^"]+)"', names):
            self.assertRegex(text, rf"(?m)^\.Cm {name}\b")

    def test_example_of_the_library_manual(self):
        for page, place in (("tscal.3", "README.md"),
                            ("tscal_clock.3", "docs/guide.md")):
            text = (MAN.parent / page).read_text()
            code = re.search(r"\.Sh EXAMPLES.*?\.Bd -literal\n(.*?)\.Ed", text,
                             re.S).group(1)
            self.assertIn("```c\n" + code.replace("\\e", "\\") + "```",
                          (cli.SOURCE / place).read_text())

    def test_ten_lines_are_ten(self):
        readme = (cli.SOURCE / "README.md").read_text()
        code = re.search(r"Ten lines of C.*?```c\n(.*?)```", readme, re.S)
        self.assertLessEqual(code[1].count("\n"), 10)

    def test_prototypes_of_the_library_manual(self):
        self.maxDiff = None
        self.assertGreater(len(declared()), 60)
        self.assertEqual(documented(), declared())

    @unittest.skipUnless(shutil.which("mandoc"), "no mandoc")
    def test_manuals_are_clean(self):
        r = subprocess.run(["mandoc", "-Tlint", "-Wstyle",
                            *sorted(MAN.parent.iterdir())], text=True,
                           stdout=subprocess.PIPE, check=False, timeout=20)
        # Whether other manuals are installed is not ours.
        lines = [l for l in r.stdout.splitlines()
                 if "referenced manual not found" not in l]
        self.assertEqual(lines, [])


if __name__ == "__main__":
    unittest.main()
