"""Answers to the exercises of 01_data_distributions: right ones, and wrong ones with a word of what must be said of
each, as in 09_faces.
"""

import math

import numpy as np


def bell(z):
    return np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi)


def back(x):
    return (1 - np.log(x)) / 2


def carried(a, b):
    """Independent of the solution: the area between the two staircases of the CDFs."""
    places = np.sort(np.concatenate([a, b]))
    below = [
        np.searchsorted(np.sort(s), places[:-1], side="right") / len(s) for s in (a, b)
    ]
    return np.sum(abs(below[0] - below[1]) * np.diff(places))


def raises(*arguments):
    raise RuntimeError("no idea")


RIGHT = {
    "picture_bins": [
        3**16,
        43046721.0,
        np.int64(3**16),
        np.array(3.0**16),
        math.exp(16 * math.log(3)).__round__(),
    ],
    "waiting_times": [
        lambda u, mean: -mean * np.log(1 - u),
        lambda u, mean: -mean * np.log(u),
        lambda u, mean: [-mean * math.log1p(-v) for v in u],
        lambda u, mean: mean * np.log(1 / (1 - u)),
    ],
    "pushed_density": [
        lambda x: bell(back(x)) / (2 * x),
        lambda x: [float(bell(back(v)) / 2 / v) for v in x],
        lambda x: np.exp(-((np.log(x) - 1) ** 2) / 8) / (x * np.sqrt(8 * np.pi)),
    ],
    "earth_moved": [
        carried,
        lambda a, b: np.array(carried(a, b)),
        lambda a, b: float(carried(b, a)),
        lambda a, b: sum(abs(x - y) for x, y in zip(sorted(a), sorted(b))) / len(a),
    ],
}
WRONG = {
    "picture_bins": [
        (48, "multiplies the number of pictures, it"),
        (4096, "changed places"),
        (65536, "black and white"),
        (81, "one row"),
        (6561, "8 of them"),
        (12, "more than four"),
        (1000, "on paper"),
        ("3**16", "'3**16'"),
        ([3, 16], "one ordinary number"),
        (float("inf"), "inf"),
    ],
    "waiting_times": [
        (lambda u, mean: mean * np.log(1 - u), "cannot be negative"),
        (lambda u, mean: 1 - np.exp(-u / mean), "F itself"),
        (lambda u, mean: -np.log(1 - u) / mean, "1 / m"),
        (lambda u, mean: -np.log(u), "is 1, whatever"),
        (lambda u, mean: -mean * np.log10(1 - u), "another base"),
        (lambda u, mean: -mean * np.log2(1 - u), "base two"),
        (lambda u, mean: u * mean, "stretched"),
        (lambda u, mean: np.exp(-u / mean) / mean, "that is the density"),
        (lambda u, mean: -4 * np.log(1 - u), "another mean"),
        (lambda u, mean: 2 * mean * u, "half of your times"),
        (lambda u, mean: u - 3, "less than nothing"),
        (lambda u, mean: 1.0, "shape"),
        (lambda u, mean: u * float("nan"), "nan"),
        (lambda u, mean: None, "return"),
        (raises, "RuntimeError"),
        (lambda u, mean: "soon", "array of numbers"),
        (4.0, "without brackets"),
    ],
    "pushed_density": [
        (lambda x: -bell(back(x)) / (2 * x), "never negative"),
        (lambda x: bell(back(x)), "slope is missing"),
        (lambda x: bell(back(x)) * 2 * x, "multiplied"),
        (lambda x: bell(back(x)) / x, "it is missing"),
        (lambda x: bell(back(x)) / 2, "also depends"),
        (lambda x: bell(x) / (2 * x), "x itself"),
        (lambda x: bell(np.exp(1 - 2 * x)), "forward"),
        (lambda x: bell(np.log(x)) / (2 * x), "not z"),
        (lambda x: bell(1 - np.log(x) / 2) / (2 * x), "the 1 comes"),
        (lambda x: np.exp(-(back(x) ** 2) / 2) / (2 * x), "root of 2 pi"),
        (lambda x: np.exp(-x), "wrong places"),
        (lambda x: np.ones_like(x), "it is 1"),
        (lambda x: x[:3], "shape (3,)"),
        (lambda x: None, "return"),
        (raises, "RuntimeError"),
        (0.3, "without brackets"),
    ],
    "earth_moved": [
        (lambda a, b: abs(a - b).mean(), "happen to lie"),
        (lambda a, b: a.mean() - b.mean(), "not where to"),
        (lambda a, b: abs(a.mean() - b.mean()), "no difference in width"),
        (lambda a, b: abs(np.sort(a) - np.sort(b)).sum(), "sum of all"),
        (lambda a, b: np.sqrt(np.mean((np.sort(a) - np.sort(b)) ** 2)), "order 2"),
        (lambda a, b: np.mean((np.sort(a) - np.sort(b)) ** 2), "squares"),
        (lambda a, b: abs(np.sort(a) - np.sort(b)).max(), "longest"),
        (lambda a, b: abs(np.sort(a) - b).mean(), "one sample is sorted, the"),
        (lambda a, b: abs(a - np.sort(b)).mean(), "not yet"),
        (lambda a, b: abs(a[:, None] - b).min(1).mean(), "nearest"),
        (lambda a, b: 0.0, "every pairing"),
        (lambda a, b: abs(np.sort(a) - np.sort(b)), "single number"),
        (lambda a, b: carried(a, b) if len(a) < 3 or a[0] != b[-1] else 1.0, "itself"),
        (lambda a, b: None, "return"),
        (raises, "RuntimeError"),
        (1.5, "without brackets"),
    ],
}
SECRETS = {
    "picture_bins": ["43046721", "43,046,721", "3**16", "3^16"],
    "waiting_times": ["-mean * np.log", "log(1 - u)"],
    "pushed_density": ["(1 - np.log(x)) / 2", "2 * x", "2x"],
    "earth_moved": ["np.sort", "np.mean"],
}
