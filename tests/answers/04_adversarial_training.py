"""Answers to the exercises of 04_adversarial_training: right ones, and wrong ones with a word of what must be said.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np
import tensorflow as tf


def slopes(theta, psi):
    """Independent of the solution: the gradients of the two losses by a tape."""
    theta, psi = (
        tf.Variable(theta, dtype=tf.float64),
        tf.Variable(psi, dtype=tf.float64),
    )
    with tf.GradientTape() as tape:
        payoff = tf.nn.softplus(psi * theta)  # L_D, but for a constant, and -L_G
    by_theta, by_psi = tape.gradient(payoff, (theta, psi))
    return -float(by_theta), float(by_psi)


def descend(theta, psi, rate, at):
    by_theta, by_psi = slopes(*at)
    return theta - rate * by_theta, psi - rate * by_psi


def ahead(theta, psi, rate):
    return descend(theta, psi, rate, descend(theta, psi, rate, (theta, psi)))


def from_trial(theta, psi, rate):
    trial = descend(theta, psi, rate, (theta, psi))
    return descend(*trial, rate, trial)


def in_turn(theta, psi, rate):
    psi = descend(theta, psi, rate, (theta, psi))[1]
    return descend(theta, psi, rate, (theta, psi))[0], psi


def only_theta(theta, psi, rate):
    return ahead(theta, psi, rate)[0], descend(theta, psi, rate, (theta, psi))[1]


def slow_only(theta, psi, rate):
    """Right as long as the rate is 0.3 or less."""
    return ahead(theta, psi, min(rate, 0.3))


def stop(steps, distances, patience):
    """Independent of the solution: by the lowest value before each moment."""
    for end in range(len(steps)):
        best = int(np.argmin(distances[: end + 1]))
        if end - best >= patience:
            return steps[best]
    return steps[int(np.argmin(distances))]


def stop_at(steps, distances, patience):
    for end in range(len(steps)):
        if end - int(np.argmin(distances[: end + 1])) >= patience:
            return steps[end]
    return steps[-1]


def never_reset(steps, distances, patience):
    best, since = 0, 0
    for i in range(1, len(steps)):
        if distances[i] < distances[best]:
            best = i
        else:
            since += 1
        if since == patience:
            break
    return steps[best]


def equal_counts_as_new(steps, distances, patience):
    best, since = 0, 0
    for i in range(1, len(steps)):
        best, since = (i, 0) if distances[i] <= distances[best] else (best, since + 1)
        if since == patience:
            break
    return steps[best]


RIGHT = {
    "look_ahead": [
        ahead,
        lambda t, p, r: np.array(ahead(t, p, r)),
        lambda t, p, r: tf.constant(ahead(t, p, r)),
    ],
    "holding_r1": [0.1, np.float32(0.1), np.array(0.1), 0.4 / 4],
    "keep": [
        stop,
        lambda s, d, p: np.array([stop(s, d, p)]),
        lambda s, d, p: tf.constant(stop(s, d, p)),
    ],
}
WRONG = {
    "look_ahead": [
        (lambda t, p, r: descend(t, p, r, (t, p)), "trial itself"),
        (from_trial, "two steps"),
        (in_turn, "alternating"),
        (lambda t, p, r: ahead(t, p, r)[::-1], "order"),
        (lambda t, p, r: ahead(t, p, -r), "uphill"),
        (lambda t, p, r: descend(t, p, r, descend(t, p, -r, (t, p))), "wrong way"),
        (only_theta, "psi is not"),
        (slow_only, "from theta 1.0"),
        (lambda t, p, r: t, "two numbers"),
        (lambda t, p, r: (t, p, r), "theta and psi"),
        (lambda t, p, r: None, "return"),
        (lambda t, p, r: 1 / 0, "ZeroDivisionError"),
        (0.3, "without brackets"),
    ],
    "holding_r1": [
        (0.2, "half the rate"),
        (0.04, "determinant"),
        (0, "alternating"),
        (0.4, "shrinks. The sigmoid"),
        (0.16, "squared"),
        (-0.1, "negative"),
        (0.3, "shrinks"),
        (0.05, "grows"),
        ("0.1", "'0.1'"),
        ([0.1, 0.1], "one ordinary number"),
        (float("nan"), "nan"),
    ],
    "keep": [
        (lambda s, d, p: s[int(np.argmin(d))], "future"),
        (stop_at, "moment of stopping"),
        (lambda s, d, p: s.index(stop(s, d, p)), "place in the list"),
        (never_reset, "sets the count back"),
        (lambda s, d, p: s[-1], "last measurement"),
        (lambda s, d, p: s[int(np.argmax(d))], "largest"),
        (lambda s, d, p: min(d[:7]), "the distance. The step"),
        (equal_counts_as_new, "equal"),
        (lambda s, d, p: 450, "none of the steps"),
        (lambda s, d, p: s, "one step"),
        (lambda s, d, p: None, "return"),
        (lambda s, d, p: s[99], "IndexError"),
        (700, "without brackets"),
    ],
}
SECRETS = {"holding_r1": ["0.1 ", "0.4 / 4", "eta / 4"]}
