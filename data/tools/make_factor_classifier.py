"""Train the factor classifier and write data/factor_reader.npz: python data/tools/make_factor_classifier.py

About 8 minutes on one core. Every face is seen twice, never the same way: shifted, smudged, frayed, blurred, with
more or less contrast, noisy, because a GAN's faces are, and people read them all the same. One picture in twelve is
no face at all (two faces mixed, a heavy blur, quarters of different faces, noise), and its right answer is "any
category alike".
"""

import argparse
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from ganlib.classifiers import (  # noqa: E402
    CATEGORIES,
    FACTOR_WEIGHTS,
    VALUES,
    FactorClassifier,
    build_factor_classifier,
    split_outputs,
)
from ganlib.faces import FACTORS, make_faces  # noqa: E402

BATCH, ROUND = 64, 8192  # faces per step, faces rendered at a time
rng = np.random.default_rng(0)


def targets(factors):
    """A table -> (n, 60): one-hot categories, values in standard deviations, and 1 for "this is a face"."""
    n = len(factors["age"])
    columns = [
        np.asarray(factors[name])[:, None] == np.array(names)
        for name, names in CATEGORIES.items()
    ]
    columns += [
        (factors[name][:, None] - FACTORS[name][0]) / FACTORS[name][1]
        for name in VALUES
    ]
    return np.concatenate([*columns, np.ones((n, 1))], axis=1).astype("float32")


def blur(images):
    """Binomial 3x3."""
    for axis in (1, 2):
        images = (np.roll(images, 1, axis) + 2 * images + np.roll(images, -1, axis)) / 4
    return images


def ragged(images):
    """Move every pixel by a pixel or two, its neighbours about alike: outlines fray, as a young GAN draws them."""
    n = len(images)
    moves = rng.standard_normal((2, n, 16, 16), dtype="float32") * rng.uniform(
        0.2, 1.3, (1, n, 1, 1)
    )
    moves = np.rint(
        blur(moves.repeat(4, 2).repeat(4, 3).reshape(2 * n, 64, 64, 1)).reshape(
            2, n, 64, 64
        )
    ).astype(int)
    moves += rng.random((2, n, 64, 64)) < rng.uniform(0, 0.12, (1, n, 1, 1))
    y, x = np.clip(np.indices((64, 64))[:, None] + moves, 0, 63)
    return images[np.arange(n)[:, None, None], y, x]


def smudged(images):
    """Blur one box of each picture: a smear at the mouth is no moustache, and one at the eyes no glasses."""
    soft = blur(blur(blur(blur(images))))
    images = images.copy()
    corners, sides = (
        rng.integers(0, 56, (len(images), 2)),
        rng.integers(6, 18, (len(images), 2)),
    )
    for i, ((y, x), (h, w)) in enumerate(zip(corners, sides)):
        images[i, y : y + h, x : x + w] = soft[i, y : y + h, x : x + w]
    return images


def augment(images):
    """float32 (n, 64, 64, 3): shifted by up to 2 pixels, smudged, frayed, blurred or taken to 32 and back, with
    another contrast, noisy: each of these happens to some.
    """
    n = len(images)
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (64, 64), axis=(1, 2))
    images = windows[
        np.arange(n), rng.integers(0, 5, n), rng.integers(0, 5, n)
    ].transpose(0, 2, 3, 1)

    for harm, share in ((smudged, 0.3), (ragged, 0.5)):
        rows = np.flatnonzero(rng.random(n) < share)
        images[rows] = harm(images[rows])

    def amount(low, high):
        return rng.uniform(low, high, (n, 1, 1, 1)).astype("float32")

    soft = blur(images)
    images = images + np.clip(amount(-1, 1.2), 0, 1) * (soft - images)
    small = np.flatnonzero(rng.random(n) < 0.08)
    if len(small):
        halves = images[small].reshape(-1, 32, 2, 32, 2, 3).mean((2, 4))
        images[small] = blur(halves.repeat(2, 1).repeat(2, 2))
    images = 127.5 + (images - 127.5) * amount(0.88, 1.12) + amount(-10, 10)
    noise = rng.standard_normal(images.shape, dtype="float32")
    return np.clip(images + noise * np.maximum(amount(-6, 8), 0), 0, 255)


def spoil(images, labels):
    """Turn the last twelfth of a batch into what is no face, with the answer "any category alike"."""
    k = len(images) // 12
    kind = rng.integers(0, 4, k)
    for i, how in zip(range(len(images) - k, len(images)), kind):
        other, third = rng.integers(0, len(images) - k, 2)
        if how == 0:
            t = rng.uniform(0.42, 0.58)
            images[i] = t * images[i] + (1 - t) * images[other]
        elif how == 1:
            for _ in range(rng.integers(24, 60)):
                images[i : i + 1] = blur(images[i : i + 1])
        elif how == 2:
            y, x = rng.integers(16, 48, 2)
            images[i, :y], images[i, y:, :x] = images[other, :y], images[third, y:, :x]
            images[i] = np.roll(images[i], rng.integers(-32, 33, 2), (0, 1))
        else:
            noise = rng.standard_normal(images[i].shape, dtype="float32")
            for _ in range(rng.integers(0, 6)):
                noise = 1.6 * blur(noise[None])[0]
            images[i] = np.clip(
                images[i].mean((0, 1)) + rng.uniform(20, 80) * noise, 0, 255
            )
        labels[i] = 0
    start = 0
    for names in CATEGORIES.values():
        labels[-k:, start : start + len(names)] = 1 / len(names)
        start += len(names)
    return images, labels


def loss(y_true, y_pred):
    """Cross-entropy of every category, and the squared error of every value where there is a face."""
    (truth, values), (logits, guesses) = split_outputs(y_true), split_outputs(y_pred)
    total = sum(
        -tf.reduce_sum(truth[name] * tf.nn.log_softmax(z), axis=1)
        for name, z in logits.items()
    )
    return total + values[:, -1] * tf.reduce_sum(
        (values[:, :-1] - guesses) ** 2, axis=1
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=22, help=f"of {ROUND} faces, each seen twice"
    )
    parser.add_argument("--out", default=FACTOR_WEIGHTS)
    args = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(0)
    model = build_factor_classifier()
    steps = args.rounds * 2 * (ROUND // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - 200, warmup_target=2e-3, warmup_steps=200
    )
    model.compile(
        keras.optimizers.Adam(rate), loss, jit_compile=False
    )  # XLA is slower here
    print(f"{model.count_params():,} weights, {steps:,} steps", flush=True)
    start = time.time()
    for number in range(args.rounds):
        # Without correlations: the classifier must look at the beard, and not guess it from the hair.
        images, factors = make_faces(ROUND, seed=10_000 + number, correlated=False)
        labels, losses = targets(factors), []
        for rows in np.concatenate(
            [rng.permutation(ROUND), rng.permutation(ROUND)]
        ).reshape(-1, BATCH):
            x, y = spoil(augment(images[rows].astype("float32")), labels[rows])
            losses.append(model.train_on_batch(x, y))
        print(
            f"round {number + 1:2}: loss {np.mean(losses):.3f}, {time.time() - start:.0f} s",
            flush=True,
        )
    classifier = FactorClassifier(model)
    classifier.save(args.out)
    classifier = FactorClassifier.load(args.out)
    classifier.accuracy()
    faces = make_faces(2000, seed=12345)[0]
    print(
        "confidence of real faces, 5th percentile:",
        np.percentile(classifier.confidence(faces), 5).round(3),
    )


if __name__ == "__main__":
    main()
