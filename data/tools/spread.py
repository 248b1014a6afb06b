"""What cells that a rounding can turn have printed: python -m data.tools.spread COMMAND

add               put what the executed notebooks print now beside the stored runs
run NAME ... [--rounding NAME]
                  run notebooks in a copy under another order of rounding, and add what
                  their cells tagged "varies" print; the notebooks stay as they are

The runs stand in data/results/spread.json, by notebook and by the cell's code, so that
a changed cell begins anew. `tests/tools/compare.py` holds every run of the check to
them.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import nbformat

from data.tools import files, notebooks
from tests.tools.compare import SPREAD, key_of, text_of

MOST = 8  # runs of a cell that are kept
#: orders in which sums are made: the same program, other last digits
ROUNDINGS = {
    "two threads": {"TF_NUM_INTRAOP_THREADS": "2", "OMP_NUM_THREADS": "2"},
    "plain kernels": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "no avx512": {"ONEDNN_MAX_CPU_ISA": "AVX2", "TF_ENABLE_ONEDNN_OPTS": "1"},
}


def varying(notebook):
    """`{key: what was printed}` for the cells with the tag."""
    return {
        key_of(cell.source): text_of(cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code" and "varies" in cell.metadata.get("tags", [])
    }


def merged(stored, printed):
    """Stored runs of one notebook and one more; what belongs to changed cells goes."""
    cells = {}
    for key, text in printed.items():
        runs = stored.get(key, [])
        cells[key] = (runs if text in runs else [*runs, text])[-MOST:]
    return {key: runs for key, runs in cells.items() if any(runs)}


def add(name, notebook):
    """Put what one executed notebook prints beside the stored runs."""

    def added(table):
        books = dict(table.get("notebooks", {}))
        cells = merged(books.pop(name, {}), varying(notebook))
        if cells:
            books[name] = cells
        return {"made_with": "python -m data.tools.spread", "notebooks": books}

    files.update_json(SPREAD, added)


def run(name, rounding):
    """Run one notebook in a copy of its folder, under another order of rounding."""
    root = notebooks.templates.ROOT
    source = root / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "notebooks")
        ignored = shutil.ignore_patterns("*.ipynb", "runs", ".ipynb_checkpoints")
        shutil.copytree(source.parent, copy, ignore=ignored)
        Path(folder, "data").symlink_to(root / "data")
        Path(folder, "ganlib").symlink_to(root / "ganlib")
        seconds, _ = notebooks.run(notebook, copy, variables=ROUNDINGS[rounding])
    print(f"{name}, {rounding}: {seconds:.0f} s", flush=True)
    add(name, notebook)


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("add", "run"))
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounding", choices=ROUNDINGS, default="plain kernels")
    asked = parser.parse_args()
    for path in notebooks.sources():
        if asked.names and path.stem not in asked.names:
            continue
        if asked.command == "run":
            run(path.stem, asked.rounding)
        else:
            add(path.stem, nbformat.read(path.with_suffix(".ipynb"), as_version=4))


if __name__ == "__main__":
    main()
