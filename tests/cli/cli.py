# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Running the command, for the tests in this folder."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import jsonschema

TSCAL = os.environ["TSCAL"]
SOURCE = pathlib.Path(os.environ["TSCAL_SOURCE_DIR"])
SCHEMAS = SOURCE / "docs" / "schema"
COMMANDS = ["hz", "khz", "hv", "sources", "record", "replay", "anchor",
            "convert", "clock", "compare", "sync", "bench", "help"]


def clean_environment(**changes):
    env = {k: v for k, v in os.environ.items()
           if k not in ("NO_COLOR", "COLUMNS", "POSIXLY_CORRECT")}
    env.update(changes)
    return env


def run(*args, env=None, **kw):
    """Run tscal: its stdout, stderr and returncode."""
    kw.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([TSCAL, *args], env=env or clean_environment(),
                          stderr=subprocess.PIPE, text=True, timeout=60,
                          check=False, **kw)


# A directory that everybody can reach, and without a space in its name.
PUBLIC = tempfile.TemporaryDirectory()
os.chmod(PUBLIC.name, 0o755)


def public(path):
    """A copy of a file in PUBLIC."""
    return shutil.copy(path, PUBLIC.name)


def public_program():
    """A copy of tscal and its libraries, because the checkout may be behind a
    directory that is closed to others."""
    libraries = subprocess.check_output(["ldd", TSCAL], text=True)
    for library in re.findall(r"=> (/.*/libtscal.*) \(0x", libraries):
        public(library)
    return public(TSCAL)


def run_as_nobody(*args):
    return run(*args, executable=public_program(),
               env=clean_environment(LD_LIBRARY_PATH=PUBLIC.name),
               user=65534, group=65534, extra_groups=[])


def probe_levels():
    """What --probe can do: a build without libtscal-probe opens nothing."""
    built_in = run("--no-measure", "--probe", "devices").returncode != 1
    return ["passive"] + ["devices"] * built_in


def without_rdtsc():
    """An environment in which RDTSC faults."""
    preload = os.environ["TSCAL_DISABLE_RDTSC"]
    if not preload:
        raise unittest.SkipTest("a sanitizer needs the clocks")
    # LD_PRELOAD is split at spaces.
    env = clean_environment(LD_PRELOAD=public(preload))
    if run("--version", env=env).returncode == 77:
        raise unittest.SkipTest("PR_SET_TSC is not permitted")
    return env


def load_schema(name):
    family, version = name.split("/")
    path = SCHEMAS / f"{family}-{version}.json"
    return path, json.loads(path.read_text())


class Case(unittest.TestCase):
    def parse(self, text):
        """JSON without NaN, Infinity and duplicate keys, checked against the
        schema that it names."""
        def pairs(items):
            keys = [k for k, _ in items]
            self.assertEqual(len(keys), len(set(keys)), keys)
            return dict(items)

        def constant(word):
            self.fail(f"{word} is not JSON")

        doc = json.loads(text, object_pairs_hook=pairs,
                         parse_constant=constant)
        path, schema = load_schema(doc["schema"])
        resolver = jsonschema.RefResolver(path.as_uri(), schema)
        jsonschema.Draft202012Validator(
            schema, resolver=resolver).validate(doc)
        return doc

    def json(self, *args, schema, codes=(0,), **kw):
        r = run("--json", *args, **kw)
        self.assertIn(r.returncode, codes, r.stderr)
        doc = self.parse(r.stdout)
        self.assertEqual(doc["schema"], schema)
        return doc

    def refused(self, *args, says, **kw):
        """Exit 1, nothing on stdout, a first line on stderr that contains it."""
        r = run(*args, **kw)
        self.assertEqual(r.returncode, 1, r.stderr)
        self.assertEqual(r.stdout, "")
        first = r.stderr.splitlines()[0]
        self.assertTrue(first.startswith("tscal: "), first)
        self.assertIn(says, first)
        return r.stderr
