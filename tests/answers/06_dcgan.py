"""Answers to the exercises of 06_dcgan: right ones, and wrong ones with a word of what must be said.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np
import tensorflow as tf


def by_matrix(x, kernel, stride):
    """Independent of the solution: the transpose of the matrix that gathers."""
    gather = np.zeros((len(x), stride * (len(x) - 1) + len(kernel)))
    for row in range(len(x)):
        for column in range(gather.shape[1]):
            if 0 <= column - stride * row < len(kernel):
                gather[row, column] = kernel[column - stride * row]
    return gather.T @ x


def by_zeros(x, kernel, stride):
    """Independent of both: zeros between the numbers, then NumPy's own convolution."""
    spread = np.zeros(stride * (len(x) - 1) + 1)
    spread[::stride] = x
    return np.convolve(spread, kernel)


def overwriting(x, kernel, stride):
    out = np.zeros(stride * (len(x) - 1) + len(kernel))
    for i, value in enumerate(x):
        out[stride * i : stride * i + len(kernel)] = value * kernel
    return out


def gathered(x, kernel, stride):
    return np.array(
        [x[i : i + len(kernel)] @ kernel for i in range(0, len(x) - len(kernel) + 1, 1)]
    )


def one_place_off(x, kernel, stride):
    return np.roll(by_matrix(x, kernel, stride), 1)


def only_two(x, kernel, stride):
    """Right for stride 2 alone."""
    return by_matrix(x, kernel, 2)


def by_ranks(a, b):
    """Independent of the solution: count the pairs."""
    below = sum(x < y for x in a for y in b)
    above = sum(x > y for x in a for y in b)
    return len(a) * len(b) in (below, above)


RIGHT = {
    "last_side": [53, 53.0, np.int64(53), np.array(53)],
    "stamp_line": [
        by_matrix,
        by_zeros,
        lambda x, k, s: tf.constant(by_zeros(x, k, s)),
        lambda x, k, s: list(by_matrix(x, k, s)),
    ],
    "beyond_noise": [
        by_ranks,
        lambda a, b: np.bool_(by_ranks(a, b)),
        lambda a, b: int(by_ranks(a, b)),
    ],
}
WRONG = {
    "last_side": [
        (32, "same"),
        (11, "first layer"),
        (25, "two layers"),
        (2809, "pixels"),
        (60, "2n + 4"),
        (67, "2n + 5"),
        (46, "2n + 2"),
        (39, "2n + 1"),
        (16, "stride were 1"),
        (19, "two of the layers"),
        (50, "does not fit"),
        (2, "no side"),
        ("53", "'53'"),
        ([4, 11, 25, 53], "one ordinary number"),
    ],
    "stamp_line": [
        (overwriting, "add up"),
        (gathered, "gathers"),
        (lambda x, k, s: np.convolve(x, k), "where is the stride"),
        (lambda x, k, s: by_matrix(x, k, s)[: s * len(x)], "same"),
        (lambda x, k, s: by_matrix(x, k[::-1], s), "wrong way"),
        (one_place_off, "which stamps reach"),
        (only_two, "but not for a kernel"),
        (lambda x, k, s: np.zeros(20), "20 numbers"),
        (lambda x, k, s: by_matrix(x, k, s)[:, None], "one line"),
        (lambda x, k, s: None, "return"),
        (lambda x, k, s: x[99], "IndexError"),
        (7, "without brackets"),
    ],
    "beyond_noise": [
        (lambda a, b: False, "clearly above"),
        (lambda a, b: abs(np.mean(a) - np.mean(b)) > 1.5, "overlap"),
        (lambda a, b: max(b) > 10, "burst"),
        (lambda a, b: max(a) < min(b), "better"),
        (
            lambda a, b: bool(
                np.all(np.sort(a) < min(b)) and len(a) == len(b) or max(b) < min(a)
            ),
            "equally long",
        ),
        (lambda a, b: max(a) <= min(b) or max(b) <= min(a), "tie"),
        (lambda a, b: "yes", "True or False"),
        (lambda a, b: None, "return"),
        (lambda a, b: a[9], "IndexError"),
        (True, "without brackets"),
    ],
}
SECRETS = {"last_side": ["53 ", " 53"]}
