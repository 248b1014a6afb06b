"""Answers to the exercises of 05_first_image_gan: right ones, and wrong ones with a word of what must be said.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np

LAYERS = (128, 256, 512)


def counted(shape, first=100, biases=1):
    """Independent of the solution: layer by layer."""
    total, before = 0, first
    for units in (*LAYERS, shape[0] * shape[1] * shape[2]):
        total += (before + biases) * units
        before = units
    return total


def by_model(shape):
    from ganlib.models import build_generator

    return (
        build_generator(shape, 100, kind="dense").count_params()
        if shape[0] == shape[1]
        else counted(shape)
    )


def compared(differ, some=any):
    """moved, with another idea of when two arrays differ, or of how many of them must."""
    return lambda before, after: [
        n for n in before if some(differ(a, b) for a, b in zip(before[n], after[n]))
    ]


differ = compared(lambda a, b: not np.array_equal(a, b))


def tiled(images, columns):
    """Independent of the solution: picture by picture."""
    n, h, w, c = images.shape
    sheet = np.zeros((n // columns * h, columns * w, c), images.dtype)
    for i, image in enumerate(images):
        sheet[
            i // columns * h : (i // columns + 1) * h,
            i % columns * w : (i % columns + 1) * w,
        ] = image
    return sheet


def cut(images, columns):
    n, h, w, c = images.shape
    return images.reshape(n // columns * h, columns * w, c)


def down(images, columns):
    rows = len(images) // columns
    return tiled(
        images.reshape(columns, rows, *images.shape[1:])
        .swapaxes(0, 1)
        .reshape(images.shape),
        columns,
    )


def one_pixel(images, columns):
    sheet = tiled(images, columns)
    sheet[1, 2] = 0
    return sheet


def first_or_both(before, after):
    """Right where the first arrays tell, and where two players have moved."""
    found = differ(before, after)
    return (
        found
        if len(found) > 1
        else [n for n in found if (before[n][0] != after[n][0]).any()]
    )


def nobody_as_all(before, after):
    return differ(before, after) or "nobody"


RIGHT = {
    "count_weights": [
        counted,
        by_model,
        lambda s: np.int64(counted(s)),
        lambda s: float(counted(s)),
    ],
    "moved": [
        differ,
        lambda b, a: set(differ(b, a)),
        lambda b, a: np.array(differ(b, a), str),
        lambda b, a: {name: True for name in differ(b, a)},
    ],
    "mosaic": [
        tiled,
        lambda x, k: np.concatenate(
            [np.concatenate(x[i : i + k], 1) for i in range(0, len(x), k)], 0
        ),
    ],
}
WRONG = {
    "count_weights": [
        (lambda s: counted(s, biases=0), "bias"),
        (lambda s: counted((0, 0, 0)), "writes the pixels"),
        (lambda s: 513 * s[0] * s[1] * s[2], "alone"),
        (lambda s: sum(LAYERS) + s[0] * s[1] * s[2], "hangs"),
        (lambda s: counted(s) - 101 * 128, "first layer"),
        (lambda s: counted((s[0], s[1], 1)), "channels are"),
        (lambda s: counted((28, 28, s[2])), "always 28"),
        (lambda s: counted((28, 28, 3)), "every shape"),
        (lambda s: counted(s, first=64), "has more"),
        (lambda s: counted(s, first=128), "has fewer"),
        (lambda s: None, "return"),
        (lambda s: s[7], "IndexError"),
        (lambda s: s, "one ordinary number"),
        (1384112, "without brackets"),
    ],
    "moved": [
        (lambda b, a: [], "two players"),
        (lambda b, a: list(b), "stood still"),
        (nobody_as_all, "list of names"),
        (compared(lambda x, y: not np.allclose(x, y)), "do not round"),
        (lambda b, a: [n for n in b if (b[n][0] != a[n][0]).any()], "both names"),
        (first_or_both, "second array"),
        (compared(lambda x, y: (y > x).any()), "fell"),
        (compared(lambda x, y: x.sum() != y.sum()), "changed places"),
        (lambda b, a: [n for n in b if n not in differ(b, a)], "*not*"),
        (lambda b, a: ["judge"], "'judge'"),
        (lambda b, a: None, "return"),
        (lambda b: [], "TypeError"),
        (["generator"], "without brackets"),
    ],
    "mosaic": [
        (cut, "cut anew"),
        (down, "down the columns"),
        (lambda x, k: tiled(x[::-1], k), "last picture"),
        (lambda x, k: tiled(x, k)[::-1], "head"),
        (lambda x, k: tiled(x, k)[:, ::-1], "mirrored"),
        (lambda x, k: tiled(x[..., ::-1], k), "colours"),
        (one_pixel, "column 2"),
        (lambda x, k: tiled(x, len(x) // k), "exchanged rows"),
        (lambda x, k: x, "(6, 2, 3, 2)"),
        (lambda x, k: tiled(x, 3), "with 2 columns"),
        (lambda x, k: None, "return"),
        (lambda x: x, "TypeError"),
        (7, "without brackets"),
    ],
}
SECRETS = {"count_weights": ["3,113,648", "1,506,448"], "mosaic": ["swapaxes(1, 3)"]}
