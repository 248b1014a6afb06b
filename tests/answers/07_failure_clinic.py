"""Answers to the exercises of 07_failure_clinic: right ones, and wrong ones with a word of what must be said.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import math

import numpy as np
import tensorflow as tf


def by_sums(x, neighbours):
    """Independent of the solution: mean and mean square, no array of all."""
    n = len(neighbours) + 1
    mean = (sum(neighbours) + x) / n
    square = (sum(v * v for v in neighbours) + x * x) / n
    return (x - mean) / math.sqrt(square - mean**2)


def by_tensorflow(x, neighbours):
    batch = tf.concat([[x], tf.cast(neighbours, tf.float64)], axis=0)
    mean, variance = tf.nn.moments(batch, [0])
    return tf.nn.batch_normalization(batch, mean, variance, None, None, 0.0)[0]


def by_counting(different, drawn):
    """Independent of the solution: logarithms of factorials."""
    if drawn > different:
        return 1.0
    return 1 - math.exp(
        math.lgamma(different + 1)
        - math.lgamma(different - drawn + 1)
        - drawn * math.log(different)
    )


def step_by_step(different, drawn):
    alone = 1.0
    for i in range(drawn):
        alone *= max(different - i, 0) / different
    return np.float64(1 - alone)


def by_pictures_first(s):
    """Another order of questions than the solution's."""
    if s["unrest"] < 0.05:
        return "vanishing gradients"
    if s["closeness"] < 0.85:
        return "memorisation"
    if s["d_loss"] < 0.01:
        return "BatchNorm leakage"
    if s["distance"] > 150:
        return "a D that wins" if s["g_loss"] > 2 else "mode collapse"
    return "oscillation" if s["unrest"] > 0.5 else "healthy"


def by_players_first(s):
    if s["g_loss"] < 0.1:
        return "vanishing gradients"
    if s["d_fake"] < 0.2:
        if s["g_fake"] > 0.3:
            return "BatchNorm leakage"
        return "memorisation" if s["d_held"] < 0.5 else "a D that wins"
    if s["diversity"] < 0.5:
        return "mode collapse"
    return "healthy" if s["unrest"] < 0.5 else "oscillation"


def blind(*pairs):
    """A doctor who calls some by another's name."""
    other = dict(pairs)
    return lambda s: other.get(by_players_first(s), by_players_first(s))


def peeking(s):
    return s["case"]


RIGHT = {
    "in_company": [
        by_sums,
        by_tensorflow,
        lambda x, n: np.array((x - np.append(n, x).mean()) / np.append(n, x).std()),
    ],
    "birthday": [
        by_counting,
        step_by_step,
        lambda n, m: tf.constant(by_counting(n, m), tf.float64),
    ],
    "doctor": [by_pictures_first, by_players_first],
}
WRONG = {
    "in_company": [
        (lambda x, n: (x - n.mean()) / n.std(), "belongs to its batch"),
        (
            lambda x, n: (x - np.append(n, x).mean()) / np.append(n, x).std(ddof=1),
            "divided by n",
        ),
        (lambda x, n: x / np.append(n, x).std(), "mean was not subtracted"),
        (lambda x, n: (x - np.append(n, x).mean()) / np.append(n, x).var(), "variance"),
        (lambda x, n: x - np.append(n, x).mean(), "nothing was divided"),
        (lambda x, n: (np.append(n, x).mean() - x) / np.append(n, x).std(), "sign"),
        (
            lambda x, n: (
                (np.append(n, x) - np.append(n, x).mean()) / np.append(n, x).std()
            ),
            "whole batch",
        ),
        (lambda x, n: 7.0, "mean and spread of all six"),
        (lambda x, n: by_sums(x, n) if len(n) == 5 else 0.3, "not for"),
        (lambda x, n: None, "return"),
        (lambda x, n: n[9], "IndexError"),
        (0.1, "without brackets"),
        (lambda x, n: "high", "ordinary number"),
    ],
    "birthday": [
        (lambda n, m: 1 - by_counting(n, m), "all are different"),
        (lambda n, m: 1 - ((n - 1) / n) ** (m - 1), "equal to the *first*"),
        (lambda n, m: 1 - ((n - 1) / n) ** (m * (m - 1) / 2), "pairs"),
        (lambda n, m: by_counting(n, m + 1), "one factor too many"),
        (lambda n, m: by_counting(n, m - 1), "one factor is missing"),
        (lambda n, m: 1 - math.exp(-m * m / 2 / n), "usual approximation"),
        (lambda n, m: 1 - math.exp(-m * (m - 1) / 2 / n), "good one"),
        (lambda n, m: m / n, "2 pictures first"),
        (lambda n, m: m * m, "between 0 and 1"),
        (lambda n, m: by_counting(n, m) if m > 1 else 0.5, "no twin"),
        (lambda n, m: by_counting(n, m) if m <= n else 0.0, "*must*"),
        (lambda n, m: by_counting(n, m) if n in (365, 10, 5) else 0.1, "right for 365"),
        (lambda n, m: None, "return"),
        (lambda n, m: 1 / 0, "ZeroDivisionError"),
        (0.5, "without brackets"),
    ],
    "doctor": [
        (lambda s: "healthy", "everybody"),
        (lambda s: 3, "expected a name"),
        (lambda s: "flu", "no illness"),
        (blind(("vanishing gradients", "a D that wins")), "gradient of G"),
        (blind(("a D that wins", "vanishing gradients")), "gradient of G"),
        (blind(("healthy", "oscillation")), "how far a noise vector's picture moves"),
        (blind(("mode collapse", "healthy")), "how far the pictures are"),
        (blind(("mode collapse", "oscillation")), "pictures of one moment"),
        (blind(("memorisation", "a D that wins")), "sure in both"),
        (blind(("memorisation", "healthy")), "what does D say of held-out"),
        (blind(("BatchNorm leakage", "mode collapse")), "print final_metrics"),
        (peeking, "KeyError"),
        (lambda s: None, "return"),
        ("healthy", "without brackets"),
    ],
}
SECRETS = {}
