"""Play the games of notebook 04 with five seeds each and keep how they ended: python data/tools/make_game_table.py

The notebook plays one of them before the reader and lays it beside data/results/games.json, which this writes. The
players, the rules and the measures are those that the notebook defines.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from data.tools import definitions  # noqa: E402
from data.tools.benchmarks.common import write_json  # noqa: E402

NOTEBOOK = ROOT / "notebooks" / "04_adversarial_training.py"
SEEDS = range(5)


def games(names):
    """{name: (rounds, rules)}: those of sections 6, 8 and 9."""
    plain = {"optimizer": names["keras"].optimizers.SGD, "d_rate": 0.1, "g_rate": 0.1}
    strong = {"d_rate": 5e-3, "g_rate": 1e-4, "d_updates": 5}
    orders = ("alternating", "simultaneous")
    return {
        **{order: (3000, {"order": order, **plain}) for order in orders},
        **{
            f"{order}, R1": (3000, {"order": order, "r1": 0.1, **plain})
            for order in orders
        },
        "B": (2000, {"loss": "saturating", **strong}),
        "B'": (2000, strong),
    }


def main():
    names = definitions.load(NOTEBOOK, "train_game", "new_game", "keras")
    rows = []
    for name, (rounds, rules) in games(names).items():
        for seed in SEEDS:
            run = names["train_game"](names["new_game"](seed=seed, **rules), rounds)
            rows.append(
                {
                    "game": name,
                    "seed": seed,
                    "best": round(float(run.distance.min()), 3),
                    "last": round(float(run.distance[-5:].mean()), 3),
                    "modes": int(run.modes[-1]),
                }
            )
            print(rows[-1], flush=True)
    write_json(
        ROOT / "data" / "results" / "games.json",
        made_with="python data/tools/make_game_table.py",
        games=rows,
    )


if __name__ == "__main__":
    main()
