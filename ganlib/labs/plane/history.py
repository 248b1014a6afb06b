"""A game with its past: what was measured at every moment, and the weights of it."""

import numpy as np

from .measure import Observer

MOMENTS = 240  # when the timeline is full, every second moment goes


class History:
    """A game, its observer, and for every moment a row of `measure.NAMES` and the
    weights to go back to."""

    def __init__(self, game):
        self.game = game
        self.clear()

    def clear(self):
        """Forget the past and record the present."""
        self.observer = Observer(self.game)
        self.rows, self.weights = [], []
        self.stride, self.since_last = 1, 0
        self.record()

    def measure(self):
        """Measure the present, without a moment on the timeline for it."""
        self.latest = self.observer.measure()
        self.latest.flags.writeable = False  # what was measured does not change
        return self.latest

    def record(self):
        """Record the present; of a full timeline every second moment goes."""
        row = self.measure()
        self.since_last += 1
        if self.since_last >= self.stride:
            self.rows.append(row)
            self.weights.append(self.game.weights)
            self.since_last = 0
        if len(self.rows) > MOMENTS:
            self.rows, self.weights = self.rows[::2], self.weights[::2]
            self.stride *= 2
        return row

    def table(self):
        """All rows, float (n, 10), the latest one last, and every moment once."""
        stored = self.rows[-1] is self.latest
        return np.array(self.rows if stored else [*self.rows, self.latest])

    def snapshot(self, index, optimum=False):
        """What was to be seen at moment `index`; the game itself stays where it is."""
        present, self.game.weights = self.game.weights, self.weights[index]
        try:
            return self.observer.snapshot(optimum)
        finally:
            self.game.weights = present

    def rewind(self, index):
        """Go back to that moment; what came after it is forgotten, and the optimizers
        begin anew."""
        self.rows, self.weights = self.rows[: index + 1], self.weights[: index + 1]
        self.since_last, self.latest = 0, self.rows[-1]
        self.game.weights = self.weights[-1]
        self.game.iteration = int(self.latest[0])
        self.game.reset_optimizer("g")
        self.game.reset_optimizer("d")
        self.game.last = self.latest[1:5].copy()  # the game writes into its own
