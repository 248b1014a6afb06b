"""Run the checks of the course: python data/tools/check.py lint | check | test | oldest

lint     the form of everything, in seconds: ruff, spelling, links, notebooks as files
check    lint, then every test that needs neither a notebook's run nor a browser
test     lint, then every test and every notebook, two at a time with one thread each;
         then, alone, what measures time
oldest   for the oldest supported versions: the calls that a version can break, once
         each, and notebooks 00 to 04

Further words go to pytest (`check.py test -k steps`). Every part runs, even after one
that failed; a table at the end says what took how long.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "runs" / "check"
ONE_THREAD = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
WORKERS = max(1, min(2, os.cpu_count() or 1))
# Each worker takes the next file when it is through with one, the longest first.
TWO_AT_A_TIME = ["-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]
NOTEBOOKS = [
    "--nbval-lax",
    "--nbval-current-env",
    "--nbval-cell-timeout=1800",
    "-p",
    "tests.tools.budget",
]
COMPARED = ["-p", "tests.tools.compare"]


def pytest_part(name, arguments, environment=None):
    """Run pytest in a process of its own -> `(exit status, [item, ...])`."""
    report = REPORTS / f"{name}.jsonl"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    command += ["-p", "tests.tools.report", f"--check-report={report}"]
    status = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}
    ).returncode
    lines = report.read_text(encoding="utf-8").splitlines() if report.is_file() else []
    items = [json.loads(line) for line in lines]
    if status == 5 and not items:  # nothing was selected: no failure
        status = 0
    return status, items


def lint(_):
    """ruff, and the tests that read files alone."""
    worst = 0
    for words in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, "--quiet", "."]
        worst = max(worst, subprocess.run(command, cwd=ROOT).returncode)
    if worst:
        print("ruff: mend it with  ruff check --fix .  and  ruff format .", flush=True)
    status, items = pytest_part("lint", ["tests/lint"])
    return max(worst, status), items


def tests(more):
    """Every test that needs neither a notebook's run nor a browser."""
    chosen = ["tests", "--ignore=tests/lint", "-m", "not timing and not browser"]
    return pytest_part("tests", [*chosen, *TWO_AT_A_TIME, *more], ONE_THREAD)


def everything(more):
    """Tests and notebooks together, two files at a time."""
    books = sorted(
        str(path.relative_to(ROOT)) for path in ROOT.glob("notebooks/*.ipynb")
    )
    chosen = ["tests", *books, "--ignore=tests/lint", "-m", "not timing"]
    arguments = [*chosen, *NOTEBOOKS, *COMPARED, *TWO_AT_A_TIME, *more]
    return pytest_part("everything", arguments, ONE_THREAD)


def timing(more):
    """What measures time or frames, alone on the machine."""
    return pytest_part("timing", ["tests", "-m", "timing", *more])


def oldest(more):
    """The calls that a version can break, once each, and the theory notebooks."""
    books = sorted(
        str(path.relative_to(ROOT)) for path in ROOT.glob("notebooks/0[0-4]*.ipynb")
    )
    arguments = ["tests", *books, "--oldest", *NOTEBOOKS, *TWO_AT_A_TIME, *more]
    return pytest_part("oldest", arguments, ONE_THREAD)


PARTS = {
    "lint": [lint],
    "check": [lint, tests],
    "test": [lint, everything, timing],
    "oldest": [oldest],
}


def minutes(seconds):
    """`3:05` for 185 seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def table(parts):
    """What took how long. parts: [(name, wall-clock seconds, items), ...]."""
    lines = ["", "what took how long (minutes:seconds)"]
    lines += [
        f"  {minutes(wall):>6}  {name}, {len(items)} items"
        for name, wall, items in parts
    ]
    items = [item for _, _, items in parts for item in items]
    books = [item["notebook"] for item in items if "notebook" in item]
    if books:
        lines += ["notebooks: cells' seconds of the budget, peak memory of the budget"]
        for book in sorted(books, key=lambda book: book["name"]):
            lines.append(
                f"  {book['name']:32}{book['seconds']:5.0f} s of {book['seconds_allowed']:4}"
                f"{book['mb']:7.0f} MB of {book['mb_allowed']}"
            )
    files = {}
    for item in items:
        name = item["item"].split("::")[0]
        files[name] = files.get(name, 0.0) + item["seconds"]
    lines.append("the ten slowest files")
    for name, seconds in sorted(files.items(), key=lambda pair: -pair[1])[:10]:
        lines.append(f"  {minutes(seconds):>6}  {name}")
    lines.append("the ten slowest items")
    for item in sorted(items, key=lambda item: -item["seconds"])[:10]:
        lines.append(f"  {item['seconds']:6.1f} s  {item['item']}")
    return "\n".join(lines)


def main(arguments):
    """Run what the command line asks for; returns the exit status."""
    if not arguments or arguments[0] not in PARTS:
        print(__doc__, file=sys.stderr)
        return 2
    REPORTS.mkdir(parents=True, exist_ok=True)
    parts, worst = [], 0
    for part in PARTS[arguments[0]]:
        begin = time.monotonic()
        print(f"== {part.__name__}: {part.__doc__}", flush=True)
        status, items = part(arguments[1:])
        worst = max(worst, status)
        parts.append((part.__name__, time.monotonic() - begin, items))
    print(table(parts))
    outcomes = [item["outcome"] for _, _, items in parts for item in items]
    failed = sum(outcome in ("failed", "error") for outcome in outcomes)
    for _, _, items in parts:
        for item in items:
            if item["outcome"] in ("failed", "error"):
                print(f"{item['outcome'].upper()} {item['item']}")
    if worst and not failed:
        print("a part ended with an error: its report stands above")
    print(
        f"{outcomes.count('passed')} passed, {failed} failed, "
        f"{outcomes.count('skipped')} skipped",
        flush=True,
    )
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
