#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""run.py SOURCE CACHE DOCUMENT...: runs the commands of the documents, in order, in
a new Debian root that has nothing but apt.

The root is made by mmdebstrap and kept in CACHE as an archive for the next run.
It holds a copy of SOURCE's tracked files, which stands for "<this repository>".
Each document has a shell of its own, which starts in root's home; what one
document installed is there for the next."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

import blocks

REPOSITORY = "/srv/tscal"
MAKE_S, RUN_S = 400, 480
# /dev and /sys are those of the machine; the new PID namespace ends what a
# command left running.
ENTER = """
mount --make-rprivate /
mount -t proc proc "$0/proc"
mount --rbind /sys "$0/sys"
mount --rbind /dev "$0/dev"
exec chroot "$0" /usr/bin/env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	"${@:2}" bash "$1"
"""
# A reader answers apt's question; nobody is here to.
APT = """APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
"""


def die(*lines):
    """Ends the test as failed."""
    sys.exit("run.py: " + "\n".join(lines))


def skip(*lines):
    """Ends the test where this machine cannot run it; script/test prints why."""
    print("skipped: " + "; ".join(lines), flush=True)
    sys.exit(77)


def require_namespaces():
    """Ends the test where it cannot have a root of its own."""
    for tool in ("mmdebstrap", "unshare", "git"):
        if not shutil.which(tool):
            die(f"{tool} is not installed (script/test installs it)")
    r = subprocess.run(["unshare", "-m", "-p", "-f", "mount",
                        "--make-rprivate", "/"], text=True,
                       capture_output=True, check=False, timeout=20)
    if r.returncode:
        skip("no test runs the commands of the documents: this one mounts "
             "file systems in a namespace of its own, which needs root with "
             "CAP_SYS_ADMIN", r.stderr.strip())


def debian_root(cache):
    """The archive of a minimal Debian, of the release that runs here."""
    release = dict(line.rstrip().replace('"', "").split("=", 1) for line in
                   open("/etc/os-release", encoding="utf-8") if "=" in line)
    suite = release.get("VERSION_CODENAME", "")
    if release.get("ID") != "debian" or not suite:
        suite = "bookworm"
    archive = cache / f"{suite}.tar"
    if not archive.exists():
        cache.mkdir(parents=True, exist_ok=True)
        part = cache / f"{suite}.part.tar"
        print(f"making {archive}", flush=True)
        r = subprocess.run(
            ["mmdebstrap", "--variant=minbase", "--mode=root",
             "--dpkgopt=force-unsafe-io",
             *[f"--aptopt={line}" for line in proxies()], suite, part],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, timeout=MAKE_S)
        if r.returncode:
            print(r.stdout, flush=True)
            skip("no test runs the commands of the documents: mmdebstrap "
                 f"could not make a Debian {suite} (it needs a network)")
        part.rename(archive)
    return archive


def proxies():
    """Lines of apt's configuration: the machine's proxies."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True,
                          text=True, check=False, timeout=20).stdout
    return [line for line in dump.splitlines()
            if line.startswith("Acquire::") and "proxy" in line.lower()
            and '""' not in line]


def copy_repository(source, target):
    """A repository with the tracked files as they are now."""
    git = ["git", "-c", f"safe.directory={source}", "-C", source]
    names = subprocess.run([*git, "ls-files", "-z"], check=True, timeout=20,
                           stdout=subprocess.PIPE, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (source / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, target / name)
    for args in (["init", "-q"], ["add", "-A", "-f"],
                 ["-c", "user.name=test", "-c", "user.email=test@localhost",
                  "commit", "-q", "-m", "what is tested"]):
        subprocess.run(["git", "-C", target, *args], check=True, timeout=60)


def unpack(archive, root):
    """A new root, in which apt reaches the network."""
    root.mkdir()
    subprocess.run(["tar", "-xpf", archive, "-C", root, "--exclude=./dev/*"],
                   check=True, timeout=120)
    (root / "etc/apt/apt.conf.d/99test").write_text(
        APT + "".join(line + "\n" for line in proxies()))
    # Nothing here has to survive a loss of power.
    (root / "etc/dpkg/dpkg.cfg.d/test").write_text("force-unsafe-io\n")
    for name in ("etc/resolv.conf", "etc/hosts"):
        shutil.copy("/" + name, root / name)


def run(root, script, end):
    """One document's commands, until the time END."""
    (root / "blocks.sh").write_text("cd\n" + script)
    passed_on = [f"{k}={v}" for k, v in os.environ.items()
                 if k.lower() in ("http_proxy", "https_proxy", "no_proxy")]
    try:
        r = subprocess.run(
            ["unshare", "-m", "-p", "-f", "--kill-child", "bash", "-ec",
             ENTER, root, "/blocks.sh", *passed_on], stdin=subprocess.DEVNULL,
            check=False, timeout=end - time.monotonic())
    except subprocess.TimeoutExpired:
        die(f"the documents took more than {RUN_S} s; the last command above "
            "did not end")
    if r.returncode != blocks.DONE:
        die("not all commands of the document ran, or one failed: see above")


def main():
    """Each document in turn."""
    if os.geteuid() and shutil.which("sudo"):
        os.execvp("sudo", ["sudo", "-n", sys.executable, "-B", *sys.argv])
    source, cache = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
    scripts = []
    for name in sys.argv[3:]:
        try:
            scripts.append(blocks.script(
                name, (source / name).read_text(), REPOSITORY))
        except blocks.Invalid as e:
            die(f"{name}: {e}")
    require_namespaces()
    archive = debian_root(cache)
    # A run that was killed left its root; mounts in it ended with their namespace.
    root = cache / "root"
    shutil.rmtree(root, ignore_errors=True)
    try:
        unpack(archive, root)
        copy_repository(source, root / REPOSITORY[1:])
        end = time.monotonic() + RUN_S
        for text in scripts:
            run(root, text, end)
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
