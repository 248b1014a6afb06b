"""Build the course's virtual environment: `python data/tools/environment.py [--oldest]`.

Needs nothing but Python 3.10 or newer; where uv is there (on PATH, or as a module of
this Python) it installs the packages, in a fraction of pip's time. A finished
environment carries a stamp made from everything it was built from; while the stamp fits
and the packages can be found, this returns at once and uses no network. An environment
without its stamp, or one whose Python no longer runs, was interrupted or belongs to
another Python, and is built again.
"""

import argparse
import ast
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST = ROOT / "tests" / "oldest.txt"
NEEDED_GB = 4  # TensorFlow, JupyterLab and pip's own copies while it unpacks them

# Settings of pip that send packages elsewhere, or leave them out. pip takes them from
# PIP_TARGET and the like, and from its configuration files.
ELSEWHERE = {"target", "prefix", "root", "user", "python", "dry-run", "no-deps"}
# Variables that let a Python find packages, or itself, outside the environment.
OUTSIDE = {"PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"}
# pip's settings by which packages are found, and uv's variables for them.
FOR_UV = {
    "index-url": "UV_INDEX_URL",
    "extra-index-url": "UV_EXTRA_INDEX_URL",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "constraint": "UV_CONSTRAINT",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
}

# What pip or uv says when something went wrong, and what that means for the reader.
# The first match wins.
SENTENCES = [
    (
        (
            "No space left on device",
            "Errno 28",
            "Disk quota exceeded",
            "not enough space on the disk",
        ),
        "The disk is full: make room (about {needed} GB), then run the same command again.",
    ),
    (
        (
            "Temporary failure in name resolution",
            "NewConnectionError",
            "ConnectionError",
            "Network is unreachable",
            "ConnectTimeout",
            "ReadTimeout",
            "ProxyError",
            "Connection reset",
            "Could not fetch URL",
            "SSLError",
            "getaddrinfo failed",
            "nodename nor servname",
            "error sending request",
            "dns error",
            "tcp connect error",
            "operation timed out",
            "Network connectivity is disabled",
        ),
        "The package index could not be reached: check the network (or the proxy), then run this again.",
    ),
    (
        (
            "DO NOT MATCH THE HASHES",
            "Hash mismatch",
            "IncompleteRead",
            "BadZipFile",
            "Failed to extract",
        ),
        "A download arrived damaged: run the same command again.",
    ),
    (
        (
            "No matching distribution found",
            "requires a different Python",
            "Requires-Python",
            "No solution found",
            "no wheels with a matching",
        ),
        "There is no suitable package for {python} on this machine. TensorFlow has packages for Linux, for "
        "Windows and for Macs with Apple silicon, with Python 3.10 to 3.13: try another, as in  "
        "make lab PYTHON=python3.12",
    ),
    (
        ("Permission denied", "Errno 13", "Access is denied"),
        "A file could not be written: does this folder belong to you?",
    ),
]


def folder_of(oldest):
    """The environment's folder, `.venv` or `.venv-oldest`."""
    return ROOT / (".venv-oldest" if oldest else ".venv")


def python_in(folder):
    """The path of an environment's own Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def own_environment():
    """The variables of this process without those that lead Python or pip elsewhere."""
    elsewhere = {f"PIP_{name.upper().replace('-', '_')}" for name in ELSEWHERE}
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in elsewhere | OUTSIDE
    }


def configured(python, environment):
    """pip's settings for `install`, as a dictionary, from files and from variables."""
    answer = subprocess.run(
        [str(python), "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
    )
    by_section = {"global": {}, "install": {}, ":env:": {}}  # the later one counts
    for line in answer.stdout.splitlines():
        found = re.fullmatch(r"(global|install|:env:)\.([\w-]+)=(.*)", line)
        if found:
            section, name, value = found.groups()
            by_section[section][name] = str(ast.literal_eval(value))
    return {
        name: value
        for settings in by_section.values()
        for name, value in settings.items()
    }


def pip_environment(python):
    """Variables with which pip installs into the environment of `python`.

    Where a file of pip's says otherwise, that file is not read, and all else that it
    says is passed on in variables.
    """
    environment = own_environment()
    settings = configured(python, environment)
    if ELSEWHERE & settings.keys():
        for name in settings.keys() - ELSEWHERE:
            environment[f"PIP_{name.upper().replace('-', '_')}"] = settings[name]
        environment["PIP_CONFIG_FILE"] = os.devnull
    return environment


def uv_environment(python):
    """Variables with which uv looks where pip would look; what is set for uv stays."""
    environment = own_environment()
    settings = configured(python, environment)
    if "extra-index-url" in settings:  # pip takes the newest of all places
        environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    for name, variable in FOR_UV.items():
        if name in settings:
            between = "," if name == "find-links" else " "
            environment.setdefault(variable, between.join(settings[name].split()))
    return environment


def uv_command():
    """How uv is started here, as a list of words; empty where there is none."""
    found = shutil.which("uv")
    if found:
        return [found]
    return [sys.executable, "-m", "uv"] if importlib.util.find_spec("uv") else []


PROBE = """
import importlib.metadata, importlib.util, json, os, platform, sys
import pip
root, names = sys.argv[1], sys.argv[2:]
missing = [name for name in ("tensorflow", "jupyterlab")
           if importlib.util.find_spec(name) is None]
for name in names:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        missing.append(name)
ganlib = importlib.util.find_spec("ganlib")
if not (ganlib and os.path.samefile(os.path.join(root, "ganlib"),
                                    os.path.dirname(ganlib.origin))):
    missing.append("ganlib")
print(json.dumps([platform.python_version(), sorted(set(missing))]))
"""


def required():
    """The names of the packages in requirements.txt."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9-]+)>=", text, re.M)


def probe(python):
    """(version, names of what cannot be imported there) of an environment's Python.

    The version is None for one that does not start or has no pip.
    """
    # -I: only what the environment itself holds counts.
    command = [str(python), "-I", "-c", PROBE, str(ROOT), *required()]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
        version, missing = json.loads(answer.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None, []
    return version, missing


def stamp_for(oldest, version):
    """What an environment is made from, as one line: requirements, Python and the folder that ganlib is
    read from.
    """
    digest = hashlib.sha256()
    for path in [ROOT / "requirements.txt", *([OLDEST] if oldest else [])]:
        digest.update(path.read_text(encoding="utf-8").encode())
    return f"{digest.hexdigest()[:16]} Python {version} {ROOT}"


def is_ready(folder, oldest):
    """True when the environment is whole and up to date."""
    stamp = folder / "course-stamp.txt"
    if not stamp.is_file():
        return False
    version, missing = probe(python_in(folder))
    if version is None or missing:
        return False
    return stamp.read_text(encoding="utf-8") == stamp_for(oldest, version)


def explain(output, python, tool="pip"):
    """One sentence for a failed pip or uv, or its last lines when none fits."""
    for marks, sentence in SENTENCES:
        if any(mark in output for mark in marks):
            return sentence.format(needed=NEEDED_GB, python=python)
    last = "\n    ".join(output.strip().splitlines()[-8:])
    return f"{tool} failed; its last lines were:\n    {last}"


def run_logged(command, environment, log):
    """Run pip or uv, show its main steps, keep all of its words in `log`.

    Returns (exit status, everything it printed).
    """
    # In the course's own folder, because `-e .` is read from there.
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines = []
    with open(log, "a", encoding="utf-8") as record:
        for line in process.stdout:
            lines.append(line)
            record.write(line)
            if sys.stdout.isatty() and line.lstrip().startswith(
                ("Collecting ", "Downloading ", "Downloaded ")
            ):
                print(f"\r  {line.strip()[:76]:<76}", end="", flush=True)
            elif line.startswith(("Installing collected", "Prepared ")):
                print(
                    f"\r  {'unpacking':<76}" if sys.stdout.isatty() else "  unpacking",
                    flush=True,
                )
    return process.wait(), "".join(lines)


def install(folder, oldest, log):
    """Install the requirements with uv, or with pip where uv is missing or fails.

    Returns (exit status, what was printed): 0 only where the environment then holds the
    packages, whatever the program itself says.
    """
    python = python_in(folder)
    what = ["-r", str(ROOT / "requirements.txt")]
    what += ["-c", str(OLDEST)] if oldest else []
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install"]
    ways = [("pip", [*pip, *what, "--progress-bar", "off"], pip_environment)]
    uv = uv_command()
    if uv:
        # Compiled now, as pip does it: otherwise every first import takes twice as long.
        command = [*uv, "pip", "install", "--python", str(python), *what]
        command.append("--compile-bytecode")
        ways.insert(0, ("uv", command, uv_environment))
    for tool, command, environment in ways:
        try:
            status, output = run_logged(command, environment(python), log)
        except OSError as problem:  # a uv that does not start
            status, output = 1, str(problem)
        version, missing = probe(python)
        if status == 0 and not missing:
            return 0, output
        if status == 0:
            some = ", ".join(missing[:3]) + ", ..." * (len(missing) > 3)
            output = (
                f"{tool} ended without an error, but {folder.name} lacks {some}: does a setting of {tool} send packages "
                f"elsewhere?  {python} -m pip config list  shows those of pip"
            )
            status = 1
        else:
            output = explain(output, f"Python {version}", tool)
        if tool == "uv":
            print(f"uv could not do it, so pip does. ({output})", flush=True)
    return status, output


def build(oldest):
    """Make or bring up to date the environment; returns the exit status."""
    folder, version = folder_of(oldest), None
    stamp, unfinished, log = (
        folder / name
        for name in ("course-stamp.txt", "course-unfinished", "course-pip.log")
    )
    if is_ready(folder, oldest):
        return 0
    if folder.exists() and not unfinished.exists():
        # Made by hand, or from older requirements: pip adds what is missing.
        version, _ = probe(python_in(folder))
    if folder.exists() and version is None:
        print(
            f"{folder.name} is incomplete or its Python is gone: building it again.",
            flush=True,
        )
        shutil.rmtree(folder)
    free = shutil.disk_usage(ROOT).free / 1e9
    if version is None and free < NEEDED_GB:
        print(
            f"Only {free:.1f} GB are free here and the environment needs about "
            f"{NEEDED_GB}: make room first.",
            file=sys.stderr,
        )
        return 1
    what = "the oldest supported versions" if oldest else "TensorFlow and JupyterLab"
    print(
        f"Installing {what} into {folder.name}: a few minutes and a network, this one "
        "time.",
        flush=True,
    )
    worked_before = version is not None
    if not worked_before:
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(folder)],
            capture_output=True,
            text=True,
            env=own_environment(),
        )
        version, _ = probe(python_in(folder))
        if made.returncode or version is None:
            output = made.stdout + made.stderr
            shutil.rmtree(folder, ignore_errors=True)
            print(explain(output, sys.executable, "venv"), file=sys.stderr)
            return 1
    stamp.unlink(missing_ok=True)
    unfinished.write_text("pip is at work here, or was interrupted\n", encoding="utf-8")
    status, output = install(folder, oldest, log)
    if status:
        if worked_before:
            # What was there is still there, so it can be brought up to date later.
            unfinished.unlink()
        print(
            f"{output}\n(everything that was printed: {folder.name}/{log.name})",
            file=sys.stderr,
        )
        return 1
    stamp.write_text(stamp_for(oldest, version), encoding="utf-8")
    unfinished.unlink()
    print(f"{folder.name} is ready.", flush=True)
    return 0


def main():
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--oldest",
        action="store_true",
        help="the oldest supported versions, into .venv-oldest",
    )
    if sys.version_info < (3, 10):  # noqa: UP036
        sys.exit(
            f"The course needs Python 3.10 to 3.13, and this is {sys.version.split()[0]}."
        )
    try:
        return build(parser.parse_args().oldest)
    except KeyboardInterrupt:
        print(
            "\nInterrupted: the next run builds the environment again.", file=sys.stderr
        )
        return 130
    except OSError as problem:
        print(explain(str(problem), sys.executable), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
