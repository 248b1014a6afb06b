"""Keep each notebook's .py and .ipynb in step, run notebooks, and measure what they cost.

The .py (jupytext's percent format) is the source; the .ipynb is made from it and carries the outputs. Cells
that did not change keep their id and outputs, so that a diff shows what a person changed and nothing else.
"""

import base64
import datetime
import difflib
import getpass
import hashlib
import io
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
import psutil
from PIL import Image

from data.tools import templates

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LIMIT_MB = 1.5
CELL_TIMEOUT_S = 1800
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def sources(root=templates.ROOT):
    """The notebooks' .py files, in the order of the course."""
    return sorted((root / "notebooks").glob("*.py"))


def read_source(path):
    """The cells of a .py file as a notebook without outputs."""
    return jupytext.reads(Path(path).read_text(encoding="utf-8"), fmt="py:percent")


def code(path, *words):
    """The sources of a notebook's code cells without set-up and magics: all, or for each word the one cell that
    contains it, in the order of the words. Raises LookupError where that is not exactly one.
    """
    cells = [
        cell.source.replace("%matplotlib inline", "")
        for cell in read_source(path).cells
        if cell.cell_type == "code" and "setup" not in cell.metadata.get("tags", [])
    ]
    found = [[cell for cell in cells if word in cell] for word in words]
    for word, here in zip(words, found):
        if len(here) != 1:
            raise LookupError(
                f"{len(here)} code cells of {Path(path).name} contain {word!r}; expected one"
            )
    return [here[0] for here in found] if words else cells


def write(notebook, path):
    """Write a notebook as nbformat does, the same bytes on every system."""
    Path(path).write_text(
        nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n"
    )


def _new_id(cell, taken):
    """An id made from the cell's text, so that syncing twice gives the same file."""
    for attempt in range(1000):
        name = hashlib.sha1(
            f"{cell.cell_type}{attempt}{cell.source}".encode()
        ).hexdigest()[:8]
        if name not in taken:
            return name
    raise ValueError(
        "a thousand cells with the same text: no id is left for the next one"
    )


def _carry(old, new, everything):
    """Give `new` the id of `old`, and its outputs too when it is the same cell."""
    new["id"] = old["id"]
    setup = "setup" in old.metadata.get("tags", [])  # only its address differs
    if new.cell_type == "code" == old.cell_type and (everything or setup):
        new.outputs, new.execution_count = old.outputs, old.execution_count


def sync(path):
    """Bring the .ipynb beside a .py in step with it; returns True when it changed."""
    target = Path(path).with_suffix(".ipynb")
    notebook = read_source(path)
    cells = notebook.cells
    before = target.read_text(encoding="utf-8") if target.is_file() else ""
    old = nbformat.reads(before, as_version=4).cells if before else []
    for cell in cells:
        cell.pop("id", None)
    keys = [[(cell.cell_type, cell.source) for cell in group] for group in (old, cells)]
    for kind, a, b, c, d in difflib.SequenceMatcher(
        None, *keys, autojunk=False
    ).get_opcodes():
        for i, j in zip(range(a, b), range(c, d)):
            _carry(old[i], cells[j], kind == "equal")
    taken = {cell["id"] for cell in cells if "id" in cell}
    for cell in cells:
        if "id" not in cell:
            cell["id"] = _new_id(cell, taken)
            taken.add(cell["id"])
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    after = nbformat.writes(notebook) + "\n"
    if after != before:
        write(notebook, target)
    return after != before


def sync_all(root=templates.ROOT):
    """Write every generated part, then every .ipynb; returns what changed."""
    changed = templates.write_all(root)
    return changed + [
        path.with_suffix(".ipynb") for path in sources(root) if sync(path)
    ]


def peak_mb(pid):
    """The most memory that a process has held so far, in MB (since it started, where the system counts
    that).
    """
    status = Path(f"/proc/{pid}/status")
    if status.is_file():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) * 1024 / 1e6
    info = psutil.Process(pid).memory_info()
    return getattr(info, "peak_wset", info.rss) / 1e6


def machine():
    """What a notebook was measured on, in words: `2 CPU cores`, and the details."""
    cores = (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count()
    )
    details = (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    try:
        gpu = subprocess.run(
            ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=30,
        ).stdout.splitlines()
    except (OSError, subprocess.TimeoutExpired):
        gpu = []
    return (
        ("gpu", f"a GPU ({gpu[0].strip()})", details)
        if gpu
        else ("cpu", f"{cores} CPU cores", details)
    )


def run(notebook, folder, echo=print):
    """Execute a notebook's cells in place in a fresh kernel; returns (seconds, peak MB)."""
    from nbclient import NotebookClient

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    with (
        tempfile.TemporaryDirectory() as fresh,  # nobody's progress: the page shown in 00 is that of a beginner
        client.setup_kernel(
            env={**os.environ, "GAN_COURSE_PROGRESS": str(Path(fresh, "progress.json"))}
        ),
    ):
        start = time.perf_counter()
        for number, cell in enumerate(notebook.cells):
            begin = time.perf_counter()
            client.execute_cell(cell, number)
            took = time.perf_counter() - begin
            if took > 5:
                echo(f"  cell {number} of {len(notebook.cells)}: {took:.0f} s")
        return time.perf_counter() - start, peak_mb(client.km.provisioner.pid)


def _as_seen(text):
    """Text as a terminal leaves it: a progress bar that rewrites its line keeps only its last state."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        shown, column, returned = [], 0, False
        for character in line:
            if character == "\r":
                column, returned = 0, True
            elif character == "\b":
                column = max(column - 1, 0)
            else:
                if returned:
                    shown, returned = [], False
                shown[column : column + 1] = character
                column += 1
        lines.append("".join(shown))
    return "\n".join(lines)


def _slim(png):
    """A PNG (base64 text) with at most 128 colours, where that is smaller: sheets of faces shrink to a quarter."""
    raw, page = base64.b64decode(png), io.BytesIO()
    try:
        picture = Image.open(io.BytesIO(raw)).convert("RGB")
    except OSError:  # not a picture that Pillow reads: it stays as it came
        return png
    picture.quantize(128, dither=Image.Dither.NONE).save(page, "png", optimize=True)
    return base64.b64encode(min(raw, page.getvalue(), key=len)).decode()


def clean(notebook):
    """Drop what changes from run to run or belongs to one machine, and give figures their cell's alt text."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        kept = []
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = _as_seen(output.text)
            data = output.get("data", {})
            if (
                WIDGET_VIEW in data
            ):  # a widget without its kernel is an error message; keep its static picture only
                data.pop(WIDGET_VIEW)
                if set(data) <= {"text/plain"}:
                    continue
            if "image/png" in data:
                data["image/png"] = _slim(data["image/png"])
            for kind in ("image/png", "image/svg+xml"):
                if kind in data and "alt" in cell.metadata:
                    output.metadata.setdefault(kind, {}).setdefault(
                        "alt", cell.metadata["alt"]
                    )
            kept.append(output)
        cell.outputs = kept


def private_words(root=templates.ROOT):
    """What must not be read in an output: this folder, this user, this machine's folders."""
    words = {
        str(root),
        str(Path.home()),
        tempfile.gettempdir() + os.sep,
        sys.prefix,
        "site-packages",
    }
    words |= {"/home/", "/Users/", "C:" + "\\Users"}
    user = getpass.getuser()
    return words | (
        {user}
        if user not in ("root", "runner", "user", "admin") and len(user) > 3
        else set()
    )


def faults(notebook, root=templates.ROOT):
    """What is wrong with an executed notebook, one line each; empty when it is fit to be committed."""
    found = []
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            text = output.get("text", "") + "".join(
                str(value)
                for kind, value in output.get("data", {}).items()
                if kind.startswith("text/")
            )
            if output.output_type == "error":
                found.append(f"cell {number}: {output.ename}: {output.evalue}")
            if output.get("name") == "stderr":
                found.append(f"cell {number} writes to stderr: {text.strip()[:200]}")
            found += [
                f"cell {number} shows {word!r}"
                for word in private_words(root)
                if word in text
            ]
            for kind in ("image/png", "image/svg+xml"):
                meta = output.get("metadata", {})
                if kind in output.get("data", {}) and not (
                    meta.get(kind, {}).get("alt") or meta.get("alt")
                ):
                    found.append(
                        f"cell {number} shows a figure without alt text; give the cell one: "
                        '# %% alt="what the figure shows"'
                    )
    size = len(nbformat.writes(notebook).encode()) / 1e6
    if size > LIMIT_MB:
        found.append(
            f"the notebook is {size:.2f} MB, and {LIMIT_MB} MB is the limit: fewer or smaller pictures"
        )
    return found


def record(name, seconds, peak, root=templates.ROOT):
    """Write one measurement into data/results/notebooks.json."""
    device, on, details = machine()
    path = root / "data" / "results" / "notebooks.json"
    table = (
        json.loads(path.read_text(encoding="utf-8"))
        if path.is_file()
        else {"notebooks": {}}
    )
    table["made_with"] = (
        "make execute NOTEBOOK=<name>; 'seconds' and 'peak_mb' are those of the notebook's kernel"
    )
    entry = table["notebooks"].setdefault(name, {})
    entry[device] = {
        "seconds": round(seconds, 1),
        "peak_mb": round(peak),
        "on": on,
        "machine": details,
        "date": datetime.date.today().isoformat(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps(table, indent=1, sort_keys=True) + "\n",
        encoding="utf-8",
        newline="\n",
    )


def execute(name, keep_outputs=True, root=templates.ROOT, echo=print):
    """Run one notebook from start to end; keeps its outputs and its cost. Returns the faults that forbid
    keeping.
    """
    path = root / "notebooks" / f"{name}.py"
    if not path.is_file():
        known = ", ".join(source.stem for source in sources(root))
        raise FileNotFoundError(f"there is no notebook {name!r}; there are: {known}")
    for left in sorted((path.parent / "runs").rglob("unfinished*")):
        raise FileExistsError(
            f"{left.relative_to(root)} is a run that was stopped, and {name} might go on from it instead of "
            "starting from nothing; expected none: move it away or delete it"
        )
    templates.write_all(root)
    sync(path)
    target = path.with_suffix(".ipynb")
    notebook = nbformat.read(target, as_version=4)
    echo(f"{name}: running {len(notebook.cells)} cells")
    seconds, peak = run(notebook, target.parent, echo)
    clean(notebook)
    found = faults(notebook, root)
    echo(f"{name}: {templates.duration(seconds)}, {peak / 1000:.2f} GB")
    if not found:
        if keep_outputs:
            write(notebook, target)
        record(name, seconds, peak, root)
        sync_all(root)  # the measured line in its header, and the README's table
    else:
        refused = path.parent / "runs" / f"{name}.refused.ipynb"
        refused.parent.mkdir(exist_ok=True)
        write(notebook, refused)
        echo(
            f"{name}: not kept; what was computed stands in {refused.relative_to(root)}"
        )
    return found
