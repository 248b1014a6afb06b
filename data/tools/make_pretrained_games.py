"""Train the default networks of the 2-D laboratory on every data set, and keep the best of eight seeds.

    python data/tools/make_pretrained_games.py

writes data/pretrained_games.json: 20,000 iterations with R1, then 5,000 at a tenth of the rates; the seed with the
smallest Jensen-Shannon divergence is kept, as a state that the laboratory's button "Pretrained" loads. About ten
minutes on 2 CPU cores.
"""

import datetime
import json
import os
import platform
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from data.tools.files import write_text  # noqa: E402
from ganlib.labs.plane.game import PlaneGAN  # noqa: E402
from ganlib.labs.plane.measure import NAMES, Observer  # noqa: E402
from ganlib.labs.plane.settings import DATA, DEFAULTS  # noqa: E402


def train(name, seed):
    """(Jensen-Shannon divergence, what was measured, the state) at the end of one training."""
    game = PlaneGAN(data=name, seed=seed, regulariser="r1", strength=0.05)
    game.train(20_000)
    game.set(g_rate=DEFAULTS["g_rate"] / 10, d_rate=DEFAULTS["d_rate"] / 10)
    game.train(5_000)
    game.set(
        **{
            rule: DEFAULTS[rule]
            for rule in ("regulariser", "strength", "g_rate", "d_rate")
        }
    )
    measured = dict(zip(NAMES, Observer(game).measure().tolist()))
    return measured["js"], measured, game.state()


def main():
    """Train all and write the file."""
    games, results = {}, {}
    for name in DATA[:-1]:
        js, measured, games[name] = min(
            (train(name, seed) for seed in range(8)), key=lambda found: found[0]
        )
        results[name] = {
            key: None if value != value else round(value, 3)
            for key, value in measured.items()
        }
        print(
            f"{name:12} seed {games[name]['rules']['seed']}: JS {js:.3f}, {results[name]}",
            flush=True,
        )
    about = {
        "made": f"{datetime.date.today()}",
        "on": f"{os.cpu_count()} CPU cores, {platform.machine()}",
        "by": "python data/tools/make_pretrained_games.py",
        "measured": results,
        "games": games,
    }
    write_text(ROOT / "data" / "pretrained_games.json", json.dumps(about) + "\n")


if __name__ == "__main__":
    main()
