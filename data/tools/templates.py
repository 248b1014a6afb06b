"""The parts of the course that are written by a command: badges, set-up cells, measured times, the notebook
table.

The public address stands in one place, `[tool.course]` of pyproject.toml. Everything else is made from it
here, between markers, so that an empty address leaves no trace and a test can compare every file with what
it should be.
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BRANCH = "main"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")

SETUP_CELL = """\
# Set-up: on Colab this fetches the course and leaves Colab's TensorFlow as it is.
# Anywhere else it only loads TensorFlow, and keeps its start-up log off the page.
import os
import subprocess
import sys

REPOSITORY = "{repository}"  # where the course is published, as owner/name on GitHub
COURSE = "/content/course"
if "google.colab" in sys.modules:
    if not REPOSITORY and not os.path.isdir(COURSE):
        raise SystemExit(
            "This copy of the course has no public address, so Colab cannot fetch it. "
            f"Unpack the course's folder as {COURSE} and run this cell again, "
            "or run the course on your own computer: make lab"
        )
    if not os.path.isdir(COURSE):
        address = f"https://github.com/{REPOSITORY}"
        fetch = ["git", "clone", "--quiet", "--depth=1", address, COURSE]
        subprocess.run(fetch, check=True)
    os.chdir(f"{COURSE}/notebooks")
    sys.path.insert(0, COURSE)

# One backend and one order of axes, whatever an old ~/.keras/keras.json says; and where
# there is a GPU, a kernel takes only as much of its memory as it needs.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow's start-up log is written below Python, so it is stopped there.
stderr = os.dup(2)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
import tensorflow

_ = os.dup2(stderr, 2)"""


def repository(root=ROOT):
    """The public address as `owner/name`, or an empty string while there is none."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^repository = "([^"]*)"$', text, re.MULTILINE)
    if not found:
        raise ValueError(
            'pyproject.toml has no line  repository = "..."  under [tool.course]; put one there'
        )
    return found[1]


def parse_address(text):
    """Make `owner/name` of what a person types: that, or an address on GitHub, or nothing to take it back."""
    name = re.sub(
        r"^(https?://|git@)?(www\.)?github\.com[/:]", "", text.strip()
    ).rstrip("/")
    name = name.removesuffix(".git")
    if name and not NAME.fullmatch(name):
        raise ValueError(
            f"{text!r} is not a repository on GitHub; type it as owner/name, for example ada/gan-course"
        )
    return name


def between(text, marker, inside):
    """Replace what stands between `<!-- marker -->` and `<!-- /marker -->`, wherever they stand."""
    return re.sub(
        rf"(<!-- {marker} -->).*?(<!-- /{marker} -->)",
        lambda m: m[1] + inside + m[2],
        text,
        flags=re.S,
    )


def badges(repo, path=None):
    """Markdown badges: for a notebook (its path given) Colab and Binder, for the README the tests and
    Binder.
    """
    if not repo:
        return ""
    opened = "notebooks/00_start_here.ipynb" if path is None else path
    binder = (
        f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]"
        f"(https://mybinder.org/v2/gh/{repo}/{BRANCH}?urlpath=lab/tree/{opened})"
    )
    if path is None:
        workflow = f"https://github.com/{repo}/actions/workflows/test.yml"
        return f"[![Tests]({workflow}/badge.svg?branch={BRANCH})]({workflow}) {binder}"
    colab = (
        f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        f"(https://colab.research.google.com/github/{repo}/blob/{BRANCH}/{path})"
    )
    return f"{colab} {binder}"


def results(root=ROOT):
    """Measured time and memory: `{notebook: {"cpu": {"seconds": ..., "peak_mb": ...}, "gpu": {...}}}`."""
    path = root / "data" / "results" / "notebooks.json"
    return (
        json.loads(path.read_text(encoding="utf-8"))["notebooks"]
        if path.is_file()
        else {}
    )


def duration(seconds):
    """Seconds as a reader would say them: `40 s`, `2.5 min`."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"


def measured(entry):
    """One notebook's measured time and memory in words."""
    words = []
    for device in ("cpu", "gpu"):
        if device in entry:
            run = entry[device]
            words.append(
                f"{duration(run['seconds'])} and {run['peak_mb'] / 1000:.1f} GB on {run['on']}"
            )
    return "; ".join(words) if words else "not measured yet"


def title_and_promise(text):
    """A notebook's title and its one-sentence promise: the first heading and the paragraph after it."""
    lines = [line.removeprefix("#").removeprefix(" ") for line in text.splitlines()]
    start = next(i for i, line in enumerate(lines) if line.startswith("# "))
    paragraph = []
    for line in lines[start + 1 :]:
        if line.strip():
            paragraph.append(line.strip())
        elif paragraph:
            break
    return lines[start][2:].strip(), " ".join(paragraph).strip("*_ ")


def notebook_table(root=ROOT):
    """The README's table: every notebook with its promise, measured time and memory on a CPU."""
    paths = sorted((root / "notebooks").glob("*.py"))
    if not paths:
        return ""
    rows = ["", "| notebook | what you will do | time | memory |", "|---|---|---|---|"]
    for path in paths:
        title, promise = title_and_promise(path.read_text(encoding="utf-8"))
        run = results(root).get(path.stem, {}).get("cpu")
        cost = (
            f"{duration(run['seconds'])} | {run['peak_mb'] / 1000:.1f} GB"
            if run
            else " | "
        )
        rows.append(f"| [{title}](notebooks/{path.stem}.ipynb) | {promise} | {cost} |")
    return "\n".join(rows) + "\n"


def setup_cell(repo):
    """The first code cell of every notebook."""
    return SETUP_CELL.replace("{repository}", repo)


def rendered_notebook(text, name, root=ROOT):
    """A notebook's .py text with its set-up cell, badges and measurements as they should be."""
    repo = repository(root)
    text = between(text, "badges", badges(repo, f"notebooks/{name}.ipynb"))
    text = between(text, "measured", measured(results(root).get(name, {})))
    pattern = re.compile(r'(^# %% tags=\["setup"\]\n).*?(?=\n+# %%|\s*\Z)', re.S | re.M)
    return pattern.sub(lambda m: m[1] + setup_cell(repo), text, count=1)


def rendered_readme(text, root=ROOT):
    """The README with its badges and its table of notebooks."""
    text = between(text, "badges", badges(repository(root)))
    return between(text, "notebooks", notebook_table(root))


def rendered_citation(text, root=ROOT):
    """CITATION.cff with the address in it, or without that line while there is none."""
    text = re.sub(r"^repository-code:.*\n", "", text, flags=re.M)
    repo = repository(root)
    return text + f'repository-code: "https://github.com/{repo}"\n' if repo else text


def write_all(root=ROOT):
    """Write every generated part except the .ipynb files; returns the paths that changed."""
    jobs = [
        (root / "README.md", rendered_readme),
        (root / "CITATION.cff", rendered_citation),
    ]
    for path in sorted((root / "notebooks").glob("*.py")):
        jobs.append(
            (
                path,
                lambda text, root, name=path.stem: rendered_notebook(text, name, root),
            )
        )
    changed = []
    for path, render in jobs:
        if path.is_file():
            before = path.read_text(encoding="utf-8")
            after = render(before, root)
            if after != before:
                path.write_text(after, encoding="utf-8", newline="\n")
                changed.append(path)
    return changed


def set_address(text, root=ROOT):
    """Put the address, or nothing, into pyproject.toml, the one place where it stands."""
    name = parse_address(text)
    path = root / "pyproject.toml"
    old = path.read_text(encoding="utf-8")
    repository(root)  # says so when the line is missing
    new = re.sub(r'^repository = "[^"]*"$', f'repository = "{name}"', old, flags=re.M)
    path.write_text(new, encoding="utf-8", newline="\n")
    return name
