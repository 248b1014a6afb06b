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


BUGS = [
    Bug(
        "a sign in a loss",
        "ganlib/losses.py",
        "return mean(softplus(-fake_logits))",
        "return mean(softplus(fake_logits))",
        "tests/test_losses.py",
    ),
    Bug(
        "real and generated swapped",
        "ganlib/steps.py",
        "total_loss = d_loss = loss(real_logits, fake_logits)",
        "total_loss = d_loss = loss(fake_logits, real_logits)",
        "tests/test_steps.py",
    ),
    Bug(
        "a running average that stands still",
        "ganlib/steps.py",
        "average.assign(weight + ema * (average - weight))",
        "average.assign(average)",
        "tests/test_steps.py tests/test_training.py",
    ),
    Bug(
        "a resume that forgets the noise",
        "ganlib/training.py",
        '            "noise": [self.noise.state],\n',
        "",
        "tests/test_training.py",
    ),
    Bug(
        "a control that does nothing",
        "ganlib/labs/plane/game.py",
        '[self.rules["g_rate"], self.rules["d_rate"], self.rules["strength"]]',
        '[self.rules["d_rate"], self.rules["d_rate"], self.rules["strength"]]',
        "tests/test_labs.py",
    ),
    Bug(
        "a figure without pixels",
        "ganlib/plots.py",
        "sheet[top : top + h, left : left + w] = image",
        "pass",
        "tests/test_plots.py",
    ),
    Bug(
        "a sheet at a broken scale",
        "ganlib/plots.py",
        "scale = max(1, int(fits + 1e-6))",
        "scale = max(1, fits * 0.97)",
        "tests/test_plots.py",
    ),
    Bug(
        "precision called recall",
        "ganlib/metrics.py",
        "return inside(fake, real), inside(real, fake)",
        "return inside(real, fake), inside(fake, real)",
        "tests/test_metrics.py",
    ),
    Bug(
        "a zip that climbs out",
        "ganlib/image_files.py",
        'if absolute or ".." in parts:',
        "if absolute:",
        "tests/test_image_files.py",
    ),
    Bug(
        "a file that is written in place",
        "ganlib/checkpoint.py",
        "os.replace(temporary, path)",
        "path.write_bytes(temporary.read_bytes())",
        "tests/test_checkpoint.py tests/test_training.py",
    ),
    Bug(
        "a reply that acts in every view",
        "ganlib/labs/common.js",
        "const mine = content.view === this.view,",
        "const mine = true,",
        "tests/test_views.py",
    ),
    Bug(
        "a judge that takes a wrong answer",
        "notebooks/exercises/00_start_here.py",
        "if abs(value - 96) > 1e-6:",
        "if abs(value - 96) > 1e6:",
        "tests/test_exercises.py",
    ),
    Bug(
        "a printed number off by one",
        "notebooks/01_data_distributions.ipynb",
        "of {len(test)} new digits",
        "of {len(test) + 1} new digits",
        "notebooks/01_data_distributions.ipynb",
    ),
]


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
