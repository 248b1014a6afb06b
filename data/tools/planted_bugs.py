"""Plant bugs in a copy of the course, one at a time, and say which check finds each.

python data/tools/planted_bugs.py [WORD ...]      only the bugs whose names hold a word

Each bug is one small change of the kind that people make. The checks that run are those
of the file that should see it; a bug that no check finds is printed as UNSEEN, and the
program ends with status 1. Twenty minutes on two CPU cores.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Bug(NamedTuple):
    """One change: in `path` the only place with `before` becomes `after`."""

    name: str
    path: str
    before: str
    after: str
    checks: str  # what pytest is given


BUGS = []


def planted(folder, bug):
    """Change the copy in `folder`; returns the text to put back."""
    path = folder / bug.path
    text = path.read_text(encoding="utf-8")
    if text.count(bug.before) != 1:
        raise LookupError(
            f"{bug.name}: {bug.path} holds {bug.before!r} {text.count(bug.before)} times; "
            "expected once: adapt the entry to the code as it is now"
        )
    path.write_text(text.replace(bug.before, bug.after), encoding="utf-8")
    return text


def first_finding(folder, bug):
    """The first item that fails, or None."""
    notebooks = ["--nbval-lax", "--nbval-current-env", "-p", "tests.tools.compare"]
    more = notebooks if ".ipynb" in bug.checks else []
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-rfE", *bug.checks.split()]
    run = subprocess.run(
        [*command, *more, "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    found = re.search(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", run.stdout, re.M)
    if run.returncode and not found:
        raise RuntimeError(f"{bug.name}: pytest stopped\n{run.stdout[-2000:]}")
    return found[1] if found else None


def main(words):
    """Plant them, one after the other."""
    unseen = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "course")
        ignored = shutil.ignore_patterns(".git", ".venv*", "runs", "__pycache__")
        shutil.copytree(ROOT, folder, ignore=ignored)
        for bug in BUGS:
            if words and not any(word in bug.name for word in words):
                continue
            text = planted(folder, bug)
            found = first_finding(folder, bug)
            (folder / bug.path).write_text(text, encoding="utf-8")
            unseen += found is None
            print(f"{bug.name:44} {found or 'UNSEEN'}", flush=True)
    return int(unseen > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
