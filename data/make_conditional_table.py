"""Run notebook 11 with five seeds, and train its variants: python data/make_conditional_table.py [SEED ...]

The notebook runs one seed before the reader and lays it beside data/results/conditional.json, which this writes. The
cells are the notebook's own, run as they stand there up to the desk, assertions and all, except those that read this
table. For each seed the variants follow: other ways to tell the label of a digit, and a face generator that saw all
faces. About twenty minutes on two CPU cores; with seeds only those are run again, and the other rows stay.
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

from tests.benchmarks.common import in_fresh_process, write_json  # noqa: E402
from tests.tools import notebooks  # noqa: E402

NOTEBOOK, TABLE = ROOT / "notebooks" / "11_conditional.py", ROOT / "data" / "results" / "conditional.json"
SEEDS = range(1, 6)  # 0 is the reader's own
WAYS = "planes", "scrambled", "projection", "nobody"
SCORES = "obeys", "legible", "distance", "variety"
KINDS = "never saw the pair", "saw all"


def plain(values):
    return np.round(np.ravel(values).astype(float), 4).tolist()


def cells(seed):
    """The notebook before its desk, with another seed and without the cells that read the table."""
    code, (desk,) = notebooks.code(NOTEBOOK), notebooks.code(NOTEBOOK, "ipywidgets.VBox")
    kept = [cell for cell in code[:code.index(desk)] if "stored" not in cell]
    return "\n".join(kept).replace("SEED, found = 0,", f"SEED, found = {seed},")


def run(seed):
    """{"seeds": what the notebook notes, "digits": rows, "faces": rows}, all for one seed."""
    os.chdir(NOTEBOOK.parent)  # the notebook's paths begin there
    with tempfile.TemporaryDirectory() as folder:  # by way of a file: TensorFlow compiles loops from their source
        path = pathlib.Path(folder, "notebook_11.py")
        path.write_text(cells(seed), encoding="utf-8")
        names = runpy.run_path(str(path))
        assert names["SEED"] == seed
        found = {name: plain(values) for name, values in names["found"].items()}
        digits, wanted = {"planes": found["digits"]}, np.eye(10)[names["asked"]]
        for way in WAYS[1:]:
            scores = names["score"](names["to_uint8"](names["ask"](names["digit_gan"](way), wanted)))
            digits[way] = plain([scores[name] for name in SCORES])
        everyone = names["face_gan"](names["never"] | True)
        pairs = {"never saw the pair": found["never seen"],
                 "saw all": plain(names["pair_share"](names["obedience_of"](everyone)))}
    return {"seeds": [{"seed": seed, **found}],
            "digits": [{"way": way, "seed": seed, **dict(zip(SCORES, digits[way]))} for way in WAYS],
            "faces": [{"kind": kind, "seed": seed, "pair": pairs[kind]} for kind in KINDS]}


def main(wanted):
    table = json.loads(TABLE.read_text(encoding="utf-8")) if wanted else {}
    rows = {name: [row for row in table.get(name, []) if row["seed"] not in wanted]
            for name in ("seeds", "digits", "faces")}
    for seed in wanted or SEEDS:
        for name, new in in_fresh_process(run, seed).items():
            rows[name] += new
        rows["seeds"].sort(key=lambda row: row["seed"])
        rows["digits"].sort(key=lambda row: (WAYS.index(row["way"]), row["seed"]))
        rows["faces"].sort(key=lambda row: (KINDS.index(row["kind"]), row["seed"]))
        write_json(TABLE, made_with="python data/make_conditional_table.py", **rows)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
