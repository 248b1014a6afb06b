"""Train the program of notebook 05 with five seeds, and with one repair taken back: python data/tools/make_first_gan_table.py

The notebook trains one seed before the reader and lays it beside data/results/first_gan.json, which this writes. The
networks, the round, the network that reads and the rules are the notebook's own cells, run as they stand there. A run
that is in the file already is not made again: delete the file to begin anew.
"""

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
    ROOT / "notebooks" / "05_first_image_gan.py",
    ROOT / "data" / "results" / "first_gan.json",
)
SEEDS, ROUNDS, SHORT = range(5), 5000, 1500


def definitions(folder):
    """The names that the notebook has after it defined `train`, and CURED, its rules."""
    code, (last,) = notebooks.code(NOTEBOOK), notebooks.code(NOTEBOOK, "def train(")
    cells = code[: code.index(last)] + [last[: last.index("plain = train(")]]
    (cured,) = [
        line
        for cell in code
        for line in cell.splitlines()
        if line.startswith("CURED = ")
    ]
    path = pathlib.Path(folder, "notebook_05.py")
    path.write_text("\n".join([*cells, cured]), encoding="utf-8")
    return runpy.run_path(str(path))


def both_learn(names):
    """A round in which the generator's lesson moves the discriminator too, as in the printed program."""
    tf, losses = names["tf"], names["losses"]

    def one_round(game, real, z):
        d_loss, g_loss = tf.unstack(names["one_round"](game, real, z))
        weights = game.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            loss = losses.generator_non_saturating(
                None, game.discriminator(game.generator(z))
            )
        game.d_optimizer.apply(tape.gradient(loss, weights), weights)
        return tf.stack([d_loss, g_loss])

    return one_round


def versions(names):
    """{name: (rounds, the rules that differ, the round)}."""
    tf, usual = names["tf"], names["one_round"]

    def divided(images):
        return tf.cast(images, tf.float32) / 255.0

    momentum = names["keras"].optimizers.Adam
    return {
        "repaired": (ROUNDS, {}, usual),
        "repaired, 1,500 rounds": (SHORT, {}, usual),
        "both lessons move D (bug 5)": (SHORT, {}, both_learn(names)),
        "pixels from 0 to 1 (bug 6)": (SHORT, {"prepare": divided}, usual),
        "Adam as it comes": (SHORT, {"optimizer": momentum}, usual),
        "no R1": (SHORT, {"r1": 0.0}, usual),
        "no average": (SHORT, {"keep": 0.0}, usual),
    }


def main(folder):
    """Train what is missing; `folder` holds the notebook's cells while TensorFlow compiles loops from their source."""
    names = definitions(folder)
    rows = (
        json.loads(TABLE.read_text(encoding="utf-8"))["runs"] if TABLE.is_file() else []
    )
    for name, (rounds, rules, one_round) in versions(names).items():
        for seed in SEEDS:
            if any((row["version"], row["seed"]) == (name, seed) for row in rows):
                continue
            names["train"].__globals__["one_round"] = one_round
            rules = {
                **names["CURED"],
                **rules,
                "seed": seed,
                "every": rounds,
                "jit": True,
            }
            game = names["train"](names["digits"].images, rounds, **rules).game
            images = game.average(names["fixed_noise"]).numpy()
            if rules.get("prepare"):
                images = (
                    2 * images - 1
                )  # read in its own range, as the best that can be said for it
            says, legible = names["read"](images)
            rarest = np.bincount(says[legible], minlength=10).min()
            rows.append(
                {
                    "version": name,
                    "seed": seed,
                    "rounds": rounds,
                    "legible": round(float(legible.mean()), 3),
                    "rarest": int(rarest),
                }
            )
            print(rows[-1], flush=True)
            write_json(
                TABLE, made_with="python data/tools/make_first_gan_table.py", runs=rows
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(place)
