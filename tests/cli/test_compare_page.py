# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The page of tscal compare as a browser shows it: in both colour schemes, on
a screen and on a telephone."""
import html
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import cli

CHROMIUM = shutil.which("chromium")
WIDTHS = [1280, 360]
# By WCAG 2.1, 1.4.3.
CONTRAST = 4.5

# The page in frames: a window without a screen has a least width, a frame has
# none.  A frame's colour scheme is that of the page around it.
WRAPPER = """<!doctype html><meta charset="utf-8">
<style>:root{{color-scheme:light dark}}iframe{{border:0;height:900px}}</style>
{frames}<pre id="answer"></pre>
<script>
const numbers = s => s.match(/[\\d.]+/g).map(Number);
function contrasts(doc, win) {{
  const found = {{}}, ground = win.getComputedStyle(doc.body).backgroundColor;
  for (const e of doc.body.querySelectorAll('*')) {{
    if (e.tagName == 'title' ||
        ![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
      continue;
    const style = win.getComputedStyle(e);
    found[e.tagName == 'text' ? style.fill : style.color] = e.tagName;
  }}
  return {{ground, found}};
}}
function overlaps(svg) {{
  const all = [...svg.querySelectorAll('text')].map(t => [t.textContent,
    t.getBBox()]), bad = [];
  all.forEach(([s, a], i) => all.slice(i + 1).forEach(([t, b]) => {{
    /* A box of text is taller than its letters. */
    if (a.x < b.x + b.width && b.x < a.x + a.width &&
        a.y + 2 < b.y + b.height - 2 && b.y + 2 < a.y + a.height - 2)
      bad.push([s, t]);
  }}));
  return bad;
}}
function outside(svg) {{
  const view = svg.viewBox.baseVal;
  return [...svg.querySelectorAll('text')].filter(t => {{
    const b = t.getBBox();
    return b.x < -1 || b.x + b.width > view.width + 1;
  }}).map(t => t.textContent);
}}
function look(frame) {{
  const doc = frame.contentDocument, win = frame.contentWindow;
  const svgs = [...doc.querySelectorAll('svg')];
  return {{
    dark: win.matchMedia('(prefers-color-scheme:dark)').matches,
    inner: doc.documentElement.clientWidth,
    width: doc.documentElement.scrollWidth,
    svgs: svgs.map(s => [s.getBoundingClientRect().width,
                         s.getBoundingClientRect().height]),
    overlaps: svgs.map(overlaps), outside: svgs.map(outside),
    colors: contrasts(doc, win), text: doc.body.innerText}};
}}
window.onload = () => {{
  answer.textContent = JSON.stringify(
    [...document.querySelectorAll('iframe')].map(look));
}};
</script>
"""


def luminance(color):
    """Relative, by WCAG 2.1."""
    parts = [float(x) / 255 for x in re.findall(r"[\d.]+", color)[:3]]
    r, g, b = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4
               for x in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


@unittest.skipUnless(CHROMIUM, "no chromium")
class Page(cli.Case):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        page = cls.folder / "page.html"
        if cli.run("compare", "--runs", "3", "--duration", "0.1", "--html",
                   str(page)).returncode in (4, 5):
            raise unittest.SkipTest("the TSC cannot be timed here")
        text = html.escape(page.read_text())
        frames = "".join(f'<iframe style="width:{w}px" srcdoc="{text}">'
                         "</iframe>" for w in WIDTHS)
        (cls.folder / "frames.html").write_text(WRAPPER.format(frames=frames))

    def looked(self, scheme):
        """What each frame shows; 0 is dark, as Blink counts."""
        r = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu",
             f"--user-data-dir={self.folder}/profile", "--window-size=1400,900",
             f"--blink-settings=preferredColorScheme={scheme}", "--dump-dom",
             (self.folder / "frames.html").as_uri()],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=50, check=False)
        m = re.search(r'<pre id="answer">(.+?)</pre>', r.stdout, re.S)
        self.assertTrue(m, r.stderr[-2000:])
        return json.loads(html.unescape(m.group(1)))

    def check(self, scheme, dark):
        for width, seen in zip(WIDTHS, self.looked(scheme), strict=True):
            with self.subTest(width=width, dark=dark):
                self.assertEqual(seen["dark"], dark)
                self.assertGreaterEqual(width, seen["inner"])
                self.assertLessEqual(seen["width"], seen["inner"])
                self.assertEqual(len(seen["svgs"]), 3)
                for size in seen["svgs"]:
                    self.assertGreater(min(size), 50)
                self.assertEqual(seen["overlaps"], [[], [], []])
                self.assertEqual(seen["outside"], [[], [], []])
                self.assertNotIn("\\x", seen["text"])
                self.colors(seen["colors"], dark)

    def colors(self, colors, dark):
        ground = colors["ground"]
        self.assertEqual(luminance(ground) < 0.5, dark, ground)
        self.assertGreater(len(colors["found"]), 1)
        for color, where in colors["found"].items():
            self.assertGreaterEqual(contrast(color, ground), CONTRAST,
                                    (where, color, ground))

    def test_light(self):
        self.check(1, False)

    def test_dark(self):
        self.check(0, True)


if __name__ == "__main__":
    unittest.main()
