"""Run notebook 08 with five seeds and keep the numbers that it notes: python data/make_evaluation_table.py [SEEDS ...]

The notebook runs one of them before the reader and lays it beside data/results/evaluation.json, which this writes. The
cells are the notebook's own, run as they stand there up to the fault desk, assertions and all. It takes about a quarter
of an hour; with seeds named only those are run again, and the other rows stay.
"""

import json
import os
import pathlib
import runpy
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from tests.benchmarks.common import write_json  # noqa: E402
from tests.tools import notebooks  # noqa: E402

NOTEBOOK, TABLE = ROOT / "notebooks" / "08_evaluation.py", ROOT / "data" / "results" / "evaluation.json"
SEEDS = range(5)


def run(seed, folder):
    """The notebook's `found` after all of its cells before the desk; by way of a file in `folder`, since TensorFlow
    compiles a loop from its source.
    """
    code, (desk,) = notebooks.code(NOTEBOOK), notebooks.code(NOTEBOOK, "ipywidgets.VBox")
    path = pathlib.Path(folder, f"notebook_08_{seed}.py")
    text = "\n".join(code[:code.index(desk)]).replace("SEED, found = 0,", f"SEED, found = {seed},")
    path.write_text(text, encoding="utf-8")
    names = runpy.run_path(str(path))
    assert names["SEED"] == seed
    found = {name: np.round(np.ravel(values).astype(float), 5).tolist() for name, values in names["found"].items()}
    return {"seed": seed, **found}


def main(wanted):
    os.chdir(NOTEBOOK.parent)  # the notebook's paths begin there
    kept = json.loads(TABLE.read_text(encoding="utf-8"))["seeds"] if wanted else []
    rows = [row for row in kept if row["seed"] not in wanted]
    with tempfile.TemporaryDirectory() as folder:
        for seed in wanted or SEEDS:
            rows.append(run(seed, folder))
            print(f"seed {seed} is done", flush=True)
            write_json(TABLE, made_with="python data/make_evaluation_table.py",
                       seeds=sorted(rows, key=lambda row: row["seed"]))


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]])
