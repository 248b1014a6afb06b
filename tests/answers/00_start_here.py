"""Answers to the exercises of 00_start_here: right ones, and wrong ones with a word of what must be said of each.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np

SORTS = {
    "price": "supervised",
    "headline": "reinforcement",
    "scans": "generative",
    "robot": "reinforcement",
    "melody": "generative",
    "judge": "supervised",
}


def slope(logit, samples):
    """A gradient by central differences, one sample at a time."""
    return [
        (logit(np.array([s + 1e-4])) - logit(np.array([s - 1e-4])))[0] / 2e-4
        for s in samples
    ]


def taped(logit, samples):
    """The gradient that a tape finds."""
    import tensorflow as tf

    samples = tf.constant(samples, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(samples)
        verdict = logit(samples)
    return tape.gradient(verdict, samples)


def by_rows(a, b, steps):
    """One row after the other, in single precision."""
    return [(a + (b - a) * i / (steps - 1)).astype("float32") for i in range(steps)]


RIGHT = {
    "numbers": [96, 96.0, np.float32(96), np.array(96)],
    "kinds": [
        SORTS,
        {job: sort.title() for job, sort in SORTS.items()},
        {**SORTS, "more": "generative"},
    ],
    "which_way": [
        slope,
        taped,
        lambda logit, s: np.where(logit(s + 0.01) > logit(s - 0.01), 1, -1),
    ],
    "path": [by_rows, lambda a, b, n: np.linspace(a, b, n)],
}
WRONG = {
    "numbers": [
        (12288, "altogether"),
        (32, "grey"),
        (4096, "pixels"),
        (1 / 96, "other way"),
        (128, "go in"),
        (12160, "minus"),
        (100, "12,800"),
        ("96", "'96'"),
        (lambda: 96, "one ordinary number"),
    ],
    "kinds": [
        ({**SORTS, "judge": "generative"}, "draws nothing"),
        ({**SORTS, "headline": "supervised"}, "did not show"),
        ({**SORTS, "scans": "supervised"}, "does not exist"),
        ({**SORTS, "robot": "supervised"}, "legs"),
        ({**SORTS, "price": "reinforcement"}, "very figure"),
        ({**SORTS, "melody": "reinforcement"}, "claps"),
        ({**SORTS, "price": "guessing"}, "none of the three"),
        ({"price": "supervised"}, "'headline' is missing"),
        (["supervised"] * 6, "list"),
    ],
    "which_way": [
        (lambda logit, s: logit(s), "verdicts themselves"),
        (lambda logit, s: -np.sign(slope(logit, s)), "less real"),
        (lambda logit, s: np.mean(slope(logit, s)), "its own"),
        (lambda logit, s: s + 0.001, "way alone"),
        (lambda logit, s: -logit(s), "turned"),
        (lambda logit, s: 0 * s, "nowhere"),
        (lambda logit, s: 2 - s, "another"),
        (lambda logit, s: 1 / 0, "ZeroDivisionError"),
        (lambda logit, s: ["up"] * len(s), "array of numbers"),
        (lambda logit, s: None, "return"),
        (3, "brackets"),
    ],
    "path": [
        (lambda a, b, n: np.linspace(a, b, n, endpoint=False), "arrives"),
        (lambda a, b, n: np.linspace(b, a, n), "backwards"),
        (lambda a, b, n: np.linspace(a, b, n).T, "exchanged"),
        (lambda a, b, n: np.linspace(a, b, n + 1), "both ends among"),
        (lambda a, b, n: [(a + b) / 2] * n, "same"),
        (lambda a, b, n: np.linspace(a, b, n + 1)[1:], "too late"),
        (lambda a, b, n: a + np.linspace(0, 1, n)[:, None] ** 2 * (b - a), "equal"),
        (lambda a, b, n: (a + b) / 2, "shape (4,)"),
        (lambda a, b, n: np.linspace(a, b, 5), "(3, 2)"),
        (lambda a, b, n: "a to b", "array of numbers"),
        (lambda a: a, "TypeError"),
        ([1, 2], "brackets"),
    ],
}
SECRETS = {"numbers": ["96"], "path": ["np.linspace(a, b"]}
