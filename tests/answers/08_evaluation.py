"""Answers to the exercises of 08_evaluation: right ones, and wrong ones with a word of what must be said.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np
import tensorflow as tf


def right(real, fake, k):
    """Independent of the solution: ball by ball."""
    hit = 0
    for i, x in enumerate(real):
        reached = sorted(((x - y) ** 2).sum() for j, y in enumerate(real) if j != i)[
            k - 1
        ]
        hit += any(((x - y) ** 2).sum() <= reached for y in fake)
    return hit / len(real)


def gaps(points, others):
    return np.linalg.norm(points[:, None] - others, axis=2)


def reach(points, k):
    return np.partition(gaps(points, points), k, axis=1)[:, k]


def recall(real, fake, k):
    return (gaps(real, fake) <= reach(fake, k)).any(1).mean()


def precision(real, fake, k):
    return (gaps(fake, real) <= reach(real, k)).any(1).mean()


def all_pairs(real, fake, k):
    return (gaps(real, fake) <= reach(real, k)[:, None]).mean()


def only_three(real, fake, k):
    """Right for k = 3 alone."""
    return right(real, fake, 3)


def only_sixty(real, fake, k):
    """Right where there are more real points than generated ones."""
    return right(real, fake, k) if len(real) > len(fake) else 0.5


RIGHT = {
    "three_moments": [12, 12.0, np.float32(12), tf.constant(12.0)],
    "without_bias": [2.2, np.float32(2.2), 2 * 3.6 - 5.0, tf.constant(2.2)],
    "coverage": [
        right,
        lambda r, f, k: tf.constant(right(r, f, k)),
        lambda r, f, k: [right(r, f, k)],
        lambda r, f, k: np.float32(right(r, f, k)),
    ],
}
WRONG = {
    "three_moments": [
        (0, "equal means"),
        (2, "squared, and weighed"),
        (4, "its weight"),
        (6, "not squared"),
        (36, "outside"),
        (192, "variance"),
        (24, "squared once"),
        (27, "section 1"),
        (1.6077, "standard deviations"),
        (-12, "negative"),
        (13, "no combination"),
        ("12", "'12'"),
        ([0, 12, 0], "one ordinary number"),
    ],
    "without_bias": [
        (1.4, "excess of the larger"),
        (2.8, "excess of the smaller"),
        (0, "itself does not"),
        (1400, "constant c"),
        (4.3, "mean of two"),
        (3.6, "excess, too"),
        (5.0, "excess and all"),
        (2.9, "endlessly"),
        (6.4, "not larger"),
        (0.2201, "sqrt"),
        (3.1333, "n^2"),
        (4.0, "from 0 to"),
        (2.0, "same constant"),
        ("2.2", "'2.2'"),
        ([5.0, 3.6], "one ordinary number"),
    ],
    "coverage": [
        (recall, "recall"),
        (precision, "precision"),
        (lambda r, f, k: right(r, f, k - 1), "too few"),
        (lambda r, f, k: right(r, f, k + 1), "too far"),
        (lambda r, f, k: right(r, f, k) * len(r), "a count"),
        (lambda r, f, k: 1 - right(r, f, k), "empty"),
        (all_pairs, "all pairs"),
        (lambda r, f, k: -3, "lies between"),
        (lambda r, f, k: 0.012, "it says"),
        (only_three, "but not for k"),
        (only_sixty, "33 and 60"),
        (lambda r, f, k: gaps(r, f).min(1) <= reach(r, k), "60 numbers"),
        (lambda r, f, k: "half", "one number"),
        (lambda r, f, k: None, "return"),
        (lambda r, f, k: f[999], "IndexError"),
        (0.5, "without brackets"),
    ],
}
SECRETS = {"three_moments": [" 12 ", "12."], "without_bias": ["2.2"]}
