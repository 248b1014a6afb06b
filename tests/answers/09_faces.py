"""Answers to the exercises of 09_faces: right ones, and wrong ones with a word of what must be said of each.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np


def patches(x, block):
    """Independent of the solution: one loop for each axis."""
    n, h, w, c = x.shape
    out = np.zeros((n, h * block, w * block, c // block**2), x.dtype)
    for i in range(block):
        for j in range(block):
            start = (i * block + j) * out.shape[3]
            out[:, i::block, j::block] = x[..., start : start + out.shape[3]]
    return out


def shares(real, fake, low=0.5, high=2.0, names=None, share=np.mean):
    """The names outside a band, in as many ways as people get it wrong."""
    names = np.unique(real) if names is None else names
    ratio = {name: share(fake == name) / share(real == name) for name in names}
    return [name for name, r in ratio.items() if r < low or r > high]


def difference(real, fake):
    return [
        name
        for name in np.unique(real)
        if abs(np.mean(fake == name) - np.mean(real == name)) > 0.5
    ]


def flat(x, b):
    n, h, w, c = x.shape
    return x.reshape(n, h * b, w * b, c // b**2)


def on_its_side(x, b):
    n, h, w, c = x.shape
    return patches(
        x.reshape(n, h, w, b, b, c // b**2).swapaxes(3, 4).reshape(x.shape), b
    )


def colours_first(x, b):
    n, h, w, c = x.shape
    return patches(
        np.moveaxis(x.reshape(n, h, w, c // b**2, b, b), 3, 5).reshape(x.shape), b
    )


RIGHT = {
    "half_life": [np.log(0.5) / np.log(0.998), 346, np.float32(346.2), np.array(346.0)],
    "together": [patches],
    "outside": [
        shares,
        lambda r, f: set(shares(r, f)),
        lambda r, f: np.array(shares(r, f)),
    ],
}
WRONG = {
    "half_life": [
        (500, "on average"),
        (250, "still there"),
        (150.4, "logarithms"),
        (-346.2, "negative"),
        (0.25, "share"),
        (400, "0.449"),
        ("346", "'346'"),
        (float("inf"), "inf"),
        ([346, 346], "one ordinary number"),
    ],
    "together": [
        (flat, "cut anew"),
        (on_its_side, "side"),
        (colours_first, "mixed up"),
        (lambda x, b: x, "shape (2, 2, 3, 12)"),
        (lambda x, b: patches(x, b)[::-1], "another place"),
        (lambda x, b: None, "return"),
        (lambda x, b: patches(x, 2) if x.shape[3] % 4 == 0 else x, "blocks of 3"),
        (lambda x: x, "TypeError"),
        (7, "without brackets"),
    ],
    "outside": [
        (lambda r, f: shares(r, f, high=9), "became rare. But"),
        (lambda r, f: shares(r, f, low=0), "too common. What"),
        (lambda r, f: shares(r, f, names=np.unique(f)), "vanished"),
        (lambda r, f: shares(r, f, share=np.sum), "counts"),
        (lambda r, f: shares(r, f, high=1.5), "as many again"),
        (difference, "dividing"),
        (lambda r, f: 3, "list"),
        (lambda r, f: ["beards"], "beards"),
        (lambda r, f: ["long", "short"], "2 names"),
        (lambda r, f: ["bald", "bun", "wavy"], "itself"),
    ],
}
SECRETS = {"half_life": ["346"], "together": ["0, 1, 3, 2, 4, 5"]}
