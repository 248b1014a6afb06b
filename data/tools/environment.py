"""Build the course's virtual environment: `python data/tools/environment.py [--oldest]`.

Needs nothing but Python 3.10 or newer. A finished environment carries a stamp made from everything it was
built from; while the stamp fits, this returns at once and uses no network. An environment without its
stamp, or one whose Python no longer runs, was interrupted or belongs to another Python, and is built again.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST = ROOT / "tests" / "oldest.txt"
NEEDED_GB = 4  # TensorFlow, JupyterLab and pip's own copies while it unpacks them

# What pip's output says when something went wrong, and what that means for the reader. First match wins.
SENTENCES = [
    (
        ("No space left on device", "Errno 28", "Disk quota exceeded"),
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
        ),
        "The package index could not be reached: check the network (or the proxy), then run this again.",
    ),
    (
        ("DO NOT MATCH THE HASHES", "IncompleteRead", "BadZipFile"),
        "A download arrived damaged: run the same command again.",
    ),
    (
        (
            "No matching distribution found",
            "requires a different Python",
            "Requires-Python",
        ),
        "There is no suitable package for {python} on this machine. TensorFlow has packages for Linux, for "
        "Windows and for Macs with Apple silicon, with Python 3.10 to 3.13: try another, as in  "
        "make lab PYTHON=python3.12",
    ),
    (
        ("Permission denied", "Errno 13"),
        "A file could not be written: does this folder belong to you?",
    ),
]


def folder_of(oldest):
    """The environment's folder, `.venv` or `.venv-oldest`."""
    return ROOT / (".venv-oldest" if oldest else ".venv")


def python_in(folder):
    """The path of an environment's own Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def version_of(python):
    """`3.12.1` for a Python that starts and has pip, None for one that does not."""
    try:
        answer = subprocess.run(
            [
                str(python),
                "-c",
                "import platform, pip; print(platform.python_version())",
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


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
    version = version_of(python_in(folder)) if stamp.is_file() else None
    return version is not None and stamp.read_text(encoding="utf-8") == stamp_for(
        oldest, version
    )


def explain(output, python):
    """One sentence for a failed pip, or its last lines when none fits."""
    for marks, sentence in SENTENCES:
        if any(mark in output for mark in marks):
            return sentence.format(needed=NEEDED_GB, python=python)
    return "pip failed; its last lines were:\n    " + "\n    ".join(
        output.strip().splitlines()[-8:]
    )


def run_pip(folder, arguments, log):
    """Run pip, show its main steps, keep all it says in `log`; returns (exit status, everything it said)."""
    command = [
        str(python_in(folder)),
        "-m",
        "pip",
        "--disable-pip-version-check",
        *arguments,
        "--progress-bar",
        "off",
    ]
    # In the course's own folder, because `-e .` is read from there.
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    said = []
    with open(log, "a", encoding="utf-8") as record:
        for line in process.stdout:
            said.append(line)
            record.write(line)
            if sys.stdout.isatty() and line.lstrip().startswith(
                ("Collecting ", "Downloading ")
            ):
                print(f"\r  {line.strip()[:76]:<76}", end="", flush=True)
            elif line.startswith("Installing collected"):
                print(
                    f"\r  {'unpacking':<76}" if sys.stdout.isatty() else "  unpacking",
                    flush=True,
                )
    return process.wait(), "".join(said)


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
        version = version_of(python_in(folder))
    if folder.exists() and version is None:
        print(
            f"{folder.name} is incomplete or its Python is gone: building it again.",
            flush=True,
        )
        shutil.rmtree(folder)
    free = shutil.disk_usage(ROOT).free / 1e9
    if version is None and free < NEEDED_GB:
        print(
            f"Only {free:.1f} GB are free here and the environment needs about {NEEDED_GB}: make room first.",
            file=sys.stderr,
        )
        return 1
    what = "the oldest supported versions" if oldest else "TensorFlow and JupyterLab"
    print(
        f"Installing {what} into {folder.name}: a few minutes and a network, this one time.",
        flush=True,
    )
    worked_before = version is not None
    if not worked_before:
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(folder)], capture_output=True, text=True
        )
        if made.returncode:
            said = made.stdout + made.stderr
            shutil.rmtree(folder, ignore_errors=True)
            print(explain(said, sys.executable), file=sys.stderr)
            return 1
        version = version_of(python_in(folder))
    stamp.unlink(missing_ok=True)
    unfinished.write_text("pip is at work here, or was interrupted\n", encoding="utf-8")
    arguments = ["install", "-r", str(ROOT / "requirements.txt")]
    status, output = run_pip(
        folder, arguments + (["-c", str(OLDEST)] if oldest else []), log
    )
    if status:
        if worked_before:
            unfinished.unlink()  # pip puts back what was there, so it can still be brought up to date later
        print(
            f"{explain(output, f'Python {version}')}\n(everything pip said: {folder.name}/{log.name})",
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
