"""Train the cases and the remedies of notebook 07 with five seeds each: python data/tools/make_clinic_table.py [NAMES ...]

The notebook trains each case once before the reader and reads the rest from data/results/clinic.json, which this
writes. Networks, loop and measures are the notebook's own functions. Half an hour on two CPU cores; with names ("R1",
"mode collapse") only those are trained again, and the other rows stay.
"""

import base64
import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from data.tools import definitions  # noqa: E402
from data.tools.files import add_row  # noqa: E402

NOTEBOOK = ROOT / "notebooks" / "07_failure_clinic.py"
TABLE = ROOT / "data" / "results" / "clinic.json"
# The names of the notebook's functions that the trainings use.
USED = (
    *("new_gan", "train_gan", "final_metrics", "augmented"),
    *("operations_of", "steps_for", "last_and_ema"),
)
SEEDS, BUDGET = range(5), 1000
UNKNOWN = 3  # of this seed the desk of the notebook shows the whole chart
HEAD_START = {"head_start": 300, "g_momentum": False, "g_rate": 0.01}
# The arguments of `new_gan`, and of `train_gan` where they differ from TRAINING. As text: a function's name.
TRAINING = {"total": 600, "use_ema": False}
CASES = {
    "healthy": {"total": 1000},
    "mode collapse": {"d_rate": 1e-4, "g_rate": 2e-3},
    "mode collapse, cured": {"d_rate": 2e-3, "g_rate": 2e-3},
    "vanishing gradients": {"loss": "saturating", **HEAD_START, "total": 400},
    "vanishing gradients, cured": {**HEAD_START, "total": 400},
    "a D that wins": {"beta": 0.9},
    "a D that wins, cured": {"beta": 0.9, "r1": 1.0},
    "oscillation": {"g_rate": 5e-3},
    "oscillation, cured": {"g_rate": 5e-3, "r1": 1.0, "use_ema": True},
    "BatchNorm leakage": {"d_norm": "batch", "together": True, "total": 400},
    "BatchNorm leakage, cured": {"d_norm": "batch"},
    "memorisation": {"n_images": 20, "total": 800},
    "memorisation, cured": {"n_images": 20, "augment": "augmented", "total": 800},
}
REMEDIES = {
    "non-saturating": {},
    "saturating": {"loss": "saturating"},
    "least squares": {"loss": "least_squares"},
    "hinge": {"loss": "hinge"},
    "Wasserstein, no penalty": {"loss": "wasserstein"},
    "WGAN-GP, 1 step of D": {"loss": "wasserstein", "penalty": 10.0},
    "WGAN-GP, 5 steps of D": {"loss": "wasserstein", "penalty": 10.0, "d_updates": 5},
    "relativistic": {"loss": "relativistic"},
    "R1": {"r1": 1.0},
    "relativistic, R1": {"loss": "relativistic", "r1": 1.0},
    "spectral normalisation": {"d_norm": "spectral"},
    "hinge, spectral norm.": {"loss": "hinge", "d_norm": "spectral"},
    "batch norm in D": {"d_norm": "batch"},
    "two time scales": {"d_rate": 2e-3, "g_rate": 5e-4},
    "augmentation": {"augment": "augmented"},
}


def settings():
    """{case: all arguments of its training}, as the table keeps them and the notebook compares them with its own."""
    return {name: {**TRAINING, **changes} for name, changes in CASES.items()}


def new_gan(names, seed, changes):
    """The networks and rules of one training, with the notebook's function in place of its name."""
    changes = dict(changes)
    if "augment" in changes:
        changes["augment"] = names[changes["augment"]]
    return names["new_gan"](seed=seed, **changes)


def case(names, name, seed):
    """Train one case; -> how it ended, and for the desk its whole chart."""
    rules = {key: v for key, v in CASES[name].items() if key not in TRAINING}
    training = {key: v for key, v in CASES[name].items() if key in TRAINING}
    run = names["train_gan"](new_gan(names, seed, rules), **training)
    ended = names["final_metrics"](run)
    row = {"case": name, "seed": seed, **{k: round(v, 5) for k, v in ended.items()}}
    if seed == UNKNOWN and "cured" not in name:
        row["chart"] = {
            key: [None if np.isnan(v) else float(f"{v:.4g}") for v in values]
            for key, values in vars(run).items()
            if key not in ("gan", "settings", "samples")
        }
        last = np.ascontiguousarray(run.samples[-1][:32])
        row["samples"] = base64.b64encode(last).decode()
    return row


def remedy(names, name, seed):
    """Train one row of the comparison; -> how the last weights and their average ended."""
    gan = new_gan(names, seed, REMEDIES[name])
    steps = names["steps_for"](BUDGET, names["operations_of"](gan))
    ended = names["last_and_ema"](gan, steps)
    ended = {key: round(value, 4) for key, value in ended.items()}
    return {"remedy": name, "seed": seed, "steps": steps, **ended}


def main(wanted):
    """Train what is wanted, or everything; each row is kept as soon as it is there."""
    groups = {"cases": (CASES, case, "case"), "remedies": (REMEDIES, remedy, "remedy")}
    names = definitions.load(NOTEBOOK, *USED)
    for group, (rules, train, key) in groups.items():
        for name in wanted or rules:
            if name not in rules:
                continue
            for seed in SEEDS:
                row = train(names, name, seed)
                short = {k: row[k] for k in row if k not in ("chart", "samples")}
                print(short, flush=True)
                facts = {"budget": BUDGET, "settings": settings()}
                facts["made_with"] = "python data/tools/make_clinic_table.py"
                add_row(TABLE, group, row, key, list(rules), **facts)


if __name__ == "__main__":
    main(sys.argv[1:])
