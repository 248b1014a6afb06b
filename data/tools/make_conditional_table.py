"""Run notebook 11 with five seeds, and train its variants: python data/tools/make_conditional_table.py [SEED ...]

The notebook runs one seed before the reader and lays it beside data/results/conditional.json, which this writes. The
cells are the notebook's own, run as they stand there up to the desk, assertions and all, except those that read this
table. For each seed the variants follow: other ways to tell the label of a digit, and a face generator that saw all
faces. About half an hour on two CPU cores; with seeds only those are run again, and the other rows stay.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from data.tools.benchmarks.common import in_fresh_process  # noqa: E402
from data.tools.files import update_json  # noqa: E402
from data.tools.seeds import SEEDS, names, plain  # noqa: E402

NOTEBOOK, TABLE = (
    ROOT / "notebooks" / "11_conditional.py",
    ROOT / "data" / "results" / "conditional.json",
)
WAYS = "planes", "scrambled", "projection", "nobody"
SCORES = "obeys", "legible", "distance", "variety"
KINDS = "never saw the pair", "saw all"


def run(seed):
    """{"seeds": what the notebook notes, "digits": rows, "faces": rows}, all for one seed."""
    after = names(NOTEBOOK, seed)
    found, wanted = after["found"], np.eye(10)[after["asked"]]
    digits = {"planes": found["digits"]}
    for way in WAYS[1:]:
        scores = after["score"](
            after["to_uint8"](after["ask"](after["digit_gan"](way), wanted))
        )
        digits[way] = [scores[name] for name in SCORES]
    everyone = after["face_gan"](after["never"] | True)
    pairs = {
        "never saw the pair": found["never seen"],
        "saw all": after["pair_share"](after["obedience_of"](everyone)),
    }
    return {
        "seeds": [
            {"seed": seed, **{name: plain(values) for name, values in found.items()}}
        ],
        "digits": [
            {"way": way, "seed": seed, **dict(zip(SCORES, plain(digits[way])))}
            for way in WAYS
        ],
        "faces": [
            {"kind": kind, "seed": seed, "pair": plain(pairs[kind])} for kind in KINDS
        ],
    }


def main(wanted):
    """Add to the table after each seed; several processes may share the work."""

    def added(new, seed, old):
        if not wanted and seed == SEEDS[0]:
            old = {}
        rows = {
            name: new[name] + [row for row in old.get(name, []) if row["seed"] != seed]
            for name in new
        }
        rows["seeds"].sort(key=lambda row: row["seed"])
        rows["digits"].sort(key=lambda row: (WAYS.index(row["way"]), row["seed"]))
        rows["faces"].sort(key=lambda row: (KINDS.index(row["kind"]), row["seed"]))
        return {"made_with": "python data/tools/make_conditional_table.py", **rows}

    for seed in wanted or SEEDS:
        new = in_fresh_process(run, seed)
        update_json(TABLE, lambda old: added(new, seed, old))
        print(f"seed {seed} is done", flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
