"""Answers to the exercises of 10_latent_space: right ones, and wrong ones with a word of what must be said of each.

RIGHT: {exercise: [answers]}; WRONG: {exercise: [(answer, word)]}, no two to be answered alike; SECRETS: what no message
and no hint may say.
"""

import numpy as np


def counted(strengths, share, step=0, whole=None):
    """Independent of the solution: one direction after the other."""
    rest, taken, whole = (
        sorted(strengths),
        [],
        sum(strengths) if whole is None else whole,
    )
    while rest and sum(taken) < share * whole - 1e-9:
        taken.append(rest.pop())
    return len(taken) + step


def more_than(strengths, share):
    rest, taken = sorted(strengths), []
    while rest and sum(taken) <= share * sum(strengths):
        taken.append(rest.pop())
    return len(taken)


def as_they_come(strengths, share):
    return int(np.argmax(np.cumsum(strengths) >= share * np.sum(strengths))) + 1


def in_turn(direction, others):
    """Right only for others at right angles."""
    for other in others:
        direction = direction - (direction @ other) / (other @ other) * other
    return direction


def by_basis(direction, others):
    """Independent of the solution: an orthonormal basis of the others."""
    basis = np.linalg.qr(others.T)[0]
    return direction - basis @ (basis.T @ direction)


def forgets_length(direction, others):
    return direction - (others @ direction) @ others


RIGHT = {
    "mean_length": [np.sqrt(8), 2.83, np.float32(2.8), 11.3 / 4],
    "enough": [
        counted,
        lambda s, p: np.int64(counted(s, p)),
        lambda s, p: float(counted(s, p)),
    ],
    "without": [by_basis, lambda d, o: list(by_basis(d, o))],
}
WRONG = {
    "mean_length": [
        (np.sqrt(128), "same way"),
        (np.sqrt(128) / 16, "no longer than one"),
        (4 * np.sqrt(128), "sum. What"),
        (8, "square"),
        (0, "cancel"),
        (-2.8, "negative"),
        (5, "not 5"),
        ("2.8", "'2.8'"),
        ([2.8, 2.8], "one ordinary number"),
    ],
    "enough": [
        (lambda s, p: counted(s, p, step=-1), "one too few"),
        (lambda s, p: counted(s, p, step=1), "one too many"),
        (as_they_come, "any order"),
        (lambda s, p: len(s), "Fewer"),
        (lambda s, p: 99, "99 came back"),
        (more_than, "exactly"),
        (lambda s, p: counted(s, p, whole=max(1, sum(s))), "below 1"),
        (lambda s, p: None, "return"),
        (lambda s, p: s, "one ordinary number"),
        (lambda s: 2, "TypeError"),
        (3, "without brackets"),
    ],
    "without": [
        (lambda d, o: d, "as it was"),
        (lambda d, o: by_basis(d, o) / np.linalg.norm(by_basis(d, o)), "length was"),
        (lambda d, o: d - by_basis(d, o), "part that lies"),
        (forgets_length, "3 long"),
        (lambda d, o: by_basis(d, o[:1]), "more rows"),
        (in_turn, "dot products"),
        (lambda d, o: 2 * d, "single other"),
        (lambda d, o: o, "one direction"),
        (lambda d, o: "d", "array of numbers"),
        (lambda d, o: None, "return"),
        (lambda d, o: d @ d @ o, "stopped with"),
        (np.ones(6), "without brackets"),
    ],
}
SECRETS = {"mean_length": ["2.8", "sqrt(8)"], "without": ["rcond"]}
