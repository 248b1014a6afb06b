"""A table of seeds: a notebook is run as it stands, up to its desk, with other seeds, and what it notes is kept.

The notebook begins with `SEED, found = 0, {}`, fills `found`, and lays the table beside its own run.
"""

import os
import sys

import numpy as np

from data.tools import definitions, notebooks
from data.tools.files import update_json

SEEDS = range(1, 6)  # 0 is the reader's own


def names(notebook, seed):
    """What all cells before the one with the desk define, assertions and all, but for those that read the table."""
    os.chdir(notebook.parent)  # the notebook's paths begin there
    desk = definitions.cell(notebook, "screen")
    after = {"__name__": notebook.stem}
    for number, cell in enumerate(notebooks.code(notebook)):
        if cell == desk:
            return after
        defined = definitions.names_of(cell)
        if "stored" not in cell:
            definitions.run(cell, after, f"<{notebook.stem}, cell {number}>")
        if "SEED" in defined:
            after["SEED"] = seed


def plain(values):
    """Numbers of any shape as a list that JSON can hold."""
    return np.round(np.ravel(values).astype(float), 5).tolist()


def make_table(script, notebook, table):
    """Write `table` from five seeds, or run only those on the command line.

    The other rows stay, so that several processes may share the work; without seeds the
    table begins anew.
    """
    wanted = [int(word) for word in sys.argv[1:]]

    def added(row, old):
        begins = not wanted and row["seed"] == SEEDS[0]
        rows = [] if begins else old.get("seeds", [])
        rows = [row, *(other for other in rows if other["seed"] != row["seed"])]
        rows.sort(key=lambda row: row["seed"])
        return {"made_with": f"python {script}", "seeds": rows}

    for seed in wanted or SEEDS:
        found = names(notebook, seed)["found"]
        row = {"seed": seed}
        row.update((name, plain(values)) for name, values in found.items())
        update_json(table, lambda old: added(row, old))
        print(f"seed {seed} is done", flush=True)
