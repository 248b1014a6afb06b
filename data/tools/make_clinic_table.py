"""Train the patients and the remedies of notebook 07 with five seeds each: python data/tools/make_clinic_table.py [NAMES ...]

The notebook trains each patient once before the reader and reads the rest from data/results/clinic.json, which this
writes. Networks, loop and measures are the notebook's own cells, run as they stand there. Half an hour on two CPU
cores; with names ("R1", "mode collapse") only those are trained again, and the other rows stay.
"""

import base64
import json
import pathlib
import runpy
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from data.tools import notebooks  # noqa: E402
from data.tools.benchmarks.common import write_json  # noqa: E402

NOTEBOOK, TABLE = (
    ROOT / "notebooks" / "07_failure_clinic.py",
    ROOT / "data" / "results" / "clinic.json",
)
NEEDED = (
    "import ipywidgets",
    "def examine",
    "def build_generator",
    "def new_game",
    "def g_step",
    "def one_step",
    "def train_game",
    "def augmented",
    "def work",
)
SEEDS, BUDGET, UNKNOWN = (
    range(5),
    1000,
    3,
)  # of seed 3 the desk of the notebook shows the whole chart
PATIENTS = {  # as the notebook calls them
    "healthy": "train_game(new_game(), steps=1000)",
    "mode collapse": "train_game(new_game(d_rate=1e-4, g_rate=2e-3))",
    "mode collapse, cured": "train_game(new_game(d_rate=2e-3, g_rate=2e-3))",
    "vanishing gradients": 'train_game(new_game(loss="saturating", **ahead), steps=400)',
    "vanishing gradients, cured": "train_game(new_game(**ahead), steps=400)",
    "a D that wins": "train_game(new_game(beta=0.9))",
    "a D that wins, cured": "train_game(new_game(beta=0.9, r1=1.0))",
    "oscillation": "train_game(new_game(g_rate=5e-3))",
    "oscillation, cured": "train_game(new_game(g_rate=5e-3, r1=1.0), averaged=True)",
    "BatchNorm leakage": 'train_game(new_game(d_norm="batch", together=True), steps=400)',
    "BatchNorm leakage, cured": 'train_game(new_game(d_norm="batch"))',
    "memorisation": "train_game(new_game(few), steps=800)",
    "memorisation, cured": "train_game(new_game(few, augment=augmented), steps=800)",
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


def definitions(folder):
    """The names that the notebook's cells define, by way of a file, since TensorFlow compiles a loop from its source:
    `folder` must be there as long as anything is trained.
    """
    path = pathlib.Path(folder, "notebook_07.py")
    path.write_text("\n".join(notebooks.code(NOTEBOOK, *NEEDED)), encoding="utf-8")
    names = runpy.run_path(str(path))
    names.update(
        few=names["digits"].images[:20],
        ahead=dict(head_start=300, g_momentum=False, g_rate=0.01),
    )
    return names


def patient(names, name, seed):
    """Train one patient; -> how it ended, and for the desk its whole chart."""
    run = eval(
        PATIENTS[name]
        .replace("new_game(", f"new_game(seed={seed}, ", 1)
        .replace(f"seed={seed}, few", f"few, seed={seed}"),
        names,
    )
    row = {
        "patient": name,
        "seed": seed,
        **{key: round(value, 5) for key, value in names["ending"](run).items()},
    }
    if seed == UNKNOWN and "cured" not in name:
        chart = {
            key: values
            for key, values in vars(run).items()
            if key not in ("game", "samples")
        }
        row["chart"] = {
            key: [
                None if np.isnan(value) else float(f"{value:.4g}") for value in values
            ]
            for key, values in chart.items()
        }
        row["samples"] = base64.b64encode(
            np.ascontiguousarray(run.samples[-1][:32])
        ).decode()
    return row


def remedy(names, name, seed):
    """Train one row of the comparison; -> how the last weights and their average ended."""
    rules = {
        key: names.get(value, value) if key == "augment" else value
        for key, value in REMEDIES[name].items()
    }
    game = names["new_game"](seed=seed, **rules)
    steps = names["steps_for"](BUDGET, names["work"](game))
    ended = {
        key: round(value, 4) for key, value in names["compare"](game, steps).items()
    }
    return {"remedy": name, "seed": seed, "steps": steps, **ended}


def main(wanted):
    kept = (
        json.loads(TABLE.read_text(encoding="utf-8"))
        if wanted and TABLE.is_file()
        else {}
    )
    kept = {group: kept.get(group, []) for group in ("patients", "remedies")}
    groups = {"patients": (PATIENTS, patient), "remedies": (REMEDIES, remedy)}
    with tempfile.TemporaryDirectory() as folder:
        names = definitions(folder)
        for group, (all_names, train) in groups.items():
            for name in [name for name in all_names if not wanted or name in wanted]:
                kept[group] = [row for row in kept[group] if name not in row.values()]
                for seed in SEEDS:
                    row = train(names, name, seed)
                    kept[group].append(row)
                    print(
                        {
                            key: value
                            for key, value in row.items()
                            if key not in ("chart", "samples")
                        },
                        flush=True,
                    )
                order = list(all_names)
                kept[group].sort(
                    key=lambda row: (
                        order.index(row.get("patient") or row["remedy"]),
                        row["seed"],
                    )
                )
                tables = {group: kept[group] for group in groups}
                write_json(
                    TABLE,
                    made_with="python data/tools/make_clinic_table.py",
                    budget=BUDGET,
                    **tables,
                )


if __name__ == "__main__":
    main(sys.argv[1:])
