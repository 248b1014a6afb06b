"""Answers to the exercises of 03_losses: right ones, and wrong ones with a word of what must be said of each.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np


def sigmoid(a):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-a))


def by_scan(p, q, label):
    """Independent of the solution: the top of what is earned, by bisection of its slope."""
    low, high = np.zeros(np.shape(p)), np.ones(np.shape(p))
    for _ in range(60):
        y = (low + high) / 2
        rising = p * (label / y - (1 - label) / (1 - y)) - q / (1 - y) > 0
        low, high = np.where(rising, y, low), np.where(rising, high, y)
    return low


def soft(p, q, label):
    return label * p / (p + q)


def by_loop(logits, labels):
    """Independent of the solution: a loss at a time, by cases."""
    out = []
    for a, y in zip(logits, labels):
        x = a if y == 0 else -a
        out.append(x + np.log1p(np.exp(-x)) if x > 0 else np.log1p(np.exp(x)))
    return out


def naive(logits, labels):
    d = sigmoid(logits)
    return -(labels * np.log(d) + (1 - labels) * np.log(1 - d))


def chosen(logits, labels):
    d = sigmoid(logits)
    return np.where(labels == 1, -np.log(d), -np.log(1 - d))


def guarded(logits, labels, tiny=1e-7):
    d = sigmoid(logits)
    return -(labels * np.log(d + tiny) + (1 - labels) * np.log(1 - d + tiny))


def good(logits, labels):
    return np.logaddexp(0, (1 - 2 * labels) * logits)


D = 1 / (1 + np.exp(3))
HALF = np.log(2) / 2
RIGHT = {
    "best_answer": [
        soft,
        by_scan,
        lambda p, q, label: list(np.atleast_1d(label / (1 + q / p))),
    ],
    "cross_entropy": [good, by_loop, lambda a, y: np.logaddexp(0, a) - y * a],
    "push": [-(1 - D), np.float32(D - 1), np.array(-0.9526), [-0.953], -0.95],
    "half_overlap": [HALF, 0.3466, np.float32(HALF), np.array([HALF]), 0.35],
}
WRONG = {
    "best_answer": [
        (lambda p, q, label: p / (p + q), "not used"),
        (lambda p, q, label: 1 - soft(p, q, label), "'generated'"),
        (lambda p, q, label: label * p / (label * p + q), "second term"),
        (lambda p, q, label: label * p / (label * p + (1 - label) * q), "rare"),
        (lambda p, q, label: label * q / (p + q), "densities are exchanged"),
        (
            lambda p, q, label: soft(p, q, label) / (1 - soft(p, q, label)),
            "larger than 1",
        ),
        (
            lambda p, q, label: np.log(soft(p, q, label) / (1 - soft(p, q, label))),
            "logit",
        ),
        (lambda p, q, label: p - q, "among these"),
        (lambda p, q, label: 0 * p + label, "q = 0"),
        (lambda p, q, label: soft(p, q, 0.8), "label of 1"),
        (lambda p, q, label: soft(p, q, label).mean(), "shape ()"),
        (lambda p, q, label: None, "return"),
        (lambda p, q: p, "TypeError"),
        (0.5, "without brackets"),
        (lambda p, q, label: "high", "array of numbers"),
    ],
    "cross_entropy": [
        (naive, "nan"),
        (chosen, "infinite"),
        (guarded, "too small"),
        (lambda a, y: -good(a, y), "sign"),
        (lambda a, y: good(a, 1 - y), "exchanged"),
        (lambda a, y: good(a, 1 + 0 * y), "label were 1"),
        (lambda a, y: good(a, 0 * y), "label were 0"),
        (lambda a, y: good(a, y).mean(), "mean"),
        (lambda a, y: good(a, y).sum(), "sum over"),
        (lambda a, y: good(a, y) / np.log(2), "base 2"),
        (lambda a, y: (y - sigmoid(a)) ** 2, "log 2"),
        (lambda a, y: None, "return"),
        (lambda a: a, "TypeError"),
        ("softplus", "without brackets"),
    ],
    "push": [
        (1 - D, "size is right"),
        (-D, "saturating"),
        (D, "D itself"),
        (D * (1 - D), "sigmoid alone"),
        (-1 / D, "respect to D"),
        (-np.log(D), "loss itself"),
        (-1, "for ever"),
        (0.3, "0.3"),
        ("-1", "'-1'"),
        ([1, 2], "one ordinary number"),
    ],
    "half_overlap": [
        (2 * HALF, "sum of two"),
        (0.5, "base 2"),
        (HALF**0.5, "square root"),
        (HALF / 2, "a half too much"),
        (2 * HALF - np.log(4), "value of the game"),
        (float("inf"), "infinite"),
        (0, "equal"),
        (-0.2, "negative"),
        (0.9, "largest"),
        (0.25, "mixture"),
        ("log 2", "'log 2'"),
    ],
}
SECRETS = {
    "best_answer": ["label * p / (p + q)"],
    "push": ["0.95"],
    "half_overlap": ["0.34", "log(2) / 2"],
}
