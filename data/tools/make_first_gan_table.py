"""Train the program of notebook 05 with five seeds, and with one repair taken back: python data/tools/make_first_gan_table.py

The notebook trains one seed before the reader and lays it beside data/results/first_gan.json, which this writes. The
networks, the step, the network that reads and the settings are the notebook's own. Ten minutes on one CPU core. A run
that is in the file already is not made again: delete the file to begin anew.
"""

import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from data.tools import definitions  # noqa: E402
from data.tools.files import add_row, read_json  # noqa: E402

NOTEBOOK = ROOT / "notebooks" / "05_first_image_gan.py"
TABLE = ROOT / "data" / "results" / "first_gan.json"
SEEDS, STEPS, SHORT = range(5), 4000, 1500


def both_move(names):
    """A step in which the generator's update moves the discriminator too, as in the printed program."""
    tf, losses = names["tf"], names["losses"]

    def step(gan, real, z):
        values = names["one_step"](gan, real, z)
        weights = gan.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            fake_logits = gan.discriminator(gan.generator(z))
            loss = losses.generator_non_saturating(None, fake_logits)
        gan.d_optimizer.apply(tape.gradient(loss, weights), weights)
        return values

    return step


def versions(names):
    """{name: (number of steps, settings that differ)}."""
    tf, adam = names["tf"], names["keras"].optimizers.Adam

    def divided(images):
        return tf.cast(images, tf.float32) / 255.0

    return {
        "repaired": (STEPS, {}),
        "repaired, 1,500 steps": (SHORT, {}),
        "both updates move D (bug 5)": (SHORT, {"step": both_move(names)}),
        "pixels from 0 to 1 (bug 6)": (SHORT, {"prepare": divided}),
        "Adam as it comes": (SHORT, {"optimizer": adam}),
        "no R1": (SHORT, {"r1": 0.0}),
        "no average": (SHORT, {"ema": 0.0}),
    }


def row(names, name, steps, changes, seed):
    """Train once; -> how much of a thousand pictures can be read."""
    settings = {**names["CURED"], **changes, "seed": seed, "every": steps}
    gan = names["train"](names["digits"].images, steps, **settings).gan
    images = gan.ema_generator(names["fixed_noise"]).numpy()
    if "prepare" in changes:  # read in its own range, as the best that can be said
        images = 2 * images - 1
    digit, legible = names["read"](images)
    rarest = np.bincount(digit[legible], minlength=10).min()
    return {
        "version": name,
        "seed": seed,
        "steps": steps,
        "legible": round(float(legible.mean()), 3),
        "rarest": int(rarest),
    }


def main():
    """Train what is missing; each row is kept as soon as it is there."""
    names = definitions.load(NOTEBOOK, "train", "CURED", "read", "digits")
    order = list(versions(names))
    for name, (steps, changes) in versions(names).items():
        for seed in SEEDS:
            # Read each time: another process may have made it meanwhile.
            runs = read_json(TABLE, {}).get("runs", [])
            if any((old["version"], old["seed"]) == (name, seed) for old in runs):
                continue
            made = row(names, name, steps, changes, seed)
            print(made, flush=True)
            command = "python data/tools/make_first_gan_table.py"
            add_row(TABLE, "runs", made, "version", order, made_with=command)


if __name__ == "__main__":
    main()
