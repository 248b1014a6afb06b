"""Keep each notebook's .py and .ipynb in step, run notebooks, and measure what they cost.

The .py (jupytext's percent format) is the source; the .ipynb is made from it and carries the outputs. Cells
that did not change keep their id and outputs, so that a diff shows what a person changed and nothing else.
"""

import base64
import contextlib
import datetime
import difflib
import getpass
import hashlib
import io
import json
import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import jupytext
import nbformat
import psutil
from PIL import Image

from data.tools import templates
from data.tools.check import ONE_THREAD
from data.tools.files import locked, read_json, write_text
from data.tools.machine import machine, peak_mb

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LIMIT_MB = 1.5
CELL_TIMEOUT_S = 1800
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# On a CPU a kernel computes with one thread, and two notebooks share the two cores:
# the check runs them so as well, so what is stored and measured here is what it finds.
# On a GPU a notebook has the machine to itself.
AT_A_TIME = 2


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
    write_text(path, nbformat.writes(notebook) + "\n")


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


def run(notebook, folder, echo=lambda line: None, kernels=None, variables=None):
    """Execute a notebook's cells in place in a fresh kernel; returns (seconds, peak MB).

    Raises what nbclient raises where a cell fails, takes too long, or the kernel dies.
    While it runs, its process id stands in the set `kernels`, for whoever must stop it.
    variables: of its environment, over the one thread that it has otherwise.
    """
    from nbclient import NotebookClient

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    threads = ONE_THREAD if machine()[0] == "cpu" else {}
    variables = {**os.environ, **threads, **(variables or {})}
    kernels = set() if kernels is None else kernels
    # Nobody's progress: the page shown in 00 is that of a beginner.
    with tempfile.TemporaryDirectory() as fresh:
        progress = {"GAN_COURSE_PROGRESS": str(Path(fresh, "progress.json"))}
        with client.setup_kernel(env={**variables, **progress}):
            pid = client.km.provisioner.pid
            kernels.add(pid)
            try:
                start = time.perf_counter()
                for number, cell in enumerate(notebook.cells):
                    begin = time.perf_counter()
                    client.execute_cell(cell, number)
                    took = time.perf_counter() - begin
                    if took > 5:
                        echo(f"  cell {number} of {len(notebook.cells)}: {took:.0f} s")
                return time.perf_counter() - start, peak_mb(pid)
            finally:
                kernels.discard(pid)


def _as_seen(text):
    """Text as a terminal leaves it: a progress bar that rewrites its line keeps only its last state.

    nbclient's `coalesce_streams` is no help here: it joins what was printed before and
    after a figure, and leaves backspaces, which Keras' progress bars use.
    """
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
    """A PNG (base64 text), written smaller where that changes no picture.

    At most 256 colours are written as a palette, which loses nothing. More are reduced to 256 only in a chart without
    pictures in it, whose file says so (`ganlib.plots.Picture`): there the edges of letters and lines need fewer.
    """
    raw, page = base64.b64decode(png), io.BytesIO()
    try:
        with Image.open(io.BytesIO(raw)) as file:
            chart = file.info.get("Content") == "chart"
            picture = file.convert("RGBA")
    except OSError:  # not a picture that Pillow reads: it stays as it came
        return png
    if picture.getextrema()[3] == (255, 255):
        picture = picture.convert("RGB")
        few = picture.getcolors(256) is not None
        if few or chart:
            picture = picture.quantize(
                256, Image.Quantize.MAXCOVERAGE, kmeans=0 if few else 3
            )
    picture.save(page, "png", optimize=True)
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


def record(name, seconds, peak, root=templates.ROOT, beside=1):
    """Write one measurement into data/results/notebooks.json.

    beside: how many notebooks ran at a time, this one included.
    """
    device, on, details = machine()
    path = root / "data" / "results" / "notebooks.json"
    entry = {
        "seconds": round(seconds, 1),
        "peak_mb": round(peak),
        "on": on,
        "machine": details,
        "date": datetime.date.today().isoformat(),
    }
    if device == "cpu":
        company = ", two notebooks at a time" if beside > 1 else ""
        entry["threads"] = f"one thread{company}"
    with locked(path):
        table = read_json(path, {"notebooks": {}})
        table["made_with"] = (
            "make execute NOTEBOOK=<name>, or all; 'seconds' and 'peak_mb' are those "
            "of the notebook's kernel"
        )
        table["notebooks"].setdefault(name, {})[device] = entry
        write_text(path, json.dumps(table, indent=1, sort_keys=True) + "\n")


def longest_first(names, root=templates.ROOT):
    """Names in the order of their stored durations; those without one come first."""
    stored, device = templates.results(root), machine()[0]

    def seconds(name):
        return stored.get(name, {}).get(device, {}).get("seconds", float("inf"))

    return sorted(dict.fromkeys(names), key=seconds, reverse=True)


def _prepare(names, root):
    """Bring notebooks in step before they run.

    Raises FileNotFoundError for a name that is none, FileExistsError where a stopped
    run lies about.
    """
    known = [source.stem for source in sources(root)]
    for name in names:
        if name not in known:
            raise FileNotFoundError(
                f"there is no notebook {name!r}; there are: {', '.join(known)}"
            )
    for left in sorted((root / "notebooks" / "runs").rglob("unfinished*")):
        raise FileExistsError(
            f"{left.relative_to(root).as_posix()} is a run that was stopped, and a "
            "notebook might go on from it instead of starting from nothing; expected "
            "none: move it away or delete it"
        )
    templates.write_all(root)
    for name in names:
        sync(root / "notebooks" / f"{name}.py")


class Execution:
    """One notebook's run: its cost, what was computed, and what forbids keeping it."""

    def __init__(self, name, root):
        self.name, self.root = name, root
        self.path = root / "notebooks" / f"{name}.ipynb"
        self.notebook = nbformat.read(self.path, as_version=4)
        self.seconds, self.peak, self.faults = 0.0, 0.0, []

    def run(self, echo, kernels):
        """Run every cell; a cell that fails ends the run and is a fault."""
        from nbclient.exceptions import CellExecutionError

        echo(f"running {len(self.notebook.cells)} cells")
        begin = time.perf_counter()
        try:
            self.seconds, self.peak = run(
                self.notebook, self.path.parent, echo, kernels
            )
        except CellExecutionError:
            pass  # the error stands in the cell's output, where `faults` finds it
        except Exception as problem:  # one notebook's trouble must not stop the others
            first = str(problem).strip().partition("\n")[0]
            self.faults.append(f"{type(problem).__name__}: {first}")
        self.seconds = self.seconds or time.perf_counter() - begin
        clean(self.notebook)
        self.faults += faults(self.notebook, self.root)

    def keep(self, echo, keep_outputs, beside):
        """Write the outputs and the cost, or what was computed to a place aside."""
        cost = f"{templates.duration(self.seconds)}, {self.peak / 1000:.2f} GB"
        if self.faults:
            refused = self.path.parent / "runs" / f"{self.name}.refused.ipynb"
            refused.parent.mkdir(exist_ok=True)
            write(self.notebook, refused)
            where = refused.relative_to(self.root).as_posix()
            echo(f"{cost}; not kept: what was computed stands in {where}")
            return
        if keep_outputs:
            write(self.notebook, self.path)
        record(self.name, self.seconds, self.peak, self.root, beside)
        sync_all(self.root)  # the measured line in its header, and the README's table
        echo(cost)


def _say(line):
    """Print a line at once and in one piece: two notebooks report at the same time."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def execute(names, keep_outputs=True, root=templates.ROOT, echo=_say):
    """Run notebooks from start to end, two at a time; keep their outputs and cost.

    names: of notebooks, without ending; the longest begins. Each is kept as soon as it
    is done, and one that fails does not stop the others. Returns {name: the faults that
    forbid keeping it}. Raises FileNotFoundError, FileExistsError before anything runs.
    """
    names = longest_first(names, root)
    _prepare(names, root)
    beside = min(AT_A_TIME, len(names)) if machine()[0] == "cpu" else 1
    begin, kernels, found, keeping = time.perf_counter(), set(), {}, threading.Lock()

    def one(name):
        say = lambda line: echo(f"{name}: {line.strip()}")
        execution = Execution(name, root)
        execution.run(say, kernels)
        try:
            with keeping:
                execution.keep(say, keep_outputs, beside)
        except OSError as problem:  # a full disk, perhaps: said at the end as well
            execution.faults.append(f"it could not be written: {problem}")
        return execution

    with ThreadPoolExecutor(beside) as pool:
        jobs = [pool.submit(one, name) for name in names]
        try:
            for job in as_completed(jobs):
                found[job.result().name] = job.result()
        except BaseException:  # stopped by hand: no kernel may go on alone
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(job.done() for job in jobs):
                for pid in list(kernels):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        psutil.Process(pid).kill()
                time.sleep(0.1)
            raise
    _summary(found.values(), time.perf_counter() - begin, echo)
    return {name: found[name].faults for name in names}


def _summary(executions, seconds, echo):
    """Print what each notebook cost, and which were not kept."""
    echo("")
    for run_ in sorted(executions, key=lambda execution: execution.name):
        cost = f"{templates.duration(run_.seconds):>9} {run_.peak / 1000:6.2f} GB"
        echo(f"{run_.name:32}{cost}  {'NOT KEPT' if run_.faults else 'kept'}")
        for fault in run_.faults:
            echo(f"    {fault}")
    kept = sum(not run_.faults for run_ in executions)
    total = templates.duration(seconds)
    echo(f"{kept} of {len(executions)} notebooks kept, {total} in all")
