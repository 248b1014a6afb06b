"""Train and write a generator that the course ships.

    python data/tools/make_generator.py faces                      data/faces_generator.npz, on the synthetic portraits
    python data/tools/make_generator.py lfw                        data/lfw_generator.npz, on scikit-learn's download of LFW
    python data/tools/make_generator.py lfw --pictures lfw64.zip   the same, on a folder or zip of pictures

The run keeps a checkpoint in `runs/` and continues from it when it is started again. `--steps` and `--width` trade
time against quality; the model cards in data/README.md say what the shipped ones took.
"""

import argparse
import datetime
import hashlib
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import keras  # noqa: E402
import numpy as np  # noqa: E402

from ganlib import data, metrics, models, training  # noqa: E402

HELD_OUT = 4000


class Progress(keras.callbacks.Callback):
    """A line a minute: step, speed, losses."""

    def on_train_begin(self, logs=None):
        self.begin = self.last_line = time.monotonic()
        self.first = int(self.model.step.value)

    def on_epoch_end(self, epoch, logs=None):
        if time.monotonic() - self.last_line > 60:
            self.last_line = time.monotonic()
            step = int(self.model.step.value)
            rate = (step - self.first) / (self.last_line - self.begin)
            values = "  ".join(
                f"{name} {value:.3f}" for name, value in sorted(logs.items())
            )
            print(f"step {step:,}  {rate:.2f} steps/s  {values}", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=("faces", "lfw"))
    parser.add_argument(
        "--pictures", help="a folder or zip to use in place of the download (lfw)"
    )
    parser.add_argument("--steps", type=int, default=15_000)
    parser.add_argument("--width", type=int, default=48)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--r1", type=float, default=1.0)
    parser.add_argument(
        "--images",
        type=int,
        default=40_000,
        help="how many portraits to render (faces)",
    )
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    out = options.out or ROOT / "data" / f"{options.name}_generator.npz"

    if options.name == "faces":
        images = data.load_data(
            "faces", size=64, n=options.images + HELD_OUT, seed=1
        ).images
    else:
        images = data.load_data(options.pictures or "lfw", size=64, channels=1).images
        images = images[np.random.default_rng(0).permutation(len(images))]
    train, test = images[:-HELD_OUT], images[-HELD_OUT:]
    print(f"{len(train):,} pictures to learn from, {len(test):,} held out", flush=True)

    keras.utils.set_random_seed(0)
    shape = train.shape[1:]
    gan = training.GAN(
        models.build_generator(shape, width=options.width),
        models.build_discriminator(shape, width=options.width),
    )
    gan.compile(
        training.gan_adam(options.rate, options.steps),
        training.gan_adam(options.rate, options.steps),
        r1=options.r1,
        random_flip=options.name == "lfw",
    )
    gan.fit(
        train,
        steps=options.steps,
        batch_size=options.batch_size,
        callbacks=[Progress()],
        path=ROOT / "runs" / f"make_{options.name}.npz",
        save_every=60,
    )
    steps = int(gan.step.value)

    half = len(test) // 2
    real = metrics.sliced_wasserstein(test[:half], test[half:])
    score = metrics.sliced_wasserstein(test[:half], gan.sample(half, seed=1))
    models.save_generator(
        out,
        gan.ema_generator,
        trained_on=options.name,
        steps=steps,
        pictures_seen=steps * options.batch_size,
        swd=round(score, 2),
        swd_real=round(real, 2),
        made=str(datetime.date.today()),
    )
    loaded, facts = models.load_generator(out)
    print(facts)
    print(
        f"sliced Wasserstein distance x 1000: {score:.1f}, real against real {real:.1f}, ratio {score / real:.2f}"
    )
    print(
        f"SHA-256 {hashlib.sha256(out.read_bytes()).hexdigest()}  {out.name}  {out.stat().st_size / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
