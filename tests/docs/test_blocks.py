# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What blocks.py finds in a document, and what its script says of a wrong one."""
import subprocess
import tempfile
import unittest

import blocks

SAMPLE = """# Guide

```sh
mkdir made && cd made
false   # exit 1
n=0
for i in 1 2 3; do
\tn=$((n + i))
done
cat > list <<end
two
end
sh -c 'exit 4'   # exit 0, or 3 to 5 by what the machine is
```

`other.c` is not this one; `ten.c`:

```c
int main(void) { return '\\\\'; }
```

```console
$ echo $n | tee sum
6
$ test "$(cat list)" = two &&
> test -e ten.c
# [ "$PWD" = "${PWD%/made}/made" ]
```

```text
exit 9
```
"""


def run(text, repository=blocks.REPOSITORY):
    """The script's exit code, output and errors."""
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run(
            ["bash", "-c", blocks.script("guide.md", text, repository)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            cwd=home, check=False, timeout=30)


def sh(*lines):
    """A document of one block."""
    return "\n".join(["```sh", *lines, "```", ""])


class Blocks(unittest.TestCase):
    def test_sample(self):
        found = blocks.steps(SAMPLE)
        self.assertEqual([s.line for s in found],
                         [4, 5, 6, 7, 10, 13, 19, 23, 25, 27])
        self.assertEqual([s.name for s in found if s.name], ["ten.c"])
        self.assertEqual(found[5].codes, {0, 3, 4, 5})
        r = run(SAMPLE)
        self.assertEqual((r.returncode, r.stderr), (blocks.DONE, ""))

    def test_wrong_code(self):
        for wrong in ("false", "true # exit 1", "sh -c 'exit 2' # exit 0 or 3",
                      "sh -c 'exit 6' # exit 0, or 3 to 5 by the machine",
                      "false | true", "no-such-command", "cd /nowhere"):
            r = run(sh("echo before", wrong, "touch /nowhere/after"))
            self.assertEqual(r.returncode, 1, wrong)
            self.assertIn("guide.md:3: exit code", r.stderr)
            self.assertIn(wrong, r.stderr)
            self.assertNotIn("after", r.stdout + r.stderr)

    def test_output_of_what_failed(self):
        r = run(sh("echo one", "echo two; echo three >&2; false"))
        self.assertTrue(r.stderr.endswith(":\ntwo\nthree\n"), r.stderr)

    def test_shell_that_ends(self):
        for command in ("exit", "exec true", "set -e; false"):
            r = run(sh(command, "true"))
            self.assertNotIn("guide.md:3", r.stdout)
            self.assertNotEqual(r.returncode, blocks.DONE, command)

    def test_input_is_empty(self):
        self.assertEqual(run(sh("cat", "read -r x  # exit 1")).returncode,
                         blocks.DONE)

    def test_repository(self):
        r = run(sh("test -d <this repository>"), "/usr")
        self.assertEqual(r.returncode, blocks.DONE)

    def test_nothing_is_left_out(self):
        for text in ("text\n", "```text\na\n```\n", "```sh\ntrue\n",
                     "```\ntrue\n```\n", sh("# nothing"), sh("if true; then"),
                     sh("true") + "Named `a.c`.\n\nNot here.\n\n```c\nint i;\n```\n",
                     sh("cat <<end", "text")):
            with self.assertRaises(blocks.Invalid, msg=text):
                blocks.steps(text)


if __name__ == "__main__":
    unittest.main()
