"""Answers to the exercises of 02_generator_and_discriminator: right ones, and wrong ones with a word of what must be
said of each.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np
import tensorflow as tf


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def by_larger(log_p, log_q):
    """Independent of the solution: subtract the larger logarithm first, then go back to densities."""
    top = np.maximum(log_p, log_q)
    p, q = np.exp(log_p - top), np.exp(log_q - top)
    return p / (p + q)


def naive(log_p, log_q):
    with np.errstate(all="ignore"):
        return np.exp(log_p) / (np.exp(log_p) + np.exp(log_q))


def by_ratio(log_p, log_q):
    with np.errstate(all="ignore"):
        r = np.exp(log_p - log_q)
        return r / (1 + r)


def safe_but_false(log_p, log_q):
    return np.exp(log_p) / (np.exp(log_p) + np.exp(log_q) + 1e-12)


def by_tape(m, z, a, c):
    m = tf.Variable(m, dtype="float64")
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(tf.math.log_sigmoid(a * (m + z) + c))
    return tape.gradient(loss, m)


def by_difference(m, z, a, c):
    loss = lambda m: np.mean(np.log1p(np.exp(-(a * (m + z) + c))))
    return [(loss(m + 1e-5) - loss(m - 1e-5)) / 2e-5]


def verdicts(m, z, a, c):
    return sigmoid(a * (m + z) + c)


def weighed(weight, divide=True):
    """Average x with weights that are some function of the logit."""

    def average(x, logits):
        w = weight(logits)
        return np.sum(w * x) / (np.sum(w) if divide else len(x))

    return average


def resampled(x, logits):
    weight = np.exp(logits)
    return tf.constant(weight @ x / weight.sum())


RIGHT = {
    "skewed_verdict": [3 / 8, np.float32(0.375), np.array(0.375), tf.constant(0.375)],
    "best_verdict": [
        by_larger,
        lambda p, q: tf.sigmoid(tf.constant(p - q)),
        lambda p, q: list(by_larger(p, q)),
        lambda p, q: 1 / (1 + np.exp(q - p)),
    ],
    "real_average": [
        weighed(np.exp),
        resampled,
        lambda x, l: [np.average(x, weights=np.exp(l - l.max()))],
    ],
    "generator_slope": [
        by_tape,
        by_difference,
        lambda m, z, a, c: np.mean(a * (verdicts(m, z, a, c) - 1)),
    ],
}
WRONG = {
    "skewed_verdict": [
        (1 / 6, "equally many"),
        (5 / 8, "generated; real is 1"),
        (1 / 16, "shares act"),
        (15 / 16, "densities act"),
        (0.6, "ratio"),
        (np.log(0.6), "logit"),
        (0.75, "on the bench"),
        (1.2, "no probability"),
        (0.5, "share of real"),
        ("0.4", "'0.4'"),
        ([0.2, 0.3], "one ordinary number"),
    ],
    "best_verdict": [
        (lambda p, q: by_larger(q, p), "changed places"),
        (lambda p, q: np.exp(p - q), "ratio"),
        (lambda p, q: p - q, "any number"),
        (lambda p, q: p / (p + q), "logarithms were divided"),
        (lambda p, q: p > q, "yes or no"),
        (naive, "0/0"),
        (safe_but_false, "drowns"),
        (by_ratio, "too large"),
        (lambda p, q: 0.3 + 0 * p, "which share"),
        (lambda p, q: 0.5, "shape ()"),
        (lambda p, q: "real", "'real'"),
        (lambda p, q: None, "return"),
        (lambda p: p, "TypeError"),
        (0.75, "without brackets"),
    ],
    "real_average": [
        (lambda x, l: np.mean(x), "plain average"),
        (weighed(sigmoid), "D/(1 - D)"),
        (weighed(sigmoid, False), "their sum"),
        (weighed(lambda l: l), "negative"),
        (weighed(np.exp, False), "not by the number"),
        (lambda x, l: np.sum(x * np.exp(l)), "grows"),
        (weighed(lambda l: np.exp(-l)), "upside down"),
        (lambda x, l: np.median(x), "near 1.5"),
        (lambda x, l: np.sum(x * np.exp(l)) / len(x) / 3, "changes when"),
        (lambda x, l: x, "one number"),
        (lambda x, l: "much", "'much'"),
        (lambda x, l: None, "return"),
        (lambda x: 0, "TypeError"),
        (1.5, "without brackets"),
    ],
    "generator_slope": [
        (lambda *g: -by_tape(*g), "sign"),
        (lambda *g: -np.mean(1 - verdicts(*g)), "arrow"),
        (lambda *g: -g[2] * verdicts(*g).mean(), "weighed by D"),
        (lambda *g: -g[2] * np.sum(1 - verdicts(*g)), "sum over"),
        (lambda *g: -np.log(verdicts(*g)).mean(), "itself"),
        (lambda *g: -g[2] * np.mean(verdicts(*g) * (1 - verdicts(*g))), "slope of D"),
        (lambda m, z, a, c: -a * (1 - sigmoid(a * m + c)), "one place"),
        (lambda *g: 0.0, "0.001"),
        (lambda m, z, a, c: -abs(by_tape(m, z, a, c)), "negative a"),
        (lambda m, z, a, c: z, "shape (4,)"),
        (lambda *g: None, "return"),
        (lambda m: m, "TypeError"),
        (3, "without brackets"),
    ],
}
SECRETS = {
    "skewed_verdict": ["0.375", "3/8", "3 / 8"],
    "best_verdict": ["log_p - log_q", "expit("],
    "real_average": ["softmax", "np.exp("],
    "generator_slope": ["np.mean(1 -", "-0.6"],
}
