# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What is printed follows docs/schema, wherever it runs."""
import copy
import os
import re
import subprocess
import unittest

import jsonschema

import cli

ANY = (0, 2, 3, 4, 5)


class Reports(cli.Case):
    def report(self, *args, **kw):
        doc = self.json(*args, schema="tscal.report/1", codes=ANY, **kw)
        self.sane(doc)
        return doc

    def sane(self, doc):
        """What a schema cannot express."""
        rate = doc["rate"]
        self.assertEqual(rate["hz"] is None, rate["verdict"] == "none")
        self.assertEqual(rate["hz"] is None, rate["source"] is None)
        self.assertEqual(rate["agreement_ppm"] is not None,
                         rate["verdict"] == "verified" or
                         rate["verdict"] == "conflict" and
                         rate["agreement_ppm"] is not None)
        used = [s for s in doc["sources"] if s["status"] == "used"]
        self.assertEqual([s["name"] for s in used],
                         [rate["source"]] if rate["source"] else [])
        for s in used:
            for key in ("hz", "hz_lo", "hz_hi", "roots"):
                self.assertEqual(s[key], rate[key])
        for s in [rate] + doc["sources"]:
            if s["hz"] is not None:
                self.assertLessEqual(s["hz_lo"] or 0, s["hz"])
                self.assertLessEqual(s["hz"], s["hz_hi"] or float("inf"))
                self.assertTrue(s["roots"])
        for s in doc["sources"]:
            if s["status"] == "coarse":
                # Half an interval of more than 500 ppm leaves 500 ppm open.
                (u,) = used
                left_open = max(s["hz_hi"] - u["hz_lo"], u["hz_hi"] - s["hz_lo"])
                self.assertGreater(left_open / u["hz"] * 1e6, 499, s)
                self.assertRegex(s["sentence"], "too coarse|not comparable")
        hv = doc["hypervisor"]
        self.assertTrue(hv["present"] or hv["vendor"] ==
                        ("unknown" if hv["present"] is None else "none"))
        for key in ("signature", "max_leaf"):
            self.assertEqual(hv[key] is None, hv["base"] is None)
        # Only the kernel's own hypervisor is named without a base.
        unnamed = hv["base"] is None and hv["vendor"] in ("none", "unknown")
        self.assertEqual(hv["name"] is None, unnamed)
        if hv["base"] is None and not unnamed:
            self.assertIn("Two layers", hv["layers"])
            self.assertIsNone(hv["timing_leaf"])
            self.assertEqual(bool(hv["also"]),
                             "shows no hypervisor" not in hv["layers"])
        self.assertTrue(hv["timing"] or not hv["timing_leaf"])
        if doc["use"]["verdict"] == "until-moved":
            self.assertTrue(doc["use"]["watch"])


class Documents(Reports):
    def test_report(self):
        self.report()
        for probe in cli.probe_levels():
            self.report("--probe", probe)
        self.report("--budget-ms", "1")
        self.report("--assume-metal")

    def test_recorded_machines(self):
        """Their reports have values that no machine at hand has."""
        machines = sorted((cli.SOURCE / "tests/replay/machines").glob("*.rec"))
        self.assertTrue(machines)
        statuses = set()
        for path in machines:
            with self.subTest(machine=path.stem):
                doc = self.report("replay", str(path))
                statuses |= {s["status"] for s in doc["sources"]}
        self.assertIn("coarse", statuses)

    def test_nothing_measured(self):
        doc = self.report("--no-measure")
        for s in doc["sources"]:
            if s["name"] == "clock-raw":
                self.assertIsNone(s["hz"])

    def test_only(self):
        doc = self.report("--only", "clock-raw,vdso")
        asked = [s["name"] for s in doc["sources"]
                 if s["sentence"] != "not asked for"]
        self.assertEqual(sorted(asked), ["clock-raw", "vdso"])

    def test_rates_have_a_resolution_of_one_mhz(self):
        text = cli.run("--json").stdout
        numbers = re.findall(r'"hz\w*": ([^n,]+),', text)
        self.assertTrue(numbers)
        for n in numbers:
            self.assertRegex(n, r"^\d+\.\d{1,3}$")

    def test_hz_and_khz(self):
        for command in ("hz", "khz"):
            doc = self.json(command, schema="tscal.hz/1", codes=ANY)
            if doc["hz"] is not None:
                self.assertAlmostEqual(doc["khz"], doc["hz"] / 1e3, delta=0.5)
                self.assertLessEqual(doc["hz_lo"], doc["hz"])
                self.assertLessEqual(doc["hz"], doc["hz_hi"])

    def test_hv_is_the_same_as_in_the_report(self):
        doc = self.json("hv", schema="tscal.hv/1")
        self.assertEqual(doc["hypervisor"], self.report()["hypervisor"])
        for probe in cli.probe_levels():
            other = self.json("hv", "--probe", probe, schema="tscal.hv/1")
            self.assertEqual(doc["hypervisor"], other["hypervisor"])

    def test_hv_has_the_sources_that_ask_the_hypervisor(self):
        doc = self.json("hv", schema="tscal.hv/1")
        survey = self.json("sources", schema="tscal.sources/1")
        names = [s["name"] for s in doc["sources"]]
        self.assertIn("hv-leaf", names)
        self.assertIn("kvmclock", names)
        self.assertEqual(doc["sources"], [
            s for s in survey["sources"] if s["name"] in names])

    def test_sources_measures_nothing(self):
        doc = self.json("sources", schema="tscal.sources/1")
        for s in doc["sources"]:
            self.assertNotIn(s["status"], ("used", "agrees", "disagrees"))
            # Nothing was measured because it was not asked for: no reason.
            self.assertNotIn("no measurement", s["sentence"])
        self.assertEqual([s["name"] for s in doc["sources"]],
                         [s["name"] for s in self.report()["sources"]])


class Hostile(Reports):
    def test_rdtsc_disabled(self):
        # The vDSO clocks fault with it.
        env = cli.without_rdtsc()
        for probe in cli.probe_levels():
            doc = self.report("--probe", probe, env=env)
            self.assertEqual(doc["use"]["verdict"], "no")
            self.assertIn("RDTSC is disabled", doc["use"]["sentence"])
            self.assertIsNone(doc["trust"]["rdtsc_ns"])
        r = cli.run(env=env)
        self.assertEqual(r.returncode, 4)
        self.assertIn("RDTSC is disabled", r.stdout)
        for command in ("hz", "khz", "hv", "sources"):
            self.parse(cli.run("--json", command, env=env).stdout)

    def in_namespace(self, script):
        command = ["unshare", "--mount", "--propagation", "private"]
        if os.geteuid():
            command += ["--user", "--map-root-user"]
        r = subprocess.run(
            [*command, "sh", "-euc", script, cli.TSCAL],
            env=cli.clean_environment(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        if r.returncode == 99 or "unshare" in r.stderr:
            self.skipTest("no mount namespaces here: " + r.stderr)
        return r

    def test_no_proc_and_no_sys(self):
        r = self.in_namespace(
            "{ mount -t tmpfs none /sys && mount -t tmpfs none /proc; } "
            "|| exit 99; exec \"$0\" --json")
        doc = self.parse(r.stdout)
        self.sane(doc)
        self.assertIsNone(doc["trust"]["clocksource"])
        self.assertEqual(doc["trust"]["available"], [])
        self.assertIsNone(doc["trust"]["rejected_by_kernel"])
        # Without the clocksource its roots are not known.
        raw = [s for s in doc["sources"] if s["name"] == "clock-raw"][0]
        self.assertEqual(raw["roots"], ["unknown"])

    @unittest.skipIf(os.geteuid(), "needs root to become somebody else")
    def test_unprivileged(self):
        doc = self.parse(cli.run_as_nobody("--json").stdout)
        self.sane(doc)
        self.assertNotEqual(doc["rate"]["verdict"], "none")


class Schemas(cli.Case):
    def setUp(self):
        self.doc = self.json("--no-measure", schema="tscal.report/1",
                             codes=ANY)

    def test_schemas_are_schemas(self):
        names = sorted(p.name for p in cli.SCHEMAS.glob("*.json"))
        self.assertEqual(names, [
            "tscal.bench-1.json", "tscal.clock-1.json", "tscal.compare-1.json",
            "tscal.hv-1.json", "tscal.hz-1.json", "tscal.report-1.json",
            "tscal.sources-1.json", "tscal.sync-1.json"])
        for name in names:
            _, schema = cli.load_schema(name[:-len("-1.json")] + "/1")
            jsonschema.Draft202012Validator.check_schema(schema)
            self.assertEqual(schema["title"], name[:-len("-1.json")] + "/1")

    def broken(self, change):
        doc = copy.deepcopy(self.doc)
        change(doc)
        path, schema = cli.load_schema("tscal.report/1")
        with self.assertRaises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(
                schema, resolver=jsonschema.RefResolver(path.as_uri(), schema)
            ).validate(doc)

    def test_schemas_refuse_what_is_not_the_report(self):
        self.broken(lambda d: d.update(extra=1))
        self.broken(lambda d: d.pop("trust"))
        self.broken(lambda d: d["rate"].update(verdict="fine"))
        self.broken(lambda d: d["rate"].update(hz="2.4 GHz"))
        self.broken(lambda d: d["rate"].update(hz=0))
        self.broken(lambda d: d["rate"].update(roots=["hv", "hv"]))
        self.broken(lambda d: d["hypervisor"].update(base=0x40000000))
        self.broken(lambda d: d["hypervisor"].update(layers=""))
        self.broken(lambda d: d["hypervisor"]["evidence"].append({}))
        self.broken(lambda d: d["sources"][0].update(status="fine"))
        self.broken(lambda d: d["sources"].append({}))


if __name__ == "__main__":
    unittest.main()
