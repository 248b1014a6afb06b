"""Train the DCGAN of notebook 06 and its variants, three to five seeds: python data/tools/make_dcgan_table.py [RULES ...]

The notebook trains some of them before the reader and prints the rest from data/results/dcgan.json, which this writes.
Networks, loop and measures are the notebook's own. Three quarters of an hour on one CPU
core; with names of rules ("no batch norm") only those are trained again. A run that was stopped goes on where it was.
"""

import itertools
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from data.tools import definitions  # noqa: E402
from data.tools.files import add_row, read_json  # noqa: E402

NOTEBOOK = ROOT / "notebooks" / "06_dcgan.py"
TABLE = ROOT / "data" / "results" / "dcgan.json"
# The full recipe, which all are compared with, and one more have five seeds; others have three.
FIVE = ("DCGAN", "max pooling in D")
RULES = {
    "DCGAN": {},
    "max pooling in D": {"down": "max pooling"},
    "resize in G": {"up": "resize"},
    "kernel 3 in both": {"up": "kernel 3", "down": "kernel 3"},
    "no batch norm": {"norm": ""},
    "batch norm in G only": {"norm": "G"},
    "batch norm everywhere": {"norm_ends": True},
    "a hidden dense layer each": {"hidden": 1},
    "leaky ReLU in G": {"g_active": "leaky"},
    "no tanh at the end": {"g_end": "linear"},
    "ReLU in D": {"d_active": "relu"},
    "rate 0.001": {"rate": 1e-3},
    "beta 0.9": {"beta": 0.9},
    "Keras's start": {"start": None},
    "no batch norm, Keras's start": {"norm": "", "start": None},
}


def row(names, rules, seed):
    """Train once; -> how it ended, and for the full recipe the way there."""
    run = names["train_gan"](
        names["new_gan"](names["train"].images, seed=seed, **RULES[rules])
    )
    ended = {
        name: round(float(value), 4)
        for name, value in names["final_metrics"](run).items()
    }
    curve = (
        {"curve": [round(float(value), 2) for value in run.distance]}
        if rules == "DCGAN"
        else {}
    )
    return {"rules": rules, "seed": seed, **ended, **curve}


def main(wanted):
    """Train what is wanted, or, without a word, what the table lacks; each row is kept as soon as it is there."""
    names = definitions.load(NOTEBOOK, "new_gan", "train_gan", "final_metrics")
    for seed, rules in itertools.product(range(5), wanted or RULES):
        # Read each time: another process may have made it meanwhile.
        runs = read_json(TABLE, {}).get("runs", [])
        there = any((old["rules"], old["seed"]) == (rules, seed) for old in runs)
        if (there and not wanted) or (seed >= 3 and rules not in FIVE):
            continue
        made = row(names, rules, seed)
        print(made, flush=True)
        command = "python data/tools/make_dcgan_table.py"
        add_row(TABLE, "runs", made, "rules", list(RULES), made_with=command)


if __name__ == "__main__":
    main(sys.argv[1:])
