"""Answers to the exercises of 11_conditional: right ones, and wrong ones with a word of what must be said.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np
import tensorflow as tf


def by_comparing(labels, size, classes):
    """Independent of the solution: the channel's own number against the label."""
    return np.broadcast_to(
        labels[:, None, None, None] == np.arange(classes),
        (len(labels), size, size, classes),
    )


def scrambled(labels, size, classes):
    return np.repeat(np.eye(classes)[labels], size * size).reshape(
        -1, size, size, classes
    )


def one_pixel(labels, size, classes):
    planes = np.zeros((len(labels), size, size, classes))
    planes[np.arange(len(labels)), 0, 0, labels] = 1
    return planes


def next_channel(labels, size, classes):
    return np.roll(by_comparing(labels, size, classes), 1, axis=-1)


def only_three(labels, size, classes):
    """Right for 3 x 3 alone."""
    return by_comparing(labels, 3, classes)


def by_std(asked, read):
    """Independent of the solution: the spread of zeros and ones."""
    obeyed = (asked == read).astype(float)
    return obeyed.mean(), obeyed.std() / np.sqrt(len(obeyed))


def by_std_unbiased(asked, read):
    obeyed = (asked == read).astype(float)
    return [obeyed.mean(), obeyed.std(ddof=1) / np.sqrt(len(obeyed))]


def shared(asked, read, error):
    p = np.mean(asked == read)
    return p, error(p, len(asked))


def by_matrix(features, labels, v, w, b):
    """Independent of the solution: all labels, then the diagonal."""
    return np.diag(features @ (v[labels] + w).T) + b


def with_tensors(features, labels, v, w, b):
    both = tf.gather(tf.constant(v), labels) + tf.constant(w)
    return tf.reduce_sum(tf.constant(features) * both, axis=1, keepdims=True) + b


RIGHT = {
    "one_hot_planes": [
        by_comparing,
        lambda y, s, c: tf.one_hot(tf.tile(y[:, None, None], [1, s, s]), c),
        lambda y, s, c: by_comparing(y, s, c).astype("uint8"),
        lambda y, s, c: by_comparing(y, s, c).tolist(),
    ],
    "obedience": [
        by_std,
        by_std_unbiased,
        lambda a, r: np.array(by_std(a, r)),
        lambda a, r: tf.constant(by_std(a, r)),
    ],
    "projected": [by_matrix, with_tensors, lambda *given: list(by_matrix(*given))],
}
WRONG = {
    "one_hot_planes": [
        (scrambled, "scrambled"),
        (one_pixel, "no channel is 1"),
        (next_channel, "another channel"),
        (lambda y, s, c: np.moveaxis(by_comparing(y, s, c), -1, 1), "channels last"),
        (lambda y, s, c: np.eye(c)[y], "one-hot label"),
        (lambda y, s, c: np.ones((len(y), s, s, c)), "exactly one"),
        (lambda y, s, c: 2 * by_comparing(y, s, c), "only 0 and 1"),
        (only_three, "shape"),
        (lambda y, s, c: np.zeros(3), "(3,)"),
        (lambda y, s, c: "planes", "array of numbers"),
        (lambda y, s, c: None, "return"),
        (lambda y, s, c: y[99], "IndexError"),
        (3, "without brackets"),
    ],
    "obedience": [
        (lambda a, r: (np.sum(a == r), 0.07), "how many obey"),
        (lambda a, r: (np.mean(a != r), 0.07), "does not obey"),
        (lambda a, r: (100 * np.mean(a == r), 7), "per cent"),
        (lambda a, r: (0.5, 0.1), "18 of 20"),
        (lambda a, r: shared(a, r, lambda p, n: p * (1 - p) / n), "variance"),
        (
            lambda a, r: shared(a, r, lambda p, n: np.sqrt(p * (1 - p))),
            "single request",
        ),
        (lambda a, r: shared(a, r, lambda p, n: np.sqrt(p * (1 - p)) / n), "too fast"),
        (lambda a, r: shared(a, r, lambda p, n: 0.01), "twenty coins"),
        (
            lambda a, r: shared(a, r, lambda p, n: np.sqrt(p * (1 - p) / 20)),
            "but not for 400",
        ),
        (lambda a, r: np.mean(a == r), "a pair"),
        (lambda a, r: None, "return"),
        (lambda a, r: a[99], "IndexError"),
        (0.9, "without brackets"),
    ],
    "projected": [
        (lambda f, y, v, w, b: (f * v[y]).sum(1), "alone"),
        (lambda f, y, v, w, b: f @ w + b, "not used"),
        (lambda f, y, v, w, b: f @ w + (f * v[y]).sum(1), "missing"),
        (lambda f, y, v, w, b: f @ w + (f * v[y]).sum(1) + 6 * b, "more than once"),
        (lambda f, y, v, w, b: (f @ w + b) * (f * v[y]).sum(1), "multiplied"),
        (lambda f, y, v, w, b: f @ w + b - (f * v[y]).sum(1), "not less"),
        (lambda f, y, v, w, b: f @ w + b + f @ v.sum(0), "all rows"),
        (lambda f, y, v, w, b: f @ v.T, "every label"),
        (lambda f, y, v, w, b: f @ v[y].T, "diagonal"),
        (lambda f, y, v, w, b: np.zeros(6), "by hand"),
        (
            lambda f, y, v, w, b: (
                f @ w + b + (f[:, :4] * v[y]).sum(1) * (f.shape[1] > 1)
            ),
            "one feature",
        ),
        (lambda f, y, v, w, b: np.zeros(5), "(5,)"),
        (lambda f, y, v, w, b: None, "return"),
        (1.5, "without brackets"),
    ],
}
SECRETS = {}
