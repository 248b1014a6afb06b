"""Train the digit classifier and write data/digit_classifier.npz: python data/tools/make_digit_classifier.py

Half a minute on one core. It learns from the training part of the 8x8 digits, and from pictures made of them that are
no digits, which it must answer with "no digit".
"""

import argparse
import sys
from pathlib import Path

import keras
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from ganlib.classifiers import (  # noqa: E402
    DIGIT_WEIGHTS,
    DigitClassifier,
    build_digit_classifier,
)
from ganlib.data import load_data  # noqa: E402

NO_DIGIT = 10


def corrupted_digits(images, labels, seed=0):
    """Pictures that are no digits: five kinds, uint8 (about 4.8 n, h, w, c), from digits (n, h, w, c).

    Two different digits overlaid, halves of two, one cut in the middle and put together wrongly, its pixels in random
    order, and noise.
    """
    rng = np.random.default_rng(seed)
    middle = images.shape[1] // 2
    other = rng.permutation(len(images))
    different = labels != labels[other]
    first, second = images[different], images[other][different]
    halves = np.concatenate([first[:, :middle], second[:, middle:]], axis=1)
    pixels = images.reshape(len(images), -1)
    scattered = rng.permuted(pixels, axis=1).reshape(images.shape)
    noise = rng.normal(images.mean(), images.std(), images.shape).clip(0, 255)
    kinds = (
        first / 2 + second / 2,
        halves,
        np.roll(images, middle, axis=2),
        scattered,
        noise,
    )
    return np.concatenate(kinds).astype(np.uint8)


def train(images, labels, seed=0, epochs=10):
    """A `DigitClassifier` trained on uint8 (n, 8, 8, 1) and labels 0 to 9.

    Seeds the whole process: the order in which Keras shows the pictures has no seed of its own. So this stands in a
    script, and the library loads what it made.
    """
    keras.utils.set_random_seed(seed)
    model = build_digit_classifier()
    model.compile(
        keras.optimizers.Adam(2e-3),
        "sparse_categorical_crossentropy",
        jit_compile=False,
    )
    corrupted = corrupted_digits(images, labels, seed)
    # Each digit three times: there are almost five times as many corrupted ones.
    x = np.concatenate([images] * 3 + [corrupted])
    y = np.concatenate([labels] * 3 + [np.full(len(corrupted), NO_DIGIT)])
    model.fit(x, y, batch_size=64, epochs=epochs, verbose=0)
    return DigitClassifier(model)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=DIGIT_WEIGHTS)
    args = parser.parse_args()
    digits = load_data("digits", split="train")
    held_out = load_data("digits", split="test")
    train(digits.images, digits.labels).save(args.out)
    classifier = DigitClassifier.load(args.out)
    right = np.mean(classifier.predict(held_out.images) == held_out.labels)
    print(f"written: {args.out}; {right:.1%} of the held-out digits are read correctly")


if __name__ == "__main__":
    main()
